"""What a volume of Kubernetes is in AWS, and how volumes and claims do."""

from __future__ import annotations

import re

from containerscope.insight.verdict import Verdict
from containerscope.model.health import Level
from containerscope.model.kube_storage import Claim, PersistentVolume

_DRIVERS = {
    "ebs.csi.aws.com": "EBS",
    "ebs.csi.eks.amazonaws.com": "EBS",
    "kubernetes.io/aws-ebs": "EBS",
    "efs.csi.aws.com": "EFS",
    "fsx.csi.aws.com": "FSx for Lustre",
    "fsx.openzfs.csi.aws.com": "FSx for OpenZFS",
    "s3.csi.aws.com": "S3",
}
_EFS_HANDLE = re.compile(r"(?P<fs>fs-[0-9a-f]+)(?::(?P<path>[^:]*))?(?::(?P<ap>fsap-[0-9a-f]+))?")


def service_of(driver: str | None) -> str | None:
    """The AWS service behind a CSI driver or a provisioner; its own name for others."""
    return _DRIVERS.get(driver or "", driver)


def backing(volume: PersistentVolume) -> str | None:
    """What holds the data: `vol-0abc`, `fs-0abc`, `fs-0abc fsap-0def`."""
    spec = volume.spec
    if spec is None:
        return None
    if spec.csi is not None and spec.csi.driver == "s3.csi.aws.com":
        return (spec.csi.volume_attributes or {}).get("bucketName") or spec.csi.volume_handle
    if spec.csi is not None:
        handle = spec.csi.volume_handle or ""
        found = _EFS_HANDLE.match(handle) if spec.csi.driver == "efs.csi.aws.com" else None
        if found is None:
            return handle or None
        return " ".join(part for part in (found["fs"], found["path"], found["ap"]) if part)
    old = spec.aws_elastic_block_store
    return (old.volume_id or "").rpartition("/")[2] or None if old is not None else None


def held_by(volume: PersistentVolume) -> str | None:
    """The AWS service that holds the data."""
    spec = volume.spec
    if spec is None:
        return None
    if spec.csi is not None:
        return service_of(spec.csi.driver)
    return "EBS" if spec.aws_elastic_block_store is not None else None


def console_page(volume: PersistentVolume) -> str:
    """The path of what holds the data in the AWS console, `{region}` in it; empty elsewhere."""
    held = (backing(volume) or "").partition(" ")[0]
    service = held_by(volume)
    if service == "EBS" and held.startswith("vol-"):
        return f"/ec2/home?region={{region}}#VolumeDetails:volumeId={held}"
    if service == "EFS" and held.startswith("fs-"):
        return f"/efs/home?region={{region}}#/file-systems/{held}"
    if (service or "").startswith("FSx") and held.startswith(("fs-", "fsvol-")):
        return f"/fsx/home?region={{region}}#file-system-details/{held}"
    return ""


def file_system(volume: PersistentVolume) -> str | None:
    """The id of the EFS file system, where it is one."""
    csi = volume.spec.csi if volume.spec else None
    if csi is None or csi.driver != "efs.csi.aws.com":
        return None
    found = _EFS_HANDLE.match(csi.volume_handle or "")
    return found["fs"] if found else None


def ebs_volume(volume: PersistentVolume) -> str | None:
    """The id of the EBS volume, where it is one."""
    held = backing(volume) or ""
    return held if held_by(volume) == "EBS" and held.startswith("vol-") else None


def fsx_handle(volume: PersistentVolume) -> str | None:
    """The id of the FSx file system or of the volume in it, where it is one."""
    held = (backing(volume) or "").partition(" ")[0]
    ours = (held_by(volume) or "").startswith("FSx")
    return held if ours and held.startswith(("fs-", "fsvol-")) else None


def claim_verdict(claim: Claim) -> Verdict:
    """The level of a claim."""
    phase = (claim.status and claim.status.phase) or ""
    if claim.metadata is not None and claim.metadata.deletion_timestamp is not None:
        return Verdict(Level.PROGRESS, "being deleted: a pod may still use it")
    if phase == "Lost":
        return Verdict(Level.FAILED, "lost: its volume is gone", fix="restore it from a backup")
    if phase == "Pending":
        return Verdict(
            Level.WARNING, "not bound", fix="see its events: a class may wait for the first pod"
        )
    resizing = next(
        (each for each in (claim.status and claim.status.conditions) or () if each.true), None
    )
    if resizing is not None:
        return Verdict(Level.PROGRESS, resizing.type or "resizing", resizing.message or "")
    return Verdict(Level.FINE) if phase == "Bound" else Verdict(Level.NONE, phase.lower())


def volume_verdict(volume: PersistentVolume) -> Verdict:
    """The level of a volume."""
    status = volume.status
    phase = (status and status.phase) or ""
    if phase == "Failed":
        said = (status and status.message) or ""
        return Verdict(Level.FAILED, "could not be reclaimed", said, said=said)
    if phase == "Released":
        return Verdict(
            Level.WARNING, "released: its claim is gone", fix="delete it once its data is safe"
        )
    if phase == "Available":
        return Verdict(Level.NONE, "available")
    return Verdict(Level.FINE) if phase == "Bound" else Verdict(Level.NONE, phase.lower())
