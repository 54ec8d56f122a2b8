"""Conditions of blueprint/, reach/, changes/ and output/ are broken in turn, and a quick test must notice.

A few of each room in each run, chosen by what is changed, so that the same ones are tried again while the
code around them moves; TFGEN_MUTANTS says how many (`make mutants`: all). What no input can tell from the
module is named in EQUIVALENT, with the reason.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pytest
from support.mutants import mutants_of_any

ROOT = Path(__file__).parent.parent
COUNT = int(os.environ.get("TFGEN_MUTANTS", "3"))

# The tests that are asked, by the room that they concern. The quickest come first: most mutants meet one of
# them, and no other is run.
TESTS = {
    "blueprint": (
        "blueprint",
        "containers",
        "firelens",
        "volumes",
        "jobs",
        "scaling",
        "alarms",
        "dashboard",
        "discovery",
        "connect",
        "repositories",
        "pull_through",
        "endpoint_policies",
        "existing",
        "existing_vpc",
        "routes_and_nat",
        "ipv6",
        "peers",
        "permissions",
        "logins",
        "rewrites",
        "blue_green",
        "ports",
        "network_balancers",
        "references",
        "reference_kinds",
        "tls",
        "front_door",
        "golden",
        "priorities",
        "connections",
        "routing",
        "overridden",
        "messages",
        "properties",
    ),
    "reach": ("reach", "containers", "ipv6", "existing", "overridden", "messages"),
    "changes": (
        "changes",
        "changes_words",
        "changes_failures",
        "changes_language",
        "changes_on_call",
        "changes_cycles",
        "changes_limits",
        "changes_touched",
        "containers",
        "changes_cost",
        "logins",
        "rewrites",
        "blue_green",
        "permissions",
        "volumes",
        "ipv6",
    ),
    "output": ("output", "merges", "special_files", "git", "stacks", "init", "messages"),
}

_COSTS = "any(map(may_change_cost, found.resources))"
_COUNTED_AT_ALL = f"isinstance(was, str) and isinstance(will_be, str) and {_COSTS}"
EQUIVALENT: dict[tuple[str, str], str] = {
    (
        "tfgen.blueprint.scaling",
        "service.count or 0 -> service.count",
    ): "a service without scaling has a count, which its type does not tell",
    (
        "tfgen.blueprint.ports",
        "isinstance(each.port, str) -> True",
    ): "defaults make a number that of the alias, which the type does not tell",
    (
        "tfgen.blueprint.jobs",
        "isinstance(callee, str) -> True",
    ): "no service has the name of what is outside, which its type does not tell",
    (
        "tfgen.blueprint.volumes",
        "volume.said.efs or '' -> volume.said.efs",
    ): "only volumes in file systems are asked for one, which their type does not tell",
    (
        "tfgen.blueprint.firelens",
        "firelens and firelens.config_file is None and (_OUTPUT[firelens.type] not in said.options) -> "
        "firelens.config_file is None and _OUTPUT[firelens.type] not in said.options",
    ): "a router has firelens, which its type does not tell",
    (
        "tfgen.blueprint.peers",
        "said.ref or '' -> said.ref",
    ): "where there is no join and no input, there is a ref (TG290), which its type does not tell",
    (
        "tfgen.changes.cycles",
        "not go_last or all((change.action not in _GOES or _is_destroyed_last(change, old) for change in "
        "changes)) -> False",
    ): "the search finds no circle either, and takes longer",
    (
        "tfgen.reach.faults",
        "hop is None or _cause_of(flow, hop) != cause -> _cause_of(flow, hop) != cause",
    ): "a flow that fails has a hop that does, which its type does not tell",
    **dict.fromkeys(
        (
            ("tfgen.changes.cost", f"{_COUNTED_AT_ALL} -> {other}")
            for other in (
                f"isinstance(was, str) or isinstance(will_be, str) or {_COSTS}",
                f"isinstance(will_be, str) and {_COSTS}",
                f"isinstance(was, str) and {_COSTS}",
                "isinstance(was, str) and isinstance(will_be, str)",
            )
        ),
        "without a Region there are no prices, and without a change no difference: it only saves time",
    ),
    (
        "tfgen.changes.cost",
        f"not ({_COUNTED_AT_ALL}) -> False",
    ): "as above",
    ("tfgen.changes.cost", "count > 0 -> count >= 0"): "a cause has more or less of something",
    ("tfgen.changes.cost", "count > 0 -> count > -1"): "a cause has more or less of something",
    ("tfgen.changes.cost", "difference > 0 -> difference >= 0"): "what makes no difference is not said",
    (
        "tfgen.changes.inventory",
        "change.old.get(name) != change.new.get(name) -> change.old.get(name) == change.new.get(name)",
    ): "of the many arguments that are read, some are always absent: it only saves time",
    (
        "tfgen.changes.inventory",
        "repeated -> True",
    ): "an address without keys, which is compared with nothing",
    (
        "tfgen.changes.compare",
        "self.old != self.new -> True",
    ): "what is equal as a whole is equal in every argument, which takes longer to find",
    (
        "tfgen.changes.stack",
        "arguments[name] == others[name] -> False",
    ): "equal values are in memory twice",
    (
        "tfgen.changes.folders",
        "(old := before.get((block.type, block.labels))) == block -> False",
    ): "equal blocks are in memory twice",
    (
        "tfgen.reach.overridden",
        "hop and mark.says == hop.text -> mark.says == hop.text",
    ): "a flow with a mark has a fault, which its type does not tell",
    (
        "tfgen.output.disk",
        "self.obstacle(STAGING) or self.lstat(STAGING) is None -> self.lstat(STAGING) is None",
    ): "where folders can be held open, no link is followed anyway, and nothing but a folder is removed",
}
"""Why a mutant does the same whatever comes, by the module and what was changed."""


class Job(NamedTuple):
    """The text that a module has in a run of tests, and what was changed in it."""

    module: str
    source: str
    tests: tuple[str, ...]
    change: str = ""


def files_of(room: str) -> tuple[str, ...]:
    return tuple(f"test_{name}.py" for name in TESTS[room])


def sources(room: str) -> Iterator[tuple[str, str]]:
    """The modules of a room, by name."""
    for path in sorted((ROOT / "tfgen" / room).glob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        yield name.removesuffix(".__init__"), path.read_text()


def changes_of(source: str) -> list[str]:
    """What can be broken in a module."""
    found: list[str] = []
    assert not list(mutants_of_any(source, lambda change: bool(found.append(change))))
    return found


def chosen(room: str) -> Iterator[Job]:
    """COUNT mutants, those whose change has the smallest hash, but for those that are excused."""
    changes = {(module, change) for module, source in sources(room) for change in changes_of(source)}
    by_hash = sorted(changes, key=lambda each: (sha256(each[1].encode()).digest(), each))
    taken = set(by_hash[:COUNT]) - EQUIVALENT.keys()
    for module, source in sources(room):
        own = {change for each, change in taken if each == module}
        for mutant in mutants_of_any(source, own.__contains__):
            yield Job(module, mutant.source, files_of(room), mutant.change)


def survivors(jobs: list[Job]) -> list[Job]:
    """The jobs whose tests all pass."""
    done = subprocess.run(
        [sys.executable, "-m", "support.mutated"],
        input="".join(json.dumps([job.module, job.source, job.tests]) + "\n" for job in jobs),
        cwd=ROOT / "tests",
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}:{ROOT}", "TFGEN_FAST": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return [job for job, line in zip(jobs, done.stdout.splitlines(), strict=True) if json.loads(line)]


@pytest.mark.slow
@pytest.mark.parametrize("room", TESTS)
def test_a_quick_test_notices_every_broken_condition(room: str) -> None:
    assert [f"{job.module}: {job.change}" for job in survivors(list(chosen(room)))] == []


@pytest.mark.slow
def test_a_module_as_it_is_survives_and_a_broken_one_does_not() -> None:
    """So that it is the mutant that is noticed, and not that it was tried."""
    module, tests = "tfgen.blueprint.load_balancer", ("test_blueprint.py",)
    source = dict(sources("blueprint"))[module]
    whole, broken = (
        Job(module, text, tests)
        for text in (source, source.replace('"wildcards_per_rule"', '"condition_values_per_rule"'))
    )
    assert broken.source != whole.source
    assert survivors([whole, broken, whole]) == [whole, whole]


@pytest.mark.parametrize("room", TESTS)
def test_excused_mutants_are_mutants(room: str) -> None:
    for module, source in sources(room):
        named = {change for each, change in EQUIVALENT if each == module}
        assert {mutant.change for mutant in mutants_of_any(source, named.__contains__)} == named
