"""Every call to AWS: guarded, paced, joined, decoded, and its errors mapped."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, TypeVar, cast

from botocore import xform_name
from botocore.exceptions import BotoCoreError, NoCredentialsError

from containerscope.action_log import ActionLog
from containerscope.clients.connection import Connection
from containerscope.clients.decode import page_of, wants_raw
from containerscope.clients.errors import failure_problem, to_problem
from containerscope.clients.flights import Flights, frozen
from containerscope.clients.guard import ALLOWED, refuse_of_ours
from containerscope.clients.kube import Door, KubeConnection
from containerscope.clients.kube_config import KubeconfigDoor
from containerscope.clients.kube_eks import EksDoor
from containerscope.clients.kube_stream import KubeStreams
from containerscope.clients.meter import Meter
from containerscope.clients.pace import Budget, Pace
from containerscope.clients.remembered import Remembered
from containerscope.clients.renewal import Renewal
from containerscope.clients.server_clock import ServerClock, parse_date
from containerscope.clients.session import (
    keep_roles,
    named_beforehand,
    open_session,
    partition_of,
    region_of,
)
from containerscope.clients.tls import read_bundle
from containerscope.model.clock import Clock, SystemClock
from containerscope.model.kube_access import KubeAccess
from containerscope.model.listing import (
    ApiError,
    NoAccountError,
    Page,
    RefusedError,
)
from containerscope.plan import Reply
from containerscope.resource import Identity, SignIn, Target

T = TypeVar("T")
U = TypeVar("U")

_TRIES = 4
"""Calls made for one answer when each but the last one ended in signing in again."""


async def connect(
    target: Target,
    *,
    read_only: bool,
    rate_share: float,
    sign_in: SignIn,
    clock: Clock | None = None,
    pace: Pace | None = None,
    read_only_accounts: Sequence[str] = (),
    metrics: bool = True,
    kube: KubeAccess | None = None,
) -> AwsClients:
    """Clients for one profile and region; no network yet.

    With `read_only_accounts`, patterns of account ids and aliases, they are read-only until the
    identity shows that none of them fits.

    Raises `ApiError` for a profile that does not exist and for a missing region. With the `pace`
    of the clients before, a switch of profile does not renew the account's budget. Without
    `metrics` no points of metrics are asked for, which CloudWatch charges for.
    """
    clock = clock or SystemClock()
    try:
        return AwsClients(
            target,
            read_only,
            pace or Pace(rate_share, clock),
            sign_in,
            clock,
            read_only_accounts,
            metrics=metrics,
            kube=kube or KubeAccess(),
        )
    except BotoCoreError as error:
        raise ApiError(to_problem(error, "aws", "connect")) from error


class AwsClients:
    """The clients of one profile and region; implements `containerscope.door.Clients`."""

    def __init__(
        self,
        target: Target,
        read_only: bool,
        pace: Pace,
        sign_in: SignIn,
        clock: Clock,
        read_only_accounts: Sequence[str] = (),
        *,
        metrics: bool = True,
        kube: KubeAccess | None = None,
    ) -> None:
        self.calls: Counter[str] = Counter()
        """Requests sent, retries included, by `ecs:ListServices`."""
        self.pace = pace
        self.actions: ActionLog | None = None
        """Where changes are written down; set by the run that these clients belong to."""
        self.forwards: Any = None
        """The ports that are forwarded through them, a `remote.forwards.Forwards`."""
        self.plugin: tuple[str, ...] = ()
        """What stands for the Session Manager plugin; empty looks for it on the PATH."""
        self._target = target
        named = None if read_only else named_beforehand(target, read_only_accounts)
        self._undecided = tuple(read_only_accounts) if named is None and not read_only else ()
        """Patterns of accounts that are read-only, until it is known which one this is."""
        self._read_only = read_only or bool(self._undecided) or bool(named)
        self._metrics = metrics
        self._clock = ServerClock(clock)
        self._flights = Flights()
        self._remembered = Remembered(self._flights, self._clock)
        self._identity: Identity | None = None
        self._account = target.access_key or target.profile
        self._retired: list[Connection] = []
        self._kube: dict[str, KubeConnection] = {}
        self._kube_access = kube or KubeAccess()
        self._renewal = Renewal(sign_in, clock, lambda: self._connection, self._reconnect)
        core = open_session(target, read_only=self._read_only, metrics=metrics)
        read_bundle(core)
        self._nowhere: ApiError | None = None
        """Why no call to AWS can be made, where the clusters are contexts of a kubeconfig."""
        try:
            self._region = region_of(core, target)
        except ApiError as error:
            if not self._kube_access.contexts:
                raise
            self._region, self._nowhere = "", NoAccountError(error.problem)
        self._partition = partition_of(core, self._region)
        self._meter = Meter(pace, self._clock, self.calls, self._account, self._region)
        self._connection = self._connected(core)

    @property
    def clock(self) -> ServerClock:
        """A clock whose `now` follows the server's `Date`."""
        return self._clock

    @property
    def read_only(self) -> bool:
        """Whether the guard refuses whatever changes the world; fixed once the account is known."""
        return self._read_only

    @property
    def region(self) -> str:
        """The region that calls go to."""
        return self._region

    @property
    def partition(self) -> str:
        """`aws`, `aws-us-gov` or `aws-cn`."""
        return self._partition

    @property
    def budget(self) -> Budget:
        """How much of the rate budget is in use, for the header."""
        return self.pace.budget()

    async def identity(self) -> Identity:
        """Who we are, asked once per profile and region; nobody where contexts are all there is."""
        if self._identity is None:
            try:
                self._identity = await self._flights.join("identity", self._ask_identity)
            except NoAccountError:
                if not self._kube_access.contexts:
                    raise
                self._identity = Identity("", "", region=self._region)
        return self._identity

    async def _ask_identity(self) -> Identity:
        answer = await self.call("sts", "GetCallerIdentity")
        account, arn = answer["Account"], answer["Arn"]
        self.pace.settle(self._account, account)
        self._account = account
        await self._decide(account)
        partition = arn.split(":")[1] if arn.startswith("arn:") else self._partition
        return Identity(account, arn, region=self._region, partition=partition)

    async def _decide(self, account: str) -> None:
        """Allow changes unless a pattern names the account; what cannot be told stays read-only."""
        patterns, self._undecided = self._undecided, ()
        if not patterns or any(fnmatchcase(account, pattern) for pattern in patterns):
            return
        if any(char.isalpha() for pattern in patterns for char in pattern):
            try:
                answer = await self.call("iam", "ListAccountAliases")
            except ApiError:
                return
            aliases = answer.get("AccountAliases") or ()
            if any(fnmatchcase(alias, pattern) for alias in aliases for pattern in patterns):
                return
        self._read_only = False
        self._reconnect()

    async def name_account(self) -> Identity:
        """The identity with the account's alias, where that can be read; never needed by rows."""
        identity = await self.identity()
        if identity.alias:
            return identity
        answer = await self.call("iam", "ListAccountAliases")
        aliases = answer.get("AccountAliases") or [""]
        self._identity = replace(identity, alias=aliases[0])
        return self._identity

    @property
    def follows_environment(self) -> bool:
        """Whether files and environment are read; not with explicit credentials."""
        return not self._target.access_key

    @property
    def profile(self) -> str:
        """The profile that the credentials are of; empty where there is none."""
        if self._target.access_key:
            return ""
        return self._target.profile or self.setting("profile")

    async def credential_source(self) -> str:
        """botocore's word for where the credentials come from: `sso`, `env`, `assume-role`, …"""
        try:
            credentials = await self._connection.core.get_credentials()
        except Exception as error:
            raise ApiError(to_problem(error, "aws", "credentials")) from error
        return "" if credentials is None else str(credentials.method)

    async def endpoint(self, service: str) -> str:
        """The address that calls to a service go to."""
        try:
            client = await self._connection.client(service)
        except BotoCoreError as error:
            raise ApiError(to_problem(error, service, "endpoint")) from error
        return str(client.meta.endpoint_url)

    def setting(self, name: str) -> str:
        """A setting of the AWS configuration as it is in force: `ca_bundle`, `profile`."""
        return str(self._connection.core.get_config_variable(name) or "")

    def sign_in_again(self) -> None:
        """Let an expired call open its dialog once more, though the last one was given up."""
        self._renewal.again()

    async def read(
        self, service: str, operation: str, member: str, model: type[T], /, **params: Any
    ) -> Page[T]:
        """Call and convert `member` of the answer, item by item, to `model`."""

        async def fly() -> Page[T]:
            answer, date = await self._answer(service, operation, params, raw=True)
            try:
                return page_of(answer, f"{service}:{operation}", member, model, date)
            except ValueError as error:
                raise ApiError(to_problem(error, service, operation)) from error

        key = (service, operation, member, model, frozen(params))
        return await self._flights.join(key, fly)

    async def call(self, service: str, operation: str, /, **params: Any) -> Mapping[str, Any]:
        """Call and return the whole answer under the API's own member names."""

        async def fly() -> Mapping[str, Any]:
            answer, _ = await self._answer(service, operation, params, raw=False)
            return {name: value for name, value in answer.items() if name != "ResponseMetadata"}

        if operation not in ALLOWED.get(service, frozenset()):
            # A change that is asked for twice is made twice.
            return await fly()
        return await self._flights.join((service, operation, frozen(params)), fly)

    async def send(self, service: str, operation: str, /, **params: Any) -> Reply:
        """Make a change and return what came back; never joined to another."""
        answer, _ = await self._answer(service, operation, params, raw=False)
        failures = answer.get("failures") or ()
        if failures:
            raise ApiError(failure_problem(f"{service}:{operation}", failures[0]))
        return Reply(str(answer.get("ResponseMetadata", {}).get("RequestId", "")), answer)

    async def stream(
        self, service: str, operation: str, member: str, /, **params: Any
    ) -> AsyncIterator[Mapping[str, Any]]:
        """Call and yield the events of the answer's event stream until it ends or is closed."""
        answer, _ = await self._answer(service, operation, params, raw=False)
        events = answer[member]
        try:
            async for event in events:
                yield event
        except Exception as error:
            raise ApiError(to_problem(error, service, operation)) from error
        finally:
            events.close()

    async def cached(
        self, key: Hashable, seconds: float, fetch: Callable[[], Awaitable[U]], /
    ) -> U:
        """What `fetch` returned for this key within the last `seconds`, else a fresh one."""
        return await self._remembered.get(key, seconds, fetch)

    def kube(self, cluster: str) -> KubeConnection:
        """The Kubernetes API of a context or an EKS cluster; connected to when first asked."""
        connection = self._kube.get(cluster)
        if connection is None:
            access, door = self._kube_access, cast("Door", EksDoor(self, cluster))
            if cluster in access.contexts:
                door = KubeconfigDoor(access.kubeconfig, cluster, read_only=self._read_only)
            connection = KubeConnection(
                cluster,
                door,
                self._clock,
                self.calls,
                access,
                lambda: self._read_only,
            )
            self._kube[cluster] = connection
        return connection

    def kube_streams(self, cluster: str) -> KubeStreams:
        """The ways into the pods of a cluster; read-only refuses all of them."""
        return KubeStreams(self.kube(cluster), read_only=self._read_only)

    @property
    def kube_contexts(self) -> tuple[str, ...]:
        """Contexts of the kubeconfig that are clusters beside those of EKS."""
        return self._kube_access.contexts

    async def sts(self) -> Any:
        """The STS client of the present credentials, with which tokens are signed."""
        return await self._connection.client("sts")

    async def close(self) -> None:
        """End what is under way and close every client."""
        if self.forwards is not None:
            await self.forwards.close()
        await self._flights.close()
        for kube in self._kube.values():
            await kube.close()
        for connection in (*self._retired, self._connection):
            await connection.close()

    async def _answer(
        self, service: str, operation: str, params: Mapping[str, Any], *, raw: bool
    ) -> tuple[Mapping[str, Any], datetime | None]:
        """The parsed or raw answer and its date; whatever goes wrong becomes an `ApiError`."""
        refused = refuse_of_ours(service, operation, params) if self._read_only else None
        if refused is not None:
            raise RefusedError(refused)
        if self._nowhere is not None:
            raise self._nowhere
        tries = 0
        while True:
            tries += 1
            connection = self._connection
            try:
                client = await connection.client(service)
                return await _send(client, operation, params, raw=raw)
            except ApiError:
                raise
            except Exception as error:
                explicit = bool(self._target.access_key)
                if explicit or tries >= _TRIES or not await self._renewal.cure(error, connection):
                    kind = NoAccountError if isinstance(error, NoCredentialsError) else ApiError
                    raise kind(to_problem(error, service, operation)) from error

    def _connected(self, core: Any) -> Connection:
        if not self._target.access_key:
            keep_roles(core, read_only=self._read_only)
            self._renewal.codes.answer_for(core)
        return Connection(core, self._region, self._target.endpoint_url, self._meter.prepare)

    def _reconnect(self) -> None:
        """Start over with fresh credentials; calls under way end on the clients they have."""
        try:
            core = open_session(self._target, read_only=self._read_only, metrics=self._metrics)
            fresh = self._connected(core)
        except BotoCoreError as error:
            raise ApiError(to_problem(error, "aws", "connect")) from error
        self._retired.append(self._connection)
        self._connection = fresh


async def _send(
    client: Any, operation: str, params: Mapping[str, Any], *, raw: bool
) -> tuple[Mapping[str, Any], datetime | None]:
    method = getattr(client, xform_name(operation))
    wants_raw.set(raw)
    answer = await method(**params)
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return answer, parse_date(headers.get("date"))
