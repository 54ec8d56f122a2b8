"""What a spec becomes, at the limits of what AWS takes, and where one value decides."""

from typing import Any

import pytest
from support.ruled import REGISTRY

from tfgen.blueprint.model import Blueprint
from tfgen.pipe import Outcome, run_text
from tfgen.spec.source import dump_yaml


def outcome_of(service: dict[str, Any], egress: str = "nat", **network: Any) -> Outcome:
    web = {"image": f"{REGISTRY}/web:1.0", "port": 3000, **service}
    network = {"egress": egress, **network}
    spec = {"name": "shop", "region": "us-east-1", "network": network, "services": {"web": web}}
    return run_text(dump_yaml(spec), "shop.yaml")


def blueprint_of(service: dict[str, Any], egress: str = "nat") -> Blueprint:
    blueprint = outcome_of(service, egress).blueprint
    assert blueprint
    return blueprint


@pytest.mark.parametrize(
    ("route", "codes"),
    [
        ({"path": "/*a*b*c*d*e*f"}, set()),
        ({"path": "/*a*b*c*d*e*f*"}, {"TG222"}),
        ({"path": "/*?*", "host": "*.?.example.com"}, set()),
        ({"path": "/a", "host": "*.?.*.?.*.example.com"}, set()),
        ({"path": "/a", "host": "*.?.*.?.*.?.example.com"}, {"TG222"}),
        ({"path": "/a", "methods": ["GET", "PUT", "POST"]}, set()),
        ({"path": "/a", "methods": ["GET", "PUT", "POST", "HEAD"]}, {"TG221"}),
        ({"path": "/a", "methods": ["GET", "PUT"], "host": "a.example.com"}, set()),
        ({"path": "/a", "methods": ["GET", "PUT", "POST"], "host": "a.example.com"}, {"TG221"}),
        ({"path": "/a*", "methods": ["GET", "PUT", "POST"], "host": "a.example.com"}, set()),
    ],
)
def test_a_rule_holds_five_values_and_six_wildcards(route: dict[str, Any], codes: set[str]) -> None:
    outcome = outcome_of({"routes": [route]})
    assert {problem.code for problem in outcome.problems if problem.severity == "error"} == codes
    assert bool(outcome.blueprint) == (not codes)


@pytest.mark.parametrize(
    ("ranges", "rules"),
    [
        (["0.0.0.0/0"], {"web_to_internet"}),
        ([{"cidr": "0.0.0.0/0", "port": 444}], {"web_to_internet_444", "web_to_endpoints", "web_to_s3"}),
        (["0.0.0.0/1"], {"web_to_0_0_0_0_1", "web_to_endpoints", "web_to_s3"}),
        ([], {"web_to_endpoints", "web_to_s3"}),
    ],
)
def test_only_the_whole_internet_on_port_443_reaches_aws(ranges: list[Any], rules: set[str]) -> None:
    (web,) = blueprint_of({"egress": ranges}, "nat+endpoints").services
    found = {str(rule.label) for rule in web.security_rules if rule.direction == "egress"}
    assert found == rules


@pytest.mark.parametrize(
    ("used", "free"),
    [
        ((9,), 10),
        ((9, 10), 11),
        ((49998,), 49999),
        ((49998, 49999), 49997),
        ((49999,), 49998),
        ((50000,), 49999),
    ],
)
def test_the_priority_that_a_hint_advises_is_free(used: tuple[int, ...], free: int) -> None:
    """The last one is that of the route / alone."""
    routes = [{"path": f"/{number}", "priority": number} for number in used]
    outcome = outcome_of({"routes": [*routes, {"path": "/again", "priority": used[0]}]})
    (found,) = [problem for problem in outcome.problems if problem.severity == "error"]
    assert (found.code, found.hint) == ("TG223", f"pin this one: {{path: /again, priority: {free}}}")


@pytest.mark.parametrize(
    ("image", "registry", "repository"),
    [
        ("nginx:1.27", "docker.io", "library/nginx"),
        ("acme/web:1", "docker.io", "acme/web"),
        ("docker.com/acme/web:1", "docker.io", "acme/web"),
        ("localhost", "docker.io", "library/localhost"),
        ("localhost/web:1", "localhost", "web"),
        ("registry:5000/acme/web", "registry:5000", "acme/web"),
        ("ghcr.io/web:1", "ghcr.io", "web"),
    ],
)
def test_an_image_in_parts(image: str, registry: str, repository: str) -> None:
    ranges = [{"cidr": "0.0.0.0/0", "port": port} for port in (443, 5000)]
    (web,) = blueprint_of({"image": image, "egress": ranges}).services
    (container,) = web.containers
    assert (container.image.registry, container.image.repository) == (registry, repository)


@pytest.mark.parametrize(
    ("stack", "name"), [("shop", "shop"), ("internal", "internal"), ("internal-shop", "alb-internal-shop")]
)
def test_no_load_balancer_has_a_name_that_aws_refuses(stack: str, name: str) -> None:
    web = {"image": f"{REGISTRY}/web:1.0", "port": 3000, "routes": ["/"]}
    spec = {"name": stack, "region": "us-east-1", "network": {"egress": "nat"}, "services": {"web": web}}
    blueprint = run_text(dump_yaml(spec), "shop.yaml").blueprint
    assert blueprint
    (balancer,) = blueprint.load_balancer
    assert balancer.name == name


LENGTHS = [(15, True), (16, False), (17, False), (27, False), (28, False), (29, True)]


@pytest.mark.parametrize(("length", "refused"), LENGTHS)
def test_a_vpc_is_a_16_to_28(length: int, refused: bool) -> None:
    outcome = outcome_of({}, cidr=f"10.0.0.0/{length}", zones=["a", "b"])
    assert ("TG201" in {problem.code for problem in outcome.problems}) is refused


@pytest.mark.parametrize(("length", "refused"), LENGTHS)
def test_a_subnet_is_a_16_to_28(length: int, refused: bool) -> None:
    pinned = {"a": f"10.0.0.0/{length}", "b": "10.2.0.0/20"}
    outcome = outcome_of({}, zones=["a", "b"], subnets={"private": pinned})
    assert ("TG201" in {problem.code for problem in outcome.problems}) is refused
