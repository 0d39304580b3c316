"""The one screen, as far as it acts: every key and command of it."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on
from textual.binding import BindingType

from containerscope.model.listing import Missing
from containerscope.model.text import visible
from containerscope.redact import MASK
from containerscope.resource import Child
from containerscope.resources import all_resources, find
from containerscope.ui import raw
from containerscope.ui.commands import CommandError, Do, parse
from containerscope.ui.console import console_link
from containerscope.ui.dialogs import Choice, Chooser, Help
from containerscope.ui.keys import KEYS, works
from containerscope.ui.location import HOME, Location, at
from containerscope.ui.prompt import Prompt
from containerscope.ui.table import ResourceTable
from containerscope.ui.verbs import VERB_ACTIONS
from containerscope.ui.view import ViewScreen

if TYPE_CHECKING:
    from containerscope.ui.app import ContainerScopeApp

_NUMERIC_DOWN = "-"


class BrowseScreen(ViewScreen):
    """Browses every resource."""

    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [each for key in KEYS for each in key.bindings()]

    @property
    def scope_app(self) -> ContainerScopeApp:
        """The app as ours."""
        return cast("ContainerScopeApp", self.app)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key of the table works where the table says so."""
        if self.prompt.is_open:
            return action in ("back", "pane", "move", "quit")
        key = next((key for key in KEYS if key.action.partition("(")[0] == action), None)
        if key is None or action in ("back", "leave", "pane", "tab"):
            return True
        return works(key, self.context())

    def say(self, words: str, *, wrong: bool = False) -> None:
        """A passing remark; never markup."""
        severity = "error" if wrong else "information"
        self.notify(visible(words), severity=severity, markup=False, timeout=5)  # type: ignore[arg-type]

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

    def action_open(self) -> None:
        """Drill down."""
        item = self.item
        child = self.child_of(item)
        if item is None:
            return
        if child is None:
            self.open_detail()
            return
        self.drill(child)

    def drill(self, child: Child[Any]) -> None:
        """Go to what lies below the row under the cursor."""
        item = self.item
        if item is not None and find(child.resource) is not None:
            self.go(self.history.here.into(self.resource, child, item))

    @on(ResourceTable.Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_back(self) -> None:
        """Close what is open, clear the filter, or go back."""
        if self.prompt.is_open:
            self.prompt.leave()
        elif self.detail.view.wanted and self.detail.view.has_focus:
            self.detail.view.search("")
        elif self.detail.has_class("open"):
            self.close_detail()
        elif self.history.here.filter:
            self.adjust(filter="")
        else:
            self.action_history(-1)

    def action_leave(self) -> None:
        """Back, and at the root out."""
        at_root = self.history.at_root and not self.history.here.filter
        if at_root and not self.detail.has_class("open"):
            self.app.exit(0)
        else:
            self.action_back()

    def action_history(self, by: int) -> None:
        """Back or forward."""
        self._keep_cursor()
        if self.history.step(by):
            self._arrived()

    def action_last(self) -> None:
        """To the last view and back again."""
        self._keep_cursor()
        if self.history.swap():
            self._arrived()

    # Moving

    def action_move(self, by: int) -> None:
        """By lines, in the pane that has the keyboard."""
        if self.prompt.is_open:
            self.prompt.choose(by)
        elif self.detail.view.has_focus:
            self.detail.view.move(by)
        else:
            self.table.move(by)

    def action_jump(self, direction: int) -> None:
        """To the top or the bottom."""
        if self.detail.view.has_focus:
            self.detail.view.jump(direction)
        elif direction < 0:
            self.table.action_top()
        else:
            self.table.action_bottom()

    def action_page(self, by: int) -> None:
        """By pages."""
        if self.detail.view.has_focus:
            self.detail.view.page(by)
        else:
            self.table.page(by)

    def action_match(self, by: int) -> None:
        """To another match in the text."""
        self.detail.view.match(by)

    # Looking

    def open_detail(self, tab: int | None = None) -> None:
        """Show the detail pane, at a tab if one is given."""
        detail = self.detail
        if not detail.has_class("open"):
            detail.add_class("open")
            self.body.add_class("detailed")
            if self.body.has_class("full"):
                detail.view.focus()
        self._describe()
        if tab is not None:
            detail.choose(tab)
        self.paint()

    def close_detail(self) -> None:
        """Hide the detail pane."""
        if self.detail.has_class("open"):
            self.detail.remove_class("open")
            self.body.remove_class("detailed")
            self.detail.clear()
        self.table.focus()
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
        self.detail.view.focus()

    def action_events(self) -> None:
        """The events of this row."""
        events = self.events_of(self.item)
        if isinstance(events, Child):
            self.drill(events)
        elif events is not None:
            self.open_detail(events)

    def action_pane(self) -> None:
        """The other pane; in a command, the completion."""
        if self.prompt.is_open:
            self.prompt.complete()
        elif not self.detail.has_class("open"):
            if self.item is not None:
                self.open_detail()
                self.detail.view.focus()
        elif self.detail.view.has_focus:
            if self.body.has_class("full"):
                self.close_detail()
            self.table.focus()
        else:
            self.detail.view.focus()

    def action_tab(self, number: int) -> None:
        """Open the detail pane at a tab; 0 is the last."""
        if self.item is not None:
            self.open_detail(number - 1)

    def action_reveal(self) -> None:
        """Show a masked value."""
        self.detail.reveal()

    # The row

    def action_menu(self) -> None:
        """All that can be done with this row."""
        item = self.item
        if item is None:
            return
        choices = [
            Choice(f"child:{number}", f"open {child.resource}", key="enter" if not number else "")
            for number, child in enumerate(self.resource.children)
            if child.when(item) and find(child.resource) is not None
        ]
        context = self.context()
        for key in KEYS:
            if key.group in ("Look", "Row") and key.id not in ("menu", "tab", "pane", "reveal"):
                refused = "" if works(key, context) else "not for this row"
                if key.pane in ("any", "table"):
                    shown = key.shown(self.settings).split(" ")[0]
                    choices.append(Choice(key.action, key.help, key=shown, refused=refused))
        self.app.push_screen(Chooser(f"{self.resource.noun} {item.name}", choices), self._chosen)

    async def _chosen(self, value: str | None) -> None:
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
        if view.has_focus:
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
        if self.detail.view.has_focus and self.detail.raw_text:
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

    # The view

    def action_sort(self, by: int) -> None:
        """By the column to the left or right of the present one."""
        if self.rows is None or not self.rows.headings:
            return
        headings = self.rows.headings
        present = next((at for at, head in enumerate(headings) if head.sorted), -1)
        head = headings[(present + by) % len(headings)]
        lead = _NUMERIC_DOWN if head.right and not head.quiet else ""
        self._sort(f"{lead}{head.field}")

    def _sort(self, sort: str) -> None:
        self.adjust(sort=sort)
        self.memory.remember(self.history.here)

    def action_turn(self) -> None:
        """The other way around."""
        if self.rows is not None:
            for head in self.rows.headings:
                if head.sorted:
                    self._sort(head.field if head.sorted < 0 else f"-{head.field}")

    @on(ResourceTable.HeaderClicked)
    def _header_clicked(self, event: ResourceTable.HeaderClicked) -> None:
        for head in self.rows.headings if self.rows is not None else ():
            if head.field == event.field:
                turn = head.sorted > 0 or (not head.sorted and head.right and not head.quiet)
                self._sort(f"-{head.field}" if turn else head.field)

    def action_wide(self) -> None:
        """More columns."""
        self.adjust(wide=not self.history.here.wide)

    def action_problems(self) -> None:
        """Only rows with problems."""
        self.adjust(problems_only=not self.history.here.problems_only)

    def action_refresh_now(self) -> None:
        """Ask now; without a connection, try again."""
        if self.session is not None:
            with contextlib.suppress(AttributeError):
                self.session.clients.sign_in_again()
            self.session.poller.poke()
        else:
            self.scope_app.retry()

    # Typing

    def action_command(self) -> None:
        """Type a command."""
        self._prompt(":")

    def action_filter(self) -> None:
        """Filter rows, or search in the text."""
        if self.detail.view.has_focus:
            self.prompt.open("?", self.detail.view.wanted)
        else:
            self.prompt.open("/", self.history.here.filter)
        self.paint()

    def _prompt(self, mode: str) -> None:
        self.prompt.open(":")
        self.paint()

    def action_help(self) -> None:
        """Keys and commands."""
        self.app.push_screen(Help(self.settings, self.palette_resources()))

    @on(Prompt.Typed)
    def _typed(self, event: Prompt.Typed) -> None:
        if event.mode == "/":
            self.adjust(filter=event.text)
        elif event.mode == "?":
            self.detail.view.search(event.text)

    @on(Prompt.Left)
    def _left(self, event: Prompt.Left) -> None:
        if event.mode == "/":
            self.adjust(filter=event.before)
        elif event.mode == "?":
            self.detail.view.search(event.before)
        self._back_to_pane(event.mode)

    @on(Prompt.Entered)
    def _entered(self, event: Prompt.Entered) -> None:
        if event.mode == ":":
            try:
                self._obey(event.text)
            except CommandError as error:
                self.prompt.fault(str(error))
                return
        self._back_to_pane(event.mode)

    def _back_to_pane(self, mode: str) -> None:
        self.prompt.close()
        if mode == "?":
            self.detail.view.focus()
        else:
            self.table.focus()
        self.paint()

    def run_command(self, line: str) -> None:
        """Carry out a command line from the palette."""
        try:
            self._obey(line)
        except CommandError as error:
            self.say(str(error), wrong=True)

    def _obey(self, line: str) -> None:
        order = parse(line, find, self.history.here.scope)
        if isinstance(order, Do):
            VERB_ACTIONS[order.verb](self, order)
        elif order is not None:
            self.go(at(order.resource, order.scope, filter=order.filter))

    # What the palette finds

    def palette_rows(self) -> tuple[tuple[str, str], ...]:
        """The rows that are shown."""
        if self.rows is None:
            return ()
        return tuple((key, self.rows.name(key)) for key in self.rows.keys[:2000])

    def palette_resources(self) -> tuple[tuple[str, str], ...]:
        """Every resource that can be named."""
        return tuple((each.name, " ".join(each.aliases)) for each in all_resources().values())

    def go_to_row(self, key: str) -> None:
        """Put the cursor on a row."""
        self.table.select(key)
        self.table.focus()

    async def write(self, path: Path, text: str) -> None:
        """Write a file beside the event loop and say how it went."""
        try:
            await asyncio.to_thread(_write, path, text)
        except OSError as error:
            self.say(f"{path}: {error.strerror}", wrong=True)
        else:
            self.say(f"written: {path}")

    def home(self) -> Location:
        """All clusters."""
        scope = self.history.here.scope
        return at(HOME, scope.within(cluster="", service="", parent="", namespace=""))


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
