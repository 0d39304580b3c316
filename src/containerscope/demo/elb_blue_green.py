"""What a blue/green deployment needs of load balancing: a second target group and two rules."""

from __future__ import annotations

from typing import Any

from containerscope.demo.ecs_state import Cluster, Service
from containerscope.demo.elb_build import add_group, add_listener, add_rule, forward
from containerscope.demo.elb_state import Listener, LoadBalancer, Rule, TargetGroup
from containerscope.demo.ids import hexes
from containerscope.demo.world import World

TEST_PORT = 8443


def prepare(world: World, cluster: Cluster, service: Service) -> dict[str, Any]:
    """Give a service behind a load balancer its alternate target group and its test listener.

    The `advancedConfiguration` is put into the service's load balancer and returned. A service
    without a load balancer is a ValueError.
    """
    found = _production(world, service)
    if found is None:
        raise ValueError(f"{service.name} stands behind no load balancer")
    balancer, rule = found
    entry = service.load_balancers[0]
    if "advancedConfiguration" in entry:
        return dict(entry["advancedConfiguration"])
    path = f"targetgroup/{cluster.name}-{service.name}-alt"[:44]
    arn = world.arn("elasticloadbalancing", f"{path}/{hexes(16, 'alternate', path)}")
    group = add_group(world, cluster, service, entry, arn)
    blue = entry["targetGroupArn"]
    rule.actions = [forward(blue, group.arn, weights=(100, 0))]
    test = add_rule(
        _test_listener(world, balancer), rule.priority or 1, rule.conditions, [forward(blue)]
    )
    entry["advancedConfiguration"] = {
        "alternateTargetGroupArn": group.arn,
        "productionListenerRule": rule.arn,
        "testListenerRule": test.arn,
        "roleArn": world.global_arn("iam", "role/ecs-infrastructure"),
    }
    return dict(entry["advancedConfiguration"])


def _production(world: World, service: Service) -> tuple[LoadBalancer, Rule] | None:
    arns = {each.get("targetGroupArn") for each in service.load_balancers[:1]}
    for balancer, listener in world.balancing.listeners():
        for rule in listener.rules:
            if rule.priority and any(arns & set(_arns(each)) for each in rule.actions):
                return balancer, rule
    return None


def _arns(action: dict[str, Any]) -> list[str]:
    shares = action.get("ForwardConfig", {}).get("TargetGroups", [])
    return [each["TargetGroupArn"] for each in shares]


def _test_listener(world: World, balancer: LoadBalancer) -> Listener:
    for each in balancer.listeners:
        if each.port == TEST_PORT:
            return each
    default = balancer.listeners[-1].rules[0].actions
    return add_listener(world, balancer, TEST_PORT, "HTTPS", default)


def enter(world: World, deployment: str, *, alternate: bool) -> None:
    """Say in which target group the tasks of a deployment (`ecs-svc/…`) are registered."""
    if alternate:
        world.balancing.alternate.add(deployment)
    else:
        world.balancing.alternate.discard(deployment)


def shift(world: World, service: Service, share: int, *, test: bool = False) -> None:
    """Send that many percent of the production, or of the test, traffic to the alternate group."""
    entry = service.load_balancers[0]
    config = entry["advancedConfiguration"]
    arn = config["testListenerRule" if test else "productionListenerRule"]
    groups = (entry["targetGroupArn"], config["alternateTargetGroupArn"])
    for _, listener in world.balancing.listeners():
        for rule in listener.rules:
            if rule.arn == arn:
                rule.actions = [forward(*groups, weights=(100 - share, share))]


def groups(world: World, service: Service) -> tuple[TargetGroup, TargetGroup]:
    """The target group that a service has had and its alternate one."""
    entry = service.load_balancers[0]
    config = entry["advancedConfiguration"]
    known = world.balancing.groups
    return known[entry["targetGroupArn"]], known[config["alternateTargetGroupArn"]]
