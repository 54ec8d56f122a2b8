"""The functions that print the pages of built-in templates, translated by `translate`.

A wheel contains them as modules. In a checkout they are generated if none match the current templates, and
cached beside them, as Python caches modules.
"""

import marshal
import os
import stat
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

from tfgen.files import read_file
from tfgen.hcl.printer import hcl
from tfgen.render.markdown import code, markdown, mermaid
from tfgen.render.user_templates import TEMPLATES, builtin_names

FILTERS = {"hcl": hcl, "markdown": markdown, "code": code, "mermaid": mermaid}
"""Those of templates that Jinja renders. Ours have `literal` for `hcl`: they surely print no bare value."""

_PACKAGE = Path(__file__).parent.parent
_SHIPPED = _PACKAGE / "printed"
_KEPT = TEMPLATES / "__pycache__"
_TRANSLATION = ("render/translate", "render/paragraphs", "hcl/layout", "hcl/printer")  # what it depends on


class Page(NamedTuple):
    """How a page is printed."""

    text: Callable[[Mapping[str, Any]], str]
    """Takes the page's values by their names."""
    needs: tuple[str, ...] | None
    """Without any of these values there is nothing to print; None where there always is."""
    made_of: tuple[str, ...]
    """Its template, and those that it includes."""

    def prints(self, values: Mapping[str, Any]) -> bool:
        return self.needs is None or any(values[name] for name in self.needs)


@cache
def pages(folder: str) -> Mapping[str, Page]:
    """The pages that our templates in a folder make, by file name; of no other folder any is loaded."""
    if _SHIPPED.is_dir():
        shipped: Mapping[str, Page] = import_module(f"tfgen.printed.{folder}").PAGES
        return shipped
    module: dict[str, Any] = {}
    exec(_kept_code(folder) or _made_code(folder), module)  # noqa: S102 - made of our own templates
    return module["PAGES"]  # type: ignore[no-any-return]


# --- in a checkout


@cache
def _template_texts() -> Mapping[str, str]:
    return {name: (TEMPLATES / name).read_text(encoding="utf-8") for name in sorted(builtin_names())}


@cache
def _cache_key() -> bytes:
    """What the functions depend on: all templates, how they are translated, and this Python."""
    translation = [(_PACKAGE / f"{name}.py").read_bytes() for name in _TRANSLATION]
    return sha256(repr((MAGIC_NUMBER, translation, _template_texts())).encode()).digest()


@cache
def _translated_modules() -> Mapping[str, str]:
    from tfgen.render.translate import module_sources  # noqa: PLC0415 - brings Jinja, which seldom is needed

    return module_sources(_template_texts())


def _cache_place(folder: str) -> Path:
    return _KEPT / f"{folder}.{sys.implementation.cache_tag}.printers"


def _kept_code(folder: str) -> CodeType | None:
    """What was kept of a folder, if it is of these templates, and of nobody but this user or root."""
    place = _cache_place(folder)
    with suppress(OSError, EOFError, ValueError, TypeError):
        if _is_ours(_KEPT) and _is_ours(place):
            content = read_file(place, follow=False)
            if content.startswith(_cache_key()):
                code: CodeType = marshal.loads(content[len(_cache_key()) :])  # noqa: S302 - see `_is_ours`
                return code
    return None


def _is_ours(place: Path) -> bool:
    """Whether nobody else can have put something here. Windows keeps others out by itself."""
    found = place.lstat()
    return not hasattr(os, "geteuid") or (
        found.st_uid in {0, os.geteuid()} and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    )


def _made_code(folder: str) -> CodeType:
    """What prints the pages of a folder, made now, and kept where that can be."""
    code = compile(_translated_modules()[folder], f"templates/{folder}", "exec")
    if not sys.dont_write_bytecode:
        with suppress(OSError):
            _keep_file(_cache_key() + marshal.dumps(code), _cache_place(folder))
    return code


def _keep_file(content: bytes, place: Path) -> None:
    """Writes a file in one step: another process reads the old one, or the whole new one."""
    place.parent.mkdir(0o755, exist_ok=True)
    new = place.with_suffix(f".{os.getpid()}")
    number = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        new.replace(place)
    except BaseException:
        new.unlink()
        raise
