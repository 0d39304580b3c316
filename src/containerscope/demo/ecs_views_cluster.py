"""How clusters, their instances and their capacity providers look in answers."""

from __future__ import annotations

from collections import Counter

from containerscope.demo.calls import Call, Result, tag_list
from containerscope.demo.ec2_images import architecture_of, ecs_image
from containerscope.demo.ecs_find import cluster_arn
from containerscope.demo.ecs_state import CapacityProvider, Cluster, Instance, Task
from containerscope.demo.ids import hexes, uuid, vpc

_RESERVED_PORTS = ["22", "2375", "2376", "51678", "51679"]


def cluster_view(call: Call, cluster: Cluster) -> Result:
    """A described cluster with the parts that were asked for."""
    running: Counter[str] = Counter()
    pending: Counter[str] = Counter()
    for each in cluster.tasks.values():
        if each.status == "RUNNING":
            running[each.launch_type] += 1
        elif each.pending:
            pending[each.launch_type] += 1
    view: Result = {
        "clusterArn": cluster_arn(call, cluster),
        "clusterName": cluster.name,
        "status": cluster.status,
        "registeredContainerInstancesCount": len(cluster.instances),
        "runningTasksCount": running.total(),
        "pendingTasksCount": pending.total(),
        "activeServicesCount": sum(
            1 for each in cluster.services.values() if each.status == "ACTIVE"
        ),
        "statistics": _statistics(cluster, running, pending) if call.includes("STATISTICS") else [],
        "tags": tag_list(cluster.tags) if call.includes("TAGS") else [],
        "settings": (
            [{"name": "containerInsights", "value": cluster.insights}]
            if call.includes("SETTINGS")
            else []
        ),
        "capacityProviders": cluster.providers,
        "defaultCapacityProviderStrategy": cluster.strategy,
    }
    if cluster.namespace:
        view["serviceConnectDefaults"] = {
            "namespace": call.world.arn("servicediscovery", f"namespace/{cluster.namespace}")
        }
    if call.includes("CONFIGURATIONS") and cluster.configuration:
        view["configuration"] = cluster.configuration
    if call.includes("ATTACHMENTS"):
        view |= _attachments(call, cluster)
    return view


def _statistics(cluster: Cluster, running: Counter[str], pending: Counter[str]) -> list[Result]:
    services = Counter((each.launch_type, each.status) for each in cluster.services.values())
    numbers: dict[str, int] = {}
    for kind, where in (("EC2", "EC2"), ("Fargate", "FARGATE")):
        numbers[f"running{kind}TasksCount"] = running[where]
        numbers[f"pending{kind}TasksCount"] = pending[where]
        for status in ("ACTIVE", "DRAINING"):
            numbers[f"{status.lower()}{kind}ServiceCount"] = services[where, status]
    return [{"name": name, "value": str(value)} for name, value in numbers.items()]


def _attachments(call: Call, cluster: Cluster) -> Result:
    own = [name for name in cluster.providers if name in call.world.capacity_providers]
    if not own:
        return {}
    attachments = [
        {
            "id": uuid("cluster attachment", name),
            "type": "managed_draining",
            "status": "CREATED",
            "details": [
                {"name": "capacityProviderName", "value": name},
                {"name": "autoScalingLifecycleHookName", "value": "ecs-managed-draining-hook"},
            ],
        }
        for name in own
    ]
    return {"attachments": attachments, "attachmentsStatus": "UPDATE_COMPLETE"}


def on_instance(cluster: Cluster, instance: Instance) -> list[Task]:
    """The tasks that take room on an instance."""
    return [
        each
        for each in cluster.tasks.values()
        if each.instance == instance.id and not each.stopped_at
    ]


def reserved(task: Task) -> tuple[int, int]:
    """The CPU units and the MiB that a task takes on its instance."""
    body = task.definition.body
    containers = task.definition.containers
    cpu = int(body.get("cpu") or sum(each.get("cpu", 0) for each in containers))
    sizes = (each.get("memoryReservation") or each.get("memory", 0) for each in containers)
    return cpu, int(body.get("memory") or sum(sizes))


def instance_view(call: Call, cluster: Cluster, instance: Instance) -> Result:
    """A described container instance; what remains follows from the tasks on it."""
    tasks = on_instance(cluster, instance)
    taken = [reserved(each) for each in tasks]
    cpu = instance.cpu - sum(each[0] for each in taken)
    memory = instance.memory - sum(each[1] for each in taken)
    view: Result = {
        "containerInstanceArn": call.world.arn(
            "ecs", f"container-instance/{cluster.name}/{instance.id}"
        ),
        "ec2InstanceId": instance.ec2_id,
        "version": 40 + len(tasks),
        "versionInfo": {
            "agentVersion": instance.agent_version,
            "agentHash": hexes(8, "agent", instance.agent_version),
            "dockerVersion": "DockerVersion: 25.0.13",
        },
        "remainingResources": _resources(cpu, memory),
        "registeredResources": _resources(instance.cpu, instance.memory),
        "status": instance.status,
        "agentConnected": instance.agent_connected,
        "runningTasksCount": sum(1 for each in tasks if each.status == "RUNNING"),
        "pendingTasksCount": sum(1 for each in tasks if each.pending),
        "attributes": _attributes(call, cluster, instance),
        "registeredAt": instance.registered_at,
        "attachments": [],
    }
    if instance.capacity_provider:
        view["capacityProviderName"] = instance.capacity_provider
    if instance.status_reason:
        view["statusReason"] = instance.status_reason
    if call.includes("TAGS"):
        view["tags"] = tag_list(instance.tags)
    if call.includes("CONTAINER_INSTANCE_HEALTH"):
        view["healthStatus"] = _health(call, instance)
    return view


def _health(call: Call, instance: Instance) -> Result:
    status = "OK" if instance.agent_connected else "INSUFFICIENT_DATA"
    runtime = {
        "type": "CONTAINER_RUNTIME",
        "status": status,
        "lastUpdated": call.world.now() - 20,
        "lastStatusChange": instance.registered_at + 40,
    }
    return {"overallStatus": status, "details": [runtime]}


def _resources(cpu: int, memory: int) -> list[Result]:
    rest = {"doubleValue": 0.0, "longValue": 0}
    return [
        {"name": "CPU", "type": "INTEGER", **rest, "integerValue": cpu},
        {"name": "MEMORY", "type": "INTEGER", **rest, "integerValue": memory},
        {
            "name": "PORTS",
            "type": "STRINGSET",
            **rest,
            "integerValue": 0,
            "stringSetValue": _RESERVED_PORTS,
        },
        {"name": "PORTS_UDP", "type": "STRINGSET", **rest, "integerValue": 0, "stringSetValue": []},
    ]


def _attributes(call: Call, cluster: Cluster, instance: Instance) -> list[Result]:
    values = {
        "ecs.availability-zone": call.world.region + instance.zone,
        "ecs.instance-type": instance.kind,
        "ecs.ami-id": ecs_image(instance.kind).id,
        "ecs.os-type": "linux",
        "ecs.os-family": "LINUX",
        "ecs.cpu-architecture": architecture_of(instance.kind),
        "ecs.vpc-id": vpc(cluster.name),
    }
    named = [{"name": name, "value": value} for name, value in values.items()]
    return [
        *named,
        {"name": "ecs.capability.task-eni"},
        {"name": "ecs.capability.execution-role-ecr-pull"},
        {"name": "com.amazonaws.ecs.capability.logging-driver.awslogs"},
    ]


def provider_view(call: Call, provider: CapacityProvider) -> Result:
    """A described capacity provider."""
    view: Result = {
        "capacityProviderArn": call.world.arn("ecs", f"capacity-provider/{provider.name}"),
        "name": provider.name,
        "status": "ACTIVE",
        **provider.body,
    }
    if call.includes("TAGS"):
        view["tags"] = tag_list(provider.tags)
    return view
