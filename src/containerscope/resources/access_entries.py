"""Access entries of EKS clusters: which principals may enter, and what they may do there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from containerscope.insight.eks_access import (
    allows,
    entry_verdict,
    policy_level,
    policy_name,
    policy_words,
    where_of,
)
from containerscope.listers import read_pages
from containerscope.model import arn
from containerscope.model.eks_access import AccessEntry, AccessPolicy
from containerscope.model.health import Health, Level
from containerscope.model.listing import ApiError, Item, Missing, joined
from containerscope.resource import (
    Block,
    Clients,
    Column,
    Detail,
    Join,
    PairsBlock,
    Platform,
    Resource,
    Scope,
    TableBlock,
)
from containerscope.resources import _blocks, _ecs, _eks, _listed

POLICIES = "policies"

ENTRIES: _eks.Kind[AccessEntry] = _eks.Kind(
    model=AccessEntry,
    list_operation="ListAccessEntries",
    list_member="accessEntries",
    describe_operation="DescribeAccessEntry",
    name_parameter="principalArn",
    member="accessEntry",
    name_of=lambda entry: entry.principal_arn,
    label=arn.name_of,
    # With the mode CONFIG_MAP only the ConfigMap aws-auth lets principals in.
    none_if="authentication mode",
)


async def policies_of(clients: Clients, cluster: str, principal: str) -> tuple[AccessPolicy, ...]:
    """The access policies of one principal; raises `ApiError`."""
    found = read_pages(
        clients,
        "eks",
        "ListAssociatedAccessPolicies",
        "associatedAccessPolicies",
        AccessPolicy,
        "nextToken",
        clusterName=cluster,
        principalArn=principal,
        maxResults=100,
    )
    return tuple([each async for page in found for each in page.items])


async def _policies(
    clients: Clients, scope: Scope, items: Sequence[Item[AccessEntry]]
) -> Mapping[str, tuple[AccessPolicy, ...]]:
    return {
        item.key: await policies_of(clients, item.cluster or scope.cluster, _eks.name_in(item.key))
        for item in items
    }


async def read(clients: Clients, scope: Scope, item: Item[AccessEntry]) -> Mapping[str, Any]:
    """The entry whole, with its policies."""
    entry = await ENTRIES.read(clients, scope, item)
    answer = await clients.call(
        "eks",
        "ListAssociatedAccessPolicies",
        clusterName=item.cluster or scope.cluster,
        principalArn=_eks.name_in(item.key),
        maxResults=100,
    )
    return {**entry, "associatedAccessPolicies": answer.get("associatedAccessPolicies") or []}


async def overview(
    clients: Clients, scope: Scope, item: Item[AccessEntry]
) -> AsyncIterator[tuple[Block, ...]]:
    """Who it is, and what the policies and groups let it do."""
    entry = item.value
    if isinstance(entry, Missing):
        yield (_blocks.missing_block(entry),)
        return
    about, labels = _about(entry), _eks.map_block("Tags", entry.tags)
    yield (*_blocks.verdict_block(entry_verdict(entry)), about, *labels)
    cluster = item.cluster or scope.cluster
    try:
        policies = await policies_of(clients, cluster, entry.principal_arn or "")
    except ApiError as error:
        problem = _listed.problem_block(error.problem, "Access policies")
        yield (*_blocks.verdict_block(entry_verdict(entry)), about, problem, *labels)
        return
    verdict = entry_verdict(entry, policies)
    yield (*_blocks.verdict_block(verdict), about, _table(policies), *labels)


def _about(entry: AccessEntry) -> PairsBlock:
    return _blocks.pairs(
        "Access entry",
        ("Principal", entry.principal_arn),
        ("Type", entry.type),
        ("Kubernetes user", entry.username),
        ("Kubernetes groups", entry.kubernetes_groups),
        ("Created", entry.created_at),
        ("Modified", entry.modified_at),
    )


def _table(policies: Sequence[AccessPolicy]) -> TableBlock:
    return TableBlock(
        "Access policies",
        ("POLICY", "WHERE", "ALLOWS", "SINCE"),
        tuple(
            (policy_name(each), where_of(each), allows(each), each.associated_at)
            for each in policies
        ),
        tuple(policy_level(each) for each in policies),
        empty="None: only its groups and the RBAC rules about them let it do anything.",
    )


def _health(entry: AccessEntry) -> Health:
    return entry_verdict(entry).health


def shown_policies(item: Item[AccessEntry]) -> Any:
    """The POLICIES cell of a row."""
    found = joined(item, POLICIES)
    return found if isinstance(found, Missing) else policy_words(found or ()) or None


def shown_level(item: Item[AccessEntry]) -> Level:
    """The tone of that cell."""
    found = joined(item, POLICIES)
    if isinstance(found, Missing):
        return Level.NONE
    return max(map(policy_level, found or ()), default=Level.NONE)


def _kind(entry: AccessEntry) -> str:
    return arn.resource_of(entry.principal_arn or "").partition("/")[0]


RESOURCE: Resource[AccessEntry] = Resource(
    name="access-entries",
    noun="access entry",
    platform=Platform.EKS,
    model=AccessEntry,
    lister=ENTRIES.listings,
    aliases=("access", "accessentries", "ae"),
    columns=(
        _ecs.CLUSTER,
        _ecs.name_column("PRINCIPAL"),
        Column("IAM", _kind, priority=6),
        Column(
            "HEALTH",
            lambda entry: _health(entry).words,
            tone=lambda entry: _health(entry).level,
            wide=True,
            priority=6,
            width=34,
        ),
        Column("TYPE", lambda entry: entry.type, priority=4, width=16),
        Column(
            "POLICIES",
            of_item=shown_policies,
            tone_of_item=shown_level,
            needs=POLICIES,
            priority=1,
            width=50,
        ),
        Column("GROUPS", lambda entry: entry.kubernetes_groups or None, priority=3, width=40),
        Column("USER", lambda entry: entry.username, wide=True, priority=7, width=60),
        Column("ARN", lambda entry: entry.principal_arn, wide=True, priority=8, width=70),
        Column("AGE", lambda entry: entry.created_at, kind="age", priority=5),
    ),
    read=read,
    health=_health,
    details=(Detail("Overview", overview),),
    joins=(Join(POLICIES, _policies, seconds=120.0),),
    console=lambda scope, item: _eks.console(
        scope, item.cluster or scope.cluster, tab="cluster-access-tab"
    ),
    permissions=(
        "eks:ListClusters",
        "eks:ListAccessEntries",
        "eks:DescribeAccessEntry",
        "eks:ListAssociatedAccessPolicies",
    ),
    interval=12.0,
    empty="No access entries in {scope}; with CONFIG_MAP aws-auth alone lets in.",
    tags=lambda entry: entry.tags or {},
    arn=lambda entry: entry.principal_arn,
)
