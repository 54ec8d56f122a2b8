"""What only version 6 of the provider has: rewrites and tokens; which versions a stack allows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from support.login import TLS, actions, page

from tfgen.changes.report import changes_between
from tfgen.pipe import Outcome, run_text
from tfgen.routing.answer import answers_of_request
from tfgen.routing.report import all_as_data, all_as_text
from tfgen.routing.request import read_request
from tfgen.spec.source import dump_yaml, parse_yaml

PAGE = Path(__file__).parent.parent / "docs" / "tls.md"
JWT: dict[str, Any] = {"issuer": "https://id.example.com", "jwks": "https://id.example.com/keys"}


def outcome(*routes: Any, provider: Any = 6, as_module: bool = False, **spec: Any) -> Outcome:
    said = {
        "name": "api",
        "region": "us-east-1",
        **({} if provider is None else {"provider": provider}),
        "network": {"egress": "public"},
        "load_balancer": TLS,
        "services": {"web": {"image": "nginx:1.27", "port": 80, "routes": list(routes or ["/"])}},
    }
    return run_text(dump_yaml({**said, **spec}), "api.yaml", as_module=as_module)


def transforms(route: Any) -> list[tuple[str, str, str]]:
    """The type, the expression and the replacement of each transform of the only rule."""
    found = re.findall(
        r'^  transform \{\n    type = "([a-z-]+)"\n\n    (\w+) \{\n      rewrite \{\n'
        r'        regex   = "(.*)"\n        replace = "(.*)"\n      \}\n    \}\n  \}$',
        page(outcome(route)),
        re.MULTILINE,
    )
    assert all(block == f"{kind.replace('-', '_')}_config" for kind, block, *_ in found)
    return [(kind, regex.replace("\\\\", "\\"), replace) for kind, _, regex, replace in found]


URL, HOST = "url-rewrite", "host-header-rewrite"


@pytest.mark.parametrize(
    ("path", "rewrite", "expected"),
    [
        ("/api", "/", [(URL, "^/api/?(.*)$", "/$1")]),
        ("/api/", {"prefix": "/"}, [(URL, "^/api/?(.*)$", "/$1")]),
        ("/api", "/v2", [(URL, "^/api(.*)$", "/v2$1")]),
        ("/api", "/v2/", [(URL, "^/api(.*)$", "/v2$1")]),
        ("/", "/app", [(URL, "^/(.*)$", "/app/$1")]),
        ("/", "/", [(URL, "^/(.*)$", "/$1")]),
        ("/a.b/$c+d", "/", [(URL, r"^/a\.b/\$c\+d/?(.*)$", "/$1")]),
        ("/a", {"host": "b.example"}, [(HOST, "^.*$", "b.example")]),
        (
            "/a",
            {"url": {"regex": "^/a$", "replace": "/b"}, "host": {"regex": "^x", "replace": "y"}},
            [(URL, "^/a$", "/b"), (HOST, "^x", "y")],
        ),
        ("/a/*", {"url": {"regex": "a", "replace": "b"}}, [(URL, "a", "b")]),
        ("/a", None, []),
    ],
)
def test_what_a_rewrite_is(path: str, rewrite: Any, expected: list[tuple[str, str, str]]) -> None:
    assert transforms({"path": path, **({} if rewrite is None else {"rewrite": rewrite})}) == expected


def matched(regex: str, replace: str = "/b") -> dict[str, Any]:
    return {"url": {"regex": regex, "replace": replace}}


@pytest.mark.parametrize(
    ("path", "rewrite", "expected"),
    [
        ("/a", "/", 0),
        ("/a", {}, 1),
        ("/a", {"prefix": "/b", **matched("a")}, 1),
        ("/a*", "/", 1),
        ("/a?", "/", 1),
        ("/a*", matched("a"), 0),
        ("/a", matched("(?=a)"), 1),
        ("/a", matched("(?<!a)b"), 1),
        ("/a", matched(r"(a)\1"), 1),
        ("/a", matched(r"(a)\\1"), 0),
        ("/a", matched("(?>a)"), 1),
        ("/a", matched("a++"), 1),
        ("/a", matched("(?R)"), 1),
        ("/a", matched(r"\p{L}"), 1),
        ("/a", matched("(a"), 1),
        ("/a", matched("a", "$1"), 1),
        ("/a", matched("(a)", "$1"), 0),
        ("/a", matched("(a)", "$2$1"), 1),
        ("/a", {"host": {"regex": "^x", "replace": "$1"}}, 1),
        ("/a", {"host": "b.example"}, 0),
    ],
)
def test_what_a_rewrite_cannot_be(path: str, rewrite: Any, expected: int) -> None:
    found = outcome({"path": path, "rewrite": rewrite}).problems
    assert [each.code for each in found if each.severity == "error"] == ["TG596"] * expected


def test_each_path_of_a_list_has_its_own() -> None:
    assert sorted(transforms({"path": ["/a", "/b"], "rewrite": "/"})) == [
        (URL, "^/a/?(.*)$", "/$1"),
        (URL, "^/b/?(.*)$", "/$1"),
    ]


def got(route: Any, url: str) -> Any:
    found = outcome(route).overridden
    assert found
    answers = answers_of_request(found, read_request("GET", url, (), None))
    data = all_as_data(answers)["receives"]
    note = data and f"note: the service receives {data['path']} on the host {data['host']}"
    assert note is None or note in all_as_text(answers)
    return data and (data["host"], data["path"])


@pytest.mark.parametrize(
    ("rewrite", "url", "expected"),
    [
        ("/", "https://a.example/api/x/?b=1", ("a.example", "/x/?b=1")),
        ("/", "https://a.example/api?b=1", ("a.example", "/?b=1")),
        ({"host": "b.example"}, "https://a.example/api", ("b.example", "/api")),
        ({"url": {"regex": "(c)?/api", "replace": "$1/x"}}, "https://a.example/api/y", ("a.example", "/x/y")),
        (
            {"url": {"regex": "i/(.)", "replace": "-$1$1-"}},
            "https://a.example/api/bcd",
            ("a.example", "/ap-bb-cd"),
        ),
        ({"url": {"regex": "nothing", "replace": "x"}}, "https://a.example/api", ("a.example", "/api")),
        (None, "https://a.example/api", None),
    ],
)
def test_tfgen_route_says_what_the_service_gets(rewrite: Any, url: str, expected: Any) -> None:
    assert got({"path": "/api", **({} if rewrite is None else {"rewrite": rewrite})}, url) == expected


def test_the_whole_path_is_said_only_where_it_is_received() -> None:
    for rewrite, expected in (("/", False), ({"host": "b.example"}, True)):
        found = outcome({"path": "/api", "rewrite": rewrite}).overridden
        assert found
        text = all_as_text(answers_of_request(found, read_request("GET", "https://a.example/api", (), None)))
        assert ("the service receives the whole path: /api is not removed" in text) == expected


def test_the_page_says_what_services_get() -> None:
    rows = re.findall(r"^\| `(/\S*)` \| `(.+?)` \| `(/\S*)` \| `(/\S*)` \|$", PAGE.read_text(), re.MULTILINE)
    assert len(rows) == 5
    for path, rewrite, requested, expected in rows:
        said = parse_yaml(f"a: {rewrite}", "a.yaml").data["a"]
        assert got({"path": path, "rewrite": said}, f"https://a.example{requested}") == (
            "a.example",
            expected,
        )


# --- tokens


def test_a_token_is_checked_before_anything_else() -> None:
    claims = {
        "tier": ["silver", "gold"],
        "aud": "api",
        "scope": "read",
        "other": {"values": ["b", "a", "b"], "format": "space-separated-values"},
    }
    machines = {"jwt": {**JWT, "claims": claims}}
    found = outcome({"path": "/a", "login": "machines"}, logins={"machines": machines})
    text = page(found)
    assert actions(text) == {"https_a_34dc": ["jwt-validation", "forward"]}
    said = re.findall(r'name   = "(\w+)"\n +format = "([a-z-]+)"\n +values = (\[.*\])', text)
    assert said == [
        ("aud", "single-string", '["api"]'),
        ("other", "space-separated-values", '["a", "b"]'),
        ("scope", "space-separated-values", '["read"]'),
        ("tier", "string-array", '["gold", "silver"]'),
    ]
    assert '"to_logins"' in page(found, "load_balancer/security")
    assert "## Login" not in found.pages()["README.md"]
    assert found.overridden
    answers = answers_of_request(found.overridden, read_request("GET", "https://a.example/a", (), None))
    assert "the login machines: a request without a valid token is refused" in all_as_text(answers)


# --- versions of the provider


@pytest.mark.parametrize(
    ("provider", "route", "login", "expected"),
    [
        (None, {}, None, ">= 5.100.0"),
        ({}, {}, None, ">= 5.100.0"),
        (6, {}, None, ">= 6.0.0"),
        ({"version": 6}, {"rewrite": "/"}, None, ">= 6.19.0"),
        (6, {}, "machines", ">= 6.22.0"),
        (6, {"rewrite": "/"}, "machines", ">= 6.22.0"),
    ],
)
def test_the_oldest_version_is_the_first_that_has_what_is_used(
    provider: Any, route: dict[str, Any], login: str | None, expected: str
) -> None:
    more = {"logins": {"machines": {"jwt": JWT}}} if login else {}
    said = {"path": "/a", **route, **({"login": login} if login else {})}
    pages = outcome(said, provider=provider, **more).pages()
    for path, text in pages.items():
        if path.endswith("terraform.tf"):
            bound = "" if "modules/" in path else ", < 7.0.0"
            assert f'version = "{expected}{bound}"\n' in text
    module = outcome(said, provider=provider, as_module=True, **more).pages()
    assert f'version = "{expected}"\n' in module["terraform.tf"]


@pytest.mark.parametrize(
    ("provider", "override", "expected"),
    [
        (None, {"module.load_balancer.aws_lb.main": {"health_check_logs": {"bucket": "b"}}}, {"warning"}),
        (6, {"module.load_balancer.aws_lb.main": {"health_check_logs": {"bucket": "b"}}}, set()),
        (6, {"module.services.aws_ecs_task_definition.web": {"inference_accelerator": []}}, {"error"}),
        (None, {"module.services.aws_ecs_task_definition.web": {"inference_accelerator": []}}, {"warning"}),
    ],
)
def test_overrides_may_use_what_all_allowed_versions_have(
    provider: Any, override: dict[str, Any], expected: set[str]
) -> None:
    found = outcome(provider=provider, overrides=override)
    assert {each.severity for each in found.problems if each.code == "TG270"} == expected


# --- what changes of them mean: no plan of the tests has version 6


def consequences(before: Outcome, after: Outcome) -> list[str]:
    return list(changes_between(before.pages(), after.pages()).consequences)


def test_what_changes_mean() -> None:
    plain, rewritten = outcome("/a"), outcome({"path": "/a", "rewrite": "/"})
    token, other = (
        outcome({"path": "/a", "login": "machines"}, logins={"machines": {"jwt": {**JWT, **more}}})
        for more in ({}, {"claims": {"aud": "api"}})
    )
    both = outcome("/a", provider=None)
    upgrade = (
        "The stack requires version >= 6.0.0, < 7.0.0 of the AWS provider instead of >= 5.100.0, < 7.0.0: "
        "unless the lock file has such a version, terraform init requires -upgrade. Apply that before any "
        "other change."
    )
    assert consequences(both, plain) == [upgrade]
    assert consequences(plain, both) == []  # what is locked satisfies the wider range
    assert consequences(plain, plain) == []
    assert consequences(plain, rewritten)[1:] == [
        "/a on https: the service receives another path, query or host of these requests."
    ]
    assert consequences(plain, token)[1:] == ["/a on https: clients must log in from now on."]
    assert consequences(token, other) == [
        "/a on https: the login changes; clients without what it asks for now must log in again."
    ]
