"""How EKS clusters, node groups, Fargate profiles and add-ons do, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from containerscope.insight.eks_issues import (
    ADDON,
    CLUSTER,
    FARGATE,
    NODEGROUP,
    Meaning,
)
from containerscope.insight.eks_support import support_verdict
from containerscope.insight.verdict import Verdict, shortened
from containerscope.model.eks import (
    Addon,
    Cluster,
    FargateProfile,
    Issue,
    IssueList,
    Nodegroup,
)
from containerscope.model.fleet import Support
from containerscope.model.health import Level

CHANGING = frozenset({"CREATING", "UPDATING", "DELETING", "PENDING"})
"""Statuses of all four on which something is under way."""
_FAILED = frozenset({"FAILED", "CREATE_FAILED", "DELETE_FAILED", "UPDATE_FAILED"})


def issues_of(health: IssueList | None) -> tuple[Issue, ...]:
    """The issues in a `health` member."""
    return (health.issues if health else None) or ()


def issue_verdict(issue: Issue, meanings: Mapping[str, Meaning]) -> Verdict:
    """What an issue means; one that is not known yet speaks for itself."""
    said = issue.message or ""
    known = meanings.get(issue.code or "")
    if known is None:
        words = issue.code or shortened(said) or "a health issue"
        return Verdict(Level.FAILED, words, said, "", said)
    return Verdict(known.level, known.words, f"EKS reports {issue.code}.", known.fix, said)


def cluster_verdict(cluster: Cluster, support: Support | None = None) -> Verdict:
    """The level of an EKS cluster: its health issues, its status, the support of its version."""
    if cluster.connector_config is not None:
        return _connected(cluster)
    verdict = worst_of(cluster.status, cluster.health, CLUSTER)
    window = support_verdict(cluster, support)
    if window is not None and (window.level > verdict.level or verdict.level is Level.FINE):
        level = max(window.level, verdict.level)
        return Verdict(level, window.words, window.cause, window.fix, window.said)
    return verdict


def nodegroup_verdict(nodegroup: Nodegroup) -> Verdict:
    """The level of a node group."""
    verdict = worst_of(nodegroup.status, nodegroup.health, NODEGROUP)
    scaling = nodegroup.scaling_config
    if verdict.level is Level.FINE and scaling is not None and scaling.desired_size == 0:
        return Verdict(Level.NONE, "at rest", "It is scaled to no node at all.")
    return verdict


def fargate_verdict(profile: FargateProfile) -> Verdict:
    """The level of a Fargate profile."""
    return worst_of(profile.status, profile.health, FARGATE)


def addon_verdict(addon: Addon) -> Verdict:
    """The level of an add-on."""
    return worst_of(addon.status, addon.health, ADDON)


def changing(status: str | None) -> bool:
    """Whether a status of EKS says that something is under way."""
    return status in CHANGING


def worst_of(
    status: str | None, health: IssueList | None, meanings: Mapping[str, Meaning]
) -> Verdict:
    """The level of anything that has a status and health issues."""
    found = [issue_verdict(issue, meanings) for issue in issues_of(health)]
    own = _status_verdict(status)
    worst = max(found, key=lambda each: each.level, default=own)
    return msgspec.structs.replace(worst, level=max(worst.level, own.level))


def _status_verdict(status: str | None) -> Verdict:
    if status == "ACTIVE":
        return Verdict(Level.FINE)
    if status in CHANGING:
        return Verdict(Level.PROGRESS, _lower(status))
    if status in _FAILED:
        return Verdict(Level.FAILED, _lower(status), "EKS names no reason.")
    if status == "DEGRADED":
        return Verdict(Level.WARNING, "degraded", "EKS names no reason.")
    return Verdict(Level.NONE, _lower(status))


def _connected(cluster: Cluster) -> Verdict:
    cause = "EKS does not run this cluster, it only shows it."
    if cluster.status == "ACTIVE":
        return Verdict(Level.FINE, "", cause)
    if cluster.status == "PENDING":
        fix = "Apply the connector's manifest in the cluster before the activation expires."
        return Verdict(Level.WARNING, "waits for its connector", cause, fix)
    return Verdict(Level.WARNING, _lower(cluster.status) or "not connected", cause)


def _lower(status: str | None) -> str:
    return (status or "").lower().replace("_", " ")
