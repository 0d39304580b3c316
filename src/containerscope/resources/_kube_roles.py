"""From a service account to its IAM role: by pod identity, or by the annotation of IRSA."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from containerscope.kube import Kind
from containerscope.listers import read_pages
from containerscope.model import arn
from containerscope.model.eks_access import PodIdentity
from containerscope.model.kube import Meta
from containerscope.model.kube_config import ServiceAccount
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.resource import Clients, Scope

IRSA = "eks.amazonaws.com/role-arn"
PERMISSIONS = ("eks:ListPodIdentityAssociations", "eks:DescribePodIdentityAssociation")
_SECONDS = 60.0


class Role(msgspec.Struct, frozen=True):
    """An IAM role, and how a service account comes by it."""

    arn: str = ""
    way: str = ""
    """`pod identity` or `IRSA`."""
    target: str = ""
    """The role in another account that it takes on; empty for none."""

    @property
    def words(self) -> str:
        """`payments (IRSA)`."""
        onward = f" → {arn.name_of(self.target)}" if self.target else ""
        return f"{arn.name_of(self.arn)}{onward} ({self.way})"


_ACCOUNTS: Kind[ServiceAccount] = Kind(ServiceAccount, "serviceaccounts")
_OF = "account:"


def of_account(scope: Scope, cluster: str, namespace: str, name: str) -> Scope:
    """A scope in which the roles of one service account are listed."""
    parent = f"{_OF}{cluster}/{namespace}/{name}"
    return scope.within(cluster="", service="", namespace="", parent=parent)


async def roles_in(clients: Clients, scope: Scope) -> tuple[str, ...] | None:
    """The ARNs of the roles in such a scope; None for a scope of another kind."""
    if not scope.parent.startswith(_OF):
        return None
    rest, _, name = scope.parent.removeprefix(_OF).rpartition("/")
    cluster, _, namespace = rest.rpartition("/")
    role = await account_role(clients, cluster, namespace, name)
    return () if role is None else tuple(each for each in (role.arn, role.target) if each)


async def account_role(clients: Clients, cluster: str, namespace: str, name: str) -> Role | None:
    """The role of a service account that is read for it; raises `ApiError`."""
    body = await clients.kube(cluster).get(_ACCOUNTS.path(namespace, name))
    try:
        meta = _ACCOUNTS.decode()(body).metadata
    except msgspec.DecodeError as error:
        message = f"{name} could not be read: {error}"
        problem = Problem(Why.FAILED, "kubernetes:get serviceaccounts", message, where=cluster)
        raise ApiError(problem) from error
    return await role_of(clients, cluster, (namespace, name), meta)


Pair = tuple[str, str]
"""Namespace and name of a service account."""


async def associations(clients: Clients, cluster: str) -> Mapping[Pair, str]:
    """The ids of the pod identity associations of a cluster; raises `ApiError`.

    A context of the kubeconfig has none that its name could find.
    """
    if cluster in clients.kube_contexts:
        return {}

    async def fetch() -> Mapping[Pair, str]:
        listed = read_pages(
            clients,
            "eks",
            "ListPodIdentityAssociations",
            "associations",
            PodIdentity,
            "nextToken",
            clusterName=cluster,
            maxResults=100,
        )
        return {
            (each.namespace or "", each.service_account or ""): each.association_id or ""
            async for page in listed
            for each in page.items
        }

    return await clients.cached(("pod-identities", cluster), _SECONDS, fetch)


async def role_of(clients: Clients, cluster: str, account: Pair, meta: Meta | None) -> Role | None:
    """The role of a service account, whose metadata hold the annotation; raises `ApiError`.

    Where there are both, the association is named.
    """
    found = (await associations(clients, cluster)).get(account)
    if found:
        each = await described(clients, cluster, found)
        if each is None:
            return None
        return Role(each.role_arn or "", "pod identity", each.target_role_arn or "")
    noted = ((meta.annotations if meta else None) or {}).get(IRSA)
    return Role(noted, "IRSA") if noted else None


async def described(clients: Clients, cluster: str, association: str) -> PodIdentity | None:
    """An association with its role, remembered for a minute; raises `ApiError`."""

    async def fetch() -> PodIdentity | None:
        page = await clients.read(
            "eks",
            "DescribePodIdentityAssociation",
            "association",
            PodIdentity,
            clusterName=cluster,
            associationId=association,
        )
        return page.items[0] if page.items else None

    return await clients.cached(("pod-identity", cluster, association), _SECONDS, fetch)
