"""Possible corrections of wrong values, so that the rest of a spec can be checked.

There are several ways to mend nearly everything: leave it out, or one value or another. It is unknown which
one the user will choose, so a spec is mended in VARIANTS, and only what holds in all of them is reported
of the rest. What depends on the mended value, in its text too, differs between the variants.
"""

from collections.abc import Callable, Iterator, Sequence
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


_REGION, _ACCOUNT = "us-east-1", "123456789012"


def _arn(place: str, name: str) -> str:
    return f"arn:aws:{place}:{_ACCOUNT}:{name}"


_ECR = "123456789012.dkr.ecr.{}.amazonaws.com/mended:1"
_SAMPLES: dict[Any, tuple[Any, ...]] = {
    model.Name: ("mended-a", "mended-b"),
    model.ConnectName: ("mended-a", "mended-b"),
    model.AccountId: ("123456789012",),
    model.CalleeHost: ("mended-a.example", "mended-b.example"),
    model.DnsLabel: ("mended-a", "mended-b"),
    model.PrivateZone: ("mended-a.internal", "mended-b.internal"),
    model.RegionName: ("us-east-1", "eu-west-1", "ap-southeast-2", "us-west-2"),
    model.ZoneLetter: ("a", "b"),
    model.Cidr: ("10.0.0.0/16", "203.0.113.0/24", "0.0.0.0/0", "192.168.0.0/16"),
    model.AnyCidr: ("10.0.0.0/16", "203.0.113.0/24", "0.0.0.0/0", "192.168.0.0/16"),
    model.PrefixLength: (24, 22),
    model.PortNumber: (8080, 9090, 50051, 81),
    model.AlarmTopic: ("mended@example.com", "arn:aws:sns:us-east-1:123456789012:mended"),
    model.PortRange: ("8000-8100", "9000-9001"),
    model.PortName: ("mended-a", "mended-b"),
    model.PortNameOrRange: ("8000-8100", "9000-9001"),
    model.SecurityGroupId: ("sg-0a1b2c3d4e5f67890", "sg-0a1b2c3d"),
    model.PrefixListId: ("pl-0a1b2c3d4e5f67890", "pl-0a1b2c3d"),
    model.PathPattern: ("/", "/mended-a", "/mended-b", "/mended/*"),
    model.HostPattern: ("a.mended.example.com", "*.mended.example.com"),
    model.Priority: (40001, 40002),
    model.HealthPath: ("/", "/healthz"),
    model.HealthCodes: ("200", "200-399"),
    model.Image: (_ECR.format("us-east-1"), "nginx:1.27", _ECR.format("eu-west-1"), "ghcr.io/a/b"),
    model.CachedRegistry: ("quay.io", "registry.k8s.io"),
    model.CachePrefix: ("mended-a", "mended-b"),
    model.CacheSecretArn: (_arn("secretsmanager:us-east-1", "secret:ecr-pullthroughcache/mended-AbCdEf"),),
    model.RepositoryName: ("mended-a", "mended-b"),
    model.SecretSource: ("/mended/a", "arn:aws:secretsmanager:us-east-1:123456789012:secret:mended-AbCdEf"),
    model.ListenerArn: (_arn("elasticloadbalancing:us-east-1", "listener/app/mended/1/2"),),
    model.LoadBalancerArn: (_arn("elasticloadbalancing:us-east-1", "loadbalancer/app/mended/1"),),
    model.DnsName: ("mended.example.com",),
    model.CertificateArn: (_arn("acm:us-east-1", "certificate/0a1b2c3d-0000-4000-8000-000000000000"),),
    model.DomainName: ("mended.example.com",),
    model.ZoneId: ("Z0123456789MENDED",),
    model.TlsPolicy: ("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",),
    model.TrustStoreArn: (_arn("elasticloadbalancing:us-east-1", "truststore/mended/1"),),
    model.FunctionArn: (_arn("lambda:us-east-1", "function:mended"),),
    model.UserPoolArn: (_arn("cognito-idp:us-east-1", "userpool/us-east-1_mended"),),
    model.CognitoDomain: ("mended",),
    model.ClientId: ("mended",),
    model.HttpsUrl: ("https://mended.example.com",),
    model.LoginScope: ("openid",),
    model.ClaimName: ("mended",),
    model.ClaimValue: ("mended",),
    model.RewrittenPath: ("/mended",),
    model.RewrittenHost: ("mended.example.com",),
    model.RewriteText: ("/mended",),
    model.RedirectTarget: ("https://mended.example.com",),
    model.ResponseStatus: (410,),
    model.ResponseBody: ("mended",),
    model.ResponseHeader: ("mended",),
    model.ClusterArn: (_arn("ecs:us-east-1", "cluster/mended"),),
    model.AuthorityArn: (
        _arn("acm-pca:us-east-1", "certificate-authority/0a1b2c3d-0000-4000-8000-000000000000"),
    ),
    model.NamespaceArn: (_arn("servicediscovery:us-east-1", "namespace/ns-0a1b2c3d4e5f6071"),),
    model.NamespaceId: ("ns-0a1b2c3d4e5f6071",),
    model.RoleArn: (_arn("iam:", "role/mended"),),
    model.PolicyArn: (_arn("iam:", "policy/mended"),),
    model.IamPath: ("/mended/",),
    model.ThingArn: (_arn("sqs:us-east-1", "mended"), "metrics"),
    model.KeyArn: (_arn("kms:us-east-1", "key/0a1b2c3d-0000-4000-8000-000000000000"),),
    model.KeyPrefix: ("mended/",),
    model.IamAction: ("sqs:SendMessage",),
    model.ResourceArn: (_arn("sqs:us-east-1", "mended"),),
    model.ConditionOperator: ("StringEquals",),
    model.ConditionKey: ("aws:SourceVpce",),
    model.RouteTarget: ("pcx-0a1b2c3d", "tgw-0a1b2c3d"),
    model.AllocationId: ("eipalloc-0a1b2c3d", "eipalloc-1a1b2c3d"),
    bool | model.PrefixLength | None: (True, 24),
    model.AwsService: ("sqs", "sns"),
    model.FlowLogTarget: ("cloudwatch",),
    model.VpcId: ("vpc-0a1b2c3d", "vpc-1a1b2c3d"),
    model.SubnetId: ("subnet-0a1b2c3d", "subnet-1a1b2c3d"),
    model.RouteTableId: ("rtb-0a1b2c3d", "rtb-1a1b2c3d"),
    model.EnvironmentFileArn: ("arn:aws:s3:::mended/a.env", "arn:aws:s3:::mended/b.env"),
    model.WebAclArn: ("arn:aws:wafv2:us-east-1:123456789012:regional/webacl/mended/0a1b2c3d",),
    model.ContainerPath: ("/mended/a", "/mended/b"),
    model.ContainerUser: ("mended",),
    model.FileSystemName: ("fs-0a1b2c3d4e5f60718", "fs-0a1b2c3d"),
    model.AccessPointId: ("fsap-0a1b2c3d4e5f60718", "fsap-0a1b2c3d"),
    model.SnapshotId: ("snap-0a1b2c3d4e5f67890",),
    model.FolderPath: ("/mended/a", "/mended/b"),
    model.UserAndGroup: ("1000:1000", "0:0"),
    model.LogOption: ("mended-a", "mended-b"),
    model.LabelName: ("mended-a", "mended-b"),
    model.BucketName: ("mended-a", "mended-b"),
    model.StateKey: ("mended/a", "mended/b"),
    model.LoadPercent: (60, 70),
    model.Amount: (100, 1000),
    model.CooldownSeconds: (60, 300),
    model.QueueName: ("mended-a", "mended-b"),
    model.AlarmName: ("mended-a", "mended-b"),
    model.ScheduleExpression: ("cron(0 20 * * ? *)", "rate(1 day)"),
    model.TimeZone: ("UTC", "Europe/Berlin"),
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
            self.give_verb(tuple(head))
            return
        choices = [
            *self.values_alike(flaw),
            *self.known_names(flaw.path),
            *sample_values(flaw.kind, self.variant),
        ]
        needed = self.is_only_listener(flaw.path) or name == "redirect"
        if isinstance(name, str) and not flaw.required and not needed:
            choices.insert(0, _GONE)
        self.put_value(flaw.path, self.in_place(self.one_of(choices)))
        self.give_verb(flaw.path)

    def give_verb(self, path: SpecPath) -> None:
        """To an entry of `access` whose only verb was unknown."""
        entry = self.value_at(path)
        if path[-2:-1] == ("access",) and isinstance(entry, dict) and not {*entry} & {*model.Access.verbs}:
            self.put_value(path, {"put": self.one_of(("metrics", "traces"))})

    def is_only_listener(self, path: SpecPath) -> bool:
        """Whether a load balancer of the stack's own has no other listener."""
        *head, _ = path
        if head[-1:] != ["listeners"]:
            return False
        balancer = self.value_at(tuple(head[:-1])) or {}
        return len(balancer.get("listeners") or ()) <= 1 and "existing" not in balancer

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
        if path in (("services",), ("jobs",)):
            return  # it is from a YAML merge, and its service is unknown
        for place, value in _MENDS.get(problem.code, _mend_nothing)(self, path):
            self.put_value(place, value)

    def known_names(self, path: SpecPath) -> list[Any]:
        """What there is to be named, and what the rest of the spec names."""
        if path[0] == "services" and len(path) < 3:
            return [self.sample_service() if len(path) == 2 else {"mended": self.sample_service()}]
        if path[0] == "jobs" and len(path) < 3:
            job = {"image": self.one_of(_SAMPLES[model.Image]), "run": "by-hand"}
            return [job if len(path) == 2 else {"mended-job": job}]
        if path[0] in _FRONTS and path[len(_front_of(path)) :] in ((), ("listeners",)):
            listeners = {name: 20000 + number for number, name in enumerate(self.named_listeners(path))}
            found = listeners if path[-1] == "listeners" else {"listeners": listeners}
            return [{"mended": found} if path == ("load_balancers",) else found]
        if "calls" in path[-2:]:
            return self.callable_services()
        return self.listener_names() if path[-1] == "listener" else []

    def sample_service(self) -> dict[str, Any]:
        """One that is behind every listener, and serves every caller."""
        routes = [{"path": f"/mended-{name}", "listener": name} for name in self.listener_names()]
        image = self.one_of(_SAMPLES[model.Image])
        return {"image": image, "port": 80, "routes": routes, "connect": "mended"}

    def named_listeners(self, path: SpecPath) -> list[str]:
        """The listeners of the load balancer at a path that services and routes name."""
        services = _mappings_in(self.value_at(("services",)))
        routes = [route for service in services for route in _mappings_in(service.get("routes"))]
        named = [each.get("listener") for each in (*services, *routes)]
        own = f"{path[1]}." if path[0] == "load_balancers" and len(path) > 1 else ""
        names = (name.removeprefix(own) for name in named if isinstance(name, str))
        return list(dict.fromkeys(["http", *(name for name in names if "." not in name)]))

    def callable_services(self) -> list[str]:
        """The services that can be called."""
        services = self.value_at(("services",))
        found = services.items() if isinstance(services, dict) else ()
        return [key for key, each in found if isinstance(each, dict) and each.get("connect")]

    def listener_names(self) -> list[str]:
        several = self.value_at(("load_balancers",))
        if isinstance(several, dict) and several:
            fronts = [("load_balancers", str(key)) for key in several]
            return [f"{front[1]}.{name}" for front in fronts for name in self.listeners_at(front)]
        return self.listeners_at(("load_balancer",))

    def listeners_at(self, front: SpecPath) -> list[str]:
        """The names of the listeners of one load balancer."""
        existing = self.value_at((*front, "existing", "listener_arns"))
        found = existing or self.value_at((*front, "listeners"))
        return list(found) if isinstance(found, dict) and found else ["http"]

    def in_place(self, value: Any) -> Any:
        """In every other variant, a sample in the spec's own Region and account: others may be wrong."""
        if self.variant % 2 and isinstance(value, str) and value.startswith("arn:"):
            for sample, key in ((_REGION, "region"), (_ACCOUNT, "account")):
                own = self.value_at((key,))
                value = value.replace(sample, own) if isinstance(own, str) else value
        return value

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
            value is not _GONE
            and path[:-1]
            and not isinstance(place, list)
            and not any(isinstance(step, int) for step in path)  # an entry of a list that is gone
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
    if what == "section" and first is model.Part:
        return [{"input": "mended"}]
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
    texts = [
        text for text in ("mended-a", "mended_b", "mended.aws_lb.main", "MENDED") if fits_kind(text, kind)
    ]
    return numbers or texts or [each for each in ("MENDED", 150) if fits_kind(each, kind)]


# --- what later stages refuse, by code

_FRONTS = ("load_balancer", "load_balancers")


def _front_of(path: SpecPath) -> SpecPath:
    """The place of the load balancer around a path."""
    return path[: 1 + (path[0] == "load_balancers")]


def _listener_of(path: SpecPath) -> SpecPath:
    """The place of the listener around a path."""
    return path[: len(_front_of(path)) + 2]


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
    check = path[:-1] if path[-1] == "codes" else path
    yield (*check, "codes"), mend.one_of((_GONE, "200", "200-299"))


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
    elif path[0] in _FRONTS:
        listener = _listener_of(path)
        own = mend.value_at((*listener, "cidrs"))
        said = (*listener, "cidrs") if own else (*_front_of(path), "cidrs")
        yield said, _ranges_alike(mend, said)
    elif path[2:3] == ("routes",):
        yield (*path[:4], "source"), _ranges_alike(mend, (*path[:4], "source"))
    else:
        yield from _mend_entry(mend, path)


def _ranges_alike(mend: _Mend, path: SpecPath) -> list[str]:
    """Another range in the place of some, of the same version of IP."""
    is_ipv6 = any(":" in str(cidr) for cidr in mend.value_at(path) or ())
    return [mend.one_of(_CLIENTS_BY_IPV6 if is_ipv6 else _CLIENTS)]


_CLIENTS = ("0.0.0.0/0", "198.51.100.0/24", "203.0.113.0/24")
_CLIENTS_BY_IPV6 = ("::/0", "2001:db8:a::/48", "2001:db8:b::/48")


def _mend_version(mend: _Mend, path: SpecPath) -> _Edits:
    """A range of the other version of IP in the place of one; of a route, none."""
    if path[:2] == ("network", "routes"):
        yield ("network", "routes"), _GONE
    elif path[0] in ("services", "jobs") and path[2:3] != ("routes",):
        yield from _mend_entry(mend, path)
    else:
        yield path, mend.one_of(_CLIENTS if ":" in str(mend.value_at(path)) else _CLIENTS_BY_IPV6)


def _mend_address_type(_: _Mend, path: SpecPath) -> _Edits:
    yield path, "dualstack"


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
    several = mend.value_at(("load_balancers",))
    keys = several if isinstance(several, dict) else ()
    for front in (("load_balancer",), *(("load_balancers", key) for key in keys)):
        path: SpecPath = (*front, "existing")
        for key in mend.value_at((*path, "listener_arns")) or ():
            yield (*path, "listener_arns", key), {"input": "mended"}
        if mend.value_at((*path, "security_group")) is not None:
            yield (*path, "security_group"), {"input": "mended"}


def _mend_route(mend: _Mend, path: SpecPath) -> _Edits:
    """Another path that no route has."""
    if len(path) < 4:
        return
    said = mend.value_at(path)
    kept = {key: said[key] for key in ("listener", "port") if key in said} if isinstance(said, dict) else {}
    name = "-".join(map(str, path[1:]))
    answer = {"respond": 410} if "redirects" in path else {}
    yield path, {"path": f"/mended-{mend.one_of('abc')}-{name}", **kept, **answer}


def _mend_condition(mend: _Mend, path: SpecPath) -> _Edits:
    """Without this condition, or with another route in the place of this one."""
    if mend.variant % 2:
        yield path, _GONE
    else:
        yield from _mend_route(mend, path[:4])


def _mend_short_image(mend: _Mend, path: SpecPath) -> _Edits:
    """The account is named, or the image is in a registry."""
    if mend.variant % 2:
        yield ("account",), "123456789012"
    else:
        yield path, mend.one_of(_SAMPLES[model.Image])


def _mend_existing(mend: _Mend, path: SpecPath) -> _Edits:
    """Listeners are those that exist; what is elsewhere is given by a variable."""
    if path[-1] == "listeners":
        yield path, _GONE
    elif path[2:3] == ("access",):
        yield from _mend_permissions(mend, path)
    elif path[-1] == "listener_arns":
        yield path, {"http": {"input": "mended"}}
    else:  # of a section in its short form, the key that this is short for
        short = {"alarms": "topic", "pull_through": "credentials"}.get(str(path[0]), path[-1])
        yield path if path[-1] == short else (*path, short), {"input": "mended"}


def _mend_listener(mend: _Mend, path: SpecPath) -> _Edits:
    if "deployment" in path:  # the listener of its tests
        yield path, {"listener": mend.one_of(mend.listener_names())}
        return
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


def _mend_outside(mend: _Mend, path: SpecPath) -> _Edits:
    """A call of a range, or none."""
    if len(path) > 3 and mend.variant % 2 == 0:
        yield (
            path[:4],
            {"port": mend.one_of((5432, 9200)), "cidr": mend.one_of(("10.0.0.0/16", "192.0.2.0/24"))},
        )
    else:
        yield (*path[:2], "calls"), _GONE


def _mend_tls_of_name(_mend: _Mend, path: SpecPath) -> _Edits:
    yield path[: path.index("tls") + 1], _GONE


def _mend_callee(mend: _Mend, path: SpecPath) -> _Edits:
    """No call, or a name for what is called."""
    callee = ("services", mend.value_at(path))
    if mend.variant % 2 and len(path) > 3:
        yield (*callee, "connect"), f"mended-{mend.variant}-{callee[-1]}"
        if mend.value_at((*callee, "port")) is None and not mend.value_at((*callee, "ports")):
            yield (*callee, "port"), _sample_port(mend)
    else:
        yield (*path[:2], "calls"), _GONE


def _port_or_not(mend: _Mend, path: SpecPath) -> _Edits:
    """A port, or nothing that needs one."""
    if mend.variant % 2:
        yield (*path[:2], path[-1]), _GONE
    else:
        yield (*path[:2], "port"), _sample_port(mend)


def _sample_port(mend: _Mend) -> Any:
    """A port with requests, or one without."""
    number = 8080 + mend.variant
    return {"number": number, "protocol": "tcp"} if mend.variant > 1 else number


def _connect_name(mend: _Mend, path: SpecPath) -> _Edits:
    name = (*path[:2], "connect")
    yield name, mend.one_of((f"mended-a-{path[1]}", _GONE, f"mended-b-{path[1]}"))


def _plain_port(mend: _Mend, path: SpecPath) -> _Edits:
    path = path if len(path) > 2 else (*path, "port")  # one that was mended is not in the file
    port = mend.value_at(path)
    if mend.variant % 2:
        yield (*path[:2], "routes"), _GONE
    else:
        yield path, port["number"] if isinstance(port, dict) else 80


def _one_port(mend: _Mend, path: SpecPath) -> _Edits:
    """`port`, or `ports`."""
    yield (*path[:2], mend.one_of(("port", "ports"))), _GONE


def _named_port(mend: _Mend, path: SpecPath) -> _Edits:
    """Another port for what names one that does not exist, or for what has to name one."""
    place, known = path[:-1] if path[-1] == "port" else path, mend.value_at((*path[:2], "ports"))
    said = mend.value_at(place)
    name = mend.one_of(list(known)) if isinstance(known, dict) and known else _GONE
    if isinstance(said, dict):
        yield (*place, "port"), name
    elif said is not None and name is not _GONE:
        short = {"routes": "path", "connect": "name", "ingress": "cidr"}.get(str(place[2]), "path")
        yield place, {short: said, "port": name}


def _other_number(mend: _Mend, path: SpecPath) -> _Edits:
    """A number that no other port has."""
    place = path[:4]
    said, number = mend.value_at(place), 20000 + 1000 * mend.variant + len(str(place[-1]))
    yield place, {**said, "number": number} if isinstance(said, dict) else number


def _other_port_name(mend: _Mend, path: SpecPath) -> _Edits:
    """Another name for a port, wherever it is named."""
    *_, old = path[:4]
    new, ports = f"mended-{mend.one_of('ab')}", mend.value_at(path[:3])
    if isinstance(ports, dict):
        yield path[:3], {new if name == old else name: port for name, port in ports.items()}
    for key in ("routes", "connect", "ingress"):
        said = mend.value_at((*path[:2], key))
        for index, each in enumerate(said if isinstance(said, list) else ()):
            if isinstance(each, dict) and each.get("port") == old:
                yield (*path[:2], key, index, "port"), new


def _http_port(mend: _Mend, path: SpecPath) -> _Edits:
    """A service whose ports speak HTTP/1.1, and its health checks too; or no routes."""
    service = path[:2]
    if mend.variant % 2:
        yield (*service, "routes"), _GONE
        return
    ports = [(*service, "ports", name) for name in mend.value_at((*service, "ports")) or ()]
    for place in ((*service, "port"), *ports):
        if mend.value_at((*place, "protocol")) in ("http2", "grpc"):
            yield (*place, "protocol"), "http"
            yield (*place, "health_check"), _GONE
    yield (*service, "health_check"), _GONE


def _lone_name(mend: _Mend, path: SpecPath) -> _Edits:
    """One Service Connect name of a port that can have it."""
    ports = mend.value_at((*path[:2], "ports")) or {}
    name = {"name": f"mended-{mend.one_of('ab')}-{path[1]}"}
    known = [
        key for key, port in ports.items() if not isinstance(port, dict) or port.get("protocol") != "udp"
    ]
    if not ports:  # the only one is none that Service Connect takes
        yield (*path[:2], "port"), _sample_port(mend)
    yield (*path[:2], "connect"), {**name, "port": known[0]} if known else name if not ports else _GONE


def _mend_dns(mend: _Mend, path: SpecPath) -> _Edits:
    """No DNS name, or one that nobody has, of a port that there is."""
    service = path[:2]
    ports = mend.value_at((*service, "ports")) or {}
    if mend.variant % 2:
        yield (*service, "dns"), _GONE
        return
    if not ports and mend.value_at((*service, "port")) is None:
        yield (*service, "port"), 8080 + mend.variant
    name = {"name": f"mended-{mend.one_of('ab')}-{service[1]}"[:63].rstrip("-")}
    yield (*service, "dns"), {**name, "ports": [*ports][:1]} if ports else name


def _mend_zone_of_names(mend: _Mend, _path: SpecPath) -> _Edits:
    yield ("dns",), mend.one_of(("mended-a.internal", _GONE, "mended-b.internal"))


def _mend_variable(mend: _Mend, path: SpecPath) -> _Edits:
    yield (*path[:-2], mend.one_of(("secrets", "environment")), path[-1]), _GONE


def _mend_was(_mend: _Mend, path: SpecPath) -> _Edits:
    yield (*path[:2], "was"), _GONE


def _mend_assumption(_mend: _Mend, path: SpecPath) -> _Edits:
    """An entry of `cost`, which nothing else depends on."""
    if len(path) > 2:
        yield path[:3], _GONE


def _mend_default(_mend: _Mend, path: SpecPath) -> _Edits:
    if path[0] == "inputs" and len(path) > 1:
        yield (*path[:2], "default"), _GONE


def _mend_domain(_mend: _Mend, path: SpecPath) -> _Edits:
    yield (*_front_of(path), "domain"), _GONE
    yield (*_front_of(path), "zone"), _GONE


def _mend_tls(_mend: _Mend, path: SpecPath) -> _Edits:
    """A certificate that the root knows, or nothing that needs one."""
    if path[-1] == "certificate":
        yield path, {"input": "mended"}
    elif path == _listener_of(path):
        yield (*path, "certificate"), {"input": "mended"}
    else:
        yield path, _GONE


def _mend_balancers(mend: _Mend, _path: SpecPath) -> _Edits:
    """One of the two keys that describe load balancers."""
    yield mend.one_of((("load_balancer",), ("load_balancers",))), _GONE


def _mend_routes(mend: _Mend, path: SpecPath) -> _Edits:
    """Some of the routes at another service, with a load balancer each."""
    service, most = mend.value_at(path[:2]), facts.limits()["target_groups_per_service"].value
    routes = service["routes"]
    yield path, routes[:most]
    for start in range(most, len(routes), most):
        other = {**service, "routes": routes[start : start + most]}
        yield ("services", f"mended-{path[1]}-{start}"[:64]), other


def _mend_group(mend: _Mend, _: SpecPath) -> _Edits:
    """A security group of its own for each load balancer that exists."""
    for number, (name, balancer) in enumerate(mend.value_at(("load_balancers",)).items()):
        if isinstance(balancer, dict) and isinstance(balancer.get("existing"), dict):
            yield ("load_balancers", name, "existing", "security_group"), f"sg-{number:017x}"


def _mend_word(mend: _Mend, path: SpecPath) -> _Edits:
    """Another name for a load balancer, where it is and where routes name it."""
    own = str(path[1])
    other = f"{mend.one_of(('mended-a', 'mended-b'))}-{own}"[:64]
    yield ("load_balancers", other), mend.value_at(path)
    yield path, _GONE
    for key, service in (mend.value_at(("services",)) or {}).items():
        places: list[SpecPath] = [("services", key)]
        places += [("services", key, "routes", index) for index, _ in enumerate(service.get("routes") or ())]
        for place in places:
            said = mend.value_at((*place, "listener"))
            if isinstance(said, str) and said.partition(".")[0] == own:
                yield (*place, "listener"), f"{other}{said[len(own) :]}"


def _mend_headers(_mend: _Mend, path: SpecPath) -> _Edits:
    yield (*_listener_of(path), "headers"), _GONE


def _mend_clients(_mend: _Mend, path: SpecPath) -> _Edits:
    yield (*_listener_of(path), "mutual_tls"), _GONE


def _mend_reference(_mend: _Mend, path: SpecPath) -> _Edits:
    """A variable, of which nothing is known; each of a list its own."""
    if path[-1] == "ref":
        places = (f"_{each}" for each in path if isinstance(each, int))
        yield path[:-1], {"input": f"mended{''.join(places)}"}


def _mend_input(mend: _Mend, path: SpecPath) -> _Edits:
    if path[-1] in ("ref", "input"):
        yield ("inputs", str(mend.value_at(path)).removeprefix("var."), "type"), _GONE


def _mend_rest(_mend: _Mend, path: SpecPath) -> _Edits:
    """Something simple for what no route matches, or for the requests of a redirect."""
    listener = _listener_of(path)
    kind, *index = path[len(listener) :][:2] or ("",)
    if kind == "redirects":
        simple = {"path": f"/mended-{index[0]}", "respond": 410} if index else _GONE
        yield (*listener, kind, *index), simple
        return
    yield (*listener, "redirect"), _GONE
    yield (*listener, "default"), {"respond": 410}


def _mend_login(mend: _Mend, path: SpecPath) -> _Edits:
    """No login, or another route in the place of one that cannot have it."""
    if path[-1] == "login":
        yield path, _GONE
    elif mend.variant % 2:
        yield from _mend_route(mend, path[:4])
    else:
        yield (*path[:4], "login"), False


def _mend_provider(mend: _Mend, path: SpecPath) -> _Edits:
    """A login with one provider."""
    said = mend.value_at(path[:2])
    kinds = sorted({"cognito", "oidc"} & said.keys()) if isinstance(said, dict) else []
    if len(kinds) > 1:
        yield (*path[:2], mend.one_of(kinds)), _GONE
    elif len(path) > 1:
        yield path[:2], {"cognito": {key: {"input": "mended"} for key in ("user_pool", "client", "domain")}}


def _mend_provider_version(_mend: _Mend, _path: SpecPath) -> _Edits:
    yield ("provider",), 6


def _mend_rewrite(_mend: _Mend, path: SpecPath) -> _Edits:
    """No rewrite."""
    if len(path) > 4:
        yield path[:5], _GONE


def _mend_login_key(mend: _Mend, path: SpecPath) -> _Edits:
    """Without what a login cannot have, or with a cookie of its own."""
    if path[0] != "logins":
        said = mend.value_at(path)
        yield path, {"name": said.get("name", True)} if isinstance(said, dict) else True
    elif len(path) == 2 or path[-1] == "cookie":
        yield (*path[:2], "cookie"), f"mended-{path[1]}"
    else:
        yield path, _GONE


def _mend_network(_mend: _Mend, path: SpecPath) -> _Edits:
    """Another type of load balancer, or without the listener that lacks a route."""
    if "listeners" in path or path[-1] == "existing":
        yield path, _GONE
    else:
        yield (*path, "type"), _GONE


def _mend_forward(_mend: _Mend, path: SpecPath) -> _Edits:
    """Without the route."""
    yield path[:4], _GONE


def _mend_checked(mend: _Mend, path: SpecPath) -> _Edits:
    """A number in the place of a port that cannot be checked."""
    where = path if path[-1] == "health_check" else (*path[:2], "health_check")
    said = mend.value_at(where)
    yield where, {**(said if isinstance(said, dict) else {}), "port": 8080}


def _mend_list(_: _Mend, path: SpecPath) -> _Edits:
    """Removes the list of an entry."""
    yield path[:-1], _GONE


def _mend_mounts(_: _Mend, path: SpecPath) -> _Edits:
    """Removes the folders of a container."""
    yield path[: path.index("mounts") + 1], _GONE


def _mend_volumes(mend: _Mend, path: SpecPath) -> _Edits:
    """Removes the volumes of a service, and what names them."""
    service = path[:2]
    yield (*service, "volumes"), _GONE
    containers = mend.value_at((*service, "containers")) or ()
    for owner in (service, *((*service, "containers", name) for name in containers)):
        yield (*owner, "mounts"), _GONE


def _mend_order(mend: _Mend, path: SpecPath) -> _Edits:
    """Removes what a container waits for: what it says, or the log router."""
    if "depends_on" in path:
        yield path[: path.index("depends_on") + 1], _GONE
    else:
        yield from _mend_logs(mend, path)


def _mend_sidecar(mend: _Mend, path: SpecPath) -> _Edits:
    """Removes a sidecar, or all of them, and what may name it."""
    service, known = path[:2], mend.value_at(path[:3])
    yield path, _GONE
    for owner in (service, *((*path[:3], name) for name in known)):
        yield (*owner, "depends_on"), _GONE
    ports = mend.value_at((*service, "ports"))
    yield (*service, "port", "container"), _GONE
    for name in ports if isinstance(ports, dict) else ():
        yield (*service, "ports", name, "container"), _GONE


def _mend_logs(mend: _Mend, path: SpecPath) -> _Edits:
    """Removes the log routers of a service, and what is for them."""
    sidecars = mend.value_at((*path[:2], "containers"))
    yield (*path[:2], "logs"), _GONE
    for name in sidecars if isinstance(sidecars, dict) else ():
        yield (*path[:2], "containers", name, "logs"), _GONE
        yield (*path[:2], "containers", name, "firelens"), _GONE


def _mend_router_file(_: _Mend, path: SpecPath) -> _Edits:
    """A file elsewhere."""
    yield path, "/mended/router.conf"


def _mend_router_port(mend: _Mend, path: SpecPath) -> _Edits:
    """Another port, or no such entry of ingress."""
    yield from (_mend_entry if "ingress" in path else _other_number)(mend, path)


def _mend_cache(mend: _Mend, _: SpecPath) -> _Edits:
    """Nothing is cached, or everything, in an account."""
    (secret,) = _SAMPLES[model.CacheSecretArn]
    public = facts.registries_without_credentials()
    every = {key: {} if key in public else {"credentials": secret} for key in facts.usual_cache_prefixes()}
    yield ("pull_through",), mend.one_of((_GONE, every))
    yield ("account",), _ACCOUNT


def _mend_scaling(_mend: _Mend, path: SpecPath) -> _Edits:
    """A metric that every service has, instead of none or of one that it lacks."""
    yield (*path[:3], "requests"), _GONE
    yield (*path[:3], "cpu"), 60


def _mend_limits(mend: _Mend, path: SpecPath) -> _Edits:
    """Limits in their order, or a schedule without the one that is out of it."""
    if "schedule" in path:
        yield path, _GONE
        yield (*path[:-1], "min" if path[-1] == "max" else "max"), mend.one_of([1, 2])
    else:
        yield path, mend.value_at((*path[:-1], "max"))


def _mend_schedule(mend: _Mend, path: SpecPath) -> _Edits:
    """A schedule that sets a limit, or at a time that there is."""
    if path[-1] == "when":
        yield path, mend.one_of(["cron(0 20 * * ? *)", "rate(1 day)"])
    else:
        yield (*path, "max"), mend.value_at((*path[:3], "max"))


def _mend_permissions(mend: _Mend, path: SpecPath) -> _Edits:
    """No permissions at all, or an entry that uses the same input."""
    said = mend.value_at(path[:4])
    if mend.variant % 2 and path[2:3] == ("access",) and isinstance(said, dict):
        inputs = [each["input"] for each in said.values() if isinstance(each, dict) and "input" in each]
        name = inputs[0] if inputs else f"mended_{path[3]}"
        yield path[:4], {"put": {"input": name}, "of": "events"}
    else:
        yield path[:3], _GONE


def _mend_start(mend: _Mend, path: SpecPath) -> _Edits:
    """A job that somebody runs, or one with a schedule that there is."""
    job = path[:2]
    if mend.variant % 2:
        yield (*job, "run"), _GONE
        yield (*job, "schedule"), "rate(1 day)"
    else:
        yield (*job, "schedule"), _GONE
        yield (*job, "run"), "by-hand"


def _mend_key(_: _Mend, path: SpecPath) -> _Edits:
    """Removes a key that the spec need not set."""
    yield path, _GONE


def _mend_health(_: _Mend, path: SpecPath) -> _Edits:
    yield path, "mended"


def _mend_deployment(_: _Mend, path: SpecPath) -> _Edits:
    """The usual deployment."""
    own = path[: path.index("deployment")] if "deployment" in path else path[:2]
    yield (*own, "deployment"), _GONE


def _of_test(mend_of_route: Callable[[_Mend, SpecPath], _Edits]) -> Callable[[_Mend, SpecPath], _Edits]:
    """How a route is mended, or a deployment whose tests have the problem."""

    def mend_place(mend: _Mend, path: SpecPath) -> _Edits:
        return (_mend_deployment if "deployment" in path else mend_of_route)(mend, path)

    return mend_place


_MENDS = {
    "TG110": _mend_region,
    **dict.fromkeys(("TG111", "TG112", "TG113", "TG114"), _mend_zones),
    "TG115": _mend_retention,
    "TG116": _mend_codes,
    **dict.fromkeys(("TG201", "TG202", "TG204", "TG205", "TG206", "TG207", "TG208", "TG209"), _mend_ranges),
    "TG210": _nat_zone,
    **dict.fromkeys(("TG212", "TG213", "TG214"), _mend_endpoint),
    **dict.fromkeys(("TG203", "TG221", "TG222", "TG223", "TG568", "TG569"), _of_test(_mend_route)),
    "TG220": _mend_listener,
    "TG224": _listener_port,
    **dict.fromkeys(("TG560", "TG561", "TG562", "TG565", "TG566"), _mend_condition),
    **dict.fromkeys(("TG510", "TG511", "TG512", "TG691"), _mend_existing),
    "TG690": _mend_short_image,
    **dict.fromkeys(("TG682", "TG683", "TG685", "TG687"), _mend_cache),
    **dict.fromkeys(("TG680", "TG692", "TG695"), _mend_key),
    "TG230": _mend_call,
    "TG231": _mend_callee,
    **dict.fromkeys(("TG232", "TG240"), _port_or_not),
    "TG233": _connect_name,
    "TG242": _plain_port,
    "TG580": _one_port,
    **dict.fromkeys(("TG581", "TG582"), _named_port),
    "TG583": _other_number,
    "TG584": _other_port_name,
    "TG585": _http_port,
    **dict.fromkeys(("TG586", "TG589"), _mend_key),
    "TG588": _lone_name,
    "TG730": _mend_key,
    **dict.fromkeys(("TG732", "TG733"), _mend_dns),
    "TG734": _mend_zone_of_names,
    **dict.fromkeys(("TG739", "TG740"), _mend_tls_of_name),
    **dict.fromkeys(("TG735", "TG736"), _mend_outside),
    "TG243": _mend_variable,
    "TG244": _mend_was,
    "TG289": _mend_default,
    **dict.fromkeys(("TG280", "TG281", "TG282"), _mend_assumption),
    **dict.fromkeys(("TG530", "TG531"), _mend_nat),
    **dict.fromkeys(("TG529", "TG532", "TG533", "TG534", "TG535"), _mend_target),
    **dict.fromkeys(("TG525", "TG528"), _mend_version),
    "TG526": _mend_key,
    "TG527": _mend_address_type,
    **dict.fromkeys(("TG520", "TG521", "TG522", "TG523", "TG524"), _mend_entry),
    **dict.fromkeys(("TG540", "TG541"), _mend_domain),
    **dict.fromkeys(("TG542", "TG546"), _mend_tls),
    "TG543": _mend_headers,
    "TG545": _mend_clients,
    **dict.fromkeys(("TG547", "TG548"), _mend_rest),
    **dict.fromkeys(("TG550", "TG551", "TG552"), _mend_key),
    "TG553": _mend_reference,
    "TG554": _mend_input,
    **dict.fromkeys(("TG571", "TG572"), _mend_word),
    "TG570": _mend_balancers,
    "TG573": _mend_routes,
    "TG574": _mend_domain,
    "TG575": _mend_group,
    **dict.fromkeys(("TG600", "TG605"), _mend_network),
    **dict.fromkeys(("TG601", "TG602", "TG603", "TG606", "TG609"), _mend_key),
    **dict.fromkeys(("TG604", "TG607"), _mend_forward),
    "TG615": _mend_health,
    **dict.fromkeys(("TG610", "TG611", "TG612", "TG613", "TG625", "TG626"), _mend_key),
    "TG614": _mend_list,
    "TG751": _mend_mounts,
    **dict.fromkeys(("TG752", "TG754", "TG765"), _mend_key),
    **dict.fromkeys(("TG750", "TG753", "TG755", "TG756", "TG757", "TG758", "TG759"), _mend_volumes),
    **dict.fromkeys(("TG620", "TG621", "TG622", "TG623"), _mend_order),
    **dict.fromkeys(("TG624", "TG627"), _mend_sidecar),
    **dict.fromkeys(("TG632", "TG633", "TG634", "TG637"), _mend_logs),
    "TG635": _mend_router_port,
    "TG636": _mend_router_file,
    "TG608": _mend_checked,
    "TG640": _mend_key,
    **dict.fromkeys(("TG641", "TG643"), _mend_scaling),
    "TG642": _mend_limits,
    "TG644": _mend_schedule,
    **dict.fromkeys(("TG650", "TG651"), _mend_key),
    **dict.fromkeys(("TG710", "TG713"), _mend_key),
    **dict.fromkeys(("TG711", "TG712"), _mend_start),
    "TG714": _mend_call,
    **dict.fromkeys(("TG652", "TG653", "TG654", "TG655"), _mend_deployment),
    "TG500": _mend_created,
    **dict.fromkeys((f"TG67{number}" for number in range(8)), _mend_permissions),
    **dict.fromkeys(("TG590", "TG592"), _mend_login),
    "TG595": _mend_provider_version,
    "TG596": _mend_rewrite,
    "TG591": _mend_provider,
    "TG593": _mend_login_key,
    **dict.fromkeys(("TG501", "TG503", "TG504", "TG505", "TG507", "TG508", "TG536"), _mend_vpc),
}
