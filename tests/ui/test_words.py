"""The pure parts: places, commands, keys, memory and the lines of a detail."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from containerscope.model.health import Level
from containerscope.model.listing import Missing, Why
from containerscope.resource import Identity, Pair, PairsBlock, Scope, TableBlock, TextBlock
from containerscope.resources import all_resources, find
from containerscope.settings import Settings
from containerscope.ui import blocks, keys, memory, raw
from containerscope.ui.commands import VERBS, CommandError, Do, Show, completions, parse
from containerscope.ui.detail import tab_line
from containerscope.ui.header import Pulse, header
from containerscope.ui.help import help_lines
from containerscope.ui.lines import matching
from containerscope.ui.location import History, Location, at, way_to
from containerscope.ui.log_keys import LOG_KEYS
from containerscope.ui.memory import Memory
from containerscope.ui.spans import text_of, width_of

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
SCOPE = Scope(account="123456789012", region="eu-west-1", cluster="checkout")


def test_a_bare_resource_covers_every_cluster() -> None:
    assert parse(":svc", find, SCOPE) == Show("services", SCOPE.within(cluster=""))


def test_a_resource_takes_a_scope_and_a_filter() -> None:
    asked = parse("services cluster=data cpu>80 !web", find, SCOPE)
    assert asked == Show("services", SCOPE.within(cluster="data"), "cpu>80 !web")


def test_quoted_words_stay_together() -> None:
    assert parse("export csv 'my file.csv'", find, SCOPE) == Do("export", ("csv", "my file.csv"))


@pytest.mark.parametrize(
    ("line", "namespace"),
    [
        ("pods", "shop"),
        ("pods -n data", "data"),
        ("pods --namespace data,web -A", ""),
        ("pods -A", ""),
        ("pods namespace=web", "web"),
    ],
)
def test_a_namespace_is_that_of_the_line_else_that_of_the_flags(line: str, namespace: str) -> None:
    assert parse(line, find, SCOPE, namespace="shop") == Show(
        "pods", Scope(SCOPE.account, SCOPE.region, namespace=namespace)
    )


@pytest.mark.parametrize("line", ["nonsense", "export csv", "sort", "'open"])
def test_what_cannot_be_done_is_a_sentence(line: str) -> None:
    with pytest.raises(CommandError):
        parse(line, find, SCOPE)


def test_nothing_typed_asks_for_nothing() -> None:
    assert parse("  ", find, SCOPE) is None


def test_the_first_completion_of_an_alias_is_its_resource() -> None:
    for resource in all_resources().values():
        for alias in resource.aliases:
            found = completions(alias, all_resources().values(), {})
            assert found[0].text == resource.name, alias


def test_a_cluster_is_completed_after_its_word() -> None:
    found = completions("services cluster=da", (), {"cluster": ("checkout", "data")})
    assert [each.text for each in found] == ["services cluster=data"]


def test_going_to_a_new_place_forgets_what_lay_ahead() -> None:
    history = History()
    history.go(at("services", SCOPE))
    history.step(-1)
    history.go(at("tasks", SCOPE))
    assert not history.step(1)
    assert history.here.crumbs == ("checkout", "tasks")


def test_the_way_to_a_service_passes_home() -> None:
    places = way_to("tasks", SCOPE.within(service="web"))
    assert [place.resource for place in places] == ["clusters", "services", "tasks"]


def test_memory_survives_a_run_and_forgives_damage(tmp_path: Path) -> None:
    kept = Memory()
    kept.remember(Location("services", SCOPE, sort="-age"))
    memory.save(tmp_path, kept)
    assert memory.load(tmp_path) == kept
    file = tmp_path / "last.json"
    assert file.stat().st_mode & 0o077 == 0
    for damage in (b"", b"{", b'{"sorts": 3}', b"\xff\xfe", b"[]"):
        file.write_bytes(damage)
        assert memory.load(tmp_path) == Memory()


def test_the_footer_names_only_keys_that_work() -> None:
    labels = dict(keys.footer(keys.Context(row=True, child="tasks")))
    assert labels["enter"] == "tasks"
    assert "V" not in labels
    assert "enter" not in dict(keys.footer(keys.Context()))


def test_no_two_keys_fight_for_one_pane() -> None:
    seen: dict[tuple[str, str], str] = {}
    for key in keys.KEYS:
        for name in key.keys.split(","):
            for pane in ("table", "detail") if key.pane == "any" else (key.pane,):
                assert seen.setdefault((pane, name), key.id) == key.id


def test_the_page_about_keys_is_made_from_the_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "keys.md"
    assert page.read_text(encoding="utf-8") == keys.markdown(*LOG_KEYS)


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_the_header_keeps_account_region_and_read_only(width: int) -> None:
    who = Identity("123456789012", "arn:aws:sts::123456789012:assumed-role/R/x", "p" * 40)
    who = Identity(who.account, who.arn, who.alias, region="eu-west-1")
    line = header(who, "", True, Pulse(live=True), width)
    assert width_of(line) <= max(width, 45)
    for part in ("1234-5678-9012", "READ-ONLY"):
        assert part in text_of(line)


@pytest.mark.parametrize("width", [30, 80, 200])
def test_blocks_fit_any_width(width: int) -> None:
    shown = blocks.lines(
        (
            TextBlock("broken " * 40, level=Level.FAILED),
            PairsBlock("One", (Pair("a" * 60, "b" * 300), Pair("when", NOW), Pair("none", None))),
            PairsBlock("Two", (Pair("denied", Missing(Why.DENIED, "needs x")),)),
            TableBlock("Table", ("NAME", "N"), (("x" * 300, 1), ("支払い", 22)), (Level.FAILED,)),
        ),
        width,
        NOW,
    )
    assert all(width_of(line.spans) <= width for line in shown)


def test_a_masked_value_is_revealed_on_request_only() -> None:
    block = PairsBlock("Environment", (Pair("TOKEN", "••••", secret="hunter2"),))
    hidden = blocks.lines((block,), 80, NOW)
    assert "hunter2" not in "".join(text_of(line.spans) for line in hidden)
    assert hidden[1].secret == "hunter2"
    shown = blocks.lines((block,), 80, NOW, frozenset({"hunter2"}))
    assert "hunter2" in text_of(shown[1].spans)
    never = blocks.lines((block,), 80, NOW, reveals=False)
    assert not any(line.secret for line in never)


def test_a_line_of_json_or_yaml_copies_its_value() -> None:
    assert raw.copied('  "name": "web",') == "web"
    assert raw.copied("  count: 4") == "4"
    assert raw.copied('    "arn:aws:x",') == "arn:aws:x"


def test_a_long_line_of_json_goes_on_below_its_value_and_is_found_and_copied_whole() -> None:
    line = '  "reason": "pull image manifest has been retried 1 time(s): not found",'
    laid = raw.lines(line, 40)
    assert [text_of(each.spans) for each in laid] == [
        '  "reason": "pull image manifest has bee',
        '            n retried 1 time(s): not fou',
        '            nd",',
    ]  # fmt: skip
    assert {each.copy for each in laid} == {line}
    assert matching(laid, "been retried") == [0]
    assert matching(laid, "found") == [0]


@pytest.mark.parametrize("width", [30, 64, 86])
def test_the_help_says_everything_at_any_width(width: int) -> None:
    lines = help_lines(Settings(), [("services", "svc")], width)
    assert max(width_of(line.spans) for line in lines) <= width
    said = " ".join(" ".join(text_of(line.spans) for line in lines).split())
    assert all(key.help in said for key in keys.KEYS)
    assert all(verb.help in said for verb in VERBS)


EVENTS = TableBlock(
    "Events",
    ("TIME", "EVENT"),
    (("2m", "is unable to consistently start tasks, see the section on troubleshooting"),),
    (Level.FAILED,),
)


def test_a_sentence_in_a_table_goes_on_below_itself() -> None:
    text = [text_of(line.spans) for line in blocks.lines((EVENTS,), 50, NOW)]
    assert text == [
        "Events",
        "  TIME  EVENT",
        "✗ 2m    is unable to consistently start tasks, see",
        "        the section on troubleshooting",
    ]


def test_a_sentence_that_has_no_room_beside_its_row_stands_below_it() -> None:
    row = ("PRIMARY", "payments:88", "ECS deployment ecs-svc/123 in progress.")
    table = TableBlock("", ("STATUS", "TASKDEF", "REASON"), (row,))
    text = [text_of(line.spans) for line in blocks.lines((table,), 40, NOW)]
    assert text == [
        "STATUS   TASKDEF",
        "PRIMARY  payments:88",
        "    ECS deployment ecs-svc/123 in",
        "    progress.",
    ]


def test_a_sentence_without_end_is_cut_after_a_few_lines() -> None:
    table = TableBlock("", ("TIME", "EVENT"), (("2m", "word " * 800),))
    text = [text_of(line.spans) for line in blocks.lines((table,), 60, NOW)]
    assert len(text) == 7
    assert "…" in text[-1]
    assert max(map(len, text)) <= 60


def test_an_account_that_is_no_number_is_shown_harmlessly() -> None:
    who = Identity("1234\u200d\x1b[2J789", "arn:aws:iam::1:user/x", "eu-west-1")
    line = text_of(header(who, "", False, Pulse(), 120))
    assert " as kim " in text_of(header(who, "", False, Pulse(), 80, "kim"))
    assert "\x1b" not in line
    assert "\u200d" not in line


def test_tabs_that_have_no_room_are_told_by_an_arrow() -> None:
    tabs = ("Overview", "Tasks", "Scaling", "Metrics", "Raw")

    def shown(chosen: int, width: int) -> str:
        return text_of(tab_line("cart", tabs, chosen, "json", width))

    assert shown(0, 80) == " cart   1 Overview  2 Tasks  3 Scaling  4 Metrics  0 JSON"
    assert shown(0, 34) == " cart   1 Overview  2 Tasks  ›"
    assert shown(2, 34) == " cart   ‹  2 Tasks  3 Scaling  ›"
    assert shown(4, 34) == " cart   ‹  4 Metrics  0 JSON"
