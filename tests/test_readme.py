"""What the README shows is what happens."""

from __future__ import annotations

import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

from support.accepted import committed, shown

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
OWNERSHIP = ROOT / "docs" / "ownership.md"
SHOP = (ROOT / "examples" / "shop.yaml").read_text()


def tfgen(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tfgen", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_the_demo_prints_what_it_says() -> None:
    done = tfgen("render", "examples/shop.yaml", cwd=ROOT)
    assert done.returncode == 0
    start = "$ make demo\nSetting up .venv (once; it takes a minute or two)\n"
    assert shown(README, start, done.stdout) == done.stdout


def test_the_example_is_the_file() -> None:
    assert shown(README, "```yaml\n", SHOP) == SHOP


def test_the_error_is_the_real_one(tmp_path: Path) -> None:
    """The example with a public image."""
    spec = SHOP.replace("123456789012.dkr.ecr.us-east-1.amazonaws.com/webapp:1.4.2", "nginx:1.27")
    (tmp_path / "shop.yaml").write_text(spec)
    done = tfgen("render", "shop.yaml", cwd=tmp_path)
    assert done.returncode == 1
    said = f"{done.stderr.strip()}\n"
    assert shown(README, "$ tfgen render shop.yaml\n", said) == said


def test_the_cost_is_the_real_one() -> None:
    """In docs/cost.md as it is printed; in README the table of every egress and the break-even."""
    done = tfgen("cost", "examples/shop.yaml", cwd=ROOT)
    assert done.returncode == 0
    command = "$ tfgen cost examples/shop.yaml\n"
    assert shown(ROOT / "docs" / "cost.md", command, done.stdout) == done.stdout
    head, _, ways, sentences, *_ = done.stdout.split("\n\n")
    excerpt = f"{head}\n...\n{ways}\n\n{sentences}\n...\n"
    assert shown(README, command, excerpt) == excerpt


def test_the_ways_to_resolve_an_edit_are_those_of_the_readme(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(SHOP)
    assert tfgen("render", "shop.yaml", cwd=tmp_path).returncode == 0
    with (tmp_path / "generated/shop/main.tf").open("a") as page:
        page.write("# by hand\n")
    done = tfgen("render", "shop.yaml", cwd=tmp_path)
    given_up = tfgen("eject", "generated/shop/main.tf", cwd=tmp_path)
    said = f"{done.stderr}$ tfgen eject generated/shop/main.tf\n{given_up.stdout}"
    assert shown(OWNERSHIP, "$ tfgen render shop.yaml\n", said) == said


def test_the_check_is_the_real_one(tmp_path: Path) -> None:
    """A service has gone, another one has grown, and somebody has edited a page."""
    worker = "  worker:\n    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/worker:1.0.0\n"
    (tmp_path / "shop.yaml").write_text(SHOP + worker)
    assert tfgen("render", "shop.yaml", cwd=tmp_path).returncode == 0
    with (tmp_path / "generated/shop/modules/network/vpc.tf").open("a") as page:
        page.write("# by hand\n")
    (tmp_path / "shop.yaml").write_text(
        SHOP.replace("port: 5000", "port: 5000\n    cpu: 1024\n    memory: 2048")
    )
    done = tfgen("render", "--check", "shop.yaml", cwd=tmp_path)
    assert done.returncode == 3
    assert shown(OWNERSHIP, "$ tfgen render --check shop.yaml\n", done.stdout) == done.stdout


def test_the_reference_of_the_spec_is_current() -> None:
    page = runpy.run_path(str(ROOT / "scripts" / "spec_reference.py"))["page"]()
    assert committed(ROOT / "docs" / "spec.md", page) == page, "run: make accept"


def test_whose_name_it_is_on_pypi_is_said_beside_the_installation() -> None:
    name = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["name"]
    assert name != "tfgen"
    install = README.read_text().partition("## Install")[2].partition("\n## ")[0]
    assert "`pip install .`" in install
    assert f"`{name}`" in install
    assert "another project" in install.replace("\n", " ")


def test_no_version_is_pinned_that_is_not_there() -> None:
    """There are no tags yet."""
    assert "rev: v" not in (ROOT / "docs" / "check.md").read_text()
