"""The roles, policies and providers of the account, fitted to what refers to them."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import Any

from containerscope.demo.ecs_recipe import DAY, HOUR, MINUTE
from containerscope.demo.ecs_state import TaskDefinition
from containerscope.demo.iam_documents import (
    allow,
    deny,
    document,
    managed_policies,
    service_trust,
    trust,
)
from containerscope.demo.iam_eks import add_eks_roles
from containerscope.demo.iam_grants import execution_role, task_role
from containerscope.demo.iam_state import Access, Policy, PolicyVersion, Provider, Role
from containerscope.demo.ids import hexes, number
from containerscope.demo.world import World

_OPS = "AWSReservedSSO_Ops"
_SERVICE_ROLES = (
    # name, service, policy
    ("AWSServiceRoleForECS", "ecs", "AmazonECSServiceRolePolicy"),
    (
        "AWSServiceRoleForApplicationAutoScaling_ECSService",
        "ecs.application-autoscaling",
        "AWSApplicationAutoscalingECSServicePolicy",
    ),
    ("AWSServiceRoleForAutoScaling", "autoscaling", "AutoScalingServiceRolePolicy"),
    (
        "AWSServiceRoleForElasticLoadBalancing",
        "elasticloadbalancing",
        "AWSElasticLoadBalancingServiceRolePolicy",
    ),
    (
        "AWSServiceRoleForAmazonElasticFileSystem",
        "elasticfilesystem",
        "AmazonElasticFileSystemServiceRolePolicy",
    ),
    ("AWSServiceRoleForAmazonEKS", "eks", "AmazonEKSServiceRolePolicy"),
    ("AWSServiceRoleForAmazonEKSNodegroup", "eks-nodegroup", "AWSServiceRoleForAmazonEKSNodegroup"),
)


def build(world: World) -> None:
    """What nothing but the account itself refers to; the rest comes with the first `refresh`."""
    access = world.access
    access.policies = managed_policies()
    _add_policies(world)
    _add_people(world)
    _add_service_roles(world)
    _add_ecs_roles(world)


def refresh(world: World) -> Access:
    """What IAM knows, with the roles of clusters and task definitions that have come since."""
    access = world.access
    add_eks_roles(world)
    if len(world.families) > access.families:
        for family in islice(world.families.values(), access.families, None):
            _of_definition(world, family[-1])
            for definition in family[-3:]:
                arn = str(definition.body.get("executionRoleArn", ""))
                access.users.setdefault(arn.rpartition("/")[2], []).append(definition)
        access.families = len(world.families)
    return access


def managed(name: str, path: str = "/") -> str:
    """The ARN of a policy of AWS."""
    return f"arn:aws:iam::aws:policy{path}{name}"


def _of_definition(world: World, definition: TaskDefinition) -> None:
    """Let the roles of a task definition be made when they are asked for."""
    makers, roles = world.access.makers, world.access.roles
    if definition.body.get("registeredBy") != world.global_arn("iam", "role/ci-deploy"):
        return  # Somebody who registers a task definition makes no roles by it.
    name = str(definition.body.get("taskRoleArn", "")).rpartition("/")[2]
    if name and name not in roles:
        makers.setdefault(name, partial(task_role, world, name, definition))
    name = str(definition.body.get("executionRoleArn", "")).rpartition("/")[2]
    if name and name not in roles:
        makers.setdefault(name, partial(execution_role, world, name))


def add_role(world: World, name: str, trust_policy: dict[str, Any], **more: Any) -> Role:
    """One more role, made some months ago and used within the last hours unless told."""
    age = (90 + number(400, "role age", name)) * DAY
    role = Role(name, trust_policy, world.now() - age, **more)
    if "used_at" not in more:
        role.used_at = world.now() - 10 * MINUTE - number(6 * 3600, "used", name)
    world.access.roles[name] = role
    return role


def _add_policies(world: World) -> None:
    """The account's own managed policies."""
    for name, old, new, description in (
        (
            "workload-boundary",
            None,
            document(
                allow(("s3:*", "sqs:*", "sns:*", "dynamodb:*", "kms:*", "logs:*", "xray:*",
                       "secretsmanager:GetSecretValue", "ssm:GetParameter*", "ssmmessages:*",
                       "elasticfilesystem:Client*", "execute-api:Invoke"), ("*",), "Workloads"),
                deny(("iam:*", "organizations:*", "account:*"), ("*",), "NoEscalation"),
            ),
            "The most that a workload of the payment domain may do",
        ),
        (
            "telemetry-write",
            document(allow(("cloudwatch:*", "logs:*", "xray:*"), ("*",))),
            document(
                allow(("cloudwatch:PutMetricData",), ("*",), "Metrics",
                      Condition={"StringLike": {"cloudwatch:namespace": "shop/*"}}),
                allow(("logs:CreateLogStream", "logs:PutLogEvents"),
                      (world.arn("logs", "log-group:/ecs/*"),), "Logs"),
                allow(("xray:PutTraceSegments", "xray:PutTelemetryRecords"), ("*",), "Traces"),
            ),
            "Metrics, logs and traces of every service",
        ),
    ):  # fmt: skip
        arn = world.global_arn("iam", f"policy/{name}")
        versions = []
        if old is not None:
            versions.append(PolicyVersion("v1", old, world.now() - 300 * DAY))
        number_now = f"v{len(versions) + 1}"
        versions.append(PolicyVersion(number_now, new, world.now() - 40 * DAY))
        tags = {"managed-by": "terraform"}
        world.access.policies[arn] = Policy(arn, versions, description=description, tags=tags)


def _add_people(world: World) -> None:
    """The roles that people and pipelines take on."""
    saml = world.global_arn("iam", f"saml-provider/AWSSSO_{hexes(16, 'saml')}_DO_NOT_DELETE")
    people = trust(
        {"Federated": saml},
        "sts:AssumeRoleWithSAML",
        "sts:TagSession",
        condition={"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
    )
    root = {"AWS": world.global_arn("iam", "root")}
    administrator = [managed("AdministratorAccess")]
    add_role(world, "OpsRole", trust(root), attached=administrator, session=43200)
    path = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
    name = f"{_OPS}_{hexes(16, 'Ops')}"
    add_role(world, name, people, attached=administrator, path=path, session=43200)
    developer = document(
        allow(("ecs:*", "eks:*", "logs:*", "cloudwatch:*", "elasticloadbalancing:*"), ("*",)),
        deny(("ecs:Delete*", "eks:Delete*"), ("*",)),
    )
    add_role(world, "developers", trust(root), inline={"developer": developer})
    reading = document(
        allow(
            ("ecs:Describe*", "ecs:List*", "eks:Describe*", "eks:List*", "iam:Get*", "iam:List*",
             "ec2:Describe*", "elasticloadbalancing:Describe*", "elasticfilesystem:Describe*",
             "fsx:Describe*", "application-autoscaling:Describe*", "autoscaling:Describe*",
             "cloudwatch:Get*", "cloudwatch:Describe*", "logs:Describe*", "ecr:Describe*"),
            ("*",), "Audit",
        ),
    )  # fmt: skip
    for name in ("audit", "auditors"):
        condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        inline = {"read-only": reading}
        add_role(world, name, trust(root, condition=condition), inline=inline, used_at=0.0)
    _add_pipeline(world)


def _add_pipeline(world: World) -> None:
    url = "token.actions.githubusercontent.com"
    arn = world.global_arn("iam", f"oidc-provider/{url}")
    world.access.providers[arn] = Provider(
        arn, url, ["sts.amazonaws.com"], hexes(40, "thumbprint", url), world.now() - 500 * DAY
    )
    condition = {
        "StringEquals": {f"{url}:aud": "sts.amazonaws.com"},
        "StringLike": {f"{url}:sub": "repo:example-shop/*:ref:refs/heads/main"},
    }
    who = trust({"Federated": arn}, "sts:AssumeRoleWithWebIdentity", condition=condition)
    deploy = document(
        allow(
            ("ecs:RegisterTaskDefinition", "ecs:DescribeTaskDefinition", "ecs:UpdateService",
             "ecs:DescribeServices", "ecs:RunTask", "ecs:DescribeTasks", "ecs:TagResource"),
            ("*",), "Deploy",
        ),
        allow(("iam:PassRole",),
              (world.global_arn("iam", "role/*-task"), world.global_arn("iam", "role/*-execution")),
              "PassRoles",
              Condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}),
        allow(("ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:PutImage",
               "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload"),
              ("*",), "Push"),
    )  # fmt: skip
    add_role(world, "ci-deploy", who, inline={"deploy": deploy}, used_at=world.now() - 4 * MINUTE)


def _add_service_roles(world: World) -> None:
    """The roles that services of AWS have made for themselves."""
    for name, service, policy in _SERVICE_ROLES:
        path = f"/aws-service-role/{service}.amazonaws.com/"
        attached = [managed(policy, "/aws-service-role/")]
        add_role(world, name, service_trust(service), path=path, attached=attached)


def _add_ecs_roles(world: World) -> None:
    """The role for infrastructure, and those of container instances with their profiles."""
    names = ("AmazonECSInfrastructureRolePolicyForLoadBalancers",)
    volumes = managed("AmazonECSInfrastructureRolePolicyForVolumes", "/service-role/")
    add_role(
        world,
        "ecs-infrastructure",
        service_trust("ecs"),
        attached=[*map(managed, names), volumes],
        used_at=world.now() - 5 * HOUR,
    )
    for name, cluster in world.clusters.items():
        if cluster.instances:
            agent = managed("AmazonEC2ContainerServiceforEC2Role", "/service-role/")
            attached = [agent, managed("AmazonSSMManagedInstanceCore")]
            role = instance_role(name)
            add_role(world, role, service_trust("ec2"), attached=attached)
            world.access.profiles[role] = role


def instance_role(cluster: str) -> str:
    """The name of the role, and of the instance profile, of a cluster's container instances."""
    return f"ecs-instance-{cluster}"
