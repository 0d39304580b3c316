"""The cluster `platform` as tests of its node groups look at it."""

from __future__ import annotations

from typing import Any

from containerscope.demo.clock import StillClock
from containerscope.demo.kube_cluster import KubeCluster
from containerscope.demo.world import World

GROUP = "eks.amazonaws.com/nodegroup"
PODS = ("", "pods")
NODES = ("", "nodes")


class Platform:
    """The cluster `platform` and the node groups that its nodes are of."""

    def __init__(self, world: World, clock: StillClock) -> None:
        self.world = world
        self.clock = clock
        self.kube: KubeCluster = world.kube["platform"]

    def wait(self, seconds: float) -> None:
        for _ in range(int(seconds // 5)):
            self.clock.advance(5)
            self.world.advance(self.clock.now())
            self.kube.advance(self.clock.now())

    def resize(self, group: str, desired: int) -> None:
        body = self.world.eks["platform"].nodegroups[group]
        body["scalingConfig"] = {"minSize": 1, "maxSize": 20, "desiredSize": desired}

    def nodes(self, group: str) -> dict[str, Any]:
        """The nodes of a group, by their instances."""
        found = (each for each in self.kube.store.all(NODES) if each.labels.get(GROUP) == group)
        bodies = [each.object() for each in found]
        return {body["spec"]["providerID"].rpartition("/")[2]: body for body in bodies}

    def ready(self, group: str) -> list[bool]:
        """Whether each of a group's nodes is ready."""
        return [
            each["status"] == "True"
            for body in self.nodes(group).values()
            for each in body["status"]["conditions"]
            if each["type"] == "Ready"
        ]

    def kubelets(self, group: str) -> set[str]:
        """The versions of the kubelets of a group."""
        bodies = self.nodes(group).values()
        return {body["status"]["nodeInfo"]["kubeletVersion"].partition("-")[0] for body in bodies}

    def instances(self, group: str) -> set[str]:
        """The instances of the group that EC2 has in service."""
        body = self.world.eks["platform"].nodegroups[group]
        asg = self.world.asgs[body["resources"]["autoScalingGroups"][0]["name"]]
        return {each.id for each in asg.instances.values() if each.lifecycle == "InService"}

    def events(self, reason: str) -> list[str]:
        found = (each.object() for each in self.kube.store.all(("", "events")))
        return [each["message"] for each in found if each["reason"] == reason]
