"""One list: of two mistakes in a spec, both are reported, and nothing that would go with the first."""

import os
import random
from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import combinations
from typing import Any

import pytest
from support.mistakes import BASE, GONE, Mistake, are_compatible, codes_of, mistakes, over

from tfgen import pipe, rules
from tfgen.pipe import run_text
from tfgen.report import rulebook
from tfgen.spec import mends, model
from tfgen.spec.model import Section
from tfgen.spec.read import fields_of, shape_of_type
from tfgen.spec.source import dump_yaml, parse_yaml
from tfgen.spec.spelling import fits_kind

FAST = bool(os.environ.get("TFGEN_FAST"))

Pair = tuple[Mistake, Mistake]


def pairs() -> list[Pair]:
    """Every two mistakes that can be made in one spec, and are as single there as alone."""
    return [
        (one, other)
        for one, other in combinations(mistakes(), 2)
        if are_compatible(one.context, other.context)
        and are_compatible(one.context, other.fault)
        and are_compatible(one.fault, other.context)
        and are_compatible(one.fault, other.fault)
    ]


def outcome(pair: Pair) -> tuple[bool, set[str]] | None:
    """Whether both are reported, and what else is of the mended spec; None where the two contexts are not
    sound together."""
    one, other = pair
    contexts = (one.context, other.context)
    alone = [codes_of(*contexts, mistake.fault) for mistake in pair]
    if codes_of(*contexts) or alone != [[one.code], [other.code]]:
        return None
    edits = (*contexts, one.fault, other.fault)
    found = codes_of(*edits)
    expected = {one.code, other.code}
    rest = set(found) - expected
    return expected <= {*found}, rest - unmended_codes_of(*edits) if rest else rest


def unmended_codes_of(*edits: Mapping[str, Any]) -> set[str]:
    """What the first stage that stops finds, before anything is mended: all of it is there in truth, also
    where two mistakes make a third one together."""
    source = parse_yaml(dump_yaml(reduce(over, edits, BASE)), "shop.yaml")
    return {problem.code for problem in pipe._run_stages(source, "shop.yaml", False, None).problems}


# Two mistakes of which one is mended, that make a third one together in truth, however the one is corrected:
# an image of another region without a way to the internet, a listener that gets no route. What a correction
# can be, no case says.
TOGETHER = {
    ("TG105", "TG358"): {"TG352"},
    ("TG105", "TG393"): {"TG352"},
    ("TG111", "TG365"): {"TG301"},
    ("TG210", "TG365"): {"TG211"},
    ("TG223", "TG372"): {"TG381"},
}


def judged(chosen: list[Pair]) -> tuple[int, list[Pair], list[tuple[Pair, set[str]]]]:
    """How many pairs there were, those of which one hides the other, and false consequences."""
    hidden, false, count = [], [], 0
    for pair in chosen:
        if (result := outcome(pair)) is None:
            continue
        count += 1
        hidden += [] if result[0] else [pair]
        rest = result[1] - TOGETHER.get((pair[0].code, pair[1].code), set())
        false += [(pair, rest)] if rest else []
    return count, hidden, false


def test_there_are_mistakes_of_most_codes() -> None:
    assert len({mistake.code for mistake in mistakes()}) >= 70


_STOPPING = (
    "TG11", "TG20", "TG21", "TG22", "TG23", "TG24", "TG28", "TG50", "TG51", "TG52", "TG53", "TG54",
    "TG55", "TG56", "TG57", "TG58", "TG59", "TG60", "TG61", "TG62", "TG63", "TG64", "TG65", "TG67",
    "TG68", "TG69", "TG71", "TG73", "TG74", "TG75", "TG76",
)  # fmt: skip


def test_what_a_mistake_is_mended_with_fits() -> None:
    """Otherwise the mend is a mistake of its own, which nobody made and is told."""
    kinds = [each for each in vars(model).values() if isinstance(each, type) and issubclass(each, Section)]
    scalars = {
        each for kind in kinds for field in fields_of(kind).values() for each in scalars_of(field.kind)
    }
    assert len(scalars) > 100
    assert [
        (kind, value)
        for kind in scalars
        for value in mends.sample_values(kind, 0)
        if not fits_kind(value, kind)
    ] == []


def scalars_of(kind: Any) -> Iterator[Any]:
    """The types that are no sections, lists or mappings."""
    what, first, second = shape_of_type(kind)
    if what == "scalar":
        yield first
    inside = {"either": (first, second), "list": (first,), "mapping": (first, second)}.get(what, ())
    for each in inside:
        yield from scalars_of(each)


def test_what_stops_a_stage_can_be_mended_or_ends_the_list() -> None:
    """docs/check.md names what ends it. TG211, TG250, TG502, TG506, TG509, TG567, TG587, TG594
    TG715 and TG737 are no errors,
    TG26 and TG27 are of the last stage."""
    stops = {code for code in rulebook.all_codes() if code[:4] in _STOPPING} - set(rules.rule_numbers())
    assert stops - set(mends._MENDS) == {
        "TG211",
        "TG241",
        "TG245",
        "TG502",
        "TG539",
        "TG555",
        "TG556",
        "TG544",
        "TG506",
        "TG509",
        "TG567",
        "TG587",
        "TG594",
        "TG630",
        "TG631",
        "TG715",
        "TG737",
    }
    assert set(mends._MENDS) <= stops


def test_what_a_mend_makes_of_a_value_is_not_said() -> None:
    text = dump_yaml(
        BASE | {"region": 3, "services": {"web": {"image": "nginx:1.27", "cpu": "x", "memory": 7}}}
    )
    problems = run_text(text, "shop.yaml").problems
    assert not [problem for problem in problems if "mended" in f"{problem.message} {problem.hint}"]
    assert {problem.code for problem in problems if problem.severity != "note"} == {"TG105"}


def test_what_is_ignored_stays_ignored_beside_another_mistake() -> None:
    ignored = {"ignore": [{"rule": "TG301", "reason": "the registry is mirrored"}]}
    web = {"image": "nginx:1.27", "cpu": 0.5, **ignored}
    outcome = run_text(
        dump_yaml(BASE | {"network": {"egress": "endpoints"}, "services": {"web": web}}), "shop.yaml"
    )
    assert [problem.code for problem in outcome.problems if problem.severity != "note"] == ["TG105"]
    assert [each.problem.code for each in outcome.ignored] == ["TG301"]


def test_a_hint_that_speaks_of_a_mended_value_is_left_out() -> None:
    """Where the image may be copied to depends on the region, which nobody knows yet."""
    web = {"web": {"image": "nginx:1.27"}}
    spec = BASE | {"region": "Virginia", "network": {"egress": "endpoints"}, "services": web}
    (found,) = [each for each in run_text(dump_yaml(spec), "shop.yaml").problems if each.code == "TG301"]
    assert found.hint == ""


OTHERS = {
    "a service with a name that is none": (
        {"load_balancer": {"listeners": {"http": 80, "in": 81}}},
        {"services": {"In_": {"image": "nginx:1.27", "port": 80, "routes": ["/"], "listener": "in"}}},
    ),
    "a service that is none": (
        {"load_balancer": {"listeners": {"http": 80, "in": 81}}},
        {"services": {"web": "nginx"}},
    ),
    "services that are none": ({"load_balancer": {"idle_timeout": 90}}, {"services": ["web"]}),
    "listeners that are none": (
        {"services": {"front": {"listener": "in"}}},
        {"load_balancer": {"listeners": ["in"]}},
    ),
    "a load balancer that is none": ({"services": {"front": {"listener": "in"}}}, {"load_balancer": "in"}),
    "an ignore that is no list": (
        {"services": {"front": {"image": "nginx"}}},
        {"services": {"front": {"ignore": "TG312"}}},
    ),
    "calls that are no list": ({}, {"services": {"front": {"calls": "back"}}}),
    "a callee whose name is none": ({}, {"services": {"back": {"connect": ["Back End"]}}}),
    "a port that is none": ({}, {"services": {"back": {"port": "5000 "}}}),
    "a misspelt section": ({}, {"services": GONE, "service": BASE["services"]}),
    "a misspelt egress": ({}, {"network": {"egress": GONE, "egres": "nat"}}),
    "two listeners of one port": ({}, {"load_balancer": {"listeners": {"http": 80, "in": 80}}}),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_nothing_is_reported_that_would_go_with_the_mistake(kind: str) -> None:
    assert len(codes_of(*OTHERS[kind])) == 1


_JUNK: tuple[Any, ...] = (
    None,
    0,
    -1,
    1.5,
    "",
    "x",
    "a b",
    "web",
    [],
    ["x"],
    [[]],
    {},
    {"x": 1},
    [{"path": "/"}],
    True,
)


def _broken(dice: random.Random, data: Any) -> Any:
    """Data with junk in some places."""
    if dice.random() < 0.06:
        return dice.choice(_JUNK)
    if isinstance(data, dict):
        broken = {key: _broken(dice, value) for key, value in data.items()}
        return broken if dice.random() > 0.1 else {**broken, dice.choice(("x", "calls", "port", "<<")): {}}
    return [_broken(dice, item) for item in data] if isinstance(data, list) else data


@pytest.mark.parametrize("seed", range(8))
def test_nothing_that_is_broken_ends_in_a_traceback(seed: int) -> None:
    dice = random.Random(seed)
    whole = [mistake.fault | dict(mistake.context) for mistake in mistakes()]
    for _ in range(2 if FAST else 12):
        text = dump_yaml(_broken(dice, BASE | dice.choice(whole)))
        assert run_text(text, "shop.yaml").problems is not None


def test_two_mistakes_make_one_list() -> None:
    size = int(os.environ.get("TFGEN_PAIRS") or (40 if FAST else 320))
    count, hidden, false = judged(random.Random(9).sample(pairs(), size))
    assert count >= 0.9 * size
    assert not false, false[0]
    assert len(hidden) <= count / 10, [(one.code, other.code) for one, other in hidden]
