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
from tfgen.blueprint import (
    blue_green,
    conditions,
    front_door,
    logins,
    names,
    redirects,
    rewrites,
    security,
    shares,
    target_groups,
    tls,
)
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
from tfgen.spec.balancers import (
    Balancer,
    balancer_of,
    balancers_of,
    listener_names,
    local_name,
    network_listeners,
    used_balancers,
)
from tfgen.spec.deployments import moves_requests, test_routes
from tfgen.spec.model import MAIN, WORLD, WORLD_IPV6, Redirection, Requests, Rewrite, Route, RouteLogin, Spec
from tfgen.spec.model import Listener as ListenerSpec


class BoundRoute(NamedTuple):
    """A route in its normal form, with the service that it leads to."""

    service: str
    listener: str
    """Its full name."""
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
    port: str | None = None
    """The port of the service that gets the requests, by name."""
    redirection: Redirection | None = None
    """What the load balancer itself does with its requests; then it leads to no service."""
    login: RouteLogin | None = None
    """What is said of a login; of routes with weights, by one of them for all."""
    rewrite: Rewrite | None = None
    """What is said of a rewrite, likewise."""
    alternates: bool = False
    """Whether deployments move its requests between two target groups."""
    is_test: bool = False
    """Whether its requests reach new tasks first."""

    @property
    def balancer(self) -> str:
        """The load balancer of the listener."""
        return balancer_of(self.listener)

    @property
    def _named_listener(self) -> str:
        """The listener as labels name it; those of the load balancer itself are in a module of their own."""
        name = local_name(self.listener) if self.redirection else self.listener
        return "" if name == "http" else name

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
        name = self._named_listener
        if self.takes_the_rest:
            return names.label(*filter(None, [name]), "everything_else")
        listener = name and f"{name}:"
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
    """Every route of every service whose listener exists, but for those of network load balancers."""
    known = frozenset(listener_names(spec)) - network_listeners(spec).keys()
    found = [
        each
        for key, route, where in _spec_routes(spec, at)
        if route.listener in known
        for each in _bind_route(key, route, where)
    ]
    alternating = frozenset(key for key, each in spec.services.items() if moves_requests(each))
    found += _bind_tests(spec, known, at)
    return _with_shares([each._replace(alternates=each.service in alternating) for each in found])


def _bind_tests(spec: Spec, known: Collection[str], at: Locate) -> Iterator[BoundRoute]:
    for key, route, where in _test_routes(spec, at):
        if route.listener in known:
            yield from (each._replace(is_test=True) for each in _bind_route(key, route, where))


def bind_redirections(spec: Spec, at: Locate) -> tuple[BoundRoute, ...]:
    """What the listeners of the stack's own respond themselves, besides their default."""
    return tuple(each for balancer in balancers_of(spec) for each in _redirections_of(balancer, at))


def _redirections_of(balancer: Balancer, at: Locate) -> Iterator[BoundRoute]:
    for key, listener in balancer.listeners:
        for index, said in enumerate(listener.redirects):
            where = at((*balancer.listener_path(key), "redirects", index))
            for each in _bind_requests("", said, balancer.full_name(key), said.priority, where):
                yield each._replace(redirection=said, login=said.login)


def _with_shares(bound: Sequence[BoundRoute]) -> tuple[BoundRoute, ...]:
    """The routes; those with weights know all that share their requests, and the priority that one has."""
    found: dict[Any, dict[str, Share]] = {}
    for each in bound:
        if each.weight is not None:
            said = (each.sticky, each.pinned, each.at, each.port, each.login, each.rewrite)
            share = Share(each.service, each.weight, *said)
            found.setdefault(each.request, {}).setdefault(each.service, share)
    sorted_shares = {request: tuple(sorted(own.values())) for request, own in found.items()}
    return tuple(
        _sharing(each, sorted_shares[each.request]) if each.weight is not None else each for each in bound
    )


def _sharing(route: BoundRoute, own: tuple[Share, ...]) -> BoundRoute:
    pinned = next((share.pinned for share in own if share.pinned is not None), None)
    login = next((share.login for share in own if share.login is not None), None)
    rewrite = next((share.rewrite for share in own if share.rewrite is not None), None)
    return route._replace(shares=own, pinned=pinned, login=login, rewrite=rewrite)


def _spec_routes(spec: Spec, at: Locate) -> Iterator[tuple[str, Route, Location]]:
    for key, service in spec.services.items():
        for index, route in enumerate(service.routes):
            yield key, route, at(("services", key, "routes", index))


def _test_routes(spec: Spec, at: Locate) -> Iterator[tuple[str, Route, Location]]:
    for key, service in spec.services.items():
        for route in test_routes(service):
            yield key, route, at(("services", key, "deployment", "test"))


def _bind_route(key: str, route: Route, where: Location) -> Iterator[BoundRoute]:
    for each in _bind_requests(key, route, route.listener or "", route.priority, where):
        yield each._replace(
            weight=route.weight,
            sticky=route.sticky,
            port=route.port,
            login=route.login,
            rewrite=route.rewrite,
        )


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
    known, every_balancer = frozenset(listener_names(spec)), balancers_of(spec)
    told = known or not any(each.said.existing for each in every_balancer)  # of whose lack TG510 tells
    asked = (*_spec_routes(spec, at), *_test_routes(spec, at))
    lost = [each for each in asked if told and each[1].listener not in known]
    for before, (_, route, where) in enumerate(lost):
        yield _no_listener(route, where, spec, before)
    for said, path in _every_requests(spec):
        yield from conditions.problems(said, path, at)
        yield from _list_problems(said, path, at)
        if isinstance(said, Route):
            yield from rewrites.problems(said, path, at)
    every = (*bound, *bind_redirections(spec, at))
    for each in every:
        yield from _limit_problems(each)
    yield from _share_problems(bound)
    yield from _clash_problems(every, spec)
    used = used_balancers(spec)
    for balancer in every_balancer:
        if balancer.key in used:
            yield from _listener_problems(balancer, at)
    yield from logins.problems(spec, every, at)
    for balancer in every_balancer:
        yield from tls.problems(balancer, spec, at)
        yield from redirects.problems(balancer, spec, at)


def _every_requests(spec: Spec) -> Iterator[tuple[Route | Redirection, SpecPath]]:
    """Those of routes and of redirects, each with its place."""
    for key, service in spec.services.items():
        for index, route in enumerate(service.routes):
            yield route, ("services", key, "routes", index)
    for balancer in balancers_of(spec):
        for key, listener in balancer.listeners:
            for index, said in enumerate(listener.redirects):
                yield said, (*balancer.listener_path(key), "redirects", index)


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
    listeners = listener_names(spec)
    hint = f"write listener: NAME, with one of {some_words(listeners)}"
    if not listeners:
        message = "the load balancer has no listener, so nothing leads to this service"
        return Problem("TG220", where, message, "add one: listeners: {http: 80}, or remove listeners")
    if message := _unclear_listener(route.listener or "", spec):
        return Problem("TG220", where, message, hint)
    near = nearest_of_many(route.listener or "", listeners, before)
    hint = f"did you mean {near}?" if near else hint
    return Problem("TG220", where, f'unknown listener "{route.listener}"', hint)


def _unclear_listener(said: str, spec: Spec) -> str:
    """Why a word, or none, means no listener, where there are several; empty where nothing has that name."""
    every = balancers_of(spec)
    having = [each.key for each in every if said in each.said.listener_names]
    if having:
        owners = names.listed(having)
        return f'the load balancers {owners} have a listener "{said}" each, and this route names none of them'
    if not said and len(every) > 1 and MAIN not in spec.balancers:
        return "there are several load balancers, and this route names none of them"
    for each in every:
        if each.key == (said or (MAIN if MAIN in spec.balancers else each.key)):
            return _several_listeners(f'the load balancer "{said}"' if said else "the load balancer", each)
    return ""


def _several_listeners(balancer: str, found: Balancer) -> str:
    if len(found.said.listener_names) == 1:
        only = found.full_name(found.said.listener_names[0])
        return f"the only listener, {only}, redirects: a route must name it"
    if not found.said.listener_names:
        return f"{balancer} has no listener"
    return f"{balancer} has several listeners, and this route names none of them"


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
    if route.service and route.port != spec.services[route.service].default_port:
        yield f"port: {route.port}"


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


def build(balancer: Balancer, spec: Spec, referred: References, at: Locate) -> LoadBalancer:
    """`referred` has what the load balancer's module refers to outside the spec."""
    said, internal = balancer.said, balancer.said.is_internal
    return LoadBalancer(
        key=balancer.key,
        noun=names.noun_of_balancer(balancer.key),
        module=names.module_of_balancer(balancer.key),
        group=security.balancer_group(balancer.key),
        path=balancer.path,
        type=said.type,
        name=names.load_balancer(spec.name, balancer.key, internal=internal, network=balancer.is_network),
        security_group_name=names.balancer_security_group(spec.name, balancer.key),
        internal=internal,
        subnets=PRIVATE if internal and not spec.network.way_out.public_tasks else PUBLIC,
        idle_timeout=said.idle_timeout,
        listeners=tuple(
            _network_listener(key, balancer, at)
            if balancer.is_network
            else _build_listener(key, balancer, spec, referred, at)
            for key in sorted(said.listeners)
        ),
        certificate=tls.build_certificate(said),
        records=tls.build_records(said, referred),
        faces_internet=not internal,
        ip_address_type=said.ip_address_type or "ipv4",
        attributes=tuple(front_door.attributes(said)),
        drop_invalid_headers=(True,) if said.drop_invalid_headers and not said.is_network else (),
        logs=tuple(front_door.logs(said)),
        log_bucket=tuple(front_door.log_bucket(balancer, spec)),
        capacity=() if said.capacity is None else (said.capacity,),
        web_acls=() if said.waf is None else (front_door.WEB_ACL,),
        depends_on=(order,) if (order := tuple(front_door.depends_on(balancer, spec))) else (),
        login_egress=logins.egress(balancer, spec),
    )


def _build_listener(key: str, balancer: Balancer, spec: Spec, referred: References, at: Locate) -> Listener:
    listener = balancer.said.listeners[key]
    cidrs = tuple(_listener_cidrs(key, listener))
    clients = (names.ref("aws_vpc_security_group_ingress_rule.{}", cidr.label) for cidr in cidrs)
    rules = (*clients, *_egress_of_logins(key, balancer, spec, at))
    certificates = tls.certificates(key, balancer.said, referred)
    return Listener(
        key=balancer.full_name(key),
        label=names.label(key),
        path=balancer.listener_path(key),
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
        redirects=redirects.redirects(listener, balancer.said.listeners),
        rules=tuple(_rules_of_listener(key, balancer, spec, referred, at)),
        arn_input=arn_input(balancer.full_name(key)),
        depends_on=(rules,) if rules else (),
        at=at(balancer.listener_path(key)),
    )


def _network_listener(key: str, balancer: Balancer, at: Locate) -> Listener:
    """What its load balancer knows of a listener that is in the file of a service: its clients."""
    said, name = balancer.said.listeners[key], balancer.full_name(key)
    cidrs = tuple(_listener_cidrs(key, said))
    rules = tuple(names.ref("aws_vpc_security_group_ingress_rule.{}", cidr.label) for cidr in cidrs)
    return Listener(
        key=name,
        label=network_listeners_label(name),
        path=balancer.listener_path(key),
        port=said.port,
        protocol=(said.protocol or "").upper(),
        policies=tls.policies(said),
        certificates=(),
        more_certificates=(),
        mutual_tls=(),
        headers=(),
        server_header=(),
        cidrs=cidrs,
        responses=(),
        redirects=(),
        rules=(),
        arn_input=arn_input(name),
        depends_on=(rules,) if rules else (),
        at=at(balancer.listener_path(key)),
    )


def network_listeners_label(listener: str) -> Label:
    """Of a listener in the services module, where those of all network load balancers are."""
    return names.label(*listener.split("."))


def _egress_of_logins(key: str, balancer: Balancer, spec: Spec, at: Locate) -> Iterator[Ref]:
    """The rules that a listener with a login needs for it."""
    every = (*bind(spec, at), *_redirections_of(balancer, at)) if spec.logins else ()
    name = balancer.full_name(key)
    if any(each.listener == name and logins.used_login(each.login) for each in every):
        for rule in logins.egress(balancer, spec):
            yield names.ref("aws_vpc_security_group_egress_rule.{}", rule.label)


def _rules_of_listener(
    key: str, balancer: Balancer, spec: Spec, referred: References, at: Locate
) -> Iterator[ListenerRule]:
    """What the load balancer itself does with requests, in the order of evaluation."""
    own = [each for each in _redirections_of(balancer, at) if local_name(each.listener) == key]
    for route in sorted(own, key=lambda each: each.priority):
        if route.redirection:
            to, respond = redirects.of_redirection(route.redirection, balancer.said.listeners)
            rule = _listener_rule(route, ResourceRef("aws_lb_listener", names.label(key), ".arn"))
            login = logins.build(route.login, spec, referred)
            yield structs.replace(rule, redirects=to, responses=respond, target_groups=(), logins=login)


def _listener_cidrs(key: str, listener: ListenerSpec) -> Iterator[ListenerCidr]:
    for cidr in sorted(set(listener.cidrs or ())):
        name, words = _WORLDS.get(cidr, (names.range_name(cidr), cidr))
        yield ListenerCidr(
            label=names.label(key, "from", name),
            cidr=cidr,
            description=f"Port {listener.port} from {words}",
        )


_WORLDS = {WORLD: ("world", "anywhere"), WORLD_IPV6: ("world ipv6", "anywhere (IPv6)")}
"""All addresses in labels and in descriptions."""


def _listener_problems(balancer: Balancer, at: Locate) -> Iterator[Problem]:
    used: dict[int, str] = {}
    for key, listener in balancer.listeners:
        where = at(balancer.listener_path(key))
        other = used.setdefault(listener.port, key)
        if other != key:
            message = f'listeners "{other}" and "{key}" both have port {listener.port}'
            yield Problem("TG224", where, message, "give one of them another port")
        for cidr in sorted(set(listener.cidrs or ())):
            yield from range_problems(cidr, where)


def arn_input(listener: str) -> Label:
    return names.label(listener, "listener_arn")


def rules(
    bound: tuple[BoundRoute, ...], service: str, spec: Spec, referred: References
) -> tuple[ListenerRule, ...]:
    """The listener rules in the file of a service, most specific first."""
    own = (route for route in bound if route.service == service and route.owns_rule)
    own_rules = sorted(own, key=lambda r: (r.listener, r.priority))
    return tuple(
        structs.replace(
            _listener_rule(route, VariableRef(arn_input(route.listener))),
            logins=logins.build(route.login, spec, referred),
            rewrites=rewrites.build(route.rewrite, route.path),
        )
        for route in own_rules
    )


def routes(bound: tuple[BoundRoute, ...], service: str) -> tuple[RoutePart, ...]:
    """Every route of a service, in the order of evaluation."""
    own = [route for route in bound if route.service == service]
    own.sort(key=lambda route: (route.listener, route.priority))
    return tuple(
        RoutePart(
            balancer=route.balancer,
            listener=route.listener,
            text=_text_in_full(route),
            rule=route.label,
        )
        for route in own
    )


def shared_comments(bound: tuple[BoundRoute, ...], service: str) -> Iterator[Comment]:
    """Where the rule of a route is that is in the file of another service."""
    for route in sorted(bound, key=lambda route: (route.listener, route.priority)):
        if route.service == service and not route.owns_rule:
            file = names.service_file(route.shares[0].service)
            yield Comment(f"The rule of {route.text} divides its requests; it is in {file}.tf.")


def _text_in_full(route: BoundRoute) -> str:
    """With the weight and the login that it has."""
    used = logins.used_login(route.login)
    said = [f"weight {route.weight}"] if len(route.shares) > 1 else []
    said += [f"login {used.name}"] if used else []
    said += ["test of a deployment"] if route.is_test else []
    return f"{route.text} ({', '.join(said)})" if said else route.text


def _listener_rule(route: BoundRoute, listener_arn: VariableRef | ResourceRef) -> ListenerRule:
    group = target_groups.label(route.service, route.balancer, route.port)
    weighted = shares.build(route.shares, route.balancer)
    if route.alternates:
        weighted = (blue_green.forward(route.service, group, is_test=route.is_test),)
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
        target_groups=() if weighted else (group,),
        weighted=weighted,
        at=route.at,
        is_test=route.is_test,
        ignored=(blue_green.WEIGHTS_OF_ECS,) if route.alternates else (),
    )


def depends_on(bound: tuple[BoundRoute, ...], service: str) -> Iterator[Ref]:
    """ECS refuses a service whose target group no listener forwards to yet."""
    for route in sorted(
        (route for route in bound if route.service == service), key=lambda r: (r.listener, r.priority)
    ):
        yield names.ref("aws_lb_listener_rule.{}", route.label)
