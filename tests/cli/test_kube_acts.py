"""Changes of Kubernetes objects from the command line: what is said, sent and written down."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from containerscope.demo.kube_cluster import KubeCluster
from containerscope.demo.server import RunningServer
from tests.cli.conftest import Shell
from tests.cli.test_acts import log

SHOP = ("--cluster", "platform", "--namespace", "shop", "--yes")


@pytest.fixture
def kube(aws: RunningServer) -> KubeCluster:
    """The cluster that is changed."""
    return aws.world.kube["platform"]


def sent(kube: KubeCluster) -> list[tuple[str, str, Any]]:
    """Verb, resource and body of what has arrived since, without what was only tried."""
    found = [
        (each.verb, each.resource, json.loads(each.body))
        for each in kube.requests
        if each.method != "GET" and "dryRun" not in each.query
    ]
    kube.requests.clear()
    return found


def test_the_verbs_change_what_they_name(shell: Shell, kube: KubeCluster) -> None:
    ran = shell("scale", "deployment", "orders", "4", *SHOP)
    assert (ran.code, ran.out) == (0, "")
    assert "orders: replicas 3 → 4" in ran.err
    assert sent(kube) == [("patch", "deployments/scale", {"spec": {"replicas": 4}})]
    assert [each.phase for each in log().read()] == ["begun", "done"]

    assert shell("scale", "sts", "sessions", "2", *SHOP).code == 0
    assert sent(kube)[0][1] == "statefulsets/scale"
    assert shell("restart", "deployment", "cart", "search", *SHOP).code == 0
    assert [made[1] for made in sent(kube)] == ["deployments", "deployments"]
    assert shell("pause", "deployment", "mailer", *SHOP).code == 0
    assert shell("resume", "deployment", "mailer", *SHOP).code == 0
    assert [made[2]["spec"]["paused"] for made in sent(kube)] == [True, False]
    ran = shell("rollback", "deployment", "catalog", "--to", "9", *SHOP)
    assert (ran.code, "go back to '9': there is none; there are 1" in ran.err) == (2, True)
    ran = shell("rollback", "deployment", "catalog", *SHOP)
    assert (ran.code, "revision 2 → 1 as the newest" in ran.err) == (0, True)
    assert sent(kube)[0][2][0]["path"] == "/spec/template"

    where = ("--cluster", "platform", "--yes")
    assert shell("suspend", "cronjob", "invoice-run", *where).code == 0
    assert shell("resume", "cron-job", "invoice-run", *where).code == 0
    assert shell("trigger", "cj", "reindex", *where).code == 0
    made = sent(kube)
    assert [each[1] for each in made] == ["cronjobs", "cronjobs", "jobs"]
    assert shell("suspend", "cronjob", "reindex", *where).code == 1
    assert sent(kube) == []


def test_pods_and_nodes_are_cleared_as_the_budgets_allow(shell: Shell, kube: KubeCluster) -> None:
    pods = [each.name for each in kube.store.all(("", "pods"), "shop")]
    free = next(name for name in pods if name.startswith("search-"))
    held = next(name for name in pods if name.startswith("cart-db-"))
    ran = shell("stop", "pod", free, held, *SHOP)
    assert ran.code == 1
    assert f"{free}: sent" in ran.err
    assert f"{held}: failed: The disruption budget cart-db needs 3" in ran.err
    assert [made[1] for made in sent(kube)] == ["pods/eviction", "pods/eviction"]
    assert shell("stop", "pod", held, "--by", "delete", *SHOP).code == 0
    assert [made[0] for made in sent(kube)] == ["delete"]
    ran = shell("stop", "pod", held, "--by", "shouting", *SHOP)
    assert (ran.code, "there are evict, delete, kill" in ran.err) == (2, True)

    node = next(
        each.object()["spec"]["nodeName"]
        for each in kube.store.all(("", "pods"), "monitoring")
        if each.name.startswith("kube-state-metrics-")
    )
    where = ("--cluster", "platform", "--yes")
    assert shell("cordon", "node", node, *where).code == 0
    assert shell("uncordon", "node", node, *where).code == 0
    assert [made[2]["spec"]["unschedulable"] for made in sent(kube)] == [True, False]
    ran = shell("drain", "node", node, "--cluster", "platform", "--dry-run")
    assert json.loads(ran.out)["parameters"]["body"] == {"spec": {"unschedulable": True}}
    assert sent(kube) == []


def test_objects_are_deleted_and_edited_and_the_server_tries_it_first(
    shell: Shell, kube: KubeCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put(name: str, namespace: str) -> None:
        meta = {"name": name, "namespace": namespace}
        kube.store.put(("", "configmaps"), {"metadata": meta, "data": {"color": "red"}})

    put("flags", "shop")
    put("flags", "media")
    script = tmp_path / "editor.py"
    script.write_text(
        "import pathlib, sys\nfile = pathlib.Path(sys.argv[1])\n"
        "file.write_text(file.read_text().replace('color: red', 'color: blue'))\n"
    )
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ran = shell("edit", "configmap", "flags", "--cluster", "platform", "--yes")
    assert (ran.code, "flags is in media of platform, shop of platform" in ran.err) == (2, True)
    ran = shell("edit", "configmap", "flags", *SHOP)
    assert (ran.code, "data.color red → blue" in ran.err) == (0, True)
    ((verb, resource, body),) = sent(kube)
    assert (verb, resource, body[1:]) == (
        "patch", "configmaps", [{"op": "replace", "path": "/data/color", "value": "blue"}],
    )  # fmt: skip
    assert list(tmp_path.glob("*.yaml")) == []
    ran = shell("edit", "configmap", "flags", *SHOP)
    assert (ran.code, "nothing was changed" in ran.err) == (1, True)
    ran = shell("delete", "configmap", "flags", "--wait", *SHOP)
    assert (ran.code, "flags: deleted" in ran.err) == (0, True)
    assert sent(kube)[0][:2] == ("delete", "configmaps")
    assert shell("delete", "configmap", "flags", *SHOP).code == 1


def test_in_read_only_none_of_them_sends_anything(shell: Shell, aws: RunningServer) -> None:
    for words in (
        ("scale", "deployment", "orders", "4"), ("stop", "pod", "x"), ("drain", "node", "x"),
        ("trigger", "cronjob", "x"), ("delete", "configmap", "x"), ("edit", "configmap", "x"),
    ):  # fmt: skip
        ran = shell(*words, "--read-only", *SHOP)
        assert (ran.code, "read-only" in ran.err) == (1, True), words
    assert aws.requests == []
    assert aws.world.kube["platform"].requests == []
