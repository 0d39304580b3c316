"""Each answer of each operation, held against botocore: its validator and its parser."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.parsers import create_parser
from botocore.validate import ParamValidator

from containerscope.demo.account import demo_world
from containerscope.demo.calls import Call
from containerscope.demo.clock import StillClock
from containerscope.demo.operations import OPERATIONS
from containerscope.demo.protocol_models import JSON, Models
from containerscope.demo.protocol_response import ResponseWriter
from tests.demo.questions import Asker, samples
from tests.demo.samples import misfits

MODELS = Models()
SAMPLES = samples()
WALKED = [(service, operation) for service, all_of in OPERATIONS.items() for operation in all_of]
EMPTY = frozenset(
    {
        ("autoscaling", "DescribeWarmPool"),
        ("cloudwatch", "ListTagsForResource"),
        ("ecs", "DescribeTaskSets"),
    }
)
"""Operations with nothing to tell in the demo account."""
ASKED = [each for each in WALKED if each in SAMPLES]


def parsed_back(service: Any, operation: Any, result: dict[str, Any]) -> Any:
    """What botocore reads from the wire of an answer."""
    reply = ResponseWriter().write(service, operation, result, "a-request-id")
    headers = {**reply.headers, "Content-Type": reply.content_type}
    response = {"status_code": reply.status, "headers": headers, "body": reply.body, "context": {}}
    parser = create_parser(service.metadata["protocol"])
    found = parser.parse(response, operation.output_shape)
    found.pop("ResponseMetadata")
    return found


def members_of(name: str, action: str) -> list[str]:
    """What an operation can answer with."""
    shape = MODELS.service(name).operation_model(action).output_shape
    return [] if shape is None else list(shape.members)


def as_botocore(shape: Any, value: Any) -> Any:
    """The value in botocore's own types: times as such."""
    kind = shape.type_name
    if kind == "structure":
        return {name: as_botocore(shape.members[name], each) for name, each in value.items()}
    if kind == "list":
        return [as_botocore(shape.member, each) for each in value]
    if kind == "map":
        return {name: as_botocore(shape.value, each) for name, each in value.items()}
    return datetime.fromtimestamp(value, UTC) if kind == "timestamp" else value


def whole_seconds(value: Any) -> Any:
    """The value with its times cut to seconds, as XML tells them."""
    if isinstance(value, dict):
        return {name: whole_seconds(each) for name, each in value.items()}
    if isinstance(value, list):
        return [whole_seconds(each) for each in value]
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


def test_every_operation_has_a_sample() -> None:
    assert [each for each in WALKED if each not in SAMPLES] == [], "add it to tests/demo/questions"
    for service, operation in SAMPLES:
        assert operation in MODELS.service(service).operation_names


@pytest.mark.parametrize(("name", "action"), ASKED)
def test_an_answer_tells_something_that_fits_its_shape_and_parses_back(
    name: str, action: str
) -> None:
    world = demo_world(StillClock())
    params = SAMPLES[name, action](Asker(world, name))
    result = OPERATIONS[name][action](Call(world, params))
    silent = (name, action) in EMPTY or not members_of(name, action)
    assert any(each not in ([], {}, None, "") for each in result.values()) != silent
    spoken = [name, *([name + JSON] if name == "cloudwatch" else [])]
    for service in map(MODELS.service, spoken):
        operation = service.operation_model(action)
        shape = operation.output_shape
        if operation.input_shape is not None:
            report = ParamValidator().validate(params, operation.input_shape)
            assert not report.has_errors(), report.generate_report()
        if shape is None:
            assert result == {}
            continue
        if operation.has_event_stream_output:
            continue  # told event by event, which the tests of the service read
        assert misfits(shape, result, action) == []
        found = parsed_back(service, operation, result)
        report = ParamValidator().validate(found, shape)
        assert not report.has_errors(), report.generate_report()
        expected = as_botocore(shape, result)
        if service.metadata["protocol"] in ("query", "ec2"):
            expected = whole_seconds(expected)
        assert found == expected
