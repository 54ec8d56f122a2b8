"""A wheel, an sdist and an editable install work alike, templates and facts included."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

import tfgen

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
SPEC = ROOT / "examples" / "shop.yaml"


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def fresh_python(folder: Path) -> Path:
    """An environment without tfgen, which finds its dependencies in the one that runs the tests."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    # `addsitedir` would also follow the editable install of the environment that runs the tests.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def install(python: Path, what: str | Path, *options: str) -> None:
    run(
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps",
        "--no-build-isolation", "--disable-pip-version-check", *options, what,
    )  # fmt: skip


def check(python: Path, folder: Path) -> None:
    """The installed command answers, and renders what this checkout renders."""
    program = python.parent / "tfgen"
    assert run(program, "--version", cwd=folder) == f"tfgen {tfgen.__version__}\n"
    installed = "import importlib.metadata as m; print(m.version('tfgen-fargate'))"
    assert run(python, "-c", installed, cwd=folder) == f"{tfgen.__version__}\n"
    run(program, "render", SPEC, "-o", folder / "stack", cwd=folder)
    pages, _ = tfgen.render_file(SPEC)
    written = {
        path.relative_to(folder / "stack").as_posix(): path.read_text()
        for path in (folder / "stack").rglob("*")
        if path.is_file()
    }
    assert pages.items() <= written.items()
    assert written.keys() - pages.keys() == {".gitignore", ".tfgen-manifest"}


def check_needs_no_jinja(python: Path, folder: Path) -> None:
    """What prints the templates was made when it was built."""
    loaded = "import sys, tfgen, pathlib; tfgen.render_file(pathlib.Path(sys.argv[1])); print(*sys.modules)"
    modules = run(python, "-c", loaded, SPEC, cwd=folder).split()
    assert "tfgen.printed.services" in modules
    assert "jinja2" not in modules


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel and the sdist of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", folder)
    return folder


def test_wheel(sources: Path, tmp_path: Path) -> None:
    python = fresh_python(tmp_path / "venv")
    install(python, next(sources.glob("*.whl")))
    check(python, tmp_path)
    check_needs_no_jinja(python, tmp_path)


def test_sdist(sources: Path, tmp_path: Path) -> None:
    python = fresh_python(tmp_path / "venv")
    install(python, next(sources.glob("*.tar.gz")))
    check(python, tmp_path)
    check_needs_no_jinja(python, tmp_path)


def test_editable(tmp_path: Path) -> None:
    python = fresh_python(tmp_path / "venv")
    install(python, ROOT, "--editable")
    check(python, tmp_path)


def test_the_wheel_holds_the_product_and_nothing_else(sources: Path) -> None:
    names = run(sys.executable, "-m", "zipfile", "-l", next(sources.glob("*.whl"))).splitlines()[1:]
    files = [line.split()[0] for line in names]
    about = f"tfgen_fargate-{tfgen.__version__}.dist-info"  # PyPI's tfgen is another project
    assert {file.split("/")[0] for file in files} == {"tfgen", about}
    assert "tfgen/templates/services/service.tf.j2" in files
    printed = {file for file in files if file.startswith("tfgen/printed/")}
    folders = (
        "__init__",
        "stack",
        "network",
        "load_balancer",
        "alarms",
        "repositories",
        "file_systems",
        "services",
    )
    assert printed == {f"tfgen/printed/{name}.py" for name in folders}
    assert not [file for file in files if "__pycache__" in file]
