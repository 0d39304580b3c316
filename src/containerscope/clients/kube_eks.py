"""The way into the Kubernetes API of an EKS cluster, with our own AWS credentials."""

from __future__ import annotations

import asyncio
import base64
import binascii
import ipaddress
from typing import TYPE_CHECKING, Any

from containerscope.clients.kube_token import EksToken
from containerscope.model.eks import Cluster
from containerscope.model.kube import KubeError, Status
from containerscope.model.listing import ApiError, Problem, Why

if TYPE_CHECKING:
    from containerscope.clients.aws import AwsClients

_KNOWN = 300.0
"""Seconds that a cluster's endpoint is taken for granted."""
_FROM_INSIDE = "reach it from inside its VPC: through a VPN, a bastion or a peered network"


class EksDoor:
    """Finds the endpoint by DescribeCluster, and signs in with a presigned call of STS."""

    def __init__(self, clients: AwsClients, name: str) -> None:
        self._clients = clients
        self._name = name
        self._cluster: Cluster | None = None
        self._token: EksToken | None = None

    async def configuration(self) -> Any:
        """Endpoint and certificate authority of the cluster."""
        cluster = await self._clients.cached(("kube", self._name), _KNOWN, self._describe)
        self._cluster = cluster
        if not cluster.endpoint:
            state = (cluster.status or "unknown").lower()
            raise _failed(
                f"{self._name} has no Kubernetes endpoint yet: it is {state}",
                "a cluster being made gets one; one that is only connected is reached where it is",
            )
        authority = cluster.certificate_authority
        try:
            pem = base64.b64decode((authority.data if authority else None) or "").decode()
        except (binascii.Error, ValueError) as error:
            raise _failed(f"the certificate authority of {self._name} is unreadable") from error
        self._token = EksToken(
            self._clients.sts, cluster.id or self._name, self._clients.clock.monotonic
        )
        return await asyncio.to_thread(
            _configuration, cluster.endpoint, pem, self._clients.follows_environment
        )

    async def _describe(self) -> Cluster:
        page = await self._clients.read(
            "eks", "DescribeCluster", "cluster", Cluster, name=self._name
        )
        if not page.items:
            raise _failed(f"EKS gave no details of {self._name}")
        return page.items[0]

    async def authorization(self) -> str:
        """A fresh enough token."""
        assert self._token is not None, "opened before it is used"
        return f"Bearer {await self._token.bearer()}"

    async def turned_away(self, status: Status, operation: str, *, again: bool) -> ApiError | None:
        """A token that ended, a login that ended, or somebody whom the cluster does not know."""
        assert self._token is not None, "opened before it is used"
        self._token.forget()
        if not again:
            return None
        try:
            # Only AWS can tell credentials that ended from those that have no access.
            answer = await self._clients.call("sts", "GetCallerIdentity")
        except ApiError as error:
            return error
        who = _principal(str(answer.get("Arn", "")))
        return KubeError(
            Problem(
                Why.DENIED,
                operation,
                f"{self._name} does not know {who}: it has no access entry",
                remedy=f"aws eks create-access-entry --cluster-name {self._name} "
                f"--principal-arn {who}, then associate an access policy; "
                "or map the role in its aws-auth ConfigMap",
                permission="an EKS access entry",
                where=self._name,
            ),
            401,
        )

    async def unreachable(self, error: BaseException, operation: str) -> ApiError:
        """Private endpoints and address lists that leave us out, told from a broken network."""
        vpc = self._cluster.resources_vpc_config if self._cluster else None
        said = str(error) or type(error).__name__
        if vpc is not None and vpc.endpoint_public_access is False:
            message = f"the endpoint of {self._name} is private and cannot be reached from here"
            return _lost(operation, message, _FROM_INSIDE, self._name)
        cidrs = (vpc.public_access_cidrs if vpc else None) or ()
        if vpc is not None and cidrs and not _open(cidrs):
            message = f"{self._name} does not answer; it lets in {', '.join(cidrs)} only"
            remedy = "add this address to its public access CIDRs, or come from inside its VPC"
            return _lost(operation, message, remedy, self._name)
        message = f"{self._name} does not answer: {said}"
        return _lost(operation, message, "check the network, the VPN and the proxy", self._name)


def _open(cidrs: tuple[str, ...]) -> bool:
    try:
        return any(ipaddress.ip_network(each).prefixlen == 0 for each in cidrs)
    except ValueError:
        return False


def _configuration(host: str, pem: str, follows_environment: bool) -> Any:
    from kubernetes.aio.client import Configuration

    configuration = Configuration(host=host, ca_cert_data=pem or None)
    # The certificates that EKS makes lack an extension that newer versions of Python ask for.
    configuration.disable_strict_ssl_verification = True
    configuration.client_session_kwargs = {"trust_env": follows_environment}
    return configuration


def _principal(caller: str) -> str:
    """The role or user to give access to, from the ARN of a session."""
    head, _, rest = caller.partition(":assumed-role/")
    if not rest:
        return caller
    return f"{head.replace(':sts:', ':iam:')}:role/{rest.partition('/')[0]}"


def _failed(message: str, remedy: str = "") -> ApiError:
    return KubeError(Problem(Why.FAILED, "kubernetes:connect", message, remedy=remedy))


def _lost(operation: str, message: str, remedy: str, where: str) -> ApiError:
    return KubeError(Problem(Why.UNREACHABLE, operation, message, remedy=remedy, where=where))
