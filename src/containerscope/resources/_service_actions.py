"""What can be done to an ECS service: its live state read, the pure plan, how far it has come."""

from __future__ import annotations

import asyncio

from containerscope.block import DiffLine
from containerscope.insight import service_actions as plans
from containerscope.insight.deployment_actions import ended
from containerscope.insight.live_service import LiveService, why_not_deployed
from containerscope.insight.taskdef_diff import changes
from containerscope.model import arn
from containerscope.model.ecs_deployment import ServiceDeployment, ServiceRevision
from containerscope.model.ecs_service import Service
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.plan import Ask, Request, Stage, Step
from containerscope.resource import Action, Clients, Scope
from containerscope.resources._definition import definition
from containerscope.resources._deployment_actions import deployment_now
from containerscope.resources._deployment_briefs import briefs
from containerscope.resources._scale_actions import BOUNDING, SCALE, live_with_capacity
from containerscope.resources._service_live import live_service, live_services, service_now

_REVISIONS = 20
"""What one call describes."""
_COMPARED = 5
"""Revisions whose difference is shown whole; each takes a call, once."""


async def _with_revisions(clients: Clients, scope: Scope, item: Item[Service]) -> LiveService:
    live = await live_service(clients, scope, item)
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


async def _with_running(clients: Clients, scope: Scope, item: Item[Service]) -> LiveService:
    """The service with the deployment that is under way, on which a rollback rests."""
    live = await live_service(clients, scope, item)
    within = scope.within(cluster=live.cluster, service=live.name)
    first = [page async for page in briefs(clients, within)][:1]
    newest = next((b.service_deployment_arn for page in first for b in page.items), None)
    return LiveService(live.service, live.cluster, running=await _running(clients, newest))


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


async def _deployed(clients: Clients, step: Step) -> Stage:
    return plans.deployed(await service_now(clients, step.where, arn.name_of(step.key)), step)


def _deployable(item: Item[Service]) -> str:
    # What a list does not know of it the live state will tell.
    return "" if isinstance(item.value, Missing) else why_not_deployed(item.value)


def _answerable(item: Item[Service]) -> str:
    return "" if isinstance(item.value, Missing) else plans.why_not_answered(item.value)


async def _answered(clients: Clients, step: Step) -> Stage:
    return ended(await deployment_now(clients, step.key), step)


async def _rolled_back(clients: Clients, step: Step) -> Stage:
    if isinstance(step.request, Request) and "serviceDeploymentArn" in step.request.where:
        return ended(await deployment_now(clients, step.facts["deployment"]), step)
    return await _deployed(clients, step)


ACTIONS: tuple[Action[Service], ...] = (
    SCALE,
    Action(
        "restart",
        "Redeploy",
        "Redeploy: replace every task by a new one",
        live_with_capacity,
        plans.plan_restart,
        ("ecs:UpdateService",),
        again=live_service,
        look_all=live_services,
        made=plans.made,
        when=_deployable,
        key="restart",
        bulk=True,
        progress=_deployed,
    ),
    Action(
        "rollback",
        "Roll back",
        "Roll back: stop the deployment, or go back",
        _with_revisions,
        plans.plan_rollback,
        ("ecs:StopServiceDeployment", "ecs:UpdateService", "iam:PassRole"),
        again=_with_running,
        made=plans.made,
        when=_deployable,
        key="rollback",
        asks=Ask("go back to", "choice", "REVISION"),
        options=plans.rollback_options,
        answer=lambda live: next((each.value for each in plans.rollback_options(live)), ""),
        progress=_rolled_back,
    ),
    Action(
        "continue",
        "Continue the deployment of",
        "Continue its deployment, which waits at a hook",
        _with_running,
        lambda live, _: plans.plan_answer(live, "CONTINUE"),
        ("ecs:ContinueServiceDeployment",),
        when=_answerable,
        progress=_answered,
    ),
    Action(
        "reject",
        "Reject the deployment of",
        "Reject its deployment, which waits at a hook",
        _with_running,
        lambda live, _: plans.plan_answer(live, "ROLLBACK"),
        ("ecs:ContinueServiceDeployment",),
        when=_answerable,
        progress=_answered,
    ),
    *BOUNDING,
)
