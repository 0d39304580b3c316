"""Where a run begins."""

from __future__ import annotations

from typing import Any

import pytest

from containerscope.settings import Settings
from containerscope.ui.begin import first_history
from containerscope.ui.memory import Memory

LAST = Memory(resource="services", cluster="data", account="123456789012", filter="web")


@pytest.mark.parametrize(
    ("flags", "memory", "place"),
    [
        ({}, Memory(), ("clusters", "", "")),
        ({}, LAST, ("services", "data", "")),
        ({"cluster": "checkout"}, LAST, ("services", "checkout", "")),
        ({"cluster": "checkout", "service": "web"}, LAST, ("tasks", "checkout", "")),
        ({"cluster": "platform", "namespace": "shop"}, LAST, ("pods", "platform", "shop")),
        # Several may be of either world.
        ({"cluster": "platform,data"}, LAST, ("workloads", "platform,data", "")),
        ({"cluster": "home", "context": ("home",)}, LAST, ("pods", "home", "")),
        ({"cluster": "home,away", "context": ("home", "away")}, LAST, ("pods", "home,away", "")),
        # The last place is of an account that is perhaps not asked at all.
        ({"context": ("home",)}, LAST, ("clusters", "", "")),
    ],
)
def test_it_begins_where_the_flags_say_else_where_the_last_one_ended(
    flags: dict[str, Any], memory: Memory, place: tuple[str, str, str]
) -> None:
    here = first_history(Settings(**flags), memory).here
    assert (here.resource, here.scope.cluster, here.scope.namespace) == place
