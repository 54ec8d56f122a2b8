"""No input ends in a traceback, hangs, or gives an exit code that README does not know.

Specs, pages, values and templates are changed at random, with a seed; `make fuzz` tries many more, which
TFGEN_FUZZ says how many of each kind, from TFGEN_FUZZ_SEED on.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support.command import Done, run
from support.mutations import mutated

from tfgen.problems import Exit
from tfgen.render import pages

ROOT = Path(__file__).parent.parent
SPECS = [*sorted((ROOT / "examples").glob("*.yaml")), *sorted((ROOT / "tests" / "messages").glob("*.yaml"))]
TIMES = int(os.environ.get("TFGEN_FUZZ") or (12 if os.environ.get("TFGEN_FAST") else 30))
FIRST = int(os.environ.get("TFGEN_FUZZ_SEED") or 1)
SECONDS = 30
CODES = {int(code) for code in Exit} - {int(Exit.INTERRUPTED)}

OWN = """\
locals {
  names = ["a", "b"]
  port  = 443 + 1
}
variable "size" {
  type    = number
  default = 3
}
resource "aws_sqs_queue" "jobs" {
  for_each   = toset(local.names)
  name       = "jobs-${each.key}"
  delay_seconds = local.port
  policy     = jsonencode({ for n in local.names : n => "${n}-${var.size}" if n != "a" })
  depends_on = [module.services]
}
output "text" {
  value = <<-EOT
    %{ if true }yes ${aws_sqs_queue.jobs["a"].arn}%{ endif }
  EOT
}
"""
AS_JSON = (
    '{"resource": {"aws_sqs_queue": {"mail": {"name": "${local.port}", "delay_seconds": 9}}}, "//": "note"}'
)
VALUES = 'webapp_image = "a/b:1"\nsize = 12\nlist = [1, 2.5, true, null]\nmap = { a = "b", "c" = -1 }\n'
VALUES_AS_JSON = '{"webapp_image": "a/b:1", "size": 12, "list": [1, 2.5, true, null]}'


@contextmanager
def in_time() -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise TimeoutError(f"it takes more than {SECONDS} seconds")

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@cache
def texts(*files: Path) -> list[str]:
    return [file.read_text(encoding="utf-8") for file in files]


Kind = Callable[[random.Random, int], Iterator[Sequence[str]]]
KINDS: dict[str, Kind] = {}


def kind(make: Kind) -> Kind:
    """Changes something in the folder `here`, and gives the commands to try on it."""
    KINDS[make.__name__] = make
    return make


def write(path: str, text: str) -> None:
    Path(path).write_bytes(text.encode("utf-8", "surrogatepass"))


def a_spec(chance: random.Random, seed: int) -> None:
    known = texts(*SPECS)
    write("spec.yaml", mutated(chance.choice(known), known, seed))


@kind
def specs(chance: random.Random, seed: int) -> Iterator[Sequence[str]]:
    a_spec(chance, seed)
    yield "check", "spec.yaml", "--format", chance.choice(["text", "json", "sarif", "github"])
    yield "check", "--explain", "spec.yaml"
    yield chance.choice([("show", "spec.yaml"), ("show", "--json", "spec.yaml"), ("upgrade", "spec.yaml")])
    yield (
        "route",
        "spec.yaml",
        "GET",
        chance.choice(["http://a.example/api/x", "https://b.example:8443/%2e/é"]),
    )
    yield (
        "render",
        "spec.yaml",
        "-o",
        "out",
        *chance.choice([[], ["--diff"], ["--check"], ["--as", "module"]]),
    )


@kind
def pages_of_terraform(chance: random.Random, seed: int) -> Iterator[Sequence[str]]:
    own = [OWN, *texts(*sorted((ROOT / "generated" / "shop").rglob("*.tf")))]
    write("stack/own.tf", mutated(chance.choice([OWN, OWN, *own]), own, seed))
    yield "changes", "stack", "shop.yaml", *chance.choice([[], ["--json"]])
    yield "validate", "stack"
    Path("stack/own.tf").unlink()


@kind
def pages_of_tfgen(chance: random.Random, seed: int) -> Iterator[Sequence[str]]:
    page = chance.choice(sorted(Path("stack").rglob("*.tf")))
    before = page.read_text()
    write(str(page), mutated(before, [OWN, before], seed))
    yield "changes", "stack", "shop.yaml"
    yield "render", "shop.yaml", "-o", "stack", *chance.choice([[], ["--diff"], ["--check"], ["--dry-run"]])
    write(str(page), before)


@kind
def values(chance: random.Random, seed: int) -> Iterator[Sequence[str]]:
    name, text = chance.choice(
        [("own.tf.json", AS_JSON), ("a.auto.tfvars", VALUES), ("a.auto.tfvars.json", VALUES_AS_JSON)]
    )
    write(f"stack/{name}", mutated(text, [AS_JSON, VALUES, VALUES_AS_JSON, OWN], seed))
    yield "changes", "stack", "shop.yaml", *chance.choice([[], ["--json"]])
    Path(f"stack/{name}").unlink()


@kind
def a_manifest(chance: random.Random, seed: int) -> Iterator[Sequence[str]]:
    manifest = Path("stack/.tfgen-manifest")
    before = manifest.read_text()
    write(str(manifest), mutated(before, [before, OWN], seed))
    yield "render", "shop.yaml", "-o", "stack", *chance.choice([["--check"], ["--diff"], ["--dry-run"]])
    yield "changes", "stack", "shop.yaml"
    write(str(manifest), before)


@kind
def templates(chance: random.Random, seed: int) -> Iterator[Sequence[str]]:
    known = sorted(pages.TEMPLATES.rglob("*.j2"))
    path = chance.choice(known)
    place = Path("mine", path.relative_to(pages.TEMPLATES))
    place.parent.mkdir(parents=True, exist_ok=True)
    write(str(place), mutated(path.read_text(), texts(*known), seed))
    yield "render", "shop.yaml", "--templates", "mine", "-o", "out", "--diff"
    shutil.rmtree("mine")


@kind
def two_specs(chance: random.Random, seed: int) -> Iterator[Sequence[str]]:
    a_spec(chance, seed)
    yield "changes", *chance.choice([("shop.yaml", "spec.yaml"), ("spec.yaml", "shop.yaml")])


@kind
def flags(chance: random.Random, seed: int) -> Iterator[Sequence[str]]:
    word = [chance.choice(["shop", "us-east-1", "web=a/b:1:80@/", "web=web", "a,b", "nat"]) for _ in range(6)]
    said = [mutated(each, word, seed + index)[:3000].replace("\0", "") for index, each in enumerate(word)]
    names = ("--name", "--region", "--egress", "--zones", "--service", "--connect")
    given = [f"{name}={text}" for name, text in zip(names, said, strict=True) if chance.randrange(4)]
    yield "init", *given, "--yes", "--force", "-o", "new.yaml"
    yield "route", "shop.yaml", said[0] or "GET", said[1]
    yield "explain", said[2]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fuzz")
    shutil.copy(ROOT / "examples" / "shop.yaml", folder)
    run("render", str(folder / "shop.yaml"), "-o", str(folder / "stack"))
    return folder


def tried(arguments: Sequence[str]) -> Done:
    with in_time():
        return run(*arguments)


@pytest.mark.parametrize("name", KINDS)
def test_nothing_ends_in_a_traceback(name: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here)
    monkeypatch.setenv("PATH", "")
    for seed in range(FIRST, FIRST + TIMES):
        for arguments in KINDS[name](random.Random(seed), seed):
            try:
                done = tried(arguments)
            except Exception as error:
                raise AssertionError(f"TFGEN_FUZZ_SEED={seed} TFGEN_FUZZ=1: {' '.join(arguments)}") from error
            assert done.code in CODES, (seed, arguments, done)
            assert "Traceback" not in done.err, (seed, arguments)


@pytest.mark.parametrize("value", ["{}", "n:{}", "http://web:{}/", "1.{}", "-{}"])
def test_numbers_of_thousands_of_digits_are_text(value: str, tmp_path: Path) -> None:
    """Python reads no number of more than 4,300 digits."""
    said = value.format("9" * 4301)
    spec = (ROOT / "examples" / "shop.yaml").read_text()
    for place in ("environment: {{A: '{}'}}", "environment: {{A: {}}}", "count: {}", "port: {}", "cpu: '{}'"):
        lines = spec.replace("calls: [backendserver]", place.format(said))
        (tmp_path / "spec.yaml").write_text(lines)
        done = run("check", str(tmp_path / "spec.yaml"))
        assert done.code in CODES
        assert "Traceback" not in done.err
