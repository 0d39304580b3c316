"""A container definition, laid out for a person."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from containerscope.model import arn
from containerscope.model.ecs_taskdef import (
    ContainerDefinition,
    HealthCheck,
    LinuxParameters,
    LogConfiguration,
    PortMapping,
    Secret,
)
from containerscope.model.health import Level
from containerscope.redact import MASK, masked, redact_arguments
from containerscope.resource import Block, Pair, PairsBlock
from containerscope.resources._blocks import pairs


def container_blocks(container: ContainerDefinition) -> tuple[Block, ...]:
    """All that a container definition says; what is not set is left out."""
    blocks = (
        _container(container),
        _environment(container),
        _references("Secrets", container.secrets),
        _storage(container),
        _limits(container),
        *_logging(container.log_configuration),
        _health_check(container.health_check),
        _start(container),
        _linux(container.linux_parameters),
        _network(container),
        _map("Docker labels", container.docker_labels),
    )
    name = container.name or "?"
    return tuple(
        PairsBlock(name if number == 0 else f"{name} · {block.title}", block.pairs)
        for number, block in enumerate(blocks)
        if block.pairs
    )


def _container(container: ContainerDefinition) -> PairsBlock:
    policy, credentials = container.restart_policy, container.repository_credentials
    restart: str | None = None
    if policy is not None and policy.enabled:
        period = policy.restart_attempt_period
        codes = ", ".join(str(code) for code in policy.ignored_exit_codes or ())
        restart = "in place" + (f", after {period} s of running" if period else "")
        restart += f", not after exit {codes}" if codes else ""
    firelens = container.firelens_configuration
    return pairs(
        "Container",
        ("Image", container.image),
        ("Registry credentials", credentials.credentials_parameter if credentials else None),
        ("Essential", container.essential),
        ("Entry point", _command(container.entry_point)),
        ("Command", _command(container.command)),
        ("Ports", tuple(_port(port) for port in container.port_mappings or ())),
        ("CPU units", container.cpu or None),
        ("Memory limit MiB", container.memory),
        ("Memory reserved MiB", container.memory_reservation),
        ("Needs", tuple(f"{r.value} {r.type}" for r in container.resource_requirements or ())),
        ("Restarts", restart),
        ("User", container.user),
        ("Working directory", container.working_directory),
        ("Log router", firelens.type if firelens else None),
        ("Image digest", (container.version_consistency or "").lower()),
    )


def _environment(container: ContainerDefinition) -> PairsBlock:
    """Variables are masked, each with its value to be revealed; files are references."""
    shown = tuple(
        Pair(each.name or "?", MASK if each.value else "", secret=each.value or "")
        for each in container.environment or ()
    )
    files = tuple(
        Pair("File", arn.resource_of(each.value or "?"))
        for each in container.environment_files or ()
    )
    return PairsBlock("Environment", shown + files)


def _references(title: str, secrets: Sequence[Secret] | None) -> PairsBlock:
    return PairsBlock(
        title, tuple(Pair(each.name or "?", each.value_from) for each in secrets or ())
    )


def _storage(container: ContainerDefinition) -> PairsBlock:
    mounts = tuple(
        Pair(mount.container_path or "?", _mounted(mount.source_volume, mount.read_only))
        for mount in container.mount_points or ()
    )
    others = tuple(
        Pair("All of", _mounted(each.source_container, each.read_only))
        for each in container.volumes_from or ()
    )
    root = "read-only" if container.readonly_root_filesystem else "writable"
    return PairsBlock("Mounts", (*mounts, *others, Pair("Root file system", root)))


def _mounted(source: str | None, read_only: bool | None) -> str:
    return f"{source or '?'}{' (read-only)' if read_only else ''}"


def _limits(container: ContainerDefinition) -> PairsBlock:
    return pairs(
        "Limits",
        *(
            (limit.name or "?", f"{limit.soft_limit} soft, {limit.hard_limit} hard")
            for limit in container.ulimits or ()
        ),
        *((each.namespace or "?", each.value) for each in container.system_controls or ()),
    )


def _logging(logs: LogConfiguration | None) -> tuple[PairsBlock, ...]:
    if logs is None:
        nothing = Pair("Driver", "none: its output is lost", Level.WARNING)
        return (PairsBlock("Logs", (nothing,)),)
    options = _map("", logs.options).pairs
    secrets = _references("", logs.secret_options).pairs
    return (PairsBlock("Logs", (Pair("Driver", logs.log_driver), *options, *secrets)),)


def _health_check(check: HealthCheck | None) -> PairsBlock:
    if check is None:
        return PairsBlock("Health check", ())
    return pairs(
        "Health check",
        ("Command", _command(check.command)),
        ("Every", _seconds(check.interval)),
        ("Timeout", _seconds(check.timeout)),
        ("Retries", check.retries),
        ("Start period", _seconds(check.start_period)),
    )


def _start(container: ContainerDefinition) -> PairsBlock:
    return pairs(
        "Start and stop",
        *(
            ("Waits for", f"{each.container_name or '?'} {_reached(each.condition)}")
            for each in container.depends_on or ()
        ),
        ("Start timeout", _seconds(container.start_timeout)),
        ("Stop timeout", _seconds(container.stop_timeout)),
    )


def _reached(condition: str | None) -> str:
    words = {"START": "to start", "COMPLETE": "to exit", "SUCCESS": "to exit with 0"}
    return words.get(condition or "") or f"to be {(condition or '?').lower()}"


def _linux(linux: LinuxParameters | None) -> PairsBlock:
    if linux is None:
        return PairsBlock("Linux", ())
    capabilities = linux.capabilities
    return pairs(
        "Linux",
        ("Capabilities added", capabilities.add if capabilities else None),
        ("Capabilities dropped", capabilities.drop if capabilities else None),
        ("Devices", tuple(device.host_path or "?" for device in linux.devices or ())),
        ("Init process", linux.init_process_enabled),
        ("Shared memory", f"{linux.shared_memory_size} MiB" if linux.shared_memory_size else None),
        ("Memory disks", tuple(f"{t.container_path} {t.size} MiB" for t in linux.tmpfs or ())),
        ("Swap", f"{linux.max_swap} MiB" if linux.max_swap is not None else None),
        ("Swappiness", linux.swappiness),
    )


def _network(container: ContainerDefinition) -> PairsBlock:
    privileged = (Pair("Privileged", True, Level.WARNING),) if container.privileged else ()
    block = pairs(
        "Network and security",
        ("Host name", container.hostname),
        ("Networking", "off" if container.disable_networking else None),
        ("DNS servers", container.dns_servers),
        ("DNS search", container.dns_search_domains),
        ("Hosts", tuple(f"{h.hostname} {h.ip_address}" for h in container.extra_hosts or ())),
        ("Links", container.links),
        ("Security options", container.docker_security_options),
        ("Credential specs", container.credential_specs),
        ("Interactive", container.interactive or None),
        ("Terminal", container.pseudo_terminal or None),
    )
    return PairsBlock(block.title, (*privileged, *block.pairs))


def _map(title: str, values: Mapping[str, str] | None) -> PairsBlock:
    """Options or labels; a masked one can be revealed."""
    shown: list[Pair] = []
    for name, value in (values or {}).items():
        clean = masked(name, value or "")
        shown.append(Pair(name, clean, secret=value if clean != value and value else ""))
    return PairsBlock(title, tuple(shown))


def _command(words: Sequence[str] | None) -> str | None:
    return " ".join(_quoted(word) for word in redact_arguments(words or ())) or None


def _quoted(word: str) -> str:
    return word if MASK in word else shlex.quote(word)


def _port(port: PortMapping) -> str:
    inner: Any = port.container_port or port.container_port_range or "?"
    outer = f"{port.host_port}→" if port.host_port and port.host_port != port.container_port else ""
    name = f" {port.name}" if port.name else ""
    speaks = port.app_protocol if port.app_protocol != port.name else None
    speaks = f" {speaks}" if speaks else ""
    return f"{outer}{inner}/{port.protocol or 'tcp'}{name}{speaks}"


def _seconds(value: int | None) -> str | None:
    return None if value is None else f"{value} s"
