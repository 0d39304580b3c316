"""Metrics of the demo account: asked for over the wire, the same however often one asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from containerscope.demo import load
from containerscope.demo.account import demo_world
from containerscope.demo.clock import START, StillClock
from containerscope.demo.cloudwatch_math import evaluate
from containerscope.demo.cloudwatch_metrics import NAMESPACES, find, known
from containerscope.demo.cloudwatch_sample import statistic
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.scale import Scale
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from tests.demo.conftest import Connect


@pytest.fixture
async def cloudwatch(account: RunningServer, connect: Connect) -> Any:
    """A CloudWatch client of the demo account."""
    return await connect(account, "cloudwatch")


def query(
    key: str,
    name: str,
    service: str,
    *,
    cluster: str = "checkout",
    period: int = 60,
    stat: str = "Average",
) -> dict[str, Any]:
    """A query for a metric of a service."""
    dimensions = [
        {"Name": "ClusterName", "Value": cluster},
        {"Name": "ServiceName", "Value": service},
    ]
    metric = {"Namespace": "AWS/ECS", "MetricName": name, "Dimensions": dimensions}
    return {"Id": key, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}


async def data(client: Any, *queries: dict[str, Any], hours: float = 3, **more: Any) -> Any:
    """The results of the queries for the last hours, by their ids."""
    asked = {"StartTime": START - timedelta(hours=hours), "EndTime": START, **more}
    found = await client.get_metric_data(MetricDataQueries=list(queries), **asked)
    return {each["Id"]: each for each in found["MetricDataResults"]}


async def test_cart_is_busy_at_its_maximum_and_its_load_has_grown(cloudwatch: Any) -> None:
    found = await data(cloudwatch, query("cpu", "CPUUtilization", "cart"))
    values = found["cpu"]["Values"]
    assert len(values) == 180
    assert 85 < values[0] < 97
    assert values[-1] < 60
    assert found["cpu"]["Label"] == "CPUUtilization"
    times = found["cpu"]["Timestamps"]
    assert times == sorted(times, reverse=True)
    assert times[0] == datetime(2026, 11, 24, 14, 11, tzinfo=UTC)


async def test_a_minute_that_is_not_over_has_no_datum(
    cloudwatch: Any, account: RunningServer, still_clock: StillClock
) -> None:
    asked = query("cpu", "CPUUtilization", "web")
    before = (await data(cloudwatch, asked))["cpu"]
    still_clock.advance(29.9)
    assert (await data(cloudwatch, asked))["cpu"]["Timestamps"] == before["Timestamps"]
    still_clock.advance(0.1)
    later = await data(cloudwatch, asked, EndTime=START + timedelta(minutes=5))
    assert later["cpu"]["Timestamps"][0] == datetime(2026, 11, 24, 14, 12, tzinfo=UTC)


async def test_oldest_first_labels_and_hidden_queries_are_as_asked(cloudwatch: Any) -> None:
    hidden = {**query("m1", "CPUUtilization", "web"), "ReturnData": False}
    half = {"Id": "e1", "Expression": "m1 / 2", "Label": "half"}
    plain = query("m2", "CPUUtilization", "web")
    found = await data(cloudwatch, hidden, half, plain, ScanBy="TimestampAscending")
    assert set(found) == {"e1", "m2"}
    assert found["e1"]["Label"] == "half"
    times = found["m2"]["Timestamps"]
    assert times == sorted(times)
    assert found["e1"]["Values"] == pytest.approx([each / 2 for each in found["m2"]["Values"]])


async def test_more_datapoints_than_an_answer_holds_come_in_pages(cloudwatch: Any) -> None:
    queries = [query(f"m{each}", "CPUUtilization", "web") for each in range(3)]
    whole = await data(cloudwatch, *queries)
    found: dict[str, list[float]] = {}
    token: dict[str, str] = {}
    pages = 0
    while True:
        page = await cloudwatch.get_metric_data(
            MetricDataQueries=queries,
            StartTime=START - timedelta(hours=3),
            EndTime=START,
            MaxDatapoints=100,
            **token,
        )
        pages += 1
        for each in page["MetricDataResults"]:
            found.setdefault(each["Id"], []).extend(each["Values"])
        assert sum(len(each["Values"]) for each in page["MetricDataResults"]) <= 100
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert pages == 6
    assert found == {key: each["Values"] for key, each in whole.items()}


async def test_the_limits_of_a_call_are_those_of_aws(cloudwatch: Any) -> None:
    many = [query(f"m{each}", "CPUUtilization", "web") for each in range(501)]
    with pytest.raises(ClientError, match="500"):
        await data(cloudwatch, *many)
    with pytest.raises(ClientError, match="StartTime must be less"):
        await data(cloudwatch, many[0], StartTime=START + timedelta(hours=1))
    with pytest.raises(ClientError, match="Stat"):
        await data(cloudwatch, query("m1", "CPUUtilization", "web", stat="Mean"))
    with pytest.raises(ClientError, match="Period"):
        await data(cloudwatch, query("m1", "CPUUtilization", "web", period=61))
    twice = query("m1", "CPUUtilization", "web")
    with pytest.raises(ClientError, match="not unique"):
        await data(cloudwatch, twice, twice)


async def test_what_nobody_sends_is_empty_and_no_error(cloudwatch: Any) -> None:
    found = await data(cloudwatch, query("m1", "CPUUtilization", "nobody"))
    assert found["m1"]["Values"] == []
    assert found["m1"]["StatusCode"] == "Complete"


async def test_one_minute_data_are_kept_for_fifteen_days(cloudwatch: Any) -> None:
    asked: dict[str, Any] = {
        "StartTime": START - timedelta(days=30),
        "EndTime": START - timedelta(days=20),
    }
    minutes = await data(cloudwatch, query("m1", "CPUUtilization", "web"), **asked)
    assert minutes["m1"]["Values"] == []
    hours = await data(cloudwatch, query("m1", "CPUUtilization", "web", period=3600), **asked)
    assert len(hours["m1"]["Values"]) == 241


async def test_nights_are_quieter_than_days(cloudwatch: Any) -> None:
    asked = query("m1", "CPUUtilization", "web", period=3600)
    found = await data(cloudwatch, asked, hours=48)
    values = found["m1"]["Values"]
    assert max(values) > 2 * min(values)
    assert values[:24] != values[24:]


async def test_statistics_of_one_metric_agree_with_its_data(cloudwatch: Any) -> None:
    metric = query("m1", "CPUUtilization", "cart")["MetricStat"]["Metric"]
    found = await cloudwatch.get_metric_statistics(
        **metric,
        StartTime=START - timedelta(minutes=10),
        EndTime=START,
        Period=60,
        Statistics=["Average", "Maximum", "SampleCount"],
        ExtendedStatistics=["p99"],
    )
    points = sorted(found["Datapoints"], key=lambda each: each["Timestamp"], reverse=True)
    values = (await data(cloudwatch, query("m1", "CPUUtilization", "cart")))["m1"]["Values"]
    assert [each["Average"] for each in points] == pytest.approx(values[: len(points)])
    assert {each["SampleCount"] for each in points} == {20.0}
    for each in points:
        assert each["Average"] < each["ExtendedStatistics"]["p99"] <= each["Maximum"] <= 100
        assert each["Unit"] == "Percent"


async def test_metrics_are_listed_by_namespace_name_and_dimensions(cloudwatch: Any) -> None:
    asked = {"Namespace": "AWS/ECS", "Dimensions": [{"Name": "ServiceName", "Value": "cart"}]}
    found = (await cloudwatch.list_metrics(**asked))["Metrics"]
    assert {each["MetricName"] for each in found} == {"CPUUtilization", "MemoryUtilization"}
    asked = {"Namespace": "AWS/ApplicationELB", "MetricName": "RequestCountPerTarget"}
    found = (await cloudwatch.list_metrics(**asked))["Metrics"]
    assert all(any(one["Name"] == "TargetGroup" for one in each["Dimensions"]) for each in found)


async def test_listed_metrics_come_in_pages_of_five_hundred(cloudwatch: Any) -> None:
    pages = cloudwatch.get_paginator("list_metrics").paginate()
    sizes = [len(page["Metrics"]) async for page in pages]
    assert sizes[:-1] == [500] * (len(sizes) - 1)
    assert len(sizes) > 1


@pytest.mark.parametrize("namespace", list(NAMESPACES))
def test_every_metric_that_is_listed_can_be_measured(world: World, namespace: str) -> None:
    at = world.now() // 60 * 60 - 120
    names = set()
    for _, name, dimensions in known(world, namespace):
        source = find(world, namespace, name, dimensions)
        assert source is not None, (name, dimensions)
        sample = source.reading(at)
        if sample is not None:
            assert sample.low <= statistic(sample, "Average") * (1 + 1e-9) or sample.low == 0
            names.add(name)
    assert names


def test_history_does_not_depend_on_how_often_one_looks() -> None:
    def cpu(world: World, minutes: range) -> list[float]:
        found = []
        for minute in minutes:
            cluster = world.clusters["checkout"]
            at = START.timestamp() // 60 * 60 + 60 * minute
            found.append(load.cpu(world, cluster, cluster.services["search"], at))
        return found

    rare, often = demo_world(StillClock()), demo_world(StillClock())
    for _ in range(120):
        assert isinstance(often.clock, StillClock)
        often.clock.advance(30)
        often.advance(often.clock.now())
        cpu(often, range(-5, 0))
    assert isinstance(rare.clock, StillClock)
    rare.clock.advance(3600)
    rare.advance(rare.clock.now())
    assert cpu(rare, range(-60, 60)) == cpu(often, range(-60, 60))


def test_more_tasks_share_the_same_traffic(world: World) -> None:
    cluster = world.clusters["checkout"]
    service, at = cluster.services["cart"], world.now() - 120
    before = load.cpu(world, cluster, service, at)
    service.history.append((at - 60, 40, 40))
    assert load.cpu(world, cluster, service, at) == pytest.approx(before / 2, rel=0.2)


def test_another_seed_has_other_noise_but_the_same_story() -> None:
    first, second = demo_world(StillClock()), demo_world(StillClock(), seed=77)

    def cpu(world: World) -> float:
        cluster = world.clusters["checkout"]
        return load.cpu(world, cluster, cluster.services["cart"], world.now() - 60)

    assert cpu(first) != cpu(second)
    assert cpu(first) == pytest.approx(cpu(second), rel=0.12)


def test_a_large_account_has_metrics_without_having_made_any() -> None:
    world = demo_world(StillClock(), Scale(20, 400, 2000))
    assert len(world.load.profiles) < 40
    dimensions = {"ClusterName": "scale-001", "ServiceName": next(iter(_services(world)))}
    source = find(world, "AWS/ECS", "CPUUtilization", dimensions)
    assert source is not None
    sample = source.reading(world.now() - 120)
    assert sample is not None
    assert 1 < statistic(sample, "Average") < 100


def _services(world: World) -> dict[str, Any]:
    return dict(world.clusters["scale-001"].services)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a + b", {0.0: 11.0, 60.0: 22.0}),
        ("-a * 2", {0.0: -2.0, 60.0: -4.0, 120.0: -6.0}),
        ("100 * a / (a + b)", {0.0: 100 / 11, 60.0: 100 / 11}),
        ("a / 0", {}),
        ("SUM([a, b])", {0.0: 11.0, 60.0: 22.0, 120.0: 3.0}),
        ("MAX([a, METRICS('b')])", {0.0: 10.0, 60.0: 20.0, 120.0: 3.0}),
        ("IF(a > 1, a, 0)", {0.0: 0.0, 60.0: 2.0, 120.0: 3.0}),
        ("a > 1 && a < 3", {0.0: 0.0, 60.0: 1.0, 120.0: 0.0}),
        ("FILL(c, 7)", {0.0: 1.0, 60.0: 7.0, 120.0: 3.0, 180.0: 3.0}),
        ("FILL(c, REPEAT)", {0.0: 1.0, 60.0: 1.0, 120.0: 3.0, 180.0: 3.0}),
        ("RUNNING_SUM(a)", {0.0: 1.0, 60.0: 3.0, 120.0: 6.0}),
        ("RATE(a)", {60.0: 1 / 60, 120.0: 1 / 60}),
        ("a - AVG(a)", {0.0: -1.0, 60.0: 0.0, 120.0: 1.0}),
        ("twice + 1", {0.0: 3.0, 60.0: 5.0, 120.0: 7.0}),
    ],
)
def test_metric_math_gives_what_the_guide_says(
    expression: str, expected: dict[float, float]
) -> None:
    plain = {
        "a": {0.0: 1.0, 60.0: 2.0, 120.0: 3.0},
        "b": {0.0: 10.0, 60.0: 20.0},
        # The period is the shortest distance between two datapoints.
        "c": {0.0: 1.0, 120.0: 3.0, 180.0: 3.0},
    }
    [(_, values)] = evaluate(expression, plain, {"twice": "a * 2"})
    assert values == pytest.approx(expected)


@pytest.mark.parametrize(
    "expression",
    ["a +", "nothing", "__import__('os')", "a.b", "loop", "lambda: 1", "a if a else a", "[].x()"],
)
def test_odd_expressions_are_refused(expression: str) -> None:
    with pytest.raises(AwsError, match="expression"):
        evaluate(expression, {"a": {0.0: 1.0}}, {"loop": "loop + 1"})
