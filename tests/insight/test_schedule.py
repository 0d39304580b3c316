"""When a scheduled action runs next, in every way that AWS lets it be written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from containerscope.insight.cron import Cron, CronError, parse_cron
from containerscope.insight.schedule import next_run
from containerscope.model.scaling import ScheduledAction

TUESDAY = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def runs(text: str, after: str, count: int = 3) -> str:
    """The next runs of a cron expression, without a zone."""
    cron, moment = parse_cron(text), datetime.fromisoformat(after)
    found = []
    for _ in range(count):
        at = cron.after(moment)
        if at is None:
            break
        found.append(f"{at:%a %y-%m-%d %H:%M}")
        moment = at
    return ", ".join(found)


def action(schedule: str | None, zone: str | None = None, **more: Any) -> ScheduledAction:
    return ScheduledAction(schedule=schedule, timezone=zone, **more)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 10 * * ? *", "Tue 26-11-24 10:00, Wed 26-11-25 10:00, Thu 26-11-26 10:00"),
        ("15 12 * * ? *", "Tue 26-11-24 12:15, Wed 26-11-25 12:15, Thu 26-11-26 12:15"),
        ("0 18 ? * MON-FRI *", "Tue 26-11-24 18:00, Wed 26-11-25 18:00, Thu 26-11-26 18:00"),
        ("0 8 1 * ? *", "Tue 26-12-01 08:00, Fri 27-01-01 08:00, Mon 27-02-01 08:00"),
        ("0/15 * * * ? *", "Tue 26-11-24 00:15, Tue 26-11-24 00:30, Tue 26-11-24 00:45"),
        ("0/5 8-17 ? * MON-FRI *", "Tue 26-11-24 08:00, Tue 26-11-24 08:05, Tue 26-11-24 08:10"),
        ("15 10 ? * 6L 2019-2027", "Fri 26-11-27 10:15, Fri 26-12-25 10:15, Fri 27-01-29 10:15"),
        ("0 0 ? * 3#2 *", "Tue 26-12-08 00:00, Tue 27-01-12 00:00, Tue 27-02-09 00:00"),
        ("0 0 ? * TUE#5 *", "Tue 26-12-29 00:00, Tue 27-03-30 00:00, Tue 27-06-29 00:00"),
        ("0 0 L * ? *", "Mon 26-11-30 00:00, Thu 26-12-31 00:00, Sun 27-01-31 00:00"),
        ("0 0 L 2 ? *", "Sun 27-02-28 00:00, Tue 28-02-29 00:00, Wed 29-02-28 00:00"),
        ("0 0 L-2 * ? *", "Sat 26-11-28 00:00, Tue 26-12-29 00:00, Fri 27-01-29 00:00"),
        ("0 0 LW * ? *", "Mon 26-11-30 00:00, Thu 26-12-31 00:00, Fri 27-01-29 00:00"),
        ("0 0 29 2 ? *", "Tue 28-02-29 00:00, Sun 32-02-29 00:00, Fri 36-02-29 00:00"),
        ("0 0 ? * L *", "Sat 26-11-28 00:00, Sat 26-12-05 00:00, Sat 26-12-12 00:00"),
        ("0 0 ? * 1 *", "Sun 26-11-29 00:00, Sun 26-12-06 00:00, Sun 26-12-13 00:00"),
        ("0 22-2 ? * SUN *", "Sun 26-11-29 00:00, Sun 26-11-29 01:00, Sun 26-11-29 02:00"),
        ("0 0 ? * FRI-MON *", "Fri 26-11-27 00:00, Sat 26-11-28 00:00, Sun 26-11-29 00:00"),
        ("0 0 1 NOV-FEB ? *", "Tue 26-12-01 00:00, Fri 27-01-01 00:00, Mon 27-02-01 00:00"),
        ("0 0 1 1/3 ? *", "Fri 27-01-01 00:00, Thu 27-04-01 00:00, Thu 27-07-01 00:00"),
        ("5,50 3 1,15,L * ? *", "Mon 26-11-30 03:05, Mon 26-11-30 03:50, Tue 26-12-01 03:05"),
        ("0 12 ? * mon,wed *", "Wed 26-11-25 12:00, Mon 26-11-30 12:00, Wed 26-12-02 12:00"),
        ("0 0 ? * 2#1,6#3 *", "Mon 26-12-07 00:00, Fri 26-12-18 00:00, Mon 27-01-04 00:00"),
        ("0 12 * * * *", "Tue 26-11-24 12:00, Wed 26-11-25 12:00, Thu 26-11-26 12:00"),
        ("0 0 1 1 ? 2027,2030", "Fri 27-01-01 00:00, Tue 30-01-01 00:00"),
        ("0 0 31 2 ? *", ""),
        ("0 0 ? * * 2025", ""),
    ],
)
def test_a_cron_expression_means_what_aws_means_by_it(text: str, expected: str) -> None:
    assert runs(text, "2026-11-24T00:00") == expected


@pytest.mark.parametrize(
    ("text", "month", "day"),
    [
        ("15W", "2026-08", 14),  # a Saturday: the Friday before
        ("15W", "2026-11", 16),  # a Sunday: the Monday after
        ("15W", "2026-10", 15),
        ("1W", "2026-08", 3),  # a Saturday that must not leave the month
        ("1W", "2026-11", 2),
        ("31W", "2027-01", 29),  # a Sunday at the end
        ("30W", "2026-05", 29),
    ],
)
def test_the_nearest_workday_stays_in_its_month(text: str, month: str, day: int) -> None:
    found = runs(f"0 0 {text} * ? *", f"{month}-01T00:00", 1)
    first = parse_cron(f"0 0 {text} * ? *").after(
        datetime.fromisoformat(f"{month}-01T00:00") - timedelta(minutes=1)
    )
    assert first is not None
    assert (first.strftime("%Y-%m"), first.day) == (month, day), found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("* * * * *", "six fields, this one 5"),
        ("60 * * * ? *", "minutes go from 0 to 59, not 60"),
        ("0 24 * * ? *", "hours go from 0 to 23, not 24"),
        ("0 0 0 * ? *", "days of month go from 1 to 31, not 0"),
        ("0 0 ? * 8 *", "days of week go from 1 to 7, not 8"),
        ("0 0 ? * ? *", "cannot both be ?"),
        ("0 0 1 * MON *", "one of day of month and day of week has to be ?"),
        ("0 0 ? * MON#6 *", "weeks of month go from 1 to 5, not 6"),
        ("0 0 1 FOO ? *", "months go from 1 to 12, not FOO"),
        ("0/0 0 * * ? *", "steps of minutes go from 1 to 59, not 0"),
        ("1,,2 0 * * ? *", "not nothing"),
        ("-5 0 * * ? *", "not nothing"),
        ("٣ 0 * * ? *", "not ٣"),
    ],
)
def test_what_is_no_expression_says_why(text: str, why: str) -> None:
    with pytest.raises(CronError, match=why.replace("?", r"\?")):
        parse_cron(text)


@given(
    minutes=st.sets(st.integers(0, 59), min_size=1, max_size=4),
    hours=st.sets(st.integers(0, 23), min_size=1, max_size=4),
    weekdays=st.sets(st.integers(1, 7), min_size=1, max_size=3),
    start=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
)
def test_the_next_run_is_the_first_minute_that_fits(
    minutes: set[int], hours: set[int], weekdays: set[int], start: datetime
) -> None:
    text = f"{_commas(minutes)} {_commas(hours)} ? * {_commas(weekdays)} *"
    moment = start.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while not (
        moment.minute in minutes
        and moment.hour in hours
        and moment.isoweekday() % 7 + 1 in weekdays
    ):
        moment += timedelta(minutes=1)
    assert parse_cron(text).after(start) == moment


def _commas(values: set[int]) -> str:
    return ",".join(str(value) for value in sorted(values))


def test_a_cron_is_a_value_and_can_be_compared() -> None:
    assert parse_cron("0 0 L * ? *") == parse_cron(" 0  0 l * ? * ")
    assert isinstance(parse_cron("0 0 L * ? *"), Cron)


@pytest.mark.parametrize(
    ("schedule", "zone", "now", "expected"),
    [
        ("cron(0 22 * * ? *)", None, "2026-11-24T12:00Z", "2026-11-24T22:00Z"),
        ("cron(0 22 * * ? *)", "UTC", "2026-11-24T22:00Z", "2026-11-25T22:00Z"),
        ("cron(0 22 * * ? *)", "Europe/Berlin", "2026-11-24T12:00Z", "2026-11-24T21:00Z"),
        ("cron(0 22 * * ? *)", "Europe/Berlin", "2026-07-24T12:00Z", "2026-07-24T20:00Z"),
        ("CRON(0 9 ? * MON-FRI *)", "America/New_York", "2026-11-27T15:00Z", "2026-11-30T14:00Z"),
        # 28 March 2027: 02:00 to 03:00 does not exist in Berlin.
        ("cron(30 2 * * ? *)", "Europe/Berlin", "2027-03-27T12:00Z", "2027-03-29T00:30Z"),
        ("cron(30 2 28 3 ? 2027)", "Europe/Berlin", "2027-03-27T12:00Z", "runs no more"),
        ("cron(* * * * ? *)", "Europe/Berlin", "2027-03-28T00:59Z", "2027-03-28T01:00Z"),
        # 31 October 2027: 02:00 to 03:00 comes twice, first in summer time.
        ("cron(30 2 * * ? *)", "Europe/Berlin", "2027-10-30T12:00Z", "2027-10-31T00:30Z"),
        ("cron(30 2 * * ? *)", "Europe/Berlin", "2027-10-31T00:30Z", "2027-11-01T01:30Z"),
        ("cron(0/30 * * * ? *)", "Europe/Berlin", "2027-10-31T00:40Z", "2027-10-31T02:00Z"),
        ("cron(* * * * ? *)", "Europe/Berlin", "2027-10-31T01:05Z", "2027-10-31T02:00Z"),
        ("at(2026-12-01T08:00:00)", None, "2026-11-24T12:00Z", "2026-12-01T08:00Z"),
        ("at(2026-12-01T08:00:00)", "Asia/Tokyo", "2026-11-24T12:00Z", "2026-11-30T23:00Z"),
        ("at(2026-11-24T08:00:00)", None, "2026-11-24T12:00Z", "runs no more"),
        ("at(tomorrow)", None, "2026-11-24T12:00Z", "cannot be read"),
        ("every day", None, "2026-11-24T12:00Z", "the schedule every day cannot be read"),
        ("cron(0 22 * *)", None, "2026-11-24T12:00Z", "six fields, this one 4"),
        ("cron(0 22 * * ? *)", "Mars/Olympus", "2026-11-24T12:00Z", "time zone Mars/Olympus"),
        ("cron(0 22 * * ? *)", "../../etc/passwd", "2026-11-24T12:00Z", "time zone"),
        (None, None, "2026-11-24T12:00Z", "the schedule cannot be read"),
        ("rate(0 minutes)", None, "2026-11-24T12:00Z", "no rate"),
        ("rate(5 minutes)", None, "2026-11-24T12:00Z", "not known when it began"),
        ("rate(999999999 days)", None, "2026-11-24T12:00Z", "cannot be read"),
    ],
)
def test_a_schedule_runs_next_in_its_own_zone(
    schedule: str | None, zone: str | None, now: str, expected: str
) -> None:
    found = next_run(action(schedule, zone), datetime.fromisoformat(now))
    said = f"{found.at:%Y-%m-%dT%H:%MZ}" if found.at else found.why
    assert expected in said


@pytest.mark.parametrize(
    ("rate", "minutes"), [("5 minutes", 3), ("1 minute", 1), ("2 hours", 53), ("1 day", 1373)]
)
def test_a_rate_counts_from_its_start(rate: str, minutes: int) -> None:
    since, schedule = TUESDAY - timedelta(minutes=67), f"rate({rate})"
    for each in (action(schedule, start_time=since), action(schedule, creation_time=since)):
        assert next_run(each, TUESDAY).at == TUESDAY + timedelta(minutes=minutes)


def test_a_rate_that_has_not_begun_runs_first_at_its_start() -> None:
    start = TUESDAY + timedelta(days=3)
    assert next_run(action("rate(1 hour)", start_time=start), TUESDAY).at == start


def test_a_run_at_the_very_start_counts_and_none_before_it() -> None:
    start = datetime(2026, 12, 24, 22, 0, tzinfo=UTC)
    assert next_run(action("cron(0 22 * * ? *)", start_time=start), TUESDAY).at == start


def test_nothing_runs_after_the_end() -> None:
    end = TUESDAY + timedelta(hours=1)
    found = next_run(action("cron(0 22 * * ? *)", end_time=end), TUESDAY)
    assert (found.at, found.why) == (None, "it has ended")


@given(st.text(max_size=30))
def test_any_text_at_all_is_answered_with_a_sentence(text: str) -> None:
    for schedule in (text, f"cron({text})", f"rate({text})", f"at({text})"):
        found = next_run(action(schedule, text[:10], creation_time=TUESDAY), TUESDAY)
        assert found.at is not None or found.why
