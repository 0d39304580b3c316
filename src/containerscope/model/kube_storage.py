"""Persistent volumes, their claims and classes."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from containerscope.model.kube import Condition, Meta, Quantities, Reference


class ClaimResources(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a claim asks for."""

    requests: Quantities | None = None


class ClaimSpec(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a claim is to be."""

    access_modes: tuple[str, ...] | None = None
    storage_class_name: str | None = None
    volume_name: str | None = None
    volume_mode: str | None = None
    resources: ClaimResources | None = None


class ClaimStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a claim is."""

    phase: str | None = None
    capacity: Quantities | None = None
    conditions: tuple[Condition, ...] | None = None


class Claim(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A persistent volume claim."""

    metadata: Meta | None = None
    spec: ClaimSpec | None = None
    status: ClaimStatus | None = None


class Csi(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The volume of a CSI driver."""

    driver: str | None = None
    volume_handle: str | None = None
    """`vol-…` of EBS, `fs-…::fsap-…` of EFS, `fs-…` of FSx."""
    fs_type: str | None = None
    read_only: bool | None = None
    volume_attributes: Mapping[str, str] | None = None


class OldEbs(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A volume of EBS from before there was a driver."""

    volume_id: str | None = msgspec.field(name="volumeID", default=None)


class VolumeSpec(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a volume is."""

    capacity: Quantities | None = None
    access_modes: tuple[str, ...] | None = None
    storage_class_name: str | None = None
    persistent_volume_reclaim_policy: str | None = None
    claim_ref: Reference | None = None
    csi: Csi | None = None
    aws_elastic_block_store: OldEbs | None = None


class VolumeStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How a volume does."""

    phase: str | None = None
    reason: str | None = None
    message: str | None = None


class PersistentVolume(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A persistent volume."""

    metadata: Meta | None = None
    spec: VolumeSpec | None = None
    status: VolumeStatus | None = None


class StorageClass(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A storage class."""

    metadata: Meta | None = None
    provisioner: str | None = None
    reclaim_policy: str | None = None
    volume_binding_mode: str | None = None
    allow_volume_expansion: bool | None = None
    parameters: Mapping[str, str] | None = None
