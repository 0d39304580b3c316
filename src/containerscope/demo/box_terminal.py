"""A terminal in one of the demo's containers: it echoes, edits lines and takes ctrl+c."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from containerscope.demo.box import Box, Input
from containerscope.demo.box_shell import SHELLS, Shell

Show = Callable[[bytes], Awaitable[None]]

_FIND_SHELL = ("exec bash", "exec sh")
"""What a script holds that looks for the best shell."""


def is_shell(argv: Sequence[str]) -> bool:
    """Whether a command is a shell that goes on until someone leaves it."""
    if not argv or argv[0].rpartition("/")[2] not in SHELLS:
        return False
    if len(argv) == 1:
        return True
    return len(argv) == 3 and argv[1] == "-c" and any(each in argv[2] for each in _FIND_SHELL)


_TURNS = 8
"""Turns of the loop in which a command that does not wait is done."""


class Terminal:
    """Keys go in, what is shown comes out; `code` is that of the command once it has ended."""

    def __init__(self, box: Box, show: Show) -> None:
        self._show = show
        self._box = box
        self._input = Input()
        self._line = ""
        self._echo = True
        self._shell = Shell(box, echo=self._set_echo)
        self._alone: asyncio.Future[int] | None = None
        """The command, where it is no shell."""

    def _set_echo(self, on: bool) -> None:
        self._echo = on

    async def run(self, argv: Sequence[str]) -> int:
        """Run a command to its end; a shell until it is left."""
        if is_shell(argv):
            return await self._shell.converse(
                self._input, self._write, self._write, prompt=self._box.prompt
            )
        self._alone = asyncio.ensure_future(
            self._shell.run(argv, self._input, self._write, self._write)
        )
        try:
            await asyncio.wait((self._alone,))
            return 130 if self._alone.cancelled() else self._alone.result()
        finally:
            self._alone.cancel()

    async def type(self, keys: str) -> None:
        """Take what is typed."""
        for line in keys.splitlines(keepends=True):
            shown = "".join(map(self._key, line))
            if shown:
                await self._show(shown.encode())
            # A line that was typed ahead is shown where it is run.
            for _ in range(_TURNS):
                await asyncio.sleep(0)

    def _key(self, key: str) -> str:
        if key in "\r\n":
            line, self._line = self._line, ""
            self._input.feed(f"{line}\n".encode())
            return "\r\n" if self._echo else ""
        if key == "\x03":
            self._line = ""
            if self._alone is not None:
                self._alone.cancel()
                return "^C\r\n"
            return "^C\r\n" + ("" if self._shell.interrupt() else self._box.prompt)
        if key == "\x04":
            # As on a terminal: it hands over what was typed so far, and nothing is the end.
            line, self._line = self._line, ""
            if line:
                self._input.feed(line.encode())
            else:
                self._input.end()
            return ""
        if key in "\x7f\b":
            erased, self._line = self._line, self._line[:-1]
            return "\b \b" if erased and self._echo else ""
        if key < " ":
            return ""
        self._line += key
        return key if self._echo else ""

    async def _write(self, data: bytes) -> None:
        await self._show(data.replace(b"\n", b"\r\n"))
