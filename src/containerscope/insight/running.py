"""How a service of ECS or a workload of Kubernetes does, in the same words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from containerscope.insight import kube_any
from containerscope.insight.service_health import service_changing, service_verdict
from containerscope.insight.verdict import Verdict
from containerscope.model import arn
from containerscope.model.ecs import tag_map
from containerscope.model.ecs_service import Service
from containerscope.model.health import Level
from containerscope.model.running import Running


def verdict(row: Running) -> Verdict:
    """The level, why, and what to do."""
    if isinstance(row.value, Service):
        return service_verdict(row.value)
    return kube_any.verdict(row.kind, row.value)


def changing(row: Running) -> bool:
    """Whether it is on its way somewhere."""
    if isinstance(row.value, Service):
        return service_changing(row.value)
    return verdict(row).level is Level.PROGRESS


def ready(row: Running) -> tuple[int, int] | None:
    """How many of how many run: tasks, or pods that are ready."""
    if isinstance(row.value, Service):
        return row.value.running_count or 0, row.value.desired_count or 0
    return kube_any.ready(row.kind, row.value)


def runs(row: Running) -> tuple[str, ...] | None:
    """The images of its pods; of a service its task definition, which names them."""
    if isinstance(row.value, Service):
        found = row.value.task_definition
        return (arn.name_of(found),) if found else None
    return kube_any.images(row.value)


def since(row: Running) -> datetime | None:
    """When it was made."""
    return row.value.created_at if isinstance(row.value, Service) else kube_any.since(row.value)


def labels(row: Running) -> Mapping[str, str]:
    """Its tags or labels."""
    if isinstance(row.value, Service):
        return tag_map(row.value.tags)
    return row.metadata.labels or {}
