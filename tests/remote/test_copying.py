"""Files go into containers and come back as they were, or not at all."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from containerscope.demo.box import Files
from containerscope.model.listing import ApiError
from containerscope.remote.archive import pack, unpack
from containerscope.remote.copying import Copy, copy
from tests.plugin import Stub, stub_plugin
from tests.remote.scene import Remote, remote

__all__ = ["remote", "stub_plugin"]

BLOB = bytes(range(256)) * 300
LIMIT = 10_000_000


async def copied(remote: Remote, kind: str, answer: str, what: Copy) -> str:
    """Copy into the first container of a pod or a task, or out of it."""
    name = remote.pod() if kind == "pods" else "payments"
    order = remote.order(kind, "copy-in" if what.into else "copy-out", name)
    return await copy(remote.clients, await remote.step(order, answer), what)


def files(remote: Remote, kind: str) -> Files:
    """What lies in the container that was copied into."""
    world = remote.account.world
    found = world.kube["sandbox"].files if kind == "pods" else world.files
    return next(each for each in found.values() if each.content)


@pytest.mark.parametrize("kind", ["pods", "services"])
async def test_a_file_and_a_folder_come_back_byte_for_byte(
    remote: Remote, stub_plugin: Stub, tmp_path: Path, kind: str
) -> None:
    source = tmp_path / "a b.bin"
    source.write_bytes(BLOB)
    told = await copied(remote, kind, "x y", Copy("/app/got", source, into=True))
    assert told.endswith("to /app/got")
    assert files(remote, kind).content["/app/got"] == BLOB
    assert not [name for name in files(remote, kind).content if ".containerscope" in name]
    back = tmp_path / "back"
    told = await copied(remote, kind, "x y", Copy("/app/got", back, into=False))
    assert told == f"copied 1 file, {len(BLOB) / 1024 / 1024:.1f} MiB, to {back}"
    assert back.read_bytes() == BLOB
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "one").write_text("1")
    (folder / "two").write_text("2")
    (folder / "link").symlink_to("/etc/passwd")
    await copied(remote, kind, "x y", Copy("/tmp", folder, into=True))
    assert files(remote, kind).content["/tmp/folder/deep/one"] == b"1"
    await copied(remote, kind, "x y", Copy("/tmp/folder", tmp_path / "again", into=False))
    assert texts(tmp_path / "again") == {"one": "1", "two": "2"}


def texts(folder: Path) -> dict[str, str]:
    """The files below a folder."""
    return {each.name: each.read_text("latin-1") for each in folder.rglob("*") if each.is_file()}


@pytest.mark.parametrize("kind", ["pods", "services"])
async def test_what_is_not_there_or_too_large_or_in_the_way_is_named(
    remote: Remote, stub_plugin: Stub, tmp_path: Path, kind: str
) -> None:
    source = tmp_path / "big"
    source.write_bytes(BLOB)

    async def refused(what: Copy) -> str:
        with pytest.raises(ApiError) as error:
            await copied(remote, kind, "x y", what)
        return str(error.value.problem.message)

    assert "nothing" in await refused(Copy("/app/nothing", tmp_path / "n", into=False))
    assert "there is no" in await refused(Copy("/tmp/x", tmp_path / "none", into=True))
    assert "larger than" in await refused(Copy("/tmp/x", source, into=True, limit=1000))
    assert "is there already" in await refused(Copy("/etc/hostname", source, into=True))
    assert "is there already" in await refused(Copy("/etc/hostname", source, into=False))
    await copied(remote, kind, "x y", Copy("/etc/hostname", source, into=True, force=True))
    assert files(remote, kind).content["/etc/hostname"] == BLOB
    assert "larger than" in await refused(Copy("/etc/hostname", tmp_path / "h", False, limit=10))
    assert set(texts(tmp_path)) <= {"big", "session-manager-plugin", "calls.jsonl"}


_TYPES = {
    "link": tarfile.SYMTYPE,
    "hard": tarfile.LNKTYPE,
    "device": tarfile.CHRTYPE,
    "folder": tarfile.DIRTYPE,
}


def archive(*members: tuple[str, str, Any]) -> io.BytesIO:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, kind, content in members:
            entry = tarfile.TarInfo(name)
            if kind == "file":
                entry.size, entry.mode = len(content), 0o6777
                tar.addfile(entry, io.BytesIO(content))
            else:
                entry.type = _TYPES[kind]
                entry.linkname = content or ""
                tar.addfile(entry)
    made.seek(0)
    return made


def test_an_archive_from_a_container_cannot_leave_its_folder(tmp_path: Path) -> None:
    evil = archive(
        ("it", "folder", None),
        ("it/good", "file", b"good"),
        ("it/../../escaped", "file", b"x"),
        ("/etc/absolute", "file", b"x"),
        ("other", "file", b"x"),
        ("it/link", "link", str(tmp_path)),
        ("it/link/through", "file", b"x"),
        ("it/hard", "hard", "/etc/passwd"),
        ("it/device", "device", None),
    )
    made = unpack(evil, "it", tmp_path / "got", LIMIT)
    names = sorted(str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*"))
    assert names == ["got", "got/good", "got/link", "got/link/through"]
    assert (tmp_path / "got/link").is_dir()
    assert not (tmp_path / "got/link").is_symlink()
    assert (tmp_path / "got/good").stat().st_mode & 0o7777 == 0o755
    assert "it/link" in made.left_out
    assert "it/device" in made.left_out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (archive(("it", "file", b"x" * 100)), "larger than"),
        (io.BytesIO(b"no archive at all" * 100), "no whole archive"),
        (archive(("other", "file", b"x")), "there is no file in what came"),
    ],
)
def test_a_bad_archive_leaves_nothing(content: io.BytesIO, words: str, tmp_path: Path) -> None:
    content.seek(0)
    with pytest.raises(ApiError, match=words):
        unpack(content, "it", tmp_path / "got", 50)
    assert list(tmp_path.iterdir()) == []


def test_what_is_packed_is_unpacked(tmp_path: Path) -> None:
    source = tmp_path / "run.sh"
    source.write_text("#!/bin/sh\n")
    source.chmod(0o755)
    packed = io.BytesIO()
    assert pack(source, "run.sh", packed, LIMIT) == len(packed.getvalue())
    unpack(packed, "run.sh", tmp_path / "copy", LIMIT)
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o755
