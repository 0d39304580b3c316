"""The status of pods, piece by piece, as a kubelet writes it."""

from __future__ import annotations

from typing import Any

from containerscope.demo.ids import hexes
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import stamp

_ORDER = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")


def condition(kind: str, status: bool, when: float, reason: str = "", message: str = "") -> Body:
    """A condition of a pod."""
    told: Body = {
        "type": kind,
        "observedGeneration": 1,
        "status": "True" if status else "False",
        "lastProbeTime": None,
        "lastTransitionTime": stamp(when),
    }
    return {**told, **({"reason": reason, "message": message} if reason else {})}


def set_condition(
    body: Body, kind: str, status: bool, when: float, reason: str = "", message: str = ""
) -> None:
    """Write a condition; its time stays where its status does."""
    found = body["status"].setdefault("conditions", [])
    new = condition(kind, status, when, reason, message)
    for index, each in enumerate(found):
        if each["type"] == kind:
            if each["status"] == new["status"]:
                new["lastTransitionTime"] = each["lastTransitionTime"]
            found[index] = new
            return
    found.append(new)
    found.sort(key=lambda each: _ORDER.index(each["type"]) if each["type"] in _ORDER else -1)


def container_status(uid: str, spec: Body, state: Body, *, restarts: int = 0) -> Body:
    """The status of a container in a state."""
    running = "running" in state
    told: Body = {
        "name": spec["name"],
        "state": state,
        "lastState": {},
        "ready": False,
        "restartCount": restarts,
        "image": spec["image"],
        "imageID": image_id(spec["image"]) if state.get("waiting") is None else "",
        "started": running,
    }
    if "waiting" not in state:
        told["containerID"] = container_id(uid, spec["name"], restarts)
    if running:
        told["resources"] = spec.get("resources") or {}
        told["volumeMounts"] = [
            {
                "name": each["name"],
                "mountPath": each["mountPath"],
                **(
                    {"readOnly": True, "recursiveReadOnly": "Disabled"}
                    if each.get("readOnly")
                    else {}
                ),
            }
            for each in spec.get("volumeMounts") or ()
        ]
        told["allocatedResources"] = (spec.get("resources") or {}).get("requests") or {}
    return told


def container_id(uid: str, name: str, run: int) -> str:
    """The runtime's id of one run of a container."""
    return f"containerd://{hexes(64, uid, name, run)}"


def image_id(image: str) -> str:
    """An image by its digest."""
    return f"{image.rpartition(':')[0]}@sha256:{hexes(64, 'image', image)}"


def waiting(reason: str, message: str = "") -> Body:
    """The state of a container that does not run yet, or not any more."""
    return {"waiting": {"reason": reason, **({"message": message} if message else {})}}


def running(when: float) -> Body:
    """The state of a container that runs."""
    return {"running": {"startedAt": stamp(when)}}


def terminated(code: int, reason: str, start: str, when: float, container: str) -> Body:
    """The state of a container that has ended."""
    return {
        "terminated": {
            "exitCode": code,
            "reason": reason,
            "startedAt": start,
            "finishedAt": stamp(when),
            "containerID": container,
        }
    }


def begin(body: Body, node_ip: str, when: float) -> None:
    """The kubelet has seen the pod: everything waits."""
    spec, status = body["spec"], body["status"]
    inits = spec.get("initContainers") or []
    status |= {
        "phase": "Pending",
        "hostIP": node_ip,
        "hostIPs": [{"ip": node_ip}],
        "startTime": stamp(when),
    }
    names = f"[{' '.join(each['name'] for each in spec['containers'])}]"
    set_condition(body, "PodReadyToStartContainers", False, when)
    if inits:
        listed = f"containers with incomplete status: [{' '.join(i['name'] for i in inits)}]"
        set_condition(body, "Initialized", False, when, "ContainersNotInitialized", listed)
    else:
        set_condition(body, "Initialized", True, when)
    unready = ("ContainersNotReady", f"containers with unready status: {names}")
    set_condition(body, "Ready", False, when, *unready)
    set_condition(body, "ContainersReady", False, when, *unready)
    uid = body["metadata"]["uid"]
    reason = "PodInitializing" if inits else "ContainerCreating"
    if inits:
        status["initContainerStatuses"] = [
            container_status(uid, each, waiting("PodInitializing")) for each in inits
        ]
    status["containerStatuses"] = [
        container_status(uid, each, waiting(reason)) for each in spec["containers"]
    ]


def readiness(body: Body, when: float) -> None:
    """Bring the conditions to what the containers say."""
    statuses = body["status"].get("containerStatuses") or []
    unready = [each["name"] for each in statuses if not each["ready"]]
    reason: tuple[str, ...] = ()
    if unready:
        reason = ("ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]")
    for kind in ("Ready", "ContainersReady"):
        set_condition(body, kind, not unready, when, *reason)


def settle(body: Body, node: str, node_ip: str, pod_ip: str, when: float) -> None:
    """Everything at once: the pod runs on the node and has been ready since shortly after."""
    spec, status, uid = body["spec"], body["status"], body["metadata"]["uid"]
    spec["nodeName"] = node
    begin(body, node_ip, when)
    set_condition(body, "PodScheduled", True, when)
    set_condition(body, "PodReadyToStartContainers", True, when + 2)
    set_condition(body, "Initialized", True, when + 2)
    for each in status["conditions"]:
        if each["type"] == "Initialized":
            each.pop("reason", None)
            each.pop("message", None)
    if "initContainerStatuses" in status:
        status["initContainerStatuses"] = [
            _completed(uid, each, when) for each in spec["initContainers"]
        ]
    status["containerStatuses"] = [
        {**container_status(uid, each, running(when + 3)), "ready": True}
        for each in spec["containers"]
    ]
    status |= {"phase": "Running", "podIP": pod_ip, "podIPs": [{"ip": pod_ip}]}
    readiness(body, when + 8)


def _completed(uid: str, spec: Body, when: float) -> Body:
    identity = container_id(uid, spec["name"], 0)
    state: dict[str, Any] = terminated(0, "Completed", stamp(when + 1), when + 2, identity)
    return {**container_status(uid, spec, state), "ready": True, "started": False}
