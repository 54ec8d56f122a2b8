"""The Application Load Balancer: its listeners, and the routes to services.

Limits are those of ELB/load-balancer-limits (aws.md section 5).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import product
from operator import itemgetter
from typing import Any, NamedTuple

from msgspec import structs

from tfgen import facts
from tfgen.blueprint import conditions, front_door, names, redirects, shares, tls
from tfgen.blueprint.addressing import range_problems
from tfgen.blueprint.conditions import Conditions
from tfgen.blueprint.labels import PRIVATE, PUBLIC
from tfgen.blueprint.model import Listener, ListenerCidr, ListenerRule, LoadBalancer
from tfgen.blueprint.model import Route as RoutePart
from tfgen.blueprint.priorities import LAST, Extra, priority
from tfgen.blueprint.references import References
from tfgen.blueprint.shares import Share
from tfgen.hcl.text import Comment, Label, Ref, ResourceRef, VariableRef
from tfgen.problems import Locate, Location, Problem, SpecPath, nearest_of_many, some_words
from tfgen.spec.model import WORLD, Redirection, Requests, Route, Spec
from tfgen.spec.model import Listener as ListenerSpec


class BoundRoute(NamedTuple):
    """A route in its normal form, with the service that it leads to."""

    service: str
    listener: str
    host: str | None
    path: str
    methods: tuple[str, ...]
    pinned: int | None
    at: Location
    conditions: Conditions = Conditions()
    weight: int | None = None
    sticky: int | None = None
    shares: tuple[Share, ...] = ()
    """Of all services that have this route with a weight, by name."""
    redirection: Redirection | None = None
    """What the load balancer itself does with its requests; then it leads to no service."""

    @property
    def owns_rule(self) -> bool:
        """Whether the rule is in the file of this service, and not of another with the same route."""
        return not self.shares or self.shares[0].service == self.service

    @property
    def request(self) -> tuple[str, str | None, str, tuple[str, ...], str]:
        """What two routes for the same requests have in common."""
        return self.listener, self.host, self.path, self.methods, self.conditions.normal

    @property
    def takes_the_rest(self) -> bool:
        """Whether it is the listener's last rule, for what no other rule matches."""
        return self.path == "/" and not self.is_narrowed and self.pinned is None

    @property
    def is_narrowed(self) -> bool:
        """Whether it has a condition besides its path."""
        return bool(self.host or self.methods or self.conditions.values)

    @property
    def priority(self) -> int:
        if self.takes_the_rest:
            return LAST
        return self.pinned or priority(
            self.host, self.path, self.methods, extra_of_conditions(self.conditions)
        )

    @property
    def values(self) -> tuple[str, ...]:
        """The path patterns; none where every path matches."""
        if self.path == "/":  # a rule must have some condition
            return () if self.is_narrowed else ("/*",)
        wild = "*" in self.path or "?" in self.path
        return (self.path,) if wild else (self.path, f"{self.path}/*")

    @property
    def label(self) -> Label:
        """Named for the request and not for the service: moving a route updates its rule in place."""
        if self.takes_the_rest:
            return names.label(*([] if self.listener == "http" else [self.listener]), "everything_else")
        listener = "" if self.listener == "http" else f"{self.listener}:"
        methods = f" {' '.join(self.methods)}" if self.methods else ""
        request = f"{listener}{self.host or ''}{self.path}{methods}"
        return names.slug(request, self.conditions.normal)

    @property
    def text(self) -> str:
        request = f"{' or '.join(self.methods)} {self.host or ''}{self.path}".strip()
        return f"{request}{self.conditions.text}"

    def __str__(self) -> str:
        return f'"{self.text}"'


def extra_of_conditions(found: Conditions) -> Extra | None:
    """What the priority of a route depends on besides its host, path and methods."""
    if not found.values:
        return None
    count = len(found.headers) + len(found.queries) + bool(found.sources)
    return Extra(count, conditions.looseness(found), found.normal)


def bind(spec: Spec, at: Locate) -> tuple[BoundRoute, ...]:
    """Every route of every service whose listener exists."""
    known = spec.load_balancer.listener_names
    return _with_shares(
        [
            each
            for key, route, where in _spec_routes(spec, at)
            if route.listener in known
            for each in _bind_route(key, route, where)
        ]
    )


def bind_redirections(spec: Spec, at: Locate) -> tuple[BoundRoute, ...]:
    """What the listeners of the stack's own respond themselves, besides their default."""
    return tuple(
        each._replace(redirection=said)
        for key, listener in spec.load_balancer.listeners.items()
        for index, said in enumerate(listener.redirects)
        for each in _bind_requests(
            "", said, key, said.priority, at(("load_balancer", "listeners", key, "redirects", index))
        )
    )


def _with_shares(bound: Sequence[BoundRoute]) -> tuple[BoundRoute, ...]:
    """The routes; those with weights know all that share their requests, and the priority that one has."""
    found: dict[Any, dict[str, Share]] = {}
    for each in bound:
        if each.weight is not None:
            share = Share(each.service, each.weight, each.sticky, each.pinned, each.at)
            found.setdefault(each.request, {}).setdefault(each.service, share)
    sorted_shares = {request: tuple(sorted(own.values())) for request, own in found.items()}
    return tuple(
        _sharing(each, sorted_shares[each.request]) if each.weight is not None else each for each in bound
    )


def _sharing(route: BoundRoute, own: tuple[Share, ...]) -> BoundRoute:
    pinned = next((share.pinned for share in own if share.pinned is not None), None)
    return route._replace(shares=own, pinned=pinned)


def _spec_routes(spec: Spec, at: Locate) -> Iterator[tuple[str, Route, Location]]:
    for key, service in spec.services.items():
        for index, route in enumerate(service.routes):
            yield key, route, at(("services", key, "routes", index))


def _bind_route(key: str, route: Route, where: Location) -> Iterator[BoundRoute]:
    for each in _bind_requests(key, route, route.listener or "", route.priority, where):
        yield each._replace(weight=route.weight, sticky=route.sticky)


def _bind_requests(
    service: str, said: Requests, listener: str, pinned: int | None, where: Location
) -> Iterator[BoundRoute]:
    """One for each host and path, so that a list may grow and no other rule changes."""
    hosts = {host and host.lower(): None for host in said.hosts}
    paths = {_normal_path(path): None for path in said.paths}
    for host, path in product(hosts, paths):
        yield BoundRoute(
            service=service,
            listener=listener,
            host=host,
            path=path,
            methods=tuple(sorted(set(said.methods))),
            pinned=pinned,
            at=where,
            conditions=conditions.of_requests(said),
        )


def _normal_path(text: str) -> str:
    path = text if "*" in text or "?" in text else text.rstrip("/") or "/"
    return "/" if path == "/*" else path


def problems(spec: Spec, bound: Sequence[BoundRoute], at: Locate) -> Iterator[Problem]:
    """What is wrong with routes, individually and together, and with their listeners."""
    known = spec.load_balancer.listener_names
    told = known or not spec.load_balancer.existing  # TG510 says it of one that exists
    lost = [each for each in _spec_routes(spec, at) if told and each[1].listener not in known]
    for before, (_, route, where) in enumerate(lost):
        yield _no_listener(route, where, spec, before)
    for said, path in _every_requests(spec):
        yield from conditions.problems(said, path, at)
        yield from _list_problems(said, path, at)
    every = (*bound, *bind_redirections(spec, at))
    for each in every:
        yield from _limit_problems(each)
    yield from _share_problems(bound)
    yield from _clash_problems(every, spec)
    if bound:
        yield from _listener_problems(spec, at)
    yield from tls.problems(spec, at)
    yield from redirects.problems(spec, at)


def _every_requests(spec: Spec) -> Iterator[tuple[Route | Redirection, SpecPath]]:
    """Those of routes and of redirects, each with its place."""
    for key, service in spec.services.items():
        for index, route in enumerate(service.routes):
            yield route, ("services", key, "routes", index)
    for key, listener in spec.load_balancer.listeners.items():
        for index, said in enumerate(listener.redirects):
            yield said, ("load_balancer", "listeners", key, "redirects", index)


def _share_problems(bound: Sequence[BoundRoute]) -> Iterator[Problem]:
    times = Counter(each.request for each in bound)
    for each in bound:
        if each.shares and each.owns_rule:
            yield from shares.problems(str(each), each.shares, alone=times[each.request] == 1)
        elif each.sticky is not None and not each.shares:
            message = f"sticky is for routes whose requests are divided, and {each} has no weight"
            hint = "remove it, or write a weight for each service"
            yield Problem("TG567", each.at, message, hint, "warning")


def _list_problems(route: Route | Redirection, path: SpecPath, at: Locate) -> Iterator[Problem]:
    for key, values in (("host", route.hosts), ("path", route.paths)):
        if not values:
            yield Problem("TG565", at((*path, key)), f"{key} is an empty list", f"remove {key}, or write one")
    rules = len(list(_bind_requests("", route, "", None, at(path))))
    if rules > 1 and route.priority is not None:
        message = f"this route makes {rules} listener rules, which cannot all have priority {route.priority}"
        hint = "write a route for each host and path, each with its priority, or remove priority"
        yield Problem("TG566", at((*path, "priority")), message, hint)


def _no_listener(route: Route, where: Location, spec: Spec, before: int) -> Problem:
    listeners = spec.load_balancer.listener_names
    hint = f"write listener: NAME, with one of {some_words(listeners)}"
    if not listeners:
        message = "the load balancer has no listener, so nothing leads to this service"
        return Problem("TG220", where, message, "add one: listeners: {http: 80}, or remove listeners")
    if not route.listener:
        message = "the load balancer has several listeners, and this route names none of them"
        if len(listeners) == 1:
            message = f"the only listener, {listeners[0]}, redirects: a route must name it"
        return Problem("TG220", where, message, hint)
    near = nearest_of_many(route.listener, listeners, before)
    hint = f"did you mean {near}?" if near else hint
    return Problem("TG220", where, f'unknown listener "{route.listener}"', hint)


def _limit_problems(bound: BoundRoute) -> Iterator[Problem]:
    values = [*bound.values, *bound.methods, *filter(None, [bound.host]), *bound.conditions.values]
    limits = facts.limits()
    most = limits["condition_values_per_rule"].value
    if len(values) > most:
        message = f"a listener rule has at most {most} values; this route needs {len(values)}"
        hint = "use fewer: a path counts twice (itself, and everything under it), every other value once"
        yield Problem("TG221", bound.at, message, hint)
    wildcards = sum(value.count("*") + value.count("?") for value in values)
    most = limits["wildcards_per_rule"].value
    if wildcards > most:
        message = f"a listener rule has at most {most} wildcards; this route needs {wildcards}"
        yield Problem("TG222", bound.at, message, "write a shorter pattern, or several routes")


def _clash_problems(bound: Sequence[BoundRoute], spec: Spec) -> Iterator[Problem]:
    asked: dict[tuple[str, str | None, str, str, str], tuple[int, BoundRoute]] = {}
    taken: dict[str, dict[int, BoundRoute]] = {}
    met: list[tuple[BoundRoute, BoundRoute, int]] = []
    for order, route in enumerate(bound):
        own = next((share for share in route.shares if share.service == route.service), None)
        if own and own.at != route.at:
            yield _same_route(route, own.at)
        if own and (own.at != route.at or not route.owns_rule):
            continue  # it has the rule of another one
        known = route.conditions.normal
        keys = [(route.listener, route.host, route.path, each, known) for each in route.methods or ("",)]
        others = [asked[key] for key in keys if key in asked]
        for key in keys:
            asked.setdefault(key, (order, route))
        if others:
            yield _leads_elsewhere(route, min(others, key=itemgetter(0))[1])
        else:
            number = route.priority
            other = taken.setdefault(route.listener, {}).setdefault(number, route)
            same = other.at == route.at and route.pinned is not None  # TG566 says it
            if other is not route and not same:
                met.append((route, other, number))
    free = {listener: _nearest_free(taken[listener]) for listener in {route.listener for route, _, _ in met}}
    for route, other, number in met:
        yield _same_priority(route, other, number, free[route.listener][number], spec)


def _nearest_free(taken: Collection[int]) -> dict[int, int]:
    """For each used priority the next free one; where there is none, the one before."""
    after: dict[int, int] = {}
    before: dict[int, int] = {}
    for number in sorted(taken, reverse=True):
        after[number] = after.get(number + 1, number + 1)
    for number in sorted(taken):
        before[number] = before.get(number - 1, number - 1)
    return {number: after[number] if after[number] < LAST else before[number] for number in taken}


def _leads_elsewhere(route: BoundRoute, other: BoundRoute) -> Problem:
    message = f'path {route} already leads to service "{other.service}" (line {other.at.line})'
    if not other.service:
        message = f"the load balancer itself answers {other} (line {other.at.line}) already"
        return Problem("TG203", route.at, message, "remove one of them, or give one a longer path or a host")
    if not route.service:
        return Problem("TG203", route.at, message, "remove one of them, or give one a longer path or a host")
    if route.service == other.service:
        return _same_route_problem(route, other)
    if route.methods == other.methods and (route.shares or other.shares):
        lacking = other if route.shares else route
        message = f'"{route.service}" and "{other.service}" (line {other.at.line}) have the route {route}'
        hint = f'give "{lacking.service}" a weight too, such as weight: 100'
        return Problem("TG203", route.at, f'{message}, and that of "{lacking.service}" has no weight', hint)
    hint = f'give "{route.service}" a longer path such as {route.path.rstrip("/*")}/profile, or another host'
    return Problem("TG203", route.at, message, hint)


def _same_route_problem(route: BoundRoute, other: BoundRoute) -> Problem:
    """A trailing slash makes no difference."""
    if route.methods == other.methods:
        return _same_route(route, other.at)
    another = f'another of "{route.service}" (line {other.at.line})'
    message = f"path {route} matches some of the same requests as {another}"
    return Problem("TG203", route.at, message, "list each method in one of them only")


def _same_route(route: BoundRoute, other: Location) -> Problem:
    message = f'path {route} is the same route as another of "{route.service}" (line {other.line})'
    return Problem("TG203", route.at, message, "remove one of them")


def _same_priority(route: BoundRoute, other: BoundRoute, number: int, free: int, spec: Spec) -> Problem:
    message = f"path {route} and path {other} (line {other.at.line}) both have priority {number}"
    pinned = f"{{{', '.join([*_route_in_yaml(route, spec), f'priority: {free}'])}}}"
    hint = (
        f"take this one out of the list, and pin it: {pinned}"
        if other.at == route.at
        else f"pin this one: {pinned}"
    )
    return Problem("TG223", route.at, message, hint)


def _route_in_yaml(route: BoundRoute, spec: Spec) -> Iterator[str]:
    """A route in the form of a spec, without its priority."""
    yield f"path: {_yaml_scalar(route.path)}"
    if route.host:
        yield f"host: {_yaml_scalar(route.host)}"
    if route.methods:
        yield f"methods: [{', '.join(route.methods)}]"
    yield from _conditions_in_yaml(route.conditions)
    if route.service and route.listener != spec.services[route.service].listener:
        yield f"listener: {route.listener}"


def _conditions_in_yaml(found: Conditions) -> Iterator[str]:
    for key, named in (("headers", found.headers), ("query", found.queries)):
        if named:
            pairs = (f"{each.name}: [{', '.join(map(_quoted, each.accepted))}]" for each in named)
            yield f"{key}: {{{', '.join(pairs)}}}"
    if found.sources:
        yield f"source: [{', '.join(found.sources)}]"


def _quoted(text: str) -> str:
    return "'{}'".format(text.replace("'", "''"))


def _yaml_scalar(text: str) -> str:
    """A path or a host as YAML: a "*" at the beginning or a ":" at the end would mean something else."""
    return f'"{text}"' if text[0] in "*?" or text.endswith(":") else text


def build(spec: Spec, referred: References, at: Locate) -> LoadBalancer:
    """`referred` has what the load balancer's module refers to outside the spec."""
    internal = spec.load_balancer.is_internal
    return LoadBalancer(
        name=names.load_balancer(spec.name, internal=internal),
        security_group_name=names.security_group(spec.name, "load-balancer"),
        internal=internal,
        subnets=PRIVATE if internal and not spec.network.way_out.public_tasks else PUBLIC,
        idle_timeout=spec.load_balancer.idle_timeout,
        listeners=tuple(
            _build_listener(key, spec, referred, at) for key in sorted(spec.load_balancer.listeners)
        ),
        certificate=tls.build_certificate(spec),
        records=tls.build_records(spec, referred),
        faces_internet=not internal,
        attributes=tuple(front_door.attributes(spec.load_balancer)),
        drop_invalid_headers=(True,) if spec.load_balancer.drop_invalid_headers else (),
        logs=tuple(front_door.logs(spec.load_balancer)),
        log_bucket=tuple(front_door.log_bucket(spec)),
        web_acls=() if spec.load_balancer.waf is None else (front_door.WEB_ACL,),
        depends_on=(order,) if (order := tuple(front_door.depends_on(spec))) else (),
    )


def _build_listener(key: str, spec: Spec, referred: References, at: Locate) -> Listener:
    listener = spec.load_balancer.listeners[key]
    cidrs = tuple(_listener_cidrs(key, listener))
    rules = tuple(names.ref("aws_vpc_security_group_ingress_rule.{}", cidr.label) for cidr in cidrs)
    certificates = tls.certificates(key, spec, referred)
    return Listener(
        key=key,
        label=names.label(key),
        port=listener.port,
        protocol="HTTPS" if tls.is_tls(listener) else "HTTP",
        policies=tls.policies(listener),
        certificates=tuple(each.arn for each in certificates[:1]),
        more_certificates=certificates[1:],
        mutual_tls=tls.mutual_tls(listener, referred),
        headers=tuple(tls.headers(listener)),
        server_header=() if listener.server_header else (False,),
        cidrs=cidrs,
        responses=redirects.responses(listener),
        redirects=redirects.redirects(listener, spec.load_balancer.listeners),
        rules=tuple(_rules_of_listener(key, spec, at)),
        arn_input=arn_input(key),
        depends_on=(rules,) if rules else (),
        at=at(("load_balancer", "listeners", key)),
    )


def _rules_of_listener(key: str, spec: Spec, at: Locate) -> Iterator[ListenerRule]:
    """What the load balancer itself does with requests, in the order of evaluation."""
    own = [each for each in bind_redirections(spec, at) if each.listener == key]
    for route in sorted(own, key=lambda each: each.priority):
        if route.redirection:
            to, respond = redirects.of_redirection(route.redirection, spec.load_balancer.listeners)
            rule = _listener_rule(route, ResourceRef("aws_lb_listener", names.label(key), ".arn"))
            yield structs.replace(rule, redirects=to, responses=respond, target_groups=())


def _listener_cidrs(key: str, listener: ListenerSpec) -> Iterator[ListenerCidr]:
    for cidr in sorted(set(listener.cidrs or ())):
        world = cidr == WORLD
        yield ListenerCidr(
            label=names.label(key, "from", "world" if world else cidr),
            cidr=cidr,
            description=f"Port {listener.port} from {'anywhere' if world else cidr}",
        )


def _listener_problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    ports: dict[int, str] = {}
    for key, listener in spec.load_balancer.listeners.items():
        where = at(("load_balancer", "listeners", key))
        other = ports.setdefault(listener.port, key)
        if other != key:
            message = f'listeners "{other}" and "{key}" both have port {listener.port}'
            yield Problem("TG224", where, message, "give one of them another port")
        for cidr in sorted(set(listener.cidrs or ())):
            yield from range_problems(cidr, where)


def arn_input(listener: str) -> Label:
    return names.label(listener, "listener_arn")


def rules(bound: tuple[BoundRoute, ...], service: str) -> tuple[ListenerRule, ...]:
    """The listener rules in the file of a service, most specific first."""
    own = (route for route in bound if route.service == service and route.owns_rule)
    own_rules = sorted(own, key=lambda r: (r.listener, r.priority))
    return tuple(_listener_rule(route, VariableRef(arn_input(route.listener))) for route in own_rules)


def routes(bound: tuple[BoundRoute, ...], service: str) -> tuple[RoutePart, ...]:
    """Every route of a service, in the order of evaluation."""
    own = [route for route in bound if route.service == service]
    own.sort(key=lambda route: (route.listener, route.priority))
    return tuple(
        RoutePart(listener=route.listener, text=_text_with_weight(route), rule=route.label) for route in own
    )


def shared_comments(bound: tuple[BoundRoute, ...], service: str) -> Iterator[Comment]:
    """Where the rule of a route is that is in the file of another service."""
    for route in sorted(bound, key=lambda route: (route.listener, route.priority)):
        if route.service == service and not route.owns_rule:
            file = names.service_file(route.shares[0].service)
            yield Comment(f"The rule of {route.text} divides its requests; it is in {file}.tf.")


def _text_with_weight(route: BoundRoute) -> str:
    return f"{route.text} (weight {route.weight})" if len(route.shares) > 1 else route.text


def _listener_rule(route: BoundRoute, listener_arn: VariableRef | ResourceRef) -> ListenerRule:
    weighted = shares.build(route.shares)
    return ListenerRule(
        label=route.label,
        listener=route.listener,
        listener_arn=listener_arn,
        priority=route.priority,
        pinned=route.pinned is not None,
        hosts=((route.host,),) if route.host else (),
        paths=(route.values,) if route.values else (),
        methods=(route.methods,) if route.methods else (),
        headers=route.conditions.headers,
        queries=route.conditions.queries,
        sources=(route.conditions.sources,) if route.conditions.sources else (),
        target_groups=() if weighted else (names.label(route.service),),
        weighted=weighted,
        at=route.at,
    )


def depends_on(bound: tuple[BoundRoute, ...], service: str) -> Iterator[Ref]:
    """ECS refuses a service whose target group no listener forwards to yet."""
    for route in sorted(
        (route for route in bound if route.service == service), key=lambda r: (r.listener, r.priority)
    ):
        yield names.ref("aws_lb_listener_rule.{}", route.label)
