"""The whole spec, and what a stack has once."""

from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from tfgen.problems import SpecPath
from tfgen.spec.model.connections import Callee
from tfgen.spec.model.front_door import LoadBalancer, Login
from tfgen.spec.model.network import Network
from tfgen.spec.model.sections import Given, Ignores, InputVariable, Part, Section
from tfgen.spec.model.tasks import Defaults, Job, Service
from tfgen.spec.model.values import (
    MAIN,
    AccountId,
    AlarmAge,
    AlarmCount,
    AlarmPercent,
    AlarmTopic,
    Argument,
    BucketName,
    CachedRegistry,
    CachePrefix,
    CacheSecretArn,
    ClusterArn,
    Gigabytes,
    IamPath,
    InputName,
    KeyArn,
    Name,
    NamespaceArn,
    NamespaceId,
    PolicyArn,
    PrivateZone,
    RegionName,
    RepositoryName,
    ResourceAddress,
    StateKey,
    TagKey,
    TagValue,
    TaskCount,
    TrafficName,
)


class Backend(Section, frozen=True):
    """The S3 bucket in which Terraform stores its state."""

    bucket: BucketName
    """An existing bucket."""
    key: StateKey | None = None
    """The key of the state in the bucket. Default: NAME/REGION/terraform.tfstate."""
    region: RegionName | None = None
    """The region of the bucket. Default: the region of the stack."""


class Logs(Section, frozen=True):
    """CloudWatch log groups."""

    retention: Annotated[int, Meta(description="a number of days")] = 30
    """Days after which log lines are deleted."""
    kms_key: KeyArn | Part | None = None
    """The KMS key of your own that log lines are encrypted with, of services, sessions of ECS Exec and flow
    logs. Its policy must allow CloudWatch Logs to use it. Default: none, as with keys of AWS."""


class Exec(Section, frozen=True):
    """How the cluster encrypts and logs the sessions of ECS Exec."""

    kms_key: KeyArn | Part | None = None
    """The KMS key of your own that the data of sessions is encrypted with, besides TLS. Task roles are
    allowed to decrypt with it. Default: none."""
    logs: bool | BucketName | Part | None = None
    """Where the commands of sessions and their output are stored: `true` for a log group of the stack's own,
    or a bucket that exists; `false` for nowhere. The image needs `script` and `cat`. Default: where the log
    lines of the container go."""


class PrivateDns(Section, frozen=True):
    """The private hosted zone of the services that have `dns`. `shop.internal` is `{zone: shop.internal}`."""

    shorthand: ClassVar[str] = "zone"

    zone: PrivateZone
    """The domain, which then has no other names for what is in the VPC."""
    namespace_id: NamespaceId | Given | None = None
    """The Cloud Map namespace of the zone, where it exists: one for DNS queries in VPCs, in which services of
    other stacks have names, too. Default: a zone and a namespace of the stack's own."""


class Alarms(Section, frozen=True):
    """What AWS tells somebody about. An alarm for each thing and each service, which CloudWatch charges for;
    `tfgen cost` does not count it."""

    shorthand: ClassVar[str] = "topic"

    topic: AlarmTopic | Given
    """Who is told when an alarm begins and when it ends: the ARN of an SNS topic, whose policy must let
    CloudWatch publish; or an address of mail, for which there is a topic then. AWS sends it a message first,
    which must be confirmed."""
    cpu: bool | AlarmPercent = 90
    """The average use of CPU of a service, in percent, from which on there is an alarm after 15 minutes."""
    memory: bool | AlarmPercent = 90
    """The average use of memory of a service, likewise."""
    errors: bool | AlarmCount = 10
    """The responses with status 500 to 599 within five minutes from which on there is an alarm: of the tasks
    of a service, and of an Application Load Balancer of the stack's own itself."""
    unhealthy: bool = True
    """Whether there is an alarm when a task has failed the health checks of a load balancer for five
    minutes."""
    running: bool = True
    """Whether there is an alarm when fewer tasks of a service run than should, for ten minutes. Container
    Insights counts them, which a cluster that exists must have on."""
    jobs: bool = True
    """Whether there is an alarm when a scheduled job did not start. What a task does that has started is not
    seen."""
    queue_age: bool | AlarmAge = False
    """The age in seconds of the oldest message in a queue from which on there is an alarm: of each queue
    that a service receives from, or that decides how many of its tasks run. `true` is 600."""


class Repository(Section, frozen=True):
    """A repository of private ECR. `30` is `{keep: 30}`."""

    shorthand: ClassVar[str] = "keep"

    keep: Annotated[int, Meta(ge=1, le=10000, description="a number of images from 1 to 10000")] | None = None
    """How many images with tags to keep: ECR deletes the oldest beyond it, those that services run, too.
    Default: all."""
    untagged: Annotated[int, Meta(ge=0, le=3650, description="days from 0 to 3650")] = 14
    """The days after which ECR deletes images without a tag; 0 keeps them."""
    immutable: bool = True
    """Whether a tag stays with the image that it was pushed with."""
    scan: bool = True
    """Whether ECR looks for known vulnerabilities in each image that is pushed."""


class FileSystem(Section, frozen=True):
    """An EFS file system with a mount target in each zone that has tasks. It is encrypted, and mounted only
    by services whose volumes name it, over TLS."""

    kms_key: KeyArn | Part | None = None
    """The KMS key that it is encrypted with. Another key replaces the file system. Default: the one of AWS
    for EFS."""
    backup: bool = True
    """Whether AWS Backup makes a backup of it every day, and keeps each for 35 days."""
    infrequent: Literal[1, 7, 14, 30, 60, 90, 180, 270, 365] | None = None
    """Days without access after which a file moves to Infrequent Access, which costs less to store and more
    to read; with the next access it moves back. Default: never."""
    keep: bool = True
    """Whether Terraform refuses to destroy or replace it. It does not refuse where the whole file system is
    removed from the spec."""


class PullThrough(Section, frozen=True):
    """How images of a public registry get into private ECR. An ARN is `{credentials: ARN}`."""

    shorthand: ClassVar[str] = "credentials"

    credentials: CacheSecretArn | Part | None = None
    """The ARN of a secret with the keys `username` and `accessToken`, encrypted with the default key. Its
    name begins with ecr-pullthroughcache/. Needed for all but public.ecr.aws, quay.io and registry.k8s.io."""
    prefix: CachePrefix | None = None
    """The beginning of the names of its repositories. Default: docker-hub, github, ecr-public, quay, gitlab,
    k8s, chainguard, or the name of the registry in Azure."""
    create: bool = True
    """Whether the stack creates the rule. An account has one rule for a prefix in a region: another stack may
    have created it."""


class Iam(Section, frozen=True):
    """What all roles of the stack have."""

    path: IamPath = "/"
    """The path in front of their names."""
    permissions_boundary: PolicyArn | Given | None = None
    """The ARN of the policy that limits their permissions."""


class TaskRange(Section, frozen=True):
    """How many tasks of a service run. `4` is `{low: 4}`."""

    shorthand: ClassVar[str] = "low"

    low: TaskCount
    """The average over a quiet month."""
    high: TaskCount | None = None
    """The average over a busy month. Default: `low`."""


class Cost(Section, frozen=True):
    """What `tfgen cost` assumes. Nothing here changes a resource."""

    traffic: dict[TrafficName, Gigabytes] = {}
    """GB a month, by what they go to or come from: `internet` for what tasks exchange with the internet,
    `clients` for what the load balancer handles, or the endpoint name of an AWS service. Default: 100 for
    internet (where tasks can reach it), clients and s3, 10 for ecr and logs."""
    hours: Annotated[int, Meta(ge=0, le=744, description="a number of hours from 0 to 744")] = 730
    """The hours of a month in which the stack exists."""
    tasks: dict[Name, TaskRange] = {}
    """How many tasks of a service run on average. Default: its `count`, or `scaling.min` to `scaling.max`."""


class ProviderVersions(Section, frozen=True):
    """The AWS provider. `6` is `{version: 6}`."""

    shorthand: ClassVar[str] = "version"

    version: Literal[6] | None = None
    """6 is for version 6 only, which some keys need. Default: versions 5.100 and 6."""


class Spec(Section, frozen=True, kw_only=True):
    """A whole spec file."""

    version: Annotated[int, Meta(ge=1, description="a version of the spec's language")] = 2
    """The version of the spec format; `tfgen upgrade` updates an older one."""
    name: Name
    """The name of the stack, which is part of the names of its resources."""
    region: RegionName
    """The AWS region of the stack."""
    account: AccountId | None = None
    """The AWS account of the stack: Terraform changes no other, an image `ecr:webapp:1.4` is in its private
    ECR of the region, and ARNs of other accounts are found. Default: the account of the credentials."""
    network: Network
    """The VPC and its egress."""
    provider: ProviderVersions = ProviderVersions()
    """The versions of the AWS provider that the stack allows."""
    load_balancer: LoadBalancer | None = None
    """The load balancer, which is created if any service has routes. In `load_balancers` it is `main`."""
    load_balancers: dict[Name, LoadBalancer] = {}
    """Several load balancers, by name; each is created if any service has routes on one of its listeners.
    Default: `main`, as `load_balancer` describes it."""
    logins: dict[Name, Login] = {}
    """How clients log in before a route leads them to a service, by name; services and routes name them.
    Health checks need no login."""
    cluster: ClusterArn | Given | None = None
    """The ARN of an ECS cluster that exists. Default: a cluster with the name of the stack."""
    insights: Literal["off", "on", "enhanced"] | None = None
    """Container Insights of the cluster: metrics of services, or with `enhanced` of each task and container,
    too. CloudWatch charges for them, which `tfgen cost` does not count. Default: `on`, for a cluster of the
    stack's own."""
    iam: Iam = Iam()
    """What all roles of the stack have."""
    dns: PrivateDns | None = None
    """The private hosted zone in which services have names, if any has `dns`. Default: NAME.internal."""
    namespace: NamespaceArn | Given | None = None
    """The ARN of a Cloud Map namespace that exists, for Service Connect names: in it, services of several
    stacks call each other. Default: a namespace with the name of the stack, if a service has such a name."""
    logs: Logs = Logs()
    """CloudWatch log groups."""
    exec: Exec | None = None
    """How sessions of ECS Exec are encrypted and logged, of the services that have `exec`."""
    repositories: dict[RepositoryName, Repository] = {}
    """Repositories of private ECR to create, by name. A service names one in its image, `image:
    webapp:1.4.2`, which is then no image of Docker Hub."""
    file_systems: dict[Name, FileSystem] = {}
    """EFS file systems to create, by name. Volumes of services name them in `efs`."""
    pull_through: bool | dict[CachedRegistry, PullThrough] = False
    """Whether images of public registries are pulled through the cache of private ECR: those of these
    registries, or with `true` those of public.ecr.aws, quay.io and registry.k8s.io, which need no
    credentials. Needs `account`. An image is written with its address in the registry."""
    defaults: Defaults | None = None
    """Keys of services, for every service that does not say otherwise, and for jobs those that they have,
    too. Mappings are merged; any other value of a service, also a list, replaces the default, and `null`
    removes it."""
    services: dict[Name, Service] = {}
    """The ECS services, by name. Without services and jobs, the stack is only a network."""
    jobs: dict[Name, Job] = {}
    """Tasks that run and end, by name: scheduled ones, and those that somebody starts."""
    alarms: Alarms | None = None
    """Who is told when something is wrong, and of what. Default: nobody."""
    dashboard: bool = False
    """Whether CloudWatch has a dashboard of the stack: its load balancers, services and queues. CloudWatch
    charges for it, which `tfgen cost` does not count."""
    inputs: dict[InputName, InputVariable] = {}
    """Variables of the root, for values that differ between deployments."""
    tags: dict[TagKey, TagValue] = {}
    """Tags of all resources, set in the provider's default_tags."""
    backend: Backend | None = None
    """The S3 bucket for Terraform's state. Default: no backend; Terraform stores the state locally."""
    cost: Cost = Cost()
    """What `tfgen cost` assumes about traffic, hours and tasks."""
    ignore: Ignores = None
    """Rules to ignore in the whole spec."""
    lint_files: bool = False
    """Whether the stack has files for checkov and Trivy (.checkov.yaml, .trivyignore) with what these would
    report of it: why each finding stands, and the key that changes it."""
    overrides: dict[ResourceAddress, dict[Argument, Any]] = {}
    """Arguments of generated resources, by address (docs/overrides.md)."""

    @property
    def balancers(self) -> dict[str, LoadBalancer]:
        """The load balancers by name, whichever of the two keys describes them."""
        return self.load_balancers or {MAIN: self.load_balancer or LoadBalancer()}

    @property
    def tasks(self) -> dict[str, Service | Job]:
        """What runs tasks: the services and the jobs, by name."""
        return {**self.services, **self.jobs}

    def task(self, key: str) -> Service | Job:
        """The service or the job with a name."""
        return self.services[key] if key in self.services else self.jobs[key]

    def has_proxy(self, service: Service | Job) -> bool:
        """Whether a proxy of Service Connect runs in its tasks. ECS has none for tasks without a service."""
        if isinstance(service, Job):
            return False
        callees = (self.services[key] for key in service.callees if key in self.services)
        if any(self.is_connected(each) for each in service.outside):
            return True
        return bool(service.connects) or any(each.connects for each in callees)

    def is_connected(self, callee: Callee) -> bool:
        """Whether what is outside the stack has a Service Connect name in the stack's namespace: DNS resolves
        no name without a dot."""
        return self.namespace is not None and "." not in (callee.host or ".")

    def balancer_path(self, name: str) -> SpecPath:
        """Where the spec describes a load balancer."""
        return ("load_balancers", name) if self.load_balancers else ("load_balancer",)
