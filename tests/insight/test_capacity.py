"""What room instances have left, and which share of the tasks runs on what."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from containerscope.insight.capacity import (
    Room,
    fargate_words,
    fitting,
    held_ports,
    room_in_all,
    room_of,
    shares,
)
from containerscope.model.ecs import CapacityProviderStrategyItem, ContainerInstance
from containerscope.model.ecs_task import Task


def instance(cpu: int = 2048, memory: int = 4096, **more: Any) -> ContainerInstance:
    return msgspec.convert(
        {
            "status": "ACTIVE",
            "agentConnected": True,
            "remainingResources": [
                {"name": "CPU", "type": "INTEGER", "integerValue": cpu},
                {"name": "MEMORY", "type": "INTEGER", "integerValue": memory},
                {"name": "PORTS", "stringSetValue": ["22", "51678", "8080", "443"]},
                {"name": "GPU", "stringSetValue": ["gpu-1"]},
            ],
            **more,
        },
        ContainerInstance,
    )


def item(name: str, weight: int | None = None, base: int | None = None) -> Any:
    return CapacityProviderStrategyItem(name, weight, base)


def test_an_instance_says_what_it_has_left() -> None:
    assert room_of(instance()) == Room(2048, 4096, 1, ("443", "8080"))
    assert room_of(ContainerInstance()) == Room()
    assert held_ports(ContainerInstance()) == ()


@pytest.mark.parametrize(
    ("cpu", "memory", "fits"),
    [(512, 1024, 4), (512, 2048, 2), (4096, 1, 0), (0, 1024, 4), (512, 0, 4), (0, 0, None)],
)
def test_as_many_tasks_fit_as_both_resources_allow(cpu: int, memory: int, fits: int | None) -> None:
    assert room_of(instance(), cpu, memory).tasks == fits


@pytest.mark.parametrize("state", [{"status": "DRAINING"}, {"agentConnected": False}])
def test_an_instance_that_takes_no_tasks_has_room_for_none(state: dict[str, Any]) -> None:
    assert room_of(instance(**state), 512, 512).tasks == 0


def test_all_instances_together_count_whole_tasks_each() -> None:
    halves = [instance(600, 4096), instance(600, 4096), instance(9000, 9000, status="DRAINING")]
    room = room_in_all(halves, 512, 512)
    assert (room.cpu, room.memory, room.tasks) == (1200, 8192, 2)
    assert room_in_all([], 512, 512).tasks == 0
    assert room_in_all(halves).tasks is None


def test_tasks_of_many_sizes_are_placed_the_largest_first() -> None:
    two = [instance(cpu=1024, memory=2048), instance(cpu=1024, memory=2048)]
    assert fitting([(512, 512), (1024, 1024), (512, 1536)], two) == 3
    assert fitting([(512, 1536), (512, 1536), (512, 1536)], two) == 2
    assert fitting([(256, 256)], [instance(status="DRAINING")]) == 0
    assert fitting([], []) == 0


def test_a_strategy_is_shares_of_what_is_beyond_the_base() -> None:
    found = shares([item("FARGATE", 1, 2), item("FARGATE_SPOT", 3)], desired=10)
    assert [(each.provider, each.base, each.percent, each.wanted) for each in found] == [
        ("FARGATE", 2, 25.0, 4),
        ("FARGATE_SPOT", 0, 75.0, 6),
    ]


def test_a_base_larger_than_the_service_takes_it_all() -> None:
    found = shares([item("FARGATE", 1, 5), item("FARGATE_SPOT", 3)], desired=3)
    assert [each.wanted for each in found] == [3, 0]


def test_a_strategy_of_a_base_alone_is_that_base() -> None:
    (found,) = shares([item("cp", 0, 2)], desired=2)
    assert (found.percent, found.wanted) == (100.0, 2)
    assert shares(None) == ()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), max_size=5), st.integers(0, 50))
def test_shares_add_up_to_what_is_wanted(parts: list[tuple[int, int]], desired: int) -> None:
    items = [item(str(place), weight, base) for place, (weight, base) in enumerate(parts)]
    found = shares(items, desired)
    whole = sum(each.wanted or 0 for each in found)
    assert whole <= desired
    if any(weight for weight, _ in parts):
        assert whole == desired


def task(provider: str | None, status: str = "RUNNING", launch: str = "FARGATE") -> Task:
    return Task(capacity_provider_name=provider, last_status=status, launch_type=launch)


def test_what_runs_is_counted_beside_what_is_wanted() -> None:
    running = [task("FARGATE"), task("FARGATE_SPOT"), task("FARGATE_SPOT", "STOPPED")]
    found = shares([item("FARGATE", 1), item("FARGATE_SPOT", 1)], 2, running)
    assert [each.running for each in found] == [1, 1]


@pytest.mark.parametrize(
    ("tasks", "words"),
    [
        ([task("FARGATE")] * 3 + [task("FARGATE_SPOT")] * 7, "3 Fargate, 7 Fargate Spot (70 %)"),
        ([task(None)] * 2, "2 Fargate"),
        ([task("FARGATE_SPOT")], "1 Fargate Spot (100 %)"),
        ([task("cp-a", launch="EC2")], ""),
        ([], ""),
    ],
)
def test_fargate_and_its_spot_share_are_told(tasks: list[Task], words: str) -> None:
    assert fargate_words(tasks) == words
