"""Ingresses of Kubernetes clusters."""

from __future__ import annotations

from containerscope.insight.kube_balancing import backends
from containerscope.insight.verdict import Verdict
from containerscope.kube import Kind
from containerscope.kube.selection import by_labels, by_names
from containerscope.model.health import Level
from containerscope.model.kube_network import Backend, Ingress, IngressSpec
from containerscope.model.listing import Item, Missing
from containerscope.resource import Block, Child, Column, Platform, Resource, Scope, TableBlock
from containerscope.resources import _blocks, _kube, _kube_balancing
from containerscope.resources._kube_object_actions import object_actions

_INGRESSES: Kind[Ingress] = Kind(Ingress, "ingresses", "networking.k8s.io/v1")
_STACK = "ingress.k8s.aws/stack"
_OLD_CLASS = "kubernetes.io/ingress.class"


def _spec(ingress: Ingress) -> IngressSpec:
    return ingress.spec or IngressSpec()


def _addresses(ingress: Ingress) -> tuple[str, ...] | None:
    balancer = ingress.status.load_balancer if ingress.status else None
    return (balancer.addresses if balancer else ()) or None


def _class(ingress: Ingress) -> str | None:
    notes = _kube.meta(ingress).annotations or {}
    return _spec(ingress).ingress_class_name or notes.get(_OLD_CLASS)


def _hosts(ingress: Ingress) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(rule.host or "*" for rule in _spec(ingress).rules or ())) or None


def verdict(ingress: Ingress) -> Verdict:
    """The level of an ingress: one that waits for its load balancer."""
    if _addresses(ingress):
        return Verdict(Level.FINE)
    return Verdict(
        Level.PROGRESS, "no load balancer yet", fix="see its events, and the controller's logs"
    )


def _service(backend: Backend | None) -> str | None:
    found = backend.service if backend else None
    if found is None:
        return None
    port = (found.port.name or found.port.number) if found.port else None
    return f"{found.name}:{port}" if port else found.name


def _to_services(scope: Scope, item: Item[Ingress]) -> Scope:
    names = () if isinstance(item.value, Missing) else backends(item.value)
    return _kube.within(scope, item).within(parent=by_names(names))


def _stack(scope: Scope, item: Item[Ingress]) -> Scope:
    """The bindings that the controller made for it alone."""
    meta = _kube.meta(item.value)
    labels = f"{_STACK}-name={meta.name},{_STACK}-namespace={meta.namespace}"
    return _kube.within(scope, item).within(parent=by_labels(labels))


def _shape(ingress: Ingress) -> tuple[Block, ...]:
    spec = _spec(ingress)
    rows = tuple(
        (rule.host or "*", path.path or "/", path.path_type, _service(path.backend))
        for rule in spec.rules or ()
        for path in (rule.http and rule.http.paths) or ()
    )
    tls = tuple(
        ", ".join(each.hosts or ("*",)) + (f": {each.secret_name}" if each.secret_name else "")
        for each in spec.tls or ()
    )
    return (
        _blocks.pairs(
            "Ingress",
            ("Class", _class(ingress)),
            ("Addresses", _addresses(ingress)),
            ("Otherwise", _service(spec.default_backend)),
            ("TLS", tls),
        ),
        TableBlock("Rules", ("HOST", "PATH", "MATCH", "SERVICE"), rows, empty="No rules."),
    )


RESOURCE: Resource[Ingress] = Resource(
    name="ingresses",
    noun="ingress",
    platform=Platform.KUBERNETES,
    model=Ingress,
    lister=_kube.lister(_INGRESSES),
    live=True,
    aliases=("ing",),
    columns=(
        _kube.CLUSTER,
        _kube.NAMESPACE,
        _kube.NAME,
        _kube.health_column(verdict),
        Column("CLASS", _class, priority=4),
        Column("HOSTS", _hosts, priority=2, width=50),
        _kube_balancing.COLUMN,
        Column("ADDRESS", _addresses, priority=3, width=70),
        Column("TLS", lambda ingress: bool(_spec(ingress).tls), kind="flag", priority=6),
        _kube.AGE,
        _kube.LABELS,
    ),
    read=_INGRESSES.read,
    owner=_kube.OWNER,
    health=_kube.health(verdict),
    changing=_kube.changing(verdict),
    children=(
        Child("kube-services", _to_services),
        Child("targetgroupbindings", _stack),
        _kube.to_events("Ingress"),
    ),
    details=(*_kube.simple_overview("Ingress", _shape, verdict), _kube_balancing.DETAIL),
    joins=(_kube_balancing.JOIN,),
    actions=object_actions(_INGRESSES),
    permissions=_kube.PERMISSIONS + _kube_balancing.PERMISSIONS,
    empty="No ingresses in {scope}.",
    tags=_kube.tags,
)
