"""What to show while a list is read again: nothing shown is lost before its successor is there."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from containerscope.model.listing import Item, Listing, Missing, Phase, Problem, Why


def _kept(before: Any, after: Any) -> Any:
    """A value after a refresh: one that was not read again stays, one that failed stays dimmed."""
    if not isinstance(after, Missing) or after.why is Why.NOT_APPLICABLE or before is None:
        return after
    if after.why is Why.LOADING:
        return before
    if after.last is not None:
        return after
    last = before.last if isinstance(before, Missing) else before
    return after if last is None else msgspec.structs.replace(after, last=last)


def _joined(before: Mapping[str, Any], after: Mapping[str, Any]) -> Mapping[str, Any]:
    if not before:
        return after
    return {**before, **{name: _kept(before.get(name), value) for name, value in after.items()}}


def _over(before: Item[Any], after: Item[Any]) -> Item[Any]:
    """The item after a refresh: the very object before it if they are equal."""
    unread = _loading(after) and not after.joined
    if unread and before.name == after.name and before.cluster == after.cluster:
        return before
    value = _kept(before.value, after.value)
    joined = _joined(before.joined, after.joined)
    if value is not after.value or joined != after.joined:
        after = msgspec.structs.replace(after, value=value, joined=joined)
    return before if before == after else after


def lost_list(problem: Problem) -> bool:
    """Whether rows may be absent because of it: a list failed, not a describe or one item."""
    listed = problem.operation.partition(":")[2].startswith("List")
    return problem.cut_short or (listed and not problem.keys)


class Cover:
    """Lays the listings of one refresh over the listing that it replaces."""

    def __init__(self, base: Listing[Any] | None) -> None:
        self.base = base
        self._before = {item.key: item for item in base.items} if base is not None else {}
        self._read: dict[str, Item[Any]] = {}
        self._made: dict[str, Item[Any]] = {}
        """What was made of the items read: most recur unchanged in the next listing."""

    def lay(self, new: Listing[Any]) -> Listing[Any]:
        """What to show now that the refresh has come this far."""
        base = self.base
        if base is None:
            return new
        if not base.items:
            return new if new.items or new.phase is Phase.DONE else base
        if new.phase is Phase.NAMES and base.phase is Phase.DONE:
            return base
        items = [self._item(item) for item in new.items]
        items += self._still_there(new)
        return self._listing(new, base, _same_if_equal(base.items, items))

    def _item(self, item: Item[Any]) -> Item[Any]:
        key = item.key
        if self._read.get(key) is item:
            return self._made[key]
        before = self._before.get(key)
        made = item if before is None else _over(before, item)
        self._read[key] = item
        self._made[key] = made
        return made

    def _still_there(self, new: Listing[Any]) -> list[Item[Any]]:
        """Rows before that the refresh does not name, but that nobody said are gone."""
        lost = {problem.where for problem in new.problems if lost_list(problem)}
        if new.phase is not Phase.NAMES and not lost:
            return []
        named = {item.key for item in new.items}
        return [
            item
            for key, item in self._before.items()
            if key not in named and (new.phase is Phase.NAMES or "" in lost or item.cluster in lost)
        ]

    def _listing(
        self, new: Listing[Any], base: Listing[Any], items: tuple[Item[Any], ...]
    ) -> Listing[Any]:
        phase, problems = new.phase, new.problems
        if phase is not Phase.DONE:
            problems += tuple(each for each in base.problems if each not in problems)
            if base.phase is Phase.DONE and not any(_loading(item) for item in items):
                phase = Phase.DONE
        dates = [each for each in (base.fetched_at, new.fetched_at) if each is not None]
        return Listing(
            items=items,
            phase=phase,
            expected=None if new.expected is None else len(items),
            problems=problems,
            fetched_at=max(dates, default=None),
            stale_since=base.stale_since if new.phase is not Phase.DONE or failure(new) else None,
            columns=new.columns or base.columns,
        )


def _loading(item: Item[Any]) -> bool:
    return isinstance(item.value, Missing) and item.value.why is Why.LOADING


def _same_if_equal(before: tuple[Item[Any], ...], after: list[Item[Any]]) -> tuple[Item[Any], ...]:
    """The very tuple before if it holds the same objects, so that nothing is compared again."""
    if len(before) == len(after) and all(map(operator.is_, before, after)):
        return before
    return tuple(after)


def stale(
    base: Listing[Any] | None,
    shown: Listing[Any] | None,
    problems: tuple[Problem, ...],
    now: datetime,
) -> Listing[Any]:
    """What there is after a refresh of `base` that failed, and since when it is old."""
    if shown is None:
        return Listing(phase=Phase.DONE, problems=problems)
    since = shown.stale_since
    if since is None and base is not None and (base.items or base.fetched_at):
        since = now
    return msgspec.structs.replace(shown, phase=Phase.DONE, problems=problems, stale_since=since)


def failure(listing: Listing[Any]) -> Problem | None:
    """The problem for which a finished refresh brought no rows at all; None if it brought some."""
    lost = [problem for problem in listing.problems if lost_list(problem)]
    whole = [problem for problem in lost if not problem.where]
    if whole:
        return whole[0]
    return lost[0] if lost and not listing.items else None
