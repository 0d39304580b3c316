"""The objects of a cluster, the history behind them, and what selectors let through."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from containerscope.demo.kube_auth import Attributes
from containerscope.demo.kube_faults import KubeFaults
from containerscope.demo.kube_lists import list_page
from containerscope.demo.kube_selectors import selector
from containerscope.demo.kube_status import KubeError
from containerscope.demo.kube_store import Collection, Entry, KubeStore
from containerscope.demo.kube_table import Form, Writer
from containerscope.demo.kube_types import BUILT_IN
from containerscope.demo.kube_watch import Stream, WatchRequest, check

MAPS = ("", "configmaps")
TYPE = next(each for each in BUILT_IN if each.storage == MAPS)


def store() -> KubeStore:
    numbers = count(1)
    return KubeStore(lambda: 1_764_000_000.0, lambda: f"uid-{next(numbers)}")


def put(into: KubeStore, name: str, namespace: str = "shop", **labels: str) -> Entry:
    found = into.find(MAPS, namespace, name)
    body: Any = found.object() if found else {"metadata": {"name": name, "namespace": namespace}}
    meta: dict[str, Any] = body["metadata"]
    meta["labels"] = labels
    body["data"] = {"version": str(into.version)}
    return into.put(MAPS, body)


class Watching:
    """What a client that watches has been told."""

    def __init__(self, into: KubeStore, labels: str = "", namespace: str = "") -> None:
        self.objects: dict[str, Any] = {}
        self.types: list[str] = []
        self.error: Any = None
        self._query = {"resourceVersion": str(into.version)}
        self.request = WatchRequest(
            into, into.collection(MAPS), namespace, selector(MAPS, labels, ""),
            Writer(TYPE, Form(), into.now(), None), self._query, KubeFaults(),
            Attributes("watch", "", "configmaps"), "test", 60.0, "served", dict,
        )  # fmt: skip
        page = into.collection(MAPS).page(namespace, into.version, "", 0, self.request.match)
        self.objects = {each.key: each.object() for each in page.entries}
        self.listens = True

    async def __call__(self) -> None:
        """Follow the stream until told to stop."""
        stream = Stream(self.request, self._take, lambda: self.listens)
        await stream.run(check(self.request))

    async def _take(self, data: bytes) -> None:
        for line in data.splitlines():
            event = msgspec.json.decode(line)
            body = event["object"]
            self.types.append(event["type"])
            if event["type"] == "ERROR":
                self.error = body
                continue
            key = f"{body['metadata'].get('namespace')}/{body['metadata'].get('name')}"
            body.pop("kind")
            body.pop("apiVersion")
            if event["type"] == "DELETED":
                del self.objects[key]
            elif event["type"] == "ADDED":
                assert key not in self.objects
                self.objects[key] = body
            else:
                assert key in self.objects
                self.objects[key] = body


WRITES = st.lists(
    st.tuples(
        st.sampled_from(("put", "put", "put", "remove", "pause")),
        st.sampled_from(("a", "b", "c", "d")),
        st.sampled_from(("shop", "data")),
        st.sampled_from(("web", "db")),
    ),
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(before=WRITES, after=WRITES, labels=st.sampled_from(("", "app=web", "app!=web")),
       namespace=st.sampled_from(("", "shop")))  # fmt: skip
def test_who_replays_a_watch_has_what_a_fresh_list_has(
    before: list[Any], after: list[Any], labels: str, namespace: str
) -> None:
    async def run() -> None:
        into = store()
        await write(into, before)
        watching = Watching(into, labels, namespace)
        task = asyncio.ensure_future(watching())
        await write(into, after)
        for _ in range(20):
            await asyncio.sleep(0)
        watching.listens = False
        watching.request.faults.replace(())
        await task
        match = selector(MAPS, labels, "")
        listed = into.collection(MAPS).page(namespace, into.version, "", 0, match)
        assert watching.objects == {each.key: each.object() for each in listed.entries}

    async def write(into: KubeStore, writes: list[Any]) -> None:
        for what, name, space, app in writes:
            found = into.find(MAPS, space, name)
            if what == "put":
                put(into, name, space, app=app)
            elif what == "remove" and found is not None:
                into.remove(MAPS, found)
            elif what == "pause":
                await asyncio.sleep(0)

    asyncio.run(run())


@settings(max_examples=60, deadline=None)
@given(before=WRITES, between=WRITES, limit=st.integers(1, 5))
def test_the_pages_of_a_list_are_of_one_moment_whatever_happens_between_them(
    before: list[Any], between: list[Any], limit: int
) -> None:
    def write(writes: list[Any]) -> None:
        for what, name, space, app in writes:
            found = into.find(MAPS, space, name)
            if what == "put":
                put(into, name, space, app=app)
            elif found is not None:
                into.remove(MAPS, found)

    into = store()
    write(before)
    found = into.collection(MAPS)
    whole = [each.object() for each in found.page("", into.version, "", 0, None).entries]
    told: list[Any] = []
    query = {"limit": str(limit)}
    while True:
        page = list_page(found, into.version, "", query, None)
        told += [each.object() for each in page.entries]
        left = len(whole) - len(told)
        assert page.meta.get("remainingItemCount", 0) == left
        if "continue" not in page.meta:
            break
        query["continue"] = page.meta["continue"]
        write(between)
    assert told == whole


def test_a_list_goes_on_without_consistency_once_its_moment_is_forgotten() -> None:
    into = store()
    for name in "abcd":
        put(into, name)
    found = into.collection(MAPS)
    page = list_page(found, into.version, "", {"limit": "2"}, None)
    put(into, "c", app="new")
    into.compact()
    query = {"limit": "2", "continue": page.meta["continue"]}
    with pytest.raises(KubeError) as caught:
        list_page(found, into.version, "", query, None)
    assert (caught.value.code, caught.value.reason) == (410, "Expired")
    fresh = caught.value.body()["metadata"]["continue"]
    page = list_page(found, into.version, "", {"continue": fresh}, None)
    assert [each.name for each in page.entries] == ["c", "d"]
    assert page.entries[0].labels == {"app": "new"}


def test_a_watch_from_before_the_kept_history_ends_with_an_error_event() -> None:
    async def run() -> Watching:
        into = store()
        put(into, "a")
        watching = Watching(into)
        put(into, "b")
        into.compact()
        await watching()
        return watching

    told = asyncio.run(run())
    assert told.types == ["ERROR"]
    assert (told.error["code"], told.error["reason"]) == (410, "Expired")


def test_a_write_that_changes_nothing_is_no_change() -> None:
    into = store()
    entry = put(into, "a", app="web")
    assert into.put(MAPS, entry.object()) is entry
    assert into.version == entry.version


def test_old_changes_are_dropped_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("containerscope.demo.kube_store.HISTORY", 10)
    into = store()
    first = put(into, "a").version
    for _ in range(100):
        put(into, "a")
    found: Collection = into.collection(MAPS)
    assert len(found.changes) <= 20
    assert found.compacted > first
    assert found.changes[-1].entry.version == into.version


@pytest.mark.parametrize(
    ("labels", "fields", "names"),
    [
        ("", "", "abc"),
        ("app=web", "", "ab"),
        ("app==web,tier=back", "", "b"),
        ("app!=web", "", "c"),
        ("tier", "", "ab"),
        ("!tier", "", "c"),
        ("tier in (back, side)", "", "b"),
        ("tier notin (back)", "", "ac"),
        ("", "metadata.name=b", "b"),
        ("", "metadata.name!=b", "ac"),
        ("app=web", "metadata.namespace=shop,metadata.name!=a", "b"),
    ],
)
def test_selectors_choose(labels: str, fields: str, names: str) -> None:
    into = store()
    put(into, "a", app="web", tier="front")
    put(into, "b", app="web", tier="back")
    put(into, "c", app="db")
    match = selector(MAPS, labels, fields)
    found = into.collection(MAPS).page("", into.version, "", 0, match)
    assert "".join(each.name for each in found.entries) == names


@pytest.mark.parametrize(
    ("labels", "fields"), [("a==b==c", ""), ("a in b", ""), ("", "spec.colour=red"), ("", "name")]
)
def test_selectors_that_make_no_sense_are_refused(labels: str, fields: str) -> None:
    with pytest.raises(KubeError) as caught:
        selector(MAPS, labels, fields)
    assert caught.value.code == 400
