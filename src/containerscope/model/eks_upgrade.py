"""What is known before and after changes of an EKS cluster: insights, updates, add-on versions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec


class UpdateError(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Why an update failed."""

    error_code: str | None = None
    error_message: str | None = None
    resource_ids: tuple[str, ...] | None = None


class UpdateParam(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What an update changes, and to what."""

    type: str | None = None
    value: str | None = None


class Update(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A change that EKS carries out on a cluster, node group or add-on."""

    id: str | None = None
    status: str | None = None
    """`InProgress`, `Successful`, `Failed` or `Cancelled`."""
    type: str | None = None
    params: tuple[UpdateParam, ...] | None = None
    created_at: datetime | None = None
    errors: tuple[UpdateError, ...] | None = None


class UpdateOf(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An update, and what it is carried out on."""

    update: Update | None = None
    cluster_name: str | None = None
    nodegroup_name: str | None = None
    addon_name: str | None = None


class InsightStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The outcome of a check."""

    status: str | None = None
    """`PASSING`, `WARNING`, `ERROR` or `UNKNOWN`."""
    reason: str | None = None


class InsightResource(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Something that a check has an objection to."""

    insight_status: InsightStatus | None = None
    kubernetes_resource_uri: str | None = None
    arn: str | None = None


class ClientStat(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Who still uses an API that is going to be removed."""

    user_agent: str | None = None
    number_of_requests_last_30_days: int | None = msgspec.field(
        default=None, name="numberOfRequestsLast30Days"
    )
    last_request_time: datetime | None = None


class Deprecation(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An API that is used and is going to be removed."""

    usage: str | None = None
    replaced_with: str | None = None
    stop_serving_version: str | None = None
    start_serving_replacement_version: str | None = None
    client_stats: tuple[ClientStat, ...] | None = None


class AddonCompatibility(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Versions of an add-on that work with the next version of Kubernetes."""

    name: str | None = None
    compatible_versions: tuple[str, ...] | None = None


class InsightSummary(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a check found, as far as its category has more to tell."""

    deprecation_details: tuple[Deprecation, ...] | None = None
    addon_compatibility_details: tuple[AddonCompatibility, ...] | None = None


class Insight(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A check of a cluster; a list has no more of it than its status."""

    id: str | None = None
    name: str | None = None
    category: str | None = None
    kubernetes_version: str | None = None
    """The version that an upgrade would lead to."""
    last_refresh_time: datetime | None = None
    last_transition_time: datetime | None = None
    description: str | None = None
    insight_status: InsightStatus | None = None
    recommendation: str | None = None
    additional_info: Mapping[str, str] | None = None
    resources: tuple[InsightResource, ...] | None = None
    category_specific_summary: InsightSummary | None = None


class Compatibility(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A cluster version that a version of an add-on works with."""

    cluster_version: str | None = None
    platform_versions: tuple[str, ...] | None = None
    default_version: bool | None = None
    """Whether it is what EKS installs there unless another is asked for."""


class AddonVersion(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A version of an add-on that EKS offers."""

    addon_version: str | None = None
    architecture: tuple[str, ...] | None = None
    compute_types: tuple[str, ...] | None = None
    compatibilities: tuple[Compatibility, ...] | None = None
    requires_configuration: bool | None = None
    requires_iam_permissions: bool | None = None


class AddonInfo(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An add-on that EKS offers."""

    addon_name: str | None = None
    type: str | None = None
    publisher: str | None = None
    owner: str | None = None
    addon_versions: tuple[AddonVersion, ...] | None = None
