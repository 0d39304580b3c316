"""CloudWatch alarms and the points of metrics.

Names and meanings as in the CloudWatch API 2010-08-01.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class Dimension(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A name and value that pick out a metric."""

    name: str | None = None
    value: str | None = None


class Metric(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A metric by name and dimensions."""

    namespace: str | None = None
    metric_name: str | None = None
    dimensions: tuple[Dimension, ...] | None = ()


class MetricStat(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A metric, its period in seconds and the statistic of it."""

    metric: Metric | None = None
    period: int | None = None
    stat: str | None = None
    unit: str | None = None


class MetricDataQuery(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A metric or an expression over others."""

    id: str | None = None
    metric_stat: MetricStat | None = None
    expression: str | None = None
    label: str | None = None
    return_data: bool | None = None
    period: int | None = None


class MetricAlarm(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A threshold that a metric is held against, and on which side of it the metric is."""

    alarm_name: str | None = None
    alarm_arn: str | None = None
    alarm_description: str | None = None
    state_value: str | None = None
    """`OK`, `ALARM` or `INSUFFICIENT_DATA`."""
    state_reason: str | None = None
    state_reason_data: str | None = None
    """A JSON document with `recentDatapoints`, `threshold` and more."""
    state_updated_timestamp: datetime | None = None
    state_transitioned_timestamp: datetime | None = None
    actions_enabled: bool | None = None
    ok_actions: tuple[str, ...] | None = msgspec.field(default=(), name="OKActions")
    alarm_actions: tuple[str, ...] | None = ()
    namespace: str | None = None
    metric_name: str | None = None
    dimensions: tuple[Dimension, ...] | None = ()
    statistic: str | None = None
    extended_statistic: str | None = None
    period: int | None = None
    unit: str | None = None
    evaluation_periods: int | None = None
    datapoints_to_alarm: int | None = None
    threshold: float | None = None
    comparison_operator: str | None = None
    treat_missing_data: str | None = None
    metrics: tuple[MetricDataQuery, ...] | None = ()
    alarm_configuration_updated_timestamp: datetime | None = None


class AlarmHistoryItem(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A change of an alarm; `history_data` is a JSON document."""

    alarm_name: str | None = None
    timestamp: datetime | None = None
    history_item_type: str | None = None
    history_summary: str | None = None
    history_data: str | None = None


class MetricDataResult(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The points of one query; `timestamps` and `values` belong together by position."""

    id: str | None = None
    label: str | None = None
    timestamps: tuple[datetime, ...] | None = ()
    values: tuple[float, ...] | None = ()
    status_code: str | None = None
