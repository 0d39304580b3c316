"""What scaling, restarting or rolling back a service would do, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from containerscope.block import DiffLine
from containerscope.insight.events import without_prefix
from containerscope.insight.scaling import resource_id
from containerscope.model import arn
from containerscope.model.ecs_deployment import ServiceDeployment, ServiceRevision
from containerscope.model.ecs_service import Service
from containerscope.model.health import Level
from containerscope.model.scaling import ScalableTarget
from containerscope.plan import Change, Confirm, Note, Option, Request, Stage, Step

_MOST = 5000
"""Tasks that a service may have at most by AWS's own quota."""
_SHOWN = 12
"""Values of a task definition that are told one by one."""
_STOPPABLE = ("PENDING", "IN_PROGRESS")


class LiveService(msgspec.Struct, frozen=True):
    """A service as it is now, and what bounds it."""

    service: Service
    cluster: str
    target: ScalableTarget | None = None
    """Its scalable target; None without one."""
    unknown: str = ""
    """Why it is not known whether there is one."""
    running: ServiceDeployment | None = None
    """The deployment that is under way."""
    revisions: tuple[ServiceRevision, ...] = ()
    """Those that it may be rolled back to, the newest first."""
    present: ServiceRevision | None = None
    """The revision that it runs now."""
    differences: Mapping[str, tuple[DiffLine, ...]] = {}
    """ARN of a task definition -> in what it differs from the present one, where that is known."""

    @property
    def name(self) -> str:
        """The service's name."""
        return self.service.service_name or ""

    @property
    def desired(self) -> int:
        """How many tasks it is to have."""
        return self.service.desired_count or 0


def why_not_scaled(service: Service) -> str:
    """Why the number of its tasks is not ours to set; empty if it is."""
    if service.scheduling_strategy == "DAEMON":
        return "a daemon service runs one task on each instance"
    return why_not_changed(service)


def why_not_changed(service: Service) -> str:
    """Why it cannot be changed at all; empty if it can."""
    if service.resource_management_type == "ECS":
        return "Express Mode manages this service"
    if service.status not in (None, "ACTIVE"):
        return f"the service is {(service.status or '').lower()}"
    return ""


def plan_scale(live: LiveService, answer: str) -> Step:
    """Set the desired count, and nothing else of the service."""
    count = int(answer) if answer.isascii() and answer.isdigit() else None
    refused = why_not_scaled(live.service)
    if not refused and (count is None or count > _MOST):
        refused = f"a number from 0 to {_MOST} is wanted"
    if not refused and count == live.desired:
        refused = f"desired is {count} already"
    then = "?" if count is None else str(count)
    step = _step(live, Change("desired", str(live.desired), then))
    facts = {"desired": str(live.desired), "status": live.service.status or ""}
    if refused or count is None:
        return _with(step, refused=refused, facts=facts, notes=_bounds(live, None))
    return _with(
        step,
        request=_update(live, desiredCount=count),
        notes=(*_bounds(live, count), *_fewer(live, count)),
        facts=facts,
        confirm=Confirm.TYPED if count < live.desired else Confirm.YES,
        undo=str(live.desired),
        mark=str(count),
    )


def _with(step: Step, **changes: object) -> Step:
    """The step with these fields."""
    return replace(step, **changes)  # type: ignore[arg-type]


def _step(live: LiveService, *changes: Change) -> Step:
    return Step(live.name, live.service.service_arn or live.name, live.cluster, changes)


def _update(live: LiveService, **changes: object) -> Request:
    where = {"cluster": live.cluster, "service": live.name}
    return Request("ecs", "UpdateService", where, changes)


def _bounds(live: LiveService, count: int | None) -> tuple[Note, ...]:
    """The bounds of scaling, and what it will do about a count outside of them."""
    target = live.target
    if live.unknown:
        return (Note(f"whether auto scaling bounds it is not known: {live.unknown}"),)
    if target is None:
        return (Note("no auto scaling: it stays at this number", Level.NONE),)
    low, high = target.min_capacity or 0, target.max_capacity or 0
    bounds = f"auto scaling keeps it between {low} and {high}"
    suspended = target.suspended_state
    if suspended is not None and suspended.dynamic_scaling_in_suspended \
            and suspended.dynamic_scaling_out_suspended:  # fmt: skip
        return (Note(f"{bounds}, but is suspended", Level.NONE),)
    if count is not None and count < low:
        return (Note(f"{bounds}: it will raise it to its minimum {low} again"),)
    if count is not None and count > high:
        return (Note(f"{bounds}: it will lower it to its maximum {high} again"),)
    return (Note(f"{bounds}, and may change it again", Level.NONE),)


def _fewer(live: LiveService, count: int) -> tuple[Note, ...]:
    """What stops."""
    running = live.service.running_count or 0
    stopped = max(0, running - count)
    if not stopped:
        return ()
    notes = [Note(f"{_tasks(stopped)} {_verb(stopped, 'stop')}; {count} of {running} remain")]
    if live.service.load_balancers:
        notes.append(Note(f"{stopped} of {running} targets drain first", Level.NONE))
    if count == 0:
        notes.append(Note("the service will answer nobody"))
    return tuple(notes)


def _tasks(count: int) -> str:
    return f"{count} task" + ("" if count == 1 else "s")


def _verb(count: int, verb: str) -> str:
    return verb + ("s" if count == 1 else "")


def scaled(service: Service, step: Step) -> Stage:
    """How far a service has come on its way to the count that was asked for."""
    wanted, desired = int(step.mark), service.desired_count or 0
    running, pending = service.running_count or 0, service.pending_count or 0
    if desired != wanted:
        return Stage(f"desired is {desired} now: something else changed it", True, Level.WARNING)
    if running == wanted and not pending:
        return Stage(f"{running}/{wanted} running", True, Level.FINE)
    words = f"{running}/{wanted} running" + (f", {pending} pending" if pending else "")
    return Stage(words + _trouble(service))


def _trouble(service: Service) -> str:
    events = service.events or ()
    newest = without_prefix(events[0].message or "") if events else ""
    return f": {newest}" if "unable" in newest or "failed" in newest else ""


def plan_restart(live: LiveService, answer: str) -> Step:
    """Replace every task by a new one of the same definition."""
    service = live.service
    deployment = service.primary
    step = _step(live, Change("tasks", _tasks(service.running_count or 0), "all replaced"))
    refused = why_not_changed(service)
    facts = {
        "deployment": (deployment.id if deployment else "") or "",
        "task definition": arn.name_of(service.task_definition or ""),
    }
    if refused:
        return _with(step, refused=refused, facts=facts)
    notes = [Note(_pace(service), Level.NONE)]
    if deployment is not None and deployment.rollout_state == "IN_PROGRESS":
        notes.append(Note("a deployment is under way: this one takes its place"))
    return _with(
        step,
        request=_update(live, forceNewDeployment=True),
        notes=tuple(notes),
        facts=facts,
        mark=facts["deployment"],
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


def deployed(service: Service, step: Step) -> Stage:
    """How far the deployment has come that began after the one in `mark`."""
    primary = service.primary
    if primary is None or primary.id == step.mark:
        return Stage("waiting for the deployment to begin")
    running, desired = primary.running_count or 0, primary.desired_count or 0
    words = f"{running}/{desired} new tasks running"
    if primary.rollout_state == "COMPLETED":
        return Stage(f"deployed, {words}", True, Level.FINE)
    if primary.rollout_state == "FAILED":
        reason = primary.rollout_state_reason or "the deployment failed"
        return Stage(reason, True, Level.FAILED)
    if primary.failed_tasks:
        words += f", {primary.failed_tasks} failed"
    return Stage(words + _trouble(service))


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
    refused = why_not_changed(live.service)
    if not refused and not rollback_options(live):
        refused = "there is no deployment under way and no other revision to go back to"
    if answer == "running" and live.running is not None:
        return _plan_stop(live, live.running, refused)
    chosen = next((r for r in live.revisions if r.service_revision_arn == answer), None)
    now = arn.name_of(live.service.task_definition or "")
    then = arn.name_of(chosen.task_definition or "") if chosen else "?"
    primary = live.service.primary
    facts = {"task definition": now, "deployment": (primary.id if primary else "") or ""}
    step = _step(live, Change("task definition", now, then), *_differences(live, chosen))
    if refused or chosen is None:
        refused = refused or "choose what to go back to"
        return _with(step, refused=refused, facts=facts)
    return _with(
        step,
        request=_update(live, taskDefinition=chosen.task_definition),
        notes=(
            Note(_pace(live.service), Level.NONE),
            Note("network, capacity and load balancers stay as they are now", Level.NONE),
        ),
        facts=facts,
        confirm=Confirm.TYPED,
        mark=facts["deployment"],
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


def scaling_request(live: LiveService, suspended: bool) -> Request:
    """Suspend or resume every kind of scaling; the bounds are left as they are."""
    kinds = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
    return Request(
        "application-autoscaling",
        "RegisterScalableTarget",
        {
            "ServiceNamespace": "ecs",
            "ResourceId": resource_id(live.cluster, live.name),
            "ScalableDimension": "ecs:service:DesiredCount",
        },
        {"SuspendedState": dict.fromkeys(kinds, suspended)},
    )


def plan_suspend(live: LiveService, suspended: bool) -> Step:
    """Suspend or resume all scaling of a service."""
    target = live.target
    state = target.suspended_state if target else None
    flags = (
        bool(state and state.dynamic_scaling_in_suspended),
        bool(state and state.dynamic_scaling_out_suspended),
        bool(state and state.scheduled_scaling_suspended),
    )
    now = "suspended" if all(flags) else "partly suspended" if any(flags) else "active"
    then = "suspended" if suspended else "active"
    refused = live.unknown or ("" if target else "the service has no auto scaling")
    if not refused and now == then:
        refused = f"its scaling is {now} already"
    step = _step(live, Change("scaling", now, then))
    effect = "no alarm and no schedule changes the count until it is resumed"
    return _with(
        step,
        request=None if refused else scaling_request(live, suspended),
        notes=(Note(effect if suspended else "alarms and schedules act again at once"),),
        facts={"scaling": now},
        refused=refused,
    )


def settled(service: Service) -> Stage:
    """How far a rollback has come that ECS makes by itself."""
    primary = service.primary
    if primary is None or primary.rollout_state != "COMPLETED":
        reason = (primary.rollout_state_reason if primary else "") or "rolling back"
        failed = primary is not None and primary.rollout_state == "FAILED" and not _others(service)
        return Stage(reason, failed, Level.FAILED if failed else Level.PROGRESS)
    running, desired = primary.running_count or 0, primary.desired_count or 0
    now = arn.name_of(service.task_definition or "")
    return Stage(f"rolled back to {now}, {running}/{desired} running", True, Level.FINE)


def _others(service: Service) -> bool:
    return len(service.deployments or ()) > 1
