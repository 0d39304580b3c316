"""The detail pane of scaling: the sentence, the policies, the history, the instances below."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import msgspec

from containerscope.block import Series, SeriesBlock
from containerscope.insight.scaling import scaling_verdict, scene_of, suspended_words
from containerscope.insight.scaling_activity import Step, steps
from containerscope.insight.scaling_alarm import AlarmState
from containerscope.insight.scaling_policy import PolicyState, policy_state
from containerscope.insight.schedule import NextRun, next_run
from containerscope.model.ecs_service import Service
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item, Missing, Problem, Why
from containerscope.model.scaling import ScheduledAction, ServiceScaling
from containerscope.resource import (
    Block,
    Clients,
    Detail,
    Scope,
    TableBlock,
    TextBlock,
)
from containerscope.resources import _around, _blocks
from containerscope.resources._group_levels import instances
from containerscope.resources._listed import problem_block
from containerscope.resources._scaling_metrics import (
    LOOKED_BACK,
    Measured,
    forecasts,
    measured,
    plots,
)

_NOT_READ = "They could not be read."


async def overview(
    clients: Clients, scope: Scope, item: Item[ServiceScaling]
) -> AsyncIterator[tuple[Block, ...]]:
    """Why it last scaled or why it cannot; then the metrics, and the instances below."""
    found = item.value
    if isinstance(found, Missing):
        yield (_blocks.missing_block(found),)
        return
    yield blocks(found, None, clients.clock.now())
    try:
        service = await _around.service_of(clients, item.cluster, item.name)
    except ApiError as error:
        known = blocks(found, None, clients.clock.now(), await measured(clients, found))
        yield (*known, problem_block(error.problem))
        return
    async for shown in whole(clients, item.cluster, found, service):
        yield shown


async def whole(
    clients: Clients, cluster: str, found: ServiceScaling, service: Service
) -> AsyncIterator[tuple[Block, ...]]:
    """Both levels of a service's scaling, each part as it comes."""
    desired, now = service.desired_count, clients.clock.now()
    first = blocks(found, desired, now)
    yield first
    levels = asyncio.create_task(instances(clients, cluster, service))
    try:
        first = blocks(found, desired, now, await measured(clients, found))
        yield first
        ahead = await forecasts(clients, found)
        yield (*first, *ahead, *await levels)
    finally:
        levels.cancel()


def blocks(
    found: ServiceScaling, desired: int | None, now: datetime, metrics: Measured | None = None
) -> tuple[Block, ...]:
    """The first level: the tasks of the service."""
    metrics = metrics or Measured()
    scene = msgspec.structs.replace(scene_of(found, now, desired), values=metrics.values)
    verdict = scaling_verdict(scene)
    history = steps(found.activities or ())
    states = _states(found, desired, metrics)
    target = found.target
    level = verdict.level if verdict.level >= Level.PROGRESS else Level.NONE
    told = f"{verdict.cause}\nWhat to do: {verdict.fix}" if verdict.fix else verdict.cause
    return (
        *((TextBlock(told, level=level),) if told else ()),
        _blocks.pairs(
            "Service auto scaling (tasks)",
            ("Minimum", target.min_capacity),
            ("Maximum", target.max_capacity),
            ("Desired", desired),
            ("Suspended", suspended_words(target.suspended_state)),
            ("Predicted", target.predicted_capacity),
            ("Since", target.creation_time),
        ),
        _policies(found, states, now),
        _schedules(found.schedules, now),
        *_chart(history, desired, now, metrics),
        *plots(states, metrics, now - LOOKED_BACK, now),
        *((_unmeasured(metrics.problem),) if metrics.problem else ()),
        _history(found, history),
    )


def _unmeasured(problem: Problem) -> TextBlock:
    if problem.why is Why.NOT_APPLICABLE:
        return TextBlock(f"No plot: {problem.message}.")
    return problem_block(problem, "Metrics")


def _states(
    found: ServiceScaling, desired: int | None, metrics: Measured
) -> tuple[PolicyState, ...]:
    return tuple(
        policy_state(
            each,
            found.alarms or {},
            now=metrics.now(each.policy_name or "?"),
            current=desired,
            suspended=found.target.suspended_state,
        )
        for each in found.policies or ()
    )


def _policies(found: ServiceScaling, states: Sequence[PolicyState], now: datetime) -> TableBlock:
    return TableBlock(
        "Policies",
        ("POLICY", "KIND", "METRIC", "TARGET", "NOW", "WOULD NEED", "COOLDOWN", "STATE", "ALARMS"),
        tuple(_policy(state, now) for state in states),
        tuple(state.level if state.level > Level.FINE else Level.NONE for state in states),
        empty=_NOT_READ if found.policies is None else "No policy scales it.",
    )


def _policy(state: PolicyState, now: datetime) -> tuple[object, ...]:
    target = None if state.target is None else state.measure.amount(state.target)
    alarms = tuple(_alarm(alarm, now) for alarm in state.alarms)
    need = state.estimate
    return (
        state.name,
        state.kind,
        state.measure.words or None,
        target,
        None if state.now is None else state.measure.amount(state.now),
        None if need is None else f"{need} task{'' if need == 1 else 's'}",
        state.cooldown or None,
        state.words or None,
        alarms or None,
    )


def _alarm(alarm: AlarmState, now: datetime) -> str:
    """`OK: CPU > 60 % for 3 × 1 min`; one that went off says what it saw then, and when."""
    ago = _blocks.lasted(alarm.since, now) if alarm.state == "ALARM" else None
    return f"{alarm.state}{f' for {ago}' if ago else ''}: {alarm.says}"


def _schedules(found: Sequence[ScheduledAction] | None, now: datetime) -> TableBlock:
    rows = []
    for each in found or ():
        run, bounds = next_run(each, now), each.scalable_target_action
        rows.append(
            (
                each.scheduled_action_name,
                each.schedule,
                each.timezone or "UTC",
                bounds.min_capacity if bounds else None,
                bounds.max_capacity if bounds else None,
                _when(run, now),
            )
        )
    return TableBlock(
        "Schedules",
        ("NAME", "SCHEDULE", "ZONE", "MIN", "MAX", "NEXT"),
        tuple(rows),
        empty=_NOT_READ if found is None else "No schedule changes its bounds.",
    )


def _when(run: NextRun, now: datetime) -> str:
    """`in 7h 48m (Tue 22:00 CET)`, in the time of the machine that it is read on."""
    if run.at is None:
        return run.why
    local = run.at.astimezone()
    return f"in {_blocks.lasted(now, run.at) or '0s'} ({local:%a %H:%M %Z})"


def _chart(
    history: Sequence[Step], desired: int | None, now: datetime, metrics: Measured
) -> tuple[SeriesBlock, ...]:
    """The count over the last hours, as the activities tell it, against the tasks that ran."""
    start = now - LOOKED_BACK
    known = [(step.at, step.after) for step in reversed(history) if step.done and step.at]
    points = [(at, float(count)) for at, count in known if count is not None]
    before = [value for at, value in points if at < start]
    shown = [(at, value) for at, value in points if at >= start]
    if not shown and desired is None:
        return ()
    if before or not shown:
        shown.insert(0, (start, before[-1] if before else float(desired or 0)))
    shown.append((now, shown[-1][1] if desired is None else float(desired)))
    lines = [Series("desired", tuple(shown), "tasks", stepped=True)]
    ran = tuple(each for each in metrics.running if each[0] >= start)
    if ran:
        lines.append(Series("running", ran, "tasks", stepped=True))
    return (SeriesBlock("Tasks", tuple(lines), start, now),)


def _history(found: ServiceScaling, history: Sequence[Step]) -> TableBlock:
    return TableBlock(
        "Activities",
        ("WHEN", "CHANGE", "CAUSE", "RESULT"),
        tuple((step.at, step.change or None, step.cause.words, step.result) for step in history),
        tuple(step.level if step.level is not Level.FINE else Level.NONE for step in history),
        empty=_NOT_READ if found.activities is None else "None in the last six weeks.",
    )


DETAILS: tuple[Detail[ServiceScaling], ...] = (Detail("Overview", overview),)
