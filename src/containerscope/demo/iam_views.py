"""How roles, policies and profiles look in answers; documents are URL-encoded as IAM does."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from containerscope.demo.calls import Result
from containerscope.demo.iam_state import Access, Document, Policy, PolicyVersion, Role
from containerscope.demo.ids import digits, hexes
from containerscope.demo.world import World


def encoded(document: Document) -> str:
    """A policy document as it goes over the wire."""
    return quote(msgspec.json.encode(document).decode(), safe="")


def role_arn(world: World, role: Role) -> str:
    """The ARN of a role, which has its path."""
    return world.global_arn("iam", f"role{role.path}{role.name}")


def role_id(name: str) -> str:
    """The id of a role, with which those of its sessions begin."""
    return f"AROA{digits(17, 'role', name)}"


def tags(found: dict[str, str]) -> list[Result]:
    """Tags in IAM's form."""
    return [{"Key": key, "Value": value} for key, value in found.items()]


def role_view(world: World, role: Role, *, whole: bool = True) -> Result:
    """A role; lists leave out what only GetRole tells: boundary, last use and tags."""
    view: Result = {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role_id(role.name),
        "Arn": role_arn(world, role),
        "CreateDate": role.created_at,
        "AssumeRolePolicyDocument": encoded(role.trust),
        "MaxSessionDuration": role.session,
    }
    if role.description:
        view["Description"] = role.description
    if whole:
        view |= _rest(world, role)
    return view


def _rest(world: World, role: Role) -> Result:
    rest: Result = {"Tags": tags(role.tags), "RoleLastUsed": {}}
    if role.used_at:
        rest["RoleLastUsed"] = {"LastUsedDate": role.used_at, "Region": world.region}
    if role.boundary:
        rest["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": role.boundary,
        }
    return rest


def attached_view(access: Access, role: Role) -> list[Result]:
    """The managed policies of a role."""
    return [
        {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn}
        for arn in role.attached
        if arn in access.policies
    ]


def detail_view(world: World, role: Role) -> Result:
    """A role with all that belongs to it."""
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role_id(role.name),
        "Arn": role_arn(world, role),
        "CreateDate": role.created_at,
        "AssumeRolePolicyDocument": encoded(role.trust),
        "InstanceProfileList": [
            profile_view(world, name, role)
            for name, owner in world.access.profiles.items()
            if owner == role.name
        ],
        "RolePolicyList": [
            {"PolicyName": name, "PolicyDocument": encoded(each)}
            for name, each in role.inline.items()
        ],
        "AttachedManagedPolicies": attached_view(world.access, role),
        **_rest(world, role),
    }


def profile_arn(world: World, name: str) -> str:
    """The ARN of an instance profile."""
    return world.global_arn("iam", f"instance-profile/{name}")


def profile_id(name: str) -> str:
    """The id of an instance profile."""
    return f"AIPA{digits(17, 'profile', name)}"


def profile_view(world: World, name: str, role: Role) -> Result:
    """An instance profile with its role."""
    return {
        "Path": "/",
        "InstanceProfileName": name,
        "InstanceProfileId": profile_id(name),
        "Arn": profile_arn(world, name),
        "CreateDate": role.created_at + 5,
        "Roles": [role_view(world, role, whole=False)],
    }


def version_view(policy: Policy, version: PolicyVersion, *, whole: bool = True) -> Result:
    """A version of a managed policy; lists leave out the document."""
    view: Result = {
        "VersionId": version.id,
        "IsDefaultVersion": version is policy.versions[-1],
        "CreateDate": version.created_at,
    }
    return {**view, "Document": encoded(version.document)} if whole else view


def policy_view(world: World, policy: Policy) -> Result:
    """A managed policy without its document."""
    roles = world.access.roles.values()
    view: Result = {
        "PolicyName": policy.name,
        "PolicyId": f"ANPA{hexes(17, policy.arn).upper()}",
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.versions[-1].id,
        "AttachmentCount": sum(policy.arn in each.attached for each in roles),
        "PermissionsBoundaryUsageCount": sum(policy.arn == each.boundary for each in roles),
        "IsAttachable": True,
        "CreateDate": policy.versions[0].created_at,
        "UpdateDate": policy.versions[-1].created_at,
    }
    if policy.description:
        view["Description"] = policy.description
    return view
