"""From cells to styled pieces of a line; a piece is what is compared and repainted."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from containerscope.model.health import Level
from containerscope.model.text import cut, visible_block
from containerscope.rows import Cell, Heading
from containerscope.ui.table_columns import GUTTER, Layout, title_of

PARTS = (
    "plain", "failed", "warning", "progress", "fine", "dim", "header", "sorted", "cursor",
    "cursor-blurred", "mark", "changed", "match",
)  # fmt: skip
"""The component classes of the table, without their prefix."""
_OF_LEVEL = {
    Level.FAILED: "failed",
    Level.WARNING: "warning",
    Level.PROGRESS: "progress",
    Level.FINE: "fine",
    Level.NONE: "dim",
}


class Glyphs(NamedTuple):
    """The characters that say by shape what colour says too."""

    levels: dict[Level, str]
    mark: str
    ellipsis: str
    ascii: bool


UNICODE = Glyphs(
    {
        Level.FAILED: "✗",
        Level.WARNING: "▲",
        Level.PROGRESS: "◌",
        Level.FINE: "●",
        Level.NONE: "–",
    },
    "◆",
    "…",
    False,
)
ASCII = Glyphs(
    {Level.FAILED: "x", Level.WARNING: "!", Level.PROGRESS: "~", Level.FINE: "*", Level.NONE: "-"},
    "+",
    "~",
    True,
)


@dataclass(frozen=True)
class RowState:
    """What a whole row has, whatever stands in its cells."""

    level: Level = Level.NONE
    cursor: str = ""
    """The part that paints the cursor's row; empty for another row."""
    marked: bool = False
    dimmed: bool = False


@dataclass
class Palette:
    """The styles of a theme, combined once each."""

    part: Callable[[str], Style]
    """The style of a component class over nothing."""
    base: Style
    _made: dict[tuple[str, ...], Style] = field(default_factory=dict)

    def style(self, *parts: str) -> Style:
        """The base with these parts over it, first to last."""
        made = self._made.get(parts)
        if made is None:
            made = self.base
            for name in parts:
                made += self.part(name)
            self._made[parts] = made
        return made

    def cell(self, state: RowState, level: Level, *extra: str) -> Style:
        """The style of a cell; NONE and FINE are quiet."""
        parts: list[str] = ["mark"] if state.marked else []
        # News comes first, so that its boldness stays and a level keeps its colour.
        parts.extend(part for part in extra if part == "changed")
        if state.dimmed:
            parts.append("dim")
        elif level >= Level.PROGRESS:
            parts.append(_OF_LEVEL[level])
        parts.extend(part for part in extra if part != "changed")
        return self._on_cursor(state, parts)

    def glyph(self, state: RowState) -> Style:
        """The style of the status glyph."""
        return self._on_cursor(state, ["dim" if state.dimmed else _OF_LEVEL[state.level]])

    def _on_cursor(self, state: RowState, parts: list[str]) -> Style:
        if not state.cursor:
            return self.style(*parts)
        if self.part(state.cursor).reverse:
            # Reversed, the colour of a level would become a background that differs by cell.
            parts = [part for part in parts if part in ("changed", "match")]
        return self.style(state.cursor, *parts)


Piece = tuple[Segment, ...]


class Line(NamedTuple):
    """A painted line: the gutter, one piece for each column, and the rest."""

    pieces: tuple[Piece, ...]
    starts: tuple[int, ...]
    width: int

    def strip(self) -> Strip:
        """The line as Textual takes it, neighbours of one style joined."""
        return Strip([segment for piece in self.pieces for segment in piece], self.width).simplify()

    def difference(self, other: Line) -> tuple[int, int] | None:
        """The cells in which they differ, from and to; None if they are the same."""
        if self.starts != other.starts or self.width != other.width:
            return 0, max(self.width, other.width)
        wrong = [at for at, piece in enumerate(self.pieces) if piece != other.pieces[at]]
        if not wrong:
            return None
        ends = (*self.starts[1:], self.width)
        return self.starts[wrong[0]], ends[wrong[-1]]


def padded(text: str, width: int, *, right: bool, ellipsis: str) -> tuple[str, str, str]:
    """The text cut to the width, with the blanks before and after it."""
    text = cut(text, width, ellipsis)
    blank = " " * max(0, width - cell_len(text))
    return (blank, text, "") if right else ("", text, blank)


def paint_header(
    headings: Sequence[Heading], layout: Layout, width: int, palette: Palette, glyphs: Glyphs
) -> Line:
    """The line of titles."""
    plain, strong = palette.style("header"), palette.style("header", "sorted")
    pieces: list[Piece] = [(Segment(" " * GUTTER, plain),)]
    for at, place in enumerate(layout.places):
        heading = headings[place.index]
        title = title_of(heading, ascii_only=glyphs.ascii)
        parts = padded(title, place.width, right=heading.right, ellipsis=glyphs.ellipsis)
        style = strong if heading.sorted else plain
        pieces.append((Segment("".join(parts), style), _gap(layout, at, width, plain)))
    return Line(tuple(pieces), _starts(layout), max(width, layout.width))


def paint_row(
    cells: Sequence[Cell],
    headings: Sequence[Heading],
    layout: Layout,
    width: int,
    palette: Palette,
    glyphs: Glyphs,
    state: RowState,
    changed: frozenset[str] = frozenset(),
    match: str = "",
) -> Line:
    """The line of a row; `changed` are the fields that are news, `match` what was searched."""
    quiet = palette.cell(state, Level.NONE)
    mark = glyphs.mark if state.marked else " "
    pieces: list[Piece] = [
        (
            Segment(mark, quiet),
            Segment(glyphs.levels[state.level], palette.glyph(state)),
            Segment(" ", quiet),
        )
    ]
    for at, place in enumerate(layout.places):
        cell, heading = cells[place.index], headings[place.index]
        before, text, after = padded(
            cell.text, place.width, right=heading.right, ellipsis=glyphs.ellipsis
        )
        extra = ("dim",) if cell.dim and not state.dimmed else ()
        if heading.field in changed:
            extra = (*extra, "changed")
        style = palette.cell(state, cell.level, *extra)
        folded = text.casefold()
        found = folded.find(match) if match and place.index == 0 else -1
        if found >= 0 and len(folded) == len(text):
            end = found + len(match)
            middle = [
                Segment(text[:found], style),
                Segment(text[found:end], palette.cell(state, cell.level, *extra, "match")),
                Segment(text[end:], style),
            ]
        else:
            middle = [Segment(text, style)]
        blank = Segment(after, quiet)
        gap = _gap(layout, at, width, quiet)
        parts = (Segment(before, quiet), *middle, blank, gap)
        pieces.append(tuple(part for part in parts if part.text))
    return Line(tuple(pieces), _starts(layout), max(width, layout.width))


def _starts(layout: Layout) -> tuple[int, ...]:
    return (0, *(place.x for place in layout.places))


def _gap(layout: Layout, at: int, width: int, style: Style) -> Segment:
    """The blanks from the end of a column to the start of the next or the end of the line."""
    place = layout.places[at]
    last = at + 1 == len(layout.places)
    end = max(width, layout.width) if last else layout.places[at + 1].x
    return Segment(" " * (end - place.x - place.width), style)


def paint_text(text: str, width: int, style: Style) -> Line:
    """A line of plain text, cut to the width."""
    before, shown, after = padded(text, width, right=False, ellipsis="…")
    return Line(((Segment(before + shown + after, style),),), (0,), width)


def paint_message(text: str, at: int, width: int, style: Style) -> Line:
    """One line of a sentence that is wrapped to the width."""
    room = max(10, width - 2 * GUTTER)
    lines = [
        part
        for block in visible_block(text).splitlines()
        for part in textwrap.wrap(block, room) or [""]
    ]
    shown = lines[at] if 0 <= at < len(lines) else ""
    return paint_text(" " * GUTTER + shown if shown else "", width, style)
