"""Disruption budgets: how many pods may go, and the eviction that asks for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from containerscope.demo.kube_selectors import object_selector
from containerscope.demo.kube_status import Body, KubeError
from containerscope.demo.kube_store import Entry, KubeStore

_BUDGETS = ("policy", "poddisruptionbudgets")
_PODS = ("", "pods")


class Budget(NamedTuple):
    """The numbers of a budget's status."""

    expected: int
    healthy: int
    desired: int

    @property
    def allowed(self) -> int:
        """How many pods may be evicted now."""
        return max(self.healthy - self.desired, 0) if self.expected else 0


def is_ready(body: Mapping[str, Any]) -> bool:
    """Whether a pod is ready and stays."""
    conditions = (body.get("status") or {}).get("conditions") or ()
    ready = any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
    return ready and not body["metadata"].get("deletionTimestamp")


def scaled(value: Any, total: int, *, up: bool) -> int:
    """A number of pods, given as one or as a percentage of `total`."""
    if isinstance(value, str) and value.endswith("%"):
        part = int(value[:-1]) * total / 100
        return math.ceil(part) if up else math.floor(part)
    return int(value)


def budget(store: KubeStore, body: Body) -> Budget:
    """Reckon a budget from the pods that are there."""
    spec = body.get("spec") or {}
    fits = object_selector(spec.get("selector"))
    pods = [
        each
        for each in store.all(_PODS, body["metadata"]["namespace"])
        if fits(each.labels) and each.fields["status.phase"] not in ("Succeeded", "Failed")
    ]
    healthy = sum(is_ready(each.object()) for each in pods)
    expected = len(pods)
    if "maxUnavailable" in spec:
        desired = max(expected - scaled(spec["maxUnavailable"], expected, up=True), 0)
    else:
        desired = scaled(spec.get("minAvailable", 1), expected, up=True)
    return Budget(expected, healthy, desired)


def check_eviction(store: KubeStore, pod: Entry) -> None:
    """Raise a 429 where a budget does not let the pod go."""
    if pod.fields["status.phase"] != "Running" or not is_ready(pod.object()):
        return
    for entry in store.all(_BUDGETS, pod.namespace):
        body = entry.object()
        if not object_selector((body.get("spec") or {}).get("selector"))(pod.labels):
            continue
        found = budget(store, body)
        if found.allowed <= 0:
            message = (
                f"The disruption budget {entry.name} needs {found.desired} healthy pods and has "
                f"{found.healthy} currently"
            )
            raise KubeError(
                429,
                "TooManyRequests",
                "Cannot evict pod as it would violate the pod's disruption budget.",
                details={"causes": [{"reason": "DisruptionBudget", "message": message}]},
            )
