"""Several ports of a service: what each of them makes, what it is called, and what a mistake is called."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.command import Tfgen

from tfgen.blueprint.model import Blueprint, SecurityRule, Service, TargetGroup
from tfgen.changes.report import changes_between
from tfgen.pipe import Outcome, run_text
from tfgen.reach import walks
from tfgen.spec.source import dump_yaml, parse_yaml

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000"
TLS = {"certificate": CERTIFICATE}


def outcome_of(balancer: Any = None, others: Any = None, **web: Any) -> Outcome:
    """A stack with a service `web` that has what is said, and others."""
    services = {"web": {"image": "nginx:1.27", **web}, **(others or {})}
    spec = {
        "version": 2,
        "name": "shop",
        "region": "us-east-1",
        "network": {"egress": "nat"},
        **({"load_balancers" if "main" in balancer else "load_balancer": balancer} if balancer else {}),
        "services": {key: {"image": "nginx:1.27", **each} for key, each in services.items()},
    }
    return run_text(dump_yaml(spec), "shop.yaml")


def blueprint_of(balancer: Any = None, others: Any = None, **web: Any) -> Blueprint:
    outcome = outcome_of(balancer, others, **web)
    assert outcome.blueprint, outcome.problems
    return outcome.blueprint


def service_of(balancer: Any = None, others: Any = None, **web: Any) -> Service:
    return next(each for each in blueprint_of(balancer, others, **web).services if each.key == "web")


def codes(balancer: Any = None, others: Any = None, **web: Any) -> list[str]:
    """Of the problems with ports, health checks and names."""
    outcome = outcome_of(balancer, others, **web)
    found = {
        each.code for each in outcome.problems if each.code[:4] in ("TG58", "TG24", "TG23", "TG52", "TG11")
    }
    return sorted(found)


# --- the short form is one port named http


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ({"port": 80}, {"ports": {"http": 80}}),
        ({"port": {"number": 80, "was": 81}}, {"ports": {"http": {"number": 80, "was": 81}}}),
        ({"port": 80, "routes": ["/"]}, {"ports": {"http": 80}, "routes": [{"path": "/", "port": "http"}]}),
        ({"port": 80, "connect": "a"}, {"ports": {"http": 80}, "connect": [{"name": "a", "port": "http"}]}),
        (
            {"port": 80, "connect": {"name": "a", "port": 81}},
            {"ports": {"http": 80}, "connect": {"name": "a", "alias_port": 81}},
        ),
        (
            {"port": 80, "routes": ["/"], "health_check": "/a"},
            {"ports": {"http": {"number": 80, "health_check": "/a"}}, "routes": ["/"]},
        ),
        (
            {"port": 80, "ingress": ["10.0.0.0/8"]},
            {"ports": {"http": 80}, "ingress": [{"cidr": "10.0.0.0/8", "port": "http"}]},
        ),
    ],
)
def test_a_port_is_short_for_one_named_http(short: Any, long: Any) -> None:
    assert outcome_of(**short).pages() == outcome_of(**long).pages()


def test_a_port_that_is_added_leaves_what_there_is() -> None:
    one = {"port": 80, "routes": ["/"], "connect": "web"}
    two = {
        "ports": {"http": 80, "admin": 81},
        "routes": ["/", {"path": "/admin", "port": "admin"}],
        "connect": ["web", {"name": "admin", "port": "admin"}],
    }
    found = changes_between(outcome_of(**one).pages(), outcome_of(**two).pages()).changes
    assert {(str(each.action), each.address.split(".", 2)[2]) for each in found} == {
        ("+", "aws_lb_target_group.web_admin"),
        ("+", "aws_lb_listener_rule.admin"),
        ("+", "aws_vpc_security_group_ingress_rule.web_admin_from_load_balancer"),
        ("+", "aws_vpc_security_group_egress_rule.load_balancer_to_web_admin"),
        ("+/-", "aws_ecs_task_definition.web"),
        ("~", "aws_ecs_service.web"),
    }


# --- target groups


def group_of(port: Any, *, check: Any = None, name: str = "http", **web: Any) -> TargetGroup:
    route = {"path": "/", "port": name}
    more = {"health_check": check} if check else {}
    service = service_of(TLS, ports={name: port, "spare": 99}, routes=[route], **more, **web)
    (group,) = service.target_groups
    return group


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        ("http", ("HTTP", "HTTP1", (), "web-", "/", "200-399", ())),
        ("https", ("HTTPS", "HTTP1", (), "web-", "/", "200-399", ("HTTPS",))),
        ("http2", ("HTTP", "HTTP2", (("protocol_version", "HTTP2"),), "web-h-", "/", "200-399", ())),
        (
            "grpc",
            ("HTTP", "GRPC", (("protocol_version", "GRPC"),), "web-g-", "/AWS.ALB/healthcheck", "12", ()),
        ),
    ],
)
def test_the_protocol_of_a_target_group(protocol: str, expected: Any) -> None:
    group = group_of({"number": 80, "protocol": protocol})
    assert expected == (
        group.protocol, group.version, group.attributes, group.name_prefix, group.path, group.codes,
        group.check_protocol,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("port", "check", "expected"),
    [
        (80, None, ("/", "200-399", ())),
        (80, "/a", ("/a", "200-399", ())),
        ({"number": 80, "health_check": "/b"}, "/a", ("/b", "200-399", ())),
        ({"number": 80, "health_check": {"codes": "201"}}, {"path": "/a", "port": 82}, ("/", "201", ())),
        (80, {"port": 80}, ("/", "200-399", ())),
        (80, {"port": "http"}, ("/", "200-399", ())),
        (80, {"port": 81}, ("/", "200-399", (81,))),
        (80, {"port": "spare"}, ("/", "200-399", (99,))),
        ({"number": 80, "protocol": "grpc"}, "/a.B/C", ("/a.B/C", "0", ())),
        ({"number": 80, "protocol": "grpc"}, {"path": "/a.B/C", "codes": "0-99"}, ("/a.B/C", "0-99", ())),
        ({"number": 80, "protocol": "grpc"}, {"codes": "5"}, ("/AWS.ALB/healthcheck", "5", ())),
    ],
)
def test_how_a_port_is_checked(port: Any, check: Any, expected: Any) -> None:
    group = group_of(port, check=check)
    assert (group.path, group.codes, group.check_port) == expected


def test_the_checked_port_says_whether_it_speaks_tls() -> None:
    ports = {"http": {"number": 80, "protocol": "https"}, "a": 81, "b": {"number": 82, "protocol": "https"}}
    found = {
        port: service_of(ports=ports, routes=["/"], health_check={"port": port})
        .target_groups[0]
        .check_protocol
        for port in (80, 81, 82, 83, "a", "b")
    }
    tls = ("HTTPS",)
    assert found == {80: tls, 81: (), 82: tls, 83: tls, "a": (), "b": tls}


def test_without_a_route_for_everything_any_answer_counts_by_port() -> None:
    """The routes of another port say nothing about this one."""
    routes = ["/", {"path": "/admin", "port": "admin"}]
    groups = service_of(ports={"http": 80, "admin": 81}, routes=routes).target_groups
    assert [(group.label, group.codes, bool(group.comments)) for group in groups] == [
        ("web", "200-399", False),
        ("web_admin", "200-499", True),
    ]


def test_names_of_ports() -> None:
    service = service_of(
        ports={"b": 82, "http": 80, "a": 81},
        routes=["/", {"path": "/a", "port": "a"}, {"path": "/b", "port": "b"}],
        connect=[{"name": "bee", "port": "b"}, "web", {"name": "ay", "port": "a", "alias_port": 80}],
    )
    groups = service.target_groups
    assert [group.label for group in groups] == ["web", "web_a", "web_b"]
    assert [group.name for group in groups] == ["shop-web", "shop-web-a", "shop-web-b"]
    assert [group.service_key for group in groups] == ["web", "web-a", "web-b"]
    assert {rule.label: rule.target_groups for rule in service.rules} == {
        "everything_else": ("web",),
        "a": ("web_a",),
        "b": ("web_b",),
    }
    servers = service.connect[0].servers
    assert [(each.port_name, each.address, each.service_key) for each in servers] == [
        ("web", "http://web:80", "web"),
        ("web-a", "http://ay:80", "web-a"),
        ("web-b", "http://bee:82", "web-b"),
    ]
    assert service.summary == (
        "web: ports 80, 81 and 82, behind the load balancer at /b, /a and /, called as http://web:80, "
        "http://ay:80 and http://bee:82."
    )


def test_the_only_port_has_its_name_everywhere() -> None:
    service = service_of(ports={"api": 80}, routes=["/"], connect="web", ingress=["10.0.0.0/8"])
    assert [group.label for group in service.target_groups] == ["web_api"]
    assert [each.port_name for each in service.connect[0].servers] == ["web-api"]
    assert inbound(service) == {
        "web_api_from_load_balancer": ("tcp", 80, 80),
        "web_api_from_10_0_0_0_8": ("tcp", 80, 80),
    }


# --- port mappings and Service Connect


@pytest.mark.parametrize(
    ("protocol", "spoken", "address"),
    [
        ("http", ("http",), "http://web:80"),
        ("http2", ("http2",), "http://web:80"),
        ("grpc", ("grpc",), "web:80"),
        ("https", (), "https://web:80"),
        ("tcp", (), "web:80"),
    ],
)
def test_what_service_connect_reads(protocol: str, spoken: Any, address: str) -> None:
    service = service_of(port={"number": 80, "protocol": protocol}, connect="web")
    (mapping,) = service.port_mappings
    assert [each.app_protocol for each in mapping.connect] == [spoken]
    assert service.connect[0].servers[0].address == address


def test_every_port_is_mapped() -> None:
    ports = {"raw": {"number": 514, "protocol": "udp"}, "http": 80, "dns": {"number": 80, "protocol": "udp"}}
    service = service_of(ports=ports, connect="web")
    assert [(each.port, each.protocol, bool(each.connect)) for each in service.port_mappings] == [
        (80, "tcp", True),
        (80, "udp", False),
        (514, "udp", False),
    ]


def test_a_caller_reaches_every_port_with_a_name() -> None:
    caller = {"caller": {"calls": ["web"]}}
    connect = ["web", {"name": "admin", "port": "admin", "alias_port": 8000}]
    blueprint = blueprint_of(
        others=caller, ports={"http": 80, "admin": {"number": 81, "was": 79}, "more": 82}, connect=connect
    )
    (service,) = [each for each in blueprint.services if each.key == "caller"]
    own = {rule.label: (rule.port, rule.last_port) for rule in service.security_rules}
    del own["caller_to_internet"]
    assert own == {
        "web_from_caller": (80, 80),
        "web_admin_from_caller": (79, 81),
        "caller_to_web": (80, 80),
        "caller_to_web_admin": (79, 81),
    }
    assert service.containers[0].called == ("http://web:80 http://admin:8000",)
    calls = [flow for flow in walks(blueprint).out if flow.kind == "call"]
    assert [(flow.to, flow.what, flow.state) for flow in calls] == [
        ('"web"', "which it calls at http://web:80", "ok"),
        ('"web"', "which it calls at http://admin:8000", "ok"),
    ]


# --- security groups


def inbound(service: Service) -> dict[str, tuple[str, int, int]]:
    return {rule.label: written(rule) for rule in service.security_rules if rule.direction == "ingress"}


def written(rule: SecurityRule) -> tuple[str, int, int]:
    return rule.protocol, rule.port, rule.last_port


def ports_of_the_load_balancer(service: Service) -> dict[str, tuple[int, int]]:
    rules = {rule.label: (rule.port, rule.last_port) for rule in service.security_rules}
    found = {
        label.removeprefix("load_balancer_to_"): rules.pop(label)
        for label in list(rules)
        if label.startswith("load_balancer_to_")
    }
    assert found == {
        label.removesuffix("_from_load_balancer"): ports
        for label, ports in rules.items()
        if label.endswith("_from_load_balancer")
    }
    return found


@pytest.mark.parametrize(
    ("web", "expected"),
    [
        ({"ports": {"http": 80, "a": 81}, "routes": ["/"]}, {"web": (80, 80)}),
        ({"ports": {"http": 80, "a": 81}, "routes": [{"port": "a"}]}, {"web_a": (81, 81)}),
        (
            {"ports": {"http": 80, "a": 81}, "routes": ["/", {"path": "/a", "port": "a"}]},
            {"web": (80, 80), "web_a": (81, 81)},
        ),
        (
            {"ports": {"http": 80, "a": 81}, "routes": ["/"], "health_check": {"port": "a"}},
            {"web": (80, 80), "web_a": (81, 81)},
        ),
        (
            {"ports": {"http": 80, "a": 81}, "routes": ["/"], "health_check": {"port": 81}},
            {"web": (80, 80), "web_a": (81, 81)},
        ),
        (
            {
                "ports": {"http": 80, "a": {"number": 81, "was": 83}},
                "routes": ["/"],
                "health_check": {"port": "a"},
            },
            {"web": (80, 80), "web_a": (81, 83)},
        ),
        ({"port": 80, "routes": ["/"], "health_check": {"port": 82}}, {"web": (80, 80), "web_82": (82, 82)}),
        ({"port": 80, "routes": ["/"], "health_check": {"port": 80}}, {"web": (80, 80)}),
        # A port that is udp is no other name of the same number.
        (
            {
                "ports": {"http": 80, "a": {"number": 82, "protocol": "udp"}},
                "routes": ["/"],
                "health_check": {"port": 82},
            },
            {"web": (80, 80), "web_82": (82, 82)},
        ),
        # Two ports that change their numbers: AWS refuses the same rule twice.
        (
            {
                "ports": {"http": {"number": 80, "was": 81}, "a": {"number": 81, "was": 80}},
                "routes": ["/", {"path": "/a", "port": "a"}],
            },
            {"web": (80, 81)},
        ),
    ],
)
def test_ports_that_the_load_balancer_reaches(web: Any, expected: Any) -> None:
    service = service_of(**web)
    assert ports_of_the_load_balancer(service) == expected
    assert not walks(blueprint_of(**web)).failing


def test_a_load_balancer_reaches_the_ports_of_its_own_routes_alone() -> None:
    balancers = {"main": {}, "inside": {"scheme": "internal"}}
    routes = ["/", {"path": "/", "port": "admin", "listener": "inside"}]
    service = service_of(balancers, ports={"http": 80, "admin": 81}, routes=routes)
    rules = {rule.label: rule.port for rule in service.security_rules if "load_balancer" in rule.label}
    assert rules == {
        "web_from_load_balancer": 80,
        "load_balancer_to_web": 80,
        "web_admin_from_inside_load_balancer": 81,
        "inside_load_balancer_to_web_admin": 81,
    }


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("10.0.0.0/8", {"web_from_10_0_0_0_8": ("tcp", 80, 80)}),
        ({"port": "http"}, {"web_from_10_0_0_0_8": ("tcp", 80, 80)}),
        ({"port": "a"}, {"web_a_from_10_0_0_0_8": ("tcp", 81, 83)}),
        ({"port": "u"}, {"web_u_from_10_0_0_0_8": ("udp", 514, 514)}),
        ({"port": 9000}, {"web_from_10_0_0_0_8_9000": ("tcp", 9000, 9000)}),
        ({"port": "9000-9001"}, {"web_from_10_0_0_0_8_9000_9001": ("tcp", 9000, 9001)}),
        ({"port": "a", "protocol": "udp"}, {"web_a_from_10_0_0_0_8_udp_81_83": ("udp", 81, 83)}),
        ({"protocol": "icmp"}, {"web_from_10_0_0_0_8_icmp": ("icmp", -1, -1)}),
    ],
)
def test_ports_of_ingress(entry: Any, expected: Any) -> None:
    ports = {"http": 80, "a": {"number": 83, "was": 81}, "u": {"number": 514, "protocol": "udp"}}
    said = entry if isinstance(entry, str) else {"cidr": "10.0.0.0/8", **entry}
    assert inbound(service_of(ports=ports, ingress=[said])) == expected


# --- mistakes

UDP = {"number": 514, "protocol": "udp"}
GRPC = {"number": 80, "protocol": "grpc"}


@pytest.mark.parametrize(
    ("web", "expected"),
    [
        ({"ports": {"a": 80, "b": 81}}, []),
        ({"port": 80, "ports": {"a": 81}}, ["TG580"]),
        ({"port": 80, "ports": {}}, []),
        ({"ports": {}, "routes": ["/"]}, ["TG240"]),
        ({"ports": {}, "connect": "web"}, ["TG232"]),
        ({"ports": {}, "ingress": ["10.0.0.0/8"]}, ["TG523"]),
        ({"ports": {"a": 80, "b": 81}, "routes": ["/"]}, ["TG581"]),
        ({"ports": {"a": 80, "b": 81}, "connect": "web"}, ["TG581"]),
        ({"ports": {"a": 80, "b": 81}, "connect": {"name": "web", "port": 80}}, ["TG581"]),
        ({"ports": {"a": 80, "b": 81}, "ingress": ["10.0.0.0/8"]}, ["TG581"]),
        ({"ports": {"a": 80, "b": 81}, "ingress": [{"cidr": "10.0.0.0/8", "protocol": "icmp"}]}, []),
        ({"ports": {"a": 80, "b": 81}, "ingress": [{"cidr": "10.0.0.0/8", "port": 90}]}, []),
        ({"port": 80, "routes": [{"port": "a"}]}, ["TG582"]),
        ({"port": 80, "connect": {"name": "web", "port": "a"}}, ["TG582"]),
        ({"port": 80, "ingress": [{"cidr": "10.0.0.0/8", "port": "a"}]}, ["TG582"]),
        ({"port": 80, "routes": ["/"], "health_check": {"port": "a"}}, ["TG582"]),
        ({"ports": {"a": {"number": 80, "health_check": {"port": "b"}}}, "routes": ["/"]}, ["TG582"]),
        ({"ports": {"a": 80, "b": 80}}, ["TG583"]),
        ({"ports": {"a": 514, "b": UDP}}, []),
        ({"ports": {"a": UDP, "b": UDP}}, ["TG583"]),
        ({"port": GRPC, "routes": ["/"]}, ["TG585"]),
        ({"port": {"number": 80, "protocol": "http2"}, "routes": ["/"]}, ["TG585"]),
        ({"port": {"number": 80, "protocol": "https"}, "routes": ["/"]}, []),
        ({"port": {"number": 80, "protocol": "tcp"}, "routes": ["/"]}, ["TG242"]),
        ({"port": UDP, "routes": ["/"]}, ["TG242"]),
        ({"port": 80, "routes": ["/"], "health_check": {"path": "/", "codes": "0"}}, ["TG586"]),
        ({"port": 80, "routes": ["/"], "health_check": {"path": "/", "codes": "0-99"}}, ["TG586"]),
        ({"port": 80, "routes": ["/"], "health_check": {"path": "/", "codes": "9-10,2"}}, ["TG586"]),
        ({"port": 80, "routes": ["/"], "health_check": {"path": "/", "codes": "12-3"}}, ["TG116"]),
        ({"port": UDP, "connect": "web"}, ["TG588"]),
        ({"port": 80, "connect": {"name": "web", "port": 80, "alias_port": 81}}, ["TG588"]),
        ({"port": 80, "connect": ["web", {"name": "other", "port": "http"}]}, ["TG588"]),
        ({"ports": {"http": 80, "a": 81}, "connect": ["web", {"name": "web", "port": "a"}]}, ["TG233"]),
        (
            {"port": 80, "ingress": ["10.0.0.0/8", {"cidr": "10.0.0.0/8", "port": 80}]},
            ["TG524"],
        ),
        ({"port": 80, "ingress": ["10.0.0.0/8", {"cidr": "10.0.0.0/8", "port": "http"}]}, []),
        (
            {"ports": {"http": 80, "a": 81}, "ingress": ["10.0.0.0/8", {"cidr": "10.0.0.0/8", "port": "a"}]},
            [],
        ),
        (
            {
                "ports": {"http": 80, "a": 81},
                "ingress": [{"cidr": "10.0.0.0/8", "port": "a"}, {"cidr": "10.0.0.0/8", "port": 81}],
            },
            ["TG524"],
        ),
    ],
)  # fmt: skip
def test_mistakes(web: Any, expected: list[str]) -> None:
    assert codes(**web) == expected


@pytest.mark.parametrize(
    ("web", "expected"),
    [
        ({"port": GRPC, "routes": ["/"]}, []),
        ({"port": GRPC, "routes": [{"listener": "http"}]}, ["TG585"]),
        ({"port": GRPC, "routes": ["/"], "health_check": {"codes": "200"}}, ["TG586"]),
        ({"ports": {"http": GRPC, "a": 81}, "routes": ["/"], "health_check": {"port": "a"}}, ["TG587"]),
        ({"ports": {"http": GRPC, "a": 81}, "routes": ["/"], "health_check": {"port": 82}}, []),
        (
            {
                "ports": {"http": GRPC, "a": {**GRPC, "number": 81}},
                "routes": ["/"],
                "health_check": {"port": "a"},
            },
            [],
        ),
        (
            {
                "ports": {"http": 80, "a": {"number": 81, "protocol": "https"}},
                "routes": ["/"],
                "health_check": {"port": "a"},
            },
            [],
        ),
        ({"port": GRPC, "routes": ["/"], "health_check": {"codes": "0,5"}}, []),
    ],
)
def test_mistakes_with_tls(web: Any, expected: list[str]) -> None:
    assert codes(TLS, **web) == expected


def test_a_route_that_names_none_of_several_listeners_is_one_mistake() -> None:
    found = outcome_of({"main": {"listeners": {"a": 8080, "b": 8081}}}, port=GRPC, routes=["/"])
    assert [each.code for each in found.problems if each.severity == "error"] == ["TG220"]


def test_grpc_needs_http2() -> None:
    web = {"port": GRPC, "routes": ["/", "/a"]}
    found = [each for each in outcome_of({**TLS, "http2": False}, **web).problems if each.code == "TG589"]
    assert [each.at.path for each in found] == [("load_balancer", "http2")]
    assert codes(TLS, **web) == []
    assert codes({**TLS, "http2": False}, port={"number": 80, "protocol": "http2"}, routes=["/"]) == []
    balancers = {"main": {**TLS, "http2": False}, "raw": {"type": "network", "listeners": {"a": 9000}}}
    routes = ["/", {"listener": "raw.a", "port": "rpc"}]
    web = {"ports": {"http": 80, "rpc": {**GRPC, "number": 81}}, "routes": routes}
    assert codes(balancers, **web) == []
    balancers["raw"]["http2"] = False
    assert codes(balancers, **web) == []
    existing = {"listener_arns": {"https": {"input": "listener"}}, "security_group": "sg-0a1b2c3d"}
    assert codes({"existing": existing, "http2": False}, port=GRPC, routes=["/"]) == []


def test_names_in_service_connect_are_those_in_aws() -> None:
    """A renamed service keeps its name in AWS, and its ports theirs."""
    web = {"ports": {"http": 80, "b": 81}, "connect": ["web", {"name": "web-b", "port": "b"}]}
    old = {"port": 80, "connect": "old"}
    assert codes(others={"old": old}, **web) == []
    assert codes(others={"old": {**old, "was": "web-b"}}, **web) == ["TG584"]
    assert codes(others={"old": {"port": 80, "was": "web-b"}}, **web) == []


def test_all_of_several_names_can_wait_longer() -> None:
    """The hint of TG316 can be followed word by word, and then there is nothing left to say."""
    web = {"ports": {"http": 80, "b": 81}, "connect": ["web", {"name": "b", "port": "b"}]}
    others = {"caller": {"calls": ["web"]}}
    (hint,) = [each.hint for each in outcome_of(others=others, **web).problems if each.code == "TG316"]
    said = hint.partition("write connect: ")[2].removesuffix(" (0 sets no limit)")
    web["connect"] = parse_yaml(f"connect: {said}", "connect.yaml").data["connect"]
    assert [each["port"] for each in web["connect"] if "port" in each] == ["b"]
    spec = dump_yaml(
        {
            "version": 2,
            "name": "shop",
            "region": "us-east-1",
            "network": {"egress": "nat"},
            "services": {
                "web": {"image": "nginx:1.27", **web},
                "caller": {"image": "nginx:1.27", **others["caller"]},
            },
        }
    )
    outcome = run_text(spec, "shop.yaml")
    assert outcome.blueprint
    assert not {"TG316", "TG365"} & {each.code for each in outcome.problems}


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ({"web-admin": {}}, ["TG584"]),
        ({"web-http": {}}, []),
        ({"web-admin": {"port": 80}}, ["TG584"]),
        ({"web": {"ports": {"admin-a": 80}}, "web-admin": {"ports": {"a": 80}}}, ["TG584"]),
    ],
)
def test_a_port_has_a_name_of_its_own(others: Any, expected: list[str]) -> None:
    web = others.pop("web", {"ports": {"http": 80, "admin": 81}})
    assert codes(others=others, **web) == expected


def test_a_port_that_no_route_leads_to_is_not_checked() -> None:
    ports = {"http": 80, "a": {"number": 81, "health_check": "/"}}
    found = [each.message for each in outcome_of(ports=ports, routes=["/"]).problems if each.code == "TG364"]
    assert len(found) == 1
    assert 'no route leads to port "a"' in found[0]
    assert "TG364" not in {each.code for each in outcome_of(ports=ports, routes=[{"port": "a"}]).problems}


# --- what commands say


def test_route_names_the_port(tmp_path: Path, run_tfgen: Tfgen) -> None:
    spec = tmp_path / "shop.yaml"
    spec.write_text(
        "version: 2\nname: shop\nregion: us-east-1\nnetwork: {egress: nat}\nservices:\n"
        "  web:\n    image: nginx:1.27\n    ports: {http: 80, admin: 81}\n"
        "    routes: [/, {path: /admin, port: admin}]\n"
        "  a: {image: 'nginx:1.27', ports: {p: 90}, routes: [{path: /s, weight: 1}]}\n"
        "  b: {image: 'nginx:1.27', ports: {http: 91, q: 92}, routes: [{path: /s, weight: 1, port: q}]}\n"
    )
    answers = {}
    for path in ("/", "/admin/x", "/s"):
        said = json.loads(run_tfgen("route", spec, "GET", f"http://shop.example{path}", "--json").out)
        answers[path] = (said["service"], said["port"], said["target_group"], said["weights"])
    assert answers == {
        "/": ("web", 80, "aws_lb_target_group.web", None),
        "/admin/x": ("web", 81, "aws_lb_target_group.web_admin", None),
        "/s": (None, None, None, {"a": 1, "b": 1}),
    }


@pytest.mark.parametrize("protocol", ["http2", "grpc"])
def test_no_login_is_asked_for_in_front_of_ports_with_http_2(protocol: str) -> None:
    """ELB/rule-action-types: the only actions are forward actions."""
    text = f"""\
name: shop
region: us-east-1
network: {{egress: nat}}
load_balancer: {{certificate: {{input: certificate}}}}
logins: {{machines: {{jwt: {{issuer: "https://i.example.com", jwks: "https://i.example.com/j"}}}}}}
provider: 6
services: {{web: {{image: web, port: {{number: 80, protocol: {protocol}}}, routes: [/], login: machines}}}}
"""
    (problem,) = (each for each in run_text(text, "shop.yaml").problems if each.severity == "error")
    assert (problem.code, problem.hint) == (
        "TG585",
        "write login: false here, or protocol: http for the port",
    )
    text = text.replace("routes: [/]", "routes: [{path: /, login: false}]")
    assert not [each for each in run_text(text, "shop.yaml").problems if each.severity == "error"]


@pytest.mark.parametrize(
    ("check", "says"),
    [("/healthz", "/healthz"), ("/a.B", "/a.B"), ("/grpc.health.v1.Health/Check", ""), ("/a/b", "")],
)
def test_a_grpc_port_is_checked_by_a_method(check: str, says: str) -> None:
    text = f"""\
name: shop
region: us-east-1
network: {{egress: nat}}
load_balancer: {{certificate: {{input: certificate}}}}
services: {{web: {{image: web, port: {{number: 80, protocol: grpc}}, routes: [/], health_check: {check}}}}}
"""
    found = [each.message for each in run_text(text, "shop.yaml").problems if each.severity == "error"]
    assert found == (
        [f'"{says}" is no method of gRPC, so no check of port "http" can succeed'] if says else []
    )


def test_a_grpc_port_beside_another_has_the_check_of_every_grpc_server() -> None:
    text = """\
name: shop
region: us-east-1
network: {egress: nat}
load_balancer: {certificate: {input: certificate}}
services:
  web:
    image: web
    ports: {http: 80, rpc: {number: 81, protocol: grpc}}
    routes: [/, {path: /a.B, port: rpc}]
    health_check: /healthz
"""
    blueprint = run_text(text, "shop.yaml").blueprint
    assert blueprint
    groups = blueprint.services[0].target_groups
    assert [(each.path, each.codes) for each in groups] == [
        ("/healthz", "200-399"),
        ("/AWS.ALB/healthcheck", "12"),
    ]
