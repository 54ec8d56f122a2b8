"""Services and jobs."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from tfgen.spec.model.connections import Callee, Connect, ConnectLogs, Egress, Ingress, ServiceDns
from tfgen.spec.model.containers import ContainerKeys, ServiceLogs, Sidecar
from tfgen.spec.model.front_door import Requests, Rewrite, RouteLogin
from tfgen.spec.model.running import Deployment, Scaling, Spot
from tfgen.spec.model.sections import Given, Ignores, Part, Section
from tfgen.spec.model.values import (
    AccessPointId,
    AlarmAge,
    AlarmCount,
    AlarmPercent,
    AwsService,
    ConditionKey,
    ConditionOperator,
    ContainerPath,
    CookieName,
    FileSystemName,
    FolderPath,
    HealthCodes,
    HealthPath,
    IamAction,
    Image,
    KeyArn,
    KeyPrefix,
    ListenerName,
    Name,
    PolicyArn,
    PortName,
    PortNumber,
    Priority,
    ResourceArn,
    RoleArn,
    ScheduleExpression,
    SecurityGroupId,
    SnapshotId,
    TaskCount,
    Text,
    ThingArn,
    TimeZone,
    UserAndGroup,
    UserNumber,
    Weight,
)


class Port(Section, frozen=True):
    """A port of the container. `port: 3000` is `port: {number: 3000}`."""

    shorthand: ClassVar[str] = "number"

    number: PortNumber
    """The port that the container listens on."""
    was: PortNumber | None = None
    """The previous port, while running tasks still use it: security groups allow both ports."""
    container: Name | None = None
    """The sidecar that listens on it, such as a proxy. Default: the application."""
    protocol: Literal["http", "http2", "grpc", "https", "tcp", "udp"] = "http"
    """The protocol in which requests arrive there. `http2` and `grpc` need an HTTPS listener. With `https`,
    the load balancer does not check the container's certificate, and Service Connect passes TLS on unread.
    `tcp` and `udp` have routes on network load balancers only, and `udp` no Service Connect name."""


class ServicePort(Port, frozen=True):
    """One of the container's ports, by its name. `admin: 9000` is `admin: {number: 9000}`."""

    health_check: "HealthCheck | None" = None
    """How the load balancer checks this port. Default: the service's `health_check`."""


DEFAULT_PORT = "http"
"""The name of the port that is meant where a spec names none."""


class Route(Requests, frozen=True):
    """Requests that the load balancer sends to this service, with the whole path: only `rewrite` removes a
    prefix. `/api` is `{path: /api}`."""

    weight: Weight | None = None
    """The share of the requests that this service gets of a route that several services have: of 90 and 10,
    nine tenths and one. With 0, it gets none. AWS does not document that others take over the share of a
    service without healthy tasks: give a new one 0 first."""
    sticky: Annotated[int, Meta(ge=1, le=604800, description="seconds from 1 to 604800")] | None = None
    """Seconds for which a client stays with the service that got its first request, where the weights of a
    route divide them."""
    port: PortName | None = None
    """The port of the service that gets the requests, by its name in `ports`. Default: `http`, or the only
    one."""
    listener: ListenerName | None = None
    """The listener of this route, or a load balancer, or both: `internal.https`. A route on a network load
    balancer has only this key and `port`. Default: the service's `listener`."""
    priority: Priority | None = None
    """The priority of the listener rule. Default: derived from the route; more specific routes come first."""
    login: RouteLogin | None = None
    """The login that clients need first. Default: the service's `login`."""
    rewrite: Rewrite | None = None
    """What the service gets instead of the path, the query or the host that were requested, with
    `provider: 6`. Routes go by what was requested. Default: what was requested."""


class HealthCheck(Section, frozen=True):
    """How the load balancer checks a task. `health_check: /healthz` is `{path: /healthz}`."""

    shorthand: ClassVar[str] = "path"

    path: HealthPath | None = None
    """The path to request. Health checks bypass the routes and have the task's IP address as the host.
    Default: /, or /AWS.ALB/healthcheck of a grpc port; behind a network load balancer alone none, so that a
    port is healthy that accepts TCP connections."""
    codes: HealthCodes | None = None
    """The codes that count as healthy. Default: 200-399, or 200-499 (all except server errors) if the spec
    sets no path and the service has no route /. Of a grpc port, gRPC codes: by default 12 (unimplemented) for
    the default path, and 0 for one that the spec sets."""
    port: PortNumber | PortName | None = None
    """The port to check, by number or by its name in `ports`, which must speak the protocol of the port that
    gets the requests, with or without TLS. Security groups allow it. Default: that port."""
    interval: Annotated[int, Meta(ge=5, le=300, description="seconds from 5 to 300")] = 15
    """Seconds between checks."""
    timeout: Annotated[int, Meta(ge=2, le=120, description="seconds from 2 to 120")] = 5
    """Seconds to wait for a response; less than the interval."""
    healthy: Annotated[int, Meta(ge=2, le=10, description="a number of checks from 2 to 10")] = 2
    """Consecutive successful checks after which a task is healthy."""
    unhealthy: Annotated[int, Meta(ge=2, le=10, description="a number of checks from 2 to 10")] = 3
    """Consecutive failed checks after which a task is unhealthy."""


class Roles(Section, frozen=True):
    """Roles that exist, for which the stack creates no role and no policy."""

    execution: RoleArn | Given | None = None
    """The ARN of the role with which ECS starts tasks. Default: a role of the stack's own."""
    task: RoleArn | Given | None = None
    """The ARN of the role of the application. Default: a role of the stack's own."""


class Access(Section, frozen=True):
    """What the application does with one thing of AWS: one of the verbs, with the ARN of the thing. The task
    role is allowed the verb's actions, and the network path is opened, as by `uses`."""

    verbs: ClassVar[tuple[str, ...]] = (
        *("read", "write", "delete", "send", "receive", "publish", "invoke"),
        *("encrypt", "decrypt", "sign", "start", "put"),
    )

    read: ThingArn | Part | None = None
    """What it reads: objects of a bucket, items of a table, records of a stream, a secret or a parameter."""
    write: ThingArn | Part | None = None
    """What it writes: objects of a bucket, items of a table, a secret or a parameter."""
    delete: ThingArn | Part | None = None
    """The bucket whose objects it deletes."""
    send: ThingArn | Part | None = None
    """The queue that it sends messages to, or the identity of SES that it sends email from."""
    receive: ThingArn | Part | None = None
    """The queue whose messages it receives and deletes."""
    publish: ThingArn | Part | None = None
    """The topic that it publishes to."""
    invoke: ThingArn | Part | None = None
    """The function or the model of Bedrock that it invokes. An inference profile of Bedrock needs the
    models that it leads to, too."""
    encrypt: ThingArn | Part | None = None
    """The KMS key that it encrypts with."""
    decrypt: ThingArn | Part | None = None
    """The KMS key that it decrypts with."""
    sign: ThingArn | Part | None = None
    """The KMS key that it signs with."""
    start: ThingArn | Part | None = None
    """The state machine whose executions it starts."""
    put: ThingArn | Part | None = None
    """The event bus, stream or delivery stream that it puts records into; `metrics` for metrics of
    CloudWatch, `traces` for X-Ray."""
    of: (
        Literal[
            "s3",
            "sqs",
            "sns",
            "dynamodb",
            "secretsmanager",
            "ssm",
            "kms",
            "events",
            "states",
            "kinesis",
            "firehose",
            "lambda",
            "ses",
            "bedrock",
        ]
        | None
    ) = None
    """The AWS service of the thing, as ARNs name it. Default: what the ARN, the type of the resource or the
    verb says."""
    prefix: list[KeyPrefix] | KeyPrefix | None = None
    """The beginning of the keys of a bucket, or a list, for objects below it only."""
    kms_key: KeyArn | Part | None = None
    """The KMS key of your own that the thing is encrypted with. Its key policy must allow the task role, too.
    Default: none, as with keys of AWS."""

    @property
    def prefixes(self) -> list[str]:
        """The beginnings of keys that it is about; the empty one is that of all."""
        if not self.prefix:
            return [""]
        return [self.prefix] if isinstance(self.prefix, str) else self.prefix

    @property
    def said(self) -> tuple[str, ...]:
        """The verbs that it has."""
        return tuple(verb for verb in self.verbs if getattr(self, verb) is not None)


class RoleStatement(Section, frozen=True):
    """A statement of a policy of your own."""

    actions: list[IamAction]
    """The actions, such as sqs:SendMessage; * and ? are wildcards."""
    resources: list[ResourceArn | Part]
    """The ARNs, or `"*"`."""
    conditions: dict[ConditionOperator, dict[ConditionKey, list[Text] | Text]] = {}
    """The conditions, as IAM has them: an operator, keys, and the values of each."""
    effect: Literal["Allow", "Deny"] = "Allow"
    """Whether the actions are allowed or denied."""


class Sticky(Section, frozen=True):
    """Sessions that stay with a task. `true` is `{enabled: true}`."""

    shorthand: ClassVar[str] = "enabled"

    enabled: bool = True
    """`false` turns off what was on: AWS keeps what a removed key said."""
    duration: Annotated[int, Meta(ge=1, le=604800, description="seconds from 1 to 604800")] = 86400
    """Seconds for which requests of a client go to the same task."""
    cookie: CookieName | None = None
    """The application's own cookie that begins a session. Default: a cookie of the load balancer."""


class ServiceAlarms(Section, frozen=True):
    """What of a service raises an alarm, where it differs from what `alarms` of the stack says. `false` is
    `{enabled: false}`."""

    shorthand: ClassVar[str] = "enabled"

    enabled: bool = True
    """Whether there are any alarms of this service."""
    cpu: bool | AlarmPercent | None = None
    """The use of CPU in percent from which on there is an alarm, or `false` for none."""
    memory: bool | AlarmPercent | None = None
    """The use of memory, likewise."""
    errors: bool | AlarmCount | None = None
    """The responses with status 500 to 599 within five minutes, likewise."""
    unhealthy: bool | None = None
    """Whether there is an alarm when a task fails the health checks of a load balancer."""
    running: bool | None = None
    """Whether there is an alarm when fewer tasks run than should."""
    queue_age: bool | AlarmAge | None = None
    """The age in seconds of the oldest message in a queue from which on there is an alarm, or `false`."""


class Ebs(Section, frozen=True):
    """An EBS volume that each task of a service has for itself: ECS creates it when the task starts, encrypts
    it, and deletes it with the task. `100` is `{size: 100}`."""

    shorthand: ClassVar[str] = "size"

    size: Annotated[int, Meta(ge=1, le=16384, description="a number of GiB from 1 to 16384")] | None = None
    """GiB. Needed unless there is a `snapshot`, which it must not be smaller than. Default: the size of the
    snapshot."""
    type: Literal["gp3", "gp2", "io1", "io2", "st1", "sc1"] = "gp3"
    """The type of the volume."""
    iops: (
        Annotated[int, Meta(ge=100, le=256000, description="a number of IOPS from 100 to 256000")] | None
    ) = None
    """I/O operations per second: 3000 to 16000 for gp3, 100 to 64000 for io1, 100 to 256000 for io2, both of
    which need it. Default: 3000 for gp3."""
    throughput: (
        Annotated[int, Meta(ge=125, le=1000, description="a number of MiB per second from 125 to 1000")]
        | None
    ) = None
    """MiB per second, for gp3. Default: 125."""
    kms_key: KeyArn | Part | None = None
    """The symmetric KMS key that it is encrypted with, whose policy lets the stack's role use it. Default:
    the key that EBS has by default."""
    snapshot: SnapshotId | Part | None = None
    """The snapshot of a volume without partitions, whose files the volume begins with. Default: none, so that
    the volume is empty."""
    file_system_type: Literal["xfs", "ext4", "ext3"] = "xfs"
    """The file system on it: with a snapshot, the one that it has."""


class Volume(Section, frozen=True):
    """A folder that is mounted in tasks: of an EFS file system, of an EBS volume, or without `efs` and `ebs`
    an empty one that the containers of a task share and that ends with it. `/cache` is `{path: /cache}`."""

    shorthand: ClassVar[str] = "path"

    path: ContainerPath | None = None
    """Where the application has it. Default: nowhere; `mounts` of a container names the volume."""
    efs: FileSystemName | Part | None = None
    """The file system: one of `file_systems` by its name, or the ID of one that exists, which must have a
    mount target in each zone with tasks. Connections to it are encrypted, and the task role is allowed to
    mount it. Default: none."""
    ebs: Ebs | None = None
    """An EBS volume for each task, which ends with it; a service has at most one, and a job none. Default:
    none."""
    access_point: AccessPointId | Part | None = None
    """The access point of a file system that exists. The stack creates one for each volume in a file system
    of its own. Default: none, and then root in a container has no rights of root over files."""
    root: FolderPath | None = None
    """The folder of the file system. Of one in `file_systems` it is created, and services with the same
    folder share it. Default: there the name of the volume, otherwise the whole file system or the folder of
    the access point."""
    user: UserNumber | UserAndGroup | None = None
    """The numbers of the user and the group that own the folder in a file system of `file_systems`, and as
    whom every container reads and writes there. Default: 1000, for both."""
    read_only: bool = False
    """Whether no container of the service can write to it."""
    security_group: SecurityGroupId | Part | None = None
    """The security group of the mount targets of a file system that exists, whose own rules must allow the
    tasks. Default: tasks may connect to port 2049 of the whole VPC."""


class TaskKeys(ContainerKeys, frozen=True):
    """What every task has: those of a service, and those of a job. The keys of a container are those of its
    application."""

    section: ClassVar[str] = "services"
    """The key of the spec that describes it."""
    noun: ClassVar[str] = "service"

    cpu: Annotated[int, Meta(description="a number of CPU units (1024 are one vCPU)")] = 512
    """The CPU units of each task."""
    memory: Annotated[int, Meta(description="a number of MiB (1 GiB is 1024)")] | None = None
    """The memory of each task. Default: the smallest size that Fargate offers for `cpu` with at least 2 GiB
    per vCPU."""
    storage: (
        Annotated[int, Meta(ge=21, le=200, description="a number of GiB from 21 to 200 (without it, 20)")]
        | None
    ) = None
    """GiB of ephemeral storage for the images and files of each task. AWS charges for what is above 20.
    Default: 20."""
    volumes: dict[Name, Volume] = {}
    """Folders of file systems and of EBS volumes, and folders that containers share, by name."""
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    """The CPU architecture that the images are built for."""
    containers: dict[Name, Sidecar] = {}
    """Sidecars: more containers in each task, by name. They share its address and reach one another at
    localhost."""
    calls: list[Name | Callee] = []
    """The services that this one calls by their Service Connect or DNS names (a job, by DNS names alone), and
    what it calls outside the stack."""
    uses: list[AwsService] = []
    """AWS services that the application calls. Opens a network path to them; the permissions are those of
    `access` or `policies`."""
    access: list[Access] = []
    """What the application does with things of AWS: gives the task role the permissions, and opens a network
    path."""
    policies: list[PolicyArn | Part] = []
    """Managed policies that are attached to the task role."""
    statements: list[RoleStatement] = []
    """What else the task role is allowed or denied."""
    egress: Literal["all"] | list[Egress] | None = None
    """What tasks may connect to besides what the spec tells anyway; `all` is every protocol and port.
    Default: port 443 of 0.0.0.0/0 with NAT gateways or public subnets (and of ::/0 with `network.ipv6`),
    otherwise nothing."""
    logs: ServiceLogs = ServiceLogs()
    """How log lines are written and kept."""
    exec: bool = False
    """Whether `aws ecs execute-command` can open a shell in a task."""
    roles: Roles = Roles()
    """Roles that exist, for this service to use."""
    was: Name | list[Name] = []
    """Earlier names of this service, oldest first, including one that it has again. The service keeps the
    oldest in AWS, so that renaming replaces nothing."""
    ignore: Ignores = None
    """Rules to ignore in this service."""

    @property
    def callees(self) -> list[str]:
        """The services of the stack that it calls."""
        return [each for each in self.calls if isinstance(each, str)] if self.outside else list(self.calls)  # type: ignore[arg-type]

    @property
    def outside(self) -> list[Callee]:
        """What it calls outside the stack."""
        if set(map(type, self.calls)) <= {str}:  # hundreds, where all services call one another
            return []
        return [each for each in self.calls if not isinstance(each, str)]


class Service(TaskKeys, frozen=True):
    """One ECS service on Fargate."""

    port: Port | None = None
    """The container's port. Default: none, for a worker that accepts no connections."""
    ports: dict[PortName, ServicePort] = {}
    """The container's ports, by name; `port: 3000` is `ports: {http: 3000}`. Where nothing names a port,
    `http` is meant, or the only one."""
    routes: list[Route] = []
    """The requests that the load balancer sends to this service, by path."""
    listener: ListenerName | None = None
    """The listener of the routes: its name, that of its load balancer, or both, as in `internal.https`.
    Default: `https` or `http` of `main` or of the only load balancer, or its only listener."""
    login: RouteLogin | None = None
    """The login that clients need for the routes. Default: none."""
    health_check: HealthCheck = HealthCheck()
    """How the load balancer checks whether a task is healthy."""
    grace_period: Annotated[int, Meta(ge=0, le=2147483647, description="a number of seconds")] = 60
    """Seconds after the start of a task during which failed health checks do not count. Must cover a slow
    start and the checks that make a task healthy."""
    connect: list[Connect] | Connect | None = None
    """The Service Connect name by which other services call this one, or a list, with one for each port."""
    connect_logs: ConnectLogs | None = None
    """Whether its proxy of Service Connect logs requests in the log group of the service, with `provider: 6`.
    Default: it logs only its own messages there."""
    dns: ServiceDns | None = None
    """The name by which other services, and all else in the VPC, resolve the addresses of the tasks: in the
    private hosted zone, without a proxy. Names have IPv4 addresses alone."""
    count: TaskCount | None = None
    """The number of tasks to run, where `scaling` does not decide. Default: 2."""
    scaling: Scaling | None = None
    """How the number of tasks follows the load, instead of `count`. Default: it does not."""
    spot: bool | Spot | None = None
    """Whether tasks run on Fargate Spot: all of them, or some. AWS stops such tasks with two minutes' notice
    when it needs the capacity, and starts none while it has none to spare; tasks on demand do not take their
    place. To leave Spot again, apply with `false` before you remove the key: otherwise, versions of the
    provider before 6.15 replace the service, and later ones fail at `terraform plan`. With the key, every
    update of the service starts its tasks anew. Default: all tasks are on demand."""
    deployment: Deployment = Deployment()
    """How ECS replaces tasks when the service is updated."""
    deploys_by: Literal["terraform", "ci"] = "terraform"
    """Who deploys another image. With `ci`, a pipeline registers revisions of the task definition and updates
    the service, and Terraform leaves it at them: the README of the stack has the commands. If the spec
    changes, Terraform registers a revision, from which the pipeline makes its next one."""
    ingress: list[Ingress] = []
    """What may connect to the tasks besides the load balancer and callers."""
    deregistration_delay: Annotated[int, Meta(ge=0, le=3600, description="seconds from 0 to 3600")] = 60
    """Seconds for which requests in flight may go on when a task is stopped; a deployment waits for them."""
    slow_start: Annotated[int, Meta(ge=0, le=900, description="seconds from 0 to 900")] = 0
    """Seconds, 30 or more, during which the share of requests of a new task grows; 0 for all at once."""
    algorithm: Literal["round_robin", "least_outstanding_requests", "weighted_random"] | None = None
    """How the load balancer chooses a task. Default: `round_robin`, which must be written to return to it:
    AWS keeps what a removed key said."""
    anomaly_mitigation: bool | None = None
    """Whether tasks whose error rate is unusual get fewer requests, with `algorithm: weighted_random`.
    Default: no; AWS keeps what a removed key said."""
    sticky: Sticky | None = None
    """Whether requests of a client go to the same task. Default: no."""
    cross_zone: bool | None = None
    """Whether requests go to the tasks of all zones, or from each zone of the load balancer only to tasks in
    it. Default: `true`, or what a network load balancer says; AWS keeps what a removed key said."""
    preserve_client_ip: bool | None = None
    """Whether tasks see the addresses of clients, behind tcp and tls listeners of network load balancers:
    behind udp listeners they always do. A task then cannot reach itself through the load balancer. Default:
    no; AWS keeps what a removed key said."""
    proxy_protocol: bool = False
    """Whether network load balancers begin each connection of tcp and tls listeners with a header of the
    PROXY protocol, version 2, which has the client's address. The application must expect it, in health
    checks, too."""
    connection_termination: bool | None = None
    """Whether network load balancers close connections when `deregistration_delay` is over. Default: no,
    but yes behind udp listeners; AWS keeps what a removed key said."""
    alarms: ServiceAlarms = ServiceAlarms()
    """What of the service raises an alarm, where it differs from `alarms` of the stack."""

    @property
    def connects(self) -> list[Connect]:
        """Its Service Connect names."""
        if self.connect is None:
            return []
        return self.connect if isinstance(self.connect, list) else [self.connect]

    @property
    def default_port(self) -> str | None:
        """The name of the port that is meant where none is named; None where that is not clear."""
        names = list(self.ports)
        return DEFAULT_PORT if DEFAULT_PORT in names else names[0] if len(names) == 1 else None


class Retries(Section, frozen=True):
    """How often EventBridge Scheduler tries to start the tasks of a job again. `3` is `{attempts: 3}`."""

    shorthand: ClassVar[str] = "attempts"

    attempts: Annotated[int, Meta(ge=0, le=185, description="a number of attempts from 0 to 185")] = 30
    """The attempts after the first one that failed."""
    within: Annotated[int, Meta(ge=60, le=86400, description="seconds from 60 to 86400")] = 3600
    """Seconds after the scheduled time, after which it gives up."""


class Job(TaskKeys, frozen=True):
    """Tasks that run and end: at scheduled times, or when somebody starts them. Keys that services have, too,
    are described there."""

    section: ClassVar[str] = "jobs"
    noun: ClassVar[str] = "job"

    schedule: ScheduleExpression | None = None
    """When tasks start: `cron(MINUTES HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR)`, `rate(NUMBER UNIT)` or,
    once, `at(TIME)`. EventBridge Scheduler starts them; on rare occasions it does so twice."""
    run: Literal["by-hand"] | None = None
    """`by-hand` instead of a schedule: the README of the stack has the commands that start a task."""
    timezone: TimeZone = "UTC"
    """The time zone of `cron` and `at`."""
    window: Annotated[int, Meta(ge=0, le=1440, description="minutes from 0 to 1440")] = 0
    """Minutes after the scheduled time within which the tasks may start; 0 for at that time."""
    count: Annotated[int, Meta(ge=1, le=10, description="a number of tasks from 1 to 10")] = 1
    """The number of tasks that start each time."""
    enabled: bool = True
    """Whether the schedule is on. `false` keeps all of the job, which then runs by hand only."""
    retries: Retries = Retries()
    """How often the start is tried again if it fails. A task that has started is not started again, however
    it ends."""
    spot: bool = False
    """Whether tasks run on Fargate Spot. AWS stops such tasks with two minutes' notice when it needs the
    capacity."""

    @property
    def is_scheduled(self) -> bool:
        """Whether something other than a person starts it."""
        return self.schedule is not None


class Defaults(Service, frozen=True):
    """What services and jobs have that do not say otherwise."""

    alike: ClassVar[str] = "Service"

    image: Image | Given | None = None  # type: ignore[assignment]
    """The image to run."""


LENIENT_CODES = "200-499"
"""Every code that a health check can accept: all except server errors."""
GRPC_HEALTH_PATH = "/AWS.ALB/healthcheck"
"""The default path of gRPC health checks in AWS. Applications do not implement it, and respond so."""


def usual_health_check(protocol: str = "http") -> HealthCheck:
    """The default health check of a service with the route /."""
    if protocol == "grpc":
        return HealthCheck(path=GRPC_HEALTH_PATH, codes="12")
    return HealthCheck(path="/", codes="200-399")


def has_root(service: Service, port: str | None) -> bool:
    """Whether one of the routes to a port is "/", on any host."""
    return any(path in ("/", "/*") for route in service.routes if route.port == port for path in route.paths)
