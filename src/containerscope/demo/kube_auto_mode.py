"""EKS Auto Mode: nodes that come when pods do not fit, and go when they are empty."""

from __future__ import annotations

from containerscope.demo.ec2_networks import Network
from containerscope.demo.ids import hexes, number
from containerscope.demo.kube_facts import NODES, PODS
from containerscope.demo.kube_life import Kind, Life
from containerscope.demo.kube_node_bodies import MACHINES, NodePlan
from containerscope.demo.kube_node_life import LEASES, Nodes
from containerscope.demo.kube_pod_maker import suffix
from containerscope.demo.kube_quantity import millicores, requests_of
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Change, stamp

CLAIMS = ("karpenter.sh", "nodeclaims")
POOLS = ("karpenter.sh", "nodepools")
_POOL = "general-purpose"
_KIND = "c6a.large"
_CAPACITY = {"cpu": "2", "memory": "3788Mi", "pods": "27"}
_LAUNCH = 35.0
_FIRST = 15_350
"""The first address of its nodes in a private subnet, counted from the subnet's own."""
_EMPTY = 90.0
"""Seconds after which a node without pods goes."""


def resources(nodes: int) -> Body:
    """What so many nodes come to, as the status of a pool has it."""
    total = {
        "cpu": str(nodes * int(_CAPACITY["cpu"])),
        "memory": f"{nodes * int(_CAPACITY['memory'].removesuffix('Mi'))}Mi" if nodes else "0",
        "nodes": str(nodes),
        "pods": str(nodes * int(_CAPACITY["pods"])),
    }
    return {"resources": total}


class AutoMode:
    """The Karpenter inside of Auto Mode."""

    def __init__(
        self, life: Life, nodes: Nodes, network: Network, cluster: str, version: str
    ) -> None:
        self._life = life
        self._nodes = nodes
        self._cluster = cluster
        self._network = network
        self._version = version
        self._count = 0
        self._launching: dict[str, set[str]] = {}
        """By the claim that is on its way: the uids of the pods it is for."""
        life.watchers.append(self._watch)

    def help(self, body: Body) -> None:
        """Launch a node for a pod that fits nowhere, unless one comes for it already."""
        uid = body["metadata"]["uid"]
        if any(uid in pods for pods in self._launching.values()):
            return
        cpu, _ = requests_of(body["spec"])
        room = millicores(MACHINES[_KIND].free_cpu)
        if cpu > room:
            return
        for pods in self._launching.values():
            taken = sum(
                each.cpu for each in self._life.facts.pods.values() if each.entry.uid in pods
            )
            if taken + cpu <= room:
                pods.add(uid)
                return
        self._launch(uid)

    def _launch(self, uid: str) -> None:
        self._count += 1
        name = f"{_POOL}-{suffix(5, 'claim', self._cluster, self._count)}"
        instance = f"i-0{hexes(16, 'auto', self._cluster, self._count)}"
        zone = "abc"[self._count % 3]
        self._launching[name] = {uid}
        body = self._claim(name, instance, zone)
        self._life.store.put(CLAIMS, body)
        seconds = 2.0 if self._life.instant else _LAUNCH + number(12, name)
        self._life.after(seconds, lambda: self._join(name, instance, zone))

    def _claim(self, name: str, instance: str, zone: str) -> Body:
        pool = self._life.store.find(POOLS, "", _POOL)
        owners = []
        if pool is not None:
            owners = [
                {
                    "apiVersion": "karpenter.sh/v1",
                    "kind": "NodePool",
                    "name": pool.name,
                    "uid": pool.uid,
                    "blockOwnerDeletion": True,
                }
            ]
        return {
            "metadata": {
                "name": name,
                "generateName": f"{_POOL}-",
                "labels": {
                    "karpenter.sh/capacity-type": "on-demand",
                    "karpenter.sh/nodepool": _POOL,
                    "node.kubernetes.io/instance-type": _KIND,
                    "topology.kubernetes.io/zone": f"eu-west-1{zone}",
                },
                "ownerReferences": owners,
            },
            "spec": {
                "expireAfter": "336h",
                "nodeClassRef": {
                    "group": "eks.amazonaws.com",
                    "kind": "NodeClass",
                    "name": "default",
                },
                "requirements": [
                    {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["on-demand"]}
                ],
                "terminationGracePeriod": "24h0m0s",
            },
            "status": {
                "providerID": f"aws:///eu-west-1{zone}/{instance}",
                "conditions": [self._condition("Launched"), self._condition("Ready", good=False)],
            },
        }

    def _condition(self, kind: str, *, good: bool = True) -> Body:
        told, reason = ("True", kind) if good else ("Unknown", "NotReady")
        now = stamp(self._life.now)
        return {
            "type": kind,
            "status": told,
            "lastTransitionTime": now,
            "reason": reason,
            "message": "",
        }

    def _join(self, name: str, instance: str, zone: str) -> None:
        self._launching.pop(name, None)
        claim = self._life.store.find(CLAIMS, "", name)
        if claim is None:
            return
        body = claim.object()
        ip = self._network.address(zone, _FIRST + self._count % 300)
        self._nodes.add(
            NodePlan(
                instance, ip, zone, _KIND, instance, self._life.now, self._version,
                {
                    "eks.amazonaws.com/compute-type": "auto",
                    "eks.amazonaws.com/instance-category": "c",
                    "eks.amazonaws.com/instance-cpu": "2",
                    "eks.amazonaws.com/instance-family": "c6a",
                    "eks.amazonaws.com/nodeclass": "default",
                    "karpenter.sh/capacity-type": "on-demand",
                    "karpenter.sh/initialized": "true",
                    "karpenter.sh/nodepool": _POOL,
                    "karpenter.sh/registered": "true",
                },
                bottlerocket=True,
            )
        )  # fmt: skip
        kinds = ("Launched", "Registered", "Initialized", "Ready")
        body["status"] |= {
            "nodeName": instance,
            "imageID": f"ami-0{hexes(16, 'auto ami')}",
            "capacity": _CAPACITY,
            "conditions": [self._condition(each) for each in kinds],
        }
        self._life.store.put(CLAIMS, body)
        self._tell_pool()

    def _tell_pool(self) -> None:
        """Tell in the pool's status what its nodes come to."""
        pool = self._life.store.find(POOLS, "", _POOL)
        if pool is None:
            return
        bodies = [entry.object() for entry in self._life.store.all(CLAIMS)]
        nodes = sum("nodeName" in (each.get("status") or {}) for each in bodies)
        body = pool.object()
        self._life.store.put(POOLS, {**body, "status": {**body["status"], **resources(nodes)}})

    def _watch(self, kind: Kind, change: Change, *_: object) -> None:
        if kind == PODS and change.type == "DELETED":
            name = change.entry.fields["spec.nodeName"]
            if name and not self._life.facts.by_node.get(name):
                self._life.after(_EMPTY, lambda: self._consolidate(name))
        elif kind == CLAIMS and change.type == "DELETED":
            self._remove_node(change.entry.object().get("status", {}).get("nodeName", ""))
            self._tell_pool()

    def _consolidate(self, node: str) -> None:
        if self._life.facts.by_node.get(node):
            return
        for entry in self._life.store.all(CLAIMS):
            if (entry.object().get("status") or {}).get("nodeName") == node:
                self._life.store.remove(CLAIMS, entry)

    def _remove_node(self, name: str) -> None:
        for kind, namespace in ((NODES, ""), (LEASES, "kube-node-lease")):
            found = self._life.store.find(kind, namespace, name) if name else None
            if found is not None:
                self._life.store.remove(kind, found)
