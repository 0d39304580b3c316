"""Can this role do ACTION on RESOURCE? Our own evaluation, which says what it did not see.

Source: IAM User Guide, "Policy evaluation logic": an explicit deny wins; else an identity policy
must allow, and the permissions boundary, if there is one, must allow too.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence

import msgspec

from containerscope.insight.iam_conditions import context_of, holds
from containerscope.insight.iam_statements import (
    LITERALS,
    Statement,
    all_statements,
    document_of,
    like,
)
from containerscope.model.health import Level
from containerscope.model.iam import EvaluationResult, RoleWhole

UNSEEN = (
    "service and resource control policies of the organization",
    "policies of the resource itself",
    "session policies",
)
"""What no evaluation from the role's own policies can see."""
_VARIABLE = re.compile(r"\$\{[^}*?$][^}]*\}")


class Answer(enum.Enum):
    """The outcome of an evaluation."""

    ALLOWED = "yes"
    CONDITIONAL = "only under conditions"
    DENIED = "no, it is denied"
    """By an explicit deny."""
    NOT_ALLOWED = "no, nothing allows it"
    UNKNOWN = "not known"
    """A policy that decides it could not be read."""


class Decision(msgspec.Struct, frozen=True):
    """An answer and what it rests on."""

    answer: Answer
    because: tuple[Statement, ...] = ()
    """The statements that decided."""
    conditions: tuple[str, ...] = ()
    """What must hold, or must not, in words."""
    unseen: tuple[str, ...] = UNSEEN
    note: str = ""

    @property
    def level(self) -> Level:
        """The colour of the answer."""
        if self.answer is Answer.ALLOWED:
            return Level.FINE
        return Level.NONE if self.answer is Answer.UNKNOWN else Level.WARNING

    @property
    def words(self) -> str:
        """`yes: policy cart allows it`, with what it hangs on and what was not seen."""
        names = ", ".join(dict.fromkeys(each.policy or "?" for each in self.because))
        verb = "denies" if self.answer is Answer.DENIED else "allows"
        said = f"{self.answer.value}: policy {names} {verb} it" if names else self.answer.value
        parts = [said, *self.conditions]
        if self.note:
            parts.append(self.note)
        return "; ".join(parts)


class _Found(msgspec.Struct):
    """How the statements of one set of policies take a request."""

    denied: list[Statement] = []
    maybe_denied: list[Statement] = []
    allowed: list[Statement] = []
    maybe_allowed: list[Statement] = []


def can(
    whole: RoleWhole, action: str, resource: str, context: Mapping[str, str] | None = None
) -> Decision:
    """Whether the role may do `action` (`s3:GetObject`) on `resource` (an ARN, or `*`).

    `context` holds condition keys of the request, in lower case, beside those of the role.
    """
    known = {**context_of(whole.role), **(context or {})}
    own = _found(all_statements(whole.policies), action, resource, known)
    unread = tuple(p.name for p in whole.policies if document_of(p.document) is None)
    unseen = UNSEEN + tuple(f"policy {name}" for name in unread)
    if not whole.whole:
        unseen += ("policies that could not be listed",)
    if own.denied:
        return Decision(Answer.DENIED, tuple(own.denied), unseen=unseen)
    bound, unbound = _Found(), False
    if whole.boundary is not None:
        unbound = document_of(whole.boundary.document) is None
        bound = _found(all_statements((whole.boundary,)), action, resource, known)
        if bound.denied:
            return Decision(Answer.DENIED, tuple(bound.denied), unseen=unseen)
        if unbound:
            unseen += ("the permissions boundary",)
        elif not bound.allowed and not bound.maybe_allowed:
            note = f"the boundary {whole.boundary.name} does not allow it"
            return Decision(Answer.NOT_ALLOWED, unseen=unseen, note=note)
    if not own.allowed and not own.maybe_allowed:
        doubt = bool(unread) or not whole.whole
        return Decision(Answer.UNKNOWN if doubt else Answer.NOT_ALLOWED, unseen=unseen)
    return _allowed(whole, own, bound, unseen, unbound=unbound)


def _allowed(
    whole: RoleWhole, own: _Found, bound: _Found, unseen: tuple[str, ...], *, unbound: bool
) -> Decision:
    because = tuple(own.allowed or own.maybe_allowed)
    conditions = () if own.allowed else _if(own.maybe_allowed)
    if whole.boundary is not None and not unbound and not bound.allowed:
        conditions += _if(bound.maybe_allowed)
    conditions += tuple(
        f"not if {_conditions_of(each)}" for each in (*own.maybe_denied, *bound.maybe_denied)
    )
    unread = any(document_of(policy.document) is None for policy in whole.policies)
    note = ""
    if unread or unbound or not whole.whole:
        note = "a policy that could not be read may still deny it"
    answer = Answer.CONDITIONAL if conditions or unbound else Answer.ALLOWED
    return Decision(answer, because, tuple(dict.fromkeys(conditions)), unseen, note)


def _if(statements: Sequence[Statement]) -> tuple[str, ...]:
    """The ways in which one of these statements would apply; any is enough."""
    return (f"only if {' or if '.join(dict.fromkeys(map(_conditions_of, statements)))}",)


def _conditions_of(statement: Statement) -> str:
    words = [condition.words for condition in statement.conditions]
    patterns = (*statement.resources, *statement.not_resources)
    words += [f"the resource is {each}" for each in patterns if _VARIABLE.search(each)]
    return " and ".join(words) or f"it is {' or '.join(statement.resources) or '?'}"


def _found(
    statements: Sequence[Statement], action: str, resource: str, context: Mapping[str, str]
) -> _Found:
    found = _Found([], [], [], [])
    for each in statements:
        applies = _applies(each, action, resource, context)
        if applies is False:
            continue
        if each.allows:
            (found.allowed if applies else found.maybe_allowed).append(each)
        else:
            (found.denied if applies else found.maybe_denied).append(each)
    return found


def _applies(
    statement: Statement, action: str, resource: str, context: Mapping[str, str]
) -> bool | None:
    """Whether a statement is about this request; None where that is not sure."""
    if not _about_action(statement, action):
        return False
    about = _about_resource(statement, resource, context)
    if about is False:
        return False
    held = holds(statement.conditions, context)
    return False if held is False else None if held is None or about is None else True


def _about_action(statement: Statement, action: str) -> bool:
    if statement.not_actions:
        return not any(like(each, action, ignore_case=True) for each in statement.not_actions)
    return any(like(each, action, ignore_case=True) for each in statement.actions)


def _about_resource(statement: Statement, resource: str, context: Mapping[str, str]) -> bool | None:
    if statement.not_resources:
        answers = [_covers(each, resource, context) for each in statement.not_resources]
        return False if True in answers else None if None in answers else True
    answers = [_covers(each, resource, context) for each in statement.resources]
    return True if True in answers else None if None in answers else False


def _covers(pattern: str, resource: str, context: Mapping[str, str]) -> bool | None:
    """Whether a resource pattern covers what is asked for; None if only a part of it, or maybe."""
    filled = _VARIABLE.sub(lambda m: context.get(m[0][2:-1].lower(), m[0]), pattern)
    if _VARIABLE.search(filled):
        return None if overlap(_VARIABLE.sub("*", filled), resource) else False
    for written, char in LITERALS.items():
        filled = filled.replace(written, char)
    if like(filled, resource):
        return True
    wide = "*" in resource or "?" in resource
    return None if wide and overlap(filled, resource) else False


def overlap(one: str, other: str) -> bool:
    """Whether some text is covered by both patterns."""
    reachable = {0}
    for place, char in enumerate([*one, ""]):
        # Where `other` may stand when `one` has been read up to `place`.
        grown = set(reachable)
        for at in sorted(reachable):
            step = at
            while step < len(other) and other[step] == "*":
                step += 1
                grown.add(step)
        reachable = grown
        if place == len(one):
            return len(other) in reachable
        after: set[int] = set()
        for at in reachable:
            if char == "*":
                after.update(range(at, len(other) + 1))
            elif at < len(other) and other[at] == "*":
                after.add(at)
            elif at < len(other) and (other[at] == "?" or char in ("?", other[at])):
                after.add(at + 1)
        reachable = after
        if not reachable:
            return False
    return False


def simulated(result: EvaluationResult) -> Decision:
    """What `iam:SimulatePrincipalPolicy` answers, in the same terms."""
    decision = result.eval_decision or ""
    sources = result.matched_statements or ()
    because = tuple(
        Statement(
            "Deny" if decision == "explicitDeny" else "Allow", policy=each.source_policy_id or "?"
        )
        for each in sources
    )
    organization, boundary = (
        result.organizations_decision_detail,
        result.permissions_boundary_decision_detail,
    )
    note = ""
    if organization is not None and organization.allowed_by_organizations is False:
        note = "a policy of the organization does not allow it"
    elif boundary is not None and boundary.allowed_by_permissions_boundary is False:
        note = "the permissions boundary does not allow it"
    missing = result.missing_context_values or ()
    unseen = ("policies of the resource itself", "session policies")
    if decision == "allowed":
        answer = Answer.CONDITIONAL if missing else Answer.ALLOWED
    elif decision == "explicitDeny":
        answer = Answer.DENIED
    else:
        answer = Answer.NOT_ALLOWED if decision == "implicitDeny" else Answer.UNKNOWN
    conditions = (f"depends on {', '.join(missing)}",) if missing else ()
    return Decision(answer, because, conditions, unseen, note)
