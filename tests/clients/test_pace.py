"""The rate budget, under a virtual clock."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from containerscope.clients.pace import Bucket, Pace
from containerscope.clients.pace_buckets import rate_of
from tests.virtual_clock import VirtualClock


def test_a_full_bucket_lets_its_burst_through_at_once() -> None:
    bucket = Bucket(burst=5, per_second=1, now=0)
    for _ in range(5):
        assert bucket.wait(0) == 0
        bucket.take(0)
    assert bucket.wait(0) == pytest.approx(1)


def test_throttling_halves_the_rate_once_a_second_and_steps_recover_it() -> None:
    bucket = Bucket(burst=25, per_second=8, now=0)
    for _ in range(10):
        bucket.throttled(0)
    assert bucket.rate == 4
    assert bucket.wait(0) == pytest.approx(1 / 4)
    bucket.throttled(2)
    assert bucket.rate == pytest.approx((4 + 2 * 8 / 20) / 2)
    assert bucket.is_throttled(5)
    assert not bucket.is_throttled(40)
    assert bucket.rate == 8


def test_the_rate_never_falls_to_nothing() -> None:
    bucket = Bucket(burst=25, per_second=8, now=0)
    for second in range(100):
        bucket.throttled(second * 1.01)
    assert bucket.rate >= 8 / 16


@given(
    burst=st.floats(1, 100),
    rate=st.floats(0.05, 50),
    pauses=st.lists(st.floats(0, 5), max_size=60),
)
def test_no_more_is_taken_than_burst_and_refill_allow(
    burst: float, rate: float, pauses: list[float]
) -> None:
    bucket, now, taken = Bucket(burst, rate, now=0), 0.0, 0
    for pause in pauses:
        now += pause
        while bucket.wait(now) == 0 and taken < 10_000:
            bucket.take(now)
            taken += 1
        assert taken <= burst + rate * now + 1e-6


async def test_calls_leave_in_the_order_in_which_they_came() -> None:
    clock = VirtualClock()
    pace = Pace(25, clock)
    left: list[int] = []

    async def call(number: int) -> None:
        await pace.take("1", "eu-west-1", "ecs", "ListServices")
        left.append(number)

    calls = [asyncio.create_task(call(number)) for number in range(60)]
    await clock.settle()
    assert len(left) == 25
    assert pace.budget().waiting == 35
    await clock.advance(7.001)
    assert left == list(range(60))
    await asyncio.gather(*calls)


async def test_a_share_of_the_published_rate_is_kept() -> None:
    clock = VirtualClock()
    pace = Pace(25, clock)
    calls = [
        asyncio.create_task(pace.take("1", "eu-west-1", "ecs", "ListTasks")) for _ in range(1000)
    ]
    await clock.advance(10)
    done = sum(call.done() for call in calls)
    assert done == 25 + 10 * 5
    assert pace.budget().used == pytest.approx(5, rel=0.1)
    assert pace.budget().allowed == pytest.approx(5)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    assert pace.budget().waiting == 0


async def test_a_call_that_gives_up_waiting_uses_no_token() -> None:
    clock = VirtualClock()
    pace = Pace(1, clock)
    await pace.take("1", "eu-west-1", "ecs", "ListTasks")
    gone = asyncio.create_task(pace.take("1", "eu-west-1", "ecs", "ListTasks"))
    next_one = asyncio.create_task(pace.take("1", "eu-west-1", "ecs", "ListTasks"))
    await clock.settle()
    gone.cancel()
    await clock.advance(5.001)
    assert next_one.done()


async def test_without_a_limit_of_ours_nothing_waits_but_throttling_shows() -> None:
    clock = VirtualClock()
    pace = Pace(0, clock)
    for _ in range(500):
        await pace.take("1", "eu-west-1", "ecs", "ListTasks")
    assert pace.budget().allowed is None
    pace.throttled("1", "eu-west-1", "ecs", "ListTasks")
    assert pace.budget().throttled == ("ecs cluster resource read",)


async def test_regions_have_buckets_of_their_own_but_iam_has_one() -> None:
    clock = VirtualClock()
    pace = Pace(5, clock)
    for region in ("eu-west-1", "us-east-1"):
        await pace.take("1", region, "ecs", "ListServicesByNamespace")
    await pace.take("1", "eu-west-1", "iam", "GetRole")
    second = asyncio.create_task(pace.take("1", "us-east-1", "iam", "GetRole"))
    await clock.settle()
    assert not second.done()
    await clock.advance(2)
    assert second.done()


async def test_the_budget_used_before_the_account_was_known_is_the_accounts() -> None:
    clock = VirtualClock()
    pace = Pace(5, clock)
    for _ in range(5):
        await pace.take("dev", "eu-west-1", "ecs", "ListTasks")
    pace.settle("dev", "123456789012")
    more = asyncio.create_task(pace.take("123456789012", "eu-west-1", "ecs", "ListTasks"))
    await clock.settle()
    assert not more.done()
    await clock.advance(2)
    assert more.done()


def test_a_share_is_a_percentage() -> None:
    with pytest.raises(ValueError, match="percentage"):
        Pace(101, VirtualClock())


@pytest.mark.parametrize(
    ("service", "operation", "burst", "per_second"),
    [
        ("ecs", "DescribeServices", 100, 20),
        ("ecs", "ListServicesByNamespace", 10, 1),
        ("ecs", "DescribeDaemon", 10, 10),
        ("elbv2", "DescribeTargetHealth", 40, 10),
        ("cloudwatch", "DescribeAlarms", 9, 9),
    ],
)
def test_rates_are_those_that_aws_publishes(
    service: str, operation: str, burst: float, per_second: float
) -> None:
    rate = rate_of(service, operation)
    assert (rate.burst, rate.per_second) == (burst, per_second)
