"""What a benchmark says: one measured number against its bar."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table that `make bench` prints."""

    what: str
    measured: str
    """The number with its unit."""
    bar: str
    """The bar with its unit; empty for a number without one."""
    ok: bool = True
