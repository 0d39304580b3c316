"""Commands in containers from the command line: their output, their exit code, what is written."""

from __future__ import annotations

import json
import os
from pathlib import Path

import platformdirs
import pytest

from containerscope.action_log import ActionLog
from containerscope.demo.server import RunningServer
from tests.cli.conftest import Shell
from tests.plugin import Stub, stub_plugin

__all__ = ["stub_plugin"]

TASK = ("service", "payments", "--cluster", "checkout")
POD = ("--cluster", "sandbox", "--namespace", "experiments")


def log() -> ActionLog:
    return ActionLog(platformdirs.user_state_path("containerscope", appauthor=False))


def pod(aws: RunningServer, prefix: str = "chat-api") -> str:
    """A pod that runs."""
    entries = aws.world.kube["sandbox"].store.all(("", "pods"), "experiments")
    return next(each.name for each in entries if each.name.startswith(prefix))


def asked(aws: RunningServer, operation: str) -> list[object]:
    return [each.params for each in aws.requests if each.operation == operation]


def test_a_command_in_a_task_gives_its_output_and_its_exit_code(
    shell: Shell, aws: RunningServer, stub_plugin: Stub
) -> None:
    ran = shell("exec", *TASK, "-T", "--", "sh", "-c", "echo out; ls /nothing; exit 7")
    assert (ran.code, ran.out) == (7, "out\nls: /nothing: No such file or directory\n")
    (call,) = stub_plugin.calls()
    name, region, operation, profile, request, endpoint = call["arguments"]
    assert (name, region, operation, profile) == (
        "AWS_SSM_START_SESSION_RESPONSE", "eu-west-1", "StartSession", "",
    )  # fmt: skip
    assert endpoint == aws.url
    assert set(stub_plugin.answer(call)) == {"SessionId", "StreamUrl", "TokenValue"}
    (params,) = asked(aws, "ExecuteCommand")
    assert isinstance(params, dict)
    assert (params["cluster"], params["container"]) == ("checkout", "payments")
    target = json.loads(request)["Target"]
    task = params["task"].rsplit("/", 1)[-1]
    assert target.startswith(f"ecs:checkout_{task}_{task}-")
    begun, done = log().read()
    assert (begun.verb, begun.phase, begun.cluster) == ("exec", "begun", "checkout")
    assert "echo out" in begun.call
    assert (done.result, done.message) == ("sent", "ended with 7")
    token = stub_plugin.answer(call)["TokenValue"]
    assert token not in log().path.read_text() + ran.out + ran.err


def test_an_old_plugin_is_given_the_answer_as_an_argument(
    shell: Shell, aws: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub = Stub(tmp_path, version="1.2.497.0")
    monkeypatch.setenv("PATH", stub.path)
    assert shell("exec", *TASK, "-T", "--", "whoami").out == "1000:1000\n"
    (call,) = stub.calls()
    assert call["answer"] == ""
    assert stub.answer(call)["SessionId"].startswith("ecs-execute-command-")


def test_secrets_in_a_command_are_not_written_down(
    shell: Shell, aws: RunningServer, stub_plugin: Stub
) -> None:
    shell("exec", *TASK, "-T", "--", "echo", "--password=hunter2hunter2")
    text = log().path.read_text()
    assert "echo" in text
    assert "hunter2" not in text


def test_without_the_plugin_no_session_is_asked_for(
    shell: Shell, aws: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    ran = shell("exec", *TASK, "-T", "--", "env")
    assert ran.code == 1
    assert "session-manager-plugin is not on the PATH – install it" in ran.err
    assert asked(aws, "ExecuteCommand") == []


def test_the_checks_alone_open_nothing(shell: Shell, aws: RunningServer, stub_plugin: Stub) -> None:
    ran = shell("exec", *TASK, "--check", "--read-only")
    assert ran.code == 0
    for words in ("task ok", "ECS Exec ok", "agent ok", "task role ok", "network ok",
                  "root filesystem ok", "Fargate platform ok: 1.4.0", "plugin ok"):  # fmt: skip
        assert words in ran.out
    ran = shell("exec", "service", "web", "--cluster", "checkout", "--check")
    assert ran.code == 1
    assert "✗ the task was started without ECS Exec – aws ecs update-service" in ran.out
    assert asked(aws, "ExecuteCommand") == []
    assert stub_plugin.calls() == []


def test_a_command_in_a_pod_gives_both_outputs_and_its_exit_code(
    shell: Shell, aws: RunningServer
) -> None:
    ran = shell("exec", "pod", pod(aws), *POD, "-T", "--", "sh", "-c", "echo a; ls /x; exit 3")
    assert (ran.code, ran.out) == (3, "a\n")
    assert ran.err == "ls: /x: No such file or directory\n"
    begun, done = log().read()
    assert (begun.verb, begun.name, done.message) == (
        "exec", f"{pod(aws)} chat-api", "ended with 3",
    )  # fmt: skip
    assert shell("exec", "pod", pod(aws), *POD, "-T", "--", "nope").code == 127


def test_standard_input_is_passed_on(
    shell: Shell, aws: RunningServer, stub_plugin: Stub, tmp_path: Path
) -> None:
    given = tmp_path / "given"
    given.write_text("one\ntwo")
    before = os.dup(0)
    for words in (("pod", pod(aws), *POD), TASK):
        with given.open("rb") as file:
            os.dup2(file.fileno(), 0)
        try:
            assert shell("exec", *words, "-iT", "--", "cat").out == "one\ntwo"
        finally:
            os.dup2(before, 0)
    os.close(before)


def test_a_container_that_is_not_there_is_named_with_those_that_are(
    shell: Shell, aws: RunningServer, stub_plugin: Stub
) -> None:
    ran = shell("exec", *TASK, "-c", "nope", "-T", "--", "env")
    assert ran.code == 1
    assert "the task has no container nope – it has payments, log-router, envoy" in ran.err
    ran = shell("exec", "pod", pod(aws), *POD, "-c", "nope", "-T", "--", "env")
    assert (ran.code, "the pod has no container nope" in ran.err) == (1, True)
    ran = shell("exec", "pod", pod(aws, "agent"), *POD, "-T", "--", "env")
    assert (ran.code, "does not run: ImagePullBackOff" in ran.err) == (1, True)


@pytest.mark.parametrize(
    "words",
    [
        ("exec", *TASK, "-T", "--", "env"),
        ("exec", "pod", "x", *POD, "-T", "--", "env"),
        ("exec", "pod", "x", *POD, "--debug", "busybox", "-t"),
        ("exec", "instance", "i-1", "--cluster", "data", "-t"),
        ("forward", "service", "payments", "0:8080", "--cluster", "checkout"),
        ("forward", "pod", "x", "0:8080", *POD),
        ("copy", "service", "payments", ":/etc/hosts", "x", "--cluster", "checkout"),
        ("copy", "pod", "x", "x", ":/tmp/x", *POD),
    ],
    ids=lambda words: " ".join(words[:3]),
)
def test_read_only_refuses_before_anything_is_asked(
    shell: Shell, aws: RunningServer, stub_plugin: Stub, words: tuple[str, ...]
) -> None:
    ran = shell(words[0], "--read-only", *words[1:])
    assert ran.code == 1
    assert "read-only" in ran.err
    assert aws.requests == []
    assert stub_plugin.calls() == []
    assert log().read() == ()


def test_a_dry_run_says_what_would_be_sent(shell: Shell, aws: RunningServer) -> None:
    ran = shell("exec", "pod", pod(aws), *POD, "--dry-run", "--", "ls", "/a b")
    assert json.loads(ran.out)["parameters"]["command"] == ["ls", "/a b"]
    assert log().read() == ()


def test_what_takes_no_shell_says_what_does(shell: Shell, aws: RunningServer) -> None:
    ran = shell("exec", "alarm", "x", "--", "ls")
    assert ran.code == 2
    assert "exec takes container, pod" in ran.err or "exec takes" in ran.err
    assert shell("exec", *TASK, "-T").code == 2
