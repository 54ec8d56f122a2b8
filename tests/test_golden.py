"""The committed stacks are exactly what the committed specs render to. `make accept` rewrites them."""

from pathlib import Path

import pytest
from support.stacks import OWN_FILES

import tfgen
from tfgen.output import manifest
from tfgen.output.compare import compare_pages
from tfgen.pipe import run_file
from tfgen.render.pages import files_to_keep

ROOT = Path(__file__).parent.parent
SPECS = sorted((ROOT / "examples").glob("*.yaml"))


def committed(folder: Path) -> dict[str, str]:
    """Every file of a golden stack, but for what Terraform leaves there when somebody runs it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".terraform") for part in path.parts)
    }


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_golden(spec: Path) -> None:
    pages, problems = tfgen.render_file(spec)
    assert {problem.severity for problem in problems} <= {"note"}
    folder = ROOT / "generated" / spec.stem
    golden = committed(folder)
    blueprint = run_file(spec).blueprint
    assert blueprint
    kept = files_to_keep(blueprint)
    own = OWN_FILES.get(spec.stem, set())
    assert sorted({*pages, *kept, *own, manifest.NAME}) == sorted(golden), "run: make accept"
    assert compare_pages(pages, folder, kept, blueprint.name).changes.none, "run: make accept"
    assert {path: golden[path] for path in kept} == kept, (
        "remove it, and its line in the manifest; make accept"
    )
    for path, text in pages.items():
        assert text == golden[path], f"{path} differs; run: make accept"


def test_every_golden_stack_has_its_spec() -> None:
    stacks = {path.name for path in (ROOT / "generated").iterdir() if path.is_dir()}
    assert stacks == {spec.stem for spec in SPECS}


def test_the_seed_is_covered() -> None:
    """Each egress and both NAT modes, a stack of one service, a large one, a network alone."""
    assert {spec.stem for spec in SPECS} >= {
        "hello", "market", "network", "shop", "shop-nat", "shop-nat-endpoints",
        "shop-nat-single", "shop-public",
    }  # fmt: skip
