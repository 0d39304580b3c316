"""Python's garbage collector, run when it holds nobody up.

By itself it runs in the middle of work: while the program loads it walks, again and again, what
stays for good, and while tens of thousands of rows arrive each run takes longer than a frame.
Here it runs when no key was pressed for a moment. What lists hold is freed without it, since
frozen values make no cycles.
"""

from __future__ import annotations

import gc

_WORTH = 5_000
"""Objects made since the last run that make a run worth its time."""
_MOST = 500_000
"""Objects after which it runs whoever waits."""
_ALL_EVERY = 300.0
"""Seconds between two runs over everything, old and new."""


class Collector:
    """Runs the garbage collector at quiet moments; does nothing unless `pause` was called."""

    def __init__(self) -> None:
        self._loaded = False
        self._all_at = 0.0

    def loaded(self) -> None:
        """Never look again at what there is now: it stays for good."""
        if not self._loaded and not gc.isenabled():
            self._loaded = True
            gc.freeze()

    def tidy(self, now: float, *, quiet: bool) -> None:
        """Collect if that is worth it and nobody waits; `now` in seconds of any clock."""
        made = gc.get_count()[0]
        if gc.isenabled() or made < (_WORTH if quiet else _MOST):
            return
        everything = quiet and now - self._all_at > _ALL_EVERY
        if everything:
            self._all_at = now
        gc.collect(2 if everything else 1)


def pause() -> None:
    """From now on nothing is collected but by `Collector.tidy`."""
    gc.disable()
