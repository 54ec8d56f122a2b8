"""`tfgen check` and `tfgen explain`: what they print in each format, how they end, what a spec may ignore.

What the messages say is in tests/test_messages.py, whether the rules are right in tests/test_rules.py.
"""

import json
import os
import pty
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from support.accepted import committed
from support.command import Done, Tfgen

from tfgen import rules
from tfgen.blueprint.model import Blueprint
from tfgen.pipe import run_text
from tfgen.problems import Problem
from tfgen.report import rulebook

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "tfgen"
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
DOCUMENT = ROOT / "docs" / "check.md"

# The schema of what tfgen writes, and where it is at hand, the one of all that SARIF can say.
SARIF_SCHEMAS = [ROOT / "tests" / "data" / "sarif-2.1.0-part.json"] + [
    Path(path) for path in [os.environ.get("TFGEN_SARIF_SCHEMA")] if path
]

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
HEAD = "name: shop\nregion: us-east-1\n"
WELL = f"{HEAD}network: {{egress: nat}}\nservices:\n  web: {{image: '{ECR}/web:1.4.2'}}\n"
WARNING = f"{HEAD}network: {{egress: nat, nat_zone: a}}\n"
WRONG = f"{HEAD}network: {{egress: vpn}}\n"


@pytest.fixture
def tfgen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_tfgen: Tfgen) -> Tfgen:
    """tfgen in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return run_tfgen


def spec(text: str, name: str = "shop.yaml") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def codes(done: Done) -> list[str]:
    """The codes that `check --format json` found, and those that it ignored in brackets."""
    data = json.loads(done.out)
    ignored = [f"({problem['code']})" for problem in data["ignored"]]
    return [problem["code"] for problem in data["problems"]] + ignored


@pytest.fixture
def noting(monkeypatch: pytest.MonkeyPatch) -> None:
    """One rule that finds something to note in every service."""
    rule = SimpleNamespace(
        ID="TG303",
        SEVERITY="note",
        check=lambda blueprint: [
            Problem("TG303", each.at, "a service", "", "note") for each in blueprint.services
        ],
    )
    monkeypatch.setattr(rules, "all_rules", lambda: (rule,))


# --- how it ends


@pytest.mark.parametrize(
    ("text", "plain", "strict"), [(WELL, 0, 0), (WARNING, 0, 1), (WRONG, 1, 1), ("name: [", 1, 1), ("", 1, 1)]
)
@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_exit_codes(tfgen: Tfgen, text: str, plain: int, strict: int, form: str) -> None:
    name = spec(text)
    loose, strictly = (tfgen("check", name, "--format", form, *more) for more in ([], ["--strict"]))
    assert (loose.code, strictly.code) == (plain, strict)
    assert loose[1:] == strictly[1:]
    assert loose.err == ""
    assert sorted(path.name for path in Path().iterdir()) == [name], "check writes nothing"


@pytest.mark.usefixtures("noting")
def test_notes_are_shown_by_check_alone_and_fail_nothing(tfgen: Tfgen) -> None:
    name = spec(WELL)
    done = tfgen("check", "--strict", name)
    assert done.code == 0
    assert done.out.startswith(f"{name}:5:8: note TG303: a service\n")
    assert done.out.endswith("\n\n1 note in 1 spec\n")
    for command in ("render", "show"):
        assert tfgen(command, name).err == ""


@pytest.mark.parametrize(
    "arguments", [("check",), ("check", "shop.yaml", "--format", "xml"), ("explain", "TG303", "TG304")]
)
def test_wrong_usage(tfgen: Tfgen, arguments: tuple[str, ...]) -> None:
    spec(WELL)
    done = tfgen(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Usage: tfgen" in done.err


def test_a_spec_that_cannot_be_read_hides_no_other(tfgen: Tfgen) -> None:
    spec(WARNING, "a.yaml")
    spec(WELL, "c.yaml")
    done = tfgen("check", "c.yaml", "b.yaml", "a.yaml", "a.yaml", "--format", "json")
    data = json.loads(done.out)
    assert done.code == 1
    assert data["specs"] == ["c.yaml", "b.yaml", "a.yaml"]
    assert [(each["file"], each["code"], each["line"]) for each in data["problems"]] == [
        ("a.yaml", "TG211", 3),
        ("b.yaml", "TG001", None),
    ]


# --- text


def test_schema_blueprint_and_rules_are_one_list_in_order(tfgen: Tfgen) -> None:
    text = (
        f"{HEAD}services:\n"
        f"  web: {{image: '{ECR}/web:1.4.2', cpu: 300, uses: [sqz]}}\n"
        "network: {egress: nat, nat_zone: a}\n"
        "ignore: [{rule: TG304, reason: none}]\n"
    )
    heads = re.findall(r"^shop.yaml:(\d+):\d+: \w+ (TG\d+): ", tfgen("check", spec(text)).out, re.MULTILINE)
    assert heads == [("4", "TG302"), ("4", "TG212"), ("5", "TG211"), ("6", "TG392")]


def test_when_all_is_well_it_says_so_in_a_line(tfgen: Tfgen) -> None:
    assert tfgen("check", spec(WELL)) == Done(0, "All is well: 1 spec with 1 service\n", "")


def test_the_summary_counts(tfgen: Tfgen) -> None:
    text = WARNING + (
        f"services:\n  web: {{image: '{ECR}/web:1.4.2', cpu: 300, ignore: [{{rule: TG302, reason: x}}]}}\n"
        f"  api: {{image: '{ECR}/api:1.4.2', cpu: 301}}\n  job: {{image: '{ECR}/job:1.4.2', cpu: 302}}\n"
    )
    assert tfgen("check", spec(text)).out.endswith("\n\n2 errors and 1 warning in 1 spec; 1 ignored\n")


def coloured(environment: dict[str, str]) -> str:
    """What `tfgen check` shows on a terminal."""
    settings = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tfgen", "check", "shop.yaml"]
    env = {**settings, "TERM": "xterm", "COLUMNS": "200", "PYTHONPATH": str(ROOT), **environment}
    subprocess.run(command, stdout=theirs, env=env, timeout=60, check=False)
    os.close(theirs)
    with os.fdopen(ours, "rb", closefd=True) as screen:
        return screen.read1(100_000).decode().replace("\r\n", "\n")


def test_colours_are_for_terminals(tfgen: Tfgen) -> None:
    spec(WRONG)
    plain = tfgen("check", "shop.yaml").out
    assert "\x1b" not in plain
    shown = coloured({})
    assert "\x1b[1;31merror TG105\x1b[0m: " in shown
    assert "\x1b[1;31m^^^\x1b[0m\n" in shown
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown) == plain
    assert coloured({"NO_COLOR": "1"}) == coloured({"TERM": "dumb"}) == plain


# --- explain the ways


def test_network_paths_are_printed_before_the_problems(tfgen: Tfgen) -> None:
    """Of every stack that could be worked out; rules may find errors in it."""
    name = spec(WELL.replace("egress: nat", "egress: endpoints").replace(ECR, "ghcr.io"))
    plain, walked = tfgen("check", name), tfgen("check", name, "--explain")
    assert plain.code == walked.code == 1
    assert walked.out.endswith(f"\n\n{plain.out}")
    assert "web -> ghcr.io" in walked.out.removesuffix(plain.out)
    both = tfgen("check", name, spec(WRONG, "wrong.yaml"), spec(WELL, "well.yaml"), "--explain").out
    heads = [line for line in both.splitlines() if line in ("shop.yaml", "wrong.yaml", "well.yaml")]
    assert heads == ["shop.yaml", "well.yaml"]


def test_the_walks_are_text(tfgen: Tfgen) -> None:
    done = tfgen("check", spec(WELL), "--explain", "--format", "json")
    assert done == Done(2, "", "tfgen: --explain requires --format text\n")


# --- json, sarif, github


def test_json_says_what_text_says(tfgen: Tfgen) -> None:
    name = spec(WRONG)
    data = json.loads(tfgen("check", name, "--format", "json").out)
    assert data == {
        "version": 1,
        "specs": [name],
        "counts": {"error": 1, "warning": 0, "note": 0, "ignored": 0},
        "problems": [
            {
                "code": "TG105",
                "severity": "error",
                "file": name,
                "line": 3,
                "column": 19,
                "width": 3,
                "message": 'expected public, nat, endpoints or nat+endpoints, not "vpn"',
                "hint": "",
            }
        ],
        "ignored": [],
    }


ODD = """\
name: shop
region: us-east-1
network: {egress: nat, nat_zone: a}
tags: {"größe 🙂": 1.10}
"""
IGNORING = f"""\
{WARNING}ignore: [TG304]
services:
  web:
    image: {ECR}/web:1.4.2
    cpu: 300
    egress: []
    ignore: [{{rule: TG302, reason: "100% wanted, größer"}}, TG305]
"""


@pytest.mark.parametrize("text", [WELL, WARNING, WRONG, "name: [", "", ODD, IGNORING])
@pytest.mark.parametrize("name", ["shop.yaml", "my spec, größer:100%.yaml", "elsewhere/shop.yaml"])
@pytest.mark.parametrize("schema", SARIF_SCHEMAS, ids=lambda path: path.stem)
def test_sarif_is_valid_and_says_what_json_says(tfgen: Tfgen, text: str, name: str, schema: Path) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    spec(text, name)
    said = json.loads(tfgen("check", name, "--format", "json").out)
    sarif = json.loads(tfgen("check", name, "--format", "sarif").out)
    law = json.loads(schema.read_text(encoding="utf-8"))
    checker = jsonschema.validators.validator_for(law)
    checker(law, format_checker=checker.FORMAT_CHECKER).validate(sarif)
    driver, results = sarif["runs"][0]["tool"]["driver"], sarif["runs"][0]["results"]
    assert len(results) == len(said["problems"]) + len(said["ignored"])
    for result, problem in zip(results, said["problems"] + said["ignored"], strict=True):
        place = result["locations"][0]["physicalLocation"]
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == problem["code"]
        assert result["level"] == problem["severity"]
        assert result["message"]["text"].startswith(problem["message"])
        assert result["message"]["text"].endswith(problem["hint"])
        assert unquote(place["artifactLocation"]["uri"]) == problem["file"]
        assert place.get("region", {}).get("startLine") == problem["line"]
        reasons = [each.get("justification", "") for each in result["suppressions"]]
        assert reasons == ([problem["reason"]] if "reason" in problem else [])


def test_sarif_names_an_absolute_file_whole(tfgen: Tfgen, tmp_path: Path) -> None:
    path = tmp_path / "my shop.yaml"
    path.write_text(WRONG)
    sarif = json.loads(tfgen("check", path, "--format", "sarif").out)
    place = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == path.as_uri()


def test_columns_are_characters(tfgen: Tfgen) -> None:
    """Not bytes and not halves of UTF-16: sarif.columnKind says so."""
    sarif = json.loads(tfgen("check", spec(ODD), "--format", "sarif").out)
    (result,) = [each for each in sarif["runs"][0]["results"] if each["level"] == "error"]
    region = result["locations"][0]["physicalLocation"]["region"]
    line = ODD.splitlines()[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "1.10"


def commands(text: str) -> list[dict[str, str]]:
    """Workflow commands as the runner of GitHub Actions reads them."""
    found = []
    for kind, properties, data in re.findall(r"^::(\w+) ([^\n]*?)::([^\n]*)$", text, re.MULTILINE):
        command = {"kind": kind, "data": data}
        command |= dict(pair.split("=", 1) for pair in properties.split(","))
        found.append({key: unquote(value) for key, value in command.items()})
    return found


@pytest.mark.usefixtures("noting")
def test_github_reads_every_annotation(tfgen: Tfgen) -> None:
    spec(WARNING + f"services:\n  web: {{image: '{ECR}/web:1.4.2'}}\n", "a,b:c 100%.yaml")
    spec(f"{HEAD}network: {{egress: 'v%0Ap'}}\n")
    done = tfgen("check", "a,b:c 100%.yaml", "shop.yaml", "gone.yaml", "--format", "github")
    assert commands(done.out) == [
        {
            "kind": "warning",
            "file": "a,b:c 100%.yaml",
            "line": "3",
            "col": "34",
            "endColumn": "35",
            "title": "tfgen TG211",
            "data": "nat_zone has no effect here: with nat: per-zone every zone has a NAT gateway\n"
            "hint: remove it, or write nat: single",
        },
        {
            "kind": "notice",
            "file": "a,b:c 100%.yaml",
            "line": "5",
            "col": "8",
            "endColumn": "9",
            "title": "tfgen TG303",
            "data": "a service",
        },
        {
            "kind": "error",
            "file": "gone.yaml",
            "title": "tfgen TG001",
            "data": "there is no such file\nhint: write one with: tfgen init",
        },
        {
            "kind": "error",
            "file": "shop.yaml",
            "line": "3",
            "col": "19",
            "endColumn": "26",
            "title": "tfgen TG105",
            "data": 'expected public, nat, endpoints or nat+endpoints, not "v%0Ap"',
        },
    ]
    assert done.out.splitlines()[-1] == "2 errors, 1 warning and 1 note in 3 specs"


# --- ignores

BECAUSE = "{rule: TG302, reason: r}"


def sized(*, top: str = "", web: str = "", api: str = "", network: str = "") -> str:
    """A spec whose two services both have a size that Fargate lacks, with ignores here and there."""
    return f"""\
{HEAD}{f"ignore: [{top}]" if top else ""}
network: {{egress: nat, ignore: [{network}]}}
services:
  web:
    image: {ECR}/web:1.4.2
    cpu: 300
    ignore: [{web}]
  api: {{image: '{ECR}/api:1.4.2', ignore: [{api}], cpu: 300}}
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (sized(), ["TG302", "TG302"]),
        (sized(web=BECAUSE), ["TG302", "(TG302)"]),
        (sized(api=BECAUSE), ["TG302", "(TG302)"]),
        (sized(top=BECAUSE), ["(TG302)", "(TG302)"]),
        (sized(web=BECAUSE, api=BECAUSE), ["(TG302)", "(TG302)"]),
        # The closest one is used; what is left over is said.
        (sized(web=BECAUSE, api=BECAUSE, top=BECAUSE), ["TG392", "(TG302)", "(TG302)"]),
        (sized(web=f"{BECAUSE}, {BECAUSE}", api=BECAUSE), ["TG392", "(TG302)", "(TG302)"]),
        # In the wrong section, of the wrong rule, of none, without a reason.
        (sized(network=BECAUSE, top=BECAUSE), ["TG392", "(TG302)", "(TG302)"]),
        (sized(top="{rule: TG303, reason: r}"), ["TG392", "TG302", "TG302"]),
        (sized(top="{rule: TG999, reason: r}"), ["TG391", "TG302", "TG302"]),
        (sized(top="TG302"), ["TG390", "(TG302)", "(TG302)"]),
        (sized(top='{rule: TG302, reason: " "}'), ["TG390", "(TG302)", "(TG302)"]),
        (sized(top="TG390, TG391, TG391"), ["TG391", "TG391", "TG391", "TG302", "TG302"]),
    ],
)
def test_an_ignore_covers_its_rule_in_its_section(tfgen: Tfgen, text: str, found: list[str]) -> None:
    done = tfgen("check", spec(text), "--format", "json")
    assert codes(done) == found
    assert done.code == ("TG302" in found)


@pytest.mark.parametrize(
    "ignoring",
    [
        "load_balancer: {ignore: [RULE]}",
        "load_balancer:\n  listeners:\n    http:\n      port: 80\n      ignore: [RULE]",
        "load_balancer: {listeners: {http: {port: 80, ignore: [RULE]}}}",
    ],
)
def test_ignores_of_the_load_balancer(tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch, ignoring: str) -> None:
    rule = SimpleNamespace(
        ID="TG303",
        check=lambda blueprint: [
            Problem("TG303", blueprint.locate(("load_balancer", "listeners", "http", "port")), "m"),
            Problem("TG303", blueprint.locate(("network",)), "m"),
        ],
    )
    monkeypatch.setattr(rules, "all_rules", lambda: (rule,))
    text = f"{WELL}{ignoring}\n".replace("RULE", "{rule: TG303, reason: r}")
    assert codes(tfgen("check", spec(text), "--format", "json")) == ["TG303", "(TG303)"]


@pytest.mark.parametrize(("by_api", "by_job"), [(BECAUSE, ""), ("", BECAUSE)])
def test_an_ignore_covers_its_own_service_through_an_alias(
    tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch, by_api: str, by_job: str
) -> None:
    """The value of both stands beside the anchor, but each service is ignored by itself."""

    def check(blueprint: Blueprint) -> Iterator[Problem]:
        for key in ("api", "job"):
            for path in (("health_check",), ("health_check", "timeout")):
                yield Problem("TG302", blueprint.locate(("services", key, *path)), f"{key} {path[-1]}")

    monkeypatch.setattr(rules, "all_rules", lambda: (SimpleNamespace(ID="TG302", check=check),))
    text = f"""\
{HEAD}network: {{egress: nat}}
services:
  api:
    image: {ECR}/api:1.4.2
    health_check: &slow {{timeout: 10}}
    ignore: [{by_api}]
  job:
    image: {ECR}/job:1.4.2
    health_check: *slow
    ignore: [{by_job}]
"""
    found = json.loads(tfgen("check", spec(text), "--format", "json").out)
    ignored = [each["message"] for each in found["ignored"]]
    key, other = ("api", "job") if by_api else ("job", "api")
    assert sorted(ignored) == [f"{key} health_check", f"{key} timeout"]
    left = [each["message"] for each in found["problems"] if each["code"] == "TG302"]
    assert sorted(left) == [f"{other} health_check", f"{other} timeout"]
    assert codes(tfgen("check", spec(text), "--format", "json")).count("TG392") == 0


def test_a_problem_at_an_aliased_value_is_said_once(tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(blueprint: Blueprint) -> Iterator[Problem]:
        for key in ("api", "job"):
            where = blueprint.locate(("services", key, "health_check", "timeout"))
            yield Problem("TG302", where, "the same of both")

    monkeypatch.setattr(rules, "all_rules", lambda: (SimpleNamespace(ID="TG302", check=check),))
    text = f"""\
{HEAD}network: {{egress: nat}}
services:
  api:
    image: {ECR}/api:1.4.2
    health_check: &slow {{timeout: 10}}
  job:
    image: {ECR}/job:1.4.2
    health_check: *slow
"""
    assert codes(tfgen("check", spec(text), "--format", "json")) == ["TG302"]


@pytest.mark.parametrize("secret", ["hunter2", "h" * 60_000])
def test_a_secret_does_not_show_its_length(tfgen: Tfgen, secret: str) -> None:
    said = tfgen("check", spec(f"{WELL.strip()[:-1]}, environment: {{DB_PASSWORD: {secret}x}}}}\n")).out
    assert "DB_PASSWORD: ********" in said
    assert "*********" not in said
    assert "hh" not in said


@pytest.mark.parametrize(
    "keys",
    [
        "environment: {DB_PASSWORD: correct-horse, U: 0.5}",
        "environment: {DB_PASSWORD: 'correct-horse\n\n      correct-horse', U: 0.5}",
        "environment: {AWS_ACCESS_KEY_ID: AKIAIOSFODNN7EXAMPLE, AWS_SECRET_ACCESS_KEY: correct-horse}",
        "environment: {DB: {join: ['postgres://shop:correct-horse@', {input: host}]}, U: 0.5}",
        "command: [run, --password=correct-horse], U: 1",
        "password: correct-horse",
        "environment: {DB_PASSWORD: correct-horse, DB_PASSWORD: 'correct-horse'}",
        "environment: {'DB': 'postgres://shop:correct-horse@a', A: 1, A: 1}",
        "environment: {DB_PASSWORD: correct-horse, A: b: c}",
        "secrets: {A: correct-horse}",
        "secrets: {A: arn:aws:secretsmanager:us-east-1:123456789012:secret:a-AbCdEf, B: correct-horse}",
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_problem_shows_a_secret(tfgen: Tfgen, keys: str, form: str) -> None:
    """Neither its own nor another in the same line: the output is in the logs of CI."""
    said = tfgen("check", spec(f"{WELL.strip()[:-1]}, {keys}}}\n"), "--format", form).out
    assert "correct-horse" not in said
    assert form == "json" or "********" in said


def test_a_folder_has_a_place_in_sarif(tfgen: Tfgen) -> None:
    run = json.loads(tfgen("check", ".", "--format", "sarif").out)["runs"][0]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "."


def test_a_wrong_spec_says_nothing_of_its_ignores(tfgen: Tfgen) -> None:
    """Nobody knows which of them are used once it is right."""
    text = sized(top="{rule: TG304, reason: r}").replace("egress: nat", "egress: nat, cidr: 10.0.0.1/16")
    assert codes(tfgen("check", spec(text), "--format", "json")) == ["TG209", "TG302", "TG302"]


def test_an_error_that_is_ignored_is_rendered(tfgen: Tfgen) -> None:
    assert tfgen("render", spec(sized())).code == 1
    assert not Path("generated").exists()
    done = tfgen("render", spec(sized(top=BECAUSE)))
    assert (done.code, done.err) == (0, "")
    assert "cpu                      = 300" in Path("generated/shop/modules/services/web.tf").read_text()


def test_a_shown_spec_keeps_its_ignores(tfgen: Tfgen) -> None:
    listener = "load_balancer: {listeners: {http: {port: 80, ignore: [TG305]}}}\n"
    text = sized(top=BECAUSE, web=BECAUSE) + listener
    shown = json.loads(tfgen("show", spec(text), "--json").out)
    assert shown["ignore"] == shown["services"]["web"]["ignore"] == [{"rule": "TG302", "reason": "r"}]
    assert shown["load_balancer"]["listeners"]["http"]["ignore"] == [{"rule": "TG305", "reason": ""}]


UNUSED = (Path(__file__).parent / "messages/keys-without-effect.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [WELL, UNUSED])
def test_a_shown_spec_is_found_to_be_the_same(tfgen: Tfgen, text: str) -> None:
    """Its defaults stand in it, and are no keys without effect."""
    found = codes(tfgen("check", spec(text), "--format", "json"))
    shown = tfgen("show", spec(text)).out
    assert codes(tfgen("check", spec(shown), "--format", "json")) == found


# --- explain


@pytest.mark.parametrize("rule", rules.all_rules(), ids=lambda rule: rule.ID)
def test_a_rule_is_explained(tfgen: Tfgen, rule: Any) -> None:
    done = tfgen("explain", rule.ID.lower())
    assert (done.code, done.err) == (0, "")
    words = (f"{rule.ID} {rule.SEVERITY}: {rule.TITLE}\n", rule.WHY, rule.SOURCE, f"rule: {rule.ID}, reason")
    assert all(part in done.out for part in words)
    plain = done.out.replace("\n    ", "\n")
    assert rule.BAD[:70].partition("\n")[0] in plain
    assert rule.GOOD in plain
    assert max(map(len, plain.splitlines())) < 300  # an example of too much is cut
    assert json.loads(tfgen("explain", rule.ID, "--json").out) == {
        "code": rule.ID,
        "severity": rule.SEVERITY,
        "title": rule.TITLE,
        "why": rule.WHY,
        "source": rule.SOURCE,
        "bad": rule.BAD,
        "good": rule.GOOD,
    }


def test_without_a_code_the_rules_are_listed(tfgen: Tfgen) -> None:
    listed = [line.split()[:2] for line in tfgen("explain").out.splitlines()]
    as_json = json.loads(tfgen("explain", "--json").out)
    assert listed == [[rule["code"], rule["severity"]] for rule in as_json]
    assert [code for code, _ in listed] == list(rules.rule_numbers())


def test_every_code_that_is_raised_is_explained(tfgen: Tfgen) -> None:
    raised = {
        code
        for path in PACKAGE.rglob("*.py")
        if path.name != "rulebook.py"
        for code in re.findall(r"\bTG[0-9]{3}\b", path.read_text(encoding="utf-8"))
    }
    assert raised == set(rulebook.all_codes())
    for code in raised - set(rules.rule_numbers()):
        done = tfgen("explain", code)
        assert (done.code, done.out[:7]) == (0, f"{code}: ")
        assert ("cannot be ignored" in done.out) == (code not in rules.OF_OVERRIDES)
        assert (f"ignore: [{{rule: {code}, reason: ...}}]" in done.out) == (code in rules.OF_OVERRIDES)


# --- the golden specs and the documents


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_no_example_has_an_error_or_a_warning(tfgen: Tfgen, example: Path) -> None:
    folders = ROOT / "generated" / "{name}"  # with the files that references name
    done = tfgen("check", example, "-o", folders, "--format", "json", "--strict")
    counts = json.loads(done.out)["counts"]
    assert (counts["error"], counts["warning"]) == (0, 0)
    assert bool(counts["ignored"]) == ("ignore:" in example.read_text())


def test_the_page_of_rules_is_current() -> None:
    page = runpy.run_path(str(ROOT / "scripts" / "rules_reference.py"))["page"]()
    assert committed(ROOT / "docs" / "rules.md", page) == page, "run: make accept"


def test_the_document_shows_what_happens(tfgen: Tfgen) -> None:
    """Its first YAML is the spec that every command of it is run on."""
    said = DOCUMENT.read_text(encoding="utf-8")
    spec(said.partition("```yaml\n")[2].partition("```")[0])

    def answered(shown: re.Match[str]) -> str:
        done = tfgen(*shown[1].split())
        return f"```console\n$ tfgen {shown[1]}\n{done.err}{done.out}```"

    happens, count = re.subn(r"```console\n\$ tfgen (.+)\n(?:.*\n)*?```", answered, said)
    assert committed(DOCUMENT, happens) == happens
    assert count == 4


@pytest.mark.parametrize("length", [26, 27, 28])
def test_the_range_that_is_advised_has_room_for_the_subnets(length: int) -> None:
    """Also where it makes larger subnets of those that the spec gives no size."""

    def told(length: int) -> list[int]:
        text = f"name: shop\nregion: us-east-1\nnetwork: {{egress: nat, cidr: 10.0.0.0/{length}}}\n"
        found = [problem for problem in run_text(text, "shop.yaml").problems if problem.code == "TG202"]
        return [int(re.findall(r"/(\d+) or larger", problem.hint)[0]) for problem in found]

    assert told(length)
    assert told(min(told(length))) == []


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("load_balancer: {cidrs: }", "TG104"),
        ("load_balancer: {certificate: }", "TG104"),
        ("load_balancer: {listeners: {http: {port: 80, mutual_tls: }}}", "TG104"),
        ("services: {web: {image: web, port: 80, routes: [{path: /, source: }]}}", "TG104"),
        ("services: {web: {image: web, port: 80, routes: [{path: /, methods: }]}}", "TG104"),
        ("services: {web: {image: web, port: 80, routes: [{path: /, query: {debug: }}]}}", "TG104"),
        ("services: {web: {image: web, port: 80, routes: [{path: /, headers: {X-A: }}]}}", "TG104"),
        ("services: {web: {image: web, port: 80, login: , routes: [/]}}", "TG104"),
    ],
)
def test_what_lets_more_in_without_a_value_is_an_error(where: str, code: str) -> None:
    text = f"name: shop\nregion: us-east-1\nnetwork: {{egress: nat}}\n{where}\n"
    assert [each.code for each in run_text(text, "shop.yaml").problems if each.severity == "error"] == [code]


@pytest.mark.parametrize(
    "where", ["services:", "load_balancer:", "services: {web: {image: web, environment: }}"]
)
def test_a_key_whose_default_is_empty_may_be_left_empty(where: str) -> None:
    text = f"name: shop\nregion: us-east-1\nnetwork: {{egress: nat}}\n{where}\n"
    assert not run_text(text, "shop.yaml").failed
