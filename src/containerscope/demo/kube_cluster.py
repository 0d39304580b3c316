"""A cluster's Kubernetes side: its objects, its rules, who may enter, and what goes on in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from containerscope.demo.box import Files
from containerscope.demo.eks_state import AccessEntry
from containerscope.demo.ids import uuid
from containerscope.demo.kube_auth import Access, Authorizer
from containerscope.demo.kube_control import Control
from containerscope.demo.kube_defaults import set_defaults
from containerscope.demo.kube_faults import KubeFaults
from containerscope.demo.kube_life import Life
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Change, KubeStore
from containerscope.demo.kube_token import TokenChecker
from containerscope.demo.kube_types import BUILT_IN, METRICS, Catalog, custom
from containerscope.demo.kube_usage import Usage
from containerscope.demo.kube_writes import Writes

_DEFINITIONS = ("apiextensions.k8s.io", "customresourcedefinitions")


_WORKLOADS = {
    (each.group, each.plural): each
    for each in BUILT_IN
    if each.group == "apps" and each.plural != "controllerrevisions"
}


def _complete(kind: tuple[str, str], body: Body) -> None:
    """The defaults of workloads, from which revisions are told apart; others get theirs later."""
    workload = _WORKLOADS.get(kind)
    if workload is not None:
        set_defaults(workload, body)


@dataclass(frozen=True)
class KubeRequest:
    """A request as it came in, for tests that count them."""

    method: str
    path: str
    query: dict[str, str]
    verb: str
    resource: str
    user: str
    body: bytes = b""


@dataclass(frozen=True)
class KubeSettings:
    """How the API server differs from others of its kind."""

    version: str = "1.33"
    patch: str = "1.33.5"
    metrics: bool = True
    """Whether metrics-server answers."""
    aggregated_discovery: bool = True
    watch_list: str = "served"
    """`served`, `invalid` as a server of 1.20, or `broken` as one on an old etcd."""
    bookmark_seconds: float = 60.0


class KubeCluster:
    """One cluster; empty until something is put into its store."""

    def __init__(
        self,
        name: str,
        now: float,
        settings: KubeSettings,
        entries: Mapping[str, AccessEntry],
        secret: Callable[[str], str],
        faults: KubeFaults,
    ) -> None:
        self.name = name
        self.settings = settings
        self.clock_now = now
        self._uids = 0
        self.store = KubeStore(lambda: self.life.now, self._new_uid, _complete)
        self.life = Life(self.store, now)
        self.catalog = Catalog()
        for each in (*BUILT_IN, *(METRICS if settings.metrics else ())):
            self.catalog.add(each)
        self.writes = Writes(self.store)
        self.access = Access(entries)
        self.authorizer = Authorizer(self.store)
        self.tokens = TokenChecker(name, lambda: self.clock_now, secret)
        self.faults = faults
        self.files: dict[str, Files] = {}
        """The files of containers that somebody has been in."""
        self.usage = Usage(self.store, self.life.load_of)
        self.control = Control(self.life, self.usage, name, metrics=settings.metrics)
        self.requests: list[KubeRequest] = []
        self.store.listeners.append(self._definition_changed)

    def advance(self, now: datetime) -> None:
        """Bring everything that goes on up to this moment; time never runs back."""
        self.clock_now = now.timestamp()
        self.life.advance(max(self.clock_now, self.life.now))

    def _new_uid(self) -> str:
        self._uids += 1
        return uuid("kube", self.name, self._uids)

    def _definition_changed(self, kind: tuple[str, str], change: Change) -> None:
        """Serve what a CustomResourceDefinition adds for as long as it is there."""
        if kind != _DEFINITIONS:
            return
        for state, act in ((change.prior, self.catalog.drop), (change.entry, self.catalog.add)):
            if state is None or (act == self.catalog.add and change.type == "DELETED"):
                continue
            for each in custom(state.object()):
                act(each)

    def version(self) -> Body:
        """The answer of `/version`."""
        major, minor, *_ = self.settings.version.split(".")
        return {
            "major": major,
            "minor": minor,
            "emulationMajor": major,
            "emulationMinor": minor,
            "minCompatibilityMajor": major,
            "minCompatibilityMinor": str(int(minor) - 1),
            "gitVersion": f"v{self.settings.patch}-eks-113cf36",
            "gitCommit": "3a1d8ef0f8b0c6f0c6a8a3f5f0b3e9d1f9e7c2b4",
            "gitTreeState": "clean",
            "buildDate": "2026-10-16T08:39:49Z",
            "goVersion": "go1.24.6",
            "compiler": "gc",
            "platform": "linux/amd64",
        }
