"""The images that the account's registry holds: those that task definitions pull, and older ones.

What can be pulled is there; what the world's fates say cannot be found is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from containerscope.demo.ecs_recipe import DAY, MINUTE
from containerscope.demo.ecs_state import TaskDefinition
from containerscope.demo.ids import hexes, number
from containerscope.demo.world import World

MOVED = {"feature-flags"}
"""Repositories where somebody has pushed another image under the tag that tasks run."""
UNSCANNED = {"airflow-scheduler"}
"""Repositories that are not scanned."""
IMMUTABLE = {"payments", "accounts"}
"""Repositories whose tags cannot be moved."""
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Image:
    """An image, with the tags that it has now."""

    repository: str
    digest: str
    tags: tuple[str, ...]
    pushed_at: float
    architecture: str

    @property
    def size(self) -> int:
        """Its compressed size in bytes."""
        return (38 + number(240, "size", self.repository)) * _MIB + number(_MIB, self.digest)


def digest_of(reference: str) -> str:
    """The digest that a reference had when it was pulled, as a container tells it."""
    return f"sha256:{hexes(64, reference)}"


def registry(world: World) -> str:
    """The host of the account's registry."""
    return f"{world.account}.dkr.ecr.{world.region}.amazonaws.com"


def repositories(world: World) -> dict[str, list[TaskDefinition]]:
    """The names of the repositories, each with the task definitions that pull from it."""
    host = registry(world) + "/"
    found: dict[str, dict[str, TaskDefinition]] = {}
    for family in world.families.values():
        for definition in family:
            for container in definition.containers:
                image: str = container["image"]
                if image.startswith(host):
                    name = image[len(host) :].partition("@")[0].rpartition(":")[0]
                    found.setdefault(name, {}).setdefault(definition.arn, definition)
    return {name: list(found[name].values()) for name in sorted(found)}


def images(world: World, name: str, definitions: list[TaskDefinition]) -> list[Image]:
    """The images of a repository, newest first."""
    reference = f"{registry(world)}/{name}"
    absent = _absent(world)
    made: dict[str, Image] = {}
    newest = ""
    for definition in definitions:
        for tag in _tags(definition, reference):
            if (name, tag) in absent or tag in made:
                continue
            made[tag] = _image(world, name, tag, definition)
            newest = tag
    found = list(made.values())
    if name in MOVED and newest:
        found = [_untagged(each) if newest in each.tags else each for each in found]
        moved = made[newest]
        found.append(
            Image(
                name,
                digest_of(f"{reference}:{newest} rebuilt"),
                moved.tags,
                min(world.now() - 45 * MINUTE, moved.pushed_at + 20 * DAY),
                moved.architecture,
            )
        )
    if found:
        oldest = min(found, key=lambda each: each.pushed_at)
        digest = digest_of(f"{reference} abandoned")
        pushed = oldest.pushed_at - 30 * DAY
        found.append(Image(name, digest, (), pushed, oldest.architecture))
    return sorted(found, key=lambda each: -each.pushed_at)


def _tags(definition: TaskDefinition, reference: str) -> Iterator[str]:
    for container in definition.containers:
        image: str = container["image"]
        if image.startswith(f"{reference}:"):
            yield image[len(reference) + 1 :].partition("@")[0]


def _image(world: World, name: str, tag: str, definition: TaskDefinition) -> Image:
    platform = definition.body.get("runtimePlatform", {})
    built = f"main-{hexes(7, 'commit', name, tag)}"
    return Image(
        name,
        digest_of(f"{registry(world)}/{name}:{tag}"),
        (tag, built),
        float(definition.body["registeredAt"]) - 6 * MINUTE - number(600, "push", name, tag),
        "arm64" if platform.get("cpuArchitecture") == "ARM64" else "amd64",
    )


def _untagged(image: Image) -> Image:
    return Image(image.repository, image.digest, (), image.pushed_at, image.architecture)


def _absent(world: World) -> set[tuple[str, str]]:
    """The repositories and tags of which a fate says that they cannot be found."""
    found: set[tuple[str, str]] = set()
    for key, fate in world.fates.items():
        definition = _fated(world, key) if fate.pull_error.endswith("not found") else None
        if definition is not None:
            path = str(definition.containers[0]["image"]).partition("/")[2]
            name, _, tag = path.rpartition(":")
            found.add((name, tag))
    return found


def _fated(world: World, key: str) -> TaskDefinition | None:
    """The task definition that a fate is about: by its ARN, or as that of `CLUSTER/SERVICE`."""
    if key.startswith("arn:"):
        family = key.rpartition("/")[2].partition(":")[0]
        return next((each for each in world.families.get(family, ()) if each.arn == key), None)
    cluster, _, name = key.partition("/")
    services = world.clusters[cluster].services if cluster in world.clusters else {}
    return services[name].definition if name in services else None


def exists(world: World, reference: str) -> bool:
    """Whether the account's registry has an image under this reference, by tag or by digest."""
    host, _, path = reference.partition("/")
    if host != registry(world):
        return False
    path, _, digest = path.partition("@")
    name, _, tag = path.rpartition(":")
    name = name or path
    definitions = repositories(world).get(name, [])
    found = images(world, name, definitions)
    return any(each.digest == digest if digest else tag in each.tags for each in found)
