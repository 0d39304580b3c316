"""The handful of programs in the demo's containers."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import io
import posixpath
import tarfile
from collections.abc import Awaitable, Callable, Mapping, Sequence

from containerscope.demo.box import Box, Input, Write

Run = Callable[["Io", Sequence[str]], Awaitable[int]]


class Io:
    """What a command reads and where it writes."""

    def __init__(self, box: Box, stdin: Input, out: Write, error: Write) -> None:
        self.box, self.stdin, self.out, self.error = box, stdin, out, error
        self.folder = "/"
        self.echo: Callable[[bool], None] = lambda on: None

    def path(self, name: str) -> str:
        """An absolute path."""
        return posixpath.normpath(posixpath.join(self.folder, name))

    async def say(self, text: str) -> int:
        """Write a text."""
        await self.out(text.encode())
        return 0

    async def fail(self, text: str, code: int = 1) -> int:
        """Write what is wrong."""
        await self.error(f"{text}\n".encode())
        return code

    async def read(self, command: str, names: Sequence[str]) -> bytes | None:
        """The files of these names, or what is typed; None, and said, where one is not there."""
        if not names:
            return await self.stdin.all()
        found = b""
        for name in names:
            data = self.box.files.content.get(self.path(name))
            if data is None:
                what = "Is a directory" if self.path(name) in self.box.files.folders else ""
                what = what or "No such file or directory"
                await self.fail(f"{command}: can't open '{name}': {what}")
                return None
            found += data
        return found


async def _cat(io_: Io, words: Sequence[str]) -> int:
    if words:
        data = await io_.read("cat", words)
        if data is None:
            return 1
        await io_.out(data)
        return 0
    while data := await io_.stdin.some():
        await io_.out(data)
    return 0


async def _base64(io_: Io, words: Sequence[str]) -> int:
    data = await io_.read("base64", [each for each in words if not each.startswith("-")])
    if data is None:
        return 1
    if any(each in ("-d", "--decode") for each in words):
        try:
            await io_.out(base64.b64decode(b"".join(data.split()), validate=True))
        except binascii.Error:
            return await io_.fail("base64: invalid input")
        return 0
    text = base64.b64encode(data).decode()
    lines = [text[at : at + 76] for at in range(0, len(text), 76)]
    return await io_.say("".join(f"{line}\n" for line in lines))


async def _sha256(io_: Io, words: Sequence[str]) -> int:
    if "-c" in words:
        wanted, _, name = (await io_.stdin.line()).decode().strip().partition("  ")
        found = io_.box.files.content.get(io_.path(name), b"")
        good = hashlib.sha256(found).hexdigest() == wanted
        await io_.say(f"{name}: {'OK' if good else 'FAILED'}\n")
        return int(not good)
    data = await io_.read("sha256sum", words)
    if data is None:
        return 1
    return await io_.say(f"{hashlib.sha256(data).hexdigest()}  {words[0] if words else '-'}\n")


async def _wc(io_: Io, words: Sequence[str]) -> int:
    data = await io_.read("wc", [each for each in words if each != "-c"])
    return 1 if data is None else await io_.say(f"{len(data)}\n")


async def _head(io_: Io, words: Sequence[str]) -> int:
    flag, *rest = words or ("-10",)
    if flag == "-c" and rest and rest[0].isdecimal():
        await io_.out(await io_.stdin.most(int(rest[0])))
        return 0
    if flag == "-n":
        flag, rest = (rest[0], rest[1:]) if rest else ("", [])
    elif not flag.startswith("-"):
        flag, rest = "10", list(words)
    many = flag.removeprefix("-")
    if not many.isdecimal():
        return await io_.fail(f"head: invalid number '{many}'")
    data = await io_.read("head", rest)
    if data is None:
        return 1
    await io_.out(b"".join(data.splitlines(keepends=True)[: int(many)]))
    return 0


async def _sed(io_: Io, words: Sequence[str]) -> int:
    if list(words) != ["-n", "/^[.]$/q;p"]:
        return await io_.fail("sed: this script is not known here")
    while (line := await io_.stdin.line()) not in (b"", b".\n"):
        await io_.out(line)
    return 0


async def _tar(io_: Io, words: Sequence[str]) -> int:
    flags, *rest = words or ("",)
    folder, names = io_.folder, []
    given = iter(rest)
    for each in given:
        if each == "-C":
            folder = io_.path(next(given, "."))
        elif each not in ("-", "--"):
            names.append(each)
    if "c" in flags:
        return await _pack(io_, folder, names)
    if "x" in flags:
        return await _unpack(io_, folder, names if "f" in flags and "-" not in rest else ())
    return await io_.fail("tar: only c and x are known here", 2)


async def _pack(io_: Io, folder: str, names: Sequence[str]) -> int:
    files = io_.box.files
    made = io.BytesIO()
    code = 0
    with tarfile.open(fileobj=made, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name in names:
            path = posixpath.normpath(posixpath.join(folder, name))
            if path in files.content:
                found = {path: files.content[path]}
            elif path in files.folders:
                entry = tarfile.TarInfo(name)
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(entry)
                found = files.below(path)
            else:
                code = await io_.fail(f"tar: {name}: No such file or directory")
                continue
            for each, data in found.items():
                entry = tarfile.TarInfo(posixpath.relpath(each, folder))
                entry.size, entry.mode = len(data), 0o644
                archive.addfile(entry, io.BytesIO(data))
    await io_.out(made.getvalue())
    return code


async def _unpack(io_: Io, folder: str, names: Sequence[str]) -> int:
    if folder not in io_.box.files.folders:
        return await io_.fail(f"tar: can't change directory to '{folder}': No such file", 1)
    data = await io_.read("tar", names)
    if data is None:
        return 1
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for entry in archive:
                path = posixpath.normpath(posixpath.join(folder, entry.name.lstrip("/")))
                if entry.isdir():
                    io_.box.files.folder(path)
                elif entry.isfile():
                    content = archive.extractfile(entry)
                    io_.box.files.put(path, content.read() if content else b"")
    except (tarfile.TarError, OSError) as error:
        return await io_.fail(f"tar: {error}")
    return 0


async def _ls(io_: Io, words: Sequence[str]) -> int:
    files = io_.box.files
    named = [each for each in words if not each.startswith("-")] or ["."]
    for each in named:
        path = io_.path(each)
        if path in files.content:
            await io_.say(f"{each}\n")
        elif path in files.folders:
            await io_.say("".join(f"{name}\n" for name in files.names(path)))
        else:
            return await io_.fail(f"ls: {each}: No such file or directory")
    return 0


async def _mv(io_: Io, words: Sequence[str]) -> int:
    content = io_.box.files.content
    one, other = ([io_.path(w) for w in words if not w.startswith("-")] + ["", ""])[:2]
    if one in io_.box.files.folders:
        if other in io_.box.files.folders:
            other = posixpath.join(other, posixpath.basename(one))
        for name in list(io_.box.files.below(one)):
            io_.box.files.put(other + name[len(one) :], content.pop(name))
        io_.box.files.folder(other)
        io_.box.files.drop(one)
        return 0
    if one not in content:
        return await io_.fail(f"mv: can't rename '{one}': No such file or directory")
    if other in io_.box.files.folders:
        other = posixpath.join(other, posixpath.basename(one))
    io_.box.files.put(other, content.pop(one))
    return 0


async def _rm(io_: Io, words: Sequence[str]) -> int:
    for each in words:
        if not each.startswith("-"):
            io_.box.files.drop(io_.path(each))
    return 0


async def _mkdir(io_: Io, words: Sequence[str]) -> int:
    for each in words:
        if not each.startswith("-"):
            io_.box.files.folder(io_.path(each))
    return 0


async def _test(io_: Io, words: Sequence[str]) -> int:
    words = [each for each in words if each != "]"]
    if words[:1] == ["!"]:
        return int(not await _test(io_, words[1:]))
    files = io_.box.files
    if len(words) == 2:
        path = io_.path(words[1])
        found = {
            "-f": path in files.content,
            "-d": path in files.folders,
            "-e": path in files.content or path in files.folders,
            "-n": bool(words[1]),
            "-z": not words[1],
        }.get(words[0], False)
        return int(not found)
    if len(words) == 3:
        one, operator, other = words
        if operator in ("=", "!="):
            return int((one == other) != (operator == "="))
        if operator in ("-gt", "-le") and one.strip().isdecimal() and other.isdecimal():
            return int((int(one) > int(other)) != (operator == "-gt"))
    return 1


async def _printf(io_: Io, words: Sequence[str]) -> int:
    if not words:
        return await io_.fail("printf: usage: printf FORMAT [ARGUMENT...]")
    text = words[0].replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r")
    for each in words[1:]:
        text = text.replace("%s", each, 1)
    return await io_.say(text.replace("%%", "%"))


async def _sleep(io_: Io, words: Sequence[str]) -> int:
    try:
        await asyncio.sleep(float(words[0]) if words else 0)
    except ValueError:
        return await io_.fail(f"sleep: invalid number '{words[0]}'")
    return 0


async def _stty(io_: Io, words: Sequence[str]) -> int:
    if "-echo" in words:
        io_.echo(False)
    elif "echo" in words or "sane" in words:
        io_.echo(True)
    return 0


async def _ps(io_: Io, words: Sequence[str]) -> int:
    return await io_.say(
        f"PID   USER     TIME  COMMAND\n    1 {io_.box.user:<8} 0:04 {io_.box.command}\n"
        f"   41 {io_.box.user:<8} 0:00 sh\n"
    )


def _says(tell: Callable[[Box], str]) -> Run:
    async def run(io_: Io, words: Sequence[str]) -> int:
        return await io_.say(tell(io_.box))

    return run


async def _echo(io_: Io, words: Sequence[str]) -> int:
    if words[:1] == ["-n"]:
        return await io_.say(" ".join(words[1:]))
    return await io_.say(" ".join(words) + "\n")


async def _nothing(io_: Io, words: Sequence[str]) -> int:
    return 0


async def _false(io_: Io, words: Sequence[str]) -> int:
    return 1


def _environment(box: Box) -> str:
    return "".join(f"{name}={value}\n" for name, value in box.environment.items())


COMMANDS: Mapping[str, Run] = {
    "[": _test,
    "base64": _base64,
    "cat": _cat,
    "clear": _says(lambda box: "\x1b[H\x1b[2J"),
    "date": _says(lambda box: f"{box.started}\n"),
    "echo": _echo,
    "env": _says(_environment),
    "false": _false,
    "head": _head,
    "hostname": _says(lambda box: f"{box.host}\n"),
    "id": _says(
        lambda box: (
            "uid=0(root) gid=0(root) groups=0(root)\n"
            if box.user == "root"
            else f"uid={box.user}\n"
        )
    ),
    "ls": _ls,
    "mkdir": _mkdir,
    "mv": _mv,
    "printf": _printf,
    "ps": _ps,
    "rm": _rm,
    "sed": _sed,
    "sha256sum": _sha256,
    "sleep": _sleep,
    "stty": _stty,
    "tar": _tar,
    "test": _test,
    "true": _nothing,
    "wc": _wc,
    "whoami": _says(lambda box: f"{box.user}\n"),
}
"""Name -> what runs; `sh`, `cd` and `exit` are the shell's own."""
