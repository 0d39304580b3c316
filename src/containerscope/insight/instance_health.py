"""How a container instance and a capacity provider do, and how full an instance is."""

from __future__ import annotations

from containerscope.insight.verdict import Verdict
from containerscope.model.ecs import CapacityProvider, ContainerInstance, InstanceResource
from containerscope.model.health import FINE, UNKNOWN, Health, Level

_DISCONNECTED = "agent disconnected"
_ON_THE_WAY = frozenset({"REGISTERING", "DEREGISTERING"})


def instance_health(instance: ContainerInstance) -> Health:
    """The level of a container instance and what is wrong with it."""
    return instance_verdict(instance).health


def instance_verdict(instance: ContainerInstance) -> Verdict:
    """What is wrong with a container instance, what that means, and what to do."""
    health = _health(instance)
    said = instance.status_reason or ""
    if health.words == _DISCONNECTED:
        count = instance.running_tasks_count or 0
        tasks = f"its {count} task{'' if count == 1 else 's'}" if count else "what runs on it"
        cause = f"ECS cannot reach the agent: {tasks} may run on, but none is started or stopped."
        fix = "Restart the agent (systemctl restart ecs), or replace the instance."
        return Verdict(health.level, health.words, cause, fix, said)
    if health.level is Level.FAILED and health.words.startswith("impaired"):
        cause = "ECS's own checks of the instance fail."
        return Verdict(
            health.level, health.words, cause, "Drain the instance and replace it.", said
        )
    return Verdict(health.level, health.words, said=said)


def _health(instance: ContainerInstance) -> Health:
    status = instance.status or ""
    if status == "REGISTRATION_FAILED":
        return Health(Level.FAILED, instance.status_reason or "registration failed")
    if status == "INACTIVE":
        return Health(Level.NONE, "inactive")
    if instance.agent_connected is False:
        return Health(Level.FAILED, _DISCONNECTED)
    sick = impaired_checks(instance)
    if sick:
        return Health(Level.FAILED, f"impaired: {', '.join(sick)}")
    if status == "DRAINING":
        return Health(Level.PROGRESS, f"draining {instance.running_tasks_count or 0}")
    if status in _ON_THE_WAY:
        return Health(Level.PROGRESS, status.lower())
    if instance.agent_update_status == "FAILED":
        return Health(Level.WARNING, "agent update failed")
    return FINE if status == "ACTIVE" else Health(Level.NONE, status.lower()) if status else UNKNOWN


def impaired_checks(instance: ContainerInstance) -> tuple[str, ...]:
    """The names of the health checks that fail: `container runtime`."""
    health = instance.health_status
    if health is None:
        return ()
    named = tuple(
        (check.type or "?").lower().replace("_", " ")
        for check in health.details or ()
        if check.status == "IMPAIRED"
    )
    return named or (("instance",) if health.overall_status == "IMPAIRED" else ())


def instance_changing(instance: ContainerInstance) -> bool:
    """Whether tasks or the instance itself come or go."""
    return instance.status in _ON_THE_WAY | {"DRAINING"} or bool(instance.pending_tasks_count)


def used_and_all(instance: ContainerInstance, name: str) -> tuple[int, int] | None:
    """How much of a resource, `CPU` or `MEMORY`, is reserved by tasks, and how much there is."""
    there = _amount(instance.registered_resources, name)
    left = _amount(instance.remaining_resources, name)
    return None if there is None or left is None else (there - left, there)


def _amount(resources: tuple[InstanceResource, ...] | None, name: str) -> int | None:
    for resource in resources or ():
        if resource.name == name:
            number = (resource.integer_value, resource.long_value, resource.double_value)
            return next((int(value) for value in number if value), 0)
    return None


def capacity_provider_health(provider: CapacityProvider) -> Health:
    """The level of a capacity provider and what is wrong with it."""
    update = provider.update_status or ""
    status = provider.status or ""
    if update.endswith("_FAILED"):
        words = provider.update_status_reason or update.lower().replace("_", " ")
        return Health(Level.FAILED, words)
    if update.endswith("_IN_PROGRESS"):
        return Health(Level.PROGRESS, update.removesuffix("_IN_PROGRESS").lower() + " in progress")
    if status in ("PROVISIONING", "DEPROVISIONING"):
        return Health(Level.PROGRESS, status.lower())
    if status == "ACTIVE":
        return FINE
    return Health(Level.NONE, status.lower()) if status else UNKNOWN


def capacity_provider_kind(provider: CapacityProvider) -> str:
    """What it is made of: Fargate, Fargate Spot, EC2 or managed instances."""
    kinds = {
        "FARGATE": "Fargate",
        "FARGATE_SPOT": "Fargate Spot",
        "EC2_AUTOSCALING": "EC2",
        "MANAGED_INSTANCES": "managed instances",
    }
    if provider.type:
        return kinds.get(provider.type, provider.type)
    if provider.auto_scaling_group_provider is not None:
        return "EC2"
    if provider.managed_instances_provider is not None:
        return "managed instances"
    return kinds.get(provider.name or "", "")
