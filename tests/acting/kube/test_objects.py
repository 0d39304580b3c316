"""Deleting and editing any object: tried by the server first, and never past a conflict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from containerscope.acting import Order, Outcome, Seen, look, preview, rehearse, run
from containerscope.insight.kube_object_actions import EditError
from containerscope.model.health import Level
from containerscope.model.kube import KubeError
from containerscope.model.listing import ApiError, Item, RefusedError
from containerscope.plan import Confirm
from containerscope.redact import MASK
from containerscope.resource import Platform
from containerscope.resources import _kube, all_resources, find
from containerscope.resources._kube_object_actions import edited as edited_action
from containerscope.ui.editing import Edited, edited
from tests.acting.kube.scene import KubeScene, rule, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

DELETABLE = [
    each.name
    for each in all_resources().values()
    if each.platform is Platform.KUBERNETES
    if any(action.id == "delete" for action in each.actions)
]


def put(kube: KubeScene, name: str, **data: str) -> None:
    """A config map of the test's own."""
    kube.kube.store.put(
        ("", "configmaps"), {"metadata": {"name": name, "namespace": "shop"}, "data": data}
    )


async def test_an_object_is_tried_then_deleted_and_followed_until_it_is_gone(
    kube: KubeScene,
) -> None:
    put(kube, "flags", color="red")
    order = kube.order("configmaps", "delete", "flags", namespace="shop")
    step = await kube.step(order)
    assert "pods that use it do not start any more" in words(step)
    assert step.confirm is Confirm.TYPED
    assert [made[:2] for made in kube.writes(dry=True)] == [("delete", "configmaps")]
    assert kube.there("", "configmaps", "shop", "flags")
    stage = await kube.ended(order)
    assert (stage.words, stage.level) == ("deleted", Level.FINE)
    ((_, _, body),) = kube.writes()
    assert body["propagationPolicy"] == "Background"
    assert set(body["preconditions"]) == {"uid"}
    assert not kube.there("", "configmaps", "shop", "flags")


async def test_one_that_was_made_anew_in_between_is_not_deleted(kube: KubeScene) -> None:
    put(kube, "again", color="red")

    def anew() -> None:
        found = kube.kube.store.find(("", "configmaps"), "shop", "again")
        assert found is not None
        kube.kube.store.remove(("", "configmaps"), found)
        put(kube, "again", color="red")

    outcome = await kube.done(
        kube.order("configmaps", "delete", "again", namespace="shop"), "", anew
    )
    assert outcome.result == "conflict"
    assert kube.there("", "configmaps", "shop", "again")


async def test_without_the_right_the_preview_says_so_already(kube_as: Any) -> None:
    kube = await kube_as(rule("", "configmaps", "get"))
    put(kube, "kept", color="red")
    step = await kube.step(kube.order("configmaps", "delete", "kept", namespace="shop"))
    assert (step.request, step.refused) == (None, "denied: you may not delete configmaps")


async def test_finalizers_are_waited_for_and_a_namespace_says_what_goes_with_it(
    kube: KubeScene,
) -> None:
    meta = {"name": "held", "namespace": "shop", "finalizers": ["example.com/hold"]}
    kube.kube.store.put(("", "configmaps"), {"metadata": meta})
    order = kube.order("configmaps", "delete", "held", namespace="shop")
    assert "it goes only once this is done: example.com/hold" in words(await kube.step(order))
    outcome = await kube.done(order)
    assert order.action.progress is not None
    stage = await order.action.progress(kube.scene.clients, outcome.step)
    assert stage.words == "waiting for its finalizers: example.com/hold"
    assert (await kube.step(order)).refused == "it is being deleted already"
    step = await kube.step(kube.order("namespaces", "delete", "shop"))
    assert "everything in it is deleted with it: " in words(step)
    assert "pods, and all else" in words(step)


async def test_an_object_of_every_type_can_be_deleted(kube: KubeScene) -> None:
    custom = find("targetgroupbindings.elbv2.k8s.aws")
    assert custom is not None
    assert len(DELETABLE) >= 19
    tried = set()
    for name in (*DELETABLE, custom.name):
        found = await _first(kube, name)
        if found is not None:
            step = await kube.step(kube.order(name, "delete", found[1], namespace=found[0]))
            assert step.request is not None, (name, step.refused)
            tried.add(name)
    assert tried >= set(DELETABLE) - {"jobs"}
    assert custom.name in tried
    assert kube.writes() == []


async def _first(kube: KubeScene, resource: str) -> tuple[str, str] | None:
    """The namespace and name of an object of a type, as its list shows it."""
    from containerscope.resource import Demand, Scope

    found = find(resource)
    assert found is not None
    scope = Scope(region="eu-west-1", cluster="platform")
    items: tuple[Item[Any], ...] = ()
    async for listing in found.lister(kube.scene.clients, scope, Demand(everything=True)):
        items = listing.items
    for item in items:
        return _kube.meta(item.value).namespace or "", item.name
    return None


# Editing


class Editor:
    """Stands in for an editor: each run does the next thing to the file."""

    def __init__(self, *deeds: Any) -> None:
        self.deeds = list(deeds)
        self.shown: list[str] = []
        self.modes: list[int] = []

    async def __call__(self, arguments: Any) -> int:
        return self._edit(Path(arguments[-1]))

    def _edit(self, file: Path) -> int:
        self.modes.append(file.stat().st_mode & 0o777)
        self.shown.append(file.read_text())
        deed = self.deeds.pop(0)
        if isinstance(deed, int):
            return deed
        file.write_text(deed(self.shown[-1]))
        return 0


async def seen(kube: KubeScene, order: Order) -> Seen:
    (found,) = await look(kube.scene.clients, order)
    assert found.problem is None
    return found


async def edit(kube: KubeScene, order: Order, editor: Editor) -> tuple[Order, Edited, Any]:
    """Edit its object; the order that would send it."""
    found = await seen(kube, order)
    made = await edited(found.state, read_only=False, run=editor)
    action = edited_action(order.action, found.state, made.steps, made.becomes)
    return Order(order.resource, action, order.scope, order.items), made, found.state


async def send(kube: KubeScene, order: Order, between: Any = None) -> tuple[Any, Outcome | None]:
    """The preview, and what came of it if there was something to send."""
    clients = kube.scene.clients
    found = await rehearse(clients, order, preview(order, await look(clients, order), ""))
    if between is not None:
        between()
    outcomes = await run(clients, order, found, "") if found.ready else (None,)
    return found.steps[0], outcomes[0]


async def test_only_what_was_edited_is_sent_with_the_version_that_was_edited(
    kube: KubeScene,
) -> None:
    order = kube.order("deployments", "edit", "mailer", namespace="shop")
    version = kube.body("apps", "deployments", "shop", "mailer")["metadata"]["resourceVersion"]
    editor = Editor(lambda text: text.replace("replicas: 1", "replicas: 2"))
    order, made, _ = await edit(kube, order, editor)
    assert editor.modes == [0o600]
    assert "# Deployment mailer in shop of platform" in editor.shown[0]
    assert "managedFields" not in editor.shown[0]
    assert "\nstatus:" not in editor.shown[0]
    step, outcome = await send(kube, order)
    assert [(each.label, each.now, each.then) for each in step.changes] == [
        ("spec.replicas", "1", "2")
    ]
    assert outcome is not None
    assert outcome.result == "sent"
    patch = [
        {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
        {"op": "replace", "path": "/spec/replicas", "value": 2},
    ]
    assert kube.writes(dry=True)[0] == ("patch", "deployments", patch)
    assert kube.writes() == [("patch", "deployments", patch)]
    assert kube.body("apps", "deployments", "shop", "mailer")["spec"]["replicas"] == 2
    assert kube.scene.written()[0].call == "kubernetes:patch deployments spec.replicas=2"
    made.forget()
    assert not made.file.exists()


async def test_a_change_of_somebody_else_is_shown_and_not_overwritten(kube: KubeScene) -> None:
    put(kube, "shared", color="red", size="1")
    order = kube.order("configmaps", "edit", "shared", namespace="shop")
    order, _, _ = await edit(
        kube, order, Editor(lambda text: text.replace("color: red", "color: blue"))
    )
    _, outcome = await send(kube, order, lambda: put(kube, "shared", color="green", size="1"))
    assert outcome is not None
    assert outcome.result == "conflict"
    assert "the object has been modified" in outcome.words
    assert kube.body("", "configmaps", "shop", "shared")["data"]["color"] == "green"
    step, nothing = await send(kube, order)
    assert nothing is None
    assert "the object has been modified" in step.refused


async def test_what_the_server_refuses_is_said_before_it_is_sent(kube: KubeScene) -> None:
    order = kube.order("deployments", "edit", "cart", namespace="shop")
    order, _, _ = await edit(
        kube, order, Editor(lambda text: text.replace("replicas: 3", "replicas: -3"))
    )
    step, _ = await send(kube, order)
    assert "spec.replicas: Invalid value: -3" in step.refused
    assert kube.writes() == []


async def test_an_edit_that_cannot_be_read_is_offered_again_with_the_reason(
    kube: KubeScene,
) -> None:
    put(kube, "torn", color="red")
    order = kube.order("configmaps", "edit", "torn", namespace="shop")
    editor = Editor(
        lambda text: text.replace("color: red", "color: [blue"),
        lambda text: text.replace("color: [blue", "color: blue"),
    )
    _, made, _ = await edit(kube, order, editor)
    assert editor.shown[1].startswith("#! that is no YAML in line ")
    assert made.steps[1:] == [{"op": "replace", "path": "/data/color", "value": "blue"}]
    stubborn = Editor(lambda text: text.replace("name: torn", "name: other"), lambda text: text)
    with pytest.raises(EditError, match=r"metadata.name cannot be changed.*what you wrote is in"):
        await edit(kube, order, stubborn)
    with pytest.raises(EditError, match="ended with 3: nothing was sent"):
        await edit(kube, order, Editor(3))
    _, made, _ = await edit(kube, order, Editor(lambda text: text))
    assert made.steps == []


async def test_values_of_secrets_are_neither_shown_nor_logged_nor_overwritten(
    kube: KubeScene,
) -> None:
    meta = {"name": "db", "namespace": "shop"}
    data = {"password": "czNjcjN0", "user": "cm9vdA=="}
    kube.kube.store.put(("", "secrets"), {"metadata": meta, "type": "Opaque", "data": data})
    order = kube.order("secrets", "edit", "db", namespace="shop")

    def deed(text: str) -> str:
        body = yaml.safe_load(text)
        assert set(body["data"].values()) == {MASK}
        body["data"]["user"] = "YWRtaW4="
        return str(json.dumps(body))

    editor = Editor(deed)
    order, _, _ = await edit(kube, order, editor)
    assert "czNjcjN0" not in editor.shown[0]
    step, outcome = await send(kube, order)
    assert [(each.label, each.now, each.then) for each in step.changes] == [
        ("data.user", MASK, MASK)
    ]
    assert outcome is not None
    assert outcome.result == "sent"
    assert kube.body("", "secrets", "shop", "db")["data"] == {**data, "user": "YWRtaW4="}
    assert "YWRtaW4=" not in kube.scene.log.path.read_text()


async def test_who_may_not_read_or_edit_is_told_the_verb(kube_as: Any) -> None:
    kube = await kube_as(rule("", "configmaps", "get"))
    put(kube, "mine", color="red")
    order = kube.order("configmaps", "edit", "mine", namespace="shop")
    order, _, _ = await edit(kube, order, Editor(lambda text: text.replace("red", "blue")))
    step, _ = await send(kube, order)
    assert step.refused == "denied: you may not patch configmaps"
    (found,) = await look(kube.scene.clients, kube.order("secrets", "edit", "x", namespace="shop"))
    assert isinstance(found.problem.permission if found.problem else None, str)
    assert KubeError(found.problem, 403).problem.permission == "get secrets"  # type: ignore[arg-type]


def inside(folder: Path) -> list[str]:
    """The names of what is in a folder."""
    return [each.name for each in folder.iterdir()]


async def test_in_read_only_no_editor_is_started(
    kube: KubeScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(kube, "quiet", color="red")
    found = await seen(kube, kube.order("configmaps", "edit", "quiet", namespace="shop"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("VISUAL", f"touch {tmp_path / 'started'}")
    with pytest.raises(RefusedError, match="read-only refuses to edit"):
        await edited(found.state, read_only=True)
    assert inside(tmp_path) == []
    monkeypatch.setenv("VISUAL", "'unclosed")
    with pytest.raises(EditError, match="is no command"):
        await edited(found.state, read_only=False)
    monkeypatch.setenv("VISUAL", "/no/such/editor")
    with pytest.raises(ApiError, match="could not edit an object in your editor"):
        await edited(found.state, read_only=False)
    assert inside(tmp_path) == []
