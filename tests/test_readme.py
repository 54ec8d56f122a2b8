"""What the README shows is what happens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
SHOP = (ROOT / "examples" / "shop.yaml").read_text()


def tfgen(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tfgen", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_the_demo_prints_what_it_says() -> None:
    done = tfgen("render", "examples/shop.yaml", cwd=ROOT)
    assert done.returncode == 0
    assert f"{done.stdout}```" in README


def test_the_example_is_the_file() -> None:
    assert f"```yaml\n{SHOP}```" in README


def test_the_error_is_the_real_one(tmp_path: Path) -> None:
    """The example with a public image."""
    spec = SHOP.replace("123456789012.dkr.ecr.us-east-1.amazonaws.com/webapp:1.4.2", "nginx:1.27")
    (tmp_path / "shop.yaml").write_text(spec)
    done = tfgen("render", "shop.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert f"$ tfgen render shop.yaml\n{done.stderr.strip()}\n```" in README


def test_the_reference_of_the_spec_is_current() -> None:
    script = ROOT / "scripts" / "spec_reference.py"
    assert subprocess.run([sys.executable, script, "--check"], cwd=ROOT, check=False).returncode == 0, (
        "run: .venv/bin/python scripts/spec_reference.py"
    )
