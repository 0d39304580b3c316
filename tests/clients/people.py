"""People who answer what signing in asks."""

from __future__ import annotations


class Person:
    """Gives the codes it was given, then gives up; remembers what it was shown."""

    def __init__(self, *codes: str) -> None:
        self._codes = list(codes)
        self.asked: list[str] = []
        self.shown: list[tuple[str, str]] = []
        self.done: list[str] = []

    async def mfa_code(self, serial: str) -> str | None:
        """The next code."""
        self.asked.append(serial)
        return self._codes.pop(0) if self._codes else None

    async def device_code(self, url: str, code: str, expires_in: float) -> None:
        """Read where to confirm."""
        self.shown.append((url, code))

    async def device_done(self, message: str) -> None:
        """Read how it ended."""
        self.done.append(message)
