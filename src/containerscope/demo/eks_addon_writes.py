"""What changes an add-on."""

from __future__ import annotations

from typing import Any

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.eks_catalog import versions_of
from containerscope.demo.eks_find import in_use, invalid, part, the_cluster
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.eks_updates import Errors, begin, error, under_way

_SECONDS = 40.0
_TITLES = {
    "addonVersion": "AddonVersion",
    "serviceAccountRoleArn": "ServiceAccountRoleArn",
    "resolveConflicts": "ResolveConflicts",
    "configurationValues": "ConfigurationValues",
    "podIdentityAssociations": "PodIdentityAssociations",
}
_KEPT = ("addonVersion", "serviceAccountRoleArn", "configurationValues")


def update_addon(call: Call) -> Result:
    """Another version, role or configuration of an add-on."""
    cluster = the_cluster(call)
    addon: dict[str, Any] = part(cluster.addons, call, "addonName", "addon")
    name, params = addon["addonName"], call.params
    if under_way(cluster, addon=name) is not None:
        raise in_use(
            f"Addon {name} cannot be updated as it is currently in UPDATING state",
            clusterName=cluster.name,
            addonName=name,
        )
    version = params.get("addonVersion", addon["addonVersion"])
    if cluster.body["version"] not in versions_of(name).get(version, ()):
        raise invalid(
            "Addon version specified is not supported", clusterName=cluster.name, addonName=name
        )
    wanted = {title: params[each] for each, title in _TITLES.items() if each in params}
    failure = _conflict(cluster, name, params.get("resolveConflicts", "NONE"))

    def finish() -> Errors:
        if failure:
            message = failure[0]["errorMessage"]
            issue = {"code": "ConfigurationConflict", "message": message, "resourceIds": []}
            addon["health"] = {"issues": [issue]}
            return failure
        addon.update({each: params[each] for each in _KEPT if each in params})
        addon["health"] = {"issues": []}
        if params.get("resolveConflicts") == "OVERWRITE":
            cluster.edited_addons.pop(name, None)
        return []

    update = begin(call.world, cluster, "AddonUpdate", wanted, _SECONDS, finish, addon=name)
    return {"update": update.body}


def _conflict(cluster: EksCluster, name: str, mode: str) -> Errors:
    """What somebody changed by hand is in the way, unless it may be kept or overwritten."""
    edited = cluster.edited_addons.get(name)
    if edited is None or mode != "NONE":
        return []
    message = (
        "Conflicts found when trying to apply. Will not continue due to resolve conflicts mode. "
        f"Conflicts:\n{edited}"
    )
    return [error("ConfigurationConflict", message)]


ADDON_WRITES: dict[str, Handler] = {"UpdateAddon": update_addon}
