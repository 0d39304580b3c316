"""What pods and nodes use, in metrics-server's form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from containerscope.demo.kube_load import share
from containerscope.demo.kube_quantity import millicores, quantity
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Entry, KubeStore, stamp

_PODS = ("", "pods")
_WINDOW = 15.0

LoadOf = Callable[[Body, float], float | None]
"""The part of its requested CPU that a pod of a scaled workload uses; None for other pods."""


class Usage:
    """Reckons usage from requests, the traffic of scaled workloads, and noise."""

    def __init__(self, store: KubeStore, load_of: LoadOf) -> None:
        self._store = store
        self._load_of = load_of

    def containers(self, body: Body) -> list[tuple[str, float, float]]:
        """Name, cores and bytes of each container that runs."""
        now = self._store.now()
        load = self._load_of(body, now)
        running = {
            each["name"]
            for each in (body.get("status") or {}).get("containerStatuses") or ()
            if "running" in (each.get("state") or {})
        }
        found = []
        for each in (body.get("spec") or {}).get("containers") or ():
            if each["name"] not in running:
                continue
            asked = (each.get("resources") or {}).get("requests") or {}
            limits = (each.get("resources") or {}).get("limits") or {}
            key = f"{body['metadata']['uid']}/{each['name']}"
            part = share(key, now) if load is None else load
            cores = quantity(asked.get("cpu") or "50m") * part
            if limits.get("cpu"):
                cores = min(cores, quantity(limits["cpu"]))
            held = quantity(asked.get("memory") or "64Mi")
            found.append((each["name"], cores, held * (0.55 + 0.4 * share(f"{key}/m", now))))
        return found

    def pod(self, entry: Entry) -> Body | None:
        """The PodMetrics of a pod that runs, or None."""
        body = entry.object()
        told = self.containers(body)
        if not told:
            return None
        return {
            **self._head(entry, body["metadata"].get("labels")),
            "containers": [
                {"name": name, "usage": _amounts(cores, held)} for name, cores, held in told
            ],
        }

    def node(self, entry: Entry, pods: Iterable[Entry]) -> Body | None:
        """The NodeMetrics of a node, or None for one that does not report."""
        body = entry.object()
        conditions = {each["type"]: each["status"] for each in body["status"]["conditions"]}
        if conditions.get("Ready") != "True":
            return None
        cores, held = 0.08, 420 * 1024.0**2
        for pod in pods:
            for _, part, used in self.containers(pod.object()):
                cores, held = cores + part, held + used
        room = body["status"]["allocatable"]
        cores = min(cores, millicores(room["cpu"]) / 1000 * 0.99)
        held = min(held, quantity(room["memory"]) * 0.97)
        usage = _amounts(cores, held)
        return {**self._head(entry, body["metadata"].get("labels")), "usage": usage}

    def all_nodes(self) -> list[Body]:
        """The NodeMetrics of every node that reports."""
        by_node: dict[str, list[Entry]] = {}
        for pod in self._store.all(_PODS):
            by_node.setdefault(pod.fields["spec.nodeName"], []).append(pod)
        found = (
            self.node(each, by_node.get(each.name, ())) for each in self._store.all(("", "nodes"))
        )
        return [each for each in found if each is not None]

    def _head(self, entry: Entry, labels: Any) -> Body:
        now = self._store.now()
        measured = now // _WINDOW * _WINDOW
        meta = {"name": entry.name, "creationTimestamp": stamp(now)}
        if entry.namespace:
            meta["namespace"] = entry.namespace
        if labels:
            meta["labels"] = labels
        return {"metadata": meta, "timestamp": stamp(measured), "window": "15.012s"}


def _amounts(cores: float, held: float) -> dict[str, str]:
    return {"cpu": f"{round(cores * 1e9)}n", "memory": f"{round(held / 1024)}Ki"}
