"""What a session needs: each thing that is lacking is named with what mends it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from containerscope.insight.iam_access import Answer
from containerscope.insight.preflight import CHANNELS, ExecFacts, WayOut, blocked, exec_checks
from containerscope.insight.session_plans import (
    LiveHost,
    LivePod,
    exec_target,
    host_checks,
    plan_attach,
    plan_debug,
    plan_exec,
    plan_pod_exec,
    pod_checks,
)
from containerscope.model.ecs_task import TaskWhole
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.model.health import Level
from containerscope.model.kube_pod import Pod

ROLE = "arn:aws:iam::1:role/web-task"
GOOD: dict[str, Any] = {
    "taskArn": "arn:aws:ecs:eu-west-1:1:task/shop/0123456789abcdef",
    "group": "service:web",
    "lastStatus": "RUNNING",
    "enableExecuteCommand": True,
    "platformVersion": "1.4.0",
    "platformFamily": "Linux",
    "containers": [
        {
            "name": "web",
            "lastStatus": "RUNNING",
            "runtimeId": "0123456789abcdef-77",
            "managedAgents": [{"name": "ExecuteCommandAgent", "lastStatus": "RUNNING"}],
        }
    ],
}


def facts(*, root: bool = False, role: str | None = ROLE, **changes: Any) -> ExecFacts:
    """A container that can be entered, but for the changes to it and its task."""
    own = {name: changes.pop(name) for name in ("agent", "status") if name in changes}
    task: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(GOOD))
    if "agent" in own:
        task["containers"][0]["managedAgents"] = own["agent"]
    if "status" in own:
        task["containers"][0]["lastStatus"] = own["status"]
    given = {name: changes.pop(name) for name in list(changes) if name in task}
    definition = {
        "taskRoleArn": role,
        "containerDefinitions": [{"name": "web", "readonlyRootFilesystem": root}],
    }
    return ExecFacts(
        **{
            "cluster": "shop",
            "task": msgspec.convert({**task, **given}, TaskWhole),
            "container": "web",
            "definition": msgspec.convert(definition, TaskDefinition),
            "allowed": dict.fromkeys(CHANNELS, Answer.ALLOWED),
            "way_out": WayOut(True, "through nat-1", "vpc-1"),
            "plugin": "/bin/session-manager-plugin",
            "region": "eu-west-1",
            **changes,
        }
    )


def agent(status: str, reason: str = "") -> list[dict[str, str]]:
    return [{"name": "ExecuteCommandAgent", "lastStatus": status, "reason": reason}]


LACKING: list[tuple[ExecFacts, str, str, bool]] = [
    (facts(lastStatus="STOPPED"), "the task is stopped", "choose another", True),
    (facts(container="db"), "no container db", "it has web", True),
    (facts(status="STOPPED"), "container web is stopped", "its logs say why", True),
    (facts(enableExecuteCommand=False), "started without ECS Exec",
     "aws ecs update-service --cluster shop --service web --enable-execute-command "
     "--force-new-deployment", True),
    (facts(enableExecuteCommand=False, group="family:x"), "started without ECS Exec",
     "run it again with --enable-execute-command", True),
    (facts(agent=agent("PENDING")), "still starting", "wait some seconds", True),
    (facts(agent=agent("STOPPED", "no route")), "of web is stopped: no route",
     "stop the task so that a new one starts", True),
    (facts(agent=[]), "of web is not there", "see role and network", True),
    (facts(role=None), "the task has no role", "give it a taskRoleArn", False),
    (facts(allowed={**dict.fromkeys(CHANNELS, Answer.ALLOWED),
                    CHANNELS[1]: Answer.NOT_ALLOWED}),
     "web-task does not allow ssmmessages:CreateDataChannel",
     'allow on "*": ssmmessages:CreateDataChannel', False),
    (facts(key="arn:aws:kms:eu-west-1:1:key/k",
           allowed={**dict.fromkeys(CHANNELS, Answer.ALLOWED), "kms:Decrypt": Answer.DENIED}),
     "web-task may not kms:Decrypt", "allow kms:Decrypt on arn:aws:kms:eu-west-1:1:key/k", False),
    (facts(way_out=WayOut(False, "subnet-1 has neither an endpoint", "vpc-1")),
     "neither an endpoint",
     "make an interface endpoint for com.amazonaws.eu-west-1.ssmmessages in vpc-1", False),
    (facts(root=True), "the root filesystem of web is read-only",
     "set readonlyRootFilesystem to false", False),
    (facts(platformVersion="1.3.0"), "Fargate platform 1.3.0 is older than 1.4.0",
     "--platform-version 1.4.0", True),
    (facts(plugin=""), "session-manager-plugin is not on the PATH", "install it", True),
]  # fmt: skip


@pytest.mark.parametrize(("found", "words", "fix", "needed"), LACKING)
def test_what_is_lacking_has_its_sentence_and_its_fix(
    found: ExecFacts, words: str, fix: str, needed: bool
) -> None:
    checks = exec_checks(found)
    failed = [check for check in checks if check.passed is False]
    assert any(words in check.words and fix in check.fix for check in failed)
    step = plan_exec(found, "env")
    assert (step.request is None) is needed
    told = step.refused if needed else " ".join(note.words for note in step.notes)
    assert words in told
    assert fix in told


def test_where_nothing_is_lacking_everything_is_said_and_the_command_sent() -> None:
    step = plan_exec(facts(), "  env ")
    assert [note.level for note in step.notes] == [Level.FINE] * 8
    assert step.request is not None
    assert dict(step.opened.params) == {
        "cluster": "shop",
        "task": GOOD["taskArn"],
        "container": "web",
        "command": "env",
        "interactive": True,
    }
    assert step.mark == exec_target(facts()) == "ecs:shop_0123456789abcdef_0123456789abcdef-77"
    assert step.after == "opens env in web/0123456789ab web"


def test_what_could_not_be_read_is_not_called_lacking() -> None:
    unread = facts(definition=None, allowed={}, unread="denied", way_out=WayOut(None, "denied"))
    checks = {check.name: check.passed for check in exec_checks(unread)}
    assert (checks["task role"], checks["network"], checks["root filesystem"]) == (None,) * 3
    assert blocked(exec_checks(unread)) == ""


def test_windows_has_another_first_platform() -> None:
    old = facts(platformVersion="1.0.0", platformFamily="WINDOWS_SERVER_2022_CORE")
    assert blocked(exec_checks(old)) == ""


def pod(phase: str = "Running", state: Any = None, **spec: Any) -> LivePod:
    body = {
        "metadata": {"name": "web-0", "namespace": "shop", "uid": "u"},
        "spec": {"containers": [{"name": "web", **spec}]},
        "status": {
            "phase": phase,
            "containerStatuses": [{"name": "web", "state": state or {"running": {}}}],
        },
    }
    return LivePod(msgspec.convert(body, Pod), "sandbox", "web")


def test_a_pod_must_run_and_so_must_its_container() -> None:
    assert blocked(pod_checks(pod())) == ""
    assert "the pod is succeeded" in blocked(pod_checks(pod("Succeeded")))
    waits = {"waiting": {"reason": "CrashLoopBackOff"}}
    assert "does not run: CrashLoopBackOff" in blocked(pod_checks(pod(state=waits)))
    assert "the pod has no container db – it has web" in blocked(
        pod_checks(LivePod(pod().pod, "sandbox", "db"))
    )


def test_of_a_pod_the_best_shell_is_taken_and_attaching_follows_the_container() -> None:
    step = plan_pod_exec(pod(), ())
    assert step.opened.changes["command"][:2] == ["sh", "-c"]
    assert step.after == "opens a shell in web-0 web"
    attached = plan_attach(pod(stdin=True, tty=True)).opened
    assert dict(attached.changes) == {"stdin": True, "tty": True}
    quiet = plan_attach(pod()).opened
    assert dict(quiet.changes) == {"stdin": False, "tty": False}


def test_a_debug_container_targets_the_one_that_is_meant() -> None:
    crashed = pod(state={"waiting": {"reason": "CrashLoopBackOff"}})
    request = plan_debug(crashed, "").opened
    assert request.where["container"] == "web"
    assert dict(request.changes) == {"image": "busybox:1.37", "name": "debugger-1"}
    assert plan_debug(pod("Failed"), "").request is None


@pytest.mark.parametrize(
    ("live", "words"),
    [
        (LiveHost("fargate-10", "fargate-10"), "no EC2 instance"),
        (LiveHost("i-1", "n", ping="", plugin="p"), "never called – attach AmazonSSMManaged"),
        (LiveHost("i-1", "n", ping="ConnectionLost", plugin="p"), "agent is ConnectionLost"),
        (LiveHost("i-1", "n", ping="Online"), "not on the PATH"),
        (LiveHost("i-1", "n", ping="Online", plugin="p"), ""),
        (LiveHost("i-1", "n", ping=None, unread="denied", plugin="p"), ""),
    ],
)
def test_an_instance_must_have_called_session_manager(live: LiveHost, words: str) -> None:
    said = blocked(host_checks(live))
    assert (words in said) if words else said == ""
