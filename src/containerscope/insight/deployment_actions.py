"""What stopping a deployment, or answering one that waits at a hook, would do."""

from __future__ import annotations

from containerscope.model import arn
from containerscope.model.ecs_deployment import LifecycleHookDetail, ServiceDeployment
from containerscope.model.health import Level
from containerscope.plan import Change, Confirm, Note, Request, Stage, Step

_UNDER_WAY = ("PENDING", "IN_PROGRESS")
_ENDS = {"SUCCESSFUL": Level.FINE, "STOPPED": Level.WARNING, "ROLLBACK_SUCCESSFUL": Level.FINE,
         "ROLLBACK_FAILED": Level.FAILED}  # fmt: skip
_TIMEOUTS = {"ROLLBACK": "roll back", "CONTINUE": "go on"}


def why_not_stopped(deployment: ServiceDeployment) -> str:
    """Why there is nothing to stop; empty if there is."""
    if deployment.status in _UNDER_WAY:
        return ""
    return f"the deployment is {_words(deployment.status)}"


def why_not_answered(deployment: ServiceDeployment) -> str:
    """Why there is nothing to answer; empty if it waits."""
    return "" if waiting(deployment) else "the deployment waits for nobody"


def waiting(deployment: ServiceDeployment) -> LifecycleHookDetail | None:
    """The hook at which it waits for a person."""
    if deployment.status not in _UNDER_WAY:
        return None
    hooks = deployment.lifecycle_hook_details or ()
    return next((hook for hook in hooks if hook.status == "AWAITING_ACTION"), None)


def _words(status: str | None) -> str:
    return (status or "?").lower().replace("_", " ")


def plan_stop(deployment: ServiceDeployment, answer: str) -> Step:
    """Stop the deployment and roll it back."""
    refused = why_not_stopped(deployment)
    change = Change("deployment", _words(deployment.status), "rolled back")
    sources = deployment.source_service_revisions or ()
    back = arn.name_of(sources[0].arn or "") if sources else ""
    note = Note(f"goes back to revision {back}", Level.NONE)
    if not sources:
        note = Note("it is the first one: there is no revision to go back to")
    changes = {"stopType": "ROLLBACK"}
    return _step(
        deployment, change, refused, "StopServiceDeployment", {}, changes, note, Confirm.TYPED
    )


def plan_answer(deployment: ServiceDeployment, action: str) -> Step:
    """Answer the hook at which it waits: `CONTINUE` or `ROLLBACK`."""
    hook = waiting(deployment)
    refused = why_not_answered(deployment)
    hook_id = (hook.hook_id if hook else "") or ""
    then = "goes on" if action == "CONTINUE" else "rolled back"
    change = Change(f"hook {hook_id}", "waits for an answer" if hook else "–", then)
    timeout = _TIMEOUTS.get((hook.timeout_action or "") if hook else "", "")
    expires = f" at {hook.expires_at:%H:%M} UTC" if hook and hook.expires_at else ""
    note = Note(f"left alone it would {timeout or 'end'}{expires}", Level.NONE)
    confirm = Confirm.YES if action == "CONTINUE" else Confirm.TYPED
    return _step(
        deployment, change, refused, "ContinueServiceDeployment", {"hookId": hook_id},
        {"action": action}, note, confirm,
    )  # fmt: skip


def _step(
    deployment: ServiceDeployment,
    change: Change,
    refused: str,
    operation: str,
    where: dict[str, str],
    changes: dict[str, str],
    note: Note,
    confirm: Confirm,
) -> Step:
    key = deployment.service_deployment_arn or ""
    hook = waiting(deployment)
    return Step(
        arn.name_of(key),
        key,
        arn.cluster_of(key),
        () if refused else (change,),
        None
        if refused
        else Request("ecs", operation, {"serviceDeploymentArn": key, **where}, changes),
        () if refused else (note,),
        {"status": _words(deployment.status), "hook": (hook.hook_id if hook else "") or "none"},
        confirm,
        refused,
        mark=where.get("hookId", ""),
    )


def ended(deployment: ServiceDeployment, step: Step) -> Stage:
    """How far a deployment has come since the hook of the step's mark, if any, was answered."""
    status = deployment.status or ""
    words = ": ".join(filter(None, (_words(status), deployment.status_reason)))
    level = _ENDS.get(status)
    if level is not None:
        return Stage(words, True, level)
    hook = waiting(deployment)
    if hook is not None and hook.hook_id != step.mark:
        return Stage(f"{words}: it waits at a hook", True, Level.WARNING)
    stage = (deployment.lifecycle_stage or "").lower().replace("_", " ")
    return Stage(", ".join(filter(None, (_words(status), stage))))
