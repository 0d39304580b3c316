"""What Elastic Load Balancing v2 lets its callers change."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.elb_api import (
    chosen,
    describe_load_balancer_attributes,
    describe_target_group_attributes,
    group_of,
    listener_of,
    state,
    tags_of,
)
from containerscope.demo.elb_checks import begin
from containerscope.demo.elb_state import Rule, Target, TargetGroup, forwarded
from containerscope.demo.elb_targets import drain, standing, targets
from containerscope.demo.elb_views import group_view, listener_view, rule_view
from containerscope.demo.protocol_errors import AwsError

_CHECK_MEMBERS = {
    "HealthCheckProtocol": "protocol",
    "HealthCheckPort": "port",
    "HealthCheckPath": "path",
    "HealthCheckIntervalSeconds": "interval",
    "HealthCheckTimeoutSeconds": "timeout",
    "HealthyThresholdCount": "healthy",
    "UnhealthyThresholdCount": "unhealthy",
}


def _actions(call: Call, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The actions as they are kept, if all target groups that they name exist."""
    kept = []
    for order, action in enumerate(given, 1):
        arns = forwarded(action)
        chosen(state(call).groups, arns, "target group")
        made = {"Order": order, **action}
        if len(arns) == 1:
            made["TargetGroupArn"] = arns[0]
        if arns and "ForwardConfig" not in made:
            shares = [{"TargetGroupArn": arns[0], "Weight": 1}]
            made["ForwardConfig"] = {"TargetGroups": shares}
        if arns:
            config = made["ForwardConfig"]
            shares = [{"Weight": 1, **each} for each in config["TargetGroups"]]
            sticky = {"TargetGroupStickinessConfig": {"Enabled": False}}
            made["ForwardConfig"] = {**sticky, **config, "TargetGroups": shares}
        kept.append(made)
    return kept


def modify_listener(call: Call) -> Result:
    """Another default action, port or protocol for a listener."""
    params = call.params
    balancer, listener = listener_of(call, params["ListenerArn"])
    if "DefaultActions" in params:
        listener.rules[0].actions = _actions(call, params["DefaultActions"])
    listener.port = params.get("Port", listener.port)
    listener.protocol = params.get("Protocol", listener.protocol)
    for each in params.get("Certificates", ()):
        listener.certificate = each["CertificateArn"]
    return {"Listeners": [listener_view(balancer, listener)]}


def _rule(call: Call) -> Rule:
    known = {rule.arn: rule for _, each in state(call).listeners() for rule in each.rules}
    return chosen(known, [call.params["RuleArn"]], "rule")[0]


def modify_rule(call: Call) -> Result:
    """Other conditions or actions for a rule; the weights of a blue/green deployment are here."""
    rule, params = _rule(call), call.params
    if not rule.priority:
        raise AwsError(
            "OperationNotPermitted", "Default rule '" + rule.arn + "' cannot be modified"
        )
    if "Conditions" in params:
        rule.conditions = params["Conditions"]
    if "Actions" in params:
        rule.actions = _actions(call, params["Actions"])
    return {"Rules": [rule_view(rule)]}


def modify_target_group(call: Call) -> Result:
    """Other health checks for a target group."""
    group = group_of(call)
    for member, name in _CHECK_MEMBERS.items():
        if member in call.params:
            setattr(group.check, name, call.params[member])
    group.check.codes = call.params.get("Matcher", {}).get("HttpCode", group.check.codes)
    return {"TargetGroups": [group_view(call.world, group)]}


def modify_target_group_attributes(call: Call) -> Result:
    """Other settings for a target group."""
    _set(group_of(call).attributes, call.params["Attributes"], "target group")
    return describe_target_group_attributes(call)


def modify_load_balancer_attributes(call: Call) -> Result:
    """Other settings for a load balancer."""
    known = state(call).balancers
    [balancer] = chosen(known, [call.params["LoadBalancerArn"]], "load balancer")
    _set(balancer.attributes, call.params["Attributes"], "load balancer")
    return describe_load_balancer_attributes(call)


def _set(attributes: dict[str, str], given: list[dict[str, str]], kind: str) -> None:
    for each in given:
        if each["Key"] not in attributes:
            text = f"{kind.capitalize()} attribute key '{each['Key']}' is not recognized"
            raise AwsError("ValidationError", text)
    delay = "deregistration_delay.timeout_seconds"
    for each in given:
        value = each.get("Value", "")
        if each["Key"] == delay and not (value.isdecimal() and int(value) <= 3600):
            text = f"'{delay}' must be between 0 and 3600 inclusive"
            raise AwsError("InvalidConfigurationRequest", text)
    attributes.update({each["Key"]: each.get("Value", "") for each in given})


def register_targets(call: Call) -> Result:
    """Further targets for a group; nothing answers at an address that no task has."""
    group = group_of(call)
    known = {each.key: each for each in targets(call.world, group)}
    tasks = {each.key: each for each in standing(call.world, group)}
    for each in call.params["Targets"]:
        key = (each["Id"], each.get("Port", group.port))
        _check_id(group, each["Id"])
        group.withdrawn.discard(key)
        old = known.get(key)
        if old is not None and old.next is not None and old.state == "draining":
            old.next.cancel()
        if old is None or old.state == "draining":
            begin(call.world, group, tasks.get(key) or Target(*key))
    return {}


def _check_id(group: TargetGroup, name: str) -> None:
    if group.kind == "instance":
        if not name.startswith("i-"):
            text = f"Instance ID '{name}' is not valid"
            raise AwsError("ValidationError", text)
        return
    try:
        IPv4Address(name)
    except ValueError:
        text = f"The IP address '{name}' is not a valid IPv4 address"
        raise AwsError("ValidationError", text) from None


def deregister_targets(call: Call) -> Result:
    """Fewer targets for a group; they drain first."""
    group = group_of(call)
    known = {each.key: each for each in targets(call.world, group)}
    for each in call.params["Targets"]:
        named = [
            one
            for one in known.values()
            if one.id == each["Id"] and one.port == each.get("Port", one.port)
        ]
        for target in named:
            if target.state != "draining":
                if target.task is not None:
                    group.withdrawn.add(target.key)
                drain(call.world, group, target, group.delay)
    return {}


def add_tags(call: Call) -> Result:
    """More tags, or other values, for load balancers and target groups."""
    for arn in call.params["ResourceArns"]:
        tags = tags_of(call, arn)
        tags.update({each["Key"]: each.get("Value", "") for each in call.params["Tags"]})
    return {}


def remove_tags(call: Call) -> Result:
    """Fewer tags for load balancers and target groups."""
    for arn in call.params["ResourceArns"]:
        tags = tags_of(call, arn)
        for key in call.params["TagKeys"]:
            tags.pop(key, None)
    return {}


ELB_WRITES: dict[str, Handler] = {
    "ModifyListener": modify_listener,
    "ModifyRule": modify_rule,
    "ModifyTargetGroup": modify_target_group,
    "ModifyTargetGroupAttributes": modify_target_group_attributes,
    "ModifyLoadBalancerAttributes": modify_load_balancer_attributes,
    "RegisterTargets": register_targets,
    "DeregisterTargets": deregister_targets,
    "AddTags": add_tags,
    "RemoveTags": remove_tags,
}
