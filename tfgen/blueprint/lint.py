"""What checkers of Terraform find in a stack that is as its spec says, for the files that tell them."""

from collections.abc import Callable, Iterator, Mapping

from tfgen import facts
from tfgen.blueprint.model import (
    Blueprint,
    Container,
    LintFinding,
    Listener,
    LoadBalancer,
    Repository,
    SecurityRule,
)

_A_YEAR = 365  # CKV_AWS_338
_REMOTE_DESKTOP = 3389  # CKV_AWS_25
_ANYWHERE = ("0.0.0.0/0", "::/0")


def findings(blueprint: Blueprint) -> tuple[LintFinding, ...]:
    """Those that stand, in the order of the table."""
    return tuple(
        LintFinding(checkov=row.checkov, trivy=row.trivy, reason=row.reason, choice=row.choice)
        for name, row in facts.lint_findings().items()
        if STANDS[name](blueprint)
    )


def _some_balancer(stands: Callable[[LoadBalancer], bool]) -> Callable[[Blueprint], bool]:
    return lambda blueprint: any(map(stands, blueprint.load_balancer))


def _some_listener(stands: Callable[[Listener], bool]) -> Callable[[Blueprint], bool]:
    return _some_balancer(lambda balancer: any(map(stands, balancer.listeners)))


def _some_repository(stands: Callable[[Repository], bool]) -> Callable[[Blueprint], bool]:
    return lambda blueprint: any(map(stands, blueprint.repositories))


def _speaks_http(listener: Listener) -> bool:
    return listener.protocol == "HTTP" and not any("HTTPS" in each.protocol for each in listener.redirects)


def _redirects_elsewhere(listener: Listener) -> bool:
    """As checkov sees it: the path of a client from port 80 to port 443 is the only right one."""
    usual = any("HTTPS" in each.protocol and "443" in each.port for each in listener.redirects)
    return listener.protocol == "HTTP" and not (usual and listener.port == 80)


def _accepts_old_tls(listener: Listener) -> bool:
    versions = facts.tls_policies()
    return any(versions.get(policy, "") in facts.weak_tls_versions() for policy in listener.policies)


def _opens_port_80(listener: Listener) -> bool:
    return listener.port == 80 and any(range_.cidr in _ANYWHERE for range_ in listener.cidrs)


def _is_protected(balancer: LoadBalancer) -> bool:
    return any(name == "enable_deletion_protection" for name, _ in balancer.attributes)


def _is_cross_zone(balancer: LoadBalancer) -> bool:
    return any(name == "enable_cross_zone_load_balancing" for name, _ in balancer.attributes)


def _keeps_no_logs(balancer: LoadBalancer) -> bool:
    return all(each.block != "access_logs" for each in balancer.logs)


def _log_groups(blueprint: Blueprint) -> Iterator[tuple[int, bool]]:
    """The retention of each log group, and whether it has a key of the user's own."""
    yield from ((task.log_retention, bool(task.log_keys)) for task in blueprint.tasks)
    for log in blueprint.network.flow_logs:
        yield from ((group.retention, bool(group.kms_keys)) for group in log.groups)
    for cluster in blueprint.cluster:
        for sessions in cluster.sessions:
            yield from ((group.retention, bool(group.kms_keys)) for group in sessions.groups)


def _rules(blueprint: Blueprint) -> Iterator[SecurityRule]:
    return (rule for task in blueprint.tasks for rule in task.security_rules)


def _opens_egress(rule: SecurityRule) -> bool:
    return rule.direction == "egress" and rule.peer.value in _ANYWHERE


def _spans_remote_desktop(rule: SecurityRule) -> bool:
    return rule.direction == "ingress" and rule.port < _REMOTE_DESKTOP < rule.last_port


def _is_writable(container: Container) -> bool:
    return not any(name == "readonlyRootFilesystem" for name, _ in container.arguments)


STANDS: Mapping[str, Callable[[Blueprint], bool]] = {
    "plain-http": _some_listener(_speaks_http),
    "redirect-elsewhere": _some_listener(_redirects_elsewhere),
    "weak-tls": _some_listener(_accepts_old_tls),
    "http-to-tasks": lambda blueprint: any(
        group.protocol == "HTTP" for service in blueprint.services for group in service.target_groups
    ),
    "public-port-80": _some_listener(_opens_port_80),
    "public-load-balancer": _some_balancer(lambda balancer: not balancer.internal),
    "no-access-logs": _some_balancer(_keeps_no_logs),
    "no-waf": _some_balancer(
        lambda balancer: not balancer.internal and not balancer.web_acls and not balancer.is_network
    ),
    "given-web-acl": _some_balancer(lambda balancer: not balancer.internal and bool(balancer.web_acls)),
    "no-deletion-protection": _some_balancer(lambda balancer: not _is_protected(balancer)),
    "malformed-headers": _some_balancer(
        lambda balancer: not balancer.drop_invalid_headers and not balancer.is_network
    ),
    "no-cross-zone": _some_balancer(lambda balancer: balancer.is_network and not _is_cross_zone(balancer)),
    "wildcard-certificate": _some_balancer(
        lambda balancer: any("*" in f"{each.domain}{each.alternatives}" for each in balancer.certificate)
    ),
    "log-bucket": _some_balancer(lambda balancer: bool(balancer.log_bucket)),
    "log-bucket-expiry": _some_balancer(lambda balancer: any(each.retention for each in balancer.log_bucket)),
    "no-insights": lambda blueprint: any(each.insights == "disabled" for each in blueprint.cluster),
    "repository-keys": lambda blueprint: bool(blueprint.repositories),
    "mutable-tags": _some_repository(lambda repository: repository.tag_mutability == "MUTABLE"),
    "no-image-scan": _some_repository(lambda repository: not repository.scan),
    "log-group-keys": lambda blueprint: not all(key for _, key in _log_groups(blueprint)),
    "schedule-keys": lambda blueprint: bool(blueprint.schedule_group),
    "short-retention": lambda blueprint: any(0 < days < _A_YEAR for days, _ in _log_groups(blueprint)),
    "file-system-keys": lambda blueprint: any(not each.kms_keys for each in blueprint.file_systems),
    "file-system-root": lambda blueprint: any(
        point.root == "/" for task in blueprint.tasks for point in task.access_points
    ),
    "job-groups": lambda blueprint: bool(blueprint.jobs),
    "sessions-without-logs": lambda blueprint: any(
        not (each.is_logged and each.kms_keys) for cluster in blueprint.cluster for each in cluster.sessions
    ),
    "sessions-in-bucket": lambda blueprint: (
        any(task.exec for task in blueprint.tasks)
        and any(each.buckets for cluster in blueprint.cluster for each in cluster.sessions)
    ),
    "writable-root": lambda blueprint: any(map(_is_writable, blueprint.containers)),
    "public-tasks": lambda blueprint: any(True in service.public_ip for service in blueprint.services),
    # checkov sees that an address is of a NAT gateway if it is the only one.
    "nat-addresses": lambda blueprint: any(
        len(zones) > 1 for gateway in blueprint.network.nat for zones in gateway.made
    ),
    "no-flow-logs": lambda blueprint: bool(blueprint.network.vpcs) and not blueprint.network.flow_logs,
    "plain-topic": lambda blueprint: bool(blueprint.alarm_topic),
    "open-egress": lambda blueprint: any(map(_opens_egress, _rules(blueprint))),
    "wide-ports": lambda blueprint: any(map(_spans_remote_desktop, _rules(blueprint))),
}
"""Whether each finding of the table is in a stack."""
