"""Whatever the API may answer, and whoever wrote the text in it: every view stands, harmlessly."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from containerscope.model.listing import ApiError, Item, Listing, Missing, Phase
from containerscope.resource import Block, Demand, Resource, Scope
from containerscope.resources import all_resources
from containerscope.rows import View, build, to_csv, to_json
from tests.robust.clients import AnyAccount

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b-\u200f\ud800-\udfff]")
SERVICE = "arn:aws:ecs:eu-west-1:123456789012:service/one/web"
PARENTS = {
    "containers": "arn:aws:ecs:eu-west-1:123456789012:task/one/0123456789abcdef",
    "taskdefs": "web",
}
SCOPES = (
    Scope("123456789012", "eu-west-1"),
    Scope("123456789012", "eu-west-1", cluster="one"),
    Scope("123456789012", "eu-west-1", cluster="one", service="web", parent=SERVICE),
)
RESOURCES = sorted(all_resources())


async def listed(resource: Resource[Any], account: AnyAccount, scope: Scope) -> Listing[Any]:
    listing: Listing[Any] = Listing()
    async for listing in resource.lister(account, scope, Demand(everything=True)):
        assert listing.phase in Phase
    return listing


def assert_rows_stand(resource: Resource[Any], listing: Listing[Any]) -> None:
    for view in (View(wide=True), View(filter="web", problems_only=True, ascii=True)):
        rows = build(listing, resource, view, NOW)
        for key in rows.keys:
            for cell in rows.cells(key):
                assert not HARMFUL.search(cell.text), (resource.name, cell.text)
                assert not HARMFUL.search(cell.why), (resource.name, cell.why)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", to_json(rows))
        to_csv(rows)


async def assert_item_stands(
    resource: Resource[Any], account: AnyAccount, scope: Scope, item: Item[Any]
) -> None:
    if not isinstance(item.value, Missing):
        resource.health(item.value)
        resource.changing(item.value)
        resource.tags(item.value)
    for child in resource.children:
        if child.when(item):
            child.scope(scope, item)
    if resource.console is not None:
        assert resource.console(scope, item).startswith("/")
    for detail in resource.details:
        try:
            async for blocks in detail.blocks(account, scope, item):
                assert all(isinstance(b, Block) for b in blocks)
        except ApiError:
            pass


def applicable(resource: Resource[Any]) -> list[Scope]:
    return [
        scope.within(parent=PARENTS.get(resource.name, scope.parent))
        for scope in SCOPES
        if all(getattr(scope, need) for need in resource.needs)
    ]


@pytest.mark.parametrize("name", RESOURCES)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), hostile=st.booleans(), failing=st.sampled_from([0.0, 0.2]))
async def test_every_view_stands_whatever_the_api_answers(
    name: str, seed: int, hostile: bool, failing: float
) -> None:
    resource = all_resources()[name]
    for scope in applicable(resource):
        account = AnyAccount(seed, hostile=hostile, failing=failing)
        listing = await listed(resource, account, scope)
        assert listing.phase is Phase.DONE
        assert_rows_stand(resource, listing)
        for item in listing.items[:5]:
            await assert_item_stands(resource, account, scope, item)


@pytest.mark.parametrize("name", RESOURCES)
async def test_the_random_answers_really_reach_the_details(name: str) -> None:
    resource = all_resources()[name]
    found = 0
    for seed in range(40):
        for scope in applicable(resource):
            listing = await listed(resource, AnyAccount(seed), scope)
            found += sum(not isinstance(item.value, Missing) for item in listing.items)
    assert found > 5, f"{resource.name}: only {found} described items in 40 accounts"
