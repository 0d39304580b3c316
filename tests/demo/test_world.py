"""The demo account agrees with itself, and shows the troubles it is there to show."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from containerscope.demo.account import demo_world
from containerscope.demo.calls import Call
from containerscope.demo.clock import StillClock
from containerscope.demo.ecs_describes import DESCRIBES
from containerscope.demo.ecs_state import Cluster
from containerscope.demo.ecs_views_cluster import on_instance, reserved
from containerscope.demo.scale import Scale
from containerscope.demo.world import World

SMALL = Scale(6, 60, 700)


@pytest.fixture(
    params=[(None, 1), (None, 77), (SMALL, 1)], ids=["hand-made", "other seed", "scaled"]
)
def any_world(request: pytest.FixtureRequest) -> World:
    """The account with and without generated clusters, with this seed and another."""
    scale, seed = request.param
    return demo_world(StillClock(), scale, seed)


def describe(world: World, operation: str, /, **params: Any) -> Any:
    return DESCRIBES[operation](Call(world, params))


def clusters(world: World) -> list[Cluster]:
    return list(world.clusters.values())


def test_counts_are_the_numbers_of_tasks(any_world: World) -> None:
    for cluster in clusters(any_world):
        [told] = describe(any_world, "DescribeClusters", clusters=[cluster.name])["clusters"]
        statuses = Counter(each.status for each in cluster.tasks.values())
        assert told["runningTasksCount"] == statuses["RUNNING"]
        assert told["activeServicesCount"] == len(cluster.services)
        for name in cluster.services:
            found = describe(any_world, "DescribeServices", cluster=cluster.name, services=[name])
            [service] = found["services"]
            of_it = Counter(
                each.status for each in cluster.tasks.values() if each.group == f"service:{name}"
            )
            assert service["runningCount"] == of_it["RUNNING"]
            assert sum(each["runningCount"] for each in service["deployments"]) == of_it["RUNNING"]
            assert (
                sum(each["pendingCount"] for each in service["deployments"])
                == service["pendingCount"]
            )


def test_tasks_refer_to_what_exists(any_world: World) -> None:
    for cluster in clusters(any_world):
        for task in cluster.tasks.values():
            assert task.definition in any_world.families[task.definition.family]
            assert (task.launch_type == "EC2") == bool(task.instance)
            if task.instance:
                assert cluster.instances[task.instance].zone == task.zone
            if task.service:
                service = cluster.services[task.service]
                assert task.started_by in {each.id for each in service.deployments if each.role}
                assert service.tasks[task.id] is task
            assert set(task.exits) <= {each["name"] for each in task.definition.containers}


def test_the_times_of_a_task_are_in_their_order(any_world: World) -> None:
    for cluster in clusters(any_world):
        for task in cluster.tasks.values():
            times = [task.created_at, task.pull_started_at, task.pull_stopped_at, task.started_at]
            times += [task.stopping_at, task.stopped_at, any_world.now()]
            happened = [each for each in times if each]
            assert happened == sorted(happened), (task.group, task.status)


def test_events_are_newest_first_and_name_tasks_that_exist(world: World) -> None:
    for cluster in clusters(world):
        for service in cluster.services.values():
            times = [each.at for each in service.events]
            assert times == sorted(times, reverse=True)
            assert times[0] <= world.now()
            for each in service.events:
                for part in each.message.split("(task ")[1:]:
                    assert part.split(")")[0] in cluster.tasks


def test_no_instance_holds_more_than_it_has(world: World) -> None:
    for cluster in clusters(world):
        for instance in cluster.instances.values():
            taken = [reserved(each) for each in on_instance(cluster, instance)]
            assert sum(each[0] for each in taken) <= instance.cpu
            assert sum(each[1] for each in taken) <= instance.memory


def test_no_instance_has_room_for_the_task_that_cannot_be_placed(world: World) -> None:
    data = world.clusters["data"]
    loader = data.services["warehouse-loader"]
    needed = int(loader.definition.body["memory"])
    for instance in data.instances.values():
        taken = sum(reserved(each)[1] for each in on_instance(data, instance))
        assert instance.memory - taken < needed
    assert loader.desired - len(loader.tasks) == 3
    assert "insufficient memory" in loader.events[0].message


def test_payments_fails_for_an_image_that_does_not_exist(world: World) -> None:
    payments = world.clusters["checkout"].services["payments"]
    newest = payments.deployments[0]
    assert (newest.failed, newest.threshold) == (6, 10)
    failed = [each for each in payments.tasks.values() if each.stop_code == "TaskFailedToStart"]
    assert len(failed) == 6
    assert all("CannotPullContainerError" in each.stopped_reason for each in failed)
    assert {each.health for each in failed} == {"UNKNOWN"}
    running = [each for each in payments.tasks.values() if each.status == "RUNNING"]
    assert {each.definition.revision for each in running} == {87}
    assert newest.revision.definition.revision == 88


def test_a_deployment_and_its_service_name_the_same_threshold(world: World) -> None:
    for cluster in clusters(world):
        for name, service in cluster.services.items():
            found = describe(world, "DescribeServices", cluster=cluster.name, services=[name])
            [told] = found["services"]
            breaker = told["deploymentConfiguration"]["deploymentCircuitBreaker"]
            if not breaker["enable"]:
                continue
            chosen = breaker["thresholdConfiguration"]
            half = max(3, min(200, -(-service.desired // 2)))
            allowed = chosen["value"] if chosen["type"] == "COUNT" else half
            arn = told["currentServiceDeployment"]
            answer = describe(world, "DescribeServiceDeployments", serviceDeploymentArns=[arn])
            [deployment] = answer["serviceDeployments"]
            assert deployment["deploymentCircuitBreaker"]["threshold"] == allowed, name


def test_thumbnails_are_killed_for_their_memory(world: World) -> None:
    tasks = world.clusters["checkout"].services["thumbnails"].tasks.values()
    codes = [each.exits["thumbnails"].code for each in tasks if each.stopped_at]
    assert codes == [137] * 5


def test_a_world_is_the_same_whenever_it_is_made(world: World) -> None:
    again = demo_world(StillClock())
    for name, cluster in world.clusters.items():
        assert list(cluster.tasks) == list(again.clusters[name].tasks)
        assert [each.events for each in cluster.services.values()] == [
            each.events for each in again.clusters[name].services.values()
        ]


def test_running_tasks_have_addresses_of_their_own(any_world: World) -> None:
    running = [
        task.address
        for cluster in clusters(any_world)
        for task in cluster.tasks.values()
        if task.definition.body["networkMode"] == "awsvpc"
    ]
    assert len(set(running)) == len(running)


@pytest.mark.parametrize("size", [SMALL, Scale(1, 1, 1), Scale(4, 25, 400), Scale(3, 40, 10)])
def test_a_scaled_account_has_the_size_asked_for_or_its_own(size: Scale) -> None:
    base = demo_world(StillClock())
    world = demo_world(StillClock(), size)
    sizes = [
        (
            len(each.clusters),
            sum(len(cluster.services) for cluster in each.clusters.values()),
            sum(
                task.status == "RUNNING"
                for cluster in each.clusters.values()
                for task in cluster.tasks.values()
            ),
        )
        for each in (base, world)
    ]
    wanted = [max(own, asked) for own, asked in zip(sizes[0], size, strict=True)]
    assert list(sizes[1][1:]) in (wanted[1:], [wanted[1] + 1, wanted[2]])


@pytest.mark.parametrize("text", ["", "1,2", "1,2,3,4", "a,b,c", "1,-2,3", "1.5,2,3"])
def test_a_scale_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="C,S,T"):
        Scale.parse(text)
