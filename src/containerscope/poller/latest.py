"""The newest listing of each place a person has been to, so that going back shows it at once."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from containerscope.model.listing import Listing
from containerscope.resource import Scope

Place = tuple[str, Scope]
"""A resource's name and the scope of the listing."""

_MOST_ITEMS = 60_000


class Latest:
    """Listings by place; the least recently used go first, the newest one always stays."""

    def __init__(self, most_items: int = _MOST_ITEMS) -> None:
        self._most_items = most_items
        self._listings: OrderedDict[Place, Listing[Any]] = OrderedDict()

    def get(self, place: Place) -> Listing[Any] | None:
        """The newest listing of this place, if it is still held."""
        listing = self._listings.get(place)
        if listing is not None:
            self._listings.move_to_end(place)
        return listing

    def put(self, place: Place, listing: Listing[Any]) -> None:
        """Hold this listing, and let go of what is over the bound."""
        self._listings[place] = listing
        self._listings.move_to_end(place)
        held = sum(len(each.items) + 1 for each in self._listings.values())
        while held > self._most_items and len(self._listings) > 1:
            _, gone = self._listings.popitem(last=False)
            held -= len(gone.items) + 1
