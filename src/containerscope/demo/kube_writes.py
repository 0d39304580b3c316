"""Creating, changing and deleting objects by the rules of the API server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from containerscope.demo.ids import token
from containerscope.demo.kube_defaults import set_defaults, validate
from containerscope.demo.kube_managed import of_creation
from containerscope.demo.kube_status import (
    Body,
    KubeError,
    already_exists,
    bad_request,
    conflict,
    invalid,
    not_found,
    qualified,
    success,
)
from containerscope.demo.kube_store import Entry, KubeStore, stamp
from containerscope.demo.kube_types import ResourceType

_NAMESPACES = ("", "namespaces")
_PODS = ("", "pods")
_KEPT = (
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
)


@dataclass(frozen=True)
class Target:
    """What a write is about, and how it is to be made."""

    kind: ResourceType
    namespace: str
    name: str = ""
    part: str = ""
    """The subresource that is written, `status` or another."""
    dry: bool = False
    manager: str = "unknown"


@dataclass(frozen=True)
class DeleteOptions:
    """How to delete."""

    grace: int | None = None
    """Seconds; None for the object's own."""
    policy: str = ""
    """`Background`, `Foreground` or `Orphan`; empty for the resource's own."""
    preconditions: dict[str, str] = field(default_factory=dict)
    """uid and resourceVersion that the object must have."""


def decoded(raw: bytes) -> Body:
    """The object of a request's body."""
    try:
        body = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise bad_request(f"couldn't get version/kind; json parse error: {error}") from error
    if not isinstance(body, dict):
        raise bad_request("couldn't get version/kind; json parse error: not an object")
    return body


class Writes:
    """The writes to one cluster's objects."""

    def __init__(self, store: KubeStore) -> None:
        self._store = store

    def entry(self, target: Target) -> Entry:
        """The object that is meant, or a 404."""
        kind = target.kind
        found = self._store.find(kind.storage, target.namespace, target.name)
        if found is None:
            raise not_found(kind.plural, kind.group, target.name)
        return found

    def create(self, target: Target, body: Body) -> Body:
        """A new object."""
        kind, store = target.kind, self._store
        self._check_type(kind, body)
        meta = body.setdefault("metadata", {})
        if kind.namespaced:
            if meta.setdefault("namespace", target.namespace) != target.namespace:
                raise bad_request(
                    "the namespace of the provided object does not match the namespace sent on "
                    "the request"
                )
            self._check_namespace(kind, target.namespace)
        if not meta.get("name") and meta.get("generateName"):
            meta["name"] = meta["generateName"] + _suffix(store.version, meta["generateName"])
        if not meta.get("name"):
            message = "Required value: name or generateName is required"
            raise invalid(
                kind.kind, kind.group, "", [("FieldValueRequired", message, "metadata.name")]
            )
        if meta.get("resourceVersion"):
            raise bad_request("resourceVersion should not be set on objects to be created")
        set_defaults(kind, body)
        validate(kind, body)
        for each in ("uid", "creationTimestamp", "generation", "deletionTimestamp"):
            meta.pop(each, None)
        if store.find(kind.storage, target.namespace, meta["name"]) is not None:
            raise already_exists(kind.plural, kind.group, meta["name"])
        now = stamp(store.now())
        meta["managedFields"] = of_creation(body, target.manager, kind.api_version, now)
        if target.dry:
            meta |= {"uid": "00000000-0000-4000-a000-000000000000", "creationTimestamp": now}
            return body
        return store.put(kind.storage, body).object()

    def _check_namespace(self, kind: ResourceType, name: str) -> None:
        found = self._store.find(_NAMESPACES, "", name)
        if found is None:
            raise not_found("namespaces", "", name)
        if found.fields.get("status.phase") == "Terminating":
            raise KubeError(
                403,
                "Forbidden",
                f"{qualified(kind.plural, kind.group)} is forbidden: unable to create new content "
                f"in namespace {name} because it is being terminated",
                details={"causes": [{"reason": "NamespaceTerminating"}]},
            )

    @staticmethod
    def _check_type(kind: ResourceType, body: Body) -> None:
        given = (body.get("apiVersion", kind.api_version), body.get("kind", kind.kind))
        if given != (kind.api_version, kind.kind):
            group, _, version = given[0].rpartition("/")
            raise bad_request(
                f"{kind.kind} in version {kind.version!r} cannot be handled as a {kind.kind}: the "
                f"object provided is unrecognized: {group} {version} {given[1]}"
            )

    def update(self, target: Target, body: Body) -> Body:
        """The object in the place of the one that is there."""
        entry = self.entry(target)
        self._check_type(target.kind, body)
        return self._replace(target, entry, body)

    def change(self, target: Target, edit: Callable[[Body], Body]) -> Body:
        """The object as `edit` makes it from the one that is there."""
        entry = self.entry(target)
        return self._replace(target, entry, edit(self._typed(target.kind, entry)))

    @staticmethod
    def _typed(kind: ResourceType, entry: Entry) -> Body:
        return {"kind": kind.kind, "apiVersion": kind.api_version, **entry.object()}

    def _replace(self, target: Target, entry: Entry, body: Body) -> Body:
        kind = target.kind
        meta = body.get("metadata") or {}
        if meta.get("name") not in (None, entry.name):
            raise bad_request(
                f"the name of the object ({meta.get('name')}) does not match the name on the URL "
                f"({entry.name})"
            )
        old = entry.object()
        self._check_versions(kind, entry, meta)
        for each in _KEPT:
            meta.pop(each, None)
            if each in old["metadata"]:
                meta[each] = old["metadata"][each]
        for each in ("name", "namespace"):
            if each in old["metadata"]:
                meta[each] = old["metadata"][each]
        body = self._sides(target, old, {**body, "metadata": meta})
        spec_changed = body.get("spec") != old.get("spec")
        if spec_changed:
            set_defaults(kind, body)
            _check_immutable(target, old, body)
        validate(kind, body)
        if target.dry:
            return body
        entry = self._store.put(kind.storage, body, spec_changed=spec_changed)
        self._finish(kind, entry)
        return entry.object()

    @staticmethod
    def _sides(target: Target, old: Body, body: Body) -> Body:
        """Of spec and status only what the path is there for."""
        if target.kind.subresource("status") is None:
            return body
        if target.part == "status":
            kept = {**old, "status": body.get("status") or {}}
            conditions = {"labels", "annotations"} & set(body["metadata"])
            return {
                **kept,
                "metadata": {
                    **old["metadata"],
                    **{each: body["metadata"][each] for each in conditions},
                },
            }
        body = dict(body)
        body.pop("status", None)
        return {**body, "status": old["status"]} if "status" in old else body

    @staticmethod
    def _check_versions(kind: ResourceType, entry: Entry, meta: Body) -> None:
        asked = meta.get("resourceVersion")
        if asked and asked != str(entry.version):
            raise conflict(kind.plural, kind.group, entry.name)
        if meta.get("uid") and meta["uid"] != entry.uid:
            raise conflict(
                kind.plural, kind.group, entry.name, _uid_differs(meta["uid"], entry.uid)
            )

    def _finish(self, kind: ResourceType, entry: Entry) -> None:
        """Take away what was only held by its finalizers."""
        meta = entry.object()["metadata"]
        if meta.get("deletionTimestamp") and not meta.get("finalizers") and kind.storage != _PODS:
            if kind.storage == _NAMESPACES:
                return
            self._store.remove(kind.storage, entry)

    def delete(self, target: Target, options: DeleteOptions) -> tuple[int, Body]:
        """Delete, now or gracefully; the HTTP status and what is answered."""
        kind, entry = target.kind, self.entry(target)
        self._check_preconditions(kind, entry, options)
        body = entry.object()
        meta = body["metadata"]
        if kind.storage == _PODS:
            return 200, self._typed_body(kind, self._delete_pod(target, entry, body, options))
        if kind.storage == _NAMESPACES:
            if not target.dry and not meta.get("deletionTimestamp"):
                meta["deletionTimestamp"] = stamp(self._store.now())
                body["status"] = {**body.get("status", {}), "phase": "Terminating"}
                body = self._store.put(kind.storage, body).object()
            return 200, self._typed_body(kind, body)
        finalizers = list(meta.get("finalizers") or ())
        extra = {"Foreground": "foregroundDeletion", "Orphan": "orphan"}.get(options.policy)
        if extra and extra not in finalizers:
            finalizers.append(extra)
        if finalizers:
            meta["finalizers"] = finalizers
            meta.setdefault("deletionTimestamp", stamp(self._store.now()))
            meta.setdefault("deletionGracePeriodSeconds", 0)
            if not target.dry:
                body = self._store.put(kind.storage, body, spec_changed=True).object()
            return 200, self._typed_body(kind, body)
        if not target.dry:
            self._store.remove(kind.storage, entry)
        details = {"name": entry.name, "kind": kind.plural, "uid": entry.uid}
        if kind.group:
            details["group"] = kind.group
        return 200, success(details=details)

    @staticmethod
    def _typed_body(kind: ResourceType, body: Body) -> Body:
        return {"kind": kind.kind, "apiVersion": kind.api_version, **body}

    @staticmethod
    def _check_preconditions(kind: ResourceType, entry: Entry, options: DeleteOptions) -> None:
        wanted = options.preconditions
        if wanted.get("uid") not in (None, entry.uid):
            why = _uid_differs(wanted["uid"], entry.uid)
            raise conflict(kind.plural, kind.group, entry.name, why)
        version = wanted.get("resourceVersion")
        if version not in (None, str(entry.version)):
            why = (
                f"Precondition failed: ResourceVersion in precondition: {version}, "
                f"ResourceVersion in object meta: {entry.version}"
            )
            raise conflict(kind.plural, kind.group, entry.name, why)

    def _delete_pod(self, target: Target, entry: Entry, body: Body, options: DeleteOptions) -> Body:
        meta, spec = body["metadata"], body.get("spec") or {}
        grace = options.grace
        if grace is None:
            grace = spec.get("terminationGracePeriodSeconds", 30)
        ended = (body.get("status") or {}).get("phase") in ("Succeeded", "Failed")
        if not spec.get("nodeName") or ended:
            grace = 0
        if grace == 0:
            if not target.dry and not meta.get("finalizers"):
                self._store.remove(_PODS, entry)
            return body
        if not meta.get("deletionTimestamp"):
            # The end of the grace, not its beginning: that is what the API server writes.
            meta["deletionTimestamp"] = stamp(self._store.now() + grace)
            meta["deletionGracePeriodSeconds"] = grace
            if not target.dry:
                return self._store.put(_PODS, body, spec_changed=True).object()
        return body

    def delete_all(
        self, target: Target, entries: Sequence[Entry], options: DeleteOptions
    ) -> list[Body]:
        """Delete each; what was there."""
        gone = [entry.object() for entry in entries]
        for entry in entries:
            self.delete(Target(target.kind, entry.namespace, entry.name, dry=target.dry), options)
        return gone


def _suffix(*parts: Any) -> str:
    letters = "bcdfghjklmnpqrstvwxz2456789"
    return "".join(letters[ord(char) % len(letters)] for char in token(5, "suffix", *parts))


def _uid_differs(asked: str, found: str) -> str:
    return f"Precondition failed: UID in precondition: {asked}, UID in object meta: {found}"


def _check_immutable(target: Target, old: Body, body: Body) -> None:
    kind, name = target.kind, body["metadata"]["name"]
    if kind.group == "apps" and old.get("spec", {}).get("selector") != body["spec"].get("selector"):
        message = "Invalid value: field is immutable"
        raise invalid(
            kind.kind, kind.group, name, [("FieldValueInvalid", message, "spec.selector")]
        )
    if kind.storage == _PODS and target.part == "" and _fixed(old) != _fixed(body):
        message = (
            "Forbidden: pod updates may not change fields other than `spec.containers[*].image`, "
            "`spec.initContainers[*].image`, `spec.activeDeadlineSeconds`, `spec.tolerations` "
            "(only additions to existing tolerations), `spec.terminationGracePeriodSeconds` "
            "(allow it to be set to 1 if it was previously negative)"
        )
        raise invalid(kind.kind, kind.group, name, [("FieldValueForbidden", message, "spec")])


def _fixed(pod: Body) -> Body:
    spec = {
        key: value
        for key, value in (pod.get("spec") or {}).items()
        if key not in ("activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds")
    }
    for name in ("containers", "initContainers"):
        spec[name] = [
            {key: value for key, value in each.items() if key not in ("image", "imagePullPolicy")}
            for each in spec.get(name) or ()
        ]
    return spec
