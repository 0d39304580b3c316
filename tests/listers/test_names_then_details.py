"""The engine behind every list: what it asks for, in which order, and what it makes of failures."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import msgspec
import pytest

from containerscope.listers import Part, names_then_details, single
from containerscope.model.listing import (
    ApiError,
    Failure,
    Item,
    Listing,
    Missing,
    Page,
    Phase,
    Problem,
    Why,
)
from containerscope.resource import Demand

DENIED = Problem(Why.DENIED, "x:Describe", "not yours", permission="x:Describe")


class Thing(msgspec.Struct, frozen=True):
    """A described value."""

    key: str


@dataclass
class Api:
    """An API that lists `count` names by `page` and describes them by `batch`."""

    count: int
    page: int = 100
    batch: int = 10
    where: str = "c1"
    deny: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    deny_list_after: int | None = None
    lists: int = 0
    described: list[list[str]] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [f"{self.where}-{number:05}" for number in range(self.count)]

    async def pages(self) -> AsyncIterator[Page[str]]:
        for start in range(0, max(1, self.count), self.page):
            await asyncio.sleep(0)
            if self.deny_list_after is not None and self.lists >= self.deny_list_after:
                raise ApiError(Problem(Why.DENIED, "x:List", "no listing", permission="x:List"))
            self.lists += 1
            yield Page(tuple(self.names[start : start + self.page]), token="more")

    async def describe(self, names: Sequence[str]) -> Page[Thing]:
        self.described.append(list(names))
        await asyncio.sleep(0)
        if self.deny.intersection(names):
            raise ApiError(DENIED)
        there = [name for name in names if name not in self.gone]
        lost = tuple(Failure(name, "MISSING") for name in names if name in self.gone)
        return Page(tuple(Thing(name) for name in reversed(there)), failures=lost)

    def part(self) -> Part[Thing]:
        return Part(
            where=self.where,
            pages=self.pages,
            describe=self.describe,
            batch=self.batch,
            item=lambda name: Item(name, name),
            key=lambda thing: thing.key,
            operation="x:Describe",
        )


async def parts_of(*apis: Api) -> AsyncIterator[Part[Thing]]:
    for api in apis:
        await asyncio.sleep(0)
        yield api.part()


async def all_of(listings: AsyncIterator[Listing[Thing]]) -> list[Listing[Thing]]:
    return [listing async for listing in listings]


@pytest.mark.parametrize("count", [0, 1, 10, 11, 99, 100, 101, 250, 1001])
async def test_the_calls_are_the_fewest_that_pages_and_batches_allow(count: int) -> None:
    api = Api(count)
    last = (await all_of(names_then_details(Demand(), single(api.part()))))[-1]
    assert api.lists == max(1, math.ceil(count / 100))
    assert len(api.described) == math.ceil(count / 10)
    assert [item.name for item in last.items] == api.names
    assert all(item.value == Thing(item.key) for item in last.items)
    assert (last.phase, last.expected, last.complete) == (Phase.DONE, count, True)


async def test_names_come_before_details_and_the_order_never_changes() -> None:
    apis = [Api(30, where="a"), Api(5, where="b")]
    seen = await all_of(names_then_details(Demand(), parts_of(*apis)))
    assert seen[-1].phase is Phase.DONE
    order = [item.key for item in seen[-1].items]
    assert order == apis[0].names + apis[1].names
    for listing in seen:
        assert [key for key in order if key in {i.key for i in listing.items}] == [
            item.key for item in listing.items
        ]


async def test_visible_rows_are_described_first() -> None:
    api = Api(1000)
    demand = Demand(visible=("c1-00077", "c1-00005"))
    await all_of(names_then_details(demand, single(api.part())))
    assert api.described[0][:2] == ["c1-00077", "c1-00005"]
    assert len(api.described) == 100


async def test_only_visible_rows_are_described_when_details_are_dear() -> None:
    api = Api(300, batch=1)
    demand = Demand(visible=("c1-00007", "c1-00009"))
    last = (await all_of(names_then_details(demand, single(api.part()), lazily=True)))[-1]
    assert sorted(api.described) == [["c1-00007"], ["c1-00009"]]
    assert (len(last.items), last.phase) == (300, Phase.DONE)


async def test_a_denied_batch_becomes_a_problem_and_the_rest_stands() -> None:
    api = Api(100, deny=frozenset({"c1-00055"}))
    last = (await all_of(names_then_details(Demand(), single(api.part()))))[-1]
    lost = [item for item in last.items if isinstance(item.value, Missing)]
    assert [item.key for item in lost] == api.names[50:60]
    assert all(item.value == DENIED.as_missing() for item in lost)
    (problem,) = last.problems
    assert (problem.where, problem.permission, len(problem.keys)) == ("c1", "x:Describe", 10)
    assert not last.complete


async def test_a_part_that_is_denied_from_the_start_is_not_asked_again_and_again() -> None:
    api = Api(1000, deny=frozenset(Api(1000).names))
    last = (await all_of(names_then_details(Demand(), single(api.part()))))[-1]
    assert len(api.described) <= 8
    assert all(isinstance(item.value, Missing) for item in last.items)
    assert sum(len(problem.keys) for problem in last.problems) == 1000


async def test_a_denied_list_keeps_the_other_parts_and_the_pages_read() -> None:
    broken, fine = Api(250, where="a", deny_list_after=1), Api(3, where="b")
    last = (await all_of(names_then_details(Demand(), parts_of(broken, fine))))[-1]
    assert [item.key for item in last.items] == broken.names[:100] + fine.names
    assert [(p.where, p.permission) for p in last.problems] == [("a", "x:List")]


async def test_what_vanished_between_list_and_describe_is_said() -> None:
    api = Api(12, gone=frozenset({"c1-00003"}))
    last = (await all_of(names_then_details(Demand(), single(api.part()))))[-1]
    gone = last.items[3].value
    assert isinstance(gone, Missing)
    assert "MISSING" in gone.reason
    assert [problem.keys for problem in last.problems] == [("c1-00003",)]


async def test_closing_the_listing_ends_the_calls_under_way() -> None:
    api = Api(1000)
    listings = names_then_details(Demand(), single(api.part()))
    await anext(listings)
    await listings.aclose()
    asked = len(api.described)
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(api.described) == asked


async def test_names_stand_and_rows_on_screen_are_described_while_the_list_goes_on() -> None:
    api = Api(count=500)
    go_on = asyncio.Event()

    async def slowly() -> AsyncIterator[Page[str]]:
        async for page in api.pages():
            yield page
            await go_on.wait()

    part = Part(
        where=api.where,
        pages=slowly,
        describe=api.describe,
        batch=api.batch,
        item=lambda name: Item(name, name),
        key=lambda thing: thing.key,
        operation="x:Describe",
    )
    demand = Demand()
    listings = names_then_details(demand, single(part))
    first = await anext(listings)
    assert (len(first.items), first.phase) == (100, Phase.NAMES)
    assert api.described == []
    demand.visible = tuple(api.names[50:62])
    go_on.set()
    last = [listing async for listing in listings][-1]
    assert api.described[0] == api.names[50:60]
    assert len(last.items) == 500
    assert len(api.described) == math.ceil(500 / api.batch)
    assert last.complete
