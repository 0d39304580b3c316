"""Whatever the API may answer, and whoever wrote the text in it: every view stands, harmlessly."""

from __future__ import annotations

import contextlib
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from containerscope.acting import Preview
from containerscope.cli.exact import envelope, item_document, json_text, yaml_text
from containerscope.cli.table import table_lines
from containerscope.model.listing import ApiError, Item, Listing, Missing, Phase
from containerscope.redact import redact
from containerscope.resource import Block, Demand, Identity, Platform, Resource, Scope
from containerscope.resources import all_resources
from containerscope.rows import View, build
from containerscope.rows.export import to_csv, to_json
from containerscope.ui import chrome, raw
from containerscope.ui.action_dialog import plan_text
from containerscope.ui.blocks import Line, lines
from containerscope.ui.chrome import problem_words
from containerscope.ui.header import Pulse, header
from containerscope.ui.location import Location
from containerscope.ui.spans import Spans, text_of
from tests.robust.clients import AnyAccount

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b-\u200f\ud800-\udfff]")
HARMFUL_LINES = re.compile(HARMFUL.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))
SERVICE = "arn:aws:ecs:eu-west-1:123456789012:service/one/web"
PARENTS = {
    "containers": "arn:aws:ecs:eu-west-1:123456789012:task/one/0123456789abcdef",
    "taskdefs": "web",
    "used-by": ":task-definition/web",
    "pod-containers": "pod:web",
    "kube-used-by": "uses:ServiceAccount/default {}",
}
SCOPES = (
    Scope("123456789012", "eu-west-1"),
    Scope("123456789012", "eu-west-1", cluster="one"),
    Scope("123456789012", "eu-west-1", "one", service="web", parent=SERVICE, namespace="shop"),
)
RESOURCES = sorted(all_resources())
ASKED = [name for name in RESOURCES if all_resources()[name].platform is not Platform.LOCAL]
"""Those that come from an API."""


async def listed(resource: Resource[Any], account: AnyAccount, scope: Scope) -> Listing[Any]:
    listing: Listing[Any] = Listing()
    async for listing in resource.lister(account, scope, Demand(everything=True)):
        assert listing.phase in Phase
    return listing


def assert_rows_stand(resource: Resource[Any], listing: Listing[Any], scope: Scope) -> None:
    for view in (View(wide=True), View(filter="web", problems_only=True, ascii=True)):
        rows = build(listing, resource, view, NOW)
        for key in rows.keys:
            for cell in rows.cells(key):
                assert not HARMFUL.search(cell.text), (resource.name, cell.text)
                assert not HARMFUL.search(cell.why), (resource.name, cell.why)
        assert not HARMFUL_LINES.search(to_json(rows))
        assert not HARMFUL_LINES.search(to_csv(rows))
        for line in table_lines(rows, color=False):
            assert not HARMFUL.search(line), (resource.name, line)
    documents = [item_document(item) for item in listing.items]
    whole = envelope(resource, scope, listing, documents, listing.problems)
    assert json.loads(json_text(whole))["items"] == json.loads(json.dumps(documents))
    assert not HARMFUL_LINES.search(json_text(whole))
    assert not HARMFUL_LINES.search(yaml_text(whole))


def assert_chrome_stands(listing: Listing[Any], resource: Resource[Any], scope: Scope) -> None:
    hostile = next((item.name for item in listing.items), "")
    here = Location(resource.name, scope.within(cluster=hostile, service=hostile), filter=hostile)
    said: list[Spans] = [
        chrome.title(here, {}, 1, 2, chrome.state_of(listing, NOW), "", 120),
        chrome.trouble(listing, NOW),
        header(Identity(hostile, hostile, hostile), hostile, True, Pulse(), 120),
    ]
    for spans in said:
        assert not HARMFUL.search(text_of(spans)), text_of(spans)
    for words in (
        *chrome.emptiness(resource, here, listing, 0),
        *map(problem_words, listing.problems),
    ):
        assert not HARMFUL.search(words), words


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
    for detail in resource.details_of(item):
        try:
            async for found in detail.blocks(account, scope, item):
                assert all(isinstance(b, Block) for b in found)
                for width in (76, 120):
                    assert_lines_stand(lines(found, width, NOW), width)
        except ApiError:
            pass
    if resource.platform is Platform.KUBERNETES:
        # Each answer has a uid of its own: a row with one would be another object by now.
        named: Item[Any] = Item(item.key, item.name, cluster=item.cluster)
        for action in resource.actions:
            with contextlib.suppress(ApiError):
                state = await action.look(account, scope, named)
                for answer in (action.answer(state), "", "3", "kill"):
                    step = action.plan(state, answer)
                    shown = plan_text(Preview((step,))).plain
                    assert not HARMFUL_LINES.search(shown), (resource.name, action.id, shown)
    with contextlib.suppress(ApiError):
        whole = redact(await resource.read(account, scope, item))
        for text in (raw.text_of(whole, "json"), raw.text_of(whole, "yaml")):
            assert_lines_stand(raw.lines(text, 76), 76)


def assert_lines_stand(found: tuple[Line, ...], width: int = 0) -> None:
    for line in found:
        text = text_of(line.spans)
        assert not HARMFUL.search(text), text
        heading = any(span.role == "title" for span in line.spans)
        assert not width or heading or cell_len(text) <= width, (width, text)


def applicable(resource: Resource[Any]) -> list[Scope]:
    return [
        scope.within(parent=PARENTS.get(resource.name, scope.parent))
        for scope in SCOPES
        if all(getattr(scope, need) for need in resource.needs)
    ]


@pytest.mark.parametrize("name", RESOURCES)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), hostile=st.booleans(), failing=st.sampled_from([0.0, 0.2]))
async def test_every_view_stands_whatever_the_api_answers(
    name: str, seed: int, hostile: bool, failing: float
) -> None:
    resource = all_resources()[name]
    for scope in applicable(resource):
        account = AnyAccount(seed, hostile=hostile, failing=failing)
        listing = await listed(resource, account, scope)
        assert listing.phase is Phase.DONE
        assert_rows_stand(resource, listing, scope)
        assert_chrome_stands(listing, resource, scope)
        for item in listing.items[:4]:
            await assert_item_stands(resource, account, scope, item)


@pytest.mark.parametrize("name", ASKED)
async def test_the_random_answers_really_reach_the_details(name: str) -> None:
    resource = all_resources()[name]
    found = 0
    for seed in range(200):
        for scope in applicable(resource):
            listing = await listed(resource, AnyAccount(seed), scope)
            found += sum(not isinstance(item.value, Missing) for item in listing.items)
        if found > 5:
            return
    pytest.fail(f"{resource.name}: only {found} described items in 200 accounts")
