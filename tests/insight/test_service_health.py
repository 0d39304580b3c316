"""What is wrong with a service, from its counts, its deployments and its events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from containerscope.insight.events import judge_event
from containerscope.insight.service_health import (
    failure_threshold,
    rollout_words,
    service_changing,
    service_verdict,
)
from containerscope.model.ecs_service import (
    Deployment,
    DeploymentCircuitBreaker,
    DeploymentConfiguration,
    Service,
    ServiceEvent,
    ThresholdConfiguration,
)
from containerscope.model.health import Health, Level

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PLACE = "was unable to place a task because no container instance met all of its requirements."


def event(text: str, minutes: float = 1) -> ServiceEvent:
    return ServiceEvent(
        id=text, created_at=NOW - timedelta(minutes=minutes), message=f"(service web) {text}"
    )


def breaker(
    kind: str | None = None, value: int | None = None, *, enable: bool = True
) -> DeploymentConfiguration:
    chosen = None if kind is None else ThresholdConfiguration(type=kind, value=value)
    return DeploymentConfiguration(
        deployment_circuit_breaker=DeploymentCircuitBreaker(
            enable=enable, threshold_configuration=chosen
        )
    )


def primary(
    state: str = "COMPLETED",
    *,
    running: int = 2,
    desired: int = 2,
    failed: int = 0,
    reason: str | None = None,
) -> Deployment:
    return Deployment(
        status="PRIMARY",
        rollout_state=state,
        rollout_state_reason=reason,
        running_count=running,
        desired_count=desired,
        failed_tasks=failed,
        created_at=NOW - timedelta(minutes=10),
    )


def service(
    running: int = 2,
    desired: int = 2,
    *deployments: Deployment,
    pending: int = 0,
    events: tuple[ServiceEvent, ...] = (),
    status: str = "ACTIVE",
    configuration: DeploymentConfiguration | None = None,
) -> Service:
    return Service(
        service_name="web",
        status=status,
        running_count=running,
        desired_count=desired,
        pending_count=pending,
        deployments=deployments or (primary(running=running, desired=desired),),
        events=events,
        deployment_configuration=configuration,
    )


@pytest.mark.parametrize(
    ("service", "health"),
    [
        (service(), Health(Level.FINE)),
        (service(0, 0), Health(Level.NONE, "at rest")),
        (service(status="INACTIVE"), Health(Level.NONE, "inactive")),
        (service(3, 0, status="DRAINING"), Health(Level.PROGRESS, "draining 3")),
        (service(1, 2), Health(Level.WARNING, "1 task short")),
        (service(0, 2), Health(Level.FAILED, "2 tasks short")),
        (service(1, 2, pending=1), Health(Level.PROGRESS, "starting 1")),
        (service(3, 2), Health(Level.PROGRESS, "stopping 1")),
        (
            service(2, 2, primary("IN_PROGRESS", running=1, desired=2)),
            Health(Level.PROGRESS, "deploying 1/2"),
        ),
        (service(2, 5, events=(event(PLACE),)), Health(Level.WARNING, "no capacity for 3 tasks")),
        (service(0, 1, events=(event(PLACE),)), Health(Level.FAILED, "no capacity for 1 task")),
        (
            service(events=(event("(task 1) is unhealthy in (target-group x) due to (reason y)"),)),
            Health(Level.WARNING, "failing ELB health checks"),
        ),
        (Service(), Health(Level.NONE, "at rest")),
    ],
)
def test_a_service_is_judged_by_what_runs_and_what_ecs_said_last(
    service: Service, health: Health
) -> None:
    assert service_verdict(service).health == health


def test_trouble_before_the_last_steady_state_is_over() -> None:
    events = (event("has reached a steady state.", 1), event(PLACE, 2))
    assert service_verdict(service(events=events)).level is Level.FINE


def test_trouble_of_an_older_deployment_is_over() -> None:
    events = (event("has started 1 tasks: (task a).", 1), event(PLACE, 30))
    assert service_verdict(service(events=events)).level is Level.FINE


def test_a_service_named_like_trouble_is_not_in_trouble() -> None:
    said = ServiceEvent(
        message="(service unable-to-place service connect) has reached a steady state."
    )
    assert service_verdict(service(events=(said,))).level is Level.FINE


def test_a_failing_rollout_is_named_by_its_cause_and_counted_against_the_breaker() -> None:
    found = service(
        2,
        20,
        primary("IN_PROGRESS", running=0, desired=20, failed=6),
        configuration=breaker(),
        events=(
            event("(deployment ecs-svc/1) deployment failed: tasks failed to start.", 1),
            event("(task a) CannotPullContainerError: x: manifest unknown", 2),
        ),
    )
    verdict = service_verdict(found)
    assert verdict.health == Health(Level.FAILED, "CannotPullContainer: not found")
    assert "ECS stops it at 10" in verdict.cause
    assert verdict.fix.startswith("Push the tag")
    assert rollout_words(found) == "6/10 failures"


def test_a_few_failures_while_new_tasks_run_are_a_warning() -> None:
    found = service(
        20, 20, primary("IN_PROGRESS", running=9, desired=20, failed=1), configuration=breaker()
    )
    assert service_verdict(found).health == Health(Level.WARNING, "1/10 failures")


def test_without_a_breaker_failures_are_only_counted() -> None:
    found = service(2, 2, primary("IN_PROGRESS", running=0, failed=7))
    assert service_verdict(found).health == Health(Level.FAILED, "7 failures")
    assert "no circuit breaker" in service_verdict(found).cause
    assert rollout_words(found) == "7 failures"


def test_a_rollback_and_a_failed_deployment_are_said() -> None:
    failed = Deployment(
        status="ACTIVE",
        rollout_state="FAILED",
        rollout_state_reason="ECS deployment circuit breaker: tasks failed to start.",
    )
    back = service(2, 2, primary("IN_PROGRESS", running=1), failed)
    assert service_verdict(back).health == Health(Level.FAILED, "rolling back")
    assert rollout_words(back) == "rolling back 1/2"
    over = service(2, 2, primary("FAILED"))
    assert service_verdict(over).health == Health(Level.FAILED, "deployment failed")
    assert rollout_words(over) == "failed"


@pytest.mark.parametrize(
    ("configuration", "desired", "threshold"),
    [
        (None, 10, None),
        (breaker(enable=False), 10, None),
        (breaker(), 1, 3),
        (breaker(), 20, 10),
        (breaker(), 21, 11),
        (breaker(), 1000, 200),
        (breaker("COUNT", 7), 1000, 7),
        (breaker("BOUNDED_PERCENT", 10), 100, 10),
        (breaker("UNBOUNDED_PERCENT", 50), 1000, 500),
        (breaker("UNBOUNDED_PERCENT", 50), 1, 1),
    ],
)
def test_the_breakers_threshold_follows_its_configuration(
    configuration: DeploymentConfiguration | None, desired: int, threshold: int | None
) -> None:
    found = service(0, desired, configuration=configuration)
    assert found.primary is not None
    assert failure_threshold(found, found.primary) == threshold


def test_a_service_changes_while_counts_or_rollouts_move() -> None:
    assert not service_changing(service())
    assert service_changing(service(1, 2))
    assert service_changing(service(pending=1))
    assert service_changing(service(2, 2, primary("IN_PROGRESS")))


@pytest.mark.parametrize(
    ("text", "level", "words"),
    [
        ("has reached a steady state.", Level.FINE, "steady"),
        ("(deployment ecs-svc/1) deployment completed.", Level.FINE, "deployment completed"),
        ("has started 2 tasks: (task a) (task b).", Level.NONE, "started 2"),
        ("has stopped 1 running tasks: (task a).", Level.NONE, "stopped 1"),
        ("registered 1 targets in (target-group x)", Level.NONE, "registered 1"),
        ("deregistered 3 targets in (target-group x)", Level.NONE, "deregistered 3"),
        ("has begun draining connections on 1 tasks.", Level.NONE, "draining connections"),
        (PLACE, Level.FAILED, "no capacity"),
        (
            "was unable to place a task. Reason: Capacity is unavailable at this time.",
            Level.FAILED,
            "no capacity",
        ),
        (
            "was unable to place a task. Reason: You've reached the limit on the number of vCPUs "
            "you can run concurrently.",
            Level.FAILED,
            "service quota reached",
        ),
        (
            "was unable to place tasks in your cluster because the tasks provisioning capacity "
            "limit was exceeded.",
            Level.WARNING,
            "no capacity",
        ),
        ("could not launch 3 tasks for deployment ecs-svc/1", Level.FAILED, "could not launch 3"),
        (
            "is unable to consistently start tasks successfully.",
            Level.FAILED,
            "tasks keep failing",
        ),
        (
            "(instance i-1) (port 80) is unhealthy in (target-group x) due to (reason Timeout)",
            Level.FAILED,
            "failing ELB health checks",
        ),
        (
            "was unable to stop or start tasks during a deployment because of the service "
            "deployment configuration.",
            Level.FAILED,
            "deployment stuck",
        ),
        ("operations are being throttled. Will try again later.", Level.WARNING, "ECS throttled"),
        (
            "was unable to reach steady state. Reason: No Container Instances were found in your "
            "capacity provider.",
            Level.FAILED,
            "no capacity",
        ),
        (
            "(deployment ecs-svc/1) deployment failed: tasks failed to start.",
            Level.FAILED,
            "deployment failed",
        ),
        ("rolling back to deployment ecs-svc/0.", Level.FAILED, "rolling back"),
        (
            "failed to register targets in (target-group x) with (error y)",
            Level.FAILED,
            "targets not registered",
        ),
        (
            "failed to launch a task with (error ECS was unable to assume the role 'arn')",
            Level.FAILED,
            "role misconfigured",
        ),
        (
            "did something unable to be known. And more.",
            Level.WARNING,
            "did something unable to be known",
        ),
        ("did something new.", Level.NONE, "did something new"),
    ],
)
def test_an_event_has_a_severity_and_words(text: str, level: Level, words: str) -> None:
    verdict = judge_event(f"(service web) {text}")
    assert (verdict.level, verdict.words) == (level, words)
    assert verdict.said == f"(service web) {text}"
