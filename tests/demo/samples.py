"""A value for any shape of a service model, with every member in it, and a strict look at one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

MOMENT = datetime(2026, 11, 24, 14, 12, 30, tzinfo=UTC)
_DEPTH = 4


def sample(shape: Any, seen: tuple[str, ...] = (), *, plain: bool = False) -> Any:
    """A value that the shape allows; `plain` gives times as epoch seconds."""
    kind = shape.type_name
    if kind == "structure":
        if shape.name in seen or len(seen) > _DEPTH:
            return {}
        inner = (*seen, shape.name)
        found = {
            name: sample(member, inner, plain=plain)
            for name, member in shape.members.items()
            if not getattr(shape, "is_document_type", False)
            and not member.serialization.get("eventstream")
        }
        return {name: each for name, each in found.items() if each not in ({}, [], [{}])}
    if kind == "list":
        one = sample(shape.member, seen, plain=plain)
        return [] if one in ({}, []) else [one, one]
    if kind == "map":
        one = sample(shape.value, seen, plain=plain)
        return {} if one in ({}, []) else {sample(shape.key, seen, plain=plain): one}
    if kind == "timestamp":
        return MOMENT.timestamp() if plain else MOMENT
    if kind == "boolean":
        return True
    if kind == "blob":
        return "blöb &<>".encode()
    if kind in ("integer", "long"):
        return 7
    if kind in ("float", "double"):
        return 2.5
    return shape.enum[0] if getattr(shape, "enum", None) else "Zoë <a&b> 支"


def misfits(shape: Any, value: Any, where: str = "") -> list[str]:
    """What a value has that its shape does not allow: members unknown, types wrong, None."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return [f"{where}: {value!r} is no structure"]
        unknown = [f"{where}.{name}: unknown" for name in value if name not in shape.members]
        lacking = [
            f"{where}.{name}: lacking" for name in shape.required_members if name not in value
        ]
        known = ((name, value[name]) for name in value if name in shape.members)
        inner = [
            each
            for name, one in known
            for each in misfits(shape.members[name], one, f"{where}.{name}")
        ]
        return unknown + lacking + inner
    if kind == "list":
        if not isinstance(value, list):
            return [f"{where}: {value!r} is no list"]
        return [each for one in value for each in misfits(shape.member, one, f"{where}[]")]
    if kind == "map":
        return [
            each
            for key, one in value.items()
            for each in misfits(shape.value, one, f"{where}.{key}")
        ]
    kinds: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "boolean": (bool,),
        "integer": (int,),
        "long": (int,),
        "double": (float, int),
        "float": (float, int),
        "timestamp": (float, int),
        "blob": (bytes,),
    }
    right = isinstance(value, kinds[kind]) and (kind == "boolean") == isinstance(value, bool)
    enum = getattr(shape, "enum", None)
    if right and enum and value not in enum and value not in NEWER:
        return [f"{where}: {value!r} is not one of {enum}"]
    return [] if right else [f"{where}: {value!r} is no {kind}"]


NEWER = frozenset(
    {
        "EC2_AUTOSCALING",
        "ECSServiceAverageCPUUtilizationHighResolution",
        "ECSServiceAverageMemoryUtilizationHighResolution",
        "IAM Policy",
        "Policy",
        "VersionRollback",
        "available",
    }
)
"""Values that AWS sends although the installed botocore's enumerations lack them."""
