"""IAM."""

from __future__ import annotations

from typing import Any

from tests.demo.questions import Asker, Params, Sample, plainly


def _role_with(listing: str, member: str) -> Sample:
    """A role of which the operation has something to list."""

    def make(ask: Asker) -> Params:
        for role in ask("ListRoles", MaxItems=1000)["Roles"]:
            if ask(listing, RoleName=role["RoleName"])[member]:
                return {"RoleName": role["RoleName"]}
        raise AssertionError(f"{listing} has nothing to tell of any role")

    return make


def _inline(ask: Asker) -> Params:
    role = _role_with("ListRolePolicies", "PolicyNames")(ask)
    return {**role, "PolicyName": ask("ListRolePolicies", **role)["PolicyNames"][0]}


def _attached(ask: Asker) -> Params:
    role = _role_with("ListAttachedRolePolicies", "AttachedPolicies")(ask)
    found: Any = ask("ListAttachedRolePolicies", **role)["AttachedPolicies"][0]
    return {"PolicyArn": found["PolicyArn"]}


def _version(ask: Asker) -> Params:
    policy = _attached(ask)
    return {**policy, "VersionId": ask("GetPolicy", **policy)["Policy"]["DefaultVersionId"]}


def _profile(ask: Asker) -> Params:
    role = _role_with("ListInstanceProfilesForRole", "InstanceProfiles")(ask)
    found: Any = ask("ListInstanceProfilesForRole", **role)["InstanceProfiles"][0]
    return {"InstanceProfileName": found["InstanceProfileName"]}


def _provider(ask: Asker) -> Params:
    found: Any = ask("ListOpenIDConnectProviders")["OpenIDConnectProviderList"][0]
    return {"OpenIDConnectProviderArn": found["Arn"]}


SAMPLES: dict[str, Sample] = {
    "ListAccountAliases": plainly(),
    "SimulatePrincipalPolicy": plainly(
        PolicySourceArn="arn:aws:iam::123456789012:role/platform-node",
        ActionNames=["ecs:ListTasks", "s3:GetObject"],
    ),
    "ListRoles": plainly(MaxItems=5),
    "GetRole": _role_with("ListAttachedRolePolicies", "AttachedPolicies"),
    "ListAttachedRolePolicies": _role_with("ListAttachedRolePolicies", "AttachedPolicies"),
    "ListRolePolicies": _role_with("ListRolePolicies", "PolicyNames"),
    "GetRolePolicy": _inline,
    "GetPolicy": _attached,
    "GetPolicyVersion": _version,
    "ListPolicyVersions": _attached,
    "ListPolicies": plainly(Scope="Local"),
    "GetInstanceProfile": _profile,
    "ListInstanceProfilesForRole": _role_with("ListInstanceProfilesForRole", "InstanceProfiles"),
    "ListRoleTags": _role_with("ListRoleTags", "Tags"),
    "ListOpenIDConnectProviders": plainly(),
    "GetOpenIDConnectProvider": _provider,
    "GetAccountAuthorizationDetails": plainly(MaxItems=5),
}
