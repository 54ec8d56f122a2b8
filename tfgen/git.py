"""Asks git what was committed, and what it makes of a merge. The only caller of git."""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

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
_HEADS = tuple(
    f"{what}HEAD" for what in ("", "MERGE_", "CHERRY_PICK_", "REVERT_", "REBASE_", "ORIG_", "FETCH_")
)
# In a conflict, 1 is what both sides came from, 2 and 3 are the sides.
_NEAR = ("", ":1", ":2", ":3", *_HEADS, "HEAD^1", "HEAD^2", "refs/stash")
_COMMITS = 100  # how far to look back after that, on every branch and wherever HEAD was


def earlier(file: Path, wanted: Callable[[bytes], bool]) -> bytes | None:
    """What a file held before: the newest content that is `wanted`, staged or committed; None without one."""
    try:
        return next(filter(wanted, _past(file)), None)
    except TfgenError:  # no git, no repository, no commit
        return None


def obstacle(place: Path) -> str:
    """Why git cannot be asked about a folder, empty where it can."""
    try:
        _git("-C", str(place), "rev-parse", "--git-dir")
    except TfgenError as error:
        reason = error.message.partition("\n")[0]
        return "this is in no git repository" if "not a git repository" in reason else reason
    return ""


def merge(base: str, one: str, other: str) -> str:
    """What git makes of a base and the two texts that came of it; empty where it cannot say.

    In a repository of its own, for `git merge-file` compares lines in another way than a merge does.
    """
    commits = (_commit(name, text) for name, text in (("base", base), ("one", one), ("other", other)))
    with suppress(TfgenError, OSError), TemporaryDirectory() as place:
        there = partial(_git, "-C", place, *_PLAIN, home=place)
        there("init", "--quiet")
        there("fast-import", "--quiet", said=b"".join(commits))
        there("checkout", "--quiet", "one")
        try:
            there("merge", "--quiet", "--no-commit", "other")
        except TfgenError:
            if not Path(place, ".git", "MERGE_HEAD").is_file():
                raise  # no conflict: git cannot merge here
        return Path(place, "text").read_bytes().decode()
    return ""


_PLAIN = ("-c", "user.name=tfgen", "-c", "user.email=tfgen")


def _commit(name: str, text: str) -> bytes:
    """A commit on a branch, as `git fast-import` reads it."""
    content = text.encode()
    head = [f"commit refs/heads/{name}", "committer tfgen <tfgen> 0 +0000", "data 0"]
    head += ["from refs/heads/base"] if name != "base" else []
    head += ["M 644 inline text", f"data {len(content)}"]
    return "\n".join([*head, ""]).encode() + content + b"\n"


def _past(file: Path) -> Iterator[bytes]:
    here = next(folder for folder in file.absolute().parents if folder.is_dir())
    name = _in_a_line(file.absolute().relative_to(here).as_posix())
    yield from _at(here, [f"{place}:./{name}" for place in _NEAR])
    log = _git(
        *("-C", str(here), "log", f"--max-count={_COMMITS}", "--format=%H", "--full-history"),
        *("--ignore-missing", *_HEADS, "--all", "--reflog", "--", f":(literal){name}"),
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
        return _in_a_line(file.resolve().relative_to(top.resolve()).as_posix())
    except ValueError:
        message = f"{file.parent} is not in the git repository {top}"
        raise TfgenError(message=message, code=Exit.WRONG_USAGE) from None


# What a hook is told of its repository, as seen from the top. git finds it from every folder, and others too.
_TOLD = {
    f"GIT_{what}" for what in ("DIR", "WORK_TREE", "INDEX_FILE", "PREFIX", "OBJECT_DIRECTORY", "COMMON_DIR")
}


def _environment(home: str) -> dict[str, str]:
    near = {name: value for name, value in os.environ.items() if name not in _TOLD}
    if not home:
        return near
    own = {name: value for name, value in near.items() if not name.startswith("GIT_CONFIG")}
    nobodys = dict.fromkeys(("GIT_CONFIG_NOSYSTEM", "GIT_ATTR_NOSYSTEM"), "1")
    return {**own, **nobodys, "HOME": home, "XDG_CONFIG_HOME": home}


def _in_a_line(name: str) -> str:
    """The name of a file, of which git is asked in a line. Raises TfgenError."""
    if "\n" in name:
        raise TfgenError(
            message=f"git cannot be asked about {name!r}: it has a line end", code=Exit.WRONG_USAGE
        )
    return name


def _git(*arguments: str, said: bytes = b"", wrong: str = "git cannot answer", home: str = "") -> bytes:
    """What git prints; with a `home` of its own, whatever anybody has configured."""
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607
            input=said,
            capture_output=True,
            check=False,
            env=_environment(home),
        )
    except FileNotFoundError:
        raise TfgenError(message="git is not on PATH", code=Exit.WRONG_USAGE) from None
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise TfgenError(message=f"{wrong}: {reason}", code=Exit.WRONG_USAGE)
    return done.stdout
