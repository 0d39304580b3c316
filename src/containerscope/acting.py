"""The way of every action: look, plan, compare, write down, send, follow. It knows no interface."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from msgspec.structs import replace

from containerscope.action_log import Entry, log_of
from containerscope.model.health import Level
from containerscope.model.kube import KubeError
from containerscope.model.listing import ApiError, Item, Problem, RefusedError, Why
from containerscope.plan import Confirm, KubeRequest, Note, Reply, Request, Stage, Step, between
from containerscope.resource import Action, Clients, Resource, Scope

_AT_ONCE = 5
"""Things that one action changes side by side."""
_EVERY = 3.0
"""Seconds between two looks at how far it has come."""
_LONGEST = 3600.0
"""Seconds for which an action is followed."""
_NAME = 24
"""A name that is longer is not to be typed."""

Result = Literal["sent", "conflict", "denied", "refused", "failed"]


class Sender(Clients, Protocol):
    """Clients that may change something."""

    async def send(self, service: str, operation: str, /, **params: Any) -> Reply:
        """Make a change and return what came back; raises `ApiError`."""


@dataclass(frozen=True)
class Order:
    """Which action is to be done to which things; they stay the same whatever a list shows."""

    resource: Resource[Any]
    action: Action[Any]
    scope: Scope
    items: tuple[Item[Any], ...]

    @property
    def title(self) -> str:
        """`Scale service cart`, `Stop 3 tasks`."""
        if len(self.items) == 1:
            return f"{self.action.title} {self.resource.noun} {self.items[0].name}"
        return f"{self.action.title} {len(self.items)} {self.resource.noun}s"

    @property
    def word(self) -> str:
        """What is typed to confirm: the name, or the verb and how many."""
        verb = self.action.id
        if len(self.items) > 1:
            return f"{verb} {len(self.items)}"
        name = self.items[0].name
        return name if len(name) <= _NAME and name.isascii() and name.isprintable() else verb


@dataclass(frozen=True)
class Seen:
    """One thing as it was found, or why it could not be read."""

    item: Item[Any]
    state: Any = None
    problem: Problem | None = None


@dataclass(frozen=True)
class Preview:
    """What will happen to each thing, and to what all of them are part of."""

    steps: tuple[Step, ...]
    notes: tuple[Note, ...] = ()

    @property
    def ready(self) -> tuple[Step, ...]:
        """Those that something can be sent for."""
        return tuple(step for step in self.steps if step.request is not None)

    @property
    def confirm(self) -> Confirm:
        """The strictest that one of them asks for."""
        return max((step.confirm for step in self.ready), default=Confirm.YES)


@dataclass(frozen=True)
class Outcome:
    """What became of one of them."""

    id: str
    step: Step
    result: Result
    words: str = ""
    request_id: str = ""


def why_not(clients: Any, action: Action[Any], items: Sequence[Item[Any]]) -> str:
    """Why an action cannot be done to these rows at all; empty if it can."""
    if clients is not None and clients.read_only:
        return "read-only"
    if len(items) > 1 and not action.bulk:
        return "for one row at a time"
    return next((reason for item in items if (reason := action.when(item))), "")


async def look(clients: Clients, order: Order) -> tuple[Seen, ...]:
    """Each thing as it is now."""
    if order.action.look_all is not None and len(order.items) > 1:
        return await _look_all(clients, order, order.action.look_all)

    async def one(item: Item[Any]) -> Seen:
        try:
            return Seen(item, await order.action.look(clients, order.scope, item))
        except ApiError as error:
            return Seen(item, problem=error.problem)

    return await _side_by_side(one, order.items)


async def _look_all(
    clients: Clients, order: Order, look: Callable[..., Awaitable[Mapping[str, Any]]]
) -> tuple[Seen, ...]:
    gone = Problem(Why.FAILED, order.action.id, "it is not there any more")
    try:
        states = await look(clients, order.scope, order.items)
    except ApiError as error:
        return tuple(Seen(item, problem=error.problem) for item in order.items)
    found = ((item, states.get(item.key, gone)) for item in order.items)
    return tuple(
        Seen(item, problem=state) if isinstance(state, Problem) else Seen(item, state)
        for item, state in found
    )


def preview(order: Order, seen: Sequence[Seen], answer: str) -> Preview:
    """What the action would do to what was seen."""
    steps = tuple(_step(order, each, answer) for each in seen)
    pairs = zip(seen, steps, strict=True)
    states = [each.state for each, step in pairs if step.request is not None]
    return Preview(steps, order.action.effects(states, answer) if states else ())


def _step(order: Order, seen: Seen, answer: str) -> Step:
    if seen.problem is None:
        return order.action.plan(seen.state, answer)
    return Step(seen.item.name, seen.item.key, refused=problem_words(seen.problem))


async def rehearse(clients: Clients, order: Order, found: Preview) -> Preview:
    """The preview as the server sees it: each step is tried there, and nothing is changed."""
    tried = order.action.rehearse
    if tried is None or clients.read_only:
        return found

    async def one(step: Step) -> Step:
        if step.request is None:
            return step
        try:
            return await tried(clients, step)
        except ApiError as error:
            return dataclasses.replace(step, request=None, refused=problem_words(error.problem))

    return Preview(await _side_by_side(one, found.steps), found.notes)


def problem_words(problem: Problem) -> str:
    """What happened, and the permission that is lacking where that is it."""
    if problem.permission:
        return f"denied: you may not {problem.permission}"
    return f"{problem.message.rstrip('.')}" + (f": {problem.remedy}" if problem.remedy else "")


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

    return await _side_by_side(one, previewed.ready)


Deed = Callable[[Step], Awaitable[str]]
"""What is done in place of a call: it opens something and returns how that ended, in words."""


async def again(clients: Clients, order: Order, answer: str) -> Step:
    """What is opened, planned anew: what it leads to may be another by now. Raises `ApiError`."""
    state = await order.action.look(clients, order.scope, order.items[0])
    step = order.action.plan(state, answer)
    if step.request is None:
        raise ApiError(Problem(Why.FAILED, order.action.id, step.refused))
    return step


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
        entry = await _entry(clients, order, step, name)
        see = order.action.again or order.action.look
        fresh = order.action.plan(await see(clients, order.scope, item), answer)
    except ApiError as error:
        return Outcome(name, step, _result(error), problem_words(error.problem))
    try:
        _write(clients, entry)
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
        _write(clients, made)
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
            _write(clients, ended)
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


async def _entry(clients: Clients, order: Order, step: Step, name: str) -> Entry:
    who = await clients.identity()
    assert step.request is not None
    return Entry(
        id=name,
        time=clients.clock.now(),
        phase="begun",
        verb=order.action.id,
        resource=order.resource.noun,
        target=step.key,
        name=step.target,
        cluster=step.where,
        identity=who.arn,
        account=who.account,
        region=clients.region,
        before=step.before,
        after=step.after,
        call=step.request.words,
    )


def _write(clients: Clients, entry: Entry) -> None:
    log = log_of(clients)
    if log is not None:
        log.write(entry)


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
        entry = await _entry(clients, order, outcome.step, outcome.id)
        made = replace(
            entry,
            phase="ended",
            result="done" if stage.level is Level.FINE else stage.level.name.lower(),
            message=stage.words,
            request_id=outcome.request_id,
        )
        _write(clients, made)


async def _side_by_side(
    one: Callable[[Any], Awaitable[Any]], things: Sequence[Any]
) -> tuple[Any, ...]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def through(thing: Any) -> Any:
        async with gate:
            return await one(thing)

    return tuple(await asyncio.gather(*map(through, things)))
