"""ECS tasks and containers as a person sees them in lists and in the detail pane."""

from __future__ import annotations

from typing import Any

import pytest

from containerscope.model.health import Health, Level
from containerscope.model.listing import ApiError, Missing, Why
from containerscope.resource import Scope, TableBlock, TextBlock
from containerscope.resources import containers, tasks
from tests.resources.ecs_account import (
    ARN,
    HOSTILE,
    account,
    ago,
    container,
    instance,
    last_blocks,
    listed,
    table,
    task,
)

HERE = Scope(region="eu-west-1", cluster="checkout")


def stopped(
    number: int, exit_code: int | None, reason: str | None = None, **more: Any
) -> dict[str, Any]:
    arn = task(number)["taskArn"]
    return task(
        number,
        lastStatus="STOPPED",
        desiredStatus="STOPPED",
        stoppedAt=ago(minutes=3),
        containers=[container(arn, lastStatus="STOPPED", exitCode=exit_code, reason=reason)],
        **more,
    )


OOM = stopped(
    2,
    137,
    "OutOfMemoryError: container killed due to memory usage",
    stopCode="EssentialContainerExited",
    stoppedReason="Essential container in task exited",
)
REPLACED = stopped(
    3,
    143,
    stopCode="ServiceSchedulerInitiated",
    stoppedReason="Scaling activity initiated by (deployment ecs-svc/1)",
)
ALONE = task(4, group="family:report", startedBy="events-rule/night", lastStatus="PROVISIONING")


async def test_running_and_stopped_tasks_stand_in_one_list_failures_first() -> None:
    clients = account(tasks={"checkout": [task(1), OOM, REPLACED, ALONE]})
    listing = await listed(tasks.RESOURCE, clients, HERE)
    name = "0" * 31
    assert table(tasks.RESOURCE, listing) == [
        "CLUSTER | TASK | HEALTH | STATUS | TARGET | SERVICE | TASKDEF | AZ | IP | LAUNCH | CPU | "
        "MEM MiB | EXIT | REASON | AGE | STOPPED",
        f"checkout | {name}2 | OOM killed (137) | STOPPED | … | web | web:7 | eu-west-1a | "
        "10.0.1.7 | FARGATE | 256 | 512 | 137 | "
        "OutOfMemoryError: container killed due to memory usage | 1h | 3m",
        f"checkout | {name}4 | provisioning | PROVISIONING | … | family:report | web:7 | "
        "eu-west-1a | 10.0.1.7 | FARGATE | 256 | 512 | – | – | 1h | –",
        f"checkout | {name}1 |  | RUNNING | … | web | web:7 | eu-west-1a | 10.0.1.7 | FARGATE | "
        "256 | 512 | – | – | 1h | –",
        f"checkout | {name}3 | scaled in | STOPPED | … | web | web:7 | eu-west-1a | 10.0.1.7 | "
        "FARGATE | 256 | 512 | 143 | "
        "Scaling activity initiated by (deployment ecs-svc/1) | 1h | 3m",
    ]


async def test_wide_mode_adds_the_interface_and_the_stop_code() -> None:
    clients = account(tasks={"checkout": [OOM]})
    row = table(tasks.RESOURCE, await listed(tasks.RESOURCE, clients, HERE), wide=True)[1]
    assert "eni-1" in row
    assert "EssentialContainerExited" in row
    assert "more memory than its hard limit" in row


async def test_a_task_that_stops_between_the_two_lists_is_one_row() -> None:
    clients = account(tasks={"checkout": [task(1)]})
    clients.answers["ecs:ListTasks"] = lambda _: {"taskArns": [task(1)["taskArn"]]}
    listing = await listed(tasks.RESOURCE, clients, HERE)
    assert len(listing.items) == 1
    assert clients.counts["ecs:DescribeTasks"] == 1


async def test_tasks_of_an_instance_are_asked_for_as_such() -> None:
    host = instance(1)["containerInstanceArn"]
    clients = account(tasks={"checkout": [task(1, containerInstanceArn=host), task(2)]})
    listing = await listed(tasks.RESOURCE, clients, HERE.within(parent=host))
    assert [item.name[-1] for item in listing.items] == ["1"]


async def test_tasks_that_may_not_be_described_stay_as_names() -> None:
    clients = account(tasks={"checkout": [task(number) for number in range(150)]})
    clients.deny("ecs:DescribeTasks")
    listing = await listed(tasks.RESOURCE, clients, HERE)
    assert len(listing.items) == 150
    assert all(isinstance(i.value, Missing) and i.value.why is Why.DENIED for i in listing.items)
    assert {problem.permission for problem in listing.problems} == {"ecs:DescribeTasks"}


async def test_the_overview_of_a_dead_task_says_why_and_what_to_do() -> None:
    clients = account(tasks={"checkout": [OOM]})
    item = (await listed(tasks.RESOURCE, clients, HERE)).items[0]
    first, *rest = await last_blocks(tasks.RESOURCE, clients, HERE, item, "Overview")
    assert isinstance(first, TextBlock)
    assert first.text.startswith("OOM killed (137): The container used more memory")
    assert "What to do: Raise its memory" in first.text
    titles = [block.title for block in rest]
    assert titles == ["Task", "Times", "Containers", "Network"]
    found = rest[2]
    assert isinstance(found, TableBlock)
    assert found.rows[0][0] == "app"
    assert found.levels == (Level.FAILED,)


async def test_a_task_that_is_gone_keeps_what_was_known_of_it() -> None:
    clients = account(tasks={"checkout": [OOM]})
    item = (await listed(tasks.RESOURCE, clients, HERE)).items[0]
    clients.answers["ecs:DescribeTasks"] = lambda _: {
        "tasks": [],
        "failures": [{"reason": "MISSING"}],
    }
    trouble, verdict, *_ = await last_blocks(tasks.RESOURCE, clients, HERE, item, "Overview")
    assert isinstance(trouble, TextBlock)
    assert "MISSING" in trouble.text
    assert isinstance(verdict, TextBlock)
    with pytest.raises(ApiError, match="MISSING"):
        await tasks.RESOURCE.read(clients, HERE, item)


async def test_the_containers_of_a_task_take_one_call() -> None:
    arn = task(1)["taskArn"]
    two = task(
        1, containers=[container(arn), container(arn, "proxy", lastStatus="STOPPED", exitCode=1)]
    )
    clients = account(tasks={"checkout": [two, task(2)]})
    listing = await listed(containers.RESOURCE, clients, Scope(parent=arn))
    assert clients.counts == {"ecs:DescribeTasks": 1}
    assert table(containers.RESOURCE, listing) == [
        "CLUSTER | NAME | HEALTH | STATUS | CHECK | TASK | IMAGE | DIGEST | EXIT | PORTS | CPU | "
        "MEM MiB | REASON",
        f"checkout | proxy | exit 1 | STOPPED | healthy | {1:032x} | repo/app:1.2 | 9f3c01234567 | "
        "1 | 80:32768/tcp | 256 | – | –",
        f"checkout | app |  | RUNNING | healthy | {1:032x} | repo/app:1.2 | 9f3c01234567 | – | "
        "80:32768/tcp | 256 | – | –",
    ]


async def test_the_containers_of_a_cluster_are_those_of_all_its_tasks() -> None:
    clients = account(
        tasks={"checkout": [task(number) for number in range(250)] + [OOM | {"taskArn": "x"}]}
    )
    listing = await listed(containers.RESOURCE, clients, HERE)
    assert len(listing.items) == 251
    assert listing.complete
    assert clients.counts["ecs:DescribeTasks"] == 3


async def test_containers_without_an_arn_are_told_apart_by_their_names() -> None:
    arn = task(1)["taskArn"]
    bare = [{"name": "a", "taskArn": arn}, {"name": "b", "taskArn": arn}]
    clients = account(tasks={"checkout": [task(1, containers=bare)]})
    listing = await listed(containers.RESOURCE, clients, Scope(parent=arn))
    assert len({item.key for item in listing.items}) == 2
    assert await containers.RESOURCE.read(clients, HERE, listing.items[1]) == bare[1]


async def test_a_container_killed_while_its_task_was_replaced_is_no_failure() -> None:
    arn = REPLACED["taskArn"]
    calm = REPLACED | {"containers": [container(arn, lastStatus="STOPPED", exitCode=137)]}
    clients = account(tasks={"checkout": [calm]})
    (item,) = (await listed(containers.RESOURCE, clients, Scope(parent=arn))).items
    assert not isinstance(item.value, Missing)
    assert containers.RESOURCE.health(item.value) == Health(Level.NONE, "killed (137)")


async def test_the_container_pane_shows_it_at_this_moment() -> None:
    clients = account(tasks={"checkout": [OOM]})
    (item,) = (await listed(containers.RESOURCE, clients, Scope(parent=OOM["taskArn"]))).items
    trouble, pairs = await last_blocks(containers.RESOURCE, clients, HERE, item, "Overview")
    assert isinstance(trouble, TextBlock)
    assert trouble.text == "OOM killed (137)"
    assert pairs.title == "app"


async def test_hostile_text_reaches_the_rows_as_it_came() -> None:
    clients = account(tasks={"checkout": [task(1, stoppedReason=HOSTILE, lastStatus="STOPPED")]})
    listing = await listed(tasks.RESOURCE, clients, HERE)
    value: Any = listing.items[0].value
    assert value.stopped_reason == HOSTILE
    assert "\x1b" not in "".join(table(tasks.RESOURCE, listing, wide=True))


async def test_a_task_with_nothing_in_it_is_still_a_row() -> None:
    arn = f"{ARN}:task/checkout/{1:032x}"
    clients = account(tasks={"checkout": [task(1)]})
    clients.answers["ecs:DescribeTasks"] = lambda _: {"tasks": [{"taskArn": arn}]}
    listing = await listed(tasks.RESOURCE, clients, HERE)
    assert table(tasks.RESOURCE, listing)[1].startswith(f"checkout | {1:032x} |  | – |")
    assert listing.complete
