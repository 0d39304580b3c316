"""What the demo account knows of IAM: plain objects that may change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from containerscope.demo.ecs_state import TaskDefinition

Document = dict[str, Any]


@dataclass(slots=True, eq=False)
class Role:
    """A role: who may assume it, and what it may do."""

    name: str
    trust: Document
    created_at: float
    path: str = "/"
    description: str = ""
    session: int = 3600
    """The most seconds that a session lasts."""
    attached: list[str] = field(default_factory=list)
    """The ARNs of managed policies."""
    inline: dict[str, Document] = field(default_factory=dict)
    boundary: str = ""
    """The ARN of the permissions boundary; empty for none."""
    used_at: float = 0.0
    """When it was last used; 0.0 for never within 400 days."""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class PolicyVersion:
    """A version of a managed policy."""

    id: str
    document: Document
    created_at: float


@dataclass(slots=True, eq=False)
class Policy:
    """A managed policy, of AWS or of the account; the last version is in force."""

    arn: str
    versions: list[PolicyVersion]
    path: str = "/"
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last part of the ARN."""
        return self.arn.rpartition("/")[2]

    @property
    def document(self) -> Document:
        """What it says now."""
        return self.versions[-1].document

    @property
    def local(self) -> bool:
        """Whether it is the account's own."""
        return ":iam::aws:" not in self.arn


@dataclass(slots=True, eq=False)
class Provider:
    """An OpenID Connect provider."""

    arn: str
    url: str
    audiences: list[str]
    thumbprint: str
    created_at: float
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Access:
    """The roles, policies and providers of the account."""

    roles: dict[str, Role] = field(default_factory=dict)
    """By name, as far as they were made."""
    makers: dict[str, Callable[[], Role]] = field(default_factory=dict)
    """How to make the roles that nobody has asked for yet; a large account has thousands."""
    policies: dict[str, Policy] = field(default_factory=dict)
    """By ARN."""
    profiles: dict[str, str] = field(default_factory=dict)
    """Instance profiles: the name of each and the name of its role."""
    providers: dict[str, Provider] = field(default_factory=dict)
    """By ARN."""
    users: dict[str, list[TaskDefinition]] = field(default_factory=dict)
    """The task definitions that name an execution role, by its name."""
    families: int = 0
    """How many families of task definitions have been looked at for their roles."""

    def role(self, name: str) -> Role | None:
        """The role of this name, made if it must be."""
        maker = self.makers.pop(name, None)
        if maker is not None:
            self.roles[name] = maker()
        return self.roles.get(name)

    def all_roles(self) -> list[Role]:
        """Every role, by name."""
        for name in list(self.makers):
            self.role(name)
        return [self.roles[name] for name in sorted(self.roles)]


def statements(document: Document) -> list[dict[str, Any]]:
    """The statements of a policy, which may be one without a list."""
    found = document.get("Statement", [])
    return found if isinstance(found, list) else [found]


def listed(value: Any) -> list[Any]:
    """A member of a statement, which may be one value without a list."""
    return value if isinstance(value, list) else [value]
