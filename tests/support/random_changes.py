"""Stacks and changes of them by number: what people write, and up to four edits of it at once.

    stack(7)                a spec, as the data of its file, the same on every machine
    change(7, 12)           that spec after the change 12, and what was edited

All are valid. A change keeps a spec valid where it can (who moves to `endpoints` moves images to ECR), and is
drawn again where that is not enough.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from random import Random
from typing import Any, NamedTuple

from support import random_production
from tfgen import facts, render_text
from tfgen.spec.source import dump_yaml

Data = dict[str, Any]
Edit = Callable[[Random, Data], bool]
"""Edits a spec, or says that there is nothing to edit."""

_MOST_EDITS = 4
# What replaces, moves and reorders most, and so is drawn thrice as often as the rest.
_OFTEN = (
    "vpc_range", "way_out", "zones", "nat", "rename_with_was", "port", "move_route_to_listener",
    "move_route_to_service", "remove_all_routes_of_one", "production_of_one",
)  # fmt: skip
_TRIES = 200  # of which some come out invalid

_REGIONS = ("us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2")
_WAYS = ("public", "nat", "nat", "endpoints", "nat+endpoints")
_RANGES = ("10.0.0.0/16", "10.5.4.0/22", "172.20.0.0/18", "10.99.0.0/16", "192.168.0.0/20")
_NAMES = (
    "web", "api", "gw", "orders", "stock", "worker", "billing-v2", "mail", "feed", "cron", "search",
    "accounts", "cart", "report-generator", "roles", "events", "s3",
)  # fmt: skip
_LISTENERS = ("http", "admin", "partners", "ops")
_PORTS = (80, 3000, 5000, 8080, 8081, 9000, 50051)
_PATHS = (
    "/", "/api", "/api/profile", "/img", "/static/v1", "/orders", "/v2/api/admin", "/*.css", "/a/*/b",
    "/health", "/search", "/cart", "/webhooks",
)  # fmt: skip
_HOSTS = ("api.example.com", "login.example.com", "*.example.org")
_PUBLIC = ("docker.io/library/nginx", "public.ecr.aws/nginx/nginx", "ghcr.io/acme/app")
_TAGS = ("1.4.2", "2.0.0", "v7", "2026-11-01")
_TEXTS = ("info", "", "1", 'a "quoted" ${x} %{y}', "two\nlines")
_OUT = (
    "10.80.0.0/16",
    "192.168.4.0/24",
    {"cidr": "172.20.0.0/14", "port": 5432},
    {"cidr": "0.0.0.0/0", "port": 6379},
    {"cidr": "10.50.0.53/32", "port": 53, "protocol": "udp"},
    {"cidr": {"input": "office"}, "port": "8000-8100"},
    {"cidr": {"ref": "local.lab"}, "protocol": "icmp"},
    587,
)
_IN = (
    "10.60.0.0/16",
    {"cidr": "10.61.0.0/16", "port": 9000},
    {"cidr": {"input": "office"}},
    {"cidr": {"ref": "local.lab"}, "port": "5000-5003", "protocol": "udp"},
)
_PEERS = (
    {"security_group": "sg-0d1e2f3a4b5c60718", "port": 5432},
    {"security_group": {"input": "peer"}, "port": 9000},
    {"prefix_list": "pl-0a1b2c3d4e5f67890", "port": 8583},
)
"""What the emulator lacks, so that only changes name it."""
_TO = ("10.50.0.0/16", "10.61.0.0/16", "10.64.0.0/14")
_VIA = ("pcx-0a1b2c3d4e5f60718", "tgw-0f9e8d7c6b5a40312", {"ref": "local.gateway"}, {"input": "gateway"})
_DEFAULTS = {
    "level": "info",
    "office": "10.50.0.0/16",
    "lab": "10.62.0.0/16",
    "peer": "sg-0b1a2c3d4e5f60718",
    "gateway": "tgw-0a1b2c3d4e5f60718",
    "address": "eipalloc-0f9e8d7c6b5a40312",
    "vpc": "vpc-0b10000000000000f",
    "cluster": "arn:aws:ecs:REGION:123456789012:cluster/shared",
    "role": "arn:aws:iam::123456789012:role/apps/shared",
    "parameter": "arn:aws:ssm:REGION:123456789012:parameter/prod/level",
}
"""Inputs that specs refer to, and their values."""

OWN_FILE = """\
locals {
  level   = "info"
  lab     = "10.62.0.0/16"
  gateway = "tgw-0a1b2c3d4e5f60718"
  role    = "arn:aws:iam::123456789012:role/apps/shared"
}
"""
"""What specs refer to in a file of the user's own."""


class Changed(NamedTuple):
    """A spec after a change, and the names of what was edited."""

    spec: Data
    edits: tuple[str, ...]


@cache
def stack(number: int) -> Data:
    """A valid spec."""
    for attempt in range(_TRIES):
        spec = _with_inputs(_stack(Random(f"stack {number} {attempt}"), number))
        _repair(spec)
        if _is_valid(spec):
            return spec
    raise AssertionError(f"no valid stack {number}")


def change(number: int, change: int) -> Changed:
    """A valid change of the stack of that number."""
    for attempt in range(_TRIES):
        rng = Random(f"change {number} {change} {attempt}")
        spec = copy.deepcopy(stack(number))
        edits = _edited(rng, spec, rng.choice([1, 2, 3, _MOST_EDITS, _MOST_EDITS]))
        _repair(spec)
        if edits and spec != stack(number) and _is_valid(spec):
            return Changed(spec, edits)
    raise AssertionError(f"no valid change {number}-{change}")


def _edited(rng: Random, spec: Data, count: int) -> tuple[str, ...]:
    """Makes so many edits, and returns their names."""
    done: list[str] = []
    drawn = dict.fromkeys(rng.sample([*sorted(EDITS), *_OFTEN, *_OFTEN], len(EDITS)))
    for name in drawn:
        if len(done) < count and EDITS[name](rng, spec):
            done.append(name)
    return tuple(done)


@cache
def _rendered(text: str) -> Mapping[str, str]:
    """Nothing, where the spec has errors."""
    return render_text(text)[0]


def _is_valid(spec: Data) -> bool:
    return bool(_rendered(dump_yaml(spec)))


# --- stacks


def _network(rng: Random) -> Data:
    network: Data = {"egress": rng.choice(_WAYS)}
    for key, chance, draw in (
        ("cidr", 0.5, lambda: rng.choice(_RANGES)),
        ("zones", 0.6, lambda: rng.choice([2, 3, ["a", "b"], ["a", "c"], ["a", "b", "c"]])),
        ("nat", 0.6, lambda: rng.choice(["single", "per-zone", {"zones": rng.sample(["a", "b", "c"], 2)}])),
        ("endpoints", 0.3, lambda: rng.sample(["sqs", "sts", "dynamodb"], rng.randint(1, 2))),
        ("subnets", 0.3, lambda: {"database": rng.choice([True, 26])}),
    ):
        if rng.random() < chance:
            network[key] = draw()
    return network


def _stack(rng: Random, number: int) -> Data:
    spec: Data = {"name": f"stack-{number}", "region": rng.choice(_REGIONS), "network": _network(rng)}
    if rng.random() < 0.2:
        spec["iam"] = _iam(rng)
    if rng.random() < 0.7:
        spec["load_balancer"] = _load_balancer(rng)
    if rng.random() < 0.7:
        spec["tags"] = {
            key: rng.choice(["market", "42"]) for key in rng.sample(["team", "Env", "cost-center"], 2)
        }
    spec["services"] = {name: _service(rng) for name in rng.sample(_NAMES, rng.randint(1, 6))}
    for name in spec["services"]:
        _give_routes(rng, spec, name)
        _give_calls(rng, spec, name)
    for name in rng.sample(sorted(OVERRIDES), rng.choice([0, 0, 1, 2])):
        _override(rng, spec, name)
    return spec


def _with_inputs(said: Any) -> Any:
    """Inputs in place of references: stacks are applied as modules, which see no local values of the root."""
    if isinstance(said, dict):
        if "ref" in said:
            return {"input": said["ref"].removeprefix("local.")}
        return {key: _with_inputs(value) for key, value in said.items()}
    return [_with_inputs(each) for each in said] if isinstance(said, list) else said


def _load_balancer(rng: Random) -> Data:
    names = ["http", *rng.sample(_LISTENERS[1:], rng.randint(0, 2))]
    balancer: Data = {"listeners": {name: 80 + 8000 * index for index, name in enumerate(names)}}
    if rng.random() < 0.4:
        name = rng.choice(names)
        balancer["listeners"][name] = {"port": balancer["listeners"][name], "cidrs": ["198.51.100.0/24"]}
    return balancer


def _service(rng: Random) -> Data:
    service: Data = {"image": _image(rng)}
    if rng.random() < 0.8:
        service["port"] = rng.choice(_PORTS)
        if rng.random() < 0.6:
            service["connect"] = True  # its own name, once that is known
    for key, draw in _MORE.items():
        if rng.random() < (0.12 if key in random_production.PRODUCTION else 0.25):
            service[key] = draw(rng)
    return service


def _iam(rng: Random) -> Data:
    return {
        "path": rng.choice(["/teams/returns/", "/apps/"]),
        "permissions_boundary": "arn:aws:iam::123456789012:policy/team-boundary",
    }


def _image(rng: Random) -> str:
    """`ecr:app:1` is in a registry of the stack's own region."""
    repository = rng.choice([*_PUBLIC, "ecr:app", "ecr:team/api", "ecr:tools/worker"])
    return f"{repository}:{rng.choice(_TAGS)}"


def _health_check(rng: Random) -> str | Data:
    return rng.choice(
        ["/healthz", {"path": "/", "codes": "200"}, {"path": "/up", "interval": 30, "timeout": 10}]
    )


def _secrets(rng: Random) -> Data:
    found = {
        "API_KEY": "/prod/app/key",
        "DB_URL": "/prod/team/db",
        "LEVEL": {"parameter": {"input": "parameter"}},
    }
    return {key: found[key] for key in rng.sample(sorted(found), rng.randint(1, 2))}


def _values(rng: Random) -> Data:
    said = ({"input": "level"}, {"ref": "local.level"}, {"join": ["at ", {"ref": "local.level"}]})
    return {key: rng.choice((*_TEXTS, *said)) for key in rng.sample(["MODE", "GREETING", "TZ"], 2)}


def _roles(rng: Random) -> Data:
    arns = ("arn:aws:iam::123456789012:role/apps/other", {"input": "role"}, {"ref": "local.role"})
    return {which: rng.choice(arns) for which in rng.sample(["execution", "task"], rng.randint(1, 2))}


def _egress(rng: Random) -> str | list[Any]:
    return "all" if rng.random() < 0.1 else ["0.0.0.0/0", *rng.sample(_OUT, rng.randint(0, 3))]


_MORE: Mapping[str, Callable[[Random], Any]] = {
    "cpu": lambda rng: rng.choice([256, 1024, 2048]),
    "architecture": lambda rng: rng.choice(["arm64", "x86_64"]),
    "count": lambda rng: rng.choice([0, 1, 3, 5]),
    "command": lambda rng: rng.choice([["serve"], ["worker", "--queue", "mail"]]),
    "environment": _values,
    "secrets": _secrets,
    "uses": lambda rng: rng.sample(["s3", "sqs", "sts", "dynamodb", "secretsmanager"], rng.randint(1, 2)),
    "exec": lambda rng: rng.choice([True, False]),
    "egress": _egress,
    "ingress": lambda rng: rng.sample(_IN, rng.randint(1, 2)),
    "roles": _roles,
    "health_check": _health_check,
    "grace_period": lambda rng: rng.choice([30, 120]),
    **random_production.PRODUCTION,
}  # fmt: skip


def _give_routes(rng: Random, spec: Data, name: str) -> None:
    service = spec["services"][name]
    if "port" in service and rng.random() < 0.65:
        service["routes"] = [_route(rng, spec) for _ in range(rng.randint(1, 3))]


def _route(rng: Random, spec: Data) -> str | Data:
    route: Data = {"path": rng.choice(_PATHS)}
    if rng.random() < 0.25:
        route["host"] = rng.choice(_HOSTS)
    if rng.random() < 0.15:
        route["methods"] = rng.sample(["GET", "POST", "DELETE"], 2)
    if rng.random() < 0.4:
        route["listener"] = rng.choice(_listeners(spec))
    return route if len(route) > 1 else str(route["path"])


def _listeners(spec: Data) -> list[str]:
    balancer = spec.get("load_balancer", {})
    return list(
        balancer.get("existing", {}).get("listener_arns", ()) or balancer.get("listeners", {"http": 80})
    )


def _give_calls(rng: Random, spec: Data, name: str) -> None:
    called = [key for key, service in spec["services"].items() if "connect" in service and key != name]
    if called and rng.random() < 0.5:
        spec["services"][name]["calls"] = rng.sample(called, rng.randint(1, min(2, len(called))))


# --- what keeps a spec valid


def _repair(spec: Data) -> None:
    _repair_network(spec)
    if "existing" in spec.get("load_balancer", {}):
        spec["load_balancer"] = {"existing": spec["load_balancer"]["existing"]}
    listeners = _listeners(spec)
    for name, service in spec["services"].items():
        _repair_service(spec, name, service, listeners)
    if "existing" in spec.get("load_balancer", {}):
        _pin_all(spec)
    _repair_inputs(spec)
    _repair_overrides(spec)


def _repair_network(spec: Data) -> None:
    network = spec["network"]
    if "vpc" in network:  # `egress` stays said until here, where other edits look for it
        spec["network"] = {"vpc": network["vpc"]}
        return
    if "nat" not in network["egress"]:
        network.pop("nat", None)
        network.pop("nat_zone", None)
    if isinstance(network.get("nat"), dict):
        _repair_gateways(network["nat"], _zones_of(spec))
    if network.get("nat") != "single":
        network.pop("nat_zone", None)
    if "endpoints" not in network["egress"]:
        _set(network, "endpoints", [name for name in network.get("endpoints", ()) if name == "dynamodb"])


def _repair_gateways(nat: Data, zones: list[str]) -> None:
    """Those in zones that there are."""
    nat["zones"] = [zone for zone in nat["zones"] if zone in zones] or [zones[0]]
    _set(
        nat,
        "addresses",
        {zone: each for zone, each in nat.get("addresses", {}).items() if zone in nat["zones"]},
    )


def _zones_of(spec: Data) -> list[str]:
    zones = spec["network"].get("zones", 2)
    return list(facts.regions()[spec["region"]].zones[:zones]) if isinstance(zones, int) else zones


def _pin_all(spec: Data) -> None:
    """Other stacks have rules on a listener that exists, so each route says its priority."""
    for index, service in enumerate(spec["services"].values()):
        service["routes"] = [
            {"priority": 300 + 10 * index + place, **(route if isinstance(route, dict) else {"path": route})}
            for place, route in enumerate(service.get("routes", ()))
        ]
        _set(service, "routes", service["routes"])


def _repair_inputs(spec: Data) -> None:
    """Those that something refers to."""
    spec.pop("inputs", None)
    named = set(re.findall(r"'input': '(\w+)'", repr(spec)))
    inputs = {name: {"default": _DEFAULTS[name].replace("REGION", spec["region"])} for name in sorted(named)}
    _set(spec, "inputs", inputs)


def _repair_service(spec: Data, name: str, service: Data, listeners: list[str]) -> None:
    services, region = spec["services"], spec["region"]
    egress = spec["network"].get("egress", "nat")
    if egress == "endpoints" and ".dkr.ecr." not in service["image"]:
        service["image"] = "ecr:app:" + service["image"].rpartition(":")[2]
    service["image"] = service["image"].replace("ecr:", f"123456789012.dkr.ecr.{region}.amazonaws.com/")
    allowed = service.get("egress", "all")
    if egress != "endpoints" and allowed != "all" and "0.0.0.0/0" not in allowed:
        service["egress"].append("0.0.0.0/0")
    random_production.repair(service, region)
    if service.get("connect") is True:
        service["connect"] = name
    if "port" not in service:
        for key in ("routes", "connect", "health_check", "grace_period"):
            service.pop(key, None)
    calls = [
        each for each in service.get("calls", ()) if "connect" in services.get(each, {}) and each != name
    ]
    _set(service, "calls", calls)
    _set(service, "routes", [_bound(route, listeners) for route in service.get("routes", ())])


def _bound(route: str | Data, listeners: list[str]) -> str | Data:
    """A route on a listener that is there."""
    if isinstance(route, dict) and route.get("listener", listeners[0]) not in listeners:
        return {**route, "listener": listeners[0]}
    if (
        "http" not in listeners
        and len(listeners) > 1
        and not (isinstance(route, dict) and "listener" in route)
    ):
        return {**(route if isinstance(route, dict) else {"path": route}), "listener": listeners[0]}
    return route


def _set(where: Data, key: str, value: Any) -> None:
    """What is empty is not said."""
    if value:
        where[key] = value
    else:
        where.pop(key, None)


def _repair_overrides(spec: Data) -> None:
    """Without the overrides of what is no longer there."""
    overrides = spec.pop("overrides", {})
    known = _addresses(spec)
    _set(spec, "overrides", {address: patch for address, patch in overrides.items() if address in known})


def _addresses(spec: Data) -> set[str]:
    pages = _rendered(dump_yaml(spec))
    found = set()
    for path, text in pages.items():
        module = path.split("/")[1] if path.startswith("modules/") else ""
        for line in text.splitlines():
            if line.startswith("resource "):
                _, kind, _, name, _ = line.split('"')
                found.add(f"module.{module}.{kind}.{name}")
    return found


# --- edits

EDITS: dict[str, Edit] = {}


def _edit(function: Edit) -> Edit:
    EDITS[function.__name__.strip("_")] = function
    return function


def _any_service(rng: Random, spec: Data, key: str = "") -> Data | None:
    """One of the services, that has this key."""
    found = [service for service in spec["services"].values() if not key or key in service]
    return rng.choice(found) if found else None


def _other(rng: Random, values: Any, old: Any) -> Any:
    return rng.choice([value for value in values if value != old])


def _new_name(rng: Random, spec: Data) -> str:
    return str(rng.choice([name for name in (*_NAMES, "renamed", "next") if name not in spec["services"]]))


@_edit
def _vpc_range(rng: Random, spec: Data) -> bool:
    network = spec["network"]
    network["cidr"] = _other(rng, _RANGES, network.get("cidr", "10.0.0.0/16"))
    network.pop("subnets", None)
    return True


@_edit
def _subnets(rng: Random, spec: Data) -> bool:
    spec["network"]["subnets"] = {"private": rng.choice([25, 26]), "public": rng.choice([26, 27])}
    return True


@_edit
def _database_subnets(rng: Random, spec: Data) -> bool:
    subnets = spec["network"].setdefault("subnets", {})
    if "database" in subnets and rng.random() < 0.5:
        del subnets["database"]
        _set(spec["network"], "subnets", subnets)
    else:
        subnets["database"] = _other(rng, (True, 26, 27), subnets.get("database"))
    return True


@_edit
def _routes_to_others(rng: Random, spec: Data) -> bool:
    old = spec["network"].get("routes", [])
    new = [{"to": to, "via": rng.choice(_VIA)} for to in rng.sample(_TO, rng.randint(1, 2))]
    for route in new:
        if isinstance(route["via"], dict):
            route["kind"] = "transit-gateway"
    _set(spec["network"], "routes", [] if old and rng.random() < 0.3 else new)
    return True


@_edit
def _vpc(rng: Random, spec: Data) -> bool:
    """The services move to a VPC that exists."""
    if rng.random() < 0.4:
        return False
    vpc: Data = {
        "id": rng.choice(["vpc-0a1b2c3d4e5f60718", {"input": "vpc"}]),
        "cidr": "10.20.0.0/16",
        "way_out": rng.choice(["nat", "public"]),
    }
    for number, role in enumerate(["public", "private"], 1):
        vpc[f"{role}_subnets"] = {zone: f"subnet-0a{number}000000000000{zone}" for zone in "ab"}
    spec["network"]["vpc"] = vpc
    return True


@_edit
def _way_out(rng: Random, spec: Data) -> bool:
    spec["network"]["egress"] = _other(
        rng, ("public", "nat", "endpoints", "nat+endpoints"), spec["network"]["egress"]
    )
    return True


@_edit
def _zones(rng: Random, spec: Data) -> bool:
    known = facts.regions()[spec["region"]].zones
    old = spec["network"].get("zones", 2)
    spec["network"]["zones"] = _other(rng, (2, 3, ["a", "b"], ["a", "c"], ["b", "c"], list(known[:3])), old)
    spec["network"].pop("nat_zone", None)
    return True


@_edit
def _nat(rng: Random, spec: Data) -> bool:
    network = spec["network"]
    if "nat" not in network["egress"]:
        return False
    if network.get("nat") == "single" and rng.random() < 0.4:
        network["nat_zone"] = "b"
    else:
        network["nat"] = _other(rng, ("single", "per-zone"), network.get("nat", "per-zone"))
    return True


@_edit
def _nat_of_some_zones(rng: Random, spec: Data) -> bool:
    network, zones = spec["network"], _zones_of(spec)
    if "nat" not in network["egress"]:
        return False
    chosen = rng.sample(zones, rng.randint(1, len(zones)))
    network["nat"] = {"zones": chosen}
    if rng.random() < 0.4:
        address = rng.choice(["eipalloc-0a1b2c3d4e5f60718", {"input": "address"}])
        network["nat"]["addresses"] = {rng.choice(chosen): address}
    return True


@_edit
def _endpoints(rng: Random, spec: Data) -> bool:
    old = spec["network"].get("endpoints", [])
    _set(spec["network"], "endpoints", _other(rng, ([], ["sqs"], ["dynamodb", "sts"], ["ssm", "sts"]), old))
    return True


@_edit
def _connect_endpoint(_: Random, spec: Data) -> bool:
    network = spec["network"]
    if network["egress"] != "endpoints":
        return False
    network["service_connect_endpoint"] = not network.get("service_connect_endpoint", True)
    return True


def _rename(rng: Random, spec: Data, *, keep: bool) -> bool:
    old = rng.choice(list(spec["services"])) if spec["services"] else ""
    if not old:
        return False
    new = _new_name(rng, spec)
    spec["services"] = {new if name == old else name: service for name, service in spec["services"].items()}
    for service in spec["services"].values():
        if old in service.get("calls", ()):
            service["calls"] = [new if each == old else each for each in service["calls"]]
    if keep:
        was = spec["services"][new].get("was", [])
        spec["services"][new]["was"] = [*(was if isinstance(was, list) else [was]), old]
    return True


@_edit
def _rename_with_was(rng: Random, spec: Data) -> bool:
    return _rename(rng, spec, keep=True)


@_edit
def _rename_second_with_was(rng: Random, spec: Data) -> bool:
    return _rename(rng, spec, keep=True)


@_edit
def _rename_without_was(rng: Random, spec: Data) -> bool:
    return rng.random() < 0.4 and _rename(rng, spec, keep=False)


@_edit
def _add_service(rng: Random, spec: Data) -> bool:
    name = _new_name(rng, spec)
    spec["services"][name] = _service(rng)
    _give_routes(rng, spec, name)
    _give_calls(rng, spec, name)
    if "connect" in spec["services"][name] and rng.random() < 0.5:
        other = rng.choice(list(spec["services"]))
        spec["services"][other].setdefault("calls", []).append(name)
    return True


@_edit
def _remove_service(rng: Random, spec: Data) -> bool:
    if spec["services"]:
        del spec["services"][rng.choice(list(spec["services"]))]
        return True
    return False


@_edit
def _reorder_services(rng: Random, spec: Data) -> bool:
    names = rng.sample(list(spec["services"]), len(spec["services"]))
    spec["services"] = {name: spec["services"][name] for name in names}
    return len(names) > 1


@_edit
def _port(rng: Random, spec: Data) -> bool:
    service = _any_service(rng, spec, "port")
    if service:
        service["port"] = _other(rng, _PORTS, service["port"])
    return bool(service)


@_edit
def _protocol(rng: Random, spec: Data) -> bool:
    found = [
        each
        for each in spec["services"].values()
        if isinstance(each.get("port"), int) and not each.get("routes")
    ]
    for service in rng.sample(found, min(1, len(found))):
        service["port"] = {"number": service["port"], "protocol": rng.choice(["grpc", "http2", "tcp"])}
    return bool(found)


@_edit
def _add_route(rng: Random, spec: Data) -> bool:
    service = _any_service(rng, spec, "port")
    if service:
        service.setdefault("routes", []).append(_route(rng, spec))
    return bool(service)


@_edit
def _remove_route(rng: Random, spec: Data) -> bool:
    service = _any_service(rng, spec, "routes")
    if service and service["routes"]:
        service["routes"].remove(rng.choice(service["routes"]))
    return bool(service)


@_edit
def _remove_all_routes_of_one(rng: Random, spec: Data) -> bool:
    service = _any_service(rng, spec, "routes")
    if service:
        del service["routes"]
    return bool(service)


@_edit
def _remove_all_routes(rng: Random, spec: Data) -> bool:
    if rng.random() < 0.5 or not any(service.pop("routes", None) for service in spec["services"].values()):
        return False
    for service in spec["services"].values():
        service.pop("routes", None)
    return True


@_edit
def _move_route_to_service(rng: Random, spec: Data) -> bool:
    giver, taker = _any_service(rng, spec, "routes"), _any_service(rng, spec, "port")
    if not giver or not taker or giver is taker or not giver["routes"]:
        return False
    taker.setdefault("routes", []).append(giver["routes"].pop(rng.randrange(len(giver["routes"]))))
    return True


@_edit
def _move_route_to_listener(rng: Random, spec: Data) -> bool:
    service = _any_service(rng, spec, "routes")
    if not service or not service["routes"]:
        return False
    place = rng.randrange(len(service["routes"]))
    route = service["routes"][place]
    route = {"path": route} if isinstance(route, str) else route
    service["routes"][place] = {**route, "listener": rng.choice(_listeners(spec))}
    return True


@_edit
def _pin_route(rng: Random, spec: Data) -> bool:
    service = _any_service(rng, spec, "routes")
    if not service or not service["routes"]:
        return False
    place = rng.randrange(len(service["routes"]))
    route = service["routes"][place]
    if route == "/" or (isinstance(route, dict) and route["path"] == "/"):
        return False
    route = {"path": route} if isinstance(route, str) else route
    service["routes"][place] = {**route, "priority": rng.randint(1, 200)}
    return True


def _balancer(spec: Data) -> Data:
    balancer: Data = spec.setdefault("load_balancer", {})
    balancer.setdefault("listeners", {"http": 80})
    return balancer


@_edit
def _add_listener(rng: Random, spec: Data) -> bool:
    listeners = _balancer(spec)["listeners"]
    free = [name for name in _LISTENERS if name not in listeners]
    if not free:
        return False
    listeners[rng.choice(free)] = 9443
    service = _any_service(rng, spec, "port")
    if service:
        service.setdefault("routes", []).append({"path": rng.choice(_PATHS), "listener": list(listeners)[-1]})
    return True


@_edit
def _remove_listener(rng: Random, spec: Data) -> bool:
    listeners = _balancer(spec)["listeners"]
    if len(listeners) < 2:
        return False
    del listeners[rng.choice(list(listeners))]
    return True


@_edit
def _rename_listener(rng: Random, spec: Data) -> bool:
    listeners = _balancer(spec)["listeners"]
    old = rng.choice(list(listeners))
    spec["load_balancer"]["listeners"] = {
        "inside" if name == old else name: port for name, port in listeners.items()
    }
    for service in spec["services"].values():
        for route in service.get("routes", ()):
            if isinstance(route, dict) and route.get("listener") == old:
                route["listener"] = "inside"
    return True


@_edit
def _listener_port(rng: Random, spec: Data) -> bool:
    listeners = _balancer(spec)["listeners"]
    name = rng.choice(list(listeners))
    port = rng.choice([81, 8443, 9090])
    listeners[name] = {**listeners[name], "port": port} if isinstance(listeners[name], dict) else port
    return True


@_edit
def _listener_ports_exchanged(_: Random, spec: Data) -> bool:
    listeners = _balancer(spec)["listeners"]
    names = list(listeners)
    if len(names) < 2:
        return False
    listeners[names[0]], listeners[names[1]] = listeners[names[1]], listeners[names[0]]
    return True


@_edit
def _clients(rng: Random, spec: Data) -> bool:
    if rng.random() < 0.5:
        _balancer(spec)["cidrs"] = _other(
            rng, (["203.0.113.0/24"], ["198.51.100.0/24", "192.0.2.0/24"]), None
        )
        return True
    listeners = _balancer(spec)["listeners"]
    name = rng.choice(list(listeners))
    port = listeners[name]["port"] if isinstance(listeners[name], dict) else listeners[name]
    listeners[name] = {"port": port, "cidrs": ["192.0.2.0/24"]}
    return True


@_edit
def _existing_balancer(rng: Random, spec: Data) -> bool:
    if rng.random() < 0.4:
        return False
    place = f"arn:aws:elasticloadbalancing:{spec['region']}:123456789012:listener/app/shared/50dc6c495c0c9188"
    spec["load_balancer"] = {
        "existing": {
            "listener_arns": {"https": f"{place}/f2f7dc8efc522ab2"},
            "security_group": rng.choice(["sg-0a1b2c3d4e5f60718", {"input": "peer"}]),
        }
    }
    return True


@_edit
def _idle_timeout(rng: Random, spec: Data) -> bool:
    balancer = _balancer(spec)
    balancer["idle_timeout"] = _other(rng, (30, 60, 120), balancer.get("idle_timeout"))
    return True


# --- the front door

_ZONE = "Z0123456789ABCDEFGHIJ"
_DOMAINS = ("shop.example.com", ["shop.example.com", "*.shop.example.com"], ["www.shop.example.com"])
_ATTRIBUTES: Mapping[str, tuple[Any, ...]] = {
    "deletion_protection": (True, False),
    "client_keep_alive": (600, 3600),
    "desync": ("strictest", "defensive"),
    "drop_invalid_headers": (False, True),
    "preserve_host": (True, False),
    "x_forwarded_for": ("remove", {"mode": "append", "client_port": True}),
    "http2": (False, True),
    "zonal_shift": (True, False),
    "capacity": (100, 250),
    "access_logs": (True, {"bucket": "logs-of-all", "prefix": "shop"}),
    "connection_logs": (True, "logs-of-all"),
    "scheme": ("internal", "internet-facing"),
}
_OF_GROUPS: Mapping[str, tuple[Any, ...]] = {
    "deregistration_delay": (15, 120),
    "slow_start": (60, 30),
    "algorithm": ("least_outstanding_requests", "weighted_random"),
    "cross_zone": (False, True),
    "sticky": ({"duration": 3600}, {"duration": 600, "cookie": "SESSION"}, {"enabled": False}),
}
_CONDITIONS: tuple[Data, ...] = (
    {"headers": {"X-Tenant": "a*"}},
    {"query": {"v": ["1", "2"]}},
    {"source": ["198.51.100.0/24"]},
    {"host": ["a.example.com", "b.example.com"]},
)
_ANSWERS: tuple[Data, ...] = (
    {"path": "/gone", "respond": 410},
    {"path": "/moved", "to": "https://www.example.com", "status": 302},
    {"host": "old.example.com", "to": "https://www.example.com/#{path}"},
)


def _of_arn(rng: Random, spec: Data, service: str, what: str) -> str:
    ids = ("0a1b2c3d-0000-4000-8000-000000000000", "1a1b2c3d-0000-4000-8000-000000000000")
    return f"arn:aws:{service}:{spec['region']}:123456789012:{what}/{rng.choice(ids)}"


def _said_or_not(rng: Random, where: Data, values: Mapping[str, tuple[Any, ...]]) -> None:
    """One of the keys: said, said otherwise, or left out."""
    key = rng.choice(sorted(values))
    if key in where and rng.random() < 0.4:
        del where[key]
    else:
        where[key] = _other(rng, values[key], where.get(key))


@_edit
def _attributes(rng: Random, spec: Data) -> bool:
    for _ in range(rng.randint(1, 3)):
        _said_or_not(rng, _balancer(spec), _ATTRIBUTES)
    return True


@_edit
def _web_acl(rng: Random, spec: Data) -> bool:
    _balancer(spec)["waf"] = _of_arn(rng, spec, "wafv2", "regional/webacl/main")
    return True


@_edit
def _certificate(rng: Random, spec: Data) -> bool:
    """All listeners but the one on port 80 speak https then."""
    given = [_of_arn(rng, spec, "acm", "certificate") for _ in range(rng.randint(1, 2))]
    _balancer(spec)["certificate"] = list(dict.fromkeys(given))
    return True


@_edit
def _domain(rng: Random, spec: Data) -> bool:
    """Names, with a certificate of the stack's own where none is given."""
    _balancer(spec).update(domain=rng.choice(_DOMAINS), zone=_ZONE)
    return True


@_edit
def _https_alone(rng: Random, spec: Data) -> bool:
    """HTTPS on its usual port, and HTTP that redirects to it, in the place of all listeners."""
    if rng.random() < 0.4:
        return False
    balancer = _balancer(spec)
    balancer["listeners"] = {"https": 443, "http": {"port": 80, "redirect": "https"}}
    balancer.setdefault("certificate", _of_arn(rng, spec, "acm", "certificate"))
    for service in spec["services"].values():
        for index, route in enumerate(service.get("routes", ())):
            said = route if isinstance(route, dict) else {"path": route}
            service["routes"][index] = {**said, "listener": "https"}
    return True


@_edit
def _answers_of_a_listener(rng: Random, spec: Data) -> bool:
    listeners = _balancer(spec)["listeners"]
    name = rng.choice(list(listeners))
    said = listeners[name] if isinstance(listeners[name], dict) else {"port": listeners[name]}
    if rng.random() < 0.3:
        said = {**said, "default": {"respond": rng.choice([403, 503])}}
        said.pop("redirect", None)
    else:
        said = {**said, "redirects": rng.sample(_ANSWERS, rng.randint(1, 2))}
    listeners[name] = said
    return True


@_edit
def _condition(rng: Random, spec: Data) -> bool:
    service = _any_service(rng, spec, "routes")
    if not service or not service["routes"]:
        return False
    place = rng.randrange(len(service["routes"]))
    route = service["routes"][place]
    said = route if isinstance(route, dict) else {"path": route}
    service["routes"][place] = {**said, **rng.choice(_CONDITIONS)}
    return True


@_edit
def _weights(rng: Random, spec: Data) -> bool:
    """A route whose requests two services share."""
    names = [name for name, each in spec["services"].items() if "port" in each]
    if len(names) < 2:
        return False
    for name, weight in zip(rng.sample(names, 2), rng.choice([(90, 10), (100, 0), (1, 1)]), strict=True):
        shared = {"path": "/shared", "listener": _listeners(spec)[0], "weight": weight}
        spec["services"][name].setdefault("routes", []).append(shared)
    return True


@_edit
def _target_group(rng: Random, spec: Data) -> bool:
    service = _any_service(rng, spec, "routes")
    if service:
        _said_or_not(rng, service, _OF_GROUPS)
    return bool(service)


@_edit
def _add_call(rng: Random, spec: Data) -> bool:
    caller = _any_service(rng, spec)
    called = [name for name, each in spec["services"].items() if "connect" in each and each is not caller]
    if not caller or not called:
        return False
    caller["calls"] = sorted({*caller.get("calls", ()), rng.choice(called)})
    return True


@_edit
def _remove_call(rng: Random, spec: Data) -> bool:
    service = _any_service(rng, spec, "calls")
    if service:
        service["calls"] = service["calls"][1:]
    return bool(service)


@_edit
def _connect(rng: Random, spec: Data) -> bool:
    service = _any_service(rng, spec, "port")
    if not service:
        return False
    if "connect" in service and rng.random() < 0.4:
        del service["connect"]
    else:
        name = rng.choice(["inside", "backend", "old.internal"])
        service["connect"] = {"name": name, "port": rng.choice(_PORTS)} if rng.random() < 0.5 else name
    return True


@_edit
def _tags(rng: Random, spec: Data) -> bool:
    if "tags" in spec and rng.random() < 0.4:
        del spec["tags"]
    else:
        spec["tags"] = {"team": rng.choice(["web", "42"]), **({"Env": "prod"} if rng.random() < 0.5 else {})}
    return True


@_edit
def _image_of_one(rng: Random, spec: Data) -> bool:
    service = _any_service(rng, spec)
    if service:
        service["image"] = _image(rng)
    return bool(service)


@_edit
def _more_of_one(rng: Random, spec: Data) -> bool:
    """CPU, secrets, environment, egress, health checks, ...: said, said otherwise, or left out."""
    return _said_of_one(rng, spec, _MORE)


def _said_of_one(rng: Random, spec: Data, more: Mapping[str, Callable[[Random], Any]]) -> bool:
    service = _any_service(rng, spec)
    for key in rng.sample(sorted(more), rng.randint(1, 3)) if service else ():
        if service and key in service and rng.random() < 0.3:
            del service[key]
        elif service:
            service[key] = more[key](rng)
            service.pop("memory", None)
    return bool(service)


@_edit
def _production_of_one(rng: Random, spec: Data) -> bool:
    """Scaling, capacity, deployments, sidecars, permissions: said, said otherwise, or left out."""
    return _said_of_one(rng, spec, random_production.PRODUCTION)


@_edit
def _more_of_another(rng: Random, spec: Data) -> bool:
    return _more_of_one(rng, spec)


@_edit
def _retention(rng: Random, spec: Data) -> bool:
    spec["logs"] = {"retention": rng.choice([7, 14, 90])}
    return True


@_edit
def _alarms(rng: Random, spec: Data) -> bool:
    if "alarms" in spec and rng.random() < 0.4:
        del spec["alarms"]
    else:
        spec["alarms"] = dict(_other(rng, random_production.ALARMS, spec.get("alarms")))
    return True


@_edit
def _insight(rng: Random, spec: Data) -> bool:
    spec["insights"] = _other(rng, ("off", "on", "enhanced"), spec.get("insights"))
    if "vpc" not in spec["network"]:
        logs = ({"to": "cloudwatch", "traffic": "reject"}, {"to": "arn:aws:s3:::flow-logs"}, None)
        _set(spec["network"], "flow_logs", _other(rng, logs, spec["network"].get("flow_logs")))
    return True


@_edit
def _account(_: Random, spec: Data) -> bool:
    _set(spec, "account", "" if "account" in spec else "123456789012")
    return True


@_edit
def _defaults(rng: Random, spec: Data) -> bool:
    said: tuple[Data, ...] = (
        {"stop_timeout": 90},
        {"logs": {"retention": 7}},
        {"labels": {"env": "prod"}},
        {},
    )
    _set(spec, "defaults", dict(_other(rng, said, spec.get("defaults", {}))))
    return True


@_edit
def _discovery(rng: Random, spec: Data) -> bool:
    """Names of a private zone, given, renamed and taken away."""
    service = _any_service(rng, spec, "port")
    if service:
        _set(service, "dns", _other(rng, ("inner", "other", None), service.get("dns")))
    return bool(service)


@_edit
def _peers_of_one(rng: Random, spec: Data) -> bool:
    service = _any_service(rng, spec)
    for key in rng.sample(["egress", "ingress"], rng.randint(1, 2)) if service else ():
        if service and service.get(key) != "all":
            service.setdefault(key, []).append(rng.choice(_PEERS))
    return bool(service)


@_edit
def _cluster(rng: Random, spec: Data) -> bool:
    if rng.random() < 0.4:
        return False
    spec["cluster"] = rng.choice(
        [_DEFAULTS["cluster"].replace("REGION", spec["region"]), {"input": "cluster"}]
    )
    return True


@_edit
def _iam_of_all(rng: Random, spec: Data) -> bool:
    if "iam" in spec and rng.random() < 0.5:
        del spec["iam"]
    else:
        spec["iam"] = _other(rng, (_iam(rng), {"path": "/next/"}), spec.get("iam"))
    return True


@_edit
def _stack_name(rng: Random, spec: Data) -> bool:
    if rng.random() < 0.8:
        return False
    spec["name"] += "-next"
    return True


# --- overrides

_OLD_FIRST, _NEW_FIRST = ({"lifecycle": {"create_before_destroy": first}} for first in (False, True))
_NO_POLICY = '{"Version": "2012-10-17", "Statement": []}'


def _ignoring(argument: str) -> Data:
    return {"lifecycle": {"ignore_changes": [argument]}}


OVERRIDES: Mapping[str, tuple[str, Data]] = {
    "idle timeout": ("module.load_balancer.aws_lb.main", {"idle_timeout": 90}),
    "internal": ("module.load_balancer.aws_lb.main", {"internal": True}),
    "deletion protection": ("module.load_balancer.aws_lb.main", {"enable_deletion_protection": True}),
    "protected": ("module.network.aws_vpc.main", {"lifecycle": {"prevent_destroy": True}}),
    "count ignored": ("module.services.aws_ecs_service.*", _ignoring("desired_count")),
    "forced": ("module.services.aws_ecs_service.*", {"force_new_deployment": True}),
    "revision ignored": ("module.services.aws_ecs_service.*", _ignoring("task_definition")),
    "tags ignored": ("module.services.aws_ecs_service.*", _ignoring("tags")),
    "drain": ("module.services.aws_lb_target_group.*", {"deregistration_delay": 30}),
    "group, old first": ("module.services.aws_lb_target_group.*", _OLD_FIRST),
    "storage": ("module.services.aws_ecs_task_definition.*", {"ephemeral_storage": {"size_in_gib": 40}}),
    "revisions kept": ("module.services.aws_ecs_task_definition.*", {"skip_destroy": True}),
    "group, new first": ("module.services.aws_security_group.*", _NEW_FIRST),
    "log group": ("module.services.aws_cloudwatch_log_group.*", {"retention_in_days": 3, "tags": {"a": "b"}}),
    "VPC's tags": ("module.network.aws_vpc.main", {"tags": {"Name": "other", "team": "net"}}),
    "subnet, old first": ("module.network.aws_subnet.private", _OLD_FIRST),
    "NAT, old first": ("module.network.aws_nat_gateway.main", _OLD_FIRST),
    "endpoint's policy": ("module.network.aws_vpc_endpoint.s3", {"policy": _NO_POLICY}),
    "role": ("module.services.aws_iam_role.*", {"max_session_duration": 7200, "path": "/apps/"}),
    "not found": ("module.load_balancer.aws_lb_listener.*", {"tags": {"a": "b"}}),
}  # fmt: skip


def _override(rng: Random, spec: Data, name: str) -> bool:
    wanted, patch = OVERRIDES[name]
    places = [each for each in sorted(_addresses(_repaired(spec))) if _fits(each, wanted)]
    if not places:
        return False
    spec.setdefault("overrides", {})[rng.choice(places)] = patch
    return True


def _repaired(spec: Data) -> Data:
    found = copy.deepcopy({key: value for key, value in spec.items() if key != "overrides"})
    _repair(found)
    return found


def _fits(address: str, wanted: str) -> bool:
    return address == wanted or (wanted.endswith("*") and address.startswith(wanted[:-1]))


@_edit
def _add_override(rng: Random, spec: Data) -> bool:
    return _override(rng, spec, rng.choice(sorted(OVERRIDES)))


@_edit
def _remove_overrides(_: Random, spec: Data) -> bool:
    return bool(spec.pop("overrides", None))


def pairs(count: int, stacks: int) -> Iterator[tuple[int, int]]:
    """So many pairs of a stack and a change of it, over so many stacks."""
    yield from ((number, change) for change in range(-(-count // stacks)) for number in range(stacks))
