"""Lines of logs on the line API: thousands a minute without a widget each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from containerscope.block import LogLine
from containerscope.logs.ring import LogRing
from containerscope.model.health import Level
from containerscope.model.text import cut, visible
from containerscope.rows.format import utc
from containerscope.ui.bar import Painted
from containerscope.ui.block_lines import SOURCE_ROLES, clock_time, said
from containerscope.ui.spans import OF_LEVEL, Role, Span, Spans

_SOURCE = 22
"""Cells that a source takes at most."""
_LONGEST = 8_000
"""Characters of a line that are shown."""


@dataclass(frozen=True)
class LogLook:
    """How lines are shown."""

    times: bool = True
    sources: bool = True
    wrap: bool = False
    fields: bool = True
    """Lines that are JSON show their message, then their other members."""


class LogView(Painted, ScrollView, can_focus=True, inherit_bindings=False):
    """The shown lines of a ring, with a cursor line and bookmarks; follows its end if told to."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    LogView {
        background: $background; color: $foreground; height: 1fr; padding: 0 1;
        scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: scroll;
    }
    """

    class Changed(Message):
        """The cursor moved, or it follows or no longer does."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, LogView.Changed)

    def __init__(self, ring: LogRing, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.ring = ring
        self.look = LogLook()
        self.following = True
        self.cursor = 0
        """The place of the cursor's line among those shown."""
        self.bookmarks: dict[int, LogLine] = {}
        """By identity: equal lines are different ones."""
        self._rows: list[tuple[int, int]] = []
        """With wrapping: the line of each row, and the cell at which the row begins."""
        self._laid_out = (-1, 0, 0)
        """The generation, the width and the number of lines that `_rows` stands for."""
        self._roles: dict[str, Role] = {}
        self._left = 0

    # What is shown

    @property
    def line(self) -> LogLine | None:
        """The line under the cursor."""
        shown = self.ring.shown
        return shown[self.cursor] if 0 <= self.cursor < len(shown) else None

    def show_ring(self) -> None:
        """Show what the ring shows now."""
        self._lay_out()
        count = len(self.ring.shown)
        if self.following or self.cursor >= count:
            self.cursor = max(0, count - 1)
        size = Size(self.size.width, self._height_of_all())
        if size != self.virtual_size:
            self.virtual_size = size
        if self.following:
            self.scroll_to(y=self.virtual_size.height, animate=False, force=True)
        self.refresh()
        self.post_message(self.Changed())

    def show_as(self, **changes: bool) -> None:
        """Show the lines in another way; the cursor stays on its line."""
        self.look = replace(self.look, **changes)
        self._laid_out = (-1, 0, 0)
        self._left = 0
        self.show_ring()
        self._reveal()

    def follow(self, following: bool) -> None:
        """Stay at the end, or stop."""
        self.following = following
        if following:
            self.show_ring()
        self.post_message(self.Changed())

    # Moving

    def move(self, lines: int) -> None:
        """Move the cursor; going up stops following."""
        last = max(0, len(self.ring.shown) - 1)
        self.cursor = min(max(0, self.cursor + lines), last)
        self.following = lines > 0 and self.cursor == last
        self._reveal()
        self.refresh()
        self.post_message(self.Changed())

    def page(self, pages: int) -> None:
        """Move by pages."""
        self.move(pages * max(1, self.size.height - 1))

    def jump(self, direction: int) -> None:
        """To the first line, or to the last one and on with it."""
        if direction < 0:
            self.move(-len(self.ring.shown))
        else:
            self.follow(True)

    def sideways(self, cells: int) -> None:
        """Show what lies beyond the right edge; without wrapping only."""
        if not self.look.wrap:
            self._left = max(0, self._left + cells)
            self.refresh()

    def bookmark(self) -> None:
        """Mark the line under the cursor, or unmark it."""
        line = self.line
        if line is None:
            return
        if self.bookmarks.pop(id(line), None) is None:
            self.bookmarks[id(line)] = line
        self.refresh()
        self.post_message(self.Changed())

    def next_bookmark(self, direction: int) -> None:
        """To the next or the previous bookmark, round the end."""
        places = [at for at, line in enumerate(self.ring.shown) if id(line) in self.bookmarks]
        if not places:
            return
        if direction > 0:
            target = next((at for at in places if at > self.cursor), places[0])
        else:
            target = next((at for at in reversed(places) if at < self.cursor), places[-1])
        self.move(target - self.cursor)
        self.following = False

    # Laying out

    def _lay_out(self) -> None:
        ring, width = self.ring, max(8, self.size.width)
        if not self.look.wrap:
            return
        generation, wide, count = self._laid_out
        if (generation, wide) != (ring.generation, width):
            self._rows, count = [], 0
        for place, line in enumerate(islice(ring.shown, count, None), count):
            self._rows += [(place, part) for part in range(self._parts(line, width))]
        self._laid_out = (ring.generation, width, len(ring.shown))

    def _parts(self, line: LogLine, width: int) -> int:
        room = max(8, width - self._lead_width())
        return max(1, -(-min(_LONGEST, cell_len(self._text(line))) // room))

    def _height_of_all(self) -> int:
        return len(self._rows) if self.look.wrap else len(self.ring.shown)

    def _row_of(self, place: int) -> int:
        if not self.look.wrap:
            return place
        low, high = 0, len(self._rows)
        while low < high:
            middle = (low + high) // 2
            if self._rows[middle][0] < place:
                low = middle + 1
            else:
                high = middle
        return low

    def _reveal(self) -> None:
        row, top, height = self._row_of(self.cursor), round(self.scroll_y), self.size.height
        if row < top:
            self.scroll_to(y=row, animate=False, force=True)
        elif row >= top + height:
            self.scroll_to(y=row - height + 1, animate=False, force=True)

    def _lead_width(self) -> int:
        times = 13 if self.look.times else 0
        return 2 + times + (_SOURCE + 1 if self._names_sources() else 0)

    def _names_sources(self) -> bool:
        return self.look.sources and self.size.width >= 60

    def _text(self, line: LogLine) -> str:
        if self.look.fields and line.fields:
            return "".join(said(line))[:_LONGEST]
        return visible(line.text[:_LONGEST])

    # Painting

    def render_line(self, y: int) -> Strip:
        """A row on screen."""
        row, width = y + round(self.scroll_y), self.size.width
        place, part = row, 0
        if self.look.wrap:
            if row >= len(self._rows):
                return Strip.blank(width, self.rich_style)
            place, part = self._rows[row]
        if place >= len(self.ring.shown):
            return Strip.blank(width, self.rich_style)
        over: Style | None = None
        if place == self.cursor and self.has_focus and not self.following:
            over = self._style("cursor")
        return self._strip(self._spans(self.ring.shown[place], part, width), width, over)

    def _spans(self, line: LogLine, part: int, width: int) -> Spans:
        lead: list[Span] = [Span("◆ " if id(line) in self.bookmarks else "  ", "accent")]
        if self.look.times:
            lead.append(Span(f"{clock_time(line.at)} ", "dim"))
        if self._names_sources():
            name = cut(visible(line.source), _SOURCE)
            lead.append(Span(f"{name}{' ' * (_SOURCE - cell_len(name))} ", self._role(line.source)))
        loud = line.level in (Level.FAILED, Level.WARNING)
        role = OF_LEVEL[line.level] if loud else "plain"
        text = self._text(line)
        if self.look.wrap:
            room = max(8, width - self._lead_width())
            text = _slice(text, part * room, room)
            if part:
                lead = [Span(" " * self._lead_width())]
        else:
            # What a line says stands at its beginning; the arrows show its end.
            text = _slice(text, self._left, max(8, width - self._lead_width()))
        return (*lead, Span(text, role))

    def _role(self, source: str) -> Role:
        if source not in self._roles:
            self._roles[source] = SOURCE_ROLES[len(self._roles) % len(SOURCE_ROLES)]
        return self._roles[source]

    def on_resize(self) -> None:
        """Lay out anew for the width."""
        self.show_ring()

    def on_focus(self) -> None:
        """Show the cursor line."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """The cursor goes where the mouse points."""
        row = event.y + round(self.scroll_y)
        if self.look.wrap:
            row = self._rows[row][0] if row < len(self._rows) else len(self.ring.shown) - 1
        self.move(row - self.cursor)

    def watch_scroll_y(self, old: float, new: float) -> None:
        """The wheel up stops following."""
        super().watch_scroll_y(old, new)
        if new < old and self.following and new < self.max_scroll_y:
            self.following = False
            self.post_message(self.Changed())


def _slice(text: str, start: int, cells: int) -> str:
    """So many cells of a text from a cell on."""
    if text.isascii():
        return text[start : start + cells]
    out, at = [], 0
    for char in text:
        size = cell_len(char)
        if at >= start + cells:
            break
        if at >= start:
            out.append(char)
        at += size
    return "".join(out)


def saved(lines: Sequence[LogLine]) -> str:
    """The lines as a file: time in UTC, source and text, whole, with nothing a terminal obeys."""
    return "".join(
        f"{_stamp(line.at)} {visible(line.source)} {visible(line.text)}\n" for line in lines
    )


def _stamp(at: datetime | None) -> str:
    return "-" if at is None else utc(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")
