"""The one screen, as far as it acts: every key and command of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.binding import BindingType

from containerscope.model.listing import ApiError
from containerscope.resource import Platform
from containerscope.resources import all_resources, find
from containerscope.rows import matching
from containerscope.ui.chrome import problem_words
from containerscope.ui.commands import CommandError, Do, UnknownWordError, parse
from containerscope.ui.enter import EnterScreen
from containerscope.ui.help import Help
from containerscope.ui.keys import KEYS, works
from containerscope.ui.location import HOME, Location, at
from containerscope.ui.prompt import Mode, Prompt
from containerscope.ui.table import ResourceTable
from containerscope.ui.verbs import VERB_ACTIONS

if TYPE_CHECKING:
    from containerscope.ui.app import ContainerScopeApp

_NUMERIC_DOWN = "-"


class BrowseScreen(EnterScreen):
    """Browses every resource."""

    AUTO_FOCUS = None
    CSS_PATH = Path(__file__).with_name("scope.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [each for key in KEYS for each in key.bindings()]

    @property
    def scope_app(self) -> ContainerScopeApp:
        """The app as ours."""
        return cast("ContainerScopeApp", self.app)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key of the table works where the table says so."""
        if self.prompt.is_open:
            return action in ("back", "move", "quit")
        key = next((key for key in KEYS if key.action.partition("(")[0] == action), None)
        # One that cannot be done says why.
        if key is None or action in ("back", "leave", "pane", "tab", "act", "undo"):
            return True
        return works(key, self.context())

    def heed_end(self) -> None:
        """End as the program does when somebody asks it to."""
        self.scope_app.heed_end()

    # Going places

    def action_open(self) -> None:
        """Drill down."""
        item = self.item
        child = self.child_of(item)
        if item is None:
            return
        if child is None:
            self.follow_lead(item)
            return
        self.drill(child)

    @on(ResourceTable.Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_back(self) -> None:
        """Close what is open, clear the filter, or go back."""
        if self.prompt.is_open:
            self.prompt.leave()
        elif self.detail.view.wanted and self.in_text:
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
            self._leave_if_idle()
        else:
            self.action_back()

    def _leave_if_idle(self) -> None:
        """Quit, unless something still goes on that would end with us."""
        forwards = self.session.clients.forwards if self.session is not None else None
        if self.carrying is not None:
            what = self.carrying.order.title
            self.say(f"would end here too: {what}; a stops it, ctrl+q leaves it", wrong=True)
        elif forwards is not None and forwards.open:
            many = "a port is" if forwards.open == 1 else f"{forwards.open} ports are"
            self.say(f"{many} forwarded (:forwards); ctrl+q ends that and quits", wrong=True)
        else:
            self.app.exit(0)

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
        elif self.in_text:
            self.detail.view.move(by)
        else:
            self.table.move(by)

    def action_jump(self, direction: int) -> None:
        """To the top or the bottom."""
        if self.in_text:
            self.detail.view.jump(direction)
        elif direction < 0:
            self.table.action_top()
        else:
            self.table.action_bottom()

    def action_page(self, by: int) -> None:
        """By pages."""
        if self.in_text:
            self.detail.view.page(by)
        else:
            self.table.page(by)

    def action_match(self, by: int) -> None:
        """To another match: in the text, or of the last filter among the rows."""
        rows = self.rows
        if self.in_text:
            self.detail.view.match(by)
        elif rows is not None and rows.keys:
            found = matching(rows, self.sought, self.now())
            self.table.go_to_next(found, by)

    # The view

    def action_sort(self, by: int) -> None:
        """By the column to the left or right of the present one."""
        shown = self.table.shown_fields
        headings = [
            head
            for head in (self.rows.headings if self.rows is not None else ())
            if head.field in shown or head.sorted
        ]
        if not headings:
            return
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
            self.session.clients.sign_in_again()
            self.session.poller.poke()
            self.detail.renew()
        else:
            self.scope_app.retry()

    # Typing

    def action_command(self) -> None:
        """Type a command."""
        self._prompt(":")

    def action_filter(self) -> None:
        """Filter rows, or search in the text."""
        if self.in_text:
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
        if self.prompt.stands(event):
            self._look_for(event.mode, event.text)

    def _look_for(self, mode: Mode, text: str) -> None:
        if mode == "/" and text:
            self._sought = text
        if mode == "/" and text != self.history.here.filter:
            self.adjust(filter=text)
        elif mode == "?":
            self.detail.view.search(text)

    def left(self, mode: Mode, before: str) -> None:
        """The line was given up."""
        if mode == "/":
            self.adjust(filter=before)
        elif mode == "?":
            self.detail.view.search(before)
        self._back_to_pane(mode)

    def entered(self, mode: Mode, text: str) -> None:
        """The line is finished."""
        if mode == ":":
            try:
                self._obey(text)
            except CommandError as error:
                self.prompt.fault(str(error))
                if isinstance(error, UnknownWordError) and error.cluster:
                    self._ask_for_word(text, error)
                return
        else:
            self._look_for(mode, text)
        self._back_to_pane(mode)

    @work(exclusive=True, group="word")
    async def _ask_for_word(self, line: str, unknown: UnknownWordError) -> None:
        """Have the cluster say what it calls so, while the line waits."""
        session = self.session
        if session is None:
            return
        from containerscope.resources._kube_names import full_name

        self.prompt.fault(f"asking {unknown.cluster} what {unknown.word} is…")
        try:
            name = await full_name(session.clients, unknown.cluster, unknown.word)
        except ApiError as error:
            self._answer_word(line, f"{unknown}: {problem_words(error.problem)}", "")
        else:
            self._answer_word(line, str(unknown), name or "")

    def _answer_word(self, line: str, wrong: str, name: str) -> None:
        if not (self.prompt.is_open and self.prompt.line.value == line):
            return
        self.prompt.fault(wrong)
        if name:
            words = line.strip().lstrip(":").strip().partition(" ")[2]
            self.entered(":", f"{name} {words}")

    def _back_to_pane(self, mode: str) -> None:
        self.prompt.close()
        # At once, as it was taken: the next key may have been typed already.
        self.set_focus(self.detail.view if mode == "?" else self.table)
        self.paint()

    def run_command(self, line: str) -> None:
        """Carry out a command line from the palette."""
        try:
            self._obey(line)
        except CommandError as error:
            self.say(str(error), wrong=True)

    def _obey(self, line: str) -> None:
        inside = self.resource.platform in (Platform.EKS, Platform.KUBERNETES)
        scope, namespace = self.history.here.scope, self.settings.namespace
        order = parse(line, find, scope, inside=inside, namespace=namespace)
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
        return tuple(
            (each.name, " ".join(each.aliases))
            for each in all_resources().values()
            if each.nameable
        )

    def go_to_row(self, key: str) -> None:
        """Put the cursor on a row."""
        self.table.select(key)
        self.set_focus(self.table)

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
