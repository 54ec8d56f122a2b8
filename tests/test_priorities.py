"""Listener rule priorities: the more specific route first, whatever else there is."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import laws

from tfgen.blueprint.conditions import looseness, of_requests
from tfgen.blueprint.load_balancer import extra_of_conditions
from tfgen.blueprint.priorities import LAST, Extra, place, priority
from tfgen.spec.model import Route as SpecRoute

Route = tuple[str | None, str, tuple[str, ...]]

# From the first that is tried to the last; each could take requests of some that follow.
TABLE: list[list[Route]] = [
    [
        ("api.example.com", "/", ()),
        ("*.example.com", "/a/b/c/d", ()),
        ("*.com", "/a/b/c/d", ()),
        (None, "/a/b/c/d/e/f/g", ("GET",)),
    ],
    [
        (None, "/a/b/c/d/e/f/g/h", ()),
        (None, "/a/b/c/d/e/f/g", ()),
        (None, "/a/b/c/d/e", ()),
        (None, "/a/b/c/d", ()),
        (None, "/a/b/c", ("GET",)),
        (None, "/a/b/c", ()),
        (None, "/a/b", ()),
        (None, "/a/*", ()),
        (None, "/a", ("GET",)),
        (None, "/a", ()),
        (None, "/a*", ()),
        (None, "/", ("GET",)),
    ],
    [
        (None, "/api/*/reviews", ("POST",)),
        (None, "/api/*/reviews", ()),
        (None, "/api/*/*", ()),
        (None, "/api", ()),
    ],
    [(None, "/v1", ()), (None, "/v?", ()), (None, "/v*", ()), (None, "/?*", ())],
    [(None, "/img/a?.png", ()), (None, "/img/a*.png", ()), (None, "/img/*.png", ()), (None, "/*.png", ())],
    [
        ("www.api.example.com", "/", ()),
        ("*.api.example.com", "/", ()),
        ("?*.example.com", "/", ()),
        ("*.example.com", "/", ()),
        ("*.com", "/", ()),
        (None, "/", ("GET",)),
    ],
]


@pytest.mark.parametrize("routes", TABLE)
def test_the_more_specific_is_tried_first(routes: list[Route]) -> None:
    assert sorted(routes, key=lambda route: priority(*route)) == routes


@pytest.mark.parametrize(
    ("route", "number"),
    [
        ((None, "/api/profile", ()), 36168),
        ((None, "/api/*/reviews", ("GET", "POST")), 29365),
        (("login.example.com", "/", ()), 12506),
        (("*.example.com", "/", ()), 22910),
    ],
)
def test_priorities_of_yesterday(route: Route, number: int) -> None:
    """A priority that changes from one version of tfgen to the next reorders somebody's rules."""
    assert priority(*route) == number


# --- what "more specific" means, worked out from nothing but how a load balancer matches ---


@cache
def patterns(path: str) -> tuple[str, ...]:
    """What a rule for this path matches: a plain path also everything under it."""
    if path == "/":
        return ("*",)
    return (path,) if "*" in path or "?" in path else (path, f"{path}/*")


@cache
def holds(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    """Whether every text that some pattern of `narrow` matches is matched by one of `wide`: walks both
    through every text at once, over the letters that stand in them and one that does not."""
    letters = {*"".join(wide + narrow), "\0"} - {"*", "?"}
    start = (_rested(narrow), _rested(wide))
    todo, seen = [start], {start}
    while todo:
        left, right = todo.pop()
        if "" in left and "" not in right:
            return False
        for letter in letters:
            after = (_rested(_stepped(left, letter)), _rested(_stepped(right, letter)))
            if after[0] and after not in seen:
                seen.add(after)
                todo.append(after)
    return True


def _rested(rests: Iterator[str] | tuple[str, ...] | frozenset[str]) -> frozenset[str]:
    """What can be left of the patterns to match, a star being nothing too."""
    found = set()
    for rest in rests:
        found.add(rest)
        while rest.startswith("*"):
            rest = rest[1:]  # noqa: PLW2901
            found.add(rest)
    return frozenset(found)


def _stepped(rests: frozenset[str], letter: str) -> Iterator[str]:
    for rest in rests:
        if rest.startswith("*"):
            yield rest
        elif rest[:1] in (letter, "?"):
            yield rest[1:]


def inside(narrow: Route, wide: Route) -> bool:
    """Whether all requests for one route are requests for the other, and not the other way round."""
    return _takes(wide, narrow) and not _takes(narrow, wide)


def _takes(wide: Route, narrow: Route) -> bool:
    return (
        holds((wide[0] or "*",), (narrow[0] or "*",))
        and holds(patterns(wide[1]), patterns(narrow[1]))
        and (not wide[2] or (narrow[2] != () and set(narrow[2]) <= set(wide[2])))
    )


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("/a", "/a/b", True),
        ("/a", "/a/*", True),
        ("/a", "/a*", False),
        ("/a*", "/a", True),
        ("/a/*", "/a", False),
        ("/?", "/a", False),  # /a/b is a request for the path /a
        ("/*a*", "/*b*a", True),
        ("/?*", "/*?", True),
        ("/*/b", "/x/y/b", False),
        ("/*/b*", "/x/y/b", True),
        ("/", "/a", True),
        ("/**", "/", False),
    ],
)
def test_how_paths_hold_one_another(wide: str, narrow: str, expected: bool) -> None:
    assert holds(patterns(wide), patterns(narrow)) is expected


def test_every_short_path_is_tried_before_those_that_hold_it() -> None:
    paths = {f"/{''.join(letters)}" for size in range(4) for letters in product("/a*?", repeat=size)}
    normal = sorted(
        path for path in paths if path == "/" or not path.endswith("/") or "*" in path or "?" in path
    )
    pairs = [
        (narrow, wide)
        for narrow, wide in permutations(normal, 2)
        if wide != "/*" and inside((None, narrow, ()), (None, wide, ()))
    ]
    assert len(pairs) > 500
    assert not [pair for pair in pairs if not place(None, pair[0], ()) < place(None, pair[1], ())]


_HOSTS = st.none() | st.sampled_from(
    ["a.com", "b.a.com", "*.com", "*.a.com", "?.a.com", "*.*", "?*.com", "*a.com"]
)
_SEGMENTS = st.sampled_from(["", "a", "b", "ab", "*", "?", "a*", "*b", "a?", "**", "*?*", "?b*"])
_PATHS = st.lists(_SEGMENTS, max_size=7).map(lambda segments: "/" + "/".join(segments))
_METHODS = st.sampled_from([(), ("GET",), ("GET", "POST")])


@st.composite
def nested(draw: st.DrawFn) -> tuple[Route, Route]:
    """A route, and one that grew from it by asking for more."""
    wide = draw(st.tuples(_HOSTS, _PATHS, _METHODS))
    host = wide[0] or draw(_HOSTS)
    if host:
        host = _narrowed(draw, host, "ab")
    path = _narrowed(draw, wide[1], "ab/")
    path += draw(st.sampled_from(["", "", "/a", "/*"])) if "*" not in wide[1] else ""
    return (host, _normal(path), wide[2] or draw(_METHODS)), (wide[0], _normal(wide[1]), wide[2])


def _narrowed(draw: st.DrawFn, pattern: str, letters: str) -> str:
    """The pattern with something in the place of some of its wildcards."""
    instead = {
        "*": st.sampled_from(["*", "*", "", "?", "?*", "*?", f"{letters[0]}*", *letters]),
        "?": st.sampled_from(["?", *letters]),
    }
    return "".join(draw(instead[char]) if char in instead else char for char in pattern)


def _normal(path: str) -> str:
    path = path if "*" in path or "?" in path else path.rstrip("/") or "/"
    return "/" if path == "/*" else path


@laws(300)
@given(nested())
def test_a_route_is_tried_before_one_that_holds_it(routes: tuple[Route, Route]) -> None:
    narrow, wide = routes
    if inside(narrow, wide):
        assert place(*narrow) < place(*wide)
        assert priority(*narrow) <= priority(*wide)  # where they meet, tfgen asks for a number


def test_most_nested_routes_are_nested() -> None:
    """Otherwise the law above would say little."""
    strict = []

    @laws(100)
    @given(nested())
    def look(routes: tuple[Route, Route]) -> None:
        strict.append(inside(*routes))

    look()
    assert sum(strict) > len(strict) / 2


@laws(200)
@given(_HOSTS, _PATHS, _METHODS)
def test_priorities_are_priorities(host: str | None, path: str, methods: tuple[str, ...]) -> None:
    assert 1 <= priority(host, path, methods) <= LAST


@pytest.mark.parametrize(
    ("host", "path", "methods", "once_in"),
    [
        (None, "/{}", (), 4000),
        (None, "/api/{}", (), 4000),
        (None, "/api/{}", ("GET",), 900),
        (None, "/*.{}", (), 40),
        (None, "/{}/*/edit", (), 25),
        (None, "/v?/{}", (), 28),
        (None, "/api/v?/{}", (), 15),
        (None, "/{}/*/*", (), 15),
        (None, "/v?/*/{}", (), 10),
        ("{}.example.com", "/", (), 3000),
        ("{}.example.com", "/api", (), 1000),
        ("*.{}.example.com", "/", (), 30),
    ],
)
def test_routes_of_one_kind_seldom_meet(
    host: str | None, path: str, methods: tuple[str, ...], once_in: int
) -> None:
    """What a band is too narrow for would make every user pin numbers."""
    words = [f"{number:04x}" for number in range(1000)]
    found = Counter(priority(host and host.format(word), path.format(word), methods) for word in words)
    meetings = sum(times * (times - 1) for times in found.values())
    assert meetings / (len(words) * (len(words) - 1)) < 1 / once_in


# --- headers, query parameters and source ranges: in front of the route without them

# Of each list, from the first that is tried to the last: each could take requests of some that follow.
CONDITIONS = [
    [
        {"headers": {"X-Tenant": "a", "X-Ring": "b"}, "query": {"v": "2"}},
        {"headers": {"X-Tenant": "a"}, "query": {"v": "2"}},
        {"headers": {"X-Tenant": "a"}},
        {"headers": {"X-Tenant": ["a", "b"]}},
        {"headers": {"X-Tenant": ["a", "b", "c"]}},
        {"headers": {"x-tenant": ["a", "b", "c", "long*"]}},
        {"headers": {"X-Tenant": ["a", "b", "c", "lo*"]}},
        {"headers": {"X-Tenant": "*"}},
        {},
    ],
    [{"query": {"v": "2"}}, {"query": {"v": "2?"}}, {"query": {"v": "2*"}}, {"query": {"v": "*"}}, {}],
    [
        {"source": ["10.1.2.3/32"], "headers": {"X-A": "b"}},
        {"source": ["10.1.2.3/32"]},
        {"source": ["10.1.2.3/32", "10.1.2.4/32"]},
        {"source": ["10.1.2.0/24"]},
        {"source": ["10.1.0.0/16"]},
        {"source": ["10.0.0.0/8", "192.0.2.1/32"]},
        {"source": ["0.0.0.0/0"]},
        {},
    ],
]


def extra(said: dict[str, Any]) -> Extra | None:
    return extra_of_conditions(of_requests(SpecRoute(**said)))


@pytest.mark.parametrize("said", CONDITIONS)
@pytest.mark.parametrize(
    "route", [(None, "/api", ()), ("*.a.com", "/a*", ("GET",)), ("a.com", "/", ()), (None, "/*.png", ())]
)
def test_what_has_more_and_tighter_conditions_is_tried_first(
    route: Route, said: list[dict[str, Any]]
) -> None:
    places = [place(*route, extra(each)) for each in said]
    assert places == sorted(places)
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("said", CONDITIONS)
def test_conditions_alone_are_tried_before_everything_else(said: list[dict[str, Any]]) -> None:
    numbers = [priority(None, "/", (), extra(each)) for each in said if each]
    assert numbers == sorted(numbers)
    assert priority(None, "/a*", ()) < numbers[0]
    assert numbers[-1] < LAST


_EXTRAS = st.sampled_from([extra(each) for said in CONDITIONS for each in said if each])


@laws(300)
@given(nested(), _EXTRAS)
def test_a_route_with_conditions_is_tried_before_what_holds_it(
    routes: tuple[Route, Route], found: Extra
) -> None:
    narrow, wide = routes
    assert place(*wide, found) < place(*wide) or wide == (None, "/", ())
    if inside(narrow, wide):
        assert place(*narrow, found) < place(*wide)
        assert place(*narrow, found) < place(*wide, found)


def test_a_longer_path_is_tried_before_conditions_on_a_shorter_one() -> None:
    found = extra({"headers": {"X-Tenant": "a"}})
    for narrow, wide in (("/a/b", "/a"), ("/a/*", "/a"), ("/a", "/a*"), ("/a*", "/")):
        assert place(None, narrow, ()) < place(None, wide, (), found)


def test_case_and_order_make_no_other_priority() -> None:
    one = {"headers": {"X-Tenant": ["a", "B"], "X-Ring": "c"}}
    other = {"headers": {"x-ring": "C", "x-tenant": ["b", "A", "a"]}}
    assert extra(one) == extra(other)


def test_conditions_on_one_path_seldom_meet() -> None:
    words = [f"{number:04x}" for number in range(1000)]
    for path, once_in in (("/", 150), ("/api", 250), ("/api/v1", 250), ("/x", 250)):
        found = Counter(priority(None, path, (), extra({"headers": {"X-Tenant": word}})) for word in words)
        meetings = sum(times * (times - 1) for times in found.values())
        assert meetings / (len(words) * (len(words) - 1)) < 1 / once_in


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, 0),
        ({"headers": {"A": "b"}, "query": {"c": "d"}, "source": ["10.0.0.1/32"]}, 0),
        ({"headers": {"A": ["b", "c"]}, "query": {"c": ["d", "e", "f"]}}, 3),
        ({"headers": {"A": "abcdefghij*"}}, 5),
        ({"headers": {"A": ["b", "*"]}}, 15),
        ({"headers": {"A": "*", "B": "*"}}, 15),
        ({"source": ["10.0.0.0/31"]}, 1),
        ({"source": ["10.0.0.0/8"]}, 8),
    ],
)
def test_how_loose_conditions_are(said: dict[str, Any], expected: int) -> None:
    assert looseness(of_requests(SpecRoute(**said))) == expected
