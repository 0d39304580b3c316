"""How a service does, in a few words, and how far its rollout has come."""

from __future__ import annotations

import math

import msgspec

from containerscope.insight.events import (
    NO_CAPACITY,
    newest_cause,
    newest_trouble,
    without_prefix,
)
from containerscope.insight.stop_reasons import stop_rule
from containerscope.insight.verdict import Verdict
from containerscope.model.ecs_service import Deployment, DeploymentCircuitBreaker, Service
from containerscope.model.health import Level

_FEWEST_FAILURES, _MOST_FAILURES = 3, 200
"""Bounds of the circuit breaker's threshold (ECS Developer Guide, "deployment circuit breaker")."""


def service_verdict(service: Service) -> Verdict:
    """The level of a service, what is wrong with it, why, and what to do."""
    if service.status == "INACTIVE":
        return Verdict(Level.NONE, "inactive", "The service was deleted.")
    if service.status == "DRAINING":
        left = service.running_count or 0
        return Verdict(Level.PROGRESS, f"draining {left}", "The service is being deleted.")
    primary = service.primary
    trouble = newest_trouble(service.events or (), primary.created_at if primary else None)
    return (
        _rollout_verdict(service)
        or _count_verdict(service, trouble)
        or _stuck_verdict(service, trouble)
        or _rest_verdict(service)
    )


def service_changing(service: Service) -> bool:
    """Whether tasks are started, stopped or replaced."""
    return (
        service.status == "DRAINING"
        or (service.running_count or 0) != (service.desired_count or 0)
        or (service.pending_count or 0) > 0
        or any(d.rollout_state == "IN_PROGRESS" for d in service.deployments or ())
    )


def failure_threshold(service: Service, deployment: Deployment) -> int | None:
    """How many failed tasks trip the circuit breaker; None if it is off.

    By default half of the desired tasks, at least 3 and at most 200.
    """
    configuration = service.deployment_configuration
    breaker = configuration.deployment_circuit_breaker if configuration else None
    if breaker is None or not breaker.enable:
        return None
    return _threshold(breaker, deployment.desired_count or service.desired_count or 0)


def counted_failures(service: Service, deployment: Deployment) -> str:
    """Failed tasks against the breaker's threshold: `6/10 failures`; empty if none failed.

    More failures than our threshold mean that the breaker counts in a way the API does not tell.
    """
    failures = deployment.failed_tasks or 0
    threshold = failure_threshold(service, deployment)
    if threshold is not None and 0 < failures <= threshold:
        return f"{failures}/{threshold} failures"
    return _plural(failures, "failure") if failures else ""


def rollout_words(service: Service) -> str:
    """How far the rollout is: `6/10 failures`, `2/4 new`; empty while none is under way."""
    moving = _moving(service)
    if moving is None:
        failed = service.primary is not None and service.primary.rollout_state == "FAILED"
        return "failed" if failed else ""
    if moving.failed_tasks:
        return counted_failures(service, moving)
    if _rolling_back(service) is not None:
        return f"rolling back {_progress(moving)}"
    return f"{_progress(moving)} new"


def rollout_level(service: Service) -> Level:
    """The level of the rollout alone."""
    primary = service.primary
    if primary is None:
        return Level.NONE
    if primary.rollout_state == "FAILED" or _rolling_back(service) is not None:
        return Level.FAILED
    if primary.rollout_state == "IN_PROGRESS":
        return Level.WARNING if primary.failed_tasks else Level.PROGRESS
    return Level.FINE


def _threshold(breaker: DeploymentCircuitBreaker, desired: int) -> int:
    chosen = breaker.threshold_configuration
    kind = (chosen.type if chosen else None) or "BOUNDED_PERCENT"
    value = chosen.value if chosen and chosen.value is not None else 50
    if kind == "COUNT":
        return value
    share = math.ceil(desired * value / 100)
    if kind == "UNBOUNDED_PERCENT":
        return max(1, share)
    return min(_MOST_FAILURES, max(_FEWEST_FAILURES, share))


def _moving(service: Service) -> Deployment | None:
    primary = service.primary
    return primary if primary is not None and primary.rollout_state == "IN_PROGRESS" else None


def _rolling_back(service: Service) -> Deployment | None:
    """The failed deployment from which a rollback leads away."""
    if _moving(service) is None:
        return None
    return next((d for d in service.deployments or () if d.rollout_state == "FAILED"), None)


def _rollout_verdict(service: Service) -> Verdict | None:
    primary = service.primary
    if primary is None:
        return None
    events = service.events or ()
    trouble = newest_cause(events) or newest_trouble(events)
    failed = _rolling_back(service)
    if failed is not None:
        return _because(failed, trouble, "rolling back", "The deployment failed; ECS goes back.")
    if primary.rollout_state == "FAILED":
        return _because(primary, trouble, "deployment failed", "The newest deployment failed.")
    failures = primary.failed_tasks or 0
    if primary.rollout_state != "IN_PROGRESS" or not failures:
        return None
    threshold = failure_threshold(service, primary)
    near = threshold is not None and failures * 2 >= threshold
    hopeless = near or not primary.running_count
    words = counted_failures(service, primary)
    cause = f"{_plural(failures, 'task')} of the new deployment failed"
    if threshold is None:
        cause += "; no circuit breaker will stop it."
    else:
        cause += f"; ECS stops it at {threshold}." if failures <= threshold else "."
    verdict = _because(primary, trouble, words, cause)
    level = Level.FAILED if hopeless else Level.WARNING
    return msgspec.structs.replace(verdict, level=level)


def _because(deployment: Deployment, trouble: Verdict | None, words: str, cause: str) -> Verdict:
    """A failure named by its cause where ECS gave one, else by what happened."""
    said = deployment.rollout_state_reason or ""
    known = stop_rule(said)
    if known is None and trouble is not None and stop_rule(without_prefix(trouble.said)):
        known = trouble
    if known is not None:
        return Verdict(Level.FAILED, known.words, f"{cause} {known.cause}", known.fix, known.said)
    fix = "Look at the stopped tasks of the deployment for the reason."
    if trouble is not None:
        return Verdict(Level.FAILED, words, f"{cause} {trouble.cause}", trouble.fix, trouble.said)
    return Verdict(Level.FAILED, words, cause, fix, said)


def _count_verdict(service: Service, trouble: Verdict | None) -> Verdict | None:
    desired, running = service.desired_count or 0, service.running_count or 0
    short = desired - running
    if short <= 0:
        return None
    level = Level.FAILED if running == 0 else Level.WARNING
    if trouble is not None:
        words = trouble.words
        if words == NO_CAPACITY:
            words = f"{NO_CAPACITY} for {_plural(short, 'task')}"
        return Verdict(level, words, trouble.cause, trouble.fix, trouble.said)
    if _moving(service) is not None or service.pending_count:
        return None
    cause = f"{running} of {desired} tasks run, and ECS has not said why."
    return Verdict(level, f"{_plural(short, 'task')} short", cause)


def _stuck_verdict(service: Service, trouble: Verdict | None) -> Verdict | None:
    if trouble is None or not service.desired_count:
        return None
    return Verdict(Level.WARNING, trouble.words, trouble.cause, trouble.fix, trouble.said)


def _rest_verdict(service: Service) -> Verdict:
    moving = _moving(service)
    if moving is not None:
        return Verdict(Level.PROGRESS, f"deploying {_progress(moving)}", "New tasks are starting.")
    desired, running = service.desired_count or 0, service.running_count or 0
    pending = service.pending_count or 0
    if running < desired or pending:
        return Verdict(Level.PROGRESS, f"starting {max(pending, desired - running)}")
    if running > desired:
        return Verdict(Level.PROGRESS, f"stopping {running - desired}")
    if desired == 0:
        return Verdict(Level.NONE, "at rest", "It is scaled to no task at all.")
    return Verdict(Level.FINE)


def _progress(deployment: Deployment) -> str:
    return f"{deployment.running_count or 0}/{deployment.desired_count or 0}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
