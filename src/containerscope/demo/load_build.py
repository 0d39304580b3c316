"""The load on the hand-made services when the world begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from containerscope.demo.load import running_now
from containerscope.demo.load_state import Profile
from containerscope.demo.world import World

_PROFILES: Mapping[str, Profile] = {
    "checkout/web": Profile(41, 39, 420, latency=0.021),
    "checkout/cart": Profile(91, 64, 213, bursts=False, latency=0.018),
    "checkout/catalog": Profile(34, 48, 310, latency=0.012),
    "checkout/payments": Profile(12, 31, 9, bursts=False, latency=0.160),
    "checkout/search": Profile(66, 58, 260, bursts=False, latency=0.034),
    "checkout/recommendations": Profile(38, 71, 90, latency=0.055),
    "checkout/pricing": Profile(33, 29, 150, latency=0.006),
    "checkout/inventory": Profile(45, 44, 75, latency=0.019),
    "checkout/orders": Profile(56, 61, 48, bursts=False, latency=0.072),
    "checkout/checkout-api": Profile(57, 52, 112, bursts=False, latency=0.045),
    "checkout/notifications": Profile(18, 35, 22),
    "checkout/accounts": Profile(63, 47, 64, latency=0.025),
    "checkout/thumbnails": Profile(72, 46, 14, leaks=660.0),
    "checkout/feature-flags": Profile(7, 22, 140, latency=0.003),
    "data/warehouse-loader": Profile(81, 88, 3),
    "data/etl-worker": Profile(64, 67, 12),
    "data/kafka-connect": Profile(39, 74, 900),
    "data/feature-store": Profile(22, 57, 330, latency=0.004),
    "data/clickhouse-proxy": Profile(28, 41, 55, latency=0.110),
    "data/airflow-scheduler": Profile(15, 63, 2),
    "edge/ingress": Profile(52, 33, 1350, latency=0.004),
    "edge/image-resizer": Profile(69, 55, 85, latency=0.210),
    "edge/geo-lookup": Profile(9, 26, 480, latency=0.002),
    "edge/log-shipper": Profile(11, 38, 2600),
    "edge/rtmp-relay": Profile(44, 30, 1),
}


def build(world: World) -> None:
    """Let each hand-made service have its own load."""
    for key, profile in _PROFILES.items():
        cluster, _, service = key.partition("/")
        there = world.clusters[cluster].services.get(service)
        if there is not None:
            world.load.profiles[key] = replace(profile, running=running_now(there))
