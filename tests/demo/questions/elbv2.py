"""Elastic Load Balancing v2."""

from __future__ import annotations

from tests.demo.questions import Asker, Params, Sample, plainly


def _balancer(ask: Asker) -> str:
    return str(ask("DescribeLoadBalancers")["LoadBalancers"][0]["LoadBalancerArn"])


def _listener(ask: Asker) -> str:
    found = ask("DescribeListeners", LoadBalancerArn=_balancer(ask))["Listeners"]
    return str(found[-1]["ListenerArn"])


def _group(ask: Asker) -> str:
    return str(ask("DescribeTargetGroups")["TargetGroups"][0]["TargetGroupArn"])


def _rule(ask: Asker) -> Params:
    rules = ask("DescribeRules", ListenerArn=_listener(ask))["Rules"]
    [first, *_] = [each for each in rules if not each["IsDefault"]]
    return {"RuleArn": first["RuleArn"], "Actions": first["Actions"]}


def _of_balancer(ask: Asker) -> Params:
    return {"LoadBalancerArn": _balancer(ask)}


def _of_listener(ask: Asker) -> Params:
    return {"ListenerArn": _listener(ask)}


def _of_group(ask: Asker) -> Params:
    return {"TargetGroupArn": _group(ask)}


def _targets(ask: Asker) -> Params:
    return {**_of_group(ask), "Targets": [{"Id": "10.0.0.7", "Port": 8080}]}


SAMPLES: dict[str, Sample] = {
    "DescribeLoadBalancers": plainly(),
    "DescribeLoadBalancerAttributes": _of_balancer,
    "DescribeTargetGroups": plainly(),
    "DescribeTargetGroupAttributes": _of_group,
    "DescribeTargetHealth": _of_group,
    "DescribeListeners": _of_balancer,
    "DescribeListenerCertificates": _of_listener,
    "DescribeRules": _of_listener,
    "DescribeTags": lambda ask: {"ResourceArns": [_balancer(ask), _group(ask)]},
    "ModifyListener": lambda ask: {**_of_listener(ask), "Port": 8443},
    "ModifyRule": _rule,
    "ModifyTargetGroup": lambda ask: {
        **_of_group(ask), "HealthCheckPath": "/ok", "HealthyThresholdCount": 3,
    },
    "ModifyTargetGroupAttributes": lambda ask: {
        **_of_group(ask),
        "Attributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": "60"}],
    },
    "ModifyLoadBalancerAttributes": lambda ask: {
        **_of_balancer(ask),
        "Attributes": [{"Key": "idle_timeout.timeout_seconds", "Value": "30"}],
    },
    "RegisterTargets": _targets,
    "DeregisterTargets": _targets,
    "AddTags": lambda ask: {
        "ResourceArns": [_group(ask)], "Tags": [{"Key": "team", "Value": "orders"}],
    },
    "RemoveTags": lambda ask: {"ResourceArns": [_group(ask)], "TagKeys": ["team"]},
}  # fmt: skip
