"""ASCII mode for what the toolkit draws by itself: frames, scroll bars, the palette."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from containerscope.ui.spans import ascii_only


class AsciiFilter(LineFilter):
    """Replaces each glyph that is not text; letters of other scripts stay."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line in ASCII."""
        return [
            segment
            if segment.text.isascii()
            else Segment(ascii_only(segment.text), segment.style, segment.control)
            for segment in segments
        ]
