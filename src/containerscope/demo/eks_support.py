"""The end of a Kubernetes version's support, and what EKS does to clusters that reach it."""

from __future__ import annotations

from functools import partial
from typing import Any

from containerscope.demo.eks_cluster_writes import upgrade
from containerscope.demo.eks_updates import under_way
from containerscope.demo.eks_versions import next_version
from containerscope.demo.world import World


def watch_support(world: World) -> None:
    """Move each version from one support window to the next when its time has come."""
    for version in world.eks_versions:
        standard, extended = (
            version[f"endOf{each}SupportDate"] for each in ("Standard", "Extended")
        )
        if standard > world.now():
            world.agenda.at(standard, partial(_standard_ends, world, version))
        if extended > world.now():
            world.agenda.at(extended, partial(_extended_ends, world, version))


def _standard_ends(world: World, version: dict[str, Any]) -> None:
    version |= {"versionStatus": "EXTENDED_SUPPORT", "status": "extended-support"}
    _upgrade_all(world, version["clusterVersion"], ("STANDARD",))


def _extended_ends(world: World, version: dict[str, Any]) -> None:
    version |= {"versionStatus": "UNSUPPORTED", "status": "unsupported"}
    _upgrade_all(world, version["clusterVersion"], ("STANDARD", "EXTENDED"))


def _upgrade_all(world: World, version: str, policies: tuple[str, ...]) -> None:
    """EKS upgrades by itself what has run out of the support that its policy asks for."""
    for cluster in world.eks.values():
        policy = cluster.body.get("upgradePolicy", {}).get("supportType", "EXTENDED")
        if cluster.body["version"] == version and policy in policies and not under_way(cluster):
            upgrade(world, cluster, next_version(version))
