"""What previews of Kubernetes actions say, from values alone."""

from __future__ import annotations

from typing import Any

import pytest

from containerscope.insight.kube_budget import selects
from containerscope.insight.kube_cron_actions import ran
from containerscope.insight.kube_ref import Ref, ref_of
from containerscope.insight.kube_workload_actions import LiveWorkload, pace, rolled_out
from containerscope.model.health import Level
from containerscope.model.kube import Condition, Expression, Meta, Selector
from containerscope.model.kube_workload import (
    Job,
    JobStatus,
    Rolling,
    Strategy,
    Workload,
    WorkloadSpec,
    WorkloadStatus,
)
from containerscope.plan import Step

PATH = "/apis/apps/v1/namespaces/shop/{}/web"


def live(plural: str, spec: WorkloadSpec, status: WorkloadStatus | None = None) -> LiveWorkload:
    return LiveWorkload(Ref("c", PATH.format(plural)), Workload(spec=spec, status=status))


@pytest.mark.parametrize(
    ("plural", "spec", "words", "level"),
    [
        ("deployments", WorkloadSpec(replicas=4), "at least 3 of 4 stay, 5 at most", Level.NONE),
        ("deployments", WorkloadSpec(replicas=1), "at least 1 of 1 stay, 2 at most", Level.NONE),
        (
            "deployments",
            WorkloadSpec(replicas=1, strategy=Strategy("RollingUpdate", Rolling(0, 1))),
            "at least 0 of 1 stay, 1 at most", Level.WARNING,
        ),
        (
            "deployments", WorkloadSpec(replicas=2, strategy=Strategy("Recreate")),
            "every pod ends before the first new one starts", Level.WARNING,
        ),
        (
            "statefulsets", WorkloadSpec(replicas=2, update_strategy=Strategy("OnDelete")),
            "replaced only once it is deleted", Level.WARNING,
        ),
        ("statefulsets", WorkloadSpec(replicas=3), "from the highest number down", Level.NONE),
        (
            "daemonsets",
            WorkloadSpec(update_strategy=Strategy("RollingUpdate", Rolling(None, "10%"))),
            "on at most 3 nodes at once", Level.NONE,
        ),
    ],
)  # fmt: skip
def test_the_pace_of_a_rollout_is_that_of_its_strategy(
    plural: str, spec: WorkloadSpec, words: str, level: Level
) -> None:
    status = WorkloadStatus(desired_number_scheduled=28) if plural == "daemonsets" else None
    note = pace(live(plural, spec, status))[0]
    assert words in note.words
    assert note.level is level


def rolled(plural: str, generation: int = 2, **status: Any) -> Any:
    conditions = status.pop("conditions", None)
    return rolled_out(
        plural,
        Workload(
            Meta(generation=generation),
            WorkloadSpec(replicas=3),
            WorkloadStatus(observed_generation=2, conditions=conditions, **status),
        ),
    )


def test_a_rollout_is_at_its_end_as_kubectl_has_it() -> None:
    assert rolled("deployments", 3).words == "waiting for its controller"
    assert rolled("deployments", updated_replicas=1, replicas=4).words == "1 of 3 pods are new"
    old = rolled("deployments", updated_replicas=3, available_replicas=3, replicas=4)
    assert (old.done, old.words) == (False, "3/3 new pods ready, 1 old pod still there")
    late = rolled("deployments", updated_replicas=3, available_replicas=2, replicas=3)
    assert (late.done, late.words) == (False, "2/3 new pods ready")
    good = rolled("deployments", updated_replicas=3, available_replicas=3, replicas=3)
    assert (good.done, good.level) == (True, Level.FINE)
    stuck = Condition("Progressing", "False", "ProgressDeadlineExceeded", "it has timed out")
    bad = rolled("deployments", updated_replicas=1, replicas=4, conditions=(stuck,))
    assert (bad.level, bad.words) == (Level.FAILED, "stuck: it has timed out")
    nodes = {"desired_number_scheduled": 5, "updated_number_scheduled": 5}
    assert not rolled("daemonsets", **nodes, number_available=4).done
    assert rolled("daemonsets", **nodes, number_available=5).done


def test_a_selector_chooses_as_the_server_does() -> None:
    labels = {"app": "web", "tier": "front"}
    assert not selects(None, labels)
    assert selects(Selector(), labels)
    assert selects(Selector({"app": "web"}), labels)
    assert not selects(Selector({"app": "api"}), labels)
    for operator, values, holds in (
        ("In", ("front", "back"), True), ("NotIn", ("front",), False), ("Exists", (), True),
        ("DoesNotExist", (), False), ("Later", (), False),
    ):  # fmt: skip
        rule = Expression("tier", operator, values)
        assert selects(Selector(match_expressions=(rule,)), labels) is holds


def test_an_object_is_found_again_by_the_key_in_the_log() -> None:
    ref = Ref("platform", "/apis/apps/v1/namespaces/shop/deployments/web")
    assert ref_of(ref.key, ref.cluster) == ref
    assert (ref.namespace, ref.plural, ref.name) == ("shop", "deployments", "web")
    node = Ref("platform", "/api/v1/nodes/ip-10-0-0-1")
    assert (node.namespace, node.plural, node.name) == ("", "nodes", "ip-10-0-0-1")
    role = Ref("c", "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode")
    assert role.name == "system:node"


def test_a_run_that_fails_or_is_deleted_is_told_so() -> None:
    step = Step("reindex", "key", mark="reindex-manual-1")
    failed = Condition("Failed", "True", "BackoffLimitExceeded", "it has failed too often")
    stage = ran(Job(status=JobStatus(failed=3, conditions=(failed,))), step)
    assert (stage.words, stage.done) == ("reindex-manual-1: BackoffLimitExceeded", True)
    assert stage.level is Level.FAILED
    assert ran(Job(status=JobStatus(active=1, ready=1)), step).words.endswith(
        "1 pod active, 1 ready"
    )
    gone = ran(None, step)
    assert (gone.words, gone.level) == ("job reindex-manual-1 is gone", Level.WARNING)
