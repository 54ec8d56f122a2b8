"""Valid specs for hypothesis, as the plain data that a YAML file holds.

What comes out is valid by construction but for a few in a hundred (two routes whose priorities meet,
two names that lead to one Terraform address), which `outcome_of` discards.
"""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network
from typing import Any

from hypothesis import HealthCheck, Phase, given, reject, seed, settings
from hypothesis import strategies as st
from support.keys import bounds

from tfgen import facts
from tfgen.pipe import Outcome, run_text
from tfgen.rules import all_rules
from tfgen.spec import model
from tfgen.spec.source import dump_yaml

Data = dict[str, Any]

_HUNT = os.environ.get("TFGEN_EXAMPLES")


def laws(examples: int) -> settings:
    """How a law is tried: the same examples in every run, and quick to fail.

    TFGEN_EXAMPLES=1 makes the example that fails as small as it can (minutes, for a whole spec), and
    TFGEN_EXAMPLES=20 looks twenty times as hard, and elsewhere each time.
    """
    times = int(_HUNT or 1)
    fewer = 6 if os.environ.get("TFGEN_FAST") else 1  # `make test-fast`
    return settings(
        max_examples=examples * times // fewer,
        deadline=None,  # how long an example takes says more about the machine than about the law
        derandomize=times == 1,
        database=None,
        phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if _HUNT else [])],
        suppress_health_check=[HealthCheck.too_slow],  # as for the deadline
    )


def outcome_of(data: Data) -> Outcome:
    """The spec taken through every stage; for data whose validity is not the test's concern."""
    outcome = run_text(dump_yaml(data), "spec.yaml")
    if outcome.failed:
        reject()
    return outcome


def _sized(
    items: st.SearchStrategy[Any], most: int, least: int = 0, **kwargs: Any
) -> st.SearchStrategy[list[Any]]:
    """Lists of every length as often as of any other; hypothesis by itself prefers short ones."""
    return st.integers(least, most).flatmap(
        lambda size: st.lists(items, min_size=size, max_size=size, **kwargs)
    )


def _numbers(section: type[model.Section], key: str) -> st.SearchStrategy[int]:
    """The numbers that a key of the spec takes."""
    return _between(*bounds(section, key))


def _between(least: int, most: int) -> st.SearchStrategy[int]:
    """Numbers, often the least and the largest.

    They are one choice beside others: `a | (b | c | d)` would be four.
    """
    return (st.just(least) | st.just(most) | st.integers(least, most)).map(int)


# --- text and names ---

_NASTY = [
    '"', "'", "\\", "\\\\", "\n", "\r\n", "\t", "$", "%", "{", "}", "${", "%{", "$${", "%%{", "$$${",
    "${var.x}", "%{ if true }", "%{~ endif ~}", "~}", "#", "//", "/*", "<<EOT\n", "EOT", "\\n", "\\u0041",
    "\\${", "=", " = ", "\0", "\x07", "\x1b[31m", "\x7f", "\x85", "\xa0", "\xad", "\u200b", "\u200d",
    "\u202e", "\u2028", "\u2029", "\ufeff", "\ufffd", "\uffff", "e\u0301", "\u0301", "\u0338",
    "\u1112\u1161\u11ab", "\ufb01", "\u0130", "\xdf", "\u05d0\u05d1", "\u4e2d\u6587", "\uff21",
    "\U0001f1e9\U0001f1ea", "\U0001f469\u200d\U0001f467", "\U0001d15e", "\U0010ffff", " ", ": ", "- ",
    "yes", "null", "true", "1.10", "0x1F", "for", "-->", "|", "`", "<b>", "&amp;",
]  # fmt: skip
TEXTS = st.lists(
    st.sampled_from(_NASTY) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=6
).map("".join)
"""Any text: pieces that mean something to HCL, YAML, Markdown or a terminal, and anything at all."""

# Words that mean something to tfgen, Terraform, AWS or a file system, and names that could meet.
_SPECIAL = [
    "for", "null", "true", "each", "var", "local", "module", "data", "self", "count", "main", "default",
    "tags", "from", "to", "execution", "task", "image", "cluster", "override", "outputs", "variables",
    "terraform", "roles", "discovery", "con", "nul", "com1", "sg-a", "internal-a", "a-from-b", "a-to-b",
    "a", "b", "http", "vpc", "public", "private", "cluster-service", "endpoints",
    "s3", "internet", "load-balancer",
]  # fmt: skip
_WORDS = st.from_regex(r"[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)
_LONG = st.builds(
    lambda word, size: f"{word}-{'long-' * 13}"[: size - 1].rstrip("-") + "g", _WORDS, st.integers(20, 64)
)
_LONGEST = _WORDS.map(lambda word: f"{word}-{'longest' * 10}"[:64])
NAMES = st.sampled_from(_SPECIAL) | _WORDS | _WORDS | _LONG | _LONGEST
"""Of stacks, services and listeners, up to 64 characters."""


def _solid(text: str) -> str:
    """`text` without white space, and as Terraform would have it."""
    return unicodedata.normalize("NFC", "".join(text.split()))


_RULES = st.sampled_from([rule.ID for rule in all_rules() if rule.SEVERITY != "error"])
_IGNORES = _RULES | st.fixed_dictionaries({"rule": _RULES, "reason": TEXTS})
_IGNORING: st.SearchStrategy[Data] = st.sampled_from([{}, {}, {}]) | st.fixed_dictionaries(
    {"ignore": st.lists(_IGNORES, min_size=1, max_size=2)}
)
"""Nothing, or rules that are silenced in a section, some of them in vain."""

# --- network ---

_REGIONS = (
    "us-east-1", "us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "cn-north-1", "us-gov-west-1",
    "eusc-de-east-1", "us-west-1", "ca-west-1", "mars-north-1",
)  # fmt: skip
EGRESS = ("public", "nat", "endpoints", "nat+endpoints")
_GATEWAYS = ["s3", "dynamodb"]
_ENDPOINTS = [*_GATEWAYS, "sqs", "ecr.api", "sts", "s3-global.accesspoint", "monitoring"]


@st.composite
def _blocks(draw: st.DrawFn, longest: int, shortest: int) -> IPv4Network:
    """A range with a prefix length from `longest` to `shortest`."""
    length = draw(st.integers(longest, shortest))
    return IPv4Network((draw(st.integers(0, 2**length - 1)) << (32 - length), length))


@st.composite
def _vpcs(draw: st.DrawFn, longest: int, shortest: int) -> IPv4Network:
    """A range that AWS takes for a VPC, private or not."""
    around = IPv4Network(
        draw(st.sampled_from(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "1.0.0.0/8"]))
    )
    length = draw(_between(longest, shortest))
    place = draw(st.integers(0, 2 ** (length - around.prefixlen) - 1))
    return IPv4Network((int(around.network_address) + (place << (32 - length)), length))


_GATEWAY_IDS = st.sampled_from(["pcx-0a1b2c3d", "tgw-0a1b2c3d4e5f60718", "vgw-0a1b2c3d", "eni-0a1b2c3d"])
_ALLOCATIONS = [f"eipalloc-0a1b2c3d4e5f6071{digit}" for digit in "abcdefgh"]
_PEERINGS = [f"aws_vpc_peering_connection.{name}.id" for name in ("main", "x" * 482, "a-b_c")]
_GIVEN_IDS = st.one_of(
    st.fixed_dictionaries({"ref": st.sampled_from([*_PEERINGS, 'module.gateways.ids["a b"]', "local.x[0]"])}),
    st.fixed_dictionaries({"input": st.sampled_from(["gateway", "other_gateway", "g" * 64])}),
)
"""IDs that only Terraform knows."""
_KINDS = st.sampled_from(["peering", "transit-gateway", "vpn-gateway", "network-interface"])


@st.composite
def _nat(draw: st.DrawFn, letters: Sequence[str]) -> str | list[str] | Data:
    """Where NAT gateways are, and addresses for some of them."""
    some = st.lists(st.sampled_from(letters), min_size=1, unique=True)
    zones = draw(st.sampled_from(["per-zone", "single"]) | some)
    if draw(st.booleans()):
        return zones
    having = letters if zones == "per-zone" else zones if isinstance(zones, list) else letters[:1]
    allocation = dict(zip(letters, _ALLOCATIONS, strict=False))
    given = {
        zone: draw(_GIVEN_IDS) if number == 0 and draw(st.booleans()) else allocation[zone]
        for number, zone in enumerate(having)
        if draw(st.booleans())
    }
    return {"zones": zones, "addresses": given}


@st.composite
def _given_routes(draw: st.DrawFn, vpc: IPv4Network, egress: str) -> list[Data]:
    """Routes to ranges outside of the VPC, no two to the same."""
    ranges = draw(st.lists(_blocks(8, 32).map(str), max_size=3, unique=True))
    if egress == "endpoints" and draw(st.booleans()):
        ranges.append("0.0.0.0/0")
    found = []
    for to in ranges:
        if not IPv4Network(to).subnet_of(vpc):
            via = draw(_GATEWAY_IDS | _GIVEN_IDS)
            says_it = via.get("ref", "").startswith("aws_") if isinstance(via, dict) else True
            found.append({"to": to, "via": via, **({} if says_it else {"kind": draw(_KINDS)})})
    return found


@st.composite
def networks(draw: st.DrawFn, region: str, egress: str) -> Data:
    zones, letters = draw(_zones(region))
    bits = _room_for(letters).bit_length()
    vpc = draw(_vpcs(16, 27 - bits))  # its half still has a /28 for the last letter
    network = {"egress": egress, "cidr": str(vpc), "zones": zones, "subnets": draw(_subnets(vpc, letters))}
    if draw(st.booleans()):
        network["nat"] = draw(_nat(letters))
        if network["nat"] == "single" and draw(st.booleans()):
            network["nat_zone"] = draw(st.sampled_from(letters))
    if draw(st.booleans()):
        network["routes"] = draw(_given_routes(vpc, egress))
    if draw(st.booleans()):
        network["service_connect_endpoint"] = draw(st.booleans())
    if draw(st.booleans()):
        known = _ENDPOINTS if "endpoints" in egress else _GATEWAYS
        network["endpoints"] = draw(st.lists(st.sampled_from(known), max_size=3))
    return network | draw(_IGNORING)


@st.composite
def joined_networks(draw: st.DrawFn, egress: str) -> Data:
    """A VPC that exists, with a public subnet in each zone, and all that says how to reach what it has."""
    letters = draw(st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=4, unique=True))
    number = iter(range(0xA0000000, 0xB0000000))

    def some_id(kind: str) -> str | Data:
        name = f"{kind}_{next(number) % 1000}"
        name += draw(st.sampled_from(["", "_" + "long" * 16]))[: 64 - len(name)]
        return draw(
            st.sampled_from([{"input": name}, {"ref": f"module.base.{name}"}, f"{kind}-{next(number):x}"])
        )

    range_ = draw(_vpcs(16, 28))
    vpc: Data = {"id": some_id("vpc"), "cidr": str(range_), "way_out": egress}
    vpc["public_subnets"] = {letter: some_id("subnet") for letter in letters}
    vpc["private_subnets"] = {letter: some_id("subnet") for letter in letters[draw(st.integers(0, 1)) :]}
    endpoints = draw(st.lists(st.sampled_from(_ENDPOINTS), max_size=4, unique=True))
    vpc["endpoints"] = endpoints
    if draw(st.booleans()):
        vpc["endpoint_security_group"] = some_id("sg")
    vpc["prefix_lists"] = {name: some_id("pl") for name in endpoints if name in _GATEWAYS}
    vpc["route_tables"] = [some_id("rtb") for _ in letters]
    network: Data = {"vpc": vpc}
    if draw(st.booleans()):
        network["routes"] = draw(_given_routes(range_, egress))
    if draw(st.booleans()):
        known = _ENDPOINTS if "endpoints" in egress else _GATEWAYS
        more = draw(st.lists(st.sampled_from(known), max_size=3))
        network["endpoints"] = [name for name in more if name not in endpoints]
    return network | draw(_IGNORING)


@st.composite
def _zones(draw: st.DrawFn, region: str) -> tuple[int | list[str], list[str]]:
    """`network.zones`, and the letters that it means."""
    known = facts.regions().get(region)
    letters = list(known.zones) if known else list("acdgh")
    if known and not known.zones_vary and draw(st.booleans()):
        count = draw(_between(2, min(6, len(letters))))
        return count, letters[:count]
    chosen = draw(st.lists(st.sampled_from(letters), min_size=2, max_size=6, unique=True))
    return chosen, sorted(chosen)


def _room_for(letters: Sequence[str]) -> int:
    return max("abcdefgh".index(letter) for letter in letters)


@st.composite
def _subnets(draw: st.DrawFn, vpc: IPv4Network, letters: Sequence[str]) -> Data:
    """Sizes in which the last letter still has its place, or a range of its own for each zone."""
    private, public = vpc.subnets(1)
    smallest = vpc.prefixlen + 1 + _room_for(letters).bit_length()
    derived = {
        "public": min(vpc.prefixlen + 6, max(27, vpc.prefixlen)),
        "private": min(vpc.prefixlen + 4, 28),
    }
    found: Data = {}
    for role, half in (("public", public), ("private", private)):
        way = draw(st.sampled_from(["derived", "size", "pinned"]))
        if way == "pinned":
            found[role] = draw(_pins(half, letters))
        elif way == "size" or derived[role] < smallest:
            found[role] = draw(st.integers(smallest, 28))
    return found | draw(_database_subnets(vpc, letters))


@st.composite
def _database_subnets(draw: st.DrawFn, vpc: IPv4Network, letters: Sequence[str]) -> Data:
    """The last quarter of the VPC, which public subnets of a size that fits into the third leave free."""
    smallest = vpc.prefixlen + 2 + _room_for(letters).bit_length()
    if smallest > 28 or draw(st.booleans()):
        return {}
    quarter = list(vpc.subnets(2))[3]
    way = draw(st.sampled_from(["derived", "size", "pinned"]))
    size: bool | int | dict[str, str] = draw(_pins(quarter, letters)) if way == "pinned" else True
    if way == "size" or min(vpc.prefixlen + 6, 28) < smallest:
        size = draw(st.just(28) | st.integers(smallest, 28))
    return {"database": size, "public": draw(st.integers(smallest, 28))}


@st.composite
def _pins(draw: st.DrawFn, half: IPv4Network, letters: Sequence[str]) -> dict[str, str]:
    """A range for each zone in one half of the VPC, of different sizes, in any order."""
    enough = half.prefixlen + (len(letters) - 1).bit_length()
    length = draw(st.integers(enough, min(28, enough + 4)))
    places = st.integers(0, 2 ** (length - half.prefixlen) - 1)
    chosen = draw(st.lists(places, min_size=len(letters), max_size=len(letters), unique=True))
    smaller = draw(st.integers(length, min(28, length + 2)))
    pins = {}
    for letter, place in zip(letters, chosen, strict=True):
        base = int(half.network_address) + (place << (32 - length))
        pins[letter] = str(IPv4Network((base, smaller if place % 2 else length)))
    return pins


# --- load balancer and routes ---

_CIDRS = _blocks(8, 32).map(str) | st.just("0.0.0.0/0")
_SOME_CIDRS = st.lists(_CIDRS, max_size=3)
_PORTS = _numbers(model.Listener, "port")
_BALANCERS = st.fixed_dictionaries(
    {},
    optional={
        "cidrs": _SOME_CIDRS,
        "idle_timeout": _numbers(model.LoadBalancer, "idle_timeout"),
        "scheme": st.sampled_from(["internet-facing", "internal"]),
    },
)
_FORWARDED = st.sampled_from(["append", "preserve", "remove"])
_ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        "deletion_protection": st.booleans(),
        "client_keep_alive": _numbers(model.LoadBalancer, "client_keep_alive"),
        "desync": st.sampled_from(["defensive", "strictest", "monitor"]),
        "drop_invalid_headers": st.booleans(),
        "preserve_host": st.booleans(),
        "x_forwarded_for": _FORWARDED
        | st.fixed_dictionaries({}, optional={"mode": _FORWARDED, "client_port": st.booleans()}),
        "http2": st.booleans(),
        "zonal_shift": st.booleans(),
    },
)


@st.composite
def load_balancers(draw: st.DrawFn) -> Data:
    balancer: Data = draw(_BALANCERS)
    if draw(st.booleans()):
        balancer |= draw(_ATTRIBUTES)
    if draw(st.booleans()):
        keys = draw(st.lists(NAMES | st.just("http"), min_size=1, max_size=3, unique=True))
        ports = draw(st.lists(_PORTS, min_size=len(keys), max_size=len(keys), unique=True))
        balancer["listeners"] = dict(zip(keys, ports, strict=True))
        if draw(st.integers(0, 3)):
            own = {"port": ports[0], "cidrs": draw(_SOME_CIDRS)}
            balancer["listeners"][keys[0]] = own | draw(_IGNORING)
    return balancer | draw(_IGNORING)


_PLAIN = ["api", "v1", "a", "b", "profile", "A", "a-b", "a_b", "x.css", "$c", "~'d", '@"e', "f&g:+", "1", ""]
_WILD = ["*", "?", "v?", "*.css", "a*", "img-*"]
_LIMITS = facts.limits()
MOST_VALUES, MOST_WILDCARDS = (
    _LIMITS[f"{what}_per_rule"].value for what in ("condition_values", "wildcards")
)
_PATHS = st.builds(
    lambda segments, end: f"/{'/'.join(segments).lstrip('/')}{end}",
    st.lists(st.sampled_from(_PLAIN), max_size=4) | st.lists(st.sampled_from(_PLAIN + _WILD), max_size=4),
    st.sampled_from(["", "", "/"]),
) | st.sampled_from(
    ["/a/*/*/*/*/*", f"/{'*?' * 3}", f"/{'long' * 40}"[:126], f"/{'l*ng' * 40}"[:24] + "g" * 102]
)
_HOSTS = st.sampled_from(
    [
        "api.example.com",
        "API.example.com",
        "example.org",
        "*.example.com",
        "*.api.example.com",
        "?.example.com",
        f"{'long-name.' * 12}test.org",
    ]
)
_METHODS = st.lists(st.sampled_from(["GET", "POST", "DELETE", "PURGE"]), min_size=1, max_size=2, unique=True)


def is_wild(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


def normal_path(route: Data) -> str:
    """The path as tfgen understands it: a plain one does not end in a slash."""
    path: str = route["path"]
    path = path if is_wild(path) else path.rstrip("/") or "/"
    return "/" if path == "/*" else path


def _fits(route: Data) -> bool:
    """A rule holds so many values and wildcards; a plain path is matched by itself and by PATH/*."""
    path, host = normal_path(route), route.get("host", "")
    paths = 0 if path == "/" else 1 if is_wild(path) else 2
    others = list(_named_values(route))
    values = paths + len(route.get("methods", ())) + bool(host) + len(others) + len(route.get("source", ()))
    wildcards = sum(f"{path}{host}{''.join(others)}".count(wildcard) for wildcard in "*?") + (paths == 2)
    return values <= MOST_VALUES and wildcards <= MOST_WILDCARDS


def _named_values(route: Data) -> Iterator[str]:
    """The values of conditions on headers and query parameters."""
    for said in (*route.get("headers", {}).values(), *route.get("query", {}).values()):
        yield from [said] if isinstance(said, str) else said


def _named(names: Sequence[str], values: Sequence[str]) -> st.SearchStrategy[Data]:
    """Conditions on one or two of these names, each with a value or with several."""
    one = st.sampled_from(values)
    several = st.lists(one, min_size=1, max_size=2, unique_by=str.lower)
    return st.dictionaries(st.sampled_from(names), one | several, min_size=1, max_size=2)


_HEADERS = _named(
    ["X-Tenant", "x-canary", "Cookie", f"X-{'Long' * 9}er"],
    ["a", "A*", "*b=1; *", "always", 'it\'s "5" % ${x}', "v" * 128],
)
_QUERIES = _named(["v", "Debug", "utm_source[]", "k" * 128], ["2", "2*", "?", "*", "a=b", "$(x)", "w" * 128])
_SOURCES = st.lists(
    st.sampled_from(["203.0.113.0/24", "198.51.100.7/32", "0.0.0.0/0", "192.0.0.0/8"]),
    min_size=1, max_size=2, unique=True,
)  # fmt: skip
ROUTES = st.fixed_dictionaries({"path": _PATHS}, optional={"host": _HOSTS, "methods": _METHODS}).filter(
    _fits
) | st.fixed_dictionaries(
    {"path": st.just("/") | _PATHS},
    optional={"host": _HOSTS, "headers": _HEADERS, "query": _QUERIES, "source": _SOURCES},
).filter(_fits)


@st.composite
def _bound_routes(draw: st.DrawFn, listeners: Sequence[str], most: int) -> list[Data]:
    """Routes of which no two ask for the same requests, each with its listener."""
    found: dict[tuple[str, str, str], Data] = {}
    for route in draw(_sized(ROUTES, most)):
        listener = draw(st.sampled_from(listeners))
        key = (listener, route.get("host", "").lower(), normal_path(route))
        found.setdefault(key, {**route, "listener": listener})
    bound = list(found.values())
    for route, number in zip(
        bound, draw(st.lists(_numbers(model.Route, "priority"), max_size=2, unique=True)), strict=False
    ):
        route["priority"] = number
    if draw(st.booleans()):
        bound += list(_split_by_method(bound))
    return bound


@st.composite
def _in_lists(draw: st.DrawFn, route: Data, number: int) -> Data:
    """A route with its host or path in a list, which may have more of them if its priority is not pinned."""
    key = draw(st.sampled_from(["host", "path", "path", "neither"]))
    if key not in route or draw(st.booleans()):
        return route
    more = {"host": [f"more-{number}.example.org"], "path": [f"/more-{number}/*"]}[key]
    more = more if "priority" not in route and _fits(route) and draw(st.booleans()) else []
    found = {**route, key: [route[key], *more]}
    return found if all(_fits({**route, key: value}) for value in found[key]) else route


def _split_by_method(bound: list[Data]) -> Iterator[Data]:
    """Makes of a route for two methods two routes that differ in nothing else."""
    for route in bound:
        if len(route.get("methods", ())) == 2 and "priority" not in route:
            first, second = route["methods"]
            route["methods"] = [first]
            yield {**route, "methods": [second]}


# --- services ---

_DIGEST = "sha256:6c3c624b58dbbcd3c0dd82b4c53f04194d1247c6eebdaab7c610cf7d66709b3b"
_PUBLIC_IMAGES = [
    "nginx", "nginx:1.27", f"public.ecr.aws/{'long/' * 205}"[:1022] + "/x",
    "docker.io/grafana/grafana:11.2.0", "public.ecr.aws/nginx/nginx:1.27",
    f"ghcr.io/a/b@{_DIGEST}", "localhost:5000/x_y/z:T.1",
]  # fmt: skip
_VARIABLES = TEXTS.map(lambda text: _solid(text).replace("=", "")).filter(bool)


def _partition(region: str) -> str:
    return facts.regions()[region].partition if region in facts.regions() else "aws"


def _secrets(region: str) -> st.SearchStrategy[str]:
    """Names of every character that the services take."""
    start = f"arn:{_partition(region)}"
    secrets = st.text(st.sampled_from("aZ09/_+=.@!-"), min_size=1, max_size=12)
    levels = st.lists(st.text(st.sampled_from("aZ09_.-"), min_size=1, max_size=8), min_size=1, max_size=3)
    parameters = levels.map("/".join)
    return st.builds(
        str.__add__,
        st.just(f"{start}:secretsmanager:{region}:123456789012:secret:"),
        st.sampled_from(["app/db-a1b2c3:url::", "app/db-a1b2c3"]) | secrets,
    ) | st.builds(
        str.__add__, st.sampled_from([f"{start}:ssm:{region}:123456789012:parameter/", "/"]), parameters
    )


_HEALTH_PATHS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=20).map("/{}".format)
_HEALTH_PATHS |= st.just(f"/{'h' * 1023}")


@st.composite
def _health_checks(draw: st.DrawFn) -> str | Data:
    """How a task is asked; the timeout is shorter than the interval, and than the default of one."""
    if draw(st.booleans()):
        return draw(_HEALTH_PATHS)
    check: Data = draw(_LONE_CHECKS)
    usual = model.HealthCheck()
    if draw(st.booleans()):
        check["interval"] = draw(_numbers(model.HealthCheck, "interval"))
    shorter = check.get("interval", usual.interval) - 1
    if draw(st.booleans()) or shorter < usual.timeout:
        least, most = bounds(model.HealthCheck, "timeout")
        check["timeout"] = draw(_between(least, min(most, shorter)))
    return check


_LONE_CHECKS = st.fixed_dictionaries(
    {},
    optional={
        "path": _HEALTH_PATHS,
        "codes": st.sampled_from(["200", "200-399", "200,301,404-499"]),
        "healthy": _numbers(model.HealthCheck, "healthy"),
        "unhealthy": _numbers(model.HealthCheck, "unhealthy"),
    },
)
_PORT_RANGES = _between(0, 30000).flatmap(
    lambda first: _between(first, 65535).map(lambda last: f"{first}-{last}")
)


def _peers() -> st.SearchStrategy[Data]:
    """Entries of egress or ingress in their long form: what has the addresses, and what is allowed."""
    ids = st.sampled_from(["0a1b2c3d", "0123456789abcdef0"])
    given_ = st.sampled_from(["office", "partners"]).map(lambda name: {"input": name})
    ends = (
        st.fixed_dictionaries({"cidr": _CIDRS}),
        st.fixed_dictionaries({"cidr": given_}),
        st.fixed_dictionaries({"security_group": ids.map("sg-{}".format) | given_}),
        st.fixed_dictionaries({"prefix_list": ids.map("pl-{}".format) | given_}),
    )
    ports = st.fixed_dictionaries(
        {}, optional={"port": _PORTS | _PORT_RANGES, "protocol": st.sampled_from(["tcp", "udp"])}
    )
    allowed = ports | st.just({"protocol": "icmp"})
    return st.tuples(st.one_of(ends), allowed).map(lambda parts: parts[0] | parts[1])


_LONE = st.fixed_dictionaries(
    {},
    optional={
        "health_check": _health_checks(),
        "grace_period": _numbers(model.Service, "grace_period"),
        "architecture": st.sampled_from(["x86_64", "arm64"]),
        "count": _numbers(model.Service, "count"),
        "command": st.lists(TEXTS, max_size=3),
        "environment": st.dictionaries(_VARIABLES, TEXTS | st.integers(-(10**18), 10**18), max_size=3),
        "uses": st.lists(st.sampled_from([*_GATEWAYS, "sqs", "ssm", "logs", "ecr.api"]), max_size=3),
        "egress": _sized(_CIDRS | _PORTS | _PORT_RANGES | _peers(), 4) | st.just("all"),
        "ingress": _sized(_CIDRS | _peers(), 3),
        "exec": st.booleans(),
    },
)
_COOKIES = st.sampled_from(["SESSION", "__Host-sid", "c" * 128])
_STICKY = st.booleans() | st.fixed_dictionaries(
    {},
    optional={
        "enabled": st.booleans(),
        "duration": _numbers(model.Sticky, "duration"),
        "cookie": _COOKIES,
    },
)
_DELAYS = st.fixed_dictionaries(
    {}, optional={"deregistration_delay": _numbers(model.Service, "deregistration_delay")}
)
# How requests are spread: what cannot be used together is apart.
_OF_TARGETS = st.tuples(
    _DELAYS,
    st.one_of(
        st.fixed_dictionaries(
            {},
            optional={
                "slow_start": st.just(0) | _between(30, 900),
                "algorithm": st.just("round_robin"),
                "sticky": _STICKY,
                "cross_zone": st.just(True),
                "anomaly_mitigation": st.just(False),
            },
        ),
        st.fixed_dictionaries(
            {"algorithm": st.just("least_outstanding_requests")}, optional={"sticky": _STICKY}
        ),
        st.fixed_dictionaries(
            {"algorithm": st.just("weighted_random")},
            optional={"anomaly_mitigation": st.booleans(), "cross_zone": st.booleans()},
        ),
    ),
).map(lambda parts: parts[0] | parts[1])
_SIZES = st.sampled_from([(cpu, memory) for cpu, sizes in facts.fargate_sizes().items() for memory in sizes])
_PROTOCOLS = st.sampled_from(["http", "http2", "grpc", "tcp"])
_CONTAINER_PORTS = _numbers(model.Port, "number")
_SERVICE_PORTS = _CONTAINER_PORTS | st.fixed_dictionaries(
    {"number": _CONTAINER_PORTS}, optional={"protocol": _PROTOCOLS, "was": _CONTAINER_PORTS}
)
_CONNECT_NAMES = NAMES | st.sampled_from(["a.b", "a_b", "1a", "x" * 64])


@st.composite
def _images(draw: st.DrawFn, region: str, private_only: bool) -> str:
    if not private_only and draw(st.booleans()):
        return draw(st.sampled_from(_PUBLIC_IMAGES))
    elsewhere = "eu-west-1" if _partition(region) == "aws" and not private_only else region
    where = draw(st.sampled_from([region, elsewhere]))
    suffix = facts.regions()[where].dns_suffix if where in facts.regions() else "amazonaws.com"
    name = draw(st.sampled_from(["app", "team/app:1.4.2", f"team/app_x.y@{_DIGEST}", "a/b/c:latest"]))
    return f"123456789012.dkr.ecr.{where}.{suffix}/{name}"


@st.composite
def _lone_services(draw: st.DrawFn, region: str, egress: str) -> Data:
    """A service but for what ties it to others."""
    service: Data = {"image": draw(_images(region, egress == "endpoints"))}
    if draw(st.booleans()):
        service |= draw(_LONE)
        service["secrets"] = draw(st.dictionaries(_VARIABLES, _secrets(region), max_size=3))
    for name in service.get("environment", {}):
        service.get("secrets", {}).pop(name, None)
    _open_ways(service, egress)
    if draw(st.booleans()):
        service |= draw(_OF_TARGETS)
    if draw(st.booleans()):
        service["cpu"], memory = draw(_SIZES)
        if draw(st.booleans()):
            service["memory"] = memory
    if draw(st.integers(0, 3)):
        service["port"] = draw(_SERVICE_PORTS)
    elif "ingress" in service:  # by default the container's port
        service["ingress"] = [each for each in service["ingress"] if "port" in each]
    return service | draw(_IGNORING)


def _open_ways(service: Data, egress: str) -> None:
    """Lets a service reach its registry and its logs."""
    if egress != "endpoints" and isinstance(service.get("egress"), list):
        service["egress"].append("0.0.0.0/0")
    if ":5000/" in service["image"]:
        service["egress"] = ["0.0.0.0/0", {"cidr": "0.0.0.0/0", "port": 5000}]


@st.composite
def _services(draw: st.DrawFn, region: str, egress: str, balancer: Data, most: int) -> dict[str, Data]:
    least = 0 if draw(st.integers(0, 9)) == 9 else 1
    keys = draw(_sized(NAMES, most, least, unique=True))
    services = {key: draw(_lone_services(region, egress)) for key in keys}
    _add_routes(draw, services, balancer)
    _add_calls(draw, services)
    _add_renames(draw, services)
    return services


def _add_routes(draw: st.DrawFn, services: dict[str, Data], balancer: Data) -> None:
    """Gives routes to the services that can have them, in the short form here and there."""
    routable = [key for key, service in services.items() if _speaks_http(service.get("port"))]
    if not routable:
        return
    listeners = list(_listeners_of(balancer))
    silent = _silent_listener(balancer)
    for route in draw(_bound_routes(listeners, 2 * len(routable))):
        if route["listener"] == silent and draw(st.booleans()):
            del route["listener"]
        service = services[draw(st.sampled_from(routable))]
        said = draw(_in_lists(route, len(service.get("routes", ()))))
        service.setdefault("routes", []).append(said["path"] if list(said) == ["path"] else said)
        if len(routable) > 1 and not draw(st.integers(0, 3)):
            _share_route(draw, service, said, [services[key] for key in routable])
    for service in services.values():
        _say_listener_once(draw, service)
    if draw(st.booleans()):
        _say_default(draw, routable, services, balancer)


def _say_default(draw: st.DrawFn, routable: Sequence[str], services: dict[str, Data], balancer: Data) -> None:
    """Makes a service the default of a listener on which no route is for everything."""
    own = balancer.get("listeners", {})
    taken = {
        _listener_of(route, service, balancer)
        for service in services.values()
        for route in service.get("routes", [])
        if "/" in map(normal_path, _paths_of(route)) or (isinstance(route, dict) and "weight" in route)
    }
    free = sorted(key for key in own.keys() - taken if not _redirects(own[key]))
    if free:
        key, name = draw(st.sampled_from(free)), draw(st.sampled_from(routable))
        said = own[key] if isinstance(own[key], dict) else {"port": own[key]}
        own[key] = {**said, "default": draw(st.sampled_from([name, {"service": name}]))}


def _paths_of(route: Any) -> Iterator[Data]:
    paths = route.get("path", "/") if isinstance(route, dict) else route
    yield from ({"path": path} for path in (paths if isinstance(paths, list) else [paths]))


def _listener_of(route: Any, service: Data, balancer: Data) -> str | None:
    said = route.get("listener") if isinstance(route, dict) else None
    return said or service.get("listener") or _silent_listener(balancer)


def _share_route(draw: st.DrawFn, service: Data, said: Data, services: list[Data]) -> None:
    """Gives the last route of a service to another one too, each with a weight."""
    other = draw(st.sampled_from([each for each in services if each is not service]))
    shared = {key: value for key, value in said.items() if key not in ("priority", "listener")}
    listener = {"listener": said["listener"]} if "listener" in said else {}
    own = {**said, "weight": draw(_numbers(model.Route, "weight"))}
    if draw(st.booleans()):
        own["sticky"] = draw(_numbers(model.Route, "sticky"))
    service["routes"][-1] = own
    other.setdefault("routes", []).append({**shared, **listener, "weight": draw(st.integers(1, 999))})


def _listeners_of(balancer: Data) -> Data:
    """What routes can name."""
    existing: Data = balancer.get("existing", {})
    has_tls = "certificate" in balancer or "domain" in balancer
    usual = {"https": 443, "http": {"port": 80, "redirect": "https"}} if has_tls else {"http": 80}
    listeners: Data = existing.get("listener_arns") or balancer.get("listeners", usual)
    return listeners


def _silent_listener(balancer: Data) -> str | None:
    """The listener of a route that names none."""
    known = _listeners_of(balancer)
    names = [key for key, said in known.items() if "existing" in balancer or not _redirects(said)]
    usual = ["https"] if "https" in names and "existing" not in balancer and _speaks_tls(known) else []
    found = [key for key in (*usual, "http") if key in names]
    return found[0] if found else names[0] if len(names) == 1 else None


def _redirects(said: Any) -> bool:
    return isinstance(said, dict) and ("redirect" in said or "redirect" in said.get("default", {}))


def _speaks_tls(listeners: Data) -> bool:
    """Whether the one named https does."""
    said = listeners["https"]
    return not isinstance(said, dict) or said.get("protocol", "https") == "https"


def _say_listener_once(draw: st.DrawFn, service: Data) -> None:
    """Where each route names its listener, the service may name one of them for those that have it."""
    routes = service.get("routes", [])
    named = {route.get("listener") if isinstance(route, dict) else None for route in routes}
    if named and None not in named and draw(st.integers(0, 3)):
        service["listener"] = draw(st.sampled_from(sorted(named)))
        for route in routes:
            if route["listener"] == service["listener"]:
                del route["listener"]


def _speaks_http(port: Any) -> bool:
    return isinstance(port, int) or (isinstance(port, dict) and port.get("protocol", "http") == "http")


def _add_calls(draw: st.DrawFn, services: dict[str, Data]) -> None:
    """Service Connect names, and calls by them, in circles too."""
    reachable = [key for key, service in services.items() if "port" in service]
    hosts = draw(_sized(_CONNECT_NAMES, len(reachable), unique=True))
    for key, host in zip(reachable, hosts, strict=False):
        services[key]["connect"] = {"name": host, "port": draw(_PORTS)} if draw(st.booleans()) else host
    called = reachable[: len(hosts)]
    for service in services.values():
        if called and draw(st.booleans()):
            service["calls"] = draw(st.lists(st.sampled_from(called), max_size=3))


def _add_renames(draw: st.DrawFn, services: dict[str, Data]) -> None:
    """Earlier names for a service or two, and some that came back; no other can have them."""
    for key in draw(st.lists(st.sampled_from(sorted(services)), max_size=2, unique=True)) if services else ():
        was = [f"{key[:50].rstrip('-')}-once-{number}" for number in range(draw(st.integers(1, 3)))]
        was[0] = f"{was[0]}-{'long' * 13}"[:64] if draw(st.booleans()) else was[0]
        if draw(st.booleans()):  # it has an earlier name again
            was.insert(draw(st.integers(0, len(was) - 1)), key)
        services[key]["was"] = was[0] if len(was) == 1 else was


# --- references ---

_REGULAR = st.sampled_from(["^[a-z]+$", ".", 'a"${b}'])
_DEFAULTS = {
    "string": TEXTS,
    "number": st.sampled_from(["0", "-1.5", "100"]),
    "bool": st.sampled_from(["true", "false"]),
}
_INPUT_NAMES = st.sampled_from(["secret_arn", "queue_url", "a1_b2", "i" * 64])
_JSON_KEYS = st.sampled_from(["password", "k" * 256])


@st.composite
def _input_variables(draw: st.DrawFn) -> Data | str:
    if draw(st.booleans()):
        return draw(TEXTS)
    kind = draw(st.sampled_from(["string", "number", "bool"]))
    said: Data = {"type": kind, "description": draw(TEXTS)}
    if draw(st.booleans()):
        said["pattern"] = draw(_REGULAR)
    if sensitive := draw(st.booleans()):
        return said | {"sensitive": True}
    return said | {"default": draw(_DEFAULTS[kind]), "sensitive": sensitive}


@st.composite
def _inputs(draw: st.DrawFn) -> dict[str, Any]:
    """Variables of the root in a third of all specs."""
    if draw(st.integers(0, 2)):
        return {}
    return draw(st.dictionaries(_INPUT_NAMES, _input_variables(), min_size=1, max_size=3))


def _add_references(draw: st.DrawFn, services: dict[str, Data], inputs: Sequence[str], region: str) -> None:
    """Values that only Terraform knows: those of the root that are there without files of the user's."""
    atoms = st.sampled_from(
        [
            {"ref": "module.network.vpc_id"},
            *({"input": name} for name in inputs),
            *({"ref": f"var.{name}"} for name in inputs),
        ]
    )
    values = atoms | st.lists(TEXTS | atoms, min_size=1, max_size=3).map(lambda parts: {"join": parts})
    arn = f"arn:{_partition(region)}:secretsmanager:{region}:123456789012:secret:app/db-a1b2c3"
    secrets = st.fixed_dictionaries({"secret": atoms | st.just(arn)}, optional={"key": _JSON_KEYS})
    secrets |= st.fixed_dictionaries({"parameter": atoms | st.just("/a/b")})
    secrets |= st.just({"ref": "var.secret_arn"}) if "secret_arn" in inputs else st.nothing()
    for service in services.values():
        if draw(st.booleans()):
            service.setdefault("environment", {})["GIVEN"] = draw(values)
        if draw(st.booleans()):
            service.setdefault("secrets", {})["GIVEN_SECRET"] = draw(secrets)
        if not draw(st.integers(0, 2)):
            service["image"] = draw(values)


# --- what exists ---

_OUTSIDE = st.sampled_from([{"ref": "module.network.vpc_id"}, {"input": "given"}, {"input": "i" * 64}])
_UNKNOWN = _OUTSIDE | st.lists(TEXTS | _OUTSIDE, min_size=1, max_size=3).map(lambda parts: {"join": parts})
"""A value that only Terraform knows."""


def _given(*texts: str) -> st.SearchStrategy[Any]:
    """One of some texts, or a value that only Terraform knows."""
    return st.sampled_from(texts) | _UNKNOWN


def _arn(region: str, service: str, name: str) -> str:
    place = "" if service == "iam" else region
    return f"arn:{_partition(region)}:{service}:{place}:123456789012:{name}"


@st.composite
def _existing_load_balancers(draw: st.DrawFn, region: str, *, is_joined: bool) -> Data:
    """One in a VPC that exists; or in the stack's own, made by files that only Terraform knows."""
    keys = draw(st.lists(NAMES | st.just("http"), min_size=1, max_size=3, unique=True))
    balancer = "app/shared/50dc6c495c0c9188"
    known = _given if is_joined else lambda *_: _UNKNOWN
    existing: Data = {
        "listener_arns": {
            key: draw(known(_arn(region, "elasticloadbalancing", f"listener/{balancer}/{number}")))
            for number, key in enumerate(keys)
        },
        "security_group": draw(known("sg-0a1b2c3d", "sg-0a1b2c3d4e5f60718")),
    }
    if draw(st.booleans()):
        existing["dns_name"] = draw(_given("shared-1.elb.amazonaws.com", f"{'long-name.' * 25}com"))
    if draw(st.booleans()):
        existing["arn"] = draw(_given(_arn(region, "elasticloadbalancing", f"loadbalancer/{balancer}")))
    return {"existing": existing} | draw(_IGNORING)


# --- TLS ---

_ZONE_IDS = ("Z0123456789ABCDEFGHIJ", "Z" + "9" * 31)
_HEADERS = st.dictionaries(
    st.sampled_from(sorted(facts.response_headers())), st.sampled_from(["nosniff", "x" * 1024]), max_size=2
)
_DOMAINS = st.sampled_from(["shop.example.com", "*.shop.example.com", "API.example.com", "example.com"])
_LONG_RESPONSES = st.fixed_dictionaries(
    {
        "status": st.sampled_from([200, 503, 599]),
        "body": st.sampled_from(["", "Closed\u200b ${x}", "b" * 1024]),
        "type": st.sampled_from(
            ["text/plain", "text/html", "text/css", "application/javascript", "application/json"]
        ),
    },
)
_RESPONSES = st.sampled_from([200, 404, 599, 410]) | _LONG_RESPONSES | _LONG_RESPONSES
_LONG_TARGET = f"https://{'h' * 63}.{'h' * 62}.h:65535/{'p' * 127}?{'q' * 128}"
_TARGETS = st.sampled_from(["https://www.example.com", "https://old.#{host}/#{path}", _LONG_TARGET])
_REDIRECTS = _TARGETS | st.fixed_dictionaries(
    {"to": _TARGETS}, optional={"status": st.sampled_from([301, 302])}
)


def _certificates(region: str) -> st.SearchStrategy[Any]:
    known = _given(
        _arn(region, "acm", "certificate/0a1b2c3d-0000-4000-8000-000000000000"),
        _arn(region, "iam", "server-certificate/shop"),
    )
    outside = _OUTSIDE | st.lists(_OUTSIDE, min_size=1, max_size=2).map(lambda parts: {"join": parts})
    several = st.lists(known | outside, min_size=1, max_size=4, unique_by=repr)
    return known | outside | several | several


@st.composite
def _domains(draw: st.DrawFn, own_certificate: bool) -> Data:
    """Names and the zone of their records; one of a certificate of the stack's own is short."""
    names: Any = draw(_DOMAINS | st.lists(_DOMAINS, min_size=1, max_size=4, unique=True))
    if not own_certificate and draw(st.booleans()):
        longest = ".".join(["n" * 63, "n" * 63, "n" * 63, "n" * 49, "example.com"])
        names = draw(st.sampled_from([longest, [longest]]))
    return {"domain": names, "zone": draw(_given(*_ZONE_IDS))}


@st.composite
def _fronts(draw: st.DrawFn, region: str, balancer: Data) -> Data:
    """A load balancer with TLS: certificates that are given, or of the stack's own."""
    own = draw(st.booleans())
    front: Data = {**balancer} if own else {**balancer, "certificate": draw(_certificates(region))}
    if own or draw(st.booleans()):
        front |= draw(_domains(own))
    if draw(st.integers(0, 3)):
        listeners = front.get("listeners", {"web": 444, "in": 8443})
        front["listeners"] = {key: draw(_front_listeners(region, said)) for key, said in listeners.items()}
    return front


@st.composite
def _front_listeners(draw: st.DrawFn, region: str, said: Any) -> Data:
    """What a listener can say beside its port."""
    listener: Data = {**said} if isinstance(said, dict) else {"port": said}
    listener["protocol"] = draw(st.sampled_from(["https"] if listener["port"] == 443 else ["http", "https"]))
    if listener["protocol"] == "https":
        listener |= draw(_tls_keys(region))
    listener |= draw(
        st.fixed_dictionaries({}, optional={"headers": _HEADERS, "server_header": st.booleans()})
    )
    if listener["protocol"] == "http" and draw(st.booleans()):
        listener["redirects"] = draw(_redirections())
    if draw(st.integers(0, 2)):
        rest = st.fixed_dictionaries({"respond": _RESPONSES}) | st.fixed_dictionaries(
            {"redirect": _REDIRECTS}
        )
        return listener | draw(rest.map(lambda each: {"default": each}) | _REDIRECTS.map(_as_redirect))
    return listener


def _redirections() -> st.SearchStrategy[list[Data]]:
    """Requests that the load balancer answers itself, below a path that no route has."""
    answers = st.fixed_dictionaries({"respond": _RESPONSES}) | st.fixed_dictionaries(
        {"to": st.sampled_from(["https://www.example.org", _LONG_TARGET])},
        optional={"status": st.sampled_from([301, 302])},
    )
    few = st.fixed_dictionaries(
        {"path": st.sampled_from(["/own", ["/own/a", "/own/b"]])},
        optional={"host": _HOSTS | _HOSTS.map(lambda host: [host]), "methods": _METHODS},
    )
    other = st.fixed_dictionaries(
        {},
        optional={
            "headers": st.just({"X-Own": "a*"}) | st.just({"X-Own": ["a", "b"]}),
            "query": st.just({"own": "1"}),
            "source": st.just(["192.0.2.0/24"]),
            "priority": _numbers(model.Redirection, "priority"),
        },
    )
    queries = st.just({"path": "/own", "query": {"own": ["1", "2"]}})
    both = st.tuples(few | queries | other.map(lambda said: {"path": "/own/*", **said}), answers)
    return both.map(lambda parts: [{**parts[0], **parts[1]}])


def _as_redirect(target: Any) -> Data:
    return {"redirect": target}


def _tls_keys(region: str) -> st.SearchStrategy[Data]:
    store = _given(_arn(region, "elasticloadbalancing", "truststore/partners/0a1b2c3d"))
    outside = _OUTSIDE | st.lists(_OUTSIDE, min_size=1, max_size=2).map(lambda parts: {"join": parts})
    long = st.fixed_dictionaries(
        {"trust_store": outside | store},
        optional={"mode": st.just("verify"), "allow_expired": st.booleans()},
    )
    verified = store.filter(lambda each: isinstance(each, str)) | long | long
    return st.fixed_dictionaries(
        {},
        optional={
            "certificate": _certificates(region),
            "policy": st.sampled_from(sorted(facts.tls_policies())),
            "mutual_tls": verified | st.just({"mode": "passthrough"}),
        },
    )


def _roles(region: str) -> st.SearchStrategy[Data]:
    role = _given(_arn(region, "iam", "role/start-tasks"), _arn(region, "iam", "role/teams/a/web+1"))
    return st.fixed_dictionaries({}, optional={"execution": role, "task": role})


@st.composite
def _what_exists(draw: st.DrawFn, region: str, services: dict[str, Data]) -> Data:
    """A cluster, and what is true of all roles; and roles of some services."""
    for service in services.values():
        if not draw(st.integers(0, 4)):
            service["roles"] = draw(_roles(region))
    iam = st.fixed_dictionaries(
        {},
        optional={
            "path": st.sampled_from(["/", "/teams/a/", f"/{'p' * 510}/"]),
            "permissions_boundary": _given(_arn(region, "iam", "policy/teams/limit")),
        },
    )
    found: Data = {"iam": draw(iam)} if not draw(st.integers(0, 3)) else {}
    if not draw(st.integers(0, 4)):
        found["cluster"] = draw(_given(_arn(region, "ecs", "cluster/shared_1")))
    return found


@st.composite
def _of_own_load_balancer(draw: st.DrawFn, region: str) -> Data:
    """Where its logs go, and its web ACL."""
    found: Data = {}
    for name in ("access_logs", "connection_logs"):
        if draw(st.booleans()):
            own = st.sampled_from(["shop-logs", "lb.logs.example", True, False])
            logs = {"bucket": draw(_given("shop-logs") if draw(st.integers(0, 2)) else own)}
            if draw(st.booleans()):
                logs["prefix"] = draw(st.sampled_from(["shop", "a/b_c!.(1)-d", "p" * 256]))
            found[name] = logs if draw(st.integers(0, 2)) else draw(own)
    if draw(st.booleans()):
        acl = "regional/webacl/shop/0a1b2c3d-0000-4000-8000-000000000000"
        found["waf"] = draw(_given(_arn(region, "wafv2", acl)))
    return found


# --- whole specs ---

_TAG_KEYS = TEXTS.map(lambda text: unicodedata.normalize("NFC", text)[:128]).filter(
    lambda key: key and not key.startswith("aws:")
)
_TAGS = st.dictionaries(
    _TAG_KEYS | st.just("k" * 128), TEXTS.map(lambda text: text[:256]) | st.just("v" * 256), max_size=4
)
_REST = st.fixed_dictionaries(
    {},
    optional={
        "backend": st.fixed_dictionaries(
            {"bucket": st.just("tf-state.example")},
            optional={
                "key": TEXTS.map(lambda text: f"k{' '.join(text.split())}k") | st.just("k" * 1024),
                "region": st.just("eu-west-1"),
            },
        ),
        "logs": st.fixed_dictionaries({"retention": st.sampled_from(facts.log_retention_days())}),
        "version": st.just(1),
        "overrides": st.just({"module.network.aws_vpc.main": {"enable_network_address_usage_metrics": True}}),
    },
)


def _tasks_that_fit(network: Data) -> int:
    """How many have an address at least: in two subnets, beside as many interface endpoints as are drawn."""
    if "vpc" in network:
        return 1000  # how large its subnets are nobody here knows
    role = "public" if network["egress"] == "public" else "private"
    size = network["subnets"].get(role)
    if isinstance(size, dict):
        size = max(int(cidr.rpartition("/")[2]) for cidr in size.values())
    elif size is None:
        vpc = int(network["cidr"].rpartition("/")[2])
        size = min(vpc + 6, 28) if role == "public" else min(vpc + 4, 28)
    return max(0, 2 * (2 ** (32 - size) - 5 - len(_ENDPOINTS) - 12))


@st.composite
def _costs(draw: st.DrawFn, services: Sequence[str]) -> Data:
    """What a spec assumes about traffic and tasks, some of it in the short form."""
    kinds = st.sampled_from(["internet", "clients", "ecr", "logs", *_ENDPOINTS])
    cost: Data = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "hours": _numbers(model.Cost, "hours"),
                "traffic": st.dictionaries(kinds, _between(0, 10_000_000), max_size=4),
            },
        )
    )
    counts = st.tuples(_numbers(model.TaskRange, "low"), _numbers(model.TaskRange, "high")).map(sorted)
    ranges = counts.map(lambda ends: {"low": ends[0], "high": ends[1]})
    low = counts.map(lambda ends: ends[0])
    if services and draw(st.booleans()):
        cost["tasks"] = draw(st.dictionaries(st.sampled_from(services), ranges | low, max_size=2))
    return cost


@st.composite
def specs(draw: st.DrawFn, most: int = 6) -> Data:
    """A valid spec with at most this many services."""
    region, egress = draw(st.sampled_from(_REGIONS)), draw(st.sampled_from(EGRESS))
    balancer, is_joined = draw(load_balancers()), draw(st.integers(0, 3)) == 3
    network = draw(joined_networks(egress) if is_joined else networks(region, egress))
    if not draw(st.integers(0, 4)):
        balancer = draw(_existing_load_balancers(region, is_joined=is_joined))
    else:
        balancer |= draw(_of_own_load_balancer(region))
        balancer = draw(_fronts(region, balancer)) if draw(st.booleans()) else balancer
    services, tags = draw(_services(region, egress, balancer, most)), draw(_TAGS)
    if inputs := draw(_inputs()):
        _add_references(draw, services, list(inputs), region)
    existing = draw(_what_exists(region, services))
    room = _tasks_that_fit(network)
    for service in services.values():
        service["count"] = min(service.get("count", 2), room)
        room -= service["count"]
    rest = draw(_REST)
    if is_joined:
        rest.pop("overrides", None)  # of its VPC
    said = {
        "name": draw(NAMES),
        "region": region,
        "network": network,
        "load_balancer": balancer,
        "services": services,
        **({"inputs": inputs} if inputs else {}),
        "tags": dict(_tags_that_iam_takes(tags)) if services else tags,
        "cost": draw(_costs(list(services))),
        **rest,
        **existing,
        **draw(_IGNORING),
    }
    return _without_own_vpc(said) if is_joined else said


def _without_own_vpc(said: Any) -> Any:
    """A stack in a VPC that exists has no `module.network.vpc_id`; its root has the ID as a local value."""
    if isinstance(said, dict):
        return {key: _without_own_vpc(each) for key, each in said.items()}
    if isinstance(said, list):
        return [_without_own_vpc(each) for each in said]
    return "local.vpc_id" if said == "module.network.vpc_id" else said


def batch(number: int) -> list[Data]:
    """Twenty-five specs, for tests that count. Hypothesis varies what it has drawn: a hundred specs of one
    seed can all lack what half of them should have, or all have what is rare; four batches do not."""
    found: list[Data] = []

    @seed(number)
    @settings(laws(25), max_examples=25, derandomize=False)
    @given(specs())
    def look(data: Data) -> None:
        found.append(data)

    look()
    return found


def _tags_that_iam_takes(tags: dict[str, str]) -> Iterator[tuple[str, str]]:
    """EC2 takes any character; where there are services there are roles, whose tags are narrower."""
    for number, (key, value) in enumerate(tags.items()):
        yield f"{number} {_taken(key)}"[:128], _taken(value)


def _taken(text: str) -> str:
    return "".join(char for char in text if unicodedata.category(char)[0] in "LN" or char in " _.:/=+-@")
