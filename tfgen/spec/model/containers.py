"""What every container has."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from tfgen.spec.model.sections import Given, GivenSecret, Section
from tfgen.spec.model.values import (
    AddedCapability,
    Condition,
    ContainerPath,
    ContainerUser,
    DroppedCapability,
    EnvironmentFileArn,
    EnvironmentName,
    ExitCode,
    Image,
    LabelName,
    LogOption,
    Name,
    OpenFiles,
    SecretSource,
    Text,
    UserNumber,
)


class ContainerHealth(Section, frozen=True):
    """A command in the container that shows whether it is healthy. `health: pg_isready` is
    `health: {command: pg_isready}`."""

    shorthand: ClassVar[str] = "command"

    command: Text | list[Text]
    """A line for the shell of the image, or a list of words that need no shell. What it runs must be in the
    image."""
    interval: Annotated[int, Meta(ge=5, le=300, description="seconds from 5 to 300")] = 30
    """Seconds between checks."""
    timeout: Annotated[int, Meta(ge=2, le=60, description="seconds from 2 to 60")] = 5
    """Seconds after which a check has failed."""
    retries: Annotated[int, Meta(ge=1, le=10, description="a number of checks from 1 to 10")] = 3
    """Consecutive failed checks after which the container is unhealthy."""
    start: Annotated[int, Meta(ge=0, le=300, description="seconds from 0 to 300")] = 0
    """Seconds after the start during which failed checks do not count. A successful check ends them."""


class OpenFileLimit(Section, frozen=True):
    """How many files may be open. `nofile: 65536` is `nofile: {soft: 65536}`."""

    shorthand: ClassVar[str] = "soft"

    soft: OpenFiles
    """What processes begin with."""
    hard: OpenFiles | None = None
    """What a process can raise it to. Default: `soft`."""


class Ulimits(Section, frozen=True):
    """Limits of the operating system. Fargate lets only this one be set."""

    nofile: OpenFileLimit | None = None
    """How many files a process may have open. Default: that of Fargate, 65535."""


class Capabilities(Section, frozen=True):
    """Linux capabilities, besides those that containers have anyway."""

    add: list[AddedCapability] = []
    """What the container gets. Fargate adds nothing else."""
    drop: list[DroppedCapability] = []
    """What the container loses of what it has by default; `ALL` is all of it."""


class Restart(Section, frozen=True):
    """How ECS restarts the container without replacing its task. `true` is `{enabled: true}`."""

    shorthand: ClassVar[str] = "enabled"

    enabled: bool = True
    """Whether ECS restarts the container when it exits."""
    ignored_exit_codes: list[ExitCode] = []
    """Exit codes after which it is not restarted."""
    period: Annotated[int, Meta(ge=60, le=1800, description="seconds from 60 to 1800")] = 300
    """Seconds that the container must have run before it can be restarted."""


class FireLens(Section, frozen=True):
    """What makes a sidecar the log router of its task. `fluentbit` is `{type: fluentbit}`."""

    shorthand: ClassVar[str] = "type"

    type: Literal["fluentbit", "fluentd"] = "fluentbit"
    """The program that its image runs."""
    config_file: ContainerPath | None = None
    """A configuration file in its image, which is read besides what `logs.options` of the containers say.
    Default: none."""
    metadata: bool = True
    """Whether log lines get the names of the cluster, the task and the container."""


class ContainerLogs(Section, frozen=True):
    """How the log lines of a container are written. `firelens` is `{driver: firelens}`."""

    shorthand: ClassVar[str] = "driver"

    driver: Literal["awslogs", "firelens"] = "awslogs"
    """Who gets them: CloudWatch, or the sidecar that has `firelens`."""
    mode: Literal["non-blocking", "blocking"] = "non-blocking"
    """What happens when CloudWatch falls behind: `non-blocking` drops log lines, `blocking` has the
    application wait."""
    options: dict[LogOption, str | int | Given] = {}
    """Of `firelens`, the output of the router: the properties of a plugin of Fluent Bit or Fluentd, `Name` or
    `@type` among them. The task role needs the permissions of its destination."""
    secrets: dict[LogOption, SecretSource | GivenSecret] = {}
    """Of `firelens`, options that ECS reads from Secrets Manager or SSM when a task starts."""


class ServiceLogs(ContainerLogs, frozen=True):
    """The log lines of a service."""

    retention: Annotated[int, Meta(description="a number of days")] | None = None
    """Days after which log lines are deleted. Default: `logs.retention`."""


class Mount(Section, frozen=True):
    """A volume in a container."""

    volume: Name
    """One of `volumes` of the service."""
    path: ContainerPath
    """The folder of the container that it is mounted at."""
    read_only: bool = False
    """Whether this container cannot write to it."""


class ContainerKeys(Section, frozen=True):
    """What every container has: that of a service, and each sidecar."""

    image: Image | Given
    """The image to run. A text is also a Terraform variable, which can set another tag or digest. With
    `account`, `ecr:webapp:1.4` is an image in the private ECR of the stack's account and region."""
    command: list[Text] = []
    """Replaces the image's command."""
    entrypoint: list[Text] = []
    """Replaces the image's entry point; ECS then ignores the image's command, too."""
    working_directory: ContainerPath | None = None
    """The folder in which the command runs. Default: that of the image."""
    user: ContainerUser | UserNumber | None = None
    """The user that the command runs as. Default: that of the image."""
    read_only: bool = False
    """Whether the container can write only to `mounts` and volumes. Excludes `exec`."""
    mounts: list[ContainerPath | Mount] = []
    """Folders that the container can write to, each in an empty volume that ends with the task. They belong
    to root, unless the image has a VOLUME there with another owner. With `{volume: NAME, path: PATH}` the
    folder is one of `volumes`, which other containers of the task may have, too."""
    init: bool = False
    """Whether an init process reaps zombie processes and passes signals on. Default: `exec`."""
    stop_timeout: Annotated[int, Meta(ge=2, le=120, description="seconds from 2 to 120")] | None = None
    """Seconds from SIGTERM to SIGKILL when a task is stopped. Default: 30."""
    ulimits: Ulimits = Ulimits()
    """Limits of the operating system."""
    capabilities: Capabilities = Capabilities()
    """Linux capabilities."""
    health: ContainerHealth | None = None
    """A command that shows whether the container is healthy; ECS replaces tasks with an unhealthy essential
    container. Default: none, since ECS ignores the HEALTHCHECK of the image."""
    restart: Restart | None = None
    """Whether ECS restarts the container without replacing its task. Default: no."""
    labels: dict[LabelName, Text] = {}
    """Docker labels of the container."""
    environment: dict[EnvironmentName, str | int | Given] = {}
    """Environment variables that are not secret."""
    environment_files: list[EnvironmentFileArn | Given] = []
    """Files in S3 with more environment variables, at most 10, which ECS reads when a task starts.
    `environment` has priority, and of several files the first that has a variable."""
    secrets: dict[EnvironmentName, SecretSource | GivenSecret] = {}
    """Environment variables that ECS reads from Secrets Manager or SSM when a task starts."""
    logs: ContainerLogs = ContainerLogs()
    """How log lines are written."""
    depends_on: dict[Name, Condition] | list[Name] = {}
    """Other containers of the task, by name, that must have started (START), be healthy by their `health`
    (HEALTHY), have ended (COMPLETE) or have ended with exit code 0 (SUCCESS) first. A list is of those that
    must have started. The application has the name of its service."""


class Sidecar(ContainerKeys, frozen=True):
    """A container beside that of the application, in each task of the service."""

    essential: bool = True
    """Whether the task stops when this container does."""
    cpu: Annotated[int, Meta(ge=2, description="a number of CPU units")] | None = None
    """The CPU units of the task that are reserved for it. Default: none."""
    memory: Annotated[int, Meta(ge=6, description="a number of MiB")] | None = None
    """The memory of the task that it may use at most. Default: all of it."""
    firelens: FireLens | None = None
    """Makes it the log router of the task, for containers with `logs: firelens`, which start after it.
    Default: it is none."""
