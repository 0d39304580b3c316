"""What is in `sandbox`: an Auto Mode cluster without metrics, with a few experiments."""

from __future__ import annotations

from containerscope.demo.eks_state import EksCluster
from containerscope.demo.kube_auto_mode import AutoMode, resources
from containerscope.demo.kube_base import put_namespaces, put_storage_classes
from containerscope.demo.kube_builder import DAY, HOUR, MINUTE, Builder
from containerscope.demo.kube_definitions import AUTO_MODE, put_definitions
from containerscope.demo.kube_fates import ImageFate
from containerscope.demo.kube_node_bodies import kubelet_version
from containerscope.demo.kube_rbac import put_rbac
from containerscope.demo.kube_recipe import Recipe, image_of
from containerscope.demo.kube_status import Body

_NAMESPACES = ("experiments", "playground")
_SETTLED: tuple[tuple[float, Recipe], ...] = (
    (
        20 * DAY,
        Recipe(
            "playground",
            "whoami",
            2,
            image="docker.io/traefik/whoami:v1.11",
            cpu="100m",
            memory="32Mi",
            port=80,
            team="platform",
        ),
    ),
    (
        9 * DAY,
        Recipe(
            "experiments",
            "vector-db",
            1,
            "StatefulSet",
            cpu="500m",
            memory="1Gi",
            port=6333,
            image="docker.io/qdrant/qdrant:v1.15.5",
            storage="20Gi",
            team="data",
        ),
    ),
    (
        4 * DAY,
        Recipe(
            "experiments",
            "chat-api",
            2,
            tag="0.2.0",
            cpu="600m",
            memory="512Mi",
            scale=(1, 6, 60),
            team="data",
        ),
    ),
)


def build_sandbox(build: Builder, eks: EksCluster) -> None:
    """Everything, from the day the cluster was made until now."""
    store, cluster = build.store, build.cluster
    control, life = cluster.control, build.life
    version = kubelet_version(cluster.settings.patch)
    network = control.kubelets.network
    auto = AutoMode(life, control.nodes, network, cluster.name, version)
    control.scheduler.helpless.append(auto.help)
    control.kubelets.fates[image_of("experiments/agent", "0.0.3")] = ImageFate("denied")
    life.instant = True
    put_namespaces(store, _NAMESPACES)
    put_rbac(store, _NAMESPACES)
    put_definitions(store, AUTO_MODE)
    put_storage_classes(store, "ebs.csi.eks.amazonaws.com", "gp3")
    for name in ("general-purpose", "system"):
        store.put(("karpenter.sh", "nodepools"), _pool(name))
    store.put(
        ("eks.amazonaws.com", "nodeclasses"),
        _node_class(str(eks.body["computeConfig"].get("nodeRoleArn", ""))),
    )
    build.settled(_SETTLED)
    build.at(2 * HOUR)
    build.put(Recipe("experiments", "agent", 1, tag="0.0.3", cpu="200m", port=0, team="data"))
    build.at(20 * MINUTE)
    control.begin()
    build.done()


def _pool(name: str) -> Body:
    return {
        "metadata": {"name": name, "labels": {"app.kubernetes.io/managed-by": "eks"}},
        "spec": {
            "disruption": {
                "budgets": [{"nodes": "10%"}],
                "consolidateAfter": "30s",
                "consolidationPolicy": "WhenEmptyOrUnderutilized",
            },
            "template": {
                "spec": {
                    "expireAfter": "336h",
                    "nodeClassRef": {
                        "group": "eks.amazonaws.com",
                        "kind": "NodeClass",
                        "name": "default",
                    },
                    "requirements": [
                        {
                            "key": "karpenter.sh/capacity-type",
                            "operator": "In",
                            "values": ["on-demand"],
                        }
                    ],
                }
            },
        },
        "status": {
            **resources(0),
            "conditions": [{"type": "Ready", "status": "True", "reason": "Ready"}],
        },
    }


def _node_class(role: str) -> Body:
    return {
        "metadata": {"name": "default", "labels": {"app.kubernetes.io/managed-by": "eks"}},
        "spec": {
            "ephemeralStorage": {"iops": 3000, "size": "80Gi", "throughput": 125},
            "networkPolicy": "DefaultAllow",
            "role": role,
            "snatPolicy": "Random",
        },
        "status": {"conditions": [{"type": "Ready", "status": "True", "reason": "Ready"}]},
    }
