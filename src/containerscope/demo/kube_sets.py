"""The controllers of StatefulSets and DaemonSets."""

from __future__ import annotations

from containerscope.demo.kube_facts import NODES, NodeFacts, PodFacts
from containerscope.demo.kube_life import Kind, Life
from containerscope.demo.kube_pod_maker import copied, owner_reference
from containerscope.demo.kube_replicas import Pods, available, follow
from containerscope.demo.kube_rollouts import template_hash
from containerscope.demo.kube_scheduler import affine, tolerated
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Change

STATEFULSETS = ("apps", "statefulsets")
DAEMONSETS = ("apps", "daemonsets")
REVISIONS = ("apps", "controllerrevisions")
CLAIMS = ("", "persistentvolumeclaims")
_HASH = "controller-revision-hash"
_DAEMON_TOLERATIONS = tuple(
    {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": effect}
    for key, effect in (
        ("not-ready", "NoExecute"),
        ("unreachable", "NoExecute"),
        ("disk-pressure", "NoSchedule"),
        ("memory-pressure", "NoSchedule"),
        ("pid-pressure", "NoSchedule"),
        ("unschedulable", "NoSchedule"),
    )
)


def _revision(life: Life, body: Body, kind: str) -> str:
    """The name of the ControllerRevision of the present template, which is made where it lacks."""
    meta = body["metadata"]
    revision = template_hash(body["spec"]["template"])
    name = f"{meta['name']}-{revision}"
    store = life.store
    if store.find(REVISIONS, meta["namespace"], name) is None:
        known = [
            store.collection(REVISIONS).entries[key].object()["revision"]
            for collection, key in life.facts.owned.get(meta["uid"], {})
            if collection == REVISIONS
        ]
        store.put(
            REVISIONS,
            {
                "metadata": {
                    "name": name,
                    "namespace": meta["namespace"],
                    "labels": {**body["spec"]["template"]["metadata"]["labels"], _HASH: revision},
                    "ownerReferences": [owner_reference(body, kind, "apps/v1")],
                },
                "data": {"spec": {"template": {**body["spec"]["template"], "$patch": "replace"}}},
                "revision": max(known, default=0) + 1,
            },
        )
    return revision


class StatefulSets:
    """Keeps each StatefulSet's pods, one after the other."""

    def __init__(self, life: Life, pods: Pods) -> None:
        self._life = life
        self._pods = pods
        life.controllers["statefulsets"] = self
        follow(life, "statefulsets", STATEFULSETS, "StatefulSet")

    def reconcile(self, key: str) -> None:
        """Create, replace or delete the next pod."""
        entry = self._life.store.collection(STATEFULSETS).entries.get(key)
        if entry is None or b'"deletionTimestamp"' in entry.raw:
            return
        body = entry.object()
        update = f"{entry.name}-{_revision(self._life, body, 'StatefulSet')}"
        wanted = body["spec"].get("replicas", 1)
        parallel = body["spec"].get("podManagementPolicy") == "Parallel" or self._life.instant
        pods = {each.entry.name: each for each in self._pods.of(entry.uid)}
        whole = True
        for ordinal in range(wanted):
            name = f"{entry.name}-{ordinal}"
            if name not in pods:
                self._create(body, name, ordinal, update)
                whole = False
                if not parallel:
                    break
            elif not parallel and not pods[name].ready:
                whole = False
                break
        if whole:
            self._shrink(body, pods, wanted)
            self._update(body, pods, wanted, update)
        self._count(body, update)

    def _create(self, body: Body, name: str, ordinal: int, revision: str) -> None:
        template = copied(body["spec"]["template"])
        namespace = body["metadata"]["namespace"]
        for claim in body["spec"].get("volumeClaimTemplates") or ():
            claimed = f"{claim['metadata']['name']}-{name}"
            template["spec"].setdefault("volumes", []).append(
                {
                    "name": claim["metadata"]["name"],
                    "persistentVolumeClaim": {"claimName": claimed},
                }
            )
            if self._life.store.find(CLAIMS, namespace, claimed) is None:
                labels = body["spec"]["selector"].get("matchLabels")
                meta = {"name": claimed, "namespace": namespace, "labels": labels}
                made = {
                    "metadata": meta,
                    "spec": copied(claim["spec"]),
                    "status": {"phase": "Pending"},
                }
                self._life.store.put(CLAIMS, made)
        template["spec"]["hostname"] = name
        if body["spec"].get("serviceName"):
            template["spec"]["subdomain"] = body["spec"]["serviceName"]
        labels = {
            _HASH: revision,
            "statefulset.kubernetes.io/pod-name": name,
            "apps.kubernetes.io/pod-index": str(ordinal),
        }
        self._pods.create(
            template, body, "StatefulSet", "apps/v1", name=name, labels=labels,
            component="statefulset-controller",
        )  # fmt: skip

    def _shrink(self, body: Body, pods: dict[str, PodFacts], wanted: int) -> None:
        surplus = [each for each in pods if int(each.rpartition("-")[2]) >= wanted]
        for name in sorted(surplus, key=lambda each: -int(each.rpartition("-")[2]))[:1]:
            if not pods[name].deleting:
                self._pods.delete(
                    body, "StatefulSet", "apps/v1", pods[name], "statefulset-controller"
                )

    def _update(self, body: Body, pods: dict[str, PodFacts], wanted: int, update: str) -> None:
        """Replace the last pod of an older revision once all others are well."""
        if (body["spec"].get("updateStrategy") or {}).get("type") == "OnDelete":
            return
        for ordinal in reversed(range(wanted)):
            pod = pods[f"{body['metadata']['name']}-{ordinal}"]
            if pod.entry.labels.get(_HASH) != update:
                if not pod.deleting:
                    self._pods.delete(body, "StatefulSet", "apps/v1", pod, "statefulset-controller")
                return
            if not pod.ready or pod.deleting:
                return

    def _count(self, body: Body, update: str) -> None:
        pods = [each for each in self._pods.of(body["metadata"]["uid"]) if not each.ended]
        fresh = [each for each in pods if each.entry.labels.get(_HASH) == update]
        before = body.get("status") or {}
        current = before.get("currentRevision") or update
        if len(fresh) == len(pods) and all(each.ready for each in pods):
            current = update
        body["status"] = {
            "observedGeneration": body["metadata"].get("generation", 1),
            "replicas": len(pods),
            "readyReplicas": sum(each.ready for each in pods),
            "currentReplicas": sum(each.entry.labels.get(_HASH) == current for each in pods),
            "updatedReplicas": len(fresh),
            "currentRevision": current,
            "updateRevision": update,
            "collisionCount": 0,
            "availableReplicas": sum(available(each, self._life) for each in pods),
        }
        self._life.store.put(STATEFULSETS, body)


class DaemonSets:
    """Keeps a pod of each DaemonSet on every node that it is meant for."""

    def __init__(self, life: Life, pods: Pods) -> None:
        self._life = life
        self._pods = pods
        life.controllers["daemonsets"] = self
        follow(life, "daemonsets", DAEMONSETS, "DaemonSet")
        life.watchers.append(self._watch)

    def _watch(self, kind: Kind, change: Change, *_: object) -> None:
        if kind == NODES:
            for key in self._life.store.collection(DAEMONSETS).keys:
                self._life.soon("daemonsets", key)

    def reconcile(self, key: str) -> None:
        """Create a pod where one lacks, delete those that are too many, update one at a time."""
        entry = self._life.store.collection(DAEMONSETS).entries.get(key)
        if entry is None or b'"deletionTimestamp"' in entry.raw:
            return
        body = entry.object()
        revision = _revision(self._life, body, "DaemonSet")
        template = copied(body["spec"]["template"])
        template["spec"].setdefault("tolerations", []).extend(_DAEMON_TOLERATIONS)
        pods = self._pods.of(entry.uid)
        by_node = {each.node: each for each in pods if not each.ended}
        wanted = [
            each.name
            for each in self._life.facts.nodes.values()
            if _meant_for(each, template["spec"])
        ]
        for node in wanted:
            if node not in by_node:
                self._pods.create(
                    template, body, "DaemonSet", "apps/v1", node=node, labels={_HASH: revision},
                    component="daemonset-controller",
                )  # fmt: skip
        for each in pods:
            if each.node not in wanted and not each.deleting:
                self._pods.drop(each.entry)
        self._update(body, [by_node[each] for each in wanted if each in by_node], revision)
        self._count(body, wanted, revision)

    def _update(self, body: Body, pods: list[PodFacts], revision: str) -> None:
        if (body["spec"].get("updateStrategy") or {}).get("type") == "OnDelete":
            return
        old = [each for each in pods if each.entry.labels.get(_HASH) != revision]
        broken = [each for each in pods if each.deleting or not each.ready]
        if old and not broken:
            self._pods.delete(body, "DaemonSet", "apps/v1", old[0], "daemonset-controller")

    def _count(self, body: Body, wanted: list[str], revision: str) -> None:
        pods = [each for each in self._pods.of(body["metadata"]["uid"]) if not each.ended]
        placed = [each for each in pods if each.node in wanted]
        ready = sum(each.ready and not each.deleting for each in placed)
        status = {
            "currentNumberScheduled": len({each.node for each in placed}),
            "numberMisscheduled": len(pods) - len(placed),
            "desiredNumberScheduled": len(wanted),
            "numberReady": ready,
            "observedGeneration": body["metadata"].get("generation", 1),
            "updatedNumberScheduled": sum(
                each.entry.labels.get(_HASH) == revision for each in placed
            ),
            "numberAvailable": ready,
        }
        if ready < len(wanted):
            status["numberUnavailable"] = len(wanted) - ready
        body["status"] = status
        self._life.store.put(DAEMONSETS, body)


def _meant_for(node: NodeFacts, spec: Body) -> bool:
    tolerations = spec["tolerations"]
    return affine(spec, node.labels) and all(
        tolerated(each, tolerations) for each in node.taints if each["effect"] != "PreferNoSchedule"
    )
