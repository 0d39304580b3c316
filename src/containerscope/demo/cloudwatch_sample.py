"""What a metric measured in a minute, and the statistics over several of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from containerscope.demo.load import MINUTE


class Sample(NamedTuple):
    """The values that were sent for a metric in one minute."""

    size: float
    total: float
    low: float
    high: float


Reading = Callable[[float], Sample | None]
"""From the beginning of a minute to what was measured in it; None where nothing was sent."""


class Source(NamedTuple):
    """Where the data of a metric come from."""

    reading: Reading
    unit: str = "None"


_NAMED = re.compile(r"(p|tm|wm|tc|ts|pr)\d{1,2}(\.\d+)?$|(PR|TM|WM|TC|TS)\([\d.%:]+\)$")
_MOST_PARTS = 10
"""Of a long period only so many minutes are measured; more would not be seen."""


def even(value: float, count: float = 1.0, spread: float = 0.0) -> Sample:
    """Values that differ by this share of their average."""
    return Sample(count, value * count, value * (1 - spread), value * (1 + spread))


def percents(value: float, count: float) -> Sample:
    """The percentages of that many tasks, about their average."""
    return Sample(count, value * count, value * 0.86, min(100.0, value * 1.13))


def known_statistic(name: str) -> bool:
    """Whether CloudWatch has a statistic of this name."""
    usual = ("SampleCount", "Average", "Sum", "Minimum", "Maximum", "IQM")
    return name in usual or _NAMED.match(name) is not None


def statistic(sample: Sample, name: str) -> float:
    """A statistic of a sample; percentiles are reckoned from its extremes and its average."""
    average = sample.total / sample.size if sample.size else 0.0
    if name == "Average":
        return average
    if name == "Sum":
        return sample.total
    if name == "SampleCount":
        return sample.size
    if name == "Minimum":
        return sample.low
    if name == "Maximum":
        return sample.high
    if not name.startswith("p"):
        return average
    part = float(name[1:]) / 100
    if part <= 0.5:
        return sample.low + (average - sample.low) * part * 2
    return average + (sample.high - average) * ((part - 0.5) * 2) ** 3


def merged(samples: Iterable[Sample]) -> Sample | None:
    """All samples as one."""
    kept = list(samples)
    if not kept:
        return None
    return Sample(
        sum(each.size for each in kept),
        sum(each.total for each in kept),
        min(each.low for each in kept),
        max(each.high for each in kept),
    )


def measure(source: Source, begin: float, period: float, until: float) -> Sample | None:
    """The sample of a period, of which only what was over at `until` counts."""
    if period <= MINUTE:
        return source.reading(begin) if begin + period <= until else None
    minutes = int(min(period, until - begin) // MINUTE)
    step = max(minutes // _MOST_PARTS, 1)
    found = merged(
        each
        for minute in range(0, minutes, step)
        if (each := source.reading(begin + minute * MINUTE)) is not None
    )
    if found is None or step == 1:
        return found
    return found._replace(size=found.size * step, total=found.total * step)


def rounded(values: Sequence[float]) -> list[float]:
    """Values without the noise of binary fractions."""
    return [round(each, 10) for each in values]
