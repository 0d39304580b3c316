"""A deployment told in sentences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from containerscope.insight.deployment_story import (
    STAGES,
    controller_words,
    minutes,
    older_story,
    stage_words,
    story,
    strategy_words,
)
from containerscope.model.ecs_deployment import ServiceDeployment
from containerscope.model.ecs_service import DeploymentConfiguration, Service
from containerscope.model.health import Level

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


def told(**members: Any) -> dict[str, str]:
    deployment = msgspec.convert({"status": "IN_PROGRESS", **members}, ServiceDeployment)
    return {each.label: each.words for each in story(deployment, NOW)}


def level(label: str, **members: Any) -> Level:
    deployment = msgspec.convert({"status": "IN_PROGRESS", **members}, ServiceDeployment)
    return next(each.level for each in story(deployment, NOW) if each.label == label)


def revision(name: str, running: int, wanted: int, **more: Any) -> dict[str, Any]:
    return {
        "arn": f"arn:aws:ecs:eu-west-1:1:service-revision/c/s/{name}",
        "runningTaskCount": running,
        "requestedTaskCount": wanted,
        **more,
    }


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        ({}, "rolling"),
        (
            {"minimumHealthyPercent": 100, "maximumPercent": 200},
            "rolling, 100–200 % of the tasks",
        ),
        (
            {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 15},
            "blue/green: all traffic at once; bakes 15 min",
        ),
        (
            {
                "strategy": "CANARY",
                "bakeTimeInMinutes": 90,
                "canaryConfiguration": {"canaryPercent": 10, "canaryBakeTimeInMinutes": 5},
            },
            "canary: 10 % for 5 min, then the rest; bakes 1 h 30 min",
        ),
        (
            {
                "strategy": "LINEAR",
                "linearConfiguration": {"stepPercent": 12.5, "stepBakeTimeInMinutes": 10},
            },
            "linear: 12.5 % more every 10 min",
        ),
        ({"strategy": "BRAND_NEW"}, "brand/new"),
    ],
)
def test_a_strategy_is_one_line(configuration: dict[str, Any], words: str) -> None:
    assert strategy_words(msgspec.convert(configuration, DeploymentConfiguration)) == words


def test_no_configuration_has_no_strategy() -> None:
    assert strategy_words(None) == ""
    assert [minutes(n) for n in (0, 5, 60, 90, 1440)] == [
        "0 min", "5 min", "1 h", "1 h 30 min", "24 h",
    ]  # fmt: skip


def test_a_stage_says_how_far_it_is() -> None:
    assert stage_words("TEST_TRAFFIC_SHIFT") == "test traffic shift (5 of 11)"
    assert stage_words("SOMETHING_NEW") == "something new"
    assert stage_words(None) == ""
    assert len(STAGES) == len(set(STAGES)) == 11


def test_a_deployment_that_waits_for_a_person_says_so_first() -> None:
    hook = {
        "hookId": "approve",
        "status": "AWAITING_ACTION",
        "expiresAt": NOW + timedelta(hours=3),
        "timeoutAction": "ROLLBACK",
    }
    found = told(lifecycleHookDetails=[hook], lifecycleStage="POST_TEST_TRAFFIC_SHIFT")
    assert next(iter(found.items())) == (
        "Waiting",
        "approve waits for approval, expires in 3 h, then it rolls back",
    )
    assert found["Stage"] == "post test traffic shift (6 of 11)"


@pytest.mark.parametrize(
    ("status", "words", "expected"),
    [
        ("TIMED_OUT", "check timed out", Level.FAILED),
        ("FAILED", "check failed", Level.FAILED),
        ("IN_PROGRESS", "check runs", Level.PROGRESS),
    ],
)
def test_a_hook_that_runs_or_failed_is_named(status: str, words: str, expected: Level) -> None:
    hooks = [{"hookId": "arn:aws:lambda:eu-west-1:1:function/check", "status": status}]
    assert told(lifecycleHookDetails=hooks)["Hook"] == words
    assert level("Hook", lifecycleHookDetails=hooks) is expected


def test_old_and_new_tasks_and_traffic_stand_against_each_other() -> None:
    found = told(
        sourceServiceRevisions=[revision("1", 3, 4, requestedProductionTrafficWeight=90)],
        targetServiceRevision=revision(
            "2",
            2,
            4,
            pendingTaskCount=1,
            requestedProductionTrafficWeight=10,
            requestedTestTrafficWeight=100,
        ),
    )
    assert found["Tasks"] == "3 old, 2/4 new, 1 pending"
    assert found["Traffic"] == "old 90 %, new 10 %"
    assert found["Test traffic"] == "new 100 %"


def test_a_first_deployment_has_no_old_tasks() -> None:
    assert told(targetServiceRevision=revision("1", 2, 4))["Tasks"] == "2/4 new"


@pytest.mark.parametrize(
    ("breaker", "words", "expected"),
    [
        ({"failureCount": 0, "threshold": 10}, "0 of 10 failures", Level.NONE),
        ({"failureCount": 3, "threshold": 10}, "3 of 10 failures", Level.WARNING),
        ({"failureCount": 6, "threshold": 10}, "6 of 10 failures", Level.FAILED),
        (
            {"status": "TRIGGERED", "failureCount": 10, "threshold": 10},
            "tripped at 10 of 10 failures",
            Level.FAILED,
        ),
        ({"status": "DISABLED"}, "off: failing tasks are tried for ever", Level.NONE),
        ({"status": "MONITORING"}, "monitoring", Level.NONE),
    ],
)
def test_the_breaker_is_a_gauge(breaker: dict[str, Any], words: str, expected: Level) -> None:
    assert told(deploymentCircuitBreaker=breaker)["Circuit breaker"] == words
    assert level("Circuit breaker", deploymentCircuitBreaker=breaker) is expected


def test_alarms_that_went_off_are_named() -> None:
    watched = {"status": "MONITORING", "alarmNames": ["p99", "5xx"]}
    assert told(alarms=watched)["Alarms"] == "p99, 5xx (monitoring)"
    off = {**watched, "triggeredAlarmNames": ["5xx"]}
    assert told(alarms=off)["Alarms"] == "went off: 5xx"
    assert level("Alarms", alarms=off) is Level.FAILED


def test_baking_says_how_long_it_may_last() -> None:
    baking = {
        "lifecycleStage": "BAKE_TIME",
        "updatedAt": NOW - timedelta(minutes=4),
        "deploymentConfiguration": {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 15},
    }
    assert told(**baking)["Bake time"].startswith("at most 11 min of 15 min left")
    assert "Bake time" not in told(**{**baking, "status": "SUCCESSFUL"})
    assert told(**{**baking, "updatedAt": None})["Bake time"] == "15 min in all"


def test_a_rollback_says_to_what_and_why() -> None:
    found = told(
        status="ROLLBACK_IN_PROGRESS",
        rollback={"reason": "alarm 5xx", "serviceRevisionArn": "arn:aws:ecs:eu-west-1:1:r/7"},
    )
    assert found["Rollback"] == "to 7: alarm 5xx"


def test_a_deployment_that_says_nothing_is_told_in_no_words() -> None:
    assert told() == {}


def test_without_the_newer_calls_the_service_itself_tells() -> None:
    service = msgspec.convert(
        {
            "desiredCount": 4,
            "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True}},
            "deployments": [
                {
                    "status": "PRIMARY",
                    "taskDefinition": "arn:aws:ecs:eu-west-1:1:task-definition/cart:43",
                    "desiredCount": 4,
                    "runningCount": 1,
                    "failedTasks": 2,
                    "rolloutState": "IN_PROGRESS",
                },
                {
                    "status": "ACTIVE",
                    "taskDefinition": "arn:aws:ecs:eu-west-1:1:task-definition/cart:42",
                    "desiredCount": 4,
                    "runningCount": 3,
                    "rolloutState": "COMPLETED",
                },
            ],
        },
        Service,
    )
    found = older_story(service)
    assert [(each.label, each.words) for each in found] == [
        ("Strategy", "rolling"),
        ("New", "cart:43: 1/4 running, in progress, 2/3 failures"),
        ("Old", "cart:42: 3/4 running, completed"),
    ]
    assert found[1].level is Level.WARNING


@pytest.mark.parametrize(
    ("kind", "words"), [("CODE_DEPLOY", "CodeDeploy"), ("EXTERNAL", "external"), ("ECS", "")]
)
def test_a_controller_that_is_not_ecs_is_said_as_such(kind: str, words: str) -> None:
    service = msgspec.convert(
        {
            "deploymentController": {"type": kind},
            "taskSets": [
                {
                    "status": "PRIMARY",
                    "taskDefinition": "a:1",
                    "runningCount": 2,
                    "computedDesiredCount": 2,
                    "stabilityStatus": "STEADY_STATE",
                }
            ],
        },
        Service,
    )
    assert words in controller_words(service)
    assert bool(controller_words(service)) == bool(words)
    assert older_story(service)[-1].words == "a:1: 2/2 running, steady state"
