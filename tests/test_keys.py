"""Every key of the spec's model is drawn, stands in a golden stack, is changed in the change matrix, and is
documented; and every form and limit of a key is drawn. What a new key lacks is named here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from strategies import Data, batch
from support.change_matrix import BASES, ROWS
from support.keys import (
    SpecContents,
    forms_of_the_model,
    is_within_reference,
    keys_of_the_model,
    limits_of_the_model,
    named,
)

from tfgen.spec.model import Access
from tfgen.spec.source import parse_yaml

ROOT = Path(__file__).parent.parent
KEYS = frozenset(keys_of_the_model())
SAID = frozenset(key for key in KEYS if not is_within_reference(key))
# Those that hold no others: a section is changed where a key in it is.
LEAVES = frozenset(key for key in SAID if not any(other.startswith(f"{key}.") for other in SAID))
# Forms and limits that are drawn at another place, by the same strategy: those of certificates at the load
# balancer, those of requests at routes, and those of the logins of services.
AS_ELSEWHERE = re.compile(
    r"load_balancer\.listeners\.\*\.((certificate|mutual_tls\.trust_store)(\.\*)?[.:].*|redirects.*: .*)"
    r"|services\.\*\.login\.unauthenticated: .*"
    r"|services\.\*\.access\.\*\.(?!read)\w+: longest 2048"
    r"|logins\.\*\.(cognito|oidc|jwt)\.(?!claims)\w+\.(join.*|\w+: .*)"
)
DRAWABLE = {
    each
    for each in (*SAID, *forms_of_the_model(), *limits_of_the_model())
    if not is_within_reference(each) and not AS_ELSEWHERE.fullmatch(each)
}

# What a law lets pass, and why.
_HALF = "each role has one half of the VPC, whose range is a /16 at most"
_REFS = (
    "image.", "image.join.*.", "environment.*.", "environment.*.join.*.", "secrets.*.", "secrets.*.secret.",
    "secrets.*.parameter.", "environment_files.*.", "environment_files.*.join.*.",
    "logs.options.*.", "logs.options.*.join.*.", "logs.secrets.*.", "logs.secrets.*.secret.",
    "logs.secrets.*.parameter.",
)  # fmt: skip
_FILES = "services.*.environment_files.*"
_ELSEWHERE = "terraform init moves the state, and no plan over a stack that stands shows it"
_LONG = "no root of a drawn stack has a value of 512 characters: tests/test_references.py draws one"
_GIVEN = (
    "load_balancer.existing.listener_arns.*",
    "load_balancer.existing.dns_name", "load_balancer.existing.arn", "cluster", "iam.permissions_boundary",
    "namespace", "dns.namespace_id",
    "load_balancer.waf", "load_balancer.access_logs.bucket", "load_balancer.connection_logs.bucket",
    "load_balancer.health_check_logs.bucket", "alarms.topic",
    "services.*.roles.execution", "services.*.roles.task",
    "services.*.scaling.queue.name", "services.*.deployment.alarms.*",
    "services.*.deployment.hooks.*.function",
)  # fmt: skip
_OF_VOLUMES = tuple(f"services.*.volumes.*.{key}" for key in ("efs", "access_point", "ebs.snapshot"))
_OF_VPC = (
    "network.vpc.id", "network.vpc.public_subnets.*", "network.vpc.private_subnets.*",
    "network.vpc.endpoint_security_group", "network.vpc.prefix_lists.*", "network.vpc.route_tables.*",
)  # fmt: skip
_OF_FRONT = tuple(
    f"load_balancer.{place}"
    for place in (
        "zone", "certificate", "certificate.*", "listeners.*.certificate", "listeners.*.certificate.*",
        "listeners.*.mutual_tls.trust_store",
    )
)  # fmt: skip
_OF_LOGINS = tuple(
    f"logins.*.{place}"
    for place in (
        "cognito.user_pool", "cognito.client", "cognito.domain", "oidc.issuer", "oidc.authorization_endpoint",
        "oidc.token_endpoint", "oidc.user_info_endpoint", "oidc.client_id", "jwt.issuer", "jwt.jwks",
    )
)  # fmt: skip
_SECRET_OF_LOGINS = "logins.*.oidc.client_secret"
_IN_EXAMPLES = {
    *((f"logins.*.cognito.{key}", "ref") for key in ("user_pool", "client", "domain")),
    *((f"logins.*.jwt.{key}", form) for key in ("issuer", "jwks") for form in ("join", "join.*.ref")),
    ("load_balancer.connection_logs.bucket", "input"),
    ("services.*.deployment.alarms.*", "input"),
    ("services.*.deployment.hooks.*.function", "input"),
    ("services.*.deployment.hooks.*.function", "ref"),
    ("load_balancer.waf", "input"),
    ("load_balancer.existing.listener_arns.*", "input"),
    *((place, "ref") for place in ("load_balancer.existing.listener_arns.*", "cluster")),
    *((place, "ref") for place in ("network.vpc.id", "network.vpc.private_subnets.*")),
}
_IN_ROWS = {
    (_SECRET_OF_LOGINS, "ref"),
    ("load_balancer.existing.listener_arns.*", "input"),
    ("load_balancer.existing.arn", "input"),
}
_FORMS = ("ref", "input", "join", "join.*.ref", "join.*.input")
_ALIKE = "a reference is handed down alike at every place, which tests/test_existing.py holds for one"
_OF_6 = (
    "no plan of the tests has version 6 of the provider: test_rewrites.py and test_blue_green.py say what a "
    "change of it means"
)
_OF_STRATEGIES = (
    "strategy", "bake", "step.percent", "step.minutes", "test.listener", "test.headers", "hooks.*.at",
)  # fmt: skip
_OF_SECRETS = (
    "one reader takes secrets of log lines and those of a container, which are in a golden stack and a row"
)
_LOG_SECRETS = tuple(
    f"services.*.logs.secrets.*.{form}"
    for form in (
        "key", "kms_key", "ref", "secret.input", "secret.ref", "parameter.input", "parameter.ref", "secret",
    )
)  # fmt: skip
_OF_ONE_NAME = "as of the only name of a service"
_LISTED = "as of the only name of a service, which the clinic has"
_LONG_NAME = "nothing in the root of a drawn stack has a name of 512 characters"
EXCEPTIONS: dict[str, dict[str, str]] = {
    "drawn": {
        "network.subnets.public: least 16": _HALF,
        "network.subnets.private: least 16": _HALF,
        "network.subnets.database: least 16": "it has a quarter of the VPC, whose range is a /16 at most",
        **{f"services.*.{way}ref: longest 512": _LONG for way in _REFS},
        **{f"{place}.{way}ref: longest 512": _LONG_NAME for place in _GIVEN for way in ("", "join.*.")},
        **{f"{place}.ref: longest 512": _LONG_NAME for place in _OF_VPC},
        "services.*.deployment.test.listener: longest 129": "strategies are drawn beside `main` alone, whose "
        "listeners have shorter names",
        **{
            f"services.*.connect.{place}tls.authority.{way}ref: longest 512": _LONG_NAME
            for place in ("", "*.")
            for way in ("", "join.*.")
        },
        **{
            f"{place}.{way}ref: longest 512": _LONG_NAME
            for place in _OF_FRONT
            if "listeners" not in place
            for way in ("", "join.*.")
        },
    },
    "golden": {
        **{
            f"{place}.{form}": _ALIKE
            for place in _OF_FRONT
            for form in _FORMS
            if (place.removeprefix("load_balancer."), form)
            not in {
                ("zone", "input"),
                ("zone", "ref"),
                ("certificate", "input"),
                ("certificate.*", "ref"),
                ("listeners.*.certificate.*", "input"),
            }
        },
        **{
            f"{place}.{form}": _ALIKE
            for place in _GIVEN
            for form in _FORMS
            if (place, form) not in _IN_EXAMPLES
        },
        **{
            f"{place}.{form}": _ALIKE
            for place in _OF_LOGINS
            for form in _FORMS
            if (place, form) not in _IN_EXAMPLES
        },
        f"{_SECRET_OF_LOGINS}.ref": _ALIKE,
        "services.*.logs.options.*.join.*.ref": _ALIKE,
        **{key: _OF_SECRETS for key in _LOG_SECRETS if "parameter.input" not in key},
        **{f"{_FILES}.{form}": _ALIKE for form in _FORMS},
        **dict.fromkeys(
            (f"services.*.connect.*.timeouts{key}" for key in ("", ".idle", ".request")), _LISTED
        ),
        **dict.fromkeys(
            (f"services.*.connect.*.tls{key}" for key in ("", ".authority", ".kms_key")), _OF_ONE_NAME
        ),
        **{
            f"services.*.connect.{place}tls.authority.{form}": _ALIKE
            for place in ("", "*.")
            for form in _FORMS
            if (place, form) != ("", "input")
        },
        **{f"{place}.ref": _ALIKE for place in _OF_VPC if (place, "ref") not in _IN_EXAMPLES},
        **{f"{place}.{form}": _ALIKE for place in _OF_VOLUMES for form in ("ref", "input")},
    },
    "changed": {
        **{
            f"{place}.{form}": _ALIKE
            for place in (*_OF_FRONT, *_OF_LOGINS)
            for form in _FORMS
            if form != "join"
        },
        f"{_SECRET_OF_LOGINS}.input": _ALIKE,
        **{f"services.*.logs.options.*.{form}": _ALIKE for form in ("ref", "join.*.ref", "join.*.input")},
        **{key: _OF_SECRETS for key in _LOG_SECRETS if key != "services.*.logs.secrets.*.secret"},
        "services.*.connect.*.tls.kms_key": _OF_ONE_NAME,
        **{
            f"services.*.connect.{place}tls.authority.{form}": _ALIKE
            for place in ("", "*.")
            for form in _FORMS
            if form != "join"
        },
        **{f"{_FILES}.{form}": _ALIKE for form in _FORMS if form != "join"},
        **dict.fromkeys(
            (
                *(
                    "provider.version",
                    "services.*.routes.*.rewrite.prefix",
                ),
                *(f"services.*.routes.*.rewrite.{key}" for key in ("url.regex", "url.replace")),
                *(f"services.*.routes.*.rewrite.{key}" for key in ("host.regex", "host.replace")),
                *("logins.*.jwt.claims.*.values", "logins.*.jwt.claims.*.format"),
                "load_balancer.health_check_logs.prefix",
                *(f"services.*.deployment.{key}" for key in _OF_STRATEGIES),
                *(f"services.*.connect_logs.{key}" for key in ("format", "query")),
            ),
            _OF_6,
        ),
        **{f"{place}.ref": _ALIKE for place in _OF_VPC},
        **{f"{place}.{form}": _ALIKE for place in _OF_VOLUMES for form in ("ref", "input")},
        **{
            f"{place}.{form}": _ALIKE
            for place in _GIVEN
            for form in _FORMS
            if form != "join" and (place, form) not in _IN_ROWS
        },
        **{
            f"services.*.access.*.{verb}": "as another verb, which a row changes"
            for verb in Access.verbs
            if verb not in ("receive", "publish")
        },
        **dict.fromkeys(
            (f"services.*.connect.{key}" for key in ("alias_port", "timeouts.idle", "timeouts.request")),
            "as in a list of names, which a row changes",
        ),
        "version": "another version is another way to write the same stack: test_upgrade.py",
        "region": "another region is another stack, where Terraform finds nothing of this one but its roles: "
        "test_change_matrix.py plans it by itself",
        "backend.bucket": _ELSEWHERE,
        "backend.key": _ELSEWHERE,
        "backend.region": _ELSEWHERE,
    },
    "documented": {},
}


def lacking(law: str, wanted: frozenset[str] | set[str], found: set[str]) -> list[str]:
    """What a law finds missing. An exception that is none any more is missing from no list."""
    excused = EXCEPTIONS[law]
    return sorted(wanted - found - excused.keys()) + [
        f"{name}: no exception any more" for name in sorted(excused) if name in found or name not in wanted
    ]


# --- drawn


def drawn() -> set[str]:
    """What the strategies draw, until all is there that can be."""
    found: set[str] = set()
    for number in range(120):
        for said in map(SpecContents, batch(number)):
            found.update(said.keys, said.forms, said.limits)
        if not lacking("drawn", DRAWABLE, found):
            break
    return found


def test_every_key_and_form_and_limit_is_drawn() -> None:
    assert lacking("drawn", DRAWABLE, drawn()) == [], "tests/strategies.py never draws it"


# --- in a golden stack


def test_every_key_is_in_a_golden_stack() -> None:
    specs = [*(ROOT / "examples").glob("*.yaml"), *(ROOT / "examples" / "recipes").rglob("*.yaml")]
    specs += (ROOT / "examples" / "adoption").rglob("*.yaml")
    found = set().union(*(SpecContents(read(path.read_text())).keys for path in specs))
    assert lacking("golden", SAID, found) == [], "no golden stack and no recipe says it"


@cache
def read(text: str) -> Data:
    data: Data = parse_yaml(text, "spec.yaml").data
    return data


# --- changed


_WHOLE = (("services",), ("load_balancer", "listeners"), ("load_balancers",))


def changed(before: Data, after: Data) -> set[str]:
    """The keys whose values differ, but for those of a service or a listener that only one spec has."""
    one, two = SpecContents(before).values, renamed(SpecContents(after).values, before, after)
    only = {way for way in one.keys() ^ two.keys() if way[:-1] in _WHOLE and way[-1].startswith("=")}
    differ = {
        way
        for way in one.keys() | two.keys()
        if sorted(map(repr, one.get(way, ["not there"]))) != sorted(map(repr, two.get(way, ["not there"])))
        if not any(way[: len(entry)] == entry for entry in only)
    }
    # What an entry says, the key of its list or mapping says.
    return {re.sub(r"(\.(\*|\(name\)))+$", "", named(way)) for way in differ}


def renamed(values: Mapping[tuple[str, ...], list[Any]], before: Data, after: Data) -> dict[Any, Any]:
    """What the spec says after a change, with the only new service called as the only one that went."""
    gone, new = (sorted(a.keys() - b.keys()) for a, b in both(before, after))
    if len(gone) != 1 or len(new) != 1:
        return dict(values)
    return {
        tuple(f"={gone[0]}" if step == f"={new[0]}" else step for step in way): value
        for way, value in values.items()
    }


def both(before: Data, after: Data) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    one, two = before.get("services", {}), after.get("services", {})
    yield one, two
    yield two, one


def test_every_key_is_changed_in_the_matrix() -> None:
    found = set().union(*(changed(read(BASES[row.base]), read(row.spec)) for row in ROWS))
    assert lacking("changed", LEAVES, found) == [], "no row of tests/support/change_matrix.py changes it"


# --- documented


def documented(page: str) -> set[str]:
    """The keys that docs/spec.md gives a meaning."""
    found = set()
    for section in page.split("\n## ")[1:]:
        about = section.partition("\n|")[0]
        places = ["" if "The top level" in about else re.match("`(.+)`", about)[1]]  # type: ignore[index]
        places += re.findall("`([^` ]+)`", about.partition(" Also: ")[2])
        rows = re.findall(r"^\| `(\w+)`.*\| *(.*?) *\|$", section, re.MULTILINE)
        found |= {f"{place}.{key}".lstrip(".") for place in places for key, meaning in rows if meaning}
    keys = {key.replace("[]", ".*").replace("NAME", "*") for key in found}
    return {named(key.split(".")) for key in keys}


def test_every_key_is_documented() -> None:
    found = documented((ROOT / "docs" / "spec.md").read_text())
    assert lacking("documented", KEYS, found) == [], "docs/spec.md has no meaning of it"
    assert found <= KEYS


# --- the laws themselves

BASE = "name: a\nservices:\n  web:\n    routes: [/a, {path: /b, host: c.example}]\n    count: 2\n"


@pytest.mark.parametrize(
    ("edit", "keys"),
    [
        (("name: a", "name: b"), {"name"}),
        (("/b, host", "/b, methods: [GET], host"), {"services.*.routes.*.methods"}),
        (("[/a, {path: /b, host: c.example}]", "[{path: /b, host: c.example}, /a]"), set()),
        (("    count: 2\n", ""), {"services.*.count"}),
        (("  web:\n", "  web:\n    port: {number: 1, was: 2}\n"),
         {"services.*.port", "services.*.port.number", "services.*.port.was"}),
        (("  web:\n", "  api:\n    was: web\n"), {"services.*.was", "services"}),
        (("services:\n", "services:\n  api: {cpu: 4}\n"), {"services"}),
    ],
)  # fmt: skip
def test_what_differs_between_two_specs(edit: tuple[str, str], keys: set[str]) -> None:
    after = BASE.replace(*edit)
    assert after != BASE
    assert changed(read(BASE), read(after)) == keys == changed(read(after), read(BASE))


def test_what_a_spec_says() -> None:
    said = SpecContents(
        read("name: aaa\nnetwork: {zones: 2, egress: nat}\nservices: {web: {port: 1, exec: true}}\n")
    )
    assert said.keys >= {"name", "network", "network.zones", "services.*.port", "services.*.port.number"}
    assert said.forms >= {"network.zones: scalar", "network.egress: nat", "services.*.port: short"}
    assert said.limits >= {"services.*.port.number: least 1", "services.(name): longest 3", "name: longest 3"}
    assert "services.*.count" not in said.keys


def test_a_key_that_nobody_says_is_named() -> None:
    assert lacking("documented", {"a", "b", "services.*.c"}, {"b"}) == ["a", "services.*.c"]
