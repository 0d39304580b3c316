"""Single lines in the line API: those around the table, and the ones of the first frame."""

from __future__ import annotations

from typing import ClassVar, get_args

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.reactive import var
from textual.strip import Strip
from textual.widget import Widget

from containerscope.ui.spans import Role, Spans, ascii_only, fit, text_of

_CLASSES = {f"role--{role}" for role in (*get_args(Role), "cursor", "match")}


class Painted(Widget):
    """A widget that paints spans."""

    DEFAULT_CSS = """
    Painted {
        .role--dim { color: $dim; text-style: $dim-style; }
        .role--strong { text-style: bold; }
        .role--accent { color: $accent; }
        .role--title { color: $accent; text-style: bold; }
        .role--rule { color: $rule; }
        .role--failed { color: $failed; text-style: $failed-style; }
        .role--warning { color: $warning; text-style: $warning-style; }
        .role--progress { color: $progress; text-style: $progress-style; }
        .role--fine { color: $fine; }
        .role--cursor { background: $cursor; color: $cursor-foreground; text-style: $cursor-style; }
        .role--match { text-style: underline; }
    }
    """
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


class Bar(Painted):
    """One line of the chrome; only the part that changed is sent again."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Bar { height: 1; width: 1fr; background: $background; color: $foreground; }
    Bar#header { background: $header-background; }
    """

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
