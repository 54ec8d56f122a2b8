"""Deployments that move the requests of a route to new tasks: all strategies but `rolling`."""

from msgspec.structs import replace

from tfgen.spec.model import ROLLING, Route, Service


def moves_requests(service: Service) -> bool:
    """Whether new tasks start beside the old ones, in a target group of their own."""
    return service.deployment.strategy != ROLLING


def test_routes(service: Service) -> list[Route]:
    """The requests that reach the new tasks first: those of a route on another listener, or with headers."""
    test = service.deployment.test
    if test is None or not moves_requests(service):
        return []
    return [
        replace(
            route,
            listener=test.listener or route.listener,
            headers={**route.headers, **test.headers},
            priority=None,
        )
        for route in service.routes
        if test.headers or test.listener not in (None, route.listener)
    ]


def every_route(service: Service) -> list[Route]:
    """The routes of a service, with those of its tests."""
    return [*service.routes, *test_routes(service)]
