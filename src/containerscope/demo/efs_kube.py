"""The access points that the EFS CSI driver makes for claims, as it names and tags them."""

from __future__ import annotations

from collections.abc import Iterator

from containerscope.demo.efs_state import AccessPoint
from containerscope.demo.kube_volumes import VOLUMES
from containerscope.demo.world import World

_DRIVER = "efs.csi.aws.com"
_FIRST_GROUP = 50_000
"""The group id that the driver gives out first, if a class names no range."""
_TAGS = {"efs.csi.aws.com/cluster": "true"}


def access_points(world: World, file_system: str = "") -> dict[str, AccessPoint]:
    """Those there are, by id, or those of one file system."""
    systems = world.storage.file_systems
    points = dict(world.storage.access_points)
    for cluster in dict.fromkeys(each.network for each in systems.values()):
        wanted = not file_system or systems[file_system].network == cluster
        if wanted and cluster in world.kube:
            points |= {each.id: each for each in _claimed(world, cluster)}
    if not file_system:
        return points
    return {name: each for name, each in points.items() if each.file_system == file_system}


def _claimed(world: World, cluster: str) -> Iterator[AccessPoint]:
    kube = world.kube[cluster]
    kube.advance(world.clock.now())
    bodies = (each.object() for each in kube.store.all(VOLUMES))
    mounted = (body for body in bodies if body["spec"].get("csi", {}).get("driver") == _DRIVER)
    for place, body in enumerate(mounted):
        system, _, point = body["spec"]["csi"]["volumeHandle"].partition("::")
        path = f"/{body['metadata']['name']}"
        yield AccessPoint(point, system, path, _FIRST_GROUP + place, _TAGS)
