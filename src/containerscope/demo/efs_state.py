"""What the demo account knows of EFS: plain objects that may change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from containerscope.demo.ids import hexes

if TYPE_CHECKING:
    from containerscope.demo.world import World


@dataclass(slots=True, eq=False)
class MountTarget:
    """What a file system is mounted through in one zone."""

    id: str
    zone: str
    address: str
    groups: list[str]
    """The ids of its security groups."""
    state: str = "available"


@dataclass(slots=True, eq=False)
class AccessPoint:
    """A directory of a file system with the user that all who mount it act as."""

    id: str
    file_system: str
    path: str
    uid: int
    tags: dict[str, str] = field(default_factory=dict)
    user: bool = True
    """Whether it makes everybody act as its user."""


@dataclass(slots=True, eq=False)
class FileSystem:
    """A file system in the network of a cluster."""

    id: str
    name: str
    network: str
    created_at: float
    size: int
    """Bytes."""
    encrypted: bool = True
    key: str = ""
    throughput: str = "elastic"
    backup: str = "ENABLED"
    """The status of the automatic backups; empty where nobody has set a policy."""
    lifecycle: list[dict[str, str]] = field(default_factory=list)
    policy: dict[str, Any] = field(default_factory=dict)
    """The resource policy; empty for none."""
    tags: dict[str, str] = field(default_factory=dict)
    mount_targets: dict[str, MountTarget] = field(default_factory=dict)
    """By zone."""
    lost: dict[str, MountTarget] = field(default_factory=dict)
    """Mount targets that a scenario has taken away, by zone."""


@dataclass(slots=True, eq=False)
class Storage:
    """The file systems and access points of the account, by id."""

    file_systems: dict[str, FileSystem] = field(default_factory=dict)
    access_points: dict[str, AccessPoint] = field(default_factory=dict)


def file_system_id(owner: str) -> str:
    """The id of a team's file system, as task definitions name it."""
    return f"fs-0{hexes(16, 'efs', owner)}"


def mount_target_id(file_system: str, zone: str) -> str:
    """The id of a file system's mount target in a zone."""
    return f"fsmt-0{hexes(16, 'mount target', file_system, zone)}"


def mount_target_interface(file_system: str, zone: str) -> str:
    """The id of a mount target's network interface."""
    return f"eni-0{hexes(16, 'eni', 'mount target', file_system, zone)}"


def remove_mount_target(world: World, file_system: str, zone: str) -> bool:
    """Take a file system's mount target in a zone away; says whether it had one there."""
    system = world.storage.file_systems.get(file_system)
    target = system.mount_targets.pop(zone, None) if system else None
    if system is None or target is None:
        return False
    system.lost[zone] = target
    return True


def restore_mount_target(world: World, file_system: str, zone: str) -> None:
    """Give a file system back what was taken away, unless somebody has made it anew since."""
    system = world.storage.file_systems.get(file_system)
    target = system.lost.pop(zone, None) if system else None
    if system is not None and target is not None:
        system.mount_targets.setdefault(zone, target)
