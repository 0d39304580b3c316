"""EBS volumes: what they are, what they are attached to, and what of Kubernetes they hold."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from containerscope.insight.ebs import (
    attached_to,
    ebs_verdict,
    instances,
    made_for,
    status_verdict,
    used_for,
)
from containerscope.kube.selection import by_fields
from containerscope.listers import read_pages, tried
from containerscope.model import arn
from containerscope.model.ebs import EbsVolume, VolumeRow, VolumeStatus
from containerscope.model.ec2 import Reservation
from containerscope.model.health import Health, Level
from containerscope.model.listing import ApiError, Item, Listing, Missing, Phase, Problem, Why
from containerscope.resource import (
    Block,
    Child,
    Clients,
    Column,
    Demand,
    Detail,
    Jump,
    Platform,
    Resource,
    Scope,
    TableBlock,
)
from containerscope.resources import _around, _blocks, _ecs, _kube, _volumes
from containerscope.resources._listed import problem_block

_ONE = "vol-"
_CLUSTER_TAGS = ("aws:eks:cluster-name", "eks:cluster-name")
_AUTO = "eks:eks-cluster-name"
"""On the instances of Auto Mode, whose nodes are called as the instances."""
_OWNED = "kubernetes.io/cluster/"


async def volumes(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[VolumeRow]]:
    """The volumes of the region, or one by its id."""
    if scope.parent.startswith(_ONE):
        problems: list[Problem] = []
        found = await tried(_volumes.volumes_of(clients, [scope.parent]), problems)
        yield _around.done(_items(found or {}), problems)
        return
    problems, date = [], None
    rows: dict[str, VolumeRow] = {}
    pages = read_pages(
        clients, "ec2", "DescribeVolumes", "Volumes", EbsVolume, "NextToken",
        MaxResults=_volumes.PAGE,
    )  # fmt: skip
    while (page := await tried(anext(pages, None), problems)) is not None:
        rows |= _volumes.rows_of(page)
        problems += page.odd
        date = page.date or date
        yield Listing(_items(rows), Phase.NAMES, None, tuple(problems), date)
    yield _around.done(_items(rows), problems, date)


def _items(rows: Mapping[str, VolumeRow]) -> tuple[Item[VolumeRow], ...]:
    return tuple(Item(name, row.volume.tag("Name") or name, row) for name, row in rows.items())


async def read(clients: Clients, scope: Scope, item: Item[VolumeRow]) -> Mapping[str, Any]:
    """The volume whole."""
    answer = await clients.call("ec2", "DescribeVolumes", VolumeIds=[item.key])
    found: list[Mapping[str, Any]] = answer.get("Volumes") or [{}]
    return found[0]


async def overview(
    clients: Clients, scope: Scope, item: Item[VolumeRow]
) -> AsyncIterator[tuple[Block, ...]]:
    """The volume; then its status checks."""
    row = item.value
    if isinstance(row, Missing):
        yield (_blocks.missing_block(row),)
        return
    shown = _volumes.volume_blocks(row)
    yield shown
    if row.gone:
        return
    try:
        page = await clients.read(
            "ec2", "DescribeVolumeStatus", "VolumeStatuses", VolumeStatus, VolumeIds=[item.key]
        )
    except ApiError as error:
        yield (*shown, problem_block(error.problem, "Status checks"))
        return
    yield (*shown, *(block for status in page.items for block in _status(status)))


def _status(status: VolumeStatus) -> tuple[Block, ...]:
    info = status.volume_status
    checks = [("volume", info.status if info else None)]
    checks += [(each.name or "?", each.status) for each in (info and info.details) or ()]
    table = TableBlock("Status checks", ("CHECK", "STATUS"), tuple(checks))
    events = status.events or ()
    told = (
        TableBlock(
            "Status events",
            ("SINCE", "EVENT", "WHAT"),
            tuple((each.not_before, each.event_type, each.description) for each in events),
            tuple(Level.WARNING for _ in events),
        ),
    )
    return (*_blocks.verdict_block(status_verdict(status)), table, *(told if events else ()))


def _health(row: VolumeRow) -> Health:
    return ebs_verdict(row).health


def _size(row: VolumeRow) -> int | None:
    return None if row.volume.size is None else row.volume.size * 2**30


def _tags(row: VolumeRow) -> Mapping[str, str]:
    return {tag.key: tag.value or "" for tag in row.volume.tags or () if tag.key}


def _key(row: VolumeRow) -> str | None:
    return arn.name_of(row.volume.kms_key_id) if row.volume.kms_key_id else None


def _changing(row: VolumeRow) -> bool:
    return ebs_verdict(row).level is Level.PROGRESS


# Ways


def _for(item: Item[VolumeRow]) -> Any:
    return None if isinstance(item.value, Missing) else made_for(item.value.volume)


def _to_claim(scope: Scope, item: Item[VolumeRow]) -> Scope:
    found = _for(item)
    parent = by_fields(f"metadata.name={found.claim}")
    return scope.within(cluster=found.cluster, service="", namespace=found.namespace, parent=parent)


def _to_volume(scope: Scope, item: Item[VolumeRow]) -> Scope:
    found = _for(item)
    parent = by_fields(f"metadata.name={found.volume}")
    return scope.within(cluster=found.cluster, service="", namespace="", parent=parent)


def _has_claim(item: Item[VolumeRow]) -> bool:
    found = _for(item)
    return bool(found and found.cluster and found.claim)


def _has_volume(item: Item[VolumeRow]) -> bool:
    found = _for(item)
    return bool(found and found.cluster and found.volume)


def _users(scope: Scope, item: Item[VolumeRow]) -> Scope:
    """What uses its claim, as of the claim itself."""
    found = _for(item)
    parent = _kube.used("PersistentVolumeClaim", found.claim)
    return scope.within(cluster=found.cluster, service="", namespace=found.namespace, parent=parent)


def _attached(item: Item[VolumeRow]) -> bool:
    return not isinstance(item.value, Missing) and bool(instances(item.value.volume))


async def _node(clients: Clients, scope: Scope, item: Item[VolumeRow]) -> tuple[str, Scope]:
    """The node that is the instance, whose name and cluster EC2 knows."""
    assert not isinstance(item.value, Missing)
    name = instances(item.value.volume)[0]
    page = await clients.read(
        "ec2", "DescribeInstances", "Reservations", Reservation, InstanceIds=[name]
    )
    found = next((each for one in page.items for each in one.instances or ()), None)
    tags = {each.key or "": each.value or "" for each in (found and found.tags) or ()}
    owned = next((key[len(_OWNED) :] for key in tags if key.startswith(_OWNED)), "")
    auto = tags.get(_AUTO, "")
    cluster = auto or next((tags[key] for key in _CLUSTER_TAGS if tags.get(key)), owned)
    if found is None or not cluster:
        text = f"{name} is no node of an EKS cluster, as far as its tags tell"
        raise ApiError(Problem(Why.FAILED, "ec2:DescribeInstances", text))
    node = name if auto else found.private_dns_name or name
    parent = by_fields(f"metadata.name={node}")
    return "nodes", scope.within(cluster=cluster, service="", namespace="", parent=parent)


def _console(scope: Scope, item: Item[VolumeRow]) -> str:
    return _around.console(scope, "ec2/home", f"VolumeDetails:volumeId={item.key}")


RESOURCE: Resource[VolumeRow] = Resource(
    name="volumes",
    noun="EBS volume",
    platform=Platform.BOTH,
    model=VolumeRow,
    lister=volumes,
    aliases=("ebs", "vol"),
    columns=(
        _ecs.name_column(),
        Column("ID", lambda row: row.volume.volume_id, priority=2),
        Column(
            "HEALTH",
            lambda row: _health(row).words,
            tone=lambda row: _health(row).level,
            priority=1,
            width=30,
        ),
        Column("STATE", lambda row: row.volume.state, priority=3),
        Column("TYPE", lambda row: row.volume.volume_type, priority=4),
        Column("SIZE", _size, kind="bytes", priority=2),
        Column("FOR", lambda row: used_for(row.volume), priority=2, width=52),
        Column("ATTACHED TO", lambda row: attached_to(row.volume), priority=4, width=40),
        Column("ZONE", lambda row: row.volume.availability_zone, priority=3),
        Column("ENCRYPTED", lambda row: row.volume.encrypted, kind="flag", priority=5),
        Column("AGE", lambda row: row.volume.create_time, kind="age", priority=4),
        Column("IOPS", lambda row: row.volume.iops, kind="number", wide=True),
        Column("MIB/S", lambda row: row.volume.throughput, kind="number", wide=True),
        Column("KEY", _key, wide=True),
        Column("SNAPSHOT", lambda row: row.volume.snapshot_id or None, wide=True),
    ),
    read=read,
    health=_health,
    changing=_changing,
    children=(
        Child("pvcs", _to_claim, when=_has_claim),
        Child("pvs", _to_volume, when=_has_volume),
    ),
    owner=Jump(_attached, _node),
    users=Child("kube-used-by", _users, when=_has_claim),
    details=(Detail("Overview", overview),),
    console=_console,
    permissions=(_volumes.PERMISSION, "ec2:DescribeVolumeStatus", "ec2:DescribeInstances"),
    interval=3.0,
    empty="No EBS volumes in {scope}.",
    tags=_tags,
)
