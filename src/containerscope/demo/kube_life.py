"""What goes on in a cluster: controllers that answer changes, and an agenda of what comes next."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Protocol

from containerscope.demo.kube_events import Recorder
from containerscope.demo.kube_facts import Facts, PodFacts
from containerscope.demo.kube_load import traffic
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Change, KubeStore

Kind = tuple[str, str]


class Controller(Protocol):
    """Brings objects of a kind to what they ought to be."""

    def reconcile(self, key: str) -> None:
        """Look at one object, or whatever the key stands for, and do what is due."""


class Life:
    """The time of a cluster, and everything that moves in it."""

    def __init__(self, store: KubeStore, now: float) -> None:
        self.store = store
        self.now = now
        self.facts = Facts()
        self.events = Recorder(store)
        self.instant = False
        """Whether new pods run at once: for building a cluster that has been there for long."""
        self.controllers: dict[str, Controller] = {}
        self.watchers: list[Callable[[Kind, Change, PodFacts | None, PodFacts | None], None]] = []
        self.scaled: dict[tuple[str, str], float] = {}
        """By (namespace, workload): cores that it needs at the peak of its traffic."""
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._dirty: dict[tuple[str, str], None] = {}
        store.listeners.append(self._changed)

    def at(self, when: float, action: Callable[[], None]) -> None:
        """Do something at a time."""
        self._count += 1
        heapq.heappush(self._agenda, (when, self._count, action))

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something so many seconds from now."""
        self.at(self.now + seconds, action)

    def every(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something again and again."""

        def again() -> None:
            action()
            self.after(seconds, again)

        self.after(seconds, again)

    def soon(self, controller: str, key: str) -> None:
        """Let a controller look at something before time goes on."""
        self._dirty[controller, key] = None

    def advance(self, now: float) -> None:
        """Let everything happen that is due by then."""
        while True:
            self._settle()
            if not self._agenda or self._agenda[0][0] > now:
                break
            when, _, action = heapq.heappop(self._agenda)
            self.now = max(when, self.now)
            action()
        self.now = max(now, self.now)

    def _settle(self) -> None:
        while self._dirty:
            name, key = next(iter(self._dirty))
            del self._dirty[name, key]
            controller = self.controllers.get(name)
            if controller is not None:
                controller.reconcile(key)

    def load_of(self, body: Body, when: float) -> float | None:
        """The part of its requested CPU that a pod of a scaled workload uses; None for others."""
        owner = next(iter(body["metadata"].get("ownerReferences") or ()), None)
        if owner is None or not self.scaled:
            return None
        name = owner["name"]
        if owner["kind"] == "ReplicaSet":
            name = name.rpartition("-")[0]
        peak = self.scaled.get((body["metadata"]["namespace"], name))
        if peak is None:
            return None
        facts = self.facts.by_owner.get(owner["uid"], {})
        ready = [each for each in facts.values() if each.ready]
        asked = sum(each.cpu for each in ready) / 1000
        return min(peak * traffic(name, when) / asked, 1.9) if asked else 0.0

    def _changed(self, kind: Kind, change: Change) -> None:
        before, after = self.facts.changed(kind, change)
        for each in self.watchers:
            each(kind, change, before, after)
