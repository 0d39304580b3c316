"""How services and their deployments look in answers."""

from __future__ import annotations

from typing import Any

from containerscope.demo.calls import Call, Result, tag_list
from containerscope.demo.ecs_find import cluster_arn, service_arn
from containerscope.demo.ecs_state import Cluster, Deployment, Revision, Service
from containerscope.demo.ids import hexes

_EVENTS = 100
"""The most events that a described service carries."""


def deployment_arn(call: Call, cluster: Cluster, service: Service, each: Deployment) -> str:
    """The ARN of a service deployment."""
    return call.world.arn("ecs", f"service-deployment/{cluster.name}/{service.name}/{each.token}")


def revision_arn(call: Call, cluster: Cluster, service: Service, each: Revision) -> str:
    """The ARN of a service revision."""
    return call.world.arn("ecs", f"service-revision/{cluster.name}/{service.name}/{each.id}")


def service_view(call: Call, cluster: Cluster, service: Service) -> Result:
    """A described service with its newest events."""
    running, pending = counts(service)
    view: Result = {
        "serviceArn": service_arn(call, cluster, service),
        "serviceName": service.name,
        "clusterArn": cluster_arn(call, cluster),
        "loadBalancers": service.load_balancers,
        "serviceRegistries": service.registries,
        "status": service.status,
        "desiredCount": service.desired,
        "runningCount": running,
        "pendingCount": pending,
        **_compute(service),
        "taskDefinition": service.definition.arn,
        "deploymentConfiguration": _configuration(service),
        "deployments": [_deployment(service, each) for each in service.deployments if each.role],
        "roleArn": call.world.global_arn(
            "iam", "role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
        ),
        "events": [
            {"id": each.id, "createdAt": each.at, "message": each.message}
            for each in service.events[:_EVENTS]
        ],
        "createdAt": service.created_at,
        "placementConstraints": service.constraints,
        "placementStrategy": service.placement,
        **_network(service),
        "schedulingStrategy": service.scheduling,
        "deploymentController": {"type": "ECS"},
        "createdBy": service.created_by or call.world.global_arn("iam", "role/ci-deploy"),
        "enableECSManagedTags": True,
        "propagateTags": "SERVICE",
        "enableExecuteCommand": service.exec_enabled,
        "availabilityZoneRebalancing": (
            "DISABLED" if service.scheduling == "DAEMON" else "ENABLED"
        ),
        **_current(call, cluster, service),
    }
    if service.grace is not None:
        view["healthCheckGracePeriodSeconds"] = service.grace
    if call.includes("TAGS"):
        view["tags"] = tag_list(service.tags)
    return view


def counts(service: Service) -> tuple[int, int]:
    """The running and the pending tasks of a service."""
    running = sum(1 for each in service.tasks.values() if each.status == "RUNNING")
    return running, sum(1 for each in service.tasks.values() if each.pending)


def _compute(service: Service) -> Result:
    where: Result = (
        {"capacityProviderStrategy": service.strategy}
        if service.strategy
        else {"launchType": service.launch_type}
    )
    if _on_fargate(service):
        where |= {"platformVersion": "LATEST", "platformFamily": "Linux"}
    return where


def _on_fargate(service: Service) -> bool:
    if service.strategy:
        return bool(service.strategy[0]["capacityProvider"].startswith("FARGATE"))
    return service.launch_type == "FARGATE"


def _configuration(service: Service) -> Result:
    breaker: Result = {"enable": service.breaker, "rollback": service.breaker}
    if service.breaker:
        allowed = service.failures_allowed
        breaker["resetOnHealthyTask"] = False
        breaker["thresholdConfiguration"] = {
            "type": "COUNT" if allowed else "BOUNDED_PERCENT",
            "value": allowed or 50,
        }
    return {
        "deploymentCircuitBreaker": breaker,
        "maximumPercent": service.maximum,
        "minimumHealthyPercent": service.minimum,
        "strategy": "ROLLING",
        "bakeTimeInMinutes": 0,
    }


def _network(service: Service) -> Result:
    return (
        {"networkConfiguration": {"awsvpcConfiguration": service.awsvpc}} if service.awsvpc else {}
    )


def _of(service: Service, each: Deployment) -> list[Any]:
    return [task for task in service.tasks.values() if task.started_by == each.id]


def _deployment(service: Service, each: Deployment) -> Result:
    tasks = _of(service, each)
    compute = _compute(service)
    if "platformVersion" in compute:
        compute["platformVersion"] = "1.4.0"
    view: Result = {
        "id": each.id,
        "status": each.role,
        "taskDefinition": each.revision.definition.arn,
        "desiredCount": each.desired,
        "pendingCount": sum(1 for task in tasks if task.pending),
        "runningCount": sum(1 for task in tasks if task.status == "RUNNING"),
        "failedTasks": each.failed,
        "createdAt": each.created_at,
        "updatedAt": each.updated_at,
        **compute,
        **_network(service),
        "rolloutState": each.rollout,
        "rolloutStateReason": each.reason,
    }
    if service.connect:
        view["serviceConnectConfiguration"] = service.connect
        view["serviceConnectResources"] = [
            {
                "discoveryName": each["discoveryName"],
                "discoveryArn": "arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-"
                + hexes(16, each["discoveryName"]),
            }
            for each in service.connect.get("services", ())
        ]
    return view


def _summary(
    call: Call, cluster: Cluster, service: Service, revision: Revision, requested: int
) -> Result:
    ids = {each.id for each in service.deployments if each.revision is revision}
    tasks = [task for task in service.tasks.values() if task.started_by in ids]
    return {
        "arn": revision_arn(call, cluster, service, revision),
        "requestedTaskCount": requested,
        "runningTaskCount": sum(1 for task in tasks if task.status == "RUNNING"),
        "pendingTaskCount": sum(1 for task in tasks if task.pending),
    }


def _current(call: Call, cluster: Cluster, service: Service) -> Result:
    live = [each for each in service.deployments if each.role]
    return {
        "currentServiceDeployment": deployment_arn(call, cluster, service, live[0]),
        "currentServiceRevisions": [
            _summary(call, cluster, service, each.revision, each.desired) for each in live
        ],
        "resourceManagementType": "CUSTOMER",
    }


def deployment_view(call: Call, cluster: Cluster, service: Service, each: Deployment) -> Result:
    """A described service deployment."""
    view: Result = {
        "serviceDeploymentArn": deployment_arn(call, cluster, service, each),
        "serviceArn": service_arn(call, cluster, service),
        "clusterArn": cluster_arn(call, cluster),
        "createdAt": each.created_at,
        "startedAt": each.created_at + 1.5,
        "updatedAt": each.updated_at,
        "sourceServiceRevisions": [
            _summary(call, cluster, service, source, _requested(service, source))
            for source in each.sources
        ],
        "targetServiceRevision": _summary(
            call, cluster, service, each.revision, each.desired if each.role else 0
        ),
        "status": each.status,
        "deploymentConfiguration": _configuration(service),
        "deploymentCircuitBreaker": _breaker(service, each),
        "alarms": {"status": "DISABLED", "alarmNames": [], "triggeredAlarmNames": []},
    }
    if each.finished_at:
        view["finishedAt"] = each.finished_at
    if each.status_reason:
        view["statusReason"] = each.status_reason
    if each.stage:
        view["lifecycleStage"] = each.stage
    if each.rollback:
        view["rollback"] = each.rollback
    return view


def _requested(service: Service, revision: Revision) -> int:
    return sum(
        each.desired for each in service.deployments if each.role and each.revision is revision
    )


def _breaker(service: Service, each: Deployment) -> Result:
    if not service.breaker:
        return {"status": "DISABLED", "failureCount": 0, "threshold": 0}
    status = "MONITORING" if not each.finished_at else "MONITORING_COMPLETE"
    if each.status.startswith("ROLLBACK"):
        status = "TRIGGERED"
    return {"status": status, "failureCount": each.failed, "threshold": each.threshold}


def revision_view(call: Call, cluster: Cluster, service: Service, each: Revision) -> Result:
    """A described service revision."""
    definition = each.definition
    images = [
        {
            "containerName": container["name"],
            "image": container["image"],
            "imageDigest": f"sha256:{hexes(64, container['image'])}",
        }
        for container in definition.containers
    ]
    compute = _compute(service)
    if "platformVersion" in compute:
        compute["platformVersion"] = "1.4.0"
    view: Result = {
        "serviceRevisionArn": revision_arn(call, cluster, service, each),
        "serviceArn": service_arn(call, cluster, service),
        "clusterArn": cluster_arn(call, cluster),
        "taskDefinition": definition.arn,
        **compute,
        "loadBalancers": service.load_balancers,
        "serviceRegistries": service.registries,
        **_network(service),
        "containerImages": images,
        "guardDutyEnabled": False,
        "createdAt": each.created_at,
    }
    if service.connect:
        view["serviceConnectConfiguration"] = service.connect
    return view
