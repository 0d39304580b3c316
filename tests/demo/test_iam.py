"""Roles: whoever is named somewhere has one, and what it may do can be asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from containerscope.demo.account import demo_world
from containerscope.demo.clock import StillClock
from containerscope.demo.ecs_state import TaskDefinition
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.iam_build import refresh
from containerscope.demo.iam_grants import secret_arn
from containerscope.demo.iam_secrets import grant, withhold
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.scale import Scale
from containerscope.demo.scenarios import SCENARIOS
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from tests.demo.conftest import Connect
from tests.demo.in_process import ask

ACCOUNT = "arn:aws:iam::123456789012"


@pytest.fixture
async def iam(account: RunningServer, connect: Connect) -> Any:
    """A client of the account's roles."""
    return await connect(account, "iam")


def decision(world: World, role: str, action: str, resource: str = "*", **context: str) -> Any:
    """The decision of the simulator, with its detail."""
    entries = [
        {"ContextKeyName": key.replace("_", ":"), "ContextKeyValues": [value]}
        for key, value in context.items()
    ]
    [result] = ask(
        world,
        "iam",
        "SimulatePrincipalPolicy",
        PolicySourceArn=f"{ACCOUNT}:role/{role}",
        ActionNames=[action],
        ResourceArns=[resource],
        ContextEntries=entries,
    )["EvaluationResults"]
    return result


def named_roles(value: Any) -> set[str]:
    """The names of all roles of the account that stand anywhere in a value."""
    if isinstance(value, str):
        return {value.rpartition("/")[2]} if value.startswith(f"{ACCOUNT}:role/") else set()
    if isinstance(value, dict):
        return {each for one in value.values() for each in named_roles(one)}
    if isinstance(value, list):
        return {each for one in value for each in named_roles(one)}
    return set()


def test_every_role_that_something_refers_to_exists(world: World) -> None:
    bodies: list[Any] = [each.body for family in world.families.values() for each in family]
    for cluster in world.eks.values():
        bodies += [cluster.body, *cluster.nodegroups.values(), *cluster.addons.values()]
        bodies += [*cluster.fargate_profiles.values()]
    for service in ask(world, "ecs", "DescribeServices", cluster="edge", services=["ingress"])[
        "services"
    ]:
        bodies.append(service)
    names = named_roles(bodies)
    assert {"payments-task", "checkout-execution", "platform-node", "ci-deploy"} <= names
    for name in names:
        assert ask(world, "iam", "GetRole", RoleName=name)["Role"]["RoleName"] == name


async def test_documents_are_decoded_by_the_client(iam: Any) -> None:
    role = (await iam.get_role(RoleName="payments-task"))["Role"]
    statement = role["AssumeRolePolicyDocument"]["Statement"][0]
    assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith("workload-boundary")
    assert role["RoleLastUsed"]["Region"] == "eu-west-1"
    names = (await iam.list_role_policies(RoleName="payments-task"))["PolicyNames"]
    assert names == ["data", "exec", "rotate-keys"]
    inline = await iam.get_role_policy(RoleName="payments-task", PolicyName="exec")
    assert "ssmmessages:OpenDataChannel" in inline["PolicyDocument"]["Statement"][0]["Action"]
    attached = (await iam.list_attached_role_policies(RoleName="checkout-execution"))[
        "AttachedPolicies"
    ]
    [policy] = attached
    found = (await iam.get_policy(PolicyArn=policy["PolicyArn"]))["Policy"]
    version = await iam.get_policy_version(
        PolicyArn=policy["PolicyArn"], VersionId=found["DefaultVersionId"]
    )
    actions = version["PolicyVersion"]["Document"]["Statement"][0]["Action"]
    assert "ecr:GetAuthorizationToken" in actions


async def test_the_account_is_told_in_pages(iam: Any) -> None:
    roles: list[str] = []
    policies: list[str] = []
    pages = 0
    paginator = iam.get_paginator("get_account_authorization_details")
    async for page in paginator.paginate(PaginationConfig={"PageSize": 25}):
        roles += [each["RoleName"] for each in page["RoleDetailList"]]
        policies += [each["Arn"] for each in page["Policies"]]
        assert len(page["RoleDetailList"]) + len(page["Policies"]) <= 25
        pages += 1
    assert pages == -(-(len(roles) + len(policies)) // 25)
    assert len(set(roles)) == len(roles)
    listed = [
        each["RoleName"]
        async for page in iam.get_paginator("list_roles").paginate()
        for each in page["Roles"]
    ]
    assert roles == listed
    local = await iam.get_account_authorization_details(Filter=["LocalManagedPolicy"])
    assert [each["PolicyName"] for each in local["Policies"]] == [
        "workload-boundary",
        "telemetry-write",
    ]
    assert local["RoleDetailList"] == []
    versions = local["Policies"][1]["PolicyVersionList"]
    assert [each["IsDefaultVersion"] for each in versions] == [True, False]


async def test_instance_profiles_lead_to_their_roles(iam: Any) -> None:
    found = await iam.get_instance_profile(InstanceProfileName="ecs-instance-data")
    [role] = found["InstanceProfile"]["Roles"]
    assert role["RoleName"] == "ecs-instance-data"
    profiles = await iam.list_instance_profiles_for_role(RoleName="ecs-instance-data")
    assert len(profiles["InstanceProfiles"]) == 1


async def test_service_accounts_are_let_in_by_the_provider_of_their_cluster(
    world: World, iam: Any
) -> None:
    arns = [
        each["Arn"]
        for each in (await iam.list_open_id_connect_providers())["OpenIDConnectProviderList"]
    ]
    issuer = world.eks["platform"].body["identity"]["oidc"]["issuer"].removeprefix("https://")
    [arn] = [each for each in arns if each.endswith(issuer)]
    provider = await iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert (provider["Url"], provider["ClientIDList"]) == (issuer, ["sts.amazonaws.com"])
    role = (await iam.get_role(RoleName="platform-external-dns"))["Role"]
    statement = role["AssumeRolePolicyDocument"]["Statement"][0]
    assert statement["Principal"] == {"Federated": arn}
    assert statement["Condition"]["StringEquals"][f"{issuer}:sub"] == (
        "system:serviceaccount:kube-system:external-dns"
    )
    wide = (await iam.get_role(RoleName="platform-build-cache"))["Role"]
    condition = wide["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]
    assert condition["StringLike"][f"{issuer}:sub"].endswith(":*")


def test_the_caller_may_do_everything(world: World) -> None:
    assert decision(world, "OpsRole", "ecs:StopTask")["EvalDecision"] == "allowed"


def test_wildcards_and_resources_are_looked_at(world: World) -> None:
    mine = "arn:aws:s3:::shop-cart/a/b.txt"
    assert decision(world, "cart-task", "s3:GetObject", mine)["EvalDecision"] == "allowed"
    assert decision(world, "cart-task", "S3:getobject", mine)["EvalDecision"] == "allowed"
    other = "arn:aws:s3:::shop-web/a"
    assert decision(world, "cart-task", "s3:GetObject", other)["EvalDecision"] == "implicitDeny"
    assert decision(world, "recommendations-task", "s3:GetObject", other)["EvalDecision"] == (
        "allowed"
    )
    [matched] = decision(world, "cart-task", "s3:GetObject", mine)["MatchedStatements"]
    assert matched["SourcePolicyId"] == "role_cart-task_data"


def test_an_explicit_deny_wins(world: World) -> None:
    assert decision(world, "developers", "ecs:DeleteService")["EvalDecision"] == "explicitDeny"
    assert decision(world, "developers", "ecs:StopTask")["EvalDecision"] == "allowed"


def test_a_boundary_cuts_what_a_policy_allows(world: World) -> None:
    found = decision(world, "payments-task", "iam:CreateAccessKey")
    assert found["EvalDecision"] == "explicitDeny"
    assert found["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    within = decision(world, "payments-task", "ssmmessages:OpenDataChannel")
    assert within["EvalDecision"] == "allowed"
    role = refresh(world).role("payments-task")
    assert role is not None
    role.inline["more"] = {"Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}}
    beyond = decision(world, "payments-task", "ec2:RunInstances")
    assert beyond["EvalDecision"] == "implicitDeny"
    assert beyond["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_a_condition_that_lacks_its_context_is_named(world: World) -> None:
    role = refresh(world).role("cart-task")
    assert role is not None
    [key] = [each for each in role.inline["data"]["Statement"] if each.get("Sid") == "Keys"]
    arn = key["Resource"]
    found = decision(world, "cart-task", "kms:Decrypt", arn)
    assert found["EvalDecision"] == "implicitDeny"
    assert found["MissingContextValues"] == ["kms:ViaService"]
    via = "s3.eu-west-1.amazonaws.com"
    met = decision(world, "cart-task", "kms:Decrypt", arn, kms_ViaService=via)
    assert (met["EvalDecision"], met["MissingContextValues"]) == ("allowed", [])


def test_one_execution_role_lacks_a_secret_of_its_services(world: World) -> None:
    lacking = []
    for cluster in world.clusters.values():
        for service in cluster.services.values():
            role = service.definition.body["executionRoleArn"].rpartition("/")[2]
            for each in service.definition.containers[0].get("secrets", ()):
                arn = ":".join(each["valueFrom"].split(":")[:7])
                stored = ":secretsmanager:" in arn
                action = "secretsmanager:GetSecretValue" if stored else "ssm:GetParameters"
                if decision(world, role, action, arn)["EvalDecision"] != "allowed":
                    lacking.append((service.name, arn))
    [(service_name, secret)] = lacking
    assert service_name == "accounts"
    grant(world, "checkout-execution", secret)
    where = ("checkout-execution", "secretsmanager:GetSecretValue", secret)
    assert decision(world, *where)["EvalDecision"] == "allowed"
    assert withhold(world, "checkout-execution", secret)
    assert not withhold(world, "checkout-execution", secret)
    assert decision(world, *where)["EvalDecision"] == "implicitDeny"


def test_a_policy_of_the_callers_own_can_be_tried(world: World) -> None:
    policy = json.dumps(
        {"Statement": [{"Effect": "Deny", "NotAction": "s3:Get*", "Resource": "*"}]}
    )
    found = ask(
        world,
        "iam",
        "SimulatePrincipalPolicy",
        PolicySourceArn=f"{ACCOUNT}:role/recommendations-task",
        ActionNames=["s3:GetObject", "s3:PutObject"],
        PolicyInputList=[policy],
    )["EvaluationResults"]
    assert [each["EvalDecision"] for each in found] == ["allowed", "explicitDeny"]


async def test_what_is_not_there_is_named_so(iam: Any) -> None:
    managed = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    for call, code in (
        (iam.get_role(RoleName="nobody"), "NoSuchEntity"),
        (iam.get_role_policy(RoleName="cart-task", PolicyName="none"), "NoSuchEntity"),
        (iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/Nothing"), "NoSuchEntity"),
        (iam.get_policy_version(PolicyArn=managed, VersionId="v9"), "NoSuchEntity"),
        (iam.get_instance_profile(InstanceProfileName="none"), "NoSuchEntity"),
        (iam.simulate_principal_policy(
            PolicySourceArn=f"{ACCOUNT}:role/nobody", ActionNames=["s3:List*"]), "NoSuchEntity"),
        (iam.simulate_principal_policy(
            PolicySourceArn="arn:aws:sts::123456789012:assumed-role/OpsRole/demo",
            ActionNames=["s3:GetObject"]), "InvalidInput"),
        (iam.list_roles(MaxItems=1001), "ValidationError"),
    ):  # fmt: skip
        with pytest.raises(ClientError) as caught:
            await call
        assert caught.value.response["Error"]["Code"] == code


def test_every_answer_fits_its_shape(world: World) -> None:
    for each in ask(world, "iam", "ListRoles", MaxItems=1000)["Roles"]:
        name = {"RoleName": each["RoleName"]}
        ask(world, "iam", "GetRole", **name)
        for policy in ask(world, "iam", "ListAttachedRolePolicies", **name)["AttachedPolicies"]:
            arn = policy["PolicyArn"]
            assert ask(world, "iam", "GetPolicy", PolicyArn=arn)
        ask(world, "iam", "ListRoleTags", **name)
    for arn in world.access.policies:
        ask(world, "iam", "ListPolicyVersions", PolicyArn=arn)
    ask(world, "iam", "ListPolicies", Scope="Local", OnlyAttached=True)
    ask(world, "iam", "GetAccountAuthorizationDetails", MaxItems=1000)
    for arn in world.access.providers:
        ask(world, "iam", "GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn)


def test_roles_of_a_large_account_are_made_when_they_are_asked_for() -> None:
    world = demo_world(StillClock(), Scale(5, 400, 400))
    before = len(world.access.roles)
    assert before < 40
    assert ask(world, "iam", "GetRole", RoleName="api-0001-task")
    assert len(world.access.roles) == before + 1
    assert len(world.access.all_roles()) > 400


def test_roles_of_a_cluster_that_comes_later_are_there_too(world: World) -> None:
    later = EksCluster("later", {**world.eks["platform"].body, "name": "later"})
    later.body["roleArn"] = f"{ACCOUNT}:role/later-cluster"
    world.eks["later"] = later
    [attached] = ask(world, "iam", "ListAttachedRolePolicies", RoleName="later-cluster")[
        "AttachedPolicies"
    ]
    assert attached["PolicyName"] == "AmazonEKSClusterPolicy"


def test_registering_a_task_definition_makes_no_role(world: World) -> None:
    newest = world.families["web"][-1]
    body = {**newest.body, "taskRoleArn": f"{ACCOUNT}:role/typo", "registeredBy": "somebody"}
    world.add_definition(TaskDefinition("typo", 1, body))
    with pytest.raises(AwsError, match="role with name typo cannot be found"):
        ask(world, "iam", "GetRole", RoleName="typo")


def test_the_story_of_the_secret_that_is_denied_is_true_until_it_is_mended(world: World) -> None:
    service = world.clusters["checkout"].services["accounts"]
    reference = service.definition.containers[0]["secrets"][0]["valueFrom"]
    where = ("checkout-execution", "secretsmanager:GetSecretValue", secret_arn(reference))
    story = SCENARIOS["secret-denied"]
    story.start(world)
    assert decision(world, *where)["EvalDecision"] == "implicitDeny"
    story.stop(world)
    assert decision(world, *where)["EvalDecision"] == "allowed"
