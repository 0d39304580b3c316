"""The roles that EKS clusters, their nodes and their pods take on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from containerscope.demo.ecs_recipe import DAY, MINUTE
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.iam_documents import allow, document, federated_trust, service_trust
from containerscope.demo.iam_state import Document, Provider, Role
from containerscope.demo.ids import hexes, number
from containerscope.demo.world import World

_AUTO_MODE = (
    "AmazonEKSClusterPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
)
_NODE = (
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryReadOnly",
    "AmazonSSMManagedInstanceCore",
)
_AUTO_NODE = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")
_EVERYONE = "platform-build-cache"
"""The role whose trust policy lets every service account of its namespace in."""
IRSA = {
    "platform-external-dns": "kube-system:external-dns",
    "platform-cluster-autoscaler": "kube-system:cluster-autoscaler",
    "platform-load-balancer-controller": "kube-system:aws-load-balancer-controller",
    "platform-checkout-worker": "batch:checkout-worker",
    "platform-checkout": "shop:checkout",
    "platform-fluent-bit": "logging:fluent-bit",
    "platform-mailer": "shop:mailer",
    "platform-ml-inference": "data:ml-inference",
    "platform-orders": "shop:orders",
    "platform-payments": "shop:payments",
    "platform-search": "shop:search",
    "platform-warehouse-loader": "data:warehouse-loader",
    _EVERYONE: "batch:*",
}
"""Roles for service accounts of `platform`, each with its `NAMESPACE:NAME`."""


def add_eks_roles(world: World) -> None:
    """The provider of each cluster, its roles, and those of service accounts.

    What is there already stays; called again when clusters may have come.
    """
    for cluster in world.eks.values():
        _add_provider(world, cluster)
        for kind, name in _referred(cluster):
            if kind.endswith("node"):
                world.access.profiles.setdefault(f"eks-{name}", name)
            if name not in world.access.roles:
                maker = partial(_role, world, cluster, kind, name)
                world.access.makers.setdefault(name, maker)
    if "platform" in world.eks:
        for name, subject in IRSA.items():
            if name not in world.access.roles:
                who = _irsa(world, world.eks["platform"], subject)
                world.access.makers.setdefault(name, partial(_pod_role, world, name, who))


def issuer(cluster: EksCluster) -> str:
    """The URL of a cluster's OpenID Connect issuer, without its scheme."""
    return str(cluster.body["identity"]["oidc"]["issuer"]).removeprefix("https://")


def _add_provider(world: World, cluster: EksCluster) -> None:
    url = issuer(cluster)
    arn = world.global_arn("iam", f"oidc-provider/{url}")
    if arn not in world.access.providers:
        world.access.providers[arn] = Provider(
            arn,
            url,
            ["sts.amazonaws.com"],
            hexes(40, "thumbprint", url),
            cluster.body["createdAt"] + 900,
            {"alpha.eksctl.io/cluster-name": cluster.name},
        )


def _irsa(world: World, cluster: EksCluster, subject: str) -> Document:
    url = issuer(cluster)
    return federated_trust(world.global_arn("iam", f"oidc-provider/{url}"), url, subject)


def _referred(cluster: EksCluster) -> Iterator[tuple[str, str]]:
    """The kind and the name of every role that something of a cluster refers to."""
    yield "cluster", _name(cluster.body.get("roleArn", ""))
    if "computeConfig" in cluster.body:
        yield "auto node", _name(cluster.body["computeConfig"].get("nodeRoleArn", ""))
    for each in cluster.nodegroups.values():
        yield "node", _name(each["nodeRole"])
    for each in cluster.fargate_profiles.values():
        yield "fargate", _name(each["podExecutionRoleArn"])
    for each in cluster.addons.values():
        if "serviceAccountRoleArn" in each:
            yield "csi", _name(each["serviceAccountRoleArn"])
    for found in cluster.pod_identities.values():
        yield "pod", _name(found["roleArn"])
    for found in cluster.capabilities.values():
        yield "capability", _name(found["roleArn"])


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _role(world: World, cluster: EksCluster, kind: str, name: str) -> Role:
    """A role of a cluster, with what AWS tells people to attach to it."""
    attached: tuple[str, ...] = ()
    tag = "sts:TagSession"
    if kind == "cluster":
        auto = "computeConfig" in cluster.body
        who = service_trust("eks", *(("sts:AssumeRole", tag) if auto else ()))
        attached = _AUTO_MODE if auto else ("AmazonEKSClusterPolicy",)
    elif kind in ("node", "auto node"):
        who = service_trust("ec2")
        attached = _NODE if kind == "node" else _AUTO_NODE
    elif kind == "fargate":
        profiles = world.arn("eks", f"fargateprofile/{cluster.name}/*")
        condition = {"ArnLike": {"aws:SourceArn": profiles}}
        who = service_trust("eks-fargate-pods", condition=condition)
        attached = ("AmazonEKSFargatePodExecutionRolePolicy",)
    elif kind == "capability":
        who = service_trust("capabilities.eks", "sts:AssumeRole", tag)
    elif kind == "csi":
        who = _irsa(world, cluster, "kube-system:ebs-csi-controller-sa")
        attached = ("service-role/AmazonEBSCSIDriverPolicy",)
    else:
        who = service_trust("pods.eks", "sts:AssumeRole", tag)
    if not attached:
        return _pod_role(world, name, who)
    role = _made(world, name, who)
    role.attached = [f"arn:aws:iam::aws:policy/{each}" for each in attached]
    return role


def _pod_role(world: World, name: str, who: Document) -> Role:
    """A role for the containers of pods."""
    role = _made(world, name, who)
    short = name.partition("-")[2]
    bucket = f"arn:{world.partition}:s3:::platform-{short}"
    grants: dict[str, dict[str, Any]] = {
        "platform-external-dns": allow(
            ("route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets"),
            (f"arn:{world.partition}:route53:::hostedzone/*",),
        ),
        "platform-cluster-autoscaler": allow(
            ("autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"),
            ("*",),
            Condition={
                "StringEquals": {
                    "aws:ResourceTag/k8s.io/cluster-autoscaler/platform": "owned",
                }
            },
        ),
        "platform-load-balancer-controller": allow(("elasticloadbalancing:*",), ("*",)),
    }
    usual = allow(("s3:GetObject", "s3:PutObject"), (f"{bucket}/*",))
    role.inline[short or name] = document(grants.get(name, usual))
    return role


def _made(world: World, name: str, who: Document) -> Role:
    age = (30 + number(300, "role age", name)) * DAY
    used = world.now() - 3 * MINUTE - number(3600, "used", name)
    return Role(name, who, world.now() - age, used_at=used, tags={"team": "platform"})
