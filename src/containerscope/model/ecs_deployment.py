"""ECS service deployments and service revisions, as the newer of the two deployment APIs has them.

Names and meanings as in the ECS API 2014-11-13.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from containerscope.model.ecs import CapacityProviderStrategyItem, NetworkConfiguration
from containerscope.model.ecs_service import (
    DeploymentConfiguration,
    LoadBalancer,
    ServiceConnectConfiguration,
    ServiceRegistry,
)


class ServiceDeploymentBrief(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a list of service deployments says of each."""

    service_deployment_arn: str | None = None
    target_service_revision_arn: str | None = None


class ServiceRevisionSummary(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The tasks and the traffic of one revision in a deployment."""

    arn: str | None = None
    requested_task_count: int | None = None
    running_task_count: int | None = None
    pending_task_count: int | None = None
    requested_test_traffic_weight: float | None = None
    requested_production_traffic_weight: float | None = None


class Rollback(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Why, when and to what a deployment was rolled back."""

    reason: str | None = None
    started_at: datetime | None = None
    service_revision_arn: str | None = None


class ServiceDeploymentCircuitBreaker(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How far the circuit breaker of a deployment has come."""

    status: str | None = None
    failure_count: int | None = None
    threshold: int | None = None


class ServiceDeploymentAlarms(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The alarms that watch a deployment."""

    status: str | None = None
    alarm_names: tuple[str, ...] | None = ()
    triggered_alarm_names: tuple[str, ...] | None = ()


class LifecycleHookDetail(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A hook that a deployment runs or waits for."""

    hook_id: str | None = None
    status: str | None = None
    expires_at: datetime | None = None
    timeout_action: str | None = None


class ServiceDeployment(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One deployment of a service, from its start to its end."""

    service_deployment_arn: str | None = None
    service_arn: str | None = None
    cluster_arn: str | None = None
    status: str | None = None
    status_reason: str | None = None
    lifecycle_stage: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    stopped_at: datetime | None = None
    updated_at: datetime | None = None
    source_service_revisions: tuple[ServiceRevisionSummary, ...] | None = ()
    target_service_revision: ServiceRevisionSummary | None = None
    deployment_configuration: DeploymentConfiguration | None = None
    deployment_circuit_breaker: ServiceDeploymentCircuitBreaker | None = None
    alarms: ServiceDeploymentAlarms | None = None
    rollback: Rollback | None = None
    lifecycle_hook_details: tuple[LifecycleHookDetail, ...] | None = ()


class ContainerImage(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The image of a container, fixed to its digest when the revision was made."""

    container_name: str | None = None
    image: str | None = None
    image_digest: str | None = None


class ServiceRevision(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The whole configuration that a deployment brought to a service; it never changes."""

    service_revision_arn: str | None = None
    service_arn: str | None = None
    cluster_arn: str | None = None
    task_definition: str | None = None
    launch_type: str | None = None
    capacity_provider_strategy: tuple[CapacityProviderStrategyItem, ...] | None = ()
    platform_version: str | None = None
    platform_family: str | None = None
    load_balancers: tuple[LoadBalancer, ...] | None = ()
    service_registries: tuple[ServiceRegistry, ...] | None = ()
    network_configuration: NetworkConfiguration | None = None
    service_connect_configuration: ServiceConnectConfiguration | None = None
    container_images: tuple[ContainerImage, ...] | None = ()
    guard_duty_enabled: bool | None = None
    created_at: datetime | None = None
