"""`lint_files: true`: a stack brings the findings of checkov and Trivy that stand, and no others."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from support.command import run

from tfgen import facts, render_text
from tfgen.blueprint import lint

ROOT = Path(__file__).resolve().parents[1]
CHECKOV = ROOT / ".cache/checkov/bin/checkov"
SPECS = sorted([*(ROOT / "examples").glob("*.yaml"), *(ROOT / "tests/realistic").glob("*.yaml")])
SCAN = ["--framework", "terraform", "--skip-download", "--quiet", "--compact"]


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every example and realistic spec, each with its lint files, in a folder of its name."""
    folder = tmp_path_factory.mktemp("lint")
    for path in SPECS:
        spec = folder / path.name
        text = path.read_text().replace("lint_files: true\n", "")
        spec.write_text(f"{text}\nlint_files: true\n")
        assert run("render", str(spec), "-o", str(folder / path.stem)).code == 0
        spec.unlink()
    return folder


def ids_of_checkov(stack: Path) -> set[str]:
    return set(yaml.safe_load((stack / ".checkov.yaml").read_text())["skip-check"])


def findings_of_checkov(folder: Path) -> Mapping[str, set[str]]:
    """Stack -> the IDs of the checks that fail in it."""
    assert CHECKOV.is_file(), "make test installs checkov"
    command = [CHECKOV, "-d", folder, *SCAN, "-o", "json"]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    found: dict[str, set[str]] = {}
    for failed in json.loads(told.stdout)["results"]["failed_checks"]:
        found.setdefault(failed["file_path"].split("/")[1], set()).add(failed["check_id"])
    return found


@pytest.mark.slow
def test_checkov_finds_exactly_what_the_file_lists(stacks: Path) -> None:
    found = findings_of_checkov(stacks)
    listed = {path.stem: ids_of_checkov(stacks / path.stem) for path in SPECS}
    # What an override changes is not known to the files: they may list a finding too many.
    overridden = {path.stem for path in SPECS if "\noverrides:" in path.read_text()}
    assert {name: ids for name, ids in found.items() if not ids <= listed[name]} == {}
    differ = {name for name in listed if found[name] != listed[name]} - overridden
    # Among many stacks checkov can lose sight of a value that it knows in a scan of the stack by itself, as
    # its user has it.
    assert len(differ) < 4
    for name in differ:
        (stacks / "alone").mkdir()
        shutil.move(stacks / name, stacks / "alone" / name)
        assert findings_of_checkov(stacks / "alone")[name] == listed[name]
        shutil.move(stacks / "alone" / name, stacks / name)
        (stacks / "alone").rmdir()


@pytest.mark.slow
def test_checkov_reads_the_file_and_is_content(stacks: Path) -> None:
    told = subprocess.run([CHECKOV, "-d", ".", *SCAN], cwd=stacks / "front", capture_output=True, check=False)
    assert told.returncode == 0, told.stdout


BASE = "name: shop\nregion: us-east-1\nlint_files: true\n"
WEB = (
    "services: {web: {image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1', port: 80, routes: [/]}}\n"
)
WORKER = "services: {worker: {image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1'}}\n"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000"
ENDPOINTS, NAT = "network: {egress: endpoints}\n", "network: {egress: nat, nat: single}\n"


def ids_of_trivy(spec: str) -> list[str]:
    text = render_text(BASE + spec)[0][".trivyignore"]
    return re.findall(r"^AVD-AWS-(\d+)$", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("spec", "ids"),
    [
        (f"{ENDPOINTS}{WORKER}", ["0017", "0178"]),
        (f"{NAT}{WORKER}", ["0017", "0178", "0104"]),
        (f"{ENDPOINTS}{WEB}", ["0054", "0053", "0017", "0178"]),
        (f"{ENDPOINTS}{WEB}load_balancer: {{scheme: internal}}\n", ["0054", "0017", "0178"]),
        (f"{ENDPOINTS}{WEB}load_balancer: {{certificate: '{CERTIFICATE}'}}\n", ["0053", "0017", "0178"]),
        (
            f"{ENDPOINTS}{WEB}load_balancer: {{listeners: {{https: {{port: 443, "
            f"certificate: '{CERTIFICATE}', policy: ELBSecurityPolicy-2016-08}}}}}}\n",
            ["0047", "0053", "0017", "0178"],
        ),
        (
            f"{ENDPOINTS}{WEB}load_balancer: {{drop_invalid_headers: false, access_logs: true}}\n",
            ["0054", "0053", "0052", "0089", "0090", "0132", "0017", "0178"],
        ),
        (f"{ENDPOINTS}", ["0178"]),
    ],
)
def test_findings_of_trivy_by_the_conditions_of_its_source(spec: str, ids: list[str]) -> None:
    """trivy-checks: the Rego of each ID, read on 2026-11-28; Trivy itself is not run."""
    assert ids_of_trivy(spec) == ids


def test_both_files_give_the_reason_and_the_key() -> None:
    pages = render_text(f"{BASE}{NAT}{WEB}")[0]
    assert """\
  # The load balancer keeps no logs of its requests (the spec decides: access_logs of the load balancer).
  - CKV_AWS_91
""" in pages[".checkov.yaml"]
    assert """\
# The VPC keeps no flow logs (the spec decides: network.flow_logs).
AVD-AWS-0178
""" in pages[".trivyignore"]


def test_no_spec_gets_the_files_unasked() -> None:
    pages = render_text(f"{BASE}{WEB}{NAT}".replace("lint_files: true\n", ""))[0]
    assert not {".checkov.yaml", ".trivyignore"} & set(pages)


def test_each_finding_of_the_table_has_its_condition() -> None:
    assert set(lint.STANDS) == set(facts.lint_findings())
