"""What the demo account knows of CloudWatch's alarms: plain values that may change.

Times are epoch seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from containerscope.demo.agenda import Entry

UNCHECKED = "Unchecked: Initial alarm creation"
"""The reason of an alarm that was never evaluated."""


@dataclass
class HistoryItem:
    """An entry of an alarm's history."""

    at: float
    alarm: str
    kind: str
    """`StateUpdate`, `ConfigurationUpdate` or `Action`."""
    summary: str
    data: str
    """JSON, as the API has it."""


@dataclass
class Alarm:
    """A metric alarm with its state."""

    name: str
    body: dict[str, Any]
    """The members of `PutMetricAlarm`, but for the name."""
    configured_at: float
    state: str = "INSUFFICIENT_DATA"
    reason: str = UNCHECKED
    reason_data: str = ""
    updated_at: float = 0.0
    transitioned_at: float = 0.0
    acted_at: float = 0.0
    """When its actions were last carried out."""
    seen: dict[float, Any] = field(default_factory=dict)
    """The datapoints of the last evaluation by their times: what is past does not change."""
    entry: Entry | None = None
    """What evaluates it again and again."""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def period(self) -> int:
        """Seconds in a period."""
        if "Period" in self.body:
            return int(self.body["Period"])
        stats = [each["MetricStat"] for each in self.body["Metrics"] if "MetricStat" in each]
        return max((int(each["Period"]) for each in stats), default=60)


@dataclass
class CloudWatch:
    """The alarms of the account, and what became of them."""

    alarms: dict[str, Alarm] = field(default_factory=dict)
    history: list[HistoryItem] = field(default_factory=list)
    """Oldest first."""
    groups: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The cluster and the service behind each `targetgroup/NAME/ID` that was asked for."""
