"""A cluster of two nodes with nothing on them, and words to do things in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from containerscope.demo.kube_base import put_namespaces, put_storage_classes
from containerscope.demo.kube_cluster import KubeCluster, KubeSettings
from containerscope.demo.kube_fates import ImageFate
from containerscope.demo.kube_faults import KubeFaults
from containerscope.demo.kube_node_bodies import NodePlan, private_name
from containerscope.demo.kube_pod_cells import reason
from containerscope.demo.kube_recipe import Recipe, objects
from containerscope.demo.kube_types import BUILT_IN
from containerscope.demo.kube_writes import DeleteOptions, Target

START = 1_764_000_000.0
_TYPES = {each.storage: each for each in BUILT_IN}
PODS = ("", "pods")
NODES = ("", "nodes")
DEPLOYMENTS = ("apps", "deployments")


class Small:
    """The cluster."""

    def __init__(self, nodes: int = 2, *, metrics: bool = True) -> None:
        settings = KubeSettings(metrics=metrics)
        self.cluster = KubeCluster("small", START, settings, {}, lambda key: "demo", KubeFaults())
        self.store, self.life = self.cluster.store, self.cluster.life
        self.control = self.cluster.control
        put_namespaces(self.store, ("shop",))
        put_storage_classes(self.store, "ebs.csi.aws.com", "gp3", "fs-01")
        self.nodes = [self.add_node(index) for index in range(nodes)]
        self.wait(1)

    def add_node(self, index: int) -> str:
        """One more node, in a zone of its own."""
        ip = f"10.0.0.{index + 10}"
        zone, instance = "abc"[index % 3], f"i-{index}"
        plan = NodePlan(private_name(ip), ip, zone, "m6i.large", instance, self.life.now, "v1.33.5")
        self.control.nodes.add(plan)
        return plan.name

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        until = self.life.now + seconds
        self.cluster.advance(datetime.fromtimestamp(until, UTC))

    def run(self, name: str = "web", replicas: int = 2, **rest: Any) -> None:
        """A workload, with everything that belongs to it."""
        for kind, body in objects(Recipe("shop", name, replicas, **rest)):
            self.store.put(kind, body)

    def fate(self, tag: str, fate: ImageFate, name: str = "web") -> None:
        """What becomes of an image of a workload."""
        image = f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/{name}:{tag}"
        self.control.kubelets.fates[image] = fate

    def roll(self, tag: str, name: str = "web") -> None:
        """Give a Deployment another image tag."""
        body = self.get(DEPLOYMENTS, name)
        container = body["spec"]["template"]["spec"]["containers"][0]
        container["image"] = container["image"].rpartition(":")[0] + f":{tag}"
        self.store.put(DEPLOYMENTS, body, spec_changed=True)

    def get(self, kind: tuple[str, str], name: str, namespace: str = "shop") -> Any:
        """An object of the shop, or of the cluster."""
        found = self.store.find(kind, namespace, name)
        assert found is not None, f"no {kind} {name}"
        return found.object()

    def change(self, kind: tuple[str, str], name: str, **spec: Any) -> None:
        """Change an object's spec."""
        body = self.get(kind, name, "" if kind == NODES else "shop")
        body["spec"] |= spec
        self.store.put(kind, body, spec_changed=True)

    def delete(self, kind: tuple[str, str], name: str, policy: str = "") -> None:
        """Delete as a client does."""
        namespace = "shop" if _TYPES[kind].namespaced else ""
        target = Target(_TYPES[kind], namespace, name)
        self.cluster.writes.delete(target, DeleteOptions(policy=policy))

    def pods(self, name: str = "web") -> list[Any]:
        """The pods of a workload."""
        return [
            each.object()
            for each in self.store.all(PODS, "shop")
            if each.labels.get("app.kubernetes.io/name") == name
        ]

    def states(self, name: str = "web") -> list[str]:
        """The words that kubectl shows for them, sorted."""
        return sorted(reason(each) for each in self.pods(name))

    def images(self, name: str = "web") -> set[str]:
        """The tags that they run."""
        return {
            each["spec"]["containers"][0]["image"].rpartition(":")[2] for each in self.pods(name)
        }

    def events(self, name: str) -> dict[str, int]:
        """By reason: how often it was told of objects whose name begins so."""
        found: dict[str, int] = {}
        for each in self.store.all(("", "events")):
            body = each.object()
            if body["involvedObject"]["name"].startswith(name):
                found[body["reason"]] = found.get(body["reason"], 0) + body["count"]
        return found
