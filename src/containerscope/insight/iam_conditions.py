"""Whether the conditions of a statement hold, as far as the context of a request is known.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from containerscope.insight.iam_statements import Condition, like
from containerscope.model import arn
from containerscope.model.iam import Role

_PATTERNS = frozenset(
    {"StringLike", "StringNotLike", "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"}
)


def context_of(role: Role) -> Mapping[str, str]:
    """What is known of every request that a role makes, by condition key in lower case."""
    name = role.arn or ""
    context = {"aws:principaltype": "AssumedRole", "aws:principalisawsservice": "false"}
    if name:
        context |= {"aws:principalarn": name, "aws:principalaccount": arn.account_of(name)}
    tags = {f"aws:principaltag/{tag.key}".lower(): tag.value or "" for tag in role.tags or ()}
    return context | tags


def holds(conditions: Iterable[Condition], context: Mapping[str, str]) -> bool | None:
    """Whether all conditions hold; None where that hangs on what is not known."""
    answers = [_holds(each, context) for each in conditions]
    if False in answers:
        return False
    return None if None in answers else True


def _holds(condition: Condition, context: Mapping[str, str]) -> bool | None:
    operator = condition.operator
    if ":" in operator:
        # ForAllValues and ForAnyValue are about sets, which the context has none of.
        return None
    operator = operator.removesuffix("IfExists")
    known = context.get(condition.key.lower())
    if known is None or any("${" in value for value in condition.values):
        return None
    if operator == "Null":
        return "true" not in {value.lower() for value in condition.values}
    return _tested(operator, known, condition.values)


def _tested(operator: str, known: str, values: tuple[str, ...]) -> bool | None:
    if operator in ("StringEquals", "StringNotEquals"):
        found = known in values
    elif operator in ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"):
        found = known.lower() in {value.lower() for value in values}
    elif operator in _PATTERNS:
        found = any(like(value, known) for value in values)
    elif operator == "Bool":
        return known.lower() in {value.lower() for value in values}
    else:
        return None
    return not found if "Not" in operator else found
