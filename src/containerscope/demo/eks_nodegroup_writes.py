"""What changes a node group: its size, labels and taints, its version, its beginning and end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from containerscope.demo.asg_engine import set_desired
from containerscope.demo.asg_nodegroups import group_name
from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.eks_find import in_use, invalid, part, the_cluster
from containerscope.demo.eks_rolling import roll
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.eks_updates import Errors, begin, start, under_way
from containerscope.demo.eks_versions import ami_release, minor
from containerscope.demo.ids import uuid
from containerscope.demo.protocol_errors import AwsError

_CONFIG = 30.0
_CREATION, _DELETION = 130.0, 150.0
_PASSING = (
    "AsgInstanceLaunchFailures",
    "InstanceLimitExceeded",
    "InsufficientFreeAddresses",
    "ClusterUnreachable",
)
"""Issues with which EKS begins an update all the same."""


def update_nodegroup_config(call: Call) -> Result:
    """Another size, other labels or taints, another way to update or to repair."""
    cluster, group = _group(call)
    params = call.params
    wanted: dict[str, Any] = {}
    scaling = {**group["scalingConfig"], **params.get("scalingConfig", {})}
    _check_scaling(scaling, cluster.name, group["nodegroupName"])
    for name, title in (("minSize", "MinSize"), ("maxSize", "MaxSize"), ("desiredSize", "")):
        if name in params.get("scalingConfig", {}):
            wanted[title or "DesiredSize"] = scaling[name]
    labels, taints = params.get("labels", {}), params.get("taints", {})
    for changes, names in (
        (labels, {"addOrUpdateLabels": "LabelsToAdd", "removeLabels": "LabelsToRemove"}),
        (taints, {"addOrUpdateTaints": "TaintsToAdd", "removeTaints": "TaintsToRemove"}),
    ):
        wanted |= {title: changes[name] for name, title in names.items() if changes.get(name)}
    for name, value in params.get("updateConfig", {}).items():
        wanted[name[0].upper() + name[1:]] = value
    if "nodeRepairConfig" in params:
        wanted["NodeRepairEnabled"] = params["nodeRepairConfig"].get("enabled", False)

    def finish() -> Errors:
        group["scalingConfig"] = scaling
        group["labels"] = _labels(group.get("labels", {}), labels)
        group["taints"] = _taints(group.get("taints", []), taints)
        if params.get("updateConfig"):
            group["updateConfig"] = dict(params["updateConfig"])
        if "nodeRepairConfig" in params:
            group["nodeRepairConfig"] = {**group.get("nodeRepairConfig", {}),
                                         **params["nodeRepairConfig"]}  # fmt: skip
        return []

    name = group["nodegroupName"]
    update = begin(call.world, cluster, "ConfigUpdate", wanted, _CONFIG, finish, nodegroup=name)
    return {"update": update.body}


def update_nodegroup_version(call: Call) -> Result:
    """Node after node is replaced by one of another version or AMI release."""
    cluster, group = _group(call)
    name = group["nodegroupName"]
    hard = [each for each in group["health"]["issues"] if each["code"] not in _PASSING]
    if hard:
        raise AwsError(
            "InvalidRequestException",
            f"Nodegroup health has issues other than [ {', '.join(_PASSING)} ]",
            clusterName=cluster.name,
            nodegroupName=name,
        )
    version = call.params.get("version") or _own_version(cluster, group)
    release = call.params.get("releaseVersion") or ami_release(version)
    _check_version(cluster, group, version, release)
    template = call.params.get("launchTemplate")
    params = {"Version": version, "ReleaseVersion": release}
    if template:
        params |= {"LaunchTemplateVersion": template.get("version", "1")}
    config = {"version": version, "releaseVersion": release}
    if template:
        config["launchTemplate"] = {**group.get("launchTemplate", {}), **template}
    update = start(call.world, cluster, "VersionUpdate", params, nodegroup=name)
    roll(call.world, cluster, group, update, config, force=bool(call.params.get("force")))
    return {"update": update.body}


def create_nodegroup(call: Call) -> Result:
    """A new node group, whose nodes take their time to join."""
    cluster = the_cluster(call)
    world, name = call.world, call.params["nodegroupName"]
    if name in cluster.nodegroups:
        raise in_use(
            f"NodeGroup already exists with name {name} and cluster name {cluster.name}",
            clusterName=cluster.name,
            nodegroupName=name,
        )
    group = _new_group(call, cluster, name)
    cluster.nodegroups[name] = group
    world.agenda.after(_CREATION, lambda: _created(cluster, group))
    return {"nodegroup": group}


def _new_group(call: Call, cluster: EksCluster, name: str) -> dict[str, Any]:
    """The node group that is asked for, with what nobody asked for as EKS chooses it."""
    params, world = call.params, call.world
    version = params.get("version") or cluster.body["version"]
    scaling = {"minSize": 1, "maxSize": 2, "desiredSize": 2, **params.get("scalingConfig", {})}
    _check_scaling(scaling, cluster.name, name)
    group_id = uuid("nodegroup", cluster.name, name, world.now())
    return {
        "nodegroupName": name,
        "nodegroupArn": world.arn("eks", f"nodegroup/{cluster.name}/{name}/{group_id}"),
        "clusterName": cluster.name,
        "version": version,
        "releaseVersion": params.get("releaseVersion") or ami_release(version),
        "createdAt": world.now(),
        "modifiedAt": world.now(),
        "status": "CREATING",
        "capacityType": params.get("capacityType", "ON_DEMAND"),
        "scalingConfig": scaling,
        "instanceTypes": params.get("instanceTypes") or ["t3.medium"],
        "subnets": params["subnets"],
        "amiType": params.get("amiType", "AL2023_x86_64_STANDARD"),
        "nodeRole": params["nodeRole"],
        "labels": params.get("labels", {}),
        "taints": params.get("taints", []),
        "resources": {"autoScalingGroups": [{"name": f"eks-{name}-{group_id}"}]},
        "diskSize": params.get("diskSize", 20),
        "health": {"issues": []},
        "updateConfig": params.get("updateConfig") or {"maxUnavailable": 1},
        "nodeRepairConfig": params.get("nodeRepairConfig") or {"enabled": False},
        "tags": params.get("tags", {}),
    }


def _created(cluster: EksCluster, group: dict[str, Any]) -> None:
    if group["status"] == "CREATING":
        trouble = cluster.troubles.get(group["nodegroupName"])
        group["status"] = "CREATE_FAILED" if trouble else "ACTIVE"
        group["health"] = {"issues": [trouble.issue()] if trouble else []}


def delete_nodegroup(call: Call) -> Result:
    """The node group drains, ends its instances and is gone."""
    cluster = the_cluster(call)
    group = part(cluster.nodegroups, call, "nodegroupName", "node group")
    name = group["nodegroupName"]
    group["status"], group["modifiedAt"] = "DELETING", call.world.now()
    asg = call.world.asgs.get(group_name(group))
    if asg is not None:
        asg.minimum = 0
        limits = f"min: 0, max: {asg.maximum}, desired: 0"
        who = f"a user request update of AutoScalingGroup constraints to {limits}"
        set_desired(call.world, asg, 0, who)

    def gone() -> None:
        if cluster.nodegroups.get(name) is group:
            del cluster.nodegroups[name]
            cluster.troubles.pop(name, None)

    call.world.agenda.after(_DELETION, gone)
    return {"nodegroup": group}


def _group(call: Call) -> tuple[EksCluster, dict[str, Any]]:
    """The node group that is to be changed, if it can be just now."""
    cluster = the_cluster(call)
    group: dict[str, Any] = part(cluster.nodegroups, call, "nodegroupName", "node group")
    busy = under_way(cluster, nodegroup=group["nodegroupName"])
    if busy or group["status"] not in ("ACTIVE", "DEGRADED"):
        raise in_use(
            "Nodegroup cannot be updated as it is currently not in Active State",
            clusterName=cluster.name,
            nodegroupName=group["nodegroupName"],
        )
    return cluster, group


def _check_scaling(scaling: Mapping[str, int], cluster: str, group: str) -> None:
    least, desired, most = (scaling[each] for each in ("minSize", "desiredSize", "maxSize"))
    wrong = ""
    if least > desired:
        wrong = f"Minimum capacity {least} can't be greater than desired size {desired}"
    elif desired > most:
        wrong = f"desired capacity {desired} can't be greater than max size {most}"
    elif most < 1:
        wrong = "maxSize is not valid"
    if wrong:
        raise invalid(wrong, clusterName=cluster, nodegroupName=group)


def _own_version(cluster: EksCluster, group: Mapping[str, Any]) -> str:
    return str(cluster.body["version"] or group["version"])


def _check_version(
    cluster: EksCluster, group: Mapping[str, Any], version: str, release: str
) -> None:
    of_cluster = cluster.body["version"]
    fields = {"clusterName": cluster.name, "nodegroupName": group["nodegroupName"]}
    if not minor(group["version"]) <= minor(version) <= minor(of_cluster):
        raise invalid(
            f"Requested Nodegroup version {version} is invalid. Allowed versions are "
            f"{group['version']} to {of_cluster}",
            **fields,
        )
    if not release.startswith(f"{version}."):
        raise invalid(
            f"Requested release version {release} is not valid for kubernetes version {version}.",
            **fields,
        )


def _labels(labels: Mapping[str, str], changes: Mapping[str, Any]) -> dict[str, str]:
    gone = changes.get("removeLabels", [])
    kept = {key: value for key, value in labels.items() if key not in gone}
    return {**kept, **changes.get("addOrUpdateLabels", {})}


def _taints(taints: list[dict[str, str]], changes: Mapping[str, Any]) -> list[dict[str, str]]:
    added: list[dict[str, str]] = changes.get("addOrUpdateTaints", [])
    gone = {(each["key"], each["effect"]) for each in changes.get("removeTaints", []) + added}
    return [each for each in taints if (each["key"], each["effect"]) not in gone] + added


NODEGROUP_WRITES: dict[str, Handler] = {
    "UpdateNodegroupConfig": update_nodegroup_config,
    "UpdateNodegroupVersion": update_nodegroup_version,
    "CreateNodegroup": create_nodegroup,
    "DeleteNodegroup": delete_nodegroup,
}
