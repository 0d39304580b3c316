"""EBS volumes by id, for their own list and for the objects of Kubernetes that stand for them."""

from __future__ import annotations

from collections.abc import Iterable

from containerscope.insight.ebs import attached_to, ebs_verdict, stuck, used_for
from containerscope.listers import read_pages
from containerscope.model.ebs import EbsVolume, VolumeRow
from containerscope.model.listing import Page
from containerscope.resource import Block, Clients
from containerscope.resources import _around, _blocks

PERMISSION = "ec2:DescribeVolumes"
BATCH = 200
"""Values of one filter. Source: EC2 User Guide, List and filter your resources."""
PAGE = 500
"""The most volumes of a page. Source: EC2 API Reference, DescribeVolumes."""


def rows_of(page: Page[EbsVolume]) -> dict[str, VolumeRow]:
    """The volumes of a page by id, judged by the server's time."""
    return {
        each.volume_id or "?": VolumeRow(each, stuck=stuck(each, page.date)) for each in page.items
    }


async def volumes_of(clients: Clients, ids: Iterable[str]) -> dict[str, VolumeRow]:
    """The volumes of these ids, by a call for 200 of them; one that is not there is told gone."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, VolumeRow] = {}
    for batch in _around.batches(wanted, BATCH):
        # A filter, since an id that is gone fails a call that names it.
        pages = read_pages(
            clients,
            "ec2",
            "DescribeVolumes",
            "Volumes",
            EbsVolume,
            "NextToken",
            Filters=[{"Name": "volume-id", "Values": list(batch)}],
            MaxResults=PAGE,
        )
        async for page in pages:
            found |= rows_of(page)
    return {name: found.get(name) or gone(name) for name in wanted}


def gone(name: str) -> VolumeRow:
    """A volume that something names though it does not exist."""
    return VolumeRow(EbsVolume(volume_id=name), gone=True)


def volume_blocks(row: VolumeRow, title: str = "EBS volume") -> tuple[Block, ...]:
    """What is wrong with a volume, then the volume."""
    volume = row.volume
    pairs = _blocks.pairs(
        title,
        ("Id", volume.volume_id),
        ("Name", volume.tag("Name")),
        ("State", volume.state),
        ("Attached to", attached_to(volume)),
        ("Attachment", tuple(each.state for each in volume.attachments or () if each.state)),
        ("Attached since", next((a.attach_time for a in volume.attachments or ()), None)),
        ("For", used_for(volume)),
        ("Type", volume.volume_type),
        ("Size GiB", volume.size),
        ("IOPS", volume.iops),
        ("Throughput MiB/s", volume.throughput),
        ("Zone", volume.availability_zone),
        ("Encrypted", volume.encrypted),
        ("Key", volume.kms_key_id),
        ("Made from", volume.snapshot_id),
        ("Multi-attach", volume.multi_attach_enabled or None),
        ("Created", volume.create_time),
    )
    return (*_blocks.verdict_block(ebs_verdict(row)), pairs)
