from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path

import pytest
import yaml

from containerscope.cli.exact import json_text, yaml_text
from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from tests.cli.conftest import Shell


def test_a_table_lists_the_services_of_all_clusters(shell: Shell, aws: RunningServer) -> None:
    ran = shell("get", "services")
    assert (ran.code, ran.err) == (0, "")
    head, *lines = ran.out.splitlines()
    assert head.startswith("CLUSTER    NAME")
    assert len(lines) == 25
    assert {line.split()[0] for line in lines} == {"checkout", "data", "edge"}
    assert "\x1b" not in ran.out


def test_global_flags_stand_before_or_after_the_command(shell: Shell, aws: RunningServer) -> None:
    before = shell("--cluster", "edge", "get", "svc", "-o", "name")
    after = shell("get", "svc", "-o", "name", "--cluster", "edge")
    assert before == after
    assert before.out.split() == ["geo-lookup", "image-resizer", "ingress", "log-shipper",
                                  "rtmp-relay"]  # fmt: skip
    last = shell("--cluster", "data", "get", "svc", "-o", "name", "--cluster", "edge")
    assert last == after


def test_json_is_one_object_under_the_names_of_the_api(shell: Shell, aws: RunningServer) -> None:
    ran = shell("get", "services", "--cluster", "checkout", "-o", "json")
    document = json.loads(ran.out)
    assert list(document) == ["resource", "scope", "complete", "problems", "fetchedAt", "items"]
    assert document["resource"] == "services"
    assert document["scope"] == {
        "account": "123456789012", "region": "eu-west-1", "cluster": "checkout",
    }  # fmt: skip
    assert document["complete"] is True
    assert document["problems"] == []
    assert document["fetchedAt"].endswith("Z")
    payments = next(x for x in document["items"] if x["serviceName"] == "payments")
    assert payments["desiredCount"] == 4
    assert payments["taskDefinition"].endswith(":task-definition/payments:88")


def test_yaml_and_csv_say_the_same(shell: Shell, aws: RunningServer) -> None:
    narrow = ("get", "services", "--cluster", "edge", "-o")
    items = json.loads(shell(*narrow, "json").out)["items"]
    assert yaml.safe_load(shell(*narrow, "yaml").out)["items"] == items
    rows = list(csv.DictReader(io.StringIO(shell(*narrow, "csv").out)))
    assert [row["name"] for row in rows] == [item["serviceName"] for item in items]


def test_a_named_item_is_read_again_whole_and_redacted(shell: Shell, aws: RunningServer) -> None:
    ran = shell("get", "service", "payments", "-o", "json")
    (item,) = json.loads(ran.out)["items"]
    assert item["serviceName"] == "payments"
    assert item["deployments"]
    assert aws.requests[-1].operation == "DescribeServices"
    assert aws.requests[-1].params["services"] in (["payments"], [item["serviceArn"]])


def test_an_arn_names_an_item_too(shell: Shell, aws: RunningServer) -> None:
    arn = "arn:aws:ecs:eu-west-1:123456789012:service/edge/ingress"
    assert shell("get", "services", arn, "-o", "name").out == "ingress\n"


def test_what_is_not_there_ends_with_1(shell: Shell, aws: RunningServer) -> None:
    ran = shell("get", "services", "nope")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "containerscope: there is no service 'nope' in eu-west-1\n"


def test_sort_and_filter_are_those_of_the_view(shell: Shell, aws: RunningServer) -> None:
    ran = shell("get", "services", "-o", "name", "--filter", "name:p", "--sort", "-name")
    names = ran.out.split()
    assert names
    assert names == sorted(names, reverse=True)
    wrong = shell("get", "services", "--sort", "nope")
    assert wrong.code == 2
    assert "nope" in wrong.err


def test_nothing_in_a_namespace_names_it(shell: Shell, aws: RunningServer) -> None:
    ran = shell("get", "pods", "--cluster", "platform", "--namespace", "nosuch")
    assert (ran.code, ran.err) == (0, "containerscope: No pods in nosuch of platform.\n")


def test_who_is_in_a_group_must_be_somebody(shell: Shell, aws: RunningServer) -> None:
    ran = shell("get", "services", "--as-group", "deployers")
    assert (ran.code, ran.out) == (2, "")
    assert "--as-group needs --as" in ran.err


def test_a_denied_part_leaves_the_rest_and_ends_with_3(shell: Shell, aws: RunningServer) -> None:
    aws.faults.append(
        Fault(kind="denied", service="ecs", operation="DescribeServices", where={"cluster": "data"})
    )
    ran = shell("get", "services", "-o", "json")
    document = json.loads(ran.out)
    assert ran.code == 3
    assert document["complete"] is False
    assert document["problems"][0]["why"] == "denied"
    assert document["problems"][0]["permission"] == "ecs:DescribeServices"
    denied = [item for item in document["items"] if item.get("missing") == "denied"]
    assert len(denied) == 6
    assert all(item["reason"] and item["name"] for item in denied)
    assert "denied: ecs:DescribeServices in data" in ran.err


def test_broken_calls_end_with_1(shell: Shell, aws: RunningServer) -> None:
    aws.faults.append(Fault(kind="denied", service="sts"))
    aws.faults.append(Fault(kind="expired", service="ecs"))
    ran = shell("get", "ecs")
    assert (ran.code, ran.out) == (1, "")
    assert "not signed in: ecs:ListClusters" in ran.err
    assert "No " not in ran.err
    named = shell("get", "ecs", "checkout")
    assert named.code == 1
    assert "there is no ECS cluster 'checkout' in what could be read" in named.err


def test_an_unknown_identity_is_no_problem_of_a_list(shell: Shell, aws: RunningServer) -> None:
    aws.faults.append(Fault(kind="denied", service="sts"))
    ran = shell("get", "ecs", "-o", "json")
    assert ran.code == 0
    assert "account" not in json.loads(ran.out)["scope"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("get", "svcs"), "there is no resource 'svcs'; did you mean svc"),
        (("get", "sdep", "--cluster", "c"), "service-deployments needs --service"),
        (("get", "used-by"), "used-by is opened from a row of the interface only"),
        (("get", "svc", "-o", "yaml", "--watch"), "--watch prints table, wide, json or name"),
        (("get",), "Missing argument 'RESOURCE'"),
        (("get", "svc", "-o", "xml"), "'xml' is not one of"),
        (("gett",), "No such command 'gett'"),
        (("--refresh", "0", "get", "svc"), "--refresh: 0 is out of range; allowed is"),
    ],
)
def test_wrong_usage_ends_with_2_before_any_call(
    shell: Shell, aws: RunningServer, arguments: tuple[str, ...], said: str
) -> None:
    ran = shell(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert aws.requests == []


def test_without_a_region_it_says_how_to_set_one(shell: Shell) -> None:
    ran = shell("get", "services")
    assert ran.code == 1
    assert "No AWS region is set" in ran.err
    assert "--region" in ran.err


def test_the_log_holds_calls_and_no_parameters(
    shell: Shell, aws: RunningServer, tmp_path: Path
) -> None:
    log = tmp_path / "calls.log"
    shell("get", "services", "--cluster", "edge", "--log-file", str(log))
    text = log.read_text(encoding="utf-8")
    assert " ecs:DescribeServices " in text
    assert all(line.endswith("ms ok") for line in text.splitlines())
    assert "edge" not in text
    assert "AKIADEMO" not in text
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_describe_prints_every_tab(shell: Shell, aws: RunningServer) -> None:
    ran = shell("describe", "service", "payments")
    assert ran.code == 0
    assert ran.out.startswith("service payments in checkout\n\n== ")
    assert "payments:88" in ran.out
    assert shell("describe", "service", "nope").code == 1


HOSTILE = "a\x1b[31m\u202eb\x7f\u200b\U000e0041\n\x00é日"


def test_json_escapes_what_a_terminal_would_act_on_and_stays_exact() -> None:
    for lines in (False, True):
        text = json_text({"name": HOSTILE, "n": [1, {}]}, lines=lines)
        assert json.loads(text) == {"name": HOSTILE, "n": [1, {}]}
        assert "é日" in text
        assert not {"\x1b", "\u202e", "\x7f", "\u200b", "\U000e0041", "\x00"} & set(text)
    assert "\n" not in text


def test_yaml_escapes_what_a_terminal_would_act_on_and_stays_exact() -> None:
    value = {"name": HOSTILE, "script": "one\ntwo\n", "\u202ekey": "x", "plain": "é"}
    text = yaml_text(value)
    assert yaml.safe_load(text) == value
    assert not {"\x1b", "\u202e", "\x7f", "\u200b", "\U000e0041", "\x00"} & set(text)
    assert "plain: é" in text
