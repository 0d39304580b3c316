"""What redeploying or rolling back a service would do, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from containerscope.insight import deployment_actions
from containerscope.insight.events import without_prefix
from containerscope.insight.live_service import (
    LiveService,
    counted,
    facts_of,
    step_of,
    trouble,
    update,
    why_not_deployed,
    with_fields,
)
from containerscope.insight.scale_capacity import room_notes
from containerscope.model import arn
from containerscope.model.ecs_deployment import ServiceDeployment, ServiceRevision
from containerscope.model.ecs_service import Deployment, Service
from containerscope.model.health import Level
from containerscope.plan import Change, Confirm, Note, Option, Request, Stage, Step

_EVERY = 100
"""Percent of the tasks."""
_SHOWN = 12
"""Values of a task definition that are told one by one."""
_STOPPABLE = ("PENDING", "IN_PROGRESS")


def plan_restart(live: LiveService, answer: str) -> Step:
    """Replace every task by a new one of the same definition."""
    service = live.service
    deployment = service.primary
    step = step_of(live, Change("tasks", counted(service.running_count or 0), "all replaced"))
    refused = why_not_deployed(service)
    definition = arn.name_of(service.task_definition or "")
    facts = {**facts_of(service), "task definition": definition}
    if refused:
        return with_fields(step, refused=refused, facts=facts)
    notes = [Note(_pace(service), Level.NONE)]
    if deployment is not None and deployment.rollout_state == "IN_PROGRESS":
        notes.append(Note("a deployment is under way: this one takes its place"))
    rules = service.deployment_configuration
    if rules is not None and (rules.minimum_healthy_percent or 0) >= _EVERY and live.capacity:
        # The first new task has to find room before an old one may stop.
        notes += room_notes(live.capacity, 1)
    return with_fields(
        step,
        request=update(live, forceNewDeployment=True),
        notes=tuple(notes),
        facts=facts,
    )


def _pace(service: Service) -> str:
    rules = service.deployment_configuration
    if rules is None:
        return "tasks are replaced as the service's deployment settings say"
    strategy = (rules.strategy or "ROLLING").lower().replace("_", "/")
    low, high = rules.minimum_healthy_percent, rules.maximum_percent
    if strategy != "rolling" or low is None or high is None:
        return f"deployed {strategy}"
    desired = service.desired_count or 0
    return (
        f"rolling: at least {-(-desired * low // 100)} of {desired} tasks stay, "
        f"at most {desired * high // 100} run at once"
    )


def made(answer: Mapping[str, Any]) -> str:
    """The id of the deployment that UpdateService has begun."""
    deployments = (answer.get("service") or {}).get("deployments") or ()
    return next((str(d.get("id")) for d in deployments if d.get("status") == "PRIMARY"), "")


def deployed(service: Service, step: Step) -> Stage:
    """How far the deployment of `mark` has come, or the one that began after the step was made."""
    primary = service.primary
    if step.mark and primary is not None and primary.id != step.mark:
        return _superseded(service, primary, step)
    if primary is None or primary.id == step.facts.get("deployment"):
        return Stage("waiting for the deployment to begin")
    words = f"{_counts(primary)} new tasks running"
    if primary.rollout_state == "COMPLETED":
        return Stage(f"deployed, {words}", True, Level.FINE)
    if primary.rollout_state == "FAILED":
        reason = primary.rollout_state_reason or "the deployment failed"
        return Stage(reason, True, Level.FAILED)
    if primary.failed_tasks:
        words += f", {primary.failed_tasks} failed"
    return Stage(words + trouble(service))


def _superseded(service: Service, primary: Deployment, step: Step) -> Stage:
    """Another deployment is in the place of ours: the one it was rolled back to, or somebody's."""
    ours = next((each for each in service.deployments or () if each.id == step.mark), None)
    if ours is None and primary.id == step.facts.get("deployment") and not _failed(service, step):
        # What was asked for may take a moment to be seen.
        return Stage("waiting for the deployment to begin")
    reason = (ours.rollout_state_reason if ours else "") or _failed(service, step)
    back = primary.id == step.facts.get("deployment") or "fail" in reason or "roll" in reason
    if not back:
        return Stage("another deployment took its place", True, Level.WARNING)
    now, lead = arn.name_of(primary.task_definition or ""), reason.rstrip(".") or "it failed"
    if primary.rollout_state in ("COMPLETED", "FAILED"):
        return Stage(f"{lead}; rolled back to {now}", True, Level.FAILED)
    return Stage(f"{lead}; rolling back to {now}, {_counts(primary)} running")


def _failed(service: Service, step: Step) -> str:
    """What an event of the service says of the failure of our deployment; empty for none."""
    told = (each.message or "" for each in service.events or ())
    found = (words for words in told if step.mark in words and "failed" in words)
    return without_prefix(next(found, ""))


def _counts(deployment: Deployment) -> str:
    return f"{deployment.running_count or 0}/{deployment.desired_count or 0}"


def rollback_options(live: LiveService) -> tuple[Option, ...]:
    """Stopping what is under way first, then the revisions from before."""
    found: list[Option] = []
    if live.running is not None and live.running.status in _STOPPABLE:
        found.append(Option("running", f"stop {_deployment(live.running)} and roll it back"))
    for each in live.revisions:
        name = arn.name_of(each.task_definition or "")
        images = ", ".join((i.image or "?").rsplit("/", 1)[-1] for i in each.container_images or ())
        when = f"{each.created_at:%d %b %H:%M} UTC" if each.created_at else ""
        found.append(Option(each.service_revision_arn or "", f"{name}  {when}  {images}".strip()))
    return tuple(found)


def _deployment(deployment: ServiceDeployment) -> str:
    return f"deployment {arn.name_of(deployment.service_deployment_arn or '')}"


def plan_rollback(live: LiveService, answer: str) -> Step:
    """Stop the running deployment with a rollback, or deploy the definition of a revision."""
    refused = why_not_deployed(live.service)
    if not refused and not rollback_options(live):
        refused = "there is no deployment under way and no other revision to go back to"
    if answer == "running" and live.running is not None:
        return _plan_stop(live, live.running, refused)
    chosen = next((r for r in live.revisions if r.service_revision_arn == answer), None)
    now = arn.name_of(live.service.task_definition or "")
    then = arn.name_of(chosen.task_definition or "") if chosen else "?"
    facts = {**facts_of(live.service), "task definition": now}
    step = step_of(live, Change("task definition", now, then), *_differences(live, chosen))
    if refused or chosen is None:
        refused = refused or "choose what to go back to"
        return with_fields(step, refused=refused, facts=facts)
    return with_fields(
        step,
        request=update(live, taskDefinition=chosen.task_definition),
        notes=(
            Note(_pace(live.service), Level.NONE),
            Note("network, capacity and load balancers stay as they are now", Level.NONE),
        ),
        facts=facts,
        confirm=Confirm.TYPED,
        undo=(live.present.service_revision_arn or "") if live.present else "",
    )


def _differences(live: LiveService, chosen: ServiceRevision | None) -> tuple[Change, ...]:
    """What becomes different, value by value; of the images alone where nothing else is known."""
    lines = live.differences.get((chosen.task_definition or "") if chosen else "")
    if lines is None:
        return _images(live, chosen)
    shown = tuple(Change(line.path, _value(line.old), _value(line.new)) for line in lines[:_SHOWN])
    more = len(lines) - len(shown)
    return (*shown, Change("and more values", str(more), "others")) if more else shown


def _value(value: object) -> str:
    return "–" if value is None or value == "" else str(value)


def _images(live: LiveService, chosen: ServiceRevision | None) -> tuple[Change, ...]:
    """The images that become different."""
    present = live.present
    if chosen is None or present is None:
        return ()
    before = {each.container_name: each.image or "?" for each in present.container_images or ()}
    after = {each.container_name: each.image or "?" for each in chosen.container_images or ()}
    return tuple(
        Change(f"image of {each}", before.get(each, "–"), after.get(each, "–"))
        for each in sorted({*before, *after}, key=str)
        if before.get(each) != after.get(each)
    )


def _plan_stop(live: LiveService, deployment: ServiceDeployment, refused: str) -> Step:
    status = (deployment.status or "").lower().replace("_", " ")
    key = deployment.service_deployment_arn or ""
    sources = deployment.source_service_revisions or ()
    return Step(
        live.name,
        live.service.service_arn or live.name,
        live.cluster,
        (Change(_deployment(deployment), status, "rolled back"),),
        None if refused else _stop(key),
        () if sources else (Note("there may be no revision to go back to"),),
        {"deployment": key, "status": status},
        Confirm.TYPED,
        refused,
        mark="",
    )


def _stop(key: str) -> Request:
    return Request(
        "ecs", "StopServiceDeployment", {"serviceDeploymentArn": key}, {"stopType": "ROLLBACK"}
    )


def why_not_answered(service: Service) -> str:
    """Why no deployment of it can wait for an answer; empty if one may."""
    primary = service.primary
    under_way = primary is not None and primary.rollout_state == "IN_PROGRESS"
    return why_not_deployed(service) or ("" if under_way else "no deployment is under way")


def plan_answer(live: LiveService, action: str) -> Step:
    """Answer the hook at which the running deployment waits: `CONTINUE` or `ROLLBACK`."""
    if live.running is not None:
        return deployment_actions.plan_answer(live.running, action)
    return with_fields(step_of(live), refused="no deployment is under way")
