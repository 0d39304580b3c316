"""`LOCAL:REMOTE`, as people say which port leads where."""

from __future__ import annotations

from dataclasses import dataclass

HOW = "give [LOCAL:][HOST:]PORT, such as 8080, 9000:8080 or 5432:db.internal:5432"
_FIRST_FREE = 1024
_LAST = 65535


@dataclass(frozen=True)
class Ports:
    """A port here and one there."""

    local: int
    """0 takes any that is free."""
    remote: int
    host: str = ""
    """Another host that is reached from there; empty for the container or instance itself."""

    @property
    def words(self) -> str:
        """The other side: `8080`, `db.internal:5432`."""
        return f"{self.host}:{self.remote}" if self.host else str(self.remote)


def parse(text: str) -> Ports | None:
    """What was said; None for what makes no sense."""
    parts = text.strip().split(":")
    host = ""
    if len(parts) == 3:
        host = parts.pop(1)
        if not host:
            return None
    elif len(parts) == 2 and parts[0] and not parts[0].isdecimal():
        host, parts = parts[0], [parts[1]]
    if len(parts) > 2 or not parts[-1].isascii() or not parts[-1].isdecimal():
        return None
    remote = int(parts[-1])
    given = parts[0] if len(parts) == 2 else ""
    if given and not (given.isascii() and given.isdecimal()):
        return None
    local = int(given) if given else near(remote) if len(parts) == 1 else 0
    if not 0 < remote <= _LAST or not 0 <= local <= _LAST:
        return None
    return Ports(local, remote, host)


def near(remote: int) -> int:
    """The port here that is like one there, above those that only root may open."""
    return remote if remote >= _FIRST_FREE else remote + 8000


def first_words(ports: tuple[int, ...]) -> str:
    """What to begin with, where these ports are known."""
    return f"{near(ports[0])}:{ports[0]}" if ports else ""
