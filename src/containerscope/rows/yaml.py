"""Values as YAML text; on its own, so that only whoever looks at YAML loads the library."""

from __future__ import annotations

import re
from typing import Any

import yaml

from containerscope.model.text import visible

_OUTSIDE_ASCII = re.compile("[\x7f-\U0010ffff]")


class _Dumper(yaml.SafeDumper):
    """Quotes strings with invisible characters, so that these can be written as escapes."""

    def ignore_aliases(self, data: Any) -> bool:
        """No anchors: every value stands where it belongs."""
        return True


def _text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    if "\n" in text and visible(text.replace("\n", "")) == text.replace("\n", ""):
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")
    style = None if visible(text) == text else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text_node)


def _escaped(match: re.Match[str]) -> str:
    char = match.group()
    if visible(char) == char:
        return char
    code = ord(char)
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def yaml_text(document: Any) -> str:
    """YAML with control and bidi characters as escapes and every other letter as it is."""
    text = yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
    return _OUTSIDE_ASCII.sub(_escaped, text)
