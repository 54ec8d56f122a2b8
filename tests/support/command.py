"""tfgen as its user runs it, in this process."""

import gc
import io
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tfgen.commands.main import main


class Done(NamedTuple):
    code: int
    out: str
    err: str


Tfgen = Callable[..., Done]


class Utf8Output(io.StringIO):
    """What a pipe takes that is read as UTF-8."""

    encoding = "utf-8"

    def reconfigure(self, **_options: Any) -> None: ...


def run(*arguments: str) -> Done:
    """`tfgen` with these arguments, for tests of many examples each, which take no fixture."""
    out, err = Utf8Output(), Utf8Output()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["tfgen", *arguments])
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setattr(sys, "stdin", io.StringIO())
        with pytest.raises(SystemExit) as ended:
            main()
    gc.enable()  # the program does without; thousands of runs in one process do not
    return Done(int(ended.value.code or 0), out.getvalue(), err.getvalue())
