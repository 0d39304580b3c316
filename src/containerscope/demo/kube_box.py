"""The containers of pods, as a shell in them sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from containerscope.demo.box import Box, Files
from containerscope.demo.kube_status import Body

_MEMBERS = ("containers", "initContainers", "ephemeralContainers")


def container_in(body: Body, name: str) -> Mapping[str, Any]:
    """The container of this name as its pod wants it."""
    every = (each for member in _MEMBERS for each in body["spec"].get(member) or ())
    return next((each for each in every if each["name"] == name), {})


def box_of(files: dict[str, Files], body: Body, name: str) -> Box:
    """A container of a pod; a debug container sees the environment of none."""
    container, meta = container_in(body, name), body["metadata"]
    environment = {"HOSTNAME": meta["name"], "HOME": "/root"}
    environment |= {each["name"]: each.get("value", "") for each in container.get("env") or ()}
    command = [*(container.get("command") or ()), *(container.get("args") or ())] or [name]
    return Box(
        meta["name"],
        f"{meta['name']}:/# ",
        environment,
        " ".join(command),
        files.setdefault(f"{meta['uid']}/{name}", Files()),
        started=str(body["status"].get("startTime", "")),
    )


def is_interactive(body: Body, name: str) -> bool:
    """Whether a container was made to be typed to."""
    container = container_in(body, name)
    return bool(container.get("stdin") and container.get("tty"))


def is_ephemeral(body: Body, name: str) -> bool:
    """Whether a container was added to a pod that ran already."""
    every = body["spec"].get("ephemeralContainers") or ()
    return any(each["name"] == name for each in every)
