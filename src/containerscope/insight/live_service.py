"""A service as an action finds it, and what every plan for one is made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from containerscope.block import DiffLine
from containerscope.insight.events import without_prefix
from containerscope.insight.scale_capacity import Capacity
from containerscope.model.ecs_deployment import ServiceDeployment, ServiceRevision
from containerscope.model.ecs_service import Service
from containerscope.model.scaling import ScalableTarget
from containerscope.plan import Change, Request, Step

_DEPLOYED_BY = {"CODE_DEPLOY": "CodeDeploy deploys this service", "EXTERNAL":
                "another controller deploys this service"}  # fmt: skip


class LiveService(msgspec.Struct, frozen=True):
    """A service as it is now, and what bounds it."""

    service: Service
    cluster: str
    target: ScalableTarget | None = None
    """Its scalable target; None without one."""
    unknown: str = ""
    """Why it is not known whether there is one."""
    capacity: Capacity | None = None
    """None where nobody asked."""
    targets: tuple[int, int] | None = None
    """Healthy targets of all of them; None without a load balancer, and where nobody may know."""
    running: ServiceDeployment | None = None
    """The deployment that is under way."""
    revisions: tuple[ServiceRevision, ...] = ()
    """Those that it may be rolled back to, the newest first."""
    present: ServiceRevision | None = None
    """The revision that it runs now."""
    differences: Mapping[str, tuple[DiffLine, ...]] = {}
    """ARN of a task definition -> in what it differs from the present one, where that is known."""

    @property
    def name(self) -> str:
        """The service's name."""
        return self.service.service_name or ""

    @property
    def desired(self) -> int:
        """How many tasks it is to have."""
        return self.service.desired_count or 0


def why_not_changed(service: Service) -> str:
    """Why it cannot be changed at all; empty if it can."""
    if service.resource_management_type == "ECS":
        return "Express Mode manages this service"
    if service.status not in (None, "ACTIVE"):
        return f"the service is {(service.status or '').lower()}"
    return ""


def why_not_deployed(service: Service) -> str:
    """Why ECS would not deploy it anew; empty if it would."""
    controller = service.deployment_controller
    by = _DEPLOYED_BY.get((controller.type if controller else None) or "ECS", "")
    return why_not_changed(service) or by


def with_fields(step: Step, **changes: object) -> Step:
    """The step with these fields."""
    return replace(step, **changes)  # type: ignore[arg-type]


def step_of(live: LiveService, *changes: Change) -> Step:
    """A step that changes the service."""
    return Step(live.name, live.service.service_arn or live.name, live.cluster, changes)


def update(live: LiveService, **changes: object) -> Request:
    """UpdateService with these fields and no others."""
    where = {"cluster": live.cluster, "service": live.name}
    return Request("ecs", "UpdateService", where, changes)


def facts_of(service: Service) -> dict[str, str]:
    """What tells this service from one of the same name that took its place, and its deployment."""
    primary = service.primary
    return {
        "created": f"{service.created_at:%Y-%m-%d %H:%M:%S}" if service.created_at else "",
        "deployment": (primary.id if primary else "") or "",
    }


def trouble(service: Service) -> str:
    """What its newest event says, where that is no good news."""
    events = service.events or ()
    newest = without_prefix(events[0].message or "") if events else ""
    return f": {newest}" if "unable" in newest or "failed" in newest else ""


def counted(count: int, noun: str = "task") -> str:
    """`1 task`, `3 tasks`."""
    return f"{count} {noun}" + ("" if count == 1 else "s")
