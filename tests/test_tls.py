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
from tfgen.routing.answer import Answer, answers_of_request
from tfgen.routing.report import all_as_data, all_as_text
from tfgen.routing.request import read_request
from tfgen.spec.source import dump_yaml

PAGE = Path(__file__).parent.parent / "docs" / "tls.md"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000"
OTHER = CERTIFICATE.replace("0a1b2c3d", "1a1b2c3d")
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
        ({"certificate": [CERTIFICATE, OTHER, OTHER]}, "TG542", "has a certificate twice"),
        ({"certificate": ARN_CN}, "TG546", "partition aws-cn"),
        ({**DOMAIN, "listeners": {"https": {"port": 443, "headers": HEADERS}}}, "TG543", "is there twice"),
        ({"listeners": {}}, "TG220", "has no listener"),
        ({"certificate": CERTIFICATE, "listeners": {"http": 80}}, "TG364", "no listener speaks https"),
        ({"certificate": {"ref": "aws_acm_certificate.x.arn"}}, "TG539", "aws_acm_certificate_validation.x."),
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
    spec = {
        "name": "shop",
        "region": "us-east-1",
        "network": {"egress": "public"},
        "load_balancer": balancer,
        "services": {"web": {"image": "nginx:1.27", "port": 80, "routes": ["/"]}},
    }
    found = run_text(dump_yaml(spec), "shop.yaml").problems
    assert [each for each in found if each.code == code and words in f"{each.message} {each.hint}"], found


def test_labels_of_certificates_never_meet() -> None:
    one = [{"input": "q"}, {"input": "b_c"}]
    two = [{"input": "q"}, {"input": "c"}]
    balancer = {
        "listeners": {"a": {"port": 443, "certificate": one}, "a-b": {"port": 444, "certificate": two}}
    }
    text = page(balancer, "listeners", listener="a")
    labels = re.findall(r'"aws_lb_listener_certificate" "(\w+)"', text)
    assert len(set(labels)) == len(labels) == 2
