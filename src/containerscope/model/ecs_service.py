"""ECS services, their events and their deployments.

Names and meanings as in the ECS API 2014-11-13.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from containerscope.model.ecs import CapacityProviderStrategyItem, NetworkConfiguration, Tag
from containerscope.model.ecs_taskdef import LogConfiguration, PlacementConstraint


class AdvancedConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The second target group and the listener rules of a blue/green service."""

    alternate_target_group_arn: str | None = None
    production_listener_rule: str | None = None
    test_listener_rule: str | None = None
    role_arn: str | None = None


class LoadBalancer(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The target group that a container's port is registered in."""

    target_group_arn: str | None = None
    load_balancer_name: str | None = None
    container_name: str | None = None
    container_port: int | None = None
    advanced_configuration: AdvancedConfiguration | None = None


class ServiceRegistry(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The Cloud Map service that tasks are registered in."""

    registry_arn: str | None = None
    port: int | None = None
    container_name: str | None = None
    container_port: int | None = None


class ThresholdConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How many failed tasks trip the circuit breaker."""

    type: str | None = None
    value: int | None = None


class DeploymentCircuitBreaker(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Whether failing tasks stop a deployment, and roll it back."""

    enable: bool | None = None
    rollback: bool | None = None
    reset_on_healthy_task: bool | None = None
    threshold_configuration: ThresholdConfiguration | None = None


class DeploymentAlarms(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The alarms that stop a deployment."""

    alarm_names: tuple[str, ...] | None = ()
    rollback: bool | None = None
    enable: bool | None = None


class LinearConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Traffic shifted in equal steps."""

    step_percent: float | None = None
    step_bake_time_in_minutes: int | None = None


class CanaryConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A small share of the traffic first, then the rest."""

    canary_percent: float | None = None
    canary_bake_time_in_minutes: int | None = None


class DeploymentConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How new tasks replace old ones."""

    deployment_circuit_breaker: DeploymentCircuitBreaker | None = None
    maximum_percent: int | None = None
    minimum_healthy_percent: int | None = None
    alarms: DeploymentAlarms | None = None
    strategy: str | None = None
    bake_time_in_minutes: int | None = None
    linear_configuration: LinearConfiguration | None = None
    canary_configuration: CanaryConfiguration | None = None


class DeploymentController(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Who carries out deployments: ECS, CODE_DEPLOY or EXTERNAL."""

    type: str | None = None


class PlacementStrategy(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How tasks are spread over instances."""

    type: str | None = None
    field: str | None = None


class ServiceConnectClientAlias(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The name and port under which others reach the service."""

    port: int | None = None
    dns_name: str | None = None


class ServiceConnectService(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A port offered through Service Connect."""

    port_name: str | None = None
    discovery_name: str | None = None
    client_aliases: tuple[ServiceConnectClientAlias, ...] | None = ()
    ingress_port_override: int | None = None


class ServiceConnectConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The part that a deployment plays in Service Connect."""

    enabled: bool | None = None
    namespace: str | None = None
    services: tuple[ServiceConnectService, ...] | None = ()
    log_configuration: LogConfiguration | None = None


class ManagedEbsVolume(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An EBS volume that ECS makes for each task when it is deployed."""

    volume_type: str | None = None
    size: int | None = msgspec.field(default=None, name="sizeInGiB")
    """Absent where it is as large as its snapshot."""
    iops: int | None = None
    throughput: int | None = None
    """In MiB/s."""
    encrypted: bool | None = None
    kms_key_id: str | None = None
    snapshot_id: str | None = None
    filesystem_type: str | None = None
    volume_initialization_rate: int | None = None
    role_arn: str | None = None
    """The infrastructure role that makes and attaches it."""


class ServiceVolumeConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a volume that the task definition leaves open is made of."""

    name: str | None = None
    managed_ebs_volume: ManagedEbsVolume | None = msgspec.field(
        default=None, name="managedEBSVolume"
    )


class Deployment(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One of the `deployments[]` of a service: a set of tasks of one definition."""

    id: str | None = None
    status: str | None = None
    task_definition: str | None = None
    desired_count: int | None = None
    pending_count: int | None = None
    running_count: int | None = None
    failed_tasks: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    rollout_state: str | None = None
    rollout_state_reason: str | None = None
    launch_type: str | None = None
    capacity_provider_strategy: tuple[CapacityProviderStrategyItem, ...] | None = ()
    platform_version: str | None = None
    network_configuration: NetworkConfiguration | None = None
    service_connect_configuration: ServiceConnectConfiguration | None = None
    volume_configurations: tuple[ServiceVolumeConfiguration, ...] | None = ()


class ServiceEvent(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A sentence that the service scheduler wrote."""

    id: str | None = None
    created_at: datetime | None = None
    message: str | None = None


class ServiceEventRow(ServiceEvent, frozen=True, rename="camel", gc=False):
    """An event as a row of its own, with the service it is of."""

    service_name: str | None = None
    service_arn: str | None = None


class Scale(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The share of the service's desired count that a task set is to run."""

    value: float | None = None
    unit: str | None = None
    """`PERCENT`; there is no other."""


class TaskSet(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A set of tasks that CodeDeploy or another controller made."""

    id: str | None = None
    status: str | None = None
    """`PRIMARY` serves production traffic, `ACTIVE` does not or no longer, `DRAINING` ends."""
    started_by: str | None = None
    """`CODE_DEPLOY`, or what the controller called itself."""
    external_id: str | None = None
    """The deployment's id in CodeDeploy or in the controller."""
    scale: Scale | None = None
    load_balancers: tuple[LoadBalancer, ...] | None = ()
    network_configuration: NetworkConfiguration | None = None
    task_definition: str | None = None
    computed_desired_count: int | None = None
    pending_count: int | None = None
    running_count: int | None = None
    stability_status: str | None = None
    created_at: datetime | None = None


class ServiceCurrentRevisionSummary(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A revision that tasks of the service run now."""

    arn: str | None = None
    requested_task_count: int | None = None
    running_task_count: int | None = None
    pending_task_count: int | None = None


class Service(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A service: a number of tasks that ECS keeps running."""

    service_arn: str | None = None
    service_name: str | None = None
    cluster_arn: str | None = None
    status: str | None = None
    desired_count: int | None = None
    running_count: int | None = None
    pending_count: int | None = None
    task_definition: str | None = None
    launch_type: str | None = None
    capacity_provider_strategy: tuple[CapacityProviderStrategyItem, ...] | None = ()
    platform_version: str | None = None
    platform_family: str | None = None
    scheduling_strategy: str | None = None
    deployment_controller: DeploymentController | None = None
    deployment_configuration: DeploymentConfiguration | None = None
    deployments: tuple[Deployment, ...] | None = ()
    task_sets: tuple[TaskSet, ...] | None = ()
    events: tuple[ServiceEvent, ...] | None = ()
    """Newest first."""
    load_balancers: tuple[LoadBalancer, ...] | None = ()
    service_registries: tuple[ServiceRegistry, ...] | None = ()
    network_configuration: NetworkConfiguration | None = None
    health_check_grace_period_seconds: int | None = None
    placement_constraints: tuple[PlacementConstraint, ...] | None = ()
    placement_strategy: tuple[PlacementStrategy, ...] | None = ()
    role_arn: str | None = None
    created_at: datetime | None = None
    created_by: str | None = None
    enable_ecs_managed_tags: bool | None = msgspec.field(default=None, name="enableECSManagedTags")
    propagate_tags: str | None = None
    enable_execute_command: bool | None = None
    availability_zone_rebalancing: str | None = None
    resource_management_type: str | None = None
    current_service_deployment: str | None = None
    current_service_revisions: tuple[ServiceCurrentRevisionSummary, ...] | None = ()
    tags: tuple[Tag, ...] | None = ()

    @property
    def primary(self) -> Deployment | None:
        """The deployment that the service is moving to, or has reached."""
        return next((d for d in self.deployments or () if d.status == "PRIMARY"), None)

    @property
    def primary_set(self) -> TaskSet | None:
        """The task set that serves production traffic, where not ECS but another deploys."""
        return next((each for each in self.task_sets or () if each.status == "PRIMARY"), None)

    @property
    def definition(self) -> str:
        """The task definition in force; that of the primary task set where only sets name one."""
        own = self.task_definition
        return own or (self.primary_set.task_definition if self.primary_set else None) or ""

    @property
    def disks(self) -> dict[str, ManagedEbsVolume]:
        """Name of a volume -> the EBS volume that each task gets for it."""
        primary = self.primary
        return {
            each.name or "?": each.managed_ebs_volume
            for each in (primary.volume_configurations if primary else ()) or ()
            if each.managed_ebs_volume is not None
        }
