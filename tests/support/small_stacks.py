"""Small random stacks of terraform_data and changes of them, for the order in which Terraform does things.

Each is a handful of resources that refer to one another, some with create_before_destroy, some with keys,
some through a local value or depends_on. A change takes some away, replaces, updates or renames others, and
lets some refer to others than before. Real Terraform plans hundreds of them in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random

_NAMES = "abcdefg"


@dataclass(frozen=True)
class Small:
    """One resource."""

    refers_to: tuple[str, ...] = ()
    waits_for: frozenset[str] = frozenset()
    """Those of `refers_to` that it only names in depends_on."""
    new_first: bool = False
    has_keys: bool = False
    keys: str = '["p", "q"]'
    through_local: bool = False
    """Whether others refer to it through a local value."""
    trigger: int = 1
    """What replaces it when it changes."""
    input: int = 1


Stack = Mapping[str, Small]


@dataclass(frozen=True)
class Change:
    """A stack, what becomes of it, and the old and the new name of one that moves."""

    old: Stack
    new: Stack
    moves: Mapping[str, str] = field(default_factory=dict)


def change(number: str) -> Change:
    rng = Random(number)
    old = {name: _resource(rng, _NAMES[:index]) for index, name in enumerate(_NAMES[: rng.randint(4, 7)])}
    new = {name: changed for name, each in old.items() if (changed := _changed(rng, each))}
    new = {name: _connected(rng, name, each, new) for name, each in new.items()}
    if new and rng.random() < 0.4:
        return _moved(old, new, rng.choice(sorted(new)))
    return Change(old, new)


def _resource(rng: Random, others: str) -> Small:
    refers_to = tuple(name for name in others if rng.random() < 0.45)
    return Small(
        refers_to,
        frozenset(name for name in refers_to if rng.random() < 0.3),
        new_first=rng.random() < 0.35,
        has_keys=rng.random() < 0.2,
        through_local=rng.random() < 0.3,
    )


def _changed(rng: Random, each: Small) -> Small | None:
    each = replace(each, keys=rng.choice(['["p"]', '["p", "q"]']))
    draw = rng.random()
    if draw < 0.22:
        return None
    if draw < 0.5:
        return replace(each, trigger=2)
    if draw < 0.6:
        return replace(each, input=2)
    return replace(each, new_first=not each.new_first) if draw < 0.66 else each


def _connected(rng: Random, name: str, each: Small, stack: Stack) -> Small:
    """Without what is gone, and here and there with something that it did not refer to."""
    refers_to = [other for other in each.refers_to if other in stack]
    more = [other for other in stack if other < name and other not in refers_to]
    if more and rng.random() < 0.2:
        refers_to.append(rng.choice(more))
    return replace(each, refers_to=tuple(refers_to), waits_for=each.waits_for & {*refers_to})


def _moved(old: Stack, new: Stack, name: str) -> Change:
    def other(each: str) -> str:
        return "z" if each == name else each

    renamed = {
        other(key): replace(
            each,
            refers_to=tuple(map(other, each.refers_to)),
            waits_for=frozenset(map(other, each.waits_for)),
        )
        for key, each in new.items()
    }
    return Change(old, renamed, {name: "z"})


def page(stack: Stack, moves: Mapping[str, str] | None = None) -> str:
    """A stack in Terraform's language."""
    blocks = [block for name, each in stack.items() for block in _blocks(stack, name, each)]
    ends = (moves or {}).items()
    blocks += [f"moved {{\n  from = terraform_data.{a}\n  to   = terraform_data.{b}\n}}\n" for a, b in ends]
    return "\n".join(blocks) or "# nothing\n"


def _blocks(stack: Stack, name: str, each: Small) -> list[str]:
    uses = [_reference(stack, other) for other in each.refers_to if other not in each.waits_for]
    waits = [f"terraform_data.{other}" for other in sorted(each.waits_for)]
    lines = [
        f"for_each = toset({each.keys})" if each.has_keys else "",
        f"input = [{', '.join([str(each.input), *uses])}]",
        f"triggers_replace = [{each.trigger}]",
        f"depends_on = [{', '.join(waits)}]",
        "lifecycle {\n    create_before_destroy = true\n  }" if each.new_first else "",
    ]
    body = "".join(f"  {line}\n" for line in lines if line)
    block = f'resource "terraform_data" "{name}" {{\n{body}}}\n'
    local = f"locals {{\n  {name} = terraform_data.{name}.id\n}}\n"
    return [block, local] if each.through_local and not each.has_keys else [block]


def _reference(stack: Stack, name: str) -> str:
    if stack[name].has_keys:
        return f"[for each in terraform_data.{name} : each.id]"
    return f"local.{name}" if stack[name].through_local else f"terraform_data.{name}.id"
