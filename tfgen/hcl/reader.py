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


def read_page(text: str, *, lines: bool = False) -> Body:
    """The blocks and arguments of a page; the names in it know their lines if asked. Raises HclError."""
    return _read_whole(_Reader(text, lines=lines), _Reader.read_page)


def read_expression(text: str, line: int = 1, *, lines: bool = True) -> Node:
    """What the text of an expression says, where `line_of` is its first one. Raises HclError."""
    return _read_whole(_Reader(text, line, lines=lines), _Reader.read_expression)


def read_template(text: str, line: int = 1, *, lines: bool = True) -> Node:
    """What text says in which nothing but `${` and `%{` has a meaning. Raises HclError."""
    reader = _Reader(f"{text}\0", line, lines=lines)
    return _template_of_parts(
        _read_whole(reader, lambda reader: reader.read_parts(0, _HEREDOC_LITERAL, "\0"))
    )


def _read_whole(reader: "_Reader", part: "Callable[[_Reader], Read]") -> "Read":
    try:
        return part(reader)
    except RecursionError:
        raise TooDeepError(*reader.place_of_next()) from None


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
# Most of a page: what is in one line, complete and with nothing to fill in. Behind it comes a comma, the
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
        self.next_word()

    def next_word(self) -> str:
        """Steps over the word that comes next, and returns it."""
        taken = self.word
        if match := _TOKEN.match(self.text, self.end):  # always: at the end there is the empty word
            self.start, self.end = match.end("blank"), match.end()
            self.word, self.kind = self.text[self.start : self.end], match.lastgroup
        return taken

    def take_word(self, word: str) -> bool:
        """Steps over `word` if it comes next."""
        found = self.word == word and self.word != ""
        if found:
            self.next_word()
        return found

    def expect_word(self, word: str) -> None:
        if not self.take_word(word):
            self.fail(word)

    def fail(self, expected: str) -> NoReturn:
        raise HclError(expected, *self.place_of_next())

    def place_of_next(self) -> tuple[int, int]:
        """The line and the column of the word that comes next."""
        before = self.text[: self.start] if self.word else self.text.rstrip()
        return before.count("\n") + self.first_line, len(before) - before.rfind("\n")

    def line_of(self, at: int) -> int:
        """The line of a place; it is asked for from the first place to the last one."""
        self._lines += self.text.count("\n", self._counted, at)
        self._counted = at
        return self._lines

    def read_name(self) -> str:
        if self.kind != "name":
            self.fail("a name")
        return sys.intern(self.next_word())

    # Blocks and arguments

    def read_page(self) -> Body:
        body = self.read_body()
        if self.word:
            self.fail("a block")
        return body

    def read_body(self) -> Body:
        arguments: dict[str, Node] = {}
        blocks: list[Block] = []
        while self.kind == "name":
            arguments.update(self.read_short(_SHORT_ARGUMENT))
            if self.kind != "name":
                break
            if head := _HEAD.match(self.text, self.start):
                line, self.end = self.line_of(self.start), head.end()
                self.next_word()
                blocks.append(self.read_block(sys.intern(head[1]), tuple(head[2].split('"')[1::2]), line))
                continue
            start, name = self.start, self.read_name()
            if self.take_word("="):
                arguments[name] = self.read_expression()
            else:
                blocks.append(self.read_block(name, tuple(self.read_labels()), self.line_of(start)))
        return Body(arguments, tuple(blocks))

    def read_block(self, kind: str, labels: tuple[str, ...], line: int) -> Block:
        body = self.read_body()
        self.expect_word("}")
        return Block(kind, labels, body, line)

    def read_labels(self) -> Iterator[str]:
        while not self.take_word("{"):
            yield self.read_label()

    def read_label(self) -> str:
        if self.word != '"':
            return self.read_name()
        label = self.read_quoted()
        if not isinstance(label, Literal):
            self.fail("a label without ${")
        return str(label.value)

    def read_short(self, pattern: re.Pattern[str]) -> list[tuple[str, Node]]:
        """The names and the values of what is in one line each, over which it steps."""
        found: list[tuple[str, Node]] = []
        match = None if self.knows_lines else pattern.match(self.text, self.start)
        while match and (node := _read_short(match[2])):
            found.append((sys.intern(match[1]), node))
            self.end = match.end()
            match = pattern.match(self.text, self.end)
        if found:
            self.next_word()
        return found

    # Expressions

    def read_expression(self) -> Node:
        condition = self.read_binary()
        if not self.take_word("?"):
            return condition
        yes = self.read_expression()
        self.expect_word(":")
        return Operation("?:", (condition, yes, self.read_expression()))

    def read_binary(self, least: int = 0) -> Node:
        """Operators that bind at least that tightly, by precedence climbing."""
        left = self.read_unary()
        operands = 1
        while _BINDING.get(self.word, -1) >= least:
            operands += 1
            if operands > _LONGEST:
                raise TooDeepError(*self.place_of_next())
            operator = self.next_word()
            left = Operation(operator, (left, self.read_binary(_BINDING[operator] + 1)))
        return left

    def read_unary(self) -> Node:
        if self.word in ("-", "!"):
            return Operation(self.next_word(), (self.read_unary(),))
        return self.read_traversal(self.read_term())

    def read_traversal(self, node: Node) -> Node:
        """What follows a term: attributes, indexes and splats."""
        while self.word in (".", "["):
            if self.next_word() == ".":
                node = self.read_attribute(node)
            else:
                node = Splat(node) if self.take_word("*") else Index(node, self.read_expression())
                self.expect_word("]")
        return node

    def read_attribute(self, node: Node) -> Node:
        if self.take_word("*"):
            return Splat(node)
        if self.kind == "number":
            for digits in self.next_word().split("."):  # `list.0.1` reads as one number
                node = Index(node, Literal(parsed_number(digits)))
            return node
        return Attribute(node, self.read_name())

    def read_term(self) -> Node:
        if self.word in _READERS:
            return _READERS[self.word](self)
        if self.kind == "number":
            digits = self.next_word()
            return Literal(parsed_number(digits))
        if self.take_word("("):
            inner = self.read_expression()
            self.expect_word(")")
            return inner
        return self.read_named()

    def read_named(self) -> Node:
        start, end = self.start, self.end
        name = self.read_name()
        if self.word == "(" and self.start == end:
            self.next_word()
            return Call(name, self.read_items(")"))
        if name in _WORDS:
            return Literal(_WORDS[name])
        return Name(name, self.line_of(start) if self.knows_lines else 0)

    def read_items(self, closing: str) -> tuple[Node, ...]:
        """Expressions between commas, up to a bracket."""
        items: list[Node] = []
        while not self.take_word(closing):
            if short := self.read_short(_SHORT_ELEMENT):
                items += [node for _, node in short]
                continue
            items.append(self.read_expression())
            if self.take_word("..."):
                items[-1] = Operation("...", (items[-1],))
            if self.word != closing:
                self.expect_word(",")
        return tuple(items)

    def read_sequence(self) -> Node:
        self.next_word()
        return self.for_expression("]") if self.word == "for" else List(self.read_items("]"))

    def read_mapping(self) -> Node:
        self.next_word()
        if self.word == "for":
            return self.for_expression("}")
        items: list[tuple[Node, Node]] = []
        while not self.take_word("}"):
            if short := self.read_short(_SHORT_ITEM):
                items += [(_literal(name), node) for name, node in short]
                continue
            key = self.read_key()
            if not self.take_word("="):
                self.expect_word(":")
            items.append((key, self.read_expression()))
            self.take_word(",")  # optional, because a line end separates items, too
        return Object(tuple(items))

    def read_key(self) -> Node:
        """The key of an object: a bare word stands for itself, `null` and `true` too."""
        if self.word in _WORDS:
            return Literal(self.next_word())
        node = self.read_expression()
        return Literal(node.name) if isinstance(node, Name) else node

    def for_expression(self, closing: str) -> Node:
        self.next_word()
        names = [self.read_name()]
        if self.take_word(","):
            names.append(self.read_name())
        self.expect_word("in")
        collection = self.read_expression()
        self.expect_word(":")
        result, result_key = self.read_expression(), None
        if closing == "}":
            self.expect_word("=>")
            result_key, result = result, self.read_expression()
            if self.take_word("..."):
                result = Operation("...", (result,))
        conditions = (self.read_expression(),) if self.take_word("if") else ()
        self.expect_word(closing)
        return For(names[0] if len(names) > 1 else "", names[-1], collection, result_key, result, conditions)

    # Text

    def read_quoted(self) -> Node:
        if plain := _PLAIN.match(self.text, self.start):
            self.end = plain.end()
            self.next_word()
            return _literal(plain[1])
        return _template_of_parts(self.read_parts(self.end, _LITERAL, '"'))

    def read_heredoc(self) -> Node:
        match = _HEREDOC.match(self.text, self.end)
        if not match:
            self.fail("the end of a heredoc")
        text = _unindented_text(match["text"]) if self.word == "<<-" else match["text"]
        node = read_template(text, self.line_of(match.start("text")), lines=self.knows_lines)
        self.end = match.end()
        self.next_word()
        return node

    def read_parts(self, at: int, literal: re.Pattern[str], closing: str) -> list[Node]:
        """The parts of a template from `at` up to its end, over which it steps."""
        parts: list[Node] = []
        while not self.text.startswith(closing, at):
            match = literal.match(self.text, at)
            if match:
                raw = match[0] if literal is _LITERAL else match[0].removesuffix(closing)
                parts.append(Literal(_unescaped_text(raw, backslashes=literal is _LITERAL)))
                at += len(raw)
                continue
            if not self.text.startswith(("${", "%{"), at):
                self.fail("the end of a text")
            self.end = at + 2
            directive = self.text[at] == "%"
            self.next_word()
            parts.append(self.read_directive() if directive else self.read_interpolation())
            at = self.start + 1
        self.end = at + len(closing)
        self.next_word()
        return parts

    def read_interpolation(self) -> Node:
        self.take_word("~")
        node = self.read_expression()
        self.take_word("~")
        if self.word != "}":
            self.fail("}")
        return node

    def read_directive(self) -> Node:
        """`%{ if x }` and its like: the words of it, and what it asks."""
        self.take_word("~")
        keyword = self.read_name()
        operands: list[Node] = []
        while self.word not in ("}", ""):
            if self.word in ("~", ",", "in"):
                self.next_word()
            else:
                operands.append(self.read_expression())
        return Operation(keyword, tuple(operands))


_READERS: dict[str, Callable[[_Reader], Node]] = {
    '"': _Reader.read_quoted,
    "[": _Reader.read_sequence,
    "{": _Reader.read_mapping,
    "<<": _Reader.read_heredoc,
    "<<-": _Reader.read_heredoc,
}


# Much of one service's file is also in the next one's, and is one node in both.
_literal = lru_cache(maxsize=4096)(Literal)


@lru_cache(maxsize=4096)
def _read_short(text: str) -> Node | None:
    """What a value in one line says; None where that is nothing."""
    if text[0] == '"':
        return Literal(text[1:-1])
    head, *names = text.split(".")
    if text[0] in "[{" or head in _WORDS or head.isdecimal():
        try:
            return read_expression(text, lines=False)
        except HclError:  # read in its place, it has a line and a column
            return None
    node: Node = Name(head)
    for name in names:
        node = Attribute(node, name)
    return node


def parsed_number(digits: str) -> int | float | str:
    """What digits say; as text where Python reads no number of so many, or none so large."""
    if len(digits) > _LONGEST_NUMBER:
        return digits
    found = int(digits) if digits.lstrip("-").isdecimal() else float(digits)
    return found if math.isfinite(found) else digits


_LONGEST_NUMBER = 300


def _template_of_parts(parts: list[Node]) -> Node:
    if not parts:
        return Literal("")
    if len(parts) == 1:  # "${x}" is x itself
        return parts[0]
    return Template(tuple(parts))


def _unescaped_text(text: str, *, backslashes: bool) -> str:
    text = text.replace("$${", "${").replace("%%{", "%{")
    return _ESCAPE.sub(_unescaped_character, text) if backslashes and "\\" in text else text


def _unescaped_character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code:
        point = int(code, 16)
        # Terraform puts this in the place of what is no character.
        return "\ufffd" if point > sys.maxunicode or 0xD800 <= point <= 0xDFFF else chr(point)
    return _ESCAPED.get(match[3], match[3])


def _unindented_text(text: str) -> str:
    lines = text.splitlines(keepends=True)
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "".join(line[indent:] for line in lines)
