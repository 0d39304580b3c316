"""Both ways from an answer to values give the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from random import Random
from typing import Any

import botocore.session
import msgspec
import pytest
from botocore.loaders import Loader
from botocore.parsers import ResponseParserError
from hypothesis import given, settings
from hypothesis import strategies as st

from containerscope.clients.decode import RAW, ParserFactory, page_of, utc_timestamp, wants_raw
from containerscope.clients.session import API_EXTRAS
from containerscope.model import ecs, ecs_deployment, ecs_service, ecs_task, ecs_taskdef, eks
from containerscope.model.listing import Page
from tests.robust import shapes

READ: list[tuple[str, str, str, type]] = [
    ("ecs", "ListTasks", "taskArns", str),
    ("ecs", "DescribeTasks", "tasks", ecs_task.Task),
    ("ecs", "DescribeTasks", "tasks", ecs_task.TaskWhole),
    ("ecs", "DescribeServices", "services", ecs_service.Service),
    ("ecs", "DescribeClusters", "clusters", ecs.Cluster),
    ("ecs", "DescribeContainerInstances", "containerInstances", ecs.ContainerInstance),
    ("ecs", "DescribeTaskDefinition", "taskDefinition", ecs_taskdef.TaskDefinition),
    (
        "ecs",
        "DescribeServiceDeployments",
        "serviceDeployments",
        ecs_deployment.ServiceDeployment,
    ),
    ("eks", "ListClusters", "clusters", str),
    ("eks", "DescribeCluster", "cluster", eks.Cluster),
    ("eks", "DescribeNodegroup", "nodegroup", eks.Nodegroup),
]


def model_of(service: str) -> Any:
    core = botocore.session.Session()
    core.register_component("data_loader", Loader([str(API_EXTRAS)]))
    return core.get_service_model(service)


MODELS = {service: model_of(service) for service in ("ecs", "eks", "efs", "iam")}


async def page(
    raw: bool, service: str, operation: str, member: str, model: type, body: bytes
) -> tuple[Page[Any], bool]:
    """The page of an answer on the wire, and whether its body came through untouched."""
    service_model = MODELS[service]
    parser = ParserFactory().create_parser(service_model.metadata["protocol"])
    response = {"status_code": 200, "headers": {}, "body": body, "context": {}}
    token = wants_raw.set(raw)
    try:
        shape = service_model.operation_model(operation).output_shape
        answer = await parser.parse(response, shape)
    finally:
        wants_raw.reset(token)
    return page_of(answer, f"{service}:{operation}", member, model), RAW in answer


def on_the_wire(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, dict):
        return {name: on_the_wire(part) for name, part in value.items()}
    return [on_the_wire(part) for part in value] if isinstance(value, list) else value


async def both(service: str, operation: str, member: str, model: type, body: bytes) -> Page[Any]:
    ours, _ = await page(True, service, operation, member, model, body)
    theirs, was_raw = await page(False, service, operation, member, model, body)
    assert not was_raw
    assert ours == theirs
    assert repr(ours) == repr(theirs)
    return ours


@pytest.mark.parametrize(("service", "operation", "member", "model"), READ)
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), hostile=st.booleans())
async def test_any_answer_reads_the_same_both_ways(
    service: str, operation: str, member: str, model: type, seed: int, hostile: bool
) -> None:
    answer = shapes.answer(service, operation, Random(seed), hostile=hostile)
    await both(service, operation, member, model, json.dumps(on_the_wire(answer)).encode())


@pytest.mark.parametrize(("service", "operation", "member", "model"), READ)
async def test_the_hot_answers_pass_no_parser_of_botocore(
    service: str, operation: str, member: str, model: type
) -> None:
    _, was_raw = await page(True, service, operation, member, model, b"{}")
    assert was_raw


async def test_times_are_in_utc_to_the_microsecond() -> None:
    body = b'{"tasks":[{"taskArn":"a","createdAt":1772625600.123456}]}'
    read = await both("ecs", "DescribeTasks", "tasks", ecs_task.Task, body)
    assert read.items[0].created_at == datetime(2026, 3, 4, 12, 0, 0, 123456, UTC)
    assert read.items[0].created_at.tzinfo is UTC


async def test_an_odd_item_is_a_problem_and_the_others_are_read() -> None:
    body = (
        b'{"tasks":[{"taskArn":"arn:1"},{"taskArn":"arn:2","containers":7},'
        b'{"clusterArn":"c","taskArn":"arn:3","createdAt":1e300}]}'
    )
    read, _ = await page(True, "ecs", "DescribeTasks", "tasks", ecs_task.Task, body)
    assert [task.task_arn for task in read.items] == ["arn:1"]
    assert [problem.keys for problem in read.odd] == [("arn:2",), ("arn:3",)]
    assert read.odd[0].operation == "ecs:DescribeTasks"


@pytest.mark.parametrize(
    "body",
    [
        b'{"tasks":null,"failures":null,"nextToken":null}',
        b'{"tasks":[{"taskArn":"a","containers":null,"tags":[{"key":"null"}]}]}',
        b'{"tasks":[{"taskArn":"\\ud800"}]}',
        b'{"tasks":[],"failures":[{"arn":"a","reason":"MISSING"}]}',
        b'{"tasks":[{"taskArn":"a","unknown":{"deep":[1,2]}}]}',
        b"",
    ],
)
async def test_nulls_surrogates_and_unknown_members_read_the_same(body: bytes) -> None:
    await both("ecs", "DescribeTasks", "tasks", ecs_task.Task, body)


async def test_a_token_is_found_whatever_its_name() -> None:
    read = await both("ecs", "ListTasks", "taskArns", str, b'{"taskArns":["a"],"nextToken":"n"}')
    assert read.token == "n"
    body = b'{"FileSystems":[],"Marker":"where we were","NextMarker":"where to go"}'
    assert (await both("efs", "DescribeFileSystems", "FileSystems", dict, body)).token == (
        "where to go"
    )
    last = b'{"FileSystems":[],"Marker":"where we were"}'
    assert (await both("efs", "DescribeFileSystems", "FileSystems", dict, last)).token is None
    points = b'{"AccessPoints":[],"NextToken":"on"}'
    read = await both("efs", "DescribeAccessPoints", "AccessPoints", dict, points)
    assert read.token == "on"


async def test_xml_goes_botocores_way() -> None:
    class Role(msgspec.Struct, frozen=True, rename="pascal"):
        role_name: str | None = None
        create_date: datetime | None = None

    body = b"""<GetRoleResponse><GetRoleResult><Role><RoleName>r</RoleName>
      <CreateDate>2026-03-04T13:00:00+01:00</CreateDate></Role></GetRoleResult></GetRoleResponse>"""
    read = await both("iam", "GetRole", "Role", Role, body)
    assert read.items == (Role("r", datetime(2026, 3, 4, 12, tzinfo=UTC)),)


@pytest.mark.parametrize("raw", [True, False])
async def test_a_page_of_something_else_is_no_empty_list(raw: bool) -> None:
    with pytest.raises(ResponseParserError):
        await page(raw, "ecs", "ListTasks", "taskArns", str, b"<html>sign in here</html>")


def test_what_is_no_time_is_left_as_it_is() -> None:
    assert utc_timestamp("not a time") == "not a time"
    assert utc_timestamp(1e300) == 1e300
