"""The operations that register task definitions and withdraw them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from containerscope.demo.calls import Call, Handler, Result, tag_list
from containerscope.demo.ecs_configure import invalid
from containerscope.demo.ecs_find import definition_of, last, missing
from containerscope.demo.ecs_state import TaskDefinition
from containerscope.demo.identity import caller_arn
from containerscope.demo.protocol_errors import AwsError

_FARGATE_MEMORY: Mapping[int, range] = {
    256: range(512, 2049, 512),
    512: range(1024, 4097, 1024),
    1024: range(2048, 8193, 1024),
    2048: range(4096, 16385, 1024),
    4096: range(8192, 30721, 1024),
    8192: range(16384, 61441, 4096),
    16384: range(32768, 122881, 8192),
}
"""The MiB that Fargate gives to so many CPU units. Source: Fargate task size."""
_KEPT = (
    "taskRoleArn",
    "executionRoleArn",
    "cpu",
    "memory",
    "pidMode",
    "ipcMode",
    "proxyConfiguration",
    "inferenceAccelerators",
    "ephemeralStorage",
    "runtimePlatform",
)


def _refused(text: str) -> AwsError:
    return AwsError("ClientException", text)


def register_task_definition(call: Call) -> Result:
    """One more revision of a family."""
    world, params = call.world, call.params
    family = params["family"]
    _check(params)
    revisions = world.families.get(family, [])
    number = 1 + max((each.revision for each in revisions), default=0)
    network = params.get("networkMode", "bridge")
    body: dict[str, Any] = {
        "taskDefinitionArn": world.arn("ecs", f"task-definition/{family}:{number}"),
        "containerDefinitions": [_container(each) for each in params["containerDefinitions"]],
        "family": family,
        "networkMode": network,
        "revision": number,
        "volumes": params.get("volumes", []),
        "status": "ACTIVE",
        "requiresAttributes": _requires(params, network),
        "placementConstraints": params.get("placementConstraints", []),
        "compatibilities": _compatible(params, network),
        "registeredAt": world.now(),
        "registeredBy": caller_arn(call),
        "enableFaultInjection": params.get("enableFaultInjection", False),
        **{name: params[name] for name in _KEPT if name in params},
    }
    if params.get("requiresCompatibilities"):
        body["requiresCompatibilities"] = params["requiresCompatibilities"]
    tags = {each["key"]: each.get("value", "") for each in params.get("tags", ())}
    made = world.add_definition(TaskDefinition(family, number, body, tags))
    return {"taskDefinition": made.body, "tags": tag_list(tags)}


def _container(asked: Mapping[str, Any]) -> dict[str, Any]:
    """A container definition with the members that AWS adds."""
    ports = [
        {"protocol": "tcp", "hostPort": each.get("containerPort", 0), **each}
        for each in asked.get("portMappings", ())
    ]
    return {
        "cpu": 0,
        "essential": True,
        "environment": [],
        "mountPoints": [],
        "volumesFrom": [],
        "systemControls": [],
        **asked,
        "portMappings": ports,
    }


def _check(params: Mapping[str, Any]) -> None:
    containers = params["containerDefinitions"]
    if not containers:
        raise _refused("Container list cannot be empty.")
    if not any(each.get("essential", True) for each in containers):
        raise _refused("A task definition must have at least one essential container.")
    names = [each.get("name", "") for each in containers]
    for each in containers:
        name = each.get("name", "")
        if not name or not each.get("image"):
            raise _refused("Container.name and Container.image must not be null or empty.")
        if names.count(name) > 1:
            raise _refused(f"Duplicate container name {name}.")
        if not params.get("memory") and not (each.get("memory") or each.get("memoryReservation")):
            raise _refused(
                f"Invalid setting for container '{name}'. At least one of 'memory' or "
                "'memoryReservation' must be specified."
            )
    if "FARGATE" in params.get("requiresCompatibilities", ()):
        _check_fargate(params)


def _check_fargate(params: Mapping[str, Any]) -> None:
    if params.get("networkMode") != "awsvpc":
        raise _refused("Fargate only supports network mode ‘awsvpc’.")
    for size in ("cpu", "memory"):
        if not params.get(size):
            raise _refused(f"Fargate requires that '{size}' be defined at the task level.")
    cpu, memory = params["cpu"], params["memory"]
    fits = cpu.isdecimal() and memory.isdecimal()
    if not fits or int(memory) not in _FARGATE_MEMORY.get(int(cpu), ()):
        raise _refused(
            f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. See "
            "the Amazon ECS documentation for the valid values."
        )


def _compatible(params: Mapping[str, Any], network: str) -> list[str]:
    sized = params.get("cpu") and params.get("memory")
    return ["EC2", "FARGATE"] if network == "awsvpc" and sized else ["EC2"]


def _requires(params: Mapping[str, Any], network: str) -> list[dict[str, str]]:
    containers = params["containerDefinitions"]
    drivers = {
        each["logConfiguration"]["logDriver"] for each in containers if "logConfiguration" in each
    }
    names = ["com.amazonaws.ecs.capability.docker-remote-api.1.18"]
    names += [f"com.amazonaws.ecs.capability.logging-driver.{each}" for each in sorted(drivers)]
    if "taskRoleArn" in params:
        names.append("com.amazonaws.ecs.capability.task-iam-role")
    if "executionRoleArn" in params:
        names.append("ecs.capability.execution-role-ecr-pull")
    if network == "awsvpc":
        names.append("ecs.capability.task-eni")
    return [{"name": name} for name in names]


def deregister_task_definition(call: Call) -> Result:
    """Let a revision be used for nothing new; what runs from it runs on."""
    wanted = call.params["taskDefinition"]
    if ":" not in last(wanted):
        raise invalid(f"Revision is missing: {wanted}. Specify family:revision or the full ARN.")
    found = definition_of(call, wanted)
    if found is None:
        raise _refused("Unable to describe task definition.")
    if found.active:
        found.body["status"] = "INACTIVE"
        found.body["deregisteredAt"] = call.world.now()
    return {"taskDefinition": found.body}


def delete_task_definitions(call: Call) -> Result:
    """Delete up to ten revisions that were deregistered before."""
    wanted = call.params["taskDefinitions"]
    if not 1 <= len(wanted) <= 10:
        raise invalid("taskDefinitions must have between 1 and 10 items.")
    deleted, failures = [], []
    for each in wanted:
        found = definition_of(call, each) if ":" in last(each) else None
        if found is None:
            failures.append(missing(call.world.arn("ecs", f"task-definition/{last(each)}")))
        elif found.active:
            text = "The specified task definition is still in ACTIVE status."
            failures.append({"arn": found.arn, "reason": text})
        else:
            found.body["status"] = "DELETE_IN_PROGRESS"
            deleted.append(found.body)
    return {"taskDefinitions": deleted, "failures": failures}


DEFINITION_WRITES: dict[str, Handler] = {
    "RegisterTaskDefinition": register_task_definition,
    "DeregisterTaskDefinition": deregister_task_definition,
    "DeleteTaskDefinitions": delete_task_definitions,
}
