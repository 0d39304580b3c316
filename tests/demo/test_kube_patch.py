"""Patches of the three kinds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from containerscope.demo.kube_patch import JSON_PATCH, MERGE, STRATEGIC, patched
from containerscope.demo.kube_status import KubeError

POD: dict[str, Any] = {
    "metadata": {"name": "web", "labels": {"app": "web"}, "finalizers": ["a"]},
    "spec": {
        "containers": [
            {"name": "main", "image": "app:1", "env": [{"name": "A", "value": "1"}]},
            {"name": "side", "image": "side:1"},
        ],
        "tolerations": [{"key": "spot"}],
    },
}


def after(media: str, patch: Any) -> Any:
    return patched(POD, media, json.dumps(patch).encode())


def test_a_merge_patch_replaces_lists_and_takes_away_what_is_null() -> None:
    found = after(
        MERGE, {"metadata": {"labels": {"app": None, "x": "y"}}, "spec": {"tolerations": []}}
    )
    assert found["metadata"]["labels"] == {"x": "y"}
    assert found["spec"]["tolerations"] == []
    assert POD["metadata"]["labels"] == {"app": "web"}


def test_a_strategic_merge_patch_tells_the_items_of_lists_apart() -> None:
    change = {
        "spec": {
            "$setElementOrder/containers": [{"name": "side"}, {"name": "main"}],
            "containers": [
                {"name": "main", "env": [{"name": "B", "value": "2"}]},
                {"name": "side", "$patch": "delete"},
                {"name": "new", "image": "new:1"},
            ],
            "tolerations": [{"key": "gpu"}],
        },
        "metadata": {"finalizers": ["b"]},
    }
    found = after(STRATEGIC, change)
    assert [each["name"] for each in found["spec"]["containers"]] == ["main", "new"]
    assert [each["name"] for each in found["spec"]["containers"][0]["env"]] == ["A", "B"]
    assert found["spec"]["tolerations"] == [{"key": "gpu"}], "a list that has no merge key"
    assert found["metadata"]["finalizers"] == ["a", "b"], "a list of plain values"


def test_a_strategic_merge_patch_can_replace_and_retain() -> None:
    found = after(STRATEGIC, {"metadata": {"labels": {"$patch": "replace", "b": "c"}}})
    assert found["metadata"]["labels"] == {"b": "c"}
    found = after(STRATEGIC, {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a"]}})
    assert found["metadata"]["finalizers"] == []
    found = after(STRATEGIC, {"metadata": {"$retainKeys": ["name"], "name": "web"}})
    assert found["metadata"] == {"name": "web"}


def test_an_item_without_its_merge_key_is_refused() -> None:
    with pytest.raises(KubeError) as caught:
        after(STRATEGIC, {"spec": {"containers": [{"image": "x"}]}})
    assert "does not contain declared merge key: name" in caught.value.message


def test_a_json_patch_takes_its_steps_in_order() -> None:
    found = after(
        JSON_PATCH,
        [
            {"op": "test", "path": "/metadata/labels/app", "value": "web"},
            {"op": "add", "path": "/metadata/labels/a~1b", "value": "c"},
            {"op": "add", "path": "/spec/containers/-", "value": {"name": "last"}},
            {"op": "add", "path": "/spec/containers/0", "value": {"name": "first"}},
            {"op": "remove", "path": "/spec/containers/1"},
            {"op": "copy", "from": "/metadata/name", "path": "/metadata/labels/copy"},
            {"op": "move", "from": "/metadata/labels/app", "path": "/metadata/labels/moved"},
            {"op": "replace", "path": "/metadata/name", "value": "other"},
        ],
    )
    assert [each["name"] for each in found["spec"]["containers"]] == ["first", "side", "last"]
    assert found["metadata"]["labels"] == {"a/b": "c", "copy": "web", "moved": "web"}
    assert found["metadata"]["name"] == "other"


@pytest.mark.parametrize(
    "step",
    [
        {"op": "test", "path": "/metadata/name", "value": "no"},
        {"op": "remove", "path": "/nowhere"},
        {"op": "replace", "path": "/nowhere", "value": 1},
        {"op": "add", "path": "/spec/containers/9", "value": 1},
        {"op": "dance", "path": "/metadata"},
        {"path": "/metadata"},
        {"op": "add", "path": "metadata", "value": 1},
    ],
)
def test_a_step_that_cannot_be_taken_leaves_everything_as_it_was(step: Any) -> None:
    with pytest.raises(KubeError) as caught:
        after(JSON_PATCH, [{"op": "remove", "path": "/spec/tolerations"}, step])
    assert caught.value.code == 422
    assert "tolerations" in POD["spec"]


def test_a_custom_resource_has_no_strategic_merge() -> None:
    with pytest.raises(KubeError) as caught:
        patched({}, STRATEGIC, b"{}", custom=True)
    assert caught.value.code == 415
    assert patched({}, MERGE, b'{"a":1}', custom=True) == {"a": 1}
