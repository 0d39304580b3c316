"""Scaling a service: its live state with what bounds it, what it takes, and how far it has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from containerscope.insight import scale_actions as plans
from containerscope.insight.capacity import room_in_all
from containerscope.insight.live_service import LiveService
from containerscope.insight.scale_capacity import Capacity, Size, size_of
from containerscope.insight.scaling import resource_id
from containerscope.insight.target_health import groups_of, healthy_count, target_state
from containerscope.listers import pages
from containerscope.model import arn
from containerscope.model.ecs import CapacityProvider, ContainerInstance
from containerscope.model.ecs_service import Service
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.model.scaling import ScalableTarget
from containerscope.plan import Ask, Stage, Step
from containerscope.resource import Action, Clients, Scope
from containerscope.resources._definition import definition
from containerscope.resources._instance_roles import on_instances
from containerscope.resources._service_live import live_service, service_now
from containerscope.resources._target_join import health_of

_LOOKED_AT = 500
"""Instances that are looked at for room; of larger clusters the preview says `at least`."""
_REGISTER = ("application-autoscaling:RegisterScalableTarget",)


async def target_now(clients: Clients, cluster: str, name: str) -> ScalableTarget | None:
    """The scalable target of a service as it is now; None without one."""
    page = await clients.read(
        "application-autoscaling",
        "DescribeScalableTargets",
        "ScalableTargets",
        ScalableTarget,
        ServiceNamespace="ecs",
        ResourceIds=[resource_id(cluster, name)],
        ScalableDimension="ecs:service:DesiredCount",
    )
    return page.items[0] if page.items else None


async def live_with_target(clients: Clients, scope: Scope, item: Item[Service]) -> LiveService:
    """The service as it is now, with the bounds of its scaling."""
    live = await live_service(clients, scope, item)
    try:
        target = await target_now(clients, live.cluster, live.name)
    except ApiError as error:
        return msgspec.structs.replace(live, unknown=error.problem.message)
    return msgspec.structs.replace(live, target=target)


async def live_with_effects(clients: Clients, scope: Scope, item: Item[Service]) -> LiveService:
    """The same with what more or fewer tasks take, where they find room, and who answers now."""
    live = await live_with_target(clients, scope, item)
    capacity, targets = await asyncio.gather(
        _capacity(clients, live), targets_now(clients, live.service)
    )
    return msgspec.structs.replace(live, capacity=capacity, targets=targets)


async def live_with_capacity(clients: Clients, scope: Scope, item: Item[Service]) -> LiveService:
    """The service as it is now, with the room that there is for more of its tasks."""
    live = await live_service(clients, scope, item)
    return msgspec.structs.replace(live, capacity=await _capacity(clients, live))


async def targets_now(clients: Clients, service: Service) -> tuple[int, int] | None:
    """Healthy targets of all those of a service; None without any, or where nobody may know."""
    groups = groups_of(service)
    if not groups:
        return None
    try:
        found = await asyncio.gather(*(health_of(clients, each.arn) for each in groups))
    except ApiError:
        return None
    # The idle side of a blue/green service holds targets that no rule leads to.
    used = [each for targets in found for each in targets if target_state(each) != "unused"]
    return healthy_count(used)


async def _capacity(clients: Clients, live: LiveService) -> Capacity:
    service, size = live.service, Size()
    try:
        if service.task_definition:
            size = size_of(await definition(clients, service.task_definition))
        if not on_instances(service) or not (size.cpu or size.memory):
            return Capacity(size)
        return await _room(clients, live, size)
    except ApiError as error:
        return Capacity(size, unknown=error.problem.message)


async def _room(clients: Clients, live: LiveService, size: Size) -> Capacity:
    """The room on the instances of the service's capacity providers, or of the whole cluster."""
    strategy = live.service.capacity_provider_strategy or ()
    names = [each.capacity_provider or "" for each in strategy]
    own = [name for name in names if not name.startswith("FARGATE")]
    if len(own) < len(names):
        # What finds no room on instances runs on Fargate.
        return Capacity(size)
    found, every = await active_instances(clients, live.cluster)
    if own:
        found = tuple(each for each in found if each.capacity_provider_name in own)
    return Capacity(
        size,
        room_in_all(found, size.cpu, size.memory),
        len(found),
        not every,
        await _growing(clients, live.cluster, own),
    )


async def active_instances(
    clients: Clients, cluster: str
) -> tuple[tuple[ContainerInstance, ...], bool]:
    """The active instances of a cluster, five hundred at most, and whether that is every one."""
    found: list[ContainerInstance] = []
    listed = pages(
        clients, "ecs", "ListContainerInstances", "containerInstanceArns",
        cluster=cluster, status="ACTIVE", maxResults=100,
    )  # fmt: skip
    async for page in listed:
        if len(found) >= _LOOKED_AT:
            return tuple(found), False
        if page.items:
            described = await clients.read(
                "ecs", "DescribeContainerInstances", "containerInstances", ContainerInstance,
                cluster=cluster, containerInstances=list(page.items),
            )  # fmt: skip
            found += described.items
    return tuple(found), True


async def _growing(clients: Clients, cluster: str, names: list[str]) -> tuple[str, ...]:
    """Those of these capacity providers that start instances when tasks wait."""
    if not names:
        return ()
    page = await clients.read(
        "ecs", "DescribeCapacityProviders", "capacityProviders", CapacityProvider,
        capacityProviders=names,
    )  # fmt: skip
    return tuple(each.name or "" for each in page.items if _grows(each))


def _grows(provider: CapacityProvider) -> bool:
    if provider.managed_instances_provider is not None:
        return True
    group = provider.auto_scaling_group_provider
    scaling = group.managed_scaling if group else None
    return scaling is not None and scaling.status == "ENABLED"


def _scalable(item: Item[Service]) -> str:
    # What a list does not know of it the live state will tell.
    return "" if isinstance(item.value, Missing) else plans.why_not_scaled(item.value)


async def _scaled(clients: Clients, step: Step) -> Stage:
    return plans.scaled(await service_now(clients, step.where, arn.name_of(step.key)), step)


async def _suspended(clients: Clients, step: Step) -> Stage:
    return plans.suspended(await target_now(clients, step.where, step.target), step)


async def within_bounds(clients: Clients, step: Step) -> Stage:
    """How far a service is on its way into the bounds that a step has set."""
    service, target = await asyncio.gather(
        service_now(clients, step.where, step.target),
        target_now(clients, step.where, step.target),
    )
    return plans.within_bounds(service, target, step)


def _suspending(suspended: bool) -> Callable[[LiveService, str], Step]:
    return lambda live, _: plans.plan_suspend(live, suspended)


SCALE: Action[Service] = Action(
    "scale",
    "Scale",
    "Scale: set the desired count",
    live_with_effects,
    plans.plan_scale,
    ("ecs:UpdateService",),
    again=live_with_target,
    when=_scalable,
    key="scale",
    asks=Ask("desired", hint="COUNT"),
    answer=lambda live: str(live.desired),
    progress=_scaled,
)

BOUNDING: tuple[Action[Service], ...] = (
    Action(
        "set-bounds",
        "Set the bounds of scaling of",
        "Set the minimum and maximum of its auto scaling",
        live_with_target,
        plans.plan_bounds,
        _REGISTER,
        when=_scalable,
        asks=Ask("minimum-maximum", hint="MIN-MAX", characters="[0-9]*-?[0-9]*"),
        answer=plans.bounds_words,
        progress=within_bounds,
    ),
    Action(
        "suspend-scaling",
        "Suspend scaling of",
        "Suspend its auto scaling",
        live_with_target,
        _suspending(True),
        _REGISTER,
        when=_scalable,
        bulk=True,
        progress=_suspended,
    ),
    Action(
        "resume-scaling",
        "Resume scaling of",
        "Resume its auto scaling",
        live_with_target,
        _suspending(False),
        _REGISTER,
        when=_scalable,
        bulk=True,
        progress=_suspended,
    ),
)
