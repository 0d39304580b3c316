"""The detail pane of a service deployment."""

from __future__ import annotations

from collections.abc import AsyncIterator

from containerscope.insight.deployment_health import deployment_verdict, failures
from containerscope.model import arn
from containerscope.model.ecs_deployment import (
    LifecycleHookDetail,
    ServiceDeployment,
    ServiceRevisionSummary,
)
from containerscope.model.health import Level
from containerscope.model.listing import Item, Missing
from containerscope.resource import (
    Block,
    Clients,
    Detail,
    PairsBlock,
    Scope,
    TableBlock,
)
from containerscope.resources import _blocks

_HOOK_LEVELS = {
    "AWAITING_ACTION": Level.WARNING,
    "FAILED": Level.FAILED,
    "TIMED_OUT": Level.FAILED,
    "IN_PROGRESS": Level.PROGRESS,
}


async def overview(
    clients: Clients, scope: Scope, item: Item[ServiceDeployment]
) -> AsyncIterator[tuple[Block, ...]]:
    """What happened, how far it came, and from which revision to which."""
    deployment = item.value
    if isinstance(deployment, Missing):
        yield (_blocks.missing_block(deployment),)
        return
    yield (
        *_blocks.verdict_block(deployment_verdict(deployment)),
        _state(deployment),
        _revisions(deployment),
        *_rollback(deployment),
        *_hooks(deployment.lifecycle_hook_details or ()),
    )


def _state(deployment: ServiceDeployment) -> PairsBlock:
    counted = failures(deployment)
    breaker = deployment.deployment_circuit_breaker
    configuration = deployment.deployment_configuration
    alarms = deployment.alarms
    end = deployment.finished_at or deployment.stopped_at
    return _blocks.pairs(
        "Deployment",
        ("Status", deployment.status),
        ("Reason", deployment.status_reason),
        ("Stage", deployment.lifecycle_stage),
        ("Strategy", configuration.strategy if configuration else None),
        ("Failed tasks", f"{counted[0]} of {counted[1]} allowed" if counted else None),
        ("Circuit breaker", breaker.status if breaker else None),
        ("Alarms", alarms.alarm_names if alarms else None),
        ("Alarms that went off", alarms.triggered_alarm_names if alarms else None),
        ("Created", deployment.created_at),
        ("Started", deployment.started_at),
        ("Finished", deployment.finished_at),
        ("Stopped", deployment.stopped_at),
        ("Took", _blocks.lasted(deployment.started_at or deployment.created_at, end)),
    )


def _revisions(deployment: ServiceDeployment) -> TableBlock:
    sources = [("from", found) for found in deployment.source_service_revisions or ()]
    target = deployment.target_service_revision
    both = [*sources, *([("to", target)] if target else ())]
    return TableBlock(
        "Revisions",
        ("", "REVISION", "RUNNING", "PENDING", "TRAFFIC %", "TEST TRAFFIC %"),
        tuple(_revision(word, found) for word, found in both),
        empty="AWS names no revisions of this deployment.",
    )


def _revision(word: str, found: ServiceRevisionSummary) -> tuple[object, ...]:
    running, requested = found.running_task_count, found.requested_task_count
    return (
        word,
        arn.name_of(found.arn) if found.arn else None,
        None if running is None and requested is None else f"{running or 0}/{requested or 0}",
        found.pending_task_count,
        found.requested_production_traffic_weight,
        found.requested_test_traffic_weight,
    )


def _rollback(deployment: ServiceDeployment) -> tuple[PairsBlock, ...]:
    found = deployment.rollback
    if found is None:
        return ()
    revision = found.service_revision_arn
    return (
        _blocks.pairs(
            "Rollback",
            ("Reason", found.reason),
            ("Started", found.started_at),
            ("To revision", arn.name_of(revision) if revision else None),
        ),
    )


def _hooks(found: tuple[LifecycleHookDetail, ...]) -> tuple[TableBlock, ...]:
    if not found:
        return ()
    return (
        TableBlock(
            "Hooks",
            ("HOOK", "STATUS", "EXPIRES", "THEN"),
            tuple(
                (each.hook_id, each.status, each.expires_at, each.timeout_action) for each in found
            ),
            tuple(_HOOK_LEVELS.get(hook.status or "", Level.NONE) for hook in found),
        ),
    )


DETAILS: tuple[Detail[ServiceDeployment], ...] = (Detail("Overview", overview),)
