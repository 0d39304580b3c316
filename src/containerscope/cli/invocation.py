"""One run of the program: the flags given before and after the command, and what they amount to."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import click

from containerscope.settings import Settings, load


class Invocation:
    """Gathers the global flags while click parses; the settings are read when a command asks."""

    def __init__(self) -> None:
        self.flags: dict[str, object] = {}
        self.full_screen = False
        """Whether the interface took the terminal over, so that a crash must give it back."""
        self._modes: list[Any] | None = None

    def take_terminal(self) -> None:
        """Remember the terminal's modes: from now on a crash must give it back."""
        self.full_screen = True
        with contextlib.suppress(ImportError, OSError, ValueError):
            import termios  # not on Windows

            self._modes = termios.tcgetattr(sys.stdin.fileno())

    def restore_terminal(self) -> None:
        """Give the terminal its modes back, where they were remembered."""
        if self._modes is not None:
            import termios

            with contextlib.suppress(termios.error, OSError, ValueError):
                termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, self._modes)

    @cached_property
    def settings(self) -> Settings:
        """The settings in effect; raises SettingsError."""
        found = load(self.flags, os.environ)
        if found.as_group and not found.as_user:
            # Whoever is asked as a group's member is somebody, and not oneself.
            raise click.UsageError("--as-group needs --as: the user who is in the group")
        return found


def invocation(context: click.Context) -> Invocation:
    """The run that a click context belongs to."""
    return context.ensure_object(Invocation)


def _keep(field: str, value: object) -> Callable[[click.Context, click.Parameter, Any], None]:
    """A callback that keeps what was given, or `value` in place of a flag's True."""

    def keep(context: click.Context, _: click.Parameter, given: Any) -> None:
        if given is not None and given is not False:
            invocation(context).flags[field] = given if value is None else value

    return keep


def _gather(context: click.Context, parameter: click.Parameter, given: Sequence[str]) -> None:
    """A callback that adds to what was given before, also in front of the command."""
    if given:
        field = str(parameter.name)
        before = invocation(context).flags.get(field, ())
        assert isinstance(before, tuple)
        invocation(context).flags[field] = (*before, *given)


class GlobalOption(click.Option):
    """An option of the whole program, accepted before and after the command."""


def _option(field: str, name: str, metavar: str, about: str) -> GlobalOption:
    return GlobalOption(
        [name], metavar=metavar, help=about, expose_value=False, callback=_keep(field, None)
    )


def _several(name: str, metavar: str, about: str) -> GlobalOption:
    return GlobalOption(
        [name], metavar=metavar, help=about, multiple=True, expose_value=False, callback=_gather
    )


def _flag(field: str, name: str, about: str, value: bool = True) -> GlobalOption:
    return GlobalOption(
        [name], is_flag=True, help=about, expose_value=False, callback=_keep(field, value)
    )


def global_options() -> list[click.Parameter]:
    """The flags of the whole program, each overriding the setting of the same name."""
    return [
        _option("profile", "--profile", "P", "AWS profile."),
        _option("region", "--region", "R", "AWS region."),
        _option("cluster", "--cluster", "C", "These ECS or EKS clusters only: `a,b`."),
        _option("service", "--service", "S", "This ECS service only."),
        _option("namespace", "--namespace", "N", "These Kubernetes namespaces only: `a,b`."),
        _option("kubeconfig", "--kubeconfig", "F", "Kubeconfig to look contexts up in."),
        _several(
            "--context", "NAME",
            "Context of the kubeconfig that is a cluster too; may be given again.",
        ),
        _option("as_user", "--as", "USER", "Ask Kubernetes as this user."),
        _several(
            "--as-group", "GROUP", "Be in this group as the user of --as; may be given again.",
        ),
        _flag("read_only", "--read-only", "Refuse whatever would change the account."),
        _flag("demo", "--demo", "Use the embedded demo account: no network, no credentials."),
        _option(
            "demo_scale", "--demo-scale", "C,S,T",
            "Clusters, services and running tasks that the demo account has.",
        ),
        _several(
            "--demo-scenario", "NAME",
            "Story that the demo account tells; may be given again.",
        ),
        _option("demo_speed", "--demo-speed", "X", "Seconds of the demo account in a real one."),
        _several(
            "--demo-fault", "SPEC", "Fault in the way of the demo account's calls; may be repeated."
        ),
        _option("theme", "--theme", "T", "Colours, by the name of a theme."),
        _option("refresh", "--refresh", "S", "Seconds between two refreshes."),
        _option("config_file", "--config", "F", "Settings file to read."),
        _option(
            "rate_share", "--rate-share", "PERCENT",
            "Share of the account's API rate limits to use at most; 0 for no limit of our own.",
        ),
        _flag("metrics", "--no-metrics", "Read no metrics, which cost money.", value=False),
        _flag("ascii", "--ascii", "Draw with ASCII only."),
        _flag("color", "--no-color", "No colours.", value=False),
        _option("log_file", "--log-file", "F", "Append a line per API call to this file."),
    ]  # fmt: skip


def _write_options(
    context: click.Context, formatter: click.HelpFormatter, params: Sequence[click.Parameter]
) -> None:
    own: list[tuple[str, str]] = []
    shared: list[tuple[str, str]] = []
    for param in params:
        if isinstance(param, click.Argument):
            continue
        record = param.get_help_record(context)
        if record is not None:
            (shared if isinstance(param, GlobalOption) else own).append(record)
    for title, records in (("Options", own), ("Global options", shared)):
        if records:
            with formatter.section(title):
                formatter.write_dl(records)


class Command(click.Command):
    """A subcommand that takes the global options too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += global_options()

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options first, then those of the whole program."""
        _write_options(ctx, formatter, self.get_params(ctx))
