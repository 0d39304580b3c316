"""What controllers want to know of pods and nodes, kept up to date with the store."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import msgspec

from containerscope.demo.kube_quantity import millicores, quantity, requests_of
from containerscope.demo.kube_store import Change, Entry

PODS = ("", "pods")
NODES = ("", "nodes")


class _Owner(msgspec.Struct):
    uid: str
    kind: str = ""
    name: str = ""
    controller: bool = False


class _Meta(msgspec.Struct):
    ownerReferences: list[_Owner] = []  # noqa: N815
    deletionTimestamp: str | None = None  # noqa: N815


class _Spec(msgspec.Struct):
    nodeName: str = ""  # noqa: N815
    containers: list[dict[str, Any]] = []
    initContainers: list[dict[str, Any]] = []  # noqa: N815


class _Condition(msgspec.Struct):
    type: str
    status: str
    lastTransitionTime: str | None = None  # noqa: N815


class _Status(msgspec.Struct):
    phase: str = ""
    conditions: list[_Condition] = []


class _Pod(msgspec.Struct):
    metadata: _Meta
    spec: _Spec = msgspec.field(default_factory=_Spec)
    status: _Status = msgspec.field(default_factory=_Status)


_pod = msgspec.json.Decoder(_Pod).decode


class PodFacts(msgspec.Struct):
    """A pod in the few words that controllers count by."""

    entry: Entry
    owner: str
    """The uid of its controller; empty for a pod of its own."""
    owner_kind: str
    owner_name: str
    node: str
    phase: str
    ready: bool
    ready_since: str
    deleting: bool
    cpu: int
    """Millicores that it requests."""
    memory: int

    @property
    def ended(self) -> bool:
        """Whether its containers have run for the last time."""
        return self.phase in ("Succeeded", "Failed")


def facts_of(entry: Entry) -> PodFacts:
    """A pod's facts."""
    pod = _pod(entry.raw)
    owner = next((each for each in pod.metadata.ownerReferences if each.controller), None)
    ready = next((each for each in pod.status.conditions if each.type == "Ready"), None)
    spec = {"containers": pod.spec.containers, "initContainers": pod.spec.initContainers}
    cpu, memory = requests_of(spec)
    return PodFacts(
        entry,
        owner.uid if owner else "",
        owner.kind if owner else "",
        owner.name if owner else "",
        pod.spec.nodeName,
        pod.status.phase,
        ready is not None and ready.status == "True",
        (ready.lastTransitionTime or "") if ready is not None else "",
        pod.metadata.deletionTimestamp is not None,
        cpu,
        memory,
    )


class NodeFacts:
    """A node's room and what the scheduler looks at."""

    def __init__(self, entry: Entry) -> None:
        body = entry.object()
        spec, status = body.get("spec") or {}, body.get("status") or {}
        room = status.get("allocatable") or {}
        self.name = entry.name
        self.labels = entry.labels
        self.cpu = millicores(room.get("cpu"))
        self.memory = round(quantity(room.get("memory")))
        self.pods = int(room.get("pods") or 0)
        self.unschedulable = bool(spec.get("unschedulable"))
        self.taints: list[dict[str, str]] = spec.get("taints") or []
        conditions = {each["type"]: each["status"] for each in status.get("conditions") or ()}
        self.ready = conditions.get("Ready") == "True"
        addresses = {each["type"]: each["address"] for each in status.get("addresses") or ()}
        self.ip = addresses.get("InternalIP", "")


class Facts:
    """The pods by owner and by node, and the nodes."""

    def __init__(self) -> None:
        self.pods: dict[str, PodFacts] = {}
        self.by_owner: dict[str, dict[str, PodFacts]] = defaultdict(dict)
        self.by_node: dict[str, dict[str, PodFacts]] = defaultdict(dict)
        self.waiting: dict[str, None] = {}
        """Keys of pods that no node has been found for yet, oldest first."""
        self.nodes: dict[str, NodeFacts] = {}
        self.used: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        """By node: millicores, bytes and pods that are taken."""
        self.owned: dict[str, dict[tuple[tuple[str, str], str], None]] = defaultdict(dict)
        """By the uid of an owner: (collection, key) of everything that names it."""

    def changed(
        self, kind: tuple[str, str], change: Change
    ) -> tuple[PodFacts | None, PodFacts | None]:
        """Take a change in; a pod's facts before and after."""
        self._owners(kind, change)
        key = change.entry.key
        if kind == NODES:
            if change.type == "DELETED":
                self.nodes.pop(key, None)
            else:
                self.nodes[key] = NodeFacts(change.entry)
        if kind != PODS:
            return None, None
        before = self.pods.pop(key, None)
        if before is not None:
            self._count(before, -1)
            self.by_owner[before.owner].pop(key, None)
            self.by_node[before.node].pop(key, None)
            if not self.by_owner[before.owner]:
                del self.by_owner[before.owner]
            self.waiting.pop(key, None)
        if change.type == "DELETED":
            return before, None
        after = facts_of(change.entry)
        self.pods[key] = after
        self.by_owner[after.owner][key] = after
        self.by_node[after.node][key] = after
        self._count(after, 1)
        if not after.node and not after.ended and not after.deleting:
            self.waiting[key] = None
        return before, after

    def _count(self, pod: PodFacts, sign: int) -> None:
        if pod.node and not pod.ended:
            used = self.used[pod.node]
            used[0] += sign * pod.cpu
            used[1] += sign * pod.memory
            used[2] += sign

    def _owners(self, kind: tuple[str, str], change: Change) -> None:
        raw = change.entry.raw
        if b'"ownerReferences"' not in raw:
            return
        meta = change.entry.object()["metadata"]
        for each in meta.get("ownerReferences") or ():
            place = (kind, change.entry.key)
            if change.type == "DELETED":
                self.owned[each["uid"]].pop(place, None)
                if not self.owned[each["uid"]]:
                    del self.owned[each["uid"]]
            else:
                self.owned[each["uid"]][place] = None
