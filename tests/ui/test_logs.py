"""The log view: what one sees of lines and what its keys do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from textual.app import App
from textual.pilot import Pilot

from containerscope.logs.line import line_of
from containerscope.model.clock import SystemClock
from containerscope.model.listing import Problem, Why
from containerscope.model.log_source import Elsewhere, LogSource, Sources
from containerscope.resource import Clients
from containerscope.settings import Settings
from containerscope.ui.log_screen import LogScreen
from containerscope.ui.theme import first_theme, variable_defaults
from tests.logs.written import GROUP, WrittenLogs
from tests.waiting import screen_text, wait_for_text, wait_until_gone

WEB, DB = LogSource(GROUP, "web", "1f0c/web"), LogSource(GROUP, "db", "2a1b/db")


class Harness(App[None]):
    """An app that has nothing but a log view."""

    def __init__(self, screen: LogScreen, settings: Settings) -> None:
        super().__init__()
        spec = first_theme("", settings.themes_folder)
        self.register_theme(spec.textual())
        self.theme = spec.name
        self.logs = screen

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()

    def on_mount(self) -> None:
        self.push_screen(self.logs)


@asynccontextmanager
async def opened(
    logs: WrittenLogs, sources: Sources, width: int = 100, height: int = 20, **given: Any
) -> AsyncIterator[Pilot[None]]:
    settings = Settings(animation=False)

    async def find() -> Sources:
        return sources

    screen = LogScreen(cast("Clients", logs), settings, "service shop", find, line_of, **given)
    async with Harness(screen, settings).run_test(
        size=(width, height), notifications=True
    ) as pilot:
        yield pilot


@pytest.fixture
def logs() -> WrittenLogs:
    return WrittenLogs(clock=SystemClock(), tail_problem=None)


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


BOTH = Sources("service shop", (WEB, DB))


async def test_lines_of_all_containers_stand_by_time_each_with_its_source(
    logs: WrittenLogs,
) -> None:
    logs.write("db", "ready", ago=9000)
    logs.write("web", "GET /", ago=8000)
    async with opened(logs, BOTH) as pilot:
        text = await wait_for_text(pilot, "service shop › logs", "2 lines", "GET /")
        assert text.index("2a1b/db") < text.index("1f0c/web")


async def test_new_lines_appear_and_going_up_stops_following(logs: WrittenLogs) -> None:
    for number in range(40):
        logs.write("web", f"old {number}", ago=5000 - number)
    async with opened(logs, BOTH) as pilot:
        await wait_for_text(pilot, "live tail, following", "old 39")
        logs.write("web", "brand new")
        await wait_for_text(pilot, "brand new", "41 lines")
        await pilot.press("g")
        await wait_for_text(pilot, "old 0", "paused")
        logs.write("web", "unseen")
        await wait_for_text(pilot, "42 lines", "old 0")
        assert "unseen" not in screen_text(pilot.app)
        await pilot.press("G")
        await wait_for_text(pilot, "unseen", "following")


async def test_a_filter_narrows_while_it_is_typed_and_escape_clears_it(logs: WrittenLogs) -> None:
    logs.write("web", "GET /pay 200", ago=3000)
    logs.write("web", "GET /health 200", ago=2000)
    logs.write("web", "ERROR no db", ago=1000)
    async with opened(logs, BOTH) as pilot:
        await wait_for_text(pilot, "3 lines")
        await pilot.press("slash", *"!health")
        await wait_for_text(pilot, "2 of 3 lines")
        await pilot.press("enter", "L", "L")
        await wait_for_text(pilot, "1 of 3 lines", "ERROR no db", "errors")
        await pilot.press("escape")
        await wait_for_text(pilot, "3 lines", "/health")


async def test_a_bad_pattern_says_so_and_hides_nothing(logs: WrittenLogs) -> None:
    logs.write("web", "GET (x)", ago=3000)
    async with opened(logs, BOTH) as pilot:
        await wait_for_text(pilot, "1 lines")
        await pilot.press("slash", *"(")
        await wait_for_text(pilot, "no regular expression", "GET (x)")


async def test_json_lines_can_be_read_as_their_members(logs: WrittenLogs) -> None:
    logs.write("web", '{"level":"error","msg":"no db","trace":"abc"}', ago=3000)
    async with opened(logs, BOTH) as pilot:
        await wait_for_text(pilot, "no db  trace=abc")
        await pilot.press("J")
        await wait_for_text(pilot, '{"level":"error","msg":"no db"')


async def test_long_lines_wrap_and_scroll_sideways(logs: WrittenLogs) -> None:
    logs.write("web", "begin " + "x" * 150 + " end", ago=3000)
    async with opened(logs, BOTH, width=90) as pilot:
        await wait_for_text(pilot, "begin")
        assert " end" not in screen_text(pilot.app).partition("begin")[2]
        await pilot.press("w")
        await wait_for_text(pilot, "begin", "x end")
        await pilot.press("w", *["right"] * 6)
        await wait_for_text(pilot, "x end")


async def test_bookmarks_are_found_again(logs: WrittenLogs) -> None:
    for number in range(60):
        logs.write("web", f"line {number}.", ago=5000 - number)
    async with opened(logs, BOTH) as pilot:
        await wait_for_text(pilot, "line 59.")
        await pilot.press("g", "j", "j", "m")
        await wait_for_text(pilot, "◆")
        await pilot.press("G")
        await wait_for_text(pilot, "line 59.")
        await pilot.press("n")
        await wait_for_text(pilot, "◆", "line 2.")


async def test_what_logs_elsewhere_says_where(logs: WrittenLogs) -> None:
    sources = Sources("x", (), (Elsewhere("web", "FireLens, to Datadog"),))
    async with opened(logs, sources) as pilot:
        await wait_for_text(pilot, "web: FireLens, to Datadog")


async def test_a_denied_read_says_so(logs: WrittenLogs) -> None:
    logs.filter_problem = Problem(
        Why.DENIED, "logs:FilterLogEvents", "not allowed", permission="logs:FilterLogEvents"
    )
    logs.tail_problem = logs.filter_problem
    async with opened(logs, BOTH) as pilot:
        await wait_for_text(pilot, "▲", "not allowed", "logs:FilterLogEvents")


async def test_the_last_words_of_what_has_ended_are_not_followed(logs: WrittenLogs) -> None:
    end = SystemClock().now()
    logs.write("web", "long before", ago=600_000)
    logs.write("web", "panic: out of memory", ago=1000)
    ended = replace(WEB, ended=end.timestamp())
    sources = Sources("task 1f0c", (ended,), ended=end.timestamp())
    async with opened(logs, sources, since=120.0, until=end) as pilot:
        text = await wait_for_text(pilot, "panic: out of memory", "the last 120s before")
        assert "long before" not in text
        assert logs.calls["StartLiveTail"] == 0


async def test_the_shown_lines_are_saved_harmless_and_without_secrets(
    logs: WrittenLogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    logs.write("web", "password=hunter2 \x1b[31mred", ago=3000)
    logs.write("web", "other", ago=2000)
    async with opened(logs, BOTH) as pilot:
        await wait_for_text(pilot, "other")
        await pilot.press("slash", *"red", "enter")
        await wait_for_text(pilot, "1 of 2 lines", "save")
        await pilot.press("ctrl+s")
        await wait_for_text(pilot, "written:")
    (saved,) = files(tmp_path)
    assert saved.name.startswith("service-shop-")
    assert saved.stat().st_mode & 0o777 == 0o600
    assert "red" in saved.read_text(encoding="utf-8")
    for unwanted in ("hunter2", "\x1b", "other"):
        assert unwanted not in saved.read_text(encoding="utf-8")


async def test_another_time_reads_more(logs: WrittenLogs) -> None:
    logs.write("web", "an hour ago", ago=3_500_000)
    async with opened(logs, BOTH) as pilot:
        await wait_for_text(pilot, "No lines in this time")
        await pilot.press("5")
        await wait_for_text(pilot, "an hour ago", "since 6h")
        await pilot.press("1")
        await wait_until_gone(pilot, "an hour ago")
