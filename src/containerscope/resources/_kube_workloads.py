"""What deployments, replica sets, stateful sets and daemon sets share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from itertools import chain
from typing import Any

from containerscope.insight.kube_uses import USERS
from containerscope.insight.verdict import Verdict
from containerscope.kube import Kind
from containerscope.model.health import Level
from containerscope.model.kube import Selector
from containerscope.model.kube_workload import Workload, WorkloadSpec, WorkloadStatus
from containerscope.model.listing import Item
from containerscope.resource import (
    Action,
    Block,
    Child,
    Clients,
    Column,
    Detail,
    PairsBlock,
    Platform,
    Resource,
    Scope,
    TableBlock,
)
from containerscope.resources import _blocks, _kube
from containerscope.resources._kube_logs import of_selected
from containerscope.resources._kube_object_actions import object_actions

Judge = Callable[[Workload], Verdict]


def spec_of(workload: Workload) -> WorkloadSpec:
    """Its specification, empty where it has none."""
    return workload.spec or WorkloadSpec()


def status_of(workload: Workload) -> WorkloadStatus:
    """Its status, empty where it has none."""
    return workload.status or WorkloadStatus()


def selector_of(workload: Any) -> Selector | None:
    """The selector of its pods."""
    found: Selector | None = workload.spec.selector if workload.spec else None
    return found


def wanted_of(workload: Workload) -> int:
    """How many pods are wanted: one where nobody said."""
    replicas = spec_of(workload).replicas
    return 1 if replicas is None else replicas


def images_of(workload: Any) -> tuple[str, ...] | None:
    """The images of its pods."""
    template = workload.spec.template if workload.spec else None
    containers = (template and template.spec and template.spec.containers) or ()
    return tuple(each.image for each in containers if each.image) or None


READY: Column[Workload] = Column(
    "READY", lambda w: (status_of(w).ready_replicas or 0, wanted_of(w)), kind="ratio", priority=2
)
UPDATED: Column[Workload] = Column(
    "UPDATED", lambda w: status_of(w).updated_replicas or 0, kind="number", priority=4
)
AVAILABLE: Column[Workload] = Column(
    "AVAILABLE", lambda w: status_of(w).available_replicas or 0, kind="number", priority=5
)
IMAGES: Column[Any] = Column("IMAGES", images_of, priority=6, width=60)
SELECTOR: Column[Any] = Column(
    "SELECTOR",
    lambda w: (found.text if (found := selector_of(w)) else None) or None,
    wide=True,
    priority=8,
    width=50,
)


def details(kind: str, judge: Judge) -> tuple[Detail[Workload], ...]:
    """The overview of a workload, whose events carry this kind."""

    async def overview(
        clients: Clients, scope: Scope, item: Item[Workload]
    ) -> AsyncIterator[tuple[Block, ...]]:
        absent = _kube.missing(item)
        if absent is not None:
            yield absent
            return
        workload: Workload = item.value  # type: ignore[assignment]
        first: tuple[Block, ...] = (
            *_kube.head(judge(workload)),
            _shape(workload),
            *_containers(workload),
            *_conditions(workload),
            _kube.about(item),
        )
        yield first
        events = await _kube.newest_events(clients, scope, item, kind)
        yield (*first, *events, *_kube.labels(item))

    return (Detail("Overview", overview),)


def _shape(workload: Workload) -> PairsBlock:
    spec, status = spec_of(workload), status_of(workload)
    strategy = spec.strategy or spec.update_strategy
    rolling = strategy.rolling_update if strategy else None
    template = spec.template.spec if spec.template else None
    return _blocks.pairs(
        "Workload",
        ("Wanted", status.desired_number_scheduled or spec.replicas),
        ("Ready", status.ready_replicas or status.number_ready),
        ("Updated", status.updated_replicas or status.updated_number_scheduled),
        ("Available", status.available_replicas or status.number_available),
        ("Paused", True if spec.paused else None),
        ("Strategy", strategy.type if strategy else None),
        ("Most too many", rolling.max_surge if rolling else None),
        ("Most missing", rolling.max_unavailable if rolling else None),
        ("Selector", spec.selector.text if spec.selector else None),
        ("Service account", template.service_account_name if template else None),
    )


def _containers(workload: Workload) -> tuple[TableBlock, ...]:
    template = spec_of(workload).template
    found = (template and template.spec and template.spec.containers) or ()
    if not found:
        return ()
    rows = tuple(
        (
            each.name,
            each.image,
            (each.resources and each.resources.requests) or None,
            (each.resources and each.resources.limits) or None,
        )
        for each in found
    )
    return (TableBlock("Containers", ("NAME", "IMAGE", "REQUESTS", "LIMITS"), rows),)


def _conditions(workload: Workload) -> tuple[TableBlock, ...]:
    found = status_of(workload).conditions or ()
    if not found:
        return ()
    rows = tuple((c.type, c.status, c.last_transition_time, c.reason, c.message) for c in found)
    bad = tuple(
        Level.WARNING if (c.type == "ReplicaFailure") is c.true else Level.NONE for c in found
    )
    header = ("TYPE", "STATUS", "SINCE", "REASON", "MESSAGE")
    return (TableBlock("Conditions", header, rows, bad),)


TO_PODS = _kube.to_selected("pods", selector_of)


def workload_resource(
    name: str,
    noun: str,
    kind: str,
    judge: Judge,
    columns: tuple[Column[Workload], ...],
    aliases: tuple[str, ...],
    children: tuple[Child[Workload], ...] = (),
    actions: tuple[Callable[[Kind[Workload]], tuple[Action[Workload], ...]], ...] = (),
) -> Resource[Workload]:
    """The declaration of a type of apps/v1; `actions` are what can be done to its objects."""
    of_kind: Kind[Workload] = Kind(Workload, name, "apps/v1")
    return Resource(
        name=name,
        noun=noun,
        platform=Platform.KUBERNETES,
        model=Workload,
        lister=_kube.lister(of_kind),
        live=True,
        aliases=aliases,
        columns=(
            _kube.CLUSTER,
            _kube.NAMESPACE,
            _kube.NAME,
            _kube.health_column(judge),
            *columns,
            IMAGES,
            SELECTOR,
            _kube.AGE,
            _kube.LABELS,
        ),
        read=of_kind.read,
        owner=_kube.OWNER,
        users=_kube.used_by(kind) if kind in USERS else None,
        health=_kube.health(judge),
        changing=_kube.changing(judge),
        children=(TO_PODS, *children, _kube.to_tree(kind, selector_of), _kube.to_events(kind)),
        details=details(kind, judge),
        actions=(
            *chain.from_iterable(of(of_kind) for of in actions),
            *object_actions(of_kind),
        ),
        logs=of_selected(noun, selector_of),
        permissions=_kube.PERMISSIONS,
        empty=f"No {noun}s in {{scope}}.",
        tags=_kube.tags,
    )
