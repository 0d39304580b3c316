"""Node groups that grow, shrink and lose instances: the nodes of the cluster follow in time."""

from __future__ import annotations

from containerscope.demo.asg_engine import interrupt
from containerscope.demo.clock import StillClock
from containerscope.demo.eks_state import Trouble
from containerscope.demo.world import World
from tests.demo.node_groups import PODS, Platform


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


def test_a_new_node_is_ready_once_its_network_is_and_takes_the_pod_that_waits(
    world: World, still_clock: StillClock
) -> None:
    platform = Platform(world, still_clock)

    def metrics_servers() -> list[str]:
        """The node of each pod of metrics-server, of which one finds no room."""
        pods = (each.object() for each in platform.kube.store.all(PODS, "kube-system"))
        named = [each for each in pods if each["metadata"]["name"].startswith("metrics-server-")]
        return [each["spec"].get("nodeName", "") for each in named]

    before = platform.nodes("system")
    assert metrics_servers().count("") == 1
    platform.resize("system", 5)
    while len(platform.nodes("system")) < 5:
        platform.wait(5)
    fresh = [body for key, body in platform.nodes("system").items() if key not in before]
    assert sorted(platform.ready("system")) == [False, False, True, True, True]
    assert metrics_servers().count("") == 1
    labels = [body["metadata"]["labels"] for body in fresh]
    assert {each["node.kubernetes.io/instance-type"] for each in labels} == {"m6i.large"}
    assert len({each["topology.kubernetes.io/zone"] for each in labels}) == 2
    platform.wait(30)
    assert all(platform.ready("system"))
    assert {body["metadata"]["name"] for body in fresh} & set(metrics_servers())
    assert "" not in metrics_servers()
    assert not any("taints" in body["spec"] for body in platform.nodes("system").values())
