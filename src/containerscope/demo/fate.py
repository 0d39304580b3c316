"""What becomes of tasks: the one thing about a container that no API says beforehand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fate:
    """How tasks of a task definition, or of a service, fare; by default they run for ever.

    Seconds count from the moment that the step before has ended; 0 stands for never.
    """

    pull_error: str = ""
    """The `stoppedReason` with which pulling the image fails; empty where it succeeds."""
    init_error: str = ""
    """The `stoppedReason` with which setting up secrets, volumes or log drivers fails."""
    exits_after: float = 0.0
    """When the main container ends by itself after it started."""
    exit_code: int = 0
    exit_reason: str = ""
    """The container's `reason`: `OutOfMemoryError: Container killed due to memory usage`."""
    unhealthy_after: float = 0.0
    """When the container health check begins to fail."""
    target_reason: str = ""
    """The reason code with which its targets are unhealthy: `Target.ResponseCodeMismatch`."""
    target_description: str = ""
    """What the load balancer says of it: `Health checks failed with these codes: [502]`."""
    zone: str = ""
    """The only zone in which this holds, `a`, `b` or `c`; empty for everywhere."""


FINE = Fate()
