"""The filter language: `web !canary status:active cpu>80 age<1h env=prod /^api-/ | name:edge`."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from containerscope.model.listing import Item
from containerscope.model.text import visible
from containerscope.resource import Resource
from containerscope.rows.columns import field_named
from containerscope.rows.fields import Field, fields_of, tags_of
from containerscope.rows.quantity import BadQuantityError

_TERM = re.compile(r"(?P<field>[A-Za-z_%][\w.%-]*)(?P<op>!=|>=|<=|[:=<>])(?P<value>.*)", re.DOTALL)
_REGEX = re.compile(r"/(?P<body>(?:\\.|[^/\\])+)/(?=\s|\||$)", re.DOTALL)

Test = Callable[[Item[Any], str], bool | None]
"""Whether a row matches, from the item and its text; None where a value it needs is missing."""


class FilterError(ValueError):
    """A filter that cannot be read: where, and what is allowed there."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(f"at {position + 1}: {message}")
        self.position = position


@dataclass(frozen=True)
class Filter:
    """A filter that was read: alternatives, each of terms that must all match."""

    alternatives: tuple[tuple[Test, ...], ...]
    needs_text: bool
    """Whether a test looks at the row's text."""
    fields: frozenset[str] = frozenset()
    """The fields that tests look at."""

    def matches(self, item: Item[Any], text: str) -> bool:
        """Whether the row is shown."""
        for tests in self.alternatives:
            for test in tests:
                if not test(item, text):
                    break
            else:
                return True
        return False


@dataclass(frozen=True)
class _Token:
    position: int
    text: str
    quoted_at: int = -1
    """Where in `text` the part that was quoted starts; -1 for none."""
    pattern: bool = False
    negated: bool = False


def _word(source: str, at: int) -> tuple[_Token, int]:
    """The word at this place, in which quotes hide blanks and bars, and the place after it."""
    start, text, quoted_at = at, "", -1
    while at < len(source) and not source[at].isspace() and source[at] != "|":
        if source[at] == '"' and (not text or text[-1] in ":=<>"):
            quoted_at = len(text) if quoted_at < 0 else quoted_at
            end = source.find('"', at + 1)
            end = len(source) if end < 0 else end
            text += source[at + 1 : end]
            at = end + 1
        else:
            text += source[at]
            at += 1
    return _Token(start, text, quoted_at), at


def _tokens(source: str) -> list[list[_Token]]:
    groups: list[list[_Token]] = [[]]
    at = 0
    while at < len(source):
        if source[at].isspace():
            at += 1
            continue
        if source[at] == "|":
            groups.append([])
            at += 1
            continue
        start = at
        while at < len(source) and source[at] == "!":
            at += 1
        negated = (at - start) % 2 == 1
        pattern = _REGEX.match(source, at)
        if pattern is not None:
            token, at = _Token(at, pattern["body"], pattern=True), pattern.end()
        else:
            token, at = _word(source, at)
        if token.text:
            groups[-1].append(
                _Token(token.position, token.text, token.quoted_at, token.pattern, negated)
            )
    return groups


def _not(test: Test) -> Test:
    def negated(item: Item[Any], text: str) -> bool | None:
        matched = test(item, text)
        return None if matched is None else not matched

    return negated


def _pattern(token: _Token) -> Test:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            search = re.compile(token.text, re.IGNORECASE | re.MULTILINE).search
    except (re.error, OverflowError, RecursionError) as error:
        raise FilterError(token.position, f"not a regular expression: {error}") from None
    return lambda _, text: search(text) is not None


def _contains(token: _Token) -> Test:
    wanted = visible(token.text).casefold()
    if ":" in wanted:
        return lambda item, text: wanted in text or wanted in item.key.casefold()
    return lambda _, text: wanted in text


def _tag(resource: Resource[Any], key: str, op: str, wanted: str) -> Test:
    key, wanted = key.casefold(), wanted.casefold()

    def tagged(item: Item[Any], _: str) -> bool | None:
        tags = tags_of(resource, item)
        if tags is None:
            return None
        values = [value for name, value in tags.items() if name.casefold() == key]
        if op == ":":
            return any(wanted in value.casefold() for value in values)
        return any(value.casefold() == wanted for value in values) != (op == "!=")

    return tagged


def _has_tag(resource: Resource[Any], wanted: str) -> Test:
    wanted = wanted.casefold()

    def tagged(item: Item[Any], _: str) -> bool | None:
        tags = tags_of(resource, item)
        return None if tags is None else any(wanted in name.casefold() for name in tags)

    return tagged


class _Reader:
    """Turns the tokens of one filter into tests on the rows of one resource."""

    def __init__(self, resource: Resource[Any], now: datetime) -> None:
        self.resource = resource
        self.now = now
        self.fields = fields_of(resource)
        self.has_tags = "tag" in filter_fields(resource)
        self.needs_text = False
        self.used: set[str] = set()

    def test(self, token: _Token) -> Test:
        found = self.find(token)
        return _not(found) if token.negated else found

    def find(self, token: _Token) -> Test:
        if token.pattern:
            self.needs_text = True
            return _pattern(token)
        term = _TERM.fullmatch(token.text) if token.quoted_at != 0 else None
        if term is not None:
            found = self.term(token, term["field"], term["op"], term["value"])
            if found is not None:
                return found
        self.needs_text = True
        return _contains(token)

    def term(self, token: _Token, name: str, op: str, value: str) -> Test | None:
        if name.casefold() == "tag" and self.has_tags and op in (":", "="):
            key, sign, wanted = value.partition("=")
            return _tag(self.resource, key, "=", wanted) if sign else _has_tag(self.resource, value)
        field = self.fields.get(field_named(self.resource, name))
        if field is not None:
            return self.on_field(token, field, op, value)
        if op in ("=", "!=") and self.has_tags:
            return _tag(self.resource, name, op, value)
        close = get_close_matches(name.casefold(), self.fields, n=1, cutoff=0.75)
        if op == ":" and not close:
            return None
        known = f"did you mean {close[0]}?" if close else "there are " + ", ".join(self.fields)
        raise FilterError(token.position, f"no field {visible(name)}: {known}")

    def on_field(self, token: _Token, field: Field, op: str, value: str) -> Test:
        try:
            compare = field.comparison(op, value, self.now)
        except BadQuantityError as error:
            raise FilterError(token.position, f"{field.name}{op} {error}") from None
        self.used.add(field.name)

        def test(item: Item[Any], _: str) -> bool | None:
            return compare(field.value(item))

        return test


def read_filter(source: str, resource: Resource[Any], now: datetime) -> Filter:
    """The filter in a line that a person typed; raises `FilterError` and nothing else."""
    reader = _Reader(resource, now)
    groups = [tuple(map(reader.test, group)) for group in _tokens(source)]
    groups = [group for group in groups if group]
    return Filter(tuple(groups) or ((),), reader.needs_text, frozenset(reader.used))


def filter_fields(resource: Resource[Any]) -> tuple[str, ...]:
    """The names that can stand before `:` in a filter, for completion."""
    names: Sequence[str] = tuple(fields_of(resource))
    default = type(resource).__dataclass_fields__["tags"].default
    return (*names, *(() if resource.tags is default else ("tag",)))
