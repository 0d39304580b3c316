"""What the demo account knows of EKS: plain objects that may change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, eq=False)
class Update:
    """A change that EKS carries out, in the API's own form, and what it is carried out on."""

    body: dict[str, Any]
    nodegroup: str = ""
    addon: str = ""

    @property
    def running(self) -> bool:
        """Whether it is still under way."""
        return bool(self.body["status"] == "InProgress")


@dataclass(slots=True, eq=False)
class AccessEntry:
    """A principal that may enter a cluster, and the access policies it has there."""

    body: dict[str, Any]
    policies: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the ARN of the policy."""


@dataclass(frozen=True)
class Trouble:
    """What a node group cannot get over: its health issue, and how an update of it ends."""

    code: str
    message: str
    resource_ids: tuple[str, ...] = ()
    update_code: str = "NodeCreationFailure"

    def issue(self) -> dict[str, Any]:
        """The entry in `health.issues`."""
        return {
            "code": self.code,
            "message": self.message,
            "resourceIds": list(self.resource_ids),
        }


@dataclass(slots=True, eq=False)
class Rolling:
    """A node group whose nodes are being replaced, as its cluster has to know of it."""

    old: frozenset[str]
    """The instances that are to be replaced."""
    force: bool = False
    """Whether pods have to go whatever their disruption budgets say."""
    marked: bool = False
    """Whether new pods keep off the old nodes, because the new ones are there."""
    emptying: dict[str, float] = field(default_factory=dict)
    """The instances whose pods are to leave, and until when that is tried."""


@dataclass(slots=True, eq=False)
class EksCluster:
    """An EKS cluster with what belongs to it, each in the API's own form."""

    name: str
    body: dict[str, Any]
    nodegroups: dict[str, dict[str, Any]] = field(default_factory=dict)
    fargate_profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    addons: dict[str, dict[str, Any]] = field(default_factory=dict)
    updates: dict[str, Update] = field(default_factory=dict)
    """By id, oldest first."""
    insights: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By id: what the last refresh has found."""
    refresh: dict[str, Any] = field(default_factory=dict)
    """The last refresh of the insights, as `DescribeInsightsRefresh` tells of it."""
    access_entries: dict[str, AccessEntry] = field(default_factory=dict)
    """By the ARN of the principal."""
    pod_identities: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the id of the association."""
    identity_providers: dict[str, dict[str, Any]] = field(default_factory=dict)
    capabilities: dict[str, dict[str, Any]] = field(default_factory=dict)
    authorities: list[dict[str, Any]] = field(default_factory=list)
    """Certificate authorities, the active one first."""
    removed_apis: tuple[dict[str, Any], ...] = ()
    """Uses of APIs that the next Kubernetes version removes, as an insight tells of them."""
    troubles: dict[str, Trouble] = field(default_factory=dict)
    """What keeps a node group, by its name, from getting or keeping its nodes."""
    rolling: dict[str, Rolling] = field(default_factory=dict)
    """By node group."""
    edited_addons: dict[str, str] = field(default_factory=dict)
    """Add-on -> the field that somebody changed by hand in the cluster."""
