"""What differs between two revisions of a task definition, member by member.

It works on the API's own members, so one that is new to us is compared like any other. Values of
environment variables are never told, only that they differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from containerscope.block import ChangeKind, DiffLine
from containerscope.model import arn
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.redact import MASK, masked, redact, redact_arguments, redact_text

IGNORED = frozenset(
    {
        "taskDefinitionArn",
        "revision",
        "status",
        "registeredAt",
        "registeredBy",
        "deregisteredAt",
        "deleteRequestedAt",
        "compatibilities",
        "requiresAttributes",
    }
)
"""Members of the whole that every revision has of its own, or that ECS derives from the others."""
_KEYS: Mapping[str, tuple[str, ...]] = {
    "containerDefinitions": ("name",),
    "volumes": ("name",),
    "environment": ("name",),
    "secrets": ("name",),
    "secretOptions": ("name",),
    "properties": ("name",),
    "environmentFiles": ("value",),
    "portMappings": ("containerPort", "containerPortRange", "protocol"),
    "mountPoints": ("containerPath",),
    "volumesFrom": ("sourceContainer",),
    "dependsOn": ("containerName",),
    "ulimits": ("name",),
    "extraHosts": ("hostname",),
    "systemControls": ("namespace",),
    "resourceRequirements": ("type",),
    "devices": ("hostPath",),
    "tmpfs": ("containerPath",),
    "placementConstraints": ("type", "expression"),
    "inferenceAccelerators": ("deviceName",),
}
"""Lists whose items have an identity: which members make it."""
_UNORDERED = frozenset(
    {"requiresCompatibilities", "links", "dnsServers", "dnsSearchDomains", "add", "drop"}
    | {"dockerSecurityOptions", "ignoredExitCodes"}
)
"""Lists of plain values whose order means nothing."""
_COMMANDS = frozenset({"command", "entryPoint"})
_ARROW = " › "


class Revision(msgspec.Struct, frozen=True):
    """Which revision it is, who registered it and when."""

    name: str
    registered_by: str = ""
    registered_at: Any = None

    @property
    def words(self) -> str:
        """`cart:43, registered by deploy`, without the time."""
        return self.name + (f", registered by {self.registered_by}" if self.registered_by else "")


def revision_of(definition: TaskDefinition) -> Revision:
    """The name, author and time of a revision."""
    name = arn.name_of(definition.task_definition_arn or "") or (
        f"{definition.family or '?'}:{definition.revision or '?'}"
    )
    by = definition.registered_by or ""
    return Revision(name, who(by) if by else "", definition.registered_at)


def who(principal: str) -> str:
    """A person or role in an ARN: the session of an assumed role with its role."""
    parts = arn.resource_of(principal).split("/")
    if parts[0] == "assumed-role" and len(parts) > 2:
        return f"{parts[2]} ({parts[1]})"
    return parts[-1]


def changes(old: TaskDefinition, new: TaskDefinition) -> tuple[DiffLine, ...]:
    """What differs between two revisions as the model has them."""
    return document_changes(_document(old), _document(new))


def document_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[DiffLine, ...]:
    """What differs between two answers of DescribeTaskDefinition: the whole first, then each part.

    A member that is absent, null or empty is the same thing.
    """
    found: list[DiffLine] = []
    for name in _names(old, new):
        if name not in IGNORED:
            _compare(found, (), name, old.get(name), new.get(name))
    found.sort(key=lambda line: _ARROW in line.path)
    return tuple(found)


def _document(definition: TaskDefinition) -> Mapping[str, Any]:
    built: Mapping[str, Any] = msgspec.to_builtins(definition)
    return built


def _names(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys((*old, *new)))


def _empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, Mapping | list | tuple) and not value)


def _compare(found: list[DiffLine], path: tuple[str, ...], name: str, old: Any, new: Any) -> None:
    """Add what differs below this member; `path` is where it stands."""
    if old == new or (_empty(old) and _empty(new)):
        return
    if name in _KEYS and _listed(old) and _listed(new):
        # A container is found by its own name; what it is a list of need not be said.
        inner = path if name == "containerDefinitions" else (*path, name)
        _compare_lists(found, inner, name, old or (), new or ())
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for each in _names(old, new):
            _compare(found, (*path, name), each, old.get(each), new.get(each))
        return
    if name in _UNORDERED and _same_members(old, new):
        return
    if (_empty(old) and isinstance(new, Mapping)) or (isinstance(old, Mapping) and _empty(new)):
        for each in _names(old or {}, new or {}):
            _compare(found, (*path, name), each, (old or {}).get(each), (new or {}).get(each))
        return
    found.append(_line((*path, name), old, new))


def _same_members(old: Any, new: Any) -> bool:
    if not _listed(old) or not _listed(new):
        return False
    return sorted(map(str, old or ())) == sorted(map(str, new or ()))


def _listed(value: Any) -> bool:
    return value is None or isinstance(value, list | tuple)


def _compare_lists(
    found: list[DiffLine], path: tuple[str, ...], name: str, old: Sequence[Any], new: Sequence[Any]
) -> None:
    before, after = _by_key(name, old), _by_key(name, new)
    for key in dict.fromkeys((*before, *after)):
        one, other = before.get(key), after.get(key)
        if one is None or other is None:
            found.append(_whole((*path, key), name, one, other))
        elif name == "environment":
            if one.get("value") != other.get("value"):
                found.append(DiffLine(_ARROW.join((*path, key)), ChangeKind.CHANGED, MASK, MASK))
        elif name in ("secrets", "secretOptions"):
            _compare(found, path, key, one.get("valueFrom"), other.get("valueFrom"))
        else:
            for member in _names(one, other):
                if member not in _KEYS[name]:
                    _compare(found, (*path, key), member, one.get(member), other.get(member))


def _by_key(name: str, items: Sequence[Any]) -> dict[str, Mapping[str, Any]]:
    """The items by what they are called; a second one of a name gets a number."""
    found: dict[str, Mapping[str, Any]] = {}
    for item in items:
        if not isinstance(item, Mapping):
            item = {"value": item}
        parts = (item.get(member) for member in _KEYS[name])
        key = "/".join(str(part) for part in parts if part is not None) or "?"
        numbered, number = key, 1
        while numbered in found:
            number += 1
            numbered = f"{key} ({number})"
        found[numbered] = item
    return found


def _whole(
    path: tuple[str, ...], name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> DiffLine:
    """An item that was added or removed, in one line."""
    kind = ChangeKind.ADDED if old is None else ChangeKind.REMOVED
    item = (new if old is None else old) or {}
    told: Any
    if name == "environment":
        told = MASK
    elif name in ("secrets", "secretOptions"):
        told = redact_text(str(item.get("valueFrom") or ""))
    elif name == "containerDefinitions":
        told = redact_text(str(item.get("image") or "?"))
    else:
        rest = {key: value for key, value in item.items() if not _empty(value)}
        told = _flat({key: rest[key] for key in rest if key not in _KEYS[name]})
    where = _ARROW.join(path)
    return DiffLine(where, kind, *((None, told) if old is None else (told, None)))


def _line(path: tuple[str, ...], old: Any, new: Any) -> DiffLine:
    if _empty(old):
        kind = ChangeKind.ADDED
    else:
        kind = ChangeKind.REMOVED if _empty(new) else ChangeKind.CHANGED
    name = path[-1]
    return DiffLine(_ARROW.join(path), kind, _told(name, old, path), _told(name, new, path))


def _told(name: str, value: Any, path: tuple[str, ...]) -> Any:
    """A value fit to show, with what looks like a secret masked."""
    if _empty(value):
        return None
    if isinstance(value, str):
        return redact_text(value) if "secrets" in path else masked(name, value)
    if isinstance(value, list | tuple):
        if all(isinstance(word, str) for word in value):
            words = redact_arguments(value) if name in _COMMANDS else map(redact_text, value)
            return " ".join(words) if name in _COMMANDS else ", ".join(words)
        return ", ".join(_flat(each) for each in value)
    return _flat(value) if isinstance(value, Mapping) else value


def _flat(value: Any) -> str:
    """A small structure in one line: `readOnly true, containerPath /data`."""
    clean = redact(value)
    if not isinstance(clean, Mapping):
        return str(clean).lower() if isinstance(clean, bool) else str(clean)
    return ", ".join(f"{key} {_flat(part)}" for key, part in clean.items() if not _empty(part))
