"""The stories of ECS that the demo account can tell."""

from __future__ import annotations

from containerscope.demo.ecs_scenarios_capacity import CAPACITY
from containerscope.demo.ecs_scenarios_deploy import DEPLOYMENTS
from containerscope.demo.ecs_scenarios_task import TASKS
from containerscope.demo.scenario import Scenario

ECS_SCENARIOS: tuple[Scenario, ...] = (*DEPLOYMENTS, *TASKS, *CAPACITY)
