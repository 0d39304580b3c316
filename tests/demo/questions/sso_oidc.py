"""IAM Identity Center: signing in."""

from tests.demo.questions import Sample, plainly

_CLIENT = {"clientId": "c", "clientSecret": "s"}
SAMPLES: dict[str, Sample] = {
    "RegisterClient": plainly(clientName="containerscope", clientType="public"),
    "StartDeviceAuthorization": plainly(**_CLIENT, startUrl="https://demo.example/start"),
    "CreateToken": plainly(**_CLIENT, grantType="refresh_token", refreshToken="r"),
}
