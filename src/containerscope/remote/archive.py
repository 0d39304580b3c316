"""Files as a tar archive: packed here, and unpacked so that nothing leaves its folder."""

from __future__ import annotations

import os
import posixpath
import shutil
import stat
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from containerscope.model.listing import ApiError, Problem, Why

_PLAIN = 0o755
"""What is kept of a mode: nothing that lets somebody be another."""
_PIECE = 1 << 16


@dataclass
class Unpacked:
    """What came out of an archive."""

    files: int = 0
    bytes: int = 0
    left_out: list[str] = field(default_factory=list)
    """Links and devices, which are not made here."""


def failed(message: str, remedy: str = "") -> ApiError:
    """A copy that cannot be made."""
    return ApiError(Problem(Why.FAILED, "copy", message, remedy=remedy))


def too_large(limit: int) -> ApiError:
    """A copy that would be larger than was allowed."""
    message = f"it is larger than {limit / 1024 / 1024:g} MiB"
    return failed(message, "allow more with --max-size, or copy a part of it")


def pack(source: Path, name: str, into: IO[bytes], limit: int) -> int:
    """A file or a folder as an archive of this one name; its size. Raises `ApiError`."""
    total = 0

    def kept(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        nonlocal total
        if not (entry.isfile() or entry.isdir()):
            return None
        total += entry.size
        if total > limit:
            raise too_large(limit)
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return entry

    try:
        with tarfile.open(fileobj=into, mode="w", format=tarfile.GNU_FORMAT) as archive:
            archive.add(source, name, filter=kept)
    except OSError as error:
        raise failed(f"{source}: {error.strerror or error}") from error
    size = into.tell()
    into.seek(0)
    return size


def unpack(archive: IO[bytes], name: str, target: Path, limit: int) -> Unpacked:
    """The one file or folder of this name in an archive, as `target`, which must not be there.

    It is made beside it first: there is all of it or nothing. Raises `ApiError`.
    """
    if os.path.lexists(target):
        raise failed(f"{target} is there already", "choose another name, or use --force")
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise failed(f"{target.parent}: {error.strerror}") from error
    try:
        made = _unpacked(archive, name, folder / "it", limit)
        if not (folder / "it").exists():
            raise failed(f"there is no file in what came for {name}")
        (folder / "it").rename(target)
        return made
    except tarfile.TarError as error:
        raise failed(f"what came is no whole archive: {error}") from error
    except OSError as error:
        raise failed(f"{target}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpacked(archive: IO[bytes], name: str, target: Path, limit: int) -> Unpacked:
    made = Unpacked()
    with tarfile.open(fileobj=archive, mode="r:") as members:
        for member in members:
            where = _place(member.name, name, target)
            if where is None or not (member.isreg() or member.isdir()):
                made.left_out.append(member.name)
                continue
            if member.isdir():
                where.mkdir(parents=True, exist_ok=True)
                continue
            made.files += 1
            made.bytes += member.size
            if made.bytes > limit:
                raise too_large(limit)
            where.parent.mkdir(parents=True, exist_ok=True)
            content = members.extractfile(member)
            assert content is not None, "it is a file"
            _write(where, content, stat.S_IMODE(member.mode) & _PLAIN)
    return made


def _place(member: str, name: str, target: Path) -> Path | None:
    """Where a member goes; None for one outside of what was asked for."""
    path = posixpath.normpath(member)
    if path == name:
        return target
    if not path.startswith(f"{name}/") or ".." in path.split("/"):
        return None
    return target.joinpath(*path[len(name) + 1 :].split("/"))


def _write(where: Path, content: IO[bytes], mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(where, flags, mode | 0o600)
    with os.fdopen(handle, "wb") as file:
        shutil.copyfileobj(content, file, _PIECE)
