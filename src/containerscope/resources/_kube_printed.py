"""The columns that the definition of a custom resource declares, as kubectl prints them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import msgspec

from containerscope.insight.json_path import BadPathError, JsonPath, read_path
from containerscope.insight.kube_custom import condition_level
from containerscope.kube import Kind
from containerscope.model.health import Level
from containerscope.model.kube import KubeError, Meta
from containerscope.model.kube_custom import Custom, Definition, PrinterColumn
from containerscope.model.listing import ApiError, Problem
from containerscope.model.text import visible
from containerscope.redact import masked, names_a_secret
from containerscope.resource import Clients, Column
from containerscope.resource import Kind as Format

DEFINITIONS: Kind[Definition] = Kind(
    Definition, "customresourcedefinitions", "apiextensions.k8s.io/v1", namespaced=False
)
Declared = tuple[PrinterColumn, ...]


class Shape(NamedTuple):
    """What the API tells of the columns of a type."""

    declared: Declared = ()
    namespaced: bool = True


_KNOWN = 300.0
_OURS = frozenset((".metadata.creationTimestamp", ".metadata.name", ".metadata.namespace"))
"""What every list of objects shows without being told."""
_FORMATS: dict[str, Format] = {
    "integer": "number",
    "number": "number",
    "boolean": "flag",
    "date": "age",
}
_CONDITION = re.compile(
    r"""\.?status\.conditions\[\?\(\s*@\.type\s*==\s*["'](?P<type>[^"']+)["']\s*\)\]\.\w+"""
)
_WIDEST_FIRST = 3
"""The priority of the first declared column; those after it give way before it."""


async def declared(
    clients: Clients, cluster: str, plural: str, group: str, version: str
) -> Declared | None:
    """The columns that a cluster's definition of a type declares for a version of it.

    None where the type has no definition: it is built in, or another server's. Raises `ApiError`,
    with what the lists lack by it.
    """
    name = f"{plural}.{group}"

    async def fetch() -> dict[str, Declared] | None:
        try:
            body = await clients.kube(cluster).get(DEFINITIONS.path(name=name))
        except KubeError as error:
            if error.status == 404:
                return None
            raise
        spec = DEFINITIONS.decode()(body).spec
        versions = (spec.versions if spec else None) or ()
        return {each.name or "": each.additional_printer_columns or () for each in versions}

    if "." not in group:
        return None
    try:
        found = await clients.cached(("kube-columns", cluster, plural, group), _KNOWN, fetch)
    except msgspec.DecodeError:
        return ()
    except ApiError as error:
        raise ApiError(_lacking(error.problem, cluster, name)) from error
    if found is None:
        return None
    return tuple(each for each in found.get(version, ()) if each.name and each.json_path)


def _lacking(problem: Problem, cluster: str, name: str) -> Problem:
    message = f"the columns that {name} declares are not known: {problem.message}"
    return msgspec.structs.replace(problem, message=message, where=cluster)


def together(several: Iterable[Declared]) -> Declared:
    """The columns of definitions in several clusters: of one name there is one."""
    found: dict[str, PrinterColumn] = {}
    for columns in several:
        for each in columns:
            found.setdefault(each.name or "", each)
    return tuple(found.values())


# The values


class _Whole(msgspec.Struct, frozen=True, gc=False):
    metadata: Meta | None = None


def reader(columns: Declared) -> Callable[[msgspec.Raw | bytes], Custom]:
    """From an object's JSON to a value that holds what stands in these columns."""
    decode = msgspec.json.Decoder().decode
    finders = tuple((each.name or "", _finder(each)) for each in columns)

    def read(raw: msgspec.Raw | bytes) -> Custom:
        whole = decode(raw)
        return custom_of(whole, {name: find(whole) for name, find in finders})

    return read


def custom_of(whole: Any, columns: Mapping[str, Any]) -> Custom:
    """The value of an object; raises `msgspec.ValidationError` for what is none."""
    meta = msgspec.convert(whole, _Whole).metadata
    return Custom(meta, whole.get("status"), columns)


def _finder(column: PrinterColumn) -> Callable[[Any], Any]:
    try:
        path = read_path(column.json_path or "")
    except BadPathError:
        return lambda _: None
    if column.type in _CELLS:
        return partial(_cell, path, _CELLS[column.type])
    *_, member = re.findall(r"[\w-]+", column.json_path or "") or ("",)
    if names_a_secret(member):
        return partial(_cell, path, lambda found: masked(member, _text(found)))
    return partial(_cell, path, _text)


def _cell(path: JsonPath, value: Callable[[list[Any]], Any], whole: Any) -> Any:
    found = [each for each in path(whole) if each is not None]
    return value(found) if found else None


def _text(found: list[Any]) -> str:
    return ", ".join(map(_word, found))


def _word(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str | int | float) for each in value):
        return ", ".join(map(_word, value))
    return msgspec.json.encode(value).decode()


def _integer(found: list[Any]) -> int | None:
    number = _number(found)
    return None if number is None else int(number)


def _number(found: list[Any]) -> int | float | None:
    first = found[0]
    return first if isinstance(first, int | float) and not isinstance(first, bool) else None


def _boolean(found: list[Any]) -> bool | None:
    return found[0] if isinstance(found[0], bool) else None


def _date(found: list[Any]) -> datetime | str | None:
    if not isinstance(found[0], str):
        return None
    try:
        return msgspec.convert(found[0], datetime)
    except msgspec.ValidationError:
        return found[0]


_CELLS: dict[str, Callable[[list[Any]], Any]] = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
}


# The columns


def columns_of(declared: Declared, ours: Sequence[Column[Custom]]) -> tuple[Column[Custom], ...]:
    """The declared columns as a table shows them, under other names than those of `ours`."""
    taken = {column.field for column in ours}
    columns: list[Column[Custom]] = []
    for place, each in enumerate(declared):
        if each.json_path in _OURS:
            continue
        title, field = _named(each, taken)
        taken.add(field)
        columns.append(
            Column(
                title,
                partial(_value, each.name or ""),
                kind=_FORMATS.get(each.type or "", "text"),
                priority=9 if _is_wide(each) else _WIDEST_FIRST + place,
                wide=_is_wide(each),
                tone=_tone(each.json_path or ""),
                name=field,
            )
        )
    return tuple(columns)


def _is_wide(column: PrinterColumn) -> bool:
    return (column.priority or 0) > 0


def _value(name: str, custom: Custom) -> Any:
    return custom.columns.get(name)


def _named(column: PrinterColumn, taken: set[str]) -> tuple[str, str]:
    """The title and the field: where one of ours is called so, the path tells them apart."""
    names = [visible(column.name or "")]
    names.append(" ".join(re.findall(r"\w+", column.json_path or "")[-2:]))
    names += [f"{names[0]} {number}" for number in range(2, len(taken) + 3)]
    fields = ((name, re.sub(r"[^\w%#]+", "_", name.casefold()).strip("_")) for name in names)
    title, field = next((name, field) for name, field in fields if field and field not in taken)
    return title.upper(), field


def _tone(path: str) -> Callable[[Custom], Level] | None:
    """The colour of what a condition says."""
    found = _CONDITION.fullmatch(path)
    return None if found is None else partial(_level, found["type"])


def _level(condition: str, custom: Custom) -> Level:
    return condition_level(custom, condition)
