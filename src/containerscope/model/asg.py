"""EC2 Auto Scaling groups: the instances that tasks and nodes run on.

Names and meanings as in the Auto Scaling API 2011-01-01.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec


class LaunchTemplate(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What instances are launched with."""

    launch_template_id: str | None = None
    launch_template_name: str | None = None
    version: str | None = None


class GroupInstance(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """An instance as its group sees it."""

    instance_id: str | None = None
    instance_type: str | None = None
    availability_zone: str | None = None
    lifecycle_state: str | None = None
    """`InService`, `Pending`, `Terminating:Wait`, …"""
    health_status: str | None = None
    protected_from_scale_in: bool | None = None
    launch_template: LaunchTemplate | None = None


class SuspendedProcess(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Something the group does not do for now: `Launch`, `Terminate`, …"""

    process_name: str | None = None
    suspension_reason: str | None = None


class InstancesDistribution(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """How instances are shared between on-demand and spot."""

    on_demand_base_capacity: int | None = None
    on_demand_percentage_above_base_capacity: int | None = None
    on_demand_allocation_strategy: str | None = None
    spot_allocation_strategy: str | None = None


class LaunchTemplateOverrides(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """An instance type that the group may use too."""

    instance_type: str | None = None
    weighted_capacity: str | None = None


class MixedLaunchTemplate(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The launch template of a group of several instance types."""

    launch_template_specification: LaunchTemplate | None = None
    overrides: tuple[LaunchTemplateOverrides, ...] | None = ()


class MixedInstancesPolicy(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Several instance types, on-demand and spot."""

    launch_template: MixedLaunchTemplate | None = None
    instances_distribution: InstancesDistribution | None = None


class GroupTag(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A tag of a group."""

    key: str | None = None
    value: str | None = None
    propagate_at_launch: bool | None = None


class WarmPool(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Instances prepared ahead of need."""

    min_size: int | None = None
    max_group_prepared_capacity: int | None = None
    pool_state: str | None = None
    status: str | None = None


class AutoScalingGroup(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A group of instances that are launched and ended together."""

    auto_scaling_group_name: str | None = None
    auto_scaling_group_arn: str | None = msgspec.field(default=None, name="AutoScalingGroupARN")
    min_size: int | None = None
    max_size: int | None = None
    desired_capacity: int | None = None
    predicted_capacity: int | None = None
    instances: tuple[GroupInstance, ...] | None = ()
    availability_zones: tuple[str, ...] | None = ()
    vpc_zone_identifier: str | None = msgspec.field(default=None, name="VPCZoneIdentifier")
    """Subnet ids with commas between them."""
    launch_configuration_name: str | None = None
    launch_template: LaunchTemplate | None = None
    mixed_instances_policy: MixedInstancesPolicy | None = None
    health_check_type: str | None = None
    health_check_grace_period: int | None = None
    default_cooldown: int | None = None
    default_instance_warmup: int | None = None
    new_instances_protected_from_scale_in: bool | None = None
    suspended_processes: tuple[SuspendedProcess, ...] | None = ()
    warm_pool_configuration: WarmPool | None = None
    warm_pool_size: int | None = None
    status: str | None = None
    """Set only while the group is being deleted."""
    created_time: datetime | None = None
    tags: tuple[GroupTag, ...] | None = ()


class GroupActivity(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A launch or an end of an instance, and why."""

    activity_id: str | None = None
    auto_scaling_group_name: str | None = None
    description: str | None = None
    cause: str | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    status_code: str | None = None
    status_message: str | None = None
    progress: int | None = None
    details: str | None = None


def group_tags(tags: Iterable[GroupTag] | None) -> Mapping[str, str]:
    """Tags as key -> value."""
    return {tag.key: tag.value or "" for tag in tags or () if tag.key}
