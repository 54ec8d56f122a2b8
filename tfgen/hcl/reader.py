"""Reads Terraform's language: a page's text to blocks, arguments and expressions."""

import math
import re
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NoReturn, TypeVar

from tfgen.hcl.syntax import (
    Attribute,
    Block,
    Body,
    Call,
    For,
    HclError,
    Index,
    List,
    Literal,
    Name,
    Node,
    Object,
    Operation,
    Splat,
    Template,
    TooDeepError,
)


def read(text: str, *, lines: bool = False) -> Body:
    """The blocks and arguments of a page; the names in it know their lines if asked. Raises HclError."""
    return _whole(_Reader(text, lines=lines), _Reader.page)


def expression(text: str, line: int = 1, *, lines: bool = True) -> Node:
    """What the text of an expression says, where `line` is its first one. Raises HclError."""
    return _whole(_Reader(text, line, lines=lines), _Reader.expression)


def template(text: str, line: int = 1, *, lines: bool = True) -> Node:
    """What text says in which nothing but `${` and `%{` has a meaning. Raises HclError."""
    reader = _Reader(f"{text}\0", line, lines=lines)
    return _template(_whole(reader, lambda reader: reader.parts(0, _HEREDOC_LITERAL, "\0")))


def _whole(reader: "_Reader", part: "Callable[[_Reader], Read]") -> "Read":
    try:
        return part(reader)
    except RecursionError:
        raise TooDeepError(*reader.place()) from None


Read = TypeVar("Read")
_LONGEST = 200  # operands in a row: each one is a level to whoever walks over them


# Line ends mean nothing to this reader: an argument begins with a word, and no expression goes on with one.
_TOKEN = re.compile(
    r"(?P<blank>(?:\s+|#[^\n]*|//[^\n]*|/\*.*?\*/)*)"
    r"(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d][\w-]*(?:::[^\W\d][\w-]*)*)"
    r"|<<-?(?=[^\W\d])|&&|\|\||[=!<>]=|=>|\.\.\.|\S|\Z)",
    re.DOTALL,
)
_HEREDOC = re.compile(r"(?P<mark>[^\W\d][\w-]*)\n(?P<text>(?:.*\n)*?)[ \t]*(?P=mark)\b")
_LITERAL = re.compile(r'(?:[^"\\$%]+|\\.|\$\$\{|%%\{|[$%](?!\{))+', re.DOTALL)
_PLAIN = re.compile(r'"([^"\\$%]*)"')
_HEREDOC_LITERAL = re.compile(r"(?:[^$%]+|\$\$\{|%%\{|[$%](?!\{))+", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"true": True, "false": False, "null": None}
_OPERATORS = (("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"))
# Most of a page: what stands in one line, complete and with nothing to fill in. Behind it comes a comma, the
# next name or the end, since whatever else might still belong to it. Many of them follow one another.
_SHORT = (
    r'(?>("[^"\\$%\n]*"|[^\W\d][\w-]*(?:\.[^\W\d][\w-]*)*|[0-9]+'
    r"|\[[^][{}()$%\\#/*\n]*\]|\{[^][{}()$%\\#/*\n]*\}))[ \t]*"
)
_NAMED = r"([^\W\d][\w-]*)[ \t]*=[ \t]*"
_LINES = r"\n\s*+(?:#[^\n]*\n\s*+)*+"
_SHORT_ARGUMENT = re.compile(_NAMED + _SHORT + _LINES + r"(?=[^\W\d]|\})")
_SHORT_ITEM = re.compile(_NAMED + _SHORT + r",?[ \t]*" + _LINES + r"(?=[^\W\d]|[}\"])")
_SHORT_ELEMENT = re.compile("()" + _SHORT + r",\s*")
_HEAD = re.compile(r'([^\W\d][\w-]*)[ \t]*((?:"[^"\\$%\n]*"[ \t]*)*)\{')
_BINDING = {operator: level for level, operators in enumerate(_OPERATORS) for operator in operators}


class _Reader:
    """Walks over a text; `word` is the token that comes next, "" at the end."""

    def __init__(self, text: str, line: int = 1, *, lines: bool) -> None:
        self.text = text
        self.knows_lines = lines
        self.first_line = self._lines = line
        self._counted = 0
        self.end = 0
        self.word = ""
        self.next()

    def next(self) -> str:
        """Steps over the word that comes next, and returns it."""
        taken = self.word
        if match := _TOKEN.match(self.text, self.end):  # always: at the end there is the empty word
            self.start, self.end = match.end("blank"), match.end()
            self.word, self.kind = self.text[self.start : self.end], match.lastgroup
        return taken

    def take(self, word: str) -> bool:
        """Steps over `word` if it comes next."""
        found = self.word == word and self.word != ""
        if found:
            self.next()
        return found

    def expect(self, word: str) -> None:
        if not self.take(word):
            self.fail(word)

    def fail(self, expected: str) -> NoReturn:
        raise HclError(expected, *self.place())

    def place(self) -> tuple[int, int]:
        """The line and the column of the word that comes next."""
        before = self.text[: self.start] if self.word else self.text.rstrip()
        return before.count("\n") + self.first_line, len(before) - before.rfind("\n")

    def line(self, at: int) -> int:
        """The line of a place; it is asked for from the first place to the last one."""
        self._lines += self.text.count("\n", self._counted, at)
        self._counted = at
        return self._lines

    def name(self) -> str:
        if self.kind != "name":
            self.fail("a name")
        return sys.intern(self.next())

    # Blocks and arguments

    def page(self) -> Body:
        body = self.body()
        if self.word:
            self.fail("a block")
        return body

    def body(self) -> Body:
        arguments: dict[str, Node] = {}
        blocks: list[Block] = []
        while self.kind == "name":
            arguments.update(self.short(_SHORT_ARGUMENT))
            if self.kind != "name":
                break
            if head := _HEAD.match(self.text, self.start):
                line, self.end = self.line(self.start), head.end()
                self.next()
                blocks.append(self.block(sys.intern(head[1]), tuple(head[2].split('"')[1::2]), line))
                continue
            start, name = self.start, self.name()
            if self.take("="):
                arguments[name] = self.expression()
            else:
                blocks.append(self.block(name, tuple(self.labels()), self.line(start)))
        return Body(arguments, tuple(blocks))

    def block(self, kind: str, labels: tuple[str, ...], line: int) -> Block:
        body = self.body()
        self.expect("}")
        return Block(kind, labels, body, line)

    def labels(self) -> Iterator[str]:
        while not self.take("{"):
            yield self.label()

    def label(self) -> str:
        if self.word != '"':
            return self.name()
        label = self.quoted()
        if not isinstance(label, Literal):
            self.fail("a label without ${")
        return str(label.value)

    def short(self, pattern: re.Pattern[str]) -> list[tuple[str, Node]]:
        """The names and the values of what stands in one line each, over which it steps."""
        found: list[tuple[str, Node]] = []
        match = None if self.knows_lines else pattern.match(self.text, self.start)
        while match and (node := _short(match[2])):
            found.append((sys.intern(match[1]), node))
            self.end = match.end()
            match = pattern.match(self.text, self.end)
        if found:
            self.next()
        return found

    # Expressions

    def expression(self) -> Node:
        condition = self.binary()
        if not self.take("?"):
            return condition
        yes = self.expression()
        self.expect(":")
        return Operation("?:", (condition, yes, self.expression()))

    def binary(self, least: int = 0) -> Node:
        """Operators that bind at least that tightly, by precedence climbing."""
        left = self.unary()
        operands = 1
        while _BINDING.get(self.word, -1) >= least:
            operands += 1
            if operands > _LONGEST:
                raise TooDeepError(*self.place())
            operator = self.next()
            left = Operation(operator, (left, self.binary(_BINDING[operator] + 1)))
        return left

    def unary(self) -> Node:
        if self.word in ("-", "!"):
            return Operation(self.next(), (self.unary(),))
        return self.traversal(self.term())

    def traversal(self, node: Node) -> Node:
        """What follows a term: attributes, indexes and splats."""
        while self.word in (".", "["):
            if self.next() == ".":
                node = self.attribute(node)
            else:
                node = Splat(node) if self.take("*") else Index(node, self.expression())
                self.expect("]")
        return node

    def attribute(self, node: Node) -> Node:
        if self.take("*"):
            return Splat(node)
        if self.kind == "number":
            for digits in self.next().split("."):  # `list.0.1` reads as one number
                node = Index(node, Literal(number(digits)))
            return node
        return Attribute(node, self.name())

    def term(self) -> Node:
        if self.word in _READERS:
            return _READERS[self.word](self)
        if self.kind == "number":
            digits = self.next()
            return Literal(number(digits))
        if self.take("("):
            inner = self.expression()
            self.expect(")")
            return inner
        return self.named()

    def named(self) -> Node:
        start, end = self.start, self.end
        name = self.name()
        if self.word == "(" and self.start == end:
            self.next()
            return Call(name, self.items(")"))
        if name in _WORDS:
            return Literal(_WORDS[name])
        return Name(name, self.line(start) if self.knows_lines else 0)

    def items(self, closing: str) -> tuple[Node, ...]:
        """Expressions between commas, up to a bracket."""
        items: list[Node] = []
        while not self.take(closing):
            if short := self.short(_SHORT_ELEMENT):
                items += [node for _, node in short]
                continue
            items.append(self.expression())
            if self.take("..."):
                items[-1] = Operation("...", (items[-1],))
            if self.word != closing:
                self.expect(",")
        return tuple(items)

    def sequence(self) -> Node:
        self.next()
        return self.for_expression("]") if self.word == "for" else List(self.items("]"))

    def mapping(self) -> Node:
        self.next()
        if self.word == "for":
            return self.for_expression("}")
        items: list[tuple[Node, Node]] = []
        while not self.take("}"):
            if short := self.short(_SHORT_ITEM):
                items += [(_literal(name), node) for name, node in short]
                continue
            key = self.key()
            if not self.take("="):
                self.expect(":")
            items.append((key, self.expression()))
            self.take(",")
        return Object(tuple(items))

    def key(self) -> Node:
        """The key of an object: a bare word stands for itself, `null` and `true` too."""
        if self.word in _WORDS:
            return Literal(self.next())
        node = self.expression()
        return Literal(node.name) if isinstance(node, Name) else node

    def for_expression(self, closing: str) -> Node:
        self.next()
        names = [self.name()]
        if self.take(","):
            names.append(self.name())
        self.expect("in")
        collection = self.expression()
        self.expect(":")
        result, result_key = self.expression(), None
        if closing == "}":
            self.expect("=>")
            result_key, result = result, self.expression()
            if self.take("..."):
                result = Operation("...", (result,))
        conditions = (self.expression(),) if self.take("if") else ()
        self.expect(closing)
        return For(names[0] if len(names) > 1 else "", names[-1], collection, result_key, result, conditions)

    # Text

    def quoted(self) -> Node:
        if plain := _PLAIN.match(self.text, self.start):
            self.end = plain.end()
            self.next()
            return _literal(plain[1])
        return _template(self.parts(self.end, _LITERAL, '"'))

    def heredoc(self) -> Node:
        match = _HEREDOC.match(self.text, self.end)
        if not match:
            self.fail("the end of a heredoc")
        text = _unindented(match["text"]) if self.word == "<<-" else match["text"]
        node = template(text, self.line(match.start("text")), lines=self.knows_lines)
        self.end = match.end()
        self.next()
        return node

    def parts(self, at: int, literal: re.Pattern[str], closing: str) -> list[Node]:
        """The parts of a template from `at` up to its end, over which it steps."""
        parts: list[Node] = []
        while not self.text.startswith(closing, at):
            match = literal.match(self.text, at)
            if match:
                raw = match[0] if literal is _LITERAL else match[0].removesuffix(closing)
                parts.append(Literal(_unescaped(raw, backslashes=literal is _LITERAL)))
                at += len(raw)
                continue
            if not self.text.startswith(("${", "%{"), at):
                self.fail("the end of a text")
            self.end = at + 2
            directive = self.text[at] == "%"
            self.next()
            parts.append(self.directive() if directive else self.interpolation())
            at = self.start + 1
        self.end = at + len(closing)
        self.next()
        return parts

    def interpolation(self) -> Node:
        self.take("~")
        node = self.expression()
        self.take("~")
        if self.word != "}":
            self.fail("}")
        return node

    def directive(self) -> Node:
        """`%{ if x }` and its like: the words of it, and what it asks."""
        self.take("~")
        keyword = self.name()
        operands: list[Node] = []
        while self.word not in ("}", ""):
            if self.word in ("~", ",", "in"):
                self.next()
            else:
                operands.append(self.expression())
        return Operation(keyword, tuple(operands))


_READERS: dict[str, Callable[[_Reader], Node]] = {
    '"': _Reader.quoted,
    "[": _Reader.sequence,
    "{": _Reader.mapping,
    "<<": _Reader.heredoc,
    "<<-": _Reader.heredoc,
}


# Much of one service's file stands in the next one's too, and is one node in both.
_literal = lru_cache(maxsize=4096)(Literal)


@lru_cache(maxsize=4096)
def _short(text: str) -> Node | None:
    """What a value in one line says; None where that is nothing."""
    if text[0] == '"':
        return Literal(text[1:-1])
    head, *names = text.split(".")
    if text[0] in "[{" or head in _WORDS or head.isdecimal():
        try:
            return expression(text, lines=False)
        except HclError:  # read where it stands, it has a line and a column
            return None
    node: Node = Name(head)
    for name in names:
        node = Attribute(node, name)
    return node


def number(digits: str) -> int | float | str:
    """What digits say; as text where Python reads no number of so many, or none so large."""
    if len(digits) > _LONGEST_NUMBER:
        return digits
    found = int(digits) if digits.lstrip("-").isdecimal() else float(digits)
    return found if math.isfinite(found) else digits


_LONGEST_NUMBER = 300


def _template(parts: list[Node]) -> Node:
    if not parts:
        return Literal("")
    if len(parts) == 1:  # "${x}" is x itself
        return parts[0]
    return Template(tuple(parts))


def _unescaped(text: str, *, backslashes: bool) -> str:
    text = text.replace("$${", "${").replace("%%{", "%{")
    return _ESCAPE.sub(_character, text) if backslashes and "\\" in text else text


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code:
        point = int(code, 16)
        # Terraform puts this in the place of what is no character.
        return "\ufffd" if point > sys.maxunicode or 0xD800 <= point <= 0xDFFF else chr(point)
    return _ESCAPED.get(match[3], match[3])


def _unindented(text: str) -> str:
    lines = text.splitlines(keepends=True)
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "".join(line[indent:] for line in lines)
