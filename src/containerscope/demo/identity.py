"""Who the callers are: STS and IAM Identity Center."""

from __future__ import annotations

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.iam_views import role_id
from containerscope.demo.ids import digits, hexes, token
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.world import World

CALLER = "assumed-role/OpsRole/demo"
"""Every caller but those who assume another role."""
_HOUR = 3600.0


def caller_arn(call: Call) -> str:
    """The ARN of the caller; keys from `assume_role` carry the role they stand for."""
    partition, account = call.world.partition, call.world.account
    name = call.world.assumed.get(call.access_key, CALLER)
    return f"arn:{partition}:sts::{account}:{name}"


def secret_key(world: World, access_key: str) -> str:
    """The secret that belongs to an access key; all that were not handed out here have one."""
    name = world.assumed.get(access_key)
    return "demo" if name is None else _credentials(name)["SecretAccessKey"]


def get_caller_identity(call: Call) -> Result:
    """The account and the role behind the credentials."""
    arn = caller_arn(call)
    session = arn.rpartition("/")[2]
    user = f"{role_id(arn.split('/')[1])}:{session}"
    return {"UserId": user, "Account": call.world.account, "Arn": arn}


def assume_role(call: Call) -> Result:
    """Credentials of the role for an hour."""
    role_arn = call.params["RoleArn"]
    session = call.params["RoleSessionName"]
    role = role_arn.rpartition("/")[2]
    account = role_arn.split(":")[4] if role_arn.count(":") >= 5 else ""
    if account != call.world.account:
        message = (
            f"User: {caller_arn(call)} is not authorized to perform: sts:AssumeRole "
            f"on resource: {role_arn}"
        )
        raise AwsError("AccessDenied", message, 403)
    if "SerialNumber" in call.params and not call.params.get("TokenCode"):
        raise AwsError(
            "AccessDenied", "MultiFactorAuthentication failed, no one time pass code.", 403
        )
    name = f"assumed-role/{role}/{session}"
    expires = call.world.now() + call.params.get("DurationSeconds", _HOUR)
    credentials = _credentials(name)
    call.world.assumed[credentials["AccessKeyId"]] = name
    partition = call.world.partition
    return {
        "Credentials": {**credentials, "Expiration": expires},
        "AssumedRoleUser": {
            "AssumedRoleId": f"{role_id(role)}:{session}",
            "Arn": f"arn:{partition}:sts::{account}:{name}",
        },
    }


def _credentials(name: str) -> dict[str, str]:
    return {
        "AccessKeyId": f"ASIA{digits(16, 'key', name)}",
        "SecretAccessKey": token(40, "secret", name),
        "SessionToken": f"demo-session-{hexes(48, 'token', name)}",
    }


def register_client(call: Call) -> Result:
    """A client that may ask people to sign in."""
    now = call.world.now()
    return {
        "clientId": token(22, "client", call.params["clientName"]),
        "clientSecret": token(40, "client secret", call.params["clientName"]),
        "clientIdIssuedAt": int(now),
        "clientSecretExpiresAt": int(now + 90 * 86400),
    }


def start_device_authorization(call: Call) -> Result:
    """A code to confirm in the browser; `World.unconfirmed` says how long nobody does."""
    code = token(8, "device", call.params["clientId"], int(call.world.now())).upper()
    url = "https://device.sso.eu-west-1.amazonaws.com/"
    return {
        "deviceCode": hexes(40, code),
        "userCode": f"{code[:4]}-{code[4:]}",
        "verificationUri": url,
        "verificationUriComplete": f"{url}?user_code={code[:4]}-{code[4:]}",
        "expiresIn": 600,
        "interval": 1,
    }


def create_token(call: Call) -> Result:
    """An access token for eight hours, and one to renew it with."""
    if "deviceCode" in call.params and call.world.unconfirmed > 0:
        call.world.unconfirmed -= 1
        told = {"error": "authorization_pending", "error_description": "Not confirmed yet."}
        raise AwsError("AuthorizationPendingException", "", 400, **told)
    seed = call.params.get("deviceCode") or call.params.get("refreshToken") or "code"
    return {
        "accessToken": f"demo-access-{hexes(40, 'access', seed, int(call.world.now()))}",
        "tokenType": "Bearer",
        "expiresIn": 28800,
        "refreshToken": f"demo-refresh-{hexes(40, 'refresh', seed)}",
    }


def get_role_credentials(call: Call) -> Result:
    """Credentials of a permission set's role for an hour."""
    if not call.params.get("accessToken", "").startswith("demo-access-"):
        raise AwsError("UnauthorizedException", "Session token not found or invalid", 401)
    role = call.params["roleName"]
    name = f"assumed-role/AWSReservedSSO_{role}_{hexes(16, role)}/demo"
    keys = _credentials(name)
    call.world.assumed[keys["AccessKeyId"]] = name
    return {
        "roleCredentials": {
            "accessKeyId": keys["AccessKeyId"],
            "secretAccessKey": keys["SecretAccessKey"],
            "sessionToken": keys["SessionToken"],
            "expiration": int((call.world.now() + _HOUR) * 1000),
        }
    }


STS: dict[str, Handler] = {"GetCallerIdentity": get_caller_identity, "AssumeRole": assume_role}
SSO: dict[str, Handler] = {"GetRoleCredentials": get_role_credentials}
SSO_OIDC: dict[str, Handler] = {
    "RegisterClient": register_client,
    "StartDeviceAuthorization": start_device_authorization,
    "CreateToken": create_token,
}
