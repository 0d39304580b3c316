"""Deployments, revisions and events of ECS services."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytest

from containerscope.model.health import Level
from containerscope.model.listing import Phase, Why
from containerscope.resource import PairsBlock, Scope, TableBlock, TextBlock
from containerscope.resources import service_deployments, service_events, service_revisions
from tests.fakes import FakeClients, denied, described, page_of
from tests.resources.ecs_account import (
    ARN,
    HOSTILE,
    account,
    ago,
    deployment,
    event,
    last_blocks,
    listed,
    service,
    table,
)

HERE = Scope(region="eu-west-1", cluster="checkout", service="web")
SIZES = [0, 1, 10, 11, 20, 21, 99, 100, 101, 250, 1001]


def sdep(number: int, **more: Any) -> dict[str, Any]:
    return {
        "serviceDeploymentArn": f"{ARN}:service-deployment/checkout/web/d{number:04}",
        "serviceArn": f"{ARN}:service/checkout/web",
        "status": "SUCCESSFUL",
        "createdAt": ago(hours=number + 1),
        "startedAt": ago(hours=number + 1),
        "finishedAt": ago(hours=number + 0.5),
        "targetServiceRevision": {
            "arn": revision(number)["serviceRevisionArn"],
            "requestedTaskCount": 4,
            "runningTaskCount": 4,
        },
        "deploymentConfiguration": {"strategy": "ROLLING"},
        **more,
    }


def revision(number: int) -> dict[str, Any]:
    return {
        "serviceRevisionArn": f"{ARN}:service-revision/checkout/web/r{number:04}",
        "taskDefinition": f"{ARN}:task-definition/web:{number}",
        "launchType": "FARGATE",
        "platformVersion": "1.4.0",
        "containerImages": [
            {"containerName": "app", "image": "repo/app:1", "imageDigest": "sha256:9f"}
        ],
        "createdAt": ago(hours=number + 1),
    }


FAILING = sdep(
    0,
    status="IN_PROGRESS",
    finishedAt=None,
    targetServiceRevision={
        "arn": revision(0)["serviceRevisionArn"],
        "requestedTaskCount": 4,
        "runningTaskCount": 1,
        "requestedProductionTrafficWeight": 10.0,
    },
    sourceServiceRevisions=[{"arn": revision(1)["serviceRevisionArn"], "runningTaskCount": 4}],
    deploymentCircuitBreaker={"status": "MONITORING", "failureCount": 6, "threshold": 10},
    lifecycleStage="SCALE_UP",
)


def with_deployments(found: list[dict[str, Any]]) -> FakeClients:
    clients = account(
        {
            "checkout": [
                service(
                    "web",
                    deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True}},
                    deployments=[
                        deployment(rolloutState="IN_PROGRESS", failedTasks=2, runningCount=1),
                        deployment(id="ecs-svc/0", status="ACTIVE"),
                    ],
                )
            ]
        }
    )
    briefs = [
        {
            "serviceDeploymentArn": each["serviceDeploymentArn"],
            "targetServiceRevisionArn": each["targetServiceRevision"]["arn"],
        }
        for each in found
    ]

    def list_deployments(params: Mapping[str, Any]) -> Mapping[str, Any]:
        assert (params["cluster"], params["service"]) == ("checkout", "web")
        return page_of("serviceDeployments", briefs, params, 20)

    clients.answers |= {
        "ecs:ListServiceDeployments": list_deployments,
        "ecs:DescribeServiceDeployments": described(
            "serviceDeployments",
            "serviceDeploymentArns",
            "serviceDeploymentArn",
            {each["serviceDeploymentArn"]: each for each in found},
            20,
        ),
        "ecs:DescribeServiceRevisions": described(
            "serviceRevisions",
            "serviceRevisionArns",
            "serviceRevisionArn",
            {revision(n)["serviceRevisionArn"]: revision(n) for n in range(1001)},
            20,
        ),
    }
    return clients


@pytest.mark.parametrize("count", SIZES)
async def test_deployments_take_a_list_a_hundred_and_a_describe_twenty(count: int) -> None:
    clients = with_deployments([sdep(number) for number in range(count)])
    listing = await listed(service_deployments.RESOURCE, clients, HERE)
    assert (len(listing.items), listing.complete) == (count, True)
    assert clients.counts["ecs:ListServiceDeployments"] == max(1, math.ceil(count / 100))
    assert clients.counts["ecs:DescribeServiceDeployments"] == math.ceil(count / 20)


async def test_a_deployment_shows_how_far_it_is_and_how_many_tasks_failed() -> None:
    clients = with_deployments([FAILING, sdep(1)])
    listing = await listed(service_deployments.RESOURCE, clients, HERE)
    assert table(service_deployments.RESOURCE, listing) == [
        "DEPLOYMENT | HEALTH | STATUS | TASKS | FAILURES | TRAFFIC % | STRATEGY | STAGE | REVISION "
        "| TOOK | REASON | AGE",
        "d0000 | 6/10 failures | in progress | 1/4 | 6/10 | 10 | rolling | SCALE_UP | r0000 | – | "
        "– | 1h",
        "d0001 |  | successful | 4/4 | – | – | rolling | – | r0001 | 30m 0s | – | 2h",
    ]
    first, state, revisions = await last_blocks(
        service_deployments.RESOURCE, clients, HERE, listing.items[0], "Overview"
    )
    assert isinstance(first, TextBlock)
    assert first.level is Level.FAILED
    assert isinstance(state, PairsBlock)
    assert "6 of 10 allowed" in [pair.value for pair in state.pairs]
    assert isinstance(revisions, TableBlock)
    assert [row[0] for row in revisions.rows] == ["from", "to"]


@pytest.mark.parametrize(
    ("more", "level", "words"),
    [
        ({"status": "ROLLBACK_SUCCESSFUL"}, Level.WARNING, "rollback successful"),
        ({"status": "ROLLBACK_FAILED"}, Level.FAILED, "rollback failed"),
        (
            {
                "status": "ROLLBACK_IN_PROGRESS",
                "rollback": {"reason": "CannotPullContainerError: manifest unknown"},
            },
            Level.FAILED,
            "CannotPullContainer: not found",
        ),
        ({"status": "PENDING"}, Level.PROGRESS, "pending"),
        ({"status": "STOPPED"}, Level.NONE, "stopped"),
        ({"status": "TOMORROW"}, Level.NONE, "tomorrow"),
        (
            {"status": "IN_PROGRESS", "alarms": {"triggeredAlarmNames": ["5xx"]}},
            Level.FAILED,
            "alarm 5xx",
        ),
        (
            {
                "status": "IN_PROGRESS",
                "lifecycleHookDetails": [{"hookId": "h", "status": "AWAITING_ACTION"}],
            },
            Level.WARNING,
            "waits for approval",
        ),
    ],
)
async def test_a_deployment_is_judged_by_its_state(
    more: dict[str, Any], level: Level, words: str
) -> None:
    listing = await listed(service_deployments.RESOURCE, with_deployments([sdep(0, **more)]), HERE)
    health = service_deployments.RESOURCE.health(listing.items[0].value)  # type: ignore[arg-type]
    assert (health.level, health.words) == (level, words)


@pytest.mark.parametrize(
    "operation", ["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments"]
)
async def test_where_the_newer_calls_are_denied_the_service_itself_is_asked(operation: str) -> None:
    clients = with_deployments([sdep(0), sdep(1)])
    clients.deny(operation)
    listing = await listed(service_deployments.RESOURCE, clients, HERE)
    rows = table(service_deployments.RESOURCE, listing)
    assert [row.split(" | ")[:5] for row in rows[1:]] == [
        ["ecs-svc/1", "2/3 failures", "in progress", "1/2", "2/3"],
        ["ecs-svc/0", "", "successful", "2/2", "–"],
    ]
    assert [problem.permission for problem in listing.problems] == [operation]
    assert not listing.complete
    item = next(item for item in listing.items if item.key == "ecs-svc/0")
    whole = await service_deployments.RESOURCE.read(clients, HERE, item)
    assert whole["status"] == "ACTIVE"


async def test_where_all_of_it_is_denied_both_reasons_are_kept() -> None:
    clients = with_deployments([sdep(0)])
    clients.deny("ecs:ListServiceDeployments", "ecs:DescribeServices")
    listing = await listed(service_deployments.RESOURCE, clients, HERE)
    assert listing.phase is Phase.DONE
    assert [problem.operation for problem in listing.problems] == [
        "ecs:ListServiceDeployments",
        "ecs:DescribeServices",
    ]


@pytest.mark.parametrize("count", SIZES)
async def test_revisions_take_the_same_list_and_a_describe_twenty(count: int) -> None:
    clients = with_deployments([sdep(number) for number in range(count)])
    listing = await listed(service_revisions.RESOURCE, clients, HERE)
    assert (len(listing.items), listing.complete) == (count, True)
    assert clients.counts["ecs:ListServiceDeployments"] == max(1, math.ceil(count / 100))
    assert clients.counts["ecs:DescribeServiceRevisions"] == math.ceil(count / 20)


async def test_a_revision_that_two_deployments_brought_is_one_row() -> None:
    again = sdep(1, targetServiceRevision={"arn": revision(0)["serviceRevisionArn"]})
    clients = with_deployments([sdep(0), again])
    listing = await listed(service_revisions.RESOURCE, clients, HERE)
    assert table(service_revisions.RESOURCE, listing) == [
        "REVISION | TASKDEF | IMAGES | LAUNCH | PLATFORM | AGE",
        "r0000 | web:0 | app:1 | FARGATE | 1.4.0 | 1h",
    ]
    found = await last_blocks(
        service_revisions.RESOURCE, clients, HERE, listing.items[0], "Overview"
    )
    images = found[1]
    assert isinstance(images, TableBlock)
    assert images.rows == (("app", "repo/app:1", "sha256:9f"),)


async def test_the_revisions_of_one_deployment_are_its_source_and_its_target() -> None:
    clients = with_deployments([FAILING])
    deployments = await listed(service_deployments.RESOURCE, clients, HERE)
    child = service_deployments.RESOURCE.children[0]
    scope = child.scope(HERE, deployments.items[0])
    listing = await listed(service_revisions.RESOURCE, clients, scope)
    assert sorted(item.name for item in listing.items) == ["r0000", "r0001"]


async def test_the_events_of_a_service_take_one_call_newest_first() -> None:
    events = [
        event("has reached a steady state.", number=1, minutes=1),
        event("was unable to place a task. Reason: Internal error.", number=2, minutes=9),
    ]
    clients = account({"checkout": [service("web", events=events), service("cart")]})
    listing = await listed(service_events.RESOURCE, clients, HERE)
    assert clients.counts == {"ecs:DescribeServices": 1}
    assert table(service_events.RESOURCE, listing) == [
        "CLUSTER | SERVICE | AGE | HEALTH | MESSAGE",
        "checkout | web | 1m | steady | has reached a steady state.",
        "checkout | web | 9m | no capacity | was unable to place a task. Reason: Internal error.",
    ]
    first, _ = await last_blocks(
        service_events.RESOURCE, clients, HERE, listing.items[1], "Overview"
    )
    assert isinstance(first, TextBlock)
    assert "Take the subnet out" in first.text
    whole = await service_events.RESOURCE.read(clients, HERE, listing.items[1])
    assert whole == events[1]


async def test_the_events_of_a_cluster_are_those_of_all_its_services() -> None:
    found = [service(f"s{n}", events=[event(HOSTILE, f"s{n}")]) for n in range(11)]
    clients = account({"checkout": found, "data": [service("etl", "data")]})
    listing = await listed(service_events.RESOURCE, clients, Scope())
    assert len(listing.items) == 12
    assert clients.counts["ecs:DescribeServices"] == 3
    assert "\x1b" not in "".join(table(service_events.RESOURCE, listing))


async def test_events_that_may_not_be_read_leave_a_problem() -> None:
    clients = account({"checkout": [service("web")]})
    clients.refuse["ecs:DescribeServices"] = lambda _: denied("ecs:DescribeServices")
    listing = await listed(service_events.RESOURCE, clients, HERE)
    assert (listing.items, listing.problems[0].why) == ((), Why.DENIED)
