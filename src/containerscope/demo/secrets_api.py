"""What Secrets Manager answers: that secrets are there, never what they are."""

from __future__ import annotations

from dataclasses import dataclass

from containerscope.demo.calls import Call, Handler, PageRule, Result
from containerscope.demo.ecs_recipe import DAY
from containerscope.demo.iam_grants import secret_arn
from containerscope.demo.ids import number, uuid
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.world import World

PAGES = PageRule(default=100, most=100)


@dataclass(frozen=True)
class Secret:
    """A secret without its value."""

    arn: str

    @property
    def name(self) -> str:
        """The name that its owner gave it: the ARN's last part without six random characters."""
        return self.arn.rpartition(":")[2][:-7]


def secrets(world: World) -> dict[str, Secret]:
    """The secrets that task definitions refer to, by ARN."""
    arns = {
        secret_arn(each["valueFrom"])
        for family in world.families.values()
        for definition in family[-3:]
        for container in definition.containers
        for each in container.get("secrets", ())
    }
    return {arn: Secret(arn) for arn in sorted(arns) if ":secretsmanager:" in arn}


def _found(call: Call) -> Secret:
    wanted = call.params["SecretId"]
    for arn, each in secrets(call.world).items():
        if wanted in (arn, arn[:-7], each.name):
            return each
    text = "Secrets Manager can't find the specified secret."
    raise AwsError("ResourceNotFoundException", text)


def _view(world: World, secret: Secret) -> Result:
    age = (20 + number(300, "secret", secret.arn)) * DAY
    changed = world.now() - age / 4
    team = secret.name.partition("/")[0]
    view: Result = {
        "ARN": secret.arn,
        "Name": secret.name,
        "Description": f"Used by {team}",
        "RotationEnabled": number(3, "rotated", secret.arn) == 0,
        "CreatedDate": world.now() - age,
        "LastChangedDate": changed,
        "LastAccessedDate": world.now() // DAY * DAY,
        "Tags": [{"Key": "team", "Value": team}],
    }
    if view["RotationEnabled"]:
        view["LastRotatedDate"] = changed
        view["RotationRules"] = {"AutomaticallyAfterDays": 90}
    return view


def describe_secret(call: Call) -> Result:
    """A secret by name or ARN, without its value."""
    secret = _found(call)
    versions = {
        uuid("secret version", secret.arn, 1): ["AWSCURRENT"],
        uuid("secret version", secret.arn, 0): ["AWSPREVIOUS"],
    }
    return {**_view(call.world, secret), "VersionIdsToStages": versions}


def list_secrets(call: Call) -> Result:
    """The secrets of the account, without their values."""
    known = secrets(call.world)
    asked = {"maxResults": call.params.get("MaxResults", PAGES.default)}
    if "NextToken" in call.params:
        asked["nextToken"] = call.params["NextToken"]
    answer = PAGES.page(asked, "SecretList", list(known))
    views = {"SecretList": [_view(call.world, known[arn]) for arn in answer["SecretList"]]}
    return {**views, "NextToken": answer["nextToken"]} if "nextToken" in answer else views


SECRETS: dict[str, Handler] = {"DescribeSecret": describe_secret, "ListSecrets": list_secrets}
