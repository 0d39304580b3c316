"""The operations of EKS. Limits: botocore's service model."""

from __future__ import annotations

import base64

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.eks_addon_writes import ADDON_WRITES
from containerscope.demo.eks_cluster_writes import CLUSTER_WRITES
from containerscope.demo.eks_find import PAGE, part, the_cluster
from containerscope.demo.eks_nodegroup_writes import NODEGROUP_WRITES
from containerscope.demo.eks_reads import READS
from containerscope.demo.protocol_errors import AwsError


def list_clusters(call: Call) -> Result:
    """The names of the clusters."""
    return PAGE.page(call.params, "clusters", list(call.world.eks))


def describe_cluster(call: Call) -> Result:
    """One cluster; its endpoint is that of the demo's own Kubernetes API, where there is one."""
    cluster = the_cluster(call, "name")
    body, url = cluster.body, call.world.kube_url
    if url and "endpoint" in body:
        authority = base64.b64encode(call.world.kube_authority.encode()).decode()
        body = {
            **body,
            "endpoint": f"{url}/{cluster.name}",
            "certificateAuthority": {"data": authority},
        }
    return {"cluster": body}


def list_nodegroups(call: Call) -> Result:
    """The names of a cluster's node groups."""
    return PAGE.page(call.params, "nodegroups", list(the_cluster(call).nodegroups))


def describe_nodegroup(call: Call) -> Result:
    """One node group."""
    pool = the_cluster(call).nodegroups
    return {"nodegroup": part(pool, call, "nodegroupName", "node group")}


def list_fargate_profiles(call: Call) -> Result:
    """The names of a cluster's Fargate profiles."""
    return PAGE.page(call.params, "fargateProfileNames", list(the_cluster(call).fargate_profiles))


def describe_fargate_profile(call: Call) -> Result:
    """One Fargate profile."""
    pool = the_cluster(call).fargate_profiles
    return {"fargateProfile": part(pool, call, "fargateProfileName", "Fargate Profile")}


def list_addons(call: Call) -> Result:
    """The names of a cluster's add-ons."""
    return PAGE.page(call.params, "addons", list(the_cluster(call).addons))


def describe_addon(call: Call) -> Result:
    """One add-on."""
    return {"addon": part(the_cluster(call).addons, call, "addonName", "addon")}


def describe_cluster_versions(call: Call) -> Result:
    """The Kubernetes versions that EKS offers, with the ends of their support."""
    names = call.params.get("clusterVersions")
    status, old_status = (call.params.get(each) for each in ("versionStatus", "status"))
    only_default = call.params.get("defaultOnly", False)
    hide = not (call.params.get("includeAll", False) or names or status or old_status)
    found = [
        each
        for each in call.world.eks_versions
        if old_status in (None, each["status"])
        and (not names or each["clusterVersion"] in names)
        and status in (None, each["versionStatus"])
        and (not only_default or each["defaultVersion"])
        and not (hide and each["versionStatus"] == "UNSUPPORTED")
    ]
    return PAGE.page(call.params, "clusterVersions", found)


def _tags(call: Call) -> dict[str, str]:
    """The tags, which may be changed, of what an ARN of EKS names."""
    arn = call.params["resourceArn"]
    for cluster in call.world.eks.values():
        owned = (
            (cluster.body["arn"], cluster.body),
            *((each["nodegroupArn"], each) for each in cluster.nodegroups.values()),
            *((each["fargateProfileArn"], each) for each in cluster.fargate_profiles.values()),
            *((each["addonArn"], each) for each in cluster.addons.values()),
            *((each.body["accessEntryArn"], each.body) for each in cluster.access_entries.values()),
            *((each["associationArn"], each) for each in cluster.pod_identities.values()),
            *((each["arn"], each) for each in cluster.capabilities.values()),
        )
        for known, body in owned:
            if known == arn:
                tags: dict[str, str] = body.setdefault("tags", {})
                return tags
    raise AwsError("NotFoundException", f"No resource found for ARN: {arn}.", 404)


def list_tags_for_resource(call: Call) -> Result:
    """The tags of a cluster or of what belongs to it."""
    return {"tags": _tags(call)}


def tag_resource(call: Call) -> Result:
    """Give a cluster, or what belongs to it, these tags too."""
    _tags(call).update(call.params["tags"])
    return {}


def untag_resource(call: Call) -> Result:
    """Take these tags away."""
    tags = _tags(call)
    for key in call.params["tagKeys"]:
        tags.pop(key, None)
    return {}


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
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    **READS,
    **CLUSTER_WRITES,
    **NODEGROUP_WRITES,
    **ADDON_WRITES,
}
