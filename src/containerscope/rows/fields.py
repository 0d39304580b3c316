"""What a filter can ask of a row: a field's value, and how it is compared."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from containerscope.model.listing import Item, Missing, Why
from containerscope.model.text import visible
from containerscope.model.trend import Trend
from containerscope.resource import Kind, Resource
from containerscope.rows.columns import all_columns, known, value_of
from containerscope.rows.format import plain, utc
from containerscope.rows.natural import natural_key
from containerscope.rows.quantity import (
    BadQuantityError,
    read_duration,
    read_number,
    read_size,
)

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    ":": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
}
_WHYS = frozenset(why.value for why in Why)
_TRUE, _FALSE = frozenset({"yes", "true", "1", "on"}), frozenset({"no", "false", "0", "off"})

Comparison = Callable[[Any], bool | None]
"""From a field's value to whether it matches; None where it is missing."""


def _as_is(value: Any) -> float | None:
    if isinstance(value, Trend):
        return value.last
    return value if isinstance(value, int | float) else None


def _part(value: Any) -> float | None:
    return _as_is(known(value[0])) if isinstance(value, tuple | list) and value else _as_is(value)


def _percent_of_whole(value: Any) -> float | None:
    if not isinstance(value, tuple | list) or len(value) != 2:
        return None
    part, whole = _as_is(known(value[0])), _as_is(known(value[1]))
    if part is None or whole is None:
        return None
    return 100 * part / whole if whole else 100.0


def _numeric(op: str, wanted: float, measure: Callable[[Any], float | None]) -> Comparison:
    compare = _OPERATORS[op]

    def matches(value: Any) -> bool | None:
        value = known(value)
        amount = None if value is None else measure(value)
        return None if amount is None else compare(amount, wanted)

    return matches


def _textual(op: str, wanted: str) -> Comparison:
    wanted = visible(wanted).casefold()
    if op in ("<", ">", "<=", ">="):
        key, compare = natural_key(wanted), _OPERATORS[op]

        def sorts(value: Any) -> bool | None:
            value = known(value)
            return None if value is None else compare(natural_key(plain(value)), key)

        return sorts

    def matches(value: Any) -> bool | None:
        if isinstance(value, Missing) and value.last is None:
            text = value.why.value
        else:
            value = known(value)
            text = "" if value is None else plain(value).casefold()
        return wanted in text if op == ":" else (text == wanted) != (op == "!=")

    return matches


def _reason(op: str, wanted: str) -> Comparison:
    return lambda value: (isinstance(value, Missing) and value.why.value == wanted) != (op == "!=")


def _flag(op: str, wanted: str) -> Comparison:
    if wanted not in _TRUE | _FALSE or op not in (":", "=", "!="):
        raise BadQuantityError("needs yes or no, after : or =")
    expected = (wanted in _TRUE) != (op == "!=")

    def matches(value: Any) -> bool | None:
        value = known(value)
        return None if value is None else bool(value) == expected

    return matches


@dataclass(frozen=True)
class Field:
    """A name that can stand before `:` in a filter, and the value it stands for."""

    name: str
    kind: Kind
    value: Callable[[Item[Any]], Any]

    def comparison(self, op: str, wanted: str, now: datetime) -> Comparison:
        """The test that `op` and what was typed make; raises `BadQuantityError`."""
        if not wanted and op in (":", "="):
            return lambda _: True
        if self.kind == "text":
            return _textual(op, wanted)
        if op in (":", "=", "!=") and wanted.casefold() in _WHYS:
            return _reason(op, wanted.casefold())
        if self.kind == "flag":
            return _flag(op, wanted.casefold())
        if self.kind == "age":
            return _numeric(op, read_duration(wanted), lambda value: _seconds(value, now))
        if self.kind == "mib":
            return _numeric(op, read_size(wanted, 1024**2), _as_is)
        if self.kind == "bytes":
            return _numeric(op, read_size(wanted, 1), _as_is)
        if self.kind == "ratio":
            return _ratio(op, wanted)
        return _numeric(op, read_number(wanted), _as_is)


def _seconds(value: Any, now: datetime) -> float | None:
    if not isinstance(value, datetime):
        return None
    return max(0.0, (utc(now) - utc(value)).total_seconds())


def _ratio(op: str, wanted: str) -> Comparison:
    part, slash, whole = wanted.partition("/")
    if slash and op in (":", "=", "!="):
        pair = (read_number(part), read_number(whole))
        return lambda value: (
            None
            if not isinstance(known(value), tuple | list)
            else (tuple(known(value)) == pair) != (op == "!=")
        )
    return _numeric(op, read_number(wanted), _percent_of_whole if "%" in wanted else _part)


def fields_of(resource: Resource[Any]) -> dict[str, Field]:
    """Every field of a resource by its name in lower case, those of the columns first."""
    fields: dict[str, Field] = {}
    for column in all_columns(resource):
        fields.setdefault(
            column.field.casefold(),
            Field(column.field, column.kind, partial(value_of, column)),
        )
    fields.setdefault("name", Field("name", "text", lambda item: item.name))
    fields.setdefault("cluster", Field("cluster", "text", lambda item: item.cluster))
    fields.setdefault("key", Field("key", "text", lambda item: item.key))
    return fields


def tags_of(resource: Resource[Any], item: Item[Any]) -> Mapping[str, str] | None:
    """The tags of a row; None while its details are not known."""
    value = known(item.value)
    return None if value is None else resource.tags(value) or {}
