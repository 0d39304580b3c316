"""Objects in the other forms a client may ask for: tables and metadata alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from containerscope.demo.kube_ages import human
from containerscope.demo.kube_columns import LAYOUTS, PLAIN
from containerscope.demo.kube_status import Body, bad_request, not_acceptable
from containerscope.demo.kube_store import Entry, kind_prefix, moment
from containerscope.demo.kube_types import ResourceType

View = Callable[[Body], Body]
"""Turns an object, as it is kept, into that of the version asked for."""
_META = "meta.k8s.io"
_encode = msgspec.json.Encoder().encode


class Form(NamedTuple):
    """How objects are to be written: as they are, as a table, or their metadata alone."""

    name: str = ""
    """Empty, `Table`, `PartialObjectMetadata` or `PartialObjectMetadataList`."""
    version: str = "v1"
    include: str = "Metadata"
    """What a table's rows carry: `None`, `Metadata` or `Object`."""


def form_of(accept: str, query: Mapping[str, str]) -> Form:
    """The first form of an `Accept` header that is served here; a 406 where none is."""
    for each in accept.split(",") if accept.strip() else ["*/*"]:
        media, *rest = (part.strip() for part in each.split(";"))
        told = dict(part.partition("=")[::2] for part in rest)
        if media not in ("application/json", "application/*", "*/*"):
            continue
        name = told.get("as", "")
        if not name:
            return Form()
        if told.get("g") == _META and told.get("v") in ("v1", "v1beta1") and name in _FORMS:
            include = query.get("includeObject") or "Metadata"
            if include not in ("None", "Metadata", "Object"):
                raise bad_request(f"unrecognized includeObject value: {include!r}")
            return Form(name, told["v"], include)
    raise not_acceptable()


_FORMS = ("Table", "PartialObjectMetadata", "PartialObjectMetadataList")


class Writer:
    """Writes stored objects of one type in one form."""

    def __init__(self, kind: ResourceType, form: Form, now: float, view: View | None) -> None:
        self._kind = kind
        self._form = form
        self._now = now
        self._view = view
        self._prefix = kind_prefix(kind)

    def list_body(self, entries: list[Entry], meta: Body) -> bytes:
        """A whole list with its metadata."""
        if self._form.name == "Table":
            return self._table([entry.object() for entry in entries], meta)
        told = _encode(meta)
        if self._form.name:
            items = [self._partial(entry.object()) for entry in entries]
            parts = [_encode(each) for each in items]
            head = b'{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1",'
        else:
            parts = [self._item(entry) for entry in entries]
            head = b'{"kind":"%sList","apiVersion":"%s",' % (
                self._kind.kind.encode(),
                self._kind.api_version.encode(),
            )
        return b'%s"metadata":%s,"items":[%s]}\n' % (head, told, b",".join(parts))

    def one(self, entry: Entry) -> bytes:
        """One object by itself."""
        if not self._form.name and self._view is None:
            return self._prefix + entry.raw[1:]
        return self.body(entry.object())

    def body(self, body: Body) -> bytes:
        """One object that is not kept in this state: a dry run, a bookmark."""
        if self._form.name == "Table":
            version = body["metadata"].get("resourceVersion", "")
            return self._table([body], {"resourceVersion": version})
        if self._form.name:
            return _encode(self._partial(body))
        if self._view is not None:
            body = self._view(body)
        rest = {key: value for key, value in body.items() if key not in ("kind", "apiVersion")}
        return self._prefix + _encode(rest)[1:]

    def bookmark(self, body: Body) -> bytes:
        """The object of a BOOKMARK event; a table of it has no rows."""
        if self._form.name == "Table":
            return self._table([], {"resourceVersion": body["metadata"]["resourceVersion"]})
        return self.body(body)

    def _item(self, entry: Entry) -> bytes:
        if self._view is None:
            return entry.raw
        return _encode(self._view(entry.object()))

    def _partial(self, body: Body) -> Body:
        return {
            "kind": "PartialObjectMetadata",
            "apiVersion": f"{_META}/{self._form.version}",
            "metadata": body["metadata"],
        }

    def _table(self, bodies: list[Body], meta: Body) -> bytes:
        columns, cells = self._layout()
        rows = [self._row(body, cells) for body in bodies]
        return _encode(
            {
                "kind": "Table",
                "apiVersion": f"{_META}/{self._form.version}",
                "metadata": meta,
                "columnDefinitions": columns,
                "rows": rows,
            }
        )

    def _row(self, body: Body, cells: Callable[[Body, float], list[Any]]) -> Body:
        row: Body = {"cells": cells(body, self._now)}
        if self._form.include == "Metadata":
            row["object"] = self._partial(body)
        elif self._form.include == "Object":
            row["object"] = {"kind": self._kind.kind, "apiVersion": self._kind.api_version, **body}
        else:
            row["object"] = None
        return row

    def _layout(self) -> tuple[list[Body], Callable[[Body, float], list[Any]]]:
        if self._kind.columns:
            return self._custom()
        layout = LAYOUTS.get(self._kind.storage, PLAIN)
        columns = [
            {
                "name": name,
                "type": "string",
                "format": "name" if name == "Name" else "",
                "description": "",
                "priority": priority,
            }
            for name, priority in layout.columns
        ]
        return columns, layout.cells

    def _custom(self) -> tuple[list[Body], Callable[[Body, float], list[Any]]]:
        kind = self._kind
        columns = [
            {"name": "Name", "type": "string", "format": "name", "description": "", "priority": 0},
            *(
                {"name": name, "type": form, "format": "", "description": "", "priority": priority}
                for name, form, _, priority in kind.columns
            ),
        ]

        def cells(body: Body, now: float) -> list[Any]:
            found = [_cell(form, path_value(body, path), now) for _, form, path, _ in kind.columns]
            return [body["metadata"]["name"], *found]

        return columns, cells


_FITS: dict[str, type | tuple[type, ...]] = {
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


def _cell(form: str, value: Any, now: float) -> Any:
    """A value as the API server writes it in a column of this type."""
    if form == "string" and value is not None and not isinstance(value, str):
        return _encode(value).decode()
    if form == "date":
        return human(now - moment(value)) if isinstance(value, str) else None
    return value if isinstance(value, _FITS.get(form, object)) else None


def path_value(body: Any, path: str) -> Any:
    """What stands at a simple JSON path, as `.status.conditions[?(@.type=="Ready")].status`."""
    for part in _steps(path):
        if isinstance(part, tuple):
            key, wanted = part
            listed = body if isinstance(body, list) else ()
            body = next((each for each in listed if str(each.get(key)) == wanted), None)
        elif isinstance(body, Mapping):
            body = body.get(part)
        elif isinstance(body, list) and part.isdecimal() and int(part) < len(body):
            body = body[int(part)]
        else:
            return None
    return body


def _steps(path: str) -> list[str | tuple[str, str]]:
    steps: list[str | tuple[str, str]] = []
    rest = path
    while rest:
        if rest.startswith("[?(@."):
            inside, _, rest = rest[5:].partition(")]")
            key, _, value = inside.partition("==")
            steps.append((key.strip(), value.strip().strip("'\"")))
        elif rest.startswith("["):
            inside, _, rest = rest[1:].partition("]")
            steps.append(inside.strip("'\""))
        else:
            rest = rest.removeprefix(".")
            end = 0
            while end < len(rest) and rest[end] not in ".[":
                end += 2 if rest[end] == "\\" else 1
            if end:
                steps.append(rest[:end].replace("\\", ""))
            rest = rest[end:]
    return steps
