"""The one error mapping, as a table."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions as boto

from containerscope.clients.errors import iam_action, to_problem, words_of
from containerscope.model.listing import ApiError, Problem, Why


def answered(
    code: str, status: int = 400, text: str = "said", headers: dict[str, str] | None = None
) -> Exception:
    response: Any = {
        "Error": {"Code": code, "Message": text},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": headers or {}},
    }
    error: Exception = boto.ClientError(response, "DescribeServices")
    return error


TABLE = [
    (answered("AccessDeniedException"), Why.DENIED),
    (answered("AccessDenied", 403), Why.DENIED),
    (answered("UnauthorizedOperation", 403), Why.DENIED),
    (answered("SomethingNew", 403), Why.DENIED),
    (answered("ThrottlingException"), Why.THROTTLED),
    (answered("Throttling"), Why.THROTTLED),
    (answered("TooManyRequestsException", 429), Why.THROTTLED),
    (answered("RequestLimitExceeded", 503), Why.THROTTLED),
    (answered("Unheard", 429), Why.THROTTLED),
    (answered("ExpiredTokenException"), Why.EXPIRED),
    (answered("ExpiredToken", 403), Why.EXPIRED),
    (answered("UnrecognizedClientException"), Why.EXPIRED),
    (answered("InvalidClientTokenId", 403), Why.EXPIRED),
    (answered("SignatureDoesNotMatch", 403), Why.FAILED),
    (answered("RequestTimeTooSkewed", 403), Why.FAILED),
    (answered("InvalidSignatureException", text="Signature expired: 2026"), Why.FAILED),
    (answered("ServerException", 500), Why.UNREACHABLE),
    (answered("ClusterNotFoundException"), Why.FAILED),
    (answered("LimitExceededException"), Why.FAILED),
    (boto.UnauthorizedSSOTokenError(), Why.EXPIRED),
    (boto.SSOTokenLoadError(error_msg="no token"), Why.EXPIRED),
    (boto.TokenRetrievalError(provider="sso", error_msg="expired"), Why.EXPIRED),
    (boto.NoCredentialsError(), Why.EXPIRED),
    (boto.PartialCredentialsError(provider="env", cred_var="secret"), Why.EXPIRED),
    (boto.RefreshWithMFAUnsupportedError(), Why.EXPIRED),
    (boto.ProfileNotFound(profile="dev"), Why.FAILED),
    (boto.NoRegionError(), Why.FAILED),
    (boto.EndpointConnectionError(endpoint_url="https://x"), Why.UNREACHABLE),
    (boto.ConnectTimeoutError(endpoint_url="https://x"), Why.UNREACHABLE),
    (boto.ReadTimeoutError(endpoint_url="https://x"), Why.UNREACHABLE),
    (boto.SSLError(endpoint_url="https://x", error="bad"), Why.UNREACHABLE),
    (boto.ProxyConnectionError(proxy_url="http://p", error="refused"), Why.UNREACHABLE),
    (boto.ParamValidationError(report="no such parameter"), Why.FAILED),
    (TimeoutError(), Why.UNREACHABLE),
    (RuntimeError("unthought of"), Why.FAILED),
]


@pytest.mark.parametrize(("error", "why"), TABLE, ids=lambda value: str(value)[:50])
def test_every_error_has_one_reason(error: Exception, why: Why) -> None:
    problem = to_problem(error, "ecs", "DescribeServices")
    assert problem.why is why
    assert problem.message
    assert problem.operation == "ecs:DescribeServices"


@pytest.mark.parametrize(
    "error", [e for e, why in TABLE if why is not Why.FAILED], ids=lambda value: str(value)[:50]
)
def test_whatever_a_person_can_mend_says_how(error: Exception) -> None:
    assert to_problem(error, "ecs", "DescribeServices").remedy


def test_a_denied_call_names_the_action_that_is_lacking() -> None:
    text = (
        "User: arn:aws:sts::111122223333:assumed-role/dev/me is not authorized to perform: "
        "ecs:ListTasks on resource: * because no identity-based policy allows it"
    )
    problem = to_problem(answered("AccessDeniedException", text=text), "ecs", "DescribeTasks")
    assert problem.permission == "ecs:ListTasks"


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("elbv2", "DescribeTargetHealth", "elasticloadbalancing:DescribeTargetHealth"),
        ("efs", "DescribeFileSystems", "elasticfilesystem:DescribeFileSystems"),
        ("ecs", "ListTasks", "ecs:ListTasks"),
    ],
)
def test_iam_names_some_services_its_own_way(service: str, operation: str, action: str) -> None:
    assert iam_action(service, operation) == action
    assert to_problem(answered("AccessDenied"), service, operation).permission == action


def test_a_throttled_answer_says_when_to_come_back() -> None:
    error = answered("ThrottlingException", headers={"retry-after": "7"})
    assert to_problem(error, "ecs", "ListTasks").retry_after == 7


def test_a_skewed_clock_is_named() -> None:
    error = answered("InvalidSignatureException", text="Signature not yet current: 2026 is later")
    assert "clock" in to_problem(error, "ecs", "ListTasks").remedy


def test_our_own_errors_pass_as_they_are() -> None:
    problem = Problem(Why.DENIED, "ecs:RunTask", "refused")
    assert to_problem(ApiError(problem), "ecs", "RunTask") is problem


def test_a_denied_role_is_not_blamed_on_the_call_that_needed_it() -> None:
    error = answered("AccessDenied", 403)
    error.operation_name = "AssumeRole"  # type: ignore[attr-defined]
    problem = to_problem(error, "ecs", "DescribeServices")
    assert (problem.operation, problem.permission) == ("sts:AssumeRole", "sts:AssumeRole")


def test_a_cluster_that_ecs_lacks_may_be_one_of_eks() -> None:
    problem = to_problem(answered("ClusterNotFoundException"), "ecs", "ListServices")
    assert "ECS has no cluster of this name" in problem.remedy
    assert ":clusters" in problem.remedy


def test_the_address_of_an_object_is_not_said() -> None:
    said = "Cannot connect to host x:443 ssl:<ssl.SSLContext object at 0x7f> [Connection refused]"
    assert words_of(OSError(said)) == "Cannot connect to host x:443 [Connection refused]"
