"""Fargate: a node for each pod of a profile, for as long as the pod is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from containerscope.demo.ec2_networks import Network
from containerscope.demo.ids import hexes, number
from containerscope.demo.kube_facts import NODES, PODS
from containerscope.demo.kube_life import Kind, Life
from containerscope.demo.kube_node_bodies import NodePlan, private_name
from containerscope.demo.kube_node_life import LEASES, Nodes
from containerscope.demo.kube_scheduler import Scheduler
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Change

_FIRST = 15_350
"""The first address of Fargate's in a private subnet, counted from the subnet's own."""


class FargateNodes:
    """Gives each pod of a Fargate profile a node of its own."""

    def __init__(
        self,
        life: Life,
        nodes: Nodes,
        scheduler: Scheduler,
        profiles: Mapping[str, Mapping[str, Any]],
        network: Network,
        version: str,
    ) -> None:
        self._life = life
        self._nodes = nodes
        self._scheduler = scheduler
        self._profiles = profiles
        self._network = network
        self._version = version
        self._coming: set[str] = set()
        self._count = 0
        scheduler.special.append(self)
        life.watchers.append(self._watch)

    def _profile(self, body: Body) -> str:
        labels = body["metadata"].get("labels") or {}
        for name, profile in self._profiles.items():
            for each in profile["selectors"]:
                wanted = each.get("labels") or {}
                if each["namespace"] == body["metadata"]["namespace"] and all(
                    labels.get(key) == value for key, value in wanted.items()
                ):
                    return name
        return ""

    def wants(self, body: Body) -> bool:
        """Whether a profile selects the pod."""
        return bool(self._profile(body))

    def take(self, body: Body) -> None:
        """Let a node come for the pod."""
        profile = self._profile(body)
        uid = body["metadata"]["uid"]
        if uid not in self._coming:
            self._coming.add(uid)
            meta = body["metadata"]
            meta["labels"]["eks.amazonaws.com/fargate-profile"] = profile
            notes = meta.setdefault("annotations", {})
            notes["CapacityProvisioned"] = "0.25vCPU 0.5GB"
            notes["Logging"] = "LoggingDisabled: LOGGING_CONFIGMAP_NOT_FOUND"
            body["spec"]["schedulerName"] = "fargate-scheduler"
            key = self._life.store.put(PODS, body).key
            seconds = 2.0 if self._life.instant else 28.0 + number(15, uid, "fargate")
            self._life.after(seconds, lambda: self._arrive(key, uid))

    def _arrive(self, key: str, uid: str) -> None:
        self._coming.discard(uid)
        facts = self._life.facts.pods.get(key)
        if facts is None or facts.entry.uid != uid or facts.node:
            return
        self._count += 1
        zone = "abc"[self._count % 3]
        ip = self._network.address(zone, _FIRST + self._count % 600)
        name = f"fargate-{private_name(ip)}"
        labels = {"eks.amazonaws.com/compute-type": "fargate"}
        taint = {
            "key": "eks.amazonaws.com/compute-type",
            "value": "fargate",
            "effect": "NoSchedule",
        }
        instance = f"{hexes(10, uid)}-{hexes(32, 'fargate', uid)}/{name}"
        now = self._life.now
        self._nodes.add(
            NodePlan(name, ip, zone, "", instance, now, self._version, labels, (taint,))
        )
        self._scheduler.bind(facts.entry.object(), name)

    def _watch(self, kind: Kind, change: Change, *facts: object) -> None:
        """The node goes with its pod."""
        if kind == PODS and change.type == "DELETED":
            name = change.entry.fields["spec.nodeName"]
            found = self._life.store.find(NODES, "", name) if name.startswith("fargate-") else None
            if found is not None:
                self._life.store.remove(NODES, found)
                lease = self._life.store.find(LEASES, "kube-node-lease", name)
                if lease is not None:
                    self._life.store.remove(LEASES, lease)
