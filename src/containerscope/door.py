"""The door to AWS and Kubernetes as the layers above it know it, and what is asked for there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from containerscope.model.clock import Clock
from containerscope.model.listing import Page

if TYPE_CHECKING:
    from containerscope.plan import KubeRequest

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Scope:
    """What a listing covers; part of every cache key."""

    account: str = ""
    """Twelve digits; empty until the identity is known."""
    region: str = ""
    cluster: str = ""
    """Name of an ECS or EKS cluster, or several with commas between them; empty covers all."""
    service: str = ""
    """Name of an ECS service; empty covers all."""
    parent: str = ""
    """Key of the item the listing was opened from: a task for its containers."""
    namespace: str = ""
    """Name of a namespace, or several with commas between them; empty covers all."""

    @property
    def clusters(self) -> tuple[str, ...]:
        """The names of the clusters in scope; none for all."""
        return _names(self.cluster)

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The names of the namespaces in scope; none for all."""
        return _names(self.namespace)

    def one(self, name: str) -> bool:
        """Whether this field names one thing, so that a column of it would say nothing."""
        return len(_names(getattr(self, name))) == 1

    def within(self, **changes: str) -> Scope:
        """The same scope with these fields replaced."""
        return replace(self, **changes)


def _names(text: str) -> tuple[str, ...]:
    if "," not in text:
        return (text,) if text else ()
    return tuple(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


@dataclass(frozen=True)
class Identity:
    """Who we are to AWS, from a fresh `GetCallerIdentity`."""

    account: str
    arn: str
    alias: str = ""
    """The account's alias; empty until or unless it can be read."""
    region: str = ""
    partition: str = "aws"

    @property
    def role(self) -> str:
        """The role or user name in the ARN, without the session name."""
        parts = self.arn.rsplit(":", 1)[-1].split("/")
        return parts[1] if len(parts) > 1 else parts[0]


class SignIn(Protocol):
    """How a person is asked for what signing in needs; a dialog, or the terminal of `get`."""

    async def mfa_code(self, serial: str) -> str | None:
        """The code of this MFA device, or None to give up."""

    async def device_code(self, url: str, code: str, expires_in: float) -> None:
        """Show where to confirm the SSO login; returns at once."""

    async def device_done(self, message: str) -> None:
        """The SSO login ended: empty message when it worked."""


@dataclass(frozen=True)
class Sent:
    """What a Kubernetes API answered to a change."""

    body: bytes = field(repr=False)
    """The object as it is now, or a Status; values of secrets are masked."""
    id: str = ""
    """The server's `Audit-Id`."""


class KubeApi(Protocol):
    """The Kubernetes API of one cluster, by path."""

    @property
    def name(self) -> str:
        """What the cluster is called."""

    async def get(self, path: str, /, accept: str = "application/json", **query: str) -> bytes:
        """The body of an answer; raises `model.kube.KubeError`."""

    def stream(
        self, path: str, /, idle: float = 300.0, accept: str = "application/json", **query: str
    ) -> AsyncIterator[list[bytes]]:
        """The lines of an answer as they arrive, none at first: the server has accepted.

        Silence of `idle` seconds is an error.
        """

    async def send(self, request: KubeRequest, /, *, dry: bool = False) -> Sent:
        """Make a change, or have the server only try it; raises `model.kube.KubeError`.

        In read-only it raises `RefusedError` and sends nothing, tried or not.
        """


class Clients(Protocol):
    """The only door to AWS, Kubernetes and child processes.

    Every call passes guard (read-only), pace (rate budget) and one error mapping; it raises
    `ApiError` and nothing else.
    """

    @property
    def clock(self) -> Clock:
        """A clock whose `now` follows the server's `Date`."""

    @property
    def read_only(self) -> bool:
        """Whether the guard refuses whatever changes the world."""

    @property
    def region(self) -> str:
        """The region that calls go to."""

    @property
    def partition(self) -> str:
        """`aws`, `aws-us-gov` or `aws-cn`."""

    async def identity(self) -> Identity:
        """Who we are, asked once per profile and region."""

    async def read(
        self, service: str, operation: str, member: str, model: type[T], /, **params: Any
    ) -> Page[T]:
        """Call and convert `member` of the answer, item by item, to `model`.

        `member` names a list or a single structure (then one item); `model` may be `str`.
        """

    async def call(self, service: str, operation: str, /, **params: Any) -> Mapping[str, Any]:
        """Call and return the whole answer under the API's own member names."""

    def stream(
        self, service: str, operation: str, member: str, /, **params: Any
    ) -> AsyncIterator[Mapping[str, Any]]:
        """Call and yield the events of the answer's event stream until it ends or is closed."""

    def kube(self, cluster: str) -> KubeApi:
        """The Kubernetes API of a context or an EKS cluster; the first request connects."""

    @property
    def kube_contexts(self) -> tuple[str, ...]:
        """Contexts of the kubeconfig that are clusters beside those of EKS."""

    async def cached(
        self, key: Hashable, seconds: float, fetch: Callable[[], Awaitable[U]], /
    ) -> U:
        """What `fetch` returned for this key within the last `seconds`, else a fresh one.

        For what never changes (a task definition's revision) or changes slowly (EKS versions).
        Concurrent callers share one fetch; an `ApiError` is not remembered.
        """


@dataclass
class Demand:
    """What the view needs now; read by a lister before each batch. One per `follow`."""

    visible: Sequence[str] = ()
    """Keys of the rows on screen, top first: their details are fetched first."""
    joins: frozenset[str] = frozenset()
    """The joins of the visible columns."""
    details: bool = False
    """The details of all rows, as a filter or a sort by one of them needs."""
    everything: bool = False
    """All details of all rows, and these joins for all of them, as `get` needs them."""
    whole: frozenset[str] = frozenset()
    """The joins by which the list is sorted or filtered: they are fetched for all rows."""
    changed: Callable[[], None] = field(default=lambda: None, repr=False)
    """Called when it was changed by `look`; set by whoever follows it."""

    def look(
        self,
        *,
        visible: Sequence[str] | None = None,
        joins: frozenset[str] | None = None,
        whole: frozenset[str] | None = None,
        details: bool | None = None,
    ) -> None:
        """Need something else from now on; what is not given stays."""
        before = (self.visible, self.joins, self.whole, self.details)
        self.visible = self.visible if visible is None else visible
        self.joins = self.joins if joins is None else joins
        self.whole = self.whole if whole is None else whole
        self.details = self.details if details is None else details
        if (self.visible, self.joins, self.whole, self.details) != before:
            self.changed()
