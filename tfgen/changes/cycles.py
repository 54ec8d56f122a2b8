"""Changes that wait for one another in a circle, so that terraform plan fails with "Error: Cycle".

Terraform orders creation and destruction by these rules (transform_destroy_edge.go and
transform_destroy_cbd.go of Terraform 1.11, in internal/terraform):

* Creating a resource, or updating it, waits for all that it refers to.
* Destroying a resource waits until what refers to it in the state is destroyed.
* Creating a resource waits until what it replaces, what it referred to, and what referred to it is destroyed.
* With create_before_destroy the last rule is reversed: destroying waits until all these are created.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from tfgen.changes.change import Action, Change
from tfgen.changes.compare import moved_address, moves_of
from tfgen.changes.graph import reversed_graph
from tfgen.changes.stack import Stack
from tfgen.hcl.text import without_keys

Step = tuple[str, str]
"""What waits: MAKE or GO (to create, to destroy) and the address of a change; or a path along a graph, and a
node of it."""
Following = Callable[[Step], Iterable[Step]]
"""What a step waits for."""

MAKE, GO = "make", "go"
_UPDATED_OR_REPLACED = (Action.UPDATE, Action.REPLACE, Action.REPLACE_NEW_FIRST)
_MAKES = (*_UPDATED_OR_REPLACED, Action.CREATE, Action.IMPORT)
_GOES = (Action.REPLACE, Action.REPLACE_NEW_FIRST, Action.DESTROY)


def find_cycles(changes: tuple[Change, ...], old: Stack, new: Stack) -> list[list[Change]]:
    """The changes of each circle."""
    known = {change.address: change for change in changes}
    go_last = [change.address for change in changes if _is_destroyed_last(change, old)]
    # Every circle has a resource that is destroyed last and one that is destroyed first.
    if not go_last or all(
        change.action not in _GOES or _is_destroyed_last(change, old) for change in changes
    ):
        return []
    found = find_circles([(GO, address) for address in go_last], _Order(known, go_last, old, new).following)
    return [
        [known[address] for address in sorted({address for what, address in circle if what in (MAKE, GO)})]
        for circle in found
    ]


class _Order:
    """What each step waits for.

    A path along a graph represents all that it leads to, so that there are no more steps than references.
    """

    def __init__(self, known: Mapping[str, Change], go_last: list[str], old: Stack, new: Stack) -> None:
        moves = moves_of(old, new)
        self._known = known
        self._go_last = {*go_last}
        self._before = {moved_address(each, moves): each for each in old.resources} if moves else {}
        made = [change for change in known.values() if change.action in _MAKES]
        stay = [change for change in made if change.action in _UPDATED_OR_REPLACED]
        go = [change for change in known.values() if change.action in _GOES]
        go_first = [change for change in go if change.address not in self._go_last]
        users = reversed_graph(old.graph.needs)
        # In the state, references have the addresses from before any move.
        self._ways = {
            "refers to": (new.graph.needs, MAKE, _by_block(made)),
            "referred to what is destroyed first": (old.graph.needs, GO, _by_block(go_first)),
            "referred to what is created": (old.graph.needs, MAKE, _by_block(made)),
            "was used by what is destroyed": (users, GO, _by_block(go, self._before)),
            "was used by what is destroyed first": (users, GO, _by_block(go_first, self._before)),
            "was used by what is kept": (users, MAKE, _by_block(stay, self._before)),
        }

    def following(self, step: Step) -> Iterator[Step]:
        what, address = step
        if what in (MAKE, GO):
            yield from self._of_change(what, self._known[address])
            return
        of, end, ends = self._ways[what]
        for node in of.get(address, ()):
            yield what, node
            for each in ends.get(node, ()):
                yield end, each

    def _of_change(self, what: str, change: Change) -> Iterator[Step]:
        address, block = change.address, without_keys(change.address)
        before = without_keys(self._before.get(address, address))
        destroyed_last = address in self._go_last
        if what == MAKE:
            yield from (("refers to", block), ("was used by what is destroyed first", block))
            if change.action in _UPDATED_OR_REPLACED:
                yield "referred to what is destroyed first", before
        else:
            yield "was used by what is destroyed", block
            if destroyed_last:
                yield from (("referred to what is created", before), ("was used by what is kept", block))
        if change.action in _REPLACED and destroyed_last == (what == GO):
            yield GO if what == MAKE else MAKE, address


_REPLACED = (Action.REPLACE, Action.REPLACE_NEW_FIRST)


def _is_destroyed_last(change: Change, old: Stack) -> bool:
    """Whether destroying waits for creating. Where nothing replaces the resource, the state decides."""
    if change.action is Action.DESTROY:
        return old.is_new_first(change.address)
    return change.action is Action.REPLACE_NEW_FIRST


def _by_block(
    changes: Iterable[Change], before: Mapping[str, str] = MappingProxyType({})
) -> Mapping[str, list[str]]:
    """The addresses of changes by that of their block, or of the one that it was `before`."""
    found = defaultdict[str, list[str]](list)
    for change in changes:
        found[without_keys(before.get(change.address, change.address))].append(change.address)
    return found


def find_circles(starts: Iterable[Step], following: Following) -> Iterator[list[Step]]:
    """Steps that all wait for one another: Tarjan's strongly connected components, without recursion."""
    search = _Search(following)
    for start in starts:
        if start not in search.number:
            yield from (circle for circle in search.components(start) if len(circle) > 1)


class _Search:
    """How far a search for components has come: the number of each step, in the order in which they were
    found, the lowest that it leads back to, and the path of those whose components are not complete."""

    def __init__(self, following: Following) -> None:
        self.number: dict[Step, int] = {}
        self._following = following
        self._lowest: dict[Step, int] = {}
        self._path: dict[Step, None] = {}
        self._open: list[tuple[Step, Iterator[Step]]] = []

    def components(self, start: Step) -> Iterator[list[Step]]:
        """Those that can be reached from `start` and are not found yet."""
        self._enter(start)
        while self._open:
            step, rest = self._open[-1]
            following = next((each for each in rest if self._is_new(step, each)), None)
            if following is not None:
                self._enter(following)
                continue
            self._open.pop()
            if self._open:
                self._leads_back(self._open[-1][0], self._lowest[step])
            if self._lowest[step] == self.number[step]:
                yield list(self._end_of_path(step))

    def _enter(self, step: Step) -> None:
        self.number[step] = self._lowest[step] = len(self.number)
        self._path[step] = None
        self._open.append((step, iter(self._following(step))))

    def _is_new(self, step: Step, following: Step) -> bool:
        if following in self._path:
            self._leads_back(step, self.number[following])
        return following not in self.number

    def _leads_back(self, step: Step, number: int) -> None:
        self._lowest[step] = min(self._lowest[step], number)

    def _end_of_path(self, step: Step) -> Iterator[Step]:
        last = None
        while last != step:
            last, _ = self._path.popitem()
            yield last
