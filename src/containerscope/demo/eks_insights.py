"""Cluster insights: what EKS finds when it looks whether a cluster can be upgraded.

Names, descriptions and reasons are those that EKS gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from containerscope.demo.ecs_recipe import DAY, HOUR
from containerscope.demo.eks_catalog import versions_of
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.eks_versions import minor, next_version
from containerscope.demo.ids import uuid
from containerscope.demo.world import World

_GUIDE = "https://docs.aws.amazon.com/eks/latest/userguide"
_SKEW = "https://kubernetes.io/releases/version-skew-policy/"
_REFRESH = 90.0
_LOOKED, _UNCHANGED = 5 * HOUR, 12 * DAY
"""Seconds since the last look at a cluster, and before that since a check changed."""
_MOST_SKEW = 3


class Finding(NamedTuple):
    """One check and its outcome."""

    name: str
    description: str
    status: str
    reason: str
    recommendation: str
    links: Mapping[str, str]
    version: str
    resources: tuple[dict[str, Any], ...] = ()
    summary: Mapping[str, Any] = {}


def refresh(world: World, cluster: EksCluster) -> None:
    """Look at the cluster once more; a check that says the same keeps its last transition."""
    now = world.now()
    before = {each["name"]: each for each in cluster.insights.values()}
    cluster.insights = {}
    for finding in _findings(cluster):
        status = {"status": finding.status, "reason": finding.reason}
        known = before.get(finding.name)
        same = known is not None and known["insightStatus"]["status"] == finding.status
        body: dict[str, Any] = {
            "id": uuid("insight", cluster.name, finding.name),
            "name": finding.name,
            "category": "UPGRADE_READINESS",
            "kubernetesVersion": finding.version,
            "lastRefreshTime": now,
            "lastTransitionTime": known["lastTransitionTime"] if known and same else now,
            "description": finding.description,
            "insightStatus": status,
            "recommendation": finding.recommendation,
            "additionalInfo": dict(finding.links),
            "resources": list(finding.resources),
            "categorySpecificSummary": dict(finding.summary),
        }
        cluster.insights[body["id"]] = body


def start_refresh(world: World, cluster: EksCluster) -> dict[str, Any]:
    """A refresh on demand, which takes a while; one under way goes on."""
    if cluster.refresh.get("status") == "IN_PROGRESS":
        return cluster.refresh
    under_way = {
        "message": "Insights refresh is in progress",
        "status": "IN_PROGRESS",
        "startedAt": world.now(),
    }
    cluster.refresh = under_way

    def end() -> None:
        if cluster.refresh is under_way:
            refresh(world, cluster)
            cluster.refresh = {
                **under_way,
                "message": "Insights refresh completed successfully",
                "status": "COMPLETED",
                "endedAt": world.now(),
            }

    world.agenda.after(_REFRESH, end)
    return under_way


def watch(world: World, cluster: EksCluster) -> None:
    """The insights of a cluster as of some hours ago, and a look each day from then on."""
    refresh(world, cluster)
    looked = max(world.now() - _LOOKED, cluster.body["createdAt"])
    like_this = max(looked - _UNCHANGED, cluster.body["createdAt"])
    for each in cluster.insights.values():
        each |= {"lastRefreshTime": looked, "lastTransitionTime": like_this}
    cluster.refresh = {
        "message": "Insights refresh completed successfully",
        "status": "COMPLETED",
        "startedAt": looked - _REFRESH,
        "endedAt": looked,
    }

    def daily() -> None:
        if world.eks.get(cluster.name) is cluster:
            refresh(world, cluster)

    world.agenda.every(DAY, daily, first=looked + DAY)


def blocking(cluster: EksCluster, version: str) -> list[dict[str, Any]]:
    """The insights that keep the cluster from an upgrade to this version."""
    return [
        each
        for each in cluster.insights.values()
        if each["insightStatus"]["status"] == "ERROR" and each["kubernetesVersion"] == version
    ]


def _findings(cluster: EksCluster) -> list[Finding]:
    target = next_version(cluster.body["version"])
    found = [
        _health(cluster, target),
        _amazon_linux_2(cluster, target),
        _kubelets(cluster, target),
        _kube_proxy(cluster, target),
        _addons(cluster, target),
    ]
    to_come = [
        each for each in cluster.removed_apis if minor(each["stopServingVersion"]) >= minor(target)
    ]
    if to_come:
        found.append(_removed_apis(target, to_come))
    return found


def _health(cluster: EksCluster, target: str) -> Finding:
    issues = cluster.body["health"]["issues"]
    return Finding(
        "Cluster health issues",
        "Checks for any cluster health issues that prevent successful upgrade to the next "
        "Kubernetes version on EKS.",
        "ERROR" if issues else "PASSING",
        "Cluster health issues detected." if issues else "No cluster health issues detected.",
        "Resolve all cluster health issues before you upgrade the cluster.",
        {"EKS cluster health FAQs": f"{_GUIDE}/troubleshooting.html#cluster-health-status"},
        target,
        tuple(
            {"insightStatus": {"status": "ERROR", "reason": each["message"]},
             "arn": cluster.body["arn"]}
            for each in issues
        ),
    )  # fmt: skip


def _amazon_linux_2(cluster: EksCluster, target: str) -> Finding:
    old = [each for each in cluster.nodegroups.values() if each["amiType"].startswith("AL2_")]
    status = "PASSING" if not old else "ERROR" if minor(target) >= 33 else "WARNING"
    return Finding(
        "Amazon Linux 2 compatibility",
        "Checks if any nodes in the cluster are running Amazon Linux 2. Support for Amazon Linux 2 "
        "on Amazon EKS will end on November 26, 2025. Additionally, Amazon EKS will not release "
        "Amazon Linux 2 AMIs for Kubernetes version 1.33 and higher",
        status,
        "Amazon Linux 2 nodes detected." if old else "No Amazon Linux 2 nodes detected.",
        "Migrate your nodes to Amazon Linux 2023 or Bottlerocket.",
        {"Upgrade to Amazon Linux 2023": f"{_GUIDE}/al2023.html"},
        target,
        _group_resources(old, status, "Node group runs Amazon Linux 2."),
    )


def _kubelets(cluster: EksCluster, target: str) -> Finding:
    own = cluster.body["version"]
    behind = [each for each in cluster.nodegroups.values() if each["version"] != own]
    worst = max((minor(target) - minor(each["version"]) for each in behind), default=0)
    status = "PASSING" if not behind else "ERROR" if worst > _MOST_SKEW else "WARNING"
    reason = "Node kubelet versions match the cluster control plane version."
    if behind:
        reason = "Node kubelet versions are behind the cluster control plane version."
    return Finding(
        "Kubelet version skew",
        "Checks for kubelet versions of worker nodes in the cluster to see if upgrade would cause "
        "non compliance with supported Kubernetes kubelet version skew policy.",
        status,
        reason,
        "Upgrade your worker nodes to match the Kubernetes version of your cluster control plane.",
        {
            "Kubelet version skew policy": f"{_SKEW}#kubelet",
            "Updating a managed node group": f"{_GUIDE}/update-managed-node-group.html",
        },
        target,
        _group_resources(behind, status, f"Kubelet is behind the control plane version {own}."),
    )


def _group_resources(
    groups: list[dict[str, Any]], status: str, reason: str
) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"insightStatus": {"status": status, "reason": reason}, "arn": each["nodegroupArn"]}
        for each in groups
    )


def _kube_proxy(cluster: EksCluster, target: str) -> Finding:
    proxy = cluster.addons.get("kube-proxy", {}).get("addonVersion", "")
    skew = minor(target) - minor(".".join(proxy[1:].split(".")[:2])) if proxy else 0
    status = "ERROR" if skew > _MOST_SKEW else "WARNING" if skew > 1 else "PASSING"
    reason = "kube-proxy versions match the cluster control plane version."
    if status != "PASSING":
        reason = "kube-proxy versions are behind the cluster control plane version."
    return Finding(
        "kube-proxy version skew",
        "Checks version of kube-proxy in cluster to see if upgrade would cause non compliance with "
        "supported Kubernetes kube-proxy version skew policy.",
        status,
        reason,
        "Update kube-proxy to match the Kubernetes version of your cluster control plane.",
        {"kube-proxy version skew policy": f"{_SKEW}#kube-proxy"},
        target,
    )


def _addons(cluster: EksCluster, target: str) -> Finding:
    wrong = [
        each
        for name, each in cluster.addons.items()
        if target not in versions_of(name).get(each["addonVersion"], ())
    ]
    status = "ERROR" if wrong else "PASSING"
    reason = "All installed EKS add-on versions are compatible with next Kubernetes version."
    if wrong:
        reason = (
            "Some installed EKS add-on versions are not compatible with next Kubernetes version."
        )
    details = [
        {"name": name, "compatibleVersions": [version for version, fits in versions_of(name).items()
                                              if target in fits]}
        for name in (each["addonName"] for each in wrong)
    ]  # fmt: skip
    return Finding(
        "EKS add-on version compatibility",
        "Checks version of installed EKS add-ons to ensure they are compatible with the next "
        "version of Kubernetes. ",
        status,
        reason,
        "Update the EKS add-ons to versions that are compatible with the next version of "
        "Kubernetes.",
        {"Managing Amazon EKS add-ons": f"{_GUIDE}/managing-add-ons.html"},
        target,
        tuple(
            {"insightStatus": {"status": "ERROR", "reason": f"{each['addonVersion']} is not "
             f"compatible with Kubernetes {target}."}, "arn": each["addonArn"]}
            for each in wrong
        ),
        {"addonCompatibilityDetails": details} if details else {},
    )  # fmt: skip


def _removed_apis(target: str, uses: list[dict[str, Any]]) -> Finding:
    version = uses[0]["stopServingVersion"]
    return Finding(
        f"Deprecated APIs removed in Kubernetes v{version}",
        "Checks for usage of deprecated APIs that are scheduled for removal in Kubernetes "
        f"v{version}. Upgrading your cluster before migrating to the updated APIs supported by "
        f"v{version} could cause application impact.",
        "ERROR" if version == target else "WARNING",
        "Deprecated API usage detected within last 30 days.",
        "Update manifests and API clients to use newer Kubernetes APIs if applicable before "
        f"upgrading to Kubernetes v{version}.",
        {
            "EKS update cluster documentation": f"{_GUIDE}/update-cluster.html",
            f"Kubernetes v{version} deprecation guide": "https://kubernetes.io/docs/reference/"
            f"using-api/deprecation-guide/#v{version.replace('.', '-')}",
        },
        version,
        (),
        {"deprecationDetails": uses},
    )
