"""ECS services as a person sees them in a list and in the detail pane."""

from __future__ import annotations

from typing import Any

import pytest

from containerscope.block import TreeBlock
from containerscope.insight.target_health import groups_of
from containerscope.model.health import Level
from containerscope.model.listing import Missing, Problem, Why
from containerscope.resource import PairsBlock, Scope, TableBlock, TextBlock
from containerscope.resources.services import RESOURCE
from tests.fakes import denied
from tests.resources.ecs_account import (
    ARN,
    HOSTILE,
    account,
    ago,
    deployment,
    event,
    last_blocks,
    listed,
    service,
    table,
    task,
)

HERE = Scope(region="eu-west-1", cluster="checkout")
PULL = "CannotPullContainerError: pull image manifest has been retried: repo/app:9 not found"


def failing() -> dict[str, Any]:
    return service(
        "payments",
        desiredCount=20,
        runningCount=10,
        pendingCount=1,
        deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
        deployments=[
            deployment(
                "payments",
                desiredCount=20,
                runningCount=0,
                failedTasks=6,
                rolloutState="IN_PROGRESS",
                createdAt=ago(minutes=4),
            ),
            deployment("payments", id="ecs-svc/0", status="ACTIVE"),
        ],
        events=[event(f"(task 1f0c) failed to start: {PULL}", "payments", number=2)],
    )


async def test_the_list_leads_with_what_is_wrong() -> None:
    clients = account(
        {
            "checkout": [
                service("web"),
                failing(),
                service(
                    "cart",
                    desiredCount=5,
                    events=[
                        event(
                            "was unable to place a task because no container instance met all of "
                            "its requirements. The closest matching (container-instance 1) has "
                            "insufficient memory available.",
                            "cart",
                        )
                    ],
                    launchType=None,
                    capacityProviderStrategy=[{"capacityProvider": "ec2", "weight": 1}],
                ),
                service("night", desiredCount=0, runningCount=0),
            ]
        }
    )
    listing = await listed(RESOURCE, clients, HERE)
    assert table(RESOURCE, listing) == [
        "CLUSTER | NAME | HEALTH | TASKS | PEND | ROLLOUT | CPU % | MEM % | TARGETS | SCALE | "
        "LAUNCH | TASKDEF | DEPLOYED | AGE",
        "checkout | payments | CannotPullContainer: not found | 10/20 | 1 | 6/10 failures | "
        "… | … | … | … | FARGATE | payments:7 | 4m | 9d",
        "checkout | cart | no capacity for 3 tasks | 2/5 | 0 |  | … | … | … | … | "
        "ec2 | cart:7 | 6h | 9d",
        "checkout | web |  | 2/2 | 0 |  | … | … | … | … | FARGATE | web:7 | 6h | 9d",
        "checkout | night | at rest | 0/0 | 0 |  | … | … | … | … | FARGATE | night:7 | 6h | 9d",
    ]
    assert "has insufficient memory" in table(RESOURCE, listing, wide=True)[2]


async def test_names_of_old_arns_are_read_and_match_their_details() -> None:
    old = service("old", serviceArn=f"{ARN}:service/old")
    listing = await listed(RESOURCE, account({"checkout": [old]}), HERE)
    (item,) = listing.items
    assert (item.name, item.cluster, listing.complete) == ("old", "checkout", True)
    assert not isinstance(item.value, Missing)


async def test_a_denied_batch_becomes_a_problem_and_its_rows_stay() -> None:
    clients = account({"checkout": [service(f"s{number:02}") for number in range(25)]})

    def refuse(params: Any) -> Problem | None:
        return (
            denied("ecs:DescribeServices")
            if f"{ARN}:service/checkout/s12" in params["services"]
            else None
        )

    clients.refuse["ecs:DescribeServices"] = refuse
    listing = await listed(RESOURCE, clients, HERE)
    assert len(listing.items) == 25
    lost = [item.name for item in listing.items if isinstance(item.value, Missing)]
    assert lost == [f"s{number:02}" for number in range(10, 20)]
    (problem,) = listing.problems
    assert (problem.why, problem.where, len(problem.keys)) == (Why.DENIED, "checkout", 10)


async def test_a_denied_list_of_one_cluster_leaves_the_others() -> None:
    clients = account({"checkout": [service("web")], "data": [service("etl", "data")]})
    clients.refuse["ecs:ListServices"] = lambda params: (
        denied("ecs:ListServices") if params["cluster"] == "data" else None
    )
    listing = await listed(RESOURCE, clients, Scope())
    assert [item.name for item in listing.items] == ["web"]
    (problem,) = listing.problems
    assert (problem.where, problem.permission) == ("data", "ecs:ListServices")


async def test_clusters_that_cannot_be_listed_are_one_problem() -> None:
    clients = account({"checkout": [service("web")]})
    clients.deny("ecs:ListClusters")
    listing = await listed(RESOURCE, clients, Scope())
    assert (listing.items, [problem.why for problem in listing.problems]) == ((), [Why.DENIED])


async def test_a_service_that_went_between_list_and_describe_says_so() -> None:
    clients = account({"checkout": [service("web")]})
    clients.answers["ecs:DescribeServices"] = lambda params: {
        "services": [],
        "failures": [{"arn": params["services"][0], "reason": "MISSING"}],
    }
    listing = await listed(RESOURCE, clients, HERE)
    (item,) = listing.items
    assert isinstance(item.value, Missing)
    assert "MISSING" in item.value.reason
    named = await listed(RESOURCE, clients, HERE.within(service="web"))
    assert "MISSING" in named.problems[0].message


async def test_a_service_that_does_not_fit_is_a_problem_and_not_a_lost_page() -> None:
    clients = account({"checkout": [service("web"), service("odd", runningCount="many")]})
    listing = await listed(RESOURCE, clients, HERE)
    assert [item.name for item in listing.items if isinstance(item.value, Missing)] == ["odd"]
    assert listing.problems


async def test_an_empty_cluster_is_complete() -> None:
    listing = await listed(RESOURCE, account({"checkout": []}), HERE)
    assert (listing.items, listing.complete, listing.expected) == ((), True, 0)


async def test_hostile_text_reaches_the_rows_as_it_came() -> None:
    clients = account(
        {"checkout": [service("web", launchType=HOSTILE, events=[event(HOSTILE, HOSTILE)])]}
    )
    listing = await listed(RESOURCE, clients, HERE)
    value: Any = listing.items[0].value
    assert value.launch_type == HOSTILE
    assert value.events[0].message == f"(service {HOSTILE}) {HOSTILE}"
    assert "\x1b" not in "".join(table(RESOURCE, listing, wide=True))


async def test_a_list_keeps_ten_of_a_hundred_events() -> None:
    events = [event("has started 1 tasks: (task a).", number=n) for n in range(100)]
    clients = account({"checkout": [service("web", events=events)]})
    value: Any = (await listed(RESOURCE, clients, HERE)).items[0].value
    assert [each.id for each in value.events] == [f"event-web-{n}" for n in range(10)]


async def test_the_overview_begins_with_the_trouble_and_its_fix() -> None:
    dead = [
        task(
            number,
            name="payments",
            lastStatus="STOPPED",
            desiredStatus="STOPPED",
            stoppedAt=ago(minutes=number),
            stopCode="TaskFailedToStart",
            stoppedReason=PULL if number > 1 else "Your Spot Task was interrupted.",
            containers=[],
        )
        for number in range(1, 8)
    ]
    clients = account({"checkout": [failing()]}, {"checkout": dead})
    clients.answers["ecs:DescribeTaskDefinition"] = lambda _: {
        "taskDefinition": {
            "containerDefinitions": [
                {
                    "name": "app",
                    "image": "repo/app:9",
                    "essential": True,
                    "portMappings": [{"containerPort": 8080}],
                    "logConfiguration": {
                        "logDriver": "awslogs",
                        "options": {"awslogs-group": "/app"},
                    },
                }
            ]
        }
    }
    item = (await listed(RESOURCE, clients, HERE)).items[0]
    first, *rest = await last_blocks(RESOURCE, clients, HERE, item, "Overview")
    assert isinstance(first, TextBlock)
    assert first.level is Level.FAILED
    assert "Push the tag" in first.text
    assert PULL in first.text
    titles = [block.title for block in rest]
    assert titles == ["", "Stopped tasks", "Service", "Deployments", "Newest events", "Containers"]
    deaths = rest[1]
    assert isinstance(deaths, TableBlock)
    assert [row[:2] for row in deaths.rows] == [
        ("Spot interrupted", 1),
        ("CannotPullContainer: not found", 6),
    ]
    images = rest[-1]
    assert isinstance(images, TableBlock)
    assert images.rows == (("app", "repo/app:9", True, None, None, "8080/tcp", "/app"),)
    table_block = rest[3]
    assert isinstance(table_block, TableBlock)
    assert table_block.levels[0] is Level.WARNING


async def test_a_healthy_overview_begins_with_the_service_itself() -> None:
    clients = account({"checkout": [service("web", tags=[{"key": "team", "value": "blue"}])]})
    clients.deny("ecs:DescribeTaskDefinition")
    item = (await listed(RESOURCE, clients, HERE)).items[0]
    found = await last_blocks(RESOURCE, clients, HERE, item, "Overview")
    assert isinstance(found[0], PairsBlock)
    assert [block.title for block in found][-2:] == ["Tags", "Containers"]
    assert isinstance(found[-1], TextBlock)
    assert "DescribeTaskDefinition" in found[-1].text


async def test_the_reason_is_kept_though_many_events_came_after_it() -> None:
    unhealthy = "(port 8080) is unhealthy in (target-group x) due to (reason Health checks failed)"
    news = [event("has stopped 1 running tasks: (task a).", number=n) for n in range(30)]
    events = [*news, event(unhealthy, number=30), event("has reached a steady state.", number=31)]
    clients = account({"checkout": [service("web", runningCount=0, events=events)]})
    value: Any = (await listed(RESOURCE, clients, HERE)).items[0].value
    assert [each.id for each in value.events][10:] == ["event-web-30"]
    assert RESOURCE.health(value).words == "failing ELB health checks"


async def test_the_events_tab_asks_for_all_events() -> None:
    events = [event("has started 1 tasks: (task a).", number=n) for n in range(100)]
    clients = account({"checkout": [service("web", events=events)]})
    item = (await listed(RESOURCE, clients, HERE)).items[0]
    (block,) = await last_blocks(RESOURCE, clients, HERE, item, "Events")
    assert isinstance(block, TableBlock)
    assert len(block.rows) == 100
    clients.deny("ecs:DescribeServices")
    trouble, kept = await last_blocks(RESOURCE, clients, HERE, item, "Events")
    assert isinstance(trouble, TextBlock)
    assert isinstance(kept, TableBlock)
    assert len(kept.rows) == 10


async def test_one_service_is_read_whole_under_the_apis_own_names() -> None:
    clients = account({"checkout": [service("web")]})
    item = (await listed(RESOURCE, clients, HERE)).items[0]
    assert await RESOURCE.read(clients, Scope(), item) == service("web")


async def test_enter_leads_to_the_tasks_of_the_service() -> None:
    clients = account({"checkout": [service("web")]})
    item = (await listed(RESOURCE, clients, Scope())).items[0]
    child = RESOURCE.children[0]
    assert child.resource == "tasks"
    assert child.scope(Scope(region="eu-west-1"), item) == HERE.within(service="web")
    definitions = RESOURCE.children[-1]
    assert definitions.when(item)
    assert definitions.scope(HERE, item).parent == "web"
    assert RESOURCE.console is not None
    assert RESOURCE.console(HERE, item) == (
        "/ecs/v2/clusters/checkout/services/web/health?region=eu-west-1"
    )


async def test_disks_that_are_made_for_tasks_are_told_with_what_they_are() -> None:
    disk = {"volumeType": "gp3", "sizeInGiB": 50, "encrypted": True}
    made = [{"name": "data", "managedEBSVolume": disk}]
    attached = {
        "type": "AmazonElasticBlockStorage",
        "status": "ATTACHED",
        "details": [{"name": "volumeId", "value": "vol-0123"}],
    }
    clients = account(
        {"checkout": [service("web", deployments=[deployment(volumeConfigurations=made)])]},
        {"checkout": [task(1, attachments=[attached])]},
    )
    mount = {"name": "app", "mountPoints": [{"sourceVolume": "data", "containerPath": "/var"}]}
    volumes = [{"name": "data", "configuredAtLaunch": True}]
    clients.answers["ecs:DescribeTaskDefinition"] = lambda params: {
        "taskDefinition": {"volumes": volumes, "containerDefinitions": [mount]}
    }
    item = (await listed(RESOURCE, clients, HERE)).items[0]
    tree, disks = await last_blocks(RESOURCE, clients, HERE, item, "Storage")
    assert isinstance(tree, TreeBlock)
    assert tree.nodes[0].text == "data  EBS gp3 50 GiB"
    assert tree.nodes[0].note == "encrypted, a new one for each task"
    assert [node.text for node in tree.nodes[0].children] == ["mounted by app /var rw"]
    assert isinstance(disks, TableBlock)
    assert disks.rows == (("vol-0123", "attached", f"{1:032x}", "eu-west-1a"),)


GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup"


def task_set(name: str, status: str, revision: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"ecs-svc/{name}",
        "status": status,
        "taskDefinition": f"{ARN}:task-definition/web:{revision}",
        "computedDesiredCount": 2,
        "runningCount": 2,
        "scale": {"value": 100.0, "unit": "PERCENT"},
        "stabilityStatus": "STEADY_STATE",
        "startedBy": "CODE_DEPLOY",
        "externalId": "d-0123ABCDE",
        "loadBalancers": [
            {"targetGroupArn": f"{GROUP}/{name}/6d0e", "containerName": "app", "containerPort": 80}
        ],
        "createdAt": ago(minutes=9),
        **more,
    }


@pytest.mark.parametrize(
    ("controller", "words"),
    [("CODE_DEPLOY", "CodeDeploy shifts traffic"), ("EXTERNAL", "An external controller")],
)
async def test_what_another_controller_deploys_is_shown_as_its_task_sets(
    controller: str, words: str
) -> None:
    sets = [
        task_set("blue", "PRIMARY", 7),
        task_set(
            "green", "ACTIVE", 8, stabilityStatus="STABILIZING", runningCount=1, pendingCount=1
        ),
    ]
    web = service("web", deployments=[], taskSets=sets, deploymentController={"type": controller})
    del web["taskDefinition"]
    clients = account({"checkout": [web]})
    listing = await listed(RESOURCE, clients, HERE)
    assert "web:7" in table(RESOURCE, listing)[1]
    item = listing.items[0]
    before = len(clients.calls)
    lead, made = await last_blocks(RESOURCE, clients, HERE, item, "Deployments")
    assert len(clients.calls) == before, "ECS knows of no deployments"
    assert isinstance(lead, TextBlock)
    assert words in lead.text
    assert isinstance(made, TableBlock)
    assert [row[1:6] for row in made.rows] == [
        ("primary", "web:7", "100 %", "2/2", "steady state"),
        ("active", "web:8", "100 %", "1/2 +1", "stabilizing"),
    ]
    assert made.rows[1][6:8] == (("green",), "CODE_DEPLOY d-0123ABCDE")
    assert made.levels == (Level.NONE, Level.PROGRESS)
    assert not isinstance(item.value, Missing)
    assert [(each.role, each.arn) for each in groups_of(item.value)] == [
        ("production", f"{GROUP}/blue/6d0e"),
        ("alternate", f"{GROUP}/green/6d0e"),
    ]
