"""Works out expressions, as far as that can be done without Terraform."""

import re
from collections.abc import Callable, Iterable, Mapping
from operator import add, ge, gt, le, lt, sub
from typing import Any, NamedTuple

from tfgen.hcl import syntax
from tfgen.hcl.syntax import Node
from tfgen.hcl.values import MOST, Reference, Term, TooLargeError, Value, comparable_value, is_known, value_at

Names = Mapping[str, Value]


class Scope(NamedTuple):
    """Where an expression is: `names` finds what the module knows, `local` holds what the place adds
    (`each`, the names of a `for`)."""

    names: Callable[[str], Value]
    local: Names

    def value(self, node: Node) -> Value:
        """The value of the expression."""
        if type(node) is syntax.Literal:  # most of what there is
            return node.value
        return _EVALUATORS[type(node)](node, self)

    def values(self, nodes: Iterable[Node]) -> tuple[Value, ...]:
        return tuple([node.value if type(node) is syntax.Literal else self.value(node) for node in nodes])

    def name(self, name: str) -> Value:
        return self.local[name] if name in self.local else self.names(name)


# A tuple, since Python makes each `str | int` anew.
_PRINTED = (str, int, float)
_KEYS = (str, int)


def _joined_text(parts: tuple[Value, ...]) -> Value:
    if all(isinstance(part, _PRINTED) for part in parts):
        if sum(len(part) for part in parts if isinstance(part, str)) > MOST:
            raise TooLargeError
        return "".join(map(str, map(comparable_value, parts)))
    return Term("text", parts)


def _object_of_pairs(pairs: Iterable[tuple[Value, ...]]) -> Value:
    pairs = tuple(pairs)
    if all(isinstance(key, _KEYS) for key, _ in pairs):
        return {str(key): value for key, value in pairs}
    return Term("object", tuple(item for pair in pairs for item in pair))


def _evaluate_call(function: str, arguments: tuple[Value, ...]) -> Value:
    works_out = _FUNCTIONS.get((function, len(arguments))) or _OF_ANY_NUMBER.get(function)
    known = works_out(*arguments) if works_out else None
    return Term(function, arguments) if known is None else known


def _set(value: Value) -> Value:
    texts = isinstance(value, tuple) and all(isinstance(item, str) for item in value)
    return tuple(sorted(set(value))) if texts else None


def _split(by: Value, text: Value) -> Value:
    return tuple(text.split(by)) if isinstance(by, str) and by and isinstance(text, str) else None


def _values(value: Value) -> Value:
    return tuple(value[key] for key in sorted(value)) if isinstance(value, dict) else None


def _keys(value: Value) -> Value:
    return tuple(sorted(value)) if isinstance(value, dict) else None


def _same(value: Value) -> Value:
    return value if isinstance(value, tuple | dict) else None


def _merge(*maps: Value) -> Value:
    if not all(isinstance(each, dict) for each in maps):
        return None
    return {key: value for each in maps for key, value in each.items()}


def _concat(*lists: Value) -> Value:
    if not all(isinstance(each, tuple) for each in lists):
        return None
    return tuple(item for each in lists for item in each)


def _length(value: Value) -> Value:
    """How many there are, also of what is not known itself."""
    return len(value) if isinstance(value, tuple | dict) else None


def _contains(items: Value, item: Value) -> Value:
    return item in items if isinstance(items, tuple) and is_known(items) and is_known(item) else None


def _replace(text: Value, old: Value, new: Value) -> Value:
    """Text in the place of other text, or of a regular expression between slashes."""
    if not all(isinstance(each, str) for each in (text, old, new)):
        return None
    if len(text) + (text.count(old) if old else len(text)) * len(new) > MOST:
        raise TooLargeError
    if not (len(old) > 1 and old.startswith("/") and old.endswith("/")):
        return text.replace(old, new)
    # "$" takes over groups; and Go looks for any expression in a time that grows with the text alone.
    if "$" in new or not _QUICK.fullmatch(old[1:-1]) or len(text) * (len(new) + 1) > MOST // 100:
        return None
    try:
        return re.sub(old[1:-1], lambda _: new, text)
    except re.error:  # Go's expressions are not all Python's
        return None


def _without_prefix(text: Value, prefix: Value) -> Value:
    return text.removeprefix(prefix) if isinstance(text, str) and isinstance(prefix, str) else None


_QUICK = re.compile(r"[^(){}*+?]*[*+?]?[^(){}*+?]*[*+?]?[^(){}*+?]*")


# The functions that are worked out, with how many arguments; None where they cannot be.
_FUNCTIONS: dict[tuple[str, int], Callable[..., Value]] = {
    ("toset", 1): _set,
    ("split", 2): _split,
    ("values", 1): _values,
    ("keys", 1): _keys,
    ("tolist", 1): _same,
    ("tomap", 1): _same,
    ("contains", 2): _contains,
    ("length", 1): _length,
    ("replace", 3): _replace,
    ("trimprefix", 2): _without_prefix,
}
_OF_ANY_NUMBER: dict[str, Callable[..., Value]] = {"merge": _merge, "concat": _concat}


def _evaluate_operation(name: str, operands: tuple[Value, ...]) -> Value:
    """The value of an operation, where it is one that a `count` or a `for_each` often has."""
    known = all(isinstance(each, str | int | float | None) for each in operands)
    match (name, *operands):
        case ("?:", bool() as condition, yes, no):
            return yes if condition else no
        case (_, operand):
            return _of_one(name, operand)
        case ("&&" | "||", bool() as one, bool() as other):
            return (one and other) if name == "&&" else (one or other)
        case ("==" | "!=", one, other) if known and (type(one) is type(other) or None in operands):
            return (one == other) == (name == "==")
        case (_, int() as one, int() as other) if name in _OF_NUMBERS:
            return _OF_NUMBERS[name](one, other)
    return Term(name, operands)


def _of_one(name: str, operand: Value) -> Value:
    match name, operand:
        case "!", bool():
            return not operand
        case "-", int() | float() if not isinstance(operand, bool):
            return -operand
    return Term(name, (operand,))


_OF_NUMBERS: dict[str, Callable[[int, int], int]] = {"+": add, "-": sub, ">": gt, "<": lt, ">=": ge, "<=": le}


def _evaluate_comprehension(node: syntax.For, scope: Scope) -> Value:
    collection = scope.value(node.collection)
    if not isinstance(collection, tuple | dict):
        return _unknown_comprehension(node, collection, scope)
    pairs = collection.items() if isinstance(collection, dict) else enumerate(collection)
    turns = scope.local.get(_TURNS, 1) * max(1, len(collection))
    if turns > MOST // 10:
        raise TooLargeError
    local = {**scope.local, _TURNS: turns}
    rounds = [scope._replace(local={**local, node.key: key, node.value: value}) for key, value in pairs]
    conditions = [each.values(node.conditions) for each in rounds]
    if not all(isinstance(each, bool) for said in conditions for each in said):
        return _unknown_comprehension(node, collection, scope)
    rounds = [each for each, said in zip(rounds, conditions, strict=True) if all(said)]
    results = [each.value(node.result) for each in rounds]
    if node.result_key is None:
        return tuple(results)
    return _object_of_pairs(
        [(each.value(node.result_key), result) for each, result in zip(rounds, results, strict=True)]
    )


_TURNS = "0"
"""No name, but where a `for` finds how often those around it turn."""


def _unknown_comprehension(node: syntax.For, collection: Value, scope: Scope) -> Value:
    """All that its result depends on, with names that stand for every key and value."""
    names = {name: Reference(f"for.{name}") for name in (node.key, node.value)}
    inner = scope._replace(local={**scope.local, **names})
    said = [each for each in (node.result_key, node.result, *node.conditions) if each is not None]
    return Term("for", (collection, *inner.values(said)))


_EVALUATORS: dict[type[Node], Callable[[Any, Scope], Value]] = {
    syntax.Literal: lambda node, _: node.value,
    syntax.Template: lambda node, scope: _joined_text(scope.values(node.parts)),
    syntax.Name: lambda node, scope: scope.name(node.name),
    syntax.Attribute: lambda node, scope: value_at(scope.value(node.of), node.name),
    syntax.Index: lambda node, scope: value_at(scope.value(node.of), scope.value(node.key)),
    syntax.Splat: lambda node, scope: Term("[*]", (scope.value(node.of),)),
    syntax.Call: lambda node, scope: _evaluate_call(node.function, scope.values(node.arguments)),
    syntax.List: lambda node, scope: scope.values(node.items),
    syntax.Object: lambda node, scope: _object_of_pairs([scope.values(pair) for pair in node.items]),
    syntax.For: _evaluate_comprehension,
    syntax.Operation: lambda node, scope: _evaluate_operation(node.name, scope.values(node.operands)),
}
