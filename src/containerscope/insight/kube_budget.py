"""Which disruption budgets hold for a pod, and what they say to its going."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from containerscope.model.health import Level
from containerscope.model.kube import Expression, Selector
from containerscope.model.kube_policy import Budget
from containerscope.plan import Note


def selects(selector: Selector | None, labels: Mapping[str, str]) -> bool:
    """Whether a selector chooses what has these labels; none chooses nothing, an empty one all."""
    if selector is None:
        return False
    wanted = selector.match_labels or {}
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _holds(each, labels) for each in selector.match_expressions or ()
    )


def _holds(rule: Expression, labels: Mapping[str, str]) -> bool:
    value, values = labels.get(rule.key or ""), rule.values or ()
    match rule.operator:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case _:
            return False


def budgets_of(
    budgets: Iterable[Budget], namespace: str, labels: Mapping[str, str]
) -> tuple[Budget, ...]:
    """Those that a pod of this namespace with these labels is counted by."""
    return tuple(
        each
        for each in budgets
        if (each.metadata and each.metadata.namespace) == namespace
        and selects(each.spec.selector if each.spec else None, labels)
    )


def eviction_notes(budgets: Iterable[Budget]) -> tuple[Note, ...]:
    """How many more pods each of them lets go now."""
    notes = []
    for each in budgets:
        status = each.status
        healthy = (status.current_healthy if status else None) or 0
        wanted = (status.desired_healthy if status else None) or 0
        if each.allowed:
            words = f"disruption budget {each.name} allows {each.allowed} more now"
            notes.append(Note(words, Level.NONE))
        else:
            words = f"disruption budget {each.name} allows none now: {healthy} are healthy"
            notes.append(Note(f"{words}, {wanted} have to be"))
    return tuple(notes)


def shrinking_notes(budgets: Iterable[Budget], count: int) -> tuple[Note, ...]:
    """What the budgets of a workload mean once it has so few pods; they do not hold scaling up."""
    return tuple(
        Note(
            f"disruption budget {each.name} wants {least} healthy pods: with {count} "
            "none may be evicted, and no node that runs one can be drained"
        )
        for each in budgets
        if isinstance(least := each.spec.min_available if each.spec else None, int)
        and count and count <= least
    )  # fmt: skip
