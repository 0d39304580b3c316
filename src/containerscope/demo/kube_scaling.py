"""The HorizontalPodAutoscaler: replicas that follow the traffic."""

from __future__ import annotations

import math

from containerscope.demo.kube_life import Life
from containerscope.demo.kube_rollouts import DEPLOYMENTS
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Entry, stamp
from containerscope.demo.kube_usage import Usage

HPAS = ("autoscaling", "horizontalpodautoscalers")
_SYNC = 15.0
_TOLERANCE = 0.1
_CALM = 300.0
"""Seconds that a recommendation keeps the number of replicas from falling below it."""


class Autoscalers:
    """Looks at each HPA every 15 seconds."""

    def __init__(self, life: Life, usage: Usage, *, metrics: bool) -> None:
        self._life = life
        self._usage = usage
        self._metrics = metrics
        self._advice: dict[str, list[tuple[float, int]]] = {}
        """By HPA: when how many replicas seemed right."""

    def begin(self) -> None:
        """Scale from now on."""
        self._life.every(_SYNC, self._sync)

    def _sync(self) -> None:
        for entry in self._life.store.all(HPAS):
            self._scale(entry)

    def _scale(self, entry: Entry) -> None:
        body, store = entry.object(), self._life.store
        ref = body["spec"]["scaleTargetRef"]
        target = store.find(DEPLOYMENTS, entry.namespace, ref["name"])
        if target is None:
            return
        workload = target.object()
        current = workload["spec"].get("replicas", 1)
        if current == 0:
            self._rest(body)
            return
        if self._back_within(body, workload, current):
            return
        used = self._utilization(workload) if self._metrics else None
        if used is None:
            self._blind(body, current)
            return
        goal = body["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"]
        wanted, limited = self._wanted(body, current, used, goal)
        if wanted != current:
            workload["spec"]["replicas"] = wanted
            store.put(DEPLOYMENTS, workload, spec_changed=True)
            why = "All metrics below target"
            if wanted > current:
                why = "cpu resource utilization (percentage of request) above target"
            self._tell(body, "SuccessfulRescale", f"New size: {wanted}; reason: {why}")
        self._report(body, current, wanted, used, limited, changed=wanted != current)

    def _back_within(self, body: Body, workload: Body, current: int) -> bool:
        """Set a number beyond the bounds back to them, whatever the metrics say."""
        least, most = body["spec"].get("minReplicas", 1), body["spec"]["maxReplicas"]
        wanted = min(max(current, least), most)
        if wanted == current:
            return False
        workload["spec"]["replicas"] = wanted
        self._life.store.put(DEPLOYMENTS, workload, spec_changed=True)
        side = "above Spec.MaxReplicas" if current > most else "below Spec.MinReplicas"
        why = f"Current number of replicas {side}"
        self._tell(body, "SuccessfulRescale", f"New size: {wanted}; reason: {why}")
        body["status"] = {
            **(body.get("status") or {}),
            "currentReplicas": current,
            "desiredReplicas": wanted,
            "lastScaleTime": stamp(self._life.now),
        }
        self._life.store.put(HPAS, body)
        return True

    def _rest(self, body: Body) -> None:
        """Nothing is scaled that somebody has scaled to zero."""
        old = body.get("status") or {}
        text = "scaling is disabled since the replica count of the target is zero"
        body["status"] = {
            "currentReplicas": 0,
            "desiredReplicas": 0,
            "currentMetrics": None,
            "conditions": [
                self._condition(
                    old, "AbleToScale", True, "SucceededGetScale",
                    "the HPA controller was able to get the target's current scale",
                ),
                self._condition(old, "ScalingActive", False, "ScalingDisabled", text),
            ],
        }  # fmt: skip
        self._life.store.put(HPAS, body)

    def _utilization(self, workload: Body) -> int | None:
        """Percent of the requested CPU that the ready pods of a Deployment use."""
        asked = used = 0.0
        sets = self._life.facts.owned.get(workload["metadata"]["uid"], {})
        for _, key in sets:
            found = self._life.store.collection(("apps", "replicasets")).entries.get(key)
            for pod in self._life.facts.by_owner.get(found.uid if found else "", {}).values():
                if pod.ready and not pod.deleting and pod.cpu:
                    told = self._usage.containers(pod.entry.object())
                    used += sum(cores for _, cores, _ in told)
                    asked += pod.cpu / 1000
        return round(used / asked * 100) if asked else None

    def _wanted(self, body: Body, current: int, used: int, goal: int) -> tuple[int, str]:
        """How many replicas are right, and what kept them from being others."""
        ratio = used / goal
        advice = current if abs(ratio - 1) <= _TOLERANCE else math.ceil(current * ratio)
        key, now = body["metadata"]["uid"], self._life.now
        recent = [each for each in self._advice.get(key, []) if now - each[0] < _CALM]
        self._advice[key] = [*recent, (now, advice)]
        if advice < current:
            advice = min(max(each for _, each in self._advice[key]), current)
        advice = min(advice, max(current * 2, current + 4))
        least, most = body["spec"].get("minReplicas", 1), body["spec"]["maxReplicas"]
        if advice > most:
            return most, "TooManyReplicas"
        if advice < least:
            return least, "TooFewReplicas"
        return advice, ""

    def _report(
        self, body: Body, current: int, wanted: int, used: int, limited: str, *, changed: bool
    ) -> None:
        old = body.get("status") or {}
        status: Body = {}
        if changed:
            status["lastScaleTime"] = stamp(self._life.now)
        elif old.get("lastScaleTime"):
            status["lastScaleTime"] = old["lastScaleTime"]
        target = body["spec"]["metrics"][0]["resource"]
        text = "the desired count is within the acceptable range"
        reason = limited or "DesiredWithinRange"
        if limited:
            which = (
                "more than the maximum" if limited == "TooManyReplicas" else "less than the minimum"
            )
            text = f"the desired replica count is {which} replica count"
        status |= {
            "currentReplicas": current,
            "desiredReplicas": wanted,
            "currentMetrics": [
                {
                    "type": "Resource",
                    "resource": {
                        "name": target["name"],
                        "current": {"averageUtilization": used, "averageValue": f"{used * 5}m"},
                    },
                }
            ],
            "conditions": [
                self._condition(
                    old, "AbleToScale", True, "ReadyForNewScale",
                    "recommended size matches current size",
                ),
                self._condition(
                    old, "ScalingActive", True, "ValidMetricFound",
                    "the HPA was able to successfully calculate a replica count from cpu resource "
                    "utilization (percentage of request)",
                ),
                self._condition(old, "ScalingLimited", bool(limited), reason, text),
            ],
        }  # fmt: skip
        body["status"] = status
        self._life.store.put(HPAS, body)

    def _blind(self, body: Body, current: int) -> None:
        """There is nothing to scale by."""
        old = body.get("status") or {}
        text = (
            "the HPA was unable to compute the replica count: failed to get cpu utilization: "
            "unable to get metrics for resource cpu: unable to fetch metrics from resource "
            "metrics API: the server could not find the requested resource (get "
            "pods.metrics.k8s.io)"
        )
        body["status"] = {
            "currentReplicas": current,
            "desiredReplicas": 0,
            "currentMetrics": None,
            "conditions": [
                self._condition(
                    old, "AbleToScale", True, "SucceededGetScale",
                    "the HPA controller was able to get the target's current scale",
                ),
                self._condition(old, "ScalingActive", False, "FailedGetResourceMetric", text),
            ],
        }  # fmt: skip
        self._life.store.put(HPAS, body)
        self._tell(body, "FailedGetResourceMetric", text.partition(": ")[2], warning=True)

    def _condition(self, old: Body, kind: str, good: bool, reason: str, text: str) -> Body:
        told = "True" if good else "False"
        known = next((each for each in old.get("conditions") or () if each["type"] == kind), None)
        same = known is not None and known["status"] == told
        when = known["lastTransitionTime"] if known and same else stamp(self._life.now)
        return {
            "type": kind,
            "status": told,
            "lastTransitionTime": when,
            "reason": reason,
            "message": text,
        }

    def _tell(self, body: Body, reason: str, message: str, *, warning: bool = False) -> None:
        self._life.events.write(
            body, "HorizontalPodAutoscaler", "autoscaling/v2", reason, message,
            warning=warning, component="horizontal-pod-autoscaler",
        )  # fmt: skip
