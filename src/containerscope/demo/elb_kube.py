"""The load balancers that the AWS Load Balancer Controller makes for ingresses of `platform`."""

from __future__ import annotations

from collections.abc import Iterator

from containerscope.demo.elb_build import add_listener, add_rule, application, forward, group_of
from containerscope.demo.elb_state import HealthCheck, Target, TargetGroup
from containerscope.demo.ids import vpc
from containerscope.demo.kube_platform_apps import SETTLED
from containerscope.demo.kube_recipe import Recipe, balancer_name, group_arn
from containerscope.demo.world import World

CLUSTER = "platform"
_SLICES = ("discovery.k8s.io", "endpointslices")


def build(world: World) -> None:
    """An Application Load Balancer, and a target group of pods, for each ingress."""
    if CLUSTER not in world.eks:
        return
    for age, recipe in SETTLED:
        if recipe.host:
            _balance(world, recipe, world.now() - age)


def _balance(world: World, recipe: Recipe, made: float) -> None:
    stack = f"{recipe.namespace}/{recipe.name}"
    tags = {"elbv2.k8s.aws/cluster": CLUSTER, "ingress.k8s.aws/stack": stack}
    balancer = application(world, CLUSTER, balancer_name(recipe), made)
    balancer.tags = {**tags, "ingress.k8s.aws/resource": "LoadBalancer"}
    group = group_of(group_arn(recipe), vpc(CLUSTER), recipe.port)
    group.check = HealthCheck(path="/healthz", interval=15, healthy=2)
    group.tags = {**tags, "ingress.k8s.aws/resource": f"{stack}-{recipe.name}:80"}
    group.behind = (CLUSTER, recipe.namespace, recipe.name)
    world.balancing.groups[group.arn] = group
    nothing = {
        "Type": "fixed-response",
        "Order": 1,
        "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"},
    }
    secure = add_listener(world, balancer, 443, "HTTPS", [nothing])
    hosts, paths = [recipe.host], ["/*"]
    conditions = [
        {"Field": "host-header", "Values": hosts, "HostHeaderConfig": {"Values": hosts}},
        {"Field": "path-pattern", "Values": paths, "PathPatternConfig": {"Values": paths}},
    ]
    add_rule(secure, 1, conditions, [forward(group.arn)])


def pods_behind(world: World, group: TargetGroup) -> Iterator[Target]:
    """The addresses of the pods behind a group, as the controller registers them."""
    cluster, namespace, service = group.behind
    kube = world.kube[cluster]
    kube.advance(world.clock.now())
    for each in kube.store.all(_SLICES, namespace):
        if each.labels.get("kubernetes.io/service-name") != service:
            continue
        body = each.object()
        port = int(body["ports"][0]["port"])
        for end in body["endpoints"]:
            target = Target(end["addresses"][0], port, end.get("zone", "")[-1:])
            if end["conditions"]["terminating"]:
                target.become("draining", "Target.DeregistrationInProgress")
            elif end["conditions"]["ready"]:
                target.become("healthy")
            else:
                target.become("unhealthy", "Target.FailedHealthChecks")
            yield target
