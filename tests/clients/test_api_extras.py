"""The overlays add to botocore's models and change nothing in them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from containerscope.clients.api_extras.make import HERE, SERVICES, builtin_model
from containerscope.clients.decode import ParserFactory
from containerscope.clients.session import open_session
from containerscope.resource import Target

TARGET = Target(region="eu-west-1", access_key="a", secret_key="b")


def overlay(service: str) -> dict[str, Any]:
    file = HERE / service / SERVICES[service] / "service-2.sdk-extras.json"
    merge: dict[str, Any] = json.loads(file.read_text())["merge"]
    return merge


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_built_in_is_replaced(service: str) -> None:
    extras, ours = overlay(service), builtin_model(service)
    assert not extras["operations"].keys() & ours["operations"].keys()
    for name, shape in extras["shapes"].items():
        known = ours["shapes"].get(name)
        if known is not None:
            assert shape.keys() == {"members"}, name
            assert not shape["members"].keys() & known["members"].keys(), name


@pytest.mark.parametrize("service", SERVICES)
async def test_every_shape_that_is_named_exists(service: str) -> None:
    model = await open_session(TARGET, read_only=True).get_service_model(service)
    for name in overlay(service)["shapes"]:
        shape = model.shape_for(name)
        for member in getattr(shape, "members", {}).values():
            assert member.type_name
    for name in overlay(service)["operations"]:
        operation = model.operation_model(name)
        assert operation.input_shape
        assert operation.output_shape


async def test_the_deployment_under_way_is_parsed() -> None:
    model = await open_session(TARGET, read_only=True).get_service_model("ecs")
    arn = "arn:aws:ecs:eu-west-1:111122223333:service-deployment/c/s/1"
    body = json.dumps({"services": [{"currentServiceDeployment": arn}]}).encode()
    response = {"status_code": 200, "headers": {}, "body": body, "context": {}}
    shape = model.operation_model("DescribeServices").output_shape
    answer = await ParserFactory().create_parser("json").parse(response, shape)
    assert answer["services"][0]["currentServiceDeployment"] == arn


async def test_the_users_own_models_are_found_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    folder = tmp_path / "ecs" / SERVICES["ecs"]
    folder.mkdir(parents=True)
    model = dict(builtin_model("ecs"))
    model["operations"] = {"ListClusters": model["operations"]["ListClusters"]}
    (folder / "service-2.json").write_text(json.dumps(model))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    core = open_session(Target(region="eu-west-1"), read_only=True)
    names = (await core.get_service_model("ecs")).operation_names
    assert "ListClusters" in names
    assert "DescribeClusters" not in names
    assert "ListDaemons" in names
