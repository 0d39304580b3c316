"""The live state of what an action is for, and the plan that rests on it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from containerscope.acting.order import Order, Preview, Seen
from containerscope.model.listing import ApiError, Item, Problem, Why
from containerscope.plan import Step
from containerscope.resource import Clients

_AT_ONCE = 5
"""Things that are looked at or changed side by side."""


async def look(clients: Clients, order: Order) -> tuple[Seen, ...]:
    """Each thing as it is now."""
    if order.action.look_all is not None and len(order.items) > 1:
        return await _look_all(clients, order, order.action.look_all)

    async def one(item: Item[Any]) -> Seen:
        try:
            return Seen(item, await order.action.look(clients, order.scope, item))
        except ApiError as error:
            return Seen(item, problem=error.problem)

    return await side_by_side(one, order.items)


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

    return Preview(await side_by_side(one, found.steps), found.notes)


def problem_words(problem: Problem) -> str:
    """What happened, and the permission that is lacking where that is it."""
    if problem.permission:
        return f"denied: you may not {problem.permission}"
    return f"{problem.message.rstrip('.')}" + (f": {problem.remedy}" if problem.remedy else "")


async def again(clients: Clients, order: Order, answer: str) -> Step:
    """What is opened, planned anew: what it leads to may be another by now. Raises `ApiError`."""
    state = await order.action.look(clients, order.scope, order.items[0])
    step = order.action.plan(state, answer)
    if step.request is None:
        raise ApiError(Problem(Why.FAILED, order.action.id, step.refused))
    return step


async def side_by_side(
    one: Callable[[Any], Awaitable[Any]], things: Sequence[Any]
) -> tuple[Any, ...]:
    """Do it to each of some things, a few at a time."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def through(thing: Any) -> Any:
        async with gate:
            return await one(thing)

    return tuple(await asyncio.gather(*map(through, things)))
