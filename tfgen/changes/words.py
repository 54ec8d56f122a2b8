"""What changes mean for whoever runs the stack: sentences, the gravest first."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from tfgen import facts
from tfgen.blueprint.labels import ENDPOINTS
from tfgen.changes.allowed import allowed
from tfgen.changes.called import INGRESS, Said, about, end_of, naming
from tfgen.changes.calls import calls
from tfgen.changes.change import (
    Action,
    Change,
    Changes,
    KnownStack,
    Test,
    created,
    destroyed,
    differs,
    is_elsewhere,
    lost,
    replaced,
    updated,
)
from tfgen.changes.elsewhere import another_region, another_state
from tfgen.changes.failures import failures
from tfgen.changes.kept import asks_for_another_port, groups_passed_over, kept
from tfgen.changes.renames import astray, renames, unpinned
from tfgen.changes.requests import door_and_path, is_answered, waiting
from tfgen.changes.twice import clashes
from tfgen.changes.unknown import unknown
from tfgen.changes.ways_out import ways_out
from tfgen.hcl.values import references


def _leads_everywhere(test: Test) -> Test:
    """Whether a route to the internet passes."""
    return lambda change: change.new.get("destination_cidr_block") == "0.0.0.0/0" and test(change)


def _old_first(change: Change) -> bool:
    return change.action is Action.REPLACE


def _new_first(change: Change) -> bool:
    return change.action is Action.REPLACE_NEW_FIRST


def _restarted(change: Change) -> bool:
    forced = change.new.get("force_new_deployment") == "true"
    others = {*change.arguments} - {"tags", "default_tags"}
    restarting = others if forced else facts.new_deployments()
    return updated(*restarting)(change) and change.new.get("desired_count") != "0"


def _forwards(change: Change) -> bool:
    return differs("default_action")(change) and not _answers_itself(change)


def _answers_itself(change: Change) -> bool:
    actions = change.new.get("default_action", ())
    return differs("default_action")(change) and any(each.get("type") == "fixed-response" for each in actions)


def _changes_provider(change: Change) -> bool:
    """Whether nothing but its capacity providers replaces a service."""
    others = facts.replacement(change.type).replace - {"capacity_provider_strategy"}
    return (
        replaced(change)
        and "capacity_provider_strategy" in change.arguments
        and others.isdisjoint(change.arguments)
    )


def _version(kind: str, argument: str) -> str:
    """From which version on the provider makes something else of a change of this argument."""
    return facts.newer()[kind][argument]


def _to_none(change: Change) -> bool:
    return updated("desired_count")(change) and change.new.get("desired_count") == "0"


def _to_some(change: Change) -> bool:
    return updated("desired_count")(change) and not _to_none(change)


def _door(test: Test) -> Test:
    """Whether a range of addresses gets or loses its way in."""

    def is_door(change: Change) -> bool:
        rule = change.new or change.old
        return "cidr_ipv4" in rule and end_of(rule.get("security_group_id")) != ENDPOINTS and test(change)

    return is_door


def _deleted(change: Change) -> bool:
    return lost(change) and change.old.get("skip_destroy") != "true"


def _kept_shorter(change: Change) -> bool:
    days = [str(side.get("retention_in_days", "")) for side in (change.old, change.new)]
    known = all(day.isdecimal() and len(day) < 10 for day in days)
    return updated("retention_in_days")(change) and known and int(days[1]) < int(days[0])


_DOORS = ("aws_lb_listener", INGRESS)


class Sentence(NamedTuple):
    """What to say, once for all resources of a type that pass a test, in the manner of `Said`."""

    type: str
    test: Test
    text: str


SENTENCES = (
    Sentence(
        "aws_vpc",
        replaced,
        "The VPC is replaced with everything in it: expect downtime and new addresses.",
    ),
    Sentence("aws_vpc", destroyed, "The VPC is destroyed with everything in it."),
    Sentence(
        "aws_lb",
        _old_first,
        "The load balancer is replaced and gets another DNS name: requests fail until the new one is active.",
    ),
    Sentence(
        "aws_lb",
        _new_first,
        "The load balancer is replaced and gets another DNS name: the old name stops responding when the new "
        "services are running.",
    ),
    Sentence(
        "aws_lb", destroyed, "The load balancer is destroyed with its DNS name: all requests to it fail."
    ),
    Sentence(
        "aws_ecs_cluster", _old_first, "The cluster is replaced with every service in it: expect downtime."
    ),
    Sentence(
        "aws_ecs_cluster",
        _new_first,
        "The cluster is replaced with every service in it: the new services run before the old ones stop.",
    ),
    Sentence("aws_ecs_cluster", destroyed, "The cluster is destroyed with every service in it."),
    Sentence(
        "aws_service_discovery_http_namespace",
        replaced,
        "The Service Connect namespace is replaced: calls by name fail until all tasks are replaced.",
    ),
    Sentence(
        "aws_service_discovery_http_namespace",
        destroyed,
        "The Service Connect namespace is destroyed: services can no longer call each other by name.",
    ),
    Sentence("aws_ecs_service", _old_first, "{}: replaced; expect downtime."),
    Sentence(
        "aws_ecs_service",
        _new_first,
        "{}: replaced; new tasks run before the old [service|services] stop[s|].",
    ),
    Sentence(
        "aws_ecs_service",
        _changes_provider,
        "{}: another capacity provider replaces [it|them] only with versions of the AWS provider before "
        f"{_version('aws_ecs_service', 'capacity_provider_strategy')}; newer ones fail at terraform plan. "
        "With force_new_deployment: true (docs/overrides.md) every version updates [it|them] in place.",
    ),
    Sentence(
        "aws_ecs_service",
        destroyed,
        "{}: the [service is|services are] destroyed and [its|their] tasks stop.",
    ),
    Sentence("aws_ecs_service", _to_none, "{}: all tasks stop."),
    Sentence(
        "aws_lb_target_group",
        replaced,
        "{}: the [target group is|target groups are] replaced; requests get 503 until new tasks are healthy.",
    ),
    Sentence(
        "aws_lb_target_group",
        differs("health_check"),
        "{}: the new health [check applies|checks apply] to running tasks at once; tasks that fail [it|them] "
        "are stopped.",
    ),
    Sentence("aws_lb_listener", destroyed, "The load balancer no longer listens on [port|ports] {}."),
    Sentence("aws_lb_listener", created, "The load balancer now listens on [port|ports] {}."),
    Sentence(
        "aws_lb_listener",
        updated("port"),
        "[A listener moves|Listeners move] to [port|ports] {}; clients must use the new [port|ports].",
    ),
    Sentence(
        "aws_lb_listener",
        updated("protocol"),
        "[Port|Ports] {}: the protocol changes; requests of clients that still use the old one fail.",
    ),
    Sentence(
        "aws_lb_listener",
        _answers_itself,
        "[Port|Ports] {}: requests that match no rule get a fixed response.",
    ),
    Sentence(
        "aws_lb_listener",
        _forwards,
        "[Port|Ports] {}: the default action changes for requests that match no rule.",
    ),
    Sentence(
        "aws_vpc_endpoint",
        differs("private_dns_enabled"),
        f"{{}}: from version {_version('aws_vpc_endpoint', 'private_dns_enabled')} of the AWS provider on, "
        "[this endpoint is|these endpoints are] replaced; connections through [it|them] fail meanwhile.",
    ),
    Sentence(INGRESS, _door(destroyed), "{}: no longer allowed to connect to the load balancer."),
    Sentence(INGRESS, _door(created), "{}: now allowed to connect to the load balancer."),
    Sentence(
        "aws_lb_listener_rule",
        destroyed,
        "{}: these requests go to the next rule that matches, or to the default action.",
    ),
    Sentence(
        "aws_lb_listener_rule",
        replaced,
        "{}: for a moment these requests go to the next rule that matches, or to the default action.",
    ),
    Sentence("aws_lb_listener_rule", differs("action"), "{}: these requests now go to another service."),
    Sentence("aws_lb_listener_rule", created, "{}: these requests get a listener rule of their own."),
    Sentence(
        "aws_route",
        _leads_everywhere(updated("nat_gateway_id")),
        "Tasks reach the internet through another NAT gateway; open connections break ([zone|zones] {}).",
    ),
    Sentence(
        "aws_nat_gateway",
        _old_first,
        "Tasks cannot reach the internet until their NAT gateway is re-created ([zone|zones] {}).",
    ),
    Sentence(
        "aws_eip",
        lost,
        "Public addresses of NAT gateways are released; update any allow-lists that contain them "
        "([zone|zones] {}).",
    ),
    Sentence("aws_subnet", lost, "{}: the [subnet is|subnets are] destroyed once [it is|they are] empty."),
    Sentence(
        "aws_ecs_service",
        _restarted,
        "{}: tasks are replaced; the old ones stop when the new ones are healthy.",
    ),
    Sentence("aws_ecs_service", _to_some, "{}: the number of tasks changes."),
    Sentence(
        "aws_cloudwatch_log_group",
        _deleted,
        "{}: the log [group is deleted with all its events|groups are deleted with all their events].",
    ),
    Sentence(
        "aws_cloudwatch_log_group", _kept_shorter, "{}: log events older than the new retention are deleted."
    ),
    Sentence(
        "aws_iam_role",
        lost,
        "{}: the [role is|roles are] destroyed; first detach what you attached to [it|them].",
    ),
)


def consequences(found: Changes) -> Iterator[Said]:
    """The sentences that these changes deserve."""
    changes, old, new = found
    yield from another_region(changes, old, new)
    yield from another_state(old, new)
    if not is_elsewhere(old, new):  # in another Region nothing that stands is touched
        yield from _where_it_stands(changes, old, new)
    yield from unpinned(changes, old, new)
    yield from _unheard(old, new)
    yield from about(
        changes,
        _forgotten,
        "{}: no longer managed by Terraform, but still in AWS: keep or delete [it|them] yourself.",
        _address,
    )
    yield from about(
        changes, _imported, "{}: imported; only terraform plan can show what that changes.", _address
    )
    yield from _unknown(changes)
    yield from unknown(changes, old, new)


def _where_it_stands(changes: tuple[Change, ...], old: KnownStack, new: KnownStack) -> Iterator[Said]:
    twice = tuple(clashes(changes, new))
    mistaken = astray(changes, old, new)
    yield from mistaken.values()
    yield from renames(changes, new)
    yield from failures(_without_parts(changes, mistaken), twice, old, new)
    yield from ways_out(changes, old, new)
    yield from allowed(changes)
    begins = waiting(changes)
    yield from about(begins, lambda change: is_answered(change, old, new), _NO_TASKS, door_and_path)
    # What goes under one name and comes under another neither goes nor comes.
    told = {address for clash in twice if clash.taker.type in _DOORS for address in clash.addresses}
    told |= {change.address for change in begins if len(change.arguments) <= 1}
    stuck = {change.address for change in changes if asks_for_another_port(change, old, new)}
    told |= stuck | groups_passed_over(changes, old, new).keys()
    gone = {change.address for change in changes if lost(change)}
    rest = tuple(change for change in changes if change.address not in told and _home(change) not in gone)
    for kind, test, text in SENTENCES:
        yield from about(tuple(change for change in rest if change.type == kind), test, text)
    yield from about(begins, lambda change: not is_answered(change, old, new), _FIRST_TASKS, door_and_path)
    yield from kept(changes, old, new)
    yield from calls(tuple(change for change in changes if change.address not in stuck), new)


def _without_parts(changes: tuple[Change, ...], services: Collection[str]) -> tuple[Change, ...]:
    """Without the security groups of these services: advice on how to replace what should stay is none."""
    parts = {
        used.address
        for change in changes
        if change.address in services
        for used in references(change.new.get("network_configuration"))
    }
    return tuple(each for each in changes if each.type != "aws_security_group" or each.address not in parts)


_NO_TASKS = "{}: these requests go to a new target group, and get 503 until tasks in it are healthy."
_FIRST_TASKS = "{}: no service responds to these requests yet; the new tasks do when they are healthy."


def _home(change: Change) -> str:
    """What a listener or a rule is part of: who loses that knows what comes of the part."""
    home = change.old.get(_HOMES.get(change.type, ""))
    return getattr(home, "address", "")


_HOMES = {
    "aws_lb_listener": "load_balancer_arn",
    "aws_lb_listener_rule": "listener_arn",
    INGRESS: "security_group_id",
}


def _forgotten(change: Change) -> bool:
    return change.action is Action.FORGET


def _imported(change: Change) -> bool:
    return change.action is Action.IMPORT


def _address(change: Change) -> str:
    return change.address


def _unheard(old: KnownStack, new: KnownStack) -> Iterator[Said]:
    """What the stack no longer tells, and what it no longer lets itself be told."""
    yield from naming({*old.outputs} - {*new.outputs}, _NO_OUTPUT)
    yield from naming({*old.variables} - {*new.variables}, _NO_VARIABLE)


_NO_OUTPUT = "{}: [this output is|these outputs are] removed; anything that reads [it|them] will fail."
_NO_VARIABLE = (
    "{}: [this variable is|these variables are] removed; -var and module calls that set [it|them] will fail, "
    "TF_VAR_ and tfvars files are ignored."
)


def _unknown(changes: tuple[Change, ...]) -> Iterator[Said]:
    types = {c.type for c in changes if not facts.replacement(c.type).known and c.action is Action.UPDATE}
    yield from naming(
        types, "Only terraform plan can show whether these changes replace resources of type {}."
    )
