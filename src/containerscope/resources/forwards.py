"""The ports that are forwarded from here, and those that could not be kept up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from containerscope.model.forward import Forward
from containerscope.model.health import Health, Level
from containerscope.model.listing import ApiError, Item, Listing, Missing, Phase, Problem, Why
from containerscope.plan import Change, Request, Step
from containerscope.resource import (
    Action,
    Block,
    Clients,
    Column,
    Demand,
    Detail,
    Platform,
    Resource,
    Scope,
)
from containerscope.resources import _blocks, _ecs

_LEVELS = {
    "listening": Level.FINE,
    "starting": Level.PROGRESS,
    "reconnecting": Level.WARNING,
    "failed": Level.FAILED,
}


def _all(clients: Any) -> tuple[Forward, ...]:
    """Those of the run that these clients belong to."""
    forwards = getattr(clients, "forwards", None)
    found: tuple[Forward, ...] = forwards.all() if forwards is not None else ()
    return found


async def forwards(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[Forward]]:
    """The forwards of this run, the oldest first."""
    items = tuple(
        Item(each.id, each.target, each, cluster=each.cluster)
        for each in _all(clients)
        if not scope.cluster or each.cluster == scope.cluster
    )
    yield Listing(items, Phase.DONE, len(items), fetched_at=clients.clock.now())


async def _look(clients: Clients, scope: Scope, item: Item[Forward]) -> Forward:
    found = next((each for each in _all(clients) if each.id == item.key), None)
    if found is None:
        raise ApiError(Problem(Why.FAILED, "forwards", "it has ended already"))
    return found


async def read(clients: Clients, scope: Scope, item: Item[Forward]) -> Mapping[str, Any]:
    """All that is known of it."""
    found: Mapping[str, Any] = msgspec.to_builtins(await _look(clients, scope, item))
    return found


def _plan(live: Forward, _: str) -> Step:
    return Step(
        f"{live.address} → {live.target}:{live.remote}",
        live.id,
        live.cluster,
        (Change("status", live.status, "stopped"),),
        Request("local", "StopForward", {"id": live.id}),
    )


def _health(forward: Forward) -> Health:
    level = _LEVELS.get(forward.status, Level.NONE)
    return Health(level, forward.message if level >= Level.WARNING else "")


async def overview(
    clients: Clients, scope: Scope, item: Item[Forward]
) -> AsyncIterator[tuple[Block, ...]]:
    """Where it listens, where it leads, and what went through it."""
    forward = item.value
    if isinstance(forward, Missing):
        yield (_blocks.missing_block(forward),)
        return
    yield (
        _blocks.pairs(
            "Forward",
            ("Listens on", forward.address),
            ("Leads to", f"{forward.target}, {forward.remote}"),
            ("Through", "the Kubernetes API" if forward.connections is not None
             else "Session Manager"),
            ("Status", forward.status),
            ("Message", forward.message),
            ("Since", forward.since),
            ("Connections", forward.connections),
            ("Connections so far", forward.opened),
            ("Bytes sent", forward.sent or None),
            ("Bytes received", forward.received or None),
            ("Begun anew", forward.restarts),
        ),
    )  # fmt: skip


RESOURCE: Resource[Forward] = Resource(
    name="forwards",
    noun="forward",
    platform=Platform.LOCAL,
    model=Forward,
    lister=forwards,
    aliases=("pf", "port-forwards"),
    columns=(
        _ecs.CLUSTER,
        _ecs.name_column("TARGET", width=30),
        Column("LOCAL", lambda forward: forward.address, priority=1),
        Column("REMOTE", lambda forward: forward.remote, priority=1),
        Column(
            "STATUS",
            lambda forward: forward.status,
            tone=lambda forward: _LEVELS.get(forward.status, Level.NONE),
            priority=1,
        ),
        Column("OPEN", lambda forward: forward.connections, kind="number", priority=3),
        Column("SO FAR", lambda forward: forward.opened, kind="number", priority=4, name="opened"),
        Column("SENT", lambda forward: forward.sent or None, kind="bytes", priority=5),
        Column("RECEIVED", lambda forward: forward.received or None, kind="bytes", priority=5),
        Column("AGAIN", lambda forward: forward.restarts, kind="number", priority=6,
               name="restarts"),
        Column("MESSAGE", lambda forward: forward.message or None, priority=2, width=60),
        Column("AGE", lambda forward: forward.since, kind="age", priority=2),
    ),
    read=read,
    health=_health,
    changing=lambda forward: forward.status in ("starting", "reconnecting"),
    actions=(
        Action(
            "stop",
            "Stop",
            "Stop forwarding",
            _look,
            _plan,
            (),
            key="stop",
            bulk=True,
            opens="stop",
        ),
    ),
    details=(Detail("Overview", overview),),
    sort="age",
    empty="Nothing is forwarded. `f` on a task, a pod or an instance forwards one of its ports.",
)  # fmt: skip
