"""Services of Kubernetes clusters."""

from __future__ import annotations

from typing import Any

from containerscope.insight.verdict import Verdict
from containerscope.kube import Kind
from containerscope.model.health import Level
from containerscope.model.kube import Selector
from containerscope.model.kube_network import KubeService, ServiceSpec
from containerscope.resource import Block, Column, Platform, Resource
from containerscope.resources import _blocks, _kube, _kube_balancing
from containerscope.resources._kube_logs import of_selected
from containerscope.resources._kube_object_actions import object_actions

_SERVICES: Kind[KubeService] = Kind(KubeService, "services")


def _spec(service: KubeService) -> ServiceSpec:
    return service.spec or ServiceSpec()


def _addresses(service: KubeService) -> tuple[str, ...] | None:
    balancer = service.status.load_balancer if service.status else None
    found = balancer.addresses if balancer else ()
    name = _spec(service).external_name
    return (*found, *((name,) if name else ())) or None


def verdict(service: KubeService) -> Verdict:
    """The level of a service: one that waits for its load balancer."""
    if _spec(service).type == "LoadBalancer" and not _addresses(service):
        return Verdict(
            Level.PROGRESS, "no load balancer yet", fix="see its events, and the controller's logs"
        )
    return Verdict(Level.FINE)


def _ports(service: KubeService) -> tuple[str, ...] | None:
    """As kubectl shows them: `80:31234/TCP`."""
    return (
        tuple(
            f"{each.port}{f':{each.node_port}' if each.node_port else ''}/{each.protocol or 'TCP'}"
            for each in _spec(service).ports or ()
        )
        or None
    )


def _selector(service: Any) -> Selector | None:
    found = _spec(service).selector
    return Selector(found) if found else None


def _selector_text(service: KubeService) -> str | None:
    found = _selector(service)
    return found.text if found else None


def _shape(service: KubeService) -> tuple[Block, ...]:
    spec = _spec(service)
    targets = tuple(
        f"{each.name or each.port}: {each.port} → {each.target_port}" for each in spec.ports or ()
    )
    return (
        _blocks.pairs(
            "Service",
            ("Type", spec.type),
            ("Cluster IP", spec.cluster_ip),
            ("Addresses", _addresses(service)),
            ("Load balancer class", spec.load_balancer_class),
            ("Ports", targets),
            ("Selector", _selector_text(service)),
        ),
    )


RESOURCE: Resource[KubeService] = Resource(
    name="kube-services",
    noun="Kubernetes service",
    platform=Platform.KUBERNETES,
    model=KubeService,
    lister=_kube.lister(_SERVICES),
    live=True,
    aliases=("ksvc",),
    columns=(
        _kube.CLUSTER,
        _kube.NAMESPACE,
        _kube.NAME,
        _kube.health_column(verdict),
        Column("TYPE", lambda service: _spec(service).type, priority=2),
        Column("CLUSTER IP", lambda service: _spec(service).cluster_ip, priority=4),
        Column("ADDRESS", _addresses, priority=3, width=70),
        _kube_balancing.COLUMN,
        Column("PORTS", _ports, priority=3, width=40),
        Column("SELECTOR", _selector_text, wide=True, priority=7, width=50),
        _kube.AGE,
        _kube.LABELS,
    ),
    read=_SERVICES.read,
    owner=_kube.OWNER,
    users=_kube.used_by("Service", _selector),
    health=_kube.health(verdict),
    changing=_kube.changing(verdict),
    children=(_kube.to_selected("pods", _selector), _kube.to_events("Service")),
    logs=of_selected("Kubernetes service", _selector),
    details=(*_kube.simple_overview("Service", _shape, verdict), _kube_balancing.DETAIL),
    joins=(_kube_balancing.JOIN,),
    actions=object_actions(_SERVICES),
    permissions=_kube.PERMISSIONS + _kube_balancing.PERMISSIONS,
    empty="No services in {scope}.",
    tags=_kube.tags,
)
