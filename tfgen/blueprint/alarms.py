"""CloudWatch alarms of services, jobs and load balancers, and the topic that tells somebody.

Metrics and their dimensions: AWS/ECS, ECS/ContainerInsights, AWS/ApplicationELB, AWS/NetworkELB,
AWS/Scheduler and AWS/SQS in the CloudWatch chapters of the guides of the services.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tfgen.blueprint import balancer_metrics, existing, names, queues, renames
from tfgen.blueprint.labels import ALARMS
from tfgen.blueprint.model import (
    Alarm,
    AlarmTopic,
    Difference,
    Input,
    Metric,
    MetricQuery,
    TargetGroup,
    Variable,
)
from tfgen.blueprint.queues import Queue
from tfgen.blueprint.references import References, in_root
from tfgen.hcl.text import Label, OutputRef, Ref, VariableRef
from tfgen.spec.alarms import any_alarm, has_balancer_alarms, is_mail, limits_of_service, limits_of_stack
from tfgen.spec.balancers import Balancer, created_balancers
from tfgen.spec.model import Spec

TOPIC_OUTPUT = Label("topic_arn")
_TOPIC = Label("alarm_topic_arn")
OWN_VARIABLES = frozenset({_TOPIC})
"""The variable of the modules that have alarms."""
_MINUTE = 60
_Dimensions = tuple[tuple[Label, Ref | str], ...]


class _Measured(NamedTuple):
    """A metric, and for how long it must reach a threshold."""

    namespace: str
    name: str
    statistic: str
    period: int
    periods: int

    def metric(self, dimensions: _Dimensions) -> Metric:
        return Metric(
            namespace=self.namespace,
            name=self.name,
            statistic=self.statistic,
            dimensions=dimensions,
            period=self.period,
        )


_INSIGHTS = "ECS/ContainerInsights"
_ALB, _NLB = "AWS/ApplicationELB", "AWS/NetworkELB"
_OF_USE = {
    "cpu": _Measured("AWS/ECS", "CPUUtilization", "Average", 5 * _MINUTE, 3),
    "memory": _Measured("AWS/ECS", "MemoryUtilization", "Average", 5 * _MINUTE, 3),
}
_OF_TASKS = {
    "desired": _Measured(_INSIGHTS, "DesiredTaskCount", "Average", _MINUTE, 10),
    "running": _Measured(_INSIGHTS, "RunningTaskCount", "Average", _MINUTE, 10),
}
_OWN_ERRORS = _Measured(_ALB, "HTTPCode_ELB_5XX_Count", "Sum", 5 * _MINUTE, 1)
_ERRORS = _Measured(_ALB, "HTTPCode_Target_5XX_Count", "Sum", 5 * _MINUTE, 1)
_UNHEALTHY = {
    is_network: _Measured(namespace, "UnHealthyHostCount", "Maximum", _MINUTE, 5)
    for is_network, namespace in ((False, _ALB), (True, _NLB))
}
_AGE = _Measured("AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", 5 * _MINUTE, 1)
_DEAD_LETTERS = _Measured("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", 5 * _MINUTE, 1)
_DROPPED = _Measured("AWS/Scheduler", "InvocationDroppedCount", "Sum", 5 * _MINUTE, 1)


def _alarm(
    measured: _Measured, dimensions: _Dimensions, threshold: int, label: Label, name: str, description: str
) -> Alarm:
    """One of a single metric."""
    return Alarm(
        label=label,
        name=name,
        description=description,
        metrics=(measured.metric(dimensions),),
        periods=measured.periods,
        threshold=threshold,
    )


# --- the topic


def topic(spec: Spec) -> Iterator[AlarmTopic]:
    if spec.alarms and is_mail(spec.alarms) and any_alarm(spec):
        yield AlarmTopic(name=f"{spec.name}-alarms", mail=str(spec.alarms.topic))


def topic_input(spec: Spec) -> Iterator[Input]:
    """Whom alarms tell, for a module that has some."""
    if said := spec.alarms:
        value = OutputRef(ALARMS, TOPIC_OUTPUT) if is_mail(said) else in_root(said.topic)
        description = "ARN of the topic that alarms are published to."
        yield Input(variable=Variable(label=_TOPIC, type=Ref("string"), description=description), value=value)


# --- load balancers


def of_balancer(balancer: Balancer, spec: Spec) -> Iterator[Alarm]:
    """What it answers itself: that it has no healthy target, or that one does not answer in time."""
    if spec.alarms and has_balancer_alarms(balancer, spec):
        errors, noun = limits_of_stack(spec.alarms).errors or 0, names.noun_of_balancer(balancer.key)
        yield _alarm(
            _OWN_ERRORS,
            balancer_metrics.dimensions(Ref("aws_lb.main.arn_suffix")),
            errors,
            label=Label("errors"),
            name=_name_of_errors(balancer.key, spec),
            description=f"{_capital(noun)} itself answered {_errors(errors)} within 5 minutes.",
        )


def _name_of_errors(balancer: str, spec: Spec) -> str:
    return f"{names.balancer_security_group(spec.name, balancer)}-errors"


def errors_of_balancer(balancer: str) -> VariableRef:
    """The name of the alarm, as the services know it."""
    return VariableRef(names.of_balancer(balancer, "load_balancer_errors_alarm_name"))


def refs_of_balancers(spec: Spec) -> dict[str, Ref]:
    """What refers to the alarms of load balancers in the services, by their names."""
    alarmed = (each.key for each in created_balancers(spec) if has_balancer_alarms(each, spec))
    return {_name_of_errors(key, spec): errors_of_balancer(key) for key in alarmed}


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _errors(number: int) -> str:
    requests = "1 request" if number == 1 else f"{number} requests"
    return f"{requests} or more with a 5xx status"


# --- jobs


def of_job(key: str, spec: Spec) -> Iterator[Alarm]:
    """A message in its dead-letter queue is a run that did not start."""
    if spec.alarms and spec.alarms.jobs and spec.jobs[key].is_scheduled:
        yield _alarm(
            _DEAD_LETTERS,
            ((Label("QueueName"), names.ref("aws_sqs_queue.{}.name", names.label(key))),),
            1,
            label=names.label(key, "not-started"),
            name=f"{spec.name}-{renames.in_aws(key, spec)}-not-started",
            description=f"A run of {key} did not start; its dead-letter queue says why.",
        )


def of_schedules(spec: Spec) -> Iterator[Alarm]:
    """What EventBridge Scheduler could neither start nor write to a dead-letter queue."""
    if spec.alarms and spec.alarms.jobs:
        yield _alarm(
            _DROPPED,
            ((Label("ScheduleGroup"), Ref("aws_scheduler_schedule_group.main.name")),),
            1,
            label=Label("jobs_dropped"),
            name=f"{spec.name}-jobs-dropped",
            description="A run of a job did not start, and nothing of it is in a dead-letter queue.",
        )


# --- services


def of_service(
    key: str, spec: Spec, groups: tuple[TargetGroup, ...], referred: References
) -> Iterator[Alarm]:
    """`groups` are the target groups of the service."""
    service = spec.services[key]
    limits, own = limits_of_service(service, spec), _Named(key, spec)
    for name, percent in (("cpu", limits.cpu), ("memory", limits.memory)):
        if percent is not None:
            yield own.use(name, percent)
    if limits.running:
        yield own.missing_tasks()
    for group in groups:
        is_network = spec.balancers[group.balancer].is_network
        if limits.errors and not is_network:
            yield own.errors(group, limits.errors)
        if limits.unhealthy:
            yield own.unhealthy(group, is_network=is_network)
    if limits.queue_age is not None:
        for queue in queues.queues_of(service, spec, referred):
            yield own.age(queue, limits.queue_age)


def refs(own: Iterable[Alarm]) -> dict[str, Ref]:
    """What refers to alarms, by their names."""
    return {each.name: names.ref("aws_cloudwatch_metric_alarm.{}.alarm_name", each.label) for each in own}


class _Named:
    """The alarms of a service, named for it."""

    def __init__(self, key: str, spec: Spec) -> None:
        self._key, self._in_aws = key, renames.in_aws(key, spec)
        self._name = f"{spec.name}-{self._in_aws}"
        self._cluster = existing.cluster_name(existing.cluster_arn(spec))
        self._of_deployments = spec.services[key].deployment.alarms

    def use(self, name: str, percent: int) -> Alarm:
        word = {"cpu": "CPU"}.get(name, name)
        return _alarm(
            _OF_USE[name],
            self._dimensions(name),
            percent,
            label=names.label(self._key, name),
            name=f"{self._name}-{name}",
            description=f"Tasks of {self._key} used {percent} % of their {word} or more for 15 minutes.",
        )

    def missing_tasks(self) -> Alarm:
        """Without any task there may be no data of how many run, while there is of how many should."""
        queries = tuple(
            MetricQuery(id=name, metric=measured.metric(self._dimensions("running")))
            for name, measured in _OF_TASKS.items()
        )
        difference = Difference(
            expression="desired - FILL(running, 0)", meaning="missing tasks", queries=queries
        )
        return Alarm(
            label=names.label(self._key, "running"),
            name=f"{self._name}-running",
            description=f"Fewer tasks of {self._key} ran for 10 minutes than should.",
            differences=(difference,),
            periods=_OF_TASKS["running"].periods,
            threshold=1,
        )

    def _dimensions(self, alarm: str) -> _Dimensions:
        """Of an alarm that ends deployments the service refers to the alarm, and not the other way round."""
        ends_deployments = f"{self._name}-{alarm}" in self._of_deployments
        service = names.ref("aws_ecs_service.{}.name", names.label(self._key))
        return (
            (Label("ClusterName"), self._cluster),
            (Label("ServiceName"), self._in_aws if ends_deployments else service),
        )

    def errors(self, group: TargetGroup, number: int) -> Alarm:
        return _alarm(
            _ERRORS,
            balancer_metrics.dimensions_of_group(group),
            number,
            label=names.label(group.label, "errors"),
            name=f"{group.name}-errors",
            description=f"Tasks of {self._key} answered {_errors(number)} within 5 minutes.",
        )

    def unhealthy(self, group: TargetGroup, *, is_network: bool) -> Alarm:
        return _alarm(
            _UNHEALTHY[is_network],
            balancer_metrics.dimensions_of_group(group),
            1,
            label=names.label(group.label, "unhealthy"),
            name=f"{group.name}-unhealthy",
            description=f"A task of {self._key} failed its health checks for 5 minutes.",
        )

    def age(self, queue: Queue, seconds: int) -> Alarm:
        words = queue.words.strip("_").replace("_", "-")
        return _alarm(
            _AGE,
            ((Label("QueueName"), queue.name),),
            seconds,
            label=names.label(self._key, queue.words, "age"),
            name=f"{self._name}-{words}-age",
            description=f"A message for {self._key} has waited {seconds} seconds or longer.",
        )
