"""The nodes of a group that is being updated: the old ones are closed to pods and emptied."""

from __future__ import annotations

from collections.abc import Mapping

from containerscope.demo.eks_state import EksCluster
from containerscope.demo.kube_drain import Drain
from containerscope.demo.kube_facts import NODES
from containerscope.demo.kube_life import Life
from containerscope.demo.kube_store import Entry, stamp

GROUP = "eks.amazonaws.com/nodegroup"
"""The label that names a node's group, and the taint on a node that is to be replaced."""
_NO_BALANCER = "node.kubernetes.io/exclude-from-external-load-balancers"


def by_instance(life: Life) -> dict[str, Entry]:
    """The nodes of managed node groups, by the ids of their instances."""
    found: dict[str, Entry] = {}
    for entry in life.store.all(NODES):
        if GROUP in entry.labels:
            provider = (entry.object().get("spec") or {}).get("providerID") or ""
            found[provider.rpartition("/")[2]] = entry
    return found


def is_ready(life: Life, node: Entry) -> bool:
    """Whether a node's kubelet is ready for pods."""
    facts = life.facts.nodes.get(node.name)
    return facts is not None and facts.ready


def is_empty(life: Life, node: Entry) -> bool:
    """Whether nothing is left on a node but what belongs to every node."""
    # A kubelet that is lost never tells that a pod which is to go has gone.
    heard = is_ready(life, node)
    return not any(
        not each.ended and each.owner_kind != "DaemonSet" and (heard or not each.deleting)
        for each in life.facts.by_node.get(node.name, {}).values()
    )


class Renewal:
    """Does to the nodes of a cluster what EKS does while it updates their groups."""

    def __init__(self, eks: EksCluster, life: Life, drain: Drain) -> None:
        self._eks = eks
        self._life = life
        self._drain = drain
        self._emptying: set[str] = set()
        """Instances whose nodes have been cordoned for an update."""

    def follow(self, nodes: Mapping[str, Entry]) -> None:
        """Take in how far the updates have come; `nodes` by instance, of those that run."""
        for instance, node in nodes.items():
            rolling = self._eks.rolling.get(node.labels.get(GROUP, ""))
            is_old = rolling is not None and rolling.marked and instance in rolling.old
            facts = self._life.facts.nodes[node.name]
            if is_old != any(each["key"] == GROUP for each in facts.taints):
                self._mark(node, is_old=is_old)
            if not is_old and instance in self._emptying:
                self._emptying.discard(instance)
                self._drain.cancel(node)
            ends = rolling.emptying.get(instance) if rolling is not None else None
            if rolling is not None and ends is not None and instance not in self._emptying:
                self._emptying.add(instance)
                why = "since its node group is being updated"
                self._drain.begin(node, ends, why, force=rolling.force)
        self._emptying &= nodes.keys()

    def _mark(self, node: Entry, *, is_old: bool) -> None:
        """Keep new pods and load balancers off a node, or let them come again."""
        body = node.object()
        spec, labels = body["spec"], body["metadata"]["labels"]
        taints = [each for each in spec.get("taints") or () if each["key"] != GROUP]
        labels.pop(_NO_BALANCER, None)
        if is_old:
            labels[_NO_BALANCER] = "true"
            taint = {"key": GROUP, "value": "unschedulable", "effect": "NoSchedule"}
            taints.append({**taint, "timeAdded": stamp(self._life.now)})
        spec["taints"] = taints
        if not taints:
            del spec["taints"]
        self._life.store.put(NODES, body)
