"""Failed tasks: the back-off after them, the circuit breaker, and the way back."""

from __future__ import annotations

from math import ceil

from containerscope.demo import ecs_tell
from containerscope.demo.ecs_death import stop
from containerscope.demo.ecs_state import Cluster, Deployment, Service, Task
from containerscope.demo.ecs_traffic import send
from containerscope.demo.world import World

_DELAYS = (0.0, 0.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0, 900.0)
"""Seconds until the next attempt, by how often attempts failed in a row."""
_COMPLAIN_EVERY = 600.0
_AT_ONCE = 25.0
"""Seconds within which failures count as those of one attempt."""


def threshold(service: Service) -> int:
    """How many tasks of a deployment may fail before its circuit breaker goes off.

    A share of the desired count is kept between 3 and 200, unless the team wants it unbounded.
    """
    if service.failures_allowed:
        return service.failures_allowed
    share = ceil(service.desired * service.failures_share / 100)
    return max(3, min(200, share)) if service.failures_bounded else max(1, share)


def failure_of(task: Task) -> str:
    """What the breaker calls the failure with which a task ended; empty for none."""
    if task.stop_code == "TaskFailedToStart":
        return "tasks failed to start."
    if task.stop_code == "EssentialContainerExited":
        return "tasks failed to start."
    if "failed container health checks" in task.stopped_reason:
        return "task failed container health checks."
    if "failed ELB health checks" in task.stopped_reason:
        return "task failed ELB health checks."
    return ""


def reckon(world: World, cluster: Cluster, service: Service) -> list[Task]:
    """The tasks that ended since the last time, once the back-off and the breaker know of them."""
    primary = service.primary
    ended = [each for each in service.tasks.values() if not (each.alive or each.seen_to)]
    for task in ended:
        task.seen_to = True
    failures = [failure_of(each) for each in ended if each.started_by == primary.id]
    failures = [each for each in failures if each]
    if not failures:
        return ended
    _back_off(world, cluster, service)
    if primary.rollout == "IN_PROGRESS":
        primary.failed += len(failures)
        primary.updated_at = world.now()
        if _trips(service, primary):
            primary.triggered = True
            who = "ECS deployment circuit breaker"
            fail(world, cluster, service, primary, who, failures[-1])
    return ended


def _trips(service: Service, primary: Deployment) -> bool:
    """Whether too many tasks failed; one that the service goes back to is not given up on."""
    under_way = primary.status == "IN_PROGRESS" and not primary.triggered
    return service.breaker and under_way and primary.failed >= primary.threshold


def _back_off(world: World, cluster: Cluster, service: Service) -> None:
    if world.now() - service.failed_at >= _AT_ONCE:
        service.streak += 1
        service.failed_at = world.now()
    delay = _DELAYS[min(service.streak, len(_DELAYS) - 1)]
    service.retry_at = world.now() + delay
    if service.streak >= 3:
        text = ecs_tell.inconsistent()
        ecs_tell.complain(world, cluster, service, "starts", text, _COMPLAIN_EVERY)


def succeed(service: Service) -> None:
    """A task has become healthy: start others without waiting."""
    service.streak = 0
    if service.resets:
        service.primary.failed = 0


def fail(
    world: World,
    cluster: Cluster,
    service: Service,
    deployment: Deployment,
    who: str,
    failure: str,
    *,
    back: bool | None = None,
) -> None:
    """End a deployment that went wrong; and go back, if the service, or the caller, says so.

    `who` stands before the failure in its reason: `ECS deployment circuit breaker`.
    """
    ecs_tell.say(
        world, cluster, service, f"(deployment {deployment.id}) deployment failed: {failure}"
    )
    deployment.rollout, deployment.reason = "FAILED", f"{who}: {failure}"
    deployment.updated_at = world.now()
    if service.breaker_rollback if back is None else back:
        roll_back(world, cluster, service, deployment, who, f"{who}: {failure}")
    else:
        deployment.status, deployment.status_reason = "STOPPED", f"{who}: {failure}"
        deployment.stopped_at = deployment.finished_at = world.now()


def roll_back(
    world: World, cluster: Cluster, service: Service, deployment: Deployment, who: str, reason: str
) -> None:
    """Make the deployment before this one the primary one again, and let this one's tasks go."""
    before = _source(service, deployment)
    if deployment.due is not None:
        deployment.due.cancel()
    if before is None:
        deployment.status, deployment.finished_at = "ROLLBACK_FAILED", world.now()
        deployment.status_reason = f"{reason} There is no deployment to roll back to."
        return
    now = world.now()
    ecs_tell.say(world, cluster, service, f"rolling back to (deployment {before.id}).")
    deployment.role, before.role = "ACTIVE", "PRIMARY"
    deployment.status = "ROLLBACK_IN_PROGRESS"
    deployment.status_reason = reason
    deployment.rollback = {
        "reason": reason,
        "startedAt": now,
        "serviceRevisionArn": world.arn(
            "ecs", f"service-revision/{cluster.name}/{service.name}/{before.revision.id}"
        ),
    }
    for name, value in before.revision.settings.items():
        setattr(service, name, value)
    deployment.desired = 0
    if deployment.shift != "ROLLING":
        send(world, service, before, 100)
        send(world, service, before, 100, test=True)
    before.rollout, before.updated_at, before.desired = "IN_PROGRESS", now, service.desired
    before.reason = f"{who}: rolling back to deploymentId {before.id}."
    before.failed, before.triggered = 0, False
    service.streak, service.retry_at, service.steady = 0, 0.0, False
    for task in list(service.tasks.values()):
        if task.started_by == deployment.id and task.status in ("PROVISIONING", "PENDING"):
            stop(world, cluster, task, *scaling(deployment))
            task.seen_to = True


def scaling(deployment: Deployment) -> tuple[str, str]:
    """The stop code and the reason of a task that its deployment needs no more."""
    reason = f"Scaling activity initiated by (deployment {deployment.id})"
    return "ServiceSchedulerInitiated", reason


def _source(service: Service, deployment: Deployment) -> Deployment | None:
    """The deployment that the service goes back to: the last one that was completed."""
    at = service.deployments.index(deployment)
    for each in service.deployments[at + 1 :]:
        if each.role and each.status == "SUCCESSFUL":
            return each
    return None
