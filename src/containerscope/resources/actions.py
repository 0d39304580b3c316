"""Our own actions as the action log has them: what was done, by whom, and how it went."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from containerscope.action_log import Done, actions_of, log_of
from containerscope.model.health import Health, Level
from containerscope.model.listing import ApiError, Item, Listing, Missing, Phase, Problem, Why
from containerscope.resource import (
    Block,
    Clients,
    Column,
    Demand,
    Detail,
    PairsBlock,
    Platform,
    Resource,
    Scope,
)
from containerscope.resources import _blocks, _ecs

_LEVELS = {
    "sent": Level.FINE,
    "done": Level.FINE,
    "begun": Level.WARNING,
    "conflict": Level.WARNING,
    "warning": Level.WARNING,
}


async def actions(clients: Clients, scope: Scope, demand: Demand) -> AsyncIterator[Listing[Done]]:
    """The actions of this account, of all regions, the newest first."""
    log = log_of(clients)
    try:
        entries = await asyncio.to_thread(log.read) if log is not None else ()
    except OSError as error:
        problem = Problem(Why.FAILED, "action log", f"cannot be read: {error.strerror}")
        yield _ecs.failed(Listing(), problem)
        return
    items = tuple(
        Item(done.begun.id, done.begun.name or done.begun.id, done, cluster=done.begun.cluster)
        for done in actions_of(entries)
        if not scope.account or done.begun.account == scope.account
        if not scope.cluster or done.begun.cluster == scope.cluster
    )
    yield Listing(items, Phase.DONE, len(items), fetched_at=clients.clock.now())


async def read(clients: Clients, scope: Scope, item: Item[Done]) -> Mapping[str, Any]:
    """All that the log says of it."""
    if isinstance(item.value, Missing):
        raise ApiError(Problem(Why.FAILED, "action log", "it is not in the log"))
    found: Mapping[str, Any] = msgspec.to_builtins(item.value.last)
    return found


def _level(done: Done) -> Level:
    return _LEVELS.get(done.result, Level.FAILED)


def _health(done: Done) -> Health:
    return Health(_level(done), "" if _level(done) is Level.FINE else done.last.message)


async def overview(
    clients: Clients, scope: Scope, item: Item[Done]
) -> AsyncIterator[tuple[Block, ...]]:
    """Who did what to what, and how it went."""
    done = item.value
    if isinstance(done, Missing):
        yield (_blocks.missing_block(done),)
        return
    begun, last = done.begun, done.last
    block: PairsBlock = _blocks.pairs(
        "Action",
        ("Verb", begun.verb),
        ("Target", begun.target),
        ("Before", begun.before),
        ("After", begun.after),
        ("Call", begun.call),
        ("Result", done.result),
        ("Message", last.message),
        ("Begun", begun.time),
        ("Ended", None if last is begun else last.time),
        ("Identity", begun.identity),
        ("Region", begun.region),
        ("Request id", last.request_id),
    )
    yield (block,)


def _change(done: Done) -> str:
    begun = done.begun
    return f"{begun.before} → {begun.after}" if begun.before else begun.after


RESOURCE: Resource[Done] = Resource(
    name="actions",
    noun="action",
    platform=Platform.LOCAL,
    model=Done,
    lister=actions,
    columns=(
        _ecs.CLUSTER,
        Column("VERB", lambda done: done.begun.verb, priority=1),
        Column("KIND", lambda done: done.begun.resource, priority=4),
        _ecs.name_column("TARGET"),
        Column("CHANGE", _change, priority=2, width=60),
        Column("RESULT", lambda done: done.result, tone=_level, priority=1),
        Column("MESSAGE", lambda done: done.last.message, priority=3, width=60),
        Column("WHO", lambda done: done.begun.identity.rsplit("/", 1)[-1], priority=5),
        Column("REGION", lambda done: done.begun.region, priority=7),
        Column("REQUEST", lambda done: done.last.request_id, wide=True),
        Column("AGE", lambda done: done.begun.time, kind="age", priority=1),
    ),
    read=read,
    health=_health,
    details=(Detail("Overview", overview),),
    permissions=(),
    sort="age",
    empty="Nothing was changed in this account from here.",
    arn=lambda done: done.begun.target,
)
