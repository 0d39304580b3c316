from __future__ import annotations

import multiprocessing
import stat
from pathlib import Path

import msgspec

from containerscope.action_log import ActionLog, Entry, actions_of
from containerscope.demo.clock import START


def entry(name: str, **changes: str) -> Entry:
    """A line."""
    return msgspec.structs.replace(
        Entry(id=name, time=START, phase="begun", verb="scale", after="desired 3"), **changes
    )


def write_many(folder: str, name: str) -> None:
    """What one of several instances does."""
    log = ActionLog(Path(folder))
    for number in range(100):
        log.write(entry(f"{name}-{number}", message="x" * 5000))


def test_instances_beside_each_other_lose_and_mix_nothing(tmp_path: Path) -> None:
    several = multiprocessing.get_context("spawn")
    writers = [several.Process(target=write_many, args=(str(tmp_path), name)) for name in "abc"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    log = ActionLog(tmp_path)
    lines = log.path.read_bytes().splitlines()
    assert len(lines) == len(log.read()) == 300
    assert {each.id for each in log.read()} == {f"{n}-{i}" for n in "abc" for i in range(100)}


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    log = ActionLog(tmp_path / "new")
    log.write(entry("a"))
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.path.parent.stat().st_mode) == 0o700


def test_secrets_are_not_written(tmp_path: Path) -> None:
    log = ActionLog(tmp_path)
    log.write(entry("a", message="failed with AKIAIOSFODNN7EXAMPLE and password=hunter2hunter2"))
    text = log.path.read_text()
    assert "AKIAIOSFODNN7EXAMPLE" not in text
    assert "hunter2hunter2" not in text


def test_a_line_that_was_cut_hides_no_other(tmp_path: Path) -> None:
    log = ActionLog(tmp_path)
    log.write(entry("a"))
    with log.path.open("ab") as file:
        file.write(b'{"id":"b","ti\n')
    log.write(entry("c"))
    assert [each.id for each in log.read()] == ["a", "c"]


def test_lines_of_one_action_are_one_the_newest_first() -> None:
    found = actions_of((
        entry("a"), entry("a", phase="done", result="sent"), entry("b"),
        entry("a", phase="ended", result="done"),
    ))  # fmt: skip
    assert [(each.begun.id, each.result) for each in found] == [("b", "begun"), ("a", "done")]
