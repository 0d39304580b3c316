"""The columns and cells of the API server's tables, by resource."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from containerscope.demo.kube_ages import human
from containerscope.demo.kube_pod_cells import pod_cells
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import moment

Cells = Callable[[Body, float], list[Any]]


class Layout(NamedTuple):
    """Columns as (name, priority), and how to fill them."""

    columns: tuple[tuple[str, int], ...]
    cells: Cells


def _columns(text: str) -> tuple[tuple[str, int], ...]:
    """From names at commas; those with a `+` are shown only where the table may be wide."""
    names = [each.strip() for each in text.split(",")]
    return tuple((each.lstrip("+"), int(each.startswith("+"))) for each in names)


def age(body: Body, now: float) -> str:
    """How old an object is."""
    created = body["metadata"].get("creationTimestamp")
    return human(now - moment(created)) if created else "<unknown>"


def _name(body: Body) -> str:
    return str(body["metadata"].get("name", ""))


def _parts(body: Body) -> tuple[Body, Body]:
    return body.get("spec") or {}, body.get("status") or {}


def _containers(template: Mapping[str, Any] | None) -> tuple[str, str]:
    found = ((template or {}).get("spec") or {}).get("containers") or []
    return ",".join(each["name"] for each in found), ",".join(each["image"] for each in found)


def _selector(selector: Mapping[str, Any] | None) -> str:
    labels = (selector or {}).get("matchLabels") or {}
    return ",".join(f"{key}={value}" for key, value in labels.items()) or "<none>"


def _deployment(body: Body, now: float) -> list[Any]:
    spec, status = _parts(body)
    return [
        _name(body),
        f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 1)}",
        status.get("updatedReplicas", 0),
        status.get("availableReplicas", 0),
        age(body, now),
        *_containers(spec.get("template")),
        _selector(spec.get("selector")),
    ]


def _replicaset(body: Body, now: float) -> list[Any]:
    spec, status = _parts(body)
    counts = [
        spec.get("replicas", 1),
        status.get("replicas", 0),
        status.get("readyReplicas", 0),
    ]
    names = _containers(spec.get("template"))
    return [_name(body), *counts, age(body, now), *names, _selector(spec.get("selector"))]


def _statefulset(body: Body, now: float) -> list[Any]:
    spec, status = _parts(body)
    ready = f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 1)}"
    return [_name(body), ready, age(body, now), *_containers(spec.get("template"))]


def _daemonset(body: Body, now: float) -> list[Any]:
    spec, status = _parts(body)
    pod = (spec.get("template") or {}).get("spec") or {}
    names = ("desiredNumberScheduled", "currentNumberScheduled", "numberReady")
    counts = [status.get(each, 0) for each in (*names, "updatedNumberScheduled", "numberAvailable")]
    where = ",".join(f"{key}={value}" for key, value in (pod.get("nodeSelector") or {}).items())
    rest = [*_containers(spec.get("template")), _selector(spec.get("selector"))]
    return [_name(body), *counts, where or "<none>", age(body, now), *rest]


def _job(body: Body, now: float) -> list[Any]:
    spec, status = _parts(body)
    conditions = {
        each["type"] for each in status.get("conditions") or () if each["status"] == "True"
    }
    states = (("Complete", "Complete"), ("Failed", "Failed"), ("Suspended", "Suspended"))
    told = next((word for kind, word in states if kind in conditions), "Running")
    took = ""
    if "startTime" in status:
        end = moment(status["completionTime"]) if "completionTime" in status else now
        took = human(end - moment(status["startTime"]))
    done = f"{status.get('succeeded', 0)}/{spec.get('completions') or 1}"
    rest = [*_containers(spec.get("template")), _selector(spec.get("selector"))]
    return [_name(body), told, done, took, age(body, now), *rest]


def _cronjob(body: Body, now: float) -> list[Any]:
    spec, status = _parts(body)
    last = status.get("lastScheduleTime")
    return [
        _name(body),
        spec.get("schedule", ""),
        spec.get("timeZone") or "<none>",
        str(bool(spec.get("suspend"))),
        len(status.get("active") or ()),
        human(now - moment(last)) if last else "<none>",
        age(body, now),
        *_containers(((spec.get("jobTemplate") or {}).get("spec") or {}).get("template")),
        "<none>",
    ]


def _hpa(body: Body, now: float) -> list[Any]:
    spec, status = _parts(body)
    ref = spec.get("scaleTargetRef") or {}
    current = {
        each["resource"]["name"]: each["resource"]["current"].get("averageUtilization")
        for each in status.get("currentMetrics") or ()
        if each.get("type") == "Resource"
    }
    targets = [
        f"{name}: {current.get(name) if current.get(name) is not None else '<unknown>'}%/"
        f"{each['resource']['target'].get('averageUtilization')}%"
        for each in spec.get("metrics") or ()
        if each.get("type") == "Resource"
        for name in (each["resource"]["name"],)
    ]
    return [
        _name(body),
        f"{ref.get('kind')}/{ref.get('name')}",
        ", ".join(targets) or "<none>",
        str(spec.get("minReplicas", 1)),
        spec.get("maxReplicas", 0),
        status.get("currentReplicas", 0),
        age(body, now),
    ]


def _node(body: Body, now: float) -> list[Any]:
    spec, status = _parts(body)
    info = status.get("nodeInfo") or {}
    ready = next((c["status"] for c in status.get("conditions") or () if c["type"] == "Ready"), "")
    told = {"True": "Ready", "": "Unknown"}.get(ready, "NotReady")
    if spec.get("unschedulable"):
        told += ",SchedulingDisabled"
    prefix = "node-role.kubernetes.io/"
    labels = body["metadata"].get("labels") or {}
    roles = [key.removeprefix(prefix) for key in labels if key.startswith(prefix)]
    addresses = {each["type"]: each["address"] for each in status.get("addresses") or ()}
    return [
        _name(body),
        told,
        ",".join(sorted(roles)) or "<none>",
        age(body, now),
        info.get("kubeletVersion", ""),
        addresses.get("InternalIP", "<none>"),
        addresses.get("ExternalIP", "<none>"),
        info.get("osImage", "<unknown>"),
        info.get("kernelVersion", "<unknown>"),
        info.get("containerRuntimeVersion", "<unknown>"),
    ]


def _service(body: Body, now: float) -> list[Any]:
    spec, status = _parts(body)
    kind = spec.get("type", "ClusterIP")
    entries = (status.get("loadBalancer") or {}).get("ingress") or []
    outside = ",".join(each.get("hostname") or each.get("ip", "") for each in entries)
    if kind == "ExternalName":
        outside = spec.get("externalName", "")
    if not outside:
        outside = "<pending>" if kind == "LoadBalancer" else "<none>"
    ports = [
        f"{each['port']}{':' + str(each['nodePort']) if each.get('nodePort') else ''}"
        f"/{each.get('protocol', 'TCP')}"
        for each in spec.get("ports") or ()
    ]
    chosen = ",".join(f"{key}={value}" for key, value in (spec.get("selector") or {}).items())
    cluster_ip = spec.get("clusterIP") or "<none>"
    shown = ",".join(ports) or "<none>"
    return [_name(body), kind, cluster_ip, outside, shown, age(body, now), chosen or "<none>"]


def _ingress(body: Body, now: float) -> list[Any]:
    spec, status = _parts(body)
    hosts = [each.get("host") or "*" for each in spec.get("rules") or ()]
    entries = (status.get("loadBalancer") or {}).get("ingress") or []
    outside = ",".join(each.get("hostname") or each.get("ip", "") for each in entries)
    ports = "80, 443" if spec.get("tls") else "80"
    names = ",".join(hosts) or "*"
    return [_name(body), spec.get("ingressClassName") or "<none>", names, outside, ports,
            age(body, now)]  # fmt: skip


def _namespace(body: Body, now: float) -> list[Any]:
    return [_name(body), _parts(body)[1].get("phase", ""), age(body, now)]


def _claim(body: Body, now: float) -> list[Any]:
    spec, status = _parts(body)
    phase = "Terminating" if body["metadata"].get("deletionTimestamp") else status.get("phase", "")
    return [
        _name(body),
        phase,
        spec.get("volumeName", ""),
        (status.get("capacity") or {}).get("storage", ""),
        _modes(status.get("accessModes")),
        spec.get("storageClassName", ""),
        spec.get("volumeAttributesClassName") or "<unset>",
        age(body, now),
        spec.get("volumeMode", "Filesystem"),
    ]


def _modes(modes: list[str] | None) -> str:
    short = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX"}
    return ",".join(short.get(each, "RWOP") for each in modes or ())


def _volume(body: Body, now: float) -> list[Any]:
    spec, status = _parts(body)
    claim = spec.get("claimRef") or {}
    return [
        _name(body),
        (spec.get("capacity") or {}).get("storage", ""),
        _modes(spec.get("accessModes")),
        spec.get("persistentVolumeReclaimPolicy", ""),
        status.get("phase", ""),
        f"{claim['namespace']}/{claim['name']}" if claim else "",
        spec.get("storageClassName", ""),
        spec.get("volumeAttributesClassName") or "<unset>",
        status.get("reason", ""),
        age(body, now),
        spec.get("volumeMode", "Filesystem"),
    ]


def _storage_class(body: Body, now: float) -> list[Any]:
    notes = body["metadata"].get("annotations") or {}
    default = notes.get("storageclass.kubernetes.io/is-default-class") == "true"
    return [
        f"{_name(body)} (default)" if default else _name(body),
        body.get("provisioner", ""),
        body.get("reclaimPolicy", "Delete"),
        body.get("volumeBindingMode", "Immediate"),
        bool(body.get("allowVolumeExpansion")),
        age(body, now),
    ]


def _event(body: Body, now: float) -> list[Any]:
    about = body.get("involvedObject") or {}
    last = body.get("lastTimestamp") or body.get("eventTime") or body.get("firstTimestamp")
    first = body.get("firstTimestamp") or last
    source = body.get("source") or {}
    return [
        human(now - moment(last)) if last else "<unknown>",
        body.get("type", ""),
        body.get("reason", ""),
        f"{about.get('kind', '').lower()}/{about.get('name', '')}",
        about.get("fieldPath", ""),
        ", ".join(each for each in (source.get("component"), source.get("host")) if each)
        or body.get("reportingComponent", ""),
        str(body.get("message", "")).strip(),
        human(now - moment(first)) if first else "<unknown>",
        body.get("count") or 1,
        _name(body),
    ]


def _disruption_budget(body: Body, now: float) -> list[Any]:
    spec, status = _parts(body)
    limits = [str(spec.get(each, "N/A")) for each in ("minAvailable", "maxUnavailable")]
    return [_name(body), *limits, status.get("disruptionsAllowed", 0), age(body, now)]


def _counted(member: str) -> Cells:
    return lambda body, now: [_name(body), len(body.get(member) or ()), age(body, now)]


def _plain(body: Body, now: float) -> list[Any]:
    return [_name(body), age(body, now)]


PLAIN = Layout((("Name", 0), ("Age", 0)), _plain)
_APPS = "Containers,+Images,+Selector"
LAYOUTS: dict[tuple[str, str], Layout] = {
    ("", "pods"): Layout(
        _columns("Name,Ready,Status,Restarts,Age,+IP,+Node,+Nominated Node,+Readiness Gates"),
        pod_cells,
    ),
    ("", "nodes"): Layout(
        _columns(
            "Name,Status,Roles,Age,Version,+Internal-IP,+External-IP,+OS-Image,+Kernel-Version,"
            "+Container-Runtime"
        ),
        _node,
    ),
    ("apps", "deployments"): Layout(
        _columns(f"Name,Ready,Up-to-date,Available,Age,+{_APPS}"), _deployment
    ),
    ("apps", "replicasets"): Layout(
        _columns(f"Name,Desired,Current,Ready,Age,+{_APPS}"), _replicaset
    ),
    ("apps", "statefulsets"): Layout(_columns("Name,Ready,Age,+Containers,+Images"), _statefulset),
    ("apps", "daemonsets"): Layout(
        _columns(f"Name,Desired,Current,Ready,Up-to-date,Available,Node Selector,Age,+{_APPS}"),
        _daemonset,
    ),
    ("batch", "jobs"): Layout(_columns(f"Name,Status,Completions,Duration,Age,+{_APPS}"), _job),
    ("batch", "cronjobs"): Layout(
        _columns(f"Name,Schedule,Timezone,Suspend,Active,Last Schedule,Age,+{_APPS}"), _cronjob
    ),
    ("autoscaling", "horizontalpodautoscalers"): Layout(
        _columns("Name,Reference,Targets,MinPods,MaxPods,Replicas,Age"), _hpa
    ),
    ("", "services"): Layout(
        _columns("Name,Type,Cluster-IP,External-IP,Port(s),Age,+Selector"), _service
    ),
    ("networking.k8s.io", "ingresses"): Layout(
        _columns("Name,Class,Hosts,Address,Ports,Age"), _ingress
    ),
    ("", "namespaces"): Layout(_columns("Name,Status,Age"), _namespace),
    ("", "persistentvolumeclaims"): Layout(
        _columns(
            "Name,Status,Volume,Capacity,Access Modes,StorageClass,VolumeAttributesClass,Age,"
            "+VolumeMode"
        ),
        _claim,
    ),
    ("", "persistentvolumes"): Layout(
        _columns(
            "Name,Capacity,Access Modes,Reclaim Policy,Status,Claim,StorageClass,"
            "VolumeAttributesClass,Reason,Age,+VolumeMode"
        ),
        _volume,
    ),
    ("storage.k8s.io", "storageclasses"): Layout(
        _columns("Name,Provisioner,ReclaimPolicy,VolumeBindingMode,AllowVolumeExpansion,Age"),
        _storage_class,
    ),
    ("", "events"): Layout(
        _columns(
            "Last Seen,Type,Reason,Object,+Subobject,+Source,Message,+First Seen,+Count,+Name"
        ),
        _event,
    ),
    ("policy", "poddisruptionbudgets"): Layout(
        _columns("Name,Min Available,Max Unavailable,Allowed Disruptions,Age"), _disruption_budget
    ),
    ("", "configmaps"): Layout(_columns("Name,Data,Age"), _counted("data")),
    ("", "serviceaccounts"): Layout(_columns("Name,Secrets,Age"), _counted("secrets")),
    ("", "secrets"): Layout(
        _columns("Name,Type,Data,Age"),
        lambda body, now: [
            _name(body),
            body.get("type", "Opaque"),
            len(body.get("data") or ()),
            age(body, now),
        ],
    ),
}
