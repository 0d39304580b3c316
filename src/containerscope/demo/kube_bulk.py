"""Many pods at once, for speed tests and pictures of large clusters."""

from __future__ import annotations

from containerscope.demo.ids import hexes, number
from containerscope.demo.kube_base import put_namespaces
from containerscope.demo.kube_builder import DAY, Builder
from containerscope.demo.kube_facts import PODS
from containerscope.demo.kube_node_bodies import NodePlan, kubelet_version, private_name
from containerscope.demo.kube_pod_maker import owner_reference
from containerscope.demo.kube_recipe import Recipe, template
from containerscope.demo.kube_rollouts import REVISION, template_hash

_PER_NODE = 60
_PER_WORKLOAD = 25
_PER_NAMESPACE = 20
"""Workloads."""
_NAMES = ("api", "worker", "gateway", "sync", "index", "mailer", "ledger", "audit", "feed", "quota")


def add_pods(build: Builder, total: int) -> None:
    """Add Deployments, on nodes of their own, until the cluster has that many pods."""
    store, life = build.store, build.life
    missing = total - len(store.collection(PODS).keys)
    if missing <= 0:
        return
    life.instant = True
    nodes = [_node(build, index) for index in range(-(-missing // _PER_NODE))]
    life.advance(life.now)
    life.instant = False
    # The nodes' own daemons count too.
    missing = max(total - len(store.collection(PODS).keys), 0)
    workloads = -(-missing // _PER_WORKLOAD)
    spaces = [f"load-{index + 1:03}" for index in range(-(-workloads // _PER_NAMESPACE))]
    put_namespaces(store, spaces)
    placed = 0
    for index in range(workloads):
        size = min(_PER_WORKLOAD, missing - placed)
        name = f"{_NAMES[index % len(_NAMES)]}-{index + 1:04}"
        recipe = Recipe(
            spaces[index // _PER_NAMESPACE],
            name,
            size,
            tag=f"1.{number(40, name)}.0",
            cpu="100m",
            memory="128Mi",
            sidecar="aws-otel-collector" if index % 5 < 2 else "",
            config=("LOG_LEVEL", "REGION"),
            secrets=("API_TOKEN", "DATABASE_URL"),
        )
        _workload(build, recipe, [nodes[(placed + each) % len(nodes)] for each in range(size)])
        placed += size
    life.advance(life.now)
    store.compact()


def _node(build: Builder, index: int) -> str:
    ip = f"10.{70 + index // 240}.{index % 240}.{number(240, 'bulk', index) + 4}"
    labels = {"eks.amazonaws.com/nodegroup": "load", "eks.amazonaws.com/capacityType": "ON_DEMAND"}
    taint = {"key": "load", "value": "true", "effect": "NoSchedule"}
    plan = NodePlan(
        private_name(ip), ip, "abc"[index % 3], "m6i.4xlarge", f"i-0{hexes(16, 'bulk', index)}",
        build.now - 10 * DAY, kubelet_version(build.cluster.settings.patch), labels, (taint,),
    )  # fmt: skip
    build.cluster.control.nodes.add(plan)
    return plan.name


def _workload(build: Builder, recipe: Recipe, nodes: list[str]) -> None:
    """A Deployment that has been running for days, without the steps that led there."""
    store, control = build.store, build.cluster.control
    when = build.now - (1 + number(20, recipe.name)) * DAY
    build.put(recipe)
    found = store.find(("apps", "deployments"), recipe.namespace, recipe.name)
    assert found is not None
    pods = template(recipe)
    pods["spec"]["tolerations"] = [{"key": "load", "operator": "Exists"}]
    hashed = template_hash(found.object()["spec"]["template"])
    labels = {**pods["metadata"]["labels"], "pod-template-hash": hashed}
    replicaset = store.put(
        ("apps", "replicasets"),
        {
            "metadata": {
                "name": f"{recipe.name}-{hashed}",
                "namespace": recipe.namespace,
                "labels": labels,
                "annotations": {REVISION: "1"},
                "ownerReferences": [owner_reference(found.object(), "Deployment", "apps/v1")],
            },
            "spec": {
                "replicas": recipe.replicas,
                "selector": {"matchLabels": {**recipe.labels, "pod-template-hash": hashed}},
                "template": {**pods, "metadata": {**pods["metadata"], "labels": labels}},
            },
            "status": {},
        },
    ).object()
    owner = owner_reference(replicaset, "ReplicaSet", "apps/v1")
    for node in nodes:
        body = control.pods.maker.pod(
            pods, recipe.namespace, owner, prefix=f"{recipe.name}-{hashed}-", labels=labels
        )
        control.kubelets.settle(body, node, when)
        control.pods.maker.sign(body, "kube-controller-manager")
        store.put(PODS, body)
