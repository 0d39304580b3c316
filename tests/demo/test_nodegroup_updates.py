"""A node group gets another AMI release: its nodes are replaced as EKS does it."""

from __future__ import annotations

from typing import Any

from containerscope.demo.account import demo_world
from containerscope.demo.clock import StillClock
from containerscope.demo.world import World
from tests.demo.in_process import ask
from tests.demo.node_groups import GROUP, PODS, Platform

SYSTEM = {"clusterName": "platform", "nodegroupName": "system"}


def begin(world: World) -> Any:
    return ask(world, "eks", "UpdateNodegroupVersion", **SYSTEM)["update"]


def closed(platform: Platform) -> list[str]:
    """The nodes that have been cordoned."""
    nodes = platform.nodes("system")
    return [name for name, body in nodes.items() if body["spec"].get("unschedulable")]


def test_new_nodes_come_first_and_old_ones_go_one_at_a_time(
    world: World, still_clock: StillClock
) -> None:
    platform = Platform(world, still_clock)
    old = platform.nodes("system")
    assert platform.kubelets("system") == {"v1.33.4"}
    update = begin(world)
    platform.wait(125)
    assert platform.kubelets("system") == {"v1.33.4", "v1.33.5"}
    taints = [body["spec"].get("taints", []) for body in platform.nodes("system").values()]
    assert sum([each["key"] for each in found] == [GROUP] for found in taints) == len(old) == 3
    seen: list[tuple[int, int]] = []
    while update["status"] == "InProgress":
        assert world.eks["platform"].nodegroups["system"]["status"] == "UPDATING"
        platform.wait(5)
        assert len(closed(platform)) <= 1, "the group's update settings let one go at a time"
        left = len(platform.nodes("system").keys() & old.keys())
        if not seen or seen[-1][0] != left:
            seen.append((left, len(platform.nodes("system"))))
    assert seen == [(3, 6), (2, 5), (1, 5), (0, 5)]
    assert update["status"] == "Successful"
    group = ask(world, "eks", "DescribeNodegroup", **SYSTEM)["nodegroup"]
    assert (group["status"], group["releaseVersion"]) == ("ACTIVE", "1.33.5-20261103")
    nodes = platform.nodes("system")
    assert nodes.keys() == platform.instances("system")
    assert (len(nodes), platform.kubelets("system")) == (3, {"v1.33.5"})
    label = "eks.amazonaws.com/nodegroup-image"
    images = {body["metadata"]["labels"][label] for body in (*old.values(), *nodes.values())}
    assert len(images) == 2
    platform.wait(60)
    gone = {body["metadata"]["name"] for body in old.values()}
    pods = [each.object() for each in platform.kube.store.all(PODS)]
    assert not gone & {each["spec"].get("nodeName") for each in pods}
    cart = next(each for each in platform.kube.store.all(("apps", "deployments"), "shop")
                if each.name == "cart").object()  # fmt: skip
    assert cart["status"]["readyReplicas"] == cart["spec"]["replicas"]


def test_an_update_comes_out_the_same_however_seldom_somebody_looks() -> None:
    ends = []
    for step in (10, 900):
        clock = StillClock()
        world = demo_world(clock)
        update = begin(world)
        for _ in range(900 // step):
            clock.advance(step)
            world.advance(clock.now())
        platform = Platform(world, clock)
        ends.append((update["status"], sorted(platform.nodes("system"))))
    assert ends[0] == ends[1]
    assert ends[0][0] == "Successful"


def test_an_update_ends_with_the_group_that_it_is_of(world: World, still_clock: StillClock) -> None:
    platform = Platform(world, still_clock)
    update = begin(world)
    platform.wait(60)
    ask(world, "eks", "DeleteNodegroup", **SYSTEM)
    platform.wait(10)
    assert len(closed(platform)) == 3, "pods are asked to leave the nodes before they go"
    platform.wait(190)
    assert update["status"] == "Cancelled"
    assert platform.nodes("system") == {}


def test_labels_and_taints_of_a_group_come_to_its_nodes(
    world: World, still_clock: StillClock
) -> None:
    platform = Platform(world, still_clock)

    def change(**changes: Any) -> list[Any]:
        ask(world, "eks", "UpdateNodegroupConfig", **SYSTEM, **changes)
        platform.wait(40)
        return list(platform.nodes("system").values())

    taint = {"key": "maintenance", "value": "yes", "effect": "NO_EXECUTE"}
    nodes = change(
        labels={"addOrUpdateLabels": {"tier": "core"}, "removeLabels": ["role"]},
        taints={"addOrUpdateTaints": [taint]},
    )
    names = {body["metadata"]["name"] for body in nodes}
    for body in nodes:
        assert body["metadata"]["labels"]["tier"] == "core"
        assert "role" not in body["metadata"]["labels"]
        assert body["spec"]["taints"] == [{**taint, "effect": "NoExecute"}]
    pods = [each.object() for each in platform.kube.store.all(PODS)]
    there = [each for each in pods if each["spec"].get("nodeName") in names]
    assert all(each["metadata"]["ownerReferences"][0]["kind"] == "DaemonSet" for each in there)
    nodes = change(taints={"removeTaints": [taint]})
    assert len(nodes) == 3
    assert not any("taints" in body["spec"] for body in nodes)
