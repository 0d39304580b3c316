"""Read-only, before anything is asked of anybody."""

from __future__ import annotations

from typing import Any

from containerscope.model.listing import Problem, RefusedError, Why
from containerscope.plan import Step

_REMEDY = "start without --read-only to allow changes"


def check(clients: Any, step: Step) -> None:
    """Raise `RefusedError` in read-only, before anything is asked of anybody."""
    if clients.read_only:
        name = step.request.name if step.request else "session"
        raise RefusedError(Problem(Why.DENIED, name, f"read-only refuses {name}", remedy=_REMEDY))
