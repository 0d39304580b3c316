"""Deployments that shift traffic from one revision to the next."""

from __future__ import annotations

from containerscope.demo.ecs_state import Cluster, Deployment, Hook, Service
from containerscope.demo.world import World


def shifting(service: Service) -> bool:
    """Whether the service has a deployment under way that shifts traffic."""
    return False


def enter(world: World, cluster: Cluster, service: Service, deployment: Deployment) -> None:
    """Begin with the first stage."""


def roll(world: World, cluster: Cluster, service: Service, fit: frozenset[str]) -> None:
    """One step."""


def answer(
    world: World,
    cluster: Cluster,
    service: Service,
    deployment: Deployment,
    hook: Hook,
    action: str,
) -> None:
    """A person has answered a hook at which the deployment waits."""
