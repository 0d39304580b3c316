"""What can be done to a managed node group."""

from __future__ import annotations

from containerscope.insight import nodegroup_actions as plans
from containerscope.model import arn
from containerscope.model.asg import AutoScalingGroup
from containerscope.model.eks import Nodegroup
from containerscope.model.listing import ApiError, Item, Missing, Problem, Why
from containerscope.plan import Ask, Stage, Step
from containerscope.resource import Action, Clients, Scope


async def _now(clients: Clients, cluster: str, name: str) -> Nodegroup:
    page = await clients.read(
        "eks", "DescribeNodegroup", "nodegroup", Nodegroup, clusterName=cluster, nodegroupName=name
    )
    if page.items:
        return page.items[0]
    raise ApiError(Problem(Why.FAILED, "eks:DescribeNodegroup", "it is not there any more"))


async def _live(clients: Clients, scope: Scope, item: Item[Nodegroup]) -> Nodegroup:
    return await _now(clients, item.cluster or scope.cluster, arn.name_of(item.name))


async def _scaled(clients: Clients, step: Step) -> Stage:
    group = await _now(clients, step.where, step.target)
    return plans.scaled(group, step, await _nodes(clients, group))


async def _updated(clients: Clients, step: Step) -> Stage:
    return plans.updated(await _now(clients, step.where, step.target), step)


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


def _why_not(item: Item[Nodegroup]) -> str:
    return "" if isinstance(item.value, Missing) else plans.why_not_scaled(item.value)


ACTIONS: tuple[Action[Nodegroup], ...] = (
    Action(
        "scale",
        "Scale",
        "Scale: set the desired number of nodes",
        _live,
        plans.plan_scale,
        ("eks:UpdateNodegroupConfig",),
        when=_why_not,
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
        ("eks:UpdateNodegroupConfig",),
        when=_why_not,
        asks=Ask("unavailable", hint="COUNT"),
        answer=plans.unavailable,
        progress=_updated,
    ),
    Action(
        "update-ami",
        "Update the AMI of",
        "Update to the newest AMI release",
        _live,
        plans.plan_release,
        ("eks:UpdateNodegroupVersion",),
        when=_why_not,
        progress=_updated,
    ),
)
