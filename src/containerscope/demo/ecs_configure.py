"""What `CreateService` and `UpdateService` may set, and what AWS says to what they may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from containerscope.demo.calls import Call
from containerscope.demo.ecs_find import definition_of, last
from containerscope.demo.ecs_state import Cluster, Service, TaskDefinition
from containerscope.demo.protocol_errors import AwsError

Params = Mapping[str, Any]
_OWN_OF_AWS = ("FARGATE", "FARGATE_SPOT")


def invalid(text: str) -> AwsError:
    """AWS's error for a parameter that it will not have."""
    return AwsError("InvalidParameterException", text)


def usable_definition(call: Call, wanted: str) -> TaskDefinition:
    """The task definition, if new tasks may use it."""
    found = definition_of(call, wanted)
    if found is None:
        raise AwsError("ClientException", "TaskDefinition not found.")
    if not found.active:
        raise AwsError("ClientException", "TaskDefinition is inactive")
    return found


def configure(call: Call, cluster: Cluster, service: Service, definition: TaskDefinition) -> bool:
    """Set what the call names; whether that is anything that begins a deployment.

    Nothing is set if any of it is refused.
    """
    params = call.params
    changes: dict[str, Any] = {}
    _set_compute(call.params, cluster, changes)
    _set_deployment(params.get("deploymentConfiguration", {}), service, changes)
    _set_network(params, service, definition, changes)
    _set_balancers(params, definition, changes)
    for name, attribute in (
        ("serviceRegistries", "registries"),
        ("placementConstraints", "constraints"),
        ("placementStrategy", "placement"),
        ("enableExecuteCommand", "exec_enabled"),
        ("enableECSManagedTags", "managed_tags"),
        ("propagateTags", "propagates"),
        ("platformVersion", "platform"),
    ):
        if name in params:
            changes[attribute] = params[name]
    if "availabilityZoneRebalancing" in params:
        changes["rebalances"] = params["availabilityZoneRebalancing"] == "ENABLED"
    if "serviceConnectConfiguration" in params:
        connect = params["serviceConnectConfiguration"]
        changes["connect"] = connect if connect.get("enabled") else {}
    if "healthCheckGracePeriodSeconds" in params:
        changes["grace"] = _grace(params, changes.get("load_balancers", service.load_balancers))
    deploys = any(
        name in changes and changes[name] != getattr(service, name)
        for name in ("load_balancers", "registries", "awsvpc", "connect", "platform")
    )
    for attribute, value in changes.items():
        setattr(service, attribute, value)
    return deploys


def count_of(params: Params, service: Service) -> int:
    """The desired count that the call asks for; the present one if it asks for none."""
    count: int = params.get("desiredCount", service.desired)
    if count < 0:
        raise invalid("desiredCount cannot be negative.")
    if "desiredCount" in params and service.scheduling == "DAEMON":
        raise invalid("The daemon scheduling strategy does not support a desired count.")
    return count


def _set_compute(params: Params, cluster: Cluster, changes: dict[str, Any]) -> None:
    strategy = params.get("capacityProviderStrategy")
    if strategy and "launchType" in params:
        raise invalid(
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again."
        )
    if "launchType" in params:
        changes["launch_type"] = params["launchType"]
    if strategy is not None:
        changes["strategy"] = strategy_of(cluster.providers, strategy)
        if strategy:
            changes["launch_type"] = launch_type_of(strategy)


def launch_type_of(strategy: Sequence[Params]) -> str:
    """Where the tasks of a capacity provider strategy run."""
    on_fargate = bool(strategy) and last(strategy[0]["capacityProvider"]) in _OWN_OF_AWS
    return "FARGATE" if on_fargate else "EC2"


def strategy_of(providers: Sequence[str], asked: Sequence[Params]) -> list[dict[str, Any]]:
    """The capacity provider strategy, if all its providers are among the cluster's."""
    made = []
    for each in asked:
        name = last(each["capacityProvider"])
        if name not in providers:
            raise invalid(
                f"The specified capacity provider '{name}' was not found. Specify a valid name or "
                "ARN and try again."
            )
        made.append(
            {"capacityProvider": name, "weight": each.get("weight", 0), "base": each.get("base", 0)}
        )
    if len({each["capacityProvider"] in _OWN_OF_AWS for each in made}) > 1:
        raise invalid(
            "A capacity provider strategy cannot contain a mix of capacity providers using Auto "
            "Scaling groups and Fargate providers."
        )
    if sum(1 for each in made if each["base"]) > 1:
        raise invalid("Only one capacity provider in a strategy can have a base.")
    return made


def _set_deployment(asked: Params, service: Service, changes: dict[str, Any]) -> None:
    least = asked.get("minimumHealthyPercent", service.minimum)
    most = asked.get("maximumPercent", service.maximum)
    if least == most == 100:
        text = "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block"
        raise invalid(f"{text} deployments.")
    if least < 0 or most < max(least, 1):
        raise invalid("maximumPercent must not be less than minimumHealthyPercent.")
    if service.scheduling == "DAEMON" and most > 100:
        raise invalid("The daemon scheduling strategy does not support a maximumPercent over 100.")
    changes |= {"minimum": least, "maximum": most}
    if "deploymentCircuitBreaker" in asked:
        _set_breaker(asked["deploymentCircuitBreaker"], changes)
    if "strategy" in asked:
        changes["shift"] = asked["strategy"]
    bake = asked.get("bakeTimeInMinutes", service.bake_minutes)
    if not 0 <= bake <= 1440:
        raise invalid("bakeTimeInMinutes must be between 0 and 1440.")
    changes["bake_minutes"] = bake
    for name, attribute in (("lifecycleHooks", "hooks"), ("alarms", "alarms")):
        if name in asked:
            changes[attribute] = asked[name]
    steps = {"LINEAR": "linearConfiguration", "CANARY": "canaryConfiguration"}
    wanted = steps.get(changes.get("shift", service.shift), "")
    if wanted in asked:
        changes["steps"] = asked[wanted]
    elif not wanted:
        changes["steps"] = {}


def _set_breaker(asked: Params, changes: dict[str, Any]) -> None:
    changes["breaker"] = asked["enable"]
    changes["breaker_rollback"] = asked["rollback"]
    if "resetOnHealthyTask" in asked:
        changes["resets"] = asked["resetOnHealthyTask"]
    chosen = asked.get("thresholdConfiguration")
    if chosen is None:
        return
    if chosen["type"] == "COUNT":
        changes["failures_allowed"] = chosen["value"]
    else:
        changes |= {"failures_allowed": 0, "failures_share": chosen["value"]}
        changes["failures_bounded"] = chosen["type"] == "BOUNDED_PERCENT"


def _set_network(
    params: Params, service: Service, definition: TaskDefinition, changes: dict[str, Any]
) -> None:
    asked = params.get("networkConfiguration", {}).get("awsvpcConfiguration")
    check_network(definition, asked if asked is not None else service.awsvpc)
    if asked is not None:
        changes["awsvpc"] = {
            "subnets": asked["subnets"],
            "securityGroups": asked.get("securityGroups", []),
            "assignPublicIp": asked.get("assignPublicIp", "DISABLED"),
        }


def check_network(definition: TaskDefinition, awsvpc: Params | None) -> None:
    """Whether subnets are named where, and only where, tasks have an interface of their own."""
    mode = definition.body["networkMode"]
    if mode == "awsvpc" and not awsvpc:
        raise invalid(
            "Network Configuration must be provided when networkMode 'awsvpc' is specified."
        )
    if mode != "awsvpc" and awsvpc:
        raise invalid(
            "Network Configuration is not valid for the given networkMode of this task definition."
        )


def _set_balancers(params: Params, definition: TaskDefinition, changes: dict[str, Any]) -> None:
    if "loadBalancers" not in params:
        return
    containers = {each["name"]: each for each in definition.containers}
    for each in params["loadBalancers"]:
        name, port = each.get("containerName", ""), each.get("containerPort")
        if name not in containers:
            raise invalid(f"The container {name} does not exist in the task definition.")
        ports = [one["containerPort"] for one in containers[name].get("portMappings", ())]
        if port not in ports:
            raise invalid(f"The container {name} did not have a container port {port} defined.")
    changes["load_balancers"] = params["loadBalancers"]


def _grace(params: Params, balancers: Sequence[Any]) -> int:
    if not balancers:
        raise invalid(
            "Health check grace period is only valid for services configured to use load balancers"
        )
    return int(params["healthCheckGracePeriodSeconds"])
