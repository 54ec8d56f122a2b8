"""What is not looked at is the same: the short cuts of `tfgen changes` against working out everything.

Stacks are changed at random: by edits of their spec, and by edits of their text, as somebody might by hand.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from support.random_changes import change, pairs, stack

from tfgen import render_text
from tfgen.changes import compare, refusals
from tfgen.changes.report import Report, changes_between
from tfgen.changes.stack import Stack
from tfgen.problems import TfgenError
from tfgen.spec.source import dump_yaml

GOLDEN = sorted(path for path in (Path(__file__).parent.parent / "generated").iterdir() if path.is_dir())
Pages = Mapping[str, str]


def pages(spec: str) -> Pages:
    found, problems = render_text(spec)
    assert found, problems
    return found


def everything(old: Stack, new: Stack, _: object) -> set[str]:
    return {*old.graph.needs, *new.graph.needs}


def thorough(old: Pages, new: Pages) -> Report:
    """What changes, with nothing taken for sure."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compare, "touched_nodes", everything)
        patch.setattr(refusals, "_refers_to_existing", lambda *_: False)
        return changes_between(old, new)


@pytest.mark.parametrize("pair", [pytest.param(pair, id="-".join(map(str, pair))) for pair in pairs(40, 8)])
def test_a_change_of_the_spec(pair: tuple[int, int]) -> None:
    old, new = pages(dump_yaml(stack(pair[0]))), pages(dump_yaml(change(*pair).spec))
    for before, after in ((old, new), (new, old)):
        assert changes_between(before, after) == thorough(before, after)


PLACES = re.compile(r'"[^"$\n]+"|\b\d+\b|\b(?:var|local|module|each|aws_\w+)\.\w+|\b(?:true|false)\b')


def edits(texts: Pages, number: int, seed: str) -> Iterator[Pages]:
    """So many times the pages with one to three edits: a value is another one of its page, or a line goes."""
    draw = random.Random(seed)
    paths = sorted(path for path in texts if path.endswith(".tf"))
    for _ in range(number):
        edited = dict(texts)
        for _ in range(draw.randint(1, 3)):
            path = draw.choice(paths)
            places = list(PLACES.finditer(edited[path]))
            if places and draw.random() < 0.8:
                place, other = draw.choice(places), draw.choice(places)
                edited[path] = edited[path][: place.start()] + other[0] + edited[path][place.end() :]
            else:
                lines = edited[path].splitlines(keepends=True)
                del lines[draw.randrange(len(lines))]
                edited[path] = "".join(lines)
        yield edited


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: folder.name)
def test_an_edit_of_the_text(folder: Path) -> None:
    texts = {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.suffix in (".tf", ".tfvars")
    }
    differing = 0
    for edited in edits(texts, 12, folder.name):
        try:
            found = changes_between(texts, edited)
        except TfgenError:  # it is no longer the language
            continue
        assert found == thorough(texts, edited)
        differing += found != changes_between(texts, texts)
    assert differing
