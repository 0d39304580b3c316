"""What a person does and sees, on the demo account behind the real wire protocols."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from textual.pilot import Pilot

from containerscope.demo.server import RunningServer
from containerscope.ui.table import ResourceTable
from tests.ui.conftest import Start
from tests.waiting import screen_text, wait_for, wait_for_text, wait_until_gone


async def test_one_drills_from_clusters_to_containers_and_back(start: Start) -> None:
    async with start() as pilot:
        await wait_for_text(pilot, "clusters (5)", "✗ checkout", "1234-5678-9012", "eu-west-1")
        await pilot.press("enter")
        await wait_for_text(pilot, "clusters › checkout › services (14)", "payments:88")
        await pilot.press("enter")
        await wait_for_text(pilot, "checkout › payments › tasks", "CannotPullContainer")
        await pilot.press("enter")
        await wait_for_text(pilot, "› containers (", "log-router")
        for place in ("payments › tasks", "services (14)", "clusters (5)"):
            await pilot.press("escape")
            await wait_for_text(pilot, place)


async def test_history_goes_back_and_forward_and_finds_the_cursor_again(start: Start) -> None:
    async with start() as pilot:
        await wait_for_text(pilot, "clusters (5)", "1 failing", "no capacity", "node group")
        await pilot.press("j", "j", "j")
        await pilot.press("enter")
        await wait_for_text(pilot, "clusters › edge › services (5)", "geo-lookup")
        await pilot.press("left_square_bracket")
        await wait_for_text(pilot, "clusters (5)", "node group")
        await pilot.press("right_square_bracket")
        await wait_for_text(pilot, "edge › services (5)")
        await pilot.press("minus")
        await wait_for_text(pilot, "clusters (5)", "node group")
        await pilot.press("enter")
        await wait_for_text(pilot, "edge › services (5)")


async def test_a_filter_works_while_it_is_typed_and_escape_clears_it(start: Start) -> None:
    async with start(cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "thumbnails")
        await pilot.press("slash", *"pay")
        text = await wait_for_text(pilot, "services (1/14)", "filter: pay")
        assert "thumbnails" not in text
        await pilot.press("enter")
        await pilot.press("escape")
        await wait_for_text(pilot, "services (14)", "thumbnails")


async def test_a_bad_filter_says_so_and_hides_nothing(start: Start) -> None:
    async with start(cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "thumbnails")
        await pilot.press("slash", *"age<soon")
        await wait_for_text(pilot, "soon", "✗", "thumbnails")


async def test_a_command_lists_a_resource_of_every_cluster(start: Start) -> None:
    async with start() as pilot:
        await wait_for_text(pilot, "clusters (5)")
        await pilot.press("colon", *"svc")
        await wait_for_text(pilot, "services             svc")
        await pilot.press("enter")
        await wait_for_text(pilot, "services (25)", "CLUSTER", "complete")


async def test_an_unknown_command_is_answered_on_the_line(start: Start) -> None:
    async with start() as pilot:
        await wait_for_text(pilot, "clusters (5)")
        await pilot.press("colon", *"zzqx", "enter")
        await wait_for_text(pilot, "no command or resource is called 'zzqx'")
        await pilot.press("escape")
        await wait_until_gone(pilot, "zzqx")


async def test_sorting_goes_by_column_and_turns_around(start: Start) -> None:
    async with start(cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        await pilot.press("less_than_sign")
        await wait_for_text(pilot, "sort: NAME ↑")
        await pilot.press("tilde")
        text = await wait_for_text(pilot, "sort: NAME ↓")
        assert text.index("web:203") < text.index("cart:41")


async def test_the_detail_shows_tabs_and_the_raw_item(start: Start) -> None:
    async with start(cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        await pilot.press("d")
        await wait_for_text(pilot, "1 Overview", "6 tasks of the new deployment failed")
        await pilot.press("2")
        await wait_for_text(pilot, "Circuit breaker")
        await pilot.press("y")
        await wait_for_text(pilot, '"serviceName": "payments"')
        await pilot.press("y")
        await wait_for_text(pilot, "serviceName: payments")
        await pilot.press("slash", *"desired", "enter", "c")
        await wait_for(pilot, lambda: pilot.app.clipboard == "4", "copied the value of the line")
        await pilot.press("escape", "escape")
        await wait_until_gone(pilot, "serviceName")


async def test_copying_takes_the_name_or_the_arn(start: Start) -> None:
    async with start(cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        await pilot.press("c")
        await wait_for(pilot, lambda: pilot.app.clipboard == "payments", "copied the name")
        await pilot.press("C")
        arn = "arn:aws:ecs:eu-west-1:123456789012:service/checkout/payments"
        await wait_for(pilot, lambda: pilot.app.clipboard == arn, "copied the ARN")
        await pilot.press("o")
        link = "https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/checkout/services/payments"
        await wait_for(pilot, lambda: pilot.app.clipboard.startswith(link), "copied the link")


async def test_marks_are_counted_and_cleared(start: Start) -> None:
    async with start(cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        await pilot.press("space", "j", "j", "v")
        await wait_for_text(pilot, "3 marked")
        await pilot.press("V")
        await wait_until_gone(pilot, "marked")


async def test_only_problems_are_shown_on_request(start: Start) -> None:
    async with start(cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        await pilot.press("exclamation_mark")
        text = await wait_for_text(pilot, "problems only", "payments")
        assert "thumbnails" not in text


async def test_the_menu_and_the_help_are_made_from_the_key_table(start: Start) -> None:
    async with start(cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        await pilot.press("a")
        await wait_for_text(pilot, "service payments", "open tasks", "Scale: set the desired count")
        await pilot.press(*"console")
        await wait_for_text(pilot, "Link to the AWS console")
        await pilot.press("escape")
        await wait_until_gone(pilot, "Link to the AWS console")
        await pilot.press("question_mark")
        await wait_for_text(pilot, "Keys and commands", "Drill down")
        await pilot.press("escape")
        await wait_until_gone(pilot, "Keys and commands")


async def test_a_region_switch_shows_the_rows_of_the_new_region_only(start: Start) -> None:
    async with start() as pilot:
        await wait_for_text(pilot, "clusters (5)", "eu-west-1")
        await pilot.press("colon", *"region us-east-1", "enter")
        text = await wait_for_text(pilot, "us-east-1", "clusters")
        assert "eu-west-1" not in text.splitlines()[0]


async def test_a_small_terminal_keeps_account_region_and_read_only(start: Start) -> None:
    async with start(80, 24, read_only=True) as pilot:
        await wait_for_text(pilot, "1234-5678-9012", "eu-west-1", "READ-ONLY", "✗ checkout")
        await pilot.press("enter")
        await wait_for_text(pilot, "services (14)", "✗ payments")
        await pilot.press("d")
        await wait_for_text(pilot, "6 tasks of the new deployment failed")
        assert "thumbnails" not in screen_text(pilot.app)
        await pilot.press("escape")
        await wait_for_text(pilot, "thumbnails")


async def test_a_wide_terminal_has_the_detail_beside_the_table(start: Start) -> None:
    async with start(200, 60, cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        await pilot.press("g", "d")
        text = await wait_for_text(pilot, "1 Overview")
        assert any("NAME" in line and "1 Overview" in line for line in text.splitlines())
        await pilot.resize_terminal(100, 24)
        await wait_for_text(pilot, "1 Overview", "payments")


async def test_ascii_mode_shows_no_other_glyph_of_ours(start: Start) -> None:
    async with start(ascii=True) as pilot:
        text = await wait_for_text(pilot, "clusters (5)", "x checkout", "complete")
        assert text.isascii()


async def test_the_shown_table_is_exported(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    async with start() as pilot:
        await wait_for_text(pilot, "clusters (5)", "complete")
        await pilot.press("colon", *f"export csv {file}", "enter")
        await wait_for(pilot, lambda: file.exists() and bool(file.read_text()), "wrote the file")
    assert file.read_text().splitlines()[0].startswith("name,")


async def test_the_next_run_begins_where_this_one_ended(start: Start) -> None:
    async with start() as pilot:
        await wait_for_text(pilot, "clusters (5)", "complete")
        await pilot.press("enter")
        await wait_for_text(pilot, "services (14)", "complete")
        await pilot.press("less_than_sign")
        await wait_for_text(pilot, "sort: NAME ↑")
    async with start() as pilot:
        await wait_for_text(pilot, "checkout › services (14)", "sort: NAME ↑")
        await pilot.press("q")
        await wait_for_text(pilot, "clusters (5)")


async def test_a_list_that_reads_only_what_is_seen_reads_it_and_what_comes_in_sight(
    start: Start, account: RunningServer
) -> None:
    async with start(height=16, refresh=600.0) as pilot:
        await wait_for_text(pilot, "clusters (5)", "complete")
        await pilot.press("colon", *"taskdefs", "enter")
        await wait_for_text(pilot, "taskdefs (28)", "accounts", "44")
        await wait_until_gone(pilot, "…")
        read = account.calls["ecs:DescribeTaskDefinition"]
        assert read < 28
        await pilot.press("G")
        text = await wait_for_text(pilot, "web", "203")
        await wait_until_gone(pilot, "…")
        assert "accounts" not in text
        assert account.calls["ecs:ListTaskDefinitionFamilies"] <= 3


async def test_a_filter_by_a_value_reads_the_rows_out_of_sight_too(
    start: Start, account: RunningServer
) -> None:
    async with start(height=12, refresh=600.0) as pilot:
        await pilot.press("colon", *"taskdefs", "enter")
        await wait_for_text(pilot, "taskdefs (28)", "complete")
        await pilot.press("slash", *"revision=203", "enter")
        await wait_for_text(pilot, "taskdefs (1/28)", "web", "203")
        assert account.calls["ecs:DescribeTaskDefinition"] == 28


async def test_n_walks_through_the_rows_that_the_last_filter_kept(start: Start) -> None:
    async with start(cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        await pilot.press("slash", *"taskdef:ca", "enter")
        await wait_for_text(pilot, "services (3/14)", "next")
        await pilot.press("escape")
        await wait_for_text(pilot, "services (14)", "thumbnails")
        table = pilot.app.screen.query_one(ResourceTable)
        seen = []
        for key in ("n", "n", "n", "n", "N", "N"):
            await pilot.press(key)
            seen.append((table.cursor_key or "").rpartition("/")[2])
        assert sorted(seen[:3]) == ["cart", "catalog", "notifications"]
        assert seen[3:] == [seen[0], seen[2], seen[1]]


async def test_sorting_walks_through_the_columns_on_screen(start: Start) -> None:
    async with start(width=80, height=24, cluster="checkout") as pilot:
        await wait_for_text(pilot, "services (14)", "complete")
        head = screen_text(pilot.app).splitlines()[2].replace("↑", "").replace("CPU %", "CPU_%")
        titles = [title.replace("_", " ") for title in head.split()]
        assert "DEPLOYED" not in titles
        for title in (*titles[2:], titles[0]):
            await pilot.press("greater_than_sign")
            sort = re.compile(f"{title} [↑↓]")
            await wait_for(pilot, partial(_shows, pilot, sort), f"sorted by {title}")


def _shows(pilot: Pilot[int], pattern: re.Pattern[str]) -> bool:
    return pattern.search(screen_text(pilot.app)) is not None


async def test_a_remark_does_not_hide_what_is_wrong(start: Start, tmp_path: Path) -> None:
    async with start(width=80, height=24, remarks=True, cluster="checkout") as pilot:
        await wait_for_text(pilot, "✗ payments: 6/10 failures")
        await pilot.press("colon", *f"export csv {tmp_path}/a-rather-long-name.csv", "enter")
        text = await wait_for_text(pilot, "written:")
        assert "✗ payments: 6/10 failures" in text.splitlines()[22]
        assert text.splitlines()[23].startswith(" enter tasks")
