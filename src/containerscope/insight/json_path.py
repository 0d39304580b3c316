"""JSONPath as kubectl and the definitions of custom resources write it.

The dialect is that of client-go's `util/jsonpath`: `.a.b`, `['a.b']`, `.a\\.b`, `[0]`, `[-1]`,
`[1:3]`, `[*]`, `[0,2]`, `..name` and filters such as `[?(@.type=="Ready")]`.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Step = Callable[[Any], Iterable[Any]]
"""From a value to those it leads to; a member that is not there leads nowhere."""
JsonPath = Callable[[Any], list[Any]]

_NAME = re.compile(r"(?:\\.|[^\\.\[\]])+")
_FILTER = re.compile(r"\s*@(?P<path>.*?)\s*(?:(?P<op>==|!=|<=|>=|<|>)\s*(?P<wanted>.+?))?\s*$")
_SLICE = re.compile(r"\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(\d+))?\s*$")
_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_QUOTES = "'\""


class BadPathError(ValueError):
    """A path that cannot be read."""


def read_path(text: str) -> JsonPath:
    """The function that finds what stands at this path; raises `BadPathError`."""
    steps = tuple(_steps(text.strip().removeprefix("$")))

    def find(value: Any) -> list[Any]:
        found = [value]
        for step in steps:
            found = [each for one in found for each in step(one)]
        return found

    return find


def _steps(text: str) -> Iterator[Step]:
    at = 0
    while at < len(text):
        if text.startswith("...", at):
            raise BadPathError(f"{text!r} is no path: three dots mean nothing")
        if text.startswith("..", at):
            yield _below
            at += 1 if text[at + 2 : at + 3] != "[" else 2
        elif text[at] == "[":
            end = _closing(text, at)
            yield _bracket(text[at + 1 : end].strip())
            at = end + 1
        else:
            begin = at + (text[at] == ".")
            name = _NAME.match(text, begin)
            if name is not None:
                yield _member(re.sub(r"\\(.)", r"\1", name[0]))
                at = name.end()
            elif begin > at and (text == "." or text.startswith("[", begin)):
                at = begin
            else:
                raise BadPathError(f"{text!r} is no path: nothing was expected to stand at {at}")


def _closing(text: str, at: int) -> int:
    """Where the bracket that opens here is closed: not one within quotes or a filter's own."""
    depth, quote = 0, ""
    for place in range(at, len(text)):
        sign = text[place]
        if quote:
            quote = "" if sign == quote and text[place - 1] != "\\" else quote
        elif sign in _QUOTES:
            quote = sign
        elif sign in "[]":
            depth += 1 if sign == "[" else -1
            if not depth:
                return place
    raise BadPathError(f"{text!r} is no path: a bracket is not closed")


def _bracket(inside: str) -> Step:
    if inside.startswith("?(") and inside.endswith(")"):
        return _filter(inside[2:-1])
    if inside == "*":
        return _all
    parts = re.findall(r"""\s*('(?:\\.|[^'])*'|"(?:\\.|[^"])*"|[^,]+)\s*(?:,|$)""", inside)
    steps = [_one(part.strip()) for part in parts]
    if not steps:
        raise BadPathError(f"[{inside}] names nothing")
    return lambda value: [each for step in steps for each in step(value)]


def _one(part: str) -> Step:
    """A quoted member, an index or a slice."""
    if part[0] in _QUOTES and part[-1] == part[0] and len(part) > 1:
        return _member(re.sub(r"\\(.)", r"\1", part[1:-1]))
    found = _SLICE.match(part)
    if found is not None:
        begin, end, step = (None if each is None else int(each) for each in found.groups())
        return lambda value: value[begin:end:step] if isinstance(value, list) else ()
    try:
        index = int(part)
    except ValueError:
        raise BadPathError(f"[{part}] is neither an index nor a quoted name") from None
    return lambda value: (
        (value[index],) if isinstance(value, list) and -len(value) <= index < len(value) else ()
    )


def _member(name: str) -> Step:
    if name == "*":
        return _all
    return lambda value: (value[name],) if isinstance(value, dict) and name in value else ()


def _all(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _below(value: Any) -> Iterator[Any]:
    """The value and all that is in it, at any depth."""
    yield value
    for each in _all(value):
        yield from _below(each)


def _filter(text: str) -> Step:
    """Those members of which the condition holds; a path alone holds where there is something."""
    read = _FILTER.match(text)
    if read is None:
        raise BadPathError(f"?({text}) is no filter")
    path = read_path(read["path"])
    if read["op"] is None:
        return lambda value: [each for each in _all(value) if path(each)]
    compare, wanted = _OPERATORS[read["op"]], _operand(read["wanted"])

    def holds(each: Any) -> bool:
        try:
            return any(compare(one, other) for one in path(each)[:1] for other in wanted(each)[:1])
        except TypeError:
            return False

    return lambda value: [each for each in _all(value) if holds(each)]


def _operand(text: str) -> JsonPath:
    """The right side of a comparison: another path, or a literal."""
    if text.startswith("@"):
        return read_path(text[1:])
    if text[0] == "'" == text[-1] and len(text) > 1:
        literal: Any = re.sub(r"\\(.)", r"\1", text[1:-1])
    else:
        try:
            literal = json.loads(text)
        except ValueError:
            raise BadPathError(f"{text} is nothing to compare with") from None
    return lambda _: [literal]
