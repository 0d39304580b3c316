"""The shown table as CSV or JSON text."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from containerscope.model.text import visible
from containerscope.rows.build import Rows

_ABOVE_ASCII = re.compile("[\x7f-\U0010ffff]")
_FORMULA = ("=", "+", "-", "@")


def _escaped(match: re.Match[str]) -> str:
    char = match.group()
    return char if visible(char) == char else json.dumps(char)[1:-1]


def exact_json(value: Any) -> str:
    """JSON with control and bidi characters as escapes and every other letter as it is."""
    return _ABOVE_ASCII.sub(_escaped, json.dumps(value, ensure_ascii=False, indent=2))


def to_json(rows: Rows) -> str:
    """The shown rows as a JSON list of objects by field."""
    return exact_json([rows.record(key) for key in rows.keys]) + "\n"


def _csv_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dict):
        if "missing" in value:
            return f"({value['missing']})"
        text = ", ".join(f"{key}={part}" for key, part in value.items())
    elif isinstance(value, list):
        text = ", ".join(map(str, value))
    else:
        text = str(value)
    text = visible(text)
    # A spreadsheet runs a text that starts like a formula.
    return f"'{text}" if text.startswith(_FORMULA) else text


def to_csv(rows: Rows) -> str:
    """The shown rows as CSV with a line of field names; ratios as `3/4`, lists with commas."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([heading.field for heading in rows.headings])
    ratios = rows.ratios
    for key in rows.keys:
        record = rows.record(key)
        writer.writerow(
            "/".join(map(_csv_text, value))
            if field in ratios and isinstance(value, list)
            else _csv_text(value)
            for field, value in record.items()
        )
    return out.getvalue()
