"""`find` and `can` as a script sees them: what they print, where, and with which code they end."""

from __future__ import annotations

import json

from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from tests.cli.conftest import Shell


def test_find_says_what_a_file_system_belongs_to_and_where_it_looked(
    shell: Shell, aws: RunningServer
) -> None:
    ran = shell("find", "fs-08cfeafdcd9430cf7")
    assert ran.code == 0
    assert "feature-store" in ran.out
    assert "uses it as volume shared" in ran.out
    assert "looked through" in ran.err
    assert "looked" not in ran.out


def test_find_prints_json_with_where_it_looked(shell: Shell, aws: RunningServer) -> None:
    ran = shell("find", "arn:aws:iam::123456789012:role/cart-task", "-o", "json")
    found = json.loads(ran.out)
    assert {each["kind"] for each in found["items"]} == {"role", "service", "task definition"}
    assert any(words.startswith("roles: ") for words in found["looked"])


def test_find_fails_where_nothing_is_called_that(shell: Shell, aws: RunningServer) -> None:
    ran = shell("find", "i-0123456789abcdef0")
    assert (ran.code, ran.out) == (1, "")
    assert "nothing found for 'i-0123456789abcdef0'" in ran.err


def test_find_is_incomplete_where_a_place_was_denied(shell: Shell, aws: RunningServer) -> None:
    aws.faults.append(Fault(kind="denied", operation="DescribeFileSystems"))
    ran = shell("find", "fs-08cfeafdcd9430cf7")
    assert ran.code == 3
    assert "elasticfilesystem:DescribeFileSystems" in ran.err


def test_can_answers_with_yes_and_no(shell: Shell, aws: RunningServer) -> None:
    yes = shell("can", "cart-task", "s3:GetObject", "arn:aws:s3:::shop-cart/x")
    assert yes.code == 0
    assert "? yes: policy" in yes.out
    no = shell("can", "cart-task", "iam:CreateUser")
    assert no.code == 1
    assert "? no, nothing allows it" in no.out


def test_can_evaluates_by_itself_where_simulation_is_denied(
    shell: Shell, aws: RunningServer
) -> None:
    aws.faults.append(Fault(kind="denied", operation="SimulatePrincipalPolicy"))
    ran = shell("can", "cart-task", "s3:GetObject", "arn:aws:s3:::shop-cart/x")
    assert ran.code == 0
    assert "Not seen: service and resource control policies" in ran.out
