"""Scale, eviction, binding and ephemeral containers: the paths below an object."""

from __future__ import annotations

from typing import Any

from containerscope.demo.kube_budgets import check_eviction
from containerscope.demo.kube_patch import MERGE, patched
from containerscope.demo.kube_status import Body, bad_request, conflict, invalid, success
from containerscope.demo.kube_store import KubeStore
from containerscope.demo.kube_writes import DeleteOptions, Target, Writes


def scale_of(body: Body) -> Body:
    """The Scale of a workload."""
    meta, spec, status = body["metadata"], body.get("spec") or {}, body.get("status") or {}
    labels = (spec.get("selector") or {}).get("matchLabels") or {}
    names = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {each: meta[each] for each in names if each in meta},
        "spec": {"replicas": spec.get("replicas", 1)},
        "status": {
            "replicas": status.get("replicas", 0),
            "selector": ",".join(f"{key}={value}" for key, value in sorted(labels.items())),
        },
    }


def rescale(writes: Writes, target: Target, scale: Body) -> Body:
    """Take over the number of replicas from a Scale; the new one."""
    replicas = (scale.get("spec") or {}).get("replicas", 0)
    version = (scale.get("metadata") or {}).get("resourceVersion")
    if not isinstance(replicas, int) or replicas < 0:
        message = f"Invalid value: {replicas}: must be greater than or equal to 0"
        cause = ("FieldValueInvalid", message, "spec.replicas")
        raise invalid("Scale", "autoscaling", target.name, [cause])

    def edit(body: Body) -> Body:
        if version and version != body["metadata"]["resourceVersion"]:
            raise conflict(target.kind.plural, target.kind.group, target.name)
        body["spec"]["replicas"] = replicas
        return body

    return scale_of(writes.change(target, edit))


def patch_scale(writes: Writes, target: Target, content_type: str, patch: bytes) -> Body:
    """Patch the Scale of a workload; the new one."""
    scale = scale_of(writes.entry(target).object())
    # A Scale has no lists, so that both merges are the same for it.
    media = content_type.replace("strategic-merge", "merge")
    changed = patched(scale, media, patch, custom=media.startswith(MERGE))
    return rescale(writes, target, changed)


def evict(
    store: KubeStore, writes: Writes, target: Target, body: Body, options: DeleteOptions
) -> Body:
    """Delete a pod if the disruption budgets allow it."""
    entry = writes.entry(target)
    given = (body.get("metadata") or {}).get("name")
    if given not in (None, "", entry.name):
        raise bad_request("name in URL does not match name in Eviction object")
    check_eviction(store, entry)
    writes.delete(target, options)
    return success(201)


def bind(writes: Writes, target: Target, body: Body) -> Body:
    """Put a pod on a node."""
    node = (body.get("target") or {}).get("name")
    if not node:
        cause = ("FieldValueRequired", "Required value", "target.name")
        raise invalid("Binding", "", target.name, [cause])

    def edit(pod: Body) -> Body:
        if pod["spec"].get("nodeName"):
            why = f"pod {target.name} is already assigned to node {pod['spec']['nodeName']!r}"
            raise conflict("pods/binding", "", target.name, why)
        pod["spec"]["nodeName"] = node
        return pod

    writes.change(target, edit)
    return success(201)


def check_ephemeral(old: Body, body: Body) -> Body:
    """The pod with only its ephemeral containers taken over; none may go or change."""
    before: list[Any] = (old.get("spec") or {}).get("ephemeralContainers") or []
    after: list[Any] = (body.get("spec") or {}).get("ephemeralContainers") or []
    by_name = {each["name"]: each for each in after}
    for each in before:
        if by_name.get(each["name"]) != each:
            message = (
                f"Forbidden: existing ephemeral containers {each['name']!r} may not be changed"
            )
            cause = ("FieldValueForbidden", message, "spec.ephemeralContainers")
            raise invalid("Pod", "", old["metadata"]["name"], [cause])
    for each in after:
        each.setdefault("resources", {})
        each.setdefault("terminationMessagePath", "/dev/termination-log")
        each.setdefault("terminationMessagePolicy", "File")
        each.setdefault("imagePullPolicy", "IfNotPresent")
    return {**old, "spec": {**old["spec"], "ephemeralContainers": after}}
