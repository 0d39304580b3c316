"""What the API server fills in and checks when an object is written."""

from __future__ import annotations

import re
from typing import Any

from containerscope.demo.kube_selectors import object_selector
from containerscope.demo.kube_status import Body, invalid
from containerscope.demo.kube_types import ResourceType

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_NAME_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used "
    "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_WORKLOADS = frozenset(("deployments", "replicasets", "statefulsets", "daemonsets"))

Cause = tuple[str, str, str]


def set_defaults(kind: ResourceType, body: Body) -> None:
    """Fill in what the caller may leave out."""
    spec = body.get("spec")
    if kind.plural == "pods" and spec is not None:
        pod_defaults(spec)
        body.setdefault("status", {"phase": "Pending", "qosClass": qos_class(spec)})
    elif kind.group == "apps" and kind.plural in _WORKLOADS and spec is not None:
        template = spec.setdefault("template", {}).setdefault("spec", {})
        pod_defaults(template, with_account=False)
        if kind.plural != "daemonsets":
            spec.setdefault("replicas", 1)
        if kind.plural == "deployments":
            rolling = {"maxSurge": "25%", "maxUnavailable": "25%"}
            spec.setdefault("strategy", {"type": "RollingUpdate", "rollingUpdate": rolling})
            spec.setdefault("revisionHistoryLimit", 10)
            spec.setdefault("progressDeadlineSeconds", 600)
        body.setdefault("status", {})
    elif kind.plural == "jobs" and spec is not None:
        spec.setdefault("completions", 1)
        spec.setdefault("parallelism", 1)
        spec.setdefault("backoffLimit", 6)
        pod_defaults(spec.setdefault("template", {}).setdefault("spec", {}), with_account=False)
        body.setdefault("status", {})
    elif kind.plural == "namespaces" and not kind.group:
        body.setdefault("spec", {"finalizers": ["kubernetes"]})
        body.setdefault("status", {"phase": "Active"})
        labels = body["metadata"].setdefault("labels", {})
        labels["kubernetes.io/metadata.name"] = body["metadata"]["name"]
    elif kind.plural == "secrets":
        body.setdefault("type", "Opaque")


def pod_defaults(spec: Body, *, with_account: bool = True) -> None:
    """The defaults of a pod's spec."""
    for each in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
        each.setdefault("resources", {})
        image = each.get("image", "")
        latest = ":" not in image.rpartition("/")[2] or image.endswith(":latest")
        each.setdefault("imagePullPolicy", "Always" if latest else "IfNotPresent")
        each.setdefault("terminationMessagePath", "/dev/termination-log")
        each.setdefault("terminationMessagePolicy", "File")
    spec.setdefault("restartPolicy", "Always")
    spec.setdefault("terminationGracePeriodSeconds", 30)
    spec.setdefault("dnsPolicy", "ClusterFirst")
    spec.setdefault("securityContext", {})
    spec.setdefault("schedulerName", "default-scheduler")
    if with_account:
        spec.setdefault("serviceAccountName", "default")
        spec.setdefault("serviceAccount", spec["serviceAccountName"])
        spec.setdefault("enableServiceLinks", True)
        spec.setdefault("priority", 0)
        spec.setdefault("preemptionPolicy", "PreemptLowerPriority")
        not_ready, unreachable = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
        tolerations = spec.setdefault("tolerations", [])
        known = {each.get("key") for each in tolerations}
        everything = any(
            each.get("operator") == "Exists" and not each.get("key") for each in tolerations
        )
        if not everything:
            tolerations += [
                {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
                for key in (not_ready, unreachable)
                if key not in known
            ]


def qos_class(spec: Body) -> str:
    """Guaranteed, Burstable or BestEffort, by what the containers request and may use."""
    containers = spec.get("containers") or []
    sides = [each.get("resources") or {} for each in containers]
    if not any(side.get("requests") or side.get("limits") for side in sides):
        return "BestEffort"
    for side in sides:
        limits = side.get("limits") or {}
        requests = {**limits, **(side.get("requests") or {})}
        if any(limits.get(each) is None for each in ("cpu", "memory")):
            return "Burstable"
        if any(requests[each] != limits[each] for each in ("cpu", "memory")):
            return "Burstable"
    return "Guaranteed"


def validate(kind: ResourceType, body: Body) -> None:
    """Raise a 422 with every rule that the object breaks."""
    name = body["metadata"].get("name", "")
    causes: list[Cause] = []
    if kind.group != "rbac.authorization.k8s.io" and not _NAME.fullmatch(name):
        message = f'Invalid value: "{name}": {_NAME_RULE}'
        causes.append(("FieldValueInvalid", message, "metadata.name"))
    spec: Any = body.get("spec")
    if kind.plural == "pods":
        causes += _pod_causes(spec or {}, "spec")
    elif kind.group == "apps" and kind.plural in _WORKLOADS:
        causes += _workload_causes(spec or {})
    elif kind.plural == "jobs":
        causes += _pod_causes(((spec or {}).get("template") or {}).get("spec") or {}, _TEMPLATE)
    if causes:
        raise invalid(kind.kind, kind.group, name, causes)


_TEMPLATE = "spec.template.spec"


def _pod_causes(spec: Body, path: str) -> list[Cause]:
    causes: list[Cause] = []
    if not spec.get("containers"):
        causes.append(("FieldValueRequired", "Required value", f"{path}.containers"))
    for index, each in enumerate(spec.get("containers") or ()):
        for member in ("name", "image"):
            if not each.get(member):
                where = f"{path}.containers[{index}].{member}"
                causes.append(("FieldValueRequired", "Required value", where))
    return causes


def _workload_causes(spec: Body) -> list[Cause]:
    causes: list[Cause] = []
    replicas = spec.get("replicas")
    if isinstance(replicas, int) and replicas < 0:
        message = f"Invalid value: {replicas}: must be greater than or equal to 0"
        causes.append(("FieldValueInvalid", message, "spec.replicas"))
    selector, template = spec.get("selector"), spec.get("template") or {}
    if not selector:
        causes.append(("FieldValueRequired", "Required value", "spec.selector"))
    else:
        labels = (template.get("metadata") or {}).get("labels") or {}
        if not object_selector(selector)(labels):
            message = "Invalid value: `selector` does not match template `labels`"
            causes.append(("FieldValueInvalid", message, "spec.template.metadata.labels"))
    return causes + _pod_causes(template.get("spec") or {}, _TEMPLATE)
