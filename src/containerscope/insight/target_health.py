"""The targets behind a service joined to its tasks, and what keeps traffic from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from containerscope.insight.target_reasons import REASONS
from containerscope.insight.verdict import Verdict
from containerscope.model import arn
from containerscope.model.ecs import ContainerInstance
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_task import Container, Task
from containerscope.model.elb import TargetGroup, TargetHealthDescription
from containerscope.model.health import Level

DRAIN_SECONDS = 300
"""How long a target drains where the group does not say."""
_CODES = re.compile(r"codes?:? \[([0-9,\s]+)\]")
_LEVELS: Mapping[str, Level] = {
    "healthy": Level.FINE,
    "initial": Level.PROGRESS,
    "draining": Level.PROGRESS,
    "unhealthy": Level.FAILED,
    "unhealthy.draining": Level.FAILED,
    "unused": Level.WARNING,
    "unavailable": Level.WARNING,
}


class ServiceGroup(msgspec.Struct, frozen=True):
    """A target group that a service registers its tasks in."""

    arn: str
    role: str
    """`production`, or `alternate` for the second one of a blue/green service."""
    container: str = ""
    port: int | None = None
    production_rule: str = ""
    test_rule: str = ""
    """ARNs of the listener rules that a blue/green deployment shifts."""


class Group(msgspec.Struct, frozen=True):
    """A target group with the health of its targets."""

    group: TargetGroup
    targets: tuple[TargetHealthDescription, ...] = ()
    drain_seconds: int = DRAIN_SECONDS

    @property
    def name(self) -> str:
        """The group's name, for sentences."""
        return self.group.target_group_name or arn_name(self.group.target_group_arn)


class JoinedTarget(msgspec.Struct, frozen=True):
    """A target and the task it is."""

    group: Group
    target: TargetHealthDescription
    task: Task | None = None
    container: str = ""
    """The container behind the port, where the task tells."""

    @property
    def address(self) -> str:
        """`10.0.1.7:8080` or `i-0abc…:32768`."""
        return target_address(self.target)


def arn_name(target_group_arn: str | None) -> str:
    """The name in a target group's ARN."""
    parts = arn.resource_of(target_group_arn or "").split("/")
    return parts[1] if len(parts) == 3 and parts[0] == "targetgroup" else parts[-1]


def target_address(found: TargetHealthDescription) -> str:
    """Who a target is, and its port."""
    target = found.target
    name = (target.id if target else None) or "?"
    port = target.port if target else None
    shown = f"[{name}]" if ":" in name and not name.startswith("arn:") else name
    return shown if port is None else f"{shown}:{port}"


def groups_of(service: Service) -> tuple[ServiceGroup, ...]:
    """The target groups of a service, the alternate ones of blue/green included."""
    found: dict[str, ServiceGroup] = {}
    balancers = [("production", each) for each in service.load_balancers or ()]
    # A controller other than ECS gives each task set target groups of its own.
    sets = sorted(service.task_sets or (), key=lambda each: each.status != "PRIMARY")
    balancers += [
        ("production" if made.status == "PRIMARY" else "alternate", each)
        for made in sets
        for each in made.load_balancers or ()
    ]
    for first, each in balancers:
        more = each.advanced_configuration
        pairs = (
            (each.target_group_arn, first),
            (more.alternate_target_group_arn if more else None, "alternate"),
        )
        for group, role in pairs:
            if group:
                found.setdefault(
                    group,
                    ServiceGroup(
                        group,
                        role,
                        each.container_name or "",
                        each.container_port,
                        (more.production_listener_rule if more else None) or "",
                        (more.test_listener_rule if more else None) or "",
                    ),
                )
    return tuple(found.values())


def target_state(found: TargetHealthDescription) -> str:
    """The state in AWS's word, in small letters."""
    return ((found.target_health.state if found.target_health else None) or "").lower()


def answered_codes(found: TargetHealthDescription) -> str:
    """The HTTP codes with which a target answered its health checks: `502`; empty if none."""
    said = (found.target_health.description if found.target_health else None) or ""
    codes = _CODES.search(said)
    return ", ".join(codes[1].replace(",", " ").split()) if codes else ""


def target_verdict(group: Group, found: TargetHealthDescription) -> Verdict:
    """The state of a target, why, and what to do."""
    state = target_state(found)
    health = found.target_health
    reason = REASONS.get((health.reason if health else None) or "")
    said = (health.description if health else None) or ""
    if found.administrative_override is not None and _shifted(found):
        cause = "A zonal shift keeps traffic away from the target's zone."
        return Verdict(Level.WARNING, "zonal shift", cause, "End the shift once the zone is well.")
    level = _LEVELS.get(state, Level.NONE)
    if state == "healthy":
        if found.anomaly_detection and found.anomaly_detection.mitigation_in_effect == "yes":
            cause = "It answers more errors than its peers, so it is sent less."
            return Verdict(Level.WARNING, "anomalous", cause)
        return Verdict(Level.FINE)
    if reason is None:
        return Verdict(level, (health.reason if health else None) or state or "?", said=said)
    words, cause = reason.words, reason.cause
    codes = answered_codes(found)
    if codes:
        words = f"answers {codes}"
    if state == "draining":
        cause = f"{cause} It may take {group.drain_seconds} s."
    return Verdict(level, f"{state}: {words}" if words != state else words, cause, reason.fix, said)


def _shifted(found: TargetHealthDescription) -> bool:
    override = found.administrative_override
    return bool(override and (override.state or "").endswith("active_to_fail_away"))


def addresses_of(task: Task) -> frozenset[str]:
    """Every address of a task's own network interface."""
    found = {task.interface("privateIPv4Address"), task.interface("ipv6Address")}
    for each in task.containers or ():
        if isinstance(each, Container):
            for interface in each.network_interfaces or ():
                found |= {interface.private_ipv4_address or "", interface.ipv6_address or ""}
    return frozenset(found - {""})


def joined(
    groups: Iterable[Group],
    tasks: Sequence[Task],
    instances: Iterable[ContainerInstance] = (),
) -> tuple[JoinedTarget, ...]:
    """Every target with the task it is; tasks of instance groups need their port bindings.

    A running task stands before a stopped one that had the same address.
    """
    ordered = sorted(tasks, key=lambda task: task.stopped, reverse=True)
    by_address = {address: task for task in ordered for address in addresses_of(task)}
    by_port = _by_port(ordered, instances)
    found: list[JoinedTarget] = []
    for group in groups:
        for each in group.targets:
            name = (each.target.id if each.target else None) or ""
            if group.group.target_type == "instance":
                port = each.target.port if each.target else None
                task, container = by_port.get((name, port), (None, ""))
                found.append(JoinedTarget(group, each, task, container))
            else:
                found.append(JoinedTarget(group, each, by_address.get(name)))
    return tuple(found)


def _by_port(
    tasks: Iterable[Task], instances: Iterable[ContainerInstance]
) -> dict[tuple[str, int | None], tuple[Task | None, str]]:
    ec2 = {each.container_instance_arn: each.ec2_instance_id or "" for each in instances}
    found: dict[tuple[str, int | None], tuple[Task | None, str]] = {}
    for task in tasks:
        instance = ec2.get(task.container_instance_arn) if task.container_instance_arn else None
        if not instance:
            continue
        for each in task.containers or ():
            for binding in (each.network_bindings or ()) if isinstance(each, Container) else ():
                if binding.host_port:
                    found[(instance, binding.host_port)] = (task, each.name or "")
    return found


def strangers(targets: Iterable[JoinedTarget]) -> tuple[JoinedTarget, ...]:
    """Targets that belong to no task; one that drains was a task until just now."""
    return tuple(
        each
        for each in targets
        if each.task is None and target_state(each.target) not in ("draining", "unhealthy.draining")
    )


def stranger_verdict(target: JoinedTarget) -> Verdict:
    """What it means that a target belongs to no task."""
    cause = (
        f"{target.address} is in {target.group.name}, but no task of the service has this address: "
        "it takes traffic that nothing of the service answers."
    )
    return Verdict(
        Level.WARNING,
        "belongs to no task",
        cause,
        "See whether another service or an old instance is registered there; deregister it.",
    )


def traffic_verdict(
    task: Task, targets: Sequence[JoinedTarget], groups: Iterable[Group]
) -> Verdict:
    """Whether a task gets traffic: `running, but not receiving traffic: 502`.

    `targets` are those of this task, `groups` all groups that its service registers it in.
    """
    if task.last_status != "RUNNING":
        return Verdict(Level.NONE)
    worst = max(
        ((target_verdict(each.group, each.target), each) for each in targets),
        key=lambda pair: pair[0].level,
        default=None,
    )
    if worst is None:
        used = [group for group in groups if group.group.load_balancer_arns]
        if not used:
            return Verdict(Level.NONE)
        names = ", ".join(group.name for group in used)
        return Verdict(
            Level.WARNING,
            "running, but not receiving traffic: not registered",
            f"No target of {names} is this task.",
            "A task is registered once it runs; see the service's events for why this one is not.",
        )
    verdict, target = worst
    if verdict.level is Level.FINE:
        return Verdict(Level.FINE, "receiving traffic")
    if verdict.level is Level.PROGRESS:
        return verdict
    why = answered_codes(target.target) or verdict.words.partition(": ")[2] or verdict.words
    words = f"running, but not receiving traffic: {why}"
    return msgspec.structs.replace(verdict, words=words)


def healthy_count(targets: Iterable[TargetHealthDescription]) -> tuple[int, int]:
    """How many targets are healthy, and how many there are without those that drain."""
    states = [target_state(each) for each in targets]
    return states.count("healthy"), sum(1 for state in states if "draining" not in state)


def group_verdict(group: Group) -> Verdict:
    """How a group does as a whole."""
    well, there = healthy_count(group.targets)
    if not group.group.load_balancer_arns:
        cause = "No load balancer leads to the group."
        return Verdict(Level.NONE, "not in use", cause)
    if not there:
        return Verdict(Level.WARNING, "no targets", "Whoever asks is answered 503.")
    if not well:
        cause = "No target is healthy; the load balancer tries them all the same."
        return Verdict(Level.FAILED, f"0 of {there} healthy", cause)
    if well < there:
        starting = any(target_state(each) == "initial" for each in group.targets)
        failing = any(target_state(each) == "unhealthy" for each in group.targets)
        level = Level.PROGRESS if starting and not failing else Level.WARNING
        return Verdict(level, f"{well} of {there} healthy")
    return Verdict(Level.FINE)
