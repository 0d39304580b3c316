"""Who may enter the EKS clusters, and as whom their pods act: the demo account's own set-up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from containerscope.demo.ecs_recipe import DAY
from containerscope.demo.eks_state import AccessEntry, EksCluster
from containerscope.demo.ids import hexes, token, uuid
from containerscope.demo.world import World

POLICIES = (
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSAutoNodePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
    "AmazonEKSSecretReaderPolicy",
    "AmazonEKSViewPolicy",
)


def policy_arn(world: World, name: str) -> str:
    """The ARN of an access policy, which belongs to EKS and not to IAM."""
    return f"arn:{world.partition}:eks::aws:cluster-access-policy/{name}"


def let_in(
    world: World,
    cluster: EksCluster,
    principal: str,
    kind: str = "STANDARD",
    groups: Sequence[str] = (),
    policies: Sequence[tuple[str, Sequence[str]]] = (),
) -> None:
    """Give `role/NAME` or `user/NAME` an entry; policies with namespaces hold in those alone."""
    arn = world.global_arn("iam", principal)
    what, name = principal.split("/", 1)
    created = max(world.now() - 300 * DAY, cluster.body["createdAt"] + 900)
    entry_id = uuid("access entry", cluster.name, principal)
    body = {
        "clusterName": cluster.name,
        "principalArn": arn,
        "kubernetesGroups": list(groups),
        "accessEntryArn": world.arn(
            "eks",
            f"access-entry/{cluster.name}/{what}/{world.account}/{name}/{entry_id}",
        ),
        "createdAt": created,
        "modifiedAt": created,
        "tags": {},
        "username": _username(world, principal, kind),
        "type": kind,
    }
    associated = {
        policy_arn(world, policy): {
            "policyArn": policy_arn(world, policy),
            "accessScope": {
                "type": "namespace" if namespaces else "cluster",
                "namespaces": list(namespaces),
            },
            "associatedAt": created,
            "modifiedAt": created,
        }
        for policy, namespaces in policies
    }
    cluster.access_entries[arn] = AccessEntry(body, associated)


def _username(world: World, principal: str, kind: str) -> str:
    """Who a principal is inside the cluster; EKS fills in what stands in braces."""
    if kind in ("EC2_LINUX", "FARGATE_LINUX"):
        node = "EC2PrivateDNSName" if kind == "EC2_LINUX" else "SessionName"
        return f"system:node:{{{{{node}}}}}"
    what, name = principal.split("/", 1)
    if what != "role":
        return world.global_arn("iam", principal)
    account = f"arn:{world.partition}:sts::{world.account}"
    return f"{account}:assumed-role/{name}/{{{{SessionName}}}}"


def give_identity(
    world: World,
    cluster: EksCluster,
    namespace: str,
    account: str,
    role: str,
    **more: Any,
) -> str:
    """Let pods of a service account act as `role/NAME`; returns the association's ARN."""
    words = ("pod identity", cluster.name, namespace, account)
    found = f"a-{token(17, *words).lower().replace('_', 'x').replace('-', 'y')}"
    arn = world.arn("eks", f"podidentityassociation/{cluster.name}/{found}")
    created = world.now() - 90 * DAY
    cluster.pod_identities[found] = {
        "clusterName": cluster.name,
        "namespace": namespace,
        "serviceAccount": account,
        "roleArn": world.global_arn("iam", f"role/{role}"),
        "associationArn": arn,
        "associationId": found,
        "tags": {},
        "createdAt": created,
        "modifiedAt": created,
        "disableSessionTags": False,
        **more,
    }
    return arn


def add_access(world: World, cluster: EksCluster) -> None:
    """People, machines and pods of `platform`."""
    everywhere: tuple[str, ...] = ()
    let_in(world, cluster, "role/platform-node", "EC2_LINUX", ["system:nodes"])
    let_in(world, cluster, "role/platform-fargate-pods", "FARGATE_LINUX",
           ["system:bootstrappers", "system:nodes", "system:node-proxier"])  # fmt: skip
    let_in(world, cluster, "role/OpsRole", policies=[("AmazonEKSClusterAdminPolicy", everywhere)])
    let_in(
        world, cluster, "user/break-glass", policies=[("AmazonEKSClusterAdminPolicy", everywhere)]
    )
    let_in(
        world,
        cluster,
        "role/developers",
        policies=[
            ("AmazonEKSViewPolicy", everywhere),
            ("AmazonEKSEditPolicy", ("batch", "reports")),
        ],
    )
    let_in(world, cluster, "role/auditors", policies=[("AmazonEKSAdminViewPolicy", everywhere)])
    let_in(world, cluster, "role/ci-deploy", groups=["deployers"])
    _add_identities(world, cluster)
    _add_provider(world, cluster)


def _add_identities(world: World, cluster: EksCluster) -> None:
    """Whom pods act as: one in another account, one by an annotation of before too."""
    addon = cluster.addons.get("aws-ebs-csi-driver", {})
    identity = give_identity(
        world, cluster, "kube-system", "ebs-csi-controller-sa", "platform-ebs-csi",
        **({"ownerArn": addon["addonArn"]} if addon else {}),
    )  # fmt: skip
    if addon:
        addon["podIdentityAssociations"] = [identity]
    give_identity(world, cluster, "batch", "report-writer", "platform-report-writer",
                  tags={"team": "batch"})  # fmt: skip
    give_identity(world, cluster, "shop", "search", "platform-search-reader")
    give_identity(
        world, cluster, "reports", "exporter", "platform-exporter",
        targetRoleArn=f"arn:{world.partition}:iam::210987654321:role/warehouse-loader",
        externalId=f"{world.region}/{world.account}/{cluster.name}/reports/exporter",
    )  # fmt: skip


def _add_provider(world: World, cluster: EksCluster) -> None:
    """The identity provider that people sign in with."""
    cluster.identity_providers["corporate"] = {
        "identityProviderConfigName": "corporate",
        "identityProviderConfigArn": world.arn(
            "eks",
            f"identityproviderconfig/{cluster.name}/oidc/corporate/{uuid('idp', cluster.name)}",
        ),
        "clusterName": cluster.name,
        "issuerUrl": "https://login.shop.example/oauth2/default",
        "clientId": f"0oa{hexes(17, 'oidc client')}",
        "usernameClaim": "email",
        "usernamePrefix": "oidc:",
        "groupsClaim": "groups",
        "groupsPrefix": "oidc:",
        "requiredClaims": {},
        "tags": {"team": "platform"},
        "status": "ACTIVE",
    }


def add_sandbox_access(world: World, cluster: EksCluster) -> None:
    """Who may enter `sandbox`, where EKS itself runs the nodes."""
    everywhere: tuple[str, ...] = ()
    let_in(world, cluster, "role/sandbox-auto-node", "EC2", policies=[
        ("AmazonEKSAutoNodePolicy", everywhere)])  # fmt: skip
    let_in(world, cluster, "role/OpsRole", policies=[("AmazonEKSClusterAdminPolicy", everywhere)])
    let_in(world, cluster, "role/developers", policies=[("AmazonEKSAdminPolicy", everywhere)])


def authorities(world: World, cluster: EksCluster) -> list[dict[str, Any]]:
    """The one certificate authority that a cluster begins with."""
    return [
        {
            "id": hexes(20, "authority", cluster.name),
            "createdAt": cluster.body["createdAt"],
            "createdBy": "AWS",
            "activatedAt": cluster.body["createdAt"],
            "activatedBy": "AWS",
            "signingStatus": "ACTIVE",
            "distributionStatus": "DISTRIBUTED",
        }
    ]
