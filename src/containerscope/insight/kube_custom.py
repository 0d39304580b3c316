"""How an object of a type does that nobody told the program of."""

from __future__ import annotations

from containerscope.insight.verdict import Verdict
from containerscope.model.health import Level
from containerscope.model.kube import Condition
from containerscope.model.kube_custom import Custom

_GOOD = ("Ready", "Available", "Synced", "Healthy", "Established")
"""The conditions that most controllers write, and that are to be true."""


def verdict(custom: Custom) -> Verdict:
    """The level by the conditions that most controllers write."""
    if custom.metadata is not None and custom.metadata.deletion_timestamp is not None:
        return Verdict(Level.PROGRESS, "being deleted")
    found = {each.type: each for each in custom.conditions}
    for name in _GOOD:
        condition = found.get(name)
        if condition is not None and _is_bad(condition):
            said = condition.message or condition.reason or ""
            return Verdict(Level.WARNING, f"not {name.lower()}", said, said=said)
    if any(found.get(name) is not None and found[name].true for name in _GOOD):
        return Verdict(Level.FINE)
    return Verdict(Level.NONE)


def condition_level(custom: Custom, name: str) -> Level:
    """The level of what one condition of it says: its status, its reason, its message."""
    bad = any(each.type == name and _is_bad(each) for each in custom.conditions)
    return Level.WARNING if bad else Level.NONE


def _is_bad(condition: Condition) -> bool:
    return condition.type in _GOOD and condition.status == "False"
