"""Network load balancers: what a spec of one renders to, what is said of it, and what is not for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.command import run

import tfgen
from tfgen.cost.inventory import Balancer, take_inventory
from tfgen.pipe import run_text

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000"
LISTENERS: dict[str, Any] = {
    "mqtt": {"port": 8883, "protocol": "tls"},
    "coap": {"port": 5683, "protocol": "udp"},
    "syslog": {"port": 6514, "cidrs": ["198.51.100.0/24"]},
}
BROKER: dict[str, Any] = {
    "image": "acme/broker:1",
    "port": {"number": 1883, "protocol": "tcp"},
    "routes": [{"listener": "raw.mqtt"}],
}
COLLECTOR: dict[str, Any] = {
    "image": "acme/collector:1",
    "ports": {
        "coap": {"number": 5683, "protocol": "udp"},
        "syslog": {"number": 6514, "protocol": "tcp"},
        "health": 8080,
    },
    "routes": [{"listener": "raw.coap", "port": "coap"}, {"listener": "raw.syslog", "port": "syslog"}],
    "health_check": {"port": "health", "path": "/healthz"},
}


def spec(raw: dict[str, Any] | None = None, **services: dict[str, Any]) -> str:
    """A spec with the network load balancer `raw` beside an application load balancer."""
    known = {"broker": BROKER, "collector": COLLECTOR} | services
    balancer = {"type": "network", "certificate": CERTIFICATE, "listeners": LISTENERS} | (raw or {})
    balancer = {key: each for key, each in balancer.items() if each is not None}
    return yaml.safe_dump(
        {
            "name": "fleet",
            "region": "us-east-1",
            "network": {"egress": "nat"},
            "load_balancers": {"main": {}, "raw": balancer},
            "services": {key: each for key, each in known.items() if each},
        }
    )


def pages(text: str) -> dict[str, str]:
    found, problems = tfgen.render_text(text)
    assert found, problems
    return found


def block(page: str, kind: str, label: str) -> dict[str, str]:
    """The arguments of a resource, those of nested blocks too, as the page writes them."""
    found = re.search(rf'resource "{kind}" "{label}" {{\n(.*?)\n}}\n', page, re.S)
    assert found, label
    return dict(re.findall(r"^ +(\w+) += (.+)$", found[1], re.M))


def told(command: str, text: str, folder: Path, *arguments: str) -> str:
    """What a command prints about a spec."""
    file = folder / "fleet.yaml"
    file.write_text(text)
    return run(command, str(file), *arguments).out


def unused(text: str) -> set[str]:
    """The keys without effect, but for `main`, which no service uses here."""
    blueprint = run_text(text, "fleet.yaml").blueprint
    assert blueprint
    return {each.key for each in blueprint.unused} - {"main"}


def codes(text: str) -> list[str]:
    return sorted(
        problem.code for problem in run_text(text, "fleet.yaml").problems if problem.severity == "error"
    )


class TestTerraform:
    def test_the_load_balancer_has_a_name_of_its_type_and_nothing_that_is_for_http(self) -> None:
        page = pages(spec({"cross_zone": True, "zonal_shift": True, "deletion_protection": True}))
        assert block(page["modules/raw_load_balancer/load_balancer.tf"], "aws_lb", "main") == {
            "name": '"nlb-fleet-raw"',
            "load_balancer_type": '"network"',
            "internal": "false",
            "subnets": "var.public_subnet_ids",
            "security_groups": "[aws_security_group.main.id]",
            "enable_deletion_protection": "true",
            "enable_zonal_shift": "true",
            "enable_cross_zone_load_balancing": "true",
        }
        assert "modules/raw_load_balancer/listeners.tf" not in page

    def test_an_internal_one_is_in_the_subnets_of_the_tasks(self) -> None:
        page = pages(spec({"scheme": "internal"}))["modules/raw_load_balancer/load_balancer.tf"]
        found = block(page, "aws_lb", "main")
        assert found["name"] == '"nlb-fleet-raw-internal"'
        assert (found["internal"], found["subnets"]) == ("true", "var.private_subnet_ids")

    def test_a_listener_is_in_the_file_of_the_service_that_it_leads_to(self) -> None:
        found = pages(spec())
        listener = block(found["modules/services/broker.tf"], "aws_lb_listener", "raw_mqtt")
        assert listener == {
            "load_balancer_arn": "var.raw_load_balancer_arn",
            "port": "8883",
            "protocol": '"TLS"',
            "ssl_policy": '"ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"',
            "certificate_arn": f'"{CERTIFICATE}"',
            "type": '"forward"',
            "target_group_arn": "aws_lb_target_group.broker_raw_tcp.arn",
        }
        collector = found["modules/services/collector.tf"]
        assert block(collector, "aws_lb_listener", "raw_coap")["protocol"] == '"UDP"'
        assert block(collector, "aws_lb_listener", "raw_syslog")["protocol"] == '"TCP"'
        assert "aws_lb_listener.raw_coap,\n    aws_lb_listener.raw_syslog,\n  ]" in collector

    def test_the_certificate_of_its_names_comes_from_its_module(self) -> None:
        domain = {"domain": "devices.example.com", "zone": "Z0123456789ABCDEFGHIJ", "certificate": None}
        found = pages(spec(domain))
        listener = block(found["modules/services/broker.tf"], "aws_lb_listener", "raw_mqtt")
        assert listener["certificate_arn"] == "var.raw_certificate_arn"
        assert "raw_certificate_arn = module.raw_load_balancer.certificate_arn" in re.sub(
            " +", " ", found["main.tf"]
        )
        assert (
            "aws_acm_certificate_validation.main.certificate_arn"
            in (found["modules/raw_load_balancer/outputs.tf"])
        )

    def test_certificates_that_only_terraform_knows_are_inputs_of_the_services(self) -> None:
        said = [{"input": "first"}, {"input": "second"}]
        found = pages(spec({"certificate": said}))
        broker = found["modules/services/broker.tf"]
        assert block(broker, "aws_lb_listener", "raw_mqtt")["certificate_arn"] == "var.first"
        more = block(broker, "aws_lb_listener_certificate", "raw_mqtt_second")
        assert more["listener_arn"] == "aws_lb_listener.raw_mqtt.arn"
        assert more["certificate_arn"] == "var.second"
        assert "first" not in found["modules/raw_load_balancer/variables.tf"]

    @pytest.mark.parametrize(
        ("keys", "tcp", "udp"),
        [
            ({}, {}, {}),
            ({"preserve_client_ip": True}, {"preserve_client_ip": "true"}, {}),
            ({"preserve_client_ip": False}, {"preserve_client_ip": "false"}, {}),
            ({"proxy_protocol": True}, {"proxy_protocol_v2": "true"}, {}),
            (
                {"connection_termination": False},
                {"connection_termination": "false"},
                {"connection_termination": "false"},
            ),
            (
                {"cross_zone": True},
                {"load_balancing_cross_zone_enabled": '"true"'},
                {"load_balancing_cross_zone_enabled": '"true"'},
            ),
            (
                {"cross_zone": False},
                {"load_balancing_cross_zone_enabled": '"false"'},
                {"load_balancing_cross_zone_enabled": '"false"'},
            ),
            ({"sticky": True, "slow_start": 30}, {}, {}),
        ],
    )
    def test_target_groups(self, keys: dict[str, Any], tcp: dict[str, str], udp: dict[str, str]) -> None:
        page = pages(spec(collector=COLLECTOR | keys))["modules/services/collector.tf"]
        usual = {
            "name_prefix": '"colle-"',
            "target_type": '"ip"',
            "vpc_id": "var.vpc_id",
            "deregistration_delay": "60",
            "interval": "15",
            "timeout": "5",
            "healthy_threshold": "2",
            "unhealthy_threshold": "3",
            "path": '"/healthz"',
            "matcher": '"200-399"',
            "create_before_destroy": "true",
            "ignore_changes": "[port]",
        }
        for name, protocol, more in (("syslog", "TCP", tcp), ("coap", "UDP", udp)):
            found = block(page, "aws_lb_target_group", f"collector_raw_{name}_http")
            assert {found.pop("port"), found.pop("tags")} == {
                "8080",
                f'{{ Name = "fleet-collector-raw-{name}" }}',
            }
            assert found.pop("depends_on") == "["  # the rules that allow the checks
            assert found == usual | {"protocol": f'"{protocol}"'} | more

    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ({}, {"protocol": '"TCP"'}),
            ({"port": 9000}, {"protocol": '"TCP"', "port": "9000"}),
            ({"path": "/up"}, {"path": '"/up"', "matcher": '"200-399"'}),
            ({"path": "/up", "codes": "204"}, {"path": '"/up"', "matcher": '"204"'}),
        ],
    )
    def test_health_checks(self, said: dict[str, Any], expected: dict[str, str]) -> None:
        page = pages(spec(broker=BROKER | {"health_check": said}))["modules/services/broker.tf"]
        check = re.search(r"health_check {\n(.*?)\n  }", page, re.S)
        assert check
        found = dict(re.findall(r"^ +(\w+) += (.+)$", check[1], re.M))
        timing = {"interval", "timeout", "healthy_threshold", "unhealthy_threshold"}
        assert {key: value for key, value in found.items() if key not in timing} == expected

    def test_https_checks_of_a_port_that_speaks_it(self) -> None:
        ports = {"raw": {"number": 1883, "protocol": "tcp"}, "admin": {"number": 8443, "protocol": "https"}}
        said = {"image": "a:1", "ports": ports, "routes": [{"listener": "raw.mqtt", "port": "raw"}]}
        said["health_check"] = {"path": "/up", "port": "admin"}
        page = pages(spec(broker=said))["modules/services/broker.tf"]
        assert '    port     = 8443\n    protocol = "HTTPS"\n' in page

    def test_security_groups_allow_each_protocol_on_its_port(self) -> None:
        found = pages(spec())
        clients = found["modules/raw_load_balancer/security.tf"]
        rule = block(clients, "aws_vpc_security_group_ingress_rule", "coap_from_world")
        assert (rule["ip_protocol"], rule["from_port"], rule["cidr_ipv4"]) == ('"udp"', "5683", '"0.0.0.0/0"')
        rule = block(clients, "aws_vpc_security_group_ingress_rule", "syslog_from_198_51_100_0_24")
        assert (rule["ip_protocol"], rule["from_port"]) == ('"tcp"', "6514")
        page = found["modules/services/collector.tf"]
        for name, protocol, port in (("coap", "udp", 5683), ("syslog", "tcp", 6514), ("health", "tcp", 8080)):
            into = block(
                page, "aws_vpc_security_group_ingress_rule", f"collector_{name}_from_raw_load_balancer"
            )
            out = block(page, "aws_vpc_security_group_egress_rule", f"raw_load_balancer_to_collector_{name}")
            for rule in (into, out):
                assert (rule["ip_protocol"], rule["from_port"]) == (f'"{protocol}"', str(port))

    def test_one_number_for_two_protocols_has_two_rules(self) -> None:
        ports = {"tcp": {"number": 53, "protocol": "tcp"}, "udp": {"number": 53, "protocol": "udp"}}
        said = {"image": "a:1", "ports": ports, "health_check": {"port": "tcp"}}
        routes = [{"listener": "raw.tcp", "port": "tcp"}, {"listener": "raw.udp", "port": "udp"}]
        listeners = {"tcp": {"port": 53}, "udp": {"port": 5353, "protocol": "udp"}}
        raw = {"listeners": listeners, "certificate": None}
        text = spec(raw, broker={}, collector={}, dns=said | {"routes": routes})
        page = pages(text)["modules/services/dns.tf"]
        assert page.count('_ingress_rule"') == 2

    def test_one_port_behind_both_types_has_a_target_group_for_each(self) -> None:
        said = {"image": "a:1", "port": 8080, "routes": ["/", {"listener": "raw.mqtt"}]}
        page = pages(spec(broker=said))["modules/services/broker.tf"]
        assert block(page, "aws_lb_target_group", "broker")["protocol"] == '"HTTP"'
        assert block(page, "aws_lb_target_group", "broker_raw_http")["protocol"] == '"TCP"'

    def test_the_spec_with_all_defaults_renders_the_same(self, tmp_path: Path) -> None:
        text = spec()
        assert pages(told("show", text, tmp_path)) == pages(text)


ONLY_HTTP: list[dict[str, Any]] = [
    {"path": "/a"},
    {"host": "a.example.com"},
    {"methods": ["GET"]},
    {"headers": {"A": "b"}},
    {"query": {"a": "b"}},
    {"source": ["10.0.0.0/8"]},
    {"weight": 5},
    {"sticky": 60},
    {"priority": 5},
    {"rewrite": "/"},
]


class TestProblems:
    @pytest.mark.parametrize("key", ONLY_HTTP, ids=lambda key: next(iter(key)))
    def test_a_route_has_no_conditions(self, key: dict[str, Any]) -> None:
        assert "TG606" in codes(spec(broker=BROKER | {"routes": [{"listener": "raw.mqtt"} | key]}))

    @pytest.mark.parametrize(
        "key",
        [
            {"idle_timeout": 61},
            {"client_keep_alive": 61},
            {"desync": "monitor"},
            {"drop_invalid_headers": False},
            {"preserve_host": True},
            {"x_forwarded_for": "remove"},
            {"http2": False},
            {"capacity": 100},
            {"connection_logs": "acme-logs"},
            {"waf": "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/a/0a1b2c3d"},
        ],
        ids=lambda key: next(iter(key)),
    )
    def test_keys_of_application_load_balancers(self, key: dict[str, Any]) -> None:
        assert codes(spec(key)) == ["TG601"]

    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ({"mutual_tls": {"mode": "passthrough"}}, ["TG601"]),
            ({"headers": {"X-Frame-Options": "DENY"}}, ["TG601"]),
            ({"server_header": False}, ["TG601"]),
            ({"default": {"respond": 410}}, ["TG601"]),
            ({"redirects": [{"path": "/a", "respond": 410}]}, ["TG601"]),
            ({"protocol": "https"}, ["TG602"]),
            ({"protocol": "tcp", "policy": "ELBSecurityPolicy-TLS13-1-2-2021-06"}, ["TG542"]),
            ({"protocol": "udp"}, ["TG607"]),
        ],
    )
    def test_listeners(self, said: dict[str, Any], expected: list[str]) -> None:
        raw = {"listeners": LISTENERS | {"mqtt": LISTENERS["mqtt"] | said}}
        assert set(expected) <= set(codes(spec(raw)))

    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            ({"ip_address_type": "ipv4"}, []),
            ({"ip_address_type": "dualstack"}, ["TG526", "TG601"]),
            ({"access_logs": True}, ["TG603"]),
            ({"access_logs": {"bucket": False}}, []),
            ({"access_logs": "acme-logs"}, []),
            ({"listeners": LISTENERS | {"spare": 9000}}, ["TG605"]),
            ({"certificate": None}, ["TG542"]),
            ({"listeners": LISTENERS | {"mqtt": 8883}, "access_logs": "acme-logs"}, ["TG603"]),
        ],
    )
    def test_load_balancers(self, raw: dict[str, Any], expected: list[str]) -> None:
        assert codes(spec(raw)) == expected

    def test_two_services_cannot_have_one_listener(self) -> None:
        assert codes(spec(other=BROKER)) == ["TG604"]

    @pytest.mark.parametrize(
        ("ports", "expected"),
        [
            ({"number": 1883, "protocol": "udp"}, ["TG607", "TG608"]),
            ({"number": 1883, "protocol": "https"}, ["TG607"]),
            ({"number": 1883, "protocol": "grpc"}, []),
            (1883, []),
        ],
    )
    def test_ports(self, ports: Any, expected: list[str]) -> None:
        assert codes(spec(broker=BROKER | {"port": ports})) == expected

    def test_a_udp_port_is_checked_elsewhere(self) -> None:
        without = {key: value for key, value in COLLECTOR.items() if key != "health_check"}
        assert codes(spec(collector=without)) == ["TG608"]
        for port in (8080, 9000, 6514):
            assert codes(spec(collector=without | {"health_check": {"port": port}})) == []
        assert codes(spec(collector=without | {"health_check": {"port": "coap"}})) == ["TG608", "TG608"]

    def test_codes_need_a_path(self) -> None:
        assert codes(spec(broker=BROKER | {"health_check": {"codes": "200"}})) == ["TG609"]

    def test_what_is_for_the_other_type_has_no_effect(self) -> None:
        text = spec(broker=BROKER | {"sticky": True, "algorithm": "round_robin"})
        found = unused(text)
        assert found == {"broker.sticky", "broker.algorithm"}
        web = {"image": "a:1", "port": 80, "routes": ["/"], "proxy_protocol": True}
        text = spec(web=web)
        found = unused(text)
        assert found == {"web.proxy_protocol"}
        only_udp = COLLECTOR | {"routes": COLLECTOR["routes"][:1], "preserve_client_ip": True}
        listeners = {key: each for key, each in LISTENERS.items() if key != "syslog"}
        text = spec({"listeners": listeners}, collector=only_udp)
        found = unused(text)
        assert found == {"collector.preserve_client_ip"}

    def test_the_login_of_a_service_is_not_for_its_network_routes(self) -> None:
        said = yaml.safe_load(
            spec(
                broker={
                    "image": "a:1",
                    "port": 80,
                    "login": "staff",
                    "routes": ["/", {"listener": "raw.mqtt"}],
                }
            )
        )
        client = {"user_pool": {"input": "a"}, "client": {"input": "b"}, "domain": {"input": "c"}}
        said["logins"] = {"staff": {"cognito": client}}
        said["load_balancers"]["main"] = {"certificate": CERTIFICATE}
        assert codes(yaml.safe_dump(said)) == []
        said["services"]["broker"]["routes"][1]["login"] = "staff"
        assert codes(yaml.safe_dump(said)) == ["TG606"]


class TestReaders:
    def test_route_says_that_there_are_no_rules(self, tmp_path: Path) -> None:
        shown = told("route", spec(), tmp_path, "TRACE", "http://fleet:6514/")
        assert "collector responds, on port 6514." in shown
        assert "none: a network load balancer forwards everything to one target group" in shown

    @pytest.mark.parametrize(
        ("url", "says"),
        [
            ("http://fleet:8883/", "speaks TLS, so a request without TLS reaches no service"),
            ("https://fleet:8883/", "broker responds"),
            ("https://fleet:5683/", "takes datagrams, so a TCP connection times out"),
        ],
    )
    def test_route_knows_what_a_listener_speaks(self, tmp_path: Path, url: str, says: str) -> None:
        assert says in " ".join(told("route", spec(), tmp_path, "GET", url).split())

    def test_route_prefers_one_that_has_rules(self, tmp_path: Path) -> None:
        web = {"image": "a:1", "port": 80, "routes": ["/"]}
        shown = told("route", spec(web=web), tmp_path, "GET", "http://fleet/")
        assert "web responds" in shown

    def test_cost(self, tmp_path: Path) -> None:
        outcome = run_text(spec(), "fleet.yaml")
        assert outcome.blueprint
        assert take_inventory(outcome.blueprint).balancers == (Balancer(2, public=True, network=True),)
        shown = told("cost", spec(), tmp_path)
        assert "Network Load Balancer: its hours and NLCUs are not counted" in shown
        assert "2 public addresses" in shown
        assert "clients:" not in shown
        readme = pages(spec())["README.md"]
        assert "without what has no known price (Network Load Balancer)" in " ".join(readme.split())

    @pytest.mark.parametrize(("more", "told"), [(False, False), (True, True)])
    def test_changes_say_what_it_costs_only_if_their_number_stays(
        self, tmp_path: Path, more: bool, told: bool
    ) -> None:
        files = [tmp_path / "old.yaml", tmp_path / "new.yaml"]
        web = {"image": "a:1", "port": 80, "routes": ["/"]}
        files[0].write_text(
            spec() if more else spec({"listeners": LISTENERS}, broker={}, collector={}, web=web)
        )
        files[1].write_text(spec(web=web))
        shown = run("changes", str(files[0]), str(files[1])).out
        assert ("Before traffic, the stack costs" in shown) is told

    @pytest.mark.parametrize(
        ("keys", "sentence"),
        [
            ({"proxy_protocol": True}, "a header of the PROXY protocol changes"),
            ({"preserve_client_ip": True}, "tasks see another address of their clients"),
            ({"health_check": {"port": 8080}}, "connections go to a new target group, and fail until"),
        ],
    )
    def test_changes_of_a_service(self, tmp_path: Path, keys: dict[str, Any], sentence: str) -> None:
        old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
        before = COLLECTOR | {"preserve_client_ip": False}
        old.write_text(spec(collector=before))
        new.write_text(spec(collector=before | keys))
        assert sentence in " ".join(run("changes", str(old), str(new)).out.split())

    def test_a_listener_that_moves_to_another_service(self, tmp_path: Path) -> None:
        old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
        old.write_text(spec())
        moved = {"image": "a:1", "port": {"number": 6514, "protocol": "tcp"}}
        fewer = COLLECTOR | {"routes": COLLECTOR["routes"][:1]}
        new.write_text(spec(collector=fewer, logs=moved | {"routes": [{"listener": "raw.syslog"}]}))
        shown = " ".join(run("changes", str(old), str(new)).out.split())
        assert "port 6514: connections go to a new target group, and fail until tasks" in shown
        assert "~ module.services.aws_lb_listener.raw_syslog" in shown

    def test_another_type_replaces_it(self, tmp_path: Path) -> None:
        old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
        broker = {"image": "a:1", "port": 80, "routes": [{"listener": "raw"}]}
        old.write_text(
            spec(
                {"type": "application", "listeners": {"http": 80}, "certificate": None},
                broker=broker,
                collector={},
            )
        )
        new.write_text(spec({"listeners": {"http": 80}, "certificate": None}, broker=broker, collector={}))
        shown = " ".join(run("changes", str(old), str(new)).out.split())
        assert "The raw load balancer is replaced and gets another DNS name" in shown

    def test_summary_and_readme(self) -> None:
        readme = pages(spec())["README.md"]
        assert "The Network Load Balancer raw on ports 5683/udp, 6514, 8883." in readme
        assert 'internet -- "port 5683/udp" --> raw_load_balancer' in readme
        assert 'raw_load_balancer -- "udp 5683" --> service_collector' in readme
