"""The containers of a task: what each runs and how, from the keys that all of them share."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tfgen import facts
from tfgen.blueprint import firelens, names, ports, references, renames, volumes
from tfgen.blueprint.model import Container, EnvironmentFile, Image, Mount, NamedPort, PortMapping
from tfgen.blueprint.references import References
from tfgen.hcl.text import Comment, Label, Ref
from tfgen.problems import Locate, Location, Problem, SpecPath, nearest_word, some_words
from tfgen.spec.containers import SaidContainer, containers_of, said_conditions
from tfgen.spec.model import (
    ContainerHealth,
    ContainerKeys,
    Given,
    Job,
    Restart,
    Service,
    Sidecar,
    Spec,
    TaskKeys,
)

_READ_BY_PROXY = ("http", "http2", "grpc")
"""The application protocols of Service Connect: botocore, ecs PortMapping.appProtocol. The others are TCP."""
_MOST_FILES = 10  # ECS/use-environment-file
_CALLS = "calls"
_HEALTH_FORMS = ("CMD", "CMD-SHELL", "NONE")  # botocore, ecs HealthCheck
"""The label of where a container reaches what its service calls."""

Arguments = Iterator[tuple[Label, Any]]


class TaskContext(NamedTuple):
    """What the containers of a task are built from besides its own section of the spec."""

    spec: Spec
    images: Mapping[SpecPath, Image]
    references: References
    called: tuple[str, ...]
    """Where it reaches what it calls, in one text."""
    at: Locate


def build(key: str, context: TaskContext) -> tuple[Container, ...]:
    """That of the application, then the others by name."""
    task = context.spec.task(key)
    return tuple(_container(key, said, context) for said in containers_of(key, task))


def image_variable(key: str, container: SaidContainer) -> Label:
    return names.label(key, *container.words, "image")


def _container(key: str, found: SaidContainer, context: TaskContext) -> Container:
    said, service, referred = found.said, context.spec.task(key), context.references
    init = said.init or (said is service and service.exec)
    mounts = volumes.mounts(key, found, context.spec, context.at)
    return Container(
        name=_name(key, found, context.spec),
        image=context.images[found.path],
        image_variable=image_variable(key, found),
        essential=not isinstance(said, Sidecar) or said.essential,
        command=(tuple(said.command),) if said.command else (),
        arguments=tuple(_arguments(said)),
        blocks=tuple(_blocks(key, found, context.spec, mounts)),
        environment=tuple(
            (name, str(value)) for name, value in sorted(said.environment.items()) if not _is_given(value)
        ),
        environment_references=tuple(referred.environment(said)),
        environment_parts=tuple(references.environment_parts(found, context.at)),
        secrets=tuple(references.literal_secrets(said.secrets)),
        secret_references=tuple(referred.secrets(said.secrets)),
        port_mappings=tuple(_port_mappings(key, found, context.spec)),
        called=context.called if said is service else (),
        labels=tuple(sorted(said.labels.items())),
        init=init and not _has_capabilities(said),
        environment_files=tuple(_environment_files(found, referred)),
        mounts=mounts,
        log_group=names.label(key),
        log_mode=said.logs.mode,
        log_buffer=(_BUFFER,) if said.logs.mode == _DROPS else (),
        log_comment=_LOG_COMMENTS[said.logs.mode],
        region=context.spec.region,
        path=found.path,
        routed_logs=tuple(firelens.routed_logs(said, referred)),
        router=(said.firelens.type,) if isinstance(said, Sidecar) and said.firelens else (),
    )


_DROPS, _BUFFER = "non-blocking", "25m"
_LOG_COMMENTS = {
    _DROPS: Comment(
        "When CloudWatch falls behind, non-blocking drops log lines; blocking would stall the application."
    ),
    "blocking": Comment(
        "When CloudWatch falls behind, the application waits; non-blocking would drop log lines."
    ),
}


def _is_given(value: str | int | Given) -> bool:
    return isinstance(value, Given)


def _name(key: str, container: SaidContainer, spec: Spec) -> str:
    """The application is called as its service or its job is in AWS."""
    return next(iter(container.words), "") or renames.in_aws(key, spec)


def _arguments(said: ContainerKeys) -> Arguments:
    if said.entrypoint:
        yield Label("entryPoint"), tuple(said.entrypoint)
    if said.working_directory is not None:
        yield Label("workingDirectory"), said.working_directory
    if said.user is not None:
        yield Label("user"), str(said.user)
    if said.read_only:
        yield Label("readonlyRootFilesystem"), True
    if said.stop_timeout is not None:
        yield Label("stopTimeout"), said.stop_timeout
    if isinstance(said, Sidecar):
        for name in ("cpu", "memory"):
            if (value := getattr(said, name)) is not None:
                yield Label(name), value


def _blocks(key: str, container: SaidContainer, spec: Spec, mounts: tuple[Mount, ...]) -> Arguments:
    said = container.said
    if waits := firelens.conditions(said, spec.task(key)):
        yield Label("dependsOn"), _dependencies(key, waits, spec)
    if said.health:
        yield Label("healthCheck"), _health_check(said.health)
    if isinstance(said, Sidecar) and said.firelens:
        yield Label("firelensConfiguration"), firelens.configuration(said.firelens)
    if mounts:
        yield Label("mountPoints"), [_mount_point(each) for each in mounts]
    if limit := said.ulimits.nofile:
        hard = limit.soft if limit.hard is None else limit.hard
        yield Label("ulimits"), [_object(name="nofile", softLimit=limit.soft, hardLimit=hard)]
    if said.restart and said.restart.enabled:
        yield Label("restartPolicy"), _restart_policy(said.restart)
    if _has_capabilities(said):
        yield Label("linuxParameters"), _linux_parameters(said, spec.task(key))


def _object(**values: Any) -> dict[Label, Any]:
    return {Label(name): value for name, value in values.items()}


def _dependencies(key: str, waits: Mapping[str, str], spec: Spec) -> list[dict[Label, Any]]:
    aws_name = renames.in_aws(key, spec)
    return [
        _object(containerName=aws_name if name == key else name, condition=condition)
        for name, condition in sorted(waits.items())
    ]


def _health_check(health: ContainerHealth) -> dict[Label, Any]:
    command = health.command
    words = ["CMD", *command] if isinstance(command, list) else ["CMD-SHELL", command]
    start = {"startPeriod": health.start} if health.start else {}
    return _object(
        command=words, interval=health.interval, timeout=health.timeout, retries=health.retries, **start
    )


def _restart_policy(restart: Restart) -> dict[Label, Any]:
    codes = {"ignoredExitCodes": sorted(restart.ignored_exit_codes)} if restart.ignored_exit_codes else {}
    return _object(enabled=True, restartAttemptPeriod=restart.period, **codes)


def _has_capabilities(said: ContainerKeys) -> bool:
    return bool(said.capabilities.add or said.capabilities.drop)


def _linux_parameters(said: ContainerKeys, service: TaskKeys) -> dict[Label, Any]:
    init = {"initProcessEnabled": True} if said.init or (said is service and service.exec) else {}
    changed = {name: sorted(getattr(said.capabilities, name)) for name in ("add", "drop")}
    return _object(**init, capabilities=_object(**{name: each for name, each in changed.items() if each}))


def _mount_point(mount: Mount) -> dict[Label, Any]:
    end = {"readOnly": True} if mount.read_only else {}
    return _object(sourceVolume=mount.volume, containerPath=mount.path, **end)


def _environment_files(container: SaidContainer, referred: References) -> Iterator[EnvironmentFile]:
    for index, said in enumerate(container.said.environment_files):
        path = (*container.path, "environment_files", index)
        if isinstance(said, Given):
            arn = referred.value(said)
            yield EnvironmentFile(arn=arn, bucket_arn=Ref(f'split("/", {arn})[0]'), path=path)
        else:
            yield EnvironmentFile(arn=said, bucket_arn=said.partition("/")[0], path=path)


def _port_mappings(key: str, container: SaidContainer, spec: Spec) -> Iterator[PortMapping]:
    service, aws_name = spec.task(key), renames.in_aws(key, spec)
    if not isinstance(service, Service):
        return
    connected = {each.port for each in service.connects}
    for name, port in ports.ordered(service):
        if (port.container or key) != next(iter(container.words), key):
            continue
        protocol = (port.protocol,) if port.protocol in _READ_BY_PROXY else ()
        own = NamedPort(name=ports.name_in_connect(aws_name, name), app_protocol=protocol)
        yield PortMapping(
            port=port.number, connect=(own,) if name in connected else (), protocol=ports.protocol_of(port)
        )


# --- what is wrong with them


def problems(key: str, service: TaskKeys, spec: Spec, at: Locate) -> Iterator[Problem]:
    """Of a service or a job."""
    for container in containers_of(key, service):
        yield from _variable_problems(container, at)
        yield from _key_problems(key, container, spec, at)
        yield from _dependency_problems(key, container, service, at)
    yield from _circle_problems(key, service, at)
    yield from _name_problems(key, service, spec, at)
    yield from _count_problems(key, service, at)
    yield from _share_problems(key, service, at)
    if isinstance(service, Service):
        yield from _port_problems(key, service, at)
    yield from firelens.problems(key, service, spec, at)


def _variable_problems(container: SaidContainer, at: Locate) -> Iterator[Problem]:
    said = container.said
    for name in sorted(said.environment.keys() & said.secrets.keys()):
        where = at((*container.path, "secrets", name))
        message = f'"{name}" is in environment and in secrets; ECS allows a variable in one of them only'
        yield Problem("TG243", where, message, "remove one of the two")


def _key_problems(key: str, container: SaidContainer, spec: Spec, at: Locate) -> Iterator[Problem]:
    said, path, task = container.said, container.path, spec.task(key)
    if said is task and said.read_only and task.exec:
        # ECS/ecs-exec: the agent of ECS Exec writes into the container.
        message = f'ECS Exec cannot work in a read-only container, and "{key}" has exec'
        yield Problem("TG610", at((*path, "read_only")), message, "remove read_only or exec")
    if (count := len(said.environment_files)) > _MOST_FILES:
        message = f"a container reads at most {_MOST_FILES} environment files, not {count}"
        yield Problem("TG611", at((*path, "environment_files")), message, "put several files together")
    if _CALLS in said.labels and said is task:
        message = f'the label "{_CALLS}" of an application is where it reaches what it calls'
        yield Problem("TG612", at((*path, "labels", _CALLS)), message, "give the label another name")
    limit = said.ulimits.nofile
    if limit and limit.hard is not None and limit.hard < limit.soft:
        message = f"the soft limit of {limit.soft} open files is above the hard limit of {limit.hard}"
        hint = f"write hard: {limit.soft} or more"
        yield Problem("TG613", at((*path, "ulimits", "nofile", "hard")), message, hint)
    if said.health:
        yield from _health_problems((*path, "health"), said.health.command, at)


def _health_problems(path: SpecPath, command: str | list[str], at: Locate) -> Iterator[Problem]:
    words = command if isinstance(command, list) else command.split(maxsplit=1)
    if not any(words):
        message = "a health check runs a command, and this one has none"
        hint = "write one, such as health: curl -f http://localhost:8080/healthz, or remove health"
        yield Problem("TG615", at(path), message, hint)
        return
    first, *rest = words
    if first in _HEALTH_FORMS:
        message = f"{first} is no part of the command: tfgen adds it, to a list CMD, and to a line CMD-SHELL"
        meant = rest if isinstance(command, list) and first == "CMD" else " ".join(rest)
        hint = f"write health: {json.dumps(meant, ensure_ascii=False)}" if meant else "remove health"
        yield Problem("TG615", at(path), message, hint)


def _dependency_problems(
    key: str, container: SaidContainer, service: TaskKeys, at: Locate
) -> Iterator[Problem]:
    """What cannot be waited for."""
    known: dict[str, ContainerKeys] = {key: service, **service.containers}
    own = next(iter(container.words), key)
    for place, (name, condition) in enumerate(said_conditions(container.said).items()):
        step = place if isinstance(container.said.depends_on, list) else name
        where = at((*container.path, "depends_on", step))
        if name not in known:
            yield _unknown_container(name, own, known, where)
            continue
        other = known[name]
        if condition == "HEALTHY" and other.health is None:
            message = f'"{name}" has no health check of its own, so it is never healthy, and no task starts'
            yield Problem("TG622", where, message, f"add health to {name}, or write START")
        if condition in ("COMPLETE", "SUCCESS") and not (isinstance(other, Sidecar) and not other.essential):
            message = f'"{name}" is essential, so the task stops when it has ended'
            hint = f"add essential: false to {name}, or write START"
            if name == key:
                ends = "the task ends with it" if isinstance(service, Job) else "the application never ends"
                hint = f"write START or HEALTHY: {ends}"
            yield Problem("TG623", where, message, hint)


def _unknown_container(name: str, own: str, known: Mapping[str, object], where: Location) -> Problem:
    others = sorted(known.keys() - {own})
    near = nearest_word(name, others, 0.6)
    hint = f"did you mean {near}?" if near else f"write one of {some_words(others)}"
    if not others:
        hint = f"add it to containers, or write calls: [{name}] for another service"
    return Problem("TG620", where, f'the task has no container "{name}"', hint)


def _circle_problems(key: str, service: TaskKeys, at: Locate) -> Iterator[Problem]:
    waits = {
        next(iter(c.words), key): firelens.conditions(c.said, service).keys()
        for c in containers_of(key, service)
    }
    for container in containers_of(key, service):
        own = next(iter(container.words), key)
        circle = _way_back(own, waits)
        if circle and own == min(circle):
            text = " waits for ".join((*circle, own))
            message = f"no task starts: {text}"
            key_of_wait = "depends_on" if container.said.depends_on else "logs"
            where = at((*container.path, key_of_wait))
            hint = "remove one of them from depends_on"
            if firelens.routers(service):
                hint += ": what sends log lines to a log router waits for it anyway"
            yield Problem("TG621", where, message, hint)


def _way_back(own: str, waits: Mapping[str, Any]) -> tuple[str, ...]:
    """The containers from one to itself, the shortest way."""
    ways: list[tuple[str, ...]] = [(own,)]
    seen = {own}
    for way in ways:
        for name in sorted(waits.get(way[-1], ())):
            if name == own:
                return way
            if name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return ()


_OF_AWS = ("ecs-service-connect", "aws-guardduty-agent")
"""What AWS itself puts into tasks: ECS/service-connect-concepts-deploy, GuardDuty/runtime-monitoring."""


def _name_problems(key: str, service: TaskKeys, spec: Spec, at: Locate) -> Iterator[Problem]:
    for name in sorted(service.containers):
        where = at((service.section, key, "containers", name))
        if name in (key, renames.in_aws(key, spec)):
            message = f'"{name}" is the name of the container of the application'
            yield Problem("TG624", where, message, "give the sidecar another name")
        elif name.startswith(_OF_AWS):
            message = f'"{name}" is a name that AWS gives to containers of its own'
            yield Problem("TG624", where, message, "give the sidecar another name")


def _count_problems(key: str, service: TaskKeys, at: Locate) -> Iterator[Problem]:
    most = facts.limits()["containers_per_task_definition"].value
    if (count := 1 + len(service.containers)) > most:
        message = f'a task has at most {most} containers, and that of "{key}" has {count}'
        yield Problem(
            "TG627", at((service.section, key, "containers")), message, "move some to another service"
        )


def _share_problems(key: str, service: TaskKeys, at: Locate) -> Iterator[Problem]:
    """Sidecars with so much of a task that the application has nothing."""
    whole = {"cpu": service.cpu, "memory": service.memory or 0}
    for name, most in whole.items():
        shares = {key: getattr(each, name) or 0 for key, each in sorted(service.containers.items())}
        used = sum(shares.values())
        if used and used >= most:
            largest = max(shares, key=lambda each: shares[each])
            unit = "CPU units" if name == "cpu" else "MiB"
            message = f'the sidecars of "{key}" have {used} of the {most} {unit} of a task'
            hint = f"raise {name} of {key}, or lower that of a sidecar: the application needs the rest"
            yield Problem("TG625", at((service.section, key, "containers", largest, name)), message, hint)


def _port_problems(key: str, service: Service, at: Locate) -> Iterator[Problem]:
    for name, port in service.ports.items():
        if port.container and port.container != key and port.container not in service.containers:
            where = at((*ports.place(key, name, at), "container"))
            near = nearest_word(port.container, service.containers, 0.6)
            hint = f"did you mean {near}?" if near else f"add {port.container} to containers, or remove this"
            yield Problem("TG626", where, f'"{key}" has no container "{port.container}"', hint)
