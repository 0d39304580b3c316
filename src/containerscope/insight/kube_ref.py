"""Which Kubernetes object an action is about, and the requests that change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from containerscope.plan import JSON_PATCH, MERGE, Change, KubeRequest, Step


class Ref(msgspec.Struct, frozen=True):
    """One object of one cluster."""

    cluster: str
    path: str
    """`/apis/apps/v1/namespaces/shop/deployments/web`."""
    uid: str = ""
    """Empty where it is not known yet."""

    @property
    def name(self) -> str:
        """Its name."""
        return unquote(self.path.rpartition("/")[2])

    @property
    def plural(self) -> str:
        """`deployments`."""
        return self.path.split("/")[-2]

    @property
    def namespace(self) -> str:
        """Its namespace; empty for what is in none."""
        parts = self.path.split("/")
        return parts[-3] if len(parts) > 4 and parts[-4] == "namespaces" else ""

    @property
    def key(self) -> str:
        """What tells it from the objects of every cluster, as the action log names it."""
        return f"{self.cluster}{self.path}"

    @property
    def facts(self) -> dict[str, str]:
        """That it is this object and not another one that has taken its name."""
        return {"uid": self.uid}

    def step(self, *changes: Change, **more: Any) -> Step:
        """What an action does to it."""
        return Step(self.name, self.key, self.cluster, changes, **more)

    def merge(
        self, body: Mapping[str, Any], changes: Mapping[str, Any], *, part: str = ""
    ) -> KubeRequest:
        """Change the members that are in the body, of it or of a subresource."""
        return self._patch(part, body, MERGE, changes)

    def json_patch(self, steps: list[dict[str, Any]], changes: Mapping[str, Any]) -> KubeRequest:
        """Change what the steps name."""
        return self._patch("", steps, JSON_PATCH, changes)

    def _patch(self, part: str, body: Any, media: str, changes: Mapping[str, Any]) -> KubeRequest:
        sub = f"/{part}" if part else ""
        return KubeRequest(
            self.cluster, "patch", self.path + sub, self.plural + sub, body, media, changes
        )


def ref_of(key: str, cluster: str) -> Ref:
    """Back from the key in a step."""
    return Ref(cluster, key.removeprefix(cluster))


def counted(count: int, noun: str) -> str:
    """`1 pod`, `3 pods`."""
    return f"{count} {noun}" + ("" if count == 1 else "s")
