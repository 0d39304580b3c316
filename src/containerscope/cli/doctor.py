"""`containerscope doctor`: what stands in the way of seeing everything, and what mends it."""

from __future__ import annotations

import asyncio
import os
import platform
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from containerscope import __version__
from containerscope.cli.crash import private_file
from containerscope.cli.exits import Exit
from containerscope.cli.findings import interface_findings, terminal_findings
from containerscope.cli.invocation import Command, invocation
from containerscope.cli.policy import read_actions
from containerscope.cli.say import say
from containerscope.cli.session import connected
from containerscope.cli.sign_in import sign_in
from containerscope.clients.diagnosis import Finding, diagnose
from containerscope.model.health import Level
from containerscope.model.listing import ApiError
from containerscope.model.text import visible
from containerscope.redact import redact_text
from containerscope.rows.format import to_ascii
from containerscope.settings import KEYS, Settings, SettingsError, load

_GLYPHS = {Level.FAILED: "✗", Level.WARNING: "▲", Level.FINE: "●", Level.PROGRESS: "◌"}
_COLORS = {Level.FAILED: "red", Level.WARNING: "yellow", Level.FINE: "green"}


async def _account(settings: Settings) -> list[Finding]:
    try:
        async with connected(settings, sign_in()) as clients:
            return [finding async for finding in diagnose(clients, read_actions())]
    except ApiError as error:
        problem = error.problem
        return [Finding("connection", Level.FAILED, problem.message, problem.remedy)]


def _settings_finding(settings: Settings) -> Finding:
    there = "read" if settings.config_file.is_file() else "not there, which is fine"
    return Finding("settings", Level.FINE, f"{settings.config_file}: {there}")


def _settings_or_defaults(
    flags: Mapping[str, object], environ: Mapping[str, str]
) -> tuple[Settings, Finding]:
    """A wrong setting is a finding here, and the rest is checked with what the flags say."""
    try:
        settings = load(flags, environ)
        return settings, _settings_finding(settings)
    except SettingsError as error:
        mended = {key.field: flags[key.field] for key in KEYS if key.field in flags}
        fix = "`containerscope config` shows all settings once this one is mended"
        finding = Finding("settings", Level.FAILED, str(error), fix)
    try:
        return load({**mended, "config_file": os.devnull}, {}), finding
    except SettingsError:
        return Settings(), finding


def _line(finding: Finding, settings: Settings, *, color: bool) -> str:
    glyph = _GLYPHS.get(finding.level, "–")
    lines = [f"{glyph} {finding.name}: {visible(finding.message)}"]
    if finding.remedy:
        lines.append(f"    → {visible(finding.remedy)}")
    text = redact_text("\n".join(lines))
    if settings.ascii:
        text = to_ascii(text)
    return click.style(text, fg=_COLORS.get(finding.level)) if color else text


def _support(findings: Iterable[Finding], settings: Settings) -> str:
    """The support file: versions, settings and findings, with no secret in them."""
    head = (
        f"ContainerScope {__version__}\nPython {platform.python_version()}"
        f" on {platform.platform()}\n{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n"
    )
    body = "\n".join(_line(finding, settings, color=False) for finding in findings)
    chosen = "\n".join(
        f"{key.name} = {key.kind.written(getattr(settings, key.field))}"
        f"  # {settings.sources.get(key.field, 'default')}"
        for key in KEYS
    )
    return f"{head}\n{body}\n\n{redact_text(chosen)}\n"


def _exit(findings: Iterable[Finding]) -> Exit:
    bad = [finding for finding in findings if finding.level >= Level.WARNING]
    lacking = [finding for finding in bad if finding.name.startswith("permission")]
    if len(lacking) < len(bad):
        return Exit.FAILED
    return Exit.INCOMPLETE if bad else Exit.DONE


@click.command("doctor", cls=Command)
@click.option("-o", "--output", metavar="F", help="Write a support file without secrets to F.")
@click.pass_context
def doctor(context: click.Context, output: str | None) -> int:
    """Check settings, credentials, connection, permissions and terminal; say how to mend each.

    The exit code is 0 if all is well, 3 if only permissions are missing, 1 otherwise.
    """
    settings, about_settings = _settings_or_defaults(invocation(context).flags, os.environ)
    color = settings.color and sys.stdout.isatty()
    findings = [about_settings, *interface_findings(settings)]
    findings += asyncio.run(_account(settings))
    findings += terminal_findings(settings, os.environ)
    for finding in findings:
        click.echo(_line(finding, settings, color=color), color=color)
    if output:
        try:
            private_file(Path(output).expanduser(), _support(findings, settings))
        except OSError as error:
            say(f"{output}: {error.strerror}")
            return Exit.FAILED
        say(f"wrote {output}")
    return _exit(findings)


COMMAND = doctor
