"""What is remembered between runs: the last location and how each view was sorted."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:  # read before the first frame, which needs the theme alone
    from containerscope.resource import Scope
    from containerscope.ui.location import Location

_FILE = "last.json"
_MOST = 1_000_000


class Memory(msgspec.Struct):
    """The content of the file; whatever does not fit is forgotten, never an error."""

    resource: str = ""
    cluster: str = ""
    service: str = ""
    account: str = ""
    """The account it was in: a location means nothing in another one."""
    region: str = ""
    filter: str = ""
    sorts: dict[str, str] = {}
    """Resource -> field, `-` before it for descending."""
    theme: str = ""

    def sort_of(self, resource: str) -> str:
        """How this view was last sorted; empty for its own order."""
        return self.sorts.get(resource, "")

    def remember(self, location: Location) -> None:
        """Take over what is worth keeping of where the user is.

        A view of one parent's children is kept as the list around it: its key means nothing later.
        """
        self.sorts[location.resource] = location.sort
        self.account, self.region = location.scope.account, location.scope.region
        if not location.scope.parent:
            self.resource, self.filter = location.resource, location.filter
            self.cluster, self.service = location.scope.cluster, location.scope.service

    def scope(self) -> Scope:
        """The scope of the last location."""
        from containerscope.resource import Scope

        return Scope(self.account, self.region, self.cluster, self.service)


def load(folder: Path) -> Memory:
    """What the last run left, or a blank one."""
    try:
        with (folder / _FILE).open("rb") as file:
            return msgspec.json.decode(file.read(_MOST), type=Memory)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return Memory()


def save(folder: Path, memory: Memory) -> None:
    """Replace the file in one step, for its owner only; a full disk is no reason to fail."""
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=_FILE)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.encode(memory))
            Path(name).replace(folder / _FILE)
        except OSError:
            Path(name).unlink(missing_ok=True)
