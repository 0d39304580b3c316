"""Plots, logs, differences and trees as lines of a pane."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len

from containerscope.block import (
    ChangeKind,
    DiffBlock,
    DiffLine,
    LogBlock,
    LogLine,
    Series,
    SeriesBlock,
    TreeBlock,
    TreeNode,
)
from containerscope.model.health import Level
from containerscope.model.listing import Missing, Why
from containerscope.resource import Block, TableBlock
from containerscope.ui.blocks import lines, words
from containerscope.ui.spans import ascii_only, text_of

START = datetime(2026, 11, 24, 12, tzinfo=UTC)
END = START + timedelta(hours=2)


def drawn(block: Block, width: int = 100) -> list[str]:
    """The lines of a block, none wider than asked for."""
    out = [text_of(line.spans) for line in lines((block,), width, END)]
    assert all(cell_len(line) <= width for line in out)
    return out


def minutes(*values: float, unit: str = "%", label: str = "CPU") -> Series:
    return Series(
        label,
        tuple((START + timedelta(minutes=10 * at), value) for at, value in enumerate(values)),
        unit,
    )


def test_a_plot_has_its_scale_its_times_its_target_and_its_newest_value() -> None:
    block = SeriesBlock("CPU", (minutes(40, 55, 91),), START, END, targets=(("target", 60.0),))
    title, *plot, times, legend = drawn(block)
    assert title == "CPU"
    assert [time for time in times.split() if ":" in time] == [
        "12:00",
        "12:30",
        "13:00",
        "13:30",
        "14:00",
    ]
    assert "─ CPU 91%" in legend
    assert "┄ target 60" in legend
    assert any(line.startswith(" 50") for line in plot)
    assert any("┄┄┄┄" in line for line in plot)


@pytest.mark.parametrize("width", [20, 60, 80, 200])
def test_a_plot_keeps_to_its_width(width: int) -> None:
    drawn(SeriesBlock("", (minutes(1, 2, 3),), START, END), width)


def test_a_line_goes_up_where_its_values_do() -> None:
    plot = drawn(SeriesBlock("", (minutes(*range(0, 100, 8)),), START, END))[:-2]
    dots = [(y, x) for y, line in enumerate(plot) for x, c in enumerate(line) if c > "\u2800"]
    assert min(dots)[1] > max(dots)[1]


def test_a_plot_without_points_is_a_sentence() -> None:
    block = SeriesBlock("CPU", (), START, END, empty="No metrics yet.")
    assert drawn(block) == ["CPU", "No metrics yet."]


def test_a_plot_in_ascii_has_nothing_else() -> None:
    block = SeriesBlock("CPU", (minutes(40, 55, 91),), START, END, targets=(("target", 60.0),))
    assert all(ascii_only(line).isascii() for line in drawn(block))


def test_lines_of_several_sources_name_them() -> None:
    at = START + timedelta(milliseconds=7)
    lines_of = (
        LogLine(at, "1f0c/web", "GET /"),
        LogLine(at, "2a1b/web", "boom \x1b[31m", Level.FAILED),
    )
    assert drawn(LogBlock("Logs", lines_of)) == [
        "Logs",
        "12:00:00.007 1f0c/web GET /",
        "12:00:00.007 2a1b/web boom ␛[31m",
    ]
    assert drawn(LogBlock("", lines_of[:1])) == ["12:00:00.007 GET /"]


def test_a_line_that_is_json_says_its_message_first_and_is_cut_at_its_end() -> None:
    text = '{"level":"info","msg":"paid","order":7,"time":"2026-11-24T12:00:00Z"}'
    fields = (("message", "paid"), ("level", "info"), ("order", 7), ("time", "2026-11-24"))
    line = LogLine(START, "web", text, fields=fields)
    assert drawn(LogBlock("", (line,))) == ["12:00:00.000 paid  order=7"]
    assert drawn(LogBlock("", (line,)), 24) == ["12:00:00.000 paid  orde…"]
    assert drawn(LogBlock("", (LogLine(START, "web", "x" * 40),)), 24) == [
        "12:00:00.000 xxxxxxxxxx…"
    ]


DIFFERENT = DiffBlock(
    "88 against 87",
    "payments:87",
    "payments:88",
    (
        DiffLine("web.image", ChangeKind.CHANGED, "payments:2.30.4", "payments:2.31.0"),
        DiffLine("web.environment.DEBUG", ChangeKind.ADDED, new="1"),
        DiffLine("log-router", ChangeKind.REMOVED, old="fluent-bit:3"),
    ),
)


def test_a_difference_stands_side_by_side_where_there_is_room() -> None:
    title, head, image, added, removed = drawn(DIFFERENT, 120)
    assert title == "88 against 87"
    assert head.split() == ["payments:87", "payments:88"]
    assert image.split() == ["~", "web.image", "payments:2.30.4", "payments:2.31.0"]
    assert added.split() == ["+", "web.environment.DEBUG", "1"]
    assert removed.split() == ["-", "log-router", "fluent-bit:3"]
    assert added.index("1") == image.index("payments:2.31.0")


def test_a_difference_stands_below_each_other_where_there_is_none() -> None:
    assert drawn(DIFFERENT, 60)[1:4] == [
        "  ~ web.image",
        "      - payments:2.30.4",
        "      + payments:2.31.0",
    ]


def test_a_tree_shows_its_branches_and_the_broken_link() -> None:
    tree = TreeBlock(
        "Storage",
        (
            TreeNode(
                "volume features",
                children=(
                    TreeNode("fs-1", Level.FINE, children=(TreeNode("ap-1", Level.FINE),)),
                    TreeNode("mount target in eu-west-1c", Level.FAILED, "there is none"),
                ),
            ),
        ),
    )
    assert drawn(tree) == [
        "Storage",
        "  volume features",
        "├─● fs-1",
        "│ └─● ap-1",
        "└─✗ mount target in eu-west-1c  there is none",
    ]


def test_why_a_link_is_broken_goes_on_below_it_where_there_is_no_room() -> None:
    why = "There is none in eu-west-1c, where the task is"
    node = TreeNode("mount target", Level.FAILED, why, (TreeNode("sg-1"),))
    assert drawn(TreeBlock("", (TreeNode("fs-1", children=(node, TreeNode("ap"))),)), 40) == [
        "  fs-1",
        "├─✗ mount target",
        "│ │   There is none in eu-west-1c, where",
        "│ │   the task is",
        "│ └─  sg-1",
        "└─  ap",
    ]


def test_a_missing_value_in_a_difference_says_so() -> None:
    line = DiffLine("a", ChangeKind.CHANGED, Missing(Why.DENIED, "no"), "b")
    assert "⊘" in drawn(DiffBlock("", "1", "2", (line,)), 60)[1]


def test_a_moment_to_come_is_told_as_such() -> None:
    soon = START + timedelta(minutes=46)
    table = TableBlock("", ("HOOK", "EXPIRES"), (("B-1", soon), ("B-2", START)))
    assert [text_of(line.spans) for line in lines((table,), 80, START)][1:] == [
        "B-1   in 46m",
        "B-2   0s",
    ]
    assert words(soon, START)[0].endswith("UTC (in 46m)")
