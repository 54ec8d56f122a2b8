"""What a page of Terraform's language is made of: blocks, arguments and expressions.

The whole grammar of https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md, since a page may have
been edited by hand. What cannot be worked out without Terraform (an operator, a directive in a template)
is kept as an `Operation` of what it is made of.
"""

from msgspec import Struct


class Node(Struct, frozen=True, gc=False):
    """The base of every expression."""


class Literal(Node, frozen=True):
    """A number, true, false, null, or text without anything to fill in."""

    value: str | int | float | bool | None


class Template(Node, frozen=True):
    """Text with expressions between its literals."""

    parts: tuple[Node, ...]


class Name(Node, frozen=True):
    """A word that stands for something: `var`, `each`, `aws_vpc`; `line` is 0 where nobody asked."""

    name: str
    line: int = 0


class Attribute(Node, frozen=True):
    """`of.name`"""

    of: Node
    name: str


class Index(Node, frozen=True):
    """`of[key]`, and `of.0`, which means the same."""

    of: Node
    key: Node


class Splat(Node, frozen=True):
    """`of[*]`; what follows it is asked of every element."""

    of: Node


class Call(Node, frozen=True):
    function: str
    arguments: tuple[Node, ...]


class List(Node, frozen=True):
    items: tuple[Node, ...]


class Object(Node, frozen=True):
    items: tuple[tuple[Node, Node], ...]


class For(Node, frozen=True):
    """`[for key, value in collection : result]`, or with `{}` and a `result_key`."""

    key: str
    value: str
    collection: Node
    result_key: Node | None
    result: Node
    conditions: tuple[Node, ...]


class Operation(Node, frozen=True):
    """An operator, or whatever else only Terraform can work out."""

    name: str
    operands: tuple[Node, ...]


def inner_expressions(node: Node) -> tuple[Node, ...]:
    """The expressions that one is made of."""
    match node:
        case Call(arguments=parts) | List(items=parts) | Operation(operands=parts) | Template(parts=parts):
            return parts
        case Object(items=pairs):
            return tuple(each for pair in pairs for each in pair)
        case Attribute(of=of) | Splat(of=of):
            return (of,)
        case Index(of=of, key=key):
            return (of, key)
        case For():
            said = (node.collection, node.result_key, node.result, *node.conditions)
            return tuple(each for each in said if each is not None)
    return ()


class Block(Struct, frozen=True, gc=False):
    """`type "label" { ... }`; `line` is where it begins."""

    type: str
    labels: tuple[str, ...]
    body: "Body"
    line: int = 0


class Body(Struct, frozen=True, gc=False):
    arguments: dict[str, Node]
    blocks: tuple[Block, ...]


class HclError(ValueError):
    """Not Terraform's language; `line` and `column` count from 1."""

    def __init__(self, expected: str, line: int, column: int) -> None:
        super().__init__(expected)
        self.expected = expected
        self.line = line
        self.column = column


class TooDeepError(HclError):
    """Valid Terraform, but nested more deeply than this reader and its callers can follow."""

    def __init__(self, line: int, column: int) -> None:
        super().__init__("less nesting", line, column)
