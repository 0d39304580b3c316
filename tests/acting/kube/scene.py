"""Actions on the objects of the demo's cluster `platform`: orders, what arrived, what is there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from containerscope.acting import Order, Outcome, Preview, follow, look, preview, rehearse, run
from containerscope.demo.kube_cluster import KubeCluster
from containerscope.model.listing import Item
from containerscope.plan import KubeRequest, Stage, Step
from containerscope.resource import Scope
from containerscope.resources import find
from tests.acting.conftest import Scene
from tests.resources.wire import REGION

NAME = "platform"


class KubeScene:
    """What is done to one cluster and what became of it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.kube: KubeCluster = scene.world.kube[NAME]
        self.kube.requests.clear()

    def order(self, resource: str, action: str, *names: str, namespace: str = "") -> Order:
        """The action of this id on objects of these names."""
        found = find(resource)
        assert found is not None
        wanted = next(each for each in found.actions if each.id == action)
        items: tuple[Item[Any], ...] = tuple(Item(name, name, cluster=NAME) for name in names)
        scope = Scope(region=REGION, cluster=NAME, namespace=namespace)
        return Order(found, wanted, scope, items)

    async def previewed(self, order: Order, answer: str = "") -> Preview:
        """What it would do now, tried by the server where the action has it tried."""
        clients = self.scene.clients
        return await rehearse(clients, order, preview(order, await look(clients, order), answer))

    async def step(self, order: Order, answer: str = "") -> Step:
        """What it would do to its only object."""
        (step,) = (await self.previewed(order, answer)).steps
        return step

    async def done(
        self, order: Order, answer: str = "", between: Callable[[], None] = lambda: None
    ) -> Outcome:
        """Do it to its only object; `between` happens after the preview."""
        found = await self.previewed(order, answer)
        between()
        (outcome,) = await run(self.scene.clients, order, found, answer)
        return outcome

    async def ended(self, order: Order, answer: str = "") -> Stage:
        """Do it and follow it to its end."""
        outcome = await self.done(order, answer)
        assert outcome.result == "sent", outcome
        return (await self.followed(order, outcome))[-1]

    async def followed(self, order: Order, outcome: Outcome) -> list[Stage]:
        """Every stage until it is at its end."""
        stages: list[Stage] = []

        def told(stage: Stage) -> None:
            stages.append(stage)
            # Tokens of one second are alike, and by the still clock hours pass within it.
            self.kube.tokens._seen.clear()

        await follow(self.scene.clients, order, outcome, told)
        return stages

    def pass_time(self, seconds: float) -> None:
        """Let that much time pass in the cluster."""
        clock: Any = self.scene.world.clock
        clock.advance(seconds)
        self.kube.tokens._seen.clear()
        self.kube.advance(clock.now())

    def allow(self, user: str, *rules: dict[str, Any]) -> None:
        """Let somebody do what the rules say, in every namespace, and nothing else."""
        group = "rbac.authorization.k8s.io"
        meta = {"name": f"only-{user}"}
        self.kube.store.put((group, "clusterroles"), {"metadata": meta, "rules": list(rules)})
        binding = {
            "metadata": meta,
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": meta["name"]},
            "subjects": [{"kind": "User", "name": user, "apiGroup": group}],
        }
        self.kube.store.put((group, "clusterrolebindings"), binding)

    def body(self, group: str, plural: str, namespace: str, name: str) -> dict[str, Any]:
        """An object as it is in the store."""
        self.kube.advance(self.scene.world.clock.now())
        found = self.kube.store.find((group, plural), namespace, name)
        assert found is not None, f"there is no {plural} {namespace}/{name}"
        return found.object()

    def there(self, group: str, plural: str, namespace: str, name: str) -> bool:
        """Whether there is such an object."""
        self.kube.advance(self.scene.world.clock.now())
        return self.kube.store.find((group, plural), namespace, name) is not None

    def touch(self, group: str, plural: str, namespace: str, name: str, **spec: Any) -> None:
        """Somebody else changes the specification of an object."""
        body = self.body(group, plural, namespace, name)
        body["spec"] |= spec
        self.kube.store.put((group, plural), body, spec_changed=True)

    def writes(self, *, dry: bool = False) -> list[tuple[str, str, Any]]:
        """Verb, resource and body of every change that arrived, or that was only tried."""
        return [
            (each.verb, each.resource, json.loads(each.body) if each.body else None)
            for each in self.kube.requests
            if each.method != "GET" and ("dryRun" in each.query) is dry
        ]

    def pods(self, namespace: str, prefix: str) -> list[dict[str, Any]]:
        """The pods whose names begin so."""
        self.kube.advance(self.scene.world.clock.now())
        found = self.kube.store.all(("", "pods"), namespace)
        return [each.object() for each in found if each.name.startswith(prefix)]


def words(step: Step) -> str:
    """All that a preview says beside its changes."""
    return " · ".join((step.refused, *(note.words for note in step.notes)))


def request(step: Step) -> KubeRequest:
    """What it would send."""
    assert isinstance(step.request, KubeRequest)
    return step.request


def rule(group: str, resources: str, verbs: str) -> dict[str, Any]:
    """A rule of a role: `rule("apps", "deployments deployments/scale", "get patch")`."""
    return {"apiGroups": [group], "resources": resources.split(), "verbs": verbs.split()}
