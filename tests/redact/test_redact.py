"""No secret survives, wherever it stands; what an operator must read stays readable."""

from __future__ import annotations

import base64
import json
import random
import string
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from containerscope.redact import (
    MASK,
    masked,
    names_a_secret,
    redact,
    redact_arguments,
    redact_text,
)

_LETTERS = random.Random(7)
BASE64 = string.ascii_letters + string.digits + "+/"
URLSAFE = string.ascii_letters + string.digits


def _drawn(alphabet: str, length: int) -> str:
    return "".join(_LETTERS.choice(alphabet) for _ in range(length))


def _jwt() -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"RS256","typ":"JWT"}').decode().rstrip("=")
    body = base64.urlsafe_b64encode(b'{"sub":"someone","iat":1516239022}').decode().rstrip("=")
    return f"{head}.{body}.{_drawn(URLSAFE, 43)}"


SECRETS = [
    *(_drawn(BASE64, 40) for _ in range(200)),
    *(_drawn(URLSAFE, 40) for _ in range(100)),
    *("AKIA" + _drawn(string.ascii_uppercase + string.digits, 16) for _ in range(20)),
    *("ASIA" + _drawn(string.ascii_uppercase + string.digits, 16) for _ in range(20)),
    *("ghp_" + _drawn(URLSAFE, 36) for _ in range(20)),
    *("xoxb-" + _drawn(string.digits, 12) + "-" + _drawn(URLSAFE, 24) for _ in range(10)),
    *(_jwt() for _ in range(20)),
]
PLAIN = ["", "web", "eu-west-1", "us-east-1a", "awsvpc", "512", "TASKS", "/health", "the quick fox"]
NAMES = [
    "cluster",
    "labels",
    "options",
    "message",
    "spec",
    "Resources",
    "a",
    "image",
    "tags",
    "args",
]
SECRET_NAMES = ["password", "DB_PASSWORD", "apiKey", "API_KEY", "authToken", "clientSecret", "DSN"]
AROUND = ["{}", "value {} here", "x={}", '"{}"', "Bearer {}", "https://u:{}@host/db", "--opt {}"]


def documents(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Nested answers that hold `inner` somewhere, among harmless neighbours."""
    names = st.sampled_from(NAMES)
    plain = st.sampled_from(PLAIN) | st.integers() | st.booleans() | st.none()

    def within(child: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return (
            st.tuples(st.dictionaries(names, plain, max_size=3), names, child).map(
                lambda parts: {**parts[0], parts[1]: parts[2]}
            )
            | st.tuples(st.lists(plain, max_size=2), child).map(lambda p: [*p[0], p[1]])
            | st.tuples(names, child).map(lambda p: [{"name": p[0], "value": p[1]}])
        )

    return st.recursive(inner, within, max_leaves=1) | within(inner) | within(within(inner))


@given(secret=st.sampled_from(SECRETS), around=st.sampled_from(AROUND), data=st.data())
def test_no_secret_survives_in_any_position(secret: str, around: str, data: st.DataObject) -> None:
    document = data.draw(documents(st.just(around.format(secret))))
    assert secret not in json.dumps(redact(document), ensure_ascii=False)


@given(secret=st.sampled_from(SECRETS), data=st.data())
def test_no_secret_survives_in_json_within_a_string(secret: str, data: st.DataObject) -> None:
    document = data.draw(documents(st.just(secret)))
    assert secret not in json.dumps(redact({"configurationValues": json.dumps(document)}))


@given(
    value=st.text("abcdefgh0123", min_size=8, max_size=12),
    name=st.sampled_from(SECRET_NAMES),
    data=st.data(),
)
def test_whatever_a_telling_name_holds_is_masked(
    value: str, name: str, data: st.DataObject
) -> None:
    inner = data.draw(st.sampled_from([{name: value}, {name: [value]}, {name: {"a": value}}]))
    pair = data.draw(st.sampled_from([inner, {"name": name, "value": value}, f"{name}={value}"]))
    assert value not in json.dumps(redact(data.draw(documents(st.just(pair)))))


@given(value=st.text(min_size=1), name=st.text())
def test_environment_values_are_masked_always_and_tell_no_length(value: str, name: str) -> None:
    for document in (
        {"environment": [{"name": "HOME", "value": value}]},
        {"containers": [{"env": [{"name": "HOME", "value": value}]}]},
    ):
        shown = redact(document)
        inner = shown["environment"] if "environment" in shown else shown["containers"][0]["env"]
        assert inner == [{"name": "HOME", "value": MASK}]
    assert list(redact({"environment": {name: value}})["environment"].values()) == [MASK]
    assert redact({"environment": [f"HOME={value}"]}) == {"environment": [f"HOME={MASK}"]}


def test_a_tag_called_environment_is_no_list_of_variables() -> None:
    tags = {"tags": {"environment": "production", "env": "prod"}}
    assert redact(tags) == tags


def test_every_drawn_secret_is_found_on_its_own() -> None:
    assert [secret for secret in SECRETS if secret in redact_text(secret)] == []


READABLE = [
    "arn:aws:ecs:eu-west-1:123456789012:service/checkout/payments",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-password-AbCdEf:password::",
    "arn:aws-cn:iam::123456789012:role/AmazonEKSAutoNodeRoleForProduction2026Xy",
    "arn:aws:eks:eu-west-1:123456789012:nodegroup/platform/spot-b/2ec2f1a8-0c1d-4e5f-8a9b-0c1d2e3f4a5b",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/payments-service:2.31.0",
    "public.ecr.aws/nginx/nginx@sha256:9f3c5e2b1a0d4c7e8f6a9b0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b8c9d0e",
    "sha256:9f3c5e2b1a0d4c7e8f6a9b0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b8c9d0e",
    "0f9de17a6465404e8b1b2356dc13c2f8-3935363592",
    "ecs-svc/9223370564343000754",
    "TargetTracking-service/Checkout/payments-AlarmHigh-0e1f2a3b-4c5d-6e7f-8a9b-0c1d2e3f4a5b",
    "https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com",
    "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
    "app/prod-web/50dc6c495c0c9188",
    "subnet-0bb1c79de3EXAMPLE",
    "AL2023_x86_64_STANDARD",
    "1.33.4-20260812",
    "v1.20.4-eksbuild.2",
    "com.amazonaws.ecs.capability.docker-remote-api.1.18",
    "(service payments) has started 2 tasks: (task 0f9de17a6465404e8b1b2356dc13c2f8).",
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
    "retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s)",
    "http://host:8080/path?x=a@b",
    "curl -f http://localhost:8080/health || exit 1",
    "${DB_PASSWORD}",
    base64.b64encode(b"-----BEGIN CERTIFICATE-----\nMIIDBTCCAe2gAwIBAgIIabcD9x+/3").decode(),
]


@pytest.mark.parametrize("text", READABLE)
def test_what_an_operator_reads_stays_readable(text: str) -> None:
    assert redact_text(text) == text
    assert redact({"a": [{"b": text}]}) == {"a": [{"b": text}]}


def test_references_to_secrets_stay_readable() -> None:
    definition = {
        "secrets": [{"name": "DB_PASSWORD", "valueFrom": "arn:aws:ssm:x:1:parameter/db/password"}],
        "repositoryCredentials": {"credentialsParameter": "arn:aws:secretsmanager:x:1:secret:hub"},
        "logConfiguration": {"secretOptions": [{"name": "splunk-token", "valueFrom": "/splunk"}]},
        "kmsKeyId": "alias/logs",
        "encryptionConfig": [{"resources": ["secrets"], "provider": {"keyArn": "arn:aws:kms:x"}}],
        "remoteAccess": {"ec2SshKey": "ops"},
        "taints": [{"key": "dedicated", "value": "gpu", "effect": "NO_SCHEDULE"}],
        "tags": [{"key": "team", "value": "payments"}],
    }
    assert redact(definition) == definition


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("curl -u admin:hunter2 http://x", "hunter2"),
        ("mysqladmin ping -h localhost -phunter2", "hunter2"),
        ("redis-cli -a hunter2 ping", "hunter2"),
        ("PGPASSWORD=hunter2 psql -c 'select 1'", "hunter2"),
        ("server --db-password hunter2 --port 80", "hunter2"),
        ("postgres://app:hun/ter2@db:5432/x", "hun/ter2"),
        ("redis://:hunter2@cache:6379", "hunter2"),
        ("https://x/?X-Amz-Signature=hunter2&a=1", "hunter2"),
        ("admin:\n  password: hunter2\n", "hunter2"),
        ('{"user": "x", "adminPassword": "hunter2"}', "hunter2"),
        ('say {\\"password\\": \\"hunter2\\"}', "hunter2"),
        ('{"a": "AKIAIOSFODNN7EXAMPLE", "a": "b"}', "AKIAIOSFODNN7EXAMPLE"),
        ("-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----", "hunter2"),
        ("-----BEGIN PRIVATE KEY-----\nhunter2", "hunter2"),
    ],
)
def test_secrets_in_commands_and_texts_are_masked(text: str, secret: str) -> None:
    shown = redact_text(text)
    assert secret not in shown
    assert MASK in shown


def test_the_word_after_a_telling_flag_is_masked() -> None:
    words = ["serve", "--token", "hunter2", "--port", "80", "--secret-file", "--quiet"]
    assert redact_arguments(words) == (
        *("serve", "--token", MASK, "--port", "80", "--secret-file", "--quiet"),
    )


def test_the_data_of_a_kubernetes_secret_is_masked_and_its_name_is_not() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "db"}, "data": {"user": "YWRtaW4="}}
    assert redact(secret) == {**secret, "data": {"user": MASK}}


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD",
        "dbPassword",
        "APIKEY",
        "api_key",
        "STRIPE_KEY",
        "splunk-token",
        "SENTRY_DSN",
        "DB_PASS",
        "AWS_SECRET_ACCESS_KEY",
        "PRIVATE_KEY",
        "github.token",
        "clientSecret",
        "tokenValue",
    ],
)
def test_telling_names(name: str) -> None:
    assert names_a_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "key",
        "kmsKeyId",
        "keyArn",
        "ec2SshKey",
        "publicKey",
        "secretName",
        "secretKeyRef",
        "HOME",
        "valueFrom",
        "passing",
        "compass",
        "credentialsParameter",
        "awslogs-group",
        "nextToken",
        "",
    ],
)
def test_harmless_names(name: str) -> None:
    assert not names_a_secret(name)


def test_options_and_labels_are_masked_by_name_or_look() -> None:
    assert masked("splunk-token", "hunter2") == MASK
    assert masked("splunk-url", "https://u:hunter2@host") == f"https://u:{MASK}@host"
    assert masked("awslogs-group", "/ecs/payments") == "/ecs/payments"
    assert masked("db-secret", "arn:aws:ssm:x:1:parameter/db") == "arn:aws:ssm:x:1:parameter/db"


def test_two_secrets_as_names_do_not_become_one() -> None:
    first, second = SECRETS[0], SECRETS[1]
    assert list(redact({first: 1, second: 2}).values()) == [1, 2]


def test_a_string_that_nests_too_deep_is_masked() -> None:
    assert redact_text("[" * 100_000) == MASK


@pytest.mark.parametrize(
    "part",
    [
        "x",
        " ",
        "\n",
        "a=",
        "a:",
        "{ ",
        "mysql ",
        "redis-cli ",
        "http://u:",
        "-u ",
        "eyJ",
        "-",
        '\\"a',
    ],
)
def test_no_long_text_takes_long(part: str) -> None:
    text = part * (60_000 // len(part))
    start = time.process_time()
    redact_text(text)
    assert time.process_time() - start < 5
