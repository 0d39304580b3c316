"""What a scaling policy measures, in words and as CloudWatch is asked for it.

Source: Application Auto Scaling API Reference, PredefinedMetricSpecification; Amazon ECS Developer
Guide, "CloudWatch metrics".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from containerscope.model.cloudwatch import MetricAlarm
from containerscope.model.scaling import CustomizedMetric, PredefinedMetric, ScalingPolicy

MINUTE, HIGH_RESOLUTION = 60, 20
"""Seconds between two points of an ordinary and of a high-resolution metric."""


class MetricKind(msgspec.Struct, frozen=True):
    """A metric that is known by name."""

    words: str
    unit: str
    namespace: str
    metric: str
    statistic: str
    period: int = MINUTE


_CPU = MetricKind("CPU", "%", "AWS/ECS", "CPUUtilization", "Average")
_MEMORY = MetricKind("memory", "%", "AWS/ECS", "MemoryUtilization", "Average")
_REQUESTS = MetricKind(
    "requests per target", "", "AWS/ApplicationELB", "RequestCountPerTarget", "Sum"
)
_KINDS: Mapping[str, MetricKind] = {
    "ECSServiceAverageCPUUtilization": _CPU,
    "ECSServiceAverageMemoryUtilization": _MEMORY,
    "ECSServiceAverageCPUUtilizationHighResolution": msgspec.structs.replace(
        _CPU, period=HIGH_RESOLUTION
    ),
    "ECSServiceAverageMemoryUtilizationHighResolution": msgspec.structs.replace(
        _MEMORY, period=HIGH_RESOLUTION
    ),
    "ALBRequestCountPerTarget": _REQUESTS,
    # The pairs that predictive policies name: the load and what it is scaled by.
    "ECSServiceCPUUtilization": _CPU,
    "ECSServiceMemoryUtilization": _MEMORY,
    "ALBRequestCount": _REQUESTS,
    "ASGAverageCPUUtilization": msgspec.structs.replace(_CPU, namespace="AWS/EC2"),
}
_BY_METRIC: Mapping[tuple[str, str], MetricKind] = {
    **{(kind.namespace, kind.metric): kind for kind in (_CPU, _MEMORY, _REQUESTS)},
    ("AWS/EC2", "CPUUtilization"): _KINDS["ASGAverageCPUUtilization"],
    ("AWS/ECS/ManagedScaling", "CapacityProviderReservation"): MetricKind(
        "reserved capacity",
        "%",
        "AWS/ECS/ManagedScaling",
        "CapacityProviderReservation",
        "Average",
    ),
}
_EVERY_WORD = re.compile(r"(?<![A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Measure(msgspec.Struct, frozen=True):
    """What a policy or an alarm looks at, for a person."""

    words: str
    unit: str = ""
    """`%`, or empty for a plain number."""

    def amount(self, value: float) -> str:
        """A value of it: `83 %`, `640`, `0.4`."""
        number = f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.1f}"
        return f"{number} {self.unit}".rstrip()


def measure_of_policy(policy: ScalingPolicy) -> Measure:
    """What a tracking or predictive policy holds against its target; empty words for a step one."""
    tracking, predictive = policy.target_tracking, policy.predictive
    if tracking is not None:
        if tracking.predefined_metric_specification is not None:
            return _predefined(tracking.predefined_metric_specification)
        return _customized(tracking.customized_metric_specification)
    for each in (predictive.metric_specifications if predictive else ()) or ():
        known = (
            each.predefined_metric_pair_specification
            or each.predefined_scaling_metric_specification
            or each.predefined_load_metric_specification
        )
        return _predefined(known) if known else Measure("metrics of your own")
    return Measure("")


def measure_of_alarm(alarm: MetricAlarm) -> Measure:
    """What an alarm looks at."""
    if alarm.metric_name:
        return _named(alarm.namespace, alarm.metric_name)
    for query in alarm.metrics or ():
        if query.return_data is not False:
            metric = query.metric_stat.metric if query.metric_stat else None
            if metric is not None and metric.metric_name:
                return _named(metric.namespace, metric.metric_name)
            return Measure(query.label or query.expression or "an expression")
    return Measure("a metric")


def _predefined(found: PredefinedMetric) -> Measure:
    kind = _KINDS.get(found.predefined_metric_type or "")
    if kind is None:
        return Measure(found.predefined_metric_type or "a metric")
    return Measure(kind.words, kind.unit)


def _customized(found: CustomizedMetric | None) -> Measure:
    if found is None:
        return Measure("a metric")
    if found.metric_name:
        return _named(found.namespace, found.metric_name)
    for query in found.metrics or ():
        if query.return_data is not False:
            return Measure(query.label or query.expression or "an expression")
    return Measure("an expression")


def _named(namespace: str | None, metric: str) -> Measure:
    kind = _BY_METRIC.get((namespace or "", metric))
    if kind is not None:
        return Measure(kind.words, kind.unit)
    words = _EVERY_WORD.split(metric)
    plain = " ".join(word if word.isupper() else word.lower() for word in words if word)
    return Measure(plain, "%" if metric.endswith(("Utilization", "Percent")) else "")


def metric_queries(policy: ScalingPolicy, prefix: str) -> tuple[dict[str, Any], ...]:
    """The `MetricDataQueries` with which a tracked metric is read; empty where there is none.

    Ids start with `prefix`, a lower-case letter first, so that many policies fit in one call. The
    one query that returns data has the id `prefix` itself.
    """
    tracking = policy.target_tracking
    if tracking is None:
        return ()
    if tracking.predefined_metric_specification is not None:
        return _predefined_query(policy, tracking.predefined_metric_specification, prefix)
    custom = tracking.customized_metric_specification
    if custom is None:
        return ()
    if custom.metrics:
        return _renamed(custom, prefix)
    dimensions = [(each.name or "", each.value or "") for each in custom.dimensions or ()]
    return (
        _query(
            prefix,
            custom.namespace or "",
            custom.metric_name or "",
            dimensions,
            custom.statistic or "Average",
            MINUTE,
        ),
    )


def _predefined_query(
    policy: ScalingPolicy, found: PredefinedMetric, prefix: str
) -> tuple[dict[str, Any], ...]:
    kind = _KINDS.get(found.predefined_metric_type or "")
    if kind is None:
        return ()
    if kind.namespace == "AWS/ECS":
        parts = (policy.resource_id or "").split("/")
        if len(parts) != 3:
            return ()
        dimensions = [("ClusterName", parts[1]), ("ServiceName", parts[2])]
    else:
        balancer, slash, group = (found.resource_label or "").partition("/targetgroup/")
        if not slash:
            return ()
        dimensions = [("LoadBalancer", balancer), ("TargetGroup", f"targetgroup/{group}")]
    query = _query(prefix, kind.namespace, kind.metric, dimensions, kind.statistic, kind.period)
    return (query,)


def _query(
    query_id: str,
    namespace: str,
    metric: str,
    dimensions: Iterable[tuple[str, str]],
    statistic: str,
    period: int,
) -> dict[str, Any]:
    return {
        "Id": query_id,
        "MetricStat": {
            "Metric": {
                "Namespace": namespace,
                "MetricName": metric,
                "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions],
            },
            "Period": period,
            "Stat": statistic,
        },
        "ReturnData": True,
    }


def _renamed(custom: CustomizedMetric, prefix: str) -> tuple[dict[str, Any], ...]:
    """The queries of a metric of the user's own under ids that nobody else has."""
    queries = custom.metrics or ()
    shown = next((query for query in queries if query.return_data is not False), None)
    names = {query.id or "": f"{prefix}_{place}" for place, query in enumerate(queries)}
    if shown is not None:
        names[shown.id or ""] = prefix
    made: list[dict[str, Any]] = []
    for query in queries:
        one: dict[str, Any] = {"Id": names[query.id or ""], "ReturnData": query is shown}
        stat = query.metric_stat
        if query.expression:
            one["Expression"] = re.sub(
                r"\b[a-z]\w*\b", lambda m: names.get(m[0], m[0]), query.expression
            )
            one["Period"] = MINUTE
        elif stat is not None and stat.metric is not None:
            metric = stat.metric
            dimensions = [(each.name or "", each.value or "") for each in metric.dimensions or ()]
            namespace, name = metric.namespace or "", metric.metric_name or ""
            whole = _query("", namespace, name, dimensions, stat.stat or "Average", MINUTE)
            one["MetricStat"] = whole["MetricStat"]
        else:
            continue
        made.append(one)
    return tuple(made)
