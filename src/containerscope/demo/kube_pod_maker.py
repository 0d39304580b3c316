"""Pods as controllers make them from a template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from containerscope.demo.ids import hexes, token
from containerscope.demo.kube_defaults import pod_defaults, qos_class
from containerscope.demo.kube_managed import managed, owned
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import KubeStore, stamp

ACCOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
ROLE = "eks.amazonaws.com/role-arn"
_ROLE_PATH = "/var/run/secrets/eks.amazonaws.com/serviceaccount"
_IDENTITY_PATH = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


def copied(body: Any) -> Any:
    """A copy that may be changed."""
    return msgspec.json.decode(msgspec.json.encode(body))


def suffix(length: int, *parts: Any) -> str:
    """Letters and digits as generated names end in."""
    return "".join(_LETTERS[ord(each) % len(_LETTERS)] for each in token(length, *parts))


def owner_reference(body: Body, kind: str, api_version: str) -> Body:
    """The reference of an object to the one that controls it."""
    return {
        "apiVersion": api_version,
        "kind": kind,
        "name": body["metadata"]["name"],
        "uid": body["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


class PodMaker:
    """Makes pods; remembers what is the same for all pods of an owner."""

    def __init__(self, store: KubeStore) -> None:
        self._store = store
        self._count = 0
        self.identities: Mapping[str, Mapping[str, Any]] = {}
        """The cluster's pod identity associations, as EKS keeps them."""
        self._managed: dict[tuple[str, str], tuple[Body, Body]] = {}

    def pod(
        self,
        template: Body,
        namespace: str,
        owner: Body,
        *,
        name: str = "",
        prefix: str = "",
        labels: dict[str, str] | None = None,
    ) -> Body:
        """A pod from a template, not yet in the store; with a name of its own, or a prefix."""
        self._count += 1
        meta = copied(template.get("metadata") or {})
        spec = copied(template["spec"])
        meta["labels"] = {**(meta.get("labels") or {}), **(labels or {})}
        if prefix:
            meta["generateName"] = prefix
        unique = (namespace, prefix, self._count, owner["uid"])
        meta["name"] = name or prefix + suffix(5, "pod", *unique)
        meta["namespace"] = namespace
        meta["ownerReferences"] = [owner]
        meta["uid"] = self._store.new_uid()
        meta["creationTimestamp"] = stamp(self._store.now())
        pod_defaults(spec)
        self._mount_account(namespace, spec, meta["name"])
        self._mount_identity(namespace, spec)
        status = {"phase": "Pending", "qosClass": qos_class(spec)}
        return {"metadata": meta, "spec": spec, "status": status}

    def _mount_account(self, namespace: str, spec: Body, name: str) -> None:
        """The service account's token, and the IAM role's where there is one."""
        account = self._store.find(("", "serviceaccounts"), namespace, spec["serviceAccountName"])
        notes = (account.object()["metadata"].get("annotations") or {}) if account else {}
        volume = f"kube-api-access-{suffix(5, 'volume', namespace, name)}"
        mounts = [{"name": volume, "readOnly": True, "mountPath": ACCOUNT_PATH}]
        volumes = spec.setdefault("volumes", [])
        if role := notes.get(ROLE):
            volumes.insert(0, _role_volume())
            mounts.append({"name": "aws-iam-token", "readOnly": True, "mountPath": _ROLE_PATH})
        volumes.append(_account_volume(volume))
        for each in (*(spec.get("initContainers") or ()), *spec["containers"]):
            each.setdefault("volumeMounts", []).extend(mounts)
            if role:
                each.setdefault("env", []).extend(
                    [
                        {"name": "AWS_STS_REGIONAL_ENDPOINTS", "value": "regional"},
                        {"name": "AWS_ROLE_ARN", "value": role},
                        {"name": "AWS_WEB_IDENTITY_TOKEN_FILE", "value": f"{_ROLE_PATH}/token"},
                    ]
                )

    def _mount_identity(self, namespace: str, spec: Body) -> None:
        """The token with which a pod gets the role that EKS associates with its account."""
        account = spec["serviceAccountName"]
        if not any(
            (each["namespace"], each["serviceAccount"]) == (namespace, account)
            for each in self.identities.values()
        ):
            return
        source = {"audience": "pods.eks.amazonaws.com", "expirationSeconds": 86400}
        token_source = {"serviceAccountToken": {**source, "path": "eks-pod-identity-token"}}
        name = "eks-pod-identity-token"
        spec["volumes"].append(
            {"name": name, "projected": {"sources": [token_source], "defaultMode": 420}}
        )
        for each in spec["containers"]:
            each["volumeMounts"].append(
                {"name": name, "readOnly": True, "mountPath": _IDENTITY_PATH}
            )
            each.setdefault("env", []).extend(
                [
                    {
                        "name": "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                        "value": "http://169.254.170.23/v1/credentials",
                    },
                    {
                        "name": "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                        "value": f"{_IDENTITY_PATH}/eks-pod-identity-token",
                    },
                ]
            )

    def sign(self, body: Body, manager: str) -> None:
        """Write who manages what: the controller the spec, the kubelet the status."""
        meta, status = body["metadata"], body["status"]
        key = (meta["ownerReferences"][0]["uid"], hexes(8, *(meta["labels"].items())))
        known = self._managed.get(key)
        if known is None:
            spec = {each: value for each, value in body["spec"].items() if each != "nodeName"}
            kept = {
                each: meta[each]
                for each in ("generateName", "labels", "ownerReferences")
                if each in meta
            }
            told = {
                each: value for each, value in status.items() if each not in ("phase", "qosClass")
            }
            known = (owned({"metadata": kept, "spec": spec}), owned({"status": told}))
            self._managed[key] = known
        by_controller, by_kubelet = known
        when = meta["creationTimestamp"]
        entries = [managed(manager, "v1", by_controller, when)]
        if "containerStatuses" in status:
            entries.append(managed("kubelet", "v1", by_kubelet, when, part="status"))
        meta["managedFields"] = entries


def _account_volume(name: str) -> Body:
    pod_field = {"apiVersion": "v1", "fieldPath": "metadata.namespace"}
    return {
        "name": name,
        "projected": {
            "sources": [
                {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                {
                    "configMap": {
                        "name": "kube-root-ca.crt",
                        "items": [{"key": "ca.crt", "path": "ca.crt"}],
                    }
                },
                {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": pod_field}]}},
            ],
            "defaultMode": 420,
        },
    }


def _role_volume() -> Body:
    source = {
        "serviceAccountToken": {
            "audience": "sts.amazonaws.com",
            "expirationSeconds": 86400,
            "path": "token",
        }
    }
    return {"name": "aws-iam-token", "projected": {"sources": [source], "defaultMode": 420}}
