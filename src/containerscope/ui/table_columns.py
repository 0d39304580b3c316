"""Where the columns of a table stand: what fits, what gives way, who gets the room left over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from containerscope.rows import Heading

GUTTER = 3
"""Mark, status glyph, and a space."""
NAME_AT_LEAST = 16
"""The flexing first column is not cut below this while another column can give way."""
SENTENCE_AT_LEAST = 40
"""A column of sentences is cut to this before another column gives way."""
_ROOMY = 100
_WIDEST_GAP = 3


@dataclass(frozen=True)
class Place:
    """One column that is shown."""

    index: int
    """Of its heading."""
    x: int
    width: int


@dataclass(frozen=True)
class Layout:
    """The columns that are shown, left to right."""

    places: tuple[Place, ...] = ()
    width: int = 0
    """Cells from the gutter to the end of the last column; more than there are means scrolling."""

    def at(self, x: int) -> Place | None:
        """The column under a horizontal position."""
        found = None
        for place in self.places:
            if place.x <= x:
                found = place
        return found


def title_of(heading: Heading, *, ascii_only: bool = False) -> str:
    """The title with the arrow of the sort."""
    if not heading.sorted:
        return heading.title
    up, down = ("^", "v") if ascii_only else ("↑", "↓")
    return f"{heading.title} {up if heading.sorted > 0 else down}"


def arrange(headings: Sequence[Heading], natural: Sequence[int], available: int) -> Layout:
    """The layout of columns of these natural widths in so many cells."""
    gap = 2 if available >= _ROOMY else 1
    room = available - GUTTER
    title = [len(title_of(heading)) for heading in headings]
    widths = [
        max(title[index], min(natural[index], heading.width))
        for index, heading in enumerate(headings)
    ]
    least = [min(width, max(SENTENCE_AT_LEAST, title[at])) for at, width in enumerate(widths)]
    if least:
        least[0] = min(widths[0], max(NAME_AT_LEAST, title[0]))
    shown = _that_fit(headings, least, gap, room)
    if not shown:
        return Layout()
    spare = room - sum(least[index] for index in shown) - gap * (len(shown) - 1)
    final = dict(zip(shown, (least[index] for index in shown), strict=True))
    for limit in (widths, natural):
        for index in shown:
            more = max(0, min(spare, limit[index] - final[index]))
            final[index] += more
            spare -= more
    if len(shown) > 1 and spare > 0:
        gap = min(_WIDEST_GAP, gap + spare // (len(shown) - 1))
    places = []
    x = GUTTER
    for index in shown:
        places.append(Place(index, x, final[index]))
        x += final[index] + gap
    return Layout(tuple(places), x - gap)


def _that_fit(headings: Sequence[Heading], least: Sequence[int], gap: int, room: int) -> list[int]:
    """The indexes of the columns left when those that matter least have given way."""
    shown = list(range(len(headings)))
    while sum(least[index] for index in shown) + gap * (len(shown) - 1) > room:
        victims = [index for index in shown if headings[index].priority > 0 and index > 0]
        if not victims:
            break
        shown.remove(max(victims, key=lambda index: (headings[index].priority, index)))
    return shown
