"""The operations of EKS. Limits: botocore's service model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from containerscope.demo.calls import Call, Handler, PageRule, Result
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.protocol_errors import AwsError

_PAGE = PageRule()


def list_clusters(call: Call) -> Result:
    """The names of the clusters."""
    return _PAGE.page(call.params, "clusters", list(call.world.eks))


def describe_cluster(call: Call) -> Result:
    """One cluster."""
    return {"cluster": _cluster(call, "name").body}


def _cluster(call: Call, member: str = "clusterName") -> EksCluster:
    name = call.params[member]
    found = call.world.eks.get(name)
    if found is None:
        raise _not_found(f"No cluster found for name: {name}.", clusterName=name)
    return found


def _not_found(message: str, **fields: str) -> AwsError:
    return AwsError("ResourceNotFoundException", message, 404, **fields)


def _part(pool: Mapping[str, Any], call: Call, member: str, noun: str) -> Any:
    name = call.params[member]
    if name not in pool:
        raise _not_found(
            f"No {noun} found for name: {name}.",
            clusterName=call.params["clusterName"],
            **({member: name} if member != "fargateProfileName" else {}),
        )
    return pool[name]


def list_nodegroups(call: Call) -> Result:
    """The names of a cluster's node groups."""
    return _PAGE.page(call.params, "nodegroups", list(_cluster(call).nodegroups))


def describe_nodegroup(call: Call) -> Result:
    """One node group."""
    pool = _cluster(call).nodegroups
    return {"nodegroup": _part(pool, call, "nodegroupName", "node group")}


def list_fargate_profiles(call: Call) -> Result:
    """The names of a cluster's Fargate profiles."""
    return _PAGE.page(call.params, "fargateProfileNames", list(_cluster(call).fargate_profiles))


def describe_fargate_profile(call: Call) -> Result:
    """One Fargate profile."""
    pool = _cluster(call).fargate_profiles
    return {"fargateProfile": _part(pool, call, "fargateProfileName", "Fargate Profile")}


def list_addons(call: Call) -> Result:
    """The names of a cluster's add-ons."""
    return _PAGE.page(call.params, "addons", list(_cluster(call).addons))


def describe_addon(call: Call) -> Result:
    """One add-on."""
    return {"addon": _part(_cluster(call).addons, call, "addonName", "addon")}


def describe_cluster_versions(call: Call) -> Result:
    """The Kubernetes versions that EKS offers, with the ends of their support."""
    names = call.params.get("clusterVersions")
    status = call.params.get("versionStatus")
    only_default = call.params.get("defaultOnly", False)
    hide = not (call.params.get("includeAll", False) or names or status)
    found = [
        each
        for each in call.world.eks_versions
        if (not names or each["clusterVersion"] in names)
        and status in (None, each["versionStatus"])
        and (not only_default or each["defaultVersion"])
        and not (hide and each["versionStatus"] == "UNSUPPORTED")
    ]
    return _PAGE.page(call.params, "clusterVersions", found)


def list_tags_for_resource(call: Call) -> Result:
    """The tags of a cluster or of what belongs to it, by its ARN."""
    arn = call.params["resourceArn"]
    for cluster in call.world.eks.values():
        owned = (
            (cluster.body["arn"], cluster.body),
            *((each["nodegroupArn"], each) for each in cluster.nodegroups.values()),
            *((each["fargateProfileArn"], each) for each in cluster.fargate_profiles.values()),
            *((each["addonArn"], each) for each in cluster.addons.values()),
        )
        for known, body in owned:
            if known == arn:
                return {"tags": body.get("tags", {})}
    raise AwsError("NotFoundException", f"No resource found for ARN: {arn}.", 404)


EKS: dict[str, Handler] = {
    "ListClusters": list_clusters,
    "DescribeCluster": describe_cluster,
    "ListNodegroups": list_nodegroups,
    "DescribeNodegroup": describe_nodegroup,
    "ListFargateProfiles": list_fargate_profiles,
    "DescribeFargateProfile": describe_fargate_profile,
    "ListAddons": list_addons,
    "DescribeAddon": describe_addon,
    "DescribeClusterVersions": describe_cluster_versions,
    "ListTagsForResource": list_tags_for_resource,
}
