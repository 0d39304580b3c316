"""Why a task stopped: container's reason, then the task's, then exit codes, then the stop code."""

from __future__ import annotations

import functools

from containerscope.insight.stop_rules import ALL
from containerscope.insight.verdict import Verdict, judged, shortened
from containerscope.model.ecs_task import ContainerState, Task
from containerscope.model.health import Level

_SCALING = "Scaling activity initiated by"
_AFTER_SIGTERM = frozenset({None, 0, 137, 143})
"""Exit codes of a container that was told to stop: done, killed after the timeout, ended."""
_TOLD_TO_STOP = frozenset(
    {
        "ServiceSchedulerInitiated",
        "UserInitiated",
        "SpotInterruption",
        "TerminationNotice",
        "InfrastructureHealth",
    }
)

_CODES: dict[str, Verdict] = {
    "TaskFailedToStart": Verdict(
        Level.FAILED, "failed to start", "The task failed before its containers ran."
    ),
    "EssentialContainerExited": Verdict(
        Level.FAILED, "container exited", "An essential container ended, and the task with it."
    ),
    "UserInitiated": Verdict(Level.NONE, "stopped by user", "Somebody stopped the task."),
    "ServiceSchedulerInitiated": Verdict(
        Level.NONE, "stopped by service", "The service scheduler stopped the task."
    ),
    "SpotInterruption": Verdict(
        Level.WARNING,
        "Spot interrupted",
        "AWS took the Spot capacity back.",
        "Spread over zones, keep a base on FARGATE, and finish within two minutes of SIGTERM.",
    ),
    "TerminationNotice": Verdict(
        Level.WARNING, "host terminated", "The host below the task was shut down."
    ),
    "InfrastructureHealth": Verdict(
        Level.WARNING, "unhealthy host", "ECS took the task off an unhealthy host."
    ),
}

_EXITS: dict[int, tuple[str, str, str]] = {
    126: ("not executable (126)", "The command is not executable.", "Check entryPoint and mode."),
    127: (
        "command not found (127)",
        "The command is not in the image.",
        "Check entryPoint and command.",
    ),
    134: ("aborted (134)", "The program aborted (SIGABRT).", "Read its last log lines."),
    137: (
        "killed (137)",
        "It was killed (SIGKILL): its host ran out of memory, or it did not end in time.",
        "Handle SIGTERM, raise stopTimeout, and look at the memory of the task.",
    ),
    139: (
        "SIGSEGV (139)",
        "The program crashed in native code (SIGSEGV).",
        "Read its last log lines; keep a core file.",
    ),
    143: ("ended (143)", "The container ended on SIGTERM.", ""),
}


def explain(task: Task) -> Verdict:
    """Why this task stopped or is stopping, in words, with the cause and the fix."""
    said = task.stopped_reason or ""
    containers = task.containers or ()
    if said.startswith(_SCALING):
        return _told_by_the_service(said, containers)
    for text in (*(container.reason or "" for container in containers), said):
        found = stop_rule(text)
        if found is not None:
            return found
    code = task.stop_code or ""
    ended = _first_bad_exit(containers)
    if ended is not None and not (code in _TOLD_TO_STOP and ended.exit_code in _AFTER_SIGTERM):
        return _exit(ended, said)
    if code == "EssentialContainerExited" and any(c.exit_code == 0 for c in containers):
        return _finished(task, said)
    return _by_code(code, said)


def exit_words(code: int) -> str:
    """What an exit code means, with the code: `killed (137)`."""
    return _EXITS[code][0] if code in _EXITS else f"exit {code}"


def told_to_stop(task: Task) -> bool:
    """Whether the task was stopped from outside and not by its own failure."""
    return task.stop_code in _TOLD_TO_STOP and not explain(task).level >= Level.FAILED


@functools.lru_cache(maxsize=4096)
def stop_rule(text: str) -> Verdict | None:
    """The verdict on a reason that ECS gave for a task or a container; None if it is not known."""
    return judged(text, ALL) if text else None


def _told_by_the_service(said: str, containers: tuple[ContainerState, ...]) -> Verdict:
    late = next((c for c in containers if c.exit_code not in _AFTER_SIGTERM), None)
    if late is not None:
        return Verdict(
            Level.WARNING,
            f"exit {late.exit_code} on stop",
            "A deployment or scale-in stopped it, and it did not end cleanly.",
            "Handle SIGTERM in the program.",
            said,
        )
    cause = "A deployment replaced it, or the service was scaled in."
    return Verdict(Level.NONE, "scaled in", cause, said=said)


def _first_bad_exit(containers: tuple[ContainerState, ...]) -> ContainerState | None:
    """The container to blame: not one that was only ended because another one failed."""
    bad = [c for c in containers if c.exit_code]
    return next((c for c in bad if c.exit_code not in (137, 143)), bad[0] if bad else None)


def _exit(container: ContainerState, said: str) -> Verdict:
    code = container.exit_code or 0
    text = container.reason or said
    words, cause, fix = _EXITS.get(
        code,
        (f"exit {code}", f"The program ended with exit code {code}.", "Read its last log lines."),
    )
    level = Level.NONE if code == 143 else Level.FAILED
    name = f"{container.name}: " if container.name else ""
    return Verdict(level, words, name + cause if name else cause, fix, text)


def _finished(task: Task, said: str) -> Verdict:
    if not task.service:
        return Verdict(Level.NONE, "completed (0)", "The task did its work and ended.", said=said)
    return Verdict(
        Level.WARNING,
        "exited (0)",
        "The program ended of itself, although a service should keep running.",
        "Run it in the foreground, or as a scheduled task in place of a service.",
        said,
    )


def _by_code(code: str, said: str) -> Verdict:
    known = _CODES.get(code)
    if known is None:
        level = Level.WARNING if said or code else Level.NONE
        return Verdict(level, shortened(said or code) or "stopped", said=said)
    words = known.words
    if known.level is Level.FAILED and said and not said.startswith("Essential container"):
        words = shortened(said)
    return Verdict(known.level, words, known.cause, known.fix, said)
