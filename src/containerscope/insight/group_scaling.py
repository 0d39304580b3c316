"""The second level of scaling: the instances that tasks run on, through capacity providers.

Source: EC2 Auto Scaling User Guide, "Verify a scaling activity"; Amazon ECS Developer Guide,
"Cluster auto scaling".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from containerscope.insight.verdict import Verdict, rule, shortened
from containerscope.model.asg import AutoScalingGroup, GroupActivity
from containerscope.model.ecs import CapacityProvider
from containerscope.model.health import Level

_CHANGE = re.compile(
    r"(?:changing|increas\w+|decreas\w+|changed) the (?:desired )?capacity from (\d+) to (\d+)",
    re.IGNORECASE,
)
_BY_USER = re.compile(r"a user request", re.IGNORECASE)
_ALARM = re.compile(
    r"a monitor alarm (?P<alarm>.+?) in state \w+ triggered policy (?P<policy>.+?)"
    r"(?: changing the desired capacity|\.|$)",
    re.IGNORECASE | re.DOTALL,
)
_UNHEALTHY = re.compile(
    r"taken out of service in response to (?P<why>.+?)(?: health[- ]check|\.|$)",
    re.IGNORECASE | re.DOTALL,
)
_DIFFERENCE = re.compile(
    r"difference between desired and actual capacity[^.]*increasing the capacity", re.IGNORECASE
)
_INSTANCE = re.compile(r"\bi-[0-9a-f]{8,17}\b")

_LAUNCH_RULES = (
    rule(
        r"InsufficientInstanceCapacity|insufficient capacity|do not have sufficient",
        Level.FAILED,
        "no EC2 capacity",
        "AWS has no instance of this type in the zone right now.",
        "Allow more instance types and availability zones.",
    ),
    rule(
        r"VcpuLimitExceeded|InstanceLimitExceeded|quota|limit.*exceeded",
        Level.FAILED,
        "EC2 quota reached",
        "The account may not run more instances of this kind.",
        "Ask for a higher quota in Service Quotas.",
    ),
    rule(
        r"UnfulfillableCapacity|SpotMaxPriceTooLow|no Spot capacity|Spot.*(capacity|price)",
        Level.FAILED,
        "no Spot capacity",
        "There is no Spot instance to be had on these terms.",
        "Allow more instance types, or a share of on-demand instances.",
    ),
    rule(
        r"InvalidAMIID|AMI.*(does not exist|not exist|invalid)",
        Level.FAILED,
        "AMI is gone",
        "The image of the launch template does not exist any more.",
        "Point the launch template at an image that exists.",
    ),
    rule(
        r"Client\.(InvalidKMSKey|InternalError)|KMS",
        Level.FAILED,
        "KMS key not usable",
        "The group's service role may not use the key of the volume.",
        "Grant AWSServiceRoleForAutoScaling the key, by key policy or grant.",
    ),
    rule(
        r"InsufficientFreeAddresses|not (?:have )?enough free addresses",
        Level.FAILED,
        "subnet out of IPs",
        "The subnet has no free address.",
        "Use a larger subnet or another one.",
    ),
    rule(
        r"UnauthorizedOperation|not authorized|Access.?Denied",
        Level.FAILED,
        "launch denied",
        "The group may not launch what its template asks for.",
        "Check the service role and, for an instance profile, iam:PassRole.",
    ),
    rule(
        r"security group.*does not exist|InvalidGroup",
        Level.FAILED,
        "security group is gone",
        "The launch template names a security group that does not exist.",
        "Correct the launch template.",
    ),
)


class GroupStep(msgspec.Struct, frozen=True):
    """An activity of a group as a line of history."""

    activity: GroupActivity
    before: int | None = None
    after: int | None = None
    cause: str = ""
    """In few words. Holds text from outside."""
    result: str = ""
    level: Level = Level.NONE
    instances: tuple[str, ...] = ()

    @property
    def change(self) -> str:
        """`3→4`; empty where the cause names no numbers."""
        return "" if self.after is None else f"{self.before}→{self.after}"


def group_name_of(provider: CapacityProvider) -> str:
    """The name of the group behind a capacity provider; empty for those without one."""
    group = provider.auto_scaling_group_provider
    found = (group.auto_scaling_group_arn if group else None) or ""
    return found.rsplit("autoScalingGroupName/", 1)[-1]


def providers_of(
    group: AutoScalingGroup, providers: Iterable[CapacityProvider]
) -> tuple[CapacityProvider, ...]:
    """The capacity providers that a group is the instances of."""
    name = group.auto_scaling_group_name
    return tuple(each for each in providers if name and group_name_of(each) == name)


def group_step(activity: GroupActivity) -> GroupStep:
    """What an activity did, to which instances, why and with what result."""
    said = activity.cause or ""
    numbers = _CHANGE.findall(said)
    before, after = (int(numbers[0][0]), int(numbers[-1][1])) if numbers else (None, None)
    result, level = _result(activity)
    described = activity.description or ""
    instances = tuple(dict.fromkeys(_INSTANCE.findall(described)))
    return GroupStep(activity, before, after, _cause(said), result, level, instances)


def folded(steps: Iterable[GroupStep]) -> list[tuple[GroupStep, int]]:
    """The newest of each run of failures that are alike, and how many there are of it."""
    found: list[tuple[GroupStep, int]] = []
    for step in steps:
        last, times = found[-1] if found else (None, 0)
        if (
            last is not None
            and step.level is Level.FAILED
            and (last.level, last.change, last.result) == (step.level, step.change, step.result)
        ):
            found[-1] = (last, times + 1)
        else:
            found.append((step, 1))
    return found


def _cause(said: str) -> str:
    alarm = _ALARM.search(said)
    if alarm is not None:
        return f"alarm {alarm['alarm']}, policy {alarm['policy'].strip()}"
    unhealthy = _UNHEALTHY.search(said)
    if unhealthy is not None:
        return f"taken out: {unhealthy['why'].strip()}"
    if re.search(r"scheduled action", said, re.IGNORECASE):
        return "a scheduled action"
    if re.search(r"instance refresh", said, re.IGNORECASE):
        return "an instance refresh"
    if re.search(r"rebalanc", said, re.IGNORECASE):
        return "zone rebalancing"
    if _BY_USER.search(said):
        return "a request by ECS, EKS or a user"
    if _DIFFERENCE.search(said):
        return "it had fewer instances than it was to have"
    return shortened(said, 120)


def _result(activity: GroupActivity) -> tuple[str, Level]:
    status = activity.status_code or ""
    said = activity.status_message or ""
    if status == "Successful":
        return "done", Level.FINE
    if status in ("Failed", "Cancelled"):
        known = launch_failure(said)
        words = known.words if known else shortened(said, 120)
        return f"{status.lower()}: {words}".rstrip(": "), (
            Level.FAILED if status == "Failed" else Level.NONE
        )
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", status).lower()
    return plain, Level.PROGRESS if status else Level.NONE


def launch_failure(said: str) -> Verdict | None:
    """What a launch failure means and what to do; None for a text that is not known."""
    for each in _LAUNCH_RULES:
        if each.pattern.search(said):
            return Verdict(each.level, each.words, each.cause, each.fix, said)
    return None


def group_verdict(
    group: AutoScalingGroup, activities: Sequence[GroupActivity] | None = None
) -> Verdict:
    """How a group does: being deleted, suspended, failing to launch, at its maximum, on its way."""
    if group.status:
        return Verdict(Level.PROGRESS, group.status.lower(), "The group is being deleted.")
    suspended = {each.process_name or "" for each in group.suspended_processes or ()}
    hurting = sorted(suspended & {"Launch", "Terminate", "HealthCheck", "ReplaceUnhealthy"})
    wanted = group.desired_capacity
    serving = in_service(group)
    newest = activities[0] if activities else None
    short = wanted is not None and serving < wanted
    if newest is not None and newest.status_code == "Failed" and short:
        known = launch_failure(newest.status_message or "")
        said = newest.status_message or ""
        if known is not None:
            return known
        return Verdict(Level.FAILED, "launch failed", shortened(said, 200), said=said)
    if "Launch" in hurting:
        return Verdict(Level.WARNING, "launching suspended", "The group launches no instances.")
    sick = sum(1 for each in group.instances or () if each.health_status == "Unhealthy")
    if sick:
        return Verdict(Level.WARNING, f"{sick} unhealthy", "Unhealthy instances are replaced.")
    if short:
        return Verdict(Level.PROGRESS, f"launching {(wanted or 0) - serving}")
    if wanted is not None and serving > wanted:
        return Verdict(Level.PROGRESS, f"ending {serving - wanted}")
    if hurting:
        return Verdict(Level.WARNING, f"{', '.join(hurting)} suspended")
    most = group.max_size
    if most is not None and wanted is not None and wanted >= most > (group.min_size or 0):
        cause = f"The group has {wanted} of at most {most} instances: it cannot grow."
        return Verdict(Level.WARNING, f"at maximum {most}", cause, "Raise the group's maximum.")
    return Verdict(Level.FINE) if wanted else Verdict(Level.NONE, "no instances wanted")


def in_service(group: AutoScalingGroup) -> int:
    """How many instances work."""
    return sum(1 for each in group.instances or () if each.lifecycle_state == "InService")
