"""Small inputs ask for little work: it grows with the input, or ends at a limit with a word.

Work is counted in calls, so that no test depends on a machine.
"""

import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tfgen import pipe
from tfgen.output.compare import compare_pages
from tfgen.output.history import History
from tfgen.output.manifest import NAME
from tfgen.pipe import Outcome

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/a:1"
HEAD = "name: big\nregion: us-east-1\nnetwork: {egress: nat}\n"


def services(extras: Iterable[str]) -> str:
    return (
        HEAD
        + "services:\n"
        + "".join(f"  svc{n}: {{image: '{IMAGE}', {extra}}}\n" for n, extra in enumerate(extras))
    )


def listed(items: Iterable[object]) -> str:
    return ", ".join(map(str, items))


def ranges(count: int) -> str:
    return listed(f"8.{n // 250}.{n % 250}.0/24" for n in range(count))


def load_balancer(listeners: int, cidrs: int) -> str:
    ports = listed(f"l{n}: {n + 1}" for n in range(listeners))
    return (
        services(["port: 80, listener: l1, routes: [/]"])
        + f"load_balancer: {{cidrs: [{ranges(cidrs)}], listeners: {{{ports}}}}}\n"
    )


def mesh(count: int) -> str:
    calls = listed(f"svc{n}" for n in range(count))
    return services(
        f"port: 80, connect: c{n}, calls: {f'&all [{calls}]' if n == 0 else '*all'}" for n in range(count)
    )


def routes(items: Iterable[str]) -> str:
    return services([f"port: 80, routes: [{listed(items)}]"])


def two_services(pattern: str, count: int) -> str:
    """Routes of two services that all overlap, of which one's are pinned."""
    pinned = listed(f"{{path: '{pattern % n}', priority: {n}}}" for n in range(1, count, 2))
    return services([f"port: 80, routes: [{pinned}]", f"port: 80, routes: ['{pattern % 0}']"])


GROWING: dict[str, Callable[[int], str]] = {
    "services": lambda size: services(f"environment: {{A: '{n}'}}, secrets: {{B: /b}}" for n in range(size)),
    "a chain of calls": lambda size: services(
        f"port: 80, connect: c{n}, calls: [svc{n + 1}]" if n < size - 1 else f"port: 80, connect: c{n}"
        for n in range(size)
    ),
    "calls to nobody": lambda size: services(f"calls: [nobody{n}]" for n in range(5 * size)),
    "names taken twice": lambda size: services("port: 80, connect: same" for _ in range(size)),
    "routes": lambda size: routes(f"{{path: /{n}, priority: {n + 1}}}" for n in range(size)),
    "priorities that meet": lambda size: routes(f"{{path: /{n}, priority: 7}}" for n in range(size)),
    "methods of one path": lambda size: routes(
        f"{{path: /a, methods: [{''.join(chr(65 + int(digit)) for digit in str(n))}]}}" for n in range(size)
    ),
    "listeners that there are not": lambda size: services(
        f"port: 80, routes: [{{path: /, listener: l{n}}}]" for n in range(size)
    ),
    "ranges to connect to": lambda size: services([f"egress: [{ranges(size)}]"]),
    "ranges to connect from": lambda size: load_balancer(3, size),
    "listeners": lambda size: load_balancer(size, 3),
    "unknown keys": lambda size: services(f"qrs{n}: 1" for n in range(size)),
    "names before": lambda size: services(f"was: [old{n}, svc{(n + 1) % size}]" for n in range(size)),
    "overrides of nothing": lambda size: services("count: 1" for _ in range(size))
    + "overrides:\n"
    + "".join(f"  module.services.aws_ecs_service.web{n}: {{a: b}}\n" for n in range(size)),
}  # fmt: skip


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A spec with errors goes through the stages once, and not again for each way to mend it."""
    monkeypatch.setattr(pipe, "_MOST_MENDED", 0)


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize("kind", GROWING)
def test_work_grows_with_the_stack(kind: str) -> None:
    pipe.run_text(GROWING[kind](20), "big.yaml")  # what is read once
    work = [worked(GROWING[kind](size))[1] for size in (60, 120)]
    assert work[1] <= 2.6 * work[0]


BOUNDED = {
    "listeners by ranges": (load_balancer(2400, 2500), "TG245"),
    "aliased calls": (mesh(430), "TG002"),
    "calls of all to all": (mesh(110), None),
    "routes that all hold one another": (
        routes(f'{{path: "/*a*b*c{n}*d*e", priority: {n + 1}}}' for n in range(1500)), "TG330"
    ),
    "hosts that all hold one another": (
        routes(f"{{path: /, host: '*.h{n}.com'}}" for n in range(1500)), None
    ),
    "routes of two services": (two_services("/*a%d*b", 600), None),
    "services with routes": (services(f"port: 80, routes: [/{n}]" for n in range(2000)), "TG331"),
    "services in Service Connect": (services(f"port: 80, connect: c{n}" for n in range(2000)), "TG338"),
    "services": (services("count: 1" for _ in range(5001)), "TG245"),
    "callers": (services(["port: 80, connect: c", *["calls: [svc0]"] * 700]), "TG338"),
}  # fmt: skip


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize("kind", BOUNDED)
def test_small_inputs_ask_for_little(kind: str) -> None:
    text, code = BOUNDED[kind]
    outcome, work = worked(text)
    assert work < 3_000_000
    assert code is None or [problem.code for problem in outcome.problems] == [code]


def worked(text: str) -> tuple[Outcome, int]:
    """What becomes of a spec, and how many calls that took."""
    count = 0

    def called(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        outcome = pipe.run_text(text, "big.yaml")
    finally:
        sys.setprofile(None)
    return outcome, count


def test_what_is_not_held_against_one_another_is_said() -> None:
    """TG330 is there whenever there are so many."""
    (problem,) = pipe.run_text(BOUNDED["routes that all hold one another"][0], "big.yaml").problems
    assert "does not compare all of them" in problem.message
    few = pipe.run_text(routes(f"{{path: /{n}, priority: {n + 1}}}" for n in range(150)), "big.yaml").problems
    assert [problem.code for problem in few] == ["TG330"]
    assert "one another" not in few[0].message


def test_a_quota_that_a_spec_ignores_stops_nothing() -> None:
    ignored = "ignore: [{rule: TG331, reason: this account has more}]\n"
    text = services(f"port: 80, routes: [{{path: /{n}, priority: {n + 1}}}]" for n in range(201))
    assert {problem.code for problem in pipe.run_text(text, "big.yaml").problems} == {"TG331"}
    outcome = pipe.run_text(text + ignored, "big.yaml")
    assert not outcome.failed
    assert {problem.code for problem in outcome.problems} > {"TG330"}


def test_aliases_repeat_what_a_stack_needs() -> None:
    """A common environment of 30 variables for 500 services is no bomb."""
    common = f"{{{listed(f'V{n}: x' for n in range(30))}}}"
    text = services(f"environment: {f'&all {common}' if n == 0 else '*all'}" for n in range(500))
    assert not pipe.run_text(text, "big.yaml").failed


_WITH_LITTLE_MEMORY = """
import resource, sys
from tfgen.commands.main import main
resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))
sys.argv[1:] = ["check", sys.argv[1]]
main()
"""


@pytest.mark.parametrize("kind", ["listeners by ranges", "aliased calls", "routes that all hold one another"])
def test_small_inputs_take_little_memory(kind: str, tmp_path: Path) -> None:
    spec = tmp_path / "big.yaml"
    spec.write_text(BOUNDED[kind][0])
    command = [sys.executable, "-c", _WITH_LITTLE_MEMORY, spec]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.stderr
    assert "in 1 spec" in done.stdout


def test_a_manifest_with_many_false_hashes_asks_git_little(tmp_path: Path) -> None:
    """In a merge, where git is asked for the text of each hash."""
    asked = {"earlier": 0, "merge": 0}

    def earlier(_file: Path, _wanted: Callable[[bytes], bool]) -> bytes | None:
        asked["earlier"] += 1
        return None

    def merge(_base: str, _one: str, _other: str) -> str:
        asked["merge"] += 1
        return ""

    hashes = [f"{n:064x}" for n in range(4000)]
    lines = [f"{known}  main.tf" for known in hashes]
    lines += [f"{known}  gone{n}.tf" for n, known in enumerate(hashes)]
    (tmp_path / NAME).write_text("<<<<<<< ours\n" + "\n".join(lines) + "\n")
    (tmp_path / "main.tf").write_text("edited\n")
    changes = compare_pages({"main.tf": "rendered\n"}, tmp_path, history=History(earlier, merge)).changes
    assert changes.edited == ("main.tf",)
    assert asked["earlier"] <= 1100
    assert asked["merge"] <= 200
