"""The columns that definitions declare, from an object's JSON to the cells of a table."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from containerscope.model.health import Level
from containerscope.model.kube_custom import Custom, PrinterColumn
from containerscope.model.listing import Item, Listing, Phase
from containerscope.redact import MASK
from containerscope.resources import find
from containerscope.resources._kube_printed import Shape, reader, together
from containerscope.resources._kube_tabled import table_reader
from containerscope.rows import Rows, View, build
from containerscope.rows.export import to_csv

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
BAKED = (NOW - timedelta(days=3)).isoformat().replace("+00:00", "Z")


def column(name: str, kind: str, path: str, priority: int | None = None) -> PrinterColumn:
    return PrinterColumn(name, kind, path, priority)


DECLARED = (
    column("Slices", "integer", ".spec.slices"),
    column("Weight", "number", ".status.weight"),
    column("Ready", "string", '.status.conditions[?(@.type=="Ready")].status'),
    column("Baked", "date", ".status.bakedAt"),
    column("Vegan", "boolean", ".spec.vegan"),
    column("Health", "string", ".status.health"),
    column("Toppings", "string", ".spec.toppings", 1),
    column("Hosts", "string", ".spec.hosts[*].name", 1),
    column("Broken", "string", ".spec["),
    column("Age", "date", ".metadata.creationTimestamp"),
)


def pizza(name: str, spec: dict[str, Any], status: dict[str, Any] | None = None) -> Item[Custom]:
    meta = {"name": name, "uid": name, "namespace": "shop", "creationTimestamp": BAKED}
    raw = json.dumps({"metadata": meta, "spec": spec, "status": status}).encode()
    return Item(f"c/{name}", name, reader(DECLARED)(raw), cluster="c")


def condition(status: str) -> dict[str, Any]:
    return {"conditions": [{"type": "Ready", "status": status, "reason": "OvenCold"}]}


ITEMS = (
    pizza("margherita", {"slices": 8, "vegan": False, "toppings": ["basil", "cheese"]},
          {**condition("False"), "weight": 0.5, "bakedAt": BAKED, "health": "cold"}),
    pizza("marinara", {"slices": 12, "vegan": True, "hosts": [{"name": "a"}, {"name": "b"}]},
          {**condition("True"), "bakedAt": "yesterday"}),
    pizza("empty", {"slices": "eight", "vegan": "no"}),
)  # fmt: skip


def rows(view: View, shape: Any = Shape(DECLARED)) -> Rows:  # noqa: B008
    resource = find("pizzas.example.com")
    assert resource is not None
    listing = Listing(ITEMS, Phase.DONE, columns=shape)
    return build(listing, resource, view, NOW)


def cells(shown: Rows, key: str) -> dict[str, str]:
    return {
        head.title: cell.text for head, cell in zip(shown.headings, shown.cells(key), strict=True)
    }


def test_declared_columns_stand_between_health_and_age_each_in_its_form() -> None:
    shown = rows(View())
    assert [head.title for head in shown.headings] == [
        "CLUSTER", "NAMESPACE", "NAME", "HEALTH", "SLICES", "WEIGHT", "READY", "BAKED", "VEGAN",
        "STATUS HEALTH", "BROKEN", "AGE",
    ]  # fmt: skip
    assert {head.title for head in shown.headings if head.right} == {
        "SLICES", "WEIGHT", "BAKED", "AGE",
    }  # fmt: skip
    found = cells(shown, "c/margherita")
    assert found | {
        "SLICES": "8", "WEIGHT": "0.5", "READY": "False", "BAKED": "3d", "VEGAN": "no",
        "STATUS HEALTH": "cold", "HEALTH": "not ready", "BROKEN": "–",
    } == found  # fmt: skip
    assert cells(shown, "c/marinara")["BAKED"] == "yesterday", "a date that is none"
    assert cells(shown, "c/empty")["SLICES"] == "–", "a number that is none"


def test_columns_of_a_priority_are_shown_where_the_table_is_wide() -> None:
    assert not {"TOPPINGS", "HOSTS"} & {head.title for head in rows(View()).headings}
    shown = rows(View(wide=True))
    assert cells(shown, "c/margherita")["TOPPINGS"] == "basil, cheese"
    assert cells(shown, "c/marinara")["HOSTS"] == "a, b"


def test_one_sorts_and_filters_by_declared_columns() -> None:
    assert rows(View(sort="-slices")).keys == ("c/marinara", "c/margherita", "c/empty")
    for asked, kept in {
        "slices>8": ["c/marinara"],
        "vegan:yes": ["c/marinara"],
        "ready:false": ["c/margherita"],
        "status_health:cold": ["c/margherita"],
        "toppings:basil": ["c/margherita"],
        "baked<4d": ["c/margherita"],
    }.items():
        shown = rows(View(filter=asked))
        assert not shown.error
        assert list(shown.keys) == kept, asked
    assert "slices" in rows(View(sort="crust")).error, "it says which there are"


def test_what_a_condition_says_is_coloured_like_the_health_that_follows_from_it() -> None:
    shown = rows(View())
    place = [head.title for head in shown.headings].index("READY")
    assert shown.cells("c/margherita")[place].level is Level.WARNING
    assert shown.cells("c/marinara")[place].level is Level.NONE


def test_a_type_without_columns_shows_its_phase_and_one_without_namespaces_none() -> None:
    assert "PHASE" in [head.title for head in rows(View(), ()).headings]
    titles = [head.title for head in rows(View(), Shape((), namespaced=False)).headings]
    assert "NAMESPACE" not in titles


def test_exports_hold_what_is_declared() -> None:
    head, *lines = to_csv(rows(View(wide=True, sort="name"))).splitlines()
    assert "slices,weight,ready,baked,vegan,status_health" in head
    assert any(",8,0.5,False,2026-03-01T05:06:07Z,no,cold," in line for line in lines)


def test_clusters_that_differ_in_a_definition_share_what_is_called_the_same() -> None:
    old, new = (column("Phase", "string", ".phase"),), (column("Phase", "string", ".status.phase"),)
    more = column("Nodes", "integer", ".status.nodes")
    assert together((old, (*new, more))) == (*old, more)


def test_no_name_of_a_column_is_sent_to_the_terminal_as_it_is() -> None:
    declared = (column("a\x1b[31mb", "string", ".a"), column("?!", "string", ".b.c"))
    titles = [head.title for head in rows(View(), Shape(declared)).headings]
    assert not any("\x1b" in title for title in titles)
    assert "B C" in titles, "a name without a letter gives way to the path"


def test_rows_of_the_servers_own_tables_are_read_alone_and_in_the_events_of_a_watch() -> None:
    declared = (column("Ready", "string", ""), column("Last Run", "string", ""))
    read = table_reader(declared)
    row = {"cells": ["web", "True", "5m"], "object": {"metadata": {"name": "web", "uid": "u"}}}
    event = {"kind": "Table", "metadata": {"resourceVersion": "7"}, "rows": [row]}
    for told in (row, event):
        found = read(json.dumps(told).encode())
        assert found.columns == {"Ready": "True", "Last Run": "5m"}
        assert (found.metadata and found.metadata.uid) == "u"
    bookmark = read(b'{"kind": "Table", "metadata": {"resourceVersion": "8"}, "rows": []}')
    assert bookmark.metadata is None, "its version is read where those of objects are not"


def test_a_secret_in_a_declared_column_is_masked_and_the_name_of_one_is_not() -> None:
    declared = (
        column("Secret", "string", ".spec.secretName"),
        column("Join", "string", ".status.joinToken"),
    )
    raw = b'{"spec": {"secretName": "web-tls"}, "status": {"joinToken": "abc123"}}'
    assert reader(declared)(raw).columns == {"Secret": "web-tls", "Join": MASK}


@pytest.mark.parametrize(
    "name", ["SERVICE-NAME", "Up-To-Date", "Security-Group-Ids", "Sync Status", "status.phase"]
)
def test_any_name_of_a_column_can_be_filtered_and_sorted_by(name: str) -> None:
    shape = Shape((column(name, "string", ".a"),))
    (head,) = (each for each in rows(View(), shape).headings if each.title == name.upper())
    for asked in (head.field, *(() if " " in name else (name.lower(),))):
        assert not rows(View(sort=f"-{asked}"), shape).error
        shown = rows(View(filter=f"{asked}:nothing"), shape)
        assert (shown.error, shown.keys) == ("", ())


@pytest.mark.parametrize("raw", [b"[]", b"null", b'{"metadata": 3}', b'{"metadata"'])
def test_what_is_no_object_is_told_as_one_that_does_not_fit(raw: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        reader(DECLARED)(raw)
