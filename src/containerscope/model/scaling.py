"""How the number of a service's tasks is scaled.

Names and meanings as in the Application Auto Scaling API 2016-02-06.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from containerscope.model.cloudwatch import MetricAlarm


class SuspendedState(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What of the scaling somebody has suspended."""

    dynamic_scaling_in_suspended: bool | None = None
    dynamic_scaling_out_suspended: bool | None = None
    scheduled_scaling_suspended: bool | None = None


class ScalableTarget(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The bounds between which something is scaled."""

    service_namespace: str | None = None
    resource_id: str | None = None
    """`service/CLUSTER/SERVICE` for an ECS service."""
    scalable_dimension: str | None = None
    min_capacity: int | None = None
    max_capacity: int | None = None
    predicted_capacity: int | None = None
    role_arn: str | None = msgspec.field(default=None, name="RoleARN")
    scalable_target_arn: str | None = msgspec.field(default=None, name="ScalableTargetARN")
    creation_time: datetime | None = None
    suspended_state: SuspendedState | None = None


class PolicyAlarm(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A CloudWatch alarm that triggers a policy."""

    alarm_name: str | None = None
    alarm_arn: str | None = msgspec.field(default=None, name="AlarmARN")


class StepAdjustment(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The change for one interval of the metric, counted from the alarm's threshold."""

    metric_interval_lower_bound: float | None = None
    metric_interval_upper_bound: float | None = None
    scaling_adjustment: int | None = None


class StepScaling(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A policy that changes the count in steps when an alarm goes off."""

    adjustment_type: str | None = None
    """`ChangeInCapacity`, `PercentChangeInCapacity` or `ExactCapacity`."""
    step_adjustments: tuple[StepAdjustment, ...] | None = ()
    min_adjustment_magnitude: int | None = None
    cooldown: int | None = None
    metric_aggregation_type: str | None = None


class PredefinedMetric(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A metric that AWS computes for the service."""

    predefined_metric_type: str | None = None
    resource_label: str | None = None
    """For `ALBRequestCountPerTarget`: `app/NAME/ID/targetgroup/NAME/ID`."""


class MetricDimension(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A name and value that pick out a metric."""

    name: str | None = None
    value: str | None = None


class TrackedMetric(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A CloudWatch metric by name and dimensions."""

    namespace: str | None = None
    metric_name: str | None = None
    dimensions: tuple[MetricDimension, ...] | None = ()


class TrackedMetricStat(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A metric and the statistic of it."""

    metric: TrackedMetric | None = None
    stat: str | None = None
    unit: str | None = None


class TrackedMetricQuery(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A metric or an expression over others."""

    id: str | None = None
    expression: str | None = None
    label: str | None = None
    metric_stat: TrackedMetricStat | None = None
    return_data: bool | None = None


class CustomizedMetric(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A metric of the user's own, or an expression over several."""

    metric_name: str | None = None
    namespace: str | None = None
    dimensions: tuple[MetricDimension, ...] | None = ()
    statistic: str | None = None
    unit: str | None = None
    metrics: tuple[TrackedMetricQuery, ...] | None = ()


class TargetTracking(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A policy that keeps a metric at a value; cooldowns in seconds."""

    target_value: float | None = None
    predefined_metric_specification: PredefinedMetric | None = None
    customized_metric_specification: CustomizedMetric | None = None
    scale_out_cooldown: int | None = None
    scale_in_cooldown: int | None = None
    disable_scale_in: bool | None = None


class PredictiveMetricQueries(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Metrics of the user's own that a forecast is made from."""

    metric_data_queries: tuple[TrackedMetricQuery, ...] | None = ()


class PredictiveMetric(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What a predictive policy forecasts, and the value it scales for."""

    target_value: float | None = None
    predefined_metric_pair_specification: PredefinedMetric | None = None
    predefined_scaling_metric_specification: PredefinedMetric | None = None
    predefined_load_metric_specification: PredefinedMetric | None = None
    customized_scaling_metric_specification: PredictiveMetricQueries | None = None


class PredictiveScaling(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A policy that scales ahead of a forecast."""

    metric_specifications: tuple[PredictiveMetric, ...] | None = ()
    mode: str | None = None
    """`ForecastOnly` or `ForecastAndScale`."""
    scheduling_buffer_time: int | None = None
    max_capacity_breach_behavior: str | None = None
    max_capacity_buffer: int | None = None


class ScalingPolicy(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """When and how the count is changed."""

    policy_arn: str | None = msgspec.field(default=None, name="PolicyARN")
    policy_name: str | None = None
    service_namespace: str | None = None
    resource_id: str | None = None
    scalable_dimension: str | None = None
    policy_type: str | None = None
    """`TargetTrackingScaling`, `StepScaling` or `PredictiveScaling`."""
    step_scaling: StepScaling | None = msgspec.field(
        default=None, name="StepScalingPolicyConfiguration"
    )
    target_tracking: TargetTracking | None = msgspec.field(
        default=None, name="TargetTrackingScalingPolicyConfiguration"
    )
    predictive: PredictiveScaling | None = msgspec.field(
        default=None, name="PredictiveScalingPolicyConfiguration"
    )
    alarms: tuple[PolicyAlarm, ...] | None = ()
    creation_time: datetime | None = None


class NotScaledReason(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Why an alarm did not change the count."""

    code: str | None = None
    max_capacity: int | None = None
    min_capacity: int | None = None
    current_capacity: int | None = None


class ScalingActivity(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A change of the count, or of its bounds, or the reason why there was none."""

    activity_id: str | None = None
    service_namespace: str | None = None
    resource_id: str | None = None
    scalable_dimension: str | None = None
    description: str | None = None
    cause: str | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    status_code: str | None = None
    status_message: str | None = None
    details: str | None = None
    not_scaled_reasons: tuple[NotScaledReason, ...] | None = ()


class ScalableTargetAction(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The bounds that a scheduled action sets."""

    min_capacity: int | None = None
    max_capacity: int | None = None


class ScheduledAction(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A change of the bounds at a set time."""

    scheduled_action_name: str | None = None
    scheduled_action_arn: str | None = msgspec.field(default=None, name="ScheduledActionARN")
    service_namespace: str | None = None
    resource_id: str | None = None
    scalable_dimension: str | None = None
    schedule: str | None = None
    """`at(…)`, `rate(…)` or `cron(…)`."""
    timezone: str | None = None
    """An IANA name; UTC if absent."""
    start_time: datetime | None = None
    end_time: datetime | None = None
    scalable_target_action: ScalableTargetAction | None = None
    creation_time: datetime | None = None


class CapacityForecast(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The count that a predictive policy expects to need, by the hour."""

    timestamps: tuple[datetime, ...] | None = ()
    values: tuple[float, ...] | None = ()


class ServiceScaling(msgspec.Struct, frozen=True, gc=False):
    """All that scales one service, as a row of its own."""

    target: ScalableTarget = ScalableTarget()
    policies: tuple[ScalingPolicy, ...] | None = None
    """None while they are not read."""
    schedules: tuple[ScheduledAction, ...] | None = None
    activities: tuple[ScalingActivity, ...] | None = None
    """Newest first."""
    alarms: Mapping[str, MetricAlarm] | None = None
    """By name, those of the policies."""
