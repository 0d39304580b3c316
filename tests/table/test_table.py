import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.events import MouseScrollDown

from containerscope.model.health import Level
from containerscope.ui.table import ResourceTable
from tests.table.source import Fake, TableApp, many


@pytest.mark.parametrize("theme", ["midnight", "terminal", "paper"])
async def test_what_goes_over_the_wire_is_small(theme: str) -> None:
    rows = many(5_000)
    app = TableApp(rows, theme)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.taken()
        app.table.show(many(5_000))
        await pilot.pause()
        assert app.taken() == ""
        changed = rows.but("service-00006", "status", "DRAINING", Level.WARNING)
        for step in ("bold", "plain again"):
            app.table.show(changed)
            await pilot.pause()
            assert 0 < len(app.taken().encode()) <= 1_000, step
        app.table.show(changed)
        await pilot.pause()
        assert app.taken() == ""
        app.table.action_cursor_down()
        await pilot.pause()
        assert 0 < len(app.taken().encode()) <= 1_500


async def test_a_changed_value_is_bold_for_one_refresh() -> None:
    rows = many(10)
    app = TableApp(rows)
    async with app.run_test(size=(120, 20)) as pilot:
        await pilot.pause()
        changed = rows.but("service-00005", "status", "FRESH").but("service-00005", "age", "9d")

        def bold() -> list[str]:
            strip = app.table.render_line(6)
            return [text.strip() for text, style, _ in strip if style and style.bold]

        app.table.show(changed)
        assert bold() == ["FRESH"]
        app.table.show(changed)
        assert bold() == []


@pytest.mark.parametrize("width", [80, 120, 200])
async def test_columns_fit_the_terminal(width: int) -> None:
    app = TableApp(many(100))
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.pause()
        lines = app.lines()
        assert lines[1].split()[1] == "service-00000"
        assert ("IMAGE" in lines[0]) == (width > 80)
        assert "STATUS" in lines[0]
        assert not app.table.show_horizontal_scrollbar
        assert all(app.table.render_line(y).cell_length == width - 1 for y in range(24))


async def test_the_first_frame_is_laid_out_already() -> None:
    app = TableApp(many(100))
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.pause()
        first = app.taken()
        assert "service-00000" in first
        assert "…" not in first.split("service-00000")[0]


async def test_too_narrow_for_what_never_gives_way_scrolls_sideways() -> None:
    headings = tuple(Fake(()).headings[index] for index in (0, 1))
    fixed = tuple(type(each)(each.field, each.title, priority=0) for each in headings)
    app = TableApp(Fake(("a-rather-long-name-of-a-service",), fixed))
    async with app.run_test(size=(22, 10)) as pilot:
        await pilot.pause()
        assert app.table.show_horizontal_scrollbar
        app.table.action_right()
        assert "ACTIVE" in app.lines()[1]


async def test_names_are_cut_in_the_middle_and_only_there() -> None:
    name = "a" * 40 + "-the-end"
    app = TableApp(Fake((name,)))
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.pause()
        assert "…" in app.lines()[1]
        assert "the-end" in app.lines()[1]


async def test_hostile_text_is_only_text() -> None:
    rows = many(3).but("service-00001", "name", "[/] [red]x[/red] 漢字漢字 e\u0301")
    app = TableApp(rows)
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.pause()
        assert "[/] [red]x[/red] 漢字漢字 e\u0301" in app.lines()[2]
        assert app.table.render_line(2).cell_length == 79


async def test_the_cursor_keeps_its_line_when_rows_come_above_it() -> None:
    rows = many(200)
    app = TableApp(rows)
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.pause()
        app.table.move_to(60)
        before = 60 - app.table.scroll_offset.y
        app.table.show(rows.of([*(f"new-{number}" for number in range(7)), *rows.keys]))
        await pilot.pause()
        assert app.table.cursor_key == "service-00060"
        assert 67 - app.table.scroll_offset.y == before


async def test_a_vanished_row_is_told_and_the_neighbour_taken() -> None:
    rows = many(5)
    app = TableApp(rows)
    async with app.run_test() as pilot:
        app.table.move_to(2)
        app.table.show(rows.of(key for key in rows.keys if key != "service-00002"))
        await pilot.pause()
        (lost,) = app.heard(ResourceTable.CursorLost)
        assert (lost.key, lost.now) == ("service-00002", "service-00003")
        assert app.heard(ResourceTable.Highlighted)[-1].key == "service-00003"


async def test_clicks_select_open_sort_and_mark() -> None:
    app = TableApp(many(50))
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.pause()
        await pilot.click(app.table, offset=(5, 4))
        assert app.table.cursor_key == "service-00003"
        assert app.heard(ResourceTable.Opened) == []
        await pilot.click(app.table, offset=(5, 4))
        await pilot.pause()
        assert [each.key for each in app.heard(ResourceTable.Opened)] == ["service-00003"]
        await pilot.click(app.table, offset=(5, 0))
        await pilot.pause()
        assert app.heard(ResourceTable.HeaderClicked)[0].field == "name"
        await pilot.click(app.table, offset=(5, 8), control=True)
        await pilot.pause()
        assert app.table.marks == {"service-00007"}
        assert len(app.heard(ResourceTable.MarksChanged)) == 1


async def test_the_wheel_scrolls_and_leaves_the_cursor() -> None:
    app = TableApp(many(500))
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.pause()
        await pilot._post_mouse_events([MouseScrollDown], app.table, (5, 5))
        await pilot.pause()
        assert app.table.visible_keys[0] == "service-00003"
        assert app.table.cursor_key == "service-00000"
        assert app.lines()[1].split()[1] == "service-00003"


async def test_search_goes_round_among_the_names() -> None:
    app = TableApp(many(100))
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.pause()
        assert app.table.find("0007")
        assert app.table.cursor_key == "service-00007"
        assert app.table.find("0007")
        assert app.table.find("E-0009", -1)
        assert app.table.cursor_key == "service-00099"
        underlined = [
            text
            for y in range(1, 24)
            for text, style, _ in app.table.render_line(y)
            if style and style.underline
        ]
        assert underlined == ["e-0009"] * sum(
            "service-0009" in key for key in app.table.visible_keys
        )
        assert not app.table.find("nothing")
        assert app.table.cursor_key == "service-00099"


async def test_a_message_stands_in_place_of_no_rows() -> None:
    app = TableApp(many(0))
    async with app.run_test(size=(80, 10)) as pilot:
        app.table.show_message("No services in [b]prod[/b]\x1b[31m", Level.WARNING)
        await pilot.pause()
        assert app.lines()[2].strip() == "No services in [b]prod[/b]␛[31m"
        app.table.show(many(2))
        await pilot.pause()
        assert "No services" not in "\n".join(app.lines())
        assert app.table.cursor_key == "service-00000"


async def test_a_changed_value_keeps_the_colour_of_its_level() -> None:
    rows = many(3)
    app = TableApp(rows)
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.pause()
        app.table.show(rows.but("service-00001", "status", "BROKEN", Level.FAILED))
        (style,) = [
            style for text, style, _ in app.table.render_line(2) if text.startswith("BROKEN")
        ]
        assert style is not None
        assert style.bold
        assert style.color is not None
        assert style.color.name == app.theme_variables["failed"]


async def test_ascii_and_dimmed_modes() -> None:
    app = TableApp(many(10))
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.pause()
        app.table.ascii = True
        app.table.dimmed = True
        app.table.mark_toggle()
        await pilot.pause()
        assert all(line.isascii() or "…" in line for line in app.lines())
        assert app.lines()[1].startswith("+")


async def test_a_resize_keeps_the_cursor_on_screen() -> None:
    app = TableApp(many(500))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.table.move_to(38)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "service-00038" in app.table.visible_keys
        assert "service-00038" in "\n".join(app.lines())


async def test_a_reset_forgets_and_finds_the_wanted_key() -> None:
    app = TableApp(many(500))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.table.mark_toggle()
        app.table.reset("service-00400")
        app.table.show(many(300), arriving=True)
        app.table.show(many(500))
        await pilot.pause()
        assert app.table.cursor_key == "service-00400"
        assert "service-00400" in app.table.visible_keys
        assert app.table.marks == frozenset()


KEYS = st.lists(st.integers(0, 60).map("s{}".format), unique=True, max_size=50)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(KEYS, st.integers(-30, 30), st.booleans()), min_size=1, max_size=6))
async def test_what_is_painted_is_what_a_fresh_paint_would_show(
    steps: list[tuple[list[str], int, bool]],
) -> None:
    app = TableApp(many(20))
    async with app.run_test(size=(90, 16)) as pilot:
        await pilot.pause()
        for keys, lines, mark in steps:
            cursor = app.table.cursor_key
            app.table.show(Fake(tuple(keys)))
            assert cursor not in keys or app.table.cursor_key == cursor
            app.table.move(lines)
            if mark:
                app.table.mark_toggle()
            await pilot.pause()
            painted = [app.table.render_line(y) for y in range(16)]
            app.table._painted.clear()
            assert painted == [app.table.render_line(y) for y in range(16)]
            assert app.table.cursor_key in (*app.table.visible_keys, None)
