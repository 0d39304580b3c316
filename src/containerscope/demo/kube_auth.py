"""Who asks, and what access entries and RBAC let them do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from containerscope.demo.eks_state import AccessEntry
from containerscope.demo.kube_status import Body, KubeError, qualified, unauthorized
from containerscope.demo.kube_store import KubeStore

_RBAC = "rbac.authorization.k8s.io"
_MASTERS = "system:masters"
_AUTHENTICATED = "system:authenticated"


class User(NamedTuple):
    """A caller as the API server knows it."""

    name: str
    groups: tuple[str, ...] = ()
    policies: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Cluster roles that an EKS access policy gives, each with its namespaces; none for all."""
    uid: str = ""


class Attributes(NamedTuple):
    """What a request wants to do."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""
    """Of a request that is not about a resource."""


_POLICIES = {
    "AmazonEKSClusterAdminPolicy": "cluster-admin",
    "AmazonEKSAdminPolicy": "admin",
    "AmazonEKSEditPolicy": "edit",
    "AmazonEKSViewPolicy": "view",
    "AmazonEKSAdminViewPolicy": "eks:admin-view",
    "AmazonEKSSecretReaderPolicy": "eks:secret-reader",
}
"""The cluster role with the same rights as an EKS access policy."""


class Access:
    """Lets in who has an access entry, as EKS keeps them."""

    def __init__(self, entries: Mapping[str, AccessEntry]) -> None:
        self._entries = entries

    def user(self, caller_arn: str) -> User:
        """The user that a caller of AWS becomes; a 401 for one without an access entry."""
        entry = self._entries.get(_principal_of(caller_arn))
        if entry is None:
            raise unauthorized()
        session = caller_arn.rpartition("/")[2]
        name = str(entry.body["username"])
        for word in ("SessionName", "SessionNameRaw", "EC2PrivateDNSName"):
            name = name.replace(f"{{{{{word}}}}}", session)
        policies = tuple(
            (_POLICIES[policy], tuple(each["accessScope"]["namespaces"]))
            for arn, each in entry.policies.items()
            if (policy := arn.rpartition("/")[2]) in _POLICIES
        )
        groups = (*entry.body["kubernetesGroups"], _AUTHENTICATED)
        return User(name, groups, policies, f"aws-iam-authenticator:{caller_arn}")


def _principal_of(caller_arn: str) -> str:
    """The ARN of the user, or of the role behind an assumed role's session."""
    head, _, rest = caller_arn.partition(":assumed-role/")
    if not rest:
        return caller_arn
    return f"{head.replace(':sts:', ':iam:')}:role/{rest.partition('/')[0]}"


class Authorizer:
    """Decides by the roles and bindings that are in the store."""

    def __init__(self, store: KubeStore) -> None:
        self._store = store

    def allows(self, user: User, asked: Attributes) -> bool:
        """Whether the user may do it."""
        if _MASTERS in user.groups:
            return True
        return any(_rule_allows(rule, asked) for rule in self._rules(user, asked.namespace))

    def check(self, user: User, asked: Attributes) -> None:
        """Raise a 403 where the user may not do it."""
        if not self.allows(user, asked):
            raise forbidden(user, asked)

    def rules(self, user: User, namespace: str) -> list[Body]:
        """Every rule that holds for the user in a namespace."""
        if _MASTERS in user.groups:
            return [
                {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
                {"verbs": ["*"], "nonResourceURLs": ["*"]},
            ]
        return list(self._rules(user, namespace))

    def _rules(self, user: User, namespace: str) -> Iterable[Body]:
        for role, namespaces in user.policies:
            if not namespaces or namespace in namespaces:
                yield from self._role("ClusterRole", role, "")
        for entry in self._store.all((_RBAC, "clusterrolebindings")):
            binding = entry.object()
            if _bound(binding, user):
                yield from self._role("ClusterRole", binding["roleRef"]["name"], "")
        if namespace:
            for entry in self._store.all((_RBAC, "rolebindings"), namespace):
                binding = entry.object()
                if _bound(binding, user):
                    ref = binding["roleRef"]
                    yield from self._role(ref["kind"], ref["name"], namespace)

    def _role(self, kind: str, name: str, namespace: str) -> list[Body]:
        if kind == "ClusterRole":
            found = self._store.find((_RBAC, "clusterroles"), "", name)
        else:
            found = self._store.find((_RBAC, "roles"), namespace, name)
        return (found.object().get("rules") or []) if found else []


def _bound(binding: Mapping[str, Any], user: User) -> bool:
    for subject in binding.get("subjects") or ():
        kind, name = subject["kind"], subject["name"]
        if kind == "ServiceAccount":
            name = f"system:serviceaccount:{subject.get('namespace', '')}:{name}"
        if name in user.groups if kind == "Group" else name == user.name:
            return True
    return False


def _rule_allows(rule: Mapping[str, Any], asked: Attributes) -> bool:
    if not _in(rule.get("verbs"), asked.verb):
        return False
    if asked.path:
        return any(
            each in ("*", asked.path) or (each.endswith("*") and asked.path.startswith(each[:-1]))
            for each in rule.get("nonResourceURLs") or ()
        )
    resource = f"{asked.resource}/{asked.subresource}" if asked.subresource else asked.resource
    resources = rule.get("resources") or ()
    return (
        _in(rule.get("apiGroups"), asked.group)
        and (_in(resources, resource) or f"*/{asked.subresource}" in resources)
        and (not rule.get("resourceNames") or asked.name in rule["resourceNames"])
    )


def _in(allowed: Any, value: str) -> bool:
    return bool(allowed) and ("*" in allowed or value in allowed)


def forbidden(user: User, asked: Attributes) -> KubeError:
    """The 403 in the words of RBAC."""
    if asked.path:
        message = f'forbidden: User "{user.name}" cannot {asked.verb} path "{asked.path}"'
        return KubeError(403, "Forbidden", message, details={})
    where = f'in the namespace "{asked.namespace}"' if asked.namespace else "at the cluster scope"
    resource = f"{asked.resource}/{asked.subresource}" if asked.subresource else asked.resource
    named = f' "{asked.name}"' if asked.name else ""
    message = (
        f'{qualified(asked.resource, asked.group)}{named} is forbidden: User "{user.name}" cannot '
        f'{asked.verb} resource "{resource}" in API group "{asked.group}" {where}'
    )
    details = {
        **({"name": asked.name} if asked.name else {}),
        **({"group": asked.group} if asked.group else {}),
        "kind": asked.resource,
    }
    return KubeError(403, "Forbidden", message, details=details)


def impersonated(headers: Mapping[str, str], user: User, authorizer: Authorizer) -> User:
    """The user that the caller wants to be taken for, if the caller may."""
    name = headers.get("Impersonate-User", "")
    groups = tuple(getattr(headers, "getall", lambda *_: ())("Impersonate-Group", ()))
    if not name:
        if groups:
            raise KubeError(
                500,
                "InternalError",
                "Internal error occurred: requested [{Group  " + " ".join(groups) + "}] without "
                "impersonating a user",
            )
        return user
    account = name.split(":") if name.startswith("system:serviceaccount:") else []
    if len(account) == 4:
        asked = Attributes(
            "impersonate", resource="serviceaccounts", namespace=account[2], name=account[3]
        )
        groups = groups or (
            "system:serviceaccounts",
            f"system:serviceaccounts:{account[2]}",
        )
    else:
        asked = Attributes("impersonate", resource="users", name=name)
    authorizer.check(user, asked)
    for each in groups:
        if not each.startswith("system:serviceaccounts"):
            authorizer.check(user, Attributes("impersonate", resource="groups", name=each))
    if name != "system:anonymous" and _AUTHENTICATED not in groups:
        groups = (*groups, _AUTHENTICATED)
    return User(name, groups)
