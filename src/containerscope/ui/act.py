"""The one screen, as far as it changes something: preview, sending and the line that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import work

from containerscope.model.health import Level
from containerscope.model.listing import Item
from containerscope.model.text import visible
from containerscope.resource import Action
from containerscope.ui.block_lines import GLYPH
from containerscope.ui.dialogs import Choice, Chooser
from containerscope.ui.header import account_number
from containerscope.ui.keys import KEYS
from containerscope.ui.row import RowScreen
from containerscope.ui.spans import OF_LEVEL, Span, Spans

# What the first frames do not show is imported when it is used.
if TYPE_CHECKING:
    from containerscope.acting import Order, Outcome
    from containerscope.plan import Stage
    from containerscope.ui.action_dialog import Confirmed

_KEPT, _KEPT_WRONG = 10.0, 60.0
"""Seconds for which the end of an action stays on the screen."""


@dataclass
class Doing:
    """An action under way, or one that has just ended."""

    order: Order
    stages: dict[str, Stage] = field(default_factory=dict)
    """ARN -> how far it has come."""

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
    """What takes the last scaling back."""

    order: Order
    answer: str


class ActScreen(RowScreen):
    """Changes what rows stand for."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.doings: list[Doing] = []
        """The actions under way, and those that have just ended."""
        self.undo: Undo | None = None

    # What can be done

    def _actions(self) -> tuple[Action[Any], ...]:
        return self.resource.actions

    def _meant(self, action: Action[Any]) -> tuple[Item[Any], ...]:
        """The marked rows where the action takes several, else the one under the cursor."""
        marked = [item for key in self.table.marks if (item := self.item_of(key)) is not None]
        if marked and action.bulk:
            return tuple(sorted(marked, key=lambda item: item.name))
        return () if self.item is None else (self.item,)

    def acting_keys(self) -> frozenset[str]:
        """The ids of the keys that do something to the row under the cursor."""
        clients = self.session.clients if self.session is not None else None
        if not self._actions():
            return frozenset()
        from containerscope.acting import why_not

        return frozenset(
            action.key
            for action in self._actions()
            if action.key and clients
            if (meant := self._meant(action)) and not why_not(clients, action, meant)
        )

    def action_choices(self) -> list[Choice]:
        """The lines of the menu, those that cannot be done with the reason."""
        from containerscope.acting import why_not

        clients = self.session.clients if self.session is not None else None
        keys = {key.id: key.shown(self.settings).split(" ")[0] for key in KEYS}
        return [
            Choice(
                f"act:{action.id}",
                action.help,
                key=keys.get(action.key, ""),
                refused=why_not(clients, action, self._meant(action)),
            )
            for action in self._actions()
        ]

    def action_menu(self) -> None:
        """All that can be done with this row; what it is about stays fixed from here on."""
        item = self.item
        if item is None:
            return
        meant = {action.id: self._meant(action) for action in self._actions()}
        choices = self.row_choices(item, self.action_choices())
        chooser = Chooser(f"{self.resource.noun} {item.name}", choices)
        self.app.push_screen(chooser, partial(self._picked, self.resource.name, meant))

    async def _picked(
        self, resource: str, meant: dict[str, tuple[Item[Any], ...]], value: str | None
    ) -> None:
        if value is None or not value.startswith("act:"):
            await self.chosen(value)
        elif resource == self.resource.name:
            action = next(each for each in self._actions() if each.id == value[4:])
            self.preview(self._order(action, meant[action.id]), opened_by=("enter",))

    # Doing it

    def action_act(self, key: str) -> None:
        """Open the preview of the action that has this key."""
        action = next((each for each in self._actions() if each.key == key), None)
        if action is None:
            self.say(f"that cannot be done to {self.resource.name}", wrong=True)
            return
        meant = self._meant(action)
        if meant:
            self.preview(self._order(action, meant), opened_by=self._pressed(key))

    def _pressed(self, key: str) -> tuple[str, ...]:
        """The keys of the user's own that call this."""
        own = self.settings.keymap.get(key, "")
        return tuple(each.strip() for each in own.split(","))

    def _order(self, action: Action[Any], items: tuple[Item[Any], ...]) -> Order:
        from containerscope.acting import Order

        return Order(self.resource, action, self.history.here.scope, items)

    def preview(
        self, order: Order, *, answer: str | None = None, opened_by: Sequence[str] = ()
    ) -> None:
        from containerscope.acting import look, why_not
        from containerscope.ui.action_dialog import ActionDialog

        session = self.session
        if session is None:
            self.say("there is no connection", wrong=True)
            return
        if not self._is_here(order):
            self.say(f"{order.title}: that was in another account or region", wrong=True)
            return
        reason = why_not(session.clients, order.action, order.items)
        if reason:
            self.say(f"{order.title}: {reason}", wrong=True)
            return
        if order.action.parts is not None:
            self.choose_part(session, order, opened_by)
            return
        clients = session.clients
        dialog = ActionDialog(
            order,
            self.place_of(order),
            lambda: look(clients, order),
            answer=answer,
            opened_by=opened_by,
        )
        self.app.push_screen(dialog, partial(self._confirmed, session, order))

    def _is_here(self, order: Order) -> bool:
        """Whether an order was made in the account and region that we are connected to."""
        who = self.session.identity if self.session is not None else None
        made = (order.scope.account, order.scope.region)
        return who is not None and made == (who.account, who.region)

    def place_of(self, order: Order) -> str:
        who = self.session.identity if self.session is not None else None
        clusters = {item.cluster or order.scope.cluster for item in order.items}
        account = f"{who.alias} ({account_number(who.account)})" if who and who.alias else ""
        account = account or (account_number(who.account) if who else "")
        return " · ".join(filter(None, (account, who.region if who else "", *sorted(clusters))))

    def _confirmed(self, session: Any, order: Order, confirmed: Confirmed | None) -> None:
        if confirmed is None:
            return
        if session is not self.session:
            self.say("not sent: this is another account or region now", wrong=True)
            return
        if order.action.opens:
            self.enter(session, order, confirmed)
        else:
            self._carry_out(session, order, confirmed)

    def choose_part(self, session: Any, order: Order, opened_by: Sequence[str]) -> None:
        """Choose which of the parts of a row is meant, before its preview."""

    def enter(self, session: Any, order: Order, confirmed: Confirmed) -> None:
        """Open something in place of sending a call."""

    @work(group="act")
    async def _carry_out(self, session: Any, order: Order, confirmed: Confirmed) -> None:
        from containerscope.acting import run
        from containerscope.plan import Stage

        doing = Doing(order)
        self.doings.append(doing)
        for step in confirmed.preview.ready:
            doing.stages[step.key] = Stage("sending")
        self.paint()

        def told(outcome: Outcome) -> None:
            ended = outcome.result != "sent"
            level = Level.FAILED if ended else Level.PROGRESS
            doing.stages[outcome.step.key] = Stage(outcome.words, ended, level)
            self.paint()

        outcomes = await run(session.clients, order, confirmed.preview, confirmed.answer, told)
        if len(order.items) > 1 and order.resource is self.resource:
            self.table.marks_clear()
        session.poller.poke()
        self._remember_undo(order, outcomes)
        for outcome in outcomes:
            if outcome.result == "sent":
                self._follow_action(session, doing, outcome)
        self.leave_later(doing)

    def _remember_undo(self, order: Order, outcomes: tuple[Outcome, ...]) -> None:
        sent = [each for each in outcomes if each.result == "sent" and each.step.undo]
        if len(sent) == 1:
            self.undo = Undo(order, sent[0].step.undo)

    @work(group="act")
    async def _follow_action(self, session: Any, doing: Doing, outcome: Outcome) -> None:
        from containerscope.acting import follow

        def told(stage: Stage) -> None:
            doing.stages[outcome.step.key] = stage
            self.paint()

        every = self.settings.refresh / 2
        told(await follow(session.clients, doing.order, outcome, told, every))
        session.poller.poke()
        self.leave_later(doing)

    def leave_later(self, doing: Doing) -> None:
        if doing.done:
            kept = _KEPT_WRONG if doing.level >= Level.WARNING else _KEPT
            self.set_timer(kept, partial(self._leave, doing))

    def _leave(self, doing: Doing) -> None:
        if doing in self.doings:
            self.doings.remove(doing)
            self.paint()

    def action_undo(self) -> None:
        """Preview what takes the last scaling back."""
        if self.undo is None:
            self.say("there is no scaling to undo")
        else:
            pressed = self._pressed("undo")
            self.preview(self.undo.order, answer=self.undo.answer, opened_by=pressed)

    def can_undo(self) -> bool:
        """Whether the last scaling can be taken back."""
        return self.undo is not None and self._is_here(self.undo.order)

    def doing_line(self) -> Spans:
        """The newest action and how many others are under way."""
        return doing_line(self.doings)


def doing_line(doings: list[Doing]) -> Spans:
    """The newest action and how many others are under way."""
    if not doings:
        return ()
    newest = doings[-1]
    glyph = GLYPH.get(newest.level, "")
    spans = (Span(f" {glyph} {visible(newest.words)}", OF_LEVEL[newest.level]),)
    others = sum(not each.done for each in doings[:-1])
    return (*spans, Span(f"  (+{others} more)", "dim")) if others else spans
