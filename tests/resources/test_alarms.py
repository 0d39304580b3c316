"""Alarms: which of them belong to a service, what they watch, and when they went off."""

from __future__ import annotations

import math
from typing import Any

import pytest

from containerscope.model.health import Level
from containerscope.resources.alarms import RESOURCE, action_kind
from tests.fakes import NOW
from tests.resources.around import (
    CART,
    CHECKOUT,
    Account,
    cells,
    fixed,
    found,
    listed,
    pane,
    rows_of,
    texts_of,
    tokens,
)

POLICIES = "application-autoscaling:DescribeScalingPolicies"
ALARMS = "cloudwatch:DescribeAlarms"
SCALES = "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:9a:cpu60"


def alarm(name: str, state: str = "OK", cluster: str = "checkout", **more: Any) -> dict[str, Any]:
    return {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}",
        "StateValue": state,
        "StateReasonData": '{"recentDatapoints": [83.4]}',
        "StateUpdatedTimestamp": NOW,
        "Namespace": "AWS/ECS",
        "MetricName": "CPUUtilization",
        "Dimensions": [
            {"Name": "ClusterName", "Value": cluster},
            {"Name": "ServiceName", "Value": "cart"},
        ],
        "Threshold": 60.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 3,
        "Period": 60,
        "AlarmActions": [SCALES],
        **more,
    }


def account(*alarms: dict[str, Any]) -> Account:
    def answer(params: Any) -> Any:
        names = params.get("AlarmNames")
        assert names is None or 0 < len(names) <= 100
        own = [each for each in alarms if names is None or each["AlarmName"] in names]
        return tokens("MetricAlarms", own, "MaxRecords", "NextToken", "NextToken", 100)(params)

    breaker = {"alarms": {"alarmNames": ["5xx"], "enable": True}}
    changed = '{"newState": {"stateReasonData": {"recentDatapoints": [91.5]}}}'
    return Account(
        {
            ALARMS: answer,
            POLICIES: fixed(ScalingPolicies=[{"Alarms": [{"AlarmName": "high"}]}]),
            "ecs:DescribeServices": fixed(
                services=[{"serviceName": "cart", "deploymentConfiguration": breaker}]
            ),
            "cloudwatch:DescribeAlarmHistory": fixed(
                AlarmHistoryItems=[
                    {
                        "Timestamp": NOW,
                        "HistorySummary": "Alarm updated from OK to ALARM",
                        "HistoryData": changed,
                    }
                ]
            ),
        }
    )


@pytest.mark.parametrize("count", [0, 1, 100, 101, 250])
async def test_a_region_takes_a_call_a_hundred(count: int) -> None:
    clients = account(*(alarm(f"a{number}") for number in range(count)))
    listing = await listed(RESOURCE, clients)
    assert (len(listing.items), listing.complete) == (count, True)
    assert clients.counts == {ALARMS: max(1, math.ceil(count / 100))}


async def test_a_service_has_the_alarms_it_names_itself() -> None:
    clients = account(alarm("high"), alarm("5xx"), alarm("other"))
    listing = await listed(RESOURCE, clients, CART)
    assert {item.name for item in listing.items} == {"high", "5xx"}
    assert clients.counts == {ALARMS: 1, POLICIES: 1, "ecs:DescribeServices": 1}


async def test_a_service_without_alarms_asks_for_none() -> None:
    clients = account(alarm("other"))
    clients.answers[POLICIES] = fixed(ScalingPolicies=[])
    clients.answers["ecs:DescribeServices"] = fixed(services=[{"serviceName": "cart"}])
    listing = await listed(RESOURCE, clients, CART)
    assert (len(listing.items), clients.counts[ALARMS]) == (0, 0)


async def test_policies_being_refused_leave_the_alarms_of_deployments() -> None:
    clients = account(alarm("high"), alarm("5xx"))
    clients.deny(POLICIES)
    listing = await listed(RESOURCE, clients, CART)
    assert [item.name for item in listing.items] == ["5xx"]
    assert [problem.operation for problem in listing.problems] == [POLICIES]


async def test_a_cluster_has_what_is_about_it() -> None:
    listing = await listed(
        RESOURCE,
        account(
            alarm("mine"),
            alarm("other", cluster="edge"),
            alarm("TargetTracking-service/checkout/cart-AlarmHigh-1", Dimensions=[]),
        ),
        CHECKOUT,
    )
    assert [(item.name[:14], item.cluster) for item in listing.items] == [
        ("mine", "checkout"),
        ("TargetTracking", "checkout"),
    ]
    assert cells(RESOURCE, listing.items[1], "of") == ("cart",)


async def test_a_row_says_what_it_watches_and_what_it_is_for() -> None:
    clients = account(
        alarm("high", "ALARM"), alarm("page", "ALARM", AlarmActions=["arn:aws:sns:x:y:z"])
    )
    scales, pages = (await listed(RESOURCE, clients)).items
    assert cells(RESOURCE, scales, "health", "of", "condition", "last_value", "for") == (
        "high, scales out",
        "cart",
        "CPU > 60 % for 3 × 1 min",
        "83 %",
        "scaling",
    )
    assert RESOURCE.health(found(scales)).level is Level.PROGRESS
    assert RESOURCE.health(found(pages)).level is Level.FAILED
    assert cells(RESOURCE, pages, "for") == ("notifies",)


async def test_the_pane_says_when_it_changed_and_with_which_number() -> None:
    clients = account(alarm("high", "ALARM"))
    (item,) = (await listed(RESOURCE, clients)).items
    blocks = await pane(RESOURCE, clients, item)
    assert texts_of(blocks) == ["In alarm: CPU 83 % > 60 %."]
    assert rows_of(blocks, "History") == ((NOW, "Alarm updated from OK to ALARM", "92 %"),)
    assert rows_of(blocks, "When it goes off") == (("scales", SCALES),)


async def test_the_pane_stands_without_the_history() -> None:
    clients = account(alarm("high"))
    clients.deny("cloudwatch:DescribeAlarmHistory")
    (item,) = (await listed(RESOURCE, clients)).items
    blocks = await pane(RESOURCE, clients, item)
    assert texts_of(blocks) == ["you may not cloudwatch:DescribeAlarmHistory"]
    assert rows_of(blocks, "When it goes off")


def test_an_action_is_told_by_its_service() -> None:
    assert [action_kind(each) for each in (SCALES, "arn:aws:sns:a:b:c", "odd")] == [
        "scales",
        "notifies",
        "?",
    ]


async def test_reading_it_whole_asks_for_this_alarm() -> None:
    clients = account(alarm("high"), alarm("other"))
    item = (await listed(RESOURCE, clients)).items[1]
    assert (await RESOURCE.read(clients, CHECKOUT, item))["AlarmName"] == "other"
