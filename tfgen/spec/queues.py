"""The queues whose messages a service takes, as far as CloudWatch has metrics of them beside the stack."""

from collections.abc import Iterator

from tfgen.spec.model import Given, Part, Service, Spec


def scaled_by(service: Service) -> str | Given | None:
    """The name of the queue that decides how many tasks run."""
    queue = service.scaling.queue if service.scaling else None
    return queue.name if queue else None


def received_from(service: Service, spec: Spec) -> Iterator[str | Part]:
    """The ARNs of those that `access` lets it receive from.

    A pattern names no queue, and the metrics of another Region or account are there alone.
    """
    for entry in service.access:
        said = entry.receive
        if isinstance(said, Part) or (said and _is_here(said, spec)):
            yield said


def _is_here(arn: str, spec: Spec) -> bool:
    _, _, service, region, account, name = arn.split(":", 5) if arn.count(":") == 5 else [""] * 6
    ours = service == "sqs" and region == spec.region and account in (spec.account or account, "")
    return ours and not {"*", "?"} & set(name)


def has_queue(service: Service, spec: Spec) -> bool:
    return scaled_by(service) is not None or any(True for _ in received_from(service, spec))
