"""How a service deployment does, in a few words."""

from __future__ import annotations

from containerscope.insight.stop_reasons import stop_rule
from containerscope.insight.verdict import Verdict, shortened
from containerscope.model.ecs_deployment import ServiceDeployment
from containerscope.model.health import Level

_UNDER_WAY = frozenset(
    {"PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"}
)
_ENDED_BADLY = frozenset({"ROLLBACK_FAILED", "FAILED"})

AFTER_WAITING = {"ROLLBACK": "rolls back", "CONTINUE": "continues"}
"""What becomes of a deployment whose hook nobody answered, by the hook's `timeoutAction`."""


def deployment_changing(deployment: ServiceDeployment) -> bool:
    """Whether it is under way."""
    return deployment.status in _UNDER_WAY


def failures(deployment: ServiceDeployment) -> tuple[int, int] | None:
    """Failed tasks and how many trip the circuit breaker; None where nobody counts."""
    breaker = deployment.deployment_circuit_breaker
    if breaker is None or breaker.threshold is None:
        return None
    return breaker.failure_count or 0, breaker.threshold


def deployment_verdict(deployment: ServiceDeployment) -> Verdict:
    """The level of a deployment, what is wrong with it, and why."""
    status = deployment.status or ""
    said = deployment.status_reason or ""
    if deployment.rollback is not None and deployment.rollback.reason:
        said = deployment.rollback.reason
    plain = status.lower().replace("_", " ")
    if status == "SUCCESSFUL":
        return Verdict(Level.FINE, said="")
    alarms = deployment.alarms.triggered_alarm_names if deployment.alarms else ()
    if alarms:
        return Verdict(Level.FAILED, f"alarm {alarms[0]}", "An alarm went off.", said=said)
    waiting = next(
        (h for h in deployment.lifecycle_hook_details or () if h.status == "AWAITING_ACTION"), None
    )
    if waiting is not None:
        then = AFTER_WAITING.get(waiting.timeout_action or "", "ends")
        cause = f"A hook waits for a person; without an answer the deployment {then}."
        return Verdict(Level.WARNING, "waits for approval", cause)
    counted = failures(deployment)
    if status == "IN_PROGRESS" and counted is not None and counted[0]:
        level = Level.FAILED if counted[0] * 2 >= counted[1] else Level.WARNING
        words = f"{counted[0]}/{counted[1]} failures"
        return Verdict(level, words, "Tasks of the new revision fail.", said=said)
    if status in _ENDED_BADLY or "ROLLBACK" in status:
        known = stop_rule(said)
        words = known.words if known else plain
        level = Level.WARNING if status == "ROLLBACK_SUCCESSFUL" else Level.FAILED
        cause = shortened(said, 200) or "The deployment did not succeed."
        return Verdict(level, words, cause, known.fix if known else "", said)
    if status in _UNDER_WAY:
        stage = (deployment.lifecycle_stage or "").lower().replace("_", " ")
        return Verdict(Level.PROGRESS, stage or plain, said=said)
    return Verdict(Level.NONE, plain, said=said)
