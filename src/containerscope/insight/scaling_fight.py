"""Whether a schedule and a policy undo each other: one cuts the count, the other raises it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from containerscope.insight.scaling_activity import Step
from containerscope.insight.verdict import Verdict
from containerscope.model.health import Level

_LOOKED_BACK = timedelta(hours=2)
_ENOUGH = 2
"""Cuts that a policy answered by scaling out; one is what a schedule is for."""
_SOON = timedelta(minutes=20)
"""A policy that answers later answers to something else."""


def fight(history: Sequence[Step], now: datetime | None) -> Verdict | None:
    """A warning where schedules cut what a policy needs, again and again; newest step first."""
    newest = history[0].at if history else None
    end = now or newest
    if end is None:
        return None
    cut: datetime | None = None
    schedule = named = policy = ""
    undone = 0
    for step in reversed(history):
        if step.at is None or end - step.at > _LOOKED_BACK:
            continue
        named = step.cause.schedule or named
        if not step.done or step.before is None or step.after is None:
            continue
        if not step.cause.policy and step.after < step.before:
            cut, schedule = step.at, named or schedule
        elif step.cause.policy and step.after > step.before:
            undone += cut is not None and step.at - cut <= _SOON
            cut, policy = None, step.cause.policy
    if undone < _ENOUGH or not schedule:
        return None
    hours = round(_LOOKED_BACK / timedelta(hours=1))
    return Verdict(
        Level.WARNING,
        "schedule fights scaling",
        f"Schedule {schedule} cuts the maximum below what policy {policy} needs: "
        f"the policy undid it {undone} times in the last {hours} hours.",
        "Raise the maximum of the schedule, or let it change the minimum only.",
    )
