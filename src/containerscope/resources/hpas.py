"""Horizontal pod autoscalers of Kubernetes clusters."""

from __future__ import annotations

from containerscope.insight.kube_workload import hpa_verdict
from containerscope.kube import Kind
from containerscope.model.kube_workload import Hpa, HpaSpec, HpaStatus, MetricTarget
from containerscope.model.listing import Item, Missing
from containerscope.resource import Block, Column, Platform, Resource, Scope, TableBlock
from containerscope.resources import _blocks, _kube
from containerscope.resources._kube_object_actions import object_actions

_HPAS: Kind[Hpa] = Kind(Hpa, "horizontalpodautoscalers", "autoscaling/v2")


def _spec(hpa: Hpa) -> HpaSpec:
    return hpa.spec or HpaSpec()


def _status(hpa: Hpa) -> HpaStatus:
    return hpa.status or HpaStatus()


def _words(value: MetricTarget | None) -> str:
    if value is None:
        return "?"
    if value.average_utilization is not None:
        return f"{value.average_utilization}%"
    found = value.average_value if value.average_value is not None else value.value
    return "?" if found is None else str(found)


def _metrics(hpa: Hpa) -> tuple[str, ...] | None:
    """Measured against wanted: `cpu 72%/60%`; metrics that are no resource by their type."""
    now = {
        each.resource.name: each.resource.current
        for each in _status(hpa).current_metrics or ()
        if each.resource is not None
    }
    words = []
    for each in _spec(hpa).metrics or ():
        if each.resource is None:
            words.append((each.type or "?").lower())
            continue
        name = each.resource.name
        words.append(f"{name or '?'} {_words(now.get(name))}/{_words(each.resource.target)}")
    return tuple(words) or None


def _target(hpa: Hpa) -> str | None:
    found = _spec(hpa).scale_target_ref
    return f"{(found.kind or '?').lower()}/{found.name}" if found else None


def _shape(hpa: Hpa) -> tuple[Block, ...]:
    spec, status = _spec(hpa), _status(hpa)
    found = status.conditions or ()
    return (
        _blocks.pairs(
            "Scaling",
            ("Scales", _target(hpa)),
            ("Between", f"{spec.min_replicas or 1} and {spec.max_replicas}"),
            ("Now", status.current_replicas),
            ("Wanted", status.desired_replicas),
            ("Metrics", _metrics(hpa)),
            ("Last scaled", status.last_scale_time),
        ),
        TableBlock(
            "Conditions",
            ("TYPE", "STATUS", "SINCE", "REASON", "MESSAGE"),
            tuple((c.type, c.status, c.last_transition_time, c.reason, c.message) for c in found),
        ),
    )


def _lead(scope: Scope, item: Item[Hpa]) -> _kube.Lead:
    """To what it scales."""
    spec = None if isinstance(item.value, Missing) else item.value.spec
    return _kube.lead_to(scope, item, spec.scale_target_ref if spec else None)


RESOURCE: Resource[Hpa] = Resource(
    name="hpas",
    noun="HPA",
    platform=Platform.KUBERNETES,
    model=Hpa,
    lister=_kube.lister(_HPAS),
    live=True,
    aliases=("horizontalpodautoscalers",),
    columns=(
        _kube.CLUSTER,
        _kube.NAMESPACE,
        _kube.NAME,
        _kube.health_column(hpa_verdict),
        Column("SCALES", _target, priority=3, width=44),
        Column("METRICS", _metrics, priority=2, width=44),
        Column("MIN", lambda hpa: _spec(hpa).min_replicas or 1, kind="number", priority=4),
        Column("MAX", lambda hpa: _spec(hpa).max_replicas, kind="number", priority=4),
        Column("NOW", lambda hpa: _status(hpa).current_replicas, kind="number", priority=2),
        Column("WANT", lambda hpa: _status(hpa).desired_replicas, kind="number", priority=2),
        Column("SCALED", lambda hpa: _status(hpa).last_scale_time, kind="age", priority=5),
        _kube.AGE,
        _kube.LABELS,
    ),
    read=_HPAS.read,
    owner=_kube.OWNER,
    health=_kube.health(hpa_verdict),
    changing=_kube.changing(hpa_verdict),
    leads=_lead,
    children=(_kube.to_events("HorizontalPodAutoscaler"),),
    details=_kube.simple_overview("HorizontalPodAutoscaler", _shape, hpa_verdict),
    actions=object_actions(_HPAS),
    permissions=_kube.PERMISSIONS,
    empty="No HPAs in {scope}.",
    tags=_kube.tags,
)
