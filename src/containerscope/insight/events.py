"""What the events of an ECS service mean.

Source: Amazon ECS Developer Guide, "Service event messages".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from containerscope.insight.stop_reasons import stop_rule
from containerscope.insight.stop_rules import IMAGE, INITIALIZATION, PLACE, RUNTIME
from containerscope.insight.verdict import Rule, Verdict, judged, rule, shortened
from containerscope.model.ecs_service import ServiceEvent
from containerscope.model.health import Level

_BAD = Level.FAILED
_WARN = Level.WARNING
_PREFIX = re.compile(r"^\(service [^)]*\)\s*(\([^)]*\)\s*)*")
_SUSPICIOUS = re.compile(r"unable|fail|unhealthy|error|misconfigured|denied", re.IGNORECASE)
_PLACEMENT = "Scale out the capacity provider, or reserve less CPU and memory per task."

NO_CAPACITY = "no capacity"
"""The words of every verdict that says tasks found no place."""

NEWS: tuple[Rule, ...] = (
    rule(r"^has reached a steady state", Level.FINE, "steady"),
    rule(r"^deployment completed", Level.FINE, "deployment completed"),
    rule(r"^deployment (is )?in progress", Level.PROGRESS, "deploying"),
    rule(r"^has started (?P<count>\d+) tasks?", Level.NONE, "started {count}"),
    rule(r"^has stopped (?P<count>\d+) running tasks?", Level.NONE, "stopped {count}"),
    rule(r"^registered (?P<count>\d+) targets?", Level.NONE, "registered {count}"),
    rule(r"^deregistered (?P<count>\d+) targets?", Level.NONE, "deregistered {count}"),
    rule(r"^has begun draining connections", Level.NONE, "draining connections"),
)

TROUBLE: tuple[Rule, ...] = (
    rule(
        r"rolling back to",
        _BAD,
        "rolling back",
        "The deployment failed and the service goes back to the one before.",
        "Look at the stopped tasks of the failed deployment.",
    ),
    rule(
        r"circuit breaker",
        _BAD,
        "circuit breaker triggered",
        "Too many tasks failed, so ECS stopped the deployment.",
        "Look at the stopped tasks of the failed deployment.",
    ),
    rule(
        r"deployment failed: alarm|alarm detected",
        _BAD,
        "deployment alarm",
        "An alarm that watches the deployment went off.",
        "Look at the alarm; the deployment stops or rolls back.",
    ),
    rule(
        r"deployment failed",
        _BAD,
        "deployment failed",
        "The tasks of the deployment did not start.",
        "Look at the stopped tasks of the deployment.",
    ),
    rule(
        r"limit on the number of (tasks|vCPUs)|configuration is above your limit",
        _BAD,
        "service quota reached",
        "The account may not run more Fargate tasks or vCPUs of this kind.",
        "Ask for a higher quota in Service Quotas.",
    ),
    rule(
        r"tasks provisioning capacity limit",
        _WARN,
        NO_CAPACITY,
        "500 tasks of the cluster wait for capacity, and ECS queues no more.",
        "Scale out in smaller steps.",
    ),
    rule(
        r"unable to place.*insufficient memory",
        _BAD,
        NO_CAPACITY,
        "No instance has enough memory free.",
        _PLACEMENT,
    ),
    rule(
        r"unable to place.*insufficient CPU",
        _BAD,
        NO_CAPACITY,
        "No instance has enough CPU free.",
        _PLACEMENT,
    ),
    rule(
        r"unable to place.*already using a port",
        _BAD,
        NO_CAPACITY,
        "The host port is taken on every instance.",
        "Use dynamic host ports or awsvpc, or more instances.",
    ),
    rule(
        r"unable to place.*error \"?AGENT",
        _BAD,
        NO_CAPACITY,
        "The agent of the only fitting instance is not connected.",
        "Restart the ECS agent there, or replace the instance.",
    ),
    rule(
        r"unable to place.*missing an attribute",
        _BAD,
        NO_CAPACITY,
        "No instance has the attribute the task needs.",
        "Compare requiresAttributes of the task definition with the instances'.",
    ),
    rule(
        r"unable to place.*Internal error",
        _BAD,
        NO_CAPACITY,
        "A subnet of the service lies in a zone that Fargate does not serve.",
        "Take the subnet out of the network configuration.",
    ),
    rule(
        r"unable to place",
        _BAD,
        NO_CAPACITY,
        "There is no capacity for more tasks.",
        "On EC2 scale out the capacity provider; on Fargate allow more subnets and zones.",
    ),
    rule(
        r"No Container Instances were found",
        _BAD,
        NO_CAPACITY,
        "The capacity provider has no instance in the cluster.",
        "Check that its Auto Scaling group starts instances and that they register.",
    ),
    rule(
        r"could not launch (?P<count>\d+) tasks?",
        _BAD,
        "could not launch {count}",
        "Only a part of the tasks could be launched.",
        "Look at the stopped tasks; the circuit breaker counts them.",
    ),
    rule(
        r"unable to consistently start tasks",
        _BAD,
        "tasks keep failing",
        "Tasks stop soon after they start, and ECS waits longer between tries.",
        "Look at the stopped tasks for the reason.",
    ),
    rule(
        r"TARGET GROUP IS NOT FOUND|TARGET IS NOT FOUND",
        _BAD,
        "target group gone",
        "The target group of the service was deleted.",
        "Create the service anew with a target group that exists.",
    ),
    rule(
        r"is unhealthy in \(?target-group.*due to \(reason (?P<reason>[^)]*)\)",
        _BAD,
        "failing ELB health checks",
        "The load balancer finds tasks unhealthy.",
        "Check path, matcher, port and security groups, and the health check's grace period.",
    ),
    rule(
        r"is unhealthy in|is not healthy in",
        _BAD,
        "failing ELB health checks",
        "The load balancer finds tasks unhealthy.",
        "Check path, matcher, port and security groups, and the health check's grace period.",
    ),
    rule(
        r"service deployment configuration",
        _BAD,
        "deployment stuck",
        "Minimum and maximum percent leave no room to start or stop a task.",
        "Raise maximumPercent or lower minimumHealthyPercent.",
    ),
    rule(r"being throttled", _WARN, "ECS throttled", "Calls that ECS makes are throttled."),
    rule(
        r"protected tasks",
        _WARN,
        "tasks protected",
        "Task protection keeps the service from scaling in.",
        "Wait until the protection ends, or take it off.",
    ),
    rule(
        r"IAM .*misconfigured|unable to assume the role",
        _BAD,
        "role misconfigured",
        "ECS may not use a role of the service.",
        "Check the role's trust relationship and its policies.",
    ),
    rule(
        r"Timed out waiting for Amazon ECS Agent",
        _BAD,
        "agent did not start",
        "The ECS agent of an instance did not start.",
        "Read the agent's log on the instance.",
    ),
    rule(
        r"failed to register targets",
        _BAD,
        "targets not registered",
        "Tasks could not be registered in the target group.",
        "Check the target group's type and limits.",
    ),
)

_RULES = NEWS + IMAGE + INITIALIZATION + RUNTIME + TROUBLE + PLACE


def without_prefix(message: str) -> str:
    """The message without the names in parentheses that every message begins with."""
    return _PREFIX.sub("", message) or message


@functools.lru_cache(maxsize=8192)
def judge_event(message: str) -> Verdict:
    """What an event says; an unknown text is shown as it came."""
    told = without_prefix(message)
    found = judged(told, _RULES)
    if found is not None:
        return msgspec.structs.replace(found, said=message)
    level = _WARN if _SUSPICIOUS.search(told) else Level.NONE
    return Verdict(level, shortened(told), said=message)


def telling(events: Sequence[ServiceEvent], newest: int) -> tuple[ServiceEvent, ...]:
    """The newest events, and of the older ones the first that says what is wrong, and why.

    A service that replaces its tasks tells of each one's coming and going, but seldom the reason.
    """
    kept = list(events[:newest])
    trouble = cause = False
    for place, event in enumerate(events):
        message = event.message or ""
        verdict = judge_event(message)
        reason = stop_rule(without_prefix(message))
        new = (verdict.bad and not trouble) or (reason is not None and reason.bad and not cause)
        if new and place >= newest:
            kept.append(event)
        trouble = trouble or verdict.bad
        cause = cause or (reason is not None and reason.bad)
        if verdict.level is Level.FINE or (trouble and cause):
            break
    return tuple(kept)


def newest_trouble(events: Sequence[ServiceEvent], since: datetime | None = None) -> Verdict | None:
    """The newest bad event that no steady state or completed deployment followed.

    Events from before `since` are of an older deployment and count no more.
    """
    for event in events:
        if since is not None and event.created_at is not None and event.created_at < since:
            return None
        verdict = judge_event(event.message or "")
        if verdict.bad:
            return verdict
        if verdict.level is Level.FINE:
            return None
    return None


def newest_cause(events: Sequence[ServiceEvent]) -> Verdict | None:
    """The newest event that names why a task failed, and not only that one did."""
    for event in events:
        message = event.message or ""
        found = stop_rule(without_prefix(message))
        if found is not None and found.bad:
            return msgspec.structs.replace(found, said=message)
        if judge_event(message).level is Level.FINE:
            return None
    return None
