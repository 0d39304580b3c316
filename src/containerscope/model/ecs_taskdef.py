"""ECS task definitions: what the containers of a task are made of and may do.

Names and meanings as in the ECS API 2014-11-13.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from containerscope.model.ecs import Attribute, KeyValuePair


class Secret(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An environment variable whose value ECS fetches from a secret store by reference."""

    name: str | None = None
    value_from: str | None = None


class EnvironmentFile(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A file of environment variables, by its S3 ARN."""

    value: str | None = None
    type: str | None = None


class RepositoryCredentials(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The secret with which a private registry is read."""

    credentials_parameter: str | None = None


class PortMapping(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A port of a container and where it appears on the host."""

    container_port: int | None = None
    host_port: int | None = None
    protocol: str | None = None
    name: str | None = None
    app_protocol: str | None = None
    container_port_range: str | None = None


class ContainerRestartPolicy(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Whether a container is restarted in place while its task lives on."""

    enabled: bool | None = None
    ignored_exit_codes: tuple[int, ...] | None = ()
    restart_attempt_period: int | None = None


class MountPoint(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A volume of the task mounted into a container."""

    source_volume: str | None = None
    container_path: str | None = None
    read_only: bool | None = None


class VolumeFrom(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """All mounts of another container."""

    source_container: str | None = None
    read_only: bool | None = None


class KernelCapabilities(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Linux capabilities added to or dropped from the default set."""

    add: tuple[str, ...] | None = ()
    drop: tuple[str, ...] | None = ()


class Device(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A device of the host that the container may use."""

    host_path: str | None = None
    container_path: str | None = None
    permissions: tuple[str, ...] | None = ()


class Tmpfs(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A file system in memory."""

    container_path: str | None = None
    size: int | None = None
    mount_options: tuple[str, ...] | None = ()


class LinuxParameters(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Linux-specific settings of a container."""

    capabilities: KernelCapabilities | None = None
    devices: tuple[Device, ...] | None = ()
    init_process_enabled: bool | None = None
    shared_memory_size: int | None = None
    tmpfs: tuple[Tmpfs, ...] | None = ()
    max_swap: int | None = None
    swappiness: int | None = None


class ContainerDependency(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What another container must have reached before this one starts."""

    container_name: str | None = None
    condition: str | None = None


class HostEntry(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A line of `/etc/hosts`."""

    hostname: str | None = None
    ip_address: str | None = None


class Ulimit(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A limit of the operating system, soft and hard."""

    name: str | None = None
    soft_limit: int | None = None
    hard_limit: int | None = None


class LogConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The log driver of a container and its options."""

    log_driver: str | None = None
    options: Mapping[str, str] | None = None
    secret_options: tuple[Secret, ...] | None = ()


class HealthCheck(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The command that tells whether a container is healthy; times in seconds."""

    command: tuple[str, ...] | None = ()
    interval: int | None = None
    timeout: int | None = None
    retries: int | None = None
    start_period: int | None = None


class SystemControl(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A kernel parameter set in the container."""

    namespace: str | None = None
    value: str | None = None


class ResourceRequirement(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A number of GPUs or an inference accelerator."""

    value: str | None = None
    type: str | None = None


class FirelensConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The log router that a container is."""

    type: str | None = None
    options: Mapping[str, str] | None = None


class ContainerDefinition(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One container of a task definition."""

    name: str | None = None
    image: str | None = None
    repository_credentials: RepositoryCredentials | None = None
    cpu: int | None = None
    memory: int | None = None
    memory_reservation: int | None = None
    links: tuple[str, ...] | None = ()
    port_mappings: tuple[PortMapping, ...] | None = ()
    essential: bool | None = None
    restart_policy: ContainerRestartPolicy | None = None
    entry_point: tuple[str, ...] | None = ()
    command: tuple[str, ...] | None = ()
    environment: tuple[KeyValuePair, ...] | None = ()
    environment_files: tuple[EnvironmentFile, ...] | None = ()
    mount_points: tuple[MountPoint, ...] | None = ()
    volumes_from: tuple[VolumeFrom, ...] | None = ()
    linux_parameters: LinuxParameters | None = None
    secrets: tuple[Secret, ...] | None = ()
    depends_on: tuple[ContainerDependency, ...] | None = ()
    start_timeout: int | None = None
    stop_timeout: int | None = None
    version_consistency: str | None = None
    hostname: str | None = None
    user: str | None = None
    working_directory: str | None = None
    disable_networking: bool | None = None
    privileged: bool | None = None
    readonly_root_filesystem: bool | None = None
    dns_servers: tuple[str, ...] | None = ()
    dns_search_domains: tuple[str, ...] | None = ()
    extra_hosts: tuple[HostEntry, ...] | None = ()
    docker_security_options: tuple[str, ...] | None = ()
    interactive: bool | None = None
    pseudo_terminal: bool | None = None
    docker_labels: Mapping[str, str] | None = None
    ulimits: tuple[Ulimit, ...] | None = ()
    log_configuration: LogConfiguration | None = None
    health_check: HealthCheck | None = None
    system_controls: tuple[SystemControl, ...] | None = ()
    resource_requirements: tuple[ResourceRequirement, ...] | None = ()
    firelens_configuration: FirelensConfiguration | None = None
    credential_specs: tuple[str, ...] | None = ()


class HostVolumeProperties(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A folder of the host."""

    source_path: str | None = None


class DockerVolumeConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A volume that Docker manages."""

    scope: str | None = None
    autoprovision: bool | None = None
    driver: str | None = None
    driver_opts: Mapping[str, str] | None = None
    labels: Mapping[str, str] | None = None


class EfsAuthorizationConfig(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Who a task is to its EFS file system."""

    access_point_id: str | None = None
    iam: str | None = None


class EfsVolumeConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An EFS file system, or a part of it."""

    file_system_id: str | None = None
    root_directory: str | None = None
    transit_encryption: str | None = None
    transit_encryption_port: int | None = None
    authorization_config: EfsAuthorizationConfig | None = None


class FsxAuthorizationConfig(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The directory credentials with which an FSx share is mounted."""

    credentials_parameter: str | None = None
    domain: str | None = None


class FsxVolumeConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A share of an FSx for Windows file server."""

    file_system_id: str | None = None
    root_directory: str | None = None
    authorization_config: FsxAuthorizationConfig | None = None


class S3FilesVolumeConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An S3 Files file system."""

    file_system_arn: str | None = None
    access_point_arn: str | None = None
    root_directory: str | None = None


class Volume(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A volume that the containers of a task may mount."""

    name: str | None = None
    host: HostVolumeProperties | None = None
    docker_volume_configuration: DockerVolumeConfiguration | None = None
    efs_volume_configuration: EfsVolumeConfiguration | None = None
    fsx_windows_file_server_volume_configuration: FsxVolumeConfiguration | None = None
    s3files_volume_configuration: S3FilesVolumeConfiguration | None = msgspec.field(
        default=None, name="s3filesVolumeConfiguration"
    )
    configured_at_launch: bool | None = None


class PlacementConstraint(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A rule for the instances on which tasks may be placed."""

    type: str | None = None
    expression: str | None = None


class RuntimePlatform(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The processor and operating system that tasks need."""

    cpu_architecture: str | None = None
    operating_system_family: str | None = None


class ProxyConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The container that all traffic of the task goes through."""

    type: str | None = None
    container_name: str | None = None
    properties: tuple[KeyValuePair, ...] | None = ()


class EphemeralStorage(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The disk that a Fargate task has for itself."""

    size_in_gib: int | None = msgspec.field(default=None, name="sizeInGiB")


class TaskDefinition(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One revision of a task definition."""

    task_definition_arn: str | None = None
    family: str | None = None
    revision: int | None = None
    status: str | None = None
    container_definitions: tuple[ContainerDefinition, ...] | None = ()
    task_role_arn: str | None = None
    execution_role_arn: str | None = None
    network_mode: str | None = None
    volumes: tuple[Volume, ...] | None = ()
    requires_attributes: tuple[Attribute, ...] | None = ()
    placement_constraints: tuple[PlacementConstraint, ...] | None = ()
    compatibilities: tuple[str, ...] | None = ()
    requires_compatibilities: tuple[str, ...] | None = ()
    runtime_platform: RuntimePlatform | None = None
    cpu: str | None = None
    memory: str | None = None
    pid_mode: str | None = None
    ipc_mode: str | None = None
    proxy_configuration: ProxyConfiguration | None = None
    ephemeral_storage: EphemeralStorage | None = None
    enable_fault_injection: bool | None = None
    registered_at: datetime | None = None
    registered_by: str | None = None
    deregistered_at: datetime | None = None
