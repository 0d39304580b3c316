"""Where the output of a container goes, computed from its log configuration and never guessed.

Source: Amazon ECS Developer Guide, "Send Amazon ECS logs to CloudWatch" and "Send Amazon ECS logs
to an AWS service or AWS Partner" (FireLens tags are `CONTAINER-firelens-TASKID`).
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from containerscope.model.ecs_taskdef import ContainerDefinition
from containerscope.redact import redact_text

_PLUGINS: Mapping[str, str] = {
    "cloudwatch": "CloudWatch Logs",
    "cloudwatch_logs": "CloudWatch Logs",
    "datadog": "Datadog",
    "es": "Elasticsearch",
    "firehose": "Amazon Data Firehose",
    "forward": "a Fluentd or Fluent Bit server",
    "http": "an HTTP endpoint",
    "kinesis": "Kinesis Data Streams",
    "kinesis_firehose": "Amazon Data Firehose",
    "kinesis_streams": "Kinesis Data Streams",
    "loki": "Loki",
    "newrelic": "New Relic",
    "nrlogs": "New Relic",
    "opensearch": "OpenSearch",
    "s3": "S3",
    "splunk": "Splunk",
}
_PLACES = (
    "host", "bucket", "delivery_stream", "stream", "endpoint", "url", "index", "address",
)  # fmt: skip
"""Options of FireLens outputs that say where to."""
_ADDRESSES: Mapping[str, tuple[str, str]] = {
    "splunk": ("Splunk", "splunk-url"),
    "fluentd": ("Fluentd", "fluentd-address"),
    "gelf": ("Graylog (GELF)", "gelf-address"),
    "syslog": ("syslog", "syslog-address"),
    "logentries": ("Logentries", ""),
}
"""Driver -> what it is and the option with its address."""


class Destination(msgspec.Struct, frozen=True):
    """Where the output of a container goes."""

    words: str
    """`CloudWatch Logs /ecs/cart, cart/app/0123…`."""
    group: str = ""
    """The log group; empty where the output does not go to CloudWatch Logs."""
    stream: str = ""
    """The log stream; empty where it cannot be computed."""
    region: str = ""
    """The group's region; empty for that of the task."""
    prefix: str = ""
    """What the streams of all tasks of this container begin with; empty where nothing does."""
    note: str = ""
    """Why it cannot be followed here, or only in part."""

    @property
    def readable(self) -> bool:
        """Whether it can be read here."""
        return bool(self.group)


def log_destination(
    container: ContainerDefinition, task_id: str, runtime_id: str = "", *, fargate: bool = False
) -> Destination:
    """Where this container of this task writes; `runtime_id` is Docker's id on an EC2 host."""
    logs = container.log_configuration
    driver = (logs.log_driver if logs else None) or ""
    options = (logs.options if logs else None) or {}
    if driver == "awslogs":
        return _awslogs(container.name or "?", options, task_id, runtime_id)
    if driver == "awsfirelens":
        return _firelens(container.name or "?", options, task_id)
    if not driver:
        if container.firelens_configuration is not None:
            return Destination("nowhere: the log router's own output is not kept")
        if fargate:
            return Destination("nowhere: no log configuration", note="Add an awslogs driver.")
        return Destination("the host's Docker daemon", note="Its default driver is not known here.")
    return _elsewhere(driver, options)


def _awslogs(name: str, options: Mapping[str, str], task_id: str, runtime_id: str) -> Destination:
    group = options.get("awslogs-group") or ""
    region = options.get("awslogs-region") or ""
    prefix = options.get("awslogs-stream-prefix") or ""
    if not group:
        return Destination("CloudWatch Logs, but no awslogs-group is set")
    place = f"CloudWatch Logs {group}" + (f" in {region}" if region else "")
    if options.get("awslogs-stream"):
        stream = options["awslogs-stream"]
        return Destination(f"{place}, {stream}", group, stream, region)
    if prefix:
        stream = f"{prefix}/{name}/{task_id}"
        return Destination(f"{place}, {stream}", group, stream, region, f"{prefix}/{name}/")
    # Without a prefix Docker names the stream by the container's id.
    note = "" if runtime_id else "Without a stream prefix the stream has the container's Docker id."
    words = f"{place}, {runtime_id}" if runtime_id else place
    return Destination(words, group, runtime_id, region, note=note)


def _firelens(name: str, options: Mapping[str, str], task_id: str) -> Destination:
    """Where the log router of the task sends it; the options are those of Fluent Bit or Fluentd."""
    named = {key.lower(): value for key, value in options.items()}
    plugin = (named.get("name") or named.get("@type") or "").lower()
    to = _PLUGINS.get(plugin, plugin)
    tag = f"{name}-firelens-{task_id}"
    if plugin in ("cloudwatch", "cloudwatch_logs"):
        group = named.get("log_group_name") or ""
        stream = named.get("log_stream_name") or ""
        prefix = named.get("log_stream_prefix") or ""
        if not stream and prefix:
            stream = f"{prefix}{tag}"
        computed = "$(" not in group + stream and "{" not in group + stream
        shown = group if computed else ""
        words = f"FireLens, to CloudWatch Logs {group or '?'}"
        region = named.get("region") or ""
        note = "" if computed else "The log router computes the names, so they are not known here."
        whole = f"{words}, {stream}" if stream else words
        return Destination(whole, shown, stream if computed else "", region, prefix, note)
    if not plugin:
        note = "Its own configuration file says where to."
        return Destination("FireLens: the task's log router", note=note)
    place = next((named[key] for key in _PLACES if named.get(key)), "")
    words = f"FireLens, to {to}" + (f" {redact_text(place)}" if place else "")
    return Destination(words, note=f"Look there: {to} keeps the lines.")


def _elsewhere(driver: str, options: Mapping[str, str]) -> Destination:
    if driver == "none":
        return Destination("nowhere: the log driver is none", note="The output is thrown away.")
    if driver in ("json-file", "local"):
        return Destination(
            f"a file on the host ({driver})", note="Read it with `docker logs` on the instance."
        )
    if driver == "journald":
        return Destination(
            "the host's journal", note="Read it with `journalctl CONTAINER_NAME=…` on the instance."
        )
    what, option = _ADDRESSES.get(driver, (driver, ""))
    address = options.get(option, "") if option else ""
    words = f"{what} {redact_text(address)}" if address else what
    return Destination(words, note=f"Look there: {what} keeps the lines.")
