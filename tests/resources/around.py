"""Answers of the APIs around a service, paged as each of them pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from containerscope.demo.clock import StillClock
from containerscope.model.listing import Item, Listing, Missing
from containerscope.resource import Block, Demand, Resource, Scope, TableBlock, TextBlock
from tests.fakes import NOW, Answer, FakeClients

REGION = Scope("123456789012", "eu-west-1")
CHECKOUT = REGION.within(cluster="checkout")
CART = CHECKOUT.within(service="cart")
ECS = "arn:aws:ecs:eu-west-1:123456789012"


class Account(FakeClients):
    """Fakes whose clock stands at the fixed now."""

    @property
    def clock(self) -> StillClock:
        return StillClock(NOW)


def tokens(member: str, whole: list[Any], size: str, asks: str, gives: str, most: int) -> Answer:
    """A list whose pages are asked for with `asks` and answered with `gives`."""

    def answer(params: Mapping[str, Any]) -> Mapping[str, Any]:
        count = params.get(size, most)
        assert count <= most, f"{member}: a page holds at most {most}"
        start = int(params.get(asks, 0))
        found: dict[str, Any] = {member: whole[start : start + count]}
        if start + count < len(whole):
            found[gives] = str(start + count)
        return found

    return answer


def fixed(**members: Any) -> Answer:
    """The same answer whatever is asked."""
    return lambda params: members


async def listed(
    resource: Resource[Any],
    clients: FakeClients,
    scope: Scope = REGION,
    demand: Demand | None = None,
) -> Listing[Any]:
    """The last listing of a resource."""
    found = resource.lister(clients, scope, demand or Demand(everything=True))
    return [listing async for listing in found][-1]


async def pane(
    resource: Resource[Any],
    clients: FakeClients,
    item: Item[Any],
    scope: Scope = REGION,
    tab: int = 0,
) -> tuple[Block, ...]:
    """What a tab of the detail pane shows in the end."""
    shown = resource.details[tab].blocks(clients, scope, item)
    return [blocks async for blocks in shown][-1]


def rows_of(blocks: tuple[Block, ...], title: str) -> tuple[tuple[Any, ...], ...]:
    """The rows of the table of this title."""
    return next(b.rows for b in blocks if isinstance(b, TableBlock) and b.title == title)


def texts_of(blocks: tuple[Block, ...]) -> list[str]:
    """What the paragraphs say."""
    return [block.text for block in blocks if isinstance(block, TextBlock)]


def cells(resource: Resource[Any], item: Item[Any], *fields: str) -> tuple[Any, ...]:
    """The values of these columns in a row."""
    columns = {column.field: column for column in resource.columns}
    return tuple(columns[name].of(item) for name in fields)


def found(item: Item[Any]) -> Any:
    """The details of a row, which must be there."""
    assert not isinstance(item.value, Missing), item.value
    return item.value
