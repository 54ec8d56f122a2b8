"""tfgen as its user runs it, in this process."""

from collections.abc import Callable
from typing import NamedTuple


class Done(NamedTuple):
    code: int
    out: str
    err: str


Tfgen = Callable[..., Done]
