"""A result of `tfgen route` as text and as data, with the same content."""

from collections.abc import Iterator, Sequence
from typing import Any

from tfgen.blueprint.model import Listener
from tfgen.routing.answer import WORLD, Answer, Candidate, Reading
from tfgen.routing.table import text
from tfgen.texts import in_line, wrapped

"""Of the default action: templates/load_balancer/listeners.tf.j2."""


def as_text(answer: Answer, width: int = 0) -> str:
    """What `tfgen route` prints; in lines of `width` columns where that is not 0."""
    parts = [[str(answer.request)], list(_head(answer)), list(_before(answer)), list(_after(answer))]
    lines = [[wrapped(in_line(line), width, _UNDER) for line in part] for part in parts if part]
    return "\n\n".join(map("\n".join, lines))


_UNDER = " " * 16


def _head(answer: Answer) -> Iterator[str]:
    for winner in answer.winner:
        yield f"{_who(answer.listener[0], winner)}."
        yield f"  listener      {_listener(answer.listener[0])}"
        yield f"  rule          {_rule(winner)}"
        for target in _targets(winner):
            yield f"  target group  {target}"
    if answer.nobody:
        yield f"Nobody answers: {answer.nobody}."
    for note in notes(answer):
        yield f"  note: {note}"


def _who(listener: Listener, candidate: Candidate) -> str:
    for service in candidate.service:
        return f"{service.key} answers, on port {_port(candidate)}"
    for does in listener.answers:
        return f"No service answers: the load balancer itself {does}"
    says = f'{listener.default.status} "{listener.default.body}"'
    return f"No service answers: the load balancer itself says {says}"


def _port(candidate: Candidate) -> int | None:
    return next((group.port for service in candidate.service for group in service.target_groups), None)


def _targets(candidate: Candidate) -> Iterator[str]:
    for service in candidate.service:
        for group in service.target_groups:
            yield f"aws_lb_target_group.{group.label}"


def _listener(listener: Listener) -> str:
    ranges = [cidr.cidr for cidr in listener.admitted]
    return f"{listener.key}, port {listener.port}, for {'anybody' if WORLD in ranges else ', '.join(ranges)}"


def _rule(candidate: Candidate) -> str:
    for rule in candidate.rule:
        return f"{text(rule)}, priority {rule.priority}: aws_lb_listener_rule.{rule.label}"
    return "none matches: the default action"


def notes(answer: Answer) -> Iterator[str]:
    """What a person should know besides."""
    for listener in answer.listener:
        if answer.winner and not answer.request.source and WORLD not in [c.cidr for c in listener.admitted]:
            yield "not every address may connect to this listener; --from ADDRESS asks whether one may"
    for service in (service for winner in answer.winner for service in winner.service):
        if not service.tasks.least:
            yield f"the count of {service.key} is 0: while no task runs, the load balancer says 503"
    for prefix in (prefix for winner in answer.winner for prefix in _prefix(winner)):
        yield f"the service gets the path whole: {prefix} is not taken off it"
    if answer.winner and answer.request.other_headers:
        yield f"no rule looks at the header {' or '.join(answer.request.other_headers)}"
    for reading in answer.otherwise:
        yield _otherwise(reading)
    for says in answer.doubts:
        yield f"{says}, so who answers cannot be known for certain"


def _prefix(candidate: Candidate) -> Iterator[str]:
    """The path of a route that takes all below it, which some expect to be gone from the request."""
    for rule in candidate.rule:
        for path in (path for values in rule.paths for path in values[:1]):
            if "*" not in path and "?" not in path:
                yield path


def _otherwise(reading: Reading) -> str:
    """The first reading is the one of RFC 3986, a host without its port."""
    who = next((service.key for service in reading.candidate.service), "the default action")
    return (
        "AWS does not say how its load balancers normalize a request; should the rules see "
        f"{reading.seen.host}{reading.seen.path}, {who} answers"
    )


def _before(answer: Answer) -> Iterator[str]:
    tried = answer.candidates[: answer.chosen]
    if tried:
        yield "Tried before, and why not:"
        yield from _rows(answer, [(candidate, "; ".join(candidate.why_not)) for candidate in tried])


def _after(answer: Answer) -> Iterator[str]:
    later = answer.candidates[answer.chosen + 1 :]
    would = [candidate for candidate in later if not candidate.why_not]
    if would:
        yield "Would match too, but come later:"
        yield from _rows(answer, [(candidate, "") for candidate in would])
    if len(later) > len(would):
        count = len(later) - len(would)
        rules = "rule comes" if count == 1 else "rules come"
        yield f"{count}{' more' if would else ''} {rules} later and would not match."


def _rows(answer: Answer, rows: Sequence[tuple[Candidate, str]]) -> Iterator[str]:
    """One line a candidate: when it is tried, what it asks for, where it leads, what is to say of it."""
    fixed = answer.listener[0].default.status
    cells = [(*_cells(candidate, fixed), said) for candidate, said in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(3)]
    for when, what, where, said in cells:
        line = f"  {when:>{widths[0]}}  {what:<{widths[1]}}  -> {where:<{widths[2]}}  {said}"
        yield line.rstrip()


def _cells(candidate: Candidate, fixed: str) -> tuple[str, str, str]:
    where = next((service.key for service in candidate.service), fixed)
    for rule in candidate.rule:
        return str(rule.priority), text(rule), where
    return "last", "the default action", where


# --- as data


def as_data(answer: Answer) -> dict[str, Any]:
    """What `tfgen route --json` prints. `answers` is service, load-balancer or nobody."""
    winner = answer.winner[0] if answer.winner else None
    service = winner.service[0].key if winner and winner.service else None
    fixed = bool(winner) and service is None
    return {
        "request": _request(answer),
        "answers": "service" if service else "load-balancer" if fixed else "nobody",
        "reason": answer.nobody or None,
        "status": int(answer.listener[0].default.status)
        if fixed and not answer.listener[0].answers
        else None,
        "service": service,
        "port": _port(winner) if winner else None,
        "target_group": next(_targets(winner), None) if winner else None,
        "listener": next(map(_listener_data, answer.listener), None),
        "rule": _rule_data(winner) if winner else None,
        "notes": list(notes(answer)),
        "otherwise": [
            {"host": reading.seen.host, "path": reading.seen.path, **_rule_data(reading.candidate)}
            for reading in answer.otherwise
        ],
        "candidates": [
            {**_rule_data(candidate), "outcome": _outcome(index, answer), "why_not": list(candidate.why_not)}
            for index, candidate in enumerate(answer.candidates)
        ],
    }


def _request(answer: Answer) -> dict[str, Any]:
    request = answer.request
    return {
        "method": request.method,
        "url": request.url,
        "port": request.port,
        "host": request.host,
        "path": request.path,
        "from": str(request.source) if request.source else None,
    }


def _listener_data(listener: Listener) -> dict[str, Any]:
    return {"name": listener.key, "port": listener.port, "cidrs": [cidr.cidr for cidr in listener.admitted]}


def _rule_data(candidate: Candidate) -> dict[str, Any]:
    rule = candidate.rule[0] if candidate.rule else None
    return {
        "route": text(rule) if rule else None,
        "priority": rule.priority if rule else None,
        "address": f"aws_lb_listener_rule.{rule.label}" if rule else None,
        "leads_to": candidate.service[0].key if candidate.service else None,
    }


def _outcome(index: int, answer: Answer) -> str:
    """Tried and passed over, the one that answers, or not tried any more."""
    return "answers" if index == answer.chosen else "passed" if index < answer.chosen else "not-tried"
