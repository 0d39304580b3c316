"""The images that tasks run: where they come from, and whether they are what their tags are now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import msgspec

from containerscope.insight.images import (
    Image,
    digest_verdict,
    kind_words,
    parse_image,
    scan_verdict,
    severity_counts,
    severity_words,
    short_digest,
)
from containerscope.insight.verdict import Verdict
from containerscope.listers import Part, names_then_details, single, tried
from containerscope.model.ecr import ImageDetail, RunningImage
from containerscope.model.ecs_task import TaskWhole
from containerscope.model.health import Health, Level
from containerscope.model.listing import ApiError, Item, Listing, Missing, Page, Problem
from containerscope.resource import Clients, Column, Demand, Platform, Resource, Scope
from containerscope.resources import _around, _ecs
from containerscope.resources._image_details import DETAILS

_ARCHITECTURE = "ecs.cpu-architecture"
"""The attribute by which a task tells it."""
_BATCH = 20
"""Images described together: one call for each repository among them."""
_IDS = 100


async def images(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[RunningImage]]:
    """What the running tasks in scope are made of; private registries are asked about each."""
    problems: list[Problem] = []
    found: dict[str, RunningImage] = {}
    clusters = _ecs.clusters(clients, scope)
    while (cluster := await tried(anext(clusters, None), problems)) is not None:
        tasks = await tried(_around.running_tasks(clients, cluster, scope.service), problems)
        for image in running_images(tasks or ()):
            key = _key(image)
            found[key] = _merged(found[key], image) if key in found else image
    part: Part[RunningImage] = Part(
        where=scope.cluster,
        pages=lambda: _ecs.named(*found),
        describe=lambda keys: _described(clients, [found[key] for key in keys]),
        batch=_BATCH,
        item=lambda key: Item(key, found[key].reference, cluster=scope.cluster),
        key=_key,
        operation="ecr:DescribeImages",
    )
    async with aclosing(names_then_details(demand, single(part))) as listings:
        async for listing in listings:
            more = (*problems, *_refusals(listing))
            yield msgspec.structs.replace(listing, problems=(*more, *listing.problems))


def running_images(tasks: Iterable[TaskWhole]) -> tuple[RunningImage, ...]:
    """Every image and digest that these tasks run, with where."""
    found: dict[str, RunningImage] = {}
    for task in tasks:
        known = (a.value for a in task.attributes or () if a.name == _ARCHITECTURE)
        architectures = tuple(name for name in known if name)
        for each in task.containers or ():
            if not each.image:
                continue
            services = (task.service,) if task.service else ()
            one = RunningImage(
                each.image,
                each.image_digest or "",
                (each.name or "?",),
                architectures,
                1,
                services,
            )
            key = _key(one)
            found[key] = _merged(found[key], one) if key in found else one
    return tuple(found.values())


def _merged(one: RunningImage, other: RunningImage) -> RunningImage:
    return msgspec.structs.replace(
        one,
        containers=tuple(dict.fromkeys((*one.containers, *other.containers))),
        architectures=tuple(dict.fromkeys((*one.architectures, *other.architectures))),
        tasks=one.tasks + other.tasks,
        services=tuple(dict.fromkeys((*one.services, *other.services))),
    )


def _key(image: RunningImage) -> str:
    return f"{image.reference} {image.digest}".strip()


async def _described(clients: Clients, found: Sequence[RunningImage]) -> Page[RunningImage]:
    """What the repositories say, asked together for all images of one; other registries are not."""
    groups: dict[tuple[str, str], list[tuple[RunningImage, Image]]] = {}
    made: list[RunningImage] = []
    for each in found:
        image = parse_image(each.reference)
        if image.ours and image.region == clients.region:
            groups.setdefault((image.account, image.repository), []).append((each, image))
        else:
            made.append(each)
    answers = await asyncio.gather(
        *(_of_repository(clients, account, name, own) for (account, name), own in groups.items())
    )
    return Page((*made, *(each for answer in answers for each in answer)))


async def _of_repository(
    clients: Clients, account: str, name: str, found: Sequence[tuple[RunningImage, Image]]
) -> list[RunningImage]:
    wanted: dict[tuple[str, str], dict[str, str]] = {}
    for running, image in found:
        if image.tag:
            wanted["tag", image.tag] = {"imageTag": image.tag}
        if running.digest or image.digest:
            digest = running.digest or image.digest
            wanted["digest", digest] = {"imageDigest": digest}
    try:
        details = await _details(clients, account, name, tuple(wanted.values()))
    except ApiError as error:
        refused = error.problem
        return [msgspec.structs.replace(running, refused=refused) for running, _ in found]
    return [
        msgspec.structs.replace(running, details=_about(details, running, image))
        for running, image in found
    ]


async def _details(
    clients: Clients, account: str, name: str, wanted: Sequence[dict[str, str]]
) -> tuple[ImageDetail, ...]:
    """The images of these ids; one that is gone fails a call for many, so each is asked alone."""
    found: dict[str, ImageDetail] = {}
    for ids in _around.batches(wanted, _IDS):
        try:
            page = await _asked(clients, account, name, ids)
        except ApiError as error:
            if "ImageNotFound" not in error.problem.message:
                raise
            page = await _one_by_one(clients, account, name, ids)
        found |= {each.image_digest or "": each for each in page}
    return tuple(found.values())


async def _asked(
    clients: Clients, account: str, name: str, ids: Sequence[dict[str, str]]
) -> tuple[ImageDetail, ...]:
    page = await clients.read(
        "ecr",
        "DescribeImages",
        "imageDetails",
        ImageDetail,
        registryId=account,
        repositoryName=name,
        imageIds=list(ids),
    )
    return page.items


async def _one_by_one(
    clients: Clients, account: str, name: str, ids: Sequence[dict[str, str]]
) -> tuple[ImageDetail, ...]:
    found: list[ImageDetail] = []
    for each in ids if len(ids) > 1 else ():
        try:
            found += await _asked(clients, account, name, (each,))
        except ApiError as error:
            if "ImageNotFound" not in error.problem.message:
                raise
    return tuple(found)


def _about(
    details: Iterable[ImageDetail], running: RunningImage, image: Image
) -> tuple[ImageDetail, ...]:
    """What is about this image: its tag's and its digest's."""
    return tuple(
        each
        for each in details
        if each.image_digest in (running.digest, image.digest)
        or (image.tag and image.tag in (each.image_tags or ()))
    )


def _refusals(listing: Listing[RunningImage]) -> tuple[Problem, ...]:
    """The problems of repositories that gave nothing, each once with the rows it concerns."""
    keys: dict[Problem, tuple[str, ...]] = {}
    for item in listing.items:
        if not isinstance(item.value, Missing) and item.value.refused is not None:
            keys[item.value.refused] = (*keys.get(item.value.refused, ()), item.key)
    return tuple(msgspec.structs.replace(each, keys=own) for each, own in keys.items())


async def read(clients: Clients, scope: Scope, item: Item[RunningImage]) -> Mapping[str, Any]:
    """What the repository says of it; for another registry what its reference says."""
    if isinstance(item.value, Missing):
        raise ApiError(Problem(item.value.why, "ecr:DescribeImages", item.value.reason))
    image = parse_image(item.value.reference)
    known = {"image": image.reference, "registry": image.registry, "digest": item.value.digest}
    if not image.ours:
        return known
    ids = {"imageDigest": item.value.digest} if item.value.digest else {"imageTag": image.tag}
    answer = await clients.call(
        "ecr",
        "DescribeImages",
        registryId=image.account,
        repositoryName=image.repository,
        imageIds=[ids],
    )
    found = answer.get("imageDetails") or [{}]
    return {**known, **found[0]}


def _image(found: RunningImage) -> Image:
    return parse_image(found.reference)


def _own(found: RunningImage) -> ImageDetail | None:
    """The details of what runs, else of what the tag is now."""
    details = found.details or ()
    running = next((each for each in details if each.image_digest == found.digest), None)
    return running or next(iter(details), None)


def _current(found: RunningImage) -> Verdict:
    return digest_verdict(_image(found), found.digest, found.details)


def _scan(found: RunningImage) -> Verdict:
    own = _own(found)
    return Verdict(Level.NONE) if own is None else scan_verdict(own)


def _health(found: RunningImage) -> Health:
    worst = max(_current(found), _scan(found), key=lambda each: each.level)
    return worst.health if worst.level >= Level.WARNING else Health(Level.FINE)


def _findings(found: RunningImage) -> str | None:
    own = _own(found)
    if own is None:
        return None
    return severity_words(severity_counts(own)) or scan_verdict(own).words


def _console(scope: Scope, item: Item[RunningImage]) -> str:
    image = parse_image(item.name)
    if not image.ours:
        return _around.console(scope, "ecr/repositories")
    page = f"ecr/repositories/private/{image.account}/{image.repository}"
    return _around.console(scope, page)


RESOURCE: Resource[RunningImage] = Resource(
    name="images",
    noun="image",
    platform=Platform.ECS,
    model=RunningImage,
    lister=images,
    aliases=("img",),
    columns=(
        Column("REPOSITORY", of_item=lambda item: parse_image(item.name).repository, priority=0),
        Column("TAG", of_item=lambda item: parse_image(item.name).tag, priority=1, width=24),
        Column(
            "HEALTH",
            lambda found: _health(found).words,
            tone=lambda found: _health(found).level,
            priority=1,
            width=30,
        ),
        Column("RUNS", lambda found: short_digest(found.digest), priority=3),
        Column("TAG IS", lambda found: _current(found).words, priority=4, width=24, name="current"),
        Column("FINDINGS", _findings, tone=lambda f: _scan(f).level, priority=3, width=30),
        Column("REGISTRY", lambda found: kind_words(_image(found), ""), priority=4),
        Column(
            "SIZE", lambda f: own.image_size_in_bytes if (own := _own(f)) else None, kind="bytes"
        ),
        Column("ARCH", lambda found: ", ".join(found.architectures) or None, priority=5),
        Column("TASKS", lambda found: found.tasks, kind="number", priority=3),
        Column("SERVICES", lambda found: ", ".join(found.services) or None, priority=5),
        Column("CONTAINERS", lambda found: ", ".join(found.containers), wide=True),
        Column("REFERENCE", of_item=lambda item: item.name, wide=True, width=80, name="name"),
        Column(
            "PUSHED",
            lambda found: own.image_pushed_at if (own := _own(found)) else None,
            kind="age",
            priority=2,
        ),
    ),
    read=read,
    health=_health,
    details=DETAILS,
    used_by=lambda item: item.key,
    console=_console,
    permissions=(
        "ecr:DescribeImages",
        "ecr:DescribeImageScanFindings",
        "ecr:BatchGetImage",
        "ecs:ListClusters",
        "ecs:ListTasks",
        "ecs:DescribeTasks",
    ),
    interval=6.0,
    empty="No task in {scope} runs an image.",
)
