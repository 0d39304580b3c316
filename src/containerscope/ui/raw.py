"""The whole of one item as JSON or YAML lines, coloured lightly; what is secret is masked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

import msgspec
from rich.cells import cell_len

from containerscope.model.text import visible
from containerscope.rows.format import jsonable
from containerscope.ui.blocks import Line
from containerscope.ui.grid import chopped
from containerscope.ui.spans import Span, Spans

Form = Literal["json", "yaml"]

_KEY = re.compile(r'^(\s*(?:- )*)("(?:[^"\\]|\\.)*"|[^\s"#][^:]*?)(:)(?=\s|$)(.*)$')
_LONG = 4_000
"""Characters of a line that are shown; copying takes all."""


def text_of(value: Any, form: Form) -> str:
    """The value as text; exact, with control and bidi characters as escapes."""
    plain = jsonable(value)
    # Imported here: only whoever looks at the whole of an item waits for its writer.
    if form == "json":
        from containerscope.rows.export import exact_json

        return exact_json(plain)
    from containerscope.rows.yaml import yaml_text

    return yaml_text(plain).rstrip("\n")


def lines(text: str, width: int) -> tuple[Line, ...]:
    """The text as lines of a detail pane; what is wider goes on below, and none of it is cut."""
    return tuple(laid for line in text.split("\n") for laid in _wrapped(line, width))


def _wrapped(line: str, width: int) -> Iterable[Line]:
    shown = visible(line[:_LONG])
    if cell_len(shown) <= width:
        yield Line(_spans(shown), copy=line)
        return
    first = next(iter(chopped(shown, width)))
    yield Line(_spans(first), copy=line)
    # Below the value, or as near to it as leaves half of the width to what goes on.
    key = _KEY.match(shown)
    indent = Span(" " * min(key.start(4) + 1 if key else 0, width // 2))
    for rest in chopped(shown[len(first) :], width - indent.width):
        yield Line((indent, Span(rest)), copy=line, goes_on=True)


def _spans(line: str) -> Spans:
    match = _KEY.match(line)
    if match is None:
        return (Span(line),)
    indent, key, colon, rest = match.groups()
    return (Span(indent), Span(key, "accent"), Span(colon, "dim"), Span(rest))


def copied(line: str) -> str:
    """The value on a line of JSON or YAML, without its key, quotes and comma."""
    match = _KEY.match(line)
    value = (match.group(4) if match else line).strip().rstrip(",")
    value = value.removeprefix("- ")
    if value.startswith('"'):
        try:
            return str(msgspec.json.decode(value))
        except msgspec.DecodeError:
            return value
    return value or line.strip()
