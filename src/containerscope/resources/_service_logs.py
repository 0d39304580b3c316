"""The logs tab of a service: the newest lines of all its containers; `l` follows them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

from containerscope.block import LogBlock, LogLine
from containerscope.insight.log_lines import parsed
from containerscope.model.ecs_service import Service
from containerscope.model.listing import ApiError, Item, Problem, Why
from containerscope.model.log_source import LogSource, Sources, batches
from containerscope.model.logs import FilteredLogEvent
from containerscope.redact import redact_text
from containerscope.resource import Block, Clients, Scope, TextBlock
from containerscope.resources._listed import problem_block, problem_blocks
from containerscope.resources._logs import of_service

_SHOWN = 60
"""Lines shown."""
_ENOUGH = 20
_LOOKS = (60.0, 3600.0)
"""Seconds looked back, the second time only where the first found little."""
_LAST = (120.0, 3600.0)
"""The same for what has ended: its last two minutes."""
_PAGES = 3
"""Pages read at a look: a page may be empty and not the last."""
_FULL = 2000
"""Lines of a page, which begins with the oldest: where it is full, the newest are not in it."""
_TRIES = 4
"""Looks at streams that write more than a page: each from later on."""


async def logs(
    clients: Clients, scope: Scope, item: Item[Service]
) -> AsyncIterator[tuple[Block, ...]]:
    """The newest lines of all its containers."""
    async for shown in newest(clients, lambda: of_service(clients, scope, item)):
        yield shown


async def newest(
    clients: Clients, find: Callable[[], Awaitable[Sources]]
) -> AsyncIterator[tuple[Block, ...]]:
    """The newest lines by time, and where the other containers write to instead."""
    try:
        sources = await find()
    except ApiError as error:
        yield (problem_block(error.problem),)
        return
    notes = (
        *(TextBlock(f"{each.label}: {each.words}") for each in sources.elsewhere),
        *problem_blocks(sources.problems),
    )
    if not sources.found:
        nothing = "Nothing here writes to CloudWatch Logs, or nothing ran within the hour."
        yield (TextBlock(nothing), *notes)
        return
    yield (TextBlock("Reading the newest lines …"), *notes)
    problems: list[Problem] = []
    lines: list[LogLine] = []
    for seconds in _LAST if sources.ended else _LOOKS:
        lines = await _newest(clients, sources, seconds, problems)
        if len(lines) >= _ENOUGH or problems:
            break
    block = LogBlock("Newest lines", tuple(lines[-_SHOWN:]), empty="No lines in the last hour.")
    yield (
        TextBlock("l follows them, with search and levels."),
        block,
        *notes,
        *problem_blocks(problems),
    )


async def _newest(
    clients: Clients, sources: Sources, seconds: float, problems: list[Problem]
) -> list[LogLine]:
    # What has ended is looked back on from its end.
    end = sources.ended or clients.clock.now().timestamp()
    start = end - seconds
    # A container that ended before then has written nothing since.
    writing = [each for each in sources.found if not each.ended or each.ended >= start]
    found: list[LogLine] = []
    for group, part in batches(writing):
        try:
            found += await _lines(clients, group, part, int(start * 1000), int(end * 1000))
        except ApiError as error:
            if error.problem.why is not Why.FAILED or "does not exist" not in error.problem.message:
                problems.append(error.problem)
    return sorted(found, key=lambda line: line.at or datetime.min.replace(tzinfo=UTC))


async def _lines(
    clients: Clients, group: str, sources: tuple[LogSource, ...], start: int, end: int
) -> list[LogLine]:
    """The newest lines of up to a hundred streams; times in milliseconds since 1970."""
    labels = {each.stream: each.label for each in sources}
    events: list[FilteredLogEvent] = []
    for _ in range(_TRIES):
        events, whole = await _page(clients, group, list(labels), start)
        times = [each.timestamp for each in events if each.timestamp is not None]
        if whole or not times:
            break
        # Half of the time that a full page covered, back from the end.
        start = max(start + 1, end - max(1, (max(times) - min(times)) // 2))
    return [_line(each, labels) for each in events if each.timestamp is not None]


async def _page(
    clients: Clients, group: str, streams: list[str], start: int
) -> tuple[list[FilteredLogEvent], bool]:
    """The oldest events from a moment on, and whether they are all there are."""
    found: list[FilteredLogEvent] = []
    token: str | None = None
    for _ in range(_PAGES):
        more = {} if token is None else {"nextToken": token}
        page = await clients.read(
            "logs",
            "FilterLogEvents",
            "events",
            FilteredLogEvent,
            logGroupName=group,
            logStreamNames=streams,
            startTime=start,
            limit=_FULL,
            **more,
        )
        found += page.items
        token = page.token
        if not token or len(found) >= _FULL:
            break
    return found, not token


def _line(event: FilteredLogEvent, labels: dict[str, str]) -> LogLine:
    text = redact_text((event.message or "").rstrip("\n"))
    read, stream = parsed(text), event.log_stream_name or ""
    message = () if read.message == text else (("message", read.message),)
    at = datetime.fromtimestamp((event.timestamp or 0) / 1000, UTC)
    label = labels.get(stream, stream)
    return LogLine(at, label, text, read.tone, (*message, *read.fields))
