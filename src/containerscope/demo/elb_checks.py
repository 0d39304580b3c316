"""The health checks of load balancers: a target's way from initial to healthy and back.

Only targets in movement have an entry in the agenda. One round a few seconds apart finds running
tasks whose fate has turned against them.
"""

from __future__ import annotations

from containerscope.demo import ecs_death, ecs_tell
from containerscope.demo.ecs_state import Service
from containerscope.demo.ecs_wake import poke
from containerscope.demo.elb_state import DESCRIPTIONS, Target, TargetGroup
from containerscope.demo.ids import number
from containerscope.demo.world import World

_FAILED = "ServiceSchedulerInitiated"


def begin(world: World, group: TargetGroup, target: Target) -> None:
    """Register a target: it is in service once it has passed one check."""
    target.become("initial", "Elb.RegistrationInProgress")
    group.targets[target.key] = target

    def start_checks() -> None:
        target.reason = "Elb.InitialHealthChecking"
        _next_check(world, group, target, number(group.check.interval, "first", *target.key))

    target.next = world.agenda.after(2 + number(3, *target.key), start_checks)


def watch(world: World, group: TargetGroup, target: Target) -> None:
    """Keep a healthy target and check it from now on."""
    target.become("healthy")
    group.targets[target.key] = target
    _next_check(world, group, target, number(group.check.interval, "watch", *target.key))


def _next_check(world: World, group: TargetGroup, target: Target, seconds: float) -> None:
    target.next = world.agenda.after(seconds, lambda: check(world, group, target))


def check(world: World, group: TargetGroup, target: Target) -> None:
    """Check a target once, and let its state follow from what it has answered so far."""
    if group.targets.get(target.key) is not target:
        return
    if target.task is not None and target.task.status == "ACTIVATING":
        _next_check(world, group, target, group.check.interval)
        return
    reason, description = symptom(world, target)
    if reason:
        target.failed, target.passed = target.failed + 1, 0
    else:
        target.passed, target.failed = target.passed + 1, 0
    if not reason and _recovers(group, target):
        target.become("healthy")
        _wake(world, target)
        if target.task is not None:
            del group.targets[target.key]
            return
    elif reason and target.failed >= group.check.unhealthy:
        newly = target.state != "unhealthy"
        target.become("unhealthy", reason, description)
        if newly:
            _tell(world, group, target)
        _give_up(world, group, target)
    if target.state != "draining":
        _next_check(world, group, target, group.check.interval)


def _recovers(group: TargetGroup, target: Target) -> bool:
    return target.state != "unhealthy" or target.passed >= group.check.healthy


def symptom(world: World, target: Target) -> tuple[str, str]:
    """The reason code and the description of a check that fails, empty for one that passes."""
    if target.cluster is None or target.task is None:
        return "Target.Timeout", ""
    fate = world.fate(target.cluster, target.task)
    return fate.target_reason, fate.target_description


def description_of(target: Target) -> str:
    """What the load balancer says of a target."""
    return target.description or DESCRIPTIONS.get(target.reason, "")


def _service(target: Target) -> Service | None:
    if target.cluster is None or target.task is None:
        return None
    return target.cluster.services.get(target.task.service)


def _wake(world: World, target: Target) -> None:
    """Let the target's service know that one more of its tasks serves."""
    service = _service(target)
    if service is not None and target.cluster is not None:
        poke(world, target.cluster, service)


def _tell(world: World, group: TargetGroup, target: Target) -> None:
    """Let the service say that a task is unhealthy."""
    service = _service(target)
    if service is None or target.cluster is None or target.task is None:
        return
    instance = target.cluster.instances.get(target.task.instance)
    where = f"(instance {instance.ec2_id}) " if instance and group.kind == "instance" else ""
    text = (
        f"(task {target.task.id}) {where}(port {target.port}) is unhealthy in "
        f"(target-group {group.arn}) due to (reason {description_of(target)})."
    )
    ecs_tell.say(world, target.cluster, service, text)


def _give_up(world: World, group: TargetGroup, target: Target) -> None:
    """Let ECS stop a task that fails its checks, once the service's grace period is over."""
    service, task = _service(target), target.task
    if service is None or task is None or target.cluster is None or task.desired != "RUNNING":
        return
    if world.now() - task.started_at >= (service.grace or 0):
        reason = f"Task failed ELB health checks in (target-group {group.arn})"
        ecs_death.stop(world, target.cluster, task, _FAILED, reason)
