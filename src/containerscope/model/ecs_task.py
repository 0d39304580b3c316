"""ECS tasks and their containers.

Names and meanings as in the ECS API 2014-11-13. `Task` is what a list of 50,000 keeps of each;
`TaskWhole` is what one opened task shows.
"""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any

import msgspec

from containerscope.model.ecs import Attachment, Attribute, KeyValuePair, Tag
from containerscope.model.ecs_taskdef import EphemeralStorage

_INTERFACE = "ElasticNetworkInterface"
_DISK = "AmazonElasticBlockStorage"
_LISTED = frozenset({_INTERFACE, _DISK})
_LISTED_DETAILS = frozenset({"networkInterfaceId", "privateIPv4Address", "volumeId"})


class ContainerState(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How a container of a task does."""

    name: str | None = None
    last_status: str | None = None
    health_status: str | None = None
    exit_code: int | None = None
    reason: str | None = None


class NetworkBinding(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A port of a container bound to one of its host."""

    bind_ip: str | None = msgspec.field(default=None, name="bindIP")
    container_port: int | None = None
    host_port: int | None = None
    protocol: str | None = None
    container_port_range: str | None = None
    host_port_range: str | None = None


class NetworkInterface(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The addresses of a container."""

    attachment_id: str | None = None
    private_ipv4_address: str | None = None
    ipv6_address: str | None = None


class ManagedAgent(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An agent that ECS runs in a container, such as that of ECS Exec."""

    name: str | None = None
    last_status: str | None = None
    reason: str | None = None
    last_started_at: datetime | None = None


class Container(ContainerState, frozen=True, rename="camel", gc=False):
    """A container of a task."""

    container_arn: str | None = None
    task_arn: str | None = None
    image: str | None = None
    image_digest: str | None = None
    runtime_id: str | None = None
    network_bindings: tuple[NetworkBinding, ...] | None = ()
    network_interfaces: tuple[NetworkInterface, ...] | None = ()
    managed_agents: tuple[ManagedAgent, ...] | None = ()
    cpu: str | None = None
    memory: str | None = None
    memory_reservation: str | None = None
    gpu_ids: tuple[str, ...] | None = ()


class Task(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A task, as far as lists need it."""

    task_arn: str | None = None
    task_definition_arn: str | None = None
    group: str | None = None
    last_status: str | None = None
    desired_status: str | None = None
    health_status: str | None = None
    connectivity: str | None = None
    launch_type: str | None = None
    capacity_provider_name: str | None = None
    availability_zone: str | None = None
    container_instance_arn: str | None = None
    started_by: str | None = None
    cpu: str | None = None
    memory: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    stop_code: str | None = None
    stopped_reason: str | None = None
    attachments: tuple[Attachment, ...] | None = ()
    containers: tuple[ContainerState, ...] | None = ()
    tags: tuple[Tag, ...] | None = ()

    @property
    def service(self) -> str:
        """The name of the service it belongs to; empty for a standalone task."""
        group = self.group or ""
        return group[8:] if group.startswith("service:") else ""

    @property
    def stopped(self) -> bool:
        """Whether it runs no more."""
        return self.last_status in ("STOPPED", "DELETED")

    def interface(self, name: str) -> str:
        """A detail of its own network interface: `privateIPv4Address`; empty if it has none."""
        return next(
            (a.detail(name) for a in self.attachments or () if a.type == _INTERFACE),
            "",
        )

    @property
    def disk(self) -> str:
        """The id of the EBS volume that was made for it, of which a task has one at most."""
        return next((a.detail("volumeId") for a in self.attachments or () if a.type == _DISK), "")


@functools.lru_cache(maxsize=8192)
def _one_of_equals(value: Any) -> Any:
    return value


def lean(task: Task) -> Task:
    """The same task in a third of the memory: equal parts are shared, unlisted details dropped."""
    share = _one_of_equals
    return Task(
        task_arn=task.task_arn,
        task_definition_arn=share(task.task_definition_arn),
        group=share(task.group),
        last_status=share(task.last_status),
        desired_status=share(task.desired_status),
        health_status=share(task.health_status),
        connectivity=share(task.connectivity),
        launch_type=share(task.launch_type),
        capacity_provider_name=share(task.capacity_provider_name),
        availability_zone=share(task.availability_zone),
        container_instance_arn=share(task.container_instance_arn),
        started_by=share(task.started_by),
        cpu=share(task.cpu),
        memory=share(task.memory),
        created_at=task.created_at,
        started_at=task.started_at,
        stopped_at=task.stopped_at,
        stop_code=share(task.stop_code),
        stopped_reason=share(task.stopped_reason),
        attachments=tuple(
            Attachment(
                share(each.type),
                None,
                tuple(
                    KeyValuePair(share(detail.name), detail.value)
                    for detail in each.details or ()
                    if detail.name in _LISTED_DETAILS
                ),
            )
            for each in task.attachments or ()
            if each.type in _LISTED
        ),
        containers=share(task.containers),
        tags=share(task.tags),
    )


class ContainerOverride(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What was changed for a container when the task was run."""

    name: str | None = None
    command: tuple[str, ...] | None = ()
    environment: tuple[KeyValuePair, ...] | None = ()
    cpu: int | None = None
    memory: int | None = None
    memory_reservation: int | None = None


class TaskOverride(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What was changed from the task definition when the task was run."""

    container_overrides: tuple[ContainerOverride, ...] | None = ()
    cpu: str | None = None
    memory: str | None = None
    task_role_arn: str | None = None
    execution_role_arn: str | None = None
    ephemeral_storage: EphemeralStorage | None = None


class TaskWhole(Task, frozen=True, rename="camel", gc=False):
    """A task with all that its own page shows."""

    cluster_arn: str | None = None
    platform_version: str | None = None
    platform_family: str | None = None
    pull_started_at: datetime | None = None
    pull_stopped_at: datetime | None = None
    stopping_at: datetime | None = None
    execution_stopped_at: datetime | None = None
    enable_execute_command: bool | None = None
    ephemeral_storage: EphemeralStorage | None = None
    attributes: tuple[Attribute, ...] | None = ()
    overrides: TaskOverride | None = None
    version: int | None = None
    containers: tuple[Container, ...] | None = ()


class TaskContainer(Container, frozen=True, rename="camel", gc=False):
    """A container as a row of its own, with what it has from its task."""

    group: str | None = None
    task_definition_arn: str | None = None
    told_to_stop: bool | None = None
    """Whether its task was stopped from outside and not by its own failure."""
