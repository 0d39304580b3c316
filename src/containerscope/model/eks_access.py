"""Who may enter an EKS cluster, and as whom its pods act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec


class AccessScope(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Where an access policy holds: in the whole cluster, or in some namespaces."""

    type: str | None = None
    """`cluster` or `namespace`."""
    namespaces: tuple[str, ...] | None = None


class AccessPolicy(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An access policy that is associated with an access entry."""

    policy_arn: str | None = None
    access_scope: AccessScope | None = None
    associated_at: datetime | None = None
    modified_at: datetime | None = None


class AccessEntry(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A principal that may enter a cluster."""

    cluster_name: str | None = None
    principal_arn: str | None = None
    kubernetes_groups: tuple[str, ...] | None = None
    access_entry_arn: str | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    username: str | None = None
    type: str | None = None
    """`STANDARD`, or of whose nodes it is: `EC2_LINUX`, `FARGATE_LINUX`, `HYBRID_LINUX`, …"""
    tags: Mapping[str, str] | None = None


class PodIdentity(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A pod identity association: which role the pods of a service account get."""

    cluster_name: str | None = None
    namespace: str | None = None
    service_account: str | None = None
    role_arn: str | None = None
    """Only in the details."""
    target_role_arn: str | None = None
    """The role in another account that the first one takes on."""
    external_id: str | None = None
    association_id: str | None = None
    association_arn: str | None = None
    owner_arn: str | None = None
    """The add-on that made it; absent for one that somebody made."""
    disable_session_tags: bool | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    tags: Mapping[str, str] | None = None


class PodRole(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A service account of a cluster with the IAM role of its pods, whichever way they get it."""

    cluster_name: str | None = None
    namespace: str | None = None
    service_account: str | None = None
    association: PodIdentity | None = None
    """Its pod identity association, which goes before the annotation where there are both."""
    annotation: str | None = None
    """The role in its annotation: IAM roles for service accounts (IRSA)."""
    exists: bool | None = None
    """Whether the cluster has the service account; None where it could not be asked."""


class IdentityProviderName(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An identity provider of a cluster, as a list names it."""

    type: str | None = None
    name: str | None = None


class OidcProvider(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An OpenID Connect provider that people sign in to a cluster with."""

    identity_provider_config_name: str | None = None
    issuer_url: str | None = None
    client_id: str | None = None
    username_claim: str | None = None
    username_prefix: str | None = None
    groups_claim: str | None = None
    groups_prefix: str | None = None
    required_claims: Mapping[str, str] | None = None
    status: str | None = None


class IdentityProvider(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The answer about one identity provider."""

    oidc: OidcProvider | None = None
