"""What can be done to an ECS service: its live state read, the pure plan, how far it has come."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from containerscope.block import DiffLine
from containerscope.insight import service_actions as plans
from containerscope.insight.scaling import resource_id
from containerscope.insight.service_actions import LiveService
from containerscope.insight.taskdef_diff import changes
from containerscope.model import arn
from containerscope.model.ecs_deployment import ServiceDeployment, ServiceRevision
from containerscope.model.ecs_service import Service
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.model.scaling import ScalableTarget
from containerscope.plan import Ask, Stage, Step
from containerscope.resource import Action, Clients, Scope
from containerscope.resources import _ecs
from containerscope.resources._definition import definition
from containerscope.resources._deployment_briefs import briefs

_REVISIONS = 20
"""What one call describes."""
_COMPARED = 5
"""Revisions whose difference is shown whole; each takes a call, once."""


async def service_now(clients: Clients, cluster: str, name: str) -> Service:
    """The service as it is now."""
    page = await clients.read(
        "ecs", "DescribeServices", "services", Service, cluster=cluster, services=[name]
    )
    if page.items:
        return page.items[0]
    reasons = [{"reason": failure.reason} for failure in page.failures]
    raise ApiError(_ecs.gone("DescribeServices", reasons))


async def _live(clients: Clients, scope: Scope, item: Item[Service]) -> LiveService:
    cluster = _ecs.cluster_of(scope, item)
    return LiveService(await service_now(clients, cluster, item.key), cluster)


async def live_with_target(clients: Clients, scope: Scope, item: Item[Service]) -> LiveService:
    """The service as it is now, with the bounds of its scaling."""
    live = await _live(clients, scope, item)
    target, unknown = None, ""
    try:
        page = await clients.read(
            "application-autoscaling",
            "DescribeScalableTargets",
            "ScalableTargets",
            ScalableTarget,
            ServiceNamespace="ecs",
            ResourceIds=[resource_id(live.cluster, live.name)],
            ScalableDimension="ecs:service:DesiredCount",
        )
        target = page.items[0] if page.items else None
    except ApiError as error:
        unknown = error.problem.message
    return LiveService(live.service, live.cluster, target, unknown)


async def _with_revisions(clients: Clients, scope: Scope, item: Item[Service]) -> LiveService:
    live = await _live(clients, scope, item)
    within = scope.within(cluster=live.cluster, service=live.name)
    listed = [brief async for page in briefs(clients, within) for brief in page.items]
    newest = listed[0].service_deployment_arn if listed else None
    names = dict.fromkeys(each.target_service_revision_arn or "" for each in listed)
    present = next(iter(live.service.current_service_revisions or ()), None)
    if present is not None and present.arn:
        names = {present.arn: None, **names}
    wanted = [name for name in names if name][:_REVISIONS]
    found: dict[str | None, ServiceRevision] = {}
    if wanted:
        page = await clients.read(
            "ecs", "DescribeServiceRevisions", "serviceRevisions", ServiceRevision,
            serviceRevisionArns=wanted,
        )  # fmt: skip
        found = {each.service_revision_arn: each for each in page.items}
    revisions = [found[name] for name in wanted if name in found]
    now = live.service.task_definition
    others = _others(revisions, now)
    return LiveService(
        live.service,
        live.cluster,
        running=await _running(clients, newest),
        revisions=others,
        differences=await _differences(clients, now, others),
        present=next((each for each in revisions if each.task_definition == now), None),
    )


def _others(revisions: list[ServiceRevision], now: str | None) -> tuple[ServiceRevision, ...]:
    """One for each other task definition, the newest."""
    by_definition: dict[str | None, ServiceRevision] = {}
    for each in revisions:
        if each.task_definition and each.task_definition != now:
            by_definition.setdefault(each.task_definition, each)
    return tuple(by_definition.values())


async def _differences(
    clients: Clients, now: str | None, others: tuple[ServiceRevision, ...]
) -> dict[str, tuple[DiffLine, ...]]:
    """In what the definitions of the newest others differ from the present one."""
    names = [each.task_definition or "" for each in others[:_COMPARED]]
    if not now or not names:
        return {}
    try:
        present, *before = await asyncio.gather(
            *(definition(clients, name) for name in (now, *names))
        )
    except ApiError:
        # The images that the revisions name are shown in their place.
        return {}
    return {name: changes(present, each) for name, each in zip(names, before, strict=True)}


async def _running(clients: Clients, newest: str | None) -> ServiceDeployment | None:
    if newest is None:
        return None
    page = await clients.read(
        "ecs", "DescribeServiceDeployments", "serviceDeployments", ServiceDeployment,
        serviceDeploymentArns=[newest],
    )  # fmt: skip
    return page.items[0] if page.items else None


def _stage(
    of: Callable[[Service, Step], Stage],
) -> Callable[[Clients, Step], Awaitable[Stage]]:
    async def stage(clients: Clients, step: Step) -> Stage:
        return of(await service_now(clients, step.where, arn.name_of(step.key)), step)

    return stage


def _when(of: Callable[[Service], str]) -> Callable[[Item[Service]], str]:
    def when(item: Item[Service]) -> str:
        # What a list does not know of it the live state will tell.
        return "" if isinstance(item.value, Missing) else of(item.value)

    return when


async def _rolled_back(clients: Clients, step: Step) -> Stage:
    service = await service_now(clients, step.where, arn.name_of(step.key))
    if step.mark:
        return plans.deployed(service, step)
    return plans.settled(service)


SCALE: Action[Service] = Action(
    "scale",
    "Scale",
    "Scale: set the desired count",
    live_with_target,
    plans.plan_scale,
    ("ecs:UpdateService",),
    when=_when(plans.why_not_scaled),
    key="scale",
    asks=Ask("desired", hint="COUNT"),
    answer=lambda live: str(live.desired),
    progress=_stage(plans.scaled),
)

ACTIONS: tuple[Action[Service], ...] = (
    SCALE,
    Action(
        "restart",
        "Redeploy",
        "Redeploy: replace every task by a new one",
        _live,
        plans.plan_restart,
        ("ecs:UpdateService",),
        when=_when(plans.why_not_changed),
        key="restart",
        bulk=True,
        progress=_stage(plans.deployed),
    ),
    Action(
        "rollback",
        "Roll back",
        "Roll back: stop the deployment, or go back",
        _with_revisions,
        plans.plan_rollback,
        ("ecs:StopServiceDeployment", "ecs:UpdateService", "iam:PassRole"),
        when=_when(plans.why_not_changed),
        key="rollback",
        asks=Ask("go back to", "choice", "REVISION"),
        options=plans.rollback_options,
        answer=lambda live: next((each.value for each in plans.rollback_options(live)), ""),
        progress=_rolled_back,
    ),
    Action(
        "suspend-scaling",
        "Suspend scaling of",
        "Suspend its auto scaling",
        live_with_target,
        lambda live, _: plans.plan_suspend(live, True),
        ("application-autoscaling:RegisterScalableTarget",),
    ),
    Action(
        "resume-scaling",
        "Resume scaling of",
        "Resume its auto scaling",
        live_with_target,
        lambda live, _: plans.plan_suspend(live, False),
        ("application-autoscaling:RegisterScalableTarget",),
    ),
)
