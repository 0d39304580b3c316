"""From a row to its log view."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from containerscope.resource import Clients, Resource, Scope
from containerscope.settings import Settings
from containerscope.ui.spans import Spans

if TYPE_CHECKING:
    from containerscope.model.listing import Item
    from containerscope.ui.log_screen import LogScreen

_BEFORE_THE_END = 120.0
"""Seconds of logs that are shown of what has ended."""
_SINCE = 900.0


def ended_at(value: Any) -> datetime | None:
    """When what a row stands for stopped for good; None while it goes on."""
    stopped = getattr(value, "stopped_at", None)
    return stopped if isinstance(stopped, datetime) else None


def has_previous(value: Any) -> bool:
    """Whether a container of it was started again, so that there is a log before."""
    return bool(getattr(value, "restarted", False))


def log_screen(
    clients: Clients,
    settings: Settings,
    resource: Resource[Any],
    scope: Scope,
    item: Item[Any],
    header: Callable[[int], Spans],
    *,
    last: bool = False,
) -> LogScreen:
    """The logs of a row, followed; or those of the last minutes before it ended."""
    # Imported here: the first frame needs no logs.
    from containerscope.logs.line import line_of
    from containerscope.logs.reading import read
    from containerscope.ui.log_screen import LogScreen

    find = resource.logs
    assert find is not None, f"{resource.name} have no logs"
    until = ended_at(item.value) if last else None
    return LogScreen(
        clients,
        settings,
        f"{resource.noun} {item.name}",
        lambda: find(clients, scope, item),
        line_of,
        since=_BEFORE_THE_END if until else _SINCE,
        until=until,
        reader=read,
        previous=last and has_previous(item.value),
        header=header,
    )
