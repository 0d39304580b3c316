"""How a capability that EKS runs for a cluster does."""

from __future__ import annotations

from containerscope.insight.eks_health import worst_of
from containerscope.insight.eks_issues import CAPABILITY
from containerscope.insight.verdict import Verdict
from containerscope.model.eks_capability import Capability


def capability_verdict(capability: Capability) -> Verdict:
    """The level of a capability; a list does not tell its issues."""
    return worst_of(capability.status, capability.health, CAPABILITY)
