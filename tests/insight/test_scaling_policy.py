"""What a policy measures, wants and would take; what an alarm has seen."""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from containerscope.insight.scaling_alarm import (
    alarm_health,
    alarm_state,
    breach,
    condition,
    history_value,
    last_value,
)
from containerscope.insight.scaling_metric import (
    measure_of_alarm,
    measure_of_policy,
    metric_queries,
)
from containerscope.insight.scaling_policy import estimate, policy_state, step_count
from containerscope.model.cloudwatch import MetricAlarm
from containerscope.model.health import Level
from containerscope.model.scaling import ScalingPolicy, StepScaling, SuspendedState
from tests.insight.scaling_scene import HIGH, LOW, alarm, low_alarm, policy


def tracking(**configuration: Any) -> ScalingPolicy:
    return policy(TargetTrackingScalingPolicyConfiguration={"TargetValue": 60.0, **configuration})


def predefined(kind: str, label: str = "") -> ScalingPolicy:
    found = {"PredefinedMetricType": kind, **({"ResourceLabel": label} if label else {})}
    return tracking(PredefinedMetricSpecification=found)


def step_policy(*steps: dict[str, Any], kind: str = "ChangeInCapacity", **more: Any) -> StepScaling:
    return msgspec.convert(
        {"AdjustmentType": kind, "StepAdjustments": list(steps), **more}, StepScaling
    )


@pytest.mark.parametrize(
    ("current", "metric", "target", "expected"),
    [(20, 91, 60, 31), (20, 60, 60, 20), (3, 20, 60, 1),
     (10, 66, 60, 11), (7, 60.0000000001, 60, 7)],
)  # fmt: skip
def test_the_estimate_is_the_count_at_which_the_metric_meets_its_target(
    current: int, metric: float, target: float, expected: int
) -> None:
    assert estimate(current, metric, target) == expected


@given(st.integers(1, 5000), st.floats(0, 1e6), st.floats(0.001, 1e6))
def test_the_estimate_is_the_smallest_count_that_is_enough(
    current: int, metric: float, target: float
) -> None:
    found = estimate(current, metric, target)
    assert found is not None
    assert abs(found - current * metric / target) <= 1 + 1e-6


@pytest.mark.parametrize(
    ("current", "metric", "target"), [(0, 50, 60), (5, 50, 0), (5, -1, 60), (5, math.nan, 60)]
)
def test_there_is_no_estimate_from_nothing(current: int, metric: float, target: float) -> None:
    assert estimate(current, metric, target) is None


TWO_STEPS = (
    {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 15, "ScalingAdjustment": 1},
    {"MetricIntervalLowerBound": 15, "ScalingAdjustment": 3},
)
DOWN = (
    {"MetricIntervalUpperBound": 0, "MetricIntervalLowerBound": -10, "ScalingAdjustment": -1},
    {"MetricIntervalUpperBound": -10, "ScalingAdjustment": -3},
)


@pytest.mark.parametrize(
    ("steps", "metric", "expected"),
    [
        (TWO_STEPS, 60, 11),
        (TWO_STEPS, 74.9, 11),
        (TWO_STEPS, 75, 13),
        (TWO_STEPS, 59, None),
        (DOWN, 60, 9),
        (DOWN, 50, 7),
        (DOWN, 50.1, 9),
        (DOWN, 61, None),
    ],
)
def test_the_step_that_covers_the_metric_decides(
    steps: tuple[dict[str, Any], ...], metric: float, expected: int | None
) -> None:
    assert step_count(step_policy(*steps), 60, metric, 10) == expected


@pytest.mark.parametrize(
    ("percent", "least", "current", "expected"),
    [(10, None, 10, 11), (25, None, 10, 12), (1, None, 10, 11), (-1, None, 10, 9),
     (-67, None, 10, 4), (10, 3, 10, 13), (-100, None, 10, 0), (-300, None, 10, 0)],
)  # fmt: skip
def test_a_percentage_is_rounded_as_aws_rounds_it(
    percent: int, least: int | None, current: int, expected: int
) -> None:
    one = {"MetricIntervalLowerBound": 0, "ScalingAdjustment": percent}
    step = step_policy(one, kind="PercentChangeInCapacity", MinAdjustmentMagnitude=least)
    assert step_count(step, 60, 70, current) == expected


def test_an_exact_capacity_is_that_capacity() -> None:
    one = {"MetricIntervalLowerBound": 0, "ScalingAdjustment": 6}
    assert step_count(step_policy(one, kind="ExactCapacity"), 60, 70, 10) == 6


@pytest.mark.parametrize(
    ("kind", "words", "unit"),
    [
        ("ECSServiceAverageCPUUtilization", "CPU", "%"),
        ("ECSServiceAverageMemoryUtilization", "memory", "%"),
        ("ECSServiceAverageCPUUtilizationHighResolution", "CPU", "%"),
        ("ALBRequestCountPerTarget", "requests per target", ""),
        ("SomethingNew", "SomethingNew", ""),
    ],
)
def test_every_known_metric_has_words(kind: str, words: str, unit: str) -> None:
    found = measure_of_policy(predefined(kind))
    assert (found.words, found.unit) == (words, unit)


def test_a_metric_of_the_users_own_is_called_as_they_call_it() -> None:
    queue = tracking(
        CustomizedMetricSpecification={"Namespace": "AWS/SQS", "MetricName": "ApproximateAge"}
    )
    assert measure_of_policy(queue).words == "approximate age"
    maths = tracking(
        CustomizedMetricSpecification={
            "Metrics": [
                {"Id": "m1", "ReturnData": False},
                {"Id": "e1", "Expression": "m1 / 2", "Label": "backlog per task"},
            ]
        }
    )
    assert measure_of_policy(maths).words == "backlog per task"


def test_a_predictive_policy_names_what_it_forecasts() -> None:
    ahead = policy(
        PolicyType="PredictiveScaling",
        TargetTrackingScalingPolicyConfiguration=None,
        PredictiveScalingPolicyConfiguration={
            "Mode": "ForecastOnly",
            "MetricSpecifications": [
                {
                    "TargetValue": 50.0,
                    "PredefinedMetricPairSpecification": {
                        "PredefinedMetricType": "ECSServiceCPUUtilization"
                    },
                }
            ],
        },
        Alarms=[],
    )
    state = policy_state(ahead, {})
    assert (state.kind, state.measure.words, state.target) == ("predictive", "CPU", 50.0)
    assert state.words == "forecasts only"


def test_the_cpu_of_a_service_is_asked_for_by_cluster_and_service() -> None:
    (query,) = metric_queries(policy(), "p0")
    assert query["Id"] == "p0"
    assert query["MetricStat"]["Metric"] == {
        "Namespace": "AWS/ECS",
        "MetricName": "CPUUtilization",
        "Dimensions": [
            {"Name": "ClusterName", "Value": "checkout"},
            {"Name": "ServiceName", "Value": "cart"},
        ],
    }
    assert (query["MetricStat"]["Period"], query["MetricStat"]["Stat"]) == (60, "Average")


def test_a_high_resolution_metric_is_asked_for_every_twenty_seconds() -> None:
    (query,) = metric_queries(predefined("ECSServiceAverageCPUUtilizationHighResolution"), "p0")
    assert query["MetricStat"]["Period"] == 20


def test_requests_per_target_are_asked_for_by_the_label_of_the_policy() -> None:
    label = "app/web/50dc6c495c0c9188/targetgroup/cart/943f017f100becff"
    (query,) = metric_queries(predefined("ALBRequestCountPerTarget", label), "p0")
    assert query["MetricStat"]["Metric"]["Dimensions"] == [
        {"Name": "LoadBalancer", "Value": "app/web/50dc6c495c0c9188"},
        {"Name": "TargetGroup", "Value": "targetgroup/cart/943f017f100becff"},
    ]
    assert metric_queries(predefined("ALBRequestCountPerTarget", "odd"), "p0") == ()


def test_an_expression_is_asked_for_under_names_that_nobody_else_has() -> None:
    maths = tracking(
        CustomizedMetricSpecification={
            "Metrics": [
                {
                    "Id": "m1",
                    "ReturnData": False,
                    "MetricStat": {
                        "Metric": {"Namespace": "AWS/SQS", "MetricName": "Visible"},
                        "Stat": "Sum",
                    },
                },
                {"Id": "m10", "ReturnData": False, "Expression": "m1 * 2"},
                {"Id": "e1", "Expression": "m10 / FILL(m1, 1)"},
            ]
        }
    )
    queries = metric_queries(maths, "p7")
    assert [query["Id"] for query in queries] == ["p7_0", "p7_1", "p7"]
    assert queries[1]["Expression"] == "p7_0 * 2"
    assert queries[2]["Expression"] == "p7_1 / FILL(p7_0, 1)"
    assert [query["ReturnData"] for query in queries] == [False, False, True]


def test_what_cannot_be_asked_for_is_not() -> None:
    assert metric_queries(predefined("SomethingNew"), "p0") == ()
    assert metric_queries(ScalingPolicy(), "p0") == ()
    assert metric_queries(tracking(), "p0") == ()


def test_a_policy_in_alarm_wants_more_and_says_how_many() -> None:
    state = policy_state(policy(), {HIGH: alarm(), LOW: low_alarm()}, now=91.0, current=20)
    assert (state.name, state.kind, state.words) == ("cpu60", "tracking", "wants more")
    assert (state.target, state.estimate, state.cooldown) == (60.0, 31, "60s/300s")
    assert [each.state for each in state.alarms] == ["ALARM", "OK"]
    assert state.alarms[0].says == "CPU 83 % > 60 %"
    assert state.alarms[1].says == "CPU < 54 % for 15 × 1 min"


@pytest.mark.parametrize(
    ("high", "low", "words", "level"),
    [
        ("OK", "OK", "steady", Level.FINE),
        ("OK", "ALARM", "wants fewer", Level.NONE),
        ("INSUFFICIENT_DATA", "INSUFFICIENT_DATA", "its metric has no data", Level.WARNING),
    ],
)
def test_the_alarms_say_what_a_policy_is_about_to_do(
    high: str, low: str, words: str, level: Level
) -> None:
    state = policy_state(policy(), {HIGH: alarm(state=high), LOW: low_alarm(low)})
    assert (state.words, state.level) == (words, level)


def test_what_is_suspended_or_off_is_said_of_the_policy_it_stops() -> None:
    out = SuspendedState(dynamic_scaling_out_suspended=True)
    state = policy_state(policy(), {HIGH: alarm()}, suspended=out)
    assert state.words == "wants more, but scaling out is suspended"
    quiet = {HIGH: alarm(state="OK"), LOW: low_alarm("ALARM")}
    kept = tracking(
        DisableScaleIn=True,
        PredefinedMetricSpecification={"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
    )
    assert policy_state(kept, quiet).words == "wants fewer, but scale-in is off"
    assert policy_state(kept, quiet).cooldown == "300s/off"


def test_alarms_that_may_not_be_read_leave_the_state_open() -> None:
    state = policy_state(policy(), {})
    assert (state.words, state.level) == ("", Level.NONE)
    assert [each.state for each in state.alarms] == ["unknown", "unknown"]
    assert policy_state(policy(Alarms=[]), {}).words == "no alarm triggers it"


def test_a_step_policy_that_takes_away_when_a_queue_is_high_does_not_want_more() -> None:
    down = {"MetricIntervalLowerBound": 0, "ScalingAdjustment": -2}
    idle = policy(
        PolicyType="StepScaling",
        TargetTrackingScalingPolicyConfiguration=None,
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity", "StepAdjustments": [down], "Cooldown": 120,
        },
        Alarms=[{"AlarmName": HIGH}],
    )  # fmt: skip
    state = policy_state(idle, {HIGH: alarm()}, current=10)
    assert (state.words, state.estimate, state.cooldown) == ("wants fewer", 8, "120s")


def test_the_newest_point_is_found_wherever_the_alarm_keeps_it() -> None:
    dated = {
        "recentDatapoints": [1.0, 2.0],
        "evaluatedDatapoints": [
            {"timestamp": "2026-11-24T13:40:00.000+0000", "value": 88.0},
            {"timestamp": "2026-11-24T13:41:00.000+0000", "value": 91.5},
        ],
    }
    assert last_value(MetricAlarm(state_reason_data=json.dumps(dated))) == 91.5
    assert last_value(MetricAlarm(state_reason_data='{"recentDatapoints": [1, 0.0]}')) == 0.0
    text = "Threshold Crossed: 2 out of the last 2 datapoints [0.5 (24/11/26 13:41:00), 7.0 (x)]"
    assert last_value(MetricAlarm(state_reason=text)) == 0.5
    state = {"newState": {"stateReasonData": dated}, "oldState": {}}
    assert history_value(json.dumps(state)) == 91.5


@given(st.text(max_size=50))
def test_an_alarm_that_says_something_else_has_no_value(text: str) -> None:
    for odd in (text, json.dumps(text), json.dumps({"recentDatapoints": text}), "[" * 90_000):
        assert last_value(MetricAlarm(state_reason_data=odd, state_reason=odd)) is None
        assert history_value(odd) is None


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({}, "CPU > 60 % for 3 × 1 min"),
        ({"DatapointsToAlarm": 2}, "CPU > 60 % for 2 of 3 × 1 min"),
        ({"Period": 20}, "CPU > 60 % for 3 × 20 s"),
        ({"Threshold": None}, "CPU > its band for 3 × 1 min"),
        ({"EvaluationPeriods": None}, "CPU > 60 %"),
        ({"ComparisonOperator": "LessThanOrEqualToThreshold"}, "CPU ≤ 60 % for 3 × 1 min"),
        ({"MetricName": None, "Metrics": [{"Label": "errors"}]}, "errors > 60 for 3 × 1 min"),
    ],
)  # fmt: skip
def test_the_condition_of_an_alarm_is_one_line(members: dict[str, Any], words: str) -> None:
    assert condition(alarm(**members)) == words


def test_an_alarm_for_scaling_does_its_work_and_any_other_is_trouble() -> None:
    assert alarm_health(alarm()).level is Level.PROGRESS
    assert alarm_health(low_alarm("ALARM")).level is Level.NONE
    page = alarm(AlarmActions=["arn:aws:sns:eu-west-1:123456789012:page"])
    assert alarm_health(page).level is Level.FAILED
    assert alarm_health(alarm(state="INSUFFICIENT_DATA")).words == "no data"
    assert alarm_health(alarm(state="OK")).level is Level.FINE
    assert alarm_health(MetricAlarm()).level is Level.NONE


def test_an_alarm_without_a_value_says_its_condition() -> None:
    assert breach(alarm(value=None)) == "CPU > 60 % for 3 × 1 min"
    assert breach(alarm(), 0.44) == "CPU 0.4 % > 60 %"
    assert measure_of_alarm(MetricAlarm()).words == "a metric"
    assert alarm_state("gone", None).says == "the alarm could not be read"
