"""The operations that change clusters, capacity providers, settings and tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ecs_configure import invalid, strategy_of
from containerscope.demo.ecs_find import cluster_of, last, tagged
from containerscope.demo.ecs_state import CapacityProvider, Cluster
from containerscope.demo.ecs_views_cluster import cluster_view, provider_view
from containerscope.demo.protocol_errors import AwsError

_INSIGHTS = ("enabled", "disabled", "enhanced")
_OWN_OF_AWS = ("FARGATE", "FARGATE_SPOT")
_MOST_TAGS = 50


def create_cluster(call: Call) -> Result:
    """A new and empty cluster; the one that there is, where the name is taken."""
    params = call.params
    name = params.get("clusterName") or "default"
    cluster = call.world.clusters.get(name)
    if cluster is None:
        cluster = Cluster(name, insights="disabled")
        cluster.providers = _known(call, params.get("capacityProviders", ()))
        asked = params.get("defaultCapacityProviderStrategy", ())
        cluster.strategy = strategy_of(cluster.providers, asked)
        _set(cluster, params)
        cluster.tags = {each["key"]: each.get("value", "") for each in params.get("tags", ())}
        call.world.add_cluster(cluster)
    return {"cluster": cluster_view(call, cluster)}


def update_cluster(call: Call) -> Result:
    """Change a cluster's settings, configuration or Service Connect defaults."""
    cluster = cluster_of(call)
    _set(cluster, call.params)
    return {"cluster": cluster_view(call, cluster)}


def delete_cluster(call: Call) -> Result:
    """Delete a cluster that has nothing in it."""
    cluster = cluster_of(call)
    services = any(each.status != "INACTIVE" for each in cluster.services.values())
    tasks = any(not each.stopped_at for each in cluster.tasks.values())
    for kind, has, noun in (
        ("Services", services, "services are active"),
        ("ContainerInstances", cluster.instances, "Container Instances are active or draining"),
        ("Tasks", tasks, "Tasks are active"),
    ):
        if has:
            text = f"The Cluster cannot be deleted while {noun}."
            raise AwsError(f"ClusterContains{kind}Exception", text)
    del call.world.clusters[cluster.name]
    cluster.status = "INACTIVE"
    return {"cluster": cluster_view(call, cluster)}


def _set(cluster: Cluster, params: Mapping[str, Any]) -> None:
    for each in params.get("settings", ()):
        if each.get("name") != "containerInsights" or each.get("value") not in _INSIGHTS:
            raise invalid("Invalid cluster setting value.")
    for each in params.get("settings", ()):
        cluster.insights = each["value"]
    if "configuration" in params:
        cluster.configuration = params["configuration"]
    if "serviceConnectDefaults" in params:
        cluster.namespace = last(params["serviceConnectDefaults"]["namespace"])


def put_cluster_capacity_providers(call: Call) -> Result:
    """Set a cluster's capacity providers and its default strategy."""
    cluster, params = cluster_of(call), call.params
    names = _known(call, params["capacityProviders"])
    used = {
        each["capacityProvider"]
        for service in cluster.services.values()
        if service.status == "ACTIVE"
        for each in service.strategy
    }
    if used - set(names):
        text = "The specified capacity provider is in use and cannot be removed."
        raise AwsError("ResourceInUseException", text)
    strategy = strategy_of(names, params["defaultCapacityProviderStrategy"])
    cluster.providers, cluster.strategy = names, strategy
    return {"cluster": cluster_view(call, cluster)}


def _known(call: Call, names: Any) -> list[str]:
    found = [last(each) for each in names]
    for name in found:
        if name not in _OWN_OF_AWS and name not in call.world.capacity_providers:
            raise invalid(
                f"The specified capacity provider '{name}' was not found. Specify a valid name or "
                "ARN and try again."
            )
    return found


def create_capacity_provider(call: Call) -> Result:
    """A capacity provider over an Auto Scaling group."""
    world, params = call.world, call.params
    name = params["name"]
    if name in world.capacity_providers or name in _OWN_OF_AWS:
        text = "The specified capacity provider already exists. To change the configuration of an "
        raise AwsError("ClientException", f"{text}existing capacity provider, update it.")
    if "autoScalingGroupProvider" not in params:
        raise invalid("An Auto Scaling group provider must be specified.")
    body = {
        "type": "EC2_AUTOSCALING",
        "autoScalingGroupProvider": _group(params["autoScalingGroupProvider"], {}),
    }
    tags = {each["key"]: each.get("value", "") for each in params.get("tags", ())}
    made = CapacityProvider(name, params.get("cluster", ""), body, tags)
    world.capacity_providers[name] = made
    return {"capacityProvider": provider_view(call, made)}


def update_capacity_provider(call: Call) -> Result:
    """Change how a capacity provider scales and protects its instances."""
    found = call.world.capacity_providers.get(last(call.params["name"]))
    if found is None:
        raise invalid("The specified capacity provider does not exist.")
    present = found.body["autoScalingGroupProvider"]
    asked = call.params.get("autoScalingGroupProvider", {})
    found.body = {
        **found.body,
        "autoScalingGroupProvider": _group(asked, present),
        "updateStatus": "UPDATE_COMPLETE",
    }
    return {"capacityProvider": provider_view(call, found)}


def _group(asked: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    usual = {
        "status": "ENABLED",
        "targetCapacity": 100,
        "minimumScalingStepSize": 1,
        "maximumScalingStepSize": 10000,
        "instanceWarmupPeriod": 300,
    }
    managed = {**usual, **present.get("managedScaling", {}), **asked.get("managedScaling", {})}
    if not 1 <= managed["targetCapacity"] <= 100:
        raise invalid("targetCapacity must be between 1 and 100.")
    return {
        "managedTerminationProtection": "DISABLED",
        "managedDraining": "ENABLED",
        **present,
        **asked,
        "managedScaling": managed,
    }


def delete_capacity_provider(call: Call) -> Result:
    """Delete a capacity provider that no cluster has."""
    name = last(call.params["capacityProvider"])
    found = call.world.capacity_providers.get(name)
    if found is None:
        raise invalid("The specified capacity provider does not exist.")
    if any(name in each.providers for each in call.world.clusters.values()):
        text = "The specified capacity provider is in use and cannot be removed."
        raise AwsError("ResourceInUseException", text)
    del call.world.capacity_providers[name]
    view = provider_view(call, found)
    return {"capacityProvider": {**view, "status": "INACTIVE", "updateStatus": "DELETE_COMPLETE"}}


def put_account_setting(call: Call) -> Result:
    """Change a setting of the account."""
    name, value = call.params["name"], call.params["value"]
    call.world.account_settings[name] = value
    principal = call.world.global_arn("iam", "root")
    return {
        "setting": {"name": name, "value": value, "principalArn": principal, "type": "user"},
    }


def tag_resource(call: Call) -> Result:
    """Give something tags, or new values for those that it has."""
    found = tagged(call, call.params["resourceArn"])
    tags = {**found.tags, **{each["key"]: each.get("value", "") for each in call.params["tags"]}}
    if any(key.lower().startswith("aws:") for key in tags):
        raise invalid("Tag keys cannot start with AWS system-reserved prefix.")
    if len(tags) > _MOST_TAGS:
        raise invalid(f"A resource can have at most {_MOST_TAGS} tags.")
    found.tags = tags
    return {}


def untag_resource(call: Call) -> Result:
    """Take tags from something."""
    found = tagged(call, call.params["resourceArn"])
    gone = set(call.params["tagKeys"])
    found.tags = {key: value for key, value in found.tags.items() if key not in gone}
    return {}


CLUSTER_WRITES: dict[str, Handler] = {
    "CreateCluster": create_cluster,
    "UpdateCluster": update_cluster,
    "UpdateClusterSettings": update_cluster,
    "DeleteCluster": delete_cluster,
    "PutClusterCapacityProviders": put_cluster_capacity_providers,
    "CreateCapacityProvider": create_capacity_provider,
    "UpdateCapacityProvider": update_capacity_provider,
    "DeleteCapacityProvider": delete_capacity_provider,
    "PutAccountSetting": put_account_setting,
    "PutAccountSettingDefault": put_account_setting,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
}
