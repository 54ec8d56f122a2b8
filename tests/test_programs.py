"""No program that files of a branch, a configuration or the environment name is ever run.

Each door is tried twice: git itself goes through it, as the test must be able to fail, and tfgen does not.
"""

import json
import os
import pty
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from support.command import Tfgen
from support.repository import commit_all, git, new_repository

from tfgen import git as asking
from tfgen import programs, terraform
from tfgen.problems import TfgenError

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="needs git")

SPEC = "name: shop\nregion: us-east-1\nnetwork: {egress: nat}\n"
STACK = Path("generated/shop")
VPC = STACK / "modules/network/vpc.tf"


class Trap(NamedTuple):
    """A program that leaves a trace."""

    program: Path
    trace: Path

    def sprung(self) -> bool:
        there = self.trace.exists()
        self.trace.unlink(missing_ok=True)
        return there


@pytest.fixture
def trap(tmp_path_factory: pytest.TempPathFactory) -> Trap:
    place = tmp_path_factory.mktemp("trap")
    return set_at(place / "program", place / "ran")


def set_at(program: Path, trace: Path) -> Trap:
    program.write_text(f"#!/bin/sh\ntouch {trace}\nexit 1\n")
    program.chmod(0o755)
    return Trap(program, trace)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_tfgen: Tfgen) -> Path:
    """A stack with a hand edit, of which git must be asked, and another in the way of a merge."""
    monkeypatch.setenv("HOME", str(tmp_path))
    new_repository(tmp_path / "repo", monkeypatch)
    monkeypatch.chdir(tmp_path / "repo")
    Path("shop.yaml").write_text(SPEC)
    assert run_tfgen("render", "shop.yaml").code == 0
    commit_all(Path())
    return tmp_path / "repo"


def edit(page: Path = VPC) -> None:
    page.write_text(page.read_text() + "# by hand\n")


@contextmanager
def edited() -> Iterator[None]:
    before = VPC.read_text()
    edit()
    yield
    VPC.write_text(before)


def unsettle() -> None:
    """Makes the manifest one that git merged, so that a render asks for both sides of each page."""
    manifest = STACK / ".tfgen-manifest"
    other = "0" * 64
    manifest.write_text(f"{manifest.read_text()}<<<<<<< theirs\n{other}  {VPC.relative_to(STACK)}\n")


def ask_everything(tfgen: Tfgen) -> None:
    """Every command that asks git, and an answer of its that shows that it was asked."""
    edit()
    Path("shop.yaml").rename("other.yaml")  # its name is at the head of each page
    done = tfgen("render", "other.yaml")
    assert done.code == 4
    assert [line for line in done.err.splitlines() if line.startswith("+") and line[:3] != "+++"] == [
        "+# by hand"
    ]
    assert [
        found["stack"] for found in json.loads(tfgen("affected", "--since", "HEAD", "other.yaml").out)
    ] == ["shop"]
    unsettle()
    for how in ([], ["--check"], ["--diff"], ["--dry-run"], ["--json"], ["--force", "--dry-run"]):
        tfgen("render", *how, "other.yaml")
    manifest = STACK / ".tfgen-manifest"
    manifest.write_text(manifest.read_text().replace("stack  shop", "stack  bank"))
    for how in ([], ["--check"], ["--diff"]):
        assert tfgen("render", *how, "other.yaml").code == 4
    tfgen("changes", STACK, "other.yaml")
    tfgen("eject", VPC)
    tfgen("check", "other.yaml")


# --- what the configuration of the repository names


def configured(*settings: str) -> Callable[[Trap], None]:
    def plant(trap: Trap) -> None:
        for setting in settings:
            name, _, value = setting.partition("=")
            git(Path(), "config", name, value.replace("PROGRAM", str(trap.program)))

    return plant


def attributed(attribute: str, *settings: str) -> Callable[[Trap], None]:
    """With the attributes in a file of the branch."""

    def plant(trap: Trap) -> None:
        Path(".gitattributes").write_text(f"* {attribute}\n")
        commit_all(Path())
        configured(*settings)(trap)

    return plant


def with_hook(trap: Trap) -> None:
    shutil.copy(trap.program, ".git/hooks/post-index-change")


def included(trap: Trap) -> None:
    """Some teams include a file of the repository's, which is then any branch's to write."""
    Path(".gitconfig").write_text(f"[core]\n\tfsmonitor = {trap.program}\n")
    git(Path(), "config", "include.path", "../.gitconfig")


def of_a_worktree(trap: Trap) -> None:
    git(Path(), "config", "extensions.worktreeConfig", "true")
    git(Path(), "config", "--worktree", "core.fsmonitor", str(trap.program))


def signed(*settings: str) -> Callable[[Trap], None]:
    def plant(trap: Trap) -> None:
        commit = git(Path(), "cat-file", "commit", "HEAD")
        head, _, message = commit.partition("\n\n")
        Path("../signed").write_text(f"{head}\ngpgsig {SIGNATURE}\n\n{message}")
        made = git(Path(), "hash-object", "-t", "commit", "-w", str(Path("../signed"))).strip()
        git(Path(), "update-ref", "HEAD", made)
        configured("log.showSignature=true", *settings)(trap)

    return plant


SIGNATURE = "-----BEGIN PGP SIGNATURE-----\n \n aaaa\n -----END PGP SIGNATURE-----"


def with_submodule(trap: Trap) -> None:
    """Within the stack, where git looks for what was changed in it."""
    inner = STACK / "inner"
    inner.mkdir()
    git(inner, "init", "--quiet")
    (inner / "main.tf").write_text("# theirs\n")
    commit_all(inner)
    commit_all(Path())
    git(inner, "config", "core.fsmonitor", str(trap.program))


def without_blobs(trap: Trap) -> None:
    """A partial clone, which fetches what it lacks with a program that its configuration names."""
    git(Path(), "remote", "add", "origin", "ssh://nowhere/repo")
    configured("core.sshCommand=PROGRAM", "remote.origin.promisor=true", "core.repositoryFormatVersion=1")(
        trap
    )
    configured("extensions.partialClone=origin")(trap)
    named = git(Path(), "rev-parse", f"HEAD:{STACK}/modules/network/subnets.tf").strip()
    Path(f".git/objects/{named[:2]}/{named[2:]}").unlink()


CONFIGURED: dict[str, tuple[Callable[[Trap], None], str]] = {
    "fsmonitor": (configured("core.fsmonitor=PROGRAM"), "status"),
    "fsmonitor of a worktree": (of_a_worktree, "status"),
    "included file of the branch": (included, "status"),
    "hook": (with_hook, "reset --quiet"),
    "folder of hooks": (
        lambda trap: (with_hook(trap), configured(f"core.hooksPath={Path('.git/hooks').absolute()}")(trap))[
            1
        ],
        "reset --quiet",
    ),
    "external diff": (configured("diff.external=PROGRAM"), "diff HEAD"),
    "diff driver": (attributed("diff=x", "diff.x.command=PROGRAM"), "diff HEAD"),
    "text conversion": (attributed("diff=x", "diff.x.textconv=PROGRAM"), "diff HEAD"),
    "clean filter": (attributed("filter=x", "filter.x.clean=PROGRAM"), "diff --name-only HEAD"),
    "filter process": (attributed("filter=x", "filter.x.process=PROGRAM"), "diff --name-only HEAD"),
    "signature": (signed("gpg.program=PROGRAM"), "log"),
    "signature of another kind": (signed("gpg.openpgp.program=PROGRAM"), "log"),
    "submodule": (with_submodule, "diff --ignore-submodules=none HEAD"),
    "partial clone": (without_blobs, f"cat-file -p HEAD:{STACK}/modules/network/subnets.tf"),
}


@pytest.mark.parametrize("door", CONFIGURED)
def test_no_program_of_the_repositorys_configuration_runs(
    door: str, repo: Path, trap: Trap, run_tfgen: Tfgen
) -> None:
    plant, command = CONFIGURED[door]
    plant(trap)
    with edited():
        git(repo, *command.split(), check=False)
    assert trap.sprung()
    ask_everything(run_tfgen)
    assert not trap.sprung()


def test_no_pager_runs(repo: Path, trap: Trap, run_tfgen: Tfgen) -> None:
    """On a terminal, where git takes one."""
    configured("core.pager=PROGRAM", "pager.cat-file=PROGRAM", "pager.rev-list=PROGRAM")(trap)
    reader, writer = pty.openpty()
    subprocess.run(["git", "rev-list", "HEAD"], cwd=repo, check=False, stdout=writer)
    os.close(reader)
    os.close(writer)
    assert trap.sprung()
    ask_everything(run_tfgen)
    assert not trap.sprung()


# --- what the user has configured, and the environment


def test_no_program_of_the_users_configuration_runs(
    repo: Path, trap: Trap, run_tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Filters of attributes in a branch, above all: git-lfs is not run either."""
    Path(".gitattributes").write_text("* filter=x diff=x\n")
    commit_all(Path())
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(repo.parent / "mine"))
    for name in ("filter.x.clean", "diff.x.command", "diff.x.textconv", "core.fsmonitor"):
        git(repo, "config", "--global", name, str(trap.program))
    with edited():
        git(repo, "diff", "HEAD", check=False)
    assert trap.sprung()
    ask_everything(run_tfgen)
    assert not trap.sprung()


@pytest.mark.parametrize(
    "told",
    [
        {"GIT_EXTERNAL_DIFF": "PROGRAM"},
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "diff.external", "GIT_CONFIG_VALUE_0": "PROGRAM"},
        {"GIT_CONFIG_PARAMETERS": "'diff.external'='PROGRAM'"},
        {"GIT_DIR": "evil", "GIT_WORK_TREE": "."},
    ],
    ids=" ".join,
)
def test_no_program_of_the_environment_runs(
    told: dict[str, str], repo: Path, trap: Trap, run_tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(".git", "evil")
    git(repo, "config", "--file", "evil/config", "diff.external", str(trap.program))
    with monkeypatch.context() as environment:
        for name, value in told.items():
            environment.setenv(name, value.replace("PROGRAM", str(trap.program)))
        with edited():
            git(repo, "diff", "HEAD", check=False)
        assert trap.sprung()
        ask_everything(run_tfgen)
    assert not trap.sprung()


@pytest.mark.parametrize("entry", [".", "", "bin"])
def test_no_program_beside_the_specs_runs(
    entry: str, repo: Path, run_tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a relative folder is on PATH: it is then any branch's."""
    Path("bin").mkdir()
    traps = [set_at(Path(entry, name), repo.parent / f"ran-{name}") for name in ("git", "terraform", "tofu")]
    monkeypatch.setenv("PATH", f"{entry}:{os.environ['PATH']}")
    subprocess.run(["git", "status"], check=False, env=os.environ)
    assert traps[0].sprung()
    ask_everything(run_tfgen)
    run_tfgen("validate", STACK) if not terraform.find_terraform(None) else None
    assert not any(trap.sprung() for trap in traps)
    assert programs.find_program("git") == shutil.which("git", path=os.environ["PATH"].partition(":")[2])


# --- what looks like a repository


def bare(place: Path, trap: Trap) -> None:
    """A folder that git takes for a repository with a history of its own. All of it can be committed."""
    made = place.parent / "made"
    git(place.parent, "init", "--quiet", "--bare", str(made))
    tree = git(made, "hash-object", "-t", "tree", "-w", os.devnull).strip()
    (made / "refs/heads/main").write_text(git(made, "commit-tree", "-m", "x", tree))
    for name in ("HEAD", "objects", "refs"):
        (shutil.copytree if (made / name).is_dir() else shutil.copy)(made / name, place / name)
    shutil.rmtree(made)
    (place / "config").write_text(evil(trap, "."))


def evil(trap: Trap, worktree: str) -> str:
    settings = (
        "repositoryformatversion = 0",
        "bare = false",
        f"worktree = {worktree}",
        f"fsmonitor = {trap.program}",
    )
    return "[core]\n" + "".join(f"\t{setting}\n" for setting in settings)


@pytest.mark.parametrize("place", [".", "generated", str(STACK), str(VPC.parent)])
def test_a_folder_that_git_takes_for_a_repository_is_none(
    place: str, repo: Path, trap: Trap, run_tfgen: Tfgen
) -> None:
    """All of it can be committed: a branch brings it."""
    if place == ".":  # as in a checkout whose working-directory is a folder
        Path("infra").mkdir()
        for name in ("shop.yaml", "generated"):
            Path(name).rename(Path("infra", name))
        commit_all(repo)
        os.chdir("infra")
    here = Path.cwd()
    bare(Path(place).absolute(), trap)
    git(Path(place), "status", check=False)
    assert trap.sprung()
    ask_everything(run_tfgen)
    assert not trap.sprung()
    assert asking.obstacle_to_git(here) == ""


@pytest.mark.parametrize("kind", ["folder", "file", "file of a worktree"])
@pytest.mark.parametrize("place", [str(STACK), str(VPC.parent)])
def test_a_repository_that_was_unpacked_within_runs_nothing(
    kind: str, place: str, repo: Path, trap: Trap, run_tfgen: Tfgen
) -> None:
    """No commit can hold a `.git`, but an archive can. It is a repository like others, without a power."""
    inner, elsewhere = Path(place).absolute(), repo / "docs"
    elsewhere.mkdir()
    git(inner, "-c", "init.defaultBranch=main", "init", "--quiet")
    commit_all(inner)
    (inner / ".git/config").write_text(evil(trap, ".." if kind == "folder" else str(inner)))
    if kind != "folder":
        (inner / ".git").rename(elsewhere / "made")
        (inner / ".git").write_text(f"gitdir: {elsewhere / 'made'}\n")
    if kind == "file of a worktree":
        there = elsewhere / "made/worktrees/x"
        there.mkdir(parents=True)
        (there / "HEAD").write_text("ref: refs/heads/main\n")
        (there / "commondir").write_text("../..\n")
        (inner / ".git").write_text(f"gitdir: {there}\n")
    git(inner, "status", check=False)
    assert trap.sprung()
    edit()
    assert run_tfgen("render", "shop.yaml").code == 4
    unsettle()
    for how in ([], ["--check"], ["--diff"]):
        run_tfgen("render", *how, "shop.yaml")
    run_tfgen("affected", "--since", "HEAD", "shop.yaml")
    os.chdir(inner)
    asking.committed_texts("HEAD", [inner / "main.tf"])
    asking.touched_folders("HEAD", [inner])
    assert not trap.sprung()


# --- a merge that is done again


def test_a_merge_is_made_with_nobodys_templates_hooks_and_drivers(
    repo: Path, trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = repo.parent / "template/hooks"
    hooks.mkdir(parents=True)
    shutil.copy(trap.program, hooks / "post-checkout")
    (repo.parent / ".gitconfig").write_text(
        f'[init]\n\ttemplateDir = {hooks.parent}\n[merge "x"]\n\tdriver = {trap.program}\n'
        f"[core]\n\tattributesFile = {repo.parent}/attributes\n\thooksPath = {hooks}\n"
    )
    (repo.parent / "attributes").write_text("* merge=x\n")
    monkeypatch.delenv("GIT_CONFIG_GLOBAL")
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(hooks.parent))
    git(repo, "checkout", "-b", "other", check=False)
    assert trap.sprung()
    assert asking.merged_text("1\n2\n3\n", "one\n2\n3\n", "1\n2\nthree\n") == "one\n2\nthree\n"
    assert not trap.sprung()


# --- Terraform


def test_terraform_is_given_no_program_of_the_stacks(
    repo: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """It takes the providers in terraform.d/plugins of its folder, and a branch may bring them."""
    for name in ("terraform.d/plugins/x", ".terraform/providers/x", "modules/network/terraform.d/x"):
        (STACK / name).parent.mkdir(parents=True, exist_ok=True)
        (STACK / name).write_text("x")
    place = tmp_path_factory.mktemp("terraform")
    (place / "terraform").write_text(f'#!/bin/sh\n(pwd; find . "${{1#-chdir=}}") >> {place}/seen\n')
    (place / "terraform").chmod(0o755)
    assert all(step.passed for step in terraform.check_folder(str(place / "terraform"), STACK))
    seen = (place / "seen").read_text()
    assert "/main.tf" in seen
    assert "terraform.d" not in seen
    assert ".terraform/" not in seen
    assert str(repo) not in seen


# --- what git is asked with, and what it answers without a configuration


@pytest.mark.parametrize("revision", ["--output=x", "--output=x^0", "-h", "--all", "HEAD --output=x"])
def test_no_revision_is_an_option_of_git(revision: str, repo: Path, run_tfgen: Tfgen) -> None:
    edit()
    done = run_tfgen("affected", f"--since={revision}", "shop.yaml")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f'tfgen: git knows no commit "{revision}": ')
    with pytest.raises(TfgenError):
        asking.touched_folders(revision, [STACK])
    assert sorted(each.name for each in repo.iterdir()) == [".git", "generated", "shop.yaml"]


def test_a_partial_clone_says_what_it_lacks(
    repo: Path, tmp_path: Path, run_tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(STACK / ".tfgen-manifest")
    commit_all(repo)
    git(repo, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", f"file://{repo}", "clone")
    monkeypatch.chdir(tmp_path / "clone")
    assert run_tfgen("affected", "--since", "HEAD", "shop.yaml").code == 0
    done = run_tfgen("affected", "--since", "HEAD^", "shop.yaml")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "tfgen: this clone is partial and lacks generated/shop/.tfgen-manifest of that commit, and tfgen "
        "lets git fetch nothing. Clone without --filter, or first run: git fetch --refetch --no-filter\n"
    )
    git(tmp_path / "clone", "fetch", "--quiet", "--refetch", "--no-filter")
    assert run_tfgen("affected", "--since", "HEAD^", "shop.yaml").code == 0


def stacks_since(tfgen: Tfgen, revision: str) -> list[str]:
    done = tfgen("affected", "--since", revision, "shop.yaml")
    assert (done.code, done.err) == (0, "")
    return [found["stack"] for found in json.loads(done.out)]


def test_what_is_stored_otherwise_is_still_the_same(
    repo: Path, tmp_path: Path, run_tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Line ends as the user has them, with settings of the user's and of the repository's."""
    for scope in ("--global", "--local"):
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / f"mine{scope}"))
        git(repo, "config", scope, "core.autocrlf", "true")
        VPC.unlink()
        git(repo, "checkout", "--", ".")
        assert b"\r\n" in VPC.read_bytes()
        os.utime(VPC, (1, 1))  # git cannot know by its time that it is the same
        assert stacks_since(run_tfgen, "HEAD") == []
        edit()
        assert stacks_since(run_tfgen, "HEAD") == ["shop"]
        git(repo, "config", scope, "--unset", "core.autocrlf")


@pytest.mark.parametrize("where", ["of the user", "usual", "of the repository", "exclude"])
def test_what_is_ignored_is_no_change(
    where: str, repo: Path, tmp_path: Path, run_tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (STACK / "notes~").write_text("x")
    assert stacks_since(run_tfgen, "HEAD") == ["shop"]
    ignored = tmp_path / {"usual": ".config/git/ignore", "exclude": "repo/.git/info/exclude"}.get(
        where, "mine"
    )
    ignored.parent.mkdir(parents=True, exist_ok=True)
    ignored.write_text("*~\n")
    if where == "of the user":
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "configured"))
        git(repo, "config", "--global", "core.excludesFile", "~/mine")
    elif where == "of the repository":
        git(repo, "config", "core.excludesFile", "~/mine")
    assert stacks_since(run_tfgen, "HEAD") == []


def test_upstream_is_a_revision(
    repo: Path, tmp_path: Path, run_tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "clone", "--quiet", str(repo), "clone")
    monkeypatch.chdir(tmp_path / "clone")
    edit()
    commit_all(Path())
    assert stacks_since(run_tfgen, "@{upstream}") == ["shop"]
    assert stacks_since(run_tfgen, "@{push}") == ["shop"]
    assert stacks_since(run_tfgen, "origin/HEAD") == ["shop"]
    assert stacks_since(run_tfgen, "HEAD") == []


def test_a_setting_is_written_as_it_was_read(repo: Path, run_tfgen: Tfgen) -> None:
    """With every character, and as many as there are branches."""
    strange = "a\"b=c#d;é'$]"
    git(repo, "checkout", "--quiet", "-b", strange)
    git(repo, "branch", "--quiet", "--set-upstream-to=main")
    with Path(".git/config").open("a") as config:
        config.write("".join(f'[branch "b{n}"]\n\tremote = "x\\ny\\"\\\\z"\n' for n in range(20_000)))
        config.write('[branch "x"]\n\tremote = "\\n[core]\\n\\tfsmonitor = no\\n"\n')
    edit()
    commit_all(repo)
    assert stacks_since(run_tfgen, "@{upstream}") == ["shop"]
    assert stacks_since(run_tfgen, f"{strange}@{{u}}") == ["shop"]


def test_where_no_links_are_made(repo: Path, run_tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(1, "Operation not permitted")

    git(repo, "pack-refs", "--all")
    monkeypatch.setattr(Path, "symlink_to", refuse)
    assert stacks_since(run_tfgen, "main") == []
    ask_everything(run_tfgen)


def test_a_git_that_does_not_run(repo: Path, run_tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = repo.parent / "bin/git"
    broken.parent.mkdir()
    broken.write_bytes(b"\x7fELF")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(broken.parent))
    done = run_tfgen("affected", "--since", "HEAD", "shop.yaml")
    assert (done.code, done.err) == (2, f"tfgen: cannot run {broken}: exec format error\n")
    done = run_tfgen("validate", STACK, "--terraform", broken)
    assert (done.code, done.err) == (2, f"tfgen: cannot run {broken}: exec format error\n")
    edit()
    assert run_tfgen("render", "shop.yaml").code == 4


@pytest.mark.parametrize(
    "shape", ["worktree", "worktree of a bare one", "submodule", "sha256", "alternates", "link"]
)
def test_every_shape_of_a_repository_is_asked(
    shape: str, repo: Path, tmp_path: Path, run_tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "there"
    if shape == "worktree":
        git(repo, "worktree", "add", "--quiet", str(there), "-b", "other")
    elif shape == "worktree of a bare one":
        git(tmp_path, "clone", "--quiet", "--bare", str(repo), "bare")
        git(tmp_path / "bare", "worktree", "add", "--quiet", str(there), "-b", "other")
    elif shape == "submodule":
        outer = new_repository(tmp_path / "outer", monkeypatch)
        git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo), "inner")
        there = outer / "inner"
    elif shape == "sha256":
        git(tmp_path, "init", "--quiet", "--object-format=sha256", "there")
        shutil.copytree(repo, there, ignore=shutil.ignore_patterns(".git"), dirs_exist_ok=True)
        commit_all(there)
    elif shape == "alternates":
        git(tmp_path, "clone", "--quiet", "--shared", str(repo), "there")
        alternates = there / ".git/objects/info/alternates"
        alternates.write_text("../../../repo/.git/objects\n")
    else:
        repo.joinpath(".git").rename(tmp_path / "elsewhere")
        repo.joinpath(".git").symlink_to(tmp_path / "elsewhere")
        there = repo
    monkeypatch.chdir(there)
    assert stacks_since(run_tfgen, "HEAD") == []
    git(there, "stash", "--all", check=False)
    ask_everything(run_tfgen)


def test_no_repository_is_looked_for_above_a_ceiling(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo.parent / "link").symlink_to(repo)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", f"{os.pathsep}{repo.parent / 'link'}{os.pathsep}/nowhere")
    assert asking.obstacle_to_git(STACK) == "this is in no git repository"
    assert asking.obstacle_to_git(repo) == ""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", "")
    assert asking.obstacle_to_git(STACK) == ""


def test_a_broken_repository_is_none(repo: Path) -> None:
    for broken in ("gitdir: nowhere\n", "gitdir: \0\n", "nothing", "gitdir: .\n", "gitdir: " + "x" * 10_000):
        shutil.rmtree(STACK / ".git", ignore_errors=True)
        (STACK / ".git").write_text(broken)
        assert asking.obstacle_to_git(STACK) == ""  # that of the folder around it
    shutil.rmtree(repo / ".git")
    assert asking.obstacle_to_git(STACK) == "this is in no git repository"
