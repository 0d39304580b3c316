"""Task definitions: families first, revisions below, and no call for what nobody sees."""

from __future__ import annotations

import copy
import json
import math
from typing import Any

import pytest

from containerscope.clients.aws import AwsClients
from containerscope.demo.ecs_state import TaskDefinition
from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from containerscope.model.listing import Missing, Phase, Why
from containerscope.redact import MASK
from containerscope.resource import Demand, PairsBlock, TableBlock, TextBlock
from containerscope.resources import taskdefs
from tests.resources.wire import HERE, labelled, listed, pane, table, values

ALL = Demand(everything=True)


def revision(world: World, family: str, number: int, status: str = "ACTIVE") -> TaskDefinition:
    """A revision like the newest of `payments`."""
    body: dict[str, Any] = copy.deepcopy(world.families["payments"][-1].body)
    arn = world.arn("ecs", f"task-definition/{family}:{number}")
    body |= {"family": family, "revision": number, "status": status, "taskDefinitionArn": arn}
    return TaskDefinition(family, number, body)


def only_families(world: World, count: int) -> None:
    """An account with this many families of one revision each."""
    made = {f"f{n:04}": [revision(world, f"f{n:04}", 7)] for n in range(count)}
    world.families.clear()
    world.families.update(made)


@pytest.mark.parametrize("count", [0, 1, 10, 11, 99, 100, 101, 250, 1001])
async def test_families_take_a_list_a_hundred_and_a_describe_for_each_row_on_screen(
    world: World, account: RunningServer, clients: AwsClients, count: int
) -> None:
    only_families(world, count)
    screen = tuple(f"f{number:04}" for number in range(min(count, 5)))
    listing = await listed(taskdefs.RESOURCE, clients, demand=Demand(visible=screen))
    assert (len(listing.items), listing.phase) == (count, Phase.DONE)
    described = {name for name, each in values(listing).items() if not isinstance(each, Missing)}
    assert described == set(screen)
    assert account.calls["ecs:ListTaskDefinitionFamilies"] == max(1, math.ceil(count / 100))
    assert account.calls["ecs:DescribeTaskDefinition"] == len(screen)
    assert account.calls.total() == max(1, math.ceil(count / 100)) + len(screen)


async def test_everything_describes_every_family(
    world: World, account: RunningServer, clients: AwsClients
) -> None:
    only_families(world, 101)
    listing = await listed(taskdefs.RESOURCE, clients, demand=ALL)
    assert listing.complete
    assert account.calls["ecs:DescribeTaskDefinition"] == 101


async def test_families_stand_in_the_order_of_their_names(clients: AwsClients) -> None:
    listing = await listed(taskdefs.RESOURCE, clients, demand=ALL)
    lines = table(listing, taskdefs.RESOURCE)
    assert lines[0] == (
        "NONE | accounts | 44 | 512 | 1024 | accounts, log-router | FARGATE | ACTIVE | "
        "ci-deploy | 9d"
    )
    names = [line.split(" | ")[1] for line in lines]
    assert names == sorted(names)


async def test_revisions_are_all_there_newest_first_and_described_once(
    world: World, account: RunningServer, clients: AwsClients
) -> None:
    world.families["web"] = [
        revision(world, "web", number, "INACTIVE" if number == 50 or number < 9 else "ACTIVE")
        for number in range(1, 122)
    ]
    scope = HERE.within(parent="web")
    newest = world.families["web"][-1].arn
    for _ in range(2):
        listing = await listed(taskdefs.RESOURCE, clients, scope, Demand(visible=(newest,)))
    names = [line.split(" | ")[1] for line in table(listing, taskdefs.RESOURCE)]
    assert names == [f"web:{number}" for number in range(121, 0, -1)]
    assert account.calls == {
        "ecs:ListTaskDefinitions": 2 * (2 + 1),
        "ecs:DescribeTaskDefinition": 1,
    }


async def test_a_family_leads_to_its_revisions_and_they_to_nothing(clients: AwsClients) -> None:
    families = await listed(taskdefs.RESOURCE, clients)
    [child] = taskdefs.RESOURCE.children
    scope = child.scope(HERE, families.items[0])
    assert (child.resource, scope.parent) == ("taskdefs", "accounts")
    revisions = await listed(taskdefs.RESOURCE, clients, scope)
    assert not any(child.when(item) for item in revisions.items)
    console = taskdefs.RESOURCE.console
    assert console is not None
    assert console(scope, revisions.items[0]) == (
        "/ecs/v2/task-definitions/accounts/44/containers?region=eu-west-1"
    )


async def test_a_denied_describe_is_a_problem_and_the_names_stay(
    account: RunningServer, clients: AwsClients
) -> None:
    account.faults.append(Fault(kind="denied", operation="DescribeTaskDefinition"))
    listing = await listed(taskdefs.RESOURCE, clients, demand=Demand(visible=("web", "cart")))
    found = values(listing)
    assert isinstance(found["web"], Missing)
    assert found["web"].why is Why.DENIED
    assert {problem.permission for problem in listing.problems} == {"ecs:DescribeTaskDefinition"}
    [block] = await pane(taskdefs.RESOURCE, clients, listing, "web", "Overview")
    assert isinstance(block, TextBlock)


async def test_the_overview_reads_what_the_list_did_not(clients: AwsClients) -> None:
    listing = await listed(taskdefs.RESOURCE, clients)
    assert isinstance(values(listing)["payments"], Missing)
    blocks = await pane(taskdefs.RESOURCE, clients, listing, "payments", "Overview")
    shown = labelled(blocks)
    assert shown["Revision"] == 88
    assert shown["Network mode"] == "awsvpc"
    assert shown["Task role"] == "payments-task"
    assert shown["Execution role"] == "checkout-execution"
    assert shown["team"]


async def test_volumes_say_what_they_are_and_how_they_are_mounted(
    world: World, clients: AwsClients
) -> None:
    body = world.families["payments"][-1].body
    body["volumes"] = [
        {
            "name": "shared",
            "efsVolumeConfiguration": {
                "fileSystemId": "fs-1",
                "rootDirectory": "/data",
                "transitEncryption": "ENABLED",
                "authorizationConfig": {"accessPointId": "fsap-1", "iam": "ENABLED"},
            },
        },
        {"name": "socket", "host": {"sourcePath": "/var/run/docker.sock"}},
        {"name": "scratch"},
        {
            "name": "nfs",
            "dockerVolumeConfiguration": {
                "driver": "local",
                "scope": "task",
                "driverOpts": {"password": "hunter2"},
            },
        },
        {
            "name": "share",
            "fsxWindowsFileServerVolumeConfiguration": {
                "fileSystemId": "fs-2",
                "rootDirectory": "\\data",
                "authorizationConfig": {"credentialsParameter": "arn:x", "domain": "corp"},
            },
        },
    ]
    listing = await listed(taskdefs.RESOURCE, clients)
    blocks = await pane(taskdefs.RESOURCE, clients, listing, "payments", "Overview")
    [volumes] = [
        each for each in blocks if isinstance(each, TableBlock) and each.title == "Volumes"
    ]
    assert volumes.rows == (
        ("shared", "EFS", "fs-1:/data", "encrypted in transit, access point fsap-1, IAM", None),
        ("socket", "bind mount", "/var/run/docker.sock", "a folder of the instance", None),
        ("scratch", "scratch", None, "as long as the task lives", None),
        ("nfs", "Docker", "local", f"scope task, as long as the task lives, password={MASK}", None),
        ("share", "FSx for Windows", "fs-2:\\data", "domain corp, credentials in arn:x", None),
    )


async def test_environment_values_are_masked_and_can_be_revealed(
    world: World, clients: AwsClients
) -> None:
    container = world.families["payments"][-1].body["containerDefinitions"][0]
    container["environment"] = [{"name": "DB_PASSWORD", "value": "hunter2"}]
    container["secrets"] = [{"name": "API", "valueFrom": "arn:aws:ssm:x:1:parameter/api"}]
    container["command"] = ["serve", "--token", "hunter3"]
    container["logConfiguration"] = {
        "logDriver": "splunk",
        "options": {"splunk-token": "hunter4", "splunk-url": "https://splunk"},
    }
    listing = await listed(taskdefs.RESOURCE, clients)
    blocks = await pane(taskdefs.RESOURCE, clients, listing, "payments", "Containers")
    pairs = {
        pair.label: pair
        for block in blocks
        if isinstance(block, PairsBlock) and "Health" not in block.title
        for pair in block.pairs
        if block.title.startswith("payments")
    }
    assert (pairs["DB_PASSWORD"].value, pairs["DB_PASSWORD"].secret) == (MASK, "hunter2")
    assert pairs["API"].value == "arn:aws:ssm:x:1:parameter/api"
    assert pairs["Command"].value == f"serve --token {MASK}"
    assert (pairs["splunk-token"].value, pairs["splunk-token"].secret) == (MASK, "hunter4")
    assert pairs["splunk-url"].value == "https://splunk"
    shown = json.dumps([str(pair.value) for pair in pairs.values()])
    assert "hunter" not in shown


async def test_a_task_definition_is_read_whole_with_its_tags(clients: AwsClients) -> None:
    listing = await listed(taskdefs.RESOURCE, clients)
    item = next(item for item in listing.items if item.name == "payments")
    whole = await taskdefs.RESOURCE.read(clients, HERE, item)
    assert whole["family"] == "payments"
    assert {"key": "team", "value": "payments"} in whole["tags"]


async def test_a_definition_names_the_services_that_run_its_revisions(
    clients: AwsClients, account: RunningServer
) -> None:
    families = await listed(taskdefs.RESOURCE, clients)
    before = account.calls["ecs:DescribeTaskDefinition"]
    (ran,) = await pane(taskdefs.RESOURCE, clients, families, "cart", "Services")
    assert isinstance(ran, TableBlock)
    assert ran.rows == (("checkout", "cart", "runs cart:41 (primary)", "", "20/20"),)
    assert account.calls["ecs:DescribeTaskDefinition"] == before
    (none,) = await pane(taskdefs.RESOURCE, clients, families, "backfill", "Services")
    assert isinstance(none, TableBlock)
    assert none.empty == "No service in any cluster uses it."
