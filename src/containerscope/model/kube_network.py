"""Services and ingresses."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from containerscope.model.kube import Meta


class ServicePort(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A port of a service."""

    name: str | None = None
    protocol: str | None = None
    port: int | None = None
    target_port: int | str | None = None
    node_port: int | None = None


class ServiceSpec(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a service is to be."""

    type: str | None = None
    cluster_ip: str | None = msgspec.field(name="clusterIP", default=None)
    external_name: str | None = None
    load_balancer_class: str | None = None
    selector: Mapping[str, str] | None = None
    ports: tuple[ServicePort, ...] | None = None


class Ingressed(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Where a load balancer answers."""

    hostname: str | None = None
    ip: str | None = None


class Balancer(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The addresses of a load balancer."""

    ingress: tuple[Ingressed, ...] | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Names or addresses, as far as it has any."""
        return tuple(a for each in self.ingress or () if (a := each.hostname or each.ip))


class Balanced(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The status of a service or an ingress."""

    load_balancer: Balancer | None = None


class KubeService(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A service."""

    metadata: Meta | None = None
    spec: ServiceSpec | None = None
    status: Balanced | None = None


class BackendPort(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The port of a backend, by name or number."""

    name: str | None = None
    number: int | None = None


class BackendService(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The service of a backend."""

    name: str | None = None
    port: BackendPort | None = None


class Backend(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Where requests go."""

    service: BackendService | None = None


class Path(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A path of a rule."""

    path: str | None = None
    path_type: str | None = None
    backend: Backend | None = None


class Http(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The paths of a rule."""

    paths: tuple[Path, ...] | None = None


class Rule(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A rule of an ingress; without a host it holds for all."""

    host: str | None = None
    http: Http | None = None


class Tls(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The certificate of some hosts."""

    hosts: tuple[str, ...] | None = None
    secret_name: str | None = None


class IngressSpec(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What an ingress is to be."""

    ingress_class_name: str | None = None
    default_backend: Backend | None = None
    rules: tuple[Rule, ...] | None = None
    tls: tuple[Tls, ...] | None = None


class Ingress(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An ingress."""

    metadata: Meta | None = None
    spec: IngressSpec | None = None
    status: Balanced | None = None


class BoundService(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The service whose pods are registered."""

    name: str | None = None
    port: int | str | None = None


class BindingSpec(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Which pods stand in which target group."""

    service_ref: BoundService | None = None
    target_group_arn: str | None = msgspec.field(name="targetGroupARN", default=None)
    target_type: str | None = None
    ip_address_type: str | None = None


class TargetGroupBinding(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How the AWS Load Balancer Controller keeps the pods of a service in a target group."""

    metadata: Meta | None = None
    spec: BindingSpec | None = None
