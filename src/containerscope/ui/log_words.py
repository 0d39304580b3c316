"""The lines around a log: what is read, how, and what is missing; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from containerscope.model.health import Level
from containerscope.model.listing import Problem
from containerscope.model.log_source import Sources
from containerscope.model.text import visible
from containerscope.ui.chrome import problem_words
from containerscope.ui.log_keys import SINCE
from containerscope.ui.spans import Span, Spans, spread


@dataclass(frozen=True)
class LogState:
    """What a log view knows of itself."""

    heading: str
    lines: int
    shown: int
    dropped: int
    since: float
    """Seconds before now, or before `until`; 0 for all."""
    until: datetime | None
    mode: str
    """How new lines come: `live tail`, `polling`; empty before any do."""
    following: bool
    caught_up: bool
    level: Level
    typed: str
    """The filter."""
    problem: Problem | None
    sources: Sources


def log_title(state: LogState, width: int) -> Spans:
    """What it is the log of, and how much of it is shown."""
    count = f"{state.lines} lines"
    if state.shown != state.lines:
        count = f"{state.shown} of {count}"
    known = {seconds: words for _, words, seconds in SINCE}
    since = known.get(state.since, f"{state.since:g}s")
    parts = [count, f"since {since}" if state.since else "all"]
    if state.until is not None:
        parts[-1] = f"the last {since} before {state.until:%H:%M:%S} UTC"
    elif not state.caught_up:
        parts.append("reading…")
    elif state.mode:
        parts.append(f"{state.mode}, {'following' if state.following else 'paused'}")
    if state.level:
        parts.append("errors" if state.level is Level.FAILED else "warnings and errors")
    left: tuple[Span, ...] = (Span(f" {visible(state.heading)} › logs", "title"),)
    if state.typed:
        left += (Span(f"  /{visible(state.typed)}", "accent"),)
    return spread(left, (Span(" · ".join(parts) + " ", "dim"),), width)


def log_status(state: LogState) -> Spans:
    """What is missing and why, or what else there is to know."""
    problem = state.problem or next(iter(state.sources.problems), None)
    if problem is not None:
        return (Span(f" ▲ {problem_words(problem)}", "warning"),)
    elsewhere = state.sources.elsewhere
    if elsewhere:
        first, more = elsewhere[0], len(elsewhere) - 1
        others = f" (and {more} more)" if more else ""
        return (Span(f" {visible(first.label)}: {visible(first.words)}{others}", "dim"),)
    if state.caught_up and not state.sources.found:
        kube = state.sources.kubernetes
        words = (
            "There is no container to read." if kube else "Nothing here writes to CloudWatch Logs."
        )
        return (Span(f" {words}", "dim"),)
    if state.caught_up and not state.lines:
        return (Span(" No lines in this time. Keys 1 to 6 and 0 read from earlier on.", "dim"),)
    if state.dropped:
        return (Span(f" the oldest {state.dropped} lines were let go of", "dim"),)
    return ()
