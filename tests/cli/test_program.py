from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from containerscope.cli import config as config_module
from containerscope.cli import doctor as doctor_module
from containerscope.clients.diagnosis import Finding
from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from containerscope.model.health import Level
from containerscope.resources import all_resources
from tests.cli.conftest import Shell

PROGRAM = [sys.executable, "-m", "containerscope"]


def test_the_version_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['containerscope', '--version']\n"
        "from containerscope.__main__ import main\n"
        "assert main() == 0\n"
        "heavy = {'textual', 'botocore', 'boto3', 'aioboto3', 'aiohttp', 'kubernetes'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "containerscope 0.1.0\n"), done.stderr


def test_demo_needs_no_credentials_and_leaves_nothing_behind(tmp_path: Path) -> None:
    environ = os.environ | {
        "AWS_PROFILE": "none", "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "TMPDIR": str(tmp_path),
    }  # fmt: skip
    done = subprocess.run(
        [*PROGRAM, "get", "clusters", "-o", "name", "--demo", "--demo-scale", "6,30,200"],
        capture_output=True, text=True, check=False, env=environ,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert {"checkout", "platform", "scale-003"} <= set(done.stdout.split())
    assert list(tmp_path.iterdir()) == []


def test_the_interface_asks_for_a_terminal_and_is_no_bug_without_one() -> None:
    done = subprocess.run(
        [*PROGRAM, "--demo"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("containerscope: the interface needs a terminal; `")


def test_a_reader_that_goes_away_ends_it_quietly(aws: RunningServer) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*PROGRAM, "get", "tasks"], stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (141, "")
    wrong = subprocess.run([*PROGRAM, "get", "nope"], stdout=write, stderr=write, check=False)
    os.close(write)
    assert wrong.returncode == 141


def test_watch_prints_what_changes_and_ends_cleanly_with_ctrl_c(aws: RunningServer) -> None:
    watching = subprocess.Popen(
        [*PROGRAM, "get", "services", "--watch", "-o", "json", "--cluster", "edge"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert watching.stdout is not None
    names = [json.loads(watching.stdout.readline())["serviceName"] for _ in range(5)]
    assert sorted(names)[0] == "geo-lookup"
    aws.world.clusters["edge"].services["ingress"].desired = 9
    changed = json.loads(watching.stdout.readline())
    assert (changed["serviceName"], changed["desiredCount"]) == ("ingress", 9)
    watching.send_signal(signal.SIGINT)
    _, err = watching.communicate(timeout=30)
    assert (watching.returncode, err) == (130, "")


def test_a_bug_leaves_a_private_file_without_values_and_one_line(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(_: Any) -> Any:
        password = "hunter2-in-a-local"
        raise RuntimeError(f"no way: token=abcdefgh12345678 {len(password)}")

    monkeypatch.setattr(config_module, "_lines", broken)
    monkeypatch.setenv("CONTAINERSCOPE_STATE_DIR", str(tmp_path / "state"))
    ran = shell("config")
    (file,) = (tmp_path / "state").iterdir()
    text = file.read_text(encoding="utf-8")
    assert ran.code == 70
    assert ran.err.count("\n") == 1
    assert str(file) in ran.err
    assert "RuntimeError: no way" in text
    assert "hunter2" not in text.replace('password = "hunter2-in-a-local"', "")
    assert "abcdefgh12345678" not in text + ran.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_config_prints_each_setting_and_its_source(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("rate_share = 50", encoding="utf-8")
    ran = shell("config", "--config", str(file), "--region", "eu-north-1")
    lines = {line.partition(" ")[0]: line for line in ran.out.splitlines()}
    assert lines["rate_share"].endswith(f"# {file}")
    assert lines["region"].endswith("# --region")
    assert lines["refresh"].endswith("# default")


def test_the_policy_allows_what_every_resource_needs(shell: Shell) -> None:
    document = json.loads(shell("policy").out)
    for statement in document["Statement"]:
        # Parameters of one's own may be secrets.
        secret = any(action.startswith("ssm:GetParameter") for action in statement["Action"])
        public = "arn:*:ssm:*::parameter/aws/service/*"
        assert statement["Resource"] == (public if secret else "*")
    allowed = {action for each in document["Statement"] for action in each["Action"]}
    for resource in all_resources().values():
        assert allowed >= set(resource.permissions), resource.name
    assert {each["Effect"] for each in document["Statement"]} == {"Allow"}


def test_the_policy_allows_what_every_action_needs_where_that_is_asked_for(shell: Shell) -> None:
    document = json.loads(shell("policy", "--write").out)
    allowed = {action for each in document["Statement"] for action in each["Action"]}
    for resource in all_resources().values():
        for action in resource.actions:
            assert allowed >= set(action.permissions), (resource.name, action.id)
    passed = next(each for each in document["Statement"] if "iam:PassRole" in each["Action"])
    assert passed["Condition"]["StringEquals"] == {"iam:PassedToService": "ecs-tasks.amazonaws.com"}


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_completion_prints_the_script_of_each_shell(shell: Shell, name: str) -> None:
    ran = shell("completion", name)
    assert ran.code == 0
    assert "_CONTAINERSCOPE_COMPLETE" in ran.out


@pytest.mark.parametrize(
    ("name", "asked", "answer"),
    [
        ("bash", {"COMP_WORDS": "containerscope get s", "COMP_CWORD": "2"}, "plain,{}"),
        ("zsh", {"COMP_WORDS": "containerscope get s", "COMP_CWORD": "2"}, "plain\n{}\n"),
        ("fish", {"COMP_WORDS": "containerscope get s", "COMP_CWORD": "s"}, "plain,{}\t"),
    ],
)
def test_resources_complete_by_name_and_alias(
    name: str, asked: dict[str, str], answer: str
) -> None:
    environ = os.environ | {"_CONTAINERSCOPE_COMPLETE": f"{name}_complete"} | asked
    done = subprocess.run(PROGRAM, capture_output=True, text=True, check=False, env=environ)
    for word in ("services", "svc", "service-events"):
        assert answer.format(word) in done.stdout, done.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_with_the_script_it_was_given(tmp_path: Path) -> None:
    program = tmp_path / "containerscope"
    program.write_text(f'#!/bin/sh\nexec {" ".join(PROGRAM)} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    script = """
        eval "$(containerscope completion bash)"
        COMP_WORDS=(containerscope get node) COMP_CWORD=2 COMP_LINE="containerscope get node"
        "$(complete -p containerscope | sed 's/.*-F \\([^ ]*\\).*/\\1/')" containerscope node get
        echo "${COMPREPLY[@]}"
    """
    environ = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", script], capture_output=True, text=True, check=False, env=environ
    )
    assert "nodegroups" in done.stdout.split(), done.stderr


def test_doctor_finds_nothing_to_mend_in_the_demo(
    shell: Shell, aws: RunningServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LANG", "C.UTF-8")
    ran = shell("doctor", "-o", str(tmp_path / "support.txt"))
    assert "identity: arn:aws:sts::123456789012:assumed-role/" in ran.out
    support = tmp_path / "support.txt"
    assert stat.S_IMODE(support.stat().st_mode) == 0o600
    assert "permissions: " in support.read_text(encoding="utf-8")


def test_doctor_names_a_missing_permission(shell: Shell, aws: RunningServer) -> None:
    aws.faults.append(Fault(kind="denied", service="iam"))
    aws.faults.append(Fault(kind="denied", service="eks", operation="ListClusters"))
    ran = shell("doctor")
    assert "▲ permission eks:ListClusters: is lacking" in ran.out
    assert "containerscope policy" in ran.out


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([Finding("clock", Level.FINE, "")], 0),
        ([Finding("permission eks:ListAddons", Level.WARNING, "")], 3),
        ([Finding("permission a:B", Level.WARNING, ""), Finding("size", Level.WARNING, "")], 1),
        ([Finding("identity", Level.FAILED, "")], 1),
    ],
)
def test_doctor_ends_with_3_if_only_permissions_are_missing(
    findings: list[Finding], code: int
) -> None:
    assert doctor_module._exit(findings) == code


def test_doctor_reports_a_theme_and_a_key_that_do_not_exist(
    shell: Shell, aws: RunningServer, tmp_path: Path
) -> None:
    file = tmp_path / "c.toml"
    file.write_text('theme = "nope"\nkeys = { nope = "f5" }', encoding="utf-8")
    ran = shell("doctor", "--config", str(file))
    assert "▲ theme: there is no theme nope" in ran.out
    assert "▲ keys: there is no action nope" in ran.out


def test_doctor_reports_a_wrong_setting_and_goes_on(shell: Shell, aws: RunningServer) -> None:
    ran = shell("doctor", "--refresh", "0")
    assert ran.code == 1
    assert "✗ settings: --refresh: 0 is out of range" in ran.out
    assert "identity: " in ran.out
