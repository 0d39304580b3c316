"""What running a task definition once, or a scheduled change of scaling now, would do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from containerscope.insight.live_service import LiveService, with_fields
from containerscope.insight.scale_actions import bounded, bounds_of, why_not_bounded
from containerscope.insight.scale_capacity import Size, amount_words
from containerscope.insight.stop_reasons import explain
from containerscope.model import arn
from containerscope.model.ecs_task import Task
from containerscope.model.health import Level
from containerscope.model.scaling import ScheduledAction
from containerscope.plan import Change, Confirm, Note, Option, Request, Stage, Step

STARTED_BY = "containerscope"
_TAKEN = ("launchType", "capacityProviderStrategy", "platformVersion", "networkConfiguration",
          "enableExecuteCommand")  # fmt: skip
"""What a task that is run once takes from the service beside it."""


class LiveRun(msgspec.Struct, frozen=True):
    """A task definition, and the services whose network and capacity its task may take."""

    definition: str
    """The ARN."""
    services: tuple[Mapping[str, Any], ...] = ()
    """Under the API's own names."""
    size: Size = Size()
    retired: bool = False
    """Whether the definition was deregistered."""


def _place(service: Mapping[str, Any]) -> str:
    """`checkout/orders`."""
    cluster = arn.name_of(str(service.get("clusterArn") or "?"))
    return f"{cluster}/{service.get('serviceName') or '?'}"


def run_options(live: LiveRun) -> tuple[Option, ...]:
    """The services in whose place a task may be run."""
    return tuple(Option(_place(each), _place(each)) for each in live.services)


def plan_run(live: LiveRun, answer: str) -> Step:
    """Start one task of the definition, which no service looks after."""
    name = arn.name_of(live.definition)
    named = (each for each in live.services if not answer or answer == _place(each))
    service = next(named, {})
    cluster = arn.name_of(str(service.get("clusterArn") or ""))
    taken = {each: service[each] for each in _TAKEN if service.get(each)}
    if "capacityProviderStrategy" in taken:
        taken.pop("launchType", None)
    refused = _why_not_run(live, service)
    takes = amount_words(live.size, 1)
    return Step(
        name,
        live.definition,
        cluster,
        (Change("standalone tasks", "as they are", "1 more"),),
        None
        if refused
        else Request(
            "ecs", "RunTask", {"cluster": cluster, "taskDefinition": live.definition},
            {"count": 1, "startedBy": STARTED_BY, **taken},
        ),
        () if refused else (
            Note(f"with network and capacity of service {_place(service)}", Level.NONE),
            *((Note(f"takes {takes}", Level.NONE),) if takes else ()),
            Note("no service starts it again, and no load balancer sends it anything", Level.NONE),
        ),
        {"definition": name},
        Confirm.YES,
        refused,
    )  # fmt: skip


def _why_not_run(live: LiveRun, service: Mapping[str, Any]) -> str:
    if live.retired:
        return "the definition was deregistered"
    if not service:
        return "no service runs it, whose network and capacity could be taken"
    if service.get("deploymentController", {}).get("type") == "EXTERNAL":
        return "the service leaves network and capacity to another controller"
    return ""


def made(answer: Mapping[str, Any]) -> str:
    """The ARN of the task that RunTask has started."""
    return next((str(each.get("taskArn") or "") for each in answer.get("tasks") or ()), "")


def run_so_far(task: Task | None, step: Step) -> Stage:
    """How far the task of `mark` has come: until it runs, or why it does not."""
    name = f"task {arn.name_of(step.mark)}"
    if task is None:
        # A task that was just started may take a moment to be seen.
        return Stage(f"{name} is being started")
    if task.stopped:
        verdict = explain(task)
        words = ": ".join(filter(None, (f"{name} has stopped", verdict.words, verdict.cause)))
        return Stage(words, True, max(Level.FINE, verdict.level))
    if task.last_status == "RUNNING":
        return Stage(f"{name} is running", True, Level.FINE)
    return Stage(f"{name} is {(task.last_status or 'starting').lower()}")


class LiveSchedules(msgspec.Struct, frozen=True):
    """The bounds of a service's scaling, and the scheduled changes of them."""

    live: LiveService
    schedules: tuple[ScheduledAction, ...] = ()


def schedule_options(found: LiveSchedules) -> tuple[Option, ...]:
    """Each scheduled change."""
    return tuple(
        Option(
            each.scheduled_action_name or "",
            f"{each.scheduled_action_name}  {_bounds(each)}  {each.schedule or ''}".rstrip(),
        )
        for each in found.schedules
    )


def _bounds(action: ScheduledAction) -> str:
    wanted = action.scalable_target_action
    low = wanted.min_capacity if wanted else None
    high = wanted.max_capacity if wanted else None
    return f"minimum {'–' if low is None else low}, maximum {'–' if high is None else high}"


def plan_schedule(found: LiveSchedules, answer: str) -> Step:
    """Set the bounds now that a scheduled action would set at its time."""
    chosen = next((s for s in found.schedules if s.scheduled_action_name == answer), None)
    wanted = chosen.scalable_target_action if chosen else None
    refused = why_not_bounded(found.live)
    if not refused and not found.schedules:
        refused = "it has no scheduled changes"
    if not refused and wanted is None:
        refused = "choose a scheduled change"
    low, high = bounds_of(found.live.target)
    then = (
        low if wanted is None or wanted.min_capacity is None else wanted.min_capacity,
        high if wanted is None or wanted.max_capacity is None else wanted.max_capacity,
    )
    if not refused and then == (low, high):
        refused = "the bounds are what it would set already"
    return with_fields(bounded(found.live, then, refused), undone_by="set-bounds")
