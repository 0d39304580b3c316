"""Who may assume a role, and what is too wide about that.

Source: IAM User Guide, "The confused deputy problem"; Amazon EKS User Guide, "IAM roles for service
accounts".
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from containerscope.insight.iam_statements import Statement, like, statements_of
from containerscope.insight.verdict import Verdict
from containerscope.model import arn
from containerscope.model.health import Level
from containerscope.model.iam import Document

TASKS, ECS, EC2 = "ecs-tasks.amazonaws.com", "ecs.amazonaws.com", "ec2.amazonaws.com"
PODS, EKS = "pods.eks.amazonaws.com", "eks.amazonaws.com"
_OIDC = ":oidc-provider/"
_DEPUTY = frozenset({"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid"})
_NARROWING = frozenset(
    {"sts:externalid", "aws:principalorgid", "aws:principalarn", "aws:principalaccount"}
) | frozenset({"aws:principalorgpaths", "saml:aud"})


class Trust(msgspec.Struct, frozen=True):
    """A principal that may assume the role."""

    kind: str
    """`service`, `account`, `role or user`, `OIDC`, `SAML`, `anyone`."""
    who: str
    """For a person: `ecs-tasks.amazonaws.com`, `account 1234…`, `service account shop/cart`."""
    actions: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    level: Level = Level.NONE
    flag: str = ""
    """What is too wide about it."""


def trusts(document: Document | None, account: str = "") -> tuple[Trust, ...]:
    """Every principal that a trust policy lets in; `account` is the role's own."""
    return tuple(
        _trust(statement, kind, name, account)
        for statement in statements_of(document)
        if statement.allows
        for kind, name in statement.principals or (("", "?"),)
    )


def trust_verdict(document: Document | None, needed: str = "", account: str = "") -> Verdict:
    """Whether the service that needs the role may assume it, else the widest flaw.

    `needed` is a service's name, `ecs-tasks.amazonaws.com`; empty if none is expected.
    """
    found = trusts(document, account)
    if needed and not lets_in(found, needed):
        names = ", ".join(each.who for each in found) or "nobody"
        return Verdict(
            Level.FAILED,
            f"does not trust {needed}",
            f"{needed} cannot assume it; its trust policy lets in {names}.",
            f"Add a statement that lets {needed} do sts:AssumeRole.",
        )
    if needed == PODS and not _may(found, PODS, "sts:TagSession"):
        return Verdict(
            Level.FAILED,
            "no sts:TagSession",
            "EKS Pod Identity tags the sessions it starts, which the trust policy does not allow.",
            "Add sts:TagSession beside sts:AssumeRole.",
        )
    worst = max(found, key=lambda each: each.level, default=None)
    if worst is None or worst.level < Level.WARNING:
        return Verdict(Level.FINE)
    return Verdict(
        worst.level, worst.flag, f"{worst.who}: {worst.flag}.", "Narrow its trust policy."
    )


def lets_in(found: Sequence[Trust], service: str) -> bool:
    """Whether a service is among those that may assume it; China's names end in `.cn`."""
    return any(
        each.kind == "anyone"
        or (each.kind == "service" and each.who.removesuffix(".cn") == service)
        for each in found
    )


def _may(found: Sequence[Trust], service: str, action: str) -> bool:
    return any(
        like(pattern, action, ignore_case=True)
        for each in found
        if each.who == service
        for pattern in each.actions
    )


def _trust(statement: Statement, kind: str, name: str, account: str) -> Trust:
    conditions = tuple(each.words for each in statement.conditions)
    keys = {each.key.lower() for each in statement.conditions}
    if kind == "Service":
        level, flag = _service_flag(name, keys)
        return Trust("service", name, statement.actions, conditions, level, flag)
    if kind == "Federated" and _OIDC in name:
        who, level, flag = _oidc(statement, name)
        return Trust("OIDC", who, statement.actions, conditions, level, flag)
    if kind == "Federated":
        return Trust("SAML", arn.name_of(name), statement.actions, conditions)
    if name == "*":
        narrowed = bool(keys & _NARROWING)
        level = Level.WARNING if narrowed else Level.FAILED
        flag = "anyone who meets the conditions" if narrowed else "anyone at all may assume it"
        return Trust("anyone", "*", statement.actions, conditions, level, flag)
    return _of_account(statement, name, keys, conditions, account)


def _of_account(
    statement: Statement, name: str, keys: set[str], conditions: tuple[str, ...], account: str
) -> Trust:
    owner = arn.account_of(name) or (name if name.isdecimal() else "")
    foreign = bool(account and owner and owner != account)
    if name.isdecimal() or name.endswith(":root"):
        level, flag = Level.NONE, ""
        if foreign and not keys & _NARROWING:
            level, flag = Level.WARNING, "every principal of a foreign account, with no external id"
        return Trust("account", f"account {owner}", statement.actions, conditions, level, flag)
    if not name.startswith("arn:"):
        flag = "a principal that was deleted"
        return Trust("role or user", name, statement.actions, conditions, Level.WARNING, flag)
    who = arn.resource_of(name) + (f" of account {owner}" if foreign else "")
    return Trust("role or user", who, statement.actions, conditions)


def _service_flag(name: str, keys: set[str]) -> tuple[Level, str]:
    if name.removesuffix(".cn") == TASKS and not keys & _DEPUTY:
        return Level.NONE, "no aws:SourceAccount or aws:SourceArn keeps other accounts' tasks out"
    return Level.NONE, ""


def _oidc(statement: Statement, name: str) -> tuple[str, Level, str]:
    """Whom of an OIDC provider a statement lets in; of EKS they are service accounts."""
    issuer = name.partition(_OIDC)[2].lower()
    subjects = [
        (each.operator, value)
        for each in statement.conditions
        if each.key.lower() == f"{issuer}:sub"
        for value in each.values
    ]
    audiences = [each for each in statement.conditions if each.key.lower() == f"{issuer}:aud"]
    who = ", ".join(_subject(value) for _, value in subjects) or f"anyone of {issuer}"
    pods = issuer.startswith("oidc.eks")
    kind = "service account of the cluster" if pods else f"subject of {issuer}"
    if not subjects:
        return who, Level.FAILED, f"every {kind} may assume it"
    if any("Like" in operator and ("*" in value or "?" in value) for operator, value in subjects):
        level = (
            Level.FAILED if pods or any(value == "*" for _, value in subjects) else Level.WARNING
        )
        return who, level, f"a wildcard lets in more than one {kind}"
    if not audiences:
        return who, Level.WARNING, "the audience is not checked"
    return who, Level.NONE, ""


def _subject(value: str) -> str:
    found = value.removeprefix("system:serviceaccount:")
    if found == value:
        return value
    namespace, _, name = found.partition(":")
    return f"service account {namespace}/{name}"
