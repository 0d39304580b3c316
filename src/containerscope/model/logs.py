"""Events and streams of CloudWatch Logs; times are milliseconds since 1970.

Names and meanings as in the CloudWatch Logs API 2014-03-28.
"""

from __future__ import annotations

import msgspec


class FilteredLogEvent(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A line as FilterLogEvents has it; `event_id` tells it from every other."""

    log_stream_name: str | None = None
    timestamp: int | None = None
    message: str | None = None
    ingestion_time: int | None = None
    event_id: str | None = None


class OutputLogEvent(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A line as GetLogEvents has it, in the order of one stream."""

    timestamp: int | None = None
    message: str | None = None
    ingestion_time: int | None = None


class LiveTailEvent(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A line of a live tail session."""

    log_stream_name: str | None = None
    log_group_identifier: str | None = None
    timestamp: int | None = None
    message: str | None = None
    ingestion_time: int | None = None


class LogStream(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A stream of a log group: one container of one task."""

    log_stream_name: str | None = None
    arn: str | None = None
    creation_time: int | None = None
    first_event_timestamp: int | None = None
    last_event_timestamp: int | None = None
    last_ingestion_time: int | None = None


class ServiceLog(msgspec.Struct, frozen=True, gc=False):
    """Where a container of a service writes to, as a row of its own."""

    service: str = ""
    container: str = ""
    driver: str = ""
    """The log driver; empty where the definition names none."""
    to: str = ""
    """`CloudWatch Logs`, `FireLens, to Splunk …`, `nowhere: no log configuration`."""
    group: str = ""
    """The log group; empty where the lines do not go to CloudWatch Logs."""
    stream: str = ""
    """The name of a task's stream, with `*` for the task's id."""
    region: str = ""
    """The group's; empty for that of the task."""
    mode: str = ""
    """`blocking` or `non-blocking`; empty for the driver's default."""
    note: str = ""
    """Why it cannot be followed here, or only in part."""
