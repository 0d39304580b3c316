"""The scrolling text of a pane, in the line API."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from containerscope.ui.bar import Painted
from containerscope.ui.blocks import Line
from containerscope.ui.spans import text_of

_AROUND = 3
"""Lines of what surrounds a match."""


def matching(lines: Sequence[Line], wanted: str) -> list[int]:
    """Where the text is, in small letters; a line that goes on below is searched as one."""
    found: list[int] = []
    at = 0
    while at < len(lines):
        end, text = at + 1, text_of(lines[at].spans)
        while end < len(lines) and lines[end].goes_on:
            text += text_of(lines[end].spans[1:])
            end += 1
        if wanted in text.casefold():
            found.append(at)
        at = end
    return found


class LinesView(Painted, ScrollView, can_focus=True, inherit_bindings=False):
    """A text with a cursor line and a search; its keys are bound by the screen."""

    ALLOW_SELECT = False

    class Moved(Message):
        """The cursor is on another line."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: tuple[Line, ...] = ()
        self.cursor = 0
        self.wanted = ""
        self._matches: list[int] = []

    @property
    def line(self) -> Line:
        """The line under the cursor."""
        return self._lines[self.cursor] if self._lines else Line()

    @property
    def matches(self) -> int:
        """How many lines have what was searched."""
        return len(self._matches)

    @property
    def room(self) -> int:
        """Cells of a line, beside the scroll bar."""
        return self.scrollable_content_region.width

    @property
    def text(self) -> str:
        """All of it without roles."""
        return "\n".join(text_of(line.spans) for line in self._lines)

    def show(self, lines: tuple[Line, ...], *, anew: bool = False) -> None:
        """Show this text; `anew` starts at its top, else cursor and scrolling stay."""
        if lines == self._lines and not anew:
            return
        self._lines = lines
        self.virtual_size = Size(self.size.width, len(lines))
        if anew:
            self.cursor = 0
            self.scroll_to(0, 0, animate=False)
        self.cursor = min(self.cursor, max(0, len(lines) - 1))
        self._search()
        self.refresh()
        self.post_message(self.Moved())

    def move(self, lines: int) -> None:
        """Move the cursor and keep it on screen."""
        self.move_to(self.cursor + lines)

    def move_to(self, line: int, around: int = 0) -> None:
        """Put the cursor on a line, the nearest there is, and show so many lines around it."""
        before = self.cursor
        self.cursor = min(max(0, line), max(0, len(self._lines) - 1))
        top, height = round(self.scroll_y), max(1, self.size.height)
        around = min(around, (height - 1) // 2)
        if self.cursor - around < top:
            self.scroll_to(y=max(0, self.cursor - around), animate=False)
        elif self.cursor + around >= top + height:
            self.scroll_to(y=self.cursor + around - height + 1, animate=False)
        if before != self.cursor:
            for place in (before, self.cursor):
                self.refresh(Region(0, place - round(self.scroll_y), self.size.width, 1))
            self.post_message(self.Moved())

    def page(self, pages: int) -> None:
        """Move by pages."""
        self.move(pages * max(1, self.size.height - 1))

    def jump(self, direction: int) -> None:
        """To the first or the last line."""
        self.move_to(0 if direction < 0 else len(self._lines) - 1)

    def search(self, text: str) -> int:
        """Mark every line that has the text, go to the next one; how many there are."""
        self.wanted = text.casefold()
        self._search()
        if self._matches:
            self.move_to(
                next((at for at in self._matches if at >= self.cursor), self._matches[0]), _AROUND
            )
        self.refresh()
        return len(self._matches)

    def match(self, direction: int) -> None:
        """To the next or the previous match, round the end."""
        if not self._matches:
            return
        if direction > 0:
            after = [at for at in self._matches if at > self.cursor]
            self.move_to(after[0] if after else self._matches[0], _AROUND)
        else:
            before = [at for at in self._matches if at < self.cursor]
            self.move_to(before[-1] if before else self._matches[-1], _AROUND)

    def _search(self) -> None:
        self._matches = matching(self._lines, self.wanted) if self.wanted else []

    def render_line(self, y: int) -> Strip:
        """A line on screen."""
        at = y + round(self.scroll_y)
        width = self.room
        if at >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        over: Style | None = None
        if at == self.cursor and self.has_focus:
            over = self._style("cursor")
        elif at in self._matches:
            over = self._style("match")
        return self._strip(self._lines[at].spans, width, over)

    def on_focus(self) -> None:
        """Show the cursor line."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor line."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """The cursor goes where the mouse points."""
        self.move_to(event.y + round(self.scroll_y))
