"""The first line: whose account this is and how the connection does; part of the first frame."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from containerscope.model.text import cut, visible
from containerscope.ui.spans import Span, Spans, spread, width_of

if TYPE_CHECKING:
    from containerscope.model.listing import Why
    from containerscope.resource import Identity

NAME = "ContainerScope"
_DOT = Span(" · ", "dim")


def account_number(account: str) -> str:
    """Twelve digits in groups that a person can compare; anything else, cleaned."""
    if not re.fullmatch("[0-9]{12}", account):
        return visible(account)
    return f"{account[:4]}-{account[4:8]}-{account[8:]}"


@dataclass(frozen=True)
class Pulse:
    """How the connection is doing."""

    calls: float = 0
    """AWS calls in the last second."""
    throttled: bool = False
    problem: Why | None = None
    live: bool = False


def joined(parts: Sequence[Span]) -> Spans:
    """The parts with dots between them."""
    spans: list[Span] = []
    for part in parts:
        if spans:
            spans.append(_DOT)
        spans.append(part)
    return tuple(spans)


def _who(identity: Identity, *, room: int) -> Spans:
    if not identity.account:
        return (Span("kubeconfig contexts, no AWS account", "strong"),)
    number = account_number(identity.account)
    name = f"{visible(identity.alias)} ({number})" if identity.alias else number
    parts = [Span(cut(name, 60), "strong")]
    if identity.role:
        parts.append(Span(cut(visible(identity.role), 32)))
    parts.append(Span(visible(identity.region), "strong"))
    if width_of(joined(parts)) > room and len(parts) == 3:
        del parts[1]
    if width_of(joined(parts)) > room:
        parts[0] = Span(number, "strong")
    return joined(parts)


def header(
    identity: Identity | None,
    connecting: str,
    read_only: bool,
    pulse: Pulse,
    width: int,
    as_user: str = "",
) -> Spans:
    """The first line: whose account this is, and how the connection does.

    When it gets narrow it keeps account, region, READ-ONLY and `as_user`, whom Kubernetes is asked
    as.
    """
    reached = identity is not None or pulse.problem is not None
    state = _pulse(pulse) if reached else Span("connecting", "progress")
    right = [Span("READ-ONLY", "warning")] if read_only else []
    if as_user:
        right.insert(0, Span(f"as {cut(visible(as_user), 24)}", "warning"))
    if width >= 60:
        right.insert(0, state)
    brand = (Span(f" {NAME}  ", "accent"),) if width >= 100 else (Span(" "),)
    tail = (*joined(right), Span(" "))
    room = width - width_of(tail) - width_of(brand) - 2
    who = (
        _who(identity, room=room)
        if identity is not None
        else (Span(cut(visible(connecting), max(0, room)), "dim"),)
    )
    return spread((*brand, *who), tail, width)


def _pulse(pulse: Pulse) -> Span:
    if pulse.problem is not None:
        return Span(f"▲ {pulse.problem.label}", "warning")
    if pulse.throttled:
        return Span(f"▲ throttled {pulse.calls:.0f}/s", "warning")
    if not pulse.live:
        return Span("◌ loading", "progress")
    return Span("● live", "fine")
