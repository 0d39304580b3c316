"""What forwarding a port sends, and whether it can be: of tasks, instances and pods."""

from __future__ import annotations

from collections.abc import Sequence

from containerscope.insight.ports import HOW, Ports, first_words, parse
from containerscope.insight.preflight import Check, ExecFacts, exec_checks
from containerscope.insight.session_plans import (
    LiveHost,
    LivePod,
    exec_named,
    exec_target,
    host_checks,
    pod_checks,
    pod_step,
    session_step,
)
from containerscope.plan import Request, Step

_DOCUMENT = "AWS-StartPortForwardingSession"
_TO_HOST = f"{_DOCUMENT}ToRemoteHost"


def task_ports(live: ExecFacts) -> str:
    """What to begin with: the first port of the container, here and there."""
    every = (live.definition.container_definitions if live.definition else ()) or ()
    found = next((each for each in every if each.name == live.container), None)
    mapped = (found.port_mappings if found else ()) or ()
    return first_words(tuple(each.container_port for each in mapped if each.container_port))


def pod_ports(live: LivePod) -> str:
    """What to begin with: the first port of the container, here and there."""
    found = (live.want and live.want.ports) or ()
    return first_words(tuple(each.container_port for each in found if each.container_port))


def plan_task_forward(live: ExecFacts, answer: str) -> Step:
    """A port of a container of a task, or of a host that it reaches."""
    ports = parse(answer)
    checks = exec_checks(live)
    return session_step(
        exec_named(live),
        live.task.task_arn or "",
        live.cluster,
        (*checks, *_said(ports)),
        _session(exec_target(live), ports),
        _words(ports),
    )


def plan_host_forward(live: LiveHost, answer: str) -> Step:
    """A port of an instance, or of a host that it reaches."""
    ports = parse(answer)
    return session_step(
        live.name,
        live.key or live.instance,
        live.cluster,
        (*host_checks(live), *_said(ports)),
        _session(live.instance, ports),
        _words(ports),
    )


def plan_pod_forward(live: LivePod, answer: str) -> Step:
    """A port of a pod; it has one address for all its containers, and reaches no others for us."""
    ports = parse(answer)
    said = _said(ports)
    if ports is not None and ports.host:
        words = "a pod's ports alone are forwarded, not those of other hosts"
        said = (Check("port", False, words, "give [LOCAL:]PORT"),)
    given = ports or Ports(0, 0)
    request = Request(
        "kubernetes", "portforward", live.where, {"port": given.remote, "local": given.local}
    )
    checks = (*pod_checks(live), *said)
    return pod_step(live, checks, request, _words(ports))


def _session(target: str, ports: Ports | None) -> Request:
    given = ports or Ports(0, 0)
    parameters = {
        "portNumber": [str(given.remote)],
        "localPortNumber": [str(given.local)],
        **({"host": [given.host]} if given.host else {}),
    }
    document = _TO_HOST if given.host else _DOCUMENT
    where = {"Target": target, "DocumentName": document}
    return Request("ssm", "StartSession", where, {"Parameters": parameters})


def _said(ports: Ports | None) -> Sequence[Check]:
    return () if ports is not None else (Check("port", False, "no port was named", HOW),)


def _words(ports: Ports | None) -> str:
    if ports is None:
        return "a port"
    return f"127.0.0.1:{ports.local or 'any'} → {ports.words}"
