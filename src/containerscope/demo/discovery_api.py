"""What Cloud Map answers: the namespaces of Service Connect, and who answers to which name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from containerscope.demo.calls import Call, Handler, PageRule, Result
from containerscope.demo.ecs_state import Cluster, Service, Task
from containerscope.demo.ids import hexes
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.world import World

PAGES = PageRule(default=100, most=100, code="InvalidInput")
_NAMES = {"ns-shopinternal0001": "shop.internal"}


@dataclass(frozen=True)
class Entry:
    """A name in a namespace, and the ECS service behind it."""

    cluster: Cluster
    service: Service
    name: str
    port: int

    @property
    def id(self) -> str:
        """The id of the service in Cloud Map."""
        return f"srv-{hexes(16, 'srv', self.cluster.namespace, self.name)}"

    def instances(self) -> list[Task]:
        """The tasks that answer."""
        return [each for each in self.service.tasks.values() if each.status == "RUNNING"]


def entries(world: World) -> Iterator[Entry]:
    """Every name of every namespace."""
    for cluster in world.clusters.values():
        for service in cluster.services.values():
            for each in service.connect.get("services", ()):
                alias = each.get("clientAliases", [{}])[0]
                name = each.get("discoveryName", service.name)
                yield Entry(cluster, service, name, int(alias.get("port", 80)))


def namespaces(world: World) -> dict[str, Cluster]:
    """The namespaces by id, each with its cluster."""
    return {each.namespace: each for each in world.clusters.values() if each.namespace}


def _namespace_view(world: World, name: str, cluster: Cluster) -> Result:
    count = sum(each.cluster is cluster for each in entries(world))
    called = _NAMES.get(name, f"{cluster.name}.internal")
    return {
        "Id": name,
        "Arn": world.arn("servicediscovery", f"namespace/{name}"),
        "Name": called,
        "Type": "HTTP",
        "Description": f"Service Connect of {cluster.name}",
        "ServiceCount": count,
        "Properties": {"HttpProperties": {"HttpName": called}},
        "CreateDate": world.now() - 200 * 86400,
    }


def _paged(call: Call, member: str, views: Sequence[Any]) -> Result:
    asked = {"maxResults": call.params.get("MaxResults", PAGES.default)}
    if "NextToken" in call.params:
        asked["nextToken"] = call.params["NextToken"]
    answer = PAGES.page(asked, member, views)
    token = answer.pop("nextToken", None)
    return answer if token is None else {**answer, "NextToken": token}


def list_namespaces(call: Call) -> Result:
    """The namespaces of the account."""
    views = [_namespace_view(call.world, *each) for each in namespaces(call.world).items()]
    return _paged(call, "Namespaces", views)


def get_namespace(call: Call) -> Result:
    """A namespace by its id or ARN."""
    name = call.params["Id"].rpartition("/")[2]
    cluster = namespaces(call.world).get(name)
    if cluster is None:
        raise AwsError("NamespaceNotFound", f"Namespace not found: {name}")
    return {"Namespace": _namespace_view(call.world, name, cluster)}


def _service_view(world: World, entry: Entry) -> Result:
    return {
        "Id": entry.id,
        "Arn": world.arn("servicediscovery", f"service/{entry.id}"),
        "Name": entry.name,
        "Type": "HTTP",
        "Description": "Managed by ECS Service Connect",
        "InstanceCount": len(entry.instances()),
        "CreateDate": entry.service.created_at,
    }


def list_services(call: Call) -> Result:
    """The names of all namespaces, or of those that a filter names."""
    wanted = {
        value.rpartition("/")[2]
        for each in call.params.get("Filters", ())
        if each["Name"] == "NAMESPACE_ID"
        for value in each["Values"]
    }
    found = [
        _service_view(call.world, each)
        for each in entries(call.world)
        if not wanted or each.cluster.namespace in wanted
    ]
    return _paged(call, "Services", found)


def _entry(call: Call, wanted: str) -> Entry:
    name = wanted.rpartition("/")[2]
    for each in entries(call.world):
        if each.id == name:
            return each
    raise AwsError("ServiceNotFound", f"Service not found: {name}")


def get_service(call: Call) -> Result:
    """A name by its id."""
    entry = _entry(call, call.params["Id"])
    view = {**_service_view(call.world, entry), "NamespaceId": entry.cluster.namespace}
    return {"Service": view}


def _attributes(world: World, entry: Entry, task: Task) -> dict[str, str]:
    return {
        "AVAILABILITY_ZONE": world.region + task.zone,
        "AWS_INSTANCE_IPV4": task.address,
        "AWS_INSTANCE_PORT": str(entry.port),
        "ECS_CLUSTER_NAME": entry.cluster.name,
        "ECS_SERVICE_NAME": entry.service.name,
        "ECS_TASK_DEFINITION_FAMILY": task.definition.family,
        "REGION": world.region,
    }


def list_instances(call: Call) -> Result:
    """The tasks that answer to a name."""
    entry = _entry(call, call.params["ServiceId"])
    views = [
        {"Id": each.id, "Attributes": _attributes(call.world, entry, each)}
        for each in entry.instances()
    ]
    return _paged(call, "Instances", views)


def get_instance(call: Call) -> Result:
    """One task that answers to a name."""
    entry, wanted = _entry(call, call.params["ServiceId"]), call.params["InstanceId"]
    for each in entry.instances():
        if each.id == wanted:
            return {"Instance": {"Id": each.id, "Attributes": _attributes(call.world, entry, each)}}
    raise AwsError("InstanceNotFound", f"Instance not found: {wanted}")


def get_instances_health_status(call: Call) -> Result:
    """How the tasks that answer to a name do."""
    entry = _entry(call, call.params["ServiceId"])
    wanted = set(call.params.get("Instances", ()))
    status = {
        each.id: "UNHEALTHY" if each.health == "UNHEALTHY" else "HEALTHY"
        for each in entry.instances()
        if not wanted or each.id in wanted
    }
    page = _paged(call, "names", list(status))
    return {"Status": {name: status[name] for name in page.pop("names")}, **page}


DISCOVERY: dict[str, Handler] = {
    "ListNamespaces": list_namespaces,
    "GetNamespace": get_namespace,
    "ListServices": list_services,
    "GetService": get_service,
    "ListInstances": list_instances,
    "GetInstance": get_instance,
    "GetInstancesHealthStatus": get_instances_health_status,
}
