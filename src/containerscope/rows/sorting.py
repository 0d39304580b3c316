"""By what a table is sorted, read from the view or from the resource's own default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from containerscope.resource import Column, Resource
from containerscope.rows.columns import HEALTH, all_columns, field_named


@dataclass(frozen=True)
class Sorting:
    """A column and a direction; no column is the worst health first, then the name."""

    field: str = HEALTH
    column: Column[Any] | None = None
    descending: bool = False
    error: str = ""
    """Set if another sort was asked for that does not exist."""


def read_sorting(resource: Resource[Any], asked: str) -> Sorting:
    """The sorting that `asked` names, `-` before a field for descending; any case."""
    if not asked.strip().lstrip("-"):
        return Sorting() if not resource.sort else _named(resource, resource.sort)
    return _named(resource, asked.strip())


def _named(resource: Resource[Any], asked: str) -> Sorting:
    field = field_named(resource, asked.removeprefix("-"))
    descending = asked.startswith("-")
    if field == HEALTH:
        return Sorting(descending=descending)
    columns = all_columns(resource)
    for column in columns:
        if column.field.casefold() == field:
            return Sorting(column.field, column, descending)
    if field == "name":
        by_name: Column[Any] = Column(title="NAME", of_item=_name)
        return Sorting("name", by_name, descending)
    fields = ", ".join(column.field for column in columns)
    return Sorting(error=f"no column {field!r} to sort by: there are {fields}")


def _name(item: Any) -> str:
    return str(item.name)
