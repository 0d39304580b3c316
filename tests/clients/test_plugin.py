"""How the Session Manager plugin is started, and that the token is nobody else's."""

from __future__ import annotations

import pytest

from containerscope.clients.plugin import Opened, Plugin, takes_environment

ANSWER = {"sessionId": "s-1", "streamUrl": "wss://x", "tokenValue": "t0ken"}


@pytest.mark.parametrize(
    ("version", "takes"),
    [("1.2.707.0\n", True), ("1.2.497.0", False), ("1.2.498.0", True), ("1.1.99", False),
     ("2.0", True), ("", False), ("unknown", False)],
)  # fmt: skip
def test_a_plugin_after_1_2_497_takes_the_answer_from_its_environment(
    version: str, takes: bool
) -> None:
    assert takes_environment(version) is takes


def test_the_token_stands_in_no_argument_and_in_no_repr() -> None:
    opened = Opened.of(ANSWER)
    call = Plugin(("plugin",), by_environment=True).call(
        opened, {"Target": "i-1"}, region="eu-west-1", profile="p", endpoint="https://ssm"
    )
    assert call.arguments == (
        "plugin", "AWS_SSM_START_SESSION_RESPONSE", "eu-west-1", "StartSession", "p",
        '{"Target": "i-1"}', "https://ssm",
    )  # fmt: skip
    assert "t0ken" in call.environment["AWS_SSM_START_SESSION_RESPONSE"]
    assert "t0ken" not in f"{opened!r} {call!r}"
