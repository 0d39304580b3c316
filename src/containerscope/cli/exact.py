"""Items as JSON or YAML documents: exact values under the API's own names, secrets masked."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from enum import Enum
from typing import Any

import msgspec

from containerscope.model.fleet import ClusterRow
from containerscope.model.listing import Item, Listing, Missing, Problem
from containerscope.redact import redact, redact_text
from containerscope.resource import Resource, Scope
from containerscope.rows.export import exact_json
from containerscope.rows.format import utc
from containerscope.rows.yaml import yaml_text

__all__ = ["envelope", "exact", "item_document", "json_text", "yaml_text"]


def exact(value: Any) -> Any:
    """The value as JSON holds it: models under their API's names, absent members left out."""
    if isinstance(value, Enum):
        return exact(value.value)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return utc(value).isoformat().replace("+00:00", "Z")
    if isinstance(value, Missing):
        return {"missing": value.why.value, "reason": value.reason}
    if isinstance(value, ClusterRow):
        return _cluster(value)
    if isinstance(value, msgspec.Struct):
        names = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
        members = ((name, getattr(value, field)) for name, field in names)
        return {name: exact(member) for name, member in members if member is not None}
    if isinstance(value, Mapping):
        return {str(key): exact(member) for key, member in value.items()}
    if isinstance(value, Set):
        return sorted((exact(member) for member in value), key=str)
    if isinstance(value, list | tuple):
        return [exact(member) for member in value]
    return str(value)


def _cluster(row: ClusterRow) -> dict[str, Any]:
    """A cluster of either kind under its own API's names, then what was found out about it."""
    found = {"support": exact(row.support), "swept": exact(row.swept)}
    own = exact(row.ecs or row.eks) or {}
    return {**own, **{name: value for name, value in found.items() if value is not None}}


def item_document(item: Item[Any]) -> dict[str, Any]:
    """One row: the API's members, then what was joined to it."""
    if isinstance(item.value, Missing):
        document = {"name": item.name, "key": item.key, **exact(item.value)}
    else:
        document = dict(redact(exact(item.value)))
    for name, value in item.joined.items():
        document.setdefault(name, redact(exact(value)))
    return document


def _problem(problem: Problem) -> dict[str, Any]:
    document = exact(problem)
    return {
        name: redact_text(member) if isinstance(member, str) else member
        for name, member in document.items()
        if member not in ("", [])
    }


def envelope(
    resource: Resource[Any],
    scope: Scope,
    listing: Listing[Any],
    items: Iterable[Mapping[str, Any]],
    problems: Iterable[Problem],
) -> dict[str, Any]:
    """The one object that `-o json` prints."""
    problems = tuple(problems)
    fields = {name: getattr(scope, name) for name in scope.__dataclass_fields__}
    return {
        "resource": resource.name,
        "scope": {name: value for name, value in fields.items() if value},
        "complete": listing.complete and not problems,
        "problems": [_problem(problem) for problem in problems],
        "fetchedAt": exact(listing.fetched_at),
        "items": list(items),
    }


def json_text(document: Any, *, lines: bool = False) -> str:
    """JSON with control and bidi characters as escapes; on one line if `lines`."""
    text = exact_json(document)
    if lines:
        # Every newline of the indented form stands between tokens, never within a string.
        text = re.sub(r"\n *", " ", text)
    return text
