"""A Session Manager plugin on the PATH that notes how it was started, and then does its work."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

_STUB = """#!{python}
import json, os, sys
arguments = sys.argv[1:]
told = {{"arguments": arguments, "answer": os.environ.get("AWS_SSM_START_SESSION_RESPONSE", "")}}
with open({record!r}, "a") as file:
    file.write(json.dumps(told) + "\\n")
if arguments == ["--version"]:
    print({version!r})
    sys.exit(0)
from containerscope.demo.session_plugin import main
sys.exit(main(arguments))
"""


class Stub:
    """The plugin and what it has noted."""

    def __init__(self, folder: Path, version: str = "1.2.707.0") -> None:
        self.folder = folder / "plugin"
        self._record = self.folder / "calls.jsonl"
        self.folder.mkdir(exist_ok=True)
        file = self.folder / "session-manager-plugin"
        file.write_text(
            _STUB.format(python=sys.executable, record=str(self._record), version=version)
        )
        file.chmod(0o755)

    @property
    def path(self) -> str:
        """A PATH on which it comes first."""
        return f"{self.folder}{os.pathsep}{os.environ['PATH']}"

    def calls(self) -> list[dict[str, Any]]:
        """Each start but for those that ask for the version."""
        if not self._record.exists():
            return []
        every = map(json.loads, self._record.read_text().splitlines())
        return [each for each in every if each["arguments"] != ["--version"]]

    def answer(self, call: dict[str, Any]) -> dict[str, str]:
        """What it was told of the session."""
        given = call["answer"] or call["arguments"][0]
        return msgspec.json.decode(given, type=dict[str, str])


@pytest.fixture
def stub_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stub:
    """On the PATH of this process."""
    stub = Stub(tmp_path)
    monkeypatch.setenv("PATH", stub.path)
    return stub
