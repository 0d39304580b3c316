"""What is run in containers, in a real shell on a real terminal."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import io
import os
import pty
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from containerscope.remote.archive import pack, unpack
from containerscope.remote.copying import _INTO_POD, _INTO_TASK, _OUT_OF_TASK
from containerscope.remote.sessions import _SCRIPT, Conversation

BLOB = bytes(range(256)) * 300


def packed(tmp_path: Path) -> bytes:
    (tmp_path / "blob").write_bytes(BLOB)
    made = io.BytesIO()
    pack(tmp_path / "blob", "blob", made, 1_000_000)
    return made.getvalue()


class _Terminal(asyncio.StreamReaderProtocol):
    """The near side of a terminal, which Linux ends with an error once the far side is closed."""

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(None)


@contextlib.asynccontextmanager
async def on_terminal(*argv: str) -> AsyncIterator[Conversation]:
    """A command as an agent runs it: on a terminal that echoes and edits lines."""
    keys, side = pty.openpty()
    script = _SCRIPT.format(begin="'<mark'", end="'mark>'")
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", script, "sh", *argv, stdin=side, stdout=side, stderr=side,
        start_new_session=True,
    )  # fmt: skip
    os.close(side)
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: _Terminal(reader), os.fdopen(os.dup(keys), "rb", 0)
    )
    talk = Conversation(cast("Any", SimpleNamespace(stdout=reader)), keys, b"<mark", b"mark>")
    try:
        await asyncio.wait_for(talk.begin(), 20)
        yield talk
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        transport.close()
        os.close(keys)


async def test_output_and_exit_code_are_told_from_the_terminal() -> None:
    said = bytearray()
    async with on_terminal("sh", "-c", "printf 'no end'; exit 9") as talk:
        assert await asyncio.wait_for(talk.pass_on(said.extend), 20) == 9
    assert bytes(said) == b"no end"
    said.clear()
    async with on_terminal("no-such-program") as talk:
        assert await asyncio.wait_for(talk.pass_on(said.extend), 20) == 127


async def test_a_file_goes_through_a_terminal_both_ways(tmp_path: Path) -> None:
    archive = await asyncio.to_thread(packed, tmp_path)
    target, digest = tmp_path / "there", hashlib.sha256(archive).hexdigest()
    argv = ("sh", "-c", _INTO_TASK, "sh", f"{tmp_path}/work", digest, "blob", str(target), "")
    said = bytearray()
    async with on_terminal(*argv) as talk:
        ending = asyncio.ensure_future(talk.pass_on(said.extend))
        for at in range(0, len(archive), 768):
            await talk.type(base64.b64encode(archive[at : at + 768]) + b"\n")
        await talk.type(b".\n")
        assert await asyncio.wait_for(ending, 20) == 0, said
    said.clear()
    async with on_terminal("sh", "-c", _OUT_OF_TASK, "sh", str(tmp_path), "there") as talk:
        assert await asyncio.wait_for(talk.pass_on(said.extend), 20) == 0
    size, digest, *lines = bytes(said).decode().split("\n")
    archive = base64.b64decode("".join(lines))
    assert int(size) == len(archive)
    assert digest.split()[0] == hashlib.sha256(archive).hexdigest()
    unpack(io.BytesIO(archive), "there", tmp_path / "back", 1_000_000)
    check_files(tmp_path)


def check_files(folder: Path) -> None:
    """What went there and came back is the same, and nothing else was left."""
    assert (folder / "there").read_bytes() == (folder / "back").read_bytes() == BLOB
    assert sorted(each.name for each in folder.iterdir()) == ["back", "blob", "there"]


@pytest.mark.parametrize(
    ("force", "code", "content"), [("", 45, b"old"), ("1", 0, BLOB)], ids=["kept", "replaced"]
)
def test_a_file_that_is_there_is_replaced_by_force_alone(
    tmp_path: Path, force: str, code: int, content: bytes
) -> None:
    archive, target = packed(tmp_path), tmp_path / "there"
    target.write_bytes(b"old")
    work = str(tmp_path / "work")
    argv = ["sh", "-c", _INTO_POD, "sh", work, str(len(archive)), "blob", str(target), force]
    # What follows the archive is not waited for: an older protocol cannot say that there is none.
    done = subprocess.run(argv, input=archive + b"more", capture_output=True, timeout=20)
    assert (done.returncode, done.stderr) == (code, b"")
    assert target.read_bytes() == content
    assert not (tmp_path / "work").exists()


def test_into_a_folder_the_file_keeps_its_name_and_a_damaged_one_is_not_kept(
    tmp_path: Path,
) -> None:
    archive = packed(tmp_path)
    (tmp_path / "folder").mkdir()
    for proof, code in ((hashlib.sha256(archive).hexdigest(), 0), ("0" * 64, 46)):
        work, into = str(tmp_path / "work"), str(tmp_path / "folder")
        argv = ["sh", "-c", _INTO_TASK, "sh", work, proof, "blob", into, ""]
        given = base64.encodebytes(archive) + b".\n"
        done = subprocess.run(argv, input=given, capture_output=True, timeout=20)
        assert done.returncode == code
        assert (tmp_path / "folder" / "blob").exists() is (code == 0)
        (tmp_path / "folder" / "blob").unlink(missing_ok=True)
        assert not (tmp_path / "work").exists()


async def test_typing_ends_when_it_is_told_to_where_nobody_reads() -> None:
    async with on_terminal("sleep", "60") as talk:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(talk.type(b"x\n" * 500_000), 0.5)
