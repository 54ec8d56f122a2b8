"""Several load balancers in one stack: what each is called, and which listener a route means."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

import tfgen
from tfgen.blueprint.model import Blueprint
from tfgen.pipe import run_text

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Tfgen

HEAD = "name: shop\nregion: us-east-1\nnetwork: {egress: nat}\n"
WEB = "  web: {image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1', port: 80, routes: [ROUTES]}\n"
BOTH = "load_balancers: {main: {}, internal: {scheme: internal}}\n"
APART = "load_balancers: {public: {}, internal: {scheme: internal}}\n"


def spec(fronts: str, *routes: str, more: str = "") -> str:
    return f"{HEAD}{fronts}services:\n{WEB.replace('ROUTES', ', '.join(routes))}{more}"


def blueprint_of(text: str) -> Blueprint:
    outcome = run_text(text, "shop.yaml")
    assert outcome.blueprint, outcome.problems
    return outcome.blueprint


def pages(text: str) -> dict[str, str]:
    found, problems = tfgen.render_text(text, "shop.yaml")
    assert found, problems
    return found


def addresses(text: str) -> set[str]:
    """Every resource, with its module."""
    return {
        f"{path.split('/')[1]}.{kind}.{label}"
        for path, page in pages(text).items()
        if path.startswith("modules/")
        for kind, label in re.findall(r'(?m)^resource "(\w+)" "(\w+)"', page)
    }


# --- main


SAID = "{scheme: internal, idle_timeout: 90, listeners: {http: 80, ops: 81}}"


def test_load_balancer_is_short_for_main() -> None:
    routes = "/", "{path: /ops, listener: ops}"
    short = pages(spec(f"load_balancer: {SAID}\n", *routes))
    assert pages(spec(f"load_balancers: {{main: {SAID}}}\n", *routes)) == short


def test_another_one_moves_nothing_of_main() -> None:
    before, after = addresses(spec("", "/")), addresses(spec(BOTH, "/", "{path: /in, listener: internal}"))
    assert before < after
    new = {address.replace("internal_load_balancer.", "I.") for address in after - before}
    assert new == {
        "I.aws_lb.main",
        "I.aws_lb_listener.http",
        "I.aws_security_group.main",
        "I.aws_vpc_security_group_ingress_rule.http_from_10_0_0_0_16",
        "services.aws_lb_listener_rule.internal_http_in_0053",
        "services.aws_lb_target_group.web_internal",
        "services.aws_vpc_security_group_egress_rule.internal_load_balancer_to_web",
        "services.aws_vpc_security_group_ingress_rule.web_from_internal_load_balancer",
    }


def test_the_order_of_load_balancers_means_nothing() -> None:
    routes = "{path: /, listener: public}", "{path: /, listener: internal}"
    turned = "load_balancers: {internal: {scheme: internal}, public: {}}\n"
    assert pages(spec(turned, *routes)) == pages(spec(APART, *routes))


# --- names


@pytest.mark.parametrize(
    ("key", "scheme", "name"),
    [
        ("main", "internet-facing", "shop"),
        ("main", "internal", "shop-internal"),
        ("public", "internet-facing", "shop-public"),
        ("public", "internal", "shop-public-internal"),
        ("internal", "internal", "shop-internal"),
        ("internal", "internet-facing", "shop-internal-public"),
        ("api-internal", "internal", "shop-api-internal"),
        ("api-internal", "internet-facing", "shop-api-internal-public"),
        ("partners-of-the-warehouse-in-york", "internet-facing", "shop-partners-of-the-ware-CUT"),
    ],
)
def test_names_in_aws(key: str, scheme: str, name: str) -> None:
    """A change of the scheme is another name, since the new load balancer exists beside the old one."""
    text = spec(f"load_balancers: {{{key}: {{scheme: {scheme}}}}}\n", "/")
    (balancer,) = blueprint_of(text).load_balancer
    assert len(balancer.name) <= 32
    assert re.fullmatch(name.replace("CUT", "[0-9a-f]{6}"), balancer.name)


def test_what_is_called_after_a_load_balancer() -> None:
    blueprint = blueprint_of(spec(APART, "{path: /, listener: public}", "{path: /, listener: internal}"))
    (web,) = blueprint.services
    groups = [(group.label, group.name_prefix, group.name) for group in web.target_groups]
    assert groups == [
        ("web_internal", "web-i-", "shop-web-internal"),
        ("web_public", "web-", "shop-web-public"),
    ]
    assert [(each.key, each.module, each.subnets) for each in blueprint.load_balancer] == [
        ("internal", "internal_load_balancer", "private"),
        ("public", "public_load_balancer", "public"),
    ]
    outputs = {output.label for output in blueprint.root.outputs}
    for balancer in ("internal", "public"):
        assert {f"{balancer}_load_balancer_dns_name", f"{balancer}_listener_arns"} <= outputs
    assert "load_balancer_dns_name" not in outputs
    shown = pages(spec(APART, "{path: /, listener: public}", "{path: /, listener: internal}"))
    assert '"web.internal" = aws_lb_target_group.web_internal.arn' in shown["modules/services/outputs.tf"]
    assert shown["modules/services/web.tf"].count("  load_balancer {\n") == 2


# --- which listener a route means

LISTENERS = (
    "load_balancers:\n"
    "  main: {listeners: {http: 80, ops: 81}}\n"
    "  internal: {listeners: {http: 80, jobs: 8080}}\n"
    "  tools: {listeners: {grafana: 3000}}\n"
    "  old: {existing: {listener_arns: {https: {input: a}, http: {input: b}}, security_group: sg-0a1b2c3d}}\n"
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("", "http"),
        ("http", "http"),
        ("main", "http"),
        ("main.ops", "ops"),
        ("ops", "ops"),
        ("internal", "internal.http"),
        ("internal.http", "internal.http"),
        ("jobs", "internal.jobs"),
        ("tools", "tools.grafana"),
        ("grafana", "tools.grafana"),
        ("old", "old.http"),
        ("https", "old.https"),
    ],
)
def test_words_for_listeners(said: str, meant: str) -> None:
    route = f"{{path: /a, listener: {said}}}" if said else "/a"
    for text in (
        spec(LISTENERS, route),
        spec(LISTENERS, "/a").replace("port: 80,", f"port: 80, {_of(said)}"),
    ):
        (web,) = blueprint_of(text).services
        assert [each.listener for each in web.routes] == [meant]


def _of(listener: str) -> str:
    return f"listener: {listener}," if listener else ""


def test_a_listener_of_one_load_balancer_may_be_the_default_of_a_service() -> None:
    fronts = "load_balancers: {main: {}, inner: {listeners: {http: {port: 80, default: web}}}}\n"
    (web,) = blueprint_of(spec(fronts, "/a")).services
    assert [(route.listener, route.text) for route in web.routes] == [("http", "/a"), ("inner.http", "/")]


def test_a_name_alone_is_not_of_the_load_balancer_that_comes_first() -> None:
    (problem,) = [each for each in run_text(spec(APART, "/"), "shop.yaml").problems if each.code == "TG220"]
    assert problem.message == "there are several load balancers, and this route names none of them"


def test_priorities_are_those_of_a_listener() -> None:
    routes = "{path: /a, priority: 5, listener: public}", "{path: /b, priority: 5, listener: internal}"
    (web,) = blueprint_of(spec(APART, *routes)).services
    assert [rule.priority for rule in web.rules] == [5, 5]


def test_weights_divide_the_requests_of_one_listener() -> None:
    one = "{path: /, weight: 90, listener: public}", "{path: /, listener: internal}"
    more = WEB.replace("web", "next").replace("ROUTES", "{path: /, weight: 10, listener: public}")
    web = next(each for each in blueprint_of(spec(APART, *one, more=more)).services if each.key == "web")
    next_ = next(each for each in blueprint_of(spec(APART, *one, more=more)).services if each.key == "next")
    (forward,) = next_.rules[0].weighted
    assert [each.target_group for each in forward.targets] == ["next_public", "web_public"]
    assert [rule.target_groups for rule in web.rules] == [("web_internal",)]


# --- one that exists among them


def test_one_of_them_exists() -> None:
    fronts = (
        "load_balancers:\n"
        "  main: {}\n"
        "  shared:\n"
        "    existing:\n"
        "      {listener_arns: {https: {input: arn}}, security_group: {input: group}, dns_name: a.b.com}\n"
    )
    text = spec(fronts, "/", "{path: /, listener: shared, priority: 7}")
    main = pages(text)["main.tf"]
    assert "shared_load_balancer_security_group_id = var.group\n" in main
    assert "shared_https_listener_arn              = var.arn\n" in main
    assert 'module "shared_load_balancer"' not in main
    blueprint = blueprint_of(text)
    assert "shared_load_balancer_dns_name" in {output.label for output in blueprint.root.outputs}
    (web,) = blueprint.services
    groups = {str(rule.group) for rule in web.security_rules if rule.direction == "egress"}
    assert "var.shared_load_balancer_security_group_id" not in groups


# --- references, logs and certificates of each


def test_each_has_the_inputs_that_it_needs() -> None:
    fronts = (
        "load_balancers:\n"
        "  public: {certificate: {input: certificate}, access_logs: true}\n"
        "  internal: {scheme: internal, waf: {input: acl}, connection_logs: true}\n"
    )
    found = pages(spec(fronts, "{path: /, listener: public}", "{path: /, listener: internal}"))
    modules = dict(re.findall(r'(?s)module "(\w+)" \{\n(.*?)\n\}', found["main.tf"]))
    assert "certificate = var.certificate" in re.sub(" +", " ", modules["public_load_balancer"])
    assert "var.acl" not in modules["public_load_balancer"]
    assert "web_acl_arn = var.acl" in re.sub(" +", " ", modules["internal_load_balancer"])
    assert "var.certificate" not in modules["internal_load_balancer"]
    for name, prefix in (("public", "alb-logs-shop-public-"), ("internal", "alb-logs-shop-internal-")):
        assert f'bucket_prefix = "{prefix}"' in found[f"modules/{name}_load_balancer/logs.tf"]


def test_what_only_an_unused_one_needs_is_not_asked_for() -> None:
    fronts = "load_balancers: {public: {}, inner: {certificate: {input: certificate}}}\n"
    outcome = run_text(spec(fronts, "{path: /, listener: public}"), "shop.yaml")
    assert outcome.blueprint
    assert "certificate" not in {variable.label for variable in outcome.blueprint.root.variables}
    (note,) = [each for each in outcome.problems if each.code == "TG364"]
    assert note.message == "inner has no effect here: no service has routes on it, so it is not created"


# --- overrides


@pytest.mark.parametrize(
    ("override", "code"),
    [
        ("module.internal_load_balancer.aws_lb_listener.http: {port: 81}", "TG365"),
        ("module.public_load_balancer.aws_lb.main: {internal: true}", "TG365"),
        ("module.public_load_balancer.aws_lb.main: {idle_timeout: 90}", ""),
    ],
)
def test_an_override_is_of_one_load_balancer(override: str, code: str) -> None:
    text = spec(APART, "{path: /, listener: public}", "{path: /, listener: internal}")
    outcome = run_text(f"{text}overrides:\n  {override}\n", "shop.yaml")
    found = [each for each in outcome.problems if each.code == "TG365"]
    assert [each.code for each in found] == ([code] if code else [])
    owner = "internal" if "internal_load" in override else "public"
    assert all(owner in each.message for each in found)
    if not code:
        assert outcome.overridden
        timeouts = {each.key: each.idle_timeout for each in outcome.overridden.load_balancer}
        assert timeouts == {"internal": 60, "public": 90}


# --- tfgen route

FRONTS = (
    "load_balancers:\n"
    "  public: {domain: shop.example.com, zone: Z0123456789ABCDEF}\n"
    "  internal: {scheme: internal, listeners: {http: 80, jobs: 8080}}\n"
)
ROUTES = (
    "{path: /, listener: public}",
    "{path: /in, listener: internal}",
    "{host: tools.example.com, listener: internal}",
    "{path: /jobs, listener: jobs}",
)


@pytest.mark.parametrize(
    ("arguments", "listener", "balancer", "noted"),
    [
        (["https://shop.example.com/"], "public.https", "public", False),
        (["http://tools.example.com/in"], "internal.http", "internal", False),
        (["http://other.example.com/in"], "public.http", "public", True),
        (["http://other.example.com/in", "--load-balancer", "internal"], "internal.http", "internal", False),
        (["http://other.example.com:8080/jobs"], "internal.jobs", "internal", False),
    ],
)
def test_which_load_balancer_gets_a_request(
    run_tfgen: Tfgen, tmp_path: Path, arguments: list[str], listener: str, balancer: str, noted: bool
) -> None:
    (tmp_path / "shop.yaml").write_text(spec(FRONTS, *ROUTES))
    done = run_tfgen("route", tmp_path / "shop.yaml", "GET", *arguments, "--json")
    found = json.loads(done.out)
    assert (found["load_balancer"], found["listener"]["name"]) == (balancer, listener)
    assert any("is taken for this host" in note for note in found["notes"]) is noted
    if listener == "public.http":  # the client stays with the load balancer that redirected it
        assert found["then"]["listener"]["name"] == "public.https"


def test_a_load_balancer_that_there_is_not(run_tfgen: Tfgen, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(spec(FRONTS, *ROUTES))
    url = "http://a.example.com/"
    done = run_tfgen("route", tmp_path / "shop.yaml", "GET", url, "--load-balancer", "inner")
    assert done.code == 2
    assert "no load balancer of this stack has that name and routes (internal, public)" in done.err
