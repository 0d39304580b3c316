"""docs/demo.md says what the demo account does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

from containerscope.demo.faults import KINDS, Fault, parse
from containerscope.demo.operations import OPERATIONS
from containerscope.demo.scenarios import find

PAGE = (Path(__file__).parents[2] / "docs" / "demo.md").read_text(encoding="utf-8")
_FLAGS = re.findall(r"--demo-fault (\S+)", PAGE)
_BODIES = re.findall(r"/_demo/(\w+) -d '(.+)'", PAGE)


def test_every_kind_of_fault_is_explained() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(KINDS)


@pytest.mark.parametrize("spec", [each for each in _FLAGS if each != "SPEC`"])
def test_every_fault_in_an_example_makes_sense(spec: str) -> None:
    assert parse(spec, OPERATIONS).kind in KINDS


def test_every_body_in_an_example_is_one_that_is_taken() -> None:
    assert {path for path, _ in _BODIES} == {"faults", "scenarios", "clock"}
    for path, body in _BODIES:
        wish = json.loads(body)
        if path == "scenarios":
            assert [find(name) for name in wish.values()]
            assert wish.keys() <= {"start", "stop"}
        elif path == "clock":
            assert wish.keys() <= {"advance", "speed"}
        else:
            for each in wish:
                assert parse(each) if isinstance(each, str) else msgspec.convert(each, Fault)
