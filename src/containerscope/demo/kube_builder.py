"""Building a cluster's past, so that its present has come about as a real one's would."""

from __future__ import annotations

from collections.abc import Iterable

from containerscope.demo.kube_cluster import KubeCluster
from containerscope.demo.kube_recipe import Recipe, objects
from containerscope.demo.kube_rollouts import DEPLOYMENTS
from containerscope.demo.kube_store import KubeStore

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


class Builder:
    """Puts things into a cluster as of some time ago; the order is from old to new."""

    def __init__(self, cluster: KubeCluster, now: float) -> None:
        self.cluster = cluster
        self.life = cluster.life
        self.store: KubeStore = cluster.store
        self.now = now

    def at(self, ago: float) -> None:
        """Go on with what was that long ago."""
        self.life.advance(self.now - ago)

    def settled(self, recipes: Iterable[tuple[float, Recipe]]) -> None:
        """Workloads that have been running for so long, each by its age."""
        self.life.instant = True
        for ago, recipe in sorted(recipes, key=lambda each: -each[0]):
            self.at(ago)
            self.put(recipe)
            self.at(ago - 90.0)
        self.life.instant = False

    def put(self, recipe: Recipe) -> None:
        """Everything that a recipe comes to."""
        served = {(group, plural) for group, _, plural in self.cluster.catalog.types}
        for kind, body in objects(recipe):
            meta = body["metadata"]
            # Some have a claim in common.
            there = self.store.find(kind, meta["namespace"], meta["name"])
            if kind in served and there is None:
                self.store.put(kind, body)
        if recipe.scale[1]:
            cores = recipe.scale[1] * 0.75 * _cores(recipe.cpu) * recipe.scale[2] / 100
            self.life.scaled[recipe.namespace, recipe.name] = cores

    def roll(self, namespace: str, name: str, tag: str, cause: str = "") -> None:
        """Give a Deployment another image tag."""
        found = self.store.find(DEPLOYMENTS, namespace, name)
        if found is None:
            return
        body = found.object()
        template = body["spec"]["template"]
        container = template["spec"]["containers"][0]
        container["image"] = f"{container['image'].rpartition(':')[0]}:{tag}"
        template["metadata"]["labels"]["app.kubernetes.io/version"] = tag
        notes = body["metadata"].setdefault("annotations", {})
        notes["kubernetes.io/change-cause"] = cause or f"helm upgrade {name} --set image.tag={tag}"
        self.store.put(DEPLOYMENTS, body, spec_changed=True)

    def done(self) -> None:
        """The past is over: nobody can watch from there."""
        self.at(0.0)
        self.store.compact()


def _cores(text: str) -> float:
    return float(text[:-1]) / 1000 if text.endswith("m") else float(text)
