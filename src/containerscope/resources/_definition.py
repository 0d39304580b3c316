"""The containers of a task definition as part of another pane."""

from __future__ import annotations

from containerscope.model.ecs_taskdef import ContainerDefinition, TaskDefinition
from containerscope.model.health import Level
from containerscope.model.listing import ApiError
from containerscope.resource import Clients, TableBlock, TextBlock

_A_DAY = 86400.0
"""A revision never changes but for its status and tags."""


async def container_images(clients: Clients, task_definition: str) -> TableBlock | TextBlock:
    """What the containers of this revision are made of, or why that cannot be told."""

    async def fetch() -> TaskDefinition:
        page = await clients.read(
            "ecs",
            "DescribeTaskDefinition",
            "taskDefinition",
            TaskDefinition,
            taskDefinition=task_definition,
        )
        return page.items[0] if page.items else TaskDefinition()

    try:
        found = await clients.cached(("ecs-task-definition", task_definition), _A_DAY, fetch)
    except ApiError as error:
        return TextBlock(error.problem.message, "Containers", Level.WARNING)
    return TableBlock(
        "Containers",
        ("NAME", "IMAGE", "ESSENTIAL", "CPU", "MEM MiB", "PORTS", "LOGS"),
        tuple(_row(definition) for definition in found.container_definitions or ()),
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
