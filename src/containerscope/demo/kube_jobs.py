"""The controllers of Jobs and CronJobs."""

from __future__ import annotations

from containerscope.demo.kube_cron import due
from containerscope.demo.kube_facts import PodFacts
from containerscope.demo.kube_life import Life
from containerscope.demo.kube_pod_maker import copied, owner_reference
from containerscope.demo.kube_replicas import Pods, follow
from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import Change, Entry, moment, stamp

JOBS = ("batch", "jobs")
CRONJOBS = ("batch", "cronjobs")
_JOB, _CRON = "job-controller", "cronjob-controller"


class Jobs:
    """Runs each Job's pods until enough of them have succeeded, or too many failed."""

    def __init__(self, life: Life, pods: Pods) -> None:
        self._life = life
        self._pods = pods
        life.controllers["jobs"] = self
        follow(life, "jobs", JOBS, "Job")

    def reconcile(self, key: str) -> None:
        """Start what has to be started, and see whether the Job is over."""
        entry = self._life.store.collection(JOBS).entries.get(key)
        if entry is None or b'"deletionTimestamp"' in entry.raw:
            return
        body = entry.object()
        spec, status = body["spec"], body.setdefault("status", {})
        if ended(body):
            return
        if spec.get("suspend"):
            self._suspend(body, entry)
            return
        self._identify(body, entry)
        status.setdefault("startTime", stamp(self._life.now))
        pods = self._pods.of(entry.uid)
        done = sum(each.phase == "Succeeded" for each in pods)
        failed = sum(each.phase == "Failed" for each in pods)
        active = [each for each in pods if not each.ended and not each.deleting]
        wanted = spec.get("completions", 1)
        if done >= wanted:
            self._end(
                body, "Complete", "CompletionsReached", "Reached expected number of succeeded pods"
            )
        elif failed > spec.get("backoffLimit", 6):
            self._fail(body, active)
        else:
            for _ in range(min(spec.get("parallelism", 1), wanted - done) - len(active)):
                self._start(body, failed, key)
        self._count(body, entry)

    def _identify(self, body: Body, entry: Entry) -> None:
        """Give the Job the selector and labels that tell its pods."""
        if body["spec"].get("selector"):
            return
        labels = {
            "batch.kubernetes.io/controller-uid": entry.uid,
            "batch.kubernetes.io/job-name": entry.name,
            "controller-uid": entry.uid,
            "job-name": entry.name,
        }
        template = body["spec"]["template"].setdefault("metadata", {})
        template["labels"] = {**(template.get("labels") or {}), **labels}
        first = "batch.kubernetes.io/controller-uid"
        body["spec"]["selector"] = {"matchLabels": {first: entry.uid}}

    def _start(self, body: Body, failed: int, key: str) -> None:
        """A pod now, or after the back-off of those that failed."""
        if failed:
            last = max(
                (moment(each.ready_since) for each in self._pods.of(body["metadata"]["uid"])
                 if each.phase == "Failed" and each.ready_since),
                default=self._life.now,
            )  # fmt: skip
            at = last + 10.0 * 2 ** (failed - 1)
            if at > self._life.now:
                self._life.at(at, lambda: self._life.soon("jobs", key))
                return
        self._pods.create(body["spec"]["template"], body, "Job", "batch/v1", component=_JOB)

    def _suspend(self, body: Body, entry: Entry) -> None:
        for each in self._pods.of(entry.uid):
            if not each.ended and not each.deleting:
                self._pods.drop(each.entry)
        now = stamp(self._life.now)
        body["status"].pop("startTime", None)
        known = body["status"].get("conditions") or []
        if not any(each["type"] == "Suspended" for each in known):
            body["status"]["conditions"] = [
                _condition("Suspended", "JobSuspended", "Job suspended", now)
            ]
        body["status"] |= {"active": 0, "ready": 0}
        self._life.store.put(JOBS, body)

    def _end(self, body: Body, kind: str, reason: str, message: str) -> None:
        now, status = stamp(self._life.now), body["status"]
        status["conditions"] = [
            _condition(
                "SuccessCriteriaMet" if kind == "Complete" else "FailureTarget",
                reason,
                message,
                now,
            ),
            _condition(kind, reason, message, now),
        ]
        if kind == "Complete":
            status["completionTime"] = now
        word = "Completed" if kind == "Complete" else reason
        text = "Job completed" if kind == "Complete" else message
        self._pods.tell(body, "Job", "batch/v1", word, text, _JOB)
        ttl = body["spec"].get("ttlSecondsAfterFinished")
        if ttl is not None:
            meta = body["metadata"]
            self._life.after(ttl, lambda: self._drop(meta["namespace"], meta["name"], meta["uid"]))

    def _drop(self, namespace: str, name: str, uid: str) -> None:
        found = self._life.store.find(JOBS, namespace, name)
        if found is not None and found.uid == uid:
            self._life.store.remove(JOBS, found)

    def _fail(self, body: Body, active: list[PodFacts]) -> None:
        for each in active:
            self._pods.drop(each.entry)
        message = "Job has reached the specified backoff limit"
        self._end(body, "Failed", "BackoffLimitExceeded", message)

    def _count(self, body: Body, entry: Entry) -> None:
        pods = self._pods.of(entry.uid)
        active = [each for each in pods if not each.ended and not each.deleting]
        status = body["status"]
        for name, count in (
            ("active", len(active)),
            ("succeeded", sum(each.phase == "Succeeded" for each in pods)),
            ("failed", sum(each.phase == "Failed" for each in pods)),
        ):
            if count:
                status[name] = count
            else:
                status.pop(name, None)
        status["ready"] = sum(each.ready for each in active)
        status["terminating"] = sum(each.deleting for each in pods)
        status["uncountedTerminatedPods"] = {}
        self._life.store.put(JOBS, body)


def ended(body: Body) -> str:
    """`Complete` or `Failed` for a Job that is over, else nothing."""
    for each in (body.get("status") or {}).get("conditions") or ():
        if each["type"] in ("Complete", "Failed") and each["status"] == "True":
            return str(each["type"])
    return ""


def _condition(kind: str, reason: str, message: str, now: str) -> Body:
    return {
        "type": kind,
        "status": "True",
        "lastProbeTime": now,
        "lastTransitionTime": now,
        "reason": reason,
        "message": message,
    }


class CronJobs:
    """Starts Jobs by the minute, and keeps the last few."""

    def __init__(self, life: Life, pods: Pods) -> None:
        self._life = life
        self._store = life.store
        self._pods = pods
        life.controllers["cronjobs"] = self
        follow(life, "cronjobs", CRONJOBS, "-")
        life.watchers.append(self._watch)

    def begin(self) -> None:
        """Look at the schedules at every full minute from now on."""
        self._life.at((self._life.now // 60 + 1) * 60, self._minute)

    def _watch(self, kind: tuple[str, str], change: Change, *_: object) -> None:
        if kind == JOBS:
            entry = change.entry
            for each in entry.object()["metadata"].get("ownerReferences") or ():
                self._life.soon("cronjobs", f"{entry.namespace}/{each['name']}")

    def _minute(self) -> None:
        now = self._life.now
        for entry in self._store.all(CRONJOBS):
            body = entry.object()
            spec = body["spec"]
            if not spec.get("suspend") and due(spec["schedule"], now):
                self._run(body, now)
        self._life.at(now + 60, self._minute)

    def _run(self, body: Body, now: float) -> None:
        meta, spec = body["metadata"], body["spec"]
        active = [each for each in self._jobs(meta["uid"]) if not ended(each)]
        if active and spec.get("concurrencyPolicy") == "Forbid":
            message = (
                "Not starting job because prior execution is running and concurrency policy is "
                "Forbid"
            )
            self._pods.tell(body, "CronJob", "batch/v1", "JobAlreadyActive", message, _CRON)
            return
        if spec.get("concurrencyPolicy") == "Replace":
            for each in active:
                self._remove(each)
        template = copied(spec["jobTemplate"])
        name = f"{meta['name']}-{int(now // 60)}"
        labels = (template.get("metadata") or {}).get("labels") or {}
        job = {
            "metadata": {
                "name": name,
                "namespace": meta["namespace"],
                "labels": labels,
                "annotations": {"batch.kubernetes.io/cronjob-scheduled-timestamp": stamp(now)},
                "ownerReferences": [owner_reference(body, "CronJob", "batch/v1")],
            },
            "spec": {"completions": 1, "parallelism": 1, "backoffLimit": 6, **template["spec"]},
            "status": {},
        }
        if self._store.find(JOBS, meta["namespace"], name) is None:
            self._store.put(JOBS, job)
            self._pods.tell(
                body, "CronJob", "batch/v1", "SuccessfulCreate", f"Created job {name}", _CRON
            )
            body["status"] = {**(body.get("status") or {}), "lastScheduleTime": stamp(now)}
            self._store.put(CRONJOBS, body)

    def _jobs(self, uid: str) -> list[Body]:
        return [
            self._store.collection(JOBS).entries[key].object()
            for kind, key in sorted(self._life.facts.owned.get(uid, {}))
            if kind == JOBS
        ]

    def _remove(self, job: Body) -> None:
        found = self._store.find(JOBS, job["metadata"]["namespace"], job["metadata"]["name"])
        if found is not None:
            self._store.remove(JOBS, found)

    def reconcile(self, key: str) -> None:
        """Bring the list of running Jobs up to date and forget old ones."""
        entry = self._store.collection(CRONJOBS).entries.get(key)
        if entry is None:
            return
        body = entry.object()
        spec, status = body["spec"], body.setdefault("status", {})
        jobs = self._jobs(entry.uid)
        active = [each["metadata"] for each in jobs if not ended(each)]
        status["active"] = [
            {
                "kind": "Job",
                "namespace": each["namespace"],
                "name": each["name"],
                "uid": each["uid"],
                "apiVersion": "batch/v1",
                "resourceVersion": each["resourceVersion"],
            }
            for each in active
        ]
        if not active:
            del status["active"]
        good = [each for each in jobs if ended(each) == "Complete"]
        if good:
            status["lastSuccessfulTime"] = good[-1]["status"]["completionTime"]
        self._store.put(CRONJOBS, body)
        bad = [each for each in jobs if ended(each) == "Failed"]
        for each in (
            *good[: max(len(good) - spec.get("successfulJobsHistoryLimit", 3), 0)],
            *bad[: max(len(bad) - spec.get("failedJobsHistoryLimit", 1), 0)],
        ):
            self._remove(each)
