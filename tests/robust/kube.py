"""A Kubernetes API whose objects are anything that the models allow, and more."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any

import msgspec
from msgspec import inspect

from containerscope.model.kube import KubeError
from containerscope.model.kube_config import ConfigMap, Namespace, Secret, ServiceAccount
from containerscope.model.kube_custom import Definition
from containerscope.model.kube_event import Event
from containerscope.model.kube_network import Ingress, KubeService, TargetGroupBinding
from containerscope.model.kube_node import Node
from containerscope.model.kube_policy import Budget
from containerscope.model.kube_storage import Claim, PersistentVolume, StorageClass
from containerscope.model.kube_using import Binding, UsingCron, UsingJob, UsingPod, UsingWorkload
from containerscope.model.kube_workload import Hpa, Workload
from containerscope.model.listing import Problem, Why
from containerscope.plan import KubeRequest
from containerscope.resource import Sent
from tests.robust import shapes

MODELS: Mapping[str, type[msgspec.Struct]] = {
    "pods": UsingPod,
    "nodes": Node,
    "events": Event,
    "deployments": UsingWorkload,
    "replicasets": Workload,
    "statefulsets": Workload,
    "daemonsets": Workload,
    "jobs": UsingJob,
    "cronjobs": UsingCron,
    "horizontalpodautoscalers": Hpa,
    "namespaces": Namespace,
    "services": KubeService,
    "ingresses": Ingress,
    "serviceaccounts": ServiceAccount,
    "persistentvolumeclaims": Claim,
    "persistentvolumes": PersistentVolume,
    "storageclasses": StorageClass,
    "configmaps": ConfigMap,
    "secrets": Secret,
    "customresourcedefinitions": Definition,
    "poddisruptionbudgets": Budget,
    "controllerrevisions": Workload,
    "targetgroupbindings": TargetGroupBinding,
    "rolebindings": Binding,
    "clusterrolebindings": Binding,
}
_NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


class AnyKube:
    """Implements `door.KubeApi` on random answers."""

    name = "one"

    def __init__(self, rng: Random, *, hostile: bool, failing: float) -> None:
        self._rng = rng
        self._hostile = hostile
        self._failing = failing

    async def get(self, path: str, /, accept: str = "application/json", **query: str) -> bytes:
        if self._rng.random() < self._failing:
            why = self._rng.choice([Why.DENIED, Why.THROTTLED, Why.FAILED, Why.UNREACHABLE])
            said = self._text()
            raise KubeError(Problem(why, f"kubernetes:{path}", said, said), 500)
        if path == "/version":
            version = self._rng.choice([self._text(), "v1.33.5-eks-113cf36", "v1.36"])
            return json.dumps({"gitVersion": version}).encode()
        parts = path.strip("/").split("/")
        plural = next(part for part in reversed(parts) if part in MODELS)
        if parts[-1] != plural:
            return json.dumps(self._object(plural)).encode()
        items = [self._object(plural) for _ in range(self._rng.randrange(1, 4))]
        return json.dumps({"metadata": {"resourceVersion": "1"}, "items": items}).encode()

    async def stream(
        self, path: str, /, idle: float = 300.0, accept: str = "", **query: str
    ) -> AsyncIterator[list[bytes]]:
        yield []

    async def send(self, request: KubeRequest, /, *, dry: bool = False) -> Sent:
        raise AssertionError("nothing was to be changed")

    def _object(self, plural: str) -> dict[str, Any]:
        made = self._value(inspect.type_info(MODELS[plural]), 0)
        made.setdefault("metadata", {})
        if isinstance(made["metadata"], dict):
            made["metadata"]["uid"] = str(self._rng.random())
        return dict(made)

    def _text(self) -> str:
        text = shapes.text(self._rng, hostile=self._hostile)
        return text.encode("utf-8", "replace").decode()

    def _value(self, kind: inspect.Type, depth: int) -> Any:
        rng = self._rng
        if isinstance(kind, inspect.UnionType):
            return self._value(rng.choice(kind.types), depth)
        if isinstance(kind, inspect.StructType):
            share = 0.9 if depth < 2 else 0.7
            return {
                field.encode_name: self._value(field.type, depth + 1)
                for field in kind.fields
                if rng.random() < share
            }
        if isinstance(kind, inspect.VarTupleType):
            return [self._value(kind.item_type, depth + 1) for _ in range(rng.randrange(3))]
        if isinstance(kind, inspect.DictType):
            count = rng.randrange(3)
            return {self._text(): self._value(kind.value_type, depth + 1) for _ in range(count)}
        if isinstance(kind, inspect.BoolType):
            return rng.random() < 0.5
        if isinstance(kind, inspect.IntType):
            return rng.choice([0, 1, 3, -1, 2**31])
        if isinstance(kind, inspect.FloatType):
            return rng.choice([0.0, 1.5, 1e300])
        if isinstance(kind, inspect.DateTimeType):
            return _NOW.isoformat()
        if isinstance(kind, inspect.NoneType):
            return None
        return self._text()
