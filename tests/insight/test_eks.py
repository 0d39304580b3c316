"""What EKS reports, in words: health codes, support windows and whole clusters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import botocore.session
import pytest

from containerscope.insight import eks_issues
from containerscope.insight.eks_health import (
    addon_verdict,
    cluster_verdict,
    fargate_verdict,
    nodegroup_verdict,
)
from containerscope.insight.eks_support import support_of, version_words
from containerscope.insight.fleet import kind_of, row_verdict
from containerscope.insight.fleet_inside import nodegroups_health, services_health
from containerscope.model import ecs, eks
from containerscope.model.ecs_service import Deployment, Service
from containerscope.model.fleet import ClusterRow, Support, Swept
from containerscope.model.health import Health, Level

NOW = datetime(2026, 11, 24, 14, 12, tzinfo=UTC)


def days(count: int) -> datetime:
    return datetime(2026, 11, 24, tzinfo=UTC) + timedelta(days=count)


def window(status: str, standard: int, extended: int) -> Support | None:
    known = eks.ClusterVersion(
        cluster_version="1.33",
        version_status=status,
        end_of_standard_support_date=days(standard),
        end_of_extended_support_date=days(extended),
    )
    return support_of("1.33", [known], NOW)


def issue(code: str, message: str = "said") -> eks.IssueList:
    return eks.IssueList((eks.Issue(code, message, ("i-1",)),))


@pytest.mark.parametrize(
    ("shape", "meanings"),
    [
        ("NodegroupIssueCode", eks_issues.NODEGROUP),
        ("ClusterIssueCode", eks_issues.CLUSTER),
        ("FargateProfileIssueCode", eks_issues.FARGATE),
        ("AddonIssueCode", eks_issues.ADDON),
    ],
)
def test_every_health_code_of_the_api_has_words_and_a_fix(
    shape: str, meanings: dict[str, eks_issues.Meaning]
) -> None:
    model = botocore.session.Session().get_service_model("eks")
    assert set(model.shape_for(shape).enum) == set(meanings)
    assert all(meaning.words and meaning.fix for meaning in meanings.values())


def test_a_degraded_node_group_is_a_warning_with_the_reason_and_the_fix() -> None:
    group = eks.Nodegroup(status="DEGRADED", health=issue("NodeCreationFailure"))
    verdict = nodegroup_verdict(group)
    assert (verdict.level, verdict.words) == (Level.WARNING, "nodes do not join")
    assert "node role" in verdict.fix
    assert verdict.said == "said"


def test_a_node_group_that_could_not_be_made_failed() -> None:
    group = eks.Nodegroup(status="CREATE_FAILED", health=issue("InsufficientFreeAddresses"))
    verdict = nodegroup_verdict(group)
    assert (verdict.level, verdict.words) == (Level.FAILED, "subnets out of IP addresses")
    assert nodegroup_verdict(eks.Nodegroup(status="CREATE_FAILED")).words == "create failed"


def test_a_code_of_tomorrow_speaks_for_itself() -> None:
    verdict = addon_verdict(eks.Addon(status="DEGRADED", health=issue("Novelty", "new trouble")))
    assert (verdict.level, verdict.words, verdict.said) == (
        Level.FAILED,
        "Novelty",
        "new trouble",
    )


def test_a_cluster_whose_key_goes_has_failed_although_it_is_active() -> None:
    cluster = eks.Cluster(status="ACTIVE", health=issue("KmsKeyMarkedForDeletion"))
    verdict = cluster_verdict(cluster)
    assert verdict.level is Level.FAILED
    assert "cannot be recovered" in verdict.fix


@pytest.mark.parametrize("status", ["CREATING", "UPDATING", "DELETING"])
def test_what_is_under_way_is_progress(status: str) -> None:
    assert nodegroup_verdict(eks.Nodegroup(status=status)).level is Level.PROGRESS
    assert fargate_verdict(eks.FargateProfile(status=status)).level is Level.PROGRESS
    assert cluster_verdict(eks.Cluster(status=status)).words == status.lower()


def test_a_node_group_without_nodes_is_at_rest() -> None:
    group = eks.Nodegroup(status="ACTIVE", scaling_config=eks.Scaling(0, 3, 0))
    assert nodegroup_verdict(group).health == Health(Level.NONE, "at rest")


@pytest.mark.parametrize(
    ("support", "words", "level"),
    [
        (window("STANDARD_SUPPORT", 300, 665), "1.33", Level.FINE),
        (window("STANDARD_SUPPORT", 71, 436), "1.33 (ends in 71 d)", Level.FINE),
        (window("STANDARD_SUPPORT", 60, 425), "1.33 (ends in 60 d)", Level.WARNING),
        (window("STANDARD_SUPPORT", 0, 365), "1.33 (ends today)", Level.WARNING),
        (
            window("EXTENDED_SUPPORT", -60, 305),
            "1.33 (extended support, ends in 305 d)",
            Level.FINE,
        ),
        (
            window("extended-support", -340, 25),
            "1.33 (extended support, ends in 25 d)",
            Level.WARNING,
        ),
        (window("UNSUPPORTED", -470, -105), "1.33 (unsupported)", Level.FAILED),
        (None, "1.33", Level.FINE),
    ],
)
def test_the_support_window_of_a_version(support: Support | None, words: str, level: Level) -> None:
    cluster = eks.Cluster(status="ACTIVE", version="1.33")
    assert version_words("1.33", support) == words
    assert cluster_verdict(cluster, support).level is level


def test_the_end_of_support_says_what_follows() -> None:
    ending = window("STANDARD_SUPPORT", 30, 395)
    staying = eks.Cluster(status="ACTIVE", version="1.33")
    leaving = eks.Cluster(
        status="ACTIVE", version="1.33", upgrade_policy=eks.UpgradePolicy("STANDARD")
    )
    assert "extended support, which costs extra" in cluster_verdict(staying, ending).cause
    assert "upgrade the cluster itself" in cluster_verdict(leaving, ending).cause
    assert "1.34" in cluster_verdict(leaving, ending).fix


def test_a_version_that_eks_does_not_know_has_no_window() -> None:
    assert support_of("1.99", [], NOW) is None
    assert support_of(None, [eks.ClusterVersion()], NOW) is None


def service(name: str, running: int, state: str = "COMPLETED") -> Service:
    deployment = Deployment(status="PRIMARY", rollout_state=state, desired_count=2)
    return Service(
        service_name=name,
        status="ACTIVE",
        desired_count=2,
        running_count=running,
        deployments=(deployment,),
    )


def test_failing_deployments_are_counted_and_named() -> None:
    found = [service("a", 2), *(service(name, 0, "FAILED") for name in "bcd")]
    assert services_health(found) == Health(Level.FAILED, "3 deployments failing: b, c …")


def test_one_service_in_trouble_is_named_with_its_trouble() -> None:
    health = services_health([service("a", 2), service("b", 1)])
    assert health == Health(Level.WARNING, "b: 1 task short")


def test_a_quiet_cluster_is_fine_and_an_empty_one_says_nothing() -> None:
    assert services_health([service("a", 2)]) == Health(Level.FINE)
    assert services_health([]) == Health(Level.NONE)


def test_node_groups_in_trouble_are_named() -> None:
    bad = eks.Nodegroup(nodegroup_name="spot-b", status="DEGRADED")
    worse = eks.Nodegroup(nodegroup_name="spot-c", status="DEGRADED")
    fine = eks.Nodegroup(nodegroup_name="a", status="ACTIVE")
    assert nodegroups_health([fine, bad]).words == "node group spot-b degraded"
    assert nodegroups_health([bad, worse]).words == "2 node groups in trouble: spot-b, spot-c"
    assert nodegroups_health([fine]) == Health(Level.FINE)


def test_what_a_look_found_wins_only_if_it_is_worse() -> None:
    pending = ecs.Cluster(status="ACTIVE", pending_tasks_count=1)
    bad = Swept(Health(Level.FAILED, "1 deployment failing: a"), NOW)
    assert row_verdict(ClusterRow(ecs=pending, swept=bad)).words == "1 deployment failing: a"
    fine = Swept(Health(Level.FINE), NOW)
    assert row_verdict(ClusterRow(ecs=pending, swept=fine)).words == "1 task pending"


def statistics(**counts: int) -> tuple[ecs.KeyValuePair, ...]:
    return tuple(ecs.KeyValuePair(name, str(count)) for name, count in counts.items())


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (
            ClusterRow(ecs=ecs.Cluster(statistics=statistics(runningFargateTasksCount=1))),
            "ECS Fargate",
        ),
        (ClusterRow(ecs=ecs.Cluster(registered_container_instances_count=2)), "ECS EC2"),
        (
            ClusterRow(
                ecs=ecs.Cluster(
                    registered_container_instances_count=2,
                    statistics=statistics(activeFargateServiceCount=1),
                )
            ),
            "ECS mixed",
        ),
        (
            ClusterRow(ecs=ecs.Cluster(capacity_providers=("FARGATE", "FARGATE_SPOT"))),
            "ECS Fargate",
        ),
        (ClusterRow(ecs=ecs.Cluster(capacity_providers=("FARGATE", "mine"))), "ECS mixed"),
        (ClusterRow(ecs=ecs.Cluster()), "ECS"),
        (ClusterRow(eks=eks.Cluster()), "EKS"),
        (ClusterRow(eks=eks.Cluster(compute_config=eks.Compute(enabled=True))), "EKS Auto"),
        (ClusterRow(eks=eks.Cluster(outpost_config=eks.Outpost(("arn",)))), "EKS local"),
        (
            ClusterRow(eks=eks.Cluster(connector_config=eks.Connector(provider="EKS_ANYWHERE"))),
            "connected EKS ANYWHERE",
        ),
        (ClusterRow(), None),
    ],
)
def test_the_kind_of_a_cluster(row: ClusterRow, kind: str | None) -> None:
    assert kind_of(row) == kind
