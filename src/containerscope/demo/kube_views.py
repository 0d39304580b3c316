"""Objects in the form of a version other than the one they are kept in."""

from __future__ import annotations

from collections.abc import Callable

from containerscope.demo.kube_status import Body
from containerscope.demo.kube_types import ResourceType


def view_of(kind: ResourceType) -> Callable[[Body], Body] | None:
    """How kept objects become those of this type; None where they are the same."""
    return _VIEWS.get((kind.group, kind.version, kind.plural))


def _new_event(body: Body) -> Body:
    """A core event as events.k8s.io gives it: old names get a `deprecated` before them."""
    told: Body = {"metadata": body["metadata"], "eventTime": body.get("eventTime")}
    names = (
        ("involvedObject", "regarding"),
        ("message", "note"),
        ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"),
        ("reportingComponent", "reportingController"),
        ("related", "related"),
        ("action", "action"),
        ("series", "series"),
        ("reason", "reason"),
        ("type", "type"),
        ("reportingInstance", "reportingInstance"),
    )
    return {**told, **{new: body[old] for old, new in names if body.get(old) is not None}}


def _old_hpa(body: Body) -> Body:
    """A HorizontalPodAutoscaler of autoscaling/v1, which knows CPU alone."""
    spec, status = body.get("spec") or {}, body.get("status") or {}
    old_spec = {
        each: spec[each]
        for each in ("scaleTargetRef", "minReplicas", "maxReplicas")
        if each in spec
    }
    for each in spec.get("metrics") or ():
        resource = each.get("resource") or {}
        if resource.get("name") == "cpu":
            old_spec["targetCPUUtilizationPercentage"] = resource["target"]["averageUtilization"]
    names = ("observedGeneration", "lastScaleTime", "currentReplicas", "desiredReplicas")
    old_status = {each: status[each] for each in names if each in status}
    for each in status.get("currentMetrics") or ():
        resource = each.get("resource") or {}
        if resource.get("name") == "cpu":
            value = resource["current"].get("averageUtilization")
            old_status["currentCPUUtilizationPercentage"] = value
    return {"metadata": body["metadata"], "spec": old_spec, "status": old_status}


_VIEWS = {
    ("events.k8s.io", "v1", "events"): _new_event,
    ("autoscaling", "v1", "horizontalpodautoscalers"): _old_hpa,
}
