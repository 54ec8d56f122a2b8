"""Text of others reaches a terminal, a log of CI and a shell as text alone, whatever it holds."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from strategies import laws
from support.command import run

from tfgen import texts
from tfgen.problems import Location, Problem, describe_problem
from tfgen.report import Findings, as_github
from tfgen.spec.source import dump_in_line, dump_yaml, parse_yaml

ROOT = Path(__file__).parent.parent

HOSTILE = (
    "\x1b[31m", "\x1b]0;title\x07", "\x1b[2J", "\x9b31m", "\x07", "\b\b", "\0", "\x7f", "\x85", "\r", "\n",
    "\n::error title=x::y", "\n  ::error::y", "::error::y", " ::warning file=a::b", "##[error]y",
    "##vso[task.setvariable variable=a]b", "\u202e", "\u2066", "\u200f", "\u061c", "\u200b", "\u2028",
    "\ufeff", "\u2060", "\xad", "\U000e0041", "%0A::error::z", "\t", "\u2029", "\n##[group]",
)  # fmt: skip
TEXTS = st.lists(
    st.sampled_from(HOSTILE) | st.text(st.characters(exclude_characters=":"), max_size=4),
    min_size=1,
    max_size=5,
).map("".join)
LEGIBLE = "Größe 中文 日本語 العربية हिन्दी 🚀 👨‍👩‍👧 🏳️‍🌈 ß"


def is_obeyed(char: str) -> bool:
    """By Unicode's own word: controls, format characters, halves of characters, ends of lines."""
    return char not in "\n\t" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def faults(said: str, *, commands: bool = False) -> Iterator[str]:
    """What in a text of tfgen's would drive a terminal or a runner."""
    plain = re.sub(r"(?<=\W)\u200d(?=\W)", "", said).replace("\r\n", "\n")
    yield from (f"U+{ord(char):04X}" for char in plain if is_obeyed(char))
    for line in plain.splitlines():
        if line.lstrip().startswith("::") and not commands:
            yield line
        if re.search(r"##\w*\[", line):
            yield line


@pytest.mark.parametrize("text", [*HOSTILE, "\ud800"])
def test_a_text_in_a_line_is_text(text: str) -> None:
    shown = texts.in_line(f"a{text}b")
    assert shown.isprintable()


def test_every_character_that_is_obeyed_is_shown_by_its_number() -> None:
    for code in range(sys.maxunicode + 1):
        if is_obeyed(char := chr(code)):
            assert texts.in_line(char) == texts.escaped_character(char)
            assert texts.screened_text(f"{char}.") != f"{char}."


def test_what_people_write_stays_legible() -> None:
    assert texts.in_line(LEGIBLE) == LEGIBLE
    assert texts.screened_text(LEGIBLE) == LEGIBLE
    assert parse_yaml(dump_yaml({LEGIBLE: LEGIBLE}), "a.yaml").data == {LEGIBLE: LEGIBLE}
    assert LEGIBLE in dump_yaml([LEGIBLE])


@given(st.lists(TEXTS, min_size=1, max_size=4))
@laws(300)
def test_whatever_passes_the_screen_is_harmless(parts: list[str]) -> None:
    behind = io.StringIO()
    screen = texts.Screen(behind)
    for part in parts:
        screen.write(part)
    assert list(faults(behind.getvalue())) == []


@given(TEXTS)
@laws(200)
def test_json_and_yaml_mean_the_same_behind_the_screen(text: str) -> None:
    data: Any = {"a": [text, {text: text}]}
    assert json.loads(texts.screened_text(json.dumps(data, ensure_ascii=False, indent=2))) == data
    data = {"a": [unicodedata.normalize("NFC", text)]}
    shown = texts.screened_text(dump_yaml(data))
    assert parse_yaml(shown, "a.yaml").data == data
    assert yaml.safe_load(shown) == data


@given(TEXTS)
@laws(200)
def test_a_word_of_a_shell_is_one_word(text: str) -> None:
    assert not any(is_obeyed(char) or char == "\n" for char in texts.shell_word(text))


@pytest.mark.parametrize(
    "text",
    [
        "a b",
        "'",
        "$(id)",
        "`id`",
        "a\nb",
        "\x1b[31m",
        "a'\n\\'b",
        "\u202ex",
        "-x",
        "",
        "\x9bx",
        "\udce9\n",
        "\U000e0041",
        "\tf",
    ],
)
def test_bash_reads_a_word_as_it_was(text: str) -> None:
    done = subprocess.run(
        ["bash", "-c", f"printf %s {texts.shell_word(text)}"],
        capture_output=True,
        check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    assert os.fsdecode(done.stdout) == text


# --- problems


def hostile_problem(text: str) -> Problem:
    return Problem("TG302", Location(f"{text}.yaml", 1, 1, 3), f'there is "{text}"', f"remove {text}")


@given(TEXTS)
@laws(200)
def test_a_problem_is_lines_of_its_own(text: str) -> None:
    problem = hostile_problem(text)
    lines = texts.screened_text(describe_problem(problem, (text.replace("\n", " "),))).split("\n")
    assert len(lines) == 4
    assert list(faults("\n".join(lines[1:]))) == []
    assert not any(map(is_obeyed, lines[0]))


@given(TEXTS)
@laws(200)
def test_an_annotation_is_one_line_with_our_properties(text: str) -> None:
    problem = hostile_problem(text)
    said = texts.screened_text(
        as_github.text(Findings({}, 0, [problem], [], "1"), colour=False), commands=True
    ).split("\n")
    assert len(said) == 2
    assert said[0].startswith("::error file=")
    properties, _, message = said[0].removeprefix("::error ").partition("::")
    assert [each.partition("=")[0] for each in properties.split(",")] == [
        "file", "line", "col", "endColumn", "title"
    ]  # fmt: skip
    assert "%0Ahint: remove" in message
    assert list(faults("\n".join(said), commands=True)) == []


# --- every command


SPEC: dict[str, Any] = {
    "name": "shop",
    "region": "us-east-1",
    "network": {"egress": "nat"},
    "services": {
        "web": {
            "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1",
            "port": 80,
            "routes": ["/"],
            "environment": {"A": "1"},
            "secrets": {"B": "arn:aws:secretsmanager:us-east-1:123456789012:secret:app-abcdef"},
            "command": ["run"],
        }
    },
    "tags": {"team": "a"},
    "overrides": {"module.network.aws_vpc.main": {"tags": {"x": "y"}}},
}

PLACES = (
    ("name",), ("region",), ("network", "egress"), ("network", "cidr"), ("network", "endpoints", 0),
    ("services", "web", "image"), ("services", "web", "routes", 0), ("services", "web", "environment", "A"),
    ("services", "web", "secrets", "B"), ("services", "web", "command", 0), ("services", "web", "calls", 0),
    ("services", "web", "connect"), ("services", "web", "uses", 0), ("tags", "team"), ("ignore", 0, "rule"),
    ("ignore", 0, "reason"), ("overrides", "module.network.aws_vpc.main", "tags", "x"),
    ("overrides", "module.network.aws_vpc.main", "cidr_block"), ("load_balancer", "listeners", "http"),
    ("backend", "bucket"), ("services", "web", "was", 0), ("services", "web", "health_check", "path"),
)  # fmt: skip
KEYS = (
    (), ("network",), ("services",), ("services", "web"), ("services", "web", "environment"),
    ("services", "web", "secrets"), ("tags",), ("overrides",), ("overrides", "module.network.aws_vpc.main"),
    ("overrides", "module.network.aws_vpc.main", "tags"), ("load_balancer", "listeners"),
)  # fmt: skip


def put(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    """`data` with a value at a path, whatever is around it made where it is not there."""
    if not path:
        return value
    if isinstance(path[0], int):
        return [put(None, path[1:], value)]
    data = data if isinstance(data, dict) else {}
    return {**data, path[0]: put(data.get(path[0]), path[1:], value)}


def at(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        data = data.get(key, {}) if isinstance(data, dict) else {}
    return data


def quoted(data: Any) -> str:
    """YAML of one line with escapes for what does not print."""
    return dump_in_line(data)


SPECS = st.builds(
    lambda path, text: quoted(put(SPEC, path, text)), st.sampled_from(PLACES), TEXTS
) | st.builds(
    lambda path, text: quoted(put(SPEC, (*path, text), at(SPEC, path).get("web", "1"))),
    st.sampled_from(KEYS),
    TEXTS,
)
NAMES = TEXTS.map(lambda text: text.replace("/", "").replace("\0", "")[:40] + ".yaml")


COMMANDS = (
    ("check",), ("check", "--explain"), ("check", "--format", "json"), ("check", "--format", "sarif"),
    ("check", "--format", "github"), ("show",), ("show", "--json"), ("route", "GET", "http://a.example/x"),
    ("render", "--diff"), ("render", "--dry-run"), ("render", "--check", "--json"), ("render",), ("upgrade",),
    ("changes",), ("changes", "--json"), ("validate",), ("eject",),
)  # fmt: skip


def arguments_of(command: tuple[str, ...], spec: str, folder: str) -> list[str]:
    name, *rest = command
    if name == "changes":
        return [name, str(ROOT / "examples" / "shop.yaml"), *rest, "--", spec]
    if name == "route":
        return [name, "--", spec, *rest]
    if name in {"validate", "eject"}:
        return [name, "--", folder if name == "validate" else f"{folder}/main.tf"]
    return [name, *rest, *(["-o", folder] if name == "render" else []), "--", spec]


@given(SPECS, NAMES, st.sampled_from(COMMANDS))
@laws(240)
def test_no_command_prints_what_is_obeyed(
    tmp_path_factory: pytest.TempPathFactory, text: str, name: str, command: tuple[str, ...]
) -> None:
    here = tmp_path_factory.mktemp("here")
    (here / name).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        patch.setenv("PATH", "")
        code, out, err = run(*arguments_of(command, name, name.removesuffix(".yaml") or "out"))
    github = "github" in command
    assert code in range(6)
    assert list(faults(out, commands=github)) == []
    assert list(faults(err)) == []
    if github:
        lines = out.splitlines()
        assert all(
            line.startswith(("::error file=", "::warning file=", "::notice file=")) for line in lines[:-1]
        )
        assert not lines[-1].startswith("::")


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    here = tmp_path_factory.mktemp("deployed")
    run("render", str(ROOT / "examples" / "shop.yaml"), "-o", str(here / "stack"))
    return here


@given(TEXTS, TEXTS)
@laws(45)
def test_changes_prints_texts_of_terraform_as_text(deployed: Path, name: str, text: str) -> None:
    here = deployed
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        patch.setenv("PATH", "")
        own = (
            f'resource "aws_sqs_queue" {json.dumps(name)} {{\n  name = {json.dumps(text)}\n  a = {text}\n}}\n'
        )
        (here / "stack" / "own.tf").write_text(own, encoding="utf-8", errors="replace")
        network = re.sub(r"(?m)^ +routes: .*\n", "", (ROOT / "examples" / "shop.yaml").read_text())
        (here / "new.yaml").write_text(network)
        for arguments in (("changes", "stack", "new.yaml"), ("validate", "stack")):
            _, out, err = run(*arguments)
            assert list(faults(out)) == []
            assert list(faults(err)) == []


# --- lines of a terminal


WRONG = "Größe 中文: what keeps this from being read is said in a sentence that no terminal has in one line"


@pytest.mark.parametrize("width", [20, 40, 60, 80, 119])
def test_a_message_continues_in_lines_of_its_own(width: int) -> None:
    problem = Problem("TG302", Location("shop.yaml", 2, 300, 3), WRONG, f"to repair it, {WRONG}")
    line = "x" * 299 + "abc" + "y" * 300
    lines = describe_problem(problem, ("", line), width=width).split("\n")
    assert lines[0].startswith("shop.yaml:2:300: error TG302:")
    assert max(map(len, lines)) <= max(width, 36)
    assert " ".join(each.strip() for each in lines).startswith(f"shop.yaml:2:300: error TG302: {WRONG}")
    numbered, marks = (line for line in lines if line[6:8] == "| ")
    assert numbered[marks.index("^") :].startswith("abc")
    assert all(each.startswith("   ") for each in lines[1:])


def test_without_a_width_nothing_is_wrapped() -> None:
    problem = Problem("TG302", Location("shop.yaml"), WRONG * 9, WRONG)
    assert len(describe_problem(problem, ()).split("\n")) == 2
    assert texts.wrapped_text(WRONG, 0) == WRONG
    assert texts.wrapped_text("a" * 50, 20, "  ", 10) == "a" * 50


def on_a_terminal(columns: int, *arguments: str, **environment: str) -> list[str]:
    """The lines that `tfgen` prints on a terminal of so many columns."""
    pty = pytest.importorskip("pty", reason="Windows has no terminals of this kind")
    own, theirs = pty.openpty()
    plain = {name: value for name, value in os.environ.items() if name not in {"CI", "COLUMNS"}}
    with subprocess.Popen(
        [sys.executable, "-m", "tfgen", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT / "examples",
        env={**plain, "PYTHONPATH": str(ROOT), "COLUMNS": str(columns), "NO_COLOR": "1", **environment},
    ):
        os.close(theirs)
        said = b"".join(iter(lambda: _read(own), b""))
    os.close(own)
    return said.decode().replace("\r\n", "\n").splitlines()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # so Linux says that nobody writes any more
        return b""


@pytest.mark.parametrize(
    "arguments",
    [
        ("changes", "shop.yaml", "shop-nat.yaml"),
        ("route", "market.yaml", "GET", "http://a.example/cart"),
        ("check", "../tests/messages/image-out-of-reach.yaml"),
    ],
)
def test_what_a_terminal_shows_fits(arguments: tuple[str, ...]) -> None:
    lines = on_a_terminal(70, *arguments)
    whole = on_a_terminal(70, *arguments, CI="true")
    assert max(map(len, whole)) > 70
    # A word that is longer stays whole: an address, say.
    assert [line for line in lines if len(line) > 70 and len(line.split()) > 2] == []
    assert " ".join(lines).split() == " ".join(whole).split()
