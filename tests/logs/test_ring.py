"""The lines that a log view holds, and its filter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from containerscope.block import LogLine
from containerscope.logs.ring import LogFilterError, LogRing, read_log_filter
from containerscope.model.health import Level

START = datetime(2026, 11, 24, 12, tzinfo=UTC)


def line(text: str, second: float = 0, level: Level = Level.NONE) -> LogLine:
    return LogLine(START + timedelta(seconds=second), "web", text, level)


def texts(ring: LogRing) -> list[str]:
    return [each.text for each in ring.shown]


def test_lines_that_arrive_late_find_their_place() -> None:
    ring = LogRing()
    ring.add([line("a", 1), line("c", 3)])
    ring.add([line("b", 2)])
    assert texts(ring) == ["a", "b", "c"]


def test_the_oldest_go_first_and_are_counted() -> None:
    ring = LogRing(most=10)
    for number in range(12_000):
        ring.add([line(str(number), number)])
    assert texts(ring)[-1] == "11999"
    assert len(ring.lines) + ring.dropped == 12_000
    assert len(ring.lines) <= 5010


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("", ["GET /pay 200", "GET /health 200", "timeout of db", "slow db"]),
        ("get", ["GET /pay 200", "GET /health 200"]),
        ("GET !health", ["GET /pay 200"]),
        ("timeout|slow", ["timeout of db", "slow db"]),
        ('"of db"', ["timeout of db"]),
        ('"of d', ["timeout of db"]),
        ("level:warn", ["timeout of db", "slow db"]),
        ("level:error", ["timeout of db"]),
        (r"/\w+\s2", ["GET /pay 200", "GET /health 200"]),
    ],
)
def test_a_filter_keeps_what_matches_all_its_parts(source: str, kept: list[str]) -> None:
    ring = LogRing()
    ring.add([line("GET /pay 200"), line("GET /health 200", 1)])
    ring.show_only(read_log_filter(source))
    ring.add([line("timeout of db", 2, Level.FAILED), line("slow db", 3, Level.WARNING)])
    assert texts(ring) == kept


@pytest.mark.parametrize("source", ["level:loud", "(", "a{99999999999}"])
def test_a_filter_that_cannot_be_read_says_what_is_wrong(source: str) -> None:
    with pytest.raises(LogFilterError, match=r"level:error|no regular expression"):
        read_log_filter(source)
