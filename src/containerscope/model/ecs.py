"""ECS clusters, container instances and capacity providers, and what several ECS values share.

Names and meanings as in the ECS API 2014-11-13. Every field may be absent: models move monthly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec


class Tag(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A key and value that somebody put on a resource."""

    key: str | None = None
    value: str | None = None


class KeyValuePair(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A named value, as in environments, statistics and attachment details."""

    name: str | None = None
    value: str | None = None


class Attribute(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A capability or label of a container instance."""

    name: str | None = None
    value: str | None = None


class Attachment(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A network interface, volume or capacity provider attached to a task or cluster."""

    type: str | None = None
    status: str | None = None
    details: tuple[KeyValuePair, ...] | None = ()

    def detail(self, name: str) -> str:
        """The value of this detail; empty if it has none."""
        return pair_value(self.details, name)


class CapacityProviderStrategyItem(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The share that a capacity provider takes of a service's tasks."""

    capacity_provider: str | None = None
    weight: int | None = None
    base: int | None = None


class AwsVpcConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Where the network interfaces of tasks are made."""

    subnets: tuple[str, ...] | None = ()
    security_groups: tuple[str, ...] | None = ()
    assign_public_ip: str | None = None


class NetworkConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The network of tasks that have their own interface."""

    awsvpc_configuration: AwsVpcConfiguration | None = None


class ExecuteCommandLogConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Where the sessions of ECS Exec are logged to."""

    cloud_watch_log_group_name: str | None = None
    cloud_watch_encryption_enabled: bool | None = None
    s3_bucket_name: str | None = None
    s3_encryption_enabled: bool | None = None
    s3_key_prefix: str | None = None


class ExecuteCommandConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How ECS Exec sessions are encrypted and logged."""

    kms_key_id: str | None = None
    logging: str | None = None
    log_configuration: ExecuteCommandLogConfiguration | None = None


class ManagedStorageConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The keys that encrypt the cluster's storage."""

    kms_key_id: str | None = None
    fargate_ephemeral_storage_kms_key_id: str | None = None


class ClusterConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The settings of a cluster that only `include=CONFIGURATIONS` returns."""

    execute_command_configuration: ExecuteCommandConfiguration | None = None
    managed_storage_configuration: ManagedStorageConfiguration | None = None


class ClusterSetting(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A named setting such as `containerInsights`."""

    name: str | None = None
    value: str | None = None


class ClusterServiceConnectDefaults(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The Service Connect namespace that services of the cluster get."""

    namespace: str | None = None


class Cluster(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An ECS cluster with its counters."""

    cluster_arn: str | None = None
    cluster_name: str | None = None
    status: str | None = None
    running_tasks_count: int | None = None
    pending_tasks_count: int | None = None
    active_services_count: int | None = None
    registered_container_instances_count: int | None = None
    statistics: tuple[KeyValuePair, ...] | None = ()
    settings: tuple[ClusterSetting, ...] | None = ()
    capacity_providers: tuple[str, ...] | None = ()
    default_capacity_provider_strategy: tuple[CapacityProviderStrategyItem, ...] | None = ()
    attachments: tuple[Attachment, ...] | None = ()
    attachments_status: str | None = None
    configuration: ClusterConfiguration | None = None
    service_connect_defaults: ClusterServiceConnectDefaults | None = None
    tags: tuple[Tag, ...] | None = ()

    def statistic(self, name: str) -> int:
        """One of the counters per launch type: `runningFargateTasksCount`; 0 if it is not there."""
        value = pair_value(self.statistics, name)
        return int(value) if value.isdecimal() else 0

    def setting(self, name: str) -> str:
        """The value of this setting; empty if it is not set."""
        return next((s.value or "" for s in self.settings or () if s.name == name), "")


class VersionInfo(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The versions of the ECS agent and the container runtime."""

    agent_version: str | None = None
    agent_hash: str | None = None
    docker_version: str | None = None


class InstanceResource(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An amount of CPU, memory, ports or GPUs of a container instance."""

    name: str | None = None
    type: str | None = None
    integer_value: int | None = None
    long_value: int | None = None
    double_value: float | None = None
    string_set_value: tuple[str, ...] | None = ()


class InstanceHealthCheckResult(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One health check of a container instance."""

    type: str | None = None
    status: str | None = None
    last_updated: datetime | None = None
    last_status_change: datetime | None = None


class ContainerInstanceHealthStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The health checks of a container instance."""

    overall_status: str | None = None
    details: tuple[InstanceHealthCheckResult, ...] | None = ()


class ContainerInstance(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An EC2 instance, or another host, that runs tasks of a cluster."""

    container_instance_arn: str | None = None
    ec2_instance_id: str | None = msgspec.field(default=None, name="ec2InstanceId")
    capacity_provider_name: str | None = None
    status: str | None = None
    status_reason: str | None = None
    agent_connected: bool | None = None
    agent_update_status: str | None = None
    version_info: VersionInfo | None = None
    registered_resources: tuple[InstanceResource, ...] | None = ()
    remaining_resources: tuple[InstanceResource, ...] | None = ()
    running_tasks_count: int | None = None
    pending_tasks_count: int | None = None
    attributes: tuple[Attribute, ...] | None = ()
    attachments: tuple[Attachment, ...] | None = ()
    health_status: ContainerInstanceHealthStatus | None = None
    registered_at: datetime | None = None
    tags: tuple[Tag, ...] | None = ()

    def attribute(self, name: str) -> str:
        """The value of this attribute; empty if it has none."""
        return next((a.value or "" for a in self.attributes or () if a.name == name), "")


class ManagedScaling(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How ECS scales the Auto Scaling group of a capacity provider."""

    status: str | None = None
    target_capacity: int | None = None
    minimum_scaling_step_size: int | None = None
    maximum_scaling_step_size: int | None = None
    instance_warmup_period: int | None = None


class AutoScalingGroupProvider(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A capacity provider made of an EC2 Auto Scaling group."""

    auto_scaling_group_arn: str | None = None
    managed_scaling: ManagedScaling | None = None
    managed_termination_protection: str | None = None
    managed_draining: str | None = None


class ManagedInstancesNetworkConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Where managed instances are launched."""

    subnets: tuple[str, ...] | None = ()
    security_groups: tuple[str, ...] | None = ()


class InstanceLaunchTemplate(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What ECS launches managed instances with."""

    ec2_instance_profile_arn: str | None = msgspec.field(default=None, name="ec2InstanceProfileArn")
    network_configuration: ManagedInstancesNetworkConfiguration | None = None
    monitoring: str | None = None
    capacity_option_type: str | None = None


class ManagedInstancesProvider(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A capacity provider whose instances ECS itself launches and patches."""

    infrastructure_role_arn: str | None = None
    instance_launch_template: InstanceLaunchTemplate | None = None
    propagate_tags: str | None = None


class CapacityProvider(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Where the capacity for tasks comes from."""

    capacity_provider_arn: str | None = None
    name: str | None = None
    cluster: str | None = None
    """The ARN of its cluster, for providers that belong to one."""
    type: str | None = None
    status: str | None = None
    auto_scaling_group_provider: AutoScalingGroupProvider | None = None
    managed_instances_provider: ManagedInstancesProvider | None = None
    update_status: str | None = None
    update_status_reason: str | None = None
    tags: tuple[Tag, ...] | None = ()


def pair_value(pairs: Iterable[KeyValuePair] | None, name: str) -> str:
    """The value of the first pair of this name; empty if there is none."""
    return next((pair.value or "" for pair in pairs or () if pair.name == name), "")


def tag_map(tags: Iterable[Tag] | None) -> Mapping[str, str]:
    """Tags as key -> value."""
    return {tag.key: tag.value or "" for tag in tags or () if tag.key}
