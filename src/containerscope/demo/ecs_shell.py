"""The shell in a container of the demo account: it echoes, and knows a handful of commands."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from containerscope.demo.ecs_state import Task

PROMPT = "/ # "
_CLEAR = "\x1b[H\x1b[2J"


class Shell:
    """A line editor without history over commands that read the container's definition."""

    def __init__(self, task: Task, container: str) -> None:
        self.closed = False
        self._task = task
        self._container = next(
            each for each in task.definition.containers if each["name"] == container
        )
        self._line = ""

    def type(self, keys: str) -> str:
        """What the terminal shows when these keys are pressed."""
        return "".join(self._key(each) for each in keys if not self.closed)

    def run(self, line: str) -> str:
        """What a command line writes, with the line ends of a terminal."""
        try:
            name, *words = shlex.split(line) or [""]
        except ValueError as error:
            return f"sh: syntax error: {error}\r\n"
        if name in ("exit", "logout"):
            self.closed = True
            return ""
        if name == "clear":
            return _CLEAR
        if name == "echo":
            return " ".join(words) + "\r\n"
        known = self._told()
        if not name:
            return ""
        text = known.get(name)
        return f"sh: {name}: not found\r\n" if text is None else text.replace("\n", "\r\n")

    def _key(self, key: str) -> str:
        if key in "\r\n":
            line, self._line = self._line, ""
            shown = "\r\n" + self.run(line)
            return shown if self.closed else shown + PROMPT
        if key == "\x03":
            self._line = ""
            return "^C\r\n" + PROMPT
        if key == "\x04" and not self._line:
            self.closed = True
            return "exit\r\n"
        if key in "\x7f\b":
            erased, self._line = self._line, self._line[:-1]
            return "\b \b" if erased else ""
        if key < " ":
            return ""
        self._line += key
        return key

    def _told(self) -> Mapping[str, str]:
        environment = {
            each["name"]: each["value"] for each in self._container.get("environment", ())
        }
        environment |= {"HOSTNAME": self._host(), "PWD": "/", "TERM": "xterm"}
        command = " ".join(self._container.get("command", [self._container["name"]]))
        return {
            "hostname": self._host() + "\n",
            "whoami": f"{self._container.get('user', 'root')}\n",
            "pwd": "/\n",
            "env": "".join(f"{name}={value}\n" for name, value in environment.items()),
            "ls": "app  bin  etc  lib  proc  tmp  usr  var\n",
            "ps": f"PID   USER     TIME  COMMAND\n    1 root      0:04 {command}\n"
            "   41 root      0:00 sh\n",
            "help": "clear echo env exit help hostname ls ps pwd whoami\n",
        }

    def _host(self) -> str:
        address = self._task.address
        return f"ip-{address.replace('.', '-')}" if address else self._task.id[:12]
