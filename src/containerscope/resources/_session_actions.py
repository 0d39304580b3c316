"""What opens something in a task: shells, commands, ports and files; and what pods share of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from containerscope.insight import copy_plans as copies
from containerscope.insight import forward_plans as forwarding
from containerscope.insight import session_plans as plans
from containerscope.model.ecs_task import Task
from containerscope.model.listing import ApiError, Item, Missing, Problem, Why
from containerscope.plan import Ask, Option
from containerscope.resource import Action, Clients, Scope
from containerscope.resources import _ecs
from containerscope.resources._task_list import listed
from containerscope.resources._task_whole import describe_whole

# What looks into a container is imported when somebody wants to go there.
if TYPE_CHECKING:
    from containerscope.insight.preflight import ExecFacts

_ECS_READS = (
    "iam:SimulatePrincipalPolicy",
    "ec2:DescribeRouteTables",
    "ec2:DescribeVpcEndpoints",
)
"""What the checks before a session read beside the task, each of which may be denied."""
ECS_EXEC = ("ecs:ExecuteCommand", *_ECS_READS)
HOST_SESSION = ("ssm:StartSession", "ssm:DescribeInstanceInformation")
_ASIDE = ("ecs-service-connect-", "aws-guardduty-agent", "aws-otel", "envoy", "log_router")
"""How the names of containers begin that stand beside the one that does the work."""
_TASKS = 100
LONGEST = 4000
"""Characters of a command."""
PORTS = Ask("ports", hint="[LOCAL:][HOST:]PORT", characters="[A-Za-z0-9.:-]*", longest=300)

Look = Callable[[Clients, Scope, Item[Any], str], Awaitable[Any]]
Parts = Callable[[Clients, Scope, Item[Any]], Awaitable[tuple[Option, ...]]]


def sessions(make: Callable[[str], Action[Any]], parts: Parts | None = None) -> Action[Any]:
    """An action whose thing has parts: `make` gives it for one of them, empty for the first."""
    return replace(make(""), parts=parts, of_part=make if parts else None)


# Tasks, their containers, and services by one of their tasks


async def task_facts(clients: Clients, scope: Scope, item: Item[Any], part: str) -> ExecFacts:
    """Of a container of a task."""
    from containerscope.resources._exec_facts import exec_facts

    return await exec_facts(clients, _ecs.cluster_of(scope, item), item.key, part)


async def container_facts(clients: Clients, scope: Scope, item: Item[Any], part: str) -> ExecFacts:
    """Of a container that is a row of its own."""
    from containerscope.resources._exec_facts import exec_facts

    known = "" if isinstance(item.value, Missing) else item.value.task_arn or ""
    cluster = _ecs.cluster_of(scope, item)
    return await exec_facts(clients, cluster, known or scope.parent, item.name)


async def service_facts(clients: Clients, scope: Scope, item: Item[Any], part: str) -> ExecFacts:
    """Of a container of one of a service's tasks: `TASK CONTAINER`, or of the newest that runs."""
    from containerscope.resources._exec_facts import exec_facts

    cluster = _ecs.cluster_of(scope, item)
    task, _, container = part.partition(" ")
    if not task:
        running = await _running(clients, scope, item)
        task = running[0].task_arn or ""
    return await exec_facts(clients, cluster, task, container)


async def _running(clients: Clients, scope: Scope, item: Item[Any]) -> list[Any]:
    """The tasks of a service that run, the newest first; ApiError without any."""
    cluster = _ecs.cluster_of(scope, item)
    names: list[str] = []
    async for page in listed(clients, cluster, scope.within(service=item.name, parent="")):
        names += page.items
    found = await describe_whole(clients, cluster, names[:_TASKS]) if names else None
    tasks = [each for each in (found.items if found else ()) if each.last_status == "RUNNING"]
    if not tasks:
        message = f"{item.name} has no task that runs"
        remedy = "see its events and stopped tasks for why"
        raise ApiError(Problem(Why.FAILED, "ecs:ListTasks", message, remedy=remedy))
    tasks.sort(key=lambda each: str(each.started_at or ""), reverse=True)
    # One that can be entered goes before a newer one that cannot yet.
    tasks.sort(key=_unready)
    return tasks


def _unready(task: Any) -> bool:
    agents = (agent for each in task.containers or () for agent in each.managed_agents or ())
    return not any(agent.last_status == "RUNNING" for agent in agents)


def first_names(names: list[str]) -> list[str]:
    """Containers, those last that stand beside the one that does the work."""
    return sorted(names, key=lambda name: name.startswith(_ASIDE))


async def task_parts(clients: Clients, scope: Scope, item: Item[Task]) -> tuple[Option, ...]:
    """The containers of a task."""
    if isinstance(item.value, Missing):
        page = await describe_whole(clients, _ecs.cluster_of(scope, item), [item.key])
        found: Any = page.items[0].containers if page.items else ()
    else:
        found = item.value.containers
    by_name = {each.name or "": (each.last_status or "").lower() for each in found or ()}
    return tuple(Option(name, f"{name}  {by_name[name]}") for name in first_names(list(by_name)))


async def service_parts(clients: Clients, scope: Scope, item: Item[Any]) -> tuple[Option, ...]:
    """The containers of each of a service's tasks that run."""
    options = []
    for task in await _running(clients, scope, item):
        name = (task.task_arn or "").rsplit("/", 1)[-1]
        address = task.interface("privateIPv4Address")
        for container in first_names([each.name or "" for each in task.containers or ()]):
            place = " ".join(filter(None, (task.availability_zone, address)))
            options.append(
                Option(f"{task.task_arn} {container}", f"{name[:12]} {container}  {place}")
            )
    return tuple(options)


def why_not_entered(item: Item[Any]) -> str:
    """Why nobody can go into a task or a container, as far as its row tells."""
    status = getattr(item.value, "last_status", None)
    if isinstance(item.value, Missing) or status in (None, "RUNNING", "PENDING", "ACTIVATING"):
        return ""
    return f"it is {status.lower()}"


def _ecs_shell(look: Look, part: str, when: Callable[[Item[Any]], str]) -> Action[Any]:
    return Action(
        "shell",
        f"Open a shell in {part_words(part)}",
        "Open a shell in a container (ECS Exec)",
        lambda clients, scope, item: look(clients, scope, item, part),
        lambda live, _: plans.plan_exec(live, plans.SHELL),
        ECS_EXEC,
        when=when,
        key="shell",
        opens="terminal",
    )


def _ecs_exec(look: Look, part: str, when: Callable[[Item[Any]], str]) -> Action[Any]:
    return Action(
        "exec",
        f"Run a command in {part_words(part)}",
        "Run one command in a container (ECS Exec)",
        lambda clients, scope, item: look(clients, scope, item, part),
        plans.plan_exec,
        ECS_EXEC,
        when=when,
        key="exec",
        asks=Ask("command", hint="COMMAND", characters=".*", longest=LONGEST),
        opens="command",
    )


def part_words(part: str) -> str:
    """`web of`, in front of what a container is in."""
    name = part.rpartition(" ")[2]
    return f"{name} of" if name else "a container of"


def _ecs_forward(look: Look, part: str, when: Callable[[Item[Any]], str]) -> Action[Any]:
    return Action(
        "forward",
        f"Forward a port of {part_words(part)}",
        "Forward a port of a container, or of a host it reaches",
        lambda clients, scope, item: look(clients, scope, item, part),
        forwarding.plan_task_forward,
        (*HOST_SESSION[:1], *_ECS_READS),
        when=when,
        key="forward",
        asks=PORTS,
        answer=forwarding.task_ports,
        opens="forward",
    )


def _copying(look: Look, part: str, when: Callable[[Item[Any]], str], into: bool) -> Action[Any]:
    way = "into" if into else "out of"
    return Action(
        f"copy-{'in' if into else 'out'}",
        f"Copy a file {way} {part_words(part)}",
        f"Copy a file or folder {way} a container",
        lambda clients, scope, item: look(clients, scope, item, part),
        partial(copies.plan_copy, into=into),
        (),
        when=when,
        asks=Ask(
            "from to", hint=copies.HOW[into].removeprefix("give "), characters=".*",
            longest=LONGEST,
        ),
        opens="copy",
    )  # fmt: skip


COPIES = (partial(_copying, into=False), partial(_copying, into=True))
"""What makes the actions that copy: out of a container, and into it."""


def ecs_actions(
    look: Look, parts: Parts | None = None, when: Callable[[Item[Any]], str] = lambda _: ""
) -> tuple[Action[Any], ...]:
    """A shell and one command, for rows whose container `look` finds."""
    return tuple(
        sessions(lambda part, make=make: make(look, part, when), parts)  # type: ignore[misc]
        for make in (_ecs_shell, _ecs_exec, _ecs_forward, *COPIES)
    )
