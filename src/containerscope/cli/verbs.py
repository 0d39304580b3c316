"""The verbs of the command line that change something, each named as the action that it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verb:
    """`containerscope VERB KIND NAME`; which kinds it takes the actions of resources say."""

    name: str
    about: str
    many: bool = False
    """Whether it takes several names, where the action does."""
    answer: str = ""
    """The argument after the name, as the help calls it; empty for none."""
    option: str = ""
    """In place of an argument, the option that gives the answer."""
    option_about: str = ""


VERBS: tuple[Verb, ...] = (
    Verb(
        "scale",
        "Set the desired number: `scale service NAME COUNT`, `scale nodegroup NAME COUNT`.\n\n"
        "Only the number is sent. What has changed since it was read is reported and not"
        " overwritten.",
        answer="COUNT",
    ),
    Verb("stop", "Stop tasks: `stop task ID…`; each has a result of its own.", many=True),
    Verb(
        "restart",
        "Replace every task of services by new ones: `restart service NAME…`.",
        many=True,
    ),
    Verb(
        "rollback",
        "Stop the running deployment of a service and roll it back: `rollback service NAME`.\n\n"
        "Where none is under way, or with --to, the task definition of an earlier revision is"
        " deployed.",
        option="--to",
        option_about="Task definition or service revision to go back to.",
    ),
    Verb(
        "continue",
        "Let a deployment go on from the hook at which it waits: `continue service NAME`.",
    ),
    Verb(
        "reject",
        "Roll a deployment back from the hook at which it waits: `reject service NAME`.",
    ),
    Verb(
        "run",
        "Run a task once: `run service NAME`, `run taskdef FAMILY[:REVISION]`.\n\n"
        "It takes network and capacity from the service; with --wait it is followed until it runs,"
        " or to the reason why it does not.",
        option="--as-in",
        option_about="CLUSTER/SERVICE whose network and capacity a task of a definition takes.",
    ),
    Verb(
        "set-bounds",
        "Set minimum and maximum of a service's auto scaling: `set-bounds service NAME 2-10`.",
        answer="MIN-MAX",
    ),
    Verb(
        "suspend-scaling",
        "Suspend the auto scaling of services: `suspend-scaling service NAME…`.",
        many=True,
    ),
    Verb(
        "resume-scaling",
        "Resume the auto scaling of services: `resume-scaling service NAME…`.",
        many=True,
    ),
    Verb(
        "run-schedule",
        "Make a scheduled change of a service's scaling now: `run-schedule service NAME SCHEDULE`.",
        answer="SCHEDULE",
    ),
    Verb(
        "protect",
        "Protect tasks from scale-in and deployments for two hours: `protect task ID…`.",
        many=True,
    ),
    Verb("unprotect", "End the protection of tasks: `unprotect task ID…`.", many=True),
    Verb(
        "drain",
        "Have the tasks of container instances moved elsewhere: `drain instance ID…`.",
        many=True,
    ),
    Verb(
        "activate", "Let container instances have tasks again: `activate instance ID…`.", many=True
    ),
    Verb(
        "set-unavailable",
        "Set how many nodes of a node group, or which share of them, an update takes at once:"
        " `set-unavailable nodegroup NAME 2`, `… NAME 25%`.",
        answer="COUNT",
    ),
    Verb(
        "update-ami", "Update a node group to the newest AMI release: `update-ami nodegroup NAME`."
    ),
)
