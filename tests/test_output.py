"""Whose a file is, and what becomes of it. What stops a render is in tests/test_crash.py."""

import errno
import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.two_renders import NEW, OLD, ONCE

from tfgen.output import disk, manifest
from tfgen.output.compare import Changes, compare_pages
from tfgen.output.disk import STAGING
from tfgen.output.manifest import NAME, Manifest, digest_of
from tfgen.output.write import eject_files, preview_pages, stack_of, write_pages
from tfgen.problems import Exit, TfgenError


def tree(folder: Path) -> dict[str, Any]:
    """Everything below `folder`, hidden files too: what a file holds, where a link leads."""
    return {
        path.relative_to(folder).as_posix(): path.readlink()
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else "a folder"
        for path in folder.rglob("*")
        if ".git" not in path.parts
    }


def files(folder: Path) -> dict[str, str]:
    """Every file but the manifest."""
    return {
        path: content.decode()
        for path, content in tree(folder).items()
        if isinstance(content, bytes) and path != NAME
    }


def hashes(pages: dict[str, str]) -> dict[str, frozenset[str]]:
    return {path: frozenset([digest_of(text.encode())]) for path, text in pages.items()}


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """A stack that holds OLD."""
    folder = tmp_path / "stack"
    write_pages(OLD, folder)
    return folder


def refused(pages: dict[str, str], folder: Path, *, force: bool = False) -> TfgenError:
    before = tree(folder)
    with pytest.raises(TfgenError) as caught:
        write_pages(pages, folder, force=force)
    assert tree(folder) == before
    assert caught.value.code == Exit.NOT_OURS
    return caught.value


# --- what is tfgen's


def test_a_new_stack(tmp_path: Path) -> None:
    folder = tmp_path / "there" / "is" / "nothing" / "yet"
    changes = write_pages(OLD, folder)
    assert files(folder) == OLD
    assert changes == Changes(created=(NAME, *OLD))
    assert manifest.read_manifest(folder) == Manifest(hashes(OLD))


def test_a_changed_stack(stack: Path) -> None:
    changes = write_pages(NEW, stack)
    assert files(stack) == NEW
    assert changes == Changes(
        created=("modules/load_balancer/listeners.tf", "modules/network/endpoints.tf"),
        changed=(NAME, "main.tf"),
        unchanged=("README.md", "modules/network/vpc.tf"),
        removed=("modules/network/nat.tf", "modules/services/web.tf"),
    )
    assert manifest.read_manifest(stack) == Manifest(hashes(NEW))


def test_a_folder_that_is_empty_after_a_render_is_removed(stack: Path) -> None:
    write_pages(NEW, stack)
    assert not (stack / "modules/services").exists()
    deep = {**NEW, "modules/a/b/c.tf": "# deep\n"}
    write_pages(deep, stack)
    write_pages(NEW, stack)
    assert not (stack / "modules/a").exists()


def test_comparing_changes_nothing(stack: Path) -> None:
    before = tree(stack)
    assert compare_pages(NEW, stack).changes.changed == (NAME, "main.tf")
    preview_pages(NEW, stack, with_diff=True)
    preview_pages(NEW, stack.parent / "none", with_diff=True)
    assert tree(stack) == before
    assert not (stack.parent / "none").exists()


def test_what_does_not_change_is_not_touched(stack: Path) -> None:
    for path in (*OLD, NAME):
        os.utime(stack / path, ns=(1, 1))
    write_pages(OLD, stack)
    assert {(stack / path).stat().st_mtime_ns for path in (*OLD, NAME)} == {1}
    write_pages(NEW, stack)
    assert (stack / "modules/network/vpc.tf").stat().st_mtime_ns == 1
    assert (stack / "main.tf").stat().st_mtime_ns > 1


def test_the_manifest_is_the_same_whatever_came_before(stack: Path, tmp_path: Path) -> None:
    """And in whatever order the pages come: no history, no time."""
    write_pages(NEW, stack, once=ONCE)
    write_pages(dict(reversed(NEW.items())), tmp_path / "other", once=ONCE)
    assert (stack / NAME).read_bytes() == (tmp_path / "other" / NAME).read_bytes()


def test_sha256sum_reads_the_manifest(stack: Path) -> None:
    program = shutil.which("sha256sum")
    if not program:
        pytest.skip("there is no sha256sum")
    lines = [line for line in (stack / NAME).read_text().splitlines() if not line.startswith("#")]
    assert len(lines) == len(OLD)
    done = subprocess.run(
        [program, "--check", "--strict"], cwd=stack, input="\n".join(lines), text=True, check=False
    )
    assert done.returncode == 0


def test_other_line_ends_are_no_change(stack: Path) -> None:
    """git may check files out with them, the manifest too."""
    for path in (*OLD, NAME):
        (stack / path).write_bytes((stack / path).read_bytes().replace(b"\n", b"\r\n"))
    before = tree(stack)
    assert write_pages(OLD, stack) == Changes(unchanged=(NAME, *OLD))
    assert tree(stack) == before
    assert write_pages(NEW, stack).in_the_way == ()
    assert files(stack) == NEW | {"modules/network/vpc.tf": "# the VPC\r\n", "README.md": "# shop\r\n"}


def test_a_removed_file_is_written_again(stack: Path) -> None:
    (stack / "main.tf").unlink()
    assert compare_pages(OLD, stack).changes.created == ("main.tf",)
    write_pages(OLD, stack)
    assert files(stack) == OLD


# --- what is the user's


def test_files_of_the_user_stay(stack: Path) -> None:
    own = {
        "mine.tf": "# mine\n",
        "modules/services/mine.tf": "# mine\n",
        "modules/network/nat.tf.bak": "# a copy\n",
        "modules/mine/main.tf": "# mine\n",
        ".terraform.lock.hcl": "# Terraform's\n",
        "terraform.tfstate": "{}",
    }
    for path, text in own.items():
        (stack / path).parent.mkdir(exist_ok=True)
        (stack / path).write_text(text)
    write_pages(NEW, stack)
    assert files(stack) == NEW | own


def test_a_hand_edit_stops_the_render(stack: Path) -> None:
    (stack / "main.tf").write_text("# the root\n# by hand\n")
    (stack / "modules/services/web.tf").write_text("# by hand\n")
    found = compare_pages(NEW, stack).changes
    assert (found.edited, found.edited_orphans) == (("main.tf",), ("modules/services/web.tf",))
    message = refused(NEW, stack).message
    assert f"  {stack / 'main.tf'}\n  {stack / 'modules/services/web.tf'}\n" in message
    name = str(stack / "main.tf").lstrip("/")
    assert f"--- a/{name}\n+++ b/{name}\n@@ -1 +1,2 @@\n-# another root\n+# the root\n+# by hand\n" in message
    assert "Nothing was written." in message
    assert "make the change in the spec" in message
    assert "--force" in message
    assert f"tfgen eject {stack / 'main.tf'} {stack / 'modules/services/web.tf'}" in message


def test_an_edit_with_the_same_text_as_a_render_is_none(stack: Path) -> None:
    (stack / "main.tf").write_text(NEW["main.tf"])
    assert write_pages(NEW, stack).in_the_way == ()
    assert manifest.read_manifest(stack) == Manifest(hashes(NEW))


def test_force_writes_over_edits_and_over_files_in_the_way(stack: Path) -> None:
    (stack / "main.tf").write_text("# by hand\n")
    (stack / "modules/services/web.tf").write_text("# by hand\n")
    (stack / "modules/network/endpoints.tf").write_text("# mine\n")
    changes = write_pages(NEW, stack, force=True)
    assert (changes.edited, changes.edited_orphans) == (("main.tf",), ("modules/services/web.tf",))
    assert changes.foreign == ("modules/network/endpoints.tf",)
    assert files(stack) == NEW
    assert manifest.read_manifest(stack) == Manifest(hashes(NEW))


def test_a_file_in_the_way_stops_the_render(stack: Path) -> None:
    (stack / "modules/network/endpoints.tf").write_text("# mine\n")
    message = refused(NEW, stack).message
    assert f"  {stack / 'modules/network/endpoints.tf'}\n" in message
    assert "Nothing was written. Move them away, or render to another folder with -o" in message
    assert "--force" in message


def test_a_file_in_the_way_with_the_same_text_becomes_tfgens(stack: Path) -> None:
    (stack / "modules/network/endpoints.tf").write_text(NEW["modules/network/endpoints.tf"])
    assert "modules/network/endpoints.tf" in write_pages(NEW, stack).unchanged
    assert "modules/network/endpoints.tf" in write_pages(OLD, stack).removed


def test_what_is_written_once_is_the_users_from_then_on(tmp_path: Path) -> None:
    folder = tmp_path / "stack"
    assert write_pages(OLD, folder, once=ONCE).created == (".gitignore", NAME, *OLD)
    assert files(folder) == OLD | ONCE
    (folder / ".gitignore").write_text("mine\n")
    write_pages(NEW, folder, once=ONCE)
    assert files(folder) == NEW | {".gitignore": "mine\n"}
    (folder / ".gitignore").unlink()
    write_pages(OLD, folder, once=ONCE)
    assert files(folder) == OLD
    write_pages(OLD, folder)
    assert manifest.read_manifest(folder).once == {".gitignore"}


def test_a_file_of_the_user_is_not_written_once(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n")
    write_pages(OLD, tmp_path, once=ONCE)
    (tmp_path / ".gitignore").unlink()
    write_pages(OLD, tmp_path, once=ONCE)
    assert files(tmp_path) == OLD


def test_a_file_that_tfgen_gives_up_is_kept(stack: Path) -> None:
    """As when a later tfgen gives a file up that it used to own."""
    rest = {path: text for path, text in OLD.items() if path != "main.tf"}
    assert write_pages(rest, stack, once={"main.tf": "# a start\n"}).removed == ()
    assert files(stack) == OLD
    assert manifest.read_manifest(stack) == Manifest(hashes(rest), once=frozenset({"main.tf"}))


def test_what_is_ejected_is_the_users_for_good(stack: Path) -> None:
    (stack / "main.tf").write_text("# by hand\n")
    eject_files([stack / "main.tf", stack / "modules/services/web.tf"], stack)
    changes = write_pages(NEW, stack)
    assert changes.ejected == ("main.tf",)
    own = {"main.tf": "# by hand\n", "modules/services/web.tf": OLD["modules/services/web.tf"]}
    assert files(stack) == NEW | own
    (stack / "main.tf").unlink()
    assert compare_pages(NEW, stack).changes.none
    write_pages(OLD, stack, force=True)
    assert "main.tf" not in files(stack)
    eject_files([stack / "main.tf"], stack)  # again: nothing new
    assert manifest.read_manifest(stack).ejected.keys() == {"main.tf", "modules/services/web.tf"}


def test_only_what_is_tfgens_can_be_ejected(stack: Path, tmp_path: Path) -> None:
    (stack / "mine.tf").write_text("# mine\n")
    before = tree(stack)
    for path in ("mine.tf", "none.tf", "modules/network", NAME):
        with pytest.raises(TfgenError, match=r"tfgen owns no .*Nothing was written\.") as caught:
            eject_files([stack / path, stack / "main.tf"], stack)
        assert caught.value.code == Exit.WRONG_USAGE
    with pytest.raises(TfgenError, match="is not part of a rendered stack"):
        stack_of([tmp_path / "main.tf"])
    assert tree(stack) == before


def test_a_file_is_found_by_its_name_and_not_by_where_a_link_leads(
    stack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (stack / "main.tf").rename(stack.parent / "main.tf")
    (stack / "main.tf").symlink_to(stack.parent / "main.tf")
    monkeypatch.chdir(stack / "modules")
    files = [Path("../main.tf"), Path("network/../../modules/network/vpc.tf")]
    assert stack_of(files) == {stack: files}
    eject_files(files, stack)
    assert manifest.read_manifest(stack).ejected.keys() == {"main.tf", "modules/network/vpc.tf"}
    write_pages(NEW, stack)
    assert (stack / "main.tf").is_symlink()


# --- links


def test_what_is_in_the_way_is_named_once(stack: Path) -> None:
    (stack / "modules").rename(stack / "elsewhere")
    (stack / "modules").symlink_to("elsewhere")
    error = refused(NEW, stack)
    assert error.message.count("(a link)") == 1
    assert f"{stack / 'modules'} (a link)" in error.message


@pytest.mark.parametrize("path", ["main.tf", "modules/network/vpc.tf", NAME, "modules", "modules/network"])
@pytest.mark.parametrize("force", [False, True])
def test_no_link_is_followed_out_of_the_folder(path: str, force: bool, stack: Path) -> None:
    outside = stack.parent / "outside"
    (stack / path).rename(outside)
    (stack / path).symlink_to(outside)
    before = outside.read_bytes() if outside.is_file() else tree(outside)
    message = refused(NEW, stack, force=force).message
    assert f"{stack / path} (a link)" in message
    assert "--force" not in message
    assert before == (outside.read_bytes() if outside.is_file() else tree(outside))


def test_a_link_to_the_whole_folder_is_the_users_choice(stack: Path) -> None:
    link = stack.parent / "link"
    link.symlink_to(stack)
    write_pages(NEW, link)
    assert files(stack) == NEW


def test_a_link_where_nothing_is_rendered_any_more_stays(stack: Path) -> None:
    (stack.parent / "nat.tf").write_text(OLD["modules/network/nat.tf"])
    (stack / "modules/network/nat.tf").unlink()
    (stack / "modules/network/nat.tf").symlink_to(stack.parent / "nat.tf")
    assert "modules/network/nat.tf" not in write_pages(NEW, stack).removed
    assert (stack / "modules/network/nat.tf").is_symlink()
    assert (stack.parent / "nat.tf").exists()


def test_a_link_in_place_of_the_staging_folder_writes_nothing_outside(stack: Path) -> None:
    outside = stack.parent / "outside"
    outside.mkdir()
    (outside / "0").write_text("precious\n")
    (stack / STAGING).symlink_to(outside)
    with pytest.raises(
        TfgenError, match=f"{STAGING}: this is in the way of a temporary file.* Nothing was written"
    ):
        write_pages(NEW, stack)
    assert files(stack) == OLD
    assert tree(outside) == {"0": b"precious\n"}


def test_a_folder_of_the_user_with_the_staging_name_is_kept(stack: Path) -> None:
    (stack / STAGING).mkdir()
    (stack / STAGING / "mine").write_text("mine\n")
    with pytest.raises(
        TfgenError, match=f"{STAGING}: this is in the way of a temporary file.* Nothing was written"
    ):
        write_pages(NEW, stack)
    assert files(stack) == OLD | {f"{STAGING}/mine": "mine\n"}


@pytest.mark.parametrize("pages", [OLD, NEW], ids=["nothing to write", "something to write"])
def test_what_a_killed_run_left_is_cleared_away(pages: dict[str, str], stack: Path) -> None:
    (stack / STAGING).mkdir()
    for name in ("0", "1", "17"):
        (stack / STAGING / name).write_text("half of a pa")
    write_pages(pages, stack)
    assert files(stack) == pages
    assert not (stack / STAGING).exists()


@pytest.mark.skipif(disk.fcntl is None, reason="Windows has no such locks")
@pytest.mark.parametrize("there_again", [False, True])
def test_the_folder_that_was_waited_for_was_removed(
    there_again: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The render before made it, failed, and took it away; a third one may have made it again."""
    folder, locks = tmp_path / "stack", []

    def waits(number: int, _how: int) -> None:
        locks.append(number)
        if len(locks) == 1:
            folder.rmdir()
            (tmp_path / "other").mkdir()  # takes the number of the folder that is gone
            if there_again:
                folder.mkdir()

    monkeypatch.setattr(disk.fcntl, "flock", waits)
    write_pages(OLD, folder)
    assert len(locks) == 2
    assert files(folder) == OLD


@pytest.mark.skipif(disk.fcntl is None, reason="Windows has no such locks")
def test_a_file_system_may_have_no_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(_number: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(disk.fcntl, "flock", refuses)
    write_pages(OLD, tmp_path)
    assert files(tmp_path) == OLD


# --- the manifest


def test_a_lost_manifest(stack: Path) -> None:
    """What is as it would be rendered is tfgen's again, the rest is not."""
    (stack / NAME).unlink()
    assert write_pages(OLD, stack) == Changes(created=(NAME,), unchanged=tuple(OLD))
    assert manifest.read_manifest(stack) == Manifest(hashes(OLD))
    (stack / NAME).unlink()
    assert compare_pages(NEW, stack).changes.foreign == ("main.tf",)
    refused(NEW, stack)
    write_pages(NEW, stack, force=True)
    left = ("modules/network/nat.tf", "modules/services/web.tf")  # nobody knows whose they are
    assert files(stack) == NEW | {path: OLD[path] for path in left}


@pytest.mark.parametrize(
    "said",
    [
        b"", b"\xff\xfe\x00\n", b"<<<<<<< HEAD\n=======\n>>>>>>> other\n", b"once  main.tf", b"\n" * 99,
        b"0" * 64 + b"  main.tf\n", b"ejected  .tfgen-manifest\n", b"once  .tfgen-manifest\n",
    ],
)  # fmt: skip
def test_a_manifest_that_says_nothing_or_nonsense(said: bytes, stack: Path) -> None:
    (stack / NAME).write_bytes(said)
    assert write_pages(OLD, stack).unchanged == tuple(OLD)
    assert manifest.read_manifest(stack).owned == hashes(OLD)
    assert compare_pages(OLD, stack).changes.none


_HASH = digest_of(b"main\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"{_HASH}  main.tf", Manifest({"main.tf": frozenset({_HASH})})),
        ("main  main.tf", Manifest({})),
        (f"{_HASH[:-1]}  main.tf", Manifest({})),
        (f"{_HASH}0  main.tf", Manifest({})),
        (f"  {_HASH}  main.tf", Manifest({})),
        ("ejected  main.tf", Manifest({}, {"main.tf": frozenset()})),
        (f"ejected {_HASH}  main.tf", Manifest({}, {"main.tf": frozenset({_HASH})})),
        (f"{_HASH}  main.tf\nejected  main.tf", Manifest({}, {"main.tf": frozenset()})),
        ("once  .gitignore", Manifest({}, once=frozenset({".gitignore"}))),
        ("stack  shop\nstack  desk", Manifest({}, stacks=frozenset({"desk", "shop"}))),
        ("<<<<<<< HEAD", Manifest({}, merging=True)),
        ("<<<<<< HEAD", Manifest({})),
    ],
)
def test_what_a_line_of_a_manifest_says(line: str, said: Manifest) -> None:
    assert manifest.parse_manifest(f"{line}\n") == said


OUTSIDE = ["../outside", "/{}", "modules/../../outside", "link", "link/outside", "modules/link/outside"]
OUTSIDE += ["./../outside", "link/empty/outside", "..", ".", "modules//../../outside", "\x1b[31m"]


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("kind", ["hash", "ejected", "once"])
def test_a_manifest_cannot_name_what_is_outside(path: str, kind: str, stack: Path) -> None:
    """It may be anybody's, who could have a render remove or write over any file with a known content."""
    outside = stack.parent / "outside"
    outside.write_text("precious\n")
    (stack.parent / "empty").mkdir()
    (stack / "link").symlink_to(stack.parent)
    (stack / "modules/link").symlink_to(stack.parent)
    word = digest_of(b"precious\n") if kind == "hash" else kind
    with (stack / NAME).open("a") as file:
        file.write(f"{word}  {path.format(str(outside).lstrip('/'))}\n")
    write_pages(NEW, stack, force=True)
    assert outside.read_text() == "precious\n"
    assert (stack.parent / "empty").is_dir()
    assert (stack / "link").is_symlink()
    assert (stack / "modules/link").is_symlink()
    assert {p: text for p, text in files(stack).items() if p in NEW} == NEW


def test_a_manifest_says_what_it_was_told() -> None:
    hashes = {name: frozenset(digest_of(name.encode() + end) for end in (b"1", b"2")) for name in "abc"}
    known = Manifest(
        {"modules/a b/x.tf": hashes["a"]},
        {"main.tf": hashes["b"], "once  upon.tf": frozenset()},
        frozenset({".gitignore"}),
        frozenset({"shop"}),
    )
    assert manifest.parse_manifest(manifest.manifest_text(known)) == known
    text = manifest.manifest_text(known)
    assert text.splitlines()[1] == "stack  shop"
    assert manifest.manifest_text(manifest.parse_manifest(text)) == text


def test_a_merge_of_two_renders_of_an_ejected_file_is_reported(stack: Path) -> None:
    """Each side knew another page; the page that both specs make together is neither."""
    eject_files([stack / "main.tf"], stack)
    page = {path: text for path, text in OLD.items() if path != "main.tf"}
    for side in ("# ours\n", "# theirs\n"):
        write_pages({**page, "main.tf": side}, stack)
        (stack / f"manifest{len(side)}").write_text((stack / NAME).read_text())
    lines = [(stack / f"manifest{len(side)}").read_text() for side in ("# ours\n", "# theirs\n")]
    (stack / NAME).write_text("".join(("<<<<<<< HEAD\n", lines[0], "=======\n", lines[1], ">>>>>>> other\n")))
    for side, outdated in (("# ours\n", ()), ("# both\n", ("main.tf",))):
        assert compare_pages({**page, "main.tf": side}, stack).changes.outdated == outdated


def test_a_render_that_is_stopped_leaves_what_is_outdated_to_the_next(
    stack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    eject_files([stack / "main.tf"], stack)
    replace, broken = disk.Folder.replace, OSError(errno.EIO, "Input/output error")

    def fails(folder: disk.Folder, old: str, new: str) -> None:
        if new == "modules/network/endpoints.tf":
            raise broken
        replace(folder, old, new)

    monkeypatch.setattr(disk.Folder, "replace", fails)
    with pytest.raises(TfgenError, match="Some files may be new"):
        write_pages(NEW, stack)
    monkeypatch.undo()
    assert write_pages(NEW, stack).outdated == ("main.tf",)
    assert write_pages(NEW, stack).outdated == ()


def test_a_stack_of_an_early_tfgen_gets_its_name(stack: Path) -> None:
    assert compare_pages(OLD, stack, stack="shop").changes.changed == (NAME,)
    write_pages(OLD, stack, stack="shop")
    assert manifest.read_manifest(stack).stacks == {"shop"}
    with pytest.raises(TfgenError, match='is the folder of the stack "shop", and this is "bank"'):
        write_pages(OLD, stack, stack="bank")


def test_a_folder_whose_stack_both_sides_of_a_merge_renamed(stack: Path) -> None:
    lines = (
        f"<<<<<<< ours\nstack  bazaar\n=======\nstack  store\n>>>>>>> theirs\n{(stack / NAME).read_text()}"
    )
    (stack / NAME).write_text(lines)
    with pytest.raises(
        TfgenError, match='is the folder of the stack "bazaar" and "store", and this is "bank"'
    ):
        write_pages(OLD, stack, stack="bank")
    write_pages(OLD, stack, stack="bazaar")
    assert manifest.read_manifest(stack).stacks == {"bazaar"}


def test_a_file_that_is_saved_during_a_render(stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the moves is time enough, on a slow disk."""
    for path in ("main.tf", "modules/network/endpoints.tf"):  # one of tfgen's, and one that comes

        def saved(_folder: Any, _folders: Any, place: Path = stack / path) -> list[str]:
            place.write_text("# saved\n")
            return []

        before = {**files(stack), path: "# saved\n"}
        monkeypatch.setattr(disk.Folder, "make", saved)
        with pytest.raises(TfgenError, match=f"{path} changed during the render. Nothing was"):
            write_pages(NEW, stack)
        monkeypatch.undo()
        assert files(stack) == before
        (stack / path).write_text(OLD.get(path, ""))
        (stack / path).unlink() if path not in OLD else None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_file_keeps_its_permissions(stack: Path) -> None:
    (stack / "main.tf").chmod(0o640)
    write_pages({**OLD, "main.tf": "# another\n"}, stack)
    assert stat.S_IMODE((stack / "main.tf").stat().st_mode) == 0o640


# --- the diff


def test_a_diff_is_a_patch(stack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it shows is what a render does, and the render that follows has nothing to do."""
    if not shutil.which("git"):
        pytest.skip("needs git")
    monkeypatch.chdir(tmp_path)
    (stack / "main.tf").write_text("# by\x0b hand\u2028, without a line end")
    (stack / "modules/network/endpoints.tf").write_text("# mine\n")
    changes, patch = preview_pages(NEW, Path("stack"), with_diff=True)
    assert changes.edited == ("main.tf",)
    assert patch.rindex("\n--- ") == patch.index(f"\n--- a/stack/{NAME}\n")
    (tmp_path / "patch").write_text(patch, newline="")
    subprocess.run(["git", "apply", "--unsafe-paths", "patch"], check=True)
    assert files(stack) == NEW
    assert write_pages(NEW, stack) == Changes(unchanged=(NAME, *sorted(NEW)))


def test_no_diff_where_nothing_changes(stack: Path) -> None:
    assert preview_pages(OLD, stack, with_diff=True) == (Changes(unchanged=(NAME, *OLD)), "")
