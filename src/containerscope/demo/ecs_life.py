"""How a task lives: from its launch to RUNNING and, where its fate or someone ends it, to STOPPED.

A task that just runs has nothing on the agenda. How long its steps take follows from its id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from containerscope.demo import ecs_death
from containerscope.demo.ecs_death import stop
from containerscope.demo.ecs_state import Cluster, Exit, Task
from containerscope.demo.ids import number
from containerscope.demo.world import World

Step = Callable[[World, Cluster, Task], None]


def launch(world: World, cluster: Cluster, task: Task) -> Task:
    """The task, now of its cluster and on its way to RUNNING, if it has a place to go to."""
    task.status = "PROVISIONING"
    cluster.add_task(task)
    if task.launch_type != "EC2" or task.instance:
        place(world, cluster, task)
    world.task_changed(cluster, task)
    return task


def place(world: World, cluster: Cluster, task: Task) -> None:
    """Let a task that has a place go on; without an interface of its own it goes faster."""
    now = world.now()
    wait = 3 + number(3, "eni", task.id) if has_interface(task) else 1
    _then(world, cluster, task, now + wait, _wait)


def adopt(world: World, cluster: Cluster, task: Task) -> None:
    """Let a task that was laid out in the midst of its life live on from now."""
    if task.status == "STOPPED":
        task.seen_to = True
        ecs_death.forget_later(world, cluster, task)
    elif task.status == "RUNNING":
        task.registered = True
        if world.fates:
            follow(world, cluster, task)
    else:
        steps: dict[str, Step] = {"PROVISIONING": _wait, "PENDING": _pull, "ACTIVATING": _run}
        if task.pull_started_at:
            steps["PENDING"] = _pulled
        wait = 4 + number(8, "adopted", task.id)
        _then(world, cluster, task, world.now() + wait, steps[task.status])


def follow(world: World, cluster: Cluster, task: Task) -> None:
    """Put on the agenda what the task's fate, or its health check, does to it next, if anything.

    Called again when its fate has changed.
    """
    if not task.alive or task.status != "RUNNING":
        return
    fate = world.fate(cluster, task)
    due: list[tuple[float, Step]] = []
    if task.health == "UNKNOWN" and checked(task):
        due.append((task.started_at + 12 + number(18, "healthy", task.id), _heal))
    if fate.exits_after:
        due.append((task.started_at + _spread(fate.exits_after, task), _exit))
    if fate.unhealthy_after and checked(task) and task.health != "UNHEALTHY":
        due.append((task.started_at + _spread(fate.unhealthy_after, task), _sicken))
    if task.health == "UNHEALTHY" and not fate.unhealthy_after:
        due.append((world.now() + 15, _heal))
    if not due:
        return
    at, step = min(due, key=lambda each: each[0])
    if at <= world.now():
        # What should have come long ago still comes to one task after the other.
        within = fate.exits_after if step is _exit else 45.0
        at = world.now() + number(int(within) + 1, "late", task.id)
    _then(world, cluster, task, at, step)


def checked(task: Task) -> bool:
    """Whether an essential container has a health check."""
    return any("healthCheck" in each for each in task.definition.containers if each["essential"])


def has_interface(task: Task) -> bool:
    """Whether the task has a network interface of its own."""
    return bool(task.definition.body["networkMode"] == "awsvpc")


def _spread(seconds: float, task: Task) -> float:
    """About that long, but not the same for every task."""
    return seconds * (0.85 + number(31, "spread", task.id) / 100)


def _then(world: World, cluster: Cluster, task: Task, at: float, step: Step) -> None:
    if task.step is not None:
        task.step.cancel()
    task.step = world.agenda.at(at, partial(step, world, cluster, task))


def _move(world: World, cluster: Cluster, task: Task, status: str) -> None:
    task.status = status
    world.task_changed(cluster, task)


def _wait(world: World, cluster: Cluster, task: Task) -> None:
    """The interface is there: the agent gets to know of the task."""
    _then(world, cluster, task, world.now() + 4 + number(3, task.id), _pull)
    _move(world, cluster, task, "PENDING")


def _pull(world: World, cluster: Cluster, task: Task) -> None:
    """Secrets, volumes and log drivers are set up; then the images are pulled."""
    fate = world.fate(cluster, task)
    if fate.init_error:
        _then(world, cluster, task, world.now() + 8 + number(15, "init", task.id), _lack)
        return
    task.pull_started_at = world.now()
    if fate.pull_error:
        _then(world, cluster, task, world.now() + 12 + number(20, "pull", task.id), _miss)
    else:
        _then(world, cluster, task, world.now() + 6 + number(9, "pull", task.id), _pulled)


def _lack(world: World, cluster: Cluster, task: Task) -> None:
    """A secret, a volume or a log driver could not be set up."""
    reason = world.fate(cluster, task).init_error
    if reason:
        stop(world, cluster, task, "TaskFailedToStart", reason)
    else:
        _pull(world, cluster, task)


def _miss(world: World, cluster: Cluster, task: Task) -> None:
    """The image could not be pulled."""
    reason = world.fate(cluster, task).pull_error
    if reason:
        main = task.definition.containers[0]["name"]
        exits = {main: Exit(None, reason)}
        stop(world, cluster, task, "TaskFailedToStart", reason, exits)
    else:
        _pulled(world, cluster, task)


def _pulled(world: World, cluster: Cluster, task: Task) -> None:
    """The images are there: containers are created."""
    if world.fate(cluster, task).pull_error:
        _miss(world, cluster, task)
        return
    task.pull_stopped_at = world.now()
    _then(world, cluster, task, world.now() + 2 + number(5, "start", task.id), _run)
    _move(world, cluster, task, "ACTIVATING")


def _run(world: World, cluster: Cluster, task: Task) -> None:
    task.started_at = world.now()
    task.status = "RUNNING"
    follow(world, cluster, task)
    world.task_changed(cluster, task)


def _heal(world: World, cluster: Cluster, task: Task) -> None:
    task.health = "HEALTHY"
    follow(world, cluster, task)
    world.task_changed(cluster, task)


def _sicken(world: World, cluster: Cluster, task: Task) -> None:
    """The container health check has failed as often as it may."""
    if world.fate(cluster, task).unhealthy_after:
        task.health = "UNHEALTHY"
        world.task_changed(cluster, task)
    follow(world, cluster, task)


def _exit(world: World, cluster: Cluster, task: Task) -> None:
    """The main container ends by itself, and takes the others with it."""
    fate = world.fate(cluster, task)
    if not fate.exits_after:
        follow(world, cluster, task)
        return
    main, *others = task.definition.containers
    exits: Mapping[str, Exit] = {
        main["name"]: Exit(fate.exit_code, fate.exit_reason),
        **{each["name"]: Exit(0) for each in others},
    }
    reason = "Essential container in task exited"
    stop(world, cluster, task, "EssentialContainerExited", reason, exits)
