"""The bearer tokens of EKS: a presigned call of STS, bound to one cluster by a signed header."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import math
from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlsplit

PREFIX = "k8s-aws-v1."
CLUSTER_HEADER = "x-k8s-aws-id"
LIFETIME = 15 * 60.0
"""Seconds that STS accepts a presigned URL for, whatever `X-Amz-Expires` says."""
_LONGEST_EXPIRES = 60


class TokenChecker:
    """Tells whose a token is, as the authenticator in front of a cluster's API does."""

    def __init__(
        self, cluster: str, now: Callable[[], float], secret: Callable[[str], str]
    ) -> None:
        self._cluster = cluster
        self._now = now
        self._secret = secret
        self._seen: dict[str, float] = {}
        """When each token was issued, by this account's clock."""

    def access_key(self, token: str) -> str | None:
        """The key that signed the token, or None for one that is false, foreign or expired."""
        if not token.startswith(PREFIX):
            return None
        encoded = token.removeprefix(PREFIX)
        try:
            url = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        except (binascii.Error, ValueError):
            return None
        query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        if not self._in_time(token, query) or not self._well_formed(query):
            return None
        key = query["X-Amz-Credential"].partition("/")[0]
        expected = signature(url, self._secret(key), self._cluster)
        return key if hmac.compare_digest(expected, query.get("X-Amz-Signature", "")) else None

    @staticmethod
    def _well_formed(query: dict[str, str]) -> bool:
        signed = query.get("X-Amz-SignedHeaders", "").split(";")
        expires = query.get("X-Amz-Expires", "")
        return (
            query.get("Action") == "GetCallerIdentity"
            and CLUSTER_HEADER in signed
            and expires.isdecimal()
            and 0 < int(expires) <= _LONGEST_EXPIRES
            and query.get("X-Amz-Credential", "").count("/") == 4
        )

    def _in_time(self, token: str, query: dict[str, str]) -> bool:
        """Whether the token is not too old.

        The account's clock may stand elsewhere than the caller's: a token that seems to come from
        another day counts as issued when it is first seen.
        """
        try:
            issued = datetime.fromisoformat(query.get("X-Amz-Date", ""))
        except ValueError:
            return False
        now = self._now()
        at = issued.timestamp() if issued.tzinfo else math.inf
        seen = self._seen.setdefault(token, at if abs(now - at) <= LIFETIME else now)
        if len(self._seen) > 1000:
            self._seen = {key: when for key, when in self._seen.items() if now - when <= LIFETIME}
        return now - seen <= LIFETIME


def signature(url: str, secret: str, cluster: str) -> str:
    """The signature (AWS Signature Version 4) that a presigned URL must have for a cluster."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    given = dict(query)
    headers = {"host": parts.netloc, CLUSTER_HEADER: cluster}
    signed = given["X-Amz-SignedHeaders"]
    pairs = sorted(
        f"{quote(key, safe='-_.~')}={quote(value, safe='-_.~')}"
        for key, value in query
        if key != "X-Amz-Signature"
    )
    canonical = "\n".join(
        (
            "GET",
            parts.path or "/",
            "&".join(pairs),
            *(f"{name}:{headers.get(name, '')}" for name in signed.split(";")),
            "",
            signed,
            hashlib.sha256(b"").hexdigest(),
        )
    )
    scope = given["X-Amz-Credential"].partition("/")[2]
    to_sign = "\n".join(
        (
            "AWS4-HMAC-SHA256",
            given["X-Amz-Date"],
            scope,
            hashlib.sha256(canonical.encode()).hexdigest(),
        )
    )
    key = b"AWS4" + secret.encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
