"""Generates docs/spec.md from the spec's model; with --check, exits with 1 if the file is not current.

The meaning of a key is the docstring below its field in tfgen/spec/model.py; its value is the description of
the type.
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tfgen.spec import model
from tfgen.spec.read import expected, fields_of

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "spec.md"

HEAD = """# The spec

Every key and its default. `tfgen show spec.yaml` prints a spec with all defaults filled in;
[examples/](../examples) contains complete specs. `scripts/spec_reference.py` generates this reference from
the code.

A bare value sets the key marked *short form*: `port: 3000` is `port: {number: 3000}`.
"""

PLACES = {
    model.Spec: "The top level",
    model.Backend: "`backend`",
    model.Network: "`network`",
    model.Subnets: "`network.subnets`",
    model.LoadBalancer: "`load_balancer`",
    model.Listener: "`load_balancer.listeners.NAME`",
    model.Logs: "`logs`",
    model.Service: "`services.NAME`",
    model.Port: "`services.NAME.port`",
    model.Route: "`services.NAME.routes[]`",
    model.HealthCheck: "`services.NAME.health_check`",
    model.Connect: "`services.NAME.connect`",
    model.Egress: "`services.NAME.egress_cidrs[]`",
    model.Ignore: "`ignore[]`",
}


def meanings(section: type[model.Section]) -> dict[str, str]:
    """The docstring below each field."""
    body = ast.parse(inspect.getsource(section)).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
            assert isinstance(field.target, ast.Name)
            found[field.target.id] = " ".join(ast.literal_eval(below.value).split())
    return found


def default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "**required**"
    value = field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default
    if value is None or isinstance(value, model.Section) or value in ([], {}):
        return ""
    plain = msgspec.to_builtins(value)
    if field.name == "listeners":
        plain = {"http": 80}
    return f"`{msgspec.json.encode(plain).decode()}`".replace('"', "")


def rows(section: type[model.Section]) -> Iterator[str]:
    yield "| key | value | default | meaning |\n|---|---|---|---|"
    said = meanings(section)
    for field in msgspec.structs.fields(section):
        name = f"`{field.name}`" + (" *(short form)*" if field.name == section.shorthand else "")
        what = expected(fields_of(section)[field.name].kind).replace("|", "\\|").replace("*", "\\*")
        yield f"| {name} | {what} | {default(field)} | {said.get(field.name, '')} |"


def page() -> str:
    parts = [HEAD]
    for section, place in PLACES.items():
        about = " ".join((section.__doc__ or "").split())
        parts.append(f"## {place}\n\n{about}\n\n" + "\n".join(rows(section)) + "\n")
    return "\n".join(parts)


def main() -> int:
    text = page()
    if "--check" in sys.argv:
        return int(not TARGET.exists() or TARGET.read_text() != text)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
