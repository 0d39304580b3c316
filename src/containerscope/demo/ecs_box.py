"""The containers of tasks, and the instances, as a shell in them sees them."""

from __future__ import annotations

from containerscope.demo.box import Box, Files
from containerscope.demo.ecs_state import Session
from containerscope.demo.world import World

PROMPT = "/ # "


def box_of(world: World, session: Session) -> Box:
    """Where a session is."""
    task = session.task
    if task is None:
        files = world.files.setdefault(session.instance, Files())
        environment = {"HOME": "/home/ssm-user", "TERM": "xterm-256color"}
        return Box(session.instance, "sh-5.2$ ", environment, "/sbin/init", files, "ssm-user")
    container = next(
        each for each in task.definition.containers if each["name"] == session.container
    )
    host = f"ip-{task.address.replace('.', '-')}" if task.address else task.id[:12]
    environment = {each["name"]: each["value"] for each in container.get("environment", ())}
    return Box(
        host,
        PROMPT,
        environment | {"HOSTNAME": host, "PWD": "/", "TERM": "xterm"},
        " ".join(container.get("command", [session.container])),
        world.files.setdefault(f"{task.id}/{session.container}", Files()),
        str(container.get("user", "root")),
    )
