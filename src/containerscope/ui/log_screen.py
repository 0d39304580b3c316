"""The log view: the lines of one or of many containers as one, followed while it is open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from containerscope.block import LogLine
from containerscope.logs.event import LogEvent
from containerscope.logs.follow import Batch, Find, Wanted, read
from containerscope.logs.ring import LogFilter, LogFilterError, LogRing, read_log_filter
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Problem
from containerscope.model.log_source import Sources
from containerscope.redact import redact_text
from containerscope.resource import Clients
from containerscope.settings import Settings
from containerscope.ui import chrome
from containerscope.ui.bar import Bar
from containerscope.ui.help import Help
from containerscope.ui.keys import Context
from containerscope.ui.log_keys import LOG_KEYS, SINCE
from containerscope.ui.log_view import LogView, saved
from containerscope.ui.log_words import LogState, log_status, log_title
from containerscope.ui.prompt import Prompt
from containerscope.ui.spans import Spans

if TYPE_CHECKING:
    from containerscope.ui.app import ContainerScopeApp

ToLine = Callable[[LogEvent, Sources], LogLine]
"""From what was written to what is shown of it."""
Reader = Callable[[Clients, Find, Wanted], AsyncGenerator[Batch, None]]
"""Where the lines come from: CloudWatch Logs, or the API of a Kubernetes cluster."""

_FRAME = 0.1
"""Seconds between two paints while lines pour in."""
_LEVELS = (Level.NONE, Level.WARNING, Level.FAILED)


class LogScreen(Screen[None]):
    """Shows the lines of some sources until it is left."""

    AUTO_FOCUS = "LogView"
    BINDINGS: ClassVar[list[BindingType]] = [each for key in LOG_KEYS for each in key.bindings()]

    def __init__(
        self,
        clients: Clients,
        settings: Settings,
        title: str,
        find: Find,
        to_line: ToLine,
        *,
        since: float = 900,
        until: datetime | None = None,
        reader: Reader = read,
        previous: bool = False,
        header: Callable[[int], Spans] = lambda _: (),
    ) -> None:
        super().__init__()
        self.clients = clients
        self.settings = settings
        self.heading = title
        self.ring = LogRing()
        self.view = LogView(self.ring, id="log")
        self.prompt = Prompt(lambda _: (), self._entered, self._left, id="prompt")
        self._find, self._to_line = find, to_line
        self._since, self._until = since, until
        self._read, self._previous = reader, previous
        self._header = header
        self._sources = Sources(title)
        self._mode = ""
        self._problem: Problem | None = None
        self._caught_up = False
        self._fresh = False
        self._typed = ""
        self._level = Level.NONE
        self._bars = {name: Bar(id=name) for name in ("header", "title", "status", "keys")}

    @property
    def scope_app(self) -> ContainerScopeApp:
        """The app as ours."""
        return cast("ContainerScopeApp", self.app)

    def compose(self) -> ComposeResult:
        """Two lines, the lines of the log, the status and the keys."""
        yield self._bars["header"]
        yield self._bars["title"]
        yield self.view
        yield self._bars["status"]
        yield self._bars["keys"]
        yield self.prompt

    def on_mount(self) -> None:
        """Begin to read."""
        for bar in self._bars.values():
            bar.ascii = self.settings.ascii
        self.view.ascii = self.settings.ascii
        self.view.following = self._until is None
        self.set_interval(_FRAME, self._frame)
        self.set_interval(1.0, self.paint)
        self.begin()
        self.paint()

    # Reading

    def begin(self) -> None:
        """Read from the chosen time on."""
        self.ring.clear()
        self._caught_up, self._problem, self._fresh = False, None, True
        self._follow(self._wanted())

    def _wanted(self) -> Wanted:
        now = self.clients.clock.now()
        end = self._until or now
        since = int((end.timestamp() - self._since) * 1000) if self._since else 0
        until = int(self._until.timestamp() * 1000) if self._until else None
        return Wanted(
            since,
            until,
            follow=self._until is None and not self._previous,
            live=self.settings.live_tail,
            previous=self._previous,
        )

    @work(exclusive=True, group="log")
    async def _follow(self, wanted: Wanted) -> None:
        try:
            async with aclosing(self._read(self.clients, self._find, wanted)) as batches:
                async for batch in batches:
                    self._take(batch)
                    # Keys come between two batches, however many there are.
                    await asyncio.sleep(0)
        except ApiError as error:
            self._problem = error.problem
        self._caught_up = True
        self.paint()

    def _take(self, batch: Batch) -> None:
        if batch.sources is not None:
            self._sources = batch.sources
        if batch.mode:
            self._mode = batch.mode
        self._problem = batch.problem or (None if batch.events or batch.mode else self._problem)
        self._caught_up = self._caught_up or batch.caught_up
        self.ring.add([self._to_line(event, self._sources) for event in batch.events])
        self._fresh = True

    def _frame(self) -> None:
        if self._fresh:
            self._fresh = False
            self.view.show_ring()
            self.paint()

    # Saying

    @on(LogView.Changed)
    def paint(self) -> None:
        """Bring every line of the chrome up to date."""
        if not self.is_attached or not self.is_current:
            return
        width = self.size.width
        self._bars["header"].show(self._header(width))
        self._bars["title"].show(log_title(self._state(), width))
        self._bars["status"].show(log_status(self._state()))
        labels = sorted((key for key in LOG_KEYS if key.label), key=lambda key: key.rank)
        context = Context()
        shown = tuple(
            (key.shown(self.settings).split(" ")[0], key.label)
            for key in labels
            if key.when(context)
        )
        foot = self._bars["keys"]
        foot.display = not self.prompt.is_open
        foot.show(chrome.footer(shown, width))

    def _state(self) -> LogState:
        return LogState(
            self.heading,
            len(self.ring.lines),
            len(self.ring.shown),
            self.ring.dropped,
            self._since,
            self._until,
            self._mode,
            self.view.following,
            self._caught_up,
            self._level,
            self._typed,
            self._problem,
            self._sources,
        )

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a filter is typed, only leaving it works."""
        return action in ("back", "quit", "move") if self.prompt.is_open else True

    def action_back(self) -> None:
        """Out of the prompt, the filter, the view."""
        if self.prompt.is_open:
            self.prompt.leave()
        elif self._typed or self._level:
            self._typed, self._level = "", Level.NONE
            self._refilter("")
        else:
            self.dismiss(None)

    def action_filter(self) -> None:
        """Type a filter."""
        self.prompt.open("/", self._typed, "patterns, !not, level:warn")
        self.paint()

    def action_follow(self) -> None:
        """Follow the end, or stop."""
        self.view.follow(not self.view.following)

    def action_level(self) -> None:
        """All, warnings and errors, errors."""
        self._level = _LEVELS[(_LEVELS.index(self._level) + 1) % len(_LEVELS)]
        self._refilter(self._typed)

    def action_wrap(self) -> None:
        """Wrap long lines."""
        self.view.show_as(wrap=not self.view.look.wrap)

    def action_times(self) -> None:
        """Show or hide times."""
        self.view.show_as(times=not self.view.look.times)

    def action_fields(self) -> None:
        """JSON lines as their members."""
        self.view.show_as(fields=not self.view.look.fields)

    def action_sources(self) -> None:
        """Show or hide sources."""
        self.view.show_as(sources=not self.view.look.sources)

    def action_mark(self) -> None:
        """Bookmark the line."""
        self.view.bookmark()

    def action_next_mark(self, by: int) -> None:
        """To a bookmark."""
        self.view.next_bookmark(by)

    def action_move(self, by: int) -> None:
        """By lines."""
        self.view.move(by)

    def action_page(self, by: int) -> None:
        """By pages."""
        self.view.page(by)

    def action_jump(self, direction: int) -> None:
        """To an end."""
        self.view.jump(direction)

    def action_sideways(self, cells: int) -> None:
        """Left or right."""
        self.view.sideways(cells)

    def action_since(self, at: int) -> None:
        """Read from another time on."""
        self._since = SINCE[at][2]
        self.begin()

    def action_clear(self) -> None:
        """Forget the lines so far."""
        self.ring.clear()
        self.view.show_ring()

    def action_copy(self) -> None:
        """The line under the cursor."""
        line = self.view.line
        if line is not None:
            self._copy(redact_text(line.text), "the line")

    def action_copy_all(self) -> None:
        """Every line that is shown."""
        self._copy(self._saved(), f"{len(self.ring.shown)} lines")

    def _copy(self, text: str, what: str) -> None:
        self.app.copy_to_clipboard(text)
        self.notify(f"copied: {what}", markup=False)

    def _saved(self) -> str:
        return redact_text(saved(self.ring.shown))

    def action_help(self) -> None:
        """The keys."""
        self.app.push_screen(Help(self.settings, (), keys=LOG_KEYS))

    @work(group="save")
    async def action_save(self) -> None:
        """Write the lines to a file in the folder we were started in."""
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        name = "".join(c if c.isalnum() or c in "-_" else "-" for c in self.heading)
        path = Path.cwd() / f"{name}-{stamp}.log"
        try:
            await asyncio.to_thread(_write, path, self._saved())
        except OSError as error:
            self.notify(f"{path}: {error.strerror}", severity="error", markup=False)
        else:
            self.notify(f"written: {path}", markup=False)

    # The filter

    @on(Prompt.Typed)
    def _narrow(self, event: Prompt.Typed) -> None:
        if self.prompt.stands(event):
            self._refilter(event.text)

    def _entered(self, _: str, text: str) -> None:
        if self._refilter(text):
            self._close_prompt()

    def _left(self, _: str, before: str) -> None:
        self._refilter(before)
        self._close_prompt()

    def _close_prompt(self) -> None:
        self.prompt.close()
        self.view.focus()
        self.paint()

    def _refilter(self, text: str) -> bool:
        try:
            wanted = read_log_filter(text)
        except LogFilterError as error:
            self.prompt.fault(str(error))
            return False
        self._typed = text.strip()
        least = max(wanted.least, self._level)
        self.ring.show_only(LogFilter(wanted.wanted, wanted.excluded, least))
        self.view.show_ring()
        self.paint()
        return True


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
