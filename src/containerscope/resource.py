"""What a resource type is: a declaration from which lists, commands, help and tests are derived."""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from containerscope.block import Block as Block
from containerscope.block import Pair as Pair
from containerscope.block import PairsBlock as PairsBlock
from containerscope.block import TableBlock as TableBlock
from containerscope.block import TextBlock as TextBlock
from containerscope.block import Value as Value
from containerscope.door import Clients as Clients
from containerscope.door import Demand as Demand
from containerscope.door import Identity as Identity
from containerscope.door import KubeApi as KubeApi
from containerscope.door import Scope as Scope
from containerscope.door import Sent as Sent
from containerscope.door import SignIn as SignIn
from containerscope.model.health import Health, Level
from containerscope.model.listing import Item, Listing, Missing
from containerscope.model.log_source import Sources
from containerscope.model.target import Target as Target  # part of what clients are opened with

if TYPE_CHECKING:
    from containerscope.plan import Ask, Note, Option, Stage, Step

T = TypeVar("T")


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
class Tree(Generic[T]):
    """How rows that stand below each other are folded."""

    depth: Callable[[T], int]
    """How many rows a row is below."""
    folded: Callable[[T, int], T]
    """The same, saying that so many rows below it are out of sight."""


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
    told: Callable[[Any], Resource[T]] | None = None
    """From `Listing.columns` to this resource with them; the same for the same ones.

    Set where only the API knows all the columns.
    """
    tree: Tree[T] | None = None
    """Set where rows stand below each other, in the order of the list."""
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

    def of(self, listing: Listing[T]) -> Resource[T]:
        """This resource with the columns that the API told of with the listing."""
        return self.told(listing.columns) if self.told is not None else self

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
