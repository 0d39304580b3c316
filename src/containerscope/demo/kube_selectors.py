"""Label and field selectors as a predicate over stored objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from containerscope.demo.kube_fields import field_names
from containerscope.demo.kube_status import bad_request
from containerscope.demo.kube_store import Entry, Match

_KEY = r"(?:[A-Za-z0-9](?:[-A-Za-z0-9.]*[A-Za-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?"
_SET = re.compile(rf"({_KEY})\s+(in|notin)\s*\(([^()]*)\)")
_EQUAL = re.compile(rf"({_KEY})\s*(==|=|!=)\s*([-A-Za-z0-9_.]*)")
_EXISTS = re.compile(rf"(!?)\s*({_KEY})")

Labels = Mapping[str, str]
Requirement = Callable[[Labels], bool]


def _requirement(text: str) -> Requirement:
    if found := _SET.fullmatch(text):
        key, operator, listed = found.groups()
        values = frozenset(each.strip() for each in listed.split(","))
        if operator == "in":
            return lambda labels: labels.get(key) in values
        return lambda labels: labels.get(key) not in values
    if found := _EQUAL.fullmatch(text):
        key, operator, value = found.groups()
        if operator == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    if found := _EXISTS.fullmatch(text):
        absent, key = found.groups()
        return lambda labels: (key in labels) != bool(absent)
    raise bad_request(
        f"unable to parse requirement: found '{text}', expected: identifier, ',', or 'end of "
        "string'"
    )


def _split(text: str) -> list[str]:
    """At commas outside parentheses."""
    parts, depth, start = [], 0, 0
    for index, char in enumerate(text):
        if char == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
        depth += (char == "(") - (char == ")")
    return [each.strip() for each in (*parts, text[start:])]


def label_selector(text: str) -> Requirement | None:
    """A predicate over labels: `a=b,c!=d,e in (f,g),h notin (i),j,!k`; None for all."""
    if not text.strip():
        return None
    requirements = [_requirement(each) for each in _split(text)]
    return lambda labels: all(each(labels) for each in requirements)


def object_selector(selector: Mapping[str, Any] | None) -> Requirement:
    """The predicate of a workload's `selector`: matchLabels and matchExpressions."""
    wanted = dict((selector or {}).get("matchLabels") or {})
    rules = [
        (each["key"], each["operator"], frozenset(each.get("values") or ()))
        for each in (selector or {}).get("matchExpressions") or ()
    ]

    def fits(labels: Labels) -> bool:
        if any(labels.get(key) != value for key, value in wanted.items()):
            return False
        return all(_fits(labels, *each) for each in rules)

    return fits


def _fits(labels: Labels, key: str, operator: str, values: frozenset[str]) -> bool:
    if operator == "In":
        return labels.get(key) in values
    if operator == "NotIn":
        return labels.get(key) not in values
    return (key in labels) == (operator == "Exists")


def field_selector(kind: tuple[str, str], text: str) -> Match | None:
    """A predicate over objects: `status.phase!=Running,spec.nodeName=x`; None for all."""
    if not text.strip():
        return None
    known = field_names(kind)
    rules: list[tuple[str, str, bool]] = []
    for each in text.split(","):
        name, operator, value = re.match(r"([^=!]*)(!=|==|=|)(.*)", each.strip()).groups()  # type: ignore[union-attr]
        if not operator:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{each}'")
        if name not in known and name not in ("metadata.name", "metadata.namespace"):
            raise bad_request(f"field label not supported: {name}")
        rules.append((name, value.replace("\\", ""), operator != "!="))
    return lambda entry: all((_value(entry, name) == value) is same for name, value, same in rules)


def _value(entry: Entry, name: str) -> str:
    if name == "metadata.name":
        return entry.name
    if name == "metadata.namespace":
        return entry.namespace
    return entry.fields.get(name, "")


def selector(kind: tuple[str, str], labels: str, fields: str) -> Match | None:
    """Both selectors of a request in one predicate; None where they let everything through."""
    by_label, by_field = label_selector(labels), field_selector(kind, fields)
    if by_label is None:
        return by_field
    if by_field is None:
        return lambda entry: by_label(entry.labels)
    return lambda entry: by_field(entry) and by_label(entry.labels)
