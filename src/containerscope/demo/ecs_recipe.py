"""What a service of the demo account is made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MINUTE = 60.0
HOUR = 3600.0
DAY = 86400.0


@dataclass(frozen=True)
class Recipe:
    """A service in the few words that tell it from the others."""

    name: str
    desired: int
    revision: int = 1
    tag: str = "1.0.0"
    """The image tag of the newest revision."""
    cpu: int = 512
    memory: int = 1024
    port: int = 8080
    """0 for a service that listens to nothing."""
    compute: str = "FARGATE"
    """`FARGATE`, `EC2`, or the name of a capacity provider strategy of its cluster."""
    network: str = "awsvpc"
    sidecars: tuple[str, ...] = ("log-router",)
    environment: dict[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    path: str = ""
    """Where the load balancer sends its requests; empty for no load balancer."""
    efs: str = ""
    """The directory that an EFS volume is mounted at; empty for none."""
    health: str = ""
    """The command of the container health check; empty for none."""
    architecture: str = "X86_64"
    daemon: bool = False
    connect: bool = False
    exec_enabled: bool = False
    deployed: float = 2 * DAY
    """How long ago the newest deployment began."""
    age: float = 120 * DAY
    owner: str = "shop"
    command: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    """Further members of the main container definition."""
