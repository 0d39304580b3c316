"""How busy workloads are: a traffic curve by the time of day, with waves and noise."""

from __future__ import annotations

import math

from containerscope.demo.ids import number

_DAY = 86_400.0
_WAVE = 1_500.0
"""Seconds between two peaks of the shorter wave, so that scaling can be watched."""
_WINDOW = 15.0
"""Seconds that a measurement holds, as metrics-server takes one."""


def traffic(workload: str, when: float) -> float:
    """The part of its peak that a workload has to do at a time: above 0, at most 1."""
    phase = number(1000, "phase", workload) / 1000
    day = 0.5 - 0.5 * math.cos(2 * math.pi * (when / _DAY - 0.15))
    wave = 0.5 + 0.5 * math.sin(2 * math.pi * (when / _WAVE + phase))
    noise = number(1000, "noise", workload, int(when // _WINDOW)) / 1000
    return 0.12 + 0.33 * day + 0.45 * wave + 0.1 * noise


def share(key: str, when: float) -> float:
    """The part of its request, 0.05 to 0.95, that a container without traffic uses."""
    base = 0.1 + 0.6 * number(1000, "base", key) / 1000
    noise = number(1000, "use", key, int(when // _WINDOW)) / 1000 - 0.5
    return min(max(base + 0.15 * noise, 0.05), 0.95)
