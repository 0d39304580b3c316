"""A role with every policy that says what it may do, fetched once however many services use it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from typing import TypeVar

from containerscope.listers import read_pages, tried
from containerscope.model import arn
from containerscope.model.iam import (
    AttachedPolicy,
    Document,
    NamedPolicy,
    Policy,
    PolicyVersion,
    Role,
    RoleDetail,
    RoleWhole,
)
from containerscope.model.listing import ApiError, Problem
from containerscope.resource import Clients

T = TypeVar("T")

_FRESH = 300.0
"""Seconds for which a role and the default version of a policy are good."""


async def role_whole(clients: Clients, name: str) -> RoleWhole:
    """The role and all its policies; ApiError if the role itself cannot be read.

    A policy that cannot be read stands in it with its reason.
    """

    async def fetch() -> RoleWhole:
        page = await clients.read("iam", "GetRole", "Role", Role, RoleName=name)
        role = page.items[0] if page.items else Role(role_name=name)
        problems: list[Problem] = []
        attached, inline = await asyncio.gather(
            tried(
                _listed(
                    clients, name, "ListAttachedRolePolicies", "AttachedPolicies", AttachedPolicy
                ),
                problems,
            ),
            tried(_listed(clients, name, "ListRolePolicies", "PolicyNames", str), problems),
        )
        managed = [each.policy_arn or "" for each in attached or ()]
        policies = await asyncio.gather(
            *(managed_policy(clients, each) for each in managed if each),
            *(_inline(clients, name, each) for each in inline or ()),
        )
        limit = role.permissions_boundary
        boundary = (limit.permissions_boundary_arn if limit else None) or ""
        return RoleWhole(
            role,
            tuple(policies),
            await managed_policy(clients, boundary) if boundary else None,
            whole=not problems,
            refused=tuple(each.message for each in problems),
        )

    return await clients.cached(("iam-role", name), _FRESH, fetch)


async def _listed(
    clients: Clients, role: str, operation: str, member: str, model: type[T]
) -> tuple[T, ...]:
    """What a role has of something."""
    found: list[T] = []
    pages = read_pages(
        clients, "iam", operation, member, model, "Marker", RoleName=role, MaxItems=1000
    )
    async for page in pages:
        found += page.items
    return tuple(found)


async def managed_policy(clients: Clients, policy: str) -> NamedPolicy:
    """A managed policy with the document of its default version; a version never changes."""
    name = arn.name_of(policy)

    async def default() -> str:
        page = await clients.read("iam", "GetPolicy", "Policy", Policy, PolicyArn=policy)
        return (page.items[0].default_version_id if page.items else None) or "v1"

    try:
        version = await clients.cached(("iam-policy", policy), _FRESH, default)

        async def document() -> Document | None:
            page = await clients.read(
                "iam",
                "GetPolicyVersion",
                "PolicyVersion",
                PolicyVersion,
                PolicyArn=policy,
                VersionId=version,
            )
            return page.items[0].document if page.items else None

        found = await clients.cached(("iam-policy", policy, version), math.inf, document)
    except ApiError as error:
        return NamedPolicy(name, None, policy, error.problem.message)
    return NamedPolicy(name, found, policy)


async def _inline(clients: Clients, role: str, policy: str) -> NamedPolicy:
    try:
        answer = await clients.call("iam", "GetRolePolicy", RoleName=role, PolicyName=policy)
    except ApiError as error:
        return NamedPolicy(policy, None, problem=error.problem.message)
    found = answer.get("PolicyDocument")
    return NamedPolicy(policy, found if isinstance(found, str | dict) else None)


def from_detail(found: RoleDetail) -> RoleWhole:
    """A role of an account-wide answer, whose managed policies are named but not read."""
    role = Role(
        arn=found.arn,
        role_name=found.role_name,
        role_id=found.role_id,
        path=found.path,
        create_date=found.create_date,
        assume_role_policy_document=found.assume_role_policy_document,
        permissions_boundary=found.permissions_boundary,
        role_last_used=found.role_last_used,
        tags=found.tags,
    )
    return RoleWhole(role, (*_managed(found.attached_managed_policies), *_own(found)), whole=False)


def _managed(found: Sequence[AttachedPolicy] | None) -> list[NamedPolicy]:
    return [
        NamedPolicy(each.policy_name or "?", None, each.policy_arn or "") for each in found or ()
    ]


def _own(found: RoleDetail) -> list[NamedPolicy]:
    return [
        NamedPolicy(each.policy_name or "?", each.policy_document)
        for each in found.role_policy_list or ()
    ]
