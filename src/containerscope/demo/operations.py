"""Every operation that the demo account answers, by botocore's names."""

from __future__ import annotations

from collections.abc import Mapping

from containerscope.demo.calls import Handler
from containerscope.demo.ecs_describes import DESCRIBES
from containerscope.demo.ecs_lists import LISTS
from containerscope.demo.eks_api import EKS
from containerscope.demo.elb_api import ELB_READS
from containerscope.demo.elb_writes import ELB_WRITES
from containerscope.demo.identity import IAM, SSO, SSO_OIDC, STS

OPERATIONS: Mapping[str, Mapping[str, Handler]] = {
    "ecs": {**LISTS, **DESCRIBES},
    "eks": EKS,
    "elbv2": {**ELB_READS, **ELB_WRITES},
    "sts": STS,
    "iam": IAM,
    "sso": SSO,
    "sso-oidc": SSO_OIDC,
}
GLOBAL = frozenset({"sts", "iam", "sso", "sso-oidc"})
"""Services whose answers do not depend on the region that is asked."""
