"""A line of text in parts, each with a role that the theme gives a colour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len

from containerscope.model.health import Level
from containerscope.model.text import cut

Role = Literal[
    "plain", "dim", "strong", "accent", "failed", "warning", "progress", "fine", "title", "rule"
]
"""What a part of a line is, not what it looks like."""

OF_LEVEL: dict[Level, Role] = {
    Level.FAILED: "failed",
    Level.WARNING: "warning",
    Level.PROGRESS: "progress",
    Level.FINE: "fine",
    Level.NONE: "plain",
}


@dataclass(frozen=True)
class Span:
    """One part of a line; its text is harmless to show."""

    text: str
    role: Role = "plain"

    @property
    def width(self) -> int:
        """In terminal cells."""
        return cell_len(self.text)


Spans = tuple[Span, ...]


def width_of(spans: Iterable[Span]) -> int:
    """The terminal cells a line takes."""
    return sum(span.width for span in spans)


def text_of(spans: Iterable[Span]) -> str:
    """The line without its roles."""
    return "".join(span.text for span in spans)


def fit(spans: Iterable[Span], width: int) -> Spans:
    """The line in at most `width` cells; what is too much at its end is cut."""
    kept: list[Span] = []
    for span in spans:
        room = width - width_of(kept)
        if room <= 0:
            break
        kept.append(span if span.width <= room else Span(cut(span.text, room), span.role))
    return tuple(kept)


def spread(left: Spans, right: Spans, width: int) -> Spans:
    """Two parts of a line at its two ends; the left gives way to the right."""
    left = fit(left, max(0, width - width_of(right) - (2 if right else 0)))
    gap = width - width_of(left) - width_of(right)
    return (*left, Span(" " * max(0, gap)), *right)


_ASCII = (
    str.maketrans("✗▲◌●–·›‹→↓↑…⊘─│◆┄┤├└┼", "x!~*-|><>v^~x-|+-||`+")
    | str.maketrans("▁▂▃▄▅▆▇█", "_..-=+*#")
    # What the toolkit itself draws: frames, scroll bars, the sign of the palette.
    | str.maketrans("╭╮╰╯┌┐┘━┃▔▏▎▍▌▋▊▉▐", "+++++++-|-||||||||")
    | {ord("🔎"): "? "}
    # Dots of a plot: the empty pattern is a blank.
    | {0x2800 + pattern: "*" if pattern else " " for pattern in range(256)}
)


def ascii_only(text: str) -> str:
    """The text with each glyph of ours replaced by one letter, so that nothing moves."""
    return text if text.isascii() else text.translate(_ASCII)
