"""What every request of an AWS client passes: it is paced, counted, and tells the server's time."""

from __future__ import annotations

import time
from collections import Counter
from contextvars import ContextVar
from typing import Any

from containerscope.clients.errors import is_throttled
from containerscope.clients.pace import Pace
from containerscope.clients.server_clock import ServerClock, parse_date

_sent_at: ContextVar[float] = ContextVar("sent_at", default=0.0)


class Meter:
    """The budget, the clock and the count of one account and region."""

    def __init__(
        self, pace: Pace, clock: ServerClock, calls: Counter[str], account: str, region: str
    ) -> None:
        self._pace, self._clock, self._calls = pace, clock, calls
        self._account, self._region = account, region

    def prepare(self, service: str, client: Any) -> None:
        """Have each request of a new client, retries included, paced before it is signed."""

        async def created(operation_name: str, **_: Any) -> None:
            await self._pace.take(self._account, self._region, service, operation_name)
            self._calls[f"{service}:{operation_name}"] += 1
            _sent_at.set(time.monotonic())

        def received(event_name: str, response_dict: Any, parsed_response: Any, **_: Any) -> None:
            if response_dict is None:
                return
            date = parse_date(response_dict["headers"].get("date"))
            if date is not None:
                self._clock.learn(date, time.monotonic() - _sent_at.get())
            operation = event_name.rpartition(".")[2]
            if response_dict["status_code"] >= 300 and is_throttled(parsed_response):
                self._pace.throttled(self._account, self._region, service, operation)

        hook = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register_first(f"request-created.{hook}", created)
        client.meta.events.register(f"response-received.{hook}", received)
