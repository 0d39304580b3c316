"""The metrics of load balancers: of a target group, and of all groups behind a balancer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from containerscope.demo import load
from containerscope.demo.cloudwatch_ecs import Dimensions, Known, Place
from containerscope.demo.cloudwatch_sample import Sample, Source, merged
from containerscope.demo.world import World

_OF_GROUP = (
    "RequestCount",
    "RequestCountPerTarget",
    "TargetResponseTime",
    "HTTPCode_Target_2XX_Count",
    "HTTPCode_Target_4XX_Count",
    "HTTPCode_Target_5XX_Count",
    "TargetConnectionErrorCount",
    "HealthyHostCount",
    "UnHealthyHostCount",
)
_OF_BALANCER = (
    "RequestCount",
    "TargetResponseTime",
    "HTTPCode_Target_2XX_Count",
    "HTTPCode_Target_5XX_Count",
    "HTTPCode_ELB_5XX_Count",
    "ActiveConnectionCount",
    "NewConnectionCount",
    "ProcessedBytes",
)
_UNITS = {"TargetResponseTime": "Seconds", "ProcessedBytes": "Bytes"}


def groups(world: World) -> dict[str, Place]:
    """The service behind each target group, by `targetgroup/NAME/ID`."""
    return {
        each["targetGroupArn"].rpartition(":")[2]: Place(world, cluster, service)
        for cluster in world.clusters.values()
        for service in cluster.services.values()
        for each in service.load_balancers
    }


def _behind(world: World, label: str) -> Place | None:
    """The service behind a target group; the index is made anew when it does not know it."""
    index = world.cloudwatch.groups
    for attempt in range(2):
        where = index.get(label)
        cluster = world.clusters.get(where[0]) if where else None
        service = cluster.services.get(where[1]) if cluster and where else None
        if cluster is not None and service is not None:
            return Place(world, cluster, service)
        if not attempt:
            index.clear()
            found = groups(world).items()
            index.update((key, (each.cluster.name, each.service.name)) for key, each in found)
    return None


def group_label(group_arn: str) -> str:
    """`targetgroup/NAME/ID`, the dimension of a target group."""
    return group_arn.rpartition(":")[2]


def balancer_labels(world: World, place: Place) -> list[str]:
    """`app/NAME/ID` of the load balancers in front of a service, by their dimension."""
    balancing = world.balancing
    arns = [each["targetGroupArn"] for each in place.service.load_balancers]
    found = [
        each.arn.rpartition(":loadbalancer/")[2]
        for arn in arns
        if arn in balancing.groups
        for each in balancing.balancers_of(balancing.groups[arn])
    ]
    return [each for each in dict.fromkeys(found) if each.startswith("app/")]


def find(world: World, name: str, dimensions: Dimensions) -> Source | None:
    """A metric of `AWS/ApplicationELB`."""
    unit = _UNITS.get(name, "Count")
    if "TargetGroup" in dimensions:
        place = _behind(world, dimensions["TargetGroup"])
        if place is None or name not in _OF_GROUP or "AvailabilityZone" in dimensions:
            return None
        return Source(_reading(place, name), unit)
    label = dimensions.get("LoadBalancer", "")
    behind = [each for each in groups(world).values() if label in balancer_labels(world, each)]
    if not behind or name not in _OF_BALANCER:
        return None
    readings = [_reading(each, name) for each in behind]
    return Source(lambda at: merged(_present(each(at) for each in readings)), unit)


def _present(samples: Iterable[Sample | None]) -> Iterator[Sample]:
    return (each for each in samples if each is not None)


def _reading(place: Place, name: str) -> Callable[[float], Sample | None]:
    def read(at: float) -> Sample | None:
        running = place.running(at)
        if name == "HealthyHostCount":
            return _gauge(0 if _sick(place) else running)
        if name == "UnHealthyHostCount":
            return _gauge(running if _sick(place) else 0)
        requests = round(load.requests(place.world, place.cluster, place.service, at))
        if not requests:
            return None
        wrong = load.errors(place.world, place.cluster, place.service, at) if running else 1.0
        if name == "RequestCountPerTarget":
            each = requests / running if running else 0.0
            return Sample(max(running, 1), each, 0.0, each) if running else None
        if name == "TargetResponseTime":
            seconds = load.latency(place.world, place.cluster, place.service, at)
            return Sample(requests, requests * seconds, seconds * 0.2, seconds * 6.5)
        return _counted(_count(name, requests, wrong))

    return read


def _sick(place: Place) -> bool:
    fate = place.world.fates.get(load.key_of(place.cluster, place.service))
    return fate is not None and bool(fate.target_reason)


def _gauge(value: float) -> Sample:
    return Sample(1, value, value, value)


def _counted(count: int) -> Sample | None:
    """That many ones: a counter is not sent for a minute without any."""
    return Sample(count, count, 1, 1) if count else None


def _count(name: str, requests: int, wrong: float) -> int:
    shares = {
        "HTTPCode_Target_5XX_Count": wrong,
        "HTTPCode_Target_4XX_Count": 0.012,
        "HTTPCode_Target_2XX_Count": max(0.0, 0.985 - wrong),
        "HTTPCode_ELB_5XX_Count": wrong / 4,
        "TargetConnectionErrorCount": wrong / 50,
        "ActiveConnectionCount": 0.35,
        "NewConnectionCount": 0.22,
        "ProcessedBytes": 9300.0,
    }
    return round(requests * shares.get(name, 1.0))


def known(world: World) -> Known:
    """All metrics of `AWS/ApplicationELB`."""
    balancers: dict[str, None] = {}
    for label, place in groups(world).items():
        yield "RequestCountPerTarget", {"TargetGroup": label}
        for balancer in balancer_labels(world, place):
            balancers[balancer] = None
            dimensions = {"TargetGroup": label, "LoadBalancer": balancer}
            yield from ((name, dimensions) for name in _OF_GROUP)
    for balancer in balancers:
        yield from ((name, {"LoadBalancer": balancer}) for name in _OF_BALANCER)
