"""The laws of the house that an import contract cannot say."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "tfgen"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Who may import what from outside, and who may touch files.
ONLY = {
    "yaml": {"spec/source.py"},
    "jinja2": {"render/laws.py", "render/sandbox.py", "render/translate.py"},
    "hcl2": {"render/verify.py"},
    "typer": {f"commands/{path.name}" for path in (PACKAGE / "commands").glob("[!_]*.py")},
    "subprocess": {"programs.py"},
    "click": set(),
    "random": set(),
    "time": set(),
    "datetime": set(),
    "socket": set(),
    "urllib": set(),
    "boto3": set(),
}
# What changes a disk, whoever's method it is; what does so as a function of os; the flags of os.open.
METHODS = {
    "write_text", "write_bytes", "mkdir", "makedirs", "unlink", "rmdir", "rename", "touch", "chmod", "lchmod",
    "symlink_to", "hardlink_to", "link_to",
}  # fmt: skip
OF_OS = {
    "chmod", "chown", "fchmod", "fchown", "ftruncate", "lchown", "link", "makedirs", "mkdir", "mkfifo",
    "mknod", "pwrite", "remove", "removedirs", "removexattr", "rename", "renames", "replace", "rmdir",
    "setxattr", "symlink", "truncate", "unlink", "utime", "write", "writev",
}  # fmt: skip
FLAGS = {"O_WRONLY", "O_RDWR", "O_APPEND", "O_CREAT", "O_EXCL", "O_TRUNC", "O_TMPFILE"}
READING = {"shutil": {"which", "get_terminal_size", "disk_usage"}, "tempfile": {"gettempdir"}}


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").split(".")[0]


@pytest.mark.parametrize("outside", ONLY)
def test_only_its_room_imports(outside: str) -> None:
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        if outside in imports(ast.parse(path.read_text()))
    }
    assert users == ONLY[outside]


def writing(tree: ast.AST) -> Iterator[str]:
    """What in a module writes to a disk, or may: a mode that is no text may be any."""
    to_nobody = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node).startswith("os.open(os.devnull, ")
        for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in to_nobody:
            continue
        match node:
            case ast.Call(func=ast.Name("open") | ast.Attribute(attr="open" | "fdopen")) if _may_write(node):
                yield ast.unparse(node)
            case ast.Call(func=ast.Attribute(attr="replace"), args=[_], keywords=[]):  # of text it takes two
                yield ast.unparse(node)
            case ast.Attribute(value=ast.Name("os"), attr=name) if name in OF_OS | FLAGS:
                yield ast.unparse(node)
            case ast.Attribute(value=ast.Name(module), attr=name) if name not in READING.get(module, {name}):
                yield ast.unparse(node)
            case ast.Attribute(attr=name) if name in METHODS:
                yield ast.unparse(node)
            case ast.ImportFrom(module="os" | "shutil" | "tempfile" as module, names=names):
                fine = READING.get(module, {each.name for each in names} - OF_OS - FLAGS - {"open", "fdopen"})
                yield from (f"from {module} import {each.name}" for each in names if each.name not in fine)


def _may_write(call: ast.Call) -> bool:
    """Whether a call of some `open` is with a mode that writes, or with one that nobody sees here."""
    of_os = isinstance(call.func, ast.Attribute) and ast.unparse(call.func) == "os.open"
    if of_os:  # its flags are looked for by their names
        return False
    of_a_path = isinstance(call.func, ast.Attribute) and ast.unparse(call.func) not in (
        "io.open",
        "os.fdopen",
    )
    modes = [each.value for each in call.keywords if each.arg == "mode"]
    modes += call.args[:1] if of_a_path else call.args[1:2]
    return any(not isinstance(mode, ast.Constant) or set(str(mode.value)) & set("wax+") for mode in modes)


# Who writes besides output/, and what; none of it is a user's.
WRITERS = {
    "render/printers.py": "what prints our templates is kept beside them, as Python keeps its modules",
    "repository.py": "git gets a configuration of its own, in a folder for temporary files",
    "terraform.py": "Terraform checks a copy, in a folder for temporary files",
}


def test_only_output_writes_files() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): list(writing(ast.parse(path.read_text()))) for path in MODULES
    }
    elsewhere = {path: each for path, each in found.items() if each and not path.startswith("output/")}
    assert elsewhere.keys() == WRITERS.keys(), elsewhere


@pytest.mark.parametrize(
    "line",
    [
        "open(path, 'w')", "open(path, mode='a')", "open(path, 'r+')", "open(path, 'xb')", "open(path, how)",
        "io.open(path, 'w')", "os.fdopen(number, 'w')", "path.open('w')", "path.open(mode='ab')",
        "path.write_text(text)", "path.touch()", "path.replace(other)", "(a / b).rename(other)",
        "write = path.write_bytes", "os.replace(one, other)", "os.open(path, os.O_RDONLY | os.O_CREAT)",
        "os.write(1, b'')", "how = os.O_WRONLY", "shutil.copyfile(one, other)", "shutil.rmtree(path)",
        "tempfile.mkstemp()", "from os import replace", "from shutil import move as m",
        "from os import O_RDWR", "os.open(path, os.O_WRONLY)",
    ],
)  # fmt: skip
def test_what_writes_is_found(line: str) -> None:
    assert list(writing(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "open(path)", "open(path, 'rb')", "path.open()", "path.open('rb')", "path.open(encoding='utf-8')",
        "text.replace('a', 'b')", "replace(rule, port=1)", "structs.replace(rule, port=1)",
        "os.open(path, os.O_RDONLY)",
        "os.dup2(os.open(os.devnull, os.O_WRONLY), 1)", "os.fstat(number)", "shutil.which('git')",
        "import os, shutil",
        "from os import fspath", "names.remove(name)",
    ],
)  # fmt: skip
def test_what_reads_is_not(line: str) -> None:
    assert list(writing(ast.parse(line))) == []


def test_nobody_is_handed_a_list_to_put_problems_into() -> None:
    """Checks yield problems; whoever reads what others wrote returns a value and its problems."""
    handed = {
        f"{path.relative_to(PACKAGE).as_posix()}: {function.name}"
        for path in MODULES
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef)
        for argument in ast.walk(function.args)
        if isinstance(argument, ast.arg) and argument.annotation
        if ast.unparse(argument.annotation) == "list[Problem]"
    }
    assert not handed


def test_nobody_inside_imports_the_face() -> None:
    """`from tfgen import module` names a room; a name of the face itself would be a circle."""
    rooms = {path.stem for path in PACKAGE.glob("*.py")} | {
        path.parent.name for path in PACKAGE.glob("*/__init__.py")
    }
    taken = {
        alias.name
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "tfgen"
        for alias in node.names
    }
    assert taken <= rooms | {"__version__"}


def test_the_face_is_what_it_says() -> None:
    import tfgen  # noqa: PLC0415

    public = {name for name in vars(tfgen) if not name.startswith("_")} - {"annotations", "TYPE_CHECKING"}
    own = {name for name in public if getattr(getattr(tfgen, name), "__module__", "") == "tfgen"}
    assert own | {"__version__"} == set(tfgen.__all__)
    assert tfgen.__all__ == sorted(tfgen.__all__)
