"""What goes on in the demo's Kubernetes clusters when time passes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from containerscope.demo.kube_budgets import check_eviction
from containerscope.demo.kube_cron import due
from containerscope.demo.kube_fates import ImageFate
from containerscope.demo.kube_pod_cells import reason
from containerscope.demo.kube_status import KubeError
from containerscope.demo.kube_store import moment
from tests.demo.kube_small import DEPLOYMENTS, NODES, PODS, START, Small

REPLICASETS = ("apps", "replicasets")
STATEFULSETS = ("apps", "statefulsets")
CLAIMS = ("", "persistentvolumeclaims")
JOBS = ("batch", "jobs")
CRONJOBS = ("batch", "cronjobs")
HPAS = ("autoscaling", "horizontalpodautoscalers")


def condition(body: Any, kind: str) -> Any:
    return next(each for each in body["status"]["conditions"] if each["type"] == kind)


def test_pods_are_placed_pulled_started_and_ready_one_step_after_the_other() -> None:
    small = Small()
    small.run(init="migrate")
    seen = []
    for _ in range(60):
        small.wait(0.25)
        seen += [reason(each) for each in small.pods()[:1]]
    order = list(dict.fromkeys(seen))
    assert order == ["Init:0/1", "PodInitializing", "Running"] or order == ["Init:0/1", "Running"]
    assert {each["spec"]["nodeName"] for each in small.pods()} == set(small.nodes), "spread"
    status = small.get(DEPLOYMENTS, "web")["status"]
    assert status["availableReplicas"] == status["updatedReplicas"] == 2
    assert {"Scheduled", "Pulled", "Created", "Started"} <= small.events("web-").keys()
    [slice_] = small.store.all(("discovery.k8s.io", "endpointslices"), "shop")
    assert all(each["conditions"]["ready"] for each in slice_.object()["endpoints"])


def test_a_rollout_keeps_most_pods_available_and_replaces_all() -> None:
    small = Small(4)
    small.run(replicas=4)
    small.wait(60)
    small.roll("2.0.0")
    least, most = 4, 4
    for _ in range(200):
        small.wait(0.5)
        status = small.get(DEPLOYMENTS, "web")["status"]
        least = min(least, status.get("availableReplicas", 0))
        most = max(most, status["replicas"])
    assert least >= 3, "25% of four may be unavailable"
    assert most <= 5, "25% of four may be too many"
    assert small.images() == {"2.0.0"}
    assert condition(small.get(DEPLOYMENTS, "web"), "Progressing")["reason"] == (
        "NewReplicaSetAvailable"
    )
    revisions = [
        (each.object()["metadata"]["annotations"]["deployment.kubernetes.io/revision"],
         each.object()["spec"]["replicas"])
        for each in small.store.all(REPLICASETS, "shop")
    ]  # fmt: skip
    assert sorted(revisions) == [("1", 0), ("2", 4)]


def test_an_image_that_crashes_backs_off_and_stalls_its_rollout_until_it_is_undone() -> None:
    small = Small()
    small.run()
    small.wait(60)
    small.fate("2.0.0", ImageFate("crash", 5.0, 3))
    small.roll("2.0.0")
    small.wait(640)
    assert small.states() == ["CrashLoopBackOff", "Running", "Running"]
    [broken] = [each for each in small.pods() if reason(each) == "CrashLoopBackOff"]
    status = broken["status"]["containerStatuses"][0]
    assert status["lastState"]["terminated"]["exitCode"] == 3
    assert status["restartCount"] == 6, "after 0, 10, 20, 40, 80 and 160 seconds"
    assert "back-off 5m0s restarting failed container" in status["state"]["waiting"]["message"]
    assert small.events(broken["metadata"]["name"])["BackOff"] == 6
    progress = condition(small.get(DEPLOYMENTS, "web"), "Progressing")
    assert (progress["status"], progress["reason"]) == ("False", "ProgressDeadlineExceeded")
    small.roll("1.0.0")
    small.wait(60)
    assert small.states() == ["Running", "Running"]
    notes = small.get(DEPLOYMENTS, "web")["metadata"]["annotations"]
    assert notes["deployment.kubernetes.io/revision"] == "3"


def test_back_off_doubles_up_to_five_minutes() -> None:
    small = Small()
    small.fate("1.0.0", ImageFate("crash", 2.0))
    small.run(replicas=1)
    starts: list[float] = []
    for _ in range(2500):
        small.wait(1)
        for each in small.pods():
            state = each["status"].get("containerStatuses", [{"state": {}}])[0]["state"]
            if "running" in state:
                starts.append(moment(state["running"]["startedAt"]))
    unique = sorted(set(starts))
    gaps = [round(b - a, -1) for a, b in pairwise(unique)]
    assert gaps[:7] == [0, 10, 20, 40, 80, 160, 300]
    assert set(gaps[6:]) == {300}


@pytest.mark.parametrize(
    ("fate", "word", "text"),
    [
        (ImageFate("missing"), "ImagePullBackOff", "not found"),
        (ImageFate("denied"), "ImagePullBackOff", "403 Forbidden"),
        (ImageFate("oom", 3.0), "CrashLoopBackOff", "OOMKilled"),
    ],
)
def test_an_image_fails_in_its_own_way(fate: ImageFate, word: str, text: str) -> None:
    small = Small()
    small.fate("1.0.0", fate)
    small.run(replicas=1)
    small.wait(40)
    [pod] = small.pods()
    assert reason(pod) == word
    assert text in str(pod["status"]["containerStatuses"])
    assert not pod["status"]["containerStatuses"][0]["ready"]


def test_a_pod_that_fits_nowhere_waits_until_there_is_room() -> None:
    small = Small()
    small.run(replicas=3, cpu="1500m")
    small.wait(30)
    assert small.states() == ["Pending", "Running", "Running"]
    [waiting] = [each for each in small.pods() if reason(each) == "Pending"]
    told = condition(waiting, "PodScheduled")
    assert (told["status"], told["reason"]) == ("False", "Unschedulable")
    assert told["message"].startswith("0/2 nodes are available: 2 Insufficient cpu.")
    assert small.events(waiting["metadata"]["name"])["FailedScheduling"] == 1
    small.add_node(2)
    small.wait(30)
    assert small.states() == ["Running"] * 3


def test_a_cordoned_node_gets_no_pods_and_a_drained_one_respects_the_budget() -> None:
    small = Small()
    small.run(replicas=2, budget={"minAvailable": 2})
    small.wait(30)
    small.change(NODES, small.nodes[0], unschedulable=True)
    small.wait(1)
    [taint] = small.get(NODES, small.nodes[0], "")["spec"]["taints"]
    assert taint["key"] == "node.kubernetes.io/unschedulable"
    pod = small.store.find(PODS, "shop", small.pods()[0]["metadata"]["name"])
    assert pod is not None
    with pytest.raises(KubeError) as caught:
        check_eviction(small.store, pod)
    assert caught.value.code == 429
    [cause] = caught.value.body()["details"]["causes"]
    assert cause["message"] == "The disruption budget web needs 2 healthy pods and has 2 currently"
    small.change(DEPLOYMENTS, "web", replicas=3)
    small.wait(30)
    check_eviction(small.store, pod)
    nodes = [each["spec"]["nodeName"] for each in small.pods()]
    assert nodes.count(small.nodes[1]) == 2
    small.change(NODES, small.nodes[0], unschedulable=False)
    small.wait(1)
    assert "taints" not in small.get(NODES, small.nodes[0], "")["spec"]


def test_a_node_that_falls_silent_loses_its_pods_and_gets_rid_of_them_when_it_is_back() -> None:
    small = Small()
    small.run(replicas=2)
    small.wait(30)
    lost = small.nodes[0]
    small.control.nodes.fall_silent(lost)
    small.wait(60)
    node = small.get(NODES, lost, "")
    assert condition(node, "Ready")["status"] == "Unknown"
    assert {each["effect"] for each in node["spec"]["taints"]} == {"NoSchedule", "NoExecute"}
    there = [each for each in small.pods() if each["spec"]["nodeName"] == lost]
    assert [condition(each, "Ready")["status"] for each in there] == ["False"]
    small.wait(330)
    assert small.states() == ["Running", "Running", "Terminating"], "nobody confirms its end"
    small.wait(600)
    assert small.states() == ["Running", "Running", "Terminating"]
    small.control.nodes.recover(lost)
    small.wait(10)
    assert small.states() == ["Running", "Running"]
    assert condition(small.get(NODES, lost, ""), "Ready")["status"] == "True"


def test_a_stateful_set_keeps_its_names_and_volumes() -> None:
    small = Small(3)
    small.run("db", 3, kind="StatefulSet", storage="10Gi")
    names: list[list[str]] = []
    for _ in range(60):
        small.wait(1)
        names.append([each["metadata"]["name"] for each in small.pods("db")])
    assert [each for i, each in enumerate(names) if each not in names[:i]] == [
        ["db-0"], ["db-0", "db-1"], ["db-0", "db-1", "db-2"],
    ]  # fmt: skip
    claims = {each.name: each.object() for each in small.store.all(CLAIMS, "shop")}
    assert sorted(claims) == ["data-db-0", "data-db-1", "data-db-2"]
    volume = small.get(("", "persistentvolumes"), claims["data-db-1"]["spec"]["volumeName"], "")
    assert volume["spec"]["csi"]["volumeHandle"].startswith("vol-0")
    [term] = volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
    node = small.get(NODES, small.get(PODS, "db-1")["spec"]["nodeName"], "")
    zone = node["metadata"]["labels"]["topology.kubernetes.io/zone"]
    assert term["matchExpressions"][0]["values"] == [zone]
    before = small.get(PODS, "db-1")
    small.delete(PODS, "db-1")
    small.wait(60)
    after = small.get(PODS, "db-1")
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    assert after["spec"]["nodeName"] == before["spec"]["nodeName"], "where its volume is"


def test_a_job_runs_to_its_end_and_one_that_fails_gives_up() -> None:
    small = Small()
    for name, fate in (("good", ImageFate("exit", 20.0, 0)), ("bad", ImageFate("exit", 5.0, 1))):
        small.fate("1", fate, name)
        image = f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/{name}:1"
        container = {"name": "main", "image": image}
        spec = {"restartPolicy": "Never", "containers": [container]}
        small.store.put(
            JOBS,
            {
                "metadata": {"name": name, "namespace": "shop"},
                "spec": {"completions": 2, "backoffLimit": 2, "template": {"spec": spec}},
            },
        )
    small.wait(10)
    assert small.get(JOBS, "good")["status"]["active"] == 1
    small.wait(300)
    good, bad = small.get(JOBS, "good")["status"], small.get(JOBS, "bad")["status"]
    assert good["succeeded"] == 2
    assert [each["type"] for each in good["conditions"]] == ["SuccessCriteriaMet", "Complete"]
    assert bad["failed"] == 3
    assert bad["conditions"][-1]["reason"] == "BackoffLimitExceeded"


def test_a_cron_job_starts_jobs_by_its_schedule_and_keeps_the_last_three() -> None:
    small = Small()
    spec = {"restartPolicy": "Never", "containers": [{"name": "main", "image": "batch/x:1"}]}
    template = {"spec": {"template": {"spec": spec}}}
    small.store.put(
        CRONJOBS,
        {
            "metadata": {"name": "tick", "namespace": "shop"},
            "spec": {"schedule": "*/5 * * * *", "jobTemplate": template},
        },
    )
    small.control.cron_jobs.begin()
    small.wait(31 * 60)
    jobs = [each.object() for each in small.store.all(JOBS, "shop")]
    assert len(jobs) in (3, 4), "those done, and perhaps one that runs"
    starts = [moment(each["metadata"]["creationTimestamp"]) for each in jobs]
    assert all(each % 300 == 0 for each in starts)
    status = small.get(CRONJOBS, "tick")["status"]
    assert moment(status["lastScheduleTime"]) == max(starts)
    assert "lastSuccessfulTime" in status


@pytest.mark.parametrize(
    ("schedule", "times"),
    [
        ("*/15 * * * *", 4),
        ("5,10 * * * *", 2),
        ("0-9/3 * * * *", 4),
        ("@hourly", 1),
        ("* * * * 1", 60),
        ("* * * * 0,7", 0),
        ("0 25 * * *", 0),
        ("nonsense", 0),
    ],
)
def test_schedules_fall_on_their_minutes(schedule: str, times: int) -> None:
    monday = START // 3600 * 3600
    assert sum(due(schedule, monday + minute * 60) for minute in range(60)) == times


def test_an_autoscaler_follows_the_traffic_up_and_down() -> None:
    small = Small(8)
    small.run(replicas=2, cpu="200m", scale=(2, 10, 50))
    small.life.scaled["shop", "web"] = 1.2
    small.wait(30)
    small.control.begin_clockwork()
    sizes = []
    for _ in range(200):
        small.wait(30)
        sizes.append(small.get(DEPLOYMENTS, "web")["spec"]["replicas"])
    assert min(sizes) >= 2
    assert max(sizes) <= 10
    assert max(sizes) - min(sizes) >= 3
    assert any(a > b for a, b in pairwise(sizes))
    assert any(a < b for a, b in pairwise(sizes))
    assert condition(small.get(HPAS, "web"), "ScalingActive")["status"] == "True"


def test_an_autoscaler_without_metrics_says_so_and_leaves_things_alone() -> None:
    small = Small(metrics=False)
    small.run(replicas=2, scale=(2, 10, 50))
    small.control.begin_clockwork()
    small.wait(120)
    told = condition(small.get(HPAS, "web"), "ScalingActive")
    assert (told["status"], told["reason"]) == ("False", "FailedGetResourceMetric")
    assert small.get(DEPLOYMENTS, "web")["spec"]["replicas"] == 2


def test_what_belonged_to_a_deployment_goes_with_it() -> None:
    small = Small()
    small.run()
    small.wait(30)
    small.delete(DEPLOYMENTS, "web")
    small.wait(30)
    assert small.pods() == []
    assert list(small.store.all(REPLICASETS, "shop")) == []


def test_a_deletion_in_the_foreground_ends_when_the_last_pod_has_gone() -> None:
    small = Small()
    small.run()
    small.wait(30)
    small.delete(DEPLOYMENTS, "web", "Foreground")
    small.wait(0)
    assert small.get(DEPLOYMENTS, "web")["metadata"]["finalizers"] == ["foregroundDeletion"]
    small.wait(30)
    assert small.store.find(DEPLOYMENTS, "shop", "web") is None
    assert small.pods() == []


def test_orphans_stay() -> None:
    small = Small()
    small.run()
    small.wait(30)
    small.delete(DEPLOYMENTS, "web", "Orphan")
    small.wait(30)
    assert small.store.find(DEPLOYMENTS, "shop", "web") is None
    assert small.states() == ["Running", "Running"]
    [left] = small.store.all(REPLICASETS, "shop")
    assert "ownerReferences" not in left.object()["metadata"]


def test_a_namespace_goes_when_it_is_empty() -> None:
    small = Small()
    small.run()
    small.wait(30)
    small.delete(("", "namespaces"), "shop")
    small.wait(0)
    assert small.states() == ["Terminating", "Terminating"]
    small.wait(30)
    assert small.store.find(("", "namespaces"), "", "shop") is None
    assert all(not each.within("shop") for each in small.store.collections.values())


def test_a_daemon_is_on_every_node_that_may_have_it() -> None:
    small = Small()
    small.run("agent", kind="DaemonSet", tolerations=({"operator": "Exists"},))
    small.wait(30)
    assert sorted(each["spec"]["nodeName"] for each in small.pods("agent")) == small.nodes
    late = small.add_node(2)
    small.wait(30)
    assert late in {each["spec"]["nodeName"] for each in small.pods("agent")}
    status = small.get(("apps", "daemonsets"), "agent")["status"]
    assert status["numberReady"] == status["desiredNumberScheduled"] == 3


def test_events_are_counted_up_and_go_after_an_hour() -> None:
    small = Small()
    small.fate("1.0.0", ImageFate("missing"))
    small.run(replicas=1)
    small.control.begin_clockwork()
    small.wait(900)
    told = small.events("web-")
    assert told["BackOff"] > 2
    events = [each.object() for each in small.store.all(("", "events"))]
    [one] = [each for each in events if each["reason"] == "BackOff"]
    assert one["count"] == told["BackOff"]
    assert one["eventTime"] is None
    small.delete(DEPLOYMENTS, "web")
    small.wait(4000)
    assert list(small.store.all(("", "events"))) == []
