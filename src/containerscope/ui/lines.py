"""Lines of text in the line API: the chrome's single ones, and the scrolling text of a pane."""

from __future__ import annotations

from typing import ClassVar, get_args

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from containerscope.ui.blocks import Line
from containerscope.ui.spans import Role, Spans, ascii_only, fit, text_of

_CLASSES = {f"role--{role}" for role in (*get_args(Role), "cursor", "match")}

_AROUND = 3
"""Lines of what surrounds a match."""


class _Painted(Widget):
    """A widget that paints spans."""

    COMPONENT_CLASSES: ClassVar[set[str]] = _CLASSES
    ascii: var[bool] = var(False)

    def _style(self, role: str) -> Style:
        return self.get_component_rich_style(f"role--{role}", partial=True)

    def _strip(self, spans: Spans, width: int, over: Style | None = None) -> Strip:
        base = self.rich_style
        segments = []
        for span in fit(spans, width):
            style = base + self._style(span.role)
            text = ascii_only(span.text) if self.ascii else span.text
            segments.append(Segment(text, style + over if over else style))
        blank = base + over if over else base
        return Strip(segments).adjust_cell_length(width, blank).simplify()


class Bar(_Painted):
    """One line of the chrome; only the part that changed is sent again."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._spans: Spans = ()

    @property
    def text(self) -> str:
        """What it says."""
        return text_of(self._spans)

    def show(self, spans: Spans) -> None:
        """Say this instead."""
        if spans == self._spans:
            return
        old, self._spans = self._spans, spans
        before, after = text_of(old), text_of(spans)
        if len(before) != len(after) or not (before.isascii() and after.isascii()):
            start, end = 0, self.size.width
        else:
            start, end = _difference(old, spans)
        self.refresh(Region(start, 0, max(0, end - start), 1))

    def render_line(self, y: int) -> Strip:
        """The one line."""
        if y:
            return Strip.blank(self.size.width, self.rich_style)
        return self._strip(self._spans, self.size.width)


def _difference(old: Spans, new: Spans) -> tuple[int, int]:
    """The first and the last cell, exclusive, that differ in two lines of one width."""
    one = [(char, span.role) for span in old for char in span.text]
    other = [(char, span.role) for span in new for char in span.text]
    places = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    return (places[0], places[-1] + 1) if places else (0, 0)


class LinesView(_Painted, ScrollView, can_focus=True, inherit_bindings=False):
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
        wanted = self.wanted
        self._matches = [
            at
            for at, line in enumerate(self._lines)
            if wanted and wanted in text_of(line.spans).casefold()
        ]

    def render_line(self, y: int) -> Strip:
        """A line on screen."""
        at = y + round(self.scroll_y)
        width = self.size.width
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
