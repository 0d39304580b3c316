"""The detail pane of a target, and what is wrong with it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from containerscope.insight.target_health import (
    DRAIN_SECONDS,
    Group,
    JoinedTarget,
    stranger_verdict,
    strangers,
    target_address,
    target_state,
    target_verdict,
)
from containerscope.insight.verdict import Verdict
from containerscope.model import arn
from containerscope.model.elb import TargetRow
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.resource import Block, Clients, Detail, Scope, TextBlock
from containerscope.resources import _blocks, _routes


async def overview(
    clients: Clients, scope: Scope, item: Item[TargetRow]
) -> AsyncIterator[tuple[Block, ...]]:
    """The target, how its health is checked, and the way that requests take to it."""
    row = item.value
    if isinstance(row, Missing):
        yield (_blocks.missing_block(row),)
        return
    yield _overview(row, DRAIN_SECONDS)
    drain = DRAIN_SECONDS
    notes: tuple[Block, ...] = ()
    try:
        attributes = await _routes.attributes_of(clients, row.group.target_group_arn or "")
        told = attributes.get("deregistration_delay.timeout_seconds", "")
        drain = int(told) if told.isascii() and told.isdecimal() else drain
    except ApiError as error:
        notes = (TextBlock(error.problem.message, level=Level.WARNING),)
    blocks = (*_overview(row, drain), *notes)
    yield blocks
    yield (*blocks, *_routes.way_blocks(await _routes.way_to(clients, row.group)))


def _overview(row: TargetRow, drain: int) -> tuple[Block, ...]:
    group, health = row.group, row.health.target_health
    target = row.health.target
    return (
        *_blocks.verdict_block(verdict(row, drain)),
        _blocks.pairs(
            "Target",
            ("Address", target_address(row.health)),
            ("State", target_state(row.health)),
            ("Reason", health.reason if health else None),
            ("Said", health.description if health else None),
            ("Task", arn.name_of(row.task) if row.task else None),
            ("Container", row.container),
            ("Zone", target.availability_zone if target else None),
            ("Checked on port", row.health.health_check_port),
        ),
        _blocks.pairs(
            "Target group",
            ("Name", group.target_group_name),
            ("Type", group.target_type),
            ("Protocol", f"{group.protocol or '?'} {group.protocol_version or ''}".strip()),
            ("Port", group.port),
            ("Draining s", drain),
            ("VPC", group.vpc_id),
        ),
        _routes.check_block(group),
    )


def verdict(row: TargetRow, drain: int = DRAIN_SECONDS) -> Verdict:
    """What is wrong with a target: its health, or that it belongs to nobody."""
    group = Group(row.group, (row.health,), drain)
    found = target_verdict(group, row.health)
    target = JoinedTarget(group, row.health)
    if row.joined and not row.task and found.level < Level.FAILED and strangers((target,)):
        return stranger_verdict(target)
    return found


DETAILS: tuple[Detail[TargetRow], ...] = (Detail("Overview", overview),)
