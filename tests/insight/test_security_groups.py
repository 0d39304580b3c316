"""Whether security groups let a task through to a port, and what cannot be known."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from containerscope.insight.security_groups import (
    End,
    Reach,
    open_to_the_world,
    opens,
    passage,
)
from containerscope.model.ec2 import IpPermission, SecurityGroup

ALL_OUT = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
TASK = End(frozenset({"sg-task"}), "10.0.1.7")
MOUNT = End(frozenset({"sg-efs"}), "10.0.1.200")


def rule(port: int | None = 2049, protocol: str = "tcp", **who: Any) -> dict[str, Any]:
    return {"IpProtocol": protocol, "FromPort": port, "ToPort": port, **who}


def group(name: str, *into: dict[str, Any], out: tuple[dict[str, Any], ...] = (ALL_OUT,)) -> Any:
    return msgspec.convert(
        {"GroupId": name, "IpPermissions": list(into), "IpPermissionsEgress": list(out)},
        SecurityGroup,
    )


def reach(*into: dict[str, Any], source: End = TASK) -> Reach:
    return passage(2049, source, MOUNT, [group("sg-task"), group("sg-efs", *into)]).reach


FROM_TASK: dict[str, Any] = {"UserIdGroupPairs": [{"GroupId": "sg-task"}]}


@pytest.mark.parametrize(
    ("into", "expected"),
    [
        (rule(**FROM_TASK), Reach.OPEN),
        (rule(IpRanges=[{"CidrIp": "10.0.0.0/16"}]), Reach.OPEN),
        (rule(IpRanges=[{"CidrIp": "10.0.1.7/32"}]), Reach.OPEN),
        (rule(IpRanges=[{"CidrIp": "10.1.0.0/16"}]), Reach.CLOSED),
        (rule(UserIdGroupPairs=[{"GroupId": "sg-other"}]), Reach.CLOSED),
        (rule(443, **FROM_TASK), Reach.CLOSED),
        (rule(2049, "udp", **FROM_TASK), Reach.CLOSED),
        (rule(2049, "6", **FROM_TASK), Reach.OPEN),
        (rule(None, "-1", **FROM_TASK), Reach.OPEN),
        ({"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, **FROM_TASK}, Reach.OPEN),
        ({"IpProtocol": "tcp", "FromPort": 2050, "ToPort": 65535, **FROM_TASK}, Reach.CLOSED),
        (rule(PrefixListIds=[{"PrefixListId": "pl-1"}]), Reach.UNKNOWN),
        (rule(IpRanges=[{"CidrIp": "nonsense"}]), Reach.UNKNOWN),
        (rule(Ipv6Ranges=[{"CidrIpv6": "2001:db8::/32"}]), Reach.CLOSED),
        ({}, Reach.CLOSED),
    ],
)
def test_a_rule_opens_the_way_or_not(into: dict[str, Any], expected: Reach) -> None:
    assert reach(into) is expected


def test_one_rule_that_opens_is_enough_whatever_the_others_are() -> None:
    unknown = rule(PrefixListIds=[{"PrefixListId": "pl-1"}])
    assert reach(unknown, rule(443), rule(**FROM_TASK)) is Reach.OPEN


def test_an_address_that_is_not_known_leaves_a_range_open_to_doubt() -> None:
    nowhere = End(frozenset({"sg-task"}))
    assert reach(rule(IpRanges=[{"CidrIp": "10.0.0.0/16"}]), source=nowhere) is Reach.UNKNOWN
    assert reach(rule(IpRanges=[{"CidrIp": "0.0.0.0/0"}]), source=nowhere) is Reach.OPEN


def test_a_group_that_lets_nothing_out_closes_the_way_before_it_begins() -> None:
    closed = passage(
        2049, TASK, MOUNT, [group("sg-task", out=()), group("sg-efs", rule(**FROM_TASK))]
    )
    assert closed.reach is Reach.CLOSED
    assert closed.why == "sg-task lets nothing out on 2049"


def test_the_way_out_may_name_the_other_group() -> None:
    out = rule(UserIdGroupPairs=[{"GroupId": "sg-efs"}])
    groups = [group("sg-task", out=(out,)), group("sg-efs", rule(**FROM_TASK))]
    assert passage(2049, TASK, MOUNT, groups).reach is Reach.OPEN


def test_a_group_that_may_not_be_read_is_in_doubt_and_not_closed() -> None:
    missing = passage(2049, TASK, MOUNT, [group("sg-task"), None])
    assert (missing.reach, missing.why) == (Reach.UNKNOWN, "sg-efs could not be read")
    assert passage(2049, TASK, MOUNT, []).reach is Reach.UNKNOWN
    stranger = passage(2049, End(), MOUNT, [group("sg-efs", rule(**FROM_TASK))])
    assert stranger.reach is Reach.UNKNOWN
    assert passage(2049, End(), MOUNT, [group("sg-efs")]).reach is Reach.CLOSED


def test_a_second_group_that_is_read_may_open_what_the_first_leaves_in_doubt() -> None:
    mount = End(frozenset({"sg-efs", "sg-gone"}), "10.0.1.200")
    groups = [group("sg-task"), group("sg-efs", rule(**FROM_TASK))]
    assert passage(2049, TASK, mount, groups).reach is Reach.OPEN
    assert passage(2049, TASK, mount, [group("sg-task"), group("sg-efs")]).reach is Reach.UNKNOWN


def test_a_closed_way_says_who_is_not_let_in() -> None:
    closed = passage(2049, TASK, MOUNT, [group("sg-task"), group("sg-efs")])
    assert closed.why == "sg-efs does not let sg-task or 10.0.1.7 in on 2049"


def test_what_is_open_to_the_world_is_named() -> None:
    world = group("sg-w", rule(IpRanges=[{"CidrIp": "0.0.0.0/0"}]))
    six = group("sg-6", rule(Ipv6Ranges=[{"CidrIpv6": "::/0"}]))
    safe = group("sg-s", rule(443, IpRanges=[{"CidrIp": "0.0.0.0/0"}]), rule(**FROM_TASK))
    assert open_to_the_world([world, six, safe], 2049) == ("sg-w", "sg-6")


def test_a_rule_for_icmp_is_about_no_port() -> None:
    assert not opens(IpPermission(ip_protocol="icmp", from_port=-1, to_port=-1), 2049)
    assert not opens(IpPermission(), 2049)
