"""The kubelets: pods start, become ready, crash, are restarted and end."""

from __future__ import annotations

from collections.abc import Callable

from containerscope.demo.ec2_networks import Network
from containerscope.demo.ids import number
from containerscope.demo.kube_facts import PODS, PodFacts
from containerscope.demo.kube_fates import FINE, ImageFate, pull_error
from containerscope.demo.kube_life import Kind, Life
from containerscope.demo.kube_pod_status import (
    begin,
    container_status,
    readiness,
    running,
    set_condition,
    settle,
    terminated,
    waiting,
)
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Change, Entry, moment

_FIRST_BACKOFF = 10.0
_LONGEST_BACKOFF = 300.0
_STABLE = 600.0
"""Seconds after which a container that ran begins its back-off anew."""


class Kubelets:
    """The kubelets of all nodes."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self._store = life.store
        self.fates: dict[str, ImageFate] = {}
        """By image."""
        self._ips = 0
        self.network = Network("", "10.64")
        """Where pods get their addresses from."""
        self._backoff: dict[tuple[str, str], float] = {}
        """By pod uid and container: the seconds of the last wait."""
        life.controllers["kubelet"] = self
        life.watchers.append(self._watch)

    def fate(self, image: str) -> ImageFate:
        """What becomes of containers of an image."""
        return self.fates.get(image, FINE)

    def _watch(
        self, kind: Kind, change: Change, before: PodFacts | None, after: PodFacts | None
    ) -> None:
        if kind != PODS or after is None:
            return
        if (after.node and not (before and before.node)) or (
            after.deleting and not (before and before.deleting)
        ):
            self._life.soon("kubelet", change.entry.key)

    def reconcile(self, key: str) -> None:
        """Begin with a pod that has come to a node, or stop one that is to go."""
        facts = self._life.facts.pods.get(key)
        if facts is None or not self._works(facts.node):
            return
        body = facts.entry.object()
        if facts.deleting:
            grace = body["metadata"].get("deletionGracePeriodSeconds", 30)
            seconds = min(grace, 1.0 + number(30, facts.entry.uid, "stop") / 10)
            self._event(
                body, "Killing", f"Stopping container {body['spec']['containers'][0]['name']}"
            )
            self._later(seconds, facts.entry, self._stopped)
        elif "startTime" not in body["status"]:
            self._begin(facts.entry)

    def recover(self, node: str) -> None:
        """A node works again: what was to go there goes, what waits begins."""
        for key in list(self._life.facts.by_node.get(node, ())):
            self._life.soon("kubelet", key)

    def settle(self, body: Body, node: str, when: float) -> None:
        """Let a pod, that is not in the store yet, have been running since a time."""
        node_ip = self._node_ip(node)
        body["spec"]["nodeName"] = node
        settle(body, node, node_ip, self._pod_ip(body["spec"]), when)

    def _works(self, node: str) -> bool:
        found = self._life.facts.nodes.get(node)
        return found is not None and found.ready

    def _node_ip(self, node: str) -> str:
        found = self._life.facts.nodes.get(node)
        return found.ip if found is not None else ""

    def _pod_ip(self, spec: Body) -> str:
        """The node's own address, where the pod shares it, or the next one."""
        node = str(spec["nodeName"])
        if spec.get("hostNetwork") or node.startswith("fargate-"):
            return self._node_ip(node)
        return self._next_ip(node)

    def _next_ip(self, node: str) -> str:
        """The next address of the node's subnet that no node has."""
        found = self._life.facts.nodes.get(node)
        zone = (found.labels if found else {}).get("topology.kubernetes.io/zone", "a")[-1]
        taken = {each.ip for each in self._life.facts.nodes.values()} if self._ips < 300 else ()
        while True:
            self._ips += 1
            ip = self.network.address(zone, 300 + self._ips % 15_000)
            if ip not in taken:
                return ip

    def _later(self, seconds: float, entry: Entry, then: Callable[[Entry, Body], None]) -> None:
        """Go on with a pod if it is still there, and its node works, by then."""
        key, uid = entry.key, entry.uid

        def resume() -> None:
            facts = self._life.facts.pods.get(key)
            if facts is not None and facts.entry.uid == uid and self._works(facts.node):
                then(facts.entry, facts.entry.object())

        self._life.after(seconds, resume)

    def _event(
        self, body: Body, reason: str, message: str, field: str = "", *, bad: bool = False
    ) -> None:
        container = f"spec.containers{{{body['spec']['containers'][0]['name']}}}"
        self._life.events.write(
            body, "Pod", "v1", reason, message,
            warning=bad, host=body["spec"].get("nodeName", ""), field=field or container,
        )  # fmt: skip

    def _put(self, body: Body) -> Entry:
        return self._store.put(PODS, body)

    def _begin(self, entry: Entry) -> None:
        body, now = entry.object(), self._life.now
        begin(body, self._node_ip(body["spec"]["nodeName"]), now)
        entry = self._put(body)
        pulled = 1.0 + number(25, entry.uid, "pull") / 10
        if body["spec"].get("initContainers"):
            self._later(pulled, entry, lambda entry, body: self._init(entry, body, 0))
        else:
            self._later(pulled, entry, self._start)

    def _init(self, entry: Entry, body: Body, index: int) -> None:
        """Run the init containers one after the other."""
        now, spec = self._life.now, body["spec"]["initContainers"]
        set_condition(body, "PodReadyToStartContainers", True, now)
        body["status"].setdefault("podIP", self._pod_ip(body["spec"]))
        body["status"]["podIPs"] = [{"ip": body["status"]["podIP"]}]
        statuses = body["status"]["initContainerStatuses"]
        if index:
            done, start = statuses[index - 1], statuses[index - 1]["state"]["running"]["startedAt"]
            state = terminated(0, "Completed", start, now, done["containerID"])
            statuses[index - 1] = {**done, "state": state, "ready": True, "started": False}
        if index < len(spec):
            statuses[index] = container_status(entry.uid, spec[index], running(now))
            seconds = 1.0 + number(40, entry.uid, "init", index) / 10
            self._later(seconds, self._put(body), lambda e, b: self._init(e, b, index + 1))
            return
        set_condition(body, "Initialized", True, now)
        self._start(self._put(body), body)

    def _start(self, entry: Entry, body: Body) -> None:
        """Start every container whose image can be pulled."""
        now, spec, status = self._life.now, body["spec"], body["status"]
        if body["metadata"].get("deletionTimestamp"):
            return
        if "podIP" not in status:
            status["podIP"] = self._pod_ip(spec)
        status["podIPs"] = [{"ip": status["podIP"]}]
        set_condition(body, "PodReadyToStartContainers", True, now)
        failing = []
        for index, each in enumerate(spec["containers"]):
            fate = self.fate(each["image"])
            if fate.starts:
                status["containerStatuses"][index] = container_status(entry.uid, each, running(now))
            else:
                failing.append(index)
        if not failing:
            status["phase"] = "Running"
        entry = self._put(body)
        for index, each in enumerate(spec["containers"]):
            if index in failing:
                self._pull_failed(entry.key, entry.uid, index)
            else:
                self._started(entry, body, each)
        self._later(3.0 + number(40, entry.uid, "ready") / 10, entry, self._ready)

    def _started(self, entry: Entry, body: Body, spec: Body) -> None:
        """Tell of a container that has started, and see what becomes of it."""
        field, name = f"spec.containers{{{spec['name']}}}", spec["name"]
        took = 300 + number(2500, entry.uid, name)
        size = 30_000_000 + took * 40_000
        pulled = (
            f'Successfully pulled image "{spec["image"]}" in {took}ms ({took}ms including '
            f"waiting). Image size: {size} bytes."
        )
        self._event(body, "Pulled", pulled, field)
        self._event(body, "Created", f"Created container: {name}", field)
        self._event(body, "Started", f"Started container {name}", field)
        fate = self._fate_of(entry, body, spec)
        if fate.ends:
            self._later(fate.seconds, entry, lambda e, b: self._ended(e, b, name, fate))

    def _fate_of(self, entry: Entry, body: Body, spec: Body) -> ImageFate:
        """The fate of a container's image; those of jobs end well if nothing else is known."""
        fate = self.fate(spec["image"])
        if fate is FINE and body["spec"]["restartPolicy"] != "Always":
            return ImageFate("exit", 20.0 + number(100, entry.uid, "work"), 0)
        return fate

    def _ready(self, entry: Entry, body: Body) -> None:
        """The readiness probes succeed, where they do."""
        for spec, each in zip(
            body["spec"]["containers"], body["status"]["containerStatuses"], strict=True
        ):
            runs = "running" in each["state"]
            kind = self.fate(spec["image"]).kind
            unready = kind == "unready"
            each["ready"] = runs and kind not in ("unready", "crash")
            if runs and unready:
                message = "Readiness probe failed: HTTP probe failed with statuscode: 503"
                self._event(body, "Unhealthy", message, bad=True)
                self._later(10.0, entry, self._ready)
        readiness(body, self._life.now)
        self._put(body)

    def _ended(self, entry: Entry, body: Body, name: str, fate: ImageFate) -> None:
        """A container has ended by itself: restart it, or be done."""
        _, status = self._status(body, name)
        if "running" not in status["state"]:
            return
        code = 137 if fate.kind == "oom" else fate.exit_code
        reason = "OOMKilled" if fate.kind == "oom" else ("Error" if code else "Completed")
        start = status["state"]["running"]["startedAt"]
        state = terminated(code, reason, start, self._life.now, status["containerID"])
        status |= {"state": state, "ready": False, "started": False}
        policy = body["spec"]["restartPolicy"]
        if policy == "Never" or (policy == "OnFailure" and code == 0):
            self._finish(body)
            return
        readiness(body, self._life.now)
        entry = self._put(body)
        ran = self._life.now - moment(start)
        last = self._backoff.get((entry.uid, name))
        if last is None or ran > _STABLE:
            self._backoff[entry.uid, name] = _FIRST_BACKOFF / 2
            self._later(1.0, entry, lambda e, b: self._restart(e, b, name))
            return
        wait = self._backoff[entry.uid, name] = min(last * 2, _LONGEST_BACKOFF)
        self._later(1.0, entry, lambda e, b: self._wait(e, b, name, wait))

    def _status(self, body: Body, name: str) -> tuple[int, Body]:
        statuses = body["status"]["containerStatuses"]
        index = next(i for i, each in enumerate(statuses) if each["name"] == name)
        return index, statuses[index]

    def _wait(self, entry: Entry, body: Body, name: str, seconds: float) -> None:
        """CrashLoopBackOff."""
        _, status = self._status(body, name)
        minutes = int(seconds)
        span = f"{minutes // 60}m{minutes % 60}s" if minutes >= 60 else f"{minutes}s"
        meta = body["metadata"]
        pod = f"{meta['name']}_{meta['namespace']}({entry.uid})"
        text = f"back-off {span} restarting failed container={name} pod={pod}"
        status["lastState"] = status["state"]
        status["state"] = waiting("CrashLoopBackOff", text)
        entry = self._put(body)
        message = f"Back-off restarting failed container {name} in pod {pod}"
        self._event(body, "BackOff", message, f"spec.containers{{{name}}}", bad=True)
        self._later(seconds, entry, lambda e, b: self._restart(e, b, name))

    def _restart(self, entry: Entry, body: Body, name: str) -> None:
        index, status = self._status(body, name)
        spec = body["spec"]["containers"][index]
        last = status["state"] if "terminated" in status["state"] else status["lastState"]
        fresh = container_status(
            entry.uid, spec, running(self._life.now), restarts=status["restartCount"] + 1
        )
        body["status"]["containerStatuses"][index] = {**fresh, "lastState": last}
        entry = self._put(body)
        self._started(entry, body, spec)
        self._later(2.0, entry, self._ready)

    def _pull_failed(self, key: str, uid: str, index: int, wait: float = 10.0) -> None:
        """ErrImagePull, then ImagePullBackOff, again and again."""
        facts = self._life.facts.pods.get(key)
        if facts is None or facts.entry.uid != uid:
            return
        body = facts.entry.object()
        spec = body["spec"]["containers"][index]
        image, field = spec["image"], f"spec.containers{{{spec['name']}}}"
        error = pull_error(self.fate(image), image)
        self._event(body, "Pulling", f'Pulling image "{image}"', field)
        self._event(body, "Failed", f'Failed to pull image "{image}": {error}', field, bad=True)
        self._event(body, "Failed", "Error: ErrImagePull", field, bad=True)
        self._wait_for_image(body, index, "ErrImagePull", error)

        def back_off(entry: Entry, body: Body) -> None:
            text = f'Back-off pulling image "{image}": ErrImagePull: {error}'
            self._wait_for_image(body, index, "ImagePullBackOff", text)
            self._event(body, "BackOff", f'Back-off pulling image "{image}"', field, bad=True)
            self._event(body, "Failed", "Error: ImagePullBackOff", field, bad=True)

        def again(entry: Entry, body: Body) -> None:
            if self.fate(image).starts:
                self._start(entry, body)
            else:
                self._pull_failed(key, uid, index, min(wait * 2, _LONGEST_BACKOFF))

        self._later(2.0, facts.entry, back_off)
        self._later(2.0 + wait, facts.entry, again)

    def _wait_for_image(self, body: Body, index: int, reason: str, message: str) -> None:
        body["status"]["containerStatuses"][index]["state"] = waiting(reason, message)
        self._put(body)

    def _finish(self, body: Body) -> None:
        """The pod is over if every container is."""
        statuses = body["status"]["containerStatuses"]
        ends = [each["state"].get("terminated") for each in statuses]
        now = self._life.now
        readiness(body, now)
        if all(ends):
            failed = any(each["exitCode"] for each in ends if each)
            body["status"]["phase"] = "Failed" if failed else "Succeeded"
            reason = "PodFailed" if failed else "PodCompleted"
            for kind in ("Ready", "ContainersReady"):
                set_condition(body, kind, False, now, reason)
            set_condition(body, "PodReadyToStartContainers", False, now)
        self._put(body)

    def _stopped(self, entry: Entry, body: Body) -> None:
        """The containers have stopped: the pod goes."""
        for each in self._backoff.copy():
            if each[0] == entry.uid:
                del self._backoff[each]
        if body["metadata"].get("finalizers"):
            self._finish(body)
            return
        last = body["status"]
        for each in last.get("containerStatuses") or ():
            if "running" in each["state"]:
                start = each["state"]["running"]["startedAt"]
                each["state"] = terminated(143, "Error", start, self._life.now, each["containerID"])
                each["ready"] = False
        readiness(body, self._life.now)
        self._store.remove(PODS, self._put(body))
