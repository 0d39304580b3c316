"""Which port leads where, as people say it."""

from __future__ import annotations

import pytest

from containerscope.insight.ports import Ports, first_words, parse


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("8080", Ports(8080, 8080)),
        ("80", Ports(8080, 80)),
        ("9000:8080", Ports(9000, 8080)),
        (":8080", Ports(0, 8080)),
        ("0:8080", Ports(0, 8080)),
        ("5432:db.internal:5432", Ports(5432, 5432, "db.internal")),
        ("db.internal:5432", Ports(5432, 5432, "db.internal")),
        ("", None), ("x", None), ("8080:x", None), ("1:2:3:4", None), ("0", None), ("70000", None),
        ("8080::80", None), ("-1", None), ("８０", None),
    ],
)  # fmt: skip
def test_a_port_is_understood_or_not(said: str, meant: Ports | None) -> None:
    assert parse(said) == meant


def test_the_first_known_port_is_offered() -> None:
    assert (first_words((80, 443)), first_words(())) == ("8080:80", "")
