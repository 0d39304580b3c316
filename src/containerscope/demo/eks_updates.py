"""How EKS carries out a change: an update under way, then its end and what it has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from containerscope.demo.eks_state import EksCluster, Update
from containerscope.demo.ids import uuid
from containerscope.demo.world import World

Errors = list[dict[str, Any]]
Finish = Callable[[], Errors]
"""Carries the change out at its end; what it returns are the reasons why that failed."""


def error(code: str, message: str, resources: Sequence[str] = ()) -> dict[str, Any]:
    """An entry of an update's `errors`."""
    return {"errorCode": code, "errorMessage": message, "resourceIds": list(resources)}


def begin(
    world: World,
    cluster: EksCluster,
    kind: str,
    params: Mapping[str, Any],
    seconds: float,
    finish: Finish,
    *,
    nodegroup: str = "",
    addon: str = "",
) -> Update:
    """An update that ends after so many seconds of the world; its subject is UPDATING till then."""
    update = start(world, cluster, kind, params, nodegroup=nodegroup, addon=addon)

    def end() -> None:
        if update.running and world.eks.get(cluster.name) is cluster:
            close(world, cluster, update, finish())

    world.agenda.after(seconds, end)
    return update


def start(
    world: World,
    cluster: EksCluster,
    kind: str,
    params: Mapping[str, Any],
    *,
    nodegroup: str = "",
    addon: str = "",
) -> Update:
    """An update that somebody else will `close`; its subject is UPDATING till then."""
    update = record(world, cluster, kind, params, world.now(), nodegroup=nodegroup, addon=addon)
    subject = _subject(cluster, update)
    if subject is not None:
        subject["status"] = "UPDATING"
    return update


def record(
    world: World,
    cluster: EksCluster,
    kind: str,
    params: Mapping[str, Any],
    at: float,
    *,
    nodegroup: str = "",
    addon: str = "",
    errors: Errors | None = None,
) -> Update:
    """An update in the books: one under way, or with `errors` one that has long ended."""
    ended = "Failed" if errors else "Successful"
    body: dict[str, Any] = {
        "id": uuid("eks update", world.seed, cluster.name, len(cluster.updates), kind, at),
        "status": "InProgress" if errors is None else ended,
        "type": kind,
        "params": [{"type": name, "value": _text(value)} for name, value in params.items()],
        "createdAt": at,
        "errors": errors or [],
    }
    update = Update(body, nodegroup, addon)
    cluster.updates[body["id"]] = update
    return update


def close(world: World, cluster: EksCluster, update: Update, errors: Errors) -> None:
    """Put the end of an update into the books and its subject back to rest."""
    update.body["status"] = "Failed" if errors else "Successful"
    update.body["errors"] = errors
    settle(world, cluster, update)


def settle(world: World, cluster: EksCluster, update: Update) -> None:
    """Give the subject of an update that has ended the status that it deserves."""
    subject = _subject(cluster, update)
    if subject is None or subject["status"] == "DELETING":
        return
    issues = subject.get("health", {}).get("issues")
    if subject is cluster.body:
        subject["status"] = "ACTIVE"
        return
    subject["modifiedAt"] = world.now()
    if update.addon and update.body["status"] == "Failed":
        subject["status"] = "UPDATE_FAILED"
    else:
        subject["status"] = "DEGRADED" if issues else "ACTIVE"


def under_way(cluster: EksCluster, nodegroup: str = "", addon: str = "") -> Update | None:
    """The update of a subject, the cluster itself by default, that has not ended yet."""
    return next(
        (
            each
            for each in cluster.updates.values()
            if each.running and (each.nodegroup, each.addon) == (nodegroup, addon)
        ),
        None,
    )


def _subject(cluster: EksCluster, update: Update) -> dict[str, Any] | None:
    if update.nodegroup:
        return cluster.nodegroups.get(update.nodegroup)
    if update.addon:
        return cluster.addons.get(update.addon)
    return cluster.body


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
