"""The columns that an API server itself prints a type in, where no definition can be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

from containerscope.kube import Kind
from containerscope.model.kube_custom import Custom, TableHead
from containerscope.resource import Clients
from containerscope.resources._kube_printed import Declared, custom_of

_KNOWN = 300.0
_HEAD = {"limit": "1", "includeObject": "None"}


async def columns_of_table(
    clients: Clients, cluster: str, kind: Kind[Custom], namespace: str
) -> Declared:
    """The columns after the name in which a cluster prints objects of a type.

    There are none where the server makes no tables. Raises `ApiError`.
    """
    path = kind.path(namespace)

    async def fetch() -> Declared:
        body = await clients.kube(cluster).get(path, replace(kind, tables=True).accept, **_HEAD)
        try:
            head = msgspec.json.decode(body, type=TableHead)
        except msgspec.DecodeError:
            return ()
        return tuple(map(_as_text, (head.column_definitions or ())[1:]))

    return await clients.cached(("kube-table", cluster, path), _KNOWN, fetch)


def _as_text(column: Any) -> Any:
    """The column of what the server writes: the moment behind an age is not told."""
    if column.type != "date" or _is_age(column.name):
        return column
    return msgspec.structs.replace(column, type="string")


def _is_age(name: str | None) -> bool:
    return (name or "").casefold() == "age"


def without_age(columns: Declared) -> Declared:
    """The columns beside the one that every list of ours has."""
    return tuple(each for each in columns if not _is_age(each.name))


def table_reader(columns: Declared) -> Callable[[msgspec.Raw | bytes], Custom]:
    """From a row's JSON, or that of a table of one row, to a value with what is printed there."""
    decode = msgspec.json.Decoder(_Row).decode

    def read(raw: msgspec.Raw | bytes) -> Custom:
        told = decode(raw)
        row = told.rows[0] if told.rows else told
        cells = zip(columns, (row.cells or ())[1:], strict=False)
        found = {each.name or "": value for each, value in cells if not _is_age(each.name)}
        return custom_of(row.object or {}, found)

    return read


class _Row(msgspec.Struct, frozen=True, gc=False):
    cells: tuple[Any, ...] | None = None
    object: dict[str, Any] | None = None
    rows: tuple[_Row, ...] | None = None
