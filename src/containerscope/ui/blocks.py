"""Blocks of a detail pane laid out as lines for a given width; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest

from rich.cells import cell_len

from containerscope.block import DiffBlock, LogBlock, SeriesBlock, TreeBlock
from containerscope.model.health import Level
from containerscope.model.listing import Missing
from containerscope.model.text import cut, visible, visible_block
from containerscope.resource import Block, Pair, PairsBlock, TableBlock, TextBlock, Value
from containerscope.rows.format import age, plain, utc
from containerscope.ui.block_lines import GLYPH, diff_lines, log_lines, tree_lines
from containerscope.ui.grid import aligned, wrapped
from containerscope.ui.plot import plot_lines
from containerscope.ui.spans import OF_LEVEL, Span, Spans, fit, width_of

_LABEL = 22
_COLUMN = 54
"""Narrower than this, two groups of pairs don't stand side by side."""
_MOST_COLUMNS = 3
_SOON = timedelta(seconds=5)
"""Clocks differ by less: what is to come is at least so far away."""
_LONG = 20_000
"""Characters of one value that are laid out; what is longer is read in the raw view."""


@dataclass(frozen=True)
class Line:
    """One laid-out line, and what can be done with it."""

    spans: Spans = ()
    copy: str = ""
    """What `c` copies; the value behind a label, whole."""
    secret: str = ""
    """The value that may be revealed here; empty for none."""
    goes_on: bool = False
    """Whether it is the rest of the line before, behind an indent of its own."""


def words(value: Value, now: datetime) -> tuple[str, bool]:
    """A value as text, and whether it is one that is missing or says nothing."""
    if isinstance(value, Missing):
        reason = f" {visible(value.reason)}" if value.reason else f" {value.why.value}"
        return plain(value) + reason, True
    if isinstance(value, datetime):
        return f"{plain(value)} UTC ({_since(value, now)})", False
    if value is None or value == "":
        return plain(None), True
    if isinstance(value, str):
        return visible_block(value[:_LONG]), False
    return plain(value), False


def _since(moment: datetime, now: datetime) -> str:
    """`3m ago`, `in 46m`."""
    if utc(moment) - utc(now) >= _SOON:
        return f"in {age(now, moment)}"
    return f"{age(moment, now)} ago"


def lines(
    blocks: Sequence[Block],
    width: int,
    now: datetime,
    revealed: frozenset[str] = frozenset(),
    *,
    reveals: bool = True,
) -> tuple[Line, ...]:
    """All blocks below each other; groups of pairs side by side where there is room.

    `revealed` holds the secrets whose values are shown; none can be without `reveals`.
    """
    if not reveals:
        blocks = [_closed(block) for block in blocks]
    out: list[Line] = []
    group: list[PairsBlock] = []
    for block in blocks:
        if isinstance(block, PairsBlock) and not any(pair.secret for pair in block.pairs):
            group.append(block)
            continue
        _add(out, _side_by_side(group, width, now))
        group = []
        _add(out, _block(block, width, now, revealed))
    _add(out, _side_by_side(group, width, now))
    return tuple(out)


def _closed(block: Block) -> Block:
    if not isinstance(block, PairsBlock):
        return block
    return replace(block, pairs=tuple(replace(pair, secret="") for pair in block.pairs))


def _add(out: list[Line], more: list[Line]) -> None:
    if out and more:
        out.append(Line())
    out += more


def _block(block: Block, width: int, now: datetime, revealed: frozenset[str]) -> list[Line]:
    if isinstance(block, PairsBlock):
        return _pairs(block, width, now, revealed)
    if isinstance(block, TableBlock):
        return _table(block, width, now)
    if isinstance(block, TextBlock):
        return _text(block, width)
    return [*_heading(block.title), *_drawn(block, width)]


def _drawn(block: SeriesBlock | LogBlock | DiffBlock | TreeBlock, width: int) -> list[Line]:
    if isinstance(block, SeriesBlock):
        return [Line(spans) for spans in plot_lines(block, width)]
    if isinstance(block, LogBlock):
        drawn = log_lines(block, width)
    elif isinstance(block, DiffBlock):
        drawn = diff_lines(block, width)
    else:
        drawn = tree_lines(block, width)
    return [Line(fit(spans, width), copy=copied) for spans, copied in drawn]


def _heading(title: str) -> list[Line]:
    return [Line((Span(visible(title), "title"),))] if title else []


def _text(block: TextBlock, width: int) -> list[Line]:
    out = _heading(block.title)
    role = OF_LEVEL[block.level]
    glyph = GLYPH.get(block.level, "")
    indent = 2 if glyph else 0
    text = visible_block(block.text[:_LONG])
    first, *rest = text.split("\n")
    room = max(8, width - indent)
    loud = role if block.level in (Level.FAILED, Level.WARNING) else "plain"
    for number, line in enumerate(wrapped(first, room)):
        lead = " " * indent if number else f"{glyph} "[:indent]
        out.append(Line((Span(lead, role), Span(line, loud)), copy=text))
    out += [
        Line((Span(" " * indent), Span(line)), copy=text)
        for part in rest
        for line in wrapped(part, room)
    ]
    return out


def _pairs(
    block: PairsBlock, width: int, now: datetime, revealed: frozenset[str] = frozenset()
) -> list[Line]:
    out = _heading(block.title)
    longest = max((cell_len(visible(pair.label)) for pair in block.pairs), default=0)
    label = min(longest, _LABEL if width < 100 else 2 * _LABEL, max(8, width // 2))
    for pair in block.pairs:
        out += _pair(pair, label, width, now, revealed)
    return out


def _pair(
    pair: Pair, label: int, width: int, now: datetime, revealed: frozenset[str]
) -> list[Line]:
    hidden = pair.secret if pair.secret not in revealed else ""
    value = pair.secret if pair.secret in revealed and pair.secret else pair.value
    text, quiet = words(value, now)
    glyph = GLYPH.get(pair.level, "")
    if glyph:
        text = f"{glyph} {text}"
    role = "dim" if quiet else OF_LEVEL[pair.level]
    name = cut(visible(pair.label), label)
    name += " " * (label - cell_len(name))
    out: list[Line] = []
    for number, line in enumerate(wrapped(text, max(8, width - label - 2))):
        lead = name if number == 0 else " " * label
        spans = [Span(f"{lead}  ", "dim"), Span(line, role)]
        if hidden and number == 0:
            spans.append(Span("  r reveals", "dim"))
        copied = value if isinstance(value, str) else words(value, now)[0]
        out.append(Line(tuple(spans), copy=copied, secret=hidden))
    return out


def _side_by_side(blocks: Sequence[PairsBlock], width: int, now: datetime) -> list[Line]:
    if not blocks:
        return []
    count = min(len(blocks), _MOST_COLUMNS, max(1, width // _COLUMN))
    if count == 1:
        out: list[Line] = []
        for block in blocks:
            _add(out, _pairs(block, width, now))
        return out
    inner = (width - 3 * (count - 1)) // count
    columns: list[list[Line]] = [[] for _ in range(count)]
    for block in blocks:
        shortest = min(columns, key=len)
        _add(shortest, _pairs(block, inner, now))
    return [_beside(row, inner) for row in zip_longest(*columns, fillvalue=Line())]


def _beside(row: Sequence[Line], inner: int) -> Line:
    spans: list[Span] = []
    for number, line in enumerate(row):
        last = number == len(row) - 1
        spans += line.spans
        if not last:
            spans.append(Span(" " * max(0, inner + 3 - width_of(line.spans))))
    copies = [line.copy for line in row if line.copy]
    return Line(tuple(spans), copy=copies[0] if copies else "")


def _table(block: TableBlock, width: int, now: datetime) -> list[Line]:
    out = _heading(block.title)
    if not block.rows:
        return [*out, Line((Span(visible(block.empty) or "none", "dim"),))]
    cells = [[_cell(value, now) for value in row] for row in block.rows]
    glyphs = any(block.levels)
    count = max(len(block.header), *map(len, cells))
    right = [_numeric([row[i] for row in block.rows if i < len(row)]) for i in range(count)]
    header = [visible(text) for text in block.header]
    head, bodies = aligned(header, cells, right, width - (2 if glyphs else 0))
    out.append(Line((Span(f"{'  ' if glyphs else ''}{head}", "dim"),)))
    for number, body in enumerate(bodies):
        level = block.levels[number] if number < len(block.levels) else Level.NONE
        role = OF_LEVEL[level] if level > Level.FINE else "plain"
        whole = "  ".join(words(value, now)[0] for value in block.rows[number])
        for place, text in enumerate(body):
            glyph = GLYPH.get(level, " ") if not place else " "
            lead = (Span(f"{glyph} ", OF_LEVEL[level]),) if glyphs else ()
            out.append(Line((*lead, Span(text, role)), copy=whole))
    return out


def _cell(value: Value, now: datetime) -> str:
    if isinstance(value, datetime):
        return _since(value, now).removesuffix(" ago")
    return plain(value)[:_LONG]


def _numeric(values: Sequence[Value]) -> bool:
    numbers = [value for value in values if value is not None and not isinstance(value, Missing)]
    return bool(numbers) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in numbers
    )
