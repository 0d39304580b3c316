"""An account full of texts that mean harm: the terminal is sent none of it."""

from __future__ import annotations

import pytest
from benchmarks.account import opened

from containerscope.resource import Platform
from containerscope.resources import all_resources
from tests.robust.hostile import TAILS, harm_in, hostile_account

pytestmark = pytest.mark.pty

LISTS = [
    each.name
    for each in all_resources().values()
    if not each.needs and each.platform not in (Platform.LOCAL, Platform.KUBERNETES)
]
"""Those of Kubernetes are left out: no API server answers for clusters with spoiled names."""

_FLAGS = ("--rate-share", "0")
_ONE = dict.fromkeys(("tasks", "containers"), ("--cluster", "data"))
"""Megabytes of the same columns prove no more than one cluster's."""


def test_the_check_finds_every_kind_of_harm() -> None:
    for tail in TAILS:
        if not tail.isprintable() and "👩" not in tail:
            assert harm_in(tail.encode()), tail


def test_no_view_of_a_hostile_account_sends_the_terminal_anything_of_it() -> None:
    with (
        hostile_account() as server,
        opened(server.url, *_FLAGS, columns=200, rows=50) as terminal,
    ):
        terminal.wait(r"clusters \(5\).*complete")
        for name in LISTS:
            terminal.type(f":{name}\r")
            terminal.wait(rf"\n {name} \([1-9][^\n]*(complete|partial)")
            terminal.type("W1")
            terminal.wait(r"│.*1 Overview")
            terminal.type("y")
            # JSON, then YAML; from the second list on the other way round.
            terminal.wait(r'│[^\n│]*\w"?: ')
            terminal.type("y")
            terminal.wait(r'│[^\n│]*\w"?: ')
            terminal.type("C\t2")
            terminal.wait(r"│")
            terminal.type("Wa")
            terminal.wait("Open or close the detail pane")
            terminal.type("\x1b")
            terminal.wait("Open or close the detail pane", gone=True)
        terminal.type(":tasks\r")
        terminal.wait(r"\n tasks \([^\n]*(complete|partial)")
        terminal.type("\r")
        terminal.wait(r"› containers \([1-9]")
        terminal.type("co?")
        terminal.wait("Keys and commands")
        terminal.type("\x1b\x11")
        assert terminal.wait_for_end() == 0
        assert b"\x1b]52;" in terminal.raw
        assert harm_in(bytes(terminal.raw)) == []


def test_what_the_commands_print_on_a_terminal_is_harmless() -> None:
    with hostile_account() as server:
        for arguments in (
            *(("get", name, "-o", "wide", *_ONE.get(name, ())) for name in LISTS),
            ("get", "services", "-o", "name"),
            ("get", "services", "-o", "yaml"),
            ("get", "taskdefs", "-o", "json"),
            ("get", "services", "--cluster", "data", "-o", "csv"),
            ("doctor",),
        ):
            with opened(server.url, *_FLAGS, *arguments, columns=200) as terminal:
                terminal.wait_for_end(60)
                assert len(terminal.raw) > 500, arguments
                assert harm_in(bytes(terminal.raw)) == [], arguments
