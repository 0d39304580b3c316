"""Ports that are forwarded from here."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Status = Literal["starting", "listening", "reconnecting", "failed", "stopped"]


class Forward(msgspec.Struct, frozen=True, gc=False):
    """A port of this machine that leads into a container or to an instance."""

    id: str
    target: str = ""
    """The name of what it leads to."""
    cluster: str = ""
    way: str = ""
    """`kubernetes` or `ssm`."""
    local_port: int = 0
    remote: str = ""
    """`8080`, or `db.internal:5432` for another host reached from there."""
    status: Status = "starting"
    message: str = ""
    """Why it is not listening, or what went wrong last."""
    since: datetime | None = None
    connections: int | None = None
    """Open ones; None where the plugin alone knows."""
    opened: int = 0
    """Connections so far, as far as they are known."""
    sent: int = 0
    received: int = 0
    """Bytes through our own forwards; the plugin does not tell."""
    restarts: int = 0

    @property
    def address(self) -> str:
        """Where to connect to."""
        return f"127.0.0.1:{self.local_port}"

    @property
    def over(self) -> bool:
        """Whether it has ended for good."""
        return self.status in ("failed", "stopped")
