"""What was previewed, sent or opened unless somebody else has changed it in between."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec.structs import replace

from containerscope.acting.looking import problem_words, side_by_side
from containerscope.acting.order import Order, Outcome, Preview, Result, Sender
from containerscope.acting.written import entry_of, write
from containerscope.action_log import Entry
from containerscope.model.kube import KubeError
from containerscope.model.listing import ApiError, Item, RefusedError, Why
from containerscope.plan import KubeRequest, Reply, Request, Step, between

Deed = Callable[[Step], Awaitable[str]]
"""What is done in place of a call: it opens something and returns how that ended, in words."""


async def run(
    clients: Sender,
    order: Order,
    previewed: Preview,
    answer: str,
    told: Callable[[Outcome], None] = lambda _: None,
) -> tuple[Outcome, ...]:
    """Send what was previewed, each unless it has changed in between; `told` of each at once."""
    items = dict(zip((step.key for step in previewed.steps), order.items, strict=True))

    async def one(step: Step) -> Outcome:
        outcome = await _send(clients, order, items[step.key], step, answer)
        told(outcome)
        return outcome

    return await side_by_side(one, previewed.ready)


async def enter(clients: Sender, order: Order, step: Step, answer: str, deed: Deed) -> Outcome:
    """Open what was previewed, unless it has changed in between; returns when it has ended."""
    return await _send(clients, order, order.items[0], step, answer, deed)


async def _send(
    clients: Sender,
    order: Order,
    item: Item[Any],
    step: Step,
    answer: str,
    deed: Deed | None = None,
) -> Outcome:
    """One change: read again, written down, sent, and its answer written down."""
    name = secrets.token_hex(8)
    request = step.request
    assert request is not None
    if clients.read_only:
        return Outcome(name, step, "refused", "read-only: nothing is changed")
    try:
        entry = await entry_of(clients, order, step, name)
        see = order.action.again or order.action.look
        fresh = order.action.plan(await see(clients, order.scope, item), answer)
    except ApiError as error:
        return Outcome(name, step, _result(error), problem_words(error.problem))
    try:
        write(clients, entry)
    except OSError as error:
        # What cannot be written down is not done.
        words = f"not sent: the action log cannot be written: {error.strerror}"
        return Outcome(name, step, "failed", words)
    conflict = between(step, fresh)
    if conflict:
        outcome = Outcome(name, step, "conflict", f"not sent: {conflict}")
    elif deed is not None:
        outcome = await _done(clients, name, step, entry, deed)
    else:
        outcome = await _sent(clients, order, name, step)
    made = replace(
        entry,
        time=clients.clock.now(),
        phase="done",
        result=outcome.result,
        message=outcome.words,
        request_id=outcome.request_id,
    )
    with contextlib.suppress(OSError):
        # What was begun is written down already.
        write(clients, made)
    return outcome


async def _sent(clients: Sender, order: Order, name: str, step: Step) -> Outcome:
    assert step.request is not None
    try:
        reply = await _reply(clients, step.request)
    except ApiError as error:
        return Outcome(name, step, _result(error), problem_words(error.problem))
    made = order.action.made(reply.answer)
    step = dataclasses.replace(step, mark=made) if made else step
    return Outcome(name, step, "sent", step.after, reply.id)


async def _done(clients: Sender, name: str, step: Step, entry: Entry, deed: Deed) -> Outcome:
    try:
        return Outcome(name, step, "sent", await deed(step))
    except ApiError as error:
        return Outcome(name, step, _result(error), problem_words(error.problem))
    except asyncio.CancelledError:
        ended = replace(
            entry, time=clients.clock.now(), phase="done", result="sent", message="broken off"
        )
        with contextlib.suppress(OSError):
            write(clients, ended)
        raise


async def _reply(clients: Sender, request: Request | KubeRequest) -> Reply:
    """Send it."""
    if isinstance(request, KubeRequest):
        return Reply((await clients.kube(request.cluster).send(request)).id)
    return await clients.send(request.service, request.operation, **request.params)


def _result(error: ApiError) -> Result:
    if isinstance(error, RefusedError):
        return "refused"
    if isinstance(error, KubeError) and error.conflict:
        return "conflict"
    return "denied" if error.problem.why is Why.DENIED else "failed"
