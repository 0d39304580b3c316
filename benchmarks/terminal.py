"""Drives a program in a pseudo-terminal and sees what a person sees: screen, bytes, cost."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import pyte

_ANSWERS = {
    b"\x1b[c": b"\x1b[?62;c",
    b"\x1b[0c": b"\x1b[?62;c",
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b]11;?": b"\x1b]11;rgb:0000/0000/0000\x1b\\",
}
"""What a terminal answers to the queries that programs wait for."""


class Tty:
    """A child process on a terminal of its own; a context manager that ends it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 40,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self.ended = False
        self.started = time.perf_counter()
        self.arrived = self.started
        """When the newest bytes came, before this emulator spent its time on them."""
        base = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ}
        base |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        self.pid, self.fd = pty.fork()
        if self.pid == 0:  # pragma: no cover - the child
            try:
                if cwd is not None:
                    os.chdir(cwd)
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                os.execvpe(command[0], list(command), base | dict(environment or {}))
            finally:
                os._exit(127)
        self.resize(columns, rows)
        self._process = psutil.Process(self.pid)
        self.exit_code: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, as dragging its window does."""
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if (self.screen.columns, self.screen.lines) != (columns, rows):
            self.screen.resize(rows, columns)

    def read(self, seconds: float) -> int:
        """Take in what arrives within that time, at most one chunk; the number of its bytes."""
        data = self._take(seconds)
        self.feed(data)
        return len(data)

    def _take(self, seconds: float) -> bytes:
        ready, _, _ = select.select([self.fd], [], [], max(0.0, seconds))
        if not ready:
            return b""
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            data = b""
        if not data:
            self.ended = True
            return b""
        self.arrived = time.perf_counter()
        self.raw += data
        for query, answer in _ANSWERS.items():
            if query in data:
                os.write(self.fd, answer)
        return data

    def feed(self, data: bytes) -> None:
        """Bring the screen up to date with bytes that were taken."""
        self._stream.feed(_readable(data))

    def take_for(self, seconds: float) -> list[tuple[float, bytes]]:
        """What arrives for that long, each chunk with its time, kept from the screen until fed.

        Drawing a frame takes this emulator longer than the program: whoever measures times must
        not draw in between.
        """
        chunks: list[tuple[float, bytes]] = []
        end = time.perf_counter() + seconds
        while not self.ended and (left := end - time.perf_counter()) > 0:
            if data := self._take(left):
                chunks.append((self.arrived, data))
        return chunks

    def read_for(self, seconds: float) -> int:
        """Take in everything for that long; the number of bytes."""
        before, end = len(self.raw), time.perf_counter() + seconds
        while not self.ended and (left := end - time.perf_counter()) > 0:
            self.read(min(0.05, left))
        return len(self.raw) - before

    def type(self, keys: str) -> None:
        """Send keys; escape sequences as the terminal would send them."""
        os.write(self.fd, keys.encode())

    def text(self) -> str:
        """The screen as text, without trailing blanks."""
        # Not pyte's own `display`: it fails on a wide character that was written over by half.
        columns, lines = range(self.screen.columns), range(self.screen.lines)
        cells = self.screen.buffer
        return "\n".join("".join(cells[y][x].data for x in columns).rstrip() for y in lines)

    def wait(
        self, wanted: str | Callable[[str], bool], *, seconds: float = 30.0, gone: bool = False
    ) -> float:
        """Read on until the pattern is on the screen (or `gone` from it); seconds it took.

        Raises TimeoutError, with the screen in its message.
        """
        start = time.perf_counter()
        pattern = re.compile(wanted, re.S) if isinstance(wanted, str) else None
        while True:
            text = self.text()
            found = bool(pattern.search(text)) if pattern else bool(wanted(text))  # type: ignore[operator]
            if found is not gone:
                return time.perf_counter() - start
            if self.ended or time.perf_counter() - start > seconds:
                state = "ended" if self.ended else "went on"
                raise TimeoutError(f"no {wanted!r}; the program {state} with this screen:\n{text}")
            self.read(0.02)

    def press(self, keys: str, *, seconds: float = 2.0) -> float | None:
        """Send keys and wait for the first byte that follows; its seconds, None if none came."""
        while self.read(0):
            pass
        start = time.perf_counter()
        self.type(keys)
        return time.perf_counter() - start if self.read(seconds) else None

    def cost(self) -> tuple[float, float]:
        """CPU seconds so far and MiB of resident memory of the program, without its children."""
        try:
            times = self._process.cpu_times()
            return times.user + times.system, self._process.memory_info().rss / 2**20
        except psutil.Error:
            return 0.0, 0.0

    def wait_for_end(self, seconds: float = 10.0) -> int:
        """Read on until the program has ended; its exit code, negative for a signal."""
        end = time.perf_counter() + seconds
        while self.exit_code is None:
            self.read(0.02)
            self._reap()
            if time.perf_counter() > end:
                raise TimeoutError(f"the program goes on with this screen:\n{self.text()}")
        while self.read(0.05):
            pass
        return self.exit_code

    def _reap(self) -> None:
        if self.exit_code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.exit_code = os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        """End the program, politely first."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.exit_code is not None:
                break
            os.kill(self.pid, number)
            end = time.perf_counter() + 3
            while self.exit_code is None and time.perf_counter() < end:
                self.read(0.02)
                self._reap()
        os.close(self.fd)


def _readable(data: bytes) -> bytes:
    """Without the private sequences on which pyte trips: `CSI > …`, `CSI < …` and `CSI ? … $p`."""
    return re.sub(rb"\x1b\[(?:[<>=][0-9;]*[a-zA-Z]|\?[0-9;]*\$p)", b"", data)
