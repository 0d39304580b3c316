"""Deployments as a service itself shows them, for those who may not read the newer API."""

from __future__ import annotations

from datetime import datetime

from containerscope.insight.service_health import failure_threshold
from containerscope.model.ecs_deployment import (
    ServiceDeployment,
    ServiceDeploymentCircuitBreaker,
    ServiceRevisionSummary,
)
from containerscope.model.ecs_service import Deployment, Service
from containerscope.resource import Clients, Scope

_STATUSES = {"COMPLETED": "SUCCESSFUL", "FAILED": "FAILED", "IN_PROGRESS": "IN_PROGRESS"}


async def older_deployments(
    clients: Clients, scope: Scope
) -> tuple[tuple[ServiceDeployment, ...], datetime | None]:
    """The `deployments[]` of the service in scope in the form of the newer API, with their date."""
    page = await clients.read(
        "ecs",
        "DescribeServices",
        "services",
        Service,
        cluster=scope.cluster,
        services=[scope.service],
    )
    found = tuple(
        _converted(service, deployment)
        for service in page.items
        for deployment in service.deployments or ()
    )
    return found, page.date


def _converted(service: Service, deployment: Deployment) -> ServiceDeployment:
    state = deployment.rollout_state or ""
    threshold = failure_threshold(service, deployment)
    done = state in ("COMPLETED", "FAILED")
    return ServiceDeployment(
        service_deployment_arn=deployment.id,
        service_arn=service.service_arn,
        cluster_arn=service.cluster_arn,
        status=_STATUSES.get(state, state or deployment.status),
        status_reason=deployment.rollout_state_reason,
        created_at=deployment.created_at,
        started_at=deployment.created_at,
        updated_at=deployment.updated_at,
        finished_at=deployment.updated_at if done else None,
        target_service_revision=ServiceRevisionSummary(
            requested_task_count=deployment.desired_count,
            running_task_count=deployment.running_count,
            pending_task_count=deployment.pending_count,
        ),
        deployment_configuration=service.deployment_configuration,
        deployment_circuit_breaker=None
        if threshold is None
        else ServiceDeploymentCircuitBreaker(
            failure_count=deployment.failed_tasks or 0, threshold=threshold
        ),
    )
