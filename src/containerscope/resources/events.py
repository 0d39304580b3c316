"""Events of Kubernetes clusters, newest first."""

from __future__ import annotations

from containerscope.model.health import Health, Level
from containerscope.model.kube_event import Event
from containerscope.model.listing import Item, Missing
from containerscope.resource import Column, Platform, Resource, Scope
from containerscope.resources import _kube
from containerscope.resources._kube_object_actions import object_actions


def _about(event: Event) -> str | None:
    found = event.involved_object
    if found is None:
        return None
    return f"{(found.kind or '?').lower()}/{found.name or '?'}"


def _health(event: Event) -> Health:
    level = _kube.event_level(event)
    return Health(level, event.reason or "warning") if level >= Level.WARNING else Health(level)


def _source(event: Event) -> str | None:
    component = event.source.component if event.source else None
    return component or event.reporting_component or None


def _lead(scope: Scope, item: Item[Event]) -> _kube.Lead:
    """To the object that it is about."""
    found = None if isinstance(item.value, Missing) else item.value.involved_object
    return _kube.lead_to(scope, item, found)


RESOURCE: Resource[Event] = Resource(
    name="events",
    noun="event",
    platform=Platform.KUBERNETES,
    model=Event,
    lister=_kube.lister(_kube.EVENTS),
    live=True,
    aliases=("ev", "kube-events"),
    columns=(
        _kube.CLUSTER,
        Column(
            "NAMESPACE",
            lambda event: _kube.meta(event).namespace,
            priority=4,
            width=20,
            unless="namespace",
        ),
        Column("LAST", lambda event: event.last, kind="age", priority=1),
        Column("TYPE", lambda event: event.type, tone=_kube.event_level, priority=3),
        Column("REASON", lambda event: event.reason, tone=_kube.event_level, priority=2, width=28),
        Column("OBJECT", _about, priority=1, width=36),
        Column("TIMES", lambda event: event.times, kind="number", priority=5),
        Column("MESSAGE", lambda event: event.message, priority=1, width=120),
        Column("HEALTH", lambda event: _health(event).words or None, wide=True, priority=9),
        Column("FROM", _source, wide=True, priority=7),
        Column("NAME", of_item=lambda item: item.name, wide=True, priority=9, name="name"),
    ),
    read=_kube.EVENTS.read,
    health=_health,
    leads=_lead,
    actions=object_actions(_kube.EVENTS),
    permissions=_kube.PERMISSIONS,
    sort="last",
    empty="No events here: a cluster keeps them for an hour.",
)
