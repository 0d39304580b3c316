"""What differs between two revisions, every member of them, and no value of an environment."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from containerscope.block import ChangeKind
from containerscope.insight.taskdef_diff import (
    IGNORED,
    changes,
    document_changes,
    revision_of,
    who,
)
from containerscope.model.ecs_taskdef import ContainerDefinition, TaskDefinition
from containerscope.redact import MASK

WHOLE: dict[str, Any] = {
    "taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/cart:42",
    "family": "cart",
    "revision": 42,
    "taskRoleArn": "arn:aws:iam::123456789012:role/cart",
    "cpu": "256",
    "requiresCompatibilities": ["FARGATE", "EC2"],
    "volumes": [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}],
    "containerDefinitions": [
        {
            "name": "app",
            "image": "repo/cart:41",
            "command": ["serve", "--port", "80"],
            "environment": [{"name": "LOG_LEVEL", "value": "info"}],
            "secrets": [
                {"name": "DB_PASSWORD", "valueFrom": "arn:aws:ssm:eu-west-1:1:parameter/a"}
            ],
            "portMappings": [{"containerPort": 80, "protocol": "tcp"}],
            "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
            "healthCheck": {"command": ["CMD", "true"], "interval": 30},
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/cart"}},
        }
    ],
}


def diff(*edits: tuple[str, Any]) -> list[tuple[str, str, Any, Any]]:
    """The lines after members at these paths were set; `app.image` is one of the container."""
    new = copy.deepcopy(WHOLE)
    for path, value in edits:
        *way, last = path.split(".")
        at = new
        for step in way:
            at = new["containerDefinitions"][0] if step == "app" else at[step]
        at[last] = value
    return [
        (line.kind.value, line.path, line.old, line.new) for line in document_changes(WHOLE, new)
    ]


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("cpu", "512", ("~", "cpu", "256", "512")),
        (
            "taskRoleArn",
            None,
            ("-", "taskRoleArn", "arn:aws:iam::123456789012:role/cart", None),
        ),
        ("networkMode", "awsvpc", ("+", "networkMode", None, "awsvpc")),
        ("app.image", "repo/cart:42", ("~", "app › image", "repo/cart:41", "repo/cart:42")),
        (
            "app.command",
            ["serve", "--port", "81"],
            ("~", "app › command", "serve --port 80", "serve --port 81"),
        ),
        ("app.essential", False, ("+", "app › essential", None, False)),
        ("app.privileged", True, ("+", "app › privileged", None, True)),
        (
            "app.healthCheck.interval",
            10,
            ("~", "app › healthCheck › interval", 30, 10),
        ),
        (
            "app.logConfiguration.logDriver",
            "splunk",
            ("~", "app › logConfiguration › logDriver", "awslogs", "splunk"),
        ),
        (
            "app.portMappings",
            [{"containerPort": 8080, "protocol": "tcp"}, {"containerPort": 80, "protocol": "tcp"}],
            ("+", "app › portMappings › 8080/tcp", None, ""),
        ),
        (
            "app.mountPoints",
            [{"sourceVolume": "data", "containerPath": "/data", "readOnly": True}],
            ("+", "app › mountPoints › /data › readOnly", None, True),
        ),
        (
            "volumes",
            [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-2"}}],
            ("~", "volumes › data › efsVolumeConfiguration › fileSystemId", "fs-1", "fs-2"),
        ),
        (
            "app.secrets",
            [{"name": "DB_PASSWORD", "valueFrom": "arn:aws:ssm:eu-west-1:1:parameter/b"}],
            (
                "~",
                "app › secrets › DB_PASSWORD",
                "arn:aws:ssm:eu-west-1:1:parameter/a",
                "arn:aws:ssm:eu-west-1:1:parameter/b",
            ),
        ),
        ("aBrandNewMember", {"x": 1}, ("+", "aBrandNewMember › x", None, 1)),
    ],
)
def test_one_change_is_one_line(path: str, value: Any, line: tuple[str, str, Any, Any]) -> None:
    assert diff((path, value)) == [line]


def test_values_of_the_environment_are_never_told() -> None:
    changed = [{"name": "LOG_LEVEL", "value": "debug-8f3a"}, {"name": "NEW", "value": "plain-77"}]
    lines = diff(("app.environment", changed))
    assert lines == [
        ("~", "app › environment › LOG_LEVEL", MASK, MASK),
        ("+", "app › environment › NEW", None, MASK),
    ]
    assert diff(("app.environment", [])) == [("-", "app › environment › LOG_LEVEL", MASK, None)]


def test_a_secret_in_a_command_or_an_option_is_masked() -> None:
    (line,) = diff(("app.command", ["serve", "--password", "hunter2secret"]))
    assert "hunter2secret" not in str(line)
    (line,) = diff(
        (
            "app.logConfiguration.options",
            {"awslogs-group": "/ecs/cart", "splunk-token": "abc123xyz"},
        )
    )
    assert line == ("+", "app › logConfiguration › options › splunk-token", None, MASK)


def test_containers_that_come_and_go_are_told_with_their_image() -> None:
    side = {"name": "envoy", "image": "envoy:1", "cpu": 10}
    assert diff(("containerDefinitions", [*WHOLE["containerDefinitions"], side])) == [
        ("+", "envoy", None, "envoy:1")
    ]
    assert diff(("containerDefinitions", [side])) == [
        ("-", "app", "repo/cart:41", None),
        ("+", "envoy", None, "envoy:1"),
    ]


def test_the_order_of_named_things_is_no_change_and_that_of_a_command_is() -> None:
    side = {"name": "envoy", "image": "envoy:1"}
    both = {"containerDefinitions": [WHOLE["containerDefinitions"][0], side]}
    swapped = {"containerDefinitions": [side, WHOLE["containerDefinitions"][0]]}
    assert document_changes(both, swapped) == ()
    assert diff(("requiresCompatibilities", ["EC2", "FARGATE"])) == []
    assert len(diff(("app.command", ["--port", "80", "serve"]))) == 1


def test_absent_null_and_empty_are_the_same() -> None:
    assert (
        diff(("ipcMode", None), ("app.links", []), ("app.dockerLabels", {}), ("pidMode", "")) == []
    )


def test_what_every_revision_has_of_its_own_is_no_difference() -> None:
    assert diff(*((name, "x") for name in IGNORED)) == []


def test_what_concerns_the_whole_stands_before_the_parts() -> None:
    paths = [line[1] for line in diff(("app.image", "b"), ("cpu", "512"))]
    assert paths == ["cpu", "app › image"]


@pytest.mark.parametrize("field", msgspec.structs.fields(ContainerDefinition), ids=lambda f: f.name)
def test_every_member_of_a_container_is_compared(field: msgspec.structs.FieldInfo) -> None:
    if field.encode_name == "name":
        return
    plain = TaskDefinition(container_definitions=(ContainerDefinition(name="app"),))
    value: Any = {"environment": ({"name": "A", "value": "1"},)}.get(field.encode_name, "x")
    document = msgspec.to_builtins(plain)
    changed = copy.deepcopy(document)
    changed["containerDefinitions"][0][field.encode_name] = value
    lines = document_changes(document, changed)
    assert [line.kind for line in lines] == [ChangeKind.ADDED]
    assert field.encode_name in lines[0].path


def test_the_models_own_values_are_compared_too() -> None:
    old = msgspec.convert(WHOLE, TaskDefinition)
    new = msgspec.structs.replace(old, cpu="512", revision=43)
    assert [line.path for line in changes(old, new)] == ["cpu"]
    assert changes(old, old) == ()


def test_a_revision_says_who_registered_it() -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    found = msgspec.convert(
        {
            **WHOLE,
            "registeredAt": at,
            "registeredBy": "arn:aws:sts::123456789012:assumed-role/deploy/ci-77",
        },
        TaskDefinition,
    )
    revision = revision_of(found)
    assert (revision.words, revision.registered_at) == (
        "cart:42, registered by ci-77 (deploy)",
        at,
    )
    assert who("arn:aws:iam::123456789012:user/anna") == "anna"
    assert revision_of(TaskDefinition(family="cart")).words == "cart:?"


PARTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "value", "environment", "volumes", "secrets", "command", "add", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=14,
)
DOCUMENTS = st.dictionaries(
    st.sampled_from(["containerDefinitions", "volumes", "cpu", "environment", "x"]),
    PARTS,
    max_size=4,
)


@given(DOCUMENTS, DOCUMENTS)
def test_any_two_documents_are_compared(old: dict[str, Any], new: dict[str, Any]) -> None:
    there, back = document_changes(old, new), document_changes(new, old)
    assert len(there) == len(back)
    assert document_changes(old, old) == ()
