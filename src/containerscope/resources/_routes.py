"""The way to a target group: load balancers, listeners and the rules that lead there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from containerscope.insight.listener_rules import Route, action_words, routes_to
from containerscope.listers import read_pages, tried
from containerscope.model.elb import (
    Listener,
    LoadBalancer,
    Rule,
    TargetGroup,
    TargetGroupAttribute,
)
from containerscope.model.health import Level
from containerscope.model.listing import Problem
from containerscope.resource import Block, Clients, TableBlock, TextBlock
from containerscope.resources import _blocks

_FRESH = 30.0
"""Seconds for which listeners and rules are good: groups of one load balancer share them."""


class Way(msgspec.Struct, frozen=True):
    """What leads to a target group."""

    balancers: tuple[LoadBalancer, ...] = ()
    routes: tuple[Route, ...] = ()
    problems: tuple[Problem, ...] = ()


async def way_to(clients: Clients, group: TargetGroup) -> Way:
    """Load balancers of a group and the rules that forward to it; one refusal hides no other."""
    arns = group.load_balancer_arns or ()
    if not arns:
        return Way()
    problems: list[Problem] = []
    balancers, listed = await asyncio.gather(
        tried(_balancers(clients, arns), problems),
        asyncio.gather(*(tried(_listeners(clients, each), problems) for each in arns)),
    )
    kinds = {each.load_balancer_arn: each.type for each in balancers or ()}
    listeners = [each for found in listed for each in found or ()]
    rules = await asyncio.gather(
        *(
            tried(_rules(clients, each, kinds.get(each.load_balancer_arn)), problems)
            for each in listeners
        )
    )
    pairs = [(each, found or ()) for each, found in zip(listeners, rules, strict=True)]
    routes = routes_to(group.target_group_arn or "", pairs)
    return Way(tuple(balancers or ()), routes, tuple(dict.fromkeys(problems)))


async def _balancers(clients: Clients, arns: Sequence[str]) -> tuple[LoadBalancer, ...]:
    async def fetch() -> tuple[LoadBalancer, ...]:
        page = await clients.read(
            "elbv2",
            "DescribeLoadBalancers",
            "LoadBalancers",
            LoadBalancer,
            LoadBalancerArns=list(arns)[:20],
        )
        return page.items

    return await clients.cached(("elb-balancers", tuple(arns)), _FRESH, fetch)


async def _listeners(clients: Clients, balancer: str) -> tuple[Listener, ...]:
    async def fetch() -> tuple[Listener, ...]:
        found: list[Listener] = []
        pages = read_pages(
            clients,
            "elbv2",
            "DescribeListeners",
            "Listeners",
            Listener,
            "Marker",
            LoadBalancerArn=balancer,
            PageSize=400,
        )
        async for page in pages:
            found += page.items
        return tuple(found)

    return await clients.cached(("elb-listeners", balancer), _FRESH, fetch)


async def _rules(clients: Clients, listener: Listener, kind: str | None) -> tuple[Rule, ...]:
    """The rules of a listener; those of a network load balancer have none but the default."""
    if kind is not None and kind != "application":
        return ()

    async def fetch() -> tuple[Rule, ...]:
        found: list[Rule] = []
        pages = read_pages(
            clients,
            "elbv2",
            "DescribeRules",
            "Rules",
            Rule,
            "Marker",
            ListenerArn=listener.listener_arn or "",
            PageSize=400,
        )
        async for page in pages:
            found += page.items
        return tuple(found)

    return await clients.cached(("elb-rules", listener.listener_arn), _FRESH, fetch)


async def attributes_of(clients: Clients, group: str) -> dict[str, str]:
    """The settings of a target group by name."""

    async def fetch() -> dict[str, str]:
        page = await clients.read(
            "elbv2",
            "DescribeTargetGroupAttributes",
            "Attributes",
            TargetGroupAttribute,
            TargetGroupArn=group,
        )
        return {each.key or "": each.value or "" for each in page.items}

    return await clients.cached(("elb-attributes", group), _FRESH, fetch)


def way_blocks(way: Way) -> tuple[Block, ...]:
    """The way to a group as tables, with what could not be read below."""
    balancers = TableBlock(
        "Load balancers",
        ("NAME", "TYPE", "SCHEME", "STATE", "DNS NAME"),
        tuple(
            (
                each.load_balancer_name,
                each.type,
                each.scheme,
                each.state.code if each.state else None,
                each.dns_name,
            )
            for each in way.balancers
        ),
        empty="No load balancer leads to the group." if not way.problems else "",
    )
    routes = TableBlock(
        "Rules that lead here",
        ("RULE", "REQUESTS", "SHARE %", "ACTION"),
        tuple(
            (
                route.rule.priority or "default",
                route.words,
                round(route.weight, 1),
                action_words(route.rule.actions),
            )
            for route in way.routes
        ),
        empty="No rule forwards to the group." if not way.problems else "",
    )
    notes = tuple(TextBlock(each.message, level=Level.WARNING) for each in way.problems)
    return (balancers, routes, *notes)


def check_block(group: TargetGroup) -> Block:
    """How the health of the targets is checked."""
    matcher = group.matcher
    path = group.health_check_path or ""
    port = group.health_check_port or ""
    return _blocks.pairs(
        "Health check",
        ("Enabled", group.health_check_enabled),
        ("Request", f"{group.health_check_protocol or '?'} {port} {path}".strip()),
        ("Healthy codes", (matcher.http_code or matcher.grpc_code) if matcher else None),
        ("Every s", group.health_check_interval_seconds),
        ("Timeout s", group.health_check_timeout_seconds),
        ("Healthy after", group.healthy_threshold_count),
        ("Unhealthy after", group.unhealthy_threshold_count),
    )
