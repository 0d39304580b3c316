"""What a table asks of whatever it shows."""

from __future__ import annotations

from typing import Protocol

from containerscope.model.health import Level
from containerscope.rows import Cell, Heading


class RowSource(Protocol):
    """What a table shows; `containerscope.rows.Rows` is one."""

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The heads of the columns."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The rows in the order in which they are shown."""

    def cells(self, key: str, /) -> tuple[Cell, ...]:
        """The cells of a row, one for each heading."""

    def level(self, key: str, /) -> Level:
        """How much a row wants the eye."""

    def name(self, key: str, /) -> str:
        """What a search looks at; cheaper than the cells."""
