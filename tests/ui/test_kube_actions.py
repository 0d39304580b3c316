"""What a person changes in a Kubernetes cluster, by keys."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from containerscope.action_log import ActionLog
from containerscope.demo.clock import StillClock
from containerscope.demo.server import RunningServer
from tests.kube.cluster import Cluster
from tests.ui.conftest import Start
from tests.ui.test_actions import attentive
from tests.waiting import screen_text, wait_for, wait_for_text, wait_until_gone


async def at(pilot: Pilot[int], command: str, name: str) -> None:
    """Put the cursor on the only row of this name."""
    await wait_for_text(pilot, "clusters (", "platform")
    await pilot.press(":", *command, "enter")
    await wait_for_text(pilot, "live", name)
    await pilot.press("slash", *name, "enter")
    await wait_for_text(pilot, f"filter: {name}")


def written(cluster: Cluster) -> list[tuple[str, str]]:
    """Verb and resource of each change that arrived, and was not only tried."""
    return [
        (each.verb, each.resource)
        for each in cluster.kube.requests
        if each.method != "GET" and "dryRun" not in each.query
    ]


async def test_objects_are_paused_scaled_rolled_back_edited_and_deleted(
    start: Start,
    account: RunningServer,
    still_clock: StillClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    script = tmp_path / "editor.py"
    script.write_text(
        "import pathlib, sys\nfile = pathlib.Path(sys.argv[1])\n"
        "file.write_text(file.read_text().replace('color: red', 'color: blue'))\n"
    )
    monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")
    cluster = Cluster(account)
    cluster.kube.store.put(("", "namespaces"), {"metadata": {"name": "scratch"}})
    cluster.put("flags", color="red")

    def color() -> Any:
        found = cluster.kube.store.find(("", "configmaps"), "scratch", "flags")
        return found.object()["data"]["color"] if found is not None else None

    async with start(140, 40, remarks=True) as pilot:
        await at(pilot, "deploy cluster=platform namespace=shop", "catalog")
        await wait_for_text(pilot, "R restart")
        await pilot.press("P")
        await wait_for_text(pilot, "Pause deployment catalog", "platform · shop",
                            "rollout  active → paused", "y confirms")  # fmt: skip
        await attentive(pilot)
        await pilot.press("y")
        await wait_for_text(pilot, "Pause deployment catalog: rollout paused")
        await pilot.press("z")
        await wait_for_text(pilot, "Resume deployment catalog", "paused → active")
        await attentive(pilot)
        await pilot.press("y")
        await wait_for_text(pilot, "Resume deployment catalog: 4/4 new pods ready")
        await pilot.press("S")
        await wait_for_text(pilot, "Scale deployment catalog", "replicas  4 → 4")
        await pilot.press("6", "enter")
        await wait_for_text(pilot, "replicas  4 → 6", "kubernetes:patch deployments/scale")
        await attentive(pilot)
        await pilot.press("y")
        await wait_for(pilot, lambda: ("patch", "deployments/scale") in written(cluster), "sent")
        still_clock.advance(60)
        await wait_for_text(pilot, "Scale deployment catalog: 6/6 ready")
        await pilot.press("B")
        await wait_for_text(pilot, "Roll back deployment catalog", "2 → 1 as the newest",
                            "containers[catalog].image", "type catalog")  # fmt: skip
        await pilot.press("escape")
        await wait_until_gone(pilot, "type catalog")
        await pilot.press("escape", ":", *"cm namespace=scratch", "enter")
        await wait_for_text(pilot, "scratch › configmaps (1)", "flags", "live")
        await pilot.press("E")
        await wait_for_text(pilot, "cannot be given")
        monkeypatch.setattr(pilot.app, "suspend", contextlib.nullcontext)
        await pilot.press("E")
        await wait_for_text(pilot, "Edit config map flags", "data.color  red → blue", "y confirms")
        assert color() == "red"
        await attentive(pilot)
        await pilot.press("y")
        await wait_for(pilot, lambda: color() == "blue", "was edited")
        await pilot.press("E")
        await wait_for_text(pilot, "nothing was changed")
        await pilot.press("ctrl+d")
        await wait_for_text(pilot, "Delete config map flags", "type flags to confirm")
        await attentive(pilot)
        await pilot.press(*"flags", "enter")
        await wait_for(pilot, lambda: color() is None, "was deleted")
        await wait_for_text(pilot, "Delete config map flags: deleted")
    assert written(cluster) == [
        ("patch", "deployments"), ("patch", "deployments"), ("patch", "deployments/scale"),
        ("patch", "configmaps"), ("delete", "configmaps"),
    ]  # fmt: skip
    verbs = [(each.verb, each.phase) for each in ActionLog(tmp_path).read()]
    assert ("pause", "done") in verbs
    assert ("resume", "ended") in verbs


async def test_a_drain_says_what_holds_it_and_is_stopped_from_the_menu(
    start: Start, account: RunningServer
) -> None:
    cluster = Cluster(account)
    pods = [each.object() for each in cluster.kube.store.all(("", "pods"), "data")]
    pod = next(each for each in pods if each["metadata"]["name"].startswith("ml-inference"))
    node = pod["spec"]["nodeName"].partition(".")[0]
    async with start(190, 40, remarks=True) as pilot:
        await at(pilot, "nodes cluster=platform", node)
        await wait_for_text(pilot, "D drain", "K cordon")
        await pilot.press("D")
        await wait_for_text(pilot, "Drain node", "scheduling  on → off", "of daemon sets",
                            "data/ml-inference allows 0", "type drain to confirm")  # fmt: skip
        await attentive(pilot)
        await pilot.press(*"drain", "enter")
        await wait_for_text(pilot, "held back: budget ml-inference", "K uncordon")
        await pilot.press("D")
        await wait_for_text(pilot, "is under way")
        await pilot.press("escape", "escape")
        await wait_for_text(pilot, "clusters (", "q quit")
        await pilot.press("q")
        await wait_for_text(pilot, "clusters (", "would end here too")
        await pilot.press("a", *"stop")
        await wait_for_text(pilot, "Stop: Drain node")
        await pilot.press("enter")
        await wait_for_text(pilot, "stopped on request")


async def test_in_read_only_the_menu_says_so_and_no_key_does_anything(
    start: Start, account: RunningServer
) -> None:
    cluster = Cluster(account)
    async with start(140, 40, read_only=True, remarks=True) as pilot:
        await at(pilot, "cj cluster=platform namespace=batch", "invoice-run")
        assert "t run" not in screen_text(pilot.app)
        for key in ("t", "P", "E", "ctrl+d"):
            await pilot.press(key)
        await wait_for_text(pilot, "Run cron job invoice-run: read-only")
        await pilot.press("a")
        await wait_for_text(pilot, "Run it once now", "Suspend: its schedule", "read-only")
    assert [each for each in cluster.kube.requests if each.method != "GET"] == []
