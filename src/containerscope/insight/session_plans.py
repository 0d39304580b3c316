"""What opening something in a task, a pod or on an instance sends; pure functions of what is so."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from containerscope.insight.preflight import (
    Check,
    ExecFacts,
    blocked,
    exec_checks,
    first_lacking,
    plugin_check,
)
from containerscope.model import arn
from containerscope.model.kube_pod import Container, ContainerStatus, Pod
from containerscope.plan import Change, Request, Step

SHELL = "/bin/sh"
POD_SHELL = ("sh", "-c", "command -v bash >/dev/null && exec bash || exec sh")
"""The best shell that is there, as kubectl's users are used to."""
DEBUG_IMAGE = "busybox:1.37"


@dataclass(frozen=True)
class LivePod:
    """A pod as it is now, and which of its containers is meant."""

    pod: Pod
    cluster: str
    container: str

    @property
    def name(self) -> str:
        """The name of the pod."""
        return (self.pod.metadata and self.pod.metadata.name) or ""

    @property
    def namespace(self) -> str:
        """The namespace of the pod."""
        return (self.pod.metadata and self.pod.metadata.namespace) or ""

    @property
    def want(self) -> Container | None:
        """The container as it is wanted."""
        return next((each for each in containers(self.pod) if each.name == self.container), None)

    @property
    def status(self) -> ContainerStatus | None:
        """The container as it is."""
        return next((each for each in statuses(self.pod) if each.name == self.container), None)

    @property
    def where(self) -> Mapping[str, Any]:
        """What says which container is meant."""
        return {
            "cluster": self.cluster,
            "namespace": self.namespace,
            "pod": self.name,
            "container": self.container,
        }


@dataclass(frozen=True)
class LiveHost:
    """An EC2 instance as Session Manager knows it."""

    instance: str
    name: str
    cluster: str = ""
    key: str = ""
    ping: str | None = None
    """`Online`, `ConnectionLost`; empty where its agent has never called, None if not known."""
    unread: str = ""
    plugin: str = ""


def containers(pod: Pod) -> tuple[Container, ...]:
    """The containers of a pod that one can be in, those that do its work first."""
    spec = pod.spec
    if spec is None:
        return ()
    return (
        *(spec.containers or ()),
        *(spec.init_containers or ()),
        *(spec.ephemeral_containers or ()),
    )


def statuses(pod: Pod) -> tuple[ContainerStatus, ...]:
    """The states of all of them."""
    status = pod.status
    if status is None:
        return ()
    return (
        *(status.container_statuses or ()),
        *(status.init_container_statuses or ()),
        *(status.ephemeral_container_statuses or ()),
    )


def plan_exec(live: ExecFacts, command: str) -> Step:
    """A command, or a shell, in a container of a task."""
    checks = exec_checks(live)
    command = command.strip() or SHELL
    where = {"cluster": live.cluster, "task": live.task.task_arn, "container": live.container}
    request = Request("ecs", "ExecuteCommand", where, {"command": command, "interactive": True})
    key, mark = live.task.task_arn or "", exec_target(live)
    return session_step(exec_named(live), key, live.cluster, checks, request, command, mark)


def exec_target(live: ExecFacts) -> str:
    """By what Session Manager knows a container of a task."""
    runtime = (live.within and live.within.runtime_id) or ""
    return f"ecs:{live.cluster}_{arn.name_of(live.task.task_arn or '')}_{runtime}"


def plan_pod_exec(live: LivePod, command: Sequence[str]) -> Step:
    """A command, or a shell, in a container of a pod."""
    given = tuple(command) or POD_SHELL
    request = Request("kubernetes", "exec", live.where, {"command": list(given)})
    words = "a shell" if given == POD_SHELL else shlex.join(given)
    return session_step(
        pod_named(live), pod_key(live), live.cluster, pod_checks(live), request, words
    )


def plan_attach(live: LivePod) -> Step:
    """The output, and where it takes some the input, of what runs in a container."""
    want = live.want or Container()
    changes = {"stdin": bool(want.stdin), "tty": bool(want.tty)}
    request = Request("kubernetes", "attach", live.where, changes)
    words = "what is running" if want.stdin else "the output of what is running, to be read,"
    return session_step(
        pod_named(live), pod_key(live), live.cluster, pod_checks(live), request, words
    )


def plan_debug(live: LivePod, image: str) -> Step:
    """An ephemeral container beside one of a pod, and a shell in it."""
    image = image.strip() or DEBUG_IMAGE
    phase = (live.pod.status and live.pod.status.phase) or "unknown"
    there = phase in ("Running", "Pending")
    fix = "a debug container is added to pods that have not ended"
    checks = (Check("pod", there, f"the pod is {phase.lower()}", "" if there else fix),)
    number = len((live.pod.spec and live.pod.spec.ephemeral_containers) or ()) + 1
    changes = {"image": image, "name": f"debugger-{number}"}
    request = Request("kubernetes", "debug", live.where, changes)
    words = f"debug container {changes['name']} of {image}"
    return pod_step(live, checks, request, words)


def plan_host(live: LiveHost) -> Step:
    """A shell on an EC2 instance."""
    request = Request("ssm", "StartSession", {"Target": live.instance})
    name = f"{live.name} ({live.instance})" if live.name != live.instance else live.name
    return session_step(
        name, live.key or live.instance, live.cluster, host_checks(live), request, "a shell"
    )


def pod_checks(live: LivePod) -> tuple[Check, ...]:
    """What exec, attach and copying need of a pod; the rest is RBAC, of which the API tells."""
    phase = (live.pod.status and live.pod.status.phase) or "unknown"
    if live.pod.metadata is not None and live.pod.metadata.deletion_timestamp is not None:
        words, fix = "the pod is being deleted", "choose another one"
        return (Check("pod", False, words, fix),)
    if phase not in ("Running", "Pending"):
        words = f"the pod is {phase.lower()}"
        return (Check("pod", False, words, "only a pod that runs can be entered"),)
    if live.want is None:
        names = ", ".join(each.name or "?" for each in containers(live.pod))
        words = f"the pod has no container {live.container or '?'}"
        return (Check("container", False, words, f"it has {names or 'none'}"),)
    state = live.status.state if live.status else None
    if state is not None and state.running is not None:
        return (Check("container", True, f"{live.container} runs"),)
    waits = state.waiting.reason if state and state.waiting else None
    how = waits or ("ended" if state and state.terminated else "not started")
    words = f"container {live.container} does not run: {how}"
    fix = "its events and previous logs say why; a debug container can be added meanwhile"
    return (Check("container", False, words, fix),)


def host_checks(live: LiveHost) -> tuple[Check, ...]:
    """What a session on an instance needs."""
    if not live.instance.startswith(("i-", "mi-")):
        words = "this node is no EC2 instance that one can be on"
        return (Check("instance", False, words, "Fargate gives no access to its hosts"),)
    agent = Check("agent", True, "the SSM agent is online")
    if live.ping is None:
        agent = Check("agent", None, live.unread or "not known", needed=False)
    elif live.ping != "Online":
        words = f"the SSM agent is {live.ping}" if live.ping else "its SSM agent has never called"
        fix = (
            "attach AmazonSSMManagedInstanceCore to the instance's role, and let it reach the "
            "endpoints ssm, ssmmessages and ec2messages"
        )
        agent = Check("agent", False, words, fix)
    return (agent, plugin_check(live.plugin))


def exec_named(live: ExecFacts) -> str:
    """Which container of which task of what."""
    name = arn.name_of(live.task.task_arn or "")
    service = live.task.service
    return f"{service or 'task'}/{name[:12]} {live.container}".strip()


def pod_step(live: LivePod, checks: Sequence[Check], request: Request, words: str) -> Step:
    """The same of a pod."""
    return session_step(pod_named(live), pod_key(live), live.cluster, checks, request, words)


def pod_named(live: LivePod) -> str:
    """Which container of which pod."""
    return f"{live.name} {live.container}".strip()


def pod_key(live: LivePod) -> str:
    """Where a pod is, and that it is this one."""
    uid = (live.pod.metadata and live.pod.metadata.uid) or ""
    return f"{live.cluster}/{live.namespace}/{live.name}/{uid}"


def session_step(
    target: str,
    key: str,
    where: str,
    checks: Sequence[Check],
    request: Request,
    words: str,
    mark: str = "",
) -> Step:
    """What is sent to open something, unless one of the checks says that it cannot be."""
    lacking = first_lacking(checks)
    return Step(
        target,
        key,
        where,
        (Change("opens", "", f"{words} in {target}"),),
        None if lacking else request,
        tuple(check.note for check in checks if check is not lacking),
        {check.name: str(check.passed) for check in checks if check.needed},
        refused=blocked(checks),
        mark=mark,
    )
