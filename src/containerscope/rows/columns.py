"""The columns of a table: those the resource declares, and a HEALTH where it has a health."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import msgspec

from containerscope.model.health import Level
from containerscope.model.listing import Item, Missing
from containerscope.resource import Column, Resource

HEALTH = "health"
_NO_HEALTH = next(f.default for f in dataclasses.fields(Resource) if f.name == "health")


_UNIT = re.compile(r"\s*(%|\bmib|#)$")


def field_named(resource: Resource[Any], name: str) -> str:
    """The field that a person means: its name in any case, or what stands over its column.

    A name that is neither is returned in lower case.
    """
    name = name.casefold()
    columns = all_columns(resource)
    if any(column.field.casefold() == name for column in columns):
        return name
    for column in columns:
        title = column.title.casefold()
        if name in (title, _UNIT.sub("", title).replace(" ", "_")):
            return column.field.casefold()
    return name


def all_columns(resource: Resource[Any]) -> tuple[Column[Any], ...]:
    """The declared columns, with HEALTH after the first where the resource has a health."""
    columns = resource.columns
    if resource.health is _NO_HEALTH or any(column.field == HEALTH for column in columns):
        return columns
    health: Column[Any] = Column(
        title="HEALTH",
        value=lambda value: resource.health(value).words,
        tone=lambda value: resource.health(value).level,
        priority=1,
    )
    return (*columns[:1], health, *columns[1:])


def value_of(column: Column[Any], item: Item[Any]) -> Any:
    """The value of a cell; a `Missing` in its place carries the cell's last value, if any."""
    value = column.of(item)
    if not isinstance(value, Missing) or value.last is None:
        return value
    # What is lacking is the whole of the details or of a join: the cell is made from what it was.
    whole = value.last
    if value is item.value:
        before = msgspec.structs.replace(item, value=whole)
    elif column.needs and value is item.joined.get(column.needs):
        before = msgspec.structs.replace(item, joined={**item.joined, column.needs: whole})
    else:
        return value
    last = value_of(column, before)
    if isinstance(last, Missing) and last.last is None:
        return last
    return Missing(value.why, value.reason, known(last))


def known(value: Any) -> Any:
    """What is known of a value: itself, the last one of a `Missing`, or None."""
    if isinstance(value, Missing):
        return known(value.last)
    return None if value != value else value


def level_of(resource: Resource[Any], item: Item[Any]) -> Level:
    """The level of a row: that of its health, or of the last one known."""
    value = known(item.value)
    return Level.NONE if value is None else resource.health(value).level
