"""A port of a task or an instance, or of a host that is reached from there: the plugin listens."""

from __future__ import annotations

from typing import Any

from containerscope.clients import process
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.model.text import visible
from containerscope.plan import Request
from containerscope.remote.forwards import Running
from containerscope.remote.sessions import started

_OPENED, _ACCEPTED = "opened for sessionId", "Connection accepted"
_CHATTER = ("Starting session", "Exiting session", "Waiting for connections", "Port ")


async def carry(clients: Any, running: Running) -> None:
    """Run the plugin until it ends; raises `ApiError` with what it said if it never listened."""
    request = running.step.opened
    given = dict(request.changes["Parameters"])
    # The port that was found free, so that it is the same after each start.
    given["localPortNumber"] = [str(running.forward.local_port)]
    asked = Request(request.service, request.operation, request.where, {"Parameters": given})
    call = await started(clients, asked, "")
    said = ""
    async with process.kept(
        process.Purpose.FORWARD,
        call.arguments,
        read_only=clients.read_only,
        environment=call.environment,
    ) as child:
        assert child.stdout is not None, "its output is piped"
        while line := await child.stdout.readline():
            text = visible(line.decode("utf-8", "replace").strip())
            if _OPENED in text:
                running.tell(status="listening", message="")
            elif _ACCEPTED in text:
                running.tell(opened=running.forward.opened + 1)
            elif text and not text.startswith(_CHATTER):
                said = text
    if said:
        raise ApiError(Problem(Why.UNREACHABLE, "ssm:StartSession", said))
