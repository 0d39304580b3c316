"""Changes from the command line, against a demo account that counts what reaches it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from containerscope.action_log import ActionLog
from containerscope.cli.verbs import VERBS
from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from containerscope.resource import Platform
from containerscope.resources import all_resources
from tests.cli.conftest import Shell

_READS = ("List", "Describe", "Get")


def changes(aws: RunningServer) -> list[str]:
    """The changing calls that arrived."""
    return [each.operation for each in aws.requests if not each.operation.startswith(_READS)]


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


def test_every_action_of_ecs_and_eks_has_a_verb_and_every_verb_an_action() -> None:
    aws = (each for each in all_resources().values() if each.platform is not Platform.KUBERNETES)
    actions = {action.id for each in aws for action in each.actions if not action.opens}
    assert actions <= {verb.name for verb in VERBS}
    every = {action.id for each in all_resources().values() for action in each.actions}
    assert {verb.name for verb in VERBS} <= every


def test_what_has_no_key_has_a_verb(shell: Shell, aws: RunningServer) -> None:
    world = aws.account.world
    machine = next(iter(world.clusters["edge"].instances.values()))
    task = next(iter(world.clusters["checkout"].services["cart"].tasks))
    group = "eks:UpdateNodegroupConfig"
    bounds = "application-autoscaling:RegisterScalableTarget"
    state = "ecs:UpdateContainerInstancesState"
    expected: list[tuple[str, str, list[str], dict[str, Any]]] = [
        ("run service cart", "checkout", ["ecs:RunTask"], {"startedBy": "containerscope"}),
        ("run taskdef cart --as-in checkout/cart", "checkout", ["ecs:RunTask"], {"count": 1}),
        ("set-bounds service cart 3-41", "checkout", [bounds], {"MinCapacity": 3}),
        ("suspend-scaling service cart orders", "checkout", [bounds] * 2, {}),
        (f"protect task {task}", "checkout", ["ecs:UpdateTaskProtection"], {}),
        (f"drain instance {machine.id}", "edge", [state], {"status": "DRAINING"}),
        (f"drain instance {machine.ec2_id}", "edge", [state], {"status": "DRAINING"}),
        ("set-unavailable nodegroup system 20%", "platform", [group], {
            "updateConfig": {"maxUnavailablePercentage": 20}}),
        ("set-unavailable node-group system 2", "platform", [group], {}),
        ("scale ng system 4", "platform", [group], {"scalingConfig": {"desiredSize": 4}}),
    ]  # fmt: skip
    for words, cluster, names, changed in expected:
        ran = shell(*words.split(), "--dry-run", "--cluster", cluster)
        assert ran.code == 0, (words, ran.err)
        calls = [json.loads(line) for line in ran.out.splitlines()]
        assert [each["call"] for each in calls] == names
        assert all(each["parameters"].items() >= changed.items() for each in calls)
    assert changes(aws) == []


def test_what_is_followed_says_how_it_ends(shell: Shell, aws: RunningServer) -> None:
    ran = shell("suspend-scaling", "service", "cart", "--cluster", "checkout", "--yes", "--wait")
    assert ran.code == 0
    assert "cart: its scaling is suspended" in ran.err
    assert changes(aws) == ["RegisterScalableTarget"]
    ran = shell("suspend-scaling", "service", "cart", "--cluster", "checkout", "--yes", "--wait")
    assert ran.code == 1
    assert "its scaling is suspended already" in ran.err
    assert [each.phase for each in log().read()] == ["begun", "done", "ended"]


def test_of_several_each_has_its_result_and_one_that_fails_is_a_failure(
    shell: Shell, aws: RunningServer
) -> None:
    aws.faults.append(Fault(kind="denied", operation="UpdateService", where={"service": "orders"}))
    ran = shell(*["restart", "service", "cart", "orders", "cart", "--cluster", "checkout", "--yes"])
    assert ran.code == 1
    assert changes(aws) == ["UpdateService"] * 2
    assert "cart: sent" in ran.err
    assert "orders: denied" in ran.err


def test_what_a_verb_does_not_take_is_a_usage_error(shell: Shell, aws: RunningServer) -> None:
    for words, said in (
        ("scale service cart x", "'x' is no number"),
        ("run service cart --as-in checkout/cart", "takes no --as-in"),
        ("protect service cart", "protect takes task"),
        ("continue service-deployment abc", "service-deployments needs --cluster and --service"),
        ("rollback service cart orders", ""),
    ):
        ran = shell(*words.split(), "--yes")
        assert (ran.code, said in ran.err) == (2, True), ran.err
    assert changes(aws) == []
