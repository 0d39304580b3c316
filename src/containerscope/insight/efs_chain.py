"""From a volume to the file system it needs, link by link, with a mark on the one that is broken.

Source: Amazon EFS User Guide, "Troubleshooting mount issues"; Amazon ECS Developer Guide, "Use
Amazon EFS volumes". What could not be read is unknown and never called broken.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence

import msgspec

from containerscope.insight.security_groups import End, Reach, passage
from containerscope.insight.verdict import Verdict
from containerscope.insight.volumes import VolumeUse
from containerscope.model.ec2 import SecurityGroup
from containerscope.model.ecs_taskdef import EfsVolumeConfiguration
from containerscope.model.efs import AccessPoint, FileSystem, MountTarget
from containerscope.model.health import Level

NFS = 2049


class State(enum.Enum):
    """How a link holds."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    RISKY = "risky"
    """It holds, but not as it should."""


_LEVELS: Mapping[State, Level] = {
    State.HOLDS: Level.FINE,
    State.BROKEN: Level.FAILED,
    State.UNKNOWN: Level.NONE,
    State.RISKY: Level.WARNING,
}


class Link(msgspec.Struct, frozen=True):
    """One link of the chain."""

    kind: str
    """`volume`, `file system`, `access point`, `mount target`, `security group`."""
    name: str
    state: State = State.HOLDS
    why: str = ""
    fix: str = ""

    @property
    def level(self) -> Level:
        """The level of the link, for its colour."""
        return _LEVELS[self.state]


class Where(msgspec.Struct, frozen=True):
    """Where a task is, as far as the way to a mount target goes."""

    zone: str = ""
    subnet: str = ""
    vpc: str = ""
    address: str = ""
    security_groups: frozenset[str] = frozenset()


class Storage(msgspec.Struct, frozen=True):
    """What was read of EFS; a part that could not be read is None."""

    file_systems: Mapping[str, FileSystem] | None = None
    access_points: Mapping[str, AccessPoint] | None = None
    mount_targets: Sequence[MountTarget] | None = None
    target_groups: Mapping[str, Sequence[str]] | None = None
    """Mount target id -> the ids of its security groups."""
    groups: Sequence[SecurityGroup] = ()


def efs_chain(use: VolumeUse, where: Where | None, storage: Storage) -> tuple[Link, ...]:
    """The links of an EFS volume; those of the network only where a task says where it is."""
    efs = use.volume.efs_volume_configuration
    if efs is None:
        return ()
    links = [_volume(use, efs), _file_system(efs, storage)]
    point = _access_point(efs, storage)
    links += [point] if point else []
    if where is not None:
        target, found = _mount_target(efs, where, storage)
        links.append(target)
        if found is not None:
            links.append(_security(found, where, storage))
    return tuple(links)


def chain_verdict(links: Sequence[Link]) -> Verdict:
    """The first broken link, else the first that is not as it should be."""
    for state in (State.BROKEN, State.RISKY):
        for link in links:
            if link.state is state:
                words = f"{link.kind} {link.name}".strip()
                return Verdict(link.level, f"{words} {state.value}", link.why, link.fix)
    unknown = any(link.state is State.UNKNOWN for link in links)
    return Verdict(Level.NONE, "not all could be read") if unknown else Verdict(Level.FINE)


def _volume(use: VolumeUse, efs: EfsVolumeConfiguration) -> Link:
    login = efs.authorization_config
    iam = bool(login and login.iam == "ENABLED")
    encrypted = efs.transit_encryption == "ENABLED"
    if (iam or (login and login.access_point_id)) and not encrypted:
        return Link(
            "volume",
            use.name,
            State.BROKEN,
            "IAM and access points need encryption in transit, which is off.",
            "Set transitEncryption to ENABLED.",
        )
    if login and login.access_point_id and (efs.root_directory or "/") != "/":
        return Link(
            "volume",
            use.name,
            State.BROKEN,
            f"With an access point the root directory must be /, not {efs.root_directory}.",
            "Leave rootDirectory out; the access point sets the folder.",
        )
    if not encrypted:
        return Link(
            "volume",
            use.name,
            State.RISKY,
            "Its data crosses the network unencrypted.",
            "Set transitEncryption to ENABLED.",
        )
    return Link("volume", use.name, why=use.how)


def _file_system(efs: EfsVolumeConfiguration, storage: Storage) -> Link:
    name = efs.file_system_id or "?"
    if storage.file_systems is None:
        return Link("file system", name, State.UNKNOWN, "File systems could not be read.")
    found = storage.file_systems.get(name)
    if found is None:
        return Link(
            "file system",
            name,
            State.BROKEN,
            "There is no such file system in this account and region.",
            "Correct fileSystemId, or restore the file system.",
        )
    state = found.life_cycle_state or ""
    if state not in ("available", "updating", ""):
        return Link("file system", name, State.BROKEN, f"It is {state}.")
    if found.encrypted is False:
        return Link("file system", name, State.RISKY, "It is not encrypted at rest.")
    return Link("file system", name, why=found.name or "")


def _access_point(efs: EfsVolumeConfiguration, storage: Storage) -> Link | None:
    name = efs.authorization_config.access_point_id if efs.authorization_config else None
    if not name:
        return None
    if storage.access_points is None:
        return Link("access point", name, State.UNKNOWN, "Access points could not be read.")
    found = storage.access_points.get(name)
    if found is None:
        return Link(
            "access point",
            name,
            State.BROKEN,
            "There is no such access point.",
            "Correct accessPointId, or create the access point again.",
        )
    if found.file_system_id != efs.file_system_id:
        why = f"It belongs to {found.file_system_id}, not to {efs.file_system_id}."
        fix = "Use an access point of the volume's own file system."
        return Link("access point", name, State.BROKEN, why, fix)
    state = found.life_cycle_state or ""
    if state not in ("available", "updating", ""):
        return Link("access point", name, State.BROKEN, f"It is {state}.")
    return Link("access point", name, why=access_point_words(found))


def access_point_words(found: AccessPoint) -> str:
    """The folder of an access point and as whom it acts: `/data as 1000:1000`."""
    path = (found.root_directory.path if found.root_directory else None) or "/"
    user = found.posix_user
    return path if user is None else f"{path} as {user.uid}:{user.gid}"


def _mount_target(
    efs: EfsVolumeConfiguration, where: Where, storage: Storage
) -> tuple[Link, MountTarget | None]:
    if storage.mount_targets is None:
        why = "Mount targets could not be read."
        return Link("mount target", "", State.UNKNOWN, why), None
    own = [each for each in storage.mount_targets if each.file_system_id == efs.file_system_id]
    zone = where.zone or "the task's zone"
    here = [each for each in own if each.availability_zone_name == where.zone]
    if not own:
        why = "The file system has no mount target at all."
        fix = "Create a mount target in each zone that tasks run in."
        return Link("mount target", "", State.BROKEN, why, fix), None
    if not where.zone:
        return Link("mount target", "", State.UNKNOWN, "The task's zone is not known."), None
    if not here:
        zones = ", ".join(sorted({each.availability_zone_name or "?" for each in own}))
        one_zone = _one_zone(efs, storage)
        if one_zone:
            why = f"It is a One Zone file system of {one_zone}, and the task is in {zone}."
            fix = f"Run the task in {one_zone}, or use a regional file system."
        else:
            why = f"There is none in {zone}, where the task is; there are in {zones}."
            fix = f"Create a mount target in {zone}."
        return Link("mount target", zone, State.BROKEN, why, fix), None
    found = next((each for each in here if each.subnet_id == where.subnet), here[0])
    return _chosen(found, where), found


def _chosen(found: MountTarget, where: Where) -> Link:
    name = found.mount_target_id or "?"
    state = found.life_cycle_state or ""
    if state not in ("available", "updating", ""):
        return Link("mount target", name, State.BROKEN, f"It is {state}.")
    if where.vpc and found.vpc_id and where.vpc != found.vpc_id:
        why = f"It is in {found.vpc_id}, the task in {where.vpc}: its name is not resolved there."
        fix = "Run the task in the file system's VPC, or mount by address through a peering."
        return Link("mount target", name, State.BROKEN, why, fix)
    same = "in the task's own subnet" if found.subnet_id == where.subnet else "in its zone"
    return Link("mount target", name, why=f"{found.ip_address or '?'}, {same}")


def _one_zone(efs: EfsVolumeConfiguration, storage: Storage) -> str:
    found = (storage.file_systems or {}).get(efs.file_system_id or "")
    return (found.availability_zone_name if found else None) or ""


def _security(found: MountTarget, where: Where, storage: Storage) -> Link:
    ids = (storage.target_groups or {}).get(found.mount_target_id or "")
    if ids is None:
        why = "The mount target's security groups could not be read."
        return Link("security group", "", State.UNKNOWN, why)
    name = ", ".join(ids)
    source = End(where.security_groups, where.address)
    target = End(frozenset(ids), found.ip_address or "")
    way = passage(NFS, source, target, storage.groups)
    if way.reach is Reach.OPEN:
        return Link("security group", name, why=f"{way.why.removeprefix(f'{name} ')} on {NFS}")
    if way.reach is Reach.UNKNOWN:
        return Link("security group", name, State.UNKNOWN, f"{way.why[0].upper()}{way.why[1:]}.")
    who = ", ".join(sorted(where.security_groups)) or "the task's security group"
    fix = f"Let {who} in on TCP {NFS}, and out of its own group."
    them = "It " if len(ids) == 1 else "They "
    own = way.why.startswith(f"{name} ")
    why = f"{them}{way.why.removeprefix(f'{name} ')}." if own else f"{way.why}."
    return Link("security group", name, State.BROKEN, why, fix)
