"""Faults that a test or a person puts in the way of requests to a Kubernetes API."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from containerscope.demo.kube_auth import Attributes
from containerscope.demo.kube_status import (
    KubeError,
    gone,
    throttled,
    unauthorized,
)

RequestKind = Literal[
    "throttled", "broken", "unavailable", "unauthorized", "expired", "dropped", "slow",
    "skewed", "compacted", "no-watch-list", "broken-watch-list",
]  # fmt: skip
StreamKind = Literal["cut", "half-line", "stalled", "gone", "ended", "trickle"]


class KubeFault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One rule: which requests, or which streams under way, it hits, and what happens to them.

    Requests: `throttled` is 429 with Retry-After, `broken` 500, `unavailable` 503, `unauthorized`
    401, `expired` 410, `dropped` a connection without an answer, `slow` an answer that waits,
    `skewed` a Date that is off, `compacted` history forgotten before the answer,
    `no-watch-list` the 422 of old servers and `broken-watch-list` the ERROR event of old etcd.
    Streams: `cut` drops the connection, `half-line` in the middle of the next line, `stalled`
    sends nothing any more, `gone` is the ERROR event 410, `ended` the clean end, `trickle` sends
    a few bytes at a time.
    """

    kind: RequestKind | StreamKind
    cluster: str = "*"
    verb: str = "*"
    resource: str = "*"
    namespace: str = "*"
    name: str = "*"
    times: int | None = None
    """How many more requests or streams it hits; None for all."""
    seconds: float = 1.0
    """Of Retry-After, of waiting, of the skew, or between the parts of a `trickle`."""

    def hits(self, cluster: str, asked: Attributes) -> bool:
        """Whether it applies to this request."""
        resource = f"{asked.resource}/{asked.subresource}" if asked.subresource else asked.resource
        return (
            self.times != 0
            and self.cluster in ("*", cluster)
            and self.verb in ("*", asked.verb)
            and self.resource in ("*", resource)
            and self.namespace in ("*", asked.namespace)
            and self.name in ("*", asked.name)
        )


_STREAM = frozenset(("cut", "half-line", "stalled", "gone", "ended", "trickle"))


class KubeFaults(list[KubeFault]):
    """The rules in force; the first that hits counts."""

    def __init__(self) -> None:
        super().__init__()
        self.wakers: set[Callable[[], None]] = set()
        """Called when the rules change, so that idle streams notice."""

    def take(self, cluster: str, asked: Attributes, *, stream: bool) -> KubeFault | None:
        """The rule that hits, one time used up."""
        for each in self:
            if (each.kind in _STREAM) is stream and each.hits(cluster, asked):
                if each.times is not None:
                    each.times -= 1
                return each
        return None

    def put(self, *rules: KubeFault) -> None:
        """Add rules and let streams under way notice."""
        self.extend(rules)
        self._wake()

    def replace(self, rules: Iterable[KubeFault]) -> None:
        """Put these rules in the place of all others."""
        self[:] = rules
        self._wake()

    def _wake(self) -> None:
        for each in tuple(self.wakers):
            each()


def kube_error_of(fault: KubeFault) -> KubeError | None:
    """What the fault is answered with, or None where it is no answer."""
    if fault.kind == "throttled":
        return throttled(max(round(fault.seconds), 1))
    if fault.kind == "broken":
        message = "Internal error occurred: etcdserver: request timed out"
        return KubeError(500, "InternalError", message, details={})
    if fault.kind == "unavailable":
        message = "the server is currently unable to handle the request"
        return KubeError(503, "ServiceUnavailable", message, details={})
    if fault.kind == "unauthorized":
        return unauthorized()
    if fault.kind == "expired":
        return gone("The resourceVersion for the provided list is too old.")
    return None
