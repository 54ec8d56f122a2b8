"""What the rules about environment variables share: addresses of the stack's own load balancer."""

import re
from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Listener, ListenerRule, LoadBalancer, Service
from tfgen.problems import Location
from tfgen.routing.patterns import matches_any


def balancer_keys(blueprint: Blueprint) -> tuple[str, ...]:
    """The names of the load balancers, created or given, but for network load balancers: their quotas are
    others."""
    own = (each.key for each in blueprint.load_balancer if not each.is_network)
    return (*own, *(each.key for each in blueprint.existing_load_balancer))


def target_group_places(blueprint: Blueprint, balancer: str) -> list[Location]:
    """Those of the services, once for each target group behind a load balancer."""
    groups = ((service.at, group) for service in blueprint.services for group in service.target_groups)
    return [place for place, group in groups if group.balancer == balancer]


def services_behind(blueprint: Blueprint, balancer: str) -> tuple[Service, ...]:
    """Those that a load balancer sends requests to."""
    return tuple(
        service
        for service in blueprint.services
        if any(group.balancer == balancer for group in service.target_groups)
    )


_Services = dict[str, Service]
_FrontListener = tuple[Listener, tuple[Service, ...]]
"""A listener, and the services that may respond there."""


class Front:
    """The load balancers as a client sees them: hosts, and the services behind them."""

    def __init__(self, blueprint: Blueprint) -> None:
        self._listeners: dict[int, list[Listener]] = {}
        self._own_names: dict[str, tuple[str, ...]] = {}
        self._dns_names: dict[str, re.Pattern[str]] = {}
        for balancer in blueprint.load_balancer:
            self._add_balancer(balancer, blueprint.region)
        self._exact: dict[tuple[str, str], _Services] = {}
        self._wild: dict[tuple[str, str], dict[str, _Services]] = {}
        self._any_host: dict[str, _Services] = {}
        self._listeners_by_address: dict[tuple[int, str], tuple[_FrontListener, ...]] = {}
        services = {service.key: service for service in blueprint.services}
        for service in blueprint.services:
            for rule in service.rules:
                for key in rule.services or (service.key,):
                    self._add_rule(rule, services[key])

    def _add_balancer(self, balancer: LoadBalancer, region: str) -> None:
        names = tuple(name for records in balancer.records for name in records.names)
        domain = rf"{region}\.elb\.amazonaws\.com(\.cn)?"
        in_dns = re.compile(rf"((dualstack|ipv6)\.)?{_name_in_dns(balancer)}-[0-9]+\.{domain}")
        for listener in balancer.listeners:
            self._listeners.setdefault(listener.port, []).append(listener)
            self._own_names[listener.key], self._dns_names[listener.key] = names, in_dns

    def _add_rule(self, rule: ListenerRule, service: Service) -> None:
        if not rule.hosts:
            self._any_host.setdefault(rule.listener, {})[service.key] = service
        for host in (host for values in rule.hosts for host in values):
            if not _is_wild(host):
                self._exact.setdefault((rule.listener, host), {})[service.key] = service
            elif domain := _fixed_domain(host):
                patterns = self._wild.setdefault((rule.listener, domain), {})
                patterns.setdefault(host, {})[service.key] = service

    def listener_at(self, scheme: str, host: str, port: int) -> _FrontListener | None:
        """The listener and services of an address of the load balancer; nothing for another server's.

        A connection with TLS to a listener without TLS is for something in front of the load balancer.
        """
        key = port, host.lower().rstrip(".")
        if key not in self._listeners_by_address:
            self._listeners_by_address[key] = tuple(self._find_listeners(*key))
        found = self._listeners_by_address[key]
        return next((each for each in found if each[0].is_tls == (scheme in ("https", "wss"))), None)

    def _find_listeners(self, port: int, host: str) -> Iterator[_FrontListener]:
        for listener in self._listeners.get(port, ()):
            if behind := self._services_behind(listener.key, host):
                yield listener, tuple(behind.values())

    def _services_behind(self, listener: str, host: str) -> _Services:
        if self._dns_names[listener].fullmatch(host):
            return self._any_host.get(listener, {})
        if found := self._exact.get((listener, host)):
            return found
        labels = host.split(".")
        behind: _Services = {}
        for domain in (".".join(labels[index:]) for index in range(1, len(labels))):
            patterns = self._wild.get((listener, domain), {})
            for pattern in list(patterns)[: facts.limits()["rules_per_alb"].value]:  # that many can be
                if matches_any((pattern,), host):
                    behind |= patterns[pattern]
        if not behind and matches_any(self._own_names[listener], host):
            return self._any_host.get(listener, {})
        return behind


def _name_in_dns(balancer: LoadBalancer) -> str:
    """A pattern of how the DNS name of a load balancer begins, which says whether it is internal."""
    return re.escape(f"{'internal-' if balancer.internal else ''}{balancer.name.lower()}")


def _is_wild(host: str) -> bool:
    return "*" in host or "?" in host


def _fixed_domain(pattern: str) -> str:
    """The labels after the last wildcard; nothing where they are no domain (*.com)."""
    labels = pattern.split(".")
    last = max(index for index, label in enumerate(labels) if _is_wild(label))
    return ".".join(labels[last + 1 :]) if len(labels) - last > 2 else ""
