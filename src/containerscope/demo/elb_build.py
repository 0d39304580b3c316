"""The load balancers and target groups that the services of the opening scene stand behind."""

from __future__ import annotations

from typing import Any

from containerscope.demo import ecs_checkout, ecs_data, ecs_edge
from containerscope.demo.ecs_recipe import DAY
from containerscope.demo.ecs_state import Cluster, Service
from containerscope.demo.elb_state import (
    HealthCheck,
    Listener,
    LoadBalancer,
    Rule,
    TargetGroup,
)
from containerscope.demo.ids import digits, hexes, uuid, vpc
from containerscope.demo.world import World

_PATHS = {
    (module.__name__.rpartition("_")[2], each.name): each.path
    for module in (ecs_checkout, ecs_data, ecs_edge)
    for each in module.RECIPES
}
"""The path of each hand-made service, by cluster and name."""
_NAMES = {"checkout": "prod-web", "data": "data-internal", "edge": "prod-edge"}
_HOSTS = {"checkout": "shop.example.com", "data": "sql.internal.example.com"}
_CHECKS = {
    "web": HealthCheck(interval=10, healthy=2, path="/health"),
    "cart": HealthCheck(interval=10, healthy=2),
    "payments": HealthCheck(interval=15, healthy=3, unhealthy=3),
    "checkout-api": HealthCheck(interval=10, healthy=2),
    "clickhouse-proxy": HealthCheck(path="/ping", interval=15, healthy=2),
    "ingress": HealthCheck(path="/ready", interval=10, healthy=2, codes="200-299"),
}
_DELAYS = {"web": 30, "cart": 30, "checkout-api": 120, "payments": 600, "rtmp-relay": 900}
"""Deregistration delays that teams have set; 300 seconds where none did."""
_RELAY = ("edge", "rtmp-relay")


def build(world: World) -> None:
    """A load balancer for each cluster whose services have target groups, and one for RTMP."""
    for cluster in world.clusters.values():
        behind = [each for each in cluster.services.values() if each.load_balancers]
        if behind:
            _application(world, cluster, behind)
    edge = world.clusters.get(_RELAY[0])
    if edge is not None and _RELAY[1] in edge.services:
        _network(world, edge, edge.services[_RELAY[1]])


def _application(world: World, cluster: Cluster, services: list[Service]) -> None:
    """An Application Load Balancer with a rule for each service, and HTTP sent on to HTTPS."""
    internal = cluster.name == "data"
    balancer = add_balancer(
        world,
        cluster,
        _NAMES.get(cluster.name, f"{cluster.name[:28]}-alb"),
        scheme="internal" if internal else "internet-facing",
    )
    redirect = {
        "Type": "redirect",
        "Order": 1,
        "RedirectConfig": {
            "Protocol": "HTTPS",
            "Port": "443",
            "Host": "#{host}",
            "Path": "/#{path}",
            "Query": "#{query}",
            "StatusCode": "HTTP_301",
        },
    }
    if not internal:
        add_listener(world, balancer, 80, "HTTP", [redirect])
    nothing = {
        "Type": "fixed-response",
        "Order": 1,
        "FixedResponseConfig": {
            "MessageBody": "Not found",
            "StatusCode": "404",
            "ContentType": "text/plain",
        },
    }
    secure = add_listener(world, balancer, 443, "HTTPS", [nothing])
    for service in sorted(services, key=lambda each: _rank(cluster, each)):
        for each in service.load_balancers:
            group = add_group(world, cluster, service, each)
            conditions = _conditions(cluster, _path(cluster, service))
            add_rule(secure, 10 * len(secure.rules), conditions, [forward(group.arn)])


def _path(cluster: Cluster, service: Service) -> str:
    return _PATHS.get((cluster.name, service.name)) or f"/{service.name}/*"


def _rank(cluster: Cluster, service: Service) -> tuple[bool, str]:
    """The rule that takes everything comes last."""
    path = _path(cluster, service)
    return (path == "/", path)


def _conditions(cluster: Cluster, path: str) -> list[dict[str, Any]]:
    conditions = []
    host = _HOSTS.get(cluster.name)
    if host:
        conditions.append(
            {"Field": "host-header", "Values": [host], "HostHeaderConfig": {"Values": [host]}}
        )
    paths = ["/*"] if path == "/" else [path]
    conditions.append(
        {"Field": "path-pattern", "Values": paths, "PathPatternConfig": {"Values": paths}}
    )
    return conditions


def forward(*arns: str, weights: tuple[int, ...] = ()) -> dict[str, Any]:
    """The action that sends requests to these target groups, in equal shares unless told."""
    shares = weights or (1,) * len(arns)
    action: dict[str, Any] = {
        "Type": "forward",
        "Order": 1,
        "ForwardConfig": {
            "TargetGroups": [
                {"TargetGroupArn": arn, "Weight": weight}
                for arn, weight in zip(arns, shares, strict=True)
            ],
            "TargetGroupStickinessConfig": {"Enabled": False},
        },
    }
    if len(arns) == 1:
        action["TargetGroupArn"] = arns[0]
    return action


def _network(world: World, cluster: Cluster, service: Service) -> None:
    """A Network Load Balancer in front of instances."""
    balancer = add_balancer(world, cluster, "prod-media", kind="network")
    name = f"{cluster.name}-{service.name}"
    path = f"targetgroup/{name}/{hexes(16, cluster.name, service.name)}"
    entry = {
        "targetGroupArn": world.arn("elasticloadbalancing", path),
        "containerName": service.name,
        "containerPort": 1935,
    }
    service.load_balancers = [entry]
    group = add_group(world, cluster, service, entry)
    group.protocol = "TCP"
    group.check = HealthCheck("TCP", "", interval=30, timeout=10, healthy=3, codes="")
    add_listener(world, balancer, 1935, "TCP", [forward(group.arn)])


def application(world: World, network: str, name: str, made: float) -> LoadBalancer:
    """One more Application Load Balancer that the internet reaches, in this network."""
    arn = world.arn("elasticloadbalancing", f"loadbalancer/app/{name}/{hexes(16, name)}")
    balancer = LoadBalancer(arn, name, network, made, attributes=dict(_APPLICATION))
    world.balancing.balancers[arn] = balancer
    return balancer


def group_of(arn: str, network: str, port: int) -> TargetGroup:
    """A target group of addresses in this network."""
    return TargetGroup(arn, arn.split("/")[1], network, port, attributes=dict(_GROUP))


def add_balancer(
    world: World, cluster: Cluster, name: str, kind: str = "application", scheme: str = ""
) -> LoadBalancer:
    """One more load balancer in the network of a cluster."""
    short = "app" if kind == "application" else "net"
    arn = world.arn("elasticloadbalancing", f"loadbalancer/{short}/{name}/{hexes(16, name)}")
    balancer = LoadBalancer(
        arn,
        name,
        cluster.name,
        world.now() - 400 * DAY,
        kind,
        scheme or "internet-facing",
        attributes=dict(_APPLICATION if kind == "application" else _NETWORK),
        tags={**cluster.tags, "managed-by": "terraform"},
    )
    world.balancing.balancers[arn] = balancer
    return balancer


def add_listener(
    world: World, balancer: LoadBalancer, port: int, protocol: str, actions: list[dict[str, Any]]
) -> Listener:
    """One more port of a load balancer, with what it does by default."""
    arn = balancer.arn.replace(":loadbalancer/", ":listener/") + f"/{hexes(16, balancer.arn, port)}"
    rule = Rule(rule_arn(arn, "default"), 0, [], actions)
    listener = Listener(arn, port, protocol, [rule])
    if protocol in ("HTTPS", "TLS"):
        listener.certificate = world.arn("acm", f"certificate/{uuid('acm', balancer.name)}")
    balancer.listeners.append(listener)
    return listener


def rule_arn(listener_arn: str, name: str) -> str:
    """The ARN of a rule of a listener."""
    path = listener_arn.replace(":listener/", ":listener-rule/")
    return f"{path}/{hexes(16, listener_arn, name)}"


def add_rule(
    listener: Listener,
    priority: int,
    conditions: list[dict[str, Any]],
    actions: list[dict[str, Any]],
) -> Rule:
    """One more rule of a listener."""
    rule = Rule(rule_arn(listener.arn, str(priority)), priority, conditions, actions)
    listener.rules.append(rule)
    return rule


def add_group(
    world: World, cluster: Cluster, service: Service, balancer: dict[str, Any], arn: str = ""
) -> TargetGroup:
    """A target group for the tasks of a service; its ARN stands in the service."""
    arn = arn or balancer["targetGroupArn"]
    network = service.definition.body["networkMode"]
    check = _CHECKS.get(service.name, HealthCheck())
    group = TargetGroup(
        arn,
        arn.split("/")[1],
        vpc(cluster.name),
        int(balancer["containerPort"]) if network == "awsvpc" else 80,
        "ip" if network == "awsvpc" else "instance",
        check=HealthCheck(
            check.protocol,
            check.path,
            check.interval,
            check.timeout,
            check.healthy,
            check.unhealthy,
            check.codes,
        ),
        attributes={
            **_GROUP,
            "deregistration_delay.timeout_seconds": str(_DELAYS.get(service.name, 300)),
        },
        tags={**service.tags, "service": service.name},
    )
    return world.balancing.groups.setdefault(arn, group)


_GROUP = {
    "stickiness.enabled": "false",
    "deregistration_delay.timeout_seconds": "300",
    "stickiness.type": "lb_cookie",
    "stickiness.lb_cookie.duration_seconds": "86400",
    "slow_start.duration_seconds": "0",
    "load_balancing.algorithm.type": "round_robin",
    "load_balancing.algorithm.anomaly_mitigation": "off",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
}
_APPLICATION = {
    "access_logs.s3.enabled": "true",
    "access_logs.s3.bucket": f"elb-logs-{digits(6, 'bucket')}",
    "access_logs.s3.prefix": "",
    "idle_timeout.timeout_seconds": "60",
    "deletion_protection.enabled": "true",
    "routing.http2.enabled": "true",
    "routing.http.drop_invalid_header_fields.enabled": "true",
    "routing.http.xff_client_port.enabled": "false",
    "routing.http.preserve_host_header.enabled": "false",
    "routing.http.xff_header_processing.mode": "append",
    "load_balancing.cross_zone.enabled": "true",
    "routing.http.desync_mitigation_mode": "defensive",
    "client_keep_alive.seconds": "3600",
    "waf.fail_open.enabled": "false",
}
_NETWORK = {
    "access_logs.s3.enabled": "false",
    "access_logs.s3.bucket": "",
    "access_logs.s3.prefix": "",
    "deletion_protection.enabled": "true",
    "load_balancing.cross_zone.enabled": "false",
    "dns_record.client_routing_policy": "any_availability_zone",
}
