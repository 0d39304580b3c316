"""The log groups that AWS itself writes to: EKS control planes and Container Insights."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import msgspec

from containerscope.demo import load
from containerscope.demo.ecs_state import Cluster
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.ids import hexes, number
from containerscope.demo.logs_stream import Stream
from containerscope.demo.logs_words import stamp
from containerscope.demo.world import World

_CONTROL = "/aws/eks/{}/cluster"
_INSIGHTS = "/aws/ecs/containerinsights/{}/performance"
_STREAMS = {
    "api": "kube-apiserver-{}",
    "audit": "kube-apiserver-audit-{}",
    "authenticator": "authenticator-{}",
    "controllerManager": "kube-controller-manager-{}",
    "scheduler": "kube-scheduler-{}",
}
_RATES = {"api": 0.15, "audit": 1.2, "authenticator": 0.08, "controllerManager": 0.1}
_VERBS = ("get", "list", "watch", "update", "patch", "create")
_THINGS = ("pods", "nodes", "leases", "endpointslices", "configmaps", "events")
_USERS = (
    "system:node:ip-10-64-3-17.eu-west-1.compute.internal",
    "system:kube-controller-manager",
    "system:serviceaccount:kube-system:aws-node",
    "eks:addon-manager",
)


def aws_groups(world: World) -> list[str]:
    """The names of the groups that AWS writes to."""
    control = [_CONTROL.format(each.name) for each in world.eks.values() if log_types(each)]
    insights = [
        _INSIGHTS.format(each.name)
        for each in world.clusters.values()
        if each.insights != "disabled"
    ]
    return [*control, *insights, *_exec_groups(world)]


def _exec_groups(world: World) -> list[str]:
    """The groups that the sessions of ECS Exec are recorded in; nobody has opened one lately."""
    found = (
        each.configuration.get("executeCommandConfiguration", {})
        .get("logConfiguration", {})
        .get("cloudWatchLogGroupName")
        for each in world.clusters.values()
    )
    return [each for each in found if each]


def log_types(cluster: EksCluster) -> list[str]:
    """The types of control plane logs that are sent to CloudWatch."""
    setups = cluster.body.get("logging", {}).get("clusterLogging", ())
    return [kind for each in setups if each.get("enabled") for kind in each.get("types", ())]


def aws_streams(world: World, group: str) -> list[Stream]:
    """The streams of a group that AWS writes to; none for other groups."""
    for each in world.eks.values():
        if group == _CONTROL.format(each.name):
            return [_control(world, group, each, kind) for kind in log_types(each)]
    for cluster in world.clusters.values():
        if group == _INSIGHTS.format(cluster.name) and cluster.insights != "disabled":
            return [_insights(world, group, cluster)]
    return []


def _control(world: World, group: str, cluster: EksCluster, kind: str) -> Stream:
    rate = _RATES.get(kind, 0.05)
    writers: dict[str, Callable[[int, float], list[str]]] = {
        "audit": _audit,
        "authenticator": _authenticator,
    }
    return Stream(
        group,
        _STREAMS[kind].format(hexes(32, "control plane", cluster.name)),
        number(1 << 62, world.seed, "control", cluster.name, kind),
        max(cluster.body["createdAt"], world.load.start - 7 * 86400),
        math.inf,
        lambda _: rate,
        writers.get(kind, partial(_klog, kind)),
    )


def _klog(kind: str, seed: int, at: float) -> list[str]:
    clock = stamp(at)[11:-1]
    told = {
        "api": f'httplog.go:132] "HTTP" verb="{_VERBS[seed % 6].upper()}" '
        f'URI="/api/v1/{_THINGS[seed % 5]}" latency="{seed % 900 / 10}ms" resp=200',
        "scheduler": 'schedule_one.go:252] "Successfully bound pod to node" evaluatedNodes=21',
    }
    text = told.get(kind, 'replica_set.go:676] "Finished syncing" kind="ReplicaSet"')
    return [f"I{stamp(at)[5:7]}{stamp(at)[8:10]} {clock}000      10 {text}"]


def _audit(seed: int, at: float) -> list[str]:
    verb, thing = _VERBS[seed % 6], _THINGS[seed // 7 % 6]
    body = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": hexes(32, "audit", seed),
        "stage": "ResponseComplete",
        "requestURI": f"/api/v1/namespaces/kube-system/{thing}",
        "verb": verb,
        "user": {"username": _USERS[seed // 11 % 4], "groups": ["system:authenticated"]},
        "objectRef": {"resource": thing, "namespace": "kube-system", "apiVersion": "v1"},
        "responseStatus": {"metadata": {}, "code": 403 if seed % 211 == 0 else 200},
        "requestReceivedTimestamp": stamp(at),
    }
    return [msgspec.json.encode(body).decode()]


def _authenticator(seed: int, at: float) -> list[str]:
    role = ("OpsRole", "platform-node", "ci-deploy")[seed % 3]
    return [
        f'time="{stamp(at)[:-5]}Z" level=info msg="access granted" '
        f'arn="arn:aws:iam::123456789012:role/{role}" client="127.0.0.1:{40000 + seed % 9000}" '
        f'groups="[]" method=POST path=/authenticate'
    ]


def _insights(world: World, group: str, cluster: Cluster) -> Stream:
    return Stream(
        group,
        f"FargateTelemetry-{1000 + number(9000, 'telemetry', cluster.name)}",
        number(1 << 62, world.seed, "insights", cluster.name),
        world.load.start - 86400,
        math.inf,
        lambda _: len(cluster.services) / load.MINUTE,
        partial(_performance, world, cluster),
    )


def _performance(world: World, cluster: Cluster, seed: int, at: float) -> list[str]:
    services = list(cluster.services.values())
    if not services:
        return []
    service = services[seed % len(services)]
    minute = at // load.MINUTE * load.MINUTE - load.MINUTE
    desired, running = load.counts_at(world, cluster, service, minute)
    body = {
        "Version": "0",
        "Type": "Service",
        "ClusterName": cluster.name,
        "ServiceName": service.name,
        "Timestamp": int(minute * 1000),
        "DesiredTaskCount": desired,
        "RunningTaskCount": running,
        "CpuUtilized": round(load.cpu(world, cluster, service, minute) * 10.24, 3),
        "MemoryUtilized": round(load.memory(world, cluster, service, minute) * 20.48, 1),
    }
    return [msgspec.json.encode(body).decode()]
