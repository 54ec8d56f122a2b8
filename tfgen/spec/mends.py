"""Possible corrections of wrong values, so that the rest of a spec can be checked.

There are several ways to mend nearly everything: leave it out, or one value or another. It is unknown which
one the user will choose, so a spec is mended in VARIANTS, and only what holds in all of them is reported
of the rest. What depends on the mended value, in its text too, differs between the variants.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, get_args, get_origin

from tfgen import facts
from tfgen.problems import Problem, SpecPath
from tfgen.spec import model
from tfgen.spec.read import Flaw, fields_of, flaws_of_source, shape_of_type, shown_value
from tfgen.spec.source import Source
from tfgen.spec.spelling import fits_kind

VARIANTS = 4
_GONE: Any = object()
_Edits = Iterator[tuple[SpecPath, Any]]


def _arn(place: str, name: str) -> str:
    return f"arn:aws:{place}:123456789012:{name}"


_ECR = "123456789012.dkr.ecr.{}.amazonaws.com/mended:1"
_SAMPLES: dict[Any, tuple[Any, ...]] = {
    model.Name: ("mended-a", "mended-b"),
    model.ConnectName: ("mended-a", "mended-b"),
    model.RegionName: ("us-east-1", "eu-west-1", "ap-southeast-2", "us-west-2"),
    model.ZoneLetter: ("a", "b"),
    model.Cidr: ("10.0.0.0/16", "203.0.113.0/24", "0.0.0.0/0", "192.168.0.0/16"),
    model.PrefixLength: (24, 22),
    model.PortNumber: (8080, 9090, 50051, 81),
    model.PortRange: ("8000-8100", "9000-9001"),
    model.SecurityGroupId: ("sg-0a1b2c3d4e5f67890", "sg-0a1b2c3d"),
    model.PrefixListId: ("pl-0a1b2c3d4e5f67890", "pl-0a1b2c3d"),
    model.PathPattern: ("/", "/mended-a", "/mended-b", "/mended/*"),
    model.HostPattern: ("a.mended.example.com", "*.mended.example.com"),
    model.Priority: (40001, 40002),
    model.HealthPath: ("/", "/healthz"),
    model.HttpCodes: ("200", "200-399"),
    model.Image: (_ECR.format("us-east-1"), "nginx:1.27", _ECR.format("eu-west-1"), "ghcr.io/a/b"),
    model.SecretSource: ("/mended/a", "arn:aws:secretsmanager:us-east-1:123456789012:secret:mended-AbCdEf"),
    model.ListenerArn: (_arn("elasticloadbalancing:us-east-1", "listener/app/mended/1/2"),),
    model.LoadBalancerArn: (_arn("elasticloadbalancing:us-east-1", "loadbalancer/app/mended/1"),),
    model.DnsName: ("mended.example.com",),
    model.CertificateArn: (_arn("acm:us-east-1", "certificate/0a1b2c3d-0000-4000-8000-000000000000"),),
    model.DomainName: ("mended.example.com",),
    model.ZoneId: ("Z0123456789MENDED",),
    model.TlsPolicy: ("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",),
    model.TrustStoreArn: (_arn("elasticloadbalancing:us-east-1", "truststore/mended/1"),),
    model.RedirectTarget: ("https://mended.example.com",),
    model.ResponseStatus: (410,),
    model.ResponseBody: ("mended",),
    model.ResponseHeader: ("mended",),
    model.ClusterArn: (_arn("ecs:us-east-1", "cluster/mended"),),
    model.RoleArn: (_arn("iam:", "role/mended"),),
    model.PolicyArn: (_arn("iam:", "policy/mended"),),
    model.IamPath: ("/mended/",),
    model.RouteTarget: ("pcx-0a1b2c3d", "tgw-0a1b2c3d"),
    model.AllocationId: ("eipalloc-0a1b2c3d", "eipalloc-1a1b2c3d"),
    bool | model.PrefixLength | None: (True, 24),
    model.AwsService: ("sqs", "sns"),
    model.VpcId: ("vpc-0a1b2c3d", "vpc-1a1b2c3d"),
    model.SubnetId: ("subnet-0a1b2c3d", "subnet-1a1b2c3d"),
    model.RouteTableId: ("rtb-0a1b2c3d", "rtb-1a1b2c3d"),
    model.BucketName: ("mended-a", "mended-b"),
    model.StateKey: ("mended/a", "mended/b"),
    bool: (True, False),
}
_DIGITS = 10  # no number of a spec has more
_NUMBERS = (0, 1, 2, 16, 256, 512, 1024, 4096, 30, 365)


def mended_source(source: Source, problems: Sequence[Problem], variant: int) -> Source | None:
    """The spec without what these problems of one stage are about; None where that is not possible."""
    mend = _Mend(source.data, variant)
    for flaw in flaws_of_source(source):
        mend.mend_flaw(flaw)
    for problem in problems:
        if problem.severity == "error" and not problem.code.startswith("TG10"):
            mend.mend_problem(problem)
    return source._replace(data=mend.data) if mend.touched else None


class _Mend:
    """A copy of a spec's data, with what is wrong replaced in one variant."""

    def __init__(self, data: Any, variant: int) -> None:
        self.data = _copied_data(data)
        self.variant = variant
        self.touched = False

    def mend_flaw(self, flaw: Flaw) -> None:
        """What the schema refuses: an unknown key, a value of the wrong type, or a missing one."""
        *head, name = flaw.path
        if flaw.kind is None:
            value = self.value_at(flaw.path)
            self.put_value(flaw.path, _GONE)
            if flaw.meant and self.variant % 2 and self.value_at((*head, flaw.meant)) is None:
                self.put_value((*head, flaw.meant), value)
            return
        choices = [
            *self.values_alike(flaw),
            *self.known_names(flaw.path),
            *sample_values(flaw.kind, self.variant),
        ]
        needed = head == ["load_balancer", "listeners"] or name == "redirect"
        if isinstance(name, str) and not flaw.required and not needed:
            choices.insert(0, _GONE)
        self.put_value(flaw.path, self.one_of(choices))

    def values_alike(self, flaw: Flaw) -> list[Any]:
        """What was probably meant: one thing for a list of one, a number for its text, or text for it."""
        value = self.value_at(flaw.path)
        if value is None or isinstance(value, dict | list):
            return []
        if shape_of_type(flaw.kind)[0] == "list":
            return [[value]]
        number = int(value) if isinstance(value, str) and value.isdecimal() and len(value) < _DIGITS else None
        texts = (value if isinstance(value, str) else shown_value(value), number)
        return [other for other in texts if fits_kind(other, flaw.kind)]

    def mend_problem(self, problem: Problem) -> None:
        """What a later stage refuses, by its code."""
        path = problem.at.path
        if path[:1] == ("services",) and len(path) == 1:
            return  # it is from a YAML merge, and its service is unknown
        for place, value in _MENDS.get(problem.code, _mend_nothing)(self, path):
            self.put_value(place, value)

    def known_names(self, path: SpecPath) -> list[Any]:
        """What there is to be named, and what the rest of the spec names."""
        if path[0] == "services" and len(path) < 3:
            return [self.sample_service() if len(path) == 2 else {"mended": self.sample_service()}]
        if path in (("load_balancer",), ("load_balancer", "listeners")):
            listeners = {name: 20000 + number for number, name in enumerate(self.named_listeners())}
            return [listeners if len(path) == 2 else {"listeners": listeners}]
        if "calls" in path[-2:]:
            return self.callable_services()
        return self.listener_names() if path[-1] == "listener" else []

    def sample_service(self) -> dict[str, Any]:
        """One that is behind every listener, and serves every caller."""
        routes = [{"path": f"/mended-{name}", "listener": name} for name in self.listener_names()]
        image = self.one_of(_SAMPLES[model.Image])
        return {"image": image, "port": 80, "routes": routes, "connect": "mended"}

    def named_listeners(self) -> list[str]:
        """The listeners that services and routes name."""
        services = _mappings_in(self.value_at(("services",)))
        routes = [route for service in services for route in _mappings_in(service.get("routes"))]
        named = [each.get("listener") for each in (*services, *routes)]
        return list(dict.fromkeys(["http", *(name for name in named if isinstance(name, str))]))

    def callable_services(self) -> list[str]:
        """The services that can be called."""
        services = self.value_at(("services",))
        found = services.items() if isinstance(services, dict) else ()
        return [key for key, each in found if isinstance(each, dict) and each.get("connect")]

    def listener_names(self) -> list[str]:
        existing = self.value_at(("load_balancer", "existing", "listener_arns"))
        found = existing or self.value_at(("load_balancer", "listeners"))
        return list(found) if isinstance(found, dict) and found else ["http"]

    def one_of(self, choices: Sequence[Any]) -> Any:
        return choices[self.variant % len(choices)]

    def value_at(self, path: SpecPath) -> Any:
        """The value at a path, or None."""
        place = self.data
        for step in path:
            try:
                place = place[step]
            except (KeyError, IndexError, TypeError):
                return None
        return place

    def put_value(self, path: SpecPath, value: Any) -> None:
        if not path:
            return
        place = self.value_at(path[:-1])
        if isinstance(place, list) and isinstance(path[-1], int) and value is not _GONE:
            place[path[-1]] = value
            self.touched = True
        elif isinstance(place, dict):
            self.touched |= value is not _GONE or path[-1] in place
            if value is _GONE:
                place.pop(path[-1], None)
            else:
                place[path[-1]] = value
        elif (
            value is not _GONE and path[:-1] and not isinstance(place, list)
        ):  # a section that the spec does not set
            self.put_value(path[:-1], {path[-1]: value})


def _copied_data(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _copied_data(value) for key, value in data.items()}
    return [_copied_data(item) for item in data] if isinstance(data, list) else data


def _mappings_in(data: Any) -> list[dict[str, Any]]:
    """What is a mapping among the values of a mapping or in a list."""
    values = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return [each for each in values if isinstance(each, dict)]


def sample_values(kind: Any, variant: int) -> list[Any]:
    """Values that the schema takes for a kind, as different as may be."""
    what, first, second = shape_of_type(kind)
    if what == "either":
        return sample_values(second, variant)
    if what == "list":
        return [[], [_sample_value(first, variant)]]
    if what == "mapping":
        return [{}, {_sample_value(first, variant): _sample_value(second, variant)}]
    if what == "section":
        required = {name: field.kind for name, field in fields_of(first).items() if field.required}
        return [{name: _sample_value(inner, variant) for name, inner in required.items()}]
    return list(_SAMPLES.get(first) or _sample_scalars(first))


def _sample_value(kind: Any, variant: int) -> Any:
    choices = sample_values(kind, variant)
    return choices[variant % len(choices)]


def _sample_scalars(kind: Any) -> Sequence[Any]:
    if get_origin(kind) is Literal:
        return get_args(kind)
    numbers = [number for number in _NUMBERS if fits_kind(number, kind)]
    texts = [text for text in ("mended-a", "mended_b", "mended.aws_lb.main") if fits_kind(text, kind)]
    return numbers or texts or [1]


# --- what later stages refuse, by code


def _mend_nothing(_mend: _Mend, _path: SpecPath) -> _Edits:
    yield from ()


def _mend_region(mend: _Mend, _path: SpecPath) -> _Edits:
    yield ("region",), mend.one_of(_SAMPLES[model.RegionName])


def _mend_zones(mend: _Mend, _path: SpecPath) -> _Edits:
    region = facts.regions().get(str(mend.value_at(("region",))))
    letters = [*region.zones] if region and len(region.zones) > 2 else ["a", "b", "c"]
    choices = [letters[:2], letters[:3], letters[-2:], [letters[0], letters[-1]]]
    pinned = mend.value_at(("network", "subnets", "public")) or mend.value_at(
        ("network", "subnets", "private")
    )
    if isinstance(pinned, dict) and 2 <= len(pinned) <= 6:
        choices[0] = list(pinned)
    yield ("network", "zones"), mend.one_of(choices)


def _mend_retention(mend: _Mend, _path: SpecPath) -> _Edits:
    yield ("logs", "retention"), mend.one_of((_GONE, 365, 7))


def _mend_codes(mend: _Mend, path: SpecPath) -> _Edits:
    yield (*path[:2], "health_check", "codes"), mend.one_of((_GONE, "200", "200-299"))


def _mend_ranges(mend: _Mend, path: SpecPath) -> _Edits:
    """Of the network, of a listener, of a route, or one that a service connects to."""
    if path[:2] == ("network", "vpc"):
        yield path, mend.one_of(("10.0.0.0/16", "172.20.0.0/16", "192.168.0.0/16"))
    elif path[:2] == ("network", "routes"):
        yield ("network", "routes"), _GONE
    elif path[0] == "network":
        yield ("network", "subnets"), _GONE
        if path[:2] != ("network", "subnets"):
            yield ("network", "cidr"), mend.one_of(("10.0.0.0/16", "172.20.0.0/16", "192.168.0.0/16"))
    elif path[0] == "load_balancer":
        listener = ("load_balancer", "listeners", path[-1])
        said = (*listener, "cidrs") if mend.value_at((*listener, "cidrs")) else ("load_balancer", "cidrs")
        yield said, mend.one_of((["0.0.0.0/0"], ["198.51.100.0/24"], ["203.0.113.0/24"]))
    elif path[2:3] == ("routes",):
        yield (*path[:4], "source"), mend.one_of((["198.51.100.0/24"], ["203.0.113.0/24"], ["192.0.2.0/24"]))
    else:
        yield from _mend_entry(mend, path)


def _mend_entry(mend: _Mend, path: SpecPath) -> _Edits:
    """An entry of what a service connects to, or of what connects to it."""
    if len(path) > 3:
        cidrs = ("203.0.113.0/24", "10.0.0.0/16", "198.51.100.0/24", "192.0.2.0/24")
        yield path[:4], {"cidr": mend.one_of(cidrs), "port": mend.one_of((443, 5432, 8080, 81))}


def _nat_zone(_mend: _Mend, path: SpecPath) -> _Edits:
    yield ("network", "nat_zone" if path[-1] == "nat_zone" else "nat"), _GONE


def _mend_nat(_mend: _Mend, _path: SpecPath) -> _Edits:
    yield ("network", "nat"), _GONE


def _mend_target(_mend: _Mend, _path: SpecPath) -> _Edits:
    yield ("network", "routes"), _GONE


def _mend_endpoint(mend: _Mend, path: SpecPath) -> _Edits:
    if path[0] == "network":
        yield path[:-1], _GONE
    elif len(path) > 3:
        yield path, mend.one_of(("sqs", "sns", "kms"))


def _mend_created(_mend: _Mend, path: SpecPath) -> _Edits:
    yield path, _GONE


def _mend_vpc(mend: _Mend, _path: SpecPath) -> _Edits:
    """A VPC that is created, with the same egress."""
    if (way_out := mend.value_at(("network", "vpc", "way_out"))) is not None:
        yield ("network", "egress"), way_out
        yield ("network", "vpc"), _GONE
    yield from _unknown_load_balancer(mend)


def _unknown_load_balancer(mend: _Mend) -> _Edits:
    """A load balancer that may be in any VPC."""
    path = ("load_balancer", "existing")
    for key in mend.value_at((*path, "listener_arns")) or ():
        yield (*path, "listener_arns", key), {"input": "mended"}
    if mend.value_at((*path, "security_group")) is not None:
        yield (*path, "security_group"), {"input": "mended"}


def _mend_route(mend: _Mend, path: SpecPath) -> _Edits:
    """Another path that no route has."""
    if len(path) < 4:
        return
    said = mend.value_at(path)
    listener = {"listener": said["listener"]} if isinstance(said, dict) and "listener" in said else {}
    name = "-".join(map(str, path[1:]))
    answer = {"respond": 410} if "redirects" in path else {}
    yield path, {"path": f"/mended-{mend.one_of('abc')}-{name}", **listener, **answer}


def _mend_condition(mend: _Mend, path: SpecPath) -> _Edits:
    """Without this condition, or with another route in the place of this one."""
    if mend.variant % 2:
        yield path, _GONE
    else:
        yield from _mend_route(mend, path[:4])


def _mend_existing(_mend: _Mend, path: SpecPath) -> _Edits:
    """Listeners are those that exist; what is elsewhere is given by a variable."""
    if path[-1] == "listeners":
        yield path, _GONE
    elif path[-1] == "listener_arns":
        yield path, {"http": {"input": "mended"}}
    else:
        yield path, {"input": "mended"}


def _mend_listener(mend: _Mend, path: SpecPath) -> _Edits:
    said = mend.value_at(path)
    route = dict(said) if isinstance(said, dict) else {"path": said}
    yield path, {**route, "listener": mend.one_of(mend.listener_names())}


def _listener_port(mend: _Mend, path: SpecPath) -> _Edits:
    """Another port, or no listener."""
    said = mend.value_at(path)
    if mend.variant % 2:
        yield path, _GONE
        return
    port = 20000 + 1000 * mend.variant + len(str(path[-1]))
    yield path, {**said, "port": port} if isinstance(said, dict) else port


def _mend_call(mend: _Mend, path: SpecPath) -> _Edits:
    """No call at all, or one of a service that can be called."""
    others = mend.callable_services()
    if others and mend.variant % 2 and len(path) > 3:
        yield path, mend.one_of(others)
    else:
        yield (*path[:2], "calls"), _GONE


def _mend_callee(mend: _Mend, path: SpecPath) -> _Edits:
    """No call, or a name for what is called."""
    callee = ("services", mend.value_at(path))
    if mend.variant % 2 and len(path) > 3:
        yield (*callee, "connect"), f"mended-{mend.variant}-{callee[-1]}"
        if mend.value_at((*callee, "port")) is None:
            yield (*callee, "port"), 8080 + mend.variant
    else:
        yield (*path[:2], "calls"), _GONE


def _port_or_not(mend: _Mend, path: SpecPath) -> _Edits:
    """A port, or nothing that needs one."""
    if mend.variant % 2:
        yield (*path[:2], path[-1]), _GONE
    else:
        yield (*path[:2], "port"), 8080 + mend.variant


def _connect_name(mend: _Mend, path: SpecPath) -> _Edits:
    name = (*path[:2], "connect")
    yield name, mend.one_of((f"mended-a-{path[1]}", _GONE, f"mended-b-{path[1]}"))


def _plain_port(mend: _Mend, path: SpecPath) -> _Edits:
    port = mend.value_at((*path[:2], "port"))
    if mend.variant % 2:
        yield (*path[:2], "routes"), _GONE
    else:
        yield (*path[:2], "port"), port["number"] if isinstance(port, dict) else 80


def _mend_variable(mend: _Mend, path: SpecPath) -> _Edits:
    yield (*path[:2], mend.one_of(("secrets", "environment")), path[-1]), _GONE


def _mend_was(_mend: _Mend, path: SpecPath) -> _Edits:
    yield (*path[:2], "was"), _GONE


def _mend_assumption(_mend: _Mend, path: SpecPath) -> _Edits:
    """An entry of `cost`, which nothing else depends on."""
    if len(path) > 2:
        yield path[:3], _GONE


def _mend_default(_mend: _Mend, path: SpecPath) -> _Edits:
    if path[0] == "inputs" and len(path) > 1:
        yield (*path[:2], "default"), _GONE


def _mend_domain(_mend: _Mend, _path: SpecPath) -> _Edits:
    yield ("load_balancer", "domain"), _GONE
    yield ("load_balancer", "zone"), _GONE


def _mend_tls(_mend: _Mend, path: SpecPath) -> _Edits:
    """A certificate that the root knows, or nothing that needs one."""
    if path[-1] == "certificate":
        yield path, {"input": "mended"}
    elif len(path) == 3:
        yield (*path, "certificate"), {"input": "mended"}
    else:
        yield path, _GONE


def _mend_headers(_mend: _Mend, path: SpecPath) -> _Edits:
    yield (*path[:3], "headers"), _GONE


def _mend_clients(_mend: _Mend, path: SpecPath) -> _Edits:
    yield (*path[:3], "mutual_tls"), _GONE


def _mend_rest(_mend: _Mend, path: SpecPath) -> _Edits:
    """Something simple for what no route matches, or for the requests of a redirect."""
    if "redirects" in path[:4]:
        yield path[:5], {"path": f"/mended-{path[4]}", "respond": 410} if len(path) > 4 else _GONE
        return
    yield (*path[:3], "redirect"), _GONE
    yield (*path[:3], "default"), {"respond": 410}


def _mend_key(_: _Mend, path: SpecPath) -> _Edits:
    """Removes a key that the spec need not set."""
    yield path, _GONE


_MENDS = {
    "TG110": _mend_region,
    **dict.fromkeys(("TG111", "TG112", "TG113", "TG114"), _mend_zones),
    "TG115": _mend_retention,
    "TG116": _mend_codes,
    **dict.fromkeys(("TG201", "TG202", "TG204", "TG205", "TG206", "TG207", "TG208", "TG209"), _mend_ranges),
    "TG210": _nat_zone,
    **dict.fromkeys(("TG212", "TG213", "TG214"), _mend_endpoint),
    **dict.fromkeys(("TG203", "TG221", "TG222", "TG223", "TG568", "TG569"), _mend_route),
    "TG220": _mend_listener,
    "TG224": _listener_port,
    **dict.fromkeys(("TG560", "TG561", "TG562", "TG565", "TG566"), _mend_condition),
    **dict.fromkeys(("TG510", "TG511", "TG512"), _mend_existing),
    "TG230": _mend_call,
    "TG231": _mend_callee,
    **dict.fromkeys(("TG232", "TG240"), _port_or_not),
    "TG233": _connect_name,
    "TG242": _plain_port,
    "TG243": _mend_variable,
    "TG244": _mend_was,
    "TG289": _mend_default,
    **dict.fromkeys(("TG280", "TG281", "TG282"), _mend_assumption),
    **dict.fromkeys(("TG530", "TG531"), _mend_nat),
    **dict.fromkeys(("TG532", "TG533", "TG534", "TG535"), _mend_target),
    **dict.fromkeys(("TG520", "TG521", "TG522", "TG523", "TG524"), _mend_entry),
    **dict.fromkeys(("TG540", "TG541"), _mend_domain),
    **dict.fromkeys(("TG542", "TG546"), _mend_tls),
    "TG543": _mend_headers,
    "TG545": _mend_clients,
    **dict.fromkeys(("TG547", "TG548"), _mend_rest),
    **dict.fromkeys(("TG550", "TG551", "TG552"), _mend_key),
    "TG500": _mend_created,
    **dict.fromkeys(("TG501", "TG503", "TG504", "TG505", "TG507", "TG508", "TG536"), _mend_vpc),
}
