"""Volumes: claims that are bound to new EBS volumes and EFS access points, and let go."""

from __future__ import annotations

from containerscope.demo.ids import hexes
from containerscope.demo.kube_facts import PODS, PodFacts
from containerscope.demo.kube_life import Kind, Life
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Change, Entry

CLAIMS = ("", "persistentvolumeclaims")
VOLUMES = ("", "persistentvolumes")
CLASSES = ("storage.k8s.io", "storageclasses")
_ZONE = "topology.kubernetes.io/zone"
_EBS = ("ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com")


class Volumes:
    """The CSI provisioners of a cluster."""

    def __init__(self, life: Life, cluster: str) -> None:
        self._life = life
        self._store = life.store
        self._cluster = cluster
        life.controllers["volumes"] = self
        life.watchers.append(self._watch)

    def zone_of(self, body: Body) -> str:
        """The zone that a pod's volumes bind it to; empty for any."""
        for name in _claims(body):
            claim = self._store.find(CLAIMS, body["metadata"]["namespace"], name)
            volume = claim.object()["spec"].get("volumeName") if claim else None
            found = self._store.find(VOLUMES, "", volume) if volume else None
            if found is not None and "nodeAffinity" in (spec := found.object()["spec"]):
                [term] = spec["nodeAffinity"]["required"]["nodeSelectorTerms"]
                return str(term["matchExpressions"][0]["values"][0])
        return ""

    def _watch(
        self, kind: Kind, change: Change, before: PodFacts | None, after: PodFacts | None
    ) -> None:
        if kind == CLAIMS:
            if change.type == "ADDED":
                self._life.soon("volumes", change.entry.key)
            elif change.type == "DELETED":
                self._let_go(change.entry)
        elif kind == PODS and after is not None and after.node and not (before and before.node):
            for name in _claims(after.entry.object()):
                self._life.soon("volumes", f"{change.entry.namespace}/{name}")

    def reconcile(self, key: str) -> None:
        """Bind a claim, if its class does not wait for a pod that is not there yet."""
        entry = self._store.collection(CLAIMS).entries.get(key)
        if entry is None:
            return
        body = entry.object()
        if body["spec"].get("volumeName"):
            return
        found = self._store.find(CLASSES, "", body["spec"].get("storageClassName") or "")
        if found is None:
            return
        kind = found.object()
        zone = ""
        if kind.get("volumeBindingMode") == "WaitForFirstConsumer":
            zone = self._consumer_zone(entry)
            if not zone:
                return
        self._bind(body, kind, zone)

    def _consumer_zone(self, claim: Entry) -> str:
        for pod in self._store.all(PODS, claim.namespace):
            facts = self._life.facts.pods[pod.key]
            node = self._life.facts.nodes.get(facts.node)
            if node is not None and claim.name in _claims(pod.object()):
                return node.labels.get(_ZONE, "")
        return ""

    def _bind(self, claim: Body, kind: Body, zone: str) -> None:
        meta, spec = claim["metadata"], claim["spec"]
        size = spec["resources"]["requests"]["storage"]
        name = f"pvc-{meta['uid']}"
        driver = kind["provisioner"]
        source: Body = {
            "driver": driver,
            "volumeHandle": self._handle(driver, kind, meta["uid"]),
            "volumeAttributes": {
                "storage.kubernetes.io/csiProvisionerIdentity": f"1764000000000-8081-{driver}"
            },
        }
        if driver in _EBS:
            source["fsType"] = "ext4"
        volume: Body = {
            "metadata": {
                "name": name,
                "annotations": {"pv.kubernetes.io/provisioned-by": driver},
            },
            "spec": {
                "capacity": {"storage": size},
                "csi": source,
                "accessModes": spec["accessModes"],
                "claimRef": {
                    "kind": "PersistentVolumeClaim",
                    "namespace": meta["namespace"],
                    "name": meta["name"],
                    "uid": meta["uid"],
                    "apiVersion": "v1",
                    "resourceVersion": meta["resourceVersion"],
                },
                "persistentVolumeReclaimPolicy": kind.get("reclaimPolicy", "Delete"),
                "storageClassName": kind["metadata"]["name"],
                "volumeMode": "Filesystem",
            },
            "status": {"phase": "Bound"},
        }
        if zone:
            term = {"matchExpressions": [{"key": _ZONE, "operator": "In", "values": [zone]}]}
            volume["spec"]["nodeAffinity"] = {"required": {"nodeSelectorTerms": [term]}}
        self._store.put(VOLUMES, volume)
        spec |= {"volumeName": name, "volumeMode": "Filesystem"}
        meta.setdefault("annotations", {})["pv.kubernetes.io/bind-completed"] = "yes"
        meta["annotations"]["volume.kubernetes.io/storage-provisioner"] = driver
        claim["status"] = {
            "phase": "Bound",
            "accessModes": spec["accessModes"],
            "capacity": {"storage": size},
        }
        self._store.put(CLAIMS, claim)
        if not self._life.instant:
            message = f"Successfully provisioned volume {name}"
            self._life.events.write(
                claim, "PersistentVolumeClaim", "v1", "ProvisioningSucceeded", message,
                component=f"{driver}_provisioner",
            )  # fmt: skip

    def _handle(self, driver: str, kind: Body, uid: str) -> str:
        if driver in _EBS:
            return f"vol-0{hexes(16, 'volume', self._cluster, uid)}"
        system = (kind.get("parameters") or {}).get("fileSystemId", "")
        return f"{system}::fsap-0{hexes(16, 'access point', self._cluster, uid)}"

    def _let_go(self, claim: Entry) -> None:
        name = claim.object()["spec"].get("volumeName")
        found = self._store.find(VOLUMES, "", name) if name else None
        if found is None:
            return
        body = found.object()
        if body["spec"]["persistentVolumeReclaimPolicy"] == "Delete":
            self._store.remove(VOLUMES, found)
        else:
            body["status"]["phase"] = "Released"
            self._store.put(VOLUMES, body)


def _claims(body: Body) -> list[str]:
    """The names of the claims that a pod uses."""
    return [
        each["persistentVolumeClaim"]["claimName"]
        for each in body["spec"].get("volumes") or ()
        if "persistentVolumeClaim" in each
    ]
