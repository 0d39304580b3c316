"""What can be done to a managed node group."""

from __future__ import annotations

from collections.abc import Callable

from containerscope.insight import nodegroup_actions as plans
from containerscope.insight.eks_release import release_parameter
from containerscope.insight.nodegroup_actions import LiveRelease
from containerscope.model import arn
from containerscope.model.asg import AutoScalingGroup
from containerscope.model.eks import Nodegroup
from containerscope.model.eks_upgrade import Update
from containerscope.model.listing import ApiError, Item, Missing, Problem, Why
from containerscope.plan import Ask, Stage, Step
from containerscope.resource import Action, Clients, Scope
from containerscope.resources._eks_versions import releases

_CONFIG = ("eks:UpdateNodegroupConfig", "eks:DescribeUpdate")


async def _now(clients: Clients, cluster: str, name: str) -> Nodegroup:
    page = await clients.read(
        "eks", "DescribeNodegroup", "nodegroup", Nodegroup, clusterName=cluster, nodegroupName=name
    )
    if page.items:
        return page.items[0]
    raise ApiError(Problem(Why.FAILED, "eks:DescribeNodegroup", "it is not there any more"))


async def _live(clients: Clients, scope: Scope, item: Item[Nodegroup]) -> Nodegroup:
    return await _now(clients, item.cluster or scope.cluster, arn.name_of(item.name))


async def _live_release(clients: Clients, scope: Scope, item: Item[Nodegroup]) -> LiveRelease:
    group = await _live(clients, scope, item)
    parameter = release_parameter(group)
    try:
        found = await releases(clients, [parameter] if parameter else [])
    except ApiError:
        # The preview says less; EKS takes the newest one all the same.
        found = {}
    return LiveRelease(group, found.get(parameter, ""))


async def _group(clients: Clients, scope: Scope, item: Item[Nodegroup]) -> LiveRelease:
    return LiveRelease(await _live(clients, scope, item))


async def _update(clients: Clients, step: Step) -> Update | None:
    """The update that a step has begun; None where it is not known, or nobody may know of it."""
    if not step.mark:
        return None
    try:
        page = await clients.read(
            "eks", "DescribeUpdate", "update", Update,
            name=step.where, nodegroupName=step.target, updateId=step.mark,
        )  # fmt: skip
    except ApiError:
        return None
    return page.items[0] if page.items else None


async def _scaled(clients: Clients, step: Step) -> Stage:
    update = await _update(clients, step)
    group = await _now(clients, step.where, step.target)
    stage = plans.scaled(group, update, step)
    if not stage.done or group.status != "ACTIVE":
        return stage
    return plans.scaled(group, update, step, await _nodes(clients, group))


async def _updated(clients: Clients, step: Step) -> Stage:
    update = await _update(clients, step)
    return plans.updated(await _now(clients, step.where, step.target), update)


async def _released(clients: Clients, step: Step) -> Stage:
    update = await _update(clients, step)
    return plans.released(await _now(clients, step.where, step.target), update)


async def _nodes(clients: Clients, group: Nodegroup) -> int | None:
    """How many nodes are in service; None where nobody may know."""
    groups = (group.resources.auto_scaling_groups if group.resources else None) or ()
    names = [each.name for each in groups if each.name]
    if not names:
        return None
    try:
        page = await clients.read(
            "autoscaling", "DescribeAutoScalingGroups", "AutoScalingGroups", AutoScalingGroup,
            AutoScalingGroupNames=names,
        )  # fmt: skip
    except ApiError:
        return None
    instances = (each for found in page.items for each in found.instances or ())
    return sum(each.lifecycle_state == "InService" for each in instances)


def _when(of: Callable[[Nodegroup], str]) -> Callable[[Item[Nodegroup]], str]:
    return lambda item: "" if isinstance(item.value, Missing) else of(item.value)


ACTIONS: tuple[Action[Nodegroup], ...] = (
    Action(
        "scale",
        "Scale",
        "Scale: set the desired number of nodes",
        _live,
        plans.plan_scale,
        _CONFIG,
        made=plans.made,
        when=_when(plans.why_not_scaled),
        key="scale",
        asks=Ask("desired", hint="COUNT"),
        answer=lambda group: str(plans.desired(group)),
        progress=_scaled,
    ),
    Action(
        "set-unavailable",
        "Set the pace of updates of",
        "Set how many nodes an update takes at once",
        _live,
        plans.plan_unavailable,
        _CONFIG,
        made=plans.made,
        when=_when(plans.why_not_scaled),
        asks=Ask("unavailable", hint="COUNT|SHARE%", characters="[0-9]*%?"),
        answer=plans.unavailable,
        progress=_updated,
    ),
    Action(
        "update-ami",
        "Update the AMI of",
        "Update to the newest AMI release",
        _live_release,
        plans.plan_release,
        ("eks:UpdateNodegroupVersion", "eks:DescribeUpdate", "ssm:GetParameters"),
        again=_group,
        made=plans.made,
        when=_when(plans.why_not_updated),
        progress=_released,
    ),
)
