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
        "Set the desired number: `scale service NAME COUNT`, `scale nodegroup NAME COUNT`,"
        " `scale deployment NAME COUNT`.\n\n"
        "Only the number is sent. What has changed since it was read is reported and not"
        " overwritten.",
        answer="COUNT",
    ),
    Verb(
        "stop",
        "Stop tasks or pods: `stop task ID…`, `stop pod NAME…`; each has a result of its own.\n\n"
        "A pod is evicted, as its disruption budgets allow it; --by delete or --by kill pass them.",
        many=True,
        option="--by",
        option_about="How a pod is stopped: evict, delete or kill.",
    ),
    Verb(
        "restart",
        "Replace every task of services, or every pod of workloads, by new ones: `restart service"
        " NAME…`, `restart deployment NAME…`.",
        many=True,
    ),
    Verb(
        "rollback",
        "Stop the running deployment of a service and roll it back: `rollback service NAME`.\n\n"
        "Where none is under way, or with --to, the task definition of an earlier revision is"
        " deployed. `rollback deployment NAME` undoes its rollout: the one before, or --to REVISION"
        " of the deployment, stateful set or daemon set.",
        option="--to",
        option_about="Task definition, service revision, or revision of a workload to go back to.",
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
        "Protect tasks from scale-in and deployments: `protect task ID…`.",
        many=True,
        option="--for",
        option_about="Minutes, at most 2880; 120 if it is not given.",
    ),
    Verb("unprotect", "End the protection of tasks: `unprotect task ID…`.", many=True),
    Verb(
        "drain",
        "Have the tasks of container instances, or the pods of nodes, moved elsewhere: `drain"
        " instance ID…`, `drain node NAME…`.\n\n"
        "A node is cordoned and its pods evicted until none is left but those of daemon sets and"
        " mirror pods; where a disruption budget holds one back, it is tried again. ctrl+c stops"
        " that.",
        many=True,
    ),
    Verb("cordon", "Let nodes take no new pods: `cordon node NAME…`.", many=True),
    Verb("uncordon", "Let nodes take pods again: `uncordon node NAME…`.", many=True),
    Verb("pause", "Keep changes from rolling out: `pause deployment NAME…`.", many=True),
    Verb(
        "resume",
        "Let changes roll out, or a schedule start jobs, again: `resume deployment NAME…`, `resume"
        " cronjob NAME…`.",
        many=True,
    ),
    Verb("suspend", "Keep schedules from starting jobs: `suspend cronjob NAME…`.", many=True),
    Verb("trigger", "Run a cron job once now: `trigger cronjob NAME`."),
    Verb(
        "delete",
        "Delete Kubernetes objects of any type: `delete configmap NAME…`, `delete"
        " certificates.cert-manager.io NAME`.\n\n"
        "The server tries it first; what belongs to an object is deleted in the background.",
        many=True,
    ),
    Verb(
        "edit",
        "Edit a Kubernetes object in $VISUAL or $EDITOR: `edit deployment NAME`.\n\n"
        "Only what was changed is sent, with the version that was edited: what somebody else has"
        " changed meanwhile is not overwritten. The server tries it first.",
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
