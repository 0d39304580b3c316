"""The scaling of services: what it shows, what it costs, and what a refusal leaves."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest

from containerscope.block import SeriesBlock
from containerscope.model.health import Level
from containerscope.model.listing import Why
from containerscope.resources.scaling import RESOURCE
from tests.fakes import NOW
from tests.resources.around import (
    CART,
    CHECKOUT,
    ECS,
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

AAS = "application-autoscaling"
HIGH = "cart-AlarmHigh"


def target(service: str = "cart", cluster: str = "checkout", **more: Any) -> dict[str, Any]:
    return {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{cluster}/{service}",
        "ScalableDimension": "ecs:service:DesiredCount",
        "MinCapacity": 4,
        "MaxCapacity": 20,
        "SuspendedState": {},
        **more,
    }


def policy(service: str = "cart", alarm: str = HIGH) -> dict[str, Any]:
    metric = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
    return {
        "PolicyName": "cpu60",
        "ResourceId": f"service/checkout/{service}",
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": 60.0,
            "PredefinedMetricSpecification": metric,
        },
        "Alarms": [{"AlarmName": alarm}],
    }


def activity(to: int, minutes: int, **more: Any) -> dict[str, Any]:
    return {
        "ResourceId": "service/checkout/cart",
        "Description": f"Setting desired count to {to}.",
        "Cause": f"monitor alarm {HIGH} in state ALARM triggered policy cpu60",
        "StartTime": NOW - timedelta(minutes=minutes),
        "EndTime": NOW - timedelta(minutes=minutes - 1),
        "StatusCode": "Successful",
        **more,
    }


REFUSED = {
    "Description": "Attempting to scale due to alarm triggered",
    "StatusCode": "Failed",
    "NotScaledReasons": [{"Code": "AlreadyAtMaxCapacity", "MaxCapacity": 20}],
}
ALARM = {
    "AlarmName": HIGH,
    "StateValue": "ALARM",
    "StateReasonData": '{"recentDatapoints": [91.0]}',
    "Namespace": "AWS/ECS",
    "MetricName": "CPUUtilization",
    "Threshold": 60.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
NIGHT = {
    "ScheduledActionName": "night",
    "ResourceId": "service/checkout/cart",
    "Schedule": "cron(0 22 * * ? *)",
    "ScalableTargetAction": {"MinCapacity": 2},
}


def account(targets: list[dict[str, Any]], policies: list[dict[str, Any]]) -> Account:
    def narrowed(params: Any) -> Any:
        if "ResourceIds" in params:
            assert len(params["ResourceIds"]) <= 50
            return {
                "ScalableTargets": [t for t in targets if t["ResourceId"] in params["ResourceIds"]]
            }
        return tokens("ScalableTargets", targets, "MaxResults", "NextToken", "NextToken", 50)(
            params
        )

    def alarms(params: Any) -> Any:
        assert len(params["AlarmNames"]) <= 100
        return {"MetricAlarms": [{**ALARM, "AlarmName": name} for name in params["AlarmNames"]]}

    service = {
        "serviceName": "cart",
        "serviceArn": f"{ECS}:service/checkout/cart",
        "desiredCount": 20,
        "capacityProviderStrategy": [{"capacityProvider": "cp-a", "weight": 1}],
    }
    group = "arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:x:autoScalingGroupName/asg-a"
    return Account(
        {
            f"{AAS}:DescribeScalableTargets": narrowed,
            f"{AAS}:DescribeScalingPolicies": tokens(
                "ScalingPolicies", policies, "MaxResults", "NextToken", "NextToken", 10
            ),
            f"{AAS}:DescribeScheduledActions": fixed(ScheduledActions=[NIGHT]),
            f"{AAS}:DescribeScalingActivities": fixed(
                ScalingActivities=[activity(20, 2, **REFUSED), activity(20, 19), activity(16, 24)]
            ),
            "cloudwatch:DescribeAlarms": alarms,
            "cloudwatch:GetMetricData": fixed(
                MetricDataResults=[
                    {
                        "Id": "p0",
                        "Timestamps": [NOW - timedelta(minutes=30), NOW - timedelta(minutes=1)],
                        "Values": [55.0, 93.0],
                    }
                ]
            ),
            "autoscaling:DescribeScalingActivities": fixed(Activities=[]),
            "ecs:DescribeServices": fixed(services=[service]),
            "ecs:DescribeCapacityProviders": fixed(
                capacityProviders=[
                    {"name": "cp-a", "autoScalingGroupProvider": {"autoScalingGroupArn": group}}
                ]
            ),
            "autoscaling:DescribeAutoScalingGroups": fixed(
                AutoScalingGroups=[
                    {
                        "AutoScalingGroupName": "asg-a",
                        "MinSize": 1,
                        "MaxSize": 3,
                        "DesiredCapacity": 3,
                        "Instances": [{"LifecycleState": "InService"}] * 3,
                    }
                ]
            ),
        }
    )


async def test_a_service_at_its_maximum_is_a_row_that_says_so() -> None:
    listing = await listed(RESOURCE, account([target()], [policy()]))
    (item,) = listing.items
    assert listing.complete
    assert (item.name, item.cluster, item.key) == ("cart", "checkout", "service/checkout/cart")
    assert cells(RESOURCE, item, "health", "min", "max", "last_change", "result") == (
        "at maximum 20",
        4,
        20,
        f"20→20 alarm {HIGH}, policy cpu60",
        "not scaled: already at maximum 20",
    )
    assert RESOURCE.health(found(item)).level is Level.WARNING


@pytest.mark.parametrize("count", [1, 50, 51, 120])
async def test_a_region_takes_the_fewest_calls(count: int) -> None:
    names = [f"s{number}" for number in range(count)]
    clients = account([target(n) for n in names], [policy(n, f"alarm-{n}") for n in names])
    listing = await listed(RESOURCE, clients)
    assert len(listing.items) == count
    assert clients.counts == {
        f"{AAS}:DescribeScalableTargets": math.ceil(count / 50),
        f"{AAS}:DescribeScalingPolicies": math.ceil(count / 10),
        f"{AAS}:DescribeScheduledActions": 1,
        f"{AAS}:DescribeScalingActivities": 1,
        "cloudwatch:DescribeAlarms": math.ceil(count / 100),
    }


async def test_one_service_is_asked_for_by_name() -> None:
    clients = account([target(), target("web")], [policy()])
    listing = await listed(RESOURCE, clients, CART)
    assert [item.name for item in listing.items] == ["cart"]
    assert clients.counts.total() == 5
    for operation, params in clients.calls:
        if operation.startswith(f"{AAS}:") and "Targets" not in operation:
            assert params["ResourceId"] == "service/checkout/cart"


async def test_a_cluster_shows_its_own_services_only() -> None:
    clients = account([target(), target("api", "edge")], [policy()])
    listing = await listed(RESOURCE, clients, CHECKOUT)
    assert [item.name for item in listing.items] == ["cart"]


async def test_nothing_that_is_scaled_takes_one_call() -> None:
    clients = account([], [])
    listing = await listed(RESOURCE, clients)
    assert (listing.complete, len(listing.items)) == (True, 0)
    assert clients.counts.total() == 1


@pytest.mark.parametrize(
    ("operation", "lost"),
    [
        (f"{AAS}:DescribeScalingPolicies", "policies"),
        (f"{AAS}:DescribeScheduledActions", "schedules"),
        (f"{AAS}:DescribeScalingActivities", "activities"),
        ("cloudwatch:DescribeAlarms", "alarms"),
    ],
)
async def test_a_refused_call_blanks_only_what_it_brings(operation: str, lost: str) -> None:
    clients = account([target()], [policy()])
    clients.deny(operation)
    listing = await listed(RESOURCE, clients)
    (item,) = listing.items
    value: Any = item.value
    assert [problem.operation for problem in listing.problems] == [operation]
    assert listing.problems[0].why is Why.DENIED
    assert getattr(value, lost) is None
    kept = {"policies", "schedules", "activities"} - {lost}
    assert all(getattr(value, name) is not None for name in kept)


async def test_the_targets_being_refused_is_an_empty_list_with_its_reason() -> None:
    clients = account([target()], [policy()])
    clients.deny(f"{AAS}:DescribeScalableTargets")
    listing = await listed(RESOURCE, clients)
    assert len(listing.items) == 0
    assert [p.permission for p in listing.problems] == [f"{AAS}:DescribeScalableTargets"]


async def test_the_pane_tells_both_levels_apart() -> None:
    clients = account([target()], [policy()])
    (item,) = (await listed(RESOURCE, clients)).items
    blocks = await pane(RESOURCE, clients, item)
    assert texts_of(blocks)[0].startswith("at maximum 20 since ")
    assert "CPU 93 % > 60 %; it would need about 31 tasks." in texts_of(blocks)[0]
    ((name, kind, metric, aim, now, needs, _, state, _),) = rows_of(blocks, "Policies")
    assert (name, kind, metric, aim, state) == ("cpu60", "tracking", "CPU", "60 %", "wants more")
    assert (now, needs) == ("93 %", "31 tasks")
    assert [row[1] for row in rows_of(blocks, "Activities")] == ["20→20", "16→20", "?→16"]
    ((schedule, _, zone, low, _, when),) = rows_of(blocks, "Schedules")
    assert (schedule, zone, low) == ("night", "UTC", 2)
    local = NOW.replace(hour=22).astimezone()
    assert when == f"in 10h 0m ({local:%a %H:%M %Z})"
    assert rows_of(blocks, "EC2 Auto Scaling (instances)") == (
        ("cp-a", "asg-a", "3/3", 1, 3, "at maximum 3"),
    )


async def test_the_pane_draws_the_count_of_the_last_hours() -> None:
    clients = account([target()], [policy()])
    (item,) = (await listed(RESOURCE, clients)).items
    shown = await pane(RESOURCE, clients, item)
    tasks, cpu = [block for block in shown if isinstance(block, SeriesBlock)]
    (line,) = tasks.series
    assert [count for _, count in line.points] == [16.0, 20.0, 20.0]
    assert (line.points[-1][0], tasks.end) == (NOW, NOW)
    assert [value for _, value in cpu.series[0].points] == [55.0, 93.0]
    assert cpu.targets == (("target", 60.0),)
    assert (cpu.start, cpu.end) == (tasks.start, tasks.end)


async def test_a_refused_metric_takes_its_plot_and_nothing_else() -> None:
    clients = account([target()], [policy()])
    clients.deny("cloudwatch:GetMetricData")
    (item,) = (await listed(RESOURCE, clients)).items
    blocks = await pane(RESOURCE, clients, item)
    assert "you may not cloudwatch:GetMetricData" in texts_of(blocks)
    assert [block.title for block in blocks if isinstance(block, SeriesBlock)] == ["Tasks"]
    assert rows_of(blocks, "Policies")[0][4] is None
    assert rows_of(blocks, "Activities")


async def test_fargate_has_no_instances_and_says_so() -> None:
    clients = account([target()], [policy()])
    clients.answers["ecs:DescribeServices"] = fixed(
        services=[{"serviceName": "cart", "launchType": "FARGATE", "desiredCount": 20}]
    )
    (item,) = (await listed(RESOURCE, clients)).items
    blocks = await pane(RESOURCE, clients, item)
    assert texts_of(blocks)[-1] == "None: its tasks run on FARGATE."
    assert clients.counts["autoscaling:DescribeAutoScalingGroups"] == 0


@pytest.mark.parametrize(
    "operation",
    [
        "ecs:DescribeServices",
        "ecs:DescribeCapacityProviders",
        "autoscaling:DescribeAutoScalingGroups",
    ],
)
async def test_the_first_level_stands_without_the_second(operation: str) -> None:
    clients = account([target()], [policy()])
    clients.deny(operation)
    (item,) = (await listed(RESOURCE, clients)).items
    blocks = await pane(RESOURCE, clients, item)
    assert rows_of(blocks, "Policies")
    assert f"you may not {operation}" in texts_of(blocks)


async def test_reading_it_whole_gives_target_policies_and_schedules() -> None:
    clients = account([target()], [policy()])
    (item,) = (await listed(RESOURCE, clients)).items
    whole = await RESOURCE.read(clients, CART, item)
    assert whole["MaxCapacity"] == 20
    assert [each["PolicyName"] for each in whole["ScalingPolicies"]] == ["cpu60"]
    assert [each["ScheduledActionName"] for each in whole["ScheduledActions"]] == ["night"]
