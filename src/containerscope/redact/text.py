"""Secrets inside a string: known shapes, what stands behind a telling name, and randomness."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from containerscope.redact.names import MASK, names_a_secret

# Texts come from outside: every repetition that can start at each letter is bounded, or a long
# word would take minutes.
_ARN = r"arn:aws[a-z-]*:[^\s\"',]+"
_SHAPES = re.compile(
    r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"
    r"|eyJ[A-Za-z0-9_-]{6,1024}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)*"
    r"|-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}-----|\Z)"
    r"|k8s-aws-v1\.[A-Za-z0-9_-]+"
    r"|(?:gh[opsur]_|github_pat_|glpat-|xox[abeoprs]-|sk-|[sr]k_(?:live|test)_|npm_|dckr_pat_|hf_"
    r"|AIza|SG\.|pypi-|dop_v1_|shpat_|whsec_)[A-Za-z0-9._-]{16,}"
)
_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]{0,30}://"
_IN_CONTEXT = re.compile(
    rf"(?P<user>{_SCHEME}[^\s:/@?#\"']{{0,200}}:)(?!\d+(?:/|\s|$))[^\s\"']{{1,1024}}(?=@)"
    rf"|(?P<url>{_SCHEME})[^\s:/\"'?#]{{1,1024}}(?=@)"
    r"|(?P<scheme>\b(?:Bearer|Basic|Digest|Negotiate)\s{1,9})[A-Za-z0-9._~+/=-]{6,}"
    r"|(?P<flag>(?<!\S)(?:-u|--user|--proxy-user)[\s=]{1,9}[^\s:\"']{1,200}:)[^\s\"']+"
    r"|(?P<tool>\b(?:mysql\w{0,20}|mariadb[\w-]{0,20})\b[^|;&\n]{0,200}?\s-p)[^\s\d][^\s\"']*"
    r"|(?P<auth>\b(?:redis-cli\b[^|;&\n]{0,200}?\s-a|sshpass\s{1,9}-p)\s{0,9})[^\s\"']+"
)
_QUOTE = r"\\?[\"']"
_NAME = r"(?P<name>[A-Za-z_][\w.-]{0,63})"
_VALUE = r"(?P<value>\\\"(?:(?!\\\").)*\\\"|\"[^\"]*\"|'[^']*'|[^\s\"',;&\\}\]]+)"
_ASSIGNED = re.compile(rf"{_NAME}(?P<is>(?:{_QUOTE})?[ \t]{{0,9}}=[ \t]{{0,9}}){_VALUE}")
# A colon follows many a word of a sentence; after a quote, a comma or a line's start it assigns.
_SAID = re.compile(
    rf"(?P<before>(?:^|[{{,;(]|{_QUOTE})\s{{0,200}}(?:- )?){_NAME}"
    rf"(?P<is>(?:{_QUOTE})?[ \t]{{0,9}}:[ \t]{{0,9}}){_VALUE}",
    re.MULTILINE,
)
_FLAGGED = re.compile(rf"(?P<name>(?<!\S)--?[A-Za-z][\w.-]{{0,63}})(?P<is>\s{{1,9}}){_VALUE}")

_RUN = re.compile(rf"{_ARN}|[A-Za-z0-9+/_=-]{{28,}}")
_IDS = re.compile(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    r"|(?<![A-Za-z0-9])(?:[0-9a-f]{8,}|[0-9A-F]{8,})(?![A-Za-z0-9])"
)
_RANDOM = 0.3
"""Changes between upper case, lower case and digits per letter; words stay far below it."""
_PUBLIC = re.compile(r"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS|LS0tLS1CRUdJTiBQVUJMSUMg")
"""`-----BEGIN CERTIFICATE` and `-----BEGIN PUBLIC ` in base 64."""
_PEM = re.compile(r"LS0tLS1CRUdJTi[A-Za-z0-9+/=]+")
_REFERENCE = re.compile(
    rf"(?:{_ARN}|\$\{{?\w+\}}?|\$\(\w+\)|true|false|none|null|)\Z", re.IGNORECASE
)


def is_reference(value: str) -> bool:
    """Whether the value only points at a secret, or switches something on or off."""
    return _REFERENCE.match(value) is not None


def redact_line(text: str) -> str:
    """The text with every secret in it masked."""
    text = _SHAPES.sub(MASK, text)
    text = _IN_CONTEXT.sub(lambda match: match.group(match.lastgroup or 0) + MASK, text)
    for pattern in (_ASSIGNED, _SAID, _FLAGGED):
        text = pattern.sub(_without_value, text)
    text = _PEM.sub(lambda m: m.group() if _PUBLIC.match(m.group()) else MASK, text)
    return "".join(_without_randomness(text))


def _without_value(match: re.Match[str]) -> str:
    name, value = match["name"], match["value"]
    bare = value.strip("\\\"'")
    if MASK in value or not names_a_secret(name) or is_reference(bare):
        return match.group()
    if match.re is _FLAGGED and bare.startswith("-"):
        return match.group()
    quote = value[: len(value) - len(value.lstrip("\\\"'"))]
    before = match.groupdict().get("before") or ""
    return f"{before}{name}{match['is']}{quote}{MASK}{quote}"


def _without_randomness(text: str) -> Iterator[str]:
    done = 0
    for match in _RUN.finditer(text):
        yield text[done : match.start()]
        run = match.group()
        readable = run.startswith("arn:") or _PUBLIC.match(run) or not _looks_random(run)
        yield run if readable else MASK
        done = match.end()
    yield text[done:]


def _looks_random(run: str) -> bool:
    letters = _IDS.sub("", run)
    if len(letters) < 28:
        return False
    classes = [
        "A" if c.isupper() else "a" if c.islower() else "0" if c.isdigit() else "" for c in letters
    ]
    if not {"A", "a", "0"} <= set(classes):
        return False
    pairs = itertools.pairwise(classes)
    changes = sum(1 for one, two in pairs if one and two and one != two)
    return changes >= _RANDOM * len(letters)
