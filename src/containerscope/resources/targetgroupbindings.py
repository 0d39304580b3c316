"""Target group bindings: which target groups hold the pods of which services."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from containerscope.insight.target_health import arn_name, healthy_count
from containerscope.kube.selection import by_names
from containerscope.model.kube_network import BindingSpec, TargetGroupBinding
from containerscope.model.listing import Item, Missing, joined
from containerscope.resource import Child, Clients, Column, Join, Platform, Resource, Scope
from containerscope.resources import _blocks, _kube
from containerscope.resources._kube_balancing import (
    BINDINGS,
    PERMISSIONS,
    TARGETS,
    ratio_level,
)
from containerscope.resources._target_join import health_of


def _spec(binding: TargetGroupBinding) -> BindingSpec:
    return binding.spec or BindingSpec()


def _arn(item: Item[TargetGroupBinding]) -> str:
    return "" if isinstance(item.value, Missing) else _spec(item.value).target_group_arn or ""


def _service(binding: TargetGroupBinding) -> str | None:
    found = _spec(binding).service_ref
    return f"{found.name}:{found.port}" if found else None


async def _counted(
    clients: Clients, scope: Scope, items: Sequence[Item[TargetGroupBinding]]
) -> Mapping[str, Any]:
    arns = [_arn(item) for item in items]
    health = await asyncio.gather(*(health_of(clients, arn) for arn in arns if arn))
    found = iter(health)
    return {
        item.key: healthy_count(next(found)) if arn else None
        for item, arn in zip(items, arns, strict=True)
    }


def _to_targets(scope: Scope, item: Item[TargetGroupBinding]) -> Scope:
    return scope.within(cluster="", service="", namespace="", parent=_arn(item))


def _to_service(scope: Scope, item: Item[TargetGroupBinding]) -> Scope:
    found = None if isinstance(item.value, Missing) else _spec(item.value).service_ref
    names = (found.name,) if found and found.name else ()
    return _kube.within(scope, item).within(parent=by_names(names))


def _shape(binding: TargetGroupBinding) -> tuple[Any, ...]:
    spec = _spec(binding)
    return (
        _blocks.pairs(
            "Binding",
            ("Service", _service(binding)),
            ("Target group", arn_name(spec.target_group_arn)),
            ("Targets", spec.target_type),
            ("ARN", spec.target_group_arn),
        ),
    )


RESOURCE: Resource[TargetGroupBinding] = Resource(
    name="targetgroupbindings",
    noun="target group binding",
    platform=Platform.KUBERNETES,
    model=TargetGroupBinding,
    lister=_kube.lister(BINDINGS),
    live=True,
    aliases=("tgb",),
    columns=(
        _kube.CLUSTER,
        _kube.NAMESPACE,
        _kube.NAME,
        Column("SERVICE", _service, priority=1, width=40),
        Column(
            "TARGETS",
            of_item=lambda item: joined(item, TARGETS),
            kind="ratio",
            needs=TARGETS,
            priority=2,
            tone_of_item=ratio_level,
        ),
        Column(
            "TARGET GROUP",
            lambda binding: arn_name(_spec(binding).target_group_arn) or None,
            priority=4,
            width=36,
            name="group",
        ),
        Column("TYPE", lambda binding: _spec(binding).target_type, priority=5),
        _kube.AGE,
        _kube.LABELS,
    ),
    read=BINDINGS.read,
    owner=_kube.OWNER,
    children=(
        Child("targets", _to_targets, when=lambda item: bool(_arn(item))),
        Child("kube-services", _to_service),
        _kube.to_events("TargetGroupBinding"),
    ),
    details=_kube.simple_overview("TargetGroupBinding", _shape),
    joins=(Join(TARGETS, _counted, batch=10, seconds=15.0),),
    permissions=_kube.PERMISSIONS + PERMISSIONS[2:],
    empty="No target group bindings in {scope}: the AWS Load Balancer Controller makes them.",
    tags=_kube.tags,
)
