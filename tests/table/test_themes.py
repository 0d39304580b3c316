from pathlib import Path

import pytest
from textual.color import Color

from containerscope.ui.theme import DEFAULT, ThemeSpec, load_themes, monochrome, shipped_folder

THEMES, ERRORS = load_themes()
READ_ON_GROUND = ("foreground", "failed", "warning", "progress", "fine", "dim", "mark", "changed")
READ_UNDER_CURSOR = ("cursor-foreground", "failed", "warning", "progress", "fine", "dim", "mark")
COLOURED = [spec for spec in THEMES.values() if not spec.ansi]


def contrast(spec: ThemeSpec, text: str, ground: str) -> float:
    """The ratio as WCAG 2 defines it."""
    bright, dark = sorted((_luminance(spec.colors[text]), _luminance(spec.colors[ground])))[::-1]
    return (bright + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in Color.parse(color).normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_all_shipped_themes_load() -> None:
    assert ERRORS == ()
    assert len(THEMES) >= 8
    assert DEFAULT in THEMES
    assert sum(not spec.dark for spec in THEMES.values()) >= 2
    assert sum(spec.ansi for spec in THEMES.values()) == 1
    assert any(spec.contrast >= 7 for spec in THEMES.values())
    assert all(spec.description for spec in THEMES.values())


@pytest.mark.parametrize("spec", COLOURED, ids=lambda spec: spec.name)
def test_every_text_can_be_read_on_its_ground(spec: ThemeSpec) -> None:
    pairs = [
        *((text, "background") for text in READ_ON_GROUND),
        *((text, "cursor") for text in READ_UNDER_CURSOR),
        *((text, "cursor-blurred") for text in READ_ON_GROUND),
        ("header", "header-background"),
        ("accent", "background"),
    ]
    low = {pair: round(contrast(spec, *pair), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < spec.contrast} == {}


def test_each_theme_file_explains_itself() -> None:
    for path in shipped_folder().glob("*.toml"):
        assert path.read_text("utf-8").count("\n#") >= 3, path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[colors]\nbackground = 'red'", "colors.background: must be #rrggbb"),
        ("colours = 1", "colours: unknown; allowed are description, dark"),
        ("dark = 'yes'", "dark: must be a true or false"),
        ("contrast = true", "contrast: must be a number"),
        ("[colors]\nbackground = '#000000'", "colors.foreground: is missing"),
        ("[colors]\nblue = '#000000'", "colors.blue: unknown; allowed are background"),
        ("ansi = true\n[colors]\nbackground = '#000000'", "must be ansi_default or one of"),
        ("not toml", "not readable as TOML"),
        ("[styles]\nfailed = 'blink'", "colors.background: is missing"),
        ("description = '\\u001b[31m'", "colors.background: is missing"),
    ],
)
def test_a_bad_theme_is_reported_and_the_rest_load(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    themes, errors = load_themes(tmp_path)
    assert themes.keys() == THEMES.keys()
    assert len(errors) == 1
    assert "mine.toml" in errors[0]
    assert said in errors[0]


def test_a_style_that_is_none_is_reported(tmp_path: Path) -> None:
    base = (shipped_folder() / "paper.toml").read_text("utf-8")
    (tmp_path / "mine.toml").write_text(base + '\n[styles]\nfailed = "blink"\n', "utf-8")
    _, errors = load_themes(tmp_path)
    assert "styles.failed: must be made of none, bold" in errors[0]


def test_bytes_that_are_no_text_are_reported(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe")
    assert len(load_themes(tmp_path)[1]) == 1


def test_a_folder_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    assert load_themes(tmp_path / "none")[1] == ()


def test_a_users_theme_replaces_ours(tmp_path: Path) -> None:
    base = (shipped_folder() / "paper.toml").read_text("utf-8")
    (tmp_path / "midnight.toml").write_text(base, "utf-8")
    themes, errors = load_themes(tmp_path)
    assert errors == ()
    assert not themes["midnight"].dark


def test_colours_left_out_are_derived(tmp_path: Path) -> None:
    required = ("background", "foreground", "primary", "failed", "warning", "progress", "fine")
    lines = "\n".join(f"{name} = '#12345{place}'" for place, name in enumerate(required))
    (tmp_path / "mine.toml").write_text(f"[colors]\n{lines}\n", "utf-8")
    themes, errors = load_themes(tmp_path)
    assert errors == ()
    assert themes["mine"].colors["rule"] == themes["mine"].colors["foreground"]
    assert themes["mine"].textual().variables["mark"] == themes["mine"].colors["primary"]


def test_the_monochrome_theme_has_no_colour() -> None:
    assert set(monochrome().colors.values()) == {"ansi_default"}
    assert monochrome().styles["cursor"] == "reverse"
