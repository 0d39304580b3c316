"""What every cluster has: namespaces, storage classes, and what EKS and add-ons put into it."""

from __future__ import annotations

from collections.abc import Iterable

from containerscope.demo.kube_recipe import NOT_FARGATE, Recipe, service
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import KubeStore

_ADDONS = "602401143452.dkr.ecr.eu-west-1.amazonaws.com"
EVERYWHERE: Body = {"operator": "Exists"}


def put_namespaces(store: KubeStore, names: Iterable[str]) -> None:
    """Namespaces, each with its service account and the cluster's certificate."""
    for name in ("default", "kube-node-lease", "kube-public", "kube-system", *names):
        labels = {"kubernetes.io/metadata.name": name}
        store.put(
            ("", "namespaces"),
            {
                "metadata": {"name": name, "labels": labels},
                "spec": {"finalizers": ["kubernetes"]},
                "status": {"phase": "Active"},
            },
        )
        store.put(("", "serviceaccounts"), {"metadata": {"name": "default", "namespace": name}})
        note = {"kubernetes.io/description": "Contains the authority of the kube-apiserver"}
        store.put(
            ("", "configmaps"),
            {
                "metadata": {"name": "kube-root-ca.crt", "namespace": name, "annotations": note},
                "data": {
                    "ca.crt": "-----BEGIN CERTIFICATE-----\ndemo\n-----END CERTIFICATE-----\n"
                },
            },
        )
    for name, value in (
        ("system-node-critical", 2_000_001_000),
        ("system-cluster-critical", 2_000_000_000),
    ):
        body = {
            "metadata": {"name": name},
            "value": value,
            "preemptionPolicy": "PreemptLowerPriority",
        }
        store.put(("scheduling.k8s.io", "priorityclasses"), body)
    kubernetes = {
        "type": "ClusterIP",
        "clusterIP": "172.20.0.1",
        "clusterIPs": ["172.20.0.1"],
        "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 443}],
    }
    meta = {"name": "kubernetes", "namespace": "default", "labels": {"component": "apiserver"}}
    store.put(
        ("", "services"), {"metadata": meta, "spec": kubernetes, "status": {"loadBalancer": {}}}
    )


def put_storage_classes(store: KubeStore, driver: str, default: str, efs: str = "") -> None:
    """EBS by a driver, and EFS where there is a file system."""
    note = {"storageclass.kubernetes.io/is-default-class": "true"}
    classes = [("gp3", driver, "WaitForFirstConsumer", {"type": "gp3", "encrypted": "true"})]
    if driver == "ebs.csi.aws.com":
        classes.append(("gp2", "kubernetes.io/aws-ebs", "WaitForFirstConsumer", {"type": "gp2"}))
    if efs:
        parameters = {"provisioningMode": "efs-ap", "fileSystemId": efs, "directoryPerms": "700"}
        classes.append(("efs-media", "efs.csi.aws.com", "Immediate", parameters))
    for name, provisioner, mode, parameters in classes:
        meta: Body = {"name": name}
        if name == default:
            meta["annotations"] = note
        body = {
            "metadata": meta,
            "provisioner": provisioner,
            "parameters": parameters,
            "reclaimPolicy": "Delete",
            "allowVolumeExpansion": provisioner != "efs.csi.aws.com",
            "volumeBindingMode": mode,
        }
        store.put(("storage.k8s.io", "storageclasses"), body)
        driver_body = {
            "metadata": {"name": provisioner},
            "spec": {"attachRequired": "efs" not in provisioner},
        }
        if store.find(("storage.k8s.io", "csidrivers"), "", provisioner) is None:
            store.put(("storage.k8s.io", "csidrivers"), driver_body)


def _container(name: str, image: str, cpu: str, memory: str = "") -> Body:
    asked = {"cpu": cpu, **({"memory": memory} if memory else {})}
    return {"name": name, "image": f"{_ADDONS}/{image}", "resources": {"requests": asked}}


def daemon(
    name: str, containers: list[Body], *, init: Body | None = None, account: str = ""
) -> Body:
    """A DaemonSet of an add-on."""
    labels = {"app.kubernetes.io/name": name, "k8s-app": name}
    spec: Body = {
        "containers": containers,
        "hostNetwork": name in ("aws-node", "kube-proxy", "eks-pod-identity-agent"),
        "tolerations": [dict(EVERYWHERE)],
        "affinity": NOT_FARGATE,
        "priorityClassName": "system-node-critical",
        "priority": 2_000_001_000,
        "serviceAccountName": account or name,
    }
    if init:
        spec["initContainers"] = [init]
    return {
        "metadata": {"name": name, "namespace": "kube-system", "labels": labels},
        "spec": {
            "selector": {"matchLabels": {"k8s-app": name}},
            "template": {"metadata": {"labels": labels}, "spec": spec},
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "10%"}},
            "revisionHistoryLimit": 10,
        },
        "status": {},
    }


def deployment(
    name: str,
    replicas: int,
    containers: list[Body],
    *,
    labels: dict[str, str] | None = None,
    nodes: dict[str, str] | None = None,
) -> Body:
    """A Deployment of an add-on or controller."""
    labels = {"app.kubernetes.io/name": name, **(labels or {})}
    spec: Body = {
        "containers": containers,
        "tolerations": [
            {"key": "CriticalAddonsOnly", "operator": "Exists"},
            {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"},
        ],
        "priorityClassName": "system-cluster-critical",
        "priority": 2_000_000_000,
        "serviceAccountName": name,
    }
    if nodes:
        spec["nodeSelector"] = nodes
    return {
        "metadata": {"name": name, "namespace": "kube-system", "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 1},
            },
            "revisionHistoryLimit": 10,
            "progressDeadlineSeconds": 600,
        },
        "status": {},
    }


def put_addons(store: KubeStore, versions: dict[str, str], roles: dict[str, str]) -> None:
    """The workloads of the add-ons, by name and version, with the IAM roles of their accounts."""
    for name, role in roles.items():
        note = {"eks.amazonaws.com/role-arn": role}
        meta = {"name": name, "namespace": "kube-system", "annotations": note}
        store.put(("", "serviceaccounts"), {"metadata": meta})
    daemons = {
        "vpc-cni": lambda v: daemon(
            "aws-node",
            [_container("aws-node", f"amazon-k8s-cni:{v}", "25m"),
             _container("aws-eks-nodeagent", f"amazon/aws-network-policy-agent:{v}", "25m")],
            init=_container("aws-vpc-cni-init", f"amazon-k8s-cni-init:{v}", "25m"),
        ),
        "kube-proxy": lambda v: daemon(
            "kube-proxy", [_container("kube-proxy", f"eks/kube-proxy:{v}", "100m")]
        ),
        "aws-ebs-csi-driver": lambda v: daemon(
            "ebs-csi-node",
            [_container("ebs-plugin", f"eks/aws-ebs-csi-driver:{v}", "10m", "40Mi"),
             _container("node-driver-registrar", "eks/csi-node-driver-registrar:v2.15.0", "10m"),
             _container("liveness-probe", "eks/livenessprobe:v2.17.0", "10m", "40Mi")],
            account="ebs-csi-node-sa",
        ),
        "eks-pod-identity-agent": lambda v: daemon(
            "eks-pod-identity-agent",
            [_container("eks-pod-identity-agent", f"eks/eks-pod-identity-agent:{v}", "10m")],
        ),
    }  # fmt: skip
    for name, version in versions.items():
        if name in daemons:
            store.put(("apps", "daemonsets"), daemons[name](version))
    if "aws-ebs-csi-driver" in versions:
        version = versions["aws-ebs-csi-driver"]
        sides = ("csi-provisioner", "csi-attacher", "csi-resizer")
        containers = [
            _container("ebs-plugin", f"eks/aws-ebs-csi-driver:{version}", "10m", "40Mi"),
            *(_container(each, f"eks/{each}:v5.3.0", "10m", "40Mi") for each in sides),
        ]
        store.put(("apps", "deployments"), deployment("ebs-csi-controller", 2, containers))
    if "coredns" in versions:
        put_coredns(store, versions["coredns"])
    if "metrics-server" in versions:
        # Asks for more than half a node and insists on one: only one of the two can ever run.
        container = _container(
            "metrics-server", f"eks/metrics-server:{versions['metrics-server']}", "900m", "200Mi"
        )
        nodes = {"role": "system", "topology.kubernetes.io/zone": "eu-west-1a"}
        body = deployment("metrics-server", 2, [container], nodes=nodes)
        store.put(("apps", "deployments"), body)


def put_coredns(store: KubeStore, version: str) -> None:
    """CoreDNS with its service, configuration and budget."""
    labels = {"k8s-app": "kube-dns", "eks.amazonaws.com/component": "coredns"}
    container = _container("coredns", f"eks/coredns:{version}", "100m", "70Mi")
    body = deployment("coredns", 2, [container], labels=labels)
    store.put(("apps", "deployments"), body)
    made = service(Recipe("kube-system", "kube-dns", port=53))
    made["spec"] |= {
        "clusterIP": "172.20.0.10",
        "clusterIPs": ["172.20.0.10"],
        "selector": {"k8s-app": "kube-dns"},
        "ports": [
            {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53},
            {"name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": 53},
        ],
    }
    made["metadata"] = {"name": "kube-dns", "namespace": "kube-system", "labels": labels}
    store.put(("", "services"), made)
    meta = {"name": "coredns", "namespace": "kube-system", "labels": labels}
    corefile = ".:53 {\n    errors\n    health\n    kubernetes cluster.local\n}\n"
    store.put(("", "configmaps"), {"metadata": meta, "data": {"Corefile": corefile}})
    selector = {"matchLabels": {"k8s-app": "kube-dns"}}
    store.put(
        ("policy", "poddisruptionbudgets"),
        {"metadata": meta, "spec": {"maxUnavailable": 1, "selector": selector}},
    )
