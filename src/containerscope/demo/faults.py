"""Faults that a test or a person puts in the way of calls."""

from __future__ import annotations

import asyncio
import difflib
import math
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from random import Random
from typing import Any, Literal, get_args

import msgspec

Kind = Literal[
    "denied", "throttled", "broken", "expired", "dropped", "truncated", "slow", "skewed", "buckets"
]  # fmt: skip
KINDS: Mapping[str, str] = {
    "denied": "the caller lacks the permission",
    "throttled": "too many calls, whatever the rate",
    "broken": "a server error, HTTP 500",
    "expired": "the credentials have expired",
    "dropped": "the connection ends without an answer",
    "truncated": "the connection ends in the middle of the answer",
    "slow": "the answer waits `seconds`, and up to `jitter` more",
    "skewed": "the server's clock is off by `seconds`, and signatures with it",
    "buckets": "calls beyond `share` of AWS's documented rates are throttled",
}
"""Each kind of fault and what it does."""
Cause = Literal["identity", "deny", "scp", "boundary", "session"]
_LASTING = frozenset(("slow", "skewed", "buckets"))
"""Kinds that a call may get past, so that others can hit it too."""
_LOOK = 0.05
"""Seconds between two looks whether the rule of a waiting call still stands."""
_NUMBERS = ("times", "seconds", "jitter", "rate", "share")
_SHARES = ("rate", "share")


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One rule: which calls it hits, what happens to them, and how often."""

    kind: Kind
    service: str = "*"
    operation: str = "*"
    where: dict[str, Any] = {}
    """Parameters that must have these values; ARNs are given by their last part too."""
    times: int | None = None
    """How many more calls it hits; None for all."""
    rate: float = 1.0
    """The share of those calls that it hits, by a seeded chance."""
    seconds: float = 1.0
    """How long a `slow` call waits before it is answered; by how much a `skewed` clock is off."""
    jitter: float = 0.0
    """At most so many seconds more for a `slow` call, by a seeded chance."""
    share: float = 1.0
    """How much of AWS's documented rates is left, for `buckets`."""
    cause: Cause = "identity"
    """What denies a `denied` call: the lack of a permission, or a policy that says no."""

    def hits(self, service: str, operation: str, params: Mapping[str, Any]) -> bool:
        """Whether it applies to this call."""
        return (
            self.times != 0
            and self.service in ("*", service)
            and self.operation in ("*", operation)
            and all(_is(params.get(key), value) for key, value in self.where.items())
        )


def _is(given: Any, wanted: Any) -> bool:
    return bool(given == wanted or (isinstance(given, str) and given.rpartition("/")[2] == wanted))


class Faults(list[Fault]):
    """The rules in force; of those that end a call, the first that hits it counts."""

    def __init__(self, rules: Iterable[Fault] = (), seed: int = 1) -> None:
        super().__init__(rules)
        self.chance = Random(seed)
        """The same seed spoils the same calls."""

    def take(self, service: str, operation: str, params: Mapping[str, Any]) -> tuple[Fault, ...]:
        """The rules that hit this call, one time of each used up; what ends it stands last."""
        found: list[Fault] = []
        for each in self:
            if not each.hits(service, operation, params):
                continue
            if each.rate < 1 and self.chance.random() >= each.rate:
                continue
            if each.times is not None:
                each.times -= 1
            found.append(each)
            if each.kind not in _LASTING:
                break
        return tuple(found)

    def delay(self, fault: Fault) -> float:
        """The seconds that a slow call waits."""
        return fault.seconds + (self.chance.random() * fault.jitter if fault.jitter else 0.0)

    async def hold(self, fault: Fault) -> None:
        """Wait as long as a slow call does; it goes on at once when its rule is taken away."""
        until = time.monotonic() + self.delay(fault)
        while any(each is fault for each in self):
            left = until - time.monotonic()
            if left <= 0:
                return
            await asyncio.sleep(min(left, _LOOK))

    def replace(self, rules: Iterable[Fault]) -> None:
        """Put these rules in the place of all others."""
        self[:] = rules

    @contextmanager
    def during(self, *rules: Fault) -> Iterator[None]:
        """Have these rules in force for the length of a block, before all others."""
        self[:0] = rules
        try:
            yield
        finally:
            self[:] = [each for each in self if not any(each is rule for rule in rules)]


def parse(spec: str, known: Mapping[str, Collection[str]] | None = None) -> Fault:
    """A fault from `KIND[:SERVICE[:OPERATION]][,NAME=VALUE…]`; a ValueError says what is wrong.

    Names are the numbers of a `Fault`, `cause`, and `where.PARAMETER`; seconds may end in s or ms,
    shares in %. With `known`, service and operation must be among its own.
    """
    head, *rest = (part.strip() for part in spec.split(","))
    kind, *subject = head.split(":")
    _check_known(kind, get_args(Kind), "kind of fault")
    if len(subject) > 2:
        raise ValueError(f"{head!r} has too many parts; allowed is KIND:SERVICE:OPERATION")
    service, operation = (*subject, "*", "*")[:2]
    _check_subject(service or "*", operation or "*", known)
    fields: dict[str, Any] = {"kind": kind, "service": service or "*",
                              "operation": operation or "*", "where": {}}  # fmt: skip
    if kind == "skewed":
        fields["seconds"] = 900.0
    for part in rest:
        name, found, value = part.partition("=")
        if not found:
            raise ValueError(f"{part!r} is not NAME=VALUE")
        if name.startswith("where."):
            fields["where"][name.removeprefix("where.")] = value
        elif name == "cause":
            _check_known(value, get_args(Cause), "cause")
            fields[name] = value
        else:
            _check_known(name, (*_NUMBERS, "cause", "where.PARAMETER"), "name")
            fields[name] = _number(name, value)
    return Fault(**fields)


def _check_known(word: str, known: Iterable[str], noun: str) -> None:
    names = list(known)
    if word not in names:
        near = difflib.get_close_matches(word, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
        raise ValueError(f"there is no {noun} {word!r}; {hint}")


def _check_subject(
    service: str, operation: str, known: Mapping[str, Collection[str]] | None
) -> None:
    if known is None or service == "*":
        return
    _check_known(service, known, "service")
    if operation != "*":
        _check_known(operation, known[service], f"operation of {service}")


def _number(name: str, text: str) -> float | int:
    """A number of the words that people use: 200ms, 2s, 25%."""
    factor, digits = 1.0, text
    for ending, scale in (("ms", 0.001), ("s", 1.0), ("%", 0.01)):
        if text.endswith(ending) and (ending == "%") == (name in _SHARES):
            digits, factor = text.removesuffix(ending), scale
            break
    try:
        value = float(digits) * factor
    except ValueError:
        raise ValueError(f"{name}={text} is not a number") from None
    if not math.isfinite(value) or (value < 0 and name != "seconds"):
        raise ValueError(f"{name}={text} is out of range")
    if name in _SHARES and value > 1:
        raise ValueError(f"{name}={text} is out of range; allowed is a share, from 0% to 100%")
    if name == "times":
        if not value.is_integer():
            raise ValueError(f"times={text} is not a whole number")
        return int(value)
    return value
