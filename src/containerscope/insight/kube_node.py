"""How a node does, what kind of EKS node it is, and how full it is."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from containerscope.insight.kube_pod import requests_of
from containerscope.insight.verdict import Verdict
from containerscope.model.health import Level
from containerscope.model.kube_node import Node
from containerscope.model.kube_pod import Pod

_PRESSURES = {
    "MemoryPressure": "short of memory",
    "DiskPressure": "short of disk",
    "PIDPressure": "short of process ids",
    "NetworkUnavailable": "without a network",
}
_FINAL_PHASES = ("Succeeded", "Failed")


class NodeLoad(msgspec.Struct, frozen=True):
    """What the pods on a node ask for, beside what it can give."""

    cpu: float = 0.0
    """Cores."""
    memory: float = 0.0
    """Bytes."""
    pods: int = 0


def label(node: Node, *names: str) -> str | None:
    """The first of these labels that the node has."""
    labels = (node.metadata.labels if node.metadata else None) or {}
    return next((labels[name] for name in names if labels.get(name)), None)


def node_kind(node: Node) -> str:
    """`managed`, `Fargate`, `Auto Mode`, `hybrid`, `Karpenter` or `self-managed`."""
    compute = label(node, "eks.amazonaws.com/compute-type")
    if compute:
        known = {"fargate": "Fargate", "auto": "Auto Mode", "hybrid": "hybrid"}
        return known.get(compute, compute)
    if label(node, "eks.amazonaws.com/nodegroup"):
        return "managed"
    if label(node, "karpenter.sh/nodepool", "karpenter.sh/provisioner-name"):
        return "Karpenter"
    return "self-managed"


def node_group(node: Node) -> str | None:
    """The node group, node pool or Fargate profile it belongs to."""
    return label(
        node,
        "eks.amazonaws.com/nodegroup",
        "karpenter.sh/nodepool",
        "karpenter.sh/provisioner-name",
        "eks.amazonaws.com/fargate-profile",
    )


def capacity_type(node: Node) -> str | None:
    """`spot` or `on demand`."""
    found = label(node, "eks.amazonaws.com/capacityType", "karpenter.sh/capacity-type")
    return found.lower().replace("_", " ").replace("-", " ") if found else None


def node_word(node: Node) -> str:
    """The STATUS of `kubectl get nodes`."""
    ready = node.condition("Ready")
    word = "Unknown" if ready is None else "Ready" if ready.true else "NotReady"
    cordoned = node.spec is not None and node.spec.unschedulable
    return f"{word},SchedulingDisabled" if cordoned else word


def node_verdict(node: Node) -> Verdict:
    """The level of a node, why, and what to do."""
    ready = node.condition("Ready")
    if ready is None:
        return Verdict(Level.PROGRESS, "registering")
    if not ready.true:
        return _not_ready(ready.reason or "", ready.message or "")
    for name, words in _PRESSURES.items():
        condition = node.condition(name)
        if condition is not None and condition.true:
            said = condition.message or ""
            return Verdict(Level.WARNING, words, said, "move pods away or add nodes", said)
    if node.spec is not None and node.spec.unschedulable:
        return Verdict(Level.WARNING, "cordoned", "no new pods are placed on it")
    return Verdict(Level.FINE)


def _not_ready(reason: str, said: str) -> Verdict:
    if reason == "NodeStatusUnknown" or "stopped posting" in said:
        return Verdict(
            Level.FAILED,
            "not ready: its kubelet is silent",
            said,
            "see whether its instance runs, and its network and security groups",
            said,
        )
    words = f"not ready: {said}" if said else "not ready"
    return Verdict(Level.FAILED, words, said, "see the kubelet's messages and its events", said)


def load_of(pods: Iterable[Pod]) -> dict[str, NodeLoad]:
    """Node -> what the pods on it ask for; pods that have ended ask for nothing."""
    cpu: dict[str, float] = {}
    memory: dict[str, float] = {}
    count: dict[str, int] = {}
    for pod in pods:
        node = pod.spec.node_name if pod.spec else None
        if not node or (pod.status and pod.status.phase in _FINAL_PHASES):
            continue
        cpu[node] = cpu.get(node, 0.0) + requests_of(pod, "cpu")
        memory[node] = memory.get(node, 0.0) + requests_of(pod, "memory")
        count[node] = count.get(node, 0) + 1
    return {name: NodeLoad(cpu[name], memory[name], count[name]) for name in count}
