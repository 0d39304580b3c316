from __future__ import annotations

from pathlib import Path

import pytest

from containerscope.settings import KEYS, Settings, SettingsError, load


def file_with(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def loaded(folder: Path, text: str, flags: dict[str, object], **environ: str) -> Settings:
    return load({"config_file": str(file_with(folder, text)), **flags}, environ)


def refused(folder: Path, text: str, flags: dict[str, object], **environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        loaded(folder, text, flags, **environ)
    return str(caught.value).replace(f"{folder}/", "")


def test_flags_win_over_variables_over_file_over_defaults(tmp_path: Path) -> None:
    text = 'region = "file"\nprofile = "file"\ncluster = "file"'
    variables = {"CONTAINERSCOPE_REGION": "variable", "CONTAINERSCOPE_PROFILE": "variable"}
    settings = loaded(tmp_path, text, {"region": "flag"}, **variables)
    assert (settings.region, settings.profile, settings.cluster) == ("flag", "variable", "file")
    assert (settings.service, settings.refresh, settings.rate_share) == ("", 5.0, 25.0)


def test_each_setting_says_where_it_comes_from(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "refresh = 9", {"region": "flag"}, CONTAINERSCOPE_THEME="x")
    file = str(tmp_path / "config.toml")
    assert settings.sources == {
        "region": "--region", "theme": "CONTAINERSCOPE_THEME", "refresh": file,
    }  # fmt: skip
    assert settings.config_file == Path(file)
    assert settings.themes_folder == tmp_path / "themes"


@pytest.mark.parametrize(
    ("text", "flags", "variable", "source"),
    [
        ("read_only = true", {}, "0", "config.toml"),
        ("read_only = false", {}, "1", "CONTAINERSCOPE_READ_ONLY"),
        ("read_only = false", {"read_only": True}, "off", "--read-only"),
        ("read_only = true", {"read_only": "false"}, "no", "config.toml"),
    ],
)
def test_read_only_from_any_source_cannot_be_taken_back(
    tmp_path: Path, text: str, flags: dict[str, object], variable: str, source: str
) -> None:
    settings = loaded(tmp_path, text, flags, CONTAINERSCOPE_READ_ONLY=variable)
    assert settings.read_only
    assert settings.sources["read_only"].endswith(source)


def test_values_have_the_type_they_are_used_with(tmp_path: Path) -> None:
    text = 'refresh = 2\nlog_file = "~/calls.log"\n[keys]\nrefresh = "f5,ctrl+r"'
    settings = loaded(tmp_path, text, {"demo_scale": "3,25,50000"}, CONTAINERSCOPE_MOUSE="off")
    assert settings.refresh == 2.0
    assert settings.log_file == Path.home() / "calls.log"
    assert settings.keymap == {"refresh": "f5,ctrl+r"}
    assert settings.demo_scale == (3, 25, 50_000)
    assert settings.mouse is False


@pytest.mark.parametrize("variable", ["SSH_CONNECTION", "SSH_TTY"])
def test_animation_is_off_over_ssh_unless_it_is_set(tmp_path: Path, variable: str) -> None:
    assert loaded(tmp_path, "", {}).animation
    assert not loaded(tmp_path, "", {}, **{variable: "10.0.0.1"}).animation
    assert loaded(tmp_path, "animation = true", {}, **{variable: "10.0.0.1"}).animation


def test_no_color_is_respected_and_can_be_overruled(tmp_path: Path) -> None:
    assert not loaded(tmp_path, "color = true", {}, NO_COLOR="1").color
    assert loaded(tmp_path, "", {}, NO_COLOR="").color
    assert loaded(tmp_path, "", {}, NO_COLOR="1", CONTAINERSCOPE_COLOR="1").color


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("refresh = 0", "refresh: 0 is out of range; allowed is a number of seconds from 1 to"),
        ("refresh = true", "refresh: True is not a number"),
        ("refresh = nan", "refresh: nan is out of range"),
        ("rate_share = 101", "rate_share: 101 is out of range; allowed is a number of percent"),
        ('mouse = "yes"', "mouse: 'yes' is not true or false; allowed is true or false"),
        ("region = 5", "region: 5 is not a string; allowed is the name of an AWS region"),
        ('region = "a\\u001b[31m"', "region: 'a\\x1b[31m' has characters that cannot be printed"),
        ('log_file = ""', "log_file: '' is not a path; allowed is the path of a file"),
        ('demo_scale = "3,x,1"', "demo_scale: '3,x,1' is not 3 whole numbers; allowed is 3 whole"),
        ('demo_scale = "3,1"', "demo_scale: '3,1' does not fit; allowed is 3 whole numbers, clust"),
        ('keys = "f5"', "keys: 'f5' is not a table; allowed is the name of an action"),
        ("keys = { refresh = 5 }", "keys: refresh = 5 does not fit"),
        ("refesh = 5", "refesh: there is no such setting; did you mean refresh?"),
        ("xyzzy = 5", "xyzzy: there is no such setting; allowed are profile, region, cluster"),
    ],
)
def test_a_bad_value_in_the_file_names_file_key_and_what_is_allowed(
    tmp_path: Path, text: str, said: str
) -> None:
    assert refused(tmp_path, text, {}).startswith(f"config.toml: {said}")


def test_a_bad_variable_is_named(tmp_path: Path) -> None:
    said = refused(tmp_path, "", {}, CONTAINERSCOPE_REFRESH="soon")
    assert said.startswith("CONTAINERSCOPE_REFRESH: 'soon' is not a number; allowed is a number")


def test_a_bad_flag_is_named(tmp_path: Path) -> None:
    said = refused(tmp_path, "", {"rate_share": "-1"})
    assert said.startswith("--rate-share: -1 is out of range; allowed is a number of percent")


def test_a_file_that_is_not_toml_says_where(tmp_path: Path) -> None:
    assert "config.toml: is not TOML: " in refused(tmp_path, "a = \nb", {})
    file = tmp_path / "config.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not TOML"):
        load({"config_file": str(file)}, {})


def test_a_named_file_must_exist_and_be_readable(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no such settings file"):
        load({"config_file": str(tmp_path / "none.toml")}, {})
    with pytest.raises(SettingsError, match="cannot be read"):
        load({}, {"CONTAINERSCOPE_CONFIG": str(tmp_path)})


def test_the_variable_names_the_file_unless_a_flag_does(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text('region = "other"', encoding="utf-8")
    environ = {"CONTAINERSCOPE_CONFIG": str(other)}
    assert load({}, environ).region == "other"
    named = file_with(tmp_path, 'region = "named"')
    assert load({"config_file": str(named)}, environ).region == "named"


def test_what_is_written_for_a_value_reads_back_as_it(tmp_path: Path) -> None:
    text = (
        'region = "eu"\nrefresh = 2.5\nlog_file = "/tmp/x"\ndemo_scale = "1,2,3"\nmouse = false\n'
        'keys = { "a" = "f5" }'
    )
    settings = loaded(tmp_path, text, {})
    lines = [
        f"{key.name} = {written}"
        for key in KEYS
        if (written := key.kind.written(getattr(settings, key.field)))
    ]
    again = loaded(tmp_path, "\n".join(lines), {})
    for key in KEYS:
        assert getattr(again, key.field) == getattr(settings, key.field)
