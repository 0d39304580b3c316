"""The events that components write about objects; repeated ones are counted up."""

from __future__ import annotations

from containerscope.demo.ids import hexes
from containerscope.demo.kube_managed import managed, owned
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import KubeStore, stamp

_EVENTS = ("", "events")
_KEPT = 3600.0
"""Seconds that an event stays after it was last seen."""


class Recorder:
    """Writes events."""

    def __init__(self, store: KubeStore) -> None:
        self._store = store
        self._known: dict[tuple[str, ...], str] = {}
        """The key of the event about the same thing."""

    def write(
        self,
        about: Body,
        kind: str,
        api_version: str,
        reason: str,
        message: str,
        *,
        warning: bool = False,
        component: str = "kubelet",
        host: str = "",
        field: str = "",
        times: int = 1,
    ) -> None:
        """Say what happened to an object, or that it happened once more."""
        meta, now = about["metadata"], self._store.now()
        namespace = meta.get("namespace") or "default"
        same = (namespace, kind, meta["name"], meta["uid"], reason, message, component, host, field)
        known = self._known.get(same)
        found = self._store.collection(_EVENTS).entries.get(known) if known else None
        if found is not None:
            body = found.object()
            body["count"] = body.get("count", 1) + times
            body["lastTimestamp"] = stamp(now)
            self._store.put(_EVENTS, body)
            return
        name = f"{meta['name']}.{hexes(16, *same, int(now * 1000))}"
        involved = {
            "kind": kind,
            "namespace": meta.get("namespace"),
            "name": meta["name"],
            "uid": meta["uid"],
            "apiVersion": api_version,
            "resourceVersion": meta.get("resourceVersion"),
            "fieldPath": field or None,
        }
        body = {
            "metadata": {"name": name, "namespace": namespace},
            "involvedObject": {key: value for key, value in involved.items() if value},
            "reason": reason,
            "message": message,
            "source": {"component": component, **({"host": host} if host else {})},
            "firstTimestamp": stamp(now),
            "lastTimestamp": stamp(now),
            "count": times,
            "type": "Warning" if warning else "Normal",
            "eventTime": None,
            "reportingComponent": component,
            "reportingInstance": host,
        }
        fields = {key: value for key, value in body.items() if key != "metadata"}
        body["metadata"]["managedFields"] = [managed(component, "v1", owned(fields), stamp(now))]
        self._known[same] = self._store.put(_EVENTS, body).key

    def sweep(self) -> None:
        """Take away what has not been seen for an hour."""
        oldest = stamp(self._store.now() - _KEPT)
        for entry in self._store.all(_EVENTS):
            if entry.object()["lastTimestamp"] < oldest:
                self._store.remove(_EVENTS, entry)
        entries = self._store.collection(_EVENTS).entries
        self._known = {same: key for same, key in self._known.items() if key in entries}
