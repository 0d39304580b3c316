"""A deployment told in sentences: strategy, stage, traffic, breaker, alarms, bake time, hooks.

Source: Amazon ECS Developer Guide, "Amazon ECS service deployments" and "Lifecycle stages".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from containerscope.insight.deployment_health import (
    AFTER_WAITING,
    deployment_changing,
    failures,
)
from containerscope.insight.service_health import counted_failures
from containerscope.model import arn
from containerscope.model.ecs_deployment import (
    LifecycleHookDetail,
    ServiceDeployment,
    ServiceRevisionSummary,
)
from containerscope.model.ecs_service import Deployment, DeploymentConfiguration, Service, TaskSet
from containerscope.model.health import Level

STAGES = (
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
    "BAKE_TIME",
    "CLEAN_UP",
)
"""The stages of a deployment that shifts traffic, in order."""


class Told(msgspec.Struct, frozen=True):
    """One thing about a deployment."""

    label: str
    words: str
    level: Level = Level.NONE


def controller_words(service: Service) -> str:
    """Who carries out deployments; empty for ECS itself."""
    kind = service.deployment_controller.type if service.deployment_controller else None
    if kind == "CODE_DEPLOY":
        return "CodeDeploy shifts traffic between two task sets; see the deployment there."
    if kind == "EXTERNAL":
        return "An external controller makes task sets; ECS itself deploys nothing."
    return ""


def strategy_words(configuration: DeploymentConfiguration | None) -> str:
    """`canary: 10 % for 5 min, then the rest; bakes 15 min`."""
    if configuration is None:
        return ""
    kind = (configuration.strategy or "ROLLING").upper()
    bake = configuration.bake_time_in_minutes
    after = f"; bakes {minutes(bake)}" if bake else ""
    linear, canary = configuration.linear_configuration, configuration.canary_configuration
    if kind == "LINEAR" and linear is not None and linear.step_percent:
        pause = f" every {minutes(linear.step_bake_time_in_minutes or 0)}"
        return f"linear: {linear.step_percent:g} % more{pause}{after}"
    if kind == "CANARY" and canary is not None and canary.canary_percent:
        pause = minutes(canary.canary_bake_time_in_minutes or 0)
        return f"canary: {canary.canary_percent:g} % for {pause}, then the rest{after}"
    if kind == "BLUE_GREEN":
        return f"blue/green: all traffic at once{after}"
    if kind != "ROLLING":
        return f"{kind.lower().replace('_', '/')}{after}"
    low, high = configuration.minimum_healthy_percent, configuration.maximum_percent
    bounds = f", {low}–{high} % of the tasks" if low is not None and high is not None else ""
    return f"rolling{bounds}{after}"


def minutes(count: int) -> str:
    """`5 min`, `2 h`, `1 h 30 min`."""
    hours, rest = divmod(count, 60)
    parts = (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "")
    return " ".join(filter(None, parts))


def stage_words(stage: str | None) -> str:
    """A stage and how far that is: `test traffic shift (5 of 11)`."""
    if not stage:
        return ""
    plain = stage.lower().replace("_", " ")
    if stage not in STAGES:
        return plain
    return f"{plain} ({STAGES.index(stage) + 1} of {len(STAGES)})"


def story(deployment: ServiceDeployment, now: datetime) -> tuple[Told, ...]:
    """Everything worth saying of a deployment, in the order in which it matters."""
    configuration = deployment.deployment_configuration
    told = [
        *_hooks(deployment.lifecycle_hook_details or (), now),
        Told("Strategy", strategy_words(configuration)),
        Told("Stage", stage_words(deployment.lifecycle_stage) if _moving(deployment) else ""),
        _tasks(deployment),
        _traffic(deployment, test=False),
        _traffic(deployment, test=True),
        _breaker(deployment),
        _alarms(deployment),
        _bake(deployment, now),
        _rollback(deployment),
    ]
    return tuple(each for each in told if each.words)


def _moving(deployment: ServiceDeployment) -> bool:
    return deployment_changing(deployment)


def _hooks(hooks: Sequence[LifecycleHookDetail], now: datetime) -> list[Told]:
    told = []
    for hook in hooks:
        name = arn.name_of(hook.hook_id) if hook.hook_id else "a hook"
        if hook.status == "AWAITING_ACTION":
            left = f", expires in {_left(hook.expires_at, now)}" if hook.expires_at else ""
            after = AFTER_WAITING.get(hook.timeout_action or "")
            then = f", then it {after}" if after else ""
            told.append(Told("Waiting", f"{name} waits for approval{left}{then}", Level.WARNING))
        elif hook.status in ("FAILED", "TIMED_OUT"):
            words = hook.status.lower().replace("_", " ")
            told.append(Told("Hook", f"{name} {words}", Level.FAILED))
        elif hook.status == "IN_PROGRESS":
            told.append(Told("Hook", f"{name} runs", Level.PROGRESS))
    return told


def _left(until: datetime, now: datetime) -> str:
    return minutes(max(0, round((until - now) / timedelta(minutes=1))))


def _tasks(deployment: ServiceDeployment) -> Told:
    """Old against new tasks: `3 old, 2/4 new`."""
    target = deployment.target_service_revision
    if target is None:
        return Told("Tasks", "")
    others = [each for each in deployment.source_service_revisions or () if each.arn != target.arn]
    old = sum(each.running_task_count or 0 for each in others)
    new = f"{target.running_task_count or 0}/{target.requested_task_count or 0} new"
    pending = f", {target.pending_task_count} pending" if target.pending_task_count else ""
    return Told("Tasks", f"{old} old, {new}{pending}" if others else f"{new}{pending}")


def _traffic(deployment: ServiceDeployment, *, test: bool) -> Told:
    """The shares of old and new: `old 90 %, new 10 %`."""
    label = "Test traffic" if test else "Traffic"

    def weight(found: ServiceRevisionSummary) -> float | None:
        return (
            found.requested_test_traffic_weight
            if test
            else found.requested_production_traffic_weight
        )

    target = deployment.target_service_revision
    new = weight(target) if target else None
    olds = [weight(each) for each in deployment.source_service_revisions or ()]
    known = [value for value in olds if value is not None]
    if new is None and not known:
        return Told(label, "")
    parts = [f"old {sum(known):g} %"] if known else []
    return Told(label, ", ".join([*parts, f"new {new or 0:g} %"]))


def _breaker(deployment: ServiceDeployment) -> Told:
    counted, breaker = failures(deployment), deployment.deployment_circuit_breaker
    status = (breaker.status if breaker else None) or ""
    if status == "DISABLED":
        return Told("Circuit breaker", "off: failing tasks are tried for ever")
    if counted is None:
        return Told("Circuit breaker", status.lower().replace("_", " "))
    failed, most = counted
    if status == "TRIGGERED":
        return Told("Circuit breaker", f"tripped at {failed} of {most} failures", Level.FAILED)
    level = Level.NONE
    if failed:
        level = Level.FAILED if failed * 2 >= most else Level.WARNING
    return Told("Circuit breaker", f"{failed} of {most} failures", level)


def _alarms(deployment: ServiceDeployment) -> Told:
    alarms = deployment.alarms
    if alarms is None or not (alarms.alarm_names or alarms.triggered_alarm_names):
        return Told("Alarms", "")
    gone_off = alarms.triggered_alarm_names or ()
    if gone_off:
        return Told("Alarms", f"went off: {', '.join(gone_off)}", Level.FAILED)
    status = (alarms.status or "").lower().replace("_", " ")
    return Told("Alarms", f"{', '.join(alarms.alarm_names or ())} ({status or '?'})")


def _bake(deployment: ServiceDeployment, now: datetime) -> Told:
    """How long the old revision is still kept, while the deployment bakes."""
    configuration = deployment.deployment_configuration
    bake = configuration.bake_time_in_minutes if configuration else None
    if deployment.lifecycle_stage != "BAKE_TIME" or not bake or not _moving(deployment):
        return Told("Bake time", "")
    if deployment.updated_at is None:
        return Told("Bake time", f"{minutes(bake)} in all", Level.PROGRESS)
    end = deployment.updated_at + timedelta(minutes=bake)
    words = f"at most {_left(end, now)} of {minutes(bake)} left; a rollback is at once until then"
    return Told("Bake time", words, Level.PROGRESS)


def _rollback(deployment: ServiceDeployment) -> Told:
    found = deployment.rollback
    if found is None:
        return Told("Rollback", "")
    to = f"to {arn.name_of(found.service_revision_arn)}" if found.service_revision_arn else ""
    why = f": {found.reason}" if found.reason else ""
    return Told("Rollback", f"{to}{why}".strip() or "under way", Level.FAILED)


def older_story(service: Service) -> tuple[Told, ...]:
    """What `deployments[]` and task sets alone tell, where the newer calls are denied."""
    told = [Told("Controller", controller_words(service))]
    told.append(Told("Strategy", strategy_words(service.deployment_configuration)))
    told += [_of_deployment(service, each) for each in service.deployments or ()]
    told += [_of_task_set(each) for each in service.task_sets or ()]
    return tuple(each for each in told if each.words)


def _of_deployment(service: Service, found: Deployment) -> Told:
    name = arn.name_of(found.task_definition) if found.task_definition else found.id or "?"
    state = (found.rollout_state or found.status or "").lower().replace("_", " ")
    parts = [f"{found.running_count or 0}/{found.desired_count or 0} running", state]
    parts.append(counted_failures(service, found))
    failed = found.rollout_state == "FAILED"
    level = Level.FAILED if failed else Level.WARNING if found.failed_tasks else Level.NONE
    label = "New" if found.status == "PRIMARY" else "Old"
    return Told(label, f"{name}: {', '.join(filter(None, parts))}", level)


def _of_task_set(found: TaskSet) -> Told:
    name = arn.name_of(found.task_definition) if found.task_definition else found.id or "?"
    stable = (found.stability_status or "").lower().replace("_", " ")
    running = f"{found.running_count or 0}/{found.computed_desired_count or 0} running"
    label = f"Task set {(found.status or '').lower()}".strip()
    return Told(label, f"{name}: {', '.join(filter(None, (running, stable)))}")
