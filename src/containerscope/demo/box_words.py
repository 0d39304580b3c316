"""The words of a shell's command line, with what is quoted kept from being expanded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_OPERATORS = ("&&", "||", "2>&1", "2>", ">>", ";", "|", ">", "<", "{", "}", "(", ")", "\n")
_VARIABLE = re.compile(r"\$(?:(?P<name>\w+|[?@#*])|\{(?P<braced>\w+)\})")


class Part(NamedTuple):
    """A piece of a word: `kind` is `'` or `"` for a quoted one, `$` for a command whose output."""

    text: str
    kind: str = ""


class Word(NamedTuple):
    """A word, or an operator."""

    parts: tuple[Part, ...]
    operator: str = ""


def words(line: str) -> Iterator[Word]:
    """The words and operators of a line; a ValueError for a quote that is not closed."""
    parts: list[Part] = []
    plain, at = "", 0

    def flush() -> None:
        nonlocal plain
        if plain:
            parts.append(Part(plain))
            plain = ""

    while at < len(line):
        char = line[at]
        operator = next((each for each in _OPERATORS if line.startswith(each, at)), "")
        if operator in ("{", "}") and (plain or parts):
            operator = ""
        if operator:
            flush()
            if parts:
                yield Word(tuple(parts))
                parts = []
            yield Word((), operator)
            at += len(operator)
        elif char in " \t":
            flush()
            if parts:
                yield Word(tuple(parts))
                parts = []
            at += 1
        elif char in "'\"":
            flush()
            end = _closing(line, at)
            parts.append(Part(line[at + 1 : end], char))
            at = end + 1
        elif line.startswith("$(", at):
            flush()
            end = _bracket(line, at + 2)
            parts.append(Part(line[at + 2 : end], "$"))
            at = end + 1
        elif char == "\\" and at + 1 < len(line):
            flush()
            parts.append(Part(line[at + 1], "'"))
            at += 2
        else:
            plain += char
            at += 1
    flush()
    if parts:
        yield Word(tuple(parts))


def _closing(line: str, at: int) -> int:
    quote, end = line[at], at + 1
    while end < len(line):
        if line[end] == "\\" and quote == '"':
            end += 1
        elif line[end] == quote:
            return end
        end += 1
    raise ValueError("no closing quotation")


def _bracket(line: str, at: int) -> int:
    depth = 1
    while at < len(line):
        if line[at] in "'\"":
            at = _closing(line, at)
        depth += {"(": 1, ")": -1}.get(line[at], 0)
        if not depth:
            return at
        at += 1
    raise ValueError("no closing bracket")


def expanded(text: str, value: Callable[[str], str]) -> str:
    """Text with its variables replaced."""
    return _VARIABLE.sub(lambda found: value(found["name"] or found["braced"]), text)


def unescaped(text: str) -> str:
    """What stands in double quotes, its backslashes read."""
    return re.sub(r"\\([\\\"$`])", r"\1", text)
