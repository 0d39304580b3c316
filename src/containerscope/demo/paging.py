"""Pages of the services that do not say `maxResults` and `nextToken`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from containerscope.demo.calls import PageRule, Result
from containerscope.demo.protocol_errors import AwsError


@dataclass(frozen=True)
class Paging:
    """The names and limits of a service's pages."""

    size: str
    """The parameter that asks for a number of items."""
    token: str
    """The parameter that carries the token."""
    next: str
    """The member of the answer that holds the token of the next page."""
    default: int
    most: int
    least: int = 1
    code: str = "ValidationError"
    flag: str = ""
    """The member that says whether there is more: `IsTruncated`; empty where none does."""

    def page(self, params: Mapping[str, Any], member: str, items: Sequence[Any]) -> Result:
        """One page as the answer's member, with the token of the next if there is one."""
        size = params.get(self.size, self.default)
        if not self.least <= size <= self.most:
            raise AwsError(self.code, self._out_of_range(size))
        rule = PageRule(self.default, self.most, self.least, self.code)
        asked = {"maxResults": size, "nextToken": params.get(self.token)}
        answer = rule.page(asked, member, items)
        token = answer.pop("nextToken", None)
        if self.flag:
            answer[self.flag] = token is not None
        return answer if token is None else {**answer, self.next: token}

    def _out_of_range(self, size: int) -> str:
        """The words in which AWS's own validation refuses a number."""
        name = self.size[0].lower() + self.size[1:]
        bound = (
            f"greater than or equal to {self.least}"
            if size < self.least
            else f"less than or equal to {self.most}"
        )
        return (
            f"1 validation error detected: Value '{size}' at '{name}' failed to satisfy "
            f"constraint: Member must have value {bound}"
        )
