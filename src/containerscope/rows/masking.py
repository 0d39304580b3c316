"""Values as they may leave: what looks like a secret is masked, names and numbers stay."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Set
from typing import Any

from containerscope.model.listing import Item, Missing
from containerscope.redact import redact, redact_text

_masked = functools.lru_cache(4096)(redact_text)
"""A screen shows the same states, zones and names again and again."""


def masked_value(value: Any, item: Item[Any]) -> Any:
    """The value of a cell without secrets; the row's own name and key are none."""
    if isinstance(value, str):
        return value if value in (item.name, item.key) else _masked(value)
    if isinstance(value, Missing):
        last = masked_value(value.last, item)
        return Missing(value.why, redact_text(value.reason), last)
    if isinstance(value, Mapping | list | tuple):
        return redact(value)
    if isinstance(value, Set):
        return {redact_text(part) if isinstance(part, str) else part for part in value}
    return value
