"""The Session Manager plugin, which speaks for us with the agent behind a session of AWS.

Source: AWS CLI, `customizations/sessionmanager.py` and `customizations/ecs/executecommand.py`: the
answer that holds the token, region, `StartSession`, profile, the request, and the endpoint. A
plugin after 1.2.497.0 takes the answer from its environment, which other users cannot read.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from containerscope.clients import process
from containerscope.model.listing import ApiError, Problem, Why

NAME = "session-manager-plugin"
HOW = (
    "install it: docs.aws.amazon.com/systems-manager/latest/userguide/"
    "session-manager-working-with-install-plugin.html"
)
_VARIABLE = "AWS_SSM_START_SESSION_RESPONSE"
_BY_ARGUMENT = (1, 2, 497, 0)
"""The last version that takes the answer as an argument only."""
_VERSION = re.compile(r"\d+(?:\.\d+)+")


@dataclass(frozen=True)
class Opened:
    """What AWS answered to the request for a session: a secret."""

    session_id: str
    stream_url: str = field(repr=False)
    token: str = field(repr=False)

    @classmethod
    def of(cls, answer: Mapping[str, str]) -> Opened:
        """From `ExecuteCommand`'s session or the answer to `StartSession`."""
        told = {name[:1].lower() + name[1:]: value for name, value in answer.items()}
        return cls(told.get("sessionId", ""), told.get("streamUrl", ""), told.get("tokenValue", ""))


@dataclass(frozen=True)
class Call:
    """How the plugin is started for a session: it holds the token."""

    arguments: tuple[str, ...] = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Plugin:
    """The plugin that is there."""

    command: tuple[str, ...]
    by_environment: bool

    def call(
        self,
        opened: Opened,
        request: Mapping[str, object],
        *,
        region: str,
        profile: str,
        endpoint: str,
    ) -> Call:
        """The arguments and the environment for a session."""
        answer = json.dumps(
            {
                "SessionId": opened.session_id,
                "StreamUrl": opened.stream_url,
                "TokenValue": opened.token,
            }
        )
        environment = dict(os.environ)
        if self.by_environment:
            environment[_VARIABLE], answer = answer, _VARIABLE
        rest = (region, "StartSession", profile, json.dumps(dict(request)), endpoint)
        return Call((*self.command, answer, *rest), environment)


def where(given: Sequence[str] = ()) -> tuple[str, ...]:
    """The plugin's command; empty where there is none."""
    if given:
        return tuple(given)
    found = shutil.which(NAME)
    return (found,) if found else ()


async def find(given: Sequence[str] = (), *, read_only: bool) -> Plugin:
    """The plugin; raises `ApiError` where there is none, and in read-only."""
    command = where(given)
    if not command:
        message = f"{NAME} is not on the PATH"
        raise ApiError(Problem(Why.FAILED, "process:shell", message, remedy=HOW))
    version = await process.run(
        process.Purpose.SHELL, [*command, "--version"], read_only=read_only, timeout=20
    )
    return Plugin(command, takes_environment(version.out))


def takes_environment(version: str) -> bool:
    """Whether a plugin that says this of itself takes the answer from its environment."""
    found = _VERSION.search(version)
    if found is None:
        return False
    return tuple(int(part) for part in found.group().split(".")) > _BY_ARGUMENT
