"""What can be done to deployments, replica sets, stateful sets and daemon sets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec

from containerscope.insight import kube_rollback as undoing
from containerscope.insight import kube_workload_actions as plans
from containerscope.insight.kube_budget import budgets_of
from containerscope.insight.kube_rollback import KubeRevision, LiveRevisions, plain_template
from containerscope.insight.kube_workload_actions import LiveWorkload
from containerscope.kube import Kind
from containerscope.model.kube_workload import Hpa, Workload
from containerscope.model.listing import Item
from containerscope.plan import Ask, Stage, Step
from containerscope.resource import Action, Clients, Scope
from containerscope.resources._kube_live import (
    BUDGETS,
    body_of,
    document,
    every,
    member,
    perhaps,
    place_of,
    read,
    value_of,
    when_known,
)

_HPAS: Kind[Hpa] = Kind(Hpa, "horizontalpodautoscalers", "autoscaling/v2")
_REPLICASETS: Kind[Any] = Kind(dict, "replicasets", "apps/v1")
_REVISIONS: Kind[Any] = Kind(dict, "controllerrevisions", "apps/v1")
_REVISION = "deployment.kubernetes.io/revision"
_CAUSE = "kubernetes.io/change-cause"
_OF_API = {"deployments": "Deployment", "replicasets": "ReplicaSet", "statefulsets": "StatefulSet"}

Look = Callable[[Clients, Scope, Item[Workload]], Awaitable[Any]]


def _live(kind: Kind[Workload]) -> Look:
    async def look(clients: Clients, scope: Scope, item: Item[Workload]) -> LiveWorkload:
        ref, body = await body_of(clients, place_of(kind, scope, item))
        workload = read(kind.decode(), body, kind.plural)
        return LiveWorkload(ref, workload, at=clients.clock.now())

    return look


def _with_bounds(kind: Kind[Workload]) -> Look:
    async def look(clients: Clients, scope: Scope, item: Item[Workload]) -> LiveWorkload:
        place = place_of(kind, scope, item)
        (ref, body), (hpas, one), (budgets, other) = await asyncio.gather(
            body_of(clients, place),
            perhaps("whether an HPA scales it",
                    every(clients, place.cluster, _HPAS, place.namespace)),
            perhaps("whether a disruption budget counts its pods",
                    every(clients, place.cluster, BUDGETS, place.namespace)),
        )  # fmt: skip
        workload = read(kind.decode(), body, kind.plural)
        template = workload.spec.template if workload.spec else None
        labels = (template.metadata.labels if template and template.metadata else None) or {}
        return LiveWorkload(
            ref,
            workload,
            tuple(each for each in hpas if _scales(each, kind.plural, ref.name)),
            budgets_of(budgets, place.namespace, labels),
            (*one, *other),
        )

    return look


def _scales(hpa: Hpa, plural: str, name: str) -> bool:
    target = hpa.spec.scale_target_ref if hpa.spec else None
    return target is not None and (target.kind, target.name) == (_OF_API.get(plural), name)


def _with_revisions(kind: Kind[Workload]) -> Look:
    history = _REPLICASETS if kind.plural == "deployments" else _REVISIONS

    async def look(clients: Clients, scope: Scope, item: Item[Workload]) -> LiveRevisions:
        ref, body = await body_of(clients, place_of(kind, scope, item))
        workload = read(kind.decode(), body, kind.plural)
        selector = workload.spec.selector.text if workload.spec and workload.spec.selector else ""
        query = {"labelSelector": selector} if selector else {}
        found = await every(clients, ref.cluster, history, ref.namespace, **query)
        revisions = [_revision(each) for each in found if _belongs(each, ref.uid)]
        template = member(document(body, ref), "spec", "template")
        return LiveRevisions(
            LiveWorkload(ref, workload),
            plain_template(template),
            tuple(sorted(revisions, key=lambda each: -each.number)),
        )

    return look


def _belongs(body: dict[str, Any], uid: str) -> bool:
    owners = member(body, "metadata").get("ownerReferences") or ()
    return any(member(each).get("uid") == uid for each in owners)


def _revision(body: dict[str, Any]) -> KubeRevision:
    """From a replica set, or from a controller revision."""
    notes = member(body, "metadata", "annotations")
    if "data" in body:
        template, number = member(body, "data", "spec", "template"), body.get("revision")
    else:
        template, number = member(body, "spec", "template"), notes.get(_REVISION)
    made: datetime | None = None
    with suppress(msgspec.ValidationError):
        made = msgspec.convert(member(body, "metadata").get("creationTimestamp"), datetime)
    whole = str(number).isdecimal()
    cause = str(notes.get(_CAUSE) or "")
    return KubeRevision(int(number or 0) if whole else 0, plain_template(template), made, cause)


def _followed(
    kind: Kind[Workload], of: Callable[[Workload, Step], Stage]
) -> Callable[[Clients, Step], Awaitable[Stage]]:
    async def stage(clients: Clients, step: Step) -> Stage:
        return of(await value_of(clients, kind, step), step)

    return stage


def scaling(kind: Kind[Workload]) -> tuple[Action[Workload], ...]:
    """Setting the number of pods."""
    return (
        Action(
            "scale",
            "Scale",
            "Scale: set the number of replicas",
            _with_bounds(kind),
            plans.plan_scale,
            (),
            again=_live(kind),
            when=when_known(plans.why_not_changed),
            key="scale",
            asks=Ask("replicas", hint="COUNT"),
            answer=lambda live: str(live.replicas),
            progress=_followed(kind, plans.scaled),
        ),
    )


def rollouts(kind: Kind[Workload]) -> tuple[Action[Workload], ...]:
    """Restarting, and going back to an earlier revision."""
    rolled = _followed(kind, lambda workload, _: plans.rolled_out(kind.plural, workload))
    return (
        Action(
            "restart",
            "Restart",
            "Restart: replace every pod by a new one",
            _live(kind),
            plans.plan_restart,
            (),
            when=when_known(plans.why_not_rolled),
            key="restart",
            bulk=True,
            progress=rolled,
        ),
        Action(
            "rollback",
            "Roll back",
            "Roll back: undo the rollout, to a revision",
            _with_revisions(kind),
            undoing.plan_undo,
            (),
            when=when_known(plans.why_not_rolled),
            key="rollback",
            asks=Ask("go back to", "choice", "REVISION"),
            options=undoing.revision_options,
            answer=lambda state: next((str(each.number) for each in state.others), ""),
            progress=rolled,
        ),
    )


def pausing(kind: Kind[Workload]) -> tuple[Action[Workload], ...]:
    """Keeping changes from rolling out, and letting them."""

    def when(paused: bool) -> Callable[[Item[Workload]], str]:
        def of(workload: Workload) -> str:
            if bool(workload.spec and workload.spec.paused) is paused:
                return "it is paused already" if paused else "it is not paused"
            return plans.why_not_changed(workload)

        return when_known(of)

    return (
        Action(
            "pause",
            "Pause",
            "Pause: changes do not roll out",
            _live(kind),
            lambda live, _: plans.plan_pause(live, True),
            (),
            when=when(True),
            key="pause",
            bulk=True,
        ),
        Action(
            "resume",
            "Resume",
            "Resume: let changes roll out",
            _live(kind),
            lambda live, _: plans.plan_pause(live, False),
            (),
            when=when(False),
            key="pause",
            bulk=True,
            progress=_followed(kind, lambda load, _: plans.rolled_out(kind.plural, load)),
        ),
    )
