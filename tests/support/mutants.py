"""A module with one thing in it turned around, over and over: what its tests must notice.

Only what decides is broken, never wording: what goes into the message and the hint of a Problem, names that
only those use, and, in a rule, functions that only those call.
"""

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType
from typing import NamedTuple

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_NUMBERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
_WORDS = 2  # the place of the message among the arguments of Problem; the hint is the next


class Mutant(NamedTuple):
    change: str
    """What was turned around: "a < b -> a <= b"."""
    source: str

    @property
    def code(self) -> CodeType:
        return compile(self.source, "<mutant>", "exec")


class _Place(NamedTuple):
    """Where an expression hangs in the tree."""

    parent: ast.AST
    field: str
    index: int | None
    node: ast.expr

    @contextmanager
    def holding(self, node: ast.expr) -> Iterator[None]:
        self._put(node)
        yield
        self._put(self.node)

    def _put(self, node: ast.expr) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def mutants(source: str) -> Iterator[Mutant]:
    """Every version of a rule's module that has one condition broken; no two are the same."""
    module = ast.parse(source)
    return _mutants(module, _deciding(module))


def mutants_of_any(source: str, wanted: Callable[[str], bool]) -> Iterator[Mutant]:
    """Those of a module that is no rule, where everything decides: of the wanted changes."""
    module = ast.parse(source)
    places = [place for definition in module.body for place in _places(definition, _wording(definition))]
    return _mutants(module, places, wanted)


def _mutants(
    module: ast.Module,
    places: list[_Place],
    wanted: Callable[[str], bool] = bool,  # any: no change is an empty text
) -> Iterator[Mutant]:
    seen = {ast.unparse(module)}
    for place in places:
        for broken in (*_otherwise(place.node), *(_forced(place.node) if _is_test(place) else ())):
            change = f"{ast.unparse(place.node)} -> {ast.unparse(broken)}"
            if not wanted(change):
                continue
            with place.holding(ast.copy_location(broken, place.node)):
                text = ast.unparse(module)
                if text not in seen:
                    seen.add(text)
                    yield Mutant(change, text)


# --- what to break


def _is_test(place: _Place) -> bool:
    if isinstance(place.node, ast.Name) and place.node.id == "TYPE_CHECKING":
        return False  # decides nothing in a run
    if isinstance(place.parent, ast.comprehension):
        return place.field == "ifs"
    return isinstance(place.parent, ast.If | ast.IfExp) and place.field == "test"


def _forced(test: ast.expr) -> Iterator[ast.expr]:
    yield ast.Constant(True)
    yield ast.Constant(False)
    yield ast.UnaryOp(ast.Not(), test)


def _otherwise(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare():
            yield from _compared_otherwise(node)
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
            for index in range(len(node.values)):
                rest = [*node.values[:index], *node.values[index + 1 :]]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand


def _compared_otherwise(node: ast.Compare) -> Iterator[ast.expr]:
    for index, comparison in enumerate(node.ops):
        for other in _COMPARISONS[type(comparison)]:
            yield ast.Compare(
                node.left, [*node.ops[:index], other(), *node.ops[index + 1 :]], node.comparators
            )
    if all(isinstance(comparison, _NUMBERED) for comparison in node.ops):
        sides = [node.left, *node.comparators]
        for index, side in enumerate(sides):
            for moved in _moved(side):
                left, *right = [*sides[:index], moved, *sides[index + 1 :]]
                yield ast.Compare(left, node.ops, right)


def _moved(side: ast.expr) -> Iterator[ast.expr]:
    """A limit, one higher and one lower: a number, a constant of the module, or arithmetic with one."""
    for step in (1, -1):
        if isinstance(side, ast.Constant) and type(side.value) is int:
            yield ast.Constant(side.value + step)
        elif isinstance(side, ast.Name) and side.id.isupper():
            yield ast.BinOp(side, ast.Add(), ast.Constant(step))
    if isinstance(side, ast.BinOp):
        yield from (ast.BinOp(left, side.op, side.right) for left in _moved(side.left))
        yield from (ast.BinOp(side.left, side.op, right) for right in _moved(side.right))


# --- what decides


def _deciding(module: ast.Module) -> list[_Place]:
    """The expressions of `check`, and of what it uses, that can change what is found."""
    definitions = {name: statement for statement in module.body for name in _names(statement)}
    found: list[_Place] = []
    waiting = ["check"]
    while waiting:
        definition = definitions.pop(waiting.pop(), None)
        if definition:
            places = list(_places(definition, _wording(definition)))
            found += places
            waiting += [place.node.id for place in places if isinstance(place.node, ast.Name)]
    return found


def _names(statement: ast.stmt) -> set[str]:
    """The names that a statement gives a meaning."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _places(root: ast.AST, left_out: set[int]) -> Iterator[_Place]:
    """Every expression below `root`, without types, decorators, conditions of `while` (a broken one may
    never end) and the nodes whose id is in `left_out`."""
    for field, value in ast.iter_fields(root):
        if field in ("annotation", "returns", "decorator_list") or (
            isinstance(root, ast.While) and field == "test"
        ):
            continue
        children = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for index, child in children:
            if isinstance(child, ast.AST) and id(child) not in left_out:
                if isinstance(child, ast.expr):
                    yield _Place(root, field, index, child)
                yield from _places(child, left_out)


def _wording(definition: ast.stmt) -> set[int]:
    """The ids of the nodes that only make words."""
    said = {id(words) for node in ast.walk(definition) for words in _words_of(node)}
    assignments = [
        (_names(node), node.value)
        for node in ast.walk(definition)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value and _names(node)
    ]
    while True:
        worded = said | {id(value) for _, value in assignments}
        worded |= {
            id(node.test)
            for node in ast.walk(definition)
            if isinstance(node, ast.If) and _only_words([*node.body, *node.orelse], worded)
        }
        used = {
            place.node.id
            for place in _places(definition, worded)
            if isinstance(place.node, ast.Name) and isinstance(place.node.ctx, ast.Load)
        }
        left = [(names, value) for names, value in assignments if not names & used]
        if len(left) == len(assignments):
            return worded
        assignments = left


def _words_of(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem":
        named = [each.value for each in node.keywords if each.arg in ("message", "hint")]
        return [*node.args[_WORDS : _WORDS + 2], *named]
    return []


def _only_words(statements: list[ast.stmt], worded: set[int]) -> bool:
    return all(
        _only_words([*each.body, *each.orelse], worded)
        if isinstance(each, ast.If)
        else isinstance(each, ast.Assign | ast.AnnAssign | ast.AugAssign) and id(each.value) in worded
        for each in statements
    )
