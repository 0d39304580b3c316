"""Getting into a cluster: the token, and what it means to be turned away."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from containerscope.clients.aws import AwsClients
from containerscope.clients.kube_errors import refusal, retry_after, status_of
from containerscope.clients.kube_token import EksToken
from containerscope.demo.faults import Fault
from containerscope.model.kube import KubeError, Status
from containerscope.model.listing import ApiError, RefusedError, Why
from containerscope.ui.chrome import problem_words
from tests.kube.cluster import NAME, Cluster, names_in
from tests.resources.wire import clients_of


async def test_a_token_is_a_presigned_call_bound_to_one_cluster_for_a_minute(
    clients: AwsClients,
) -> None:
    seconds = 0.0
    token = EksToken(clients.sts, NAME, lambda: seconds)
    made = await token.bearer()
    encoded = made.removeprefix("k8s-aws-v1.")
    url = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    query = parse_qs(urlsplit(url).query)
    assert query["Action"] == ["GetCallerIdentity"]
    assert "x-k8s-aws-id" in query["X-Amz-SignedHeaders"][0]
    assert query["X-Amz-Expires"] == ["60"]
    assert made not in repr(token)
    assert clients.calls["sts:GetCallerIdentity"] == 0


async def test_a_token_is_made_anew_after_ten_minutes(clients: AwsClients) -> None:
    seconds = 0.0
    made = 0

    async def sts() -> object:
        nonlocal made
        made += 1
        return await clients.sts()

    token = EksToken(sts, NAME, lambda: seconds)
    await token.bearer()
    seconds = 599.0
    await token.bearer()
    assert made == 1
    seconds = 601.0
    await token.bearer()
    assert made == 2


async def test_connecting_takes_one_call_of_eks(cluster: Cluster, clients: AwsClients) -> None:
    api = clients.kube(NAME)
    assert names_in(await api.get("/api/v1/namespaces/scratch/configmaps")) == ["a", "b", "c"]
    await api.get("/api/v1/nodes")
    assert clients.calls == {
        "eks:DescribeCluster": 1,
        "kubernetes:list configmaps": 1,
        "kubernetes:list nodes": 1,
    }


async def test_a_private_endpoint_says_that_it_is_private(
    cluster: Cluster, clients: AwsClients
) -> None:
    world = cluster.account.world
    vpc = world.eks[NAME].body["resourcesVpcConfig"]
    vpc["endpointPublicAccess"] = False
    cluster.spoil("dropped")
    with pytest.raises(ApiError) as raised:
        await clients.kube(NAME).get("/api/v1/nodes")
    problem = raised.value.problem
    assert problem.why is Why.UNREACHABLE
    assert "endpoint of platform is private" in problem.message
    assert "VPN" in problem.remedy


async def test_a_cluster_that_does_not_exist_is_said_to_be_none(clients: AwsClients) -> None:
    with pytest.raises(ApiError) as raised:
        await clients.kube("nowhere").get("/api/v1/nodes")
    assert "nowhere" in raised.value.problem.message


async def test_an_exec_is_refused_before_anything_is_sent(clients: AwsClients) -> None:
    with pytest.raises(RefusedError):
        await clients.kube(NAME).get("/api/v1/namespaces/shop/pods/web/exec")
    assert not clients.calls


def test_a_403_names_the_right_that_lacks_and_the_way_around() -> None:
    text = (
        'pods is forbidden: User "u" cannot list resource "pods" in API group "" '
        "at the cluster scope"
    )
    error = refusal(403, Status(message=text), "kubernetes:list pods")
    assert error.problem.why is Why.DENIED
    assert error.problem.permission == "list pods"
    assert "namespace=NAME" in error.problem.remedy
    assert (
        "namespace=NAME"
        not in refusal(
            403, Status(message=text.replace("at the cluster scope", 'in the namespace "a"')), "x"
        ).problem.remedy
    )


def test_a_429_says_how_long_to_wait() -> None:
    body = b'{"kind":"Status","code":429,"message":"slow","details":{"retryAfterSeconds":3}}'
    status = status_of(body)
    assert retry_after({}, status) == 3.0
    assert retry_after({"Retry-After": "7"}, status) == 7.0
    assert refusal(429, status, "x", 3.0).problem.why is Why.THROTTLED


def test_what_is_no_status_is_shown_as_it_is() -> None:
    assert status_of(b"404 page not found\n").message == "404 page not found"
    assert isinstance(refusal(404, status_of(b"404 page not found\n"), "x"), KubeError)


async def said_of(clients: AwsClients, name: str = NAME) -> str:
    """What a person reads when a list of nodes cannot be had."""
    with pytest.raises(ApiError) as raised:
        await clients.kube(name).get("/api/v1/nodes")
    return problem_words(raised.value.problem)


async def test_each_way_of_not_getting_in_says_what_it_is_and_what_to_do(
    cluster: Cluster, clients: AwsClients
) -> None:
    world = cluster.account.world
    vpc = world.eks[NAME].body["resourcesVpcConfig"]
    told = {}

    cluster.spoil("unauthorized")
    told["no access entry"] = await said_of(clients)
    cluster.faults.replace(())

    entries = world.eks[NAME].access_entries
    kept = dict(entries)
    for entry in entries.values():
        entry.policies.clear()
        entry.body["kubernetesGroups"] = []
    told["no right"] = await said_of(clients)
    entries.update(kept)

    account = cluster.account
    account.faults.append(Fault(kind="expired", service="sts"))
    cluster.spoil("unauthorized")
    told["login ended"] = await said_of(clients)
    account.faults.replace([])
    cluster.faults.replace(())

    private = await clients_of(account)
    vpc["endpointPublicAccess"] = False
    cluster.spoil("dropped")
    told["private endpoint"] = await said_of(private)
    await private.close()

    listed = await clients_of(account)
    vpc |= {"endpointPublicAccess": True, "publicAccessCidrs": ["203.0.113.0/24"]}
    told["address not let in"] = await said_of(listed)
    await listed.close()
    who = "arn:aws:iam::123456789012:role/OpsRole"
    assert told == {
        "no access entry": f"platform: platform does not know {who}: it has no access entry (needs "
        "an EKS access entry) – aws eks create-access-entry --cluster-name platform "
        f"--principal-arn {who}, then associate an access policy; or map the role in its aws-auth "
        "ConfigMap",
        "no right": 'nodes is forbidden: User "arn:aws:sts::123456789012:assumed-role/OpsRole/demo"'
        ' cannot list resource "nodes" in API group "" at the cluster scope (needs list nodes) – '
        "bind a role that allows it to `list nodes` (RBAC)",
        "login ended": "The security token included in the request is expired – sign in again: "
        "`aws sso login` for an SSO profile, else renew the credentials",
        "private endpoint": "platform: the endpoint of platform is private and cannot be reached "
        "from here – reach it from inside its VPC: through a VPN, a bastion or a peered network",
        "address not let in": "platform: platform does not answer; it lets in 203.0.113.0/24 only "
        "– add this address to its public access CIDRs, or come from inside its VPC",
    }
