"""The codes with which a load balancer explains a target's state, and what to do about each.

Source: Elastic Load Balancing API Reference, TargetHealth; Application Load Balancer User Guide,
"Health checks for your target groups".
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Reason(msgspec.Struct, frozen=True):
    """What a code means."""

    words: str
    """For a cell."""
    cause: str
    fix: str = ""


REASONS: Mapping[str, Reason] = {
    "Elb.RegistrationInProgress": Reason(
        "registering", "The load balancer is taking the target in."
    ),
    "Elb.InitialHealthChecking": Reason(
        "first health checks",
        "The target has not yet passed as many health checks as the group wants.",
        "If it stays so, lower the interval or the healthy threshold, and see that the service's "
        "health check grace period is longer than its start.",
    ),
    "Target.ResponseCodeMismatch": Reason(
        "wrong answer",
        "The target answers the health check, but not with a code that counts as healthy.",
        "Check the health check's path and its success codes; the path must answer without login.",
    ),
    "Target.Timeout": Reason(
        "times out",
        "The target does not answer the health check in time.",
        "Let the load balancer's security group in on the target's port, and see whether the "
        "container is too busy or listens on another address.",
    ),
    "Target.FailedHealthChecks": Reason(
        "refuses",
        "The target refuses the connection or breaks it off.",
        "See that the container listens on this port on all addresses (0.0.0.0), and with the "
        "group's protocol.",
    ),
    "Elb.InternalError": Reason(
        "load balancer error",
        "The load balancer itself has a fault.",
        "Wait; see the AWS Health Dashboard if it stays.",
    ),
    "Target.NotRegistered": Reason(
        "not registered",
        "The target is in no group.",
        "Nothing, if its task has stopped; else deploy the service anew.",
    ),
    "Target.NotInUse": Reason(
        "not in use",
        "No listener leads to the group, or the target's zone is not one of the load balancer.",
        "Add a listener rule that forwards to the group, or enable the zone.",
    ),
    "Target.InvalidState": Reason(
        "stopped",
        "The target's instance is stopped or ended.",
        "Start it, or take it out of the group.",
    ),
    "Target.IpUnusable": Reason(
        "address not usable",
        "The address belongs to a load balancer and cannot be a target.",
        "Register the address of a task or an instance.",
    ),
    "Target.DeregistrationInProgress": Reason(
        "draining",
        "The target is being taken out; requests under way may end.",
        "Lower deregistration_delay.timeout_seconds if it takes longer than requests do.",
    ),
    "Target.HealthCheckDisabled": Reason(
        "no health checks",
        "Health checks are turned off for the group.",
        "Turn them on, if the load balancer is to notice a target that fails.",
    ),
}
"""Every code of the API."""
