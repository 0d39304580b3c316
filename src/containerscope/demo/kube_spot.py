"""Spot interruptions: a node is cordoned, its pods are evicted, its instance goes."""

from __future__ import annotations

from collections.abc import Callable

from containerscope.demo.kube_cluster import KubeCluster
from containerscope.demo.kube_drain import Drain
from containerscope.demo.kube_facts import NODES
from containerscope.demo.kube_store import Entry

_NOTICE = 120.0
"""Seconds between the notice and the end of the instance."""
_HANDLER = "aws-node-termination-handler"


class SpotInterruptions:
    """Takes a node of a group away from time to time; another comes with its new instance."""

    def __init__(self, cluster: KubeCluster, group: str, take: Callable[[str], None]) -> None:
        self._life = cluster.life
        self._drain = Drain(cluster.life, cluster.control.pods, _HANDLER)
        self._store = cluster.store
        self._group = group
        self._take = take
        """Ends an instance, by its id."""

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
        about = {"metadata": {**chosen.object()["metadata"], "namespace": ""}}
        self._life.events.write(
            about, "Node", "v1", "SpotInterruption", "Spot Instance interruption notice received",
            warning=True, component=_HANDLER,
        )  # fmt: skip
        ends = self._life.now + _NOTICE
        self._drain.begin(chosen, ends, "after a Spot interruption notice")
        self._life.at(ends, lambda: self._end(chosen))

    def _end(self, node: Entry) -> None:
        found = self._store.find(NODES, "", node.name)
        if found is not None:
            self._take(found.object()["spec"]["providerID"].rpartition("/")[2])
            self._drain.end(found)
