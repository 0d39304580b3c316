"""As what a service uses something: a role, a target group, a file system, an image, a revision."""

from __future__ import annotations

from collections.abc import Iterable

from containerscope.insight.target_health import groups_of
from containerscope.insight.volumes import volume_uses
from containerscope.model import arn
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_taskdef import TaskDefinition


def needs_definition(sought: str) -> bool:
    """Whether only the task definition of a service tells, which takes a call for each."""
    plain = (":targetgroup/", ":task-definition/", ":capacity-provider/", ":loadbalancer/")
    return not any(part in sought for part in plain)


def uses(
    sought: str,
    service: Service,
    definition: TaskDefinition | None,
    roles: Iterable[tuple[str, str]] = (),
) -> tuple[str, ...]:
    """In how many ways the service uses what has this ARN, id, image or family; empty for none.

    `roles` are the ARNs of the service's roles with what each is for.
    """
    found = [
        *(f"{purpose} role" for role, purpose in roles if _same(role, sought)),
        *(
            f"target group ({each.role}, {each.container}:{each.port})"
            for each in groups_of(service)
            if each.arn == sought
        ),
        *_revisions(sought, service),
        *(
            "capacity provider"
            for each in service.capacity_provider_strategy or ()
            if each.capacity_provider and each.capacity_provider == arn.name_of(sought)
        ),
        *_network(sought, service),
    ]
    if definition is not None:
        found += [*_volumes(sought, definition), *_images(sought, definition)]
        found += _logs(sought, definition)
    return tuple(dict.fromkeys(found))


def _same(one: str, sought: str) -> bool:
    return one == sought or (not sought.startswith("arn:") and arn.name_of(one) == sought)


def _revisions(sought: str, service: Service) -> Iterable[str]:
    wanted = sought.rpartition(":task-definition/")[2]
    runs = [(each.task_definition, each.status) for each in service.deployments or ()]
    runs += [(each.task_definition, each.status) for each in service.task_sets or ()]
    for name, status in runs:
        short = arn.name_of(name) if name else ""
        if short and wanted in (short, short.partition(":")[0]):
            yield f"runs {short} ({(status or '?').lower()})"


def _network(sought: str, service: Service) -> Iterable[str]:
    network = service.network_configuration
    vpc = network.awsvpc_configuration if network else None
    if vpc is not None and sought in (vpc.security_groups or ()):
        yield "security group"
    if vpc is not None and sought in (vpc.subnets or ()):
        yield "subnet"


def _volumes(sought: str, definition: TaskDefinition) -> Iterable[str]:
    """File systems and access points by id or ARN."""
    wanted = arn.name_of(sought)
    for use in volume_uses(definition):
        efs = use.volume.efs_volume_configuration
        login = efs.authorization_config if efs else None
        point = login.access_point_id if login else None
        if efs is not None and wanted and wanted in (efs.file_system_id, point):
            mounts = ", ".join(mount.words for mount in use.mounts) or "mounted by none"
            yield f"volume {use.name}: {mounts}"


def _images(sought: str, definition: TaskDefinition) -> Iterable[str]:
    """By the whole reference, or by a repository's name without tag."""
    reference, _, digest = sought.partition(" ")
    for each in definition.container_definitions or ():
        image = each.image or ""
        if image and (image == reference or _repository(image) == reference):
            yield f"image of {each.name or '?'}"
        elif digest and digest in image:
            yield f"image of {each.name or '?'}, by digest"


def _repository(image: str) -> str:
    head, slash, tail = image.partition("@")[0].rpartition("/")
    return f"{head}{slash}{tail.partition(':')[0]}"


def _logs(sought: str, definition: TaskDefinition) -> Iterable[str]:
    wanted = sought.partition(":log-group:")[2].removesuffix(":*")
    for each in definition.container_definitions or ():
        options = (each.log_configuration.options if each.log_configuration else None) or {}
        if wanted and options.get("awslogs-group") == wanted:
            yield f"logs of {each.name or '?'}"
