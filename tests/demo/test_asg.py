"""The EC2 Auto Scaling groups of the demo account: they have instances, and they act."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from containerscope.demo.asg_managed import reservation
from containerscope.demo.clock import START
from containerscope.demo.ecs_control import set_desired
from containerscope.demo.ecs_state import Task
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from tests.demo.conftest import Connect
from tests.demo.test_alarms import advance


@pytest.fixture
async def asg(account: RunningServer, connect: Connect) -> Any:
    """A client of EC2 Auto Scaling."""
    return await connect(account, "autoscaling")


async def group_of(client: Any, name: str) -> Any:
    """A group as it is described."""
    found = await client.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    return found["AutoScalingGroups"][0]


async def activities(client: Any, name: str) -> list[Any]:
    """What a group did, newest first."""
    found = await client.describe_scaling_activities(AutoScalingGroupName=name)
    return list(found["Activities"])


async def test_the_container_instances_of_a_cluster_are_those_of_its_group(
    asg: Any, world: World
) -> None:
    for cluster in ("data", "edge"):
        group = await group_of(asg, f"ecs-{cluster}")
        instances = {each["InstanceId"] for each in group["Instances"]}
        assert instances == {each.ec2_id for each in world.clusters[cluster].instances.values()}
        assert group["DesiredCapacity"] == len(instances)
    provider = world.capacity_providers["data-asg"]
    told = provider.body["autoScalingGroupProvider"]["autoScalingGroupArn"]
    assert (await group_of(asg, "ecs-data"))["AutoScalingGroupARN"] == told


async def test_each_node_group_has_the_group_that_it_names(asg: Any, world: World) -> None:
    for cluster in world.eks.values():
        for body in cluster.nodegroups.values():
            group = await group_of(asg, body["resources"]["autoScalingGroups"][0]["name"])
            scaling = body["scalingConfig"]
            assert group["MinSize"] == scaling["minSize"]
            assert group["MaxSize"] == scaling["maxSize"]
            assert group["DesiredCapacity"] == scaling["desiredSize"]
            tags = {each["Key"]: each["Value"] for each in group["Tags"]}
            assert tags["eks:nodegroup-name"] == body["nodegroupName"]


def spot_group(world: World) -> str:
    """The name of the group whose launches fail."""
    body = world.eks["platform"].nodegroups["spot-b"]
    return str(body["resources"]["autoScalingGroups"][0]["name"])


async def test_a_degraded_node_group_fails_to_launch_again_and_again(
    asg: Any, world: World
) -> None:
    name = spot_group(world)
    group = await group_of(asg, name)
    assert len(group["Instances"]) < group["DesiredCapacity"]
    before = await activities(asg, name)
    assert before[0]["StatusCode"] == "Failed"
    assert "UnfulfillableCapacity" in before[0]["StatusMessage"]
    assert "increasing the capacity from 5 to 8" in before[0]["Cause"]
    assert START - before[0]["StartTime"] < timedelta(minutes=5)
    advance(world, 900)
    after = await activities(asg, name)
    assert len(after) == len(before) + 3
    times = [each["StartTime"] for each in after]
    assert times == sorted(times, reverse=True)


async def test_a_node_group_that_is_mended_gets_its_nodes(asg: Any, world: World) -> None:
    name = spot_group(world)
    del world.eks["platform"].troubles["spot-b"]
    advance(world, 120)
    group = await group_of(asg, name)
    assert len(group["Instances"]) == group["DesiredCapacity"] == 8
    assert {each["LifecycleState"] for each in group["Instances"]} == {"InService"}


async def test_a_group_follows_the_size_that_eks_asks_for(
    asg: Any, account: RunningServer, connect: Connect
) -> None:
    world = account.world
    eks = await connect(account, "eks")
    await eks.update_nodegroup_config(
        clusterName="platform",
        nodegroupName="system",
        scalingConfig={"minSize": 2, "maxSize": 6, "desiredSize": 5},
    )
    advance(world, 240)
    body = world.eks["platform"].nodegroups["system"]
    name = body["resources"]["autoScalingGroups"][0]["name"]
    group = await group_of(asg, name)
    assert len(group["Instances"]) == 5
    newest = (await activities(asg, name))[0]
    assert newest["StatusCode"] == "Successful"
    assert (
        "user request update of AutoScalingGroup constraints to min: 2, max: 6, desired: 5 "
        in (newest["Cause"])
    )
    assert "changing the desired capacity from 3 to 5." in newest["Cause"]


async def test_a_person_sets_the_capacity_and_instances_come_and_go(asg: Any, world: World) -> None:
    edge = world.clusters["edge"]
    await asg.set_desired_capacity(AutoScalingGroupName="ecs-edge", DesiredCapacity=5)
    group = await group_of(asg, "ecs-edge")
    states = [each["LifecycleState"] for each in group["Instances"]]
    assert states.count("Pending") == 2
    advance(world, 60)
    assert len(edge.instances) == 3
    advance(world, 60)
    assert len(edge.instances) == 5
    newest, *_ = await activities(asg, "ecs-edge")
    assert newest["Description"].startswith("Launching a new EC2 instance: i-")
    assert newest["StatusCode"] == "Successful"
    assert (
        "a user request explicitly set group desired capacity changing the desired capacity from 3 "
        "to 5." in newest["Cause"]
    )
    await asg.set_desired_capacity(AutoScalingGroupName="ecs-edge", DesiredCapacity=3)
    advance(world, 120)
    assert len((await group_of(asg, "ecs-edge"))["Instances"]) == 3
    newest, *_ = await activities(asg, "ecs-edge")
    assert newest["Description"].startswith("Terminating EC2 instance: i-")
    assert "shrinking the capacity from 4 to 3." in newest["Cause"]
    assert len(edge.instances) == 3
    for task in edge.tasks.values():
        assert not task.instance or task.stopped_at or task.instance in edge.instances


async def test_managed_scaling_adds_an_instance_when_the_group_may_grow(
    asg: Any, account: RunningServer, connect: Connect
) -> None:
    world = account.world
    provider = world.capacity_providers["data-asg"]
    assert reservation(world, provider) == 100
    data = world.clusters["data"]
    # Its tasks that wait for room would fill whatever comes.
    set_desired(world, data, data.services["warehouse-loader"], 5)
    advance(world, 300)
    assert len(world.clusters["data"].instances) == 9
    await asg.update_auto_scaling_group(AutoScalingGroupName="ecs-data", MaxSize=12)
    advance(world, 300)
    group = await group_of(asg, "ecs-data")
    assert group["DesiredCapacity"] == 10
    newest, *_ = await activities(asg, "ecs-data")
    assert "a monitor alarm TargetTracking-ecs-data-AlarmHigh-" in newest["Cause"]
    assert "triggered policy ECSManagedAutoScalingPolicy-" in newest["Cause"]
    registered = world.clusters["data"].instances.values()
    assert newest["Description"].rpartition(" ")[2] in {each.ec2_id for each in registered}
    cloudwatch = await connect(account, "cloudwatch")
    metric = {
        "Namespace": "AWS/ECS/ManagedScaling",
        "MetricName": "CapacityProviderReservation",
        "Dimensions": [
            {"Name": "CapacityProviderName", "Value": "data-asg"},
            {"Name": "ClusterName", "Value": "data"},
        ],
    }
    stat = {"Metric": metric, "Period": 60, "Stat": "Average"}
    found = await cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "m", "MetricStat": stat}],
        StartTime=START - timedelta(minutes=5),
        EndTime=START + timedelta(minutes=10),
    )
    values = found["MetricDataResults"][0]["Values"]
    assert (values[0], values[-1]) == (90.0, 100.0)


def test_tasks_that_wait_for_their_provider_count_as_needed_instances(world: World) -> None:
    cluster = world.clusters["data"]
    provider = world.capacity_providers["data-asg"]
    definition = world.families["etl-worker"][-1]
    for index in range(10):
        task = Task(f"{index:032x}", definition, world.now(), status="PROVISIONING")
        task.launch_type, task.capacity_provider = "EC2", "data-asg"
        cluster.add_task(task)
    assert reservation(world, provider) > 110


async def test_the_operations_refuse_what_aws_refuses(asg: Any) -> None:
    cases = (
        asg.set_desired_capacity(AutoScalingGroupName="ecs-data", DesiredCapacity=99),
        asg.set_desired_capacity(AutoScalingGroupName="ecs-data", DesiredCapacity=1),
        asg.set_desired_capacity(AutoScalingGroupName="nobody", DesiredCapacity=1),
        asg.update_auto_scaling_group(AutoScalingGroupName="ecs-data", MinSize=9, MaxSize=3),
        asg.describe_scaling_activities(AutoScalingGroupName="nobody"),
        asg.describe_auto_scaling_groups(MaxRecords=101),
        asg.terminate_instance_in_auto_scaling_group(
            InstanceId="i-0", ShouldDecrementDesiredCapacity=False
        ),
    )
    for each in cases:
        with pytest.raises(ClientError, match="ValidationError"):
            await each


async def test_an_instance_that_is_terminated_is_replaced(asg: Any, world: World) -> None:
    group = await group_of(asg, "ecs-edge")
    gone = group["Instances"][0]["InstanceId"]
    answer = await asg.terminate_instance_in_auto_scaling_group(
        InstanceId=gone, ShouldDecrementDesiredCapacity=False
    )
    assert answer["Activity"]["Description"] == f"Terminating EC2 instance: {gone}"
    advance(world, 180)
    instances = {each["InstanceId"] for each in (await group_of(asg, "ecs-edge"))["Instances"]}
    assert gone not in instances
    assert len(instances) == 3
    assert {each.ec2_id for each in world.clusters["edge"].instances.values()} == instances


async def test_suspended_launches_wait_until_they_are_resumed(asg: Any, world: World) -> None:
    await asg.suspend_processes(AutoScalingGroupName="ecs-edge", ScalingProcesses=["Launch"])
    await asg.set_desired_capacity(AutoScalingGroupName="ecs-edge", DesiredCapacity=4)
    advance(world, 120)
    group = await group_of(asg, "ecs-edge")
    assert len(group["Instances"]) == 3
    assert group["SuspendedProcesses"][0]["ProcessName"] == "Launch"
    await asg.resume_processes(AutoScalingGroupName="ecs-edge", ScalingProcesses=["Launch"])
    assert len((await group_of(asg, "ecs-edge"))["Instances"]) == 4


async def test_everything_else_a_group_has_can_be_asked(asg: Any, world: World) -> None:
    pages = asg.get_paginator("describe_auto_scaling_groups").paginate(MaxRecords=2)
    names = [
        each["AutoScalingGroupName"] async for page in pages for each in page["AutoScalingGroups"]
    ]
    assert names == sorted(world.asgs)
    [policy] = (await asg.describe_policies(AutoScalingGroupName="ecs-data"))["ScalingPolicies"]
    assert len(policy["Alarms"]) == 2
    tagged = await asg.describe_auto_scaling_groups(
        Filters=[{"Name": "tag:eks:cluster-name", "Values": ["platform"]}]
    )
    assert len(tagged["AutoScalingGroups"]) == len(world.eks["platform"].nodegroups)
    instances = (await asg.describe_auto_scaling_instances())["AutoScalingInstances"]
    assert {each["HealthStatus"] for each in instances} == {"HEALTHY"}
    for name in names:
        asked = {"AutoScalingGroupName": name}
        assert (await asg.describe_warm_pool(**asked))["Instances"] == []
        refreshes = (await asg.describe_instance_refreshes(**asked))["InstanceRefreshes"]
        assert [each["Status"] for each in refreshes] == ["Successful"] * (name == "ecs-data")


async def test_a_scheduled_action_changes_the_size_at_its_time(asg: Any, world: World) -> None:
    [action] = (await asg.describe_scheduled_actions())["ScheduledUpdateGroupActions"]
    assert action["StartTime"].isoformat() == "2026-11-24T16:00:00+00:00"
    advance(world, 2 * 3600)
    assert (await group_of(asg, "ecs-edge"))["DesiredCapacity"] == 4
    newest, *_ = await activities(asg, "ecs-edge")
    assert "a scheduled action update of AutoScalingGroup constraints to min: 3" in newest["Cause"]
    await asg.delete_scheduled_action(
        AutoScalingGroupName="ecs-edge", ScheduledActionName="evening-peak"
    )
    assert (await asg.describe_scheduled_actions())["ScheduledUpdateGroupActions"] == []
