"""Asks git what was committed. The only caller of git."""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tfgen.problems import Exit, TfgenError


def committed(revision: str, files: Sequence[Path]) -> list[str]:
    """The text of each file at a revision, empty where it was not there. Raises TfgenError."""
    top = Path(_git("rev-parse", "--show-toplevel").decode().rstrip("\n"))
    # Resolves the revision first, so that an unknown one is not taken for a file that was not there.
    commit = _git(
        "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}",
        wrong=f'git knows no commit "{revision}"',
    ).decode().strip()  # fmt: skip
    names = [_within(top, file) for file in files]
    asked = "".join(f"{commit}:{name}\n" for name in names)
    found = _contents(_git("cat-file", "--batch", said=os.fsencode(asked)))
    return [content.decode(errors="replace") for content in found]


def touched(revision: str, folders: Sequence[Path]) -> set[Path]:
    """The folders in which a file is not as it was at a revision, new ones included. Raises TfgenError."""
    top = Path(_git("rev-parse", "--show-toplevel").decode().rstrip("\n"))
    names = {_within(top, folder): folder for folder in folders}
    places = [f":(top,literal){'' if name == '.' else name}" for name in names]
    if not places:  # git would take none for all
        return set()
    how = ("--name-only", "-z", "--no-renames", "--no-relative", "--ignore-submodules=none")
    changed = _git("diff", *how, revision, "--", *places)
    new = _git("ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", *places)
    files = [os.fsdecode(name) for name in (changed + new).split(b"\0") if name]
    parents = {parent.as_posix() for file in files for parent in Path(file).parents}
    return {folder for name, folder in names.items() if name in parents}


# Where a file's past is near: what is checked out, both sides of what is being merged or was just now.
_HEADS = ("HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD")
_NEAR = ("", ":2", ":3", *_HEADS, "HEAD^1", "HEAD^2", "refs/stash")  # a number is a side of a conflict
_COMMITS = 100  # how far to look back after that


def earlier(file: Path, wanted: Callable[[bytes], bool]) -> bytes | None:
    """What a file held before: the newest content that is `wanted`, staged or committed; None without one."""
    try:
        return next(filter(wanted, _past(file)), None)
    except TfgenError:  # no git, no repository, no commit
        return None


def _past(file: Path) -> Iterator[bytes]:
    here = next(folder for folder in file.absolute().parents if folder.is_dir())
    name = file.absolute().relative_to(here).as_posix()
    yield from _at(here, [f"{place}:./{name}" for place in _NEAR])
    log = _git(
        *("-C", str(here), "log", f"--max-count={_COMMITS}", "--format=%H", "--full-history"),
        *("--ignore-missing", *_HEADS, "--", f":(literal){name}"),
    )
    yield from _at(here, [f"{commit}:./{name}" for commit in log.decode().split()])


def _at(here: Path, objects: list[str]) -> Iterator[bytes]:
    asked = "".join(f"{each}\n" for each in objects)
    yield from _contents(_git("-C", str(here), "cat-file", "--batch", said=os.fsencode(asked)))


def _contents(batch: bytes) -> Iterator[bytes]:
    """What `git cat-file --batch` prints: `ID KIND SIZE`, the content and a line end; or `... missing`."""
    while batch:
        head, _, batch = batch.partition(b"\n")
        if head.endswith(b" missing"):
            yield b""
            continue
        size = int(head.rsplit(b" ", 1)[1])
        yield batch[:size]
        batch = batch[size + 1 :]


def _within(top: Path, file: Path) -> str:
    try:
        return file.resolve().relative_to(top.resolve()).as_posix()
    except ValueError:
        message = f"{file.parent} is not in the git repository {top}"
        raise TfgenError(message=message, code=Exit.WRONG_USAGE) from None


def _environment() -> dict[str, str]:
    """A hook is told where the repository is, as seen from its top; git finds that from every folder."""
    said = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
    return {name: value for name, value in os.environ.items() if name not in said}


def _git(*arguments: str, said: bytes = b"", wrong: str = "git cannot answer") -> bytes:
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607
            input=said,
            capture_output=True,
            check=False,
            env=_environment(),
        )
    except FileNotFoundError:
        raise TfgenError(message="git is not on PATH", code=Exit.WRONG_USAGE) from None
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise TfgenError(message=f"{wrong}: {reason}", code=Exit.WRONG_USAGE)
    return done.stdout
