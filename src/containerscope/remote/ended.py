"""How something that was opened has ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class End:
    """The exit code of a command, where it is known; and what there is to be said."""

    code: int | None = None
    words: str = ""
    broken: bool = False
    """Whether it ended by no will of the command or its user."""

    @property
    def sentence(self) -> str:
        """For the action log and the status line."""
        if self.words:
            return self.words
        return "ended" if self.code is None else f"ended with {self.code}"
