"""What `doctor` is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from containerscope.clients import diagnosis
from containerscope.clients.aws import AwsClients, connect
from containerscope.clients.diagnosis import Finding, diagnose
from containerscope.clients.permissions import permissions_of
from containerscope.demo.server import RunningServer
from containerscope.model.health import Level
from containerscope.resource import Target
from tests.clients.counting import counting_server
from tests.clients.people import Person

CALLER = """<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>
<Arn>arn:aws:sts::111122223333:assumed-role/viewer/me</Arn></GetCallerIdentityResult>
</GetCallerIdentityResponse>"""
ROLE = """<GetRoleResponse><GetRoleResult><Role>
<Arn>arn:aws:iam::111122223333:role/aws-reserved/viewer</Arn></Role></GetRoleResult>
</GetRoleResponse>"""


async def connected(url: str) -> AwsClients:
    target = Target(region="eu-west-1", endpoint_url=url, access_key="a", secret_key="s3cr3t")
    return await connect(target, read_only=True, rate_share=0, sign_in=Person())


async def findings(clients: AwsClients, *actions: str) -> dict[str, Finding]:
    return {finding.name: finding async for finding in diagnose(clients, actions)}


async def test_a_healthy_account_is_fine(account: RunningServer) -> None:
    clients = await connected(account.url)
    found = await findings(clients, "ecs:ListClusters", "eks:ListClusters")
    assert found["credentials"].message == "from explicit credentials"
    assert (await clients.identity()).account in found["identity"].message
    for name in ("region", "endpoint ecs", "endpoint eks"):
        assert found[name].level is Level.FINE, found[name]
    assert not any("s3cr3t" in str(finding) for finding in found.values())
    await clients.close()


async def test_a_skewed_clock_is_found(account: RunningServer) -> None:
    clients = await connected(account.url)
    await clients.identity()
    clients.clock.offset = timedelta(seconds=400)
    finding = diagnosis._clock(clients)
    assert finding.level is Level.FAILED
    assert "behind" in finding.message
    await clients.close()


async def test_an_endpoint_that_is_not_there_says_what_to_check() -> None:
    async with counting_server() as server:
        url = server.url
    clients = await connected(url)
    found = await findings(clients)
    assert found["endpoint ecs"].level is Level.FAILED
    assert "AWS_CA_BUNDLE" in found["endpoint ecs"].remedy
    await clients.close()


async def test_a_proxy_is_shown_without_its_password(
    own_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://me:hunter2@127.0.0.1:9")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(own_environment / "none.pem"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    clients = await connect(
        Target(region="eu-west-1"), read_only=True, rate_share=0, sign_in=Person()
    )
    seen = []
    async for finding in diagnose(clients, ()):
        seen.append(finding)
        if finding.name == "credentials":
            break
    shown = {finding.name: finding for finding in seen}
    assert shown["proxy"].message == "https goes by http://127.0.0.1:9"
    assert shown["certificates"].level is Level.FAILED
    assert shown["credentials"].level is Level.FAILED
    await clients.close()


@pytest.mark.parametrize("simulates", [True, False])
async def test_lacking_permissions_are_named(simulates: bool) -> None:
    asked: list[str] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        body = (await request.read()).decode()
        if "Action=GetCallerIdentity" in body:
            return web.Response(text=CALLER)
        if "Action=GetRole" in body:
            return web.Response(text=ROLE)
        if "Action=SimulatePrincipalPolicy" in body and simulates:
            asked.append(body)
            return web.Response(text=simulation({"ecs:ListClusters": "allowed"}))
        if request.headers.get("X-Amz-Target", "").endswith("ListClusters"):
            return web.json_response({"clusterArns": []})
        if request.path == "/" and "X-Amz-Target" not in request.headers:
            said = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
            return web.Response(text=f"<ErrorResponse>{said}</ErrorResponse>", status=403)
        denied = {"__type": "AccessDeniedException", "message": "no"}
        return web.json_response(denied, status=403)

    async with counting_server(answer) as server:
        clients = await connected(server.url)
        found = await permissions_of(clients, ["ecs:ListClusters", "eks:ListClusters"])
        assert found.allowed == ("ecs:ListClusters",)
        assert found.denied == ("eks:ListClusters",)
        if simulates:
            assert "aws-reserved%2Fviewer" in asked[0]
        await clients.close()


def simulation(verdicts: dict[str, str]) -> str:
    members = "".join(
        f"<member><EvalActionName>{action}</EvalActionName>"
        f"<EvalDecision>{verdicts.get(action, 'implicitDeny')}</EvalDecision></member>"
        for action in ("ecs:ListClusters", "eks:ListClusters")
    )
    inner = f"<EvaluationResults>{members}</EvaluationResults><IsTruncated>false</IsTruncated>"
    name = "SimulatePrincipalPolicy"
    return f"<{name}Response><{name}Result>{inner}</{name}Result></{name}Response>"
