"""`tfgen route` and the reasoning behind it: patterns, rules that conflict, and who answers a request.

Nothing here matches with tfgen's own matcher what tfgen has matched: the references are regular expressions
and sets of all short texts.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache, reduce
from io import StringIO
from ipaddress import IPv4Address, IPv4Network, ip_address, ip_network
from itertools import combinations, combinations_with_replacement, pairwise, product
from operator import or_
from pathlib import Path
from typing import Any, NamedTuple

import hcl2
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace
from strategies import Data, laws, outcome_of, specs
from support.accepted import shown

from tfgen.blueprint.model import Blueprint, ListenerRule, LoadBalancer, NamedCondition, Service
from tfgen.commands.main import main
from tfgen.hcl.text import Label, Ref
from tfgen.pipe import run_file, run_text
from tfgen.problems import Location, TfgenError
from tfgen.render.pages import render_pages
from tfgen.routing import patterns, table
from tfgen.routing.answer import Answer, answer_request, readings_of_request
from tfgen.routing.conflicts import find_conflicts
from tfgen.routing.extras import Subject, patterns_of_rule
from tfgen.routing.patterns import OTHER, Allowance, find_witness, matches_any, patterns_cover, patterns_meet
from tfgen.routing.report import as_data
from tfgen.routing.request import read_request
from tfgen.routing.table import Entry, entries_by_listener
from tfgen.spec.source import dump_yaml

EXAMPLES = Path(__file__).parent.parent / "examples"


@cache
def expression(pattern: str) -> re.Pattern[str]:
    """A pattern as a regular expression: the reference for what matches."""
    wild = {"*": ".*", "?": "."}
    return re.compile("".join(wild.get(char) or re.escape(char) for char in pattern), re.DOTALL)


def fits(values: tuple[str, ...], text: str) -> bool:
    return any(expression(value).fullmatch(text) for value in values)


# --- patterns, against every short text

# "c" stands in no pattern. Two patterns of 3 characters that meet do so in a text of 5 at most.
TEXTS = ["".join(letters) for size in range(7) for letters in product("abc", repeat=size)]


def every_pattern(longest: int) -> list[str]:
    return ["".join(chars) for size in range(longest + 1) for chars in product("ab*?", repeat=size)]


@cache
def language(*values: str) -> int:
    """The texts that one of the patterns matches, as the bits of a number."""
    return sum(1 << index for index, text in enumerate(TEXTS) if fits(values, text))


@pytest.mark.parametrize("pattern", [*every_pattern(2), "a*b", "*a*", "a?*", "**a", "?*?"])
def test_a_pattern_matches_what_it_says(pattern: str) -> None:
    for text in [*TEXTS[:400], "*", "?", "a*", "/a", "a/b"]:
        assert matches_any((pattern,), text) == bool(expression(pattern).fullmatch(text))


def test_two_patterns_meet_where_some_text_is_both() -> None:
    for one, other in combinations_with_replacement(every_pattern(3), 2):
        assert patterns_meet((one,), (other,)) == bool(language(one) & language(other)), (one, other)


def test_a_pattern_covers_another_where_no_text_is_left() -> None:
    for wide, narrow in product(every_pattern(3), repeat=2):
        assert patterns_cover((wide,), (narrow,)) == (not language(narrow) & ~language(wide)), (wide, narrow)


def test_two_patterns_cover_a_third_together() -> None:
    for pair in combinations(every_pattern(2), 2):
        for narrow in every_pattern(2):
            assert patterns_cover(pair, (narrow,)) == (not language(narrow) & ~language(*pair)), (
                pair,
                narrow,
            )


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        (("a", "a?*"), ("a*",), True),
        (("?*a",), ("*ba",), True),
        (("?*",), ("*?",), True),
        (("?*",), ("*",), False),
        (("a*", "b*", "c*"), ("?",), False),  # there are more letters than those named
        (("/a", "/a/*"), ("/a/b", "/a/b/*"), True),
        (("/a/*",), ("/a", "/a/*"), False),
        (("", "?", "??", "???*"), ("*",), True),
        (("*a*", "?", ""), ("*a", "b?a*"), True),
    ],
)
def test_what_covers_what(wide: tuple[str, ...], narrow: tuple[str, ...], expected: bool) -> None:
    assert patterns_cover(wide, narrow) is expected


_PIECES = st.lists(st.sampled_from(["a", "b", "ab", "*", "?", "/"]), max_size=6).map("".join)
_SOME = st.lists(_PIECES, min_size=1, max_size=3).map(tuple)


@laws(400)
@given(_SOME, _SOME, _SOME)
def test_a_witness_is_one(one: tuple[str, ...], other: tuple[str, ...], outside: tuple[str, ...]) -> None:
    found = find_witness((one, other), outside)
    if found is None:
        short = [text for text in TEXTS if fits(one, text) and fits(other, text)]
        assert all(fits(outside, text) for text in short)
    else:
        text = found.replace(OTHER, "c")
        assert fits(one, text)
        assert fits(other, text)
        assert not fits(outside, text)


def test_a_question_may_be_too_large() -> None:
    with pytest.raises(patterns.TooManyStatesError):
        find_witness((("*a*b*",),), ("*a*b*", "*b*a"), Allowance(1))
    assert find_witness((("*a*b*",),), ("*a*b*", "*b*a")) is None


def test_questions_share_what_they_may_take() -> None:
    allowance = Allowance(together=1)
    assert find_witness((("abcd",),), (), allowance) == "abcd"
    with pytest.raises(patterns.TooManyStatesError):
        find_witness((("abcd",),), (), allowance)


# --- rules that conflict, against every request of a small world

HOSTS = ["a.com", "b.com", "a.org", "b.org", "a.b.com", "b.a.com"]
PATHS = ["/" + "".join(letters) for size in range(6) for letters in product("a/c", repeat=size)]
PATHS.append("/a/a/ca")  # below /a/a, ends with an a, and with no segment that is one
METHODS = ["GET", "POST", "PUT"]
TENANTS = ["", "=", "=a", "=b", "=c", "=cc"]  # a header that is missing, and one with a value
WORLDS = (HOSTS, PATHS, METHODS, TENANTS)
REQUESTS = list(product(*WORLDS))
Parts = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def entry(number: int, service: str, parts: Parts, pinned: bool) -> Entry:
    hosts, paths, methods, tenants = parts
    headers = (NamedCondition(name="X-Tenant", accepted=tenants),) if tenants else ()
    rule = ListenerRule(
        label=Label(f"rule_{number}"), listener="http", listener_arn=Ref("var.arn"), priority=number,
        pinned=pinned, hosts=(hosts,) if hosts else (), paths=(paths,) if paths else (),
        methods=(methods,) if methods else (), headers=headers, queries=(), sources=(),
        target_groups=(), weighted=(), at=Location("spec.yaml", number),
    )  # fmt: skip
    subject = Subject("header", "x-tenant")
    extras = (patterns_of_rule(rule, subject, {}),)
    return Entry(service, rule, hosts or ("?*",), paths or ("/*",), methods or ("?*",), (subject,), extras)


SITES = [(), (), (), (), ("a.com",), ("?*.com",), ("a.*",)]
PLACES = [
    (), ("/",), ("/?*",), ("/a", "/a/*"), ("/a*",), ("/a?*",), ("/a/*",), ("/?",), ("/*a",), ("/*/a",),
    ("/a/a", "/a/a/*"),
]  # fmt: skip
VERBS = [(), (), (), ("GET",), ("GET", "POST"), ("POST",)]
WHOSE = [(), (), (), ("a",), ("?",), ("*",), ("A", "b")]
_PARTS = st.tuples(*map(st.sampled_from, (SITES, PLACES, VERBS, WHOSE)))
PIECES = {
    (): (("/",), ("/?*",)),
    ("/a*",): (("/a",), ("/a?*",)),
    ("/a", "/a/*"): (("/a",), ("/a/*",)),
}


@st.composite
def in_pieces(draw: st.DrawFn) -> list[Parts]:
    """Rules of which some together take all that the last one takes, if nothing is between them."""
    host, path, methods, tenants = draw(_PARTS)
    found: list[Parts]
    if path in PIECES:
        found = [(host, piece, methods, tenants) for piece in PIECES[path]]
    elif len(tenants) > 1:
        found = [(host, path, methods, (tenant,)) for tenant in tenants]
    else:
        methods = ("GET", "POST")
        found = [(host, path, (method,), tenants) for method in methods]
    found.insert(draw(st.integers(0, 2)), draw(_PARTS))
    return [*found, (host, path, methods, tenants)]


@st.composite
def _entries(draw: st.DrawFn) -> tuple[Entry, ...]:
    """The rules of a listener in the order in which they are tried."""
    drawn = draw(st.lists(_PARTS, min_size=2, max_size=7) | in_pieces())
    return tuple(
        entry(number, draw(st.sampled_from("xyz")), parts, draw(st.booleans()))
        for number, parts in enumerate(drawn, 1)
    )


_ENTRIES = _entries()


def wanted(each: Entry) -> int:
    """The requests of the small world that a rule takes, as the bits of a number."""
    return _wanted(each.parts)


@cache
def _wanted(parts: tuple[tuple[str, ...], ...]) -> int:
    fitting = [
        {text for text in world if fits(part, text)} for part, world in zip(parts, WORLDS, strict=True)
    ]
    return sum(
        1 << index
        for index, request in enumerate(REQUESTS)
        if all(text in texts for text, texts in zip(request, fitting, strict=True))
    )


def union(sets: list[int]) -> int:
    return reduce(or_, sets, 0)


@laws(400)
@given(_ENTRIES)
def test_a_rule_is_dead_where_no_request_is_left(rules: tuple[Entry, ...]) -> None:
    taken = 0
    dead = []
    for each in rules:
        if not wanted(each) & ~taken:
            dead.append(each)
        taken |= wanted(each)
    found = find_conflicts(rules).shadows
    assert [shadow.entry for shadow in found] == dead
    for shadow in found:
        by = [wanted(each) for each in shadow.by]
        assert not wanted(shadow.entry) & ~union(by)
        assert all(each.rule.priority < shadow.entry.rule.priority for each in shadow.by)
        for index in range(len(by)) if len(by) > 1 else ():
            assert wanted(shadow.entry) & ~union(by[:index] + by[index + 1 :])


_RANGES = st.integers(28, 32).flatmap(
    lambda size: st.integers(0, 2 ** (size - 28) - 1).map(
        lambda number: f"10.0.0.{number << (32 - size)}/{size}"
    )
)


@laws(300)
@given(st.lists(st.lists(_RANGES, min_size=1, max_size=3), min_size=2, max_size=6))
def test_ranges_are_dead_where_no_address_is_left(rules: list[list[str]]) -> None:
    """Also where others make up a range together: against every address of a range of 16."""
    every = [
        (
            "web",
            replace(entry(number, "web", ((), (), (), ()), False).rule, sources=(tuple(ranges),)),
        )
        for number, ranges in enumerate(rules, 1)
    ]
    taken: set[IPv4Address] = set()
    dead = []
    for number, ranges in enumerate(rules, 1):
        own = {address for cidr in ranges for address in IPv4Network(cidr)}
        if own <= taken:
            dead.append(number)
        taken |= own
    found = find_conflicts(tuple(table._entries_of_rules(every))).shadows
    assert [shadow.entry.rule.priority for shadow in found] == dead


def test_the_small_world_has_rules_that_several_shadow() -> None:
    """Otherwise the law above would say little."""
    sizes = []
    worlds = []

    @laws(400)
    @given(_ENTRIES)
    def look(rules: tuple[Entry, ...]) -> None:
        sizes.extend(len(shadow.by) for shadow in find_conflicts(rules).shadows)
        worlds.append(rules)

    look()
    assert sizes.count(1) > len(worlds) / 4
    assert len([size for size in sizes if size > 1]) > len(worlds) / 40


@laws(400)
@given(_ENTRIES)
def test_an_overlap_is_one_that_somebody_meets(rules: tuple[Entry, ...]) -> None:
    found = find_conflicts(rules)
    dead = [shadow.entry for shadow in found.shadows]
    for overlap in found.overlaps:
        first, second = overlap.first, overlap.second
        assert first.rule.priority < second.rule.priority
        assert first.service != second.service
        assert not (first.rule.pinned and second.rule.pinned)
        assert first not in dead
        assert second not in dead
    named = {(overlap.first, overlap.second) for overlap in found.overlaps}
    taken = 0
    for first in rules:
        for second in rules[first.rule.priority :]:
            shared = wanted(first) & wanted(second) & ~taken
            pins = first.rule.pinned + second.rule.pinned
            settled = pins == 2 or (pins == 1 and not specific(second, first))
            quiet = first.service == second.service or settled
            if second in dead or quiet or not shared or specific(first, second):
                assert (first, second) not in named
            else:
                assert (first, second) in named
        taken |= wanted(first)


def specific(one: Entry, other: Entry) -> bool:
    """The documented order, by sets: host, then path, each by the values that meet; then all the rest."""
    for some, others, world in zip(one.parts[:2], other.parts[:2], WORLDS, strict=False):
        both = {text for text in world if fits(some, text) and fits(others, text)}
        own, theirs = (
            {
                text
                for value in values
                if any(fits((value,), text) for text in both)
                for text in world
                if fits((value,), text)
            }
            for values in (some, others)
        )
        if own != theirs:
            return own < theirs
    own, theirs = (
        {
            (method, tenant)
            for method, tenant in product(METHODS, TENANTS)
            if fits(each.parts[2], method) and fits(each.parts[3], tenant)
        }
        for each in (one, other)
    )
    return own < theirs


SHADOWED = """\
name: shop
region: us-east-1
network: {{egress: nat}}
services:
  a: {{image: nginx:1.27, port: 1, routes: [{a}]}}
  b: {{image: nginx:1.27, port: 2, routes: [{b}]}}
"""


@pytest.mark.parametrize(
    ("a", "b", "hint"),
    [
        ("'/x*'", "'/x**'", "remove one of them: they match the same requests"),
        ("{path: /, priority: 9}", "/x", 'remove the priority of "/": '),
        ("/x", "{path: /x/y, priority: 50000}", 'remove the priority of "/x/y": '),
        ("{path: /, priority: 8}", "{path: /x, priority: 9}", 'remove the priority of "/x" and "/": '),
        ("/x, '/x?*'", "'/x*'", "remove it, or have it evaluated first: priority: "),
        (
            "{path: /x, priority: 1}, {path: '/x?*', priority: 2}",
            "{path: '/x*', priority: 3}",
            "remove it",
        ),
        (
            "{path: /x, priority: 3}, {path: '/x?*', priority: 4}, {path: /y, priority: 2}",
            "{path: '/x*', priority: 5}",
            "remove it, or have it evaluated first: priority: 1",
        ),
    ],
)
def test_what_to_do_about_a_dead_route(a: str, b: str, hint: str) -> None:
    (found,) = run_text(SHADOWED.format(a=a, b=b), "spec.yaml").problems
    assert found.code == "TG380"
    assert found.hint == hint if hint == "remove it" or hint.endswith("1") else found.hint.startswith(hint)


# --- who answers


def blueprint_of(text: str) -> Blueprint:
    outcome = run_text(text, "spec.yaml")
    assert outcome.blueprint, outcome.problems
    assert not outcome.failed, outcome.problems
    return outcome.blueprint


@cache
def example(name: str) -> Blueprint:
    blueprint = run_file(EXAMPLES / f"{name}.yaml").blueprint
    assert blueprint
    return blueprint


HAND_WRITTEN = """\
name: shop
region: us-east-1
network: {egress: nat}
load_balancer:
  listeners:
    http: 80
    secure: {port: 443, ignore: [{rule: TG358, reason: a proxy in front has the certificate}]}
    inner: {port: 81, cidrs: [10.0.0.0/8]}
    closed: {port: 82, cidrs: []}
services:
  web:
    image: nginx
    port: 3000
    routes: [/, {path: /, listener: inner}, {path: /Case/*/x, priority: 7}]
  wild:
    image: nginx
    port: 3001
    routes: [{host: "*.Wild.example", path: /}, "/img/*.?ng"]
  writer:
    image: nginx
    port: 3002
    routes: [{path: /articles, methods: [POST, PUT]}, {path: /articles, methods: [M-SEARCH]}]
  idle:
    image: nginx
    port: 3003
    count: 0
    routes: [/idle, {path: /, listener: secure}, {path: /x, listener: closed}]
"""


def given_by(blueprint: Blueprint, words: str) -> dict[str, Any]:
    method, url, *rest = words.split()
    options = list(pairwise(rest))
    headers = tuple(word.replace(":", ": ", 1) for flag, word in options if flag == "-H")
    source = next((word for flag, word in options if flag == "--from"), None)
    return as_data(answer_request(blueprint, read_request(method, url, headers, source)))


@pytest.mark.parametrize(
    ("stack", "words", "service", "rule"),
    [
        ("shop", "GET http://shop.example/", "webapp", "everything_else"),
        ("shop", "GET http://shop.example", "webapp", "everything_else"),
        ("shop", "GET http://shop.example/api/profile", "backendserver", "api_profile"),
        ("shop", "GET http://shop.example/api/profile/7?x=/y#z", "backendserver", "api_profile"),
        ("shop", "GET http://shop.example/api/profiles", "webapp", "everything_else"),
        ("shop", "GET http://shop.example/API/profile", "webapp", "everything_else"),
        ("shop", "GET http://shop.example/api/profile/", "backendserver", "api_profile"),
        ("shop", "GET http://shop.example?/api/profile", "webapp", "everything_else"),
        ("market", "GET http://m/api/products/7/reviews", "catalog", "api_products_reviews_get_post_3fb0"),
        ("market", "PATCH http://m/api/products/7/reviews", "catalog", "api_products"),
        ("market", "GET http://login.market.example/api/orders", "accounts", "login_market_example_5c32"),
        ("market", "GET http://m/x -H Host:LOGIN.market.example", "accounts", "login_market_example_5c32"),
        ("market", "GET http://login.market.example/api/orders -H Host:m", "orders", "api_orders"),
        ("market", "GET http://login.market.example.org/x", "storefront", "everything_else"),
        ("market", "GET http://m:8080/grafana --from 203.0.113.255", "partner-feed",
         "partners_everything_else"),
        ("market", "GET http://m:9000/grafana/d", "dashboard", "operations_grafana_baf9"),
        ("hand", "GET http://x/Case/a/b/x", "web", "case_x_cf8c"),
        ("hand", "GET http://x/case/a/b/x", "web", "everything_else"),
        ("hand", "GET http://a.b.wILD.example/articles", "wild", "wild_example_2ae0"),
        ("hand", "GET http://wild.example/", "web", "everything_else"),
        ("hand", "GET http://x/img/a/b.png", "wild", "img_ng_cae3"),
        ("hand", "GET http://x/img/a.ng", "web", "everything_else"),
        ("hand", "PUT http://x/articles/1", "writer", "articles_post_put_489a"),
        ("hand", "M-SEARCH http://x/articles", "writer", "articles_m_search_0243"),
        ("hand", "GET http://x/articles", "web", "everything_else"),
        ("hand", "GET http://x:443/", "idle", "secure_everything_else"),
        ("hand", "GET http://x:81/idle --from 10.255.255.255", "web", "inner_everything_else"),
    ],
)  # fmt: skip
def test_who_answers(stack: str, words: str, service: str, rule: str) -> None:
    blueprint = blueprint_of(HAND_WRITTEN) if stack == "hand" else example(stack)
    data = given_by(blueprint, words)
    assert (data["answers"], data["service"]) == ("service", service)
    assert data["rule"]["address"] == f"aws_lb_listener_rule.{rule}"
    (own,) = (each for each in blueprint.services if each.key == service)
    assert data["port"] == own.port_mappings[0].port
    assert data["target_group"] == f"aws_lb_target_group.{own.target_groups[0].label}"
    outcomes = [candidate["outcome"] for candidate in data["candidates"]]
    assert outcomes == sorted(outcomes, key=["passed", "answers", "not-tried"].index)
    assert all(each["why_not"] for each in data["candidates"] if each["outcome"] == "passed")


@pytest.mark.parametrize(
    ("stack", "words", "reason"),
    [
        ("shop", "GET https://shop.example/", "no listener has port 443 (the listeners: http 80)"),
        ("shop", "GET http://shop.example:8080/", "no listener has port 8080"),
        ("network", "GET http://shop.example/", "this stack has no load balancer"),
        ("market", "GET http://m:8080/ --from 203.0.114.0", "allows 198.51"),
        ("market", "GET http://m/ --from 2001:db8::1", "allows 0.0.0.0/0, not 2001:db8::1"),
        ("hand", "GET https://x/", "listener secure on port 443 speaks HTTP without TLS"),
        ("hand", "GET http://x:82/", "allows no clients; the connection"),
        ("shop", "TRACE http://shop.example/", "responds to every TRACE with 405"),
    ],
)  # fmt: skip
def test_why_nobody_answers(stack: str, words: str, reason: str) -> None:
    data = given_by(blueprint_of(HAND_WRITTEN) if stack == "hand" else example(stack), words)
    assert data["answers"] == "nobody"
    assert reason in data["reason"]
    assert data["service"] is data["rule"] is data["port"] is None
    assert data["candidates"] == []


def test_a_listener_without_a_default_says_404() -> None:
    data = given_by(example("market"), "GET http://m:9000/elsewhere --from 192.0.2.1")
    assert (data["answers"], data["status"], data["service"]) == ("load-balancer", 404, None)
    assert [candidate["outcome"] for candidate in data["candidates"]] == ["passed", "answers"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/b", ["/a/b"]),
        ("/a%2Fb", ["/a%2Fb", "/a/b"]),
        ("/%61", ["/a", "/%61"]),
        ("/a/../b/.", ["/b/", "/a/../b/."]),
        ("/../..", ["/", "/../.."]),
        ("/a/..", ["/", "/a/.."]),
        ("/a/b/..", ["/a/", "/a/b/.."]),
        ("/a/.", ["/a/", "/a/."]),
        ("//a", ["//a", "/a"]),
        ("/%7e%e9", ["/~%e9", "/%7e%e9"]),
        ("/%2e%2e/%2Fx", ["/%2Fx", "/%2e%2e/%2Fx", "//x", "/x"]),
        ("/é", ["/%C3%A9"]),
        ("/a%2", ["/a%2"]),
    ],
)
def test_ways_to_read_a_path(path: str, expected: list[str]) -> None:
    assert [
        seen.path for seen in readings_of_request(read_request("GET", f"http://x{path}", (), None))
    ] == expected


def test_a_port_in_the_host_header_may_count_or_not() -> None:
    assert [s.host for s in readings_of_request(read_request("GET", "http://x:80/", (), None))] == ["x"]
    assert [s.host for s in readings_of_request(read_request("GET", "http://X:81/", (), None))] == [
        "x",
        "x:81",
    ]
    assert [
        s.host for s in readings_of_request(read_request("GET", "http://y/", ("host:  X:80 ",), None))
    ] == ["x", "x:80"]


def test_a_last_dot_in_the_host_may_count_or_not() -> None:
    assert [s.host for s in readings_of_request(read_request("GET", "http://X./", (), None))] == ["x.", "x"]


def test_another_rule_to_the_same_service_is_no_other_answer() -> None:
    text = """
name: shop
region: us-east-1
network: {egress: nat}
services:
  web: {image: nginx:1.27, port: 80, routes: [/, {path: /api, host: shop.example}]}
"""
    blueprint = run_text(text, "shop.yaml").blueprint
    assert blueprint
    assert (
        answer_request(blueprint, read_request("GET", "http://shop.example.:80/api", (), None)).otherwise
        == ()
    )


def test_where_the_readings_differ_the_answer_says_so() -> None:
    data = given_by(example("market"), "GET http://m/api%2Forders")
    assert data["service"] == "storefront"
    assert [(each["path"], each["leads_to"]) for each in data["otherwise"]] == [("/api/orders", "orders")]
    assert "AWS does not document" in data["notes"][0]
    assert given_by(example("market"), "GET http://m/api/orders/%2F")["otherwise"] == []


@pytest.mark.parametrize(
    ("method", "url", "headers", "source", "said"),
    [
        ("get", "http://x", (), None, 'METHOD "get": methods are case-sensitive; write GET'),
        ("GE T", "http://x", (), None, 'METHOD "GE T": expected an HTTP method'),
        ("", "http://x", (), None, 'METHOD "": expected'),
        ("GET", "x/y", (), None, 'URL "x/y": expected one that begins with http://'),
        ("GET", "ftp://x/y", (), None, "http:// or https://"),
        ("GET", "http://", (), None, "expected a host name"),
        ("GET", "http:///x", (), None, "expected a host name"),
        ("GET", "http://x:0/", (), None, "expected a host name"),
        ("GET", "http://x:65536/", (), None, "expected a host name"),
        ("GET", "http://me@x/", (), None, "in the Authorization header"),
        ("GET", "http://bücher.example/", (), None, "write xn--bcher-kva.example"),
        ("GET", "http://ü..example/", (), None, "expected a host name in ASCII"),
        ("GET", "http://x/a b", (), None, "%20"),
        ("GET", "http://x/\x1b[31m", (), None, "control characters"),
        ("GET", "http://x", ("Host",), None, "expected a header such as"),
        ("GET", "http://x", ("Ho st: x",), None, "expected a header such as"),
        ("GET", "http://x", ("Host: a\nb",), None, "expected a header such as"),
        ("GET", "http://x", ("Host: a", "host: b"), None, "one Host header, not 2"),
        ("GET", "http://x", ("Host: a/b",), None, "expected a host name"),
        ("GET", "http://x", (), "10.0.0.0/8", "expected an IP address"),
        ("GET", "http://x", (), "", "expected an IP address"),
    ],
)
def test_arguments_that_are_wrong(
    method: str, url: str, headers: tuple[str, ...], source: str | None, said: str
) -> None:
    with pytest.raises(TfgenError) as error:
        read_request(method, url, headers, source)
    assert said in error.value.message
    assert error.value.code == 2
    assert error.value.message.isprintable() or "\n  " in error.value.message
    assert "\x1b" not in error.value.message


# --- the simulator against the Terraform that was rendered


class Rendered(NamedTuple):
    """A rule as Terraform reads it; `listener` and `target` are resources' labels, "" is a fixed response.

    A condition is its kind, the name of the header if it is about one, and its values; those of a query are
    pairs."""

    listener: str
    priority: int
    target: str
    conditions: list[tuple[str, str, list[Any]]]


class Sent(NamedTuple):
    """A request as a load balancer gets it."""

    host: str
    path: str
    method: str
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    source: str = "192.0.2.1"


def parsed(text: str, block: str) -> Iterator[Any]:
    """The blocks of a page that begin with `block`, by python-hcl2."""
    found = re.findall(rf"^{block}[^\n]*\{{\n.*?^\}}$", text, re.MULTILINE | re.DOTALL)
    kind = block.partition(" ")[0]
    return iter(hcl2.load(StringIO("\n".join(found) + "\n")).get(kind, []) if found else [])


def unquoted(value: str) -> str:
    """A string of HCL as the text that it stands for; those here need no more than this."""
    assert value[0] == value[-1] == '"'
    return value[1:-1].replace('\\"', '"').replace("$${", "${").replace("%%{", "%{")


def reference(value: str) -> str:
    return value.removeprefix("${").removesuffix("}")


def wiring(pages: Mapping[str, str]) -> dict[str, str]:
    """What stands behind `MODULE var.x`, through the root's calls and the outputs of the other module."""
    outputs: dict[str, str] = {}
    for module in (path.split("/")[1] for path in pages if re.fullmatch(r"modules/\w+/outputs.tf", path)):
        for block in parsed(pages[f"modules/{module}/outputs.tf"], "output"):
            for name, body in block.items():
                value = reference(str(body.get("value", "")))
                kind, _, rest = value.partition(".")
                own = owner(module) if kind == "aws_lb_listener" else ""
                outputs[f"module.{module}.{unquoted(name)}"] = f"{kind}.{own}{rest}"
    found = {}
    for block in parsed(pages["main.tf"], "module"):
        for name, body in block.items():
            for argument, value in body.items():
                behind = outputs.get(reference(str(value)))
                if behind:
                    found[f"{unquoted(name)} var.{argument}"] = behind
    return found


def owner(module: str) -> str:
    """What is in front of the names of a module's listeners."""
    name = module.removesuffix("load_balancer").rstrip("_").replace("_", "-")
    return f"{name}." if name and module.endswith("load_balancer") else ""


def rules_of(pages: Mapping[str, str]) -> list[Rendered]:
    behind = wiring(pages)
    found = []
    for path, text in pages.items():
        if not path.startswith("modules/"):
            continue
        own = owner(path.split("/")[1])
        for block in parsed(text, 'resource "aws_lb_listener_rule"'):
            for body in block['"aws_lb_listener_rule"'].values():
                found.append(rule_of(body, behind, own))
        if path.startswith("modules/services/"):  # listeners there are of network load balancers
            continue
        for block in parsed(text, 'resource "aws_lb_listener"'):
            for name, body in block['"aws_lb_listener"'].items():
                assert "target_group_arn" not in body["default_action"][0]
                found.append(Rendered(f"{own}{unquoted(name)}", 99999, "", []))
    return found


def rule_of(body: Any, behind: Mapping[str, str], own: str) -> Rendered:
    """`own` is in front of the name of the listener where the rule is in its module."""
    conditions = [
        condition_of(kind, inner)
        for condition in body["condition"]
        for kind, inner in condition.items()
        if kind != "__is_block__"
    ]
    arn = reference(body["listener_arn"])
    given = behind.get(f"services {arn}", f"{arn.partition('.')[0]}.{own}{arn.partition('.')[2]}")
    listener = given.partition(".")[2].removesuffix(".arn")
    *first, last = body["action"]  # in the order in which a load balancer takes them
    target = " ".join(filter(None, [*(unquoted(each["type"]) for each in first), target_of(last)]))
    return Rendered(listener, body["priority"], target, conditions)


def target_of(action: Any) -> str:
    """The target group of an action, or all those that get a share, however small; "" where there is none."""
    if "redirect" in action or "fixed_response" in action:
        return ""
    if "forward" not in action:
        return label(reference(action["target_group_arn"]))
    targets = action["forward"][0]["target_group"]
    return " ".join(label(reference(target["arn"])) for target in targets)


def condition_of(kind: str, blocks: Any) -> tuple[str, str, list[Any]]:
    if kind == "query_string":
        return kind, "", [(unquoted(block["key"]), unquoted(block["value"])) for block in blocks]
    (block,) = blocks
    name = unquoted(block["http_header_name"]) if kind == "http_header" else ""
    return kind, name, [unquoted(value) for value in block["values"]]


def label(arn: str) -> str:
    return arn.split(".")[1]


def _forwarded_to(rules: tuple[ListenerRule, ...], service: Service) -> list[str]:
    """The target groups of a service, which may have several, that a rule forwards to."""
    own = [group.label for group in service.target_groups]
    shares = [target.target_group for rule in rules for each in rule.weighted for target in each.targets]
    labels = (*(label for rule in rules for label in rule.target_groups), *shares)
    return [label for label in labels if label in own]


def naive(rules: list[Rendered], listener: str, sent: Sent) -> str:
    """What a client is asked for first, and the target group that answers, by regular expressions, one rule
    after the other.

    Written from what AWS documents of conditions (aws.md section 5), and from nothing of tfgen's: all
    conditions of a rule must hold, one value of each; the lowest priority comes first."""
    for rule in sorted(rules, key=lambda rule: rule.priority):
        if rule.listener == listener and all(holds(condition, sent) for condition in rule.conditions):
            return rule.target
    raise AssertionError("a listener has a default action")


def holds(condition: tuple[str, str, list[Any]], sent: Sent) -> bool:
    kind, name, values = condition
    match kind:
        case "host_header":
            return any(alike(value, sent.host) for value in values)
        case "path_pattern":
            return any(expression(value).fullmatch(sent.path) for value in values)
        case "http_request_method":
            return sent.method in values
        case "http_header":
            own = [text for key, text in sent.headers if key.lower() == name.lower()]
            return any(alike(value, text) for value in values for text in own)
        case "query_string":
            return any(alike(k, key) and alike(v, text) for k, v in values for key, text in sent.query)
        case "source_ip":
            return any(ip_address(sent.source) in ip_network(value) for value in values)
    raise AssertionError(kind)


def alike(pattern: str, text: str) -> bool:
    return re.fullmatch(expression(pattern).pattern, text, re.IGNORECASE) is not None


_WORDS = st.sampled_from(["a", "b", "api", "v1", "x.css", "", "1", "profile", "A"])


def filled(draw: st.DrawFn, pattern: str) -> str:
    """A text that a pattern matches, mostly."""
    text = "".join(draw(_WORDS) if char in "*?" else char for char in pattern)
    return draw(st.sampled_from([text, text, text.upper(), text + "m"]))


@st.composite
def asked(draw: st.DrawFn, rules: list[Rendered]) -> Sent:
    """A request such as some rule wants, or nearly, with something that another one wants."""
    sent = Sent("x.com", "/", "GET")
    chosen = draw(st.lists(st.sampled_from(rules), min_size=1, max_size=3))
    for kind, name, values in [condition for rule in chosen for condition in rule.conditions]:
        value = draw(st.sampled_from(values))
        if not draw(st.integers(0, 9)):
            continue
        match kind:
            case "host_header":
                host = "".join(draw(_WORDS) if char in "*?" else char for char in value)
                host = host.replace("..", ".x.").strip(".") + draw(st.sampled_from(["", "", "", "m"]))
                sent = sent._replace(host=host)
            case "path_pattern":
                path = "".join(draw(_WORDS) if char in "*?" else char for char in value)
                sent = sent._replace(path=path + draw(st.sampled_from(["", "", "/", "/a", "b"])))
            case "http_request_method":
                sent = sent._replace(method=value)
            case "http_header":
                header = draw(st.sampled_from([name, name.upper()])), filled(draw, value).strip()
                sent = sent._replace(headers=(*sent.headers, header))
            case "query_string":
                pair = draw(st.sampled_from([value[0], value[0].upper()])), filled(draw, value[1])
                sent = sent._replace(query=(*sent.query, pair))
            case "source_ip":
                range_ = ip_network(value)
                sent = sent._replace(source=str(draw(st.sampled_from([range_[0], range_[-1]]))))
    return sent


def asked_of_tfgen(
    blueprint: Blueprint, sent: Sent, port: int, scheme: str = "http", balancer: str = ""
) -> Answer:
    query = "&".join(f"{key}={value}" for key, value in sent.query)
    url = f"{scheme}://{sent.host}:{port}{sent.path}{'?' if query else ''}{query}"
    headers = (f"Host: {sent.host}", *(f"{name}: {value}" for name, value in sent.headers))
    request = read_request(sent.method, url, headers, sent.source)
    return answer_request(blueprint, request._replace(balancer=balancer))


@laws(25)
@given(st.data(), specs(4))
def test_the_rendered_rules_send_every_request_where_tfgen_says(data: st.DataObject, spec: Data) -> None:
    blueprint = outcome_of(spec).blueprint
    assert blueprint
    if not blueprint.load_balancer:
        return
    rules = rules_of(render_pages(blueprint))
    listeners = [
        (balancer.key, each)
        for balancer in blueprint.load_balancer
        for each in balancer.listeners
        if not balancer.is_network
    ]
    assert len(rules) == sum(map(len, entries_by_listener(blueprint).values())) + len(listeners)
    for balancer, listener in listeners:
        own = "" if balancer == "main" else f"{balancer}."
        labels = {
            service.key: group.label
            for service in blueprint.services
            for group in service.target_groups
            if group.balancer == balancer
        }
        for _ in range(6):
            sent = data.draw(asked(rules))
            if not listener.cidrs or "?" in sent.path:
                continue
            scheme = listener.protocol.lower()
            found = asked_of_tfgen(opened(blueprint), sent, listener.port, scheme, balancer)
            seen = readings_of_request(found.request)[0]
            expected = naive(rules, f"{own}{listener.label}", sent._replace(host=seen.host, path=seen.path))
            said = [login.type for each in found.winner for rule in each.rule for login in rule.logins]
            said += [
                label
                for each in found.winner
                for service in each.service
                for label in _forwarded_to(each.rule, service) or [labels[service.key]]
            ]
            assert " ".join(said) == expected, sent


def opened(blueprint: Blueprint) -> Blueprint:
    """With listeners that everybody may connect to: these laws are about their rules."""

    def for_everybody(balancer: LoadBalancer) -> LoadBalancer:
        listeners = tuple(
            replace(each, cidrs=tuple(replace(cidr, cidr="0.0.0.0/0") for cidr in each.cidrs[:1]))
            for each in balancer.listeners
        )
        return replace(balancer, listeners=listeners)

    return replace(blueprint, load_balancer=tuple(map(for_everybody, blueprint.load_balancer)))


def test_the_golden_rules_send_every_request_where_tfgen_says() -> None:
    blueprint = example("market")
    rules = rules_of(render_pages(blueprint))
    paths = [
        "/",
        "/api",
        *(f"/api/{word}{end}" for word in ("products", "orders", "x") for end in ("", "/", "/1/reviews")),
    ]
    for host, path, method in product(["m.example", "LOGIN.market.example"], paths, ["GET", "PUT"]):
        found = answer_request(blueprint, read_request(method, f"http://{host}{path}", (), None))
        said = found.winner[0].service[0].label
        assert said == naive(rules, "http", Sent(host, path, method))


# A listener on which each route has conditions, more of them or fewer, on few names and values: most requests
# match several rules.
_SOME_VALUES = st.sampled_from(["a", "b", "A", "a*", "?", "*"])
_VALUES = _SOME_VALUES | st.lists(_SOME_VALUES, min_size=1, max_size=2, unique_by=str.lower)
_DENSE = st.fixed_dictionaries(
    {"path": st.sampled_from(["/", "/a", "/a*"])},
    optional={
        "headers": st.dictionaries(st.sampled_from(["X-A", "x-b"]), _VALUES, min_size=1),
        "query": st.dictionaries(st.sampled_from(["q", "R"]), _VALUES, min_size=1),
        "source": st.just(["203.0.113.0/24"]) | st.just(["203.0.113.0/25", "198.51.100.1/32"]),
        "host": st.sampled_from(["a.com", "*.com"]),
    },
)


def within_limits(route: Data) -> Data:
    """As many of its conditions as a rule has room for."""
    room, kept = 3, {"path": route["path"]}
    for key in sorted(route.keys() - {"path"}):
        values = route[key].values() if isinstance(route[key], dict) else [route[key]]
        room -= sum(1 if isinstance(each, str) else len(each) for each in values)
        if room >= 0:
            kept[key] = route[key]
    return kept


@st.composite
def dense_blueprints(draw: st.DrawFn) -> Blueprint:
    """A listener with such routes, each of a service of its own, with priorities in any order."""
    drawn = draw(st.lists(_DENSE.map(within_limits), min_size=2, max_size=8))
    routes = list({repr(dump_yaml(route)).lower(): route for route in drawn}.values())
    numbers = draw(st.permutations(range(1, len(routes) + 1)))
    services = {
        f"s{number}": {"image": "nginx:1.27", "port": 80, "routes": [{**route, "priority": number}]}
        for number, route in zip(numbers, routes, strict=True)
    }
    spec = {"name": "a", "region": "us-east-1", "network": {"egress": "nat"}, "services": services}
    blueprint = run_text(dump_yaml(spec), "spec.yaml").blueprint
    assume(blueprint is not None)  # two spellings of one route
    assert blueprint
    return blueprint


@laws(150)
@given(st.data(), dense_blueprints())
def test_rules_with_many_conditions_send_every_request_where_tfgen_says(
    data: st.DataObject, blueprint: Blueprint
) -> None:
    rules = rules_of(render_pages(blueprint))
    for _ in range(12):
        sent = data.draw(asked(rules))
        if "?" not in sent.path:
            found = asked_of_tfgen(blueprint, sent, 80)
            said = next((service.label for each in found.winner for service in each.service), "")
            assert said == naive(rules, "http", sent), sent


def test_most_requests_match_several_of_these_rules() -> None:
    """Otherwise the law above would say little."""
    matching: Counter[int] = Counter()

    @laws(60)
    @given(st.data(), dense_blueprints())
    def look(data: st.DataObject, blueprint: Blueprint) -> None:
        rules = rules_of(render_pages(blueprint))
        sent = data.draw(asked(rules))
        matching[sum(all(holds(each, sent) for each in rule.conditions) for rule in rules)] += 1

    look()
    assert matching[1] < sum(matching.values()) / 2  # the default action always does


# --- the command

Tfgen = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tfgen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tfgen:
    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tfgen", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return call


def test_the_command_prints_what_the_documentation_shows(
    tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLES.parent)
    page = Path("docs/route.md").resolve()
    commands = re.findall(r"^\$ tfgen (route .*)\n", page.read_text(), re.MULTILINE)
    assert len(commands) >= 3
    for words in commands:
        code, out, err = tfgen(*(word.strip("'") for word in re.findall(r"'[^']*'|\S+", words)))
        assert (code, err) == (0, "")
        assert shown(page, f"$ tfgen {words}\n", out) == out


def test_json_has_the_same_content(tfgen: Tfgen) -> None:
    words = ["route", str(EXAMPLES / "market.yaml"), "GET", "http://m:9000/x", "--from", "192.0.2.1"]
    code, out, err = tfgen(*words, "-H", "X-A: b", "--json")
    assert (code, err) == (0, "")
    data = json.loads(out)
    _, text, _ = tfgen(*words, "-H", "X-A: b")
    assert data["listener"] == {"name": "operations", "port": 9000, "cidrs": ["192.0.2.0/24"]}
    assert data["request"]["from"] == "192.0.2.1"
    for note in data["notes"]:
        assert note in text
    for candidate in data["candidates"]:
        assert (candidate["route"] or "default action") in text
        assert all(reason in text for reason in candidate["why_not"])


def test_a_service_without_tasks_is_told(tfgen: Tfgen, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(HAND_WRITTEN)
    code, out, _ = tfgen("route", str(tmp_path / "shop.yaml"), "GET", "http://x/idle")
    assert code == 0
    assert "idle responds, on port 3003." in out
    assert "the count of idle is 0: without tasks, the load balancer responds with 503" in out


WEIGHTED = """\
name: shop
region: us-east-1
network: {egress: nat}
services:
  web: {image: nginx:1.27, port: 3000, routes: [{path: /, weight: 90, sticky: 600}, {path: /*.png}]}
  canary: {image: nginx:1.28, port: 3001, routes: [{path: /, weight: 10}]}
  old: {image: nginx:1.26, port: 3000, routes: [{path: /old, priority: 9}]}
"""


def test_services_that_share_a_route_are_told_with_their_weights(tfgen: Tfgen, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(WEIGHTED)
    words = ("route", str(tmp_path / "shop.yaml"), "GET", "http://x/a")
    code, out, _ = tfgen(*words)
    assert code == 0
    assert "canary (weight 10) or web (weight 90) responds, on port 3001 or 3000." in out
    assert "note: a client stays with the service of its first request for 600 s" in out
    data = json.loads(tfgen(*words, "--json")[1])
    assert (data["answers"], data["service"], data["port"], data["target_group"]) == (
        "service",
        None,
        None,
        None,
    )
    assert data["weights"] == {"canary": 10, "web": 90}
    assert data["rule"]["leads_to"] == "canary and web"
    single = json.loads(tfgen(*words[:-1], "http://x/old", "--json")[1])
    assert (single["service"], single["weights"]) == ("old", None)
    assert "50000  /                   -> canary or web" in tfgen(*words[:-1], "http://x/old")[1]


def test_a_rule_that_divides_requests_has_the_address_that_it_has_without_weights() -> None:
    plain = blueprint_of(WEIGHTED.replace("path: /, weight: 90, sticky: 600", "path: /").replace(
        "routes: [{path: /, weight: 10}]", "routes: [/canary]"
    ))  # fmt: skip
    shared = blueprint_of(WEIGHTED)
    labels = [
        {rule.label: rule.priority for service in each.services for rule in service.rules}
        for each in (plain, shared)
    ]
    assert labels[0].pop("canary")
    assert labels[0] == labels[1]
    of_canary, of_web = (service for service in shared.services if service.key != "old")
    assert [rule.label for rule in of_canary.rules] == ["everything_else"]
    assert "everything_else" not in [rule.label for rule in of_web.rules]
    assert "aws_lb_listener_rule.everything_else" in of_web.depends_on


@pytest.mark.parametrize("key", ["host", "path"])
def test_a_list_that_grows_changes_no_other_rule(key: str) -> None:
    values = {"host": ["b.example", "a.example", "*.c.example"], "path": ["/b", "/a", "/c/*"]}[key]
    found = []
    for size in (1, 2, 3):
        said = ", ".join(f'"{value}"' for value in values[:size])
        text = WEIGHTED.replace("{path: /old, priority: 9}", f"{{{key}: [{said}]}}")
        (old,) = (service for service in blueprint_of(text).services if service.key == "old")
        found.append({(rule.label, rule.priority, rule.hosts, rule.paths) for rule in old.rules})
    assert [len(rules) for rules in found] == [1, 2, 3]
    assert found[0] < found[1] < found[2]


def test_a_spec_with_errors_is_told_as_render_tells_it(tfgen: Tfgen, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(HAND_WRITTEN.replace("egress: nat", "egress: vpn"))
    code, out, err = tfgen("route", str(tmp_path / "shop.yaml"), "GET", "http://x/")
    assert (code, out) == (1, "")
    assert "TG1" in err or "TG0" in err
    assert tfgen("render", str(tmp_path / "shop.yaml"))[2] == err
