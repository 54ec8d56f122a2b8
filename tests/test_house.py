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
WRITING = {
    "write_text",
    "write_bytes",
    "makedirs",
    "mkdir",
    "unlink",
    "rmdir",
    "rename",
    "replace_file",
    "touch",
    "symlink_to",
}


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


def test_only_output_writes_files() -> None:
    writers = {
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in WRITING
    }
    elsewhere = {path for path in writers if not path.startswith("output/")}
    # Jinja keeps compiled templates beside the templates, as Python keeps its modules; and git gets a
    # configuration of its own in a folder for temporary files.
    assert elsewhere == {"render/printers.py", "repository.py"}


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
