"""From a step to what it opens."""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator
from typing import Any

from containerscope.model.listing import Problem, RefusedError, Why
from containerscope.plan import Step
from containerscope.remote import pods, sessions
from containerscope.remote.ended import End
from containerscope.remote.pods import Write

_REMEDY = "start without --read-only to allow changes"


def check(clients: Any, step: Step) -> None:
    """Raise `RefusedError` in read-only, before anything is asked of anybody."""
    if clients.read_only:
        name = step.request.name if step.request else "session"
        raise RefusedError(Problem(Why.DENIED, name, f"read-only refuses {name}", remedy=_REMEDY))


async def terminal(clients: Any, step: Step) -> End:
    """Give the terminal to what a step opens; it is as it was when this returns or raises."""
    check(clients, step)
    assert step.request is not None, "what is refused is not opened"
    if step.request.service == "kubernetes":
        return await pods.terminal(clients, step.request)
    return await sessions.terminal(clients, step)


async def piped(
    clients: Any,
    step: Step,
    out: Write,
    error: Write,
    given: AsyncIterator[bytes] | None = None,
) -> End:
    """Run the command of a step without a terminal."""
    check(clients, step)
    assert step.request is not None, "what is refused is not opened"
    if step.request.service == "kubernetes":
        return await pods.piped(clients, step.request, out, error, given)
    argv = shlex.split(step.request.changes["command"])
    return await sessions.piped(clients, step, argv, out, given)
