"""Protecting tasks of services from scale-in and from deployments."""

from __future__ import annotations

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ecs_configure import invalid
from containerscope.demo.ecs_find import batch, cluster_of, last, missing
from containerscope.demo.ecs_state import Cluster, Task
from containerscope.demo.ecs_wake import poke

_USUAL = 120
_MOST = 2880


def get_task_protection(call: Call) -> Result:
    """Whether tasks of services are protected, and until when."""
    cluster = cluster_of(call)
    tasks, failures = _tasks(call, cluster, 100)
    return {"protectedTasks": [_view(call, cluster, each) for each in tasks], "failures": failures}


def update_task_protection(call: Call) -> Result:
    """Protect up to ten tasks for some minutes, or protect them no more."""
    cluster, minutes = cluster_of(call), call.params.get("expiresInMinutes", _USUAL)
    if not 1 <= minutes <= _MOST:
        raise invalid(f"expiresInMinutes must be between 1 and {_MOST}.")
    tasks, failures = _tasks(call, cluster, 10)
    until = call.world.now() + 60 * minutes if call.params["protectionEnabled"] else 0.0
    for each in tasks:
        each.protected_until = until
        poke(call.world, cluster, cluster.services[each.service])
    return {"protectedTasks": [_view(call, cluster, each) for each in tasks], "failures": failures}


def _tasks(call: Call, cluster: Cluster, most: int) -> tuple[list[Task], list[Result]]:
    found, failures = [], []
    for each in batch(call, "tasks", most):
        task = cluster.tasks.get(last(each))
        arn = call.world.arn("ecs", f"task/{cluster.name}/{last(each)}")
        if task is None:
            failures.append(missing(arn))
        elif task.service not in cluster.services or not task.alive:
            failures.append({"arn": arn, "reason": "TASK_NOT_VALID"})
        else:
            found.append(task)
    return found, failures


def _view(call: Call, cluster: Cluster, task: Task) -> Result:
    view: Result = {
        "taskArn": call.world.arn("ecs", f"task/{cluster.name}/{task.id}"),
        "protectionEnabled": task.protected_until > call.world.now(),
    }
    if view["protectionEnabled"]:
        view["expirationDate"] = task.protected_until
    return view


PROTECTION: dict[str, Handler] = {
    "GetTaskProtection": get_task_protection,
    "UpdateTaskProtection": update_task_protection,
}
