"""IAM roles and the policies that say what they may do.

Names and meanings as in the IAM API 2010-05-08. A policy document is what its JSON holds; one that
AWS sent in another form is left as the text it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

Document = Mapping[str, Any] | str
"""A policy document as botocore decodes it."""


class IamTag(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A key and value that somebody put on a resource."""

    key: str | None = None
    value: str | None = None


class PermissionsBoundary(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The policy beyond which a role may do nothing."""

    permissions_boundary_type: str | None = None
    permissions_boundary_arn: str | None = None


class RoleLastUsed(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """When and where a role was last used, within the last 400 days."""

    last_used_date: datetime | None = None
    region: str | None = None


class Role(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A role: who may assume it and what it may at most do."""

    arn: str | None = None
    role_name: str | None = None
    role_id: str | None = None
    path: str | None = None
    description: str | None = None
    create_date: datetime | None = None
    max_session_duration: int | None = None
    assume_role_policy_document: Document | None = None
    permissions_boundary: PermissionsBoundary | None = None
    role_last_used: RoleLastUsed | None = None
    tags: tuple[IamTag, ...] | None = ()


class AttachedPolicy(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A managed policy attached to a role."""

    policy_name: str | None = None
    policy_arn: str | None = None


class InlinePolicy(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A policy that is part of a role."""

    policy_name: str | None = None
    policy_document: Document | None = None


class InstanceProfile(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What gives an EC2 instance its role."""

    arn: str | None = None
    instance_profile_name: str | None = None
    roles: tuple[Role, ...] | None = ()


class RoleDetail(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A role as GetAccountAuthorizationDetails has it, with all its policies but the managed."""

    arn: str | None = None
    role_name: str | None = None
    role_id: str | None = None
    path: str | None = None
    create_date: datetime | None = None
    assume_role_policy_document: Document | None = None
    instance_profile_list: tuple[InstanceProfile, ...] | None = ()
    role_policy_list: tuple[InlinePolicy, ...] | None = ()
    attached_managed_policies: tuple[AttachedPolicy, ...] | None = ()
    permissions_boundary: PermissionsBoundary | None = None
    role_last_used: RoleLastUsed | None = None
    tags: tuple[IamTag, ...] | None = ()


class PolicyVersion(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """One version of a managed policy."""

    version_id: str | None = None
    is_default_version: bool | None = None
    document: Document | None = None
    create_date: datetime | None = None


class Policy(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A managed policy without its document."""

    arn: str | None = None
    policy_name: str | None = None
    default_version_id: str | None = None
    attachment_count: int | None = None
    description: str | None = None
    update_date: datetime | None = None


class ManagedPolicyDetail(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A managed policy as GetAccountAuthorizationDetails has it, with its versions."""

    arn: str | None = None
    policy_name: str | None = None
    default_version_id: str | None = None
    policy_version_list: tuple[PolicyVersion, ...] | None = ()


class OrganizationsDecision(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Whether the organization's policies let an action through."""

    allowed_by_organizations: bool | None = None


class BoundaryDecision(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Whether the permissions boundary lets an action through."""

    allowed_by_permissions_boundary: bool | None = None


class MatchedStatement(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A statement that led to a decision."""

    source_policy_id: str | None = None
    source_policy_type: str | None = None


class EvaluationResult(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What SimulatePrincipalPolicy says of one action on one resource."""

    eval_action_name: str | None = None
    eval_resource_name: str | None = None
    eval_decision: str | None = None
    """`allowed`, `explicitDeny` or `implicitDeny`."""
    matched_statements: tuple[MatchedStatement, ...] | None = ()
    missing_context_values: tuple[str, ...] | None = ()
    organizations_decision_detail: OrganizationsDecision | None = None
    permissions_boundary_decision_detail: BoundaryDecision | None = None


class NamedPolicy(msgspec.Struct, frozen=True, gc=False):
    """A policy of a role with its document, wherever it came from."""

    name: str
    document: Document | None = None
    arn: str = ""
    """Empty for an inline policy."""
    problem: str = ""
    """Why there is no document."""


class RoleWhole(msgspec.Struct, frozen=True, gc=False):
    """A role with every policy that says what it may do."""

    role: Role = Role()
    policies: tuple[NamedPolicy, ...] = ()
    boundary: NamedPolicy | None = None
    whole: bool = True
    """Whether every policy was found and read."""
    refused: tuple[str, ...] = ()
    """Why policies of a kind could not be listed."""


def iam_tags(tags: Iterable[IamTag] | None) -> Mapping[str, str]:
    """Tags as key -> value."""
    return {tag.key: tag.value or "" for tag in tags or () if tag.key}
