"""Tasks that do not start, do not stay, or do not answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from containerscope.demo import ecs_control
from containerscope.demo.ecs_release import doom, release, spare
from containerscope.demo.ecs_scenario_scenes import Scene, scene
from containerscope.demo.ecs_wake import poke
from containerscope.demo.efs_state import remove_mount_target, restore_mount_target
from containerscope.demo.fate import Fate
from containerscope.demo.iam_secrets import grant, withhold
from containerscope.demo.ids import hexes, uuid
from containerscope.demo.scenario import Scenario
from containerscope.demo.world import World

_KILLED = "OutOfMemoryError: Container killed due to memory usage"
_EFS_ZONE = "b"


def _leak(world: World, _: Scene) -> Fate:
    return Fate(exits_after=150, exit_code=137, exit_reason=_KILLED)


def _sick(world: World, _: Scene) -> Fate:
    return Fate(unhealthy_after=80)


def _bad_gateway(world: World, _: Scene) -> Fate:
    return Fate(
        target_reason="Target.ResponseCodeMismatch",
        target_description="Health checks failed with these codes: [502]",
    )


def _secret(found: Scene) -> str:
    container = found.service.definition.containers[0]
    return str(container["secrets"][0]["valueFrom"]).removesuffix(":value::")


def _denied(world: World, found: Scene) -> Fate:
    """A secret that the execution role may not read."""
    value = _secret(found)
    withhold(world, f"{found.cluster.name}-execution", value)
    role = f"assumed-role/{found.cluster.name}-execution/{hexes(32, 'session', value)}"
    user = f"arn:{world.partition}:sts::{world.account}:{role}"
    action = "secretsmanager:GetSecretValue"
    return Fate(
        init_error="ResourceInitializationError: unable to pull secrets or registry auth: "
        "execution resource retrieval failed: unable to retrieve secret from asm: service call "
        f"has been retried 1 time(s): failed to fetch secret {value} from secrets manager: "
        f"AccessDeniedException: User: {user} is not authorized to perform: {action} on "
        f"resource: {value} because no identity-based policy allows the {action} action. status "
        f"code: 400, request id: {uuid('denied', value)}"
    )


def _file_system(found: Scene) -> str:
    volumes = found.service.definition.body["volumes"]
    configured = (each.get("efsVolumeConfiguration") for each in volumes)
    return str(next(each["fileSystemId"] for each in configured if each))


def _unmounted(world: World, found: Scene) -> Fate:
    """A file system without a mount target in one zone."""
    system = _file_system(found)
    remove_mount_target(world, system, _EFS_ZONE)
    host = f"{system}.efs.{world.region}.amazonaws.com"
    return Fate(
        init_error="ResourceInitializationError: failed to invoke EFS utils commands to set up "
        f'EFS volumes: stderr: Failed to resolve "{host}" - check that your file system ID is '
        "correct, and ensure that the VPC has an EFS mount target for this file system ID. See "
        "https://docs.aws.amazon.com/console/efs/mount-dns-name for more detail. : unsuccessful "
        "EFS utils command execution; code: 1",
        zone=_EFS_ZONE,
    )


Making = Callable[[World, Scene], Fate]


def _doom(cluster: str, service: str, making: Making, world: World) -> None:
    """All tasks of the service come to this, those that run too."""
    found = scene(world, cluster, service)
    if found is not None:
        doom(world, *found, making(world, found))


def _release(cluster: str, service: str, making: Making, world: World) -> None:
    """The tasks of a new revision come to this."""
    found = scene(world, cluster, service)
    if found is not None:
        release(world, *found, making(world, found))


def _redeploy(cluster: str, service: str, making: Making, world: World) -> None:
    """The tasks come to this that a forced deployment starts."""
    found = scene(world, cluster, service)
    if found is not None:
        doom(world, *found, making(world, found))
        ecs_control.deploy(world, *found)


def _mend(cluster: str, service: str, world: World) -> None:
    found = scene(world, cluster, service)
    if found is not None:
        spare(world, *found)
        found.service.retry_at = min(found.service.retry_at, world.now() + 10)
        poke(world, *found, 10)


def _allow(cluster: str, service: str, world: World) -> None:
    """The execution role may read the secret again."""
    found = scene(world, cluster, service)
    if found is not None:
        grant(world, f"{cluster}-execution", _secret(found))
    _mend(cluster, service, world)


def _remount(cluster: str, service: str, world: World) -> None:
    """The mount target is there again."""
    found = scene(world, cluster, service)
    if found is not None:
        restore_mount_target(world, _file_system(found), _EFS_ZONE)
    _mend(cluster, service, world)


def _story(
    name: str,
    summary: str,
    where: tuple[str, str],
    making: Making,
    begin: Callable[[str, str, Making, World], None],
    end: Callable[[str, str, World], None] = _mend,
) -> Scenario:
    start = partial(begin, *where, making)
    return Scenario(name, f"{where[0]}/{where[1]} {summary}", start, partial(end, *where))


TASKS: tuple[Scenario, ...] = (
    _story(
        "oom-loop",
        "outgrows its memory: its containers are killed with exit code 137, again and again",
        ("checkout", "recommendations"),
        _leak,
        _doom,
    ),
    _story(
        "container-unhealthy",
        "fails its container health check, and ECS replaces its tasks",
        ("checkout", "catalog"),
        _sick,
        _doom,
    ),
    _story(
        "target-502",
        "answers its load balancer's health checks with 502, and ECS replaces its tasks",
        ("checkout", "orders"),
        _bad_gateway,
        _doom,
    ),
    _story(
        "secret-denied",
        "is deployed with a secret that its execution role may not read",
        ("checkout", "accounts"),
        _denied,
        _release,
        _allow,
    ),
    _story(
        "efs-zone",
        f"finds no EFS mount target in zone {_EFS_ZONE}, where a third of its tasks should start",
        ("data", "feature-store"),
        _unmounted,
        _redeploy,
        _remount,
    ),
)
