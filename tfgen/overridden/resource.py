"""One resource with its override: its page before and after the patch."""

from collections.abc import Iterator, Mapping
from typing import Any

from tfgen import facts
from tfgen.blueprint.labels import LOAD_BALANCER
from tfgen.blueprint.model import Override
from tfgen.facts import provider
from tfgen.facts.provider import Attribute
from tfgen.hcl.evaluator import Scope
from tfgen.hcl.lines import around_body
from tfgen.hcl.reader import read_page
from tfgen.hcl.syntax import Body, HclError
from tfgen.hcl.text import address_parts
from tfgen.hcl.values import Reference, Term, TooLargeError, Value
from tfgen.overridden.bearing import is_harmless
from tfgen.problems import Locate, Location

Tree = Mapping[str, Any]


class Expression(str):
    """What only Terraform can work out, such as a reference; it is equal to the same expression only."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{self}>"


class Blocks(list[Any]):
    """The blocks of one name, each a tree."""

    __slots__ = ()


class Json:
    """What becomes JSON."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Resource:
    """An overridden resource of the stack.

    `pending` holds the changes that nobody has taken yet, by dotted name (`health_check.path`), with the
    place in the spec of each. `before` and `after` are the arguments and blocks of the page.
    """

    def __init__(self, address: str, before: Tree, after: Tree, at: Locate) -> None:
        self.full = address
        self.module, self.kind, self.label = address_parts(address)
        self.before, self.after = before, after
        self._at = at
        self.pending: dict[str, Location] = {
            name: self.location_of(name)
            for name in _changed_names(self.kind, before, after)
            if not is_harmless(self.kind, name)
        }

    @property
    def address(self) -> str:
        """The address without its module."""
        return f"{self.kind}.{self.label}"

    @property
    def place(self) -> str:
        """The address as a blueprint keeps it: several modules may have a security group of one name, and a
        load balancer besides `main` has what that has."""
        apart = self.kind == "aws_security_group" or self.module.endswith(f"_{LOAD_BALANCER}")
        return f"{self.module}.{self.address}" if apart else self.address

    def location_of(self, name: str) -> Location:
        """Where the spec has the override of an argument, or what is around it."""
        return self._at(("overrides", self.full, *name.split(".")))

    def pending_names(self, name: str) -> list[str]:
        """What is pending of an argument and of what is in it; all without a name."""
        return [each for each in self.pending if not name or each == name or each.startswith(f"{name}.")]

    def take_pending(self, name: str) -> Location | None:
        """Where an argument, or something in it, is changed, if it is; it is pending no more."""
        found = [self.pending.pop(each) for each in self.pending_names(name)]
        return found[0] if found else None


def overridden_resource(override: Override, before: str, after: str, at: Locate) -> Resource:
    """The resource of an override, in a page that was `before` and is `after` it."""
    address = override.address
    return Resource(address, body_of(before, address), body_of(after, address), at)


def body_of(text: str, address: str) -> Tree:
    """The arguments and blocks of a resource of a page, by their names."""
    _, kind, label = address_parts(address)
    _, body, _ = around_body(text, kind, label)
    try:
        return _tree_of_body(read_page(body))
    except (HclError, TooLargeError):  # too deep or too much: every argument is taken for another one
        return {"body": Expression(body)}


def _tree_of_body(body: Body) -> dict[str, Any]:
    scope = Scope(Reference, {})
    found: dict[str, Any] = {name: _marked_value(scope.value(node)) for name, node in body.arguments.items()}
    for block in body.blocks:
        found.setdefault(block.type, Blocks()).append(_tree_of_body(block.body))
    return found


def _marked_value(value: Value) -> Any:
    """A value with the marks of what becomes JSON, and of what is not known."""
    match value:
        case tuple():
            return list(map(_marked_value, value))
        case dict():
            return {key: _marked_value(item) for key, item in value.items()}
        case Term(name="jsonencode", operands=(argument,)):
            return Json(_marked_value(argument))
        case Reference() | Term():
            return Expression(str(value))
    return value


# --- what is another one


def _changed_names(kind: str, before: Tree, after: Tree) -> list[str]:
    """The dotted names of what is another; an argument that is left out is at its default."""
    known = Attribute("block", inside=provider.resource_schema(kind) or {})
    defaults, was, now = (
        dict(_leaf_values(each, known)) for each in (facts.default_values().get(kind, {}), before, after)
    )
    was, now = {**defaults, **was}, {**defaults, **now}
    return [name for name in {**now, **was} if was.get(name) != now.get(name)]


_META = Attribute("set")  # what no schema has: `depends_on`, which names resources in any order
_JSON = Attribute("list")


def _leaf_values(value: Any, known: Attribute, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value by its dotted name, in a form in which equal things are equal."""
    inner = inner_tree(value)
    if inner is None:
        if value is not None:
            yield name, comparable_value(value, known)
        return
    in_json = known is _JSON or isinstance(value, Json)
    for key, item in inner.items():
        part = _JSON if in_json else known.inside.get(key, _META)
        yield from _leaf_values(item, part, f"{name}.{key}" if name else str(key))


def inner_tree(value: Any) -> Tree | None:
    """The names in a map, in the one block of its name, or in the one object that becomes JSON."""
    if isinstance(value, Json):
        value = value.value
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        value = value[0]
    return value if isinstance(value, dict) else None


def comparable_value(value: Any, known: Attribute = _JSON) -> Any:
    """What two values have in common where Terraform takes them for one: "80" and 80, a set in any order.

    `known` is what the provider's schema says of their argument.
    """
    match value:
        case Expression():
            found: Any = ("expression", str(value))
        case bool():
            found = str(value).lower()
        case int() | float():
            found = f"{value:g}" if abs(value) < 10**6 else str(value)
        case Json():
            found = repr(plain_value(value))
        case list():
            found = [comparable_value(each, known) for each in value]
            found = sorted(found, key=repr) if known.is_set else found
        case dict():
            found = sorted(_leaf_values(value, known), key=repr)
        case _:
            found = value
    return found


def plain_value(value: Any) -> Any:
    """A value without the marks of what becomes JSON."""
    if isinstance(value, Json):
        return plain_value(value.value)
    if isinstance(value, dict):
        return {key: plain_value(item) for key, item in value.items()}
    return [plain_value(item) for item in value] if isinstance(value, list) else value


# --- single values, as Terraform converts them


def flag_of(value: Any, default: bool) -> bool:
    return default if value is None else str(value).lower() in ("true", "1")


def whole_number(value: Any) -> int | None:
    """A whole number, or None where it is none, or only Terraform knows it."""
    if isinstance(value, Expression | bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else None


def text_of(value: Any) -> str | None:
    """A text, or None where there is none, or only Terraform knows it."""
    if isinstance(value, Expression) or not isinstance(value, str | int | float | bool):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def texts_of(value: Any) -> tuple[str, ...] | None:
    """A list of texts, none where there is none; None where only Terraform knows one."""
    if value is None:
        return ()
    found = [text_of(item) for item in value] if isinstance(value, list) else [None]
    return None if None in found else tuple(each for each in found if each is not None)


def one_block(tree: Tree, name: str) -> Tree:
    """The one block of a name, or nothing where there is none or are several."""
    found = inner_tree(tree.get(name))
    return found or {}
