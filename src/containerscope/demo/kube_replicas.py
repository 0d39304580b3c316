"""The ReplicaSet controller, and what all controllers of pods share."""

from __future__ import annotations

from collections.abc import Iterable

from containerscope.demo.kube_facts import PODS, PodFacts
from containerscope.demo.kube_kubelet import Kubelets
from containerscope.demo.kube_life import Kind, Life
from containerscope.demo.kube_pod_maker import PodMaker, owner_reference
from containerscope.demo.kube_scheduler import Scheduler
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Change, Entry, stamp
from containerscope.demo.kube_types import BUILT_IN
from containerscope.demo.kube_writes import DeleteOptions, Target, Writes

REPLICASETS = ("apps", "replicasets")
_POD = next(each for each in BUILT_IN if each.storage == PODS)


class Pods:
    """Makes and deletes pods on behalf of controllers."""

    def __init__(self, life: Life, kubelets: Kubelets, scheduler: Scheduler) -> None:
        self._life = life
        self._kubelets = kubelets
        self._scheduler = scheduler
        self._writes = Writes(life.store)
        self.maker = PodMaker(life.store)

    def create(
        self,
        template: Body,
        owner: Body,
        kind: str,
        api_version: str,
        *,
        name: str = "",
        labels: dict[str, str] | None = None,
        node: str = "",
        component: str,
    ) -> Entry:
        """A new pod of an owner; on a node, where it is not the scheduler's to choose."""
        life, meta = self._life, owner["metadata"]
        body = self.maker.pod(
            template,
            meta["namespace"],
            owner_reference(owner, kind, api_version),
            name=name,
            prefix="" if name else f"{meta['name']}-",
            labels=labels,
        )
        reserved = any(each.wants(body) for each in self._scheduler.special)
        if life.instant and not reserved and self._fine(body):
            chosen = node or body["spec"].get("nodeName") or self._scheduler.find(body)[0]
            if chosen:
                self._kubelets.settle(body, chosen, life.now)
        self.maker.sign(body, "kube-controller-manager")
        entry = life.store.put(PODS, body)
        message = f"Created pod: {entry.name}"
        self.tell(owner, kind, api_version, "SuccessfulCreate", message, component)
        if node and not body["spec"].get("nodeName"):
            self._scheduler.bind(entry.object(), node)
        return entry

    def _fine(self, body: Body) -> bool:
        return (
            all(
                self._kubelets.fate(each["image"]).kind == "fine"
                for each in body["spec"]["containers"]
            )
            and body["spec"]["restartPolicy"] == "Always"
        )

    def delete(
        self, owner: Body, kind: str, api_version: str, pod: PodFacts, component: str
    ) -> None:
        """Let a pod of an owner go."""
        self.drop(pod.entry)
        message = f"Deleted pod: {pod.entry.name}"
        self.tell(owner, kind, api_version, "SuccessfulDelete", message, component)

    def drop(self, entry: Entry, grace: int | None = None) -> None:
        """Let a pod go as a DELETE request does."""
        found = self._life.store.find(PODS, entry.namespace, entry.name)
        if found is not None and found.uid == entry.uid:
            self._writes.delete(Target(_POD, entry.namespace, entry.name), DeleteOptions(grace))

    def tell(
        self, owner: Body, kind: str, api_version: str, reason: str, message: str, component: str
    ) -> None:
        """Write an event about a workload, if it is not being built."""
        if not self._life.instant:
            self._life.events.write(owner, kind, api_version, reason, message, component=component)

    def of(self, uid: str) -> list[PodFacts]:
        """The pods of an owner, in the order of their names."""
        found = self._life.facts.by_owner.get(uid, {})
        return [found[key] for key in sorted(found)]


def follow(life: Life, name: str, kind: Kind, pod_owner: str) -> None:
    """Let a controller look at its objects whenever they, or their pods, change."""

    def watch(
        changed: Kind, change: Change, before: PodFacts | None, after: PodFacts | None
    ) -> None:
        if changed == kind and change.type != "DELETED":
            life.soon(name, change.entry.key)
        elif changed == PODS:
            for facts in (before, after):
                if facts is not None and facts.owner_kind == pod_owner:
                    life.soon(name, f"{facts.entry.namespace}/{facts.owner_name}")

    life.watchers.append(watch)


def doomed_first(pods: Iterable[PodFacts]) -> list[PodFacts]:
    """In the order in which they may go: without a node, not ready, youngest."""
    return sorted(
        pods,
        key=lambda each: (bool(each.node), each.ready, _negated(each.ready_since)),
    )


def _negated(text: str) -> tuple[int, ...]:
    return tuple(-ord(each) for each in text)


def available(pod: PodFacts, life: Life, seconds: int = 0) -> bool:
    """Whether a pod has been ready for long enough."""
    if not pod.ready or pod.deleting:
        return False
    return not seconds or (bool(pod.ready_since) and pod.ready_since <= stamp(life.now - seconds))


class ReplicaSets:
    """Keeps each ReplicaSet at its number of pods."""

    def __init__(self, life: Life, pods: Pods) -> None:
        self._life = life
        self._pods = pods
        life.controllers["replicasets"] = self
        follow(life, "replicasets", REPLICASETS, "ReplicaSet")

    def reconcile(self, key: str) -> None:
        """Create or delete pods, and count them."""
        entry = self._life.store.collection(REPLICASETS).entries.get(key)
        if entry is None:
            return
        body = entry.object()
        if body["metadata"].get("deletionTimestamp"):
            return
        wanted = body["spec"].get("replicas", 1)
        active = [each for each in self._pods.of(entry.uid) if not each.ended and not each.deleting]
        for _ in range(wanted - len(active)):
            self._pods.create(
                body["spec"]["template"], body, "ReplicaSet", "apps/v1",
                component="replicaset-controller",
            )  # fmt: skip
        for each in doomed_first(active)[: max(len(active) - wanted, 0)]:
            self._pods.delete(body, "ReplicaSet", "apps/v1", each, "replicaset-controller")
        self._count(body, entry.uid)

    def _count(self, body: Body, uid: str) -> None:
        pods = [each for each in self._pods.of(uid) if not each.ended and not each.deleting]
        seconds = body["spec"].get("minReadySeconds", 0)
        ready = sum(each.ready for each in pods)
        usable = sum(available(each, self._life, seconds) for each in pods)
        status: Body = {"replicas": len(pods)}
        if pods:
            status["fullyLabeledReplicas"] = len(pods)
        if ready:
            status["readyReplicas"] = ready
        if usable:
            status["availableReplicas"] = usable
        status["observedGeneration"] = body["metadata"].get("generation", 1)
        body["status"] = status
        self._life.store.put(REPLICASETS, body)
