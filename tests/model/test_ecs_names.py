"""A misspelt member is silently empty, so every name is held against the service model."""

from __future__ import annotations

import types
import typing
from pathlib import Path
from typing import Any

import botocore.loaders
import botocore.model
import msgspec
import pytest

import containerscope
from containerscope.model import ecs, ecs_deployment, ecs_service, ecs_task, ecs_taskdef

_EXTRAS = Path(containerscope.__file__).parent / "clients" / "api_extras"

ROOTS: dict[type[msgspec.Struct], str] = {
    ecs.Cluster: "Cluster",
    ecs.ContainerInstance: "ContainerInstance",
    ecs.CapacityProvider: "CapacityProvider",
    ecs_service.Service: "Service",
    ecs_task.Task: "Task",
    ecs_task.TaskWhole: "Task",
    ecs_taskdef.TaskDefinition: "TaskDefinition",
    ecs_deployment.ServiceDeploymentBrief: "ServiceDeploymentBrief",
    ecs_deployment.ServiceDeployment: "ServiceDeployment",
    ecs_deployment.ServiceRevision: "ServiceRevision",
}


def _shapes() -> botocore.model.ServiceModel:
    loader = botocore.loaders.Loader(extra_search_paths=[str(_EXTRAS)])
    return botocore.model.ServiceModel(loader.load_service_model("ecs", "service-2"), "ecs")


def _struct_in(annotation: Any) -> type[msgspec.Struct] | None:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    for part in typing.get_args(annotation):
        if part is not types.NoneType and (found := _struct_in(part)):
            return found
    return None


def _wrong_names(struct: type[msgspec.Struct], shape: Any) -> list[str]:
    wrong: list[str] = []
    hints = typing.get_type_hints(struct)
    for name, encoded in zip(
        struct.__struct_fields__, struct.__struct_encode_fields__, strict=True
    ):
        member = shape.members.get(encoded)
        if member is None:
            wrong.append(f"{struct.__name__}.{name} -> {shape.name}.{encoded}")
            continue
        inner = _struct_in(hints[name])
        if inner is not None:
            wrong += _wrong_names(inner, member.member if member.type_name == "list" else member)
    return wrong


@pytest.mark.parametrize(("struct", "shape"), ROOTS.items(), ids=lambda part: str(part))
def test_every_member_is_called_as_the_service_calls_it(
    struct: type[msgspec.Struct], shape: str
) -> None:
    assert _wrong_names(struct, _shapes().shape_for(shape)) == []


@pytest.mark.parametrize("struct", ROOTS, ids=lambda struct: struct.__name__)
def test_a_value_with_no_member_at_all_converts(struct: type[msgspec.Struct]) -> None:
    assert msgspec.convert({}, struct) == struct()


@pytest.mark.parametrize("struct", ROOTS, ids=lambda struct: struct.__name__)
def test_every_member_may_be_null(struct: type[msgspec.Struct]) -> None:
    nothing = dict.fromkeys(struct.__struct_encode_fields__)
    assert all(
        value is None for value in msgspec.structs.asdict(msgspec.convert(nothing, struct)).values()
    )
