"""The shell in the demo's containers: lists, pipes, redirections and variables, no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from containerscope.demo.box import Box, Input, Write
from containerscope.demo.box_commands import COMMANDS, Io
from containerscope.demo.box_words import Part, Word, expanded, unescaped, words

SHELLS = ("sh", "bash", "ash")
_OWN = (*SHELLS, "cd", "pwd", "exit", "logout", "exec", "command", "help")
_NOT_HERE = "bash"


class _LeftError(Exception):
    """The shell was left with a code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class _Streams:
    stdin: Input
    out: Write
    error: Write


@dataclass
class Shell:
    """One shell in a container."""

    box: Box
    arguments: Sequence[str] = ()
    """`$0`, `$1` and so on."""
    echo: Callable[[bool], None] = lambda on: None
    """Told whether what is typed is shown."""
    folder: str = "/"
    last: int = 0
    running: asyncio.Future[int] | None = field(default=None, repr=False)
    """The line that runs."""

    async def run(self, argv: Sequence[str], stdin: Input, out: Write, error: Write) -> int:
        """A program with its arguments; its exit code."""
        self.box.furnish()
        try:
            return await self._program(list(argv), _Streams(stdin, out, error))
        except _LeftError as left:
            return left.code

    async def script(self, line: str, stdin: Input, out: Write, error: Write) -> int:
        """A command line; its exit code, or that of `exit`."""
        self.box.furnish()
        try:
            return await self._list(line, _Streams(stdin, out, error))
        except _LeftError as left:
            return left.code

    async def _list(self, line: str, io: _Streams) -> int:
        try:
            tokens = list(words(line))
        except ValueError as problem:
            await io.error(f"sh: syntax error: {problem}\n".encode())
            return 2
        return await self._tokens(tokens, io)

    async def _tokens(self, tokens: Sequence[Word], io: _Streams) -> int:
        skip = False
        for joint, pipeline in _split(tokens, (";", "\n", "&&", "||")):
            skip = (joint == "&&" and self.last != 0) or (joint == "||" and self.last == 0)
            if pipeline and not skip:
                self.last = await self._pipeline(pipeline, io)
        return self.last

    async def _pipeline(self, tokens: Sequence[Word], io: _Streams) -> int:
        commands = [part for _, part in _split(tokens, ("|",))]
        stdin = io.stdin
        for command in commands[:-1]:
            caught = bytearray()
            await self._command(command, _Streams(stdin, _into(caught), io.error))
            stdin = Input.of(bytes(caught))
        return await self._command(commands[-1], _Streams(stdin, io.out, io.error))

    async def _command(self, tokens: Sequence[Word], io: _Streams) -> int:
        if tokens and tokens[0].operator in ("{", "("):
            return await self._tokens(tokens[1 : _end(tokens)], io)
        argv: list[str] = []
        target, saved = "", bytearray()
        rest = iter(tokens)
        for token in rest:
            if not token.operator:
                argv += await self._word(token, io)
                continue
            if token.operator == "2>&1":
                io.error = io.out
                continue
            name = "".join(await self._word(next(rest, Word(())), io))
            if token.operator == "2>":
                io.error = _into(bytearray())
            elif token.operator == "<":
                path = self._io(io).path(name)
                data = self.box.files.content.get(path)
                if data is None:
                    await io.error(f"sh: can't open {name}: no such file\n".encode())
                    return 1
                io.stdin = Input.of(data)
            else:
                target, io.out = name, _into(saved)
        code = await self._program(argv, io) if argv else 0
        if target and target != "/dev/null":
            try:
                self.box.files.put(self._io(io).path(target), bytes(saved))
            except OSError as problem:
                await io.error(f"sh: write error: {problem}\n".encode())
                return 1
        return code

    async def _word(self, word: Word, io: _Streams) -> list[str]:
        if word.parts == (Part("$@", '"'),):
            return list(self.arguments[1:])
        text = ""
        for part in word.parts:
            if part.kind == "'":
                text += part.text
            elif part.kind == "$":
                caught = bytearray()
                await self._list(part.text, _Streams(io.stdin, _into(caught), io.error))
                text += caught.decode(errors="replace").rstrip("\n")
            elif part.kind == '"':
                text += await self._quoted(part.text, io)
            else:
                text += expanded(part.text, self._value)
        return [text] if text or any(part.kind in ("'", '"') for part in word.parts) else []

    async def _quoted(self, text: str, io: _Streams) -> str:
        if "$(" not in text:
            return unescaped(expanded(text, self._value))
        (found,) = list(words(f"{text} "))[:1] or [Word(())]
        return " ".join(await self._word(found, io))

    def _value(self, name: str) -> str:
        if name == "?":
            return str(self.last)
        if name in ("@", "*"):
            return " ".join(self.arguments[1:])
        if name.isdecimal():
            return self.arguments[int(name)] if int(name) < len(self.arguments) else ""
        return {**self.box.environment, "PWD": self.folder, "HOSTNAME": self.box.host}.get(name, "")

    def _io(self, io: _Streams) -> Io:
        made = Io(self.box, io.stdin, io.out, io.error)
        made.folder, made.echo = self.folder, self.echo
        return made

    async def _program(self, argv: list[str], io: _Streams) -> int:
        name, *rest = argv
        name = name.rpartition("/")[2] or name
        tools = self._io(io)
        if name == _NOT_HERE or (name not in _OWN and name not in COMMANDS):
            return await tools.fail(f"sh: {argv[0]}: not found", 127)
        if name in SHELLS:
            return await self._shell(rest, io)
        if name in ("exit", "logout"):
            raise _LeftError(int(rest[0]) if rest and rest[0].isdecimal() else self.last)
        if name == "exec":
            raise _LeftError(await self._program(rest, io) if rest else 0)
        if name == "command":
            known = rest[-1] != _NOT_HERE and rest[-1] in (*_OWN, *COMMANDS)
            return await tools.say(f"/bin/{rest[-1]}\n") if known else 127
        if name == "help":
            return await tools.say(" ".join(sorted((*_OWN, *COMMANDS))) + "\n")
        if name == "pwd":
            return await tools.say(f"{self.folder}\n")
        if name == "cd":
            path = tools.path(rest[0] if rest else "/")
            if path not in self.box.files.folders:
                return await tools.fail(f"sh: cd: can't cd to {rest[0]}: No such file or directory")
            self.folder = path
            return 0
        return await COMMANDS[name](tools, rest)

    async def _shell(self, rest: Sequence[str], io: _Streams) -> int:
        inner = Shell(self.box, folder=self.folder, echo=self.echo)
        if rest and rest[0].startswith("-") and rest[0].endswith("c") and len(rest) > 1:
            inner.arguments = rest[2:]
            return await inner.script(rest[1], io.stdin, io.out, io.error)
        return await inner.converse(io.stdin, io.out, io.error)

    async def converse(self, stdin: Input, out: Write, error: Write, *, prompt: str = "") -> int:
        """Read lines and run them until the input ends or the shell is left."""
        self.box.furnish()
        io = _Streams(stdin, out, error)
        try:
            while True:
                if prompt:
                    await out(prompt.encode())
                line = await stdin.line()
                if not line:
                    if prompt:
                        await out(b"exit\n")
                    return self.last
                await self._one(line.decode(errors="replace"), io)
                if prompt:
                    stdin.again()
        except _LeftError as left:
            return left.code

    async def _one(self, line: str, io: _Streams) -> None:
        self.running = asyncio.ensure_future(self._list(line, io))
        try:
            await asyncio.wait((self.running,))
            self.last = 130 if self.running.cancelled() else self.running.result()
        finally:
            self.running.cancel()
            self.running = None

    def interrupt(self) -> bool:
        """End the command that runs, as ctrl+c does; whether there was one."""
        return self.running is not None and self.running.cancel()


def _into(caught: bytearray) -> Write:
    async def write(data: bytes) -> None:
        caught.extend(data)

    return write


def _split(tokens: Sequence[Word], joints: Sequence[str]) -> list[tuple[str, Sequence[Word]]]:
    """The parts between operators, each with the one before it; brackets are kept whole."""
    parts: list[tuple[str, list[Word]]] = [("", [])]
    depth = 0
    for token in tokens:
        depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(token.operator, 0)
        if not depth and token.operator in joints:
            parts.append((token.operator, []))
        else:
            parts[-1][1].append(token)
    return [(joint, part) for joint, part in parts]


def _end(tokens: Sequence[Word]) -> int:
    depth = 0
    for at, token in enumerate(tokens):
        depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(token.operator, 0)
        if not depth:
            return at
    return len(tokens)
