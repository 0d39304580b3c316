"""The Deployment controller: rolling updates, rollbacks, scaling, progress."""

from __future__ import annotations

import msgspec

from containerscope.demo.kube_budgets import scaled
from containerscope.demo.kube_life import Life
from containerscope.demo.kube_pod_maker import copied, owner_reference, suffix
from containerscope.demo.kube_replicas import REPLICASETS, Pods, follow
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Change, Entry, moment, stamp

DEPLOYMENTS = ("apps", "deployments")
REVISION = "deployment.kubernetes.io/revision"
_HASH = "pod-template-hash"
_COMPONENT = "deployment-controller"


def template_hash(template: Body) -> str:
    """What tells a pod template from the others of a Deployment."""
    return suffix(10, "template", msgspec.json.encode(template, order="deterministic"))


class Deployments:
    """Moves each Deployment's pods to its newest template."""

    def __init__(self, life: Life, pods: Pods) -> None:
        self._life = life
        self._store = life.store
        self._pods = pods
        life.controllers["deployments"] = self
        follow(life, "deployments", DEPLOYMENTS, "-")
        life.watchers.append(self._watch)

    def _watch(self, kind: tuple[str, str], change: Change, *_: object) -> None:
        if kind == REPLICASETS:
            owners = change.entry.object()["metadata"].get("ownerReferences") or ()
            for each in owners:
                self._life.soon("deployments", f"{change.entry.namespace}/{each['name']}")

    def reconcile(self, key: str) -> None:
        """Take one step of whatever is due."""
        entry = self._store.collection(DEPLOYMENTS).entries.get(key)
        if entry is None:
            return
        body = entry.object()
        if body["metadata"].get("deletionTimestamp"):
            return
        sets = self._sets(entry)
        if not body["spec"].get("paused"):
            new = self._newest(body, sets)
            olds = [each for each in sets if each["metadata"]["uid"] != new["metadata"]["uid"]]
            if (body["spec"].get("strategy") or {}).get("type") == "Recreate":
                self._recreate(body, new, olds)
            else:
                self._roll(body, new, olds)
            self._forget(body, olds)
        self._report(key)

    def _sets(self, entry: Entry) -> list[Body]:
        """The ReplicaSets of a Deployment, oldest revision first."""
        found = [
            self._store.collection(kind).entries[key].object()
            for kind, key in self._life.facts.owned.get(entry.uid, {})
            if kind == REPLICASETS
        ]
        return sorted(found, key=_revision)

    def _newest(self, body: Body, sets: list[Body]) -> Body:
        """The ReplicaSet of the present template, made or brought back where it has to be."""
        name = template_hash(body["spec"]["template"])
        found = next((each for each in sets if each["metadata"]["labels"][_HASH] == name), None)
        last = max(map(_revision, sets), default=0)
        if found is None:
            found = self._make(body, name, last + 1)
        elif _revision(found) < last:
            found["metadata"]["annotations"][REVISION] = str(last + 1)
            found = self._store.put(REPLICASETS, found).object()
        revision = found["metadata"]["annotations"][REVISION]
        notes = body["metadata"].setdefault("annotations", {})
        if notes.get(REVISION) != revision:
            notes[REVISION] = revision
            body |= self._store.put(DEPLOYMENTS, body).object()
        return found

    def _make(self, body: Body, name: str, revision: int) -> Body:
        template = copied(body["spec"]["template"])
        labels = {**template["metadata"]["labels"], _HASH: name}
        template["metadata"]["labels"] = labels
        selector = {"matchLabels": {**body["spec"]["selector"].get("matchLabels", {}), _HASH: name}}
        notes = {
            key: value
            for key, value in (body["metadata"].get("annotations") or {}).items()
            if key == "kubernetes.io/change-cause"
        }
        made = {
            "metadata": {
                "name": f"{body['metadata']['name']}-{name}",
                "namespace": body["metadata"]["namespace"],
                "labels": labels,
                "annotations": {**notes, REVISION: str(revision)},
                "ownerReferences": [owner_reference(body, "Deployment", "apps/v1")],
            },
            "spec": {"replicas": 0, "selector": selector, "template": template},
            "status": {"replicas": 0},
        }
        return self._store.put(REPLICASETS, made).object()

    def _resize(self, body: Body, replicaset: Body, replicas: int) -> None:
        before = replicaset["spec"]["replicas"]
        if before == replicas:
            return
        replicaset["spec"]["replicas"] = replicas
        self._store.put(REPLICASETS, replicaset, spec_changed=True)
        way = "up" if replicas > before else "down"
        message = (
            f"Scaled {way} replica set {replicaset['metadata']['name']} from {before} to {replicas}"
        )
        self._pods.tell(body, "Deployment", "apps/v1", "ScalingReplicaSet", message, _COMPONENT)

    def _recreate(self, body: Body, new: Body, olds: list[Body]) -> None:
        for each in olds:
            self._resize(body, each, 0)
        if not any(self._pods.of(each["metadata"]["uid"]) for each in olds):
            self._resize(body, new, body["spec"].get("replicas", 1))

    def _roll(self, body: Body, new: Body, olds: list[Body]) -> None:
        """One step of a rolling update. Source: rolling.go of the deployment controller."""
        wanted = body["spec"].get("replicas", 1)
        rule = (body["spec"].get("strategy") or {}).get("rollingUpdate") or {}
        surge = scaled(rule.get("maxSurge", "25%"), wanted, up=True)
        gap = scaled(rule.get("maxUnavailable", "25%"), wanted, up=False)
        if not surge and not gap:
            gap = 1
        active = [each for each in olds if each["spec"]["replicas"]]
        if not active or self._life.instant:
            for each in active:
                self._resize(body, each, 0)
            self._resize(body, new, wanted)
            return
        total = new["spec"]["replicas"] + sum(each["spec"]["replicas"] for each in active)
        room = wanted + surge - total
        size = new["spec"]["replicas"]
        if size > wanted:
            self._resize(body, new, wanted)
            return
        if room > 0 and size < wanted:
            grown = min(size + room, wanted)
            self._resize(body, new, grown)
            return
        usable = {id(each): self._usable(each) for each in (new, *active)}
        spare = total - (wanted - gap) - (size - usable[id(new)])
        if spare <= 0:
            return
        for each in active:
            dead = each["spec"]["replicas"] - usable[id(each)]
            drop = min(spare, dead)
            if drop > 0:
                self._resize(body, each, each["spec"]["replicas"] - drop)
                spare -= drop
        surplus = sum(usable.values()) - (wanted - gap)
        for each in active:
            drop = min(surplus, each["spec"]["replicas"], spare)
            if drop > 0:
                self._resize(body, each, each["spec"]["replicas"] - drop)
                surplus, spare = surplus - drop, spare - drop

    def _usable(self, replicaset: Body) -> int:
        return int((replicaset.get("status") or {}).get("availableReplicas", 0))

    def _forget(self, body: Body, olds: list[Body]) -> None:
        """Delete the ReplicaSets of revisions beyond what is to be kept."""
        idle = [
            each
            for each in olds
            if not each["spec"]["replicas"] and not (each.get("status") or {}).get("replicas")
        ]
        surplus = len(idle) - body["spec"].get("revisionHistoryLimit", 10)
        for each in idle[: max(surplus, 0)]:
            meta = each["metadata"]
            found = self._store.find(REPLICASETS, meta["namespace"], meta["name"])
            if found is not None:
                self._store.remove(REPLICASETS, found)

    def _report(self, key: str) -> None:
        entry = self._store.collection(DEPLOYMENTS).entries[key]
        body = entry.object()
        sets = self._sets(entry)
        name = template_hash(body["spec"]["template"])
        new = next((each for each in sets if each["metadata"]["labels"][_HASH] == name), None)
        counts = [each.get("status") or {} for each in sets]
        wanted = body["spec"].get("replicas", 1)
        total = sum(each.get("replicas", 0) for each in counts)
        usable = sum(each.get("availableReplicas", 0) for each in counts)
        updated = ((new or {}).get("status") or {}).get("replicas", 0)
        status: Body = {"observedGeneration": body["metadata"].get("generation", 1)}
        numbers = (
            ("replicas", total),
            ("updatedReplicas", updated),
            ("readyReplicas", sum(each.get("readyReplicas", 0) for each in counts)),
            ("availableReplicas", usable),
            ("unavailableReplicas", max(wanted - usable, 0)),
        )
        status |= {each: count for each, count in numbers if count}
        done = new is not None and updated == wanted == usable == total
        old = {each["type"]: each for each in (body.get("status") or {}).get("conditions") or ()}
        if body["spec"].get("paused"):
            progress = old.get("Progressing")
        else:
            progress = self._progress(body, new, done, old, updated, usable)
        rule = (body["spec"].get("strategy") or {}).get("rollingUpdate") or {}
        least = wanted - scaled(rule.get("maxUnavailable", "25%"), wanted, up=False)
        status["conditions"] = [
            *([progress] if progress else []),
            self._available(usable >= least, old.get("Available")),
        ]
        body["status"] = status
        self._store.put(DEPLOYMENTS, body)

    def _progress(
        self,
        body: Body,
        new: Body | None,
        done: bool,
        old: dict[str, Body],
        updated: int,
        usable: int,
    ) -> Body:
        name = new["metadata"]["name"] if new else ""
        before = old.get("Progressing")
        if done:
            text = f'ReplicaSet "{name}" has successfully progressed.'
            return self._condition("Progressing", True, "NewReplicaSetAvailable", text, before)
        status = body.get("status") or {}
        moved = (
            before is None
            or before["reason"] == "NewReplicaSetAvailable"
            or name not in before["message"]
            or updated > status.get("updatedReplicas", 0)
            or usable > status.get("availableReplicas", 0)
        )
        deadline = body["spec"].get("progressDeadlineSeconds", 600)
        if not moved and before is not None:
            waited = self._life.now - moment(before["lastUpdateTime"])
            if before["status"] == "False" or waited >= deadline:
                text = f'ReplicaSet "{name}" has timed out progressing.'
                return self._condition(
                    "Progressing", False, "ProgressDeadlineExceeded", text, before
                )
            return before
        key = f"{body['metadata']['namespace']}/{body['metadata']['name']}"
        self._life.after(deadline + 1, lambda: self._life.soon("deployments", key))
        text = f'ReplicaSet "{name}" is progressing.'
        return self._condition("Progressing", True, "ReplicaSetUpdated", text, before, moved=True)

    def _available(self, enough: bool, before: Body | None) -> Body:
        if enough:
            text = "Deployment has minimum availability."
            return self._condition("Available", True, "MinimumReplicasAvailable", text, before)
        text = "Deployment does not have minimum availability."
        return self._condition("Available", False, "MinimumReplicasUnavailable", text, before)

    def _condition(
        self, kind: str, status: bool, reason: str, message: str, before: Body | None,
        *, moved: bool = False,
    ) -> Body:  # fmt: skip
        told = "True" if status else "False"
        now = stamp(self._life.now)
        same = before is not None and before["status"] == told
        unchanged = same and before is not None and before["reason"] == reason and not moved
        return {
            "type": kind,
            "status": told,
            "lastUpdateTime": before["lastUpdateTime"] if unchanged and before else now,
            "lastTransitionTime": before["lastTransitionTime"] if same and before else now,
            "reason": reason,
            "message": message,
        }


def _revision(replicaset: Body) -> int:
    return int((replicaset["metadata"].get("annotations") or {}).get(REVISION, 0))
