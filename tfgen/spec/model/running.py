"""How many tasks of a service run, on what capacity, and how new ones replace old ones."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from tfgen.spec.model.sections import Given, Section
from tfgen.spec.model.values import (
    ROLLING,
    AlarmName,
    Amount,
    CooldownSeconds,
    DeploymentStage,
    FunctionArn,
    HeaderName,
    HeaderValue,
    ListenerName,
    LoadPercent,
    Minutes,
    Name,
    Percent,
    QueueName,
    ScheduleExpression,
    TaskCount,
    TimeZone,
)


class QueueBacklog(Section, frozen=True):
    """A queue of Amazon SQS in the Region and the account of the stack."""

    name: QueueName | Given
    """Its name, as CloudWatch has it; not its ARN or URL."""
    backlog: Amount
    """The messages for each task that are to wait. Tasks are added while there are more. CloudWatch divides
    by the number of tasks that Container Insights counts, which the cluster must have on."""


class ScheduledScaling(Section, frozen=True):
    """Other limits from a time on."""

    when: ScheduleExpression
    """When it happens: `cron(MINUTES HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR)`, `at(TIME)` or
    `rate(NUMBER UNIT)`."""
    timezone: TimeZone = "UTC"
    """The time zone of `cron` and `at`."""
    min: TaskCount | None = None
    """The least tasks from then on. Default: as before."""
    max: TaskCount | None = None
    """The most tasks from then on. Default: as before."""


class Cooldown(Section, frozen=True):
    """Seconds for which the effect of a change is waited for."""

    scale_in: CooldownSeconds = 300
    """After tasks were stopped, until more of them are."""
    scale_out: CooldownSeconds = 60
    """After tasks were added, until more of them are."""


class Scaling(Section, frozen=True):
    """How many tasks run: AWS Application Auto Scaling adds and stops them between two limits. It adds tasks
    if any metric wants more, and stops tasks if all want fewer. Terraform sets the limits and lets the number
    of tasks be."""

    min: TaskCount
    """The least tasks, with which the service starts. With 0, no metric starts the first task again."""
    max: TaskCount
    """The most tasks."""
    cpu: LoadPercent | None = None
    """The average use of CPU to keep, in percent."""
    memory: LoadPercent | None = None
    """The average use of memory to keep, in percent."""
    requests: Amount | None = None
    """The requests to keep for each task and minute, which Application Load Balancers count. Of several ports
    and load balancers, each by itself."""
    queue: QueueBacklog | None = None
    """The messages of a queue to keep for each task."""
    schedule: dict[Name, ScheduledScaling] = {}
    """Other limits at other times, by name. `terraform apply` sets `min` and `max` again, until the next of
    these times."""
    cooldown: Cooldown = Cooldown()
    """How long the effect of a change is waited for."""


class Spot(Section, frozen=True):
    """Some tasks on Fargate Spot, the others on demand."""

    weight: Annotated[int, Meta(ge=1, le=1000, description="a number of tasks from 1 to 1000")]
    """The tasks on Spot for each one on demand, after those of `base`."""
    base: TaskCount = 0
    """The first tasks, all of which are on demand."""


class CircuitBreaker(Section, frozen=True):
    """Ends deployments whose tasks fail. `true` is `{enabled: true}`."""

    shorthand: ClassVar[str] = "enabled"

    enabled: bool = True
    """Whether a deployment fails when several tasks in a row did not start or were unhealthy. Without it, ECS
    goes on trying."""
    rollback: bool = True
    """Whether the last deployment that succeeded is deployed again."""


class DeploymentStep(Section, frozen=True):
    """How requests move to the new tasks little by little. `10` is `{percent: 10}`."""

    shorthand: ClassVar[str] = "percent"

    percent: Percent | None = None
    """The share of the requests that moves first (`canary`), or at each step (`linear`, at least 3).
    Default: 5 or 10."""
    minutes: Minutes | None = None
    """The minutes until the next step. Default: 10 (`canary`) or 6 (`linear`)."""


class DeploymentTest(Section, frozen=True):
    """Requests for the route of the service that reach the new tasks first, before they get any others."""

    shorthand: ClassVar[str] = "listener"

    listener: ListenerName | None = None
    """The listener of these requests. Default: that of the route."""
    headers: dict[HeaderName, HeaderValue | list[HeaderValue]] = {}
    """The headers that they have besides what the route says."""


class DeploymentHook(Section, frozen=True):
    """A Lambda function that ECS invokes, and whose response lets the deployment go on or rolls it back."""

    function: FunctionArn | Given
    """The ARN of the function."""
    at: list[DeploymentStage]
    """The stages of a deployment at which it is invoked."""


class Deployment(Section, frozen=True):
    """How ECS replaces tasks."""

    strategy: Literal["rolling", "blue-green", "canary", "linear"] = ROLLING
    """`rolling` replaces tasks one after another. The others start a new task for each old one, and move the
    requests of a route to them: all at once, after a share of them, or in equal steps. They need
    `provider: 6`."""
    bake: Minutes | None = None
    """The minutes for which the old tasks go on running when all requests have moved, so that a rollback
    needs no new tasks. Default: 10."""
    step: DeploymentStep | None = None
    """How requests move with `canary` or `linear`. Default: as AWS does it."""
    test: DeploymentTest | None = None
    """Which requests reach the new tasks first. Default: none."""
    hooks: list[DeploymentHook] = []
    """Functions that can end a deployment and roll it back."""
    minimum: Annotated[int, Meta(ge=0, le=100, description="a percentage from 0 to 100")] = 100
    """The percentage of tasks that keep running, rounded up to whole tasks."""
    maximum: Annotated[int, Meta(ge=100, le=200, description="a percentage from 100 to 200")] = 200
    """The percentage of tasks that may run, old and new ones together, rounded down to whole tasks."""
    circuit_breaker: CircuitBreaker | None = None
    """Whether failed rolling deployments end, and are rolled back. Default: both."""
    alarms: list[AlarmName | Given] = []
    """The names of CloudWatch alarms that end a deployment and roll it back. One that is in alarm when the
    deployment begins is ignored for all of it. Without any again, they are turned off; whether every later
    plan shows that is not confirmed."""
    wait: bool = True
    """Whether `terraform apply` waits until the deployment is complete; it fails if that takes 20 minutes.
    Without it, an apply succeeds whether or not the new tasks start."""
    rebalancing: bool = True
    """Whether ECS moves tasks between zones to keep them spread evenly."""
