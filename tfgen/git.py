"""Asks git what was committed, and what a merge produces. Nothing else calls git."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from tfgen import repository
from tfgen.problems import Exit, TfgenError
from tfgen.repository import Question, Repository


def committed_texts(revision: str, files: Sequence[Path]) -> list[str]:
    """The text of each file at a revision, empty if it did not exist. Raises TfgenError."""
    here = _current_repository()
    names = [_path_in_repository(here.top, file) for file in files]
    with repository.git_in_repository(here, settings=True) as git:
        commit = _resolved_revision(git, revision)
        found = dict(
            zip(names, _contents_of_objects(git, [f"{commit}:{name}" for name in names]), strict=True)
        )
        _check_is_whole(git, commit, [name for name, content in found.items() if content is None])
    return [(found[name] or b"").decode(errors="replace") for name in names]


def _current_repository() -> Repository:
    """The repository around the current folder. Raises TfgenError."""
    repository.path_of_git()
    found = repository.repository_around(Path.cwd())
    if found is None:
        message = f"git cannot answer: {Path.cwd()} is in no git repository"
        raise TfgenError(message=message, code=Exit.WRONG_USAGE)
    return found


def _resolved_revision(git: Question, revision: str) -> str:
    """The hash of the commit that the user names: no later command can mistake it for an option."""
    return git.ask(
        "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}",
        wrong=f'git knows no commit "{revision}"',
    ).decode().strip()  # fmt: skip


def _check_is_whole(git: Question, commit: str, missing: list[str]) -> None:
    """Raises TfgenError if a file existed that a partial clone left out."""
    places = [f":(top,literal){name}" for name in missing]
    there = missing and git.ask("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, "--", *places)
    if there:
        name = os.fsdecode(there.partition(b"\0")[0])
        message = (
            f"this clone is partial and lacks {name} of that commit, and tfgen lets git fetch nothing. Clone "
            "without --filter, or first run: git fetch --refetch --no-filter"
        )
        raise TfgenError(message=message, code=Exit.WRONG_USAGE)


def touched_folders(revision: str, folders: Sequence[Path]) -> set[Path]:
    """The folders in which a file differs from a revision, including new folders. Raises TfgenError."""
    here = _current_repository()
    names = {_path_in_repository(here.top, folder): folder for folder in folders}
    places = [f":(top,literal){'' if name == '.' else name}" for name in names]
    if not places:  # git would take none for all
        return set()
    with repository.git_in_repository(here, settings=True) as git:
        changed = git.ask("diff", *_NAMES, _resolved_revision(git, revision), "--", *places)
        new = git.ask("ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", *places)
    files = [os.fsdecode(name) for name in (changed + new).split(b"\0") if name]
    parents = {parent.as_posix() for file in files for parent in Path(file).parents}
    return {folder for name, folder in names.items() if name in parents}


# Of a submodule only the commit counts: git looks for more with the submodule's own configuration.
_NAMES = (
    "--name-only", "-z", "--no-renames", "--no-relative", "--no-ext-diff", "--no-textconv",
    "--ignore-submodules=dirty",
)  # fmt: skip

# Where a file's past is near: what is checked out, both sides of what is being merged or was just now.
_HEADS = tuple(
    f"{what}HEAD" for what in ("", "MERGE_", "CHERRY_PICK_", "REVERT_", "REBASE_", "ORIG_", "FETCH_")
)
# In the index, 0 is what is staged; in a conflict, 1 is what both sides came from, 2 and 3 are the sides.
_NEAR = (":0", ":1", ":2", ":3", *_HEADS, "HEAD^1", "HEAD^2", "refs/stash")
_COMMITS = 100  # how far to look back after that, on every branch and wherever HEAD was


def earlier_content(file: Path, wanted: Callable[[bytes], bool]) -> bytes | None:
    """The newest earlier content of a file that is `wanted`, staged or committed; None without one."""
    here = next(folder for folder in file.absolute().parents if folder.is_dir())
    found = repository.repository_around(here)
    if found is None:
        return None
    try:
        name = _path_in_repository(found.top, here.resolve() / file.absolute().relative_to(here))
        with repository.git_in_repository(found) as git:
            return next(filter(wanted, _past_contents(git, name)), None)
    except TfgenError:  # no git, no commit
        return None


def obstacle_to_git(place: Path) -> str:
    """Why git cannot be asked about a folder; empty if it can."""
    try:
        with repository.git_in_empty_folder():
            return "" if repository.repository_around(place) else "this is in no git repository"
    except TfgenError as error:
        return error.message


def merged_text(base: str, one: str, other: str) -> str:
    """The result of git merging two texts with their base; empty if it is unknown.

    Runs in a temporary repository, because `git merge-file` compares lines differently from a merge.
    """
    commits = (
        _commit_for_import(name, text) for name, text in (("base", base), ("one", one), ("other", other))
    )
    with suppress(TfgenError, OSError), repository.git_in_empty_folder() as git:
        git.ask("init", "--quiet", "--template=")
        git.ask("fast-import", "--quiet", said=b"".join(commits))
        git.ask("checkout", "--quiet", "one")
        try:
            git.ask(*_SOMEBODY, "merge", "--quiet", "--no-commit", "other")
        except TfgenError:
            if not (git.place / ".git/MERGE_HEAD").is_file():
                raise  # no conflict: git cannot merge here
        return (git.place / "text").read_bytes().decode()
    return ""


_SOMEBODY = ("-c", "user.name=tfgen", "-c", "user.email=tfgen")


def _commit_for_import(name: str, text: str) -> bytes:
    """A commit on a branch, in the format of `git fast-import`."""
    content = text.encode()
    head = [f"commit refs/heads/{name}", "committer tfgen <tfgen> 0 +0000", "data 0"]
    head += ["from refs/heads/base"] if name != "base" else []
    head += ["M 644 inline text", f"data {len(content)}"]
    return "\n".join([*head, ""]).encode() + content + b"\n"


def _past_contents(git: Question, name: str) -> Iterator[bytes]:
    """Every known content of a file, "" where it did not exist."""
    yield from (
        content or b"" for content in _contents_of_objects(git, [f"{place}:{name}" for place in _NEAR])
    )
    commits = git.ask(
        *("rev-list", f"--max-count={_COMMITS}", "--full-history", "--ignore-missing", *_HEADS),
        *("--all", "--reflog", "--", f":(top,literal){name}"),
    )
    past = [f"{commit}:{name}" for commit in commits.decode().split()]
    yield from (content or b"" for content in _contents_of_objects(git, past))


def _contents_of_objects(git: Question, objects: list[str]) -> Iterator[bytes | None]:
    asked = "".join(f"{each}\n" for each in objects)
    yield from _contents_of_batch(git.ask("cat-file", "--batch", said=os.fsencode(asked)))


def _contents_of_batch(batch: bytes) -> Iterator[bytes | None]:
    """What `git cat-file --batch` prints: `ID KIND SIZE`, the content, a line end. None for `... missing`."""
    while batch:
        head, _, batch = batch.partition(b"\n")
        if head.endswith(b" missing"):
            yield None
            continue
        size = int(head.rsplit(b" ", 1)[1])
        yield batch[:size]
        batch = batch[size + 1 :]


def _path_in_repository(top: Path, file: Path) -> str:
    try:
        return _in_a_line(file.resolve().relative_to(top.resolve()).as_posix())
    except ValueError:
        message = f"{file.parent} is not in the git repository {top}"
        raise TfgenError(message=message, code=Exit.WRONG_USAGE) from None


def _in_a_line(name: str) -> str:
    """The name of a file for a line of git's input. Raises TfgenError."""
    if "\n" in name:
        raise TfgenError(
            message=f"git cannot be asked about {name!r}: it has a line end", code=Exit.WRONG_USAGE
        )
    return name
