"""What is under way: how far each action has come, what takes it back, and what stops it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from containerscope.model.health import Level
from containerscope.model.text import visible
from containerscope.ui.block_lines import GLYPH
from containerscope.ui.dialogs import Choice
from containerscope.ui.spans import OF_LEVEL, Span, Spans

if TYPE_CHECKING:
    from containerscope.acting import Order
    from containerscope.plan import Stage, Step


@dataclass
class Doing:
    """An action under way, or one that has just ended."""

    order: Order
    stages: dict[str, Stage] = field(default_factory=dict)
    """ARN -> how far it has come."""
    halt: asyncio.Event | None = None
    """Set to stop what goes on by being followed; None where the other side does it alone."""

    @property
    def done(self) -> bool:
        """Whether nothing of it is under way any more."""
        return bool(self.stages) and all(stage.done for stage in self.stages.values())

    @property
    def level(self) -> Level:
        """The worst of it, once it is done."""
        levels = [stage.level for stage in self.stages.values()]
        return max(levels, default=Level.PROGRESS) if self.done else Level.PROGRESS

    @property
    def words(self) -> str:
        """What it is and how far it has come."""
        stages = tuple(self.stages.values())
        if len(stages) == 1:
            return f"{self.order.title}: {stages[0].words}"
        ended = sum(stage.done and stage.level < Level.WARNING for stage in stages)
        wrong = [stage.words for stage in stages if stage.done and stage.level >= Level.WARNING]
        words = f"{self.order.title}: {ended} of {len(stages)} done"
        return words + (f", {len(wrong)} not: {wrong[0]} (:actions)" if wrong else "")


@dataclass(frozen=True)
class Undo:
    """What takes the last change back."""

    order: Order
    answer: str


def undo_of(order: Order, step: Step) -> Undo:
    """What takes a step back: the same action with the answer of before, or its opposite."""
    if not step.undone_by:
        return Undo(order, step.undo)
    action = next(each for each in order.resource.actions if each.id == step.undone_by)
    return Undo(dataclasses.replace(order, action=action), "")


def doing_line(doings: list[Doing]) -> Spans:
    """The newest action and how many others are under way."""
    if not doings:
        return ()
    newest = doings[-1]
    glyph = GLYPH.get(newest.level, "")
    spans = (Span(f" {glyph} {visible(newest.words)}", OF_LEVEL[newest.level]),)
    others = sum(not each.done for each in doings[:-1])
    return (*spans, Span(f"  (+{others} more)", "dim")) if others else spans


def halts(doings: Iterable[Doing]) -> list[Choice]:
    """A line of the menu for each that can be stopped."""
    return [
        Choice(f"halt:{id(each)}", f"Stop: {each.order.title}")
        for each in doings
        if each.halt is not None and not each.done
    ]


def same_under_way(doings: Iterable[Doing], order: Order) -> Doing | None:
    """What does the same to one of these things already, and is not at its end."""
    wanted = {item.key for item in order.items}
    return next(
        (
            each
            for each in doings
            if each.halt is not None and not each.done
            if each.order.resource is order.resource and each.order.action.id == order.action.id
            if not wanted.isdisjoint(item.key for item in each.order.items)
        ),
        None,
    )
