"""What the user chose: a TOML file, `CONTAINERSCOPE_*` variables and flags, as one frozen value."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from containerscope.settings.kinds import (
    Flag,
    Kind,
    Location,
    Number,
    Numbers,
    Several,
    Text,
    Words,
)

APP = "containerscope"
PREFIX = "CONTAINERSCOPE_"
CONFIG_VARIABLE = PREFIX + "CONFIG"
_SCALE = Numbers(("clusters", "services", "tasks"), low=0)
_SSH = ("SSH_CONNECTION", "SSH_TTY")


class SettingsError(Exception):
    """A setting that cannot be used: where it stands, its key, and what is allowed."""

    def __init__(self, file: str, key: str, message: str) -> None:
        super().__init__(": ".join(part for part in (file, key, message) if part))
        self.file = file
        """Path of the file, name of the variable, or the flag."""
        self.key = key
        """Empty where file alone says it."""
        self.message = message


def default_file() -> Path:
    """The settings file that is read unless another one is named."""
    return platformdirs.user_config_path(APP, appauthor=False) / "config.toml"


def _default_state() -> Path:
    return platformdirs.user_state_path(APP, appauthor=False)


def _key(kind: Kind, default: Any, name: str = "") -> Any:
    """A field that each source may set; a callable default is called for each Settings."""
    metadata = {"kind": kind, "key": name}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """Every setting in effect, and where each comes from."""

    profile: str = _key(Text("the name of an AWS profile"), "")
    """AWS profile to start with; empty follows `AWS_PROFILE` and the rules of the AWS CLI."""
    region: str = _key(Text("the name of an AWS region, such as eu-west-1"), "")
    """AWS region to start in; empty follows `AWS_REGION` and the profile."""
    cluster: str = _key(Text("the name of an ECS or EKS cluster, or several with commas"), "")
    """Show these clusters only; empty shows all clusters."""
    service: str = _key(Text("the name of an ECS service"), "")
    """Show this ECS service only; empty shows all."""
    namespace: str = _key(Text("the name of a Kubernetes namespace, or several with commas"), "")
    """Show these Kubernetes namespaces only; empty shows all."""
    kubeconfig: Path | None = _key(Location(), None)  # noqa: RUF009
    """Where contexts are looked up; without it `KUBECONFIG`, then `~/.kube/config`."""
    context: tuple[str, ...] = _key(Several("names of contexts of the kubeconfig"), ())
    """Contexts whose clusters are listed beside those of EKS, under the names of the contexts."""
    as_user: str = _key(Text("the name of a Kubernetes user"), "")
    """Ask Kubernetes as this user, if you may impersonate; empty asks as yourself."""
    as_group: tuple[str, ...] = _key(Several("names of Kubernetes groups"), ())
    """Be in these groups as that user; rights in EKS come mostly by groups."""
    read_only: bool = _key(Flag(), False)
    """Refuse whatever would change the account; true from any source wins."""
    read_only_profiles: tuple[str, ...] = _key(
        Several("patterns of profile names, such as prod-*"), ()
    )
    """Read-only with these AWS profiles, looked at again at each switch."""
    read_only_accounts: tuple[str, ...] = _key(
        Several("patterns of account ids or aliases, such as prod-*"), ()
    )
    """Read-only in these accounts, and where the account or its alias cannot be told."""
    demo: bool = _key(Flag(), False)
    """Explore the embedded demo account: no network but loopback, no credentials."""
    demo_scale: tuple[int, int, int] | None = _key(_SCALE, None)
    """Clusters, services and running tasks of the demo account; without it, it is a small one."""
    demo_scenario: tuple[str, ...] = _key(
        Several("names that `demo-server --list-scenarios` tells"), ()
    )
    """Stories that the demo account tells from the beginning."""
    demo_speed: float = _key(Number(0, 86400, "seconds"), 1.0)
    """How many seconds of the demo account pass in a real one; 0 lets its time stand."""
    demo_fault: tuple[str, ...] = _key(
        Several("faults, such as slow,seconds=2 or denied:ecs:ListTasks"), ()
    )
    """Faults in the way of calls to the demo account; `demo-server --help` explains them."""
    theme: str = _key(Text("the name of a theme, shipped or in the `themes` folder"), "")
    """Colours; empty takes the program's own choice for the terminal."""
    refresh: float = _key(Number(1, 3600, "seconds"), 5.0)
    """Time between two refreshes of what is on screen; slower by itself while nothing changes."""
    rate_share: float = _key(Number(0, 100, "percent"), 25.0)
    """How much of the account's API rate limits may be used; 0 sets no limit of our own."""
    ascii: bool = _key(Flag(), False)
    """Draw with ASCII only, for terminals or fonts without Unicode."""
    color: bool = _key(Flag(), True)
    """Use colours; `NO_COLOR` in the environment turns them off too."""
    log_file: Path | None = _key(Location(), None)  # noqa: RUF009
    """Append a line per API call: operation, duration and outcome, never parameters."""
    animation: bool = _key(Flag(), True)
    """Animate scrolling; over SSH it is off unless set."""
    mouse: bool = _key(Flag(), True)
    """Use the mouse; without it the terminal's own selection works as usual."""
    live_tail: bool = _key(Flag(), True)
    """Follow logs with CloudWatch live tails where allowed, which AWS charges by the minute."""
    metrics: bool = _key(Flag(), True)
    """Read CPU and memory of what is on screen, which CloudWatch charges about $0.01 a thousand."""
    remember: bool = _key(Flag(), True)
    """Reopen where the last run ended, with each view sorted as it was left."""
    state_dir: Path = _key(Location("folder"), _default_state)  # noqa: RUF009
    """Folder of crash files and of what is remembered; the demo uses a temporary one."""
    keymap: Mapping[str, str] = _key(
        Words("the name of an action = the keys that call it, separated by commas"), dict, "keys"
    )
    """Keys of your own, by the names of actions that the help shows: `refresh = "f5,ctrl+r"`."""

    config_file: Path = field(default_factory=default_file)
    """The file that was read, or would have been."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Name of a field -> the flag, variable or file it comes from; absent for defaults."""

    @property
    def themes_folder(self) -> Path:
        """Where themes of the user's own are."""
        return self.config_file.parent / "themes"


@dataclass(frozen=True)
class Key:
    """One setting: how it is called in each source, and what it may be."""

    field: str
    name: str
    """In the settings file."""
    kind: Kind
    default: Any

    @property
    def variable(self) -> str:
        """In the environment; empty for a table."""
        return "" if isinstance(self.kind, Words) else PREFIX + self.name.upper()

    @property
    def flag(self) -> str:
        """On the command line, for those that have one."""
        off = "no-" if self.field in ("color", "metrics") else ""
        return f"--{off}{self.name.replace('_', '-')}"

    def parse(self, parse: Callable[[Any], Any], raw: object, place: str) -> Any:
        """The value, or a SettingsError that names the place, the key and what is allowed."""
        try:
            return parse(raw)
        except ValueError as error:
            message = f"{error}; allowed is {self.kind.allowed}"
            raise SettingsError(place, self._key_in(place), message) from None

    def _key_in(self, place: str) -> str:
        return "" if place in (self.variable, self.flag) else self.name


def _keys() -> Iterator[Key]:
    for each in dataclasses.fields(Settings):
        kind = each.metadata.get("kind")
        if kind is not None:
            made = each.default_factory
            default = each.default if made is dataclasses.MISSING else made()
            yield Key(each.name, each.metadata["key"] or each.name, kind, default)


KEYS: tuple[Key, ...] = tuple(_keys())
"""Every setting, in the order of the documentation."""

Found = dict[str, tuple[Any, str]]
"""Name of a field -> its value and the source it was found in."""


def _read(file: Path, *, named: bool) -> Mapping[str, Any]:
    try:
        with file.open("rb") as opened:
            return tomllib.load(opened)
    except FileNotFoundError:
        if named:
            raise SettingsError(str(file), "", "there is no such settings file") from None
        return {}
    except OSError as error:
        raise SettingsError(str(file), "", f"cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(str(file), "", f"is not TOML: {error}") from None


def _of_file(file: Path, *, named: bool) -> Found:
    known = {key.name: key for key in KEYS}
    found: Found = {}
    for name, raw in _read(file, named=named).items():
        key = known.get(name)
        if key is None:
            raise SettingsError(str(file), name, _unknown(name, known))
        found[key.field] = key.parse(key.kind.of_file, raw, str(file)), str(file)
    return found


def _unknown(name: str, known: Mapping[str, Key]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"allowed are {', '.join(known)}"
    return f"there is no such setting; {hint}"


def _of_environ(environ: Mapping[str, str]) -> Found:
    found: Found = {}
    if environ.get("NO_COLOR"):
        found["color"] = False, "NO_COLOR"
    for key in KEYS:
        raw = environ.get(key.variable, "") if key.variable else ""
        if raw:
            found[key.field] = key.parse(key.kind.of_text, raw, key.variable), key.variable
    return found


def _of_flags(flags: Mapping[str, object]) -> Found:
    found: Found = {}
    for key in KEYS:
        raw = flags.get(key.field)
        if isinstance(raw, str):
            found[key.field] = key.parse(key.kind.of_text, raw, key.flag), key.flag
        elif raw is not None:
            found[key.field] = raw, key.flag
    return found


def _of_terminal(environ: Mapping[str, str]) -> Found:
    ssh = next((name for name in _SSH if environ.get(name)), "")
    return {"animation": (False, ssh)} if ssh else {}


def load(flags: Mapping[str, object], environ: Mapping[str, str]) -> Settings:
    """The settings in effect: flags over environment over file over defaults.

    `flags` holds what was given on the command line by name of field, as text or as a value, and
    may name the file as `config_file`. Raises SettingsError at the first setting that is wrong.
    """
    named = str(flags.get("config_file") or environ.get(CONFIG_VARIABLE) or "")
    file = Path(named).expanduser() if named else default_file()
    sources = (
        _of_terminal(environ),
        _of_file(file, named=bool(named)),
        _of_environ(environ),
        _of_flags(flags),
    )
    merged: Found = {}
    for source in sources:
        merged |= source
    strict = next(
        (found["read_only"] for found in sources if found.get("read_only", (0,))[0]), None
    )
    if strict is not None:
        merged["read_only"] = strict
    return Settings(
        **{name: value for name, (value, _) in merged.items()},
        config_file=file,
        sources={name: place for name, (_, place) in merged.items()},
    )
