"""What copying a file sends, and whether it can be: of tasks and pods."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from containerscope.insight.preflight import Check, ExecFacts, exec_checks
from containerscope.insight.session_plans import (
    LivePod,
    exec_named,
    exec_target,
    pod_checks,
    pod_step,
    session_step,
)
from containerscope.plan import Request, Step

HOW = {True: "give LOCAL REMOTE", False: "give REMOTE LOCAL"}
"""By whether it goes into the container."""


def sides(answer: str) -> tuple[str, str] | None:
    """From and to; None where that is not what was said."""
    try:
        words = shlex.split(answer)
    except ValueError:
        return None
    return (words[0], words[1]) if len(words) == 2 else None


def plan_copy(live: Any, answer: str, *, into: bool) -> Step:
    """A file or a folder into a container, or out of it."""
    given = sides(answer)
    said: Sequence[Check] = ()
    if given is None:
        said = (Check("files", False, "no two names were given", HOW[into]),)
    source, target = given or ("", "")
    words = f"{source} → {target}" if given else "a file"
    tool = "tar x" if into else "tar c"
    if isinstance(live, LivePod):
        request = Request("kubernetes", "exec", live.where, {"command": [tool]})
        return pod_step(live, (*pod_checks(live), *said), request, words)
    facts: ExecFacts = live
    where = {"cluster": facts.cluster, "task": facts.task.task_arn, "container": facts.container}
    request = Request("ecs", "ExecuteCommand", where, {"command": tool, "interactive": True})
    step = session_step(
        exec_named(facts),
        facts.task.task_arn or "",
        facts.cluster,
        (*exec_checks(facts), *said),
        request,
        words,
        exec_target(facts),
    )
    return step
