"""What must be known before a session opens: of a task's container, a pod, an instance."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from containerscope.clients import plugin
from containerscope.insight.iam_access import Answer, can, simulated
from containerscope.insight.preflight import CHANNELS, ExecFacts, WayOut
from containerscope.insight.session_plans import LiveHost, LivePod
from containerscope.listers import tried
from containerscope.model import arn
from containerscope.model.ec2 import Subnet
from containerscope.model.ecs import Cluster, ExecuteCommandConfiguration
from containerscope.model.ecs_task import TaskWhole
from containerscope.model.iam import EvaluationResult
from containerscope.model.kube_pod import Pod
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.resource import Clients
from containerscope.resources._definition import definition
from containerscope.resources._role_whole import role_whole
from containerscope.resources._task_whole import whole

_FRESH = 120.0
"""Seconds for which networks and permissions are good."""
_INTERFACE = "ElasticNetworkInterface"
_EVERYWHERE = "0.0.0.0/0"


class _Route(msgspec.Struct, frozen=True, rename="pascal"):
    destination_cidr_block: str | None = None
    gateway_id: str | None = None
    nat_gateway_id: str | None = None
    transit_gateway_id: str | None = None
    network_interface_id: str | None = None
    state: str | None = None


class _Table(msgspec.Struct, frozen=True, rename="pascal"):
    vpc_id: str | None = None
    routes: tuple[_Route, ...] | None = ()


class _Endpoint(msgspec.Struct, frozen=True, rename="pascal"):
    vpc_endpoint_id: str | None = None
    state: str | None = None
    private_dns_enabled: bool | None = None


class _Agent(msgspec.Struct, frozen=True, rename="pascal"):
    instance_id: str | None = None
    ping_status: str | None = None


def plugin_words(clients: Any) -> str:
    """What speaks with agents; empty where there is nothing."""
    given = getattr(clients, "plugin", ())
    if given:
        return "the demo account brings its own"
    return next(iter(plugin.where()), "")


async def exec_facts(clients: Clients, cluster: str, task: str, container: str) -> ExecFacts:
    """All that ECS Exec into this container rests on; ApiError if the task cannot be read."""
    found = await whole(clients, cluster, task)
    if not container:
        container = next((each.name or "" for each in found.containers or ()), "")
    problems: list[Problem] = []
    taskdef, way_out, configured = await asyncio.gather(
        tried(definition(clients, found.task_definition_arn or ""), problems),
        _way_out(clients, found),
        _configuration(clients, cluster),
    )
    key, log = configured.kms_key_id or "", configured.log_configuration
    facts = ExecFacts(
        cluster, found, container, taskdef, {}, problems[0].message if problems else "",
        way_out, key, plugin_words(clients), clients.region,
        (log.cloud_watch_log_group_name or log.s3_bucket_name if log else "") or "",
    )  # fmt: skip
    if not facts.role:
        return facts
    try:
        allowed = await _allowed(clients, facts.role, key)
    except ApiError as error:
        return _with(facts, {}, error.problem.message)
    return _with(facts, allowed, "")


def _with(facts: ExecFacts, allowed: Mapping[str, Answer], unread: str) -> ExecFacts:
    return replace(facts, allowed=allowed, unread=unread)


async def _allowed(clients: Clients, role: str, key: str) -> Mapping[str, Answer]:
    """What the role may do: open the channels, and use the key that sessions are encrypted with."""

    async def fetch() -> Mapping[str, Answer]:
        asked = [_may(clients, role, CHANNELS, "*")]
        asked += [_may(clients, role, ("kms:Decrypt",), key)] if key else []
        return {name: each for part in await asyncio.gather(*asked) for name, each in part.items()}

    return await clients.cached(("exec role", role, key), _FRESH, fetch)


async def _may(
    clients: Clients, role: str, actions: Sequence[str], resource: str
) -> Mapping[str, Answer]:
    """By IAM's own simulation where that is allowed, else by ours."""
    try:
        page = await clients.read(
            "iam", "SimulatePrincipalPolicy", "EvaluationResults", EvaluationResult,
            PolicySourceArn=role, ActionNames=list(actions), ResourceArns=[resource],
        )  # fmt: skip
    except ApiError:
        found = await role_whole(clients, arn.name_of(role))
        return {each: can(found, each, resource).answer for each in actions}
    return {each.eval_action_name or "": simulated(each).answer for each in page.items}


async def _configuration(clients: Clients, cluster: str) -> ExecuteCommandConfiguration:
    """How sessions of a cluster are encrypted and recorded; nothing where it cannot be told."""

    async def fetch() -> ExecuteCommandConfiguration:
        page = await clients.read(
            "ecs", "DescribeClusters", "clusters", Cluster,
            clusters=[cluster], include=["CONFIGURATIONS"],
        )  # fmt: skip
        configuration = page.items[0].configuration if page.items else None
        execute = configuration.execute_command_configuration if configuration else None
        return execute or ExecuteCommandConfiguration()

    try:
        return await clients.cached(("exec configuration", cluster), _FRESH, fetch)
    except ApiError:
        return ExecuteCommandConfiguration()


async def _way_out(clients: Clients, task: TaskWhole) -> WayOut:
    """Whether the agent reaches Session Manager from the task's subnet."""
    interface = next((a for a in task.attachments or () if a.type == _INTERFACE), None)
    subnet = interface.detail("subnetId") if interface else ""
    if not subnet:
        return WayOut(None, "the task shares the network of its host")
    try:
        return await clients.cached(
            ("exec way", subnet), _FRESH, lambda: _from_subnet(clients, subnet)
        )
    except ApiError as error:
        return WayOut(None, error.problem.message)


async def _from_subnet(clients: Clients, subnet: str) -> WayOut:
    tables = await _tables(clients, "association.subnet-id", subnet)
    vpc = tables[0].vpc_id if tables else None
    if vpc is None:
        page = await clients.read("ec2", "DescribeSubnets", "Subnets", Subnet, SubnetIds=[subnet])
        vpc = page.items[0].vpc_id if page.items else None
    if vpc is None:
        return WayOut(None, f"{subnet} could not be read")
    service = f"com.amazonaws.{clients.region}.ssmmessages"
    page_of_endpoints = await clients.read(
        "ec2", "DescribeVpcEndpoints", "VpcEndpoints", _Endpoint,
        Filters=[
            {"Name": "vpc-id", "Values": [vpc]},
            {"Name": "service-name", "Values": [service]},
        ],
    )  # fmt: skip
    for each in page_of_endpoints.items:
        if (each.state or "").lower() == "available":
            return WayOut(True, f"through {each.vpc_endpoint_id}", vpc)
    tables = tables or await _tables(clients, "vpc-id", vpc, ("association.main", "true"))
    gate = _gate(tables)
    if gate:
        return WayOut(True, f"through {gate}", vpc)
    words = f"{subnet} has neither an endpoint for ssmmessages nor a route to the internet"
    return WayOut(False, words, vpc)


async def _tables(clients: Clients, *given: Any) -> list[_Table]:
    name, value, *more = given
    filters = [{"Name": name, "Values": [value]}]
    filters += [{"Name": each[0], "Values": [each[1]]} for each in more]
    page = await clients.read("ec2", "DescribeRouteTables", "RouteTables", _Table, Filters=filters)
    return list(page.items)


def _gate(tables: Sequence[_Table]) -> str:
    """What traffic to everywhere goes through; empty for nothing."""
    for table in tables:
        for route in table.routes or ():
            if route.destination_cidr_block == _EVERYWHERE and route.state != "blackhole":
                return (
                    route.nat_gateway_id
                    or route.transit_gateway_id
                    or route.gateway_id
                    or route.network_interface_id
                    or ""
                )
    return ""


async def live_pod(clients: Clients, cluster: str, namespace: str, name: str, of: str) -> LivePod:
    """A pod as it is now; ApiError if it is gone."""
    body = await clients.kube(cluster).get(f"/api/v1/namespaces/{namespace}/pods/{name}")
    try:
        pod = msgspec.json.decode(body, type=Pod)
    except msgspec.DecodeError as error:
        raise ApiError(Problem(Why.FAILED, "kubernetes:get pods", f"{error}")) from error
    names = [each.name or "" for each in (pod.spec and pod.spec.containers) or ()]
    notes = (pod.metadata and pod.metadata.annotations) or {}
    default = notes.get("kubectl.kubernetes.io/default-container", "")
    first = default if default in names else next(iter(names), "")
    return LivePod(pod, cluster, of or first)


async def live_host(clients: Clients, instance: str, name: str, cluster: str, key: str) -> LiveHost:
    """An instance as Session Manager knows it."""
    ping: str | None = None
    unread = ""
    if instance.startswith(("i-", "mi-")):
        try:
            page = await clients.read(
                "ssm", "DescribeInstanceInformation", "InstanceInformationList", _Agent,
                Filters=[{"Key": "InstanceIds", "Values": [instance]}],
            )  # fmt: skip
            ping = next((each.ping_status or "" for each in page.items), "")
        except ApiError as error:
            unread = error.problem.message
    return LiveHost(instance, name, cluster, key, ping, unread, plugin_words(clients))
