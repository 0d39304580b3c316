"""Which joins a view of a listing needs: for the rows on screen, and for all rows."""

from __future__ import annotations

from collections.abc import Container
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from containerscope.resource import Resource
from containerscope.rows.columns import all_columns
from containerscope.rows.filter import FilterError, read_filter
from containerscope.rows.sorting import read_sorting


class Needs(NamedTuple):
    """Names of joins."""

    shown: frozenset[str]
    """Of the columns that are shown: wanted for the rows on screen."""
    whole: frozenset[str]
    """Of what is sorted or filtered by: wanted for every row."""


def needs_of(
    resource: Resource[Any], wanted: str, sort: str, shown: Container[str], now: datetime
) -> Needs:
    """What a view needs that is filtered by `wanted` and shows the columns of these fields."""
    columns = all_columns(resource)
    fields = frozenset(column.field for column in columns if column.field in shown)
    whole: set[str] = {read_sorting(resource, sort).field}
    if wanted.strip():
        # A filter that cannot be read is reported by the view, which shows every row.
        with suppress(FilterError):
            whole |= read_filter(wanted, resource, now).fields
    by_field = {column.field: column.needs for column in columns if column.needs}
    return Needs(
        frozenset(by_field[field] for field in fields if field in by_field),
        frozenset(by_field[field] for field in whole if field in by_field),
    )


def shown_fields(resource: Resource[Any], *, wide: bool) -> frozenset[str]:
    """The fields of the columns that a listing without an interface prints."""
    return frozenset(each.field for each in all_columns(resource) if wide or not each.wide)
