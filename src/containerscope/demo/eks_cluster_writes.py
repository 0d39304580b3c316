"""What changes a cluster: its version, its network, logging and access, its insights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ecs_recipe import DAY
from containerscope.demo.eks_find import in_use, invalid, not_found, the_cluster
from containerscope.demo.eks_insights import blocking, refresh, start_refresh
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.eks_updates import Errors, begin, settle, under_way
from containerscope.demo.eks_versions import is_offered, minor, next_version, platform_version
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.world import World

_VERSION, _NETWORK, _LOGGING, _OTHER = 480.0, 180.0, 60.0, 45.0
_NODES_BACK = 300.0
"""Seconds in which the nodes of an Auto Mode cluster go back, before the control plane does."""
_REGRET = 7 * DAY
"""How long after an upgrade a cluster may go back."""
_STRICTER = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
_NETWORK_KINDS = ("EndpointAccessUpdate", "VpcConfigUpdate")


class Change(NamedTuple):
    """One type of update of a cluster: what it is called and what it is about."""

    kind: str
    params: Mapping[str, Any]
    members: Mapping[str, Any]
    """Members of the cluster and what they will be."""


def update_cluster_version(call: Call) -> Result:
    """The control plane goes up one minor version, or back after a recent upgrade."""
    cluster = _idle(call, "VersionUpdate")
    own, wanted = cluster.body["version"], call.params["version"]
    back = _previous(call.world, cluster)
    if wanted == back:
        return {"update": _roll_back(call.world, cluster, wanted)}
    if not is_offered(call.world, wanted):
        raise invalid(f"unsupported Kubernetes version {wanted}", clusterName=cluster.name)
    if wanted == own:
        raise invalid(
            f"unsupported Kubernetes version update from the current version, {own}, to {wanted}",
            clusterName=cluster.name,
        )
    if wanted != next_version(own):
        raise invalid(
            f"Unsupported Kubernetes minor version update from {own} to {wanted}",
            clusterName=cluster.name,
        )
    if blocking(cluster, wanted) and not call.params.get("force"):
        raise AwsError(
            "InvalidStateException",
            "Upgrade readiness issues detected. Call the EKS ListInsights API to view upgrade "
            "blocking issues detected by EKS. Pass the force flag to override upgrade readiness "
            "errors and proceed with upgrade.",
            clusterName=cluster.name,
        )
    return {"update": upgrade(call.world, cluster, wanted)}


def upgrade(world: World, cluster: EksCluster, version: str) -> dict[str, Any]:
    """Begin to bring the control plane to a version; the update in the API's form."""
    params = {"Version": version, "PlatformVersion": platform_version(version)}
    finish = _to_version(world, cluster, version)
    return begin(world, cluster, "VersionUpdate", params, _VERSION, finish).body


def _to_version(world: World, cluster: EksCluster, version: str) -> Callable[[], Errors]:
    def finish() -> Errors:
        cluster.body["version"] = version
        cluster.body["platformVersion"] = platform_version(version)
        refresh(world, cluster)
        return []

    return finish


def _previous(world: World, cluster: EksCluster) -> str:
    """The version that the cluster had before an upgrade not long ago, or an empty string."""
    for update in reversed(cluster.updates.values()):
        body = update.body
        if body["type"] == "VersionUpdate" and not update.nodegroup:
            recent = body["createdAt"] > world.now() - _REGRET
            own = cluster.body["version"]
            done = body["status"] == "Successful" and body["params"][0]["value"] == own
            return f"1.{minor(own) - 1}" if recent and done else ""
    return ""


def _roll_back(world: World, cluster: EksCluster, version: str) -> dict[str, Any]:
    params = {"Version": version, "PlatformVersion": platform_version(version)}
    seconds = _VERSION + (_NODES_BACK if _is_auto(cluster) else 0.0)
    finish = _to_version(world, cluster, version)
    return begin(world, cluster, "VersionRollback", params, seconds, finish).body


def _is_auto(cluster: EksCluster) -> bool:
    return bool(cluster.body.get("computeConfig", {}).get("enabled"))


def cancel_update(call: Call) -> Result:
    """Stop a rollback of an Auto Mode cluster while its nodes are still on the way."""
    cluster = the_cluster(call, "name")
    update = cluster.updates.get(call.params["updateId"])
    if update is None:
        raise not_found(f"No update found for ID: {call.params['updateId']}")
    body, world = update.body, call.world
    early = world.now() < body["createdAt"] + _NODES_BACK
    if not (update.running and body["type"] == "VersionRollback" and _is_auto(cluster) and early):
        raise AwsError(
            "InvalidRequestException", f"Update {body['id']} can not be cancelled",
            clusterName=cluster.name,
        )  # fmt: skip
    body["status"] = "Cancelled"
    body["cancellation"] = {"status": "Successful", "reason": "Cancelled by user"}
    settle(world, cluster, update)
    return {"update": body}


def update_cluster_config(call: Call) -> Result:
    """Another endpoint, other logs, another way in: one type of change at a time."""
    cluster = the_cluster(call, "name")
    changes = _changes(cluster, call.params)
    if not changes:
        raise invalid("The type for cluster update was not provided.", clusterName=cluster.name)
    if len(changes) > 1:
        raise invalid("Only one type of update can be allowed.", clusterName=cluster.name)
    change = changes[0]
    _check_idle(cluster, change.kind)
    if all(cluster.body.get(name) == value for name, value in change.members.items()):
        raise invalid(_nothing_to_do(change), clusterName=cluster.name)

    def finish() -> Errors:
        cluster.body.update(change.members)
        return []

    seconds = _NETWORK if change.kind in _NETWORK_KINDS else _OTHER
    if change.kind == "LoggingUpdate":
        seconds = _LOGGING
    update = begin(call.world, cluster, change.kind, change.params, seconds, finish)
    return {"update": update.body}


def _changes(cluster: EksCluster, params: Mapping[str, Any]) -> list[Change]:
    found: list[Change] = []
    body = cluster.body
    if given := params.get("resourcesVpcConfig"):
        found.append(_network(body["resourcesVpcConfig"], given))
    if given := params.get("logging"):
        merged = _logging(body["logging"], given)
        found.append(Change("LoggingUpdate", {"ClusterLogging": given}, {"logging": merged}))
    if given := params.get("accessConfig"):
        found.append(_access(body["accessConfig"], given))
    if "computeConfig" in params:
        names = ("computeConfig", "storageConfig", "kubernetesNetworkConfig")
        members = {each: {**body.get(each, {}), **params[each]} for each in names if each in params}
        titles = {each[0].upper() + each[1:]: params[each] for each in members}
        found.append(Change("AutoModeUpdate", titles, members))
    for name in ("upgradePolicy", "zonalShiftConfig", "remoteNetworkConfig", "deletionProtection"):
        if name in params:
            title = name[0].upper() + name[1:]
            kind = f"{title.removesuffix('Config') if name != 'remoteNetworkConfig' else title}"
            kind = {"zonalShiftConfig": "ZonalShiftConfig"}.get(name, kind)
            found.append(Change(f"{kind}Update", {title: params[name]}, {name: params[name]}))
    return found


def _network(own: Mapping[str, Any], given: Mapping[str, Any]) -> Change:
    members = {"resourcesVpcConfig": {**own, **given}}
    if "subnetIds" in given or "securityGroupIds" in given:
        params = {
            "Subnets": given.get("subnetIds"),
            "SecurityGroups": given.get("securityGroupIds"),
        }
        named = {title: value for title, value in params.items() if value is not None}
        return Change("VpcConfigUpdate", named, members)
    merged = members["resourcesVpcConfig"]
    return Change(
        "EndpointAccessUpdate",
        {
            "EndpointPublicAccess": merged["endpointPublicAccess"],
            "EndpointPrivateAccess": merged["endpointPrivateAccess"],
            "PublicAccessCidrs": merged["publicAccessCidrs"],
        },
        members,
    )


def _logging(own: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    state = {kind: each["enabled"] for each in own["clusterLogging"] for kind in each["types"]}
    for each in given.get("clusterLogging", []):
        state |= dict.fromkeys(each.get("types", []), each.get("enabled", False))
    return {
        "clusterLogging": [
            {"types": kinds, "enabled": on}
            for on in (True, False)
            if (kinds := [kind for kind, enabled in state.items() if enabled is on])
        ]
    }


def _access(own: Mapping[str, Any], given: Mapping[str, Any]) -> Change:
    before, after = own["authenticationMode"], given.get("authenticationMode")
    if after in _STRICTER and _STRICTER.index(after) < _STRICTER.index(before):
        raise invalid(f"Unsupported authentication mode update from {before} to {after}")
    members = {"accessConfig": {**own, **given}}
    return Change("AccessConfigUpdate", {"AuthenticationMode": after}, members)


def _nothing_to_do(change: Change) -> str:
    if change.kind == "LoggingUpdate":
        return "No changes needed for the logging config provided"
    if change.kind == "EndpointAccessUpdate":
        network = change.members["resourcesVpcConfig"]
        private, public = (
            str(network[each]).lower() for each in ("endpointPrivateAccess", "endpointPublicAccess")
        )
        return (
            "Cluster is already at the desired configuration with "
            f"endpointPrivateAccess: {private} , endpointPublicAccess: {public}, and Public "
            f"Endpoint Restrictions: [{', '.join(network['publicAccessCidrs'])}]"
        )
    return "Cluster is already at the desired configuration"


def _idle(call: Call, kind: str) -> EksCluster:
    cluster = the_cluster(call, "name")
    _check_idle(cluster, kind)
    return cluster


def _check_idle(cluster: EksCluster, kind: str) -> None:
    busy = under_way(cluster)
    if busy is not None:
        raise in_use(
            f"Cannot {kind} because cluster {cluster.name} currently has update "
            f"{busy.body['id']} in progress",
            clusterName=cluster.name,
        )


def start_insights_refresh(call: Call) -> Result:
    """Look at the cluster now, and not only at the next daily round."""
    found = start_refresh(call.world, the_cluster(call))
    return {name: found[name] for name in ("message", "status")}


CLUSTER_WRITES: dict[str, Handler] = {
    "UpdateClusterVersion": update_cluster_version,
    "UpdateClusterConfig": update_cluster_config,
    "CancelUpdate": cancel_update,
    "StartInsightsRefresh": start_insights_refresh,
}
