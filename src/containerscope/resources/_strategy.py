"""A capacity provider strategy against the tasks that run: who should have how many, who has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from containerscope.insight.capacity import fargate_words, running_on, shares
from containerscope.model.ecs import CapacityProviderStrategyItem
from containerscope.model.ecs_task import Task
from containerscope.model.health import Level
from containerscope.resource import Block, TableBlock, TextBlock

TITLE = "Capacity"


def strategy_blocks(
    strategy: Sequence[CapacityProviderStrategyItem] | None,
    tasks: Iterable[Task],
    desired: int | None = None,
    title: str = TITLE,
) -> tuple[Block, ...]:
    """The share of each provider by the strategy and among the running tasks.

    Nothing where there is no strategy and all of them run on the same.
    """
    found = list(tasks)
    running = running_on(found)
    told = shares(strategy, desired, found)
    named = {each.provider for each in told}
    rows: list[tuple[object, ...]] = [
        (
            each.provider,
            each.base,
            each.weight,
            f"{each.percent:.0f} %",
            each.wanted,
            each.running,
            _percent(each.running or 0, running.total()),
        )
        for each in told
    ]
    # What a former strategy, or a task of its own, has left on other capacity.
    rows += [
        (name, None, None, None, None, count, _percent(count, running.total()))
        for name, count in running.most_common()
        if name not in named
    ]
    if not rows or (not told and len(rows) == 1):
        return ()
    header = ("PROVIDER", "BASE", "WEIGHT", "SHARE", "WANTED", "RUNNING", "OF ALL")
    levels = tuple(Level.NONE for _ in rows)
    words = fargate_words(found)
    note = (TextBlock(f"On Fargate: {words}."),) if "Spot" in words else ()
    return (TableBlock(title, header, tuple(rows), levels), *note)


def _percent(part: int, whole: int) -> str | None:
    return f"{100 * part / whole:.0f} %" if whole else None
