"""Deployments that shift traffic from one revision to the next: blue/green, linear and canary.

The new revision is scaled up beside the old one; each stage ends by itself, when its hooks have
been answered, or, for SCALE_UP, when all tasks of the new revision serve.
"""

from __future__ import annotations

from functools import partial

from containerscope.demo.ecs_breaker import roll_back
from containerscope.demo.ecs_rolling import retire, start
from containerscope.demo.ecs_state import Cluster, Deployment, Hook, Service
from containerscope.demo.ecs_traffic import send, take_side
from containerscope.demo.ecs_wake import poke
from containerscope.demo.ids import number, token
from containerscope.demo.world import World

STAGES = (
    "PRE_SCALE_UP",
    "SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
    "BAKE_TIME",
    "CLEAN_UP",
)
_MINUTE = 60.0
_STEP = 4.0
"""Seconds that a stage takes in which nothing is to be done."""
_SHIFT = 15.0
"""Seconds that a listener rule takes to change."""
_PAUSE_MINUTES = 1440
"""How long a pause waits for a person, unless the team has set that."""


def shifting(service: Service) -> bool:
    """Whether the service has a deployment under way that shifts traffic."""
    primary = service.primary
    return primary.shift != "ROLLING" and primary.status == "IN_PROGRESS"


def enter(world: World, cluster: Cluster, service: Service, deployment: Deployment) -> None:
    """Begin with the first stage; a service's first deployment has nothing to shift from."""
    others = [each for each in service.live if each is not deployment]
    if service.shift == "ROLLING" or not others:
        return
    deployment.shift = service.shift
    take_side(world, service, deployment, others[0])
    send(world, service, deployment, 0)
    send(world, service, deployment, 0, test=True)
    _come_to(world, cluster, service, deployment, STAGES[0])


def roll(world: World, cluster: Cluster, service: Service, fit: frozenset[str]) -> None:
    """Keep both revisions at their counts, and go on once the new one serves."""
    green = service.primary
    for each in service.live:
        if each is not green:
            each.desired = 0 if green.stage == "CLEAN_UP" else service.desired
    green.desired = 0 if green.stage == "PRE_SCALE_UP" else service.desired
    for each in service.live:
        alive = [task for task in service.tasks.values() if task.alive]
        tasks = [task for task in alive if task.started_by == each.id]
        retire(world, cluster, service, tasks, len(tasks) - each.desired, fit)
        if each.rollout != "FAILED":
            start(world, cluster, service, each, each.desired - len(tasks))
    tasks = [task for task in service.tasks.values() if task.started_by == green.id]
    serving = sum(1 for task in tasks if task.id in fit)
    if green.stage == "SCALE_UP" and serving >= green.desired and not _waits(green):
        _next(world, cluster, service, green)


def answer(
    world: World,
    cluster: Cluster,
    service: Service,
    deployment: Deployment,
    hook: Hook,
    action: str,
    status: str = "",
) -> None:
    """Let a deployment go on from the hook that it waits at, or back."""
    hook.status = status or ("SUCCEEDED" if action == "CONTINUE" else "FAILED")
    if action == "CONTINUE":
        _work(world, cluster, service, deployment)
    else:
        who = "Service deployment"
        why = "timed out" if status else "was answered with ROLLBACK"
        deployment.rollout = "FAILED"
        reason = f"{who} rolled back because the hook {hook.id} {why}."
        deployment.reason = reason
        roll_back(world, cluster, service, deployment, who, reason)
    poke(world, cluster, service)


def _waits(deployment: Deployment) -> bool:
    return any(each.status in ("AWAITING_ACTION", "IN_PROGRESS") for each in deployment.hooks)


def _come_to(
    world: World, cluster: Cluster, service: Service, deployment: Deployment, stage: str
) -> None:
    deployment.stage, deployment.updated_at = stage, world.now()
    for index, each in enumerate(service.hooks):
        if stage in each.get("lifecycleStages", ()):
            deployment.hooks.append(_hook(world, deployment, each, index))
            _expect(world, cluster, service, deployment, deployment.hooks[-1])
    _work(world, cluster, service, deployment)
    poke(world, cluster, service)


def _hook(world: World, deployment: Deployment, asked: dict[str, object], index: int) -> Hook:
    paused = asked.get("targetType") == "PAUSE"
    made = Hook(
        token(16, deployment.token, deployment.stage, index),
        deployment.stage,
        paused,
        "AWAITING_ACTION" if paused else "IN_PROGRESS",
        target=str(asked.get("hookTargetArn", "")),
    )
    limits = asked.get("timeoutConfiguration")
    chosen = limits if isinstance(limits, dict) else {}
    if paused:
        minutes = chosen.get("timeoutInMinutes", _PAUSE_MINUTES)
        made.expires_at = world.now() + minutes * _MINUTE
        made.timeout_action = chosen.get("action", "ROLLBACK")
    return made


def _expect(
    world: World, cluster: Cluster, service: Service, deployment: Deployment, hook: Hook
) -> None:
    """Let a function answer, and a pause time out."""

    def over(action: str, status: str) -> None:
        if hook.status in ("AWAITING_ACTION", "IN_PROGRESS") and shifting(service):
            answer(world, cluster, service, deployment, hook, action, status)

    if hook.paused:
        world.agenda.at(hook.expires_at, partial(over, hook.timeout_action, "TIMED_OUT"))
    else:
        wait = 5 + number(10, "hook", hook.id)
        world.agenda.after(wait, partial(over, "CONTINUE", "SUCCEEDED"))


def _work(world: World, cluster: Cluster, service: Service, deployment: Deployment) -> None:
    """Do what a stage is there for, unless one of its hooks is still to be answered."""
    if _waits(deployment) or service.primary is not deployment:
        return
    stage = deployment.stage
    if stage == "TEST_TRAFFIC_SHIFT":
        send(world, service, deployment, 100, test=True)
        _later(world, cluster, service, deployment, _SHIFT)
    elif stage == "PRODUCTION_TRAFFIC_SHIFT":
        _shift(world, cluster, service, deployment)
    elif stage == "BAKE_TIME":
        wait = max(service.bake_minutes * _MINUTE, _STEP)
        _later(world, cluster, service, deployment, wait)
    elif stage not in ("SCALE_UP", "CLEAN_UP"):
        _later(world, cluster, service, deployment, _STEP)


def _shift(world: World, cluster: Cluster, service: Service, deployment: Deployment) -> None:
    """Send the next share of production traffic to the new revision."""
    if deployment.weight >= 100:
        _next(world, cluster, service, deployment)
        return
    share, minutes = _next_share(service, deployment)
    send(world, service, deployment, share)
    deployment.updated_at = world.now()
    wait = max(minutes * _MINUTE, _SHIFT) if share < 100 else _SHIFT
    again = partial(_shift, world, cluster, service, deployment)
    deployment.due = world.agenda.after(wait, again)


def _next_share(service: Service, deployment: Deployment) -> tuple[float, float]:
    """The share that comes next, and for how many minutes it is watched."""
    steps = service.steps
    if deployment.shift == "LINEAR":
        share = deployment.weight + steps.get("stepPercent", 10.0)
        return min(share, 100.0), steps.get("stepBakeTimeInMinutes", 6)
    if deployment.shift == "CANARY" and not deployment.weight:
        return steps.get("canaryPercent", 5.0), steps.get("canaryBakeTimeInMinutes", 10)
    return 100.0, 0


def _later(
    world: World, cluster: Cluster, service: Service, deployment: Deployment, wait: float
) -> None:
    deployment.due = world.agenda.after(wait, partial(_next, world, cluster, service, deployment))


def _next(world: World, cluster: Cluster, service: Service, deployment: Deployment) -> None:
    if service.primary is deployment and shifting(service):
        after = STAGES[STAGES.index(deployment.stage) + 1]
        _come_to(world, cluster, service, deployment, after)
