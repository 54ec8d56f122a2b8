"""Adds the templates to a wheel as Python, too, translated by tfgen/render/translate.py."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Printers(BuildHookInterface[Any]):
    """An editable install has none: there the templates may change, and tfgen/render/printers.py keeps up."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from tfgen.render.translate import module_sources  # noqa: PLC0415 - Python finds it from here on

        self.place = TemporaryDirectory()
        texts = {
            path.relative_to(f"{self.root}/templates").as_posix(): path.read_text(encoding="utf-8")
            for path in Path(self.root, "templates").rglob("*.j2")
        }
        sources = {
            "__init__": '"""What prints the pages of each folder of templates."""\n',
            **module_sources(texts),
        }
        for name, source in sources.items():
            file = Path(self.place.name, f"{name}.py")
            file.write_text(source, encoding="utf-8")
            build_data["force_include"][str(file)] = f"tfgen/printed/{name}.py"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        if version != "editable":
            self.place.cleanup()
