"""The user's terminal while something remote has it: given away, and taken back in any case."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, TypeVar

from containerscope.model.listing import ApiError, Problem, Why

_POSIX = os.name == "posix"
_CALM = (
    b"\x1b[0m\x1b[?25h\x1b[?1l\x1b>\x1b[?7h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l"
    b"\x1b[?1004l\x1b[?2004l\x1b(B"
)
"""Colours, cursor, keypad, wrap, mouse, focus, paste and letters as a shell expects them."""
_OTHER_SCREEN, _FIRST_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
_TYPED = ("SIGINT", "SIGQUIT", "SIGTSTP")
"""What a terminal sends for keys, which are meant for whoever has it."""


def is_terminal() -> bool:
    """Whether there are a keyboard and a screen."""
    return _POSIX and sys.stdin.isatty() and sys.stdout.isatty()


def check_terminal() -> None:
    """Raise `ApiError` where nobody could type."""
    if not _POSIX:
        message = "a terminal is given away on Linux and macOS only"
        raise ApiError(Problem(Why.FAILED, "terminal", message, remedy="run one command"))
    if not is_terminal():
        message = "there is no terminal to type on"
        raise ApiError(Problem(Why.FAILED, "terminal", message, remedy="name a command to run"))


class Given:
    """The terminal that was given away."""

    def __init__(self) -> None:
        self._other = False

    def write(self, data: bytes) -> None:
        """Show what came from the other side as it is, and remember which screen that leaves."""
        on, off = data.rfind(_OTHER_SCREEN), data.rfind(_FIRST_SCREEN)
        if on != off:
            self._other = on > off
        write_all(data)

    def died(self) -> None:
        """Whoever had it was ended before it could tidy up."""
        self._other = True

    def calm(self) -> None:
        """Undo what was left switched on."""
        write_all((_FIRST_SCREEN if self._other else b"") + _CALM)


def write_all(data: bytes) -> None:
    """Write to standard output, however small its buffer is."""
    sys.stdout.flush()
    while data:
        try:
            data = data[os.write(1, data) :]
        except BlockingIOError:
            continue


@contextlib.contextmanager
def given_away() -> Iterator[Given]:
    """Let somebody else have the terminal; afterwards it is as it was, whatever has happened."""
    check_terminal()
    import termios  # not on Windows

    modes = termios.tcgetattr(0)
    given = Given()
    with _keys_are_theirs():
        try:
            yield given
        finally:
            with contextlib.suppress(OSError, termios.error):
                given.calm()
            with contextlib.suppress(OSError, termios.error), _in_background():
                termios.tcsetattr(0, termios.TCSADRAIN, modes)
                termios.tcflush(0, termios.TCIFLUSH)


@contextlib.contextmanager
def raw() -> Iterator[None]:
    """Every key comes as it is pressed, ctrl+c too; within `given_away`."""
    import termios
    import tty  # not on Windows

    tty.setraw(0, termios.TCSADRAIN)
    yield


@contextlib.contextmanager
def raw_then_back() -> Iterator[None]:
    """The same for a while: whoever comes next finds the terminal as it was."""
    import termios  # not on Windows

    modes = termios.tcgetattr(0)
    with raw():
        try:
            yield
        finally:
            termios.tcsetattr(0, termios.TCSADRAIN, modes)


@contextlib.contextmanager
def _keys_are_theirs() -> Iterator[None]:
    before: list[tuple[int, Any]] = []
    for name in _TYPED:
        number = getattr(signal, name)
        # A handler of our own and not SIG_IGN, which a child would inherit.
        before.append((number, signal.signal(number, lambda *_: None)))
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


@contextlib.contextmanager
def _in_background() -> Iterator[None]:
    """Change the terminal though a child that is gone still counts as the one in front."""
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGTTOU, before)


@contextlib.contextmanager
def keys_to(typed: Callable[[bytes], None]) -> Iterator[None]:
    """Hand on what is typed, as it comes."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        try:
            data = os.read(0, 1 << 12)
        except OSError:
            data = b""
        if not data:
            loop.remove_reader(0)
        typed(data)

    loop.add_reader(0, read)
    try:
        yield
    finally:
        loop.remove_reader(0)


@contextlib.contextmanager
def size_to(resized: Callable[[int, int], None]) -> Iterator[None]:
    """Tell columns and rows, now and whenever they change."""
    loop = asyncio.get_running_loop()

    def tell() -> None:
        size = shutil.get_terminal_size()
        resized(size.columns, size.lines)

    before = signal.getsignal(signal.SIGWINCH)
    loop.add_signal_handler(signal.SIGWINCH, tell)
    tell()
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGWINCH)
        signal.signal(signal.SIGWINCH, before)


T = TypeVar("T")


async def unless_left(work: Coroutine[Any, Any, T]) -> T | None:
    """What the work returns; None once ctrl+c is pressed meanwhile. Within `given_away`."""
    left = asyncio.Event()

    def typed(data: bytes) -> None:
        if b"\x03" in data:
            left.set()

    working = asyncio.ensure_future(work)
    waiting = asyncio.ensure_future(left.wait())
    with raw_then_back(), keys_to(typed):
        try:
            await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
            return working.result() if working.done() else None
        finally:
            for each in (working, waiting):
                each.cancel()
            await asyncio.gather(working, waiting, return_exceptions=True)


async def any_key() -> None:
    """Wait until a key is pressed."""
    pressed = asyncio.Event()
    with given_away(), raw(), keys_to(lambda _: pressed.set()):
        await pressed.wait()


class Leave:
    """Finds `~.` at the start of a line, by which a session is left though nothing answers."""

    def __init__(self) -> None:
        self._fresh = True
        self._tilde = False

    def take(self, data: bytes) -> bytes | None:
        """What of it is sent on; None once it is left."""
        sent = bytearray()
        for byte in data:
            if self._tilde:
                self._tilde = False
                if byte == ord("."):
                    return None
                sent += b"" if byte == ord("~") else b"~"
            elif self._fresh and byte == ord("~"):
                self._tilde = True
                continue
            sent.append(byte)
            self._fresh = byte in b"\r\n"
        return bytes(sent)


async def standard_input() -> AsyncIterator[bytes]:
    """What comes on standard input until its end, without holding anything else up."""
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[bytes] = asyncio.Queue()

    def read() -> None:
        data = os.read(0, 1 << 15)
        if not data:
            loop.remove_reader(0)
        arrived.put_nowait(data)

    try:
        loop.add_reader(0, read)
    except PermissionError:
        # A file is not watched: there is always something to be read.
        while data := await asyncio.to_thread(os.read, 0, 1 << 15):
            yield data
        return
    try:
        while data := await arrived.get():
            yield data
    finally:
        loop.remove_reader(0)
