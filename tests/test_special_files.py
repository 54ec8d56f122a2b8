"""What stands where a file is expected and is none, or leads out: nothing waits, nothing is read for ever,
and nothing outside is changed."""

import contextlib
import os
import shutil
import signal
import socket
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.command import Tfgen
from support.faults import Call, Disk

from tfgen import terraform
from tfgen.output import disk, manifest
from tfgen.output.compare import compare_pages
from tfgen.output.write import write_pages
from tfgen.problems import Exit, TfgenError

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")

SPEC = "name: shop\nregion: us-east-1\nnetwork: {egress: nat}\n"
PAGE = "modules/network/vpc.tf"


@pytest.fixture(autouse=True)
def _nothing_waits() -> Iterator[None]:
    """Whoever waits for a pipe is woken, and the test fails."""

    def wake(*_: object) -> None:
        raise AssertionError("something waits")

    before = signal.signal(signal.SIGALRM, wake)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(autouse=True)
def _no_flushes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process has written outlives it without them; only a machine needs them."""
    monkeypatch.setattr(os, "fsync", lambda _number: None)


def itself(place: Path) -> tuple[int, ...]:
    """What stands at a place, whenever it was looked at."""
    found = place.lstat()
    return found.st_ino, found.st_mode, found.st_size


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_tfgen: Tfgen) -> Path:
    """A folder with a spec and its stack; no Terraform."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(terraform, "find_terraform", lambda _wanted: None)
    Path("shop.yaml").write_text(SPEC)
    assert run_tfgen("render", "shop.yaml", "-o", "stack").code == 0
    return tmp_path


def a_socket(place: Path) -> None:
    before = Path.cwd()
    os.chdir(place.parent)  # the name of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(place.name)
    finally:
        os.chdir(before)


def a_loop(place: Path) -> None:
    place.symlink_to(place.name)


SPECIAL: dict[str, tuple[Callable[[Path], None], str]] = {
    "pipe": (os.mkfifo, "this is a pipe, not a file"),
    "socket": (a_socket, "this is a socket, not a file"),
    "device": (lambda place: place.symlink_to("/dev/zero"), "this is a device, not a file"),
    "link to nowhere": (lambda place: place.symlink_to("nowhere"), "this is a broken link"),
    "loop": (a_loop, "too many levels of symbolic links"),
    "large file": (
        lambda place: os.truncate(os.open(place, os.O_CREAT | os.O_RDWR), 1 << 40),
        "this is larger than 16 megabytes",
    ),
}


# --- the folder of a stack


@pytest.mark.parametrize("what", SPECIAL)
@pytest.mark.parametrize("name", ["x.tf", "modules/network/x.tf"])
def test_a_path_that_is_no_regular_file(what: str, name: str, here: Path, run_tfgen: Tfgen) -> None:
    make, reason = SPECIAL[what]
    make(here / "stack" / name)
    for command in (("validate", "stack"), ("changes", "stack", "shop.yaml")):
        done = run_tfgen(*command)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"tfgen: cannot read stack/{name}: ")
        assert reason in done.err
    assert run_tfgen("render", "--check", "shop.yaml", "-o", "stack").code == 0


@pytest.mark.parametrize("what", SPECIAL)
@pytest.mark.parametrize("name", ["x.tf.json", "terraform.tfvars", "x.auto.tfvars", "x.auto.tfvars.json"])
def test_values_that_are_no_file(what: str, name: str, here: Path, run_tfgen: Tfgen) -> None:
    make, reason = SPECIAL[what]
    make(here / "stack" / name)
    done = run_tfgen("changes", "stack", "shop.yaml")
    assert (done.code, done.out) == (2, "")
    assert reason in done.err
    assert run_tfgen("validate", "stack").code == 0


@pytest.mark.parametrize(
    "name",
    [".#main.tf", ".x.tf", "main.tf~", "#main.tf#", ".hidden/x.tf", ".git/x.tf", "modules/network/.#vpc.tf"],
)
@pytest.mark.parametrize("what", [*SPECIAL, "nonsense"])
def test_what_terraform_passes_over(name: str, what: str, here: Path, run_tfgen: Tfgen) -> None:
    """Hidden files, and those of editors."""
    place = here / "stack" / name
    place.parent.mkdir(exist_ok=True)
    SPECIAL[what][0](place) if what in SPECIAL else place.write_text("}}}")
    assert run_tfgen("validate", "stack").code == 0
    done = run_tfgen("changes", "stack", "shop.yaml")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("No change")


@pytest.mark.parametrize("what", SPECIAL)
def test_what_terraform_does_not_read_is_ignored(what: str, here: Path, run_tfgen: Tfgen) -> None:
    SPECIAL[what][0](here / "stack/notes")
    (here / "stack/folder.tf").mkdir()
    (here / "stack/linked.tf").symlink_to(here)
    (here / "stack/round").symlink_to(".")
    assert run_tfgen("validate", "stack").code == 0
    assert run_tfgen("changes", "stack", "shop.yaml").out.startswith("No change")


def test_a_link_to_a_file_is_read(here: Path, run_tfgen: Tfgen) -> None:
    (here / "shared.tf").write_text("locals {\n  a = 1\n}\n")
    (here / "stack/shared.tf").symlink_to("../shared.tf")
    assert run_tfgen("validate", "stack").code == 0
    (here / "shared.tf").write_text("}}}")
    assert "stack/shared.tf:1:1: error TG401" in run_tfgen("validate", "stack").err


def out_of_reach(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for who is not root, which the tests may be."""
    real = os.scandir

    def refuses(place: Any) -> Any:
        if Path(place).name == folder:
            raise PermissionError(13, "Permission denied", str(place))
        return real(place)

    monkeypatch.setattr(os, "scandir", refuses)


@pytest.mark.usefixtures("here")
def test_a_folder_that_nobody_may_read(run_tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in it is not gone."""
    out_of_reach("modules", monkeypatch)
    for command in (("validate", "stack"), ("changes", "stack", "shop.yaml")):
        done = run_tfgen(*command)
        assert (done.code, done.out) == (2, "")
        assert done.err == "tfgen: cannot read stack/modules: permission denied\n"


def test_terraform_gets_files_alone(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """In a copy, to which nothing is copied from elsewhere."""
    stack = here / "stack"
    for number, (make, _) in enumerate(SPECIAL.values()):
        if make is not SPECIAL["large file"][0]:
            make(stack / f"special{number}")
            make(stack / f"special{number}.tf")
    (here / "shared").mkdir()
    (here / "shared/x.tf").write_text("# shared\n")
    links = {"all": Path("/"), "round": stack, "linked.tf": here / "shared/x.tf", "linked": here / "shared"}
    for name, place in links.items():
        (stack / name).symlink_to(place)
    (stack / "linked again").symlink_to("linked")
    for name in (".git/HEAD", ".terraform/x", "terraform.d/x", "a.tfstate", "a.tfstate.backup"):
        (stack / name).parent.mkdir(exist_ok=True)
        (stack / name).write_text("x")
    (stack / ".terraform.lock.hcl").write_text("# locked\n")
    place = tmp_path_factory.mktemp("terraform")
    seen = place / "seen"
    program = place / "terraform"
    program.write_text(
        f'#!/bin/sh\ncd "${{1#-chdir=}}" && find . -printf "%P %y %l\\n" > {seen}; cat linked*/x.tf\n'
    )
    program.chmod(0o755)
    assert all(step.passed for step in terraform.check_folder(str(program), stack))
    found = dict(
        line.split(" ", 1) if " again" not in line else ("again", "")
        for line in seen.read_text().splitlines()
    )
    pages = {path.relative_to(stack).as_posix() for path in stack.rglob("*.tf") if path.is_file()}
    assert pages <= found.keys()
    assert found[".terraform.lock.hcl"] == "f "
    assert found["main.tf"] == "f "
    assert {name: found[name] for name in links} == {
        name: f"l {place.resolve()}" for name, place in links.items()
    }
    assert not [
        name for name in found if "special" in name or "tfstate" in name or ".d/" in name or ".git/" in name
    ]
    assert len(found) < 60


def test_a_stack_that_cannot_be_copied(here: Path, run_tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(place: Any, _target: Any) -> None:
        raise PermissionError(13, "Permission denied", str(place))

    monkeypatch.undo()
    monkeypatch.chdir(here)
    (here / "terraform").write_text("#!/bin/sh\n")
    (here / "terraform").chmod(0o755)
    monkeypatch.setattr(shutil, "copyfile", refuses)
    done = run_tfgen("validate", "stack", "--terraform", "./terraform")
    assert done.code == 2
    assert done.err.startswith("tfgen: cannot read stack/")
    assert done.err.endswith(": permission denied\n")


# --- a spec, and what else is named


@pytest.mark.parametrize("what", ["pipe", "socket", "device", "link to nowhere", "loop", "large file"])
def test_a_spec_that_is_no_file(what: str, here: Path, run_tfgen: Tfgen) -> None:
    SPECIAL[what][0](here / "special.yaml")
    commands = [
        ("check",), ("check", "--explain"), ("render",), ("show",), ("upgrade",), ("upgrade", "--write"),
        ("changes", "shop.yaml"), ("changes", "stack"),
    ]  # fmt: skip
    for command in commands:
        done = run_tfgen(*command, "special.yaml")
        assert done.code == 1
        assert "special.yaml: error TG001: " in done.out + done.err
    assert run_tfgen("route", "special.yaml", "GET", "http://a/").code == 1
    assert run_tfgen("changes", "special.yaml", "shop.yaml").code == 1


def test_a_spec_is_a_file(here: Path, run_tfgen: Tfgen) -> None:
    os.mkfifo(here / "pipe.yaml")
    for name, what in {"pipe.yaml": "pipe", "/dev/zero": "device", "/dev/null": "device"}.items():
        assert run_tfgen("show", name).err == (
            f"{name}: error TG001: this is a {what}, not a file\n"
            "   hint: write the spec to a file, and name that file\n\n"
        )


@pytest.mark.parametrize("what", SPECIAL)
def test_a_template_that_is_no_file(what: str, here: Path, run_tfgen: Tfgen) -> None:
    (here / "templates/network").mkdir(parents=True)
    SPECIAL[what][0](here / "templates/network/vpc.tf.j2")
    done = run_tfgen("render", "shop.yaml", "--templates", "templates", "-o", "stack")
    assert done.code == 1
    assert "templates/network/vpc.tf.j2: error TG266: the template cannot be read: " in done.err


def test_templates_that_nobody_may_read(
    here: Path, run_tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """tfgen's own would stand in for them."""
    (here / "templates/network").mkdir(parents=True)
    out_of_reach("network", monkeypatch)
    done = run_tfgen("render", "shop.yaml", "--templates", "templates", "-o", "stack")
    assert done.code == 1
    assert "templates/network: error TG266: the folder cannot be read: permission denied" in done.err


@pytest.mark.parametrize("what", SPECIAL)
def test_what_is_ejected_is_never_read(what: str, here: Path, run_tfgen: Tfgen) -> None:
    SPECIAL[what][0](here / "stack/mine.tf")
    done = run_tfgen("eject", "stack/mine.tf")
    assert (done.code, done.out) == (2, "")
    assert "tfgen owns no mine.tf" in done.err
    (here / "stack/main.tf").unlink()
    SPECIAL[what][0](here / "stack/main.tf")
    assert run_tfgen("eject", "stack/main.tf").code == 0
    assert run_tfgen("render", "shop.yaml", "-o", "stack").code == 0


# --- where pages and the manifest go


@pytest.mark.parametrize("what", SPECIAL)
@pytest.mark.parametrize("path", ["main.tf", PAGE, "modules/network/nat.tf", "README.md"])
def test_in_the_place_of_a_file(what: str, path: str, here: Path, run_tfgen: Tfgen) -> None:
    """Also of one that goes."""
    (here / "stack" / path).unlink()
    SPECIAL[what][0](here / "stack" / path)
    before = itself(here / "stack" / path)
    for how in ([], ["--force"], ["--diff"], ["--check"], ["--dry-run"]):
        if what == "large file":
            assert run_tfgen("render", "shop.yaml", "-o", "stack", *how).code == 5
        elif path != "modules/network/nat.tf" or not how:
            assert run_tfgen("render", "shop.yaml", "-o", "stack", *how).code in {3, 4}
    Path("shop.yaml").write_text(SPEC.replace("nat", "public"))
    run_tfgen("render", "shop.yaml", "-o", "stack")
    assert itself(here / "stack" / path) == before


@pytest.mark.parametrize("what", SPECIAL)
def test_in_the_place_of_the_manifest(what: str, here: Path, run_tfgen: Tfgen) -> None:
    place = here / "stack" / manifest.NAME
    place.unlink()
    SPECIAL[what][0](place)
    before = itself(place)
    for how in ([], ["--force"], ["--diff"], ["--check"]):
        assert run_tfgen("render", "shop.yaml", "-o", "stack", *how).code in {3, 4, 5}
    assert itself(place) == before
    assert run_tfgen("changes", "stack", "shop.yaml").code in {0, 2}


HIDDEN = [
    ".git/HEAD",
    ".GIT/config",
    ".envrc",
    ".terraform.lock.hcl",
    "modules/.git/x",
    ".a/.gitignore",
    "git~1/HEAD",
]


@pytest.mark.parametrize("path", HIDDEN)
@pytest.mark.parametrize("word", ["hash", "ejected", "once"])
def test_a_manifest_cannot_name_what_is_hidden(path: str, word: str, here: Path) -> None:
    """It may be anybody's, and the content of .git/HEAD is easily guessed."""
    stack = here / "stack"
    (stack / path).parent.mkdir(exist_ok=True)
    (stack / path).write_text("ref: refs/heads/main\n")
    said = manifest.digest_of(b"ref: refs/heads/main\n") if word == "hash" else word
    known = manifest.read_manifest(stack)
    with (stack / manifest.NAME).open("a") as file:
        file.write(f"{said}  {path}\n")
    assert manifest.read_manifest(stack) == known
    write_pages({"main.tf": "# new\n"}, stack, force=True)
    assert (stack / path).read_text() == "ref: refs/heads/main\n"


# --- init and upgrade


FLAGS = ["--name", "shop", "--region", "us-east-1", "--egress", "nat", "--no-services", "--yes"]
FLAGS += ["-o", "new.yaml"]


@pytest.mark.parametrize("force", [False, True])
def test_nothing_in_the_place_of_what_init_writes_for_a_moment_is_touched(
    force: bool, here: Path, run_tfgen: Tfgen
) -> None:
    (here / "precious").write_text("precious")
    (here / ".new.yaml.tfgen-new").symlink_to("precious")
    (here / ".new.yaml.tfgen-new1").write_text("mine")
    (here / ".new.yaml.tfgen-new2").symlink_to("nowhere")
    os.mkfifo(here / ".new.yaml.tfgen-new3")
    before = {path: os.lstat(path) for path in here.iterdir()}
    assert run_tfgen("init", *FLAGS, *(["--force"] if force else [])).code == 0
    assert "name: shop" in (here / "new.yaml").read_text()
    after = {path: os.lstat(path) for path in here.iterdir()}
    assert after.keys() - before.keys() == {here / "new.yaml"}
    assert {path: found.st_ino for path, found in before.items()} == {
        path: after[path].st_ino for path in before
    }
    assert (here / "precious").read_text() == "precious"


@pytest.mark.parametrize("what", ["pipe", "socket", "device"])
def test_init_puts_no_file_in_the_place_of_what_is_none(what: str, here: Path, run_tfgen: Tfgen) -> None:
    place, terminal = here / "new.yaml", os.openpty()
    if what == "device":
        # No device of the machine's: a test that fails as root would put a file in its place.
        place.symlink_to(os.ttyname(terminal[1]))
    else:
        SPECIAL[what][0](place)
    before = itself(place)
    done = run_tfgen("init", *FLAGS, "--force")
    assert (done.code, done.err) == (
        5,
        f"tfgen: cannot write new.yaml: this is a {what}, not a file. Nothing was written.\n",
    )
    assert itself(place) == before
    assert what != "device" or stat.S_ISCHR(place.stat().st_mode)
    for number in terminal:
        os.close(number)


# --- a folder that is swapped for a link while pages are written

OLD = {
    "main.tf": "# the root\n",
    "modules/network/nat.tf": "# NAT gateways\n",
    "modules/network/vpc.tf": "# the VPC\n",
    "modules/services/web.tf": "# the service\n",
}
NEW = {
    "main.tf": "# another root\n",
    "modules/load_balancer/listeners.tf": "# listeners\n",
    "modules/network/endpoints.tf": "# endpoints\n",
    "modules/network/vpc.tf": "# another VPC\n",
}


def tree(folder: Path) -> dict[str, object]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.lstat().st_mode)
        if stat.S_ISREG(path.lstat().st_mode)
        else path.lstat().st_mode
        for path in folder.rglob("*")
    }


def outside_of(stack: Path) -> Path:
    """A folder that has what the stack has: nothing in it looks like another's."""
    outside = stack.parent / "outside"
    shutil.rmtree(outside, ignore_errors=True)
    shutil.copytree(stack, outside)
    (outside / disk.STAGING).mkdir()
    for number in range(9):
        (outside / disk.STAGING / str(number)).write_text("precious\n")
    (outside / "modules/load_balancer").mkdir()
    return outside


def swapped(stack: Path, name: str) -> None:
    if (stack / name).is_symlink():
        return
    with contextlib.suppress(FileNotFoundError):
        (stack / name).rename(stack / f"moved {Path(name).name}")
    with contextlib.suppress(FileNotFoundError):
        (stack / name).symlink_to(stack.parent / "outside" / name)


def fresh(place: Path) -> Path:
    stack, stored = place / "stack", place / "stored"
    if not stored.exists():
        write_pages(OLD, stored)
    shutil.rmtree(stack, ignore_errors=True)
    shutil.copytree(stored, stack)
    return stack


SWAPPED = ["modules", "modules/network", "modules/services", "modules/load_balancer", disk.STAGING]
SWAPPED += [PAGE, "main.tf", "modules/network/endpoints.tf", "modules/network/nat.tf", manifest.NAME]


@pytest.mark.slow
@pytest.mark.parametrize("name", SWAPPED)
def test_what_is_swapped_for_a_link_before_any_call(name: str, tmp_path: Path) -> None:
    """Whatever comes of the render, nothing outside is another."""
    stack = fresh(tmp_path)
    with Disk(stack).watched() as seen:
        write_pages(NEW, stack)
    assert len(seen.calls) > 50
    outside = outside_of(fresh(tmp_path))
    before = tree(outside)
    for at in range(len(seen.calls)):
        stack = fresh(tmp_path)

        def swap(_call: Call, stack: Path = stack) -> None:
            swapped(stack, name)

        with Disk(stack, at, swap).watched(), contextlib.suppress(TfgenError):
            write_pages(NEW, stack, force=at % 2 == 1)
        assert tree(outside) == before, seen.calls[at]


@pytest.mark.slow
def test_a_folder_that_is_swapped_for_a_link_again_and_again(tmp_path: Path) -> None:
    stack = fresh(tmp_path)
    outside = outside_of(stack)
    before = tree(outside)
    child = os.fork()
    if not child:
        while True:
            with contextlib.suppress(OSError):
                (stack / "modules/network").rename(stack / "network")
                (stack / "modules/network").symlink_to(outside / "modules/network")
                time.sleep(0.001)
                (stack / "modules/network").unlink()
                (stack / "network").rename(stack / "modules/network")
                time.sleep(0.001)
    try:
        for number in range(150):
            with contextlib.suppress(TfgenError):
                write_pages([OLD, NEW][number % 2], stack, force=True)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert tree(outside) == before


def test_a_folder_that_was_swapped_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything has changed."""
    stack = fresh(tmp_path)
    outside_of(stack)
    make = disk.Folder.make

    def made(folder: disk.Folder, folders: Any) -> list[str]:
        swapped(stack, "modules/network")
        return make(folder, folders)

    monkeypatch.setattr(disk.Folder, "make", made)
    with pytest.raises(TfgenError) as caught:
        write_pages(NEW, stack)
    assert caught.value.code == Exit.NOT_OURS
    assert caught.value.message == (
        f"{stack}/modules/network changed during the render. Nothing was written; render again."
    )
    monkeypatch.undo()
    assert (stack / "main.tf").read_text() == OLD["main.tf"]
    assert not (stack / disk.STAGING).exists()
    (stack / "modules/network").unlink()
    (stack / "moved network").rename(stack / "modules/network")
    assert compare_pages(OLD, stack).changes.none
