"""The operations that start and stop tasks, and that open a session in one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from containerscope.demo import ecs_death, ecs_life
from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ecs_configure import (
    check_network,
    invalid,
    launch_type_of,
    strategy_of,
    usable_definition,
)
from containerscope.demo.ecs_find import cluster_arn, cluster_of, last, missing
from containerscope.demo.ecs_launch import provider_for, put, scales, zones_of
from containerscope.demo.ecs_placement import Miss, choose, fits, needs_of, usage
from containerscope.demo.ecs_state import Cluster, Session, Task, TaskDefinition
from containerscope.demo.ecs_views_task import container_arn, task_view
from containerscope.demo.ids import hexes, number
from containerscope.demo.ssm_sessions import open_session

_NO_EXEC = (
    "The execute command failed because execute command was not enabled when the task was run or "
    "the execute command agent isn’t running. Wait and try again or run a new task with execute "
    "command enabled and try again."
)


def run_task(call: Call) -> Result:
    """Start up to ten tasks that no service looks after, where there is room for them."""
    cluster, params = cluster_of(call), call.params
    definition = usable_definition(call, params["taskDefinition"])
    count = params.get("count", 1)
    if not 1 <= count <= 10:
        raise invalid("Count must be between 1 and 10.")
    launch_type, strategy = _compute(call, cluster)
    awsvpc = _awsvpc(call)
    if launch_type not in definition.body["compatibilities"]:
        raise invalid(f"Task definition does not support launch_type {launch_type}.")
    check_network(definition, awsvpc)
    tasks: list[Task] = []
    failures: list[Result] = []
    used, needs = usage(cluster), needs_of(definition)
    for _ in range(count):
        task = _new(call, cluster, definition, launch_type)
        task.capacity_provider = provider_for(strategy, tasks)
        if launch_type != "EC2":
            zones = zones_of(cluster, awsvpc or {})
            task.zone = zones[number(len(zones), task.id)]
        else:
            found = choose(cluster, used, needs, tasks, provider=task.capacity_provider)
            if not isinstance(found, Miss):
                put(task, found)
                used[found.id].take(needs)
            elif not scales(call.world, task.capacity_provider):
                failures += _misses(call, cluster, found)
                continue
        tasks.append(ecs_life.launch(call.world, cluster, task))
    return {"tasks": [task_view(call, cluster, each) for each in tasks], "failures": failures}


def start_task(call: Call) -> Result:
    """Start a task on each of the container instances named."""
    cluster = cluster_of(call)
    definition = usable_definition(call, call.params["taskDefinition"])
    wanted = call.params["containerInstances"]
    if not 1 <= len(wanted) <= 10:
        raise invalid("Container instances must be between 1 and 10.")
    check_network(definition, _awsvpc(call))
    used, needs = usage(cluster), needs_of(definition)
    tasks, failures = [], []
    for each in wanted:
        arn = call.world.arn("ecs", f"container-instance/{cluster.name}/{last(each)}")
        instance = cluster.instances.get(last(each))
        if instance is None:
            failures.append(missing(arn))
            continue
        lacks = "INACTIVE" if instance.status == "INACTIVE" else ""
        lacks = lacks or fits(instance, used[instance.id], needs)
        if lacks:
            reason = f"RESOURCE:{lacks}" if lacks in ("CPU", "MEMORY", "PORTS") else lacks
            failures.append({"arn": arn, "reason": reason})
            continue
        task = _new(call, cluster, definition, "EC2")
        put(task, instance)
        used[instance.id].take(needs)
        tasks.append(task_view(call, cluster, ecs_life.launch(call.world, cluster, task)))
    return {"tasks": tasks, "failures": failures}


def stop_task(call: Call) -> Result:
    """Stop a task; one that stops already stays as it is."""
    cluster = cluster_of(call)
    task = cluster.tasks.get(last(call.params["task"]))
    if task is None:
        raise invalid("The referenced task was not found.")
    reason = call.params.get("reason") or "Task stopped by user"
    if len(reason) > 1024:
        raise invalid("Reason must be at most 1024 characters long.")
    ecs_death.stop(call.world, cluster, task, "UserInitiated", reason)
    return {"task": task_view(call, cluster, task)}


def execute_command(call: Call) -> Result:
    """A session in a container that runs, where the task was started with that enabled."""
    cluster, params = cluster_of(call), call.params
    task = cluster.tasks.get(last(params["task"]))
    if task is None:
        raise invalid("The referenced task was not found.")
    if not params["interactive"]:
        raise invalid("Interactive is the only mode supported currently.")
    if not task.exec_enabled or task.status != "RUNNING":
        raise invalid(_NO_EXEC)
    names = [each["name"] for each in task.definition.containers]
    name = params.get("container") or names[0]
    if "container" not in params and len(names) > 1:
        raise invalid("Container name is required when the task has more than one container.")
    if name not in names:
        raise invalid(f"The container {name} was not found in the task.")
    opened = open_session(
        call.world, "ecs-execute-command-", Session("", task, name, params["command"])
    )
    return {
        "clusterArn": cluster_arn(call, cluster),
        "containerArn": container_arn(call, cluster, task, name),
        "containerName": name,
        "interactive": True,
        "session": {
            "sessionId": opened.name,
            "streamUrl": opened.url,
            "tokenValue": opened.token,
        },
        "taskArn": call.world.arn("ecs", f"task/{cluster.name}/{task.id}"),
    }


def _awsvpc(call: Call) -> Mapping[str, Any] | None:
    """The subnets and security groups for tasks with an interface of their own."""
    configured = call.params.get("networkConfiguration", {})
    found: Mapping[str, Any] | None = configured.get("awsvpcConfiguration")
    return found


def _compute(call: Call, cluster: Cluster) -> tuple[str, list[dict[str, Any]]]:
    """The launch type and the capacity provider strategy, if any, of what the call starts."""
    asked, launch_type = call.params.get("capacityProviderStrategy"), call.params.get("launchType")
    if asked and launch_type:
        raise invalid(
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again."
        )
    if launch_type:
        return launch_type, []
    strategy = strategy_of(cluster.providers, asked or cluster.strategy)
    return (launch_type_of(strategy) if strategy else "EC2"), strategy


def _new(call: Call, cluster: Cluster, definition: TaskDefinition, launch_type: str) -> Task:
    world, params = call.world, call.params
    world.launched += 1
    tags: Mapping[str, str] = {
        each["key"]: each.get("value", "") for each in params.get("tags", ())
    }
    task = Task(
        hexes(32, "task", world.seed, cluster.name, "standalone", world.launched),
        definition,
        world.now(),
        started_by=params.get("startedBy", ""),
        launch_type=launch_type,
        exec_enabled=params.get("enableExecuteCommand", False),
        tags=dict(tags),
    )
    if "overrides" in params:
        task.overrides = {
            "containerOverrides": [],
            "inferenceAcceleratorOverrides": [],
            **params["overrides"],
        }
    return task


def _misses(call: Call, cluster: Cluster, miss: Miss) -> list[Result]:
    """What `RunTask` says of every instance that will not have the task."""
    hosts = [each for each in cluster.instances.values() if each.status == "ACTIVE"]
    if not hosts:
        raise invalid("No Container Instances were found in your cluster.")
    return [
        {
            "arn": call.world.arn("ecs", f"container-instance/{cluster.name}/{each.id}"),
            "reason": miss.failure,
        }
        for each in hosts
    ]


TASK_WRITES: dict[str, Handler] = {
    "RunTask": run_task,
    "StartTask": start_task,
    "StopTask": stop_task,
    "ExecuteCommand": execute_command,
}
