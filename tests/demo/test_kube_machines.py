"""Node groups that grow, shrink and lose instances: the nodes of the cluster follow in time."""

from __future__ import annotations

from typing import Any

from containerscope.demo.asg_engine import interrupt
from containerscope.demo.clock import StillClock
from containerscope.demo.eks_state import Trouble
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

    def instances(self, group: str) -> set[str]:
        """The instances of the group that EC2 has in service."""
        body = self.world.eks["platform"].nodegroups[group]
        asg = self.world.asgs[body["resources"]["autoScalingGroups"][0]["name"]]
        return {each.id for each in asg.instances.values() if each.lifecycle == "InService"}

    def events(self, reason: str) -> list[str]:
        found = (each.object() for each in self.kube.store.all(("", "events")))
        return [each["message"] for each in found if each["reason"] == reason]


def test_nodes_come_once_their_instances_have_booted_and_are_drained_before_they_go(
    world: World, still_clock: StillClock
) -> None:
    platform = Platform(world, still_clock)
    assert len(platform.nodes("system")) == 3
    platform.resize("system", 5)
    platform.wait(60)
    assert len(platform.nodes("system")) == 3, "instances are launched, their kubelets not up"
    platform.wait(60)
    assert platform.nodes("system").keys() == platform.instances("system")
    assert len(platform.nodes("system")) == 5
    assert len(platform.events("RegisteredNode")) == 2
    # And back: its nodes are emptied before they go.
    before = platform.nodes("general-a")
    platform.resize("general-a", 7)
    platform.wait(30)
    cordoned = {
        name
        for name, body in platform.nodes("general-a").items()
        if body["spec"].get("unschedulable")
    }
    assert len(cordoned) == 2
    names = {before[each]["metadata"]["name"] for each in cordoned}
    platform.wait(60)
    assert platform.nodes("general-a").keys() == platform.instances("general-a")
    assert len(platform.nodes("general-a")) == 7
    left = {each.object()["spec"].get("nodeName") for each in platform.kube.store.all(PODS)}
    assert not left & names
    assert len(platform.events("RemovingNode")) == 2


def test_nodes_that_could_not_join_and_those_that_are_taken_back_come_in_the_end(
    world: World, still_clock: StillClock
) -> None:
    platform = Platform(world, still_clock)
    troubles = world.eks["platform"].troubles
    troubles["system"] = Trouble("NodeCreationFailure", "Instances failed to join")
    platform.resize("system", 4)
    platform.wait(180)
    assert (len(platform.instances("system")), len(platform.nodes("system"))) == (4, 3)
    del troubles["system"]
    platform.wait(10)
    assert len(platform.nodes("system")) == 4
    # A Spot instance that is taken back is replaced as a node too.
    gone = next(iter(platform.nodes("spot-b")))
    interrupt(world, gone)
    platform.wait(120)
    assert gone not in platform.nodes("spot-b")
    assert platform.nodes("spot-b").keys() == platform.instances("spot-b")
    assert len(platform.nodes("spot-b")) == 5
