"""botocore's service models, found by what a request says of itself."""

from __future__ import annotations

import gzip
import re
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import botocore
from botocore.loaders import Loader
from botocore.model import ServiceModel

JSON = "+json"
"""Behind the name of a service: as newer clients speak with it."""
_FIELD = re.compile(rb'"(\w+)"\s*:\s*"([^"]*)"')
_JSON_TOO = {"cloudwatch": "GraniteServiceVersion20100801"}
"""Services that newer clients speak JSON 1.0 with, and the prefix of its targets."""
_HEAD = 4096
"""A model file opens with its metadata, which is shorter than this."""


class Metadata(NamedTuple):
    """What tells one service from another before its model is loaded."""

    name: str
    signing_name: str
    target_prefix: str
    api_version: str
    protocol: str


def extras_path() -> Path:
    """The package's overlay of members newer than the installed botocore."""
    return Path(str(files("containerscope"))) / "clients" / "api_extras"


class Models:
    """Every service model of the installed botocore, loaded when first asked for."""

    def __init__(self, data_path: Path | None = None) -> None:
        extras = data_path or extras_path()
        self._loader = Loader(extra_search_paths=[str(extras)] if extras.is_dir() else [])
        self._services: dict[str, Any] = {}
        self._routes: dict[str, tuple[Route, ...]] = {}

    def service(self, name: str) -> Any:
        """The model of a service by botocore's name for it, or by that and `JSON`."""
        if name not in self._services:
            plain = name.removesuffix(JSON)
            description = self._loader.load_service_model(plain, "service-2")
            if plain != name:
                changes = {"protocol": "json", "jsonVersion": "1.0"}
                metadata = {**description["metadata"], **changes}
                description = {**description, "metadata": metadata}
            self._services[name] = ServiceModel(description, plain)
        return self._services[name]

    def routes(self, name: str) -> tuple[Route, ...]:
        """The REST operations of a service, the most literal templates first."""
        if name not in self._routes:
            service = self.service(name)
            operations = (service.operation_model(each) for each in service.operation_names)
            self._routes[name] = tuple(
                sorted((Route.of(each) for each in operations), key=lambda route: route.rank)
            )
        return self._routes[name]

    @cached_property
    def index(self) -> tuple[Metadata, ...]:
        """The metadata of all services, read from the heads of the model files."""
        found = [
            Metadata(
                name,
                head.get("signingName") or head.get("endpointPrefix", ""),
                head.get("targetPrefix", ""),
                head.get("apiVersion", ""),
                head.get("protocol", ""),
            )
            for name in self._loader.list_available_services("service-2")
            if (head := self._head(name))
        ]
        newer = [
            each._replace(
                name=each.name + JSON, target_prefix=_JSON_TOO[each.name], protocol="json"
            )
            for each in found
            if each.name in _JSON_TOO and each.protocol == "query"
        ]
        return (*found, *newer)

    def _head(self, name: str) -> dict[str, str]:
        version = self._loader.determine_latest_version(name, "service-2")
        folder = Path(botocore.__file__).parent / "data" / name / version
        packed = folder / "service-2.json.gz"
        if packed.is_file():
            with gzip.open(packed) as stream:
                head = stream.read(_HEAD)
        elif (plain := folder / "service-2.json").is_file():
            head = plain.read_bytes()[:_HEAD]
        else:
            return {}
        head = head.split(b'"operations"', 1)[0]
        return {key.decode(): value.decode() for key, value in _FIELD.findall(head)}


class Route(NamedTuple):
    """The method and URI template of a REST operation."""

    method: str
    pattern: re.Pattern[str]
    rank: tuple[int, int, int]
    constants: frozenset[tuple[str, str]]
    """Query parameters that belong to the template: `?aws_iam=t`."""
    operation: Any

    @classmethod
    def of(cls, operation: Any) -> Route:
        """The route that botocore's model declares for an operation."""
        template, _, query = operation.http["requestUri"].partition("?")
        parts = re.split(r"\{([^}]+)\}", template)
        pattern = ""
        for literal, label in zip(parts[::2], [*parts[1::2], ""], strict=True):
            pattern += re.escape(literal)
            if label.endswith("+"):
                pattern += "(.+)"
            elif label:
                pattern += "([^/]+)"
        labels = len(parts) // 2
        constants = frozenset(parse_qsl(query, keep_blank_values=True))
        rank = (labels, -len(template), -len(constants))
        method = operation.http["method"]
        return cls(method, re.compile(pattern + "/?"), rank, constants, operation)

    def labels(self) -> tuple[str, ...]:
        """The names in the template's braces, in their order."""
        template = self.operation.http["requestUri"].split("?", 1)[0]
        return tuple(each.rstrip("+") for each in re.findall(r"\{([^}]+)\}", template))
