"""From a line as it was written to one that is shown."""

from __future__ import annotations

import functools
from datetime import UTC, datetime

from containerscope.block import LogLine
from containerscope.insight.log_lines import parsed
from containerscope.logs.event import LogEvent
from containerscope.model.log_source import Sources
from containerscope.redact import redact_text


@functools.lru_cache(maxsize=8)
def _labels(sources: Sources) -> dict[tuple[str, str], str]:
    return {(each.group, each.stream): each.label for each in sources.found}


def line_of(event: LogEvent, sources: Sources) -> LogLine:
    """The line with its source, level and fields; what looks like a secret is masked."""
    label = _labels(sources).get((event.group, event.stream), event.stream)
    text = redact_text(event.text.rstrip("\n"))
    read = parsed(text)
    message = () if read.message == text else (("message", read.message),)
    return LogLine(
        datetime.fromtimestamp(event.at / 1000, UTC),
        label,
        text,
        read.tone,
        (*message, *read.fields),
    )
