"""Pages, tokens and batch limits are those of AWS."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Any

import pytest
from botocore.exceptions import ClientError

from containerscope.demo.clock import StillClock
from containerscope.demo.ecs_build import Builder
from containerscope.demo.ecs_recipe import Recipe
from containerscope.demo.ecs_state import Cluster
from containerscope.demo.server import RunningServer, serve
from containerscope.demo.world import World
from tests.demo.conftest import Connect

SIZES = (0, 1, 10, 11, 99, 100, 101, 250)


def clusters_of(size: int) -> World:
    world = World(StillClock())
    world.clusters = {name: Cluster(name) for name in (f"c{index:03}" for index in range(size))}
    return world


def services_of(size: int) -> World:
    world = clusters_of(1)
    for index in range(size):
        Builder(world, world.clusters["c000"]).service(Recipe(f"s{index:03}", 0))
    return world


def tasks_of(size: int) -> World:
    world = clusters_of(1)
    Builder(world, world.clusters["c000"]).service(Recipe("web", size))
    return world


async def collect(call: Any, member: str, /, **params: Any) -> tuple[list[str], int]:
    """All names, and the number of pages they came in."""
    found: list[str] = []
    answer = await call(**params)
    pages = 1
    found += answer[member]
    while "nextToken" in answer:
        answer = await call(**params, nextToken=answer["nextToken"])
        found += answer[member]
        pages += 1
    return found, pages


@pytest.mark.parametrize("size", SIZES)
async def test_clusters_come_a_hundred_a_page(connect: Connect, size: int) -> None:
    server = await serve(clusters_of(size))
    ecs = await connect(server, "ecs")
    found, pages = await collect(ecs.list_clusters, "clusterArns")
    await server.close()
    assert [each.rpartition("/")[2] for each in found] == [f"c{index:03}" for index in range(size)]
    assert pages == max(1, ceil(size / 100))


@pytest.mark.parametrize("size", SIZES)
async def test_services_come_ten_a_page_unless_more_are_asked_for(
    connect: Connect, size: int
) -> None:
    server = await serve(services_of(size))
    ecs = await connect(server, "ecs")
    few, small = await collect(ecs.list_services, "serviceArns", cluster="c000")
    many, large = await collect(ecs.list_services, "serviceArns", cluster="c000", maxResults=100)
    await server.close()
    assert few == many
    assert len(set(many)) == size
    assert (small, large) == (max(1, ceil(size / 10)), max(1, ceil(size / 100)))


@pytest.mark.parametrize("size", SIZES)
async def test_tasks_come_a_hundred_a_page_and_are_described_in_batches(
    connect: Connect, size: int
) -> None:
    server = await serve(tasks_of(size))
    ecs = await connect(server, "ecs")
    found, pages = await collect(ecs.list_tasks, "taskArns", cluster="c000")
    described = [
        each["taskArn"]
        for start in range(0, size, 100)
        for each in (await ecs.describe_tasks(cluster="c000", tasks=found[start : start + 100]))[
            "tasks"
        ]
    ]
    await server.close()
    assert described == found
    assert len(found) == size
    assert pages == max(1, ceil(size / 100))


async def test_a_page_goes_on_behind_the_last_item_when_the_list_has_moved(
    connect: Connect,
) -> None:
    world = clusters_of(30)
    server = await serve(world)
    ecs = await connect(server, "ecs")
    first = await ecs.list_clusters(maxResults=10)
    del world.clusters["c003"]
    second = await ecs.list_clusters(maxResults=10, nextToken=first["nextToken"])
    await server.close()
    assert second["clusterArns"][0].endswith("/c010")


@pytest.mark.parametrize("token", ["nonsense", "AAAA", "WzEsMl0="])
async def test_a_token_from_elsewhere_is_refused(ecs: Any, token: str) -> None:
    with pytest.raises(ecs.exceptions.InvalidParameterException):
        await ecs.list_clusters(nextToken=token)


@pytest.mark.parametrize(
    ("operation", "member", "most"),
    [
        ("describe_services", "services", 10),
        ("describe_tasks", "tasks", 100),
        ("describe_container_instances", "containerInstances", 100),
    ],
)
async def test_a_batch_that_is_too_large_is_refused(
    ecs: Any, operation: str, member: str, most: int
) -> None:
    names = [f"n{index}" for index in range(most + 1)]
    with pytest.raises(ecs.exceptions.InvalidParameterException, match=f"at most {most} items"):
        await getattr(ecs, operation)(cluster="checkout", **{member: names})
    answer = await getattr(ecs, operation)(cluster="checkout", **{member: names[:-1]})
    assert [each["reason"] for each in answer["failures"]] == ["MISSING"] * most


async def test_batches_by_arn_have_their_limits_too(ecs: Any) -> None:
    names = [f"arn:aws:ecs:eu-west-1:123456789012:x/a/b/{index}" for index in range(101)]
    cases: tuple[tuple[Callable[[list[str]], Any], int], ...] = (
        (lambda some: ecs.describe_clusters(clusters=some), 100),
        (lambda some: ecs.describe_service_deployments(serviceDeploymentArns=some), 20),
        (lambda some: ecs.describe_service_revisions(serviceRevisionArns=some), 20),
        (lambda some: ecs.describe_capacity_providers(capacityProviders=some), 100),
    )
    for call, most in cases:
        with pytest.raises(ecs.exceptions.InvalidParameterException, match="at most"):
            await call(names[: most + 1])
        assert await call(names[:most])


@pytest.mark.parametrize("size", [0, 101, -1])
async def test_a_page_size_out_of_range_is_refused(ecs: Any, eks: Any, size: int) -> None:
    with pytest.raises(ecs.exceptions.InvalidParameterException, match="maxResults"):
        await ecs.list_services(cluster="checkout", maxResults=size)
    if size > 100:
        with pytest.raises(eks.exceptions.InvalidParameterException, match="maxResults"):
            await eks.list_clusters(maxResults=size)


async def test_capacity_providers_come_ten_at_the_most(ecs: Any) -> None:
    with pytest.raises(ClientError, match="maxResults"):
        await ecs.describe_capacity_providers(maxResults=11)
    answer = await ecs.describe_capacity_providers(maxResults=1)
    assert [each["name"] for each in answer["capacityProviders"]] == ["FARGATE"]
    assert answer["nextToken"]


async def test_tasks_are_filtered_as_asked(account: RunningServer, ecs: Any) -> None:
    async def count(**params: Any) -> int:
        return len((await collect(ecs.list_tasks, "taskArns", **params))[0])

    assert await count(cluster="checkout", serviceName="cart") == 20
    assert await count(cluster="checkout", family="web") == 8
    assert await count(cluster="edge", launchType="EC2") == 4
    assert await count(cluster="checkout", serviceName="thumbnails", desiredStatus="STOPPED") == 5
    assert await count(cluster="checkout", startedBy="events-rule/nightly-report") == 1
    instances = (await ecs.list_container_instances(cluster="data"))["containerInstanceArns"]
    of_instances = [await count(cluster="data", containerInstance=each) for each in instances]
    assert sum(of_instances) == await count(cluster="data")
    with pytest.raises(ecs.exceptions.ServiceNotFoundException):
        await count(cluster="checkout", serviceName="nothing")
    with pytest.raises(ecs.exceptions.InvalidParameterException):
        await count(cluster="checkout", serviceName="web", startedBy="me")


async def test_stopped_tasks_are_forgotten_after_an_hour(still_clock: StillClock, ecs: Any) -> None:
    before = await ecs.list_tasks(cluster="checkout", desiredStatus="STOPPED")
    still_clock.advance(3600)
    after = await ecs.list_tasks(cluster="checkout", desiredStatus="STOPPED")
    assert len(before["taskArns"]) == 20
    assert not set(before["taskArns"]) & set(after["taskArns"])
