"""Deployments that go wrong, or wait."""

from __future__ import annotations

from functools import partial

from containerscope.demo import ecs_shift, elb_blue_green
from containerscope.demo.ecs_release import release, spare
from containerscope.demo.ecs_scenario_scenes import Scene, scene
from containerscope.demo.ecs_wake import poke
from containerscope.demo.fate import Fate
from containerscope.demo.scenario import Scenario
from containerscope.demo.world import World

_HOUR_LIMIT = 60


def _image(world: World) -> None:
    """A tag that nobody pushed; the circuit breaker rolls back."""
    found = scene(world, "checkout", "pricing")
    if found is None:
        return
    deployment = release(world, *found)
    image = deployment.revision.definition.containers[0]["image"]
    reason = (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to "
        f"resolve ref {image}: {image}: not found"
    )
    world.fates[deployment.revision.definition.arn] = Fate(pull_error=reason)


def _stuck(world: World) -> None:
    """Targets that never answer, and no circuit breaker that would end it."""
    found = scene(world, "checkout", "search")
    if found is None:
        return
    found.service.breaker = False
    fate = Fate(target_reason="Target.Timeout", target_description="Request timed out")
    release(world, *found, fate)


def _unstick(world: World) -> None:
    found = scene(world, "checkout", "search")
    if found is not None:
        found.service.breaker = True
        spare(world, *found)


def _pause(world: World) -> None:
    """A blue/green deployment that wants a person's word after its test traffic."""
    found = scene(world, "checkout", "web")
    if found is None:
        return
    service = found.service
    elb_blue_green.prepare(world, *found)
    service.shift, service.bake_minutes, service.steps = "BLUE_GREEN", 5, {}
    service.hooks = [
        {
            "targetType": "PAUSE",
            "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"],
            "timeoutConfiguration": {"timeoutInMinutes": _HOUR_LIMIT, "action": "ROLLBACK"},
        }
    ]
    release(world, *found)


def _go_on(world: World) -> None:
    """Someone looks at the test traffic and lets the deployment go on."""
    found = scene(world, "checkout", "web")
    if found is None:
        return
    found.service.hooks = []
    primary = found.service.primary
    for hook in primary.hooks:
        if hook.status == "AWAITING_ACTION" and ecs_shift.shifting(found.service):
            ecs_shift.answer(world, *found, primary, hook, "CONTINUE")


def _mend(cluster: str, service: str, world: World) -> None:
    found: Scene | None = scene(world, cluster, service)
    if found is not None:
        spare(world, *found)
        poke(world, *found)


DEPLOYMENTS: tuple[Scenario, ...] = (
    Scenario(
        "image-missing",
        "checkout/pricing is deployed with an image that nobody pushed; the circuit breaker rolls "
        "it back",
        _image,
        partial(_mend, "checkout", "pricing"),
    ),
    Scenario(
        "deployment-stuck",
        "checkout/search is deployed, its new targets never turn healthy, and it has no circuit "
        "breaker",
        _stuck,
        _unstick,
    ),
    Scenario(
        "blue-green-paused",
        "checkout/web is deployed blue/green and waits at a hook for someone to continue",
        _pause,
        _go_on,
    ),
)
