"""The questions of `tfgen init`, and the spec file that the answers produce.

Answers are from flags, from questions, or from both, and pass the same functions (`with_...`),
which check them against the model of the spec and refuse them in the words of the spec reader. This
module reads and writes nothing: the terminal is a parameter, and so is the check of what the answers mean
together.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from textwrap import TextWrapper
from typing import Any, NamedTuple, Protocol

from tfgen import facts
from tfgen.problems import Problem, SpecPath, has_errors, nearest_word
from tfgen.spec import ways_out
from tfgen.spec.read import read_spec, shown_value
from tfgen.spec.source import Source, dump_in_line, dump_yaml
from tfgen.texts import in_line

EGRESS = tuple(ways_out.WAYS_OUT)
_COMMENT_COLUMN = 30
_WIDTH = 100
_ROUTES_BEGIN = re.compile(r"@(?=/)")
_IMAGE_AND_PORT = re.compile(
    r"(?P<image>[^@]*?|[^@]*@[a-z0-9+._-]+:[0-9A-Za-z]+)(:(?P<port>[0-9]*))?\Z",
)


class ServiceAnswers(NamedTuple):
    """What was said about one service."""

    name: str
    image: str = ""
    port: int | None = None
    routes: tuple[str, ...] = ()
    connect: str = ""
    calls: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Where the others reach it; empty without a Service Connect name and a port."""
        return f"http://{self.connect}:{self.port}" if self.connect and self.port else ""


class Answers(NamedTuple):
    """What was said so far. Empty or None is a question that is still open."""

    name: str = ""
    region: str = ""
    egress: str = ""
    zones: int | tuple[str, ...] | None = None
    services: tuple[ServiceAnswers, ...] | None = None
    domains: tuple[str, ...] = ()
    hosted_zone: str = ""
    """The ID of the zone in Route 53; without it, no domain is in the spec."""

    @property
    def has_routes(self) -> bool:
        return any(service.routes for service in self.services or ())

    @property
    def zones_open(self) -> bool:
        """The zones of most regions are known, so that nobody is asked for them."""
        region = facts.regions().get(self.region)
        return self.zones is None and bool(self.region) and (region is None or region.zones_vary)

    @property
    def make_a_spec(self) -> bool:
        return bool(self.name and self.region and self.egress) and not self.zones_open


class Flags(NamedTuple):
    """The command line, word for word; None or () where it says nothing."""

    name: str | None = None
    region: str | None = None
    egress: str | None = None
    zones: str | None = None
    services: tuple[str, ...] = ()
    no_services: bool = False
    connects: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    domain: str | None = None
    hosted_zone: str | None = None
    yes: bool = False


class Terminal(Protocol):
    """Somebody to ask. An empty answer is the default; Ctrl-C and Ctrl-D raise."""

    def ask(self, question: str, default: str = "") -> str: ...

    def confirm(self, question: str, default: bool = False) -> bool: ...

    def say(self, text: str) -> None: ...


class RefusedError(Exception):
    """An answer that is not accepted, and why."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}\nhint: {hint}" if hint else message)


Change = Callable[[Answers, str], Answers]
Check = Callable[[str], list[Problem]]
"""What is wrong with the text of a spec; `tfgen.pipe` finds it."""
Costs = Callable[[str], Mapping[str, str]]
"""What each egress costs in a region, in words; `tfgen.alternatives` knows it."""


# --- one answer each: what it changes, or RefusedError


def with_name(answers: Answers, text: str) -> Answers:
    _check_value(("name",), text)
    return answers._replace(name=text)


def with_region(answers: Answers, text: str) -> Answers:
    near = "" if text in facts.regions() else _near_regions(text)
    _check_value(("region",), text, near)
    if text not in facts.regions() and answers.zones is None:
        new = "for a region that is newer than this version of tfgen, name its zones: --zones a,b"
        message = f'the zones of region "{text}" are unknown'
        raise RefusedError(message, f"{near} ({new})" if near else new)
    return answers._replace(region=text)


def _near_regions(text: str) -> str:
    """Two, since a letter too many or too few is as near to east as to west."""
    import difflib  # noqa: PLC0415 - only a mistake pays for it

    near = difflib.get_close_matches(text, facts.regions(), 2)
    return f"did you mean {' or '.join(near)}?" if near else ""


def with_egress(answers: Answers, text: str) -> Answers:
    _check_value(("network", "egress"), text)
    return answers._replace(egress=text)


def with_zones(answers: Answers, text: str) -> Answers:
    """A count, or letters."""
    said = _parsed_number(text)
    zones = said if isinstance(said, int) else _split_words(said)
    _check_value(("network", "zones"), zones if isinstance(zones, int) else list(zones))
    return answers._replace(zones=zones)


def with_domains(answers: Answers, text: str) -> Answers:
    domains = _split_words(text)
    _check_value(("load_balancer", "domain"), list(domains))
    return answers._replace(domains=domains)


def with_hosted_zone(answers: Answers, text: str) -> Answers:
    _check_value(("load_balancer", "zone"), text)
    return answers._replace(hosted_zone=text)


def with_service(answers: Answers, name: str) -> Answers:
    _check_value(("services", name), {"image": "a"})
    if name in _service_keys(answers):
        raise RefusedError(f"there is already a service {shown_value(name)}")
    return _added_service(answers, name)


def with_image(service: str, answers: Answers, text: str) -> Answers:
    _check_value(("services", "a", "image"), text)
    return _edited_service(answers, service, image=text)


def with_port(service: str, answers: Answers, text: str) -> Answers:
    if not text:
        return _edited_service(answers, service, port=None)
    _check_value(("services", "a", "port"), port := _parsed_number(text))
    return _edited_service(answers, service, port=port)


def with_routes(service: str, answers: Answers, text: str) -> Answers:
    routes = _split_words(text)
    _check_value(("services", "a", "routes"), list(routes))
    return _edited_service(answers, service, routes=routes)


def with_connect(service: str, answers: Answers, text: str) -> Answers:
    if text:
        _check_value(("services", "a", "connect"), text)
    return _edited_service(answers, service, connect=text)


def with_calls(service: str, answers: Answers, text: str) -> Answers:
    calls = tuple(dict.fromkeys(_split_words(text)))
    _check_value(("services", "a", "calls"), list(calls))
    return _edited_service(answers, service, calls=calls)


def _check_value(path: SpecPath, value: Any, hint: str = "") -> None:
    """Lets the spec reader judge one value, in a spec that has nothing else wrong.

    `hint` is for a refusal that has none.
    """
    data: dict[Any, Any] = {
        "name": "a",
        "region": "us-east-1",
        "network": {"egress": ways_out.USUAL},
        "load_balancer": {},
        "services": {"a": {"image": "a"}},
    }
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    _, problems = read_spec(Source("", "", (), data, {}, {}))
    if problems:
        raise RefusedError(
            "\n".join(in_line(problem.message) for problem in problems), problems[0].hint or hint
        )


def _added_service(answers: Answers, name: str) -> Answers:
    return answers._replace(services=(*(answers.services or ()), ServiceAnswers(name)))


def _edited_service(answers: Answers, name: str, **changes: Any) -> Answers:
    services = answers.services or ()
    return answers._replace(
        services=tuple(each._replace(**changes) if each.name == name else each for each in services)
    )


def _service_keys(answers: Answers) -> list[str]:
    return [service.name for service in answers.services or ()]


def _parsed_number(text: str) -> int | str:
    """As YAML would read it."""
    return int(text) if re.fullmatch(r"0|-?[1-9][0-9]{0,18}", text) else text


def _split_words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^,\s]+", text))


# --- flags


def from_flags(flags: Flags) -> tuple[Answers, list[str]]:
    """The answers that the command line gives, and everything that is wrong with them."""
    reader = _FlagReader()
    reader.take_flag("--zones", with_zones, flags.zones)
    reader.take_flag("--name", with_name, flags.name)
    reader.take_flag("--region", with_region, flags.region)
    reader.take_flag("--egress", with_egress, flags.egress)
    if flags.no_services and flags.services:
        reader.wrong.append("--no-services: conflicts with --service")
    if flags.no_services:
        reader.answers = reader.answers._replace(services=())
    for text in flags.services:
        reader.take_service(text)
    for text in flags.connects:
        reader.take_flag(_shown_flag("--connect", text), _connect_flag, text)
    for text in flags.calls:
        reader.take_flag(_shown_flag("--call", text), _call_flag, text)
    reader.take_flag("--domain", with_domains, flags.domain)
    reader.take_flag("--hosted-zone", with_hosted_zone, flags.hosted_zone)
    if (flags.domain is None) != (flags.hosted_zone is None):
        reader.wrong.append("--domain and --hosted-zone: specify both or neither")
    return reader.answers, reader.wrong


def missing_flags(flags: Flags, answers: Answers) -> list[str]:
    """The flags that would answer the open questions; one that was given a wrong value is not among them."""
    open_flags = {
        "--name NAME": flags.name is None,
        "--region REGION": flags.region is None,
        f"--egress VALUE  ({ways_out.LISTED})": flags.egress is None,
        f"--zones a,b  (the zones of {answers.region} differ between accounts)": answers.zones_open
        and flags.zones is None,
        "--service NAME=IMAGE[:PORT][@ROUTE,...]  (or --no-services)": not flags.services
        and not flags.no_services,
        "--yes  (there is no terminal to confirm on)": not flags.yes,
    }
    return [flag for flag, is_open in open_flags.items() if is_open]


class _FlagReader:
    def __init__(self) -> None:
        self.answers = Answers()
        self.wrong: list[str] = []

    def take_flag(self, flag: str, change: Change, text: str | None) -> None:
        try:
            self.answers = self.answers if text is None else change(self.answers, text)
        except RefusedError as refused:
            self.wrong.append(f"{flag}: {refused}")

    def take_service(self, text: str) -> None:
        flag = _shown_flag("--service", text)
        name, _, rest = text.partition("=")
        self.take_flag(flag, with_service, name)
        if name not in _service_keys(self.answers):  # --connect and --call need not complain about it too
            self.answers = _added_service(self.answers, name)
        try:
            image, port, routes = split_service(rest)
        except RefusedError as refused:
            self.wrong.append(f"{flag}: {refused}")
            return
        self.take_flag(flag, partial(with_image, name), image)
        self.take_flag(flag, partial(with_port, name), port)
        self.take_flag(flag, partial(with_routes, name), routes)


def split_service(text: str) -> tuple[str, str, str]:
    """IMAGE[:PORT][@ROUTE,...] in its three parts.

    The last `:digits` is the port, unless it ends a digest. An image without a port whose tag is all
    digits is written with a colon after it: `worker:42:`.
    """
    rest, *routes = _ROUTES_BEGIN.split(text, maxsplit=1)
    if not rest:
        raise RefusedError("write it as NAME=IMAGE[:PORT][@ROUTE,...]", "such as webapp=webapp:1.4.2:3000@/")
    found = _IMAGE_AND_PORT.match(rest)
    if not found:
        after = shown_value(rest.partition("@")[2])
        raise RefusedError(f"after @ comes a route (/...) or a digest (sha256:...), not {after}")
    return found["image"], found["port"] or "", "".join(routes)


def _connect_flag(answers: Answers, text: str) -> Answers:
    service, name = _split_pair(answers, text, "SERVICE=NAME")
    before = next(each.connect for each in answers.services or () if each.name == service)
    if before and before != name:
        raise RefusedError(f'"{service}" already has the Service Connect name "{before}"')
    if not name:
        raise RefusedError("write it as SERVICE=NAME")
    return with_connect(service, answers, name)


def _call_flag(answers: Answers, text: str) -> Answers:
    caller, callee = _split_pair(answers, text, "CALLER=CALLEE")
    if callee not in _service_keys(answers):
        raise _unknown_service(answers, callee)
    before = next(each.calls for each in answers.services or () if each.name == caller)
    return _edited_service(answers, caller, calls=tuple(dict.fromkeys((*before, callee))))


def _split_pair(answers: Answers, text: str, form: str) -> tuple[str, str]:
    service, equals, other = text.partition("=")
    if not equals:
        raise RefusedError(f"write it as {form}")
    if service not in _service_keys(answers):
        raise _unknown_service(answers, service)
    return service, other


def _unknown_service(answers: Answers, service: str) -> RefusedError:
    near = nearest_word(service, _service_keys(answers))
    hint = f"did you mean {near}?" if near else "name it with --service"
    return RefusedError(f"unknown service {shown_value(service)}", hint)


def _shown_flag(flag: str, text: str) -> str:
    return f"{flag} {shown_value(text.partition('=')[0])}"


# --- questions


def interview(
    answers: Answers, terminal: Terminal, check: Check, usual: Answers, costs: Costs = lambda _: {}
) -> Answers:
    """Asks what is open in `answers`. `usual` holds the defaults of the name and the region."""
    talk = _Talk(answers, terminal, check)
    if not answers.name:
        talk.put_question("Stack name", with_name, usual.name, keep=True)
    if not answers.region:
        talk.put_question("AWS region", with_region, usual.region, keep=True)
    if not answers.egress:
        terminal.say("How do tasks reach the internet and AWS?")
        terminal.say(_listed_egress(costs(talk.answers.region)))
        talk.put_question("Egress", with_egress, ways_out.USUAL, keep=True)
    if talk.answers.zones_open:
        terminal.say(f"The zones of {talk.answers.region} differ between accounts.")
        talk.put_question("Letters of two or more zones of your account, such as a,c", with_zones, keep=True)
    if answers.services is None:
        talk.ask_services()
        talk.ask_calls()
        talk.ask_domain()
    return talk.answers


def _listed_egress(costs: Mapping[str, str]) -> str:
    lines = []
    for name, way in ways_out.WAYS_OUT.items():
        lines.append(f"  {name:<13}  {way.explained}")
        if name in costs:
            lines.append(f"  {'':<13}  {costs[name]}")
    return "\n".join(lines)


class _Talk:
    def __init__(self, answers: Answers, terminal: Terminal, check: Check) -> None:
        self.answers = answers
        self.terminal = terminal
        self.check = check
        self.told: set[tuple[str, str]] = set()

    def put_question(self, question: str, change: Change, default: str = "", *, keep: bool = False) -> str:
        """Asks until an answer is accepted, and returns it.

        `keep`: the user may insist. What is wrong then may be from a flag, where no other answer to
        this question would help, or be an image that is still to move.
        """
        while True:
            text = self.terminal.ask(question, default).strip()
            try:
                answers = change(self.answers, text)
            except RefusedError as refused:
                self.terminal.say(_indented_text(str(refused)))
                continue
            if self.is_accepted(answers, keep):
                self.answers = answers
                return text

    def is_accepted(self, answers: Answers, keep: bool) -> bool:
        """Whether a draft with this answer has no new problem, or the user wants it all the same."""
        problems = self.check(spec_text(answers)) if answers.make_a_spec else []
        # Notes are for the whole, which this is not yet.
        grave = [problem for problem in problems if problem.severity != "note"]
        new = [problem for problem in grave if _finding_of_problem(problem) not in self.told]
        for problem in new:
            self.terminal.say(_indented_text(_told_problem(problem)))
        if has_errors(new) and not (keep and self.terminal.confirm("  Keep it anyway?")):
            return False
        self.told |= set(map(_finding_of_problem, new))
        return True

    def ask_services(self) -> None:
        self.terminal.say("Services, one by one. Without services, the stack is a network only.")
        self.answers = self.answers._replace(services=())
        while self.ask_service():
            pass

    def ask_service(self) -> bool:
        number = len(self.answers.services or ()) + 1
        name = self.put_question(f"Name of service {number} (empty: done)", _free_name)
        if not name:
            return False
        self.put_question("  Image", partial(_new_service, name), keep=True)
        if self.put_question("  Container port (empty: none)", partial(with_port, name)):
            self.put_question(
                "  Routes of the load balancer, such as /, /api (empty: none)", partial(with_routes, name)
            )
            self.put_question("  Service Connect name for callers (empty: none)", partial(with_connect, name))
        return True

    def ask_calls(self) -> None:
        services = self.answers.services or ()
        offered = [service for service in services if service.connect]
        callers = [service for service in services if any(each != service for each in offered)]
        if not callers:
            return
        self.terminal.say("Which services does each one call? These have a Service Connect name:")
        self.terminal.say("\n".join(f"  {each.name}  ({each.address})" for each in offered))
        for caller in callers:
            self.put_question(f"  {caller.name} calls (empty: none)", partial(with_calls, caller.name))

    def ask_domain(self) -> None:
        if not self.answers.has_routes or self.answers.domains:
            return
        question = "Domain of the load balancer, such as shop.example.com (empty: no HTTPS)"
        if self.put_question(question, with_domains):
            question = "  ID of its public hosted zone in Route 53, such as Z0123456789ABCDEFGHIJ"
            self.put_question(question, with_hosted_zone, keep=True)


def _free_name(answers: Answers, name: str) -> Answers:
    """Only looks at the name: a service is there from its image on."""
    if name:
        with_service(answers, name)
    return answers


def _new_service(name: str, answers: Answers, image: str) -> Answers:
    return with_image(name, with_service(answers, name), image)


def _finding_of_problem(problem: Problem) -> tuple[str, str]:
    """What a problem says, without the lines of a draft that nobody has seen."""
    return problem.severity, re.sub(r" \(line \d+\)", "", in_line(problem.message))


def _told_problem(problem: Problem) -> str:
    severity, message = _finding_of_problem(problem)
    title = message if severity == "error" else f"{severity}: {message}"
    return f"{title}\nhint: {in_line(problem.hint)}" if problem.hint else title


def _indented_text(text: str) -> str:
    wrapped = TextWrapper(_WIDTH, "    ", "    ", break_long_words=False, break_on_hyphens=False)
    return "\n".join(map(wrapped.fill, text.splitlines()))


def legal_name(text: str) -> str:
    """The nearest legal name, such as that of a folder."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return "-".join(words).lstrip("-0123456789")[:64].rstrip("-") or "stack"


# --- the file


def spec_text(answers: Answers) -> str:
    """The spec file of these answers, which must be enough for one."""
    head = ["# Written by tfgen init. `tfgen show` prints it with every default filled in."]
    head += [f"name: {_yaml_scalar(answers.name)}", f"region: {_yaml_scalar(answers.region)}"]
    services = ["\n".join(_service_lines(service)) for service in answers.services or ()]
    parts = ["\n".join(head), "\n".join(_network_lines(answers))]
    if answers.domains and answers.hosted_zone:
        parts.append("\n".join(_load_balancer_lines(answers)))
    if services:
        parts.append("services:\n" + "\n\n".join(services))
    return "\n\n".join(parts) + "\n"


def _network_lines(answers: Answers) -> Iterator[str]:
    yield "network:"
    yield _commented_line(f"  egress: {_yaml_scalar(answers.egress)}", " | ".join(EGRESS))
    if isinstance(answers.zones, int):
        yield f"  zones: {answers.zones}"
    elif answers.zones is not None:
        yield f"  zones: {dump_in_line(list(answers.zones))}"


def _load_balancer_lines(answers: Answers) -> Iterator[str]:
    first, *others = answers.domains
    yield "load_balancer:"
    yield f"  domain: {dump_in_line([first, *others]) if others else _yaml_scalar(first)}"
    yield _commented_line(f"  zone: {_yaml_scalar(answers.hosted_zone)}", "HTTPS, and records of the domain")


def _service_lines(service: ServiceAnswers) -> Iterator[str]:
    yield f"  {_yaml_scalar(service.name)}:"
    yield f"    image: {_yaml_scalar(service.image)}"
    if service.port is not None:
        yield f"    port: {service.port}"
    if service.routes:
        yield f"    routes: {dump_in_line(list(service.routes))}"
    if service.connect:
        comment = f"others reach it at {service.address}" if service.address else ""
        yield _commented_line(f"    connect: {_yaml_scalar(service.connect)}", comment)
    if service.calls:
        yield f"    calls: {dump_in_line(list(service.calls))}"


def _commented_line(line: str, comment: str) -> str:
    return f"{line:<{_COMMENT_COLUMN - 1}}  # {comment}" if comment else line


def _yaml_scalar(word: str) -> str:
    return dump_yaml({"": word}).partition(": ")[2].rstrip("\n")
