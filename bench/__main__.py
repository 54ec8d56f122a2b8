"""`make bench`: the time that tfgen takes, as ratios within one run, with the aims beside the results.

Every result is the median of paired runs: the subject and its baseline alternate, so that a busy machine
slows both. Python starts with compiled modules, as after an ordinary installation.
"""

import os
import random
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "examples" / "shop.yaml"
BIN = Path(sysconfig.get_path("scripts"))
TFGEN = str(BIN / "tfgen")
PASS = [sys.executable, "-c", "pass"]
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


class Run(NamedTuple):
    """One process: seconds of wall time, MiB at its peak."""

    seconds: float
    memory: float


def run(command: Sequence[str], cwd: Path = ROOT) -> Run:
    """Runs a command that must succeed."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{said.decode()}")
    return Run(time.perf_counter() - begin, usage.ru_maxrss / 1024)


def ratio(subject: Callable[[], float], floor: Callable[[], float], times: int) -> tuple[float, float]:
    """Medians of the paired ratios, and of the subject's seconds."""
    subject(), floor()
    pairs = [(subject(), floor()) for _ in range(times)]
    return statistics.median(a / b for a, b in pairs), statistics.median(a for a, _ in pairs)


def line(what: str, measured: str, aim: str = "") -> None:
    print(f"{what:<58} {measured:>22}   {aim}", flush=True)


def start_up(scratch: Path) -> None:
    """Cold commands against a bare Python."""
    commands = {
        "tfgen --version": ([TFGEN, "--version"], ""),
        "tfgen --help": ([TFGEN, "--help"], "aim: at most 7 x"),
        "tfgen render, the seed's example": (
            [TFGEN, "render", str(SPEC), "-o", str(scratch / "shop")],
            "aim: at most 12 x",
        ),
    }
    for what, (command, aim) in commands.items():
        found, seconds = ratio(lambda c=command: run(c).seconds, lambda: run(PASS).seconds, 21)
        line(f"{what} / python -c pass", f"{found:.1f} x ({seconds * 1000:.0f} ms)", aim)
    memory = run(commands["tfgen render, the seed's example"][0]).memory
    line("tfgen render, peak memory", f"{memory:.0f} MiB", "aim: at most 45 MiB")


def peers(scratch: Path) -> None:
    """The same amount of text from general template tools."""
    own = [TFGEN, "render", str(SPEC), "-o", str(scratch / "peer-shop")]
    run(own)
    for name, make in {"copier": copier, "cookiecutter": cookiecutter}.items():
        command = make(scratch, scratch / "peer-shop")
        found, seconds = ratio(lambda: run(own).seconds, lambda c=command: run(c).seconds, 11)
        aim = "aim: at most 0.4" if name == "copier" else ""
        line(f"tfgen render / {name}, the same text", f"{found:.2f} ({seconds * 1000:.0f} ms)", aim)


def as_template(text: str, variable: str) -> str:
    """A page as a template of a peer: its first line takes a variable, the rest stands as it is."""
    head, _, rest = text.partition("\n")
    return f"{head} {variable}\n{{% raw %}}{rest}{{% endraw %}}"


def copier(scratch: Path, stack: Path) -> list[str]:
    template, out = scratch / "copier", scratch / "copier-out"
    for path in stack.rglob("*.*"):
        target = template / f"{path.relative_to(stack)}.jinja"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(as_template(path.read_text(), "{{ name }}"))
    (template / "copier.yml").write_text("name: shop\n")
    return [str(BIN / "copier"), "copy", "--quiet", "--defaults", "--overwrite", str(template), str(out)]


def cookiecutter(scratch: Path, stack: Path) -> list[str]:
    template, out = scratch / "cookiecutter", scratch / "cookiecutter-out"
    for path in stack.rglob("*.*"):
        target = template / "{{cookiecutter.name}}" / path.relative_to(stack)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(as_template(path.read_text(), "{{ cookiecutter.name }}"))
    (template / "cookiecutter.json").write_text('{"name": "shop"}\n')
    options = ["--no-input", "--overwrite-if-exists", "--output-dir", str(out)]
    return [str(BIN / "cookiecutter"), *options, str(template)]


SCALED = [
    "    scaling: {min: 2, max: 8, cpu: 60, memory: 75}",
    "    containers: {agent: {image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/agent:1.0, memory: 128}}",
]
"""What services have in production: a sidecar, and as many tasks as their load asks for."""


def large_spec(count: int, more: Sequence[str] = ()) -> str:
    """A stack of `count` services: every tenth is routed, each calls the one before it; `more` are lines of
    each.

    As many as a Service Connect namespace holds, that is: after 300 services come those that call nobody.
    """
    lines = ["name: large", "region: us-east-1", "network: {egress: endpoints, zones: 3}", "services:"]
    for index in range(count):
        lines += [
            f"  service-{index}:",
            f"    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/service-{index}:1.0.{index}",
            f"    port: {3000 + index % 1000}",
            *([f"    connect: service-{index}"] if index < 300 else []),
            "    environment: {LOG_LEVEL: info, SERVICE_NAME: large}",
            *([f"    calls: [service-{index - 1}]"] if 0 < index < 300 else []),
            *(
                [f"    routes: [{{path: /service-{index}, priority: {index + 1}}}]"]
                if index % 10 == 0
                else []
            ),
            *more,
        ]
    return "\n".join(lines) + "\n"


def many_stacks(scratch: Path) -> None:
    """`tfgen render --check` of 300 specs in two processes, against running copier as often.

    copier takes one stack a run; it runs `sample` times, two at a time, and the rest is reckoned.
    """
    count, sample = 300, 30
    place = scratch / "many"
    place.mkdir()
    text = SPEC.read_text()
    specs = []
    for number in range(count):
        specs.append(place / f"shop-{number}.yaml")
        specs[-1].write_text(text.replace("name: shop", f"name: shop-{number}"))
    halves = [
        [TFGEN, "render", "-o", str(place / "out" / "{name}"), *map(str, half)]
        for half in (specs[::2], specs[1::2])
    ]
    at_once(halves)
    own = statistics.median(at_once([[*half, "--check"] for half in halves]) for _ in range(3))
    command = copier(scratch / "many", place / "out" / "shop-0")
    runs = [[*command[:-1], f"{command[-1]}-{number}"] for number in range(sample)]
    begin = time.perf_counter()
    for pair in zip(runs[::2], runs[1::2], strict=True):
        at_once(pair)
    theirs = (time.perf_counter() - begin) * count / sample
    line(
        f"render --check of {count} specs / copier {count} times ({sample} measured)",
        f"{own / theirs:.3f} ({own:.1f} s / {theirs:.0f} s)",
        "aim: seconds",
    )


def at_once(commands: Sequence[Sequence[str]]) -> float:
    """Runs commands that must succeed side by side; seconds until the last has ended."""
    begin = time.perf_counter()
    running = [
        subprocess.Popen(each, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for each in commands
    ]
    for process, each in zip(running, commands, strict=True):
        if process.wait():
            sys.exit(f"{' '.join(each[:3])} failed")
    return time.perf_counter() - begin


def crashes(scratch: Path) -> None:
    """kill -9 at random instants of renders: every file whole, nothing taken for a hand edit, or it stops."""
    sys.path.insert(0, str(ROOT / "tests"))
    from support.kills import Kills  # noqa: PLC0415

    place = scratch / "kills"
    place.mkdir()
    kills = Kills(place, [TFGEN], random.Random())
    runs = 0
    while kills.killed < 500:
        kills.one()
        runs += 1
    what = f"kill -9 of {runs} renders: killed, while writing, while moving"
    line(what, f"{kills.killed}, {kills.begun}, {kills.torn}", "every file whole, no false hand edit")


def many_services(scratch: Path) -> None:
    """Cold renders of large stacks into a fresh folder."""
    counts = (2, 200, 1000)
    seconds: dict[int, float] = {}
    for count in counts:
        spec = scratch / f"large-{count}.yaml"
        spec.write_text(large_spec(count))
        runs = []
        for turn in range(5):
            out = scratch / f"large-{count}-{turn}"
            runs.append(run([TFGEN, "render", str(spec), "-o", str(out)]))
        seconds[count] = statistics.median(each.seconds for each in runs)
        memory = statistics.median(each.memory for each in runs)
        line(f"render of {count} services", f"{seconds[count]:.2f} s, {memory:.0f} MiB")
    for few, many in ((2, 200), (200, 1000)):
        each = (seconds[many] - seconds[few]) / (many - few) * 1000
        line(f"each service between {few} and {many}", f"{each:.2f} ms", "aim: at most 0.6 ms, no growth")
    spec = scratch / "scaled-1000.yaml"
    spec.write_text(large_spec(1000, SCALED))
    runs = [run([TFGEN, "render", str(spec), "-o", str(scratch / f"scaled-{turn}")]) for turn in range(5)]
    whole, memory = (statistics.median(getattr(each, name) for each in runs) for name in Run._fields)
    line("render of 1000 services, each scaled, with a sidecar", f"{whole:.2f} s, {memory:.0f} MiB")


def checks(scratch: Path) -> None:
    """`tfgen check` of a large stack, and what its rules add to a render."""
    spec = scratch / "large-1000.yaml"
    found = statistics.median(run([TFGEN, "check", str(spec)]).seconds for _ in range(5))
    line("check of 1000 services", f"{found:.2f} s", "aim: at most 2 s")
    sys.path.insert(0, str(ROOT))
    from tfgen import pipe, rules  # noqa: PLC0415 - the other parts start tfgen as a program

    blueprint = pipe.run_file(spec).blueprint
    assert blueprint

    def timed(work: Callable[[], object]) -> float:
        begin = time.perf_counter()
        work()
        return time.perf_counter() - begin

    share, seconds = ratio(
        lambda: timed(lambda: rules.check(blueprint)),
        lambda: timed(lambda: pipe.run_file(spec).pages()),
        5,
    )
    line(
        "rules / render without writing, 1000 services",
        f"{share:.2f} ({seconds * 1000:.0f} ms)",
        "aim: at most 0.2",
    )


def changes(scratch: Path) -> None:
    """`tfgen changes` of a large stack: one image, and another name, which replaces nearly everything."""
    old = scratch / "large-1000.yaml"
    edits = {
        "one image": ("service-500:1.0.500", "service-500:2"),
        "another name": ("name: large", "name: other"),
    }
    for what, (before, after) in edits.items():
        new = scratch / "large-changed.yaml"
        new.write_text(old.read_text().replace(before, after, 1))
        runs = [run([TFGEN, "changes", str(old), str(new)]) for _ in range(3)]
        seconds = statistics.median(each.seconds for each in runs)
        memory = statistics.median(each.memory for each in runs)
        line(f"changes of 1000 services, {what}", f"{seconds:.2f} s, {memory:.0f} MiB", "aim: at most 5 s")


FLOOR = """\
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
"""


def terraform(scratch: Path) -> None:
    """validate and plan of the seed's example against a configuration with one VPC."""
    sys.path.insert(0, str(ROOT / "tests"))
    from support.moto_server import Moto  # noqa: PLC0415 - two seconds that only this part needs
    from support.terraform import Terraform  # noqa: PLC0415

    moto = Moto()
    program = Terraform.prepare(scratch, moto.url)
    floor = scratch / "floor"
    floor.mkdir()
    (floor / "main.tf").write_text(FLOOR)
    stacks = [program.stack(folder) for folder in (ROOT / "generated" / "shop", floor)]
    for stack in stacks:
        stack.init()

    def timed(index: int, command: str) -> float:
        begin = time.perf_counter()
        done = program.run(command, "-no-color", cwd=stacks[index].folder)
        if done.returncode:
            sys.exit(f"terraform {command} failed:\n{done.stderr}")
        return time.perf_counter() - begin

    for command, aim in (("validate", ""), ("plan", "aim: at most 1.2")):
        found, seconds = ratio(lambda c=command: timed(0, c), lambda c=command: timed(1, c), 5)
        line(f"terraform {command}, the seed's example / one VPC", f"{found:.2f} ({seconds:.1f} s)", aim)
    moto.stop()


def main() -> None:
    subprocess.run(
        [sys.executable, "-m", "compileall", "-q", str(ROOT / "tfgen")], env=ENVIRONMENT, check=True
    )
    with tempfile.TemporaryDirectory(prefix="tfgen-bench-") as place:
        scratch = Path(place)
        start_up(scratch)
        peers(scratch)
        many_services(scratch)
        checks(scratch)
        changes(scratch)
        many_stacks(scratch)
        crashes(scratch)
        terraform(scratch)


if __name__ == "__main__":
    main()
