"""Logins at the load balancer: what follows from one, which requests need it, what a change of it means."""

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
from tfgen.spec.source import dump_yaml

PAGE = Path(__file__).parent.parent / "docs" / "login.md"
POOL = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEf123"
COGNITO: dict[str, Any] = {"cognito": {"user_pool": POOL, "client": "abc", "domain": "desk"}}
OIDC: dict[str, Any] = {
    "oidc": {
        "issuer": "https://id.example.com",
        "authorization_endpoint": "https://id.example.com/authorize",
        "token_endpoint": "https://id.example.com/token",
        "user_info_endpoint": "https://id.example.com/userinfo",
        "client_id": "desk",
        "client_secret": {"input": "staff_secret"},
    }
}


def outcome(
    logins: dict[str, Any], *routes: Any, balancer: dict[str, Any] | None = None, **service: Any
) -> Outcome:
    spec = {
        "name": "desk",
        "region": "us-east-1",
        "network": {"egress": "public"},
        "load_balancer": TLS if balancer is None else balancer,
        "logins": logins,
        "services": {"web": {"image": "nginx:1.27", "port": 80, "routes": list(routes or ["/"]), **service}},
    }
    return run_text(dump_yaml(spec), "desk.yaml")


LOGIN, FORWARD = "authenticate-cognito", "forward"


@pytest.mark.parametrize(
    ("service", "route", "expected"),
    [
        (None, None, False),
        ("staff", None, True),
        ("staff", False, False),
        (None, "staff", True),
        (None, {"name": "staff"}, True),
        (True, None, True),
        (None, True, True),
        (False, None, False),
        (False, "staff", True),
        ("staff", True, True),
        ("staff", {"unauthenticated": "deny"}, True),
    ],
)
def test_a_route_has_its_own_login_or_that_of_its_service(service: Any, route: Any, expected: bool) -> None:
    said = {} if service is None else {"login": service}
    text = page(
        outcome({"staff": COGNITO}, {"path": "/a", **({} if route is None else {"login": route})}, **said)
    )
    assert actions(text) == {"https_a_34dc": [LOGIN, FORWARD] if expected else [FORWARD]}


def test_true_is_the_login_of_the_service_where_there_are_several() -> None:
    logins = {"staff": COGNITO, "guests": OIDC}
    found = outcome(logins, {"path": "/a", "login": {"unauthenticated": "deny"}}, login="guests")
    assert '      on_unauthenticated_request = "deny"\n' in page(found)
    assert '      client_id                  = "desk"\n' in page(found)
    found = outcome(
        logins, {"path": "/a", "login": True}, login={"name": "guests", "unauthenticated": "allow"}
    )
    assert '      on_unauthenticated_request = "allow"\n' in page(found)
    found = outcome(logins, {"path": "/a", "login": True})
    assert [each.code for each in found.problems if each.severity == "error"] == ["TG590"]


def test_the_default_service_of_a_listener_has_its_login_there() -> None:
    balancer = {**TLS, "listeners": {"https": {"port": 443, "default": "web"}}}
    text = page(outcome({"staff": COGNITO}, "/a", balancer=balancer, login="staff"))
    assert actions(text)["https_everything_else"] == [LOGIN, FORWARD]


def block(text: str) -> dict[str, str]:
    """The arguments of the first login in a page."""
    (found,) = re.findall(r"^    authenticate_\w+ \{\n(.*?)^    \}", text, re.MULTILINE | re.DOTALL)[:1]
    return dict(re.findall(r"^ +(\w+) += (.*)$", found, re.MULTILINE))


def test_what_a_login_says_is_in_its_action() -> None:
    assert block(page(outcome({"staff": COGNITO}, login="staff"))) == {
        "user_pool_arn": f'"{POOL}"',
        "user_pool_client_id": '"abc"',
        "user_pool_domain": '"desk"',
        "session_cookie_name": '"desk-staff"',
    }
    more = {
        **OIDC,
        "scope": "openid email",
        "session_timeout": 60,
        "cookie": "s",
        "unauthenticated": "deny",
        "params": {"prompt": "login", "a b": "${x}"},
    }
    assert block(page(outcome({"staff": more}, login="staff"))) == {
        "issuer": '"https://id.example.com"',
        "authorization_endpoint": '"https://id.example.com/authorize"',
        "token_endpoint": '"https://id.example.com/token"',
        "user_info_endpoint": '"https://id.example.com/userinfo"',
        "client_id": '"desk"',
        "client_secret": "var.staff_secret",
        "session_cookie_name": '"s"',
        "scope": '"openid email"',
        "session_timeout": "60",
        "on_unauthenticated_request": '"deny"',
        "authentication_request_extra_params": "{",
        "prompt": '"login"',
    }
    assert '"a b"  = "$${x}"' in page(outcome({"staff": more}, login="staff"))


def test_the_secret_of_a_client_is_sensitive_wherever_it_is_a_variable() -> None:
    balancer = {
        **TLS,
        "listeners": {"https": {"port": 443, "redirects": [{"path": "/b", "to": "/c", "login": "staff"}]}},
    }
    found = outcome({"staff": OIDC}, login="staff", balancer=balancer)
    assert found.overridden
    variables = [text for text in found.pages().values() if 'variable "staff_secret"' in text]
    assert len(variables) == 3
    for text in variables:
        (said,) = re.findall(r'variable "staff_secret" \{.*?^\}', text, re.MULTILINE | re.DOTALL)
        assert re.search(r"^  sensitive +?= true$", said, re.MULTILINE)
    others = {**OIDC["oidc"], "client_id": {"input": "staff_client"}}
    text = "".join(outcome({"staff": {"oidc": others}}, login="staff").pages().values())
    assert text.count("sensitive") == 2


@pytest.mark.parametrize(
    ("token", "user_info", "expected"),
    [
        ("https://id.example.com/token", "https://id.example.com/me", {"to_logins": "443"}),
        (
            "https://id.example.com:443/token",
            "https://id.example.com:8443",
            {"to_logins": "443", "to_logins_8443": "8443"},
        ),
        (
            {"ref": "local.token"},
            "https://id.example.com:9000/a:1",
            {"to_logins": "443", "to_logins_9000": "9000"},
        ),
        ("https://id.example.com:8443/token", "https://id.example.com:8443/me", {"to_logins_8443": "8443"}),
    ],
)
def test_the_load_balancer_may_connect_to_the_endpoints_of_providers(
    token: Any, user_info: str, expected: dict[str, str]
) -> None:
    oidc = {"oidc": {**OIDC["oidc"], "token_endpoint": token, "user_info_endpoint": user_info}}
    found = outcome({"staff": oidc, "unused": COGNITO}, login="staff")
    text = page(found, "load_balancer/security")
    rules = re.findall(r'_egress_rule" "(\w+)" \{.*?from_port +?= (\d+)', text, re.DOTALL)
    assert dict(rules) == expected
    listeners = page(found, "load_balancer/listeners")
    for label in expected:
        assert listeners.count(f"    aws_vpc_security_group_egress_rule.{label},\n") == 1


def test_without_a_login_nothing_is_opened() -> None:
    assert "egress" not in page(outcome({"staff": COGNITO}), "load_balancer/security")
    assert "egress" not in page(outcome({"staff": COGNITO}, login=False), "load_balancer/listeners")


def test_a_route_without_the_login_of_its_service_needs_no_tls() -> None:
    found = outcome({"staff": COGNITO}, {"path": "/a", "login": False}, balancer={}, login="staff")
    assert [each.code for each in found.problems if each.severity == "error"] == []
    assert actions(page(found)) == {"a": [FORWARD]}


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("guests", []),
        ("geusts", ["TG590", "TG594"]),
        ("staff", ["TG594"]),
        ({"name": False, "unauthenticated": "deny"}, ["TG594"]),
    ],
)
def test_the_login_of_a_route_must_be_there_beside_that_of_its_service(
    route: Any, expected: list[str]
) -> None:
    found = outcome({"staff": COGNITO, "guests": OIDC}, "/", {"path": "/a", "login": route}, login="staff")
    assert sorted(each.code for each in found.problems if each.code.startswith("TG59")) == expected


@pytest.mark.parametrize("key", ["token_endpoint", "user_info_endpoint"])
@pytest.mark.parametrize(("port", "expected"), [(0, ["TG593"]), (1, []), (65535, []), (65536, ["TG593"])])
def test_an_endpoint_has_a_port_that_there_can_be(key: str, port: int, expected: list[str]) -> None:
    oidc = {**OIDC["oidc"], key: f"https://id.example.com:{port}/a"}
    found = outcome({"staff": {"oidc": oidc}}, login="staff")
    assert [each.code for each in found.problems if each.severity == "error"] == expected


TOKENS = {"issuer": "https://id.example.com", "jwks": "https://id.example.com/keys"}


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({f"c{each}": "x" for each in range(10)}, 0),
        ({f"c{each}": "x" for each in range(11)}, 1),
        ({"aud": [f"v{each}" for each in range(10)]}, 0),
        ({"aud": [f"v{each}" for each in range(11)]}, 1),
        ({"aud": ["a"]}, 0),
        ({"aud": []}, 1),
        ({"aud": {"values": ["a"], "format": "single-string"}}, 0),
        ({"aud": {"values": ["a", "b"], "format": "single-string"}}, 1),
        ({"aud": ["a b"]}, 0),
        ({"scope": ["a", "b"]}, 0),
        ({"scope": ["a", "b c"]}, 1),
    ],
)
def test_what_a_token_is_checked_for(claims: Any, expected: int) -> None:
    balancer = {**TLS, "listeners": {"https": 443}}
    found = outcome({"api": {"jwt": {**TOKENS, "claims": claims}}}, balancer=balancer, login="api")
    assert [each.code for each in found.problems if each.code == "TG593"] == ["TG593"] * expected


@pytest.mark.parametrize(
    "own",
    [
        {"scope": "openid email"},
        {"session_timeout": 60},
        {"cookie": "a"},
        {"unauthenticated": "deny"},
        {"params": {"a": "b"}},
    ],
)
def test_a_token_has_no_session(own: dict[str, Any]) -> None:
    found = outcome({"api": {"jwt": TOKENS, **own}}, login="api")
    (problem,) = (each for each in found.problems if each.code == "TG593")
    assert problem.at.path == ("logins", "api", *own)


def test_a_cookie_is_of_one_client() -> None:
    logins = {"api": {"jwt": TOKENS}, "staff": {**COGNITO, "cookie": "desk-api"}}
    assert "TG593" not in [each.code for each in outcome(logins, login="staff").problems]
    logins["api"] = {**COGNITO, "cookie": "desk-api"}
    assert "TG593" not in [each.code for each in outcome(logins, login="staff").problems]
    logins["api"] = OIDC
    assert "TG593" in [each.code for each in outcome(logins, login="staff").problems]


def test_a_login_has_as_many_parameters_as_aws_takes() -> None:
    for count, expected in ((10, []), (11, ["TG593"])):
        params = {f"p{each}": "x" for each in range(count)}
        found = outcome({"staff": {**COGNITO, "params": params}}, login="staff")
        assert [each.code for each in found.problems if each.severity == "error"] == expected


def test_what_a_listener_answers_can_need_a_login() -> None:
    own = [{"path": "/b", "respond": 410, "login": True}, {"path": "/c", "to": "/d"}]
    balancer = {**TLS, "listeners": {"https": {"port": 443, "redirects": own}, "other": 8443}}
    found = outcome({"staff": COGNITO}, listener="other", balancer=balancer)
    assert list(actions(page(found, "load_balancer/rules")).values()) == [
        [LOGIN, "fixed-response"],
        ["redirect"],
    ]
    listeners = page(found, "load_balancer/listeners")
    assert listeners.index("egress_rule.to_logins") < listeners.index('"aws_lb_listener" "other"')
    assert listeners.count("egress_rule.to_logins") == 1


def test_an_existing_load_balancer_takes_logins_and_its_security_group_stays_as_it_is() -> None:
    existing = {"existing": {"listener_arns": {"https": {"input": "a"}}, "security_group": {"input": "b"}}}
    found = outcome({"staff": OIDC}, login="staff", balancer=existing)
    assert actions(page(found)) == {"https_everything_else": ["authenticate-oidc", FORWARD]}
    assert not [path for path in found.pages() if "load_balancer/" in path]
    assert "HOST" in found.pages()["README.md"]


def test_services_that_share_a_route_have_one_login() -> None:
    spec: dict[str, Any] = {
        "name": "desk",
        "region": "us-east-1",
        "network": {"egress": "public"},
        "load_balancer": TLS,
        "logins": {"staff": COGNITO},
        "services": {
            name: {"image": "nginx:1.27", "port": 80, "routes": [{"weight": 1, **said}]}
            for name, said in (("blue", {}), ("green", {"login": "staff"}))
        },
    }
    text = page(run_text(dump_yaml(spec), "desk.yaml"), "services/blue")
    assert actions(text) == {"https_everything_else": [LOGIN, FORWARD]}
    spec["services"]["blue"]["routes"][0]["login"] = {"name": "staff", "unauthenticated": "deny"}
    (problem,) = [each for each in run_text(dump_yaml(spec), "desk.yaml").problems if each.code == "TG569"]
    assert "is staff here and staff deny in" in problem.message


@pytest.mark.parametrize(
    ("login", "said"),
    [
        ("staff", "a client without a session is sent to the provider first (Cognito)"),
        ({"unauthenticated": "deny"}, "a request without a session gets a 401 (Cognito)"),
        ({"unauthenticated": "allow"}, "requests without a session pass, too (Cognito)"),
    ],
)
def test_tfgen_route_says_which_login_a_request_needs(login: Any, said: str) -> None:
    found = outcome({"staff": COGNITO}, "/", {"path": "/open", "login": False}, login=login).overridden
    assert found
    for url, expected in (("https://a.example/", "staff"), ("https://a.example/open", None)):
        answers = answers_of_request(found, read_request("GET", url, (), None))
        assert all_as_data(answers)["login"] == expected
        assert (f"note: it asks for the login staff: {said}" in all_as_text(answers)) == bool(expected)


def test_the_readme_lists_callback_urls() -> None:
    balancer = {
        "domain": ["desk.example.com", "*.example.com"],
        "zone": "Z0123456789ABCDEFGHIJ",
        "listeners": {"https": 443, "ops": 8443},
    }
    routes = [
        {"path": "/", "login": "staff"},
        {"host": "API.example.com", "login": "staff", "listener": "ops"},
        {"host": "free.example.com"},
        {"host": "guests.example.com", "login": "guests"},
    ]
    text = outcome({"staff": COGNITO, "guests": OIDC}, *routes, balancer=balancer).pages()["README.md"]
    assert "| guests | https://guests.example.com/oauth2/idpresponse |\n" in text
    assert (
        "| staff | https://&#42;.example.com/oauth2/idpresponse, "
        "https://api.example.com:8443/oauth2/idpresponse, "
        "https://desk.example.com/oauth2/idpresponse |\n"
    ) in text
    assert "## Login" not in outcome({}).pages()["README.md"]


ON, OFF, OTHER = ({"login": "staff"}, {}, {"login": {"name": "staff", "unauthenticated": "deny"}})
PASSING = {"login": {"name": "staff", "unauthenticated": "allow"}}
REST = "everything else on https: "


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (OFF, ON, [f"{REST}clients must log in from now on."]),
        (OFF, PASSING, []),
        (
            ON,
            OFF,
            [
                "the load balancer to 0.0.0.0/0 on port 443: this egress is no longer allowed.",
                f"{REST}clients no longer need to log in.",
            ],
        ),
        (
            ON,
            OTHER,
            [f"{REST}the login changes; clients without what it asks for now must log in again."],
        ),
    ],
)
def test_what_a_change_of_a_login_means(
    before: dict[str, Any], after: dict[str, Any], expected: list[str]
) -> None:
    old, new = (outcome({"staff": COGNITO}, **said).pages() for said in (before, after))
    assert list(changes_between(old, new).consequences) == expected


def test_a_user_pool_that_is_given_is_not_a_target_of_requests() -> None:
    """What an action refers to besides its target group."""
    cognito = {**COGNITO["cognito"], "user_pool": {"ref": "aws_cognito_user_pool.main.arn"}}
    old, new = (outcome({"staff": {"cognito": cognito}}, **said).pages() for said in (OFF, ON))
    assert list(changes_between(old, new).consequences) == [
        "everything else on https: clients must log in from now on."
    ]


def test_the_page_shows_specs_that_are_right() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(blocks) == 2
    head = "name: desk\nregion: us-east-1\nnetwork: {egress: nat}\nload_balancer: {certificate: {input: a}}\n"
    for shown in blocks:
        text = head + shown.replace(":\n    login", ":\n    image: nginx:1.27\n    port: 80\n    login")
        found = run_text(text, "desk.yaml")
        assert {each.code for each in found.problems if each.severity == "error"} == set()
