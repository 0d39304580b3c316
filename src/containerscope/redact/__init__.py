"""The one redaction: what looks like a secret is masked before it is shown, stored or exported.

Names (`DB_PASSWORD`), shapes (access keys, JWTs, private keys, URLs with a password) and randomness
give a secret away; ARNs, digests, image names, ids and public certificates stay readable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from containerscope.redact.names import MASK, names_a_secret

__all__ = ["MASK", "masked", "names_a_secret", "redact", "redact_arguments", "redact_text"]

_ENVIRONMENTS = frozenset({"environment", "env", "environmentVariables", "Environment"})
_NAMES = ("name", "key", "Name", "Key")
_VALUES = frozenset({"value", "Value"})
_SHORTEST = 6
"""No secret is recognised by its look in fewer letters."""


def _is_reference(value: str) -> bool:
    """Whether the value only points at a secret, or switches something on or off."""
    # Its patterns take longer to compile than the first frame has.
    from containerscope.redact import text

    return text.is_reference(value)


def _redact_line(line: str) -> str:
    """The line with every secret in it masked."""
    from containerscope.redact import text

    return text.redact_line(line)


def masked(name: str, value: str) -> str:
    """The value of a label, option or tag, masked where its name or its look gives it away."""
    if names_a_secret(name) and not _is_reference(value):
        return MASK
    return redact_text(value)


def redact_text(text: str) -> str:
    """The text with every secret in it masked, also where it holds JSON."""
    if len(text) < _SHORTEST:
        return text
    if text.lstrip()[:1] in {"{", "["}:
        try:
            document = json.loads(text)
            clean = redact(document)
        except ValueError:
            return _redact_line(text)
        except RecursionError:
            return MASK
        if clean != document:
            return json.dumps(clean, ensure_ascii=False)
    return _redact_line(text)


def redact_arguments(words: Sequence[str]) -> tuple[str, ...]:
    """The words of a command; the one that follows `--password` is masked too."""
    clean: list[str] = []
    for number, word in enumerate(words):
        before = words[number - 1] if number else ""
        flagged = before.startswith("-") and "=" not in before and names_a_secret(before)
        secret = flagged and not word.startswith("-") and not _is_reference(word)
        clean.append(MASK if secret else redact_text(word))
    return tuple(clean)


def redact(document: Any) -> Any:
    """A copy of an answer of AWS or Kubernetes in which no secret is readable.

    Values of environment variables are masked always.
    """
    if isinstance(document, str):
        return redact_text(document)
    if isinstance(document, Mapping):
        return _redact_mapping(document)
    if isinstance(document, (list, tuple)):
        if document and all(isinstance(word, str) for word in document):
            return list(redact_arguments(document))
        return [redact(part) for part in document]
    return document


def _redact_mapping(document: Mapping[Any, Any]) -> dict[Any, Any]:
    secret = document.get("kind") == "Secret"
    named = str(next((document[name] for name in _NAMES if name in document), ""))
    clean: dict[Any, Any] = {}
    for key, value in document.items():
        name = str(key)
        if name in _ENVIRONMENTS:
            shown = _redact_environment(value)
        elif (
            names_a_secret(name)
            or (name in _VALUES and names_a_secret(named))
            or (secret and name in {"data", "stringData"})
        ):
            shown = _mask_leaves(value)
        else:
            shown = redact(value)
        clean[_redact_key(key, clean)] = shown
    return clean


def _redact_key(key: Any, taken: Mapping[Any, Any]) -> Any:
    if not isinstance(key, str):
        return key
    shown = redact_text(key)
    while shown in taken:
        shown += "'"
    return shown


def _redact_environment(value: Any) -> Any:
    if isinstance(value, Mapping):
        clean: dict[Any, Any] = {}
        for name, inner in value.items():
            clean[_redact_key(name, clean)] = _mask_leaves(inner, references=False)
        return clean
    if isinstance(value, (list, tuple)):
        return [_redact_variable(variable) for variable in value]
    # A lone string is the value of a tag or label: `environment: production`.
    return redact(value)


def _redact_variable(variable: Any) -> Any:
    if isinstance(variable, str):
        name, equals, _ = variable.partition("=")
        return f"{redact_text(name)}={MASK}" if equals else MASK
    if not isinstance(variable, Mapping):
        return _mask_leaves(variable, references=False)
    return {
        key: _mask_leaves(inner, references=False) if key in _VALUES else redact(inner)
        for key, inner in variable.items()
    }


def _mask_leaves(value: Any, *, references: bool = True) -> Any:
    """Everything masked but flags, nothings and, with `references`, what only points elsewhere."""
    if isinstance(value, Mapping):
        clean: dict[Any, Any] = {}
        for key, inner in value.items():
            clean[_redact_key(key, clean)] = _mask_leaves(inner, references=references)
        return clean
    if isinstance(value, (list, tuple)):
        return [_mask_leaves(inner, references=references) for inner in value]
    if value is None or value == "" or isinstance(value, bool):
        return value
    if isinstance(value, str) and references and _is_reference(value):
        return value
    return MASK
