"""The tabs of a service: what each shows, the calls it takes, and one refusal in each."""

from __future__ import annotations

from typing import Any

import pytest

from containerscope.block import DiffBlock, LogBlock, SeriesBlock, TreeBlock, TreeNode
from containerscope.clients.aws import AwsClients
from containerscope.demo import scenarios
from containerscope.demo.clock import StillClock
from containerscope.demo.faults import Fault
from containerscope.demo.scaling_state import Policy
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from containerscope.model.health import Level
from containerscope.model.listing import Item
from containerscope.resource import Block, Demand, PairsBlock, TableBlock, TextBlock
from containerscope.resources.services import RESOURCE
from containerscope.resources.tasks import RESOURCE as TASKS
from tests.resources.around import rows_of, texts_of
from tests.resources.wire import HERE

CHECKOUT = HERE.within(cluster="checkout")


async def service(clients: AwsClients, name: str, cluster: str = "checkout") -> Item[Any]:
    scope = HERE.within(cluster=cluster, service=name)
    listings = [each async for each in RESOURCE.lister(clients, scope, Demand(everything=True))]
    return listings[-1].items[0]


async def shown(
    clients: AwsClients, item: Item[Any], title: str, cluster: str = "checkout"
) -> tuple[Block, ...]:
    """The last blocks of a tab."""
    detail = next(each for each in RESOURCE.details if each.title == title)
    scope = HERE.within(cluster=cluster)
    return [blocks async for blocks in detail.blocks(clients, scope, item)][-1]


def later(world: World, clock: StillClock, seconds: int) -> None:
    for _ in range(seconds // 10):
        clock.advance(10)
        world.advance(clock.now())


def words(blocks: tuple[Block, ...]) -> str:
    """Everything the blocks say, in one text."""
    out: list[str] = []
    for block in blocks:
        out.append(block.title)
        if isinstance(block, TextBlock):
            out.append(block.text)
        elif isinstance(block, TableBlock):
            out += [block.empty, *(str(cell) for row in block.rows for cell in row)]
        elif isinstance(block, PairsBlock):
            out += [f"{pair.label} {pair.value}" for pair in block.pairs]
        elif isinstance(block, TreeBlock):
            out += [f"{node.text} {node.note}" for node in nodes(block.nodes)]
    return "\n".join(out)


def nodes(found: tuple[TreeNode, ...]) -> list[TreeNode]:
    return [each for node in found for each in (node, *nodes(node.children))]


CALLS: dict[str, dict[str, int]] = {
    "Overview": {"ecs:DescribeTaskDefinition": 1},
    "Deployments": {
        "ecs:ListServiceDeployments": 1,
        "ecs:DescribeServiceDeployments": 1,
        "ecs:DescribeServiceRevisions": 1,
    },
    "Tasks": {
        "ecs:ListTasks": 2,
        "ecs:DescribeTasks": 1,
        "elbv2:DescribeTargetHealth": 1,
        "elbv2:DescribeTargetGroups": 1,
    },
    "Scaling": {
        "application-autoscaling:DescribeScalableTargets": 1,
        "application-autoscaling:DescribeScalingPolicies": 1,
        "application-autoscaling:DescribeScheduledActions": 1,
        "application-autoscaling:DescribeScalingActivities": 1,
        "cloudwatch:DescribeAlarms": 1,
        "cloudwatch:GetMetricData": 1,
    },
    "Targets": {
        "elbv2:DescribeTargetHealth": 1,
        "elbv2:DescribeTargetGroups": 1,
        "elbv2:DescribeTargetGroupAttributes": 1,
        "elbv2:DescribeLoadBalancers": 1,
        "elbv2:DescribeListeners": 1,
        "elbv2:DescribeRules": 2,
        "ecs:ListTasks": 1,
        "ecs:DescribeTasks": 1,
    },
    "Storage": {"ecs:DescribeTaskDefinition": 1},
    "Logs": {
        "ecs:ListTasks": 2,
        "ecs:DescribeTasks": 1,
        "ecs:DescribeTaskDefinition": 1,
        "logs:FilterLogEvents": 1,
    },
    "Definition": {"ecs:DescribeTaskDefinition": 2, "ecs:ListTaskDefinitions": 1},
    "Events": {"ecs:DescribeServices": 1},
    "Metrics": {"ecs:DescribeClusters": 1, "ecs:ListTasks": 1, "cloudwatch:GetMetricData": 2},
    "Images": {"ecs:ListTasks": 1, "ecs:DescribeTasks": 1, "ecr:DescribeImages": 1},
}


ON_INSTANCES: dict[str, dict[str, int]] = {
    "Scaling": {
        "application-autoscaling:DescribeScalableTargets": 1,
        "application-autoscaling:DescribeScalingPolicies": 1,
        "application-autoscaling:DescribeScheduledActions": 1,
        "application-autoscaling:DescribeScalingActivities": 1,
        "cloudwatch:GetMetricData": 1,
        "ecs:DescribeCapacityProviders": 1,
        "autoscaling:DescribeAutoScalingGroups": 1,
        "autoscaling:DescribeScalingActivities": 1,
    },
    "Storage": {
        # A definition each of the six services that might share the file system, once a day.
        "ecs:DescribeTaskDefinition": 6,
        "ecs:ListServices": 1,
        "ecs:DescribeServices": 1,
        "ecs:ListTasks": 2,
        "ecs:DescribeTasks": 1,
        "efs:DescribeFileSystems": 1,
        "efs:DescribeAccessPoints": 1,
        "efs:DescribeMountTargets": 1,
        "efs:DescribeMountTargetSecurityGroups": 3,
        "ec2:DescribeSecurityGroups": 1,
    },
    # Four roles: of the task, its execution, the service and the instances.
    "Roles": {
        "ecs:DescribeTaskDefinition": 1,
        "ecs:ListTasks": 1,
        "ecs:DescribeTasks": 1,
        "ecs:DescribeContainerInstances": 1,
        "ec2:DescribeInstances": 1,
        "iam:GetInstanceProfile": 1,
        "iam:GetRole": 4,
        "iam:ListAttachedRolePolicies": 4,
        "iam:ListRolePolicies": 4,
        "iam:GetRolePolicy": 3,
        "iam:GetPolicy": 5,
        "iam:GetPolicyVersion": 5,
    },
}


@pytest.mark.parametrize(
    ("name", "title", "calls"),
    [
        *(("cart", title, calls) for title, calls in CALLS.items()),
        *(("feature-store", title, calls) for title, calls in ON_INSTANCES.items()),
    ],
)
async def test_a_tab_asks_no_more_than_it_must(
    clients: AwsClients, account: RunningServer, name: str, title: str, calls: dict[str, int]
) -> None:
    cluster = "data" if name == "feature-store" else "checkout"
    item = await service(clients, name, cluster)
    before = dict(account.calls)
    await shown(clients, item, title, cluster)
    made = {
        name: count - before.get(name, 0)
        for name, count in account.calls.items()
        if count > before.get(name, 0)
    }
    assert made == calls


async def test_a_role_that_services_share_is_fetched_once(
    clients: AwsClients, account: RunningServer
) -> None:
    await shown(clients, await service(clients, "cart"), "Roles")
    one = account.calls["iam:GetRole"]
    await shown(clients, await service(clients, "catalog"), "Roles")
    assert account.calls["iam:GetRole"] == one + 1, "only the task role is its own"


LOST: tuple[tuple[str, str, str, str], ...] = (
    ("cart", "Overview", "DescribeTaskDefinition", "Newest events"),
    ("payments", "Overview", "ListTasks", "Containers"),
    ("payments", "Overview", "DescribeTasks", "Containers"),
    ("cart", "Deployments", "ListServiceDeployments", "PRIMARY"),
    ("cart", "Deployments", "DescribeServiceDeployments", "PRIMARY"),
    ("cart", "Deployments", "DescribeServiceRevisions", "History"),
    ("cart", "Tasks", "DescribeTargetHealth", "running"),
    ("cart", "Tasks", "DescribeTargetGroups", "running"),
    ("cart", "Scaling", "GetMetricData", "cpu60"),
    ("cart", "Scaling", "DescribeAlarms", "cpu60"),
    ("cart", "Scaling", "DescribeScheduledActions", "cpu60"),
    ("cart", "Scaling", "DescribeScalingActivities", "cpu60"),
    ("cart", "Scaling", "DescribeScalingPolicies", "Maximum 20"),
    ("cart", "Scaling", "DescribeScalableTargets", "EC2 Auto Scaling"),
    ("cart", "Targets", "DescribeRules", "healthy"),
    ("cart", "Targets", "DescribeListeners", "healthy"),
    ("cart", "Targets", "DescribeLoadBalancers", "healthy"),
    ("cart", "Targets", "DescribeTargetGroupAttributes", "healthy"),
    ("cart", "Targets", "ListTasks", "healthy"),
    ("cart", "Targets", "DescribeTargetHealth", "prod-web"),
    ("feature-store", "Storage", "DescribeFileSystems", "access point fsap-"),
    ("feature-store", "Storage", "DescribeAccessPoints", "file system fs-"),
    ("feature-store", "Storage", "DescribeMountTargets", "access point fsap-"),
    ("feature-store", "Storage", "DescribeMountTargetSecurityGroups", "mount target fsmt-"),
    ("feature-store", "Storage", "DescribeSecurityGroups", "mount target fsmt-"),
    ("feature-store", "Storage", "ListTasks", "file system fs-"),
    ("feature-store", "Storage", "ListServices", "file system fs-"),
    ("cart", "Roles", "GetRole", "Task role"),
    ("cart", "Roles", "ListAttachedRolePolicies", "s3:GetObject"),
    ("cart", "Roles", "ListRolePolicies", "Execution role"),
    ("cart", "Roles", "DescribeTaskDefinition", ""),
    ("feature-store", "Roles", "DescribeContainerInstances", "Task role"),
    ("feature-store", "Roles", "DescribeInstances", "Task role"),
    ("feature-store", "Roles", "GetInstanceProfile", "Task role"),
    ("cart", "Logs", "FilterLogEvents", "l follows them"),
    ("cart", "Logs", "DescribeTaskDefinition", ""),
    ("cart", "Definition", "ListTaskDefinitions", "cart:41"),
    ("cart", "Definition", "DescribeTaskDefinition", "cart:40"),
    ("cart", "Events", "DescribeServices", "has reached a steady state"),
    ("cart", "Metrics", "GetMetricData", ""),
    ("cart", "Metrics", "DescribeClusters", "CPU of a task"),
    ("cart", "Metrics", "ListTasks", "CPU of a task"),
    ("cart", "Images", "DescribeImages", "2.7.1"),
    ("cart", "Images", "ListTasks", ""),
)


@pytest.mark.parametrize(
    ("name", "title", "operation", "stays"), LOST, ids=[f"{each[1]}-{each[2]}" for each in LOST]
)
async def test_one_denied_permission_blanks_its_part_and_is_named(
    clients: AwsClients, account: RunningServer, name: str, title: str, operation: str, stays: str
) -> None:
    cluster = "data" if name == "feature-store" else "checkout"
    item = await service(clients, name, cluster)
    account.faults.append(Fault(kind="denied", operation=operation))
    said = words(await shown(clients, item, title, cluster))
    assert stays in said
    assert f":{operation}" in said


async def test_scaling_says_why_it_cannot_and_draws_its_metrics(clients: AwsClients) -> None:
    blocks = await shown(clients, await service(clients, "cart"), "Scaling")
    assert texts_of(blocks)[0].startswith("at maximum 20 since ")
    charts = [block for block in blocks if isinstance(block, SeriesBlock)]
    assert [chart.title for chart in charts][:2] == ["Tasks", "CPU (cpu60)"]
    assert charts[1].targets == (("target", 60.0),)
    results = [row[3] for row in rows_of(blocks, "Activities")]
    assert "not scaled: already at maximum 20" in results


async def test_tasks_that_ran_are_drawn_against_those_that_were_wanted(
    clients: AwsClients,
) -> None:
    for tab in ("Scaling", "Metrics"):
        blocks = await shown(clients, await service(clients, "cart"), tab)
        (tasks,) = (b for b in blocks if isinstance(b, SeriesBlock) and b.title == "Tasks")
        assert [line.label for line in tasks.series] == ["desired", "running"]
        assert [line.points[-1][1] for line in tasks.series] == [20, 20]


@pytest.mark.parametrize(
    ("cluster", "name", "told"),
    [
        ("checkout", "cart", "Busiest tasks (of 20)"),
        ("data", "feature-store", "Memory of a task"),
        ("edge", "ingress", "Off: no sizes"),
    ],
)
async def test_container_insights_tell_what_they_know_where_they_are_on(
    clients: AwsClients, account: RunningServer, cluster: str, name: str, told: str
) -> None:
    item = await service(clients, name, cluster)
    blocks = await shown(clients, item, "Metrics", cluster)
    assert told in words(blocks)
    assert account.calls["cloudwatch:GetMetricData"] == (2 if name == "cart" else 1)
    if name == "cart":
        busiest = next(b for b in blocks if b.title.startswith("Busiest"))
        assert isinstance(busiest, TableBlock)
        shares = [int(str(row[1]).split()[0]) for row in busiest.rows]
        assert shares == sorted(shares, reverse=True)


async def test_a_predictive_policy_shows_the_count_it_expects(
    clients: AwsClients, account: RunningServer, world: World
) -> None:
    metric = {"PredefinedMetricType": "ECSServiceCPUUtilization"}
    specification = {"TargetValue": 50.0, "PredefinedMetricPairSpecification": metric}
    ahead = {"Mode": "ForecastOnly", "MetricSpecifications": [specification]}
    target = world.scaling.targets["ecs", "service/checkout/cart", "ecs:service:DesiredCount"]
    target.policies["ahead"] = Policy("ahead", "1f0c", "PredictiveScaling", ahead, world.now())
    blocks = await shown(clients, await service(clients, "cart"), "Scaling")
    forecast = next(b for b in blocks if b.title == "Forecast (ahead)")
    assert isinstance(forecast, SeriesBlock)
    assert len(forecast.series[0].points) >= 23
    assert "predictive" in words(blocks)
    assert account.calls["application-autoscaling:GetPredictiveScalingForecast"] == 1
    account.faults.append(Fault(kind="denied", operation="GetPredictiveScalingForecast"))
    blocks = await shown(clients, await service(clients, "cart"), "Scaling")
    assert ":GetPredictiveScalingForecast" in words(blocks)


async def test_a_surge_is_in_the_scaling_tab_within_a_refresh(
    clients: AwsClients, world: World, still_clock: StillClock
) -> None:
    item = await service(clients, "catalog")
    before = rows_of(await shown(clients, item, "Scaling"), "Activities")
    scenarios.start(world, "traffic-surge")
    later(world, still_clock, 1500)
    after = rows_of(
        await shown(clients, await service(clients, "catalog"), "Scaling"), "Activities"
    )
    assert len(after) > len(before)
    assert after[0][3].startswith(("done", "a newer", "in progress", "not scaled"))


async def test_targets_that_are_instances_are_joined_to_tasks_by_their_ports(
    clients: AwsClients, world: World, still_clock: StillClock
) -> None:
    scenarios.start(world, "ec2-out-of-memory")
    later(world, still_clock, 300)
    blocks = await shown(clients, await service(clients, "rtmp-relay", "edge"), "Targets", "edge")
    rows = rows_of(blocks, "edge-rtmp-relay (production, rtmp-relay:1935)")
    tasks = world.clusters["edge"].services["rtmp-relay"].tasks
    running = {each.id for each in tasks.values() if each.status == "RUNNING"}
    assert {row[2] for row in rows} == running
    assert all(row[0].startswith("i-") and ":" in row[0] for row in rows)
    assert len({row[0] for row in rows}) == len(running) > 3
    assert "network" in words(blocks)


async def test_a_target_that_answers_502_is_joined_to_its_running_task(
    clients: AwsClients, world: World, still_clock: StillClock
) -> None:
    scenarios.start(world, "target-502")
    for _ in range(40):
        later(world, still_clock, 20)
        item = await service(clients, "orders")
        tasks = words(await shown(clients, item, "Tasks"))
        if "running, but not receiving traffic: 502" in tasks:
            break
    assert "running, but not receiving traffic: 502" in tasks
    blocks = await shown(clients, item, "Targets")
    assert "answers 502" in words(blocks)
    states = [row[1] for row in rows_of(blocks, "checkout-orders (production, orders:8080)")]
    worst = states.count("unhealthy")
    assert states[:worst] == ["unhealthy"] * worst, "the worst stand first"


def broken(blocks: tuple[Block, ...]) -> list[str]:
    """The links of every chain that do not hold."""
    trees = [block for block in blocks if isinstance(block, TreeBlock)]
    found = [node for tree in trees for node in nodes(tree.nodes)]
    return [node.text for node in found if node.level is Level.FAILED and not node.children]


async def test_the_broken_link_of_a_volume_is_marked_in_its_own_zone(
    clients: AwsClients, world: World, still_clock: StillClock
) -> None:
    item = await service(clients, "feature-store", "data")
    blocks = await shown(clients, item, "Storage", "data")
    assert "mounted by feature-store /var/features rw" in words(blocks)
    (link,) = broken(blocks)
    assert link.startswith("security group sg-")
    assert "on TCP 2049" in texts_of(blocks)[0]


async def test_a_task_is_told_its_mount_target_in_its_own_subnet(
    clients: AwsClients, account: RunningServer
) -> None:
    scope = HERE.within(cluster="data", service="feature-store")
    listing = [each async for each in TASKS.lister(clients, scope, Demand(everything=True))][-1]
    before = account.calls["ecs:DescribeTasks"]
    detail = next(each for each in TASKS.details if each.title == "Storage")
    blocks = [each async for each in detail.blocks(clients, scope, listing.items[0])][-1]
    assert "in the task's own subnet" in words(blocks)
    assert account.calls["ecs:DescribeTasks"] == before + 1


async def test_a_zone_that_lost_its_mount_target_is_marked(
    clients: AwsClients, world: World, still_clock: StillClock
) -> None:
    scenarios.start(world, "efs-zone")
    later(world, still_clock, 300)
    item = await service(clients, "feature-store", "data")
    blocks = await shown(clients, item, "Storage", "data")
    assert "mount target eu-west-1b" in broken(blocks)
    scenarios.stop(world, "efs-zone")
    clients.sign_in_again()
    later(world, still_clock, 120)
    assert "mount target eu-west-1b" not in broken(await shown(clients, item, "Storage", "data"))


async def test_the_other_services_of_a_file_system_are_named_in_few_calls(
    clients: AwsClients, account: RunningServer, world: World
) -> None:
    services = world.clusters["data"].services
    item = await service(clients, "feature-store", "data")
    before = dict(account.calls)
    other = next(each for each in services.values() if each.name != "feature-store")
    other.definition.body["volumes"] = services["feature-store"].definition.body["volumes"]
    blocks = await shown(clients, item, "Storage", "data")
    assert [row[0] for row in rows_of(blocks, "Shared with")] == [other.name]
    assert f"Looked at {len(services)} services of data." in words(blocks)
    assert account.calls["ecs:ListServices"] - before.get("ecs:ListServices", 0) == 1
    assert account.calls["ecs:DescribeServices"] - before["ecs:DescribeServices"] == 1


async def test_the_definition_tab_shows_what_the_running_revision_changed(
    clients: AwsClients,
) -> None:
    blocks = await shown(clients, await service(clients, "cart"), "Definition")
    diff = next(b for b in blocks if isinstance(b, DiffBlock))
    assert (diff.old_name, diff.new_name) == ("cart:40", "cart:41")
    assert any("image" in line.path for line in diff.lines)
    first = rows_of(blocks, "Revisions")[0]
    assert first[:3] == ("cart:41", "primary", "ci-deploy")


async def test_the_logs_tab_holds_the_newest_lines_and_says_where_the_others_go(
    clients: AwsClients, world: World
) -> None:
    for container in world.clusters["checkout"].services["cart"].definition.containers:
        if container["name"] == "log-router":
            container["logConfiguration"] = {"logDriver": "splunk", "options": {}}
    blocks = await shown(clients, await service(clients, "cart"), "Logs")
    log = next(b for b in blocks if isinstance(b, LogBlock))
    assert len(log.lines) >= 20
    times = [line.at for line in log.lines if line.at]
    assert times == sorted(times)
    assert {line.source.partition("/")[2] for line in log.lines} == {"cart"}
    assert "log-router: Splunk" in words(blocks)


async def test_roles_are_told_with_their_wildcards(clients: AwsClients) -> None:
    said = words(await shown(clients, await service(clients, "cart"), "Roles"))
    assert "Task role: cart-task" in said
    assert "Execution role: checkout-execution" in said
    assert "every resource" in said
    assert "s3:GetObject" in said


async def test_on_instances_the_role_of_their_profile_is_told(clients: AwsClients) -> None:
    item = await service(clients, "feature-store", "data")
    said = words(await shown(clients, item, "Roles", "data"))
    assert "Instance role" in said


async def test_instances_are_the_second_level_of_scaling(clients: AwsClients) -> None:
    item = await service(clients, "feature-store", "data")
    said = words(await shown(clients, item, "Scaling", "data"))
    assert "EC2 Auto Scaling (instances)" in said
    assert "cp-" in said or "asg" in said


async def test_a_paused_deployment_is_told_stage_by_stage(
    clients: AwsClients, world: World, still_clock: StillClock
) -> None:
    scenarios.start(world, "blue-green-paused")
    later(world, still_clock, 900)
    said = words(await shown(clients, await service(clients, "web"), "Deployments"))
    assert "blue/green" in said
    assert "AWAITING_ACTION" in said


async def test_the_newest_lines_of_a_flood_are_those_of_the_last_seconds(
    clients: AwsClients, account: RunningServer, world: World, still_clock: StillClock
) -> None:
    scenarios.start(world, "log-flood")
    later(world, still_clock, 120)
    blocks = await shown(clients, await service(clients, "checkout-api"), "Logs")
    log = next(b for b in blocks if isinstance(b, LogBlock))
    newest = max(line.at for line in log.lines if line.at)
    assert (still_clock.now() - newest).total_seconds() < 5
    assert account.calls["logs:FilterLogEvents"] <= 3
