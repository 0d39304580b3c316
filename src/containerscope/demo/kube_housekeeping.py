"""Garbage collection, the end of namespaces, and the status of disruption budgets."""

from __future__ import annotations

from containerscope.demo.kube_budgets import budget
from containerscope.demo.kube_facts import PODS, PodFacts
from containerscope.demo.kube_life import Kind, Life
from containerscope.demo.kube_replicas import Pods
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Change, Entry, stamp

NAMESPACES = ("", "namespaces")
BUDGETS = ("policy", "poddisruptionbudgets")
_HOLDS = ("foregroundDeletion", "orphan")


class Garbage:
    """Deletes what belonged to something that is gone."""

    def __init__(self, life: Life, pods: Pods) -> None:
        self._life = life
        self._pods = pods
        life.controllers["garbage"] = self
        life.watchers.append(self._watch)

    def _watch(self, kind: Kind, change: Change, *_: object) -> None:
        entry = change.entry
        if change.type == "DELETED":
            for owned_kind, key in tuple(self._life.facts.owned.get(entry.uid, ())):
                self._life.soon("garbage", f"{'|'.join(owned_kind)}|{key}")
            for owner in self._owners(entry):
                self._life.soon("garbage", owner)
        elif b'"deletionTimestamp"' in entry.raw and b'"finalizers"' in entry.raw:
            self._life.soon("garbage", f"{'|'.join(kind)}|{entry.key}")

    def _owners(self, entry: Entry) -> list[str]:
        """The owners that may wait for an object to go."""
        if b'"ownerReferences"' not in entry.raw:
            return []
        return [
            f"{kind[0]}|{kind[1]}|{entry.namespace}/{each['name']}"
            for each in entry.object()["metadata"]["ownerReferences"]
            for kind in self._life.store.collections
            if f"{entry.namespace}/{each['name']}" in self._life.store.collections[kind].entries
        ]

    def reconcile(self, key: str) -> None:
        """See whether an object is still wanted, or whether what holds it is gone."""
        group, plural, where = key.split("|")
        kind = (group, plural)
        entry = self._life.store.collection(kind).entries.get(where)
        if entry is None:
            return
        meta = entry.object()["metadata"]
        if meta.get("deletionTimestamp") and any(
            each in _HOLDS for each in meta.get("finalizers") or ()
        ):
            self._release(kind, entry)
        elif meta.get("ownerReferences") and not any(
            self._exists(entry.namespace, each) for each in meta["ownerReferences"]
        ):
            self._drop(kind, entry)

    def _exists(self, namespace: str, reference: Body) -> bool:
        group = reference["apiVersion"].rpartition("/")[0]
        for kind, found in self._life.store.collections.items():
            if kind[0] != group:
                continue
            for key in (f"{namespace}/{reference['name']}", reference["name"]):
                entry = found.entries.get(key)
                if entry is not None and entry.uid == reference["uid"]:
                    return True
        return False

    def _drop(self, kind: Kind, entry: Entry) -> None:
        if kind == PODS:
            if b'"deletionTimestamp"' not in entry.raw:
                self._pods.drop(entry)
        else:
            self._life.store.remove(kind, entry)

    def _release(self, kind: Kind, entry: Entry) -> None:
        """Foreground: first the dependents go. Orphan: they forget their owner."""
        body = entry.object()
        meta = body["metadata"]
        dependents = tuple(self._life.facts.owned.get(entry.uid, ()))
        if "orphan" in meta["finalizers"]:
            for owned_kind, key in dependents:
                self._orphan(owned_kind, key, entry.uid)
            dependents = ()
        for owned_kind, key in dependents:
            found = self._life.store.collection(owned_kind).entries.get(key)
            if found is not None and self._life.facts.owned.get(found.uid):
                self._hold(owned_kind, found)
            elif found is not None:
                self._drop(owned_kind, found)
        if not self._life.facts.owned.get(entry.uid):
            meta["finalizers"] = [each for each in meta["finalizers"] if each not in _HOLDS]
            if meta["finalizers"]:
                self._life.store.put(kind, body)
            else:
                current = self._life.store.collection(kind).entries.get(entry.key)
                if current is not None:
                    self._life.store.remove(kind, current)

    def _hold(self, kind: Kind, entry: Entry) -> None:
        """Let a dependent wait for its own dependents too."""
        body = entry.object()
        meta = body["metadata"]
        if not meta.get("deletionTimestamp"):
            meta["deletionTimestamp"] = stamp(self._life.now)
            meta["finalizers"] = [*meta.get("finalizers", ()), "foregroundDeletion"]
            self._life.store.put(kind, body)

    def _orphan(self, kind: Kind, key: str, uid: str) -> None:
        found = self._life.store.collection(kind).entries.get(key)
        if found is None:
            return
        body = found.object()
        left = [each for each in body["metadata"]["ownerReferences"] if each["uid"] != uid]
        body["metadata"]["ownerReferences"] = left
        if not left:
            del body["metadata"]["ownerReferences"]
        self._life.facts.owned[uid].pop((kind, key), None)
        if not self._life.facts.owned[uid]:
            del self._life.facts.owned[uid]
        self._life.store.put(kind, body)


class Namespaces:
    """Empties and removes namespaces that are to go."""

    def __init__(self, life: Life, pods: Pods) -> None:
        self._life = life
        self._pods = pods
        life.controllers["namespaces"] = self
        life.watchers.append(self._watch)

    def _watch(self, kind: Kind, change: Change, *_: object) -> None:
        if kind == NAMESPACES and change.type != "DELETED":
            if change.entry.fields.get("status.phase") == "Terminating":
                self._life.soon("namespaces", change.entry.name)
        elif change.type == "DELETED" and change.entry.namespace:
            found = self._life.store.find(NAMESPACES, "", change.entry.namespace)
            if found is not None and found.fields.get("status.phase") == "Terminating":
                self._life.soon("namespaces", change.entry.namespace)

    def reconcile(self, key: str) -> None:
        """Delete what is in it; the namespace itself goes with the last."""
        store = self._life.store
        found = store.find(NAMESPACES, "", key)
        if found is None or found.fields.get("status.phase") != "Terminating":
            return
        for kind in list(store.collections):
            for entry in store.all(kind, key):
                if kind != PODS:
                    store.remove(kind, entry)
                elif b'"deletionTimestamp"' not in entry.raw:
                    self._pods.drop(entry)
        left = any(store.collections[kind].within(key) for kind in list(store.collections))
        found = store.find(NAMESPACES, "", key)
        if not left and found is not None:
            store.remove(NAMESPACES, found)


class Budgets:
    """Keeps the status of disruption budgets."""

    def __init__(self, life: Life) -> None:
        self._life = life
        life.controllers["budgets"] = self
        life.watchers.append(self._watch)

    def _watch(
        self, kind: Kind, change: Change, before: PodFacts | None, after: PodFacts | None
    ) -> None:
        if kind == BUDGETS and change.type != "DELETED":
            self._life.soon("budgets", change.entry.key)
        elif kind == PODS and _counts(before) != _counts(after):
            for key in self._life.store.collection(BUDGETS).within(change.entry.namespace):
                self._life.soon("budgets", key)

    def reconcile(self, key: str) -> None:
        """Count the pods."""
        entry = self._life.store.collection(BUDGETS).entries.get(key)
        if entry is None:
            return
        body = entry.object()
        found = budget(self._life.store, body)
        allowed = found.allowed > 0
        reason = "SufficientPods" if allowed else "InsufficientPods"
        old = {each["type"]: each for each in (body.get("status") or {}).get("conditions") or ()}
        known = old.get("DisruptionAllowed")
        told = "True" if allowed else "False"
        same = known is not None and known["status"] == told
        body["status"] = {
            "disruptionsAllowed": found.allowed,
            "currentHealthy": found.healthy,
            "desiredHealthy": found.desired,
            "expectedPods": found.expected,
            "observedGeneration": body["metadata"].get("generation", 1),
            "conditions": [
                {
                    "type": "DisruptionAllowed",
                    "status": told,
                    "observedGeneration": body["metadata"].get("generation", 1),
                    "lastTransitionTime": (
                        known["lastTransitionTime"] if known and same else stamp(self._life.now)
                    ),
                    "reason": reason,
                    "message": "",
                }
            ],
        }
        self._life.store.put(BUDGETS, body)


def _counts(pod: PodFacts | None) -> tuple[bool, bool, bool]:
    return (
        (False, False, False) if pod is None else (True, pod.ready and not pod.deleting, pod.ended)
    )
