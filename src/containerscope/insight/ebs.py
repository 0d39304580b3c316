"""How an EBS volume does, what it is for, and what it is attached to."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from containerscope.insight.verdict import Verdict
from containerscope.model import arn
from containerscope.model.ebs import EbsVolume, VolumeAttachment, VolumeRow, VolumeStatus
from containerscope.model.health import Level

STUCK = timedelta(minutes=5)
"""Attaching takes seconds; what takes longer than this does not end by itself."""
_OWNED = "kubernetes.io/cluster/"
_CLAIM = "kubernetes.io/created-for/pvc/name"
_SPACE = "kubernetes.io/created-for/pvc/namespace"
_VOLUME = "kubernetes.io/created-for/pv/name"
_CSI = "CSIVolumeName"


class ForVolume(msgspec.Struct, frozen=True):
    """The objects of Kubernetes that a volume was made for, from the tags of the CSI driver."""

    cluster: str = ""
    volume: str = ""
    """The name of the persistent volume."""
    namespace: str = ""
    claim: str = ""


def made_for(volume: EbsVolume) -> ForVolume:
    """What the CSI driver says that a volume is for; all empty for a volume of others."""
    tags = {each.key or "": each.value or "" for each in volume.tags or ()}
    owned = next((key[len(_OWNED) :] for key in tags if key.startswith(_OWNED)), "")
    cluster = owned or tags.get("KubernetesCluster") or tags.get("eks:eks-cluster-name", "")
    return ForVolume(
        cluster,
        tags.get(_VOLUME) or tags.get(_CSI, ""),
        tags.get(_SPACE, ""),
        tags.get(_CLAIM, ""),
    )


def used_for(volume: EbsVolume) -> str | None:
    """What a volume is for, as far as it tells: `shop/data-0 in platform`, `root of i-0abc`."""
    found = made_for(volume)
    if found.claim or found.volume:
        what = f"{found.namespace}/{found.claim}" if found.claim else found.volume
        return f"{what} in {found.cluster}" if found.cluster else what
    attached = attachment(volume)
    if attached is not None and (task := attached.associated_resource):
        return f"task {arn.name_of(task)}"
    if attached is not None and attached.device in ("/dev/xvda", "/dev/sda1"):
        return f"root of {attached.instance_id}"
    if volume.tag("AmazonECSCreated") == "true":
        return "a task of ECS"
    return None


def attachment(volume: EbsVolume) -> VolumeAttachment | None:
    """Its attachment, the one that is on its way before those that stand."""
    found = sorted(volume.attachments or (), key=lambda each: each.state == "attached")
    return found[0] if found else None


def instances(volume: EbsVolume) -> tuple[str, ...]:
    """The instances that it is attached to, of which only io1 and io2 may have several."""
    return tuple(each.instance_id for each in volume.attachments or () if each.instance_id)


def attached_to(volume: EbsVolume) -> str | None:
    """`i-0abc /dev/xvdaa`; whom a task's volume is for is told elsewhere."""
    words = (
        " ".join(filter(None, (each.instance_id, each.device))) for each in volume.attachments or ()
    )
    return ", ".join(filter(None, words)) or None


def stuck(volume: EbsVolume, now: datetime | None) -> str:
    """The state of an attachment that has been on its way for too long; empty for none."""
    for each in volume.attachments or ():
        # One that is detaching tells when it was attached: only the other way can be timed.
        since = each.attach_time if each.state == "attaching" else None
        if since is not None and now is not None and now - since > STUCK:
            return "attaching"
    return ""


def ebs_verdict(row: VolumeRow) -> Verdict:
    """The level of a volume."""
    volume, attached = row.volume, attachment(row.volume)
    state = volume.state or ""
    if row.gone:
        cause = f"{volume.volume_id} is not in this account and region"
        fix = "restore it from a snapshot, or delete what names it"
        return Verdict(Level.FAILED, "there is no such volume", cause, fix=fix)
    if state == "error":
        fix = "see its key and its snapshot: EC2 could not make it or lost it"
        return Verdict(Level.FAILED, "error", "its hardware or its key failed", fix=fix)
    if attached is not None and attached.state == "busy":
        where = attached.instance_id or "its instance"
        return Verdict(
            Level.WARNING, "busy: does not detach", f"{where} still has it mounted",
            fix="unmount it there, or detach it by force if the instance is lost",
        )  # fmt: skip
    if row.stuck:
        return Verdict(
            Level.FAILED, f"stuck {row.stuck}", f"to {attached_to(volume)}",
            fix="detach it by force: the driver attaches it anew",
        )  # fmt: skip
    if state in ("creating", "deleting"):
        return Verdict(Level.PROGRESS, state)
    if attached is not None and attached.state in ("attaching", "detaching"):
        return Verdict(Level.PROGRESS, attached.state)
    if state == "available":
        return Verdict(Level.NONE, "not attached")
    return Verdict(Level.FINE) if state == "in-use" else Verdict(Level.NONE, state)


def status_verdict(status: VolumeStatus) -> Verdict:
    """The level of a volume by its status checks."""
    word = (status.volume_status and status.volume_status.status) or ""
    said = "; ".join(each.description or each.event_type or "" for each in status.events or ())
    todo = "; ".join(each.description or each.code or "" for each in status.actions or ())
    if word == "impaired":
        return Verdict(Level.FAILED, "impaired: its data may be inconsistent", said, fix=todo)
    if word == "warning":
        return Verdict(Level.WARNING, "slower than it is to be", said, fix=todo)
    return Verdict(Level.FINE if word == "ok" else Level.NONE)


def live_words(row: VolumeRow) -> str:
    """`in-use gp3 20 GiB eu-west-1a`, or what is wrong."""
    volume, verdict = row.volume, ebs_verdict(row)
    state = verdict.words if verdict.level >= Level.WARNING else volume.state
    size = f"{volume.size} GiB" if volume.size is not None else ""
    parts = (volume.volume_type, size, volume.availability_zone)
    return " ".join(filter(None, (state, *(parts if not row.gone else ()))))
