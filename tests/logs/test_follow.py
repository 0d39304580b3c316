"""Following logs: merged by time, nothing lost, nothing repeated."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from containerscope.logs.follow import Wanted
from containerscope.model.listing import Problem, Why
from containerscope.model.log_source import LogSource
from tests.logs.written import GROUP, Reader, WrittenLogs, source


async def test_what_was_written_is_told_merged_by_time_over_pages_and_groups() -> None:
    logs = WrittenLogs(page=3)
    for at in range(10):
        logs.write("web" if at % 3 else "db", f"line {at}", ago=60_000 - at * 1000)
    async with Reader(logs, (source("web"), source("db"))) as reader:
        reader.start(Wanted(logs.now - 3_600_000, follow=False))
        await logs.clock.advance(5)
        assert reader.texts == [f"line {at}" for at in range(10)]
        assert logs.calls == {"FilterLogEvents": 4}
        assert reader.batches[-1].caught_up


async def test_streams_of_one_group_are_read_a_hundred_a_call() -> None:
    logs = WrittenLogs()
    async with Reader(logs, tuple(source(f"s{n}") for n in range(250))) as reader:
        reader.start(Wanted(logs.now - 1000, follow=False))
        await logs.clock.advance(5)
        assert [len(each["logStreamNames"]) for each in logs.asked] == [100, 100, 50]


async def test_lines_written_later_are_told_once_each() -> None:
    logs = WrittenLogs()
    async with Reader(logs, (source("web"),)) as reader:
        reader.start(Wanted(logs.now - 1000))
        await logs.clock.advance(5)
        logs.write("web", "first")
        logs.write("web", "again")
        logs.write("web", "again")
        await logs.clock.advance(60)
        assert reader.texts == ["first", "again", "again"]
        assert reader.modes == ["polling"]


async def test_a_live_tail_tells_within_a_second_and_repeats_nothing_of_the_past() -> None:
    logs = WrittenLogs(tail_problem=None)
    logs.write("web", "before", ago=2000)
    async with Reader(logs, (source("web"),)) as reader:
        reader.start(Wanted(logs.now - 10_000))
        await logs.clock.advance(3)
        logs.write("web", "now")
        await logs.clock.advance(1.2)
        assert reader.texts == ["before", "now"]
        assert reader.modes == ["live tail"]
        await logs.clock.advance(30)
        assert reader.texts == ["before", "now"]


async def test_where_a_live_tail_is_denied_lines_are_polled_for_and_it_is_tried_once() -> None:
    logs = WrittenLogs()
    async with Reader(logs, (source("web"),)) as reader:
        reader.start(Wanted(logs.now))
        await logs.clock.advance(120)
        assert logs.calls["StartLiveTail"] == 1
        assert reader.problems == []


async def test_a_live_tail_that_ends_begins_again() -> None:
    logs = WrittenLogs(tail_problem=None)
    async with Reader(logs, (source("web"),)) as reader:
        reader.start(Wanted(logs.now))
        await logs.clock.advance(3)
        logs.tail_problem = Problem(Why.UNREACHABLE, "logs:StartLiveTail", "gone")
        reader.sources = (source("web"), source("new"))
        await logs.clock.advance(20)
        logs.tail_problem = None
        logs.write("new", "hello")
        await logs.clock.advance(60)
        assert reader.texts == ["hello"]


async def test_new_tasks_join_with_all_they_have_written() -> None:
    logs = WrittenLogs()
    async with Reader(logs, (source("web"),)) as reader:
        reader.start(Wanted(logs.now - 1000))
        await logs.clock.advance(10)
        logs.write("web2", "I start")
        await logs.clock.advance(70)
        assert reader.texts == []
        reader.sources = (source("web"), source("web2"))
        await logs.clock.advance(20)
        assert reader.texts == ["I start"]


async def test_a_failing_call_is_told_and_the_lines_come_when_it_works_again() -> None:
    logs = WrittenLogs()
    async with Reader(logs, (source("web"),)) as reader:
        reader.start(Wanted(logs.now))
        await logs.clock.advance(5)
        logs.filter_problem = Problem(Why.THROTTLED, "logs:FilterLogEvents", "slow down")
        logs.write("web", "kept")
        await logs.clock.advance(20)
        assert reader.problems
        logs.filter_problem = None
        await logs.clock.advance(60)
        assert reader.texts == ["kept"]


async def test_a_stream_that_ended_is_not_polled_any_more() -> None:
    logs = WrittenLogs()
    ended = LogSource(GROUP, "old", "old", ended=logs.now / 1000 - 3600)
    logs.write("old", "last words", ago=3_600_000)
    async with Reader(logs, (ended, source("web"))) as reader:
        reader.start(Wanted(logs.now - 7_200_000))
        await logs.clock.advance(10)
        assert reader.texts == ["last words"]
        assert set(logs.asked[-1]["logStreamNames"]) == {"web"}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c"]),
            st.sampled_from(["x", "y"]),
            st.integers(0, 3000),
            st.integers(0, 20_000),
            st.integers(0, 8_000),
        ),
        max_size=40,
    ),
    st.sampled_from([1, 7, 10_000]),
    st.booleans(),
    st.sampled_from([2, 500]),
)
async def test_nothing_is_lost_and_nothing_repeated_whenever_it_is_written_and_taken_in(
    lines: list[tuple[str, str, int, int, int]], page: int, live: bool, most: int
) -> None:
    logs = WrittenLogs(page=page, most_a_second=most)
    if live:
        logs.tail_problem = None
    async with Reader(logs, tuple(source(stream) for stream in "abc")) as reader:
        reader.start(Wanted(logs.now - 10_000))
        for stream, text, pause, ago, late in lines:
            await logs.clock.advance(pause / 1000)
            logs.write(stream, text, ago=min(ago, 9_000), late=late)
        await logs.clock.advance(60)
        written = Counter((event.stream, event.text) for _, event in logs.written)
        told = Counter(
            (event.stream, event.text) for batch in reader.batches for event in batch.events
        )
        assert told == written
