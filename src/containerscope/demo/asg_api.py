"""The operations of EC2 Auto Scaling.

Pages: 50 records unless asked for up to 100. Source: EC2 Auto Scaling API Reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from containerscope.demo.asg_engine import HISTORY, reconcile, set_desired, stamp, terminate
from containerscope.demo.asg_schedules import drop, plan, schedule_view
from containerscope.demo.asg_state import AutoScalingGroup
from containerscope.demo.asg_views import activity_view, group_view, instance_view, tags
from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.paging import Paging
from containerscope.demo.protocol_errors import AwsError

_GROUPS = Paging("MaxRecords", "NextToken", "NextToken", 50, 100)
_ACTIVITIES = Paging("MaxRecords", "NextToken", "NextToken", 100, 100)
_INSTANCES = Paging("MaxRecords", "NextToken", "NextToken", 50, 50)
_PROCESSES = (
    "AddToLoadBalancer",
    "AlarmNotification",
    "AZRebalance",
    "HealthCheck",
    "InstanceRefresh",
    "Launch",
    "ReplaceUnhealthy",
    "ScheduledActions",
    "Terminate",
)


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message)


def _group(call: Call) -> AutoScalingGroup:
    name = call.params["AutoScalingGroupName"]
    found = call.world.asgs.get(name)
    if found is None:
        raise _invalid(f"AutoScalingGroup name not found - AutoScalingGroup {name} not found")
    return found


def describe_groups(call: Call) -> Result:
    """Groups: all, those named, or those with tags."""
    names = call.params.get("AutoScalingGroupNames")
    found = [
        group_view(call.world, each)
        for name, each in sorted(call.world.asgs.items())
        if (not names or name in names) and _fits(each, call.params.get("Filters", ()))
    ]
    return _GROUPS.page(call.params, "AutoScalingGroups", found)


def _fits(group: AutoScalingGroup, filters: Sequence[Mapping[str, object]]) -> bool:
    for each in filters:
        name, values = str(each["Name"]), each.get("Values") or ()
        wanted = {str(value) for value in values} if isinstance(values, list | tuple) else set()
        if name == "tag-key":
            have = set(group.tags)
        elif name == "tag-value":
            have = set(group.tags.values())
        elif name.startswith("tag:"):
            have = {group.tags.get(name.removeprefix("tag:"), "")}
        else:
            raise _invalid(f"{name} is not a valid filter name.")
        if not have & wanted:
            return False
    return True


def describe_instances(call: Call) -> Result:
    """The instances of all groups, or those that are named."""
    ids = call.params.get("InstanceIds")
    found = [
        {**instance_view(call.world, group, each), "AutoScalingGroupName": group.name}
        for group in call.world.asgs.values()
        for each in group.instances.values()
        if not ids or each.id in ids
    ]
    for each in found:
        each["HealthStatus"] = each["HealthStatus"].upper()
    return _INSTANCES.page(call.params, "AutoScalingInstances", found)


def describe_activities(call: Call) -> Result:
    """What a group, or every group, did in the last six weeks, newest first."""
    params, world = call.params, call.world
    name, ids = params.get("AutoScalingGroupName"), params.get("ActivityIds")
    if name is not None:
        _group(call)
    found = [
        (each, group)
        for group in world.asgs.values()
        if name in (None, group.name)
        for each in group.activities
        if (not ids or each.id in ids) and each.started_at > world.now() - HISTORY
    ]
    found.sort(key=lambda each: -each[0].started_at)
    views = [activity_view(world, group, each) for each, group in found]
    return _ACTIVITIES.page(params, "Activities", views)


def describe_policies(call: Call) -> Result:
    """The scaling policies of a group, or of all."""
    params = call.params
    found = [
        each
        for group in call.world.asgs.values()
        if params.get("AutoScalingGroupName") in (None, group.name)
        for each in group.policies
        if not params.get("PolicyNames") or each["PolicyName"] in params["PolicyNames"]
    ]
    return _GROUPS.page(params, "ScalingPolicies", found)


def describe_scheduled_actions(call: Call) -> Result:
    """The scheduled actions of a group, or of all."""
    name = call.params.get("AutoScalingGroupName")
    found = [
        schedule_view(call.world, group, each)
        for group in call.world.asgs.values()
        if name in (None, group.name)
        for each in group.schedules.values()
    ]
    return _GROUPS.page(call.params, "ScheduledUpdateGroupActions", found)


def put_scheduled_action(call: Call) -> Result:
    """Make a scheduled action of a group, or change the one of this name."""
    group, params = _group(call), call.params
    if not {"MinSize", "MaxSize", "DesiredCapacity"} & set(params):
        raise _invalid("At least one of MinSize, MaxSize and DesiredCapacity is required.")
    if not {"Recurrence", "StartTime"} & set(params):
        raise _invalid("Recurrence or StartTime is required.")
    try:
        plan(call.world, group, params)
    except ValueError as error:
        raise _invalid(f"Invalid recurrence or time zone: {error}.") from error
    return {}


def delete_scheduled_action(call: Call) -> Result:
    """Delete a scheduled action of a group."""
    group, name = _group(call), call.params["ScheduledActionName"]
    if not drop(group, name):
        raise _invalid(f"Scheduled action name not found: {name}")
    return {}


def describe_warm_pool(call: Call) -> Result:
    """The warm pool of a group; without one the answer has no configuration."""
    group = _group(call)
    warm = [each for each in group.instances.values() if each.lifecycle.startswith("Warmed")]
    views = [instance_view(call.world, group, each) for each in warm]
    answer = _INSTANCES.page(call.params, "Instances", views)
    return {**answer, "WarmPoolConfiguration": group.warm_pool} if group.warm_pool else answer


def describe_instance_refreshes(call: Call) -> Result:
    """The instance refreshes of a group, newest first."""
    ids = call.params.get("InstanceRefreshIds")
    refreshes = _group(call).refreshes
    found = [each for each in refreshes if not ids or each["InstanceRefreshId"] in ids]
    return _GROUPS.page(call.params, "InstanceRefreshes", found)


def describe_tags(call: Call) -> Result:
    """The tags of all groups."""
    found = [tag for group in call.world.asgs.values() for tag in tags(group)]
    return _GROUPS.page(call.params, "Tags", found)


def set_desired_capacity(call: Call) -> Result:
    """Change how many instances a group should have."""
    group, desired = _group(call), call.params["DesiredCapacity"]
    if desired > group.maximum:
        raise _invalid(
            f"New SetDesiredCapacity value {desired} is above max value {group.maximum} for the "
            "AutoScalingGroup."
        )
    if desired < group.minimum:
        raise _invalid(
            f"New SetDesiredCapacity value {desired} is below min value {group.minimum} for the "
            "AutoScalingGroup."
        )
    who = "a user request explicitly set group desired capacity"
    set_desired(call.world, group, desired, who)
    return {}


def update_group(call: Call) -> Result:
    """Change the limits and the desired capacity of a group."""
    group, params = _group(call), call.params
    low = params.get("MinSize", group.minimum)
    high = params.get("MaxSize", group.maximum)
    desired = params.get("DesiredCapacity", max(low, min(group.desired, high)))
    if low > high:
        raise _invalid(f"Max bound, {high}, must be greater than or equal to min bound, {low}")
    if not low <= desired <= high:
        raise _invalid(
            f"Desired capacity:{desired} must be between the specified min size:{low} "
            f"and max size:{high}"
        )
    group.minimum, group.maximum = low, high
    who = (
        f"a user request update of AutoScalingGroup constraints to min: {low}, max: {high}, "
        f"desired: {desired}"
    )
    set_desired(call.world, group, desired, who)
    return {}


def terminate_instance(call: Call) -> Result:
    """Terminate an instance; the group replaces it unless it shall be smaller."""
    params, world = call.params, call.world
    key = params["InstanceId"]
    group = next((each for each in world.asgs.values() if key in each.instances), None)
    if group is None:
        raise _invalid(f"Instance Id not found - No managed instance found for instance ID: {key}")
    desired = group.desired - params["ShouldDecrementDesiredCapacity"]
    if desired < group.minimum:
        raise _invalid(
            f"Currently, desiredSize equals minSize ({group.minimum}). Terminating instance "
            "without replacement will violate group's min size constraint. Either set "
            "shouldDecrementDesiredCapacity flag to false or lower group's min size."
        )
    activity = terminate(world, group, group.instances[key])
    who = "an instance was taken out of service in response to a user request"
    set_desired(world, group, desired, who)
    return {"Activity": activity_view(world, group, activity)}


def _suspend(suspends: bool) -> Handler:
    def handle(call: Call) -> Result:
        group = _group(call)
        for name in call.params.get("ScalingProcesses") or _PROCESSES:
            if name not in _PROCESSES:
                raise _invalid(f"{name} is not a valid process.")
            if suspends:
                group.suspended[name] = f"User suspended at {stamp(call.world.now())}"
            else:
                group.suspended.pop(name, None)
        if not suspends:
            reconcile(call.world, group)
        return {}

    return handle


AUTOSCALING: Mapping[str, Handler] = {
    "DescribeAutoScalingGroups": describe_groups,
    "DescribeAutoScalingInstances": describe_instances,
    "DescribeScalingActivities": describe_activities,
    "DescribePolicies": describe_policies,
    "DescribeScheduledActions": describe_scheduled_actions,
    "DescribeWarmPool": describe_warm_pool,
    "DescribeInstanceRefreshes": describe_instance_refreshes,
    "DescribeTags": describe_tags,
    "PutScheduledUpdateGroupAction": put_scheduled_action,
    "DeleteScheduledAction": delete_scheduled_action,
    "SetDesiredCapacity": set_desired_capacity,
    "UpdateAutoScalingGroup": update_group,
    "TerminateInstanceInAutoScalingGroup": terminate_instance,
    "SuspendProcesses": _suspend(True),
    "ResumeProcesses": _suspend(False),
}
