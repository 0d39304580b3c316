"""What a role may do: the evaluation of policies as IAM's simulator makes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import translate
from functools import lru_cache
from re import IGNORECASE, Pattern
from re import compile as pattern_of
from typing import Any

from containerscope.demo.iam_conditions import holds
from containerscope.demo.iam_state import Access, Document, Role, listed, statements


@dataclass(frozen=True)
class Source:
    """A policy and what it is called in a simulation."""

    id: str
    document: Document


@dataclass
class Verdict:
    """What was decided of one action on one resource."""

    decision: str
    """`allowed`, `explicitDeny` or `implicitDeny`."""
    matched: list[tuple[str, int]] = field(default_factory=list)
    """The policies that led to it, each with the place of the statement in it."""
    missing: list[str] = field(default_factory=list)
    """The context keys that a condition looked for in vain."""
    within_boundary: bool | None = None
    """None where there is no boundary."""


def sources(access: Access, role: Role) -> list[Source]:
    """The policies of a role, those that are part of it first."""
    own = [Source(f"role_{role.name}_{name}", each) for name, each in role.inline.items()]
    return [
        *own,
        *(
            Source(access.policies[arn].name, access.policies[arn].document)
            for arn in role.attached
            if arn in access.policies
        ),
    ]


def evaluate(
    policies: Iterable[Source],
    boundary: Source | None,
    action: str,
    resource: str,
    context: Mapping[str, list[str]],
) -> Verdict:
    """The verdict of identity policies, cut down by a permissions boundary."""
    verdict = _decide(policies, action, resource, context)
    if boundary is None:
        return verdict
    bound = _decide([boundary], action, resource, context)
    verdict.within_boundary = bound.decision == "allowed"
    verdict.missing = sorted({*verdict.missing, *bound.missing})
    if bound.decision == "explicitDeny":
        return Verdict("explicitDeny", bound.matched, verdict.missing, False)
    if not verdict.within_boundary and verdict.decision == "allowed":
        verdict.decision = "implicitDeny"
    return verdict


def _decide(
    policies: Iterable[Source], action: str, resource: str, context: Mapping[str, list[str]]
) -> Verdict:
    found: dict[str, list[tuple[str, int]]] = {"Allow": [], "Deny": []}
    missing: set[str] = set()
    for source in policies:
        for place, each in enumerate(statements(source.document)):
            if not _covers(each, action, resource):
                continue
            met, lacking = holds(each.get("Condition", {}), context)
            missing |= lacking
            if met:
                found[each["Effect"]].append((source.id, place))
    if found["Deny"]:
        return Verdict("explicitDeny", found["Deny"], sorted(missing))
    if found["Allow"]:
        return Verdict("allowed", found["Allow"], sorted(missing))
    return Verdict("implicitDeny", [], sorted(missing))


def _covers(statement: Mapping[str, Any], action: str, resource: str) -> bool:
    if "NotAction" in statement:
        about = not any(like(each, action, True) for each in listed(statement["NotAction"]))
    else:
        about = any(like(each, action, True) for each in listed(statement.get("Action", [])))
    if not about:
        return False
    if "NotResource" in statement:
        return not any(like(each, resource) for each in listed(statement["NotResource"]))
    return any(like(each, resource) for each in listed(statement.get("Resource", ["*"])))


def like(wanted: str, given: str, any_case: bool = False) -> bool:
    """Whether a pattern with `*` and `?` fits; actions are compared without regard to case."""
    return _pattern(wanted, any_case).fullmatch(given) is not None


@lru_cache(maxsize=4096)
def _pattern(wanted: str, any_case: bool) -> Pattern[str]:
    # fnmatch knows sets in brackets, which policies do not.
    text = translate(wanted.replace("[", "[[]"))
    return pattern_of(text, IGNORECASE if any_case else 0)
