"""What containers write, line by line: the same line for the same number every time."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

from containerscope.demo.ids import hexes, number

LineOf = Callable[[str, int, float], str]
"""From a container's key, the number of the line and its time to the text."""

_PATHS = (
    "/",
    "/cart",
    "/api/items",
    "/api/items/4711",
    "/healthz",
    "/search?q=kettle",
    "/checkout",
)
_AGENTS = ("Mozilla/5.0", "kube-probe/1.33+", "ELB-HealthChecker/2.0", "okhttp/4.12.0")
_WORK = (
    ("info", "order accepted"),
    ("info", "cart priced"),
    ("info", "payment authorised"),
    ("debug", "cache hit"),
    ("info", "message published"),
    ("warn", "upstream slow, retrying"),
    ("error", "upstream returned 503"),
)


def _iso(when: float) -> str:
    return (
        datetime.fromtimestamp(when, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def _pick(kinds: int, key: str, index: int, what: str) -> int:
    return number(kinds, key, index, what)


def access(key: str, index: int, when: float) -> str:
    """The access log of a web server."""
    roll = _pick(200, key, index, "status")
    status = 200 if roll < 180 else (304, 404, 499, 502)[roll % 4]
    path = _PATHS[_pick(len(_PATHS), key, index, "path")]
    agent = _AGENTS[_pick(len(_AGENTS), key, index, "agent")]
    stamp = datetime.fromtimestamp(when, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    host = f"10.64.{_pick(96, key, index, 'a')}.{_pick(250, key, index, 'b')}"
    size = _pick(20_000, key, index, "size")
    return f'{host} - - [{stamp}] "GET {path} HTTP/1.1" {status} {size} "-" "{agent}"'


def structured(key: str, index: int, when: float) -> str:
    """JSON, one object a line."""
    level, message = _WORK[_weighted(key, index)]
    return json.dumps(
        {
            "time": _iso(when),
            "level": level,
            "msg": message,
            "trace_id": hexes(32, key, index, "trace"),
            "duration_ms": _pick(900, key, index, "took") + 3,
            "order": f"o-{_pick(90_000, key, index, 'order') + 10_000}",
        }
    )


def _weighted(key: str, index: int) -> int:
    roll = _pick(40, key, index, "level")
    return roll % 5 if roll < 38 else 5 + roll % 2


def plain(key: str, index: int, when: float) -> str:
    """A time, a level and a sentence."""
    level, message = _WORK[_weighted(key, index)]
    thread = _pick(16, key, index, "thread")
    return f"{_iso(when)} {level.upper():5} [worker-{thread}] {message}"


def klog(key: str, index: int, when: float) -> str:
    """The log format of Kubernetes' own components."""
    stamp = datetime.fromtimestamp(when, UTC).strftime("%m%d %H:%M:%S.%f")
    texts = ("Starting sync", "Sync completed", "Watch closed, reconnecting", "Cache is up to date")
    text = texts[_pick(len(texts), key, index, "text")]
    return f'I{stamp}       1 reconcile.go:{_pick(400, key, index, "line") + 20}] "{text}"'


def database(key: str, index: int, when: float) -> str:
    """The log of a PostgreSQL server."""
    stamp = datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    texts = ("checkpoint starting: time", "checkpoint complete: wrote 212 buffers (1.3%)",
             "connection received: host=10.64.33.7", "automatic vacuum of table")  # fmt: skip
    text = texts[_pick(len(texts), key, index, "text")]
    return f"{stamp} UTC [{_pick(3000, key, index, 'pid') + 40}] LOG:  {text}"


_STYLES: tuple[tuple[tuple[str, ...], LineOf, float], ...] = (
    (("nginx", "/web", "storefront", "frontend"), access, 0.4),
    (("postgres",), database, 9.0),
    (("coredns", "kube-proxy", "amazon-k8s-cni", "csi", "metrics-server", "controller",
      "eks-pod-identity", "karpenter", "sig-storage"), klog, 7.0),
    (("worker", "report", "etl", "batch", "nightly", "backup"), plain, 1.5),
)  # fmt: skip


def style_of(image: str) -> tuple[LineOf, float]:
    """How a container of this image writes, and every how many seconds."""
    for words, line, period in _STYLES:
        if any(word in image for word in words):
            return line, period
    return structured, 0.8


_CRASH = (
    "panic: configuration: PAYMENT_GATEWAY_URL is not a URL",
    "goroutine 1 [running]:",
    "main.mustLoad(0xc000118000)",
    "\t/src/cmd/checkout/main.go:87 +0x1c5",
    "main.main()",
    "\t/src/cmd/checkout/main.go:31 +0x5f",
)


def last_lines(exit_code: int, reason: str) -> tuple[str, ...]:
    """What a container writes in its last moment."""
    if reason == "OOMKilled":
        return ()
    if exit_code == 0:
        return ("done, exiting",)
    if exit_code == 143:
        return ("received SIGTERM, shutting down", "connections drained, bye")
    return _CRASH
