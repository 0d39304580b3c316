"""The EBS volumes of the account: root disks of instances, and what holds persistent volumes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from containerscope.demo.ec2_hosts import hosts
from containerscope.demo.ids import hexes, number, uuid
from containerscope.demo.kube_cluster import KubeCluster
from containerscope.demo.kube_quantity import quantity
from containerscope.demo.kube_static import LOST, SLOW_CLAIM
from containerscope.demo.world import World

_VOLUMES = ("", "persistentvolumes")
_PODS = ("", "pods")
_NODES = ("", "nodes")
_EBS = ("ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com")
_AUTO = "ebs.csi.eks.amazonaws.com"
LEFT_BEHIND = "vol-0" + hexes(16, "volume", "left behind")
"""What a cluster that is no more has left behind: nothing is attached to it, and it costs."""


@dataclass(frozen=True)
class Disk:
    """An EBS volume."""

    id: str
    size: int
    """GiB."""
    zone: str
    created_at: float
    tags: tuple[tuple[str, str], ...]
    instance: str = ""
    """What it is attached to; empty for nothing."""
    device: str = "/dev/xvda"
    attached_at: float = 0.0
    kind: str = "gp3"
    snapshot: str = ""
    key: str = ""
    """The ARN of what it is encrypted with; empty for a disk in the clear."""
    root: bool = False
    impaired: bool = False
    """Whether its status checks fail."""


def disks(world: World) -> list[Disk]:
    """All volumes: root disks first."""
    key = world.arn("kms", f"key/{uuid('ebs', world.account)}")
    found = [
        Disk(
            host.disk, 80, world.region + host.subnet.zone, host.launched_at,
            tuple((k, v) for k, v in host.tags if not k.startswith("aws:")),
            instance=host.id, attached_at=host.launched_at + 1,
            snapshot=f"snap-0{hexes(16, 'snapshot', host.image.id)}", root=True,
        )
        for host in hosts(world)
        if host.state != "terminated"
    ]  # fmt: skip
    for name in world.kube:
        cluster = world.kube[name]
        cluster.advance(world.clock.now())
        found += _held(world, name, cluster, key)
    tags = (("Name", "tryout-dynamic-pvc-0b1f"), ("kubernetes.io/cluster/tryout", "owned"))
    gone = world.now() - 190 * 86_400
    found.append(Disk(LEFT_BEHIND, 500, f"{world.region}b", gone, tags, kind="gp2"))
    return found


def _held(world: World, name: str, cluster: KubeCluster, key: str) -> Iterator[Disk]:
    """What holds the data of the persistent volumes of a cluster."""
    users = _users(cluster)
    for entry in cluster.store.all(_VOLUMES):
        body = entry.object()
        spec = body["spec"]
        source = spec.get("csi") or {}
        if source.get("driver") not in _EBS or source["volumeHandle"] == LOST:
            continue
        claim = spec.get("claimRef") or {}
        place = (claim.get("namespace", ""), claim.get("name", ""))
        tags = {
            "Name": f"{name}-dynamic-{entry.name}",
            "KubernetesCluster": name,
            f"kubernetes.io/cluster/{name}": "owned",
            "CSIVolumeName": entry.name,
            "ebs.csi.aws.com/cluster": "true",
            "kubernetes.io/created-for/pv/name": entry.name,
            "kubernetes.io/created-for/pvc/namespace": place[0],
            "kubernetes.io/created-for/pvc/name": place[1],
        }
        if source["driver"] == _AUTO:
            tags["eks:eks-cluster-name"] = name
        affinity = spec.get("nodeAffinity")
        zone = f"{world.region}a"
        if affinity:
            [term] = affinity["required"]["nodeSelectorTerms"]
            zone = term["matchExpressions"][0]["values"][0]
        made = _seconds(body["metadata"]["creationTimestamp"])
        instance = users.get(place, "")
        yield Disk(
            source["volumeHandle"],
            round(quantity(spec["capacity"]["storage"]) / 1024**3),
            zone,
            made,
            tuple(tags.items()),
            instance=instance,
            device=f"/dev/xvdb{chr(ord('a') + number(26, 'device', entry.name))}",
            attached_at=made + 4,
            key=key,
            impaired=place == SLOW_CLAIM,
        )


def _seconds(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp()


def _users(cluster: KubeCluster) -> dict[tuple[str, str], str]:
    """Namespace and claim -> the instance on which a pod has it mounted."""
    machines: dict[str, str] = {}
    for node in cluster.store.all(_NODES):
        provider = (node.object().get("spec") or {}).get("providerID") or ""
        machines[node.name] = provider.rpartition("/")[2]
    found: dict[tuple[str, str], str] = {}
    for pod in cluster.store.all(_PODS):
        if b'"persistentVolumeClaim"' not in pod.raw:
            continue
        spec = pod.object()["spec"]
        for each in spec.get("volumes") or ():
            if "persistentVolumeClaim" in each and machines.get(spec.get("nodeName", "")):
                claim = each["persistentVolumeClaim"]["claimName"]
                found[pod.namespace, claim] = machines[spec["nodeName"]]
    return found
