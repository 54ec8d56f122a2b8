"""An answer as text for people and as data for programs, with the same content."""

from collections.abc import Iterator, Sequence
from typing import Any

from tfgen.blueprint.model import ExistingListener, Listener, ListenerRule, TargetGroup
from tfgen.ip_ranges import is_ipv6
from tfgen.routing.answer import MOST_REDIRECTS, WORLD, WORLD_IPV6, Answer, Candidate, Reading, never_ends
from tfgen.routing.request import Request
from tfgen.routing.rewriting import received, rewrites_url
from tfgen.routing.table import route_text
from tfgen.texts import in_line, wrapped_text


def all_as_text(answers: Sequence[Answer], width: int = 0) -> str:
    """What `tfgen route` prints of a request and of those that redirects make of it."""
    texts = [as_text(answer, width) for answer in answers]
    onward = answers[-1].redirected
    left = [f"{onward[0]}\n\n{_left_words(answers)}"] if onward else []
    return "\n\n".join([*texts, *left])


def _left_words(answers: Sequence[Answer]) -> str:
    """Why a redirect is not followed."""
    if never_ends(answers) and len(answers) <= MOST_REDIRECTS:
        return "Not followed: the redirects return to an address that they led to before, without an end."
    if never_ends(answers):
        return f"Not followed: a client gives up after so many redirects as these {len(answers)}."
    return "Not followed: this host is not one of the load balancer's."


def as_text(answer: Answer, width: int = 0) -> str:
    """What `tfgen route` prints of one request; in lines of `width` columns where that is not 0."""
    parts = [
        [str(answer.request)],
        list(_head_lines(answer)),
        list(_rules_before(answer)),
        list(_rules_after(answer)),
    ]
    lines = [[wrapped_text(in_line(line), width, _UNDER) for line in part] for part in parts if part]
    return "\n\n".join(map("\n".join, lines))


_UNDER = " " * 16


def _head_lines(answer: Answer) -> Iterator[str]:
    for winner in answer.winner:
        yield f"{_owner_of_rule(answer.listener[0], winner)}."
        yield f"  listener      {_listener_words(answer.listener[0])}"
        yield f"  rule          {_rule_words(winner)}"
        for target in _target_lines(winner):
            yield f"  target group  {target}"
    if answer.nobody:
        yield f"No response: {answer.nobody}."
    for note in notes_on_answer(answer):
        yield f"  note: {note}"


def _owner_of_rule(listener: Listener | ExistingListener, candidate: Candidate) -> str:
    if shares := _weights(candidate):
        parts = [f"{key} (weight {weight})" for key, weight in shares.items()]
        ports = dict.fromkeys(str(port) for port in _container_ports(candidate))
        return f"{' or '.join(parts)} responds, on port {' or '.join(ports)}"
    for service in candidate.service:
        return f"{service.key} responds, on port {_container_port(candidate)}"
    for rule in candidate.rule:
        return f"No service responds: the load balancer itself {rule.answers}"
    if isinstance(listener, ExistingListener):
        return "No service of this stack responds: what else the existing listener has decides"
    return f"No service responds: the load balancer itself {listener.default}"


def _weights(candidate: Candidate) -> dict[str, int]:
    """The services among which the rule divides its requests; empty where one gets all."""
    dividing = (rule for rule in candidate.rule if len(rule.services) > 1)
    forwards = (forward for rule in dividing for forward in rule.weighted)
    return {target.service: target.weight for forward in forwards for target in forward.targets}


def _container_port(candidate: Candidate) -> int | None:
    return next(_container_ports(candidate), None)


def _container_ports(candidate: Candidate) -> Iterator[int]:
    return (group.port for group in _target_groups(candidate))


def _target_groups(candidate: Candidate) -> Iterator[TargetGroup]:
    """Those that get the requests, of the services that have them."""
    yield from candidate.forwarded
    for rule in candidate.rule:
        for service in candidate.service:
            yield from service.targets(rule)


def _target_lines(candidate: Candidate) -> Iterator[str]:
    for group in _target_groups(candidate):
        yield f"aws_lb_target_group.{group.label}"


def _listener_words(listener: Listener | ExistingListener) -> str:
    if isinstance(listener, ExistingListener):
        return f"{listener.key}, which exists: {listener.arn}"
    return f"{listener.key}, port {listener.port}, for {_client_words(listener)}"


def _client_words(listener: Listener) -> str:
    """Who may connect: all clients, where no range of IPv6 says that some of them may not."""
    ranges = [cidr.cidr for cidr in listener.admitted]
    if WORLD not in ranges:
        return ", ".join("all clients by IPv6" if cidr == WORLD_IPV6 else cidr for cidr in ranges)
    others = [] if WORLD_IPV6 in ranges else [cidr for cidr in ranges if is_ipv6(cidr)]
    return ", ".join(["all clients by IPv4", *others]) if others else "all clients"


def _rule_words(candidate: Candidate) -> str:
    for rule in candidate.rule:
        return f"{route_text(rule)}, priority {rule.priority}: aws_lb_listener_rule.{rule.label}"
    if candidate.forwarded:
        return "none: a network load balancer forwards everything to one target group"
    return "none matches: the default action"


def notes_on_answer(answer: Answer) -> Iterator[str]:
    """Notes on the answer."""
    if answer.others:
        other = f"--load-balancer {' or '.join(answer.others)}"
        yield f"the {answer.balancer} load balancer is taken for this host; for another one: {other}"
    if answer.internal:
        yield "the load balancer is internal: only clients in the VPC and in connected networks can connect"
    for listener in answer.listener:
        yield from _listener_notes(listener, answer)
    yield from _connection_notes(answer)
    for winner in answer.winner:
        yield from _winner_notes(winner, answer.request)
    if answer.winner and (ignored := list(_ignored_headers(answer))):
        yield f"no rule looks at the header {' or '.join(ignored)}"
    for reading in answer.otherwise:
        yield _other_reading_note(reading)
    for says in answer.doubts:
        yield f"{says}, so which service responds is not certain"


def _winner_notes(winner: Candidate, request: Request) -> Iterator[str]:
    """What happens to the request between the rule that takes it and the service."""
    for service in winner.service:
        if not service.tasks.least:
            yield f"the count of {service.key} is 0: without tasks, the load balancer responds with 503"
    yield from _deployment_notes(winner)
    yield from _login_notes(winner)
    yield from _stickiness_notes(winner)
    for prefix in _prefix_note(winner):
        yield f"the service receives the whole path: {prefix} is not removed"
    for rule in winner.rule:
        if rule.rewrites:
            got = received(request, rule)
            yield f"the service receives {got.path} on the host {got.host}"


def _connection_notes(answer: Answer) -> Iterator[str]:
    """What a client meets before the listener's rules, and after a redirect."""
    if answer.uncovered:
        yield f"the certificate of the listener does not cover {answer.request.host}: clients refuse it"
    for listener in answer.listener:
        modes = [each.mode for each in listener.mutual_tls] if isinstance(listener, Listener) else []
        if answer.winner and "verify" in modes:
            yield "clients must show a certificate that the trust store of the listener accepts"
    if answer.redirected and answer.request.method == "POST":
        yield "browsers and most other clients follow a redirect of a POST with a GET"


_WITHOUT_SESSION = {
    "authenticate": "a client without a session is sent to the provider first ({})",
    "deny": "a request without a session gets a 401 ({})",
    "allow": "requests without a session pass, too ({})",
}


def _deployment_notes(winner: Candidate) -> Iterator[str]:
    """Which of two target groups a request reaches, where ECS decides that."""
    if len(winner.service) == 1 and len(list(_target_groups(winner))) > 1:
        if any(rule.is_test for rule in winner.rule):
            yield "while ECS tests a deployment, the target group is the one with the new tasks"
        else:
            yield "ECS decides which target group: each deployment moves the requests to the other one"


def _login_notes(candidate: Candidate) -> Iterator[str]:
    for login in (each for rule in candidate.rule for each in rule.logins):
        if not login.has_sessions:
            yield f"it asks for the login {login.name}: a request without a valid token is refused"
            continue
        what = _WITHOUT_SESSION[login.unauthenticated].format(login.provider)
        yield f"it asks for the login {login.name}: {what}"


def _stickiness_notes(candidate: Candidate) -> Iterator[str]:
    for forward in (each for rule in candidate.rule for each in rule.weighted):
        for seconds in forward.sticky:
            yield f"a client stays with the service of its first request for {seconds} s"


def _ignored_headers(answer: Answer) -> Iterator[str]:
    """Headers of the request that no rule of the listener has a condition on."""
    rules = [rule for candidate in answer.candidates for rule in candidate.rule]
    read = {header.name.lower() for rule in rules for header in rule.headers}
    return (name for name, _ in answer.request.headers if name.lower() not in read)


def _listener_notes(listener: Listener | ExistingListener, answer: Answer) -> Iterator[str]:
    if isinstance(listener, ExistingListener):
        yield "the port, the clients and the other rules of this listener are not known"
        if answer.winner and answer.winner[0].rule:
            yield "another rule with a lower priority may respond before it"
    elif answer.winner and not answer.request.source and WORLD not in [c.cidr for c in listener.admitted]:
        yield "not every address may connect to this listener; check one with --from ADDRESS"


def _prefix_note(candidate: Candidate) -> Iterator[str]:
    """The path of a route that matches all below it, which some expect to be removed from the request."""
    rules = (rule for rule in candidate.rule if candidate.service and not rewrites_url(rule))
    for rule in rules:
        for path in (path for values in rule.paths for path in values[:1]):
            if "*" not in path and "?" not in path:
                yield path


def _other_reading_note(reading: Reading) -> str:
    """The first reading is the one of RFC 3986, a host without its port."""
    who = _names_of_services(reading.candidate) or "the default action"
    if reading.within:
        return f"for clients in {reading.within}, {who} responds; check one with --from ADDRESS"
    query = "&".join(f"{key}={value}" for key, value in reading.seen.query)
    return (
        "AWS does not document how its load balancers normalize a request; if the rules see "
        f"{reading.seen.host}{reading.seen.path}{'?' if query else ''}{query}, {who} responds"
    )


def _rules_before(answer: Answer) -> Iterator[str]:
    tried = answer.candidates[: answer.chosen]
    if tried:
        yield "Evaluated before, and why they do not match:"
        yield from _table_rows(answer, [(candidate, "; ".join(candidate.why_not)) for candidate in tried])


def _rules_after(answer: Answer) -> Iterator[str]:
    later = answer.candidates[answer.chosen + 1 :]
    would = [candidate for candidate in later if not candidate.why_not]
    if would:
        yield "Would also match, but are evaluated later:"
        yield from _table_rows(answer, [(candidate, "") for candidate in would])
    if len(later) > len(would):
        count = len(later) - len(would)
        rules = "rule is" if count == 1 else "rules are"
        yield f"{count}{' more' if would else ''} {rules} evaluated later and would not match."


def _table_rows(answer: Answer, rows: Sequence[tuple[Candidate, str]]) -> Iterator[str]:
    """One line for each candidate: its order, its conditions, its target, and a remark."""
    fixed = _default_words(answer.listener[0])
    cells = [(*_table_cells(candidate, fixed), said) for candidate, said in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(3)]
    for when, what, where, said in cells:
        line = f"  {when:>{widths[0]}}  {what:<{widths[1]}}  -> {where:<{widths[2]}}  {said}"
        yield line.rstrip()


def _names_of_services(candidate: Candidate) -> str:
    return " or ".join(service.key for service in candidate.service)


def _default_words(listener: Listener | ExistingListener) -> str:
    if isinstance(listener, ExistingListener):
        return "not known"
    return _own_words(listener)


def _own_words(answerer: Listener | ListenerRule) -> str:
    """What the load balancer itself does, in a word: a status, or where it redirects to."""
    found = [*(each.text for each in answerer.redirects), *(each.status for each in answerer.responses)]
    return next(iter(found), "")


def _table_cells(candidate: Candidate, fixed: str) -> tuple[str, str, str]:
    where = _names_of_services(candidate)
    for rule in candidate.rule:
        return str(rule.priority), route_text(rule), where or _own_words(rule)
    return "last", "the default action", fixed


# --- as data


def all_as_data(answers: Sequence[Answer]) -> dict[str, Any]:
    """What `tfgen route --json` prints: of a request, and under `then` of the one that a redirect makes of
    it."""
    first, *others = answers
    return {**as_data(first), "then": all_as_data(others) if others else None}


def as_data(answer: Answer) -> dict[str, Any]:
    """What `tfgen route --json` prints of one request. `answers` is service, load-balancer or nobody."""
    winner = answer.winner[0] if answer.winner else None
    weights = _weights(winner) if winner else {}
    service = winner.service[0].key if winner and winner.service and not weights else None
    fixed = bool(winner) and service is None and not weights
    return {
        "request": _request_object(answer),
        "load_balancer": answer.balancer or None,
        "answers": "service" if service or weights else "load-balancer" if fixed else "nobody",
        "reason": answer.nobody or None,
        "status": _status(answer) if fixed else None,
        "location": next(iter(answer.redirected), None),
        "service": service,
        "weights": weights or None,
        "port": _container_port(winner) if winner and service else None,
        "target_group": next(_target_lines(winner), None) if winner and service else None,
        "login": next((login.name for rule in winner.rule for login in rule.logins), None)
        if winner
        else None,
        "receives": next(map(dict, _received_data(answer)), None),
        "listener": next(map(_listener_data, answer.listener), None),
        "rule": _rule_data(winner) if winner else None,
        "notes": list(notes_on_answer(answer)),
        "otherwise": [
            {
                "host": reading.seen.host,
                "path": reading.seen.path,
                "from": reading.within or None,
                **_rule_data(reading.candidate),
            }
            for reading in answer.otherwise
        ],
        "candidates": [
            {
                **_rule_data(candidate),
                "outcome": _outcome_of_rule(index, answer),
                "why_not": list(candidate.why_not),
            }
            for index, candidate in enumerate(answer.candidates)
        ],
    }


def _received_data(answer: Answer) -> Iterator[dict[str, str]]:
    """What a service gets where its rule rewrites requests."""
    for rule in (rule for winner in answer.winner for rule in winner.rule if rule.rewrites):
        yield received(answer.request, rule)._asdict()


def _status(answer: Answer) -> int | None:
    """Of what the load balancer itself does, but for a default action that an override says."""
    rules = [rule for winner in answer.winner for rule in winner.rule]
    own = [each for each in answer.listener if isinstance(each, Listener) and not each.answers]
    for each in rules or own:
        statuses = [*(found.status for found in each.responses), *(found.status for found in each.redirects)]
        return next((int(status.removeprefix("HTTP_")) for status in statuses), None)
    return None


def _request_object(answer: Answer) -> dict[str, Any]:
    request = answer.request
    return {
        "method": request.method,
        "url": request.url,
        "port": request.port,
        "host": request.host,
        "path": request.path,
        "from": str(request.source) if request.source else None,
    }


def _listener_data(listener: Listener | ExistingListener) -> dict[str, Any]:
    if isinstance(listener, ExistingListener):
        return {"name": listener.key, "port": None, "cidrs": None}
    return {"name": listener.key, "port": listener.port, "cidrs": [cidr.cidr for cidr in listener.admitted]}


def _rule_data(candidate: Candidate) -> dict[str, Any]:
    rule = candidate.rule[0] if candidate.rule else None
    return {
        "route": route_text(rule) if rule else None,
        "priority": rule.priority if rule else None,
        "address": f"aws_lb_listener_rule.{rule.label}" if rule else None,
        "leads_to": " and ".join(service.key for service in candidate.service) or None,
    }


def _outcome_of_rule(index: int, answer: Answer) -> str:
    """Evaluated and passed over, the one that responds, or not evaluated."""
    return "answers" if index == answer.chosen else "passed" if index < answer.chosen else "not-tried"
