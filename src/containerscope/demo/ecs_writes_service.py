"""The operations that change services and their deployments."""

from __future__ import annotations

from containerscope.demo import ecs_control, ecs_shift
from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ecs_breaker import fail, roll_back
from containerscope.demo.ecs_configure import (
    configure,
    count_of,
    invalid,
    launch_type_of,
    strategy_of,
    usable_definition,
)
from containerscope.demo.ecs_find import cluster_of, last
from containerscope.demo.ecs_state import Cluster, Deployment, Service
from containerscope.demo.ecs_views_service import service_view
from containerscope.demo.ecs_wake import poke
from containerscope.demo.identity import caller_arn
from containerscope.demo.protocol_errors import AwsError


def update_service(call: Call) -> Result:
    """Change a service; some changes begin a deployment, a desired count does not."""
    cluster, service = _service_of(call, "service")
    if service.status != "ACTIVE":
        raise AwsError("ServiceNotActiveException", "Service was not ACTIVE.")
    params = call.params
    definition = service.definition
    if "taskDefinition" in params:
        definition = usable_definition(call, params["taskDefinition"])
    count = count_of(params, service)
    primary = service.primary.revision
    primary.settings = primary.settings or ecs_control.settings_of(service)
    deploys = configure(call, cluster, service, definition)
    ecs_control.set_desired(call.world, cluster, service, count)
    changed = definition is not service.definition
    if deploys or changed or params.get("forceNewDeployment"):
        ecs_control.deploy(call.world, cluster, service, definition)
    poke(call.world, cluster, service)
    return {"service": service_view(call, cluster, service)}


def create_service(call: Call) -> Result:
    """A new service, whose first deployment begins at once."""
    cluster, params = cluster_of(call), call.params
    name = params["serviceName"]
    known = cluster.services.get(name)
    if known is not None and known.status != "INACTIVE":
        if known.status == "DRAINING":
            raise invalid("Unable to Start a service that is still Draining.")
        raise invalid("Creation of service was not idempotent.")
    if "taskDefinition" not in params:
        raise invalid("TaskDefinition cannot be null or empty.")
    definition = usable_definition(call, params["taskDefinition"])
    service = _blank(call, cluster, name)
    service.desired = count_of(params, service)
    configure(call, cluster, service, definition)
    revision = ecs_control.revise(call.world, cluster, service, definition)
    cluster.services[name] = service
    service.history = [(call.world.now(), service.desired, 0)]
    ecs_control.begin(call.world, cluster, service, revision, [])
    poke(call.world, cluster, service)
    return {"service": service_view(call, cluster, service)}


def _blank(call: Call, cluster: Cluster, name: str) -> Service:
    """A service as it is without anything that the call may set."""
    params = call.params
    service = Service(name, 0, call.world.now(), [], [], created_by=caller_arn(call))
    service.breaker = service.breaker_rollback = False
    service.scheduling = params.get("schedulingStrategy", "REPLICA")
    service.managed_tags, service.propagates = False, "NONE"
    service.tags = {each["key"]: each.get("value", "") for each in params.get("tags", ())}
    if service.scheduling == "DAEMON":
        service.minimum, service.maximum, service.rebalances = 0, 100, False
        service.launch_type = "EC2"
    elif "launchType" not in params and cluster.strategy:
        service.strategy = strategy_of(cluster.providers, cluster.strategy)
        service.launch_type = launch_type_of(cluster.strategy)
    else:
        service.launch_type = "EC2"
    return service


def delete_service(call: Call) -> Result:
    """Let a service stop its tasks and be gone; one that is scaled up only by force."""
    cluster, service = _service_of(call, "service")
    if service.status == "INACTIVE":
        raise AwsError("ServiceNotFoundException", "Service not found.")
    forced = call.params.get("force", False) or service.scheduling == "DAEMON"
    if service.desired and not forced:
        raise invalid("The service cannot be stopped while it is scaled above 0.")
    ecs_control.delete(call.world, cluster, service)
    return {"service": service_view(call, cluster, service)}


def stop_service_deployment(call: Call) -> Result:
    """Stop a deployment that is under way, and roll it back unless it is to be aborted."""
    arn = call.params["serviceDeploymentArn"]
    kind = call.params.get("stopType", "ROLLBACK")
    cluster, service, deployment = _deployment_of(call, arn)
    if kind not in ("ROLLBACK", "ABORT"):
        raise invalid(f"Invalid stopType {kind}.")
    if deployment.status not in ("PENDING", "IN_PROGRESS"):
        text = f"Service deployment {arn} is in {deployment.status} state and cannot be stopped."
        raise AwsError("ConflictException", text)
    if kind == "ROLLBACK" and not deployment.sources:
        text = f"Service deployment {arn} has no service revision to roll back to."
        raise AwsError("ConflictException", text)
    who, why = "Service deployment", "stopped by user request."
    if kind == "ABORT":
        fail(call.world, cluster, service, deployment, who, why, back=False)
    else:
        deployment.rollout, deployment.reason = "FAILED", f"{who} {why}"
        roll_back(call.world, cluster, service, deployment, who, f"{who} {why}")
        if deployment.status == "ROLLBACK_IN_PROGRESS":
            deployment.status = "ROLLBACK_REQUESTED"
    poke(call.world, cluster, service)
    return {"serviceDeploymentArn": arn}


def continue_service_deployment(call: Call) -> Result:
    """Let a deployment that waits at a hook go on, or roll it back."""
    arn = call.params["serviceDeploymentArn"]
    action = call.params.get("action", "CONTINUE")
    cluster, service, deployment = _deployment_of(call, arn)
    wanted = call.params["hookId"]
    hook = next((each for each in deployment.hooks if each.id == wanted), None)
    if hook is None:
        raise invalid(f"The hook {wanted} was not found in service deployment {arn}.")
    if action not in ("CONTINUE", "ROLLBACK"):
        raise invalid(f"Invalid action {action}.")
    if hook.status != "AWAITING_ACTION":
        text = f"The hook {wanted} is in {hook.status} state and does not await an action."
        raise AwsError("ConflictException", text)
    ecs_shift.answer(call.world, cluster, service, deployment, hook, action)
    return {"serviceDeploymentArn": arn}


def _service_of(call: Call, member: str) -> tuple[Cluster, Service]:
    cluster = cluster_of(call)
    service = cluster.services.get(last(call.params[member]))
    if service is None:
        raise AwsError("ServiceNotFoundException", "Service not found.")
    return cluster, service


def _deployment_of(call: Call, arn: str) -> tuple[Cluster, Service, Deployment]:
    parts = arn.split("/")
    cluster = call.world.clusters.get(parts[1]) if len(parts) == 4 else None
    service = cluster.services.get(parts[2]) if cluster else None
    for each in service.deployments if service else ():
        if cluster and service and each.token == parts[3]:
            return cluster, service, each
    raise AwsError("ServiceDeploymentNotFoundException", "Service deployment not found.")


SERVICE_WRITES: dict[str, Handler] = {
    "UpdateService": update_service,
    "CreateService": create_service,
    "DeleteService": delete_service,
    "StopServiceDeployment": stop_service_deployment,
    "ContinueServiceDeployment": continue_service_deployment,
}
