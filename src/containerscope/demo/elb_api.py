"""What Elastic Load Balancing v2 answers to those who look. Limits: botocore's service model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.elb_state import Balancing, Listener, LoadBalancer, Target, TargetGroup
from containerscope.demo.elb_targets import targets
from containerscope.demo.elb_views import (
    balancer_view,
    group_view,
    listener_view,
    rule_view,
    target_view,
)
from containerscope.demo.paging import Paging
from containerscope.demo.protocol_errors import AwsError

PAGES = Paging("PageSize", "Marker", "NextMarker", default=400, most=400)
_MOST_TAGGED = 20
_MOST_BALANCERS = 20

T = TypeVar("T")


def state(call: Call) -> Balancing:
    """The load balancing of the account."""
    return call.world.balancing


def not_found(kind: str) -> AwsError:
    """The error about things that are not there: `load balancer`, `target group`."""
    code = "".join(word.capitalize() for word in kind.split()) + "NotFound"
    return AwsError(code, f"One or more {kind}s not found")


def chosen(known: Mapping[str, T], arns: Iterable[str], kind: str) -> list[T]:
    """The things with these ARNs."""
    try:
        return [known[arn] for arn in arns]
    except KeyError:
        raise not_found(kind) from None


def group_of(call: Call) -> TargetGroup:
    """The target group that the call names."""
    return chosen(state(call).groups, [call.params["TargetGroupArn"]], "target group")[0]


def listener_of(call: Call, arn: str) -> tuple[LoadBalancer, Listener]:
    """The listener with this ARN, and its load balancer."""
    known = {one.arn: (each, one) for each, one in state(call).listeners()}
    return chosen(known, [arn], "listener")[0]


def limited(arns: Sequence[str], most: int, member: str) -> Sequence[str]:
    """What is asked for, if it is not too much for one call."""
    if len(arns) > most:
        text = (
            f"1 validation error detected: Value '[{', '.join(arns)}]' at '{member}' failed to "
            f"satisfy constraint: Member must have length less than or equal to {most}"
        )
        raise AwsError("ValidationError", text)
    return arns


def _one_way(params: Mapping[str, Any], *names: str) -> None:
    """Refuse a call that chooses in more than one way."""
    if sum(name in params for name in names) > 1:
        text = f"You can specify only one of {', '.join(names)}"
        raise AwsError("ValidationError", text)


def describe_load_balancers(call: Call) -> Result:
    """Load balancers, all of them or those that are named."""
    params, known = call.params, state(call).balancers
    _one_way(params, "LoadBalancerArns", "Names")
    found = list(known.values())
    if "LoadBalancerArns" in params:
        arns = limited(params["LoadBalancerArns"], _MOST_BALANCERS, "loadBalancerArns")
        found = chosen(known, arns, "load balancer")
    if "Names" in params:
        named = {each.name: each for each in found}
        lacking = [each for each in params["Names"] if each not in named]
        if lacking:
            text = f"Load balancers '[{', '.join(lacking)}]' not found"
            raise AwsError("LoadBalancerNotFound", text)
        found = [named[each] for each in params["Names"]]
    answer = PAGES.page(params, "LoadBalancers", [each.arn for each in found])
    return _filled(answer, "LoadBalancers", lambda arn: balancer_view(call.world, known[arn]))


def _filled(answer: Result, member: str, view: Any) -> Result:
    """The page with what is described in the place of its ARN."""
    return {**answer, member: [view(each) for each in answer[member]]}


def describe_target_groups(call: Call) -> Result:
    """Target groups: all, those named, or those of a load balancer."""
    params, known = call.params, state(call).groups
    _one_way(params, "TargetGroupArns", "Names", "LoadBalancerArn")
    found = list(known.values())
    if "TargetGroupArns" in params:
        found = chosen(known, params["TargetGroupArns"], "target group")
    elif "Names" in params:
        found = chosen({each.name: each for each in found}, params["Names"], "target group")
    elif "LoadBalancerArn" in params:
        balancers = state(call).balancers
        [balancer] = chosen(balancers, [params["LoadBalancerArn"]], "load balancer")
        found = [each for each in found if balancer in state(call).balancers_of(each)]
    answer = PAGES.page(params, "TargetGroups", [each.arn for each in found])
    return _filled(answer, "TargetGroups", lambda arn: group_view(call.world, known[arn]))


def describe_target_health(call: Call) -> Result:
    """The targets of one group and how they do; in one page, however many they are."""
    group = group_of(call)
    found = targets(call.world, group)
    asked = call.params.get("Targets")
    if asked is not None:
        found = [_asked(found, group, each) for each in asked]
    anomalies = bool({"AnomalyDetection", "All"} & set(call.params.get("Include", ())))
    if not call.world.balancing.balancers_of(group):
        found = [_unused(each) for each in found]
    views = [target_view(call.world, group, each, anomalies) for each in found]
    return {"TargetHealthDescriptions": views}


def _asked(found: list[Target], group: TargetGroup, asked: Mapping[str, Any]) -> Target:
    name, port = asked["Id"], asked.get("Port", group.port)
    for each in found:
        if each.key == (name, port):
            return each
    unknown = Target(name, port)
    unknown.become("unused", "Target.NotRegistered")
    return unknown


def _unused(target: Target) -> Target:
    """A target of a group that no load balancer forwards to."""
    unused = Target(target.id, target.port, target.zone, target.cluster, target.task)
    unused.become("unused", "Target.NotInUse")
    return unused


def describe_listeners(call: Call) -> Result:
    """The listeners of a load balancer, or those that are named."""
    params = call.params
    _one_way(params, "LoadBalancerArn", "ListenerArns")
    known = {one.arn: (each, one) for each, one in state(call).listeners()}
    if "ListenerArns" in params:
        found = chosen(known, params["ListenerArns"], "listener")
    elif "LoadBalancerArn" in params:
        balancers = state(call).balancers
        [balancer] = chosen(balancers, [params["LoadBalancerArn"]], "load balancer")
        found = [(balancer, each) for each in balancer.listeners]
    else:
        raise AwsError(
            "ValidationError", "You must specify either listener ARNs or a load balancer"
        )
    answer = PAGES.page(params, "Listeners", [each.arn for _, each in found])
    return _filled(answer, "Listeners", lambda arn: listener_view(*known[arn]))


def describe_rules(call: Call) -> Result:
    """The rules of a listener by priority, the default one last, or those that are named."""
    params = call.params
    _one_way(params, "ListenerArn", "RuleArns")
    known = {rule.arn: rule for _, each in state(call).listeners() for rule in each.rules}
    if "RuleArns" in params:
        found = chosen(known, params["RuleArns"], "rule")
    elif "ListenerArn" in params:
        _, listener = listener_of(call, params["ListenerArn"])
        found = sorted(listener.rules, key=lambda each: (not each.priority, each.priority))
    else:
        raise AwsError(
            "ValidationError", "You must specify either listener rule ARNs or a listener"
        )
    answer = PAGES.page(params, "Rules", [each.arn for each in found])
    return _filled(answer, "Rules", lambda arn: rule_view(known[arn]))


def describe_listener_certificates(call: Call) -> Result:
    """The certificate of a listener."""
    _, listener = listener_of(call, call.params["ListenerArn"])
    found = [{"CertificateArn": listener.certificate, "IsDefault": True}]
    return {"Certificates": found if listener.certificate else []}


def _attributes(found: Mapping[str, str]) -> Result:
    return {"Attributes": [{"Key": key, "Value": value} for key, value in found.items()]}


def describe_target_group_attributes(call: Call) -> Result:
    """The settings of a target group."""
    return _attributes(group_of(call).attributes)


def describe_load_balancer_attributes(call: Call) -> Result:
    """The settings of a load balancer."""
    arns = [call.params["LoadBalancerArn"]]
    return _attributes(chosen(state(call).balancers, arns, "load balancer")[0].attributes)


def tags_of(call: Call, arn: str) -> dict[str, str]:
    """The tags of a load balancer, target group or listener."""
    kind = arn.split(":", 5)[-1].split("/")[0]
    known = state(call)
    if kind == "targetgroup":
        return chosen(known.groups, [arn], "target group")[0].tags
    if kind == "listener":
        return listener_of(call, arn)[1].tags
    if kind == "listener-rule":
        rules = {rule.arn: rule for _, each in known.listeners() for rule in each.rules}
        return chosen(rules, [arn], "rule")[0].tags
    return chosen(known.balancers, [arn], "load balancer")[0].tags


def describe_tags(call: Call) -> Result:
    """The tags of up to twenty things."""
    arns = limited(call.params["ResourceArns"], _MOST_TAGGED, "resourceArns")
    return {
        "TagDescriptions": [
            {
                "ResourceArn": arn,
                "Tags": [{"Key": key, "Value": value} for key, value in tags_of(call, arn).items()],
            }
            for arn in arns
        ]
    }


ELB_READS: dict[str, Handler] = {
    "DescribeLoadBalancers": describe_load_balancers,
    "DescribeLoadBalancerAttributes": describe_load_balancer_attributes,
    "DescribeTargetGroups": describe_target_groups,
    "DescribeTargetGroupAttributes": describe_target_group_attributes,
    "DescribeTargetHealth": describe_target_health,
    "DescribeListeners": describe_listeners,
    "DescribeListenerCertificates": describe_listener_certificates,
    "DescribeRules": describe_rules,
    "DescribeTags": describe_tags,
}
