"""The stories that the demo account can tell: each is started and stopped by its name."""

from __future__ import annotations

from collections.abc import Mapping

from containerscope.demo.eks_scenarios import EKS_SCENARIOS
from containerscope.demo.scenario import Scenario

SCENARIOS: Mapping[str, Scenario] = {each.name: each for each in EKS_SCENARIOS}
