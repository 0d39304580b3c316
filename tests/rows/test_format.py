"""How cells read."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from containerscope.model.listing import LOADING, NOT_APPLICABLE, Item, Missing, Why
from containerscope.model.text import visible
from containerscope.model.trend import Trend
from containerscope.resource import Column, Scope
from containerscope.rows import View, build
from containerscope.rows.export import to_csv, to_json
from containerscope.rows.fields import Field
from containerscope.rows.format import age, formatted, jsonable, shown, to_ascii
from containerscope.rows.order import sort_key
from tests.rows.things import NOW, THINGS, Thing, item, listing


def cell_text(field: str, row: Item[Thing], **view: Any) -> str:
    rows = build(listing(row), THINGS, View(wide=True, **view), NOW)
    place = [heading.field for heading in rows.headings].index(field)
    return rows.cells(row.key)[place].text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-90, "0s"),
        (4.9, "0s"),
        (7, "5s"),
        (29, "10s"),
        (59, "30s"),
        (60, "1m"),
        (3599, "59m"),
        (3600, "1h"),
        (47 * 3600, "47h"),
        (48 * 3600, "2d"),
        (700 * 86400, "700d"),
        (1000 * 86400, "2y"),
    ],
)
def test_ages_are_short_and_never_negative(seconds: float, text: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == text


@pytest.mark.parametrize(
    ("field", "members", "text"),
    [
        ("cpu", {"cpu": 90.6}, "91"),
        ("cpu", {}, "–"),
        ("cpu", {"cpu": float("inf")}, "∞"),
        ("tasks", {"tasks": (3, 4)}, "3/4"),
        ("memory", {"memory": 123456}, "123456"),
        ("size", {"size": 1536}, "1.5 KiB"),
        ("size", {"size": 12}, "12 B"),
        ("public", {"public": True}, "yes"),
        ("note", {"note": ["a", "b"]}, "a, b"),
        ("note", {"note": {"b", "a"}}, "a, b"),
        ("note", {"note": {"k": 1}}, "k=1"),
        ("note", {"note": NOW}, "2026-03-04 12:00"),
        ("note", {"note": "a\x1b[31m\nb\u202e"}, "a␛[31m␊b\\u202e"),
        ("note", {"note": "password=hunter2hunter2"}, "password=••••••"),
    ],
)
def test_a_value_reads(field: str, members: dict[str, Any], text: str) -> None:
    assert cell_text(field, item("a", **members)) == text


@pytest.mark.parametrize(
    ("missing", "text", "plain"),
    [
        (LOADING, "…", "..."),
        (Missing(Why.DENIED), "⊘", "(denied)"),
        (Missing(Why.THROTTLED), "~", "~"),
        (Missing(Why.FAILED), "!", "!"),
        (Missing(Why.UNREACHABLE), "!", "!"),
        (NOT_APPLICABLE, "–", "-"),
    ],
)
def test_a_missing_value_is_its_glyph(missing: Missing, text: str, plain: str) -> None:
    assert cell_text("cpu", item("a", value=missing)) == text
    assert cell_text("cpu", item("a", value=missing), ascii=True) == plain


def test_a_missing_cell_says_why() -> None:
    rows = build(listing(item("a", value=Missing(Why.DENIED, "not\nyours"))), THINGS, View(), NOW)
    cell = rows.cells("key:a")[1]
    assert (cell.text, cell.dim, cell.why) == ("⊘", True, "denied: not␊yours")


def test_a_column_steps_aside_where_the_scope_makes_it_idle() -> None:
    def titles(scope: Scope) -> list[str]:
        rows = build(listing(), THINGS, View(scope=scope), NOW)
        return [heading.title for heading in rows.headings]

    assert "CLUSTER" in titles(Scope())
    assert "CLUSTER" not in titles(Scope(cluster="c1"))


@given(st.text(), st.text(), st.text(), st.dictionaries(st.text(), st.text(), max_size=2))
def test_no_text_from_outside_harms_a_cell_or_an_export(
    name: str, status: str, reason: str, note: dict[str, str]
) -> None:
    things: tuple[Item[Thing], ...] = (
        Item("1", name, Thing(status=status, note=[note, name])),
        Item("2", status, Missing(Why.FAILED, reason, Thing(note=status))),
    )
    rows = build(listing(*things), THINGS, View(wide=True), NOW)
    for key in rows.keys:
        for cell in rows.cells(key):
            assert visible(cell.text) == cell.text
            assert visible(cell.why) == cell.why
    for line in to_csv(rows).split("\n"):
        assert visible(line) == line
    written = to_json(rows)
    json.loads(written)
    assert all(char == "\n" or visible(char) == char for char in written)


def test_csv_keeps_values_and_tells_what_is_missing() -> None:
    rows = build(
        listing(
            item("=cmd()", cpu=1.5, tasks=(3, 4), public=False),
            item("b", value=Missing(Why.DENIED, "no")),
        ),
        THINGS,
        View(sort="name"),
        NOW,
    )
    header, first, second = to_csv(rows).splitlines()
    assert header == "name,health,status,cpu,tasks,age,memory,size,public,cluster"
    assert first == "'=cmd(),,ACTIVE,1.5,3/4,,,,no,c1"
    assert second.startswith("b,(denied),(denied)")


def test_json_is_exact_and_escapes_what_is_invisible() -> None:
    rows = build(listing(item("é\u202e\x9b", cpu=1.5)), THINGS, View(), NOW)
    written = to_json(rows)
    assert "é\\u202e\\u009b" in written
    (record,) = json.loads(written)
    assert record["name"] == "é\u202e\x9b"
    assert record["cpu"] == 1.5


def test_a_trend_shows_its_course_and_its_newest_value() -> None:
    trend = Trend(91.4, (12.0, 40.0, 55.0, 70.0, 90.0, 91.4))
    assert formatted(trend, "trend", "CPU %", NOW) == "▁▄▅▆██  91"
    assert formatted(Trend(7, (7.0,)), "trend", "CPU %", NOW) == "     ▁   7"
    assert jsonable(trend) == 91.4
    assert to_ascii(formatted(trend, "trend", "CPU %", NOW)).isascii()


def test_trends_sort_and_filter_by_their_newest_value() -> None:
    assert sort_key(Trend(9.0, (99.0, 9.0)), "trend") == 9.0
    above = Field("cpu", "trend", lambda item: item).comparison(">", "80", NOW)
    assert above(Trend(81.0)) is True
    assert above(Trend(80.0, (90.0, 80.0))) is False
    assert above(Missing(Why.DENIED)) is None


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("web:1", "proxy:2"), "web:1, proxy:2"),
        (("registry/web:1", "registry/proxy:2", "log:3"), "registry/web:1 +2"),
        (("web:1", "proxy:2", "registry/log:3"), "web:1, proxy:2 +1"),
        (("registry.example.com/web:1", "log:3"), "registry.example.com/web:1 +1"),
        (("registry.example.com/web:1",), "registry.example.com/web:1"),
    ],
)
def test_a_list_that_is_too_long_shows_whole_parts_and_how_many_more(
    parts: tuple[str, ...], text: str
) -> None:
    assert shown(parts, Column("IMAGES", width=20), NOW) == text
