"""The cells of a pod as `kubectl get pods` shows them, reckoned as the API server does."""

from __future__ import annotations

from typing import Any

from containerscope.demo.kube_ages import human
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import moment


def pod_cells(body: Body, now: float) -> list[Any]:
    """Name, ready, status, restarts, age, IP, node, nominated node, readiness gates."""
    spec, status, meta = body.get("spec") or {}, body.get("status") or {}, body["metadata"]
    containers = spec.get("containers") or []
    statuses = status.get("containerStatuses") or []
    sidecars = [
        each["name"]
        for each in spec.get("initContainers") or ()
        if each.get("restartPolicy") == "Always"
    ]
    sidecar_statuses = [
        each for each in status.get("initContainerStatuses") or () if each["name"] in sidecars
    ]
    ready = sum(bool(each.get("ready")) for each in (*statuses, *sidecar_statuses))
    return [
        meta["name"],
        f"{ready}/{len(containers) + len(sidecars)}",
        reason(body),
        _restarts([*statuses, *sidecar_statuses], now),
        human(now - moment(meta["creationTimestamp"])),
        status.get("podIP") or "<none>",
        spec.get("nodeName") or "<none>",
        status.get("nominatedNodeName") or "<none>",
        "<none>",
    ]


def reason(body: Body) -> str:
    """The word that stands for the pod's state. Source: printPod of the API server."""
    spec, status = body.get("spec") or {}, body.get("status") or {}
    told = status.get("reason") or status.get("phase") or ""
    for condition in status.get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition.get("reason") == "SchedulingGated":
            told = "SchedulingGated"
    initializing, told = _init_reason(spec, status, told)
    if not initializing:
        running = False
        for each in reversed(status.get("containerStatuses") or ()):
            state = each.get("state") or {}
            ended, waits = state.get("terminated"), state.get("waiting")
            if waits and waits.get("reason"):
                told = waits["reason"]
            elif ended:
                told = ended.get("reason") or _exit(ended)
            elif each.get("ready") and state.get("running"):
                running = True
        if told == "Completed" and running:
            ready = any(
                each["type"] == "Ready" and each["status"] == "True"
                for each in status.get("conditions") or ()
            )
            told = "Running" if ready else "NotReady"
    if body["metadata"].get("deletionTimestamp"):
        if status.get("reason") == "NodeLost":
            return "Unknown"
        if status.get("phase") not in ("Succeeded", "Failed"):
            return "Terminating"
    return told


def _init_reason(spec: Body, status: Body, told: str) -> tuple[bool, str]:
    listed = spec.get("initContainers") or []
    always = {each["name"] for each in listed if each.get("restartPolicy") == "Always"}
    for index, each in enumerate(status.get("initContainerStatuses") or ()):
        state = each.get("state") or {}
        ended, waits = state.get("terminated"), state.get("waiting")
        if ended and ended.get("exitCode") == 0:
            continue
        if each["name"] in always and each.get("started"):
            continue
        if ended:
            return True, f"Init:{ended.get('reason') or _exit(ended)}"
        if waits and waits.get("reason") not in (None, "", "PodInitializing"):
            return True, f"Init:{waits['reason']}"
        return True, f"Init:{index}/{len(listed)}"
    return False, told


def _exit(ended: Body) -> str:
    if ended.get("signal"):
        return f"Signal:{ended['signal']}"
    return f"ExitCode:{ended.get('exitCode', 0)}"


def _restarts(statuses: list[Body], now: float) -> str:
    count = sum(each.get("restartCount", 0) for each in statuses)
    ends = [
        ended["finishedAt"]
        for each in statuses
        if (ended := (each.get("lastState") or {}).get("terminated"))
    ]
    if not count or not ends:
        return str(count)
    return f"{count} ({human(now - moment(max(ends)))} ago)"
