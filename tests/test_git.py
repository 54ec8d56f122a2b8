"""What tfgen asks a real git: the stacks whose output is not what was committed (`tfgen affected`, for a CI
matrix), and what a page was before somebody edited it."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from support.command import Done, Tfgen
from support.repository import commit_all, git, new_repository

from tfgen.git import earlier_content, merged_text

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="needs git")

SPEC = """\
name: {}
region: us-east-1
network:
  egress: nat
"""


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository without a commit, where nobody's git configuration counts."""
    monkeypatch.chdir(tmp_path)
    return new_repository(tmp_path, monkeypatch)


@pytest.fixture
def tfgen(run_tfgen: Tfgen) -> Tfgen:
    return run_tfgen


@pytest.fixture
def stacks(repo: Path, tfgen: Tfgen) -> list[str]:
    """Three specs and their stacks, rendered and committed."""
    specs = []
    for name in ("shop", "bank", "post"):
        (repo / f"{name}.yaml").write_text(SPEC.format(name))
        specs.append(f"{name}.yaml")
    assert tfgen("render", *specs).code == 0
    commit()
    return specs


def commit() -> None:
    commit_all(Path())


def change(spec: str) -> None:
    Path(spec).write_text(Path(spec).read_text().replace("nat", "public"))


def names(done: Done) -> list[str]:
    return [found["stack"] for found in json.loads(done.out)]


def test_nothing_has_changed(stacks: list[str], tfgen: Tfgen) -> None:
    assert tfgen("affected", "--since", "HEAD", *stacks) == Done(0, "[]\n", "")


def test_a_spec_has_changed(stacks: list[str], tfgen: Tfgen) -> None:
    """Whether it was rendered since, and committed, or not."""
    change("bank.yaml")
    done = tfgen("affected", "--since", "HEAD", *stacks)
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out) == [{"stack": "bank", "spec": "bank.yaml", "folder": "generated/bank"}]
    tfgen("render", *stacks)
    assert names(tfgen("affected", "--since", "HEAD", *stacks)) == ["bank"]
    commit()
    assert names(tfgen("affected", "--since", "HEAD~1", *stacks)) == ["bank"]
    assert names(tfgen("affected", "--since", "HEAD", *stacks)) == []


def test_a_change_without_consequence_affects_nothing(stacks: list[str], tfgen: Tfgen) -> None:
    with Path("bank.yaml").open("a") as spec:
        spec.write("  zones: 2  # as it is without\n")
    assert names(tfgen("affected", "--since", "HEAD", *stacks)) == []


def test_a_stack_is_new(stacks: list[str], tfgen: Tfgen) -> None:
    Path("new.yaml").write_text(SPEC.format("new"))
    assert names(tfgen("affected", "--since", "HEAD", *stacks, "new.yaml")) == ["new"]


def test_files_of_the_user_count_too(stacks: list[str], tfgen: Tfgen, repo: Path) -> None:
    """Ejected, beside ours, new, or gone: Terraform reads them all."""
    affected = ("affected", "--since", "HEAD", *stacks)
    tfgen("eject", "generated/shop/main.tf")
    commit()
    assert names(tfgen(*affected)) == []
    Path("generated/shop/main.tf").write_text("# mine\n")
    assert names(tfgen(*affected)) == ["shop"]
    commit()
    assert names(tfgen(*affected)) == []
    Path("generated/bank/modules/network/ä b.tf").write_text("# mine\n")
    assert names(tfgen(*affected)) == ["bank"]
    commit()
    Path("generated/bank/modules/network/ä b.tf").unlink()
    (repo / "generated/post/.terraform").mkdir()
    (repo / "generated/post/.terraform/x").write_text("ignored\n")
    assert names(tfgen(*affected)) == ["bank"]
    commit()
    assert names(tfgen("affected", "--since", "HEAD~2", *stacks)) == []
    assert names(tfgen("affected", "--since", "HEAD~4", *stacks)) == ["shop"]
    Path("generated/shopping").mkdir()
    Path("generated/shopping/mine.tf").write_text("# another folder\n")
    assert names(tfgen(*affected)) == []


def test_a_stack_whose_spec_was_removed(stacks: list[str], tfgen: Tfgen) -> None:
    Path("post.yaml").unlink()
    for output in ([], ["-o", Path.cwd() / "generated/{name}"]):
        done = tfgen("affected", "--since", "HEAD", *stacks[:2], *output)
        folder = (Path.cwd() / "generated" if output else Path("generated")) / "post"
        assert done == Done(
            0,
            "[]\n",
            f"tfgen: none of these specs describes the stack in {folder}. If its spec was removed, destroy "
            "the stack before you remove its folder.\n",
        )


def test_a_failing_spec_among_good_ones(stacks: list[str], tfgen: Tfgen) -> None:
    change("post.yaml")
    Path("bank.yaml").write_text("name: bank\n")
    done = tfgen("affected", "--since", "HEAD", *stacks)
    assert done.code == 1
    assert "bank.yaml: error" in done.err
    assert names(done) == ["post"]


def test_modules(repo: Path, tfgen: Tfgen) -> None:
    """Rendered as modules, they are held against modules."""
    (repo / "shop.yaml").write_text(SPEC.format("shop"))
    tfgen("render", "--as", "module", "shop.yaml", "-o", "modules/shop")
    commit()
    arguments = ("affected", "--since", "HEAD", "shop.yaml", "-o", "modules/shop")
    assert names(tfgen(*arguments, "--as", "module")) == []
    assert names(tfgen(*arguments)) == ["shop"]


def test_from_a_folder_within_and_through_a_link(
    stacks: list[str], repo: Path, tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / "link").symlink_to(repo / "generated")
    (repo / "within").mkdir()
    monkeypatch.chdir(repo / "within")
    specs = [f"../{spec}" for spec in stacks]
    assert names(tfgen("affected", "--since", "HEAD", *specs, "-o", "../link/{name}")) == []
    done = tfgen("affected", "--since", "HEAD", *specs)
    assert (done.code, len(names(done))) == (0, 3)
    assert done.err == (
        "tfgen: there is no stack in generated/shop, generated/bank, generated/post, so it counts as "
        "affected. If it is rendered elsewhere, run this command there, or name the folder with -o.\n"
    )


@pytest.mark.parametrize("revision", ["nothing", "--help", "", "HEAD:shop.yaml", "0" * 40])
def test_no_such_revision(stacks: list[str], tfgen: Tfgen, revision: str) -> None:
    done = tfgen("affected", f"--since={revision}", *stacks)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f'tfgen: git knows no commit "{revision}": ')
    assert "Traceback" not in done.err


def test_no_repository(repo: Path, tfgen: Tfgen) -> None:
    Path("shop.yaml").write_text(SPEC.format("shop"))
    shutil.rmtree(repo / ".git")
    done = tfgen("affected", "--since", "HEAD", "shop.yaml")
    assert (done.code, done.out) == (2, "")
    assert done.err == f"tfgen: git cannot answer: {repo} is in no git repository\n"


def test_a_folder_that_is_not_in_the_repository(
    stacks: list[str], tfgen: Tfgen, tmp_path_factory: pytest.TempPathFactory
) -> None:
    done = tfgen("affected", "--since", "HEAD", *stacks, "-o", tmp_path_factory.mktemp("outside") / "{name}")
    assert (done.code, done.out) == (2, "")
    assert "is not in the git repository" in done.err


def test_no_git(stacks: list[str], tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    done = tfgen("affected", "--since", "HEAD", *stacks)
    assert done == Done(2, "", "tfgen: git is not on PATH\n")


# --- what a page was before a hand edit


def edit(page: str) -> None:
    Path(page).write_text(Path(page).read_text() + "# by hand\n")


VPC = "generated/bank/modules/network/vpc.tf"
NAT = "generated/bank/modules/network/nat.tf"


def edits_shown(done: Done) -> list[str]:
    """The lines of the diff in a refusal that are there on one side only."""
    assert done.code == 4
    lines = done.err.splitlines()
    return [line for line in lines if line.startswith(("+", "-")) and line[:3] not in ("+++", "---")]


@pytest.mark.usefixtures("stacks")
def test_a_hand_edit_is_held_against_what_tfgen_wrote(tfgen: Tfgen) -> None:
    """Not against what it would write now: neither of another page, nor of one that goes."""
    for page in (VPC, NAT):
        edit(page)
    Path("bank.yaml").write_text(SPEC.format("bank").replace("nat", "public") + "tags: {a: b}\n")
    Path("bank.yaml").rename("other.yaml")  # its name is in the first line of every page
    assert edits_shown(tfgen("render", "other.yaml")) == ["+# by hand", "+# by hand"]
    commit()  # the edits
    assert edits_shown(tfgen("render", "other.yaml")) == ["+# by hand", "+# by hand"]


@pytest.mark.usefixtures("stacks")
def test_what_was_staged_and_never_committed_is_known_too(tfgen: Tfgen) -> None:
    change("bank.yaml")
    tfgen("render", "bank.yaml")
    git(Path(), "add", "--all")
    edit(VPC)
    Path("bank.yaml").rename("other.yaml")
    assert edits_shown(tfgen("render", "other.yaml")) == ["+# by hand"]


def forget(repo: Path) -> None:
    git(repo, "rm", "--cached", "-rq", ".")
    git(repo, "update-ref", "-d", "HEAD")
    git(repo, "reflog", "expire", "--expire=now", "--all")


@pytest.mark.usefixtures("stacks")
def test_where_no_commit_has_it_the_refusal_says_so(
    tfgen: Tfgen, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(VPC)
    Path("bank.yaml").rename("other.yaml")
    damages = {
        "no commit contains what tfgen wrote": lambda: forget(repo),
        "this is in no git repository": lambda: shutil.rmtree(repo / ".git"),
        "git is not on PATH": lambda: monkeypatch.setenv("PATH", ""),
    }
    for why, damage in damages.items():
        damage()
        done = tfgen("render", "other.yaml")
        assert f"({why}; compared with what it would write now)\n--- a/{VPC}" in done.err
        assert len(edits_shown(done)) == 3


def test_the_newest_wanted_content_of_a_file(repo: Path) -> None:
    file = repo / "*[a] ?.tf"  # not a pattern
    (repo / "other [a] b.tf").write_text("1")
    for text in ("1", "2", "31", "32"):
        file.write_text(text)
        commit()
    assert earlier_content(file, lambda content: content.startswith(b"3")) == b"32"
    assert earlier_content(file, lambda content: content == b"1") == b"1"
    assert earlier_content(file, lambda _: False) is None
    assert earlier_content(repo / "none.tf", bool) is None
    assert earlier_content(repo / "no folder" / "none.tf", bool) is None


def test_a_folder_with_a_line_end_in_its_name(repo: Path, tfgen: Tfgen) -> None:
    (repo / "shop.yaml").write_text(SPEC.format("shop"))
    tfgen("render", "shop.yaml", "-o", "new\nline/shop")
    commit()
    done = tfgen("affected", "--since", "HEAD", "shop.yaml", "-o", "new\nline/shop")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("tfgen: git cannot be asked about 'new\\nline/shop")
    (repo / "new\nline/shop/modules/network/vpc.tf").write_text("# mine\n")
    (repo / "shop.yaml").write_text(SPEC.format("shop").replace("nat", "public"))
    assert tfgen("render", "shop.yaml", "-o", "new\nline/shop").code == 4


@pytest.mark.parametrize("place", [".", "linked"])
@pytest.mark.usefixtures("stacks")
def test_a_hook_finds_what_every_shell_finds(repo: Path, place: str) -> None:
    """git tells it its repository in the environment, and in a linked worktree another one than here."""
    git(repo, "worktree", "add", "--quiet", "linked", "-b", "linked")
    hook = repo / ".git/hooks/pre-commit"
    affected = f"{sys.executable} -m tfgen affected --since HEAD ../*.yaml -o '{{name}}'"
    hook.write_text(f"#!/bin/sh\ncd generated && {affected} > ../said.json\n")
    hook.chmod(0o755)
    tree = repo / place
    page = tree / "generated/shop/modules/network/vpc.tf"
    page.write_text(page.read_text() + "# by hand\n")
    git(tree, "commit", "--quiet", "--all", "--message", "another")
    assert [found["stack"] for found in json.loads((tree / "said.json").read_text())] == ["shop"]


def test_every_branch_and_every_place_that_head_was_at_is_asked(repo: Path) -> None:
    """A squash or a pick leaves no trace of the other side in what is checked out."""
    file = repo / "main.tf"
    for name in ("main", "branch", "gone"):
        git(repo, "checkout", "--quiet", "-B", name)
        file.write_text(name)
        commit()
    git(repo, "checkout", "--quiet", "-B", "clean", "main")
    git(repo, "branch", "-D", "gone")
    for _ in range(3):  # the last places of HEAD are asked by name
        commit()
    assert earlier_content(file, lambda content: content == b"branch") == b"branch"
    assert earlier_content(file, lambda content: content == b"gone") == b"gone"


@pytest.mark.usefixtures("stacks")
def test_a_stack_that_is_current_or_only_outdated_is_no_question_to_git(
    tfgen: Tfgen, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path_factory.mktemp("programs")
    (place / "git").write_text(f'#!/bin/sh\necho "$@" >> {place}/asked\nexit 1\n')
    (place / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
    assert tfgen("render", "--check", "shop.yaml", "bank.yaml").code == 0
    change("bank.yaml")
    assert tfgen("render", "--check", "shop.yaml", "bank.yaml").code == 3
    assert not (place / "asked").exists()
    edit(NAT)  # which goes
    assert tfgen("render", "bank.yaml").code == 4
    assert (place / "asked").exists()


# --- a merge that is done again

BASE = "1\n2\n3\n4\n5\n"


def test_two_texts_are_merged(repo: Path) -> None:
    assert merged_text(BASE, BASE.replace("1", "one"), BASE.replace("5", "five")) == "one\n2\n3\n4\nfive\n"
    conflict = merged_text(BASE, BASE.replace("3", "ours"), BASE.replace("3", "ä"))
    assert re.sub("(?m)^([<>]{7}) .*", r"\1", conflict) == "1\n2\n<<<<<<<\nours\n=======\nä\n>>>>>>>\n4\n5\n"
    assert merged_text("", "1\n", "") == "1\n"
    assert list(repo.iterdir()) == [repo / ".git"]


def test_a_merge_in_a_hook_leaves_the_repository_alone(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git tells a hook where its repository and its index are."""
    (repo / "file").write_text("x\n")
    commit()
    before = {path: path.read_bytes() for path in repo.rglob("*") if path.is_file()}
    for name, value in {"DIR": ".git", "INDEX_FILE": ".git/index", "WORK_TREE": "."}.items():
        monkeypatch.setenv(f"GIT_{name}", str(repo / value))
    assert merged_text(BASE, BASE.replace("1", "one"), BASE) == "one\n2\n3\n4\n5\n"
    assert {path: path.read_bytes() for path in repo.rglob("*") if path.is_file()} == before


def test_where_git_cannot_merge_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    assert merged_text(BASE, BASE, BASE) == ""
    monkeypatch.undo()
    monkeypatch.setenv("PATH", "")
    assert merged_text(BASE, BASE, BASE) == ""
