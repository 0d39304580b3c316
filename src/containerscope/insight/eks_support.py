"""Where a cluster's Kubernetes version stands in its support window."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from containerscope.insight.verdict import Verdict
from containerscope.model.eks import Cluster, ClusterVersion
from containerscope.model.fleet import Support
from containerscope.model.health import Level

STANDARD, EXTENDED, UNSUPPORTED = "STANDARD_SUPPORT", "EXTENDED_SUPPORT", "UNSUPPORTED"
SOON = 90
"""Days before the end of a window from which it is said."""
URGENT = 60
"""Days before the end of a window from which it is a warning."""


def support_of(
    version: str | None, versions: Iterable[ClusterVersion], now: datetime
) -> Support | None:
    """The support window of this version at `now`; None if EKS does not know the version."""
    known = next((each for each in versions if version and each.cluster_version == version), None)
    if known is None:
        return None
    status = (known.version_status or "").upper().replace("-", "_")
    ends = {
        STANDARD: known.end_of_standard_support_date,
        EXTENDED: known.end_of_extended_support_date,
    }.get(status)
    return Support(
        status=status,
        standard_ends=known.end_of_standard_support_date,
        extended_ends=known.end_of_extended_support_date,
        days=None if ends is None else (_utc(ends).date() - _utc(now).date()).days,
    )


def version_words(version: str | None, support: Support | None) -> str | None:
    """The version and what its window says: `1.33 (ends in 71 d)`; None without a version."""
    if not version or support is None:
        return version or None
    days = support.days
    if support.status == UNSUPPORTED:
        return f"{version} (unsupported)"
    if support.status == EXTENDED:
        return f"{version} (extended support{'' if days is None else f', {_left(days)}'})"
    return version if days is None or days > SOON else f"{version} ({_left(days)})"


def support_verdict(cluster: Cluster, support: Support | None) -> Verdict | None:
    """What the window means for a cluster; None while it is far from its end."""
    if support is None:
        return None
    version, days = cluster.version, support.days
    if support.status == UNSUPPORTED:
        cause = f"Kubernetes {version} gets no fixes any more; EKS will upgrade the cluster itself."
        return Verdict(Level.FAILED, f"{version} is unsupported", cause, _upgrade(version))
    if days is None or days > SOON:
        if support.status != EXTENDED:
            return None
        cause = f"Kubernetes {version} is in extended support, which costs extra per cluster hour."
        return Verdict(Level.NONE, f"{version} in extended support", cause, _upgrade(version))
    level = Level.WARNING if days <= URGENT else Level.NONE
    ending = "extended support" if support.status == EXTENDED else "standard support"
    words = f"{ending} {_left(days)}"
    cause = f"The {ending} of Kubernetes {version} {_left(days)}; {_then(cluster, support)}."
    return Verdict(level, words, cause, _upgrade(version))


def _then(cluster: Cluster, support: Support) -> str:
    policy = cluster.upgrade_policy
    if support.status == EXTENDED or (policy is not None and policy.support_type == "STANDARD"):
        return "EKS will then upgrade the cluster itself"
    return "extended support, which costs extra, follows"


def _upgrade(version: str | None) -> str:
    major, dot, minor = (version or "").partition(".")
    following = f"{major}.{int(minor) + 1}" if dot and minor.isdecimal() else "the next version"
    return f"Upgrade the control plane to {following}, then the node groups and add-ons."


def _left(days: int) -> str:
    if days < 0:
        return f"ended {-days} d ago"
    return "ends today" if days == 0 else f"ends in {days} d"


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
