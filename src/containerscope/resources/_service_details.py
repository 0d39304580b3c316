"""The tabs of a service's detail pane."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from containerscope.insight.service_health import counted_failures, service_verdict
from containerscope.model import arn
from containerscope.model.ecs_service import Deployment, Service, TaskSet
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.resource import (
    Block,
    Clients,
    PairsBlock,
    Scope,
    TableBlock,
    TextBlock,
)
from containerscope.resources import _blocks, _ecs
from containerscope.resources._deaths import recent_deaths
from containerscope.resources._definition import container_images

_LEVELS = {"FAILED": Level.FAILED, "IN_PROGRESS": Level.PROGRESS}


async def overview(
    clients: Clients, scope: Scope, item: Item[Service]
) -> AsyncIterator[tuple[Block, ...]]:
    """What is wrong, then what the service is made of."""
    service = item.value
    if isinstance(service, Missing):
        yield (_blocks.missing_block(service),)
        return
    trouble, *rest = _overview(service)
    deaths: tuple[Block, ...] = ()
    yield (trouble, *rest)
    if service_verdict(service).bad:
        deaths = await recent_deaths(clients, _ecs.cluster_of(scope, item), item.name)
        yield (trouble, *deaths, *rest)
    if service.definition:
        images = await container_images(clients, service.definition)
        yield (trouble, *deaths, *rest, images)


def deployment_blocks(service: Service) -> tuple[Block, ...]:
    """The sets of tasks there are now, and how deployments are carried out."""
    return (*_sets_of_tasks(service), *_configuration(service))


def _sets_of_tasks(service: Service) -> tuple[TableBlock, ...]:
    """Task sets where another controller makes them, else deployments."""
    sets = _task_sets(service)
    return sets if sets and not service.deployments else (*sets, deployment_table(service))


async def events(
    clients: Clients, scope: Scope, item: Item[Service]
) -> AsyncIterator[tuple[Block, ...]]:
    """The newest events at once, then all that ECS keeps."""
    known = () if isinstance(item.value, Missing) else item.value.events or ()
    if known:
        yield (_blocks.event_table(known),)
    try:
        page = await clients.read(
            "ecs",
            "DescribeServices",
            "services",
            Service,
            cluster=_ecs.cluster_of(scope, item),
            services=[item.key],
        )
    except ApiError as error:
        trouble = TextBlock(error.problem.message, level=Level.WARNING)
        yield (trouble, *((_blocks.event_table(known),) if known else ()))
        return
    for service in page.items[:1]:
        yield (_blocks.event_table(service.events or ()),)
    if not page.items:
        yield (TextBlock("The service is not there any more.", level=Level.WARNING),)


def deployment_table(service: Service) -> TableBlock:
    """The `deployments[]` of a service, newest first."""
    found = service.deployments or ()
    return TableBlock(
        "Deployments",
        ("STATUS", "TASKDEF", "RUNNING", "PENDING", "FAILED", "ROLLOUT", "STARTED", "REASON"),
        tuple(_deployment_row(service, deployment) for deployment in found),
        tuple(_deployment_level(deployment) for deployment in found),
        empty="ECS carries out no deployments of this service.",
    )


def _deployment_row(service: Service, deployment: Deployment) -> tuple[object, ...]:
    failed = deployment.failed_tasks or 0
    return (
        deployment.status,
        _blocks.taskdef_name(deployment.task_definition),
        f"{deployment.running_count or 0}/{deployment.desired_count or 0}",
        deployment.pending_count or 0,
        counted_failures(service, deployment).removesuffix("failures").strip() or failed,
        (deployment.rollout_state or "").lower().replace("_", " "),
        deployment.created_at,
        deployment.rollout_state_reason,
    )


def _deployment_level(deployment: Deployment) -> Level:
    level = _LEVELS.get(deployment.rollout_state or "", Level.NONE)
    return Level.WARNING if level is Level.PROGRESS and deployment.failed_tasks else level


def _overview(service: Service) -> tuple[Block, ...]:
    controller = service.deployment_controller
    return (
        *_blocks.verdict_block(service_verdict(service)),
        _blocks.pairs(
            "Service",
            ("Status", service.status),
            ("Tasks", f"{service.running_count or 0} of {service.desired_count or 0} running"),
            ("Pending", service.pending_count or None),
            ("Task definition", _blocks.taskdef_name(service.definition)),
            ("Launch type", service.launch_type),
            ("Capacity", _blocks.strategy_words(service.capacity_provider_strategy)),
            (
                "Platform",
                " ".join(filter(None, (service.platform_family, service.platform_version))),
            ),
            ("Scheduling", service.scheduling_strategy),
            ("Deployed by", controller.type if controller else None),
            ("Express Mode", True if service.resource_management_type == "ECS" else None),
            ("ECS Exec", service.enable_execute_command),
            ("Zone rebalancing", (service.availability_zone_rebalancing or "").lower()),
            ("Grace period", _seconds(service.health_check_grace_period_seconds)),
            ("Created", service.created_at),
            ("Created by", arn.name_of(service.created_by) if service.created_by else None),
            ("Role", arn.name_of(service.role_arn) if service.role_arn else None),
        ),
        *_sets_of_tasks(service),
        _blocks.event_table((service.events or ())[:10], "Newest events"),
        *_load_balancers(service),
        *_blocks.network_block(service.network_configuration),
        *_placement(service),
        *_service_connect(service.deployments or ()),
        *_blocks.tags_block(service.tags),
    )


def _seconds(value: int | None) -> str | None:
    return f"{value} s" if value is not None else None


def _load_balancers(service: Service) -> tuple[TableBlock, ...]:
    found = service.load_balancers or ()
    if not found:
        return ()
    rows: list[tuple[object, ...]] = []
    for balancer in found:
        target = balancer.target_group_arn or ""
        group = target.split("/")[1] if target.count("/") > 1 else balancer.load_balancer_name
        advanced = balancer.advanced_configuration
        other = (advanced.alternate_target_group_arn if advanced else None) or ""
        alternate = other.split("/")[1] if other.count("/") > 1 else None
        rows.append((group, balancer.container_name, balancer.container_port, alternate))
    header = ("TARGET GROUP", "CONTAINER", "PORT", "ALTERNATE")
    return (TableBlock("Load balancers", header, tuple(rows)),)


def _placement(service: Service) -> tuple[PairsBlock, ...]:
    strategy = [
        f"{p.type or '?'} {p.field or ''}".strip() for p in service.placement_strategy or ()
    ]
    constraints = [
        f"{c.type or '?'} {c.expression or ''}".strip() for c in service.placement_constraints or ()
    ]
    if not strategy and not constraints:
        return ()
    return (
        _blocks.pairs(
            "Placement", ("Strategy", tuple(strategy)), ("Constraints", tuple(constraints))
        ),
    )


def _service_connect(found: Iterable[Deployment]) -> tuple[PairsBlock, ...]:
    connect = next((d.service_connect_configuration for d in found), None)
    if connect is None or not connect.enabled:
        return ()
    names = tuple(
        f"{alias.dns_name or each.discovery_name or each.port_name or '?'}:{alias.port or '?'}"
        for each in connect.services or ()
        for alias in each.client_aliases or ()
    )
    namespace = arn.name_of(connect.namespace) if connect.namespace else None
    return (_blocks.pairs("Service Connect", ("Namespace", namespace), ("Reached as", names)),)


def _configuration(service: Service) -> tuple[PairsBlock, ...]:
    found = service.deployment_configuration
    if found is None:
        return ()
    breaker = found.deployment_circuit_breaker
    alarms = found.alarms
    on = "on" if breaker and breaker.enable else "off"
    back = ", rolls back" if breaker and breaker.enable and breaker.rollback else ""
    return (
        _blocks.pairs(
            "How it deploys",
            ("Strategy", found.strategy),
            ("Minimum healthy", _percent(found.minimum_healthy_percent)),
            ("Maximum", _percent(found.maximum_percent)),
            ("Circuit breaker", on + back),
            ("Alarms", alarms.alarm_names if alarms and alarms.enable else None),
            ("Bake time", _minutes(found.bake_time_in_minutes)),
        ),
    )


def _percent(value: int | None) -> str | None:
    return f"{value} %" if value is not None else None


def _minutes(value: int | None) -> str | None:
    return f"{value} min" if value is not None else None


def _task_sets(service: Service) -> tuple[TableBlock, ...]:
    found = service.task_sets or ()
    if not found:
        return ()
    header = (
        "ID", "STATUS", "TASKDEF", "SCALE", "RUNNING", "STABILITY", "GROUPS", "MADE BY", "AGE",
    )  # fmt: skip
    levels = tuple(
        Level.PROGRESS if each.stability_status == "STABILIZING" else Level.NONE for each in found
    )
    return (TableBlock("Task sets", header, tuple(_task_set(each) for each in found), levels),)


def _task_set(found: TaskSet) -> tuple[object, ...]:
    groups = [each.target_group_arn or "" for each in found.load_balancers or ()]
    pending = f" +{found.pending_count}" if found.pending_count else ""
    return (
        found.id,
        (found.status or "").lower() or None,
        _blocks.taskdef_name(found.task_definition),
        f"{found.scale.value or 0:g} %" if found.scale else None,
        f"{found.running_count or 0}/{found.computed_desired_count or 0}{pending}",
        (found.stability_status or "").lower().replace("_", " ") or None,
        tuple(each.split("/")[1] for each in groups if each.count("/") == 2) or None,
        " ".join(filter(None, (found.started_by, found.external_id))) or None,
        found.created_at,
    )
