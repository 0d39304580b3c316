"""The little shell that answers inside the demo's containers."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from containerscope.demo.kube_status import Body


class Outcome(NamedTuple):
    """What a command wrote, and how it ended."""

    out: str = ""
    error: str = ""
    code: int = 0


class Shell:
    """Runs a handful of commands in a container that is not there."""

    def __init__(self, body: Body, container: str) -> None:
        self._body = body
        self._container: Mapping[str, Any] = next(
            (each for each in body["spec"]["containers"] if each["name"] == container), {}
        )
        self.exited: int | None = None
        """The code of `exit`, once it was typed."""

    @property
    def prompt(self) -> str:
        """What is shown before each line."""
        return f"{self._body['metadata']['name']}:/# "

    def run(self, words: Sequence[str], stdin: str = "") -> Outcome:
        """One command with its arguments."""
        if not words:
            return Outcome()
        name, *rest = words
        known = self._commands().get(name.rpartition("/")[2])
        if known is None:
            return Outcome(error=f"sh: {name}: not found\n", code=127)
        return known(rest, stdin)

    def line(self, text: str) -> Outcome:
        """A line as it was typed; commands at `;`."""
        out = error = ""
        code = 0
        for part in text.split(";"):
            try:
                words = shlex.split(part)
            except ValueError as problem:
                return Outcome(out, f"{error}sh: syntax error: {problem}\n", 2)
            done = self.run(words)
            out, error, code = out + done.out, error + done.error, done.code
            if self.exited is not None:
                break
        return Outcome(out, error, code)

    def _commands(self) -> Mapping[str, Callable[[Sequence[str], str], Outcome]]:
        return {
            "cat": lambda rest, stdin: Outcome(stdin) if not rest else _no_file("cat", rest[0]),
            "date": lambda rest, stdin: Outcome(f"{self._body['status'].get('startTime', '')}\n"),
            "echo": lambda rest, stdin: Outcome(" ".join(rest) + "\n"),
            "env": lambda rest, stdin: Outcome(self._environment()),
            "exit": self._exit,
            "false": lambda rest, stdin: Outcome(code=1),
            "hostname": lambda rest, stdin: Outcome(f"{self._body['metadata']['name']}\n"),
            "id": lambda rest, stdin: Outcome("uid=0(root) gid=0(root) groups=0(root)\n"),
            "ls": lambda rest, stdin: Outcome(
                "app  bin  dev  etc  home  lib  proc  tmp  usr  var\n"
            ),
            "pwd": lambda rest, stdin: Outcome("/\n"),
            "sh": self._sh,
            "bash": self._sh,
            "ash": self._sh,
            "true": lambda rest, stdin: Outcome(),
            "whoami": lambda rest, stdin: Outcome("root\n"),
        }

    def _sh(self, rest: Sequence[str], stdin: str) -> Outcome:
        if len(rest) >= 2 and rest[0].startswith("-") and rest[0].endswith("c"):
            return self.line(rest[1])
        out = error = ""
        code = 0
        for text in stdin.splitlines():
            done = self.line(text)
            out, error, code = out + done.out, error + done.error, done.code
            if self.exited is not None:
                break
        return Outcome(out, error, code)

    def _exit(self, rest: Sequence[str], stdin: str) -> Outcome:
        self.exited = int(rest[0]) if rest and rest[0].isdecimal() else 0
        return Outcome(code=self.exited)

    def _environment(self) -> str:
        lines = [f"HOSTNAME={self._body['metadata']['name']}", "HOME=/root"]
        lines += [
            f"{each['name']}={each.get('value', '')}" for each in self._container.get("env") or ()
        ]
        return "\n".join(lines) + "\n"


def _no_file(command: str, name: str) -> Outcome:
    return Outcome(error=f"{command}: can't open '{name}': No such file or directory\n", code=1)
