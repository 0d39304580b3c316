"""What access policies of EKS allow, and which of two ways to a role a pod goes.

Sources: EKS User Guide, "Review access policy permissions" and "Learn how EKS Pod Identity grants
Pods access"; of the two ways the pod identity webhook of EKS takes the association first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from containerscope.insight.verdict import Verdict
from containerscope.model import arn
from containerscope.model.eks_access import AccessEntry, AccessPolicy, PodRole
from containerscope.model.health import Level

_CLUSTER_ADMIN = "AmazonEKSClusterAdminPolicy"
_MASTERS = "system:masters"
_ALLOWS: Mapping[str, str] = {
    _CLUSTER_ADMIN: "everything, as cluster-admin",
    "AmazonEKSAdminPolicy": "everything in namespaces but their quotas, as admin",
    "AmazonEKSAdminViewPolicy": "to read everything, secrets too",
    "AmazonEKSEditPolicy": "to change workloads, config maps and secrets, as edit",
    "AmazonEKSViewPolicy": "to read everything but secrets, as view",
    "AmazonEKSSecretReaderPolicy": "to read secrets",
    "AmazonEKSAutoNodePolicy": "what the nodes of Auto Mode need",
}

PRECEDENCE = (
    "Where a service account has both, new pods get the role of its pod identity association and"
    " the annotation is ignored; pods that are older than the association keep the annotation's."
)
"""What is said above a table of both."""


def policy_name(policy: AccessPolicy) -> str:
    """The short name of a policy: `ClusterAdmin` of `AmazonEKSClusterAdminPolicy`."""
    return arn.name_of(policy.policy_arn or "?").removeprefix("AmazonEKS").removesuffix("Policy")


def allows(policy: AccessPolicy) -> str | None:
    """What a policy allows; None for one that is not known."""
    return _ALLOWS.get(arn.name_of(policy.policy_arn or ""))


def where_of(policy: AccessPolicy) -> str:
    """Where a policy holds: `whole cluster`, or its namespaces."""
    scope = policy.access_scope
    if scope is None or scope.type != "namespace":
        return "whole cluster"
    return ", ".join(scope.namespaces or ()) or "no namespace"


def policy_words(policies: Iterable[AccessPolicy]) -> tuple[str, ...]:
    """Each policy in few words, those that hold everywhere first: `Edit (batch, reports)`."""
    ordered = sorted(policies, key=lambda each: (where_of(each) != "whole cluster", -_rank(each)))
    return tuple(
        policy_name(each) + ("" if (where := where_of(each)) == "whole cluster" else f" ({where})")
        for each in ordered
    )


def policy_level(policy: AccessPolicy) -> Level:
    """Who may do everything everywhere wants the eye."""
    everywhere = where_of(policy) == "whole cluster"
    own = arn.name_of(policy.policy_arn or "") == _CLUSTER_ADMIN
    return Level.WARNING if own and everywhere else Level.NONE


def entry_verdict(entry: AccessEntry, policies: Iterable[AccessPolicy] | None = None) -> Verdict:
    """What is to be known of an entry; with its policies, whether it lets its principal do much."""
    groups = entry.kubernetes_groups or ()
    if _MASTERS in groups:
        cause = f"The group {_MASTERS} may do everything, and no RBAC rule can take that away."
        fix = "Give it AmazonEKSClusterAdminPolicy in place of the group, or less."
        return Verdict(Level.WARNING, "in system:masters", cause, fix)
    if policies is None or entry.type not in (None, "STANDARD"):
        return Verdict(Level.FINE)
    known = tuple(policies)
    if any(policy_level(each) is Level.WARNING for each in known):
        return Verdict(Level.FINE, "cluster administrator")
    if not known and not groups:
        cause = "The entry lets it sign in, but no policy and no group lets it do anything."
        fix = "Associate an access policy, or put it into a group that RBAC binds to a role."
        return Verdict(Level.WARNING, "may do nothing", cause, fix)
    return Verdict(Level.FINE)


def pod_role_verdict(pod: PodRole) -> Verdict:
    """What is to be known of a service account's role."""
    own = pod.association
    if own is None:
        return Verdict(Level.FINE)
    if pod.annotation and own.role_arn is None:
        return Verdict(Level.PROGRESS, "two ways to a role", PRECEDENCE)
    if pod.annotation and own.role_arn != pod.annotation:
        cause = (
            f"Its annotation names the role {arn.name_of(pod.annotation)} too, which new pods do"
            " not get: the association goes before it."
        )
        fix = "Remove the annotation, and restart pods that are older than the association."
        return Verdict(Level.WARNING, "annotation is overruled", cause, fix)
    if pod.exists is False:
        cause = "The cluster has no service account of this name yet: no pod gets the role."
        return Verdict(Level.NONE, "no such service account", cause)
    return Verdict(Level.FINE)


def ways(pod: PodRole) -> str:
    """How the pods of a service account get their role: the way that is taken first."""
    if pod.association is None:
        return "IRSA"
    return "pod identity, over IRSA" if pod.annotation else "pod identity"


def role_of(pod: PodRole) -> str | None:
    """The ARN of the role that new pods get."""
    return pod.association.role_arn if pod.association is not None else pod.annotation


def _rank(policy: AccessPolicy) -> int:
    order = ("View", "SecretReader", "Edit", "AdminView", "Admin", "ClusterAdmin")
    name = policy_name(policy)
    return order.index(name) if name in order else -1
