"""How services and their deployments look in answers."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from containerscope.demo.calls import Call, Result, tag_list
from containerscope.demo.ecs_find import cluster_arn, service_arn
from containerscope.demo.ecs_state import Cluster, Deployment, Hook, Revision, Service
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
    told = tally(service)
    view: Result = {
        "serviceArn": service_arn(call, cluster, service),
        "serviceName": service.name,
        "clusterArn": cluster_arn(call, cluster),
        "loadBalancers": service.load_balancers,
        "serviceRegistries": service.registries,
        "status": service.status,
        "desiredCount": service.desired,
        "runningCount": told.running.total(),
        "pendingCount": told.pending.total(),
        **_compute(service),
        "taskDefinition": service.definition.arn,
        "deploymentConfiguration": _configuration(service),
        "deployments": [_deployment(call, service, each, told) for each in service.live],
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
        **_network(service.awsvpc),
        "schedulingStrategy": service.scheduling,
        "deploymentController": {"type": "ECS"},
        "createdBy": service.created_by or call.world.global_arn("iam", "role/ci-deploy"),
        "enableECSManagedTags": service.managed_tags,
        "propagateTags": service.propagates,
        "enableExecuteCommand": service.exec_enabled,
        "availabilityZoneRebalancing": "ENABLED" if service.rebalances else "DISABLED",
        **_current(call, cluster, service, told),
    }
    if service.grace is not None:
        view["healthCheckGracePeriodSeconds"] = service.grace
    if call.includes("TAGS"):
        view["tags"] = tag_list(service.tags)
    return view


class Tally(NamedTuple):
    """How many tasks of each deployment, by its id, run and are on their way."""

    running: Counter[str]
    pending: Counter[str]


def tally(service: Service) -> Tally:
    """The tasks of a service, counted in one pass."""
    running: Counter[str] = Counter()
    pending: Counter[str] = Counter()
    for each in service.tasks.values():
        if each.status == "RUNNING":
            running[each.started_by] += 1
        elif each.pending:
            pending[each.started_by] += 1
    return Tally(running, pending)


def _compute(service: Service) -> Result:
    where: Result = (
        {"capacityProviderStrategy": service.strategy}
        if service.strategy
        else {"launchType": service.launch_type}
    )
    if _on_fargate(service):
        where |= {"platformVersion": service.platform, "platformFamily": "Linux"}
    return where


def _on_fargate(service: Service) -> bool:
    if service.strategy:
        return bool(service.strategy[0]["capacityProvider"].startswith("FARGATE"))
    return service.launch_type == "FARGATE"


def _configuration(service: Service) -> Result:
    rollback = service.breaker and service.breaker_rollback
    breaker: Result = {"enable": service.breaker, "rollback": rollback}
    if service.breaker:
        allowed = service.failures_allowed
        share = "BOUNDED_PERCENT" if service.failures_bounded else "UNBOUNDED_PERCENT"
        breaker["resetOnHealthyTask"] = service.resets
        breaker["thresholdConfiguration"] = {
            "type": "COUNT" if allowed else share,
            "value": allowed or service.failures_share,
        }
    view: Result = {
        "deploymentCircuitBreaker": breaker,
        "maximumPercent": service.maximum,
        "minimumHealthyPercent": service.minimum,
        "strategy": service.shift,
        "bakeTimeInMinutes": service.bake_minutes,
    }
    if service.alarms:
        view["alarms"] = service.alarms
    if service.hooks:
        view["lifecycleHooks"] = service.hooks
    if service.steps:
        view[f"{service.shift.lower()}Configuration"] = service.steps
    return view


def _network(awsvpc: Result) -> Result:
    return {"networkConfiguration": {"awsvpcConfiguration": awsvpc}} if awsvpc else {}


def _deployment(call: Call, service: Service, each: Deployment, told: Tally) -> Result:
    compute = _compute(service)
    if "platformVersion" in compute:
        compute["platformVersion"] = "1.4.0"
    view: Result = {
        "id": each.id,
        "status": each.role,
        "taskDefinition": each.revision.definition.arn,
        "desiredCount": each.desired,
        "pendingCount": told.pending[each.id],
        "runningCount": told.running[each.id],
        "failedTasks": each.failed,
        "createdAt": each.created_at,
        "updatedAt": each.updated_at,
        **compute,
        **_network(service.awsvpc),
        "rolloutState": each.rollout,
        "rolloutStateReason": each.reason,
    }
    if service.connect:
        view["serviceConnectConfiguration"] = service.connect
        view["serviceConnectResources"] = [
            {
                "discoveryName": each["discoveryName"],
                "discoveryArn": call.world.arn(
                    "servicediscovery", f"service/srv-{hexes(16, each['discoveryName'])}"
                ),
            }
            for each in service.connect.get("services", ())
        ]
    return view


def _summary(
    call: Call, cluster: Cluster, service: Service, revision: Revision, told: Tally
) -> Result:
    """A revision with the tasks that it has."""
    of_it = [each for each in service.deployments if each.revision is revision]
    live = [each for each in of_it if each.role]
    return {
        "arn": revision_arn(call, cluster, service, revision),
        "requestedTaskCount": sum(each.desired for each in live),
        "runningTaskCount": sum(told.running[each.id] for each in of_it),
        "pendingTaskCount": sum(told.pending[each.id] for each in of_it),
    }


def _weighed(
    call: Call, cluster: Cluster, service: Service, revision: Revision, told: Tally
) -> Result:
    """A revision with the tasks and, where traffic is shifted, the shares of it that it gets."""
    view = _summary(call, cluster, service, revision, told)
    if service.shift != "ROLLING":
        live = [each for each in service.live if each.revision is revision]
        view["requestedTestTrafficWeight"] = sum(each.test_weight for each in live)
        view["requestedProductionTrafficWeight"] = sum(each.weight for each in live)
    return view


def _current(call: Call, cluster: Cluster, service: Service, told: Tally) -> Result:
    return {
        "currentServiceDeployment": deployment_arn(call, cluster, service, service.newest),
        "currentServiceRevisions": [
            _summary(call, cluster, service, each.revision, told) for each in service.live
        ],
        "resourceManagementType": "CUSTOMER",
    }


def deployment_times(each: Deployment) -> Result:
    """When a service deployment was taken up, and when it came to its end."""
    times: Result = {}
    if each.status != "PENDING":
        times["startedAt"] = each.created_at + 1.5
    if each.finished_at:
        times["finishedAt"] = each.finished_at
    return times


def deployment_view(call: Call, cluster: Cluster, service: Service, each: Deployment) -> Result:
    """A described service deployment."""
    told = tally(service)
    view: Result = {
        "serviceDeploymentArn": deployment_arn(call, cluster, service, each),
        "serviceArn": service_arn(call, cluster, service),
        "clusterArn": cluster_arn(call, cluster),
        "createdAt": each.created_at,
        "updatedAt": each.updated_at,
        "sourceServiceRevisions": [
            _weighed(call, cluster, service, source, told) for source in each.sources
        ],
        "targetServiceRevision": _weighed(call, cluster, service, each.revision, told),
        "status": each.status,
        "deploymentConfiguration": _configuration(service),
        "deploymentCircuitBreaker": _breaker(service, each),
        "alarms": _alarms(service, each),
    }
    view |= deployment_times(each)
    if each.stopped_at:
        view["stoppedAt"] = each.stopped_at
    if each.hooks:
        view["lifecycleHookDetails"] = [_hook(hook) for hook in each.hooks]
    if each.status_reason:
        view["statusReason"] = each.status_reason
    if each.stage:
        view["lifecycleStage"] = each.stage
    if each.rollback:
        view["rollback"] = each.rollback
    return view


def _hook(hook: Hook) -> Result:
    view: Result = {
        "hookId": hook.id,
        "status": hook.status,
        "targetType": "PAUSE" if hook.paused else "AWS_LAMBDA",
    }
    if hook.paused:
        view |= {"expiresAt": hook.expires_at, "timeoutAction": hook.timeout_action}
    else:
        view["targetArn"] = hook.target
    return view


def _alarms(service: Service, each: Deployment) -> Result:
    names = list(service.alarms.get("alarmNames", ())) if service.alarms.get("enable") else []
    status = "DISABLED"
    if names:
        status = "MONITORING_COMPLETE" if each.finished_at else "MONITORING"
    if each.alarmed:
        status = "TRIGGERED"
    return {"status": status, "alarmNames": names, "triggeredAlarmNames": each.alarmed}


def _breaker(service: Service, each: Deployment) -> Result:
    if not service.breaker:
        return {"status": "DISABLED", "failureCount": 0, "threshold": 0}
    status = "MONITORING" if not each.finished_at else "MONITORING_COMPLETE"
    if each.triggered:
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
        "loadBalancers": each.settings.get("load_balancers", service.load_balancers),
        "serviceRegistries": each.settings.get("registries", service.registries),
        **_network(each.settings.get("awsvpc", service.awsvpc)),
        "containerImages": images,
        "guardDutyEnabled": False,
        "createdAt": each.created_at,
    }
    connect = each.settings.get("connect", service.connect)
    if connect:
        view["serviceConnectConfiguration"] = connect
    return view
