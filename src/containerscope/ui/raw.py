"""The whole of one item as JSON or YAML lines, coloured lightly; what is secret is masked."""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec

from containerscope.model.text import visible
from containerscope.rows.format import jsonable
from containerscope.ui.blocks import Line
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


def lines(text: str) -> tuple[Line, ...]:
    """The text as lines of a detail pane."""
    return tuple(Line(_spans(visible(line[:_LONG])), copy=line) for line in text.split("\n"))


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
