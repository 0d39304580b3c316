"""The one screen, as far as it acts on one row: its detail, its menu and what is copied of it."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Sequence
from typing import Any

from containerscope.model.listing import ApiError, Item, Missing
from containerscope.model.text import cut, visible
from containerscope.redact import MASK
from containerscope.resource import Block, Child, Clients, Detail, Jump, Scope
from containerscope.resources import find
from containerscope.rows import holder, tops
from containerscope.ui import raw
from containerscope.ui.chrome import problem_words
from containerscope.ui.console import console_link
from containerscope.ui.detail import Subject
from containerscope.ui.dialogs import Choice
from containerscope.ui.keys import KEYS, works
from containerscope.ui.location import Location, at
from containerscope.ui.logs import log_screen
from containerscope.ui.view import ViewScreen

_REMARK = 400
"""Cells of a passing remark."""


class RowScreen(ViewScreen):
    """Looks at the row under the cursor."""

    def say(self, words: str, *, wrong: bool = False, seconds: float = 5) -> None:
        """A passing remark; never markup."""
        severity = "error" if wrong else "information"
        words = cut(visible(words), _REMARK)
        self.notify(words, severity=severity, markup=False, timeout=seconds)  # type: ignore[arg-type]

    # Going places

    def go(self, location: Location) -> None:
        """A step to another place, sorted as it was last."""
        self._keep_cursor()
        sort = location.sort or self.memory.sort_of(location.resource)
        self.history.go(location.but(sort=sort))
        self._arrived()

    def _keep_cursor(self) -> None:
        self.history.stay(self.history.here.but(cursor=self.table.cursor_key or ""))

    def _arrived(self) -> None:
        self.memory.remember(self.history.here)
        self.begin()
        self.close_detail()

    def drill(self, child: Child[Any]) -> None:
        """Go to what lies below the row under the cursor."""
        item = self.item
        if item is not None and find(child.resource) is not None:
            self.go(self.history.here.into(self.resource, child, item))

    def follow_lead(self, item: Item[Any]) -> None:
        """Go to the row that this one stands for; else describe it."""
        leads = self.resource.leads
        place = leads(self.history.here.scope, item) if leads is not None else None
        if place is None:
            self.open_detail()
            return
        resource, scope, key = place
        here = self.history.here
        if scope.parent:
            self.go(here.onward(self.resource, resource, scope, item, key))
        else:
            self.go(at(resource, scope, cursor=key))

    def action_owner(self) -> None:
        """What made the thing that the row stands for, and keeps it."""
        if self.item is None or self.session is None:
            return
        resource, scope, item = self.own(self.item)
        jump = resource.owner
        if jump is not None and jump.when(item):
            work = self._jump(self.session.clients, jump, scope, item)
            self.run_worker(work, group="jump", exclusive=True)

    async def _jump(self, clients: Clients, jump: Jump[Any], scope: Scope, item: Item[Any]) -> None:
        here, resource = self.history.here, self.resource
        try:
            there, scope = await jump.place(clients, scope, item)
        except ApiError as error:
            self.say(problem_words(error.problem), wrong=True)
            return
        now = self.history.here
        if (now.resource, now.scope) == (here.resource, here.scope):
            self.go(here.onward(resource, there, scope, item))

    def action_tree(self) -> None:
        """What is below the thing that the row stands for."""
        child = self.child_to("tree")
        if child is not None:
            self.drill(child)

    def action_fold(self) -> None:
        """Fold or unfold a row; one with nothing below it folds what it is below."""
        item, tree = self.item, self.resource.tree
        if item is not None and tree is not None and self.listing is not None:
            key = holder(self.listing.items, item.key, tree)
            self.table.select(key)
            self.fold(self.folded ^ {key})

    def action_fold_all(self) -> None:
        """Show the outermost rows alone, or everything."""
        tree = self.resource.tree
        if tree is not None and self.listing is not None:
            outermost = tops(self.listing.items, tree)
            self.fold(frozenset() if self.folded & outermost else self.folded | outermost)

    def action_used_by(self) -> None:
        """What uses the thing that the row stands for, in every cluster where it may."""
        if self.item is None:
            return
        here = self.history.here
        resource, scope, item = self.own(self.item)
        users, key_of = resource.users, resource.used_by
        if users is not None and users.when(item):
            self.go(here.onward(self.resource, users.resource, users.scope(scope, item), item))
        elif key_of is not None:
            scope = here.scope.within(cluster="", service="", parent=key_of(item))
            trail = (*here.trail, here.resource, item.name)
            self.go(Location(resource="used-by", scope=scope, trail=trail))

    def action_compare(self) -> None:
        """What differs between the two marked rows."""
        compare, session, item = self.resource.compare, self.session, self.item
        marked = [self.rows.item(key) for key in sorted(self.table.marks)] if self.rows else []
        if compare is None or session is None or item is None or len(marked) != 2:
            return
        one, other = marked

        async def blocks(
            clients: Clients, scope: Scope, _: Item[Any]
        ) -> AsyncIterator[tuple[Block, ...]]:
            async for shown in compare(clients, one, other):
                yield shown

        details = (Detail("Difference", blocks), *self.resource.details)
        resource = dataclasses.replace(self.resource, details=details)
        self.open_detail()
        self.detail.clear()
        self.detail.chosen = 0
        self.detail.show(Subject(session.clients, resource, self.history.here.scope, item))
        self.paint()

    def action_turn_tab(self, by: int) -> None:
        """The tab beside the chosen one, around the ends."""
        self.detail.turn(by)

    # Looking

    def open_detail(self, tab: int | None = None) -> None:
        """Show the detail pane, at a tab if one is given."""
        detail = self.detail
        if not detail.has_class("open"):
            detail.add_class("open")
            self.body.add_class("detailed")
            self._fit()
            if self.body.has_class("full"):
                self.set_focus(detail.view)
        self._describe()
        if tab is not None:
            detail.choose(tab)
        self.paint()

    def close_detail(self) -> None:
        """Hide the detail pane."""
        if self.detail.has_class("open"):
            self.detail.remove_class("open")
            self.body.remove_class("detailed")
            self._fit()
            self.detail.clear()
        self.set_focus(self.table)
        self.paint()

    def action_describe(self) -> None:
        """Open or close the detail pane."""
        if self.detail.has_class("open"):
            self.close_detail()
        else:
            self.open_detail()

    def action_raw(self) -> None:
        """JSON, then YAML."""
        if self.detail.has_class("open"):
            self.detail.toggle_raw()
        else:
            self.open_detail(-1)
        self.set_focus(self.detail.view)

    def action_events(self) -> None:
        """The events of this row."""
        events = self.events_of(self.item)
        if isinstance(events, Child):
            self.drill(events)
        elif events is not None:
            self.open_detail(events)

    def action_logs(self, last: bool = False) -> None:
        """The logs of this row, followed."""
        item, session = self.item, self.session
        if item is None or session is None or self.resource.logs is None:
            return
        scope, settings = self.history.here.scope, self.settings
        screen = log_screen(
            session.clients, settings, self.resource, scope, item, self._header, last=last
        )
        self.app.push_screen(screen)

    def action_last_logs(self) -> None:
        """The logs of its last two minutes."""
        self.action_logs(last=True)

    def action_pane(self) -> None:
        """The other pane."""
        if not self.detail.has_class("open"):
            if self.item is not None:
                self.open_detail()
                self.set_focus(self.detail.view)
        elif self.in_text:
            if self.body.has_class("full"):
                self.close_detail()
            self.set_focus(self.table)
        else:
            self.set_focus(self.detail.view)

    def action_tab(self, number: int) -> None:
        """Open the detail pane at a tab; 0 is the last."""
        if self.item is not None:
            self.open_detail(number - 1)

    def action_reveal(self) -> None:
        """Show a masked value."""
        self.detail.reveal()

    # The row

    def row_choices(self, item: Item[Any], acts: Sequence[Choice]) -> list[Choice]:
        """The lines of the menu: ways down, what changes something, and ways to look."""
        choices = [
            Choice(
                f"child:{number}",
                f"open {child.resource}",
                key="enter" if child is self.child_of(item) else "",
            )
            for number, child in enumerate(self.resource.children)
            if child.when(item) and find(child.resource) is not None
        ]
        choices += acts
        context = self.context()
        for key in KEYS:
            if key.group in ("Look", "Row") and key.id not in ("menu", "tab", "pane", "reveal"):
                refused = "" if works(key, context) else "not for this row"
                if key.pane in ("any", "table"):
                    shown = key.shown(self.settings).split(" ")[0]
                    choices.append(Choice(key.action, key.help, key=shown, refused=refused))
        return choices

    async def chosen(self, value: str | None) -> None:
        """Carry out a line of the menu."""
        item = self.item
        if value is None or item is None:
            return
        if value.startswith("child:"):
            self.drill(self.resource.children[int(value[6:])])
        else:
            await self.run_action(value)

    def action_console(self) -> None:
        """The address of this row in the AWS console."""
        item, session = self.item, self.session
        console = self.resource.console
        if item is None or session is None or console is None:
            return
        path = console(self.history.here.scope, item)
        link = console_link(path, session.clients.region, session.clients.partition)
        self._copy(link)

    def _copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)
        shown = text if len(text) <= 400 and "\n" not in text else f"{len(text)} characters"
        self.say(f"copied: {shown}")

    def action_copy(self) -> None:
        """The name, or the value on the line."""
        view = self.detail.view
        if self.in_text:
            text = view.line.copy
            if view.line.secret:
                text = MASK
            self._copy(raw.copied(text) if self.detail.is_raw else text)
        elif self.item is not None:
            marked = [self._name_of(key) for key in sorted(self.table.marks)]
            self._copy("\n".join(marked) or self.item.name)

    def _name_of(self, key: str) -> str:
        return self.rows.item(key).name if self.rows is not None else key

    def action_copy_arn(self) -> None:
        """The ARN, or the whole text."""
        item = self.item
        if self.in_text and self.detail.raw_text:
            self._copy(self.detail.raw_text)
        elif item is not None:
            arn = None if isinstance(item.value, Missing) else self.resource.arn(item.value)
            self._copy(arn or item.key)

    def action_mark(self) -> None:
        """Mark or unmark."""
        self.table.mark_toggle()

    def action_mark_range(self) -> None:
        """Mark up to here."""
        self.table.mark_range()

    def action_clear_marks(self) -> None:
        """No marks."""
        self.table.marks_clear()
