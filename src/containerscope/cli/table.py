"""Rows as aligned text: whole values, with colour only where a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click
from rich.cells import cell_len

from containerscope.model.health import Level
from containerscope.rows import Cell, Rows

_GAP = "   "
_COLORS = {Level.FAILED: "red", Level.WARNING: "yellow", Level.PROGRESS: "cyan"}


def _padded(text: str, width: int, *, right: bool) -> str:
    room = " " * max(0, width - cell_len(text))
    return room + text if right else text + room


class TextTable:
    """Aligns rows under headings; later rows keep the widths of the first ones."""

    def __init__(self, rows: Rows, *, color: bool) -> None:
        self._color = color
        self._headings = rows.headings
        self._widths = [cell_len(heading.title) for heading in rows.headings]

    def fit(self, rows: Rows, keys: Iterable[str]) -> None:
        """Make room for the cells of these rows."""
        for key in keys:
            for place, cell in enumerate(rows.cells(key)):
                self._widths[place] = max(self._widths[place], cell_len(cell.text))

    def head(self) -> str:
        """The line of titles."""
        return self._line([Cell(heading.title) for heading in self._headings], bold=True)

    def line(self, rows: Rows, key: str) -> str:
        """One row."""
        return self._line(rows.cells(key))

    def _line(self, cells: Sequence[Cell], *, bold: bool = False) -> str:
        parts: list[str] = []
        for place, (cell, heading) in enumerate(zip(cells, self._headings, strict=True)):
            text = _padded(cell.text, self._widths[place], right=heading.right)
            if place == len(cells) - 1:
                text = text.rstrip()
            if self._color and (bold or cell.dim or cell.level in _COLORS):
                text = click.style(
                    text, fg=_COLORS.get(cell.level), bold=bold or None, dim=cell.dim or None
                )
            parts.append(text)
        return _GAP.join(parts).rstrip()


def table_lines(rows: Rows, *, color: bool) -> Iterable[str]:
    """The headings and every row."""
    table = TextTable(rows, color=color)
    table.fit(rows, rows.keys)
    yield table.head()
    for key in rows.keys:
        yield table.line(rows, key)
