"""From a step to what it opens."""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator
from typing import Any

from containerscope.model.text import visible
from containerscope.plan import Step
from containerscope.remote import pods, sessions
from containerscope.remote.allowed import check
from containerscope.remote.ended import End
from containerscope.remote.pods import Write
from containerscope.remote.terminal import any_key, write_all


def introduce(words: str, step: Step) -> None:
    """Say where one is going, and how one gets out of it."""
    kube = step.request is not None and step.opened.service == "kubernetes"
    way = f"{pods.LEAVE}\r\n" if kube else ""
    write_all(f"\r\n{visible(words)}\r\n{way}".encode())


async def read_first(end: End) -> None:
    """Let somebody read what is on the screen until they press a key."""
    write_all(f"\r\n[{visible(end.sentence)}] press a key to go back".encode())
    await any_key()
    write_all(b"\r\n")


async def terminal(clients: Any, step: Step) -> End:
    """Give the terminal to what a step opens; it is as it was when this returns or raises."""
    check(clients, step)
    if step.opened.service == "kubernetes":
        return await pods.terminal(clients, step.opened)
    return await sessions.terminal(clients, step)


async def piped(
    clients: Any,
    step: Step,
    out: Write,
    error: Write,
    given: AsyncIterator[bytes] | None = None,
    *,
    as_it_is: bool = False,
) -> End:
    """Run the command of a step without a terminal; `as_it_is` without a shell around it."""
    check(clients, step)
    if step.opened.service == "kubernetes":
        return await pods.piped(clients, step.opened, out, error, given)
    if as_it_is:
        return await sessions.plain(clients, step, out)
    argv = shlex.split(step.opened.changes["command"])
    return await sessions.piped(clients, step, argv, out, given)
