"""Values by time as lines of text, drawn by plotext."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from containerscope.block import Series, SeriesBlock
from containerscope.model.text import visible
from containerscope.rows.format import number, utc
from containerscope.ui.spans import Role, Span, Spans, fit, text_of

if TYPE_CHECKING:
    from rich.text import Text

HEIGHT = 8
_LEAST_WIDTH = 20
_ROLES: tuple[Role, ...] = ("accent", "warning", "progress", "fine")
_TARGET = 8
"""The colour number of level lines; those of series are 1 and on."""
_GAP = 3.0
"""How many times the usual distance of two points makes a gap."""


def plot_lines(block: SeriesBlock, width: int) -> list[Spans]:
    """The title, the plot and its legend; the sentence for none if there are no points."""
    points = [point for series in block.series for point in series.points]
    if not points:
        return [(Span(visible(block.empty) or "no data", "dim"),)]
    return [*_plotted(block, max(_LEAST_WIDTH, width)), *_legend(block, width)]


def _plotted(block: SeriesBlock, width: int) -> list[Spans]:
    # Imported here: the first frame needs no plots.
    from rich.text import Text
    from textual_plotext.plot import Plot

    plot: Any = Plot()
    plot._limit_size(False, False)
    plot.theme("clear")
    plot.frame(False)
    plot.plotsize(width, HEIGHT + 1)
    span = max(1.0, (block.end - block.start).total_seconds())
    plot.xlim(0, span)
    plot.ylim(*_range(block))
    plot.xticks(*_times(block.start, span))
    top = _range(block)[1]
    # Half a task is none.
    middle = round(top / 2) if all(series.stepped for series in block.series) else top / 2
    ticks = [0, middle, top] if middle < top else [0, top]
    plot.yticks(ticks, [number(_round(each)) for each in ticks])
    for label, level in block.targets:
        if label or level:
            plot.plot([0, span], [level, level], marker="┄", color=_TARGET)
    for place, series in enumerate(block.series):
        for part in _parts(series):
            xs = [(at - block.start).total_seconds() for at, _ in part]
            plot.plot(xs, [value for _, value in part], marker="braille", color=place % 4 + 1)
    return [_spans(line) for line in Text.from_ansi(plot.build()).split("\n") if line.plain.strip()]


def _range(block: SeriesBlock) -> tuple[float, float]:
    values = [value for series in block.series for _, value in series.points]
    values += [level for _, level in block.targets]
    top = max([value for value in values if math.isfinite(value)], default=1.0)
    if all(series.unit == "%" for series in block.series) and top <= 100:
        return 0.0, 100.0
    return 0.0, max(1.0, top)


def _round(value: float) -> float:
    return round(value) if value >= 10 else round(value, 1)


def _times(start: datetime, seconds: float) -> tuple[list[float], list[str]]:
    places = [seconds * part / 4 for part in range(5)]
    times = [utc(start + timedelta(seconds=place)).strftime("%H:%M") for place in places]
    return places, times


def _parts(series: Series) -> list[list[tuple[datetime, float]]]:
    """The points in runs without a gap; those of a count with its steps."""
    points = [point for point in series.points if math.isfinite(point[1])]
    if series.stepped:
        return [_steps(points)] if points else []
    distances = sorted((b[0] - a[0]).total_seconds() for a, b in pairwise(points))
    usual = distances[len(distances) // 2] if distances else 0.0
    parts: list[list[tuple[datetime, float]]] = []
    for point in points:
        last = parts[-1][-1][0] if parts else None
        if last is None or (usual and (point[0] - last).total_seconds() > _GAP * usual):
            parts.append([])
        parts[-1].append(point)
    return parts


def _steps(points: list[tuple[datetime, float]]) -> list[tuple[datetime, float]]:
    stepped = points[:1]
    for before, after in pairwise(points):
        if before[1] != after[1]:
            stepped.append((after[0], before[1]))
        stepped.append(after)
    return stepped


def _spans(line: Text) -> Spans:
    """A coloured line by the roles that the colours stand for."""
    plain = line.plain
    roles: list[Role] = ["dim"] * len(plain)
    for span in line.spans:
        color = getattr(getattr(span.style, "color", None), "number", None)
        if color is not None and color != _TARGET:
            roles[span.start : span.end] = [_ROLES[(color - 1) % len(_ROLES)]] * (
                min(span.end, len(plain)) - span.start
            )
    spans: list[Span] = []
    for char, role in zip(plain, roles, strict=True):
        if spans and spans[-1].role == role:
            spans[-1] = Span(spans[-1].text + char, role)
        else:
            spans.append(Span(char, role))
    return tuple(spans)


def _legend(block: SeriesBlock, width: int) -> list[Spans]:
    parts: list[Span] = []
    for place, series in enumerate(block.series):
        last = series.points[-1][1] if series.points else None
        now = "" if last is None else f" {number(_round(last))}{_unit(series.unit)}"
        parts.append(Span(f"  ─ {visible(series.label)}{now}", _ROLES[place % len(_ROLES)]))
    for label, level in block.targets:
        parts.append(Span(f"  ┄ {visible(label)} {number(_round(level))}", "dim"))
    parts.append(Span("  times in UTC", "dim"))
    line = fit(parts, width)
    return [line] if text_of(line).strip() else []


def _unit(unit: str) -> str:
    return unit if unit == "%" else f" {visible(unit)}" if unit else ""
