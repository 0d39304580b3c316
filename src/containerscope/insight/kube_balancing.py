"""Which target groups stand behind an ingress or a service of Kubernetes."""

from __future__ import annotations

from collections.abc import Iterable

from containerscope.model.elb import LoadBalancer
from containerscope.model.kube import Meta
from containerscope.model.kube_network import (
    Backend,
    Ingress,
    IngressSpec,
    KubeService,
    TargetGroupBinding,
)

_GROUP = "alb.ingress.kubernetes.io/group.name"
_STACK, _NAME, _SPACE = (
    "ingress.k8s.aws/stack", "ingress.k8s.aws/stack-name", "ingress.k8s.aws/stack-namespace",
)  # fmt: skip


def backends(ingress: Ingress) -> tuple[str, ...]:
    """The names of the services that an ingress sends requests to."""
    spec = ingress.spec or IngressSpec()
    paths = (p.backend for r in spec.rules or () for p in (r.http and r.http.paths) or ())
    return tuple(dict.fromkeys(name for b in (spec.default_backend, *paths) if (name := _name(b))))


def _name(backend: Backend | None) -> str | None:
    return backend.service.name if backend and backend.service else None


def bindings_of(
    thing: Ingress | KubeService, bindings: Iterable[TargetGroupBinding]
) -> tuple[TargetGroupBinding, ...]:
    """Those of the namespace that keep the pods behind it in target groups."""
    meta = thing.metadata or Meta()
    if isinstance(thing, KubeService):
        names: tuple[str, ...] = (meta.name or "",)
    else:
        names = backends(thing)
    found = (
        each
        for each in bindings
        if (each.metadata or Meta()).namespace == meta.namespace and _service(each) in names
    )
    if isinstance(thing, KubeService):
        return tuple(found)
    return tuple(each for each in found if _of_stack(each, meta))


def _service(binding: TargetGroupBinding) -> str | None:
    return binding.spec.service_ref.name if binding.spec and binding.spec.service_ref else None


def _of_stack(binding: TargetGroupBinding, ingress: Meta) -> bool:
    """Whether it was made for this ingress, or for the group that the ingress is in."""
    labels = (binding.metadata or Meta()).labels or {}
    group = (ingress.annotations or {}).get(_GROUP)
    if group:
        return labels.get(_STACK, group) == group
    named = labels.get(_NAME)
    return named is None or (named, labels.get(_SPACE)) == (ingress.name, ingress.namespace)


def groups_of(bindings: Iterable[TargetGroupBinding]) -> tuple[str, ...]:
    """The ARNs of their target groups, each once."""
    arns = (each.spec.target_group_arn for each in bindings if each.spec)
    return tuple(dict.fromkeys(arn for arn in arns if arn))


def addresses_of(thing: Ingress | KubeService) -> tuple[str, ...]:
    """The names of its load balancer."""
    balancer = thing.status.load_balancer if thing.status else None
    return balancer.addresses if balancer else ()


def balancer_at(addresses: Iterable[str], known: Iterable[LoadBalancer]) -> LoadBalancer | None:
    """The load balancer that answers at one of these names."""
    names = {each.lower().removeprefix("dualstack.").rstrip(".") for each in addresses}
    return next((each for each in known if (each.dns_name or "").lower() in names), None)
