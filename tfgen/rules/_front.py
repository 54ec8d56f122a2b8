"""What the rules about environment variables share: addresses of the stack's own load balancer."""

import re
from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Listener, ListenerRule, LoadBalancer, Service
from tfgen.routing.patterns import matches_any

_Services = dict[str, Service]
_FrontListener = tuple[Listener, tuple[Service, ...]]
"""A listener, and the services that may respond there."""


class Front:
    """The load balancer as a client sees it: hosts, and the services behind them."""

    def __init__(self, blueprint: Blueprint) -> None:
        listeners = [each for balancer in blueprint.load_balancer for each in balancer.listeners]
        self._listeners = {listener.port: listener for listener in listeners}
        self._exact: dict[tuple[str, str], _Services] = {}
        self._wild: dict[tuple[str, str], dict[str, _Services]] = {}
        self._any_host: dict[str, _Services] = {}
        self._listeners_by_address: dict[tuple[int, str], tuple[_FrontListener, ...]] = {}
        services = {service.key: service for service in blueprint.services}
        for service in blueprint.services:
            for rule in service.rules:
                for key in rule.services or (service.key,):
                    self._add_rule(rule, services[key])
        self._own_names = tuple(
            name
            for balancer in blueprint.load_balancer
            for records in balancer.records
            for name in records.names
        )
        names = "|".join(map(_name_in_dns, blueprint.load_balancer))
        domain = rf"{blueprint.region}\.elb\.amazonaws\.com(\.cn)?"
        self._name = re.compile(rf"((dualstack|ipv6)\.)?({names})-[0-9]+\.{domain}")

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
        if port not in self._listeners or (scheme in ("https", "wss")) != self._listeners[port].is_tls:
            return None
        key = port, host.lower().rstrip(".")
        if key not in self._listeners_by_address:
            self._listeners_by_address[key] = tuple(self._find_listeners(*key))
        return next(iter(self._listeners_by_address[key]), None)

    def _find_listeners(self, port: int, host: str) -> Iterator[_FrontListener]:
        listener = self._listeners[port]
        if behind := self._services_behind(listener.key, host):
            yield listener, tuple(behind.values())

    def _services_behind(self, listener: str, host: str) -> _Services:
        if self._name.fullmatch(host):
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
        if not behind and matches_any(self._own_names, host):
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
