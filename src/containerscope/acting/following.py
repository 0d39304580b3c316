"""How far what was sent has come, until it is at its end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from msgspec.structs import replace

from containerscope.acting.looking import problem_words
from containerscope.acting.order import Order, Outcome, Sender
from containerscope.acting.written import entry_of, write
from containerscope.model.health import Level
from containerscope.model.listing import ApiError
from containerscope.plan import Stage
from containerscope.resource import Clients

_EVERY = 3.0
"""Seconds between two looks at how far it has come."""
_LONGEST = 3600.0
"""Seconds for which an action is followed."""


async def follow(
    clients: Sender,
    order: Order,
    outcome: Outcome,
    told: Callable[[Stage], None],
    every: float = _EVERY,
    halt: asyncio.Event | None = None,
) -> Stage:
    """Tell how far it has come until it is at its end, and write that down.

    Where an action goes on by being followed, `halt` ends it between two of its steps.
    """
    if order.action.progress is None or outcome.result != "sent":
        return Stage(outcome.words, True, Level.FINE if outcome.result == "sent" else Level.FAILED)
    begun = clients.clock.monotonic()
    while True:
        try:
            stage = await order.action.progress(clients, outcome.step)
        except ApiError as error:
            words = f"not followed any more: {problem_words(error.problem)}"
            stage = Stage(words, True, Level.WARNING)
        if not stage.done and clients.clock.monotonic() - begun > _LONGEST:
            stage = Stage(f"not there after an hour: {stage.words}", True, Level.WARNING)
        told(stage)
        if stage.done:
            await _write_end(clients, order, outcome, stage)
            return stage
        if await _pause(clients, every, halt):
            stage = Stage(f"stopped on request: {stage.words}", True, Level.WARNING)
            told(stage)
            await _write_end(clients, order, outcome, stage)
            return stage


async def _pause(clients: Clients, seconds: float, halt: asyncio.Event | None) -> bool:
    """Wait; whether somebody asked to stop."""
    if halt is None:
        await clients.clock.sleep(seconds)
        return False
    waits = [
        asyncio.ensure_future(clients.clock.sleep(seconds)),
        asyncio.ensure_future(halt.wait()),
    ]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
    return halt.is_set()


async def _write_end(clients: Sender, order: Order, outcome: Outcome, stage: Stage) -> None:
    # Where this cannot be written, what was sent is written down already.
    with contextlib.suppress(ApiError, OSError):
        entry = await entry_of(clients, order, outcome.step, outcome.id)
        made = replace(
            entry,
            phase="ended",
            result="done" if stage.level is Level.FINE else stage.level.name.lower(),
            message=stage.words,
            request_id=outcome.request_id,
        )
        write(clients, made)
