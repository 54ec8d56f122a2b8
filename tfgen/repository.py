"""The git repository around a folder, which git reads without its configuration.

git runs programs that a configuration names: for hooks, filters, signatures, diffs, file system monitors,
transports. And it treats every folder that looks like a repository as one, which files of a branch can
do. Therefore the repository is found here, by a `.git`, which no commit can contain; and git gets a
configuration that is made for the query and names no program.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tfgen import programs
from tfgen.problems import Exit, TfgenError


class Repository(NamedTuple):
    """`folder` belongs to the worktree, `common` to all worktrees: the same if there is only one."""

    top: Path
    folder: Path
    common: Path


class Question(NamedTuple):
    """A query to git about one repository, or none. `place` contains only what is made for the query."""

    program: str
    place: Path
    environment: Mapping[str, str]

    def ask(self, *arguments: str, said: bytes = b"", wrong: str = "git cannot answer") -> bytes:
        """The output of git. Raises TfgenError."""
        command = (self.program, "--no-pager", *_NO_PROGRAMS, *arguments)
        done = programs.run_program(command, self.place, self.environment, said)
        if done.returncode:
            reason = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
            raise TfgenError(message=f"{wrong}: {reason}", code=Exit.WRONG_USAGE)
        return done.stdout


def repository_around(place: Path) -> Repository | None:
    """The repository whose worktree contains a folder, or None.

    It is the one of the nearest `.git`: a folder or, in linked worktrees and submodules, a file that names
    one. A bare repository does not count.
    """
    here = place.resolve()
    said = os.environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep)
    ceilings = {os.path.realpath(each) for each in said if each}
    for top in (here, *here.parents):
        if str(top) in ceilings and top != here:
            return None
        with suppress(OSError, ValueError):
            if found := _repository_at(top):
                return found
    return None


def _repository_at(top: Path) -> Repository | None:
    folder = top / ".git"
    if folder.is_file():
        folder = _named_folder(folder, "gitdir: ")
    shared = folder / "commondir"
    common = _named_folder(shared) if shared.is_file() else folder
    if os.path.lexists(folder / "HEAD") and (common / "refs").is_dir() and (common / "objects").is_dir():
        return Repository(top, folder.resolve(), common.resolve())
    return None


_LONGEST = 4096  # bytes of a path


def _named_folder(file: Path, head: str = "") -> Path:
    """The folder that a file of git names, relative to the file. Raises ValueError."""
    with file.open("rb") as opened:
        text = os.fsdecode(opened.read(_LONGEST)).rstrip("\r\n")
    if not text.startswith(head):
        raise ValueError(text)
    return file.parent / text.removeprefix(head)


@contextmanager
def git_in_repository(repository: Repository, *, settings: bool = False) -> Iterator[Question]:
    """A query about a repository, with the user's `settings` for ignored files and how files are stored.

    Raises TfgenError.
    """
    with git_in_empty_folder() as (program, place, environment):
        own = place / "common"
        config = _listed_settings(Question(program, place, environment), repository.common / "config")
        said = [*_of_user(program, place), *config] if settings else config
        with _explained_errors():
            _share_folders(repository.common, own)
            (own / "config").write_text(
                _storage_formats(config) + _user_settings(said), errors="surrogateescape"
            )
        yield Question(program, place, {**environment, **_places_of_git(repository, own)})


@contextmanager
def _explained_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"git cannot be asked without a folder for temporary files: {error.strerror}"
        raise TfgenError(message=message, code=Exit.WRONG_USAGE) from None


@contextmanager
def git_in_empty_folder() -> Iterator[Question]:
    """git in an empty folder, independent of any configuration. Raises TfgenError."""
    program = path_of_git()
    with _explained_errors():
        place = TemporaryDirectory(prefix="tfgen-")
    with place as folder:
        yield Question(program, Path(folder), _environment_of_git(folder))


def path_of_git() -> str:
    """The path of git. Raises TfgenError if there is none."""
    program = programs.find_program("git")
    if program is None:
        raise TfgenError(message="git is not on PATH", code=Exit.WRONG_USAGE)
    return program


# What would run a program or change the repository, should a git ever read it elsewhere than expected.
_NO_PROGRAMS = tuple(
    word
    for setting in (
        "safe.bareRepository=explicit", "core.fsmonitor=false", f"core.hooksPath={os.devnull}",
        "protocol.allow=never", "log.showSignature=false", "submodule.recurse=false", "gc.auto=0",
    )
    for word in ("-c", setting)
)  # fmt: skip


def _environment_of_git(home: str) -> dict[str, str]:
    """The environment for git, without any outside variable that git or its helpers use."""
    nobodys = dict.fromkeys(
        ("GIT_CONFIG_NOSYSTEM", "GIT_ATTR_NOSYSTEM", "GIT_NO_REPLACE_OBJECTS", "GIT_NO_LAZY_FETCH"), "1"
    )
    nothing = dict.fromkeys(("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"), os.devnull)
    off = dict.fromkeys(("GIT_OPTIONAL_LOCKS", "GIT_TERMINAL_PROMPT"), "0")
    homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME"), home)
    alone = {"GIT_CEILING_DIRECTORIES": str(Path(home).parent), "GIT_ALLOW_PROTOCOL": ""}
    return {**_not_gits(), **nobodys, **nothing, **off, **homes, **alone}


def _not_gits() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.upper().startswith("GIT_")}


def _places_of_git(repository: Repository, own: Path) -> dict[str, str]:
    return {
        "GIT_DIR": str(repository.folder),
        "GIT_WORK_TREE": str(repository.top),
        "GIT_COMMON_DIR": str(own),
        "GIT_OBJECT_DIRECTORY": str(repository.common / "objects"),
    }


# What is read of a repository, besides its objects and what each worktree has of its own.
_SHARED = (
    "refs", "packed-refs", "reftable", "logs", "shallow", "worktrees", "info/exclude", "info/attributes",
)  # fmt: skip


def _share_folders(common: Path, own: Path) -> None:
    (own / "info").mkdir(parents=True)
    for name in _SHARED:
        if os.path.lexists(common / name):
            _link_file(common / name, own / name)


def _link_file(there: Path, here: Path) -> None:
    try:
        here.symlink_to(there)
    except OSError:  # a system that lets few users make links
        (shutil.copytree if there.is_dir() else shutil.copyfile)(there, here)


_Config = list[tuple[str, str]]
_FORMATS = re.compile(r"extensions\.(objectformat|compatobjectformat|refstorage)\Z")
# Where files differ from what is stored, what is ignored, and what `@{upstream}` and `@{push}` mean.
_SETTINGS = re.compile(
    r"(core\.(autocrlf|eol|filemode|ignorecase|precomposeunicode|symlinks|excludesfile|trustctime|checkstat"
    r"|sparsecheckout|sparsecheckoutcone)|branch\..*\.(remote|merge|pushremote)|remote\..*\.(fetch|push)"
    r"|remote\.pushdefault|push\.default)\Z",
    re.DOTALL,
)


def _storage_formats(config: _Config) -> str:
    """A configuration with the storage formats of the repository and nothing else."""
    known = [(key, value) for key, value in config if _FORMATS.match(key) and value.isalnum()]
    lines = [f"\t{key.removeprefix('extensions.')} = {value}\n" for key, value in known]
    head = f"[core]\n\trepositoryformatversion = {int(bool(known))}\n\tbare = false\n"
    return head + "".join(["[extensions]\n", *lines] if known else [])


def _user_settings(config: _Config) -> str:
    return "".join(_written_setting(key, value) for key, value in config if _SETTINGS.match(key))


def _written_setting(key: str, value: str) -> str:
    """A setting in the syntax of a configuration; paths refer to the user's home, as git gets another."""
    section, _, rest = key.partition(".")
    subsection, _, name = rest.rpartition(".")
    head = f'{section} "{_quoted_value(subsection)}"' if subsection else section
    return f'[{head}]\n\t{name} = "{_quoted_value(os.path.expanduser(value))}"\n'  # noqa: PTH111 - of text


def _quoted_value(text: str) -> str:
    return text.translate({ord("\\"): "\\\\", ord('"'): '\\"', ord("\n"): "\\n"})


def _of_user(program: str, place: Path) -> _Config:
    """The user's settings for all repositories."""
    own = {name: value for name in _OF_USER if (value := os.environ.get(name)) is not None}
    nowhere = {"GIT_DIR": str(place / "none"), "GIT_TERMINAL_PROMPT": "0"}
    config = _listed_settings(Question(program, place, {**_not_gits(), **own, **nowhere}))
    usual = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config", "git/ignore")
    return [("core.excludesfile", str(usual)), *config]


_OF_USER = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")


def _listed_settings(question: Question, file: Path | None = None) -> _Config:
    """The settings of one file, without included files, or of all files of the user."""
    if file and not file.is_file():
        return []
    where = ("--file", str(file), "--no-includes") if file else ("--includes",)
    entries = question.ask("config", "--list", "--null", *where).split(b"\0")
    return list(_split_entries(os.fsdecode(entry) for entry in entries if entry))


def _split_entries(entries: Iterable[str]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        key, has_value, value = entry.partition("\n")
        yield key, value if has_value else "true"
