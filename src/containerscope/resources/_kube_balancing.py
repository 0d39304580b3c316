"""The load balancer in front of ingresses and services, its target groups and their health."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec

from containerscope.insight.kube_balancing import (
    addresses_of,
    balancer_at,
    bindings_of,
    groups_of,
)
from containerscope.insight.target_health import (
    Group,
    healthy_count,
    target_address,
    target_state,
    target_verdict,
)
from containerscope.kube import Kind
from containerscope.listers import has_account, read_pages
from containerscope.model.elb import LoadBalancer, TargetGroup, TargetHealthDescription
from containerscope.model.health import Level
from containerscope.model.kube import KubeError, RawList
from containerscope.model.kube_network import TargetGroupBinding
from containerscope.model.kube_pod import Pod
from containerscope.model.listing import ApiError, Item, Missing, joined
from containerscope.resource import (
    Block,
    Clients,
    Column,
    Detail,
    Join,
    Scope,
    TableBlock,
    TextBlock,
)
from containerscope.resources import _blocks, _kube
from containerscope.resources._target_join import described_groups, health_of

BINDINGS: Kind[TargetGroupBinding] = Kind(
    TargetGroupBinding, "targetgroupbindings", "elbv2.k8s.aws/v1beta1", optional=True
)
TARGETS = "targets"
PERMISSIONS = (
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
)
_FRESH = 30.0
_PODS: Kind[Pod] = Kind(Pod, "pods")


async def _bindings(
    clients: Clients, cluster: str, namespace: str
) -> tuple[TargetGroupBinding, ...]:
    """Those of a namespace, or of all; none where the controller is not installed."""

    async def fetch() -> tuple[TargetGroupBinding, ...]:
        try:
            body = await clients.kube(cluster).get(BINDINGS.path(namespace))
        except KubeError as error:
            if error.status == 404:
                return ()
            raise
        decode = BINDINGS.decode()
        raws = msgspec.json.decode(body, type=RawList).items or ()
        return tuple(decode(raw) for raw in raws)

    return await clients.cached(("kube-bindings", cluster, namespace), _FRESH, fetch)


async def _balancers(clients: Clients) -> tuple[LoadBalancer, ...]:
    """Every load balancer of the account, which no call finds by its name in DNS."""

    async def fetch() -> tuple[LoadBalancer, ...]:
        pages = read_pages(
            clients, "elbv2", "DescribeLoadBalancers", "LoadBalancers", LoadBalancer,
            "Marker", PageSize=400,
        )  # fmt: skip
        return tuple([each async for page in pages for each in page.items])

    return await clients.cached(("elb-balancers", clients.region), _FRESH, fetch)


async def _groups_at(clients: Clients, balancer: LoadBalancer) -> tuple[str, ...]:
    arn = balancer.load_balancer_arn or ""

    async def fetch() -> tuple[str, ...]:
        page = await clients.read(
            "elbv2", "DescribeTargetGroups", "TargetGroups", TargetGroup, LoadBalancerArn=arn
        )
        return tuple(each.target_group_arn for each in page.items if each.target_group_arn)

    return await clients.cached(("elb-groups-of", arn), _FRESH, fetch)


async def _arns(
    clients: Clients, thing: Any, bindings: Sequence[TargetGroupBinding]
) -> tuple[str, ...]:
    """By what binds its pods to target groups, else by the name of its load balancer."""
    found = groups_of(bindings_of(thing, bindings))
    addresses = addresses_of(thing)
    if found or not addresses:
        return found
    balancer = balancer_at(addresses, await _balancers(clients))
    return await _groups_at(clients, balancer) if balancer is not None else ()


async def _counted(
    clients: Clients, scope: Scope, items: Sequence[Item[Any]]
) -> Mapping[str, tuple[int, int] | None]:
    """Healthy of all targets of rows of one cluster; nothing where there is no AWS to ask."""
    if not await has_account(clients):
        return {}
    spaces = {_kube.meta(item.value).namespace or "" for item in items}
    space = spaces.pop() if len(spaces) == 1 else ""
    bindings = await _bindings(clients, items[0].cluster or scope.cluster, space)
    counts = await asyncio.gather(*(_count(clients, item, bindings) for item in items))
    return {item.key: count for item, count in zip(items, counts, strict=True)}


async def _count(
    clients: Clients, item: Item[Any], bindings: Sequence[TargetGroupBinding]
) -> tuple[int, int] | None:
    if isinstance(item.value, Missing):
        return None
    arns = await _arns(clients, item.value, bindings)
    if not arns:
        return None
    found = await asyncio.gather(*(health_of(clients, arn) for arn in arns))
    return healthy_count([each for targets in found for each in targets])


def _ratio(item: Item[Any]) -> Any:
    return joined(item, TARGETS)


def ratio_level(item: Item[Any]) -> Level:
    """How bad it is that so few of the targets are healthy."""
    found = joined(item, TARGETS)
    if isinstance(found, Missing) or found is None or found[0] >= found[1]:
        return Level.NONE
    return Level.FAILED if not found[0] else Level.WARNING


JOIN: Join[Any] = Join(TARGETS, _counted, batch=50, seconds=15.0, alike=lambda item: item.cluster)
COLUMN: Column[Any] = Column(
    "TARGETS",
    of_item=_ratio,
    kind="ratio",
    needs=TARGETS,
    priority=2,
    tone_of_item=ratio_level,
)


async def _names(clients: Clients, cluster: str, namespace: str) -> Mapping[str, str]:
    """Address -> the pod that has it."""
    body = await clients.kube(cluster).get(_PODS.path(namespace), limit="500")
    decode = _PODS.decode()
    pods = [decode(raw) for raw in msgspec.json.decode(body, type=RawList).items or ()]
    return {
        pod.status.pod_ip: pod.metadata.name or ""
        for pod in pods
        if pod.status is not None and pod.status.pod_ip and pod.metadata is not None
        if pod.status.phase not in ("Succeeded", "Failed")
    }


async def _blocks_of(
    clients: Clients, scope: Scope, item: Item[Any]
) -> AsyncIterator[tuple[Block, ...]]:
    absent = _kube.missing(item)
    if absent is not None:
        yield absent
        return
    thing: Any = item.value
    cluster = item.cluster or scope.cluster
    namespace = _kube.meta(thing).namespace or ""
    shown: tuple[Block, ...] = ()
    try:
        addresses = addresses_of(thing)
        if addresses:
            balancer = balancer_at(addresses, await _balancers(clients))
            shown = (_balancer(balancer, addresses),)
            yield shown
        bindings = await _bindings(clients, cluster, namespace)
        arns = await _arns(clients, thing, bindings)
        if not arns:
            text = "No target group: no TargetGroupBinding names it" + (
                " and no load balancer of this account answers at its address."
                if addresses
                else ", and it has no load balancer."
            )
            yield (*shown, TextBlock(text))
            return
        groups = await described_groups(clients, arns)
        health = await asyncio.gather(*(health_of(clients, arn) for arn in arns))
        names = await _names(clients, cluster, namespace)
    except (ApiError, msgspec.DecodeError) as error:
        yield (*shown, TextBlock(str(error), level=Level.WARNING))
        return
    by_arn = {each.target_group_arn: each for each in groups}
    for arn, targets in zip(arns, health, strict=True):
        group = Group(by_arn.get(arn) or TargetGroup(target_group_arn=arn), targets)
        shown = (*shown, *_group(group, names))
    yield shown


def _balancer(balancer: LoadBalancer | None, addresses: Sequence[str]) -> Block:
    if balancer is None:
        return _blocks.pairs(
            "Load balancer",
            ("Address", tuple(addresses)),
            ("In this account", "no load balancer has this address"),
        )
    return _blocks.pairs(
        "Load balancer",
        ("Name", balancer.load_balancer_name),
        ("Type", balancer.type),
        ("Scheme", balancer.scheme),
        ("State", balancer.state.code if balancer.state else None),
        ("Address", balancer.dns_name),
        ("ARN", balancer.load_balancer_arn),
    )


def _group(group: Group, names: Mapping[str, str]) -> tuple[Block, ...]:
    healthy, total = healthy_count(group.targets)
    rows = tuple(_row(group, each, names) for each in group.targets)
    levels = tuple(target_verdict(group, each).level for each in group.targets)
    return (
        _blocks.pairs(
            "Target group",
            ("Name", group.name),
            ("Targets", group.group.target_type),
            ("Port", f"{group.group.protocol or ''} {group.group.port or ''}".strip()),
            ("Health check", group.group.health_check_path),
            ("Healthy", f"{healthy} of {total}"),
            ("ARN", group.group.target_group_arn),
        ),
        TableBlock(
            f"Targets of {group.name}",
            ("ADDRESS", "POD", "ZONE", "STATE", "WHY", "WHAT TO DO"),
            rows,
            levels,
            empty="It has no targets: no pod is ready, or the controller does not run.",
        ),
    )


def _row(group: Group, found: TargetHealthDescription, names: Mapping[str, str]) -> tuple[Any, ...]:
    verdict = target_verdict(group, found)
    target = found.target
    address = (target.id if target else None) or ""
    return (
        target_address(found),
        names.get(address),
        target.availability_zone if target else None,
        target_state(found),
        verdict.cause or None,
        verdict.fix or None,
    )


DETAIL: Detail[Any] = Detail("Targets", _blocks_of)
