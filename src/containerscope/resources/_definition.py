"""The containers of a task definition as part of another pane."""

from __future__ import annotations

from containerscope.model.ecs_taskdef import ContainerDefinition, TaskDefinition
from containerscope.model.listing import ApiError
from containerscope.resource import Clients, TableBlock, TextBlock
from containerscope.resources._listed import problem_block

_A_DAY = 86400.0
"""A revision never changes but for its status and tags."""


_LATEST = 120.0
"""Seconds for which the latest revision of a family is believed to be the latest."""


async def definition(
    clients: Clients, task_definition: str, seconds: float = _A_DAY
) -> TaskDefinition:
    """A task definition by ARN, `family:revision`, or the family for its latest revision."""

    async def fetch() -> TaskDefinition:
        page = await clients.read(
            "ecs",
            "DescribeTaskDefinition",
            "taskDefinition",
            TaskDefinition,
            taskDefinition=task_definition,
        )
        return page.items[0] if page.items else TaskDefinition()

    return await clients.cached(("ecs-task-definition", task_definition), seconds, fetch)


async def latest(clients: Clients, name: str) -> TaskDefinition:
    """A revision by its ARN, or the latest one of a family by the family's name."""
    return await definition(clients, name, _A_DAY if name.startswith("arn:") else _LATEST)


async def container_images(clients: Clients, task_definition: str) -> TableBlock | TextBlock:
    """What the containers of this revision are made of, or why that cannot be told."""
    try:
        found = await definition(clients, task_definition)
    except ApiError as error:
        return problem_block(error.problem, "Containers")
    return TableBlock(
        "Containers",
        ("NAME", "IMAGE", "ESSENTIAL", "CPU", "MEM MiB", "PORTS", "LOGS"),
        tuple(_row(each) for each in found.container_definitions or ()),
        empty="The task definition has no containers.",
    )


def _row(definition: ContainerDefinition) -> tuple[object, ...]:
    ports = ", ".join(
        f"{port.container_port or port.container_port_range}/{port.protocol or 'tcp'}"
        for port in definition.port_mappings or ()
    )
    logs = definition.log_configuration
    options = (logs.options if logs else None) or {}
    return (
        definition.name,
        definition.image,
        definition.essential,
        definition.cpu or None,
        definition.memory or definition.memory_reservation,
        ports or None,
        options.get("awslogs-group") or (logs.log_driver if logs else None),
    )
