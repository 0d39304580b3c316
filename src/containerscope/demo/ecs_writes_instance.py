"""The operations that change container instances."""

from __future__ import annotations

from containerscope.demo import ecs_capacity
from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ecs_configure import invalid
from containerscope.demo.ecs_find import batch, cluster_of, last, missing
from containerscope.demo.ecs_views_cluster import instance_view, on_instance


def update_container_instances_state(call: Call) -> Result:
    """Drain up to ten instances, or let them have tasks again."""
    cluster, status = cluster_of(call), call.params["status"]
    if status not in ("ACTIVE", "DRAINING"):
        raise invalid("Container instance status should be one of [DRAINING, ACTIVE].")
    wanted = batch(call, "containerInstances", 10)
    if not wanted:
        raise invalid("Container instances cannot be empty.")
    found, failures = [], []
    for each in wanted:
        instance = cluster.instances.get(last(each))
        if instance is None:
            arn = call.world.arn("ecs", f"container-instance/{cluster.name}/{last(each)}")
            failures.append(missing(arn))
        else:
            ecs_capacity.drain(call.world, cluster, instance, back=status == "ACTIVE")
            found.append(instance_view(call, cluster, instance))
    return {"containerInstances": found, "failures": failures}


def deregister_container_instance(call: Call) -> Result:
    """Take an instance out of its cluster; one with running tasks only by force."""
    cluster = cluster_of(call)
    instance = cluster.instances.get(last(call.params["containerInstance"]))
    if instance is None:
        raise invalid("The referenced container instance was not found.")
    if on_instance(cluster, instance) and not call.params.get("force", False):
        raise invalid("Found running tasks on the instance.")
    reason = "Container instance deregistration forced by user"
    ecs_capacity.lose(call.world, cluster, instance, reason)
    instance.status = "INACTIVE"
    return {"containerInstance": instance_view(call, cluster, instance)}


INSTANCE_WRITES: dict[str, Handler] = {
    "UpdateContainerInstancesState": update_container_instances_state,
    "DeregisterContainerInstance": deregister_container_instance,
}
