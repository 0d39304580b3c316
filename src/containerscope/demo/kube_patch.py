"""The three kinds of patch: JSON patch, merge patch and strategic merge patch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from containerscope.demo.kube_status import (
    Body,
    KubeError,
    bad_request,
    unknown_patch,
    unsupported_media,
)

JSON_PATCH = "application/json-patch+json"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"

_MERGE_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "volumes": "name",
    "env": "name",
    "imagePullSecrets": "name",
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
    "hostAliases": "ip",
    "topologySpreadConstraints": "topologyKey",
    "conditions": "type",
    "taints": "key",
    "addresses": "type",
    "ownerReferences": "uid",
    "secrets": "name",
    "finalizers": "",
}
"""By which member the items of a list are told apart; an empty one for lists of plain values.
Source: the `patchMergeKey` tags of the API types."""


def patched(body: Body, content_type: str, patch: bytes, *, custom: bool = False) -> Body:
    """The object after the patch; the given one is not changed."""
    kind = content_type.partition(";")[0].strip()
    if kind not in (JSON_PATCH, MERGE, STRATEGIC):
        raise unknown_patch()
    if custom and kind == STRATEGIC:
        raise unsupported_media([JSON_PATCH, MERGE, "application/apply-patch+yaml"])
    try:
        change = msgspec.json.decode(patch)
    except msgspec.DecodeError as error:
        raise bad_request(f"error decoding patch: {error}") from error
    copy: Body = msgspec.json.decode(msgspec.json.encode(body))
    if kind == JSON_PATCH:
        return _json_patch(copy, change)
    if not isinstance(change, dict):
        raise bad_request("error decoding patch: cannot unmarshal into an object")
    return _merged(copy, change) if kind == MERGE else _strategic(copy, change)


def _merged(target: Any, change: Any) -> Any:
    if not isinstance(change, dict):
        return change
    result = target if isinstance(target, dict) else {}
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merged(result.get(key), value)
    return result


def _strategic(target: Any, change: Body) -> Body:
    if change.get("$patch") == "replace":
        return {key: value for key, value in change.items() if key != "$patch"}
    result = target if isinstance(target, dict) else {}
    for key, value in change.items():
        if key.startswith("$setElementOrder/") or key in ("$patch", "$retainKeys"):
            continue
        if key.startswith("$deleteFromPrimitiveList/"):
            name = key.partition("/")[2]
            result[name] = [each for each in result.get(name) or [] if each not in value]
        elif value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = _strategic(result.get(key), value)
        elif isinstance(value, list):
            result[key] = _merged_list(key, result.get(key) or [], value)
        else:
            result[key] = value
    if "$retainKeys" in change:
        return {key: value for key, value in result.items() if key in change["$retainKeys"]}
    return result


def _merged_list(name: str, target: list[Any], change: list[Any]) -> list[Any]:
    key = _MERGE_KEYS.get(name)
    if name == "ports":
        key = _port_key(target, change)
    if key is None or {"$patch": "replace"} in change:
        return [each for each in change if each != {"$patch": "replace"}]
    if not key:
        return target + [each for each in change if each not in target]
    result = list(target)
    for each in change:
        if not isinstance(each, dict) or key not in each:
            raise bad_request(f"map: {each} does not contain declared merge key: {key}")
        index = next((i for i, old in enumerate(result) if old.get(key) == each[key]), None)
        if each.get("$patch") == "delete":
            if index is not None:
                del result[index]
        elif index is None:
            result.append(_strategic({}, each))
        else:
            result[index] = _strategic(result[index], each)
    return result


def _port_key(target: list[Any], change: list[Any]) -> str:
    """Services tell ports apart by `port`, containers by `containerPort`."""
    ports = [each for each in (*target, *change) if isinstance(each, dict)]
    return "containerPort" if any("containerPort" in each for each in ports) else "port"


def _json_patch(body: Body, steps: Any) -> Body:
    if not isinstance(steps, list):
        raise bad_request("error decoding patch: a JSON patch is a list of operations")
    for step in steps:
        try:
            body = _step(body, step)
        except (KeyError, IndexError, ValueError, TypeError) as error:
            message = f"the server rejected our request due to an error in our request: {error}"
            raise KubeError(422, "Invalid", message, details={}) from error
    return body


def _step(body: Body, step: Body) -> Body:
    operation, path = step["op"], _pointer(step["path"])
    if operation == "test":
        if _at(body, path) != step.get("value"):
            raise ValueError(f"testing value {step['path']} failed")
        return body
    if operation in ("move", "copy"):
        source = _pointer(step["from"])
        value = msgspec.json.decode(msgspec.json.encode(_at(body, source)))
        if operation == "move":
            body = _edit(body, source, _remove)
        return _edit(body, path, _adder(value))
    if operation == "remove":
        return _edit(body, path, _remove)
    if operation == "replace":
        _at(body, path)
        if not path:
            return step["value"]  # type: ignore[no-any-return]
        return _edit(body, path, _replacer(step["value"]))
    if operation == "add":
        return _edit(body, path, _adder(step["value"]))
    raise ValueError(f"unexpected kind: {operation}")


def _pointer(text: str) -> list[str]:
    if text and not text.startswith("/"):
        raise ValueError(f"not a JSON pointer: {text}")
    return [each.replace("~1", "/").replace("~0", "~") for each in text.split("/")[1:]]


def _at(body: Any, path: Sequence[str]) -> Any:
    for each in path:
        body = body[int(each)] if isinstance(body, list) else body[each]
    return body


def _edit(body: Body, path: Sequence[str], change: Callable[[Any, str], None]) -> Body:
    if not path:
        raise ValueError("the whole object cannot be changed")
    change(_at(body, path[:-1]), path[-1])
    return body


def _remove(parent: Any, key: str) -> None:
    if isinstance(parent, list):
        del parent[int(key)]
    else:
        del parent[key]


def _adder(value: Any) -> Callable[[Any, str], None]:
    def add(parent: Any, key: str) -> None:
        if isinstance(parent, list):
            at = len(parent) if key == "-" else int(key)
            if at > len(parent):
                raise IndexError(f"index {at} is beyond the end of the list")
            parent.insert(at, value)
        else:
            parent[key] = value

    return add


def _replacer(value: Any) -> Callable[[Any, str], None]:
    def replace(parent: Any, key: str) -> None:
        if isinstance(parent, list):
            parent[int(key)] = value
        else:
            parent[key] = value

    return replace
