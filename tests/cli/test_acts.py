"""Changes from the command line, against a demo account that counts what reaches it."""

from __future__ import annotations

import json
from pathlib import Path

import platformdirs
import pytest

from containerscope.action_log import ActionLog
from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from tests.cli.conftest import Shell

_WRITES = {"UpdateService", "StopTask", "StopServiceDeployment", "UpdateNodegroupConfig"}


def changes(aws: RunningServer) -> list[str]:
    """The changing calls that arrived."""
    return [each.operation for each in aws.requests if each.operation in _WRITES]


def log() -> ActionLog:
    """The log in the state folder of the test's home."""
    return ActionLog(platformdirs.user_state_path("containerscope", appauthor=False))


def test_a_service_is_scaled_and_it_is_written_down(shell: Shell, aws: RunningServer) -> None:
    ran = shell("scale", "service", "orders", "9", "--cluster", "checkout", "--yes")
    assert ran.code == 0
    assert ran.out == ""
    assert "orders: desired 12 → 9" in ran.err
    assert "3 tasks stop; 9 of 12 remain" in ran.err
    assert "orders: sent: desired 9" in ran.err
    assert changes(aws) == ["UpdateService"]
    assert [each.phase for each in log().read()] == ["begun", "done"]
    listed = json.loads(shell("get", "actions", "-o", "json").out)
    assert listed["items"][0]["begun"]["verb"] == "scale"


def test_without_yes_and_without_a_terminal_it_refuses(shell: Shell, aws: RunningServer) -> None:
    ran = shell("scale", "service", "orders", "9", "--cluster", "checkout")
    assert ran.code == 2
    assert "--yes is needed" in ran.err
    assert aws.requests == []


def test_a_dry_run_prints_the_call_and_sends_nothing(shell: Shell, aws: RunningServer) -> None:
    ran = shell("scale", "service", "orders", "9", "--cluster", "checkout", "--dry-run")
    assert ran.code == 0
    assert json.loads(ran.out) == {
        "call": "ecs:UpdateService",
        "parameters": {"cluster": "checkout", "service": "orders", "desiredCount": 9},
    }
    assert changes(aws) == []
    assert log().read() == ()


@pytest.mark.parametrize(
    "words",
    [
        ("scale", "service", "orders", "9"),
        ("restart", "service", "orders"),
        ("rollback", "service", "orders"),
        ("stop", "task", "abc"),
        ("scale", "nodegroup", "general", "3"),
    ],
    ids=lambda words: words[0],
)
def test_in_read_only_nothing_is_sent_at_all(
    shell: Shell, aws: RunningServer, words: tuple[str, ...]
) -> None:
    ran = shell(*words, "--yes", "--read-only", "--cluster", "checkout")
    assert ran.code == 1
    assert "read-only" in ran.err
    assert aws.requests == []


def test_a_denied_change_names_the_permission(shell: Shell, aws: RunningServer) -> None:
    aws.faults.append(Fault(kind="denied", operation="UpdateService"))
    ran = shell("restart", "service", "orders", "--cluster", "checkout", "--yes")
    assert ran.code == 1
    assert "orders: denied: denied: you may not ecs:UpdateService" in ran.err
    assert log().read()[-1].result == "denied"


def test_a_task_is_stopped_by_its_id(shell: Shell, aws: RunningServer) -> None:
    names = shell("get", "tasks", "--cluster", "edge", "-o", "name", "--filter", "status:RUNNING")
    one, two = names.out.split()[:2]
    ran = shell("stop", "task", one, two, "--cluster", "edge", "--yes")
    assert (ran.code, changes(aws)) == (0, ["StopTask", "StopTask"])


def test_without_a_cluster_it_is_looked_for(shell: Shell, aws: RunningServer) -> None:
    ran = shell("restart", "service", "geo-lookup", "--yes")
    assert (ran.code, changes(aws)) == (0, ["UpdateService"])


def test_a_service_goes_back_to_a_task_definition(shell: Shell, aws: RunningServer) -> None:
    ran = shell("rollback", "service", "orders", "--cluster", "checkout", "--to", "x:1", "--yes")
    assert ran.code == 2
    known = ran.err.rpartition("there are ")[2].split(",")[0].strip()
    ran = shell("rollback", "service", "orders", "--cluster", "checkout", "--to", known, "--yes")
    assert (ran.code, changes(aws)) == (0, ["UpdateService"])


def test_what_is_not_there_or_cannot_be_done_ends_with_1_or_2(
    shell: Shell, aws: RunningServer, tmp_path: Path
) -> None:
    assert shell("restart", "service", "nope", "--cluster", "checkout", "--yes").code == 1
    assert shell("restart", "service", "nope", "--yes").code == 1
    assert shell("scale", "service", "orders", "12", "--cluster", "checkout", "--yes").code == 1
    assert shell("stop", "service", "orders", "--yes").code == 2
    assert changes(aws) == []
