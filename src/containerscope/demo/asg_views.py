"""Auto Scaling groups, their instances and their activities as the API shows them."""

from __future__ import annotations

from containerscope.demo.asg_state import AutoScalingGroup, GroupActivity, GroupInstance
from containerscope.demo.calls import Result
from containerscope.demo.ids import subnet, uuid
from containerscope.demo.world import World

_ROLE = "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
_EKS_ORDER = ["AllocationStrategy", "OldestLaunchTemplate", "OldestInstance"]
"""In which order the instances of a node group go."""


def group_arn(world: World, group: AutoScalingGroup) -> str:
    """The ARN of a group: the one that its capacity provider knows, if it has one."""
    provider = world.capacity_providers.get(group.provider)
    if provider is not None:
        return str(provider.body["autoScalingGroupProvider"]["autoScalingGroupArn"])
    name = f"autoScalingGroup:{uuid('asg', group.name)}:autoScalingGroupName/{group.name}"
    return world.arn("autoscaling", name)


def instance_view(world: World, group: AutoScalingGroup, each: GroupInstance) -> Result:
    """A described instance of a group."""
    return {
        "InstanceId": each.id,
        "InstanceType": each.kind,
        "AvailabilityZone": f"{world.region}{each.zone}",
        "LifecycleState": each.lifecycle,
        "HealthStatus": each.health,
        "LaunchTemplate": {**group.template, "Version": group.template["Version"].lstrip("$")},
        "ProtectedFromScaleIn": each.protected,
    }


def tags(group: AutoScalingGroup) -> list[Result]:
    """The described tags of a group."""
    return [
        {
            "ResourceId": group.name,
            "ResourceType": "auto-scaling-group",
            "Key": key,
            "Value": value,
            "PropagateAtLaunch": True,
        }
        for key, value in group.tags.items()
    ]


def group_view(world: World, group: AutoScalingGroup) -> Result:
    """A described group."""
    view: Result = {
        "AutoScalingGroupName": group.name,
        "AutoScalingGroupARN": group_arn(world, group),
        "MinSize": group.minimum,
        "MaxSize": group.maximum,
        "DesiredCapacity": group.desired,
        "DefaultCooldown": 300,
        "AvailabilityZones": [f"{world.region}{zone}" for zone in group.zones],
        "LoadBalancerNames": [],
        "TargetGroupARNs": [],
        "HealthCheckType": "EC2",
        "HealthCheckGracePeriod": 15 if group.node_group else 0,
        "Instances": [instance_view(world, group, each) for each in group.instances.values()],
        "CreatedTime": group.created_at,
        "SuspendedProcesses": [
            {"ProcessName": name, "SuspensionReason": reason}
            for name, reason in group.suspended.items()
        ],
        "VPCZoneIdentifier": ",".join(subnet(group.network, zone) for zone in group.zones),
        "EnabledMetrics": [],
        "Tags": tags(group),
        "TerminationPolicies": _EKS_ORDER if group.node_group else ["Default"],
        "NewInstancesProtectedFromScaleIn": False,
        "ServiceLinkedRoleARN": world.global_arn("iam", _ROLE),
        "TrafficSources": [],
    }
    if group.node_group:
        view["MixedInstancesPolicy"] = _mixed(group)
        view["CapacityRebalance"] = True
    else:
        view["LaunchTemplate"] = group.template
    if group.warm_pool:
        view["WarmPoolConfiguration"] = group.warm_pool
        view["WarmPoolSize"] = 0
    return view


def _mixed(group: AutoScalingGroup) -> Result:
    return {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": group.template,
            "Overrides": [{"InstanceType": each} for each in group.kinds],
        },
        "InstancesDistribution": {
            "OnDemandAllocationStrategy": "prioritized",
            "OnDemandBaseCapacity": 0,
            "OnDemandPercentageAboveBaseCapacity": 0 if group.spot else 100,
            "SpotAllocationStrategy": "price-capacity-optimized",
        },
    }


def activity_view(world: World, group: AutoScalingGroup, each: GroupActivity) -> Result:
    """A described activity of a group."""
    zone = f"{world.region}{each.zone or group.zones[0]}"
    place = subnet(group.network, each.zone or group.zones[0])
    view: Result = {
        "ActivityId": each.id,
        "AutoScalingGroupName": group.name,
        "AutoScalingGroupARN": group_arn(world, group),
        "Description": f"{each.description}.  Status Reason: {each.message}"
        if each.message
        else each.description,
        "Cause": each.cause,
        "StartTime": each.started_at,
        "StatusCode": each.status,
        "Progress": each.progress,
        "Details": f'{{"Subnet ID":"{place}","Availability Zone":"{zone}"}}',
    }
    if each.ended_at:
        view["EndTime"] = each.ended_at
    if each.message:
        view["StatusMessage"] = each.message
    return view
