"""As what an object uses another one: a volume, a variable, a backend, a target."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from containerscope.model.kube import Selector
from containerscope.model.kube_config import ServiceAccount
from containerscope.model.kube_network import Backend, Ingress
from containerscope.model.kube_pod import Pod
from containerscope.model.kube_using import (
    Binding,
    EnvFrom,
    UsingContainer,
    UsingSpec,
    UsingVolume,
)
from containerscope.model.kube_workload import CronJob, Hpa

USERS = {
    "ConfigMap": ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod"),
    "Secret": (
        "Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod", "Ingress",
        "ServiceAccount",
    ),
    "PersistentVolumeClaim": ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod"),
    "ServiceAccount": (
        "Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod", "RoleBinding",
        "ClusterRoleBinding",
    ),
    "Service": ("Ingress", "StatefulSet", "Pod"),
    "Deployment": ("HorizontalPodAutoscaler",),
    "StatefulSet": ("HorizontalPodAutoscaler",),
}  # fmt: skip
"""Kind -> the kinds whose objects may use one of it."""


def uses(kind: str, name: str, user: Any, selector: Selector | None = None) -> tuple[str, ...]:
    """In how many ways an object uses the one of this kind and name; empty for none.

    `selector` is that of a service, which selects the pods behind it by itself.
    """
    if isinstance(user, Ingress):
        found = _of_ingress(kind, name, user)
    elif isinstance(user, ServiceAccount):
        found = _of_account(kind, name, user)
    elif isinstance(user, Hpa):
        target = user.spec.scale_target_ref if user.spec else None
        same = target is not None and (target.kind, target.name) == (kind, name)
        found = iter(("scales it",) if same else ())
    elif isinstance(user, Binding):
        found = _of_binding(kind, name, user)
    elif kind == "Service":
        found = _of_service(name, user, selector)
    else:
        found = _of_spec(kind, name, pod_spec(user))
    return tuple(dict.fromkeys(found))


def pod_spec(user: Any) -> UsingSpec | None:
    """What the pods of an object are made from, or its own specification."""
    spec = getattr(user, "spec", None)
    if isinstance(user, CronJob):
        spec = spec and spec.job_template and spec.job_template.spec
    if not isinstance(user, Pod):
        spec = spec and spec.template and spec.template.spec
    return spec if isinstance(spec, UsingSpec) else None


def _of_spec(kind: str, name: str, spec: UsingSpec | None) -> Iterator[str]:
    if spec is None:
        return
    if kind == "ServiceAccount" and (spec.service_account_name or "default") == name:
        yield "runs as it"
    for volume in spec.volumes or ():
        if name in _in_volume(kind, volume):
            yield f"volume {volume.name}"
    for container in (*(spec.init_containers or ()), *(spec.containers or ())):
        yield from _of_container(kind, name, container)
    if kind == "Secret" and any(each.name == name for each in spec.image_pull_secrets or ()):
        yield "pulls images with it"


def _in_volume(kind: str, volume: UsingVolume) -> Iterator[str | None]:
    parts = (volume.projected and volume.projected.sources) or ()
    if kind == "ConfigMap":
        yield volume.config_map.name if volume.config_map else None
        yield from (each.config_map.name for each in parts if each.config_map)
    elif kind == "Secret":
        yield volume.secret.secret_name if volume.secret else None
        yield from (each.secret.name for each in parts if each.secret)
        driver = volume.csi.node_publish_secret_ref if volume.csi else None
        yield driver.name if driver else None
    elif kind == "PersistentVolumeClaim":
        claim = volume.persistent_volume_claim
        yield claim.claim_name if claim else None


def _of_container(kind: str, name: str, container: UsingContainer) -> Iterator[str]:
    if kind not in ("ConfigMap", "Secret"):
        return
    for env in container.env or ():
        source = env.value_from
        if source is None:
            continue
        key = source.config_map_key_ref if kind == "ConfigMap" else source.secret_key_ref
        if key is not None and key.name == name:
            yield f"variable {env.name} of {container.name}"
    if any(_whole(kind, each) == name for each in container.env_from or ()):
        yield f"all variables of {container.name}"


def _whole(kind: str, source: EnvFrom) -> str | None:
    found = source.config_map_ref if kind == "ConfigMap" else source.secret_ref
    return found.name if found is not None else None


def _of_ingress(kind: str, name: str, ingress: Ingress) -> Iterator[str]:
    spec = ingress.spec
    if spec is None:
        return
    if kind == "Secret":
        for tls in spec.tls or ():
            if tls.secret_name == name:
                yield f"certificate of {', '.join(tls.hosts or ()) or 'all hosts'}"
        return
    if _names(spec.default_backend, name):
        yield "where everything else goes"
    for rule in spec.rules or ():
        for path in (rule.http and rule.http.paths) or ():
            if _names(path.backend, name):
                yield f"{rule.host or '*'}{path.path or '/'} goes there"


def _names(backend: Backend | None, service: str) -> bool:
    return bool(backend and backend.service and backend.service.name == service)


def _of_account(kind: str, name: str, account: ServiceAccount) -> Iterator[str]:
    if kind != "Secret":
        return
    if any(each.name == name for each in account.image_pull_secrets or ()):
        yield "its pods pull images with it"
    if any(each.name == name for each in account.secrets or ()):
        yield "its token"


def _of_binding(kind: str, name: str, binding: Binding) -> Iterator[str]:
    for subject in binding.subjects or ():
        if (subject.kind, subject.name) == (kind, name):
            role = binding.role_ref
            yield f"gives it {role.kind} {role.name}" if role else "gives it a role"


def _of_service(name: str, user: Any, selector: Selector | None) -> Iterator[str]:
    if isinstance(user, Pod):
        wanted = (selector and selector.match_labels) or {}
        labels = (user.metadata and user.metadata.labels) or {}
        if wanted and all(labels.get(key) == value for key, value in wanted.items()):
            yield "behind it"
    elif user.spec is not None and getattr(user.spec, "service_name", None) == name:
        yield "names its pods by it"
