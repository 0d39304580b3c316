"""Faults as they are written, as they hit, and as clients meet them on the wire."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from botocore.exceptions import HTTPClientError

from containerscope.demo.buckets import Buckets, buckets_of
from containerscope.demo.clock import StillClock
from containerscope.demo.faults import KINDS, Fault, Faults, parse
from containerscope.demo.operations import OPERATIONS
from containerscope.demo.server import RunningServer
from tests.demo.conftest import Connect
from tests.demo.test_server import error_of


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("expired", Fault(kind="expired")),
        ("denied:ecs", Fault(kind="denied", service="ecs")),
        ("denied:ecs:ListTasks", Fault(kind="denied", service="ecs", operation="ListTasks")),
        ("denied::,cause=scp", Fault(kind="denied", cause="scp")),
        ("slow:eks,seconds=200ms,jitter=1.5s",
         Fault(kind="slow", service="eks", seconds=0.2, jitter=1.5)),
        ("broken,rate=25%,times=3", Fault(kind="broken", rate=0.25, times=3)),
        ("buckets,share=0.5", Fault(kind="buckets", share=0.5)),
        ("skewed", Fault(kind="skewed", seconds=900)),
        ("skewed,seconds=-60", Fault(kind="skewed", seconds=-60)),
        ("throttled:ecs:ListServices,where.cluster=edge",
         Fault(kind="throttled", service="ecs", operation="ListServices",
               where={"cluster": "edge"})),
    ],
)  # fmt: skip
def test_a_fault_is_written_in_a_line(spec: str, fault: Fault) -> None:
    assert parse(spec, OPERATIONS) == fault


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("denid", "there is no kind of fault 'denid'; did you mean denied?"),
        ("", "there is no kind of fault ''; there are denied, throttled, broken, expired"),
        ("slow:ecsx", "there is no service 'ecsx'; did you mean ecs?"),
        ("slow:ecs:ListTask", "there is no operation of ecs 'ListTask'; did you mean ListTasks?"),
        ("slow:ecs:ListTasks:now", "too many parts; allowed is KIND:SERVICE:OPERATION"),
        ("slow,2", "'2' is not NAME=VALUE"),
        ("slow,second=2", "there is no name 'second'; did you mean seconds?"),
        ("slow,seconds=soon", "seconds=soon is not a number"),
        ("slow,jitter=-1", "jitter=-1 is out of range"),
        ("slow,seconds=inf", "seconds=inf is out of range"),
        ("broken,rate=120%", "allowed is a share, from 0% to 100%"),
        ("broken,times=1.5", "times=1.5 is not a whole number"),
        ("denied,cause=fate", "there is no cause 'fate'"),
    ],
)
def test_a_fault_that_makes_no_sense_is_said_to(spec: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        parse(spec, OPERATIONS)


def test_a_rate_hits_its_share_of_the_calls_and_the_same_ones_each_time() -> None:
    def hits() -> list[bool]:
        faults = Faults([Fault(kind="broken", rate=0.3)], seed=7)
        return [bool(faults.take("ecs", "ListTasks", {})) for _ in range(1000)]

    assert hits() == hits()
    assert 250 < sum(hits()) < 350


def test_slowness_and_an_error_hit_the_same_call() -> None:
    slow, denied, other = (Fault(kind=kind, times=1) for kind in ("slow", "denied", "broken"))
    faults = Faults([slow, denied, other])
    assert [each.kind for each in faults.take("ecs", "ListTasks", {})] == ["slow", "denied"]
    assert [each.kind for each in faults.take("ecs", "ListTasks", {})] == ["broken"]


def test_jitter_adds_at_most_what_it_says() -> None:
    faults = Faults()
    rule = Fault(kind="slow", seconds=1, jitter=0.5)
    waits = {faults.delay(rule) for _ in range(100)}
    assert len(waits) == 100
    assert 1 <= min(waits) < max(waits) <= 1.5


async def test_a_slow_call_goes_on_when_its_rule_is_taken_away() -> None:
    faults = Faults()
    rule = Fault(kind="slow", seconds=3600)
    with faults.during(rule):
        held = asyncio.ensure_future(faults.hold(rule))
        await asyncio.sleep(0)
        assert not held.done()
    await asyncio.wait_for(held, 20)


def test_faults_hold_for_the_length_of_a_block() -> None:
    before = Fault(kind="slow")
    faults = Faults([before])
    with faults.during(Fault(kind="expired")):
        assert [each.kind for each in faults] == ["expired", "slow"]
    assert faults == [before]


@pytest.mark.parametrize(
    ("cause", "because"),
    [
        ("identity", "because no identity-based policy allows the ecs:ListServices action"),
        ("deny", "with an explicit deny in an identity-based policy"),
        ("scp", "with an explicit deny in a service control policy"),
        ("boundary", "because no permissions boundary allows the ecs:ListServices action"),
        ("session", "because no session policy allows the ecs:ListServices action"),
    ],
)
async def test_a_denial_says_who_may_not_do_what_to_what_and_why(
    account: RunningServer, ecs: Any, cause: Any, because: str
) -> None:
    account.faults.append(Fault(kind="denied", cause=cause))
    error = await error_of(ecs.list_services(cluster="edge"))
    assert error.response["Error"]["Message"] == (
        "User: arn:aws:sts::123456789012:assumed-role/OpsRole/demo is not authorized to perform: "
        f"ecs:ListServices on resource: arn:aws:ecs:eu-west-1:123456789012:cluster/edge {because}"
    )


async def test_a_denial_of_eks_names_the_node_group(account: RunningServer, eks: Any) -> None:
    account.faults.append(Fault(kind="denied"))
    error = await error_of(eks.describe_nodegroup(clusterName="platform", nodegroupName="gpu"))
    assert ":nodegroup/platform/gpu/* because" in error.response["Error"]["Message"]
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403


async def test_ec2_denies_in_words_of_its_own(account: RunningServer, connect: Connect) -> None:
    ec2 = await connect(account, "ec2")
    cases = {
        "denied": "UnauthorizedOperation",
        "throttled": "RequestLimitExceeded",
        "expired": "RequestExpired",
        "broken": "InternalError",
        "skewed": "AuthFailure",
    }
    for kind, code in cases.items():
        with account.faults.during(parse(kind)):
            error = await error_of(ec2.describe_subnets())
        assert error.response["Error"]["Code"] == code


async def test_a_truncated_answer_breaks_off(account: RunningServer, ecs: Any) -> None:
    with account.faults.during(Fault(kind="truncated")), pytest.raises(HTTPClientError):
        await ecs.list_clusters()
    assert (await ecs.list_clusters())["clusterArns"]


@pytest.mark.parametrize(("off", "says"), [(900, "Signature expired"), (-900, "not yet current")])
async def test_a_clock_that_is_minutes_off_refuses_signatures(
    account: RunningServer, connect: Connect, off: float, says: str
) -> None:
    account.faults.append(Fault(kind="skewed", seconds=off))
    for service, call, code in (
        ("ecs", "list_clusters", "InvalidSignatureException"),
        ("eks", "list_clusters", "InvalidSignatureException"),
        ("sts", "get_caller_identity", "SignatureDoesNotMatch"),
    ):
        error = await error_of(getattr(await connect(account, service), call)())
        assert error.response["Error"]["Code"] == code
        assert says in error.response["Error"]["Message"]
        assert "5 min.)" in error.response["Error"]["Message"]


async def test_a_clock_that_is_a_little_off_shows_in_the_date_alone(
    account: RunningServer, still_clock: StillClock, ecs: Any
) -> None:
    account.faults.append(Fault(kind="skewed", seconds=240))
    answer = await ecs.list_clusters()
    expected = (still_clock.now() + timedelta(seconds=240)).strftime("%H:%M:%S GMT")
    assert answer["ResponseMetadata"]["HTTPHeaders"]["date"].endswith(expected)


async def test_buckets_are_put_on_and_off_while_the_account_runs(
    account: RunningServer, still_clock: StillClock, ecs: Any
) -> None:
    rule = Fault(kind="buckets", service="ecs", share=0.1)
    with account.faults.during(rule):
        for _ in range(5):
            await ecs.list_clusters()
        error = await error_of(ecs.list_clusters())
        assert error.response["Error"]["Code"] == "ThrottlingException"
        assert (await ecs.list_services(cluster="edge"))["serviceArns"]
        still_clock.advance(1)
        assert (await ecs.list_clusters())["clusterArns"]
    assert (await ecs.list_clusters())["clusterArns"]


@pytest.mark.parametrize(
    ("service", "operation", "names"),
    [
        ("ecs", "UpdateService", ["service modify"]),
        ("ecs", "StopTask", ["cluster resource modify"]),
        ("ecs", "ListServicesByNamespace", ["namespace read"]),
        ("ecs", "DescribeDaemon", ["ecs"]),
        ("elbv2", "DescribeTargetHealth", ["elb", "elb read"]),
        ("elbv2", "RegisterTargets", ["elb", "elb registration"]),
        ("elbv2", "ModifyRule", ["elb", "elb modify"]),
        ("cloudwatch", "DescribeAlarms", ["DescribeAlarms"]),
        ("logs", "FilterLogEvents", ["FilterLogEvents"]),
        ("eks", "ListClusters", ["eks"]),
    ],
)
def test_each_operation_has_its_documented_bucket(
    service: str, operation: str, names: list[str]
) -> None:
    assert [each.name for each in buckets_of(service, operation)] == names


def test_buckets_fill_again_and_are_those_of_a_region() -> None:
    clock = StillClock()
    buckets = Buckets(clock)

    def taken(region: str) -> Iterator[bool]:
        while buckets.take("ecs", "UpdateService", region):
            yield True

    assert sum(taken("eu-west-1")) == 50
    assert sum(taken("us-east-1")) == 50
    clock.advance(2)
    assert sum(taken("eu-west-1")) == 10
    assert not buckets.take("ecs", "UpdateService", "eu-west-1", share=0)


async def test_faults_are_set_in_the_words_of_the_command_line_too(
    account: RunningServer, ecs: Any
) -> None:
    url = f"{account.url}/_demo/faults"
    async with aiohttp.ClientSession() as session:
        answer = await session.post(url, json=["denied:ecs:ListTasks", {"kind": "slow"}])
        assert [each["kind"] for each in await answer.json()] == ["denied", "slow"]
        refused = await session.post(url, json=["denied:ecs:ListTask"])
        assert refused.status == 400
        assert "did you mean ListTasks?" in await refused.text()
        assert (await session.post(url, data=b"{")).status == 400
    assert len(account.faults) == 2
    assert set(KINDS) >= {each.kind for each in account.faults}
