"""A misspelt member would be silently empty: every name is one that the API has."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from botocore.loaders import Loader

import containerscope
from containerscope.model import eks, eks_access, eks_capability, eks_upgrade

EXTRAS = Path(containerscope.__file__).parent / "clients" / "api_extras"
SHAPES = {
    eks.Cluster: "Cluster",
    eks.ClusterVersion: "ClusterVersionInformation",
    eks.Nodegroup: "Nodegroup",
    eks.FargateProfile: "FargateProfile",
    eks.Addon: "Addon",
    eks_access.AccessEntry: "AccessEntry",
    eks_access.AccessPolicy: "AssociatedAccessPolicy",
    eks_access.PodIdentity: "PodIdentityAssociation",
    eks_access.IdentityProviderName: "IdentityProviderConfig",
    eks_access.IdentityProvider: "IdentityProviderConfigResponse",
    eks_upgrade.Update: "Update",
    eks_upgrade.Insight: "Insight",
    eks_upgrade.AddonInfo: "AddonInfo",
}


@pytest.fixture(scope="module")
def shapes() -> dict[str, Any]:
    loader = Loader(extra_search_paths=[str(EXTRAS)])
    model = loader.load_service_model("eks", "service-2")
    shapes: dict[str, Any] = model["shapes"]
    return shapes


def unknown(model: type, shape: str, shapes: dict[str, Any]) -> list[str]:
    """Paths of the fields that the shape has no member for, at any depth."""
    members = shapes[shape]["members"]
    hints = get_type_hints(model)
    lost: list[str] = []
    for field in msgspec.structs.fields(model):
        if field.encode_name not in members:
            lost.append(f"{shape}.{field.encode_name}")
            continue
        inner = members[field.encode_name]["shape"]
        while shapes[inner]["type"] in {"list", "map"}:
            inner = (shapes[inner].get("member") or shapes[inner]["value"])["shape"]
        for nested in structs_in(hints[field.name]):
            lost += unknown(nested, inner, shapes)
    return lost


def structs_in(hint: Any) -> list[type]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return [hint]
    return [found for part in get_args(hint) for found in structs_in(part)]


@pytest.mark.parametrize(("model", "shape"), SHAPES.items())
def test_every_field_is_a_member_of_the_shape(
    model: type, shape: str, shapes: dict[str, Any]
) -> None:
    assert unknown(model, shape, shapes) == []


@pytest.mark.parametrize("model", SHAPES)
def test_every_field_may_be_absent_or_null(model: type) -> None:
    fields = msgspec.structs.fields(model)
    assert msgspec.convert({}, model) == msgspec.convert(
        {field.encode_name: None for field in fields}, model
    )


def test_an_issue_of_a_capability_is_like_the_others_but_names_no_resources(
    shapes: dict[str, Any],
) -> None:
    found = unknown(eks_capability.Capability, "Capability", shapes)
    assert found == ["CapabilityIssue.resourceIds"]
