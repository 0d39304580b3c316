"""Which names give away that what they hold is a secret."""

from __future__ import annotations

import functools
import re

MASK = "••••••"
"""What stands in place of a secret, whatever its length."""

_STRONG = re.compile(
    "PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|APIKEY|ACCESSKEY|PRIVATEKEY|SIGNINGKEY"
    "|AUTHKEY|ACTIVATIONCODE|CONNECTIONSTRING|SIGNATURE|BEARER|AUTHORIZATION"
)
"""Anywhere in a name, written as one word."""
_WORDS = frozenset({"PWD", "PASS", "DSN", "CREDS", "PIN", "SALT", "OTP", "SIG", "COOKIE"})
"""As a whole word of a name."""
_OPEN_KEYS = frozenset(
    {"KMS", "CMK", "PUBLIC", "SSH", "S3", "TAG", "LABEL", "ANNOTATION", "METADATA", "PARTITION"}
    | {"SORT", "OBJECT", "CACHE", "ROUTING", "PRIMARY", "FOREIGN", "TOPOLOGY", "HASH"}
)
"""What makes a name that ends in KEY a harmless one."""
_REFERENCES = frozenset({"NAME", "REF", "ARN", "PARAMETER", "SPECS", "PROVIDER"})
"""The last word of a name whose value only points at a secret."""
_OPEN_MEMBERS = frozenset(
    {"secrets", "secretOptions", "valueFrom", "repositoryCredentials", "imagePullSecrets"}
    | {"nextToken", "clientRequestToken", "clientToken", "serviceAccountToken"}
)
"""Members of AWS and Kubernetes answers that hold references, not secrets."""

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@functools.lru_cache(4096)
def names_a_secret(name: str) -> bool:
    """Whether a variable, label, option or member of this name holds a secret."""
    words = [part.upper() for part in _PART.findall(name)]
    if not words or name in _OPEN_MEMBERS or words[-1] in _REFERENCES:
        return False
    if not _WORDS.isdisjoint(words) or _STRONG.search("".join(words)):
        return True
    return len(words) > 1 and words[-1] in {"KEY", "KEYS"} and words[-2] not in _OPEN_KEYS
