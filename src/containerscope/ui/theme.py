"""Colour themes from TOML files, ours and the user's."""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

from containerscope.model.text import visible

DEFAULT = "midnight"
REQUIRED = ("background", "foreground", "primary", "failed", "warning", "progress", "fine")
DERIVED: Mapping[str, str] = {
    "secondary": "primary",
    "accent": "primary",
    "surface": "background",
    "panel": "surface",
    "dim": "foreground",
    "header": "foreground",
    "header-background": "background",
    "rule": "dim",
    "cursor": "primary",
    "cursor-foreground": "foreground",
    "cursor-blurred": "panel",
    "mark": "accent",
    "changed": "foreground",
}
"""The colours that may be left out, and the one each takes then; in the order of looking up."""
COLORS = (*REQUIRED, *DERIVED)
STYLES: Mapping[str, str] = {
    "failed": "bold",
    "warning": "none",
    "progress": "none",
    "dim": "none",
    "cursor": "none",
    "cursor-blurred": "none",
}
"""What may carry a text style, and the style it has by itself."""
STYLE_WORDS = ("none", "bold", "dim", "italic", "reverse", "underline")
_KEYS: Mapping[str, type] = {
    "description": str,
    "dark": bool,
    "ansi": bool,
    "contrast": float,
    "colors": dict,
    "styles": dict,
}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True)
class ThemeSpec:
    """A theme as its file declares it, complete and checked."""

    name: str
    colors: Mapping[str, str]
    styles: Mapping[str, str]
    description: str = ""
    dark: bool = True
    ansi: bool = False
    """Made of the terminal's own sixteen colours, on its own background."""
    contrast: float = 4.5
    """The least contrast of text on its background that the file promises."""

    def variables(self) -> dict[str, str]:
        """What stylesheets may use beside Textual's own: `$failed`, `$dim-style` and so on."""
        ours = [name for name in COLORS if name not in _TEXTUAL]
        return {
            **{name: self.colors[name] for name in ours},
            **{f"{name}-style": style for name, style in self.styles.items()},
            **self._widgets(),
            **(_OF_ANSI if self.ansi else {}),
        }

    def _widgets(self) -> dict[str, str]:
        """Textual's own widgets in the colours of the table."""
        colors = self.colors
        return {
            "block-cursor-background": colors["cursor"],
            "block-cursor-foreground": colors["cursor-foreground"],
            "block-cursor-text-style": self.styles["cursor"],
            "border": colors["rule"],
            "border-blurred": colors["rule"],
            "footer-background": colors["background"],
            "footer-key-foreground": colors["accent"],
            "scrollbar": colors["rule"],
            "scrollbar-hover": colors["primary"],
            "scrollbar-active": colors["primary"],
            "scrollbar-background": colors["background"],
            "scrollbar-background-hover": colors["background"],
            "scrollbar-background-active": colors["background"],
            "scrollbar-corner-color": colors["background"],
        }

    def textual(self) -> Theme:
        """The theme to register with the app."""
        colors = self.colors
        return Theme(
            name=self.name,
            primary=colors["primary"],
            secondary=colors["secondary"],
            accent=colors["accent"],
            foreground=colors["foreground"],
            background=colors["background"],
            surface=colors["surface"],
            panel=colors["panel"],
            warning=colors["warning"],
            error=colors["failed"],
            success=colors["fine"],
            dark=self.dark,
            ansi=self.ansi,
            variables=self.variables(),
        )


_OF_ANSI = {"ansi-background": "ansi_default", "ansi-foreground": "ansi_default"}
"""What Textual's stylesheets take from an ANSI theme without a default of their own."""
_TEXTUAL = frozenset(
    {"primary", "secondary", "accent", "foreground", "background", "surface", "panel", "warning"}
)


def monochrome(*, dark: bool = True) -> ThemeSpec:
    """The theme without any colour: bold, dim and reverse on the terminal's own two."""
    return ThemeSpec(
        name="no-color",
        description="No colour at all",
        colors=dict.fromkeys(COLORS, "ansi_default"),
        styles={
            "failed": "bold",
            "warning": "bold",
            "progress": "none",
            "dim": "dim",
            "cursor": "reverse",
            "cursor-blurred": "underline",
        },
        dark=dark,
        ansi=True,
    )


def variable_defaults() -> dict[str, str]:
    """Our variables under Textual's own themes, for `App.get_theme_variable_defaults`."""
    return {
        "failed": "#ff6b6b",
        "progress": "#6cb6ff",
        "fine": "#57c785",
        "dim": "#8b949e",
        "header": "#8b949e",
        "header-background": "#121212",
        "rule": "#444c56",
        "cursor": "#2d3b55",
        "cursor-foreground": "#e6edf3",
        "cursor-blurred": "#22272e",
        "mark": "#d2a8ff",
        "changed": "#e6edf3",
        **{f"{name}-style": style for name, style in STYLES.items()},
    }


def shipped_folder() -> Path:
    """Where our own themes lie: beside the package in a wheel, else at the root of the checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "themes"
    return installed if installed.is_dir() else package.parents[1] / "themes"


def first_theme(name: str, user_folder: Path | None = None) -> ThemeSpec:
    """The theme of this name, the user's own first; without a good one, the one by default.

    Reads no file but its own, because the first frame waits for it.
    """
    for wanted in (name, DEFAULT) if _NAME.fullmatch(name) else (DEFAULT,):
        for folder in (user_folder, shipped_folder()):
            path = None if folder is None else folder / f"{wanted}.toml"
            with contextlib.suppress(ThemeError, OSError):
                if path is not None and path.is_file():
                    return read_theme(path)
    return monochrome()


def load_themes(user_folder: Path | None = None) -> tuple[dict[str, ThemeSpec], tuple[str, ...]]:
    """All themes by name, and a sentence about each file that is not one.

    A user's theme replaces one of ours with the same name.
    """
    themes: dict[str, ThemeSpec] = {}
    errors: list[str] = []
    for folder in (shipped_folder(), user_folder):
        for path in _toml_files(folder, errors):
            try:
                spec = read_theme(path)
            except ThemeError as problem:
                errors.append(str(problem))
            else:
                themes[spec.name] = spec
    if DEFAULT not in themes:
        themes[DEFAULT] = monochrome()
    return themes, tuple(errors)


def _toml_files(folder: Path | None, errors: list[str]) -> list[Path]:
    if folder is None:
        return []
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except FileNotFoundError:
        return []
    except OSError as problem:
        errors.append(visible(f"{folder}: {problem.strerror or problem}"))
        return []


class ThemeError(Exception):
    """A file that is not a theme: which file, which key, what is allowed."""

    def __init__(self, path: Path, key: str, allowed: str) -> None:
        where = f"{path}: {key}: " if key else f"{path}: "
        super().__init__(visible(where + allowed))


def read_theme(path: Path) -> ThemeSpec:
    """The theme in a file, named after the file."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise ThemeError(path, "", f"not readable as TOML: {problem}") from None
    if not _NAME.fullmatch(path.stem):
        raise ThemeError(path, "file name", "lower-case letters, digits and hyphens, at most 40")
    for key, value in raw.items():
        if key not in _KEYS:
            raise ThemeError(path, key, f"unknown; allowed are {', '.join(_KEYS)}")
        wanted = (int, float) if _KEYS[key] is float else _KEYS[key]
        if not isinstance(value, wanted) or (_KEYS[key] is float and isinstance(value, bool)):
            raise ThemeError(path, key, f"must be a {_WORDS[_KEYS[key]]}")
    ansi = raw.get("ansi", False)
    return ThemeSpec(
        name=path.stem,
        colors=_colors(path, raw.get("colors", {}), ansi),
        styles={**STYLES, **dict(_styles(path, raw.get("styles", {})))},
        description=visible(raw.get("description", "")),
        dark=raw.get("dark", True),
        ansi=ansi,
        contrast=float(raw.get("contrast", 4.5)),
    )


_WORDS = {str: "string", bool: "true or false", float: "number", dict: "table"}


def _colors(path: Path, raw: Mapping[str, Any], ansi: bool) -> dict[str, str]:
    allowed = "ansi_default or one of ansi_black to ansi_bright_white" if ansi else "#rrggbb"
    colors: dict[str, str] = {}
    for key, value in raw.items():
        if key not in COLORS:
            raise ThemeError(path, f"colors.{key}", f"unknown; allowed are {', '.join(COLORS)}")
        if not isinstance(value, str) or not _is_color(value, ansi):
            raise ThemeError(path, f"colors.{key}", f"must be {allowed}")
        colors[key] = value
    for key in REQUIRED:
        if key not in colors:
            raise ThemeError(path, f"colors.{key}", f"is missing; must be {allowed}")
    for key, source in DERIVED.items():
        colors.setdefault(key, colors[source])
    return colors


def _is_color(value: str, ansi: bool) -> bool:
    if not ansi:
        return re.fullmatch(r"#[0-9a-fA-F]{6}", value) is not None
    try:
        return value.startswith("ansi_") and Color.parse(value).ansi is not None
    except ColorParseError:
        return False


def _styles(path: Path, raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in raw.items():
        if key not in STYLES:
            raise ThemeError(path, f"styles.{key}", f"unknown; allowed are {', '.join(STYLES)}")
        words = value.split() if isinstance(value, str) else []
        if not words or any(word not in STYLE_WORDS for word in words):
            raise ThemeError(path, f"styles.{key}", f"must be made of {', '.join(STYLE_WORDS)}")
        yield key, " ".join(words)
