"""`containerscope config`: the settings in effect, and where each comes from."""

from __future__ import annotations

import click

from containerscope.cli.invocation import Command, invocation
from containerscope.model.text import visible
from containerscope.settings import KEYS, Settings


def _lines(settings: Settings) -> list[tuple[str, str]]:
    lines = []
    for key in KEYS:
        written = key.kind.written(getattr(settings, key.field))
        # TOML has no word for nothing: such a key stands as a comment.
        setting = f"{key.name} = {written}" if written else f"# {key.name} ="
        lines.append((visible(setting), visible(settings.sources.get(key.field, "default"))))
    return lines


@click.command("config", cls=Command)
@click.pass_context
def config(context: click.Context) -> None:
    """Print the settings in effect, as TOML, each with the source it comes from.

    The output is a settings file by itself: what you change is at the end of its line.
    """
    settings = invocation(context).settings
    found = "" if settings.config_file.is_file() else " (not there)"
    click.echo(f"# {visible(str(settings.config_file))}{found}")
    lines = _lines(settings)
    width = min(max(len(setting) for setting, _ in lines), 60)
    for setting, source in lines:
        click.echo(f"{setting:<{width}}  # {source}")


COMMAND = config
