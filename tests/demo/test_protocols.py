"""The wire protocols against botocore's own serialisers and parsers, for whole service models."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from containerscope.demo.operations import OPERATIONS
from containerscope.demo.protocol_errors import AwsError, error_reply
from containerscope.demo.protocol_models import Models
from containerscope.demo.protocol_request import parse
from containerscope.demo.protocol_response import ResponseWriter
from containerscope.demo.protocol_route import Wire, find_operation, find_service, signature
from tests.demo.samples import sample

MODELS = Models()
SERVICES = (
    "ecs",
    "eks",
    "efs",
    "sts",
    "iam",
    "elbv2",
    "autoscaling",
    "application-autoscaling",
    "logs",
    "cloudwatch",
    "ecr",
    "ssm",
    "secretsmanager",
    "servicediscovery",
    "sso",
    "sso-oidc",
    "resourcegroupstaggingapi",
)
EC2 = ("RunInstances", *OPERATIONS["ec2"])


def wire_of(service: Any, operation: Any, params: dict[str, Any]) -> Wire:
    """The request that botocore makes, signed as far as the service can be told from it."""
    serializer = create_serializer(service.metadata["protocol"], include_validation=False)
    made = serializer.serialize_to_request(params, operation)
    name = service.signing_name
    headers = {key.lower(): str(value) for key, value in made["headers"].items()}
    if operation.auth_type != "none":
        scope = f"AKIDEXAMPLE/20261124/eu-west-1/{name}/aws4_request"
        headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, ..."
    body = made["body"]
    if isinstance(body, dict):
        headers["content-type"] = "application/x-www-form-urlencoded; charset=utf-8"
        body = urlencode(body).encode()
    path, _, constant = made["url_path"].partition("?")
    pairs = [tuple(each.split("=", 1)) for each in constant.split("&") if "=" in each]
    query = made["query_string"]
    for key, value in query.items() if isinstance(query, dict) else query:
        pairs.extend((key, str(each)) for each in (value if isinstance(value, list) else [value]))
    return Wire(made["method"], quote(path, safe="/%~"), tuple(pairs), headers, body or b"")


def operations(name: str) -> list[Any]:
    service = MODELS.service(name)
    names = EC2 if name == "ec2" else service.operation_names
    return [service.operation_model(each) for each in names]


def timed(shape: Any, value: Any) -> Any:
    """The same value with times in epoch seconds, as the demo keeps them."""
    kind = shape.type_name
    if kind == "structure":
        return {name: timed(shape.members[name], each) for name, each in value.items()}
    if kind == "list":
        return [timed(shape.member, each) for each in value]
    if kind == "map":
        return {name: timed(shape.value, each) for name, each in value.items()}
    return value.timestamp() if kind == "timestamp" else value


@pytest.mark.parametrize("name", [*SERVICES, "ec2"])
def test_every_request_that_botocore_makes_is_understood(name: str) -> None:
    service = MODELS.service(name)
    for operation in operations(name):
        if operation.input_shape is None or operation.has_event_stream_input:
            continue
        params = sample(operation.input_shape)
        wire = wire_of(service, operation, params)
        assert find_service(MODELS, wire, signature(wire)) == name, operation.name
        found = find_operation(MODELS, name, wire)
        assert found.name == operation.name
        assert parse(MODELS, service, found, wire) == timed(operation.input_shape, params)


@pytest.mark.parametrize("name", [*SERVICES, "ec2"])
def test_every_answer_is_read_by_botocore_as_it_was_meant(name: str) -> None:
    service = MODELS.service(name)
    writer = ResponseWriter()
    for operation in operations(name):
        shape = operation.output_shape
        if shape is None or operation.has_event_stream_output or operation.has_streaming_output:
            continue
        reply = writer.write(service, operation, sample(shape, plain=True), "id-1")
        response = {"status_code": reply.status, "headers": dict(reply.headers), "body": reply.body}
        parsed = create_parser(service.metadata["protocol"]).parse(response, shape)
        parsed.pop("ResponseMetadata")
        assert parsed == sample(shape), operation.name


@pytest.mark.parametrize("name", ["ecs", "eks", "iam", "ec2"])
def test_errors_have_the_shape_of_their_protocol(name: str) -> None:
    service = MODELS.service(name)
    error = AwsError("SomethingWrong", "It <went> wrong & stays so", 400)
    reply = error_reply(error, service.metadata["protocol"], "id-7", service)
    headers = {key.lower(): value for key, value in reply.headers.items()}
    response = {"status_code": reply.status, "headers": headers, "body": reply.body}
    parsed = create_parser(service.metadata["protocol"]).parse(response, None)
    assert parsed["Error"]["Code"] == "SomethingWrong"
    assert parsed["Error"]["Message"] == "It <went> wrong & stays so"


def test_a_body_that_is_not_json_is_a_serialization_error() -> None:
    service = MODELS.service("ecs")
    operation = service.operation_model("ListTasks")
    for body in (b"{", b"[]", b'{"cluster": 7}', b'{"maxResults": true}'):
        with pytest.raises(AwsError, match="SerializationException"):
            parse(MODELS, service, operation, Wire("POST", "/", (), {}, body))


def test_services_that_share_a_signing_name_are_told_apart() -> None:
    for name in ("elb", "elbv2", "dynamodb", "dynamodbstreams", "sesv2"):
        service = MODELS.service(name)
        operation = service.operation_model(service.operation_names[0])
        params = {} if operation.input_shape is None else sample(operation.input_shape)
        wire = wire_of(service, operation, params)
        assert find_service(MODELS, wire, signature(wire)) == name


def test_newer_clients_speak_json_with_cloudwatch() -> None:
    operation = "GraniteServiceVersion20100801.DescribeAlarms"
    scope = "AKIDEXAMPLE/20261124/eu-west-1/monitoring/aws4_request"
    headers = {
        "x-amz-target": operation,
        "content-type": "application/x-amz-json-1.0",
        "authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host",
    }
    body = b'{"AlarmNames": ["a", "b"], "MaxRecords": 5}'
    wire = Wire("POST", "/", (), headers, body)
    spoken = find_service(MODELS, wire, signature(wire))
    service = MODELS.service(spoken)
    assert service.service_name == "cloudwatch"
    model = find_operation(MODELS, spoken, wire)
    assert parse(MODELS, service, model, wire) == {"AlarmNames": ["a", "b"], "MaxRecords": 5}
    alarm = {"AlarmName": "a", "StateUpdatedTimestamp": 1764000000.0}
    reply = ResponseWriter().write(service, model, {"MetricAlarms": [alarm]}, "id")
    assert reply.content_type == "application/x-amz-json-1.0"
    assert (
        reply.body == b'{"MetricAlarms":[{"AlarmName":"a","StateUpdatedTimestamp":1764000000.0}]}'
    )
    form = {"authorization": headers["authorization"],
            "content-type": "application/x-www-form-urlencoded"}  # fmt: skip
    older = Wire("POST", "/", (), form, b"Action=DescribeAlarms&Version=2010-08-01")
    assert find_service(MODELS, older, signature(older)) != spoken
