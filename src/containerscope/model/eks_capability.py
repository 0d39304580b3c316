"""What EKS runs for a cluster outside of it: Argo CD, ACK and kro."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from containerscope.model.eks import IssueList


class ArgoCd(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Argo CD as EKS runs it."""

    namespace: str | None = None
    server_url: str | None = None


class CapabilityConfiguration(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The settings of a capability."""

    argo_cd: ArgoCd | None = None


class Capability(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A capability of a cluster; a list has no more of it than its status and version."""

    capability_name: str | None = None
    arn: str | None = None
    cluster_name: str | None = None
    type: str | None = None
    """`ACK`, `ARGOCD` or `KRO`."""
    role_arn: str | None = None
    status: str | None = None
    version: str | None = None
    configuration: CapabilityConfiguration | None = None
    health: IssueList | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    delete_propagation_policy: str | None = None
    tags: Mapping[str, str] | None = None
