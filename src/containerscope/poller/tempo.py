"""When to ask again: fast while things change, slow when steady, unwatched or refused."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from containerscope.model.listing import Problem, Why

FAST = 2.0
"""Seconds between two refreshes while something is on its way."""
_STEADY_POLLS = 3
_STEADY, _UNWATCHED, _UNWATCHED_STEADY = 3.0, 6.0, 12.0
_JITTER = 0.1
_LONGEST_BACKOFF = 300.0
_LONGEST_OFFLINE = 60.0
"""A connection or a login comes back by a person's hand: then nobody wants to wait long."""


@dataclass
class Tempo:
    """The interval of one list, from how its refreshes went."""

    base: float
    """Seconds between two refreshes of a list that is watched and moves; 0 for never."""
    chance: Callable[[], float] = random.random
    failures: int = field(default=0, init=False)
    steady: int = field(default=0, init=False)
    changing: bool = field(default=False, init=False)
    _problem: Problem | None = field(default=None, init=False)
    _luck: float = field(default=0.5, init=False)

    def answered(self, *, changed: bool, changing: bool) -> None:
        """A refresh brought an answer, even if a partial one."""
        self.failures = 0
        self._problem = None
        self.steady = 0 if changed else self.steady + 1
        self.changing = changing
        self._luck = self.chance()

    def failed(self, problem: Problem) -> None:
        """A refresh brought nothing."""
        self.failures += 1
        self._problem = problem
        self._luck = self.chance()

    def interval(self, *, attention: bool) -> float:
        """Seconds from the end of the last refresh to the start of the next."""
        if self.base <= 0:
            return float("inf")
        jitter = 1 + _JITTER * (2 * self._luck - 1)
        if self._problem is not None:
            return self._backoff(self._problem, attention=attention) * jitter
        if self.changing:
            return (min(FAST, self.base) if attention else self.base) * jitter
        steady = self.steady >= _STEADY_POLLS
        if attention:
            factor = _STEADY if steady else 1.0
        else:
            factor = _UNWATCHED_STEADY if steady else _UNWATCHED
        return self.base * factor * jitter

    def _backoff(self, problem: Problem, *, attention: bool) -> float:
        offline = problem.why in (Why.EXPIRED, Why.UNREACHABLE)
        longest = _LONGEST_OFFLINE if offline else _LONGEST_BACKOFF
        wait = min(longest, self.base * 2.0 ** min(self.failures, 20))
        if not attention:
            wait = max(wait, min(longest, self.base * _UNWATCHED))
        # Jitter must not undercut what the server asked for.
        return max(wait, (problem.retry_after or 0.0) / (1 - _JITTER))
