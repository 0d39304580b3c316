"""The resource types that the API serves: the built-in ones and those of custom resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_ALL = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
_READ = ("get", "list")
_PATCH = ("get", "patch", "update")


@dataclass(frozen=True)
class Subresource:
    """A path below an object, and the kind that is read and written there."""

    name: str
    kind: str
    verbs: tuple[str, ...]
    group: str = ""
    version: str = ""
    """Of the kind, where they differ from those of the resource."""


@dataclass(frozen=True)
class ResourceType:
    """One resource of one version of one group."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True
    short: tuple[str, ...] = ()
    verbs: tuple[str, ...] = _ALL
    categories: tuple[str, ...] = ()
    subresources: tuple[Subresource, ...] = ()
    stored: tuple[str, str] = ("", "")
    """The (group, plural) under which its objects are kept, where it is another's view."""
    columns: tuple[tuple[str, str, str, int], ...] = ()
    """A custom resource's printer columns: name, type, JSON path, priority."""
    singular_name: str = ""
    custom: bool = False
    """Whether a CustomResourceDefinition brought it."""

    @property
    def api_version(self) -> str:
        """The group and version in one, as objects give it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def storage(self) -> tuple[str, str]:
        """The key of the collection that holds its objects."""
        return self.stored if self.stored[1] else (self.group, self.plural)

    @property
    def singular(self) -> str:
        """The name of one of it, as discovery gives it."""
        return self.singular_name or self.kind.lower()

    def subresource(self, name: str) -> Subresource | None:
        """The subresource of this name, if there is one."""
        return next((each for each in self.subresources if each.name == name), None)


_STATUS = "status"
_SCALE = Subresource("scale", "Scale", _PATCH, "autoscaling", "v1")


def _of(
    group: str,
    version: str,
    plural: str,
    kind: str,
    short: str = "",
    *,
    status: bool = False,
    more: tuple[Subresource, ...] = (),
    **rest: Any,
) -> ResourceType:
    below = (*more, *((Subresource(_STATUS, kind, _PATCH),) if status else ()))
    return ResourceType(
        group, version, plural, kind, short=tuple(short.split()), subresources=below, **rest
    )


_CONNECT = ("create", "get")
_POD_PARTS = (
    Subresource("attach", "PodAttachOptions", _CONNECT),
    Subresource("binding", "Binding", ("create",)),
    Subresource("ephemeralcontainers", "Pod", _PATCH),
    Subresource("eviction", "Eviction", ("create",), "policy", "v1"),
    Subresource("exec", "PodExecOptions", _CONNECT),
    Subresource("log", "Pod", ("get",)),
    Subresource("portforward", "PodPortForwardOptions", _CONNECT),
)
_A = ("all",)
_RBAC = "rbac.authorization.k8s.io"
_EVENTS = ("", "events")
_HPAS = ("autoscaling", "horizontalpodautoscalers")
_SCALED = (_SCALE,)

BUILT_IN: tuple[ResourceType, ...] = (
    _of("", "v1", "configmaps", "ConfigMap", "cm"),
    _of("", "v1", "endpoints", "Endpoints", "ep", singular_name="endpoints"),
    _of("", "v1", "events", "Event", "ev"),
    _of("", "v1", "limitranges", "LimitRange", "limits"),
    _of("", "v1", "namespaces", "Namespace", "ns", status=True, namespaced=False),
    _of("", "v1", "nodes", "Node", "no", status=True, namespaced=False),
    _of("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", "pvc", status=True),
    _of("", "v1", "persistentvolumes", "PersistentVolume", "pv", status=True, namespaced=False),
    _of("", "v1", "pods", "Pod", "po", status=True, more=_POD_PARTS, categories=_A),
    _of("", "v1", "resourcequotas", "ResourceQuota", "quota", status=True),
    _of("", "v1", "secrets", "Secret"),
    _of("", "v1", "serviceaccounts", "ServiceAccount", "sa"),
    _of("", "v1", "services", "Service", "svc", status=True, categories=_A),
    _of("apps", "v1", "controllerrevisions", "ControllerRevision"),
    _of("apps", "v1", "daemonsets", "DaemonSet", "ds", status=True, categories=_A),
    _of(
        "apps", "v1", "deployments", "Deployment", "deploy", status=True, more=_SCALED,
        categories=_A,
    ),
    _of("apps", "v1", "replicasets", "ReplicaSet", "rs", status=True, more=_SCALED, categories=_A),
    _of(
        "apps", "v1", "statefulsets", "StatefulSet", "sts", status=True, more=_SCALED,
        categories=_A,
    ),
    _of("batch", "v1", "cronjobs", "CronJob", "cj", status=True, categories=_A),
    _of("batch", "v1", "jobs", "Job", status=True, categories=_A),
    _of(
        "autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", "hpa",
        status=True, categories=_A,
    ),
    _of(
        "autoscaling", "v1", "horizontalpodautoscalers", "HorizontalPodAutoscaler", "hpa",
        status=True, categories=_A, stored=_HPAS,
    ),
    _of("networking.k8s.io", "v1", "ingresses", "Ingress", "ing", status=True),
    _of("networking.k8s.io", "v1", "ingressclasses", "IngressClass", namespaced=False),
    _of("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", "netpol"),
    _of("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
    _of("events.k8s.io", "v1", "events", "Event", "ev", stored=_EVENTS),
    _of("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", "pdb", status=True),
    _of("storage.k8s.io", "v1", "csidrivers", "CSIDriver", namespaced=False),
    _of("storage.k8s.io", "v1", "storageclasses", "StorageClass", "sc", namespaced=False),
    _of("storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", namespaced=False),
    _of("coordination.k8s.io", "v1", "leases", "Lease"),
    _of("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", "pc", namespaced=False),
    _of(_RBAC, "v1", "clusterroles", "ClusterRole", namespaced=False),
    _of(_RBAC, "v1", "clusterrolebindings", "ClusterRoleBinding", namespaced=False),
    _of(_RBAC, "v1", "roles", "Role"),
    _of(_RBAC, "v1", "rolebindings", "RoleBinding"),
    _of(
        "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition",
        "crd crds", status=True, namespaced=False,
    ),
    _of("apiregistration.k8s.io", "v1", "apiservices", "APIService", status=True, namespaced=False),
    *(
        _of(
            "authorization.k8s.io", "v1", plural, kind, namespaced=plural.startswith("local"),
            verbs=("create",),
        )
        for plural, kind in (
            ("localsubjectaccessreviews", "LocalSubjectAccessReview"),
            ("selfsubjectaccessreviews", "SelfSubjectAccessReview"),
            ("selfsubjectrulesreviews", "SelfSubjectRulesReview"),
            ("subjectaccessreviews", "SubjectAccessReview"),
        )
    ),
    _of(
        "authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview",
        namespaced=False, verbs=("create",),
    ),
)  # fmt: skip

METRICS: tuple[ResourceType, ...] = (
    _of("metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", namespaced=False, verbs=_READ),
    _of("metrics.k8s.io", "v1beta1", "pods", "PodMetrics", verbs=_READ),
)
"""What metrics-server adds, kept nowhere and reckoned when asked for."""

GROUP_ORDER = (
    "", "apiregistration.k8s.io", "apps", "events.k8s.io", "authentication.k8s.io",
    "authorization.k8s.io", "autoscaling", "batch", "networking.k8s.io", "policy", _RBAC,
    "storage.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io", "coordination.k8s.io",
    "discovery.k8s.io",
)  # fmt: skip
"""The order in which discovery names the groups; groups of custom resources follow."""


def custom(definition: Mapping[str, Any]) -> list[ResourceType]:
    """The types that a CustomResourceDefinition adds, its storage version first."""
    spec = definition["spec"]
    names = spec["names"]
    versions = sorted(spec["versions"], key=lambda each: not each.get("storage"))
    found = []
    for version in versions:
        if not version.get("served"):
            continue
        below = []
        parts = version.get("subresources", {})
        if "status" in parts:
            below.append(Subresource(_STATUS, names["kind"], _PATCH))
        if "scale" in parts:
            below.append(_SCALE)
        found.append(
            ResourceType(
                spec["group"],
                version["name"],
                names["plural"],
                names["kind"],
                namespaced=spec["scope"] == "Namespaced",
                short=tuple(names.get("shortNames", ())),
                categories=tuple(names.get("categories", ())),
                subresources=tuple(below),
                columns=tuple(
                    (each["name"], each["type"], each["jsonPath"], each.get("priority", 0))
                    for each in version.get("additionalPrinterColumns", ())
                ),
                singular_name=names.get("singular", ""),
                custom=True,
            )
        )
    return found


@dataclass
class Catalog:
    """The types a cluster serves, by their place in a URL."""

    types: dict[tuple[str, str, str], ResourceType] = field(default_factory=dict)

    def add(self, each: ResourceType) -> None:
        """Serve one more type."""
        self.types[each.group, each.version, each.plural] = each

    def drop(self, each: ResourceType) -> None:
        """Serve a type no longer."""
        self.types.pop((each.group, each.version, each.plural), None)

    def find(self, group: str, version: str, plural: str) -> ResourceType | None:
        """The type at this place, if there is one."""
        return self.types.get((group, version, plural))

    def preferred(self, group: str, plural: str) -> ResourceType | None:
        """The type of this name in the version that its group prefers."""
        return next(
            (each for each in self.types.values() if (each.group, each.plural) == (group, plural)),
            None,
        )

    def groups(self) -> dict[str, dict[str, list[ResourceType]]]:
        """Group → version → types, in the order that discovery names them."""
        found: dict[str, dict[str, list[ResourceType]]] = {}
        known = [each for each in GROUP_ORDER if any(key[0] == each for key in self.types)]
        for group in known:
            found[group] = {}
        for each in self.types.values():
            found.setdefault(each.group, {}).setdefault(each.version, []).append(each)
        return found
