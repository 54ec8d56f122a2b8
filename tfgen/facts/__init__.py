"""Facts about AWS: Regions, endpoint names, task sizes, log retention, quotas, variables of tasks.

Each table is a JSON file beside this one that states its source, its date, and what in it is unconfirmed.
A table is read once, when it is first needed.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.json import decode

if TYPE_CHECKING:
    from tfgen.ip_ranges import Range

_FOLDER = Path(__file__).parent


class Region(NamedTuple):
    """A Region, as a new account sees it."""

    name: str
    partition: str
    dns_suffix: str
    zones: tuple[str, ...]  # letters
    zones_vary: bool  # an account has only some of these zones, so none can be picked for it
    unconfirmed: bool  # the sources for the zones disagree: doubt the table before the user
    needs_all_ecs_endpoints: bool  # ecs-agent, ecs-telemetry and ecs, or traffic to ECS uses public addresses


class Limit(NamedTuple):
    """A quota or limit of AWS; `adjustable` means that AWS may have raised it for an account.

    `quota` and `title` are its code and name in Service Quotas (`vpc/L-0EA8095F`), for rules that suggest a
    request.
    """

    name: str
    value: int
    adjustable: bool
    source: str
    quota: str = ""
    title: str = ""


class LintFinding(NamedTuple):
    """What checkers of Terraform find in a stack as it should be: IDs, why it stands, what changes it."""

    checkov: tuple[str, ...]
    trivy: tuple[str, ...]
    reason: str
    choice: str


class Token(NamedTuple):
    """The format of an issuer's tokens; lengths in characters."""

    what: str  # "a token of GitHub"
    prefixes: tuple[str, ...]
    shortest: int
    longest: int


class SecretSigns(NamedTuple):
    """What distinguishes secrets from other environment variables."""

    names: tuple[str, ...]  # endings of a variable's name, in capitals
    not_secrets: frozenset[str]  # values, in lowercase
    references: tuple[str, ...]  # beginnings of a value that says where a secret is
    tokens: tuple[Token, ...]


class ConnectionSigns(NamedTuple):
    """What distinguishes addresses that a task connects to from other values of environment variables.

    Words are parts of a variable's name, in capitals; a port is 0 if it is unknown.
    """

    schemes: Mapping[str, int]  # the ports of URL schemes; 0 where the address says it
    names: Mapping[str, int]  # words that name a kind of server, and its port
    managed: Mapping[str, tuple[int, ...]]  # AWS's servers inside a VPC, by the label in their host names
    types: Mapping[str, str]  # the types of resources that are such servers, each with its label above
    private_suffixes: frozenset[str]  # of names that no public DNS has
    apis: Mapping[str, str]  # the first word of an AWS host name, and the endpoint that answers to it
    never: frozenset[str]  # words of variables that hold no address to connect to
    not_http: frozenset[str]  # words of variables whose URLs are names, or are for browsers
    own: frozenset[str]  # words that make the name of a service's own address
    connects: frozenset[str]  # words of variables that hold addresses
    hosts: frozenset[str]  # last words of variables that hold a host without its port


class Replacement(NamedTuple):
    """What a change does to a resource: the arguments that replace it ("*" stands for all but `in_place`)."""

    replace: frozenset[str]
    in_place: frozenset[str]
    tags: bool  # takes tags, and so the provider's default_tags
    known: bool = True  # a type that tfgen writes
    unless: Mapping[str, str] = MappingProxyType(
        {}
    )  # an argument -> one that, if true, lets it change in place


@cache
def regions() -> Mapping[str, Region]:
    """Every Region of the partitions aws, aws-cn, aws-us-gov and aws-eusc, by name."""
    table = _read_table("regions")
    suffixes = table["partitions"]
    return MappingProxyType(
        {
            name: Region(
                name,
                row["partition"],
                suffixes[row["partition"]],
                tuple(row["zones"]),
                row.get("varies", False),
                row.get("unconfirmed", False),
                row.get("launched_after_2023_12_23", False),
            )
            for name, row in table["regions"].items()
        }
    )


@cache
def announced_regions() -> frozenset[str]:
    """The Regions that AWS has announced but not opened."""
    return frozenset(_read_table("regions")["announced"])


def regions_like(name: str) -> list[str]:
    """At most two Regions that the user may have meant: with swapped letters, or a similar name."""
    import difflib  # noqa: PLC0415 - only a mistake pays for it

    turned = [region for region in regions() if sorted(region) == sorted(name)]
    return turned[:2] or difflib.get_close_matches(name, regions(), 2, 0.8)


def is_aws_host(name: str) -> bool:
    """Whether a host name is in a domain of AWS service endpoints."""
    return f".{name.lower()}".endswith(tuple(f".{host}" for host in _read_table("regions")["hosts"]))


def hides_aws_hosts(domain: str) -> bool:
    """Whether a private hosted zone of this name hides names that AWS resolves to something of its own."""
    table = _read_table("regions")
    known = (*table["hosts"], *table["vpc_hosts"])
    return any(f".{domain}".endswith(f".{each}") or f".{each}".endswith(f".{domain}") for each in known)


@cache
def interface_endpoints() -> frozenset[str]:
    """The services that any Region offers as an interface endpoint, such as `ecr.api`."""
    return frozenset(_read_table("endpoints")["interface"])


@cache
def lacking_endpoints(partition: str) -> frozenset[str]:
    """The services that no Region of a partition is known to have, and therefore no endpoint either."""
    return frozenset(_read_table("endpoints")["lacking"].get(partition, ()))


@cache
def regions_without(suffix: str) -> frozenset[str]:
    """The Regions that are not known to have a service, although others of the same partition have it."""
    if suffix in endpoints_in_every_zone():
        return frozenset()  # what most stacks need: the table stays unread
    return frozenset(_read_table("endpoint_regions")["without"].get(suffix, ()))


@cache
def endpoints_in_every_zone() -> frozenset[str]:
    """The interface endpoints that every zone is known to have; a zone may lack others."""
    return frozenset(_read_table("endpoints")["every_zone"])


@cache
def endpoint_aliases() -> Mapping[str, tuple[str, ...]]:
    """Common names of services whose endpoints have other names: `ses` for `email` and `email-smtp`."""
    return MappingProxyType(
        {name: tuple(meant) for name, meant in _read_table("endpoints")["aliases"].items()}
    )


@cache
def endpoint_ports() -> Mapping[str, tuple[int, ...]]:
    """The ports of the services that do not use 443, by the name of the endpoint."""
    return MappingProxyType({name: tuple(ports) for name, ports in _read_table("endpoints")["ports"].items()})


def endpoint_home(suffix: str, partition: str) -> str:
    """The only Region of a partition that offers an endpoint, or nothing if several do."""
    home: str = _read_table("endpoints")["only_in"].get(suffix, {}).get(partition, "")
    return home


@cache
def gateway_endpoints() -> frozenset[str]:
    """The services that have a gateway endpoint; they also have an interface endpoint."""
    return frozenset(_read_table("endpoints")["gateway"])


def endpoint_service_name(suffix: str, region: str) -> str:
    """The full name of an endpoint service: `com.amazonaws.us-east-1.logs` for `logs`.

    A service that has both kinds of endpoint gets the name of its gateway endpoint. In China the two
    differ: S3's interface endpoint begins with `cn.`, its gateway endpoint does not.
    """
    default, others = _endpoint_names()
    name = default
    if suffix not in gateway_endpoints():
        name = others.get((region, suffix)) or others.get(("", suffix)) or default
    return name.format(region=region, suffix=suffix)


@cache
def ip_ranges(kind: str) -> tuple["Range", ...]:
    """Ranges by what they are: `refused` for a VPC, `private`, `docker` (Docker's own), or `unrouted`,
    which nobody has in the internet (the private ones among them)."""
    from tfgen.ip_ranges import parse_range  # noqa: PLC0415 - what only renders a stack has it already

    return tuple(map(parse_range, _read_table("ranges")[kind]))


@cache
def fargate_sizes() -> Mapping[int, tuple[int, ...]]:
    """The memory sizes (MiB) that go with each number of CPU units, both ascending."""
    sizes = _read_table("fargate")["sizes"]
    return MappingProxyType({int(cpu): tuple(memory) for cpu, memory in sizes.items()})


def zones_without_fargate(region: str) -> tuple[str, ...]:
    """The letters of the zones for which AWS does not list Fargate for Linux containers."""
    return tuple(_read_table("fargate")["zones_without"].get(region, ()))


class EbsType(NamedTuple):
    """A type of EBS volumes: what it can have, from the least to the most; nothing where it has none."""

    gib: tuple[int, int]
    iops: tuple[int, int] | None
    throughput: tuple[int, int] | None
    iops_per_gib: int
    needs_iops: bool


@cache
def ebs_types() -> Mapping[str, EbsType]:
    """The types of EBS volumes that tasks on Fargate can have."""
    table = _read_table("ebs")
    return MappingProxyType(
        {
            name: EbsType(
                _range(row, "gib") or (0, 0),
                _range(row, "iops"),
                _range(row, "throughput"),
                row.get("iops_per_gib", 0),
                name in table["needs_iops"],
            )
            for name, row in table["types"].items()
        }
    )


def ebs_iops_per_throughput() -> int:
    """The IOPS that a volume needs for each MiB/s of throughput."""
    return int(_read_table("ebs")["iops_per_throughput"])


def _range(row: Mapping[str, Any], name: str) -> tuple[int, int] | None:
    return tuple(row[name]) if name in row else None


@cache
def time_zones() -> frozenset[str]:
    """The names of time zones, `Europe/Berlin`."""
    return frozenset(" ".join(_read_table("time_zones")["zones"]).split())


@cache
def log_retention_days() -> tuple[int, ...]:
    """The days that CloudWatch Logs can keep events for, ascending; Terraform's 0 (for ever) is not one."""
    return tuple(_read_table("log_retention")["days"])


@cache
def limits() -> Mapping[str, Limit]:
    """The quotas and limits that a spec can exceed, by name."""
    rows = _read_table("limits")["limits"].items()
    return MappingProxyType(
        {
            name: Limit(
                name,
                row["value"],
                row["adjustable"],
                row["source"],
                row.get("quota", ""),
                row.get("title", ""),
            )
            for name, row in rows
        }
    )


@cache
def lint_findings() -> Mapping[str, LintFinding]:
    """The findings of checkov and Trivy that stand, by name."""
    rows = _read_table("lint")["findings"].items()
    return MappingProxyType(
        {
            name: LintFinding(tuple(row["checkov"]), tuple(row["trivy"]), row["reason"], row["choice"])
            for name, row in rows
        }
    )


@cache
def tls_policies() -> Mapping[str, str]:
    """TLS security policy -> the lowest version of TLS that it accepts."""
    return MappingProxyType(_read_table("tls")["policies"])


def default_tls_policy() -> str:
    policy: str = _read_table("tls")["default"]
    return policy


@cache
def weak_tls_versions() -> frozenset[str]:
    """Versions of TLS that nothing should accept (RFC 8996)."""
    return frozenset(_read_table("tls")["weak"])


@cache
def response_headers() -> Mapping[str, str]:
    """Header that a listener can set in every response -> its part of the argument's name."""
    return MappingProxyType(_read_table("tls")["headers"])


@cache
def credential_variables() -> frozenset[str]:
    """The variables in which AWS SDKs look for credentials before they ask for those of the task role."""
    return frozenset(_read_table("variables")["credentials"])


@cache
def ecs_variables() -> frozenset[str]:
    """The environment variables that ECS gives to a container and that applications rely on."""
    return frozenset(_read_table("variables")["set_by_ecs"])


@cache
def secret_signs() -> SecretSigns:
    """How to tell that the value of an environment variable is a secret."""
    table = _read_table("variables")
    tokens = (
        Token(row["what"], tuple(row["prefixes"]), row["shortest"], row.get("longest", 4096))
        for row in table["tokens"]
    )
    return SecretSigns(
        tuple(table["secret_names"]),
        frozenset(table["not_secrets"]),
        tuple(table["references"]),
        tuple(tokens),
    )


@cache
def connection_signs() -> ConnectionSigns:
    """How to tell that the value of an environment variable is an address that tasks connect to."""
    table = _read_table("connections")
    return ConnectionSigns(
        MappingProxyType({**dict.fromkeys(table["bare_schemes"], 0), **table["schemes"]}),
        MappingProxyType(table["names"]),
        MappingProxyType({label: tuple(ports) for label, ports in table["managed"].items()}),
        MappingProxyType(table["types"]),
        frozenset(table["private_suffixes"]),
        MappingProxyType(table["apis"]),
        *(frozenset(table[words]) for words in ("never", "not_http", "own", "connects", "hosts")),
    )


@cache
def cached_registries(partition: str) -> Mapping[str, str]:
    """The public registries that ECR's pull-through cache offers, with the usual prefix of each."""
    table = _read_table("registries")
    return MappingProxyType({} if partition in table["no_cache_partitions"] else table["cached"])


@cache
def usual_cache_prefixes() -> Mapping[str, str]:
    """The usual prefix of each public registry that ECR's pull-through cache has a name for."""
    table = _read_table("registries")
    return MappingProxyType({**table["cached"], **table["more_cached"]})


@cache
def cache_upstreams() -> Mapping[str, str]:
    """What rules of ECR's pull-through cache call a registry, where that is another name."""
    return MappingProxyType(_read_table("registries")["upstreams"])


@cache
def registries_without_credentials() -> frozenset[str]:
    """The registries from which ECR's pull-through cache pulls as nobody in particular."""
    return frozenset(_read_table("registries")["without_credentials"])


@cache
def unreachable_registries(partition: str) -> frozenset[str]:
    """The public registries that the Regions of a partition reach badly or not at all."""
    return frozenset(_read_table("registries")["unreachable"].get(partition, ()))


@cache
def replacement(kind: str) -> Replacement:
    """Which arguments force a resource of the type `kind` to be replaced."""
    row = _read_table("replacement")["types"].get(kind)
    if row is None:
        return Replacement(frozenset(), frozenset(), tags=False, known=False)
    return Replacement(
        frozenset(row["replace"]),
        frozenset(row.get("in_place", ())),
        row.get("tags", True),
        unless=row.get("unless", {}),
    )


@cache
def default_values() -> Mapping[str, Mapping[str, Any]]:
    """By type, the arguments that have no effect at a value; within a mapping, those of blocks."""
    return MappingProxyType(_read_table("replacement")["defaults"]["types"])


@cache
def kept_arguments(kind: str) -> frozenset[str]:
    """The arguments and blocks of a type that keep their value when they are left out."""
    return frozenset(_read_table("replacement")["kept"]["types"].get(kind, ()))


@cache
def is_regional(kind: str) -> bool:
    """Whether resources of this type are in one Region of AWS."""
    return kind.startswith("aws_") and not kind.startswith(
        tuple(_read_table("replacement")["global"]["prefixes"])
    )


@cache
def unique_arguments(kind: str) -> tuple[str, ...]:
    """The arguments that must be unique among resources of a type; () if there are none."""
    return tuple(_read_table("replacement")["unique"]["types"].get(kind, ()))


@cache
def in_place_since() -> Mapping[str, Mapping[str, str]]:
    """By type and argument, the provider version from which `replacement` no longer holds."""
    return MappingProxyType(_read_table("replacement")["newer"]["types"])


@cache
def provider_needs() -> Mapping[str, str]:
    """The first version of the provider, above 5.100, that has what a key of the spec needs."""
    found: dict[str, str] = _read_table("provider_needs")["keys"]
    return MappingProxyType(found)


@cache
def new_deployments() -> tuple[str, ...]:
    """The arguments of an ECS service whose change replaces its tasks."""
    return tuple(_read_table("replacement")["new_deployments"]["arguments"])


@cache
def _endpoint_names() -> tuple[str, Mapping[tuple[str, str], str]]:
    """The default pattern of a service name, and the exceptions by (Region or "" for all, suffix)."""
    table = _read_table("endpoints")
    others = {
        (row.get("region", ""), suffix): row["name"]
        for row in table["other_names"]
        for suffix in row["suffixes"]
    }
    return table["default_name"], others


@cache
def _read_table(table: str) -> dict[str, Any]:
    content: dict[str, Any] = decode((_FOLDER / f"{table}.json").read_bytes())
    return content


class ReferenceAttributes(NamedTuple):
    """The attributes of a type; `complete` where those of both versions of the provider are known."""

    names: frozenset[str]
    complete: bool


@cache
def reference_attributes(kind: str) -> ReferenceAttributes | None:
    """The attributes of a resource or of a data source (`data.aws_vpc`); None where the type is not known."""
    row = _read_table("attributes")["types"].get(kind)
    if row is None:
        return None
    return ReferenceAttributes(
        frozenset((*row["five"].split(), *row.get("six", "").split())), complete="six" in row
    )


class ReferenceKind(NamedTuple):
    """What a reference leads to: a database, a queue. `managed` names a kind of server, whose ports are in
    `connection_signs`; `api` is the first word of the host that a task calls."""

    kind: str = ""
    managed: str = ""
    hosts: tuple[str, ...] = ()
    """The attributes that are the host of a server, or HOST:PORT."""
    api: str = ""


@cache
def reference_kind(type_: str) -> ReferenceKind:
    """What a resource or data source is; empty where its type is not known."""
    row = _read_table("kinds")["types"].get(type_.removeprefix("data."), {})
    return ReferenceKind(**{**row, "hosts": tuple(row.get("hosts", ()))})


class PlaceKind(NamedTuple):
    """What a key must be, and what gives it: `types` are the resources and data sources with the attributes
    that are it, `beginnings` those of all types that begin so, and `never` looks like it and is not."""

    what: str
    types: Mapping[str, tuple[str, ...]]
    beginnings: Mapping[str, tuple[str, ...]]
    never: Mapping[str, tuple[str, ...]]


@cache
def place_kinds() -> Mapping[str, PlaceKind]:
    """What keys that take an ID, an ARN or a name of AWS must be."""
    return MappingProxyType({name: _place_kind(row) for name, row in _read_table("places")["kinds"].items()})


def _place_kind(row: Mapping[str, Any]) -> PlaceKind:
    types = {type_: tuple(attributes) for type_, attributes in row["types"].items()}
    return PlaceKind(
        row["what"],
        {type_: right for type_, right in types.items() if not type_.endswith("*")},
        {type_[:-1]: right for type_, right in types.items() if type_.endswith("*")},
        {type_: tuple(wrong) for type_, wrong in row.get("not", {}).items()},
    )


@cache
def own_attributes() -> frozenset[str]:
    """The attributes with which a resource names itself, and nothing else."""
    return frozenset(_read_table("places")["own"])


class Habit(NamedTuple):
    """A key that people write out of habit: `key` is its name here, or else `hint` explains it.

    `override` does what was meant, by address; NAME and LISTENER in it stand for names in a spec.
    """

    key: str
    hint: str
    override: Mapping[str, Any]


@cache
def habits() -> Mapping[str, Mapping[str, Habit]]:
    """Keys that people write in a section although it does not have them, by the section's class."""
    return MappingProxyType(
        {
            section: MappingProxyType(
                {
                    word: Habit(row.get("key", ""), row.get("hint", ""), row.get("override", {}))
                    for row in rows
                    for word in row["words"]
                }
            )
            for section, rows in _read_table("habits")["habits"].items()
        }
    )


class Grant(NamedTuple):
    """A statement that a verb needs: `on` ends the ARN, with PREFIX for the prefix of keys; `below` is the
    condition key for a prefix, or empty."""

    sid: str
    actions: tuple[str, ...]
    on: tuple[str, ...]
    below: str


class AccessedService(NamedTuple):
    """What an application can be allowed in an AWS service, by verb."""

    name: str
    endpoint: str
    thing: str
    like: str  # the resource part of the ARN, in capitals what varies
    form: str  # its pattern
    types: Mapping[str, tuple[str, ...]]  # resources, and the attributes that are the ARN
    word: str  # for what has no ARN
    verbs: Mapping[str, tuple[Grant, ...]]
    kms: Mapping[str, tuple[str, ...]]  # by verb, the actions with a key of one's own


@cache
def accessed_services() -> Mapping[str, AccessedService]:
    """The services that `access` knows, as ARNs name them."""
    rows = _read_table("access")["services"]
    return MappingProxyType({name: _accessed_service(row) for name, row in rows.items()})


def _accessed_service(row: Mapping[str, Any]) -> AccessedService:
    return AccessedService(
        row["name"],
        row["endpoint"],
        row["thing"],
        row.get("like", ""),
        row["form"],
        {type_: tuple(attributes) for type_, attributes in row["types"].items()},
        row.get("word", ""),
        {verb: tuple(map(_grant, grants)) for verb, grants in row["verbs"].items()},
        {verb: tuple(actions) for verb, actions in row["kms"].items()},
    )


def _grant(row: Mapping[str, Any]) -> Grant:
    return Grant(row["sid"], tuple(row["actions"]), tuple(row["on"]), row.get("below", ""))
