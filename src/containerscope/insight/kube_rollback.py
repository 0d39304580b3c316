"""Going back to an earlier revision of a Kubernetes workload, with what differs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from containerscope.block import DiffLine
from containerscope.insight.kube_ref import Ref
from containerscope.insight.kube_workload_actions import LiveWorkload, pace, why_not_rolled
from containerscope.insight.object_diff import differences
from containerscope.model.health import Level
from containerscope.plan import STRATEGIC, Change, Confirm, KubeRequest, Note, Option, Step

_SHOWN = 12
"""Values that are told one by one."""
_HASH = "pod-template-hash"


class KubeRevision(msgspec.Struct, frozen=True):
    """A template that a workload had at a time."""

    number: int
    template: Mapping[str, Any]
    made: datetime | None = None
    cause: str = ""
    """What its `kubernetes.io/change-cause` says."""


class LiveRevisions(msgspec.Struct, frozen=True):
    """A workload as it is now, and its revisions, the newest first."""

    live: LiveWorkload
    template: Mapping[str, Any]
    """The present one."""
    revisions: tuple[KubeRevision, ...] = ()

    @property
    def ref(self) -> Ref:
        """Which object it is."""
        return self.live.ref

    @property
    def present(self) -> KubeRevision | None:
        """The revision whose template it has."""
        return next((each for each in self.revisions if each.template == self.template), None)

    @property
    def others(self) -> tuple[KubeRevision, ...]:
        """Those that it may go back to."""
        return tuple(each for each in self.revisions if each.template != self.template)


def plain_template(template: Mapping[str, Any]) -> dict[str, Any]:
    """A template as the workload itself has it, without what replica sets and revisions add."""
    meta = {k: v for k, v in (template.get("metadata") or {}).items() if k != "creationTimestamp"}
    if "labels" in meta:
        meta["labels"] = {k: v for k, v in (meta["labels"] or {}).items() if k != _HASH}
    return {**{k: v for k, v in template.items() if k != "$patch"}, "metadata": meta}


def revision_options(state: LiveRevisions) -> tuple[Option, ...]:
    """The revisions, the newest first, with their images."""
    return tuple(Option(str(each.number), _label(each)) for each in state.others)


def _label(revision: KubeRevision) -> str:
    spec = revision.template.get("spec")
    containers = (spec.get("containers") if isinstance(spec, Mapping) else None) or ()
    found = (each.get("image") for each in containers if isinstance(each, Mapping))
    images = ", ".join(str(image or "?").rsplit("/", 1)[-1] for image in found)
    when = f"{revision.made:%d %b %H:%M} UTC" if revision.made else ""
    return "  ".join(filter(None, (str(revision.number), when, images, revision.cause)))


def plan_undo(state: LiveRevisions, answer: str) -> Step:
    """Give a workload the template of an earlier revision, as `kubectl rollout undo` does."""
    refused = why_not_rolled(state.live.workload)
    if not refused and not state.others:
        refused = "there is no other revision to go back to"
    chosen = next((each for each in state.others if str(each.number) == answer), None)
    if not refused and chosen is None:
        refused = "choose what to go back to"
    present = state.present
    now = str(present.number) if present else "?"
    facts = {**state.ref.facts, "generation": state.live.generation}
    if refused or chosen is None:
        change = Change("revision", now, answer or "?")
        return state.ref.step(change, facts=facts, refused=refused)
    lines = differences(state.template, chosen.template)
    return state.ref.step(
        Change("revision", now, f"{chosen.number} as the newest"),
        *(Change(_short(line), _value(line.old), _value(line.new)) for line in lines[:_SHOWN]),
        *((Change("and more values", str(len(lines) - _SHOWN), "others"),)
          if len(lines) > _SHOWN else ()),
        request=_request(state.ref, chosen),
        notes=(*pace(state.live), Note("replicas and strategy stay as they are", Level.NONE)),
        facts=facts,
        confirm=Confirm.TYPED,
        undo=now if present else "",
    )  # fmt: skip


def _short(line: DiffLine) -> str:
    return line.path.removeprefix("spec.").removeprefix("metadata.")


def _value(value: object) -> str:
    return "–" if value is None or value == "" else str(value)


def _request(ref: Ref, chosen: KubeRevision) -> KubeRequest:
    told = {"template": f"that of revision {chosen.number}"}
    if ref.plural == "deployments":
        step = {"op": "replace", "path": "/spec/template", "value": chosen.template}
        return ref.json_patch([step], told)
    body = {"spec": {"template": {**chosen.template, "$patch": "replace"}}}
    return KubeRequest(ref.cluster, "patch", ref.path, ref.plural, body, STRATEGIC, told)
