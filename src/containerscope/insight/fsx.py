"""How an FSx file system does, what it is called, and how fast it is."""

from __future__ import annotations

from containerscope.insight.verdict import Verdict
from containerscope.model.fsx import (
    FsxFileSystem,
    FsxRow,
    FsxVolume,
    LustreConfiguration,
    OntapConfiguration,
    OpenZfsConfiguration,
    WindowsConfiguration,
)
from containerscope.model.health import Level

_KINDS = {"LUSTRE": "Lustre", "OPENZFS": "OpenZFS", "ONTAP": "ONTAP", "WINDOWS": "Windows"}
_GOING = frozenset({"CREATING", "UPDATING", "DELETING", "PENDING"})
_FINE = frozenset({"AVAILABLE", "CREATED"})
Configuration = (
    LustreConfiguration | OpenZfsConfiguration | OntapConfiguration | WindowsConfiguration
)


def kind_of(system: FsxFileSystem) -> str | None:
    """`Lustre`, `OpenZFS`, `ONTAP`, `Windows`."""
    kind = system.file_system_type or ""
    return _KINDS.get(kind, kind) or None


def name_of(system: FsxFileSystem) -> str:
    """The value of its tag `Name`; empty where it has none."""
    return next((each.value or "" for each in system.tags or () if each.key == "Name"), "")


def configuration_of(system: FsxFileSystem) -> Configuration | None:
    """What only its kind of file system has."""
    return (
        system.lustre_configuration
        or system.open_zfs_configuration
        or system.ontap_configuration
        or system.windows_configuration
    )


def throughput_of(system: FsxFileSystem) -> int | None:
    """MB/s, whether it is told for the whole, for each TiB or for each pair of servers."""
    found = configuration_of(system)
    if found is None or found.throughput_capacity is not None:
        return None if found is None else found.throughput_capacity
    if isinstance(found, LustreConfiguration) and found.per_unit_storage_throughput:
        return round(found.per_unit_storage_throughput * (system.storage_capacity or 0) / 1024)
    if isinstance(found, OntapConfiguration) and found.throughput_capacity_per_ha_pair:
        return found.throughput_capacity_per_ha_pair * (found.ha_pairs or 1)
    return None


def fsx_verdict(row: FsxRow) -> Verdict:
    """The level of a file system, or of the volume in it where that is worse."""
    if row.gone:
        what = "volume" if row.volume is not None else "file system"
        name = row.volume.volume_id if row.volume else row.file_system.file_system_id
        return Verdict(
            Level.FAILED, f"there is no such {what}", f"{name} is not in this account and region",
            fix="restore it from a backup, or delete what names it",
        )  # fmt: skip
    system = row.file_system
    said = (system.failure_details and system.failure_details.message) or ""
    whole = _by_lifecycle(system.lifecycle or "", said)
    if row.volume is None:
        return whole
    return max(whole, volume_verdict(row.volume), key=lambda each: each.level)


def volume_verdict(volume: FsxVolume) -> Verdict:
    """The level of a volume inside a file system."""
    reason = volume.lifecycle_transition_reason
    return _by_lifecycle(volume.lifecycle or "", (reason and reason.message) or "")


def _by_lifecycle(state: str, said: str) -> Verdict:
    words = state.lower().replace("_", " ")
    if state in ("FAILED", "MISCONFIGURED_UNAVAILABLE"):
        return Verdict(Level.FAILED, words, said)
    if state == "MISCONFIGURED":
        return Verdict(Level.WARNING, words, said)
    if state in _GOING:
        return Verdict(Level.PROGRESS, words, said)
    return Verdict(Level.FINE) if state in _FINE else Verdict(Level.NONE, words)


def live_words(row: FsxRow) -> str:
    """`available Lustre 1200 GiB`, or what is wrong."""
    verdict, system = fsx_verdict(row), row.file_system
    if row.gone:
        return verdict.words
    state = verdict.words if verdict.level >= Level.WARNING else (system.lifecycle or "").lower()
    size = f"{system.storage_capacity} GiB" if system.storage_capacity is not None else ""
    return " ".join(filter(None, (state, kind_of(system), size)))
