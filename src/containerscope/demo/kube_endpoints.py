"""The EndpointSlices of services."""

from __future__ import annotations

from containerscope.demo.kube_facts import PODS, PodFacts
from containerscope.demo.kube_life import Kind, Life
from containerscope.demo.kube_selectors import object_selector
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Change, Entry


class Endpoints:
    """Keeps the EndpointSlices of services."""

    KIND = ("discovery.k8s.io", "endpointslices")

    def __init__(self, life: Life) -> None:
        self._life = life
        life.controllers["endpoints"] = self
        life.watchers.append(self._watch)

    def _watch(
        self, kind: Kind, change: Change, before: PodFacts | None, after: PodFacts | None
    ) -> None:
        if kind == ("", "services") and change.type != "DELETED":
            self._life.soon("endpoints", change.entry.key)
        elif kind == PODS and _served(before) != _served(after):
            self._life.soon("endpoints", f"{change.entry.namespace}/")

    def reconcile(self, key: str) -> None:
        """One service, or all of a namespace."""
        services = self._life.store.collection(("", "services"))
        if key.endswith("/"):
            for each in list(services.within(key[:-1])):
                self._service(services.entries[each])
        elif key in services.entries:
            self._service(services.entries[key])

    def _service(self, service: Entry) -> None:
        body = service.object()
        chosen = (body.get("spec") or {}).get("selector")
        if not chosen:
            return
        fits = object_selector({"matchLabels": chosen})
        pods = [
            each
            for each in self._life.store.all(PODS, service.namespace)
            if fits(each.labels) and each.fields["status.podIP"]
        ]
        ends = []
        for each in pods:
            facts = self._life.facts.pods[each.key]
            if facts.ended:
                continue
            node = self._life.facts.nodes.get(facts.node)
            ends.append(
                {
                    "addresses": [each.fields["status.podIP"]],
                    "conditions": {
                        "ready": facts.ready and not facts.deleting,
                        "serving": facts.ready,
                        "terminating": facts.deleting,
                    },
                    "targetRef": {
                        "kind": "Pod",
                        "namespace": each.namespace,
                        "name": each.name,
                        "uid": each.uid,
                    },
                    "nodeName": facts.node,
                    "zone": (node.labels if node else {}).get("topology.kubernetes.io/zone", ""),
                }
            )
        self._write(service, body, ends)

    def _write(self, service: Entry, body: Body, ends: list[Body]) -> None:
        store = self._life.store
        name = f"{service.name}-{service.uid[:5]}"
        found = store.find(self.KIND, service.namespace, name)
        made: Body = (
            found.object()
            if found
            else {
                "metadata": {
                    "name": name,
                    "namespace": service.namespace,
                    "labels": {
                        "kubernetes.io/service-name": service.name,
                        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                    },
                    "ownerReferences": [
                        {
                            "apiVersion": "v1",
                            "kind": "Service",
                            "name": service.name,
                            "uid": service.uid,
                            "controller": True,
                            "blockOwnerDeletion": True,
                        }
                    ],
                },
                "addressType": "IPv4",
            }
        )
        made["endpoints"] = ends
        made["ports"] = [
            {
                "name": each.get("name", ""),
                "protocol": each.get("protocol", "TCP"),
                "port": each["targetPort"]
                if isinstance(each.get("targetPort"), int)
                else each["port"],
            }
            for each in body["spec"].get("ports") or ()
        ]
        store.put(self.KIND, made)


def _served(pod: PodFacts | None) -> tuple[bool, bool, str]:
    if pod is None:
        return False, False, ""
    return pod.ready, pod.deleting, pod.entry.fields["status.podIP"]
