"""The statements of IAM policies, read from their documents and merged into one table.

Source: IAM User Guide, "IAM JSON policy elements reference".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import msgspec

from containerscope.model.health import Level
from containerscope.model.iam import Document, NamedPolicy

ESCALATIONS = frozenset(
    {
        "iam:addusertogroup",
        "iam:attachgrouppolicy",
        "iam:attachrolepolicy",
        "iam:attachuserpolicy",
        "iam:createaccesskey",
        "iam:createloginprofile",
        "iam:createpolicyversion",
        "iam:putgrouppolicy",
        "iam:putrolepermissionsboundary",
        "iam:putrolepolicy",
        "iam:putuserpolicy",
        "iam:setdefaultpolicyversion",
        "iam:updateassumerolepolicy",
        "iam:updateloginprofile",
    }
)
"""Actions with which a principal can grant itself more, in lower case."""


class Condition(msgspec.Struct, frozen=True):
    """One test of a statement: all of a statement's must hold, any value of one is enough."""

    operator: str
    key: str
    values: tuple[str, ...]

    @property
    def words(self) -> str:
        """`aws:SourceAccount StringEquals 123456789012`."""
        return f"{self.key} {self.operator} {' or '.join(self.values)}"


class Statement(msgspec.Struct, frozen=True):
    """One statement, with every element as a list."""

    effect: str
    """`Allow` or `Deny`."""
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    principals: tuple[tuple[str, str], ...] = ()
    """Kind and name, `("Service", "ecs-tasks.amazonaws.com")`; of trust policies only."""
    not_principals: tuple[tuple[str, str], ...] = ()
    sid: str = ""
    policy: str = ""
    """The name of the policy it stands in."""

    @property
    def allows(self) -> bool:
        """Whether its effect is Allow."""
        return self.effect.lower() == "allow"


class Grant(msgspec.Struct, frozen=True):
    """Statements of the same effect, resources and conditions, as one row."""

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[str, ...]
    policies: tuple[str, ...]
    level: Level = Level.NONE
    flag: str = ""
    """What is too wide about it."""


def document_of(document: Document | None) -> Mapping[str, Any] | None:
    """The policy document as a mapping, decoded where AWS left it as text; None if it is none."""
    if isinstance(document, str):
        try:
            decoded = msgspec.json.decode(unquote(document))
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            return None
        return decoded if isinstance(decoded, dict) else None
    return document


def statements_of(document: Document | None, policy: str = "") -> tuple[Statement, ...]:
    """The statements of a document; what is no statement is left out."""
    whole = document_of(document) or {}
    found = whole.get("Statement")
    listed = found if isinstance(found, list) else [found]
    return tuple(_statement(each, policy) for each in listed if isinstance(each, Mapping))


def all_statements(policies: Iterable[NamedPolicy]) -> tuple[Statement, ...]:
    """The statements of all policies that could be read."""
    return tuple(
        statement
        for policy in policies
        for statement in statements_of(policy.document, policy.name)
    )


def _statement(found: Mapping[str, Any], policy: str) -> Statement:
    return Statement(
        effect=str(found.get("Effect") or "Deny"),
        actions=_texts(found.get("Action")),
        not_actions=_texts(found.get("NotAction")),
        resources=_texts(found.get("Resource")),
        not_resources=_texts(found.get("NotResource")),
        conditions=_conditions(found.get("Condition")),
        principals=_principals(found.get("Principal")),
        not_principals=_principals(found.get("NotPrincipal")),
        sid=str(found.get("Sid") or ""),
        policy=policy,
    )


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(_text(each) for each in value)
    return () if value is None else (_text(value),)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _conditions(value: Any) -> tuple[Condition, ...]:
    found: list[Condition] = []
    for operator, keys in value.items() if isinstance(value, Mapping) else ():
        for key, values in keys.items() if isinstance(keys, Mapping) else ():
            found.append(Condition(str(operator), str(key), _texts(values)))
    return tuple(found)


def _principals(value: Any) -> tuple[tuple[str, str], ...]:
    if isinstance(value, Mapping):
        return tuple((str(kind), name) for kind, names in value.items() for name in _texts(names))
    return tuple(("AWS", name) for name in _texts(value))


LITERALS = {"${*}": "\ue000", "${?}": "\ue001", "${$}": "$"}
"""What a policy writes for a star that is only a star -> what stands for it in a pattern."""
_TOKENS = {"?": ".", "\ue000": r"\*", "\ue001": r"\?"}


@functools.lru_cache(4096)
def _pattern(pattern: str, *, ignore_case: bool) -> re.Pattern[str]:
    """A pattern as an expression that never goes back over a star, as a glob need not."""
    first, *rest = (
        "".join(_TOKENS.get(char) or re.escape(char) for char in part)
        for part in pattern.split("*")
    )
    last = f".*{rest.pop()}" if rest else ""
    middle = "".join(f"(?>.*?{part})" for part in rest if part)
    return re.compile(first + middle + last, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def like(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Whether a pattern with `*` and `?` covers the text."""
    return _pattern(pattern, ignore_case=ignore_case).fullmatch(text) is not None


def grants(statements: Sequence[Statement]) -> tuple[Grant, ...]:
    """All statements as one table: denials first, then the widest; equal ones merged."""
    merged: dict[tuple[Any, ...], list[Statement]] = {}
    for each in statements:
        conditions = tuple(condition.words for condition in each.conditions)
        resources = each.resources or tuple(f"all but {name}" for name in each.not_resources)
        key = (each.effect, frozenset(resources), frozenset(conditions), bool(each.not_actions))
        merged.setdefault(key, []).append(each)
    rows = [_grant(found) for found in merged.values()]
    rows.sort(key=lambda row: (row.effect != "Deny", -row.level, row.actions))
    return tuple(rows)


def _grant(found: Sequence[Statement]) -> Grant:
    first = found[0]
    actions = sorted({name for each in found for name in each.actions}, key=str.lower)
    others = sorted({name for each in found for name in each.not_actions}, key=str.lower)
    resources = sorted(first.resources) + [
        f"all but {name}" for name in sorted(first.not_resources)
    ]
    flags = sorted((flag(each) for each in found), key=lambda each: -each[0])
    level, words = flags[0]
    return Grant(
        first.effect,
        (*actions, *(f"all but {name}" for name in others)),
        tuple(resources),
        tuple(condition.words for condition in first.conditions),
        tuple(dict.fromkeys(each.policy for each in found if each.policy)),
        level,
        words,
    )


def flag(statement: Statement) -> tuple[Level, str]:
    """What is too wide about a statement; no words where nothing is."""
    if not statement.allows:
        return Level.NONE, ""
    everywhere = "*" in statement.resources or bool(statement.not_resources)
    level, words = _flag(statement, everywhere=everywhere)
    if words and statement.conditions and level is Level.FAILED:
        return Level.WARNING, f"{words}, under conditions"
    return level, words


def _flag(statement: Statement, *, everywhere: bool) -> tuple[Level, str]:
    actions = {name.lower() for name in statement.actions}
    if statement.not_actions:
        return (Level.FAILED if everywhere else Level.WARNING), "everything that is not named"
    if actions & {"*", "*:*"}:
        return Level.FAILED, "administrator" if everywhere else "every action"
    if everywhere and any(like(name, "iam:passrole") for name in actions):
        return Level.FAILED, "may pass any role"
    if everywhere and any(like(name, "sts:assumerole") for name in actions):
        return Level.FAILED, "may assume any role that lets it"
    if any(like(name, known) for name in actions for known in ESCALATIONS):
        return (Level.FAILED if everywhere else Level.WARNING), "may grant itself more"
    services = sorted({name.partition(":")[0] for name in actions if name.endswith(":*")})
    if services:
        reach = " on everything" if everywhere else ""
        return Level.WARNING if everywhere else Level.NONE, f"all of {', '.join(services)}{reach}"
    wild = any("*" in name or "?" in name for name in actions)
    if wild and everywhere:
        return Level.WARNING, "wildcards on everything"
    return (Level.NONE, "every resource") if everywhere else (Level.NONE, "")
