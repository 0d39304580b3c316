"""Where the columns of a table stand: what fits, what gives way, who gets the room left over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from containerscope.rows import Heading

GUTTER = 3
"""Mark, status glyph, and a space."""
NAME_AT_LEAST = 16
"""The name is not cut below this while another column can give way."""
SENTENCE_AT_LEAST = 40
"""A column of sentences is cut to this before another column gives way."""
BRIEF_AT_LEAST = 24
"""A column of sentences is cut to this before one that matters gives way."""
_MATTERS = 2
"""The priority up to which a column matters."""
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
    name = next((at for at, heading in enumerate(headings) if heading.field == "name"), 0)

    def least_of(sentence: int) -> list[int]:
        found = [min(width, max(sentence, title[at])) for at, width in enumerate(widths)]
        if found:
            found[name] = min(widths[name], max(NAME_AT_LEAST, title[name]))
        return found

    least = least_of(SENTENCE_AT_LEAST)
    shown = _that_fit(headings, least, gap, room, above=_MATTERS)
    if _taken(shown, least, gap) > room:
        least = least_of(BRIEF_AT_LEAST)
        shown = [at for at in _that_fit(headings, least, gap, room) if at in shown]
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


def _taken(shown: Sequence[int], widths: Sequence[int], gap: int) -> int:
    return sum(widths[index] for index in shown) + gap * (len(shown) - 1)


def _that_fit(
    headings: Sequence[Heading], least: Sequence[int], gap: int, room: int, above: int = 0
) -> list[int]:
    """The indexes of the columns left when those above this priority have given way."""
    shown = list(range(len(headings)))
    while _taken(shown, least, gap) > room:
        victims = [index for index in shown if headings[index].priority > above and index > 0]
        if not victims:
            break
        shown.remove(max(victims, key=lambda index: (headings[index].priority, index)))
    return shown
