"""Where a run begins: what the flags say, else where the last run ended, else at home."""

from __future__ import annotations

from containerscope.resource import Scope
from containerscope.resources import find
from containerscope.settings import Settings
from containerscope.ui.location import HOME, History, Location, at, way_to
from containerscope.ui.memory import Memory


def first_history(settings: Settings, memory: Memory) -> History:
    """Where to begin: where the flags say, else where the last run ended, else at home."""
    scope = Scope(cluster=settings.cluster, service=settings.service, namespace=settings.namespace)
    if settings.service:
        places = way_to("tasks", scope)
    elif settings.cluster and settings.namespace:
        # Only Kubernetes has namespaces.
        places = way_to("pods", scope)
    elif settings.cluster:
        inside = set(scope.clusters) <= set(settings.context)
        # Several may be of either kind: what runs in them is one list.
        first = "pods" if inside else "services" if len(scope.clusters) == 1 else "workloads"
        places = way_to(first, scope)
    elif memory.resource and not settings.context and _can_begin(memory):
        last = memory.scope().within(account="", region="")
        places = (*way_to(memory.resource, last)[:-1], _last(memory, last))
    else:
        places = (Location(),)
    sorted_places = (place.but(sort=memory.sort_of(place.resource)) for place in places)
    return History.along(tuple(sorted_places))


def _last(memory: Memory, scope: Scope) -> Location:
    return at(memory.resource, scope, filter=memory.filter)


def _can_begin(memory: Memory) -> bool:
    resource = find(memory.resource)
    if resource is None or memory.resource == HOME:
        return False
    return all(getattr(memory.scope(), need) for need in resource.needs)
