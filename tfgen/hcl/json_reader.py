"""Reads Terraform's language as it is written in JSON: the same blocks and expressions.

https://developer.hashicorp.com/terraform/language/syntax/json says what stands for what.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any

from tfgen.hcl.reader import parsed_number, read_expression, read_template
from tfgen.hcl.syntax import Block, Body, HclError, List, Literal, Node, Object, TooDeepError

# How many labels a block has. Within a resource a mapping is a block too, but for the few maps.
_LABELS = {"resource": 2, "data": 2, "variable": 1, "output": 1, "module": 1, "provider": 1, "check": 1}
_NESTED = {"terraform": {"backend": 1, "cloud": 0}, "provider": {"default_tags": 0}}
_REFERENCES = {"from", "to", "iterator", "depends_on", "ignore_changes", "replace_triggered_by", "provider"}


def read_json(text: str, maps: Collection[str]) -> Body:
    """The blocks of a page. Raises HclError.

    `maps` are the arguments of resources that take a map: every other mapping in one is a block.
    """
    reader = _Reader(text, maps)
    pages = reader.data if isinstance(reader.data, list) else [reader.data]
    blocks = [
        block
        for page in pages
        for kind, value in reader.read_mapping(page)
        for block in reader.read_blocks(kind, (), value, _LABELS.get(kind, 0))
    ]
    return Body({}, tuple(blocks))


def read_json_values(text: str) -> Body:
    """The values of variables. Raises HclError."""
    reader = _Reader(text, ())
    return Body({name: _literal_node(value) for name, value in reader.read_mapping(reader.data)}, ())


class _Reader:
    def __init__(self, text: str, maps: Collection[str]) -> None:
        self.text = text
        self._not_blocks = {*maps, "for_each"}
        try:
            self.data = json.loads(
                text, parse_int=parsed_number, parse_float=parsed_number, parse_constant=str
            )
        except json.JSONDecodeError as error:
            raise HclError("JSON", error.lineno, error.colno) from None
        except RecursionError:
            raise TooDeepError(1, 1) from None

    def read_mapping(self, value: Any) -> Iterator[tuple[str, Any]]:
        """Its pairs; `//` is a comment."""
        if not isinstance(value, dict):
            raise HclError("a mapping", 1, 1)
        return ((key, item) for key, item in value.items() if key != "//")

    def read_blocks(self, kind: str, labels: tuple[str, ...], value: Any, depth: int) -> Iterator[Block]:
        """Blocks of a kind, whose next `depth` labels are keys of the value. A list is several."""
        if isinstance(value, list):
            for item in value:
                yield from self.read_blocks(kind, labels, item, depth)
        elif depth:
            for label, item in self.read_mapping(value):
                yield from self.read_blocks(kind, (*labels, label), item, depth - 1)
        else:
            line = self.line_of(f'"{labels[-1]}"') if labels else 0
            yield Block(kind, labels, self.read_body(kind, value), line)

    def read_body(self, kind: str, value: Any) -> Body:
        arguments: dict[str, Node] = {}
        blocks: list[Block] = []
        for name, item in self.read_mapping(value):
            labels = self.nested_labels(kind, name, item)
            if labels is not None:
                blocks += self.read_blocks(name, (), item, labels)
            elif kind == "variable":  # its arguments are data: text in them is no template
                arguments[name] = _literal_node(item)
            else:
                arguments[name] = self.read_expression(item, bare=name in _REFERENCES)
        return Body(arguments, tuple(blocks))

    def nested_labels(self, kind: str, name: str, value: Any) -> int | None:
        """How many labels a block within a block has; None for an argument."""
        if name == "lifecycle":
            return 0
        items = value if isinstance(value, list) else [value]
        is_block = bool(items) and all(isinstance(item, dict) for item in items)
        if is_block and kind in ("module", "variable", "output", "locals", "terraform", "provider"):
            return _NESTED.get(kind, {}).get(name)
        if is_block and name not in self._not_blocks:
            return 1 if name == "dynamic" else 0
        return None

    def read_expression(self, value: Any, *, bare: bool) -> Node:
        """`bare`: text is a reference, not a template."""
        match value:
            case str() if bare and not value.startswith("${"):
                return read_expression(value, self.line_of(value))
            case str():
                return read_template(value, self.line_of(value[value.find("${") :]))
            case list():
                return List(tuple(self.read_expression(item, bare=bare) for item in value))
            case dict():
                items = value.items()
                return Object(
                    tuple((Literal(key), self.read_expression(item, bare=bare)) for key, item in items)
                )
        return Literal(value)

    def line_of(self, text: str) -> int:
        """The line where text occurs first; the JSON parser gives no positions."""
        return self.text.count("\n", 0, max(0, self.text.find(text.partition('"')[0] or text))) + 1


def _literal_node(value: Any) -> Node:
    match value:
        case list():
            return List(tuple(map(_literal_node, value)))
        case dict():
            return Object(tuple((Literal(key), _literal_node(item)) for key, item in value.items()))
    return Literal(value)
