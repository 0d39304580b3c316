"""Where each story of the demo account is seen, for the tests and the pictures of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from containerscope.demo import scenarios
from containerscope.demo.clock import StillClock
from containerscope.demo.world import World

_STEP = 10
"""Seconds that the world moves by at a time."""


@dataclass(frozen=True)
class Story:
    """The way to a story of `containerscope.demo.scenarios`, and what is on the screen then."""

    name: str
    cluster: str
    """The cluster that the program is opened with; empty opens all."""
    keys: Sequence[str]
    """What is pressed from there."""
    words: Sequence[str]
    """What tells the story; all of it stands on the screen."""
    seconds: int = 300
    """How long it has been going on when it is looked at."""
    size: tuple[int, int] = (150, 40)

    def tell(self, world: World, clock: StillClock) -> None:
        """Let it begin, and go on until it is looked at."""
        scenarios.start(world, self.name)
        for _ in range(self.seconds // _STEP):
            clock.advance(_STEP)
            world.advance(clock.now())


def _filter(wanted: str) -> tuple[str, ...]:
    return ("slash", *wanted, "enter")


def _tab(name: str, key: str) -> tuple[str, ...]:
    """A tab of the service of this name."""
    return (*_filter(name), key)


def _row(command: str, wanted: str) -> tuple[str, ...]:
    """The only row that a command lists with this filter, with the pane open."""
    return ("colon", *command, "enter", *_filter(wanted), "d")


_EDGE, _DATA, _SHOP = "edge", "data", "checkout"
_NODES = _row("ng", "ral-a")
STORIES: tuple[Story, ...] = (
    Story("image-missing", _SHOP, _tab("pricing", "2"), ("tripped at 4 of 3 failures",)),
    Story("deployment-stuck", _SHOP, _tab("search", "3"), ("failed ELB health checks",)),
    Story(
        "blue-green-paused",
        _SHOP,
        _tab("web", "2"),
        ("waits for approval", "then it rolls back", "blue/green", "Test traffic"),
        900,
    ),
    Story("oom-loop", _SHOP, _tab("recomm", "3"), ("OOM killed (137)",)),
    Story("container-unhealthy", _SHOP, _tab("catalog", "3"), ("failed health checks",)),
    Story(
        "target-502",
        _SHOP,
        _tab("orders", "5"),
        ("running, but not receiving traffic: unhealthy: answers 502",),
    ),
    Story("secret-denied", _SHOP, _tab("accounts", "3"), ("secret denied",)),
    Story(
        "efs-zone",
        _DATA,
        _tab("feature", "6"),
        ("mount target eu-west-1b broken", "Create a mount target in eu-west-1b."),
    ),
    Story(
        "ec2-out-of-memory",
        _EDGE,
        _tab("rtmp", "1"),
        ("no capacity for 5 tasks", "No instance has enough memory free."),
    ),
    Story("ec2-port-taken", _EDGE, _tab("rtmp", "1"), ("The host port is taken on every",)),
    Story("spot-interruption", _EDGE, _tab("resizer", "3"), ("Spot interrupted",)),
    Story(
        "agent-disconnected",
        _DATA,
        _row("ci", "agent"),
        ("agent disconnected", "Restart the agent", "Agent connected    no"),
    ),
    Story(
        "nodegroup-launch-failures",
        "",
        (*_NODES, "2"),
        ("no EC2 capacity", "Allow more instance types and availability zones."),
    ),
    Story(
        "nodegroup-subnet",
        "",
        _row("ng", "system"),
        ("nodes get no public IP", "Let the subnet assign public IPs"),
    ),
    Story(
        "nodegroup-addresses",
        "",
        (*_NODES, "2"),
        ("subnet out of IPs", "Use a larger subnet or another one."),
    ),
    Story("nodegroup-join", "", _NODES, ("nodes do not join", "Check the node role's policies")),
    Story(
        "eks-end-of-support",
        "",
        _row("eks", "legacy"),
        ("The extended support of Kubernetes 1.30 ends in 25 d", "Upgrade the control plane"),
    ),
    Story("scaling-at-maximum", _SHOP, _tab("web", "4"), ("at maximum 9 since", "> 45 %"), 600),
    Story(
        "schedule-fights-scaling",
        _SHOP,
        _tab("invent", "4"),
        ("Schedule cost-saver cuts the maximum below what policy cpu48 needs",),
        1800,
    ),
    Story("traffic-surge", _SHOP, _tab("catalog", "4"), ("because of memory", "mem50"), 1500),
    Story("log-flood", _SHOP, _tab("checkout-api", "8"), ("Newest lines", "l follows them"), 60),
)
