"""The managedFields of objects: which manager set which members."""

from __future__ import annotations

from typing import Any

from containerscope.demo.kube_status import Body

_BY = ("name", "containerPort", "mountPath", "type", "key", "uid", "ip", "port")
"""Members that tell the items of a list apart, in the order in which they are tried."""


def owned(value: Any) -> Body:
    """The members of a value in the form of `fieldsV1`."""
    if isinstance(value, dict):
        return {f"f:{key}": owned(each) for key, each in value.items()}
    if isinstance(value, list):
        found: Body = {}
        for each in value:
            if not isinstance(each, dict):
                return {}
            key = next((name for name in _BY if name in each), None)
            if key is None:
                return {}
            shown = f'"{each[key]}"' if isinstance(each[key], str) else each[key]
            extra = ',"protocol":"TCP"' if key in ("containerPort", "port") else ""
            found[f'k:{{"{key}":{shown}{extra}}}'] = {".": {}, **owned(each)}
        return found
    return {}


def managed(
    manager: str, api_version: str, fields: Body, when: str, *, part: str = "", how: str = "Update"
) -> Body:
    """An entry of managedFields."""
    entry: Body = {
        "manager": manager,
        "operation": how,
        "apiVersion": api_version,
        "time": when,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }
    return {**entry, "subresource": part} if part else entry


def of_creation(body: Body, manager: str, api_version: str, when: str) -> list[Body]:
    """The managedFields of an object that somebody has just created."""
    meta = {
        key: value
        for key, value in body["metadata"].items()
        if key in ("labels", "annotations", "ownerReferences", "generateName")
    }
    rest = {
        key: value
        for key, value in body.items()
        if key not in ("metadata", "status", "kind", "apiVersion")
    }
    fields = owned({"metadata": meta, **rest} if meta else rest)
    return [managed(manager, api_version, fields, when)]
