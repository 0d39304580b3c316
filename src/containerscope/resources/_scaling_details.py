"""The detail pane of scaling: the sentence, the policies, the history, the instances below."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from containerscope.block import Series, SeriesBlock
from containerscope.insight.group_scaling import group_name_of, group_verdict, in_service
from containerscope.insight.scaling import scaling_verdict, scene_of, suspended_words
from containerscope.insight.scaling_activity import Step, steps
from containerscope.insight.scaling_policy import PolicyState, policy_state
from containerscope.insight.schedule import NextRun, next_run
from containerscope.model.asg import AutoScalingGroup
from containerscope.model.ecs import CapacityProvider
from containerscope.model.ecs_service import Service
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item, Missing
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

_LOOKED_BACK = timedelta(hours=6)
_NOT_READ = "They could not be read."


async def overview(
    clients: Clients, scope: Scope, item: Item[ServiceScaling]
) -> AsyncIterator[tuple[Block, ...]]:
    """Why it last scaled or why it cannot; then the instances below, once they are read."""
    found = item.value
    if isinstance(found, Missing):
        yield (_blocks.missing_block(found),)
        return
    now = clients.clock.now()
    yield blocks(found, None, now)
    try:
        service = await _around.service_of(clients, item.cluster, item.name)
    except ApiError as error:
        yield (*blocks(found, None, now), TextBlock(error.problem.message, level=Level.WARNING))
        return
    first = blocks(found, service.desired_count, now)
    yield first
    yield (*first, *await instances(clients, item.cluster, service))


def blocks(found: ServiceScaling, desired: int | None, now: datetime) -> tuple[Block, ...]:
    """The first level: the tasks of the service."""
    verdict = scaling_verdict(scene_of(found, now, desired))
    history = steps(found.activities or ())
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
        _policies(found, desired),
        _schedules(found.schedules, now),
        *_chart(history, desired, now),
        _history(found, history),
    )


def _policies(found: ServiceScaling, desired: int | None) -> TableBlock:
    alarms = found.alarms or {}
    states = [
        policy_state(each, alarms, current=desired, suspended=found.target.suspended_state)
        for each in found.policies or ()
    ]
    return TableBlock(
        "Policies",
        ("POLICY", "KIND", "METRIC", "TARGET", "COOLDOWN", "STATE", "ALARMS"),
        tuple(_policy(state) for state in states),
        tuple(state.level if state.level > Level.FINE else Level.NONE for state in states),
        empty=_NOT_READ if found.policies is None else "No policy scales it.",
    )


def _policy(state: PolicyState) -> tuple[object, ...]:
    target = None if state.target is None else state.measure.amount(state.target)
    alarms = tuple(f"{alarm.state}: {alarm.says}" for alarm in state.alarms)
    return (
        state.name,
        state.kind,
        state.measure.words or None,
        target,
        state.cooldown or None,
        state.words or None,
        alarms or None,
    )


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


def _chart(history: Sequence[Step], desired: int | None, now: datetime) -> tuple[SeriesBlock, ...]:
    """The count over the last hours, as the activities tell it."""
    start = now - _LOOKED_BACK
    known = [(step.at, step.after) for step in reversed(history) if step.done and step.at]
    points = [(at, float(count)) for at, count in known if count is not None]
    before = [value for at, value in points if at < start]
    shown = [(at, value) for at, value in points if at >= start]
    if not shown:
        return ()
    if before:
        shown.insert(0, (start, before[-1]))
    shown.append((now, shown[-1][1] if desired is None else float(desired)))
    line = Series("tasks", tuple(shown), "tasks", stepped=True)
    return (SeriesBlock("Tasks", (line,), start, now),)


def _history(found: ServiceScaling, history: Sequence[Step]) -> TableBlock:
    return TableBlock(
        "Activities",
        ("WHEN", "CHANGE", "CAUSE", "RESULT"),
        tuple((step.at, step.change or None, step.cause.words, step.result) for step in history),
        tuple(step.level if step.level is not Level.FINE else Level.NONE for step in history),
        empty=_NOT_READ if found.activities is None else "None in the last six weeks.",
    )


async def instances(clients: Clients, cluster: str, service: Service) -> tuple[Block, ...]:
    """The second level: the Auto Scaling groups behind the service's capacity providers."""
    title = "EC2 Auto Scaling (instances)"
    names = [each.capacity_provider or "" for each in service.capacity_provider_strategy or ()]
    own = [name for name in names if name and not name.startswith("FARGATE")]
    if not own:
        where = ", ".join(names) or service.launch_type or "no capacity provider"
        return (TextBlock(f"None: its tasks run on {where}.", title),)
    try:
        groups = await _groups(clients, cluster, own)
    except ApiError as error:
        return (TextBlock(error.problem.message, title, Level.WARNING),)
    verdicts = [group_verdict(group) for _, group in groups]
    rows = tuple(
        (
            provider,
            group.auto_scaling_group_name,
            f"{in_service(group)}/{group.desired_capacity or 0}",
            group.min_size,
            group.max_size,
            verdict.words or None,
        )
        for (provider, group), verdict in zip(groups, verdicts, strict=True)
    )
    header = ("PROVIDER", "GROUP", "IN SERVICE", "MIN", "MAX", "STATE")
    levels = tuple(each.level if each.level > Level.FINE else Level.NONE for each in verdicts)
    return (TableBlock(title, header, rows, levels, empty="No group stands behind them."),)


async def _groups(
    clients: Clients, cluster: str, names: Sequence[str]
) -> list[tuple[str, AutoScalingGroup]]:
    page = await clients.read(
        "ecs",
        "DescribeCapacityProviders",
        "capacityProviders",
        CapacityProvider,
        capacityProviders=list(names),
        cluster=cluster,
    )
    providers = {
        group_name_of(each): each.name or "?" for each in page.items if group_name_of(each)
    }
    if not providers:
        return []
    found = await clients.read(
        "autoscaling",
        "DescribeAutoScalingGroups",
        "AutoScalingGroups",
        AutoScalingGroup,
        AutoScalingGroupNames=list(providers)[:50],
    )
    return [(providers.get(each.auto_scaling_group_name or "", "?"), each) for each in found.items]


DETAILS: tuple[Detail[ServiceScaling], ...] = (Detail("Overview", overview),)
