"""The kubelet's work on ephemeral containers: they start, can be typed to, and end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from containerscope.demo.kube_facts import PODS
from containerscope.demo.kube_life import Life
from containerscope.demo.kube_pod_status import container_status, running, terminated, waiting
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Entry

_STATUSES = "ephemeralContainerStatuses"
_PULLED = 0.6
"""Seconds until the image of a debug container is there."""


def begin_ephemeral(life: Life, entry: Entry) -> None:
    """Start those of a pod's ephemeral containers that have no status yet."""
    body = entry.object()
    known = {each["name"] for each in body["status"].get(_STATUSES) or ()}
    fresh = [
        each for each in body["spec"].get("ephemeralContainers") or () if each["name"] not in known
    ]
    if not fresh:
        return
    told = body["status"].setdefault(_STATUSES, [])
    told += [container_status(entry.uid, each, waiting("ContainerCreating")) for each in fresh]
    life.store.put(PODS, body)
    for each in fresh:
        life.after(_PULLED, _starting(life, entry, each))


def _starting(life: Life, entry: Entry, container: Body) -> Callable[[], None]:
    def start() -> None:
        _change(
            life,
            entry,
            container["name"],
            lambda _: container_status(entry.uid, container, running(life.now)),
        )

    return start


def end_ephemeral(life: Life, entry: Entry, name: str) -> None:
    """The shell in a debug container was left."""

    def end(status: Body) -> Body:
        start = (status["state"].get("running") or {}).get("startedAt")
        if start is None:
            return status
        state = terminated(0, "Completed", start, life.now, status["containerID"])
        return {**status, "state": state, "started": False}

    _change(life, entry, name, end)


def _change(life: Life, entry: Entry, name: str, edit: Callable[[Body], Any]) -> None:
    facts = life.facts.pods.get(entry.key)
    if facts is None or facts.entry.uid != entry.uid:
        return
    body = facts.entry.object()
    statuses = body["status"].get(_STATUSES) or []
    for at, each in enumerate(statuses):
        if each["name"] == name:
            statuses[at] = edit(each)
    life.store.put(PODS, body)
