"""The stories that the demo account can tell: each is started and stopped by its name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from containerscope.demo.ecs_scenarios import ECS_SCENARIOS
from containerscope.demo.eks_scenarios import EKS_SCENARIOS
from containerscope.demo.scenario import Scenario
from containerscope.demo.scenario_scaling import SCALING_SCENARIOS
from containerscope.demo.world import World

SCENARIOS: Mapping[str, Scenario] = {
    each.name: each for each in (*ECS_SCENARIOS, *EKS_SCENARIOS, *SCALING_SCENARIOS)
}


def start(world: World, name: str) -> None:
    """Let a story begin unless it runs already; a ValueError for a name that no story has."""
    scenario = find(name)
    if name not in world.running_scenarios:
        world.running_scenarios[name] = world.now()
        scenario.start(world)


def stop(world: World, name: str) -> None:
    """Let a story that runs come to its end; a ValueError for a name that no story has."""
    scenario = find(name)
    if world.running_scenarios.pop(name, None) is not None:
        scenario.stop(world)


def find(name: str) -> Scenario:
    """The story of this name, or a ValueError with the nearest one."""
    if name not in SCENARIOS:
        near = difflib.get_close_matches(name, SCENARIOS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(SCENARIOS)}"
        raise ValueError(f"there is no scenario {name!r}; {hint}")
    return SCENARIOS[name]
