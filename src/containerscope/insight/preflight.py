"""What must be so before a session opens in a task, a pod or on an instance, and what mends it.

Source: ECS developer guide, "Monitor Amazon ECS containers with ECS Exec", and its checker script.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from containerscope.insight.iam_access import Answer
from containerscope.model import arn
from containerscope.model.ecs_task import Container, TaskWhole
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.model.health import Level
from containerscope.plan import Note

CHANNELS = (
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
"""What the agent in the container does in the name of the task role."""
_AGENT = "ExecuteCommandAgent"
_FIRST_PLATFORM = {"LINUX": (1, 4, 0), "WINDOWS": (1, 0, 0)}


@dataclass(frozen=True)
class Check:
    """One thing that must be so."""

    name: str
    passed: bool | None
    """None where it could not be told."""
    words: str
    fix: str = ""
    needed: bool = True
    """Whether nothing can be opened without it, for certain."""

    @property
    def level(self) -> Level:
        """How bad it is."""
        if self.passed:
            return Level.FINE
        if self.passed is None:
            return Level.NONE
        return Level.FAILED if self.needed else Level.WARNING

    @property
    def note(self) -> Note:
        """The line of a preview."""
        mark = {True: "ok", None: "not known"}.get(self.passed, "")
        lead = f"{self.name} {mark}".rstrip()
        words = f"{lead}: {self.words}" if self.words else lead
        return Note(f"{words} – {self.fix}" if self.fix and not self.passed else words, self.level)


@dataclass(frozen=True)
class WayOut:
    """How the agent in a container reaches Session Manager."""

    reached: bool | None = None
    words: str = ""
    vpc: str = ""


@dataclass(frozen=True)
class ExecFacts:
    """What is known about a container of a task."""

    cluster: str
    task: TaskWhole
    container: str
    definition: TaskDefinition | None = None
    allowed: Mapping[str, Answer] = field(default_factory=dict)
    """What the task role may do, by action; empty where that could not be told."""
    unread: str = ""
    """Why the role's permissions are not known."""
    way_out: WayOut = WayOut()
    key: str = ""
    """The KMS key that sessions of the cluster are encrypted with."""
    plugin: str = ""
    """What speaks with the agent; empty where there is none."""
    region: str = ""
    recorded: str = ""
    """The log group or bucket that sessions are recorded in; empty for the task's own logs."""

    @property
    def within(self) -> Container | None:
        """The container itself."""
        every = self.task.containers or ()
        return next((each for each in every if each.name == self.container), None)

    @property
    def agent(self) -> str:
        """The status of its agent; empty without one."""
        found = (self.within.managed_agents if self.within else ()) or ()
        return next((each.last_status or "" for each in found if each.name == _AGENT), "")

    @property
    def role(self) -> str:
        """The ARN of the task role; empty without one."""
        override = self.task.overrides.task_role_arn if self.task.overrides else ""
        own = self.definition.task_role_arn if self.definition else ""
        return override or own or ""


def first_lacking(checks: Sequence[Check]) -> Check | None:
    """The first of those without which nothing can be opened; None if something can."""
    return next((each for each in checks if each.needed and each.passed is False), None)


def blocked(checks: Sequence[Check]) -> str:
    """Why nothing can be opened, and what to do about it; empty if something can."""
    found = first_lacking(checks)
    return "" if found is None else f"{found.words} – {found.fix}"


def exec_checks(facts: ExecFacts) -> tuple[Check, ...]:
    """Everything that ECS Exec needs, the surest first."""
    return (
        running_check(facts),
        _flag(facts),
        _agent(facts),
        *_role(facts),
        _network(facts),
        _root(facts),
        *_platform(facts),
        *_recording(facts),
        plugin_check(facts.plugin),
    )


def _recording(facts: ExecFacts) -> tuple[Check, ...]:
    if not facts.recorded:
        return ()
    return (Check("recording", True, f"what is shown is kept in {facts.recorded}", needed=False),)


def running_check(facts: ExecFacts) -> Check:
    """The task and the container run."""
    task, within = facts.task, facts.within
    if task.last_status != "RUNNING":
        state = (task.last_status or "gone").lower()
        fix = "only a task that runs can be entered; choose another, or wait until it runs"
        return Check("task", False, f"the task is {state}", fix)
    if within is None:
        names = ", ".join(each.name or "?" for each in task.containers or ())
        words = f"the task has no container {facts.container or '?'}"
        return Check("container", False, words, f"it has {names or 'none'}")
    if within.last_status not in (None, "RUNNING"):
        words = f"container {facts.container} is {(within.last_status or '').lower()}"
        return Check("container", False, words, "its logs say why; enter another one")
    return Check("task", True, "running")


def _flag(facts: ExecFacts) -> Check:
    if facts.task.enable_execute_command:
        return Check("ECS Exec", True, "enabled for this task")
    words = "the task was started without ECS Exec"
    service = facts.task.service
    if service:
        fix = (
            f"aws ecs update-service --cluster {facts.cluster} --service {service} "
            "--enable-execute-command --force-new-deployment"
        )
    else:
        fix = "run it again with --enable-execute-command; a running task cannot be changed"
    return Check("ECS Exec", False, words, fix)


def _agent(facts: ExecFacts) -> Check:
    status = facts.agent
    if status == "RUNNING":
        return Check("agent", True, f"{_AGENT} runs in {facts.container}")
    if not facts.task.enable_execute_command:
        return Check("agent", None, "there is none without ECS Exec")
    if status == "PENDING":
        words = f"{_AGENT} is still starting in {facts.container}"
        return Check("agent", False, words, "wait some seconds and try again")
    found = (facts.within.managed_agents if facts.within else ()) or ()
    reason = next((each.reason for each in found if each.name == _AGENT and each.reason), "")
    words = f"{_AGENT} of {facts.container} is {status.lower() or 'not there'}"
    fix = "stop the task so that a new one starts; if it stops again, see role and network below"
    return Check("agent", False, f"{words}: {reason}" if reason else words, fix)


def _role(facts: ExecFacts) -> tuple[Check, ...]:
    if facts.definition is None and not facts.role:
        return (Check("task role", None, facts.unread or "the definition could not be read"),)
    if not facts.role:
        words = "the task has no role in whose name the agent could open its channels"
        fix = f"give it a taskRoleArn that allows {', '.join(CHANNELS)}"
        return (Check("task role", False, words, fix, needed=False),)
    name = arn.name_of(facts.role)
    if not facts.allowed:
        why = facts.unread or "its policies could not be read"
        return (Check("task role", None, f"{name}: {why}", needed=False),)
    lacking = _lacking(facts.allowed, CHANNELS)
    checks: tuple[Check, ...]
    if lacking:
        what = "ssmmessages" if len(lacking) > 1 else lacking[0]
        words = f"{name} does not allow {what}"
        fix = f'allow on "*": {", ".join(lacking)}'
        checks = (Check("task role", False, words, fix, needed=False),)
    else:
        checks = (Check("task role", True, f"{name} allows ssmmessages"),)
    if facts.key and _lacking(facts.allowed, ("kms:Decrypt",)):
        words = f"sessions are encrypted with {arn.name_of(facts.key)}; {name} may not kms:Decrypt"
        fix = f"allow kms:Decrypt on {facts.key} to it"
        checks = (*checks, Check("encryption", False, words, fix, needed=False))
    return checks


def _lacking(allowed: Mapping[str, Answer], actions: Sequence[str]) -> tuple[str, ...]:
    no = (Answer.DENIED, Answer.NOT_ALLOWED)
    return tuple(action for action in actions if allowed.get(action) in no)


def _network(facts: ExecFacts) -> Check:
    way = facts.way_out
    if way.reached is not False:
        return Check("network", way.reached, way.words, needed=False)
    fix = (
        f"make an interface endpoint for com.amazonaws.{facts.region}.ssmmessages in "
        f"{way.vpc or 'its VPC'}, or give its subnet a NAT gateway"
    )
    return Check("network", False, way.words, fix, needed=False)


def _root(facts: ExecFacts) -> Check:
    every = (facts.definition.container_definitions if facts.definition else ()) or ()
    found = next((each for each in every if each.name == facts.container), None)
    if found is None:
        return Check("root filesystem", None, "the definition could not be read", needed=False)
    if not found.readonly_root_filesystem:
        return Check("root filesystem", True, "writable")
    words = f"the root filesystem of {facts.container} is read-only; the agent has to write"
    fix = "set readonlyRootFilesystem to false in the task definition, and deploy it"
    return Check("root filesystem", False, words, fix, needed=False)


def _platform(facts: ExecFacts) -> tuple[Check, ...]:
    version = facts.task.platform_version
    if not version:
        return ()
    family = "WINDOWS" if (facts.task.platform_family or "").upper()[:3] == "WIN" else "LINUX"
    numbers = tuple(int(part) for part in version.split(".") if part.isdecimal())
    first = _FIRST_PLATFORM[family]
    if not numbers or numbers >= first:
        return (Check("Fargate platform", True, version),)
    least = ".".join(map(str, first))
    words = f"Fargate platform {version} is older than {least}"
    fix = f"deploy with --platform-version {least} or LATEST"
    return (Check("Fargate platform", False, words, fix),)


def plugin_check(plugin: str) -> Check:
    """There is something that speaks with the agent."""
    if plugin:
        return Check("plugin", True, plugin)
    words = "session-manager-plugin is not on the PATH"
    fix = (
        "install it: docs.aws.amazon.com/systems-manager/latest/userguide/"
        "session-manager-working-with-install-plugin.html"
    )
    return Check("plugin", False, words, fix)
