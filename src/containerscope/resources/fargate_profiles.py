"""Fargate profiles of EKS clusters: which pods run without nodes."""

from __future__ import annotations

from collections.abc import AsyncIterator

from containerscope.insight.eks_health import changing, fargate_verdict, issues_of
from containerscope.insight.eks_issues import FARGATE
from containerscope.kube.selection import by_labels
from containerscope.model.eks import FargateProfile, Selector
from containerscope.model.health import Health
from containerscope.model.listing import Item, Missing
from containerscope.resource import (
    Block,
    Child,
    Clients,
    Column,
    Detail,
    Platform,
    Resource,
    Scope,
    TableBlock,
)
from containerscope.resources import _blocks, _ecs, _eks

PROFILES: _eks.Kind[FargateProfile] = _eks.Kind(
    model=FargateProfile,
    list_operation="ListFargateProfiles",
    list_member="fargateProfileNames",
    describe_operation="DescribeFargateProfile",
    name_parameter="fargateProfileName",
    member="fargateProfile",
    name_of=lambda profile: profile.fargate_profile_name,
)


async def overview(
    clients: Clients, scope: Scope, item: Item[FargateProfile]
) -> AsyncIterator[tuple[Block, ...]]:
    """What is wrong and the fix, then which pods it takes and where they run."""
    profile = item.value
    if isinstance(profile, Missing):
        yield (_blocks.missing_block(profile),)
        return
    issues = issues_of(profile.health)
    selectors = profile.selectors or ()
    yield (
        *_blocks.verdict_block(fargate_verdict(profile)),
        *_eks.issue_table(issues, FARGATE),
        _blocks.pairs(
            "Fargate profile",
            ("Status", profile.status),
            ("Pod execution role", _eks.role(profile.pod_execution_role_arn)),
            ("Subnets", profile.subnets),
            ("Created", profile.created_at),
        ),
        TableBlock(
            "Pods it takes",
            ("NAMESPACE", "LABELS"),
            tuple((each.namespace, _labels(each)) for each in selectors),
            empty="It selects no pods.",
        ),
        *_eks.map_block("Tags", profile.tags),
    )


def _to_pods(scope: Scope, item: Item[FargateProfile]) -> Scope:
    cluster = item.cluster or scope.cluster
    ran = by_labels(f"eks.amazonaws.com/fargate-profile={item.name}")
    return scope.within(cluster=cluster, service="", namespace="", parent=ran)


def _health(profile: FargateProfile) -> Health:
    return fargate_verdict(profile).health


def _labels(selector: Selector) -> str | None:
    return ", ".join(f"{key}={value}" for key, value in (selector.labels or {}).items()) or None


def _selectors(profile: FargateProfile) -> tuple[str, ...]:
    return tuple(
        f"{each.namespace or '?'}{f' ({labels})' if (labels := _labels(each)) else ''}"
        for each in profile.selectors or ()
    )


RESOURCE: Resource[FargateProfile] = Resource(
    name="fargate-profiles",
    noun="Fargate profile",
    platform=Platform.EKS,
    model=FargateProfile,
    lister=PROFILES.listings,
    aliases=("fp", "fargate"),
    columns=(
        _ecs.CLUSTER,
        _ecs.name_column(),
        Column(
            "HEALTH",
            lambda profile: _health(profile).words,
            tone=lambda profile: _health(profile).level,
            priority=1,
            width=34,
        ),
        Column("SELECTORS", _selectors, priority=2, width=50),
        Column("SUBNETS", lambda p: len(p.subnets or ()), kind="number", priority=6),
        Column("ROLE", lambda p: _eks.role(p.pod_execution_role_arn), priority=5),
        Column("STATUS", lambda profile: profile.status, wide=True, priority=7),
        Column("AGE", lambda profile: profile.created_at, kind="age", priority=3),
    ),
    read=PROFILES.read,
    health=_health,
    changing=lambda profile: changing(profile.status),
    children=(Child("pods", _to_pods),),
    details=(Detail("Overview", overview),),
    console=lambda scope, item: _eks.console(
        scope, item.cluster or scope.cluster, "fargate-profiles", item.name
    ),
    permissions=("eks:ListClusters", "eks:ListFargateProfiles", "eks:DescribeFargateProfile"),
    interval=3.0,
    empty="No Fargate profiles in {scope}.",
    tags=lambda profile: profile.tags or {},
    arn=lambda profile: profile.fargate_profile_arn,
)
