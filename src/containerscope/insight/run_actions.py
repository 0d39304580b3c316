"""What running a task definition once, or a scheduled change of scaling now, would do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from containerscope.insight.service_actions import LiveService
from containerscope.model import arn
from containerscope.model.health import Level
from containerscope.model.scaling import ScheduledAction
from containerscope.plan import Change, Confirm, Note, Option, Request, Step

STARTED_BY = "containerscope"
_TAKEN = ("launchType", "capacityProviderStrategy", "platformVersion", "networkConfiguration",
          "enableExecuteCommand")  # fmt: skip
"""What a task that is run once takes from the service beside it."""


class LiveRun(msgspec.Struct, frozen=True):
    """A task definition, and the service whose network and capacity its task takes."""

    definition: str
    """The ARN."""
    cluster: str
    service: Mapping[str, Any] = {}
    """Under the API's own names; empty where no service is known."""


def plan_run(live: LiveRun, answer: str) -> Step:
    """Start one task of the definition, which no service looks after."""
    name = arn.name_of(live.definition)
    refused = "" if live.service else "open it from a service: its network and capacity are taken"
    if not refused and live.service.get("deploymentController", {}).get("type") == "EXTERNAL":
        refused = "the service leaves network and capacity to another controller"
    taken = {each: live.service[each] for each in _TAKEN if live.service.get(each)}
    if "capacityProviderStrategy" in taken:
        taken.pop("launchType", None)
    service = str(live.service.get("serviceName") or "?")
    return Step(
        name,
        live.definition,
        live.cluster,
        (Change("standalone tasks", "as they are", "1 more"),),
        None
        if refused
        else Request(
            "ecs", "RunTask", {"cluster": live.cluster, "taskDefinition": live.definition},
            {"count": 1, "startedBy": STARTED_BY, **taken},
        ),
        (
            Note(f"with network and capacity of service {service}", Level.NONE),
            Note("no service starts it again, and no load balancer sends it anything", Level.NONE),
        ),
        {"definition": name},
        Confirm.YES,
        refused,
    )  # fmt: skip


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
    live, target = found.live, found.live.target
    chosen = next((s for s in found.schedules if s.scheduled_action_name == answer), None)
    wanted = chosen.scalable_target_action if chosen else None
    refused = live.unknown or ("" if found.schedules else "it has no scheduled changes")
    changes: dict[str, int] = {}
    shown: list[Change] = []
    if target is not None and wanted is not None:
        for label, name, now, then in (
            ("minimum", "MinCapacity", target.min_capacity, wanted.min_capacity),
            ("maximum", "MaxCapacity", target.max_capacity, wanted.max_capacity),
        ):
            if then is not None and then != now:
                changes[name] = then
                shown.append(Change(label, str(now), str(then)))
    if not refused and wanted is not None and not changes:
        refused = "the bounds are what it would set already"
    if not refused and wanted is None:
        refused = "choose a scheduled change"
    facts = {
        "minimum": str(target.min_capacity if target else ""),
        "maximum": str(target.max_capacity if target else ""),
    }
    return Step(
        live.name,
        live.service.service_arn or live.name,
        live.cluster,
        tuple(shown),
        None
        if refused or target is None
        else Request(
            "application-autoscaling", "RegisterScalableTarget",
            {"ServiceNamespace": "ecs", "ResourceId": target.resource_id,
             "ScalableDimension": "ecs:service:DesiredCount"},
            changes,
        ),
        _effects(live, changes),
        facts,
        Confirm.YES,
        refused,
    )  # fmt: skip


def _effects(live: LiveService, changes: Mapping[str, int]) -> tuple[Note, ...]:
    low, high, now = changes.get("MinCapacity"), changes.get("MaxCapacity"), live.desired
    if low is not None and now < low:
        return (Note(f"scaling raises desired from {now} to {low} at once"),)
    if high is not None and now > high:
        return (Note(f"scaling lowers desired from {now} to {high} at once"),)
    return (Note(f"desired stays {now}", Level.NONE),)
