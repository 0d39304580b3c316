"""A list that a test writes the answers of, and a screen that keeps what it was shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from containerscope.model.listing import ApiError, Item, Listing, Phase, Problem, Why
from containerscope.poller import Poller
from containerscope.resource import Clients, Demand, Join, Platform, Resource, Scope
from tests.virtual_clock import VirtualClock

SCOPE = Scope(region="eu-west-1", cluster="c1")
THROTTLED = Problem(Why.THROTTLED, "x:ListThings", "slow down")
UNREACHABLE = Problem(Why.UNREACHABLE, "x:ListThings", "no route")


class Thing(msgspec.Struct, frozen=True):
    """A value that may be on its way."""

    number: int = 0
    moving: bool = False


Step = Listing[Thing] | Problem | float
"""What a refresh does next: yields, raises, or takes this many seconds."""


def thing(name: str, number: int = 0, *, cluster: str = "", moving: bool = False) -> Item[Thing]:
    """An item with its details."""
    return Item(name, name, Thing(number, moving), cluster=cluster)


def bare(*names: str, cluster: str = "") -> tuple[Item[Thing], ...]:
    """Items whose details are loading."""
    return tuple(Item(name, name, cluster=cluster) for name in names)


def done(*items: Item[Thing], problems: tuple[Problem, ...] = ()) -> Listing[Thing]:
    """A listing that is done."""
    return Listing(items, Phase.DONE, len(items), problems)


@dataclass
class FakeClients:
    """Clients of which the poller needs only the clock."""

    clock: VirtualClock


@dataclass
class Scene:
    """The answers of each refresh in turn (the last one for good), and when it was asked for."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    answers: list[list[Step]] = field(default_factory=lambda: [[done()]])
    asked: list[float] = field(default_factory=list)
    under_way: int = 0
    closed: int = 0
    shown: list[Listing[Thing]] = field(default_factory=list)
    shown_at: list[float] = field(default_factory=list)
    joins: tuple[Join[Thing], ...] = ()
    demand: Demand = field(default_factory=Demand)

    def __post_init__(self) -> None:
        clients = cast("Clients", FakeClients(self.clock))
        self.poller = Poller(clients, 10.0, chance=lambda: 0.5)
        self.resource: Resource[Thing] = Resource(
            name="things",
            noun="thing",
            platform=Platform.LOCAL,
            model=Thing,
            lister=self.lister,
            columns=(),
            read=self.read,
            changing=lambda value: value.moving,
            joins=self.joins,
        )

    async def read(self, _: Clients, __: Scope, ___: Item[Thing]) -> Mapping[str, Any]:
        return {}

    async def lister(self, _: Clients, __: Scope, ___: Demand) -> AsyncIterator[Listing[Thing]]:
        assert self.under_way == 0, "a refresh overlaps itself"
        self.under_way += 1
        self.asked.append(self.clock.monotonic())
        steps = self.answers[min(len(self.asked), len(self.answers)) - 1]
        try:
            for step in steps:
                if isinstance(step, Problem):
                    raise ApiError(step)
                if isinstance(step, Listing):
                    yield step
                else:
                    await self.clock.sleep(step)
        finally:
            self.under_way -= 1
            self.closed += 1

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[None]:
        """Follow in the background and keep what is shown."""

        async def watch() -> None:
            async for listing in self.poller.follow(self.resource, SCOPE, self.demand):
                self.shown.append(listing)
                self.shown_at.append(self.clock.monotonic())

        task = asyncio.create_task(watch())
        await self.clock.settle()
        try:
            yield
        finally:
            task.cancel()
            result = (await asyncio.gather(task, return_exceptions=True))[0]
            if not isinstance(result, asyncio.CancelledError):
                raise cast("BaseException", result)

    @property
    def now_shown(self) -> Listing[Thing]:
        """The newest listing on the screen."""
        return self.shown[-1]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Let time pass until the condition holds."""
        await self.clock.until(condition)
