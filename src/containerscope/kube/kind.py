"""A type of Kubernetes objects: where its API is and what its objects become."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

from containerscope.model.kube import RawEvent, TypedEvent, plain
from containerscope.model.listing import Item
from containerscope.resource import Clients, Scope

T = TypeVar("T")

TABLES = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
"""What is accepted for tables, and what else from a server that makes none."""


@dataclass(frozen=True)
class Kind(Generic[T]):
    """Not to be called subscripted: see `Resource`."""

    model: type[T]
    """A Struct with `metadata`, a `model.kube.Meta`."""
    plural: str
    version: str = "v1"
    """`v1`, or group and version: `apps/v1`."""
    namespaced: bool = True
    optional: bool = False
    """A cluster that does not serve it has none of it: that is no problem."""
    lean: Callable[[T], T] | None = None
    """Leaves out of a value what a list must not hold."""
    reads: Callable[[msgspec.Raw | bytes], T] | None = None
    """In place of decoding to the model: from an object's JSON; raises `msgspec.DecodeError`."""
    tables: bool = False
    """Asked for as the server's own tables: `reads` is given a row of one, or a table of one row.

    Servers give no WatchList as tables: what says that a list is whole gets lost in them.
    """

    @property
    def accept(self) -> str:
        """The form in which lists and watches are asked for."""
        return TABLES if self.tables else "application/json"

    @property
    def query(self) -> dict[str, str]:
        """What else is asked with them: the objects in the rows of tables."""
        return {"includeObject": "Object"} if self.tables else {}

    @property
    def base(self) -> str:
        """The path of its API."""
        return f"/apis/{self.version}" if "/" in self.version else f"/api/{self.version}"

    def path(self, namespace: str = "", name: str = "") -> str:
        """The path of all, of those in a namespace, or of one."""
        within = f"/namespaces/{quote(namespace, safe='')}" if namespace and self.namespaced else ""
        one = f"/{quote(name, safe='')}" if name else ""
        return f"{self.base}{within}/{self.plural}{one}"

    def decode(self) -> Callable[[msgspec.Raw | bytes], T]:
        """From an object's JSON to a value; the function raises `msgspec.DecodeError`."""
        if self.reads is not None:
            return self.reads
        decode: Callable[[msgspec.Raw | bytes], T] = msgspec.json.Decoder(self.model).decode
        lean = self.lean
        return decode if lean is None else lambda raw: lean(decode(raw))

    def decode_event(self) -> Callable[[bytes], tuple[str, T | None]]:
        """From a line of a watch to what happened and to what; raises `msgspec.DecodeError`."""
        if self.reads is not None:
            return _event_by(self.reads)
        model: Any = self.model
        decode = msgspec.json.Decoder(TypedEvent[model]).decode
        lean = self.lean

        def event(line: bytes) -> tuple[str, T | None]:
            told = decode(line)
            found: T | None = told.object
            return told.type or "", found if lean is None or found is None else lean(found)

        return event

    async def read(self, clients: Clients, scope: Scope, item: Item[T]) -> dict[str, Any]:
        """One of them whole, without managed fields."""
        namespace = getattr(getattr(item.value, "metadata", None), "namespace", None) or ""
        cluster = item.cluster or scope.cluster
        body = await clients.kube(cluster).get(self.path(namespace, item.name))
        found: dict[str, Any] = plain(msgspec.json.decode(body))
        return found


def _event_by(reads: Callable[[msgspec.Raw | bytes], T]) -> Callable[[bytes], tuple[str, T | None]]:
    decode = msgspec.json.Decoder(RawEvent).decode

    def event(line: bytes) -> tuple[str, T | None]:
        told = decode(line)
        return told.type or "", reads(told.object)

    return event
