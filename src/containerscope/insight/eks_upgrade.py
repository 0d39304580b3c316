"""What checks before an upgrade found, how updates ended, and whether newer versions are there.

Sources: EKS User Guide, "Prepare for Kubernetes version upgrades with cluster insights" and
"Update an Amazon EKS add-on"; the error codes of updates are those of botocore's model of EKS.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from containerscope.insight.eks_issues import ADDON, CLUSTER, NODEGROUP, Meaning
from containerscope.insight.verdict import Verdict, shortened
from containerscope.model.eks_upgrade import (
    AddonInfo,
    AddonVersion,
    Insight,
    Update,
    UpdateError,
    UpdateOf,
)
from containerscope.model.health import Level
from containerscope.model.text import cut
from containerscope.redact import redact_text

_NUMBERS = re.compile(r"\d+")
_FOUND = {
    "PASSING": Level.FINE,
    "WARNING": Level.WARNING,
    "ERROR": Level.FAILED,
    "UNKNOWN": Level.NONE,
}
_UPDATE_ERRORS: Mapping[str, Meaning] = {
    "EniLimitReached": Meaning(
        "the quota of network interfaces is reached",
        "Ask for a higher quota in Service Quotas, or delete interfaces that nobody uses.",
    ),
    "IpNotAvailable": Meaning(
        "subnets out of IP addresses",
        "Free IP addresses in the subnets of the cluster, at least five in each.",
    ),
    "OperationNotPermitted": Meaning(
        "EKS may not act", "Restore the policies and the trust of the cluster role."
    ),
    "SecurityGroupNotFound": Meaning(
        "a security group is gone", "Give the cluster security groups that exist."
    ),
    "SubnetNotFound": Meaning("a subnet is gone", "Give the cluster subnets that exist."),
    "VpcIdNotFound": Meaning("the VPC is gone", "The cluster must be created anew.", Level.FAILED),
}
"""The error codes that are none of health issues; the others mean what they mean there."""


# Insights


def insight_verdict(insight: Insight) -> Verdict:
    """What a check found, and what EKS recommends."""
    found = insight.insight_status
    status = (found.status if found else None) or ""
    level = _FOUND.get(status, Level.NONE)
    if level is Level.FINE:
        return Verdict(Level.FINE)
    reason = (found.reason if found else None) or ""
    words = shortened(reason, 120) or status.lower() or "unknown"
    return Verdict(level, words, "", insight.recommendation or "")


def blocks_upgrade(insights: Iterable[Insight]) -> tuple[Insight, ...]:
    """The insights for which EKS refuses an upgrade unless it is forced."""
    return tuple(each for each in insights if insight_verdict(each).level is Level.FAILED)


def insights_verdict(insights: Iterable[Insight]) -> Verdict:
    """All checks in a sentence."""
    known = tuple(insights)
    errors = len(blocks_upgrade(known))
    warnings = sum(insight_verdict(each).level is Level.WARNING for each in known)
    if errors:
        words = f"{errors} of {len(known)} checks stand{'s' if errors == 1 else ''} in the way"
        cause = "EKS refuses to upgrade the cluster while a check is in error."
        return Verdict(Level.FAILED, f"{words} of an upgrade", cause, "Mend these first.")
    if warnings:
        words = f"{warnings} of {len(known)} checks warn{'s' if warnings == 1 else ''}"
        cause = "An upgrade is possible, but what they name may break by it."
        return Verdict(Level.WARNING, words, cause, "Read them before the upgrade.")
    return Verdict(Level.FINE)


# Updates


def update_verdict(of: UpdateOf) -> Verdict:
    """How an update goes or went: a failed one with what to do."""
    update = of.update or Update()
    status = update.status or ""
    if status == "InProgress":
        return Verdict(Level.PROGRESS, "in progress")
    if status == "Cancelled":
        return Verdict(Level.NONE, "cancelled")
    if status == "Failed" or update.errors:
        first = next(iter(update.errors or ()), None)
        if first is None:
            return Verdict(Level.FAILED, "failed", "EKS names no reason.")
        return error_verdict(of, first)
    return Verdict(Level.FINE if status == "Successful" else Level.NONE)


def error_verdict(of: UpdateOf, error: UpdateError) -> Verdict:
    """What an error of an update means; one that is not known speaks for itself."""
    said, code = error.error_message or "", error.error_code or ""
    issues = NODEGROUP if of.nodegroup_name else ADDON if of.addon_name else CLUSTER
    known = _UPDATE_ERRORS.get(code) or issues.get(code)
    if known is None:
        words = code or shortened(said) or "failed"
        return Verdict(Level.FAILED, words, said or words, "", said)
    return Verdict(Level.FAILED, known.words, f"EKS reports {code}.", known.fix, said)


def target_words(update: UpdateOf) -> str:
    """What an update is carried out on: `node group gpu`."""
    if update.nodegroup_name:
        return f"node group {update.nodegroup_name}"
    return f"add-on {update.addon_name}" if update.addon_name else "cluster"


def change_words(update: Update) -> tuple[str, ...]:
    """What it changes: `Version 1.33`; long values, which are JSON, are cut."""
    return tuple(
        f"{each.type or '?'} {cut(redact_text(each.value or ''), 60)}".rstrip()
        for each in update.params or ()
    )


def is_final(update: Update) -> bool:
    """Whether it will never be told otherwise any more."""
    return update.status in ("Successful", "Failed", "Cancelled")


# Add-on versions


class Offer(msgspec.Struct, frozen=True):
    """What EKS offers of an add-on for a cluster version."""

    cluster_version: str = ""
    newest: str = ""
    default: str = ""
    """What EKS installs unless another is asked for."""
    versions: tuple[AddonVersion, ...] = ()
    """All that work with the cluster version, the newest first."""

    def fits(self, version: str | None) -> bool:
        """Whether an installed version is one of them."""
        return any(each.addon_version == version for each in self.versions)


def offer_of(infos: Iterable[AddonInfo], cluster_version: str) -> Offer:
    """The versions of an add-on that work with a cluster version, from what EKS offers."""
    fitting: list[AddonVersion] = []
    default = ""
    for info in infos:
        for version in info.addon_versions or ():
            places = [
                each
                for each in version.compatibilities or ()
                if each.cluster_version in (None, cluster_version)
            ]
            if not places:
                continue
            fitting.append(version)
            if any(each.default_version for each in places):
                default = version.addon_version or default
    fitting.sort(key=lambda each: version_key(each.addon_version), reverse=True)
    newest = (fitting[0].addon_version if fitting else None) or ""
    return Offer(cluster_version, newest, default, tuple(fitting))


def version_key(version: str | None) -> tuple[int, ...]:
    """Numbers by which versions sort: (1, 20, 5, 1) of `v1.20.5-eksbuild.1`."""
    return tuple(int(each) for each in _NUMBERS.findall(version or ""))


def is_newer(offered: str | None, installed: str | None) -> bool:
    """Whether what is offered comes after what is installed."""
    return bool(offered and installed) and version_key(offered) > version_key(installed)


def offer_verdict(offer: Offer, installed: str | None) -> Verdict:
    """Whether an installed version may stay: an update is news, one that does not fit a warning."""
    if not offer.versions or not installed:
        return Verdict(Level.NONE)
    if not offer.fits(installed):
        cause = f"EKS no longer offers {installed} for Kubernetes {offer.cluster_version}."
        fix = f"Update to {offer.default or offer.newest}."
        return Verdict(Level.WARNING, f"not offered for {offer.cluster_version}", cause, fix)
    if is_newer(offer.newest, installed):
        return Verdict(Level.PROGRESS, f"{offer.newest} is there")
    return Verdict(Level.FINE)
