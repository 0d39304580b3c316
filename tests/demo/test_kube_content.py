"""What is in the demo's clusters agrees with itself and with what EKS, EC2 and IAM say."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from containerscope.demo.account import demo_world
from containerscope.demo.calls import Call
from containerscope.demo.clock import StillClock
from containerscope.demo.ec2_hosts import hosts
from containerscope.demo.kube_cluster import KubeCluster
from containerscope.demo.kube_fleet import Fleet
from containerscope.demo.kube_pod_cells import reason
from containerscope.demo.kube_quantity import quantity, requests_of
from containerscope.demo.kube_store import stamp
from containerscope.demo.operations import OPERATIONS
from containerscope.demo.world import World

PODS = ("", "pods")
NODES = ("", "nodes")


@pytest.fixture(scope="module")
def world() -> World:
    """The demo account; nobody here changes it."""
    return demo_world(StillClock())


@pytest.fixture(scope="module")
def platform(world: World) -> KubeCluster:
    """The cluster with node groups and Fargate."""
    return world.kube["platform"]


@pytest.fixture(scope="module")
def sandbox(world: World) -> KubeCluster:
    """The cluster in Auto Mode."""
    return world.kube["sandbox"]


def bodies(cluster: KubeCluster, plural: str, group: str = "") -> list[Any]:
    return [each.object() for each in cluster.store.all((group, plural))]


def test_the_nodes_are_the_instances_of_the_node_groups(
    world: World, platform: KubeCluster
) -> None:
    machines = {each.id: each for each in hosts(world) if dict(each.tags).get("eks:cluster-name")}
    nodes = [
        each
        for each in bodies(platform, "nodes")
        if "eks.amazonaws.com/nodegroup" in each["metadata"]["labels"]
    ]
    assert {each["spec"]["providerID"].rpartition("/")[2] for each in nodes} == set(machines)
    for each in nodes:
        labels = each["metadata"]["labels"]
        host = machines[each["spec"]["providerID"].rpartition("/")[2]]
        group = world.eks["platform"].nodegroups[labels["eks.amazonaws.com/nodegroup"]]
        assert labels["node.kubernetes.io/instance-type"] == host.kind
        assert labels["topology.kubernetes.io/zone"] == f"eu-west-1{host.subnet.zone}"
        assert each["spec"]["providerID"] == f"aws:///eu-west-1{host.subnet.zone}/{host.id}"
        assert each["status"]["addresses"][0]["address"] == host.address
        assert labels["eks.amazonaws.com/capacityType"] == group["capacityType"]
        assert each["status"]["nodeInfo"]["kubeletVersion"].startswith(f"v{group['version']}.")
    count = Counter(each["metadata"]["labels"]["eks.amazonaws.com/nodegroup"] for each in nodes)
    wanted = {
        name: group["scalingConfig"]["desiredSize"]
        for name, group in world.eks["platform"].nodegroups.items()
    }
    assert wanted.pop("spot-b") > count.pop("spot-b"), "which cannot launch what it wants"
    assert count == wanted


def test_each_pod_of_a_fargate_profile_has_a_node_of_its_own(
    world: World, platform: KubeCluster
) -> None:
    selectors = [
        each
        for profile in world.eks["platform"].fargate_profiles.values()
        for each in profile["selectors"]
    ]
    for each in bodies(platform, "pods"):
        labels = each["metadata"]["labels"]
        selected = any(
            rule["namespace"] == each["metadata"]["namespace"]
            and (rule.get("labels") or {}).items() <= labels.items()
            for rule in selectors
        )
        node = each["spec"].get("nodeName", "")
        assert node.startswith("fargate-") is selected, each["metadata"]["name"]
    names = [
        each["spec"]["nodeName"]
        for each in bodies(platform, "pods")
        if each["spec"].get("nodeName", "").startswith("fargate-")
    ]
    assert len(set(names)) == len(names) >= 4


def test_auto_mode_has_a_claim_for_each_node(sandbox: KubeCluster) -> None:
    claims = bodies(sandbox, "nodeclaims", "karpenter.sh")
    nodes = bodies(sandbox, "nodes")
    assert {each["status"]["nodeName"] for each in claims} == {
        each["metadata"]["name"] for each in nodes
    }
    for each in nodes:
        assert each["metadata"]["labels"]["eks.amazonaws.com/compute-type"] == "auto"
        assert each["metadata"]["name"].startswith("i-0"), "Auto Mode names nodes by instance"
    pools = {
        each["metadata"]["name"]: each for each in bodies(sandbox, "nodepools", "karpenter.sh")
    }
    assert pools["general-purpose"]["status"]["resources"]["nodes"] == str(len(claims))
    assert pools["system"]["status"]["resources"]["nodes"] == "0"


def test_no_node_is_given_more_than_it_has(platform: KubeCluster, sandbox: KubeCluster) -> None:
    for cluster in (platform, sandbox):
        for node in bodies(cluster, "nodes"):
            room = node["status"]["allocatable"]
            cpu = memory = count = 0
            for pod in bodies(cluster, "pods"):
                ended = pod["status"]["phase"] in ("Succeeded", "Failed")
                if pod["spec"].get("nodeName") == node["metadata"]["name"] and not ended:
                    asked = requests_of(pod["spec"])
                    cpu, memory, count = cpu + asked[0], memory + asked[1], count + 1
            assert cpu / 1000 <= quantity(room["cpu"])
            assert memory <= quantity(room["memory"])
            assert count <= int(room["pods"])


def test_pods_refer_to_what_exists(platform: KubeCluster, sandbox: KubeCluster) -> None:
    for cluster in (platform, sandbox):
        store = cluster.store
        kinds = {each.kind: each.storage for each in cluster.catalog.types.values()}
        for pod in bodies(cluster, "pods"):
            meta, spec = pod["metadata"], pod["spec"]
            space = meta["namespace"]
            [owner] = meta["ownerReferences"]
            found = store.find(kinds[owner["kind"]], space, owner["name"])
            assert found is not None
            assert found.uid == owner["uid"]
            if spec.get("nodeName"):
                assert store.find(NODES, "", spec["nodeName"]), meta["name"]
            for volume in spec["volumes"]:
                if "persistentVolumeClaim" in volume:
                    claim = volume["persistentVolumeClaim"]["claimName"]
                    bound = store.find(("", "persistentvolumeclaims"), space, claim)
                    assert bound is not None
                    name = bound.object()["spec"]["volumeName"]
                    assert store.find(("", "persistentvolumes"), "", name)
            for container in spec["containers"]:
                for each in container.get("env", ()):
                    ref = each.get("valueFrom", {}).get("secretKeyRef")
                    if ref:
                        secret = store.find(("", "secrets"), space, ref["name"])
                        assert secret is not None
                        assert ref["key"] in secret.object()["data"]


def test_every_iam_role_of_a_service_account_exists(world: World, platform: KubeCluster) -> None:
    arns = {
        each["metadata"].get("annotations", {}).get("eks.amazonaws.com/role-arn")
        for each in bodies(platform, "serviceaccounts")
    } - {None}
    assert len(arns) >= 8
    for arn in arns:
        call = Call(world, {"RoleName": arn.rpartition("/")[2]})
        assert OPERATIONS["iam"]["GetRole"](call)["Role"]["Arn"] == arn
    for each in world.eks["platform"].pod_identities.values():
        found = platform.store.find(
            ("", "serviceaccounts"), each["namespace"], each["serviceAccount"]
        )
        assert found is not None, each["serviceAccount"]


def test_the_troubles_are_there(platform: KubeCluster) -> None:
    states = Counter(reason(each) for each in bodies(platform, "pods"))
    troubles = {"CrashLoopBackOff", "ImagePullBackOff", "Pending", "Terminating", "Completed"}
    assert troubles <= states.keys()
    deployments = {
        each["metadata"]["name"]: each for each in bodies(platform, "deployments", "apps")
    }
    conditions = {
        each["type"]: each["reason"] for each in deployments["checkout"]["status"]["conditions"]
    }
    assert conditions["Progressing"] == "ProgressDeadlineExceeded"
    assert deployments["metrics-server"]["status"]["unavailableReplicas"] == 1
    ready = Counter(
        about["status"]
        for each in bodies(platform, "nodes")
        for about in each["status"]["conditions"]
        if about["type"] == "Ready"
    )
    assert ready["Unknown"] == 1
    reasons = {each["reason"] for each in bodies(platform, "events")}
    assert {"FailedScheduling", "BackOff", "NodeNotReady", "SuccessfulRescale"} <= reasons
    hour_ago = stamp(platform.life.now - 3700)
    assert all(each["lastTimestamp"] > hour_ago for each in bodies(platform, "events"))


def test_every_kind_of_thing_is_there(platform: KubeCluster) -> None:
    empty = {
        f"{each.plural}.{each.group}"
        for each in platform.catalog.types.values()
        if not platform.store.collection(each.storage).keys and "list" in each.verbs
    }
    wanted = {"pods", "nodes", "services", "configmaps", "secrets", "events", "persistentvolumes"}
    assert not {f"{each}." for each in wanted} & empty
    assert not {f"{each}.apps" for each in ("deployments", "statefulsets", "daemonsets")} & empty
    assert "targetgroupbindings.elbv2.k8s.aws" not in empty
    assert "horizontalpodautoscalers.autoscaling" not in empty


def test_a_day_passes(world: World) -> None:
    other = demo_world(StillClock())
    cluster = other.kube["platform"]
    clock: Any = other.clock
    for _ in range(6):
        clock.advance(3600)
        cluster.advance(clock.now())
    names = {each["metadata"]["name"] for each in bodies(cluster, "nodes")}
    for pod in bodies(cluster, "pods"):
        assert pod["spec"].get("nodeName", "") in names | {""}
    assert len(cluster.store.collection(PODS).keys) < 400
    assert len(cluster.store.collection(("", "events")).keys) < 3000
    rolled = cluster.store.find(("apps", "deployments"), "shop", "catalog")
    assert rolled is not None
    revision = rolled.object()["metadata"]["annotations"]["deployment.kubernetes.io/revision"]
    assert int(revision) > 15, "one release in twenty minutes"


def test_a_cluster_can_be_made_as_large_as_is_asked_for() -> None:
    world = demo_world(StillClock())
    fleet = world.kube
    assert isinstance(fleet, Fleet)
    fleet.pods["platform"] = 600
    cluster = fleet["platform"]
    entries = list(cluster.store.all(PODS))
    assert len(entries) == 600
    sizes = [len(each.raw) for each in entries if each.namespace.startswith("load-")]
    assert 6_000 < sum(sizes) / len(sizes) < 11_000
    deployments = [
        each.object()["status"]
        for each in cluster.store.all(("apps", "deployments"))
        if each.namespace.startswith("load-")
    ]
    assert sum(each["availableReplicas"] for each in deployments) == len(sizes)
