"""The one screen, as far as it changes something: preview, sending and the line that follows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import work

from containerscope.model.health import Level
from containerscope.model.listing import Item
from containerscope.resource import Action
from containerscope.ui.dialogs import Choice, Chooser
from containerscope.ui.doing import Doing, Undo, doing_line, halts, same_under_way, undo_of
from containerscope.ui.header import account_number
from containerscope.ui.keys import KEYS
from containerscope.ui.row import RowScreen
from containerscope.ui.spans import Spans

# What the first frames do not show is imported when it is used.
if TYPE_CHECKING:
    from containerscope.acting import Order, Outcome
    from containerscope.plan import Stage
    from containerscope.ui.action_dialog import Confirmed

_KEPT, _KEPT_WRONG = 10.0, 60.0
"""Seconds for which the end of an action stays on the screen."""


class ActScreen(RowScreen):
    """Changes what rows stand for."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.doings: list[Doing] = []
        """The actions under way, and those that have just ended."""
        self.undo: Undo | None = None

    # What can be done

    def _marked(self) -> list[Item[Any]]:
        return [item for key in self.table.marks if (item := self.item_of(key)) is not None]

    def _actions(self) -> tuple[Action[Any], ...]:
        """What can be done; nothing to marked rows of several kinds."""
        item = self.item
        if self.resource.itself is None or item is None:
            return self.resource.actions
        resource = self.own(item)[0]
        if any(self.own(each)[0] is not resource for each in self._marked()):
            return ()
        return resource.actions

    def _meant(self, action: Action[Any]) -> tuple[Item[Any], ...]:
        """The marked rows where the action takes several, else the one under the cursor."""
        marked = [self.own(item)[2] for item in self._marked()]
        if marked and action.bulk:
            return tuple(sorted(marked, key=lambda item: item.name))
        return () if self.item is None else (self.own(self.item)[2],)

    def acting_keys(self) -> dict[str, str]:
        """The ids of the keys that do something to the row under the cursor, and what they do."""
        clients = self.session.clients if self.session is not None else None
        if not self._actions():
            return {}
        from containerscope.acting import why_not

        own = {key.id: key.label for key in KEYS}
        return {
            action.key: own.get(action.key, "") if action.opens else action.title.lower()
            for action in self._actions()
            if action.key and clients
            if (meant := self._meant(action)) and not why_not(clients, action, meant)
        }

    def action_choices(self) -> list[Choice]:
        """The lines of the menu, those that cannot be done with the reason."""
        from containerscope.acting import why_not

        clients = self.session.clients if self.session is not None else None
        keys = {key.id: key.shown(self.settings).split(" ")[0] for key in KEYS}
        return [
            *halts(self.doings),
            *(
                Choice(
                    f"act:{action.id}",
                    action.help,
                    key=keys.get(action.key, ""),
                    refused=why_not(clients, action, self._meant(action)),
                )
                for action in self._actions()
            ),
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
        if value is not None and value.startswith("halt:"):
            self._halt(value.removeprefix("halt:"))
        elif value is None or not value.startswith("act:"):
            await self.chosen(value)
        elif resource == self.resource.name:
            action = next(each for each in self._actions() if each.id == value[4:])
            self.preview(self._order(action, meant[action.id]), opened_by=("enter",))

    # Doing it

    def action_act(self, key: str) -> None:
        """Open the preview of the action that has this key, of two that which can be done."""
        from containerscope.acting import why_not

        clients = self.session.clients if self.session is not None else None
        found = [each for each in self._actions() if each.key == key]
        if not found:
            self.say(f"that cannot be done to {self.resource.name}", wrong=True)
            return
        able = (each for each in found if not why_not(clients, each, self._meant(each)))
        action = next(able, found[0])
        meant = self._meant(action)
        if meant:
            self.preview(self._order(action, meant), opened_by=self._pressed(key))

    def _pressed(self, key: str) -> tuple[str, ...]:
        """The keys of the user's own that call this."""
        own = self.settings.keymap.get(key, "")
        return tuple(each.strip() for each in own.split(","))

    def _order(self, action: Action[Any], items: tuple[Item[Any], ...]) -> Order:
        from containerscope.acting import Order

        here = self.history.here.scope
        if self.resource.itself is None or not items:
            return Order(self.resource, action, here, items)
        rows = [row for item in items if (row := self.item_of(item.key)) is not None]
        resource, scope, _ = self.own(rows[0]) if rows else (self.resource, here, None)
        # Of several, each names its cluster and namespace by itself.
        return Order(resource, action, scope if len(items) == 1 else here, items)

    def preview(
        self, order: Order, *, answer: str | None = None, opened_by: Sequence[str] = ()
    ) -> None:
        from containerscope.acting import why_not

        session = self.session
        if session is None:
            self.say("there is no connection", wrong=True)
            return
        if not self._is_here(order):
            self.say(f"{order.title}: that was in another account or region", wrong=True)
            return
        # Rows as they were before the change say nothing of whether it can be taken back.
        rows = order.items if answer is None else ()
        reason = why_not(session.clients, order.action, rows)
        if reason:
            self.say(f"{order.title}: {reason}", wrong=True)
            return
        under_way = same_under_way(self.doings, order)
        if under_way:
            self.say(f"{order.title} is under way: a stops it", wrong=True)
        elif order.action.parts is not None:
            self.choose_part(session, order, opened_by)
        elif order.action.edits:
            self.edit(session, order)
        else:
            done = partial(self.confirmed, session, order)
            self.ask(session, order, done, answer=answer, opened_by=opened_by)

    def ask(
        self,
        session: Any,
        order: Order,
        done: Callable[[Confirmed | None], None],
        *,
        answer: str | None = None,
        opened_by: Sequence[str] = (),
    ) -> None:
        """Show what it would do, and have it confirmed."""
        from containerscope.acting import look, rehearse
        from containerscope.ui.action_dialog import ActionDialog

        clients = session.clients
        dialog = ActionDialog(
            order,
            self.place_of(order),
            lambda: look(clients, order),
            tried=partial(rehearse, clients, order) if order.action.rehearse else None,
            answer=answer,
            opened_by=opened_by,
        )
        self.app.push_screen(dialog, done)

    def _halt(self, number: str) -> None:
        """Stop one that goes on by being followed, once its present step is done."""
        for doing in self.doings:
            if number == str(id(doing)) and doing.halt is not None:
                doing.halt.set()

    @property
    def carrying(self) -> Doing | None:
        """One that would end with the program."""
        return next((each for each in self.doings if each.halt and not each.done), None)

    def _is_here(self, order: Order) -> bool:
        """Whether an order was made in the account and region that we are connected to."""
        who = self.session.identity if self.session is not None else None
        made = (order.scope.account, order.scope.region)
        return who is not None and made == (who.account, who.region)

    def place_of(self, order: Order) -> str:
        who = self.session.identity if self.session is not None else None
        clusters = {item.cluster or order.scope.cluster for item in order.items}
        # Of Kubernetes objects, whose names are their own only within one.
        metas = (getattr(item.value, "metadata", None) for item in order.items)
        spaces = {space for meta in metas if (space := getattr(meta, "namespace", None))}
        account = f"{who.alias} ({account_number(who.account)})" if who and who.alias else ""
        account = account or (account_number(who.account) if who else "")
        return " · ".join(
            filter(None, (account, who.region if who else "", *sorted(clusters), *sorted(spaces)))
        )

    def confirmed(
        self,
        session: Any,
        order: Order,
        confirmed: Confirmed | None,
        sent: Callable[[], None] = lambda: None,
    ) -> None:
        """Carry out what a person has said yes to; `sent` is called once all of it was sent."""
        if confirmed is None:
            return
        if session is not self.session:
            self.say("not sent: this is another account or region now", wrong=True)
            return
        if order.action.opens:
            self.enter(session, order, confirmed)
        else:
            self._carry_out(session, order, confirmed, sent)

    def choose_part(self, session: Any, order: Order, opened_by: Sequence[str]) -> None:
        """Choose which of the parts of a row is meant, before its preview."""

    def enter(self, session: Any, order: Order, confirmed: Confirmed) -> None:
        """Open something in place of sending a call."""

    def edit(self, session: Any, order: Order) -> None:
        """Have an object edited, then ask whether what was changed is to be sent."""

    @work(group="act")
    async def _carry_out(
        self, session: Any, order: Order, confirmed: Confirmed, sent: Callable[[], None]
    ) -> None:
        from containerscope.acting import run
        from containerscope.plan import Stage

        doing = Doing(order, halt=asyncio.Event() if order.action.carries else None)
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
        here = order.resource is self.resource or self.resource.itself is not None
        if len(order.items) > 1 and here:
            self.table.marks_clear()
        session.poller.poke()
        self._remember_undo(order, outcomes)
        if all(each.result == "sent" for each in outcomes):
            sent()
        for outcome in outcomes:
            if outcome.result == "sent":
                self._follow_action(session, doing, outcome)
        self.leave_later(doing)

    def _remember_undo(self, order: Order, outcomes: tuple[Outcome, ...]) -> None:
        sent = [each for each in outcomes if each.result == "sent" and each.step.undo]
        if len(sent) == 1:
            self.undo = undo_of(order, sent[0].step)

    @work(group="act")
    async def _follow_action(self, session: Any, doing: Doing, outcome: Outcome) -> None:
        from containerscope.acting import follow

        def told(stage: Stage) -> None:
            doing.stages[outcome.step.key] = stage
            self.paint()

        every = self.settings.refresh / 2
        told(await follow(session.clients, doing.order, outcome, told, every, doing.halt))
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
        """Preview what takes the last change back."""
        if self.undo is None:
            self.say("there is nothing to undo")
        else:
            pressed = self._pressed("undo")
            self.preview(self.undo.order, answer=self.undo.answer, opened_by=pressed)

    def can_undo(self) -> bool:
        """Whether the last change can be taken back."""
        return self.undo is not None and self._is_here(self.undo.order)

    def doing_line(self) -> Spans:
        """The newest action and how many others are under way."""
        return doing_line(self.doings)
