"""What services write: the lines of each kind of program."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

KINDS = {
    "web": "json",
    "cart": "json",
    "checkout-api": "json",
    "accounts": "json",
    "notifications": "json",
    "payments": "json",
    "catalog": "logfmt",
    "pricing": "logfmt",
    "inventory": "logfmt",
    "geo-lookup": "logfmt",
    "feature-flags": "logfmt",
    "orders": "java",
    "search": "java",
    "kafka-connect": "java",
    "recommendations": "python",
    "etl-worker": "python",
    "warehouse-loader": "python",
    "feature-store": "python",
    "airflow-scheduler": "python",
    "thumbnails": "python",
    "ingress": "access",
    "image-resizer": "access",
    "log-router": "fluentbit",
    "envoy": "envoy",
}
_OTHERS = ("json", "logfmt", "java", "python", "access")
_PATHS = {
    "cart": ("/cart", "/cart/items", "/cart/{}/items", "/cart/{}/checkout"),
    "catalog": ("/catalog/products", "/catalog/products/{}", "/catalog/categories"),
    "search": ("/search?q=lamp", "/search?q=rain+jacket", "/search/suggest?q=la"),
    "orders": ("/orders", "/orders/{}", "/orders/{}/items"),
    "payments": ("/pay/intents", "/pay/intents/{}", "/pay/webhooks/psp"),
    "accounts": ("/account/me", "/account/sessions", "/account/{}/addresses"),
    "web": ("/", "/p/{}", "/basket", "/assets/app.3f2c.js"),
}
_AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X)",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "okhttp/4.12.0",
)
_WORK = (
    "batch written",
    "checkpoint committed",
    "partition assigned",
    "cache refreshed",
    "job finished",
)


class Moment(NamedTuple):
    """A line that is to be written, and the numbers that make it differ from others."""

    service: str
    seed: int
    """Another one for each line."""
    at: float
    """Epoch seconds."""
    latency: float
    """Seconds that a request takes just now."""
    level: str
    """`INFO`, `WARN` or `ERROR`."""
    listens: bool
    """Whether the container answers requests."""


def kind_of(container: str) -> str:
    """The kind of program that a container runs."""
    found = KINDS.get(container)
    if found is None:
        found = _OTHERS[sum(container.encode()) % len(_OTHERS)]
    return found


def stamp(at: float) -> str:
    """An ISO time with milliseconds."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _pick(choices: tuple[str, ...], seed: int) -> str:
    return choices[seed % len(choices)]


def _path(moment: Moment) -> str:
    paths = _PATHS.get(moment.service, (f"/{moment.service}", f"/{moment.service}/{{}}"))
    return _pick(paths, moment.seed >> 5).format(10_000 + moment.seed % 89_999)


def _method(moment: Moment) -> str:
    return _pick(("GET", "GET", "GET", "POST", "GET", "PUT"), moment.seed >> 9)


def _status(moment: Moment) -> int:
    if moment.level == "ERROR":
        return (500, 502, 503)[moment.seed % 3]
    if moment.level == "WARN":
        return (404, 409, 429)[moment.seed % 3]
    return 201 if _method(moment) == "POST" else 200


def _millis(moment: Moment) -> float:
    return round(1000 * moment.latency * (0.4 + (moment.seed % 977) / 700), 1)


def _client(moment: Moment) -> str:
    return f"10.0.{moment.seed % 64}.{moment.seed >> 7 & 255}"


_PROBLEM = {
    "WARN": ("slow request", "retrying after timeout", "connection pool is nearly exhausted"),
    "ERROR": (
        "upstream connect error or disconnect/reset before headers",
        "request failed: context deadline exceeded",
        "could not reach the database: connection refused",
    ),
}


def _said(moment: Moment) -> str:
    if moment.level != "INFO":
        return _pick(_PROBLEM[moment.level], moment.seed >> 3)
    return "request completed" if moment.listens else _pick(_WORK, moment.seed >> 3)


def json_lines(moment: Moment) -> list[str]:
    """Structured lines, as pino and zap write them."""
    body: dict[str, object] = {
        "time": stamp(moment.at),
        "level": moment.level.lower(),
        "service": moment.service,
        "msg": _said(moment),
    }
    if moment.listens:
        body |= {
            "method": _method(moment),
            "path": _path(moment),
            "status": _status(moment),
            "duration_ms": _millis(moment),
        }
    body["trace_id"] = f"{moment.seed * 0x9E3779B97F4A7C15F39CC060 % (1 << 128):032x}"
    if moment.level == "ERROR":
        body["err"] = {"type": "UpstreamError", "stack": "UpstreamError: socket hang up"}
    return [msgspec.json.encode(body).decode()]


def logfmt_lines(moment: Moment) -> list[str]:
    """Lines of key=value, as Go services write them."""
    text = f'time={stamp(moment.at)} level={moment.level.lower()} msg="{_said(moment)}"'
    if moment.listens:
        text += (
            f" method={_method(moment)} path={_path(moment)} status={_status(moment)}"
            f" took={_millis(moment)}ms peer={_client(moment)}"
        )
    return [text]


def java_lines(moment: Moment) -> list[str]:
    """Lines of Logback; an error brings its stack trace, a line each."""
    thread = f"[nio-8080-exec-{1 + moment.seed % 20}]"
    name = f"com.example.{moment.service.replace('-', '')}"
    head = (
        f"{stamp(moment.at)} {moment.level:>5} 1 --- {thread} {name}.api.Controller : "
        f"{_said(moment)}"
    )
    if moment.level == "INFO":
        more = f" {_method(moment)} {_path(moment)} -> {_status(moment)} in {_millis(moment)} ms"
        return [head + (more if moment.listens else f" ({moment.seed % 500} records)")]
    if moment.level == "WARN":
        return [head]
    return [head, *java_trace(name)]


def java_trace(name: str) -> list[str]:
    """A stack trace, a line for each frame."""
    return [
        "java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, "
        "request timed out after 30000ms.",
        "\tat com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:696)",
        f"\tat {name}.store.Repository.find(Repository.java:118)",
        f"\tat {name}.api.Controller.get(Controller.java:57)",
        "Caused by: java.net.SocketTimeoutException: connect timed out",
        "\t... 42 more",
    ]


def python_lines(moment: Moment) -> list[str]:
    """Lines of the logging module; an error brings its traceback, a line each."""
    when = stamp(moment.at)[:-1].replace("T", " ").replace(".", ",")
    name = moment.service.replace("-", "_")
    head = f"{when} {moment.level:<7} {name}.worker {_said(moment)}"
    if moment.level == "INFO":
        return [f"{head} items={moment.seed % 4000} took={_millis(moment)}ms"]
    return [head] if moment.level == "WARN" else [head, *python_trace(name)]


def python_trace(name: str) -> list[str]:
    """A traceback, a line each."""
    return [
        "Traceback (most recent call last):",
        f'  File "/app/{name}/worker.py", line 214, in run',
        "    self.handle(message)",
        f'  File "/app/{name}/worker.py", line 131, in handle',
        "    response.raise_for_status()",
        "requests.exceptions.HTTPError: 503 Server Error: Service Unavailable for url: "
        "http://inventory:8080/v1/stock",
    ]


def access_lines(moment: Moment) -> list[str]:
    """Lines of the combined log format."""
    when = datetime.fromtimestamp(moment.at, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    return [
        f'{_client(moment)} - - [{when}] "{_method(moment)} {_path(moment)} HTTP/1.1" '
        f'{_status(moment)} {moment.seed % 48_000} "-" "{_pick(_AGENTS, moment.seed >> 4)}" '
        f"{_millis(moment) / 1000:.3f}"
    ]


def fluentbit_lines(moment: Moment) -> list[str]:
    """What the log router says of itself."""
    when = stamp(moment.at)[:-5].replace("T", " ").replace("-", "/")
    if moment.level == "INFO":
        text = f"[ info] [output:cloudwatch_logs:cloudwatch_logs.1] Sent {moment.seed % 90} events"
    else:
        text = "[ warn] [engine] failed to flush chunk '1-1.flb', retry in 9 seconds: task_id=0"
    return [f"[{when}] {text}"]


def envoy_lines(moment: Moment) -> list[str]:
    """What the proxy says; it is told to be quiet."""
    level = "warning" if moment.level == "INFO" else "error"
    text = "gRPC config stream closed since 62s ago: 14, connection termination"
    return [f"[{stamp(moment.at)}][1][{level}][config] [./source/common/grpc_stream.h:193] {text}"]


WRITERS: dict[str, Callable[[Moment], list[str]]] = {
    "json": json_lines,
    "logfmt": logfmt_lines,
    "java": java_lines,
    "python": python_lines,
    "access": access_lines,
    "fluentbit": fluentbit_lines,
    "envoy": envoy_lines,
}
