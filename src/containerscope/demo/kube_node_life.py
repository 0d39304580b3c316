"""Nodes that beat, fall silent and come back."""

from __future__ import annotations

from containerscope.demo.kube_facts import NODES, PODS
from containerscope.demo.kube_kubelet import Kubelets
from containerscope.demo.kube_life import Kind, Life
from containerscope.demo.kube_node_bodies import (
    EFFECTS,
    NOT_READY,
    NodePlan,
    conditions,
    lost_conditions,
    node_body,
)
from containerscope.demo.kube_pod_status import set_condition
from containerscope.demo.kube_replicas import Pods
from containerscope.demo.kube_scheduler import tolerated
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Change, stamp

LEASES = ("coordination.k8s.io", "leases")
_BEAT = 300.0
_LEASE = 60.0
_GRACE = 50.0
"""Seconds without a lease after which a node counts as lost."""
_NETWORK = 12.0
"""Seconds that the network plugin of a new node takes to start."""
_UNREACHABLE = "node.kubernetes.io/unreachable"
_UNSCHEDULABLE = "node.kubernetes.io/unschedulable"


class Nodes:
    """The node lifecycle controller, and the kubelets' signs of life."""

    def __init__(self, life: Life, kubelets: Kubelets, pods: Pods) -> None:
        self._life = life
        self._store = life.store
        self._kubelets = kubelets
        self._pods = pods
        self.silent: set[str] = set()
        """Nodes whose kubelet does not answer."""
        life.controllers["nodes"] = self
        life.watchers.append(self._watch)

    def begin(self) -> None:
        """Beat from now on."""
        self._life.every(_LEASE, self._renew)
        self._life.every(_BEAT, self._beat)

    def add(self, plan: NodePlan) -> None:
        """A node has joined, ready."""
        self._store.put(NODES, node_body(plan))
        self._renew_one(plan.name)

    def register(self, plan: NodePlan) -> None:
        """A node joins: its kubelet is up, and it is ready once its network is there."""
        self._store.put(NODES, node_body(plan, ready=False))
        self._renew_one(plan.name)
        self._life.after(_NETWORK, lambda: self.recover(plan.name))

    def _watch(self, kind: Kind, change: Change, *_: object) -> None:
        if kind == NODES and change.type != "ADDED":
            self._life.soon("nodes", change.entry.name)

    def reconcile(self, key: str) -> None:
        """A cordoned node gets the taint, another loses it; the pods of one that is gone go."""
        found = self._store.find(NODES, "", key)
        if found is None:
            for facts in list(self._life.facts.by_node.get(key, {}).values()):
                self._pods.drop(facts.entry, grace=0)
            return
        body = found.object()
        spec = body["spec"]
        taints = [each for each in spec.get("taints") or () if each["key"] != _UNSCHEDULABLE]
        if spec.get("unschedulable"):
            now = stamp(self._life.now)
            known = next((t for t in spec.get("taints") or () if t["key"] == _UNSCHEDULABLE), None)
            fresh = {"key": _UNSCHEDULABLE, "effect": "NoSchedule", "timeAdded": now}
            taints.append(known or fresh)
        if taints != (spec.get("taints") or []):
            spec["taints"] = taints
            if not taints:
                del spec["taints"]
            self._store.put(NODES, body)

    def _renew(self) -> None:
        for name in list(self._life.facts.nodes):
            if name not in self.silent:
                self._renew_one(name)

    def _renew_one(self, name: str) -> None:
        when = f"{stamp(self._life.now)[:-1]}.000000Z"
        self._store.put(
            LEASES,
            {
                "metadata": {"name": name, "namespace": "kube-node-lease"},
                "spec": {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": when},
            },
        )

    def _beat(self) -> None:
        for entry in self._store.all(NODES):
            if entry.name not in self.silent:
                body = entry.object()
                for each in body["status"]["conditions"]:
                    each["lastHeartbeatTime"] = stamp(self._life.now)
                self._store.put(NODES, body)

    def fall_silent(self, name: str) -> None:
        """The kubelet stops: after a while the node counts as lost, and its pods are moved."""
        self.silent.add(name)
        last = self._life.now
        self._life.after(_GRACE, lambda: self._lose(name, last))

    def _lose(self, name: str, last: float) -> None:
        found = self._store.find(NODES, "", name)
        if found is None or name not in self.silent:
            return
        body, now = found.object(), self._life.now
        body["status"]["conditions"] = lost_conditions(last, now)
        taints = [each for each in body["spec"].get("taints") or () if each["key"] != _UNREACHABLE]
        body["spec"]["taints"] = [
            *taints,
            *(
                {"key": _UNREACHABLE, "effect": effect, "timeAdded": stamp(now)}
                for effect in EFFECTS
            ),
        ]
        body = self._store.put(NODES, body).object()
        self._tell(body, "NodeNotReady", f"Node {name} status is now: NodeNotReady")
        for key in list(self._life.facts.by_node.get(name, ())):
            self._unready(key)

    def _unready(self, key: str) -> None:
        facts = self._life.facts.pods[key]
        if facts.ended:
            return
        body = facts.entry.object()
        set_condition(body, "Ready", False, self._life.now)
        entry = self._store.put(PODS, body)
        self._life.events.write(
            body, "Pod", "v1", "NodeNotReady", "Node is not ready",
            warning=True, component="node-controller",
        )  # fmt: skip
        taint = {"key": _UNREACHABLE, "effect": "NoExecute"}
        patience = [
            each.get("tolerationSeconds")
            for each in body["spec"].get("tolerations") or ()
            if tolerated(taint, [each])
        ]
        if None in patience:
            return
        node, uid = facts.node, entry.uid

        def evict() -> None:
            now = self._life.facts.pods.get(key)
            if now is not None and now.entry.uid == uid and node in self.silent:
                self._life.events.write(
                    now.entry.object(), "Pod", "v1", "TaintManagerEviction",
                    f"Marking for deletion Pod {key}", component="taint-eviction-controller",
                )  # fmt: skip
                self._pods.drop(now.entry)

        self._life.after(float(min(patience, default=0)), evict)

    def recover(self, name: str) -> None:
        """The kubelet answers again."""
        self.silent.discard(name)
        found = self._store.find(NODES, "", name)
        if found is None:
            return
        body, now = found.object(), self._life.now
        body["status"]["conditions"] = conditions(now, now)
        lifted = (_UNREACHABLE, NOT_READY)
        taints = [each for each in body["spec"].get("taints") or () if each["key"] not in lifted]
        body["spec"]["taints"] = taints
        if not taints:
            del body["spec"]["taints"]
        self._store.put(NODES, body)
        self._renew_one(name)
        self._tell(body, "NodeReady", f"Node {name} status is now: NodeReady")
        for key in list(self._life.facts.by_node.get(name, ())):
            facts = self._life.facts.pods[key]
            if not facts.deleting and facts.phase == "Running":
                pod = facts.entry.object()
                ready = all(each["ready"] for each in pod["status"]["containerStatuses"])
                set_condition(pod, "Ready", ready, now)
                self._store.put(PODS, pod)
        self._kubelets.recover(name)

    def _tell(self, node: Body, reason: str, message: str) -> None:
        about = {"metadata": {**node["metadata"], "namespace": ""}}
        self._life.events.write(about, "Node", "v1", reason, message, component="node-controller")
