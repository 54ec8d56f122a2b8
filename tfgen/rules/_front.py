"""What the rules about environment variables share: addresses of the stack's own load balancer."""

import re

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Listener, Service
from tfgen.routing.patterns import matches
from tfgen.rules._connections import Connection


class Front:
    """The load balancer as a client sees it: hosts, and the services behind them."""

    def __init__(self, blueprint: Blueprint) -> None:
        listeners = [each for balancer in blueprint.load_balancer for each in balancer.listeners]
        self._listeners = {listener.port: listener for listener in listeners}
        self._exact: dict[tuple[str, str], dict[str, Service]] = {}
        self._wild: dict[tuple[str, str], dict[str, Service]] = {}
        self._any_host: dict[str, dict[str, Service]] = {}
        for service in blueprint.services:
            with_host = {rule.label for rule in service.rules if rule.hosts}
            for route in service.routes:
                if with_host.isdisjoint(route.rule):
                    self._any_host.setdefault(route.listener, {})[service.key] = service
            for rule in service.rules:
                for host in (host for values in rule.hosts for host in values):
                    into = self._wild if _is_wild(host) else self._exact
                    into.setdefault((rule.listener, host), {})[service.key] = service
        names = "|".join(re.escape(balancer.name.lower()) for balancer in blueprint.load_balancer)
        self._name = re.compile(
            rf"((dualstack|ipv6)\.)?({names})-[0-9]+\.{blueprint.region}\.elb\.amazonaws\.com(\.cn)?"
        )

    def door(self, connection: Connection) -> tuple[Listener, tuple[Service, ...]] | None:
        """The listener that a connection goes to, and who may answer; nothing where that is another server.

        A connection with TLS is for something in front of the load balancer, whose listeners speak none.
        """
        listener = self._listeners.get(connection.port)
        if listener is None or connection.scheme in ("https", "wss"):
            return None
        behind = self._behind(listener.key, connection.host.lower().rstrip("."))
        return (listener, tuple(behind.values())) if behind else None

    def _behind(self, listener: str, host: str) -> dict[str, Service]:
        if self._name.fullmatch(host):
            return self._any_host.get(listener, {})
        if found := self._exact.get((listener, host)):
            return found
        most = facts.limits()["rules_per_alb"].value  # the wildcards that can be
        return {
            key: service
            for (own, pattern), services in list(self._wild.items())[:most]
            if own == listener and not _is_any(pattern) and matches((pattern,), host)
            for key, service in services.items()
        }


def _is_wild(host: str) -> bool:
    return "*" in host or "?" in host


def _is_any(pattern: str) -> bool:
    """Whether a pattern names no domain: *.com."""
    return _is_wild(".".join(pattern.split(".")[-2:]))
