"""What changes of scaling mean for the number of tasks of services that stay."""

from collections.abc import Iterator

from tfgen.changes.change import Change, KnownStack, is_created, is_destroyed, updates
from tfgen.changes.names import Consequence, about_names, end_of, scaled_service

_TARGET = "aws_appautoscaling_target"


def scaling_consequences(
    changes: tuple[Change, ...], old: KnownStack, new: KnownStack
) -> Iterator[Consequence]:
    """Sentences about services that are scaled from now on, with other limits, or no longer."""
    staying = _services_of(old) & _services_of(new)
    targets = [change for change in changes if change.type == _TARGET]
    begun = {scaled_service(each.new.get("resource_id")) for each in targets if is_created(each)}
    yield from about_names(begun & staying, _BEGINS)
    ended = {scaled_service(each.old.get("resource_id")) for each in targets if is_destroyed(each)}
    yield from about_names(ended & staying, _ENDS)
    limited = {scaled_service(each.new.get("resource_id")) for each in targets if _has_other_limits(each)}
    yield from about_names(limited & staying, _OTHER_LIMITS)


def _services_of(stack: KnownStack) -> set[str]:
    """The names of its services."""
    services = (each for each in stack.resources.values() if each.type == "aws_ecs_service")
    return {end_of(each.arguments.get("name")) for each in services}


_has_other_limits = updates("min_capacity", "max_capacity")

_BEGINS = (
    "{}: Application Auto Scaling decides from now on how many tasks run; until then, as many run as now."
)
_ENDS = "{}: scaling ends, and Terraform sets the number of tasks at once, however many run."
_OTHER_LIMITS = "{}: the limits of scaling change, and the number of tasks with them where it is outside."
