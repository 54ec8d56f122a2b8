"""Every golden stack in the hands of real Terraform: formatted, initialised, valid, and planned to hold
what its spec asks for. The expectations are in support/stacks.py, written by hand from the specs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from support.stacks import EXPECTED, GENERATED, Expected, Rule, of_type, planned, references

if TYPE_CHECKING:
    from support.terraform import Stack, Terraform


@dataclass(frozen=True)
class Planned:
    """A golden stack, its plan, and what it should be."""

    name: str
    stack: Stack
    plan: Mapping[str, Any]
    resources: Mapping[str, dict[str, Any]]
    expected: Expected

    def all(self, kind: str) -> dict[str, dict[str, Any]]:
        return of_type(self.resources, kind)


@pytest.fixture(
    scope="class",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(f"stack-{name}")) for name in EXPECTED],
)
def golden(request: pytest.FixtureRequest, running: Terraform) -> Planned:
    name = request.param
    stack = running.stack(GENERATED / name)
    stack.init()
    plan = stack.plan()
    return Planned(name, stack, plan, planned(plan), EXPECTED[name])


def label(key: str) -> str:
    return key.replace("-", "_")


def target_group(name: str, balancer: str, expected: Expected) -> str:
    """The label of the target group that a load balancer has for a service, or for a port `service-port`."""
    owner = expected.owner(name)
    port = name.removeprefix(owner).removeprefix("-")
    return "_".join(map(label, filter(None, (owner, balancer.removeprefix("main"), port))))


def fronted(expected: Expected) -> set[tuple[str, str]]:
    """What each load balancer, as `Expected.balancer` calls it, connects to: ports routed, and checked."""
    found = {(expected.balancer(rule), rule.service) for rule in expected.rules}
    found |= {(expected.balancer_of(name), ends[2]) for name, ends in expected.forwards.items()}
    return found | {
        (balancer, name)
        for balancer, routed in found
        for name in expected.checked
        if expected.owner(name) == expected.owner(routed)
    }


def test_every_golden_stack_is_here() -> None:
    assert set(EXPECTED) == {path.name for path in GENERATED.iterdir() if path.is_dir()}


@pytest.mark.xdist_group("schema")
def test_fmt_would_change_nothing(terraform: Terraform) -> None:
    assert terraform.unformatted(GENERATED) == []


def forwarded(action: Mapping[str, Any]) -> Iterator[tuple[str, int | None]]:
    """The target groups of a configured action, with their weights."""
    if "target_group_arn" in action:
        yield action["target_group_arn"]["references"][-1], None
    for forward in action.get("forward", ()):
        for target in forward["target_group"]:
            yield target["arn"]["references"][-1], target["weight"]["constant_value"]


def other_conditions(conditions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Planned conditions on headers, query parameters and sources."""
    for each in conditions:
        for header in each["http_header"]:
            yield from (f"{header['http_header_name']}: {value}" for value in header["values"])
        yield from (f"?{block['key']}={block['value']}" for block in each["query_string"])
        yield from (f"from {value}" for block in each["source_ip"] for value in block["values"])


class TestGolden:
    def test_is_valid_without_a_warning(self, golden: Planned) -> None:
        assert golden.stack.validate() == []

    def test_only_creates(self, golden: Planned) -> None:
        actions = {tuple(each["change"]["actions"]) for each in golden.plan["resource_changes"]}
        assert actions == {("create",)}

    def test_vpc(self, golden: Planned) -> None:
        own = set() if golden.expected.existing_vpc else {"main"}
        vpcs, defaults = golden.all("aws_vpc"), golden.all("aws_default_security_group")
        assert set(vpcs) == set(defaults) == set(golden.all("aws_internet_gateway")) == own
        for vpc in vpcs.values():
            assert (vpc["enable_dns_support"], vpc["enable_dns_hostnames"]) == (True, True)
        for default in defaults.values():
            assert not default.get("ingress")
            assert not default.get("egress")

    def test_subnets(self, golden: Planned) -> None:
        subnets = golden.all("aws_subnet")
        roles = ["public"] if golden.expected.tasks_in == "public" else ["public", "private"]
        roles += ["database"] if golden.expected.database else []
        roles = [] if golden.expected.existing_vpc else roles
        wanted = {f'{role}["{zone}"]' for role in roles for zone in golden.expected.zones}
        assert set(subnets) == wanted
        for name, values in subnets.items():
            assert values["availability_zone"].endswith(name[-3])
            assert bool(values["assign_ipv6_address_on_creation"]) == golden.expected.ipv6
        assert set(golden.all("aws_route_table_association")) == wanted

    def test_route_tables(self, golden: Planned) -> None:
        tables = set() if golden.expected.existing_vpc else {"public"}
        if golden.expected.tasks_in == "private" and not golden.expected.existing_vpc:
            tables |= {f'private["{zone}"]' for zone in golden.expected.zones}
        if golden.expected.database:
            tables.add("database")
        assert set(golden.all("aws_route_table")) == tables

    def test_egress_of_tasks(self, golden: Planned) -> None:
        nat_in = golden.expected.nat_in
        routes = set() if golden.expected.existing_vpc else {"public_internet"}
        if nat_in:
            routes |= {f'private_internet["{zone}"]' for zone in golden.expected.zones}
        routes |= {name.replace("internet", "internet_ipv6") for name in routes if golden.expected.ipv6}
        found = {name: each for name, each in golden.all("aws_route").items() if "internet" in name}
        assert set(found) == routes
        for name, each in found.items():
            wanted = (None, "::/0") if "ipv6" in name else ("0.0.0.0/0", None)
            assert (each["destination_cidr_block"], each["destination_ipv6_cidr_block"] or None) == wanted
        assert bool(golden.all("aws_egress_only_internet_gateway")) == (golden.expected.ipv6 and bool(nat_in))
        assert {name[-3] for name in golden.all("aws_nat_gateway")} == set(nat_in)
        made = set(nat_in) - set(golden.expected.given_addresses)
        assert {name[-3] for name in golden.all("aws_eip")} == made
        if nat_in:
            gateway = references(golden.plan, "network", "aws_route", "private_internet", "nat_gateway_id")
            own = len(nat_in) == len(golden.expected.zones)
            wanted = "each.key" if own else f'aws_nat_gateway.main["{nat_in}"]'
            wanted = "each.value" if golden.expected.next_nat else wanted
            assert any(reference.startswith(wanted) for reference in gateway)

    def test_routes_to_other_networks(self, golden: Planned) -> None:
        tables = [f'private["{zone}"]' for zone in golden.expected.zones]
        tables += ["database"] if golden.expected.database else []
        found = {
            (name.partition("_to_")[0] + name.partition("[")[1] + name.partition("[")[2], argument, to)
            for name, each in golden.all("aws_route").items()
            for to, argument in golden.expected.routes.items()
            if to in (each["destination_cidr_block"], each["destination_ipv6_cidr_block"]) and each[argument]
        }
        wanted = {
            (table, argument, to) for table in tables for to, argument in golden.expected.routes.items()
        }
        assert found == wanted

    def test_endpoints(self, golden: Planned) -> None:
        found = golden.all("aws_vpc_endpoint").values()
        by_type = {
            kind: {
                each["service_name"].split(".", 3)[3] for each in found if each["vpc_endpoint_type"] == kind
            }
            for kind in ("Gateway", "Interface")
        }
        assert by_type["Gateway"] == golden.expected.gateways
        assert by_type["Interface"] == golden.expected.interfaces
        assert all(each["private_dns_enabled"] for each in found if each["vpc_endpoint_type"] == "Interface")

    def test_endpoints_reach_every_private_subnet(self, golden: Planned) -> None:
        joins = bool(golden.expected.existing_vpc)
        subnets = ("aws_subnet.private", "var.private_subnet_ids")[joins]
        tables = ("aws_route_table.private", "var.route_table_ids")[joins]
        for name, values in golden.all("aws_vpc_endpoint").items():
            if values["vpc_endpoint_type"] == "Interface":
                found = references(golden.plan, "network", "aws_vpc_endpoint", name, "subnet_ids")
                assert subnets in found
                groups = references(golden.plan, "network", "aws_vpc_endpoint", name, "security_group_ids")
                assert "aws_security_group.endpoints" in groups
            else:
                found = references(golden.plan, "network", "aws_vpc_endpoint", name, "route_table_ids")
                assert tables in found

    def test_the_endpoints_admit_https_of_the_vpc_and_nothing_else(self, golden: Planned) -> None:
        rules = {
            name: values
            for name, values in golden.all("aws_vpc_security_group_ingress_rule").items()
            if name.startswith("endpoints_")
        }
        assert len(rules) == bool(golden.expected.interfaces)
        for rule in rules.values():
            vpc = golden.expected.existing_vpc or golden.all("aws_vpc")["main"]["cidr_block"]
            assert (rule["cidr_ipv4"], rule["from_port"], rule["to_port"], rule["ip_protocol"]) == (
                vpc, 443, 443, "tcp",
            )  # fmt: skip

    def test_listeners(self, golden: Planned) -> None:
        every = golden.all("aws_lb_listener")
        listeners = {name: each for name, each in every.items() if each["protocol"].startswith("HTTP")}
        network = {
            name: (each["protocol"], each["port"]) for name, each in every.items() if name not in listeners
        }
        assert network == {name: ends[:2] for name, ends in golden.expected.forwards.items()}
        assert {each["port"] for each in listeners.values()} == golden.expected.listeners
        with_tls = {each["port"] for each in listeners.values() if each["protocol"] == "HTTPS"}
        assert with_tls == golden.expected.tls
        for name, listener in listeners.items():
            (action,) = listener["default_action"]
            key = name if "." in name else listener["port"]
            if key in golden.expected.redirects:
                (redirect,) = action["redirect"]
                where = redirect["protocol"], redirect["port"], redirect["host"]
                assert where == golden.expected.redirects[key]
            else:
                assert action["type"] == "fixed-response"
                assert action["fixed_response"][0]["status_code"] in ("404", "403")
        balancers = golden.expected.balancers if golden.expected.listeners else ()
        names = {name.removesuffix(".main") for name in golden.all("aws_lb")}
        assert names == set(balancers)
        for balancer in golden.all("aws_lb").values():
            is_application = balancer["load_balancer_type"] == "application"
            assert balancer["drop_invalid_header_fields"] is (True if is_application else None)
            assert (balancer.get("ip_address_type") == "dualstack") == golden.expected.ipv6

    def test_a_load_balancer_with_ipv6_admits_clients_by_it(self, golden: Planned) -> None:
        rules = golden.all("aws_vpc_security_group_ingress_rule")
        found = {each["from_port"] for each in rules.values() if each["cidr_ipv6"]}
        wanted = golden.expected.listeners if golden.expected.ipv6 else set()
        assert found & golden.expected.listeners == wanted

    def test_names_of_the_load_balancer(self, golden: Planned) -> None:
        domains = golden.expected.domains
        every = golden.all("aws_route53_record")
        own_prefix = "|".join(f"{each}." for each in golden.expected.balancers)
        records = {re.sub(f"^({own_prefix})", "", name): each for name, each in every.items()}
        own = {name: each for name, each in records.items() if name.startswith("alias")}
        assert {each["name"] for each in own.values()} == domains
        types = {"A", "AAAA"} if golden.expected.ipv6 else {"A"}
        assert {each["type"] for each in own.values()} == (types if domains else set())
        names = {name.removeprefix("*.") for name in domains}
        assert records.keys() - own.keys() == {f'validation["{name}"]' for name in names}
        for certificate in golden.all("aws_acm_certificate").values():
            assert {certificate["domain_name"], *certificate["subject_alternative_names"]} == domains

    def test_listener_rules(self, golden: Planned) -> None:
        every = golden.all("aws_lb_listener_rule")
        found = {name: each for name, each in every.items() if each["action"][0]["type"] == "forward"}
        assert len(every) - len(found) == golden.expected.own_rules
        assert {each for name in found for each in self.rules(golden, name)} == golden.expected.rules
        for listener in {rule.listener for rule in golden.expected.rules}:
            priorities = [
                values["priority"]
                for name, values in found.items()
                if next(self.rules(golden, name)).listener == listener
            ]
            assert len(priorities) == len(set(priorities))

    def rules(self, golden: Planned, name: str) -> Iterator[Rule]:
        """A planned rule in the terms of the expectations: one for each service that gets a share."""
        conditions = golden.all("aws_lb_listener_rule")[name]["condition"]

        def values(kind: str) -> tuple[str, ...]:
            return tuple(v for each in conditions for block in each[kind] for v in sorted(block["values"]))

        (listener,) = references(golden.plan, "services", "aws_lb_listener_rule", name, "listener_arn")
        calls = golden.plan["configuration"]["root_module"]["module_calls"]
        resource = next(
            each
            for each in calls["services"]["module"]["resources"]
            if (each["type"], each["name"]) == ("aws_lb_listener_rule", name)
        )
        expected = golden.expected
        services = {
            f"aws_lb_target_group.{target_group(each, balancer, expected)}": each
            for each in (*expected.services, *expected.more_ports)
            for balancer in expected.balancers
        }
        for target, weight in forwarded(resource["expressions"]["action"][0]):
            yield Rule(
                services[target],
                listener.removeprefix("var.").removesuffix("_listener_arn"),
                values("path_pattern"),
                values("host_header"),
                values("http_request_method"),
                tuple(sorted(other_conditions(conditions))),
                weight,
            )

    def test_target_groups(self, golden: Planned) -> None:
        groups = golden.all("aws_lb_target_group")
        expected = golden.expected
        wanted = {
            target_group(rule.service, expected.balancer(rule).rstrip("_") or "main", expected): rule.service
            for rule in expected.rules
        }
        wanted |= {
            "_".join(
                (target_group(owner, expected.balancer_of(name).rstrip("_") or "main", expected), check)
            ): owner
            for name, (_, _, owner, check) in expected.forwards.items()
        }
        assert set(groups) == set(wanted)
        for name, service in wanted.items():
            group = groups[name]
            assert (group["target_type"], group["port"]) == ("ip", expected.port(service))

    def test_a_task_admits_its_port_from_the_balancer_and_its_callers(self, golden: Planned) -> None:
        expected = golden.expected
        wanted = {
            f"{label(name)}_from_{balancer}load_balancer": expected.ports(name)
            for balancer, name in fronted(expected)
        }
        for caller, callee in golden.expected.calls:
            for port in golden.expected.called(callee):
                wanted[f"{label(port)}_from_{label(caller)}"] = golden.expected.ports(port)
        rules = golden.all("aws_vpc_security_group_ingress_rule")
        found = {
            name: (values["from_port"], values["to_port"], values["cidr_ipv4"] or values["cidr_ipv6"])
            for name, values in rules.items()
            if f"module.services.aws_vpc_security_group_ingress_rule.{name}" in golden.resources
        }
        called = {name: (*ports, None) for name, ports in wanted.items()}
        assert found == {**called, **golden.expected.ingress}

    def test_a_task_reaches_what_it_needs(self, golden: Planned) -> None:
        rules = golden.all("aws_vpc_security_group_egress_rule")
        expected = golden.expected
        internet = expected.tasks_in == "public" or expected.nat_in != "" or expected.has_nat
        for service in golden.expected.services:
            own = {
                name.removeprefix(f"{label(service)}_to_")
                for name in rules
                if name.startswith(f"{label(service)}_to_")
            }
            if service in golden.expected.egress:
                assert own == golden.expected.egress[service]
                continue
            assert ("internet" in own) == internet
            assert ("endpoints" in own) == (bool(golden.expected.interfaces) and not internet)
            assert ("existing_endpoints" in own) == (expected.has_interfaces and not internet)
            called = {callee for caller, callee in golden.expected.calls if caller == service}
            callees = {label(port) for callee in called for port in golden.expected.called(callee)}
            assert callees <= own
            known = {"internet", "endpoints", "existing_endpoints", "s3", "dynamodb"}
            known |= {"10_80_0_0_16_5432", "10_80_0_0_16_6379"}
            assert own - callees <= known | golden.expected.ranges

    def test_the_load_balancer_reaches_tasks_only(self, golden: Planned) -> None:
        rules = golden.all("aws_vpc_security_group_egress_rule")
        found = {
            name: (values["from_port"], values["to_port"])
            for name, values in rules.items()
            if "load_balancer_to_" in name
        }
        own = set() if golden.expected.joins else fronted(golden.expected)
        assert found == {
            f"{balancer}load_balancer_to_{label(name)}": golden.expected.ports(name) for balancer, name in own
        }

    def test_services(self, golden: Planned) -> None:
        services = golden.all("aws_ecs_service")
        assert {key: values["name"] for key, values in services.items()} == {
            label(service): golden.expected.name_in_aws(service) for service in golden.expected.services
        }
        public = golden.expected.tasks_in == "public"
        for key, values in services.items():
            (network,) = values["network_configuration"]
            assert network["assign_public_ip"] is public
            is_rolled_back = key not in golden.expected.not_rolled_back
            assert values["deployment_circuit_breaker"] == [{"enable": True, "rollback": is_rolled_back}]
        role = "public" if public else "private"
        calls = golden.plan["configuration"]["root_module"]["module_calls"]
        if services:
            subnets = calls["services"]["expressions"]["subnet_ids"]["references"]
            source = "module.network" if "network" in calls else "local"
            assert f"{source}.{role}_subnet_ids" in subnets

    def test_jobs(self, golden: Planned) -> None:
        expected = golden.expected
        schedules = golden.all("aws_scheduler_schedule")
        assert {key: each["schedule_expression"] for key, each in schedules.items()} == {
            label(name): when for name, when in expected.jobs.items() if when
        }
        assert golden.all("aws_sqs_queue").keys() == schedules.keys()
        assert golden.all("aws_ecs_task_definition").keys() == {
            label(name) for name in (*expected.services, *expected.jobs)
        }
        for each in schedules.values():
            (tasks,) = each["target"][0]["ecs_parameters"]
            (network,) = tasks["network_configuration"]
            assert bool(network["assign_public_ip"]) == (expected.tasks_in == "public")

    def test_scaling(self, golden: Planned) -> None:
        targets = golden.all("aws_appautoscaling_target")
        limits = {key: (each["min_capacity"], each["max_capacity"]) for key, each in targets.items()}
        assert limits == golden.expected.scaled
        policies = golden.all("aws_appautoscaling_policy")
        assert {each["resource_id"] for each in policies.values()} == {
            f"service/{golden.name}/{key}" for key in golden.expected.scaled
        }

    def test_what_exists_is_not_created(self, golden: Planned) -> None:
        made = bool(golden.expected.services) and not golden.expected.joins
        assert len(golden.all("aws_ecs_cluster")) == made
        assert len(golden.all("aws_ecs_cluster_capacity_providers")) == made
        for values in golden.all("aws_ecs_service").values():
            assert values.get("launch_type") == ("FARGATE" if golden.expected.joins else None)
            assert bool(values["capacity_provider_strategy"]) == made

    def test_service_connect(self, golden: Planned) -> None:
        members = {service for call in golden.expected.calls for service in call}
        members |= set(map(golden.expected.owner, golden.expected.names))
        planned_services, found = golden.all("aws_ecs_service"), {}
        for service in golden.expected.services:
            connect = planned_services[label(service)]["service_connect_configuration"]
            assert bool(connect) == (service in members)
            for configuration in connect:
                for served in configuration["service"]:
                    (alias,) = served["client_alias"]
                    port = served["port_name"].removeprefix(golden.expected.name_in_aws(service))
                    found[f"{service}{port}"] = f"{alias['dns_name']}:{alias['port']}"
        assert found == golden.expected.names
        assert len(golden.all("aws_service_discovery_http_namespace")) == bool(
            members and golden.expected.own_namespace
        )

    def test_callers_start_after_those_they_call(self, golden: Planned) -> None:
        calls = golden.plan["configuration"]["root_module"]["module_calls"]
        resources = calls.get("services", {}).get("module", {}).get("resources", [])
        depends = {r["name"]: r.get("depends_on", []) for r in resources if r["type"] == "aws_ecs_service"}
        for caller, callee in golden.expected.calls:
            assert f"aws_ecs_service.{label(callee)}" in depends[label(caller)]
        for rule in golden.expected.rules:
            owner = golden.expected.owner(rule.service)
            assert any("aws_lb_listener_rule." in each for each in depends[label(owner)])

    def test_outputs(self, golden: Planned) -> None:
        outputs = set(golden.plan["planned_values"]["outputs"])
        assert "vpc_id" in outputs
        in_public = not (golden.expected.existing_vpc and golden.expected.joins)
        assert ("public_subnet_ids" in outputs) == in_public
        fronted = bool(golden.expected.listeners) or golden.expected.joins
        for balancer in golden.expected.balancers:
            own = "" if balancer == "main" else f"{balancer}_"
            assert (f"{own}load_balancer_dns_name" in outputs) == fronted
        assert ("cluster_name" in outputs) == bool(golden.expected.services)
        assert ("service_connect_addresses" in outputs) == bool(golden.expected.names)
