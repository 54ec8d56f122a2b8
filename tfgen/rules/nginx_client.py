"""nginx in front of a Service Connect name."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Image
from tfgen.problems import Problem
from tfgen.rules._connections import words_of_name

ID = "TG375"
SEVERITY = "note"
TITLE = "nginx that calls Service Connect names is configured for its proxy"
WHY = (
    "The Service Connect proxy rejects HTTP/1.0, which nginx before 1.29.7 sends by default. Its names are "
    "in /etc/hosts with an IPv6 address too, which is unreachable in an IPv4 network and which nginx tries "
    "in turn; a resolver, which nginx queries for names in variables, does not know them."
)
SOURCE = "https://github.com/aws/containers-roadmap/issues/2742"
BAD = """\
services:
  gateway:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/nginx-gateway:1.0
    calls: [auth]
  auth:
    port: 8888
    connect: auth
"""
GOOD = """\
services:
  gateway:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/nginx-gateway:1.0
    calls: [auth]
    ignore: [{rule: TG375, reason: proxy_http_version is 1.1 and the upstream is an IPv4 address}]
  auth:
    port: 8888
    connect: auth
"""
FAILS = ("services: {a: {image: 'ghcr.io/acme/openresty:1', calls: [b]}, b: {port: 80, connect: b}}",)
PASSES = (
    "services: {a: {image: 'ghcr.io/acme/nginx:1'}, b: {port: 80, connect: b}, c: {calls: [b]}}",
    # In their default configuration they proxy nothing.
    "services: {a: {image: 'nginx:1.27', calls: [b]}, b: {port: 80, connect: b}}",
    "services: {a: {image: 'public.ecr.aws/nginx/nginx:1.27', calls: [b]}, b: {port: 80, connect: b}}",
    "services: {a: {image: 'ghcr.io/nginx/agent:1', calls: [b]}, b: {port: 80, connect: b}}",
)

_STOCK = ("library/nginx", "nginx/nginx", "nginxinc/nginx-unprivileged", "openresty/openresty")


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.tasks:
        for image in (container.image for container in service.containers if _is_nginx(container.image)):
            if not service.calls:
                continue
            message = f"nginx may send HTTP/1.0, and also tries the IPv6 address of {_names(service.calls)}"
            hint = (
                'write proxy_http_version 1.1 and proxy_set_header Connection "", and proxy to the IPv4 '
                "address that getent ahostsv4 NAME returns when the container starts"
            )
            yield Problem(ID, image.at, message, hint, SEVERITY)


def _is_nginx(image: Image) -> bool:
    """Whether an image is nginx with the user's configuration: the stock image is no client."""
    name = image.repository.rpartition("/")[2]
    return not words_of_name(name).isdisjoint(("NGINX", "OPENRESTY")) and image.repository not in _STOCK


def _names(calls: tuple[str, ...]) -> str:
    return calls[0] if len(calls) == 1 else f"{calls[0]} and of {len(calls) - 1} more"
