"""What deleting or editing any Kubernetes object would do, and how far it has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from containerscope.block import DiffLine
from containerscope.insight.kube_ref import Ref, counted
from containerscope.insight.object_diff import differences, json_patch
from containerscope.model.health import Level
from containerscope.plan import Change, Confirm, KubeRequest, Note, Stage, Step

_SHOWN = 40
"""Values that are told one by one."""
_HIDDEN = ("managedFields",)
_KEPT = ("apiVersion", "kind")
"""What makes it the object that it is."""
_NAMED = ("name", "namespace", "uid")


class LiveObject(msgspec.Struct, frozen=True):
    """An object as it is now."""

    ref: Ref
    body: Mapping[str, Any]
    pods: int | None = None
    """How many pods a namespace has."""

    @property
    def kind(self) -> str:
        """`Deployment`."""
        return str(self.body.get("kind") or self.ref.plural)

    @property
    def meta(self) -> Mapping[str, Any]:
        """Its metadata."""
        return _part(self.body, "metadata")

    @property
    def secret(self) -> bool:
        """Whether its values are secret."""
        return self.kind == "Secret"


def plan_delete(live: LiveObject, answer: str) -> Step:
    """Delete an object, and in the background what belongs to it."""
    refused = "it is being deleted already" if live.meta.get("deletionTimestamp") else ""
    body = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": {"uid": live.ref.uid},
        "propagationPolicy": "Background",
    }
    ref = live.ref
    return ref.step(
        Change(live.kind.lower(), "there", "deleted"),
        request=None if refused else KubeRequest(ref.cluster, "delete", ref.path, ref.plural, body),
        notes=tuple(_delete_notes(live)),
        facts=ref.facts,
        confirm=Confirm.TYPED,
        refused=refused,
        mark=ref.uid,
    )


def _delete_notes(live: LiveObject) -> Iterable[Note]:
    status, spec = _part(live.body, "status"), _part(live.body, "spec")
    pods = next(
        (status[each] for each in ("replicas", "currentNumberScheduled", "active")
         if isinstance(status.get(each), int)), 0,
    )  # fmt: skip
    if pods:
        yield Note(f"its {counted(pods, 'pod')} {'ends' if pods == 1 else 'end'} with it")
    for each in live.meta.get("ownerReferences") or ():
        if isinstance(each, Mapping) and each.get("controller"):
            yield Note(f"{str(each.get('kind')).lower()} {each.get('name')} will make it again")
    words = _KIND_NOTES.get(live.kind)
    if words:
        yield Note(words)
    if live.kind == "Namespace":
        more = f": {counted(live.pods, 'pod')}, and all else" if live.pods else ""
        yield Note(f"everything in it is deleted with it{more}")
    if live.kind == "PersistentVolumeClaim" and spec.get("volumeName"):
        yield Note(f"what becomes of volume {spec['volumeName']} its reclaim policy says")
    holders = [each for each in live.meta.get("finalizers") or () if isinstance(each, str)]
    if holders:
        yield Note(f"it goes only once this is done: {', '.join(holders)}", Level.NONE)


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


_KIND_NOTES: Mapping[str, str] = {
    "Node": "its pods are lost to the cluster; its instance runs on",
    "CustomResourceDefinition": "all objects of this type are deleted with it, in every namespace",
    "Service": "its load balancer, if it has one, is deleted with it",
    "Ingress": "its load balancer, if nothing else uses it, is deleted with it",
    "PersistentVolume": "the claim that is bound to it loses its volume",
    "StatefulSet": "the volume claims of its pods stay",
    "Secret": "pods that use it do not start any more",
    "ConfigMap": "pods that use it do not start any more",
    "ServiceAccount": "the tokens of pods that run as it end",
}


def deleted(uid: str | None, holders: Iterable[str], step: Step) -> Stage:
    """How far an object has come on its way out; `uid` is None where there is none any more."""
    if uid is None:
        return Stage("deleted", True, Level.FINE)
    if uid != step.mark:
        return Stage("deleted; another one has its name now", True, Level.FINE)
    waits = ", ".join(holders)
    return Stage(f"waiting for its finalizers: {waits}" if waits else "being deleted")


# Editing


def editable(body: Mapping[str, Any]) -> dict[str, Any]:
    """What is offered to be edited: the object without book-keeping and without its status."""
    meta = {k: v for k, v in (body.get("metadata") or {}).items() if k not in _HIDDEN}
    found = {**body, "metadata": meta}
    if found.get("kind") != "Event":
        found.pop("status", None)
    return found


class EditError(ValueError):
    """What was edited cannot be sent, and why."""


def edit_steps(before: Mapping[str, Any], after: Any) -> list[dict[str, Any]]:
    """The patch that makes of the object what was made of it; raises `EditError`.

    It names the version that was edited, so that the server refuses it once there is another one.
    """
    if not isinstance(after, dict) or not isinstance(after.get("metadata"), dict):
        raise EditError("that is no Kubernetes object any more: it has no metadata")
    for each in _KEPT:
        if after.get(each) != before.get(each):
            raise EditError(f"{each} cannot be changed: make another object")
    for each in _NAMED:
        if after["metadata"].get(each) != before["metadata"].get(each):
            raise EditError(f"metadata.{each} cannot be changed: make another object")
    version = before["metadata"].get("resourceVersion")
    same = {**after["metadata"]}
    if version is not None:
        same["resourceVersion"] = version
    steps = json_patch(before, {**after, "metadata": same})
    if not steps:
        return []
    path = "/metadata/resourceVersion"
    return [{"op": "replace", "path": path, "value": version}, *steps] if version else steps


def plan_edit(live: LiveObject, steps: list[dict[str, Any]], becomes: Mapping[str, Any]) -> Step:
    """Send what was edited, and nothing else; `becomes` is the object as it was left."""
    lines = differences(editable(live.body), becomes, secret=live.secret)
    changes = {line.path: _shown(line.new) for line in lines}
    return live.ref.step(
        *edit_changes(lines),
        request=live.ref.json_patch(steps, changes),
        facts=live.ref.facts,
        confirm=Confirm.TYPED if _shrinks(lines) else Confirm.YES,
    )


def _shrinks(lines: Iterable[DiffLine]) -> bool:
    """Whether pods end by it."""
    return any(
        each.path == "spec.replicas" and isinstance(each.old, int) and isinstance(each.new, int)
        and each.new < each.old
        for each in lines
    )  # fmt: skip


def tried(live: LiveObject, step: Step, answer: Mapping[str, Any]) -> Step:
    """The step with what the server makes of it, its own defaults and webhooks included."""
    if live.secret:
        # The values in the answer are masked: what becomes of them cannot be told.
        return step
    lines = differences(editable(live.body), editable(answer), secret=live.secret)
    skip = ("metadata.resourceVersion", "metadata.generation")
    lines = tuple(line for line in lines if line.path not in skip)
    if not lines:
        return replace(step, refused="the server makes nothing of it", request=None)
    return replace(step, changes=edit_changes(lines))


def edit_changes(lines: tuple[DiffLine, ...]) -> tuple[Change, ...]:
    """Each value that becomes different, as far as there is room."""
    shown = tuple(Change(each.path, _shown(each.old), _shown(each.new)) for each in lines[:_SHOWN])
    more = len(lines) - len(shown)
    return (*shown, Change("and more values", str(more), "others")) if more else shown


def _shown(value: object) -> str:
    if value is None or value == "":
        return "–"
    return str(value).lower() if isinstance(value, bool) else str(value)
