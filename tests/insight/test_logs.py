"""Where a container's output goes, and what its lines say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from containerscope.insight.log_destination import log_destination
from containerscope.insight.log_lines import LEVELS, level_of, parsed
from containerscope.insight.log_time import moment_of
from containerscope.model.ecs_taskdef import ContainerDefinition
from containerscope.model.health import Level

TASK = "0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


def container(driver: str | None = None, **options: str) -> ContainerDefinition:
    logs = {"logDriver": driver, "options": {k.replace("__", "-"): v for k, v in options.items()}}
    return msgspec.convert(
        {"name": "app", "logConfiguration": logs if driver else None}, ContainerDefinition
    )


AWSLOGS = {"awslogs__group": "/ecs/cart", "awslogs__region": "eu-west-1"}


def test_a_stream_is_prefix_container_and_task() -> None:
    found = log_destination(container("awslogs", **AWSLOGS, awslogs__stream__prefix="cart"), TASK)
    assert (found.group, found.region) == ("/ecs/cart", "eu-west-1")
    assert found.stream == f"cart/app/{TASK}"
    assert found.prefix == "cart/app/"
    assert found.readable


def test_without_a_prefix_the_stream_is_dockers_id() -> None:
    found = log_destination(container("awslogs", **AWSLOGS), TASK, "f00d")
    assert (found.stream, found.note) == ("f00d", "")
    unknown = log_destination(container("awslogs", **AWSLOGS), TASK)
    assert (unknown.stream, unknown.group) == ("", "/ecs/cart")
    assert "Docker id" in unknown.note


def test_a_group_that_is_not_set_is_said() -> None:
    found = log_destination(container("awslogs"), TASK)
    assert not found.readable
    assert found.words == "CloudWatch Logs, but no awslogs-group is set"


@pytest.mark.parametrize(
    ("driver", "options", "words"),
    [
        ("none", {}, "nowhere: the log driver is none"),
        ("json-file", {}, "a file on the host (json-file)"),
        ("journald", {}, "the host's journal"),
        ("splunk", {"splunk__url": "https://splunk:8088"}, "Splunk https://splunk:8088"),
        ("syslog", {"syslog__address": "tcp://10.0.0.9:514"}, "syslog tcp://10.0.0.9:514"),
        ("gelf", {}, "Graylog (GELF)"),
        ("brandnew", {}, "brandnew"),
        ("awsfirelens", {}, "FireLens: the task's log router"),
        (
            "awsfirelens",
            {"Name": "datadog", "Host": "http-intake.logs.datadoghq.com"},
            "FireLens, to Datadog http-intake.logs.datadoghq.com",
        ),
        (
            "awsfirelens",
            {"Name": "s3", "bucket": "cart-logs"},
            "FireLens, to S3 cart-logs",
        ),
        ("awsfirelens", {"@type": "brandnew"}, "FireLens, to brandnew"),
    ],
)
def test_output_that_goes_elsewhere_says_where(
    driver: str, options: dict[str, str], words: str
) -> None:
    found = log_destination(container(driver, **options), TASK)
    assert found.words == words
    assert not found.readable
    assert found.note


def test_a_password_in_an_address_is_not_told() -> None:
    url = {"splunk__url": "https://user:hunter2secret@splunk:8088"}
    assert "hunter2secret" not in log_destination(container("splunk", **url), TASK).words


def test_firelens_to_cloudwatch_is_followed_where_its_names_are_plain() -> None:
    plain = {"Name": "cloudwatch_logs", "log_group_name": "/ecs/f", "log_stream_prefix": "cart/"}
    found = log_destination(container("awsfirelens", **plain), TASK)
    assert (found.group, found.stream) == ("/ecs/f", f"cart/app-firelens-{TASK}")
    computed = {**plain, "log_group_name": "/ecs/$(ecs_cluster)"}
    found = log_destination(container("awsfirelens", **computed), TASK)
    assert (found.group, found.stream, found.readable) == ("", "", False)
    assert "computes the names" in found.note


def test_without_a_configuration_it_depends_on_where_the_task_runs() -> None:
    assert log_destination(container(), TASK, fargate=True).words.startswith("nowhere")
    assert log_destination(container(), TASK).words == "the host's Docker daemon"
    router = msgspec.convert({"firelensConfiguration": {"type": "fluentbit"}}, ContainerDefinition)
    assert "log router" in log_destination(router, TASK).words


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("2026-11-24 13:41:00 ERROR boom", "error"),
        ("[WARN] low", "warn"),
        ("[error] nginx", "error"),
        ("WARNING: odd", "warn"),
        ("level=warn msg=x", "warn"),
        ('ts=1 level="error" msg=x', "error"),
        ("I1124 13:41:00.1 1 main.go:1] ok", "info"),
        ("E1124 13:41:00.1 1 main.go:1] bad", "error"),
        ("panic: runtime error", "error"),
        ("Traceback (most recent call last):", "error"),
        ('10.0.0.1 - - [24/Nov/2026] "GET / HTTP/1.1" 502 0', "error"),
        ('10.0.0.1 - - [24/Nov/2026] "GET / HTTP/1.1" 200 0', "info"),
        ("13:41:00.123 [main] DEBUG c.e.App - x", "debug"),
        ("no errors at all", ""),
        ("the error-prone INFORMATION", ""),
        ("", ""),
        ("x" * 300 + " ERROR", ""),
    ],
)
def test_a_line_says_its_level(text: str, level: str) -> None:
    assert level_of(text) == level


@pytest.mark.parametrize(
    ("value", "level"),
    [
        ('"ERROR"', "error"),
        ('"Warning"', "warn"),
        ("50", "error"),
        ("30", "info"),
        ("35", "info"),
        ("true", ""),
        ("null", ""),
        ("[]", ""),
        ('"odd"', ""),
    ],
)
def test_a_line_of_json_says_its_level_in_a_word_or_a_number(value: str, level: str) -> None:
    assert parsed(f'{{"level": {value}, "msg": "x"}}').level == level


def test_a_line_of_json_becomes_its_message_and_its_fields() -> None:
    line = parsed('{"Severity":"ERROR","Message":"boom","order":7,"ts":1795527660.5}')
    assert (line.message, line.level, line.tone) == ("boom", "error", Level.FAILED)
    assert dict(line.fields) == {"Severity": "ERROR", "order": 7, "ts": 1795527660.5}
    assert line.at == datetime.fromtimestamp(1795527660.5, UTC)


def test_json_without_a_text_is_shown_whole() -> None:
    text = '{"order": 7}'
    assert (parsed(text).message, parsed(text).fields) == (text, (("order", 7),))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-24T13:41:00Z x", datetime(2026, 11, 24, 13, 41, tzinfo=UTC)),
        ("2026-11-24T13:41:00.123456789Z x", datetime(2026, 11, 24, 13, 41, 0, 123456, tzinfo=UTC)),
        ("[2026-11-24 13:41:00,5] x", datetime(2026, 11, 24, 13, 41, 0, 500000, tzinfo=UTC)),
        ("2026-11-24T13:41:00+02:00 x", datetime(2026, 11, 24, 11, 41, tzinfo=UTC)),
        ("2026-13-24T13:41:00 x", None),
        ("x 2026-11-24T13:41:00Z", None),
    ],
)
def test_a_line_tells_its_own_time(text: str, at: datetime | None) -> None:
    assert parsed(text).at == at


@pytest.mark.parametrize("scale", [1, 1000, 10**6, 10**9])
def test_a_time_in_json_is_read_in_any_unit(scale: int) -> None:
    line = parsed(f'{{"time": {1795527660 * scale}}}')
    assert line.at == datetime.fromtimestamp(1795527660, UTC)


@given(st.text(max_size=80))
def test_any_line_stays_as_it_is(text: str) -> None:
    for each in (text, f"{{{text}}}", f'{{"time":{text}}}'):
        line = parsed(each)
        assert line.text == each
        assert line.level in ("", *LEVELS)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("10m", 600), ("2h30m", 9000), ("1d", 86400), (" 1w ", 604800)],
)
def test_since_counts_back_from_now(text: str, seconds: int) -> None:
    assert moment_of(text, NOW) == NOW - timedelta(seconds=seconds)


def test_since_takes_a_date_too() -> None:
    assert moment_of("2026-11-24T13:00", NOW) == datetime(2026, 11, 24, 13, tzinfo=UTC)
    assert moment_of("2026-11-24T13:00:00+01:00", NOW) == datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "10", "10x", "-5m", "999999w"])
def test_what_is_no_time_says_what_is(text: str) -> Any:
    with pytest.raises(ValueError, match=r"write 30s, 10m|before all time"):
        moment_of(text, NOW)
