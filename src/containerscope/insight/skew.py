"""How far nodes are behind their control plane.

Source: Kubernetes, "Version Skew Policy".
"""

from __future__ import annotations

import re

from containerscope.insight.verdict import Verdict
from containerscope.model.health import Level

_MINOR = re.compile(r"v?(\d{1,6})\.(\d{1,6})")
_OLDEST = 3
"""Minor versions that a kubelet may be behind its control plane."""


def skew(version: str | None, control_plane: str | None) -> int | None:
    """Minor versions that something is behind its control plane; None where one is not known."""
    own, other = _MINOR.match(version or ""), _MINOR.match(control_plane or "")
    if own is None or other is None or own[1] != other[1]:
        return None
    return int(other[2]) - int(own[2])


def skew_words(version: str | None, behind: int | None) -> str | None:
    """A version with a mark: `1.32 ↓1` is one minor version behind, `1.34 ↑1` ahead."""
    if not version or not behind:
        return version or None
    return f"{version} {'↓' if behind > 0 else '↑'}{abs(behind)}"


def skew_verdict(behind: int | None, what: str) -> Verdict:
    """What the skew of `what` (`node group`, `kubelet`) means."""
    if not behind:
        return Verdict(Level.NONE)
    if behind < 0:
        cause = f"A {what} must not be newer than its control plane."
        return Verdict(Level.FAILED, "newer than the control plane", cause)
    words = f"{behind} minor version{'s' if behind > 1 else ''} behind the control plane"
    fix = "Update it before the control plane is upgraded again."
    cause = f"A {what} may be at most {_OLDEST} minor versions behind."
    if behind > _OLDEST:
        return Verdict(Level.FAILED, words, cause, fix)
    return Verdict(Level.WARNING if behind > 1 else Level.PROGRESS, words, cause, fix)
