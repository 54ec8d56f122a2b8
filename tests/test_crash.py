"""Whatever stops a render, at whatever instant: every file is whole, and the next render goes on."""

import os
import random
import shutil
import signal
import sys
from pathlib import Path

import pytest
from support.faults import Call, Disk, full, in_a_child, killed
from support.kills import Kills
from support.two_renders import NEW, OLD, ONCE

from tfgen.output import disk, manifest
from tfgen.output.compare import compare_pages
from tfgen.output.write import eject_files, write_pages
from tfgen.problems import Exit, TfgenError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork"),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]

THIRD = {
    "README.md": "# another shop\n",
    "main.tf": "# a third root\n",
    "modules/network/nat.tf": "# NAT gateways\n",
    "modules/services/web.tf": "# another service\n",
    "modules/services/api.tf": "# one more\n",
}
VERSIONS = {"nothing": None, "old": OLD, "new": NEW, "third": THIRD}
PAIRS = [("nothing", "new"), ("old", "new")]


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and disk.STAGING not in path.parts
    }


@pytest.fixture(autouse=True)
def _no_flushes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process has written outlives it without them; only a machine needs them."""
    monkeypatch.setattr(os, "fsync", lambda _number: None)


def prepared(place: Path, before: str) -> Path:
    """A folder with what is there before a render."""
    folder, stored = place / "stack", place / before
    shutil.rmtree(folder, ignore_errors=True)
    if pages := VERSIONS[before]:
        if not stored.exists():
            write_pages(pages, stored, once=ONCE)
        shutil.copytree(stored, folder)
    return folder


def calls(place: Path, before: str, after: str) -> list[Call]:
    folder = prepared(place, before)
    with Disk(folder).watched() as seen:
        write_pages(VERSIONS[after] or {}, folder, once=ONCE)
    return seen.calls


def assert_whole(folder: Path, *versions: str) -> None:
    """Every file is one that a render wrote, from its first byte to its last."""
    known = [VERSIONS[version] or {} for version in versions] + [ONCE]
    for path, content in tree(folder).items():
        if path != manifest.NAME:
            assert content.decode() in {pages[path] for pages in known if path in pages}, path


def assert_goes_on(folder: Path, pages: dict[str, str]) -> None:
    """The next render finds nothing of anybody else's, and makes the stack that it would make anew."""
    changes = compare_pages(pages, folder, ONCE).changes
    assert changes.in_the_way == ()
    write_pages(pages, folder, once=ONCE)
    assert {path: text.decode() for path, text in tree(folder).items() if path != manifest.NAME} == {
        **pages,
        **ONCE,
    }
    assert not (folder / disk.STAGING).exists()
    assert compare_pages(pages, folder, ONCE).changes.none


@pytest.mark.parametrize("following", ["old", "new", "third"])
@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_killed_before_every_call(before: str, after: str, following: str, tmp_path: Path) -> None:
    count = len(calls(tmp_path, before, after))
    for at in range(count):
        folder = prepared(tmp_path, before)

        def render(folder: Path = folder, at: int = at) -> None:
            with Disk(folder, at, killed).watched():
                write_pages(VERSIONS[after] or {}, folder, once=ONCE)

        assert in_a_child(render) == 9, at
        if folder.exists():
            assert_whole(folder, before, after)
        assert_goes_on(folder, VERSIONS[following] or {})


@pytest.mark.parametrize("lasting", [False, True], ids=["one call fails", "all fail from there on"])
@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_an_error_of_every_call(before: str, after: str, lasting: bool, tmp_path: Path) -> None:
    """Before the first new manifest stands nothing has changed; from there on it is said what has."""
    every = calls(tmp_path, before, after)
    commit = next(number for number, call in enumerate(every) if is_commit(call))
    for at in range(len(every)):
        folder = prepared(tmp_path, before)
        found = tree(folder) if folder.exists() else {}
        error = None
        with Disk(folder, at, full, lasting=lasting).watched() as seen:
            try:
                write_pages(VERSIONS[after] or {}, folder, once=ONCE)
            except TfgenError as caught:
                error = caught
        assert len(seen.calls) > at
        now = tree(folder) if folder.exists() else {}
        if at <= commit:
            # What is only tidied up may fail in silence, but nothing else.
            assert error or seen.calls[at].name in {"rmdir", "unlink", "close"}
        if error is None:
            assert {**VERSIONS[after], **ONCE}.keys() == now.keys() - {manifest.NAME}  # type: ignore[dict-item]
        else:
            assert error.code == Exit.CANNOT_WRITE
            assert "no space left on device" in error.message
            assert disk.STAGING not in error.message
            assert error.message.endswith(" Nothing was written.") == (at <= commit)
            assert ("render again to finish" in error.message) == (at > commit)
        if error and at <= commit:
            assert now == found
            assert lasting or not (folder / disk.STAGING).exists()
            assert lasting or folder.exists() == (before != "nothing")
        if folder.exists():
            assert_whole(folder, before, after)
        assert_goes_on(folder, VERSIONS[after] or {})


def is_commit(call: Call) -> bool:
    return call.name == "replace" and call.target is not None and call.target.name == manifest.NAME


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_everything_is_on_the_disk_before_it_is_counted_on(before: str, after: str, tmp_path: Path) -> None:
    seen = calls(tmp_path, before, after)
    folder = tmp_path / "stack"
    flushed: set[Path] = set()
    moved: set[Path] = set()  # folders in which a name has changed since they were flushed
    commits = []
    durable = False  # the manifest that knows old files and new ones
    for number, call in enumerate(seen):
        if call.name == "write":
            flushed.discard(call.place)
        elif call.name == "fsync":
            flushed.add(call.place)
            moved.discard(call.place)
            durable = durable or bool(commits and call.place == folder)
        elif call.name == "replace":
            assert call.target
            assert call.place in flushed, f"{call.target} was moved before it was on the disk"
            if is_commit(call):
                assert not (commits and moved), "the manifest counts on moves that are not on the disk"
                commits.append(number)
            else:
                assert durable, "a file was moved before the manifest that knows it was on the disk"
            moved.add(call.target.parent)
        elif call.name == "unlink":
            assert len(commits) == 1
            assert durable
            moved.add(call.place.parent)
        elif call.name == "mkdir" and call.place not in (folder, folder / disk.STAGING):
            moved.add(call.place.parent)
    assert len(commits) == 2
    assert not moved


@pytest.mark.parametrize("fault", [full, killed])
def test_eject_is_done_or_not(fault: object, tmp_path: Path) -> None:
    folder = prepared(tmp_path, "old")
    with Disk(folder).watched() as seen:
        eject_files([folder / "main.tf"], folder)
    assert is_commit(next(call for call in seen.calls if call.name == "replace"))
    synced = [call.name for call in seen.calls]
    assert synced.index("fsync") < synced.index("replace")
    for at in range(len(seen.calls)):
        folder = prepared(tmp_path, "old")
        before = tree(folder)

        def give_up(folder: Path = folder, at: int = at) -> None:
            with Disk(folder, at, killed if fault is killed else full).watched():
                eject_files([folder / "main.tf"], folder)

        in_a_child(give_up)
        after = manifest.read_manifest(folder)
        assert {path: text for path, text in tree(folder).items() if path != manifest.NAME} == {
            path: text for path, text in before.items() if path != manifest.NAME
        }
        assert after.ejected.keys() == {"main.tf"} or tree(folder) == before
        eject_files([folder / "main.tf"], folder)
        assert compare_pages(OLD, folder, ONCE).changes.none
        assert not (folder / disk.STAGING).exists()


def test_a_forced_render_that_was_killed_continues_without_force(tmp_path: Path) -> None:
    """What somebody gave up by --force is nobody's any more."""

    def edited() -> Path:
        folder = prepared(tmp_path, "old")
        (folder / "main.tf").write_text("# by hand\n")
        (folder / "modules/network/nat.tf").write_text("# by hand\n")
        (folder / "modules/network/endpoints.tf").write_text("# mine\n")
        return folder

    folder = edited()
    with Disk(folder).watched() as seen:
        write_pages(NEW, folder, once=ONCE, force=True)
    begun = next(number for number, call in enumerate(seen.calls) if is_commit(call))
    for at in range(len(seen.calls)):
        folder = edited()

        def render(folder: Path = folder, at: int = at) -> None:
            with Disk(folder, at, killed).watched():
                write_pages(NEW, folder, once=ONCE, force=True)

        assert in_a_child(render) == 9
        if at <= begun:
            with pytest.raises(TfgenError):
                write_pages(NEW, folder, once=ONCE)
        else:
            assert_goes_on(folder, NEW)


def test_ctrl_c_waits_until_every_file_is_in_its_place(tmp_path: Path) -> None:
    """Before the first new manifest it leaves everything as it was."""
    every = calls(tmp_path, "old", "new")
    staging = next(number for number, call in enumerate(every) if call.place.name == disk.STAGING)
    commit = next(number for number, call in enumerate(every) if is_commit(call))
    for at in range(staging, len(every) - 1):  # the last closes the folder
        folder = prepared(tmp_path, "old")
        before = tree(folder)
        ctrl_c = Disk(folder, at, lambda _call: signal.raise_signal(signal.SIGINT))
        with ctrl_c.watched(), pytest.raises(KeyboardInterrupt):
            write_pages(NEW, folder, once=ONCE)
        if at < commit:
            assert tree(folder) == before
        else:
            assert compare_pages(NEW, folder, ONCE).changes.none
        assert not (folder / disk.STAGING).exists()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_real_kills(tmp_path: Path) -> None:
    kills = Kills(tmp_path, [sys.executable, "-m", "tfgen"], random.Random(4))
    for _ in range(25):
        kills.one()
    assert kills.killed >= 15
