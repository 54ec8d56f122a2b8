"""What responds to a request: the listener, its rules in the order of evaluation, its default action.

How a load balancer matches requests, with sources (ELB/x is x.html in
docs.aws.amazon.com/elasticloadbalancing/latest/application):

- All conditions of a rule must hold, one value of each; rules are evaluated from the lowest priority, and the
  default action applies where none matches (ELB/listener-rules).
- A path pattern is case-sensitive and excludes the query; a host pattern is case-insensitive; a method is the
  whole word; headers and query parameters, name and value, are case-insensitive, and any of several with one
  name may match; a source is the address that connects (botocore, elbv2 RuleCondition).
- Whether a query is decoded before it is compared, and what a parameter without "=" is, is not documented:
  both readings are tried in the same way.
- Rules are evaluated "only after URI normalization occurs" (ELB/rule-condition-types); no document says
  what that is, nor what becomes of a port or a last dot in the Host header. So a request that such things
  could concern is read in each of the usual ways, and if another one answers, `Answer.otherwise` says so.
- TRACE gets a 405 (ELB/load-balancer-troubleshooting).
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tfgen.blueprint.model import (
    UDP,
    Blueprint,
    ExistingListener,
    ExistingLoadBalancer,
    Listener,
    ListenerRule,
    LoadBalancer,
    NamedCondition,
    Service,
    TargetGroup,
)
from tfgen.hcl.text import ResourceRef
from tfgen.ip_ranges import in_order, is_inside, parse_range
from tfgen.routing.asked import AnyBalancer, asked_balancer, rule_hosts
from tfgen.routing.patterns import matches_any
from tfgen.routing.request import Address, Request, redirected_url, request_of_redirect
from tfgen.routing.table import entries_by_listener, services_of_entry

WORLD, WORLD_IPV6 = "0.0.0.0/0", "::/0"


class Seen(NamedTuple):
    """What rules see of a request."""

    host: str
    path: str
    method: str
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    source: Address | None = None


class Candidate(NamedTuple):
    """A rule of the listener, or its default action where `rule` is empty.

    `service` is empty where the action is a fixed response, and more than one where a rule divides its
    requests; `why_not` says which conditions fail.
    """

    rule: tuple[ListenerRule, ...]
    service: tuple[Service, ...]
    why_not: tuple[str, ...]
    forwarded: tuple[TargetGroup, ...] = ()
    """Those to which a listener of a network load balancer, which has no rules, forwards everything."""


class Reading(NamedTuple):
    """Another reading of the request, and what responds to it.

    `within` is the range of clients that the reading is about; empty where it is about the text."""

    seen: Seen
    candidate: Candidate
    within: str = ""


class Answer(NamedTuple):
    """`nobody` says why no rule is asked; else `candidates[chosen]` answers, the last being the default, or
    whatever an existing listener has besides.

    `otherwise` holds readings of the request with which another one would answer.
    """

    request: Request
    nobody: str = ""
    listener: tuple[Listener | ExistingListener, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    chosen: int = 0
    otherwise: tuple[Reading, ...] = ()
    doubts: tuple[str, ...] = ()
    """What overrides do to the listener and its rules and tfgen cannot evaluate."""
    redirected: tuple[str, ...] = ()
    """No address, or the one that the client is sent to instead."""
    internal: bool = False
    """Whether the load balancer is internal."""
    balancer: str = ""
    """The name of the load balancer, where there are several."""
    others: tuple[str, ...] = ()
    """Those that could as well get the request, for all that it says."""
    uncovered: bool = False
    """Whether the certificate of the listener certainly lacks the host."""

    @property
    def winner(self) -> tuple[Candidate, ...]:
        return self.candidates[self.chosen : self.chosen + 1]


def answer_request(blueprint: Blueprint, request: Request) -> Answer:
    """What happens to a request to a load balancer of this stack."""
    asked = asked_balancer(blueprint, request)
    if asked is None:
        return Answer(request, _no_listener((), request))
    found = _answer_of_balancer(blueprint, asked.balancer, request)
    several = len(blueprint.load_balancer) + len(blueprint.existing_load_balancer) > 1
    return found._replace(balancer=asked.balancer.key if several else "", others=asked.others)


def _answer_of_balancer(blueprint: Blueprint, balancer: AnyBalancer, request: Request) -> Answer:
    if isinstance(balancer, ExistingLoadBalancer):
        return _answer_of_existing(blueprint, balancer, request)
    listener = next((each for each in balancer.listeners if each.port == request.port), None)
    if listener is None:
        return Answer(request, _no_listener(balancer.listeners, request))
    if nobody := _refusal_reason(listener, request):
        return Answer(request, nobody, (listener,), internal=balancer.internal)
    if listener.is_network:
        forwarding = (_forwarding(blueprint, listener),)
        return Answer(request, "", (listener,), forwarding, internal=balancer.internal)
    uncovered = _is_uncovered(balancer, listener, request.host)
    answer = _answer_of_listener(blueprint, listener, request)
    return answer._replace(internal=balancer.internal, uncovered=uncovered)


def _is_uncovered(balancer: LoadBalancer, listener: Listener, host: str) -> bool:
    """Whether a listener has no certificate but the stack's own, and that lacks a host."""
    own = [arn for arn in listener.certificates if isinstance(arn, ResourceRef)]
    names = [name for each in balancer.certificate for name in (each.domain, *each.alternatives)]
    alone = own and not listener.more_certificates
    return bool(alone) and not any(covers_host(name, host.rstrip(".")) for name in names)


def covers_host(name: str, host: str) -> bool:
    """Whether a name of a certificate is a host, or a wildcard for its first label."""
    return name in (host, f"*.{host.partition('.')[2]}")


def _answer_of_existing(blueprint: Blueprint, balancer: ExistingLoadBalancer, request: Request) -> Answer:
    """Which of its listeners has the port of a request is known where there is one, or one with its scheme as
    its name."""
    own = [each for each in balancer.listeners if each.key.rpartition(".")[2] == request.scheme]
    listener = next(iter(own), balancer.listeners[0])
    if len(balancer.listeners) > 1 and not own:
        names = ", ".join(each.key for each in balancer.listeners)
        nobody = f"which of the existing listeners ({names}) has port {request.port} is not known"
        return Answer(request, f"{nobody}; one named {request.scheme} would be taken for it")
    return _answer_of_listener(blueprint, listener, request)


def _answer_of_listener(
    blueprint: Blueprint, listener: Listener | ExistingListener, request: Request
) -> Answer:
    first, *others = readings_of_request(request)
    candidates = _candidate_rules(blueprint, listener, first)
    chosen = _chosen_index(candidates)
    otherwise = []
    rules = [rule for candidate in candidates for rule in candidate.rule]
    for seen, within in (*((each, "") for each in others), *_readings_by_source(rules, first)):
        found = _candidate_rules(blueprint, listener, seen)
        candidate = found[_chosen_index(found)]
        if _leads_to(candidate) != _leads_to(candidates[chosen]):  # another rule may lead to the same service
            otherwise.append(Reading(seen, candidate, within))
    doubts = tuple(_doubts_of_answer(blueprint, listener, candidates))
    redirected = tuple(_redirected(listener, candidates[chosen], request))
    return Answer(request, "", (listener,), candidates, chosen, tuple(otherwise), doubts, redirected)


def _redirected(listener: Listener | ExistingListener, chosen: Candidate, request: Request) -> Iterator[str]:
    """Where a rule or the default action of a listener sends a client, if it does."""
    for rule in chosen.rule:
        yield from (redirected_url(request, redirect) for redirect in rule.redirects)
    if not chosen.rule and isinstance(listener, Listener) and not listener.answers:
        yield from (redirected_url(request, redirect) for redirect in listener.redirects)


MOST_REDIRECTS = 10
"""Browsers give up after some 20."""


def answers_of_request(blueprint: Blueprint, request: Request) -> tuple[Answer, ...]:
    """The answer to a request, and to each that a client makes because it was redirected: the last one is
    redirected no more, leads elsewhere, or is one of too many."""
    answers = [answer_request(blueprint, request)]
    while answers[-1].redirected and len(answers) <= MOST_REDIRECTS:
        url, last = answers[-1].redirected[0], answers[-1]
        onward = request_of_redirect(last.request, url)
        if onward.host == last.request.host:
            onward = onward._replace(balancer=last.balancer)
        if not _is_here(blueprint, onward, request):
            break
        if any(url == each.request.url for each in answers[1:]):
            answers.append(answer_request(blueprint, onward))
            break
        answers.append(answer_request(blueprint, onward))
    return tuple(answers)


def never_ends(answers: Sequence[Answer]) -> bool:
    """Whether redirects lead a client round and round."""
    *before, last = answers
    return len(answers) > MOST_REDIRECTS or last.request.url in {each.request.url for each in before}


def _is_here(blueprint: Blueprint, onward: Request, first: Request) -> bool:
    """Whether a redirect leads to the load balancer again: to the host that the client asked for, to one of
    its names, or to a host of its routes."""
    if onward.host == first.host:
        return True
    names = [name for each in blueprint.load_balancer for records in each.records for name in records.names]
    hosts = [host for service in blueprint.services for rule in service.rules for host in rule_hosts(rule)]
    return matches_any(tuple(names), onward.host) or matches_any(tuple(hosts), onward.host)


def _doubts_of_answer(
    blueprint: Blueprint, listener: Listener | ExistingListener, candidates: Sequence[Candidate]
) -> Iterator[str]:
    rules = {f"aws_lb_listener_rule.{rule.label}" for candidate in candidates for rule in candidate.rule}
    own = {
        balancer.place(address)
        for balancer in blueprint.load_balancer
        if listener in balancer.listeners
        for address in (f"aws_lb_listener.{listener.label}", "aws_lb.main")
    }
    answering = own | rules
    for overridden in blueprint.overridden:
        yield from (mark.says for mark in overridden.marks if mark.changed.address in answering)


# --- before any rule


def _forwarding(blueprint: Blueprint, listener: Listener) -> Candidate:
    """What a listener of a network load balancer does, whatever a request asks for."""
    found = [(service, group) for service in blueprint.services for group in service.forwarded(listener.key)]
    services, groups = zip(*found, strict=True)
    return Candidate((), services, (), groups)


def _no_listener(listeners: Sequence[Listener], request: Request) -> str:
    if not listeners:
        return "this stack has no load balancer, because no service has routes"
    ports = ", ".join(f"{listener.key} {listener.port}" for listener in listeners)
    return f"no listener has port {request.port} (the listeners: {ports}), so the connection times out"


def _refusal_reason(listener: Listener, request: Request) -> str:
    """Why a listener does not evaluate its rules; empty where it does."""
    name = f"listener {listener.key} on port {listener.port}"
    if not admits_sender(listener, request):
        ranges = ", ".join(cidr.cidr for cidr in listener.admitted) or "no clients"
        other = f", not {request.source}" if request.source else ""
        return f"{name} allows {ranges}{other}; the connection times out"
    if request.scheme == "https" and listener.protocol == "HTTP":
        return f"{name} speaks HTTP without TLS, so an https request fails in the handshake"
    if request.scheme == "http" and listener.protocol in ("HTTPS", "TLS"):
        return f"{name} speaks {listener.protocol}, so a request without TLS reaches no service"
    if listener.transport == UDP:
        return f"{name} takes datagrams, so a TCP connection times out"
    if request.method == "TRACE" and not listener.is_network:
        return "the load balancer itself responds to every TRACE with 405"
    return ""


def admits_sender(listener: Listener, request: Request) -> bool:
    """Whether the security group allows the sender, if it is known. All rules are for IPv4."""
    if request.source is None:
        return bool(listener.admitted)
    return is_within(request.source, [cidr.cidr for cidr in listener.admitted])


# --- the rules


def _candidate_rules(
    blueprint: Blueprint, listener: Listener | ExistingListener, seen: Seen
) -> tuple[Candidate, ...]:
    services = {service.key: service for service in blueprint.services}
    rules = [
        Candidate(
            (entry.rule,),
            tuple(services[key] for key in services_of_entry(entry)),
            tuple(_why_not(entry.rule, seen)),
        )
        for entry in entries_by_listener(blueprint).get(listener.key, ())
    ]
    return (*rules, Candidate((), (), ()))


def _chosen_index(candidates: Sequence[Candidate]) -> int:
    return next(index for index, candidate in enumerate(candidates) if not candidate.why_not)


def _leads_to(candidate: Candidate) -> str:
    own = [rule.answers for rule in candidate.rule if rule.answers]
    return " and ".join([*own, *(service.key for service in candidate.service)])


def _why_not(rule: ListenerRule, seen: Seen) -> Iterator[str]:
    for values in rule.hosts:
        if not matches_any(tuple(value.lower() for value in values), seen.host):
            yield f"host is not {_joined_with_or(values)}"
    for values in rule.paths:
        if not matches_any(values, seen.path):
            yield f"path is not {_joined_with_or(values)}"
    for values in rule.methods:
        if seen.method not in values:
            yield f"method is not {_joined_with_or(values)}"

    yield from _why_not_named("header", rule.headers, seen.headers)
    yield from _why_not_named("query parameter", rule.queries, seen.query)
    for values in rule.sources:
        if seen.source is None or not is_within(seen.source, values):
            unknown = " (not known: --from ADDRESS)" if seen.source is None else ""
            yield f"source is not {_joined_with_or(values)}{unknown}"


def _why_not_named(
    kind: str, conditions: Sequence[NamedCondition], sent: Sequence[tuple[str, str]]
) -> Iterator[str]:
    for condition in conditions:
        patterns = tuple(value.lower() for value in condition.accepted)
        values = [value.lower() for name, value in sent if name.lower() == condition.name.lower()]
        if not any(matches_any(patterns, value) for value in values):
            yield f"{kind} {condition.name} is not {_joined_with_or(condition.accepted)}"


def is_within(address: Address, ranges: Sequence[str]) -> bool:
    """Whether an address is in one of the ranges."""
    return any(address in parse_range(cidr) for cidr in ranges)


def _joined_with_or(values: Sequence[str]) -> str:
    return " or ".join(values)


# --- ways to read a request


def readings_of_request(request: Request) -> list[Seen]:
    """What rules could see of the request, likeliest first, each once: see the head of this module."""
    normal = _without_dots(_decoded_path(request.path, unreserved=True))
    decoded = _without_dots(_decoded_path(request.path))
    paths = dict.fromkeys([normal, request.path, decoded, re.sub("/+", "/", decoded)])
    queries = list(dict.fromkeys(_readings_of_query(request.query)))
    one = Seen(request.host, normal, request.method, request.headers, queries[0], request.source)
    found = [one._replace(path=path) for path in paths]
    if request.host.endswith("."):
        found.append(one._replace(host=request.host.rstrip(".")))
    if request.host_port is not None:
        found.append(one._replace(host=f"{request.host}:{request.host_port}"))
    return [*found, *(one._replace(query=query) for query in queries[1:])]


_Pairs = tuple[tuple[str, str], ...]


def _readings_of_query(query: str) -> Iterator[_Pairs]:
    """The parameters as sent, with one without "=" having an empty value; decoded; without those."""
    pairs = [part.partition("=") for part in query.split("&") if part]
    yield tuple((key, value) for key, _, value in pairs)
    yield tuple((_decoded_part(key), _decoded_part(value)) for key, _, value in pairs)
    yield tuple((key, value) for key, equals, value in pairs if equals)
    yield tuple((_decoded_part(key), _decoded_part(value)) for key, equals, value in pairs if equals)


def _decoded_part(text: str) -> str:
    return _decoded_path(text.replace("+", " "))


def _readings_by_source(rules: Sequence[ListenerRule], seen: Seen) -> Iterator[tuple[Seen, str]]:
    """Where the sender is not known, one of each range that a rule looks for, with the range."""
    if seen.source is not None:
        return
    ranges = {parse_range(cidr) for rule in rules for values in rule.sources for cidr in values}
    for cidr in sorted(ranges, key=in_order):
        narrower = [each for each in ranges if each != cidr and is_inside(each, cidr)]
        ends = cidr[0], cidr[-1]
        address = next((end for end in ends if not any(end in each for each in narrower)), cidr[0])
        yield seen._replace(source=address), str(cidr)


_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


def _decoded_path(path: str, *, unreserved: bool = False) -> str:
    """Percent-encoded characters of ASCII as themselves; with `unreserved` those that RFC 3986, 2.3 names."""

    def plain(match: re.Match[str]) -> str:
        char = chr(int(match[1], 16))
        return char if char.isascii() and (not unreserved or _UNRESERVED.match(char)) else match[0]

    return re.sub("%([0-9A-Fa-f]{2})", plain, path)


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4: `.` and `..` as segments are walked and not sent."""
    walked: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del walked[-1:]
        elif segment != ".":
            walked.append(segment)
    if segments[-1:] and segments[-1] in (".", ".."):
        walked.append("")
    return "/" + "/".join(walked)
