"""Python's garbage collector, kept from walking what stays for good.

Loading allocates hundreds of thousands of objects that live until the end, and each collection on
the way would walk them all. So nothing is collected until the first list is there; what exists
then is never looked at again.
"""

from __future__ import annotations

import gc

_YOUNG = 20_000
"""Allocations between two collections of the youngest: listings come in tens of thousands."""


def pause() -> None:
    """Collect nothing while the program loads."""
    gc.disable()


def resume() -> None:
    """Leave what is there alone and collect what comes; does nothing unless paused."""
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(_YOUNG, 20, 20)
        gc.enable()
