"""As what a service uses something: a role, a target group, a file system, an image, a revision."""

from __future__ import annotations

from collections.abc import Iterable

from containerscope.insight.log_destination import log_destination
from containerscope.insight.target_health import groups_of
from containerscope.insight.volumes import volume_uses
from containerscope.model import arn
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_taskdef import TaskDefinition

SCALABLE_TARGET = ":scalable-target:"
"""Before a resource id of Application Auto Scaling, where that is what is sought."""


def needs_definition(sought: str) -> bool:
    """Whether only the task definition of a service tells, which takes a call for each."""
    plain = (
        ":targetgroup/",
        ":task-definition/",
        ":capacity-provider/",
        ":loadbalancer/",
        SCALABLE_TARGET,
    )
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
        *_scaling(sought, service),
    ]
    if definition is not None:
        found += _content(sought, definition)
    return tuple(dict.fromkeys(found))


def mentions(sought: str, definition: TaskDefinition) -> tuple[str, ...]:
    """In how many ways a task definition names what has this ARN, id, image or secret's name."""
    roles = ((definition.task_role_arn, "task"), (definition.execution_role_arn, "execution"))
    found = [f"{purpose} role" for role, purpose in roles if role and _same(role, sought)]
    return tuple(dict.fromkeys((*found, *_content(sought, definition))))


def _content(sought: str, definition: TaskDefinition) -> Iterable[str]:
    """What only the definition itself tells."""
    yield from _volumes(sought, definition)
    yield from _images(sought, definition)
    yield from _logs(sought, definition)
    yield from _secrets(sought, definition)


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


def _scaling(sought: str, service: Service) -> Iterable[str]:
    cluster = arn.name_of(service.cluster_arn) if service.cluster_arn else ""
    if sought == f"{SCALABLE_TARGET}service/{cluster}/{service.service_name}":
        yield "scalable target"


def _volumes(sought: str, definition: TaskDefinition) -> Iterable[str]:
    """File systems and access points by id or ARN."""
    wanted = arn.name_of(sought)
    for use in volume_uses(definition):
        fsx = use.volume.fsx_windows_file_server_volume_configuration
        efs = use.volume.efs_volume_configuration
        login = efs.authorization_config if efs else None
        point = login.access_point_id if login else None
        named = (efs and efs.file_system_id, point, fsx and fsx.file_system_id)
        if wanted and wanted in named:
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
        if wanted and log_destination(each, "").group == wanted:
            yield f"logs of {each.name or '?'}"


def _secrets(sought: str, definition: TaskDefinition) -> Iterable[str]:
    """Secrets and parameters by ARN or by their whole name; their values are not looked at."""
    for each in definition.container_definitions or ():
        where = each.name or "?"
        for secret in each.secrets or ():
            if _is_secret(secret.value_from or "", sought):
                yield f"secret {secret.name or '?'} of {where}"
        login = each.repository_credentials
        if login is not None and _is_secret(login.credentials_parameter or "", sought):
            yield f"registry credentials of {where}"
        options = each.log_configuration.secret_options if each.log_configuration else None
        for secret in options or ():
            if _is_secret(secret.value_from or "", sought):
                yield f"secret {secret.name or '?'} of the logs of {where}"


def _is_secret(reference: str, sought: str) -> bool:
    """Whether `valueFrom` means this one: an ARN, one with a key and a version, or a name."""
    if not reference or not sought:
        return False
    return reference == sought or reference.startswith(f"{sought}:") or sought in _names(reference)


def _names(reference: str) -> Iterable[str]:
    """What a secret or a parameter is called."""
    resource = arn.resource_of(reference)
    if resource.startswith("secret:"):
        name = resource[7:].partition(":")[0]
        yield name
        # Secrets Manager adds a dash and six characters to the name of a secret.
        yield name[:-7] if name[-7:-6] == "-" else name
    else:
        name = resource.removeprefix("parameter/").removeprefix("/")
        yield from (name, f"/{name}")
