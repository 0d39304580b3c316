"""What stands for a running container of the demo account: who it is, and its files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

MOST = 64 * 1024 * 1024
"""Bytes of files that a container has room for."""
_TREE = ("app", "bin", "dev", "etc", "home", "lib", "proc", "tmp", "usr", "var")

Write = Callable[[bytes], Awaitable[None]]


@dataclass
class Files:
    """The files of one container by their absolute paths; folders are what lies on the way."""

    content: dict[str, bytes] = field(default_factory=dict)
    folders: set[str] = field(default_factory=lambda: {f"/{name}" for name in _TREE} | {"/"})

    def put(self, path: str, data: bytes) -> None:
        """Write a file and the folders on its way; an OSError where there is no room."""
        used = sum(map(len, self.content.values())) - len(self.content.get(path, b""))
        if used + len(data) > MOST:
            raise OSError("No space left on device")
        self.content[path] = data
        self.folder(path.rpartition("/")[0] or "/")

    def folder(self, path: str) -> None:
        """Make a folder and those above it."""
        while path and path not in self.folders:
            self.folders.add(path)
            path = path.rpartition("/")[0] or "/"

    def drop(self, path: str) -> None:
        """Take a file away, or a folder and all in it."""
        for name in (path, *self.below(path)):
            self.content.pop(name, None)
        start = path.rstrip("/") + "/"
        self.folders = {
            each for each in self.folders if each != path and not f"{each}/".startswith(start)
        }

    def below(self, path: str) -> dict[str, bytes]:
        """The files in a folder and below it."""
        start = path.rstrip("/") + "/"
        return {name: data for name, data in self.content.items() if name.startswith(start)}

    def names(self, path: str) -> list[str]:
        """What lies in a folder."""
        start = path.rstrip("/") + "/"
        every = (*self.content, *self.folders)
        return sorted({n[len(start) :].split("/")[0] for n in every if n.startswith(start)} - {""})


@dataclass
class Box:
    """A container as a shell in it sees it."""

    host: str
    prompt: str
    environment: Mapping[str, str]
    command: str
    files: Files
    user: str = "root"
    started: str = ""

    def furnish(self) -> None:
        """Put the files there that every container has, unless somebody has been here."""
        if self.files.content:
            return
        self.files.put("/etc/hostname", f"{self.host}\n".encode())
        self.files.put("/etc/os-release", b'NAME="Demo Linux"\nID=demo\nVERSION_ID="1"\n')
        told = "".join(f"{name}={value}\n" for name, value in sorted(self.environment.items()))
        self.files.put("/app/config.env", told.encode())


class Input:
    """What a command reads, as it comes."""

    def __init__(self, data: bytes = b"", *, ended: bool = False) -> None:
        self._data = bytearray(data)
        self._later = bytearray()
        """What was typed after an end, for whoever reads next."""
        self._ended = ended
        self._more = asyncio.Event()

    @classmethod
    def of(cls, data: bytes) -> Input:
        """All of it."""
        return cls(data, ended=True)

    def feed(self, data: bytes) -> None:
        """More has come."""
        if self._ended:
            self._later += data
        else:
            self._data += data
        self._more.set()

    def end(self) -> None:
        """No more comes."""
        self._ended = True
        self._more.set()

    async def line(self) -> bytes:
        """The next line with its end; less at the end of the input, where it is opened again."""
        while (at := self._data.find(b"\n")) < 0 and not self._ended:
            await self._wait()
        return self._take(at + 1 if at >= 0 else len(self._data))

    async def most(self, size: int) -> bytes:
        """That many bytes, or what there is until the end."""
        while len(self._data) < size and not self._ended:
            await self._wait()
        return self._take(min(size, len(self._data)))

    async def all(self) -> bytes:
        """Everything until the end."""
        while not self._ended:
            await self._wait()
        return self._take(len(self._data))

    async def some(self) -> bytes:
        """What has come; nothing at the end."""
        while not self._data and not self._ended:
            await self._wait()
        return self._take(len(self._data))

    def again(self) -> None:
        """Go on after an end that was typed."""
        self._data += self._later
        self._later.clear()
        self._ended = False

    async def _wait(self) -> None:
        self._more.clear()
        await self._more.wait()

    def _take(self, size: int) -> bytes:
        taken = bytes(self._data[:size])
        del self._data[:size]
        return taken
