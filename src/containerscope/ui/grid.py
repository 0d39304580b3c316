"""Small tables as lines of text: columns side by side, long words below each other; pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from containerscope.model.text import cut

_GAP = 2
_PROSE = 24
"""A last column that is longer than this is read as a sentence: wrapped, not cut."""
_INDENT = 4
_MOST_LINES = 6
"""Lines of one sentence; the rest is read in the raw view."""


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells."""
    lines: list[str] = []
    for part in text.split("\n"):
        if cell_len(part) <= width:
            lines.append(part)
            continue
        for line in textwrap.wrap(part, width, drop_whitespace=True) or [""]:
            lines += [line] if cell_len(line) <= width else chopped(line, width)
    return lines


def chopped(text: str, width: int) -> Iterable[str]:
    """The text in lines that are as full as they can be, in the middle of words, too."""
    line, used = "", 0
    for char in text:
        size = cell_len(char)
        if used + size > width:
            yield line
            line, used = "", 0
        line, used = line + char, used + size
    yield line


def aligned(
    header: Sequence[str], cells: Sequence[Sequence[str]], right: Sequence[bool], width: int
) -> tuple[str, list[list[str]]]:
    """The line of titles, and the lines of each row.

    Where there is no room, a last column of sentences goes on below itself or, with less room,
    below its row; other columns are cut in the middle.
    """
    count = len(right)
    widths = _natural(header, cells, count)
    others = sum(widths[:-1]) + _GAP * (count - 1)
    left = width - others
    if count > 1 and left < widths[-1] and _is_prose(cells, count - 1):
        if left >= _PROSE:
            widths[-1] = left
            return _line(header, widths, right), [
                _beside_itself(row, widths, right) for row in cells
            ]
        rest = widths[:-1]
        _shrink(rest, others - _GAP - width)
        return _line(header[: count - 1], rest, right), [
            [_line(row[: count - 1], rest, right), *_below(row[count - 1 :], width)]
            for row in cells
        ]
    _shrink(widths, others + widths[-1] - width)
    return _line(header, widths, right), [[_line(row, widths, right)] for row in cells]


def _is_prose(cells: Sequence[Sequence[str]], place: int) -> bool:
    texts = [row[place] for row in cells if len(row) > place]
    return any(len(text) > _PROSE and " " in text for text in texts)


def _beside_itself(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    last = len(widths) - 1
    first, *more = _few(row[last], widths[last]) if len(row) > last else [""]
    indent = " " * (sum(widths[:-1]) + _GAP * last)
    return [_line([*row[:last], first], widths, right), *(indent + line for line in more)]


def _below(rest: Sequence[str], width: int) -> list[str]:
    text = rest[0] if rest else ""
    return [" " * _INDENT + line for line in _few(text, width - _INDENT) if line]


def _few(text: str, width: int) -> list[str]:
    lines = wrapped(text[: width * (_MOST_LINES + 1)], width) or [""]
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], cut(lines[_MOST_LINES - 1] + "……", width)]
    return lines


def _natural(header: Sequence[str], cells: Sequence[Sequence[str]], count: int) -> list[int]:
    return [
        max(
            cell_len(header[place]) if place < len(header) else 0,
            *(min(200, cell_len(row[place])) if place < len(row) else 0 for row in cells),
            1,
        )
        for place in range(count)
    ]


def _shrink(widths: list[int], excess: int) -> None:
    """Take from the widest columns until nothing is too much or all are narrow."""
    while excess > 0 and max(widths) > 6:
        widest = widths.index(max(widths))
        others = sorted(widths)[-2] if len(widths) > 1 else 6
        give = min(excess, max(1, widths[widest] - max(6, others)))
        widths[widest] -= give
        excess -= give


def _line(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts: list[str] = []
    for number, width in enumerate(widths):
        text = cut(texts[number] if number < len(texts) else "", width)
        pad = " " * (width - cell_len(text))
        parts.append(pad + text if right[number] else text + pad)
    return (" " * _GAP).join(parts).rstrip()
