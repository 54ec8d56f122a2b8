"""What a listener does with requests that no route matches: it responds, or sends clients elsewhere.

A redirect must change the protocol, the host, the port or the path, and cannot lead from HTTPS to HTTP
(botocore, elbv2 RedirectActionConfig).
"""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import NamedTuple

from tfgen import facts
from tfgen.blueprint.model import NOT_FOUND, USUAL_PORTS, FixedResponse, Redirect
from tfgen.problems import Locate, Location, Problem, nearest_word, some_words
from tfgen.spec.balancers import Balancer
from tfgen.spec.model import Listener as ListenerSpec
from tfgen.spec.model import Redirect as RedirectSpec
from tfgen.spec.model import Redirection, Response, Spec

_URL = re.compile(r"(?P<scheme>https?)://(?P<host>[^/?:]+)(:(?P<port>[0-9]{1,5}))?(?P<rest>[/?].*)?")
_PLACEHOLDER = re.compile(r"#\{([^}]*)\}?")
_PLACEHOLDERS = ("protocol", "host", "port", "path", "query")


class Target(NamedTuple):
    """Where a redirect leads, as far as it says; None is as requested."""

    scheme: str | None
    host: str | None
    port: int | None
    path: str | None
    query: str | None


def target_of(to: str, listeners: Mapping[str, ListenerSpec]) -> Target | None:
    """None where it names a listener that there is not."""
    if to.startswith("/"):
        return Target(None, None, None, *_path_and_query(to))
    if url := _URL.fullmatch(to):
        port = int(url["port"]) if url["port"] else USUAL_PORTS[url["scheme"]]
        host = None if url["host"] == "#{host}" else url["host"]
        return Target(url["scheme"], host, port, *_path_and_query(url["rest"] or ""))
    if to in listeners:
        listener = listeners[to]
        return Target(listener.protocol, None, listener.port, None, None)
    return None


def _path_and_query(text: str) -> tuple[str | None, str | None]:
    path, mark, query = text.partition("?")
    kept = path in ("", "/#{path}")
    return None if kept else path, query if mark and query != "#{query}" else None


def build_redirect(status: int, found: Target) -> Redirect:
    return Redirect(
        status=f"HTTP_{status}",
        protocol=() if found.scheme is None else (found.scheme.upper(),),
        host=() if found.host is None else (found.host,),
        port=() if found.port is None else (str(found.port),),
        path=() if found.path is None else (found.path,),
        query=() if found.query is None else (found.query,),
    )


def of_redirection(
    said: Redirection, listeners: Mapping[str, ListenerSpec]
) -> tuple[tuple[Redirect, ...], tuple[FixedResponse, ...]]:
    """Where it sends clients, or what it responds."""
    if said.respond:
        return (), (build_response(said.respond),)
    found = target_of(said.to or "", listeners)
    return ((build_redirect(said.status, found),) if found else ()), ()


def default_redirect(listener: ListenerSpec) -> RedirectSpec | None:
    return listener.redirect or (listener.default.redirect if listener.default else None)


def redirects(listener: ListenerSpec, listeners: Mapping[str, ListenerSpec]) -> tuple[Redirect, ...]:
    """Nothing, or where a listener sends what no route matches."""
    said = default_redirect(listener)
    found = target_of(said.to, listeners) if said else None
    return (build_redirect(said.status, found),) if said and found else ()


def responses(listener: ListenerSpec) -> tuple[FixedResponse, ...]:
    """What a listener responds to what no route matches; nothing where it redirects."""
    if default_redirect(listener):
        return ()
    said = listener.default.respond if listener.default else None
    return (build_response(said) if said else NOT_FOUND,)


def build_response(said: Response) -> FixedResponse:
    body = _phrase(said.status) if said.body is None else said.body
    return FixedResponse(status=str(said.status), body=body, type=said.type)


def _phrase(status: int) -> str:
    """What a status code is called: `Not found`."""
    return next((each.phrase.capitalize() for each in HTTPStatus if each == status), "")


# --- what is wrong with them


def problems(balancer: Balancer, spec: Spec, at: Locate) -> Iterator[Problem]:
    """Of the default actions of listeners."""
    listeners = balancer.said.listeners
    for key, listener in listeners.items():
        path = balancer.listener_path(key)
        yield from _form_problems(listener, at((*path, "default" if listener.default else "redirect")))
        if listener.default:
            yield from _service_problems(listener, spec, at((*path, "default")))
        if said := default_redirect(listener):
            where = at((*path, "redirect") if listener.redirect else (*path, "default", "redirect"))
            yield from redirect_problems(said.to, key, listeners, where)
            found = target_of(said.to, listeners)
            if found and _is_at(found, listener, listener):
                message = f"a redirect from {said.to} to itself never ends: nothing of the address changes"
                yield Problem("TG548", where, message, "name another listener, host, port or path")
        for index, each in enumerate(listener.redirects):
            yield from _redirection_problems(each, key, listeners, at((*path, "redirects", index)))
    yield from _circle_problems(balancer, at)


def _form_problems(listener: ListenerSpec, where: Location) -> Iterator[Problem]:
    """A listener does one thing with the rest."""
    default = listener.default
    said = ["redirect"] if listener.redirect else []
    if default is not None:
        said += [
            f"default.{name}"
            for name in ("service", "respond", "redirect")
            if getattr(default, name) is not None
        ]
        if not said:
            hint = "write service:, respond: or redirect:"
            yield Problem("TG547", where, "this default does nothing", hint)
    if len(said) > 1:
        message = f"this listener has both {' and '.join(said)} for what no route matches"
        yield Problem("TG547", where, message, "keep one of them")
    if default and default.respond:
        yield from _response_problems(default.respond, where)


def _service_problems(listener: ListenerSpec, spec: Spec, where: Location) -> Iterator[Problem]:
    name = listener.default.service if listener.default else None
    if name is not None and name not in spec.services:
        near = nearest_word(name, spec.services)
        hint = f"did you mean {near}?" if near else "name a service of this stack"
        yield Problem("TG547", where, f'there is no service "{name}"', hint)


def _redirection_problems(
    said: Redirection, key: str, listeners: Mapping[str, ListenerSpec], where: Location
) -> Iterator[Problem]:
    """Requests get one answer."""
    if (said.to is None) == (said.respond is None):
        message = "this has both to and respond" if said.respond else "this says neither to nor respond"
        yield Problem("TG547", where, message, "write one of them")
    elif said.to is not None:
        yield from redirect_problems(said.to, key, listeners, where)
    elif said.respond:
        yield from _response_problems(said.respond, where)


def _response_problems(said: Response, where: Location) -> Iterator[Problem]:
    if 300 <= said.status < 400:
        message = f"a listener cannot respond with {said.status} itself"
        yield Problem("TG547", where, message, "redirect for 301 and 302; otherwise write 2xx, 4xx or 5xx")


def redirect_problems(
    to: str, key: str, listeners: Mapping[str, ListenerSpec], where: Location
) -> Iterator[Problem]:
    """What a redirect of a listener cannot be."""
    found = target_of(to, listeners)
    if found is None:
        near = nearest_word(to, listeners)
        known = some_words(list(listeners))
        hint = f"did you mean {near}?" if near else f"name one of {known}, or write a URL"
        yield Problem("TG548", where, f'there is no listener "{to}" to redirect to', hint)
        return
    yield from _placeholder_problems(to, where)
    yield from _part_problems(found, where)
    if listeners[key].protocol == "https" and found.scheme == "http":
        message = "Elastic Load Balancing refuses a redirect from HTTPS to HTTP"
        yield Problem("TG548", where, message, "redirect to https")


def _part_problems(found: Target, where: Location) -> Iterator[Problem]:
    """What a part of the new address cannot be (botocore, elbv2 RedirectActionConfig)."""
    most = facts.limits()["redirect_part_chars_max"].value
    for name, part in (("host", found.host), ("path", found.path), ("query", found.query)):
        if part is not None and len(part) > most:
            message = f"the {name} of a redirect has at most {most} characters, not {len(part)}"
            yield Problem("TG548", where, message, "write a shorter one, or let a service redirect")
    if found.port is not None and not 1 <= found.port <= 65535:
        yield Problem("TG548", where, f"there is no port {found.port}", "write a port from 1 to 65535")
    if found.host is not None and not _HOST.fullmatch(found.host):
        yield Problem("TG548", where, f'"{found.host}" is no host', "write one such as www.example.com")
    if "#" in _PLACEHOLDER.sub("", f"{found.path or ''}{found.query or ''}"):
        message = "a redirect has no fragment: what follows # would be part of the path"
        yield Problem("TG548", where, message, "remove it")
    if (found.path or "").startswith("//"):
        message = f"{found.path} is a path that begins with two slashes, and no other host"
        yield Problem("TG548", where, message, "write a URL, with https:// in front of the host")


_HOST = re.compile(r"([A-Za-z0-9-]|#\{[a-z]+\})+(\.([A-Za-z0-9-]|#\{[a-z]+\})+)*")


def _placeholder_problems(to: str, where: Location) -> Iterator[Problem]:
    for match in _PLACEHOLDER.finditer(to):
        if match[1] not in _PLACEHOLDERS or not match[0].endswith("}"):
            message = f"{match[0]} stands for nothing in a redirect"
            hint = f"write one of {', '.join(f'#{{{name}}}' for name in _PLACEHOLDERS)}"
            yield Problem("TG548", where, message, hint)


def _circle_problems(balancer: Balancer, at: Locate) -> Iterator[Problem]:
    """Listeners that send clients round and round, on whatever host."""
    told: set[str] = set()
    listeners = balancer.said.listeners
    for key in listeners:
        way = _way_from(key, listeners)
        if key == way[-1] and len(way) > 2 and not told & set(way):
            told |= set(way)
            message = f"the listeners {' and '.join(way[:-1])} redirect to each other, without an end"
            hint = "let one of them have routes, or redirect to another host"
            yield Problem("TG548", at(balancer.listener_path(key)), message, hint)


def _way_from(key: str, listeners: Mapping[str, ListenerSpec]) -> list[str]:
    """The listeners that a client is sent to one after another, until one does not redirect or was there."""
    way = [key]
    while (said := default_redirect(listeners[way[-1]])) and (found := target_of(said.to, listeners)):
        own = listeners[way[-1]]
        onward = next((name for name, each in listeners.items() if _is_at(found, each, own)), "")
        if not onward or onward in way[1:]:
            break
        way.append(onward)
        if onward == key:
            break
    return way


def _is_at(found: Target, listener: ListenerSpec, own: ListenerSpec) -> bool:
    """Whether a target on the same host and path is a listener."""
    here = found.host is None and found.path is None
    port, protocol = found.port or own.port, found.scheme or own.protocol
    return here and (listener.port, listener.protocol) == (port, protocol)
