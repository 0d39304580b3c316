"""Taking the pods off a node that goes, as far as disruption budgets let them."""

from __future__ import annotations

from containerscope.demo.kube_budgets import check_eviction
from containerscope.demo.kube_facts import NODES
from containerscope.demo.kube_life import Life
from containerscope.demo.kube_node_life import LEASES
from containerscope.demo.kube_replicas import Pods
from containerscope.demo.kube_status import KubeError
from containerscope.demo.kube_store import Entry

_RETRY = 10.0


class Drain:
    """Empties nodes, and takes them out of the cluster."""

    def __init__(self, life: Life, pods: Pods, component: str) -> None:
        self._life = life
        self._pods = pods
        self._component = component

    def begin(self, node: Entry, ends: float, why: str, *, force: bool = False) -> None:
        """Let no pod come to a node any more, and evict those on it until a time.

        With `force` pods go whatever their disruption budgets say.
        """
        found = self._life.store.find(NODES, "", node.name)
        if found is None:
            return
        body = found.object()
        body["spec"]["unschedulable"] = True
        self._life.store.put(NODES, body)
        self._evict(node, ends, why, force)

    def cancel(self, node: Entry) -> None:
        """Let pods come to a node again, and evict no more of them."""
        found = self._life.store.find(NODES, "", node.name)
        if found is not None:
            body = found.object()
            body["spec"].pop("unschedulable", None)
            self._life.store.put(NODES, body)

    def _evict(self, node: Entry, ends: float, why: str, force: bool) -> None:
        """Evict what may go; ask again later for what may not."""
        known = self._life.facts.nodes.get(node.name)
        if known is None or not known.unschedulable:
            return
        blocked = False
        for facts in list(self._life.facts.by_node.get(node.name, {}).values()):
            if facts.deleting or facts.ended or facts.owner_kind == "DaemonSet":
                continue
            body = facts.entry.object()
            try:
                if not force:
                    check_eviction(self._life.store, facts.entry)
            except KubeError as error:
                blocked = True
                self._life.events.write(
                    body, "Pod", "v1", "EvictionBlocked", str(error),
                    warning=True, component=self._component,
                )  # fmt: skip
                continue
            self._life.events.write(
                body, "Pod", "v1", "Evicted", f"Evicted from node {node.name} {why}",
                component=self._component,
            )  # fmt: skip
            self._pods.drop(facts.entry)
        if blocked and self._life.now + _RETRY < ends:
            self._life.after(_RETRY, lambda: self._evict(node, ends, why, force))

    def end(self, node: Entry) -> None:
        """Take a node and what is known of it out of the cluster."""
        for kind, namespace in ((NODES, ""), (LEASES, "kube-node-lease")):
            entry = self._life.store.find(kind, namespace, node.name)
            if entry is not None:
                self._life.store.remove(kind, entry)
