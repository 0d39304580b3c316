"""Nodes as EKS has them: of managed node groups, Fargate and Auto Mode."""

from __future__ import annotations

from dataclasses import dataclass, field

from containerscope.demo.ec2_hosts import Host
from containerscope.demo.ids import hexes
from containerscope.demo.kube_managed import managed, owned
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import stamp

REGION = "eu-west-1"
NOT_READY = "node.kubernetes.io/not-ready"
EFFECTS = ("NoSchedule", "NoExecute")
"""What the taints on a node without a ready kubelet do to pods."""


@dataclass(frozen=True)
class Machine:
    """An instance type: what it has, and what is left of it for pods."""

    cores: int
    memory_ki: int
    pods: int
    free_cpu: str
    free_memory_ki: int
    arch: str = "amd64"
    gpus: int = 0


MACHINES = {
    "m6i.large": Machine(2, 7_910_540, 29, "1930m", 7_220_364),
    "m6i.xlarge": Machine(4, 16_112_812, 58, "3920m", 15_095_980),
    "m5.2xlarge": Machine(8, 32_386_376, 58, "7910m", 31_369_544),
    "m5a.2xlarge": Machine(8, 32_119_240, 58, "7910m", 31_102_408),
    "g6.xlarge": Machine(4, 16_098_208, 58, "3920m", 15_081_376, gpus=1),
    "m6i.4xlarge": Machine(16, 64_806_832, 234, "15890m", 61_798_320),
    "m7g.large": Machine(2, 7_996_000, 27, "1930m", 7_300_000, "arm64"),
    "c6a.large": Machine(2, 3_900_000, 27, "1930m", 3_380_000),
}
"""Allocatable as the AL2023 AMI reserves it."""
FARGATE = Machine(2, 3_904_000, 1, "2", 3_801_600)


@dataclass(frozen=True)
class NodePlan:
    """A node in the words that tell it from others."""

    name: str
    ip: str
    zone: str
    """`a`, `b` or `c`."""
    kind: str
    """The instance type; empty for Fargate."""
    instance: str
    created: float
    version: str
    labels: dict[str, str] = field(default_factory=dict)
    taints: tuple[dict[str, str], ...] = ()
    bottlerocket: bool = False


def private_name(ip: str) -> str:
    """The host name that EC2 derives from an address."""
    return f"ip-{ip.replace('.', '-')}.{REGION}.compute.internal"


def managed_node(cluster: str, host: Host) -> NodePlan:
    """The node that an instance of a managed node group is."""
    group = host.node_group
    patch = str(group["releaseVersion"]).partition("-")[0]
    template = group.get("launchTemplate") or {}
    labels = {
        "eks.amazonaws.com/capacityType": group["capacityType"],
        "eks.amazonaws.com/nodegroup": group["nodegroupName"],
        "eks.amazonaws.com/nodegroup-image": host.image.id,
        "eks.amazonaws.com/sourceLaunchTemplateId": template.get("id", ""),
        "eks.amazonaws.com/sourceLaunchTemplateVersion": template.get("version", "1"),
        "k8s.io/cloud-provider-aws": hexes(32, "cloud", cluster),
        **group.get("labels", {}),
    }
    return NodePlan(
        private_name(host.address),
        host.address,
        host.subnet.zone,
        host.kind,
        host.id,
        host.launched_at + 75,
        kubelet_version(patch),
        labels,
        group_taints(group),
    )


def group_taints(group: Body) -> tuple[dict[str, str], ...]:
    """The taints that a node group gives its nodes, as Kubernetes has them."""
    effects = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute"}
    return tuple(
        {
            "key": each["key"],
            "value": each.get("value", ""),
            "effect": effects.get(each["effect"], "PreferNoSchedule"),
        }
        for each in group.get("taints", ())
    )


def kubelet_version(patch: str) -> str:
    """The version of a kubelet that EKS built."""
    return f"v{patch}-eks-113cf36"


def node_body(plan: NodePlan, *, ready: bool = True) -> Body:
    """The Node object of a plan: ready, or as its kubelet registers it."""
    machine = MACHINES.get(plan.kind, FARGATE)
    zone = f"{REGION}{plan.zone}"
    labels = {
        "beta.kubernetes.io/arch": machine.arch,
        "beta.kubernetes.io/os": "linux",
        "failure-domain.beta.kubernetes.io/region": REGION,
        "failure-domain.beta.kubernetes.io/zone": zone,
        "kubernetes.io/arch": machine.arch,
        "kubernetes.io/hostname": plan.name,
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/region": REGION,
        "topology.kubernetes.io/zone": zone,
        **plan.labels,
    }
    if plan.kind:
        labels |= {
            "beta.kubernetes.io/instance-type": plan.kind,
            "node.kubernetes.io/instance-type": plan.kind,
            "topology.ebs.csi.aws.com/zone": zone,
            "topology.k8s.aws/zone-id": f"euw1-az{'abc'.index(plan.zone) + 1}",
        }
    spec: Body = {"providerID": f"aws:///{zone}/{plan.instance}"}
    if plan.taints:
        spec["taints"] = list(plan.taints)
    meta: Body = {
        "name": plan.name,
        "creationTimestamp": stamp(plan.created),
        "labels": dict(sorted(labels.items())),
        "annotations": {
            "alpha.kubernetes.io/provided-node-ip": plan.ip,
            "csi.volume.kubernetes.io/nodeid": f'{{"ebs.csi.aws.com":"{plan.instance}"}}',
            "node.alpha.kubernetes.io/ttl": "0",
            "volumes.kubernetes.io/controller-managed-attach-detach": "true",
        },
    }
    status = _status(plan, machine)
    if not ready:
        status["conditions"] = young_conditions(plan.created)
        spec["taints"] = [*plan.taints, *({"key": NOT_READY, "effect": each} for each in EFFECTS)]
    fields = owned({"metadata": {"labels": labels}, "spec": {"providerID": ""}})
    when = meta["creationTimestamp"]
    meta["managedFields"] = [
        managed("kubelet", "v1", fields, when),
        managed("kubelet", "v1", owned({"status": status}), when, part="status"),
    ]
    return {"metadata": meta, "spec": spec, "status": status}


def _status(plan: NodePlan, machine: Machine) -> Body:
    capacity = {
        "cpu": str(machine.cores),
        "ephemeral-storage": "83873772Ki",
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "memory": f"{machine.memory_ki}Ki",
        "pods": str(machine.pods),
    }
    allocatable = {
        **capacity,
        "cpu": machine.free_cpu,
        "ephemeral-storage": "76224326324",
        "memory": f"{machine.free_memory_ki}Ki",
    }
    if machine.gpus:
        capacity["nvidia.com/gpu"] = allocatable["nvidia.com/gpu"] = str(machine.gpus)
    kernel = "6.12.46-66.121.amzn2023.x86_64"
    system = "Amazon Linux 2023.9.20251027"
    if plan.bottlerocket:
        kernel, system = "6.12.46", "Bottlerocket (EKS Auto, Standard) 2026.10.21 (aws-k8s-1.34)"
    return {
        "capacity": capacity,
        "allocatable": allocatable,
        "conditions": conditions(plan.created, plan.created),
        "addresses": [
            {"type": "InternalIP", "address": plan.ip},
            {"type": "InternalDNS", "address": private_name(plan.ip)},
            {"type": "Hostname", "address": private_name(plan.ip)},
        ],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": {
            "machineID": hexes(32, "machine", plan.instance),
            "systemUUID": hexes(32, "system", plan.instance),
            "bootID": hexes(32, "boot", plan.instance),
            "kernelVersion": kernel,
            "osImage": system,
            "containerRuntimeVersion": "containerd://2.1.4",
            "kubeletVersion": plan.version,
            "kubeProxyVersion": plan.version,
            "operatingSystem": "linux",
            "architecture": machine.arch,
        },
        "images": [
            {
                "names": [f"602401143452.dkr.ecr.{REGION}.amazonaws.com/amazon-k8s-cni:v1.20.4"],
                "sizeBytes": 48_211_391,
            },
            # An image that was pulled over by a newer one of the same tag has no name left.
            {"names": None, "sizeBytes": 31_998_204},
        ],
    }


_CHECKS = (
    (
        "MemoryPressure",
        "False",
        "KubeletHasSufficientMemory",
        "kubelet has sufficient memory available",
    ),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)


def conditions(beat: float, since: float) -> list[Body]:
    """The conditions of a node that is well."""
    return [
        {
            "type": kind,
            "status": status,
            "lastHeartbeatTime": stamp(beat),
            "lastTransitionTime": stamp(since),
            "reason": reason,
            "message": message,
        }
        for kind, status, reason, message in _CHECKS
    ]


def young_conditions(since: float) -> list[Body]:
    """The conditions of a node that has just registered, before its network is there."""
    *well, ready = conditions(since, since)
    message = (
        "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
        "message:Network plugin returns error: cni plugin not initialized"
    )
    not_ready = {"status": "False", "reason": "KubeletNotReady", "message": message}
    return [*well, {**ready, **not_ready}]


def lost_conditions(beat: float, since: float) -> list[Body]:
    """The conditions of a node that nobody hears from any more."""
    return [
        {
            "type": kind,
            "status": "Unknown",
            "lastHeartbeatTime": stamp(beat),
            "lastTransitionTime": stamp(since),
            "reason": "NodeStatusUnknown",
            "message": "Kubelet stopped posting node status.",
        }
        for kind, *_ in _CHECKS
    ]
