"""The logs of the demo account: they grow, they end with their tasks, and no page loses a line."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import aioboto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from containerscope.demo import load
from containerscope.demo.clock import START
from containerscope.demo.ecs_state import Task
from containerscope.demo.logs_api import flood
from containerscope.demo.logs_filter import compiled
from containerscope.demo.logs_streams import groups, streams
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from tests.demo.conftest import Connect
from tests.demo.test_alarms import advance

CART = "/ecs/checkout/cart"
NOW = int(START.timestamp() * 1000)


@pytest.fixture
async def logs(account: RunningServer, connect: Connect) -> Any:
    """A client of CloudWatch Logs."""
    return await connect(account, "logs")


def task_of(world: World, service: str, cluster: str = "checkout", index: int = 0) -> Task:
    """A running task of a service."""
    tasks = world.clusters[cluster].services[service].tasks.values()
    return [each for each in tasks if each.status == "RUNNING"][index]


def stream_of(world: World, service: str) -> str:
    """The stream of a running task's main container, which FireLens writes."""
    return f"{service}/{service}-firelens-{task_of(world, service).id}"


async def test_every_container_that_logs_has_its_group(logs: Any, world: World) -> None:
    found = [
        each["logGroupName"]
        async for page in logs.get_paginator("describe_log_groups").paginate()
        for each in page["logGroups"]
    ]
    assert found == sorted(found) == groups(world)
    for cluster in ("checkout", "data", "edge"):
        for service in world.clusters[cluster].services:
            assert f"/ecs/{cluster}/{service}" in found
    assert "/aws/eks/platform/cluster" in found
    assert "/aws/ecs/containerinsights/checkout/performance" in found
    prefixed = await logs.describe_log_groups(logGroupNamePrefix="/aws/eks/")
    assert {each["arn"][-2:] for each in prefixed["logGroups"]} == {":*"}


async def test_streams_are_named_after_container_and_task(logs: Any, world: World) -> None:
    found = await logs.describe_log_streams(
        logGroupName=CART, orderBy="LastEventTime", descending=True
    )
    task = task_of(world, "cart")
    names = {each["logStreamName"] for each in found["logStreams"]}
    assert f"cart/cart-firelens-{task.id}" in names
    assert f"firelens/log-router/{task.id}" in names
    one = await logs.describe_log_streams(
        logGroupName="/ecs/edge/geo-lookup", logStreamNamePrefix="geo-lookup/geo-lookup/"
    )
    assert len(one["logStreams"]) == 4
    for each in one["logStreams"]:
        assert each["firstEventTimestamp"] <= each["lastEventTimestamp"] <= NOW


async def test_a_stream_begins_with_its_start_and_grows(logs: Any, account: RunningServer) -> None:
    name = {"logGroupName": CART, "logStreamName": stream_of(account.world, "cart")}
    page = await logs.get_log_events(**name, startFromHead=True, limit=4)
    texts = [each["message"] for each in page["events"]]
    assert "cart 2.7.1 is starting" in texts[0]
    assert json.loads(texts[3])["msg"] == "listening on 0.0.0.0:8080"
    newest = await logs.get_log_events(**name, limit=10)
    assert len(newest["events"]) == 10
    assert NOW - newest["events"][-1]["timestamp"] < 60_000
    token = newest["nextForwardToken"]
    nothing = await logs.get_log_events(**name, nextToken=token)
    assert nothing["events"] == []
    assert nothing["nextForwardToken"] == token
    advance(account.world, 60)
    more = await logs.get_log_events(**name, nextToken=token)
    assert more["events"]
    assert all(each["timestamp"] > NOW - 1000 for each in more["events"])


async def pages_forward(logs: Any, name: dict[str, str], limit: int, **more: Any) -> list[Any]:
    """All events of a stream, page by page from its head."""
    found: list[Any] = []
    asked: dict[str, Any] = {"startFromHead": True}
    while True:
        page = await logs.get_log_events(**name, limit=limit, **asked, **more)
        if not page["events"]:
            return found
        found += page["events"]
        asked = {"nextToken": page["nextForwardToken"]}


async def test_pages_forward_and_backward_neither_lose_nor_repeat(logs: Any, world: World) -> None:
    name = {"logGroupName": CART, "logStreamName": stream_of(world, "cart")}
    window = {"startTime": NOW - 1_200_000, "endTime": NOW}
    whole = (await logs.get_log_events(**name, startFromHead=True, **window))["events"]
    assert len(whole) > 300
    assert await pages_forward(logs, name, 37, **window) == whole
    backward: list[Any] = []
    asked: dict[str, Any] = {}
    while True:
        page = await logs.get_log_events(**name, limit=41, **asked, **window)
        if not page["events"]:
            break
        backward = page["events"] + backward
        asked = {"nextToken": page["nextBackwardToken"]}
    assert backward == whole
    times = [each["timestamp"] for each in whole]
    assert times == sorted(times)


async def test_reading_on_while_it_grows_gives_the_same_as_reading_at_the_end(
    logs: Any, account: RunningServer
) -> None:
    world = account.world
    group = {"logGroupName": "/ecs/checkout/payments"}
    seen: list[str] = []
    since = NOW - 60_000
    for _ in range(40):
        # A tail asks again from its newest event and drops those that it knows.
        found = await everything(logs, group, startTime=since)
        seen += [each["eventId"] for each in found if each["eventId"] not in set(seen)]
        since = max([each["timestamp"] for each in found], default=since)
        advance(world, 7)
    advance(world, 1)
    whole = await everything(logs, group, startTime=NOW - 60_000)
    last = whole[-1]["timestamp"]
    missing = [each for each in whole if each["eventId"] not in set(seen)]
    assert len(seen) == len(set(seen))
    assert all(last - each["timestamp"] < 10_000 for each in missing)
    assert len(seen) > 20


async def everything(logs: Any, group: dict[str, Any], **more: Any) -> list[Any]:
    """All pages of FilterLogEvents."""
    found: list[Any] = []
    token: dict[str, str] = {}
    while True:
        page = await logs.filter_log_events(**group, **more, **token)
        found += page["events"]
        if "nextToken" not in page:
            return found
        token = {"nextToken": page["nextToken"]}


async def test_filtered_pages_interleave_streams_and_lose_nothing(logs: Any, world: World) -> None:
    window = {"startTime": NOW - 120_000, "endTime": NOW}
    group = {"logGroupName": CART}
    whole = await everything(logs, group, **window)
    paged = await everything(logs, group, **window, limit=23)
    assert paged == whole
    ids = [each["eventId"] for each in whole]
    assert len(set(ids)) == len(ids) > 500
    times = [each["timestamp"] for each in whole]
    assert times == sorted(times)
    assert len({each["logStreamName"] for each in whole}) >= 20
    one = stream_of(world, "cart")
    alone = await everything(logs, {**group, "logStreamNames": [one]}, **window)
    assert alone == [each for each in whole if each["logStreamName"] == one]
    name = {"logGroupName": CART, "logStreamName": one}
    read = await pages_forward(logs, name, 10_000, **window)
    assert [each["message"] for each in read] == [each["message"] for each in alone]


async def test_a_pattern_keeps_what_fits(logs: Any) -> None:
    window = {"startTime": NOW - 600_000, "endTime": NOW}
    group = {"logGroupName": CART}
    whole = await everything(logs, group, **window)
    found = await everything(logs, group, **window, filterPattern='{ $.level = "error" }')
    assert found == [each for each in whole if '"level":"error"' in each["message"]]
    assert 0 < len(found) < len(whole) / 5
    slow = await everything(logs, group, **window, filterPattern="{ $.duration_ms > 300 }")
    assert all(json.loads(each["message"])["duration_ms"] > 300 for each in slow)


async def test_there_are_more_lines_when_there_is_more_traffic(logs: Any, world: World) -> None:
    group = {"logGroupName": "/ecs/checkout/web"}

    async def count(begin: int) -> int:
        return len(await everything(logs, group, startTime=begin, endTime=begin + 300_000))

    noon = await count(NOW - 3_600_000)
    night = await count(NOW - 3_600_000 * 10)
    assert night < noon


async def test_a_flood_writes_twenty_thousand_lines_a_minute(logs: Any, world: World) -> None:
    flood(world, CART, 20_000)
    advance(world, 80)
    window = {"startTime": NOW + 10_000, "endTime": NOW + 69_999}
    found = await everything(logs, {"logGroupName": CART}, **window)
    assert 19_000 < len(found) < 24_000
    flood(world, CART, 0)
    advance(world, 80)
    window = {"startTime": NOW + 100_000, "endTime": NOW + 159_999}
    assert len(await everything(logs, {"logGroupName": CART}, **window)) < 5_000


@pytest.mark.parametrize(
    ("cluster", "service", "code", "told"),
    [
        ("checkout", "thumbnails", 137, "cannot allocate"),
        ("data", "etl-worker", 1, "HTTPError"),
        ("data", "etl-worker", 139, "Segmentation fault"),
    ],
)
async def test_the_last_lines_of_a_dead_task_explain_its_death(
    logs: Any, world: World, cluster: str, service: str, code: int, told: str
) -> None:
    tasks = world.clusters[cluster].services[service].tasks.values()
    task = next(
        each for each in tasks if each.exits.get(service) and each.exits[service].code == code
    )
    group = f"/ecs/{cluster}/{service}"
    [found] = [
        each
        for each in streams(world, group)
        if each.name.endswith(task.id) and each.name.startswith(service)
    ]
    page = await logs.get_log_events(logGroupName=group, logStreamName=found.name, limit=8)
    assert told in "\n".join(each["message"] for each in page["events"])
    assert page["events"][-1]["timestamp"] / 1000 == pytest.approx(
        task.execution_stopped_at or task.stopped_at - 5, abs=1
    )


async def test_a_stream_ends_with_its_task_and_outlives_it(
    logs: Any, account: RunningServer, connect: Connect
) -> None:
    world = account.world
    task = task_of(world, "web")
    ecs = await connect(account, "ecs")
    await ecs.stop_task(cluster="checkout", task=task.id)
    advance(world, 600)
    name = {"logGroupName": "/ecs/checkout/web", "logStreamName": f"web/web-firelens-{task.id}"}
    page = await logs.get_log_events(**name, limit=2)
    assert "shutdown complete" in page["events"][-1]["message"]
    advance(world, 4000)
    assert task.id not in world.clusters["checkout"].tasks
    assert (await logs.get_log_events(**name, limit=2))["events"] == page["events"]


async def test_the_streams_of_tasks_that_had_died_before_outlive_them_too(
    logs: Any, account: RunningServer
) -> None:
    group = {"logGroupName": "/ecs/data/etl-worker"}
    tasks = account.world.clusters["data"].services["etl-worker"].tasks
    dead = {each.id for each in tasks.values() if each.status == "STOPPED"}
    assert dead
    advance(account.world, 5000)
    assert not dead & set(tasks)
    window = {"startTime": NOW - 660_000, "endTime": NOW - 480_000}
    found = await everything(logs, group, filterPattern="Segmentation", **window)
    assert {each["logStreamName"].rpartition("-")[2] for each in found} <= dead
    assert found


async def test_the_control_plane_of_eks_has_logs(logs: Any) -> None:
    group = {"logGroupName": "/aws/eks/platform/cluster"}
    found = (await logs.describe_log_streams(**group))["logStreams"]
    kinds = {each["logStreamName"].rpartition("-")[0] for each in found}
    assert kinds == {"kube-apiserver", "kube-apiserver-audit", "authenticator"}
    audit = next(each for each in found if "audit" in each["logStreamName"])
    page = await logs.get_log_events(**group, logStreamName=audit["logStreamName"], limit=5)
    assert json.loads(page["events"][0]["message"])["apiVersion"] == "audit.k8s.io/v1"


async def test_odd_requests_are_refused_with_the_errors_of_aws(logs: Any, world: World) -> None:
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        await logs.describe_log_streams(logGroupName="/nothing")
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        await logs.get_log_events(logGroupName=CART, logStreamName="nothing")
    name = {"logGroupName": CART, "logStreamName": stream_of(world, "cart")}
    cases = (
        logs.get_log_events(**name, limit=10_001),
        logs.get_log_events(**name, nextToken="f/abc/s"),
        logs.filter_log_events(logGroupName=CART, logStreamNames=["a"] * 101),
        logs.filter_log_events(logGroupName=CART, nextToken="zz"),
        logs.filter_log_events(logGroupName=CART, filterPattern="{ level = }"),
        logs.filter_log_events(logGroupName=CART, logStreamNames=["a"], logStreamNamePrefix="b"),
    )
    for each in cases:
        with pytest.raises(ClientError, match="InvalidParameterException"):
            await each


async def test_a_query_filters_sorts_and_counts(logs: Any, account: RunningServer) -> None:
    async def ask(text: str) -> Any:
        query = await logs.start_query(
            logGroupNames=[CART],
            startTime=int(START.timestamp()) - 300,
            endTime=int(START.timestamp()),
            queryString=text,
        )
        query = {"queryId": query["queryId"]}
        assert (await logs.get_query_results(**query))["status"] == "Running"
        advance(account.world, 2)
        found = await logs.get_query_results(**query)
        assert found["status"] == "Complete"
        return [{each["field"]: each["value"] for each in row} for row in found["results"]]

    rows = await ask("fields @timestamp, @message | filter @message like /error/ | limit 5")
    assert 0 < len(rows) <= 5
    assert all("error" in each["@message"] for each in rows)
    times = [each["@timestamp"] for each in rows]
    assert times == sorted(times, reverse=True)
    counted = await ask("stats count(*) as lines by bin(1m)")
    assert len(counted) == 6
    assert sum(int(each["lines"]) for each in counted) > 100
    with pytest.raises(logs.exceptions.MalformedQueryException):
        await ask("dance | limit 3")


async def test_a_live_tail_tells_each_second_what_came_in(
    account: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("containerscope.demo.logs_tail._EVERY", 0.01)
    world = account.world
    session = aioboto3.Session()
    arn = f"arn:aws:logs:eu-west-1:123456789012:log-group:{CART}"
    async with session.client(
        "logs",
        region_name="eu-west-1",
        endpoint_url=account.url,
        aws_access_key_id="AKIADEMO",
        aws_secret_access_key="demo",
        config=Config(inject_host_prefix=False),
    ) as logs:
        answer = await logs.start_live_tail(
            logGroupIdentifiers=[arn], logStreamNamePrefixes=["cart/cart-firelens-"]
        )
        told: list[Any] = []
        opening: Any = None
        async for each in answer["responseStream"]:
            if "sessionStart" in each:
                opening = each["sessionStart"]
                continue
            told += each["sessionUpdate"]["sessionResults"]
            if world.now() > START.timestamp() + 30:
                break
            advance(world, 5)
            await asyncio.sleep(0)
        answer["responseStream"].close()
    assert opening["logGroupIdentifiers"] == [arn]
    assert len(told) > 30
    times = [each["timestamp"] for each in told]
    assert times == sorted(times)
    assert len({(each["logStreamName"], each["timestamp"], each["message"]) for each in told}) == (
        len(told)
    )
    assert {each["logStreamName"][:19] for each in told} == {"cart/cart-firelens-"}


@pytest.mark.parametrize(
    ("pattern", "message", "fits"),
    [
        ("", "anything", True),
        ("ERROR", "an ERROR here", True),
        ("ERROR", "an error here", False),
        ("ERROR timeout", "ERROR: timeout", True),
        ("ERROR timeout", "ERROR: refused", False),
        ("?ERROR ?WARN", "WARN: slow", True),
        ("?ERROR ?WARN", "INFO: fine", False),
        ("ERROR -health", "ERROR /health", False),
        ('"two words"', "these two words", True),
        ('"two words"', "two other words", False),
        ('"a \\"quote\\""', 'has a "quote"', True),
        ("%50[0-9]%", "status 503", True),
        ("%50[0-9]%", "status 404", False),
        ('{ $.level = "error" }', '{"level":"error"}', True),
        ('{ $.level = "err*" }', '{"level":"error"}', True),
        ('{ $.level != "error" }', '{"level":"info"}', True),
        ("{ $.a.b[1] >= 5 }", '{"a":{"b":[1,5]}}', True),
        ("{ $.a > 5 && $.b = true }", '{"a":6,"b":true}', True),
        ("{ $.a > 5 && $.b = true }", '{"a":6,"b":false}', False),
        ("{ $.a > 5 || $.b = true }", '{"a":1,"b":true}', True),
        ("{ $.a EXISTS }", '{"a":null}', True),
        ("{ $.a NOT EXISTS }", '{"b":1}', True),
        ("{ $.a IS NULL }", '{"a":null}', True),
        ("{ $.a = 1 }", "not json", False),
        ("{ $.a = 1 }", "{broken", False),
    ],
)
def test_filter_patterns_mean_what_the_guide_says(pattern: str, message: str, fits: bool) -> None:
    assert compiled(pattern)(message) is fits


@pytest.mark.parametrize("pattern", ["{ x }", "{ $.a ~ 1 }", "%[%", "{ $.a = 1"])
def test_odd_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(AwsError, match="filter pattern"):
        compiled(pattern)


def test_lines_are_the_same_whenever_they_are_read(world: World) -> None:
    [one, *_] = streams(world, CART)
    since = NOW - 300_000
    first = [each for each in one.after(0, NOW) if each.at > since]
    advance(world, 900)
    load.shift(world, "checkout/cart", 4)
    [again, *_] = [each for each in streams(world, CART) if each.name == one.name]
    assert [each for each in again.after(0, NOW) if each.at > since] == first
    assert START + timedelta(seconds=900) == world.clock.now()
