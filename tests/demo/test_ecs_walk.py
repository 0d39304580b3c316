"""Walks through the world: whatever is done to it, in whatever order, it agrees with itself."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from containerscope.demo import ecs_capacity
from containerscope.demo.account import demo_world
from containerscope.demo.clock import StillClock
from containerscope.demo.ecs_scenarios import ECS_SCENARIOS
from containerscope.demo.ecs_state import Cluster, Service
from containerscope.demo.ecs_views_cluster import on_instance, reserved
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.world import World
from tests.demo.in_process import ask, later

Act = tuple[str, int, int]
ACTS = (
    "scale",
    "deploy",
    "roll back",
    "stop task",
    "run task",
    "drain",
    "lose",
    "delete",
    "create",
    "story",
    "mend",
    "protect",
    "steps",
)
acts = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 60), st.integers(0, 14)), max_size=8
)
waits = st.lists(st.sampled_from([1.0, 7.0, 30.0, 95.0, 400.0, 3700.0]), min_size=8, max_size=8)
walking = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def everything(world: World) -> list[tuple[Cluster, Service]]:
    return [
        (cluster, service)
        for cluster in world.clusters.values()
        for service in cluster.services.values()
    ]


def do(world: World, act: Act) -> None:
    """Do it if AWS lets one; a refusal is as good an answer."""
    kind, where, count = act
    cluster, service = everything(world)[where % len(everything(world))]
    named = {"cluster": cluster.name, "service": service.name}
    tasks = list(service.tasks)
    instances = list(cluster.instances.values())
    newest = world.arn(
        "ecs", f"service-deployment/{cluster.name}/{service.name}/{service.newest.token}"
    )
    story = ECS_SCENARIOS[where % len(ECS_SCENARIOS)]
    doing: dict[str, Callable[[], Any]] = {
        "scale": lambda: ask(world, "ecs", "UpdateService", **named, desiredCount=count),
        "deploy": lambda: ask(world, "ecs", "UpdateService", **named, forceNewDeployment=True),
        "roll back": lambda: ask(
            world, "ecs", "StopServiceDeployment", serviceDeploymentArn=newest
        ),
        "stop task": lambda: ask(
            world, "ecs", "StopTask", cluster=cluster.name, task=tasks[count % len(tasks)]
        ),
        "run task": lambda: _run(world, cluster, service, count),
        "drain": lambda: ask(
            world,
            "ecs",
            "UpdateContainerInstancesState",
            cluster=cluster.name,
            containerInstances=[instances[count % len(instances)].id],
            status="DRAINING" if count % 3 else "ACTIVE",
        ),
        "lose": lambda: ecs_capacity.lose(world, cluster, instances[count % len(instances)]),
        "delete": lambda: ask(world, "ecs", "DeleteService", **named, force=count % 2 == 0),
        "create": lambda: _create(world, cluster, service, count),
        "story": lambda: story.start(world),
        "mend": lambda: story.stop(world),
        "protect": lambda: ask(
            world,
            "ecs",
            "UpdateTaskProtection",
            cluster=cluster.name,
            tasks=tasks[:3],
            protectionEnabled=True,
            expiresInMinutes=1 + count,
        ),
        "steps": lambda: ask(
            world,
            "ecs",
            "UpdateService",
            **named,
            deploymentConfiguration={"minimumHealthyPercent": 5 * count, "maximumPercent": 150},
            forceNewDeployment=True,
        ),
    }
    lacks = (not tasks and kind in ("stop task", "protect")) or (
        not instances and kind in ("drain", "lose")
    )
    if not lacks:
        with contextlib.suppress(AwsError):
            doing[kind]()


def _network(service: Service) -> dict[str, Any]:
    if not service.awsvpc:
        return {}
    return {"networkConfiguration": {"awsvpcConfiguration": service.awsvpc}}


def _run(world: World, cluster: Cluster, service: Service, count: int) -> None:
    ask(
        world,
        "ecs",
        "RunTask",
        cluster=cluster.name,
        taskDefinition=service.definition.name,
        launchType=service.launch_type,
        count=1 + count % 10,
        **_network(service),
    )


def _create(world: World, cluster: Cluster, service: Service, count: int) -> None:
    ask(
        world,
        "ecs",
        "CreateService",
        cluster=cluster.name,
        serviceName=f"made-{count}",
        taskDefinition=service.definition.arn,
        launchType=service.launch_type,
        desiredCount=count,
        loadBalancers=service.load_balancers,
        **_network(service),
    )


def check(world: World) -> None:
    """What holds at every moment."""
    now = world.now()
    for cluster in world.clusters.values():
        for instance in cluster.instances.values():
            taken = [reserved(each) for each in on_instance(cluster, instance)]
            assert sum(each[0] for each in taken) <= instance.cpu
            assert sum(each[1] for each in taken) <= instance.memory
        for task in cluster.tasks.values():
            assert not task.stopped_at or task.stopped_at > now - 3600
            happened = [task.created_at, task.pull_started_at, task.pull_stopped_at]
            happened += [task.started_at, task.stopping_at, task.execution_stopped_at]
            happened = [each for each in (*happened, task.stopped_at, now) if each]
            assert happened == sorted(happened)
            assert (task.desired == "STOPPED") == bool(task.stop_code)
            assert (task.status == "STOPPED") == bool(task.stopped_at)
        for service in cluster.services.values():
            _check_service(world, cluster, service)
    for group in world.balancing.groups.values():
        for target in group.targets.values():
            if target.task is not None and target.cluster is not None:
                assert target.cluster.tasks.get(target.task.id) is target.task


def _check_service(world: World, cluster: Cluster, service: Service) -> None:
    running = Counter(
        each.started_by for each in service.tasks.values() if each.status == "RUNNING"
    )
    assert service.running == running.total()
    assert service.history[-1][1:] == (service.desired, service.running)
    times = [each[0] for each in service.history]
    assert times == sorted(times)
    live = {each.id for each in service.deployments if each.role}
    for task in service.tasks.values():
        assert cluster.tasks[task.id] is task
        assert not task.alive or service.status != "ACTIVE" or task.started_by in live
    assert sum(each.role == "PRIMARY" for each in service.deployments) == (
        service.status != "INACTIVE"
    )
    assert running.total() <= _most(world, service)
    said = [each.at for each in service.events]
    assert said == sorted(said, reverse=True)
    assert len(said) <= 100


def _most(world: World, service: Service) -> int:
    """The most tasks that the percentages let run: of any count that was wanted just before."""
    recent = [each[1] for each in service.history if each[0] >= world.now() - 120]
    before = [each[1] for each in service.history if each[0] < world.now() - 120][-1:]
    share = max(service.maximum, 200 if service.shift != "ROLLING" else 100)
    return max([*recent, *before, service.desired]) * share // 100


def check_answers(world: World) -> None:
    """Every answer fits its shape, and the counts in it are the numbers of tasks."""
    for cluster in world.clusters.values():
        where = {"cluster": cluster.name}
        listed = ask(world, "ecs", "ListServices", **where, maxResults=100)["serviceArns"]
        for at in range(0, len(listed), 10):
            names = listed[at : at + 10]
            told = ask(world, "ecs", "DescribeServices", **where, services=names)["services"]
            assert len(told) == len(names)
            for each in told:
                deployments = each["deployments"]
                assert each["runningCount"] == sum(one["runningCount"] for one in deployments)
                arn = each["currentServiceDeployment"]
                ask(world, "ecs", "DescribeServiceDeployments", serviceDeploymentArns=[arn])
        for wanted in ("RUNNING", "STOPPED"):
            arns = ask(world, "ecs", "ListTasks", **where, desiredStatus=wanted)["taskArns"]
            if arns:
                found = ask(world, "ecs", "DescribeTasks", **where, tasks=arns)
                assert len(found["tasks"]) == len(arns)


def walk(world: World, todo: Sequence[Act], gaps: Sequence[float]) -> None:
    for act, gap in zip(todo, gaps, strict=False):
        do(world, act)
        check(world)
        later(world, gap)
        check(world)


@walking
@given(acts, waits)
def test_the_world_agrees_with_itself_wherever_one_walks(
    todo: list[Act], gaps: list[float]
) -> None:
    world = demo_world(StillClock())
    walk(world, todo, gaps)
    check_answers(world)


@walking
@given(acts, waits, st.sampled_from([0.5, 2.0, 3.3, 60.0]))
def test_its_history_does_not_depend_on_how_often_one_looks(
    todo: list[Act], gaps: list[float], look: float
) -> None:
    seldom, often = demo_world(StillClock()), demo_world(StillClock())
    for act, gap in zip(todo, gaps, strict=False):
        do(seldom, act)
        do(often, act)
        later(seldom, min(gap, 200))
        left = min(gap, 200)
        while left > 0:
            later(often, min(look, left))
            left -= look
    for (_, one), (_, other) in zip(everything(seldom), everything(often), strict=True):
        assert one.history == other.history
        assert one.events == other.events
        assert [(each.id, each.status) for each in one.tasks.values()] == [
            (each.id, each.status) for each in other.tasks.values()
        ]


@walking
@given(acts, waits)
def test_every_change_of_a_desired_count_is_someones_doing(
    todo: list[Act], gaps: list[float]
) -> None:
    world = demo_world(StillClock())
    known = {id(service): len(service.history) for _, service in everything(world)}
    acted: set[tuple[str, float]] = set()
    for act, gap in zip(todo, gaps, strict=False):
        acted.add(("", world.now()))
        do(world, act)
        later(world, gap)
    for each in world.scaling.activities:
        acted.add((each.key[1], each.started_at))
    for cluster, service in everything(world):
        if service.scheduling == "DAEMON":
            continue
        resource = f"service/{cluster.name}/{service.name}"
        before = service.history[max(known.get(id(service), 1), 1) - 1][1]
        for at, desired, _ in service.history[known.get(id(service), 1) :]:
            assert desired == before or {("", at), (resource, at)} & acted
            before = desired
