"""Disruption budgets: how many pods may be missing of their own free will."""

from __future__ import annotations

import msgspec

from containerscope.model.kube import Meta, Selector


class BudgetSpec(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Which pods a budget is for; a number of pods or a percentage of them."""

    selector: Selector | None = None
    min_available: int | str | None = None
    max_unavailable: int | str | None = None


class BudgetStatus(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What the controller has reckoned."""

    disruptions_allowed: int | None = None
    current_healthy: int | None = None
    desired_healthy: int | None = None
    expected_pods: int | None = None


class Budget(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A PodDisruptionBudget of policy/v1."""

    metadata: Meta | None = None
    spec: BudgetSpec | None = None
    status: BudgetStatus | None = None

    @property
    def name(self) -> str:
        """Its name."""
        return (self.metadata.name if self.metadata else None) or ""

    @property
    def allowed(self) -> int:
        """How many more of its pods may be evicted now."""
        return (self.status.disruptions_allowed if self.status else None) or 0
