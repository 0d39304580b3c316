"""AWS errors and how each wire protocol writes them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape

import msgspec

JSON = "application/x-amz-json-1.1"
XML = "text/xml"


class AwsError(Exception):
    """What an operation answers in place of a result."""

    def __init__(self, code: str, message: str, status: int = 400, **fields: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.fields: Mapping[str, Any] = fields
        """Further members of the modelled error shape: `clusterName` in EKS."""


class Reply(msgspec.Struct, frozen=True):
    """A whole HTTP answer but for the headers every answer has."""

    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str] = {}
    chunks: Callable[[], AsyncGenerator[bytes]] | None = None
    """What follows the body, for as long as the caller listens."""


def error_reply(error: AwsError, protocol: str, request_id: str, service: Any = None) -> Reply:
    """The error in the protocol's own shape; `service` is botocore's model, where known."""
    status = _status(error, service)
    if protocol in ("query", "rest-xml"):
        return Reply(status, _query_body(error, status, request_id, service), XML)
    if protocol == "ec2":
        return Reply(status, _ec2_body(error, request_id), XML)
    # AWS's own front end spells the member with a capital in what it refuses itself.
    member = "Message" if error.code == "AccessDeniedException" else "message"
    body = {member: error.message, **error.fields}
    if protocol == "json":
        return Reply(status, msgspec.json.encode({"__type": error.code, **body}), JSON)
    headers = {"x-amzn-ErrorType": error.code}
    return Reply(status, msgspec.json.encode(body), "application/json", headers)


def _status(error: AwsError, service: Any) -> int:
    if service is None or error.status != 400:
        return error.status
    for shape in service.error_shapes:
        if error.code in (shape.name, shape.error_code):
            return int(shape.metadata.get("error", {}).get("httpStatusCode", error.status))
    return error.status


def _query_body(error: AwsError, status: int, request_id: str, service: Any) -> bytes:
    space = "" if service is None else service.metadata.get("xmlNamespace", "")
    opening = f'<ErrorResponse xmlns="{escape(space)}">' if space else "<ErrorResponse>"
    side = "Receiver" if status >= 500 else "Sender"
    return (
        f"{opening}<Error><Type>{side}</Type><Code>{escape(error.code)}</Code>"
        f"<Message>{escape(error.message)}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    ).encode()


def _ec2_body(error: AwsError, request_id: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>'
        f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
        f"</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    ).encode()
