"""What can be done to a container instance: its live state read, with the tasks on it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from containerscope.insight import instance_actions as plans
from containerscope.insight.instance_actions import LiveInstance
from containerscope.model import arn
from containerscope.model.ecs import ContainerInstance
from containerscope.model.ecs_task import Task
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.plan import Stage, Step
from containerscope.resource import Action, Clients, Scope
from containerscope.resources import _around, _ecs
from containerscope.resources._scale_actions import active_instances
from containerscope.resources._task_actions import tasks_now

_INSTANCES = 100
"""Instances that one call describes."""


async def _instances(
    clients: Clients, cluster: str, keys: Sequence[str]
) -> dict[str, ContainerInstance]:
    """Instances of one cluster as they are now, each by its ARN and its id."""
    found: dict[str, ContainerInstance] = {}
    for batch in _around.batches(keys, _INSTANCES):
        page = await clients.read(
            "ecs", "DescribeContainerInstances", "containerInstances", ContainerInstance,
            cluster=cluster, containerInstances=list(batch),
        )  # fmt: skip
        for each in page.items:
            key = each.container_instance_arn or ""
            found[key] = found[arn.name_of(key)] = each
    return found


async def _live_instances(
    clients: Clients, scope: Scope, items: Sequence[Item[ContainerInstance]]
) -> Mapping[str, LiveInstance]:
    live: dict[str, LiveInstance] = {}
    for cluster in dict.fromkeys(_ecs.cluster_of(scope, item) for item in items):
        keys = [item.key for item in items if _ecs.cluster_of(scope, item) == cluster]
        names = {key: await _instance_arn(clients, cluster, key) for key in keys}
        found = await _instances(clients, cluster, [name for name in names.values() if name])
        live |= {key: LiveInstance(found[name], cluster) for key, name in names.items()
                 if name in found}  # fmt: skip
    return live


async def _instance_arn(clients: Clients, cluster: str, key: str) -> str:
    """The key itself, or the ARN of the instance that EC2 calls so; empty if there is none."""
    if not re.fullmatch(r"i-[0-9a-f]+", key):
        return key
    page = await clients.read(
        "ecs", "ListContainerInstances", "containerInstanceArns", str,
        cluster=cluster, filter=f"ec2InstanceId == {key}",
    )  # fmt: skip
    return page.items[0] if page.items else ""


async def _live_instance(
    clients: Clients, scope: Scope, item: Item[ContainerInstance]
) -> LiveInstance:
    found = (await _live_instances(clients, scope, (item,))).get(item.key)
    if found is None:
        raise ApiError(_ecs.gone("DescribeContainerInstances", ()))
    return found


async def _with_tasks(
    clients: Clients, scope: Scope, items: Sequence[Item[ContainerInstance]]
) -> Mapping[str, LiveInstance]:
    """The instances with what runs on them, and where else there may be room for it."""
    live = dict(await _live_instances(clients, scope, items))
    others: dict[str, tuple[ContainerInstance, ...] | None] = {}
    for key, each in live.items():
        if each.cluster not in others:
            others[each.cluster] = await _others(clients, each.cluster)
        tasks: tuple[Task, ...] | None = None
        with contextlib.suppress(ApiError):
            name = each.instance.container_instance_arn or ""
            tasks = tuple(await _tasks_on(clients, each.cluster, name))
        live[key] = msgspec.structs.replace(each, tasks=tasks, others=others[each.cluster])
    return live


async def _others(clients: Clients, cluster: str) -> tuple[ContainerInstance, ...] | None:
    """Every active instance of a cluster; None where there are too many, or nobody may know."""
    try:
        found, every = await active_instances(clients, cluster)
    except ApiError:
        return None
    return found if every else None


async def _one_with_tasks(
    clients: Clients, scope: Scope, item: Item[ContainerInstance]
) -> LiveInstance:
    found = (await _with_tasks(clients, scope, (item,))).get(item.key)
    if found is None:
        raise ApiError(_ecs.gone("DescribeContainerInstances", ()))
    return found


async def _reached(clients: Clients, step: Step) -> Stage:
    found = await _instances(clients, step.where, [step.key])
    if step.key not in found:
        return Stage("it is not there any more", True, Level.WARNING)
    instance = found[step.key]
    left: list[Task] = []
    if step.mark == "DRAINING" and instance.running_tasks_count:
        # Draining has no end where what is left belongs to no service, or finds no room elsewhere.
        with contextlib.suppress(ApiError):
            left = await _tasks_on(clients, step.where, step.key)
    return plans.instance_reached(instance, step, left)


async def _tasks_on(clients: Clients, cluster: str, instance: str) -> list[Task]:
    listed = await clients.read(
        "ecs", "ListTasks", "taskArns", str,
        cluster=cluster, containerInstance=instance, maxResults=100,
    )  # fmt: skip
    found = await tasks_now(clients, cluster, list(listed.items)) if listed.items else {}
    return list({each.task_arn: each for each in found.values()}.values())


def _when(status: str) -> Callable[[Item[ContainerInstance]], str]:
    def when(item: Item[ContainerInstance]) -> str:
        value: Any = item.value
        return "" if isinstance(value, Missing) else plans.why_not_set(value, status)

    return when


INSTANCE_ACTIONS: tuple[Action[ContainerInstance], ...] = (
    Action(
        "drain",
        "Drain",
        "Drain: its services move their tasks elsewhere",
        _one_with_tasks,
        lambda live, _: plans.plan_instance(live, "DRAINING"),
        ("ecs:UpdateContainerInstancesState",),
        look_all=_with_tasks,
        again=_live_instance,
        effects=plans.drain_effects,
        when=_when("DRAINING"),
        bulk=True,
        progress=_reached,
    ),
    Action(
        "activate",
        "Activate",
        "Activate: let it have tasks again",
        _live_instance,
        lambda live, _: plans.plan_instance(live, "ACTIVE"),
        ("ecs:UpdateContainerInstancesState",),
        look_all=_live_instances,
        when=_when("ACTIVE"),
        bulk=True,
        progress=_reached,
    ),
)
