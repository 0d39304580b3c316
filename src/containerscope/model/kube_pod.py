"""Pods and their containers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from containerscope.model.kube import Condition, Meta, Quantities


class Resources(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a container asks for and may use."""

    requests: Quantities | None = None
    limits: Quantities | None = None


class Port(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A port that a container says it serves."""

    name: str | None = None
    container_port: int | None = None
    protocol: str | None = None


class Container(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A container as it is wanted."""

    name: str | None = None
    image: str | None = None
    command: tuple[str, ...] | None = None
    args: tuple[str, ...] | None = None
    ports: tuple[Port, ...] | None = None
    resources: Resources | None = None
    restart_policy: str | None = None
    """`Always` on an init container makes it a sidecar."""
    stdin: bool | None = None
    tty: bool | None = None


class Waiting(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Why a container does not run yet."""

    reason: str | None = None
    message: str | None = None


class Running(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Since when a container runs."""

    started_at: datetime | None = None


class Terminated(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How a container ended."""

    exit_code: int | None = None
    signal: int | None = None
    reason: str | None = None
    message: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


class State(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One of the three is set."""

    waiting: Waiting | None = None
    running: Running | None = None
    terminated: Terminated | None = None


class ContainerStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A container as it is."""

    name: str | None = None
    ready: bool | None = None
    started: bool | None = None
    restart_count: int | None = None
    image: str | None = None
    image_id: str | None = msgspec.field(name="imageID", default=None)
    state: State | None = None
    last_state: State | None = None


class ClaimSource(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A persistent volume claim that a pod mounts."""

    claim_name: str | None = None


class NamedSource(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A config map that a pod mounts."""

    name: str | None = None


class SecretSource(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A secret that a pod mounts."""

    secret_name: str | None = None


class Volume(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A volume of a pod, as far as it names another object."""

    name: str | None = None
    persistent_volume_claim: ClaimSource | None = None
    config_map: NamedSource | None = None
    secret: SecretSource | None = None
    empty_dir: Mapping[str, Any] | None = None
    """Set, if only to nothing, for a volume that ends with the pod."""


class PodSpec(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a pod is to be."""

    node_name: str | None = None
    service_account_name: str | None = None
    priority_class_name: str | None = None
    restart_policy: str | None = None
    host_network: bool | None = None
    node_selector: Mapping[str, str] | None = None
    containers: tuple[Container, ...] | None = None
    init_containers: tuple[Container, ...] | None = None
    ephemeral_containers: tuple[Container, ...] | None = None
    volumes: tuple[Volume, ...] | None = None
    overhead: Quantities | None = None


class PodStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a pod is."""

    phase: str | None = None
    reason: str | None = None
    message: str | None = None
    pod_ip: str | None = msgspec.field(name="podIP", default=None)
    host_ip: str | None = msgspec.field(name="hostIP", default=None)
    qos_class: str | None = None
    start_time: datetime | None = None
    nominated_node_name: str | None = None
    conditions: tuple[Condition, ...] | None = None
    container_statuses: tuple[ContainerStatus, ...] | None = None
    init_container_statuses: tuple[ContainerStatus, ...] | None = None
    ephemeral_container_statuses: tuple[ContainerStatus, ...] | None = None

    def condition(self, name: str) -> Condition | None:
        """The condition of this type."""
        return next((each for each in self.conditions or () if each.type == name), None)


class Pod(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A pod."""

    metadata: Meta | None = None
    spec: PodSpec | None = None
    status: PodStatus | None = None

    @property
    def restarted(self) -> bool:
        """Whether one of its containers was started again."""
        found = (self.status and self.status.container_statuses) or ()
        return any(each.restart_count for each in found)


class PodContainer(msgspec.Struct, frozen=True, gc=False):
    """A container of a pod: what it is to be, and what it is."""

    pod: str = ""
    namespace: str = ""
    init: bool = False
    want: Container = Container()
    status: ContainerStatus | None = None

    @property
    def restarted(self) -> bool:
        """Whether it was started again."""
        return bool(self.status and self.status.restart_count)
