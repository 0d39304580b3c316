"""What IAM answers. Limits and errors: the IAM API reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.iam_build import refresh
from containerscope.demo.iam_simulate import Source, Verdict, evaluate, sources
from containerscope.demo.iam_state import Policy, Role
from containerscope.demo.iam_views import (
    attached_view,
    detail_view,
    encoded,
    policy_view,
    profile_view,
    role_arn,
    role_view,
    tags,
    version_view,
)
from containerscope.demo.paging import Paging
from containerscope.demo.protocol_errors import AwsError

PAGES = Paging("MaxItems", "Marker", "Marker", default=100, most=1000, flag="IsTruncated")


def _missing(message: str) -> AwsError:
    return AwsError("NoSuchEntity", message, 404)


def _role(call: Call) -> Role:
    name = call.params["RoleName"]
    found = refresh(call.world).role(name)
    if found is None:
        raise _missing(f"The role with name {name} cannot be found.")
    return found


def _policy(call: Call) -> Policy:
    arn = call.params["PolicyArn"]
    found = call.world.access.policies.get(arn)
    if found is None:
        raise _missing(f"Policy {arn} does not exist or is not attachable.")
    return found


def get_role(call: Call) -> Result:
    """A role with all that only this operation tells."""
    return {"Role": role_view(call.world, _role(call))}


def list_roles(call: Call) -> Result:
    """The roles below a path, by name."""
    prefix = call.params.get("PathPrefix", "/")
    roles = [each for each in refresh(call.world).all_roles() if each.path.startswith(prefix)]
    answer = PAGES.page(call.params, "Roles", [each.name for each in roles])
    known = call.world.access.roles
    views = [role_view(call.world, known[name], whole=False) for name in answer["Roles"]]
    return {**answer, "Roles": views}


def list_attached_role_policies(call: Call) -> Result:
    """The managed policies of a role."""
    return PAGES.page(
        call.params, "AttachedPolicies", attached_view(call.world.access, _role(call))
    )


def list_role_policies(call: Call) -> Result:
    """The names of the policies that are part of a role."""
    return PAGES.page(call.params, "PolicyNames", sorted(_role(call).inline))


def get_role_policy(call: Call) -> Result:
    """A policy that is part of a role."""
    role, name = _role(call), call.params["PolicyName"]
    if name not in role.inline:
        raise _missing(f"The role policy with name {name} cannot be found.")
    document = encoded(role.inline[name])
    return {"RoleName": role.name, "PolicyName": name, "PolicyDocument": document}


def get_policy(call: Call) -> Result:
    """A managed policy without its document."""
    refresh(call.world).all_roles()
    policy = _policy(call)
    return {"Policy": {**policy_view(call.world, policy), "Tags": tags(policy.tags)}}


def get_policy_version(call: Call) -> Result:
    """A version of a managed policy with its document."""
    policy, wanted = _policy(call), call.params["VersionId"]
    for each in policy.versions:
        if each.id == wanted:
            return {"PolicyVersion": version_view(policy, each)}
    raise _missing(f"Policy {policy.arn} version {wanted} does not exist or is not attachable.")


def list_policy_versions(call: Call) -> Result:
    """The versions of a managed policy, newest first."""
    policy = _policy(call)
    views = [version_view(policy, each, whole=False) for each in reversed(policy.versions)]
    return PAGES.page(call.params, "Versions", views)


def list_policies(call: Call) -> Result:
    """The managed policies of AWS, of the account, or both."""
    scope = call.params.get("Scope", "All")
    refresh(call.world).all_roles()
    views = [
        policy_view(call.world, each)
        for each in call.world.access.policies.values()
        if scope == "All" or each.local == (scope == "Local")
    ]
    if call.params.get("OnlyAttached"):
        views = [each for each in views if each["AttachmentCount"]]
    return PAGES.page(call.params, "Policies", views)


def get_instance_profile(call: Call) -> Result:
    """An instance profile with its role."""
    name = call.params["InstanceProfileName"]
    access = refresh(call.world)
    role = access.role(access.profiles.get(name, ""))
    if role is None:
        raise _missing(f"Instance Profile {name} cannot be found.")
    return {"InstanceProfile": profile_view(call.world, name, role)}


def list_instance_profiles_for_role(call: Call) -> Result:
    """The instance profiles that give instances a role."""
    role = _role(call)
    views = [
        profile_view(call.world, name, role)
        for name, owner in call.world.access.profiles.items()
        if owner == role.name
    ]
    return PAGES.page(call.params, "InstanceProfiles", views)


def list_role_tags(call: Call) -> Result:
    """The tags of a role."""
    return PAGES.page(call.params, "Tags", tags(_role(call).tags))


def list_open_id_connect_providers(call: Call) -> Result:
    """The ARNs of the OpenID Connect providers."""
    return {"OpenIDConnectProviderList": [{"Arn": arn} for arn in refresh(call.world).providers]}


def get_open_id_connect_provider(call: Call) -> Result:
    """An OpenID Connect provider."""
    arn = call.params["OpenIDConnectProviderArn"]
    found = refresh(call.world).providers.get(arn)
    if found is None:
        raise _missing(f"OpenIDConnect Provider not found for arn {arn}")
    return {
        "Url": found.url,
        "ClientIDList": found.audiences,
        "ThumbprintList": [found.thumbprint],
        "CreateDate": found.created_at,
        "Tags": tags(found.tags),
    }


_DETAILS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


def get_account_authorization_details(call: Call) -> Result:
    """All roles and policies with their documents; a page counts both."""
    wanted = call.params.get("Filter") or ["Role", "LocalManagedPolicy", "AWSManagedPolicy"]
    access = refresh(call.world)
    roles = access.all_roles()
    items = [("RoleDetailList", each.name) for each in roles if "Role" in wanted]
    items += [
        ("Policies", arn)
        for arn, each in access.policies.items()
        if ("LocalManagedPolicy" if each.local else "AWSManagedPolicy") in wanted
    ]
    answer = PAGES.page(call.params, "all", items)
    found: Result = {name: [] for name in _DETAILS}
    for kind, name in answer.pop("all"):
        if kind == "Policies":
            policy = access.policies[name]
            versions = [version_view(policy, each) for each in reversed(policy.versions)]
            view = {**policy_view(call.world, policy), "PolicyVersionList": versions}
        else:
            view = detail_view(call.world, access.roles[name])
        found[kind].append(view)
    return {**found, **answer}


def simulate_principal_policy(call: Call) -> Result:
    """What a role may do with these resources, by its policies and its boundary."""
    role = _simulated(call)
    access, params = call.world.access, call.params
    policies = sources(access, role)
    policies += [
        Source(f"PolicyInputList.{number}", _parsed(each))
        for number, each in enumerate(params.get("PolicyInputList", ()), 1)
    ]
    bound = access.policies.get(role.boundary)
    boundary = Source(bound.name, bound.document) if bound else None
    context = {
        each["ContextKeyName"].lower(): list(each.get("ContextKeyValues", ()))
        for each in params.get("ContextEntries", ())
        if "ContextKeyName" in each
    }
    results = [
        _result(evaluate(policies, boundary, action, resource, context), action, resource)
        for action in params["ActionNames"]
        for resource in params.get("ResourceArns") or ["*"]
    ]
    return PAGES.page(params, "EvaluationResults", results)


def _simulated(call: Call) -> Role:
    arn = call.params["PolicySourceArn"]
    prefix = call.world.global_arn("iam", "")
    if not arn.startswith(prefix) or ":assumed-role/" in arn:
        raise AwsError("InvalidInput", f"Invalid Entity Arn: {arn} does not clearly define entity "
                       "type and name.")  # fmt: skip
    role = refresh(call.world).role(arn.rpartition("/")[2])
    if role is None or role_arn(call.world, role) != arn:
        raise _missing(f"The entity with ARN {arn} cannot be found.")
    return role


def _parsed(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise AwsError("InvalidInput", "Syntax errors in policy.") from error


def _result(verdict: Verdict, action: str, resource: str) -> Result:
    result: Result = {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": verdict.decision,
        "MatchedStatements": [_statement(*each) for each in verdict.matched],
        "MissingContextValues": verdict.missing,
    }
    if verdict.within_boundary is not None:
        result["PermissionsBoundaryDecisionDetail"] = {
            "AllowedByPermissionsBoundary": verdict.within_boundary
        }
    return result


def _statement(source: str, place: int) -> Mapping[str, Any]:
    """Where a statement stands; lines are counted as if each statement had one of its own."""
    return {
        "SourcePolicyId": source,
        "SourcePolicyType": "IAM Policy",
        "StartPosition": {"Line": place + 3, "Column": 5},
        "EndPosition": {"Line": place + 4, "Column": 5},
    }


def list_account_aliases(call: Call) -> Result:
    """The account's alias, if it has one."""
    aliases = [call.world.alias] if call.world.alias else []
    return PAGES.page(call.params, "AccountAliases", aliases)


IAM: dict[str, Handler] = {
    "GetRole": get_role,
    "ListRoles": list_roles,
    "ListAttachedRolePolicies": list_attached_role_policies,
    "ListRolePolicies": list_role_policies,
    "GetRolePolicy": get_role_policy,
    "GetPolicy": get_policy,
    "GetPolicyVersion": get_policy_version,
    "ListPolicyVersions": list_policy_versions,
    "ListPolicies": list_policies,
    "GetInstanceProfile": get_instance_profile,
    "ListInstanceProfilesForRole": list_instance_profiles_for_role,
    "ListRoleTags": list_role_tags,
    "ListOpenIDConnectProviders": list_open_id_connect_providers,
    "GetOpenIDConnectProvider": get_open_id_connect_provider,
    "GetAccountAuthorizationDetails": get_account_authorization_details,
    "SimulatePrincipalPolicy": simulate_principal_policy,
    "ListAccountAliases": list_account_aliases,
}
