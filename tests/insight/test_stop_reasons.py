"""Why a task died, from what ECS says of it."""

from __future__ import annotations

import pytest

from containerscope.insight.stop_reasons import explain, told_to_stop
from containerscope.insight.task_health import container_health, task_changing, task_health
from containerscope.model.ecs_task import ContainerState, Task
from containerscope.model.health import FINE, Health, Level

PULL = "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
INIT = "ResourceInitializationError: "


def dead(
    reason: str = "",
    code: str = "",
    *containers: ContainerState,
    group: str = "service:web",
) -> Task:
    return Task(
        group=group,
        last_status="STOPPED",
        desired_status="STOPPED",
        stopped_reason=reason or None,
        stop_code=code or None,
        containers=containers,
    )


def ended(code: int | None, reason: str | None = None) -> ContainerState:
    return ContainerState(name="app", last_status="STOPPED", exit_code=code, reason=reason)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (PULL + "failed to resolve ref repo/app:9: not found", "CannotPullContainer: not found"),
        (PULL + "manifest unknown", "CannotPullContainer: not found"),
        (
            "CannotPullContainerError: There is a connection issue between the task and Amazon "
            "ECR. Check your task network configuration.",
            "CannotPullContainer: no route",
        ),
        (PULL + "dial tcp 10.0.0.1:443: i/o timeout", "CannotPullContainer: no route"),
        (
            "CannotPullContainerError: The task cannot pull repo/app from ECR. Check that the role "
            "has the permissions to pull images from the registry.",
            "CannotPullContainer: denied",
        ),
        (PULL + "toomanyrequests: You have reached your pull rate limit", "image pull rate limit"),
        (PULL + "write /var/lib: no space left on device", "disk full pulling image"),
        (PULL + "pull access denied for app", "CannotPullContainer: denied"),
        (
            PULL + "image Manifest does not contain descriptor matching platform 'linux/arm64'",
            "wrong CPU architecture",
        ),
        ("CannotPullContainerError: something new", "CannotPullContainer"),
        (
            INIT + "unable to pull secrets or registry auth: execution resource retrieval failed: "
            "unable to retrieve secret from asm: AccessDeniedException: not authorized to perform: "
            "secretsmanager:GetSecretValue",
            "secret denied",
        ),
        (INIT + "unable to pull secrets or registry auth: timed out", "secret not readable"),
        (
            INIT + "failed to validate logger args: create stream has been retried: failed to "
            "initialize logging driver",
            "log driver failed",
        ),
        (
            INIT + "failed to invoke EFS utils commands to set up EFS volumes: stderr: mount.nfs4",
            "EFS mount failed",
        ),
        (INIT + "something new", "ResourceInitialization"),
        (
            "Unexpected EC2 error while attempting to Create Network Interface with public IP in "
            "subnet 'subnet-1': InsufficientFreeAddressesInSubnet",
            "subnet out of IPs",
        ),
        ("Task failed container health checks", "failed health checks"),
        (
            "Task failed ELB health checks in (target-group arn:aws:x)",
            "failed ELB health checks",
        ),
        ("CannotStartContainerError: failed to get container status", "CannotStartContainer"),
        ("CannotInspectContainerError: timeout", "runtime unhealthy"),
        ("Your Spot Task was interrupted.", "Spot interrupted"),
        ("Host EC2 (instance i-0abc) stopped/terminated.", "host i-0abc gone"),
        ("InternalError: eni attachment timeout", "AWS internal error"),
        (
            "The selected task definition is not compatible with the selected compute strategy",
            "wrong launch type",
        ),
    ],
)
def test_a_reason_of_the_task_becomes_words_a_cause_and_a_fix(reason: str, words: str) -> None:
    verdict = explain(dead(reason, "TaskFailedToStart"))
    assert verdict.words == words
    assert verdict.bad
    assert verdict.cause
    assert verdict.said == reason


@pytest.mark.parametrize(
    ("code", "reason", "words"),
    [
        (137, "OutOfMemoryError: container killed due to memory usage", "OOM killed (137)"),
        (137, None, "killed (137)"),
        (139, None, "SIGSEGV (139)"),
        (134, None, "aborted (134)"),
        (127, None, "command not found (127)"),
        (126, None, "not executable (126)"),
        (1, None, "exit 1"),
    ],
)
def test_an_exit_code_of_an_essential_container_is_named(
    code: int, reason: str | None, words: str
) -> None:
    said = "Essential container in task exited"
    task = dead(said, "EssentialContainerExited", ended(code, reason))
    assert task_health(task) == Health(Level.FAILED, words)


def test_the_containers_reason_is_believed_before_the_tasks() -> None:
    oom = ended(137, "OutOfMemoryError: container killed due to memory usage")
    assert explain(dead("Task failed container health checks", "", oom)).words == "OOM killed (137)"


@pytest.mark.parametrize("code", [None, 0, 137, 143])
def test_a_task_that_a_deployment_replaced_is_not_red(code: int | None) -> None:
    said = "Scaling activity initiated by (deployment ecs-svc/12)"
    task = dead(said, "ServiceSchedulerInitiated", ended(code))
    assert task_health(task) == Health(Level.NONE, "scaled in")
    assert told_to_stop(task)


def test_a_task_that_does_not_end_cleanly_when_replaced_is_a_warning() -> None:
    said = "Scaling activity initiated by (deployment ecs-svc/12)"
    task = dead(said, "ServiceSchedulerInitiated", ended(1))
    assert task_health(task) == Health(Level.WARNING, "exit 1 on stop")


@pytest.mark.parametrize("code", [0, 137, 143])
def test_a_task_that_a_person_stopped_is_not_red(code: int) -> None:
    task = dead("Task stopped by user", "UserInitiated", ended(code))
    assert task_health(task) == Health(Level.NONE, "stopped by user")


def test_a_standalone_task_that_ended_well_is_complete_and_one_of_a_service_is_not() -> None:
    said, code = "Essential container in task exited", "EssentialContainerExited"
    assert task_health(dead(said, code, ended(0), group="family:x")).words == "completed (0)"
    assert task_health(dead(said, code, ended(0))) == Health(Level.WARNING, "exited (0)")


def test_the_container_that_failed_is_blamed_and_not_the_one_killed_with_it() -> None:
    task = dead(
        "Essential container in task exited", "EssentialContainerExited", ended(137), ended(2)
    )
    assert explain(task).words == "exit 2"


def test_an_unknown_stop_code_is_shown_as_it_came() -> None:
    verdict = explain(dead("A reason of tomorrow. With more.", "BrandNewCode"))
    assert (verdict.level, verdict.words) == (Level.WARNING, "A reason of tomorrow")
    assert explain(dead("", "BrandNewCode")).words == "BrandNewCode"
    assert explain(dead()).words == "stopped"


@pytest.mark.parametrize(
    ("task", "health"),
    [
        (Task(last_status="PROVISIONING"), Health(Level.PROGRESS, "provisioning")),
        (
            Task(last_status="RUNNING", desired_status="STOPPED"),
            Health(Level.PROGRESS, "stopping"),
        ),
        (Task(last_status="RUNNING", desired_status="RUNNING"), FINE),
        (Task(last_status="RUNNING", health_status="UNHEALTHY"), Health(Level.FAILED, "unhealthy")),
        (
            Task(
                last_status="RUNNING",
                containers=(ContainerState(name="web", health_status="UNHEALTHY"),),
            ),
            Health(Level.FAILED, "unhealthy: web"),
        ),
        (
            Task(last_status="RUNNING", containers=(ended(3),)),
            Health(Level.WARNING, "app exited (3)"),
        ),
        (
            Task(last_status="RUNNING", connectivity="DISCONNECTED"),
            Health(Level.WARNING, "agent disconnected"),
        ),
        (Task(last_status="TOMORROW"), Health(Level.NONE, "tomorrow")),
        (Task(), Health(Level.NONE)),
    ],
)
def test_a_living_task_is_judged_by_its_state(task: Task, health: Health) -> None:
    assert task_health(task) == health


def test_a_task_changes_until_it_is_what_it_is_to_be() -> None:
    assert task_changing(Task(last_status="PENDING", desired_status="RUNNING"))
    assert task_changing(Task(last_status="RUNNING", desired_status="STOPPED"))
    assert not task_changing(Task(last_status="RUNNING", desired_status="RUNNING"))
    assert not task_changing(dead())


@pytest.mark.parametrize(
    ("container", "health"),
    [
        (ContainerState(last_status="RUNNING"), FINE),
        (
            ContainerState(last_status="RUNNING", health_status="UNHEALTHY"),
            Health(Level.FAILED, "unhealthy"),
        ),
        (ContainerState(last_status="PENDING"), Health(Level.PROGRESS, "pending")),
        (ended(0), Health(Level.NONE, "exit 0")),
        (ended(137), Health(Level.FAILED, "killed (137)")),
        (ended(None), Health(Level.WARNING, "never started")),
        (
            ended(None, "CannotPullContainerError: x: not found"),
            Health(Level.FAILED, "CannotPullContainer: not found"),
        ),
        (ContainerState(), Health(Level.NONE)),
    ],
)
def test_a_container_is_judged_by_its_state(container: ContainerState, health: Health) -> None:
    assert container_health(container) == health
