"""What opens something in a pod, or on the instance behind a row."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from functools import partial
from typing import Any

from containerscope.insight import forward_plans as forwarding
from containerscope.insight import session_plans as plans
from containerscope.insight.session_plans import LiveHost, LivePod
from containerscope.model.kube_pod import Pod, PodContainer
from containerscope.model.listing import Item, Missing
from containerscope.plan import Ask, Option, Step
from containerscope.resource import Action, Clients, Scope
from containerscope.resources import _kube
from containerscope.resources._session_actions import (
    COPIES,
    HOST_SESSION,
    LONGEST,
    PORTS,
    Look,
    Parts,
    first_names,
    part_words,
    sessions,
)

# Pods and their containers


def _namespace(scope: Scope, item: Item[Any]) -> str:
    value = item.value
    if isinstance(value, PodContainer):
        return value.namespace
    if isinstance(value, Pod):
        return _kube.meta(value).namespace or scope.namespace
    return scope.namespace


async def pod_live(clients: Clients, scope: Scope, item: Item[Any], part: str) -> LivePod:
    """A pod, and which of its containers is meant."""
    from containerscope.resources._exec_facts import live_pod

    cluster = item.cluster or scope.cluster
    return await live_pod(clients, cluster, _namespace(scope, item), item.name, part)


async def pod_container_live(clients: Clients, scope: Scope, item: Item[Any], part: str) -> LivePod:
    """A container of a pod that is a row of its own."""
    from containerscope.resources._exec_facts import live_pod

    pod = item.value.pod if isinstance(item.value, PodContainer) else ""
    pod = pod or scope.parent.rpartition(":")[2]
    cluster = item.cluster or scope.cluster
    return await live_pod(clients, cluster, _namespace(scope, item), pod, item.name)


async def pod_parts(clients: Clients, scope: Scope, item: Item[Pod]) -> tuple[Option, ...]:
    """The containers of a pod."""
    pod = item.value
    if isinstance(pod, Missing):
        pod = (await pod_live(clients, scope, item, "")).pod
    names = [each.name or "" for each in plans.containers(pod)]
    states = {each.name: each.state for each in plans.statuses(pod)}
    running = [name for name in names if (state := states.get(name)) and state.running]
    return tuple(Option(name, f"{name}  running") for name in first_names(running)) or tuple(
        Option(name, name) for name in names
    )


def _pod_when(item: Item[Any]) -> str:
    status = getattr(item.value, "status", None)
    phase = getattr(status, "phase", None)
    return f"the pod is {phase.lower()}" if phase in ("Succeeded", "Failed") else ""


def _words(answer: str) -> tuple[str, ...]:
    """A command line as its words; what cannot be split is one."""
    try:
        return tuple(shlex.split(answer))
    except ValueError:
        return (answer,)


_POD = (
    ("shell", "Open a shell in", "Open a shell in a container", "shell", None, "terminal"),
    ("exec", "Run a command in", "Run one command in a container",
     "exec", Ask("command", hint="COMMAND", characters=".*", longest=LONGEST), "command"),
    ("attach", "Attach to", "Attach to what runs in a container", "attach", None, "terminal"),
    ("debug", "Add a debug container to", "Add a debug container with a shell",
     "", Ask("image", hint="IMAGE", characters=".*", longest=LONGEST), "terminal"),
    ("forward", "Forward a port of", "Forward a port of the pod", "forward", PORTS, "forward"),
)  # fmt: skip
_POD_PLANS: dict[str, Callable[[LivePod, str], Step]] = {
    "shell": lambda live, _: plans.plan_pod_exec(live, ()),
    "exec": lambda live, answer: plans.plan_pod_exec(live, _words(answer)),
    "attach": lambda live, _: plans.plan_attach(live),
    "debug": plans.plan_debug,
    "forward": forwarding.plan_pod_forward,
}
_POD_ANSWERS: dict[str, Callable[[LivePod], str]] = {
    "debug": lambda _: plans.DEBUG_IMAGE,
    "forward": forwarding.pod_ports,
}


def pod_actions(look: Look, parts: Parts | None = None) -> tuple[Action[Any], ...]:
    """A shell, one command, attaching and a debug container; RBAC says who may."""

    def made(spec: Any, part: str) -> Action[Any]:
        name, title, about, key, asks, opens = spec
        return Action(
            name,
            f"{title} {part_words(part)}",
            about,
            lambda clients, scope, item: look(clients, scope, item, part),
            _POD_PLANS[name],
            (),
            when=_pod_when,
            key=key,
            asks=asks,
            answer=_POD_ANSWERS.get(name, lambda _: ""),
            opens=opens,
        )

    makes = [partial(made, spec) for spec in _POD]
    makes += [lambda part, make=make: make(look, part, _pod_when) for make in COPIES]  # type: ignore[misc]
    return tuple(sessions(make, parts) for make in makes)


# Instances and nodes


def host_actions(
    instance: Callable[[Item[Any]], str], when: Callable[[Item[Any]], str] = lambda _: ""
) -> tuple[Action[Any], ...]:
    """A shell on the EC2 instance behind a row."""

    async def look(clients: Clients, scope: Scope, item: Item[Any]) -> LiveHost:
        from containerscope.resources._exec_facts import live_host

        cluster = item.cluster or scope.cluster
        return await live_host(clients, instance(item), item.name, cluster, item.key)

    def refused(item: Item[Any]) -> str:
        if not isinstance(item.value, Missing) and not instance(item).startswith(("i-", "mi-")):
            return "it is no EC2 instance"
        return when(item)

    return (
        Action(
            "shell",
            "Open a shell on",
            "Open a shell on the instance (Session Manager)",
            look,
            lambda live, _: plans.plan_host(live),
            HOST_SESSION,
            when=refused,
            key="shell",
            opens="terminal",
        ),
        Action(
            "forward",
            "Forward a port of",
            "Forward a port of the instance, or of a host it reaches",
            look,
            forwarding.plan_host_forward,
            HOST_SESSION,
            when=refused,
            key="forward",
            asks=PORTS,
            opens="forward",
        ),
    )
