"""What the states of Kubernetes objects mean, in kubectl's words and in ours."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from containerscope.insight.kube_node import (
    load_of,
    node_kind,
    node_verdict,
    node_word,
)
from containerscope.insight.kube_pod import pod_verdict, pod_word, requests_of
from containerscope.insight.kube_quantity import amount, mebibytes, millicores
from containerscope.insight.kube_storage import backing, file_system
from containerscope.insight.kube_workload import (
    cronjob_verdict,
    deployment_verdict,
    hpa_verdict,
    job_verdict,
)
from containerscope.model.health import Level
from containerscope.model.kube_node import Node
from containerscope.model.kube_pod import Pod
from containerscope.model.kube_storage import PersistentVolume
from containerscope.model.kube_workload import CronJob, Hpa, Job, Workload


def pod(status: dict[str, Any], *, meta: dict[str, Any] | None = None, **spec: Any) -> Pod:
    spec.setdefault("containers", [{"name": "web"}])
    return msgspec.convert({"metadata": meta or {}, "spec": spec, "status": status}, Pod)


def container(state: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"phase": "Running", "containerStatuses": [{"name": "web", "state": state, **more}]}


WAITING = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}}
KILLED = {"terminated": {"reason": "OOMKilled", "exitCode": 137}}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("250m", 0.25), ("2", 2.0), (3, 3.0), ("1Gi", 1024**3), ("1G", 1e9), ("1Ki", 1024.0),
        ("128974848", 128974848.0), ("1e3", 1000.0), ("100u", 1e-4), ("", None), ("x", None),
        (None, None), ("1.5Ei", 1.5 * 1024**6), ("-1", -1.0), ("1..2", None),
    ],
)  # fmt: skip
def test_a_quantity_is_a_number_in_its_base_unit(text: Any, value: float | None) -> None:
    assert amount(text) == (None if value is None else pytest.approx(value))


def test_cpu_and_memory_are_told_in_units_people_use() -> None:
    assert millicores("1500m") == 1500
    assert mebibytes("2Gi") == 2048


def test_a_crash_loop_names_the_way_it_died_and_what_to_do() -> None:
    found = pod(container(WAITING, lastState=KILLED, restartCount=7))
    verdict = pod_verdict(found)
    assert pod_word(found) == "CrashLoopBackOff"
    assert verdict.level is Level.FAILED
    assert "OOMKilled" in verdict.cause
    assert "7 restarts" in verdict.cause
    assert "memory limit" in verdict.fix


def test_an_image_that_cannot_be_pulled_fails_with_what_the_registry_said() -> None:
    state = {"waiting": {"reason": "ImagePullBackOff", "message": "manifest unknown"}}
    verdict = pod_verdict(pod({**container(state), "phase": "Pending"}))
    assert (verdict.level, verdict.words) == (Level.FAILED, "ImagePullBackOff")
    assert "manifest unknown" in verdict.cause


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("0/3 nodes are available: 3 Insufficient cpu.", "no node has enough cpu"),
        (
            "0/3 nodes: 2 Insufficient cpu, 1 Insufficient memory.",
            "no node has enough cpu and memory",
        ),
        ("0/3 nodes: 3 node(s) had untolerated taint {a: b}.", "no node whose taints it tolerates"),
        ("3 node(s) didn't match Pod's node affinity/selector", "no node that its selector wants"),
        ("pod has unbound immediate PersistentVolumeClaims", "its volume is not there"),
    ],
)
def test_a_pending_pod_says_what_the_scheduler_misses(said: str, words: str) -> None:
    condition = {"type": "PodScheduled", "status": "False", "message": said}
    verdict = pod_verdict(pod({"phase": "Pending", "conditions": [condition]}))
    assert (verdict.level, verdict.words) == (Level.WARNING, words)


def test_words_are_those_of_kubectl() -> None:
    running: dict[str, Any] = {"running": {}}
    gone = {"deletionTimestamp": "2026-11-24T12:00:00Z"}
    assert pod_word(pod(container(running, ready=True))) == "Running"
    assert pod_word(pod(container(running), meta=gone)) == "Terminating"
    assert pod_word(pod({"phase": "Failed", "reason": "Evicted"})) == "Evicted"
    assert pod_word(pod(container({"terminated": {"exitCode": 3}}))) == "ExitCode:3"
    init = {"name": "wait", "state": {"waiting": {"reason": "PodInitializing"}}}
    waits = pod({"phase": "Pending", "initContainerStatuses": [init]}, initContainers=[{}, {}])
    assert pod_word(waits) == "Init:0/2"


def test_requests_add_up_as_the_scheduler_adds_them() -> None:
    found = pod(
        {},
        containers=[
            {"resources": {"requests": {"cpu": "100m"}}},
            {"resources": {"requests": {"cpu": "200m"}}},
        ],
        initContainers=[
            {"resources": {"requests": {"cpu": "1"}}},
            {"restartPolicy": "Always", "resources": {"requests": {"cpu": "50m"}}},
        ],
        overhead={"cpu": "10m"},
    )
    assert requests_of(found, "cpu") == pytest.approx(1.06)


def node(*conditions: dict[str, Any], labels: dict[str, str] | None = None, **spec: Any) -> Node:
    whole = {
        "metadata": {"labels": labels or {}},
        "spec": spec,
        "status": {"conditions": list(conditions)},
    }
    return msgspec.convert(whole, Node)


def test_a_silent_kubelet_is_told_from_pressure_and_from_a_cordon() -> None:
    silent = node(
        {"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown",
         "message": "Kubelet stopped posting node status."}
    )  # fmt: skip
    ready = {"type": "Ready", "status": "True"}
    short = node(ready, {"type": "DiskPressure", "status": "True", "message": "disk is full"})
    cordoned = node(ready, unschedulable=True)
    assert node_verdict(silent).words == "not ready: its kubelet is silent"
    assert node_word(silent) == "NotReady"
    assert (node_verdict(short).level, node_verdict(short).words) == (
        Level.WARNING,
        "short of disk",
    )
    assert node_word(cordoned) == "Ready,SchedulingDisabled"
    assert node_verdict(node(ready)).level is Level.FINE


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        ({"eks.amazonaws.com/compute-type": "fargate"}, "Fargate"),
        ({"eks.amazonaws.com/compute-type": "auto"}, "Auto Mode"),
        ({"eks.amazonaws.com/compute-type": "hybrid"}, "hybrid"),
        ({"eks.amazonaws.com/nodegroup": "general"}, "managed"),
        ({"karpenter.sh/nodepool": "default"}, "Karpenter"),
        ({}, "self-managed"),
    ],
)
def test_the_kinds_of_nodes_are_told_apart(labels: dict[str, str], kind: str) -> None:
    assert node_kind(node(labels=labels)) == kind


def test_pods_that_have_ended_take_nothing_of_a_node() -> None:
    resources = [{"resources": {"requests": {"cpu": "500m", "memory": "1Gi"}}}]
    running = pod({"phase": "Running"}, nodeName="n", containers=resources)
    ended = pod({"phase": "Succeeded"}, nodeName="n", containers=resources)
    load = load_of([running, ended])["n"]
    assert (load.cpu, load.memory, load.pods) == (0.5, 1024**3, 1)


def workload(spec: dict[str, Any], status: dict[str, Any], **meta: Any) -> Workload:
    return msgspec.convert({"metadata": meta, "spec": spec, "status": status}, Workload)


def test_a_stuck_rollout_is_told_from_one_under_way() -> None:
    stuck = [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]
    assert (
        deployment_verdict(
            workload({"replicas": 3}, {"readyReplicas": 1, "conditions": stuck})
        ).words
        == "rollout stuck: 1 of 3 ready"
    )
    moving = workload({"replicas": 3}, {"readyReplicas": 3, "updatedReplicas": 1})
    assert deployment_verdict(moving).level is Level.PROGRESS
    unseen = workload(
        {"replicas": 1},
        {"readyReplicas": 1, "updatedReplicas": 1, "observedGeneration": 1},
        generation=2,
    )
    assert deployment_verdict(unseen).level is Level.PROGRESS
    none = workload({"replicas": 2}, {"updatedReplicas": 2})
    assert deployment_verdict(none).words == "none of 2 ready"
    assert deployment_verdict(workload({"replicas": 0}, {})).level is Level.NONE


def test_jobs_and_cron_jobs_say_how_their_last_run_went() -> None:
    failed = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}
    job = msgspec.convert({"status": {"conditions": [failed]}}, Job)
    assert (job_verdict(job).level, job_verdict(job).words) == (
        Level.FAILED,
        "BackoffLimitExceeded",
    )
    times = {
        "lastScheduleTime": "2026-11-24T12:00:00Z",
        "lastSuccessfulTime": "2026-11-24T11:00:00Z",
    }
    cron = msgspec.convert({"status": times}, CronJob)
    assert cronjob_verdict(cron).level is Level.WARNING


def test_an_hpa_says_that_it_is_blind_or_at_its_bound() -> None:
    def hpa(kind: str, status: str, reason: str) -> Hpa:
        condition = {"type": kind, "status": status, "reason": reason}
        return msgspec.convert({"status": {"conditions": [condition]}}, Hpa)

    assert hpa_verdict(hpa("ScalingActive", "False", "FailedGetResourceMetric")).words == (
        "sees no metrics"
    )
    assert hpa_verdict(hpa("ScalingLimited", "True", "TooManyReplicas")).words == "at its maximum"


def test_a_volume_is_joined_to_what_holds_it_in_aws() -> None:
    def volume(driver: str, handle: str) -> PersistentVolume:
        spec = {"csi": {"driver": driver, "volumeHandle": handle}}
        return msgspec.convert({"spec": spec}, PersistentVolume)

    assert backing(volume("ebs.csi.aws.com", "vol-0abc")) == "vol-0abc"
    efs = volume("efs.csi.aws.com", "fs-0abc::fsap-0def")
    assert backing(efs) == "fs-0abc fsap-0def"
    assert file_system(efs) == "fs-0abc"
    old = {"spec": {"awsElasticBlockStore": {"volumeID": "aws://eu-west-1a/vol-1"}}}
    assert backing(msgspec.convert(old, PersistentVolume)) == "vol-1"
