"""How load balancers, listeners, rules, target groups and targets look in answers."""

from __future__ import annotations

from containerscope.demo.calls import Result
from containerscope.demo.ec2_networks import public_subnet
from containerscope.demo.elb_checks import description_of
from containerscope.demo.elb_state import (
    Listener,
    LoadBalancer,
    Rule,
    Target,
    TargetGroup,
)
from containerscope.demo.ids import digits, hexes, subnet, vpc
from containerscope.demo.world import World

_HOSTED_ZONES = {"application": "Z32O12XQLNTSW2", "network": "Z2IFOLAFXWLO4F"}
"""The hosted zones of eu-west-1."""
_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"


def balancer_security_group(name: str) -> str:
    """The id of a load balancer's security group."""
    return f"sg-0{hexes(16, 'sg', 'load balancer', name)}"


def balancer_subnet(balancer: LoadBalancer, zone: str) -> str:
    """The subnet that a load balancer has a network interface in."""
    if balancer.scheme == "internal":
        return subnet(balancer.network, zone)
    return public_subnet(balancer.network, zone)


def dns_name(world: World, balancer: LoadBalancer) -> str:
    """The name at which a load balancer is reached."""
    if balancer.kind == "network":
        unique = balancer.arn.rpartition("/")[2]
        return f"{balancer.name}-{unique}.elb.{world.region}.amazonaws.com"
    inside = "internal-" if balancer.scheme == "internal" else ""
    number = digits(10, "dns", balancer.name)
    return f"{inside}{balancer.name}-{number}.{world.region}.elb.amazonaws.com"


def balancer_view(world: World, balancer: LoadBalancer) -> Result:
    """A described load balancer."""
    return {
        "LoadBalancerArn": balancer.arn,
        "DNSName": dns_name(world, balancer),
        "CanonicalHostedZoneId": _HOSTED_ZONES[balancer.kind],
        "CreatedTime": balancer.created_at,
        "LoadBalancerName": balancer.name,
        "Scheme": balancer.scheme,
        "VpcId": vpc(balancer.network),
        "State": {"Code": "active"},
        "Type": balancer.kind,
        "AvailabilityZones": [
            {
                "ZoneName": world.region + zone,
                "SubnetId": balancer_subnet(balancer, zone),
                "LoadBalancerAddresses": [],
            }
            for zone in "abc"
        ],
        "SecurityGroups": [balancer_security_group(balancer.name)],
        "IpAddressType": "ipv4",
    }


def listener_view(balancer: LoadBalancer, listener: Listener) -> Result:
    """A described listener."""
    view: Result = {
        "ListenerArn": listener.arn,
        "LoadBalancerArn": balancer.arn,
        "Port": listener.port,
        "Protocol": listener.protocol,
        "DefaultActions": listener.rules[0].actions,
    }
    if listener.certificate:
        view["Certificates"] = [{"CertificateArn": listener.certificate}]
        view["SslPolicy"] = _POLICY
        view["MutualAuthentication"] = {"Mode": "off"}
    return view


def rule_view(rule: Rule) -> Result:
    """A described rule."""
    return {
        "RuleArn": rule.arn,
        "Priority": str(rule.priority) if rule.priority else "default",
        "Conditions": rule.conditions,
        "Actions": rule.actions,
        "IsDefault": not rule.priority,
    }


def group_view(world: World, group: TargetGroup) -> Result:
    """A described target group."""
    check = group.check
    view: Result = {
        "TargetGroupArn": group.arn,
        "TargetGroupName": group.name,
        "Protocol": group.protocol,
        "Port": group.port,
        "VpcId": group.vpc,
        "HealthCheckProtocol": check.protocol,
        "HealthCheckPort": check.port,
        "HealthCheckEnabled": True,
        "HealthCheckIntervalSeconds": check.interval,
        "HealthCheckTimeoutSeconds": check.timeout,
        "HealthyThresholdCount": check.healthy,
        "UnhealthyThresholdCount": check.unhealthy,
        "LoadBalancerArns": [each.arn for each in world.balancing.balancers_of(group)],
        "TargetType": group.kind,
        "IpAddressType": "ipv4",
    }
    if check.path:
        view["HealthCheckPath"] = check.path
    if check.codes:
        view["Matcher"] = {"HttpCode": check.codes}
    if group.protocol.startswith("HTTP"):
        view["ProtocolVersion"] = "HTTP1"
    return view


def target_view(world: World, group: TargetGroup, target: Target, anomalies: bool) -> Result:
    """A described target; `anomalies` adds what anomaly detection thinks of it."""
    who: Result = {"Id": target.id, "Port": target.port}
    if target.zone:
        who["AvailabilityZone"] = world.region + target.zone
    health = {"State": target.state}
    if target.reason:
        health |= {"Reason": target.reason, "Description": description_of(target)}
    port = group.check.port
    view: Result = {
        "Target": who,
        "HealthCheckPort": str(target.port) if port == "traffic-port" else port,
        "TargetHealth": health,
        "AdministrativeOverride": {
            "State": "no_override",
            "Reason": "AdministrativeOverride.NoOverride",
            "Description": "No override is currently active on target",
        },
    }
    if anomalies:
        view["AnomalyDetection"] = {"Result": "normal", "MitigationInEffect": "no"}
    return view
