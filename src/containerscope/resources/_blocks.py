"""The blocks that several detail panes are laid out with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from containerscope.insight.events import judge_event, without_prefix
from containerscope.insight.verdict import Verdict
from containerscope.model import arn
from containerscope.model.ecs import CapacityProviderStrategyItem, NetworkConfiguration, Tag
from containerscope.model.ecs_service import ServiceEvent
from containerscope.model.health import Level
from containerscope.model.listing import Missing, Why
from containerscope.resource import Pair, PairsBlock, TableBlock, TextBlock


def verdict_block(verdict: Verdict) -> tuple[TextBlock, ...]:
    """What is wrong and what to do, on top of a pane; nothing where nothing is wrong."""
    if not verdict.words or verdict.level < Level.PROGRESS:
        return ()
    told = verdict.cause or verdict.words
    lines = [told if told == verdict.words else f"{verdict.words}: {told}"]
    if verdict.fix:
        lines.append(f"What to do: {verdict.fix}")
    if verdict.said and verdict.said not in lines[0]:
        lines.append(f"AWS says: {verdict.said}")
    return (TextBlock("\n".join(lines), level=verdict.level),)


def missing_block(missing: Missing) -> TextBlock:
    """Why there are no details to show."""
    if missing.why is Why.LOADING:
        return TextBlock("Loading …")
    return TextBlock(missing.reason or missing.why.value, level=Level.WARNING)


def pairs(title: str, *labelled: tuple[str, Any]) -> PairsBlock:
    """A block of labels and values; those without a value are left out."""
    shown = (Pair(label, value) for label, value in labelled if value not in (None, "", ()))
    return PairsBlock(title, tuple(shown))


def event_table(events: Sequence[ServiceEvent], title: str = "Events") -> TableBlock:
    """Service events, newest first, with trouble in colour."""
    return TableBlock(
        title,
        ("TIME", "EVENT"),
        tuple((event.created_at, without_prefix(event.message or "")) for event in events),
        tuple(event_level(event.message or "") for event in events),
        empty="ECS keeps no event of this service.",
    )


def event_level(message: str) -> Level:
    """The level of an event; what is merely news stays quiet."""
    verdict = judge_event(message)
    return verdict.level if verdict.bad else Level.NONE


def strategy_words(items: Iterable[CapacityProviderStrategyItem] | None) -> str:
    """A capacity provider strategy in a line: `FARGATE base 1, FARGATE_SPOT ×3`."""
    words = []
    for item in items or ():
        base = f" base {item.base}" if item.base else ""
        weight = f" ×{item.weight}" if item.weight is not None and item.weight != 1 else ""
        words.append(f"{item.capacity_provider or '?'}{base}{weight}")
    return ", ".join(words)


def network_block(network: NetworkConfiguration | None) -> tuple[PairsBlock, ...]:
    """Subnets and security groups; nothing for tasks without a network of their own."""
    vpc = network.awsvpc_configuration if network else None
    if vpc is None:
        return ()
    return (
        pairs(
            "Network",
            ("Subnets", vpc.subnets),
            ("Security groups", vpc.security_groups),
            ("Public IP", (vpc.assign_public_ip or "").lower()),
        ),
    )


def tags_block(tags: Iterable[Tag] | None) -> tuple[PairsBlock, ...]:
    """The tags of an item; nothing where it has none."""
    shown = tuple(Pair(tag.key or "", tag.value) for tag in tags or ())
    return (PairsBlock("Tags", shown),) if shown else ()


def taskdef_name(task_definition: str | None) -> str | None:
    """`family:revision` of a task definition's ARN."""
    return arn.name_of(task_definition) if task_definition else None


def lasted(start: datetime | None, end: datetime | None) -> str | None:
    """The time between two moments: `12s`, `3m 5s`, `2h 10m`."""
    if start is None or end is None or end < start:
        return None
    seconds = int((end - start).total_seconds())
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m {seconds % 60}s"
    return f"{seconds // 3600}h {seconds % 3600 // 60}m"
