"""Load balancing: what stands behind which rule, and how targets come, fail and go."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError

from containerscope.demo.account import demo_world
from containerscope.demo.clock import StillClock
from containerscope.demo.ecs_state import Cluster, Service, Task
from containerscope.demo.elb_state import TargetGroup
from containerscope.demo.elb_targets import drain_seconds, healthy
from containerscope.demo.fate import Fate
from containerscope.demo.scale import Scale
from containerscope.demo.server import RunningServer, serve
from containerscope.demo.world import World
from tests.demo.conftest import Connect
from tests.demo.in_process import ask


@pytest.fixture(autouse=True)
def unscheduled(world: World) -> None:
    """No scheduler takes part: tasks move as the test says."""
    world.scheduler = None


@pytest.fixture
async def elb(account: RunningServer, connect: Connect) -> Any:
    """A client of the account's load balancers."""
    return await connect(account, "elbv2")


def service_of(world: World, name: str) -> tuple[Cluster, Service]:
    return next(
        (cluster, cluster.services[name])
        for cluster in world.clusters.values()
        if name in cluster.services
    )


def group_of(world: World, name: str) -> TargetGroup:
    _, service = service_of(world, name)
    return world.balancing.groups[service.load_balancers[0]["targetGroupArn"]]


def health(world: World, name: str) -> dict[str, tuple[str, str]]:
    """State and reason of each target of the service's group, by its id and port."""
    arn = group_of(world, name).arn
    found = ask(world, "elbv2", "DescribeTargetHealth", TargetGroupArn=arn)
    return {
        f"{each['Target']['Id']}:{each['Target']['Port']}": (
            each["TargetHealth"]["State"],
            each["TargetHealth"].get("Reason", ""),
        )
        for each in found["TargetHealthDescriptions"]
    }


def states(world: World, name: str) -> Counter[str]:
    return Counter(state for state, _ in health(world, name).values())


def let_pass(world: World, seconds: float) -> None:
    """Let the world go on for that long."""
    assert isinstance(world.clock, StillClock)
    world.clock.advance(seconds)
    world.advance(world.clock.now())


def move(world: World, cluster: Cluster, task: Task, status: str) -> None:
    """Bring a task to a status, as ECS does."""
    task.status = status
    if status == "RUNNING":
        task.started_at = world.now()
    if status == "STOPPED":
        task.stopped_at = world.now()
    world.task_changed(cluster, task)


def start(world: World, name: str, address: str = "10.0.40.7") -> tuple[Cluster, Task]:
    """A new task of the service that has just begun to be activated."""
    cluster, service = service_of(world, name)
    task = Task(f"new-{name}", service.definition, world.now(), name, address=address)
    task.started_by = service.deployments[0].id
    task.status = "PENDING"
    cluster.add_task(task)
    move(world, cluster, task, "ACTIVATING")
    return cluster, task


def test_the_opening_scene_shows_each_state_where_it_belongs(world: World) -> None:
    assert states(world, "payments") == {"healthy": 2, "draining": 2}
    assert states(world, "checkout-api") == {"healthy": 12, "initial": 4, "draining": 4}
    assert states(world, "web") == {"healthy": 8}
    assert states(world, "clickhouse-proxy") == {"healthy": 4}
    assert states(world, "rtmp-relay") == {"healthy": 1}


async def test_targets_of_tasks_with_an_interface_are_their_addresses(
    account: RunningServer, connect: Connect, elb: Any
) -> None:
    ecs = await connect(account, "ecs")
    [service] = (await ecs.describe_services(cluster="checkout", services=["cart"]))["services"]
    arn = service["loadBalancers"][0]["targetGroupArn"]
    found = (await elb.describe_target_health(TargetGroupArn=arn))["TargetHealthDescriptions"]
    arns = (await ecs.list_tasks(cluster="checkout", serviceName="cart"))["taskArns"]
    tasks = (await ecs.describe_tasks(cluster="checkout", tasks=arns))["tasks"]
    expected = {
        (
            next(
                each["value"]
                for each in task["attachments"][0]["details"]
                if each["name"] == "privateIPv4Address"
            ),
            8080,
            task["availabilityZone"],
        )
        for task in tasks
    }
    assert {tuple(each["Target"].values()) for each in found} == expected


async def test_targets_of_tasks_on_a_bridge_are_instances_and_their_host_ports(
    account: RunningServer, connect: Connect, elb: Any
) -> None:
    ecs = await connect(account, "ecs")
    for cluster, name in (("data", "clickhouse-proxy"), ("edge", "rtmp-relay")):
        [service] = (await ecs.describe_services(cluster=cluster, services=[name]))["services"]
        arn = service["loadBalancers"][0]["targetGroupArn"]
        [group] = (await elb.describe_target_groups(TargetGroupArns=[arn]))["TargetGroups"]
        assert group["TargetType"] == "instance"
        arns = (await ecs.list_tasks(cluster=cluster, serviceName=name))["taskArns"]
        tasks = (await ecs.describe_tasks(cluster=cluster, tasks=arns))["tasks"]
        instances = [each["containerInstanceArn"] for each in tasks]
        described = await ecs.describe_container_instances(
            cluster=cluster, containerInstances=instances
        )
        ids = {
            each["containerInstanceArn"]: each["ec2InstanceId"]
            for each in described["containerInstances"]
        }
        expected = {
            (
                ids[task["containerInstanceArn"]],
                task["containers"][0]["networkBindings"][0]["hostPort"],
            )
            for task in tasks
        }
        found = await elb.describe_target_health(TargetGroupArn=arn)
        targets = [each["Target"] for each in found["TargetHealthDescriptions"]]
        assert {(each["Id"], each["Port"]) for each in targets} == expected
        assert all("AvailabilityZone" not in each for each in targets)


async def test_a_target_group_is_reached_by_a_rule_of_a_listener(elb: Any) -> None:
    groups = (await elb.describe_target_groups())["TargetGroups"]
    [payments] = [each for each in groups if each["TargetGroupName"] == "checkout-payments"]
    [balancer] = payments["LoadBalancerArns"]
    [told] = (await elb.describe_load_balancers(LoadBalancerArns=[balancer]))["LoadBalancers"]
    assert (told["LoadBalancerName"], told["Type"]) == ("prod-web", "application")
    listeners = (await elb.describe_listeners(LoadBalancerArn=balancer))["Listeners"]
    assert [(each["Port"], each["DefaultActions"][0]["Type"]) for each in listeners] == [
        (80, "redirect"),
        (443, "fixed-response"),
    ]
    rules = (await elb.describe_rules(ListenerArn=listeners[1]["ListenerArn"]))["Rules"]
    [rule] = [
        each
        for each in rules
        if each["Actions"][0].get("TargetGroupArn") == payments["TargetGroupArn"]
    ]
    assert [each["Field"] for each in rule["Conditions"]] == ["host-header", "path-pattern"]
    assert rule["Conditions"][1]["Values"] == ["/pay/*"]
    priorities = [each["Priority"] for each in rules]
    assert priorities[-1] == "default"
    numbers = [int(each) for each in priorities[:-1]]
    assert numbers == sorted(set(numbers))
    assert rules[-2]["Conditions"][1]["Values"] == ["/*"]


def test_a_new_task_is_checked_before_it_gets_requests(world: World) -> None:
    cluster, task = start(world, "web")
    where = f"{task.address}:8080"
    assert health(world, "web")[where] == ("initial", "Elb.RegistrationInProgress")
    let_pass(world, 6)
    assert health(world, "web")[where] == ("initial", "Elb.InitialHealthChecking")
    let_pass(world, 60)
    assert health(world, "web")[where][0] == "initial"
    move(world, cluster, task, "RUNNING")
    assert not healthy(world, cluster, task)
    let_pass(world, 11)
    assert health(world, "web")[where] == ("healthy", "")
    assert healthy(world, cluster, task)


def test_a_task_that_stops_drains_for_its_delay_and_is_gone(world: World) -> None:
    cluster, service = service_of(world, "web")
    task = next(iter(service.tasks.values()))
    assert drain_seconds(world, cluster, task) == 30
    where = f"{task.address}:8080"
    for status in ("DEACTIVATING", "STOPPING"):
        move(world, cluster, task, status)
        assert health(world, "web")[where] == ("draining", "Target.DeregistrationInProgress")
        let_pass(world, 14)
    let_pass(world, 3)
    assert where not in health(world, "web")
    move(world, cluster, task, "STOPPED")
    assert where not in health(world, "web")
    assert world.balancing.leaving == set()
    assert group_of(world, "web").targets == {}


def test_a_task_whose_wish_alone_changes_stays_in_service(world: World) -> None:
    cluster, service = service_of(world, "web")
    task = next(iter(service.tasks.values()))
    task.desired = "STOPPED"
    world.task_changed(cluster, task)
    assert states(world, "web") == {"healthy": 8}


def test_tasks_that_answer_502_become_unhealthy_and_recover(world: World) -> None:
    cluster, service = service_of(world, "search")
    service.grace = 10**9
    world.fates["checkout/search"] = Fate(
        target_reason="Target.ResponseCodeMismatch",
        target_description="Health checks failed with these codes: [502]",
    )
    let_pass(world, 100)
    assert states(world, "search") == {"unhealthy": 12}
    arn = group_of(world, "search").arn
    told = ask(world, "elbv2", "DescribeTargetHealth", TargetGroupArn=arn)
    assert {each["TargetHealth"]["Description"] for each in told["TargetHealthDescriptions"]} == {
        "Health checks failed with these codes: [502]"
    }
    said = [each for each in service.events if "is unhealthy in" in each.message]
    assert len(said) == 12
    assert "(port 8080) is unhealthy in (target-group arn:" in said[0].message
    assert said[0].message.endswith("due to (reason Health checks failed with these codes: [502]).")
    task = next(iter(service.tasks.values()))
    assert not healthy(world, cluster, task)
    del world.fates["checkout/search"]
    let_pass(world, 200)
    assert states(world, "search") == {"healthy": 12}
    assert group_of(world, "search").targets == {}


def test_only_the_spoiled_zone_is_unhealthy(world: World) -> None:
    _, service = service_of(world, "search")
    service.grace = 10**9
    world.fates["checkout/search"] = Fate(target_reason="Target.Timeout", zone="b")
    let_pass(world, 100)
    found = ask(
        world, "elbv2", "DescribeTargetHealth", TargetGroupArn=group_of(world, "search").arn
    )["TargetHealthDescriptions"]
    zones = {(each["Target"]["AvailabilityZone"], each["TargetHealth"]["State"]) for each in found}
    assert zones == {
        ("eu-west-1a", "healthy"),
        ("eu-west-1b", "unhealthy"),
        ("eu-west-1c", "healthy"),
    }


def test_a_target_that_a_person_registers_is_nobodys_and_times_out(world: World) -> None:
    arn = group_of(world, "web").arn
    ask(world, "elbv2", "RegisterTargets", TargetGroupArn=arn, Targets=[{"Id": "10.0.9.9"}])
    let_pass(world, 40)
    assert health(world, "web")["10.0.9.9:8080"] == ("unhealthy", "Target.Timeout")
    ask(world, "elbv2", "DeregisterTargets", TargetGroupArn=arn, Targets=[{"Id": "10.0.9.9"}])
    assert health(world, "web")["10.0.9.9:8080"][0] == "draining"
    let_pass(world, 31)
    assert states(world, "web") == {"healthy": 8}


def test_a_task_can_be_taken_out_of_service_by_hand_and_put_back(world: World) -> None:
    _, service = service_of(world, "web")
    task = next(iter(service.tasks.values()))
    arn, target = group_of(world, "web").arn, {"Id": task.address, "Port": 8080}
    ask(world, "elbv2", "DeregisterTargets", TargetGroupArn=arn, Targets=[target])
    assert states(world, "web") == {"healthy": 7, "draining": 1}
    let_pass(world, 31)
    assert states(world, "web") == {"healthy": 7}
    [told] = ask(world, "elbv2", "DescribeTargetHealth", TargetGroupArn=arn, Targets=[target])[
        "TargetHealthDescriptions"
    ]
    assert told["TargetHealth"]["Reason"] == "Target.NotRegistered"
    ask(world, "elbv2", "RegisterTargets", TargetGroupArn=arn, Targets=[target])
    assert states(world, "web") == {"healthy": 7, "initial": 1}
    let_pass(world, 40)
    assert states(world, "web") == {"healthy": 8}


def test_targets_of_a_group_without_a_rule_are_unused(world: World) -> None:
    arn = group_of(world, "web").arn
    for _, listener in world.balancing.listeners():
        listener.rules = [
            each
            for each in listener.rules
            if all(action.get("TargetGroupArn") != arn for action in each.actions)
        ]
    assert set(health(world, "web").values()) == {("unused", "Target.NotInUse")}


async def test_what_is_not_there_is_named_so(elb: Any) -> None:
    arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/none/0000000000000000"
    for call, code in (
        (elb.describe_target_health(TargetGroupArn=arn), "TargetGroupNotFound"),
        (elb.describe_target_groups(TargetGroupArns=[arn]), "TargetGroupNotFound"),
        (elb.describe_target_groups(Names=["none"]), "TargetGroupNotFound"),
        (elb.describe_load_balancers(Names=["none"]), "LoadBalancerNotFound"),
        (elb.describe_listeners(LoadBalancerArn=arn), "LoadBalancerNotFound"),
        (elb.describe_listeners(ListenerArns=[arn]), "ListenerNotFound"),
        (elb.describe_rules(RuleArns=[arn]), "RuleNotFound"),
        (elb.describe_rules(ListenerArn=arn), "ListenerNotFound"),
        (elb.describe_tags(ResourceArns=[arn]), "TargetGroupNotFound"),
        (elb.describe_tags(ResourceArns=[arn] * 21), "ValidationError"),
        (elb.describe_target_groups(PageSize=401), "ValidationError"),
        (elb.describe_target_groups(Marker="nonsense"), "ValidationError"),
        (elb.describe_rules(), "ValidationError"),
    ):
        with pytest.raises(ClientError) as caught:
            await call
        assert caught.value.response["Error"]["Code"] == code


async def test_target_groups_come_in_pages(elb: Any) -> None:
    whole = (await elb.describe_target_groups())["TargetGroups"]
    pages = [
        each["TargetGroups"]
        async for each in elb.get_paginator("describe_target_groups").paginate(
            PaginationConfig={"PageSize": 4}
        )
    ]
    assert [each for page in pages for each in page] == whole
    assert {len(each) for each in pages[:-1]} == {4}


async def test_settings_and_tags_can_be_read_and_changed(elb: Any) -> None:
    [group] = (await elb.describe_target_groups(Names=["checkout-cart"]))["TargetGroups"]
    arn = group["TargetGroupArn"]
    key = "deregistration_delay.timeout_seconds"

    async def delay() -> str:
        found = (await elb.describe_target_group_attributes(TargetGroupArn=arn))["Attributes"]
        return next(str(each["Value"]) for each in found if each["Key"] == key)

    assert await delay() == "30"
    setting = [{"Key": key, "Value": "45"}]
    await elb.modify_target_group_attributes(TargetGroupArn=arn, Attributes=setting)
    assert await delay() == "45"
    await elb.add_tags(ResourceArns=[arn], Tags=[{"Key": "note", "Value": "süß"}])
    [told] = (await elb.describe_tags(ResourceArns=[arn]))["TagDescriptions"]
    assert {"Key": "note", "Value": "süß"} in told["Tags"]
    changed = await elb.modify_target_group(TargetGroupArn=arn, Matcher={"HttpCode": "200-399"})
    assert changed["TargetGroups"][0]["Matcher"] == {"HttpCode": "200-399"}
    [balancer] = group["LoadBalancerArns"]
    found = await elb.describe_load_balancer_attributes(LoadBalancerArn=balancer)
    assert {"Key": "idle_timeout.timeout_seconds", "Value": "60"} in found["Attributes"]


async def test_a_rule_can_send_shares_to_two_groups(elb: Any) -> None:
    groups = (await elb.describe_target_groups(Names=["checkout-cart", "checkout-web"]))[
        "TargetGroups"
    ]
    first, second = (each["TargetGroupArn"] for each in groups)
    [balancer] = groups[0]["LoadBalancerArns"]
    listener = (await elb.describe_listeners(LoadBalancerArn=balancer))["Listeners"][1]
    rules = (await elb.describe_rules(ListenerArn=listener["ListenerArn"]))["Rules"]
    shares = [
        {"TargetGroupArn": first, "Weight": 90},
        {"TargetGroupArn": second, "Weight": 10},
    ]
    action = {"Type": "forward", "ForwardConfig": {"TargetGroups": shares}}
    await elb.modify_rule(RuleArn=rules[0]["RuleArn"], Actions=[action])
    [told] = (await elb.describe_rules(RuleArns=[rules[0]["RuleArn"]]))["Rules"]
    assert told["Actions"][0]["ForwardConfig"]["TargetGroups"] == shares
    with pytest.raises(ClientError, match="cannot be modified"):
        await elb.modify_rule(RuleArn=rules[-1]["RuleArn"], Actions=[action])
    missing = {"Type": "forward", "TargetGroupArn": first + "0"}
    with pytest.raises(elb.exceptions.TargetGroupNotFoundException):
        await elb.modify_rule(RuleArn=rules[0]["RuleArn"], Actions=[missing])
    await elb.modify_listener(ListenerArn=listener["ListenerArn"], DefaultActions=[action])
    [told] = (await elb.describe_listeners(ListenerArns=[listener["ListenerArn"]]))["Listeners"]
    assert told["DefaultActions"][0]["ForwardConfig"]["TargetGroups"] == shares


async def test_every_answer_fits_its_shape(world: World) -> None:
    for balancer in ask(world, "elbv2", "DescribeLoadBalancers")["LoadBalancers"]:
        arn = balancer["LoadBalancerArn"]
        ask(world, "elbv2", "DescribeLoadBalancerAttributes", LoadBalancerArn=arn)
        ask(world, "elbv2", "DescribeTargetGroups", LoadBalancerArn=arn)
        ask(world, "elbv2", "DescribeTags", ResourceArns=[arn])
        for listener in ask(world, "elbv2", "DescribeListeners", LoadBalancerArn=arn)["Listeners"]:
            ask(world, "elbv2", "DescribeRules", ListenerArn=listener["ListenerArn"])
            ask(
                world,
                "elbv2",
                "DescribeListenerCertificates",
                ListenerArn=listener["ListenerArn"],
            )
    for group in ask(world, "elbv2", "DescribeTargetGroups")["TargetGroups"]:
        arn = group["TargetGroupArn"]
        ask(world, "elbv2", "DescribeTargetHealth", TargetGroupArn=arn, Include=["All"])
        ask(world, "elbv2", "DescribeTargetGroupAttributes", TargetGroupArn=arn)


def test_steady_targets_cost_nothing_until_they_are_asked_for() -> None:
    world = demo_world(StillClock(), Scale(5, 60, 2000))
    kept = sum(len(each.targets) for each in world.balancing.groups.values())
    assert kept == 10  # The four that begin, and the four and two that drain.


async def test_another_region_has_none(world: World, connect: Connect) -> None:
    server = await serve(world)
    elb = await connect(server, "elbv2", region="us-east-2")
    assert (await elb.describe_load_balancers())["LoadBalancers"] == []
    await server.close()
