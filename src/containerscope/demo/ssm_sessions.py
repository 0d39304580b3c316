"""What Session Manager answers: sessions in tasks and on instances, and who can be reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ec2_hosts import Host, hosts
from containerscope.demo.ecs_state import Session, Task
from containerscope.demo.ecs_views_task import runtime_id
from containerscope.demo.ids import token
from containerscope.demo.paging import Paging
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.world import World

_FORWARD = "AWS-StartPortForwardingSession"
_REMOTE = f"{_FORWARD}ToRemoteHost"
_SHELL = "SSM-SessionManagerRunShell"
_PAGES = Paging("MaxResults", "NextToken", "NextToken", 50, 50)


class Opened(NamedTuple):
    """A session that waits for whoever has its token."""

    name: str
    url: str
    token: str


def open_session(world: World, prefix: str, session: Session) -> Opened:
    """Keep a session until it is entered."""
    world.opened += 1
    name = f"{prefix}{token(20, world.seed, world.opened, world.now()).lower()}"
    secret = token(60, "session", name)
    world.sessions[name] = replace(session, token=secret)
    return Opened(name, f"ws://{world.address}/_session/{name}?role=publish_subscribe", secret)


def start_session(call: Call) -> Result:
    """A terminal on an instance, or a port of an instance or of a task's container."""
    params = call.params
    document = params.get("DocumentName") or _SHELL
    given: Mapping[str, list[str]] = params.get("Parameters") or {}
    session = _on(call.world, params["Target"])
    if document in (_FORWARD, _REMOTE):
        if document == _REMOTE and not given.get("host"):
            raise AwsError("InvalidParameters", "Parameter host is required.")
        port, local = given.get("portNumber", [""])[0], given.get("localPortNumber", ["0"])[0]
        if not port.isdecimal() or not local.isdecimal():
            raise AwsError("InvalidParameters", "Parameter portNumber must be a number.")
        session = replace(session, port=int(port), local_port=int(local))
    elif document != _SHELL:
        raise AwsError("InvalidDocument", f"Document with name {document} does not exist.")
    elif session.task is not None:
        raise AwsError("TargetNotConnected", f"{params['Target']} is not connected.")
    opened = open_session(call.world, "demo-", session)
    return {"SessionId": opened.name, "StreamUrl": opened.url, "TokenValue": opened.token}


def _on(world: World, target: str) -> Session:
    refused = AwsError("TargetNotConnected", f"{target} is not connected.")
    if target.startswith("ecs:"):
        cluster, name, runtime = [*target.removeprefix("ecs:").rsplit("_", 2), "", ""][:3]
        task = world.clusters[cluster].tasks.get(name) if cluster in world.clusters else None
        container = _container(task, runtime) if task is not None else ""
        if task is None or not container or task.status != "RUNNING" or not task.exec_enabled:
            raise refused
        return Session("", task, container)
    found = next((each for each in hosts(world) if each.id == target), None)
    if found is None or not _reached(found):
        raise refused
    return Session("", instance=found.id)


def _container(task: Task, runtime: str) -> str:
    names = (each["name"] for each in task.definition.containers)
    return next((name for name in names if runtime_id(task, name) == runtime), "")


def _reached(host: Host) -> bool:
    return host.state == "running"


def terminate_session(call: Call) -> Result:
    """End a session that nobody has entered; one that was entered ends with its socket."""
    name = call.params["SessionId"]
    call.world.sessions.pop(name, None)
    return {"SessionId": name}


def describe_instance_information(call: Call) -> Result:
    """The instances whose agent has called."""
    wanted: set[str] | None = None
    for each in call.params.get("Filters") or ():
        if each["Key"] == "InstanceIds":
            wanted = set(each["Values"])
    found = [
        {
            "InstanceId": host.id,
            "PingStatus": "Online",
            "LastPingDateTime": call.world.now() - 40,
            "AgentVersion": "3.3.1611.0",
            "IsLatestVersion": True,
            "PlatformType": "Linux",
            "PlatformName": "Amazon Linux",
            "PlatformVersion": "2023",
            "ResourceType": "EC2Instance",
            "IPAddress": host.address,
        }
        for host in hosts(call.world)
        if _reached(host) and (wanted is None or host.id in wanted)
    ]
    return _PAGES.page(call.params, "InstanceInformationList", found)


SESSIONS: dict[str, Handler] = {
    "StartSession": start_session,
    "TerminateSession": terminate_session,
    "DescribeInstanceInformation": describe_instance_information,
}
