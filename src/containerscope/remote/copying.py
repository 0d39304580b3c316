"""Files copied into containers and out of them: tar over exec, as kubectl does it.

ECS Exec has one terminal and no more: what goes through it is in base 64, its size is bounded, and
a checksum is compared.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import hashlib
import posixpath
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from containerscope.plan import Step
from containerscope.remote import pods, sessions
from containerscope.remote.allowed import check
from containerscope.remote.archive import Unpacked, failed, pack, too_large, unpack
from containerscope.remote.ended import End

MIB = 1024 * 1024
MOST = {"kubernetes": 2048 * MIB, "ecs": 32 * MIB}
"""Bytes that are copied at most unless more are allowed: by the service that is asked."""
_PIECE = 1 << 15
_EXISTS, _BROKEN = 45, 46
"""Exit codes of the scripts: the target is there already; something of it did not work."""
_NEW = '[ -z "$5" ] && [ -e "$4" ] && [ ! -d "$4" ] && exit 45; mkdir -p "$1" && '
_MOVED = '&& mv "$1/$3" "$4" && rm -rf "$1" || { rm -rf "$1"; exit 46; }'
_INTO_POD = f'{_NEW}head -c "$2" | tar xmf - -C "$1" {_MOVED}'
_INTO_TASK = (
    f"{_NEW}sed -n '/^[.]$/q;p' | base64 -d >\"$1/.in\" && "
    f'echo "$2  $1/.in" | sha256sum -c - >/dev/null && tar xmf "$1/.in" -C "$1" {_MOVED}'
)
_OUT_OF_TASK = (
    'cd "$1" && [ -e "$2" ] && tar cf - "$2" | wc -c && tar cf - "$2" | sha256sum && '
    'tar cf - "$2" | base64'
)

Told = Callable[[int, int], None]
"""Bytes so far, and of how many; 0 where that is not known."""


@dataclass(frozen=True)
class Copy:
    """What is copied from where to where."""

    remote: str
    local: Path
    into: bool
    """Whether it goes into the container."""
    limit: int = 0
    """Bytes at most; 0 for what is usual."""
    force: bool = False
    """Whether a file that is there already may be replaced."""


async def copy(clients: Any, step: Step, wanted: Copy, told: Told = lambda *_: None) -> str:
    """Copy, and say what was; raises `ApiError`, and then nothing is left half made."""
    check(clients, step)
    service = step.opened.service
    wanted = replace(wanted, limit=wanted.limit or MOST[service])
    with tempfile.TemporaryFile() as archive:
        if wanted.into:
            size = await _in(clients, step, wanted, archive, told)
            return f"copied {_size(size)} to {wanted.remote}"
        made, target = await _out(clients, step, wanted, archive, told)
    left = f"; left out: {', '.join(made.left_out[:3])}" if made.left_out else ""
    files = f"{made.files} file{'s' * (made.files != 1)}"
    return f"copied {files}, {_size(made.bytes)}, to {target}{left}"


def _size(size: int) -> str:
    return f"{size} bytes" if size < 10_000 else f"{size / MIB:.1f} MiB"


async def _in(clients: Any, step: Step, wanted: Copy, archive: IO[bytes], told: Told) -> int:
    source = wanted.local.expanduser()
    if not source.exists():
        raise failed(f"there is no {source}")
    name = source.resolve().name
    size = await asyncio.to_thread(pack, source, name, archive, wanted.limit)
    folder = f"/tmp/.containerscope-{secrets.token_hex(6)}"
    said = bytearray()
    kube = step.opened.service == "kubernetes"
    proof = str(size) if kube else await asyncio.to_thread(_digest, archive)
    rest = ["sh", folder, proof, name, wanted.remote, "1" if wanted.force else ""]
    if kube:
        command = ["sh", "-c", _INTO_POD, *rest]
        request = replace(step.opened, changes={"command": command})
        given = _pieces(archive, size, told)
        end = await pods.piped(clients, request, said.extend, said.extend, given)
    else:
        async with sessions.conversation(clients, step, ["sh", "-c", _INTO_TASK, *rest]) as talk:
            typing = asyncio.ensure_future(_typed(talk, archive, size, told))
            try:
                # It may end, and read no more of what is typed, long before all of it is.
                end = End(await talk.pass_on(said.extend))
            finally:
                typing.cancel()
                await asyncio.gather(typing, return_exceptions=True)
    if end.code == _EXISTS:
        raise failed(f"{wanted.remote} is there already", "choose another name, or use --force")
    _check(end, bytes(said))
    return size


async def _pieces(archive: IO[bytes], size: int, told: Told) -> AsyncIterator[bytes]:
    done = 0
    while data := await asyncio.to_thread(archive.read, _PIECE):
        yield data
        done += len(data)
        told(done, size)


async def _typed(talk: sessions.Conversation, archive: IO[bytes], size: int, told: Told) -> None:
    """The archive in lines that a terminal takes, and a dot at the end."""
    done = 0
    # A terminal takes no line above 4,096 characters.
    while data := archive.read(768):
        await talk.type(base64.b64encode(data) + b"\n")
        done += len(data)
        told(done, size)
    await talk.type(b".\n")


def _digest(archive: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while data := archive.read(_PIECE):
        digest.update(data)
    archive.seek(0)
    return digest.hexdigest()


async def _out(
    clients: Any, step: Step, wanted: Copy, archive: IO[bytes], told: Told
) -> tuple[Unpacked, Path]:
    path = posixpath.normpath(wanted.remote)
    folder, name = posixpath.split(path)
    if name in ("", ".", ".."):
        raise failed(f"{wanted.remote} is no file or folder with a name")
    target = wanted.local.expanduser()
    target = target / name if target.is_dir() else target
    if target.is_file() and wanted.force:
        await asyncio.to_thread(target.unlink)
    elif target.exists():
        raise failed(f"{target} is there already", "choose another name, or use --force")
    if step.opened.service == "kubernetes":
        await _from_pod(clients, step, folder or ".", name, wanted, archive, told)
    else:
        await _from_task(clients, step, folder or ".", name, wanted, archive, told)
    archive.seek(0)
    return await asyncio.to_thread(unpack, archive, name, target, wanted.limit), target


async def _from_pod(
    clients: Any, step: Step, folder: str, name: str, wanted: Copy, archive: IO[bytes], told: Told
) -> None:
    said = bytearray()

    def kept(data: bytes) -> None:
        if archive.tell() + len(data) > wanted.limit + MIB:
            raise too_large(wanted.limit)
        archive.write(data)
        told(archive.tell(), 0)

    # A name that begins with a dash is no option.
    command = ["tar", "cf", "-", "-C", folder, name if name[0] != "-" else f"./{name}"]
    request = replace(step.opened, changes={"command": command})
    end = await pods.piped(clients, request, kept, said.extend)
    _check(end, bytes(said))


async def _from_task(
    clients: Any, step: Step, folder: str, name: str, wanted: Copy, archive: IO[bytes], told: Told
) -> None:
    came = _Came(archive, wanted.limit, told)
    argv = ["sh", "-c", _OUT_OF_TASK, "sh", folder, name]
    async with sessions.conversation(clients, step, argv) as talk:
        end = End(await talk.pass_on(came.take))
    if end.code:
        _check(end, came.rest or f"there is no {name} in {folder}".encode())
    came.finish()


class _Came:
    """What comes out of a task: its size, its checksum, and then all of it in base 64."""

    def __init__(self, archive: IO[bytes], limit: int, told: Told) -> None:
        self._archive = archive
        self._limit = limit
        self._told = told
        self._size = -1
        self._sum = ""
        self._digest = hashlib.sha256()
        self.rest = b""

    def take(self, data: bytes) -> None:
        """Some more; raises `ApiError` as soon as it is too much."""
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self._line(line.strip())

    def _line(self, line: bytes) -> None:
        if self._size < 0:
            with contextlib.suppress(ValueError):
                self._size = int(line)
            if self._size > self._limit + MIB:
                raise too_large(self._limit)
        elif not self._sum:
            self._sum = line.split(b" ")[0].decode("ascii", "replace")
        else:
            try:
                data = base64.b64decode(line, validate=True)
            except binascii.Error as error:
                said = line[:200].decode("utf-8", "replace")
                raise failed(f"what came is no base 64: {said}") from error
            self._digest.update(data)
            self._archive.write(data)
            self._told(self._archive.tell(), self._size)

    def finish(self) -> None:
        """All has come; raises `ApiError` where it is not what was sent."""
        if self._digest.hexdigest() != self._sum:
            message = "what came is not what was there: the checksums differ"
            raise failed(message, "it may have changed meanwhile: try again")


def _check(end: End, said: bytes) -> None:
    """Raise `ApiError` with what was said where it did not end well."""
    if end.code == 0:
        return
    lines = [each.strip() for each in said.decode("utf-8", "replace").splitlines() if each.strip()]
    words = "; ".join(lines[-2:]) or end.words or f"it ended with {end.code}"
    remedy = "the container needs sh, tar and, in ECS, base64 and sha256sum; and room in /tmp"
    raise failed(words, remedy if end.code in (126, 127, _BROKEN) else "")
