"""What scaling a service would do, or bounding or suspending its auto scaling."""

from __future__ import annotations

from containerscope.insight.live_service import (
    LiveService,
    counted,
    facts_of,
    step_of,
    trouble,
    update,
    why_not_changed,
    with_fields,
)
from containerscope.insight.scale_capacity import capacity_notes
from containerscope.insight.scaling import resource_id, suspended_words
from containerscope.model.ecs_service import Service
from containerscope.model.health import Level
from containerscope.model.scaling import ScalableTarget
from containerscope.plan import Change, Confirm, Note, Request, Stage, Step

_KINDS = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
_MOST = 5000
"""Tasks that a service may have at most by AWS's own quota."""


def why_not_scaled(service: Service) -> str:
    """Why the number of its tasks is not ours to set; empty if it is."""
    if service.scheduling_strategy == "DAEMON":
        return "a daemon service runs one task on each instance"
    return why_not_changed(service)


def plan_scale(live: LiveService, answer: str) -> Step:
    """Set the desired count, and nothing else of the service."""
    count = int(answer) if answer.isascii() and answer.isdigit() else None
    refused = why_not_scaled(live.service)
    if not refused and (count is None or count > _MOST):
        refused = f"a number from 0 to {_MOST} is wanted"
    if not refused and count == live.desired:
        refused = f"desired is {count} already"
    then = "?" if count is None else str(count)
    step = step_of(live, Change("desired", str(live.desired), then))
    facts = {
        "desired": str(live.desired),
        "status": live.service.status or "",
        "created": facts_of(live.service)["created"],
    }
    if refused or count is None:
        return with_fields(step, refused=refused, facts=facts, notes=_bounds(live, None))
    return with_fields(
        step,
        request=update(live, desiredCount=count),
        notes=(*_bounds(live, count), *_fewer(live, count), *_capacity(live, count)),
        facts=facts,
        confirm=Confirm.TYPED if count < live.desired else Confirm.YES,
        undo=str(live.desired),
        mark=str(count),
    )


def _bounds(live: LiveService, count: int | None) -> tuple[Note, ...]:
    """The bounds of scaling, and what it will do about a count outside of them."""
    target = live.target
    if live.unknown:
        return (Note(f"whether auto scaling bounds it is not known: {live.unknown}"),)
    if target is None:
        return (Note("no auto scaling: it stays at this number", Level.NONE),)
    low, high = bounds_of(target)
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
    """What stops, and who is left to answer."""
    running = live.service.running_count or 0
    stopped = max(0, running - count)
    if not stopped:
        return ()
    verb = "stops" if stopped == 1 else "stop"
    notes = [Note(f"{counted(stopped)} {verb}; {count} of {running} remain")]
    if live.targets is not None:
        healthy, every = live.targets
        left = min(healthy, count)
        words = f"{left} of {counted(every, 'target')} remain healthy; those that go drain first"
        notes.append(Note(words, Level.NONE if left else Level.WARNING))
    elif live.service.load_balancers:
        notes.append(Note(f"{stopped} of {running} targets drain first", Level.NONE))
    if count == 0:
        notes.append(Note("the service will answer nobody"))
    return tuple(notes)


def _capacity(live: LiveService, count: int) -> tuple[Note, ...]:
    if live.capacity is None:
        return ()
    there = (live.service.running_count or 0) + (live.service.pending_count or 0)
    return capacity_notes(live.capacity, live.desired, there, count)


def scaled(service: Service, step: Step) -> Stage:
    """How far a service has come on its way to the count that was asked for."""
    wanted, desired = int(step.mark), service.desired_count or 0
    running, pending = service.running_count or 0, service.pending_count or 0
    if desired != wanted:
        return Stage(f"desired is {desired} now: something else changed it", True, Level.WARNING)
    if running == wanted and not pending:
        return Stage(f"{running}/{wanted} running", True, Level.FINE)
    words = f"{running}/{wanted} running" + (f", {pending} pending" if pending else "")
    return Stage(words + trouble(service))


def register(live: LiveService, **changes: object) -> Request:
    """RegisterScalableTarget with these fields; the others stay as they are."""
    return Request(
        "application-autoscaling",
        "RegisterScalableTarget",
        {
            "ServiceNamespace": "ecs",
            "ResourceId": resource_id(live.cluster, live.name),
            "ScalableDimension": "ecs:service:DesiredCount",
        },
        changes,
    )


def _state(target: ScalableTarget | None) -> str:
    """`active`, `suspended`, or `suspended: scaling in` for a part of it."""
    words = suspended_words(target.suspended_state if target else None)
    return {"": "active", "everything": "suspended"}.get(words, f"suspended: {words}")


def plan_suspend(live: LiveService, suspended: bool) -> Step:
    """Suspend or resume all scaling of a service; its bounds stay."""
    now, then = _state(live.target), "suspended" if suspended else "active"
    refused = why_not_bounded(live)
    if not refused and now == then:
        refused = f"its scaling is {now} already"
    step = step_of(live, Change("scaling", now, then))
    effect = "no alarm and no schedule changes the count until it is resumed"
    return with_fields(
        step,
        request=None
        if refused
        else register(live, SuspendedState=dict.fromkeys(_KINDS, suspended)),
        notes=(
            Note(effect if suspended else "alarms and schedules act again at once"),
            *(() if suspended else _pulled(live, *bounds_of(live.target))),
        ),
        facts={"scaling": now},
        refused=refused,
        # What was suspended in part is not taken back by suspending all of it.
        undo=now if now in ("active", "suspended") else "",
        undone_by="resume-scaling" if suspended else "suspend-scaling",
        mark=then,
    )


def suspended(target: ScalableTarget | None, step: Step) -> Stage:
    """Whether scaling is as it was asked to be."""
    now = _state(target)
    if now == step.mark:
        return Stage(f"its scaling is {now}", True, Level.FINE)
    return Stage(f"its scaling is {now}: something else changed it", True, Level.WARNING)


def why_not_bounded(live: LiveService) -> str:
    """Why there are no bounds to change; empty if there are."""
    return live.unknown or ("" if live.target else "the service has no auto scaling")


def bounds_of(target: ScalableTarget | None) -> tuple[int, int]:
    """The minimum and the maximum."""
    return ((target.min_capacity or 0), (target.max_capacity or 0)) if target else (0, 0)


def bounds_words(live: LiveService) -> str:
    """The bounds as they are typed: `4-20`."""
    low, high = bounds_of(live.target)
    return f"{low}-{high}" if live.target else ""


def _typed(answer: str) -> tuple[int, int] | None:
    low, dash, high = answer.partition("-")
    if dash and all(each.isascii() and each.isdigit() for each in (low, high)):
        return int(low), int(high)
    return None


def plan_bounds(live: LiveService, answer: str) -> Step:
    """Set the minimum and the maximum between which it is scaled, given as `4-20`."""
    now, then = bounds_of(live.target), _typed(answer)
    refused = why_not_bounded(live)
    if not refused and (then is None or then[0] > then[1] or then[1] > _MOST):
        refused = f"two numbers are wanted, as 2-10: at most {_MOST}, the smaller one first"
    if not refused and then == now:
        refused = f"they are {answer} already"
    return bounded(live, then, refused)


def bounded(live: LiveService, then: tuple[int, int] | None, refused: str) -> Step:
    """A step that sets these bounds, of which only those are sent that differ."""
    now = bounds_of(live.target)
    given = then or now
    changes: dict[str, object] = {}
    shown: list[Change] = []
    for label, name, old, new in (
        ("minimum", "MinCapacity", now[0], given[0]),
        ("maximum", "MaxCapacity", now[1], given[1]),
    ):
        if new != old:
            changes[name] = new
            shown.append(Change(label, str(old), str(new)))
    return with_fields(
        step_of(live, *shown),
        request=None if refused else register(live, **changes),
        notes=_pulled(live, *given) if changes else (),
        facts={"minimum": str(now[0]), "maximum": str(now[1])},
        refused=refused,
        undo=f"{now[0]}-{now[1]}",
        mark=f"{given[0]}-{given[1]}",
    )


def _pulled(live: LiveService, low: int, high: int) -> tuple[Note, ...]:
    """What scaling does at once about a count that lies outside of its bounds."""
    now = live.desired
    if now < low:
        return (Note(f"scaling raises desired from {now} to its minimum {low} at once"),)
    if now > high:
        return (Note(f"scaling lowers desired from {now} to its maximum {high} at once"),)
    return (Note(f"desired stays {now}", Level.NONE),)


def within_bounds(service: Service, target: ScalableTarget | None, step: Step) -> Stage:
    """How far a service is on its way into the bounds that were set."""
    low, high = bounds_of(target)
    if f"{low}-{high}" != step.mark:
        words = f"the bounds are {low} and {high} now: something else changed them"
        return Stage(words, True, Level.WARNING)
    desired, running = service.desired_count or 0, service.running_count or 0
    bounds = f"between {low} and {high}"
    state = target.suspended_state if target else None
    if not low <= desired <= high and not suspended_words(state):
        return Stage(f"{bounds}, desired is {desired} still")
    if running == desired and not service.pending_count:
        return Stage(f"{bounds}, {running}/{desired} running", True, Level.FINE)
    return Stage(f"{bounds}, {running}/{desired} running{trouble(service)}")
