"""What a resource type is: a declaration from which lists, commands, help and tests are derived."""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

from containerscope.block import DiffBlock, LogBlock, SeriesBlock, TreeBlock
from containerscope.model.clock import Clock
from containerscope.model.health import Health, Level
from containerscope.model.listing import Item, Listing, Missing, Page
from containerscope.model.log_source import Sources
from containerscope.model.target import Target as Target  # part of what clients are opened with

if TYPE_CHECKING:
    from containerscope.plan import Ask, KubeRequest, Note, Option, Stage, Step

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

    def stream(self, path: str, /, idle: float = 300.0, **query: str) -> AsyncIterator[list[bytes]]:
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


Lister = Callable[[Clients, Scope, Demand], AsyncIterator[Listing[T]]]

Kind = Literal["text", "number", "ratio", "age", "percent", "mib", "bytes", "flag", "trend"]
"""How a value is formatted: `ratio` is a pair (part, whole); `age` a datetime; `flag` a bool;
`trend` a `model.trend.Trend`, which sorts and filters by its newest value."""


@dataclass(frozen=True)
class Column(Generic[T]):
    """One column: a value, from which the cell, the sort, the filter and the export are made."""

    title: str
    """The header, in capitals, with the unit: `MEM MiB`."""
    value: Callable[[T], Any] | None = None
    """From the details; None is shown as not applicable, a `Missing` as its reason."""
    of_item: Callable[[Item[T]], Any] | None = None
    """In place of `value`: from key, name, cluster or a join, so it is there before the details."""
    kind: Kind = "text"
    priority: int = 5
    """Columns with the highest number give way first when the terminal is narrow; 0 never does."""
    wide: bool = False
    """Shown in wide mode only."""
    unless: str = ""
    """A field of Scope that makes it idle once set: CLUSTER where there is only one cluster."""
    needs: str = ""
    """The join it needs; empty for none."""
    tone: Callable[[T], Level] | None = None
    """The level that colours the cell; healthy cells stay quiet without it."""
    tone_of_item: Callable[[Item[T]], Level] | None = None
    """In place of `tone`, where a joined value decides."""
    width: int = 40
    """The most cells it takes; longer values are cut in the middle."""
    name: str = ""
    """What `field:value` filters, `--sort` and JSON call it; the title in lower case if empty."""

    @property
    def field(self) -> str:
        """The name for filters, sort and exports."""
        return self.name or self.title.lower().replace(" ", "_")

    def of(self, item: Item[T]) -> Any:
        """The value for a row, or the `Missing` that stands in its place."""
        if self.of_item is not None:
            return self.of_item(item)
        if isinstance(item.value, Missing):
            return item.value
        return None if self.value is None else self.value(item.value)


@dataclass(frozen=True)
class Join(Generic[T]):
    """Values joined to rows from elsewhere: fetched for the rows on screen, batch by batch.

    The value stands in `Item.joined` under the join's name, a `Missing` where it is lacking.
    """

    name: str
    fetch: Callable[[Clients, Scope, Sequence[Item[T]]], Awaitable[Mapping[str, Any]]]
    """The values by the keys of at most `batch` rows; a row that is left out has none.

    An `ApiError` makes the value of each of these rows missing for its reason.
    """
    batch: int = 1
    """The most rows that one fetch takes: what one call of the API takes."""
    seconds: float = 30.0
    """How long a value is good; then it is fetched again for the rows on screen."""
    calls: int = 1
    """API calls of one fetch, to say beforehand what all rows would cost."""
    alike: Callable[[Item[T]], Hashable] = lambda _: None
    """Rows of one fetch are alike in this: their cluster, where a call names only one."""

    def cost(self, rows: int) -> int:
        """API calls that so many rows take at least."""
        return -(-rows // self.batch) * self.calls


@dataclass(frozen=True)
class Child(Generic[T]):
    """A way down from a row: `enter` takes the first that applies, the menu shows all."""

    resource: str
    scope: Callable[[Scope, Item[T]], Scope]
    when: Callable[[Item[T]], bool] = lambda _: True


@dataclass(frozen=True)
class Jump(Generic[T]):
    """A way from a row to another thing, found when it is taken."""

    when: Callable[[Item[T]], bool]
    place: Callable[[Clients, Scope, Item[T]], Awaitable[tuple[str, Scope]]]
    """The resource and the scope in which the thing is listed; raises `ApiError`."""


Value = Any
"""What a block shows: text, a number, a datetime, a bool, None or a Missing."""


@dataclass(frozen=True)
class Pair:
    """A label and its value in a detail pane."""

    label: str
    value: Value
    level: Level = Level.NONE
    secret: str = ""
    """The value behind a masked one, which can be revealed on screen only; empty for none."""


@dataclass(frozen=True)
class PairsBlock:
    """A titled group of labels and values."""

    title: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class TableBlock:
    """A small titled table; `levels` colours rows."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    levels: tuple[Level, ...] = ()
    empty: str = ""
    """The sentence shown in place of no rows."""


@dataclass(frozen=True)
class TextBlock:
    """A titled paragraph, or a line that explains what is wrong."""

    text: str
    title: str = ""
    level: Level = Level.NONE


Block = PairsBlock | TableBlock | TextBlock | SeriesBlock | LogBlock | DiffBlock | TreeBlock


@dataclass(frozen=True)
class Detail(Generic[T]):
    """A tab of the detail pane: each yield replaces the blocks before it."""

    title: str
    blocks: Callable[[Clients, Scope, Item[T]], AsyncIterator[tuple[Block, ...]]]
    when: Callable[[Item[T]], bool] = lambda _: True
    """Whether a row has this tab at all."""
    seconds: float = 15.0
    """How old it gets while it is looked at, before it is asked for again."""


@dataclass(frozen=True)
class Action(Generic[T]):
    """Something that changes a row's thing: read live, planned, sent and followed by `acting`."""

    id: str
    """In the action log and on the command line: `scale`."""
    title: str
    """A verb that the name of the thing follows: `Scale`."""
    help: str
    look: Callable[[Clients, Scope, Item[T]], Awaitable[Any]]
    """The live state that the plan rests on; raises `ApiError`."""
    plan: Callable[[Any, str], Step]
    """What to do in that state, given the answer; pure."""
    permissions: tuple[str, ...]
    """IAM actions it needs beside those that list the resource."""
    look_all: Callable[[Clients, Scope, Sequence[Item[T]]], Awaitable[Mapping[str, Any]]] | None = (
        None
    )
    """The live states of several by their keys, in fewer calls; a `Problem` where one has none."""
    again: Callable[[Clients, Scope, Item[T]], Awaitable[Any]] | None = None
    """In place of `look` just before sending: what the plan's facts rest on, without effects."""
    effects: Callable[[Sequence[Any], str], tuple[Note, ...]] = lambda *_: ()
    """What it does to those states together: how many of five remain if two are stopped."""
    made: Callable[[Mapping[str, Any]], str] = lambda _: ""
    """From the answer to the call, what is followed; empty where the step's own `mark` says it."""
    when: Callable[[Item[T]], str] = lambda _: ""
    """Why it cannot be done to this row; empty if it can."""
    key: str = ""
    """The id of its key in `ui/keys.py`; empty for the menu only."""
    asks: Ask | None = None
    answer: Callable[[Any], str] = lambda _: ""
    """The answer to begin with."""
    options: Callable[[Any], tuple[Option, ...]] = lambda _: ()
    """The answers to choose from."""
    bulk: bool = False
    """Whether it can be done to all marked rows."""
    progress: Callable[[Clients, Step], Awaitable[Stage]] | None = None
    """How far it has come; None where the answer to the call is the end of it."""
    rehearse: Callable[[Clients, Step], Awaitable[Step]] | None = None
    """Has the server try a step and change nothing; the step with what came of it.

    Not together with `asks`.
    """
    edits: bool = False
    """Whether what `look` found is edited by hand before there is anything to plan."""
    carries: bool = False
    """Whether `progress` does what is left of it, so that it ends where nobody follows it."""
    opens: Literal["", "terminal", "command", "forward", "copy", "stop"] = ""
    """What is opened in place of a call that is sent and answered."""
    parts: Callable[[Clients, Scope, Item[T]], Awaitable[tuple[Option, ...]]] | None = None
    """What of the row may be meant, such as its containers; one is chosen first."""
    of_part: Callable[[str], Action[T]] | None = None
    """The same for one of the parts."""


class Platform(enum.Enum):
    """Which world a resource belongs to."""

    BOTH = "ECS and EKS"
    ECS = "ECS"
    EKS = "EKS"
    KUBERNETES = "Kubernetes"
    LOCAL = "local"


@dataclass(frozen=True)
class Resource(Generic[T]):
    """The declaration of a resource type.

    Write `RESOURCE: Resource[X] = Resource(…)`: calling a subscripted frozen generic fails on
    CPython 3.12.1.
    """

    name: str
    """Plural, as in `:name` and `get name`."""
    noun: str
    """Singular, for sentences: `service`."""
    platform: Platform
    model: type[T]
    lister: Lister[T]
    columns: tuple[Column[T], ...]
    read: Callable[[Clients, Scope, Item[T]], Awaitable[Mapping[str, Any]]]
    """Re-reads one item whole, under the API's own member names."""
    aliases: tuple[str, ...] = ()
    health: Callable[[T], Health] = lambda _: Health(Level.NONE)
    """What is wrong with it, for the glyph, the HEALTH column and the problems-only filter."""
    changing: Callable[[T], bool] = lambda _: False
    """Whether a row is on its way somewhere, which makes the poller fast."""
    children: tuple[Child[T], ...] = ()
    details: tuple[Detail[T], ...] = ()
    actions: tuple[Action[T], ...] = ()
    logs: Callable[[Clients, Scope, Item[T]], Awaitable[Sources]] | None = None
    """Where the lines of what a row stands for are; asked again while they are followed."""
    compare: Callable[[Clients, Item[T], Item[T]], AsyncIterator[tuple[Block, ...]]] | None = None
    """What differs between two marked rows."""
    used_by: Callable[[Item[T]], str] | None = None
    """What services are asked whether they use it by: an ARN, an id, an image."""
    users: Child[T] | None = None
    """In place of `used_by`: where what uses it is listed."""
    owner: Jump[T] | None = None
    """The way to what made it and keeps it."""
    leads: Callable[[Scope, Item[T]], tuple[str, Scope, str] | None] | None = None
    """Where `enter` goes from a row that stands for one elsewhere: resource, scope and key."""
    itself: Callable[[Scope, Item[T]], tuple[Resource[Any], Scope, Item[Any]] | None] | None = None
    """The row of another list that a row stands for: what can be done is done to that one."""
    joins: tuple[Join[T], ...] = ()
    """Where the values of columns with `needs` come from."""
    console: Callable[[Scope, Item[T]], str] | None = None
    """The path of its page in the AWS console, from the host on: `/ecs/v2/clusters/…`."""
    by_name: Callable[[Scope, str], bool] = lambda *_: False
    """Whether in this scope a name will do for the key, so that nothing is listed to find it."""
    needs: tuple[str, ...] = ()
    """Fields of Scope without which it cannot be listed: `("parent",)`."""
    permissions: tuple[str, ...] = ()
    """IAM actions that list and describe it."""
    several: bool = False
    """Takes several clusters in scope, as all of EKS and Kubernetes do."""
    sort: str = ""
    """Field of the default sort, `-` before it for descending; HEALTH then name if empty."""
    live: bool = False
    """Its lister goes on: each DONE listing of it is the truth of that moment, kept up by a stream.

    It ends after the first one only where `Demand.everything` is set.
    """
    interval: float = 1.0
    """How much slower than the refresh setting it is polled, as a factor."""
    empty: str = ""
    """The sentence for an empty list; `{scope}` is replaced by the cluster or region."""
    tags: Callable[[T], Mapping[str, str]] = field(default=lambda _: {})
    arn: Callable[[T], str | None] = field(default=lambda _: None)
    """The ARN of an item whose key is another identity."""

    @property
    def nameable(self) -> bool:
        """Whether it can be listed by its name; the others are opened from a row only."""
        return "parent" not in self.needs

    def unlistable(self, scope: Scope) -> str:
        """Why it cannot be listed in so many clusters; empty if it can."""
        if len(scope.clusters) < 2:
            return ""
        many = self.several or self.platform in (Platform.EKS, Platform.KUBERNETES)
        if many and not scope.service:
            return ""
        return f"{self.name} takes one cluster at a time" + (" with a service" if many else "")

    def details_of(self, item: Item[T]) -> tuple[Detail[T], ...]:
        """The tabs that a row has."""
        return tuple(detail for detail in self.details if detail.when(item))
