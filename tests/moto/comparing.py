"""Where two answers differ, told by path; what is made up at random counts as the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

_RANDOM = re.compile(
    r"AROA[0-9A-Z]+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-fA-F]{8,}|\d{9,}"
)


def plain(text: str) -> str:
    """The text without ids that nobody chose."""
    return _RANDOM.sub("<id>", text)


def differences(ours: Any, theirs: Any, where: str = "") -> Iterator[str]:
    """`path: how they differ`, `[]` standing for any index."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for name in sorted({*ours, *theirs}):
            path = f"{where}.{name}" if where else str(name)
            if name not in theirs:
                yield f"{path}: only ours"
            elif name not in ours:
                yield f"{path}: only theirs"
            else:
                yield from differences(ours[name], theirs[name], path)
    elif isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            yield f"{where}: {len(ours)} and not {len(theirs)}"
        for one, other in zip(ours, theirs, strict=False):
            yield from differences(one, other, f"{where}[]")
    elif isinstance(ours, datetime) and isinstance(theirs, datetime):
        return
    elif isinstance(ours, str) and isinstance(theirs, str):
        if plain(ours) != plain(theirs):
            yield f"{where}: {ours!r} and not {theirs!r}"
    elif ours != theirs:
        yield f"{where}: {ours!r} and not {theirs!r}"
