"""What differs between two versions of a Kubernetes object: for people, and as a patch."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from containerscope.block import ChangeKind, DiffLine
from containerscope.redact import MASK, masked, redact

_KEYS = (
    "name", "mountPath", "containerPort", "port", "key", "type", "ip", "topologyKey", "devicePath",
)  # fmt: skip
"""Members by which the items of a list are told apart, the first that tells all of them apart."""
_QUIET = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})
_ENVIRONMENTS = frozenset({"env"})
_SECRETS = frozenset({"data", "stringData"})


def differences(
    old: Any, new: Any, *, secret: bool = False, below: str = ""
) -> tuple[DiffLine, ...]:
    """Each value that differs, with the path of it; `secret` masks the values of a Secret.

    A member that is absent and one that is null are the same thing. What looks like a secret, and
    the values of environment variables, are masked.
    """
    found: list[DiffLine] = []
    _compare(found, below, "", old, new, secret=secret)
    return tuple(found)


def _compare(
    found: list[DiffLine], path: str, name: str, old: Any, new: Any, *, secret: bool
) -> None:
    if old == new or name in _QUIET:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for each in dict.fromkeys((*old, *new)):
            deeper = f"{path}.{each}" if path else str(each)
            _compare(found, deeper, str(each), old.get(each), new.get(each), secret=secret)
        return
    if isinstance(old, list) and isinstance(new, list):
        key = _key_of(old, new)
        if key:
            before, after = ({str(each[key]): each for each in side} for side in (old, new))
            for each in dict.fromkeys((*before, *after)):
                one, other = before.get(each), after.get(each)
                where = f"{path}[{each}]"
                if name in _ENVIRONMENTS:
                    _compare_variable(found, where, one, other)
                else:
                    _compare(found, where, each, one, other, secret=secret)
            return
    told = tuple(_told(path, name, each, secret=secret) for each in (old, new))
    if all(isinstance(each, str) and "\n" in each for each in told):
        found.extend(_text_lines(path, *told))
        return
    found.append(DiffLine(path, _kind(old, new), *told))


def _kind(old: Any, new: Any) -> ChangeKind:
    if old is None:
        return ChangeKind.ADDED
    return ChangeKind.REMOVED if new is None else ChangeKind.CHANGED


def _text_lines(path: str, old: str, new: str) -> Iterable[DiffLine]:
    """Of two long texts the lines in which they differ, by their numbers."""
    before, after = old.splitlines(), new.splitlines()
    if before == after:
        yield DiffLine(path, ChangeKind.CHANGED, "its last line ends", "in another way")
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for what, start, end, from_, to in matcher.get_opcodes():
        if what != "equal":
            pairs = zip_longest(before[start:end], after[from_:to])
            for number, (one, other) in enumerate(pairs, start + 1):
                yield DiffLine(f"{path} line {number}", _kind(one, other), one, other)


def _key_of(old: Sequence[Any], new: Sequence[Any]) -> str:
    items = (*old, *new)
    if not items or not all(isinstance(each, Mapping) for each in items):
        return ""
    for key in _KEYS:
        if all(key in each for each in items) and all(
            len({each[key] for each in side}) == len(side) for side in (old, new)
        ):
            return key
    return ""


def _compare_variable(found: list[DiffLine], path: str, one: Any, other: Any) -> None:
    if one != other:
        told = (None if each is None else MASK for each in (one, other))
        found.append(DiffLine(path, _kind(one, other), *told))


def _told(path: str, name: str, value: Any, *, secret: bool) -> Any:
    """A value fit to be shown."""
    if value is None:
        return None
    if secret and not _SECRETS.isdisjoint(path.split(".")):
        return MASK
    if isinstance(value, str):
        return masked(name, value)
    if isinstance(value, Mapping | list):
        # With its name around it, so that `env` is known for what it is.
        return _flat(redact({name: value}).get(name, MASK))
    return value


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flat(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flat, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


Operation = dict[str, Any]
"""One step of a JSON patch."""


def json_patch(old: Any, new: Any) -> list[Operation]:
    """The steps that turn one document into the other, and touch nothing else (RFC 6902)."""
    steps: list[Operation] = []
    _patch(steps, "", old, new)
    return steps


def _patch(steps: list[Operation], path: str, old: Any, new: Any) -> None:
    if old == new and type(old) is type(new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        gone = (each for each in old if each not in new)
        steps += ({"op": "remove", "path": f"{path}/{_escaped(each)}"} for each in gone)
        for each, value in new.items():
            if each in old:
                _patch(steps, f"{path}/{_escaped(each)}", old[each], value)
            else:
                steps.append({"op": "add", "path": f"{path}/{_escaped(each)}", "value": value})
    elif isinstance(old, list) and isinstance(new, list):
        _patch_list(steps, path, old, new)
    else:
        steps.append({"op": "replace", "path": path, "value": new})


def _patch_list(steps: list[Operation], path: str, old: list[Any], new: list[Any]) -> None:
    """Only what lies between their common beginning and their common end."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    both = min(len(before), len(after))
    for at in range(both):
        _patch(steps, f"{path}/{start + at}", before[at], after[at])
    surplus = range(len(before) - 1, both - 1, -1)
    steps += ({"op": "remove", "path": f"{path}/{start + at}"} for at in surplus)
    more = enumerate(after[both:], start + both)
    steps += ({"op": "add", "path": f"{path}/{at}", "value": value} for at, value in more)


def _escaped(key: Any) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")
