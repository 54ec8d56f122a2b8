"""The dashboard of a stack: a graph for each metric, with all load balancers, services or queues in it.

Source: CloudWatch/CloudWatch-Dashboard-Body-Structure. A graph takes the next free place by itself.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from tfgen.blueprint import balancer_metrics, existing, names, queues
from tfgen.blueprint.model import Dashboard, Graph, Service
from tfgen.blueprint.references import References
from tfgen.hcl.text import Ref, VariableRef
from tfgen.spec.balancers import used_balancers
from tfgen.spec.model import Spec

_ALB, _NLB, _ECS, _INSIGHTS, _SQS = (
    "AWS/ApplicationELB",
    "AWS/NetworkELB",
    "AWS/ECS",
    "ECS/ContainerInsights",
    "AWS/SQS",
)
_LIKE_ABOVE = "..."
"""What stands for the same beginning as in the row before."""
_Row = tuple[Ref | str, ...]


def build(spec: Spec, services: tuple[Service, ...], referred: References) -> tuple[Dashboard, ...]:
    if not spec.dashboard or not services:
        return ()
    graphs = (
        *_of_balancers(spec),
        *_of_services(spec, services),
        *_of_target_groups(spec, services),
        *_of_queues(spec, referred),
    )
    # Names of dashboards are global in an account.
    return (Dashboard(name=f"{spec.name}-{spec.region}", region=spec.region, graphs=graphs),)


def referred_by(dashboards: Iterable[Dashboard]) -> Iterator[Ref]:
    """The variables in its rows."""
    for dashboard in dashboards:
        for graph in dashboard.graphs:
            yield from (value for row in graph.rows for value in row if isinstance(value, VariableRef))


def _graph(heading: str, statistic: str, rows: Iterable[_Row]) -> Iterator[Graph]:
    """One that has anything to show."""
    if shown := tuple(_shortened(rows)):
        yield Graph(heading=heading, statistic=statistic, rows=shown)


def _shortened(rows: Iterable[_Row]) -> Iterator[_Row]:
    """Rows that differ from the one before in their last value have it alone."""
    before: _Row = ()
    for row in rows:
        yield (_LIKE_ABOVE, row[-1]) if row[:-1] == before[:-1] else row
        before = row


def _of_balancers(spec: Spec) -> Iterator[Graph]:
    used = sorted(used_balancers(spec))
    applications = [key for key in used if not spec.balancers[key].is_network]
    yield from _graph("Requests", "Sum", _rows_of_balancers(_ALB, ("RequestCount",), applications))
    errors = ("HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count")
    yield from _graph("Responses with a 5xx status", "Sum", _rows_of_balancers(_ALB, errors, applications))
    time = _rows_of_balancers(_ALB, ("TargetResponseTime",), applications)
    yield from _graph("Seconds until 95 % of responses", "p95", time)
    connections = [key for key in used if spec.balancers[key].is_network]
    yield from _graph("New connections", "Sum", _rows_of_balancers(_NLB, ("NewFlowCount",), connections))


def _rows_of_balancers(namespace: str, metrics: Iterable[str], keys: Iterable[str]) -> Iterator[_Row]:
    keys = tuple(keys)
    for metric in metrics:
        yield from ((namespace, metric, "LoadBalancer", balancer_metrics.suffix(key)) for key in keys)


def _of_services(spec: Spec, services: tuple[Service, ...]) -> Iterator[Graph]:
    shown = [("CPU in percent", _ECS, "CPUUtilization"), ("Memory in percent", _ECS, "MemoryUtilization")]
    if spec.insights != "off":
        shown.append(("Running tasks", _INSIGHTS, "RunningTaskCount"))
    cluster = existing.cluster_name(existing.cluster_arn(spec))
    for title, namespace, metric in shown:
        rows = (
            (namespace, metric, "ClusterName", cluster, "ServiceName", _name_of(service))
            for service in services
        )
        yield from _graph(title, "Average", rows)


def _name_of(service: Service) -> Ref:
    return names.ref("aws_ecs_service.{}.name", service.label)


def _of_target_groups(spec: Spec, services: tuple[Service, ...]) -> Iterator[Graph]:
    """By load balancer, so that few rows differ in more than the target group."""
    groups = [group for service in services for group in service.target_groups]
    rows = (
        (
            _NLB if spec.balancers[group.balancer].is_network else _ALB,
            "HealthyHostCount",
            *chain.from_iterable(
                (str(name), value) for name, value in balancer_metrics.dimensions_of_group(group)
            ),
        )
        for group in sorted(groups, key=lambda each: (each.balancer, each.label))
    )
    yield from _graph("Healthy tasks", "Minimum", rows)


def _of_queues(spec: Spec, referred: References) -> Iterator[Graph]:
    found = {
        queue.words: queue.name
        for service in spec.services.values()
        for queue in queues.queues_of(service, spec, referred)
    }
    for title, statistic, metric in (
        ("Messages that wait", "Average", "ApproximateNumberOfMessagesVisible"),
        ("Age of the oldest message in seconds", "Maximum", "ApproximateAgeOfOldestMessage"),
    ):
        rows = ((_SQS, metric, "QueueName", found[words]) for words in sorted(found))
        yield from _graph(title, statistic, rows)
