"""Pods of Kubernetes clusters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

from containerscope.insight.kube_containers import containers_of, state_words, verdict_of
from containerscope.insight.kube_pod import (
    end_words,
    last_end,
    limits_of,
    pod_verdict,
    pod_word,
    ready_of,
    requests_of,
    restarts_of,
)
from containerscope.kube import Kind
from containerscope.kube.selection import by_names
from containerscope.model import arn
from containerscope.model.health import Level
from containerscope.model.kube_pod import Pod, PodSpec, PodStatus
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.resource import (
    Block,
    Child,
    Clients,
    Column,
    Detail,
    PairsBlock,
    Platform,
    Resource,
    Scope,
    TableBlock,
    TextBlock,
)
from containerscope.resources import _blocks, _kube
from containerscope.resources._kube_logs import of_pod
from containerscope.resources._kube_object_actions import object_actions
from containerscope.resources._kube_pod_actions import STOP
from containerscope.resources._kube_roles import PERMISSIONS as ROLES
from containerscope.resources._kube_roles import account_role, of_account
from containerscope.resources._kube_usage import POD_JOIN, USAGE, Used, used
from containerscope.resources._pod_sessions import pod_actions, pod_live, pod_parts

PODS: Kind[Pod] = Kind(Pod, "pods")
_MIB = 1024**2


def _spec(pod: Pod) -> PodSpec:
    return pod.spec or PodSpec()


def _status(pod: Pod) -> PodStatus:
    return pod.status or PodStatus()


def _last_restart(pod: Pod) -> datetime | None:
    ended = last_end(pod) if restarts_of(pod) else None
    return ended.finished_at if ended is not None else None


def _memory(pod: Pod) -> float | None:
    return requests_of(pod, "memory") / _MIB or None


def _memory_limit(pod: Pod) -> float | None:
    limit = limits_of(pod, "memory")
    return None if limit is None else limit / _MIB


def _in_use(of: Callable[[Used], float]) -> Callable[[Item[Pod]], Any]:
    def value(item: Item[Pod]) -> Any:
        found = used(item)
        return round(of(found)) if isinstance(found, Used) else found

    return value


def _owner(pod: Pod) -> str | None:
    found = _kube.meta(pod).owner_references or ()
    return f"{(found[0].kind or '?').lower()}/{found[0].name}" if found else None


async def overview(
    clients: Clients, scope: Scope, item: Item[Pod]
) -> AsyncIterator[tuple[Block, ...]]:
    """What is wrong, where it runs, its containers, then its events."""
    absent = _kube.missing(item)
    if absent is not None:
        yield absent
        return
    pod: Pod = item.value  # type: ignore[assignment]
    blocks: tuple[Block, ...] = (
        *_kube.head(pod_verdict(pod)),
        _placement(pod),
        _containers(pod),
        _kube.about(item),
    )
    yield blocks
    blocks = (*blocks, *await _role(clients, scope, item, pod))
    events = await _kube.newest_events(clients, scope, item, "Pod")
    yield (*blocks, *events, *_kube.labels(item))


def _placement(pod: Pod) -> PairsBlock:
    spec, status = _spec(pod), _status(pod)
    claims = tuple(
        each.persistent_volume_claim.claim_name
        for each in spec.volumes or ()
        if each.persistent_volume_claim and each.persistent_volume_claim.claim_name
    )
    cpu, memory = requests_of(pod, "cpu"), _memory(pod)
    most, limit = limits_of(pod, "cpu"), _memory_limit(pod)
    limits = (f"{most:g} CPU" if most else "", f"{limit:.0f} MiB memory" if limit else "")
    again = restarts_of(pod)
    return _blocks.pairs(
        "Pod",
        ("Status", pod_word(pod)),
        ("Node", spec.node_name),
        ("IP", status.pod_ip),
        ("Service account", spec.service_account_name),
        ("QoS", status.qos_class),
        ("Priority class", spec.priority_class_name),
        ("Requests", f"{cpu:g} CPU, {memory or 0:.0f} MiB" if cpu or memory else None),
        ("Limits", ", ".join(filter(None, limits)) or None),
        ("Restarts", again or None),
        ("Restarted last", _last_restart(pod)),
        ("Volume claims", claims),
        ("Started", status.start_time),
    )


async def _role(clients: Clients, scope: Scope, item: Item[Pod], pod: Pod) -> tuple[Block, ...]:
    """The IAM role behind its service account; nothing outside EKS or where it has none."""
    name = _spec(pod).service_account_name or "default"
    namespace = _kube.meta(pod).namespace or ""
    cluster = item.cluster or scope.cluster
    try:
        role = await account_role(clients, cluster, namespace, name)
    except ApiError as error:
        return (TextBlock(f"IAM role: {error}", level=Level.WARNING),)
    if role is None:
        return ()
    return (
        _blocks.pairs(
            "IAM role",
            ("Role", arn.name_of(role.arn)),
            ("By", role.way),
            ("Takes on", role.target),
            ("ARN", role.arn),
        ),
    )


def _containers(pod: Pod) -> TableBlock:
    found = containers_of(pod)
    return TableBlock(
        "Containers",
        ("NAME", "STATE", "READY", "RESTARTS", "LAST END", "IMAGE"),
        tuple(
            (
                each.want.name,
                state_words(each),
                each.status.ready if each.status else None,
                each.status.restart_count if each.status else None,
                end_words(each.status.last_state.terminated)
                if each.status and each.status.last_state and each.status.last_state.terminated
                else None,
                each.want.image,
            )
            for each in found
        ),
        tuple(verdict_of(each).level for each in found),
    )


def _within(scope: Scope, item: Item[Pod]) -> Scope:
    return _kube.within(scope, item).within(parent=f"pod:{item.name}")


def _account(item: Item[Pod]) -> str:
    return "" if isinstance(item.value, Missing) else _spec(item.value).service_account_name or ""


def _to_account(scope: Scope, item: Item[Pod]) -> Scope:
    return _kube.within(scope, item).within(parent=by_names([_account(item)]))


def _to_roles(scope: Scope, item: Item[Pod]) -> Scope:
    cluster, meta = item.cluster or scope.cluster, _kube.meta(item.value)
    return of_account(scope, cluster, meta.namespace or "", _account(item) or "default")


def _node_name(item: Item[Pod]) -> str:
    return "" if isinstance(item.value, Missing) else _spec(item.value).node_name or ""


def _to_node(scope: Scope, item: Item[Pod]) -> Scope:
    within = _kube.within(scope, item).within(namespace="")
    return within.within(parent=by_names([_node_name(item)]))


def _restart_level(pod: Pod) -> Level:
    return Level.WARNING if restarts_of(pod) and pod_verdict(pod).bad else Level.NONE


RESOURCE: Resource[Pod] = Resource(
    name="pods",
    noun="pod",
    platform=Platform.KUBERNETES,
    model=Pod,
    lister=_kube.lister(PODS),
    live=True,
    aliases=("po",),
    columns=(
        _kube.CLUSTER,
        _kube.NAMESPACE,
        _kube.NAME,
        _kube.health_column(pod_verdict),
        Column("READY", ready_of, kind="ratio", priority=2),
        Column("STATUS", pod_word, tone=lambda pod: pod_verdict(pod).level, priority=3, width=26),
        Column("RESTARTS", restarts_of, kind="number", tone=_restart_level, priority=3),
        Column("RESTARTED", _last_restart, kind="age", priority=5),
        Column("NODE", lambda pod: _spec(pod).node_name, priority=5, width=44),
        Column("IP", lambda pod: _status(pod).pod_ip, priority=6),
        Column(
            "CPU m",
            lambda pod: round(requests_of(pod, "cpu") * 1000) or None,
            kind="number",
            priority=7,
            name="cpu",
        ),
        Column("MEM MiB", _memory, kind="mib", priority=7, name="memory"),
        Column(
            "CPU USE m",
            of_item=_in_use(lambda found: found.cpu * 1000),
            kind="number",
            needs=USAGE,
            priority=7,
            name="cpu_use",
        ),
        Column(
            "MEM USE MiB",
            of_item=_in_use(lambda found: found.memory / _MIB),
            kind="mib",
            needs=USAGE,
            priority=7,
            name="memory_use",
        ),
        Column("LIMIT MiB", _memory_limit, kind="mib", wide=True, priority=8, name="limit"),
        Column("QOS", lambda pod: _status(pod).qos_class, wide=True, priority=8),
        Column("ACCOUNT", lambda pod: _spec(pod).service_account_name, wide=True, priority=7),
        Column("OWNER", _owner, wide=True, priority=7, width=48),
        _kube.AGE,
        _kube.LABELS,
    ),
    read=PODS.read,
    owner=_kube.OWNER,
    health=_kube.health(pod_verdict),
    changing=_kube.changing(pod_verdict),
    children=(
        Child("pod-containers", _within),
        _kube.to_events("Pod"),
        Child("nodes", _to_node, when=lambda item: bool(_node_name(item))),
        Child("serviceaccounts", _to_account, when=lambda item: bool(_account(item))),
        Child("roles", _to_roles),
        _kube.to_tree("Pod"),
    ),
    details=(Detail("Overview", overview),),
    logs=of_pod,
    joins=(POD_JOIN,),
    actions=(STOP, *pod_actions(pod_live, pod_parts), *object_actions(PODS, "")),
    permissions=_kube.PERMISSIONS + ROLES,
    empty="No pods in {scope}.",
    tags=_kube.tags,
)
