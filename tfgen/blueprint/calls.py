"""Which service calls which by its names, and the start order that follows."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from tfgen.blueprint import ports, renames
from tfgen.blueprint.model import Call
from tfgen.problems import Locate, Location, Problem, nearest_of_many, some_words
from tfgen.spec.model import Service, Spec


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """What is wrong with Service Connect names, and with calls by them."""
    yield from _connect_problems(spec, at)
    known, before = _known_callee(spec), 0
    for caller, callee, where in _spec_calls(spec, at):
        if problem := _call_problem(caller, callee, known, where, before):
            before += 1
            yield problem


def build(spec: Spec, at: Locate) -> tuple[Call, ...]:
    """The calls, each once."""
    found: dict[tuple[str, str], Location] = {}
    for caller, callee, where in _spec_calls(spec, at):
        found.setdefault((caller, callee), where)
    circles = _call_cycles(sorted(spec.tasks), sorted(found))
    called, resolved = (
        {key: tuple(ports.called(each, by_dns=by_dns).items()) for key, each in spec.services.items()}
        for by_dns in (False, True)
    )
    return tuple(
        Call(
            caller=caller,
            callee=callee,
            ports=(resolved if caller in spec.jobs else called)[callee],
            circle=circles[caller] if caller == callee or circles[caller] == circles[callee] else (),
            at=where,
        )
        for (caller, callee), where in found.items()
    )


def _spec_calls(spec: Spec, at: Locate) -> Iterator[tuple[str, str, Location]]:
    """Caller, callee, and where the spec sets the call."""
    for key, task in spec.tasks.items():
        for index, callee in enumerate(task.calls):
            if isinstance(callee, str):
                yield key, callee, at((task.section, key, "calls", index))


class _Known(NamedTuple):
    """The services, and the other names that may stand for them."""

    services: Mapping[str, Service]
    other: Mapping[str, str]
    earlier: Mapping[str, str]
    jobs: Collection[str]
    listening: Collection[str]
    """The services with a port, or all where none has one."""


def _known_callee(spec: Spec) -> _Known:
    services = spec.services
    return _Known(
        services,
        {
            **{service.dns.name: key for key, service in services.items() if service.dns},
            **{each.name: key for key, service in services.items() for each in service.connects},
        },
        {name: key for key in reversed(services) for name in renames.earlier(key, spec)},
        spec.jobs,
        [key for key, service in services.items() if service.ports] or services,
    )


def _call_problem(caller: str, callee: str, known: _Known, where: Location, before: int) -> Problem | None:
    if callee not in known.services:
        return Problem("TG230", where, f'unknown service "{callee}"', _meant_service(callee, known, before))
    if not known.services[callee].connect and not known.services[callee].dns:
        message = f'"{caller}" calls "{callee}", which has no Service Connect name and no DNS name'
        port = "" if known.services[callee].ports else ", and port: NUMBER, where it listens"
        return Problem("TG231", where, message, f'give "{callee}" one: connect: {callee}{port}')
    return None


def _meant_service(callee: str, known: _Known, before: int) -> str:
    if callee in known.jobs:
        return f"remove it: {callee} is a job, and nothing connects to a job"
    if now := known.earlier.get(callee):
        return f"write {now}: {callee} is now named {now}"
    if key := known.other.get(callee):
        kind = "Service Connect" if callee in _connect_names(known.services[key]) else "DNS"
        return f"write {key}: calls names services, and {callee} is a {kind} name"
    near = nearest_of_many(callee, known.services, before)
    return f"did you mean {near}?" if near else f"write one of the services: {some_words(known.listening)}"


def _connect_names(service: Service) -> list[str]:
    return [each.name for each in service.connects]


def _connect_problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    known: dict[str, tuple[str, int]] = {}
    for key, service in spec.services.items():
        if service.connects and not service.ports:
            where = at(("services", key, "connect"))
            message = f'"{key}" has a Service Connect name but no port'
            yield Problem("TG232", where, message, "add port: NUMBER")
        for index, each in enumerate(service.connects):
            other = known.setdefault(each.name, (key, index))
            if other != (key, index):
                yield _taken_name(each.name, other, at, at(("services", key, "connect", index)))
        yield from ports.connect_problems(key, service, at)


def _taken_name(name: str, other: tuple[str, int], at: Locate, where: Location) -> Problem:
    key, index = other
    line = at(("services", key, "connect", index)).line
    message = f'"{key}" (line {line}) already has the Service Connect name "{name}"'
    return Problem("TG233", where, message, "give each service a name of its own")


def _call_cycles(keys: list[str], edges: list[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    """For each service, the services that it both reaches and is reached by, itself among them."""
    forward: dict[str, list[str]] = {key: [] for key in keys}
    backward: dict[str, list[str]] = {key: [] for key in keys}
    for caller, callee in edges:
        forward[caller].append(callee)
        backward[callee].append(caller)
    done: set[str] = set()
    finished = [key for start in keys for key in _finished_services(start, forward, done)]
    done = set()
    circles: dict[str, tuple[str, ...]] = {}
    for start in reversed(finished):
        members = tuple(sorted(_finished_services(start, backward, done)))
        circles |= dict.fromkeys(members, members)
    return circles


def _finished_services(start: str, edges: Mapping[str, list[str]], done: set[str]) -> Iterator[str]:
    """The services that can be reached from `start` and were not yet, each after those that it leads to."""
    if start in done:
        return
    done.add(start)
    stack = [(start, iter(edges[start]))]
    while stack:
        key, following = stack[-1]
        for next_key in following:
            if next_key not in done:
                done.add(next_key)
                stack.append((next_key, iter(edges[next_key])))
                break
        else:
            stack.pop()
            yield key
