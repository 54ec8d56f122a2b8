"""Whoever asks for the pages of a spec, they are rendered once, and patched once where it has overrides."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.command import Tfgen

import tfgen
from tfgen.pipe import run_file
from tfgen.render import overrides, pages

ROOT = Path(__file__).parent.parent
SHOP = (ROOT / "examples" / "shop.yaml").read_text()
OVERRIDES = "overrides: {module.load_balancer.aws_lb.main: {idle_timeout: 120}}\n"

Work = Callable[..., Any]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with specs, a stack of one of them, and a template of the user's."""
    monkeypatch.chdir(tmp_path)
    Path("plain.yaml").write_text(SHOP)
    Path("patched.yaml").write_text(SHOP + OVERRIDES)
    Path("mine/network").mkdir(parents=True)
    shutil.copy(ROOT / "templates/network/vpc.tf.j2", "mine/network")
    return tmp_path


@pytest.fixture
def counts(here: Path, run_tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often pages were rendered and patched, from here on."""
    run_tfgen("render", "plain.yaml", "-o", here / "stack")
    found: Counter[str] = Counter()

    def counted(name: str, work: Work) -> Work:
        def counting(*arguments: Any) -> Any:
            found[name] += 1
            return work(*arguments)

        return counting

    monkeypatch.setattr(pages, "render_pages", counted("rendered", pages.render_pages))
    monkeypatch.setattr(overrides, "apply_overrides", counted("patched", overrides.apply_overrides))
    return found


@pytest.mark.parametrize(
    ("arguments", "rendered", "patched"),
    [
        ("render plain.yaml", 1, 0),
        ("render --check --diff --dry-run plain.yaml", 1, 0),
        ("render patched.yaml", 1, 1),
        ("render --templates mine patched.yaml", 1, 1),
        ("render --as module -o {name}/here patched.yaml", 1, 1),
        ("changes plain.yaml patched.yaml", 2, 1),
        ("changes stack plain.yaml", 1, 0),
        ("changes stack patched.yaml", 1, 1),
        ("changes --templates mine stack patched.yaml", 1, 1),
        ("check plain.yaml", 0, 0),
        ("check patched.yaml", 1, 1),
        ("show plain.yaml", 0, 0),
        ("route plain.yaml GET http://example.com/", 0, 0),
    ],
)
def test_each_spec_is_rendered_and_patched_once(
    counts: Counter[str], run_tfgen: Tfgen, arguments: str, rendered: int, patched: int
) -> None:
    run_tfgen(*arguments.split())
    assert (counts["rendered"], counts["patched"]) == (rendered, patched)


@pytest.mark.parametrize(("spec", "patched"), [("plain.yaml", 0), ("patched.yaml", 1)])
def test_pages_are_rendered_once_however_often_they_are_asked_for(
    counts: Counter[str], spec: str, patched: int
) -> None:
    outcome = run_file(Path(spec))
    first, second = outcome.pages(), outcome.pages()
    assert first is second
    assert (counts["rendered"], counts["patched"]) == (1, patched)
    assert tfgen.render_file(Path(spec))[0] == first


def test_a_spec_with_errors_has_no_pages(here: Path) -> None:
    for text in ("name: shop\n", f"{SHOP}overrides: {{module.load_balancer.aws_lb.other: {{name: x}}}}\n"):
        (here / "wrong.yaml").write_text(text)
        outcome = run_file(here / "wrong.yaml")
        assert outcome.failed
        assert not outcome.pages()
