"""The IAM roles of the pods of EKS clusters: by pod identity or IRSA, in one table.

EKS knows the associations, the Kubernetes API the annotations of service accounts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec

from containerscope.insight.eks_access import PRECEDENCE, pod_role_verdict, role_of, ways
from containerscope.kube import Kind
from containerscope.kube.selection import by_fields
from containerscope.listers import read_pages, tried
from containerscope.model import arn
from containerscope.model.eks_access import PodIdentity, PodRole
from containerscope.model.health import Health, Level
from containerscope.model.kube import RawList
from containerscope.model.kube_config import ServiceAccount
from containerscope.model.listing import (
    ApiError,
    Item,
    Listing,
    Missing,
    Phase,
    Problem,
    Why,
    joined,
)
from containerscope.resource import (
    Block,
    Child,
    Clients,
    Column,
    Demand,
    Detail,
    Join,
    PairsBlock,
    Platform,
    Resource,
    Scope,
    TextBlock,
)
from containerscope.resources import _blocks, _ecs, _eks, _kube, _listed
from containerscope.resources._kube_roles import IRSA, PERMISSIONS, described

ROLE = "role"
_ACCOUNTS: Kind[ServiceAccount] = Kind(ServiceAccount, "serviceaccounts")

_Pair = tuple[str, str]


async def pod_roles(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[PodRole]]:
    """The service accounts in scope that have a role: ⌈Q/100⌉ calls and a list of Kubernetes."""
    items: list[Item[PodRole]] = []
    problems: list[Problem] = []
    try:
        async for cluster in _eks.clusters(clients, scope):
            # One namespace is picked by the servers, several of them here.
            one = scope.namespace if scope.one("namespace") else ""
            found = await _of_cluster(clients, cluster, one, problems)
            wanted = scope.namespaces
            items += [_row(each) for each in found if not wanted or each.namespace in wanted]
            if items:
                yield _listing(clients, items, problems, Phase.NAMES)
    except ApiError as error:
        problems.append(error.problem)
    yield _listing(clients, items, problems, Phase.DONE)


def _listing(
    clients: Clients, items: list[Item[PodRole]], problems: list[Problem], phase: Phase
) -> Listing[PodRole]:
    expected = len(items) if phase is Phase.DONE else None
    return Listing(tuple(items), phase, expected, tuple(problems), clients.clock.now())


async def _of_cluster(
    clients: Clients, cluster: str, namespace: str, problems: list[Problem]
) -> list[PodRole]:
    """Both ways at once; what one of them cannot tell does not hide the other."""
    lost: list[Problem] = []
    named, noted = await asyncio.gather(
        tried(_associations(clients, cluster, namespace, lost), lost),
        tried(_annotations(clients, cluster, namespace), lost),
    )
    problems += [_eks.within(each, cluster) for each in lost]
    pairs = sorted({*(named or ()), *(key for key, role in (noted or {}).items() if role)})
    return [
        PodRole(
            cluster,
            namespace_of,
            account,
            association=(named or {}).get((namespace_of, account)),
            annotation=(noted or {}).get((namespace_of, account)) or None,
            exists=None if noted is None else (namespace_of, account) in noted,
        )
        for namespace_of, account in pairs
    ]


async def _associations(
    clients: Clients, cluster: str, namespace: str, problems: list[Problem]
) -> dict[_Pair, PodIdentity]:
    """Without their roles, which EKS tells one by one."""
    within = {"namespace": namespace} if namespace else {}
    listed = read_pages(
        clients,
        "eks",
        "ListPodIdentityAssociations",
        "associations",
        PodIdentity,
        "nextToken",
        clusterName=cluster,
        maxResults=100,
        **within,
    )
    found: dict[_Pair, PodIdentity] = {}
    async for page in listed:
        problems += page.odd
        found |= {(each.namespace or "", each.service_account or ""): each for each in page.items}
    return found


async def _annotations(clients: Clients, cluster: str, namespace: str) -> dict[_Pair, str]:
    """Every service account, with the role in its annotation or an empty text."""
    api, path = clients.kube(cluster), _ACCOUNTS.path(namespace)
    decode, query, found = _ACCOUNTS.decode(), {"limit": "500"}, dict[_Pair, str]()
    while True:
        try:
            page = msgspec.json.decode(await api.get(path, **query), type=RawList)
            for raw in page.items or ():
                meta = _kube.meta(decode(raw))
                role = (meta.annotations or {}).get(IRSA, "")
                found[meta.namespace or "", meta.name or ""] = role
        except msgspec.DecodeError as error:
            raise ApiError(Problem(Why.FAILED, "kubernetes:list", str(error))) from error
        following = page.metadata.continue_ if page.metadata else None
        if not following:
            return found
        query["continue"] = following


def _row(pod: PodRole) -> Item[PodRole]:
    cluster, account = pod.cluster_name or "", pod.service_account or ""
    return Item(_eks.key_of(cluster, f"{pod.namespace}/{account}"), account, pod, cluster=cluster)


async def _roles(
    clients: Clients, scope: Scope, items: Sequence[Item[PodRole]]
) -> Mapping[str, PodIdentity | None]:
    """The association of each row with its role."""
    found: dict[str, PodIdentity | None] = {}
    for item in items:
        pod = item.value
        if not isinstance(pod, Missing) and pod.association is not None:
            found[item.key] = await described(
                clients, item.cluster, pod.association.association_id or ""
            )
    return found


def known(item: Item[PodRole]) -> PodRole | Missing:
    """The row's value with what its join has told."""
    pod = item.value
    if isinstance(pod, Missing) or pod.association is None:
        return pod
    found = joined(item, ROLE)
    if isinstance(found, Missing):
        return found
    return pod if found is None else msgspec.structs.replace(pod, association=found)


def shown_role(item: Item[PodRole]) -> Any:
    """The ROLE cell of a row."""
    pod = known(item)
    return pod if isinstance(pod, Missing) else _eks.role(role_of(pod))


def _judged(item: Item[PodRole]) -> Health:
    """As far as its role is known: an annotation of the same role disturbs nobody."""
    pod = known(item)
    pod = item.value if isinstance(pod, Missing) else pod
    return Health(Level.NONE) if isinstance(pod, Missing) else _health(pod)


def _onward(item: Item[PodRole]) -> Any:
    pod = known(item)
    if isinstance(pod, Missing):
        return pod
    return pod.association.target_role_arn if pod.association else None


async def read(clients: Clients, scope: Scope, item: Item[PodRole]) -> Mapping[str, Any]:
    """The association whole, and the service account as the cluster has it."""
    pod = item.value
    found: dict[str, Any] = {}
    if isinstance(pod, Missing):
        return found
    cluster = item.cluster or scope.cluster
    if pod.association is not None:
        answer = await clients.call(
            "eks",
            "DescribePodIdentityAssociation",
            clusterName=cluster,
            associationId=pod.association.association_id or "",
        )
        found["association"] = answer.get("association") or {}
    if pod.exists:
        path = _ACCOUNTS.path(pod.namespace or "", pod.service_account or "")
        found["serviceAccount"] = msgspec.json.decode(await clients.kube(cluster).get(path))
    return found


async def overview(
    clients: Clients, scope: Scope, item: Item[PodRole]
) -> AsyncIterator[tuple[Block, ...]]:
    """Which role its pods get, by which way, and what the other way says."""
    pod = item.value
    if isinstance(pod, Missing):
        yield (_blocks.missing_block(pod),)
        return
    if pod.association is None:
        yield _pane(pod)
        return
    try:
        found = await described(clients, item.cluster, pod.association.association_id or "")
    except ApiError as error:
        yield (*_pane(pod), _listed.problem_block(error.problem, "Association"))
        return
    yield _pane(msgspec.structs.replace(pod, association=found or pod.association))


def _pane(pod: PodRole) -> tuple[Block, ...]:
    own = pod.association
    both = (TextBlock(PRECEDENCE),) if own is not None and pod.annotation else ()
    return (
        *_blocks.verdict_block(pod_role_verdict(pod)),
        _blocks.pairs(
            "Role of its pods",
            ("Service account", f"{pod.namespace}/{pod.service_account}"),
            ("In the cluster", pod.exists),
            ("Role", role_of(pod)),
            ("By", ways(pod)),
            ("Takes on", own.target_role_arn if own else None),
            ("Role by annotation (IRSA)", pod.annotation),
        ),
        *((_association(own),) if own is not None else ()),
        *both,
        *_eks.map_block("Tags", own.tags if own else None),
    )


def _association(own: PodIdentity) -> PairsBlock:
    return _blocks.pairs(
        "Pod identity association",
        ("Id", own.association_id),
        ("Made by", arn.resource_of(own.owner_arn) if own.owner_arn else None),
        ("External id", own.external_id),
        (
            "Session tags",
            None if own.disable_session_tags is None else not own.disable_session_tags,
        ),
        ("Created", own.created_at),
        ("Modified", own.modified_at),
    )


def _health(pod: PodRole) -> Health:
    return pod_role_verdict(pod).health


def _to_pods(scope: Scope, item: Item[PodRole]) -> Scope:
    pod = item.value
    namespace = "" if isinstance(pod, Missing) else pod.namespace or ""
    return scope.within(
        cluster=item.cluster or scope.cluster,
        service="",
        namespace=namespace,
        parent=by_fields(f"spec.serviceAccountName={item.name}"),
    )


RESOURCE: Resource[PodRole] = Resource(
    name="pod-identities",
    noun="pod identity",
    platform=Platform.EKS,
    model=PodRole,
    lister=pod_roles,
    aliases=("podidentities", "irsa", "pi"),
    columns=(
        _ecs.CLUSTER,
        Column("NAMESPACE", lambda pod: pod.namespace, priority=2, width=24, unless="namespace"),
        _ecs.name_column("SERVICE ACCOUNT"),
        Column(
            "HEALTH",
            of_item=lambda item: _judged(item).words,
            tone_of_item=lambda item: _judged(item).level,
            needs=ROLE,
            priority=2,
            width=30,
        ),
        Column("ROLE", of_item=shown_role, needs=ROLE, priority=1, width=40),
        Column(
            "BY",
            of_item=lambda item: (
                item.value if isinstance(item.value, Missing) else ways(item.value)
            ),
            tone_of_item=lambda item: _judged(item).level,
            priority=2,
            width=24,
        ),
        Column("TAKES ON", of_item=_onward, needs=ROLE, priority=5, width=60, name="target"),
        Column(
            "ANNOTATION", lambda pod: _eks.role(pod.annotation), wide=True, priority=6, width=40
        ),
    ),
    read=read,
    health=_health,
    children=(Child("pods", _to_pods),),
    details=(Detail("Overview", overview),),
    joins=(Join(ROLE, _roles, seconds=120.0),),
    console=lambda scope, item: _eks.console(
        scope, item.cluster or scope.cluster, tab="cluster-access-tab"
    ),
    permissions=(*_kube.PERMISSIONS, *PERMISSIONS),
    interval=5.0,
    empty="No service account in {scope} has an IAM role.",
    arn=lambda pod: pod.association.association_arn if pod.association else None,
)
