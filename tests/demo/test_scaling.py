"""Application Auto Scaling of the demo account: it tells, it obeys, and it acts by itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from containerscope.demo import load
from containerscope.demo.account import demo_world
from containerscope.demo.clock import START, StillClock
from containerscope.demo.scaling_plans import PLANS
from containerscope.demo.scaling_schedule import next_time
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from tests.demo.conftest import Connect
from tests.demo.test_alarms import advance

NAMESPACE = {"ServiceNamespace": "ecs"}


@pytest.fixture
async def scaling(account: RunningServer, connect: Connect) -> Any:
    """A client of Application Auto Scaling."""
    return await connect(account, "application-autoscaling")


def of(service: str, cluster: str = "checkout") -> dict[str, str]:
    """The parameters that name a service."""
    return {**NAMESPACE, "ResourceId": f"service/{cluster}/{service}"}


def target(service: str, cluster: str = "checkout") -> dict[str, str]:
    """The parameters that name the scalable target of a service."""
    return {**of(service, cluster), "ScalableDimension": "ecs:service:DesiredCount"}


async def activities(client: Any, service: str, *, every: bool = False) -> list[Any]:
    """The activities of a service, newest first."""
    found = await client.describe_scaling_activities(
        **of(service), IncludeNotScaledActivities=every
    )
    return list(found["ScalingActivities"])


def desired(world: World, service: str) -> int:
    """The desired count of a service of the shop."""
    return world.clusters["checkout"].services[service].desired


def cpu_policy(goal: float, **more: Any) -> dict[str, Any]:
    """A target tracking configuration for the CPU."""
    metric = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
    return {"TargetValue": goal, "PredefinedMetricSpecification": metric, **more}


async def test_cart_stands_at_its_maximum(scaling: Any) -> None:
    [found] = (
        await scaling.describe_scalable_targets(**NAMESPACE, ResourceIds=["service/checkout/cart"])
    )["ScalableTargets"]
    assert (found["MinCapacity"], found["MaxCapacity"]) == (4, 20)
    assert found["RoleARN"].endswith("AWSServiceRoleForApplicationAutoScaling_ECSService")
    assert not any(found["SuspendedState"].values())
    policies = (await scaling.describe_scaling_policies(**of("cart")))["ScalingPolicies"]
    assert [each["PolicyName"] for each in policies] == ["cpu60", "req"]
    assert [len(each["Alarms"]) for each in policies] == [2, 2]
    high, low = (each["AlarmName"] for each in policies[0]["Alarms"])
    assert re.fullmatch(r"TargetTracking-service/checkout/cart-AlarmHigh-[-0-9a-f]{36}", high)
    assert re.fullmatch(r"TargetTracking-service/checkout/cart-AlarmLow-[-0-9a-f]{36}", low)
    label = policies[1]["TargetTrackingScalingPolicyConfiguration"][
        "PredefinedMetricSpecification"
    ]["ResourceLabel"]
    assert re.fullmatch(r"app/prod-web/\w+/targetgroup/checkout-cart/\w+", label)


async def test_activities_tell_how_cart_came_to_its_count(scaling: Any) -> None:
    scaled = await activities(scaling, "cart")
    times = [each["StartTime"] for each in scaled]
    assert times == sorted(times, reverse=True)
    newest = scaled[0]
    assert newest["Description"] == "Setting desired count to 20."
    assert newest["StatusCode"] == "Successful"
    assert newest["StatusMessage"] == (
        "Successfully set desired count to 20. Change successfully fulfilled by ecs."
    )
    assert re.fullmatch(
        r"monitor alarm TargetTracking-service/checkout/cart-AlarmHigh-\S+ in state ALARM "
        r"triggered policy cpu60",
        newest["Cause"],
    )
    assert timedelta(minutes=25) < START - newest["StartTime"] < timedelta(minutes=40)
    assert timedelta(seconds=60) < newest["EndTime"] - newest["StartTime"] < timedelta(seconds=90)


async def test_what_was_not_scaled_is_told_on_request_only(scaling: Any) -> None:
    scaled = await activities(scaling, "cart")
    every = await activities(scaling, "cart", every=True)
    assert {each["ActivityId"] for each in scaled} < {each["ActivityId"] for each in every}
    assert not any("NotScaledReasons" in each for each in scaled)
    [reason] = every[0]["NotScaledReasons"]
    assert reason == {"Code": "AlreadyAtMaxCapacity", "MaxCapacity": 20, "CurrentCapacity": 20}
    [reason] = (await activities(scaling, "payments", every=True))[0]["NotScaledReasons"]
    assert reason["Code"] == "TargetServicePutResourceAsUnscalable"


async def test_traffic_rises_on_search_within_the_first_minute(
    scaling: Any, account: RunningServer, still_clock: StillClock
) -> None:
    before = await activities(scaling, "search", every=True)
    assert before[0]["Description"] == "Setting desired count to 12."
    assert desired(account.world, "search") == 12
    still_clock.advance(40)
    newest, *older = await activities(scaling, "search")
    assert older == before
    assert START + timedelta(seconds=20) <= newest["StartTime"] <= START + timedelta(seconds=40)
    assert newest["StatusCode"] == "InProgress"
    count = desired(account.world, "search")
    assert count > 12
    assert newest["Description"] == f"Setting desired count to {count}."
    advance(account.world, 300)
    later = await activities(scaling, "search")
    [first] = [each for each in later if each["ActivityId"] == newest["ActivityId"]]
    assert first["StatusCode"] == "Successful"


@pytest.mark.parametrize("second", range(0, 60, 7))
def test_whenever_the_world_begins_the_first_scale_out_comes_within_a_minute(second: int) -> None:
    clock = StillClock(START.replace(second=second, microsecond=250_000))
    world = demo_world(clock, seed=second)
    clock.advance(20)
    world.advance(clock.now())
    assert desired(world, "search") == 12
    clock.advance(10)
    world.advance(clock.now())
    assert desired(world, "search") > 12


async def test_policies_come_in_pages_of_ten_and_targets_of_fifty(scaling: Any) -> None:
    page = await scaling.describe_scaling_policies(**NAMESPACE)
    assert len(page["ScalingPolicies"]) == 10
    rest = await scaling.describe_scaling_policies(**NAMESPACE, NextToken=page["NextToken"])
    arns = [each["PolicyARN"] for each in page["ScalingPolicies"] + rest["ScalingPolicies"]]
    assert len(set(arns)) == len(arns) > 10
    with pytest.raises(ClientError, match="less than or equal to 10"):
        await scaling.describe_scaling_policies(**NAMESPACE, MaxResults=11)
    with pytest.raises(ClientError, match="less than or equal to 50"):
        await scaling.describe_scalable_targets(**NAMESPACE, ResourceIds=["service/a/b"] * 51)
    with pytest.raises(ClientError, match="must specify a resource ID"):
        await scaling.describe_scalable_targets(
            **NAMESPACE, ScalableDimension="ecs:service:DesiredCount"
        )
    assert (await scaling.describe_scaling_policies(**of("nobody")))["ScalingPolicies"] == []


async def test_a_service_that_somebody_registers_is_scaled(scaling: Any, world: World) -> None:
    service = world.clusters["checkout"].services["feature-flags"]
    answer = await scaling.register_scalable_target(
        **target("feature-flags"), MinCapacity=3, MaxCapacity=9
    )
    assert ":scalable-target/" in answer["ScalableTargetARN"]
    assert service.desired == 3
    [minimum] = await activities(scaling, "feature-flags")
    assert minimum["Cause"] == "minimum capacity was set to 3"
    put = await scaling.put_scaling_policy(
        **target("feature-flags"),
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=cpu_policy(4.5, ScaleOutCooldown=60),
    )
    assert [each["AlarmName"].split("-")[2] for each in put["Alarms"]] == ["flags", "flags"]
    load.shift(world, "checkout/feature-flags", 3, over=0)
    advance(world, 600)
    assert service.desired > 3
    newest = (await activities(scaling, "feature-flags"))[0]
    assert newest["Cause"].endswith("in state ALARM triggered policy cpu")


async def test_what_is_deregistered_is_left_alone(
    scaling: Any, account: RunningServer, connect: Connect
) -> None:
    await scaling.deregister_scalable_target(**target("search"))
    advance(account.world, 600)
    assert desired(account.world, "search") == 12
    cloudwatch = await connect(account, "cloudwatch")
    prefix = "TargetTracking-service/checkout/search"
    assert (await cloudwatch.describe_alarms(AlarmNamePrefix=prefix))["MetricAlarms"] == []
    with pytest.raises(scaling.exceptions.ObjectNotFoundException):
        await scaling.deregister_scalable_target(**target("search"))


async def test_suspended_scaling_does_nothing(scaling: Any, world: World) -> None:
    suspended = {"DynamicScalingOutSuspended": True}
    await scaling.register_scalable_target(**target("search"), SuspendedState=suspended)
    advance(world, 900)
    assert desired(world, "search") == 12
    await scaling.register_scalable_target(
        **target("search"), SuspendedState={"DynamicScalingOutSuspended": False}
    )
    advance(world, 120)
    assert desired(world, "search") > 12


async def test_a_higher_maximum_lets_cart_grow(scaling: Any, world: World) -> None:
    await scaling.register_scalable_target(**target("cart"), MaxCapacity=40)
    advance(world, 120)
    assert 25 < desired(world, "cart") <= 40


async def test_a_lower_maximum_acts_at_once(scaling: Any, world: World) -> None:
    await scaling.register_scalable_target(**target("cart"), MaxCapacity=10)
    assert desired(world, "cart") == 10
    [newest, *_] = await activities(scaling, "cart")
    assert newest["Cause"] == "maximum capacity was set to 10"
    advance(world, 300)
    [newest, *_] = await activities(scaling, "cart")
    assert newest["StatusCode"] == "Successful"


async def test_steps_add_the_tasks_of_the_interval_that_holds(scaling: Any, world: World) -> None:
    load.shift(world, "checkout/orders", 1.6, over=0)
    before = desired(world, "orders")
    advance(world, 240)
    assert desired(world, "orders") >= before + 4
    causes = [each["Cause"] for each in await activities(scaling, "orders")]
    assert causes[0] == "monitor alarm orders-cpu-high in state ALARM triggered policy busy"


async def test_a_disabled_scale_in_has_no_low_alarm(scaling: Any, world: World) -> None:
    policies = (await scaling.describe_scaling_policies(**of("pricing")))["ScalingPolicies"]
    assert [len(each["Alarms"]) for each in policies] == [1, 0]
    load.shift(world, "checkout/pricing", 0.3, over=0)
    advance(world, 3600)
    assert desired(world, "pricing") == 6


async def test_less_traffic_scales_in_step_by_step(scaling: Any, world: World) -> None:
    load.shift(world, "checkout/cart", 0.1, over=0)
    advance(world, 2 * 3600)
    assert desired(world, "cart") == 4
    counts = [
        int(found[1])
        for each in reversed(await activities(scaling, "cart"))
        if (found := re.search(r"desired count to (\d+)", each["Description"]))
    ]
    inward = counts[counts.index(20) :]
    assert inward == sorted(inward, reverse=True)
    assert len(inward) > 4


async def test_a_scheduled_action_changes_the_limits_and_then_the_count(
    scaling: Any, world: World
) -> None:
    due = START + timedelta(minutes=5)
    await scaling.put_scheduled_action(
        **target("catalog"),
        ScheduledActionName="sale",
        Schedule=f"at({due:%Y-%m-%dT%H:%M:%S})",
        ScalableTargetAction={"MinCapacity": 9, "MaxCapacity": 15},
    )
    [action] = (await scaling.describe_scheduled_actions(**of("catalog")))["ScheduledActions"]
    assert action["ScheduledActionName"] == "sale"
    advance(world, 299)
    assert desired(world, "catalog") == 6
    advance(world, 2)
    assert desired(world, "catalog") == 9
    count, limits = await activities(scaling, "catalog")
    assert limits["Cause"] == "scheduled action name sale was triggered"
    assert limits["Description"] == "Setting min capacity to 9 and max capacity to 15"
    assert count["Cause"] == "minimum capacity was set to 9"
    assert (await scaling.describe_scheduled_actions(**of("catalog")))["ScheduledActions"] == []


async def test_odd_requests_are_refused_with_the_errors_of_aws(scaling: Any) -> None:
    cases = (
        scaling.register_scalable_target(**target("nobody"), MinCapacity=1, MaxCapacity=2),
        scaling.register_scalable_target(**target("cart"), MinCapacity=9, MaxCapacity=2),
        scaling.register_scalable_target(**target("feature-flags"), MinCapacity=1),
        scaling.put_scaling_policy(
            **target("cart"), PolicyName="x", PolicyType="TargetTrackingScaling"
        ),
        scaling.put_scheduled_action(
            **target("cart"),
            ScheduledActionName="x",
            Schedule="cron(61 * * * ? *)",
            ScalableTargetAction={"MinCapacity": 1},
        ),
    )
    for each in cases:
        with pytest.raises(scaling.exceptions.ValidationException):
            await each
    with pytest.raises(scaling.exceptions.ObjectNotFoundException):
        await scaling.delete_scaling_policy(**target("cart"), PolicyName="nothing")
    with pytest.raises(scaling.exceptions.ObjectNotFoundException):
        await scaling.delete_scheduled_action(**target("cart"), ScheduledActionName="nothing")


async def test_tags_of_a_target_can_be_read_and_changed(scaling: Any) -> None:
    found = await scaling.describe_scalable_targets(
        **NAMESPACE, ResourceIds=["service/checkout/cart"]
    )
    arn = found["ScalableTargets"][0]["ScalableTargetARN"]
    await scaling.tag_resource(ResourceARN=arn, Tags={"a": "b"})
    await scaling.untag_resource(ResourceARN=arn, TagKeys=["team"])
    assert (await scaling.list_tags_for_resource(ResourceARN=arn))["Tags"] == {"a": "b"}


async def test_a_predictive_policy_has_a_forecast(scaling: Any) -> None:
    found = await scaling.get_predictive_scaling_forecast(
        **target("pricing"),
        PolicyName="forecast",
        StartTime=START,
        EndTime=START + timedelta(days=2),
    )
    assert len(found["CapacityForecast"]["Values"]) == 48
    assert set(found["CapacityForecast"]["Values"]) <= {float(each) for each in range(3, 11)}
    [forecast] = found["LoadForecast"]
    assert max(forecast["Values"]) > 2 * min(forecast["Values"])


def test_what_scaling_did_does_not_depend_on_how_often_one_looks() -> None:
    rare, often = demo_world(StillClock()), demo_world(StillClock())
    for world, step in ((rare, 3000.0), (often, 6.5)):
        assert isinstance(world.clock, StillClock)
        while world.clock.monotonic() < 6000:
            world.clock.advance(min(step, 6000 - world.clock.monotonic()))
            world.advance(world.clock.now())
    assert rare.scaling.activities == often.scaling.activities
    assert rare.cloudwatch.history == often.cloudwatch.history
    assert len(rare.scaling.activities) > len(demo_world(StillClock()).scaling.activities) + 5


_COUNT = re.compile(r"Setting desired count to (\d+)\.")


@pytest.mark.parametrize("seed", [1, 77])
def test_activities_explain_every_change_of_a_desired_count_by_scaling(seed: int) -> None:
    world = demo_world(StillClock(), seed=seed)
    counts = {key: _desired(world, key) for key in PLANS}
    begin = world.now()
    seen: dict[str, list[int]] = {key: [] for key in counts}
    for _ in range(60 * 3):
        advance(world, 60)
        for key, before in counts.items():
            if (now := _desired(world, key)) != before:
                seen[key].append(now)
                counts[key] = now
    for key, changes in seen.items():
        told = [
            int(found[1])
            for each in world.scaling.activities
            if each.key[1] == f"service/{key}"
            and each.started_at > begin
            and (found := _COUNT.fullmatch(each.description))
        ]
        # Of two changes within a minute, the look once a minute sees the second only.
        assert _within(changes, told), key
        assert not told or told[-1] == counts[key]
    assert sum(map(len, seen.values())) > 5


def _desired(world: World, key: str) -> int:
    cluster, _, service = key.partition("/")
    return world.clusters[cluster].services[service].desired


def _within(part: list[int], whole: list[int]) -> bool:
    left = iter(whole)
    return all(each in left for each in part)


def test_counts_stay_between_the_limits_of_their_targets() -> None:
    world = demo_world(StillClock())
    for _ in range(90):
        advance(world, 60)
        for each in world.scaling.targets.values():
            count = _desired(world, each.resource.removeprefix("service/"))
            assert each.minimum <= count <= each.maximum, each.resource


def test_the_past_leads_to_the_present() -> None:
    for seed in (1, 77, 1234):
        world = demo_world(StillClock(), seed=seed)
        for key in PLANS:
            past = _service(world, key).history
            assert past == sorted(past)
            assert past[-1][1] == _desired(world, key)
            assert past[-1][2] == load.running_now(_service(world, key)), key
        states = {each.status for each in world.scaling.activities}
        assert states <= {"Successful", "Overridden", "Failed"}


def _service(world: World, key: str) -> Any:
    cluster, _, service = key.partition("/")
    return world.clusters[cluster].services[service]


@pytest.mark.parametrize(
    ("expression", "zone", "after", "expected"),
    [
        ("rate(5 minutes)", "", "2026-11-24T14:12", "2026-11-24T14:15"),
        ("rate(1 hour)", "", "2026-11-24T14:00", "2026-11-24T15:00"),
        ("at(2026-11-24T20:00:00)", "", "2026-11-24T14:12", "2026-11-24T20:00"),
        ("at(2026-11-24T20:00:00)", "Europe/Berlin", "2026-11-24T14:12", "2026-11-24T19:00"),
        ("at(2026-11-24T10:00:00)", "", "2026-11-24T14:12", None),
        ("cron(0 22 * * ? *)", "", "2026-11-24T14:12", "2026-11-24T22:00"),
        ("cron(0 7 ? * MON-FRI *)", "Europe/Berlin", "2026-11-27T14:12", "2026-11-30T06:00"),
        ("cron(*/10 * * * ? *)", "", "2026-11-24T14:12", "2026-11-24T14:20"),
        ("cron(15 10 L * ? *)", "", "2026-11-24T14:12", "2026-11-30T10:15"),
        ("cron(0 9 ? * MON#1 *)", "", "2026-11-24T14:12", "2026-12-07T09:00"),
        ("cron(0 9 ? * FRIL *)", "", "2026-11-24T14:12", "2026-11-27T09:00"),
        ("cron(0 0 29 2 ? *)", "", "2026-11-24T14:12", "2028-02-29T00:00"),
        ("cron(0 0 1 1 ? 2026)", "", "2026-11-24T14:12", None),
    ],
)
def test_schedules_are_due_when_the_guide_says(
    expression: str, zone: str, after: str, expected: str | None
) -> None:
    begun = datetime(2026, 11, 24, 14, 0, tzinfo=UTC).timestamp()
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC).timestamp()
    due = next_time(expression, zone, begun, moment)
    told = None if due is None else datetime.fromtimestamp(due, UTC).strftime("%Y-%m-%dT%H:%M")
    assert told == expected


@pytest.mark.parametrize(
    ("expression", "zone"),
    [
        ("rate(0 minutes)", ""),
        ("every day", ""),
        ("cron(1 2 3)", ""),
        ("cron(x * * * ? *)", ""),
        ("at(2026-11-24T20:00:00)", "Atlantis/City"),
    ],
)
def test_schedules_that_make_no_sense_are_refused(expression: str, zone: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        next_time(expression, zone, 0.0, 0.0)
