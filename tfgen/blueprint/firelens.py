"""FireLens: the container that routes the log lines of a task, and the containers that send to it.

Source: ECS/firelens-taskdef; what outputs are called: github.com/aws/aws-for-fluent-bit.
"""

from collections.abc import Iterator
from typing import Any

from tfgen import facts
from tfgen.blueprint import ports, references
from tfgen.blueprint.model import RoutedLogs, Use
from tfgen.blueprint.references import References
from tfgen.hcl.text import Label
from tfgen.problems import Locate, Problem, SpecPath
from tfgen.spec.containers import SaidContainer, containers_of, said_conditions
from tfgen.spec.model import (
    ContainerKeys,
    ContainerLogs,
    FireLens,
    Given,
    Ingress,
    Service,
    Sidecar,
    Spec,
    TaskKeys,
)

_RESERVED = ("/fluent-bit/etc/fluent-bit.conf", "/fluentd/etc/fluent.conf")
"""Where ECS puts the configuration that it makes."""
_PORT = 24224
"""Where the router listens, in each container's own task: it takes log lines of anybody who can connect."""
_OUTPUT = {"fluentbit": "Name", "fluentd": "@type"}
"""The option that names the plugin."""
_DESTINATIONS = {
    "cloudwatch": "logs",
    "cloudwatch_logs": "logs",
    "firehose": "firehose",
    "kinesis": "kinesis",
    "kinesis_firehose": "firehose",
    "kinesis_streams": "kinesis",
    "s3": "s3",
}
"""The AWS service that an output of AWS for Fluent Bit sends to, as ARNs name it."""
_IMAGE = "public.ecr.aws/aws-observability/aws-for-fluent-bit:3"


def routers(task: TaskKeys) -> tuple[str, ...]:
    """The names of the sidecars that route log lines."""
    return tuple(sorted(name for name, each in task.containers.items() if each.firelens))


def conditions(said: ContainerKeys, task: TaskKeys) -> dict[str, str]:
    """What a container waits for: without the router, its first log lines would be lost."""
    waits = said_conditions(said)
    is_router = isinstance(said, Sidecar) and said.firelens
    if said.logs.driver == "firelens" and not is_router:
        for name in routers(task):
            waits.setdefault(name, "HEALTHY" if task.containers[name].health else "START")
    return waits


def configuration(said: FireLens) -> dict[Label, Any]:
    """On Fargate, a configuration file is one of the image."""
    file = {"config-file-type": "file", "config-file-value": said.config_file} if said.config_file else {}
    options = {"enable-ecs-log-metadata": "true" if said.metadata else "false", **file}
    return {Label("type"): said.type, Label("options"): options}


def routed_logs(said: ContainerKeys, referred: References) -> Iterator[RoutedLogs]:
    if said.logs.driver == "firelens":
        options = sorted(said.logs.options.items())
        yield RoutedLogs(
            options=tuple(
                (name, referred.value(each) if isinstance(each, Given) else str(each))
                for name, each in options
            ),
            secrets=tuple(references.literal_secrets(said.logs.secrets)),
            secret_references=tuple(referred.secrets(said.logs.secrets)),
            destination=_destination(said.logs),
        )


def _destination(logs: ContainerLogs) -> str:
    """The AWS service that log lines are sent to, as ARNs name it, or nothing."""
    return _DESTINATIONS.get(str(logs.options.get("Name")), "")


def uses(key: str, task: TaskKeys, region: str) -> Iterator[Use]:
    """The AWS services that the router of a task sends to."""
    for container in containers_of(key, task):
        logs, path = container.said.logs, (*container.path, "logs", "options", "Name")
        if name := _destination(logs):
            known, said = facts.accessed_services().get(name), logs.options.get("region")
            own = said if isinstance(said, str) else region
            yield Use(endpoint=known.endpoint if known else name, region=own, path=path)


# --- what is wrong with it


def problems(key: str, task: TaskKeys, spec: Spec, at: Locate) -> Iterator[Problem]:
    known = routers(task)
    for name in known[1:]:
        message = f'a task has one log router, and "{known[0]}" is one already'
        where = at((task.section, key, "containers", name, "firelens"))
        yield Problem("TG633", where, message, f"remove firelens of {name} or of {known[0]}")
    for container in containers_of(key, task):
        yield from _logs_problems(container, task, spec, at)
        yield from _file_problems(container, at)
    if known and isinstance(task, Service):
        yield from _port_problems(key, task, at)


def _logs_problems(container: SaidContainer, task: TaskKeys, spec: Spec, at: Locate) -> Iterator[Problem]:
    said, path = container.said.logs, (*container.path, "logs")
    known = routers(task)
    if said.driver != "firelens":
        for name in ("options", "secrets"):
            if getattr(said, name):
                message = f"{name} of logs are for a log router, and these log lines go to CloudWatch"
                yield Problem("TG637", at((*path, name)), message, f"add driver: firelens, or remove {name}")
    elif not known:
        message = "no sidecar of this task routes log lines"
        yield Problem("TG632", at((*path, "driver")), message, f"add containers: {_router(spec)}")
    elif isinstance(container.said, Sidecar) and container.said.firelens:
        message = "a log router cannot send its own log lines to itself"
        yield Problem("TG634", at((*path, "driver")), message, "remove logs: they go to CloudWatch")
    else:
        yield from _output_problems(said, task.containers[known[0]], path, at)


def _router(spec: Spec) -> str:
    """A sidecar that routes log lines, as a spec describes it."""
    image, more = _IMAGE, ""
    if not spec.network.way_out.to_internet:
        image = f"ACCOUNT.dkr.ecr.{spec.region}.amazonaws.com/aws-for-fluent-bit:3"
        more = "; aws ssm get-parameters-by-path --path /aws/service/aws-for-fluent-bit has the address"
    return f"{{log-router: {{image: {image}, firelens: fluentbit}}}}{more}"


def _output_problems(said: ContainerLogs, router: Sidecar, path: SpecPath, at: Locate) -> Iterator[Problem]:
    for name in sorted(said.options.keys() & said.secrets.keys()):
        message = f'"{name}" is in options and in secrets of logs'
        yield Problem("TG637", at((*path, "secrets", name)), message, "remove one of the two")
    firelens = router.firelens
    if firelens and firelens.config_file is None and _OUTPUT[firelens.type] not in said.options:
        plugin = _OUTPUT[firelens.type]
        message = f"no {plugin} in options says where the log router sends these log lines"
        quoted = f'"{plugin}"' if plugin.startswith("@") else plugin
        example = "cloudwatch_logs" if firelens.type == "fluentbit" else "cloudwatch_logs, ..."
        hint = f"add options: {{{quoted}: {example}}}, or config_file to the router"
        yield Problem("TG637", at(path), message, hint)


def _file_problems(container: SaidContainer, at: Locate) -> Iterator[Problem]:
    firelens = container.said.firelens if isinstance(container.said, Sidecar) else None
    if firelens and firelens.config_file in _RESERVED:
        message = f"{firelens.config_file} is where ECS puts the configuration that it makes"
        where = at((*container.path, "firelens", "config_file"))
        yield Problem("TG636", where, message, "put the file elsewhere in the image, such as /extra.conf")


def _port_problems(key: str, service: Service, at: Locate) -> Iterator[Problem]:
    """The router takes log lines of anybody who can connect: ECS/firelens-taskdef."""
    message = f"port {_PORT} is that of the log router, which nothing outside the task may connect to"
    for name, port in service.ports.items():
        if port.number == _PORT:
            yield Problem("TG635", at(ports.place(key, name, at)), message, "write another number")
    for index, entry in enumerate(service.ingress):
        if _covers(entry):
            hint = "remove it: containers of the task send their log lines through a socket"
            yield Problem("TG635", at(("services", key, "ingress", index)), message, hint)


def _covers(entry: Ingress) -> bool:
    """Whether an entry of ingress allows the router's port."""
    first, _, last = str(entry.port).partition("-")
    if not first.isdecimal():  # a name, or nothing
        return False
    return int(first) <= _PORT <= int(last or first)
