"""What changes of deployments that move requests mean: ECS, and not Terraform, knows where these go."""

from collections.abc import Iterator

from tfgen.changes.change import Change, KnownResource, KnownStack, is_created, is_replaced
from tfgen.changes.names import Consequence, about_names, name_of
from tfgen.changes.target_groups import targets_of
from tfgen.hcl.values import addresses_in


def strategy_consequences(
    changes: tuple[Change, ...], old: KnownStack, new: KnownStack
) -> Iterator[Consequence]:
    """Sentences about services that get another kind of deployment, and about new rules of the others."""
    replaced = {change.address for change in changes if is_created(change) or is_replaced(change)}
    staying = [
        (old.resources[address], service)
        for address, service in new.resources.items()
        if service.type == "aws_ecs_service" and address in old.resources and address not in replaced
    ]
    yield from about_names(_names(staying, before=False, after=True), _BEGINS)
    yield from about_names(_names(staying, before=True, after=False), _ENDS)
    first = {
        address
        for before, after in staying
        if moves_requests(before) and moves_requests(after)
        for block in after.arguments.get("load_balancer", ())
        for address in addresses_in(block.get("target_group_arn"))
    }
    gone = {each.address for each in changes if each.type == "aws_lb_target_group" and is_replaced(each)}
    yield from about_names(_keeping(gone, replaced, new), _KEPT)
    rules = (each for each in changes if each.type == "aws_lb_listener_rule" and each.address in replaced)
    yield from about_names({name_of(rule) for rule in rules if targets_of(rule) & first}, _NEW_RULES)


def moves_requests(service: KnownResource) -> bool:
    """Whether ECS moves requests between two target groups of a service."""
    blocks = service.arguments.get("load_balancer", ())
    return any(isinstance(each, dict) and each.get("advanced_configuration") for each in blocks)


def _keeping(gone: set[str], replaced: set[str], new: KnownStack) -> Iterator[str]:
    """The rules whose actions Terraform leaves, and whose target groups it replaces."""
    for address, rule in new.resources.items():
        keeps = rule.type == "aws_lb_listener_rule" and rule.keeps("action") and address not in replaced
        if keeps and addresses_in(rule.arguments.get("action")) & gone:
            yield rule.name


def _names(pairs: list[tuple[KnownResource, KnownResource]], *, before: bool, after: bool) -> set[str]:
    return {new.name for old, new in pairs if moves_requests(old) is before and moves_requests(new) is after}


_BEGINS = (
    "{}: deployments move requests to a second target group from now on. Terraform leaves the listener "
    "[rule|rules] as [it is|they are], with the first one alone; whether ECS accepts that is not confirmed. "
    "Where a deployment has a test, its rule forwards to the second one."
)
_ENDS = (
    "{}: the listener [rule forwards|rules forward] to the first target group again, before new tasks are in "
    "it: where the last deployment has moved requests to the second one, they get 503 until the new tasks "
    "are healthy. Deploy once more first, so that the first one has them."
)
_NEW_RULES = (
    "{}: the new [rule sends|rules send] requests to the first target group: where the last deployment has "
    "moved them to the second one, they get 503 until the next deployment has moved them back."
)
_KEPT = (
    "{}: the target groups are replaced, and Terraform leaves the [rule|rules] with the old ones, which AWS "
    "does not destroy while a rule forwards to them: the apply fails. Write strategy: rolling in this "
    "change, and the other one again in the next."
)
