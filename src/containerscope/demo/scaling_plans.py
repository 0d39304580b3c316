"""How the hand-made services are scaled, and what traffic brought them to the counts they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Configuration = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """How a service is scaled, and what traffic brought it to the count it has."""

    minimum: int
    maximum: int
    policies: Mapping[str, tuple[str, Configuration]] = field(default_factory=dict)
    """Kind and configuration by name."""
    schedules: Mapping[str, tuple[str, dict[str, int], str]] = field(default_factory=dict)
    """Expression, action and time zone by name."""
    suspended: bool = False
    scaled_in: tuple[float, int] = (0.0, 0)
    """How many minutes ago it was scaled in, and from which count; 0 where it was not."""
    before: int = 0
    """The count it had before its traffic changed; 0 where nothing happened lately."""
    traffic: tuple[tuple[float, float, float], ...] = ()
    """Changes of its traffic: minutes ago, factor, over how many minutes."""
    opens: float = 0.0
    """Its traffic last rises just so that its alarm goes off so many seconds after the start."""
    alarms: Mapping[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    """Alarms of step scaling: the policy and what makes the alarm."""


def tracking(
    metric: str, goal: float, out: int = 60, inwards: int = 300, **more: Any
) -> tuple[str, Configuration]:
    """A target tracking policy for a predefined metric."""
    configuration = {
        "TargetValue": goal,
        "PredefinedMetricSpecification": {"PredefinedMetricType": metric},
        "ScaleOutCooldown": out,
        "ScaleInCooldown": inwards,
        "DisableScaleIn": False,
        **more,
    }
    return "TargetTrackingScaling", configuration


def stepping(*steps: tuple[float | None, float | None, int]) -> tuple[str, Configuration]:
    """A step scaling policy: from, to, tasks."""
    adjustments = []
    for low, high, tasks in steps:
        each: dict[str, Any] = {"ScalingAdjustment": tasks}
        if low is not None:
            each["MetricIntervalLowerBound"] = low
        if high is not None:
            each["MetricIntervalUpperBound"] = high
        adjustments.append(each)
    configuration = {
        "AdjustmentType": "ChangeInCapacity",
        "StepAdjustments": adjustments,
        "Cooldown": 120,
        "MetricAggregationType": "Average",
    }
    return "StepScaling", configuration


_CPU = "ECSServiceAverageCPUUtilization"
_MEMORY = "ECSServiceAverageMemoryUtilization"
REQUESTS = "ALBRequestCountPerTarget"
_BERLIN = "Europe/Berlin"


def _insight(name: str, key: str, cluster: str, service: str) -> dict[str, Any]:
    dimensions = [
        {"Name": "ClusterName", "Value": cluster},
        {"Name": "ServiceName", "Value": service},
    ]
    metric = {
        "Namespace": "ECS/ContainerInsights",
        "MetricName": name,
        "Dimensions": dimensions,
    }
    return {"Id": key, "MetricStat": {"Metric": metric, "Stat": "Average"}, "ReturnData": False}


_USED_CPU: Configuration = {
    "TargetValue": 40.0,
    "CustomizedMetricSpecification": {
        "Metrics": [
            _insight("CpuUtilized", "used", "checkout", "recommendations"),
            _insight("CpuReserved", "reserved", "checkout", "recommendations"),
            {
                "Id": "share",
                "Expression": "used / reserved * 100",
                "Label": "Share of the reserved CPU",
                "ReturnData": True,
            },
        ]
    },
    "ScaleOutCooldown": 120,
    "ScaleInCooldown": 600,
}
_FORECAST: Configuration = {
    "MetricSpecifications": [
        {
            "TargetValue": 40.0,
            "PredefinedMetricPairSpecification": {
                "PredefinedMetricType": "ECSServiceCPUUtilization"
            },
        }
    ],
    "Mode": "ForecastOnly",
    "SchedulingBufferTime": 300,
    "MaxCapacityBreachBehavior": "HonorMaxCapacity",
}

PLANS: Mapping[str, Plan] = {
    "checkout/cart": Plan(
        4,
        20,
        {"cpu60": tracking(_CPU, 60.0), "req": tracking(REQUESTS, 900.0)},
        {
            "night": ("cron(0 22 * * ? *)", {"MinCapacity": 2}, ""),
            "morning": ("cron(0 6 * * ? *)", {"MinCapacity": 4}, ""),
        },
        before=4,
        traffic=((133, 3.3, 35), (43, 2.7, 20)),
    ),
    # Shortly before its deployment it was scaled in, so that for a while it keeps its count.
    "checkout/payments": Plan(
        2, 12, {"cpu55": tracking(_CPU, 55.0, inwards=1800)}, scaled_in=(12.0, 5)
    ),
    "checkout/web": Plan(
        6,
        24,
        {"cpu45": tracking(_CPU, 45.0)},
        {
            "office-hours": ("cron(0 7 ? * MON-FRI *)", {"MinCapacity": 6}, _BERLIN),
            "evening": ("cron(30 20 ? * MON-FRI *)", {"MinCapacity": 3}, _BERLIN),
        },
    ),
    "checkout/catalog": Plan(3, 12, {"mem50": tracking(_MEMORY, 50.0)}),
    "checkout/search": Plan(
        6,
        30,
        {"cpu49": tracking(_CPU, 49.0)},
        before=10,
        traffic=((104, 1.2, 10), (0, 1.45, 0)),
        opens=25,
    ),
    "checkout/orders": Plan(
        6,
        24,
        {
            "busy": stepping((0, 15, 2), (15, None, 4)),
            "idle": stepping((None, 0, -1)),
        },
        before=8,
        traffic=((96, 1.75, 25),),
        alarms={
            "orders-cpu-high": ("busy", {"Threshold": 65.0}),
            "orders-cpu-low": ("idle", {"Threshold": 25.0}),
        },
    ),
    "checkout/checkout-api": Plan(
        6, 30, {"cpu60": tracking(_CPU, 60.0), "req": tracking(REQUESTS, 600.0)}
    ),
    "checkout/accounts": Plan(4, 16, {"cpu50": tracking(_CPU, 50.0)}, suspended=True),
    "checkout/recommendations": Plan(4, 20, {"used-cpu": ("TargetTrackingScaling", _USED_CPU)}),
    "checkout/inventory": Plan(4, 16, {"cpu48": tracking(f"{_CPU}HighResolution", 48.0, 30)}),
    "checkout/pricing": Plan(
        3,
        10,
        {
            "cpu40": tracking(_CPU, 40.0, DisableScaleIn=True),
            "forecast": ("PredictiveScaling", _FORECAST),
        },
    ),
    "data/etl-worker": Plan(
        6,
        18,
        {"mem70": tracking(_MEMORY, 70.0)},
        {"nightly-load": ("cron(15 1 * * ? *)", {"MinCapacity": 14, "MaxCapacity": 18}, "")},
    ),
    "data/feature-store": Plan(
        8, 8, schedules={"training": ("rate(12 hours)", {"MinCapacity": 8, "MaxCapacity": 8}, "")}
    ),
    "edge/ingress": Plan(3, 18, {"cpu55": tracking(_CPU, 55.0)}),
}
"""By `CLUSTER/SERVICE`."""
