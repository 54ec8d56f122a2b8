"""TLS, names and redirects: what follows from a certificate or a domain, and where redirects lead."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from support.command import Tfgen

from tfgen import facts
from tfgen.pipe import Outcome, run_text
from tfgen.problems import Problem
from tfgen.routing.answer import Answer, answers_of_request
from tfgen.routing.report import all_as_data, all_as_text, notes_on_answer
from tfgen.routing.request import read_request
from tfgen.spec.source import dump_yaml

PAGE = Path(__file__).parent.parent / "docs" / "tls.md"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000"
OTHER = CERTIFICATE.replace("0a1b2c3d", "1a1b2c3d")
STORE = "arn:aws:elasticloadbalancing:us-east-1:123456789012:truststore/ops/0a1b2c3d"
DOMAIN = {"domain": "shop.example.com", "zone": "Z0123456789ABCDEFGHIJ"}
BALANCER = "modules/load_balancer"


def outcome(balancer: dict[str, Any], routes: Any = ("/",), **service: Any) -> Outcome:
    spec = {
        "name": "shop",
        "region": "us-east-1",
        "network": {"egress": "public"},
        "load_balancer": balancer,
        "services": {"web": {"image": "nginx:1.27", "port": 80, "routes": list(routes), **service}},
    }
    found = run_text(dump_yaml(spec), "shop.yaml")
    assert found.overridden, found.problems
    return found


def said_of(balancer: dict[str, Any], listener: str = "") -> list[Problem]:
    """All that is wrong with a load balancer."""
    named = {"listener": listener} if listener else {}
    spec = {
        "name": "shop",
        "region": "us-east-1",
        "network": {"egress": "public"},
        "load_balancer": balancer,
        "services": {"web": {"image": "nginx:1.27", "port": 80, "routes": ["/"], **named}},
    }
    return list(run_text(dump_yaml(spec), "shop.yaml").problems)


def listeners(balancer: dict[str, Any], **service: Any) -> dict[str, tuple[int, str, str]]:
    """The port, the protocol and the default of each listener."""
    blueprint = outcome(balancer, **service).blueprint
    assert blueprint
    return {
        each.key: (each.port, each.protocol, each.default)
        for own in blueprint.load_balancer
        for each in own.listeners
    }


NOT_FOUND = 'responds with 404 "Not found"'
TO_HTTPS = "redirects to https with 301"


@pytest.mark.parametrize(
    ("balancer", "expected"),
    [
        ({}, {"http": (80, "HTTP", NOT_FOUND)}),
        (DOMAIN, {"https": (443, "HTTPS", NOT_FOUND), "http": (80, "HTTP", TO_HTTPS)}),
        (
            {"certificate": CERTIFICATE},
            {"https": (443, "HTTPS", NOT_FOUND), "http": (80, "HTTP", TO_HTTPS)},
        ),
        (
            {**DOMAIN, "listeners": {"a": 444, "b": 80, "c": {"port": 81, "redirect": "a"}}},
            {
                "a": (444, "HTTPS", NOT_FOUND),
                "b": (80, "HTTP", NOT_FOUND),
                "c": (81, "HTTP", "redirects to https://#{host}:444 with 301"),
            },
        ),
        (
            {
                **DOMAIN,
                "listeners": {
                    "a": {"port": 444, "protocol": "http"},
                    "b": {"port": 80, "protocol": "https"},
                },
            },
            {"a": (444, "HTTP", NOT_FOUND), "b": (80, "HTTPS", NOT_FOUND)},
        ),
        (
            {"listeners": {"a": {"port": 444, "certificate": CERTIFICATE}, "b": 81}},
            {"a": (444, "HTTPS", NOT_FOUND), "b": (81, "HTTP", NOT_FOUND)},
        ),
        (
            {"listeners": {"a": {"port": 81, "default": {"respond": 503}}, "b": 82}},
            {"a": (81, "HTTP", 'responds with 503 "Service unavailable"'), "b": (82, "HTTP", NOT_FOUND)},
        ),
        (
            {"listeners": {"a": {"port": 81, "default": {"respond": {"status": 299, "body": ""}}}, "b": 82}},
            {"a": (81, "HTTP", "responds with 299"), "b": (82, "HTTP", NOT_FOUND)},
        ),
    ],
)  # fmt: skip
def test_listeners(balancer: dict[str, Any], expected: dict[str, tuple[int, str, str]]) -> None:
    service = {} if not balancer.get("listeners") else {"listener": "b" if "b" in expected else "a"}
    assert listeners(balancer, **service) == expected


@pytest.mark.parametrize(
    ("balancer", "expected"),
    [
        ({}, "http"),
        (DOMAIN, "https"),
        ({"listeners": {"http": 80, "other": 81}}, "http"),
        ({"listeners": {"only": 81}}, "only"),
        ({"listeners": {"only": 81, "http": {"port": 80, "redirect": "only"}}}, "only"),
        ({**DOMAIN, "listeners": {"https": 443, "http": 80}}, "https"),
        ({**DOMAIN, "listeners": {"https": {"port": 444, "protocol": "http"}, "http": 80}}, "http"),
    ],
)
def test_the_listener_of_a_route_that_names_none(balancer: dict[str, Any], expected: str) -> None:
    blueprint = outcome(balancer).blueprint
    assert blueprint
    assert [route.listener for service in blueprint.services for route in service.routes] == [expected]


def page(balancer: dict[str, Any], name: str, **service: Any) -> str:
    return outcome(balancer, **service).pages().get(f"{BALANCER}/{name}.tf", "")


def test_a_certificate_is_made_for_a_domain_without_one() -> None:
    assert 'domain_name               = "shop.example.com"' in page(DOMAIN, "certificate")
    assert "certificate_arn   = aws_acm_certificate_validation.main.certificate_arn" in page(
        DOMAIN, "listeners"
    )
    given = {**DOMAIN, "certificate": CERTIFICATE}
    assert page(given, "certificate") == ""
    assert f'certificate_arn   = "{CERTIFICATE}"' in page(given, "listeners")
    assert 'for_each = toset(["shop.example.com"])' in page(given, "records")
    assert page({"certificate": CERTIFICATE}, "records") == ""
    blueprint = outcome(given).blueprint
    assert blueprint
    (records,) = blueprint.load_balancer[0].records
    assert (records.names, records.validated) == (("shop.example.com",), ())


@pytest.mark.parametrize(
    ("said", "block"),
    [
        (STORE, f'mode = "verify" trust_store_arn = "{STORE}"'),
        (
            {"trust_store": STORE, "allow_expired": True},
            f'mode = "verify" trust_store_arn = "{STORE}" ignore_client_certificate_expiry = true',
        ),
        ({"trust_store": {"input": "store"}}, 'mode = "verify" trust_store_arn = var.store'),
        ({"mode": "passthrough"}, 'mode = "passthrough"'),
        ({"mode": "passthrough", "allow_expired": True}, 'mode = "passthrough"'),
    ],
)
def test_certificates_of_clients(said: Any, block: str) -> None:
    balancer = {"certificate": CERTIFICATE, "listeners": {"https": {"port": 443, "mutual_tls": said}}}
    text = " ".join(page(balancer, "listeners").split())
    assert f"mutual_authentication {{ {block} }}" in text


def test_a_listener_without_tls_has_no_policy() -> None:
    balancer = {"certificate": CERTIFICATE, "listeners": {"https": 443, "plain": 80}}
    assert page(balancer, "listeners", listener="https").count("ssl_policy") == 1


def test_a_name_and_its_wildcard_share_a_record() -> None:
    domain = {**DOMAIN, "domain": ["Shop.example.com", "*.shop.example.com", "www.example.com"]}
    text = page(domain, "certificate")
    assert 'subject_alternative_names = ["*.shop.example.com", "www.example.com"]' in text
    assert 'for_each = toset(["shop.example.com", "www.example.com"])' in text
    assert 'toset(["*.shop.example.com", "shop.example.com", "www.example.com"])' in page(domain, "records")


def test_further_certificates_are_named_for_what_they_are() -> None:
    """So one more or less leaves the others alone."""
    found = []
    for certificates in ([CERTIFICATE, OTHER, {"input": "third"}], [CERTIFICATE, {"input": "third"}]):
        text = page({"certificate": certificates}, "listeners")
        found.append(set(re.findall(r'"aws_lb_listener_certificate" "(\w+)"', text)))
    assert found[1] == {"https_third"}
    assert found[0] - found[1] == {next(iter(found[0] - found[1]))}
    assert len(found[0]) == 2


def test_the_policy_is_the_one_that_aws_recommends() -> None:
    assert 'ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"' in page(DOMAIN, "listeners")
    assert facts.tls_policies()[facts.default_tls_policy()] not in facts.weak_tls_versions()


def test_every_header_is_an_argument_of_the_provider() -> None:
    from tfgen.facts import provider  # noqa: PLC0415 (of this test alone)

    schema = provider.resource_schema("aws_lb_listener")
    assert schema
    for part in facts.response_headers().values():
        assert f"routing_http_response_{part}_header_value" in schema


# --- a default service


def test_the_default_service_of_a_listener_has_its_route() -> None:
    balancer = {**DOMAIN, "listeners": {"https": {"port": 443, "default": "web"}}}
    text = outcome(balancer, routes=["/api"]).pages()["modules/services/web.tf"]
    assert '"aws_lb_listener_rule" "https_everything_else"' in text
    assert 'health_check {\n    path                = "/"\n    matcher             = "200-399"' in text
    again = outcome(balancer, routes=["/api", "/"]).pages()["modules/services/web.tf"]
    assert again == text.replace("at / and /api", "at / and /api")


# --- redirects


def location(to: str, url: str, **listener: Any) -> str:
    balancer = {
        "certificate": CERTIFICATE,
        "listeners": {"https": 443, "http": {"port": 80, "redirect": to, **listener}},
    }
    found = outcome(balancer).overridden
    assert found
    (first, *_) = answers_of_request(found, read_request("GET", url, (), None))
    return first.redirected[0]


def test_the_page_says_where_redirects_lead() -> None:
    rows = re.findall(r"^\| `([^`]+)`[^|]*\| `(http[^`]+)` \|$", PAGE.read_text(), re.MULTILINE)
    assert len(rows) == 5
    for to, expected in rows:
        assert location(to, "http://shop.example.com/a?b=1") == expected


@pytest.mark.parametrize(
    ("to", "url", "expected"),
    [
        ("https", "http://shop.example.com", "https://shop.example.com/"),
        ("https", "http://shop.example.com:80/%20", "https://shop.example.com/%20"),
        ("http://a.example:8080/x?#{query}&y=1", "http://b.example/?z", "http://a.example:8080/x?z&y=1"),
        ("https://#{host}.example/#{path}/#{port}", "http://b/c", "https://b.example/c/80"),
    ],
)
def test_where_a_redirect_leads(to: str, url: str, expected: str) -> None:
    assert location(to, url) == expected


def answers(balancer: dict[str, Any], url: str) -> tuple[Answer, ...]:
    found = outcome(balancer).overridden
    assert found
    return answers_of_request(found, read_request("GET", url, (), None))


def test_route_follows_redirects() -> None:
    found = answers(DOMAIN, "http://shop.example.com/a")
    data = all_as_data(found)
    assert (data["answers"], data["status"], data["location"]) == (
        "load-balancer",
        301,
        "https://shop.example.com/a",
    )
    assert data["then"]["service"] == "web"
    assert data["then"]["then"] is None
    assert json.loads(json.dumps(data)) == data


def test_route_does_not_follow_a_redirect_to_another_server() -> None:
    balancer = {"listeners": {"http": 80, "old": {"port": 81, "redirect": "https://www.example.org"}}}
    found = answers(balancer, "http://shop.example.com:81/")
    assert len(found) == 1
    assert all_as_text(found).endswith(
        "https://www.example.org/\n\nNot followed: this host is not one of the load balancer's."
    )


def test_route_gives_up_where_redirects_never_end() -> None:
    balancer = {"listeners": {"http": 80, "old": {"port": 81, "redirect": "/x/#{path}"}}}
    found = answers(balancer, "http://shop.example.com:81/")
    assert len(found) == 11
    assert "Not followed: a client gives up after so many redirects as these 11." in all_as_text(found)


def test_route_sees_that_redirects_return() -> None:
    balancer = {"listeners": {"http": 80, "old": {"port": 81, "redirect": "/x"}}}
    found = answers(balancer, "http://shop.example.com:81/")
    assert len(found) == 3
    assert "Not followed: the redirects return to an address that they led to before" in all_as_text(found)


@pytest.mark.parametrize(
    ("balancer", "method", "url", "notes"),
    [
        (DOMAIN, "GET", "https://shop.example.com/", []),
        (DOMAIN, "GET", "https://Shop.example.com./", []),
        (
            DOMAIN,
            "GET",
            "https://www.example.com/",
            ["the certificate of the listener does not cover www.example.com: clients refuse it"],
        ),
        ({**DOMAIN, "domain": "*.example.com"}, "GET", "https://www.example.com/", []),
        (
            {**DOMAIN, "domain": "*.example.com"},
            "GET",
            "https://a.b.example.com/",
            ["the certificate of the listener does not cover a.b.example.com: clients refuse it"],
        ),
        (DOMAIN, "GET", "http://www.example.com/", []),
        ({"certificate": CERTIFICATE}, "GET", "https://www.example.com/", []),
        (
            {"certificate": CERTIFICATE, "listeners": {"https": {"port": 443, "mutual_tls": STORE}}},
            "GET",
            "https://www.example.com/",
            ["clients must show a certificate that the trust store of the listener accepts"],
        ),
        (
            {
                "certificate": CERTIFICATE,
                "listeners": {"https": {"port": 443, "mutual_tls": {"mode": "passthrough"}}},
            },
            "GET",
            "https://www.example.com/",
            [],
        ),
        (
            DOMAIN,
            "POST",
            "http://shop.example.com/",
            ["browsers and most other clients follow a redirect of a POST with a GET"],
        ),
        (DOMAIN, "PUT", "http://shop.example.com/", []),
        (DOMAIN, "POST", "https://shop.example.com/", []),
    ],
)
def test_notes_of_route_about_the_connection(
    balancer: dict[str, Any], method: str, url: str, notes: list[str]
) -> None:
    found = outcome(balancer).overridden
    assert found
    first = answers_of_request(found, read_request(method, url, (), None))[0]
    assert list(notes_on_answer(first)) == notes


@pytest.mark.parametrize(("method", "onward"), [("POST", "GET"), ("PUT", "PUT"), ("GET", "GET")])
def test_the_method_after_a_redirect(method: str, onward: str) -> None:
    found = outcome(DOMAIN).overridden
    assert found
    request = read_request(method, "http://shop.example.com/", (), None)
    assert [each.request.method for each in answers_of_request(found, request)] == [method, onward]


def test_route_speaks_https(tfgen_spec: Tfgen) -> None:
    done = tfgen_spec("route", "shop.yaml", "GET", "http://shop.example.com/a")
    assert done.code == 0
    assert "web responds, on port 80." in done.out


@pytest.fixture
def tfgen_spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_tfgen: Tfgen) -> Tfgen:
    monkeypatch.chdir(tmp_path)
    text = dump_yaml(
        {
            "name": "shop",
            "region": "us-east-1",
            "network": {"egress": "public"},
            "load_balancer": DOMAIN,
            "services": {"web": {"image": "nginx:1.27", "port": 80, "routes": ["/"]}},
        }
    )
    Path("shop.yaml").write_text(text)
    return run_tfgen


# --- redirects of single requests

REDIRECTS = {
    "listeners": {
        "http": {
            "port": 80,
            "redirects": [
                {"host": "www.example.com", "to": "https://example.com"},
                {"path": ["/old", "/older"], "to": "/new", "status": 302},
                {"path": "/gone", "respond": 410},
            ],
        }
    }
}


@pytest.mark.parametrize(
    ("url", "status", "location"),
    [
        ("http://www.example.com/a?b=1", 301, "https://example.com/a?b=1"),
        ("http://shop.example.com/older/x?b", 302, "http://shop.example.com/new?b"),
        ("http://shop.example.com/gone/x", 410, None),
        ("http://shop.example.com/", None, None),
    ],
)
def test_what_a_listener_answers_itself(url: str, status: int | None, location: str | None) -> None:
    data = all_as_data(answers(REDIRECTS, url))
    assert (data["status"], data["location"]) == (status, location)
    assert data["answers"] == ("load-balancer" if status else "service")
    assert (data["rule"]["leads_to"] == "web") == (status is None)


_QUERY_OF_MOST = f"/a?{'q' * 128}"


@pytest.mark.parametrize(
    ("to", "parts"),
    [
        ("/a", 'path = "/a"'),
        ("/a?", 'path = "/a" query = ""'),
        ("/a?b=1", 'path = "/a" query = "b=1"'),
        ("/a?#{query}", 'path = "/a"'),
        ("/a?x=1&#{query}", 'path = "/a" query = "x=1&#{query}"'),
        ("/#{path}?b=1", 'query = "b=1"'),
        ("https://www.example.com", 'protocol = "HTTPS" host = "www.example.com" port = "443"'),
        (
            "http://www.example.com:81/?",
            'protocol = "HTTP" host = "www.example.com" port = "81" path = "/" query = ""',
        ),
        ("https://#{host}/a", 'protocol = "HTTPS" port = "443" path = "/a"'),
        ("https://#{host}:1", 'protocol = "HTTPS" port = "1"'),
        ("https://#{host}:65535", 'protocol = "HTTPS" port = "65535"'),
        ("other", 'protocol = "HTTP" port = "81"'),
        (f"/{'p' * 127}", f'path = "/{"p" * 127}"'),
        (_QUERY_OF_MOST, f'path = "/a" query = "{"q" * 128}"'),
        (f"https://{'h' * 124}.com", f'protocol = "HTTPS" host = "{"h" * 124}.com" port = "443"'),
    ],
)
def test_the_parts_of_a_redirect(to: str, parts: str) -> None:
    listener = {"port": 80, "redirects": [{"path": "/old", "to": to, "status": 302}]}
    balancer = {"listeners": {"http": listener, "other": {"port": 81, "default": {"respond": 404}}}}
    text = " ".join(page(balancer, "rules", listener="http").split())
    assert f'redirect {{ {parts} status_code = "HTTP_302" }}' in text


@pytest.mark.parametrize(
    ("to", "words"),
    [
        (f"{_QUERY_OF_MOST}q", "the query of a redirect has at most 128 characters, not 129"),
        (f"https://{'h' * 125}.com", "the host of a redirect has at most 128 characters, not 129"),
        ("/a/#{path", "#{path stands for nothing"),
        ("/a/#{paths}", "#{paths} stands for nothing"),
        ("/a?b=#c", "has no fragment"),
        ("othr", 'there is no listener "othr"'),
    ],
)
def test_redirects_of_requests_that_are_refused(to: str, words: str) -> None:
    listener = {"port": 80, "redirects": [{"path": "/old", "to": to}]}
    balancer = {"listeners": {"http": listener, "other": {"port": 81, "default": {"respond": 404}}}}
    found = [each for each in said_of(balancer, "http") if each.code == "TG548"]
    assert [words in each.message for each in found] == [True]


@pytest.mark.parametrize(
    ("status", "refused"), [(200, False), (299, False), (300, True), (399, True), (400, False), (599, False)]
)
def test_a_status_of_3xx_is_a_redirect(status: int, refused: bool) -> None:
    balancer = {"listeners": {"http": {"port": 80, "default": {"respond": status}}}}
    assert ("TG547" in {each.code for each in said_of(balancer, "http")}) == refused
    rule = {"path": "/x", "respond": status}
    balancer = {"listeners": {"http": {"port": 80, "redirects": [rule]}}}
    assert ("TG547" in {each.code for each in said_of(balancer, "http")}) == refused


@pytest.mark.parametrize(
    ("a", "b", "circle"),
    [
        ("b", "a", True),
        ("http://#{host}:81", "http://#{host}:80", True),
        ("http://x.example.com:81", "http://x.example.com:80", False),  # TG549 finds those that never end
        ("https://#{host}:81", "https://#{host}:80", False),
        ("b", "main", False),
    ],
)
def test_listeners_that_redirect_to_each_other(a: str, b: str, circle: bool) -> None:
    listeners = {"a": {"port": 80, "redirect": a}, "b": {"port": 81, "redirect": b}, "main": 82}
    found = [each.message for each in said_of({"listeners": listeners}, "main") if each.code == "TG548"]
    assert found == (["the listeners a and b redirect to each other, without an end"] if circle else [])


@pytest.mark.parametrize(
    ("listener", "messages"),
    [
        ({"default": {}}, ["this default does nothing"]),
        (
            {"redirect": "https://a.example.com", "default": {"respond": 404}},
            ["this listener has both redirect and default.respond for what no route matches"],
        ),
        (
            {"default": {"service": "web", "redirect": "https://a.example.com"}},
            ["this listener has both default.service and default.redirect for what no route matches"],
        ),
        ({"default": "wbe"}, ['there is no service "wbe"']),
        ({"default": "web"}, []),
        ({"redirect": "https://a.example.com"}, []),
    ],
)
def test_a_listener_does_one_thing(listener: dict[str, Any], messages: list[str]) -> None:
    balancer = {"listeners": {"http": {"port": 80, **listener}, "main": 81}}
    found = [each.message for each in said_of(balancer, "main") if each.code == "TG547"]
    assert found == messages


def test_a_rule_of_the_load_balancer_stands_beside_its_listener() -> None:
    text = page(REDIRECTS, "rules")
    assert re.findall(r'"aws_lb_listener_rule" "(\w+)"', text) == [
        "www_example_com_d59c",
        "gone",
        "older",
        "old",
    ]
    assert text.count("listener_arn = aws_lb_listener.http.arn") == 4
    assert page({}, "rules") == ""


@pytest.mark.parametrize(
    ("redirects", "routes", "code"),
    [
        ([{"path": "/a", "to": "/b"}], ["/", "/a"], "TG203"),
        ([{"path": "/a", "to": "/b"}, {"path": "/a/", "respond": 404}], ["/"], "TG203"),
        ([{"path": "/a"}], ["/"], "TG547"),
        ([{"path": "/a", "to": "/b", "respond": 404}], ["/"], "TG547"),
        ([{"path": "/a", "respond": 302}], ["/"], "TG547"),
        ([{"path": "/a", "to": "https"}], ["/"], "TG548"),
        ([{"path": "/a", "to": "/#{pth}"}], ["/"], "TG548"),
        ([{"path": "/a", "to": "/a/b"}], ["/"], "TG549"),
        ([{"path": ["/a", "/b"], "to": "/c", "priority": 7}], ["/"], "TG566"),
        ([{"path": "/a", "to": "/b", "priority": 7}], ["/", {"path": "/c", "priority": 7}], "TG223"),
        ([{"path": "/c*", "to": "/b", "priority": 7}], ["/", "/c"], "TG380"),
    ],
)
def test_what_is_wrong_with_redirects(redirects: list[Any], routes: list[Any], code: str) -> None:
    spec = {
        "name": "shop",
        "region": "us-east-1",
        "network": {"egress": "public"},
        "load_balancer": {"listeners": {"http": {"port": 80, "redirects": redirects}}},
        "services": {"web": {"image": "nginx:1.27", "port": 80, "routes": routes}},
    }
    found = run_text(dump_yaml(spec), "shop.yaml").problems
    assert code in {each.code for each in found}
    for each in found:
        if each.code == code:
            assert each.at.path[0] in ("load_balancer", "services")


# --- what a listener and its redirects cannot say

ARN_CN = CERTIFICATE.replace("arn:aws:", "arn:aws-cn:")
HEADERS = {"X-Frame-Options": "DENY", "x-frame-options": "DENY"}


@pytest.mark.parametrize(
    ("balancer", "code", "words"),
    [
        ({"certificate": [CERTIFICATE, OTHER, OTHER]}, "TG542", f"has a certificate twice: {OTHER}"),
        ({"certificate": [{"input": "a"}, {"input": "a"}]}, "TG542", "has a certificate twice: a"),
        ({"certificate": [{"ref": "local.a"}, {"ref": "local.a"}]}, "TG542", "a certificate twice: local.a"),
        ({"certificate": [{"join": ["a"]}, {"join": ["a"]}]}, "TG542", "has a certificate twice: a join"),
        ({**DOMAIN, "domain": f"{'a' * 53}.example.com"}, "TG541", "at most 64 characters, not 65"),
        ({"certificate": ARN_CN}, "TG546", "partition aws-cn"),
        ({**DOMAIN, "listeners": {"https": {"port": 443, "headers": HEADERS}}}, "TG543", "is there twice"),
        ({"listeners": {}}, "TG220", "has no listener"),
        ({"certificate": CERTIFICATE, "listeners": {"http": 80}}, "TG364", "no listener speaks https"),
        ({"certificate": {"ref": "aws_acm_certificate.x.arn"}}, "TG539", "_acm_certificate_validation.x.c"),
        ({"certificate": {"ref": "aws_acm_certificate.x[0].id"}}, "TG539", "_validation.x[0].certificate"),
        *(
            ({"listeners": {"http": 80, "old": {"port": 81, "redirect": to}}}, "TG548", words)
            for to, words in (
                (f"/{'p' * 128}", "at most 128 characters, not 129"),
                ("https://x.example.com:0", "no port 0"),
                ("https://x.example.com:65536", "no port 65536"),
                ("https://bad_host/x", "is no host"),
                ("https://x.example.com/#top", "has no fragment"),
                ("//x.example.com/", "two slashes"),
                ("http://#{host}:81", "to itself never ends"),
                ("/#{path}", "to itself never ends"),
            )
        ),
    ],
)  # fmt: skip
def test_what_is_refused(balancer: dict[str, Any], code: str, words: str) -> None:
    found = said_of(balancer)
    assert [each for each in found if each.code == code and words in f"{each.message} {each.hint}"], found


@pytest.mark.parametrize(
    ("balancer", "words"),
    [
        (
            {
                "listeners": {
                    "a": {"port": 443, "certificate": [{"input": "q"}, {"input": "b_c"}]},
                    "a-b": {"port": 444, "certificate": [{"input": "q"}, {"input": "c"}]},
                }
            },
            'two certificates of listeners "a" and "a-b" would have the name a_b_c',
        ),
        (
            {
                "listeners": {
                    "a": {"port": 443, "certificate": [CERTIFICATE, {"input": "c"}, {"ref": "local.c"}]}
                }
            },
            'two certificates of listener "a" would have the name a_c',
        ),
    ],
)
def test_labels_of_certificates_that_meet(balancer: dict[str, Any], words: str) -> None:
    """Each is a function of its own certificate, so two that are the same must be renamed by the user."""
    found = said_of(balancer, "a")
    assert [each.message for each in found if each.severity == "error"] == [f"{words} in Terraform"]


def test_the_longest_first_name_of_a_certificate() -> None:
    longest = f"{'a' * 52}.example.com"
    for balancer in (
        {**DOMAIN, "domain": longest},
        {**DOMAIN, "domain": f"a{longest}", "certificate": CERTIFICATE},
        {**DOMAIN, "domain": ["example.com", f"a{longest}"]},
    ):
        assert "TG541" not in {each.code for each in said_of(balancer)}


def test_a_trust_store_is_no_certificate_that_is_not_issued() -> None:
    mutual = {"trust_store": {"ref": "aws_lb_trust_store.main.arn"}}
    balancer = {"certificate": CERTIFICATE, "listeners": {"https": {"port": 443, "mutual_tls": mutual}}}
    assert "TG539" not in {each.code for each in said_of(balancer)}


def test_a_certificate_may_be_of_two_listeners() -> None:
    both = {"port": 443, "certificate": [CERTIFICATE, {"input": "c"}]}
    text = page({"listeners": {"a": both, "b": {**both, "port": 444}}}, "listeners", listener="a")
    assert re.findall(r'"aws_lb_listener_certificate" "(\w+)"', text) == ["a_c", "b_c"]
