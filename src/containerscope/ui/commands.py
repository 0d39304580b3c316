"""What is typed after `:`; pure parsing and completion, carried out by the screen."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from containerscope.resource import Platform, Resource, Scope


@dataclass(frozen=True)
class Verb:
    """A command that is not the name of a resource."""

    name: str
    usage: str
    """What may follow it; empty for nothing."""
    help: str
    aliases: tuple[str, ...] = ()
    needs: int = 0
    """How many words must follow."""


VERBS: tuple[Verb, ...] = (
    Verb("profile", "[NAME]", "Switch to another AWS profile", ("ctx",)),
    Verb("region", "[NAME]", "Switch to another region"),
    Verb("cluster", "NAME", "Everything below in one cluster only; `all` for every cluster", (), 1),
    Verb("find", "WHAT", "An id, address, image, ARN or name: what it belongs to", (), 1),
    Verb("can", "ROLE ACTION [RESOURCE]", "Whether a role may do something", (), 2),
    Verb("filter", "[WORDS]", "Filter the rows; nothing clears the filter"),
    Verb("sort", "[-]FIELD", "Sort by a column, `-` for descending", (), 1),
    Verb("wide", "", "More columns, or fewer"),
    Verb("problems", "", "Only rows with problems, or all"),
    Verb("export", "csv|json PATH", "Write the shown table to a file", (), 2),
    Verb("theme", "[NAME]", "Colours"),
    Verb("refresh", "", "Refresh now"),
    Verb("home", "", "Back to all clusters"),
    Verb("help", "", "Keys and commands", ("?", "h")),
    Verb("quit", "", "Leave", ("q", "q!", "exit")),
)

_VERBS: Mapping[str, Verb] = {word: v for v in VERBS for word in (v.name, *v.aliases)}
_SCOPE_WORDS = {"cluster": "cluster", "c": "cluster", "service": "service", "s": "service",
                "svc": "service", "namespace": "namespace", "ns": "namespace"}  # fmt: skip


_FIELDS = ("cluster", "service", "namespace")
_ALL = "all"


class CommandError(Exception):
    """A command that cannot be carried out, in a sentence."""


class UnknownWordError(CommandError):
    """A command that begins with a word that only a Kubernetes cluster may know."""

    def __init__(self, word: str, cluster: str) -> None:
        super().__init__(f"no command or resource is called {word!r}; ? lists them")
        self.word = word
        self.cluster = cluster
        """That which was named, or which one is in; empty for none."""


@dataclass(frozen=True)
class Show:
    """List a resource."""

    resource: str
    scope: Scope
    filter: str = ""


@dataclass(frozen=True)
class Do:
    """Carry out a verb."""

    verb: str
    words: tuple[str, ...] = ()

    @property
    def rest(self) -> str:
        """The words as one text."""
        return " ".join(self.words)


Find = Callable[[str], Resource[Any] | None]


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text.strip().lstrip(":"), posix=True)
    except ValueError as error:
        raise CommandError(f"{error}".lower()) from None


def parse(
    text: str, find: Find, scope: Scope, *, inside: bool = False, namespace: str = ""
) -> Show | Do | None:
    """What a command line asks for; None for an empty one.

    A resource takes `cluster=`, `service=` and `namespace=`; `scope` gives account and region, and
    a bare resource covers all clusters. `inside` a Kubernetes cluster what is in it is listed of
    this cluster and namespace, and `all` covers all of them; elsewhere `namespace` is that of the
    flags. Other words are its filter.
    """
    words = _words(text)
    if not words:
        return None
    head, rest = words[0].lower(), words[1:]
    resource = find(head)
    verb = _VERBS.get(head)
    # `cluster` is the singular of clusters too: with a name it narrows, alone it lists.
    if verb is not None and (resource is None or rest):
        if len(rest) < verb.needs:
            raise CommandError(f"usage: {verb.name} {verb.usage}")
        return Do(verb.name, tuple(rest))
    if resource is None:
        named = (word.partition("=") for word in rest)
        typed = {_SCOPE_WORDS.get(name.lower()): value for name, _, value in named}
        within = scope.cluster if inside else ""
        raise UnknownWordError(head, typed.get("cluster", within).partition(",")[0])
    return _show(resource, rest, scope, inside=inside, namespace=namespace)


def _in_cluster(resource: Resource[Any]) -> bool:
    """Whether it is something inside of Kubernetes clusters, and not these themselves."""
    if resource.platform is Platform.EKS:
        return any(column.unless == "cluster" for column in resource.columns)
    return resource.platform is Platform.KUBERNETES


def _as_fields(words: Sequence[str]) -> Iterator[str]:
    """The words, with a namespace that is given as `kubectl` takes it in the form of ours."""
    rest = iter(words)
    for word in rest:
        if word in ("-A", "--all-namespaces"):
            yield f"namespace={_ALL}"
        elif word in ("-n", "--namespace"):
            yield f"namespace={next(rest, '')}"
        else:
            yield word


def _show(
    resource: Resource[Any], words: Sequence[str], scope: Scope, *, inside: bool, namespace: str
) -> Show:
    fields: dict[str, str] = {}
    filters: list[str] = []
    for word in _as_fields(words):
        name, equals, value = word.partition("=")
        if equals and name.lower() in _SCOPE_WORDS:
            fields[_SCOPE_WORDS[name.lower()]] = "" if value == _ALL else value
        else:
            filters.append(word)
    base = Scope(account=scope.account, region=scope.region)
    if _in_cluster(resource):
        present = scope if inside else base
        base = base.within(cluster=present.cluster, namespace=present.namespace or namespace)
    if "parent" in resource.needs:
        if resource.needs and not scope.parent:
            raise CommandError(f"{resource.name} is opened from a row only")
        base = scope
    lacking = [need for need in resource.needs if need != "parent" and not fields.get(need)]
    for need in tuple(lacking):
        present = getattr(scope, need)
        if present:
            fields[need] = present
            lacking.remove(need)
    if lacking:
        raise CommandError(f"{resource.name} needs {' and '.join(f'{n}=NAME' for n in lacking)}")
    there = base.within(**fields)
    if reason := resource.unlistable(there):
        raise CommandError(reason)
    return Show(resource.name, there, " ".join(filters))


@dataclass(frozen=True)
class Candidate:
    """One line of the completion list."""

    text: str
    """What takes the place of the typed text."""
    hint: str = ""
    score: float = 0.0


def score(typed: str, word: str) -> float:
    """How well a word fits what was typed, 0 for not at all; letters in order suffice."""
    typed, word = typed.casefold(), word.casefold()
    if not typed:
        return 0.1
    if word.startswith(typed):
        return 2 + len(typed) / len(word)
    if typed in word:
        return 1 + len(typed) / len(word)
    rest = iter(word)
    if all(letter in rest for letter in typed):
        return len(typed) / len(word)
    return 0


def best(candidates: Iterable[Candidate], most: int = 8) -> tuple[Candidate, ...]:
    """Those that fit at all, the best first."""
    fitting = [candidate for candidate in candidates if candidate.score > 0]
    fitting.sort(key=lambda candidate: (-candidate.score, candidate.text))
    return tuple(fitting[:most])


def completions(
    text: str,
    resources: Iterable[Resource[Any]],
    choices: Mapping[str, Sequence[str]],
    most: int = 8,
) -> tuple[Candidate, ...]:
    """What the line may become; `choices` gives what can follow a word, such as a region."""
    text = text.lstrip()
    head, space, typed = text.rpartition(" ")
    if not space:
        return best(_heads(typed, resources), most)
    first = head.split()[0].lower()
    verb = _VERBS.get(first)
    if verb is not None and len(head.split()) == 1 and verb.name in choices:
        return best(
            (Candidate(f"{head} {word}", "", score(typed, word)) for word in choices[verb.name]),
            most,
        )
    name, equals, value = typed.partition("=")
    if equals and _SCOPE_WORDS.get(name) == "cluster":
        return best(
            (
                Candidate(f"{head} {name}={word}", "", score(value, word))
                for word in choices.get("cluster", ())
            ),
            most,
        )
    if verb is None:
        options = (Candidate(f"{head} {f}=", "", score(typed, f)) for f in _FIELDS)
        return best(options, most)
    return ()


def _heads(typed: str, resources: Iterable[Resource[Any]]) -> Iterable[Candidate]:
    for resource in resources:
        if not resource.nameable:
            continue
        fit = max(score(typed, resource.name), score(typed, resource.noun))
        by_alias = max((score(typed, alias) for alias in resource.aliases), default=0)
        exact = 2 if typed.casefold() in resource.aliases else 0
        aliases = " ".join(resource.aliases)
        yield Candidate(resource.name, aliases, max(fit, by_alias * 0.5) + exact)
    for verb in VERBS:
        fit = max(score(typed, word) for word in (verb.name, *verb.aliases))
        line = f"{verb.name} " if verb.usage else verb.name
        yield Candidate(line, f"{verb.usage}  {verb.help}".strip(), fit * 0.95)
