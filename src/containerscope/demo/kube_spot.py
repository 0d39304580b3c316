"""Spot interruptions: a node is cordoned, its pods are evicted, it goes, another comes."""

from __future__ import annotations

from containerscope.demo.ids import hexes, number
from containerscope.demo.kube_budgets import check_eviction
from containerscope.demo.kube_cluster import KubeCluster
from containerscope.demo.kube_facts import NODES
from containerscope.demo.kube_node_bodies import private_name
from containerscope.demo.kube_node_life import LEASES
from containerscope.demo.kube_status import Body, KubeError
from containerscope.demo.kube_store import Entry

_NOTICE = 120.0
"""Seconds between the notice and the end of the instance."""
_RETRY = 10.0
_REPLACEMENT = 90.0


class SpotInterruptions:
    """Takes a node of a group away from time to time."""

    def __init__(self, cluster: KubeCluster, group: str) -> None:
        self._life = cluster.life
        self._control = cluster.control
        self._store = cluster.store
        self._group = group
        self._count = 0

    def begin(self, seconds: float) -> None:
        """Interrupt a node every so often."""
        self._life.every(seconds, self.interrupt)

    def interrupt(self) -> None:
        """Give notice to the oldest node of the group."""
        nodes = [
            each
            for each in self._store.all(NODES)
            if each.labels.get("eks.amazonaws.com/nodegroup") == self._group
        ]
        if not nodes:
            return
        chosen = min(nodes, key=lambda each: each.object()["metadata"]["creationTimestamp"])
        body = chosen.object()
        body["spec"]["unschedulable"] = True
        self._store.put(NODES, body)
        about = {"metadata": {**body["metadata"], "namespace": ""}}
        self._life.events.write(
            about, "Node", "v1", "SpotInterruption", "Spot Instance interruption notice received",
            warning=True, component="aws-node-termination-handler",
        )  # fmt: skip
        ends = self._life.now + _NOTICE
        self._drain(chosen, ends)
        self._life.at(ends, lambda: self._end(chosen))

    def _drain(self, node: Entry, ends: float) -> None:
        """Evict what may go; ask again later for what may not."""
        blocked = False
        for facts in list(self._life.facts.by_node.get(node.name, {}).values()):
            if facts.deleting or facts.ended or facts.owner_kind == "DaemonSet":
                continue
            try:
                check_eviction(self._store, facts.entry)
            except KubeError as error:
                blocked = True
                self._life.events.write(
                    facts.entry.object(), "Pod", "v1", "EvictionBlocked", str(error),
                    warning=True, component="aws-node-termination-handler",
                )  # fmt: skip
                continue
            self._life.events.write(
                facts.entry.object(), "Pod", "v1", "Evicted",
                f"Evicted from node {node.name} after a Spot interruption notice",
                component="aws-node-termination-handler",
            )  # fmt: skip
            self._control.pods.drop(facts.entry)
        if blocked and self._life.now + _RETRY < ends:
            self._life.after(_RETRY, lambda: self._drain(node, ends))

    def _end(self, node: Entry) -> None:
        found = self._store.find(NODES, "", node.name)
        if found is None:
            return
        body = found.object()
        for kind, namespace in ((NODES, ""), (LEASES, "kube-node-lease")):
            entry = self._store.find(kind, namespace, node.name)
            if entry is not None:
                self._store.remove(kind, entry)
        self._life.after(_REPLACEMENT, lambda: self._replace(body))

    def _replace(self, old: Body) -> None:
        """A new instance of the same kind joins."""
        self._count += 1
        seed = (self._group, "replacement", self._count)
        ip = f"10.64.{number(12, 'net', *seed) + 1}.{number(250, 'host', *seed) + 4}"
        name, instance = private_name(ip), f"i-0{hexes(16, *seed)}"
        meta, zone = old["metadata"], old["metadata"]["labels"]["topology.kubernetes.io/zone"]
        for each in ("uid", "resourceVersion", "creationTimestamp"):
            meta.pop(each)
        meta["name"] = meta["labels"]["kubernetes.io/hostname"] = name
        old["spec"] = {
            "providerID": f"aws:///{zone}/{instance}",
            "taints": [
                each
                for each in old["spec"].get("taints") or ()
                if not each["key"].startswith("node.kubernetes.io/")
            ],
        }
        addresses = {"InternalIP": ip}
        for each in old["status"]["addresses"]:
            each["address"] = addresses.get(each["type"], name)
        self._store.put(NODES, old)
