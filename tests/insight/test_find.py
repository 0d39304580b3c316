"""What somebody typed, and where it is looked for."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from containerscope.insight.find import _OF_ARN, classify
from containerscope.insight.uses import mentions
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.resources import all_resources

TASK = "0123456789abcdef0123456789abcdef"
DIGEST = "ab" * 32
ECS = "arn:aws:ecs:eu-west-1:123456789012"
TG = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/cart/943f017f100becff"


@pytest.mark.parametrize(
    ("text", "kind", "value", "place"),
    [
        (TASK, "task", TASK, "tasks"),
        (TASK.upper(), "task", TASK, "tasks"),
        (
            "01234567-89ab-cdef-0123-456789abcdef",
            "task",
            "01234567-89ab-cdef-0123-456789abcdef",
            "tasks",
        ),
        ("0123abcd", "task", "0123abcd", "tasks"),
        ("10.0.1.7", "address", "10.0.1.7", "tasks"),
        ("10.0.1.7:8080", "address", "10.0.1.7", "tasks"),
        ("2001:DB8::7", "address", "2001:db8::7", "tasks"),
        ("[2001:db8::7]:443", "address", "2001:db8::7", "tasks"),
        ("ip-10-0-1-7.eu-west-1.compute.internal", "address", "10.0.1.7", "tasks"),
        ("eni-0123456789abcdef0", "interface", "eni-0123456789abcdef0", "tasks"),
        ("i-0123456789abcdef0", "instance", "i-0123456789abcdef0", "instances"),
        ("fs-01234567", "file system", "fs-01234567", "efs"),
        ("vol-0123456789abcdef0", "EBS volume", "vol-0123456789abcdef0", "volumes"),
        ("fsap-0123456789abcdef0", "access point", "fsap-0123456789abcdef0", "efs"),
        ("sg-0123456789abcdef0", "security group", "sg-0123456789abcdef0", "services"),
        ("subnet-01234567", "subnet", "subnet-01234567", "services"),
        ("ecs-svc/1234567890", "deployment", "ecs-svc/1234567890", "services"),
        (f"sha256:{DIGEST}", "digest", f"sha256:{DIGEST}", "images"),
        (DIGEST, "container", DIGEST, "containers"),
        ("nginx:1.27", "image", "nginx:1.27", "images"),
        ("ghcr.io/org/app", "image", "ghcr.io/org/app", "images"),
        ("cart:43", "task definition", "cart:43", "taskdefs"),
        ("cart-service", "name", "cart-service", "services"),
        (" 'cart' ", "name", "cart", "services"),
        (f"{ECS}:task/checkout/{TASK}", "task", TASK, "tasks"),
        (f"{ECS}:service/checkout/cart", "service", "cart", "services"),
        (f"{ECS}:task-definition/cart:43", "task definition", "cart:43", "taskdefs"),
        (f"{ECS}:container-instance/edge/0a", "container instance", "0a", "instances"),
        (TG, "target group", TG, "targets"),
        ("arn:aws:iam::123456789012:role/app/cart", "role", "cart", "roles"),
        ("arn:aws:sts::123456789012:assumed-role/cart/0a", "role", "cart", "roles"),
        (
            "arn:aws:elasticfilesystem:eu-west-1:1:file-system/fs-01234567",
            "file system",
            "fs-01234567",
            "efs",
        ),
        ("arn:aws-cn:ecr:cn-north-1:1:repository/team/cart", "repository", "cart", "images"),
        (
            "arn:aws:brandnew:eu-west-1:1:thing/x",
            "ARN",
            "arn:aws:brandnew:eu-west-1:1:thing/x",
            "services",
        ),
        ("arn:", "ARN", "arn:", "services"),
    ],
)
def test_what_is_typed_leads_to_where_it_is(text: str, kind: str, value: str, place: str) -> None:
    first = classify(text)[0]
    assert (first.kind, first.value, first.places[0]) == (kind, value, place)


def test_what_may_be_several_things_is_looked_for_as_each() -> None:
    assert [each.kind for each in classify(DIGEST)] == ["container", "digest"]
    assert [each.kind for each in classify("cart:43")] == ["task definition", "image", "name"]
    assert [each.kind for each in classify("deadbeef")] == ["task", "name"]


def test_every_place_is_a_resource_that_exists() -> None:
    known = all_resources()
    texts = ["x", "i-01234567", "10.0.0.1", DIGEST, f"sha256:{DIGEST}", "cart:43", "sg-01234567"]
    texts += [f"arn:aws:{service}:r:1:{kind}/x" for service, kind in _OF_ARN]
    texts += ["eni-01234567", "fs-01234567", "fsap-01234567", "fsmt-01234567", "subnet-01234567"]
    places = {place for text in texts for each in classify(text) for place in each.places}
    assert places <= set(known)
    assert places >= {"targets", "roles", "efs", "images", "alarms", "asgs", "scaling"}


def test_no_text_is_looked_for_nowhere() -> None:
    assert classify("  ") == ()


@given(st.text(min_size=1, max_size=60))
def test_any_text_is_one_thing_at_least(text: str) -> None:
    found = classify(text)
    assert bool(found) == bool(text.strip().strip("'\""))
    assert all(each.places and each.words for each in found)


@pytest.mark.parametrize(
    "sought",
    [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db/password-AbC123",
        "db/password-AbC123",
        "db/password",
    ],
)
def test_a_secret_is_known_by_its_arn_and_by_its_name(sought: str) -> None:
    whole = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db/password-AbC123"
    for reference in (whole, f"{whole}:user::"):
        secret = {"name": "PASSWORD", "valueFrom": reference}
        assert mentions(sought, _with(secrets=[secret])) == ("secret PASSWORD of app",)
    assert mentions("password", _with(secrets=[{"name": "P", "valueFrom": whole}])) == ()


def test_a_parameter_and_the_credentials_of_a_registry_are_found_too() -> None:
    by_name = _with(secrets=[{"name": "URL", "valueFrom": "/shop/url"}])
    assert mentions("/shop/url", by_name) == ("secret URL of app",)
    whole = "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/url"
    assert mentions("/shop/url", _with(secrets=[{"name": "URL", "valueFrom": whole}])) == (
        "secret URL of app",
    )
    login = {"credentialsParameter": "arn:aws:secretsmanager:eu-west-1:1:secret:hub-AbC123"}
    assert mentions("hub", _with(repositoryCredentials=login)) == ("registry credentials of app",)


def _with(**more: Any) -> TaskDefinition:
    return msgspec.convert({"containerDefinitions": [{"name": "app", **more}]}, TaskDefinition)
