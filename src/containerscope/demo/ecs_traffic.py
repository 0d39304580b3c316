"""Which of a service's deployments gets which share of its traffic."""

from __future__ import annotations

from containerscope.demo import elb_blue_green
from containerscope.demo.ecs_state import Deployment, Service
from containerscope.demo.world import World


def balanced(service: Service) -> bool:
    """Whether the service has two target groups to shift traffic between."""
    return any("advancedConfiguration" in each for each in service.load_balancers[:1])


def take_side(world: World, service: Service, deployment: Deployment, before: Deployment) -> None:
    """Let a deployment's tasks stand in the target group that the ones before do not stand in."""
    if balanced(service):
        alternate = before.id not in world.balancing.alternate
        elb_blue_green.enter(world, deployment.id, alternate=alternate)


def send(
    world: World, service: Service, deployment: Deployment, share: float, *, test: bool = False
) -> None:
    """Give a deployment so many percent of the production, or of the test, traffic.

    The rest stays with, or goes back to, the others.
    """
    for each in service.live:
        weight = share if each is deployment else 0.0
        if each is not deployment and each in service.live[:2]:
            weight = 100.0 - share
        if test:
            each.test_weight = weight
        else:
            each.weight = weight
    if balanced(service):
        alternate = deployment.id in world.balancing.alternate
        percent = round(share if alternate else 100 - share)
        elb_blue_green.shift(world, service, percent, test=test)
