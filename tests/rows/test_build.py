"""Order, columns and carrying over of the rows of a listing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from containerscope.model.health import Health, Level
from containerscope.model.listing import Item, Listing, Missing, Phase, Why, joined
from containerscope.resource import Column
from containerscope.rows import View, build
from tests.rows.things import NOW, THINGS, Thing, item, listing

if TYPE_CHECKING:
    from containerscope.ui.table_view import RowSource


def names(*items: Item[Thing], view: View) -> list[str]:
    rows = build(listing(*items), THINGS, view, NOW)
    return [rows.item(key).name for key in rows.keys]


def test_the_worst_comes_first_and_names_sort_by_the_numbers_in_them() -> None:
    things = (
        item("web-10"),
        item("web-2"),
        item("api", status="FAILED"),
        item("job", status="PENDING"),
        item("Web-3"),
    )
    assert names(*things, view=View()) == ["api", "job", "web-2", "Web-3", "web-10"]


def test_a_column_sorts_by_value_and_what_is_missing_stays_last_both_ways() -> None:
    things = (
        item("none"),
        item("low", cpu=9.0),
        item("denied", value=Missing(Why.DENIED)),
        item("high", cpu=80.0),
    )
    assert names(*things, view=View(sort="cpu")) == ["low", "high", "none", "denied"]
    assert names(*things, view=View(sort="-cpu")) == ["high", "low", "none", "denied"]


def test_equal_values_keep_the_order_of_the_listing_both_ways() -> None:
    things = [item(name, cpu=5.0) for name in ("c", "a", "b")]
    assert names(*things, view=View(sort="cpu")) == ["c", "a", "b"]
    assert names(*things, view=View(sort="-cpu")) == ["c", "a", "b"]


def test_ages_sort_youngest_first_and_ratios_by_what_is_there() -> None:
    things = (
        item("old", started=NOW - timedelta(days=2), tasks=(6, 6)),
        item("new", started=NOW - timedelta(minutes=1), tasks=(2, 4)),
        item("mid", started=NOW - timedelta(hours=3), tasks=(10, 12)),
    )
    assert names(*things, view=View(sort="age")) == ["new", "mid", "old"]
    assert names(*things, view=View(sort="tasks")) == ["new", "mid", "old"]


def test_a_column_is_called_by_its_field_or_by_what_stands_over_it() -> None:
    things = [item("much", memory=9), item("little", memory=1)]
    for name in ("memory", "mem", "MEM"):
        assert names(*things, view=View(sort=name)) == ["little", "much"]


def test_an_unknown_sort_keeps_the_default_order_and_says_what_there_is() -> None:
    rows = build(listing(item("b"), item("a")), THINGS, View(sort="colour"), NOW)
    assert [rows.item(key).name for key in rows.keys] == ["a", "b"]
    assert "colour" in rows.error
    assert "cpu" in rows.error


def test_health_stands_after_the_name_and_wide_columns_only_in_wide_mode() -> None:
    def titles(view: View) -> list[str]:
        return [heading.title for heading in build(listing(), THINGS, view, NOW).headings]

    assert titles(View())[:2] == ["NAME", "HEALTH"]
    assert "NOTE" not in titles(View())
    assert "NOTE" in titles(View(wide=True))


def test_the_sorted_heading_shows_its_direction() -> None:
    rows = build(listing(), THINGS, View(sort="-cpu"), NOW)
    assert {heading.field: heading.sorted for heading in rows.headings if heading.sorted} == {
        "cpu": -1
    }
    rows = build(listing(), THINGS, View(), NOW)
    assert [heading.field for heading in rows.headings if heading.sorted] == ["health"]


def test_counts_are_of_all_rows_and_problems_only_shows_the_worrying() -> None:
    things = (item("a"), item("b", status="FAILED"), item("c", status="WARNING"))
    rows = build(listing(*things), THINGS, View(problems_only=True, filter="!name:c"), NOW)
    assert rows.counts == {Level.FINE: 1, Level.FAILED: 1, Level.WARNING: 1}
    assert rows.total == 3
    assert rows.keys == ("key:b",)


def test_a_row_whose_details_are_loading_has_no_level() -> None:
    rows = build(listing(Item("k", "n")), THINGS, View(), NOW)
    assert rows.level("k") is Level.NONE
    assert [cell.text for cell in rows.cells("k")][:3] == ["n", "…", "…"]


def test_a_throttled_row_shows_and_sorts_by_its_last_value() -> None:
    last = Thing(status="FAILED", cpu=91.0)
    throttled = item("t", value=Missing(Why.THROTTLED, "slow down", last))
    rows = build(listing(item("a", cpu=1.0), throttled), THINGS, View(sort="-cpu"), NOW)
    assert rows.keys[0] == "key:t"
    assert rows.level("key:t") is Level.FAILED
    cpu = rows.cells("key:t")[[heading.field for heading in rows.headings].index("cpu")]
    assert (cpu.text, cpu.dim, cpu.why) == ("~91", True, "throttled: slow down")


def _use(item: Item[Thing]) -> Any:
    found = joined(item, "use")
    return found if isinstance(found, Missing) else found[0]


def test_a_joined_cell_shows_what_it_made_of_the_last_value() -> None:
    use = Column[Thing]("USE", of_item=_use, kind="number", needs="use")
    things = replace(THINGS, columns=(*THINGS.columns, use))
    before = (7, "more than the cell shows")
    throttled = Missing(Why.THROTTLED, "slow down", Thing())
    items = (
        msgspec.structs.replace(item("a"), joined={"use": Missing(Why.FAILED, "broken", before)}),
        msgspec.structs.replace(item("b", value=throttled), joined={"use": before}),
        item("c", value=throttled),
    )
    rows = build(listing(*items), things, View(), NOW)
    assert [rows.cells(key)[-1].text for key in rows.keys] == ["!7", "7", "…"]


def test_rows_built_on_those_before_equal_rows_built_anew() -> None:
    items = [item(f"n{number}", cpu=float(number % 7)) for number in range(40)]
    view = View(sort="cpu", filter="n !n3")
    before = build(listing(*items), THINGS, view, NOW)
    items[5] = item("n5", cpu=3.0)
    items[6] = msgspec.structs.replace(items[6], value=Missing(Why.DENIED))
    for after in (items, items[3:], [*items, item("new")], items[:1]):
        anew = build(listing(*after), THINGS, view, NOW)
        carried = build(listing(*after), THINGS, view, NOW, before)
        assert carried.keys == anew.keys
        assert carried.counts == anew.counts
        assert [carried.cells(key) for key in anew.keys] == [anew.cells(key) for key in anew.keys]


def test_an_unchanged_row_is_not_judged_again() -> None:
    items = [item(f"n{number}") for number in range(9)]
    judged: list[Thing] = []

    def health(thing: Thing) -> Health:
        judged.append(thing)
        return THINGS.health(thing)

    resource = replace(THINGS, health=health)
    before = build(listing(*items), resource, View(), NOW)
    judged.clear()
    items[4] = item("n4", status="FAILED")
    rows = build(listing(*items), resource, View(), NOW, before)
    assert rows.keys[0] == "key:n4"
    assert set(map(id, judged)) == {id(items[4].value)}


def test_a_record_holds_raw_values_for_the_exports() -> None:
    started = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    rows = build(
        Listing((item("a", started=started, tasks=(3, 4)),), Phase.DONE), THINGS, View(), NOW
    )
    record = rows.record("key:a")
    assert record["name"] == "a"
    assert record["tasks"] == [3, 4]
    assert record["age"] == "2026-01-02T03:04:05Z"
    assert record["cpu"] is None


def test_rows_are_what_the_table_shows() -> None:
    rows: RowSource = build(listing(item("a\n")), THINGS, View(), NOW)
    assert [rows.name(key) for key in rows.keys] == ["a␊"]
