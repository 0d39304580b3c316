"""Nodes of Kubernetes clusters: what they are, how they do, how full they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from containerscope.insight.kube_node import (
    capacity_type,
    label,
    node_group,
    node_kind,
    node_verdict,
    node_word,
)
from containerscope.insight.skew import skew, skew_verdict, skew_words
from containerscope.kube import Kind
from containerscope.kube.selection import by_fields
from containerscope.model.kube_node import Node, NodeInfo, NodeStatus
from containerscope.model.kube_pod import Pod
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
)
from containerscope.resources import _blocks, _eks, _kube
from containerscope.resources._kube_node_actions import ACTIONS
from containerscope.resources._kube_object_actions import object_actions
from containerscope.resources._kube_usage import NODE_JOIN, USAGE
from containerscope.resources._kube_version import PLANE, PLANE_JOIN, control_plane
from containerscope.resources._node_load import JOIN, LOAD, full, in_use, pod_count, share_of
from containerscope.resources._pod_sessions import host_actions

NODES: Kind[Node] = Kind(Node, "nodes", namespaced=False)
_PODS: Kind[Pod] = Kind(Pod, "pods")


def _info(node: Node) -> NodeInfo:
    return (node.status or NodeStatus()).node_info or NodeInfo()


def _version(node: Node) -> str | None:
    """The version of Kubernetes in the kubelet's: `1.33.5` of `v1.33.5-eks-113cf36`."""
    found = (_info(node).kubelet_version or "").removeprefix("v").partition("-")[0]
    return found or None


def _behind(item: Item[Node]) -> int | None:
    """Minor versions that a kubelet is behind; None while the control plane's is not known."""
    plane = item.joined.get(PLANE)
    if isinstance(item.value, Missing) or not isinstance(plane, str):
        return None
    return skew(_info(item.value).kubelet_version, plane)


def _marked_version(item: Item[Node]) -> Any:
    """The version, marked where the control plane has another."""
    node = item.value
    return node if isinstance(node, Missing) else skew_words(_version(node), _behind(item))


def _short(item: Item[Node]) -> str:
    """The name without the domain that all nodes of a region share."""
    host, _, domain = item.name.partition(".")
    return host if domain.endswith(("compute.internal", "ec2.internal")) else item.name


def _address(node: Node, kind: str) -> str | None:
    found = (node.status and node.status.addresses) or ()
    return next((each.address for each in found if each.type == kind), None)


def instance_id(node: Node) -> str | None:
    """The EC2 instance behind it, from its provider id."""
    name = ((node.spec.provider_id if node.spec else None) or "").rpartition("/")[2]
    return name if name.startswith(("i-", "mi-", "fargate-")) else None


def _host(item: Item[Node]) -> str:
    return "" if isinstance(item.value, Missing) else instance_id(item.value) or ""


def _type(node: Node) -> str | None:
    return label(node, "node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type")


def _zone(node: Node) -> str | None:
    return label(node, "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")


def _taints(node: Node) -> tuple[str, ...] | None:
    found = (node.spec and node.spec.taints) or ()
    words = (f"{t.key}{f'={t.value}' if t.value else ''}:{t.effect}" for t in found)
    return tuple(words) or None


async def overview(
    clients: Clients, scope: Scope, item: Item[Node]
) -> AsyncIterator[tuple[Block, ...]]:
    """What is wrong, what it is, its conditions and taints, what is requested, its events."""
    absent = _kube.missing(item)
    if absent is not None:
        yield absent
        return
    node: Node = item.value  # type: ignore[assignment]
    head = _kube.head(node_verdict(node))
    rest: tuple[Block, ...] = (_machine(node), _conditions(node))
    yield (*head, *rest)
    first = (*head, *await _skew_block(clients, scope, item, node), *rest)
    load = await full(clients, scope, item, node)
    events = await _kube.newest_events(clients, scope, item, "Node")
    yield (*first, *load, *events, *_kube.labels(item))


async def _skew_block(
    clients: Clients, scope: Scope, item: Item[Node], node: Node
) -> tuple[Block, ...]:
    """A kubelet of another version than its control plane; nothing where that is not told."""
    try:
        plane = await control_plane(clients, item.cluster or scope.cluster)
    except ApiError:
        return ()
    behind = skew(_info(node).kubelet_version, plane)
    return _blocks.verdict_block(skew_verdict(behind, "kubelet"))


def _machine(node: Node) -> PairsBlock:
    info = _info(node)
    return _blocks.pairs(
        "Node",
        ("Status", node_word(node)),
        ("Kind", node_kind(node)),
        ("Group", node_group(node)),
        ("Instance type", _type(node)),
        ("Capacity", capacity_type(node)),
        ("Zone", _zone(node)),
        ("Instance", instance_id(node)),
        ("Internal IP", _address(node, "InternalIP")),
        ("External IP", _address(node, "ExternalIP")),
        ("Kubelet", info.kubelet_version),
        ("System", info.os_image),
        ("Kernel", info.kernel_version),
        ("Runtime", info.container_runtime_version),
        ("Architecture", info.architecture),
        ("Taints", _taints(node)),
    )


def _conditions(node: Node) -> TableBlock:
    found = (node.status and node.status.conditions) or ()
    return TableBlock(
        "Conditions",
        ("TYPE", "STATUS", "SINCE", "REASON", "MESSAGE"),
        tuple((c.type, c.status, c.last_transition_time, c.reason, c.message) for c in found),
    )


def _to_pods(scope: Scope, item: Item[Node]) -> Scope:
    return _kube.within(scope, item).within(
        namespace="", parent=by_fields(f"spec.nodeName={item.name}")
    )


def _to_group(scope: Scope, item: Item[Node]) -> Scope:
    group = None if isinstance(item.value, Missing) else node_group(item.value)
    return _kube.within(scope, item).within(namespace="", parent=_eks.named(group or ""))


def _is_managed(item: Item[Node]) -> bool:
    return not isinstance(item.value, Missing) and node_kind(item.value) == "managed"


RESOURCE: Resource[Node] = Resource(
    name="nodes",
    noun="node",
    platform=Platform.KUBERNETES,
    model=Node,
    lister=_kube.lister(NODES),
    live=True,
    aliases=("no",),
    columns=(
        _kube.CLUSTER,
        Column("NODE", of_item=_short, priority=0, width=32),
        _kube.health_column(node_verdict, width=40),
        Column("KIND", node_kind, priority=3),
        Column("GROUP", node_group, priority=4, width=30),
        Column("TYPE", _type, priority=5),
        Column("CAPACITY", capacity_type, priority=6),
        Column("ZONE", _zone, priority=5),
        Column(
            "VERSION",
            of_item=_marked_version,
            tone_of_item=lambda item: skew_verdict(_behind(item), "kubelet").level,
            needs=PLANE,
            priority=4,
        ),
        Column("KUBELET", lambda node: _info(node).kubelet_version, wide=True, priority=7),
        Column(
            "CPU%",
            of_item=share_of("cpu", lambda load: load.cpu),
            kind="percent",
            needs=LOAD,
            priority=3,
            name="cpu",
        ),
        Column(
            "MEM%",
            of_item=share_of("memory", lambda load: load.memory),
            kind="percent",
            needs=LOAD,
            priority=3,
            name="memory",
        ),
        Column(
            "CPU USE%",
            of_item=in_use("cpu", lambda found: found.cpu),
            kind="percent",
            needs=USAGE,
            priority=5,
            name="cpu_use",
        ),
        Column(
            "MEM USE%",
            of_item=in_use("memory", lambda found: found.memory),
            kind="percent",
            needs=USAGE,
            priority=5,
            name="memory_use",
        ),
        Column("PODS", of_item=pod_count, kind="ratio", needs=LOAD, priority=3),
        Column("NAME", of_item=lambda item: item.name, wide=True, priority=6, width=60),
        Column("STATUS", node_word, wide=True, priority=6),
        Column("IP", lambda node: _address(node, "InternalIP"), wide=True, priority=6),
        Column("INSTANCE", instance_id, wide=True, priority=6, width=24),
        Column("ARCH", lambda node: _info(node).architecture, wide=True, priority=8),
        Column("OS", lambda node: _info(node).os_image, wide=True, priority=8),
        Column("TAINTS", _taints, wide=True, priority=7, width=60),
        _kube.AGE,
        _kube.LABELS,
    ),
    read=NODES.read,
    owner=_kube.OWNER,
    users=Child("pods", _to_pods),
    health=_kube.health(node_verdict),
    changing=_kube.changing(node_verdict),
    children=(
        Child("pods", _to_pods),
        Child("nodegroups", _to_group, _is_managed),
        _kube.to_events("Node"),
    ),
    details=(Detail("Overview", overview),),
    joins=(
        JOIN,
        NODE_JOIN,
        PLANE_JOIN,
    ),
    actions=(*ACTIONS, *host_actions(_host), *object_actions(NODES)),
    permissions=_kube.PERMISSIONS,
    empty="No nodes in {scope}.",
    tags=_kube.tags,
)
