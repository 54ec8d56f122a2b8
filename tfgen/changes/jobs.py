"""What changes of jobs mean for the tasks that their schedules start, and for those that run."""

from collections.abc import Iterator

from tfgen.changes.change import Change, KnownStack, is_created, is_destroyed, updates
from tfgen.changes.names import Consequence, about_changes, about_names

_SCHEDULE, _DEFINITION, _SERVICE = "aws_scheduler_schedule", "aws_ecs_task_definition", "aws_ecs_service"


def job_consequences(changes: tuple[Change, ...], old: KnownStack) -> Iterator[Consequence]:
    """Sentences about schedules, and about jobs that are removed."""
    schedules = tuple(change for change in changes if change.type == _SCHEDULE)
    for test, text in _SENTENCES:
        yield from about_changes(schedules, test, text)
    of_services = {each.name for each in old.resources.values() if each.type == _SERVICE}
    removed = (each for each in changes if each.type == _DEFINITION and is_destroyed(each))
    yield from about_names({each.name for each in removed} - of_services, _REMOVED)


def _is_off(change: Change) -> bool:
    return updates("state")(change) and change.new.get("state") == "DISABLED"


def _is_on(change: Change) -> bool:
    return updates("state")(change) and change.new.get("state") != "DISABLED"


_SENTENCES = (
    (is_created, "{}: EventBridge Scheduler starts tasks from now on."),
    (
        updates("schedule_expression", "schedule_expression_timezone", "flexible_time_window"),
        "{}: tasks start at other times.",
    ),
    (_is_off, "{}: the [schedule is|schedules are] off, and no task starts by [it|them]."),
    (_is_on, "{}: the [schedule is|schedules are] on again."),
    (
        is_destroyed,
        "{}: no task starts by a schedule any more, and what the dead-letter [queue|queues] still [has|have] "
        "is lost.",
    ),
)
_REMOVED = (
    "{}: the job is removed; a task of it that still runs loses its permissions, and the apply waits for its "
    "end to delete the security group."
)
