"""Alarms of the demo account: their state, why it is so, and what became of them."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from botocore.exceptions import ClientError

from containerscope.demo.account import demo_world
from containerscope.demo.clock import START, StillClock
from containerscope.demo.cloudwatch_evaluate import judge
from containerscope.demo.cloudwatch_state import Alarm
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from tests.demo.conftest import Connect

CART = "TargetTracking-service/checkout/cart-AlarmHigh-"


@pytest.fixture
async def cloudwatch(account: RunningServer, connect: Connect) -> Any:
    """A CloudWatch client of the demo account."""
    return await connect(account, "cloudwatch")


def advance(world: World, seconds: float) -> None:
    """Let time pass as somebody who looks each minute sees it."""
    assert isinstance(world.clock, StillClock)
    while seconds > 0:
        world.clock.advance(min(seconds, 60.0))
        seconds -= 60.0
        world.advance(world.clock.now())


async def alarm_of(client: Any, prefix: str) -> Any:
    """The alarm on the CPU, or else the first, whose name begins so."""
    found = (await client.describe_alarms(AlarmNamePrefix=prefix))["MetricAlarms"]
    return sorted(found, key=lambda each: each["MetricName"])[0]


async def test_the_alarm_of_a_full_service_says_why(cloudwatch: Any) -> None:
    alarm = await alarm_of(cloudwatch, CART)
    assert alarm["StateValue"] == "ALARM"
    assert re.fullmatch(
        r"Threshold Crossed: 3 datapoints \[\d+\.\d+ \(24/11/26 13:\d\d:00\), .*\] were greater "
        r"than the threshold \(60\.0\)\.",
        alarm["StateReason"],
    )
    data = json.loads(alarm["StateReasonData"])
    assert data["threshold"] == 60.0
    assert len(data["recentDatapoints"]) == 3
    assert all(each > 60 for each in data["recentDatapoints"])
    newest_first = [each["value"] for each in data["evaluatedDatapoints"]]
    assert newest_first == data["recentDatapoints"][::-1]
    assert alarm["AlarmActions"][0].endswith("service/checkout/cart:policyName/cpu60")
    assert alarm["Threshold"] == 60
    assert alarm["StateTransitionedTimestamp"] < START


async def test_its_history_has_the_numbers_that_it_saw(cloudwatch: Any) -> None:
    name = (await alarm_of(cloudwatch, CART))["AlarmName"]
    found = await cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="StateUpdate")
    items = found["AlarmHistoryItems"]
    times = [each["Timestamp"] for each in items]
    assert times == sorted(times, reverse=True)
    assert items[0]["HistorySummary"] == "Alarm updated from OK to ALARM"
    data = json.loads(items[0]["HistoryData"])
    assert data["newState"]["stateValue"] == "ALARM"
    assert data["oldState"]["stateValue"] == "OK"
    assert data["newState"]["stateReasonData"]["recentDatapoints"]
    between = await cloudwatch.describe_alarm_history(
        AlarmName=name, StartDate=START - timedelta(hours=1), EndDate=START, MaxRecords=1
    )
    assert len(between["AlarmHistoryItems"]) == 1
    assert "NextToken" in between


async def test_names_prefixes_states_and_types_choose(cloudwatch: Any) -> None:
    every = (await cloudwatch.describe_alarms(MaxRecords=100))["MetricAlarms"]
    names = [each["AlarmName"] for each in every]
    assert names == sorted(names)
    ring = await cloudwatch.describe_alarms(StateValue="ALARM", MaxRecords=100)
    assert {each["StateValue"] for each in ring["MetricAlarms"]} == {"ALARM"}
    two = await cloudwatch.describe_alarms(AlarmNames=[names[3], names[5], "nobody"])
    assert [each["AlarmName"] for each in two["MetricAlarms"]] == [names[3], names[5]]
    other = await cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])
    assert other["MetricAlarms"] == []
    paged = [
        each["AlarmName"]
        async for page in cloudwatch.get_paginator("describe_alarms").paginate(MaxRecords=7)
        for each in page["MetricAlarms"]
    ]
    assert paged == names
    with pytest.raises(ClientError, match="100"):
        await cloudwatch.describe_alarms(AlarmNames=[f"a{each}" for each in range(101)])
    with pytest.raises(ClientError, match="cannot both"):
        await cloudwatch.describe_alarms(AlarmNames=["a"], AlarmNamePrefix="b")


async def test_alarms_are_found_by_their_metric(cloudwatch: Any) -> None:
    dimensions = [
        {"Name": "ClusterName", "Value": "checkout"},
        {"Name": "ServiceName", "Value": "orders"},
    ]
    found = await cloudwatch.describe_alarms_for_metric(
        Namespace="AWS/ECS", MetricName="CPUUtilization", Dimensions=dimensions
    )
    names = {each["AlarmName"] for each in found["MetricAlarms"]}
    assert names == {"orders-cpu-high", "orders-cpu-low"}


async def test_newer_sdks_ask_in_json_and_get_the_same(
    cloudwatch: Any, account: RunningServer
) -> None:
    name = (await alarm_of(cloudwatch, CART))["AlarmName"]
    scope = "AKIADEMO/20261124/eu-west-1/monitoring/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host",
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "GraniteServiceVersion20100801.DescribeAlarms",
    }
    async with aiohttp.ClientSession() as session:
        answer = await session.post(account.url, json={"AlarmNames": [name]}, headers=headers)
        assert answer.content_type == "application/x-amz-json-1.0"
        [alarm] = (await answer.json(content_type=None))["MetricAlarms"]
        wrong = await session.post(account.url, json={"MaxRecords": 0}, headers=headers)
        assert wrong.status == 400
        assert (await wrong.json(content_type=None))["__type"] == "ValidationError"
    [told] = (await cloudwatch.describe_alarms(AlarmNames=[name]))["MetricAlarms"]
    assert alarm["StateReason"] == told["StateReason"]
    # The query protocol gives whole seconds only.
    updated = told["StateUpdatedTimestamp"].timestamp()
    assert alarm["StateUpdatedTimestamp"] == pytest.approx(updated, abs=1)


def watching(name: str, threshold: float, **more: Any) -> dict[str, Any]:
    """The parameters of an alarm on the CPU of `web`."""
    return {
        "AlarmName": name,
        "Namespace": "AWS/ECS",
        "MetricName": "CPUUtilization",
        "Dimensions": [
            {"Name": "ClusterName", "Value": "checkout"},
            {"Name": "ServiceName", "Value": "web"},
        ],
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "Threshold": threshold,
        "ComparisonOperator": "GreaterThanThreshold",
        **more,
    }


async def test_an_alarm_that_somebody_puts_is_evaluated_from_then_on(
    cloudwatch: Any, world: World
) -> None:
    await cloudwatch.put_metric_alarm(**watching("web-busy", 10))
    assert (await alarm_of(cloudwatch, "web-busy"))["StateValue"] == "INSUFFICIENT_DATA"
    advance(world, 60)
    alarm = await alarm_of(cloudwatch, "web-busy")
    assert alarm["StateValue"] == "ALARM"
    assert "3 out of the last 3 datapoints" in alarm["StateReason"]
    assert "(minimum 2 datapoints for OK -> ALARM transition)" in alarm["StateReason"]
    await cloudwatch.put_metric_alarm(**watching("web-busy", 99))
    assert (await alarm_of(cloudwatch, "web-busy"))["StateValue"] == "ALARM"
    advance(world, 60)
    assert (await alarm_of(cloudwatch, "web-busy"))["StateValue"] == "OK"
    kinds = (await cloudwatch.describe_alarm_history(AlarmName="web-busy"))["AlarmHistoryItems"]
    assert [each["HistoryItemType"] for each in kinds] == [
        "StateUpdate",
        "ConfigurationUpdate",
        "StateUpdate",
        "ConfigurationUpdate",
    ]
    await cloudwatch.delete_alarms(AlarmNames=["web-busy"])
    assert (await cloudwatch.describe_alarms(AlarmNames=["web-busy"]))["MetricAlarms"] == []
    with pytest.raises(ClientError, match="does not exist"):
        await cloudwatch.delete_alarms(AlarmNames=["web-busy"])


async def test_a_state_that_somebody_sets_lasts_until_the_next_look(
    cloudwatch: Any, world: World
) -> None:
    name = "orders-cpu-high"
    await cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a drill")
    assert (await alarm_of(cloudwatch, name))["StateReason"] == "a drill"
    advance(world, 60)
    assert (await alarm_of(cloudwatch, name))["StateValue"] == "OK"
    with pytest.raises(ClientError, match="stateValue"):
        await cloudwatch.set_alarm_state(AlarmName=name, StateValue="LOUD", StateReason="x")


@pytest.mark.parametrize(
    ("treat", "state", "reason"),
    [
        ("missing", "INSUFFICIENT_DATA", "Insufficient Data: 3 datapoints were unknown."),
        ("breaching", "ALARM", ""),
        ("notBreaching", "OK", "no datapoints were received"),
        ("ignore", "INSUFFICIENT_DATA", "Unchecked: Initial alarm creation"),
    ],
)
async def test_missing_data_are_treated_as_the_alarm_says(
    cloudwatch: Any, world: World, treat: str, state: str, reason: str
) -> None:
    body = watching("queue", 5, MetricName="Depth", Namespace="Shop", TreatMissingData=treat)
    await cloudwatch.put_metric_alarm(**body)
    advance(world, 60)
    alarm = await alarm_of(cloudwatch, "queue")
    assert alarm["StateValue"] == state
    assert reason in alarm["StateReason"]


@pytest.mark.parametrize("seed", [1, 77])
def test_the_state_of_every_alarm_agrees_with_the_data_it_saw(seed: int) -> None:
    world = demo_world(StillClock(), seed=seed)
    for step in range(90):
        advance(world, 60)
        if step % 15:
            continue
        for alarm in world.cloudwatch.alarms.values():
            fresh = Alarm(alarm.name, alarm.body, alarm.configured_at)
            looked = max(alarm.seen, default=0.0) + alarm.period
            verdict = judge(world, fresh, looked)
            assert verdict.state == alarm.state, alarm.name
            if alarm.reason_data:
                data = json.loads(alarm.reason_data)
                over = [each > data["threshold"] for each in data["recentDatapoints"]]
                if alarm.body["ComparisonOperator"] == "GreaterThanThreshold":
                    assert all(over) if alarm.state == "ALARM" else not all(over)
