"""How tasks and their containers look in answers."""

from __future__ import annotations

from typing import Any

from containerscope.demo.calls import Call, Result, tag_list
from containerscope.demo.ecs_find import cluster_arn
from containerscope.demo.ecs_state import Cluster, Exit, Task
from containerscope.demo.ids import digits, hexes, number, subnet, uuid

_BEFORE_NETWORK = ("PROVISIONING",)


def task_view(call: Call, cluster: Cluster, task: Task) -> Result:
    """A described task."""
    world = call.world
    body = task.definition.body
    arn = world.arn("ecs", f"task/{cluster.name}/{task.id}")
    network = _network(world.region, cluster, task) if body["networkMode"] == "awsvpc" else None
    attachments = [] if network is None else [network]
    view: Result = {
        "attachments": attachments,
        "attributes": [{"name": "ecs.cpu-architecture", "value": _architecture(task)}],
        "availabilityZone": world.region + task.zone,
        "clusterArn": cluster_arn(call, cluster),
        "connectivity": "CONNECTED",
        "containers": _containers(call, cluster, task, arn, network),
        "cpu": body.get("cpu", "0"),
        "createdAt": task.created_at,
        "desiredStatus": task.desired,
        "enableExecuteCommand": task.exec_enabled,
        "group": task.group,
        "healthStatus": task.health,
        "lastStatus": task.status,
        "launchType": task.launch_type,
        "memory": body.get("memory", "0"),
        "overrides": task.overrides or _no_overrides(task),
        "taskArn": arn,
        "taskDefinitionArn": task.definition.arn,
        "version": 3 if task.status == "RUNNING" else 6 if task.stopped_at else 2,
    }
    _add_times(view, task)
    _add_place(view, call, cluster, task)
    if task.started_by:
        view["startedBy"] = task.started_by
    if task.stop_code:
        view |= {"stopCode": task.stop_code, "stoppedReason": task.stopped_reason}
    if call.includes("TAGS"):
        view["tags"] = tag_list(task.tags)
    return view


def _add_place(view: Result, call: Call, cluster: Cluster, task: Task) -> None:
    if task.launch_type == "FARGATE":
        storage = task.definition.body.get("ephemeralStorage", {"sizeInGiB": 20})
        view |= {"platformVersion": "1.4.0", "platformFamily": "Linux"}
        view |= {"ephemeralStorage": storage, "fargateEphemeralStorage": storage}
    if task.instance:
        path = f"container-instance/{cluster.name}/{task.instance}"
        view["containerInstanceArn"] = call.world.arn("ecs", path)
    if task.capacity_provider:
        view["capacityProviderName"] = task.capacity_provider


def _add_times(view: Result, task: Task) -> None:
    if task.status not in _BEFORE_NETWORK:
        view["connectivityAt"] = task.created_at + 6
    for name, at in (
        ("pullStartedAt", task.pull_started_at),
        ("pullStoppedAt", task.pull_stopped_at),
        ("startedAt", task.started_at),
        ("stoppingAt", task.stopping_at),
        ("executionStoppedAt", task.execution_stopped_at),
        ("stoppedAt", task.stopped_at),
    ):
        if at:
            view[name] = at


def _architecture(task: Task) -> str:
    platform = task.definition.body.get("runtimePlatform", {})
    return "arm64" if platform.get("cpuArchitecture") == "ARM64" else "x86_64"


def _no_overrides(task: Task) -> Result:
    names = [{"name": each["name"]} for each in task.definition.containers]
    return {"containerOverrides": names, "inferenceAcceleratorOverrides": []}


def _network(region: str, cluster: Cluster, task: Task) -> Result:
    """The task's network interface, gone with its address once the task has stopped."""
    ip = task.address
    status = "DELETED" if task.stopped_at else "ATTACHED"
    if task.status in _BEFORE_NETWORK:
        status = "PRECREATED"
    mac = hexes(8, "mac", task.id)
    details = [
        {"name": "subnetId", "value": subnet(cluster.name, task.zone)},
        {"name": "networkInterfaceId", "value": f"eni-0{hexes(16, 'eni', task.id)}"},
        {"name": "macAddress", "value": "02:42:" + ":".join(mac[i : i + 2] for i in (0, 2, 4, 6))},
        {"name": "privateDnsName", "value": f"ip-{ip.replace('.', '-')}.{region}.compute.internal"},
        {"name": "privateIPv4Address", "value": ip},
    ]
    return {
        "id": uuid("attachment", task.id),
        "type": "ElasticNetworkInterface",
        "status": status,
        "details": details if status != "PRECREATED" else details[:1],
    }


def container_arn(call: Call, cluster: Cluster, task: Task, name: str) -> str:
    """The ARN of a container of a task."""
    return call.world.arn("ecs", f"container/{cluster.name}/{task.id}/{uuid(task.id, name)}")


def _containers(
    call: Call, cluster: Cluster, task: Task, arn: str, network: Result | None
) -> list[Result]:
    return [
        _container(call, cluster, task, arn, network, each) for each in task.definition.containers
    ]


def _container(
    call: Call, cluster: Cluster, task: Task, arn: str, network: Result | None, definition: Any
) -> Result:
    name = definition["name"]
    ended = task.exits.get(name, Exit())
    view: Result = {
        "containerArn": container_arn(call, cluster, task, name),
        "taskArn": arn,
        "name": name,
        "image": definition["image"],
        "lastStatus": task.status if task.status in ("RUNNING", "STOPPED") else "PENDING",
        "networkBindings": [],
        "networkInterfaces": [],
        "healthStatus": task.health if "healthCheck" in definition else "UNKNOWN",
        "cpu": str(definition.get("cpu", 0)),
    }
    if task.pull_stopped_at:
        view["imageDigest"] = f"sha256:{hexes(64, definition['image'])}"
    if task.started_at:
        view["runtimeId"] = runtime_id(task, name)
        view["networkBindings"] = _bindings(task, definition, network)
    if network is not None and task.status not in _BEFORE_NETWORK:
        view["networkInterfaces"] = [
            {"attachmentId": network["id"], "privateIpv4Address": task.address}
        ]
    for size in ("memory", "memoryReservation"):
        if size in definition:
            view[size] = str(definition[size])
    if ended.code is not None:
        view["exitCode"] = ended.code
    if ended.reason:
        view["reason"] = ended.reason
    if task.exec_enabled:
        view["managedAgents"] = [_agent(task)]
    return view


def runtime_id(task: Task, container: str) -> str:
    """The id that the runtime has for a container of a task."""
    return f"{task.id}-{digits(10, task.id, container)}"


def _bindings(task: Task, definition: Any, network: Result | None) -> list[Result]:
    if network is not None:
        return []
    return [
        {
            "bindIP": "0.0.0.0",
            "containerPort": port["containerPort"],
            "hostPort": port.get("hostPort")
            or 32768 + number(28000, task.id, port["containerPort"]),
            "protocol": port.get("protocol", "tcp"),
        }
        for port in definition.get("portMappings", ())
    ]


def _agent(task: Task) -> Result:
    if task.stopped_at or not task.started_at:
        return {
            "name": "ExecuteCommandAgent",
            "lastStatus": "STOPPED" if task.stopped_at else "PENDING",
        }
    return {
        "name": "ExecuteCommandAgent",
        "lastStatus": "RUNNING",
        "lastStartedAt": task.started_at + 1,
    }
