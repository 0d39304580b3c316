"""The scheduler: which node a pod goes to, or why there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from containerscope.demo.ids import number
from containerscope.demo.kube_facts import NODES, PODS, NodeFacts, PodFacts
from containerscope.demo.kube_life import Kind, Life
from containerscope.demo.kube_pod_status import set_condition
from containerscope.demo.kube_quantity import requests_of
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Change

_ZONE = "topology.kubernetes.io/zone"
_OURS = ("default-scheduler", "fargate-scheduler")
_AGAIN = 60.0
"""Seconds after which a pod that does not fit is looked at again."""


def tolerated(taint: Mapping[str, str], tolerations: list[dict[str, Any]]) -> bool:
    """Whether one of the tolerations bears a taint."""
    for each in tolerations:
        if each.get("effect") not in (None, "", taint["effect"]):
            continue
        if each.get("operator") == "Exists":
            if each.get("key") in (None, "", taint["key"]):
                return True
        elif each.get("key") == taint["key"] and each.get("value", "") == taint.get("value", ""):
            return True
    return False


def affine(spec: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a node has the labels that a pod insists on."""
    if any(labels.get(key) != value for key, value in (spec.get("nodeSelector") or {}).items()):
        return False
    affinity = ((spec.get("affinity") or {}).get("nodeAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    )
    if not affinity:
        return True
    return any(
        all(_expression(each, labels) for each in term.get("matchExpressions") or ())
        for term in affinity.get("nodeSelectorTerms") or ()
    )


def _expression(rule: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value, values = labels.get(rule["key"]), rule.get("values") or ()
    operator = rule["operator"]
    if operator == "In":
        return value in values
    if operator == "NotIn":
        return value not in values
    return (rule["key"] in labels) is bool(operator == "Exists")


class SpecialNodes(Protocol):
    """Gives some pods nodes of their own."""

    def wants(self, body: Body) -> bool:
        """Whether a pod is one of those."""

    def take(self, body: Body) -> None:
        """Get a node for it."""


class Scheduler:
    """Finds nodes for pods."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self.special: list[SpecialNodes] = []
        """Asked first: who gives some pods nodes of their own, as Fargate does."""
        self.helpless: list[Callable[[Body], None]] = []
        """Told of pods that fit nowhere, as Auto Mode is."""
        self._retries: set[str] = set()
        """Keys of pods that will be looked at again."""
        self.zone_of: Callable[[Body], str] = lambda body: ""
        """The zone that a pod's volumes bind it to; empty for any."""
        life.controllers["scheduler"] = self
        life.watchers.append(self._watch)

    def _watch(
        self, kind: Kind, change: Change, before: PodFacts | None, after: PodFacts | None
    ) -> None:
        if kind == NODES and change.type != "DELETED":
            for key in self._life.facts.waiting:
                self._life.soon("scheduler", key)
        elif kind == PODS:
            if after is not None and not after.node and before is None:
                self._life.soon("scheduler", change.entry.key)
            if before is not None and after is None and before.node:
                for key in self._life.facts.waiting:
                    self._life.soon("scheduler", key)

    def reconcile(self, key: str) -> None:
        """Find a node for a pod that waits."""
        if key not in self._life.facts.waiting:
            return
        body = self._life.facts.pods[key].entry.object()
        if body["spec"].get("schedulerName") not in _OURS:
            return
        for special in self.special:
            if special.wants(body):
                special.take(body)
                return
        node, why = self.find(body)
        if node:
            self.bind(body, node)
            return
        self._cannot(body, why)
        for each in self.helpless:
            each(body)

    def find(self, body: Body) -> tuple[str, str]:
        """The best node for a pod, or the reason why there is none."""
        spec, facts = body["spec"], self._life.facts
        cpu, memory = requests_of(spec)
        reasons: Counter[str] = Counter()
        zone = self.zone_of(body)
        best: tuple[tuple[float, ...], str] | None = None
        owner = (body["metadata"].get("ownerReferences") or [{}])[0].get("uid", "")
        siblings = (
            Counter(each.node for each in facts.by_owner.get(owner, {}).values()) if owner else {}
        )
        for node in facts.nodes.values():
            problems = self._problems(node, spec, cpu, memory)
            if zone and not problems and node.labels.get(_ZONE) != zone:
                problems = ["node(s) didn't match PersistentVolume's node affinity"]
            reasons.update(problems)
            if problems:
                continue
            used = facts.used[node.name]
            fill = used[0] / max(node.cpu, 1) + used[1] / max(node.memory, 1)
            tie = number(1000, body["metadata"]["uid"], node.name) / 1000
            score = (siblings.get(node.name, 0) + fill / 2, tie)
            if best is None or score < best[0]:
                best = (score, node.name)
        if best is not None:
            return best[1], ""
        total = len(facts.nodes)
        told = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
        return "", (
            f"0/{total} nodes are available: {told}. preemption: 0/{total} nodes are available: "
            f"{total} Preemption is not helpful for scheduling."
        )

    def _problems(self, node: NodeFacts, spec: Body, cpu: int, memory: int) -> list[str]:
        tolerations = spec.get("tolerations") or []
        if node.unschedulable and not tolerated(
            {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}, tolerations
        ):
            return ["node(s) were unschedulable"]
        for taint in node.taints:
            if taint["effect"] != "PreferNoSchedule" and not tolerated(taint, tolerations):
                value = f": {taint['value']}" if taint.get("value") else ": "
                return [f"node(s) had untolerated taint {{{taint['key']}{value}}}"]
        if not affine(spec, node.labels):
            return ["node(s) didn't match Pod's node affinity/selector"]
        used = self._life.facts.used[node.name]
        problems = []
        if used[0] + cpu > node.cpu:
            problems.append("Insufficient cpu")
        if used[1] + memory > node.memory:
            problems.append("Insufficient memory")
        if used[2] + 1 > node.pods:
            problems.append("Too many pods")
        return problems

    def bind(self, body: Body, node: str) -> None:
        """Put a pod on a node."""
        meta = body["metadata"]
        body["spec"]["nodeName"] = node
        set_condition(body, "PodScheduled", True, self._life.now)
        self._life.store.put(PODS, body)
        message = f"Successfully assigned {meta['namespace']}/{meta['name']} to {node}"
        self._event(body, "Scheduled", message)

    def _cannot(self, body: Body, why: str) -> None:
        before = self._life.store.version
        set_condition(body, "PodScheduled", False, self._life.now, "Unschedulable", why)
        entry = self._life.store.put(PODS, body)
        if self._life.store.version != before and not self._life.instant:
            self._event(entry.object(), "FailedScheduling", why, warning=True)
            self._retry_after(_AGAIN, entry.key)

    def retry_all(self) -> None:
        """Look at every pod that waits, from now on again and again."""
        for key in list(self._life.facts.waiting):
            self._retry(key)

    def _retry_after(self, seconds: float, key: str) -> None:
        if key not in self._retries:
            self._retries.add(key)
            self._life.after(seconds, lambda: self._retry(key))

    def _retry(self, key: str) -> None:
        self._retries.discard(key)
        facts = self._life.facts.pods.get(key)
        if facts is None or key not in self._life.facts.waiting:
            return
        body = facts.entry.object()
        node, why = self.find(body)
        if node:
            self.bind(body, node)
            return
        self._event(body, "FailedScheduling", why, warning=True)
        self._retry_after(_AGAIN * 5, key)

    def _event(self, body: Body, reason: str, message: str, *, warning: bool = False) -> None:
        component = body["spec"].get("schedulerName") or "default-scheduler"
        self._life.events.write(
            body, "Pod", "v1", reason, message, warning=warning, component=component
        )
