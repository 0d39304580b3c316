"""What the exit code of every command means."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from containerscope.model.listing import Problem, Why


class Exit(enum.IntEnum):
    """The codes a script can rely on."""

    DONE = 0
    """Done, and complete."""
    FAILED = 1
    """Not found, unreachable, refused or failed; from `doctor`, something to mend."""
    USAGE = 2
    """A wrong argument or setting."""
    INCOMPLETE = 3
    """Something was denied or throttled; the rest was printed."""
    BUG = 70
    INTERRUPTED = 130
    PIPE = 141
    """Whoever read our output went away."""


_PARTIAL = frozenset({Why.DENIED, Why.THROTTLED})


def exit_for(problems: Iterable[Problem]) -> Exit:
    """The code for a result with these problems: a failure outweighs what was merely denied."""
    reasons = {problem.why for problem in problems}
    if not reasons:
        return Exit.DONE
    return Exit.INCOMPLETE if reasons <= _PARTIAL else Exit.FAILED
