"""What the demo account knows of the load on its services: plain values that may change.

Times are epoch seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Profile:
    """How a service bears its load; at the world's start it is as the first three say."""

    cpu: float
    """Percent of its CPU at the start."""
    memory: float
    """Percent of its memory at the start."""
    requests: float
    """Requests a second that the whole service gets at the start."""
    running: int = 0
    """With how many tasks it has that load; 0 for as many as it began with."""
    bursts: bool = True
    """Whether its traffic has bursts of some minutes now and then."""
    latency: float = 0.035
    """Seconds that an answer takes while nothing is busy."""
    leaks: float = 0.0
    """In how many seconds its memory fills up before its tasks are killed; 0 for never."""


@dataclass(frozen=True)
class Shift:
    """A lasting change of the traffic of a service."""

    at: float
    factor: float
    over: float = 60.0
    """Seconds until it has its full size."""


@dataclass
class Load:
    """The traffic of all services, as far as it is not what their names and the time make it."""

    start: float = 0.0
    """When the world began; the hour of the day that traffic follows is reckoned from it."""
    profiles: dict[str, Profile] = field(default_factory=dict)
    """By `CLUSTER/SERVICE`."""
    shifts: dict[str, list[Shift]] = field(default_factory=dict)
    """By `CLUSTER/SERVICE`, in the order of their times."""
    seeds: dict[str, int] = field(default_factory=dict)
    """The seeds of the noise of those services that somebody looked at."""
    recorded: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """What follows from no formula, each value with the time since when it holds."""
