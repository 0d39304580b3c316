"""Any answer that botocore's own models allow: absent members, new enum values, hostile text."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from botocore.loaders import Loader
from botocore.model import (
    ListShape,
    MapShape,
    ServiceModel,
    Shape,
    StringShape,
    StructureShape,
)

import containerscope

_EXTRAS = Path(containerscope.__file__).parent / "clients" / "api_extras"
HOSTILE = (
    "",
    "plain",
    "[bold red]markup[/] [/] [@click=app.bell]x[/]",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "\x1b]52;c;aGVsbG8=\x07",
    "\x9b31m\x90q\x9c",
    "tab\tnewline\nreturn\rnul\x00bell\x07",
    "\u202eright to left\u2066isolate",
    "zero\u200bwidth\ufeff",
    "日本語のサービス" * 5,
    "e" + "\u0301" * 50,
    "👩‍👩‍👧‍👦 🇩🇪",
    "\ud800",
    "x" * 4000,
    "{}{0}%s%(a)s",
    "-1",
    "1e400",
    "arn:aws:ecs:eu-west-1:123456789012:service/one/two",
    "arn:::::",
)
_NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@functools.cache
def model(service: str) -> Any:
    """The service model that botocore has for it, with the newer members that we add."""
    loader = Loader(extra_search_paths=[str(_EXTRAS)])
    return ServiceModel(loader.load_service_model(service, "service-2"), service)


def answer(service: str, operation: str, rng: Random, *, hostile: bool = False) -> dict[str, Any]:
    """A random answer of that operation, as botocore's parser would return it."""
    shape = model(service).operation_model(operation).output_shape
    made: dict[str, Any] = _structure(shape, rng, 0, hostile=hostile)
    for token in ("nextToken", "NextToken", "Marker", "NextMarker"):
        made.pop(token, None)
    return made


def _structure(shape: StructureShape, rng: Random, depth: int, *, hostile: bool) -> dict[str, Any]:
    share = 0.85 if depth < 2 else 0.6
    names = [name for name in shape.members if rng.random() < share]
    if shape.is_tagged_union:
        names = [rng.choice(tuple(shape.members))]
    return {name: value(shape.members[name], rng, depth + 1, hostile=hostile) for name in names}


def text(rng: Random, *, hostile: bool) -> str:
    """A string that somebody outside could have chosen."""
    return rng.choice(HOSTILE) if hostile else rng.choice(("web", "a-b_c", "", "1", "x" * 300))


def value(shape: Shape, rng: Random, depth: int, *, hostile: bool) -> Any:
    """A random value of the shape."""
    if isinstance(shape, StructureShape):
        return (
            {}
            if depth > 9 and not shape.is_tagged_union
            else _structure(shape, rng, depth, hostile=hostile)
        )
    if isinstance(shape, ListShape):
        count = 0 if depth > 9 else rng.choice((0, 1, 1, 2))
        return [value(shape.member, rng, depth + 1, hostile=hostile) for _ in range(count)]
    if isinstance(shape, MapShape):
        return {
            text(rng, hostile=hostile): value(shape.value, rng, depth + 1, hostile=hostile)
            for _ in range(rng.choice((0, 1, 2)))
        }
    return _scalar(shape, rng, hostile=hostile)


def _scalar(shape: Shape, rng: Random, *, hostile: bool) -> Any:
    match shape.type_name:
        case "timestamp":
            return _NOW + timedelta(seconds=rng.choice((-1e9, -3600, -5, 0, 5, 1e8)))
        case "boolean":
            return rng.random() < 0.5
        case "integer" | "long":
            return rng.choice((0, 1, -1, 3, 137, 2**31 - 1, 2**53))
        case "float" | "double":
            return rng.choice((0.0, 0.5, -1.0, 1e308))
        case "blob":
            return b"\x00\xff"
        case _:
            if isinstance(shape, StringShape) and shape.enum and rng.random() < 0.7:
                return rng.choice(shape.enum)
            return text(rng, hostile=hostile)
