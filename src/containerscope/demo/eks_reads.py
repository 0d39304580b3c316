"""Updates, insights, access, identities and capabilities of EKS clusters."""

from __future__ import annotations

from typing import Any

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.eks_access import POLICIES, policy_arn
from containerscope.demo.eks_catalog import CATALOG, addon_info
from containerscope.demo.eks_find import PAGE, not_found, part, the_cluster
from containerscope.demo.eks_state import AccessEntry, EksCluster
from containerscope.demo.protocol_errors import AwsError


def list_updates(call: Call) -> Result:
    """The ids of the updates of a cluster itself, of a node group or of an add-on."""
    cluster = the_cluster(call, "name")
    group, addon = (call.params.get(each, "") for each in ("nodegroupName", "addonName"))
    if group:
        _check(group in cluster.nodegroups, f"No node group found for name: {group}.", cluster)
    if addon:
        _check(addon in cluster.addons, f"No addon found for name: {addon}.", cluster)
    found = [
        key
        for key, each in reversed(cluster.updates.items())
        if (each.nodegroup, each.addon) == (group, addon)
    ]
    if call.params.get("capabilityName"):
        found = []
    return PAGE.page(call.params, "updateIds", found)


def _check(there: bool, message: str, cluster: EksCluster) -> None:
    if not there:
        raise not_found(message, clusterName=cluster.name)


def describe_update(call: Call) -> Result:
    """One update."""
    cluster = the_cluster(call, "name")
    update = cluster.updates.get(call.params["updateId"])
    subject = tuple(call.params.get(each, "") for each in ("nodegroupName", "addonName"))
    if update is None or (update.nodegroup, update.addon) != subject:
        raise not_found(f"No update found for ID: {call.params['updateId']}")
    return {"update": update.body}


def list_insights(call: Call) -> Result:
    """What the last refresh has found, without its details."""
    cluster = the_cluster(call)
    wanted = call.params.get("filter", {})
    found = [
        {
            name: each[name]
            for name in (
                "id",
                "name",
                "category",
                "kubernetesVersion",
                "lastRefreshTime",
                "lastTransitionTime",
                "description",
                "insightStatus",
            )
        }
        for each in cluster.insights.values()
        if each["category"] in wanted.get("categories", [each["category"]])
        and each["kubernetesVersion"]
        in wanted.get("kubernetesVersions", [each["kubernetesVersion"]])
        and each["insightStatus"]["status"]
        in wanted.get("statuses", [each["insightStatus"]["status"]])
    ]
    return PAGE.page(call.params, "insights", found)


def describe_insight(call: Call) -> Result:
    """One insight with what to do about it."""
    cluster = the_cluster(call)
    found = cluster.insights.get(call.params["id"])
    if found is None:
        raise not_found(f"No insight found with id: {call.params['id']}")
    return {"insight": found}


def describe_insights_refresh(call: Call) -> Result:
    """How far the last refresh of the insights has got."""
    return dict(the_cluster(call).refresh)


def describe_addon_versions(call: Call) -> Result:
    """The catalogue of add-ons, or what of it fits a name and a cluster version."""
    params = call.params
    version = params.get("kubernetesVersion")
    found = [
        info
        for offered in CATALOG
        if offered.name == params.get("addonName", offered.name)
        and offered.kind in params.get("types", [offered.kind])
        and offered.owner in params.get("owners", [offered.owner])
        and "eks" in params.get("publishers", ["eks"])
        and (info := addon_info(offered, version))["addonVersions"]
    ]
    if "addonName" in params and not found:
        raise not_found(f"No addon versions found for addon {params['addonName']}.")
    return PAGE.page(params, "addons", found)


def _entries(call: Call) -> EksCluster:
    cluster = the_cluster(call)
    if cluster.body["accessConfig"]["authenticationMode"] == "CONFIG_MAP":
        raise AwsError(
            "InvalidRequestException",
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to "
            "perform this operation.",
        )
    return cluster


def _entry(call: Call) -> AccessEntry:
    found = _entries(call).access_entries.get(call.params["principalArn"])
    if found is None:
        raise not_found(
            "The specified principalArn could not be found. You can view your available access "
            "entries with 'list-access-entries'."
        )
    return found


def list_access_entries(call: Call) -> Result:
    """The principals that may enter, or those of them with a policy."""
    policy = call.params.get("associatedPolicyArn")
    found = [
        arn
        for arn, each in _entries(call).access_entries.items()
        if policy is None or policy in each.policies
    ]
    return PAGE.page(call.params, "accessEntries", found)


def describe_access_entry(call: Call) -> Result:
    """One principal's entry."""
    return {"accessEntry": _entry(call).body}


def list_associated_access_policies(call: Call) -> Result:
    """What one principal may do."""
    entry = _entry(call)
    page = PAGE.page(call.params, "associatedAccessPolicies", list(entry.policies.values()))
    return {
        "clusterName": entry.body["clusterName"],
        "principalArn": entry.body["principalArn"],
        **page,
    }


def list_access_policies(call: Call) -> Result:
    """The access policies that EKS offers."""
    found = [{"name": each, "arn": policy_arn(call.world, each)} for each in POLICIES]
    return PAGE.page(call.params, "accessPolicies", found)


_SUMMARY = (
    "clusterName",
    "namespace",
    "serviceAccount",
    "associationArn",
    "associationId",
    "ownerArn",
)


def list_pod_identity_associations(call: Call) -> Result:
    """Which service accounts have a role, but not which."""
    params = call.params
    found = [
        {name: each[name] for name in _SUMMARY if name in each}
        for each in the_cluster(call).pod_identities.values()
        if each["namespace"] == params.get("namespace", each["namespace"])
        and each["serviceAccount"] == params.get("serviceAccount", each["serviceAccount"])
    ]
    return PAGE.page(params, "associations", found)


def describe_pod_identity_association(call: Call) -> Result:
    """The role of one service account."""
    cluster = the_cluster(call)
    wanted = call.params["associationId"]
    if wanted not in cluster.pod_identities:
        raise not_found(f"Association {wanted} not found in cluster {cluster.name}.")
    return {"association": cluster.pod_identities[wanted]}


def list_identity_provider_configs(call: Call) -> Result:
    """The identity providers that people sign in with."""
    found = [{"type": "oidc", "name": each} for each in the_cluster(call).identity_providers]
    return PAGE.page(call.params, "identityProviderConfigs", found)


def describe_identity_provider_config(call: Call) -> Result:
    """One identity provider."""
    cluster = the_cluster(call)
    name = call.params["identityProviderConfig"].get("name", "")
    found = cluster.identity_providers.get(name)
    if found is None:
        raise not_found(f"Identity provider config {name} not found.", clusterName=cluster.name)
    return {"identityProviderConfig": {"oidc": found}}


def list_capabilities(call: Call) -> Result:
    """The capabilities that EKS runs for a cluster."""
    names = ("arn", "capabilityName", "createdAt", "modifiedAt", "status", "type", "version")
    found: list[dict[str, Any]] = [
        {name: each[name] for name in names} for each in the_cluster(call).capabilities.values()
    ]
    return PAGE.page(call.params, "capabilities", found)


def describe_capability(call: Call) -> Result:
    """One capability."""
    cluster = the_cluster(call)
    return {"capability": part(cluster.capabilities, call, "capabilityName", "capability")}


def list_certificate_authorities(call: Call) -> Result:
    """The certificate authorities of a cluster."""
    return PAGE.page(call.params, "certificateAuthorities", the_cluster(call).authorities)


READS: dict[str, Handler] = {
    "ListUpdates": list_updates,
    "DescribeUpdate": describe_update,
    "ListInsights": list_insights,
    "DescribeInsight": describe_insight,
    "DescribeInsightsRefresh": describe_insights_refresh,
    "DescribeAddonVersions": describe_addon_versions,
    "ListAccessEntries": list_access_entries,
    "DescribeAccessEntry": describe_access_entry,
    "ListAssociatedAccessPolicies": list_associated_access_policies,
    "ListAccessPolicies": list_access_policies,
    "ListPodIdentityAssociations": list_pod_identity_associations,
    "DescribePodIdentityAssociation": describe_pod_identity_association,
    "ListIdentityProviderConfigs": list_identity_provider_configs,
    "DescribeIdentityProviderConfig": describe_identity_provider_config,
    "ListCapabilities": list_capabilities,
    "DescribeCapability": describe_capability,
    "ListCertificateAuthorities": list_certificate_authorities,
}
