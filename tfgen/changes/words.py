"""What changes mean for the people who run the stack: sentences, the gravest first."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from tfgen import facts
from tfgen.blueprint.labels import ENDPOINTS
from tfgen.changes.calls import call_consequences
from tfgen.changes.change import (
    Action,
    Change,
    Changes,
    ChangeTest,
    KnownStack,
    changes_region,
    changes_value,
    is_created,
    is_destroyed,
    is_lost,
    is_replaced,
    updates,
)
from tfgen.changes.clashes import clashes
from tfgen.changes.ebs import replaces_ebs
from tfgen.changes.egress import egress_consequences
from tfgen.changes.failures import apply_failures
from tfgen.changes.ignored import ignored_consequences, ignored_target_groups, lacks_port, lacks_port_name
from tfgen.changes.ipv6 import ipv6_consequences, is_other_record
from tfgen.changes.jobs import job_consequences
from tfgen.changes.logins import asks_differently, asks_for_login, needs_no_login
from tfgen.changes.names import (
    INGRESS,
    Consequence,
    about_changes,
    about_names,
    balancer_of_part,
    end_of,
    is_of_service,
)
from tfgen.changes.permissions import is_listed_ingress, permission_consequences
from tfgen.changes.relocation import (
    module_consequences,
    provider_consequences,
    region_consequences,
    state_consequences,
)
from tfgen.changes.renames import misnamed_services, rename_consequences, unpinned_images
from tfgen.changes.scaling import scaling_consequences
from tfgen.changes.strategies import strategy_consequences
from tfgen.changes.target_groups import (
    divided_requests,
    divides_requests,
    forwards_as_before,
    has_no_requests,
    kept_settings,
    leading_to_new_targets,
    requests_of,
    was_served,
)
from tfgen.changes.task_permissions import allows_less, task_permission_consequences
from tfgen.changes.unknown_counts import unknown_count_consequences
from tfgen.hcl.values import Value, references_in


def _is_default_route(test: ChangeTest) -> ChangeTest:
    """Whether a route to the internet passes a test."""
    return lambda change: change.new.get("destination_cidr_block") == "0.0.0.0/0" and test(change)


def _is_alias(test: ChangeTest) -> ChangeTest:
    """Whether a record with the addresses of the load balancer passes a test."""
    return lambda change: change.name in ("alias", "alias_ipv6") and test(change)


def _is_renamed(change: Change) -> bool:
    """Whether a replacement has another name."""
    return is_replaced(change) and change.old.get("name") != change.new.get("name")


def _changes_shares(change: Change) -> bool:
    return changes_value("action")(change) and (divides_requests(change) or divided_requests(change))


def _gives_requests_away(change: Change) -> bool:
    """Whether one target group gets the requests instead of another."""
    changed = changes_value("action")(change) and not forwards_as_before(change)
    return changed and not divides_requests(change) and not divided_requests(change)


def _is_destroyed_first(change: Change) -> bool:
    return change.action is Action.REPLACE


def _is_created_first(change: Change) -> bool:
    return change.action is Action.REPLACE_NEW_FIRST


def _restarts_tasks(change: Change) -> bool:
    forced = change.new.get("force_new_deployment") == "true"
    others = {*change.arguments} - {"tags", "default_tags"}
    restarting = others if forced else facts.new_deployments()
    return updates(*restarting)(change) and change.new.get("desired_count") != "0"


def _changes_default_action(change: Change) -> bool:
    changed = changes_value("default_action")(change) and not has_no_requests(change)
    return changed and not _responds_itself(change) and not _redirects(change)


def _forwards_elsewhere(change: Change) -> bool:
    """Whether a listener without rules gets another target group."""
    return updates("default_action")(change) and has_no_requests(change)


def _replaces_targets_of(network: bool) -> ChangeTest:
    """Whether a target group is replaced, of connections or of requests."""
    return lambda change: is_replaced(change) and has_no_requests(change) is network


def _responds_itself(change: Change) -> bool:
    actions = change.new.get("default_action", ())
    return changes_value("default_action")(change) and any(
        each.get("type") == "fixed-response" for each in actions
    )


def _shows_another_certificate(change: Change) -> bool:
    return updates("certificate_arn")(change) and "certificate_arn" in change.old


def _becomes_plain(change: Change) -> bool:
    return updates("protocol")(change) and (change.old.get("protocol"), change.new.get("protocol")) == (
        "HTTPS",
        "HTTP",
    )


def _redirects(change: Change) -> bool:
    actions = change.new.get("default_action", ())
    before = change.old.get("default_action", ())
    redirects = [any(each.get("type") == "redirect" for each in side) for side in (actions, before)]
    return changes_value("default_action")(change) and redirects == [True, False]


def _changes_capacity_provider(change: Change) -> bool:
    """Whether the only reason to replace a service is another capacity provider."""
    others = facts.replacement(change.type).replace - {"capacity_provider_strategy"}
    return (
        is_replaced(change)
        and "capacity_provider_strategy" in change.arguments
        and others.isdisjoint(change.arguments)
    )


def _provider_version(kind: str, argument: str) -> str:
    """The first version of the provider that treats a change of this argument differently."""
    return facts.in_place_since()[kind][argument]


def _moves_to_namespace(change: Change) -> bool:
    """Whether a service stays in Service Connect, in another namespace."""
    if not updates("service_connect_configuration")(change):
        return False
    old, new = (
        [each.get("namespace") for each in arguments.get("service_connect_configuration", ())]
        for arguments in (change.old, change.new)
    )
    return bool(old and new) and old != new


def _stops_all_tasks(change: Change) -> bool:
    return updates("desired_count")(change) and change.new.get("desired_count") == "0"


def _changes_task_count(change: Change) -> bool:
    return updates("desired_count")(change) and not _stops_all_tasks(change)


def _is_range_rule(test: ChangeTest) -> ChangeTest:
    """Whether a rule for clients of the load balancer, a range of addresses, passes a test."""

    def is_door(change: Change) -> bool:
        rule = change.new or change.old
        is_endpoint = end_of(rule.get("security_group_id")) == ENDPOINTS
        is_range = "cidr_ipv4" in rule or "cidr_ipv6" in rule
        return is_range and not is_endpoint and not is_of_service(change) and test(change)

    return is_door


def _adds_ingress(change: Change) -> bool:
    return is_listed_ingress(change) and is_created(change)


def _deletes_logs(change: Change) -> bool:
    return is_lost(change) and change.old.get("skip_destroy") != "true"


def _shortens_retention(change: Change) -> bool:
    days = [str(side.get("retention_in_days", "")) for side in (change.old, change.new)]
    known = all(day.isdecimal() and len(day) < 10 for day in days)
    return updates("retention_in_days")(change) and known and int(days[1]) < int(days[0])


_LISTENING_TYPES = ("aws_lb_listener", INGRESS)


class Sentence(NamedTuple):
    """A text for all resources of a type that pass a test, in the form that `Consequence` describes."""

    type: str
    test: ChangeTest
    text: str


def _becomes_internal(change: Change) -> bool:
    return is_replaced(change) and _is_internal(change.new) > _is_internal(change.old)


def _faces_internet(change: Change) -> bool:
    return is_replaced(change) and _is_internal(change.new) < _is_internal(change.old)


def _is_internal(balancer: Mapping[str, Value]) -> bool:
    return balancer.get("internal") == "true"


def _moves_in_zone(change: Change) -> bool:
    """Whether a mount target of the same file system is replaced in its zone."""
    return is_replaced(change) and "file_system_id" not in change.arguments


SENTENCES = (
    Sentence(
        "aws_vpc",
        is_replaced,
        "The VPC is replaced with everything in it: expect downtime and new addresses.",
    ),
    Sentence("aws_vpc", is_destroyed, "The VPC is destroyed with everything in it."),
    Sentence(
        "aws_lb",
        _is_destroyed_first,
        "The load balancer is replaced and gets another DNS name: requests fail until the new one is active.",
    ),
    Sentence(
        "aws_lb",
        _is_created_first,
        "The load balancer is replaced and gets another DNS name: the old name stops responding when the new "
        "services are running.",
    ),
    Sentence("aws_lb", _becomes_internal, "Clients on the internet can no longer reach the load balancer."),
    Sentence("aws_lb", _faces_internet, "Clients on the internet can reach the load balancer."),
    Sentence(
        "aws_lb", is_destroyed, "The load balancer is destroyed with its DNS name: all requests to it fail."
    ),
    Sentence(
        "aws_efs_file_system",
        is_destroyed,
        "{}: the file [system is|systems are] destroyed WITH ALL FILES: only backups, if there are any, "
        "bring them back.",
    ),
    Sentence(
        "aws_efs_file_system",
        is_replaced,
        "{}: the file [system is|systems are] replaced by [an empty one|empty ones]: ALL FILES are "
        "destroyed, and only backups, if there are any, bring them back.",
    ),
    Sentence(
        "aws_ecs_cluster",
        _is_destroyed_first,
        "The cluster is replaced with every service in it: expect downtime.",
    ),
    Sentence(
        "aws_ecs_cluster",
        _is_created_first,
        "The cluster is replaced with every service in it: the new services run before the old ones stop.",
    ),
    Sentence("aws_ecs_cluster", is_destroyed, "The cluster is destroyed with every service in it."),
    Sentence(
        "aws_ecs_cluster",
        lambda change: updates("configuration")(change) and not change.new.get("configuration"),
        "The provider does not tell ECS that the cluster has no configuration of sessions any more: they go "
        "on as before, fail if what stores them is gone, and each plan has the same update. Write exec: "
        "{{logs: false}} instead of removing exec.",
    ),
    Sentence(
        "aws_service_discovery_http_namespace",
        is_replaced,
        "The Service Connect namespace is replaced: calls by name fail until all tasks are replaced.",
    ),
    Sentence(
        "aws_service_discovery_http_namespace",
        is_destroyed,
        "The Service Connect namespace is destroyed: services can no longer call each other by names in it.",
    ),
    Sentence(
        "aws_service_discovery_private_dns_namespace",
        is_replaced,
        "The private hosted zone is replaced: its names no longer resolve, and callers must use those in the "
        "new zone.",
    ),
    Sentence(
        "aws_service_discovery_private_dns_namespace",
        is_destroyed,
        "The private hosted zone is destroyed: its names no longer resolve.",
    ),
    Sentence(
        "aws_service_discovery_service",
        _is_renamed,
        "{}: the DNS [name is|names are] replaced; callers must use the new [name|names].",
    ),
    Sentence(
        "aws_service_discovery_service",
        is_destroyed,
        "{}: the DNS [name is|names are] removed; calls to [it|them] fail.",
    ),
    Sentence(
        "aws_ecs_service",
        _moves_to_namespace,
        "{}: [it is|they are] in another Service Connect namespace; calls by name fail until the tasks of "
        "both sides are replaced.",
    ),
    Sentence("aws_ecs_service", _is_destroyed_first, "{}: replaced; expect downtime."),
    Sentence(
        "aws_ecs_service",
        _is_created_first,
        "{}: replaced; new tasks run before the old [service|services] stop[s|].",
    ),
    Sentence(
        "aws_ecs_service",
        _changes_capacity_provider,
        "{}: another capacity provider replaces [it|them] only with versions of the AWS provider before "
        f"{_provider_version('aws_ecs_service', 'capacity_provider_strategy')}; newer ones fail at terraform "
        "plan. With force_new_deployment: true, which the key spot adds, every version updates [it|them] in "
        "place.",
    ),
    Sentence(
        "aws_ecs_service",
        is_destroyed,
        "{}: the [service is|services are] destroyed and [its|their] tasks stop.",
    ),
    Sentence("aws_ecs_service", _stops_all_tasks, "{}: all tasks stop."),
    Sentence(
        "aws_lb_target_group",
        _replaces_targets_of(network=False),
        "{}: the [target group is|target groups are] replaced; requests get 503 until new tasks are healthy.",
    ),
    Sentence(
        "aws_lb_target_group",
        _replaces_targets_of(network=True),
        "{}: the [target group is|target groups are] replaced; connections fail until new tasks are healthy.",
    ),
    Sentence(
        "aws_lb_target_group",
        updates("preserve_client_ip"),
        "{}: for new connections, tasks see another address of their clients: the client's own, or the load "
        "balancer's.",
    ),
    Sentence(
        "aws_lb_target_group",
        updates("proxy_protocol_v2"),
        "{}: whether connections begin with a header of the PROXY protocol changes; requests fail while the "
        "application expects the opposite.",
    ),
    Sentence(
        "aws_lb_target_group",
        changes_value("health_check"),
        "{}: the new health [check applies|checks apply] to running tasks at once; tasks that fail [it|them] "
        "are stopped.",
    ),
    Sentence(
        "aws_lb_target_group",
        changes_value("stickiness"),
        "{}: sticky sessions change; requests of a client may go to another task.",
    ),
    Sentence(
        "aws_ecs_service",
        replaces_ebs,
        "{}: new tasks have EBS volumes of their own; those of the old tasks are deleted with all that is on "
        "them.",
    ),
    Sentence(
        "aws_s3_bucket",
        is_lost,
        "{}: the [bucket is|buckets are] destroyed, which AWS refuses while [it holds|they hold] anything, "
        "so that the apply fails halfway: empty [it|them] first.",
    ),
    Sentence(
        "aws_efs_mount_target",
        _moves_in_zone,
        "{}: the mount [target is|targets are] replaced, the new one first, but AWS allows one in each zone, "
        "so that the apply fails halfway: delete [it|them] first with aws efs delete-mount-target, and no "
        "task can mount the file system until the apply is done; its files stay.",
    ),
    Sentence(
        "aws_efs_backup_policy",
        is_destroyed,
        "{}: AWS Backup makes no more backups of the file [system|systems]; those that exist stay until they "
        "expire.",
    ),
    Sentence("aws_flow_log", is_destroyed, "Connections in the VPC are no longer logged."),
    Sentence(
        "aws_flow_log",
        is_replaced,
        "The flow log is replaced: for a moment, connections in the VPC are not logged.",
    ),
    Sentence(
        "aws_ecs_cluster",
        changes_value("setting"),
        "{}: the [cluster has|clusters have] other metrics in Container Insights, for which CloudWatch "
        "charges.",
    ),
    Sentence(
        "aws_ecr_repository",
        is_lost,
        "{}: the [repository is|repositories are] destroyed, which AWS refuses while [it has|they have] "
        "images, so that the apply fails halfway: delete [its|their] images first.",
    ),
    Sentence(
        "aws_ecr_repository",
        is_created,
        "{}: the [repository is|repositories are] created empty, and tasks that use [it|them] cannot start "
        "before images are pushed; the README of the stack says in which order to apply.",
    ),
    Sentence(
        "aws_ecr_repository",
        updates("image_tag_mutability"),
        "{}: whether a tag can be pushed again changes.",
    ),
    Sentence(
        "aws_ecr_lifecycle_policy",
        lambda change: is_created(change) or is_replaced(change),
        "{}: within a day, ECR deletes all images that the new lifecycle policy does not keep.",
    ),
    Sentence(
        "aws_wafv2_web_acl_association",
        is_destroyed,
        "AWS WAF no longer inspects requests to the load balancer.",
    ),
    Sentence(
        "aws_wafv2_web_acl_association",
        is_replaced,
        "The web ACL is replaced: for a moment, AWS WAF inspects no requests to the load balancer.",
    ),
    Sentence(
        "aws_lb_listener_certificate",
        is_destroyed,
        "{}: the [listener no longer has this certificate|listeners no longer have these certificates]; "
        "clients that ask for a name in [it|them] get the default certificate.",
    ),
    Sentence("aws_lb_listener", is_destroyed, "The load balancer no longer listens on [port|ports] {}."),
    Sentence("aws_lb_listener", is_created, "The load balancer now listens on [port|ports] {}."),
    Sentence(
        "aws_lb_listener",
        updates("port"),
        "[A listener moves|Listeners move] to [port|ports] {}; clients must use the new [port|ports].",
    ),
    Sentence(
        "aws_lb_listener",
        updates("protocol"),
        "[Port|Ports] {}: the protocol changes; requests of clients that still use the old one fail.",
    ),
    Sentence(
        "aws_lb_listener",
        _becomes_plain,
        "[Port|Ports] {}: providers have been seen to keep the TLS policy of a listener that becomes HTTP, "
        "which AWS refuses; if the apply fails, give the listener another name.",
    ),
    Sentence(
        "aws_lb_listener",
        _responds_itself,
        "[Port|Ports] {}: requests that match no rule get a fixed response.",
    ),
    Sentence(
        "aws_lb_listener",
        _redirects,
        "[Port|Ports] {}: requests that match no rule are redirected.",
    ),
    Sentence(
        "aws_lb_listener",
        _changes_default_action,
        "[Port|Ports] {}: the default action changes for requests that match no rule.",
    ),
    Sentence(
        "aws_lb_listener", _forwards_elsewhere, "[Port|Ports] {}: connections now go to another service."
    ),
    Sentence(
        "aws_lb_listener",
        _shows_another_certificate,
        "[Port|Ports] {}: clients see another certificate.",
    ),
    Sentence(
        "aws_lb_listener",
        updates("ssl_policy"),
        "[Port|Ports] {}: the TLS security policy changes; clients that it does not know cannot connect.",
    ),
    Sentence(
        "aws_lb_listener",
        updates("mutual_authentication"),
        "[Port|Ports] {}: what clients must show changes; those without it cannot connect.",
    ),
    Sentence(
        "aws_vpc_endpoint",
        lambda change: updates("policy")(change) and allows_less(change),
        "{}: the [policy of this VPC endpoint changes|policies of these VPC endpoints change] before "
        "services do; tasks that run meanwhile are refused what [it|they] no longer [allows|allow].",
    ),
    Sentence(
        "aws_sns_topic_subscription",
        lambda change: is_created(change) or is_replaced(change),
        "{}: AWS sends [this address|these addresses] a message; until it is confirmed, nobody is told of "
        "alarms.",
    ),
    Sentence(
        "aws_cloudwatch_metric_alarm",
        is_destroyed,
        "{}: [this alarm goes|these alarms go] away, and nobody is told.",
    ),
    Sentence(
        "aws_acm_certificate",
        is_replaced,
        "A certificate for {} is issued, which takes minutes; listeners change to it before the old one is "
        "deleted.",
    ),
    Sentence(
        "aws_acm_certificate",
        is_created,
        "A certificate for {} is issued, which takes minutes; the apply waits for it.",
    ),
    Sentence(
        "aws_route53_record",
        _is_alias(is_created),
        "{}: [this name now leads|these names now lead] to the load balancer.",
    ),
    Sentence(
        "aws_route53_record",
        _is_alias(is_destroyed),
        "{}: [this name no longer leads|these names no longer lead] to the load balancer.",
    ),
    Sentence(
        "aws_route53_record",
        _is_alias(is_replaced),
        "{}: the [record of this name is|records of these names are] replaced; until the new "
        "[one exists|ones exist], clients do not find the load balancer by [it|them].",
    ),
    Sentence(
        "aws_vpc_endpoint",
        changes_value("private_dns_enabled"),
        f"{{}}: from version {_provider_version('aws_vpc_endpoint', 'private_dns_enabled')} of the AWS "
        "provider on, [this endpoint is|these endpoints are] replaced; connections through [it|them] fail "
        "meanwhile.",
    ),
    Sentence(INGRESS, _is_range_rule(is_destroyed), "{}: no longer allowed to connect to the load balancer."),
    Sentence(INGRESS, _is_range_rule(is_created), "{}: now allowed to connect to the load balancer."),
    Sentence(INGRESS, _adds_ingress, "{}: this ingress is now allowed."),
    Sentence(
        "aws_lb_listener_rule",
        is_destroyed,
        "{}: these requests go to the next rule that matches, or to the default action.",
    ),
    Sentence(
        "aws_lb_listener_rule",
        is_replaced,
        "{}: for a moment these requests go to the next rule that matches, or to the default action.",
    ),
    Sentence(
        "aws_lb_listener_rule",
        _changes_shares,
        "{}: these requests are now divided differently between services.",
    ),
    Sentence("aws_lb_listener_rule", asks_for_login, "{}: clients must log in from now on."),
    Sentence("aws_lb_listener_rule", needs_no_login, "{}: clients no longer need to log in."),
    Sentence(
        "aws_lb_listener_rule",
        asks_differently,
        "{}: the login changes; clients without what it asks for now must log in again.",
    ),
    Sentence("aws_lb_listener_rule", _gives_requests_away, "{}: these requests now go to another service."),
    Sentence("aws_lb_listener_rule", is_created, "{}: these requests get a listener rule of their own."),
    Sentence(
        "aws_route",
        _is_default_route(updates("nat_gateway_id")),
        "Tasks reach the internet through another NAT gateway; open connections break ([zone|zones] {}).",
    ),
    Sentence(
        "aws_nat_gateway",
        _is_destroyed_first,
        "Tasks cannot reach the internet until their NAT gateway is re-created ([zone|zones] {}).",
    ),
    Sentence(
        "aws_eip",
        is_lost,
        "Public addresses of NAT gateways are released; update any allow-lists that contain them "
        "([zone|zones] {}).",
    ),
    Sentence("aws_subnet", is_lost, "{}: the [subnet is|subnets are] destroyed once [it is|they are] empty."),
    Sentence(
        "aws_ecs_service",
        _restarts_tasks,
        "{}: tasks are replaced; the old ones stop when the new ones are healthy.",
    ),
    Sentence("aws_ecs_service", _changes_task_count, "{}: the number of tasks changes."),
    Sentence(
        "aws_cloudwatch_log_group",
        _deletes_logs,
        "{}: the log [group is deleted with all its events|groups are deleted with all their events].",
    ),
    Sentence(
        "aws_cloudwatch_log_group",
        _shortens_retention,
        "{}: log events older than the new retention are deleted.",
    ),
    Sentence(
        "aws_iam_role",
        is_lost,
        "{}: the [role is|roles are] destroyed; first detach what you attached to [it|them].",
    ),
)


def consequences(found: Changes) -> Iterator[Consequence]:
    """All sentences about these changes."""
    changes, old, new = found
    yield from region_consequences(changes, old, new)
    yield from state_consequences(old, new)
    yield from module_consequences(old, new)
    yield from provider_consequences(old, new)
    if not changes_region(old, new):  # in another Region the old stack is not touched
        yield from _consequences_in_region(changes, old, new)
    yield from unpinned_images(changes, old, new)
    yield from _interface_consequences(old, new)
    yield from about_changes(
        changes,
        _forgotten,
        "{}: no longer managed by Terraform, but still in AWS: keep or delete [it|them] yourself.",
        _address_of,
    )
    yield from about_changes(
        changes, _imported, "{}: imported; only terraform plan can show what that changes.", _address_of
    )
    yield from _unknown_types(changes)
    yield from unknown_count_consequences(changes, old, new)


_KEPT = (
    "{}: AWS keeps [this setting|these settings] of a target group, a listener, a load balancer or a VPC "
    "endpoint, although the spec no longer has [it|them]: specify the default to return to it."
)


def _consequences_in_region(
    changes: tuple[Change, ...], old: KnownStack, new: KnownStack
) -> Iterator[Consequence]:
    twice = tuple(clashes(changes, new))
    mistaken = misnamed_services(changes, old, new)
    yield from mistaken.values()
    yield from rename_consequences(changes, new)
    yield from apply_failures(_without_groups_of(changes, mistaken), twice, old, new)
    yield from egress_consequences(changes, old, new)
    yield from permission_consequences(changes)
    yield from task_permission_consequences(changes, old)
    yield from ipv6_consequences(changes, old, new)
    begins = leading_to_new_targets(changes)
    alarming = tuple(change for change in begins if was_served(change, old, new))
    yield from about_changes(alarming, has_no_requests, _NO_TASKS_OF_PORT, requests_of)
    alarming = tuple(change for change in alarming if not has_no_requests(change))
    yield from about_changes(alarming, lambda change: not divides_requests(change), _NO_TASKS, requests_of)
    yield from about_changes(alarming, divides_requests, _NO_TASKS_OF_SHARE, requests_of)
    # A port whose listener only gets another label is neither opened nor closed.
    told = {address for clash in twice if clash.taker.type in _LISTENING_TYPES for address in clash.addresses}
    told |= {change.address for change in begins if len(change.arguments) <= 1}
    told |= {change.address for change in changes if is_other_record(change, old, new)}
    stuck = {c.address for c in changes if lacks_port(c, old, new) or lacks_port_name(c, old)}
    told |= stuck | ignored_target_groups(changes, old, new).keys()
    gone = {change.address for change in changes if is_lost(change)}
    rest = defaultdict[str, list[Change]](list)
    for change in changes:
        if change.address not in told and _parent_address(change) not in gone:
            rest[change.type].append(change)
    for kind, test, text in SENTENCES:
        for balancer, own in _by_balancer(rest[kind]).items():
            yield from about_changes(tuple(own), test, _naming_balancer(text, balancer))
    yield from about_changes(tuple(rest["aws_lb_listener_rule"]), changes_value("transform"), _REWRITTEN)
    yield from about_changes(
        begins, lambda change: not was_served(change, old, new), _FIRST_TASKS, requests_of
    )
    yield from about_names(kept_settings(old, new), _KEPT)
    yield from ignored_consequences(changes, old, new)
    yield from scaling_consequences(changes, old, new)
    yield from job_consequences(changes, old)
    yield from strategy_consequences(changes, old, new)
    yield from call_consequences(tuple(change for change in changes if change.address not in stuck), new)


def _by_balancer(changes: Iterable[Change]) -> Mapping[str, list[Change]]:
    """The changes by the load balancer that they are part of; empty for `main`, and for what is of none."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(balancer_of_part(change), []).append(change)
    return found


def _naming_balancer(text: str, balancer: str) -> str:
    """A sentence about a load balancer that is one of several."""
    if not balancer:
        return text
    words = "load balancer" if "load balancer" in text else "{}"
    return text.replace(words, f"{balancer} load balancer" if "{" not in words else f"{{}} of {balancer}", 1)


def _without_groups_of(changes: tuple[Change, ...], services: Collection[str]) -> tuple[Change, ...]:
    """The changes but for the security groups of these services, which should not be replaced at all."""
    parts = {
        used.address
        for change in changes
        if change.address in services
        for used in references_in(change.new.get("network_configuration"))
    }
    return tuple(each for each in changes if each.type != "aws_security_group" or each.address not in parts)


_REWRITTEN = "{}: the service receives another path, query or host of these requests."
"""No sentence of SENTENCES, which the change matrix has: it plans with version 5 of the provider."""
_NO_TASKS_OF_SHARE = (
    "{}: a share of these requests goes to a new target group, and may get 503 until tasks in it are "
    "healthy; apply it with weight: 0 first to avoid that."
)
_NO_TASKS = "{}: these requests go to a new target group, and get 503 until tasks in it are healthy."
_NO_TASKS_OF_PORT = "{}: connections go to a new target group, and fail until tasks in it are healthy."
_FIRST_TASKS = "{}: no service responds to these requests yet; the new tasks do when they are healthy."


def _parent_address(change: Change) -> str:
    """The address of what a listener or a rule is part of: where that is removed, so is the part."""
    home = change.old.get(_PARENTS.get(change.type, ""))
    return getattr(home, "address", "")


_PARENTS = {
    "aws_lb_listener": "load_balancer_arn",
    "aws_lb_listener_rule": "listener_arn",
    "aws_lb_listener_certificate": "listener_arn",
    INGRESS: "security_group_id",
}


def _forgotten(change: Change) -> bool:
    return change.action is Action.FORGET


def _imported(change: Change) -> bool:
    return change.action is Action.IMPORT


def _address_of(change: Change) -> str:
    return change.address


def _interface_consequences(old: KnownStack, new: KnownStack) -> Iterator[Consequence]:
    """The outputs and variables that the stack no longer has."""
    yield from about_names({*old.outputs} - {*new.outputs}, _NO_OUTPUT)
    yield from about_names({*old.variables} - {*new.variables}, _NO_VARIABLE)


_NO_OUTPUT = "{}: [this output is|these outputs are] removed; anything that reads [it|them] will fail."
_NO_VARIABLE = (
    "{}: [this variable is|these variables are] removed; -var and module calls that set [it|them] will fail, "
    "TF_VAR_ and tfvars files are ignored."
)


def _unknown_types(changes: tuple[Change, ...]) -> Iterator[Consequence]:
    types = {c.type for c in changes if not facts.replacement(c.type).known and c.action is Action.UPDATE}
    yield from about_names(
        types, "Only terraform plan can show whether these changes replace resources of type {}."
    )
