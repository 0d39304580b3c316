"""Kubernetes on the command line: workloads, several namespaces, logs."""

from __future__ import annotations

import json

import pytest

from containerscope.cli.exits import Exit
from containerscope.demo.server import RunningServer
from tests.cli.conftest import Shell

PLATFORM = ("--cluster", "platform")


def test_logs_of_a_workload_are_merged_and_one_container_can_be_chosen(
    shell: Shell, aws: RunningServer
) -> None:
    ran = shell("logs", "deploy/storefront", *PLATFORM, "-o", "json", "-c", "storefront")
    assert (ran.code, ran.err) == (Exit.DONE, "")
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert {line["source"].rpartition("/")[2] for line in lines} == {"storefront"}
    assert len({line["source"] for line in lines}) > 1
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)

    ran = shell("logs", "deployment", "storefront", *PLATFORM, "-c", "nope")
    assert ran.code == Exit.USAGE
    assert "there are storefront, aws-otel-collector" in ran.err


def test_the_logs_before_a_restart_end_as_the_container_did(
    shell: Shell, aws: RunningServer
) -> None:
    pods = shell("get", "pods", *PLATFORM, "-o", "name", "--filter", "health:CrashLoop checkout")
    name = pods.out.split()[0]
    ran = shell("logs", "pod", name, *PLATFORM, "--previous", "-c", "checkout")
    assert (ran.code, ran.err) == (Exit.DONE, "")
    assert "panic" in ran.out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("logs", "pods"), "a resource and a name"),
        (("logs", "pod/web", "-p", "-f"), "--previous has ended"),
        (("logs", "service/web", "-p"), "--previous is of pods"),
        (("get", "targets", "--cluster", "a,b"), "one cluster at a time"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(
    shell: Shell, line: tuple[str, ...], said: str
) -> None:
    ran = shell(*line)
    assert ran.code == Exit.USAGE
    assert said in " ".join(ran.err.split())


def test_workloads_of_both_worlds_are_printed_and_one_object_is_asked_for_by_name(
    shell: Shell, aws: RunningServer
) -> None:
    ran = shell("get", "workloads", "--filter", "payments")
    assert ran.code == Exit.DONE
    assert [line.split()[0] for line in ran.out.splitlines()[1:]] == ["checkout", "platform"]
    ran = shell(
        "get", "pods", "cart-db-0", "--cluster", "platform,sandbox", "--namespace", "shop,data"
    )
    assert ran.code == Exit.DONE
    assert len(ran.out.splitlines()) == 2
