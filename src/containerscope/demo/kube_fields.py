"""What a field selector may ask of an object, by resource."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from containerscope.demo.kube_status import Body


def _pod(body: Body) -> dict[str, str]:
    spec, status = body.get("spec") or {}, body.get("status") or {}
    return {
        "spec.nodeName": spec.get("nodeName", ""),
        "spec.restartPolicy": spec.get("restartPolicy", ""),
        "spec.schedulerName": spec.get("schedulerName", ""),
        "spec.serviceAccountName": spec.get("serviceAccountName", ""),
        "spec.hostNetwork": _truth(spec.get("hostNetwork")),
        "status.phase": status.get("phase", ""),
        "status.podIP": status.get("podIP", ""),
        "status.nominatedNodeName": status.get("nominatedNodeName", ""),
    }


def _event(body: Body) -> dict[str, str]:
    about = body.get("involvedObject") or {}
    source = body.get("source") or {}
    names = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
    return {
        **{f"involvedObject.{each}": about.get(each) or "" for each in names},
        "reason": body.get("reason") or "",
        "reportingComponent": body.get("reportingComponent") or "",
        "source": source.get("component") or body.get("reportingComponent") or "",
        "type": body.get("type") or "",
    }


def _truth(value: Any) -> str:
    return "true" if value else "false"


_FIELDS: dict[tuple[str, str], Callable[[Body], dict[str, str]]] = {
    ("", "pods"): _pod,
    ("", "events"): _event,
    ("", "nodes"): lambda body: {
        "spec.unschedulable": _truth((body.get("spec") or {}).get("unschedulable"))
    },
    ("", "namespaces"): lambda body: {"status.phase": (body.get("status") or {}).get("phase", "")},
    ("", "secrets"): lambda body: {"type": body.get("type", "Opaque")},
    ("apps", "replicasets"): lambda body: {
        "status.replicas": str((body.get("status") or {}).get("replicas", 0))
    },
    ("batch", "jobs"): lambda body: {
        "status.successful": str((body.get("status") or {}).get("succeeded", 0))
    },
}


def fields_of(kind: tuple[str, str], body: Body) -> dict[str, str]:
    """The values of an object's selectable fields beyond its name and namespace."""
    known = _FIELDS.get(kind)
    return known(body) if known is not None else {}


def field_names(kind: tuple[str, str]) -> frozenset[str]:
    """The fields, beyond name and namespace, that a selector may name."""
    return frozenset(fields_of(kind, {}))
