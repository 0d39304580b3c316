"""Which task a target is, whether traffic reaches it, and why not."""

from __future__ import annotations

from typing import Any

import botocore.loaders
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from containerscope.insight.target_health import (
    Group,
    arn_name,
    group_verdict,
    groups_of,
    healthy_count,
    joined,
    stranger_verdict,
    strangers,
    target_verdict,
    traffic_verdict,
)
from containerscope.insight.target_reasons import REASONS
from containerscope.model.ecs import ContainerInstance
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_task import TaskWhole
from containerscope.model.elb import TargetGroup, TargetHealthDescription
from containerscope.model.health import Level

TG = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/cart/943f017f100becff"
GREEN = TG.replace("/cart/", "/cart-green/")
INSTANCE = "arn:aws:ecs:eu-west-1:123456789012:container-instance/edge/0a"


def target(
    address: str = "10.0.1.7",
    state: str = "healthy",
    reason: str = "",
    port: int = 8080,
    said: str = "",
    **more: Any,
) -> TargetHealthDescription:
    return msgspec.convert(
        {
            "Target": {"Id": address, "Port": port},
            "TargetHealth": {"State": state, "Reason": reason or None, "Description": said or None},
            **more,
        },
        TargetHealthDescription,
    )


def group(*targets: TargetHealthDescription, kind: str = "ip", used: bool = True) -> Group:
    found = TargetGroup(
        target_group_arn=TG,
        target_group_name="cart",
        target_type=kind,
        load_balancer_arns=("alb",) if used else (),
    )
    return Group(found, targets)


def task(address: str = "10.0.1.7", status: str = "RUNNING", **more: Any) -> TaskWhole:
    details = [{"name": "privateIPv4Address", "value": address}]
    return msgspec.convert(
        {
            "taskArn": f"arn:aws:ecs:eu-west-1:123456789012:task/checkout/{address}",
            "lastStatus": status,
            "attachments": [{"type": "ElasticNetworkInterface", "details": details}],
            **more,
        },
        TaskWhole,
    )


def on_instance(port: int, name: str = "web") -> TaskWhole:
    binding = {"containerPort": 80, "hostPort": port}
    return task(
        "",
        attachments=[],
        containerInstanceArn=INSTANCE,
        taskArn=f"task-{port}",
        containers=[{"name": name, "networkBindings": [binding]}],
    )


HOST = ContainerInstance(container_instance_arn=INSTANCE, ec2_instance_id="i-0abc")


def test_every_reason_of_the_api_is_explained_and_no_other() -> None:
    shapes = botocore.loaders.Loader().load_service_model("elbv2", "service-2")["shapes"]
    assert set(REASONS) == set(shapes["TargetHealthReasonEnum"]["enum"])
    for reason in REASONS.values():
        assert reason.cause.endswith(".")
        assert not reason.fix or reason.fix.endswith(".")


@pytest.mark.parametrize("state", [
    "initial", "healthy", "unhealthy", "unhealthy.draining", "unused", "draining", "unavailable",
])  # fmt: skip
def test_every_state_of_the_api_has_a_level(state: str) -> None:
    assert target_verdict(group(), target(state=state)).level > Level.NONE


@pytest.mark.parametrize(
    ("state", "reason", "said", "level", "words"),
    [
        ("healthy", "", "", Level.FINE, ""),
        (
            "unhealthy",
            "Target.ResponseCodeMismatch",
            "Health checks failed with these codes: [502]",
            Level.FAILED,
            "unhealthy: answers 502",
        ),
        (
            "unhealthy",
            "Target.ResponseCodeMismatch",
            "Health checks failed with these codes: [404,502]",
            Level.FAILED,
            "unhealthy: answers 404, 502",
        ),
        ("unhealthy", "Target.Timeout", "Request timed out", Level.FAILED, "unhealthy: times out"),
        ("draining", "Target.DeregistrationInProgress", "", Level.PROGRESS, "draining"),
        (
            "initial",
            "Elb.InitialHealthChecking",
            "",
            Level.PROGRESS,
            "initial: first health checks",
        ),
        ("unused", "Target.NotInUse", "", Level.WARNING, "unused: not in use"),
        ("unhealthy", "Target.Brandnew", "odd", Level.FAILED, "Target.Brandnew"),
        ("weird", "", "", Level.NONE, "weird"),
    ],
)
def test_a_target_says_its_state_and_why(
    state: str, reason: str, said: str, level: Level, words: str
) -> None:
    verdict = target_verdict(group(), target(state=state, reason=reason, said=said))
    assert (verdict.level, verdict.words) == (level, words)


def test_draining_says_how_long_it_may_take() -> None:
    slow = msgspec.structs.replace(group(), drain_seconds=120)
    draining = target(state="draining", reason="Target.DeregistrationInProgress")
    assert "It may take 120 s." in target_verdict(slow, draining).cause


def test_a_zonal_shift_and_an_anomaly_are_named() -> None:
    shifted = target(AdministrativeOverride={"State": "zonal_shift_active_to_fail_away"})
    assert target_verdict(group(), shifted).words == "zonal shift"
    odd = target(AnomalyDetection={"Result": "anomalous", "MitigationInEffect": "yes"})
    assert target_verdict(group(), odd).words == "anomalous"


def test_an_address_leads_to_its_task() -> None:
    mine, other = task("10.0.1.7"), task("10.0.1.8")
    (found,) = joined([group(target("10.0.1.7"))], [other, mine])
    assert found.task is mine
    assert found.address == "10.0.1.7:8080"


def test_an_ipv6_address_leads_to_its_task_too() -> None:
    mine = task(
        "10.0.1.7",
        containers=[{"name": "app", "networkInterfaces": [{"ipv6Address": "2001:db8::7"}]}],
    )
    (found,) = joined([group(target("2001:db8::7"))], [mine])
    assert found.task is mine
    assert found.address == "[2001:db8::7]:8080"


def test_an_instance_and_its_port_lead_to_the_task_that_holds_the_port() -> None:
    first, second = on_instance(32768), on_instance(32769, "api")
    found = joined(
        [group(target("i-0abc", port=32769), target("i-0abc", port=40000), kind="instance")],
        [first, second],
        [HOST],
    )
    assert [(each.task, each.container) for each in found] == [(second, "api"), (None, "")]


def test_without_container_instances_an_instance_target_stays_unknown() -> None:
    (found,) = joined([group(target("i-0abc", port=1), kind="instance")], [on_instance(1)])
    assert found.task is None


def test_a_running_task_stands_before_a_stopped_one_of_the_same_address() -> None:
    dead, alive = task(status="STOPPED"), task()
    for order in ([dead, alive], [alive, dead]):
        (found,) = joined([group(target())], order)
        assert found.task is alive


def test_a_target_that_belongs_to_no_task_is_flagged_unless_it_drains() -> None:
    found = joined(
        [group(target("10.9.9.9"), target("10.9.9.8", "draining"), target("10.0.1.7"))], [task()]
    )
    (stranger,) = strangers(found)
    assert stranger.address == "10.9.9.9:8080"
    verdict = stranger_verdict(stranger)
    assert "10.9.9.9:8080 is in cart, but no task" in verdict.cause
    assert verdict.level is Level.WARNING


def traffic(*targets: TargetHealthDescription, status: str = "RUNNING", used: bool = True) -> Any:
    one = group(*targets, used=used)
    mine = task(status=status)
    return traffic_verdict(mine, joined([one], [mine]), [one])


def test_a_task_that_runs_without_traffic_says_so_with_the_code() -> None:
    sick = target(
        state="unhealthy",
        reason="Target.ResponseCodeMismatch",
        said="Health checks failed with these codes: [502]",
    )
    verdict = traffic(sick)
    assert verdict.words == "running, but not receiving traffic: 502"
    assert verdict.level is Level.FAILED
    slow = traffic(target(state="unhealthy", reason="Target.Timeout"))
    assert slow.words == "running, but not receiving traffic: times out"


def test_a_task_that_no_group_knows_is_not_receiving_traffic() -> None:
    verdict = traffic(used=True)
    assert verdict.words == "running, but not receiving traffic: not registered"
    assert verdict.cause == "No target of cart is this task."


def test_a_task_is_quiet_where_there_is_nothing_to_say() -> None:
    assert traffic(target()).words == "receiving traffic"
    assert traffic(used=False).level is Level.NONE
    assert traffic(status="STOPPED").level is Level.NONE
    assert traffic(target(state="initial", reason="Elb.InitialHealthChecking")).level is (
        Level.PROGRESS
    )


def test_the_groups_of_a_service_have_their_roles() -> None:
    service = msgspec.convert(
        {
            "loadBalancers": [
                {
                    "targetGroupArn": TG,
                    "containerName": "app",
                    "containerPort": 8080,
                    "advancedConfiguration": {
                        "alternateTargetGroupArn": GREEN,
                        "productionListenerRule": "prod-rule",
                        "testListenerRule": "test-rule",
                    },
                },
                {"loadBalancerName": "classic"},
            ]
        },
        Service,
    )
    blue, green = groups_of(service)
    assert (blue.arn, blue.role, green.arn, green.role) == (TG, "production", GREEN, "alternate")
    assert (blue.container, blue.port) == ("app", 8080)
    assert (green.production_rule, green.test_rule) == ("prod-rule", "test-rule")
    assert groups_of(Service()) == ()


@pytest.mark.parametrize(
    ("found", "level", "words"),
    [
        (group(target()), Level.FINE, ""),
        (group(target(), target(state="initial")), Level.PROGRESS, "1 of 2 healthy"),
        (group(target(), target(state="unhealthy")), Level.WARNING, "1 of 2 healthy"),
        (group(target(state="unhealthy")), Level.FAILED, "0 of 1 healthy"),
        (group(target(state="draining")), Level.WARNING, "no targets"),
        (group(target(), used=False), Level.NONE, "not in use"),
    ],
)
def test_a_group_says_how_it_does(found: Group, level: Level, words: str) -> None:
    verdict = group_verdict(found)
    assert (verdict.level, verdict.words) == (level, words)


def test_draining_targets_do_not_count() -> None:
    assert healthy_count((target(), target(state="draining"), target(state="unused"))) == (1, 2)


@pytest.mark.parametrize(
    ("name", "expected"), [(TG, "cart"), ("cart", "cart"), (None, ""), ("arn:aws:x", "arn:aws:x")]
)
def test_a_group_is_named_by_its_arn(name: str | None, expected: str) -> None:
    assert arn_name(name) == expected


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_any_state_and_reason_is_told(state: str, reason: str, said: str) -> None:
    traffic(target(state=state, reason=reason, said=said))
