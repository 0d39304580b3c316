"""The way to a target group: listener, rule, conditions, weights."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from containerscope.insight.listener_rules import (
    action_words,
    conditions_words,
    routes_to,
    shares,
)
from containerscope.model.elb import Action, Listener, Rule

BLUE = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/blue/1"
GREEN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/green/2"


def forward(*weights: tuple[str, int | None]) -> dict[str, Any]:
    groups = [{"TargetGroupArn": name, "Weight": weight} for name, weight in weights]
    return {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}


def rule(*actions: dict[str, Any], priority: str = "10", **more: Any) -> Rule:
    return msgspec.convert({"Priority": priority, "Actions": list(actions), **more}, Rule)


def made(*actions: dict[str, Any]) -> tuple[Action, ...]:
    return msgspec.convert(list(actions), tuple[Action, ...])


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (
            {"Field": "host-header", "HostHeaderConfig": {"Values": ["a.com", "b.com"]}},
            "host a.com or b.com",
        ),
        ({"Field": "path-pattern", "Values": ["/cart*"]}, "path /cart*"),
        (
            {"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/v[12]"]}},
            "path ^/v[12]",
        ),
        (
            {
                "Field": "http-header",
                "HttpHeaderConfig": {"HttpHeaderName": "X-A", "Values": ["1"]},
            },
            "header X-A 1",
        ),
        (
            {
                "Field": "query-string",
                "QueryStringConfig": {"Values": [{"Key": "v", "Value": "2"}, {"Value": "x"}]},
            },
            "query v=2 or x",
        ),
        (
            {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}},
            "method GET",
        ),
        ({"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}}, "from 10.0.0.0/8"),
        ({"Field": "new-thing"}, "new-thing ?"),
    ],
)
def test_each_kind_of_condition_has_words(condition: dict[str, Any], words: str) -> None:
    assert conditions_words(rule(Conditions=[condition])) == words


def test_conditions_stand_together_and_the_default_takes_the_rest() -> None:
    both = rule(
        Conditions=[
            {"Field": "host-header", "Values": ["a"]},
            {"Field": "path-pattern", "Values": ["/"]},
        ]
    )
    assert conditions_words(both) == "host a, path /"
    assert conditions_words(rule(IsDefault=True)) == "everything else"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (forward((BLUE, 90), (GREEN, 10)), {BLUE: 90.0, GREEN: 10.0}),
        (forward((BLUE, 1), (GREEN, 3)), {BLUE: 25.0, GREEN: 75.0}),
        (forward((BLUE, None)), {BLUE: 100.0}),
        (forward((BLUE, 0), (GREEN, 0)), {BLUE: 0.0, GREEN: 0.0}),
        ({"Type": "forward", "TargetGroupArn": BLUE}, {BLUE: 100.0}),
        ({"Type": "redirect"}, {}),
    ],
)
def test_weights_are_shares_of_the_traffic(
    action: dict[str, Any], expected: dict[str, float]
) -> None:
    assert shares(made(action)) == expected


def test_actions_are_told_in_order() -> None:
    said = action_words(made({"Type": "authenticate-oidc"}, forward((BLUE, 90), (GREEN, 10))))
    assert said == "log in (oidc), then forward to blue 90 %, green 10 %"
    assert action_words(made({"Type": "forward", "TargetGroupArn": BLUE})) == "forward to blue"
    to = {
        "Protocol": "HTTPS",
        "Host": "#{host}",
        "Port": "443",
        "Path": "/#{path}",
        "StatusCode": "HTTP_301",
    }
    assert action_words(made({"Type": "redirect", "RedirectConfig": to})) == (
        "redirect to HTTPS://#{host}:443/#{path} (HTTP_301)"
    )
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}
    assert action_words(made(fixed)) == "answer 503"
    assert action_words(()) == ""


def test_the_rules_that_lead_to_a_group_stand_in_the_order_they_are_tried() -> None:
    listener = Listener(port=443, protocol="HTTPS")
    rules = (
        rule(forward((BLUE, 1)), priority="default", IsDefault=True),
        rule(forward((GREEN, 1)), priority="7"),
        rule(
            forward((BLUE, 90), (GREEN, 10)),
            priority="20",
            Conditions=[{"Field": "path-pattern", "Values": ["/b"]}],
        ),
        rule(forward((BLUE, 1)), priority="9"),
    )
    found = routes_to(BLUE, [(listener, rules)])
    assert [(route.rule.priority, route.weight) for route in found] == [
        ("9", 100.0), ("20", 90.0), ("default", 100.0),
    ]  # fmt: skip
    assert found[1].words == "HTTPS :443, path /b"


def test_a_listener_of_a_network_load_balancer_leads_there_by_its_default() -> None:
    action = {"Type": "forward", "TargetGroupArn": BLUE}
    listener = Listener(port=53, protocol="UDP", default_actions=made(action))
    (route,) = routes_to(BLUE, [(listener, ())])
    assert route.words == "UDP :53, everything else"
    assert routes_to(GREEN, [(listener, ())]) == ()
