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


def _differs(argument: str) -> Test:
    """Whether it says something else, and not only follows what it refers to."""
    return lambda change: updated(argument)(change) and change.old.get(argument) != change.new.get(argument)


def _door(test: Test) -> Test:
    """Whether a range of addresses gets or loses its way in."""
    return lambda change: (
        test(change) and "cidr_ipv4" in (change.new or change.old) and change.name != _OWN_DOOR
    )


def _kept_shorter(change: Change) -> bool:
    days = [str(side.get("retention_in_days", "")) for side in (change.old, change.new)]
    return (
        updated("retention_in_days")(change) and all(map(str.isdecimal, days)) and int(days[1]) < int(days[0])
    )


_INGRESS = "aws_vpc_security_group_ingress_rule"
_OWN_DOOR = "endpoints_from_vpc"


class Sentence(NamedTuple):
    """What to say, once for all resources of a type that pass a test; {} stands for what they are called."""

    type: str
    test: Test
    text: str


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
        "aws_lb_target_group",
        replaced,
        "{}: the target group is replaced; requests get 503 until new tasks are healthy.",
    ),
    Sentence("aws_lb_listener", destroyed, "The load balancer no longer answers on port {}."),
    Sentence("aws_lb_listener", created, "The load balancer answers on port {}."),
    Sentence("aws_lb_listener", updated("port"), "The load balancer answers on port {} in place of another."),
    Sentence("aws_lb_listener", _differs("default_action"), "Port {}: what no rule matches goes elsewhere."),
    Sentence(_INGRESS, _door(destroyed), "{}: may no longer connect to the load balancer."),
    Sentence(_INGRESS, _door(created), "{}: may connect to the load balancer."),
    Sentence("aws_lb_listener_rule", destroyed, "{}: these requests meet the next rule that fits, or none."),
    Sentence("aws_lb_listener_rule", replaced, "{}: for a moment these requests have no rule."),
    Sentence("aws_lb_listener_rule", _differs("action"), "{}: these requests go to another service."),
    Sentence("aws_lb_listener_rule", created, "{}: these requests get a rule of their own."),
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
    Sentence(
        "aws_cloudwatch_log_group", _kept_shorter, "{}: lines older than the new retention are deleted."
    ),
    Sentence("aws_iam_role", lost, "{}: the role goes; what you attached to it must be detached first."),
)


def consequences(changes: tuple[Change, ...], old: Stack, new: Stack) -> Iterator[str]:
    """The sentences that these changes deserve."""
    yield from _elsewhere(old, new)
    if _private(old) and _private(new):
        yield from _ways_out(changes, old, new)
    for kind, test, text in SENTENCES:
        about = [change for change in changes if change.type == kind and test(change)]
        if about:
            yield text.format(_listed(sorted({_called(change) for change in about})))
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
    """What a person calls the resource; what is lost, by its old name."""
    arguments = change.old if lost(change) else change.new
    key = re.search(r'\["(.*)"\]$', change.address)
    if change.type == "aws_lb_listener_rule":
        return _requests(arguments)
    if change.type == "aws_lb_listener":
        return str(arguments.get("port"))
    if change.type == _INGRESS:
        return f"{arguments.get('cidr_ipv4')} on port {arguments.get('from_port')}"
    if change.type == "aws_subnet" and key:
        return f"{change.name} {key[1]}"
    if change.type == "aws_vpc_endpoint":
        return re.sub(r"^.*amazon\w*\.[^.]*\.", "", str(arguments.get("service_name")))
    name = key[1] if key else arguments.get("name")
    return name if isinstance(name, str) else change.name


def _requests(arguments: Any) -> str:
    """A rule's conditions in a line: `GET login.example.com /api on http`."""
    said: dict[str, str] = {}
    for condition in arguments.get("condition", ()):
        for kind, blocks in condition.items():
            values = [value for block in blocks for value in block.get("values", ())]
            # `/api` and `/api/*` are one route: what is under a path comes with it.
            said[kind] = "|".join(str(v) for v in values if f"{v}"[:-2] not in values or f"{v}"[-2:] != "/*")
    listener = getattr(arguments.get("listener_arn"), "address", "").rpartition(".")[2]
    order = ("http_request_method", "host_header", "path_pattern")
    return " ".join(said[kind] for kind in order if kind in said) + f" on {listener}"


def _private(stack: Stack) -> bool:
    """Whether its tasks are in private subnets."""
    return _has(stack, "aws_subnet", "private")


def _ways_out(changes: tuple[Change, ...], old: Stack, new: Stack) -> Iterator[str]:
    """What becomes of the ways out of private subnets that stay."""
    nat = [_has(stack, "aws_route", "private_internet") for stack in (old, new)]
    endpoints = [_has(stack, "aws_security_group", "endpoints") for stack in (old, new)]
    if nat == [True, False]:
        yield "Tasks lose the internet: what no VPC endpoint leads to is out of reach."
        yield from _images_out_of_reach(new)
    if {tuple(nat), tuple(endpoints)} == {(True, False), (False, True)}:
        # Terraform makes the one and destroys the other at the same time.
        yield (
            "While this is applied tasks may have no way out, and those that start then cannot pull their "
            "images: apply egress: nat+endpoints first, then this."
        )
    for test, kind, text in _ENDPOINTS:
        about = [change for change in changes if change.type == "aws_vpc_endpoint" and test(change)]
        names = sorted(_called(change) for change in about if kind in _endpoint_type(change))
        if names:
            yield text.format(_listed(names))


_ENDPOINTS = (
    (destroyed, "", "{}: no VPC endpoint any more; what used it takes another way out."),
    (created, "Gateway", "{}: a gateway endpoint comes; connections there that are open then break."),
)


def _endpoint_type(change: Change) -> str:
    return str((change.new or change.old).get("vpc_endpoint_type"))


def _has(stack: Stack, kind: str, name: str) -> bool:
    return any((each.type, each.name) == (kind, name) for each in stack.resources.values())


def _images_out_of_reach(new: Stack) -> Iterator[str]:
    """Without the internet only ECR of the stack's own region answers, through its endpoints."""
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
    """Addresses in Service Connect that nobody answers any more, or that one service leaves to another."""
    old = {alias: change.address for change in changes for alias in _aliases(change.old)}
    new = {alias: change.address for change in changes for alias in _aliases(change.new)}
    gone = sorted(old.keys() - new.keys())
    if gone:
        yield f"{_listed(gone)}: nobody answers there in Service Connect any more."
    passed_on = sorted(alias for alias in old.keys() & new.keys() if old[alias] != new[alias])
    if passed_on:
        yield (
            f"{_listed(passed_on)}: passes to another service; AWS may refuse the new one until the old one "
            "is gone, so be ready to apply again."
        )


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
