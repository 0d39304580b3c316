"""The first lines of a container, and its last: those that explain why it ended."""

from __future__ import annotations

from containerscope.demo.ecs_state import Exit, Task
from containerscope.demo.logs_words import java_trace, kind_of, python_trace, stamp


def first_lines(task: Task, container: str, at: float) -> list[str]:
    """What a container says when it starts."""
    definition = next(each for each in task.definition.containers if each["name"] == container)
    version = str(definition["image"]).rpartition(":")[2]
    ports = [each["containerPort"] for each in definition.get("portMappings", ())]
    told = [f"{container} {version} is starting", "configuration loaded from the environment"]
    if definition.get("secrets"):
        told.append(f"{len(definition['secrets'])} secrets injected")
    told += [f"listening on 0.0.0.0:{each}" for each in ports] or ["ready for work"]
    return [_line(kind_of(container), at, "INFO", each) for each in told]


def _line(kind: str, at: float, level: str, text: str) -> str:
    if kind == "json":
        return f'{{"time":"{stamp(at)}","level":"{level.lower()}","msg":"{text}"}}'
    if kind == "logfmt":
        return f'time={stamp(at)} level={level.lower()} msg="{text}"'
    if kind == "java":
        return f"{stamp(at)} {level:>5} 1 --- [main] com.example.Application : {text}"
    return f"{stamp(at)} {level:<5} {text}"


def last_lines(task: Task, container: str, at: float) -> list[str]:
    """What a container says before it is gone."""
    ended = task.exits.get(container) or Exit()
    kind = kind_of(container)
    if "OutOfMemory" in ended.reason:
        return _out_of_memory(task, container, kind, at)
    if ended.code in (None, 0) and task.stop_code == "EssentialContainerExited":
        return [_line(kind, at, "INFO", "done, exiting with code 0")]
    if ended.code in (143, 0, None):
        return [
            _line(kind, at, "INFO", "received SIGTERM, finishing open requests"),
            _line(kind, at, "INFO", "shutdown complete"),
        ]
    if ended.code == 137:
        return [_line(kind, at, "WARN", "received SIGTERM, waiting for 214 open connections")]
    if ended.code == 139:
        return [
            _line(kind, at, "INFO", "flushing 4096 rows"),
            "*** buffer overflow detected ***: terminated",
            "Segmentation fault (core dumped)",
        ]
    return _exception(task, container, kind, at)


def _out_of_memory(task: Task, container: str, kind: str, at: float) -> list[str]:
    """The kernel kills without a word, so the last that is seen is what led there."""
    definition = next(each for each in task.definition.containers if each["name"] == container)
    limit = int(definition.get("memory", 512))
    return [
        _line(kind, at, "WARN", f"resident memory {limit - 31} MiB of {limit} MiB"),
        _line(kind, at, "WARN", f"garbage collection freed 2 MiB, {limit - 6} MiB in use"),
        _line(kind, at, "ERROR", "cannot allocate 16777216 bytes for the next buffer"),
    ]


def _exception(task: Task, container: str, kind: str, at: float) -> list[str]:
    name = container.replace("-", "_")
    if "migrate" in container:
        return [
            "-- applying 0118_add_order_channel.sql",
            'ERROR:  column "channel" of relation "orders" already exists',
            "migration 0118 failed, rolled back; exiting with code 1",
        ]
    main = next(each for each in task.definition.containers if each["name"] == container)
    secrets: list[dict[str, str]] = main.get("secrets", [])
    if secrets and kind == "json":
        missing = secrets[0]["name"]
        return [
            _line(kind, at, "FATAL", f"environment variable {missing} holds no usable value"),
            f"Error: invalid credentials in {missing}",
            "    at loadConfig (/app/dist/config.js:41:11)",
            "    at main (/app/dist/server.js:12:3)",
        ]
    if kind == "java":
        trace = java_trace(f"com.example.{container.replace('-', '')}")
        return [_line(kind, at, "ERROR", "Application run failed"), *trace]
    if kind == "python":
        return [_line(kind, at, "CRITICAL", "unhandled exception"), *python_trace(name)]
    return [
        _line(kind, at, "ERROR", "panic: runtime error: invalid memory address"),
        "goroutine 1 [running]:",
        "main.main()",
        f"\t/src/cmd/{container}/main.go:87 +0x1d4",
        "exit status 2",
    ]
