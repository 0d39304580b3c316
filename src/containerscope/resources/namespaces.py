"""Namespaces of Kubernetes clusters."""

from __future__ import annotations

from containerscope.insight.verdict import Verdict
from containerscope.kube import Kind
from containerscope.model.health import Level
from containerscope.model.kube_config import Namespace
from containerscope.model.listing import Item
from containerscope.resource import Child, Column, Platform, Resource, Scope
from containerscope.resources import _blocks, _kube
from containerscope.resources._kube_object_actions import object_actions

_NAMESPACES: Kind[Namespace] = Kind(Namespace, "namespaces", namespaced=False)


def verdict(namespace: Namespace) -> Verdict:
    """The level of a namespace; one that does not go away says what holds it."""
    status = namespace.status
    if status is None or status.phase != "Terminating":
        return Verdict(Level.FINE)
    held = [each.message for each in status.conditions or () if each.true and each.message]
    return Verdict(Level.PROGRESS, "terminating", " ".join(held))


def _within(scope: Scope, item: Item[Namespace]) -> Scope:
    return _kube.within(scope, item).within(namespace=item.name)


RESOURCE: Resource[Namespace] = Resource(
    name="namespaces",
    noun="namespace",
    platform=Platform.KUBERNETES,
    model=Namespace,
    lister=_kube.lister(_NAMESPACES),
    live=True,
    aliases=("ns",),
    columns=(
        _kube.CLUSTER,
        _kube.NAME,
        _kube.health_column(verdict),
        Column("STATUS", lambda each: each.status.phase if each.status else None, priority=3),
        _kube.AGE,
        _kube.LABELS,
    ),
    read=_NAMESPACES.read,
    owner=_kube.OWNER,
    health=_kube.health(verdict),
    changing=_kube.changing(verdict),
    children=tuple(
        Child(name, _within)
        for name in ("pods", "deployments", "statefulsets", "jobs", "kube-services", "events")
    ),
    details=_kube.simple_overview(
        "Namespace",
        lambda each: (
            _blocks.pairs("Namespace", ("Status", each.status.phase if each.status else None)),
        ),
        verdict,
    ),
    actions=object_actions(_NAMESPACES),
    permissions=_kube.PERMISSIONS,
    empty="No namespaces in {scope}.",
    tags=_kube.tags,
)
