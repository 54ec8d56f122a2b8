"""What changes mean for whoever runs the stack: sentences, the gravest first."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tfgen import facts
from tfgen.changes.compare import Action, Change
from tfgen.changes.stack import Stack
from tfgen.changes.values import Term

Test = Callable[[Change], bool]


def created(change: Change) -> bool:
    return change.action is Action.CREATE


def destroyed(change: Change) -> bool:
    return change.action is Action.DESTROY


def replaced(change: Change) -> bool:
    return change.action in (Action.REPLACE, Action.REPLACE_NEW_FIRST)


def lost(change: Change) -> bool:
    return destroyed(change) or replaced(change)


def updated(*arguments: str) -> Test:
    """Whether one of these arguments changes in place."""
    return lambda change: change.action is Action.UPDATE and not {*arguments}.isdisjoint(change.arguments)


def named(name: str, test: Test) -> Test:
    """Whether a resource of that label passes."""
    return lambda change: change.name == name and test(change)


def _restarted(change: Change) -> bool:
    return updated(*facts.new_deployments())(change)


def _sent_elsewhere(change: Change) -> bool:
    """Whether a rule names another target group, not the same one made anew."""
    return updated("action")(change) and change.old.get("action") != change.new.get("action")


class Sentence(NamedTuple):
    """What to say, once for all resources of a type that pass a test; {} stands for what they are called."""

    type: str
    test: Test
    text: str
    inside: bool = False
    """Said only where tasks stay in private subnets."""


SENTENCES = (
    Sentence("aws_vpc", lost, "The VPC goes with all that is in it: expect downtime and other addresses."),
    Sentence("aws_lb", lost, "The load balancer goes, and its DNS name with it: nothing answers meanwhile."),
    Sentence("aws_ecs_cluster", lost, "The cluster goes with every service in it: expect downtime."),
    Sentence(
        "aws_service_discovery_http_namespace",
        lost,
        "The Service Connect namespace goes: callers find nobody until all tasks are started anew.",
    ),
    Sentence("aws_ecs_service", replaced, "{}: replaced; expect downtime."),
    Sentence("aws_ecs_service", destroyed, "{}: the service ends, and its tasks stop."),
    Sentence(
        "aws_route",
        named("private_internet", destroyed),
        "Tasks lose the internet; what no VPC endpoint leads to is out of reach (zones {}).",
        inside=True,
    ),
    Sentence(
        "aws_lb_target_group",
        replaced,
        "{}: the target group is replaced; requests get 503 until new tasks are healthy.",
    ),
    Sentence("aws_lb_listener", destroyed, "The load balancer no longer answers on {}."),
    Sentence("aws_lb_listener", updated("port"), "The load balancer answers on {} in place of another port."),
    Sentence("aws_lb_listener_rule", destroyed, "{}: these requests meet the next rule that fits, or none."),
    Sentence("aws_lb_listener_rule", replaced, "{}: for a moment these requests have no rule."),
    Sentence("aws_lb_listener_rule", _sent_elsewhere, "{}: these requests go to another service."),
    Sentence("aws_lb_listener_rule", created, "{}: these requests get a rule of their own."),
    Sentence(
        "aws_vpc_endpoint",
        destroyed,
        "{}: no VPC endpoint any more; what used it takes another way out.",
        inside=True,
    ),
    Sentence(
        "aws_vpc_endpoint",
        named("s3", created),
        "The gateway endpoint of S3 comes: connections to S3 that are open then break.",
    ),
    Sentence(
        "aws_route",
        named("private_internet", updated("nat_gateway_id")),
        "Tasks leave through another NAT gateway; connections that are open then break (zones {}).",
    ),
    Sentence(
        "aws_eip",
        lost,
        "NAT gateways give their public addresses back; who admits tasks by them must know (zones {}).",
    ),
    Sentence("aws_subnet", lost, "{}: the subnet goes as soon as nothing is in it."),
    Sentence(
        "aws_ecs_service",
        _restarted,
        "{}: tasks are started anew; the old ones stop when the new ones are healthy.",
    ),
    Sentence("aws_ecs_service", updated("desired_count"), "{}: the number of tasks changes."),
    Sentence("aws_cloudwatch_log_group", lost, "{}: the log group is deleted with every line in it."),
    Sentence("aws_iam_role", lost, "{}: the role goes; what you attached to it must be detached first."),
)


def consequences(changes: tuple[Change, ...], old: Stack, new: Stack) -> Iterator[str]:
    """The sentences that these changes deserve."""
    yield from _elsewhere(old, new)
    inside = any((each.type, each.name) == ("aws_subnet", "private") for each in new.resources.values())
    for kind, test, text, only_inside in SENTENCES:
        about = [change for change in changes if change.type == kind and test(change)]
        if about and (inside or not only_inside):
            yield text.format(_listed(sorted({_called(change) for change in about})))
    if inside:
        yield from _gap(changes)
        yield from _images_out_of_reach(changes, new)
    yield from _names_gone(changes)
    yield from _unknown(changes)


def _elsewhere(old: Stack, new: Stack) -> Iterator[str]:
    """What makes another stack of it."""
    regions = [stack.provider.get("region") for stack in (old, new)]
    if regions[0] != regions[1]:
        yield (
            f"The region changes from {regions[0]} to {regions[1]}: Terraform will find nothing there, build "
            "everything anew and forget what stands. Destroy the old stack first, or keep both apart."
        )
    if old.state != new.state:
        yield "The state is kept elsewhere: terraform init must move it (-migrate-state)."


def _called(change: Change) -> str:
    """What a person calls the resource."""
    arguments = change.new or change.old
    key = re.search(r'\["(.*)"\]$', change.address)
    if change.type == "aws_lb_listener_rule":
        return _requests(arguments)
    if change.type == "aws_lb_listener":
        return str(arguments.get("port"))
    if change.type == "aws_subnet" and key:
        return f"{change.name} {key[1]}"
    if change.type == "aws_vpc_endpoint":
        return re.sub(r"^.*amazon\w*\.[^.]*\.", "", str(arguments.get("service_name")))
    name = key[1] if key else arguments.get("name")
    return name if isinstance(name, str) else change.name


def _requests(arguments: Any) -> str:
    """A rule's conditions in a line: `login.example.com /api`."""
    words: dict[str, str] = {}
    for condition in arguments.get("condition", ()):
        for kind, blocks in condition.items():
            values = [
                value for block in blocks for value in block.get("values", ()) if isinstance(value, str)
            ]
            # `/api` and `/api/*` are one route: what is under a path comes with it.
            words[kind] = "|".join(
                each for each in values if each.removesuffix("/*") not in values or each[-2:] != "/*"
            )
    order = ("http_request_method", "host_header", "path_pattern")
    return " ".join(words[kind] for kind in order if kind in words)


def _gap(changes: tuple[Change, ...]) -> Iterator[str]:
    """One way out is destroyed while the other is made, and Terraform does not wait with the one."""
    nat = {change.action for change in changes if change.name == "private_internet"}
    endpoints = {
        change.action
        for change in changes
        if (change.type, change.name) == ("aws_security_group", "endpoints")
    }
    if {*nat, *endpoints} == {Action.CREATE, Action.DESTROY}:
        yield (
            "While this is applied tasks may have no way out, and those that start then cannot pull their "
            "images: apply egress: nat+endpoints first, then this."
        )


def _images_out_of_reach(changes: tuple[Change, ...], new: Stack) -> Iterator[str]:
    """Without the internet only ECR of the stack's own region answers, through its endpoints."""
    routes = [each for each in new.resources.values() if each.name == "private_internet"]
    if routes or not any(change.name == "private_internet" for change in changes):
        return
    own = re.compile(rf"\d+\.dkr\.ecr\.{re.escape(str(new.provider.get('region', '')))}\.")
    images = {image for resource in new.resources.values() for image in _images(resource.arguments)}
    away = sorted(image for image in images if not own.match(image))
    if away:
        yield f"These images can no longer be pulled: {_listed(away)}."


def _images(arguments: Any) -> Iterator[str]:
    match arguments.get("container_definitions"):
        case Term(name="jsonencode", operands=(tuple() as containers,)):
            yield from (each["image"] for each in containers if isinstance(each.get("image"), str))


def _names_gone(changes: tuple[Change, ...]) -> Iterator[str]:
    """Addresses in Service Connect that nobody answers any more."""
    old = {alias for change in changes for alias in _aliases(change.old)}
    new = {alias for change in changes for alias in _aliases(change.new)}
    gone = sorted(old - new)
    if gone:
        yield f"Nobody answers as {_listed(gone)} in Service Connect any more."


def _aliases(arguments: Any) -> Iterator[str]:
    for connect in arguments.get("service_connect_configuration", ()):
        for service in connect.get("service", ()):
            for alias in service.get("client_alias", ()):
                yield f"{alias.get('dns_name')}:{alias.get('port')}"


def _unknown(changes: tuple[Change, ...]) -> Iterator[str]:
    types = sorted(
        {c.type for c in changes if not facts.replacement(c.type).known and c.action is Action.UPDATE}
    )
    if types:
        yield f"tfgen does not know what replaces {_listed(types)}: terraform plan will say."


def _listed(words: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
