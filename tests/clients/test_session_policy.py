"""What goes with a role that is assumed in read-only, and what it leaves of its rights."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from containerscope.cli.policy import read_actions, write_actions
from containerscope.clients.aws import AwsClients, connect
from containerscope.clients.errors import iam_action
from containerscope.clients.guard import ALLOWED
from containerscope.clients.guard_allowed import SIGNING_IN
from containerscope.clients.session import open_session
from containerscope.clients.session_policy import LONGEST, passing_on, reading
from containerscope.insight.iam_access import Answer, can
from containerscope.model.iam import NamedPolicy, Role, RoleWhole
from containerscope.model.listing import RefusedError
from containerscope.resource import Target
from tests.clients.people import Person
from tests.clients.signing_in import Center, center

ROLE = "arn:aws:iam::111122223333:role/r"
HUB = "arn:aws:iam::444455556666:role/hub"
CHAIN = f"""
[profile dev]
region = eu-west-1
role_arn = {ROLE}
source_profile = hub

[profile hub]
role_arn = {HUB}
source_profile = base

[profile base]
aws_access_key_id = BASE
aws_secret_access_key = secret
"""
READING = ("Describe", "List", "Get", "Filter", "Search", "Simulate")
HARMLESS = {"ecr:BatchGetImage", "logs:StartLiveTail", "logs:StartQuery", "logs:StopQuery"}
SECRET = (
    "secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameters", "sts:AssumeRole",
    "ecr:GetAuthorizationToken", "sts:GetSessionToken", "sts:GetFederationToken", "kms:Decrypt",
    "logs:Unmask", "ec2:GetPasswordData", "iam:CreateAccessKey", "ecs:ExecuteCommand",
    "ssm:StartSession", "s3:GetObject", "ecs:Poll", "eks:UpdateNodegroupConfig",
)  # fmt: skip


@pytest.fixture
async def sts(monkeypatch: pytest.MonkeyPatch, own_environment: Path) -> AsyncIterator[Center]:
    async with center(monkeypatch, str(own_environment)) as made:
        made.code = ""
        (own_environment / "config").write_text(CHAIN)
        yield made


async def dev(*, read_only: bool, accounts: tuple[str, ...] = ()) -> AwsClients:
    return await connect(
        Target(profile="dev"), read_only=read_only, rate_share=0, sign_in=Person(),
        read_only_accounts=accounts,
    )  # fmt: skip


def kept_in(home: Path) -> list[Path]:
    """The files of assumed roles."""
    return [file for file in home.rglob("*.json") if "sso" not in file.parts]


def carried(sts: Center) -> list[tuple[str, str]]:
    """The role and the policy of every AssumeRole that arrived."""
    return [(each["RoleArn"][0], each.get("Policy", [""])[0]) for each in sts.assumed]


def allowed(policy: str, action: str, resource: str = "*") -> bool:
    whole = RoleWhole(Role(), (NamedPolicy("session", document=json.loads(policy)),))
    return can(whole, action, resource).answer is Answer.ALLOWED


async def test_in_read_only_every_role_of_a_chain_carries_a_policy(sts: Center) -> None:
    clients = await dev(read_only=True)
    await clients.call("ecs", "ListClusters")
    assert carried(sts) == [(HUB, passing_on()), (ROLE, reading())]
    await clients.close()


async def test_otherwise_none_does_and_neither_takes_the_credentials_of_the_other(
    sts: Center, own_environment: Path
) -> None:
    for read_only in (False, True, False, True):
        clients = await dev(read_only=read_only)
        await clients.call("ecs", "ListClusters")
        await clients.close()
    assert carried(sts) == [(HUB, ""), (ROLE, ""), (HUB, passing_on()), (ROLE, reading())]
    kept = kept_in(own_environment)
    assert len({file.parent for file in kept}) == 2
    assert {file.stat().st_mode & 0o777 for file in kept} == {0o600}


async def test_until_an_account_is_known_to_be_no_read_only_one_its_role_only_reads(
    sts: Center,
) -> None:
    clients = await dev(read_only=False, accounts=("prod-*",))
    await clients.identity()
    assert [policy for _, policy in carried(sts)] == [passing_on(), reading()]
    # That centre tells no alias, so nobody can say that it is none of those.
    assert clients.read_only
    await clients.close()


@pytest.mark.parametrize(
    ("accounts", "read_only"), [(("999999999999", "8*"), False), (("prod-*", "1111*"), True)]
)
async def test_the_account_in_a_roles_arn_decides_at_once(
    sts: Center, accounts: tuple[str, ...], read_only: bool
) -> None:
    clients = await dev(read_only=False, accounts=accounts)
    assert clients.read_only is read_only
    await clients.identity()
    await clients.call("ecs", "ListClusters")
    policies = [passing_on(), reading()] if read_only else ["", ""]
    assert [policy for _, policy in carried(sts)] == policies
    await clients.close()


async def test_what_the_environment_holds_is_asked_whose_it_is(
    sts: Center, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "dev")
    clients = await connect(
        Target(), read_only=False, rate_share=0, sign_in=Person(), read_only_accounts=("9*",)
    )
    begun = clients.read_only
    await clients.identity()
    assert (begun, clients.read_only) == (True, False)
    await clients.call("ecs", "ListClusters")
    assert [policy for _, policy in carried(sts)] == [passing_on(), reading(), "", ""]
    await clients.close()


async def test_a_role_that_a_web_identity_assumes_carries_it_too(
    sts: Center, own_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_environment / "config").write_text("[default]\nregion = eu-west-1\n")
    (own_environment / "token").write_text("a token")
    monkeypatch.setenv("AWS_ROLE_ARN", ROLE)
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(own_environment / "token"))
    clients = await connect(Target(), read_only=True, rate_share=0, sign_in=Person())
    await clients.call("ecs", "ListClusters")
    assert carried(sts) == [(ROLE, reading())]
    await clients.close()


@pytest.mark.parametrize(
    ("service", "operation"),
    [(service, each) for service, names in SIGNING_IN.items() for each in sorted(names)],
)
async def test_credentials_are_handed_out_to_signing_in_alone(
    sts: Center, service: str, operation: str
) -> None:
    clients = await dev(read_only=True)
    with pytest.raises(RefusedError, match="hands out credentials"):
        await clients.call(service, operation)
    assert sts.knocks.connections == 0
    await clients.close()


def test_the_policies_are_within_what_sts_takes() -> None:
    # What packing makes of it AWS does not tell; half of the characters leaves room for tags.
    assert len(reading("aws-us-gov")) <= LONGEST / 2
    assert len(passing_on()) <= LONGEST / 2


def read_from(action: str) -> str:
    """What is read with it."""
    public = "arn:aws:ssm:eu-west-1::parameter/aws/service/ecs/recommended"
    return public if action.startswith("ssm:GetParameter") else "*"


def test_it_lets_through_whatever_read_only_lets_through() -> None:
    for service, operations in ALLOWED.items():
        for operation in operations - SIGNING_IN.get(service, frozenset()):
            action = iam_action(service, operation)
            if action != "sts:GetCallerIdentity":
                assert allowed(reading(), action, read_from(action)), action
    for action in read_actions():
        assert allowed(reading(), action, read_from(action)), action


def test_it_lets_no_action_and_no_secret_through() -> None:
    reads = {iam_action(service, each) for service, names in ALLOWED.items() for each in names}
    assert "ecs:UpdateService" in write_actions()
    for action in {*write_actions()} - reads | {*SECRET}:
        assert not allowed(reading(), action), action
    assert not allowed(reading(), "ssm:GetParameter", "arn:aws:ssm:eu-west-1:1:parameter/prod/key")
    assert not allowed(passing_on(), "ecs:UpdateService")


@pytest.mark.parametrize("service", sorted({*ALLOWED, "kms", "s3"}))
async def test_of_every_service_in_use_it_lets_nothing_but_reads_through(service: str) -> None:
    core = open_session(Target(region="eu-west-1", access_key="k", secret_key="s"), read_only=True)
    model = await core.get_service_model(service)
    for operation in model.operation_names:
        action = iam_action(service, operation)
        if not operation.startswith(READING) and action not in HARMLESS:
            assert not allowed(reading(), action), action
