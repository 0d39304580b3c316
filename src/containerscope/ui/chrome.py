"""The lines around the table below the first one, as pure functions of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from containerscope.model.health import Level
from containerscope.model.listing import Listing, Phase, Problem, Why
from containerscope.model.text import cut, visible
from containerscope.resource import Platform, Resource
from containerscope.rows.format import age
from containerscope.ui.header import joined
from containerscope.ui.location import Location
from containerscope.ui.spans import OF_LEVEL, Span, Spans, spread, width_of

_FRESH = 10.0
"""Seconds below which an age says nothing an operator needs."""


@dataclass(frozen=True)
class State:
    """What the title line says of a listing."""

    words: str
    level: Level = Level.NONE


def state_of(listing: Listing[object] | None, now: datetime, detailed: int = 0) -> State:
    """Complete, partial, stale or denied, with the age where it is old enough to matter.

    `detailed` says how many items have their details: whoever built the rows has counted them.
    """
    if listing is None:
        return State("loading", Level.PROGRESS)
    old = _old(listing, now)
    if listing.stale_since is not None:
        return State(f"stale {age(listing.stale_since, now)}", Level.WARNING)
    if listing.problems and not listing.items:
        return State(listing.problems[0].why.label, Level.FAILED)
    if listing.phase is Phase.NAMES:
        return State("loading", Level.PROGRESS)
    if listing.phase is Phase.DETAILS:
        return State(f"{detailed} of {listing.expected or len(listing.items)}", Level.PROGRESS)
    if listing.problems:
        parts = len({(problem.where, problem.operation) for problem in listing.problems})
        word = "part" if parts == 1 else "parts"
        return State(f"partial: {parts} {word} missing{old}", Level.WARNING)
    return State("live" if listing.live else f"complete{old}")


def _old(listing: Listing[object], now: datetime) -> str:
    fetched = listing.fetched_at
    if fetched is None or (now - fetched).total_seconds() < _FRESH:
        return ""
    return f" · {age(fetched, now)} ago"


def title(
    location: Location,
    counts: Mapping[Level, int],
    shown: int,
    total: int,
    state: State,
    sort: str,
    width: int,
    marks: int = 0,
    *,
    known: bool = True,
) -> Spans:
    """The second line: where we are, what of it is shown, and how true it is.

    Before anything is `known` about it, it is not counted.
    """
    many = f" ({shown}/{total})" if shown != total else f" ({total})"
    crumbs = [Span(" ")]
    for part in location.trail:
        crumbs += [Span(cut(visible(part), 28), "dim"), Span(" › ", "dim")]
    crumbs += [Span(location.resource, "strong"), Span(many if known else "")]
    right = _facts(location, counts, state, sort, marks)
    while len(right) > 1 and width_of(joined(right)) + width_of(crumbs) + 4 > width:
        del right[-2]
    tail = (*joined(right), Span(" "))
    room = width - width_of(tail) - 2
    while width_of(crumbs) > room and len(crumbs) > 3:
        del crumbs[1:3]
    return spread(tuple(crumbs), tail, width)


def _facts(
    location: Location, counts: Mapping[Level, int], state: State, sort: str, marks: int
) -> list[Span]:
    facts: list[Span] = []
    for level, words in ((Level.FAILED, "failing"), (Level.WARNING, "degraded")):
        if counts.get(level):
            facts.append(Span(f"{counts[level]} {words}", OF_LEVEL[level]))
    if location.problems_only:
        facts.append(Span("problems only", "accent"))
    if location.filter:
        facts.append(Span(f"filter: {cut(visible(location.filter), 30)}", "accent"))
    if marks:
        facts.append(Span(f"{marks} marked", "accent"))
    if sort:
        arrow = "↓" if sort.startswith("-") else "↑"
        facts.append(Span(f"sort: {sort.lstrip('-').upper()} {arrow}", "dim"))
    role = OF_LEVEL[state.level] if state.level else "dim"
    return [*facts, Span(state.words, role)]


def footer(keys: Sequence[tuple[str, str]], width: int) -> Spans:
    """The last line: the keys that work here, as many as fit."""
    spans: list[Span] = []
    for key, label in keys:
        more = [Span("  " if spans else " "), Span(key, "accent"), Span(f" {label}", "dim")]
        if width_of(spans) + width_of(more) > width:
            break
        spans += more
    return tuple(spans)


def problem_words(problem: Problem) -> str:
    """What happened, where, and what to do about it, in one line."""
    where = f"{visible(problem.where)}: " if problem.where else ""
    what = visible(problem.message) or problem.why.value
    needs = (
        f" (needs {visible(problem.permission)})"
        if problem.permission and problem.permission not in what
        else ""
    )
    remedy = f" – {visible(problem.remedy)}" if problem.remedy else ""
    return f"{where}{what}{needs}{remedy}"


def trouble(listing: Listing[object] | None, now: datetime, retry: str = "") -> Spans:
    """The line below the title that says what is missing; empty when all is well."""
    if listing is None or not listing.problems:
        return ()
    first = listing.problems[0]
    more = len(listing.problems) - 1
    level: Span = Span(" ✗ ", "failed") if first.why is Why.DENIED else Span(" ▲ ", "warning")
    spans = [level, Span(problem_words(first), level.role)]
    if more:
        spans.append(Span(f" · and {more} more like it", "dim"))
    if listing.fetched_at is not None and listing.stale_since is not None:
        spans.append(Span(f" · rows are {age(listing.fetched_at, now)} old", "dim"))
    return tuple(spans)


def emptiness(
    resource: Resource[object], location: Location, listing: Listing[object] | None, total: int
) -> tuple[str, str]:
    """What stands in place of the table, and what to do about it; empty while rows are there."""
    place = location.scope.service or location.scope.cluster or location.scope.region or "here"
    if location.scope.namespace and resource.platform is Platform.KUBERNETES:
        place = f"{location.scope.namespace} of {place}"
    place = visible(place)
    if listing is None or (listing.phase is not Phase.DONE and not listing.items):
        if listing is not None and listing.problems:
            return problem_words(listing.problems[0]), ""
        return f"Loading {resource.name}…", ""
    if listing.items and total:
        if location.filter:
            return f"No {resource.name} match {visible(location.filter)!r}", "esc clears the filter"
        return f"No {resource.name} with problems", "! shows all of them"
    if listing.problems:
        first = listing.problems[0]
        if first.why is Why.DENIED:
            needs = visible(first.permission or first.operation)
            what = f"You may not list {resource.name} here: needs {needs}"
            return what, visible(first.remedy) or "ask for it, or try `:profile`"
        return problem_words(first), ""
    sentence = resource.empty.replace("{scope}", place) if resource.empty else ""
    return sentence or f"No {resource.name} in {place}", ""
