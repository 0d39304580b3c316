"""The labels and taints of node groups: what EKS changes there, it changes on their nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from containerscope.demo.eks_state import EksCluster
from containerscope.demo.kube_facts import NODES
from containerscope.demo.kube_life import Life
from containerscope.demo.kube_node_bodies import group_taints
from containerscope.demo.kube_renewal import GROUP
from containerscope.demo.kube_replicas import Pods
from containerscope.demo.kube_scheduler import tolerated
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Entry


class Settings(NamedTuple):
    """What a node group gives its nodes."""

    labels: dict[str, str]
    taints: tuple[dict[str, str], ...]


def settings_of(group: Body) -> Settings:
    """What this node group gives its nodes."""
    return Settings(dict(group.get("labels", {})), group_taints(group))


class GroupSettings:
    """Lets nodes follow the labels and taints of their groups."""

    def __init__(self, eks: EksCluster, life: Life, pods: Pods) -> None:
        self._eks = eks
        self._life = life
        self._pods = pods
        self._given = {name: settings_of(each) for name, each in eks.nodegroups.items()}

    def follow(self, nodes: Mapping[str, Entry]) -> None:
        """Take in what has been changed; `nodes` by instance."""
        for name, group in self._eks.nodegroups.items():
            now = settings_of(group)
            before = self._given.get(name, now)
            self._given[name] = now
            if before == now:
                continue
            for node in nodes.values():
                if node.labels.get(GROUP) == name:
                    self._give(node, before, now)

    def _give(self, node: Entry, before: Settings, now: Settings) -> None:
        found = self._life.store.find(NODES, "", node.name)
        if found is None:
            return
        body = found.object()
        labels = body["metadata"]["labels"]
        for key in before.labels.keys() - now.labels.keys():
            labels.pop(key, None)
        labels |= now.labels
        spec = body["spec"]
        ours = {(each["key"], each["effect"]) for each in (*before.taints, *now.taints)}
        others = (e for e in spec.get("taints") or () if (e["key"], e["effect"]) not in ours)
        spec["taints"] = [*now.taints, *others]
        if not spec["taints"]:
            del spec["taints"]
        self._life.store.put(NODES, body)
        for each in now.taints:
            if each["effect"] == "NoExecute" and each not in before.taints:
                self._evict(node, each)

    def _evict(self, node: Entry, taint: dict[str, str]) -> None:
        """End the pods that do not bear a taint."""
        for facts in list(self._life.facts.by_node.get(node.name, {}).values()):
            body = facts.entry.object()
            if facts.deleting or tolerated(taint, body["spec"].get("tolerations") or []):
                continue
            self._life.events.write(
                body, "Pod", "v1", "TaintManagerEviction",
                f"Marking for deletion Pod {facts.entry.key}",
                component="taint-eviction-controller",
            )  # fmt: skip
            self._pods.drop(facts.entry)
