"""The blocks that are more than text, laid out as lines: logs, differences and trees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.cells import cell_len, set_cell_size

from containerscope.block import (
    ChangeKind,
    DiffBlock,
    DiffLine,
    LogBlock,
    LogLine,
    TreeBlock,
    TreeNode,
)
from containerscope.insight.log_lines import TOLD_FIELDS
from containerscope.model.health import Level
from containerscope.model.text import cut, visible
from containerscope.rows.format import plain, utc
from containerscope.ui.grid import wrapped
from containerscope.ui.spans import OF_LEVEL, Role, Span, Spans

GLYPH = {Level.FAILED: "✗", Level.WARNING: "▲", Level.PROGRESS: "◌", Level.FINE: "●"}
SOURCE_ROLES: tuple[Role, ...] = ("accent", "fine", "progress", "title")
_SIDE_BY_SIDE = 100
"""From this width the old and the new value stand beside each other."""
_LONGEST_SOURCE = 24
_ROLE_OF_CHANGE: dict[ChangeKind, Role] = {
    ChangeKind.ADDED: "fine",
    ChangeKind.REMOVED: "failed",
    ChangeKind.CHANGED: "warning",
}


def log_lines(block: LogBlock, width: int) -> list[tuple[Spans, str]]:
    """Each line with its time and source, and what is copied of it."""
    if not block.lines:
        return [((Span(visible(block.empty) or "no lines", "dim"),), "")]
    sources = list(dict.fromkeys(line.source for line in block.lines))
    longest = max((cell_len(visible(source)) for source in sources), default=0)
    room = min(_LONGEST_SOURCE, longest, max(0, width // 4))
    out = []
    for line in block.lines:
        time = clock_time(line.at)
        spans = [Span(f"{time} ", "dim")]
        if len(sources) > 1 and room:
            role = SOURCE_ROLES[sources.index(line.source) % len(SOURCE_ROLES)]
            source = cut(visible(line.source), room)
            spans.append(Span(f"{source}{' ' * (room - cell_len(source))} ", role))
        loud = line.level in (Level.FAILED, Level.WARNING)
        left = max(0, width - sum(span.width for span in spans))
        message, others = said(line)
        spans += [
            Span(_until(message, left), OF_LEVEL[line.level] if loud else "plain"),
            Span(_until(others, left - cell_len(message)), "dim"),
        ]
        out.append((tuple(spans), line.text))
    return out


def said(line: LogLine) -> tuple[str, str]:
    """The message of a line, and its other members where it is JSON.

    Its time and its level are left out: they stand before it, or colour it.
    """
    members = dict(line.fields)
    message = members.pop("message", None)
    if not isinstance(message, str):
        return visible(line.text), ""
    others = (
        f"  {visible(name)}={plain(value)}"
        for name, value in members.items()
        if name.lower() not in TOLD_FIELDS
    )
    return visible(message), "".join(others)


def _until(text: str, width: int) -> str:
    """The text in at most so many cells; the end of a line of a log says least."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return text
    return f"{set_cell_size(text, width - 1).rstrip()}…"


def clock_time(at: datetime | None) -> str:
    """The time of day in UTC to the millisecond, or as many blanks."""
    return " " * 12 if at is None else utc(at).strftime("%H:%M:%S.%f")[:12]


def diff_lines(block: DiffBlock, width: int) -> list[tuple[Spans, str]]:
    """A value that differs on each line, side by side where there is room."""
    if not block.lines:
        return [((Span(visible(block.empty) or "no difference", "dim"),), "")]
    if width < _SIDE_BY_SIDE:
        return [line for each in block.lines for line in _below(each, width)]
    path = min(max(cell_len(visible(each.path)) for each in block.lines), width // 3)
    half = (width - path - 8) // 2
    head = f"    {' ' * path}  {_padded(block.old_name, half)}  {_padded(block.new_name, half)}"
    return [((Span(head, "dim"),), ""), *(_beside(each, path, half) for each in block.lines)]


def _beside(line: DiffLine, path: int, half: int) -> tuple[Spans, str]:
    role = _ROLE_OF_CHANGE[line.kind]
    old = "" if line.kind is ChangeKind.ADDED else plain(line.old)
    new = "" if line.kind is ChangeKind.REMOVED else plain(line.new)
    return (
        (
            Span(f"  {line.kind.value} ", role),
            Span(f"{_padded(line.path, path)}  "),
            Span(f"{_padded(old, half)}  ", "dim" if line.kind is ChangeKind.CHANGED else role),
            Span(_padded(new, half).rstrip(), role),
        ),
        _copied(line),
    )


def _below(line: DiffLine, width: int) -> list[tuple[Spans, str]]:
    role = _ROLE_OF_CHANGE[line.kind]
    out: list[tuple[Spans, str]] = [
        ((Span(f"  {line.kind.value} ", role), Span(visible(line.path))), _copied(line))
    ]
    sides: Sequence[tuple[str, Any, Role]] = (
        ("-", line.old, "failed"),
        ("+", line.new, "fine"),
    )
    for sign, value, side in sides:
        if (sign == "-" and line.kind is ChangeKind.ADDED) or (
            sign == "+" and line.kind is ChangeKind.REMOVED
        ):
            continue
        text = cut(plain(value), max(8, width - 8))
        out.append(((Span(f"      {sign} {text}", side),), _copied(line)))
    return out


def _copied(line: DiffLine) -> str:
    return f"{line.path}: {plain(line.old)} → {plain(line.new)}"


def _padded(text: Any, width: int) -> str:
    cell = cut(visible(str(text)), width)
    return cell + " " * (width - cell_len(cell))


def tree_lines(block: TreeBlock, width: int) -> list[tuple[Spans, str]]:
    """Each node below its parent, with its glyph and why."""
    if not block.nodes:
        return [((Span(visible(block.empty) or "none", "dim"),), "")]
    out: list[tuple[Spans, str]] = []
    for node in block.nodes:
        _branch(node, "", "", width, out)
    return out


def _branch(
    node: TreeNode, lead: str, below: str, width: int, out: list[tuple[Spans, str]]
) -> None:
    glyph = GLYPH.get(node.level, " ")
    loud = node.level in (Level.FAILED, Level.WARNING)
    spans = [
        Span(lead, "rule"),
        Span(f"{glyph} ", OF_LEVEL[node.level]),
        Span(visible(node.text), OF_LEVEL[node.level] if loud else "plain"),
    ]
    note, role = visible(node.note), OF_LEVEL[node.level] if loud else "dim"
    beside = sum(span.width for span in spans) + 2 + cell_len(note) <= width
    if note and beside:
        spans.append(Span(f"  {note}", role))
    out.append((tuple(spans), node.text))
    if note and not beside:
        stem = f"{below}{'│' if node.children else ' '}   "
        out += [
            ((Span(stem, "rule"), Span(part, role)), node.note)
            for part in wrapped(note, max(8, width - cell_len(stem)))
        ]
    for place, child in enumerate(node.children):
        last = place == len(node.children) - 1
        arm, rest = ("└─", "  ") if last else ("├─", "│ ")
        _branch(child, f"{below}{arm}", f"{below}{rest}", width, out)
