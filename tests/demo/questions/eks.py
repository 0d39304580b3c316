"""EKS."""

from __future__ import annotations

from typing import Any

from tests.demo.questions import Asker, Params, Sample, plainly

_NAME = {"name": "platform"}
_IN = {"clusterName": "platform"}
_GROUP = {**_IN, "nodegroupName": "general-a"}
_ADDON = {**_IN, "addonName": "vpc-cni"}
_ARN = "arn:aws:eks:eu-west-1:123456789012:cluster/platform"
_SANDBOX = {"clusterName": "sandbox"}


def _first(listing: str, member: str, wanted: str, key: str = "") -> Sample:
    def make(ask: Asker) -> Params:
        first: Any = ask(listing, **_IN)[member][0]
        return {**_IN, wanted: first[key] if key else first}

    return make


def _update(ask: Asker) -> Params:
    subject = {"nodegroupName": "gpu"}
    found = ask("ListUpdates", **_NAME, **subject)["updateIds"]
    return {**_NAME, **subject, "updateId": found[0]}


def _rollback(ask: Asker) -> Params:
    update = ask("UpdateClusterVersion", name="sandbox", version="1.33")["update"]
    return {"name": "sandbox", "updateId": update["id"]}


SAMPLES: dict[str, Sample] = {
    "ListClusters": plainly(maxResults=1),
    "DescribeCluster": plainly(**_NAME),
    "ListNodegroups": plainly(**_IN),
    "DescribeNodegroup": plainly(**_GROUP),
    "ListFargateProfiles": plainly(**_IN),
    "DescribeFargateProfile": plainly(**_IN, fargateProfileName="batch"),
    "ListAddons": plainly(**_IN),
    "DescribeAddon": plainly(**_IN, addonName="aws-ebs-csi-driver"),
    "DescribeAddonVersions": plainly(kubernetesVersion="1.33"),
    "DescribeClusterVersions": plainly(includeAll=True),
    "ListTagsForResource": plainly(resourceArn=_ARN),
    "TagResource": plainly(resourceArn=_ARN, tags={"a": "b"}),
    "UntagResource": plainly(resourceArn=_ARN, tagKeys=["team"]),
    "ListUpdates": plainly(**_NAME),
    "DescribeUpdate": _update,
    "CancelUpdate": _rollback,
    "ListInsights": plainly(**_IN, filter={"categories": ["UPGRADE_READINESS"]}),
    "DescribeInsight": _first("ListInsights", "insights", "id", "id"),
    "StartInsightsRefresh": plainly(**_IN),
    "DescribeInsightsRefresh": plainly(**_IN),
    "ListAccessEntries": plainly(**_IN),
    "DescribeAccessEntry": _first("ListAccessEntries", "accessEntries", "principalArn"),
    "ListAssociatedAccessPolicies": plainly(
        **_IN, principalArn="arn:aws:iam::123456789012:role/developers"
    ),
    "ListAccessPolicies": plainly(),
    "ListPodIdentityAssociations": plainly(**_IN),
    "DescribePodIdentityAssociation": _first(
        "ListPodIdentityAssociations", "associations", "associationId", "associationId"
    ),
    "ListIdentityProviderConfigs": plainly(**_IN),
    "DescribeIdentityProviderConfig": plainly(
        **_IN, identityProviderConfig={"type": "oidc", "name": "corporate"}
    ),
    "ListCapabilities": plainly(**_SANDBOX),
    "DescribeCapability": plainly(**_SANDBOX, capabilityName="aws-resources"),
    "ListCertificateAuthorities": plainly(**_IN),
    "UpdateClusterVersion": plainly(name="platform", version="1.34", force=True),
    "UpdateClusterConfig": plainly(**_NAME, deletionProtection=False),
    "UpdateNodegroupConfig": plainly(
        **_GROUP,
        scalingConfig={"desiredSize": 4},
        labels={"addOrUpdateLabels": {"a": "b"}},
        taints={"addOrUpdateTaints": [{"key": "k", "value": "v", "effect": "NO_SCHEDULE"}]},
        updateConfig={"maxUnavailable": 2},
        nodeRepairConfig={"enabled": True},
    ),
    "UpdateNodegroupVersion": plainly(**_GROUP),
    "UpdateAddon": plainly(**_ADDON, resolveConflicts="PRESERVE"),
    "CreateNodegroup": plainly(
        **_IN, nodegroupName="new", subnets=["subnet-1"], nodeRole="arn:aws:iam::1:role/n"
    ),
    "DeleteNodegroup": plainly(**_GROUP),
}
