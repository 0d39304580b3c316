from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from containerscope.demo.kube_patch import JSON_PATCH, patched
from containerscope.insight.object_diff import differences, json_patch
from containerscope.redact import MASK

_LEAVES = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "a", "b/c", "d~e"])
_KEYS = st.sampled_from(["name", "spec", "a/b", "x~y", "list"])
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4)
)
_OBJECTS = st.dictionaries(_KEYS, _VALUES, max_size=5)


@given(_OBJECTS, _OBJECTS)
def test_a_patch_makes_the_one_of_the_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    steps = json_patch(old, new)
    made = patched(old, JSON_PATCH, json.dumps(steps).encode())
    assert json.dumps(made, sort_keys=True) == json.dumps(new, sort_keys=True)
    assert bool(steps) == (json.dumps(old, sort_keys=True) != json.dumps(new, sort_keys=True))


@given(_OBJECTS)
def test_an_object_differs_in_nothing_from_itself(one: dict[str, Any]) -> None:
    assert differences(one, one) == ()
    assert json_patch(one, one) == []


def test_containers_are_told_apart_by_name_and_lists_changed_where_they_differ() -> None:
    old = {"containers": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]}
    new = {"containers": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:2"}]}
    (line,) = differences(old, new)
    assert (line.path, line.old, line.new) == ("containers[b].image", "b:1", "b:2")
    assert json_patch(old, new) == [
        {"op": "replace", "path": "/containers/1/image", "value": "b:2"}
    ]
    first = {"args": ["a", "b", "c"]}
    assert json_patch(first, {"args": ["a", "x", "b", "c"]}) == [
        {"op": "add", "path": "/args/1", "value": "x"}
    ]
    assert json_patch(first, {"args": ["a", "c"]}) == [{"op": "remove", "path": "/args/1"}]


def test_no_secret_is_told() -> None:
    def env(value: str) -> dict[str, Any]:
        return {"env": [{"name": "COLOR", "value": value}]}

    (line,) = differences(env("red"), env("blue"))
    assert (line.path, line.old, line.new) == ("env[COLOR]", MASK, MASK)
    (line,) = differences({"dbPassword": "hunter22"}, {"dbPassword": "hunter23"})
    assert (line.old, line.new) == (MASK, MASK)
    (line,) = differences({"data": {"a": "1"}}, {"data": {"a": "2"}}, secret=True)
    assert (line.old, line.new) == (MASK, MASK)
    (line,) = differences({}, {"containers": [{"name": "a", **env("secret-thing")}]})
    assert "secret-thing" not in str(line.new)


def test_of_a_long_text_the_lines_that_differ_are_told() -> None:
    old = "listen 80;\nroot /a;\nindex b;\n"
    new = "listen 80;\nroot /c;\nindex b;\nlog off;\n"
    found = differences({"data": {"conf": old}}, {"data": {"conf": new}})
    assert [(each.path, each.old, each.new) for each in found] == [
        ("data.conf line 2", "root /a;", "root /c;"), ("data.conf line 4", None, "log off;"),
    ]  # fmt: skip
    (line,) = differences({"a": "x\ny\n"}, {"a": "x\ny"})
    assert line.path == "a"
    (line,) = differences({"data": {"a": "x\ny\n"}}, {"data": {"a": "x\nz\n"}}, secret=True)
    assert (line.old, line.new) == (MASK, MASK)
